"""One price agreed with a supplier: for what, from which quantity on, from when to when."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import purchasing_prices
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec


def price_spec() -> FormSpec:
    return FormSpec(
        kind=purchasing_prices.SUPPLIER_PRICE,
        noun=lambda: tr("Supplier price"),
        icon="tag",
        sections=(
            FormSection(
                lambda: tr("Price"),
                ("item_id", "supplier_id", "supplier_code", "unit_price", "currency", "min_quantity", "lead_time_days"),
            ),
            FormSection(lambda: tr("Validity"), ("valid_from", "valid_to", "org_unit_id", "note"), frozenset({"note"})),
        ),
        load=purchasing_prices.load,
        save=purchasing_prices.save,
        topics=("supplier_price",),
    )


class SupplierPricePage(FormPage):
    """A price of the list. Whose and of what it is stays: another price is another row."""

    def __init__(
        self,
        context: Context,
        price_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, price_spec(), price_id, values, parent)

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return super().title()
        item, supplier = (self.record.referred.get(key) for key in ("item_id", "supplier_id"))
        return f"{item.code if item else ''} · {supplier.code if supplier else ''}"
