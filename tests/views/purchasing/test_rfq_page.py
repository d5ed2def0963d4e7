"""Asking suppliers and writing to them, with keys and mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.operations import purchasing_rfq
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from desktop.views.purchasing.rfq_page import RfqPage
from desktop.widgets.form_page import FormPage
from tests.operations.purchasing.test_rfq import answer, asked, other, sent
from tests.purchasing_people import Person, person
from tests.stock_fixtures import shop, shop_template
from tests.stock_shop import Shop
from tests.views.purchasing.test_requisition import Opened, context_of, show

__all__ = ["context_of", "other", "person", "shop", "shop_template"]


def ready(qtbot: QtBot, page: FormPage) -> None:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.record is not None and not page.context.work.running(), timeout=15000)


def state_of(page: FormPage) -> object:
    return page.record.values["state"] if page.record is not None else None


def test_the_marked_lines_are_ordered_by_f9(
    qtbot: QtBot, shop: Shop, person: Person, other: int, context_of: Callable[..., tuple[object, Opened]]
) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    answer(buyer, rfq, ["170", "175", "95", None])
    context, _ = context_of(buyer, "buyer")
    page = RfqPage(context, rfq.id)  # type: ignore[arg-type]
    ready(qtbot, page)
    assert page.table.isVisible() and page.locked()
    best = purchasing_rfq.best_per_line(purchasing_rfq.comparison(buyer, rfq.id or 0))
    assert page.table.winners() == best
    # The second line goes to nobody: Space takes its mark away.
    table = page.table
    quoted = table.model_.suppliers.index(best[table.model_.lines[1]]) + 3
    table.view.setFocus()
    table.view.setCurrentIndex(table.model_.index(1, quoted))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert list(table.winners()) == table.model_.lines[:1]
    # A supplier who did not quote a line never gets it.
    table.view.setCurrentIndex(table.model_.index(1, 7 - quoted))
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert list(table.winners()) == table.model_.lines[:1]
    qtbot.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: state_of(page) == "awarded", timeout=15000)
    assert shop.value("select count(*) from erp.purchase_order_line where requisition_line_id is not null") == 1
    assert shop.value("select count(*) from erp.requisition_line where state = 'open'") == 1
    assert page.bar.isHidden()


def test_an_order_is_mailed_and_then_acknowledged(
    qtbot: QtBot, shop: Shop, person: Person, context_of: Callable[..., tuple[object, Opened]]
) -> None:
    buyer = person("buyer")
    order = sent(shop, buyer)
    context, _ = context_of(buyer, "buyer")
    page = PurchaseOrderPage(context, order.id)  # type: ignore[arg-type]
    ready(qtbot, page)
    qtbot.mouseClick(page.steps.buttons()["mail:order"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.mail.isVisible, timeout=15000)
    page.mail.address.clear()
    qtbot.keyClicks(page.mail.address, "nowhere")
    qtbot.keyClick(page.mail.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not context.work.running(), timeout=15000)  # type: ignore[attr-defined]
    assert page.mail.isVisible() and shop.value("select count(*) from erp.outgoing_mail") == 0
    qtbot.keyClicks(page.mail.address, "@example.com")
    qtbot.keyClick(page.mail.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.mail.isVisible(), timeout=15000)
    queued = shop.value("select email || encode(substr(content, 1, 5), 'escape') from erp.outgoing_mail")
    assert queued == "nowhere@example.com%PDF-"
    qtbot.mouseClick(page.steps.buttons()["acknowledge"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "mail:reminder" in page.steps.buttons(), timeout=15000)
    assert page.record is not None and page.record.values["acknowledged_on"] is not None
