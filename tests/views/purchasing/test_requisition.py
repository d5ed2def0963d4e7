"""A wish from draft to order, with keys and mouse: the clerk hands it in, the manager approves, the buyer orders."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.operations import purchasing_requisitions as requisitions
from desktop.runtime.context import Context
from desktop.views.purchasing.requisition_page import RequisitionPage
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.list_page import ListPage
from tests.purchasing_people import Person, person, rule, wish
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]


def opened_page(qtbot: QtBot, context: Context, requisition: int | None) -> RequisitionPage:
    page = RequisitionPage(context, requisition)
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.record is not None and not context.work.running(), timeout=15000)
    return page


def state_of(page: RequisitionPage) -> object:
    return page.record.values["state"] if page.record is not None else None


def test_handed_in_approved_and_ordered(qtbot: QtBot, shop: Shop, person: Person, room: RoomFor) -> None:
    rule(shop, "requisition", "manager")
    clerk, manager, buyer = person("clerk"), person("manager"), person("buyer")
    made = wish(shop, clerk, ("FLT-AIR-7502", 3, "180"), ("FLT-OIL-7511", 2, "90"))
    page = opened_page(qtbot, room(clerk, "clerk").context, made.id)
    assert not page.locked() and page.order_button.isHidden()
    qtbot.mouseClick(page.steps.buttons()["submitted"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state_of(page) == "submitted", timeout=15000)
    assert page.locked() and not [key for key in page.steps.buttons() if key.startswith("approve")]

    judge = opened_page(qtbot, room(manager, "manager").context, made.id)
    approve = next(button for key, button in judge.steps.buttons().items() if key.startswith("approve"))
    qtbot.mouseClick(approve, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state_of(judge) == "approved", timeout=15000)

    there = room(buyer, "buyer")
    context, opened = there.context, there.opened
    desk = opened_page(qtbot, context, made.id)
    assert desk.order_button.isVisible()
    qtbot.keyClick(desk, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: state_of(desk) == "closed", timeout=15000)
    assert [key for key, _ in opened] == ["purchase_order"]


def test_a_rejection_asks_for_its_reason(qtbot: QtBot, shop: Shop, person: Person, room: RoomFor) -> None:
    rule(shop, "requisition", "manager")
    clerk, manager = person("clerk"), person("manager")
    saved, _ = requisitions.take_step(clerk, wish(shop, clerk, ("FLT-AIR-7502", 3, "180")), "submitted")
    judge = opened_page(qtbot, room(manager, "manager").context, saved.id)
    reject = next(button for key, button in judge.steps.buttons().items() if key.startswith("reject"))
    qtbot.mouseClick(reject, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(judge.steps.reason, "too many")
    qtbot.keyClick(judge.steps.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state_of(judge) == "rejected", timeout=15000)


def test_the_buyer_orders_the_whole_list_without_a_mouse(
    qtbot: QtBot, shop: Shop, person: Person, room: RoomFor
) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    for code in ("FLT-AIR-7502", "FLT-OIL-7511", "SNS-PT100-6"):
        requisitions.take_step(clerk, wish(shop, clerk, (code, 2, "10")), "submitted")
    there = room(buyer, "buyer")
    context, opened = there.context, there.opened
    page = list_page(context, list_for("requisition_lines"))
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.grid.model.rowCount() == 3 and not context.work.running(), timeout=15000)
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: bool(opened), timeout=15000)
    assert shop.value("select count(*) from erp.purchase_order where state = 'draft'") == 1
    assert shop.value("select count(*) from erp.purchase_order_line where requisition_line_id is not null") == 3


def test_f9_orders_what_is_selected_beyond_what_is_loaded(
    qtbot: QtBot, shop: Shop, person: Person, room: RoomFor
) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    made = wish(shop, clerk, ("FLT-AIR-7502", 2, "10"))
    shop.value(
        "with n as (insert into erp.requisition_line (requisition_id, line_no, item_id, quantity, supplier_id)"
        " select requisition_id, n, item_id, 1, supplier_id from erp.requisition_line, generate_series(2, 1250) n"
        " returning id) select count(*) from n"
    )
    requisitions.take_step(clerk, requisitions.load(clerk, made.id or 0), "submitted")
    there = room(buyer, "buyer")
    context, opened = there.context, there.opened
    page = list_page(context, list_for("requisition_lines"))
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.grid.model.rowCount() == 1250 and not context.work.running(), timeout=15000)
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.selected_ids()) < 1250, "otherwise all is loaded and this proves nothing"
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: bool(opened), timeout=30000)
    assert shop.value("select count(*) from erp.purchase_order where state = 'draft'") == 1
    assert shop.value("select count(*) from erp.requisition_line where state = 'open'") == 0


def test_what_waits_for_me_is_approved_and_turned_down_by_keys(
    qtbot: QtBot, shop: Shop, person: Person, room: RoomFor
) -> None:
    rule(shop, "requisition", "manager")
    clerk, both, manager = person("clerk"), person("clerk", "manager"), person("manager")
    made = [
        requisitions.take_step(by, wish(shop, by, ("FLT-AIR-7502", many, "180")), "submitted")[0]
        for by, many in ((clerk, 3), (clerk, 4), (both, 5))
    ]

    def waiting(database: Database, *jobs: str) -> tuple[ListPage, Context]:
        context = room(database, *jobs).context
        page = list_page(context, list_for("approvals"))
        show(qtbot, page)
        page.refresh()
        qtbot.waitUntil(lambda: page._opened and not context.work.running(), timeout=15000)
        page.grid.canvas.setFocus()
        qtbot.keyClick(page, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: not context.work.running(), timeout=15000)
        return page, context

    his, _ = waiting(both, "clerk", "manager")
    assert his.grid.model.rowCount() == 2, "not his own wish"
    page, _ = waiting(manager, "manager")
    assert page.grid.model.rowCount() == 3
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.grid.model.rowCount() == 2, timeout=15000)
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    strip = next(each for each in page.findChildren(AskStrip) if each.isVisible())
    reason = strip.editors["reason"]
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert strip.isVisible() and strip.message.text(), "no rejection without a reason"
    qtbot.keyClicks(reason, "not this year")
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.grid.model.rowCount() == 0 and not strip.isVisible(), timeout=15000)
    states = sorted(str(requisitions.load(clerk, each.id or 0).values["state"]) for each in made)
    assert states == ["approved", "rejected", "rejected"]
    assert shop.value("select count(*) from erp.approval where reason = 'not this year' and state = 'rejected'") == 2


def test_an_empty_table_of_lines_says_what_enter_does(qtbot: QtBot, shop: Shop, person: Person, room: RoomFor) -> None:
    page = opened_page(qtbot, room(person("clerk"), "clerk").context, None)
    table = next(iter(page.tables.values()))
    first = table.model_.index(0, 0)
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "Enter adds a line"
    assert first.data() is None, "it stands across the row; in the cell it would be cut"
    table.view.setFocus()
    qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert table.view.state() == QAbstractItemView.State.EditingState
    editor = QApplication.focusWidget()
    assert editor is not None and table.view.isAncestorOf(editor) and editor is not table.view
