"""What a supplier confirmed is pasted as he wrote it: his order of rows, Chinese headings, his kind of numbers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.desks.lists import list_page
from desktop.domain.text import in_language
from desktop.lists.all_lists import list_for
from desktop.widgets.list_page import ListPage
from desktop.widgets.theme import set_language
from tests.operations.purchasing.test_reminders import order, other
from tests.purchasing_people import Person, person
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["other", "person", "shop"]

CTRL = Qt.KeyboardModifier.ControlModifier
CONFIRMED = (
    "select json_object_agg(o.number || '/' || l.line_no, array[l.confirmed_quantity::text, l.promised_on::text])"
    " from erp.purchase_order_line l join erp.purchase_order o on o.id = l.purchase_order_id"
    " where o.number like 'PO-_'"
)


def lines(qtbot: QtBot, room: RoomFor, buyer: Database) -> ListPage:
    """The buyer's lines, read."""
    context = room(buyer, "buyer").context
    page = list_page(context, list_for("purchase_order_lines"))
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.model.count.value > 2 and not context.work.running(), timeout=15_000)
    page.grid.canvas.setFocus()
    return page


def pasted(qtbot: QtBot, page: ListPage, *rows: str) -> None:
    QGuiApplication.clipboard().setText("\r\n".join(rows) + "\r\n")
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(lambda: page.pasting.panel is not None and page.pasting.panel.checked is not None, timeout=15_000)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_confirmation_finds_its_lines_whatever_the_order_of_its_rows(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor, language: str
) -> None:
    """By place it would have confirmed the wrong lines, without a word."""
    order(shop, "PO-A", ("FLT-AIR-7502", 3, 4), ("FLT-OIL-7511", 1500, 6))
    order(shop, "PO-B", ("FLT-OIL-7511", 2, 1))
    set_language(language)  # type: ignore[arg-type]
    try:
        with in_language(language):  # type: ignore[arg-type]
            page = lines(qtbot, room, person("buyer"))
            pasted(
                qtbot, page, "采购订单号\t行号\t确认数量\t承诺到货日", "PO-A\t２\t1.234,50\t2031年3月5日",
                "PO-B\t1\t２\t2031/3/6", "PO-A\t1\t３．０\t2031-03-07",
            )  # fmt: skip
            assert page.pasting.panel is not None and page.pasting.panel.checked is not None
            faults = [fault.fault.text() for row in page.pasting.panel.checked.plan.rows for fault in row.faults]
            assert page.pasting.panel.valid_count() == 3, faults
            qtbot.keyClick(page.pasting.panel, Qt.Key.Key_F9)
            wanted = {
                "PO-A/2": ["1234.5000", "2031-03-05"], "PO-B/1": ["2.0000", "2031-03-06"],
                "PO-A/1": ["3.0000", "2031-03-07"],
            }  # fmt: skip
            qtbot.waitUntil(lambda: shop.value(CONFIRMED) == wanted, timeout=15_000)
    finally:
        set_language("en")


def test_a_line_that_is_not_ours_is_refused_and_the_others_go_in(
    qtbot: QtBot, shop: Shop, person: Person, other: int, room: RoomFor
) -> None:
    order(shop, "PO-A", ("FLT-AIR-7502", 3, 4), ("FLT-OIL-7511", 5, 6), ("FLT-OIL-7511", 7, 6))
    page = lines(qtbot, room, person("buyer"))
    pasted(
        qtbot, page, "Order no.\tItem no.\tConfirmed", "PO-A\tFLT-AIR-7502\t3", "PO-A\tFLT-OIL-7511\t5",
        "PO-Z\tFLT-AIR-7502\t3",
    )  # fmt: skip
    panel = page.pasting.panel
    assert panel is not None and panel.valid_count() == 1, "two lines of one item, and a number that is not ours"
    assert panel.checked is not None
    faults = [fault.fault.text() for row in panel.checked.plan.rows for fault in row.faults]
    assert len(faults) == 2 and all("No such Order no. in this list." in each for each in faults), faults
