"""What board and calendar share: loading the plan piece by piece, carrying out gestures, undo, and others' moves.

A gesture shows at once and is sent in the background; a refusal puts it back and says why. Nothing is read again while
something is being dragged: what came in meanwhile follows afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.calendars import DAY
from desktop.domain.changes import Changes
from desktop.domain.intervals import Interval, merged, without
from desktop.domain.moves import History, Move, Step
from desktop.domain.scheduling import BarState, Booking, Job, Lane
from desktop.models.gantt_model import GanttModel
from desktop.operations import bookings, scheduling
from desktop.operations.scheduling import Crew, Outcome
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure

PAD = 2 * DAY
"""How much more than what is visible is read, so that a small scroll finds it there."""
OTHERS = "others"
"""The choice of units that are not the reader's own: seen as busy."""
_GATHER_MS = 120


class PlanDesk(QObject):
    """One per page. `refused` carries a `Failure` and the moves that were put back."""

    crew_changed = Signal()
    refused = Signal(object, object)
    done = Signal(object)
    """The `Step` that was carried out by a gesture (not by undo or redo)."""
    history_changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.model = GanttModel(ZoneInfo("Asia/Shanghai"), self)
        self.model.me = context.user.name
        self.crew: Crew | None = None
        self.unit: int | str | None = None
        """The unit shown alone, `OTHERS`, or None for all of the reader's own."""
        self.history = History()
        self.holding: Callable[[], bool] = lambda: False
        """True while something is being dragged."""
        self._loaded: list[Interval] = []
        self._asked: list[Interval] = []
        self._wanted: Interval | None = None
        self._answers = 0
        self._changed_here: dict[int, int] = {}
        """Bookings changed from here, with the number of the answer: rows asked for before that are older."""
        self._backlog_asked = 0
        self._waiting: list[Callable[[], None]] = []
        self._stale_bookings: set[int] = set()
        self._stale_all = False
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._gather.timeout.connect(self._take_changes)
        context.bus.subscribe(("booking", "work_order", "absence", "engineer"), self._changed)

    @property
    def may_plan(self) -> bool:
        """Whether this reader makes the plan, or only looks at it (service desk, engineer, manager)."""
        return self._context.user.has("planner")

    # reading

    def load(self) -> None:
        """Read engineers, backlog and the bookings in view, again where they were read before."""
        self._run(partial(scheduling.read_crew, self._context.database), self._take_crew)
        self._read_backlog()

    def _take_crew(self, crew: Crew) -> None:
        first = self.crew is None
        self.crew = crew
        self.model.set_zone(crew.zone)
        self._show_lanes()
        self._loaded, self._asked = [], []
        self.crew_changed.emit()
        if not first or self._wanted is not None:
            self._read_wanted(replace_all=True)

    def choose(self, unit: int | str | None) -> None:
        """Show the engineers of one unit, of others, or all of one's own."""
        self.unit = unit
        self._show_lanes()

    def _show_lanes(self) -> None:
        if self.crew is not None:
            self.model.set_lanes(lane for lane in self.crew.lanes if self._shown(self.crew, lane))

    def _shown(self, crew: Crew, lane: Lane) -> bool:
        if lane.id in crew.foreign or self.unit == OTHERS:
            return self.unit == OTHERS and lane.id in crew.foreign
        if self.unit is None:
            return True
        ids = next((unit.ids for unit in crew.units if unit.id == self.unit), frozenset())
        return crew.unit_of.get(lane.id) in ids

    def need(self, seen: Interval) -> None:
        """These bookings are in view: read what of them is not there yet."""
        self._wanted = seen
        if self.crew is not None:
            self._read_wanted()

    def is_loaded(self, start: int, end: int) -> bool:
        return not without([(start, end)], self._loaded)

    def _read_wanted(self, *, replace_all: bool = False) -> None:
        if self._wanted is None or self.crew is None:
            return
        wide = Interval(self._wanted.start - PAD, self._wanted.end + PAD)
        for piece in without([wide], self._asked):
            self._asked = merged([*self._asked, piece])
            ids = [lane.id for lane in self.crew.lanes]
            read = partial(bookings.read_bookings, self._context.database, ids, piece.start, piece.end)
            self._run(read, partial(self._take_bookings, piece, self._answers, replace_all))
            replace_all = False

    def _take_bookings(self, piece: Interval, asked_at: int, replace_all: bool, found: list[Booking]) -> None:
        """Rows read. What was changed from here after they were asked for is newer and stays."""
        self._loaded = merged([*self._loaded, piece])
        plan = self.model.plan
        newer = {key for key, answer in self._changed_here.items() if answer > asked_at}
        if replace_all:
            old = set(plan.bookings)
        else:
            old = {b.id for lane in plan.lanes for b in plan.touching(lane.id, piece.start, piece.end)}
        gone = old - {b.id for b in found} - newer
        self.model.merge([b for b in found if b.id not in newer], gone)

    def _read_backlog(self) -> None:
        self._backlog_asked += 1
        take = partial(self._take_backlog, self._backlog_asked)
        self._run(partial(bookings.read_backlog, self._context.database), take)

    def _take_backlog(self, asked: int, jobs: list[Job]) -> None:
        if asked == self._backlog_asked:  # an older answer that was overtaken says nothing new
            self.model.set_jobs(jobs)

    def _run(self, read: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._context.work.run(read, on_done=done, owner=self)

    # others' changes

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is self:
            return
        rows = changes.rows
        whole = any(topic in rows and not rows[topic] for topic in ("booking", "absence", "engineer"))
        self._stale_all |= whole or any(topic in rows for topic in ("absence", "engineer"))
        self._stale_bookings |= rows.get("booking", frozenset())
        self._gather.start()

    def _take_changes(self) -> None:
        if self.crew is None:
            return
        if self.holding() or self.model.pending:
            self._gather.start()
            return
        ids, self._stale_bookings = self._stale_bookings, set()
        if self._stale_all:
            self._stale_all = False
            self.load()
            return
        self._read_backlog()
        if ids:
            self._read_again(ids)

    def _read_again(self, ids: Iterable[int]) -> None:
        read = partial(bookings.read_again, self._context.database, list(ids))
        self._run(read, self._take_again)

    def _take_again(self, answer: tuple[list[Booking], list[int]]) -> None:
        """What others changed. Busy times of other units are not readable one by one: their window is read again."""
        fresh, gone = answer
        known = self.model.plan.bookings
        ours = [key for key in gone if key in known and known[key].state is not BarState.BUSY]
        for job_id in self.model.merge(fresh, ours, others=True):
            self.history.forget(job_id)
        self.history_changed.emit()
        if gone:
            self._asked = []
            self._read_wanted()

    # gestures

    def perform(self, moves: Sequence[Move]) -> None:
        """Carry out a gesture and remember it for Ctrl+Z."""
        step = Step(tuple(moves))
        self._send(step, lambda outcome: self._remember(step, outcome))

    def _remember(self, step: Step, outcome: Outcome) -> None:
        known = {booking.job.id: booking.id for booking in outcome.bookings if booking.job is not None}
        self.history.push(step)
        self._follow(outcome)
        fixed = tuple(
            move if move.booking_id else Move(move.job_id, known.get(move.job_id, 0), move.before, move.after)
            for move in step.moves
        )
        self.done.emit(Step(fixed))

    def _follow(self, outcome: Outcome) -> None:
        for booking in outcome.bookings:
            if booking.job is not None:
                self.history.follow(booking.job.id, booking.id)

    def undo(self) -> None:
        self._again(self.history.to_undo, self.history.undone)

    def redo(self) -> None:
        self._again(self.history.to_redo, self.history.redone)

    def _again(self, which: Callable[[], Step | None], carried: Callable[[], None]) -> None:
        if self.model.pending:
            self._waiting.append(partial(self._again, which, carried))
            return
        step = which()
        if step is None:
            return

        def finish(outcome: Outcome) -> None:
            carried()
            self._follow(outcome)

        self._send(step, finish)

    def _send(self, step: Step, finish: Callable[[Outcome], None]) -> None:
        versions = {
            move.booking_id: booking.version
            for move in step.moves
            if (booking := self.model.plan.bookings.get(move.booking_id)) is not None
        }
        before = self.model.apply(step.moves)
        call = partial(scheduling.carry_out, self._context.database, step.moves, versions, request=uuid4())

        def done(outcome: Outcome) -> None:
            self._answers += 1
            self._changed_here.update(dict.fromkeys(outcome.changes.rows["booking"], self._answers))
            self.model.settle(before, outcome.bookings)
            finish(outcome)
            self._context.bus.publish(outcome.changes, self)
            self._read_backlog()
            self._next()

        def failed(failure: Failure) -> None:
            self.model.settle(before, None)
            self.refused.emit(failure, step.moves)
            ids = [move.booking_id for move in step.moves if move.before is not None]
            if ids:
                self._read_again(ids)
            self._next()

        self._context.work.run(call, on_done=done, on_error=failed, owner=self)

    def _next(self) -> None:
        self.history_changed.emit()
        if self._waiting and not self.model.pending:
            self._waiting.pop(0)()
