"""What a contract has cost and earned: key figures, cost by month, margin by month, and the ledger behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test, to_json
from desktop.domain.contracts import LOOKS, value_between
from desktop.domain.figures import month_name, percent, whole
from desktop.domain.text import pick, tr
from desktop.operations import contracts
from desktop.operations.contracts import ContractCost, MonthCost
from desktop.operations.records import Record
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.charts import JudgedLine, Legend, Series, StackedBars, Target
from desktop.widgets.figures import Figure
from desktop.widgets.header import HeaderBar
from desktop.widgets.history_table import HistoryRow, HistoryTable
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack

MONTHS = 12
TYPES = ("labour", "parts", "travel", "subcontract")
_ICONS = {"labour": "clock", "parts": "box", "travel": "car", "subcontract": "users"}


@dataclass(frozen=True)
class _Loaded:
    record: Record
    cost: ContractCost
    months: tuple[MonthCost, ...]
    entries: tuple[contracts.CostLine, ...]


@dataclass(frozen=True)
class MonthResult:
    """One month: revenue earned, cost by type, margin rate in percent (None without revenue)."""

    month: date
    revenue: Decimal
    cost: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.cost.values(), Decimal(0))

    @property
    def margin_percent(self) -> float | None:
        return float((self.revenue - self.total) / self.revenue * 100) if self.revenue else None


def last_months(today: date, count: int = MONTHS) -> tuple[date, ...]:
    """The first days of the last `count` months, oldest first, this month included."""
    number = today.year * 12 + today.month - 1
    return tuple(date(each // 12, each % 12 + 1, 1) for each in range(number - count + 1, number + 1))


def month_results(record: Record, months: Sequence[MonthCost], today: date) -> tuple[MonthResult, ...]:
    """Revenue (straight line by day) and cost of each of the last twelve months."""
    starts, ends = record.values["starts_on"], record.values["ends_on"]
    found: list[MonthResult] = []
    for first in last_months(today):
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        last = min(date.fromordinal(following.toordinal() - 1), ends, today)
        revenue = value_between(record.values["annual_value"], max(first, starts), last)
        cost = {each.cost_type: each.amount for each in months if each.month == first}
        found.append(MonthResult(first, revenue, cost))
    return tuple(found)


class ContractCostPage(Page):
    """Read-only; moves with each posting. Double-click drills to the source document."""

    def __init__(self, context: Context, contract_id: int, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.contract_id = contract_id
        self._loaded: _Loaded | None = None
        self.header = HeaderBar()
        self.terms = Button("", icon="file-text")
        self.terms.clicked.connect(lambda: self.open_requested.emit("contract", self.contract_id))
        self.header.add_action(self.terms)
        self.as_list = Button("", icon="file-spreadsheet", key="Ctrl+E")
        self.as_list.clicked.connect(self.open_list)
        self.header.add_action(self.as_list)
        self.figures = tuple(Figure() for _ in range(5))
        figures = Surface("surface.base", "b", "border.grid")
        figures.setLayout(row(*self.figures, spacing=24, margins=(16, 10, 16, 10)))
        self.cost_title, self.margin_title = Label(size=13), Label(size=13)
        self.legend = Legend()
        self.bars, self.line = StackedBars(), JudgedLine()
        self.bars.setMinimumHeight(170)
        left = column(row(self.cost_title, self.legend), self.bars, margins=(16, 12, 8, 8))
        right = column(row(self.margin_title, None), self.line, margins=(8, 12, 16, 8))
        charts = row(left, right, spacing=0)
        charts.setStretch(0, 1)
        charts.setStretch(1, 1)
        self.ledger = HistoryTable(lambda: tr("Cost ledger"))
        self.ledger.opened.connect(self.open_requested)
        content = Surface("surface.base")
        body = column(figures, charts, self.ledger, spacing=0)
        body.setStretch(2, 1)
        body.setContentsMargins(0, 0, 0, 0)
        self.ledger.setContentsMargins(16, 8, 16, 8)
        content.setLayout(body)
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.refresh_action = self.command("F5", self.refresh)
        self.list_action = self.command("Ctrl+E", self.open_list)
        context.bus.subscribe(("cost_entry", "contract"), self._changed)
        self.retranslate()

    @Slot()
    def open_list(self) -> None:
        """Ctrl+E: the contract's whole ledger as a list, from where Excel takes exactly what is shown."""
        if self._loaded is not None:
            condition = Test("contract", "=", (str(self._loaded.record.values["number"]),))
            self.open_requested.emit("cost_entries", {"condition": to_json(condition)})

    def refresh(self) -> None:
        self.context.work.run(self._load, on_done=self._show, on_error=self._not_loaded, owner=self)

    def _load(self) -> _Loaded:
        database = self.context.database
        return _Loaded(
            contracts.load(database, self.contract_id),
            contracts.cost(database, self.contract_id),
            contracts.cost_by_month(database, self.contract_id, since=last_months(date.today())[0]),
            contracts.cost_lines(database, self.contract_id),
        )

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The cost view could not be loaded"), failure)

    @Slot()
    def _changed(self, changes: Changes, initiator: object) -> None:
        self.look_again()

    def _show(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self.stack.show_content()
        self._show_texts()
        self.title_changed.emit()

    def _show_texts(self) -> None:
        loaded = self._loaded
        self.terms.setText(tr("Terms"))
        self.refresh_action.setText(tr("Refresh"))
        self.as_list.setText(tr("Ledger for Excel"))
        self.list_action.setText(tr("Ledger for Excel"))
        self.cost_title.setText(tr("Cost, ¥ 000"))
        self.margin_title.setText(tr("Margin by month"))
        self.bars.setAccessibleName(tr("Cost by month and type"))
        self.line.setAccessibleName(tr("Margin by month"))
        if loaded is None:
            return
        values = loaded.record.values
        self.header.set_title(str(values["number"]))
        customer = loaded.record.referred.get("customer_id")
        self.header.set_note(pick(customer.name, customer.name_zh) if customer else "")
        kind, _ = LOOKS.get(str(values["state"]), ("neutral", ""))
        self.header.set_state(state_name(str(values["state"])), kind)
        self._show_figures(loaded)
        self._show_charts(loaded)
        self.ledger.show_rows([_ledger_row(each) for each in loaded.entries])

    def _show_figures(self, loaded: _Loaded) -> None:
        cost = loaded.cost
        rate = cost.margin_rate
        on_target = rate is not None and rate >= cost.margin_target
        role = "text.primary" if rate is None else "success.fg" if on_target else "danger.fg"
        target = tr("target {rate}", rate=percent(cost.margin_target))
        budget = loaded.record.values.get("parts_budget")
        hours = loaded.record.values.get("hours_per_year")
        rows = (
            (tr("Value to date"), f"¥ {whole(cost.value_to_date)}", tr("of {value}", value=whole(cost.contract_value))),
            (
                tr("Cost so far"),
                f"¥ {whole(cost.total)}",
                tr("parts {parts}", parts=whole(cost.parts))
                + (" / " + tr("budget {value} a year", value=whole(budget)) if budget is not None else ""),
            ),
            (tr("Margin"), f"¥ {whole(cost.margin)}", ""),
            (tr("Margin rate"), percent(rate), target),
            (
                tr("Hours used"),
                f"{cost.hours:,.1f}",
                tr("{hours} a year agreed", hours=f"{hours:,.0f}") if hours is not None else "",
            ),
        )
        for number, (figure, words) in enumerate(zip(self.figures, rows, strict=True)):
            figure.say(*words, role=role if number in (2, 3) else "text.primary")

    def _show_charts(self, loaded: _Loaded) -> None:
        results = month_results(loaded.record, loaded.months, date.today())
        names = [month_name(each.month) for each in results]
        series = [
            Series(type_name(kind), number, tuple(float(each.cost.get(kind, 0)) / 1000 for each in results))
            for number, kind in enumerate(TYPES, start=1)
        ]
        revenue = max((float(each.revenue) / 1000 for each in results), default=0.0)
        goal = Target(tr("Revenue {value}", value=f"{revenue:,.1f}"), revenue) if revenue else None
        self.bars.show_series(names, series, goal)
        totals = [sum(each.values) for each in series]
        whole_cost = sum(totals) or 1.0
        self.legend.show_entries(
            [
                (each.chart_color, f"{each.name} {total:,.1f} ({total / whole_cost:.0%})")
                for each, total in zip(series, totals, strict=True)
                if total
            ]
        )
        rate = float(loaded.cost.margin_target) * 100
        target = Target(tr("Target {rate}", rate=f"{rate:g} %"), rate)
        self.line.show_values(names, [each.margin_percent for each in results], target)

    def title(self) -> str:
        number = self._loaded.record.values["number"] if self._loaded else ""
        return tr("Cost {number}", number=number)

    def icon_name(self) -> str:
        return "gauge"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("Enter", tr("Open source")), ("Ctrl+E", tr("Ledger for Excel")), ("F5", tr("Refresh")))

    def zones(self) -> Sequence[QWidget]:
        return (self.ledger.view,)

    def state(self) -> Mapping[str, Any]:
        return {"id": self.contract_id}

    def retranslate(self) -> None:
        self.ledger.retranslate()
        self._show_texts()


def type_name(kind: str) -> str:
    return {
        "labour": tr("Labour"),
        "parts": tr("Parts"),
        "travel": tr("Travel"),
        "subcontract": tr("Subcontract"),
    }[kind]


def state_name(state: str) -> str:
    return {
        "draft": tr("Draft"),
        "review": tr("In review"),
        "signed": tr("Signed"),
        "active": tr("Active"),
        "suspended": tr("Suspended"),
        "expired": tr("Expired"),
        "terminated": tr("Terminated"),
    }[state]


def _ledger_row(line: contracts.CostLine) -> HistoryRow:
    return HistoryRow(
        at=line.posted_at,
        icon=_ICONS[line.cost_type],
        role="text.secondary",
        kind=type_name(line.cost_type),
        code=line.work_order or "",
        text=pick(line.description, line.description_zh),
        quantity=round(line.quantity, 2),
        amount=line.amount,
        opens=("work_order", line.work_order_id) if line.work_order_id else None,
    )
