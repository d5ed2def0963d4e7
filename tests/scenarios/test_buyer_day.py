"""A day of the buyer and of those whom his orders pass through, by keys alone, each through a log-in of his own."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from desktop.domain.stock import Level
from desktop.tour.hand import ALT, CTRL
from desktop.tour.reading import pdf_text
from desktop.tour.visit import Papers
from desktop.views.purchasing.invoice_actions import InvoiceListActions
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from desktop.views.purchasing.rfq_page import RfqPage
from desktop.views.purchasing.supplier_invoice_page import SupplierInvoicePage
from desktop.views.stock.document_page import StockDocumentPage
from desktop.widgets.form_page import FormPage
from desktop.widgets.line_table import LineTable
from tests.scenarios.desk import Desk
from tests.scenarios.town import SECRET, Town
from tests.scenarios.visitor import Visitor

Key, Mods = Qt.Key, Qt.KeyboardModifier
FILTER, SENSOR = "FLT-OIL-7511", "SNS-PT100-6"


@pytest.mark.timeout(900)  # half a minute on a quiet machine
def test_the_buyers_day(visitor: Visitor, town: Town, papers: Papers) -> None:
    prepare(town)
    visitor.log_in(town.user("buyer"), SECRET)
    ask_for_what_is_short(visitor, town)
    approve(visitor, town, "requisition")
    number = ask_three_suppliers(visitor, town)
    enter_answers(visitor, town)
    order = award(visitor, town, number)
    approve(visitor, town, "order")
    send(visitor, town, papers, order)
    receipt = receive(visitor, town, order)
    returned = inspect(visitor, town)
    invoice = enter_invoice(visitor, town)
    accept_and_post(visitor, town, invoice)
    look_at_the_figures(visitor, town)
    assert town.reconciled() == []
    assert town.actor("stock_document", receipt) == town.actor("stock_document", returned) == "Zhou Min"
    assert town.actor("supplier_invoice", invoice) == "Sun Jie"
    assert town.actor("purchase_order", order) == town.actor("rfq", number) == "Sun Jie"
    deciders = (
        "select array_agg(distinct u.display_name) from erp.approval a join erp.app_user u on u.id = a.decided_by"
    )
    assert town.shop.value(deciders) == ["Fang Wei"]


def prepare(town: Town) -> None:
    town.suppliers("Delta Filters", "Nordic Parts")
    town.inspected(SENSOR)
    town.reorder(FILTER, 40, 60)
    town.reorder(SENSOR, 60, 100)
    town.approval("requisition", "manager")
    town.approval("purchase_order", "manager")
    town.shop.value("select api.replenish()")


def saved(visitor: Visitor, page: FormPage) -> None:
    """Ctrl+S, and nothing is left to save."""
    visitor.press(Key.Key_S, CTRL)
    visitor.calm()
    visitor.demand(not page.dirty(), f"not saved: {[f.message() for f in page.fields.values() if f.is_wrong()]}")


def fill(visitor: Visitor, page: FormPage, key: str, text: str) -> None:
    """Tab to the field, and type over what stands there."""
    visitor.tab_to(page.editors[key].widget)
    visitor.press(Key.Key_A, CTRL)
    visitor.type(text)


def cell(visitor: Visitor, table: LineTable, row: int, key: str) -> None:
    """The cursor into that cell of a form's lines, by Tab and arrows."""
    visitor.tab_to(table.view)
    wanted = [info.key for info in table.model_.columns].index(key)
    if not table.view.currentIndex().isValid():
        visitor.press(Key.Key_Home)
    for _ in range(60):
        at = table.view.currentIndex()
        if (at.row(), at.column()) == (row, wanted):
            return
        if at.row() != row:
            visitor.press(Key.Key_Down if at.row() < row else Key.Key_Up)
        else:
            visitor.press(Key.Key_Right if at.column() < wanted else Key.Key_Left)
    raise AssertionError(f"the arrows do not lead to {key} of line {row + 1}")


def ask_for_what_is_short(visitor: Visitor, town: Town) -> None:
    visitor.list("shortages", rows=2)
    visitor.press(Key.Key_3, ALT)
    visitor.press(Key.Key_A, CTRL)
    visitor.press(Key.Key_F9)
    visitor.told("REQ-")
    visitor.picture("buyer-1-shortages")
    assert town.shop.value("select count(*) from erp.requisition_line where reorder_rule_id is not null") == 2
    visitor.log_out()


def approve(visitor: Visitor, town: Town, document: str) -> None:
    """The manager: what waits for him, all of it, F9."""
    visitor.log_in(town.user("manager"), SECRET)
    visitor.list("approvals", rows=1)
    visitor.press(Key.Key_A, CTRL)
    visitor.picture(f"buyer-2-approve-{document}")
    visitor.press(Key.Key_F9)
    visitor.wait("the approval", lambda: not town.shop.value("select count(*) from erp.approval where state = 'open'"))
    visitor.log_out()
    visitor.log_in(town.user("buyer"), SECRET)


def ask_three_suppliers(visitor: Visitor, town: Town) -> str:
    """Shift+F9 makes the request; the suppliers are typed in; Ctrl+1 sends it."""
    visitor.list("requisition_lines", rows=2)
    visitor.press(Key.Key_A, CTRL)
    visitor.picture("buyer-3-to-order")
    visitor.press(Key.Key_F9, Mods.ShiftModifier)
    page = visitor.page(RfqPage)
    visitor.wait("the request", lambda: page.record is not None)
    visitor.focused_in(page)
    suppliers = page.tables["suppliers"]
    there = {line.referred["supplier_id"].code for line in suppliers.model_.lines()}
    for code in ("SUP-1", "SUP-2", "SUP-3"):
        if code not in there:
            cell(visitor, suppliers, len(suppliers.model_.lines()), "supplier_id")
            visitor.press(Key.Key_F2)
            visitor.choose(visitor.wait("an editor", visitor.window.focusWidget), code)
            visitor.press(Key.Key_Return)
    assert len(suppliers.model_.lines()) == 3
    saved(visitor, page)
    visitor.picture("buyer-4-request")
    visitor.press(Key.Key_1, CTRL)
    visitor.wait("the request to be sent", lambda: page.record is not None and page.record.values["state"] == "sent")
    visitor.calm()
    assert page.record is not None
    return str(page.record.values["number"])


def enter_answers(visitor: Visitor, town: Town) -> None:
    """The first answer is typed, those of the other two are pasted from their sheets."""
    page = visitor.list("rfq_quotes", rows=6)
    suppliers = [str(shown.row.cells[1]) for shown in page.model.loaded_rows()]
    assert suppliers == sorted(suppliers)
    prices = {"Delta Filters": (("88", "5"), ("70", "6")), "Nordic Parts": (("92", "4"), ("79", "9")),
              "Supplier": (("95.5", "12"), ("81", "10"))}  # fmt: skip
    column = page.columns.slot_of("unit_price")
    assert column is not None
    while page.grid.selection.column != column.position:
        visitor.press(Key.Key_Right)
    for price, days in prices[suppliers[0]]:
        visitor.type(price)
        visitor.press(Key.Key_Tab)
        visitor.type(days)
        visitor.press(Key.Key_Return)
        visitor.press(Key.Key_Left)
    # what is answered leaves the view; the cursor stays on its record, wherever that stands now
    visitor.wait("the answered ones to leave", lambda: page.model.count.exact and page.model.count.value == 4)
    visitor.calm()
    here = page.grid.current()
    assert here is not None and here.row.cells[1] == suppliers[2] and page.grid.selection.line == 0
    visitor.copied(*("\t".join(each) for name in suppliers[2::2] for each in prices[name]))
    visitor.press(Key.Key_V, CTRL)
    panel = visitor.wait("the preview", lambda: page.pasting.panel)
    visitor.wait("the check", lambda: panel.checked is not None and panel.valid_count() == 4)
    visitor.picture("buyer-5-answers-pasted")
    visitor.press(Key.Key_F9)
    answered = "select count(*) from erp.rfq_quote where unit_price is not null and lead_time_days is not null"
    visitor.wait("six answers", lambda: town.shop.value(answered) == 6)
    visitor.focused_in(page.grid)
    visitor.picture("buyer-6-answers")


def award(visitor: Visitor, town: Town, number: str) -> str:
    """Side by side: the best of each line is marked; F9 makes the order, Ctrl+1 asks for its approval."""
    visitor.look_up(number)
    visitor.press(Key.Key_Return)
    page = visitor.page(RfqPage)
    visitor.wait("the answers", lambda: len(page.table.winners()) == 2)
    visitor.tab_to(page.table.view)
    visitor.picture("buyer-7-comparison")
    visitor.press(Key.Key_F9)
    order = visitor.page(PurchaseOrderPage)
    visitor.wait("the order", lambda: order.record is not None)
    assert order.record is not None and len(order.record.lines["lines"]) == 2
    assert order.record.referred["supplier_id"].code == "SUP-2"
    visitor.picture("buyer-8-order")
    visitor.press(Key.Key_1, CTRL)
    visitor.wait("the order to be handed in", lambda: order.record is not None
                 and order.record.values["state"] == "submitted")  # fmt: skip
    visitor.focused_in(order)
    visitor.log_out()
    return str(order.record.values["number"])


def send(visitor: Visitor, town: Town, papers: Papers, number: str) -> None:
    """Sent, on paper, by mail; then acknowledged with the days that the supplier promises."""
    page = visitor.page(PurchaseOrderPage)
    visitor.wait("the approved order", lambda: page.record is not None and page.record.values["state"] == "approved")
    visitor.press(Key.Key_1, CTRL)
    visitor.wait("the order to be sent", lambda: page.record is not None and page.record.values["state"] == "ordered")
    visitor.calm()
    papers.expect("order.pdf")
    visitor.press(Key.Key_P, CTRL)
    words = pdf_text(visitor.wait("the order on paper", lambda: papers.kept))
    assert number in words and FILTER in words
    mail = next(key for key in page.steps.buttons() if key.startswith("mail:"))
    visitor.press(Key(Key.Key_1 + list(page.steps.buttons()).index(mail)), CTRL)
    visitor.focused_in(page.mail)
    assert page.mail.address.text() == "sales2@example.com"
    visitor.picture("buyer-9-mail")
    visitor.press(Key.Key_Return)
    visitor.wait("the letter", lambda: town.shop.value("select count(*) from erp.outgoing_mail where state = 'queued'"))
    visitor.calm()
    visitor.focused_in(page)
    visitor.press(Key(Key.Key_1 + list(page.steps.buttons()).index("acknowledge")), CTRL)
    visitor.wait("the acknowledgement", lambda: page.record is not None and page.record.values["acknowledged_on"])
    visitor.calm()
    fill(visitor, page, "supplier_reference", "DF-7781")
    fill(visitor, page, "promised_on", str(town.shop.value("select current_date + 6")))
    saved(visitor, page)
    assert town.shop.value("select promised_on = current_date + 6 from erp.purchase_order where number = %s", number)
    visitor.picture("buyer-10-acknowledged")
    visitor.log_out()


def receive(visitor: Visitor, town: Town, number: str) -> str:
    """The clerk: one line comes short, the other beyond what the tolerance allows, which is refused."""
    visitor.log_in(town.user("clerk"), SECRET)
    visitor.go("stock_desk")
    desk = Desk(visitor)
    desk.scan(number, FILTER)
    wanted = int(desk.cell(FILTER, "quantity"))
    desk.enter(str(wanted - 5))
    desk.scan(SENSOR)
    sensors = int(desk.cell(SENSOR, "quantity"))
    desk.enter(str(sensors * 2))
    assert desk.level() is Level.BAD
    visitor.picture("buyer-11-over-tolerance")
    desk.enter(str(sensors + 1))
    assert desk.level() is Level.EXTRA
    receipt = desk.post()
    assert town.shop.value("select count(*) from erp.inspection where state = 'open'") == 1
    return receipt


def inspect(visitor: Visitor, town: Town) -> str:
    """Two of the sensors do not work and go back."""
    page = visitor.list("inspections", rows=1)
    visitor.press(Key.Key_F8)
    strip = page.findChild(InvoiceListActions).inspect_strip  # type: ignore[union-attr]
    visitor.focused_in(strip)
    visitor.type("2")
    visitor.tab_to(strip.defect)
    visitor.press(Key.Key_Down, times=3)
    visitor.tab_to(strip.reason)
    visitor.type("no signal")
    visitor.picture("buyer-12-inspection")
    visitor.press(Key.Key_Return)
    sent_back = visitor.page(StockDocumentPage)
    visitor.wait("the return", lambda: sent_back.record is not None)
    assert sent_back.record is not None and sent_back.record.values["document_type"] == "supplier_return"
    assert town.shop.value("select sum(returned) from erp.purchase_order_line") == 2
    visitor.picture("buyer-13-sent-back")
    visitor.log_out()
    return str(sent_back.record.values["number"])


def enter_invoice(visitor: Visitor, town: Town) -> str:
    """The buyer enters the paper from what was received; one price is not the order's."""
    visitor.log_in(town.user("buyer"), SECRET)
    visitor.list("supplier_invoices", rows=0)
    visitor.press(Key.Key_N, CTRL)
    page = visitor.page(SupplierInvoicePage)
    visitor.wait("the form", lambda: page.record is not None)
    visitor.focused_in(page.editors["supplier_id"].widget)
    visitor.choose(page.editors["supplier_id"].widget, "SUP-2")
    visitor.press(Key.Key_R, CTRL)
    lines = page.tables["lines"]
    visitor.wait("what was received", lambda: len(lines.model_.lines()) == 2)
    visitor.focused_in(page)
    fill(visitor, page, "invoice_number", "26110088")
    fill(visitor, page, "invoice_date", str(town.shop.value("select current_date")))
    dear = next(n for n, line in enumerate(lines.model_.lines()) if line.referred["item_id"].code == FILTER)
    quantity = Decimal(lines.model_.lines()[dear].values["quantity"])
    for key, text in (("unit_price", "93.5"), ("net", str(quantity * Decimal("93.5")))):
        cell(visitor, lines, dear, key)
        visitor.press(Key.Key_F2)
        visitor.press(Key.Key_A, CTRL)
        visitor.type(text)
        visitor.press(Key.Key_Return)
    nets = [line.values["net"] for line in lines.model_.lines()]
    gross = sum((net + (net * Decimal("0.13")).quantize(Decimal("0.01")) for net in nets), Decimal(0))
    fill(visitor, page, "gross", f"{gross:.2f}")
    saved(visitor, page)
    assert page.record is not None
    visitor.demand(page.record.values["state"] == "exception", page.totals.reason())
    visitor.picture("buyer-14-invoice-differs")
    visitor.log_out()
    return str(page.record.values["number"])


def accept_and_post(visitor: Visitor, town: Town, number: str) -> None:
    """Finance: Space with a reason, then F9."""
    visitor.log_in(town.user("finance"), SECRET)
    page = visitor.list("invoice_exceptions", rows=1)
    visitor.press(Key.Key_Space)
    strip = page.findChild(InvoiceListActions).accept_strip  # type: ignore[union-attr]
    visitor.focused_in(strip.editors["reason"])
    visitor.type("price list of November")
    visitor.picture("buyer-15-accept")
    visitor.press(Key.Key_Return)
    state = "select state from erp.supplier_invoice where number = %s"
    visitor.wait("the acceptance", lambda: town.shop.value(state, number) == "approved")
    visitor.list("supplier_invoices", rows=1)
    visitor.press(Key.Key_F9)
    visitor.wait("the posting", lambda: town.shop.value(state, number) == "posted")
    visitor.picture("buyer-16-posted")
    assert town.shop.value("select coalesce(sum(open_amount), 0) from erp.grni_position") == 0


def look_at_the_figures(visitor: Visitor, town: Town) -> None:
    """Nothing is left that was received and not invoiced; the supplier's figures tell what happened."""
    visitor.list("grni", rows=0)
    visitor.picture("buyer-17-grni")
    page = visitor.list("supplier_performance")
    visitor.picture("buyer-18-suppliers")
    assert any("Delta Filters" in map(str, shown.row.cells) for shown in page.model.loaded_rows())
