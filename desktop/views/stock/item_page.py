"""The item form: what a part is, how it is stocked, what it fits."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import stock_items
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.views.stock.item_watch import ItemWatch
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
            FormLines("fits", lambda: tr("Suitable for"), ("asset_class_id", "model")),
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

    def may_write(self, key: str) -> bool:
        return not (key.startswith("custom.") and self.watch.hidden(key)) and super().may_write(key)

    def shown(self, loaded: Loaded) -> None:
        self.watch.forget()

    def take_code(self) -> None:
        """The next free code of the category, by its rule."""
        if not self.watch.take_code():
            self.context.toast("info", tr("No code to propose"), self.watch.why_no_code())

    def retranslate(self) -> None:
        super().retranslate()
        self.stock.setText(tr("Do we have it?"))
        self.number.setText(tr("Next free code"))

    def show_stock(self) -> None:
        """The part's bins, reservations, orders and substitutes, once it is saved."""
        if self.record_id is not None:
            self.context.open("part_stock", self.record_id)
