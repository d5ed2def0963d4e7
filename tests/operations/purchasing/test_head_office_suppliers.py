"""A supplier that the head office keeps: whoever buys below it buys from him, and reads his own figures alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from db.session import Database
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations import purchasing, supplier_record
from desktop.operations.lists import source_for
from tests.purchasing_people import Person, person
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]


@pytest.fixture
def kept_above(shop: Shop, person: Person) -> int:
    """The shop's supplier, linked to the head office alone; each branch got a delivery from him."""
    supplier = shop.world.supplier
    shop.value("delete from erp.party_unit where party_id = %s returning party_id", supplier)
    shop.value(
        "insert into erp.party_unit (party_id, org_unit_id) select %s, id from erp.org_unit where parent_id is null"
        " returning party_id",
        supplier,
    )
    for unit, price in ((shop.world.branch, 10), (shop.world.other_branch, 990)):
        made = shop.value(
            "insert into erp.purchase_order"
            " (company_id, org_unit_id, number, supplier_id, state, ordered_on, promised_on)"
            " values (%s, %s, %s, %s, 'ordered', current_date - 9, current_date + 3) returning id",
            shop.world.company, unit, f"PO-{unit}", supplier,
        )  # fmt: skip
        line = shop.value(
            "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
            " values (%s, 1, %s, 4, %s) returning id",
            made, shop.item("FLT-AIR-7502"), price,
        )  # fmt: skip
        bin_ = shop.value(
            "insert into erp.stock_location (company_id, org_unit_id, code, name, kind)"
            " values (%s, %s, %s, 'Dock', 'store') returning id",
            shop.world.company, unit, f"DOCK-{unit}",
        )  # fmt: skip
        shop.value(
            "select api.post_stock(gen_random_uuid(), jsonb_build_object("
            "'type', 'receipt', 'purchase_order_id', %s::int, 'lines', "
            "jsonb_build_array(jsonb_build_object('item_id', %s::bigint, 'to_location_id', %s::bigint,"
            " 'quantity', 4, 'purchase_line_id', %s::bigint))))",
            made, shop.item("FLT-AIR-7502"), bin_, line,
        )  # fmt: skip
    return int(supplier)


def rows(database: Database, key: str, *columns: str) -> list[tuple[object, ...]]:
    spec = list_for(key)
    source = source_for(database, spec, "en")
    return [row.cells for row in source.rows(ListQuery(columns, sort=spec.sort), group=(), start=0, limit=100)]


def test_the_branch_reads_its_own_figures_of_him_and_no_other_branch_s(
    shop: Shop, person: Person, kept_above: int
) -> None:
    local, head = (
        person("buyer"),
        person("buyer", unit=shop.value("select id from erp.org_unit where parent_id is null")),
    )
    assert rows(local, "supplier_performance", "deliveries", "spend") == [(1, Decimal(40))]
    assert rows(head, "supplier_performance", "deliveries", "spend") == [(2, Decimal(4000))]
    assert [code for (code,) in rows(local, "suppliers", "code")] == [
        shop.value("select code from erp.party where id = %s", kept_above)
    ]
    numbers = {number for (number,) in rows(local, "purchase_orders", "number")}
    assert f"PO-{shop.world.branch}" in numbers and f"PO-{shop.world.other_branch}" not in numbers
    beside = supplier_record.record(local, kept_above)
    assert beside.performance is not None and beside.performance.spend == Decimal(40)


def test_he_is_read_below_and_changed_where_he_is_kept(shop: Shop, person: Person, kept_above: int) -> None:
    local = person("buyer")
    with local.write() as session:
        change = session.execute(
            text("update erp.party set email = 'me@example.com' where id = :id returning id"), {"id": kept_above}
        )
        assert change.all() == [], "the bank account of the head office's supplier is not the branch's to change"
    shop.value("update erp.party set is_supplier = false, is_customer = true where id = %s returning id", kept_above)
    assert rows(local, "suppliers", "code") == []
    with local.read() as session:
        seen = session.execute(text("select count(*) from erp.party where id = :id"), {"id": kept_above}).scalar()
    assert seen == 0, "the head office's customers stay its own"
    assert purchasing.PURCHASE_ORDER.references["supplier_id"].lookup == "suppliers"
