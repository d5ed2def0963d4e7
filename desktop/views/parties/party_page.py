"""A customer or supplier: the card, the people there and the sites."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain.text import pick, tr
from desktop.operations import parties, supplier_record
from desktop.operations.records import Record, Values
from desktop.operations.supplier_record import SupplierRecord
from desktop.runtime.context import Context
from desktop.views.parties import supplier_panel
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import SidePanel


def party_spec() -> FormSpec:
    return FormSpec(
        kind=parties.PARTY,
        noun=lambda: tr("Business partner"),
        icon="building-2",
        sections=(
            FormSection(
                lambda: tr("Identity"),
                (
                    "code",
                    "name",
                    "name_zh",
                    "is_customer",
                    "is_supplier",
                    "is_person",
                    "customer_class",
                    "industry",
                    "tax_number",
                ),
            ),
            FormSection(lambda: tr("Address"), ("phone", "email", "letter_language", "city", "address")),
            FormSection(
                lambda: tr("Payment"),
                ("currency", "payment_days", "bank_account_sealed", "retired_on", "note"),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines(
                "contacts",
                lambda: tr("Contacts"),
                ("name", "name_zh", "job_title", "phone", "email", "is_main"),
                defaults={"is_main": False},
            ),
            FormLines("sites", lambda: tr("Sites"), ("code", "name", "name_zh", "city", "address"), editable=False),
        ),
        load=parties.load,
        save=parties.save,
        topics=("party", "contact", "site"),
    )


class PartyPage(FormPage):
    """`values` prefills a new one: ``{"is_customer": True}``."""

    def __init__(
        self,
        context: Context,
        party_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, party_spec(), party_id, values, parent)

    def more(self, database: Any, record: Record) -> SupplierRecord | None:
        if record.id is None or not record.values.get("is_supplier"):
            return None
        return supplier_record.record(database, record.id)

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        self.has_side = isinstance(loaded.more, SupplierRecord)
        if isinstance(loaded.more, SupplierRecord):
            values = loaded.record.values
            name = pick(str(values.get("name") or ""), values.get("name_zh"))
            supplier_panel.fill(side, loaded.more, name, self.open_requested.emit)
