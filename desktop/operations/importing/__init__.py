"""Import typed rows into a list: dry run, all or nothing, under the user's own rights.

`dry_run` does everything that `save` does and rolls back, so its answer is the database's own. Both need what the
readers of `desktop.exchange` made of the file; `fields` says which fields a file may fill.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import errors
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.importing import ImportField, Plan, PlannedRow, TypedRow
from desktop.domain.progress import Progress
from desktop.operations.importing.describe import fields_of
from desktop.operations.importing.plan import plan_rows
from desktop.operations.importing.targets import TARGETS, Target, target
from desktop.operations.importing.writing import place_of, write_rows

__all__ = [
    "TARGETS",
    "Batch",
    "Imported",
    "RowsRejected",
    "Target",
    "dry_run",
    "fields",
    "file_digest",
    "recall_mapping",
    "remember_mapping",
    "save",
    "target",
]


@dataclass(frozen=True)
class Batch:
    """What is imported at once: the rows of one sheet as read, and which column of the file fills each field."""

    target: Target
    fields: tuple[ImportField, ...]
    rows: Sequence[TypedRow]
    headers: Mapping[str, str]
    file_name: str = ""
    sha256: bytes = b""


@dataclass(frozen=True)
class Imported:
    """A finished import: what became of each row, and what views must look at again."""

    plan: Plan
    changes: Changes


class RowsRejected(errors.UserError):
    """Some rows cannot be taken and the caller wanted all or nothing, so nothing was written. Carries the plan."""

    def __init__(self, plan: Plan) -> None:
        count = plan.count("rejected")
        super().__init__(
            code="ER011",
            message_en=f"{'1 row was' if count == 1 else f'{count} rows were'} rejected, so nothing was imported.",
            message_zh=f"有 {count} 行被拒绝，未导入任何数据。",
            remedy_en="Mend them (see the reject file), or import the valid rows alone.",
            remedy_zh="请修正这些行（见拒绝文件），或仅导入有效行。",
        )
        self.plan = plan


class _RollBack(Exception):
    """Ends a dry run's transaction without keeping anything."""


def fields(database: Database, goal: Target) -> tuple[ImportField, ...]:
    """The fields that a file for `goal` may fill, named by the dictionary, with the custom ones."""
    with database.read() as session:
        return fields_of(session, goal)


def dry_run(database: Database, batch: Batch, progress: Progress | None = None) -> Plan:
    """What `save` would do. Nothing is kept. Raises `Cancelled`, or UserError where the whole import is refused."""
    plans: list[Plan] = []
    try:
        with database.write() as session:
            plans.append(_carry_out(session, batch, progress or Progress()))
            raise _RollBack
    except _RollBack:
        return plans[0]


def save(database: Database, batch: Batch, progress: Progress | None = None, *, valid_only: bool = False) -> Imported:
    """Write the batch in one transaction: all of it, or with `valid_only` all rows that are in order.

    Raises `RowsRejected` (nothing written), `Cancelled` (nothing written), or UserError.
    """
    progress = progress or Progress()
    with database.write() as session:
        plan = _carry_out(session, batch, progress)
        if plan.count("rejected") and not valid_only:
            raise RowsRejected(plan)
        if plan.count("new") + plan.count("changed"):
            _log(session, batch, plan)
        progress.check()
    return Imported(plan, Changes({topic: frozenset() for topic in batch.target.topics}))


def _carry_out(session: Session, batch: Batch, progress: Progress) -> Plan:
    place = place_of(session)
    planned = plan_rows(session, batch.target, batch.fields, batch.rows, batch.headers, progress)
    written = write_rows(session, batch.target, planned, place, progress)
    return Plan(batch.target.key, batch.fields, [_named(row, batch.headers) for row in written])


def _named(row: PlannedRow, headers: Mapping[str, str]) -> PlannedRow:
    """Faults that came from the database know the field; the file's owner knows the column."""
    if not row.faults:
        return row
    faults = tuple(
        replace(fault, column=headers.get(fault.field, "")) if fault.field and fault.column == fault.field else fault
        for fault in row.faults
    )
    return replace(row, faults=faults)


_LOG = text(
    "insert into erp.import_batch (profile, file_name, sha256, counts, user_id)"
    " values (:profile, :file_name, :sha256, cast(:counts as jsonb), nullif(erp.my_user_id(), 0))"
)


def _log(session: Session, batch: Batch, plan: Plan) -> None:
    session.execute(
        _LOG,
        {
            "profile": batch.target.key,
            "file_name": batch.file_name,
            "sha256": batch.sha256,
            "counts": json.dumps(plan.counts()),
        },
    )


# --- the remembered mapping ------------------------------------------------------------------------------------------

_RECALL = text(
    "select definition from erp.import_mapping"
    " where list_key = :key and name = :name and (user_id = erp.my_user_id() or user_id is null)"
    " order by user_id nulls last limit 1"
)
_REMEMBER = text(
    "insert into erp.import_mapping (user_id, list_key, name, definition)"
    " values (nullif(erp.my_user_id(), 0), :key, :name, cast(:definition as jsonb))"
    " on conflict on constraint import_mapping_name_unique do update set definition = excluded.definition"
)
_LAST = "last"


def recall_mapping(database: Database, goal: Target) -> dict[str, str | None]:
    """Header → field as this person mapped them last; headers of all earlier files together."""
    with database.read() as session:
        found = session.execute(_RECALL, {"key": goal.key, "name": _LAST}).scalar()
    return dict(found["columns"]) if found else {}


def remember_mapping(database: Database, goal: Target, columns: Mapping[str, str | None]) -> None:
    known = recall_mapping(database, goal)
    merged = {**known, **columns}
    if merged == known:
        return
    with database.write() as session:
        session.execute(
            _REMEMBER,
            {"key": goal.key, "name": _LAST, "definition": json.dumps({"columns": merged}, ensure_ascii=False)},
        )


def file_digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
