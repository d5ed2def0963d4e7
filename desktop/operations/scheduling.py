"""The planner's use cases: who can be planned, and carrying out a gesture. What is planned is read in `bookings`.

Everything is read as immutable values of desktop.domain.scheduling; instants become seconds since the epoch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.errors import UserError
from db.orm.platform import Holiday, OrgUnit
from db.orm.scheduling import Absence, Engineer, EngineerSkill, Shift, ShiftCalendar
from db.orm.scheduling import Skill as SkillRow
from db.session import Database
from desktop.domain.calendars import Leave, WorkCalendar
from desktop.domain.calendars import Shift as ShiftValue
from desktop.domain.changes import Changes
from desktop.domain.moves import Move
from desktop.domain.scheduling import Booking, Lane, Skill
from desktop.domain.text import language
from desktop.operations.bookings import moment, read_again, stamp

_LEAVE_NAMES = {
    "leave": ("Annual leave", "年假"),
    "sick": ("Sick leave", "病假"),
    "training": ("Training", "培训"),
    "other": ("Away", "外出"),
}


@dataclass(frozen=True)
class Unit:
    """A branch or department that the planner may show by itself; `ids` are the units below it and itself."""

    id: int
    name: str
    name_zh: str
    ids: frozenset[int]


@dataclass(frozen=True)
class Crew:
    """Who can be planned: lanes with their unit's id, the units to choose from, and the zone of the board."""

    zone: ZoneInfo
    lanes: tuple[Lane, ...]
    unit_of: Mapping[int, int]
    units: tuple[Unit, ...]
    foreign: frozenset[int] = frozenset()
    """Lanes of other units: shown as busy, not planned by this reader."""


@dataclass(frozen=True)
class Outcome:
    """What a gesture came to: the bookings as they now are, and what to tell the bus."""

    bookings: tuple[Booking, ...]
    changes: Changes


# Who can be planned


def read_crew(database: Database) -> Crew:
    """The engineers of the reader's units with skills, shifts and leave, by unit and code; then those of
    others.
    """
    with database.read() as session:
        units = session.execute(
            select(OrgUnit.id, OrgUnit.parent_id, OrgUnit.kind, OrgUnit.name, OrgUnit.name_zh, OrgUnit.time_zone)
        ).all()
        calendars = _calendars(session)
        rows = session.execute(
            select(
                Engineer.id, Engineer.org_unit_id, Engineer.name, Engineer.name_zh, Engineer.initials,
                Engineer.shift_calendar_id, OrgUnit.name.label("unit"), OrgUnit.name_zh.label("unit_zh"),
            )
            .join(OrgUnit, OrgUnit.id == Engineer.org_unit_id)
            .where(Engineer.retired_on.is_(None))
            .order_by(Engineer.org_unit_id, Engineer.code, Engineer.id)
        ).all()  # fmt: skip
        ids = [row.id for row in rows]
        skills, leaves = _skills(session, ids), _leaves(session, ids)
        others = session.execute(text("select * from api.other_engineers()")).all()
    zone = _zone(units, [row.org_unit_id for row in rows])
    plain = WorkCalendar(zone)
    lanes = [
        Lane(
            row.id, row.name, calendars.get(row.shift_calendar_id, plain), row.name_zh or "", row.initials,
            skills.get(row.id, ()), leaves.get(row.id, ()), row.unit,
        )
        for row in rows
    ]  # fmt: skip
    lanes += [Lane(row.id, row.name, plain, row.name_zh or "", row.initials, unit=row.unit_name) for row in others]
    unit_of = {row.id: row.org_unit_id for row in rows}
    return Crew(zone, tuple(lanes), unit_of, _branches(units, unit_of), frozenset(row.id for row in others))


def _zone(units: Sequence[Any], used: Iterable[int]) -> ZoneInfo:
    """The zone in which most of the engineers work."""
    zones = {unit.id: unit.time_zone for unit in units}
    found = [zones[unit] for unit in used if unit in zones]
    return ZoneInfo(max(set(found), key=found.count) if found else "Asia/Shanghai")


def _branches(units: Sequence[Any], unit_of: Mapping[int, int]) -> tuple[Unit, ...]:
    """Units with engineers of their own or below them, the widest first."""
    parent = {unit.id: unit.parent_id for unit in units}
    below: dict[int, set[int]] = {}
    for used in set(unit_of.values()):
        at: int | None = used
        while at is not None:
            below.setdefault(at, set()).add(used)
            at = parent.get(at)
    return tuple(
        Unit(unit.id, unit.name, unit.name_zh or "", frozenset(below[unit.id]))
        for unit in units
        if unit.id in below and unit.kind in ("branch", "department", "site", "warehouse")
    )


def _calendars(session: Session) -> dict[int, WorkCalendar]:
    special = _special_days(session)
    weeks: dict[int, dict[int, list[ShiftValue]]] = {}
    zones: dict[int, str] = {}
    rows = session.execute(
        select(ShiftCalendar.id, ShiftCalendar.time_zone, Shift.weekday, Shift.starts_at, Shift.ends_at)
        .outerjoin(Shift, Shift.shift_calendar_id == ShiftCalendar.id)
        .order_by(ShiftCalendar.id, Shift.weekday, Shift.starts_at)
    )
    for row in rows:
        zones[row.id] = row.time_zone
        week = weeks.setdefault(row.id, {})
        if row.weekday is not None:
            begin = row.starts_at.hour * 60 + row.starts_at.minute
            end = row.ends_at.hour * 60 + row.ends_at.minute
            week.setdefault(row.weekday - 1, []).append(ShiftValue(begin, end))
    return {
        key: WorkCalendar(
            ZoneInfo(zones[key]),
            week,
            {day: tuple(week.get(0, ())) if working else () for day, working in special.items()},
        )
        for key, week in weeks.items()
    }


def _special_days(session: Session) -> dict[date, bool]:
    """Holidays (False) and the weekend days worked for them (True), which follow Monday's shifts."""
    return {row.day: row.working for row in session.execute(select(Holiday.day, Holiday.working))}


def _skills(session: Session, engineers: Sequence[int]) -> dict[int, tuple[Skill, ...]]:
    rows = session.execute(
        select(
            EngineerSkill.engineer_id, EngineerSkill.level, EngineerSkill.valid_until,
            SkillRow.id, SkillRow.name, SkillRow.name_zh, SkillRow.kind,
        )
        .join(SkillRow, SkillRow.id == EngineerSkill.skill_id)
        .where(EngineerSkill.engineer_id.in_(engineers))
        .order_by(SkillRow.kind.desc(), EngineerSkill.level.desc(), SkillRow.code)
    )  # fmt: skip
    found: dict[int, tuple[Skill, ...]] = {}
    for row in rows:
        skill = Skill(str(row.id), row.name, row.name_zh or "", row.level, row.valid_until, row.kind == "certificate")
        found[row.engineer_id] = (*found.get(row.engineer_id, ()), skill)
    return found


def _leaves(session: Session, engineers: Sequence[int]) -> dict[int, tuple[Leave, ...]]:
    rows = session.execute(
        select(Absence.engineer_id, Absence.kind, Absence.period, Absence.note)
        .where(Absence.engineer_id.in_(engineers))
        .order_by(Absence.engineer_id, Absence.id)
    )
    found: dict[int, tuple[Leave, ...]] = {}
    for row in rows:
        name, name_zh = _LEAVE_NAMES.get(row.kind, _LEAVE_NAMES["other"])
        note, note_zh = (row.note, row.note) if row.note else (name, name_zh)
        leave = Leave(stamp(row.period.lower), stamp(row.period.upper), row.kind, note, note_zh)
        found[row.engineer_id] = (*found.get(row.engineer_id, ()), leave)
    return found


# Gestures


def carry_out(database: Database, moves: Sequence[Move], versions: Mapping[int, int], *, request: UUID) -> Outcome:
    """One gesture, as a whole or not at all. `versions` are those of the bookings that the planner saw.

    Repeats itself with the same `request` when the connection breaks. Raises UserError: `booking_no_double` (its facts
    name the booking in the way), `booking_unchanged`, `booking_absence`, `booking_skill` and others of db/messages.
    """
    payload = json.dumps([_as_json(move, versions) for move in moves])
    answer = _send(database, payload, request)
    ids = [row["booking_id"] for row in answer if row["booking_id"] is not None]
    saved, _ = read_again(database, ids) if ids else ([], [])
    gone = [move.booking_id for move in moves if move.after is None]
    return Outcome(
        tuple(saved),
        Changes.of(booking=[*ids, *gone], work_order=[row["work_order_id"] for row in answer]),
    )


def _as_json(move: Move, versions: Mapping[int, int]) -> dict[str, object]:
    found: dict[str, object] = {"work_order_id": move.job_id}
    if move.before is not None:
        found |= {"booking_id": move.booking_id, "version": versions.get(move.booking_id, 0)}
    if move.after is not None:
        found |= {
            "engineer_id": move.after.lane_id,
            "starts_at": moment(move.after.start).isoformat(),
            "ends_at": moment(move.after.end).isoformat(),
            "hard": move.after.hard,
        }
    return found


def _send(database: Database, payload: str, request: UUID) -> list[dict[str, Any]]:
    """Repeated with the same request until it is answered: a repeated one plans nothing twice."""

    def work(session: Session) -> list[dict[str, Any]]:
        return list(session.execute(_PLAN, {"request": request, "moves": payload}).scalar_one())

    return database.retrying(work)


_PLAN = text("select api.plan_work(:request, cast(:moves as jsonb))")


@dataclass(frozen=True)
class Refusal:
    """Why a gesture was refused: the rule's name, cause and remedy in the reader's language, the booking in the way."""

    rule: str
    cause: str
    remedy: str
    in_the_way: int | None = None


def explain(error: BaseException) -> Refusal | None:
    """The refusal that `error` is; None for a bug, which has only a log id."""
    if not isinstance(error, UserError):
        return None
    chinese = language() == "zh"
    return Refusal(
        error.constraint or "",
        error.message_zh if chinese else error.message_en,
        error.remedy_zh if chinese else error.remedy_en,
        error.facts.get("booking_id"),
    )
