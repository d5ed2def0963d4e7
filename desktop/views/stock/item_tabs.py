"""The tabs of an item's card, in their order. A tab more is a line in `ITEM_TABS`.

Some hold lines of the form (packs, fits, substitutes), some a table that is read when it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtGui import QShowEvent

from desktop.domain.changes import Changes
from desktop.domain.entry import format_decimal
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations import stock_item_facts as facts
from desktop.operations.records import Record
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.lot_page import state_words
from desktop.views.stock.tab_body import TabBody
from desktop.views.stock.unit_table import UnitTable
from desktop.views.stock.value_part import ValuePart
from desktop.widgets.facts_table import Fact, FactColumn, FactsTable
from desktop.widgets.paint import column


@dataclass(frozen=True)
class ItemTab:
    """`lines` names the form's lines that stand in it, `make` what stands below or instead."""

    key: str
    title: Callable[[], str]
    lines: str = ""
    make: Callable[[Context], TabBody] | None = None
    keys: str = ""


def tab_keys(at: int, tab: ItemTab) -> str:
    """Alt and its digit, unless the tab has keys of its own."""
    return tab.keys or f"Alt+{at}"


class FactsTab(TabBody):
    """A table of facts, read off the UI thread."""

    def __init__(
        self,
        context: Context,
        *,
        name: Callable[[], str],
        columns: Sequence[FactColumn],
        read: Callable[[Any, int], Sequence[Any]],
        fact: Callable[[Any], Fact],
        empty: Callable[[], tuple[str, str]],
        topics: Sequence[str],
    ) -> None:
        super().__init__()
        self._context, self._read, self._fact, self._empty = context, read, fact, empty
        self._item: int | None = None
        self._stale = True
        self._found: Sequence[Any] = ()
        self.table = FactsTable(columns, name)
        self.table.opened.connect(self.opened)
        self.setLayout(column(self.table))
        self.setFocusProxy(self.table)
        context.bus.subscribe(tuple(topics), self._changed)
        self.retranslate()

    def show_record(self, record: Record) -> None:
        if record.id != self._item:
            self._found = ()
            self.table.show_rows(())
        self._item, self._stale = record.id, True
        if self.isVisible():
            self._load()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._load()

    def retranslate(self) -> None:
        self.table.say_empty(*self._empty())
        self.table.retranslate()
        self.table.show_rows([self._fact(each) for each in self._found])

    def _changed(self, changes: Changes, initiator: object) -> None:
        self._stale = True
        if self.isVisible():
            self._load()

    def _load(self) -> None:
        if self._item is None:
            return
        self._stale = False
        self._context.work.run(
            self._ask, self._item, on_done=self._seen, on_error=self._failed, owner=self, background=True
        )

    def _ask(self, item_id: int) -> tuple[int, Sequence[Any]]:
        with self._context.database.read() as session:
            return item_id, self._read(session, item_id)

    def _seen(self, answer: tuple[int, Sequence[Any]]) -> None:
        item_id, found = answer
        if item_id == self._item:
            self._found = found
            self.table.show_rows([self._fact(each) for each in found])

    def _failed(self, failure: Failure) -> None:
        self._stale = True
        self.table.say_empty(tr("This could not be read"), failure.message)


class UnitsTab(TabBody):
    """Under the packs: how the item's unit becomes another one."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.units = UnitTable(context)
        self.setLayout(column(self.units))

    def show_record(self, record: Record) -> None:
        self.units.show_unit(str(record.values.get("uom") or ""))

    def retranslate(self) -> None:
        self.units.retranslate()


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _plain(value: Decimal | None) -> str:
    return "" if value is None else quantity_text(value)


def _price(value: Decimal) -> str:
    """With cents, and what the price list says beyond them."""
    return format_decimal(value, 2 if value == round(value, 2) else 4)


def condition_words(condition: str) -> str:
    """Good says nothing: it is the rule."""
    return {"bad": tr("Bad"), "quarantine": tr("Quarantine")}.get(condition, "")


def kind_words(kind: str) -> str:
    """A type of document in words."""
    return {
        "receipt": tr("Receipt"),
        "issue": tr("Issue"),
        "counter_issue": tr("Counter issue"),
        "return": tr("Return"),
        "transfer": tr("Transfer"),
        "adjustment": tr("Adjustment"),
        "opening": tr("Opening"),
        "supplier_return": tr("Supplier return"),
        "reversal": tr("Reversal"),
    }.get(kind, kind)


def bins_tab(context: Context) -> TabBody:
    """Stock by bin."""

    def fact(row: facts.Lies) -> Fact:
        free = row.quantity - row.reserved
        texts = (row.place, pick(row.name, row.name_zh), row.lot, condition_words(row.condition), row.owner,
                 quantity_text(row.quantity), quantity_text(row.reserved), quantity_text(free))  # fmt: skip
        return Fact(texts, ("stock_location", row.location_id), row)

    return FactsTab(
        context,
        name=lambda: tr("Stock by bin"),
        columns=(
            FactColumn(lambda: tr("Place"), 150, code=True, link=True), FactColumn(lambda: tr("Name")),
            FactColumn(lambda: tr("Lot"), 140, code=True), FactColumn(lambda: tr("Condition"), 110),
            FactColumn(lambda: tr("Owner"), 160), FactColumn(lambda: tr("On hand"), 100, number=True),
            FactColumn(lambda: tr("Reserved"), 100, number=True), FactColumn(lambda: tr("Available"), 100, number=True),
        ),
        read=facts.bins, fact=fact, topics=("stock_balance", "reservation"),
        empty=lambda: (tr("None is in stock"), tr("What is received stands here, bin by bin.")),
    )  # fmt: skip


def lots_tab(context: Context) -> TabBody:
    """Lots and single pieces."""

    def fact(row: facts.LotFact) -> Fact:
        texts = (row.code, state_words(row.state), row.asset, _day(row.expires_on), _day(row.made_on),
                 quantity_text(row.quantity))  # fmt: skip
        return Fact(texts, ("lot", row.lot_id), row, quiet=not row.quantity and not row.asset)

    return FactsTab(
        context,
        name=lambda: tr("Lots"),
        columns=(
            FactColumn(lambda: tr("Lot or serial no."), 220, code=True, link=True),
            FactColumn(lambda: tr("State")), FactColumn(lambda: tr("Installed in"), 180, code=True),
            FactColumn(lambda: tr("Expires on"), 120), FactColumn(lambda: tr("First seen"), 120),
            FactColumn(lambda: tr("On hand"), 100, number=True),
        ),
        read=facts.lots, fact=fact, topics=("lot", "lot_event", "stock_balance"),
        empty=lambda: (tr("No lot and no serial number"), tr("An item is tracked by lot or by piece: see Tracking.")),
    )  # fmt: skip


def moves_tab(context: Context) -> TabBody:
    """The latest moves."""

    def fact(row: facts.MoveFact) -> Fact:
        texts = (row.at.astimezone().strftime("%Y-%m-%d %H:%M"), row.number, kind_words(row.kind), row.source,
                 row.target, row.lot, quantity_text(row.quantity), row.reason)  # fmt: skip
        return Fact(texts, ("stock_document", row.document_id), row)

    return FactsTab(
        context,
        name=lambda: tr("Stock moves"),
        columns=(
            FactColumn(lambda: tr("When"), 150), FactColumn(lambda: tr("Document"), 140, code=True, link=True),
            FactColumn(lambda: tr("Kind"), 120), FactColumn(lambda: tr("From"), 130, code=True),
            FactColumn(lambda: tr("To"), 150, code=True), FactColumn(lambda: tr("Lot"), 130, code=True),
            FactColumn(lambda: tr("Quantity"), 90, number=True), FactColumn(lambda: tr("Reason")),
        ),
        read=facts.moves, fact=fact, topics=("stock_move",),
        empty=lambda: (tr("Not moved yet"), tr("Each receipt, issue and transfer stands here, latest first.")),
    )  # fmt: skip


def prices_tab(context: Context) -> TabBody:
    """Suppliers and prices."""

    def fact(row: facts.PriceFact) -> Fact:
        opens = ("supplier_price", row.price_id) if row.price_id else ("purchase_order", row.order_id)
        kind = tr("Price list") if row.price_id else tr("Ordered")
        lead = "" if row.lead_time_days is None else str(row.lead_time_days)
        texts = (pick(row.supplier, row.supplier_zh), kind, row.order or row.supplier_code, _plain(row.min_quantity),
                 _price(row.unit_price), row.currency, lead, _day(row.since),
                 _day(row.until))  # fmt: skip
        return Fact(texts, opens, row, quiet=row.price_id is None)

    return FactsTab(
        context,
        name=lambda: tr("Suppliers and prices"),
        columns=(
            FactColumn(lambda: tr("Supplier"), link=True), FactColumn(lambda: tr("Kind"), 100),
            FactColumn(lambda: tr("Order or supplier's no."), 160, code=True),
            FactColumn(lambda: tr("Quantity from"), 110, number=True),
            FactColumn(lambda: tr("Price"), 110, number=True),
            FactColumn(lambda: tr("Currency"), 80), FactColumn(lambda: tr("Days"), 60, number=True),
            FactColumn(lambda: tr("Since"), 100), FactColumn(lambda: tr("Until"), 100),
        ),
        read=facts.prices, fact=fact, topics=("supplier_price", "purchase_order"),
        empty=lambda: (tr("No price and no order"), tr("Prices of suppliers and the last orders stand here.")),
    )  # fmt: skip


def rules_tab(context: Context) -> TabBody:
    """Reorder rules with what they see now."""

    def fact(row: facts.RuleFact) -> Fact:
        texts = (
            " · ".join(each for each in (pick(row.unit, row.unit_zh), row.place) if each),
            quantity_text(row.min_quantity), quantity_text(row.max_quantity), quantity_text(row.multiple),
            tr("by itself") if row.automatic else tr("by hand"), _plain(row.projected), _plain(row.shortage),
            pick(row.why, row.why_zh),
        )  # fmt: skip
        return Fact(texts, ("reorder_rule", row.rule_id), row, quiet=not row.active)

    return FactsTab(
        context,
        name=lambda: tr("Reorder rules"),
        columns=(
            FactColumn(lambda: tr("For"), 170, link=True), FactColumn(lambda: tr("Minimum"), 90, number=True),
            FactColumn(lambda: tr("Maximum"), 90, number=True), FactColumn(lambda: tr("Multiple"), 80, number=True),
            FactColumn(lambda: tr("Requested"), 100), FactColumn(lambda: tr("Projected"), 90, number=True),
            FactColumn(lambda: tr("Short"), 80, number=True), FactColumn(lambda: tr("Why")),
        ),
        read=facts.rules, fact=fact, topics=("reorder_rule", "reorder_status"),
        empty=lambda: (tr("No reorder rule"), tr("With a rule the program asks for more by itself.")),
    )  # fmt: skip


ITEM_TABS: tuple[ItemTab, ...] = (
    ItemTab("card", lambda: tr("Card")),
    ItemTab("units", lambda: tr("Packs and units"), lines="packs", make=UnitsTab),
    ItemTab("fits", lambda: tr("Suitable for"), lines="fits"),
    ItemTab("substitutes", lambda: tr("Substitutes"), lines="substitutes"),
    ItemTab("prices", lambda: tr("Suppliers and prices"), make=prices_tab),
    ItemTab("bins", lambda: tr("Stock by bin"), make=bins_tab),
    ItemTab("lots", lambda: tr("Lots"), make=lots_tab),
    ItemTab("moves", lambda: tr("Stock moves"), make=moves_tab),
    ItemTab("rules", lambda: tr("Reorder rules"), make=rules_tab),
    ItemTab("value", lambda: tr("Value"), make=ValuePart, keys="Ctrl+Shift+V"),
)
