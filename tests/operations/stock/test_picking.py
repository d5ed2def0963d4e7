"""Pick lists: one walk for several orders, issued order by order, short where the bin is, nothing fetched twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from decimal import Decimal
from uuid import uuid4

import psycopg2
import pytest

from db.errors import ConnectionLost, ServerUnreachable, UserError
from db.session import Database
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations import picking, stock, stock_counts
from desktop.operations.lists import source_for
from desktop.operations.picking import Pick, Taken
from desktop.operations.stock_counts import Entered
from tests.operations.stock.test_reserving import needs, order, refused, reserved
from tests.stock_shop import ORDER, Shop


def _list(shop: Shop, *orders: int) -> Pick:
    made, changes = picking.start(shop.clerk, orders)
    assert len(made) == 1 and changes.touches("pick_list")
    return picking.load(shop.clerk, made[0])


def _take(shop: Shop, walk: Pick, **taken: int) -> None:
    wanted = {code.replace("_", "-"): quantity for code, quantity in taken.items()}
    lines = {line.item_code: line.id for line in walk.lines if line.wanted}
    picking.enter(shop.clerk, walk.id, [Taken(lines[code], Decimal(count)) for code, count in wanted.items()])


def _states(shop: Shop, walk: Pick) -> list[tuple[str, str]]:
    return [(line.item_code, line.state) for line in picking.load(shop.clerk, walk.id).lines]


def test_one_walk_for_two_orders_issues_each_its_own(shop: Shop) -> None:
    first, second = order(shop, "WO-A", state="working"), order(shop, "WO-B")
    needs(shop, first, SNS_PT100_6=2, FLT_AIR_7502=1)
    needs(shop, second, SNS_PT100_6=3)
    walk = _list(shop, first, second)
    assert [(line.location, line.item_code, line.work_order, line.quantity) for line in walk.lines] == [
        ("A-03-1-2", "FLT-AIR-7502", "WO-A", 1), ("D-01-1-7", "SNS-PT100-6", "WO-A", 2),
        ("D-01-1-7", "SNS-PT100-6", "WO-B", 3),
    ]  # fmt: skip
    assert picking.id_of(shop.clerk, walk.number.lower()) == walk.id
    picking.enter(shop.clerk, walk.id, [Taken(line.id, line.quantity) for line in walk.lines])
    key = uuid4()
    posted, changes = picking.post(shop.clerk, key, walk.id)
    assert (len(posted.documents), posted.quantity, posted.state) == (2, 6, "done")
    assert changes.touches("cost_entry")
    assert picking.post(shop.clerk, key, walk.id)[0] == posted, "the first answer is given again"
    assert (shop.on_hand("SNS-PT100-6"), shop.on_hand("FLT-AIR-7502")) == (37, 11)
    assert reserved(shop, first) == reserved(shop, second) == {}
    for made, amount in ((first, 2 * 78 + 186), (second, 3 * 78)):
        assert shop.value("select sum(amount) from erp.cost_entry where work_order_id = %s", made) == amount
    assert shop.whole()


def test_a_part_of_a_list_goes_now_and_the_rest_later(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5, FLT_AIR_7502=1)
    walk = _list(shop, made)
    assert refused(lambda: picking.post(shop.clerk, uuid4(), walk.id)) == "pick_nothing_taken"
    _take(shop, walk, SNS_PT100_6=2)
    assert picking.post(shop.clerk, uuid4(), walk.id)[0].state == "open"
    assert _states(shop, walk) == [("FLT-AIR-7502", "open"), ("SNS-PT100-6", "part")]
    _take(shop, walk, SNS_PT100_6=3, FLT_AIR_7502=1)
    assert picking.post(shop.clerk, uuid4(), walk.id)[0].state == "done"
    assert shop.on_hand("SNS-PT100-6") == 37
    assert shop.whole()
    assert refused(lambda: picking.cancel(shop.clerk, walk.id)) == "pick_list_open"


def test_what_is_missing_is_looked_for_elsewhere_and_its_bin_is_counted(shop: Shop) -> None:
    line = {"item_id": shop.item("SNS-PT100-6"), "to_location_id": shop.place("A-05-3-2"), "quantity": 4}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [line]})
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    sensor = walk.lines[0]
    assert (sensor.location, sensor.on_hand) == ("D-01-1-7", 42)
    picking.enter(shop.clerk, walk.id, [Taken(sensor.id, Decimal(2), reason="missing")])
    posted, changes = picking.post(shop.clerk, uuid4(), walk.id)
    assert (posted.quantity, posted.short, posted.again, posted.state) == (2, 3, 1, "open")
    assert changes.touches("stock_count")
    assert [(each.location, each.quantity, each.state) for each in picking.load(shop.clerk, walk.id).lines] == [
        ("D-01-1-7", 5, "part_short"), ("A-05-3-2", 3, "open"),
    ]  # fmt: skip
    other = order(shop, "WO-B")
    needs(shop, other, SNS_PT100_6=6)
    assert picking.reserve_order(shop.clerk, other)[0].added == 1, "what lies in the doubtful bin is promised to nobody"
    assert picking.parts_ready(shop.clerk, [other])[other].state == "missing"
    (sheet,) = posted.counts
    counted = stock_counts.load(shop.clerk, sheet)
    assert (counted.location, [each.item_code for each in counted.lines]) == ("D-01-1-7", ["SNS-PT100-6"])
    entry = [Entered(Decimal(40), line_id=counted.lines[0].id)]
    stock_counts.enter(shop.clerk, sheet, entry)
    assert stock_counts.finish(shop.clerk, sheet)[0] == "review", "forty are there, as the books say after two went"
    stock_counts.post(shop.clerk, uuid4(), sheet)
    assert picking.reserve_order(shop.clerk, other)[0].added == 5
    assert shop.whole()


def test_later_keeps_the_pieces_for_another_walk(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    picking.enter(shop.clerk, walk.id, [Taken(walk.lines[0].id, Decimal(0), reason="later")])
    posted, _ = picking.post(shop.clerk, uuid4(), walk.id)
    assert (posted.documents, posted.counts, posted.state) == ((), (), "done")
    assert reserved(shop, made) == {"SNS-PT100-6": 5}
    assert _list(shop, made).lines[0].quantity == 5


def test_nothing_is_fetched_twice(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    assert refused(lambda: picking.start(shop.clerk, [made])) == "pick_list_nothing"
    kept = shop.value("select reservation_id from erp.pick_line where pick_list_id = %s", walk.id)
    assert picking.reallocate_order(shop.clerk, made)[0].added == 0
    with pytest.raises(UserError, match="being fetched"):
        shop.value("select api.reassign_reservation(%s, %s, 1)", kept, shop.clone.id("work_order", ORDER))
    # The desk issues three of them past the list.
    sensor = {"item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("D-01-1-7"), "quantity": 3}
    stock.post(shop.clerk, uuid4(), {"type": "issue", "work_order_id": made, "lines": [sensor]})
    assert refused(lambda: _take(shop, walk, SNS_PT100_6=5)) == "pick_quantity"
    _take(shop, walk, SNS_PT100_6=2)
    assert picking.post(shop.clerk, uuid4(), walk.id)[0].state == "done"
    assert shop.on_hand("SNS-PT100-6") == 37
    assert shop.whole()


def test_two_clerks_who_start_the_same_walk_get_one_list(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5, FLT_AIR_7502=2)

    def start(database: Database) -> str:
        try:
            picking.start(database, [made])
        except UserError as error:
            return str(error.constraint)
        return "made"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(start, (shop.clerk, shop.colleague)))
    assert answers == ["made", "pick_list_nothing"]
    assert shop.value("select count(*) from erp.pick_line") == 2


def test_a_cancelled_order_leaves_the_list(shop: Shop) -> None:
    first, second = order(shop, "WO-A"), order(shop, "WO-B")
    needs(shop, first, SNS_PT100_6=2)
    needs(shop, second, FLT_AIR_7502=1)
    walk = _list(shop, first, second)
    _take(shop, walk, SNS_PT100_6=2, FLT_AIR_7502=1)
    shop.value("select erp.release_order_reservations(%s)", first)
    posted, _ = picking.post(shop.clerk, uuid4(), walk.id)
    assert (posted.quantity, posted.state) == (1, "done")
    assert _states(shop, walk) == [("FLT-AIR-7502", "issued"), ("SNS-PT100-6", "short")]
    assert shop.whole()


def test_another_piece_than_planned_is_taken_by_its_label(shop: Shop) -> None:
    gasket, place = shop.item("GSK-NBR-120"), shop.place("A-05-3-2")
    line = {"item_id": gasket, "to_location_id": place, "quantity": 3, "lot": "L2611-09"}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [line]})
    made = order(shop, "WO-A")
    needs(shop, made, GSK_NBR_120=2)
    walk = _list(shop, made)
    planned = walk.lines[0]
    assert planned.lot == "L2610-02"
    assert (
        refused(lambda: picking.enter(shop.clerk, walk.id, [Taken(planned.id, Decimal(2), lot="NO-SUCH")]))
        == "pick_lot_known"
    )
    picking.enter(shop.clerk, walk.id, [Taken(planned.id, Decimal(2), lot="L2611-09")])
    picking.post(shop.clerk, uuid4(), walk.id)
    left = "select quantity from erp.stock_balance b join erp.lot t on t.id = b.lot_id where t.code = %s"
    assert (shop.value(left, "L2611-09"), shop.value(left, "L2610-02")) == (1, 40)
    assert shop.whole()


@pytest.mark.parametrize(("quantity", "reason", "rule"), [
    (6, None, "pick_quantity"), (-1, None, "pick_quantity"), (Decimal("1.5"), None, "pick_quantity"),
    (1, "released", "pick_reason"), (1, "bored", "pick_reason"),
])  # fmt: skip
def test_what_cannot_be_picked_is_refused(shop: Shop, quantity: int | Decimal, reason: str | None, rule: str) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    entry = [Taken(walk.lines[0].id, Decimal(quantity), reason=reason)]
    assert refused(lambda: picking.enter(shop.clerk, walk.id, entry)) == rule
    assert _states(shop, walk) == [("SNS-PT100-6", "open")]


def test_a_reversed_issue_is_wanted_again(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    _take(shop, walk, SNS_PT100_6=5)
    picking.post(shop.clerk, uuid4(), walk.id)
    document = shop.value("select max(document_id) from erp.pick_line where pick_list_id = %s", walk.id)
    stock.reverse(shop.clerk, uuid4(), document, "wrong order")
    assert reserved(shop, made) == {"SNS-PT100-6": 5}
    assert _list(shop, made).lines[0].quantity == 5
    assert shop.whole()


def test_the_other_branch_sees_and_touches_no_list(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    with Database(shop.clone.server.dsn(shop.clone.name, shop.world.stranger, "clerk")) as stranger:
        assert refused(lambda: picking.load(stranger, walk.id)) == "pick_list_known"
        entry = [Taken(walk.lines[0].id, Decimal(1))]
        assert refused(lambda: picking.enter(stranger, walk.id, entry)) == "pick_list_known"
        assert refused(lambda: picking.post(stranger, uuid4(), walk.id)) == "pick_list_known"
        assert refused(lambda: picking.cancel(stranger, walk.id)) == "pick_list_known"
        assert picking.id_of(stranger, walk.number) is None
    picking.cancel(shop.clerk, walk.id)
    assert reserved(shop, made) == {"SNS-PT100-6": 5}


def test_a_list_whose_issue_is_killed_is_issued_once(shop: Shop) -> None:
    """The server process dies after the issue and before its COMMIT; the same key again issues, once more repeats."""
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    walk = _list(shop, made)
    _take(shop, walk, SNS_PT100_6=5)
    key = uuid4()
    dsn = shop.clone.server.dsn(shop.clone.name, shop.world.login, "clerk")
    with closing(psycopg2.connect(dsn)) as dying, dying.cursor() as cursor:
        cursor.execute("select api.post_pick(%s, %s)", (str(key), walk.id))
        assert cursor.fetchone() is not None
        shop.value("select pg_terminate_backend(%s)", dying.info.backend_pid)
        with pytest.raises(psycopg2.OperationalError):
            dying.commit()
    assert shop.value("select count(*) from erp.stock_document where document_type = 'issue'") == 0
    assert _states(shop, walk) == [("SNS-PT100-6", "picked")]
    first, _ = picking.post(shop.clerk, key, walk.id)
    again, _ = picking.post(shop.clerk, key, walk.id)
    assert first == again and first.quantity == 5
    assert shop.value("select count(*) from erp.stock_document where document_type = 'issue'") == 1
    assert shop.on_hand("SNS-PT100-6") == 37 and shop.whole()


def test_a_killer_among_pickers_loses_and_doubles_nothing(shop: Shop) -> None:
    """Lists are issued one after the other while their server process is killed at any moment."""
    walks = []
    for number in range(6):
        made = order(shop, f"WO-K{number}")
        needs(shop, made, SNS_PT100_6=2)
        walk = _list(shop, made)
        _take(shop, walk, SNS_PT100_6=2)
        walks.append(walk)
    stop = threading.Event()
    kills = 0

    def kill() -> None:
        nonlocal kills
        with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
            while not stop.wait(min(0.02 + 0.02 * kills, 0.5)):
                cursor.execute("select pg_stat_clear_snapshot()")
                cursor.execute(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where usename = %s and backend_type = 'client backend'",
                    (shop.world.login,),
                )
                kills += cursor.fetchone()[0]

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for walk in walks:
            key = uuid4()
            answers = []
            while len(answers) < 2:  # the second answer is the first one's
                with suppress(ConnectionLost, ServerUnreachable):
                    answers.append(picking.post(shop.clerk, key, walk.id)[0])
            assert answers[0] == answers[1]
        while not kills:
            with suppress(ConnectionLost, ServerUnreachable):
                picking.post(shop.clerk, key, walk.id)
    finally:
        stop.set()
        killer.join()
    assert shop.value("select count(*) from erp.stock_document where document_type = 'issue'") == 6
    assert shop.on_hand("SNS-PT100-6") == 30 and shop.whole()


def test_why_it_was_short_stands_where_the_missing_parts_are_listed(shop: Shop) -> None:
    made = order(shop, "WO-A")
    needs(shop, made, SNS_PT100_6=5)
    shop.value(
        "insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity, automatic)"
        " values (%s, %s, %s, 500, 600, false) returning id",
        shop.world.company, shop.world.branch, shop.item("SNS-PT100-6"),
    )  # fmt: skip
    shop.value("select api.replenish()")

    def why(key: str) -> list[object]:
        source = source_for(shop.clerk, list_for(key), "en")
        rows = source.rows(ListQuery(("item", "short_reason")), group=(), start=0, limit=50)
        return [row.cells[1] for row in rows if row.cells[0] == "SNS-PT100-6"]

    assert why("shortages") == why("part_demand") == [None]
    walk = _list(shop, made)
    picking.enter(shop.clerk, walk.id, [Taken(walk.lines[0].id, Decimal(2), reason="damaged")])
    picking.post(shop.clerk, uuid4(), walk.id)
    assert why("shortages") == why("part_demand") == ["damaged"]
