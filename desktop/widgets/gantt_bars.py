"""Bars of a board: one booking drawn for the room that it has, from a name and a time down to a plain block.

Only what lies in the rectangle asked for is looked up and drawn, so a frame costs what is visible and not
what exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from desktop.domain.calendars import local
from desktop.domain.intervals import clipped, columns, overlap, without
from desktop.domain.scheduling import BarState, Booking, Lane
from desktop.domain.text import pick, tr
from desktop.models.gantt_model import GanttModel, Mark
from desktop.widgets.gantt_look import BarLook, Look, bar_look
from desktop.widgets.gantt_scale import TimeScale
from desktop.widgets.theme import color

FULL, SHORT, CODE = 150, 72, 24
"""Widths from which a bar shows everything, its title and customer, its code."""
JOURNEY = 4 * 3600
"""How long before a strip a booking may begin whose journey reaches into it."""
AGGREGATE = 14.0
"""Px a day below which single jobs cannot be told apart: the day's load is drawn instead."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Heights of a board: narrow screens have lanes of 48 px, wide ones of 64."""

    lane: int
    bar: int

    @property
    def pad(self) -> int:
        return (self.lane - self.bar) // 2


class LanePainter:
    """Paints parts of lanes in content px: x from the scale, y from the row."""

    def __init__(self, model: GanttModel, look: Look) -> None:
        self.model = model
        self.look = look

    def lane(
        self,
        painter: QPainter,
        lane: Lane,
        top: int,
        rows: Rows,
        scale: TimeScale,
        low: float,
        high: float,
        *,
        now: int,
        tone: str = "",
        without: frozenset[int] = frozenset(),
    ) -> None:
        """One lane between two content px; `top` is where it begins. `tone` is the colour of a drag's
        verdict.
        """
        self._ground(painter, lane, top, rows, scale, low, high, tone)
        start, end = scale.instant(low), scale.instant(high)
        self._leaves(painter, lane, top, rows, scale, start, end)
        painter.fillRect(QRectF(low, top + rows.lane - 1, high - low, 1), color("border.grid"))
        painter.fillRect(QRectF(scale.x(now) - 1, top, 2, rows.lane), color("danger.solid"))
        if scale.day_width < AGGREGATE:
            self._loads(painter, lane, top, rows, scale, low, high)
            return
        for booking, box, others in self.bars(lane, top, rows, scale, start - JOURNEY, end):
            reach = scale.x(booking.start - booking.travel) if booking.travel else box.x()
            if booking.id not in without and box.right() >= low and reach <= high:
                self.booking(painter, booking, box, scale, others=others)

    def bars(
        self, lane: Lane, top: int, rows: Rows, scale: TimeScale, start: int, end: int
    ) -> Iterator[tuple[Booking, QRectF, Sequence[Booking]]]:
        """The bookings of a lane with their place and those they share it with."""
        found = self.model.plan.cluster(lane.id, start, end)
        spots = columns([(b.start, b.end) for b in found])
        for booking, spot in zip(found, spots, strict=True):
            stacked = spot.of > 1
            yield booking, self.box(booking, spot.at, stacked, top, rows, scale), found if stacked else ()

    def box(self, booking: Booking, at: int, stacked: bool, top: int, rows: Rows, scale: TimeScale) -> QRectF:
        """Where a bar stands: the lane's bar height, or half of it and 4 px where it shares its time."""
        x = scale.x(booking.start)
        width = max(scale.x(booking.end) - x - 1, 2.0)
        if not stacked:
            return QRectF(x, top + rows.pad, width, rows.bar)
        height = rows.bar / 2 + 4
        return QRectF(x, top + rows.pad + (rows.bar - height if at % 2 else 0), width, height)

    def _ground(
        self,
        painter: QPainter,
        lane: Lane,
        top: int,
        rows: Rows,
        scale: TimeScale,
        low: float,
        high: float,
        tone: str,
    ) -> None:
        """Off shift is shaded; under a drag the whole lane has the verdict's colour."""
        painter.fillRect(QRectF(low, top, high - low, rows.lane), color(f"{tone}.bg" if tone else "surface.offshift"))
        for index in range(max(0, int(low // scale.day_width)), int(high // scale.day_width) + 1):
            if not tone:
                self._shift(painter, lane, scale.opening(index), top, rows, scale)
            if scale.day_width >= 24 and index > 0:
                painter.fillRect(QRectF(round(index * scale.day_width), top, 1, rows.lane), color("border.grid"))

    def _shift(self, painter: QPainter, lane: Lane, instant: int, top: int, rows: Rows, scale: TimeScale) -> None:
        """Light from the first shift to the last; breaks half shaded where an hour is wide enough to matter."""
        spans = self.model.present(lane, instant)
        for start, end in spans:
            left = scale.x(start)
            painter.fillRect(QRectF(left, top, scale.x(end) - left, rows.lane), color("surface.base"))
        if scale.per_hour < 30:
            return
        shade = QColor(color("surface.offshift"))
        shade.setAlphaF(0.6)
        for start, end in without(spans, self.model.available(lane, instant)):
            left = scale.x(start)
            painter.fillRect(QRectF(left, top, scale.x(end) - left, rows.lane), shade)

    def _leaves(
        self, painter: QPainter, lane: Lane, top: int, rows: Rows, scale: TimeScale, start: int, end: int
    ) -> None:
        """A grey block on each shift that the engineer is away, with the reason in words."""
        for leave in lane.leaves:
            if not overlap((leave.start, leave.end), (start, end)):
                continue
            words = pick(leave.note, leave.note_zh) or tr("Leave")
            first, last = scale.day_index(max(leave.start, start)), scale.day_index(min(leave.end, end) - 1)
            for index in range(first, last + 1):
                for span in clipped(self.model.shift(lane, scale.opening(index)), (leave.start, leave.end)):
                    self._leave(painter, scale.x(span.start), scale.x(span.end), top, rows, words)

    def _leave(self, painter: QPainter, x: float, right: float, top: int, rows: Rows, words: str) -> None:
        box = QRectF(x, top + 8, right - x, rows.lane - 16)
        painter.setBrush(color("neutral.bg"))
        painter.setPen(QPen(color("neutral.line"), 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if box.width() > 40:
            painter.setPen(color("text.secondary"))
            centre = Qt.AlignmentFlag.AlignHCenter
            self.look.texts.draw(painter, box.x() + 4, box.center().y() - 8, words, box.width() - 8, align=centre)

    def _loads(
        self, painter: QPainter, lane: Lane, top: int, rows: Rows, scale: TimeScale, low: float, high: float
    ) -> None:
        for index in range(max(0, int(low // scale.day_width)), int(high // scale.day_width) + 1):
            day = scale.opening(index)
            load = self.model.day_load(lane, day)
            if not load.booked:
                continue
            height = max(2.0, min(load.share, 1.0) * rows.bar)
            role = "danger.solid" if load.share > 1 else "warn.solid" if load.share > 0.85 else "accent.solid"
            x = index * scale.day_width
            painter.fillRect(
                QRectF(x + 1, top + rows.lane - rows.pad - height, scale.day_width - 2, height), color(role)
            )

    def booking(
        self,
        painter: QPainter,
        booking: Booking,
        box: QRectF,
        scale: TimeScale,
        *,
        others: Sequence[Booking] = (),
    ) -> None:
        """One bar with its journey; `others` are those it shares its time with."""
        look = bar_look(booking.state, hard=booking.hard, conflict=bool(others))
        if box.width() < 6:
            painter.fillRect(box, color(look.border))
            return
        mark = self.model.mark(booking.id)
        if booking.travel:
            self._travel(painter, scale.x(booking.start - booking.travel), box)
        if mark is not None:
            self._foreign(painter, booking, box, mark)
            return
        self._body(painter, booking, box, look, bool(others))
        if box.width() >= CODE:
            self._words(painter, booking, box, look, others, scale)

    def _travel(self, painter: QPainter, left: float, box: QRectF) -> None:
        top = box.center().y() - 4
        painter.fillRect(QRectF(left, top, box.x() - left, 8), color("info.line"))
        painter.fillRect(QRectF(left, top, 2, 8), color("info.solid"))

    def _body(self, painter: QPainter, booking: Booking, box: QRectF, look: BarLook, conflict: bool) -> None:
        tentative = not booking.hard and not conflict and booking.state is BarState.PLANNED
        ground = self.look.hatch(painter.device().devicePixelRatioF()) if tentative else color(look.ground)
        painter.setBrush(ground)
        painter.setPen(QPen(color(look.border), 1, Qt.PenStyle.DashLine if tentative else Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if (booking.state is BarState.PLANNED and booking.hard) or conflict:
            painter.fillRect(QRectF(box.x(), box.y() + 1, 3, box.height() - 2), color(look.border))
        if booking.progress:
            glow = color("accent.onSolid" if booking.state is BarState.WORKING else "accent.fg")
            done = min(booking.progress, 1.0) * (box.width() - 2)
            painter.fillRect(QRectF(box.x() + 1, box.bottom() - 3.5, done, 3), glow)

    def _words(
        self,
        painter: QPainter,
        booking: Booking,
        box: QRectF,
        look: BarLook,
        others: Sequence[Booking],
        scale: TimeScale,
    ) -> None:
        texts, left, width = self.look.texts, box.x() + 7, box.width() - 12
        two = box.height() >= 32
        top = box.y() + (box.height() - (32 if two else 16)) / 2 - (1 if two else 0)
        if booking.progress:
            top -= 1
        ink = color(look.text)
        if box.width() < SHORT:
            painter.setPen(ink)
            code = short_code(booking.code)
            if texts.width(code, size=11, code=True) <= box.width() - 8:
                texts.draw(painter, left - 2, box.center().y() - 8, code, size=11, code=True)
            return
        self.look.icon(painter, left, top + 2, look.icon, look.text)
        painter.setPen(ink)
        x, full = left + 16, box.width() >= FULL
        room = width - 16
        if full and booking.code:
            used = texts.draw(painter, x, top, short_code(booking.code), room, weight=500, code=True) + 4
            x, room = x + used, room - used
        words = title_of(booking) if two else self._overlap_words(booking, others)
        texts.draw(painter, x, top, words, room, weight=500 if full else 400)
        if two:
            painter.setPen(color(look.sub))
            second = booking.job.customer_name if booking.job else ""
            if full:
                second = f"{second}  {span_text(booking.start, booking.end, scale.zone)}".strip()
            texts.draw(painter, left, top + 16, second, width, size=11)

    def _overlap_words(self, booking: Booking, others: Sequence[Booking]) -> str:
        """The later of two says how much they share."""
        mine = (booking.start, booking.end)
        earlier = [o for o in others if (o.start, o.id) < (booking.start, booking.id)]
        shared = max((overlap(mine, (o.start, o.end)) for o in earlier), default=0)
        if not shared:
            return title_of(booking)
        return tr("{title}, {minutes} min overlap", title=title_of(booking), minutes=round(shared / 60))

    def _foreign(self, painter: QPainter, booking: Booking, box: QRectF, mark: Mark) -> None:
        """Just moved by another planner: dashed in that person's colour, with initials and name."""
        tint = color(person_color(mark.initials or mark.name))
        painter.setBrush(color("surface.base"))
        painter.setPen(QPen(tint, 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.fillRect(QRectF(box.x(), box.y() + 1, 3, box.height() - 2), tint)
        if box.width() < CODE:
            return
        top = box.y() + (box.height() - 32) / 2
        painter.setPen(color("text.secondary"))
        words = f"{short_code(booking.code)} {title_of(booking)}".strip()
        self.look.texts.draw(painter, box.x() + 7, top, words, box.width() - 12)
        self.look.badge(
            painter, QRectF(box.x() + 7, top + 17, 18, 14), mark.initials or "?", tint, color("accent.onSolid")
        )
        painter.setPen(color("text.secondary"))
        moved = tr("moved by {name}", name=mark.name) if mark.name else tr("moved by somebody else")
        self.look.texts.draw(painter, box.x() + 29, top + 16, moved, box.width() - 34, size=11)


def ghost(painter: QPainter, look: Look, box: QRectF, title: str, detail: str, *, refused: bool = False) -> None:
    """The bar under the pointer: a 2 px frame, accent or (where it may not be dropped) danger."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(color("danger.bg" if refused else "accent.subtle"))
    painter.setPen(QPen(color("danger.solid" if refused else "accent.fg"), 2))
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
    if box.width() < CODE:
        return
    painter.setPen(color("text.primary"))
    top = box.center().y() - 16
    look.texts.draw(painter, box.x() + 8, top, title, box.width() - 12, weight=500)
    painter.setPen(color("text.secondary"))
    look.texts.draw(painter, box.x() + 8, top + 16, detail, box.width() - 12, size=11)


def hollow(painter: QPainter, box: QRectF) -> None:
    """The place that a dragged bar leaves."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(color("surface.base"))
    painter.setPen(QPen(color("border.strong"), 1, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def selected(painter: QPainter, box: QRectF, *, cursor: bool) -> None:
    """2 px of focus ring round a selected bar; the one that keys act on has it 1 px outside."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color("focus.ring"), 2))
    grow = 2 if cursor else 0
    painter.drawRoundedRect(box.adjusted(-grow, -grow, grow, grow), 4, 4)


def title_of(booking: Booking) -> str:
    if booking.job is not None:
        return booking.job.name
    return booking.title or tr("Busy")


def short_code(code: str) -> str:
    """The running number of a document number: WO-2611-0482 is 0482 on a board."""
    return code.rsplit("-", 1)[-1]


def clock_text(instant: int, zone: ZoneInfo) -> str:
    """A wall clock without a leading zero: 8:15."""
    clock = local(instant, zone)
    return f"{clock.hour}:{clock.minute:02d}"


def span_text(start: int, end: int, zone: ZoneInfo) -> str:
    return f"{clock_text(start, zone)}–{clock_text(end, zone)}"


def person_color(who: str) -> str:
    """A chart colour for a person, the same on every screen."""
    return f"chart.{sum(who.encode()) % 6 + 3}"
