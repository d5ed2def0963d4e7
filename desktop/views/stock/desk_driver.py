"""What the stock desk does, without its widgets: a queue of steps, one draft, posting it, suspending and resuming.

Scans, typed texts, changes of mode and F9 are worked off one by one in their order, so that a burst while the database
answers or a posting is under way loses nothing and mixes nothing up. Everything that waits is on disk. While it is not
known whether a posting happened, the same key is sent again and nothing else may change.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.domain import stock, stock_scans, stock_units, stock_verdicts
from desktop.domain.entry import format_date
from desktop.domain.stock import Draft, Feedback, Level, Mode
from desktop.domain.stock_units import Entry
from desktop.domain.text import tr
from desktop.operations import stock as operations
from desktop.operations import stock_desk
from desktop.operations.stock_desk import Answer, Resolved
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.desk_keeping import Step
from desktop.views.stock.desk_lines import now, stock_title
from desktop.views.stock.desk_posting import DeskPosting

_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_OUTWARD = (Mode.ISSUE, Mode.COUNTER)


class DeskDriver(DeskPosting):
    """One per desk."""

    queue_changed = Signal(int)

    def __init__(self, context: Context, mode: Mode, parent: QObject | None = None) -> None:
        super().__init__(context, mode, parent)
        self._queue: deque[Step] = deque()
        self._looking: Step | None = None

    def recover(self) -> bool:
        """Take up what was under way when the program ended; True when there was something."""
        kept = self.keeper.load()
        self._sending = kept.sending
        self.draft = kept.sending.draft if kept.sending else kept.draft or self.draft
        self._queue.extend(kept.steps)
        found = kept.draft is not None or bool(kept.steps) or kept.sending is not None
        if found:
            self.changed.emit()
            self._next()
        return found

    def _keep(self, *, surely: bool = False) -> None:
        waiting = [self._looking, *self._queue] if self._looking is not None else list(self._queue)
        self.keeper.keep(self.draft, waiting, self._sending, surely=surely)

    # scans and typed codes

    def scan(self, code: str) -> None:
        """Take a code; it is worked off after those before it."""
        self._wait(Step("scan", code.strip()))

    def typed(self, text: str) -> None:
        """A text typed by hand: a short number is the quantity of the current line, a date its lot's last day,
        everything else a code.
        """
        self._wait(Step("typed", text.strip()))

    def step(self, by: int) -> None:
        """An arrow key; where a number typed before it still waits, after that."""
        if self._queue:
            self._wait(Step("step", str(by)))
        else:
            self.move(by)

    def set_mode(self, mode: Mode) -> None:
        """Another kind of document on the same desk; what was entered is suspended, not lost."""
        self._wait(Step("mode", mode.value))

    def check_and_post(self) -> None:
        """F9: go to the first fault, or post; after all that was scanned before it."""
        if self.asked is not None:
            self.confirm()
        elif self.unknown_outcome() and self._sending is not None:
            self._send(self._sending)
        elif not self._under_way or self._queue:
            self._wait(Step("post"))

    def give_reason(self, reason: str) -> None:
        """Why it goes back; then it is posted."""
        self._set(replace(self.draft, reason=reason))
        self.check_and_post()

    def _wait(self, step: Step) -> None:
        self._queue.append(step)
        self._keep()
        if self.unknown_outcome() and step.kind == "scan":
            text = tr("F9 asks whether the last posting arrived; this waits until then.")
            self._say(Feedback(Level.TODO, step.text, tr("Waits"), text, chip=tr("waits")))
        self._next()

    def queued(self) -> int:
        """Codes that wait, the one being looked up among them."""
        waiting = sum(each.kind in ("scan", "typed") for each in self._queue)
        return waiting + (self._looking is not None)

    def busy(self) -> bool:
        return self._looking is not None or self._under_way

    def _next(self) -> None:
        while self._queue and not self._held():
            self._do(self._queue.popleft())
        self.queue_changed.emit(self.queued())

    def _held(self) -> bool:
        return self.busy() or self.asked is not None or self.unknown_outcome() or self._again.isActive()

    def _do(self, step: Step) -> None:
        if step.kind == "mode":
            self._change_mode(Mode(step.text))
        elif step.kind == "post":
            self._post_now()
        elif step.kind == "step":
            self.move(int(step.text))
        elif step.kind != "typed" or not self._typed_value(step.text):
            self._look_up(step)
            return
        self._keep()

    def _typed_value(self, text: str) -> bool:
        """A quantity or a date of the current line; False where it is a code."""
        line = self._line()
        if line is None:
            return False
        entry = stock_units.read(text, line, self.draft.mode)
        if isinstance(entry, Entry):
            self.enter(self.draft.current, entry)
            return True
        if entry is not None:
            known = tr("It is counted in {units}.", units=tr(", ").join(entry.known))
            words = tr("“{word}” is no unit of it", word=entry.word)
            self._say(Feedback(Level.BAD, line.part.code, words, known, chip=tr("unit")))
            return True
        day = as_day(text) if line.part.tracking == "lot" and self.draft.mode is Mode.RECEIVE else None
        if day is None:
            return False
        self._set(stock.with_line(self.draft, self.draft.current, replace(line, expires_on=day)))
        self._say(Feedback(Level.OK, line.lot or line.part.code, tr("Good until {day}", day=format_date(day))))
        return True

    def entry(self, text: str) -> Entry | None:
        """The quantity that a text under way would be; None where it is none, or not yet."""
        line = self._line()
        found = stock_units.read(text, line, self.draft.mode) if line is not None else None
        return found if isinstance(found, Entry) else None

    def _look_up(self, step: Step) -> None:
        self._looking = step
        asset = self.draft.subject.facts.get("asset_id") if self.draft.subject else None
        self._context.work.run(
            stock_desk.look_up,
            self._context.database,
            step.text,
            self.draft.mode,
            asset,
            on_done=partial(self._looked_up, step.text),
            on_error=partial(self._not_looked_up, step),
            owner=self,
        )

    def _looked_up(self, code: str, answer: Answer) -> None:
        self._looking = None
        self._online()
        if answer.resolved is None:
            self._unknown(code)
        else:
            self._take(answer.resolved, answer.opened)
        self._keep()
        self._next()

    def _not_looked_up(self, step: Step, failure: Failure) -> None:
        """While the line is down the code waits at the head of the queue: nothing scanned is lost."""
        self._looking = None
        if operations.outcome_unknown(failure.error):
            self._queue.appendleft(step)
            self._go_offline(step.text, failure.message)
        else:
            self._say(Feedback(Level.BAD, step.text, tr("Not looked up"), failure.message, chip=tr("again")))
        self._next()

    def _unknown(self, code: str) -> None:
        line = self._line()
        awaits_lot = line is not None and line.part.tracking != "none" and not line.lot
        if line is not None and awaits_lot and self.draft.mode is Mode.RECEIVE:
            self._set(stock.with_line(self.draft, self.draft.current, replace(line, lot=code, lot_id=None)))
            self._say(Feedback(Level.OK, code, tr("New lot of {part}", part=line.part.code), chip=tr("lot")))
            return
        following = stock_scans.next_serial(self.draft, code)
        if following is not None:
            self._set(following)
            self._say(stock_scans.feedback(following, following.current, Decimal(1)))
            return
        self._say(Feedback(Level.BAD, code, tr("Unknown code"), tr("No part, lot, bin, order or badge bears it."),
                           chip=tr("unknown")))  # fmt: skip

    def _take(self, found: Resolved, opened: Draft | None) -> None:
        if found.kind == "pick_list":
            self._say(Feedback(Level.TODO, found.code, tr("Pick list opened"), chip=tr("pick list")))
            self._context.open("pick_list", found.id)
        elif found.kind == "location":
            self._set_said(*stock_scans.scan_place(self.draft, found.id, found.code))
            if self.draft.mode is Mode.TRANSFER and not stock_verdicts.obstacle(self.draft):
                self._post_now()  # the bin to put them in commits
        elif found.part is not None:
            self._take_part(found)
        elif found.owner is not None:
            self.take_owner(found.owner)
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
        said = stock_scans.scan_part(self.draft, part, lot=found.lot, at=now(), pack=found.pack, uom=found.uom)
        self._set_said(*said)

    def _open(self, found: Resolved, opened: Draft) -> None:
        current, wanted = self.draft.subject, opened.subject
        if current is not None and wanted is not None and (current.kind, current.id) == (wanted.kind, wanted.id):
            self._say(Feedback(Level.TODO, found.code, tr("Open already"), chip=_kind_word(found.kind)))
            return
        kept = self._suspended.take(found.code, opened.mode)
        opened = kept or opened
        same = (
            current is None
            and self.draft.owner is None
            and (opened.mode is self.draft.mode or {opened.mode, self.draft.mode} <= set(_OUTWARD))
        )
        if self.draft.filled and same:
            opened = stock_scans.adopt(opened, self.draft)
        elif self.draft.filled:
            self.suspend()
        elif kept is None:
            opened = replace(opened, effective_on=self.draft.effective_on)
        self._set(opened)
        if kept is not None:
            self._history.forget()
        self.suspended_changed.emit()
        words = tr("Resumed where you left it") if kept else stock_title(opened)
        self._say(Feedback(Level.TODO, found.code, words, chip=_kind_word(found.kind)))

    def _change_mode(self, mode: Mode) -> None:
        if mode is self.draft.mode:
            return
        if self.draft.filled:
            self.suspend()
        self._set(Draft(mode, effective_on=self.draft.effective_on))  # of today, where the draft was suspended


def _kind_word(kind: str) -> str:
    """What was scanned, in the row of the last scans."""
    return {"document": tr("document"), "engineer": tr("badge")}.get(kind, tr("order"))


def as_day(text: str) -> date | None:
    """A typed day with its year; None for everything else."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date(*(int(part) for part in re.split("[-/.]", text)))
    except ValueError:
        return None
