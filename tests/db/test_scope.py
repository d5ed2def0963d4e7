"""What one person sees and may do, asked with a real log-in: row-level security and grants, as psql would meet them."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from db.errors import UserError
from tests.db.conftest import World

OWN = {
    "party": "C-NORTH",
    "site": "SITE-NORTH",
    "asset": "P-NORTH",
    "work_order": "WO-NORTH",
    "engineer": "E-NORTH",
}


def rows(connection: psycopg2.extensions.connection, query: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def count(connection: psycopg2.extensions.connection, query: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.rowcount


def test_a_planner_sees_only_his_branch(shared: World) -> None:
    planner = shared.raw("planner")
    for table, code in OWN.items():
        column = "number" if table == "work_order" else "code"
        assert (code,) in rows(planner, f"select {column} from erp.{table}")
        assert not rows(planner, f"select 1 from erp.{table} where {column} = %s", code.replace("NORTH", "SOUTH"))
    for table in ("stock_balance", "booking", "stock_document", "stock_move", "work_order_step", "contact"):
        assert len(rows(planner, f"select 1 from erp.{table}")) == 1, table


def test_the_company_s_manager_sees_both(shared: World) -> None:
    manager = shared.raw("manager", "HB")
    for table in ("asset", "work_order", "engineer", "stock_balance", "booking", "contract"):
        assert len(rows(manager, f"select id from erp.{table}")) == 2, table


def test_items_are_shared_downwards_only(shared: World) -> None:
    assert rows(shared.raw("clerk"), "select code from erp.item") == [("BRG-6205",)]
    assert len(rows(shared.raw("clerk", "SOUTH"), "select code from erp.item")) == 2


def test_without_a_unit_there_is_nothing(shared: World) -> None:
    clerk = shared.raw("clerk", None)
    for table in ("item", "asset", "party", "stock_balance", "stock_move", "work_order"):
        assert not rows(clerk, f"select id from erp.{table}"), table


@pytest.mark.parametrize("role", ["admin", "security"])
def test_administration_sees_no_business_rows(shared: World, role: str) -> None:
    person = shared.raw(role, "HB")
    for table in (
        "item",
        "asset",
        "party",
        "contact",
        "stock_balance",
        "work_order",
        "contract",
        "cost_entry",
        "attachment",
    ):
        with pytest.raises(InsufficientPrivilege):
            rows(person, f"select id from erp.{table}")


def test_a_link_lets_a_unit_see_a_contract_but_not_change_it(world: World) -> None:
    contract, unit = world.id("contract", "CON-SOUTH"), world.id("org_unit", "NORTH")
    finance = world.raw("finance")
    assert not rows(finance, "select id from erp.contract where id = %s", contract)
    world.value("insert into erp.contract_unit values (%s, %s)", contract, unit)
    assert rows(finance, "select number from erp.contract where id = %s", contract) == [("CON-SOUTH",)]
    assert rows(finance, "select 1 from erp.contract_line where contract_id = %s", contract)
    assert count(finance, "update erp.contract set note = 'x' where id = %s", contract) == 0
    assert count(finance, "update erp.contract_line set description = 'x' where contract_id = %s", contract) == 0
    with pytest.raises(InsufficientPrivilege):
        rows(
            finance,
            "insert into erp.contract_line (contract_id, line_no, description, unit_price) values (%s, 9, 'x', 1)",
            contract,
        )


def test_a_read_only_unit_is_not_written(world: World) -> None:
    planner = world.raw("planner")
    world.value("update erp.user_unit set may_write = false where user_id = (select max(user_id) from erp.user_unit)")
    assert rows(planner, "select 1 from erp.work_order")
    assert count(planner, "update erp.work_order set title = 'x'") == 0
    assert count(planner, "update erp.work_order_step set note = 'x'") == 0


def test_a_grant_ends_with_its_last_day(world: World) -> None:
    clerk = world.raw("clerk")
    world.value("update erp.user_unit set valid_to = erp.company_day(1)")
    assert rows(clerk, "select 1 from erp.stock_balance")
    world.value("update erp.user_unit set valid_to = erp.company_day(1) - 1")
    assert not rows(clerk, "select 1 from erp.stock_balance")
    for zone in ("Pacific/Honolulu", "<far>-167", "<far>+167"):  # a session's own day is nobody's business
        rows(clerk, "select set_config('TimeZone', %s, false)", zone)
        assert not rows(clerk, "select 1 from erp.stock_balance")


def test_nobody_is_somebody_else_by_a_setting_or_a_role(shared: World) -> None:
    clerk = shared.raw("clerk")
    for trick in ("set app.user_id = '0'", "set outpost.prefix = 'x'", "set row_security = off"):
        rows(clerk, trick)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        rows(clerk, "select 1 from erp.stock_balance")
    rows(clerk, "set row_security = on")
    assert len(rows(clerk, "select 1 from erp.stock_balance")) == 1
    for role in ("schema_owner", "user_admin", "role_manager"):
        with pytest.raises(InsufficientPrivilege):
            rows(clerk, f"set role outpost_test_{role}")


@pytest.mark.parametrize(
    "table", ["stock_balance", "stock_move", "stock_document", "item_cost", "cost_entry", "request"]
)
@pytest.mark.parametrize(
    "command", ["insert into erp.{} default values", "update erp.{} set company_id = company_id", "delete from erp.{}"]
)
def test_the_ledgers_are_written_by_functions_only(shared: World, table: str, command: str) -> None:
    if table == "request":
        command = command.replace("company_id", "user_id")
    with pytest.raises(InsufficientPrivilege):
        rows(
            shared.raw("clerk", "HB", roles=("clerk", "steward", "finance", "manager", "planner", "buyer")),
            command.format(table),
        )


@pytest.mark.parametrize("table", ["stock_move", "stock_document"])
def test_a_posted_row_is_final_even_for_the_owner(shared: World, table: str) -> None:
    for command in ("update erp.{} set reason = 'x'", "delete from erp.{}", "truncate erp.{} cascade"):
        with pytest.raises(UserError) as refused:
            shared.value(command.format(table))
        assert refused.value.constraint == "posted_row_final"


def test_a_row_cannot_be_pushed_into_another_unit(world: World) -> None:
    planner = world.raw("planner")
    south, company = world.id("org_unit", "SOUTH"), world.id("company", "HB")
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        rows(
            planner,
            "insert into erp.work_order (company_id, org_unit_id, number, title) values (%s, %s, '', 'x')",
            company,
            south,
        )
    desk = world.raw("desk", "NORTH")
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        rows(desk, "update erp.asset set org_unit_id = %s", south)
    with pytest.raises(InsufficientPrivilege):
        rows(desk, "update erp.work_order set org_unit_id = %s", south)


def test_a_client_cannot_choose_states_stamps_or_versions(world: World) -> None:
    planner = world.raw("planner")
    for column, value in (("state", "closed"), ("created_by", "1"), ("version", "1"), ("closed_at", "2020-01-01")):
        with pytest.raises(InsufficientPrivilege):
            rows(planner, f"update erp.work_order set {column} = %s", value)
    rows(planner, "update erp.work_order set title = 'Seal leaks badly'")
    assert rows(planner, "select version, updated_by = erp.my_user_id() from erp.work_order") == [(2, True)]


def test_an_engineer_sees_his_own_orders_without_a_unit(world: World) -> None:
    login = world.login_name("engineer", None)
    user = world.value("select id from erp.app_user where login = %s", login)
    engineer = psycopg2.connect(world.dsn(login))
    engineer.autocommit = True
    world.stack.callback(engineer.close)
    assert not rows(engineer, "select number from erp.work_order")
    world.value("update erp.engineer set user_id = %s where code = 'E-NORTH'", user)
    world.value("update erp.work_order set engineer_id = %s where number = 'WO-NORTH'", world.id("engineer", "E-NORTH"))
    assert rows(engineer, "select number from erp.work_order") == [("WO-NORTH",)]
    assert len(rows(engineer, "select 1 from erp.booking")) == 1
    assert len(rows(engineer, "select 1 from erp.work_order_step")) == 1
    assert count(engineer, "update erp.work_order set note = 'x'") == 0


def test_rates_and_values_are_for_those_who_answer_for_money(shared: World) -> None:
    planner, finance = shared.raw("planner"), shared.raw("finance")
    for table, column in (("engineer", "hourly_rate"), ("contract", "annual_value"), ("contract_line", "unit_price")):
        with pytest.raises(InsufficientPrivilege):
            rows(planner, f"select {column} from erp.{table}")
        assert rows(finance, f"select {column} from erp.{table}")


def test_views_show_no_more_than_tables(shared: World) -> None:
    finance = shared.raw("finance")
    assert rows(finance, "select contract_id from api.contract_cost") == [(shared.id("contract", "CON-NORTH"),)]
    clerk = shared.raw("clerk")
    assert rows(clerk, "select distinct asset_id from api.asset_timeline") == [(shared.id("asset", "P-NORTH"),)]
    with pytest.raises(InsufficientPrivilege):
        rows(clerk, "select 1 from api.contract_cost")


def test_a_unit_cannot_stand_below_itself(world: World) -> None:
    with pytest.raises(UserError) as refused:
        world.value("update erp.org_unit set parent_id = %s where code = 'NORTH'", world.id("org_unit", "WH-NORTH"))
    assert refused.value.constraint == "org_unit_no_circle"


def test_moving_a_unit_moves_what_is_seen(world: World) -> None:
    planner = world.raw("planner", "SOUTH")
    assert not rows(planner, "select 1 from erp.asset where code = 'P-NORTH'")
    world.value("update erp.org_unit set parent_id = %s where code = 'NORTH'", world.id("org_unit", "SOUTH"))
    assert rows(planner, "select 1 from erp.asset where code = 'P-NORTH'")
    world.value("update erp.org_unit set parent_id = %s where code = 'NORTH'", world.id("org_unit", "HB"))
    assert not rows(planner, "select 1 from erp.asset where code = 'P-NORTH'")
    pairs = world.value("select count(*) from erp.org_unit_closure")
    assert pairs == world.value(
        "with recursive up(id, above) as (select id, id from erp.org_unit union all"
        " select up.id, u.parent_id from up join erp.org_unit u on u.id = up.above where u.parent_id is not null)"
        " select count(*) from up"
    )


@pytest.mark.parametrize("unit", ["HB", "NORTH", "SITE-SOUTH"])
@pytest.mark.parametrize("role", ["clerk", "finance", "auditor"])
def test_every_owned_table_shows_the_unit_and_what_is_below_it(shared: World, role: str, unit: str) -> None:
    """An oracle that walks the tree in Python, for every table that says that it is owned."""
    with shared.owner.raw() as connection:
        parents = dict(rows(connection, "select id, parent_id from erp.org_unit"))
        tables = [
            str(row[0]) for row in rows(connection, "select table_name from erp.protection where scope = 'owned'")
        ]

    def below(one: object, top: int) -> bool:
        while one is not None and one != top:
            one = parents[one]
        return one == top

    person = shared.raw(role, unit)
    seen = 0
    for table in tables:
        column = "id" if table not in ("party_unit", "contract_unit") else "org_unit_id"
        with shared.owner.raw() as connection:
            every = rows(connection, f"select {column}, org_unit_id from erp.{table}")
        try:
            found = {row[0] for row in rows(person, f"select {column} from erp.{table}")}
        except InsufficientPrivilege:
            continue
        assert found == {key for key, owner in every if below(owner, shared.id("org_unit", unit))}, table
        seen += len(found)
    assert seen
