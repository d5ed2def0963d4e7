"""A day or a week: hours down, days across, what lasts all day above, jobs side by side where they overlap."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from math import ceil

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.calendars import DAY, local, midnight
from desktop.domain.intervals import overlap
from desktop.domain.scheduling import BarState, Booking
from desktop.domain.text import language, pick, tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.calendar_base import CalendarBase, person_tint
from desktop.widgets.calendar_layout import ALL_DAY, AXIS, RIGHT, DayGrid, Piece, day_span, hour_of, pieces, stack
from desktop.widgets.gantt_bars import clock_text, short_code, span_text, title_of
from desktop.widgets.gantt_drag import Drag, Mode
from desktop.widgets.gantt_frame import WEEKDAYS, day_text, hours_text
from desktop.widgets.gantt_look import BarLook, bar_look
from desktop.widgets.theme import color

HEAD, ALL_DAY_ROW, NARROW, SLIVER = 36, 24, 88, 46
GRIP = 5
HOURS = (7, 19)
"""What is shown at least; an early or late job widens it."""


class CalendarView(CalendarBase):
    """`days` is 1 or 7; a week begins on Monday."""

    def __init__(
        self, model: GanttModel, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(model, parent, clock=clock)
        self.days = 7
        self._shown_hours = HOURS
        self._pieces: list[Piece] = []
        self._all_day: list[tuple[str, str, int, int, int]] = []
        self.retranslate()
        self.relayout()

    def show_days(self, days: int) -> None:
        self.days = days
        self.relayout()
        self.update()

    # geometry

    def top(self) -> int:
        """Where the hours begin."""
        rows = max((row for *_, row in self._all_day), default=-1) + 1
        return HEAD + max(rows, 1) * ALL_DAY_ROW + 8

    def grid(self) -> DayGrid:
        first = self.day - timedelta(days=self.day.weekday()) if self.days == 7 else self.day
        height = max(self.height() - self.top(), 60)
        return DayGrid(self.model.zone, first, self.days, self.width(), height, *self._shown_hours)

    def bounds(self) -> tuple[int, int]:
        grid = self.grid()
        return grid.start, grid.end

    def relayout(self) -> None:
        self._all_day = []
        self._all_day = self._day_bars()
        self._shown_hours = HOURS
        found = pieces(self.grid(), self.bookings())
        opening = min((int(piece.start) for piece in found), default=HOURS[0])
        closing = max((ceil(piece.end) for piece in found), default=HOURS[1])
        self._shown_hours = (min(HOURS[0], opening), max(HOURS[1], closing))
        self._pieces = found

    def _day_bars(self) -> list[tuple[str, str, int, int, int]]:
        """Leave and long bookings as (words, semantic colour, first day, last day, row)."""
        grid = self.grid()
        found: list[tuple[str, str, int, int]] = []
        for lane in self.model.plan.lanes:
            for leave in lane.leaves if self.shown.leave and self.shown.lane(lane.id) else ():
                if overlap((leave.start, leave.end), (grid.start, grid.end)):
                    until = day_text(local(leave.end - 1, grid.zone).date(), weekday=False)
                    note = pick(leave.note, leave.note_zh) or tr("Leave")
                    words = tr("{name}: {note} to {day}", name=lane.label, note=note, day=until)
                    found.append((words, "neutral", *day_span(grid, leave.start, leave.end)))
        for booking in self.bookings():
            if booking.length >= ALL_DAY:
                lane_of = self.model.plan.lane(booking.lane_id)
                words = f"{lane_of.label if lane_of else ''}: {title_of(booking)}"
                found.append((words, "accent", *day_span(grid, booking.start, booking.end)))
        rows = stack([(first, last) for *_, first, last in found])
        return [(*bar, row) for bar, row in zip(found, rows, strict=True)]

    def piece_rect(self, piece: Piece) -> QRectF:
        grid = self.grid()
        room = grid.left(piece.day + 1) - grid.left(piece.day) - 8
        width = room / piece.column.of
        x = grid.left(piece.day) + 4 + piece.column.at * width
        top, bottom = grid.y(piece.start), grid.y(piece.end)
        return QRectF(x, self.top() + top + 1, width - 2, max(bottom - top - 2, 6))

    def rect_of(self, booking: Booking) -> QRectF:
        for piece in self._pieces:
            if piece.booking.id == booking.id:
                return self.piece_rect(piece)
        return QRectF()

    def booking_at(self, pos: QPoint) -> Booking | None:
        for piece in reversed(self._pieces):
            if self.piece_rect(piece).contains(QPointF(pos)):
                return piece.booking
        return None

    def mode_at(self, pos: QPoint, booking: Booking) -> Mode:
        box = self.rect_of(booking)
        if box.height() >= 4 * GRIP and pos.y() >= box.bottom() - GRIP:
            return Mode.END
        if box.height() >= 4 * GRIP and pos.y() <= box.top() + GRIP:
            return Mode.START
        return Mode.MOVE

    def instant_at(self, pos: QPoint, drag: Drag) -> int:
        grid = self.grid()
        index = grid.index(pos.x())
        if drag.mode is not Mode.MOVE:
            index = (local(drag.place.start, grid.zone).date() - grid.first).days
        return grid.instant(index, pos.y() - self.top())

    def drag_rect(self, drag: Drag) -> QRectF:
        grid = self.grid()
        index = (local(drag.place.start, grid.zone).date() - grid.first).days
        index = min(max(index, 0), self.days - 1)
        top = grid.y(hour_of(drag.place.start, grid.zone))
        bottom = grid.y(hour_of(drag.place.start, grid.zone) + drag.place.length / 3600)
        left = grid.left(index) + 4
        return QRectF(left, self.top() + top, grid.left(index + 1) - left - 4, max(bottom - top, 8))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("surface.base"))
        grid, top = self.grid(), self.top()
        painter.save()
        painter.setClipRect(QRectF(0, top, self.width(), self.height() - top))
        self._hours(painter, grid, top)
        for piece in self._pieces:
            self._event(painter, piece)
        self._now(painter, grid, top)
        painter.restore()
        self._all_day_row(painter, grid, top)
        self._head(painter, grid)
        self._now_tag(painter, grid, top)
        if self.drag is not None:
            self._ghost(painter, self.drag)
        painter.end()

    def _hours(self, painter: QPainter, grid: DayGrid, top: int) -> None:
        """Off shift is shaded: what no shown engineer works in."""
        painter.fillRect(QRectF(AXIS, top, self.width() - AXIS - RIGHT, self.height() - top), color("surface.offshift"))
        lanes = [lane for lane in self.model.plan.lanes if self.shown.lane(lane.id)]
        calendars = {id(lane.calendar): lane for lane in lanes}.values()
        for index in range(grid.days):
            begin = midnight(grid.day(index), grid.zone)
            for lane in calendars:
                for span in lane.calendar.spans(begin, begin + DAY):
                    y = grid.y((span.start - begin) / 3600)
                    bottom = grid.y((span.end - begin) / 3600)
                    box = QRectF(grid.left(index), top + y, grid.left(index + 1) - grid.left(index), bottom - y)
                    painter.fillRect(box, color("surface.base"))
        clock = hour_of(int(self.clock()), grid.zone)
        for hour in range(grid.opening, grid.closing):
            y = round(top + grid.y(hour))
            painter.fillRect(QRectF(AXIS, y, self.width() - AXIS - RIGHT, 1), color("border.grid"))
            hidden = abs(clock - hour) * grid.per_hour < 14 and self._now_shown(grid)
            if hour > grid.opening and not hidden:
                painter.setPen(color("text.tertiary"))
                self.look.texts.draw(painter, 8, y - 8, f"{hour}:00", size=11)
        for index in range(grid.days + 1):
            painter.fillRect(QRectF(round(grid.left(index)), top, 1, self.height() - top), color("border.grid"))

    def _today_index(self, grid: DayGrid) -> int | None:
        index = (self.today() - grid.first).days
        return index if 0 <= index < grid.days else None

    def _now_shown(self, grid: DayGrid) -> bool:
        hour = hour_of(int(self.clock()), grid.zone)
        return self._today_index(grid) is not None and grid.opening <= hour <= grid.closing

    def _now(self, painter: QPainter, grid: DayGrid, top: int) -> None:
        index = self._today_index(grid)
        if index is not None and self._now_shown(grid):
            y = top + grid.y(hour_of(int(self.clock()), grid.zone))
            left = grid.left(index)
            painter.fillRect(QRectF(left, y - 1, grid.left(index + 1) - left, 2), color("danger.solid"))

    def _now_tag(self, painter: QPainter, grid: DayGrid, top: int) -> None:
        if not self._now_shown(grid):
            return
        y = top + grid.y(hour_of(int(self.clock()), grid.zone))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("danger.solid"))
        painter.drawRoundedRect(QRectF(4, y - 9, 40, 18), 3, 3)
        painter.setPen(color("accent.onSolid"))
        words = clock_text(int(self.clock()), grid.zone)
        self.look.texts.draw(painter, 4, y - 8, words, 40, size=11, align=Qt.AlignmentFlag.AlignHCenter)

    def _head(self, painter: QPainter, grid: DayGrid) -> None:
        painter.fillRect(QRectF(0, 0, self.width(), HEAD), color("surface.header"))
        painter.fillRect(QRectF(0, HEAD - 1, self.width(), 1), color("border.default"))
        today = self._today_index(grid)
        for index in range(grid.days):
            left, width = grid.left(index), grid.left(index + 1) - grid.left(index)
            painter.fillRect(QRectF(round(left), 0, 1, HEAD), color("border.default"))
            day = grid.day(index)
            if index == today:
                painter.fillRect(QRectF(left + 1, HEAD - 2, width - 1, 2), color("accent.solid"))
            role = "accent.fg" if index == today else "text.secondary" if day.weekday() >= 5 else "text.primary"
            painter.setPen(color(role))
            words = (
                f"周{'一二三四五六日'[day.weekday()]} {day.day}"
                if language() == "zh"
                else f"{WEEKDAYS[day.weekday()]} {day.day}"
            )
            used = self.look.texts.draw(painter, left + 8, 8, words, width - 12, size=13)
            start = midnight(day, grid.zone)
            seconds = sum(
                overlap((p.booking.start, p.booking.end), (start, start + DAY)) for p in self._pieces if p.day == index
            )
            hours = f"{hours_text(seconds)} h"
            if self.look.texts.width(hours, size=11) < width - used - 28:
                painter.setPen(color("text.tertiary"))
                right = Qt.AlignmentFlag.AlignRight
                self.look.texts.draw(painter, left, 10, hours, width - 8, size=11, align=right)

    def _all_day_row(self, painter: QPainter, grid: DayGrid, top: int) -> None:
        painter.fillRect(QRectF(0, HEAD, self.width(), top - HEAD), color("surface.base"))
        painter.fillRect(QRectF(0, top - 1, self.width(), 1), color("border.default"))
        painter.setPen(color("text.tertiary"))
        self.look.texts.draw(painter, 8, HEAD + 6, tr("All day"), size=11)
        for index in range(grid.days + 1):
            painter.fillRect(QRectF(round(grid.left(index)), HEAD, 1, top - HEAD - 1), color("border.grid"))
        for words, kind, first, last, row in self._all_day:
            left = grid.left(first) + 4
            box = QRectF(left, HEAD + 4 + row * ALL_DAY_ROW, grid.left(last + 1) - left - 4, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent.subtle" if kind == "accent" else f"{kind}.bg"))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(color(f"{kind}.fg"))
            self.look.texts.draw(painter, box.x() + 6, box.y() + 2, words, box.width() - 12)

    def _event(self, painter: QPainter, piece: Piece) -> None:
        booking, box = piece.booking, self.piece_rect(piece)
        conflict = self.clashes(booking)
        look = bar_look(booking.state, hard=booking.hard, conflict=conflict)
        tentative = booking.state is BarState.PLANNED and not booking.hard and not conflict
        dragged = self.drag is not None and booking.id in self.drag.moving
        painter.setOpacity(0.45 if dragged else 1.0)
        border = "border.default" if look.border == "accent.fg" else look.border
        painter.setBrush(self.look.hatch(self.devicePixelRatioF()) if tentative else color(look.ground))
        painter.setPen(QPen(color(border), 1, Qt.PenStyle.DashLine if tentative else Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.fillRect(QRectF(box.x(), box.y() + 1, 3, box.height() - 2), person_tint(self.model, booking.lane_id))
        painter.save()
        painter.setClipRect(box.adjusted(3, 1, -1, -1))
        self._event_words(painter, booking, box, look)
        painter.restore()
        if booking.id == self.selected or booking.id in self._flash:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("danger.solid" if booking.id in self._flash else "focus.ring"), 2))
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 4, 4)
        painter.setOpacity(1.0)

    def _event_words(self, painter: QPainter, booking: Booking, box: QRectF, look: BarLook) -> None:
        narrow = box.width() < NARROW
        x, room = box.x() + 6, box.width() - 9
        lane = self.model.plan.lane(booking.lane_id)
        if box.width() < SLIVER:
            self._sliver_words(painter, lane.short if lane else "", box, look)
            return
        mark = self.model.mark(booking.id)
        lines: list[tuple[str, int]] = []
        if narrow:
            lines.extend((part, 12) for part in self._wrapped(title_of(booking), room, 2))
        if booking.job is not None and booking.job.customer_name:
            lines.append((booking.job.customer_name, 12))
        if mark is not None:
            lines.append((tr("moved by {name}", name=mark.name), 11))
        if lane is not None:
            lines.append((lane.short if narrow else lane.label, 11))
        if not narrow:
            lines.append((span_text(booking.start, booking.end, self.model.zone), 11))
        top = box.y() + 2
        self.look.icon(painter, x, top + 2, look.icon, look.text)
        painter.setPen(color(look.text))
        code = short_code(booking.code)
        first = code if narrow else f"{code} {title_of(booking)}".strip()
        if narrow and self.look.texts.width(code, code=True) > room - 15:
            first = ""  # a number is whole or not there
        self.look.texts.draw(painter, x + 15, top, first, max(room - 15, 0), weight=400 if narrow else 500, code=True)
        for number, (words, size) in enumerate(lines, 1):
            if (number + 1) * 16 > box.height() - 2:
                break
            self.look.texts.draw(painter, x, top + number * 16, words, room, size=size)

    def _sliver_words(self, painter: QPainter, who: str, box: QRectF, look: BarLook) -> None:
        """Too narrow for words: the state and whose it is; the rest is in the tooltip."""
        self.look.icon(painter, box.x() + 6, box.y() + 4, look.icon, look.text)
        painter.setPen(color(look.text))
        if box.height() >= 34 and self.look.texts.width(who, size=11) <= box.width() - 6:
            self.look.texts.draw(painter, box.x() + 5, box.y() + 18, who, size=11)

    def _wrapped(self, text: str, room: float, most: int) -> list[str]:
        """Words in lines that fit, at most `most`; the rest is elided by the last."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and (len(lines) == most or self.look.texts.width(longer) <= room):
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _ghost(self, painter: QPainter, drag: Drag) -> None:
        box = self.drag_rect(drag)
        tone = drag.tone or "info"
        painter.setBrush(color(f"{tone}.bg"))
        painter.setPen(QPen(color("accent.fg" if tone != "danger" else "danger.solid"), 2))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
        painter.setPen(color("text.primary"))
        words = f"{short_code(drag.job.code)} {drag.job.name}".strip()
        self.look.texts.draw(painter, box.x() + 8, box.y() + 3, words, box.width() - 14, weight=500)
        painter.setPen(color("text.secondary"))
        clock = span_text(drag.place.start, drag.place.end, self.model.zone)
        if box.height() > 36:
            self.look.texts.draw(painter, box.x() + 8, box.y() + 19, clock, box.width() - 14, size=11)

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.relayout()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Calendar, days by hours"))
        self.look.reset()
        self.relayout()
        self.update()
