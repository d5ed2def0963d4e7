"""Finance enters an invoice from what was received, sees where it differs, posts it; the desks around it."""

from __future__ import annotations

import os
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.operations import supplier_invoices
from desktop.runtime.context import Context
from desktop.views.purchasing.invoice_actions import InvoiceListActions
from desktop.views.purchasing.supplier_invoice_page import SupplierInvoicePage
from desktop.widgets.list_page import ListPage
from desktop.widgets.lookup import LookupField
from desktop.widgets.page import Page
from desktop.widgets.theme import apply_theme, set_language
from tests.form_fixtures import type_into
from tests.invoice_people import Buying, buying
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop

__all__ = ["buying", "shop"]
PART = "FLT-AIR-7502"
PICTURES = os.environ.get("OUTPOST_PICTURES")


def _show(qtbot: QtBot, page: Page, context: Context) -> None:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: not context.work.running(), timeout=15000)


def _settled(qtbot: QtBot, context: Context) -> None:
    qtbot.waitUntil(lambda: not context.work.running(), timeout=15000)


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        page.grab().save(f"{PICTURES}/{name}.png")


def test_an_invoice_is_entered_from_what_was_received_matched_and_posted(
    qtbot: QtBot, buying: Buying, room: RoomFor
) -> None:
    buying.receive(PART, 20)
    buying.receive("SEP-OIL-7520", 4)
    context = room(buying.finance, "finance").context
    page = SupplierInvoicePage(context, None, {"supplier_id": buying.shop.world.supplier})
    _show(qtbot, page, context)
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(page.tables["lines"].model_.lines()) == 2, timeout=15000)
    type_into(qtbot, page.editors["invoice_number"].widget, "26110093")
    type_into(qtbot, page.editors["invoice_date"].widget, "2026-11-20")
    type_into(qtbot, page.editors["gross"].widget, "7000")
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.record_id is not None and not page._writing, timeout=15000)
    assert page._state() == "draft"
    assert "7412.80" in page.totals.reason() and "7000" in page.totals.reason()
    type_into(qtbot, page.editors["gross"].widget, "7412.80")
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page._state() == "matched" and not page._writing, timeout=15000)
    assert page.match.isVisible()
    _picture(page, "invoice-matched")
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page._state() == "posted", timeout=15000)
    assert buying.open_accrual() == 0
    assert page.locked()
    buying.check()


def test_differences_are_shown_and_accepted_with_space(
    qtbot: QtBot, buying: Buying, room: RoomFor, qapp: QApplication
) -> None:
    buying.receive(PART, 20)
    buying.receive("SEP-OIL-7520", 4)
    made, _, _ = supplier_invoices.enter(buying.buyer, buying.paper((PART, 20, "180"), ("SEP-OIL-7520", 4, "795.5")))
    context = room(buying.finance, "finance").context
    page = SupplierInvoicePage(context, made)
    _show(qtbot, page, context)
    assert page._state() == "exception"
    _picture(page, "invoice-exception")
    exceptions = list_page(context, list_for("invoice_exceptions"))
    _show(qtbot, exceptions, context)
    qtbot.waitUntil(lambda: exceptions.model.map.rows == 1, timeout=15000)
    exceptions.grid.canvas.setFocus()
    qtbot.keyClick(exceptions.grid.canvas, Qt.Key.Key_Space)
    actions = _actions(exceptions)
    qtbot.waitUntil(actions.accept_strip.isVisible, timeout=5000)
    qtbot.keyClick(actions.accept_strip.editors["reason"], Qt.Key.Key_Return)
    assert actions.accept_strip.message.text()  # a reason is asked for
    qtbot.keyClicks(actions.accept_strip.editors["reason"], "price list of November")
    _picture(exceptions, "exceptions")
    qtbot.keyClick(actions.accept_strip.editors["reason"], Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: buying.value("select state from erp.supplier_invoice where id = %s", made) == "approved", timeout=15000
    )
    _settled(qtbot, context)
    if PICTURES:
        for theme in ("light", "dark"):
            apply_theme(qapp, theme)
            for tongue in ("en", "zh"):
                set_language(tongue)
                for key in ("grni", "supplier_performance", "supplier_invoices"):
                    other = list_page(context, list_for(key))
                    _show(qtbot, other, context)
                    qtbot.wait(300)
                    _picture(other, f"{key}-{tongue}-{theme}")
                again = SupplierInvoicePage(context, made)
                _show(qtbot, again, context)
                qtbot.wait(300)
                _picture(again, f"invoice-{tongue}-{theme}")
        apply_theme(qapp, "light")
        set_language("en")


def test_a_line_without_an_order_is_found_by_f7_and_tied(
    qtbot: QtBot, buying: Buying, room: RoomFor, qapp: QApplication
) -> None:
    buying.receive(PART, 20)
    buying.receive("SEP-OIL-7520", 4)
    unit = buying.value("select code from erp.org_unit where id = %s", buying.shop.world.branch)
    paper = buying.paper(number="LOOSE") | {
        "unit": unit, "gross": "4068.00",
        "lines": [{"description": "filters", "quantity": 20, "unit_price": "180"}],
    }  # fmt: skip
    made, matched, _ = supplier_invoices.enter(buying.buyer, paper)
    assert matched.exceptions == 1
    context = room(buying.finance, "finance").context
    page = list_page(context, list_for("invoice_exceptions"))
    _show(qtbot, page, context)
    qtbot.waitUntil(lambda: page.model.map.rows == 1, timeout=15000)
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F7)
    strip = _actions(page).find_strip
    qtbot.waitUntil(strip.isVisible, timeout=5000)
    field = strip.editors["order"]
    assert isinstance(field, LookupField)
    qtbot.keyClicks(field, "FLT-AIR")
    qtbot.waitUntil(field.is_open, timeout=10000)
    if PICTURES:
        for theme in ("light", "dark"):
            apply_theme(qapp, theme)
            for tongue in ("en", "zh"):
                set_language(tongue)
                for width, height in ((1294, 680), (1848, 980)):
                    page.resize(width, height)
                    field.clear()
                    qtbot.keyClicks(field, "FLT-AIR")
                    qtbot.waitUntil(field.is_open, timeout=10000)
                    qtbot.wait(200)
                    _picture(page, f"find-{tongue}-{theme}-{width}")
        apply_theme(qapp, "light")
        set_language("en")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: field.value() is not None, timeout=10000)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: buying.value("select state from erp.supplier_invoice") == "matched", timeout=15000)
    _settled(qtbot, context)
    assert not strip.isVisible() and page.model.map.rows == 0
    line = buying.value("select purchase_line_id from erp.supplier_invoice_line where invoice_id = %s", made)
    assert line == buying.line(PART)
    buying.check()


def test_an_inspection_is_decided_in_the_list(qtbot: QtBot, buying: Buying, room: RoomFor) -> None:
    buying.receive(PART, 20, to_condition="quarantine")
    context = room(buying.shop.clerk, "clerk").context
    page = list_page(context, list_for("inspections"))
    _show(qtbot, page, context)
    qtbot.waitUntil(lambda: page.model.map.rows == 1, timeout=15000)
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F8)
    strip = _actions(page).inspect_strip
    qtbot.waitUntil(strip.isVisible, timeout=15000)
    type_into(qtbot, strip.bad, "3")
    assert strip.good.value() == Decimal(17)
    qtbot.keyClick(strip.bad, Qt.Key.Key_Return)
    assert strip.message.text() and strip.isVisible()
    qtbot.keyClicks(strip.reason, "crushed")
    _picture(page, "inspection")
    qtbot.keyClick(strip.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: buying.value("select state from erp.inspection") == "done", timeout=15000)
    _settled(qtbot, context)
    assert buying.value("select returned from erp.purchase_order_line where id = %s", buying.line(PART)) == 3
    buying.check()


def _actions(page: ListPage) -> InvoiceListActions:
    found = page.findChild(InvoiceListActions)
    assert found is not None
    return found


def test_the_lines_fill_the_window_from_the_first_look(qtbot: QtBot, buying: Buying, room: RoomFor) -> None:
    context = room(buying.finance, "finance").context
    page = SupplierInvoicePage(context, None, {})
    _show(qtbot, page, context)
    table = page.tables["lines"].view
    qtbot.waitUntil(table.isVisible)
    qtbot.waitUntil(lambda: table.horizontalHeader().length() >= table.viewport().width() - 1)
