"""The engineer form: the person, the skills and certificates, the working hours and the absences."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import engineers
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec


def engineer_spec() -> FormSpec:
    return FormSpec(
        kind=engineers.ENGINEER,
        noun=lambda: tr("Engineer"),
        icon="user",
        sections=(
            FormSection(
                lambda: tr("Identity"),
                (
                    *("code", "name", "name_zh", "initials", "badge", "phone", "id_card_sealed"),
                    *("user_id", "org_unit_id", "retired_on"),
                ),
            ),
            FormSection(lambda: tr("Hours and rates"), ("shift_calendar_id", "hourly_rate", "km_rate")),
        ),
        lines=(
            FormLines("skills", lambda: tr("Skills and certificates"), ("skill_id", "level", "valid_until")),
            FormLines("absences", lambda: tr("Absences"), ("kind", "period", "note"), editable=False),
        ),
        load=engineers.load,
        save=engineers.save,
        topics=("engineer", "engineer_skill", "absence"),
    )


class EngineerPage(FormPage):
    """One engineer. Rates are for those who answer for money."""

    def __init__(
        self,
        context: Context,
        engineer_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, engineer_spec(), engineer_id, values, parent)
