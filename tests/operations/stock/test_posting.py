"""What posting must hold for every client: once, never below zero, value and cost ledger always whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest

from db import health
from db.errors import UserError
from db.session import Database
from desktop.operations import stock
from tests.stock_shop import ORDER, PURCHASE, Shop


def _issue(shop: Shop, code: str, bin_code: str, quantity: int, **line: object) -> dict[str, object]:
    return {
        "type": "issue",
        "work_order_id": shop.clone.id("work_order", ORDER),
        "lines": [{"item_id": shop.item(code), "from_location_id": shop.place(bin_code), "quantity": quantity, **line}],
    }


def _transfer(shop: Shop, target: int, quantity: int) -> dict[str, object]:
    line = {
        "item_id": shop.item("SNS-PT100-6"),
        "from_location_id": shop.place("D-01-1-7"),
        "to_location_id": target,
        "quantity": quantity,
    }
    return {"type": "transfer", "lines": [line]}


def _refusal(database: Database, document: dict[str, object]) -> UserError:
    with pytest.raises(UserError) as caught:
        stock.post(database, uuid4(), document)
    return caught.value


def test_the_same_key_posts_once_and_gives_the_first_answer(shop: Shop) -> None:
    key, document = uuid4(), _issue(shop, "FLT-AIR-7502", "A-03-1-2", 1)
    first, changes = stock.post(shop.clerk, key, document)
    second, _ = stock.post(shop.clerk, key, document)
    assert first == second
    assert first.number.startswith("ISS-")
    assert shop.on_hand("FLT-AIR-7502") == 11
    assert changes.touches("stock_move") and changes.touches("cost_entry")


def test_the_same_key_with_another_payload_is_refused(shop: Shop) -> None:
    key = uuid4()
    stock.post(shop.clerk, key, _issue(shop, "FLT-AIR-7502", "A-03-1-2", 1))
    with pytest.raises(UserError) as caught:
        stock.post(shop.clerk, key, _issue(shop, "FLT-AIR-7502", "A-03-1-2", 2))
    assert caught.value.constraint == "request_same_payload"
    assert shop.on_hand("FLT-AIR-7502") == 11


def test_an_issue_consumes_its_reservation_and_charges_the_order(shop: Shop) -> None:
    posted, _ = stock.post(shop.clerk, uuid4(), _issue(shop, "FLT-OIL-7511", "A-03-1-4", 2))
    assert posted.amount == Decimal("189.00")
    state = "select state from erp.reservation r join erp.item i on i.id = r.item_id where i.code = %s"
    assert shop.value(state, "FLT-OIL-7511") == "issued"
    row = "select array[amount, quantity, asset_id, engineer_id]::text from erp.cost_entry"
    asset, engineer = shop.value("select min(id) from erp.asset"), shop.world.engineer
    assert shop.value(row) == f"{{189.00,2.0000,{asset},{engineer}}}"
    assert shop.whole()


def test_nobody_takes_what_is_reserved_for_others(shop: Shop) -> None:
    document = _issue(shop, "SEP-OIL-7520", "A-03-2-1", 3)
    document |= {"type": "counter_issue", "work_order_id": shop.world.work_order, "engineer_id": shop.world.engineer}
    found = _refusal(shop.clerk, document)
    assert found.constraint == "stock_not_enough"
    assert found.facts["line"] == 1 and found.facts["on_hand"] == 3 and found.facts["reserved"] == 1
    assert "SEP-OIL-7520" in found.text("en") and "预留" in found.text("zh")


def test_a_refused_line_leaves_nothing_behind(shop: Shop) -> None:
    document = _issue(shop, "FLT-AIR-7502", "A-03-1-2", 1)
    lines = document["lines"]
    assert isinstance(lines, list)
    lines.append({"item_id": shop.item("BLT-XPB-2500"), "from_location_id": shop.place("A-04-1-1"), "quantity": 99})
    assert _refusal(shop.clerk, document).facts["line"] == 2
    assert shop.on_hand("FLT-AIR-7502") == 12
    assert shop.value("select count(*) from erp.request r where r.operation = 'post_stock' and r.user_id <> 0") == 0


def test_moving_average_and_frozen_issue_cost(shop: Shop) -> None:
    line = {"item_id": shop.item("SNS-PT100-6"), "to_location_id": shop.place("D-01-1-7"), "quantity": 42}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [{**line, "unit_cost": "80"}]})
    average = "select average from erp.item_cost c join erp.item i on i.id = c.item_id where i.code = 'SNS-PT100-6'"
    assert shop.value(average) == Decimal("79.0000")
    posted, _ = stock.post(shop.clerk, uuid4(), _issue(shop, "SNS-PT100-6", "D-01-1-7", 4))
    assert posted.amount == Decimal("316.00")
    assert shop.whole()


def test_a_receipt_counts_against_its_order_within_the_tolerance(shop: Shop) -> None:
    line_id = shop.value("select l.id from erp.purchase_order_line l where l.line_no = 2")
    line = {"item_id": shop.item("GSK-NBR-120"), "to_location_id": shop.place("A-05-3-2"), "lot": "L2611-01",
            "purchase_line_id": line_id}  # fmt: skip
    purchase = shop.clone.id("purchase_order", PURCHASE)
    document = {"type": "receipt", "purchase_order_id": purchase, "lines": [{**line, "quantity": 150}]}
    posted, changes = stock.post(shop.clerk, uuid4(), document)
    assert posted.amount == Decimal("975.00") and changes.touches("purchase_order")
    assert shop.value("select state from erp.purchase_order") == "part_received"
    over = _refusal(shop.clerk, {**document, "lines": [{**line, "quantity": 61}]})
    assert over.constraint == "stock_over_receipt"
    stock.post(shop.clerk, uuid4(), {**document, "lines": [{**line, "quantity": 60}]})
    assert shop.value("select received from erp.purchase_order_line where line_no = 2") == 210


def test_a_return_takes_the_original_cost_up_to_what_is_out(shop: Shop) -> None:
    issued, _ = stock.post(shop.clerk, uuid4(), _issue(shop, "FLT-OIL-7511", "A-03-1-4", 2))
    line = {"item_id": shop.item("FLT-OIL-7511"), "to_location_id": shop.place("A-03-1-4"), "quantity": 1,
            "returns_move_id": issued.moves[0], "to_condition": "bad"}  # fmt: skip
    back, _ = stock.post(shop.clerk, uuid4(), {"type": "return", "lines": [line]})
    assert back.amount == Decimal("94.50")
    assert shop.on_hand("FLT-OIL-7511") == 23
    assert shop.value("select quantity from erp.stock_balance where condition = 'bad'") == 1
    assert shop.value("select sum(amount) from erp.cost_entry") == Decimal("94.50")
    too_many = _refusal(shop.clerk, {"type": "return", "lines": [{**line, "quantity": 2}]})
    assert too_many.constraint == "stock_return_limit" and too_many.facts["open"] == 1
    assert shop.whole()


def test_a_reversal_nets_to_zero_everywhere_and_happens_once(shop: Shop) -> None:
    before = shop.value("select sum(value) from erp.item_cost")
    posted, _ = stock.post(shop.clerk, uuid4(), _issue(shop, "FLT-OIL-7511", "A-03-1-4", 2))
    stock.reverse(shop.clerk, uuid4(), posted.document_id, "wrong order")
    assert shop.on_hand("FLT-OIL-7511") == 25
    assert shop.value("select sum(value) from erp.item_cost") == before
    assert shop.value("select sum(amount) from erp.cost_entry") == 0
    reserved = (
        "select b.reserved from erp.stock_balance b join erp.item i on i.id = b.item_id where i.code = 'FLT-OIL-7511'"
    )
    assert shop.value(reserved) == 2
    assert shop.whole()
    with pytest.raises(UserError) as caught:
        stock.reverse(shop.clerk, uuid4(), posted.document_id, "again")
    assert caught.value.constraint == "stock_document_reverses_unique"


def test_a_reversal_after_a_partial_return_takes_back_only_the_rest(shop: Shop) -> None:
    issued, _ = stock.post(shop.clerk, uuid4(), _issue(shop, "FLT-OIL-7511", "A-03-1-4", 2))
    line = {"item_id": shop.item("FLT-OIL-7511"), "to_location_id": shop.place("A-03-1-4"), "quantity": 1,
            "returns_move_id": issued.moves[0]}  # fmt: skip
    stock.post(shop.clerk, uuid4(), {"type": "return", "lines": [line]})
    counter, _ = stock.reverse(shop.clerk, uuid4(), issued.document_id, "rest")
    assert counter.quantity == 1
    assert shop.on_hand("FLT-OIL-7511") == 25
    assert shop.value("select sum(amount) from erp.cost_entry") == 0
    assert shop.whole()


def test_a_reversed_receipt_reopens_the_purchase_order(shop: Shop) -> None:
    line_id = shop.value("select l.id from erp.purchase_order_line l where l.line_no = 1")
    line = {"item_id": shop.item("FLT-AIR-7502"), "to_location_id": shop.place("A-03-1-2"), "quantity": 20,
            "purchase_line_id": line_id}  # fmt: skip
    posted, _ = stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [line]})
    stock.reverse(shop.clerk, uuid4(), posted.document_id, "wrong delivery")
    assert shop.value("select received from erp.purchase_order_line where line_no = 1") == 0
    assert shop.value("select state from erp.purchase_order") == "ordered"
    assert shop.whole()


def test_a_transfer_to_another_branch_waits_in_its_transit(shop: Shop) -> None:
    posted, _ = stock.post(shop.clerk, uuid4(), _transfer(shop, shop.world.other_bin, 2))
    assert len(posted.moves) == 1
    where = "select l.code from erp.stock_move m join erp.stock_location l on l.id = m.to_location_id where m.id = %s"
    assert shop.value(where, posted.moves[0]) == "TRANSIT-2"
    receiver = Database(shop.clone.server.dsn(shop.clone.name, shop.world.stranger, "clerk"))
    transit = {"item_id": shop.item("SNS-PT100-6"), "from_location_id": shop.place("TRANSIT-2"),
               "to_location_id": shop.world.other_bin, "quantity": 2}  # fmt: skip
    assert _refusal(shop.clerk, {"type": "transfer", "lines": [transit]}).constraint == "stock_scope"
    stock.post(receiver, uuid4(), {"type": "transfer", "lines": [transit]})
    receiver.close()
    assert shop.on_hand("SNS-PT100-6") == 42
    assert shop.whole()


def test_another_branch_may_not_post_here(shop: Shop) -> None:
    stranger = Database(shop.clone.server.dsn(shop.clone.name, shop.world.stranger, "clerk"))
    assert _refusal(stranger, _transfer(shop, shop.world.other_bin, 1)).constraint == "stock_scope"
    stranger.close()


def test_a_closed_order_takes_no_parts_and_source_is_no_way_around(shop: Shop) -> None:
    shop.value(
        "set session_replication_role = replica; update erp.work_order set state = 'closed';"
        " set session_replication_role = origin"
    )
    for extra in ({}, {"source": "me", "source_key": "1"}):
        found = _refusal(shop.clerk, {**_issue(shop, "FLT-AIR-7502", "A-03-1-2", 1), **extra})
        assert found.constraint == "stock_work_order_open"


def test_tracked_parts_name_their_lot_and_a_serial_is_in_stock_once(shop: Shop) -> None:
    assert _refusal(shop.clerk, _issue(shop, "GSK-NBR-120", "A-05-3-2", 1)).constraint == "stock_lot_given"
    again = {"item_id": shop.item("VLV-MPV-75"), "to_location_id": shop.place("B-02-4-1"), "quantity": 1,
             "lot": "75MP-20418", "unit_cost": 1240}  # fmt: skip
    assert _refusal(shop.clerk, {"type": "receipt", "lines": [again]}).constraint == "stock_serial_once"


def test_posted_rows_and_balances_are_out_of_reach(shop: Shop) -> None:
    stock.post(shop.clerk, uuid4(), _issue(shop, "FLT-AIR-7502", "A-03-1-2", 1))
    for statement in (
        "update erp.stock_move set quantity = 5",
        "delete from erp.stock_move",
        "truncate erp.stock_move cascade",
        "update erp.stock_document set number = 'X'",
    ):
        with pytest.raises(Exception, match="final"):
            shop.value(statement)


def test_ten_pieces_twenty_takers_ten_win(shop: Shop) -> None:
    item, order = shop.item("FLT-AIR-7502"), shop.clone.id("work_order", ORDER)
    stock.post(shop.clerk, uuid4(), _issue(shop, "FLT-AIR-7502", "A-03-1-2", 2))

    def take(_: int) -> bool:
        try:
            stock.reserve(shop.clerk, work_order_id=order, item_id=item, quantity=Decimal(1))
        except UserError as refusal:
            return refusal.constraint != "reservation_not_enough"
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(take, range(20)))
    assert sum(won) == 10
    assert shop.whole()


def test_a_release_gives_the_pieces_back(shop: Shop) -> None:
    order = shop.clone.id("work_order", ORDER)
    (made, *_), changes = stock.reserve(
        shop.clerk, work_order_id=order, item_id=shop.item("SNS-PT100-6"), quantity=Decimal(3)
    )
    assert changes.touches("reservation")
    freed, _ = stock.release(shop.clerk, made)
    assert freed == 3
    assert shop.whole()


def test_reconcile_names_what_does_not_add_up(shop: Shop) -> None:
    shop.value(
        "update erp.stock_balance set quantity = quantity + 1 where id = (select min(id) from erp.stock_balance)"
    )
    (found,) = health.reconcile(shop.clone.owner)
    assert found.rule == "balance = sum of moves" and found.found - found.expected == 1
