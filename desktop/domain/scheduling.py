"""Engineers, jobs and bookings as the planner's boards see them: plain values, and the plan that holds them
in memory.

Times are whole seconds since the epoch; only what is shown or typed goes through a zone. What speaks for or
against a placement is in `dispatching`, what was done and can be undone in `moves`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from desktop.domain.calendars import QUARTER_HOUR, Leave, WorkCalendar
from desktop.domain.intervals import Interval, IntervalIndex, overlap
from desktop.domain.text import pick

MANY = 500
"""Rows from which the index is built anew."""
SHORTEST = QUARTER_HOUR
"""No booking is shorter: what a resize stops at."""


class BarState(StrEnum):
    """What a bar looks like. A conflict is no state: it follows from what else is in the lane."""

    PLANNED = "planned"
    TRAVELLING = "travelling"
    WORKING = "working"
    DONE = "done"
    BUSY = "busy"
    """Another unit's booking: its time is known, nothing else."""


_STATES: Mapping[str, BarState] = {
    "travelling": BarState.TRAVELLING,
    "on_site": BarState.WORKING,
    "working": BarState.WORKING,
    "waiting_part": BarState.WORKING,
    "waiting_customer": BarState.WORKING,
    "done": BarState.DONE,
    "confirmed": BarState.DONE,
    "closed": BarState.DONE,
}


def bar_state(work_order_status: str | None) -> BarState:
    """The look of a work order's bar; everything before the engineer sets out is planned."""
    return _STATES.get(work_order_status or "", BarState.PLANNED)


class Parts(StrEnum):
    """Whether the parts a job needs will be there."""

    NONE = "none"
    READY = "ready"
    LATE = "late"


class Rank(StrEnum):
    """What a backlog is ordered by."""

    SLA = "sla"
    DUE = "due"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a job stands: whose lane, when, and whether it is firm."""

    lane_id: int
    start: int
    end: int
    hard: bool = True

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Job:
    """A work order to be placed. `seconds` is the expected length; instants and dates are None where nothing
    is promised.
    """

    id: int
    code: str
    title: str
    title_zh: str = ""
    customer: str = ""
    customer_zh: str = ""
    site: str = ""
    site_zh: str = ""
    seconds: int = 3600
    version: int = 1
    status: str = "approved"
    sla_due: int | None = None
    due: int | None = None
    skills: tuple[Skill, ...] = ()
    parts: Parts = Parts.NONE
    parts_at: int | None = None
    contract: str = ""
    contract_hours_left: float | None = None
    contract_until: date | None = None
    warranty_until: date | None = None
    priority: int = 3

    @property
    def name(self) -> str:
        return pick(self.title, self.title_zh)

    @property
    def customer_name(self) -> str:
        return pick(self.customer, self.customer_zh)

    @property
    def site_name(self) -> str:
        return pick(self.site, self.site_zh)


@dataclass(frozen=True, slots=True)
class Booking:
    """A job on a lane. `by` are the initials and the name of whoever moved it last; `job` is None for busy
    time.
    """

    id: int
    lane_id: int
    start: int
    end: int
    hard: bool = True
    state: BarState = BarState.PLANNED
    version: int = 1
    job: Job | None = None
    travel: int = 0
    progress: float | None = None
    by: str = ""
    by_name: str = ""
    title: str = ""
    """Of a booking that is no job: what it is for."""

    @property
    def code(self) -> str:
        return self.job.code if self.job else ""

    @property
    def movable(self) -> bool:
        """Work that has begun, or that is none of our business, stays where it is."""
        return self.state is BarState.PLANNED

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def placement(self) -> Placement:
        return Placement(self.lane_id, self.start, self.end, self.hard)

    def at(self, place: Placement) -> Booking:
        """The same booking elsewhere."""
        return replace(self, lane_id=place.lane_id, start=place.start, end=place.end, hard=place.hard)


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill or certificate. Of an engineer, `level` is held and `until` is the last valid day; of a job,
    `level` is needed.
    """

    code: str
    name: str
    name_zh: str = ""
    level: int = 1
    until: date | None = None
    certificate: bool = False

    @property
    def label(self) -> str:
        return pick(self.name, self.name_zh)


@dataclass(frozen=True)
class Lane:
    """An engineer as a row of the board."""

    id: int
    name: str
    calendar: WorkCalendar
    name_zh: str = ""
    initials: str = ""
    skills: tuple[Skill, ...] = ()
    leaves: tuple[Leave, ...] = ()
    unit: str = ""

    @property
    def label(self) -> str:
        return pick(self.name, self.name_zh)

    @property
    def short(self) -> str:
        return self.initials or initials(self.name)

    def available(self, start: int, end: int) -> list[Interval]:
        return self.calendar.available(start, end, self.leaves)

    def capacity(self, start: int, end: int) -> int:
        return self.calendar.capacity(start, end, self.leaves)


def initials(name: str) -> str:
    """Two letters for a badge: of the first two words, or the first two of the only one."""
    words = name.split()
    return ("".join(word[0] for word in words[:2]) if len(words) > 1 else name[:2]).upper()


class Plan:
    """Lanes and bookings in memory: what the board paints and judges from. Only the UI thread touches it."""

    def __init__(self, lanes: Iterable[Lane] = (), bookings: Iterable[Booking] = ()) -> None:
        self.lanes: list[Lane] = []
        self.bookings: dict[int, Booking] = {}
        self._index = IntervalIndex()
        self._row: dict[int, int] = {}
        self.set_lanes(lanes)
        self.load(bookings)

    def set_lanes(self, lanes: Iterable[Lane]) -> None:
        self.lanes = list(lanes)
        self._row = {lane.id: row for row, lane in enumerate(self.lanes)}

    def lane(self, lane_id: int) -> Lane | None:
        row = self._row.get(lane_id)
        return None if row is None else self.lanes[row]

    def row(self, lane_id: int) -> int | None:
        return self._row.get(lane_id)

    def load(self, bookings: Iterable[Booking]) -> None:
        self.bookings = {booking.id: booking for booking in bookings}
        self._index.load((b.lane_id, b.start, b.end, b.id) for b in self.bookings.values())

    def put(self, booking: Booking) -> None:
        """Add a booking, or replace the one of the same id wherever it stood."""
        self.drop(booking.id)
        self.bookings[booking.id] = booking
        self._index.add(booking.lane_id, booking.start, booking.end, booking.id)

    def put_all(self, bookings: Sequence[Booking], gone: Iterable[int] = ()) -> None:
        """Many at once: a page of rows is sorted in rather than inserted one by one."""
        if len(bookings) < MANY:
            for key in gone:
                self.drop(key)
            for booking in bookings:
                self.put(booking)
            return
        kept = dict(self.bookings)
        for key in gone:
            kept.pop(key, None)
        kept.update((booking.id, booking) for booking in bookings)
        self.load(kept.values())

    def drop(self, booking_id: int) -> Booking | None:
        gone = self.bookings.pop(booking_id, None)
        if gone is not None:
            self._index.remove(gone.lane_id, gone.start, gone.end, gone.id)
        return gone

    def touching(self, lane_id: int, start: int, end: int) -> list[Booking]:
        """The bookings of a lane that share time with `[start, end)`, by start."""
        return [self.bookings[key] for key in self._index.touching(lane_id, start, end)]

    def cluster(self, lane_id: int, start: int, end: int) -> list[Booking]:
        """`touching`, and whatever those overlap in turn: a layout must not depend on where a strip is cut."""
        found = self.touching(lane_id, start, end)
        while found:
            low, high = min(b.start for b in found), max(b.end for b in found)
            if low >= start and high <= end:
                break
            start, end = min(low, start), max(high, end)
            wider = self.touching(lane_id, start, end)
            if len(wider) == len(found):
                break
            found = wider
        return found

    def clashes(self, booking: Booking) -> list[Booking]:
        """The other bookings of the same lane at the same time, firm or tentative."""
        return [b for b in self.touching(booking.lane_id, booking.start, booking.end) if b.id != booking.id]

    def load_of(self, lane: Lane, start: int, end: int) -> Load:
        """Booked and available seconds of a lane inside `[start, end)`. Overlapping bookings count each in
        full.
        """
        return Load(self.booked(lane.id, start, end), lane.capacity(start, end))

    def booked(self, lane_id: int, start: int, end: int) -> int:
        return sum(overlap((b.start, b.end), (start, end)) for b in self.touching(lane_id, start, end))


class Load(NamedTuple):
    booked: int
    capacity: int

    @property
    def share(self) -> float:
        """1.0 is full; work on a day off is over capacity whatever its length."""
        if self.capacity:
            return self.booked / self.capacity
        return 2.0 if self.booked else 0.0


def ranked(jobs: Iterable[Job], by: Rank) -> list[Job]:
    """A backlog in the order asked for; what nothing was promised for comes last."""
    last = 1 << 62
    keys: Mapping[Rank, Callable[[Job], tuple[object, ...]]] = {
        Rank.SLA: lambda job: (job.sla_due or job.due or last, job.priority, job.code),
        Rank.DUE: lambda job: (job.due or job.sla_due or last, job.priority, job.code),
        Rank.SITE: lambda job: (job.site_name, job.sla_due or job.due or last, job.code),
    }
    return sorted(jobs, key=keys[by])
