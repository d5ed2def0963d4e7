"""The target form: which figure of which unit is measured against what."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import stock_planning
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec


def kpi_target_spec() -> FormSpec:
    return FormSpec(
        kind=stock_planning.KPI_TARGET,
        noun=lambda: tr("Target value"),
        icon="flag",
        sections=(FormSection(lambda: tr("What is measured"), ("kpi", "org_unit_id", "target")),),
        load=stock_planning.load_target,
        save=stock_planning.save_target,
        topics=("kpi_target",),
    )


class KpiTargetPage(FormPage):
    """One target; it counts for the unit and all below it that have none of their own."""

    def __init__(
        self,
        context: Context,
        target_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, kpi_target_spec(), target_id, values, parent)
