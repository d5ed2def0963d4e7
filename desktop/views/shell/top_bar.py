"""The window's upper edge: mark, menus, Ctrl+K field, bell, language, theme, user."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenuBar, QSizePolicy, QWidget

from desktop.domain.text import language, tr
from desktop.runtime.context import User
from desktop.widgets.buttons import IconButton, PaintedButton
from desktop.widgets.icons import render_svg
from desktop.widgets.paint import (
    Surface,
    draw_box,
    draw_icon,
    draw_key_cap,
    draw_text,
    key_cap_width,
    row,
    text_width,
)
from desktop.widgets.theme import color_name, current_theme, font, metric

_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect x="1" y="1" width="18" height="18" rx="4" '
    'fill="{fill}"/><path d="M10 4.5a4 4 0 0 1 4 4c0 3-4 7-4 7s-4-4-4-7a4 4 0 0 1 4-4z" fill="none" stroke="{ink}" '
    'stroke-width="1.6"/><circle cx="10" cy="8.5" r="1.4" fill="{ink}"/></svg>'
)
GOTO_WIDTH = 360


class Mark(QWidget):
    """The program's mark: a pin on the accent colour."""

    def __init__(self, size: int, width: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setFixedSize(width or size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        svg = _MARK.format(fill=color_name("accent.solid"), ink=color_name("accent.onSolid"))
        drawn = render_svg(svg, self._size, self.devicePixelRatio())
        painter.drawPixmap((self.width() - self._size) // 2, 0, drawn)
        painter.end()


class GotoField(PaintedButton):
    """Looks like a field, opens the palette."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(GOTO_WIDTH, metric("control.small"))
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        border = "border.strong" if self.hovered else "border.default"
        draw_box(painter, QRectF(self.rect()), "surface.base", border, metric("radius.control"))
        draw_icon(painter, 9, 5, "search", "text.tertiary", 14)
        key_x = self.width() - key_cap_width("Ctrl+K") - 4
        area = QRectF(31, 0, key_x - 36, self.height())
        draw_text(painter, area, self.text(), font(12), "text.tertiary")
        draw_key_cap(painter, key_x, self.height() / 2, "Ctrl+K")
        painter.end()


class UserButton(PaintedButton):
    """Initials and name; opens the user menu."""

    def __init__(self, user: User, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._user = user
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(self._user.display_name())
        self.setAccessibleName(tr("User: {name}", name=self._user.display_name()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(28 + text_width(self.text(), font(12)) + 1), metric("control.small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(0, 2, 20, 20)
        draw_box(painter, box, "accent.solid", None, metric("radius.control"))
        draw_text(painter, box, self._user.initials(), font(10, 600, code=True), "accent.onSolid", "center")
        draw_text(painter, QRectF(28, 0, self.width() - 28, self.height()), self.text(), font(12), "text.primary")
        painter.end()


class TopBar(Surface):
    """32 high. The menus' contents belong to `ShellMenus`."""

    goto_asked = Signal()
    messages_asked = Signal()
    language_asked = Signal(str)
    theme_asked = Signal(str)
    user_asked = Signal()

    def __init__(self, user: User, parent: QWidget | None = None) -> None:
        super().__init__("surface.window", "b", parent=parent)
        self.menu_bar = QMenuBar()
        self.menu_bar.setNativeMenuBar(False)
        self.menu_bar.setFont(font(13))
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.menu_bar.setFixedHeight(28)
        self.goto = GotoField()
        self.bell = IconButton("bell")
        self.language = IconButton("languages")
        self.theme = IconButton("moon")
        self.user = UserButton(user)
        self.goto.clicked.connect(self.goto_asked)
        self.bell.clicked.connect(self.messages_asked)
        self.language.clicked.connect(lambda: self.language_asked.emit("en" if language() == "zh" else "zh"))
        self.theme.clicked.connect(lambda: self.theme_asked.emit("light" if current_theme() == "dark" else "dark"))
        self.user.clicked.connect(self.user_asked)
        right = row(self.bell, self.language, self.theme, self.user)
        mark = Mark(20, metric("shell.rail"))
        layout = row(mark, self.menu_bar, None, self.goto, None, right, spacing=0, margins=(0, 0, 8, 1))
        self.setLayout(layout)
        self.setFixedHeight(metric("shell.menuBar"))
        self.retranslate()

    def retranslate(self) -> None:
        self.goto.setText(tr("Go anywhere: code, name, pinyin initials"))
        self.goto.setAccessibleName(tr("Go anywhere"))
        self.bell.set_words(tr("Messages"))
        self.language.set_words("English" if language() == "zh" else "中文")
        self.show_theme()
        self.user.retranslate()

    def show_theme(self) -> None:
        """The icon of the theme that a click brings."""
        dark = current_theme() == "dark"
        self.theme.set_icon_name("sun" if dark else "moon")
        self.theme.set_words(tr("Light theme") if dark else tr("Dark theme"))
