"""Categories, attributes, codes, duplicates and merges of items: the rules hold for every client."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg2.extensions import connection as RawConnection
from psycopg2.extras import Json

from db.errors import UserError, translate
from tests.db.conftest import World


def ask(connection: RawConnection, query: str, *values: object) -> Any:
    """The one value of a query as that person; a refusal is a UserError."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(query, values or None)
        except Exception as error:
            raise translate(error) from error
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def category(world: World, code: str, parent: int | None = None, unit: str = "HB", **more: object) -> int:
    names = ["company_id", "org_unit_id", "code", "name", "parent_id", *more]
    values = [world.id("company", "HB"), world.id("org_unit", unit), code, code.title(), parent, *more.values()]
    marks = ", ".join(["%s"] * len(values))
    return int(
        world.value(f"insert into erp.item_category ({', '.join(names)}) values ({marks}) returning id", *values)
    )


def item(world: World, code: str | None, name: str, unit: str = "HB", **more: object) -> int:
    names = ["company_id", "org_unit_id", "code", "name", *more]
    values = [world.id("company", "HB"), world.id("org_unit", unit), code, name, *more.values()]
    marks = ", ".join(["%s"] * len(values))
    return int(world.value(f"insert into erp.item ({', '.join(names)}) values ({marks}) returning id", *values))


def attribute(world: World, of: int, key: str, kind: str = "decimal", *, required: bool = False) -> None:
    field = world.value(
        "insert into erp.custom_field (table_name, key, kind, label, label_zh) values ('item', %s, %s, %s, '属性')"
        " on conflict (table_name, key) do update set kind = excluded.kind returning id",
        key, kind, key.title(),
    )  # fmt: skip
    world.value(
        "insert into erp.item_attribute (category_id, field_id, required) values (%s, %s, %s)", of, field, required
    )


# --- categories ------------------------------------------------------------------------------------------------------


def test_a_category_has_a_path_and_gives_its_code_to_its_items(world: World) -> None:
    drive = category(world, "drive")
    bearing = category(world, "bearing", drive, name_zh="轴承")
    part = item(world, "X-1", "Bearing", category_id=bearing)
    assert world.value("select path from erp.item_category where id = %s", bearing) == "drive / bearing"
    assert world.value("select category from erp.item where id = %s", part) == "bearing"
    world.value("update erp.item_category set code = 'turning' where id = %s", drive)
    world.value("update erp.item_category set code = 'roller' where id = %s", bearing)
    assert world.value("select path from erp.item_category where id = %s", bearing) == "turning / roller"
    assert world.value("select category from erp.item where id = %s", part) == "roller"


@pytest.mark.parametrize("written", ["bearing", "BEARING", "轴承", " bearing "])
def test_the_words_of_a_file_find_their_category(world: World, written: str) -> None:
    known = category(world, "bearing", name_zh="轴承")
    part = item(world, "X-1", "Bearing", category=written)
    assert world.value("select category_id from erp.item where id = %s", part) == known
    world.value("update erp.item set category = 'something else' where id = %s", part)
    assert world.value("select category_id from erp.item where id = %s", part) is None
    assert world.value("select category from erp.item where id = %s", part) == "something else"


def test_a_category_never_stands_below_itself(world: World) -> None:
    top = category(world, "top")
    middle = category(world, "middle", top)
    low = category(world, "low", middle)
    with pytest.raises(UserError) as refused:
        world.value("update erp.item_category set parent_id = %s where id = %s", low, top)
    assert refused.value.constraint == "item_category_no_circle"


def test_a_branch_cannot_hang_the_company_below_its_own(world: World) -> None:
    south = category(world, "south", unit="SOUTH")
    with pytest.raises(UserError) as refused:
        category(world, "all", south)
    assert refused.value.constraint == "item_category_unit_below"
    with pytest.raises(UserError):
        item(world, "X-1", "Of all", category_id=south)


# --- attributes ------------------------------------------------------------------------------------------------------


def test_attributes_are_inherited_and_checked(world: World) -> None:
    drive = category(world, "drive")
    bearing = category(world, "bearing", drive)
    oil = category(world, "oil")
    attribute(world, drive, "bore", required=True)
    with pytest.raises(UserError) as refused:
        item(world, "X-1", "Bearing", category_id=bearing)
    assert refused.value.constraint == "custom_required"
    part = item(world, "X-1", "Bearing", category_id=bearing, custom=Json({"bore": 25}))
    with pytest.raises(UserError) as refused:
        item(world, "X-2", "Oil", category_id=oil, custom=Json({"bore": 25}))
    assert refused.value.constraint == "item_attribute_applies"
    assert refused.value.field == "custom.bore"
    # What was entered stays when the item moves to another category; only a new value is refused.
    world.value("update erp.item set category_id = %s where id = %s", oil, part)
    assert world.value("select custom from erp.item where id = %s", part) == {"bore": 25}
    with pytest.raises(UserError):
        world.value("update erp.item set custom = %s where id = %s", Json({"bore": 30}), part)


def test_a_field_without_a_category_is_for_every_item(world: World) -> None:
    world.value(
        "insert into erp.custom_field (table_name, key, kind, label, label_zh) values ('item','shelf','text','S','架')"
    )
    attribute(world, category(world, "drive"), "bore")
    item(world, "X-1", "Any", custom=Json({"shelf": "A"}))
    clerk = world.raw("clerk", "NORTH")
    assert ask(clerk, "select api.attribute_keys()") == ["bore"]


# --- codes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mask", "code", "fits"),
    [
        ("BRG-####", "BRG-0001", True),
        ("BRG-####", "BRG-12345", True),
        ("BRG-####", "BRG-001", False),
        ("BRG-####", "brg-0001", False),
        ("BRG-####", "BRG-0001X", False),
        ("BRG.{bore}/##", "BRG.25/07", True),
        ("BRG.{bore}/##", "BRG.6.5/07", True),
        ("BRG.{bore}/##", "BRGX25/07", False),
        ("@@?-*", "AB1-anything", True),
        ("@@?-*", "A11-", False),
    ],
)
def test_a_form_of_codes(shared: World, mask: str, code: str, fits: bool) -> None:
    assert shared.value("select %s ~ erp.code_pattern(%s)", code, mask) is fits


def test_codes_have_the_form_of_their_category(world: World) -> None:
    drive = category(world, "drive", code_mask="DRV-###", code_other="OEM-* @@-##")
    bearing = category(world, "bearing", drive)
    with pytest.raises(UserError) as refused:
        item(world, "WRONG", "Bearing", category_id=bearing)
    assert refused.value.constraint == "item_code_form"
    assert "DRV-001" in refused.value.remedy_en
    for code in ("DRV-001", "OEM-what they like", "AB-77"):
        item(world, code, "Bearing", category_id=bearing)
    item(world, "FROM-BEFORE", "Bearing", category_id=bearing, source="old", source_key="1")
    # A code that was there before stays when the item gets a category.
    late = item(world, "LATE", "Bearing")
    world.value("update erp.item set category_id = %s where id = %s", bearing, late)
    with pytest.raises(UserError):
        world.value("update erp.item set code = 'LATER' where id = %s", late)


def test_the_next_code_is_proposed_and_drawn(world: World) -> None:
    drive = category(world, "drive", code_mask="DRV-##")
    attribute(world, drive, "bore")
    special = category(world, "special", drive, code_mask="S{bore}-##")
    steward = world.raw("steward", "HB")
    suggest = "select api.suggest_item_code(%s, %s) ->> 'code'"
    assert ask(steward, suggest, drive, Json({})) == "DRV-01"
    item(world, "DRV-99", "Last of two digits", category_id=drive)
    assert ask(steward, suggest, drive, Json({})) == "DRV-100"
    assert ask(steward, suggest, special, Json({})) is None
    missing = ask(steward, "select api.suggest_item_code(%s, '{}') -> 'missing' -> 0 ->> 'field'", special)
    assert missing == "Bore"
    assert ask(steward, suggest, special, Json({"bore": 25})) == "S25-01"
    drawn = item(world, None, "Numbered by the database", category_id=drive)
    assert world.value("select code from erp.item where id = %s", drawn) == "DRV-100"


@pytest.mark.parametrize("mask", ["NO-NUMBER", "TWO-#-#", "{open-##", "BLANK ##", "STAR*##", "{Bad}##"])
def test_a_form_that_makes_no_code_is_refused(world: World, mask: str) -> None:
    with pytest.raises(UserError) as refused:
        category(world, "drive", code_mask=mask)
    assert refused.value.constraint == "item_category_mask_form"


def test_a_form_names_attributes_that_exist(world: World) -> None:
    with pytest.raises(UserError) as refused:
        category(world, "drive", code_mask="{nothing}-##")
    assert refused.value.constraint == "item_category_mask_attribute"


# --- duplicates ------------------------------------------------------------------------------------------------------

ALIKE = "select erp.terms_alike(erp.terms_of(%s, known), erp.terms_of(%s, known)) from erp.known_words() known"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bearing 6205-2RS", "ＢＥＡＲＩＮＧ　６２０５－２ＲＳ"),
        ("Bearing 6205 2RS", "轴承 6205-2RS"),
        ("zhoucheng 6205", "轴承6205"),
        ("Shaft seal 45×62×8", "轴封 45*62*8 毫米"),
        ("轴封 φ45x62x8", "轴封 45 X 62 X 8"),
        ("V-belt XPB 2500", "三角带XPB2500"),
        ("Oil 20 L", "润滑油 20升"),
        ("PT100 sensor 6 mm", "PT100 传感器 6毫米"),
        ("Gaskets NBR 120mm", "丁腈密封垫 120 毫米"),
    ],
)
def test_what_is_the_same_in_other_letters(shared: World, one: str, other: str) -> None:
    assert shared.value(ALIKE, one, other) >= Decimal("0.75")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bearing 6205 C3", "Bearing 6206 C3"),
        ("Gasket NBR 120 mm", "Gasket NBR 160 mm"),
        ("Oil separator 75S", "Oil separator 110S"),
        ("Oil filter 75S", "Air filter element 75S"),
        ("V-belt XPB 2500", "V-belt XPB 2360"),
        ("Fuse NH00 63 A", "Contactor 63 A"),
    ],
)
def test_what_only_looks_the_same(shared: World, one: str, other: str) -> None:
    assert shared.value(ALIKE, one, other) < Decimal("0.75")


def similar(connection: RawConnection, **draft: object) -> dict[str, float]:
    found = ask(connection, "select api.similar_items(%s)", Json(draft))
    return {one["code"]: one["score"] for one in found}


def test_a_draft_is_compared_with_what_there_is(world: World) -> None:
    item(world, "BRG-1", "Deep groove bearing 6310", name_zh="深沟球轴承 6310", maker_code="SKF 6310/C3")
    buyer = world.raw("buyer", "NORTH")
    assert similar(buyer, name="轴承（深沟球）６３１０")["BRG-1"] >= 0.7
    assert similar(buyer, name="whatever", maker_code="skf-6310 c3")["BRG-1"] >= 0.75
    assert similar(buyer, name="Deep groove bearing 6311") == {}
    own = world.id("item", "BRG-1")
    assert similar(buyer, item_id=own, name="Deep groove bearing 6310") == {}


def test_a_draft_finds_nothing_of_another_branch(world: World) -> None:
    assert "OIL-S" in similar(world.raw("buyer", "SOUTH"), name="Oil of the south")
    assert similar(world.raw("buyer", "NORTH"), name="Oil of the south") == {}


def test_the_search_notes_each_pair_once(world: World) -> None:
    one = item(world, "P-1", "Shaft seal 45x62x8")
    other = item(world, "P-2", "轴封 45×62×8")
    item(world, "P-3", "Shaft seal 45x62x10")
    steward = world.raw("steward", "HB")
    assert ask(steward, "select api.find_duplicates()") == 1
    assert ask(steward, "select api.find_duplicates()") == 1
    pair = ask(steward, "select array[item_id, other_id] from erp.item_duplicate")
    assert pair == [one, other]
    duplicate = ask(steward, "select id from erp.item_duplicate")
    ask(steward, "select api.judge_duplicate(%s, true, 'left and right hand')", duplicate)
    # A name that changes is looked at again; what was judged stays judged.
    world.value("update erp.item set name = 'Shaft seal 45x62x8 NBR' where id = %s", one)
    ask(steward, "select api.find_duplicates()")
    assert ask(steward, "select state from erp.item_duplicate where id = %s", duplicate) == "different"


def test_a_pair_that_is_none_any_more_disappears(world: World) -> None:
    one = item(world, "P-1", "Shaft seal 45x62x8")
    item(world, "P-2", "Shaft seal 45x62x8")
    steward = world.raw("steward", "HB")
    assert ask(steward, "select api.find_duplicates()") == 1
    world.value("update erp.item set name = 'Contactor 32 A' where id = %s", one)
    assert ask(steward, "select api.find_duplicates()") == 0


def test_a_block_that_renames_is_compared_by_the_new_names(world: World) -> None:
    """All in one statement; what kept its name keeps what was found about it."""
    items = [item(world, f"R-{n}", f"Flange {n}") for n in range(5)]
    world.value("update erp.item_match set compared = true")
    world.value("update erp.item set name = 'Gasket ' || code, barcode = code where id = any (%s)", items[:4])
    world.value("update erp.item set barcode = code where id = %s", items[4])
    read = "select array_agg((m.words @> '{gasket}') <> m.compared order by m.item_id) from erp.item_match m"
    assert world.value(read + " where m.item_id = any (%s)", items) == [True] * 5


def test_a_new_synonym_makes_the_names_read_anew(world: World) -> None:
    item(world, "P-1", "Gubbins 77")
    item(world, "P-2", "Thingumajig 77")
    steward = world.raw("steward", "HB")
    assert ask(steward, "select api.find_duplicates()") == 0
    ask(steward, "insert into erp.item_synonym (word, means) values ('Gubbins', 'thingumajig')")
    assert ask(steward, "select api.find_duplicates()") == 1


def test_the_shipped_synonyms_know_their_reading(shared: World) -> None:
    assert shared.value(
        "select count(*) from erp.item_synonym where octet_length(word) > length(word)"
        " and reading is distinct from (erp.pinyin_of(word)).full_reading"
    ) == 0  # fmt: skip
    assert shared.value("select count(*) from erp.item_synonym") > 200


# --- merging ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def twins(world: World) -> tuple[int, int]:
    """Two items of the company that are one; the second has fits, an order line, and stock at an odd price."""
    for kind in ("count_loss", "opening"):
        world.value(
            "insert into erp.stock_location (company_id, org_unit_id, code, name, kind) values (%s, %s, %s, %s, %s)",
            world.id("company", "HB"), world.id("org_unit", "HB"), kind.upper(), kind, kind,
        )  # fmt: skip
    one = item(world, "P-1", "Shaft seal 45x62x8")
    other = item(world, "P-2", "轴封 45×62×8", maker="Simrit", barcode="690001")
    asset_class = world.value("select id from erp.asset_class")
    world.value("insert into erp.item_fit (item_id, asset_class_id) values (%s, %s)", other, asset_class)
    world.value(
        "insert into erp.item_fit (item_id, asset_class_id, model) values (%s, %s, 'NB-80')", other, asset_class
    )
    world.value("insert into erp.item_fit (item_id, asset_class_id, model) values (%s, %s, 'NB-80')", one, asset_class)
    supplier = world.id("party", "S-ALL")
    order = world.value(
        "insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id) values (%s, %s, 'PO-1', %s)"
        " returning id",
        world.id("company", "HB"), world.id("org_unit", "NORTH"), supplier,
    )  # fmt: skip
    world.value(
        "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
        " values (%s, 1, %s, 5, 5)",
        order, other,
    )  # fmt: skip
    for unit, place in (("N-1", 7), ("S-1", 3)):
        lines = [{"item_id": other, "to_location_id": world.id("stock_location", unit), "quantity": place,
                  "unit_cost": "3.3333"}]  # fmt: skip
        world.value("select api.post_stock(%s, %s)", str(uuid4()), Json({"type": "opening", "lines": lines}))
    return one, other


MERGE = "select api.merge_items(%s, %s, %s, %s, %s)"


def state(world: World, *items: int) -> list[Any]:
    """All that a merge and its undo may touch, of two items."""
    return [
        world.value(
            "select jsonb_agg(to_jsonb(i) - '{version,updated_at,updated_by}'::text[] order by id) from erp.item i"
            " where id = any (%s)", list(items)
        ),
        world.value("select jsonb_agg(to_jsonb(f) order by id) from erp.item_fit f"),
        world.value("select jsonb_agg(to_jsonb(l) - '{version,updated_at,updated_by}'::text[] order by id)"
                    " from erp.purchase_order_line l"),
        world.value("select jsonb_agg(array[item_id, location_id, quantity] order by item_id, location_id)"
                    " from erp.stock_balance where quantity <> 0"),
        world.value("select jsonb_agg(array[item_id, quantity, value] order by item_id) from erp.item_cost"
                    " where quantity <> 0"),
    ]  # fmt: skip


def test_a_merge_moves_all_and_its_undo_brings_all_back(world: World, twins: tuple[int, int]) -> None:
    one, other = twins
    steward = world.raw("steward", "HB")
    before = state(world, one, other)
    worth = world.value("select sum(value) from erp.item_cost where item_id = any (%s)", [one, other])
    preview = ask(steward, "select api.preview_merge(%s, %s)", one, other)
    assert preview["obstacles"] == []
    assert {row["table"]: row["rows"] for row in preview["rows"]} == {"item_fit": 2, "purchase_order_line": 1}
    assert sum(row["quantity"] for row in preview["stock"]) == 10
    assert state(world, one, other) == before
    request = str(uuid4())
    answer = ask(steward, MERGE, request, one, other, Json({}), "bought twice")
    assert ask(steward, MERGE, request, one, other, Json({}), "bought twice") == answer
    assert world.value("select merged_into from erp.item where id = %s", other) == one
    assert world.value("select quantity from erp.item_cost where item_id = %s", other) == 0
    assert world.value("select value from erp.item_cost where item_id = %s", other) == 0
    assert world.value("select (quantity, value) from erp.item_cost where item_id = %s", one) == f"(10.0000,{worth})"
    assert world.value("select array[name, maker, barcode] from erp.item where id = %s", one) == [
        "Shaft seal 45x62x8", "Simrit", "690001"
    ]  # fmt: skip
    assert world.value("select item_id from erp.purchase_order_line where unit_price = 5 limit 1") == one
    # The survivor had a fit of its own for that model: the other's stays where it was.
    assert world.value("select count(*) from erp.item_fit where item_id = %s", one) == 2
    assert world.value("select count(*) from api.reconcile() r where r.item_id = any (%s)", [one, other]) == 0
    undo = "select api.undo_merge(%s, %s, %s)"
    ask(steward, undo, str(uuid4()), answer["id"], "they differ in hardness")
    assert state(world, one, other) == before
    assert world.value("select count(*) from api.reconcile() r where r.item_id = any (%s)", [one, other]) == 0
    with pytest.raises(UserError) as refused:
        ask(steward, undo, str(uuid4()), answer["id"], "again")
    assert refused.value.constraint == "item_merge_undone"


def test_the_old_label_opens_the_item_that_stays_and_takes_no_postings(world: World, twins: tuple[int, int]) -> None:
    one, other = twins
    ask(world.raw("steward", "HB"), MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    clerk = world.raw("clerk", "NORTH")
    hit = ask(clerk, "select api.desk_resolve('P-2')")
    assert (hit["id"], hit["code"], hit["part"]["code"]) == (one, "P-1", "P-1")
    lines = [{"item_id": other, "to_location_id": world.id("stock_location", "N-1"), "quantity": 1}]
    with pytest.raises(UserError) as refused:
        ask(clerk, "select api.post_stock(%s, %s)", str(uuid4()), Json({"type": "opening", "lines": lines}))
    assert refused.value.constraint == "stock_item_known"


@pytest.mark.parametrize("since", ["stock", "field", "row"])
def test_a_merge_stays_when_something_happened_since(world: World, twins: tuple[int, int], since: str) -> None:
    one, other = twins
    steward = world.raw("steward", "HB")
    answer = ask(steward, MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    if since == "stock":
        lines = [{"item_id": one, "to_location_id": world.id("stock_location", "N-1"), "quantity": 1}]
        world.value("select api.post_stock(%s, %s)", str(uuid4()), Json({"type": "opening", "lines": lines}))
    elif since == "field":
        world.value("update erp.item set maker = 'Somebody' where id = %s", one)
    else:
        world.value("delete from erp.item_fit where item_id = %s and model is null", one)
    before = state(world, one, other)
    with pytest.raises(UserError) as refused:
        ask(steward, "select api.undo_merge(%s, %s, 'no')", str(uuid4()), answer["id"])
    assert refused.value.constraint == "item_merge_since"
    assert state(world, one, other) == before


def test_the_fields_may_be_chosen(world: World, twins: tuple[int, int]) -> None:
    one, other = twins
    steward = world.raw("steward", "HB")
    ask(steward, MERGE, str(uuid4()), one, other, Json({"name": "merged"}), "the other has the better name")
    assert world.value("select name from erp.item where id = %s", one) == "轴封 45×62×8"
    assert world.value("select category from erp.item where id = %s", one) is None


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("update erp.item set uom = 'set' where code = 'P-1'", "item_merge_uom"),
        ("update erp.item set tracking = 'lot' where code = 'P-1'", "item_merge_tracking"),
    ],
)
def test_what_stands_against_a_merge_is_said_before(
    world: World, twins: tuple[int, int], damage: str, rule: str
) -> None:
    world.value(damage)
    steward = world.raw("steward", "HB")
    assert [one["rule"] for one in ask(steward, "select api.preview_merge(%s, %s)", *twins)["obstacles"]] == [rule]
    before = state(world, *twins)
    with pytest.raises(UserError) as refused:
        ask(steward, MERGE, str(uuid4()), *twins, Json({}), "why not")
    assert refused.value.constraint == rule
    assert state(world, *twins) == before


def test_stock_in_a_store_of_another_branch_stands_against_a_merge(world: World, twins: tuple[int, int]) -> None:
    """What lies where the steward may not write is not moved by him: a steward of both branches merges."""
    north = world.id("org_unit", "NORTH")
    world.value("update erp.item set org_unit_id = %s where id = any (%s)", north, list(twins))
    line = {"item_id": twins[1], "to_location_id": world.id("stock_location", "S-1"), "quantity": 2, "unit_cost": "3"}
    world.value("select api.post_stock(%s, %s)", str(uuid4()), Json({"type": "opening", "lines": [line]}))
    steward = world.raw("steward", "NORTH")
    found = ask(steward, "select api.preview_merge(%s, %s)", *twins)["obstacles"]
    assert [one["rule"] for one in found] == ["item_merge_stock_scope"]
    before = state(world, *twins)
    with pytest.raises(UserError) as refused:
        ask(steward, MERGE, str(uuid4()), *twins, Json({}), "why not")
    assert refused.value.constraint == "item_merge_stock_scope" and "P-2" in refused.value.text("zh")
    assert state(world, *twins) == before
    ask(world.raw("steward", "HB"), MERGE, str(uuid4()), *twins, Json({}), "the same part")


def test_lots_go_over_with_their_dates(world: World, twins: tuple[int, int]) -> None:
    one, other = (item(world, code, "Grease EP2", tracking="lot") for code in ("G-1", "G-2"))
    lines = [{"item_id": other, "to_location_id": world.id("stock_location", "N-1"), "quantity": 3, "unit_cost": "2",
              "lot": "L-77", "expires_on": "2027-05-01"}]  # fmt: skip
    world.value("select api.post_stock(%s, %s)", str(uuid4()), Json({"type": "opening", "lines": lines}))
    ask(world.raw("steward", "HB"), MERGE, str(uuid4()), one, other, Json({}), "bought twice")
    assert world.value(
        "select (t.code, t.expires_on, b.quantity)::text from erp.stock_balance b join erp.lot t on t.id = b.lot_id"
        " where b.item_id = %s", one
    ) == "(L-77,2027-05-01,3.0000)"  # fmt: skip


def test_only_the_steward_of_both_merges(world: World, twins: tuple[int, int]) -> None:
    north = item(world, "N-ITEM", "Of the north", unit="NORTH")
    south = world.id("item", "OIL-S")
    for role, unit, pair in (
        ("steward", "NORTH", twins), ("steward", "NORTH", (north, south)), ("steward", "SOUTH", (north, south)),
        ("buyer", "HB", twins), ("clerk", "HB", twins), ("manager", "HB", twins),
    ):  # fmt: skip
        person = world.raw(role, unit)
        for call in (
            "select api.merge_items(gen_random_uuid(), %s, %s, '{}', 'mine')",
            "select api.preview_merge(%s, %s)",
        ):
            with pytest.raises(UserError):
                ask(person, call, *pair)
    assert world.value("select count(*) from erp.item_merge") == 0


def test_an_undo_of_another_branch_is_refused(world: World) -> None:
    one, other = (item(world, code, "Oil", unit="SOUTH") for code in ("S-1A", "S-1B"))
    answer = ask(world.raw("steward", "SOUTH"), MERGE, str(uuid4()), one, other, Json({}), "twice")
    with pytest.raises(UserError) as refused:
        ask(world.raw("steward", "NORTH"), "select api.undo_merge(%s, %s, 'x')", str(uuid4()), answer["id"])
    assert refused.value.constraint == "item_merge_scope"
