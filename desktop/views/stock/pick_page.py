"""Fetching by a pick list: scan a bin, scan or type what is taken, F9 issues it. A new one begins with its orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain import picking as walking
from desktop.domain.changes import Changes
from desktop.domain.entry import format_date
from desktop.domain.figures import quantity_text
from desktop.domain.picking import Entry, Refused, Walk
from desktop.domain.stock import Level
from desktop.domain.text import pick, tr
from desktop.domain.walked_sheet import bin_of, go_to_bin
from desktop.operations import picking
from desktop.operations.picking import Pick, PickPosted, Taken
from desktop.operations.stock import new_key
from desktop.operations.stock_desk import Resolved
from desktop.runtime.context import Context
from desktop.views.stock import desk_papers, pick_rows
from desktop.views.stock.page_date import PageDate
from desktop.views.stock.painted_table import Cell, TableColumn, TableRow
from desktop.views.stock.sheet_page import SheetKind, SheetPage
from desktop.views.stock.short_strip import ShortStrip
from desktop.widgets.buttons import Button
from desktop.widgets.header import Total


class PickPage(SheetPage[Pick, Walk]):
    """One pick list. Without an id it gathers the orders that are scanned, and F9 makes the list of them."""

    kind = SheetKind(
        tables=("pick_list", "pick_line", "reservation"),
        looks=pick_rows.LOOKS,
        state_name=pick_rows.state_name,
        load=picking.load,
        keep=picking.enter,
        paper=desk_papers.walk_file,
    )

    def __init__(self, context: Context, list_id: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(context, list_id, Walk(), parent)
        self.wave: dict[int, str] = {}
        self.short = ShortStrip()
        self.short_button = Button(icon="triangle-alert", height=32, key="Ctrl+M")
        self.add_keys(
            (lambda: tr("Make the list, or issue what was taken"), "F9", self.go_on),
            (lambda: tr("Less than wanted"), "Ctrl+M", self.ask_short),
            (lambda: tr("Pick list"), "Ctrl+P", self.print_paper),
        )
        self.build(self.short, self.short_button)
        self.dating = PageDate(self)
        self.header.add_action(self.dating.button)
        self.insert_under_header(self.dating.strip)
        self.insert_after_table(self.dating.panel)
        self.dating.cover(self.scan, self.table)
        self.dating.changed.connect(self._show)
        self.scan.field.delete_pressed.connect(self._clear_line)
        self.short_button.clicked.connect(self.ask_short)
        self.short.chosen.connect(self._give_reason)
        self.short.left.connect(self._take_focus)
        self.retranslate()

    @property
    def found(self) -> Pick | None:
        return self.record

    @property
    def walk(self) -> Walk:
        return self.sheet

    @walk.setter
    def walk(self, walk: Walk) -> None:
        self.sheet = walk

    def lines_of(self, record: Pick) -> Sequence[Any]:
        return record.lines

    def taking(self) -> bool:
        return self.found is not None and self.found.state == "open"

    # scanning and typing

    def enter(self, quantity: Decimal) -> None:
        line = self.walk.line
        if line is None or not line.wanted:
            return
        self.walk = walking.enter(self.walk, quantity)
        self._say_taken(line.id)
        self._show()
        self._keep()

    def take(self, code: str, *, scanned: bool) -> None:
        if self.found is None:
            self._look_up(code, self._gathered)
            return
        if self.dating.asked is not None:
            self.context.toast("warn", tr("F9 or Esc first"), code)
            return
        if not self.taking():
            self._say(Level.BAD, code, tr("This list is finished"), tr("Make a new one for what is still wanted."))
            return
        if place := bin_of(self.walk, code):
            self.walk = go_to_bin(self.walk, place)
            self._say(Level.OK, place, tr("Take what is listed here"), self._what_here(), chip=tr("bin"))
            self._show_rows()
            return
        walk, index, why = walking.take_one(self.walk, code)
        if why is Refused.NOT_LISTED:
            self._look_up(code, self._other_label)
        elif index is not None and why is not None:
            self._refuse_scan(code, index, why)
        elif index is not None:
            self._taken(walk, index)

    def _taken(self, walk: Walk, index: int) -> None:
        self.walk = walk
        line = walk.lines[index]
        self._say_taken(line.id, step="+1")
        self._show()
        self._keep()

    def _refuse_scan(self, code: str, index: int, why: Refused) -> None:
        line = self.walk.lines[index]
        if why is Refused.OTHER_BIN:
            where = tr("It is listed at {place}; scan that bin.", place=line.location)
            self._say(Level.BAD, code, tr("Wrong bin"), where)
        else:
            self._say(Level.BAD, code, tr("All of it is taken"), tr("Put this piece back."))

    def _other_label(self, code: str, found: Resolved | None) -> None:
        """A label that the list does not name: another lot of a listed part will do, anything else will not."""
        index = walking.line_of_item(self.walk, found.part.id) if found is not None and found.part is not None else None
        if found is not None and found.lot is not None and index is not None:
            self._taken(walking.take_for(self.walk, index, found.lot.lot), index)
        elif found is None:
            self._say(Level.BAD, code, tr("Unknown code"), tr("No bin or part of this list bears it."))
        else:
            self._say(Level.BAD, code, tr("Not on this list"), tr("Put it back; it is for another order."))
        self._show_rows()

    def _gathered(self, code: str, found: Resolved | None) -> None:
        if found is not None and found.kind == "work_order":
            self.wave[found.id] = found.code
            self._say(Level.OK, found.code, tr("On this walk"), "", chip=tr("order"))
        elif found is not None and found.kind == "pick_list":
            self.context.open("pick_list", found.id)
        else:
            self._say(Level.BAD, code, tr("Not a work order"), tr("Scan the orders whose parts are to be fetched."))
        self._show()

    def _clear_line(self) -> None:
        if self.found is None and self.wave:
            self.wave.popitem()
        elif self.taking():
            self.walk = walking.clear(self.walk)
            self._keep()
        self._show()

    # short

    def ask_short(self) -> None:
        """Ctrl+M: the bin holds less than wanted, or it is left for later."""
        line = self.walk.line
        if not self.taking() or self.dating.asked is not None or line is None or not line.wanted:
            return
        missing = line.wanted - self.walk.entry(line).quantity
        if missing <= 0:
            self._say(Level.BAD, line.item_code, tr("Nothing is short"), tr("Type what was taken first."), listed=False)
            return
        self.short.open(tr("{count} of {part} short: why?", count=quantity_text(missing), part=line.item_code))

    def _give_reason(self, reason: str) -> None:
        line = self.walk.line
        self.walk = walking.give_reason(self.walk, reason)
        if line is not None:
            self._say(Level.EXTRA, line.item_code, tr("Short"), pick_rows.reason_name(reason))
        self._take_focus()
        self._show()
        self._keep()

    def entries(self) -> list[Taken]:
        return [
            Taken(line, entry.quantity, entry.lot or None, entry.reason or None)
            for line, entry in self.walk.sent.items()
        ]

    def as_state(self, entry: Entry) -> list[str]:
        return [str(entry.quantity), entry.lot, entry.reason]

    def from_state(self, kept: Any) -> Entry:
        quantity, lot, reason = kept
        return Entry(Decimal(quantity), lot, reason)

    # going on

    def proceed(self) -> None:
        """Make the list of the scanned orders; else issue what was taken and settle what is short."""
        if self.found is None:
            if self.wave:
                self._run(picking.start, tuple(self.wave), done=self._started)
        elif self.taking() and self.walk.touched:
            lines = sum(1 for line in self.walk.lines if self.walk.entry(line).quantity)
            if lines:
                look = partial(picking.preview, self.context.database, self.found.id)
                self.dating.post(lines, look, self._post, self._failed)
            else:  # only what is short is settled: no movement, and no date
                self._post()
        elif self.taking():
            remedy = tr("Scan a part, or Ctrl+M.")
            self._say(Level.BAD, self._number(), tr("Nothing was taken yet"), remedy, listed=False)

    def go_on(self) -> None:
        if self.dating.settled() and not self.dating.confirm():
            super().go_on()

    def _post(self) -> None:
        if self.found is not None:
            self._run(picking.post, self._key, self.found.id, self.dating.day, done=self._posted)

    def _started(self, answer: tuple[tuple[int, ...], Changes]) -> None:
        made, changes = answer
        self.record_id = made[0]
        self.wave = {}
        self.context.bus.publish(changes, self)
        if len(made) > 1:
            self.context.toast("info", tr("{count} lists, one for each store", count=len(made)))
        self.refresh()

    def _posted(self, answer: tuple[PickPosted, Changes]) -> None:
        posted, changes = answer
        self._key = new_key()
        self.context.bus.publish(changes, self)
        numbers = ", ".join(posted.documents)
        words = tr("{count} issued: {numbers}", count=quantity_text(posted.quantity), numbers=numbers)
        detail = [tr("The rest lies elsewhere: see the new lines.")] if posted.again else []
        if posted.counts:
            detail.append(tr("The bin is to be counted."))
        if self.dating.day is not None and posted.documents:
            detail.append(tr("Dated {day}", day=format_date(self.dating.day)))
        self.dating.forget()
        level = Level.EXTRA if posted.short else Level.OK
        headline = words if posted.documents else tr("Nothing issued; what is short is settled")
        self._say(level, self._number(), headline, " ".join(detail), listed=False)
        self.refresh()

    def give_up(self) -> None:
        if self.found is None or not self.taking():
            return
        title = tr("Cancel pick list {number}?", number=self.found.number)
        sentence = tr("What was taken and not issued goes back to its bin. The parts stay reserved.")
        if self.ask_to_give_up(title, sentence, tr("Cancel the list")):
            self._run(picking.cancel, self.found.id, done=self._cancelled)

    def _cancelled(self, changes: Changes) -> None:
        self.walk = Walk()
        self.set_dirty(False)
        self.context.bus.publish(changes, self)
        self.refresh()

    # showing

    def _say_taken(self, line_id: int, step: str = "") -> None:
        line = next(each for each in self.walk.lines if each.id == line_id)
        taken, wanted = self.walk.entry(line).quantity, line.wanted
        words = tr("{taken} of {wanted} taken", taken=quantity_text(taken), wanted=quantity_text(wanted))
        self._say(Level.OK, line.item_code, words, line.location, step=step, chip=quantity_text(taken))

    def _what_here(self) -> str:
        line = self.walk.line
        return f"{line.item_code} × {quantity_text(line.wanted)}" if line is not None and line.wanted else ""

    def note(self, record: Pick) -> Sequence[str]:
        orders = tr("{count} orders", count=len(record.orders)) if len(record.orders) > 1 else "".join(record.orders)
        return (orders, record.location or pick(record.unit, record.unit_zh), record.note or "")

    def totals(self) -> Sequence[Total]:
        if self.found is None:
            return [Total(tr("Orders"), str(len(self.wave)))] if self.wave else ()
        lines = len(self.found.lines)
        return [Total(tr("Lines settled"), f"{lines - self.walk.left} / {lines}")] if lines else ()

    def show_buttons(self) -> None:
        taking, looking = self.taking(), self.dating.asked is not None
        self.next_button.setVisible(taking or (self.found is None and bool(self.wave)))
        issue = self.dating.verb(tr("Issue what was taken"))
        self.next_button.setText(tr("Make the list") if self.found is None else issue)
        self.next_button.setEnabled(self.dating.may_post())
        self.dating.button.setVisible(taking)
        self.dating.action.setEnabled(taking)
        self.short_button.setVisible(taking and not looking)
        self.short_button.setEnabled(any(line.wanted for line in self.walk.lines))
        self.cancel_button.setVisible(taking and not looking)
        self.print_button.setVisible(self.found is not None)

    def hint(self) -> str:
        return tr("Scan the work orders") if self.found is None else tr("Bin, part or quantity")

    def show_new(self, hint: str) -> None:
        self.table.set_columns((TableColumn("order", tr("Work order"), 0, code=True),), wide=self._wide())
        self.table.set_rows([TableRow({"order": Cell(code)}) for code in self.wave.values()])
        self.table.set_empty(hint, tr("F9 sets their parts aside and lists them bin by bin."))

    def lines_table(self, record: Pick, typed: str) -> tuple[Sequence[TableColumn], Sequence[TableRow]]:
        return pick_rows.columns(), pick_rows.rows(record, self.walk, typed)

    # what the shell asks

    def title(self) -> str:
        return tr("Pick list {number}", number=self.found.number) if self.found else tr("New pick list")

    def icon_name(self) -> str:
        return "package"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        refresh = ("F5", tr("Refresh"))
        if self.found is None:
            return (("Enter", tr("Add the order")), ("F9", tr("Make the list")), refresh)
        if self.dating.asked is not None:
            return self.dating.asked_hints()
        if self.taking():
            issue = ("F9", tr("Issue what was taken"))
            return (
                ("↑↓", tr("Line")), ("Enter", tr("Keep")), ("Ctrl+M", tr("Less than wanted")), issue,
                *self.dating.hints(), refresh,
            )  # fmt: skip
        return (("↑↓", tr("Line")), refresh)

    def state(self) -> Mapping[str, Any]:
        return {**super().state(), "wave": {str(order): code for order, code in self.wave.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.wave = {int(order): str(code) for order, code in dict(state.get("wave") or {}).items()}

    def retranslate(self) -> None:
        self.print_button.setText(tr("Pick list"))
        self.cancel_button.setText(tr("Cancel the list"))
        self.short_button.setText(tr("Less than wanted"))
        self.short.retranslate()
        self.dating.retranslate()
        super().retranslate()

    def zones(self) -> Sequence[QWidget]:
        return (self.dating.panel,) if self.dating.asked is not None else super().zones()
