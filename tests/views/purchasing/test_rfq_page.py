"""Asking suppliers and writing to them, with keys and mouse."""

from __future__ import annotations

from datetime import date, timedelta

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.domain.conditions import Test
from desktop.lists.all_lists import list_for
from desktop.operations import purchasing_rfq
from desktop.operations.lists import source_for
from desktop.operations.records import Record
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from desktop.views.purchasing.rfq_page import RfqPage
from desktop.widgets import papers
from desktop.widgets.form_page import FormPage
from tests.operations.purchasing.test_rfq import answer, asked, other, sent
from tests.purchasing_people import Person, person
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["other", "person", "shop"]

OrderPage = tuple[PurchaseOrderPage, Record]


def ready(qtbot: QtBot, page: FormPage) -> None:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.record is not None and not page.context.work.running(), timeout=15000)


@pytest.fixture
def order_page(qtbot: QtBot, shop: Shop, person: Person, room: RoomFor) -> OrderPage:
    """An order that is with its supplier, before its buyer."""
    buyer = person("buyer")
    order = sent(shop, buyer)
    page = PurchaseOrderPage(room(buyer, "buyer").context, order.id)
    ready(qtbot, page)
    return page, order


def state_of(page: FormPage) -> object:
    return page.record.values["state"] if page.record is not None else None


def test_the_marked_lines_are_ordered_by_f9(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor
) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    answer(buyer, rfq, ["170", "175", "95", None])
    context = room(buyer, "buyer").context
    page = RfqPage(context, rfq.id)
    ready(qtbot, page)
    assert page.table.isVisible() and page.locked()
    best = purchasing_rfq.best_per_line(purchasing_rfq.comparison(buyer, rfq.id or 0))
    assert page.table.winners() == best
    # The second line goes to nobody: Space takes its mark away.
    table = page.table
    quoted = table.model_.suppliers.index(best[table.model_.lines[1]]) + 4
    table.view.setFocus()
    table.view.setCurrentIndex(table.model_.index(1, quoted))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert list(table.winners()) == table.model_.lines[:1]
    # A supplier who did not quote a line never gets it.
    table.view.setCurrentIndex(table.model_.index(1, 9 - quoted))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert list(table.winners()) == table.model_.lines[:1]
    qtbot.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: state_of(page) == "awarded", timeout=15000)
    assert shop.value("select count(*) from erp.purchase_order_line where requisition_line_id is not null") == 1
    assert shop.value("select count(*) from erp.requisition_line where state = 'open'") == 1
    assert page.bar.isHidden()


def test_an_order_is_mailed_and_then_acknowledged(qtbot: QtBot, shop: Shop, order_page: OrderPage) -> None:
    page = order_page[0]
    qtbot.mouseClick(page.steps.buttons()["mail:order"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.mail.isVisible, timeout=15000)
    page.mail.address.clear()
    qtbot.keyClicks(page.mail.address, "nowhere")
    qtbot.keyClick(page.mail.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.context.work.running(), timeout=15000)
    assert page.mail.isVisible() and shop.value("select count(*) from erp.outgoing_mail") == 0
    qtbot.keyClicks(page.mail.address, "@example.com")
    qtbot.keyClick(page.mail.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.mail.isVisible(), timeout=15000)
    queued = shop.value("select email || encode(substr(content, 1, 5), 'escape') from erp.outgoing_mail")
    assert queued == "nowhere@example.com%PDF-"
    qtbot.mouseClick(page.steps.buttons()["acknowledge"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "mail:reminder" in page.steps.buttons(), timeout=15000)
    assert page.record is not None and page.record.values["acknowledged_on"] is not None


def letters(shop: Shop) -> list[tuple[str, str, str]]:
    """(address, subject, state) of what stands in the queue."""
    with shop.clone.owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute("select email, subject, state from erp.outgoing_mail where kind = 'rfq' order by id")
        return list(cursor.fetchall())


def test_each_supplier_gets_his_letter_in_his_language(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor
) -> None:
    shop.value("update erp.party set email = 'sales@north.example', currency = 'CNY' where id = %s returning id",
               shop.world.supplier)  # fmt: skip
    shop.value("update erp.party set letter_language = 'en', address = '7 Dock Road' where id = %s returning id", other)
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    context = room(buyer, "buyer").context
    page = RfqPage(context, rfq.id)
    ready(qtbot, page)
    assert [one.letter for one in page.letters.model_.rows] == [None, None]
    qtbot.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(letters(shop)) == 1 and not page.context.work.running(), timeout=15000)
    assert letters(shop)[0][0] == "sales@north.example" and letters(shop)[0][1].startswith("询价单")
    # The other has no address: the key asks for it, and an address that is none is said so.
    qtbot.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert page.letters.strip.isVisible() and "known of SUP-2" in page.letters.strip.message.text()
    field = page.letters.strip.editors["email"]
    qtbot.keyClicks(field, "nowhere")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "e-mail address" in page.letters.strip.message.text(), timeout=15000)
    qtbot.keyClicks(field, "@example.com")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(letters(shop)) == 2 and not page.letters.strip.isVisible(), timeout=15000)
    assert letters(shop)[1][0] == "nowhere@example.com" and letters(shop)[1][1].startswith("Request for quotation")
    qtbot.waitUntil(lambda: {one.letter for one in page.letters.model_.rows} == {"queued"}, timeout=15000)
    # Nothing goes twice by the same key; one that waits is not sent again, one that was sent is.
    qtbot.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert not page.letters.send_button.isEnabled() and len(letters(shop)) == 2
    shop.value("update erp.outgoing_mail set state = 'sent', sent_at = now() where email like 'sales%%' returning id")
    page.reload()
    qtbot.waitUntil(lambda: "sent" in {one.letter for one in page.letters.model_.rows}, timeout=15000)
    at = next(n for n, one in enumerate(page.letters.model_.rows) if one.letter == "sent")
    page.letters.view.setFocus()
    page.letters.view.setCurrentIndex(page.letters.model_.index(at, 0))
    qtbot.keyClick(page.letters.view, Qt.Key.Key_Return)
    qtbot.keyClick(page.letters.strip.editors["email"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(letters(shop)) == 3, timeout=15000)


def test_ctrl_p_shows_the_letter_with_name_and_address(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    shop.value(
        "update erp.party set letter_language = 'en', address = '7 Dock Road', city = 'Hull' where id = %s"
        " returning id",
        other,
    )
    shop.value("update erp.party set name = 'Rival Ltd' where id = %s returning id", shop.world.supplier)
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    context = room(buyer, "buyer").context
    page = RfqPage(context, rfq.id)
    ready(qtbot, page)
    shown: list[str] = []
    monkeypatch.setattr(papers, "open_file", lambda url: shown.append(url.toLocalFile()))
    at = next(n for n, one in enumerate(page.letters.model_.rows) if one.supplier_id == other)
    page.letters.view.setFocus()
    page.letters.view.setCurrentIndex(page.letters.model_.index(at, 0))
    qtbot.keyClick(page, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(shown), timeout=15000)
    words = pypdfium2.PdfDocument(shown[0])[0].get_textpage().get_text_range()
    assert "Other" in words and "7 Dock Road, Hull" in words and "Your unit price" in words
    assert "Rival" not in words, "nobody learns who else is asked"


def day_in(days: int) -> date:
    return date.today() + timedelta(days=days)


def lines_of(shop: Shop, order: Record) -> list[tuple[object, ...]]:
    with shop.clone.owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute(
            "select confirmed_quantity, promised_on, first_promised_on from erp.purchase_order_line"
            " where purchase_order_id = %s order by line_no", (order.id,),
        )  # fmt: skip
        return list(cursor.fetchall())


def test_f9_confirms_the_whole_order_for_one_day(qtbot: QtBot, shop: Shop, order_page: OrderPage) -> None:
    page, order = order_page

    def confirm(day: date) -> None:
        qtbot.keyClick(page, Qt.Key.Key_F9)
        assert page.confirm_strip.isVisible()
        field = page.confirm_strip.editors["day"]
        qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(field, day.isoformat())
        qtbot.keyClick(field, Qt.Key.Key_Return)

    confirm(day_in(-3))
    reference = page.confirm_strip.editors["reference"]
    qtbot.keyClicks(reference, "AB-77")
    qtbot.keyClick(reference, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "day on which it arrives" in page.confirm_strip.message.text(), timeout=15000)
    field = page.confirm_strip.editors["day"]
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, day_in(12).isoformat())
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(reference, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.confirm_strip.isVisible(), timeout=15000)
    assert lines_of(shop, order) == [(4, day_in(12), day_in(12))]
    assert page.record is not None and page.record.values["supplier_reference"] == "AB-77"
    # He changes his mind: the day moves, what he is measured by stays.
    confirm(day_in(30))
    qtbot.keyClick(page.confirm_strip.editors["reference"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: lines_of(shop, order) == [(4, day_in(30), day_in(12))], timeout=15000)


def test_a_line_is_confirmed_in_place(qtbot: QtBot, shop: Shop, order_page: OrderPage) -> None:
    page, order = order_page
    view, model = page.tables["lines"].view, page.tables["lines"].model_
    keys = [info.key for info in model.columns]
    view.setFocus()
    view.setCurrentIndex(model.index(0, keys.index("entered_quantity")))
    qtbot.keyClicks(view, "9")
    assert lines_of(shop, order)[0][0] is None and not page.dirty(), "what was ordered stays"
    for key, typed in (("confirmed_quantity", "3"), ("promised_on", day_in(15).isoformat())):
        view.setCurrentIndex(model.index(0, keys.index(key)))
        qtbot.keyClick(view, Qt.Key.Key_F2)
        editor = view.focusWidget()
        assert editor is not None and editor is not view
        qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(editor, typed)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert len(model.lines()) == 1, "no line is taken out of an order that is with the supplier"
    qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: lines_of(shop, order)[0][:2] == (3, day_in(15)), timeout=15000)
    qtbot.waitUntil(lambda: not page.context.work.running(), timeout=15000)
    qtbot.mouseClick(page.steps.buttons()["acknowledge"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lines_of(shop, order) == [(3, day_in(15), day_in(15))], timeout=15000)


def test_a_line_without_a_day_of_its_own_is_overdue_with_its_order(shop: Shop, person: Person) -> None:
    buyer = person("buyer")
    order = sent(shop, buyer)
    shop.value("update erp.purchase_order set promised_on = current_date - 5 where id = %s returning id", order.id)
    source = source_for(buyer, list_for("purchase_order_lines"), "en")
    overdue = next(view for view in source.spec.views if view.key == "overdue")
    ours = Test("order_id", "=", (order.id or 0,))
    assert source.count(source.query_for(overdue, ours), exact=True).value == 1
    shop.value("update erp.purchase_order_line set promised_on = current_date + 5 where purchase_order_id = %s"
               " returning id", order.id)  # fmt: skip
    assert source.count(source.query_for(overdue, ours), exact=True).value == 0
