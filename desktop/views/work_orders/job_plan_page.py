"""The job plan form: the job, its steps and its parts."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import job_plans
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec


def job_plan_spec() -> FormSpec:
    return FormSpec(
        kind=job_plans.JOB_PLAN,
        noun=lambda: tr("Job plan"),
        icon="list",
        sections=(
            FormSection(
                lambda: tr("What to do"),
                (
                    "code", "revision", "state", "name", "name_zh", "asset_class_id", "skill_id", "planned_minutes",
                    "org_unit_id",
                ),
            ),
        ),
        lines=(
            FormLines(
                "steps", lambda: tr("Steps"), ("name", "name_zh", "mandatory"), defaults={"mandatory": True}
            ),
            FormLines("parts", lambda: tr("Planned parts"), ("item_id", "quantity")),
        ),
        load=job_plans.load,
        save=job_plans.save,
        topics=("job_plan", "job_plan_step", "job_plan_part"),
    )  # fmt: skip


class JobPlanPage(FormPage):
    """One job plan."""

    def __init__(
        self,
        context: Context,
        plan_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, job_plan_spec(), plan_id, values, parent)
