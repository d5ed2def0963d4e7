"""The views of `bi`: flat, within the reader's units, and nothing beyond them for who reads reports only."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from tests.db.conftest import World
from tests.db.test_accounts import one

VIEWS = ("stock_on_hand", "stock_move", "work_order", "asset", "booking", "contract_cost")


def test_every_view_is_explained_in_both_languages(shared: World) -> None:
    with shared.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select relname, obj_description(oid) from pg_class"
            " where relnamespace = 'bi'::regnamespace and relkind = 'v'"
        )
        found = dict(cursor.fetchall())
    assert set(found) == set(VIEWS)
    assert all(" / " in words and any(letter > "\u2e80" for letter in words) for words in found.values())


@pytest.mark.parametrize("role", ["report", "manager", "auditor", "finance"])
def test_readers_see_their_units_alone(world: World, role: str) -> None:
    world.value(
        "insert into erp.cost_entry (company_id, org_unit_id, cost_type, contract_id, amount, source_table, source_id,"
        " effective_at) select company_id, org_unit_id, 'labour', id, 100, 'labour', id, now() from erp.contract"
    )
    whole, north = world.raw(role, "HB"), world.raw(role)
    for view in VIEWS:
        assert one(whole, f"select count(*) from bi.{view}") == 2, view
        assert one(north, f"select count(*) from bi.{view}") == 1, view
    assert one(north, "select number from bi.work_order") == "WO-NORTH"
    assert one(north, "select asset || customer from bi.work_order") == "P-NORTHC-NORTH"
    assert one(north, "select contract || amount from bi.contract_cost") == "CON-NORTH100.00"


@pytest.mark.parametrize("role", ["clerk", "engineer", "admin", "security"])
def test_other_jobs_do_not_read_reports(shared: World, role: str) -> None:
    person = shared.raw(role, "HB")
    for view in VIEWS:
        with pytest.raises(InsufficientPrivilege):
            one(person, f"select count(*) from bi.{view}")


@pytest.mark.parametrize(
    "query",
    [
        "select phone from erp.party",
        "select hourly_rate from erp.engineer",
        "select annual_value from erp.contract",
        "select purchase_cost from erp.asset",
        "select count(*) from erp.contact",
        "select count(*) from erp.item_cost",
        "insert into bi.asset (code) values ('x')",
        "update bi.work_order set title = 'x'",
        "delete from bi.booking",
        "update erp.work_order set title = 'x'",
        "select api.post_stock(gen_random_uuid(), '{}')",
        "select api.change_work_order_state(1, 1, 'closed', '')",
    ],
)
def test_a_report_reader_reads_reports_only(shared: World, query: str) -> None:
    with pytest.raises(psycopg2.Error) as refused:
        one(shared.raw("report", "HB"), query)
    assert refused.value.pgcode in ("42501", "55000"), refused.value
