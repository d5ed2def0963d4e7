"""Open and save one record with its lines: what every form needs and no form should repeat.

A `RecordKind` declares which columns a form reads and writes, which of them refer to other records and which lines
belong to it. Loading gives an immutable `Record`; saving compares versions, writes only what was changed and returns the
record as it now is. The rules themselves are the database's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.orm import Session

from db.errors import UserError
from db.orm.base import Base
from db.session import Database
from desktop.domain.changes import Changes

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key of a form: shown as code and name, picked by F7 from the list `lookup`."""

    model: type[Base]
    lookup: str
    code: str = "code"
    name: str = "name"
    name_zh: str | None = "name_zh"


@dataclass(frozen=True, kw_only=True)
class LineKind:
    """Lines that belong to a record and are saved with it; `read_only` ones are shown but never written."""

    name: str
    model: type[Base]
    parent: str
    columns: tuple[str, ...]
    order: str
    references: Mapping[str, Reference] = field(default_factory=dict)
    numbered: bool = False  # line_no is given by position
    derived: frozenset[str] = frozenset()  # shown, but worked out by the database
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordKind:
    """One kind of form. `reads` are shown only; `writes` may be edited where the user's grants allow it."""

    key: str
    model: type[Base]
    title: str  # the column that names the record in a tab: code or number
    writes: tuple[str, ...]
    reads: tuple[str, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    lines: tuple[LineKind, ...] = ()
    fills: tuple[str, ...] = ()  # left to the database when empty on insert: number, due_at


@dataclass(frozen=True)
class Referred:
    """A record that another one points to."""

    id: int
    code: str
    name: str
    name_zh: str | None


@dataclass(frozen=True)
class Record:
    """One record as read: plain values, what its foreign keys mean, and its lines. A new one has no id."""

    kind: str
    id: int | None
    version: int
    values: Values
    referred: Mapping[str, Referred] = field(default_factory=dict)
    lines: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    writable: frozenset[str] = frozenset()

    def title(self, kind: RecordKind) -> str:
        return str(self.values.get(kind.title) or "")


@dataclass(frozen=True)
class Draft:
    """What a form wants to save: changed values, and per kind of line the whole wanted set in order.

    A line is ``(id or None, values)``; lines that are left out are removed. `base` holds the values that the user saw,
    so that a conflict can show mine, theirs and base.
    """

    values: Values
    lines: Mapping[str, tuple[tuple[int | None, Values], ...]] = field(default_factory=dict)
    base: Values = field(default_factory=dict)


@dataclass(frozen=True)
class FieldConflict:
    field: str
    mine: Any
    theirs: Any
    base: Any


class ChangedMeanwhile(UserError):
    """A colleague saved the record since it was read. Carries who, when, the fields at odds and the new record."""

    def __init__(self, *, by: str, at: datetime | None, conflicts: tuple[FieldConflict, ...], record: Record) -> None:
        super().__init__(
            code="ER003",
            message_en=f"This record was changed by {by or 'a colleague'} while you were editing it.",
            message_zh=f"您编辑期间，{by or '同事'}已修改了此记录。",
            remedy_en="Choose for each field: keep mine, or take theirs.",
            remedy_zh="请逐项选择：保留我的，或采用对方的。",
        )
        self.by = by
        self.at = at
        self.conflicts = conflicts
        self.record = record


class RecordNotFound(UserError):
    """It does not exist, or it lies outside the units that this person may see."""

    def __init__(self) -> None:
        super().__init__(
            code="ER004",
            message_en="This record does not exist or belongs to a unit that you may not see.",
            message_zh="此记录不存在，或属于您无权查看的组织单元。",
            remedy_en="Ask your administrator if you need access to that unit.",
            remedy_zh="如需查看该单元，请联系系统管理员。",
        )


def load(database: Database, kind: RecordKind, record_id: int) -> Record:
    """Read one record with its lines. Raises RecordNotFound."""
    with database.read() as session:
        return _load(session, kind, record_id)


def blank(database: Database, kind: RecordKind, values: Values | None = None) -> Record:
    """A new record to fill in, with what the caller already knows (the asset of a new work order)."""
    given = dict.fromkeys((*kind.reads, *kind.writes)) | dict(values or {})
    with database.read() as session:
        return Record(
            kind=kind.key,
            id=None,
            version=0,
            values=given,
            referred=_referred(session, kind.references, [given]).get(0, {}),
            lines={line.name: () for line in kind.lines},
            writable=_privileged(session, kind.model, kind.writes, "insert"),
        )


def save(database: Database, kind: RecordKind, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save a form in one transaction. Raises ChangedMeanwhile, RecordNotFound, or the rule that was broken."""
    table = _table(kind.model)
    with database.write() as session:
        record_id = record.id
        if record_id is None:
            record_id = _insert(session, kind, draft)
        elif draft.values:
            _update(session, kind, record, draft)
        touched = {table.name: [record_id]}
        for line in kind.lines:
            if line.name in draft.lines and not line.read_only:
                _save_lines(session, line, record_id, draft.lines[line.name])
                touched[_table(line.model).name] = []
        saved = _load(session, kind, record_id)
    return saved, Changes.of(**touched)


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _load(session: Session, kind: RecordKind, record_id: int) -> Record:
    table = _table(kind.model)
    wanted = tuple(dict.fromkeys((*kind.reads, *kind.writes)))
    readable = _privileged(session, kind.model, wanted, "select")
    names = ["id", *(name for name in wanted if name in readable)]
    versioned = "version" in table.c
    columns = [table.c[name] for name in names] + ([table.c.version] if versioned else [])
    found = session.execute(select(*columns).where(table.c.id == record_id)).mappings().one_or_none()
    if found is None:
        raise RecordNotFound
    values = {name: found[name] if name in readable else None for name in wanted}
    return Record(
        kind=kind.key,
        id=record_id,
        version=found["version"] if versioned else 0,
        values=values,
        referred=_referred(session, kind.references, [values]).get(0, {}),
        lines={line.name: _load_lines(session, line, record_id) for line in kind.lines},
        writable=_privileged(session, kind.model, kind.writes, "update"),
    )


def _load_lines(session: Session, line: LineKind, record_id: int) -> tuple[Record, ...]:
    table = _table(line.model)
    readable = _privileged(session, line.model, line.columns, "select")
    wanted = [*(["id"] if "id" in table.c else []), *(name for name in line.columns if name in readable)]
    query = select(*(table.c[name] for name in wanted)).where(table.c[line.parent] == record_id)
    hidden = dict.fromkeys(name for name in line.columns if name not in readable)
    rows = [{**row, **hidden} for row in session.execute(query.order_by(table.c[line.order])).mappings()]
    referred = _referred(session, line.references, rows)
    return tuple(
        Record(kind=line.name, id=row.pop("id", None), version=0, values=row, referred=referred.get(i, {}))
        for i, row in enumerate(rows)
    )


def _referred(
    session: Session, references: Mapping[str, Reference], rows: list[dict[str, Any]]
) -> dict[int, dict[str, Referred]]:
    """For each row what its foreign keys mean: one query per referred table, not one per row."""
    found: dict[int, dict[str, Referred]] = {}
    for column, reference in references.items():
        ids = {row[column] for row in rows if row.get(column) is not None}
        if not ids:
            continue
        meanings = lookup(session, reference, ids)
        for i, row in enumerate(rows):
            if row.get(column) in meanings:
                found.setdefault(i, {})[column] = meanings[row[column]]
    return found


def lookup(session: Session, reference: Reference, ids: Iterable[int]) -> dict[int, Referred]:
    """Code and names of the referred records by id."""
    table = _table(reference.model)
    name_zh = table.c[reference.name_zh] if reference.name_zh else table.c[reference.name]
    query = select(table.c.id, table.c[reference.code], table.c[reference.name], name_zh)
    return {
        row[0]: Referred(row[0], str(row[1]), row[2] or "", row[3])
        for row in session.execute(query.where(table.c.id.in_(list(ids))))
    }


def _privileged(session: Session, model: type[Base], columns: tuple[str, ...], privilege: str) -> frozenset[str]:
    """The columns that the grants give this person: a form leaves others empty (select) or read only (update)."""
    query = text("select c from unnest(cast(:columns as text[])) c where has_column_privilege(:relation, c, :privilege)")
    table = _table(model)
    found = session.execute(
        query, {"columns": list(columns), "relation": f"{table.schema}.{table.name}", "privilege": privilege}
    )
    return frozenset(found.scalars())


def _insert(session: Session, kind: RecordKind, draft: Draft) -> int:
    table = _table(kind.model)
    values = {name: value for name, value in draft.values.items() if name in table.c and value is not None}
    for name in kind.fills:
        if name in table.c and not table.c[name].nullable:
            values.setdefault(name, "")
    if "company_id" in table.c and "company_id" not in values:
        values["company_id"] = _company_of(session, values.get("org_unit_id"))
    return int(session.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def _company_of(session: Session, org_unit_id: int | None) -> int | None:
    query = "select company_id from erp.org_unit where id = :unit" if org_unit_id else "select min(id) from erp.company"
    return cast("int | None", session.execute(text(query), {"unit": org_unit_id} if org_unit_id else {}).scalar())


def _update(session: Session, kind: RecordKind, record: Record, draft: Draft) -> None:
    table = _table(kind.model)
    values = {name: value for name, value in draft.values.items() if name in kind.writes}
    if not values:
        return
    statement = update(table).where(table.c.id == record.id, table.c.version == record.version).values(values)
    if session.execute(statement.returning(table.c.id)).first() is None:
        raise _conflict(session, kind, record, draft)


def _conflict(session: Session, kind: RecordKind, record: Record, draft: Draft) -> UserError:
    if record.id is None:
        return RecordNotFound()
    theirs = _load(session, kind, record.id)
    if theirs.version == record.version:
        # Seen but not updated although nobody changed it: the row is readable here, writable elsewhere.
        return UserError(
            code="ER001",
            message_en="You may read this record but not change it.",
            message_zh="您可以查看此记录，但无权修改。",
            remedy_en="Ask a colleague of its unit, or your administrator.",
            remedy_zh="请联系该单元的同事或系统管理员。",
        )
    table = _table(kind.model)
    stamp = session.execute(
        text(
            f"select r.updated_at, u.display_name from {table.schema}.{table.name} r"  # noqa: S608 - names of our own
            " left join erp.app_user u on u.id = r.updated_by where r.id = :id"
        ),
        {"id": record.id},
    ).one_or_none()
    base = {**record.values, **draft.base}
    conflicts = tuple(
        FieldConflict(name, value, theirs.values.get(name), base.get(name))
        for name, value in draft.values.items()
        if theirs.values.get(name) != base.get(name) and theirs.values.get(name) != value
    )
    return ChangedMeanwhile(
        by=(stamp[1] or "") if stamp else "", at=stamp[0] if stamp else None, conflicts=conflicts, record=theirs
    )


def _save_lines(
    session: Session, line: LineKind, record_id: int, wanted: tuple[tuple[int | None, Values], ...]
) -> None:
    table = _table(line.model)
    kept = [line_id for line_id, _ in wanted if line_id is not None]
    session.execute(delete(table).where(table.c[line.parent] == record_id, table.c.id.not_in(kept)))
    if line.numbered and kept:
        # Out of the way first, so that two lines can change places under the unique line number.
        mine = (table.c[line.parent] == record_id) & table.c.id.in_(kept)
        session.execute(update(table).where(mine).values(line_no=table.c.line_no + 100_000))
    for position, (line_id, given) in enumerate(wanted, start=1):
        values = {name: value for name, value in given.items() if name in line.columns and name not in line.derived}
        if line.numbered:
            values["line_no"] = position
        if line_id is None:
            session.execute(insert(table).values({**values, line.parent: record_id}))
        elif values:
            session.execute(
                update(table).where(table.c.id == line_id, table.c[line.parent] == record_id).values(values)
            )
