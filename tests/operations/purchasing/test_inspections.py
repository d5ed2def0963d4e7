"""Inspection: what has to be looked at waits in quarantine; the bad goes back and the order waits for it again."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.operations import inspections, stock, supplier_invoices
from desktop.operations.inspections import Finding
from tests.invoice_people import Buying

PART = "FLT-AIR-7502"


@pytest.fixture
def looked_at(buying: Buying) -> Buying:
    """The supplier's deliveries are looked at, and his filters may come 50 % too many."""
    with buying.buyer.write() as session:
        session.execute(
            text(
                "insert into erp.receiving_rule (company_id, org_unit_id, supplier_id, inspection)"
                " values (:company, :unit, :supplier, 'visual')"
            ),
            {"company": buying.shop.world.company, "unit": buying.shop.world.branch,
             "supplier": buying.shop.world.supplier},
        )  # fmt: skip
        session.execute(
            text(
                "insert into erp.receiving_rule (company_id, org_unit_id, item_id, inspection, over_receipt)"
                " values (:company, :unit, :item, 'full', 0.5)"
            ),
            {"company": buying.shop.world.company, "unit": buying.shop.world.branch, "item": buying.shop.item(PART)},
        )
    return buying


def _stock(buying: Buying, condition: str) -> Decimal:
    return Decimal(
        buying.value(
            "select coalesce(sum(quantity), 0) from erp.stock_balance where item_id = %s and condition = %s",
            buying.shop.item(PART),
            condition,
        )
    )


def _task(buying: Buying) -> int:
    return int(buying.value("select max(id) from erp.inspection"))


def _inspect(buying: Buying, finding: Finding, who: Database | None = None) -> inspections.Inspected:
    done, _ = inspections.inspect(who or buying.shop.clerk, uuid4(), _task(buying), finding)
    return done


def test_the_rule_of_the_item_goes_before_the_supplier_s(looked_at: Buying) -> None:
    looked_at.receive(PART, 30)  # 20 were ordered: the rule lets 50 % more in
    assert looked_at.value("select level from erp.inspection") == "full"
    assert (_stock(looked_at, "good"), _stock(looked_at, "quarantine")) == (12, 30)
    looked_at.receive("SEP-OIL-7520", 4)
    assert looked_at.value("select level from erp.inspection order by id desc limit 1") == "visual"
    looked_at.check()


def test_without_a_rule_the_general_tolerance_holds(buying: Buying) -> None:
    with pytest.raises(UserError) as caught:
        buying.receive(PART, 30)
    assert caught.value.constraint == "stock_over_receipt"
    assert buying.value("select count(*) from erp.inspection") == 0


def test_what_is_good_is_released_and_the_rest_goes_back(looked_at: Buying) -> None:
    looked_at.receive(PART, 20)
    assert _inspect(looked_at, Finding(Decimal(12))).state == "open"
    done = _inspect(looked_at, Finding(Decimal(5), Decimal(3), "damaged", "crushed in the box"))
    assert done.state == "done" and done.return_number is not None and done.return_number.startswith("SRT-")
    assert (_stock(looked_at, "good"), _stock(looked_at, "quarantine")) == (29, 0)
    line = looked_at.value("select row_to_json(l) from erp.purchase_order_line l where l.id = %s", looked_at.line(PART))
    assert (line["received"], line["returned"]) == (17, 3)
    assert looked_at.open_accrual() == 17 * 180
    assert looked_at.value("select state from erp.purchase_order where number = 'PO-2611-0093'") == "part_received"
    looked_at.check()
    # The invoice asks for all twenty: three of them are not paid.
    supplier_invoices.enter(looked_at.finance, looked_at.paper((PART, 20, "180")))
    assert looked_at.value("select exceptions from erp.supplier_invoice_line") == ["quantity"]


def test_bad_goods_may_stay_here(looked_at: Buying) -> None:
    looked_at.receive(PART, 20)
    _inspect(looked_at, Finding(Decimal(18), Decimal(2), "function", "does not seal", keep=True))
    assert (_stock(looked_at, "bad"), _stock(looked_at, "quarantine")) == (2, 0)
    assert looked_at.value("select returned from erp.purchase_order_line where id = %s", looked_at.line(PART)) == 0
    looked_at.check()


@pytest.mark.parametrize(
    ("finding", "rule"),
    [
        (Finding(Decimal(21)), "inspection_quantity"),
        (Finding(Decimal(-1), Decimal(2), "other", "x"), "inspection_quantity"),
        (Finding(Decimal("NaN")), "inspection_quantity"),
        (Finding(Decimal(0)), "inspection_quantity"),
        (Finding(Decimal("0.5")), "stock_quantity_valid"),
        (Finding(Decimal(0), Decimal(2)), "inspection_reason"),
        (Finding(Decimal(1), location_id=10**9), "inspection_place"),
    ],
)
def test_what_cannot_be_is_refused(looked_at: Buying, finding: Finding, rule: str) -> None:
    looked_at.receive(PART, 20)
    with pytest.raises(UserError) as caught:
        _inspect(looked_at, finding)
    assert caught.value.constraint == rule
    assert _stock(looked_at, "quarantine") == 20


def test_the_same_key_inspects_once(looked_at: Buying) -> None:
    looked_at.receive(PART, 20)
    key = uuid4()
    for _ in range(2):
        inspections.inspect(looked_at.shop.clerk, key, _task(looked_at), Finding(Decimal(7)))
    assert looked_at.value("select accepted from erp.inspection") == 7
    assert _stock(looked_at, "quarantine") == 13


def test_a_clerk_does_not_release_past_the_inspection(looked_at: Buying) -> None:
    looked_at.receive(PART, 20)
    place = looked_at.shop.place("A-03-1-2")
    line = {
        "item_id": looked_at.shop.item(PART), "from_location_id": place, "to_location_id": place,
        "from_condition": "quarantine", "to_condition": "good", "quantity": 20,
    }  # fmt: skip
    with pytest.raises(UserError) as caught:
        stock.post(looked_at.shop.clerk, uuid4(), {"type": "adjustment", "lines": [line]})
    assert caught.value.constraint == "stock_release_role"


def test_a_reversed_receipt_needs_no_inspection(looked_at: Buying) -> None:
    receipt = looked_at.receive(PART, 20)
    stock.reverse(looked_at.shop.clerk, uuid4(), receipt.document_id, "wrong order")
    assert looked_at.value("select state from erp.inspection") == "cancelled"
    with pytest.raises(UserError) as caught:
        _inspect(looked_at, Finding(Decimal(1)))
    assert caught.value.constraint == "inspection_open"
    looked_at.check()
