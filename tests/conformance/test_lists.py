"""Every list keeps every promise of the grid, for every job that sees it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, text

from db.orm.base import Base
from db.session import Database
from desktop.domain import matching
from desktop.domain.conditions import Operator, Test, Value, all_of, comparisons
from desktop.exchange.csv_export import write_csv
from desktop.exchange.excel_export import write_excel
from desktop.lists import compile as sql
from desktop.lists.all_lists import ALL_LISTS, list_for
from desktop.lists.query import ListQuery
from desktop.lists.spec import Kind, ListSpec, Sort
from desktop.operations import reading
from desktop.operations.lists import SqlListSource, offered_views, source_for
from desktop.reports.list_pdf import write_pdf
from tests.lists_world import ROLES, ListsWorld

EVERY_LIST = pytest.mark.parametrize("key", [spec.key for spec in ALL_LISTS])
EVERY_ROLE = pytest.mark.parametrize("role", ROLES)
_SAMPLES: dict[matching.ValueType, Value] = {
    "text": "a",
    "code": "a",
    "integer": 1,
    "decimal": "1.5",
    "date": "2026-01-31",
    "datetime": "today",
    "boolean": True,
}


PART_OF_TABLE = frozenset({"stock_blocked", "stock_in_transit"})
"""Lists that show some rows of their table only, by their very joins."""
_COUNTS: dict[Operator, int] = {"between": 2, "empty": 0, "not empty": 0}
_opened: dict[tuple[Database, str], SqlListSource] = {}  # labels and rights are asked once a session


def expected(spec: ListSpec, role: str) -> bool:
    return not spec.roles or role in spec.roles


def source(databases: dict[str, Database], key: str, role: str | None = None) -> SqlListSource:
    """The list as the first job that sees it (or as `role`)."""
    spec = list_for(key)
    chosen = role or next(r for r in ("auditor", *ROLES) if expected(spec, r))
    database = databases[chosen]
    if (database, key) not in _opened:
        _opened[database, key] = source_for(database, spec, "en")
    return _opened[database, key]


@EVERY_LIST
@EVERY_ROLE
def test_a_list_opens_for_exactly_its_jobs(key: str, role: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key, role)
    if not expected(list_for(key), role):
        with pytest.raises(reading.ListHidden):
            opened.columns()
        return
    query = opened.query_for()
    assert query.columns
    assert len(opened.rows(query, group=(), start=0, limit=50)) == min(50, opened.count(query, exact=True).value)
    with databases[role].read() as session:
        statement = sql.page(opened.view().listing, query, limit=10)
        compiled = statement.compile(dialect=session.connection().dialect, compile_kwargs={"render_postcompile": True})
        plan = session.connection().exec_driver_sql(f"explain {compiled}", dict(compiled.params)).all()
    assert plan


@EVERY_LIST
def test_every_view_shows_what_it_declares(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    spec = opened.spec
    assert offered_views(spec, opened.columns()) == spec.views
    for view in spec.views:
        query = opened.query_for(view)
        assert {term.column for term in query.sort} >= {term.column for term in view.sort}
        assert query.group_by == view.group_by
        assert (query.condition is None) == (view.condition is None)
        heads = opened.groups(query)
        total = opened.count(query, exact=True).value
        if view.group_by:
            assert sum(head.count for head in heads if head.depth == 0) == total
        assert len(opened.rows(query, group=(), start=0, limit=100)) == min(total, 100)
    assert len({view.key for view in spec.views}) == len(spec.views) <= 9


@EVERY_LIST
def test_every_sortable_column_sorts_both_ways(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    for info in opened.columns():
        if not info.sortable:
            continue
        for descending in (False, True):
            query = ListQuery((info.key,), sort=(Sort(info.key, descending),))
            rows = opened.rows(query, group=(), start=0, limit=500)
            cells = [row.cells[0] for row in rows]
            filled = [cell for cell in cells if cell is not None]
            assert cells[: len(filled)] == filled, f"{key}.{info.key}: empty cells come last"
            if info.custom or opened.spec.column(info.key).order_by is None:
                ordered: list[Any] = sorted(filled, reverse=descending)
                assert filled == ordered, f"{key}.{info.key}"


@EVERY_LIST
def test_every_column_filters_with_every_operator_of_its_kind(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    listing = opened.view().listing
    everything = ListQuery(tuple(info.key for info in opened.columns()))
    rows = opened.rows(everything, group=(), start=0, limit=5000)
    for position, info in enumerate(opened.columns()):
        if not info.filterable:
            continue
        value_type = sql.VALUE_TYPES[info.kind]
        sample = _SAMPLES[value_type]
        conditions = [
            Test(info.key, operator, (sample,) * _COUNTS.get(operator, 1))
            for operator in matching.operators_for(value_type)
        ]
        counts = [func.count().filter(sql.condition_sql(listing, condition)) for condition in conditions]
        with opened.database.read() as session:
            found = session.execute(sql.joined(opened.spec).with_only_columns(*counts)).one()
        for condition, number in zip(conditions, found, strict=True):
            wanted = sum(
                matching.matches(condition, {info.key: row.cells[position]}, {info.key: value_type}, listing.words)
                for row in rows
            )
            assert number == wanted, f"{key}.{info.key} {condition.op}"


@EVERY_LIST
def test_every_column_groups_and_lists_its_values(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    for info in opened.columns():
        query = ListQuery((info.key,), group_by=(info.key,))
        total = opened.count(query, exact=True).value
        heads = opened.groups(query)
        assert sum(head.count for head in heads) == total
        for head in heads[:3]:
            rows = opened.rows(query, group=head.values, start=0, limit=500)
            assert len(rows) == min(head.count, 500), f"{key}.{info.key} = {head.values}"
        values = opened.values(ListQuery((info.key,)), info.key, "", 5000)
        assert sum(count for _, count in values) == total
        assert [value for value, _ in values] == list(dict.fromkeys(value for value, _ in values))


@EVERY_LIST
def test_totals_are_the_sums_of_the_cells(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    sums = [info.key for info in opened.columns() if info.total == "sum"]
    if not sums:
        return
    query = ListQuery(tuple(sums))
    rows = opened.rows(query, group=(), start=0, limit=500)
    totals = opened.totals(query)
    for position, column in enumerate(sums):
        cells: list[Any] = [row.cells[position] for row in rows if row.cells[position] is not None]
        assert (totals[column] or 0) == sum(cells)


@EVERY_LIST
def test_a_page_is_one_query(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    query = opened.query_for()
    opened.rows(query, group=(), start=0, limit=1)
    seen: list[str] = []
    engine = opened.database.engine

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        opened.rows(query, group=(), start=0, limit=200)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(seen) == 1, seen


@EVERY_LIST
def test_a_spec_is_whole(key: str) -> None:
    spec = list_for(key)
    keys = [column.key for column in spec.columns]
    assert len(set(keys)) == len(keys)
    assert spec.name and spec.name_zh and spec.name != spec.name_zh
    for column in spec.columns:
        assert reading.source_of(column), f"{key}.{column.key} has no dictionary source"
        for needed in (column.opens[1] if column.opens else None, column.target):
            assert needed is None or needed in keys, f"{key}.{column.key} needs the column {needed}"
        for look in column.looks:
            assert {test.column for test in comparisons(look.when)} <= set(keys)
        if column.reference is not None:
            assert list_for(column.reference).code_column or "name" in keys
    for view in spec.views:
        assert view.name and view.name_zh
        named = {*view.columns, *view.group_by, *(term.column for term in view.sort)}
        named |= {
            test.column for test in comparisons(all_of(view.condition, Test(keys[0], "not empty")) or Test("", "="))
        }
        assert named <= set(keys), f"{key}.{view.key}"
    assert {term.column for term in spec.sort} <= set(keys)
    assert spec.code_column is None or spec.code_column in keys


@EVERY_LIST
def test_what_an_edit_writes_exists_and_somebody_may_write_it(key: str, databases: dict[str, Database]) -> None:
    spec = list_for(key)
    table = Base.metadata.tables.get(f"erp.{spec.table}")
    for column in spec.columns:
        if column.writes is None:
            continue
        assert table is not None
        for language in ("en", "zh"):
            written = reading.written_column(column, language)
            assert written in table.c, f"{key}.{column.key}"
            assert any(_granted(databases[role], f"erp.{spec.table}", str(written), "UPDATE") for role in ROLES), (
                f"{key}.{column.key}: nobody may write {written}"
            )
        if not table.c[column.writes].nullable and column.kind is not Kind.BOOLEAN:
            assert column.required, f"{key}.{column.key} may not be emptied: say required"


@EVERY_LIST
def test_a_privileged_column_is_hidden_from_somebody_and_seen_by_somebody(
    key: str, databases: dict[str, Database]
) -> None:
    spec = list_for(key)
    seen: dict[str, set[str]] = {}
    for role in ROLES:
        if expected(spec, role):
            seen[role] = {info.key for info in source(databases, key, role).columns()}
    everywhere = set.union(*seen.values())
    for column in spec.columns:
        assert column.key in everywhere, f"{key}.{column.key}: nobody sees it"
        hidden = [role for role, keys in seen.items() if column.key not in keys]
        if hidden:
            assert column.privilege or column.key in ("contract",), f"{key}.{column.key} is hidden from {hidden}"


@EVERY_LIST
def test_scope(key: str, lists_world: ListsWorld, databases: dict[str, Database]) -> None:
    """What a planner of the north and one of the south see is what the owner sees in their units."""
    spec = list_for(key)
    with lists_world.database() as owner, owner.read() as session:
        scope = text("select scope from erp.protection where table_name = :table")
        owned = session.execute(scope, {"table": spec.table}).scalar_one_or_none() == "owned"
    if not owned or not expected(spec, "planner"):
        return
    north = _ids(source(databases, key, "planner"))
    with lists_world.database("stranger") as stranger:
        south = _ids(source_for(stranger, spec, "en"))
        with lists_world.database() as owner, owner.read() as session:
            rows = session.execute(text(f"select id, org_unit_id from erp.{spec.table}")).all()
    theirs = [{row.id for row in rows if row.org_unit_id in units} for units in ((2, 4), (3, 5))]
    if key in PART_OF_TABLE:
        assert north <= theirs[0] and south <= theirs[1]
    else:
        assert [north, south] == theirs


def _ids(opened: SqlListSource) -> set[int]:
    return {row.id for row in opened.rows(opened.query_for(), group=(), start=0, limit=1000)}


def _granted(database: Database, table: str, column: str, privilege: str) -> bool:
    with database.read() as session:
        return bool(
            session.execute(
                text("select has_column_privilege(:table, :column, :privilege)"),
                {"table": table, "column": column, "privilege": privilege},
            ).scalar_one()
        )


def test_the_dictionary_labels_every_column(databases: dict[str, Database]) -> None:
    missing = []
    for spec in ALL_LISTS:
        with databases["manager"].read() as session:
            found = {
                f"{row[0]}.{row[1]}"
                for row in session.execute(text("select table_name, column_name from erp.dictionary_entry"))
            }
        missing += [f"{spec.key}.{column.key} → {reading.source_of(column)}" for column in spec.columns
                    if reading.source_of(column) not in found]  # fmt: skip
    assert not missing, json.dumps(missing, indent=1)


@EVERY_LIST
def test_every_list_can_be_searched(key: str, databases: dict[str, Database]) -> None:
    opened = source(databases, key)
    query = opened.query_for()
    for words in ("北方", "wj", "0001"):
        count = opened.count(query.but(search=words), exact=True)
        rows = opened.rows(query.but(search=words), group=(), start=0, limit=5000)
        assert len(rows) == count.value <= opened.count(query, exact=True).value
    assert opened.count(query.but(search="no such thing at all"), exact=True).value == 0


@EVERY_LIST
def test_every_list_is_exported_whole(key: str, databases: dict[str, Database], tmp_path: Path) -> None:
    opened = source(databases, key)
    query = ListQuery(tuple(info.key for info in opened.columns()))
    total = opened.count(query, exact=True).value
    assert write_excel(opened, query, tmp_path / "list.xlsx") == total
    total = opened.count(query, exact=True).value  # the export itself is one more entry of the audit
    assert write_csv(opened, query, tmp_path / "list.csv") == total
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert len(lines) == total + 1
    assert len(lines[0]) == len(query.columns)
    assert write_pdf(opened, opened.query_for(), tmp_path / "list.pdf") >= 1
