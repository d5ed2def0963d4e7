"""Requisitions: what rules ask for once, what people ask for, and who may do what with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from db.session import Database
from desktop.operations import purchasing, records
from desktop.operations import purchasing_approvals as approvals
from desktop.operations import purchasing_prices as prices
from desktop.operations import purchasing_requisitions as requisitions
from desktop.operations.records import Draft, Record
from tests.purchasing_people import Person, person, refused, rule, wish
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]


def ask(shop: Shop, origin: str, *lines: Mapping[str, object]) -> int | None:
    """What another room asks for in our name."""
    found = shop.value(
        "select api.open_requisition(null, %s, %s, %s)", shop.world.branch, origin, json.dumps(lines, default=str)
    )
    return None if found is None else int(found)


def test_a_rule_gets_one_open_line_however_often_it_asks(shop: Shop) -> None:
    filter_, oil = shop.item("FLT-AIR-7502"), shop.item("FLT-OIL-7511")
    soon = date.today() + timedelta(days=5)
    for number, item, place in ((71, filter_, None), (72, oil, None), (73, filter_, shop.place("A-03-1-2"))):
        shop.value(
            "insert into erp.reorder_rule (id, company_id, org_unit_id, item_id, location_id, min_quantity,"
            " max_quantity) values (%s, %s, %s, %s, %s, 5, 10) returning id",
            number, shop.world.company, shop.world.branch, item, place,
        )  # fmt: skip
    first = ask(
        shop, "reorder",
        {"item_id": filter_, "quantity": 10, "needed_on": soon, "reason": "below 5", "reorder_rule_id": 71},
        {"item_id": oil, "quantity": 4, "reorder_rule_id": 72},
    )  # fmt: skip
    assert first is not None
    assert ask(shop, "reorder", {"item_id": filter_, "quantity": 10, "reorder_rule_id": 71}) is None
    assert shop.value("select count(*) from erp.requisition") == 1
    second = ask(
        shop, "reorder",
        {"item_id": filter_, "quantity": 10, "reorder_rule_id": 71},
        {"item_id": filter_, "quantity": 3, "reorder_rule_id": 73},
    )  # fmt: skip
    assert shop.value(
        "select array_agg(reorder_rule_id) from erp.requisition_line where requisition_id = %s", second
    ) == [73]
    assert shop.value("select needed_on from erp.requisition where id = %s", first) == soon
    assert shop.value("select requested_by from erp.requisition where id = %s", first) is None
    shop.value("update erp.requisition_line set state = 'ordered' where reorder_rule_id = 71 returning id")
    assert ask(shop, "reorder", {"item_id": filter_, "quantity": 10, "reorder_rule_id": 71}) is not None


def asked(shop: Shop, requisition: int | None) -> list[str]:
    return list(
        shop.value(
            "select array_agg(role_key || ' ' || state order by step, role_key) from erp.approval"
            " where requisition_id = %s and state <> 'void'",
            requisition,
        )
        or []
    )


def open_for(by: Database, requisition: int | None) -> int:
    return next(one.id for one in approvals.decisions(by, requisition_id=requisition) if one.state == "open")


def test_without_a_rule_it_is_approved_at_once(shop: Shop, person: Person) -> None:
    clerk = person("clerk")
    saved = wish(shop, clerk, ("FLT-AIR-7502", 3, "180"))
    assert str(saved.values["number"]).startswith("REQ-") and saved.values["state"] == "draft"
    handed_in, _ = requisitions.take_step(clerk, saved, "submitted")
    assert handed_in.values["state"] == "approved" and asked(shop, saved.id) == []


def test_the_matrix_asks_step_by_step_and_never_the_requester(shop: Shop, person: Person) -> None:
    rule(shop, "requisition", "manager")
    rule(shop, "requisition", "finance", amount=1000, step=2)
    rule(shop, "requisition", "pm", amount=100_000, step=3)
    both, manager, finance = person("clerk", "manager"), person("manager"), person("finance")
    saved = wish(shop, both, ("FLT-AIR-7502", 10, "180"))
    handed_in, _ = requisitions.take_step(both, saved, "submitted")
    assert handed_in.values["state"] == "submitted"
    assert asked(shop, saved.id) == ["manager open", "finance waiting"]
    first = open_for(manager, saved.id)
    assert refused(lambda: approvals.decide(both, [first], approve=True)) == "approval_not_own"
    assert refused(lambda: approvals.decide(finance, [first], approve=True)) == "approval_not_own"
    assert approvals.decide(manager, [first], approve=True)[0] == ("submitted",)
    second = open_for(finance, saved.id)
    assert refused(lambda: approvals.decide(manager, [first], approve=True)) == "approval_decided"
    assert refused(lambda: approvals.decide(finance, [second], approve=False)) == "approval_reason"
    assert approvals.decide(finance, [second], approve=True)[0] == ("approved",)
    assert requisitions.load(both, saved.id or 0).values["state"] == "approved"


def test_a_rejection_ends_it_and_a_change_begins_anew(shop: Shop, person: Person) -> None:
    rule(shop, "requisition", "manager", amount=500)
    clerk, manager = person("clerk"), person("manager")
    saved, _ = requisitions.take_step(clerk, wish(shop, clerk, ("FLT-AIR-7502", 10, "180")), "submitted")
    approvals.decide(manager, [open_for(manager, saved.id)], approve=False, reason="too many")
    rejected = requisitions.load(clerk, saved.id or 0)
    assert rejected.values["state"] == "rejected"
    line = rejected.lines["lines"][0]
    fewer = Draft({}, {"lines": ((line.id, {**line.values, "quantity": Decimal(3)}),)})
    assert refused(lambda: requisitions.save(clerk, rejected, fewer)) == "requisition_submitted"
    draft, _ = requisitions.take_step(clerk, rejected, "draft")
    changed, _ = requisitions.save(clerk, draft, fewer)
    again, _ = requisitions.take_step(clerk, changed, "submitted")
    assert asked(shop, saved.id) == ["manager open"]
    # What was changed past every guard is not what the manager was shown.
    shop.value("update erp.requisition_line set quantity = 900 where requisition_id = %s returning id", saved.id)
    assert refused(lambda: approvals.decide(manager, [open_for(manager, saved.id)], approve=True)) == "approval_changed"
    assert again.values["state"] == "submitted"


def test_of_two_who_decide_at_once_one_is_told_who_was_faster(shop: Shop, person: Person) -> None:
    rule(shop, "requisition", "manager")
    rule(shop, "requisition", "finance")
    clerk, both = person("clerk"), (person("manager"), person("manager"))
    money = person("finance")
    for turn in range(4):
        made = [
            requisitions.take_step(clerk, wish(shop, clerk, ("FLT-AIR-7502", 3, "180")), "submitted")[0]
            for _ in range(2)
        ]
        asked = {
            job: [
                next(one.id for one in approvals.decisions(both[0], requisition_id=each.id) if one.job == job)
                for each in made
            ]
            for job in ("Manager", "Finance")
        }
        with ThreadPoolExecutor(3) as pool:
            tries = [
                pool.submit(approvals.decide, by, ids[:: 1 if turn % 2 else -1], approve=True)
                for by, ids in zip((*both, money), (asked["Manager"], asked["Manager"], asked["Finance"]), strict=True)
            ]
        errors = [error for each in tries if (error := each.exception()) is not None]
        assert len(errors) == 1 and getattr(errors[0], "constraint", "") == "approval_decided", errors
        assert "has been decided by Manager" in errors[0].message_en and "REQ" in errors[0].message_en  # type: ignore[attr-defined]
        assert {requisitions.load(clerk, each.id or 0).values["state"] for each in made} == {"approved"}


def test_a_colleague_does_not_reword_a_wish(shop: Shop, person: Person) -> None:
    clerk, engineer, buyer = person("clerk"), person("engineer"), person("buyer")
    saved = wish(shop, clerk, ("FLT-AIR-7502", 3, "180"))
    assert requisitions.steps(engineer, saved.id or 0) == ()
    theirs = requisitions.load(engineer, saved.id or 0)
    assert refused(lambda: requisitions.save(engineer, theirs, Draft({"note": "mine"}))) == "requisition_own"
    helped, _ = requisitions.save(buyer, requisitions.load(buyer, saved.id or 0), Draft({"note": "by Friday"}))
    assert helped.values["note"] == "by Friday"


def test_lines_become_one_order_for_each_supplier_once(shop: Shop, person: Person) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    other = shop.value(
        "with p as (insert into erp.party (company_id, code, name, is_supplier) values (%s, 'SUP-2', 'Other', true)"
        " returning id) insert into erp.party_unit (party_id, org_unit_id) select id, %s from p returning party_id",
        shop.world.company, shop.world.branch,
    )  # fmt: skip
    first, _ = requisitions.take_step(
        clerk, wish(shop, clerk, ("FLT-AIR-7502", 3, "180"), ("FLT-OIL-7511", 2, "90")), "submitted"
    )
    second, _ = requisitions.take_step(clerk, wish(shop, clerk, ("SNS-PT100-6", 4, "78")), "submitted")
    shop.value(
        "update erp.requisition_line set supplier_id = %s where requisition_id = %s returning id", other, second.id
    )
    lines = [line for one in (first, second) for line in requisitions.open_lines(buyer, one.id or 0)]
    assert refused(lambda: requisitions.order_lines(clerk, lines)) == "42501"
    made, _ = requisitions.order_lines(buyer, lines)
    assert sorted(order.lines for order in made) == [1, 2]
    assert refused(lambda: requisitions.order_lines(buyer, lines[:1])) == "requisition_line_open"
    assert requisitions.load(clerk, first.id or 0).values["state"] == "closed"
    order = purchasing.load(buyer, next(one.id for one in made if one.lines == 2))
    assert [line.values["unit_price"] for line in order.lines["lines"]] == [Decimal(180), Decimal(90)]
    # An order that falls away opens its wishes again.
    purchasing.take_step(buyer, order, "cancelled", reason="bankrupt")
    assert requisitions.load(clerk, first.id or 0).values["state"] == "approved"
    assert len(requisitions.open_lines(buyer, first.id or 0)) == 2


def test_a_price_without_a_last_day_leaves_no_room_after_it(shop: Shop, person: Person) -> None:
    """Nor does one that would run into it; before its first day another ends, after its last day another begins."""
    buyer = person("buyer")
    blank = records.blank(buyer, prices.SUPPLIER_PRICE)
    terms = {"item_id": shop.item("FLT-AIR-7502"), "supplier_id": shop.world.supplier, "unit_price": Decimal(170)}

    def agree(since: date, until: date | None = None) -> int:
        saved, _ = prices.save(buyer, blank, Draft({**terms, "valid_from": since, "valid_to": until}))
        return saved.id or 0

    first = agree(date(2026, 3, 1))
    for since, until in (
        (date(2026, 3, 1), None), (date(2099, 1, 1), None), (date(2099, 1, 1), date(2099, 1, 2)),
        (date(2026, 1, 1), None), (date(2026, 1, 1), date(2026, 3, 1)),
    ):  # fmt: skip
        assert refused(partial(agree, since, until)) == "supplier_price_no_overlap"
    agree(date(2026, 1, 1), date(2026, 2, 28))
    shop.value("update erp.supplier_price set valid_to = '2026-12-31' where id = %s", first)
    assert refused(lambda: agree(date(2026, 12, 31))) == "supplier_price_no_overlap"
    agree(date(2027, 1, 1))


def test_a_price_list_proposes_what_was_agreed(shop: Shop, person: Person) -> None:
    buyer = person("buyer")
    item = shop.item("FLT-AIR-7502")
    blank = records.blank(buyer, prices.SUPPLIER_PRICE)
    terms = {"item_id": item, "supplier_id": shop.world.supplier}
    for quantity, price in ((0, "170"), (10, "150")):
        prices.save(buyer, blank, Draft({**terms, "min_quantity": Decimal(quantity), "unit_price": Decimal(price)}))
    twice = Draft({**terms, "min_quantity": Decimal(10), "unit_price": Decimal(140)})
    assert refused(lambda: prices.save(buyer, blank, twice)) == "supplier_price_no_overlap"
    order = records.blank(buyer, purchasing.PURCHASE_ORDER)
    lines = tuple((None, {"item_id": item, "quantity": Decimal(many)}) for many in (3, 12))
    saved, _ = purchasing.save(buyer, order, Draft({"supplier_id": shop.world.supplier}, {"lines": lines}))
    assert [line.values["unit_price"] for line in saved.lines["lines"]] == [Decimal(170), Decimal(150)]
    none = ((None, {"item_id": shop.item("SNS-PT100-6"), "quantity": Decimal(1)}),)
    standard, _ = purchasing.save(buyer, order, Draft({"supplier_id": shop.world.supplier}, {"lines": none}))
    assert standard.lines["lines"][0].values["unit_price"] == Decimal(78)


def test_an_order_above_the_limit_waits_for_its_approval(shop: Shop, person: Person) -> None:
    rule(shop, "purchase_order", "manager", amount=1000)
    buyer, manager = person("buyer", "manager"), person("manager")
    blank = records.blank(buyer, purchasing.PURCHASE_ORDER)

    def draft(price: str) -> Record:
        line = {"item_id": shop.item("FLT-AIR-7502"), "quantity": Decimal(10), "unit_price": Decimal(price)}
        return purchasing.save(buyer, blank, Draft({"supplier_id": shop.world.supplier}, {"lines": ((None, line),)}))[0]

    cheap, dear = draft("99.99"), draft("100")
    assert [to for to, _ in purchasing.steps(buyer, cheap.id or 0)] == ["ordered", "cancelled"]
    assert [to for to, _ in purchasing.steps(buyer, dear.id or 0)] == ["submitted", "cancelled"]
    assert refused(lambda: purchasing.take_step(buyer, dear, "ordered")) == "purchase_order_step"
    waiting, _ = purchasing.take_step(buyer, dear, "submitted")
    mine = approvals.decisions(manager, purchase_order_id=dear.id)[0]
    assert refused(lambda: approvals.decide(buyer, [mine.id], approve=True)) == "approval_not_own"
    line = waiting.lines["lines"][0]
    sly = Draft({}, {"lines": ((line.id, {**line.values, "quantity": Decimal(99)}),)})
    assert refused(lambda: purchasing.save(buyer, waiting, sly)) == "purchase_order_sent"
    assert approvals.decide(manager, [mine.id], approve=True)[0] == ("approved",)
    sent, _ = purchasing.take_step(buyer, purchasing.load(buyer, dear.id or 0), "ordered")
    assert sent.values["state"] == "ordered"
