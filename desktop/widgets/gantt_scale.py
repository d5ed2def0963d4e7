"""Time to x and back, for boards that show working hours side by side without the nights between them.

A day is `day_width` px wide and shows the hours from `first` to `last` of the local clock; what lies outside
falls on the edge. With `first` 0 and `last` 24 nothing is folded. Positions are content px: 0 is the first
day's opening hour, scrolling is the caller's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from desktop.domain.calendars import DAY, at, local, midnight

MIN_DAY, MAX_DAY = 8.0, 24 * 400.0
_EDGE = 1e-6
"""A day's left edge belongs to it, also after rounding."""
GRAINS = (5, 15, 30, 60, 120, 240, 720, 1440)
"""Minutes between two lines of the finest grid that may be shown."""


@dataclass(frozen=True)
class TimeScale:
    """A mapping of instants to content px, from `origin` on for `count` days."""

    zone: ZoneInfo
    origin: date
    count: int
    day_width: float
    first: int = 7
    last: int = 19

    @cached_property
    def _seconds(self) -> int:
        """Seconds of a day that are shown."""
        return (self.last - self.first) * 3600

    @cached_property
    def _start(self) -> int:
        return midnight(self.origin, self.zone)

    @cached_property
    def _steady(self) -> bool:
        """No change of the clock in the range: days are 86,400 s and plain division will do."""
        end = self.origin + timedelta(days=self.count)
        return midnight(end, self.zone) - self._start == self.count * DAY and self._same_offset(end)

    def _same_offset(self, end: date) -> bool:
        offsets = set()
        day = self.origin
        while day <= end:
            offsets.add(local(midnight(day, self.zone), self.zone).utcoffset())
            day += timedelta(days=14)
        return len(offsets) == 1

    @property
    def width(self) -> int:
        """Content px of the whole range."""
        return round(self.count * self.day_width)

    @property
    def per_hour(self) -> float:
        return self.day_width / (self.last - self.first)

    def day_index(self, instant: float) -> int:
        if self._steady:
            return int((instant - self._start) // DAY)
        return (local(instant, self.zone).date() - self.origin).days

    def x(self, instant: float) -> float:
        """Content px of an instant; hours that are folded away lie on the day's edge."""
        if self._steady:
            days, second = divmod(instant - self._start, DAY)
        else:
            clock = local(instant, self.zone)
            days = (clock.date() - self.origin).days
            second = clock.hour * 3600 + clock.minute * 60 + clock.second
        inside = min(max(second - self.first * 3600, 0), self._seconds)
        return (days + inside / self._seconds) * self.day_width

    def instant(self, x: float) -> int:
        """The instant at content px `x`, to the second."""
        days = (x + _EDGE) // self.day_width
        second = self.first * 3600 + max(x / self.day_width - days, 0.0) * self._seconds
        if self._steady:
            return int(self._start + days * DAY + second + 0.5)
        start = datetime.combine(self.origin + timedelta(days=int(days)), datetime.min.time())
        return int((start + timedelta(seconds=second)).replace(tzinfo=self.zone).timestamp() + 0.5)

    def day(self, index: int) -> date:
        return self.origin + timedelta(days=index)

    def opening(self, index: int) -> int:
        """The instant at which day `index` begins to be shown."""
        return at(self.day(index), self.first * 60, self.zone)

    def grain(self, pixels: float = 12.0) -> int:
        """Minutes of the finest grid whose lines are at least `pixels` apart."""
        for minutes in GRAINS:
            if self.per_hour * minutes / 60 >= pixels and minutes < 1440:
                return minutes
        return 1440

    def ticks(self, low: float, high: float, minutes: int) -> Iterator[tuple[float, int]]:
        """`(x, instant)` of each multiple of `minutes` in the shown hours between two content px."""
        for index in range(max(0, int(low // self.day_width)), min(self.count, int(high // self.day_width) + 1)):
            if minutes >= 1440:
                yield index * self.day_width, self.opening(index)
                continue
            opening = self.opening(index)
            for offset in range(0, self._seconds, minutes * 60):
                yield index * self.day_width + offset / self._seconds * self.day_width, opening + offset

    def zoomed(self, day_width: float) -> TimeScale:
        return replace(self, day_width=min(max(day_width, MIN_DAY), MAX_DAY))

    def folded(self, first: int, last: int) -> TimeScale:
        """The same days showing other hours, an hour as wide as before."""
        return replace(self, first=first, last=last, day_width=self.per_hour * (last - first))
