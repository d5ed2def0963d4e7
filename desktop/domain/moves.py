"""What a planner did on a board, kept so that Ctrl+Z takes it back and Ctrl+Y does it again.

A step is one gesture, however many jobs it moved. The stack holds places, not rows: a job that was taken off
and comes back gets a new booking, and the steps that know the old one follow it (`follow`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop.domain.scheduling import Placement


@dataclass(frozen=True, slots=True)
class Move:
    """One job from `before` to `after`; None is the backlog. `booking_id` is 0 while it has never been
    booked.
    """

    job_id: int
    booking_id: int
    before: Placement | None
    after: Placement | None

    @property
    def backwards(self) -> Move:
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Step:
    """Moves that are done, undone and redone together."""

    moves: tuple[Move, ...]

    @property
    def backwards(self) -> Step:
        return Step(tuple(move.backwards for move in reversed(self.moves)))


class History:
    """Steps done and steps taken back. Nothing is carried out here: the caller does that and then says so."""

    def __init__(self, depth: int = 100) -> None:
        self._depth = depth
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def push(self, step: Step) -> None:
        """A new step was carried out; what had been taken back can no longer be done again."""
        if not step.moves:
            return
        self._done = [*self._done, step][-self._depth :]
        self._undone.clear()

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def to_undo(self) -> Step | None:
        """What undoing means now, or None; `undone()` when it has been carried out."""
        return self._done[-1].backwards if self._done else None

    def to_redo(self) -> Step | None:
        return self._undone[-1] if self._undone else None

    def undone(self) -> None:
        if self._done:
            self._undone.append(self._done.pop())

    def redone(self) -> None:
        if self._undone:
            self._done.append(self._undone.pop())

    def follow(self, job_id: int, booking_id: int) -> None:
        """The job's booking has a new id: every remembered move of it means that one now."""
        for stack in (self._done, self._undone):
            for at, step in enumerate(stack):
                if any(move.job_id == job_id for move in step.moves):
                    stack[at] = Step(
                        tuple(
                            replace(move, booking_id=booking_id) if move.job_id == job_id else move
                            for move in step.moves
                        )
                    )

    def forget(self, job_id: int) -> None:
        """Somebody else changed this job: steps that would move it back over their head are dropped."""
        for stack in (self._done, self._undone):
            stack[:] = [step for step in stack if all(move.job_id != job_id for move in step.moves)]

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
