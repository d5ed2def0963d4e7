"""The buyer's order from draft to closed, with keys and mouse; and what the database refuses in psql."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pypdfium2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db import users
from db.errors import UserError
from db.session import Database, connect
from desktop.operations import forms, purchasing, records
from desktop.operations.records import Draft
from desktop.reports.purchasing import amounts, purchase_order_pdf
from desktop.runtime.context import Context
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import PURCHASE, Shop

__all__ = ["shop"]


@pytest.fixture
def buyer(shop: Shop) -> Iterator[Database]:
    name = f"{shop.clone.name.replace('outpost_', '')[:20]}_buyer"
    login = f"outpost_test_{name}"
    shop.value(
        "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s) returning party_id",
        shop.world.supplier, shop.world.branch,
    )  # fmt: skip
    users.create_user(
        shop.clone.owner, user_name=name, password="buyer", roles=["buyer"], units=[shop.world.branch],
        display_name="Buyer", login=login,
    )  # fmt: skip
    with connect(psycopg2.extensions.make_dsn(shop.clone.owner.dsn, user=login, password="buyer")) as database:
        yield database


@pytest.fixture
def draft(shop: Shop, buyer: Database) -> int:
    """Three lines that the buyer entered, for a supplier of his branch."""
    blank = records.blank(buyer, purchasing.PURCHASE_ORDER)
    lines = tuple(
        (None, {"item_id": shop.item(code), "quantity": Decimal(quantity), "unit_price": Decimal(price)})
        for code, quantity, price in (("FLT-AIR-7502", 3, "180"), ("GSK-NBR-120", 7, "6.555"), ("SNS-PT100-6", 1, "78"))
    )
    saved, _ = purchasing.save(buyer, blank, Draft({"supplier_id": shop.world.supplier}, {"lines": lines}))
    assert saved.id is not None and str(saved.values["number"]).startswith("PO-")
    return saved.id


def _opened(qtbot: QtBot, context: Context, order_id: int | None) -> PurchaseOrderPage:
    page = PurchaseOrderPage(context, order_id)
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.record is not None and not context.work.running(), timeout=15000)
    return page


def _step(qtbot: QtBot, page: PurchaseOrderPage, to_state: str, reason: str = "") -> None:
    qtbot.mouseClick(page.steps.buttons()[to_state], Qt.MouseButton.LeftButton)
    if reason:
        qtbot.keyClicks(page.steps.reason, reason)
        qtbot.keyClick(page.steps.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.record is not None and page.record.values["state"] == to_state, timeout=15000)


def _refused(act: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as caught:
        act()
    return str(caught.value.constraint)


def test_an_order_is_sent_revised_and_cancelled(qtbot: QtBot, room: RoomFor, buyer: Database, draft: int) -> None:
    page = _opened(qtbot, room(buyer, "buyer").context, draft)
    assert page.may_write("supplier_id") and page.may_write("lines.lines")
    _step(qtbot, page, "ordered")
    assert page.record is not None and page.record.values["ordered_on"] is not None
    assert not page.may_write("supplier_id") and page.may_write("promised_on")
    table = page.tables["lines"].model_
    open_now = {info.key for info in table.columns} - table.read_only
    assert not table.editable and open_now == {"promised_on", "confirmed_quantity"}
    _step(qtbot, page, "draft", "wrong quantity")
    _step(qtbot, page, "cancelled", "not needed any more")
    assert not page.may_write("promised_on")


def test_what_was_sent_stays_for_every_client(shop: Shop, buyer: Database, draft: int) -> None:
    record = purchasing.load(buyer, draft)
    sent, _ = purchasing.take_step(buyer, record, "ordered")

    def run(query: str) -> None:
        with buyer.raw() as raw, raw.cursor() as cursor:
            cursor.execute(query, {"id": draft})

    for attack in (
        "update erp.purchase_order_line set quantity = 99 where purchase_order_id = %(id)s",
        "update erp.purchase_order_line set unit_price = 0 where purchase_order_id = %(id)s",
        "delete from erp.purchase_order_line where purchase_order_id = %(id)s",
        "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
        " select %(id)s, 9, id, 1, 1 from erp.item limit 1",
        "update erp.purchase_order set supplier_id = supplier_id, currency = 'USD' where id = %(id)s",
    ):
        assert _refused(lambda attack=attack: run(attack)) == "purchase_order_sent"  # type: ignore[misc]
    with pytest.raises(UserError, match="job does not allow"):
        run("update erp.purchase_order set state = 'received' where id = %(id)s")
    run("update erp.purchase_order_line set promised_on = current_date + 9 where purchase_order_id = %(id)s")
    assert _refused(lambda: purchasing.take_step(buyer, record, "cancelled", reason="x")) == "row_unchanged"
    now = purchasing.load(buyer, draft)
    assert _refused(lambda: purchasing.take_step(buyer, now, "received", reason="x")) == "purchase_order_step"
    assert _refused(lambda: purchasing.take_step(buyer, now, "cancelled")) == "purchase_order_reason"
    assert sent.values["state"] == "ordered"


def test_an_empty_order_is_not_sent(shop: Shop, buyer: Database) -> None:
    blank = records.blank(buyer, purchasing.PURCHASE_ORDER)
    saved, _ = purchasing.save(buyer, blank, Draft({"supplier_id": shop.world.supplier}))
    assert _refused(lambda: purchasing.take_step(buyer, saved, "ordered")) == "purchase_order_lines"


def test_nobody_else_takes_a_step(shop: Shop, draft: int) -> None:
    record = purchasing.load(shop.clerk, draft)
    assert purchasing.steps(shop.clerk, draft) == ()
    with pytest.raises(UserError, match="job does not allow"):
        purchasing.take_step(shop.clerk, record, "ordered")


def test_a_part_delivery_may_be_closed_short(shop: Shop, buyer: Database) -> None:
    order = shop.clone.id("purchase_order", PURCHASE)
    line = shop.value("select id from erp.purchase_order_line where purchase_order_id = %s and line_no = 1", order)
    assert {to for to, _ in purchasing.steps(buyer, order)} == {"draft", "cancelled"}
    shop.value(
        "select api.post_stock(gen_random_uuid(), jsonb_build_object('type', 'receipt', 'purchase_order_id', %s::int,"
        " 'lines', jsonb_build_array(jsonb_build_object('item_id', %s::bigint, 'to_location_id', %s::bigint,"
        " 'quantity', 5, 'purchase_line_id', %s::bigint))))",
        order, shop.item("FLT-AIR-7502"), shop.place("A-03-1-2"), line,
    )  # fmt: skip
    assert [to for to, _ in purchasing.steps(buyer, order)] == ["received"]
    closed, _ = purchasing.take_step(
        buyer, purchasing.load(buyer, order), "received", reason="the rest is not made any more"
    )
    assert closed.values["state"] == "received"
    assert shop.whole()


def test_the_paper_adds_up(buyer: Database, draft: int, tmp_path: Path) -> None:
    """540.00 + 45.89 (7 × 6.555, half up) + 78.00; 13 % of each line: 70.20 + 5.97 + 10.14."""
    record = purchasing.load(buyer, draft)
    sums = amounts(record.lines["lines"])
    assert (sums.net, sums.tax, sums.gross) == (Decimal("663.89"), Decimal("86.31"), Decimal("750.20"))
    file = tmp_path / "order.pdf"
    info = forms.describe(buyer, purchasing.PURCHASE_ORDER, "en")
    assert purchase_order_pdf(str(file), order=record, info=info, company="Acme") == 1
    words = pypdfium2.PdfDocument(str(file))[0].get_textpage().get_text_range()
    assert "750.20" in words and "6.555" in words and str(record.values["number"]) in words


def test_a_price_typed_with_another_currency_s_sign_is_refused_in_its_cell(
    qtbot: QtBot, room: RoomFor, buyer: Database, draft: int
) -> None:
    """The order's own sign is taken, whichever that is; another's is never read as it."""
    page = _opened(qtbot, room(buyer, "buyer").context, draft)
    table = page.tables["lines"]
    price = [info.key for info in table.model_.columns].index("entered_price")

    def typed(text: str) -> str:
        """What the first line's price says then, or why it does not take it."""
        table.view.setFocus()
        table.view.setCurrentIndex(table.model_.index(0, price))
        qtbot.keyClick(table.view, Qt.Key.Key_F2)
        editor = page.window().focusWidget()
        qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(editor, text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        line = table.model_.lines()[0]
        return line.error if line.wrong == "entered_price" else str(line.values["entered_price"])

    assert typed("¥ 171") == "171"
    assert "$172 is not an amount in CNY." in typed("$172")
    assert typed("173 CNY") == "173"
    currency = page.editors["currency"].widget
    currency.setFocus()
    qtbot.keyClick(currency, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(currency, "USD")
    assert page.body.paid_in() == "USD"
    assert "is not an amount in USD." in typed("¥174")
    assert typed("$175") == "175"
