"""The picture of a dispatch board: engineers down, time across, painted in one pass.

The lanes are kept as a picture of the visible part; scrolling moves the picture and paints the strip that
came into view, so a frame costs what is visible and not how many bookings there are. A drag is painted above
it. What the user does with it is in `gantt_view`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_bars import ghost, hollow, selected, short_code, span_text
from desktop.widgets.gantt_drag import Drag
from desktop.widgets.gantt_frame import HEADER, LEGEND, STRIP, FramePainter, Visible
from desktop.widgets.gantt_space import GanttSpace
from desktop.widgets.theme import color, theme_signals

FLASH_MS = 4000


class GanttCanvas(GanttSpace):
    """Paints a `GanttModel`."""

    def __init__(
        self, model: GanttModel, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(model, parent, clock=clock)
        self.frame = FramePainter(model, self.look, clock)
        self.drag: Drag | None = None
        self.selection: set[int] = set()
        self.cursor_id: int | None = None
        """The booking that keys act on."""
        self._layer: QPixmap | None = None
        self._layer_at = QPoint()
        self._heads: tuple[object, QPixmap] | None = None
        self._tone: tuple[object, QPixmap] | None = None
        self._flash: dict[int, float] = {}
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._minute = QTimer(self, interval=15_000)
        self._minute.timeout.connect(self._invalidate)
        self._minute.start()
        self._fading = QTimer(self, interval=1000)
        self._fading.timeout.connect(self._fade)
        model.lanes_changed.connect(self._lanes_changed)
        theme_signals().changed.connect(self._look_changed)

    # painting

    def _invalidate(self) -> None:
        self._layer = self._heads = self._tone = None
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        seen, body, port = self.visible(), self.body(), self.viewport().rect()
        dirty = event.region()
        if dirty.intersects(body):
            painter.drawPixmap(body.topLeft(), self._lanes_layer(body))
        if dirty.intersects(QRect(0, HEADER, self.head, body.height())):
            painter.drawPixmap(0, HEADER, self._heads_layer(seen, body))
        if dirty.intersects(QRect(0, 0, port.width(), HEADER)):
            self.frame.header(painter, seen, port.width())
        strip = QRect(0, body.bottom() + 1, port.width(), STRIP)
        if dirty.intersects(strip):
            self.frame.budget, self.frame.owing = 1, False
            self.frame.strip(painter, seen, strip.top(), port.width())
            if self.frame.owing:
                QTimer.singleShot(0, self.viewport(), lambda: self.viewport().update(strip))
        if dirty.intersects(strip.translated(0, STRIP)):
            self.frame.legend(painter, strip.bottom() + 1, port.width())
        self._paint_now(painter, seen)
        painter.save()
        painter.setClipRect(QRect(body.x(), 0, body.width(), HEADER + body.height()))
        self._paint_marks(painter)
        if self.drag is not None:
            self._paint_drag(painter, self.drag, seen)
        painter.restore()
        painter.end()

    def _lanes_layer(self, body: QRect) -> QPixmap:
        """The picture of the lanes in view, moved and completed rather than painted again."""
        ratio = self.devicePixelRatioF()
        at = QPoint(self.left(), self.top())
        layer = self._layer
        size = body.size() * ratio
        if layer is None or layer.size() != size:
            layer = self._layer = QPixmap(size)
            layer.setDevicePixelRatio(ratio)
            self._paint_layer(layer, QRect(at, body.size()), at)
        elif at != self._layer_at:
            self._scroll_layer(layer, at, body, ratio)
        self._layer_at = at
        return layer

    def _scroll_layer(self, layer: QPixmap, at: QPoint, body: QRect, ratio: float) -> None:
        moved = self._layer_at - at
        dx, dy = moved.x() * ratio, moved.y() * ratio
        whole = QRect(at, body.size())
        kept = whole.intersected(QRect(self._layer_at, body.size()))
        if kept.isEmpty() or dx != int(dx) or dy != int(dy):
            self._paint_layer(layer, whole, at)
            return
        layer.scroll(int(dx), int(dy), layer.rect())
        for strip in _outside(whole, kept):
            self._paint_layer(layer, strip, at)

    def _paint_layer(self, layer: QPixmap, part: QRect, at: QPoint) -> None:
        """Paint `part` (content px) of the layer whose top left shows content px `at`."""
        painter = QPainter(layer)
        painter.translate(-at)
        painter.setClipRect(part)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.rows.lane
        lanes = self.model.plan.lanes
        low, high = float(part.left()), float(part.right() + 1)
        last = min((part.bottom() // height) + 1, len(lanes))
        now = self.now()
        for row in range(part.top() // height, last):
            self.lanes.lane(painter, lanes[row], row * height, self.rows, self.scale, low, high, now=now)
        below = QRect(part.left(), last * height, part.width(), part.bottom() + 1 - last * height)
        if below.height() > 0:
            painter.fillRect(below, color("surface.base"))
        painter.end()

    def _heads_layer(self, seen: Visible, body: QRect) -> QPixmap:
        """The engineers, painted again when other ones, other days or another verdict are to be shown."""
        target = self.drag.place.lane_id if self.drag else None
        key = (self.top(), body.size(), seen.whole_days(), target, self.drag.tone if self.drag else "")
        if self._heads is not None and self._heads[0] == key:
            return self._heads[1]
        ratio = self.devicePixelRatioF()
        layer = QPixmap(QSize(self.head, body.height()) * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(color("surface.base"))
        painter = QPainter(layer)
        height, lanes = self.rows.lane, self.model.plan.lanes
        for row in range(self.top() // height, min((self.top() + body.height()) // height + 1, len(lanes))):
            tone = self.drag.tone if self.drag and lanes[row].id == target else ""
            self.frame.head(painter, lanes[row], row * height - self.top(), height, seen, tone)
        painter.end()
        self._heads = (key, layer)
        return layer

    def _paint_now(self, painter: QPainter, seen: Visible) -> None:
        x = seen.x(self.now())
        if self.head <= x <= self.viewport().width():
            self.frame.time_tag(painter, seen, self.now(), now=True)

    def _paint_marks(self, painter: QPainter) -> None:
        """Selection and what was just refused, above the lanes."""
        bookings = self.model.plan.bookings
        for key in self.selection:
            if (booking := bookings.get(key)) is not None:
                selected(painter, self.bar_rect(booking), cursor=self.hasFocus() and key == self.cursor_id)
        for key in self._flash:
            if (booking := bookings.get(key)) is not None:
                painter.setPen(QPen(color("danger.solid"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.bar_rect(booking).adjusted(-2, -2, 2, 2), 4, 4)

    def _paint_drag(self, painter: QPainter, drag: Drag, seen: Visible) -> None:
        lane = self.lane_rect(drag.place.lane_id)
        painter.drawPixmap(lane.topLeft(), self._tone_layer(drag, lane))
        for _, booking, _ in drag.places(self.model):
            if booking is not None:
                hollow(painter, self.place_rect(booking.placement))
        refused = drag.tone == "danger"
        x = seen.x(drag.place.start)
        painter.setPen(QPen(color("warn.solid"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(round(x) + 0.5, HEADER), QPointF(round(x) + 0.5, self.body().bottom()))
        for job, _, place in drag.places(self.model):
            if job is not None:
                title = f"{short_code(job.code)} {job.name}"
                detail = f"{job.customer_name}  {span_text(place.start, place.end, self.model.zone)}"
                ghost(painter, self.look, self.place_rect(place), title, detail, refused=refused)
        painter.setClipping(False)
        self.frame.time_tag(painter, seen, drag.place.start, now=False)

    def _tone_layer(self, drag: Drag, box: QRect) -> QPixmap:
        """The lane under the drag in the colour of its verdict, kept while lane and colour stay the same."""
        key = (drag.place.lane_id, drag.tone, self.left(), drag.moving, box.width(), self.scale)
        if self._tone is not None and self._tone[0] == key:
            return self._tone[1]
        ratio = self.devicePixelRatioF()
        layer = QPixmap(box.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.left(), 0)
        lane = self.model.plan.lane(drag.place.lane_id)
        if lane is not None:
            low, high = float(self.left()), float(self.left() + box.width())
            self.lanes.lane(
                painter, lane, 0, self.rows, self.scale, low, high,
                now=self.now(), tone=drag.tone, without=drag.moving,
            )  # fmt: skip
        painter.end()
        self._tone = (key, layer)
        return layer

    def flash(self, booking_ids: set[int]) -> None:
        """Frame bookings in red for a while: what was refused and what is in its way."""
        until = time.monotonic() + FLASH_MS / 1000
        self._flash.update(dict.fromkeys(booking_ids, until))
        self._fading.start()
        self.viewport().update()

    def flashing(self) -> set[int]:
        return set(self._flash)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        port = self.viewport().rect()
        self.viewport().update(port.adjusted(0, 0, 0, -LEGEND))
        if dx:
            self._tone = None
            self.range_changed.emit(self.range())

    def _look_changed(self) -> None:
        self.look.reset()
        self._invalidate()

    def _lanes_changed(self) -> None:
        self.frame.forget_loads()
        self._set_range()
        self._invalidate()

    def _fade(self) -> None:
        now = time.monotonic()
        faded = [key for key, until in self._flash.items() if until <= now]
        for key in faded:
            del self._flash[key]
        if faded:
            self.viewport().update()
        if not self.model.fade() and not self._flash:
            self._fading.stop()


def _outside(whole: QRect, kept: QRect) -> list[QRect]:
    """The strips of `whole` that `kept` does not cover, where at least one side is common."""
    strips = [
        QRect(whole.left(), whole.top(), kept.left() - whole.left(), whole.height()),
        QRect(kept.right() + 1, whole.top(), whole.right() - kept.right(), whole.height()),
        QRect(kept.left(), whole.top(), kept.width(), kept.top() - whole.top()),
        QRect(kept.left(), kept.bottom() + 1, kept.width(), whole.bottom() - kept.bottom()),
    ]
    return [strip for strip in strips if not strip.isEmpty()]
