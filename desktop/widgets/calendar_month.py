"""A month: weeks down, days across, as many jobs in each day as there is room for and how many more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.calendars import at, local, local_day, midnight
from desktop.domain.scheduling import BarState, Booking
from desktop.domain.text import language, tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.calendar_base import CalendarBase, person_tint
from desktop.widgets.calendar_layout import month_weeks
from desktop.widgets.gantt_bars import clock_text, short_code, title_of
from desktop.widgets.gantt_drag import Drag
from desktop.widgets.gantt_frame import WEEKDAYS
from desktop.widgets.gantt_look import bar_look
from desktop.widgets.theme import color

HEAD, NUMBER, LINE = 28, 22, 20


class MonthView(CalendarBase):
    """A drag moves a job to another day at the same time of day."""

    def __init__(
        self, model: GanttModel, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(model, parent, clock=clock)
        self._by_day: dict[date, list[Booking]] = {}
        self.retranslate()
        self.relayout()

    def weeks(self) -> list[date]:
        return month_weeks(self.day)

    def bounds(self) -> tuple[int, int]:
        weeks = self.weeks()
        zone = self.model.zone
        return midnight(weeks[0], zone), midnight(weeks[-1] + timedelta(days=7), zone)

    def relayout(self) -> None:
        self._by_day = {}
        for booking in self.bookings():
            self._by_day.setdefault(local_day(booking.start, self.model.zone), []).append(booking)

    # geometry

    def cell(self, day: date) -> QRectF:
        weeks = self.weeks()
        index = (day - weeks[0]).days
        height = (self.height() - HEAD) / len(weeks)
        width = self.width() / 7
        return QRectF(index % 7 * width, HEAD + index // 7 * height, width, height)

    def day_at(self, pos: QPoint) -> date:
        weeks = self.weeks()
        height = (self.height() - HEAD) / len(weeks)
        row = min(max(int((pos.y() - HEAD) // height), 0), len(weeks) - 1)
        across = min(max(int(pos.x() // (self.width() / 7)), 0), 6)
        return weeks[row] + timedelta(days=across)

    def room(self, day: date) -> int:
        """How many lines a day has room for."""
        return max(int((self.cell(day).height() - NUMBER - 2) // LINE), 1)

    def _line(self, day: date, number: int) -> QRectF:
        cell = self.cell(day)
        return QRectF(cell.x() + 4, cell.y() + NUMBER + number * LINE, cell.width() - 8, LINE - 2)

    def _visible(self, day: date) -> tuple[list[Booking], int]:
        """The jobs that are drawn, and how many more there are."""
        found = self._by_day.get(day, [])
        room = self.room(day)
        if len(found) <= room:
            return found, 0
        return found[: room - 1], len(found) - room + 1

    def rect_of(self, booking: Booking) -> QRectF:
        day = local_day(booking.start, self.model.zone)
        for number, other in enumerate(self._visible(day)[0]):
            if other.id == booking.id:
                return self._line(day, number)
        return QRectF()

    def booking_at(self, pos: QPoint) -> Booking | None:
        day = self.day_at(pos)
        for number, booking in enumerate(self._visible(day)[0]):
            if self._line(day, number).contains(QPointF(pos)):
                return booking
        return None

    def instant_at(self, pos: QPoint, drag: Drag) -> int:
        """The day under the pointer at the job's own time of day."""
        origin = drag.origin or drag.place
        clock = local(origin.start, self.model.zone)
        return at(self.day_at(pos), clock.hour * 60 + clock.minute, self.model.zone)

    def drag_rect(self, drag: Drag) -> QRectF:
        day = local_day(drag.place.start, self.model.zone)
        return self._line(day, min(len(self._visible(day)[0]), self.room(day) - 1))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("surface.base"))
        painter.fillRect(QRectF(0, 0, self.width(), HEAD), color("surface.header"))
        painter.fillRect(QRectF(0, HEAD - 1, self.width(), 1), color("border.default"))
        painter.setPen(color("text.secondary"))
        for index in range(7):
            name = f"周{'一二三四五六日'[index]}" if language() == "zh" else WEEKDAYS[index]
            self.look.texts.draw(painter, index * self.width() / 7 + 8, 6, name)
        for monday in self.weeks():
            for offset in range(7):
                self._cell(painter, monday + timedelta(days=offset))
        if self.drag is not None:
            self._ghost(painter, self.drag)
        painter.end()

    def _cell(self, painter: QPainter, day: date) -> None:
        cell = self.cell(day)
        inside, today = day.month == self.day.month, day == self.today()
        if day.weekday() >= 5 or not inside:
            painter.fillRect(cell, color("surface.offshift"))
        painter.fillRect(QRectF(cell.x(), cell.bottom() - 1, cell.width(), 1), color("border.grid"))
        painter.fillRect(QRectF(round(cell.right()) - 1, cell.y(), 1, cell.height()), color("border.grid"))
        if today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent.solid"))
            painter.drawRoundedRect(QRectF(cell.x() + 4, cell.y() + 2, 22, 18), 4, 4)
        role = "accent.onSolid" if today else "text.primary" if inside else "text.disabled"
        painter.setPen(color(role))
        centre = Qt.AlignmentFlag.AlignHCenter
        self.look.texts.draw(painter, cell.x() + 4, cell.y() + 3, str(day.day), 22, align=centre)
        shown, more = self._visible(day)
        for number, booking in enumerate(shown):
            self._job(painter, booking, self._line(day, number))
        if more:
            painter.setPen(color("text.secondary"))
            line = self._line(day, len(shown))
            self.look.texts.draw(painter, line.x() + 4, line.y() + 1, tr("{count} more", count=more), size=11)

    def _job(self, painter: QPainter, booking: Booking, box: QRectF) -> None:
        conflict = self.clashes(booking)
        look = bar_look(booking.state, hard=booking.hard, conflict=conflict)
        tentative = booking.state is BarState.PLANNED and not booking.hard and not conflict
        dragged = self.drag is not None and booking.id in self.drag.moving
        painter.setOpacity(0.45 if dragged else 1.0)
        painter.setPen(QPen(color("border.strong"), 1, Qt.PenStyle.DashLine) if tentative else Qt.PenStyle.NoPen)
        painter.setBrush(self.look.hatch(self.devicePixelRatioF()) if tentative else color(look.ground))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.fillRect(QRectF(box.x(), box.y() + 1, 3, box.height() - 2), person_tint(self.model, booking.lane_id))
        painter.setPen(color(look.text))
        lane = self.model.plan.lane(booking.lane_id)
        who = lane.short if lane else ""
        right = self.look.texts.width(who, size=11)
        self.look.texts.draw(painter, box.right() - right - 5, box.y() + 1, who, size=11)
        words = f"{clock_text(booking.start, self.model.zone)} {short_code(booking.code)} {title_of(booking)}"
        self.look.texts.draw(painter, box.x() + 7, box.y() + 1, words, box.width() - right - 18)
        if booking.id == self.selected or booking.id in self._flash:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("danger.solid" if booking.id in self._flash else "focus.ring"), 2))
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 4, 4)
        painter.setOpacity(1.0)

    def _ghost(self, painter: QPainter, drag: Drag) -> None:
        day = local_day(drag.place.start, self.model.zone)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(f"{drag.tone or 'info'}.solid"), 2))
        painter.drawRect(self.cell(day).adjusted(1, 1, -2, -2))
        box = self.drag_rect(drag)
        painter.setBrush(color(f"{drag.tone or 'info'}.bg"))
        painter.setPen(QPen(color("danger.solid" if drag.tone == "danger" else "accent.fg"), 2))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
        painter.setPen(color("text.primary"))
        words = f"{clock_text(drag.place.start, self.model.zone)} {short_code(drag.job.code)} {drag.job.name}"
        self.look.texts.draw(painter, box.x() + 7, box.y() + 1, words, box.width() - 12)

    # events

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        if self.booking_at(pos) is None and pos.y() > HEAD:
            self.day_requested.emit(self.day_at(pos))
        else:
            super().mouseDoubleClickEvent(event)

    def _arrow(self, arrow: tuple[int, int], mods: Qt.KeyboardModifier) -> None:
        """A month has no hours: with Ctrl, ↑↓ move by a week."""
        across, down = arrow
        if mods & Qt.KeyboardModifier.ControlModifier and (self.drag is not None or self._pick_up()):
            if self.drag is not None:
                days = across + 7 * down
                place = self.drag.place
                start = place.start + days * 86_400
                self.drag.place = replace(place, start=start, end=start + place.length)
                self._judge()
        elif not mods & Qt.KeyboardModifier.ShiftModifier:
            super()._arrow(arrow, mods)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.relayout()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Calendar, days of a month"))
        self.look.reset()
        self.update()
