"""Custom roles: several jobs under one name, given and taken together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import users
from db.errors import UserError
from db.orm.people import CustomRole
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.people_accounts import JobOffered, offered_jobs
from desktop.operations.records import Draft, Record, RecordKind

CUSTOM_ROLE = RecordKind(
    key="custom_role",
    model=CustomRole,
    title="key",
    writes=("key", "name", "name_zh"),
    reads=("active",),
    entered_by="api.save_custom_role(text, text, text, text[])",
)


@dataclass(frozen=True)
class Holder:
    """A person who has the role."""

    user_id: int
    name: str
    name_zh: str | None


@dataclass(frozen=True)
class RoleAround:
    """What stands around a custom role's card."""

    jobs: tuple[JobOffered, ...]
    holders: tuple[Holder, ...]


class PartsMissing(UserError):
    """A role of no jobs would be a name for nothing."""

    def __init__(self) -> None:
        super().__init__(
            code="ER011",
            message_en="Made of is empty: a custom role needs at least one job.",
            message_zh="“包含岗位”为空：自定义岗位至少包含一个岗位。",
            remedy_en="Tick the jobs that belong to it.",
            remedy_zh="请勾选所含岗位。",
            field="parts",
        )


_PARTS = text("select role_key from erp.custom_role_part where custom_role_id = :id order by role_key")
_MAY_GIVE = text("select 'security' = any (erp.my_roles())")
_HOLDERS = text("""
    select u.id, u.display_name, u.display_name_zh
    from erp.user_custom_role h join erp.app_user u on u.id = h.user_id
    where h.custom_role_id = :id
    order by u.display_name, u.id
""")


def load(database: Database, role_id: int) -> Record:
    """The role with the jobs of which it is made (value ``parts``)."""
    record = records.load(database, CUSTOM_ROLE, role_id)
    with database.read() as session:
        parts = tuple(session.execute(_PARTS, {"id": role_id}).scalars())
        gives = bool(session.execute(_MAY_GIVE).scalar()) and bool(record.values["active"])
    writable = frozenset({"name", "name_zh", "parts"}) if gives else frozenset[str]()
    return replace(record, values={**record.values, "parts": parts}, writable=writable)


def around(database: Database, role_id: int | None) -> RoleAround:
    """The jobs that can be part of a role, and who has it."""
    jobs = tuple(job for job in offered_jobs(database) if not job.parts)
    with database.read() as session:
        holders = tuple(Holder(*row) for row in session.execute(_HOLDERS, {"id": role_id})) if role_id else ()
    return RoleAround(jobs, holders)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save a role; its holders have the changed jobs at once. Raises ChangedMeanwhile, PartsMissing."""
    given = {**record.values, **draft.values}
    parts = list(given.get("parts") or ())
    if not parts:
        raise PartsMissing
    with database.write() as session:
        _refuse_stale(session, record)
        session.execute(
            text("select api.save_custom_role(:key, :name, :name_zh, :parts)"),
            {"key": given["key"], "name": given["name"], "name_zh": given.get("name_zh"), "parts": parts},
        )
        query = text("select id from erp.custom_role where key = :key")
        role_id = int(session.execute(query, {"key": given["key"]}).scalar_one())
    return load(database, role_id), Changes.of(custom_role=[role_id], app_user=(), user_role=())


def _refuse_stale(session: Session, record: Record) -> None:
    """A new role must not overwrite one of the same key; an old one not a colleague's change."""
    if record.id is None:
        return
    version = session.execute(text("select version from erp.custom_role where id = :id"), {"id": record.id}).scalar()
    if version != record.version:
        raise records.ChangedMeanwhile(by="", at=None, conflicts=(), record=record)


def retire(database: Database, record: Record, *, reason: str) -> Changes:
    """Take the role from all its holders and close it; its history stays."""
    users.retire_custom_role(database, str(record.values["key"]), reason=reason)
    return Changes.of(custom_role=[record.id or 0], app_user=(), user_role=())
