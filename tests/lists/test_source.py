"""A list's source: pages that join without a seam whatever the way, groups, search, positions, estimates."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from db.session import Database
from desktop.domain.conditions import Condition, Group, Test
from desktop.lists import compile as sql
from desktop.lists import paging
from desktop.lists.all_lists import ALL_LISTS, list_for
from desktop.lists.paging import Route, Trail, needs_sorting, unpack_ids
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations import lists as operations
from desktop.operations import reading
from desktop.operations.lists import SqlListSource, source_for
from tests.lists_world import ListsWorld


@pytest.fixture
def manager(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database("manager") as database:
        yield database


@pytest.fixture
def assets(manager: Database) -> SqlListSource:
    return source_for(manager, list_for("assets"), "en")


ORDERS = [
    (),
    (Sort("code", descending=True),),
    (Sort("name"),),
    (Sort("state"), Sort("code", descending=True)),
    (Sort("warranty_until"),),
    (Sort("warranty_until", descending=True), Sort("criticality")),
    (Sort("maker", descending=True),),
    (Sort("custom.power"),),
]


@pytest.mark.parametrize("sort", ORDERS, ids=str)
@pytest.mark.parametrize("way", ["keyset", "ladder", "snapshot", "counted"])
def test_pages_join_without_a_seam(
    assets: SqlListSource, sort: tuple[Sort, ...], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All ways to a page give the same rows: forwards, from the end, from a rung, from a snapshot, jumping about."""
    query = ListQuery(("code",), sort=sort)
    whole = [row.id for row in assets.rows(query, group=(), start=0, limit=100)]
    assert len(set(whole)) == len(whole) == 30
    if way in ("ladder", "snapshot"):
        monkeypatch.setattr(operations, "COUNTED_AT_ONCE", 5)
        monkeypatch.setattr(operations, "LADDER_FROM", 5)
        monkeypatch.setattr(operations, "LADDER_STEP", 4)
        monkeypatch.setattr(operations, "needs_sorting", lambda plan: way == "snapshot")
    if way != "keyset":
        assert assets.count(query, exact=True).value == 30
    starts = [0, 7, 14, 28, 21, 3, 29, 12, 25, 19]
    for start in starts:
        page = assets.rows(query, group=(), start=start, limit=7)
        assert [row.id for row in page] == whole[start : start + 7], (way, start)
    assert assets.rows(query, group=(), start=30, limit=7) == ()


def test_a_position_is_where_the_row_stands(assets: SqlListSource) -> None:
    for sort in ORDERS:
        query = ListQuery(("code",), sort=sort)
        rows = assets.rows(query, group=(), start=0, limit=100)
        for place in (0, 11, 29):
            assert assets.position(query, rows[place].id) == place, sort
    down = ListQuery(("code",), condition=Test("state", "=", ("down",)))
    outside = assets.rows(ListQuery(("code",), condition=Test("state", "!=", ("down",))), group=(), start=0, limit=1)
    assert assets.position(down, outside[0].id) is None


def test_groups_nest_and_add_up(assets: SqlListSource) -> None:
    query = ListQuery(("code", "purchase_cost"), group_by=("maker", "model"), sort=(Sort("code"),))
    heads = assets.groups(query)
    assert {head.depth for head in heads} == {0, 1}
    outer = [head for head in heads if head.depth == 0]
    assert sum(head.count for head in outer) == 30
    assert outer[-1].values == (None,)
    for position, head in enumerate(heads):
        if head.depth == 1:
            parent = next(one for one in reversed(heads[:position]) if one.depth == 0)
            assert head.values[:1] == parent.values
            rows = assets.rows(query, group=head.values, start=0, limit=100)
            assert len(rows) == head.count
            cost = sum(row.cells[1] for row in rows if row.cells[1] is not None)  # type: ignore[misc]
            assert (head.totals["purchase_cost"] or 0) == cost
    inner = [head for head in heads if head.depth == 1]
    assert sum(head.totals["purchase_cost"] or 0 for head in inner) == assets.totals(query)["purchase_cost"]  # type: ignore[misc]


def test_search_finds_chinese_words_and_says_when_it_is_cut(
    assets: SqlListSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = ListQuery(("code",), search="水泵12")
    assert assets.count(query, exact=True).value == 0  # a number divisible by three has no Chinese name
    query = ListQuery(("code",), search="水泵")
    count = assets.count(query, exact=True)
    assert (count.value, count.exact, count.cut) == (20, True, False)
    assert len(assets.rows(query, group=(), start=0, limit=100)) == 20
    assert [row.cells[0] for row in assets.rows(query, group=(), start=18, limit=5)] == ["A-028", "A-029"]
    both = query.but(condition=Test("state", "=", ("down",)))
    assert assets.count(both, exact=True).value == 10
    monkeypatch.setattr("desktop.lists.compile.SEARCH_LIMIT", 6)
    cut = assets.count(query, exact=True)
    assert (cut.value, cut.exact, cut.cut) == (6, False, True)


def test_a_list_without_a_search_function_looks_into_its_texts(manager: Database) -> None:
    units = source_for(manager, list_for("org_units"), "zh")
    query = ListQuery(("code",), search="北方")
    assert [row.cells[0] for row in units.rows(query, group=(), start=0, limit=9)] == ["NORTH", "S-N"]


def test_the_first_count_of_a_long_list_is_an_estimate(assets: SqlListSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "COUNTED_AT_ONCE", 5)
    guess = assets.count(ListQuery(("code",)), exact=False)
    assert not guess.exact
    assert 5 < guess.value <= 60
    assert assets.count(ListQuery(("code",)), exact=True).value == 30


def test_names_follow_the_readers_language(manager: Database) -> None:
    english = source_for(manager, list_for("assets"), "en")
    chinese = source_for(manager, list_for("assets"), "zh")
    query = ListQuery(("name",), sort=(Sort("code"),))
    assert english.rows(query, group=(), start=0, limit=3)[1].cells == ("Pump 2",)
    shown = [row.cells[0] for row in chinese.rows(query, group=(), start=0, limit=3)]
    assert shown == ["水泵1", "水泵2", "Pump 3"]  # the third has no Chinese name
    labels = {info.key: info.label for info in chinese.columns()}
    assert labels["custom.colour"] == "颜色"


def test_custom_fields_filter_sort_and_total_like_columns(assets: SqlListSource) -> None:
    query = ListQuery(("custom.power", "custom.loud"), condition=Test("custom.power", ">", ("40",)))
    assert assets.count(query, exact=True).value == 2
    values = dict(assets.values(ListQuery(("code",)), "custom.colour", "", 10))
    assert values == {"red": 15, None: 15}


def test_values_are_found_by_their_beginning_and_their_middle(assets: SqlListSource) -> None:
    assert assets.values(ListQuery(("code",)), "code", "a-00", 100) == tuple((f"A-00{n}", 1) for n in range(1, 10))
    assert len(assets.values(ListQuery(("code",)), "code", "", 4)) == 4


def test_rows_by_id_keep_their_order_and_skip_what_is_out_of_sight(lists_world: ListsWorld) -> None:
    with lists_world.database("planner") as planner:
        source = source_for(planner, list_for("assets"), "en")
        found = source.rows_by_id(ListQuery(("code",)), (5, 3, 25, 4))
    assert [row.id for row in found] == [5, 3, 4]


def test_a_row_that_went_away_does_not_break_a_snapshot(
    manager: Database, lists_world: ListsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "COUNTED_AT_ONCE", 5)
    monkeypatch.setattr(operations, "LADDER_FROM", 5)
    monkeypatch.setattr(operations, "needs_sorting", lambda plan: True)
    source = source_for(manager, list_for("asset_events"), "en")
    query = ListQuery(("code",), sort=(Sort("id"),))
    assert source.count(query, exact=True).value == 30
    with lists_world.database() as owner:
        with owner.write() as session:
            row = session.execute(text("delete from erp.asset_event where id = 3 returning to_jsonb(asset_event.*)"))
            gone = row.scalar_one()
        try:
            page = source.rows(query, group=(), start=0, limit=5)
            assert [one.id for one in page] == [1, 2, 4, 5, 6]
        finally:
            with owner.write() as session:
                session.execute(
                    text(
                        "insert into erp.asset_event select * from jsonb_populate_record(null::erp.asset_event, :row)"
                    ),
                    {"row": json.dumps(gone)},
                )


def test_hostile_texts_stay_texts(assets: SqlListSource) -> None:
    for word in ("'; drop table erp.asset; --", "%", "_", "\\", "\x00", "a" * 5000, "😀", "\u202e"):
        assert assets.count(ListQuery(("code",), search=word), exact=True).value in range(31)
        condition: Condition = Group("any", (Test("name", "contains", (word.replace("\x00", ""),)),))
        assert assets.count(ListQuery(("code",), condition=condition), exact=True).value in range(31)
    assert assets.count(ListQuery(("code",), condition=Test("name", "contains", ("%",))), exact=True).value == 0


def test_a_route_takes_the_nearest_known_place() -> None:
    trail = Trail(total=100_000)
    assert trail.route(0, 200) == Route(200, 0)
    trail.climb([(1000, "k", 5), (2000, "m", 9)])
    assert trail.route(1300, 200) == Route(200, 300, ("k", 5))
    assert trail.route(2000, 200) == Route(200, 0, ("m", 9))
    assert trail.route(99_900, 200) == Route(100, 0, backwards=True)
    assert trail.route(99_000, 200) == Route(200, 800, backwards=True)
    assert paging.FROM_THE_END == 5_000


def test_ids_are_unpacked_in_their_order() -> None:
    packed = b"".join(number.to_bytes(8, "big") for number in (1, 2**40, 7))
    assert list(unpack_ids(packed)) == [1, 2**40, 7]
    assert list(unpack_ids(None)) == []


def test_a_plan_that_sorts_everything_is_told_from_one_that_sorts_a_page() -> None:
    scan = {"Node Type": "Index Only Scan", "Plan Rows": 1_000_000}
    page = {"Node Type": "Sort", "Plan Rows": 200, "Plans": [{"Node Type": "Limit", "Plan Rows": 200, "Plans": [scan]}]}
    assert not needs_sorting(page)
    assert needs_sorting({"Node Type": "Limit", "Plan Rows": 200, "Plans": [{"Node Type": "Sort", "Plans": [scan]}]})


def test_a_reader_of_one_unit_sees_what_the_policies_show(lists_world: ListsWorld) -> None:
    """His unit stands in the query as a constant: never more, never less than without it."""
    helped = []
    with lists_world.database("local") as database, database.read() as session:
        for spec in ALL_LISTS:
            if not reading.may_see(spec, frozenset({"planner"}), owner=False):
                continue
            source = source_for(database, spec, "en")
            asked = sql.only_unit(spec)
            unit = None if asked is None else session.execute(asked).scalar_one()
            query = ListQuery(source.query_for().columns)
            plain = session.execute(sql.counted(source.view().listing, query)).scalar_one()
            assert source.count(query, exact=True).value == plain, spec.key
            if unit is not None and plain:
                helped.append(spec.key)
    assert {"assets", "work_orders"} <= set(helped)


@pytest.mark.parametrize("role", ["planner", "engineer", "manager"])
def test_several_units_and_other_doors_are_left_to_the_policies(lists_world: ListsWorld, role: str) -> None:
    with lists_world.database(role) as database, database.read() as session:
        asked = sql.only_unit(list_for("work_orders"))
        assert asked is not None
        assert session.execute(asked).scalar_one() is None
