"""What boards and calendars draw with: prepared texts, hatches, badges and tags, kept per theme.

A board paints some hundred short texts a frame. Shaping them each time would cost more than all the rest, so
each is prepared once per words, width and font.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QStaticText,
    QTextLayout,
    QTextOption,
    QTransform,
)

from desktop.domain.scheduling import BarState
from desktop.widgets.theme import color, current_theme, font, line_height, pixmap

_MANY = 6000


class _Prepared(NamedTuple):
    static: QStaticText
    width: float
    ascent: float
    whole: bool


class Texts:
    """Prepared texts. `draw` elides to the width given and returns the width drawn."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int, int, int, bool], _Prepared] = {}
        self._base: dict[tuple[int, int, bool], float] = {}

    def clear(self) -> None:
        self._made.clear()
        self._base.clear()

    def draw(
        self,
        painter: QPainter,
        x: float,
        top: float,
        text: str,
        width: float = 10_000,
        *,
        size: int = 12,
        weight: int = 400,
        code: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> float:
        """Draw `text` in the painter's pen on a line of the type's own height that begins at `top`."""
        made = self._prepare(text, int(width), size, weight, code)
        if align == Qt.AlignmentFlag.AlignRight:
            x += width - made.width
        elif align == Qt.AlignmentFlag.AlignHCenter:
            x += (width - made.width) / 2
        painter.setFont(font(size, weight, code, text))
        painter.drawStaticText(QPointF(x, top + self._baseline(size, weight, code) - made.ascent), made.static)
        return made.width

    def width(self, text: str, *, size: int = 12, weight: int = 400, code: bool = False) -> float:
        return self._prepare(text, 10_000, size, weight, code).width

    def fits(self, text: str, width: float, *, size: int = 12, weight: int = 400) -> bool:
        return self._prepare(text, int(width), size, weight, False).whole

    def _baseline(self, size: int, weight: int, code: bool) -> float:
        found = self._base.get((size, weight, code))
        if found is None:
            metrics = QFontMetricsF(font(size, weight, code, "x"))
            found = round((line_height(max(size, 11)) - metrics.ascent() - metrics.descent()) / 2 + metrics.ascent())
            self._base[(size, weight, code)] = found
        return found

    def _prepare(self, text: str, width: int, size: int, weight: int, code: bool) -> _Prepared:
        key = (text, width, size, weight, code)
        found = self._made.get(key)
        if found is None:
            if len(self._made) > _MANY:
                self._made.clear()
            found = self._made[key] = _prepare(text, width, size, weight, code)
        return found


def _prepare(text: str, width: int, size: int, weight: int, code: bool) -> _Prepared:
    face = font(size, weight, code, text)
    metrics = QFontMetricsF(face)
    shown = text if width >= 10_000 else metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    layout = QTextLayout(shown, face)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(100_000)
    layout.endLayout()
    static = QStaticText(shown)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=face)
    return _Prepared(static, line.naturalTextWidth(), line.ascent(), shown == text)


class BarLook(NamedTuple):
    """Ground, text, border, and the icon that says the state without colour."""

    ground: str
    text: str
    sub: str
    border: str
    icon: str


BARS: dict[BarState, BarLook] = {
    BarState.PLANNED: BarLook("accent.subtle", "text.primary", "text.secondary", "accent.fg", "clock"),
    BarState.WORKING: BarLook("accent.solid", "accent.onSolid", "accent.onSolid", "accent.solid", "wrench"),
    BarState.TRAVELLING: BarLook("info.bg", "text.primary", "text.secondary", "info.solid", "truck"),
    BarState.DONE: BarLook("neutral.bg", "text.secondary", "text.secondary", "border.strong", "check"),
    BarState.BUSY: BarLook("neutral.bg", "text.secondary", "text.secondary", "neutral.line", "lock"),
}
TENTATIVE = BarLook("surface.base", "text.primary", "text.secondary", "border.strong", "circle-dashed")
CONFLICT = BarLook("danger.bg", "text.primary", "text.secondary", "danger.solid", "triangle-alert")


class Look:
    """The drawing kit of one widget. `reset` after a change of theme or language."""

    def __init__(self) -> None:
        self.texts = Texts()
        self._hatch: dict[tuple[str, float], QBrush] = {}

    def reset(self) -> None:
        self.texts.clear()
        self._hatch.clear()

    def hatch(self, ratio: float) -> QBrush:
        """Slanting stripes, 5 px of ground and 2 of grey: tentative."""
        key = (current_theme(), ratio)
        found = self._hatch.get(key)
        if found is None:
            found = self._hatch[key] = _hatch(ratio)
        return found

    def badge(self, painter: QPainter, box: QRectF, text: str, ground: QColor, ink: QColor) -> None:
        """Initials in a rounded square."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(ink)
        self.texts.draw(
            painter, box.x(), box.center().y() - 8, text, box.width(), size=11, align=Qt.AlignmentFlag.AlignHCenter
        )

    def tag(self, painter: QPainter, x: float, top: float, text: str, width: float) -> float:
        """A bordered word 16 px high; returns its right edge, or `x` where it has no room."""
        size = 11
        needed = self.texts.width(text, size=size) + 9
        if needed > width:
            return x
        painter.setPen(QPen(color("border.default"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(x + 0.5, top + 0.5, needed - 1, 15), 3, 3)
        painter.setPen(color("text.secondary"))
        self.texts.draw(painter, x + 4.5, top, text, size=size)
        return x + needed

    def icon(self, painter: QPainter, x: float, top: float, name: str, role: str, size: int = 12) -> None:
        painter.drawPixmap(
            QPointF(round(x), round(top)), pixmap(name, role, size, painter.device().devicePixelRatioF())
        )


def _hatch(ratio: float) -> QBrush:
    """A tile in device pixels with a scaled brush: after a brush whose pixmap has a ratio of its own, Qt draws prepared
    texts in the wrong place.
    """
    side = 10
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.fill(color("surface.base"))
    painter = QPainter(tile)
    painter.scale(tile.width() / side, tile.height() / side)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("neutral.bg"), 2.4))
    for offset in (-side, 0, side):
        painter.drawLine(QPointF(offset - 2, side + 2), QPointF(offset + side + 2, -2))
    painter.end()
    brush = QBrush(tile)
    brush.setTransform(QTransform.fromScale(side / tile.width(), side / tile.height()))
    return brush


def bar_look(state: BarState, *, hard: bool, conflict: bool) -> BarLook:
    """How a bar looks: a conflict goes before tentative, tentative before planned."""
    if conflict and state is not BarState.BUSY:
        return CONFLICT
    if not hard and state is BarState.PLANNED:
        return TENTATIVE
    return BARS[state]
