"""Counting: blind, twice where it differs, approved where it is dear, posted once, whatever moves meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import psycopg2
import pytest

from db import users
from db.errors import UserError
from db.session import Database, connect
from desktop.operations import stock, stock_counts
from desktop.operations.stock_counts import Count, Entered
from tests.stock_shop import ORDER, Shop

BINS = ("A-03-1-2", "A-03-1-4", "D-01-1-7")


@pytest.fixture
def store(shop: Shop) -> int:
    """A store above three of the bins."""
    made = shop.value(
        "insert into erp.stock_location (company_id, org_unit_id, kind, code, name)"
        " values (%s, %s, 'store', 'ST', 'Store') returning id",
        shop.world.company,
        shop.world.branch,
    )
    for code in BINS:
        shop.value("update erp.stock_location set parent_id = %s where code = %s returning id", made, code)
    return int(made)


@pytest.fixture
def manager(shop: Shop) -> Iterator[Database]:
    name = f"{shop.clone.name.replace('outpost_', '')[:20]}_boss"
    login = f"outpost_test_{name}"
    users.create_user(
        shop.clone.owner, user_name=name, password="boss", roles=["manager"], units=[shop.world.branch],
        display_name="Boss", login=login,
    )  # fmt: skip
    with connect(psycopg2.extensions.make_dsn(shop.clone.owner.dsn, user=login, password="boss")) as database:
        yield database


def _sheet(shop: Shop, place: int, database: Database | None = None) -> Count:
    made, changes = stock_counts.start(database or shop.clerk, location_id=place)
    assert changes.touches("stock_count")
    return stock_counts.load(shop.clerk, made)


def _enter(database: Database, count: Count, **counted: int) -> None:
    """`FLT_AIR_7502=12`: the quantity of each part on the sheet."""
    wanted = {code.replace("_", "-"): quantity for code, quantity in counted.items()}
    lines = {line.item_code: line.id for line in count.lines}
    entries = [Entered(Decimal(quantity), line_id=lines[code]) for code, quantity in wanted.items()]
    stock_counts.enter(database, count.id, entries)


def _refused(act: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        act()
    assert caught.value.message_en and caught.value.message_zh
    return str(caught.value.constraint)


def _issue(shop: Shop, code: str, place: str, quantity: int) -> None:
    line = {"item_id": shop.item(code), "from_location_id": shop.place(place), "quantity": quantity}
    document = {"type": "issue", "work_order_id": shop.clone.id("work_order", ORDER), "lines": [line]}
    stock.post(shop.clerk, uuid4(), document)


def test_a_count_without_differences_posts_nothing(shop: Shop, store: int) -> None:
    count = _sheet(shop, store)
    assert [line.item_code for line in count.lines] == ["FLT-AIR-7502", "FLT-OIL-7511", "SNS-PT100-6"]
    _enter(shop.clerk, count, FLT_AIR_7502=12, FLT_OIL_7511=25, SNS_PT100_6=42)
    assert stock_counts.finish(shop.clerk, count.id)[0] == "review"
    key = uuid4()
    assert stock_counts.post(shop.clerk, key, count.id)[0].document_id is None
    assert stock_counts.post(shop.clerk, key, count.id)[0].document_id is None
    assert stock_counts.load(shop.clerk, count.id).state == "posted"
    assert shop.whole()


def test_the_counter_does_not_see_the_books(shop: Shop, store: int, manager: Database) -> None:
    count = _sheet(shop, store)
    assert {line.expected for line in count.lines} == {None}
    assert count.difference is None
    with pytest.raises(UserError, match="job does not allow"), shop.clerk.raw() as raw, raw.cursor() as cursor:
        cursor.execute("select snapshot_quantity from erp.stock_count_line")
    assert [line.expected for line in stock_counts.load(manager, count.id).lines] == [12, 25, 42]
    _enter(shop.clerk, count, FLT_AIR_7502=12, FLT_OIL_7511=25, SNS_PT100_6=42)
    stock_counts.finish(shop.clerk, count.id)
    assert [line.expected for line in stock_counts.load(shop.clerk, count.id).lines] == [12, 25, 42]


def test_what_differs_is_counted_again_and_posted_as_one_adjustment(shop: Shop, store: int) -> None:
    count = _sheet(shop, store)
    _enter(shop.clerk, count, FLT_AIR_7502=11, FLT_OIL_7511=25, SNS_PT100_6=50)
    assert stock_counts.finish(shop.clerk, count.id)[0] == "recount"
    again = stock_counts.load(shop.clerk, count.id)
    assert {line.item_code for line in again.open_lines} == {"FLT-AIR-7502", "SNS-PT100-6"}
    assert _refused(lambda: _enter(shop.clerk, count, FLT_OIL_7511=24)) == "stock_count_no_recount"
    _enter(shop.colleague, count, FLT_AIR_7502=11, SNS_PT100_6=43)
    assert stock_counts.finish(shop.clerk, count.id)[0] == "review"
    seen = stock_counts.load(shop.clerk, count.id)
    assert {line.item_code: line.difference for line in seen.lines} == {
        "FLT-AIR-7502": -1, "FLT-OIL-7511": 0, "SNS-PT100-6": 1,
    }  # fmt: skip
    assert seen.difference == Decimal("264.00")
    made, changes = stock_counts.post(shop.clerk, uuid4(), count.id)
    assert made.document_id is not None and changes.touches("stock_balance")
    assert (shop.on_hand("FLT-AIR-7502"), shop.on_hand("SNS-PT100-6")) == (11, 43)
    assert shop.whole()
    assert stock_counts.post(shop.clerk, uuid4(), count.id)[0].document_id == made.document_id
    assert shop.on_hand("FLT-AIR-7502") == 11


def test_moves_during_the_count_distort_nothing(shop: Shop, store: int) -> None:
    """Frozen with 12; 2 go out before, 3 after the shelf was counted with 9: one piece was missing, no more."""
    count = _sheet(shop, store)
    _issue(shop, "FLT-AIR-7502", "A-03-1-2", 2)
    _enter(shop.clerk, count, FLT_AIR_7502=9, FLT_OIL_7511=25, SNS_PT100_6=42)
    _issue(shop, "FLT-AIR-7502", "A-03-1-2", 3)
    assert stock_counts.finish(shop.clerk, count.id)[0] == "recount"
    _enter(shop.clerk, count, FLT_AIR_7502=6)
    stock_counts.finish(shop.clerk, count.id)
    (line,) = (line for line in stock_counts.load(shop.clerk, count.id).lines if line.item_code == "FLT-AIR-7502")
    assert (line.expected, line.difference, line.moved, line.first_counted) == (7, -1, True, 9)
    _issue(shop, "FLT-AIR-7502", "A-03-1-2", 1)
    stock_counts.post(shop.clerk, uuid4(), count.id)
    assert shop.on_hand("FLT-AIR-7502") == 5
    assert shop.whole()


def test_dear_differences_need_a_second_person(shop: Shop, store: int, manager: Database) -> None:
    count = _sheet(shop, store)
    _enter(shop.clerk, count, FLT_AIR_7502=2, FLT_OIL_7511=25, SNS_PT100_6=42)
    stock_counts.finish(shop.clerk, count.id)
    _enter(shop.clerk, count, FLT_AIR_7502=2)
    stock_counts.finish(shop.clerk, count.id)
    assert stock_counts.load(shop.clerk, count.id).needs_approval
    assert _refused(lambda: stock_counts.post(shop.clerk, uuid4(), count.id)) == "stock_count_approval"
    with pytest.raises(UserError, match="job does not allow"):
        stock_counts.approve(shop.clerk, count.id, "ok")
    assert _refused(lambda: stock_counts.approve(manager, count.id, " ")) == "stock_count_reason"
    stock_counts.approve(manager, count.id, "burst pipe, ten elements written off")
    stock_counts.post(shop.clerk, uuid4(), count.id)
    assert shop.on_hand("FLT-AIR-7502") == 2
    assert shop.whole()


def test_a_reviewer_may_send_lines_back_and_takes_his_approval_with_them(
    shop: Shop, store: int, manager: Database
) -> None:
    count = _sheet(shop, store)
    _enter(shop.clerk, count, FLT_AIR_7502=12, FLT_OIL_7511=25, SNS_PT100_6=42)
    stock_counts.finish(shop.clerk, count.id)
    stock_counts.approve(manager, count.id, "fine")
    stock_counts.count_again(manager, count.id, [count.lines[0].id])
    seen = stock_counts.load(manager, count.id)
    assert (seen.state, seen.approve_reason, [line.id for line in seen.open_lines]) == (
        "recount", None, [count.lines[0].id],
    )  # fmt: skip


def test_what_was_found_beside_the_list_is_counted_too(shop: Shop, store: int) -> None:
    count = _sheet(shop, store)
    found = Entered(Decimal(3), item_id=shop.item("GSK-NBR-120"), location_id=shop.place("D-01-1-7"), lot="L2611-77")
    stock_counts.enter(shop.clerk, count.id, [found])
    stock_counts.enter(shop.clerk, count.id, [found])
    assert len(stock_counts.load(shop.clerk, count.id).lines) == 4
    no_lot = Entered(Decimal(3), item_id=shop.item("GSK-NBR-120"), location_id=shop.place("D-01-1-7"))
    assert _refused(lambda: stock_counts.enter(shop.clerk, count.id, [no_lot])) == "stock_lot_given"
    elsewhere = Entered(Decimal(1), item_id=shop.item("SNS-PT100-6"), location_id=shop.world.other_bin)
    assert _refused(lambda: stock_counts.enter(shop.clerk, count.id, [elsewhere])) == "stock_count_line_known"


@pytest.mark.parametrize("quantity", ["-1", "0.5", "1e12", "NaN"])
def test_a_quantity_that_cannot_be_is_refused(shop: Shop, store: int, quantity: str) -> None:
    count = _sheet(shop, store)
    wrong = [Entered(Decimal(quantity), line_id=count.lines[0].id)]
    assert _refused(lambda: stock_counts.enter(shop.clerk, count.id, wrong)) == "stock_count_quantity"


def test_uncounted_lines_keep_the_count_open(shop: Shop, store: int) -> None:
    count = _sheet(shop, store)
    _enter(shop.clerk, count, FLT_AIR_7502=12)
    assert _refused(lambda: stock_counts.finish(shop.clerk, count.id)) == "stock_count_open_lines"
    stock_counts.cancel(shop.clerk, count.id)
    assert _refused(lambda: _enter(shop.clerk, count, FLT_AIR_7502=12)) == "stock_count_step"


def test_nobody_counts_the_same_stock_on_two_lists(shop: Shop, store: int) -> None:
    """Two start at the same moment: one gets the list, the other is told."""

    def begin(database: Database) -> str:
        try:
            stock_counts.start(database, location_id=store)
        except UserError as error:
            return str(error.constraint)
        return "started"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(begin, [shop.clerk, shop.colleague])) == ["started", "stock_count_nothing"]


def test_a_plan_asks_for_what_is_due_by_class(shop: Shop, store: int) -> None:
    for code, abc in (("FLT-AIR-7502", "A"), ("FLT-OIL-7511", "B")):
        shop.value("update erp.item set abc_class = %s where code = %s returning id", abc, code)
    plan = shop.value(
        "insert into erp.count_plan (company_id, org_unit_id, name, location_id, every_days_a, every_days_c)"
        " values (%s, %s, 'Store', %s, 30, 365) returning id",
        shop.world.company, shop.world.branch, store,
    )  # fmt: skip
    first, _ = stock_counts.start(shop.clerk, plan_id=plan)
    count = stock_counts.load(shop.clerk, first)
    assert [line.item_code for line in count.lines] == ["FLT-AIR-7502", "SNS-PT100-6"]
    _enter(shop.clerk, count, FLT_AIR_7502=12, SNS_PT100_6=42)
    stock_counts.finish(shop.clerk, first)
    stock_counts.post(shop.clerk, uuid4(), first)
    assert _refused(lambda: stock_counts.start(shop.clerk, plan_id=plan)) == "stock_count_nothing"
    with shop.clone.owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute("update erp.stock_count_line set counted_at = counted_at - interval '31 days'")
    second, _ = stock_counts.start(shop.clerk, plan_id=plan)
    assert [line.item_code for line in stock_counts.load(shop.clerk, second).lines] == ["FLT-AIR-7502"]


def test_another_branch_neither_sees_nor_touches_a_count(shop: Shop, store: int) -> None:
    count = _sheet(shop, store)
    with connect(
        psycopg2.extensions.make_dsn(shop.clone.owner.dsn, user=shop.world.stranger, password="clerk")
    ) as stranger:
        for act in (
            lambda: stock_counts.load(stranger, count.id),
            lambda: stock_counts.enter(stranger, count.id, [Entered(Decimal(1), line_id=count.lines[0].id)]),
            lambda: stock_counts.finish(stranger, count.id),
            lambda: stock_counts.post(stranger, uuid4(), count.id),
            lambda: stock_counts.cancel(stranger, count.id),
        ):
            assert _refused(act) == "stock_count_known"
        assert _refused(lambda: stock_counts.start(stranger, location_id=store)) == "stock_count_place"


def test_reservations_of_what_is_not_there_give_way(shop: Shop, store: int) -> None:
    """25 oil filters, 2 of them set aside for an order, then 20 for another one; the shelf holds 3."""
    second = shop.value(
        "insert into erp.work_order (company_id, org_unit_id, title, asset_id) select company_id, org_unit_id, 'x',"
        " asset_id from erp.work_order where number = %s returning id",
        ORDER,
    )
    with shop.clone.owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update erp.work_order set state = 'planned' where id = %s", (second,))
    stock.reserve(shop.clerk, work_order_id=second, item_id=shop.item("FLT-OIL-7511"), quantity=Decimal(20))
    count = _sheet(shop, store)
    for _ in range(2):
        for line in stock_counts.load(shop.clerk, count.id).open_lines:
            here = {"FLT-AIR-7502": 12, "FLT-OIL-7511": 3, "SNS-PT100-6": 42}[line.item_code]
            stock_counts.enter(shop.clerk, count.id, [Entered(Decimal(here), line_id=line.id)])
        stock_counts.finish(shop.clerk, count.id)
    shop.value("update erp.stock_count set approve_amount = 100000 where id = %s returning id", count.id)
    made, changes = stock_counts.post(shop.clerk, uuid4(), count.id)
    assert len(made.released) == 1 and changes.touches("reservation")
    assert shop.on_hand("FLT-OIL-7511") == 3
    assert shop.value("select sum(quantity - issued) from erp.reservation where state = 'open' and item_id = %s",
                      shop.item("FLT-OIL-7511")) == 2  # fmt: skip
    assert shop.whole()


def test_finding_good_stock_in_the_place_of_blocked_stock_needs_a_second_person(
    shop: Shop, store: int, manager: Database
) -> None:
    """Bad out and good in would release it past those who may, however little it is worth."""
    blocked = {
        "type": "adjustment", "reason": "dented", "lines": [{
            "item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("D-01-1-7"),
            "to_location_id": shop.place("D-01-1-7"), "to_condition": "bad", "quantity": 1,
        }],
    }  # fmt: skip
    stock.post(shop.clerk, uuid4(), blocked)
    count = _sheet(shop, shop.place("D-01-1-7"))
    lines = {line.condition: line.id for line in count.lines}
    entries = [Entered(Decimal(42), line_id=lines["good"]), Entered(Decimal(0), line_id=lines["bad"])]
    for _ in range(2):  # it differs, so it is counted again
        stock_counts.enter(shop.clerk, count.id, entries)
        state, _ = stock_counts.finish(shop.clerk, count.id)
        again = {line.id for line in stock_counts.load(shop.clerk, count.id).open_lines}
        entries = [each for each in entries if each.line_id in again]
    seen = stock_counts.load(shop.clerk, count.id)
    assert state == "review" and seen.difference == 156 and seen.approve_amount == 0 and seen.needs_approval
    assert _refused(lambda: stock_counts.post(shop.clerk, uuid4(), count.id)) == "stock_count_approval"
    stock_counts.approve(manager, count.id, "looked at both")
    stock_counts.post(shop.clerk, uuid4(), count.id)
    assert shop.on_hand("SNS-PT100-6") == 42 and shop.whole()


def test_a_clerk_corrects_by_counting_and_by_nothing_else(shop: Shop, store: int) -> None:
    part, place = shop.item("SNS-PT100-6"), shop.place("D-01-1-7")

    def post(kind: str, **line: object) -> str:
        document = {"type": kind, "reason": "found", "lines": [{"item_id": part, "quantity": 1, **line}]}
        return _refused(lambda: stock.post(shop.clerk, uuid4(), document))

    assert post("adjustment", to_location_id=place) == "stock_adjust_by_count"
    assert post("adjustment", from_location_id=place) == "stock_adjust_by_count"
    stock.post(shop.clerk, uuid4(), {"type": "opening", "lines": [
        {"item_id": part, "quantity": 1, "to_location_id": place},  # nothing moved here yet
    ]})  # fmt: skip
    _issue(shop, "SNS-PT100-6", "D-01-1-7", 1)
    assert post("opening", to_location_id=place) == "stock_opening_first"
    count = _sheet(shop, place)
    _enter(shop.clerk, count, SNS_PT100_6=43)
    assert stock_counts.finish(shop.clerk, count.id)[0] == "review"
    assert stock_counts.post(shop.clerk, uuid4(), count.id)[0].document_id is not None
    assert shop.on_hand("SNS-PT100-6") == 43 and shop.whole()
