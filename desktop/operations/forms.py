"""What a form needs besides its record: how its fields are called and typed, and what its references offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    any_,
    cast,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from db.orm.base import Base
from db.session import Database
from desktop.domain.text import Language
from desktop.operations.encryption import is_sealed
from desktop.operations.records import LineKind, RecordKind, Reference, Referred

FieldKind = Literal[
    "text",
    "code",
    "integer",
    "money",
    "price",
    "percent",
    "date",
    "datetime",
    "boolean",
    "choice",
    "reference",
    "sealed",
    "other",
]
_CODES = frozenset({"code", "number", "serial_number", "barcode", "tax_number", "badge"})
_PERCENT = frozenset({"discount_rate", "tax_rate", "margin_target", "recount_rate"})


@dataclass(frozen=True)
class FieldInfo:
    """One field as one reader sees it. `source` is its dictionary name for F1; `choices` are (value, label) pairs."""

    key: str
    kind: FieldKind
    label: str
    source: str
    meaning: str = ""
    required: bool = False  # neither in the database nor by the reader may it be empty
    choices: tuple[tuple[str, str], ...] = ()
    places: int = 0
    custom: bool = False


@dataclass(frozen=True)
class FormInfo:
    """The fields of a form and, by name, of its lines. What the reader's job may not read is not among them."""

    fields: Mapping[str, FieldInfo]
    lines: Mapping[str, Mapping[str, FieldInfo]]


SEARCH_LIMIT = 5000
Choices = tuple[tuple[str, str], ...]
InfoMaker = Callable[[Table, Column[Any], Mapping[str, Reference]], FieldInfo]

_ENTRIES = text(
    "select table_name, column_name, label, label_zh, meaning, meaning_zh, allowed"
    " from erp.dictionary_entry where table_name = any (:tables)"
)
_CUSTOM = text(
    "select key, kind, label, label_zh, meaning, meaning_zh, choices, unit, required from erp.custom_field"
    " where table_name = :table and active order by position, key"
)
_CLOSED = text("""
    select c.relation, c.name
    from unnest(cast(:tables as text[]), cast(:columns as text[])) as c (relation, name)
    where not has_column_privilege('erp.' || c.relation, c.name, 'select')
""")
_CUSTOM_KINDS: dict[str, FieldKind] = {"decimal": "price", "text": "text"}


def describe(database: Database, kind: RecordKind, language: Language) -> FormInfo:
    """Labels, types and choices of a form's fields, from the data dictionary, in the reader's language."""
    tables = {_table(kind.model).name, *(_table(line.model).name for line in kind.lines)}
    with database.read() as session:
        entries = {
            (row.table_name, row.column_name): row for row in session.execute(_ENTRIES, {"tables": list(tables)})
        }
        custom = session.execute(_CUSTOM, {"table": _table(kind.model).name}).all()
        closed = _closed(session, kind)
        catalogues = {key: _catalogue(session, model, language) for key, model in kind.catalogues.items()}
        within = {
            line.name: {key: _catalogue(session, model, language) for key, model in line.catalogues.items()}
            for line in kind.lines
        }
    zh = language == "zh"

    def info(table: Table, column: Column[Any], references: Mapping[str, Reference]) -> FieldInfo:
        entry = entries.get((table.name, column.name))
        return FieldInfo(
            key=column.name,
            kind=_kind(column, bool(entry and entry.allowed), column.name in references),
            label=_label(entry, zh, column.name),
            source=f"{table.name}.{column.name}",
            meaning=(entry.meaning_zh if zh else entry.meaning) if entry else "",
            required=not column.nullable and not isinstance(column.type, Boolean),
            choices=_choices(entry.allowed if entry else None, language),
            places=column.type.scale or 0 if isinstance(column.type, Numeric) else 0,
        )

    table = _table(kind.model)
    fields = {
        name: info(table, table.c[name], kind.references)
        for name in (*kind.reads, *kind.writes)
        if (table.name, name) not in closed
    }
    for key, choices in catalogues.items():
        fields[key] = replace(fields[key], kind="choice", choices=choices)
    for row in custom:
        key = f"custom.{row.key}"
        fields[key] = FieldInfo(
            key=key,
            kind=_CUSTOM_KINDS.get(row.kind, row.kind),
            label=(row.label_zh if zh else row.label) + (f", {row.unit}" if row.unit else ""),
            source=f"{table.name}.{key}",
            meaning=row.meaning_zh if zh else row.meaning,
            required=row.required,
            choices=tuple((choice, choice) for choice in row.choices),
            places=4 if row.kind == "decimal" else 2,
            custom=True,
        )
    lines = {line.name: _line_fields(line, info, within[line.name]) for line in kind.lines}
    for line in kind.lines:
        of = _table(line.model).name
        lines[line.name] = {key: each for key, each in lines[line.name].items() if (of, key) not in closed}
    return FormInfo(fields=fields, lines=lines)


def _closed(session: Session, kind: RecordKind) -> frozenset[tuple[str, str]]:
    """(table, column) of what the reader's job may not read. A sealed value is closed by its key, and stands there."""
    places = [
        *((_table(kind.model).name, name) for name in (*kind.reads, *kind.writes)),
        *((_table(line.model).name, name) for line in kind.lines for name in line.columns),
    ]
    tables, columns = [table for table, _ in places], [name for _, name in places]
    rows = session.execute(_CLOSED, {"tables": tables, "columns": columns})
    return frozenset((row.relation, row.name) for row in rows if not is_sealed(row.name))


def _catalogue(session: Session, model: type[Base], language: Language) -> tuple[tuple[str, str], ...]:
    """The entries of a small table as (code, name) pairs."""
    table = _table(model)
    name = func.coalesce(table.c.name_zh, table.c.name) if language == "zh" else table.c.name
    return tuple((row[0], str(row[1])) for row in session.execute(select(table.c.code, name).order_by(table.c.code)))


def _line_fields(line: LineKind, info: InfoMaker, catalogues: Mapping[str, Choices]) -> dict[str, FieldInfo]:
    table = _table(line.model)
    found = {name: info(table, table.c[name], line.references) for name in line.columns}
    return found | {key: replace(found[key], kind="choice", choices=each) for key, each in catalogues.items()}


def _table(model: type[Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


def _label(entry: Any, zh: bool, name: str) -> str:
    if entry is None:
        return name.removesuffix("_id").replace("_", " ").capitalize()
    return str(entry.label_zh if zh else entry.label)


def _choices(allowed: object, language: Language) -> tuple[tuple[str, str], ...]:
    if not isinstance(allowed, Mapping):
        return ()
    return tuple((value, str(names.get(language, value))) for value, names in allowed.items())


def _kind(column: Column[Any], has_choices: bool, is_reference: bool) -> FieldKind:
    if is_reference:
        return "reference"
    if is_sealed(column.name):
        return "sealed"
    if has_choices:
        return "choice"
    if column.name in _PERCENT:
        return "percent"
    if column.name in _CODES:
        return "code"
    kinds: tuple[tuple[type | tuple[type, ...], FieldKind], ...] = (
        (Boolean, "boolean"),
        (DateTime, "datetime"),
        (Date, "date"),
        ((Integer, BigInteger, SmallInteger), "integer"),
        (Text, "text"),
    )
    if isinstance(column.type, Numeric):
        return "money" if column.type.scale == 2 else "price"
    for types, kind in kinds:
        if isinstance(column.type, types):
            return kind
    return "other"


def find(
    database: Database,
    reference: Reference,
    typed: str,
    *,
    where: Mapping[str, object] | None = None,
    limit: int = 20,
) -> tuple[Referred, ...]:
    """Records that a reference field offers for what was typed: by code first, then by name or pinyin initials.

    `where` narrows by equal columns: causes of one problem, assets of one site.
    """
    table = _table(reference.model)
    code, name = table.c[reference.code], table.c[reference.name]
    name_zh = table.c[reference.name_zh] if reference.name_zh else name
    query = select(table.c.id, code, name, name_zh)
    for column, value in (where or {}).items():
        query = query.where(table.c[column] == value)
    if "retired_on" in table.c:
        query = query.where(or_(table.c.retired_on.is_(None), table.c.retired_on > func.current_date()))
    if typed:
        if "search_key" in table.c:
            hits = select(func.api.search(table.name, typed, SEARCH_LIMIT)).scalar_subquery()
            query = query.where(table.c.id == any_(cast(hits, ARRAY(BigInteger))))
        else:
            pattern = f"%{_escaped(typed)}%"
            query = query.where(or_(code.ilike(pattern), name.ilike(pattern), name_zh.ilike(pattern)))
    starts = code.ilike(f"{_escaped(typed)}%")
    with database.read() as session:
        rows = session.execute(query.order_by(starts.desc(), code, table.c.id).limit(limit))
        return tuple(Referred(row[0], str(row[1]), row[2] or "", row[3]) for row in rows)


def _escaped(typed: str) -> str:
    """What was typed, literally: % and _ are no wildcards in a user's hands."""
    return typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
