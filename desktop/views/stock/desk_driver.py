"""What the stock desk does, without its widgets: a queue of scans, one draft, posting it, suspending and resuming.

Scans are worked off one by one in their order, so that a burst while the database answers loses nothing. While it is
not known whether a posting happened, the same key is sent again and nothing else may change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import stock
from desktop.domain.changes import Changes
from desktop.domain.stock import CONDITIONS, Draft, Feedback, Level, Line, Mode
from desktop.domain.stock_drafts import draft_from, to_json
from desktop.domain.text import pick, tr
from desktop.operations import stock as operations
from desktop.operations import stock_desk
from desktop.operations.stock import Posted
from desktop.operations.stock_desk import Answer, Resolved
from desktop.runtime.context import Context, ToastAction
from desktop.runtime.failures import Failure

_KEPT = "stock_desk.suspended"
_MOST_DIGITS = 7
_AGAIN_MS = 2000


@dataclass(frozen=True)
class Sending:
    """A posting on its way: its key and what it says, the same for every try."""

    key: UUID
    document: Mapping[str, Any]
    draft: Draft


class DeskDriver(QObject):
    """One per desk. `said` carries the time and the feedback of a scan; `alarm` asks for the low tone."""

    changed = Signal()
    said = Signal(str, object)
    alarm = Signal()
    queue_changed = Signal(int)
    posted = Signal(object, object)
    """`Posted` and the `Draft` that was posted."""
    suspended_changed = Signal()

    def __init__(self, context: Context, mode: Mode, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.draft = Draft(mode)
        self.last_posted: Posted | None = None
        self._queue: deque[str] = deque()
        self._looking = False
        self._sending: Sending | None = None
        self._under_way = False
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._next)

    # scans and typed codes

    def scan(self, code: str) -> None:
        """Take a code; it is worked off after those before it."""
        self._queue.append(code.strip())
        self._next()

    def typed(self, text: str) -> None:
        """A text typed by hand: a short number is the quantity of the current line, everything else a code."""
        number = as_quantity(text)
        if number is not None and 0 <= self.draft.current < len(self.draft.lines):
            self.set_quantity(self.draft.current, number)
        else:
            self.scan(text)

    def queued(self) -> int:
        return len(self._queue) + self._looking

    def busy(self) -> bool:
        return self._looking or self._under_way

    def unknown_outcome(self) -> bool:
        """True while a posting was sent and nobody knows whether it arrived."""
        return self._sending is not None and not self._under_way

    def _next(self) -> None:
        self.queue_changed.emit(self.queued())
        if self._looking or self._under_way or not self._queue:
            return
        code = self._queue.popleft()
        if self.unknown_outcome():
            self._say(Feedback(Level.BAD, code, tr("Post first"), tr("F9 asks whether the last posting arrived.")))
            self._next()
            return
        self._looking = True
        asset = self.draft.subject.facts.get("asset_id") if self.draft.subject else None
        self._context.work.run(
            stock_desk.look_up,
            self._context.database,
            code,
            self.draft.mode,
            asset,
            on_done=partial(self._looked_up, code),
            on_error=partial(self._not_looked_up, code),
            owner=self,
        )

    def _looked_up(self, code: str, answer: Answer) -> None:
        self._looking = False
        if answer.resolved is None:
            self._unknown(code)
        else:
            self._take(answer.resolved, answer.opened)
        self._next()

    def _not_looked_up(self, code: str, failure: Failure) -> None:
        """While the line is down the code waits at the head of the queue: nothing scanned is lost."""
        self._looking = False
        self._say(Feedback(Level.BAD, code, tr("Not looked up"), failure.message, chip=tr("again")))
        if operations.outcome_unknown(failure.error):
            self._queue.appendleft(code)
            self.queue_changed.emit(self.queued())
            self._again.start()
        else:
            self._next()

    def _unknown(self, code: str) -> None:
        line = self._line()
        awaits_lot = line is not None and line.part.tracking != "none" and not line.lot
        if line is not None and awaits_lot and self.draft.mode is Mode.RECEIVE:
            self._set(stock.with_line(self.draft, self.draft.current, replace(line, lot=code, lot_id=None)))
            self._say(Feedback(Level.OK, code, tr("New lot of {part}", part=line.part.code), chip=tr("lot")))
            return
        self._say(Feedback(Level.BAD, code, tr("Unknown code"), tr("No part, lot, bin, order or badge bears it."),
                           chip=tr("unknown")))  # fmt: skip

    def _take(self, found: Resolved, opened: Draft | None) -> None:
        if found.kind == "location":
            self._set_said(*stock.scan_place(self.draft, found.id, found.code))
        elif found.part is not None:
            self._take_part(found)
        elif opened is not None:
            self._open(found, opened)
        else:
            self._unknown(found.code)

    def _take_part(self, found: Resolved) -> None:
        part = found.part
        if part is None:
            return
        if part.retired:
            self._say(
                Feedback(Level.BAD, part.code, tr("Retired part"), tr("It is no longer stocked."), chip=tr("retired"))
            )
            return
        self._set_said(*stock.scan_part(self.draft, part, lot=found.lot, at=_now()))

    def _open(self, found: Resolved, opened: Draft) -> None:
        current, wanted = self.draft.subject, opened.subject
        if current is not None and wanted is not None and (current.kind, current.id) == (wanted.kind, wanted.id):
            self._say(Feedback(Level.TODO, found.code, tr("Open already"), chip=tr("order")))
            return
        kept = self.take_suspended(found.code, opened.mode)
        if self.draft.filled:
            self.suspend()
        self._set(kept or opened)
        words = tr("Resumed where you left it") if kept else stock_title(opened)
        self._say(Feedback(Level.TODO, found.code, words, chip=tr("order")))

    # changing lines

    def set_mode(self, mode: Mode) -> None:
        """Another kind of document on the same desk; what was entered is suspended, not lost."""
        if mode is self.draft.mode:
            return
        if self.draft.filled:
            self.suspend()
        self._set(Draft(mode))

    def move(self, by: int) -> None:
        if self.draft.lines:
            self._set(replace(self.draft, current=min(max(self.draft.current + by, 0), len(self.draft.lines) - 1)))

    def go_to(self, index: int) -> None:
        if 0 <= index < len(self.draft.lines):
            self._set(replace(self.draft, current=index))

    def set_quantity(self, index: int, quantity: Decimal) -> None:
        before = self.draft.lines[index].quantity
        self._set(stock.set_quantity(self.draft, index, quantity))
        self._say(stock.feedback(self.draft, index, quantity - before))

    def remove(self) -> None:
        if self._line() is not None:
            self._set(stock.without_line(self.draft, self.draft.current))

    def replace_wrong(self) -> None:
        """F7 on a wrong part: the reserved one takes its place."""
        index = self.draft.current
        if self._line() is not None:
            self._set(stock.replaced(self.draft, index))
            if 0 <= self.draft.current < len(self.draft.lines):
                self._say(stock.feedback(self.draft, self.draft.current, self.draft.lines[self.draft.current].quantity))

    def repeat_above(self) -> None:
        if self._line() is not None:
            self._set(stock.repeat_above(self.draft, self.draft.current))

    def next_condition(self) -> None:
        """Good, bad, quarantine in turn: how a returned part comes back."""
        line = self._line()
        if line is not None and self.draft.mode is Mode.RETURN:
            following = CONDITIONS[(CONDITIONS.index(line.condition) + 1) % len(CONDITIONS)]
            self._set(stock.with_line(self.draft, self.draft.current, replace(line, condition=following)))

    def fill_all(self) -> None:
        """Take every expected line in full: the whole issue comes back, the whole order arrived."""
        lines = tuple(replace(line, quantity=line.expected) if line.expected else line for line in self.draft.lines)
        self._set(replace(self.draft, lines=lines))

    def _line(self) -> Line | None:
        at = self.draft.current
        return self.draft.lines[at] if 0 <= at < len(self.draft.lines) else None

    # posting

    def check_and_post(self) -> None:
        """F9: go to the first fault, or post."""
        if self._under_way:
            return
        if self._sending is None:
            why = stock.obstacle(self.draft)
            if why:
                fault = stock.first_fault(self.draft)
                if fault >= 0:
                    self.go_to(fault)
                self._say(Feedback(Level.BAD, tr("Not posted"), why), listed=False)
                return
            self._sending = Sending(operations.new_key(), stock.document(self.draft), self.draft)
        self._send(self._sending)

    def _send(self, sending: Sending) -> None:
        self._under_way = True
        self._context.work.run(
            operations.post,
            self._context.database,
            sending.key,
            sending.document,
            on_done=partial(self._arrived, sending.draft),
            on_error=self._refused,
            owner=self,
            title=tr("Posting"),
        )
        self.changed.emit()

    def _arrived(self, draft: Draft, answer: tuple[Posted, Changes]) -> None:
        posted, changes = answer
        self._under_way, self._sending = False, None
        self.last_posted = posted
        self._set(Draft(draft.mode, to_place=draft.to_place if draft.mode is Mode.RECEIVE else None))
        self._context.bus.publish(changes, self)
        detail = tr("{lines} lines, ¥ {amount}", lines=len(draft.filled), amount=f"{posted.amount:,.2f}")
        undo = ToastAction(tr("Undo"), partial(self.reverse, posted.document_id, posted.number), "Ctrl+Z")
        self._context.toast("success", tr("{number} posted", number=posted.number), detail, action=undo)
        self._say(Feedback(Level.OK, posted.number, tr("Posted"), detail), listed=False)
        self.posted.emit(posted, draft)
        self._next()

    def _refused(self, failure: Failure) -> None:
        """The draft stays. A refused line is marked; where the outcome is unknown the same posting waits for F9."""
        self._under_way = False
        sending = self._sending
        if operations.outcome_unknown(failure.error):
            text = tr("It is not known whether it was posted. F9 asks again; nothing is posted twice.")
            self._say(Feedback(Level.BAD, tr("No answer"), failure.message, text), listed=False)
            self.changed.emit()
            return
        self._sending = None
        line = dict(getattr(failure.error, "facts", None) or {}).get("line")
        if sending is not None and isinstance(line, int):
            self._mark(sending, line)
        self._say(Feedback(Level.BAD, tr("Not posted"), failure.message), listed=False)
        self.changed.emit()
        self._reload_parts()
        self._next()

    def _mark(self, sending: Sending, line_no: int) -> None:
        filled = [number for number, line in enumerate(sending.draft.lines) if line.quantity > 0]
        if 0 < line_no <= len(filled):
            self.go_to(filled[line_no - 1])

    def _reload_parts(self) -> None:
        """Somebody else was faster: look again at what the lines found in their bins."""
        for line in self.draft.filled:
            self._context.work.run(
                stock_desk.overview,
                self._context.database,
                line.part.id,
                on_done=self._part_reloaded,
                owner=self,
                background=True,
            )

    def _part_reloaded(self, overview: stock_desk.Overview | None) -> None:
        if overview is None:
            return
        lines = tuple(
            replace(line, part=replace(line.part, holdings=overview.part.holdings))
            if line.part.id == overview.part.id
            else line
            for line in self.draft.lines
        )
        self._set(replace(self.draft, lines=lines))

    def reverse(self, document_id: int, number: str) -> None:
        """Take a posted document back by its linked counter-entry: Undo after posting, and F8."""
        self._context.work.run(
            operations.reverse,
            self._context.database,
            operations.new_key(),
            document_id,
            tr("Undone at the desk"),
            on_done=partial(self._reversed, number),
            on_error=self._not_reversed,
            owner=self,
            title=tr("Reversing"),
        )

    def _reversed(self, number: str, answer: tuple[Posted, Changes]) -> None:
        posted, changes = answer
        if self.last_posted is not None and self.last_posted.number == number:
            self.last_posted = None
        self._context.bus.publish(changes, self)
        text = tr("{number} reversed", number=number)
        self._context.toast("info", text, tr("Counter-entry {number}", number=posted.number))
        self._say(
            Feedback(Level.OK, number, tr("Reversed"), tr("Counter-entry {number}", number=posted.number)), listed=False
        )
        self.changed.emit()

    def _not_reversed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not reversed"), failure.message)
        self._say(Feedback(Level.BAD, tr("Not reversed"), failure.message), listed=False)

    # suspending

    def suspended(self) -> tuple[Draft, ...]:
        return tuple(draft_from(each) for each in self._context.mine().get(_KEPT, []))

    def suspend(self) -> None:
        """Keep the draft on this workstation and clear the desk."""
        if self.draft.empty or self.unknown_outcome():
            return
        kept = [to_json(self.draft), *self._context.mine().get(_KEPT, [])]
        self._context.mine().set(_KEPT, kept)
        code = self.draft.subject.code if self.draft.subject else stock_title(self.draft)
        self._set(Draft(self.draft.mode))
        self._say(Feedback(Level.TODO, code, tr("Draft suspended"), tr("Ctrl+Shift+R brings it back.")), listed=False)
        self.suspended_changed.emit()

    def resume(self) -> None:
        """Bring back what was suspended last; a draft under way is suspended in its place."""
        kept = list(self._context.mine().get(_KEPT, []))
        if not kept:
            return
        first = draft_from(kept.pop(0))
        self._context.mine().set(_KEPT, kept)
        if self.draft.filled:
            self.suspend()
        self._set(first)
        self.suspended_changed.emit()

    def take_suspended(self, code: str, mode: Mode) -> Draft | None:
        """The suspended draft of that order in that mode, which is then no longer suspended."""
        kept = list(self._context.mine().get(_KEPT, []))
        for position, each in enumerate(kept):
            draft = draft_from(each)
            if draft.mode is mode and draft.subject is not None and draft.subject.code == code:
                del kept[position]
                self._context.mine().set(_KEPT, kept)
                self.suspended_changed.emit()
                return draft
        return None

    def restore(self, data: Mapping[str, Any]) -> None:
        self._set(draft_from(data))

    # telling

    def _set(self, draft: Draft) -> None:
        if self.unknown_outcome():
            return
        self.draft = draft
        self.changed.emit()

    def _set_said(self, draft: Draft, feedback: Feedback) -> None:
        self._set(draft)
        self._say(feedback)

    def _say(self, feedback: Feedback, *, listed: bool = True) -> None:
        self.said.emit(_now() if listed else "", feedback)
        if feedback.level is Level.BAD:
            self.alarm.emit()


def as_quantity(text: str) -> Decimal | None:
    """A typed quantity; None for everything that may be a code."""
    plain = text.strip().replace(",", ".")
    if len(plain) > _MOST_DIGITS or not plain.replace(".", "", 1).isdigit():
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def stock_title(draft: Draft) -> str:
    """The words of a subject, e.g. the order's title."""
    return pick(draft.subject.title, draft.subject.title_zh) if draft.subject else ""


def _now() -> str:
    return datetime.now().strftime("%H:%M:%S")
