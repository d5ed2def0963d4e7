"""The draft of the stock desk and what keys change in it: quantities, conditions, undo, suspending and resuming.

Every change is on disk at once, and can be undone until the draft is posted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from desktop.domain import stock, stock_owners, stock_scans, stock_units, stock_verdicts
from desktop.domain.figures import quantity_text
from desktop.domain.stock import Draft, Feedback, Level, Line, Mode, Owner, Part
from desktop.domain.stock_units import Entry
from desktop.domain.text import pick, tr
from desktop.operations.stock import Posted
from desktop.runtime.context import Context
from desktop.views.stock.desk_keeping import Asked, History, Keeper, Sending, Suspended


class DeskLines(QObject):
    """`said` carries the time (empty where it is no scan) and the feedback."""

    changed = Signal()
    said = Signal(str, object)
    suspended_changed = Signal()

    def __init__(self, context: Context, mode: Mode, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.draft = Draft(mode)
        self.last_posted: Posted | None = None
        self.substitutes: dict[int, Part] = {}
        """By the id of a part that is short: what may be taken instead, with where it lies."""
        self.asked: Asked | None = None
        """A document of an earlier date that waits for a yes; nothing changes meanwhile."""
        self._sending: Sending | None = None
        self._under_way = False
        self._history = History()
        self._suspended = Suspended(context)
        self.keeper = Keeper(context)

    def busy(self) -> bool:
        return self._under_way

    def unknown_outcome(self) -> bool:
        """True while a posting was sent and nobody knows whether it arrived."""
        return self._sending is not None and not self._under_way

    def fixed(self) -> bool:
        """True while the draft may not change: it is under way or being asked about, or nobody knows what became of
        it.
        """
        return self._under_way or self.unknown_outcome() or self.asked is not None

    def reverse(self, document_id: int, number: str) -> None:
        raise NotImplementedError

    def _keep(self, *, surely: bool = False) -> None:
        self.keeper.keep(self.draft, (), self._sending, surely=surely)

    # undo

    def undo(self) -> None:
        """Ctrl+Z: the last change of the draft; right after a posting its linked reversal."""
        if self.busy() or self.fixed():
            return
        before = self._history.back(self.draft)
        if before is not None:
            self._show_again(before, tr("Undone"))
        elif self.last_posted is not None and self.draft.empty:
            self.reverse(self.last_posted.document_id, self.last_posted.number)
        else:
            self._say(Feedback(Level.TODO, "", tr("Nothing to undo")), listed=False)

    def redo(self) -> None:
        """Ctrl+Y."""
        after = None if self.busy() or self.fixed() else self._history.forward(self.draft)
        if after is not None:
            self._show_again(after, tr("Done again"))

    def _show_again(self, draft: Draft, word: str) -> None:
        self.draft = draft
        self._keep()
        self.changed.emit()
        line = self._line()
        code = line.part.code if line is not None else ""
        detail = tr("{count} lines, {pieces} pieces", count=len(draft.filled),
                    pieces=quantity_text(sum((each.quantity for each in draft.filled), stock.ZERO)))  # fmt: skip
        self._say(Feedback(Level.TODO, code, word, detail), listed=False)

    # changing lines

    def move(self, by: int) -> None:
        if self.draft.lines:
            self._set(replace(self.draft, current=min(max(self.draft.current + by, 0), len(self.draft.lines) - 1)))

    def go_to(self, index: int) -> None:
        if 0 <= index < len(self.draft.lines):
            self._set(replace(self.draft, current=index))

    def set_quantity(self, index: int, quantity: Decimal) -> None:
        before = self.draft.lines[index].quantity
        self._set(stock.set_quantity(self.draft, index, quantity))
        self._say(stock_scans.feedback(self.draft, index, quantity - before))

    def enter(self, index: int, entry: Entry) -> None:
        """A quantity in whatever unit it was typed in."""
        before = self.draft.lines[index].quantity
        self._set(stock_units.with_entry(self.draft, index, entry))
        self._say(stock_scans.feedback(self.draft, index, entry.quantity - before))

    def next_unit(self) -> None:
        """Ctrl+B: box or piece, in turn."""
        line = self._line()
        if line is None:
            return
        if not stock_units.units_for(line.part, self.draft.mode):
            only = tr("It is counted in {unit} only.", unit=line.part.base_unit())
            self._say(Feedback(Level.TODO, line.part.code, tr("No other unit"), only), listed=False)
            return
        self._set(stock_units.next_unit(self.draft, self.draft.current))
        line = self.draft.lines[self.draft.current]
        unit = stock_units.unit_of(line)
        now_in = tr("Counted in {unit}", unit=stock_units.words_of(line.part, unit))
        self._say(Feedback(Level.OK, line.part.code, now_in, stock_scans.conversion(line)), listed=False)

    def next_owner(self) -> None:
        """Ctrl+O: ours, what a supplier has here, what a customer has here, in turn. A receipt becomes ours again."""
        line = self._line()
        if self.draft.mode is Mode.RECEIVE:
            self._receive_for(None)
            return
        following = stock_owners.next_owner(self.draft, self.draft.current) if line is not None else None
        if line is None or following is None:
            code = line.part.code if line is not None else ""
            self._say(Feedback(Level.TODO, code, tr("All of it is ours")), listed=False)
            return
        self._set(following)
        self._say_owner(self.draft.lines[self.draft.current])

    def take_owner(self, owner: Owner) -> None:
        """A supplier's or customer's code: whose goods arrive, or whose stock the line takes."""
        line = self._line()
        name = owner.display_name()
        if self.draft.mode is Mode.RECEIVE:
            self._receive_for(owner)
        elif line is not None and self.draft.mode in stock_owners.TAKING and line.part.lying(owner):
            self._set(stock_owners.of_owner(self.draft, self.draft.current, owner))
            self._say_owner(self.draft.lines[self.draft.current])
        else:
            code = line.part.code if line is not None else ""
            self._say(Feedback(Level.BAD, code, tr("Nothing of it here belongs to {owner}.", owner=name)))

    def _receive_for(self, owner: Owner | None) -> None:
        if self.draft.subject is not None:
            why = tr("Receive what is not ours without a purchase order.")
            self._say(Feedback(Level.BAD, self.draft.subject.code, tr("What was bought is ours"), why), listed=False)
        elif owner is None and self.draft.owner is None:
            how = tr("Scan or type the code of the supplier or the customer whose goods these are.")
            self._say(Feedback(Level.TODO, "", tr("These goods are ours"), how), listed=False)
        else:
            self._set(replace(self.draft, owner=owner))
            self._say(Feedback(Level.OK, owner.display_name() if owner else "", owner_words(owner)), listed=False)

    def _say_owner(self, line: Line) -> None:
        said = stock_scans.feedback(self.draft, self.draft.current, line.quantity)
        if said.level is not Level.BAD:
            who = line.owner.display_name() if line.owner else ""
            said = Feedback(Level.OK, line.part.code, stock_owners.kind_of(line.owner), who or line.location)
        self._say(said, listed=False)

    def remove(self) -> None:
        if self._line() is not None:
            self._set(stock.without_line(self.draft, self.draft.current))

    def replace_wrong(self) -> None:
        """F7 on a wrong part: the reserved one takes its place; on one that is short: its substitute fills up."""
        index, line = self.draft.current, self._line()
        if line is not None:
            instead = self.substitutes.get(line.part.id)
            taking = self.draft.mode in (Mode.ISSUE, Mode.COUNTER)
            short = taking and instead is not None and stock_verdicts.verdict(self.draft, index).rule == "over"
            if instead is not None and short:
                self._set(stock_scans.take_substitute(self.draft, index, instead))
            else:
                self._set(stock_verdicts.replaced(self.draft, index))
            line = self._line()
            if line is not None:
                self._say(stock_scans.feedback(self.draft, self.draft.current, line.quantity))

    def offer_substitute(self, item_id: int, part: Part) -> None:
        """What could be taken where a part is short; shown under its line."""
        if self.substitutes.get(item_id) != part:
            self.substitutes[item_id] = part
            self.changed.emit()

    def repeat_above(self) -> None:
        if self._line() is not None:
            self._set(stock.repeat_above(self.draft, self.draft.current))

    def next_condition(self) -> None:
        """Good, bad, quarantine in turn: how a returned part comes back, and what goes back to its supplier."""
        if self._line() is not None and self.draft.mode in (Mode.RETURN, Mode.SEND_BACK):
            self._set(stock_owners.next_condition(self.draft, self.draft.current))

    def fill_all(self) -> None:
        """Take every expected line in full: the whole issue comes back, the whole order arrived."""
        lines = tuple(replace(line, quantity=line.expected) if line.expected else line for line in self.draft.lines)
        self._set(replace(self.draft, lines=lines, current=max(self.draft.current, 0) if lines else -1))

    def _line(self) -> Line | None:
        at = self.draft.current
        return self.draft.lines[at] if 0 <= at < len(self.draft.lines) else None

    def set_day(self, day: date | None) -> None:
        """The day on which it happened; None for today."""
        self._set(replace(self.draft, effective_on=day))

    # suspending

    def suspended(self) -> tuple[Draft, ...]:
        return self._suspended.drafts()

    def suspend(self) -> None:
        """Keep the draft on this workstation and clear the desk."""
        if self.draft.empty or self.fixed():
            return
        self._suspended.add(self.draft)
        code = self.draft.subject.code if self.draft.subject else stock_title(self.draft)
        self._set(Draft(self.draft.mode))
        self._history.forget()
        self._say(Feedback(Level.TODO, code, tr("Draft suspended"), tr("Ctrl+Shift+R brings it back.")), listed=False)
        self.suspended_changed.emit()

    def resume(self) -> None:
        """Bring back what was suspended last; the draft on the desk is suspended in its place."""
        if self.fixed():
            return
        first = self._suspended.take_last()
        if first is None:
            return
        if self.draft.filled:
            self.suspend()
        self._set(first)
        self._history.forget()
        self.suspended_changed.emit()

    # telling

    def _set(self, draft: Draft) -> None:
        if self.fixed():
            return
        self._history.changed(self.draft, draft)
        self.draft = draft
        self._keep()
        self.changed.emit()

    def _set_said(self, draft: Draft, feedback: Feedback) -> None:
        self._set(draft)
        self._say(feedback)

    def _say(self, feedback: Feedback, *, listed: bool = True) -> None:
        self.said.emit(now() if listed else "", feedback)


def stock_title(draft: Draft) -> str:
    """The words of a subject, e.g. the order's title."""
    return pick(draft.subject.title, draft.subject.title_zh) if draft.subject else ""


def owner_words(owner: Owner | None) -> str:
    """What it means whose goods a receipt brings."""
    if owner is None:
        return tr("These goods are ours")
    if owner.consigned:
        return tr("Consignment: theirs until it is used")
    return tr("The customer's own: for his orders alone")


def now() -> str:
    return datetime.now().strftime("%H:%M:%S")
