"""The space of a dispatch board: what stands where, what is in view, and moving through time.

Lanes are rows of fixed height; time runs through a `TimeScale`. Painting: `gantt_canvas`, gestures: `gantt_view`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.domain.calendars import DAY, local, local_day
from desktop.domain.intervals import Interval
from desktop.domain.scheduling import Booking, Lane, Placement
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_bars import LanePainter, Rows
from desktop.widgets.gantt_frame import HEADER, LEGEND, STRIP, WIDE, Visible
from desktop.widgets.gantt_look import Look
from desktop.widgets.gantt_scale import TimeScale

PAST, FUTURE = 400, 800
"""Days before and after today that can be scrolled to."""


class GanttSpace(QAbstractScrollArea):
    """Geometry and navigation over a `GanttModel`."""

    range_changed = Signal(object)
    """The `Interval` that is visible now, also after scrolling; bookings of it should be loaded."""
    zoom_changed = Signal()

    def __init__(
        self, model: GanttModel, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.clock = clock
        self.look = Look()
        self.lanes = LanePainter(model, self.look)
        self.fit_days: int | None = 1
        """How many days fill the width; None after free zooming."""
        today = self.today()
        self.scale = TimeScale(model.zone, today - timedelta(days=PAST), PAST + FUTURE, 800)
        self._day = today
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _invalidate(self) -> None:
        """What was painted is no longer right."""
        self.viewport().update()

    def today(self) -> date:
        return local_day(self.clock(), self.model.zone)

    # geometry

    @property
    def rows(self) -> Rows:
        return Rows(64, 44) if self.wide else Rows(48, 36)

    @property
    def wide(self) -> bool:
        return self.viewport().width() >= WIDE

    @property
    def head(self) -> int:
        return 200 if self.wide else 176

    def body(self) -> QRect:
        """The part of the viewport that shows lanes."""
        port = self.viewport().rect()
        return QRect(self.head, HEADER, port.width() - self.head, max(port.height() - HEADER - STRIP - LEGEND, 0))

    def left(self) -> int:
        return self.horizontalScrollBar().value()

    def top(self) -> int:
        return self.verticalScrollBar().value()

    def visible(self) -> Visible:
        return Visible(self.scale, self.left(), self.body().width(), self.head)

    def range(self) -> Interval:
        seen = self.visible()
        return Interval(seen.start, seen.end)

    def now(self) -> int:
        return int(self.clock())

    def day(self) -> date:
        """The first day in view."""
        index = int((self.left() + self.scale.day_width * 0.5) // self.scale.day_width)
        return self.scale.day(index)

    def instant_at(self, pos: QPoint) -> int:
        return self.scale.instant(pos.x() - self.head + self.left())

    def lane_at(self, pos: QPoint) -> Lane | None:
        row = (pos.y() - HEADER + self.top()) // self.rows.lane
        lanes = self.model.plan.lanes
        inside = HEADER <= pos.y() < self.body().bottom() + 1
        return lanes[row] if inside and 0 <= row < len(lanes) else None

    def lane_rect(self, lane_id: int) -> QRect:
        """The lane in viewport px, without the head."""
        row = self.model.plan.row(lane_id) or 0
        body = self.body()
        return QRect(body.x(), HEADER + row * self.rows.lane - self.top(), body.width(), self.rows.lane)

    def bar_rect(self, booking: Booking) -> QRectF:
        """Where a booking is drawn, in viewport px."""
        lane = self.model.plan.lane(booking.lane_id)
        if lane is None:
            return QRectF()
        top = self.lane_rect(lane.id).top()
        for other, box, _ in self.lanes.bars(lane, top, self.rows, self.scale, booking.start, booking.end):
            if other.id == booking.id:
                return box.translated(self.head - self.left(), 0)
        return QRectF()

    def place_rect(self, place: Placement) -> QRectF:
        x = self.visible().x(place.start)
        width = max(self.visible().x(place.end) - x - 1, 3)
        return QRectF(x, self.lane_rect(place.lane_id).top() + self.rows.pad, width, self.rows.bar)

    def booking_at(self, pos: QPoint) -> Booking | None:
        lane = self.lane_at(pos)
        if lane is None or pos.x() < self.head:
            return None
        slack = int(3 / self.scale.per_hour * 3600)
        instant = self.instant_at(pos)
        top = self.lane_rect(lane.id).top()
        hit: Booking | None = None
        bars = self.lanes.bars(lane, top, self.rows, self.scale, instant - slack, instant + slack + 1)
        for booking, box, _ in bars:
            if box.translated(self.head - self.left(), 0).adjusted(-1, 0, 1, 0).contains(QPointF(pos)):
                hit = booking
        return hit

    # what is shown

    def show_days(self, days: int, day: date | None = None) -> None:
        """Fill the width with `days`, beginning at `day` (default: where the view is)."""
        self._day = day or self.day()
        self.fit_days = days
        self._fit()

    def go_to(self, day: date) -> None:
        self._day = day
        self._scroll_to_day()

    def step(self, direction: int) -> None:
        """Forward or back by what is shown."""
        days = self.fit_days or max(1, round(self.body().width() / self.scale.day_width))
        self.go_to(self.day() + timedelta(days=days * direction))

    def zoom(self, factor: float, *, anchor: int | None = None) -> None:
        """Wider or narrower, keeping the time under viewport px `anchor` (default: the middle) where it is."""
        at = self.body().center().x() if anchor is None else anchor
        instant = self.scale.instant(at - self.head + self.left())
        self.scale = self.scale.zoomed(self.scale.day_width * factor)
        self.fit_days = None
        self._set_range()
        self.horizontalScrollBar().setValue(round(self.scale.x(instant) - (at - self.head)))
        self._invalidate()
        self.zoom_changed.emit()

    def fold(self, first: int, last: int) -> None:
        """Show the hours from `first` to `last` of each day; 0 to 24 shows the nights."""
        instant = self.scale.instant(self.left())
        self.scale = self.scale.folded(first, last)
        if self.fit_days:
            self._fit()
            return
        self._set_range()
        self.horizontalScrollBar().setValue(round(self.scale.x(instant)))
        self._invalidate()

    def folded_away(self) -> int:
        """How many bookings in view begin before the first or end after the last hour shown."""
        first, last, zone = self.scale.first, self.scale.last, self.model.zone
        span = self.range()
        if (first, last) == (0, 24) or span.length > 8 * DAY:  # in a month nobody looks for hours
            return 0
        found = 0
        for lane in self.model.plan.lanes:
            for booking in self.model.plan.touching(lane.id, *span):
                start, end = local(booking.start, zone), local(booking.end - 1, zone)
                found += start.hour < first or end.hour >= last or start.date() != end.date()
        return found

    def reveal(self, place: Placement) -> None:
        """Scroll as little as needed for a place to be seen."""
        body = self.body()
        left, right = self.scale.x(place.start), self.scale.x(place.end)
        bar = self.horizontalScrollBar()
        if left < bar.value() or right > bar.value() + body.width():
            bar.setValue(round(left - min(body.width() * 0.25, max(body.width() - (right - left), 0))))
        row = self.model.plan.row(place.lane_id) or 0
        down = self.verticalScrollBar()
        if row * self.rows.lane < down.value():
            down.setValue(row * self.rows.lane)
        elif (row + 1) * self.rows.lane > down.value() + body.height():
            down.setValue((row + 1) * self.rows.lane - body.height())

    def _fit(self) -> None:
        width = self.body().width()
        if self.fit_days and width > 0:
            self.scale = self.scale.zoomed(width / self.fit_days)
        self._set_range()
        self._scroll_to_day()
        self._invalidate()
        self.zoom_changed.emit()

    def _set_range(self) -> None:
        body = self.body()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setPageStep(max(body.width(), 1))
        across.setSingleStep(max(round(self.scale.per_hour), 1))
        across.setRange(0, max(self.scale.width - body.width(), 0))
        down.setPageStep(max(body.height(), 1))
        down.setSingleStep(self.rows.lane)
        down.setRange(0, max(len(self.model.plan.lanes) * self.rows.lane - body.height(), 0))

    def _scroll_to_day(self) -> None:
        index = (self._day - self.scale.origin).days
        self.horizontalScrollBar().setValue(round(index * self.scale.day_width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.fit_days:
            self._fit()
        else:
            self._set_range()
        self._invalidate()
