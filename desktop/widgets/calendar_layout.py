"""Where things stand on a calendar of days: columns, rows of hours, events side by side, all-day bars in rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.domain.calendars import at, local, midnight
from desktop.domain.intervals import Column, columns, overlap
from desktop.domain.scheduling import Booking

AXIS, RIGHT = 48, 12
"""Px for the hours at the left, and free at the right edge."""
WEEKEND = 0.45
"""How wide a weekend day is beside a working day in a week."""
ALL_DAY = 20 * 3600
"""A booking at least this long stands in the all-day row."""


@dataclass(frozen=True)
class DayGrid:
    """`days` from `first`, hours from `opening` to `closing`, in an area of `width` × `height` px."""

    zone: ZoneInfo
    first: date
    days: int
    width: float
    height: float
    opening: int = 7
    closing: int = 19

    @property
    def _shares(self) -> list[float]:
        return [WEEKEND if self.days == 7 and self.day(index).weekday() >= 5 else 1.0 for index in range(self.days)]

    def day(self, index: int) -> date:
        return self.first + timedelta(days=index)

    def left(self, index: int) -> float:
        """Px of a day's left edge; `index` may be `days`, the right edge of the last."""
        shares = self._shares
        return AXIS + sum(shares[:index]) * (self.width - AXIS - RIGHT) / sum(shares)

    def index(self, x: float) -> int:
        """The day at px `x`, kept inside the grid."""
        for index in range(self.days):
            if x < self.left(index + 1):
                return index
        return self.days - 1

    @property
    def per_hour(self) -> float:
        return self.height / (self.closing - self.opening)

    def y(self, hours: float) -> float:
        """Px of a time of day; what is earlier or later than shown lies on the edge."""
        return (min(max(hours, self.opening), self.closing) - self.opening) * self.per_hour

    def instant(self, index: int, y: float) -> int:
        """The instant at px `y` of a day, to the minute."""
        hours = self.opening + min(max(y, 0.0), self.height) / self.per_hour
        return at(self.day(index), round(hours * 60), self.zone)

    @property
    def start(self) -> int:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> int:
        return midnight(self.day(self.days), self.zone)


def hour_of(instant: int, zone: ZoneInfo) -> float:
    clock: datetime = local(instant, zone)
    return clock.hour + clock.minute / 60 + clock.second / 3600


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a booking on one day: which day, from and to which hour, in which of how many columns."""

    booking: Booking
    day: int
    start: float
    end: float
    column: Column
    first: bool
    last: bool


def pieces(grid: DayGrid, bookings: Iterable[Booking]) -> list[Piece]:
    """Bookings cut at midnight and laid side by side where they overlap, in the order of days and hours."""
    by_day: list[list[Booking]] = [[] for _ in range(grid.days)]
    for booking in bookings:
        if booking.length >= ALL_DAY:
            continue
        for index in range(grid.days):
            begin = midnight(grid.day(index), grid.zone)
            if overlap((booking.start, booking.end), (begin, midnight(grid.day(index + 1), grid.zone))):
                by_day[index].append(booking)
    found: list[Piece] = []
    for index, day in enumerate(by_day):
        day.sort(key=lambda b: (b.start, b.lane_id, b.id))
        begin, stop = midnight(grid.day(index), grid.zone), midnight(grid.day(index + 1), grid.zone)
        spots = columns([(b.start, b.end) for b in day])
        for booking, spot in zip(day, spots, strict=True):
            first, last = booking.start >= begin, booking.end <= stop
            start = hour_of(booking.start, grid.zone) if first else 0.0
            end = hour_of(booking.end, grid.zone) if last and booking.end < stop else 24.0
            found.append(Piece(booking, index, start, end, spot, first, last))
    return found


def month_weeks(month: date) -> list[date]:
    """The Mondays of the weeks that a month touches."""
    first = month.replace(day=1)
    at_monday = first - timedelta(days=first.weekday())
    weeks = []
    while at_monday.month == first.month or at_monday < first:
        weeks.append(at_monday)
        at_monday += timedelta(days=7)
    return weeks


def stack(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Rows for bars of whole days `[first, last]`, so that none covers another; given order first."""
    rows: list[int] = [0] * len(spans)
    ends: list[int] = []
    for at_, (first, last) in sorted(enumerate(spans), key=lambda item: (item[1][0], item[0])):
        free = next((row for row, end in enumerate(ends) if end < first), len(ends))
        if free == len(ends):
            ends.append(last)
        else:
            ends[free] = last
        rows[at_] = free
    return rows


def day_span(grid: DayGrid, start: int, end: int) -> tuple[int, int]:
    """The first and last column that `[start, end)` touches."""
    first = (local(max(start, grid.start), grid.zone).date() - grid.first).days
    last = (local(min(end, grid.end) - 1, grid.zone).date() - grid.first).days
    return first, max(first, last)
