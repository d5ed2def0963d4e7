"""Job plans: described jobs with their steps and parts. A work order takes a copy; later changes leave it alone."""

from __future__ import annotations

from db.orm.assets import AssetClass
from db.orm.platform import OrgUnit
from db.orm.scheduling import Skill
from db.orm.stock_items import Item
from db.orm.work_orders import JobPlan, JobPlanPart, JobPlanStep
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference

JOB_PLAN = RecordKind(
    key="job_plan",
    model=JobPlan,
    title="code",
    writes=(
        "code", "revision", "name", "name_zh", "org_unit_id", "state", "asset_class_id", "skill_id", "planned_minutes",
    ),
    reads=("company_id", "created_at", "updated_at"),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "asset_class_id": Reference(model=AssetClass, lookup="asset_classes"),
        "skill_id": Reference(model=Skill, lookup="skills"),
    },
    lines=(
        LineKind(
            name="steps",
            model=JobPlanStep,
            parent="job_plan_id",
            columns=("name", "name_zh", "mandatory"),
            order="line_no",
            numbered=True,
        ),
        LineKind(
            name="parts",
            model=JobPlanPart,
            parent="job_plan_id",
            columns=("item_id", "quantity"),
            order="id",
            references={"item_id": Reference(model=Item, lookup="items")},
        ),
    ),
)  # fmt: skip


def load(database: Database, plan_id: int) -> Record:
    return records.load(database, JOB_PLAN, plan_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, JOB_PLAN, record, draft)
