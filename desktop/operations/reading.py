"""How one reader sees a list: his columns, labels, rights, custom fields, day and zone; asked once per open list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, Connection, Join, bindparam, select, text
from sqlalchemy.schema import Column as TableColumn
from sqlalchemy.sql import coercions, visitors
from sqlalchemy.sql import roles as sql_roles

from db import dictionary
from db.orm.dictionary import DictionaryEntry
from db.orm.platform import CustomField
from db.session import Database
from desktop.domain.matching import Words
from desktop.domain.text import Language
from desktop.lists.compile import Listing, custom_column, joined
from desktop.lists.query import ColumnInfo
from desktop.lists.spec import Column, Kind, ListSpec

_WHO = text("""
    select coalesce(erp.my_user_id(), 0) as user_id,
           coalesce((select u.user_name from erp.app_user u where u.id = erp.my_user_id()), session_user) as user_name,
           coalesce((select c.time_zone from erp.company c order by c.id limit 1), 'Asia/Shanghai') as zone,
           coalesce((select c.currency from erp.company c order by c.id limit 1), 'CNY') as currency,
           cardinality(erp.my_units()) as units, clock_timestamp() as now
""")
_RIGHTS = text("""
    select p.relation, p.attribute,
           has_column_privilege(p.relation, p.attribute, 'SELECT') as seen,
           has_column_privilege(p.relation, p.attribute, 'UPDATE') as written
    from unnest(cast(:tables as text[]), cast(:columns as text[])) as p (relation, attribute)
""").bindparams(bindparam("tables"), bindparam("columns"))
_ROLES = text("select erp.my_roles()")


_AMOUNTS = frozenset({Kind.MONEY, Kind.PRICE})


class ListHidden(LookupError):
    """The reader's job does not see this list, or lacks a grant on a table that it joins."""


@dataclass(frozen=True)
class Reader:
    """Who reads and when: `units` counts those in sight, `ahead` is how far the server's clock is before ours."""

    user_id: int
    user_name: str
    units: int
    zone: ZoneInfo
    ahead: timedelta
    currency: str = ""

    def words(self) -> Words:
        today = (datetime.now(UTC) + self.ahead).astimezone(self.zone).date()
        return Words(today, self.zone, self.user_id, self.user_name)


@dataclass(frozen=True)
class View:
    """What `look` found out: the listing and how its columns appear."""

    reader: Reader
    listing: Listing
    infos: tuple[ColumnInfo, ...]


@contextmanager
def connected(database: Database) -> Iterator[Connection]:
    """A short reading transaction."""
    with database.read() as session:
        yield session.connection()


def reader_of(connection: Connection) -> Reader:
    """Who this connection is. The installation's owner, who is nobody in erp.app_user, has the id 0."""
    row = connection.execute(_WHO).one()
    try:
        zone = ZoneInfo(row.zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("Asia/Shanghai")
    return Reader(row.user_id, row.user_name, row.units, zone, row.now - datetime.now(UTC), row.currency)


def may_see(spec: ListSpec, roles: frozenset[str], *, owner: bool) -> bool:
    """Whether somebody with these jobs has the list. The installation's owner has every list."""
    return owner or not spec.roles or bool(spec.roles & roles)


def look(connection: Connection, spec: ListSpec, language: Language) -> View:
    """How the list appears to the connection's user. Raises ListHidden where it does not."""
    reader = reader_of(connection)
    roles = frozenset(connection.execute(_ROLES).scalar_one())
    if not may_see(spec, roles, owner=reader.user_id == 0):
        raise ListHidden(spec.key)
    customs = _custom_fields(connection, spec)
    columns = {column.key: column for column in spec.columns}
    for custom in customs:
        column = custom_column(spec, custom.key, custom.kind)
        columns[column.key] = column
    everything = Listing(spec, columns, language, reader.words())
    rights = _rights(connection, everything)
    if not all(rights[place][0] for place in _always_read(spec)):
        raise ListHidden(spec.key)
    seen = {key: column for key, column in columns.items() if all(rights[place][0] for place in _places(column))}
    listing = Listing(spec, seen, language, reader.words())
    entries = _entries(connection, [source_of(column) for column in seen.values()])
    labelled = {f"custom.{custom.key}": custom for custom in customs}
    infos = tuple(
        _info(spec, column, language, rights, entries.get(source_of(column) or ""), labelled.get(column.key))
        for column in seen.values()
    )
    infos = tuple(replace(info, currency=reader.currency) if info.kind in _AMOUNTS else info for info in infos)
    return View(reader, listing, infos)


def source_of(column: Column) -> str | None:
    """The dictionary's ``table.column`` that explains it: its own, or that of the mapped attribute it shows."""
    if column.source is not None:
        return column.source
    found: Any = getattr(column.expr, "property", None)
    if found is None or not hasattr(found, "columns"):
        return None
    table_column = found.columns[0]
    return f"{table_column.table.name}.{table_column.name}"


def written_column(column: Column, language: Language) -> str | None:
    """The table's column that an edit of this one changes: a name is edited in the language in which it is shown."""
    if column.writes is None:
        return None
    if column.writes.startswith("custom."):
        return "custom"
    named = column.expr_zh is not None and column.reference is None
    return f"{column.writes}_zh" if named and language == "zh" else column.writes


def _custom_fields(connection: Connection, spec: ListSpec) -> list[Any]:
    if spec.custom is None:
        return []
    found = (
        select(CustomField.key, CustomField.kind, CustomField.label, CustomField.label_zh, CustomField.meaning,
               CustomField.meaning_zh, CustomField.choices, CustomField.unit, CustomField.required)
        .where(CustomField.table_name == spec.table, CustomField.active)
        .order_by(CustomField.position, CustomField.id)
    )  # fmt: skip
    return list(connection.execute(found))


@cache
def _read_by(expression: Any) -> frozenset[tuple[str, str]]:
    """As `_table_columns`, remembered: the specs' expressions live as long as the program."""
    return frozenset(_table_columns(expression))


def _table_columns(element: Any) -> Iterator[tuple[str, str]]:
    """All columns of tables that an expression reads, through aliases and sub-selects: ``("erp.asset", "code")``."""
    for part in visitors.iterate(coercions.expect(sql_roles.ColumnsClauseRole, element)):
        if not isinstance(part, ColumnElement):
            continue
        for base in getattr(part, "base_columns", ()):
            if isinstance(base, TableColumn):
                yield f"{base.table.schema}.{base.table.name}", str(base.name)


def _joined_columns(source: Any) -> Iterator[tuple[str, str]]:
    """All columns that the joins of a list compare."""
    if isinstance(source, Join):
        yield from _table_columns(source.onclause)
        yield from _joined_columns(source.left)
        yield from _joined_columns(source.right)


@cache
def _always_read(spec: ListSpec) -> frozenset[tuple[str, str]]:
    """What every query of the list reads, whichever columns are shown."""
    statement = joined(spec)
    found = set(_table_columns(spec.row_id))
    for source in statement.get_final_froms():
        found |= set(_joined_columns(source))
    if spec.version is not None:
        found |= set(_table_columns(spec.version))
    return frozenset(found)


def _places(column: Column) -> frozenset[tuple[str, str]]:
    """The table columns behind a list's column: without a grant on each of them it is absent."""
    if column.key.startswith("custom."):
        return frozenset(_table_columns(column.expr))
    parts = (column.expr, column.expr_zh, column.order_by, column.total_expr)
    return frozenset[tuple[str, str]]().union(*(_read_by(part) for part in parts if part is not None))


def _rights(connection: Connection, listing: Listing) -> Mapping[tuple[str, str], tuple[bool, bool]]:
    """For each column that the list reads or writes: may it be selected, may it be updated."""
    wanted = set(_always_read(listing.spec))
    for column in listing.columns.values():
        wanted |= _places(column)
        if (written := written_column(column, listing.language)) is not None:
            wanted.add((f"erp.{listing.spec.table}", written))
    ordered = sorted(wanted)
    found = connection.execute(_RIGHTS, {"tables": [t for t, _ in ordered], "columns": [c for _, c in ordered]})
    return {(row.relation, row.attribute): (bool(row.seen), bool(row.written)) for row in found}


def _entries(connection: Connection, sources: list[str | None]) -> Mapping[str, Any]:
    tables = {source.split(".")[0] for source in sources if source}
    if not tables:
        return {}
    entry = DictionaryEntry
    found = select(
        entry.table_name, entry.column_name, entry.label, entry.label_zh, entry.meaning, entry.meaning_zh, entry.allowed
    ).where(entry.table_name.in_(tables))
    return {f"{row.table_name}.{row.column_name}": row for row in connection.execute(found)}


def _info(
    spec: ListSpec,
    column: Column,
    language: Language,
    rights: Mapping[tuple[str, str], tuple[bool, bool]],
    entry: Any,
    custom: Any,
) -> ColumnInfo:
    explained = custom or entry
    chinese = language == "zh"
    written = written_column(column, language)
    return ColumnInfo(
        key=column.key,
        label=_label(column, explained, chinese=chinese),
        kind=column.kind,
        width=column.width,
        editable=written is not None and spec.version is not None and rights[(f"erp.{spec.table}", written)][1],
        required=column.required or bool(custom and custom.required),
        total=column.total,
        total_live=column.total_expr is None,
        sortable=column.sortable,
        filterable=column.filterable,
        source=source_of(column),
        meaning=(explained.meaning_zh if chinese else explained.meaning) if explained else "",
        choices=_choices(entry, custom, chinese=chinese),
        reference=column.reference,
        opens=column.opens,
        target=column.target,
        unit=custom.unit if custom is not None else column.unit,
        looks=column.looks,
        custom=custom is not None,
        also=_label(column, explained, chinese=not chinese),
    )


def _label(column: Column, explained: Any, *, chinese: bool) -> str:
    if explained is not None:
        return str(explained.label_zh if chinese else explained.label)
    words = column.key.replace("_", " ").replace(".", " ")
    return words[:1].upper() + words[1:]


def _choices(entry: Any, custom: Any, *, chinese: bool) -> tuple[tuple[str, str], ...]:
    if custom is not None:
        return tuple((value, value) for value in custom.choices)
    if entry is None or not entry.allowed:
        return ()
    name = "zh" if chinese else "en"
    shipped = dictionary.find(entry.table_name, entry.column_name)
    # jsonb forgets the order of the work; the shipped dictionary remembers it.
    places = {value: place for place, value in enumerate(shipped.allowed or ())} if shipped is not None else {}
    ordered = sorted(entry.allowed.items(), key=lambda item: places.get(item[0], len(places)))
    return tuple((value, names.get(name) or names.get("en") or value) for value, names in ordered)
