"""The reorder rule form: which item of which warehouse, from what to what it is filled up, and whether by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import pick, tr
from desktop.operations import stock_planning
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec


def reorder_rule_spec() -> FormSpec:
    return FormSpec(
        kind=stock_planning.REORDER_RULE,
        noun=lambda: tr("Reorder rule"),
        icon="repeat",
        sections=(
            FormSection(lambda: tr("What is kept in stock"), ("item_id", "org_unit_id", "location_id", "active")),
            FormSection(
                lambda: tr("When it is asked for"),
                ("min_quantity", "max_quantity", "multiple", "lead_time_days", "method", "automatic"),
            ),
            FormSection(lambda: tr("Remarks"), ("note",)),
        ),
        load=stock_planning.load_rule,
        save=stock_planning.save_rule,
        topics=("reorder_rule",),
    )


class ReorderRulePage(FormPage):
    """One rule."""

    def __init__(
        self, context: Context, rule_id: int | None = None, values: Values | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, reorder_rule_spec(), rule_id, values, parent)

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return super().title()
        item, unit = (self.record.referred.get(key) for key in ("item_id", "org_unit_id"))
        return f"{item.code if item else ''} · {pick(unit.name, unit.name_zh) if unit else ''}"
