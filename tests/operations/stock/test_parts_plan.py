"""Parts demand by week: the record against the literature, what causes it, and that nothing is asked for twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.errors import UserError
from desktop.operations import parts_plan
from tests.operations.stock.test_reserving import needs, order
from tests.stock_shop import Shop

MONDAY = date.today() - timedelta(days=date.today().weekday())


def week(number: int) -> date:
    """The Monday of a week; the first is the present one."""
    return MONDAY + timedelta(weeks=number - 1)


def item(shop: Shop, code: str, *, on_hand: int, lead_weeks: int, lot: int | None) -> int:
    made = int(
        shop.value(
            "insert into erp.item (company_id, org_unit_id, code, name, standard_cost, lead_time_days)"
            " select company_id, id, %s, %s, 10, %s from erp.org_unit where parent_id is null returning id",
            code, code, 7 * lead_weeks,
        )
    )  # fmt: skip
    if on_hand:
        line = {"item_id": made, "to_location_id": shop.world.bins[0], "quantity": on_hand, "unit_cost": 10}
        document = {"type": "opening", "lines": [line]}
        shop.value("select api.post_stock(gen_random_uuid(), %s)", json.dumps(document))
    if lot:
        shop.value(
            "insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity, multiple,"
            " automatic) values (%s, %s, %s, 0, 0, %s, false) returning id",
            shop.world.company, shop.world.branch, made, lot,
        )  # fmt: skip
    return made


def wanted(shop: Shop, code: str, gross: Mapping[int, int]) -> None:
    for number, quantity in gross.items():
        noon = datetime.combine(max(week(number), date.today()), datetime.min.time()) + timedelta(hours=12)
        needs(shop, order(shop, f"WO-{code}-{number}", planned_start=noon.astimezone()), **{code: quantity})


def receipt(shop: Shop, made: int, number: int, quantity: int) -> None:
    head = shop.value(
        "insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state, ordered_on, promised_on)"
        " values (%s, %s, %s, %s, 'ordered', current_date, %s) returning id",
        shop.world.company, shop.world.branch, f"PO-{made}-{number}", shop.world.supplier, week(number),
    )  # fmt: skip
    shop.value(
        "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
        " values (%s, 1, %s, %s, 1) returning id",
        head, made, quantity,
    )  # fmt: skip


def record(shop: Shop, made: int, weeks: int) -> dict[str, list[int]]:
    found = next(each for each in parts_plan.load(shop.clerk, None, weeks).items if each.item_id == made)
    return {
        key: [int(getattr(cell, key)) for cell in found.weeks]
        for key in ("gross", "scheduled", "projected", "net", "planned_receipt", "planned_release")
    }


def test_the_seat_subassembly_of_krajewski_and_ritzman(shop: Shop) -> None:
    """Operations Management, "Material Requirements Planning": item C, lots of 230, two weeks of lead time."""
    made = item(shop, "SEAT", on_hand=37, lead_weeks=2, lot=230)
    wanted(shop, "SEAT", {1: 150, 4: 120, 6: 150, 7: 120})
    receipt(shop, made, 1, 230)
    assert record(shop, made, 8) == {
        "gross": [150, 0, 0, 120, 0, 150, 120, 0],
        "scheduled": [230, 0, 0, 0, 0, 0, 0, 0],
        "projected": [117, 117, 117, 227, 227, 77, 187, 187],
        "net": [0, 0, 0, 3, 0, 0, 43, 0],
        "planned_receipt": [0, 0, 0, 230, 0, 0, 230, 0],
        "planned_release": [0, 230, 0, 0, 230, 0, 0, 0],
    }


def test_the_basic_record_of_vollmann_berry_and_whybark(shop: Shop) -> None:
    """Manufacturing Planning and Control Systems, the basic MRP record: lots of 50, one week of lead time, 4 there."""
    made = item(shop, "BASIC", on_hand=4, lead_weeks=1, lot=50)
    wanted(shop, "BASIC", {2: 10, 4: 40, 5: 10})
    receipt(shop, made, 1, 50)
    found = record(shop, made, 5)
    assert found["projected"] == [54, 44, 44, 4, 44]
    assert found["planned_release"] == [0, 0, 0, 50, 0]


def test_lot_for_lot(shop: Shop) -> None:
    """Without a rule exactly what lacks is planned, one lead time before; what should be out already is out now."""
    made = item(shop, "LFL", on_hand=20, lead_weeks=1, lot=None)
    wanted(shop, "LFL", {1: 25, 2: 20, 6: 60, 8: 50})
    found = record(shop, made, 8)
    assert found["net"] == found["planned_receipt"] == [5, 20, 0, 0, 0, 60, 0, 50]
    assert found["planned_release"] == [25, 0, 0, 0, 60, 0, 50, 0]
    first = next(each for each in parts_plan.load(shop.clerk, None, 8).items if each.item_id == made).weeks[0]
    assert first.overdue == 5


def test_what_causes_it_is_shown_order_by_order(shop: Shop) -> None:
    made = item(shop, "PEG", on_hand=0, lead_weeks=1, lot=None)
    wanted(shop, "PEG", {2: 3, 4: 2})
    receipt(shop, made, 3, 4)
    found = parts_plan.sources(shop.clerk, shop.world.branch, made, 8)
    assert [(each.way, each.kind, each.source, each.week, each.quantity) for each in found] == [
        ("out", "order", "WO-PEG-2", week(2), 3), ("in", "purchase", f"PO-{made}-3", week(3), 4),
        ("out", "order", "WO-PEG-4", week(4), 2),
    ]  # fmt: skip


def test_asked_twice_is_ordered_once(shop: Shop) -> None:
    made = item(shop, "ONCE", on_hand=0, lead_weeks=1, lot=None)
    wanted(shop, "ONCE", {1: 2, 3: 5, 6: 7})
    numbers, _ = parts_plan.request(shop.clerk, shop.world.branch, [made], week(2), 8)
    assert len(numbers) == 1
    lines = shop.value(
        "select json_agg(json_build_array(l.quantity, l.needed_on) order by l.line_no) from erp.requisition_line l"
        " join erp.requisition r on r.id = l.requisition_id where r.number = %s and r.origin = 'plan'", numbers[0],
    )  # fmt: skip
    assert lines == [[2, date.today().isoformat()], [5, week(3).isoformat()]], "the third is released in week five"
    assert "WO-ONCE-1 × 2" in shop.value("select reason from erp.requisition_line where item_id = %s limit 1", made)
    assert parts_plan.request(shop.clerk, shop.world.branch, [made], week(2), 8)[0] == ()
    assert record(shop, made, 8)["planned_release"] == [0, 0, 0, 0, 7, 0, 0, 0]


def test_a_branch_of_somebody_else_is_not_planned(shop: Shop) -> None:
    made = item(shop, "FAR", on_hand=0, lead_weeks=1, lot=None)
    wanted(shop, "FAR", {1: 2})
    assert {each.branch_id for each in parts_plan.load(shop.clerk, None, 8).items} == {shop.world.branch}
    assert parts_plan.sources(shop.clerk, shop.world.other_branch, made, 8) == ()
    with pytest.raises(UserError) as refused:
        parts_plan.request(shop.clerk, shop.world.other_branch, [made], week(2), 8)
    assert refused.value.constraint == "planning_unit_known"


def _contract(shop: Shop, asset: int, visits: int) -> None:
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(
            "insert into erp.contract (company_id, org_unit_id, number, name, customer_id, contract_type, state,"
            " starts_on, ends_on, annual_value, visits_per_year) select company_id, org_unit_id, 'CT-1', 'Care',"
            " (select id from erp.party where is_customer limit 1), 'full_service', 'active', current_date - 400,"
            " current_date + 400, 0, %s from erp.asset where id = %s returning id",
            (visits, asset),
        )
        cursor.execute(
            "insert into erp.contract_asset (contract_id, asset_id, starts_on) values (%s, %s, current_date - 400)",
            (cursor.fetchone()[0], asset),
        )
        cursor.execute("commit")


def test_promised_visits_want_the_parts_of_their_job_plan_once(shop: Shop) -> None:
    """Twelve visits a year: due a month after the last; an order for one takes its place in the plan."""
    made = item(shop, "VISIT", on_hand=0, lead_weeks=1, lot=None)
    asset = shop.clone.id("asset", "CMP-NVK-75S-0031")
    plan = shop.value(
        "insert into erp.job_plan (company_id, org_unit_id, code, name, state)"
        " select company_id, id, 'JP-V', 'Service', 'active' from erp.org_unit where parent_id is null returning id"
    )
    parts = "insert into erp.job_plan_part (job_plan_id, item_id, quantity) values (%s, %s, 2) returning 1"
    shop.value(parts, plan, made)
    last = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=20)
    _contract(shop, asset, 12)
    assert made not in {each.item_id for each in parts_plan.load(shop.clerk, None, 8).items}, "nothing to follow"
    done = order(shop, "WO-V0", state="closed", planned_start=last)
    shop.value(
        "update erp.work_order set kind = 'preventive', asset_id = %s, job_plan_id = %s where id = %s returning 1",
        asset, plan, done,
    )  # fmt: skip
    shop.value("delete from erp.work_order_part where work_order_id = %s returning 1", done)

    def due() -> list[tuple[str, date, Decimal]]:
        found = parts_plan.sources(shop.clerk, shop.world.branch, made, 8)
        return [(each.kind, each.on_day, each.quantity) for each in found]

    step = timedelta(days=30)
    assert due() == [("visit", last.date() + step, 2), ("visit", last.date() + 2 * step, 2)]
    # Two were missed: they are one visit, and it is due today.
    moved = (
        "update erp.work_order set planned_start = planned_start + interval '55 days' * %s where id = %s returning 1"
    )
    shop.value(moved, -1, done)
    long_ago, today = last.date() - timedelta(days=55), datetime.now(ZoneInfo("Asia/Shanghai")).date()
    assert [day for _, day, _ in due()] == [today, long_ago + 3 * step, long_ago + 4 * step]
    shop.value(moved, 1, done)
    soon = last + step + timedelta(days=1)
    made_order = order(shop, "WO-V1", state="planned", planned_start=soon)
    shop.value(
        "update erp.work_order set kind = 'preventive', asset_id = %s, job_plan_id = %s where id = %s returning 1",
        asset, plan, made_order,
    )  # fmt: skip
    assert due() == [("order", soon.date(), 2), ("visit", soon.date() + step, 2)]


def test_an_order_that_got_some_wants_the_rest(shop: Shop) -> None:
    made = item(shop, "REST", on_hand=9, lead_weeks=1, lot=None)
    wanted(shop, "REST", {2: 8})
    wo = shop.clone.id("work_order", "WO-REST-2")
    line: dict[str, Any] = {"item_id": made, "from_location_id": shop.world.bins[0], "quantity": 3}
    document = {"type": "issue", "work_order_id": wo, "lines": [line]}
    shop.value("select api.post_stock(gen_random_uuid(), %s)", json.dumps(document))
    assert record(shop, made, 3)["gross"] == [0, 5, 0]
    shop.value("select api.reserve(%s, %s, 5)", wo, made)
    assert record(shop, made, 3)["gross"] == [0, 5, 0]
    assert record(shop, made, 3)["projected"] == [6, 1, 1]
