"""Finance looks at the accruals, at what the other method would book, and books it, by keys alone."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.operations import supplier_invoices
from desktop.views.purchasing.accruals_page import AccrualsPage
from desktop.widgets.theme import apply_theme, set_language
from tests.invoice_people import Buying, buying
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop

__all__ = ["buying", "shop"]
PICTURES = os.environ.get("OUTPOST_PICTURES")
PART = "FLT-AIR-7502"


def _show(qtbot: QtBot, page: AccrualsPage) -> None:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.found is not None and not page.context.work.running(), timeout=15000)


def test_the_keys_are_in_the_figures_once_they_are_there(qtbot: QtBot, buying: Buying, room: RoomFor) -> None:
    """The page had nothing to give them to while it loaded; no key that a reader may not use is named."""
    page = AccrualsPage(room(buying.buyer, "buyer").context)
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    show(qtbot, page)
    page.setFocus()
    assert QApplication.focusWidget() is page
    page.refresh()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.figures[0], timeout=15_000)
    assert "F9" not in [key for key, _ in page.key_hints()]


def _other_method(qtbot: QtBot, page: AccrualsPage) -> None:
    """Tab behind the last figure, → to the other method."""
    page.figures[-1].setFocus()
    qtbot.keyClick(page.figures[-1], Qt.Key.Key_Tab)
    focused = page.focusWidget()
    assert focused is not None and focused.parent() is page.method
    qtbot.keyClick(focused, Qt.Key.Key_Right)


def _last_month(buying: Buying) -> None:
    with buying.shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update erp.grni_position set received_on = (received_on - interval '1 month')::date")
        cursor.execute("update erp.grni_entry set booked_on = (booked_on - interval '1 month')::date")
        connection.commit()


def test_the_method_is_looked_at_chosen_and_booked_by_keys(
    qtbot: QtBot, buying: Buying, room: RoomFor, qapp: QApplication
) -> None:
    buying.receive(PART, 20)
    buying.receive("SEP-OIL-7520", 4)
    _last_month(buying)
    buying.receive("GSK-NBR-120", 100)
    supplier_invoices.enter(buying.buyer, buying.paper((PART, 20, "180")))
    supplier_invoices.enter(buying.buyer, buying.paper(("SEP-OIL-7520", 4, "795.5"), number="INV-2"))
    with buying.head_office() as head:
        there = room(head, "finance")
        context = there.context
        page = AccrualsPage(context)
        _show(qtbot, page)
        values = [figure.value.full_text() for figure in page.figures]
        assert values == ["1", "1", "–", "¥ 7,210.00", "¥ 7,210.00"]
        assert page.check.full_text() == "Agrees with orders and stock"
        assert not page.turn_button.isVisible() and page.nothing.isVisible()

        opened: list[str] = []
        page.open_requested.connect(lambda key, args: opened.append(key))
        page.figures[1].setFocus()
        qtbot.keyClick(page.figures[1], Qt.Key.Key_Return)
        assert opened == ["invoice_exceptions"]

        _other_method(qtbot, page)
        qtbot.waitUntil(lambda: len(page.model.rows) == 2 and not context.work.running(), timeout=15000)
        assert page.method.current() == "month_start" and buying.account() == 7210
        assert "Not chosen yet" in page.method_note.full_text()
        if PICTURES:
            _pictures(qtbot, page, qapp)
        qtbot.keyClick(page, Qt.Key.Key_F9)
        qtbot.waitUntil(
            lambda: [said for _, said, _ in there.toasts] == ["The method was changed"] and not context.work.running(),
            timeout=15000,
        )
        qtbot.waitUntil(lambda: page.found is not None and page.found.method == "month_start", timeout=15000)
        assert buying.account() == 650
        assert page.figures[4].note.full_text() == "¥ 6,560.00 reversed for the month"
        assert page.model.rows == () and not page.turn_button.isVisible()
    buying.check()


def test_a_branch_and_a_buyer_look_only(qtbot: QtBot, buying: Buying, room: RoomFor) -> None:
    buying.receive(PART, 20)
    for who, job in ((buying.finance, "finance"), (buying.buyer, "buyer")):
        context = room(who, job).context
        page = AccrualsPage(context)
        _show(qtbot, page)
        assert page.figures[3].value.full_text() == "¥ 3,600.00"
        _other_method(qtbot, page)
        qtbot.waitUntil(lambda room=context: not room.work.running(), timeout=15000)
        assert page.method.current() == "on_invoice" and not page.wanted
        qtbot.keyClick(page, Qt.Key.Key_F9)
        qtbot.waitUntil(lambda room=context: not room.work.running(), timeout=15000)
        assert buying.account() == 3600
        assert "head office" in page.method_note.full_text()


def _pictures(qtbot: QtBot, page: AccrualsPage, qapp: QApplication) -> None:
    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        for tongue in ("en", "zh"):
            set_language(tongue)
            page.retranslate()
            for width, height in ((1294, 680), (1848, 980)):
                page.resize(width, height)
                qtbot.wait(150)
                page.grab().save(f"{PICTURES}/accruals-{tongue}-{theme}-{width}.png")
    apply_theme(qapp, "light")
    set_language("en")
    page.retranslate()
    page.resize(1294, 680)
    page.activateWindow()
