"""Who stands in for a colleague has his job, and still decides nothing that is the colleague's own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from db import users
from db.session import Database
from desktop.operations import purchasing_approvals as approvals
from desktop.operations import purchasing_requisitions as requisitions
from desktop.operations import stock_counts
from desktop.operations import stock_planning as planning
from desktop.operations.stock_counts import Entered
from tests.purchasing_people import Person, person, refused, rule, wish
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]


def one(database: Database, query: str, *values: object) -> Any:
    with database.raw() as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def stand_in(helper: Database, colleague: Database) -> None:
    """From now on `helper` does the colleague's job."""
    users.delegate(colleague, one(helper, "select erp.my_user_id()"), today(), today(), "leave")


def test_a_wish_is_not_approved_by_who_stands_in_for_him_who_wished(shop: Shop, person: Person) -> None:
    rule(shop, "requisition", "manager")
    both, helper, manager = person("clerk", "manager"), person("clerk"), person("manager")
    saved = wish(shop, both, ("FLT-AIR-7502", 10, "180"))
    requisitions.take_step(both, saved, "submitted")
    (asked,) = (each.id for each in approvals.decisions(manager, requisition_id=saved.id))
    stand_in(helper, both)
    assert refused(lambda: approvals.decide(helper, [asked], approve=True)) == "approval_not_own"
    assert one(helper, "select api.may_decide(array[%s::bigint])", asked) == []
    stand_in(helper, manager)
    assert one(helper, "select api.may_decide(array[%s::bigint])", asked) == [asked]
    assert approvals.decide(helper, [asked], approve=True)[0] == ("approved",)


def test_a_count_is_not_approved_by_who_stands_in_for_its_counter(shop: Shop, person: Person) -> None:
    both, helper, manager = person("clerk", "manager"), person("clerk"), person("manager")
    made, _ = stock_counts.start(both, location_id=shop.place("A-03-1-2"))
    for _ in range(2):
        (line,) = stock_counts.load(both, made).lines
        stock_counts.enter(both, made, [Entered(Decimal(2), line_id=line.id)])
        state = stock_counts.finish(both, made)[0]
    assert state == "review" and stock_counts.load(manager, made).needs_approval
    stand_in(helper, both)
    assert refused(lambda: stock_counts.approve(helper, made, "gone")) == "stock_count_four_eyes"
    stand_in(helper, manager)
    stock_counts.approve(helper, made, "burst pipe")
    assert not stock_counts.load(manager, made).needs_approval


def test_scrap_is_not_approved_by_who_stands_in_for_him_who_proposed_it(shop: Shop, person: Person) -> None:
    both, helper, manager = person("buyer", "manager"), person("clerk"), person("manager")
    planning.analyse(manager)
    row = shop.value("select id from erp.item_plan where item_id = %s", shop.item("SEP-OIL-7710"))
    (proposal,), _ = planning.propose_disposal(both, [row], "superseded")
    stand_in(helper, both)
    assert refused(lambda: planning.approve_disposal(helper, uuid4(), proposal, "")) == "disposal_not_own"
    stand_in(helper, manager)
    planning.approve_disposal(helper, uuid4(), proposal, "agreed")
    assert shop.on_hand("SEP-OIL-7710") == 0 and shop.whole()
