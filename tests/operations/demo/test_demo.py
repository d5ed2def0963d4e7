"""The demo company reconciles, is the same every time, and confines its people as the issue says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from db.embedded import Server
from db.errors import BugError, UserError
from db.session import Database
from desktop.lists.all_lists import ALL_LISTS
from desktop.lists.spec import ListSpec
from desktop.operations import demo, people, saved_views
from desktop.operations.demo.views import RECIPES, VIEWS
from tests import templates
from tests.demo_world import TODAY, DemoWorld, make_demo_world, make_demo_world_of_its_own

PLANS = {"due_at", "planned_start", "planned_end", "starts_at", "ends_at", "next_try_at", "until", "locked_until"}
"""Columns that speak of the future."""


@pytest.fixture(scope="module")
def world(pg_server: Server) -> DemoWorld:
    return make_demo_world(pg_server, "demotest")


@pytest.fixture(scope="module")
def owner(world: DemoWorld) -> Iterator[Database]:
    with world.database() as database:
        yield database


def spec_of(key: str) -> ListSpec:
    return next(spec for spec in ALL_LISTS if spec.key == key)


def rows(database: Database, query: str, **values: object) -> list[tuple[object, ...]]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(query), values)]


def value(database: Database, query: str, **values: object) -> object:
    return rows(database, query, **values)[0][0]


def test_the_ledger_reconciles(owner: Database) -> None:
    assert rows(owner, "select * from api.reconcile()") == []
    assert value(owner, "select count(*) > 1000 from erp.stock_move") is True


def test_what_was_bought_agrees_with_the_ledger(owner: Database) -> None:
    assert rows(owner, "select * from api.reconcile_purchasing()") == []
    states = dict(rows(owner, "select state, count(*) from erp.supplier_invoice group by state"))
    assert states["posted"] > 10 and states["matched"] >= 1 and states["exception"] >= 1
    assert value(owner, "select count(*) > 0 from erp.grni_position where open_amount > 0") is True
    assert value(owner, "select count(*) > 0 from api.supplier_performance where on_time is not null") is True
    assert value(owner, "select count(*) > 0 from api.touchless_rate where invoice_rate < 1") is True


def test_no_balance_is_ever_below_zero(owner: Database) -> None:
    history = """
        select count(*) from (
            select sum(e.quantity) over (partition by e.item_id, e.place, e.lot_id order by e.id) as level
            from (
                select m.id, m.item_id, m.lot_id, m.to_location_id as place, m.quantity from erp.stock_move m
                join erp.stock_location l on l.id = m.to_location_id and l.stocked
                union all
                select m.id, m.item_id, m.lot_id, m.from_location_id, -m.quantity from erp.stock_move m
                join erp.stock_location l on l.id = m.from_location_id and l.stocked) e) x
        where x.level < 0"""
    assert value(owner, history) == 0


def test_no_row_points_nowhere_although_it_was_copied_without_checks(owner: Database) -> None:
    keys = rows(
        owner,
        "select conrelid::regclass::text, confrelid::regclass::text,"
        " array(select a.attname from unnest(conkey) with ordinality k (nr, place) join pg_attribute a"
        " on a.attrelid = conrelid and a.attnum = k.nr order by k.place),"
        " array(select a.attname from unnest(confkey) with ordinality k (nr, place) join pg_attribute a"
        " on a.attrelid = confrelid and a.attnum = k.nr order by k.place)"
        " from pg_constraint where contype = 'f' and connamespace = 'erp'::regnamespace",
    )
    assert len(keys) > 80
    dangling = []
    for child, parent, columns, targets in keys:
        match = " and ".join(f"p.{t} = c.{c}" for c, t in zip(columns, targets, strict=True))  # type: ignore[call-overload]
        given = " and ".join(f"c.{c} is not null" for c in columns)  # type: ignore[attr-defined]
        query = f"select count(*) from {child} c where {given} and not exists (select from {parent} p where {match})"
        if value(owner, query):
            dangling.append((child, columns))
    assert dangling == []


def test_histories_follow_the_transitions(owner: Database) -> None:
    illegal = """
        select count(*) from erp.work_order_history h
        where h.from_state is not null and not exists (
            select from erp.work_order_transition t where t.from_state = h.from_state and t.to_state = h.to_state)"""
    assert value(owner, illegal) == 0
    last = """
        select count(*) from erp.work_order w
        where w.state <> (
            select h.to_state from erp.work_order_history h where h.work_order_id = w.id order by h.id desc limit 1)"""
    assert value(owner, last) == 0


def test_orders_are_in_every_state_and_around_today(owner: Database) -> None:
    states = {row[0] for row in rows(owner, "select distinct state from erp.work_order")}
    assert {
        "draft",
        "submitted",
        "approved",
        "planned",
        "dispatched",
        "accepted",
        "working",
        "done",
        "confirmed",
    } <= states
    assert {"closed", "cancelled", "waiting_part"} <= states
    planned = "select count(*) from erp.booking where starts_at >= :day and starts_at < :day + interval '1 day'"
    for offset in (-1, 0, 1):
        assert value(owner, planned, day=TODAY + dt.timedelta(days=offset)) > 10  # type: ignore[operator]


def test_the_cast_of_the_mock_ups_is_there(owner: Database) -> None:
    assert value(owner, "select name_zh from erp.party where code = 'C-HUARUI'") == "华瑞精密"
    assert value(owner, "select code from erp.asset where id = 1") == "CMP-NVK-75S-0031"
    contract = rows(
        owner, "select annual_value, starts_on, ends_on, state from erp.contract where number = 'HT-2024-0187'"
    )
    assert [str(part) for part in contract[0]] == ["486000.00", "2024-03-01", "2027-02-28", "active"]
    assert value(owner, "select name from erp.item where code = 'GSK-NBR-120'") == "NBR gasket 120 mm"
    order = """
        select w.title from erp.work_order w join erp.engineer e on e.id = w.engineer_id
        where w.state = 'working' and e.name = 'Wang Jun'"""
    assert value(owner, order) == "Annual service, replace valve kit"


def test_everything_named_has_a_chinese_name(owner: Database) -> None:
    for table in (
        "org_unit",
        "party",
        "site",
        "asset",
        "item",
        "stock_location",
        "engineer",
        "contract",
        "asset_class",
    ):
        missing = value(owner, f"select count(*) from erp.{table} where coalesce(name_zh, '') = ''")
        assert missing == 0, table


def test_records_are_found_by_chinese_words_and_pinyin(owner: Database) -> None:
    assert value(owner, "select count(*) from erp.party where search_key @> array['华瑞'] and sort_key <> ''") == 1
    assert value(owner, "select count(*) from erp.work_order where search_key = '{}'") == 0
    assert value(owner, "select count(*) from erp.item where search_key = '{}' or sort_key = ''") == 0


def test_the_database_numbers_on_behind_the_history(owner: Database) -> None:
    with owner.write() as session:
        company = session.execute(text("select min(id) from erp.company")).scalar()
        for kind, table in (
            ("work_order", "work_order"),
            ("issue", "stock_document"),
            ("purchase_order", "purchase_order"),
        ):
            for at in (TODAY, TODAY + dt.timedelta(days=40)):
                number = session.execute(
                    text("select erp.next_number(:kind, :company, :at)"), {"kind": kind, "company": company, "at": at}
                ).scalar()
                taken = session.execute(text(f"select count(*) from erp.{table} where number = :n"), {"n": number})
                assert taken.scalar() == 0, number


def test_the_same_day_gives_the_same_company(pg_server: Server, owner: Database) -> None:
    other = make_demo_world_of_its_own(pg_server, "demotwin")
    with other.database() as twin:
        for table in ("work_order", "stock_move", "booking", "contract", "stock_balance", "labour"):
            columns = "select md5(string_agg(md5((to_jsonb(t) - 'created_at' - 'updated_at')::text), '' order by t.id))"
            query = f"{columns} from erp.{table} t"
            assert value(owner, query) == value(twin, query), table


def test_nothing_has_happened_later_than_the_demo_was_made(pg_server: Server) -> None:
    """Made before anybody came to work: orders, postings and letters of this very night, none of the day to come."""
    began = dt.datetime.now(dt.UTC)
    now = dt.datetime.combine(began.astimezone(ZoneInfo("Asia/Shanghai")).date(), dt.time(0, 30))
    early = DemoWorld(pg_server, templates.make(pg_server, "demoearly", prefix="demoearly"), "demoearly")
    with early.database() as owner:
        demo.create(owner, "small", now=now)
        moments = rows(
            owner,
            "select c.table_name, c.column_name from information_schema.columns c join information_schema.tables t"
            " using (table_schema, table_name) where c.table_schema = 'erp' and t.table_type = 'BASE TABLE'"
            " and c.data_type = 'timestamp with time zone'",
        )
        late = {
            f"{table}.{column}": count
            for table, column in moments
            if column not in PLANS and (count := value(
                owner,
                f"select count(*) from erp.{table} where {column} > :now and isfinite({column})"
                f" and {column} not between :began and now()",
                now=now.replace(tzinfo=ZoneInfo("Asia/Shanghai")), began=began,
            ))
        }  # fmt: skip
        assert late == {}
        working = "select number from erp.work_order where state = 'working' and started_at is not null"
        assert rows(owner, working), "the order of the guide is there at any hour"
        assert value(owner, "select count(*) from api.reconcile()") == 0


def test_a_demo_is_never_mixed_with_a_company(owner: Database) -> None:
    with pytest.raises(demo.DatabaseInUse):
        demo.create(owner, "small", today=TODAY)


def test_the_log_ins_are_one_per_job_and_shown_to_the_log_in_window(world: DemoWorld, owner: Database) -> None:
    shown = people.demo_people(owner)
    assert [person.user for person in shown] == [
        "clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward", "report", "security",
        "auditor", "admin",
    ]  # fmt: skip
    assert demo.demo_size(owner) == "small"
    for person in shown:
        with world.database(person.user) as database:
            assert database.user.roles == {person.user}, person


def test_shared_views_name_columns_that_exist(world: DemoWorld) -> None:
    with world.database("manager") as manager:
        for list_key, name, name_zh, definition in (*VIEWS, *RECIPES):
            known = {column.key for column in spec_of(list_key).columns}
            assert set(definition.query.columns) <= known, name
            kept = [*saved_views.views(manager, list_key), *saved_views.recipes(manager, list_key)]
            assert [each.name_zh for each in kept if each.name == name] == [name_zh]


def test_desks_see_their_branch_and_managers_all_of_it(world: DemoWorld, owner: Database) -> None:
    count = "select count(*) from erp.work_order"
    total = value(owner, count)
    seen = {}
    for user in ("planner", "desk", "manager", "auditor"):
        with world.database(user) as database:
            seen[user] = value(database, count)
    assert seen["manager"] == seen["auditor"] == total
    assert 0 < seen["planner"] < total and seen["desk"] == seen["planner"]  # type: ignore[operator]


@pytest.mark.parametrize("user", ["admin", "security"])
def test_administration_sees_no_business_rows(world: DemoWorld, user: str) -> None:
    with world.database(user) as database:
        for table in ("work_order", "party", "stock_move", "contract"):
            try:
                found = value(database, f"select count(*) from erp.{table}")
            except (UserError, BugError):
                continue
            assert found == 0, table


def test_the_clerk_can_issue_the_parts_of_the_order_of_the_guide(world: DemoWorld, owner: Database) -> None:
    reserved = rows(
        owner,
        "select i.code, sum(r.quantity) from erp.reservation r join erp.item i on i.id = r.item_id"
        " join erp.work_order w on w.id = r.work_order_id where w.title like 'Annual service, replace%'"
        " group by i.code",
    )
    assert len(reserved) >= 6
    with world.database("clerk") as clerk:
        assert value(clerk, "select count(*) from erp.purchase_order where state = 'ordered'") >= 3  # type: ignore[operator]


def test_buyer_and_steward_keep_company_wide_items_and_new_papers_stay_in_the_branch(world: DemoWorld) -> None:
    for user in ("buyer", "steward"):
        with world.database(user) as database, database.write() as session:
            changed = session.execute(
                text(
                    "update erp.item set note = 'checked' where id = (select min(i.id) from erp.item i"
                    " join erp.org_unit u on u.id = i.org_unit_id where u.kind = 'company') returning id"
                )
            )
            assert len(changed.all()) == 1, user
    with world.database("buyer") as buyer, buyer.read() as session:
        kinds = (
            "select u.kind from unnest(erp.my_home_units()) with ordinality h (id, n)"
            " join erp.org_unit u using (id) order by n"
        )
        assert session.scalars(text(kinds)).all() == ["branch", "company"]


def test_rights_are_not_empty(owner: Database) -> None:
    with owner.read() as session:
        held = "select count(*) from erp.user_custom_role"
        assert session.scalar(text(held)) == session.scalar(text("select count(*) from erp.delegation")) == 1
