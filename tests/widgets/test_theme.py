"""The look: tokens only, both themes, both languages, fonts that are ours."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.text import language
from desktop.widgets import theme
from desktop.widgets.icons import bind_icon
from desktop.widgets.labels import Label
from desktop.widgets.tokens import STYLE_FOLDER, THEMES, UnknownToken, hex_color, metric, palette_of, tokens


def test_both_themes_define_the_same_roles() -> None:
    assert palette_of("light").keys() == palette_of("dark").keys()


def test_all_pairs_of_the_tokens_reach_their_contrast() -> None:
    def luminance(name: str) -> float:
        channels = [int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def named(name: str, which: str) -> str:
        return "#FFFFFF" if name == "white" else hex_color(name.split(" ")[0], which)  # type: ignore[arg-type]

    assert len(tokens()["contrast"]) > 100
    for pair in tokens()["contrast"]:
        fg, bg = (luminance(named(pair[part], pair["theme"])) for part in ("fg", "bg"))
        ratio = (max(fg, bg) + 0.05) / (min(fg, bg) + 0.05)
        assert ratio >= pair["need"] - 0.01, pair


@pytest.mark.parametrize("name", ["text.purple", "row", "row.nothing", "chart.9"])
def test_an_unknown_name_is_an_error_not_black(name: str) -> None:
    with pytest.raises(UnknownToken):
        theme.color(name)
    with pytest.raises(UnknownToken):
        metric(name)


def test_the_style_sheet_names_no_colour_itself() -> None:
    source = (STYLE_FOLDER / "outpost.qss").read_text(encoding="utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb\(|: *(red|black|white|gr[ae]y)\b", source)
    for name in THEMES:
        assert "{text." not in theme.style_sheet(name)


def test_switching_the_theme_reaches_palette_painters_and_icons(qapp: QApplication, qtbot: QtBot) -> None:
    action = QAction()
    bind_icon(action, "search", "text.primary")
    light = action.icon().pixmap(16).toImage()
    with qtbot.waitSignal(theme.theme_signals().changed):
        theme.apply_theme(qapp, "dark")
    assert theme.color("text.primary").name().upper() == hex_color("text.primary", "dark")
    assert qapp.palette().color(QPalette.ColorRole.Base).name().upper() == hex_color("surface.base", "dark")
    assert action.icon().pixmap(16).toImage() != light


def test_system_follows_the_desktop(qapp: QApplication) -> None:
    theme.apply_theme(qapp, "system")
    assert theme.theme_choice() == "system"
    scheme = qapp.styleHints().colorScheme()
    assert theme.current_theme() == ("dark" if scheme is Qt.ColorScheme.Dark else "light")


def test_codes_get_the_slashed_zero_and_numbers_equal_widths() -> None:
    def drawn(code: bool) -> QImage:
        image = QImage(60, 40, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setFont(theme.font(20, code=code))
        painter.drawText(4, 30, "000")
        painter.end()
        return image

    assert drawn(True) != drawn(False)


def test_chinese_is_never_emboldened_nor_under_12_px() -> None:
    assert theme.font(15, 600, text="工单发料").weight() == theme.font(15).weight()
    assert theme.font(15, 600, text="Issue").weight() > theme.font(15).weight()
    assert theme.font(11, text="仓库").pixelSize() == 12
    assert theme.font(11, text="Stock").pixelSize() == 11


def test_the_shipped_fonts_are_there_and_have_their_licences() -> None:
    assert {"Inter", "WenQuanYi Micro Hei"} <= set(theme.load_fonts())
    assert "SIL OPEN FONT LICENSE" in (theme.FONT_FOLDER / "Inter-OFL.txt").read_text(encoding="utf-8").upper()
    assert "Apache License" in (theme.FONT_FOLDER / "WenQuanYi-Apache-2.0.txt").read_text(encoding="utf-8")


def test_switching_the_language_reaches_every_widget_and_qts_own_dialogs(qtbot: QtBot) -> None:
    class Label(QWidget):
        heard = 0

        def changeEvent(self, event: QEvent) -> None:
            if event.type() == QEvent.Type.LanguageChange:
                Label.heard += 1
            super().changeEvent(event)

    outer = QWidget()
    qtbot.addWidget(outer)
    Label(outer)
    with qtbot.waitSignal(theme.theme_signals().language_changed):
        theme.set_language("zh")
    assert language() == "zh" and Label.heard >= 1
    box = QMessageBox(QMessageBox.Icon.NoIcon, "", "", QMessageBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QMessageBox.StandardButton.Cancel).text() == "取消"


def test_labels_take_their_role_of_the_new_theme(qapp: QApplication, qtbot: QtBot) -> None:
    label = Label("Overdue", role="danger.fg")
    qtbot.addWidget(label)
    label.show()
    for name in THEMES:
        theme.apply_theme(qapp, name)
        assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("danger.fg")
    label.set_role("text.tertiary")
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("text.tertiary")
    label.setEnabled(False)
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("text.tertiary")
