"""A count at the desk: scan a bin, scan or type what lies there, F9. The sheet says nothing of what is expected.

Each quantity is kept at once, in the background; what could not be kept stays on the line and goes again with F9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain import counting
from desktop.domain.changes import Changes
from desktop.domain.counting import Sheet
from desktop.domain.stock import Feedback, Level, quantity_text
from desktop.domain.stock_units import as_quantity
from desktop.domain.text import pick, tr
from desktop.operations import stock_counts, stock_desk
from desktop.operations.stock import new_key
from desktop.operations.stock_counts import Adjusted, Count, Entered
from desktop.operations.stock_desk import Resolved
from desktop.runtime import sounds
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock import count_rows, desk_papers
from desktop.views.stock.count_approval import ApprovalStrip
from desktop.views.stock.desk_rows import money
from desktop.views.stock.painted_table import PaintedTable
from desktop.views.stock.scan_bar import ScanBar
from desktop.widgets import confirm as dialogs
from desktop.widgets.buttons import Button
from desktop.widgets.header import WIDE_FROM, ActionBar, HeaderBar, Total
from desktop.widgets.page import Page

_TONES = {Level.OK: "ok", Level.EXTRA: "warn", Level.BAD: "bad"}


class CountPage(Page):
    """One count. Without an id it waits for the store or bin that is to be counted; `plan_id` starts what is due."""

    def __init__(
        self,
        context: Context,
        count_id: int | None = None,
        *,
        plan_id: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.count_id, self._plan_id = count_id, plan_id
        self.count: Count | None = None
        self.sheet = Sheet()
        self._key = new_key()
        self._busy = False
        self._after: Callable[[], None] | None = None
        self.header = HeaderBar()
        self.approval = ApprovalStrip()
        self.sheet_button = Button(icon="printer", key="Ctrl+P")
        self.sheet_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scan = ScanBar()
        self.table = PaintedTable(tr("Lines"))
        self.bar = ActionBar()
        self.approve_button = Button(icon="circle-check", height=32)
        self.cancel_button = Button(kind="ghost", height=32)
        self.again_button = Button(icon="refresh-cw", height=32, key="Ctrl+R")
        self.next_button = Button(kind="primary", icon="check", height=32, key="F9")
        self._make_actions()
        self._build()
        self.retranslate()

    def _build(self) -> None:
        for button in (self.cancel_button, self.again_button, self.approve_button, self.next_button):
            self.bar.add_button(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.header.add_action(self.sheet_button)
        self.sheet_button.clicked.connect(self.print_sheet)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget, stretch in ((self.header, 0), (self.approval, 0), (self.scan, 0), (self.table, 1), (self.bar, 0)):
            whole.addWidget(widget, stretch)
        self.scan.field.submitted.connect(self._typed)
        self.scan.field.stepped.connect(self._step)
        self.scan.field.textEdited.connect(lambda _text: self._show_rows())
        self.table.row_clicked.connect(self._go_to)
        self.next_button.clicked.connect(self.go_on)
        self.again_button.clicked.connect(self.count_again)
        self.approve_button.clicked.connect(self.begin_approval)
        self.cancel_button.clicked.connect(self.give_up)
        self.approval.approved.connect(self._approve)
        self.approval.left.connect(self._take_focus)
        self.context.bus.subscribe(("stock_count", "stock_count_line"), self._changed)

    def _make_actions(self) -> None:
        self._words: list[tuple[QAction, Callable[[], str]]] = []
        for words, key, call in (
            (lambda: tr("Finish the round, or post"), "F9", self.go_on),
            (lambda: tr("Count this line again"), "Ctrl+R", self.count_again),
            (lambda: tr("Count sheet"), "Ctrl+P", self.print_sheet),
            (lambda: tr("Refresh"), "F5", self.refresh),
        ):
            self._words.append((self.command(key, call), words))

    # reading

    def refresh(self) -> None:
        if self.count_id is not None:
            self._run(stock_counts.load, self.count_id, done=self._seen)
        elif self._plan_id is not None and not self._busy:
            self._start(plan_id=self._plan_id)
        else:
            self._show()

    def _seen(self, count: Count) -> None:
        self.count = count
        lines = counting.shown(count.lines, recounting=count.state == "recount")
        self.sheet = counting.with_lines(self.sheet, lines)
        self._show()
        self.title_changed.emit()
        if self._counting():
            self._keep()

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self.count_id is not None and self.isVisible() and not self.sheet.unsaved:
            self.refresh()

    # scanning and typing

    def handle_scan(self, code: str) -> bool:
        self._take(code, scanned=True)
        self._take_focus()
        return True

    def scan_busy(self) -> bool:
        return self._busy

    def _typed(self, text: str) -> None:
        quantity = as_quantity(text)
        if quantity is not None and self._counting():
            self._enter(quantity)
        else:
            self._take(text, scanned=False)

    def _counting(self) -> bool:
        return self.count is not None and self.count.state in ("counting", "recount")

    def _enter(self, quantity: Decimal) -> None:
        line = self.sheet.line
        if line is None:
            return
        self.sheet = counting.enter(self.sheet, quantity)
        self._say(Level.OK, line.item_code, tr("{quantity} counted", quantity=quantity_text(quantity)), line.location)
        self._show()
        self._keep()

    def _take(self, code: str, *, scanned: bool) -> None:
        if self.count is None:
            self._look_up(code, self._begin_at)
            return
        place = counting.bin_of(self.sheet, code)
        found = None if place else counting.find(self.sheet, code)
        if place:
            self.sheet = counting.go_to_bin(self.sheet, place)
            self._say(Level.OK, place, tr("Count what lies here"), "", chip=tr("bin"))
        elif found is not None and scanned and self._counting():
            self.sheet = counting.add_one(self.sheet, found)
            line = self.sheet.lines[found]
            total = quantity_text(self.sheet.quantity(line) or counting.ZERO)
            self._say(Level.OK, line.item_code, tr("{quantity} counted", quantity=total), line.location, step="+1")
            self._keep()
        elif found is not None:
            self._go_to(found)
            return
        elif self._counting():
            self._look_up(code, self._found_beside)
        else:
            self._say(Level.BAD, code, tr("Not on this count"), "")
        self._show()

    def _look_up(self, code: str, done: Callable[[str, Resolved | None], None]) -> None:
        self._run(stock_desk.resolve, code, done=partial(done, code))

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

    def _step(self, by: int) -> None:
        self.sheet = counting.step(self.sheet, by)
        self._show_rows()

    def _go_to(self, index: int) -> None:
        self.sheet = counting.step(self.sheet, index - self.sheet.current)
        self._show_rows()

    # keeping

    def _keep(self) -> None:
        """Send what waits; one message at a time, in order."""
        if self.sheet.sent or not self.sheet.waiting or self.count is None:
            return
        self.sheet = counting.send(self.sheet)
        entries = [Entered(quantity, line_id=line) for line, quantity in self.sheet.sent.items()]
        self.set_dirty(True)
        self.context.work.run(
            stock_counts.enter, self.context.database, self.count.id, entries,
            on_done=self._kept, on_error=self._not_kept, owner=self, background=True,
        )  # fmt: skip

    def _kept(self, answer: tuple[tuple[int, ...], Changes]) -> None:
        self.context.bus.publish(answer[1], self)
        if self.sheet.waiting:
            self.sheet = counting.kept(self.sheet)
            self._keep()
            return
        self.context.work.run(
            stock_counts.load, self.context.database, self.count_id, on_done=self._kept_seen,
            on_error=self._failed, owner=self, background=True,
        )  # fmt: skip

    def _kept_seen(self, count: Count) -> None:
        self.sheet = counting.kept(self.sheet)
        self.set_dirty(self.sheet.unsaved)
        self._seen(count)
        if not self.sheet.unsaved and self._after is not None:
            after, self._after = self._after, None
            after()

    def _not_kept(self, failure: Failure) -> None:
        self._after = None
        self.sheet = counting.not_kept(self.sheet, failure.message)
        self._say(Level.BAD, self._number(), tr("Not kept"), failure.message, listed=False)
        self._show()

    # going on

    def go_on(self) -> None:
        """F9: end the round; in review, post."""
        if self.count is None or self._busy:
            return
        if self.sheet.unsaved:
            self._after = self.go_on
            self._keep()
        elif self.count.state in ("counting", "recount"):
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
        self.approval.open(self._stake(self.count))

    def _approve(self, reason: str) -> None:
        if self.count is not None:
            self._run(stock_counts.approve, self.count.id, reason, done=self._approved)

    def _approved(self, changes: Changes) -> None:
        self.approval.shut()
        self._acted(changes)

    def give_up(self) -> None:
        """Cancel the count, after a question."""
        if self.count is None or self.count.state not in stock_counts.OPEN_STATES:
            return
        title = tr("Cancel count {number}?", number=self.count.number)
        sentence = tr("What was counted stays readable; nothing is posted.")
        if dialogs.confirm(self, title, sentence, confirm=tr("Cancel the count"), keep=tr("Keep it")):
            self._run(stock_counts.cancel, self.count.id, done=self._acted)

    def print_sheet(self) -> None:
        """Ctrl+P: the blind list, for who counts with a pencil."""
        if self.count is not None:
            paper = partial(desk_papers.count_file, self.context.database, self.count.number)
            desk_papers.make(self.context, paper, self)

    def _acted(self, changes: Changes) -> None:
        self.context.bus.publish(changes, self)
        self.refresh()

    def _start(self, *, plan_id: int | None = None, location_id: int | None = None) -> None:
        def start(database: Any) -> tuple[int, Changes]:
            return stock_counts.start(database, plan_id=plan_id, location_id=location_id)

        self._run(start, done=self._started)

    def _started(self, answer: tuple[int, Changes]) -> None:
        self.count_id, changes = answer
        self._plan_id = None
        self.context.bus.publish(changes, self)
        self.refresh()

    def _run(self, call: Callable[..., Any], *args: object, done: Callable[[Any], None]) -> None:
        self._busy = True

        def finished(answer: Any) -> None:
            self._busy = False
            done(answer)
            self.scan_ready.emit()

        def failed(failure: Failure) -> None:
            self._busy = False
            self._failed(failure)
            self.scan_ready.emit()

        self.context.work.run(call, self.context.database, *args, on_done=finished, on_error=failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._plan_id = None
        self._say(Level.BAD, self._number(), tr("Not done"), failure.message, listed=False)
        self._show()

    # showing

    def _number(self) -> str:
        return self.count.number if self.count is not None else ""

    def _say(
        self,
        level: Level,
        code: str,
        headline: str,
        detail: str,
        *,
        step: str = "",
        chip: str = "",
        listed: bool = True,
    ) -> None:
        """The band, and for a scan its mark in the row of the last ones."""
        feedback = Feedback(level, code, headline, detail, step=step, chip=chip or headline)
        tone = _TONES.get(level, "") if listed or level is Level.BAD else ""
        heard = bool(tone) and sounds.sound(self.context.settings, tone)
        self.scan.band.show_feedback(feedback, heard=heard)
        if listed:
            self.scan.last.add("", feedback)

    def _show(self) -> None:
        count = self.count
        self._show_rows()
        self._show_totals()
        if count is None:
            self.header.set_title(tr("New count"))
            self.header.set_state("")
            self.header.set_note("")
        else:
            kind, icon = count_rows.LOOKS[count.state]
            self.header.set_title(count.number)
            self.header.set_state(count_rows.state_name(count.state), kind, icon)  # type: ignore[arg-type]
            place = f"{count.location} {pick(count.location_name, count.location_name_zh)}"
            plan = pick(count.plan or "", count.plan_zh)
            self.header.set_note(" · ".join(each for each in (place, plan) if each))
        self._show_buttons()

    def _show_buttons(self) -> None:
        state = self.count.state if self.count is not None else ""
        self._show_field(not state or state in stock_counts.OPEN_STATES)
        self.next_button.setVisible(state in stock_counts.OPEN_STATES)
        self.next_button.setText(tr("Post differences") if state == "review" else tr("Finish the round"))
        self.again_button.setVisible(state == "review")
        self.sheet_button.setVisible(bool(state))
        self.cancel_button.setVisible(state in stock_counts.OPEN_STATES)
        wanted = self.count is not None and state == "review" and self.count.needs_approval
        self.approve_button.setVisible(wanted and self.context.user.has("manager", "finance"))
        self.bar.set_reason(tr("A second person has to approve") if wanted else "")
        self.key_hints_changed.emit()

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

    def _show_rows(self) -> None:
        hint = tr("Scan or type the place to count") if self.count is None else tr("Bin, part or quantity")
        self.scan.field.set_hint(hint)
        if self.count is None:
            self.table.set_rows(())
            self.table.set_empty(hint, tr("A store counts with all bins below it."))
            return
        typed = self.scan.field.text() if as_quantity(self.scan.field.text()) is not None else ""
        self.table.set_columns(count_rows.columns(self.count), wide=self._wide())
        self.table.set_rows(count_rows.rows(self.count, self.sheet, typed), self.sheet.current)

    def _show_totals(self) -> None:
        if self.count is None:
            self.bar.set_totals(())
            return
        lines = len(self.sheet.lines)
        totals = [Total(tr("Lines counted"), f"{lines - self.sheet.left} / {lines}")]
        if self.count.difference is not None and self.count.state in ("review", "posted"):
            totals.append(Total(tr("Differences"), f"¥ {money(self.count.difference)}"))
        if self.count.approved_by:
            totals.append(Total(tr("Approved by"), pick(self.count.approved_by, self.count.approved_by_zh)))
        self.bar.set_totals(totals)

    @staticmethod
    def _stake(count: Count) -> str:
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
        if self._counting():
            return (("↑↓", tr("Line")), ("Enter", tr("Keep")), ("F9", tr("Finish the round")), refresh)
        if self.count.state == "review":
            return (("↑↓", tr("Line")), ("F9", tr("Post differences")), ("Ctrl+R", tr("Count again")), refresh)
        return (("↑↓", tr("Line")), refresh)

    def zones(self) -> Sequence[QWidget]:
        return (self.scan.field,) if self.scan.isVisibleTo(self) else (self,)

    def state(self) -> Mapping[str, Any]:
        waiting = {**self.sheet.sent, **self.sheet.waiting}
        return {"id": self.count_id, "waiting": {str(line): str(quantity) for line, quantity in waiting.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """What was entered and not yet kept when the tab closed is kept now."""
        kept = state.get("id")
        if self.count_id is None and isinstance(kept, int):
            self.count_id = kept
        waiting = {int(line): Decimal(quantity) for line, quantity in dict(state.get("waiting") or {}).items()}
        self.sheet = Sheet(waiting=waiting)
        if waiting:
            self._after = self._show

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        wanted = args.get("id") if isinstance(args, Mapping) else args
        if wanted is not None or self.count_id is not None:
            return wanted == self.count_id
        return bool(args == opened_with)

    def retranslate(self) -> None:
        for action, words in self._words:
            action.setText(words())
        self.approve_button.setText(tr("Approve"))
        self.again_button.setText(tr("Count again"))
        self.sheet_button.setText(tr("Count sheet"))
        self.cancel_button.setText(tr("Cancel the count"))
        self.approval.retranslate()
        self._show()

    def _wide(self) -> bool:
        return self.window().width() >= WIDE_FROM

    def _take_focus(self) -> None:
        target = self.scan.field if self.scan.isVisibleTo(self) else self
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scan.set_wide(self._wide())
        self._show_rows()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_focus()
