"""Open and save one record with its lines: what every form needs and no form should repeat.

A `RecordKind` declares which columns a form reads and writes, which of them refer to other records and which lines
belong to it. Loading gives an immutable `Record`; saving compares with what the user saw, writes only what was changed
and returns the record as it now is. What two people changed apart from each other is merged; what they changed
differently is a `ChangedMeanwhile`. The rules themselves are the database's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.orm import Session

from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import encryption
from desktop.operations.record_kinds import (
    ChangedMeanwhile,
    Draft,
    FieldConflict,
    LineKind,
    NotYoursToChange,
    Record,
    RecordKind,
    RecordNotFound,
    Reference,
    Referred,
    Values,
)
from desktop.operations.record_lines import (
    line_rights,
    load_lines,
    lookup,
    privileged,
    referred,
    same_lines,
    save_lines,
    table_of,
)

__all__ = [
    "ChangedMeanwhile", "Draft", "FieldConflict", "LineKind", "NotYoursToChange", "Record", "RecordKind",
    "RecordNotFound", "Reference", "Referred", "Values", "blank", "load", "lookup", "save",
]  # fmt: skip

_DEFAULTS = text("""
    select a.attname, pg_get_expr(d.adbin, d.adrelid) as expression
    from pg_attribute a
    join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = cast(:relation as regclass) and a.attgenerated = '' and a.attname = any (:columns)
""")


def load(database: Database, kind: RecordKind, record_id: int) -> Record:
    """Read one record with its lines. Raises RecordNotFound."""
    with database.read() as session:
        return _load(session, kind, record_id)


def blank(database: Database, kind: RecordKind, values: Values | None = None) -> Record:
    """A new record to fill in: the database's defaults, the person's own unit, and what the caller already knows."""
    with database.read() as session:
        writable = _enterable(session, kind)
        given = dict.fromkeys((*kind.reads, *kind.writes)) | _defaults(session, kind) | dict(values or {})
        if "org_unit_id" in kind.writes and given["org_unit_id"] is None:
            given["org_unit_id"] = session.execute(text("select (erp.my_home_units())[1]")).scalar()
        return _with_line_rights(
            session,
            kind,
            Record(
                kind=kind.key,
                id=None,
                version=0,
                values=given,
                referred=referred(session, kind.references, [given]).get(0, {}),
                lines={line.name: () for line in kind.lines},
                writable=writable,
            ),
        )


def save(database: Database, kind: RecordKind, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save a form in one transaction. Raises ChangedMeanwhile, RecordNotFound, or the rule that was broken."""
    table = table_of(kind.model)
    with database.write() as session:
        present: Record | None = None
        record_id = record.id
        if record_id is None:
            record_id = _insert(session, kind, record, draft)
        else:
            present = _unchanged(session, kind, record, draft)
            _update(session, kind, present, draft, record)
        touched = {table.name: [record_id]}
        for line in kind.lines:
            if line.name in draft.lines and not line.read_only:
                before = present.lines[line.name] if present is not None else ()
                save_lines(session, line, record_id, draft.lines[line.name], before)
                touched[table_of(line.model).name] = []
        saved = _load(session, kind, record_id)
    return saved, Changes.of(**touched)


def _load(session: Session, kind: RecordKind, record_id: int) -> Record:
    table = table_of(kind.model)
    wanted = tuple(dict.fromkeys((*kind.reads, *kind.writes)))
    readable = privileged(session, kind.model, wanted, "select")
    names = ["id", *(name for name in wanted if name in readable)]
    versioned = "version" in table.c
    columns = [table.c[name] for name in names] + ([table.c.version] if versioned else [])
    found = session.execute(select(*columns).where(table.c.id == record_id)).mappings().one_or_none()
    if found is None:
        raise RecordNotFound
    plain = {name: found[name] if name in readable else None for name in wanted}
    values = encryption.open_values(session, table.name, record_id, plain)
    record = Record(
        kind=kind.key,
        id=record_id,
        version=found["version"] if versioned else 0,
        values=values,
        referred=referred(session, kind.references, [values]).get(0, {}),
        lines={line.name: load_lines(session, line, record_id) for line in kind.lines},
    )
    if not _in_my_units(session, kind, record_id):
        return record
    return _with_line_rights(
        session, kind, replace(record, writable=privileged(session, kind.model, kind.writes, "update"))
    )


def _enterable(session: Session, kind: RecordKind) -> frozenset[str]:
    """The columns that this person may fill in a new record."""
    if kind.entered_by is None:
        return privileged(session, kind.model, kind.writes, "insert")
    query = text("select has_function_privilege(:function, 'execute')")
    may = session.execute(query, {"function": kind.entered_by}).scalar()
    sealed = [name for name in kind.writes if encryption.is_sealed(name)]
    closed = frozenset(sealed) - privileged(session, kind.model, sealed, "update")
    return frozenset(kind.writes) - closed if may else frozenset()


def _with_line_rights(session: Session, kind: RecordKind, record: Record) -> Record:
    rights = {line.name: line_rights(session, line) for line in kind.lines}
    return replace(
        record,
        line_writes={name: columns for name, (_, columns) in rights.items()},
        line_inserts=frozenset(name for name, (adds, _) in rights.items() if adds),
    )


def _in_my_units(session: Session, kind: RecordKind, record_id: int) -> bool:
    """Whether the record lies where this person may write, as its policy will ask."""
    table = table_of(kind.model)
    if kind.linked is not None:
        link, key = kind.linked
        query = f"select 1 from erp.{link} r where r.{key} = :id and r.org_unit_id = any (erp.my_write_units()) limit 1"
    elif "org_unit_id" in table.c:
        query = f"select 1 from erp.{table.name} r where r.id = :id and r.org_unit_id = any (erp.my_write_units())"
    else:
        return True
    return session.execute(text(query), {"id": record_id}).first() is not None


def _defaults(session: Session, kind: RecordKind) -> dict[str, Any]:
    """What the database would put into the columns of a new row that are left out: a form shows it beforehand."""
    table = table_of(kind.model)
    found = session.execute(_DEFAULTS, {"relation": f"{table.schema}.{table.name}", "columns": list(kind.writes)}).all()
    if not found:
        return {}
    wanted = ", ".join(f'{row.expression} as "{row.attname}"' for row in found)
    return dict(session.execute(text(f"select {wanted}".replace(":", "\\:"))).mappings().one())


def _insert(session: Session, kind: RecordKind, record: Record, draft: Draft) -> int:
    table = table_of(kind.model)
    given = {**record.values, **draft.values}
    values = {name: given[name] for name in kind.writes if name in record.writable and given.get(name) is not None}
    for name in kind.fills:
        if name in table.c and not table.c[name].nullable:
            values.setdefault(name, "")
    if "company_id" in table.c:
        values["company_id"] = _company_of(session, values.get("org_unit_id"))
    sealed = {name: values.pop(name) for name in list(values) if encryption.is_sealed(name)}
    record_id = int(session.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
    write_sealed(session, table, record_id, sealed)
    return record_id


def write_sealed(session: Session, table: Table, record_id: int, values: Values) -> None:
    """The sealed values of a new record: their seal covers its id, so they follow when it has one."""
    if values:
        sealed = encryption.seal_values(session, table.name, record_id, values)
        session.execute(update(table).where(table.c.id == record_id).values(sealed))


def _company_of(session: Session, org_unit_id: int | None) -> int | None:
    query = "select company_id from erp.org_unit where id = :unit" if org_unit_id else "select min(id) from erp.company"
    return cast("int | None", session.execute(text(query), {"unit": org_unit_id} if org_unit_id else {}).scalar())


def _unchanged(session: Session, kind: RecordKind, record: Record, draft: Draft) -> Record:
    """The record as it is now, locked against other forms; raises ChangedMeanwhile where both changed the same."""
    table = table_of(kind.model)
    session.execute(text("select api.hold_record(:table, :id)"), {"table": table.name, "id": record.id})
    present = _load(session, kind, record.id or 0)
    conflicts = (*_value_conflicts(kind, record, present, draft), *_line_conflicts(kind, record, present, draft))
    if conflicts:
        by, at = _last_change(session, table.name, record.id or 0)
        raise ChangedMeanwhile(by=by, at=at, conflicts=conflicts, record=present)
    return present


def _value_conflicts(kind: RecordKind, record: Record, present: Record, draft: Draft) -> tuple[FieldConflict, ...]:
    base = {**record.values, **draft.base}
    plain = tuple(
        FieldConflict(name, value, present.values.get(name), base.get(name))
        for name, value in draft.values.items()
        if name in kind.writes and name != "custom"
        and present.values.get(name) != base.get(name)
        and present.values.get(name) != value
    )  # fmt: skip
    mine, theirs, seen = (values.get("custom") or {} for values in (draft.values, present.values, base))
    return plain + tuple(
        FieldConflict(f"custom.{key}", value, theirs.get(key), seen.get(key))
        for key, value in mine.items()
        if value != seen.get(key) and theirs.get(key) != seen.get(key) and theirs.get(key) != value
    )


def _line_conflicts(kind: RecordKind, record: Record, present: Record, draft: Draft) -> tuple[FieldConflict, ...]:
    return tuple(
        FieldConflict(f"lines.{name}", len(wanted), len(present.lines[name]), len(record.lines.get(name, ())))
        for name, wanted in draft.lines.items()
        if not same_lines(record.lines.get(name, ()), present.lines[name])
    )


def _last_change(session: Session, table: str, record_id: int) -> tuple[str, datetime | None]:
    """Who changed the record last, and when: the lines of a record count as well as itself."""
    stamp = session.execute(
        text("select h.display_name, h.at from api.history(:table, :id, 1) h"), {"table": table, "id": record_id}
    ).one_or_none()
    return ((stamp[0] or ""), stamp[1]) if stamp else ("", None)


def _update(session: Session, kind: RecordKind, present: Record, draft: Draft, record: Record) -> None:
    table = table_of(kind.model)
    values = {name: value for name, value in draft.values.items() if name in kind.writes}
    if "custom" in values:
        seen = {**record.values, **draft.base}.get("custom") or {}
        mine = {key: value for key, value in (values["custom"] or {}).items() if value != seen.get(key)}
        values["custom"] = {**(present.values.get("custom") or {}), **mine}
    if not values:
        return
    wanted = update(table).where(table.c.id == present.id)
    if "version" in table.c:
        wanted = wanted.where(table.c.version == present.version)
    values = encryption.seal_values(session, table.name, present.id or 0, values)
    if session.execute(wanted.values(values).returning(table.c.id)).first() is None:
        raise NotYoursToChange
