"""A condition means the same in SQL and in Python: proven on random rows and random conditions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, MetaData, Numeric, Table, Text, insert, select
from sqlalchemy import Column as TableColumn

from desktop.domain.conditions import Condition, ConditionError, Group, Test, from_json, to_json
from desktop.domain.matching import ValueType, Words, matches, operators_for
from desktop.lists.compile import Listing, condition_sql
from desktop.lists.spec import Column, Kind, ListSpec
from tests.lists_world import ListsWorld

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 31)
WORDS = Words(TODAY, ZONE, user_id=7, user_name="Ada")
TYPES: dict[str, ValueType] = {
    "text": "text",
    "code": "code",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
KINDS = {
    "text": Kind.TEXT,
    "code": Kind.CODE,
    "integer": Kind.INTEGER,
    "decimal": Kind.QUANTITY,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "boolean": Kind.BOOLEAN,
}
ROWS = Table(
    "condition_rows",
    MetaData(),
    TableColumn("id", Integer, primary_key=True),
    TableColumn("text", Text),
    TableColumn("code", Text(collation="C")),
    TableColumn("integer", Integer),
    TableColumn("decimal", Numeric(18, 4)),
    TableColumn("date", Date),
    TableColumn("datetime", DateTime(timezone=True)),
    TableColumn("boolean", Boolean),
    prefixes=["temporary"],
)
SPEC = ListSpec(
    key="rows",
    area="platform",
    name="Rows",
    name_zh="行",
    table="condition_rows",
    row_id=ROWS.c.id,
    joins=lambda statement: statement,
    columns=tuple(Column(key=key, expr=ROWS.c[key], kind=kind) for key, kind in KINDS.items()),
)
LISTING = Listing(SPEC, {column.key: column for column in SPEC.columns}, "en", WORDS)

LETTERS = st.text(alphabet="aAbBzZ0 %_\\'水泵ßÉ", max_size=4)
MOMENTS = st.sampled_from(
    [datetime(2026, 3, 31, 0, 0, tzinfo=ZONE) + timedelta(minutes=minutes) for minutes in (-1500, -1, 0, 1, 700, 1440)]
)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "text": LETTERS,
    "code": LETTERS,
    "integer": st.integers(-3, 8),
    "decimal": st.sampled_from([Decimal("-1.5"), Decimal("0"), Decimal("1.0000"), Decimal("1.00"), Decimal("99.99")]),
    "date": st.sampled_from([TODAY + timedelta(days=days) for days in (-30, -1, 0, 1, 30)]),
    "datetime": MOMENTS,
    "boolean": st.booleans(),
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": LETTERS | st.just("me"),
    "code": LETTERS | st.just("me"),
    "integer": st.integers(-3, 8) | st.just("me"),
    "decimal": st.sampled_from(["-1.5", "1", "1.00", "99.99", 0]),
    "date": st.sampled_from(["today", "today+30", "today-1", "2026-03-31"]),
    "datetime": st.sampled_from(
        ["today", "today-1", "2026-03-31", "2026-03-31T00:01:00+08:00", "2026-03-30T16:00:00Z"]
    ),
    "boolean": st.booleans(),
}


@st.composite
def comparisons(draw: st.DrawFn) -> Test:
    column = draw(st.sampled_from(sorted(TYPES)))
    operator = draw(st.sampled_from(operators_for(TYPES[column])))
    sizes = {"between": (2, 2), "empty": (0, 0), "not empty": (0, 0), "in": (0, 3), "not in": (0, 3)}
    low, high = sizes.get(operator, (1, 1))
    return Test(column, operator, tuple(draw(st.lists(VALUES[column], min_size=low, max_size=high))))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    comparisons(),
    lambda parts: st.builds(Group, st.sampled_from(["all", "any", "none"]), st.lists(parts, max_size=3).map(tuple)),
    max_leaves=6,
)
RECORDS = st.fixed_dictionaries({key: st.none() | cells for key, cells in CELLS.items()})


@pytest.fixture(scope="module")
def connection(lists_world: ListsWorld) -> Iterator[Connection]:
    with lists_world.database() as database, database.engine.connect() as connection:
        ROWS.create(connection)
        yield connection
        connection.rollback()


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORDS, min_size=1, max_size=6), condition=CONDITIONS)
def test_sql_and_python_agree(connection: Connection, records: list[dict[str, Any]], condition: Condition) -> None:
    with connection.begin_nested() as point:
        connection.execute(insert(ROWS), [{"id": n, **record} for n, record in enumerate(records)])
        found = set(connection.execute(select(ROWS.c.id).where(condition_sql(LISTING, condition))).scalars())
        point.rollback()
    assert found == {n for n, record in enumerate(records) if matches(condition, record, TYPES, WORDS)}


@given(condition=CONDITIONS)
def test_the_json_form_survives_a_round_trip(condition: Condition) -> None:
    assert from_json(to_json(condition)) == condition


def test_an_empty_cell_differs_from_everything_and_compares_with_nothing() -> None:
    row = {"text": None, "integer": None}
    assert matches(Test("text", "!=", ("a",)), row, TYPES, WORDS)
    assert matches(Test("text", "not contains", ("a",)), row, TYPES, WORDS)
    assert not matches(Test("integer", "<", (5,)), row, TYPES, WORDS)
    assert not matches(Test("integer", ">=", (5,)), row, TYPES, WORDS)


def test_a_date_means_the_whole_day_in_the_readers_zone() -> None:
    late = {"datetime": datetime(2026, 3, 31, 15, 59, tzinfo=UTC)}
    tomorrow = {"datetime": datetime(2026, 3, 31, 16, 0, tzinfo=UTC)}
    today = Test("datetime", "=", ("today",))
    assert matches(today, late, TYPES, WORDS)
    assert not matches(today, tomorrow, TYPES, WORDS)
    assert matches(Test("datetime", ">", ("today",)), tomorrow, TYPES, WORDS)


def test_a_typed_code_finds_its_capitals() -> None:
    assert matches(Test("code", "starts", ("wo-1",)), {"code": "WO-17"}, TYPES, WORDS)


@pytest.mark.parametrize(
    "hostile",
    [
        Test("text", "=", ("a\x00b",)),
        Test("text", "=", ("\ud800",)),
        Test("integer", "=", ("1; drop table erp.asset",)),
        Test("decimal", ">", ("NaN",)),
        Test("decimal", ">", ("1e999",)),
        Test("date", "=", ("today+99999999",)),
        Test("date", "=", ("2026-02-30",)),
        Test("datetime", "=", ("9999-12-31",)),
        Test("boolean", "<", (True,)),
        Test("integer", "contains", ("1",)),
        Test("date", "between", ("today",)),
        Test("nothing", "=", (1,)),
    ],
)
def test_what_is_no_condition_is_refused_by_name_and_never_reaches_the_database(hostile: Test) -> None:
    with pytest.raises(ConditionError):
        condition_sql(LISTING, hostile)
    with pytest.raises(ConditionError):
        matches(hostile, {}, TYPES, WORDS)


def test_a_condition_cannot_be_endless() -> None:
    deep: dict[str, Any] = {"column": "text", "op": "empty"}
    for _ in range(30):
        deep = {"all": [deep]}
    with pytest.raises(ConditionError):
        from_json(deep)
    with pytest.raises(ConditionError):
        from_json({"any": [{"column": "text", "op": "empty"}] * 2000})


@pytest.mark.parametrize("data", [None, 5, "x", [], {}, {"all": {}}, {"column": "a", "op": "~"}, {"xor": []},
                                  {"column": "a", "values": 5}, {"column": "a", "values": [None]}])  # fmt: skip
def test_broken_json_is_refused(data: object) -> None:
    with pytest.raises(ConditionError):
        from_json(data)
