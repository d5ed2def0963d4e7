"""Parts demand by week: which parts maintenance will want, what will be there, and what must be ordered when.

Above all items with what each week lacks; below the record of the item at the cursor, and what makes it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.domain.changes import Changes
from desktop.domain.figures import quantity_text as quantity
from desktop.domain.text import pick, tr
from desktop.exchange import parts_plan_export
from desktop.operations import parts_plan
from desktop.operations.parts_plan import HORIZONS, PartsPlan, PlannedItem, Source
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.painted_table import HEAD, ROW, PaintedTable
from desktop.views.stock.parts_plan_rows import (
    WEEK_WIDTH,
    Look,
    item_columns,
    item_row,
    record_columns,
    record_rows,
    source_columns,
    source_row,
)
from desktop.views.stock.week_table import KeyTable
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Select
from desktop.widgets.header import WIDE_FROM, ActionBar, HeaderBar, Total
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import LoadedStack

TOPICS = ("work_order", "work_order_part", "stock_balance", "purchase_order_line", "requisition_line", "reorder_rule")
REQUESTERS = ("clerk", "buyer", "manager")
_PAGES = {"order": "work_order", "visit": "contract", "purchase": "purchase_order", "requisition": "requisition"}
_SETTLE_MS = 120
_REFRESH_MS = 1500


class PartsPlanPage(Page):
    """↑↓ item, ←→ week, Space chooses, Ctrl+A all, Enter what causes it, F9 requisitions up to the cursor's week."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._plan: PartsPlan | None = None
        self._shown: tuple[PlannedItem, ...] = ()
        self._sources: tuple[Source, ...] = ()
        self._chosen: set[tuple[int, int]] = set()
        self._at, self._week, self._first, self._line = 0, 0, 0, 0
        self._unit: int | None = None
        self._weeks, self._only = HORIZONS[1], "lacking"
        self._busy = False
        self.header = HeaderBar()
        self.views = Segmented()
        self.views.chosen.connect(self.show_only)
        self.unit, self.horizon = Select(icon="warehouse"), Select(icon="calendar-days")
        self.unit.setFixedWidth(220)
        self.horizon.setFixedWidth(130)
        self.unit.activated.connect(self._choose)
        self.horizon.activated.connect(self._choose)
        self.export_button = Button(icon="file-down", key="Ctrl+E")
        self.export_button.clicked.connect(self.export)
        self.header.add_left(self.views)
        for widget in (self.unit, self.horizon, self.export_button):
            self.header.add_action(widget)
        self.table, self.record, self.sources = KeyTable(""), PaintedTable(""), KeyTable("")
        self.record.setFixedHeight(HEAD + 6 * ROW)
        self.record_title, self.record_note = Label(size=13), Label(role="text.tertiary", elide=True)
        self.bar = ActionBar()
        self.ask_button = Button(kind="primary", icon="check", height=32, key="F9")
        self.ask_button.clicked.connect(self.request)
        self.bar.add_button(self.ask_button)
        head = Surface("surface.panel", "tb")
        line = row(self.record_title, self.record_note, spacing=12, margins=(16, 6, 16, 6))
        line.setStretch(1, 1)
        head.setLayout(line)
        content = Surface("surface.base")
        body = column(self.table, head, self.record, self.sources, self.bar, spacing=0)
        body.setStretch(0, 3)
        body.setStretch(3, 2)
        content.setLayout(body)
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.table.stepped.connect(self.step)
        self.table.entered.connect(self._to_sources)
        self.table.marked.connect(self.choose_current)
        self.table.row_clicked.connect(self._clicked)
        self.table.row_opened.connect(lambda _row: self._open_item())
        self.table.focused.connect(lambda _on: self._show_rows())
        self.sources.stepped.connect(lambda rows, _columns: self._step_source(rows))
        self.sources.entered.connect(self._open_source)
        self.sources.left.connect(self.table.setFocus)
        self.sources.row_clicked.connect(self._source_clicked)
        self.sources.row_opened.connect(lambda _row: self._open_source())
        self.sources.focused.connect(lambda _on: self._show_sources())
        self.ask_action = self.command("F9", self.request)
        self.all_action = self.command("Ctrl+A", self.choose_all)
        self.export_action = self.command("Ctrl+E", self.export)
        self.refresh_action = self.command("F5", self.refresh)
        self.unit_action = self.command("Ctrl+L", partial(self._open_choice, self.unit))
        self.horizon_action = self.command("Ctrl+H", partial(self._open_choice, self.horizon))
        self.item_action = self.command("Ctrl+Return", self._open_item)
        self.lacking_action = self.command("Alt+1", partial(self.show_only, "lacking"))
        self.every_action = self.command("Alt+2", partial(self.show_only, "all"))
        may = self.context.user.has(*REQUESTERS)
        self.ask_action.setEnabled(may)
        self.ask_button.setVisible(may)
        self._later, self._again = QTimer(self), QTimer(self)
        for timer, wait, call in (
            (self._later, _SETTLE_MS, self._load_sources),
            (self._again, _REFRESH_MS, self.refresh),
        ):
            timer.setSingleShot(True)
            timer.setInterval(wait)
            timer.timeout.connect(call)
        self.context.bus.subscribe(TOPICS, self._changed)

    # Loading

    def refresh(self) -> None:
        call = partial(parts_plan.load, self.context.database, self._unit, self._weeks)
        self.context.work.run(call, on_done=self._show, on_error=self._not_loaded, owner=self)

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The parts demand could not be worked out"), failure)

    @Slot()
    def _changed(self, changes: Changes, initiator: object) -> None:
        if self.isVisible() and not self._again.isActive():
            self._again.start()

    def _show(self, found: PartsPlan) -> None:
        at = self.current()
        self._plan = found
        self.stack.show_content()
        self._show_choices()
        self._filter(at)

    def show_only(self, key: str) -> None:
        """Alt+1: what lacks something; Alt+2: all that is wanted."""
        self._only = key
        self.views.set_current(key)
        self._filter(self.current())

    def _filter(self, keep: PlannedItem | None) -> None:
        """Show the items of the view, the cursor on the item where it was."""
        found = self._plan.items if self._plan is not None else ()
        self._shown = tuple(each for each in found if self._only == "all" or each.net > 0)
        keys = [each.key for each in self._shown]
        self._chosen &= set(keys)
        if keep is not None and keep.key in keys:
            self._at = keys.index(keep.key)
        self._at = max(0, min(self._at, len(keys) - 1))
        self._week = max(0, min(self._week, self._weeks - 1))
        self._sources = ()
        self._show_all()
        self._later.start()

    def _load_sources(self) -> None:
        item = self.current()
        if item is None:
            return
        call = partial(parts_plan.sources, self.context.database, item.branch_id, item.item_id, self._weeks)
        self.context.work.run(
            call, on_done=partial(self._take_sources, item.key), on_error=self._failed, owner=self, background=True
        )

    def _take_sources(self, key: tuple[int, int], found: tuple[Source, ...]) -> None:
        item = self.current()
        if item is not None and item.key == key:
            self._sources, self._line = found, min(self._line, max(len(found) - 1, 0))
            self._show_sources()

    # Where the cursor is

    def current(self) -> PlannedItem | None:
        """The item at the cursor."""
        return self._shown[self._at] if 0 <= self._at < len(self._shown) else None

    def current_week(self) -> date | None:
        item = self.current()
        return item.weeks[self._week].week if item is not None else None

    def items(self) -> tuple[PlannedItem, ...]:
        """What is shown, in its order."""
        return self._shown

    def shown_sources(self) -> tuple[Source, ...]:
        return self._sources

    def step(self, rows: int, columns: int) -> None:
        before = self.current()
        self._at = max(0, min(self._at + rows, len(self._shown) - 1))
        self._week = max(0, min(self._week + columns, self._weeks - 1))
        if self.current() is not before:
            self._sources, self._line = (), 0
            self._later.start()
        self._show_all()

    def _clicked(self, line: int) -> None:
        self.table.setFocus()
        self.step(line - self._at, 0)

    def choose_current(self) -> None:
        """Space: choose the item for F9, or not, and on to the next."""
        item = self.current()
        if item is not None:
            self._chosen ^= {item.key}
            self.step(1, 0)

    def choose_all(self) -> None:
        """Ctrl+A: all that is to be ordered up to the week at the cursor; again: none."""
        week = self.current_week()
        if week is not None:
            due = {each.key for each in self._shown if each.release_until(week) > 0}
            self._chosen = set() if due <= self._chosen else self._chosen | due
            self._show_all()

    def _to_sources(self) -> None:
        if self._sources:
            week = self.current_week()
            self._line = next((n for n, each in enumerate(self._sources) if each.week == week), 0)
            self.sources.setFocus()

    def _step_source(self, rows: int) -> None:
        self._line = max(0, min(self._line + rows, len(self._sources) - 1))
        self._show_sources()

    def _source_clicked(self, line: int) -> None:
        self.sources.setFocus()
        self._step_source(line - self._line)

    def _open_source(self) -> None:
        """Enter on a cause: the document itself."""
        if 0 <= self._line < len(self._sources):
            found = self._sources[self._line]
            if found.kind in _PAGES and found.source_id is not None:
                self.open_requested.emit(_PAGES[found.kind], found.source_id)

    def _open_item(self) -> None:
        item = self.current()
        if item is not None:
            self.open_requested.emit("item", item.item_id)

    # Asking

    def asked(self) -> tuple[PlannedItem, ...]:
        """What F9 asks for: the chosen items, else the one at the cursor."""
        chosen = tuple(each for each in self._shown if each.key in self._chosen)
        item = self.current()
        return chosen or ((item,) if item is not None else ())

    def request(self) -> None:
        """F9: requisitions for what the plan releases of the chosen items up to the week at the cursor."""
        week, items = self.current_week(), self.asked()
        if week is None or self._busy or not self.ask_action.isEnabled():
            return
        if not any(each.release_until(week) > 0 for each in items):
            words = tr("Nothing is to be ordered up to this week")
            self.context.toast("info", words, tr("→ takes later weeks as well."))
            return
        self._busy = True
        wanted: dict[int, list[int]] = {}
        for each in items:
            wanted.setdefault(each.branch_id, []).append(each.item_id)
        call = partial(parts_plan.request_all, self.context.database, wanted, week, self._weeks)
        self.context.work.run(call, on_done=self._requested, on_error=self._failed, owner=self)

    def _requested(self, answer: tuple[tuple[str, ...], Changes]) -> None:
        self._busy = False
        self.context.bus.publish(answer[1], self)
        self._chosen.clear()
        if answer[0]:
            self.context.toast("success", tr("Requisitions {numbers}", numbers=", ".join(answer[0])))
        else:
            self.context.toast("info", tr("All of it is asked for already"))
        self.refresh()

    def _failed(self, failure: Failure) -> None:
        self._busy = False
        self.context.toast("danger", tr("Not done"), failure.message)

    # Export

    def export(self) -> None:
        """Ctrl+E: what is shown as a workbook, weeks across."""
        name = f"{self.title()} {date.today().isoformat()}.xlsx"
        folder = Path(str(self.context.mine().get("export_folder", Path.home())))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Export"), str(folder / name), "XLSX (*.xlsx)")
        if chosen:
            path = Path(chosen).with_suffix(".xlsx")
            self.context.mine().set("export_folder", str(path.parent))
            call = partial(parts_plan_export.write, self._shown, path)
            self.context.work.run(call, on_done=lambda _count: self._written(path), on_error=self._failed, owner=self)

    def _written(self, path: Path) -> None:
        self.context.toast("success", tr("{file} written", file=path.name), str(path.parent))

    # What it says

    def _show_all(self) -> None:
        self._show_rows()
        self._show_sources()
        self._show_bar()

    def _look(self) -> Look:
        """Which weeks fit, with the one at the cursor among them."""
        room = max(self.width(), 600) - (760 if self.width() >= WIDE_FROM else 590)
        fit = max(4, min(self._weeks, room // WEEK_WIDTH))
        self._first = max(min(self._first, self._week), self._week - fit + 1, 0)
        self._first = min(self._first, self._weeks - fit)
        weeks = range(self._first, self._first + fit)
        return Look(weeks, self._week, self.width() >= WIDE_FROM, self._unit is None, self.table.hasFocus())

    def _show_rows(self) -> None:
        look, item = self._look(), self.current()
        days = [each.week for each in item.weeks] if item is not None else []
        self.table.set_columns(item_columns(look, days), wide=look.wide)
        rows = [item_row(each, look, n == self._at, each.key in self._chosen) for n, each in enumerate(self._shown)]
        self.table.set_rows(rows, self._at)
        self.record.set_columns(record_columns(look, days), wide=look.wide)
        gap = self.table.width() - self.table.viewport().width()
        self.record.setViewportMargins(0, 0, gap, 0)
        self.record.set_rows(record_rows(item, look) if item is not None else ())
        if item is None:
            self.record_title.setText("")
            self.record_note.setText("")
            return
        self.record_title.setText(f"{item.code}  {pick(item.name, item.name_zh)}")
        lots = tr("in multiples of {lot}", lot=quantity(item.multiple)) if item.multiple else tr("exactly what lacks")
        self.record_note.setText(
            "  ·  ".join(
                (
                    pick(item.branch, item.branch_zh),
                    tr("on hand {count} {uom}", count=quantity(item.on_hand), uom=pick(item.uom, item.uom_zh)),
                    tr("lead time {days} days", days=item.lead_days),
                    lots,
                )
            )
        )

    def _show_sources(self) -> None:
        week = self.current_week()
        self.sources.set_columns(source_columns(), wide=self.width() >= WIDE_FROM)
        focused = self.sources.hasFocus()
        rows = [
            source_row(each, each.week == week, focused and n == self._line) for n, each in enumerate(self._sources)
        ]
        self.sources.set_rows(rows, self._line if focused else -1)

    def _show_bar(self) -> None:
        week = self.current_week()
        items = self.asked()
        pieces = sum((each.release_until(week) for each in items), Decimal(0)) if week is not None else Decimal(0)
        late = sum(1 for each in self._shown if any(cell.overdue for cell in each.weeks))
        self.bar.set_totals(
            (
                Total(tr("Items lacking"), f"{sum(each.net > 0 for each in self._shown):,}"),
                Total(tr("Overdue to order"), f"{late:,}"),
                Total(tr("Chosen"), f"{len(self._chosen):,}"),
                Total(tr("To order up to {week}", week=f"{week:%m-%d}" if week else "–"), quantity(pieces)),
            )
        )

    def _show_choices(self) -> None:
        self.unit.clear()
        self.unit.addItem(tr("All branches"), None)
        for each in self._plan.branches if self._plan is not None else ():
            self.unit.addItem(f"{each.code}  {pick(each.name, each.name_zh)}", each.id)
        self.unit.setCurrentIndex(max(self.unit.findData(self._unit), 0))
        self.horizon.clear()
        for weeks in HORIZONS:
            self.horizon.addItem(tr("{count} weeks", count=weeks), weeks)
        self.horizon.setCurrentIndex(max(self.horizon.findData(self._weeks), 0))

    def _choose(self) -> None:
        self._unit, self._weeks = self.unit.currentData(), int(self.horizon.currentData())
        self.table.setFocus()
        self.refresh()

    @staticmethod
    def _open_choice(field: Select) -> None:
        field.setFocus()
        field.showPopup()

    # The page in its tab

    def title(self) -> str:
        return tr("Parts demand by week")

    def icon_name(self) -> str:
        return "calendar-days"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        hints = [("↑↓", tr("Item")), ("←→", tr("Week")), ("Enter", tr("What causes it")), ("Space", tr("Choose"))]
        return (*hints, *([("F9", tr("Make requisitions"))] if self.ask_action.isEnabled() else []))

    def zones(self) -> Sequence[QWidget]:
        return (self.table, self.sources, self.unit, self.horizon)

    def state(self) -> Mapping[str, Any]:
        return {"unit": self._unit, "weeks": self._weeks, "only": self._only}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._unit = state.get("unit")
        weeks, only = state.get("weeks"), state.get("only")
        self._weeks = weeks if isinstance(weeks, int) and weeks in HORIZONS else HORIZONS[1]
        self._only = only if isinstance(only, str) and only in ("lacking", "all") else "lacking"
        self.views.set_current(self._only)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_all()

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.views.set_segments((Segment("lacking", tr("Lacking")), Segment("all", tr("All"))))
        self.views.set_current(self._only)
        self.unit.setAccessibleName(tr("Branch"))
        self.horizon.setAccessibleName(tr("How far ahead"))
        self.export_button.setText(tr("Excel"))
        self.ask_button.setText(tr("Make requisitions"))
        for action, words in (
            (self.ask_action, tr("Make requisitions")), (self.all_action, tr("Choose all to be ordered")),
            (self.export_action, tr("Excel")), (self.refresh_action, tr("Refresh")),
            (self.unit_action, tr("Choose the branch")), (self.horizon_action, tr("How far ahead")),
            (self.item_action, tr("Open the item")), (self.lacking_action, tr("Lacking")),
            (self.every_action, tr("All")),
        ):  # fmt: skip
            action.setText(words)
        self.table.setAccessibleName(tr("Items"))
        self.record.setAccessibleName(tr("Record of the item"))
        self.sources.setAccessibleName(tr("What causes it"))
        self.table.set_empty(tr("Nothing lacks"), tr("Alt+2 shows all that maintenance will want."))
        self.sources.set_empty("", "")
        self._show_choices()
        self._show_all()
