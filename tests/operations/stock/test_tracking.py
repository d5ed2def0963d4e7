"""Units, lots and serial numbers, stock that is not ours: what the ledger holds for every client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.operations import stock
from tests.purchasing_people import Person, person
from tests.stock_shop import ORDER, Shop

__all__ = ["person"]

GASKET, VALVE, FILTER = "GSK-NBR-120", "VLV-MPV-75", "FLT-AIR-7502"
SERIAL = "75MP-20418"


@pytest.fixture
def steward(steward_of_shop: Database) -> Database:
    return steward_of_shop


@pytest.fixture
def stranger(shop: Shop) -> Iterator[Database]:
    """A clerk of the other branch."""
    database = Database(shop.clone.server.dsn(shop.clone.name, shop.world.stranger, "clerk"))
    yield database
    database.close()


def known_to_branch(shop: Shop, party: int) -> int:
    unit = "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s) on conflict do nothing"
    shop.value(unit, party, shop.world.branch)
    return party


def rule_of(shop: Shop, statement: str, *values: object) -> str | None:
    with pytest.raises(UserError) as caught:
        shop.value(statement, *values)
    return caught.value.constraint


def call(database: Database, function: str, **values: object) -> Any:
    """Call a function of the api; its parameters by name."""
    named = ", ".join(f"{name} => :{name}" for name in values)
    with database.write() as session:
        return session.execute(text(f"select api.{function}({named})"), values).scalar_one()


def refused(database: Database, function: str, **values: object) -> UserError:
    with pytest.raises(UserError) as caught:
        call(database, function, **values)
    return caught.value


def refusal(database: Database, document: dict[str, object]) -> UserError:
    with pytest.raises(UserError) as caught:
        stock.post(database, uuid4(), document)
    return caught.value


def issue(shop: Shop, code: str, place: str, **line: object) -> dict[str, object]:
    order = shop.clone.id("work_order", ORDER)
    given = {"item_id": shop.item(code), "from_location_id": shop.place(place), "quantity": 1, **line}
    lines = [{key: value for key, value in given.items() if value is not None}]
    return {"type": "issue", "work_order_id": order, "lines": lines}


def receipt(shop: Shop, code: str, place: str, **line: object) -> dict[str, object]:
    given = {"item_id": shop.item(code), "to_location_id": shop.place(place), "quantity": 1, **line}
    return {"type": "receipt", "lines": [{key: value for key, value in given.items() if value is not None}]}


def pack(shop: Shop, code: str, uom: str, factor: str, usage: str = "both", barcode: str | None = None) -> None:
    shop.value(
        "insert into erp.item_uom (company_id, item_id, uom, factor, usage, barcode) values (0, %s, %s, %s, %s, %s)",
        shop.item(code), uom, factor, usage, barcode,
    )  # fmt: skip


def lot(shop: Shop, code: str) -> int:
    return int(shop.value("select id from erp.lot where code = %s", code))


def state(shop: Shop, code: str) -> str:
    return str(shop.value("select state from erp.lot where code = %s", code))


def asset(shop: Shop) -> int:
    return int(shop.value("select min(id) from erp.asset"))


# Units


def test_a_box_is_counted_in_pieces_and_stays_a_box_on_paper(shop: Shop) -> None:
    pack(shop, FILTER, "box", "12")
    document = receipt(shop, FILTER, "A-03-1-2", quantity=None, entered_quantity=2, uom="box", unit_cost="180")
    posted, _ = stock.post(shop.clerk, uuid4(), document)
    assert posted.quantity == 24 and shop.on_hand(FILTER) == 36
    kept = "select array[entered_quantity, uom_factor, quantity]::text || entered_uom from erp.stock_move where id = %s"
    assert shop.value(kept, posted.moves[0]) == "{2.0000,12.000000,24.0000}box"
    assert shop.whole()


@pytest.mark.parametrize(
    "line",
    [
        {"uom": "roll", "quantity": None, "entered_quantity": 1},
        {"uom": "box", "uom_factor": 100, "quantity": None, "entered_quantity": 1},
        {"uom_factor": 12, "quantity": None, "entered_quantity": 1},
        {"uom": "pc", "uom_factor": 12, "quantity": None, "entered_quantity": 1},
    ],
)
def test_nobody_makes_up_a_factor(shop: Shop, line: dict[str, object]) -> None:
    pack(shop, FILTER, "box", "12")
    for extra in ({}, {"source": "me", "source_key": "1"}):
        assert (
            refusal(shop.clerk, {**receipt(shop, FILTER, "A-03-1-2", **line), **extra}).constraint == "stock_uom_known"
        )
    assert shop.on_hand(FILTER) == 12


def test_quantity_and_entered_quantity_agree(shop: Shop) -> None:
    pack(shop, FILTER, "box", "12")
    document = receipt(shop, FILTER, "A-03-1-2", quantity=100, entered_quantity=2, uom="box")
    assert refusal(shop.clerk, document).constraint == "stock_quantity_valid"
    stock.post(shop.clerk, uuid4(), receipt(shop, FILTER, "A-03-1-2", quantity=24, entered_quantity=2, uom="box"))
    assert shop.on_hand(FILTER) == 36


def test_a_pack_for_buying_is_not_handed_out(shop: Shop) -> None:
    pack(shop, FILTER, "box", "12", usage="purchase")
    found = refusal(shop.clerk, issue(shop, FILTER, "A-03-1-2", quantity=None, entered_quantity=1, uom="box"))
    assert found.constraint == "stock_uom_known" and "box" in found.text("en")


def test_general_conversions_go_both_ways_and_whole_pieces_stay_whole(shop: Shop) -> None:
    shop.value("insert into erp.uom_conversion values ('pack', 'pc', 3)")
    shop.value("insert into erp.uom_conversion values ('pc', 'sheet', 12)")
    stock.post(shop.clerk, uuid4(), receipt(shop, FILTER, "A-03-1-2", quantity=None, entered_quantity=2, uom="pack"))
    assert shop.on_hand(FILTER) == 18
    sheets = receipt(shop, FILTER, "A-03-1-2", quantity=None, uom="sheet")
    lines = sheets["lines"]
    assert isinstance(lines, list)
    lines[0]["entered_quantity"] = 36
    stock.post(shop.clerk, uuid4(), sheets)
    assert shop.on_hand(FILTER) == 21
    lines[0]["entered_quantity"] = 5
    assert refusal(shop.clerk, sheets).constraint == "stock_quantity_valid"


def test_an_order_in_boxes_is_received_in_pieces_at_its_exact_worth(shop: Shop) -> None:
    pack(shop, GASKET, "box", "144")
    row = "insert into erp.purchase_order_line"
    row += " (purchase_order_id, line_no, item_id, uom, entered_quantity, entered_price)"
    line = shop.value(
        f"{row} select min(id), 9, %s, 'box', 3, 10.00 from erp.purchase_order returning id", shop.item(GASKET)
    )
    figures = "select array[quantity, unit_price, uom_factor]::text from erp.purchase_order_line where id = %s"
    assert shop.value(figures, line) == "{432.0000,0.0694,144.000000}"
    document = receipt(shop, GASKET, "A-05-3-2", quantity=432, lot="L-BOX", purchase_line_id=line)
    posted, _ = stock.post(shop.clerk, uuid4(), document)
    assert posted.amount == Decimal("30.00")
    shop.value("update erp.purchase_order_line set quantity = 288 where id = %s", line)
    assert shop.value("select entered_quantity from erp.purchase_order_line where id = %s", line) == 2
    shop.value("update erp.purchase_order_line set unit_price = 1 where id = %s", line)
    assert shop.value("select entered_price from erp.purchase_order_line where id = %s", line) == 144
    shop.value("update erp.item_uom set factor = 100")
    shop.value("update erp.purchase_order_line set entered_quantity = 1 where id = %s", line)
    assert shop.value("select quantity from erp.purchase_order_line where id = %s", line) == 144
    wrong = "update erp.purchase_order_line set uom = 'roll' where id = %s"
    assert rule_of(shop, wrong, line) == "purchase_line_uom"


def test_the_base_unit_stays_once_it_is_counted_in(shop: Shop) -> None:
    assert rule_of(shop, "update erp.item set uom = 'box' where code = %s", FILTER) == "item_uom_stays"
    packed = "insert into erp.item_uom (company_id, item_id, uom, factor, barcode) values (0, %s, %s, 12, %s)"
    assert rule_of(shop, packed, shop.item(FILTER), "pc", None) == "item_uom_not_base"
    assert rule_of(shop, packed, shop.item(FILTER), "box", GASKET) == "item_uom_barcode_free"


# The life of a serial number


def installed(shop: Shop, **more: object) -> Any:
    stock.post(shop.clerk, uuid4(), issue(shop, VALVE, "B-02-4-1", lot_id=lot(shop, SERIAL)))
    return call(
        shop.clerk, "install_serial", request_id=uuid4(), lot_id=lot(shop, SERIAL), asset_id=asset(shop), **more
    )


def test_a_piece_is_issued_installed_removed_and_returned(shop: Shop) -> None:
    assert state(shop, SERIAL) == "in_stock"
    found = refused(shop.clerk, "install_serial", request_id=uuid4(), lot_id=lot(shop, SERIAL), asset_id=asset(shop))
    assert found.constraint == "lot_in_stock" and SERIAL in found.text("zh")
    installed(shop)
    assert state(shop, SERIAL) == "installed"
    assert shop.value("select asset_id from erp.lot where code = %s", SERIAL) == asset(shop)
    back = {"item_id": shop.item(VALVE), "to_location_id": shop.place("B-02-4-1"), "quantity": 1,
            "lot_id": lot(shop, SERIAL),
            "returns_move_id": shop.value("select max(id) from erp.stock_move"), "to_condition": "bad"}  # fmt: skip
    assert refusal(shop.clerk, {"type": "return", "lines": [back]}).constraint == "stock_serial_installed"
    call(shop.clerk, "remove_serial", request_id=uuid4(), lot_id=lot(shop, SERIAL), reason="leaks")
    assert state(shop, SERIAL) == "issued"
    stock.post(shop.clerk, uuid4(), {"type": "return", "lines": [back]})
    assert state(shop, SERIAL) == "in_stock"
    assert shop.whole()


def test_an_issue_is_not_reversed_under_an_installed_piece(shop: Shop) -> None:
    installed(shop)
    document = shop.value("select max(id) from erp.stock_document")
    with pytest.raises(UserError) as caught:
        stock.reverse(shop.clerk, uuid4(), document, "wrong")
    assert caught.value.constraint == "stock_serial_installed"
    assert shop.whole()


def test_installing_twice_with_the_same_key_happens_once(shop: Shop) -> None:
    key = uuid4()
    stock.post(shop.clerk, uuid4(), issue(shop, VALVE, "B-02-4-1", lot_id=lot(shop, SERIAL)))
    same = {"request_id": key, "lot_id": lot(shop, SERIAL), "asset_id": asset(shop)}
    assert call(shop.clerk, "install_serial", **same) == call(shop.clerk, "install_serial", **same)
    assert shop.value("select count(*) from erp.lot_event") == 1
    assert refused(shop.clerk, "install_serial", **{**same, "request_id": uuid4()}).constraint == "lot_installed"


def test_repair_and_scrap(shop: Shop, steward: Database) -> None:
    one = lot(shop, SERIAL)
    shop.value("select api.release_reservations(array(select id from erp.reservation))")
    call(shop.clerk, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None, reason="seat worn")
    assert state(shop, SERIAL) == "in_repair"
    assert shop.value("select condition from erp.stock_balance where lot_id = %s and quantity > 0", one) == "bad"
    call(shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=one, reason="new seat")
    assert shop.value("select condition from erp.stock_balance where lot_id = %s and quantity > 0", one) == "quarantine"
    call(steward, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None, reason="again")
    call(steward, "back_from_repair", request_id=uuid4(), lot_id=one)
    assert state(shop, SERIAL) == "in_stock" and shop.on_hand(VALVE) == 1
    assert (
        refused(shop.clerk, "scrap_serial", request_id=uuid4(), lot_id=one, reason=" ").constraint == "lot_reason_given"
    )
    call(shop.clerk, "scrap_serial", request_id=uuid4(), lot_id=one, reason="cracked")
    assert state(shop, SERIAL) == "scrapped" and shop.on_hand(VALVE) == 0
    assert shop.whole()


def test_what_a_repair_cost_becomes_worth_of_our_piece(shop: Shop, steward: Database) -> None:
    one = lot(shop, SERIAL)
    shop.value("select api.release_reservations(array(select id from erp.reservation))")
    worth = "select value from erp.item_cost where item_id = %s"
    before = shop.value(worth, shop.item(VALVE))
    call(shop.clerk, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None, reason="seat worn")
    for wrong in ("0", "-5", "12.345"):
        found = refused(shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=one, cost=Decimal(wrong))
        assert found.constraint == "lot_repair_cost"
    key = uuid4()
    same = {"request_id": key, "lot_id": one, "reason": "new seat", "cost": Decimal("86.50")}
    assert call(shop.clerk, "back_from_repair", **same) == call(shop.clerk, "back_from_repair", **same)
    assert shop.value(worth, shop.item(VALVE)) == before + Decimal("86.50")
    entry = shop.value("select id from erp.stock_value_entry where source_table = 'lot_event' and kind = 'revaluation'")
    assert shop.value("select amount_on_hand from erp.stock_value_entry where id = %s", entry) == Decimal("86.50")
    assert shop.whole()
    call(steward, "reverse_value_entry", request_id=uuid4(), entry_id=entry, reason="repaired under warranty")
    assert shop.value(worth, shop.item(VALVE)) == before
    assert shop.whole()


def test_what_a_repair_cost_is_borne_by_the_order_that_is_named(shop: Shop, stranger: Database) -> None:
    one = lot(shop, SERIAL)
    order = shop.clone.id("work_order", ORDER)
    shop.value("select api.release_reservations(array(select id from erp.reservation))")
    before = shop.value("select value from erp.item_cost where item_id = %s", shop.item(VALVE))
    call(shop.clerk, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None, reason="seat worn")
    values = {"lot_id": one, "cost": Decimal("40"), "work_order_id": order}
    assert refused(stranger, "back_from_repair", request_id=uuid4(), **values).constraint == "stock_lot_known"
    call(shop.clerk, "back_from_repair", request_id=uuid4(), **values)
    assert shop.value("select value from erp.item_cost where item_id = %s", shop.item(VALVE)) == before
    borne = "select (cost_type, amount, work_order_id)::text from erp.cost_entry where source_table = 'lot_event'"
    assert shop.value(borne) == f"(subcontract,40.00,{order})"
    told = "select ids from erp.change where topic = 'cost_entry' order by id desc limit 1"
    entry = shop.value("select id from erp.cost_entry where source_table = 'lot_event'")
    assert shop.value(told) == [entry], "open pages read it again"
    assert shop.whole()


def test_what_is_not_in_our_books_is_borne_by_its_unit(shop: Shop) -> None:
    made = call(shop.clerk, "register_installed", request_id=uuid4(), item_id=shop.item(VALVE), serial="OEM-1",
                asset_id=asset(shop))  # fmt: skip
    one = made["lot_id"]
    call(shop.clerk, "remove_serial", request_id=uuid4(), lot_id=one)
    call(shop.clerk, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None)
    call(shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=one, cost=Decimal("15.20"))
    borne = "select (amount, org_unit_id, work_order_id)::text from erp.cost_entry where source_table = 'lot_event'"
    assert shop.value(borne) == f"(15.20,{shop.world.branch},)"
    assert shop.value("select count(*) from erp.stock_value_entry where source_table = 'lot_event'") == 0
    assert shop.whole()


def test_a_part_that_came_with_the_machine_gets_a_life_of_its_own(shop: Shop) -> None:
    made = call(
        shop.clerk,
        "register_installed",
        request_id=uuid4(),
        item_id=shop.item(VALVE),
        serial="OEM-1",
        asset_id=asset(shop),
    )
    assert state(shop, "OEM-1") == "installed"
    call(shop.clerk, "remove_serial", request_id=uuid4(), lot_id=made["lot_id"])
    call(
        shop.clerk,
        "send_to_repair",
        request_id=uuid4(),
        lot_id=made["lot_id"],
        supplier_id=known_to_branch(shop, shop.world.supplier),
    )
    call(shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=made["lot_id"])
    assert state(shop, "OEM-1") == "issued"
    call(shop.clerk, "scrap_serial", request_id=uuid4(), lot_id=made["lot_id"], reason="worn")
    assert state(shop, "OEM-1") == "scrapped"
    assert shop.whole()


def test_the_other_branch_does_not_touch_our_pieces(shop: Shop, stranger: Database) -> None:
    stock.post(shop.clerk, uuid4(), issue(shop, VALVE, "B-02-4-1", lot_id=lot(shop, SERIAL)))
    one = lot(shop, SERIAL)
    for function, values in (
        ("install_serial", {"asset_id": asset(shop)}),
        ("send_to_repair", {"supplier_id": None}),
        ("scrap_serial", {"reason": "x"}),
    ):
        assert refused(stranger, function, request_id=uuid4(), lot_id=one, **values).constraint == "stock_lot_known"
    installed_there = refused(
        stranger, "register_installed", request_id=uuid4(), item_id=shop.item(VALVE), serial="S-1", asset_id=asset(shop)
    )
    assert installed_there.constraint == "lot_asset_known"
    assert shop.value("select count(*) from erp.lot where code = 'S-1'") == 0
    assert (
        refused(stranger, "set_lot_expiry", lot_id=one, expires_on="2030-01-01", reason="x").constraint
        == "stock_lot_known"
    )


def test_events_are_final_and_in_order(shop: Shop) -> None:
    installed(shop)
    with pytest.raises(Exception, match="final"):
        shop.value("update erp.lot_event set kind = 'removed'")
    one = lot(shop, SERIAL)
    early = refused(shop.clerk, "remove_serial", request_id=uuid4(), lot_id=one, effective_at="2020-01-01")
    assert early.constraint == "lot_event_in_order"
    late = refused(shop.clerk, "remove_serial", request_id=uuid4(), lot_id=one, effective_at="2999-01-01")
    assert late.constraint == "lot_event_not_future"


def test_settling_finds_what_posting_kept(shop: Shop) -> None:
    shop.value("update erp.lot set state = null")
    assert shop.value("select erp.settle_serials()") == 1
    assert state(shop, SERIAL) == "in_stock" and shop.whole()
    stock.post(shop.clerk, uuid4(), issue(shop, VALVE, "B-02-4-1", lot_id=lot(shop, SERIAL)))
    shop.value("update erp.lot set state = null")
    assert shop.value("select erp.settle_serials()") == 1
    assert state(shop, SERIAL) == "issued"


# Expiry, quarantine


def test_an_expired_lot_is_not_issued_unless_the_company_allows_it(shop: Shop) -> None:
    document = issue(shop, GASKET, "A-05-3-2", lot_id=lot(shop, "L2610-02"))
    call(shop.clerk, "set_lot_expiry", lot_id=lot(shop, "L2610-02"), expires_on="2020-01-01", reason="label")
    found = refusal(shop.clerk, document)
    assert found.constraint == "stock_lot_expired" and "2020-01-01" in found.text("en")
    assert "2020-01-01" in shop.value("select reason from erp.lot_event")
    shop.value("insert into erp.setting (key, value) values ('stock.expired_issue', '\"allow\"')")
    stock.post(shop.clerk, uuid4(), document)


def condition(
    shop: Shop, database: Database, wanted: str, code: str = FILTER, quantity: int = 2, **more: object
) -> Any:
    row = "select id from erp.stock_balance where item_id = %s and quantity > 0"
    row += " order by condition = 'good' and %s = 'good', id"
    balance = shop.value(row, shop.item(code), wanted)
    document = {
        "to_condition": wanted,
        "reason": "dented",
        "lines": [{"balance_id": balance, "quantity": quantity}],
        **more,
    }
    return call(database, "change_condition", request_id=uuid4(), document=json.dumps(document))


def test_everybody_quarantines_and_few_release(shop: Shop, steward: Database, stranger: Database) -> None:
    condition(shop, shop.clerk, "quarantine")
    assert shop.on_hand(FILTER) == 10
    with pytest.raises(UserError) as caught:
        condition(shop, shop.clerk, "good")
    assert caught.value.constraint == "stock_release_role"
    with pytest.raises(UserError) as caught:
        condition(shop, stranger, "quarantine")
    assert caught.value.constraint == "stock_balance_found"
    line = {"item_id": shop.item(FILTER), "from_location_id": shop.place("A-03-1-2"), "quantity": 2,
            "to_location_id": shop.place("A-03-1-4"), "from_condition": "quarantine",
            "to_condition": "good"}  # fmt: skip
    assert refusal(shop.clerk, {"type": "transfer", "lines": [line]}).constraint == "stock_release_role"
    condition(shop, steward, "good", to_location_id=shop.place("A-03-1-4"))
    assert shop.on_hand(FILTER) == 12
    assert shop.whole()


def test_a_clerk_does_not_release_by_reversing_somebody_else_s_quarantine(shop: Shop, steward: Database) -> None:
    theirs = condition(shop, steward, "quarantine")
    with pytest.raises(UserError) as caught:
        stock.reverse(shop.clerk, uuid4(), theirs["document_id"], "please")
    assert caught.value.constraint == "stock_release_role"
    mine = condition(shop, shop.clerk, "quarantine", code="SNS-PT100-6")
    stock.reverse(shop.clerk, uuid4(), mine["document_id"], "mistake")


def test_into_whose_asset_a_number_is_built_is_told_in_one_s_own_branch_only(shop: Shop) -> None:
    call(shop.clerk, "register_installed", request_id=uuid4(), item_id=shop.item(VALVE), serial="OEM-9",
         asset_id=asset(shop))  # fmt: skip
    document = receipt(shop, VALVE, "B-02-4-1", lot="OEM-9")
    code = shop.value("select code from erp.asset where id = %s", asset(shop))
    told = refusal(shop.clerk, document)
    assert told.constraint == "stock_serial_installed" and f"is built into {code}." in told.text("en")
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update erp.asset set org_unit_id = %s", (shop.world.other_branch,))
        cursor.execute("set session_replication_role = origin")
    told = refusal(shop.clerk, document)
    assert "OEM-9 is built into …." in told.text("en") and "已装在 … 上" in told.text("zh")


# Stock of others


def consigned(shop: Shop, quantity: int = 5) -> int:
    shop.value("update erp.item set standard_cost = 50 where code = %s", "SNS-PT100-6")
    owner = known_to_branch(shop, shop.world.supplier)
    document = receipt(shop, "SNS-PT100-6", "D-01-1-7", quantity=quantity, owner_id=owner, unit_cost="999")
    posted, _ = stock.post(shop.clerk, uuid4(), document)
    assert posted.amount == 0
    return owner


def test_consigned_stock_is_bought_when_it_is_used(shop: Shop) -> None:
    owner = consigned(shop)
    value = shop.value("select sum(value) from erp.item_cost")
    posted, _ = stock.post(shop.clerk, uuid4(), issue(shop, "SNS-PT100-6", "D-01-1-7", quantity=2, owner_id=owner))
    bought = "select array_agg(m.amount order by m.id)::text from erp.stock_move m join erp.stock_document d"
    assert shop.value(f"{bought} on d.id = m.document_id where d.source = 'consignment'") == "{0.00,100.00}"
    assert shop.value("select sum(value) from erp.item_cost") == value + 100 - posted.amount
    assert shop.value("select sum(quantity) from erp.stock_balance where owner_id = %s", owner) == 3
    assert shop.whole()
    stock.reverse(shop.clerk, uuid4(), posted.document_id, "wrong order")
    assert shop.value("select sum(value) from erp.item_cost") == value
    assert shop.value("select sum(quantity) from erp.stock_balance where owner_id = %s", owner) == 5
    assert shop.whole()


def test_consigned_stock_is_not_used_before_it_came(shop: Shop) -> None:
    """Ours lay there then, the supplier's did not."""
    shop.opened(9)
    owner = consigned(shop)
    past = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    document = {**issue(shop, "SNS-PT100-6", "D-01-1-7", quantity=2, owner_id=owner), "effective_at": past}
    assert refusal(shop.clerk, document).constraint == "stock_not_there_then"
    assert shop.value("select count(*) from erp.stock_document where source = 'consignment'") == 0
    early = receipt(shop, "SNS-PT100-6", "D-01-1-7", quantity=2, owner_id=owner)
    stock.post(shop.clerk, uuid4(), {**early, "effective_at": (datetime.now(UTC) - timedelta(days=4)).isoformat()})
    stock.post(shop.clerk, uuid4(), document)
    assert shop.value("select sum(quantity) from erp.stock_balance where owner_id = %s", owner) == 5
    assert shop.whole()


def test_consigned_stock_without_a_price_is_refused(shop: Shop) -> None:
    owner = consigned(shop)
    shop.value("update erp.item set standard_cost = 0 where code = 'SNS-PT100-6'")
    found = refusal(shop.clerk, issue(shop, "SNS-PT100-6", "D-01-1-7", owner_id=owner))
    assert found.constraint == "stock_consignment_price"
    assert shop.value("select count(*) from erp.stock_document where source = 'consignment'") == 0


def test_a_customer_s_stock_goes_to_his_orders_alone(shop: Shop) -> None:
    owner = shop.clone.id("party", "C-1")
    known_to_branch(shop, owner)
    stock.post(shop.clerk, uuid4(), receipt(shop, "SNS-PT100-6", "D-01-1-7", quantity=3, owner_id=owner))
    taken = issue(shop, "SNS-PT100-6", "D-01-1-7", quantity=2, owner_id=owner)
    posted, _ = stock.post(shop.clerk, uuid4(), taken)
    assert posted.amount == 0
    other = {**taken, "work_order_id": shop.world.work_order}
    assert refusal(shop.clerk, other).constraint == "stock_owner_order"
    badge = {**taken, "type": "counter_issue", "engineer_id": shop.world.engineer}
    del badge["work_order_id"]
    assert refusal(shop.clerk, badge).constraint == "stock_owner_order"
    assert shop.value("select count(*) from erp.stock_document where source = 'consignment'") == 0
    assert shop.whole()


def test_an_owner_is_one_of_mine_and_never_of_what_was_ordered(shop: Shop) -> None:
    nobody = receipt(shop, "SNS-PT100-6", "D-01-1-7", owner_id=999999)
    assert refusal(shop.clerk, nobody).constraint == "stock_owner_known"
    line = shop.value("select id from erp.purchase_order_line where line_no = 1")
    bought = receipt(
        shop, FILTER, "A-03-1-2", owner_id=known_to_branch(shop, shop.world.supplier), purchase_line_id=line
    )
    assert refusal(shop.clerk, bought).constraint == "stock_owner_purchase"


def charged(shop: Shop, **values: object) -> int:
    """A piece came back from repair for 40.00, borne by an order or a unit; the line of the cost ledger."""
    one = lot(shop, SERIAL)
    shop.value("select api.release_reservations(array(select id from erp.reservation))")
    call(shop.clerk, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None, reason="seat worn")
    call(shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=one, cost=Decimal("40"), **values)
    return int(shop.value("select id from erp.cost_entry where source_table = 'lot_event'"))


@pytest.mark.parametrize("job", ["finance", "manager"])
def test_what_a_repair_cost_an_order_is_taken_back_once(shop: Shop, person: Person, job: str) -> None:
    order = shop.clone.id("work_order", ORDER)
    entry, who, key = charged(shop, work_order_id=order), person(job), uuid4()
    same = {"request_id": key, "entry_id": entry, "reason": "under warranty"}
    assert call(who, "reverse_repair_cost", **same) == call(who, "reverse_repair_cost", **same)
    assert shop.value("select sum(amount) from erp.cost_entry where work_order_id = %s", order) == 0
    line = (
        "select (amount, work_order_id, reverses_id, description)::text from erp.cost_entry"
        " where reverses_id is not null"
    )
    assert shop.value(line).startswith(f"(-40.00,{order},{entry},") and "under warranty" in shop.value(line)
    again = refused(who, "reverse_repair_cost", request_id=uuid4(), entry_id=entry, reason="once more")
    assert again.constraint == "repair_cost_reversed"
    counter = shop.value("select id from erp.cost_entry where reverses_id is not null")
    found = refused(who, "reverse_repair_cost", request_id=uuid4(), entry_id=counter, reason="back again")
    assert found.constraint == "repair_cost_source"
    assert shop.whole()


def test_a_repair_cost_is_taken_back_by_who_may_with_a_reason_in_an_open_month(shop: Shop, person: Person) -> None:
    entry = charged(shop, work_order_id=shop.clone.id("work_order", ORDER))
    finance = person("finance")

    def rule(who: Database, reason: str = "under warranty", which: int = entry) -> object:
        return refused(who, "reverse_repair_cost", request_id=uuid4(), entry_id=which, reason=reason).constraint

    with pytest.raises(UserError) as denied:
        call(shop.clerk, "reverse_repair_cost", request_id=uuid4(), entry_id=entry, reason="mine")
    assert denied.value.code == "42501"
    assert rule(finance, " ") == "repair_cost_reason"
    assert rule(person("finance", unit=shop.world.other_branch)) == "repair_cost_known"
    assert rule(finance, which=2**40) == "repair_cost_known"
    shop.value(
        "insert into erp.stock_period (company_id, org_unit_id, month, state, closed_at)"
        " select company_id, id, date_trunc('month', now())::date, 'closed', now() from erp.org_unit"
        " where parent_id is null returning id"
    )
    assert rule(finance) == "stock_period_open"
    assert shop.value("select count(*) from erp.cost_entry where source_table = 'lot_event'") == 1


def test_a_repair_that_costs_much_needs_a_reason_and_beyond_the_ceiling_an_order(shop: Shop) -> None:
    one = lot(shop, SERIAL)
    shop.value("select api.release_reservations(array(select id from erp.reservation))")
    call(shop.clerk, "send_to_repair", request_id=uuid4(), lot_id=one, supplier_id=None, reason="seat worn")

    def rule(cost: str, reason: str | None) -> object:
        return refused(
            shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=one, cost=Decimal(cost), reason=reason
        ).constraint

    assert rule("5000.01", None) == rule("5000.01", "  ") == "lot_repair_reason"
    assert rule("50000.01", "agreed with Gao Feng") == "lot_repair_ceiling"
    root = shop.value("select id from erp.org_unit where parent_id is null")
    shop.value(
        "insert into erp.setting (key, org_unit_id, value) values ('purchasing.repair_cost_limit', %s, '\"100\"')"
        " returning id",
        root,
    )
    assert rule("100.01", None) == "lot_repair_reason", "each company has its own limit"
    call(
        shop.clerk, "back_from_repair", request_id=uuid4(), lot_id=one, cost=Decimal("100.01"), reason="Gao Feng agreed"
    )
    assert state(shop, SERIAL) == "in_stock" and shop.whole()
