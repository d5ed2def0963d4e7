"""The views of `bi`: flat, within the reader's units, and nothing beyond them for who reads reports only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from db import dictionary
from db.embedded import Server
from tests.db.conftest import World, clone
from tests.db.test_accounts import one

VIEWS = ("stock_on_hand", "stock_move", "work_order", "asset", "booking", "contract_cost")
BUYING = {
    "purchase_order": ("purchase_order",),
    "purchase_order_line": ("purchase_order_line", "purchase_order"),
    "requisition_line": ("requisition_line", "requisition"),
    "goods_receipt": ("stock_move", "stock_document", "inspection"),
    "supplier_invoice": ("supplier_invoice", "supplier_invoice_line"),
    "supplier_invoice_line": ("supplier_invoice_line", "supplier_invoice"),
    "grni": ("grni_position",),
    "supplier_performance": ("supplier_performance",),
    "stock_layer": ("stock_layer",),
    "stock_value_entry": ("stock_value_entry",),
    "reorder_rule": ("reorder_rule", "reorder_status"),
    "count_accuracy": ("stock_count",),
    "reservation": ("reservation",),
}
"""Views of buying and of the stock behind it, and the tables whose dictionary explains their columns."""
BOUGHT = (Path(__file__).parent / "bought_world.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bought(pg_server: Server, template: str) -> Iterator[World]:
    for made in clone(pg_server, template):
        made.value(BOUGHT)
        yield made


def test_every_view_is_explained_in_both_languages(shared: World) -> None:
    with shared.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select relname, obj_description(oid) from pg_class"
            " where relnamespace = 'bi'::regnamespace and relkind = 'v'"
        )
        found = dict(cursor.fetchall())
    assert set(found) == {*VIEWS, *BUYING}
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


@pytest.mark.parametrize("role", ["report", "manager", "auditor", "finance"])
def test_what_was_bought_is_seen_within_ones_units_alone(bought: World, role: str) -> None:
    whole, north = bought.raw(role, "HB"), bought.raw(role)
    for view in BUYING:
        expected = (1, 1) if view == "supplier_performance" else (2, 1)  # one supplier serves both branches
        counts = one(whole, f"select count(*) from bi.{view}"), one(north, f"select count(*) from bi.{view}")
        assert counts == expected, view
    assert one(north, "select purchase_order || ' ' || open_quantity from bi.purchase_order_line") == "BUY-NORTH 1.0000"
    assert one(north, "select ordered_amount || ' ' || received_amount from bi.purchase_order") == "50.00 40.00"
    assert (
        one(north, "select document || ' ' || on_time || ' ' || rejected from bi.goods_receipt")
        == "GOT-N-1 true 1.0000"
    )
    assert one(north, "select differences || ' ' || net from bi.supplier_invoice_line") == "price tax 20.00"
    assert one(north, "select net + tax = gross and touchless is null from bi.supplier_invoice") is True
    assert one(north, "select open_amount || ' ' || accrued_amount from bi.grni") == "40.00 40.00"
    assert one(north, "select deliveries || ' ' || spend from bi.supplier_performance") == "1 40.00"
    assert one(whole, "select deliveries || ' ' || spend from bi.supplier_performance") == "2 120.00"
    assert one(north, "select lines || ' ' || agreed || ' ' || accuracy from bi.count_accuracy") == "2 1 0.5000"
    assert one(north, "select unit_cost from bi.stock_layer") == 10
    assert one(north, "select requisition || ' ' || open_quantity from bi.requisition_line") == "ASK-NORTH 3.0000"


def test_the_accrual_of_the_view_is_the_accounts_balance(bought: World) -> None:
    finance = bought.raw("finance", "HB")
    assert one(finance, "select sum(open_amount) from bi.grni") == bought.value(
        "select sum(open_amount) from erp.grni_position"
    )


_SAID = {
    "unit", "unit_name", "unit_name_zh", "supplier", "supplier_name", "supplier_name_zh", "item", "item_name",
    "item_name_zh", "category", "uom", "location", "work_order", "document", "purchase_order", "requisition",
    "supplier_invoice",
}  # fmt: skip
"""Codes and names of other records, the same words in every view."""


@pytest.mark.parametrize("view", BUYING)
def test_every_column_of_a_view_is_in_the_dictionary(bought: World, view: str) -> None:
    query = (
        "select array_agg(attname::text) from pg_attribute"
        " where attrelid = ('bi.' || %s)::regclass and attnum > 0 and not attisdropped"
    )
    columns = set(bought.value(query, view)) - _SAID
    tables = (f"bi_{view}", *BUYING[view])
    assert not [c for c in columns if not any(dictionary.find(table, c) is not None for table in tables)]


@pytest.mark.parametrize("role", ["clerk", "engineer", "admin", "security"])
def test_other_jobs_do_not_read_reports(shared: World, role: str) -> None:
    person = shared.raw(role, "HB")
    for view in (*VIEWS, *BUYING):
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
        "select reason from erp.stock_value_entry",
        "select note from erp.reorder_rule",
        "select note from erp.supplier_invoice",
        "select accept_reason from erp.supplier_invoice_line",
        "select requested_by from erp.requisition",
        "select inspected_by from erp.inspection",
        "select expected_quantity from erp.stock_count_line",
        "select count(*) from erp.supplier_price",
        "update bi.supplier_invoice set gross = 0",
        "select api.enter_supplier_invoice('{}')",
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
