"""The plan that boards and calendars show: one copy in memory, its changes as signals.

The model reads and writes nothing. The page loads it, applies a gesture at once (`apply`), sends it to the
database and confirms or takes it back. What other planners moved stays marked as fresh for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from desktop.domain.calendars import DAY, local_day, midnight
from desktop.domain.dispatching import Verdict, judge
from desktop.domain.intervals import Interval, total, without
from desktop.domain.moves import Move
from desktop.domain.scheduling import Booking, Job, Lane, Load, Placement, Plan, Rank, ranked

FRESH_SECONDS = 8.0
"""How long another planner's move keeps its dashed frame."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody else moved this booking: who, and until when (monotonic seconds) it is shown."""

    initials: str
    name: str
    until: float


class GanttModel(QObject):
    """Lanes, bookings and the backlog. `changed` says that bars differ, `lanes_changed` that rows do."""

    changed = Signal()
    lanes_changed = Signal()
    jobs_changed = Signal()

    def __init__(
        self, zone: ZoneInfo, parent: QObject | None = None, *, clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(parent)
        self.zone = zone
        self.plan = Plan()
        self.jobs: dict[int, Job] = {}
        self.rank = Rank.SLA
        self.me = ""
        """The reader's name: what he moved himself, on this or another page, is not marked as somebody else's."""
        self._clock = clock
        self._marks: dict[int, Mark] = {}
        self._available: dict[tuple[int, int, bool], list[Interval]] = {}
        self.pending: set[int] = set()
        """Bookings whose move is on its way to the database."""

    # what is shown

    def set_lanes(self, lanes: Iterable[Lane]) -> None:
        self.plan.set_lanes(lanes)
        self._available.clear()
        self.lanes_changed.emit()

    def set_zone(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._available.clear()

    def set_bookings(self, bookings: Iterable[Booking]) -> None:
        """Replace all bookings; those whose move is still on its way keep the place they were put."""
        moving = [self.plan.bookings[key] for key in self.pending if key in self.plan.bookings]
        self.plan.load(bookings)
        for booking in moving:
            self.plan.put(booking)
        self.changed.emit()

    def merge(self, fresh: Iterable[Booking], gone: Iterable[int] = (), *, others: bool = False) -> list[int]:
        """Take over rows read again. With `others`, what differs is marked as moved by the one who changed
        it.

        Returns the jobs whose booking somebody else changed, whose undo steps are void.
        """
        bookings = self.plan.bookings
        rows = [b for b in fresh if b.id not in self.pending and bookings.get(b.id) != b]
        dropped = [bookings[key] for key in gone if key in bookings and key not in self.pending]
        if not rows and not dropped:
            return []
        overtaken = [b for b in dropped if others]
        for booking in rows if others else ():
            old = bookings.get(booking.id)
            if booking.by_name != self.me and (old is None or old.placement != booking.placement):
                self._marks[booking.id] = Mark(booking.by, booking.by_name, self._clock() + FRESH_SECONDS)
                overtaken.append(booking)
        self.plan.put_all(rows, [b.id for b in dropped])
        self.changed.emit()
        return [b.job.id for b in overtaken if b.job is not None]

    def set_jobs(self, jobs: Iterable[Job]) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.jobs_changed.emit()

    def set_rank(self, rank: Rank) -> None:
        self.rank = rank
        self.jobs_changed.emit()

    def backlog(self) -> list[Job]:
        """The jobs to be placed, in the order chosen; one that is on its way to a lane is no longer among
        them.
        """
        placed = {b.job.id for key in self.pending if (b := self.plan.bookings.get(key)) and b.job}
        return ranked((job for job in self.jobs.values() if job.id not in placed), self.rank)

    def mark(self, booking_id: int) -> Mark | None:
        """The fresh mark of a booking, or None where nobody else moved it or it has faded."""
        found = self._marks.get(booking_id)
        if found is not None and found.until <= self._clock():
            del self._marks[booking_id]
            return None
        return found

    def fade(self) -> bool:
        """Forget marks whose time is over; True while others remain. Called by the board's clock."""
        now = self._clock()
        faded = [key for key, mark in self._marks.items() if mark.until <= now]
        for key in faded:
            del self._marks[key]
        if faded:
            self.changed.emit()
        return bool(self._marks)

    def available(self, lane: Lane, instant: int) -> list[Interval]:
        """The working time of a lane on the local day of `instant`, without leave."""
        return self._day(lane, instant, breaks=False)

    def present(self, lane: Lane, instant: int) -> list[Interval]:
        """The same from the first shift to the last, breaks included: when somebody can be given a job."""
        return self._day(lane, instant, breaks=True)

    def _day(self, lane: Lane, instant: int, *, breaks: bool) -> list[Interval]:
        """Kept once computed: per calendar for those who are there, per lane for those who are away."""
        start = self.day_start(instant)
        away = [(leave.start, leave.end) for leave in lane.leaves if leave.start < start + DAY and leave.end > start]
        key = (lane.id if away else -id(lane.calendar), start, breaks)
        found = self._available.get(key)
        if found is None:
            work = lane.calendar.spans if breaks else lane.calendar.working
            found = self._available[key] = without(work(start, start + DAY), away)
        return found

    def day_start(self, instant: int) -> int:
        """Local midnight before `instant`."""
        return midnight(local_day(instant, self.zone), self.zone)

    def shift(self, lane: Lane, instant: int) -> list[Interval]:
        """From the first shift to the last of the local day, whether on leave or not."""
        start = self.day_start(instant)
        return lane.calendar.spans(start, start + DAY)

    def day_load(self, lane: Lane, instant: int) -> Load:
        """Booked and available seconds of a lane on the local day of `instant`."""
        start = self.day_start(instant)
        return self.range_load(lane, start, start + DAY)

    def range_load(self, lane: Lane, start: int, end: int) -> Load:
        """The same for a range of whole local days."""
        booked = self.plan.booked(lane.id, start, end)
        capacity = sum(total(self.available(lane, at)) for at in range(start + DAY // 2, end, DAY))
        return Load(booked, capacity)

    # gestures

    def verdict(
        self, job: Job, place: Placement, *, booking_id: int = 0, moving: frozenset[int] = frozenset()
    ) -> Verdict | None:
        """What speaks for or against `place`; the bookings in `moving` are on the move too and do not stand
        in the way.
        """
        lane = self.plan.lane(place.lane_id)
        if lane is None:
            return None
        others = [b for b in self.plan.touching(lane.id, place.start, place.end) if b.id not in moving]
        return judge(job, lane, place, others, booking_id=booking_id)

    def apply(self, moves: Sequence[Move]) -> dict[int, Booking | None]:
        """Carry out moves in memory and mark them as on their way. Returns what was there, for `settle`.

        A job placed for the first time gets a negative id until the database has given it one.
        """
        before: dict[int, Booking | None] = {}
        for move in moves:
            key = -move.job_id if move.before is None else move.booking_id
            old = self.plan.bookings.get(key)
            before[key] = old
            self.pending.add(key)
            if move.after is None:
                self.plan.drop(key)
                continue
            base = old or Booking(key, 0, 0, 0, job=self.jobs.get(move.job_id))
            self.plan.put(base.at(move.after))
        self._announce()
        return before

    def settle(self, before: dict[int, Booking | None], saved: Iterable[Booking] | None) -> None:
        """The database has answered: put in what it `saved`, or (None) put everything back where it was."""
        self.pending.difference_update(before)
        for key, old in before.items():
            if saved is None and old is not None:
                self.plan.put(old)
            elif saved is None or key < 0:
                self.plan.drop(key)
        for booking in saved or ():
            self.plan.put(booking)
            if booking.job is not None:
                self.jobs.pop(booking.job.id, None)
        self._announce()

    def _announce(self) -> None:
        self.changed.emit()
        self.jobs_changed.emit()
