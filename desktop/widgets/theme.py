"""The look in force: colours, fonts and the language of the whole program, switchable while it runs.

Painters ask `color`, `font` and `metric`; nothing else in the program names a colour, a family or a size.
After a switch every widget gets Qt's own PaletteChange or LanguageChange; painters that cache listen to
`theme_signals`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QLibraryInfo,
    QLocale,
    QObject,
    Qt,
    QTranslator,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.domain import text as texts
from desktop.widgets.icons import icon, pixmap, refresh_bound_icons
from desktop.widgets.style import OutpostStyle, style_sheet
from desktop.widgets.tokens import ThemeName, hex_color, line_height, metric, tokens

__all__ = [
    "apply_theme",
    "color",
    "color_name",
    "current_theme",
    "font",
    "icon",
    "line_height",
    "load_fonts",
    "metric",
    "pixmap",
    "set_language",
    "theme_choice",
    "theme_signals",
]

ThemeChoice = Literal["light", "dark", "system"]
FONT_FOLDER = Path(__file__).parent.parent / "resources" / "fonts"
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_WEIGHTS = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold}


class FontsMissing(RuntimeError):
    """A font file of the program is absent or unreadable: the installation is broken."""


class ThemeSignals(QObject):
    """`changed` after colours changed, `language_changed` after texts did; both when everything is in place."""

    changed = Signal()
    language_changed = Signal()


class _State(QObject):
    """What is in force. One per process: a theme belongs to the screen, not to a window."""

    def __init__(self) -> None:
        super().__init__()
        self.choice: ThemeChoice = "light"
        self.theme: ThemeName = "light"
        self.worn: ThemeName | None = None
        self.language: texts.Language | None = None
        self.colors: dict[str, QColor] = {}
        self.signals = ThemeSignals()
        self.style: OutpostStyle | None = None
        self.translator: QTranslator | None = None
        self.watching = False

    @Slot()
    def system_changed(self) -> None:
        app = QApplication.instance()
        if self.choice == "system" and isinstance(app, QApplication):
            _put_on(app, _system_theme())


@cache
def _state() -> _State:
    return _State()


def theme_signals() -> ThemeSignals:
    return _state().signals


def current_theme() -> ThemeName:
    return _state().theme


def theme_choice() -> ThemeChoice:
    return _state().choice


def color_name(name: str) -> str:
    """``#RRGGBB`` of a colour role in the theme in force."""
    return hex_color(name, _state().theme)


def color(name: str) -> QColor:
    """The colour of a role, e.g. ``color("text.primary")``. Shared between callers: copy it before you
    change it.
    """
    cached = _state().colors
    found = cached.get(name)
    if found is None:
        found = cached[name] = QColor(color_name(name))
    return found


def font(size: int = 12, weight: int = 400, code: bool = False, text: str = "") -> QFont:
    """Inter with WenQuanYi Micro Hei behind it, tabular digits; `code` adds the slashed zero.

    The Chinese font has one weight: where `text` is given and holds Chinese, the weight asked for is 400, so
    that no rasteriser emboldens it. Captions of 11 px become 12 in Chinese, which is unreadable below that.
    """
    chinese = bool(text) and bool(_CHINESE.search(text))
    if size < 12 and (chinese or (not text and not code and texts.language() == "zh")):
        size = 12
    return QFont(_font(size, 400 if chinese else weight, code))


@cache
def _font(size: int, weight: int, code: bool) -> QFont:
    family = tokens()["type"]["family"]
    made = QFont([family["latin"], family["cjk"]])
    made.setPixelSize(size)
    made.setWeight(_WEIGHTS[weight])
    made.setStyleHint(QFont.StyleHint.SansSerif)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    for feature in tokens()["type"]["features"]["codes" if code else "all"]:
        made.setFeature(QFont.Tag(feature), 1)
    return made


@cache
def load_fonts() -> tuple[str, ...]:
    """Register the shipped fonts; the families that they bring."""
    families: list[str] = []
    for file in sorted((*FONT_FOLDER.glob("*.ttf"), *FONT_FOLDER.glob("*.ttc"))):
        number = QFontDatabase.addApplicationFont(str(file))
        if number < 0:
            raise FontsMissing(file.name)
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(families)


def apply_theme(app: QApplication, choice: ThemeChoice = "system") -> None:
    """Dress the whole program. `system` follows the desktop, also when that changes later."""
    state = _state()
    state.choice = choice
    if state.style is None:
        load_fonts()
        state.style = OutpostStyle()
        app.setStyle(state.style)
    hints = app.styleHints()
    if not state.watching:
        state.watching = True
        hints.colorSchemeChanged.connect(state.system_changed)
    if choice == "system":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light)
    _put_on(app, _system_theme() if choice == "system" else choice)


def _put_on(app: QApplication, theme: ThemeName) -> None:
    state = _state()
    if state.worn == theme:
        return  # a style sheet that is set again dresses every widget anew, even when it is the same
    state.theme = state.worn = theme
    state.colors = {}
    app.setFont(font(12))
    for field in ("QLineEdit", "QPlainTextEdit", "QTextEdit", "QComboBox", "QAbstractSpinBox"):
        app.setFont(font(13), field)  # type: ignore[arg-type]  # the stub says bytes, the call takes str
    app.setPalette(_palette())
    app.setStyleSheet(style_sheet(theme))
    refresh_bound_icons()
    state.signals.changed.emit()
    for window in QApplication.topLevelWidgets():
        window.update()


def _system_theme() -> ThemeName:
    return "dark" if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else "light"


_ROLES: tuple[tuple[QPalette.ColorRole, str], ...] = (
    (QPalette.ColorRole.Window, "surface.window"),
    (QPalette.ColorRole.WindowText, "text.primary"),
    (QPalette.ColorRole.Base, "surface.base"),
    (QPalette.ColorRole.AlternateBase, "surface.base"),
    (QPalette.ColorRole.Text, "text.primary"),
    (QPalette.ColorRole.PlaceholderText, "text.tertiary"),
    (QPalette.ColorRole.Button, "surface.base"),
    (QPalette.ColorRole.ButtonText, "text.primary"),
    (QPalette.ColorRole.BrightText, "accent.onSolid"),
    (QPalette.ColorRole.Highlight, "selection.bg"),
    (QPalette.ColorRole.HighlightedText, "selection.text"),
    (QPalette.ColorRole.Accent, "accent.solid"),
    (QPalette.ColorRole.Link, "accent.fg"),
    (QPalette.ColorRole.LinkVisited, "accent.fg"),
    (QPalette.ColorRole.ToolTipBase, "surface.tooltip"),
    (QPalette.ColorRole.ToolTipText, "text.onTooltip"),
    (QPalette.ColorRole.Light, "surface.raised"),
    (QPalette.ColorRole.Midlight, "surface.hover"),
    (QPalette.ColorRole.Mid, "border.default"),
    (QPalette.ColorRole.Dark, "border.strong"),
    (QPalette.ColorRole.Shadow, "border.strong"),
)


def _palette() -> QPalette:
    made = QPalette()
    for role, name in _ROLES:
        made.setColor(QPalette.ColorGroup.All, role, color(name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, color("text.disabled"))
    made.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight, color("selection.inactive"))
    made.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.HighlightedText, color("text.primary"))
    return made


def set_language(code: texts.Language) -> None:
    """Switch the program's language: our texts, Qt's own dialogs, the locale; then every widget retranslates."""
    state = _state()
    if state.language == code == texts.language():
        return
    state.language = code
    texts.set_language(code)
    QLocale.setDefault(QLocale("zh_CN" if code == "zh" else "en_GB"))
    if state.translator is not None:
        QCoreApplication.removeTranslator(state.translator)
        state.translator = None
    if code == "zh":
        translator = QTranslator()
        if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            QCoreApplication.installTranslator(translator)
            state.translator = translator
    for window in QApplication.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
    state.signals.language_changed.emit()
