"""Working time: a weekly pattern of shifts, single days that differ, and leave, all in the zone of the site.

The same arithmetic colours the off-shift parts of a board, gives a lane its capacity, and finds a slot. Times
are seconds since the epoch; a local day begins at local midnight, so a day with a clock change has 23 or 25
hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from desktop.domain.intervals import Interval, clipped, total, without

DAY = 86_400
MINUTE = 60
QUARTER_HOUR = 15 * MINUTE
BREAK = 90 * MINUTE


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which `day` begins in `zone`."""
    return _midnight(day, zone)


def local(instant: float, zone: ZoneInfo) -> datetime:
    """`instant` as a wall clock of `zone` shows it."""
    return datetime.fromtimestamp(instant, zone)


def local_day(instant: float, zone: ZoneInfo) -> date:
    return local(instant, zone).date()


def at(day: date, minutes: int, zone: ZoneInfo) -> int:
    """The instant at which the wall clock of `day` shows `minutes` after midnight (over 1,440 runs into the
    next).
    """
    extra, minutes = divmod(minutes, 1440)
    wall = datetime.combine(day + timedelta(days=extra), time(minutes // 60, minutes % 60), zone)
    return int(wall.timestamp())


def days(start: int, end: int, zone: ZoneInfo) -> Iterator[date]:
    """The local days that share time with `[start, end)`."""
    if end <= start:
        return
    day, last = local_day(start, zone), local_day(end - 1, zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def snap(instant: float, zone: ZoneInfo, *, step: int = QUARTER_HOUR) -> int:
    """The nearest multiple of `step` seconds after local midnight: where a drag falls without Alt."""
    start = midnight(local_day(instant, zone), zone)
    return start + int((instant - start) / step + 0.5) * step


def snap_up(instant: int, zone: ZoneInfo, *, step: int = QUARTER_HOUR) -> int:
    """The first multiple of `step` not before `instant`."""
    start = midnight(local_day(instant, zone), zone)
    return start - (start - instant) // step * step


@dataclass(frozen=True, slots=True)
class Shift:
    """Working time of one day in minutes after local midnight; `end` may pass 1,440 (a night shift)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away: all of `[start, end)`, with the reason in both languages."""

    start: int
    end: int
    kind: str
    note: str = ""
    note_zh: str = ""


WORKWEEK: Mapping[int, tuple[Shift, ...]] = {day: (Shift(480, 720), Shift(780, 1020)) for day in range(5)}
"""Monday to Friday 8–12 and 13–17: what holds where no calendar is kept."""


@dataclass(frozen=True)
class WorkCalendar:
    """`week` maps weekdays (0 = Monday) to shifts; `special` maps dates (holidays, make-up days) and goes
    before it.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Shift]] = field(default_factory=lambda: WORKWEEK)
    special: Mapping[date, Sequence[Shift]] = field(default_factory=dict)

    def shifts(self, day: date) -> Sequence[Shift]:
        special = self.special.get(day)
        return self.week.get(day.weekday(), ()) if special is None else special

    def working(self, start: int, end: int) -> list[Interval]:
        """The working time inside `[start, end)`."""
        found: list[tuple[int, int]] = []
        first = start - DAY  # a night shift of the day before reaches in
        for day in days(first, end, self.zone):
            found.extend((at(day, s.start, self.zone), at(day, s.end, self.zone)) for s in self.shifts(day))
        return clipped(found, (start, end))

    def spans(self, start: int, end: int) -> list[Interval]:
        """Working time with the breaks of a day (up to `BREAK`) filled in: a job may run over lunch."""
        out: list[Interval] = []
        for piece in self.working(start - BREAK, end + BREAK):
            if out and piece.start - out[-1].end <= BREAK:
                out[-1] = Interval(out[-1].start, piece.end)
            else:
                out.append(piece)
        return clipped(out, (start, end))

    def available(self, start: int, end: int, leaves: Sequence[Leave]) -> list[Interval]:
        """Working time without leave."""
        return without(self.working(start, end), ((leave.start, leave.end) for leave in leaves))

    def capacity(self, start: int, end: int, leaves: Sequence[Leave]) -> int:
        """Seconds that somebody on this calendar can work inside `[start, end)`."""
        return total(self.available(start, end, leaves))
