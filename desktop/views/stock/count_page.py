"""A count at the desk: scan a bin, scan or type what lies there, F9. The sheet says nothing of what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain import counting
from desktop.domain.changes import Changes
from desktop.domain.counting import Sheet
from desktop.domain.figures import quantity_text
from desktop.domain.stock import Level
from desktop.domain.text import pick, tr
from desktop.domain.walked_sheet import bin_of, go_to_bin
from desktop.operations import stock_counts
from desktop.operations.stock_counts import Adjusted, Count, Entered
from desktop.operations.stock_desk import Resolved
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock import count_rows, desk_papers
from desktop.views.stock.desk_rows import money
from desktop.views.stock.painted_table import TableColumn, TableRow
from desktop.views.stock.sheet_page import SheetKind, SheetPage
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.header import Total


class CountPage(SheetPage[Count, Sheet]):
    """One count. Without an id it waits for the store or bin that is to be counted; `plan_id` starts what is due."""

    kind = SheetKind(
        tables=("stock_count", "stock_count_line"),
        looks=count_rows.LOOKS,
        state_name=count_rows.state_name,
        load=stock_counts.load,
        keep=stock_counts.enter,
        paper=desk_papers.count_file,
    )

    def __init__(
        self,
        context: Context,
        count_id: int | None = None,
        *,
        plan_id: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, count_id, Sheet(), parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._plan_id = plan_id
        self.approval = AskStrip(context.work, warns=True)
        self.approve_button = Button(icon="circle-check", height=32)
        self.again_button = Button(icon="refresh-cw", height=32, key="Ctrl+R")
        self.add_keys(
            (lambda: tr("Finish the round, or post"), "F9", self.go_on),
            (lambda: tr("Count this line again"), "Ctrl+R", self.count_again),
            (lambda: tr("Count sheet"), "Ctrl+P", self.print_paper),
        )
        self.build(self.approval, self.again_button, self.approve_button)
        self.again_button.clicked.connect(self.count_again)
        self.approve_button.clicked.connect(self.begin_approval)
        self.approval.shut_down.connect(self._take_focus)
        self.retranslate()

    @property
    def count(self) -> Count | None:
        return self.record

    @property
    def count_id(self) -> int | None:
        return self.record_id

    def refresh(self) -> None:
        if self.record_id is None and self._plan_id is not None and not self._busy:
            self._start(plan_id=self._plan_id)
        else:
            super().refresh()

    def lines_of(self, record: Count) -> Sequence[Any]:
        return counting.shown(record.lines, recounting=record.state == "recount")

    def taking(self) -> bool:
        return self.count is not None and self.count.state in ("counting", "recount")

    # scanning and typing

    def enter(self, quantity: Decimal) -> None:
        line = self.sheet.line
        if line is None:
            return
        self.sheet = counting.enter(self.sheet, quantity)
        self._say(Level.OK, line.item_code, tr("{quantity} counted", quantity=quantity_text(quantity)), line.location)
        self._show()
        self._keep()

    def take(self, code: str, *, scanned: bool) -> None:
        if self.count is None:
            self._look_up(code, self._begin_at)
            return
        place = bin_of(self.sheet, code)
        found = None if place else counting.find(self.sheet, code)
        if place:
            self.sheet = go_to_bin(self.sheet, place)
            self._say(Level.OK, place, tr("Count what lies here"), "", chip=tr("bin"))
        elif found is not None and scanned and self.taking():
            self.sheet = counting.add_one(self.sheet, found)
            line = self.sheet.lines[found]
            total = quantity_text(self.sheet.quantity(line) or counting.ZERO)
            self._say(Level.OK, line.item_code, tr("{quantity} counted", quantity=total), line.location, step="+1")
            self._keep()
        elif found is not None:
            self._go_to(found)
            return
        elif self.taking():
            self._look_up(code, self._found_beside)
        else:
            self._say(Level.BAD, code, tr("Not on this count"), "")
        self._show()

    def _begin_at(self, code: str, found: Resolved | None) -> None:
        if found is None or found.kind != "location":
            self._say(Level.BAD, code, tr("Not a place"), tr("Scan the store or bin that is to be counted."))
        else:
            self._start(location_id=found.id)

    def _found_beside(self, code: str, found: Resolved | None) -> None:
        """Something lies there that is not on the list: it becomes a line of its own."""
        place = next((line for line in self.sheet.lines if line.location == self.sheet.place), None)
        if found is not None and found.kind == "location":
            self._say(Level.BAD, code, tr("Not on this count"), tr("This bin is not part of the count."))
        elif found is None or found.part is None:
            self._say(Level.BAD, code, tr("Unknown code"), tr("No part, lot or bin of this count bears it."))
        elif place is None or self.count is None:
            self._say(Level.BAD, code, tr("Which bin?"), tr("Scan the bin first, then what is not on the list."))
        else:
            whole = next(line for line in self.count.lines if line.id == place.id)
            entry = Entered(
                counting.ONE,
                item_id=found.part.id,
                location_id=whole.location_id,
                lot=found.lot.lot if found.lot is not None else None,
            )
            self._run(stock_counts.enter, self.count.id, [entry], done=partial(self._beside, code))

    def _beside(self, code: str, answer: tuple[tuple[int, ...], Changes]) -> None:
        self._say(Level.EXTRA, code, tr("Not on the list: added"), self.sheet.place, step="+1")
        self.context.bus.publish(answer[1], self)
        self.refresh()

    def entries(self) -> list[Entered]:
        return [Entered(quantity, line_id=line) for line, quantity in self.sheet.sent.items()]

    def as_state(self, entry: Decimal) -> str:
        return str(entry)

    def from_state(self, kept: Any) -> Decimal:
        return Decimal(kept)

    # going on

    def proceed(self) -> None:
        """End the round; in review, post."""
        if self.count is None:
            return
        if self.taking():
            if self.sheet.left:
                self._point_at_open()
            else:
                self._run(stock_counts.finish, self.count.id, done=self._finished)
        elif self.count.state == "review":
            if self.count.needs_approval:
                self.begin_approval()
            else:
                self._run(stock_counts.post, self._key, self.count.id, done=self._posted)

    def _point_at_open(self) -> None:
        first = next((n for n, line in enumerate(self.sheet.lines) if self.sheet.quantity(line) is None), 0)
        self._go_to(first)
        words = tr("{count} lines are not counted yet", count=self.sheet.left)
        self._say(Level.BAD, self._number(), words, tr("Enter 0 where nothing lies."), listed=False)

    def _finished(self, answer: tuple[str, Changes]) -> None:
        state, changes = answer
        self.sheet = replace(self.sheet, current=-1)  # the next round is walked from its first line
        self.context.bus.publish(changes, self)
        if state == "recount":
            words = tr("Some lines differ and are counted again")
            self._say(Level.EXTRA, self._number(), words, tr("The list now shows only those."), listed=False)
        else:
            remedy = tr("Look at the differences, then F9 posts them.")
            self._say(Level.OK, self._number(), tr("Counted"), remedy, listed=False)
        self.refresh()

    def _posted(self, answer: tuple[Adjusted, Changes]) -> None:
        made, changes = answer
        self.context.bus.publish(changes, self)
        words = tr("Differences posted") if made.document_id is not None else tr("Nothing differed")
        if made.released:
            lost = tr("{count} reservations gave way: what they held is not there.", count=len(made.released))
            self.context.toast("warn", lost, tr("Reserve again for those orders."))
        self._say(Level.OK, self._number(), words, "", listed=False)
        self.refresh()

    def count_again(self) -> None:
        """Ctrl+R: the current line is not believed."""
        line = self.sheet.line
        if self.count is None or self.count.state != "review" or line is None:
            return
        self._run(stock_counts.count_again, self.count.id, [line.id], done=self._acted)

    def begin_approval(self) -> None:
        if self.count is None or self.count.state != "review":
            return
        if not self.context.user.has("manager", "finance"):
            words = tr("A manager or finance has to approve first")
            self._say(Level.BAD, self.count.number, words, self._stake(self.count), listed=False)
            return
        missing = tr("Reason is missing: say why the differences are accepted.")
        reason = Ask("reason", lambda: tr("Reason"), missing=missing)
        stake = partial(self._stake, self.count)
        self.approval.open(stake, (reason,), take=lambda: tr("Approve"), done=self._approve)

    def _approve(self, given: Mapping[str, Any]) -> None:
        if self.count is not None:
            self._run(stock_counts.approve, self.count.id, given["reason"], done=self._approved)

    def _approved(self, changes: Changes) -> None:
        self.approval.shut()
        self._acted(changes)

    def give_up(self) -> None:
        if self.count is None or self.count.state not in stock_counts.OPEN_STATES:
            return
        title = tr("Cancel count {number}?", number=self.count.number)
        sentence = tr("What was counted stays readable; nothing is posted.")
        if self.ask_to_give_up(title, sentence, tr("Cancel the count")):
            self._run(stock_counts.cancel, self.count.id, done=self._acted)

    def _acted(self, changes: Changes) -> None:
        self.context.bus.publish(changes, self)
        self.refresh()

    def _start(self, *, plan_id: int | None = None, location_id: int | None = None) -> None:
        def start(database: Any) -> tuple[int, Changes]:
            return stock_counts.start(database, plan_id=plan_id, location_id=location_id)

        self._run(start, done=self._started)

    def _started(self, answer: tuple[int, Changes]) -> None:
        self.record_id, changes = answer
        self._plan_id = None
        self.context.bus.publish(changes, self)
        self.refresh()

    def _failed(self, failure: Failure) -> None:
        self._plan_id = None
        self.approval.refuse(failure.message)
        super()._failed(failure)

    # showing

    def note(self, record: Count) -> Sequence[str]:
        place = f"{record.location} {pick(record.location_name, record.location_name_zh)}"
        return (place, pick(record.plan or "", record.plan_zh))

    def show_buttons(self) -> None:
        state = self.count.state if self.count is not None else ""
        self._show_field(not state or state in stock_counts.OPEN_STATES)
        self.next_button.setVisible(state in stock_counts.OPEN_STATES)
        self.next_button.setText(tr("Post differences") if state == "review" else tr("Finish the round"))
        self.again_button.setVisible(state == "review")
        self.print_button.setVisible(bool(state))
        self.cancel_button.setVisible(state in stock_counts.OPEN_STATES)
        wanted = self.count is not None and state == "review" and self.count.needs_approval
        self.approve_button.setVisible(wanted and self.context.user.has("manager", "finance"))
        self.bar.set_reason(tr("A second person has to approve") if wanted else "")

    def _show_field(self, wanted: bool) -> None:
        """A count that is over asks for nothing; the arrows still walk through its lines."""
        if wanted != self.scan.isVisibleTo(self):
            self.scan.setVisible(wanted)
            if self.isVisible():
                self._take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._step(step)

    def hint(self) -> str:
        return tr("Scan the place to count") if self.count is None else tr("Bin, part or quantity")

    def show_new(self, hint: str) -> None:
        self.table.set_rows(())
        self.table.set_empty(hint, tr("A store counts with all bins below it."))

    def lines_table(self, record: Count, typed: str) -> tuple[Sequence[TableColumn], Sequence[TableRow]]:
        return count_rows.columns(record), count_rows.rows(record, self.sheet, typed)

    def totals(self) -> Sequence[Total]:
        if self.count is None:
            return ()
        lines = len(self.sheet.lines)
        totals = [Total(tr("Lines counted"), f"{lines - self.sheet.left} / {lines}")]
        if self.count.difference is not None and self.count.state in ("review", "posted"):
            totals.append(Total(tr("Differences"), f"¥ {money(self.count.difference)}"))
        if self.count.approved_by:
            totals.append(Total(tr("Approved by"), pick(self.count.approved_by, self.count.approved_by_zh)))
        return totals

    @staticmethod
    def _stake(count: Count) -> str:
        if count.pile > (count.difference or counting.ZERO):
            return tr("Differences of ¥ {amount}, recent counts included; above ¥ {limit} a second person approves",
                      amount=money(count.pile), limit=money(count.approve_amount))  # fmt: skip
        return tr("Differences of ¥ {amount}; above ¥ {limit} a second person approves",
                  amount=money(count.difference or counting.ZERO), limit=money(count.approve_amount))  # fmt: skip

    # what the shell asks

    def title(self) -> str:
        return tr("Count {number}", number=self.count.number) if self.count else tr("New count")

    def icon_name(self) -> str:
        return "clipboard-check"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        refresh = ("F5", tr("Refresh"))
        if self.count is None:
            return (("Enter", tr("Begin")), refresh)
        if self.taking():
            return (("↑↓", tr("Line")), ("Enter", tr("Keep")), ("F9", tr("Finish the round")), refresh)
        if self.count.state == "review":
            return (("↑↓", tr("Line")), ("F9", tr("Post differences")), ("Ctrl+R", tr("Count again")), refresh)
        return (("↑↓", tr("Line")), refresh)

    def zones(self) -> Sequence[QWidget]:
        return (self.scan.field,) if self.scan.isVisibleTo(self) else (self,)

    def retranslate(self) -> None:
        self.approve_button.setText(tr("Approve"))
        self.again_button.setText(tr("Count again"))
        self.print_button.setText(tr("Count sheet"))
        self.cancel_button.setText(tr("Cancel the count"))
        self.approval.retranslate()
        super().retranslate()
