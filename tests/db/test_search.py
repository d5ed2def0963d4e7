"""Finding by code, word, Chinese characters, pinyin and initials, within one's scope."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from db import functions
from db.orm.stock_items import Item
from db.session import Database, connect
from tests.db.conftest import World


@pytest.fixture(scope="module")
def clerk(standing: World) -> Database:
    return standing.login("clerk")


def found(database: Database, kind: str, query: str) -> set[str]:
    column = "number" if kind in ("work_order", "contract", "stock_document") else "code"
    with database.read() as session:
        ids, _ = functions.search(session, kind, query)
        return set(session.scalars(text(f"select {column} from erp.{kind} where id = any(:ids)"), {"ids": ids}))


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("item", "brg-6205"),
        ("item", "6205"),
        ("item", "bearing"),
        ("item", "ball groove"),
        ("item", "轴承"),
        ("item", "球"),
        ("item", "深沟球"),
        ("item", "sgqzc"),
        ("item", "qz"),
        ("item", "zhoucheng"),
        ("item", "ＢＲＧ－６２０５"),
        ("item", "  轴承   6205 "),
        ("item", "b"),
    ],
)
def test_what_finds_the_bearing(clerk: Database, kind: str, query: str) -> None:
    assert found(clerk, kind, query) == {"BRG-6205"}


@pytest.mark.parametrize(
    "query", ["", " ", "轴球", "gnirаeb", "bearing x9", "%", "_", "'; drop table erp.item; --", "\\"]
)
def test_what_finds_nothing(clerk: Database, query: str) -> None:
    assert found(clerk, "item", query) == set()


def test_search_stays_within_the_scope(shared: World, clerk: Database) -> None:
    assert found(clerk, "work_order", "seal") == {"WO-NORTH"}
    assert found(clerk, "party", "港务") == {"C-NORTH"}
    assert found(clerk, "stock_document", "rcv") == {"RCV-N-1"}
    assert found(shared.login("manager", "HB"), "work_order", "泄漏") == {"WO-NORTH", "WO-SOUTH"}


def test_search_sees_through_the_doors_of_jobs_and_no_others(world: World) -> None:
    """What is the same for every row is filled in beforehand: each person finds the rows that the policies show him."""
    names = {role: world.login_name(role, unit) for role, unit in (("engineer", "NORTH"), ("planner", "NORTH"))}
    user = world.value("select id from erp.app_user where login = %s", names["engineer"])
    world.value("update erp.engineer set user_id = %s where code = 'E-SOUTH'", user)
    world.value("update erp.work_order set engineer_id = %s where number = 'WO-SOUTH'", world.id("engineer", "E-SOUTH"))
    expected = {"engineer": {"WO-NORTH", "WO-SOUTH"}, "planner": {"WO-NORTH"}}
    for role, name in names.items():
        with connect(world.dsn(name)) as person:
            assert found(person, "work_order", "seal") == expected[role]
            with person.read() as session:
                assert set(session.scalars(text("select number from erp.work_order"))) == expected[role]


@pytest.mark.parametrize(("query", "hit"), [("jxmf", True), ("mifengxie", True), ("jxmfxl", True), ("jxfm", False)])
def test_longer_readings_must_really_stand_there(shared: World, clerk: Database, query: str, hit: bool) -> None:
    assert found(clerk, "work_order", query) == ({"WO-NORTH"} if hit else set())


def test_search_needs_a_grant(shared: World, clerk: Database) -> None:
    with clerk.read() as session:
        assert functions.search(session, "contract", "水泵") == ([], False)
    with shared.login("finance").read() as session:
        assert functions.search(session, "contract", "水泵")[0] == [shared.id("contract", "CON-NORTH")]


def test_a_search_says_when_it_is_cut(world: World) -> None:
    world.value(
        "insert into erp.item (company_id, org_unit_id, code, name)"
        " select company_id, org_unit_id, 'X-' || i, 'Washer'"
        " from erp.item, generate_series(1, 7) i where code = 'BRG-6205'"
    )
    with world.login("clerk").read() as session:
        ids, more = functions.search(session, "item", "washer", limit=5)
        assert (len(ids), more) == (5, True)
        assert ids == sorted(ids, reverse=True), "a cut search shows the newest"
        newest = set(session.scalars(text("select code from erp.item where id = any(:ids)"), {"ids": ids}))
        assert newest == {"X-7", "X-6", "X-5", "X-4", "X-3"}
        ids, more = functions.search(session, "item", "washer", limit=7)
        assert (len(ids), more) == (7, False)


def test_the_condition_for_lists(clerk: Database) -> None:
    with clerk.read() as session:
        assert session.scalars(select(Item.code).where(functions.matches(Item.id, "item", "轴承"))).all() == [
            "BRG-6205"
        ]
        assert not session.scalars(select(Item.code).where(functions.matches(Item.id, "item", "机油"))).all()


def test_ctrl_k_offers_everything_that_one_may_see(shared: World, clerk: Database) -> None:
    with clerk.read() as session:
        assert [(f.kind, f.code) for f in functions.search_anywhere(session, "north")] == [
            ("work_order", "WO-NORTH"),
            ("asset", "P-NORTH"),
            ("party", "C-NORTH"),
            ("engineer", "E-NORTH"),
        ]
        (exact, *_) = functions.search_anywhere(session, "p-north")
        assert (exact.kind, exact.code, exact.name_zh) == ("asset", "P-NORTH", "冷却水泵")
    with shared.login("finance").read() as session:
        assert ("contract", "CON-NORTH") in [(f.kind, f.code) for f in functions.search_anywhere(session, "con-north")]
    with shared.login("admin", "HB").read() as session:
        assert functions.search_anywhere(session, "north") == []


def test_ctrl_k_finds_the_very_code_among_many_that_hold_it(world: World) -> None:
    """More rows hold the word than are ranked; the code that was typed stands first all the same."""
    world.value(
        "insert into erp.item (company_id, org_unit_id, code, name)"
        " select company_id, org_unit_id, 'A-' || i, 'Spare for KX' from erp.item, generate_series(1, 400) i"
        " where code = 'BRG-6205'"
    )
    world.value(
        "insert into erp.item (company_id, org_unit_id, code, name)"
        " select company_id, org_unit_id, c, 'Spare' from erp.item, unnest('{KX,KX-2}'::text[]) c"
        " where code = 'BRG-6205'"
    )
    with world.login("clerk").read() as session:
        assert [f.code for f in functions.search_anywhere(session, "kx")][:2] == ["KX", "KX-2"]


def test_ctrl_k_leaves_room_for_every_kind(world: World) -> None:
    """Thirty orders about a bearing do not hide the bearing."""
    world.value(
        "insert into erp.work_order (company_id, org_unit_id, number, title)"
        " select company_id, org_unit_id, 'WO-B' || i, 'Bearing is loud'"
        " from erp.work_order, generate_series(1, 30) i where number = 'WO-NORTH'"
    )
    with world.login("clerk").read() as session:
        kinds = [f.kind for f in functions.search_anywhere(session, "bearing", limit=10)]
    assert "item" in kinds and kinds.count("work_order") >= 5
    assert kinds == sorted(kinds, key=kinds.index), "each kind stands together"


def test_names_sort_by_pinyin(world: World) -> None:
    for code, name in (("E-1", "张伟"), ("E-2", "Adams"), ("E-3", "陈静"), ("E-4", "曾祥")):
        world.value(
            "insert into erp.engineer (company_id, org_unit_id, code, name, name_zh, initials)"
            " select company_id, id, %s, %s, %s, 'X' from erp.org_unit where code = 'NORTH'",
            code, name, None if name.isascii() else name,
        )  # fmt: skip
    assert world.value("select array_agg(code::text order by sort_key) from erp.engineer where code like 'E-_'") == [
        "E-2", "E-3", "E-4", "E-1",
    ]  # fmt: skip


def test_keys_follow_a_change(world: World) -> None:
    world.value("update erp.item set name_zh = '圆柱滚子轴承' where code = 'BRG-6205'")
    clerk = world.login("clerk")
    assert found(clerk, "item", "滚子") == {"BRG-6205"}
    assert found(clerk, "item", "深沟") == set()


def test_keys_of_copied_rows_are_filled_afterwards(world: World) -> None:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update erp.item set search_key = '{}', search_text = '', sort_key = ''")
    assert found(world.login("clerk"), "item", "轴承") == set()
    world.value("call erp.fill_search_keys()")
    assert found(world.login("clerk"), "item", "轴承") == {"BRG-6205"}
    assert world.value("select sort_key from erp.item where code = 'BRG-6205'").startswith("shen gou qiu")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 22), length=st.integers(2, 12))
def test_every_part_of_a_name_finds_it(clerk: Database, start: int, length: int) -> None:
    part = "Deep groove ball bearing"[start : start + length].strip()
    if len(part) > 1:
        assert found(clerk, "item", part) == {"BRG-6205"}
