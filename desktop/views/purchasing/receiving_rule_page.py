"""One receiving rule: for which item or supplier, how closely it is looked at, how much more may come."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import receiving_rules
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec


def rule_spec() -> FormSpec:
    return FormSpec(
        kind=receiving_rules.RECEIVING_RULE,
        noun=lambda: tr("Receiving rule"),
        icon="check",
        sections=(
            FormSection(lambda: tr("What it is for"), ("supplier_id", "item_id", "org_unit_id")),
            FormSection(lambda: tr("On arrival"), ("inspection", "over_receipt", "note"), frozenset({"note"})),
        ),
        load=receiving_rules.load,
        save=receiving_rules.save,
        topics=("receiving_rule",),
    )


class ReceivingRulePage(FormPage):
    """The form of a rule; the nearest rule holds: for both, then the item's, then the supplier's."""

    def __init__(
        self,
        context: Context,
        rule_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, rule_spec(), rule_id, values, parent)

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return super().title()
        found = (self.record.referred.get(key) for key in ("supplier_id", "item_id"))
        return " · ".join(each.code for each in found if each is not None)
