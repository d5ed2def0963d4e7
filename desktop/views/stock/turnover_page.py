"""Turnover: how often each warehouse's stock is used up in a year, and for how many days it lasts, against the target.

Above the warehouses; below the months of the one at the cursor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test, to_json
from desktop.domain.figures import month_name, whole
from desktop.domain.text import pick, tr
from desktop.operations import stock_planning
from desktop.operations.stock_planning import ALL_UNITS, TurnoverMonth
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.painted_table import HEAD, ROW, Cell, TableColumn, TableRow
from desktop.views.stock.week_table import KeyTable
from desktop.widgets.charts import JudgedLine, Series, StackedBars, Target
from desktop.widgets.fields import Select
from desktop.widgets.header import WIDE_FROM, HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack

PERIODS = (12, 24, 36)
_ROWS = 9
_THOUSANDS_FROM = 10_000
"""From this consumption of a month on a chart counts in thousands."""


class TurnoverPage(Page):
    """↑↓ warehouse, Enter its months as a list, Ctrl+H the period, Ctrl+T the targets."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._units: tuple[tuple[TurnoverMonth, ...], ...] = ()
        self._at, self._months = 0, PERIODS[1]
        self.header = HeaderBar()
        self.period = Select(icon="calendar-days")
        self.period.setFixedWidth(150)
        self.period.activated.connect(self._choose)
        self.header.add_action(self.period)
        self.table = KeyTable("")
        self.turns_line, self.days_line, self.value_bars = JudgedLine(), JudgedLine(), StackedBars()
        self.titles = tuple(Label(size=13) for _ in range(3))
        charts = (self.turns_line, self.days_line, self.value_bars)
        cells = [
            column(row(title, None), chart, margins=(16, 12, 16, 8))
            for title, chart in zip(self.titles, charts, strict=True)
        ]
        upper, lower = row(*cells[:2], spacing=0), row(cells[2], spacing=0)
        for place in (0, 1):
            upper.setStretch(place, 1)
        content = Surface("surface.base")
        body = column(self.table, upper, lower, spacing=0)
        body.setStretch(1, 3)
        body.setStretch(2, 2)
        content.setLayout(body)
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.table.stepped.connect(lambda rows, _columns: self.step(rows))
        self.table.row_clicked.connect(self._clicked)
        self.table.entered.connect(self._open_months)
        self.table.row_opened.connect(lambda _line: self._open_months())
        self.table.focused.connect(lambda _on: self._show_rows())
        self.refresh_action = self.command("F5", self.refresh)
        self.period_action = self.command("Ctrl+H", self._to_period)
        self.targets_action = self.command("Ctrl+T", partial(self.open_requested.emit, "kpi_targets", None))
        context.bus.subscribe(("stock_turnover", "kpi_target"), self._changed)
        self.retranslate()

    # Loading

    def refresh(self) -> None:
        call = partial(stock_planning.turnover, self.context.database, self._months)
        self.context.work.run(call, on_done=self._show, on_error=self._not_loaded, owner=self)

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The turnover could not be loaded"), failure)

    @Slot()
    def _changed(self, changes: Changes, initiator: object) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, found: tuple[TurnoverMonth, ...]) -> None:
        self._units = tuple(tuple(rows) for _, rows in groupby(found, key=lambda each: each.unit_id))
        self._at = max(0, min(self._at, len(self._units) - 1))
        self.stack.show_content()
        self._show_all()

    # Keys

    def current(self) -> tuple[TurnoverMonth, ...]:
        """The months of the warehouse at the cursor, oldest first."""
        return self._units[self._at] if self._units else ()

    def step(self, rows: int) -> None:
        self._at = max(0, min(self._at + rows, len(self._units) - 1))
        self._show_all()

    def _clicked(self, line: int) -> None:
        self.table.setFocus()
        self.step(line - self._at)

    def _open_months(self) -> None:
        months = self.current()
        if months and months[-1].unit_id == ALL_UNITS:
            self.open_requested.emit("stock_turnover", None)
        elif months:
            unit = pick(months[-1].unit, months[-1].unit_zh)
            self.open_requested.emit("stock_turnover", {"condition": to_json(Test("unit", "=", (unit,)))})

    def _choose(self) -> None:
        self._months = int(self.period.currentData())
        self.table.setFocus()
        self.refresh()

    def _to_period(self) -> None:
        self.period.setFocus()
        self.period.showPopup()

    # What it says

    def _show_all(self) -> None:
        self._show_rows()
        self._show_charts()

    def _show_rows(self) -> None:
        self.table.setFixedHeight(HEAD + ROW * max(2, min(len(self._units), _ROWS)))
        self.table.set_columns(_columns(), wide=self.width() >= WIDE_FROM)
        focused = self.table.hasFocus()
        rows = [_row(each[-1], focused and n == self._at) for n, each in enumerate(self._units)]
        self.table.set_rows(rows, self._at)

    def _show_charts(self) -> None:
        months = self.current()
        last = months[-1] if months else None
        name = _name(last) if last is not None else ""
        large = any(each.consumed >= _THOUSANDS_FROM for each in months)
        consumption = tr("Consumption by month, {unit}, ¥ 000", unit=name)
        if not large:
            consumption = tr("Consumption by month, {unit}, ¥", unit=name)
        for title, words in zip(
            self.titles,
            (
                tr("Turns a year, {unit}", unit=name), tr("Days that the stock lasts, {unit}", unit=name),
                consumption,
            ),
            strict=True,
        ):  # fmt: skip
            title.setText(words)
        names = [_month(each) for each in months]
        goal = last.target if last is not None else None
        turns = Target(tr("Target {rate}", rate=f"{goal:.1f}"), float(goal)) if goal else None
        self.turns_line.show_values(
            names, [None if each.turns is None else float(each.turns) for each in months], turns, unit=""
        )
        limit = Decimal(365) / goal if goal else None
        days = Target(tr("At most {days} days", days=f"{limit:.0f}"), float(limit)) if limit else None
        self.days_line.show_values(
            names, [None if each.days is None else float(each.days) for each in months], days, unit="", low_is_good=True
        )
        scale = 1000 if large else 1
        used = Series(tr("Consumption"), 1, tuple(max(float(each.consumed) / scale, 0.0) for each in months))
        self.value_bars.show_series(names, [used] if names else [])
        for chart, title in zip((self.turns_line, self.days_line, self.value_bars), self.titles, strict=True):
            chart.setAccessibleName(title.text())

    # The page in its tab

    def title(self) -> str:
        return tr("Turnover")

    def icon_name(self) -> str:
        return "refresh-cw"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (
            ("↑↓", tr("Warehouse")), ("Enter", tr("Its months as a list")), ("Ctrl+H", tr("Period")),
            ("Ctrl+T", tr("Targets")),
        )  # fmt: skip

    def zones(self) -> Sequence[QWidget]:
        return (self.table, self.period)

    def state(self) -> Mapping[str, Any]:
        return {"months": self._months}

    def restore(self, state: Mapping[str, Any]) -> None:
        months = state.get("months")
        self._months = months if isinstance(months, int) and months in PERIODS else PERIODS[1]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_rows()

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.header.set_note(tr("Consumption of twelve months over the average value in them"))
        self.period.clear()
        for months in PERIODS:
            self.period.addItem(tr("{count} months", count=months), months)
        self.period.setCurrentIndex(max(self.period.findData(self._months), 0))
        self.period.setAccessibleName(tr("Period"))
        for action, words in (
            (self.refresh_action, tr("Refresh")), (self.period_action, tr("Period")),
            (self.targets_action, tr("Targets")),
        ):  # fmt: skip
            action.setText(words)
        self.table.setAccessibleName(tr("Warehouses"))
        self.table.set_empty(tr("No whole month yet"), tr("The figures come every night."))
        self._show_all()


def _month(each: TurnoverMonth) -> str:
    """The year stands with January and where nothing else tells it."""
    return f"{each.month:%y-%m}" if each.month.month == 1 else month_name(each.month)


def _name(each: TurnoverMonth) -> str:
    return tr("All warehouses") if each.unit_id == ALL_UNITS else pick(each.unit, each.unit_zh)


def _columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn("unit", tr("Warehouse")),
        TableColumn("month", tr("Up to"), 88),
        TableColumn("turns", tr("Turns a year"), 110, "right"),
        TableColumn("target", tr("Target value"), 96, "right"),
        TableColumn("days", tr("Days"), 88, "right"),
        TableColumn("consumed", tr("Consumption of 12 months ¥"), 200, "right", narrow_width=190),
        TableColumn("average", tr("Average value ¥"), 160, "right", narrow_width=150),
        TableColumn("closing", tr("Value ¥"), 150, "right", narrow_width=130),
    )


def _row(last: TurnoverMonth, current: bool) -> TableRow:
    whole_row = last.unit_id == ALL_UNITS
    judged = "text.primary"
    if last.turns is not None and last.target is not None:
        judged = "success.fg" if last.turns >= last.target else "danger.fg"
    return TableRow(
        {
            "unit": Cell(_name(last), weight=600 if whole_row else 400, frame="cursor" if current else ""),
            "month": Cell(f"{last.month:%Y-%m}", "text.secondary"),
            "turns": Cell("–" if last.turns is None else f"{last.turns:.2f}", judged, 600),
            "target": Cell("–" if last.target is None else f"{last.target:.1f}", "text.secondary"),
            "days": Cell("–" if last.days is None else f"{last.days:,.0f}"),
            "consumed": Cell(whole(last.consumed_12)),
            "average": Cell(whole(last.average_12)),
            "closing": Cell(whole(last.closing)),
        }
    )
