"""A gesture under way on a board: what is on the move, where it would land, and what speaks for or against
it.

The same for mouse and keyboard: both change the place, and the verdict follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from desktop.domain.calendars import MINUTE, QUARTER_HOUR, snap
from desktop.domain.dispatching import Grade, Verdict
from desktop.domain.moves import Move
from desktop.domain.scheduling import SHORTEST, Booking, Job, Placement
from desktop.models.gantt_model import GanttModel


class Mode(StrEnum):
    MOVE = "move"
    START = "start"
    END = "end"


@dataclass
class Drag:
    """`leader` is the job under the pointer; `others` are selected bookings that keep their distance to it."""

    job: Job
    booking: Booking | None
    place: Placement
    mode: Mode = Mode.MOVE
    grab: int = 0
    """Seconds from the leader's start to where it was taken."""
    by_keys: bool = False
    others: Sequence[Booking] = ()
    verdicts: list[Verdict] = field(default_factory=list)
    known: bool = True
    """False while the bookings of the place are still being read."""

    @property
    def origin(self) -> Placement | None:
        return self.booking.placement if self.booking else None

    @property
    def moving(self) -> frozenset[int]:
        return frozenset(b.id for b in (self.booking, *self.others) if b is not None)

    @property
    def changed(self) -> bool:
        return self.origin != self.place

    @property
    def verdict(self) -> Verdict | None:
        """The worst of all that are on the move."""
        return max(self.verdicts, key=lambda verdict: verdict.grade, default=None)

    @property
    def tone(self) -> str:
        """The semantic colour of the lane: success, warn, danger, or nothing while that is not known."""
        worst = self.verdict
        if worst is None or not self.known:
            return ""
        return {Grade.REFUSED: "danger", Grade.WARNING: "warn"}.get(worst.grade, "success")

    def follow(self, instant: int, lane_id: int, model: GanttModel, *, free: bool) -> bool:
        """The pointer is at `instant` over a lane. True where the place differs from before."""
        step = MINUTE if free else QUARTER_HOUR
        before = self.place
        if self.mode is Mode.MOVE:
            start = snap(instant - self.grab, model.zone, step=step)
            self.place = replace(before, lane_id=lane_id, start=start, end=start + before.length)
        elif self.mode is Mode.END:
            end = max(snap(instant, model.zone, step=step), before.start + SHORTEST)
            self.place = replace(before, end=end)
        else:
            start = min(snap(instant, model.zone, step=step), before.end - SHORTEST)
            self.place = replace(before, start=start)
        return self.place != before

    def shift(self, seconds: int = 0, *, longer: int = 0, lane_id: int | None = None) -> None:
        """The keyboard's way: later or earlier, longer or shorter, another lane."""
        length = max(self.place.length + longer, SHORTEST)
        start = self.place.start + seconds
        lane = self.place.lane_id if lane_id is None else lane_id
        self.place = replace(self.place, lane_id=lane, start=start, end=start + length)

    def places(self, model: GanttModel) -> list[tuple[Job | None, Booking | None, Placement]]:
        """Everything that is on the move with its new place; selected others keep distance and lane offset."""
        found: list[tuple[Job | None, Booking | None, Placement]] = [(self.job, self.booking, self.place)]
        if self.origin is None or not self.others:
            return found
        plan = model.plan
        delta = self.place.start - self.origin.start if self.mode is Mode.MOVE else 0
        rows = (plan.row(self.place.lane_id) or 0) - (plan.row(self.origin.lane_id) or 0)
        for booking in self.others:
            row = min(max((plan.row(booking.lane_id) or 0) + rows, 0), len(plan.lanes) - 1)
            place = replace(
                booking.placement,
                lane_id=plan.lanes[row].id,
                start=booking.start + delta,
                end=booking.end + delta,
            )
            found.append((booking.job, booking, place))
        return found

    def judge(self, model: GanttModel, loaded: Callable[[int, int], bool]) -> None:
        """Ask the rules again."""
        self.known = loaded(self.place.start, self.place.end)
        self.verdicts = []
        for job, booking, place in self.places(model):
            if job is None:
                continue
            own = booking.id if booking else 0
            verdict = model.verdict(job, place, booking_id=own, moving=self.moving)
            if verdict is not None:
                self.verdicts.append(verdict)

    def moves(self, model: GanttModel) -> list[Move]:
        """What dropping here means."""
        return [
            Move(job.id, booking.id if booking else 0, booking.placement if booking else None, place)
            for job, booking, place in self.places(model)
            if job is not None
        ]
