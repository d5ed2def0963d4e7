"""Lucide icons, tinted by a colour role of the theme and cached per (name, role, size, device pixel ratio)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from desktop.widgets.tokens import UnknownToken

ICON_FOLDER = Path(__file__).parent.parent / "resources" / "icons"
_NOMINAL_STROKE = 'stroke-width="2"'
# Lucide is drawn on 24 px with stroke 2. Small and large sizes get their own stroke, so that all look
# equally heavy.
_STROKES = {10: "3.2", 12: "2.3", 20: "1.7", 32: "1.6"}


@cache
def _source(name: str) -> str:
    file = ICON_FOLDER / f"{name}.svg"
    if not file.is_file():
        raise UnknownToken(f"icon {name}")
    return file.read_text(encoding="utf-8")


def render_svg(svg: str, size: int, ratio: float) -> QPixmap:
    """`svg` drawn on a transparent square of `size` logical px."""
    pixels = max(1, round(size * ratio))
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def pixmap(name: str, role: str = "text.secondary", size: int = 16, ratio: float | None = None) -> QPixmap:
    """The icon `name` in the colour `role` of the present theme; `ratio` defaults to the application's."""
    from desktop.widgets.theme import color_name  # the theme needs no icons; icons need the theme in force

    ratio = _application_ratio() if ratio is None else ratio
    tint = color_name(role)
    key = f"outpost/{name}/{tint}/{size}/{ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    svg = _source(name).replace("currentColor", tint)
    if size in _STROKES:
        svg = svg.replace(_NOMINAL_STROKE, f'stroke-width="{_STROKES[size]}"')
    drawn = render_svg(svg, size, ratio)
    QPixmapCache.insert(key, drawn)
    return drawn


def icon(name: str, role: str = "text.secondary", size: int = 16) -> QIcon:
    """A QIcon for this moment's theme, sharp at the usual scalings. To follow a theme change use `bind_icon`."""
    made = QIcon()
    for ratio in (1.0, 1.25, 1.5, 2.0):
        made.addPixmap(pixmap(name, role, size, ratio), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, "text.disabled", size, ratio), QIcon.Mode.Disabled)
    return made


class IconTarget(Protocol):
    """What can show an icon: a QAction, a button, a menu."""

    def setIcon(self, icon: QIcon, /) -> None: ...


_bound: WeakKeyDictionary[IconTarget, tuple[str, str, int]] = WeakKeyDictionary()


def bind_icon(target: IconTarget, name: str, role: str = "text.secondary", size: int = 16) -> None:
    """Give `target` the icon and keep it in the colours of the theme."""
    target.setIcon(icon(name, role, size))
    _bound[target] = (name, role, size)


def refresh_bound_icons() -> None:
    """Called by the theme after a change."""
    for target, (name, role, size) in list(_bound.items()):
        if isValid(target):
            target.setIcon(icon(name, role, size))


def _application_ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
