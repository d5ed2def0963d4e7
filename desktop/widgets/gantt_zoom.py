"""The zoom control of a board: less, a slider, more, and how fine the grid is."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import IconButton
from desktop.widgets.gantt_scale import MAX_DAY, MIN_DAY
from desktop.widgets.labels import Label
from desktop.widgets.paint import row
from desktop.widgets.theme import color

STEP = 1.4


def grain_text(minutes: int) -> str:
    """``15 min``, ``2 h``, ``1 d``."""
    if minutes < 60:
        return tr("{count} min", count=minutes)
    if minutes < 1440:
        return tr("{count} h", count=minutes // 60)
    return tr("1 day")


class _Track(QWidget):
    """A slider of 64 × 12 on a logarithmic scale of px a day."""

    moved = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.5
        self.setFixedSize(QSize(64, 24))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_width(self, day_width: float) -> None:
        low, high = math.log(MIN_DAY), math.log(MAX_DAY)
        self._share = (math.log(min(max(day_width, MIN_DAY), MAX_DAY)) - low) / (high - low)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("border.default"))
        painter.drawRoundedRect(QRectF(0, 10, 64, 4), 2, 2)
        painter.setPen(QPen(color("accent.solid"), 2))
        painter.setBrush(color("surface.base"))
        painter.drawEllipse(QPointF(6 + self._share * 52, 12), 5, 5)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._aim(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._aim(event)

    def _aim(self, event: QMouseEvent) -> None:
        share = min(max((event.position().x() - 6) / 52, 0.0), 1.0)
        low, high = math.log(MIN_DAY), math.log(MAX_DAY)
        self.moved.emit(math.exp(low + share * (high - low)))


class ZoomControl(QWidget):
    """`zoomed` carries a factor, `chosen` a width of a day in px."""

    zoomed = Signal(float)
    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.less = IconButton("zoom-out", "")
        self.more = IconButton("zoom-in", "")
        self.track = _Track()
        self.grain = Label(role="text.secondary")
        self.grain.setFixedWidth(40)
        self.setLayout(row(self.less, self.track, self.more, self.grain, spacing=4))
        self.less.clicked.connect(lambda: self.zoomed.emit(1 / STEP))
        self.more.clicked.connect(lambda: self.zoomed.emit(STEP))
        self.track.moved.connect(self.chosen)
        self.retranslate()

    def show_scale(self, day_width: float, grain: int) -> None:
        self.track.set_width(day_width)
        self.grain.setText(grain_text(grain))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.less.set_words(tr("Zoom out"), "Ctrl+−")
        self.more.set_words(tr("Zoom in"), "Ctrl++")
        self.track.setAccessibleName(tr("Zoom"))
