"""Engineers: who they are, what they can do and until when, and when they are away."""

from __future__ import annotations

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.scheduling import Absence, Engineer, EngineerSkill, ShiftCalendar, Skill
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference

ENGINEER = RecordKind(
    key="engineer",
    model=Engineer,
    title="code",
    writes=(
        "code", "name", "name_zh", "initials", "org_unit_id", "user_id", "phone", "badge", "shift_calendar_id",
        "id_card_sealed", "hourly_rate", "km_rate", "retired_on",
    ),
    reads=("company_id", "created_at", "updated_at"),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "user_id": Reference(
            model=AppUser, lookup="users", code="user_name", name="display_name", name_zh="display_name_zh"
        ),
        "shift_calendar_id": Reference(model=ShiftCalendar, lookup="shift_calendars"),
    },
    lines=(
        LineKind(
            name="skills",
            model=EngineerSkill,
            parent="engineer_id",
            columns=("skill_id", "level", "valid_until"),
            order="skill_id",
            references={"skill_id": Reference(model=Skill, lookup="skills")},
            identity="skill_id",
        ),
        LineKind(
            name="absences",
            model=Absence,
            parent="engineer_id",
            columns=("kind", "period", "note"),
            order="period",
            read_only=True,
        ),
    ),
)  # fmt: skip


def load(database: Database, engineer_id: int) -> Record:
    return records.load(database, ENGINEER, engineer_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, ENGINEER, record, draft)
