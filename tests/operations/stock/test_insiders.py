"""What an insider may not do alone: give back what nobody took, open stock of any worth, count a big loss in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from db import users
from db.errors import UserError
from db.session import Database
from desktop.operations import stock, stock_counts
from desktop.operations.stock_counts import Entered
from tests.db.conftest import PASSWORD, PREFIX
from tests.stock_shop import ORDER, Shop

Someone = Callable[[str], Database]
PLAN = (
    "insert into erp.count_plan (company_id, org_unit_id, name, location_id, recount_rate, recount_amount,"
    " recount_by_other, approve_amount) values (%s, %s, 'Strict', %s, 0, 0, true, %s) returning id"
)


@pytest.fixture
def someone(shop: Shop) -> Iterator[Someone]:
    with ExitStack() as stack:

        def make(job: str) -> Database:
            login = f"{PREFIX}_{job}_{shop.clone.name.rsplit('_', 1)[1]}"
            users.create_user(
                shop.clone.owner, user_name=login, login=login, password=PASSWORD, display_name=job, roles=[job],
                units=[shop.world.branch], company_id=shop.world.company,
            )  # fmt: skip
            database = Database(shop.clone.dsn(login))
            stack.callback(database.close)
            return database

        yield make


def post(database: Database, kind: str, lines: list[dict[str, Any]], **head: Any) -> stock.Posted:
    return stock.post(database, uuid4(), {"type": kind, **head, "lines": lines})[0]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        act()
    assert caught.value.message_en and caught.value.message_zh
    return str(caught.value.constraint)


def test_no_more_comes_back_of_an_order_than_was_issued_to_it(shop: Shop, someone: Someone) -> None:
    engineer, order = someone("engineer"), shop.clone.id("work_order", ORDER)
    place = shop.place("A-04-1-1")
    part = {"item_id": shop.item("BLT-XPB-2500"), "quantity": 1}
    back = [{**part, "to_location_id": place}]
    assert refused(lambda: post(engineer, "return", back, work_order_id=order)) == "stock_return_issued"
    issued = post(shop.clerk, "issue", [{**part, "quantity": 2, "from_location_id": place}], work_order_id=order)
    assert refused(lambda: post(engineer, "return", [{**back[0], "quantity": 3}], work_order_id=order, reason="x")) == (
        "stock_return_issued"
    )
    post(engineer, "return", back, work_order_id=order)
    move = shop.value("select max(id) from erp.stock_move where document_id = %s", issued.document_id)
    linked = [{**back[0], "quantity": 2, "returns_move_id": move}]
    assert refused(lambda: post(engineer, "return", linked)) == "stock_return_issued", "one came back already"
    worth = post(engineer, "return", [{**linked[0], "quantity": 1}])
    assert worth.amount is None and issued.amount, "who reads no costs is not told one either"
    assert refused(lambda: post(engineer, "return", back, work_order_id=order)) == "stock_return_issued"
    other = [{**back[0], "item_id": shop.item("SNS-PT100-6"), "to_location_id": shop.place("D-01-1-7")}]
    assert refused(lambda: post(engineer, "return", other, work_order_id=order)) == "stock_return_issued"
    assert shop.on_hand("BLT-XPB-2500") == 16 and shop.whole()


def test_a_clerk_takes_back_more_with_a_reason(shop: Shop) -> None:
    order = shop.clone.id("work_order", ORDER)
    back = [{"item_id": shop.item("BLT-XPB-2500"), "quantity": 1, "to_location_id": shop.place("A-04-1-1")}]
    assert refused(lambda: post(shop.clerk, "return", back, work_order_id=order)) == "stock_return_issued"
    assert refused(lambda: post(shop.clerk, "return", back, work_order_id=order, reason=" ")) == "stock_return_issued"
    post(shop.clerk, "return", back, work_order_id=order, reason="found in the van, issued before the program")
    assert shop.on_hand("BLT-XPB-2500") == 17 and shop.whole()


def test_an_engineer_gives_back_what_he_took_over_the_counter(shop: Shop, someone: Someone) -> None:
    engineer, place = someone("engineer"), shop.place("A-04-1-1")
    part = {"item_id": shop.item("BLT-XPB-2500"), "quantity": 2}
    post(shop.clerk, "counter_issue", [{**part, "from_location_id": place}], engineer_id=shop.world.engineer)
    back = [{**part, "to_location_id": place}]
    assert refused(lambda: post(engineer, "return", back)) == "stock_return_issued", "nobody took it"
    post(engineer, "return", back, engineer_id=shop.world.engineer)
    assert refused(lambda: post(engineer, "return", back, engineer_id=shop.world.engineer)) == "stock_return_issued"
    assert shop.on_hand("BLT-XPB-2500") == 16 and shop.whole()


def test_an_issue_is_not_taken_back_after_its_parts_came_back_without_it(shop: Shop, someone: Someone) -> None:
    engineer, order, place = someone("engineer"), shop.clone.id("work_order", ORDER), shop.place("A-04-1-1")
    part = {"item_id": shop.item("BLT-XPB-2500"), "quantity": 2}
    issued = post(shop.clerk, "issue", [{**part, "from_location_id": place}], work_order_id=order)
    post(engineer, "return", [{**part, "to_location_id": place}], work_order_id=order)
    assert refused(lambda: stock.reverse(shop.clerk, uuid4(), issued.document_id, "")) == "stock_return_issued"
    assert shop.on_hand("BLT-XPB-2500") == 16 and shop.whole()


def test_a_clerk_opens_a_little_and_a_steward_all(shop: Shop, someone: Someone, steward_of_shop: Database) -> None:
    part, place = shop.item("FLT-AIR-7502"), shop.place("D-01-1-7")

    def opening(database: Database, quantity: int, **line: Any) -> stock.Posted:
        return post(database, "opening", [{"item_id": part, "to_location_id": place, "quantity": quantity, **line}])

    opening(shop.clerk, 3)  # 3 × 186
    assert refused(lambda: opening(shop.clerk, 3)) == "stock_opening_limit", "a second document adds up"
    assert refused(lambda: opening(shop.clerk, 5, unit_cost="140")) == "stock_opening_limit", "nor cheaper"
    opening(someone("clerk"), 5)
    new = shop.value(
        "insert into erp.item (company_id, org_unit_id, code, name, uom)"
        " select company_id, org_unit_id, 'NEW-1', 'New', uom from erp.item where id = %s returning id", part,
    )  # fmt: skip
    dream = [{"item_id": new, "to_location_id": place, "quantity": 9000}]
    assert refused(lambda: post(shop.clerk, "opening", dream)) == "stock_opening_valued"
    opening(steward_of_shop, 500)
    assert shop.on_hand("FLT-AIR-7502") == 12 + 3 + 5 + 500 and shop.whole()


def test_many_small_counts_are_no_way_round_one_big_one(shop: Shop, someone: Someone) -> None:
    manager, place = someone("manager"), shop.place("A-03-1-2")

    def count(pieces: int) -> int:
        made, _ = stock_counts.start(shop.clerk, location_id=place)
        state = "counting"
        while state != "review":
            (line,) = stock_counts.load(shop.clerk, made).lines
            stock_counts.enter(shop.clerk, made, [Entered(Decimal(pieces), line_id=line.id)])
            state = stock_counts.finish(shop.clerk, made)[0]
        return made

    first = count(8)  # 4 × 186 are missing
    assert not stock_counts.load(shop.clerk, first).needs_approval
    stock_counts.post(shop.clerk, uuid4(), first)
    second = count(4)
    seen = stock_counts.load(shop.clerk, second)
    assert seen.difference == 744 and seen.pile == 1488 and seen.needs_approval
    assert refused(lambda: stock_counts.post(shop.clerk, uuid4(), second)) == "stock_count_approval"
    stock_counts.approve(manager, second, "stolen, reported")
    stock_counts.post(shop.clerk, uuid4(), second)
    assert shop.on_hand("FLT-AIR-7502") == 4 and shop.whole()


def test_who_leaves_the_plan_out_counts_by_its_rules(shop: Shop) -> None:
    place = shop.place("A-03-1-2")
    shop.value(PLAN, shop.world.company, shop.world.branch, place, 100)
    made, _ = stock_counts.start(shop.clerk, location_id=place)
    sheet = stock_counts.load(shop.clerk, made)
    assert sheet.plan is None and sheet.approve_amount == 100 and sheet.recount_by_other


def test_nothing_is_found_where_the_count_is_not(shop: Shop) -> None:
    made, _ = stock_counts.start(shop.clerk, location_id=shop.place("A-03-1-2"))
    elsewhere = Entered(Decimal(1), item_id=shop.item("SNS-PT100-6"), location_id=shop.place("D-01-1-7"))
    assert refused(lambda: stock_counts.enter(shop.clerk, made, [elsewhere])) == "stock_count_line_known"


def test_what_one_scraps_or_sends_back_without_its_receipt_has_a_limit(
    shop: Shop, someone: Someone, steward_of_shop: Database
) -> None:
    """Separators at 745, three of them; the limit of thirty days is two."""
    shop.value("insert into erp.setting (key, value) values ('purchasing.alone_limit', '1500')")
    part = {"item_id": shop.item("SEP-OIL-7520"), "from_location_id": shop.place("A-03-2-1"), "quantity": 1}
    shop.value("select api.release_reservations(array(select id from erp.reservation))")
    scrap = {**part, "to_location_id": shop.value("select min(id) from erp.stock_location where kind = 'scrap'")}
    first = post(shop.clerk, "adjustment", [scrap], reason="dented")
    post(shop.clerk, "supplier_return", [part])
    assert refused(lambda: post(shop.clerk, "adjustment", [scrap], reason="dented")) == "stock_alone_limit"
    assert refused(lambda: post(shop.clerk, "supplier_return", [part])) == "stock_alone_limit"
    stock.reverse(shop.clerk, uuid4(), first.document_id, "it can be mended")
    post(shop.clerk, "adjustment", [scrap], reason="dented")
    come = {"item_id": part["item_id"], "to_location_id": part["from_location_id"], "quantity": 1}
    received = post(shop.clerk, "receipt", [come])
    named = [{**part, "returns_move_id": received.moves[0]}]
    post(shop.clerk, "supplier_return", named)
    post(steward_of_shop, "adjustment", [scrap], reason="dented")
    assert shop.on_hand("SEP-OIL-7520") == 0 and shop.whole()
