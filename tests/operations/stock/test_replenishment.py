"""Reorder rules: what is projected and asked for, by itself and once; scrap takes two people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.operations import stock_planning as planning
from tests.purchasing_people import Person, person
from tests.stock_fixtures import shop
from tests.stock_shop import ORDER, Shop

__all__ = ["person", "shop"]

FILTER = "FLT-AIR-7502"  # 12 there, 1 of them reserved, 20 on order
SENSOR = "SNS-PT100-6"  # 42 there
SESSIONS = 6


def rule(shop: Shop, code: str, low: int, high: int, *, automatic: bool = True, **more: object) -> int:
    columns = {"min_quantity": low, "max_quantity": high, "automatic": automatic, **more}
    return int(
        shop.value(
            f"insert into erp.reorder_rule (company_id, org_unit_id, item_id, {', '.join(columns)})"
            f" values (%s, %s, %s{', %s' * len(columns)}) returning id",
            shop.world.company, shop.world.branch, shop.item(code), *columns.values(),
        )
    )  # fmt: skip


def replenish(shop: Shop, token: str | None = None) -> str:
    return str(shop.value("select api.replenish(%s)", token))


def status(shop: Shop, of_rule: int, *columns: str) -> list[Decimal]:
    found = shop.value(f"select array[{', '.join(columns)}]::numeric[] from erp.reorder_status where id = %s", of_rule)
    return list(found)


def asked(shop: Shop, of_rule: int) -> list[Decimal]:
    return list(
        shop.value(
            "select coalesce(array_agg(quantity::numeric order by id), '{}') from erp.requisition_line"
            " where reorder_rule_id = %s",
            of_rule,
        )
    )


def issue(shop: Shop, code: str, quantity: int, place: str) -> None:
    line = {"item_id": shop.item(code), "from_location_id": shop.place(place), "quantity": quantity}
    document = {"type": "counter_issue", "engineer_id": shop.world.engineer, "lines": [line]}
    with shop.clerk.write() as session:
        session.execute(
            text("select api.post_stock(:key, cast(:document as jsonb))"),
            {"key": str(uuid4()), "document": json.dumps(document)},
        )


def refused(call: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(UserError) as caught:
        call(*args)
    return str(caught.value.constraint)


def test_what_is_projected_counts_what_comes_and_what_is_promised(shop: Shop) -> None:
    of_filter = rule(shop, FILTER, 5, 50, automatic=False)
    order = shop.value("select id from erp.work_order where number = %s", ORDER)
    shop.value(
        "insert into erp.work_order_part (work_order_id, item_id, quantity) values (%s, %s, 4) returning id",
        order, shop.item(FILTER),
    )  # fmt: skip
    replenish(shop)
    # Four are wanted, one of them is reserved: three more.
    columns = ("on_hand", "on_order", "requested", "reserved", "needed", "projected", "shortage")
    assert status(shop, of_filter, *columns) == [12, 20, 0, 1, 3, 28, 0]
    words = shop.value("select array[why, why_zh] from erp.reorder_status where id = %s", of_filter)
    assert words[0] == ("Not below 5: 12 on hand + 20 on order − 1 reserved − 3 needed = 28 projected")
    assert words[1].startswith("不低于最小库存 5：现有 12 + 在途 20")


def test_below_the_minimum_a_requisition_appears_by_itself_and_once(shop: Shop) -> None:
    of_sensor = rule(shop, SENSOR, 40, 100, multiple=25)
    token = replenish(shop)
    assert asked(shop, of_sensor) == []
    issue(shop, SENSOR, 5, "D-01-1-7")
    token = replenish(shop, token)
    # 37 left, 63 to the maximum, in packs of 25.
    assert asked(shop, of_sensor) == [75]
    origin = shop.value(
        "select r.origin from erp.requisition r join erp.requisition_line l on l.requisition_id = r.id"
        " where l.reorder_rule_id = %s", of_sensor,
    )  # fmt: skip
    assert origin == "reorder"
    issue(shop, SENSOR, 5, "D-01-1-7")
    token = replenish(shop, token)
    replenish(shop)
    assert asked(shop, of_sensor) == [75], "what is asked for already counts as coming"


def test_a_change_elsewhere_leaves_a_rule_alone(shop: Shop) -> None:
    of_sensor, of_filter = rule(shop, SENSOR, 1, 5), rule(shop, FILTER, 1, 5)
    token = replenish(shop)
    seen = shop.value("select changed_at from erp.reorder_status where id = %s", of_sensor)
    shop.value("update erp.reorder_status set on_hand = 999 where id = %s returning id", of_sensor)
    issue(shop, FILTER, 1, "A-03-1-2")
    replenish(shop, token)
    assert status(shop, of_filter, "on_hand") == [11]
    assert status(shop, of_sensor, "on_hand") == [999]
    assert shop.value("select changed_at from erp.reorder_status where id = %s", of_sensor) == seen
    replenish(shop)
    assert status(shop, of_sensor, "on_hand") == [42]


def test_a_rejected_requisition_may_be_asked_for_again(shop: Shop) -> None:
    of_sensor = rule(shop, SENSOR, 50, 60)
    replenish(shop)
    shop.value("update erp.requisition_line set state = 'cancelled' where reorder_rule_id = %s returning id", of_sensor)
    replenish(shop)
    assert asked(shop, of_sensor) == [18, 18]


def together(databases: Sequence[Database], act: Callable[[Database], object]) -> list[object]:
    """All at the same moment, each in a session of its own."""
    gate = Barrier(len(databases))

    def run(database: Database) -> object:
        gate.wait()
        return act(database)

    with ThreadPoolExecutor(len(databases)) as pool:
        return list(pool.map(run, databases))


def test_many_who_ask_at_once_make_one_requisition(shop: Shop, person: Person) -> None:
    of_sensor = rule(shop, SENSOR, 50, 60, automatic=False)
    replenish(shop)
    people = [person("buyer") for _ in range(SESSIONS)]
    made = together(people, lambda database: planning.request_shortages(database, [of_sensor])[0])
    assert sum(bool(numbers) for numbers in made) == 1
    assert asked(shop, of_sensor) == [18]


def test_without_the_lock_and_the_index_they_make_many(shop: Shop, person: Person) -> None:
    """The control: the same six who look first and ask then, as a program would that leaves it to the screen."""
    of_sensor = rule(shop, SENSOR, 50, 60, automatic=False)
    replenish(shop)
    people = [person("buyer") for _ in range(SESSIONS)]
    looked = Barrier(SESSIONS)
    item = shop.item(SENSOR)

    def naive(database: Database) -> None:
        with database.write() as session:
            short = session.execute(
                text("select shortage from erp.reorder_status where id = :id"), {"id": of_sensor}
            ).scalar_one()
            looked.wait()
            if short > 0:
                made = session.execute(
                    text("insert into erp.requisition (company_id, org_unit_id, number)"
                         " values (:company, :unit, '') returning id"),
                    {"company": shop.world.company, "unit": shop.world.branch},
                ).scalar_one()  # fmt: skip
                session.execute(
                    text("insert into erp.requisition_line (requisition_id, line_no, item_id, quantity)"
                         " values (:made, 1, :item, :short)"),
                    {"made": made, "item": item, "short": short},
                )  # fmt: skip

    together(people, naive)
    assert shop.value("select count(*) from erp.requisition_line where item_id = %s", item) == SESSIONS


def test_shortages_are_asked_for_by_supplier(shop: Shop, person: Person) -> None:
    buyer = person("buyer")
    shop.value("update erp.item set supplier_id = %s where code = %s returning id", shop.world.supplier, FILTER)
    rules = [rule(shop, code, 500, 600, automatic=False) for code in (FILTER, SENSOR, "BLT-XPB-2500")]
    replenish(shop)
    numbers, changes = planning.request_shortages(buyer, rules)
    assert len(numbers) == 2 and changes.touches("requisition")
    suppliers = shop.value(
        "select array_agg(n order by n) from (select count(*) n from erp.requisition_line group by requisition_id) x"
    )
    assert suppliers == [1, 2]
    assert planning.request_shortages(buyer, rules)[0] == ()


def test_suggestions_become_rules_and_rules_follow(shop: Shop, person: Person) -> None:
    buyer = person("buyer")
    planning.analyse(buyer)
    ids = shop.value("select array_agg(id) from erp.item_plan where org_unit_id = %s", shop.world.branch)
    count, _ = planning.accept_suggestions(buyer, ids)
    assert count == len(ids) > 5
    assert shop.value("select bool_and(method = 'suggested') from erp.reorder_rule")
    shop.value("update erp.reorder_rule set min_quantity = 3, max_quantity = 9 returning id")
    planning.analyse(buyer)
    assert shop.value("select max(max_quantity) from erp.reorder_rule") == 0, "nothing was consumed in a whole month"


def test_another_branch_asks_accepts_and_proposes_nothing_here(shop: Shop, person: Person) -> None:
    of_sensor = rule(shop, SENSOR, 50, 60, automatic=False)
    here, elsewhere = person("buyer"), person("buyer", "manager", unit=shop.world.other_branch)
    planning.analyse(here)
    replenish(shop)
    row = shop.value("select id from erp.item_plan where item_id = %s", shop.item(SENSOR))
    assert refused(planning.request_shortages, elsewhere, [of_sensor]) == "reorder_rule_known"
    assert refused(planning.accept_suggestions, elsewhere, [row]) == "planning_row_known"
    assert refused(planning.propose_disposal, elsewhere, [row], "old") == "planning_row_known"
    (proposal,), _ = planning.propose_disposal(here, [row], "old")
    assert planning.load_disposal(elsewhere, proposal) is None
    assert refused(planning.approve_disposal, elsewhere, uuid4(), proposal, "") == "disposal_known"
    assert refused(planning.close_disposal, elsewhere, proposal, "no") == "disposal_known"


def test_scrap_takes_two_people_and_is_posted_once(shop: Shop, person: Person) -> None:
    clerk_and_manager, manager = person("buyer", "manager"), person("manager")
    planning.analyse(manager)
    row = shop.value("select id from erp.item_plan where item_id = %s", shop.item(FILTER))
    (proposal,), _ = planning.propose_disposal(clerk_and_manager, [row], "superseded")
    it = planning.load_disposal(manager, proposal)
    assert it is not None and not it.mine
    # One of twelve is reserved.
    assert [line.quantity for line in it.lines] == [11] and it.amount == 11 * 186
    assert refused(planning.propose_disposal, clerk_and_manager, [row], "again") == "disposal_nothing"
    assert refused(planning.approve_disposal, clerk_and_manager, uuid4(), proposal, "") == "disposal_not_own"
    key = uuid4()
    first, _ = planning.approve_disposal(manager, key, proposal, "agreed")
    assert planning.approve_disposal(manager, key, proposal, "agreed")[0] == first
    assert refused(planning.approve_disposal, manager, uuid4(), proposal, "") == "disposal_step"
    assert shop.on_hand(FILTER) == 1
    assert shop.whole()


def test_stock_that_went_meanwhile_is_not_scrapped(shop: Shop, person: Person) -> None:
    buyer, manager = person("buyer"), person("manager")
    planning.analyse(buyer)
    row = shop.value("select id from erp.item_plan where item_id = %s", shop.item(SENSOR))
    (proposal,), _ = planning.propose_disposal(buyer, [row], "old")
    issue(shop, SENSOR, 1, "D-01-1-7")
    assert refused(planning.approve_disposal, manager, uuid4(), proposal, "") == "stock_not_enough"
    assert shop.value("select state from erp.disposal where id = %s", proposal) == "proposed"
    assert refused(planning.close_disposal, manager, proposal, " ") == "disposal_reason_given"
    planning.close_disposal(manager, proposal, "count it first")
    assert shop.value("select state from erp.disposal where id = %s", proposal) == "rejected"


def test_classes_are_looked_at_and_then_written(shop: Shop, person: Person) -> None:
    manager = person("manager", unit=shop.value("select id from erp.org_unit where parent_id is null"))
    planning.analyse(manager)
    made, _ = planning.start_abc(manager)
    run = planning.load_abc(manager, made)
    assert run is not None and run.state == "draft" and run.changed > 5
    assert shop.value("select count(abc_class) from erp.item") == 0
    changed, _ = planning.apply_abc(manager, made)
    assert changed == run.changed == shop.value("select count(abc_class) from erp.item")
    assert refused(planning.apply_abc, manager, made) == "abc_run_step"
    wrong = Decimal("0.99"), Decimal("0.5")
    with pytest.raises(UserError) as caught:
        planning.start_abc(manager, planning.Classifying(abc_a=wrong[0], abc_b=wrong[1]))
    assert caught.value.constraint == "abc_run_abc_order"
