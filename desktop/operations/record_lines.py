"""The lines of a record: read with what they refer to, told apart, and saved as the whole wanted set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.orm import Session

from db.orm.base import Base
from desktop.operations.record_kinds import LineKind, Record, Reference, Referred, Values

Wanted = tuple[tuple[int | None, Values], ...]
_OUT_OF_THE_WAY = 100_000


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def privileged(session: Session, model: type[Base], columns: Iterable[str], privilege: str) -> frozenset[str]:
    """The columns that the grants give this person: a form leaves others empty (select) or read only (update)."""
    query = text(
        "select c from unnest(cast(:columns as text[])) c where has_column_privilege(:relation, c, :privilege)"
    )
    table = table_of(model)
    found = session.execute(
        query, {"columns": list(columns), "relation": f"{table.schema}.{table.name}", "privilege": privilege}
    )
    return frozenset(found.scalars())


def lookup(session: Session, reference: Reference, ids: Iterable[int]) -> dict[int, Referred]:
    """Code and names of the referred records by id; none where the grants keep that kind from this person."""
    table = table_of(reference.model)
    wanted = {"id", reference.code, reference.name, *([reference.name_zh] if reference.name_zh else [])}
    if not wanted <= privileged(session, reference.model, wanted, "select"):
        return {}
    name_zh = table.c[reference.name_zh] if reference.name_zh else table.c[reference.name]
    query = select(table.c.id, table.c[reference.code], table.c[reference.name], name_zh)
    return {
        row[0]: Referred(row[0], str(row[1]), row[2] or "", row[3])
        for row in session.execute(query.where(table.c.id.in_(list(ids))))
    }


def referred(
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


def load_lines(session: Session, line: LineKind, record_id: int) -> tuple[Record, ...]:
    table = table_of(line.model)
    readable = privileged(session, line.model, line.columns, "select")
    wanted = dict.fromkeys([*([line.identity] if line.identity in table.c else []), *line.columns])
    columns = [table.c[name] for name in wanted if name in readable or name == line.identity]
    query = select(*columns).where(table.c[line.parent] == record_id).order_by(table.c[line.order])
    if line.retire:
        query = query.where(table.c.retired_on.is_(None))
    if not _may_read(session, line, (line.identity, line.parent, line.order)):
        return ()
    hidden = dict.fromkeys(name for name in line.columns if name not in readable)
    rows = [{**row, **hidden} for row in session.execute(query).mappings()]
    meanings = referred(session, line.references, rows)
    return tuple(
        Record(
            kind=line.name,
            id=row.get(line.identity),
            version=0,
            values={name: row[name] for name in line.columns},
            referred=meanings.get(i, {}),
        )
        for i, row in enumerate(rows)
    )


def _may_read(session: Session, line: LineKind, columns: Iterable[str]) -> bool:
    """Whether the grants let this person find the lines at all: prices of a contract are not for everybody."""
    wanted = frozenset(columns)
    return wanted <= privileged(session, line.model, wanted, "select")


def line_rights(session: Session, line: LineKind) -> tuple[bool, frozenset[str]]:
    """Whether this person may add lines, and which of their columns he may change, by the grants."""
    if line.read_only:
        return False, frozenset()
    columns = [name for name in line.columns if name not in line.derived]
    adds = line.parent in privileged(session, line.model, (line.parent,), "insert")
    return adds, privileged(session, line.model, columns, "update") | (
        privileged(session, line.model, columns, "insert") if adds else frozenset()
    )


def same_lines(first: Iterable[Record], second: Iterable[Record]) -> bool:
    """Whether two readings of a record's lines say the same."""
    return [(each.id, dict(each.values)) for each in first] == [(each.id, dict(each.values)) for each in second]


def save_lines(session: Session, line: LineKind, record_id: int, wanted: Wanted, present: Iterable[Record]) -> None:
    """Make the lines be what is wanted: only what differs is written, so that a narrow grant suffices."""
    table = table_of(line.model)
    before = {each.id: each.values for each in present}
    rows = [_named(line, identity, values) for identity, values in wanted]
    kept = [identity for identity, _ in rows if identity in before]
    _remove(session, line, record_id, [each for each in before if each is not None and each not in kept])
    moved = line.numbered and kept != [each for each in before if each in kept]
    if moved:
        # Out of the way first, so that two lines can change places under the unique line number.
        mine = (table.c[line.parent] == record_id) & table.c[line.identity].in_(kept)
        session.execute(update(table).where(mine).values(line_no=table.c.line_no + _OUT_OF_THE_WAY))
    renumbered = moved or len(kept) != len(before)
    for position, (identity, given) in enumerate(rows, start=1):
        if identity not in before:
            number = {"line_no": position} if line.numbered else {}
            values = {name: value for name, value in given.items() if value is not None}
            session.execute(insert(table).values({**values, **number, line.parent: record_id}))
            continue
        changed = {name: value for name, value in given.items() if value != before[identity].get(name)}
        if line.numbered and renumbered:
            changed["line_no"] = position
        if changed:
            mine = (table.c[line.parent] == record_id) & (table.c[line.identity] == identity)
            session.execute(update(table).where(mine).values(changed))


def _named(line: LineKind, identity: int | None, given: Values) -> tuple[int | None, dict[str, Any]]:
    """A line's identity and its own values; where a reference tells the lines apart, the reference decides."""
    values = {name: value for name, value in given.items() if name in line.columns and name not in line.derived}
    return (identity if line.identity == "id" else values.get(line.identity)), values


def _remove(session: Session, line: LineKind, record_id: int, gone: list[int]) -> None:
    if not gone:
        return
    table = table_of(line.model)
    mine = (table.c[line.parent] == record_id) & table.c[line.identity].in_(gone)
    if line.retire:
        session.execute(update(table).where(mine).values(retired_on=date.today()))
    else:
        session.execute(delete(table).where(mine))
