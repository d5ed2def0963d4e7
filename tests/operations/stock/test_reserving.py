"""Setting parts aside: what is there goes to as many as it suffices for, and never to one more.

The race of twenty has a control that reads first and writes afterwards without a lock: it promises the same pieces
several times, which shows that the race is real.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from db.errors import UserError
from db.session import Database
from desktop.operations import picking, stock
from tests.processes import clients
from tests.stock_shop import ORDER, Shop

RACERS = 20


def order(shop: Shop, number: str, *, state: str = "approved", **values: object) -> int:
    """An order in the middle of its life."""
    columns = "".join(f", {key}" for key in values)
    marks = ", %s" * len(values)
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            f"insert into erp.work_order (company_id, org_unit_id, number, title, state{columns})"
            f" values (%s, %s, %s, 'Work', %s{marks}) returning id",
            (shop.world.company, shop.world.branch, number, state, *values.values()),
        )
        found = int(cursor.fetchone()[0])
        cursor.execute("set session_replication_role = origin")
    return found


def needs(shop: Shop, order_id: int, **parts: int) -> None:
    for code, quantity in parts.items():
        shop.value(
            "insert into erp.work_order_part (work_order_id, item_id, quantity) values (%s, %s, %s)",
            order_id, shop.item(code.replace("_", "-")), quantity,
        )  # fmt: skip


def reserved(shop: Shop, order_id: int) -> dict[str, int]:
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select i.code, sum(r.quantity - r.issued)::int from erp.reservation r join erp.item i on i.id = r.item_id"
            " where r.work_order_id = %s and r.state = 'open' group by i.code",
            (order_id,),
        )
        return dict(cursor.fetchall())


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        act()
    assert caught.value.message_en and caught.value.message_zh
    return str(caught.value.constraint)


# twenty want ten


def _reserve(dsn: str, order_id: int, start: Any, done: Any) -> None:
    database = Database(dsn, pool_size=1)
    start.wait()
    try:
        needed, _ = picking.reserve_order(database, order_id)
        done.put((int(needed.added), ""))
    except Exception as error:  # noqa: BLE001 - told to the test
        done.put((0, repr(error)))
    database.close()


_FREE = """
    select b.id from erp.stock_balance b
    where b.item_id = %s and b.quantity - coalesce((
        select sum(r.quantity) from erp.reservation r where r.balance_id = b.id), 0) >= 1
"""
_PROMISE = """
    insert into erp.reservation (company_id, org_unit_id, work_order_id, item_id, balance_id, quantity)
    select b.company_id, b.org_unit_id, %s, b.item_id, b.id, 1 from erp.stock_balance b where b.id = %s
"""


def _reserve_carelessly(dsn: str, order_id: int, item: int, start: Any, done: Any) -> None:
    """The control: looks what is free, then writes, as a program without a lock would."""
    connection = psycopg2.connect(dsn)
    start.wait()
    with connection, connection.cursor() as cursor:
        cursor.execute(_FREE, (item,))
        found = cursor.fetchone()
        start.wait()
        if found:
            cursor.execute(_PROMISE, (order_id, found[0]))
    connection.close()
    done.put((int(found is not None), ""))


def _race(target: Any, arguments: list[tuple[Any, ...]]) -> list[tuple[int, str]]:
    context = clients()
    start, done = context.Barrier(len(arguments)), context.Queue()
    racers = [context.Process(target=target, args=(*each, start, done)) for each in arguments]
    for racer in racers:
        racer.start()
    answers = [done.get(timeout=120) for _ in racers]
    for racer in racers:
        racer.join()
    return answers


def _ten_left(shop: Shop) -> list[int]:
    """Twenty orders that want one each of a part of which ten are free."""
    taken = order(shop, "WO-TAKEN")
    shop.value("select api.reserve(%s, %s, 32)", taken, shop.item("SNS-PT100-6"))
    orders = [order(shop, f"WO-RACE-{n:02}") for n in range(RACERS)]
    for each in orders:
        needs(shop, each, SNS_PT100_6=1)
    return orders


def test_twenty_sessions_get_exactly_the_ten_pieces(shop: Shop) -> None:
    orders = _ten_left(shop)
    dsn = shop.clone.server.dsn(shop.clone.name, shop.world.login, "clerk")
    answers = _race(_reserve, [(dsn, each) for each in orders])
    assert [wrong for _, wrong in answers if wrong] == []
    assert sorted(got for got, _ in answers) == [0] * 10 + [1] * 10
    assert shop.value("select reserved from erp.stock_balance where item_id = %s", shop.item("SNS-PT100-6")) == 42
    assert shop.whole()


def test_without_the_lock_the_same_race_promises_pieces_twice(shop: Shop) -> None:
    orders = _ten_left(shop)
    item = shop.item("SNS-PT100-6")
    answers = _race(_reserve_carelessly, [(shop.clone.owner.dsn, each, item) for each in orders])
    assert sum(got for got, _ in answers) > 10
    promised = shop.value("select sum(quantity) from erp.reservation where item_id = %s", item)
    assert promised > 42, "more is promised than lies there"
    assert not shop.whole()


# one order


def test_reserving_an_order_takes_what_is_there_and_says_what_is_missing(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=3, SEP_OIL_7520=5)
    answer, changes = picking.reserve_order(shop.clerk, made)
    assert {need.item_code: (need.reserved, need.missing) for need in answer.needs} == {
        "SNS-PT100-6": (3, 0), "SEP-OIL-7520": (2, 3),
    }  # fmt: skip
    assert [need.item_code for need in answer.missing] == ["SEP-OIL-7520"]
    assert changes.touches("reservation") and changes.touches("stock_balance")
    again, _ = picking.reserve_order(shop.clerk, made)
    assert again.added == 0, "asking again sets nothing aside twice"
    line = {"item_id": shop.item("SEP-OIL-7520"), "to_location_id": shop.place("A-03-2-1"), "quantity": 10}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [line]})
    later, _ = picking.reserve_order(shop.clerk, made)
    assert later.added == 3 and not later.missing
    assert shop.whole()


def test_no_more_is_set_aside_than_what_lacks(shop: Shop) -> None:
    """An order for which somebody set aside more than it plans: asking for its parts adds and takes nothing."""
    made = order(shop, "WO-M")
    needs(shop, made, SNS_PT100_6=2)
    with shop.clerk.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select api.reserve(%s, %s, 5)", (made, shop.item("SNS-PT100-6")))
    answer, _ = picking.reserve_order(shop.clerk, made)
    assert answer.added == 0 and not answer.missing and reserved(shop, made) == {"SNS-PT100-6": 5}
    other = order(shop, "WO-N")
    needs(shop, other, SNS_PT100_6=2)
    picking.reserve_order(shop.clerk, other)
    assert reserved(shop, other) == {"SNS-PT100-6": 2}, "forty-two lie there"
    shop.value("update erp.work_order_part set quantity = 3 where work_order_id = %s", other)
    assert picking.reserve_order(shop.clerk, other)[0].added == 1 and reserved(shop, other) == {"SNS-PT100-6": 3}
    assert shop.whole()


def test_what_was_issued_is_not_wanted_again_and_what_came_back_is(shop: Shop) -> None:
    made = order(shop, "WO-B", state="working")
    needs(shop, made, SNS_PT100_6=4)
    sensor = {"item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("D-01-1-7"), "quantity": 3}
    posted, _ = stock.post(shop.clerk, uuid4(), {"type": "issue", "work_order_id": made, "lines": [sensor]})
    answer, _ = picking.reserve_order(shop.clerk, made)
    assert (answer.needs[0].issued, answer.needs[0].reserved) == (3, 1)
    back = {
        "item_id": shop.item("SNS-PT100-6"), "to_location_id": shop.place("D-01-1-7"), "quantity": 2,
        "returns_move_id": posted.moves[0], "to_condition": "bad",
    }  # fmt: skip
    stock.post(shop.clerk, uuid4(), {"type": "return", "work_order_id": made, "lines": [back]})
    again, _ = picking.reserve_order(shop.clerk, made)
    assert (again.needs[0].issued, again.added) == (1, 2)
    assert shop.whole()


def test_a_shorter_list_of_parts_gives_back(shop: Shop) -> None:
    made = order(shop, "WO-C")
    needs(shop, made, SNS_PT100_6=6, FLT_AIR_7502=2)
    picking.reserve_order(shop.clerk, made)
    shop.value("update erp.work_order_part set quantity = 4 where work_order_id = %s and quantity = 6", made)
    assert reserved(shop, made) == {"SNS-PT100-6": 4, "FLT-AIR-7502": 2}
    shop.value("delete from erp.work_order_part where work_order_id = %s and quantity = 2", made)
    assert reserved(shop, made) == {"SNS-PT100-6": 4}
    assert shop.whole()


def test_choosing_anew_and_giving_to_another(shop: Shop) -> None:
    first, second = order(shop, "WO-D"), order(shop, "WO-E")
    needs(shop, first, SNS_PT100_6=5)
    needs(shop, second, SNS_PT100_6=2)
    picking.reserve_order(shop.clerk, first)
    assert picking.reallocate_order(shop.clerk, first)[0].added == 5
    assert reserved(shop, first) == {"SNS-PT100-6": 5}
    kept = shop.value("select id from erp.reservation where work_order_id = %s and state = 'open'", first)
    with pytest.raises(UserError, match="needs a reason"):
        picking.reassign(shop.clone.owner, kept, second, " ", Decimal(2))
    picking.reassign(shop.clone.owner, kept, second, "its machine stands still", Decimal(2))
    for each in (first, second):
        told = "select reason from audit.entry where table_name = 'work_order' and row_id = %s order by id desc limit 1"
        assert shop.value(told, each) == "2 × SNS-PT100-6: WO-D → WO-E. its machine stands still"
    assert (reserved(shop, first), reserved(shop, second)) == ({"SNS-PT100-6": 3}, {"SNS-PT100-6": 2})
    assert shop.whole()
    with pytest.raises(UserError, match="job does not allow"):
        picking.reassign(shop.clerk, kept, second, "why not")


def test_a_cancelled_order_gives_everything_back(shop: Shop) -> None:
    made = order(shop, "WO-F", state="planned")
    needs(shop, made, SNS_PT100_6=5)
    picking.reserve_order(shop.clerk, made)
    shop.value("select erp.release_order_reservations(%s)", made)
    assert reserved(shop, made) == {}
    assert shop.whole()


def test_nobody_came_for_it_and_the_worker_gives_it_back(shop: Shop) -> None:
    idle, busy, planned = order(shop, "WO-G"), order(shop, "WO-H", state="working"), order(shop, "WO-I")
    for each in (idle, busy, planned):
        needs(shop, each, SNS_PT100_6=1)
        picking.reserve_order(shop.clerk, each)
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            "update erp.reservation set created_at = now() - interval '31 days' where work_order_id = any (%s)",
            ([idle, busy, planned],),
        )
        cursor.execute("set session_replication_role = origin")
    shop.value("update erp.work_order set planned_start = now() + interval '9 days' where id = %s", planned)
    assert shop.value("select api.expire_reservations()") == 1
    assert (reserved(shop, idle), reserved(shop, busy), reserved(shop, planned)) == (
        {}, {"SNS-PT100-6": 1}, {"SNS-PT100-6": 1},
    )  # fmt: skip
    assert shop.whole()


def test_a_stranger_reserves_nothing_here(shop: Shop) -> None:
    with Database(shop.clone.server.dsn(shop.clone.name, shop.world.stranger, "clerk")) as stranger:
        made = shop.clone.id("work_order", ORDER)
        assert refused(lambda: picking.reserve_order(stranger, made)) == "stock_work_order_known"
        assert refused(lambda: picking.start(stranger, [made])) == "stock_work_order_known"
        assert picking.parts_ready(stranger, [made]) == {}


def test_quantities_are_decimals(shop: Shop) -> None:
    made = order(shop, "WO-J")
    needs(shop, made, SNS_PT100_6=1)
    assert isinstance(picking.reserve_order(shop.clerk, made)[0].needs[0].needed, Decimal)
