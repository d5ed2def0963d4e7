"""The warehouse at a glance: seven figures that lead to their lists, and four charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.conditions import Group, Test, to_json
from desktop.domain.entry import format_date
from desktop.domain.figures import month_name, percent, whole
from desktop.domain.text import pick, tr
from desktop.operations import stock_overview
from desktop.operations.stock_overview import AGES, Overview
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.charts import JudgedLine, Legend, Series, StackedBars, Target
from desktop.widgets.fields import Select
from desktop.widgets.figures import Figure
from desktop.widgets.header import HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack

TOPICS = (
    "stock_turnover", "item_plan", "reorder_status", "stock_count", "purchase_order", "supplier_invoice", "kpi_target",
)  # fmt: skip
LEADS = (
    "stock_on_hand", "stock_turnover", "shortages", "stock_ageing", "stock_counts", "purchase_orders", "touchless_rate",
)  # fmt: skip
CLASSES = ("A", "B", "C", "")
_COUNTED: Mapping[str, tuple[Test, ...]] = {
    "shortages": (Test("shortage", ">", (0,)),),
    "stock_ageing": (Test("ageing", "in", ("slow", "obsolete")),),
    "stock_counts": (Test("state", "=", ("posted",)),),
    "purchase_orders": (Test("state", "in", ("ordered", "part_received")),),
}
"""What of a list a figure counts."""


class StockOverviewPage(Page):
    """Ctrl+L chooses the warehouse; Tab walks the figures, Enter opens the list behind one."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._shown: Overview | None = None
        self._wanted: int | None = args.get("unit") if isinstance(args, Mapping) else None
        self.header = HeaderBar()
        self.unit = Select(icon="warehouse")
        self.unit.setFixedWidth(240)
        self.unit.activated.connect(self._choose)
        self.header.add_action(self.unit)
        self.figures = tuple(Figure(leads=True) for _ in LEADS)
        for figure, key in zip(self.figures, LEADS, strict=True):
            figure.chosen.connect(partial(self._open_figure, key))
        figures = Surface("surface.base", "b", "border.grid")
        figures.setLayout(row(*self.figures, spacing=12, margins=(10, 8, 10, 8)))
        self.value_bars, self.turns_line = StackedBars(), JudgedLine()
        self.age_bars, self.accuracy_line = StackedBars(), JudgedLine()
        self.age_legend = Legend()
        self.titles = tuple(Label(size=13) for _ in range(4))
        self.notes = tuple(Label(role="text.tertiary") for _ in range(4))
        charts = (self.value_bars, self.turns_line, self.age_bars, self.accuracy_line)
        for chart, call in zip(
            charts, (self._open_month, self._open_turns, self._open_age, self._open_counts), strict=True
        ):
            chart.lead()
            chart.chosen.connect(call)
        cells = [
            column(
                row(title, self.age_legend) if chart is self.age_bars else row(title, None, note),
                chart,
                margins=(16, 12, 16, 8),
            )
            for title, note, chart in zip(self.titles, self.notes, charts, strict=True)
        ]
        upper, lower = row(*cells[:2], spacing=0), row(*cells[2:], spacing=0)
        for line in (upper, lower):
            line.setStretch(0, 1)
            line.setStretch(1, 1)
        content = Surface("surface.base")
        body = column(figures, upper, lower, spacing=0)
        body.setStretch(1, 1)
        body.setStretch(2, 1)
        content.setLayout(body)
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.refresh_action = self.command("F5", self.refresh)
        self.unit_action = self.command("Ctrl+L", self._to_unit)
        context.bus.subscribe(TOPICS, self._changed)
        self.retranslate()

    # Loading

    def refresh(self) -> None:
        call = partial(stock_overview.overview, self.context.database, self._wanted)
        self.context.work.run(call, on_done=self._show, on_error=self._not_loaded, owner=self)

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The overview could not be loaded"), failure)

    @Slot()
    def _changed(self, changes: Changes, initiator: object) -> None:
        self.look_again()

    def _choose(self) -> None:
        self._wanted = self.unit.currentData()
        self.refresh()

    # Where it leads

    def _open_figure(self, key: str) -> None:
        """The rows behind a figure: of the chosen warehouse, and only those that it counts."""
        if key == "touchless_rate" and self._shown is not None:
            since = self._shown.since.isoformat()
            if self._wanted is None:
                self._open(key, Test("month", ">=", (since,)))
            else:  # months are of all units together; one unit's are its invoices
                self._open("supplier_invoices", Test("kind", "=", ("invoice",)), Test("posted_at", ">=", (since,)))
            return
        self._open(key, *_COUNTED.get(key, ()))

    def _open(self, key: str, *tests: Test) -> None:
        """A list with the chosen warehouse, where it has such a column, and these conditions as its filter."""
        found = self._shown
        chosen = next((each for each in found.warehouses if each.id == self._wanted), None) if found else None
        if chosen is not None:
            tests = (Test("unit", "=", (pick(chosen.name, chosen.name_zh),)), *tests)
        condition = Group("all", tests) if len(tests) > 1 else tests[0] if tests else None
        self.open_requested.emit(key, {"condition": to_json(condition)} if condition is not None else None)

    def _open_month(self, number: int) -> None:
        if self._shown is not None:
            self._open("stock_turnover", Test("month", "=", (self._shown.months[number].month.isoformat(),)))

    def _open_turns(self, number: int) -> None:
        self.open_requested.emit("turnover", None)

    def _open_age(self, number: int) -> None:
        edges = (0, *AGES)
        tests = [Test("idle_days", ">=", (edges[number],)), Test("stock_value", "!=", (0,))]
        if number < len(AGES):
            tests.append(Test("idle_days", "<", (edges[number + 1],)))
        self._open("stock_ageing", *tests)

    def _open_counts(self, number: int) -> None:
        if self._shown is not None:
            first = self._shown.counts[number].month
            after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            self._open(
                "stock_counts", Test("state", "=", ("posted",)), Test("posted_at", ">=", (first.isoformat(),)),
                Test("posted_at", "<", (after.isoformat(),)),
            )  # fmt: skip

    def _to_unit(self) -> None:
        self.unit.setFocus()
        self.unit.showPopup()

    def _show(self, found: Overview) -> None:
        self._shown = found
        self.stack.show_content()
        self._show_texts()

    # What it says

    def _show_texts(self) -> None:
        found = self._shown
        self.header.set_title(self.title())
        self.refresh_action.setText(tr("Refresh"))
        self.unit_action.setText(tr("Choose the warehouse"))
        self.unit.setAccessibleName(tr("Warehouse"))
        for title, words in zip(
            self.titles,
            (tr("Value at month end, ¥ 000"), tr("Turns a year"), tr("Value by days without use, ¥ 000"),
             tr("Counted lines that agreed")),
            strict=True,
        ):  # fmt: skip
            title.setText(words)
        for chart, title in zip(
            (self.value_bars, self.turns_line, self.age_bars, self.accuracy_line), self.titles, strict=True
        ):
            chart.setAccessibleName(title.text())
        if found is None:
            return
        self._show_units(found)
        self._show_figures(found)
        self._show_charts(found)
        if found.computed_at is None:
            self.header.set_note(tr("Not worked out yet: the figures come every night."))
        else:
            self.header.set_note(tr("As of {day}", day=format_date(found.computed_at)))

    def _show_units(self, found: Overview) -> None:
        self.unit.clear()
        self.unit.addItem(tr("All warehouses"), None)
        for each in found.warehouses:
            self.unit.addItem(f"{each.code}  {pick(each.name, each.name_zh)}", each.id)
        self.unit.setCurrentIndex(max(self.unit.findData(self._wanted), 0))

    def _show_figures(self, found: Overview) -> None:
        idle = found.slow + found.obsolete
        orders = found.orders
        rows = (
            (tr("Stock value"), f"¥ {whole(found.value)}", "", "text.primary"),
            (
                tr("Turns a year"),
                _plain(found.turns),
                tr("target {value}", value=_plain(found.turns_target)) if found.turns_target is not None else "",
                _judged(found.turns, found.turns_target),
            ),
            (
                tr("Parts short"),
                f"{found.short:,}",
                tr("{count} asked for", count=found.requested),
                "danger.fg" if found.short > found.requested else "text.primary",
            ),
            (
                tr("Without use"),
                f"¥ {whole(idle)}",
                tr("{value} obsolete", value=f"¥ {whole(found.obsolete)}"),
                "warn.fg" if idle else "text.primary",
            ),
            (
                tr("Count accuracy"),
                percent(found.accuracy),
                tr("{count} lines in twelve months", count=f"{sum(each.lines for each in found.counts):,}"),
                _judged(found.accuracy, found.accuracy_target),
            ),
            (
                tr("Orders on their way"),
                f"{orders.number:,}",
                tr("{count} late, {amount}", count=orders.late, amount=_money(orders.amount, orders.currency)),
                "danger.fg" if orders.late else "text.primary",
            ),
            (
                tr("Touchless rate"),
                percent(found.touchless.rate if found.touchless is not None else None),
                tr("{count} invoices, 12 months",
                   count=f"{found.touchless.invoices if found.touchless is not None else 0:,}"),
                "text.primary",
            ),
        )  # fmt: skip
        for figure, (label, value, note, role) in zip(self.figures, rows, strict=True):
            figure.say(label, value, note, role=role)
        self.figures[-1].setVisible(found.touchless is not None)

    def _show_charts(self, found: Overview) -> None:
        names = [month_name(each.month) for each in found.months]
        closing = Series(tr("Stock value"), 1, tuple(_thousands(each.closing) for each in found.months))
        self.value_bars.show_series(names, [closing] if names else [])
        target = found.turns_target
        self.turns_line.show_values(
            names,
            [None if each.turns is None else float(each.turns) for each in found.months],
            Target(tr("Target {rate}", rate=_plain(target)), float(target)) if target is not None else None,
            unit="",
        )
        self._show_ages(found)
        goal = found.accuracy_target
        self.accuracy_line.show_values(
            [month_name(each.month) for each in found.counts],
            [each.right / each.lines * 100 if each.lines else None for each in found.counts],
            Target(tr("Target {rate}", rate=percent(goal)), float(goal) * 100) if goal is not None else None,
        )
        for note, words in zip(
            self.notes,
            (
                "" if found.months else tr("No whole month yet"),
                "" if found.months else tr("No whole month yet"),
                "",
                "" if found.counts else tr("Nothing counted in twelve months"),
            ),
            strict=True,
        ):
            note.setText(words)

    def _show_ages(self, found: Overview) -> None:
        buckets = age_names()
        series = [
            Series(
                tr("Class {abc}", abc=abc) if abc else tr("No class"),
                number,
                tuple(_thousands(found.ages.get((bucket, abc), Decimal(0))) for bucket in range(len(buckets))),
            )
            for number, abc in enumerate(CLASSES, start=1)
        ]
        used = [each for each in series if any(each.values)]
        self.age_bars.show_series(buckets, used)
        self.age_legend.show_entries([(each.chart_color, f"{each.name} {sum(each.values):,.0f}") for each in used])

    # The page in its tab

    def title(self) -> str:
        return tr("Warehouse overview")

    def icon_name(self) -> str:
        return "gauge"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (
            ("Tab", tr("Next figure")), ("←→", tr("In a chart")), ("Enter", tr("Open its list")),
            ("Ctrl+L", tr("Choose the warehouse")),
        )  # fmt: skip

    def zones(self) -> Sequence[QWidget]:
        return (
            *(each for each in self.figures if not each.isHidden()),
            self.value_bars, self.turns_line, self.age_bars, self.accuracy_line, self.unit,
        )  # fmt: skip

    def state(self) -> Mapping[str, Any]:
        return {"unit": self._wanted}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._wanted = state.get("unit")

    def retranslate(self) -> None:
        self._show_texts()


def age_names() -> tuple[str, ...]:
    """The buckets of AGES in words."""
    edges = (0, *AGES)
    between = [tr("{first}–{last} days", first=first, last=last - 1) for first, last in zip(edges, AGES, strict=False)]
    return (*between, tr("{days} days and more", days=AGES[-1]))


def _money(amount: Decimal, currency: str) -> str:
    return f"¥ {whole(amount)}" if currency == "CNY" else f"{whole(amount)} {currency}"


def _plain(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _judged(value: Decimal | None, target: Decimal | None) -> str:
    if value is None or target is None:
        return "text.primary"
    return "success.fg" if value >= target else "danger.fg"


def _thousands(value: Decimal) -> float:
    return float(value) / 1000
