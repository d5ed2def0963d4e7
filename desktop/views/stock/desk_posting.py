"""Posting the draft of the stock desk, and taking a posting back.

The key of a posting is on disk before it is sent; while nobody knows whether it arrived, the same key is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import stock_verdicts
from desktop.domain.changes import Changes
from desktop.domain.entry import format_date
from desktop.domain.stock import Draft, Feedback, Level, Mode
from desktop.domain.stock_posting import document
from desktop.domain.text import tr
from desktop.operations import stock as operations
from desktop.operations import stock_desk, stock_values
from desktop.operations.stock import Posted
from desktop.operations.stock_values import Preview
from desktop.runtime.context import Context, ToastAction
from desktop.runtime.failures import Failure
from desktop.views.stock.desk_keeping import Asked, Sending
from desktop.views.stock.desk_lines import DeskLines

_AGAIN_MS = 2000


class DeskPosting(DeskLines):
    """`offline_changed` tells when the database stops answering and when it answers again."""

    posted = Signal(object, object)
    """`Posted` and the `Draft` that was posted."""
    offline_changed = Signal(bool)
    reason_wanted = Signal()
    """Nothing goes back to a supplier without a reason; see `give_reason`."""

    def __init__(self, context: Context, mode: Mode, parent: QObject | None = None) -> None:
        super().__init__(context, mode, parent)
        self.offline = False
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._try_again)

    def _next(self) -> None:
        raise NotImplementedError

    def _go_offline(self, code: str, why: str) -> None:
        """Told once; from then on it is tried again in silence until somebody answers."""
        self._again.start()
        if not self.offline:
            self.offline = True
            text = tr("Scans are kept and worked off when the connection is back.")
            self._say(Feedback(Level.BAD, code, why, text, chip=tr("waits")), listed=False)
            self.offline_changed.emit(True)

    def _online(self) -> None:
        self._again.stop()
        if self.offline:
            self.offline = False
            self.offline_changed.emit(False)

    def _try_again(self) -> None:
        if self.unknown_outcome() and self._sending is not None:
            self._send(self._sending)
        else:
            self._next()

    # posting

    def _post_now(self) -> None:
        why = stock_verdicts.obstacle(self.draft)
        if why:
            fault = stock_verdicts.first_fault(self.draft)
            if fault >= 0:
                self.go_to(fault)
            self._say(Feedback(Level.BAD, tr("Not posted"), why), listed=False)
        elif self.draft.mode is Mode.SEND_BACK and not self.draft.reason:
            self.reason_wanted.emit()
        elif self.draft.effective_on is not None:
            self._ask(self.draft, self.draft.effective_on)
        else:
            self._post_as(document(self.draft), self.draft)

    def _post_as(self, posted: Mapping[str, Any], draft: Draft) -> None:
        self._sending = Sending(operations.new_key(), posted, draft)
        self._keep(surely=True)  # a crash from here on asks again with this key
        self._send(self._sending)

    # an earlier date: first what it changes, then F9 again

    def _ask(self, draft: Draft, day: date) -> None:
        self._under_way = True
        self._context.work.run(
            stock_values.preview_of_day,
            self._context.database,
            document(draft),
            day,
            on_done=partial(self._previewed, draft),
            on_error=self._not_previewed,
            owner=self,
            title=tr("Reading what the earlier date changes"),
        )
        self.changed.emit()

    def _previewed(self, draft: Draft, answer: tuple[Mapping[str, Any], Preview]) -> None:
        dated, preview = answer
        self._under_way = False
        self._online()
        self.asked = Asked(dated, draft, preview)
        self.changed.emit()
        self._next()

    def _not_previewed(self, failure: Failure) -> None:
        """Nothing was sent: the draft stays, F9 asks once more."""
        self._under_way = False
        self._say(Feedback(Level.BAD, tr("Not posted"), failure.message), listed=False)
        self.changed.emit()
        self._next()

    def confirm(self) -> None:
        """F9 on the preview: post the document with its date, unless it is refused."""
        asked = self.asked
        if asked is not None and not asked.preview.refused:
            self.asked = None
            self._post_as(asked.document, asked.draft)

    def go_back(self) -> None:
        """Esc on the preview: the draft as it was, at the line that was refused."""
        asked, self.asked = self.asked, None
        if asked is None:
            return
        lines = [error.facts.get("line") for error in asked.preview.refused]
        found = next((line for line in lines if isinstance(line, int)), None)
        if found is not None:
            self._mark(asked.draft, found)
        self.changed.emit()
        self._next()

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
        self._online()
        self.last_posted = posted
        self._set(Draft(draft.mode, to_place=draft.to_place if draft.mode is Mode.RECEIVE else None))
        self._history.forget()
        self._context.bus.publish(changes, self)
        count = len(draft.filled)
        detail = tr("{count} lines", count=count)
        if posted.amount is not None:
            detail = tr("{lines} lines, ¥ {amount}", lines=count, amount=f"{posted.amount:,.2f}")
        if draft.effective_on is not None:
            detail += tr(", dated {day}. The next one is of today again.", day=format_date(draft.effective_on))
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
            if not self.offline:
                self.offline = True
                text = tr("It is not known whether it was posted. It is asked again; nothing is posted twice.")
                self._say(Feedback(Level.BAD, tr("No answer"), failure.message, text), listed=False)
                self.offline_changed.emit(True)
            self._again.start()
            self.changed.emit()
            return
        self._sending = None
        self._online()
        self._keep()
        line = dict(getattr(failure.error, "facts", None) or {}).get("line")
        if sending is not None and isinstance(line, int):
            self._mark(sending.draft, line)
        self._say(Feedback(Level.BAD, tr("Not posted"), failure.message), listed=False)
        self.changed.emit()
        self._reload_parts()
        self._next()

    def _mark(self, draft: Draft, line_no: int) -> None:
        filled = [number for number, line in enumerate(draft.lines) if line.quantity > 0]
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
        if self.draft.subject is not None and self.draft.subject.code == number and not self.fixed():
            # it stood there to be sent or taken back; nothing of it is left, and what follows is the right one
            before = {Mode.SEND_BACK: Mode.RECEIVE, Mode.RETURN: Mode.ISSUE}
            self._set(Draft(before.get(self.draft.mode, self.draft.mode)))
            self._history.forget()
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
