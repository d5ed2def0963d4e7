"""Merging items that somebody has set aside, or that are valued by layers; and the search for doubles step by step."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from psycopg2.extras import Json

from db.errors import UserError
from tests.db.conftest import World
from tests.db.test_stock_catalogue import MERGE, ask, item

UNDO = "select api.undo_merge(%s, %s, 'they differ after all')"


def place(world: World, kind: str) -> None:
    world.value(
        "insert into erp.stock_location (company_id, org_unit_id, code, name, kind) values (%s, %s, %s, %s, %s)",
        world.id("company", "HB"), world.id("org_unit", "HB"), kind.upper(), kind, kind,
    )  # fmt: skip


def put_in(world: World, part: int, quantity: int, cost: str, at: str | None = None) -> None:
    lines = [{"item_id": part, "to_location_id": world.id("stock_location", "N-1"), "quantity": quantity,
              "unit_cost": cost}]  # fmt: skip
    document: dict[str, Any] = {"type": "opening", "lines": lines}
    if at:
        document["effective_at"] = at
    world.value("select api.post_stock(%s, %s)", str(uuid4()), Json(document))


@pytest.fixture
def pair(world: World) -> tuple[int, int]:
    """Two items that are one; ten pieces of the second lie in the north."""
    for kind in ("count_loss", "opening"):
        place(world, kind)
    one, other = item(world, "P-1", "Shaft seal 45x62x8"), item(world, "P-2", "轴封 45×62×8")
    put_in(world, other, 10, "3.3333")
    return one, other


def planned(world: World, part: int, quantity: int) -> int:
    """An order of the north that plans the part and has it set aside."""
    order = int(world.value("select w.id from erp.work_order w where w.org_unit_id = %s order by w.id limit 1",
                            world.id("org_unit", "NORTH")))  # fmt: skip
    world.value("update erp.work_order set state = 'submitted' where id = %s", order)
    world.value(
        "insert into erp.work_order_part (work_order_id, item_id, quantity) values (%s, %s, %s)", order, part, quantity
    )
    world.value("select api.reserve_order(%s)", order)
    return order


def aside(world: World, order: int) -> Any:
    """What is set aside for the order: item, pieces, and what its balance says."""
    return world.value(
        "select jsonb_agg(jsonb_build_array(r.item_id, b.item_id, r.quantity - r.issued, b.reserved, r.state)"
        " order by r.id)"
        " from erp.reservation r join erp.stock_balance b on b.id = r.balance_id where r.work_order_id = %s",
        order,
    )


def differences(world: World) -> int:
    """What does not add up in the two items; the shared world has stock that was never posted."""
    return int(world.value("select count(*) from api.reconcile() r join erp.item i on i.id = r.item_id"
                           " where i.code like 'P-_'"))  # fmt: skip


def test_what_is_set_aside_goes_along_and_comes_back(world: World, pair: tuple[int, int]) -> None:
    one, other = pair
    order = planned(world, other, 6)
    assert aside(world, order) == [[other, other, 6, 6, "open"]]
    steward = world.raw("steward", "HB")
    preview = ask(steward, "select api.preview_merge(%s, %s)", one, other)
    assert preview["obstacles"] == []
    assert {row["table"]: row["rows"] for row in preview["rows"]} == {"reservation": 1, "work_order_part": 1}
    answer = ask(steward, MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    assert answer["rows"] == 2
    assert aside(world, order) == [[one, one, 6, 6, "open"]]
    assert differences(world) == 0
    needs = "select (item_id, needed, reserved, open)::text from erp.order_needs(array[%s::bigint])"
    assert world.value(needs, order) == f"({one},6.0000,6.0000,0.0000)"
    ask(steward, UNDO, str(uuid4()), answer["id"])
    assert aside(world, order) == [[other, other, 6, 6, "open"]]
    assert world.value("select item_id from erp.work_order_part where work_order_id = %s", order) == other
    assert differences(world) == 0


def test_what_was_given_back_meanwhile_stays_free(world: World, pair: tuple[int, int]) -> None:
    one, other = pair
    order = planned(world, other, 6)
    steward = world.raw("steward", "HB")
    answer = ask(steward, MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    world.value("select erp.give_back(array(select id from erp.reservation where work_order_id = %s))", order)
    ask(steward, UNDO, str(uuid4()), answer["id"])
    assert world.value("select sum(reserved) from erp.stock_balance where item_id = any (%s)", [one, other]) == 0
    assert differences(world) == 0


def test_what_was_issued_under_the_old_code_is_not_needed_again(world: World, pair: tuple[int, int]) -> None:
    one, other = pair
    order = planned(world, other, 6)
    place(world, "customer")
    lines = [{"item_id": other, "from_location_id": world.id("stock_location", "N-1"), "quantity": 4}]
    world.value("select api.post_stock(%s, %s)", str(uuid4()),
                Json({"type": "issue", "work_order_id": order, "lines": lines}))  # fmt: skip
    ask(world.raw("steward", "HB"), MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    needs = "select (item_id, needed, issued, reserved, open)::text from erp.order_needs(array[%s::bigint])"
    assert world.value(needs, order) == f"({one},6.0000,4.0000,2.0000,0.0000)"
    assert differences(world) == 0


def test_an_order_that_plans_both_and_an_open_pick_list_stand_against_it(world: World, pair: tuple[int, int]) -> None:
    one, other = pair
    order = planned(world, other, 6)
    world.value("insert into erp.work_order_part (work_order_id, item_id, quantity) values (%s, %s, 1)", order, one)
    world.value(
        "with l as (insert into erp.pick_list (company_id, org_unit_id, number) values (%s, %s, 'PK-1') returning id)"
        " insert into erp.pick_line (pick_list_id, line_no, work_order_id, reservation_id, item_id, location_id,"
        " quantity) select l.id, 1, r.work_order_id, r.id, r.item_id, b.location_id, r.quantity from l,"
        " erp.reservation r join erp.stock_balance b on b.id = r.balance_id where r.work_order_id = %s",
        world.id("company", "HB"), world.id("org_unit", "NORTH"), order,
    )  # fmt: skip
    steward = world.raw("steward", "HB")
    found = ask(steward, "select api.preview_merge(%s, %s)", one, other)["obstacles"]
    number = world.value("select number from erp.work_order where id = %s", order)
    assert [(each["rule"], each["number"]) for each in found] == [
        ("item_merge_picked", "PK-1"), ("item_merge_reserved", number)
    ]  # fmt: skip
    before = aside(world, order)
    with pytest.raises(UserError) as refused:
        ask(steward, MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    assert refused.value.constraint == "item_merge_picked"
    assert "PK-1" in refused.value.message_en and "PK-1" in refused.value.remedy_zh
    assert aside(world, order) == before


def test_layers_keep_the_day_of_their_delivery(world: World) -> None:
    for kind in ("count_loss", "opening"):
        place(world, kind)
    one, other = (item(world, code, "Shaft seal 45x62x8", valuation="fifo") for code in ("P-1", "P-2"))
    put_in(world, other, 10, "3.0000", "2026-03-02T08:00:00+00:00")
    put_in(world, one, 5, "4.0000", "2026-05-04T08:00:00+00:00")
    put_in(world, other, 7, "3.3333", "2026-07-06T08:00:00+00:00")
    layers = (
        "select jsonb_agg(jsonb_build_array(extract(month from effective_at), left_quantity, left_amount)"
        " order by effective_at, id) from erp.stock_layer where item_id = %s and left_quantity > 0"
    )
    before = [world.value(layers, each) for each in (one, other)]
    steward = world.raw("steward", "HB")
    answer = ask(steward, MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    merged = world.value(layers, one)
    assert [row[0] for row in merged] == sorted(row[0] for row in merged)
    assert {month: sum(row[1] for row in merged if row[0] == month) for month in (3, 5, 7)} == {3: 10, 5: 5, 7: 7}
    assert sum(row[2] for row in merged) == sum(row[2] for part in before for row in part)
    assert differences(world) == 0
    # The oldest goods leave first, whichever code they came in under.
    place(world, "scrap")
    with pytest.raises(UserError):
        world.value("select api.undo_merge(%s, %s, '')", str(uuid4()), answer["id"])
    ask(steward, UNDO, str(uuid4()), answer["id"])
    assert [world.value(layers, each) for each in (one, other)] == before
    assert differences(world) == 0
    ask(steward, MERGE, str(uuid4()), one, other, Json({}), "bought twice, really")
    lines = [{"item_id": one, "from_location_id": world.id("stock_location", "N-1"),
              "to_location_id": world.id("stock_location", "SCRAP"), "quantity": 10}]  # fmt: skip
    posted = world.value("select api.post_stock(%s, %s)", str(uuid4()),
                         Json({"type": "adjustment", "reason": "rusty", "lines": lines}))  # fmt: skip
    assert float(posted["amount"]) == 30.0


# --- the search, step by step ----------------------------------------------------------------------------------------


def test_the_search_goes_on_where_it_stopped(world: World) -> None:
    for number in range(130):
        item(world, f"A-{number:03}", f"Hose clamp {number + 10} mm")
    item(world, "B-1", "hose clamp 77mm")
    world.value("delete from erp.item_match")
    buyer = world.raw("buyer", "HB")
    total = int(world.value("select count(*) from erp.item"))
    first = ask(buyer, "select api.search_duplicates(100)")
    assert first == {"left": 2 * total - 100, "open": 0}
    left = [first["left"]]
    while left[-1]:
        step = ask(buyer, "select api.search_duplicates(100)")
        left.append(step["left"])
    assert left == sorted(left, reverse=True) and len(left) > 3
    assert step["open"] == 1
    pair = world.value("select (a.code, b.code)::text from erp.item_duplicate d join erp.item a on a.id = d.item_id"
                       " join erp.item b on b.id = d.other_id")  # fmt: skip
    assert pair == "(A-067,B-1)"
    place_in_list = world.value("select id from erp.item_duplicate")
    world.value("update erp.item set name = name || ' ' where code = 'B-1'")
    assert ask(buyer, "select api.find_duplicates()") == 1
    assert world.value("select id from erp.item_duplicate") == place_in_list


def test_only_who_may_judge_searches(world: World) -> None:
    for role in ("clerk", "engineer", "auditor"):
        with pytest.raises(UserError):
            ask(world.raw(role, "NORTH"), "select api.search_duplicates()")


def test_a_file_of_items_is_read_at_once(world: World) -> None:
    """Many rows in one statement leave the same words as each by itself."""
    values = ", ".join(f"({world.id('company', 'HB')}, {world.id('org_unit', 'HB')}, 'M-{n}', 'Oil seal {n}x62')"
                       for n in range(5))  # fmt: skip
    world.value(f"insert into erp.item (company_id, org_unit_id, code, name) values {values}")
    alone = item(world, "M-9", "Oil seal 3x62")
    words = "select words from erp.item_match where item_id = %s"
    assert world.value(words, world.id("item", "M-3")) == world.value(words, alone)
    assert world.value("select count(*) from erp.item_match m join erp.item i on i.id = m.item_id"
                       " where i.code like 'M-_'") == 6  # fmt: skip


# --- the rows of a file ----------------------------------------------------------------------------------------------


def test_the_rows_of_a_file_are_compared_with_what_there_is_and_with_each_other(world: World) -> None:
    known = item(world, "A-1", "Shaft seal 45x62x8")
    drafts = [
        {"n": 2, "code": "X-1", "name": "轴封 45×62×8"},
        {"n": 3, "code": "X-2", "name": "Smoke shifter 77x12"},
        {"n": 4, "code": "X-3", "name": "smoke shifters 77 * 12"},
        {"n": 5, "code": "A-1", "name": "Shaft seal 45x62x8"},
    ]
    found = ask(world.raw("clerk", "NORTH"), "select api.similar_drafts(%s)", Json(drafts))
    assert [(one["n"], one["item_id"], one["row"]) for one in found if one["n"] != 5] == [
        (2, known, None), (4, None, 3)
    ]  # fmt: skip
    # The item itself is no second one of itself; the other row that says the same is named.
    assert [(one["item_id"], one["row"]) for one in found if one["n"] == 5] == [(None, 2)]


def test_the_rows_of_a_file_find_nothing_of_another_branch(world: World) -> None:
    item(world, "S-9", "Shaft seal 45x62x8", unit="SOUTH")
    drafts = [{"n": 2, "code": "X-1", "name": "Shaft seal 45x62x8"}]
    assert ask(world.raw("clerk", "NORTH"), "select api.similar_drafts(%s)", Json(drafts)) == []
    assert len(ask(world.raw("clerk", "SOUTH"), "select api.similar_drafts(%s)", Json(drafts))) == 1
    many = [{"n": n, "name": "x"} for n in range(2001)]
    with pytest.raises(UserError) as refused:
        ask(world.raw("clerk", "SOUTH"), "select api.similar_drafts(%s)", Json(many))
    assert refused.value.constraint == "item_drafts_most"
