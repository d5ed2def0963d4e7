"""Fetching by a pick list: scan a bin, scan or type what is taken, F9 issues it. A new one begins with its orders.

Each quantity is kept at once, in the background; what could not be kept stays on the line and goes again with F9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.domain import picking as walking
from desktop.domain.changes import Changes
from desktop.domain.picking import Entry, Refused, Walk
from desktop.domain.stock import Feedback, Level, quantity_text
from desktop.domain.stock_units import as_quantity
from desktop.domain.text import pick, tr
from desktop.operations import picking, stock_desk
from desktop.operations.picking import Pick, PickPosted, Taken
from desktop.operations.stock import new_key
from desktop.operations.stock_desk import Resolved
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock import desk_papers, pick_rows
from desktop.views.stock.painted_table import Cell, PaintedTable, TableColumn, TableRow
from desktop.views.stock.scan_bar import ScanBar
from desktop.views.stock.short_strip import ShortStrip
from desktop.widgets import confirm as dialogs
from desktop.widgets.buttons import Button
from desktop.widgets.header import WIDE_FROM, ActionBar, HeaderBar, Total
from desktop.widgets.page import Page


class PickPage(Page):
    """One pick list. Without an id it gathers the orders that are scanned, and F9 makes the list of them."""

    def __init__(self, context: Context, list_id: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.list_id = list_id
        self.found: Pick | None = None
        self.walk = Walk()
        self.wave: dict[int, str] = {}
        self._key = new_key()
        self._busy = False
        self._after: Callable[[], None] | None = None
        self.header = HeaderBar()
        self.short = ShortStrip()
        self.print_button = Button(icon="printer", key="Ctrl+P")
        self.scan = ScanBar()
        self.table = PaintedTable(tr("Lines"))
        self.bar = ActionBar()
        self.cancel_button = Button(kind="ghost", height=32)
        self.short_button = Button(icon="triangle-alert", height=32, key="Ctrl+M")
        self.next_button = Button(kind="primary", icon="check", height=32, key="F9")
        self._make_actions()
        self._build()
        self.retranslate()

    def _build(self) -> None:
        for button in (self.cancel_button, self.short_button, self.next_button):
            self.bar.add_button(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.print_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.header.add_action(self.print_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget, stretch in ((self.header, 0), (self.short, 0), (self.scan, 0), (self.table, 1), (self.bar, 0)):
            whole.addWidget(widget, stretch)
        self.scan.field.submitted.connect(self._typed)
        self.scan.field.stepped.connect(self._step)
        self.scan.field.delete_pressed.connect(self._clear_line)
        self.scan.field.textEdited.connect(lambda _text: self._show_rows())
        self.table.row_clicked.connect(self._go_to)
        self.print_button.clicked.connect(self.print_list)
        self.next_button.clicked.connect(self.go_on)
        self.short_button.clicked.connect(self.ask_short)
        self.cancel_button.clicked.connect(self.give_up)
        self.short.chosen.connect(self._give_reason)
        self.short.left.connect(self._take_focus)
        self.context.bus.subscribe(("pick_list", "pick_line", "reservation"), self._changed)

    def _make_actions(self) -> None:
        self._words: list[tuple[QAction, Callable[[], str]]] = []
        for words, key, call in (
            (lambda: tr("Make the list, or issue what was taken"), "F9", self.go_on),
            (lambda: tr("Less than wanted"), "Ctrl+M", self.ask_short),
            (lambda: tr("Pick list"), "Ctrl+P", self.print_list),
            (lambda: tr("Refresh"), "F5", self.refresh),
        ):
            action = QAction(self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, act=call: act())
            self.addAction(action)
            self._words.append((action, words))

    # reading

    def refresh(self) -> None:
        if self.list_id is not None:
            self._run(picking.load, self.list_id, done=self._seen)
        else:
            self._show()

    def _seen(self, found: Pick) -> None:
        self.found = found
        self.walk = walking.with_lines(self.walk, found.lines)
        self._show()
        self.title_changed.emit()
        if self._open():
            self._keep()

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self.list_id is not None and self.isVisible() and not self.walk.unsaved:
            self.refresh()

    def _open(self) -> bool:
        return self.found is not None and self.found.state == "open"

    # scanning and typing

    def handle_scan(self, code: str) -> bool:
        self._take(code)
        self._take_focus()
        return True

    def scan_busy(self) -> bool:
        return self._busy

    def _typed(self, text: str) -> None:
        quantity = as_quantity(text)
        if quantity is not None and self._open():
            self._enter(quantity)
        else:
            self._take(text)

    def _enter(self, quantity: Decimal) -> None:
        line = self.walk.line
        if line is None or not line.wanted:
            return
        self.walk = walking.enter(self.walk, quantity)
        self._say_taken(line.id)
        self._show()
        self._keep()

    def _take(self, code: str) -> None:
        if self.found is None:
            self._run(stock_desk.resolve, code, done=partial(self._gathered, code))
            return
        if not self._open():
            self._say(Level.BAD, code, tr("This list is finished"), tr("Make a new one for what is still wanted."))
            return
        if place := walking.bin_of(self.walk, code):
            self.walk = walking.go_to_bin(self.walk, place)
            self._say(Level.OK, place, tr("Take what is listed here"), self._what_here(), chip=tr("bin"))
            self._show_rows()
            return
        walk, index, why = walking.take_one(self.walk, code)
        if why is Refused.NOT_LISTED:
            self._run(stock_desk.resolve, code, done=partial(self._other_label, code))
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

    def _step(self, by: int) -> None:
        self.walk = walking.step(self.walk, by)
        self._show_rows()

    def _go_to(self, index: int) -> None:
        self.walk = walking.step(self.walk, index - self.walk.current)
        self._show_rows()

    def _clear_line(self) -> None:
        if self.found is None and self.wave:
            self.wave.popitem()
        elif self._open():
            self.walk = walking.clear(self.walk)
            self._keep()
        self._show()

    # short

    def ask_short(self) -> None:
        """Ctrl+M: the bin holds less than wanted, or it is left for later."""
        line = self.walk.line
        if not self._open() or line is None or not line.wanted:
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

    # keeping

    def _keep(self) -> None:
        """Send what waits; one message at a time, in order."""
        if self.walk.sent or not self.walk.waiting or self.found is None:
            return
        self.walk = walking.send(self.walk)
        taken = [
            Taken(line, entry.quantity, entry.lot or None, entry.reason or None)
            for line, entry in self.walk.sent.items()
        ]
        self.set_dirty(True)
        self.context.work.run(
            picking.enter, self.context.database, self.found.id, taken,
            on_done=self._kept, on_error=self._not_kept, owner=self, background=True,
        )  # fmt: skip

    def _kept(self, answer: tuple[tuple[int, ...], Changes]) -> None:
        self.context.bus.publish(answer[1], self)
        if self.walk.waiting:
            self.walk = walking.kept(self.walk)
            self._keep()
            return
        self.context.work.run(
            picking.load, self.context.database, self.list_id, on_done=self._kept_seen,
            on_error=self._failed, owner=self, background=True,
        )  # fmt: skip

    def _kept_seen(self, found: Pick) -> None:
        self.walk = walking.kept(self.walk)
        self.set_dirty(self.walk.unsaved)
        self._seen(found)
        if not self.walk.unsaved and self._after is not None:
            after, self._after = self._after, None
            after()

    def _not_kept(self, failure: Failure) -> None:
        self._after = None
        self.walk = walking.not_kept(self.walk, failure.message)
        self._say(Level.BAD, self._number(), tr("Not kept"), failure.message, listed=False)
        self._show()

    # going on

    def go_on(self) -> None:
        """F9: make the list of the scanned orders; else issue what was taken and settle what is short."""
        if self._busy:
            return
        if self.found is None:
            if self.wave:
                self._run(picking.start, tuple(self.wave), done=self._started)
        elif self.walk.unsaved:
            self._after = self.go_on
            self._keep()
        elif self._open() and self.walk.touched:
            self._run(picking.post, self._key, self.found.id, done=self._posted)
        elif self._open():
            remedy = tr("Scan a part, or Ctrl+M.")
            self._say(Level.BAD, self._number(), tr("Nothing was taken yet"), remedy, listed=False)

    def _started(self, answer: tuple[tuple[int, ...], Changes]) -> None:
        made, changes = answer
        self.list_id = made[0]
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
        level = Level.EXTRA if posted.short else Level.OK
        headline = words if posted.documents else tr("Nothing issued; what is short is settled")
        self._say(level, self._number(), headline, " ".join(detail), listed=False)
        self.refresh()

    def give_up(self) -> None:
        """Cancel the list, after a question."""
        if self.found is None or not self._open():
            return
        title = tr("Cancel pick list {number}?", number=self.found.number)
        sentence = tr("What was taken and not issued goes back to its bin. The parts stay reserved.")
        if dialogs.confirm(self, title, sentence, confirm=tr("Cancel the list"), keep=tr("Keep it")):
            self._run(picking.cancel, self.found.id, done=self._cancelled)

    def _cancelled(self, changes: Changes) -> None:
        self.walk = Walk()
        self.set_dirty(False)
        self.context.bus.publish(changes, self)
        self.refresh()

    def print_list(self) -> None:
        """Ctrl+P: the walk on paper, with codes to scan."""
        if self.found is not None:
            paper = partial(desk_papers.walk_file, self.context.database, self.found.number)
            desk_papers.make(self.context, paper, self)

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
        self._say(Level.BAD, self._number(), tr("Not done"), failure.message, listed=False)
        self._show()

    # showing

    def _number(self) -> str:
        return self.found.number if self.found is not None else ""

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
        self.scan.band.show_feedback(feedback)
        if listed:
            self.scan.last.add("", feedback)
        if level is Level.BAD:
            QApplication.beep()

    def _say_taken(self, line_id: int, step: str = "") -> None:
        line = next(each for each in self.walk.lines if each.id == line_id)
        taken, wanted = self.walk.entry(line).quantity, line.wanted
        words = tr("{taken} of {wanted} taken", taken=quantity_text(taken), wanted=quantity_text(wanted))
        self._say(Level.OK, line.item_code, words, line.location, step=step, chip=quantity_text(taken))

    def _what_here(self) -> str:
        line = self.walk.line
        return f"{line.item_code} × {quantity_text(line.wanted)}" if line is not None and line.wanted else ""

    def _show(self) -> None:
        self._show_rows()
        found = self.found
        if found is None:
            self.header.set_title(tr("New pick list"))
            self.header.set_state("")
            self.header.set_note("")
            self.bar.set_totals([Total(tr("Orders"), str(len(self.wave)))] if self.wave else ())
        else:
            kind, icon = pick_rows.LOOKS[found.state]
            self.header.set_title(found.number)
            self.header.set_state(pick_rows.state_name(found.state), kind, icon)  # type: ignore[arg-type]
            orders = tr("{count} orders", count=len(found.orders)) if len(found.orders) > 1 else "".join(found.orders)
            place = found.location or pick(found.unit, found.unit_zh)
            self.header.set_note(" · ".join(each for each in (orders, place, found.note or "") if each))
            lines = [line for line in found.lines if line.wanted]
            done = len(found.lines) - self.walk.left
            self.bar.set_totals([Total(tr("Lines settled"), f"{done} / {len(found.lines)}")] if found.lines else ())
            self.short_button.setEnabled(bool(lines))
        self._show_buttons()

    def _show_buttons(self) -> None:
        self.next_button.setVisible(self._open() or (self.found is None and bool(self.wave)))
        self.next_button.setText(tr("Make the list") if self.found is None else tr("Issue what was taken"))
        self.short_button.setVisible(self._open())
        self.cancel_button.setVisible(self._open())
        self.print_button.setVisible(self.found is not None)
        self.key_hints_changed.emit()

    def _show_rows(self) -> None:
        hint = tr("Scan the work orders of this walk") if self.found is None else tr("Bin, part or quantity")
        self.scan.field.set_hint(hint)
        if self.found is None:
            self.table.set_columns((TableColumn("order", tr("Work order"), 0, code=True),), wide=self._wide())
            self.table.set_rows([TableRow({"order": Cell(code)}) for code in self.wave.values()])
            self.table.set_empty(hint, tr("F9 sets their parts aside and lists them bin by bin."))
            return
        typed = self.scan.field.text() if as_quantity(self.scan.field.text()) is not None else ""
        self.table.set_columns(pick_rows.columns(), wide=self._wide())
        self.table.set_rows(pick_rows.rows(self.found, self.walk, typed), self.walk.current)

    # what the shell asks

    def title(self) -> str:
        return tr("Pick list {number}", number=self.found.number) if self.found else tr("New pick list")

    def icon_name(self) -> str:
        return "package"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        refresh = ("F5", tr("Refresh"))
        if self.found is None:
            return (("Enter", tr("Add the order")), ("F9", tr("Make the list")), refresh)
        if self._open():
            issue = ("F9", tr("Issue what was taken"))
            return (("↑↓", tr("Line")), ("Enter", tr("Keep")), ("Ctrl+M", tr("Less than wanted")), issue, refresh)
        return (("↑↓", tr("Line")), refresh)

    def zones(self) -> Sequence[QWidget]:
        return (self.scan.field,)

    def state(self) -> Mapping[str, Any]:
        waiting = {**self.walk.sent, **self.walk.waiting}
        return {
            "id": self.list_id,
            "wave": {str(order): code for order, code in self.wave.items()},
            "waiting": {str(line): [str(each.quantity), each.lot, each.reason] for line, each in waiting.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """What was taken and not yet kept when the tab closed is kept now."""
        found = state.get("id")
        if self.list_id is None and isinstance(found, int):
            self.list_id = found
        self.wave = {int(order): str(code) for order, code in dict(state.get("wave") or {}).items()}
        waiting = {
            int(line): Entry(Decimal(quantity), lot, reason)
            for line, (quantity, lot, reason) in dict(state.get("waiting") or {}).items()
        }
        self.walk = Walk(waiting=waiting)

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        wanted = args.get("id") if isinstance(args, Mapping) else args
        if wanted is not None or self.list_id is not None:
            return wanted == self.list_id
        return bool(args == opened_with)

    def retranslate(self) -> None:
        for action, words in self._words:
            action.setText(words())
        self.print_button.setText(tr("Pick list"))
        self.cancel_button.setText(tr("Cancel the list"))
        self.short_button.setText(tr("Less than wanted"))
        self.short.retranslate()
        self._show()

    def _wide(self) -> bool:
        return self.window().width() >= WIDE_FROM

    def _take_focus(self) -> None:
        self.scan.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scan.set_wide(self._wide())
        self._show_rows()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_focus()
