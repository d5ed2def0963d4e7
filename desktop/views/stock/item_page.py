"""The item form: what a part is, how it is stocked, what it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import stock_items
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.item_card import ItemCard
from desktop.views.stock.item_tabs import ITEM_TABS, tab_keys
from desktop.views.stock.item_watch import ItemWatch
from desktop.views.stock.value_part import REVALUERS, ValuePart
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded


def item_spec() -> FormSpec:
    return FormSpec(
        kind=stock_items.ITEM,
        noun=lambda: tr("Item"),
        icon="box",
        sections=(
            FormSection(
                lambda: tr("Identity"),
                ("category_id", "code", "name", "name_zh", "uom", "tracking", "barcode", "maker", "maker_code"),
            ),
            FormSection(
                lambda: tr("Stock keeping"),
                (
                    "org_unit_id", "min_quantity", "max_quantity", "lead_time_days", "abc_class", "valuation",
                    "allow_negative", "supplier_id", "standard_cost", "currency", "retired_on", "note",
                ),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines(
                "packs", lambda: tr("Packs"), ("uom", "factor", "usage", "barcode"), defaults={"usage": "both"}
            ),
            FormLines("substitutes", lambda: tr("Substitutes"), ("substitute_id",)),
            FormLines("fits", lambda: tr("Suitable for"), ("asset_class_id", "model", "asset_id")),
        ),
        load=stock_items.load,
        save=stock_items.save,
        topics=("item", "item_fit", "item_uom", "item_substitute"),
    )  # fmt: skip


class ItemPage(FormPage):
    """One item."""

    def __init__(
        self,
        context: Context,
        item_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, item_spec(), item_id, values, parent)
        self.stock = QAction(tr("Do we have it?"), self)
        self.stock.setShortcut(QKeySequence("Ctrl+Shift+H"))
        self.stock.triggered.connect(lambda _checked=False: self.show_stock())
        self.addAction(self.stock)
        self.watch = ItemWatch(self)
        self.number = self._action(tr("Next free code"), QKeySequence("Ctrl+Shift+U"), self.take_code)
        self.card.opened.connect(self.open_requested)
        self.card.turned.connect(self._turned)
        self.turns = (
            self._action(tr("Next tab"), QKeySequence("Ctrl+PgDown"), partial(self.card.turn, 1)),
            self._action(tr("Previous tab"), QKeySequence("Ctrl+PgUp"), partial(self.card.turn, -1)),
        )
        for action in self.turns:
            action.setData("go")
        self.alt_keys = tuple(
            self._action(tab.title(), QKeySequence(tab_keys(at, tab)), partial(self.card.go, tab.key))
            for at, tab in enumerate(ITEM_TABS, 1)
        )
        for action in self.alt_keys:
            action.setData("go")
        self.revalue_action = self._action(tr("Revalue"), QKeySequence("Ctrl+R"), self.revalue)
        self.revalue_action.setEnabled(False)

    def middle(self, area: QWidget) -> QWidget:
        self.card = ItemCard(self.context, area)
        return self.card

    @Slot(str)
    def _turned(self, key: str) -> None:
        if key == "card":
            self.body.focus_first()

    def may_write(self, key: str) -> bool:
        return not (key.startswith("custom.") and self.watch.hidden(key)) and super().may_write(key)

    def shown(self, loaded: Loaded) -> None:
        self.card.take_lines(self.tables)
        self.card.show_record(loaded.record)
        self.watch.forget()
        self.revalue_action.setEnabled(self.record_id is not None and self.context.user.has(*REVALUERS))

    def revalue(self) -> None:
        """Finance and stewards: another value for all that is there."""
        part = self.card.bodies["value"]
        self.card.go("value")
        if isinstance(part, ValuePart):
            part.revalue()

    # What is wrong is shown where it stands

    def entered(self) -> dict[str, Any] | None:
        values = super().entered()
        if values is None:
            self._show_wrong()
        return values

    def save(self) -> None:
        super().save()
        wrong = next((name for name, table in self.tables.items() if table.problems()), None)
        if wrong is not None:
            self.card.go(self.card.tab_of_lines(wrong))

    def _refused(self, failure: Failure) -> None:
        super()._refused(failure)
        if getattr(failure.error, "field", None) in self.fields:
            self._show_wrong()

    def _show_wrong(self) -> None:
        """The first field that is marked, on its tab, with the focus."""
        self.card.go("card")
        wrong = next((key for key, field in self.fields.items() if field.is_wrong()), None)
        if wrong is not None:
            self.editors[wrong].widget.setFocus()

    # The page

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("Ctrl+PgDn", tr("Next tab")), *super().key_hints())

    def zones(self) -> Sequence[QWidget]:
        return (self.card, self.side)

    def state(self) -> Mapping[str, Any]:
        tab = self.card.current()
        return {**super().state(), **({} if tab == "card" else {"tab": tab})}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.card.go(str(state.get("tab") or "card"))

    def take_code(self) -> None:
        """The next free code of the category, by its rule."""
        if not self.watch.take_code():
            self.context.toast("info", tr("No code to propose"), self.watch.why_no_code())

    def retranslate(self) -> None:
        super().retranslate()
        self.stock.setText(tr("Do we have it?"))
        self.number.setText(tr("Next free code"))
        self.card.retranslate()
        self.revalue_action.setText(tr("Revalue"))
        for action, words in zip(self.turns, (tr("Next tab"), tr("Previous tab")), strict=True):
            action.setText(words)
        for action, tab in zip(self.alt_keys, ITEM_TABS, strict=True):
            action.setText(tab.title())

    def show_stock(self) -> None:
        """The part's bins, reservations, orders and substitutes, once it is saved."""
        if self.record_id is not None:
            self.context.open("part_stock", self.record_id)
