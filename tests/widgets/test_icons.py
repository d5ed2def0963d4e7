"""Icons: each file is used, each name used has its file, and the tint is the theme's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from desktop.widgets import theme
from desktop.widgets.icons import ICON_FOLDER, icon, pixmap
from desktop.widgets.tokens import UnknownToken, hex_color

SOURCE = Path(__file__).parents[2] / "desktop"
_LITERAL = re.compile(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"')


def shipped() -> set[str]:
    return {file.stem for file in ICON_FOLDER.glob("*.svg")}


def test_every_shipped_icon_is_named_somewhere() -> None:
    named: set[str] = set()
    for file in SOURCE.rglob("*.py"):
        named |= set(_LITERAL.findall(file.read_text(encoding="utf-8")))
    assert shipped() - named == set()


_CALLS = (
    r'icon="([a-z0-9-]+)"',
    r'bind_icon\(\s*[\w.]+,\s*"([a-z0-9-]+)"',
    r'IconLabel\(\s*"([a-z0-9-]+)"',
    r'IconButton\(\s*"([a-z0-9-]+)"',
)


@pytest.mark.parametrize("call", _CALLS)
def test_every_icon_asked_for_is_shipped(call: str) -> None:
    asked: set[str] = set()
    for file in SOURCE.rglob("*.py"):
        asked |= set(re.findall(call, file.read_text(encoding="utf-8")))
    assert asked and asked <= shipped()


def test_all_icons_draw_something_in_the_tint_asked_for() -> None:
    for name in sorted(shipped()):
        image = pixmap(name, "danger.fg", 24, 1.0).toImage()
        inked = [image.pixelColor(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 200]
        assert inked, name
        wanted = QColor(hex_color("danger.fg", "light"))
        for each in inked:
            far = max(
                abs(each.red() - wanted.red()),
                abs(each.green() - wanted.green()),
                abs(each.blue() - wanted.blue()),
            )
            assert far <= 2, name  # premultiplied edges round


def test_an_icon_is_drawn_once_per_theme(qapp: QApplication) -> None:
    first = pixmap("search", "text.primary", 16, 2.0)
    assert pixmap("search", "text.primary", 16, 2.0).cacheKey() == first.cacheKey()
    assert (first.width(), first.devicePixelRatio()) == (32, 2.0)
    theme.apply_theme(qapp, "dark")
    assert pixmap("search", "text.primary", 16, 2.0).cacheKey() != first.cacheKey()


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(UnknownToken):
        icon("no-such-icon")


def test_the_licence_is_shipped() -> None:
    assert "ISC License" in (ICON_FOLDER / "LICENSE.txt").read_text(encoding="utf-8")
