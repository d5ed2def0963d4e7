"""A person's account as its form shows it: card, dates, jobs, units; and the steps of its life.

Three powers share the form: the administrator saves card and dates, the security officer jobs and units, the auditor
reads. Passwords are made here and leave as verifiers; none is ever kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import users
from db.errors import UserError
from db.orm.people import AppUser, UserUnit
from db.orm.platform import OrgUnit
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.people import Account
from desktop.operations import records
from desktop.operations.records import ChangedMeanwhile, Draft, LineKind, Record, RecordKind, Reference, Values

ALWAYS = date(2000, 1, 1)
"""The first day of a grant that has no beginning."""
DATES = ("valid_from", "valid_to")
_GIVEN = frozenset({"jobs", *DATES})

PERSON = RecordKind(
    key="app_user",
    model=AppUser,
    title="user_name",
    writes=(
        "user_name", "display_name", "display_name_zh", "language", "email", "phone", "badge", "valid_from", "valid_to",
    ),
    entered_by="api.create_user(text, text, text, text[], integer[], text, text, text, text, text, integer, text)",
    lines=(
        LineKind(
            name="units",
            model=UserUnit,
            parent="user_id",
            columns=("org_unit_id", "may_write", "valid_from", "valid_to"),
            order="org_unit_id",
            references={"org_unit_id": Reference(model=OrgUnit, lookup="org_units")},
            identity="org_unit_id",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class JobOffered:
    """A job or a custom role that can be given. `parts` are the jobs of which a custom role is made."""

    key: str
    name: str
    name_zh: str
    power: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandIn:
    """One person standing in for another from day to day, both inclusive."""

    id: int
    from_id: int
    from_name: str
    from_name_zh: str | None
    to_id: int
    to_name: str
    to_name_zh: str | None
    valid_from: date
    valid_to: date
    reason: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Around:
    """What stands around a person's card."""

    account: Account
    jobs: tuple[JobOffered, ...]
    stand_ins: tuple[StandIn, ...]
    today: date


class UnitMissing(UserError):
    """A line of units without a unit."""

    def __init__(self) -> None:
        super().__init__(
            code="ER011",
            message_en="Unit is missing in a line of Units.",
            message_zh="“组织单元”中有一行未选单元。",
            remedy_en="Choose one (F7), or take the line out (Del).",
            remedy_zh="请选择（F7），或删除该行（Del）。",
        )


# Reading


def my_id(database: Database) -> int | None:
    """Who is logged in; None for the installation's owner, who is no person."""
    return database.user.id


def load(database: Database, user_id: int) -> Record:
    """The person with his jobs (value ``jobs``) and units, writable as far as this viewer's power reaches."""
    record = records.load(database, PERSON, user_id)
    with database.read() as session:
        return _with_jobs(session, record)


_JOBS_OF = text("""
    select r.role_key from erp.user_role r where r.user_id = :id
    union all
    select c.key from erp.user_custom_role u join erp.custom_role c on c.id = u.custom_role_id where u.user_id = :id
""")


def _with_jobs(session: Session, record: Record) -> Record:
    me, roles = session.execute(text("select erp.my_user_id(), erp.my_roles()")).one()
    himself = me == record.id
    gives, keeps = "security" in roles and not himself, "admin" in roles and not himself
    jobs = tuple(sorted(session.execute(_JOBS_OF, {"id": record.id}).scalars()))
    units = tuple(replace(line, values=_without_always(line.values)) for line in record.lines["units"])
    writable = record.writable - {"user_name", *DATES}
    if keeps:
        writable |= frozenset(DATES)
    if gives:
        writable |= {"jobs"}
    columns = frozenset(PERSON.lines[0].columns)
    return replace(
        record,
        values={**record.values, "jobs": jobs},
        lines={"units": units},
        writable=writable,
        line_writes={"units": columns} if gives else {},
        line_inserts=frozenset({"units"}) if gives else frozenset(),
    )


def _without_always(values: Values) -> Values:
    return {**values, "valid_from": None if values["valid_from"] == ALWAYS else values["valid_from"]}


_TODAY = text("""
    select coalesce(
        (select erp.company_day(u.company_id) from erp.app_user u where u.id = erp.my_user_id()), current_date)
""")
_ACCOUNT = text("""
    select u.id, erp.account_state(u.id) as state, u.login, u.awaiting_release, u.must_change, u.locked_until,
           u.password_changed_at, l.last_login_at, l.last_login_client, coalesce(l.failed_logins, 0) as failed
    from erp.app_user u
    left join erp.user_login l on l.user_id = u.id
    where u.id = :id
""")
_SEES_ACCOUNTS = text("select has_column_privilege('erp.app_user', 'login', 'select')")


def around(database: Database, user_id: int) -> Around:
    """Account, what can be given, stand-ins. Outside administration nothing of a colleague's account is told."""
    with database.read() as session:
        return Around(_account(session, user_id), _jobs(session), _stand_ins(session, user_id), _today(session))


def company_day(database: Database) -> date:
    """Today where the company is: what begins and ends by the day does so there, wherever this workstation stands."""
    with database.read() as session:
        return _today(session)


def _today(session: Session) -> date:
    found: date = session.execute(_TODAY).scalar_one()
    return found


def offered_jobs(database: Database) -> tuple[JobOffered, ...]:
    """The jobs and the custom roles in use, jobs first."""
    with database.read() as session:
        return _jobs(session)


def _account(session: Session, user_id: int) -> Account:
    if not session.execute(_SEES_ACCOUNTS).scalar():
        state = session.execute(text("select erp.account_state(:id)"), {"id": user_id}).scalar()
        return Account(user_id, str(state or ""))
    row = session.execute(_ACCOUNT, {"id": user_id}).one_or_none()
    if row is None:
        raise records.RecordNotFound
    return Account(
        user_id=row.id,
        state=str(row.state or ""),
        login=row.login,
        awaiting_release=row.awaiting_release,
        must_change=row.must_change,
        locked_until=row.locked_until,
        failed_logins=row.failed,
        last_login_at=row.last_login_at,
        last_login_client=row.last_login_client,
        password_changed_at=row.password_changed_at,
    )


_OFFERED = text("""
    select r.key, r.name, r.name_zh, r.power, '{}'::text[] as parts
    from erp.role r
    union all
    select c.key, c.name, coalesce(c.name_zh, c.name), min(r.power), array_agg(p.role_key order by p.role_key)
    from erp.custom_role c
    join erp.custom_role_part p on p.custom_role_id = c.id
    join erp.role r on r.key = p.role_key
    where c.active
    group by c.id
    order by 5, 1
""")


def _jobs(session: Session) -> tuple[JobOffered, ...]:
    return tuple(
        JobOffered(row.key, row.name, row.name_zh, row.power, tuple(row.parts)) for row in session.execute(_OFFERED)
    )


_STAND_INS = text("""
    select d.id, f.id, f.display_name, f.display_name_zh, t.id, t.display_name, t.display_name_zh,
           d.valid_from, d.valid_to, d.reason, d.ended_at
    from erp.delegation d
    join erp.app_user f on f.id = d.from_user_id
    join erp.app_user t on t.id = d.to_user_id
    where :id in (d.from_user_id, d.to_user_id)
    order by d.ended_at is not null, d.valid_from desc, d.id desc
    limit 20
""")


def _stand_ins(session: Session, user_id: int) -> tuple[StandIn, ...]:
    return tuple(StandIn(*row) for row in session.execute(_STAND_INS, {"id": user_id}))


# Saving


def create(database: Database, record: Record, draft: Draft, password: str) -> tuple[Record, Changes]:
    """A new account with a one-time password: it has no jobs and no units, and waits for the security officer."""
    given = {**record.values, **draft.values}
    query = text(
        "select api.create_user(user_name => :user_name, display_name => :display_name, verifier => :verifier,"
        " display_name_zh => :display_name_zh, language => coalesce(:language, 'zh'), email => :email, phone => :phone,"
        " badge => :badge)"
    )
    card = {name: given.get(name) for name in PERSON.writes if name not in DATES}
    with database.write() as session:
        user_id = int(session.execute(query, {**card, "verifier": users.scram_verifier(password)}).scalar_one())
        if any(given.get(name) != record.values.get(name) for name in DATES):
            _set_dates(session, user_id, given)
    return load(database, user_id), Changes.of(app_user=[user_id])


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save what was changed: the card as any record, dates, jobs and units by the functions that guard them."""
    user_id = record.id or 0
    card = {name: value for name, value in draft.values.items() if name not in _GIVEN}
    changes = Changes.of(app_user=[user_id])
    if card:
        _save_card(database, record, Draft(card, base=draft.base))
    with database.write() as session:
        if any(name in draft.values for name in DATES):
            _set_dates(session, user_id, {**record.values, **draft.values})
        if "jobs" in draft.values:
            wanted = list(draft.values["jobs"] or ())
            session.execute(text("select api.set_user_roles(:id, :jobs)"), {"id": user_id, "jobs": wanted})
            changes = changes.merged(Changes.of(user_role=(), user_custom_role=()))
        if "units" in draft.lines:
            grants = json.dumps([_grant(values) for _, values in draft.lines["units"]])
            query = text("select api.set_user_grants(:id, cast(:grants as jsonb))")
            session.execute(query, {"id": user_id, "grants": grants})
            changes = changes.merged(Changes.of(user_unit=()))
    return load(database, user_id), changes


def _save_card(database: Database, record: Record, draft: Draft) -> None:
    try:
        records.save(database, PERSON, record, draft)
    except ChangedMeanwhile as error:
        with database.read() as session:
            error.record = _with_jobs(session, error.record)
        raise


def _set_dates(session: Session, user_id: int, given: Mapping[str, Any]) -> None:
    query = text("select api.set_user_dates(:id, :first, :last)")
    session.execute(query, {"id": user_id, "first": given["valid_from"], "last": given["valid_to"]})


def _grant(values: Values) -> dict[str, Any]:
    if values.get("org_unit_id") is None:
        raise UnitMissing
    first, last = values.get("valid_from"), values.get("valid_to")
    return {
        "unit": values["org_unit_id"],
        "may_write": bool(values.get("may_write")),
        "valid_from": (first or ALWAYS).isoformat(),
        "valid_to": last.isoformat() if last else None,
    }


# Steps


def disable(database: Database, user_id: int, *, reason: str) -> Changes:
    """From now on the person sees nothing, in open programs too."""
    users.disable_user(database, user_id, reason=reason or None)
    return Changes.of(app_user=[user_id])


def enable(database: Database, user_id: int, *, reason: str = "") -> Changes:
    """Let a disabled person in again; from the administrator's hand he waits for the security officer."""
    users.enable_user(database, user_id, reason=reason or None)
    return Changes.of(app_user=[user_id])


def unlock(database: Database, user_id: int, *, reason: str = "") -> Changes:
    """End a lock after wrong passwords before its time."""
    users.unlock_user(database, user_id, reason=reason or None)
    return Changes.of(app_user=[user_id])


def release(database: Database, user_id: int, *, reason: str = "") -> Changes:
    """Let an account in whose holder has set a password of his own."""
    users.release_user(database, user_id, reason=reason or None)
    return Changes.of(app_user=[user_id])


def reset_password(database: Database, user_id: int, password: str, *, reason: str) -> Changes:
    """A one-time password; its holder sees nothing until he has set his own and the security officer released him."""
    users.reset_password(database, user_id, password, reason=reason or None)
    return Changes.of(app_user=[user_id])
