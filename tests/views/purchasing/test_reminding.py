"""Overdue orders in their list: Ctrl+A, Ctrl+M, and each supplier has his letter; all of it by keys."""

from __future__ import annotations

import pypdfium2
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.desks.lists import list_page
from desktop.domain.text import in_language
from desktop.lists.all_lists import list_for
from desktop.widgets.list_page import ListPage
from tests.operations.purchasing.test_reminders import order, other
from tests.purchasing_people import Person, person
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["other", "person", "shop"]

CTRL = Qt.KeyboardModifier.ControlModifier


def orders(
    qtbot: QtBot, room: RoomFor, buyer: Database, key: str, view: str, rows: int
) -> tuple[ListPage, list[tuple[str, str, str]]]:
    """A list in that view, once it has so many rows, and what its reader is told."""
    there = room(buyer, "buyer", company="Heng")
    page = list_page(there.context, list_for(key))
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: not there.context.work.running(), timeout=15_000)
    page.grid.canvas.setFocus()
    number = [each.key for each in page.spec.views].index(view)
    qtbot.keyClick(page.grid.canvas, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.model.count.value == rows and not there.context.work.running(), timeout=15_000)
    return page, there.toasts


def test_ctrl_m_reminds_every_supplier_of_what_is_overdue_once(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor
) -> None:
    for number, days, supplier in (("PO-A", -4, 0), ("PO-B", -2, 0), ("PO-C", -1, other), ("PO-D", 4, 0)):
        made = order(shop, number, ("FLT-OIL-7511", 2, days), supplier=supplier)
        shop.value(
            "update erp.purchase_order set promised_on = current_date + %s where id = %s returning id", days, made
        )
    page, told = orders(qtbot, room, person("buyer"), "purchase_orders", "late", 3)
    assert page.key_hints()[0] == ("Ctrl+M", "Remind by mail"), "the status bar names what the list is for"
    for _ in range(3):  # an impatient hand
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, CTRL)
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_M, CTRL)
    qtbot.waitUntil(lambda: bool(told) and not page.context.work.running(), timeout=15_000)
    assert shop.value("select count(*) from erp.outgoing_mail") == 2
    assert told[0][:2] == ("success", "On their way: 2 letters about 3 orders")
    assert all(kind == "warn" and "3 orders were reminded of today already." in said for kind, _, said in told[1:])
    found = shop.value("select content from erp.outgoing_mail where email = 'other@example.com'")
    words = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(bytes(found)))
    assert "PO-C" in words and "Open deliveries" in words and "PO-A" not in words
    body = shop.value("select body from erp.outgoing_mail where email = 'sales@example.com'")
    assert "PO-A" in body and "PO-B" in body and "以下货物尚未收到" in body, "in the supplier's language"
    qtbot.waitUntil(lambda: bool(_cells(page, "reminded_at")[0]), timeout=15_000)


def _cells(page: ListPage, key: str) -> list[object]:
    slot = page.columns.slot_of(key)
    assert slot is not None
    return [shown.row.cells[slot.position] for shown in page.model.loaded_rows()]


def test_who_has_no_address_is_named_and_nobody_else_is_held_up(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor
) -> None:
    shop.value("update erp.party set email = null where id = %s returning id", shop.world.supplier)
    order(shop, "PO-A", ("FLT-OIL-7511", 2, -4))
    order(shop, "PO-C", ("FLT-OIL-7511", 2, -1), supplier=other)
    page, told = orders(qtbot, room, person("buyer"), "purchase_order_lines", "overdue", 2)
    with in_language("zh"):
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, CTRL)
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_M, CTRL)
        qtbot.waitUntil(lambda: bool(told), timeout=15_000)
    kind, words, said = told[0]
    assert (
        kind == "warn"
        and words == "1 封催货函（1 张订单）已提交发送"
        and "缺少邮箱" in said
        and "请在供应商资料中填写" in said
    )
    assert shop.value("select count(*) from erp.outgoing_mail") == 1


def test_the_warehouse_clerk_has_no_such_key(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor
) -> None:
    order(shop, "PO-A", ("FLT-OIL-7511", 2, -4))
    page, told = orders(qtbot, room, person("clerk"), "purchase_order_lines", "overdue", 1)
    assert page.context.user.has("buyer")  # even where the window believes it, the database does not
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_M, CTRL)
    qtbot.waitUntil(lambda: bool(told), timeout=15_000)
    assert told[0][:2] == ("danger", "No letter was sent")
    assert shop.value("select count(*) from erp.outgoing_mail") == 0
