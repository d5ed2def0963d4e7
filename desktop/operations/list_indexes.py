"""Which columns of a list cannot be sorted or filtered by an index: what makes a list of a million rows slow.

Under row-level security PostgreSQL uses an index for a condition only where the operator is leakproof, so that an index
may exist and yet be of no use; and an order needs an index that begins with the column, for readers of one unit and of
all alike. Asked of the catalogue by `admin doctor` for tables that have grown, and by the tests for every list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text

from db.health import Finding
from db.session import Database
from desktop.lists import compile as sql
from desktop.lists.all_lists import ALL_LISTS
from desktop.lists.spec import Column, ListSpec
from desktop.operations import reading

GROWN = 100_000
"""Rows from which a whole table is too much to read for one page."""

Reason = Literal["no index", "not leakproof", "other table", "computed"]

_INDEXES = text(r"""
    select c.relnamespace::regnamespace || '.' || c.relname as relation, a.attname as leads, second.attname as second,
           i.indpred is null as whole,
           coalesce((
               select bool_and(p.proleakproof)
               from pg_amop o
               join pg_operator op on op.oid = o.amopopr
               join pg_proc p on p.oid = op.oprcode
               where o.amopfamily = k.opcfamily and o.amoplefttype = k.opcintype and o.amoprighttype = k.opcintype
           ), false) as leakproof
    from pg_index i
    join pg_class c on c.oid = i.indrelid
    join pg_class x on x.oid = i.indexrelid
    join pg_am m on m.oid = x.relam and m.amname = 'btree'
    join pg_opclass k on k.oid = i.indclass[0]
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    left join pg_attribute second on second.attrelid = i.indrelid and second.attnum = i.indkey[1] and i.indnkeyatts > 1
    where i.indisvalid and c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace)
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\(\w+ IS NOT NULL\)$')
""")
_ROWS = text("""
    select c.relnamespace::regnamespace || '.' || c.relname as relation, greatest(c.reltuples, 0)::bigint as rows
    from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace in ('erp'::regnamespace, 'audit'::regnamespace)
""")


@dataclass(frozen=True)
class Trap:
    """A column of a list that makes the database read the whole table, and for what."""

    list_key: str
    column: str
    use: Literal["sort", "filter"]
    reason: Reason

    def __str__(self) -> str:
        return f"{self.list_key}.{self.column} {self.use}: {self.reason}"


@dataclass(frozen=True)
class _Index:
    leads: str
    second: str | None
    whole: bool  # without it only rows that have a value: enough for a condition, not for an order
    leakproof: bool


def examine(database: Database) -> Finding:
    """For the doctor: whether each list of a grown table opens by an index."""
    with reading.connected(database) as connection:
        rows = {row.relation: int(row.rows) for row in connection.execute(_ROWS)}
        grown = [spec for spec in ALL_LISTS if rows.get(sql.relation(spec), 0) >= GROWN]
        slow = [str(trap) for trap in opening(connection, grown)]
    if not slow:
        return Finding(
            "list_indexes",
            True,
            f"All {len(grown)} lists of tables that have grown open by an index",
            f"{len(grown)} 个大表列表均通过索引打开",
        )
    some = ", ".join(slow[:5])
    return Finding(
        "list_indexes", False, f"Lists read a whole table to open: {some}", f"列表打开时需读取整张表：{some}"
    )


def traps(connection: Connection, specs: Iterable[ListSpec]) -> tuple[Trap, ...]:
    """Every sortable or filterable column of these lists without a usable index, in the lists' order."""
    indexes = _indexes(connection)
    return tuple(trap for spec in specs for column in spec.columns for trap in _of(spec, column, indexes))


def opening(connection: Connection, specs: Iterable[ListSpec]) -> tuple[Trap, ...]:
    """The traps into which one falls without a choice: the first column of the order in which a list opens."""
    indexes = _indexes(connection)
    return tuple(
        trap
        for spec in specs
        for term in spec.sort[:1]
        for trap in _of(spec, spec.column(term.column), indexes)
        if trap.use == "sort"
    )


def _indexes(connection: Connection) -> Mapping[str, list[_Index]]:
    found: dict[str, list[_Index]] = {}
    for row in connection.execute(_INDEXES):
        found.setdefault(row.relation, []).append(_Index(row.leads, row.second, row.whole, row.leakproof))
    return found


def _of(spec: ListSpec, column: Column, indexes: Mapping[str, list[_Index]]) -> Iterator[Trap]:
    if column.sortable and (reason := _reason(spec, column.order_by, column, indexes, ordered=True)):
        yield Trap(spec.key, column.key, "sort", reason)
    if column.filterable and (reason := _reason(spec, None, column, indexes, ordered=False)):
        yield Trap(spec.key, column.key, "filter", reason)


def _reason(
    spec: ListSpec, order_by: Any, column: Column, indexes: Mapping[str, list[_Index]], *, ordered: bool
) -> Reason | None:
    expression: Any = column.expr if order_by is None else order_by
    found = getattr(expression, "property", None)
    if found is None or not hasattr(found, "columns"):
        return "computed"
    attribute = found.columns[0]
    if f"{attribute.table.schema}.{attribute.table.name}" != sql.relation(spec):
        return "other table"
    own = indexes.get(sql.relation(spec), [])
    leading = [index for index in own if index.leads == attribute.name]
    if ordered:
        return None if any(index.whole for index in leading) else "no index"
    # A condition may also use an index of one unit's rows.
    behind = [index for index in own if index.leads == "org_unit_id" and index.second == attribute.name]
    if not leading and not behind:
        return "no index"
    return None if behind or any(index.leakproof for index in leading) else "not leakproof"
