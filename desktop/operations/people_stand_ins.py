"""Stand-ins: from one day to another a colleague has somebody's jobs and units beside his own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from db import users
from db.orm.people import AppUser, Delegation
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.people import can_delegate
from desktop.operations import records
from desktop.operations.records import Draft, Record, RecordKind, Reference, Values

_PERSON = Reference(model=AppUser, lookup="users", code="user_name", name="display_name", name_zh="display_name_zh")

STAND_IN = RecordKind(
    key="delegation",
    model=Delegation,
    title="id",
    writes=("from_user_id", "to_user_id", "valid_from", "valid_to", "reason"),
    reads=("ended_at", "created_at", "created_by"),
    references={"from_user_id": _PERSON, "to_user_id": _PERSON},
    entered_by="api.delegate(integer, date, date, text, integer)",
)


def load(database: Database, stand_in_id: int) -> Record:
    """A stand-in as it was agreed: it is ended, never edited."""
    return replace(records.load(database, STAND_IN, stand_in_id), writable=frozenset())


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Name a stand-in. Raises the rule that was broken: sixty days, one power, nobody for himself."""
    given = {**record.values, **draft.values}
    found = users.delegate(
        database, given["to_user_id"], given["valid_from"], given["valid_to"], given["reason"], given["from_user_id"]
    )
    return load(database, found), _changed(found, given)


def end(database: Database, record: Record) -> Changes:
    """End it now: the stand-in loses the other's jobs and units at once."""
    users.end_delegation(database, record.id or 0)
    return _changed(record.id or 0, record.values)


def may_end(record: Record, today: date, user_id: int | None, roles: frozenset[str]) -> bool:
    """Both of them and the security officer, while it is not over."""
    mine = user_id is not None and user_id in (record.values["from_user_id"], record.values["to_user_id"])
    open_still = record.values.get("ended_at") is None and record.values["valid_to"] >= today
    return open_still and (mine or can_delegate(roles, himself=False))


def _changed(stand_in: int, values: Values) -> Changes:
    people = [int(values[key]) for key in ("from_user_id", "to_user_id")]
    return Changes.of(delegation=[stand_in], app_user=people, user_unit=())
