"""What the inspection sends back gets its note by Ctrl+P: with codes, in both languages, and nobody else's document."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot

from db.errors import UserError
from desktop.desks.lists import list_page
from desktop.domain.text import in_language
from desktop.lists.all_lists import list_for
from desktop.operations import stock, supplier_returns
from desktop.reports import by_key
from desktop.runtime.context import Context
from desktop.views.purchasing.invoice_actions import InvoiceListActions
from desktop.views.stock.document_page import StockDocumentPage
from desktop.widgets import papers
from desktop.widgets.page import Page
from tests.form_fixtures import type_into
from tests.invoice_people import Buying, buying
from tests.rooms import RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import PURCHASE

__all__ = ["buying", "shop"]
PART = "FLT-AIR-7502"


def _show(qtbot: QtBot, page: Page, context: Context) -> None:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: not context.work.running(), timeout=15000)


def _words(path: Path) -> str:
    document = pypdfium2.PdfDocument(str(path))
    try:
        return "\n".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    finally:
        document.close()


def test_what_is_rejected_goes_back_with_its_note(
    qtbot: QtBot,
    buying: Buying,
    room: RoomFor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    receipt = buying.receive(PART, 20, to_condition="quarantine")
    there = room(
        buying.shop.clerk, "clerk", name="Zhou Min", name_zh="周敏", company="Acme Service", company_zh="安可服务"
    )
    context, opened = there.context, there.opened
    page = list_page(context, list_for("inspections"))
    _show(qtbot, page, context)
    qtbot.waitUntil(lambda: page.model.map.rows == 1, timeout=15000)
    page.grid.canvas.setFocus()
    qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F8)
    actions = page.findChild(InvoiceListActions)
    assert actions is not None
    strip = actions.inspect_strip
    qtbot.waitUntil(strip.isVisible, timeout=15000)
    type_into(qtbot, strip.bad, "3")
    qtbot.keyClicks(strip.reason, "crushed in the box")
    qtbot.keyClick(strip.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened), timeout=15000)
    kind, document = opened[0]
    assert kind == "stock_document" and isinstance(document, int)

    note = StockDocumentPage(context, document)
    _show(qtbot, note, context)
    qtbot.waitUntil(note.note_button.isVisible, timeout=15000)
    shown: list[QUrl] = []
    monkeypatch.setattr(papers, "open_file", shown.append)
    qtbot.keyClick(note.focusWidget() or note, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(shown), timeout=15000)
    words = _words(Path(shown[0].toLocalFile()))
    number = str(buying.value("select number from erp.stock_document where id = %s", document))
    for wanted in (
        f"Return note {number}",
        "SUP-1",
        PART,
        f"{PURCHASE} / 1",
        receipt.number,
        "crushed in the box",
        "Zhou Min",
    ):
        assert wanted in words, wanted
    assert "180" not in words  # what it cost is not the driver's business
    exported = "select changes ->> 'subject' from audit.entry where changes ->> 'subject' is not null order by id desc"
    assert buying.value(f"{exported} limit 1") == number
    with in_language("zh"):
        by_key.return_note(buying.shop.clerk, tmp_path / "zh.pdf", number)
    chinese = _words(tmp_path / "zh.pdf")
    assert f"退货单 {number}" in chinese and "请补发以上货物" in chinese


def test_only_a_return_has_a_note(qtbot: QtBot, buying: Buying, room: RoomFor) -> None:
    receipt = buying.receive(PART, 20)
    sent = buying.send_back(receipt, PART, 2)
    back, _ = stock.reverse(buying.shop.clerk, uuid4(), sent.document_id, "a mistake")
    for other in (receipt.document_id, back.document_id, 10**9):
        with pytest.raises(UserError):
            supplier_returns.return_note(buying.shop.clerk, other)
    assert supplier_returns.return_note(buying.shop.clerk, sent.document_id).lines[0].quantity == 2
    context = room(buying.shop.clerk, "clerk").context
    page = StockDocumentPage(context, receipt.document_id)
    _show(qtbot, page, context)
    assert not page.note_button.isVisible()
