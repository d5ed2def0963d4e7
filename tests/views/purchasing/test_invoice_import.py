"""Finance takes invoices over from Excel: Ctrl+V on the import page, Alt+Down to what is rejected, F9 for the rest."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.platform.import_page import ImportPage
from desktop.widgets.theme import apply_theme, set_language
from tests.invoice_people import Buying, buying
from tests.rooms import Room, RoomFor, show
from tests.stock_fixtures import shop
from tests.stock_shop import PURCHASE

__all__ = ["buying", "shop"]
PICTURES = os.environ.get("OUTPOST_PICTURES")
ROWS = (
    ("供应商", "发票号码", "开票日期", "采购订单号", "物料编码", "数量", "单价", "税率", "价税合计"),
    ("SUP-1", "25110001", "2026-11-20", PURCHASE, "FLT-AIR-7502", "20", "180", "13%", "4068"),
    ("SUP-1", "25110002", "2026-11-20", PURCHASE, "SEP-OIL-7520", "4", "740", "13%", "3344.80"),
    ("SUP-1", "25110002", "2026-11-21", PURCHASE, "GSK-NBR-120", "100", "6.5", "13%", ""),
)


def _opened(qtbot: QtBot, there: Room) -> ImportPage:
    page = ImportPage(there.context, {"into": "supplier_invoices"})
    show(qtbot, page)
    return page


def _paste(qtbot: QtBot, page: ImportPage) -> None:
    QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in ROWS))
    page.zones()[0].setFocus()
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.checked is not None and not page.busy(), timeout=20000)


def test_rows_pasted_from_excel_are_looked_at_mended_and_entered(
    qtbot: QtBot, buying: Buying, room: RoomFor, qapp: QApplication
) -> None:
    for code, quantity in (("FLT-AIR-7502", 20), ("SEP-OIL-7520", 4), ("GSK-NBR-120", 100)):
        buying.receive(code, quantity)
    there = room(buying.finance, "finance")
    page = _opened(qtbot, there)
    _paste(qtbot, page)
    assert page.prepared is not None and page.prepared.target.key == "supplier_invoices"
    assert page.checked is not None
    assert [row.verdict for row in page.checked.plan.rows] == ["new", "rejected", "rejected"]
    table = page.view.table
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    row = table.row()
    assert row is not None and row.number == 4
    qtbot.keyClick(table, Qt.Key.Key_F2)
    assert table.editor is not None and table.editor.text() == "2026-11-21"
    qtbot.keyClick(table.editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(table.editor, "2026-11-20")
    qtbot.keyClick(table.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.busy(), timeout=20000)
    assert "3344.80" in page.checked.plan.faults()[0].fault.text()
    qtbot.keyClick(table, Qt.Key.Key_F9)  # the one that agrees goes in, the other waits with its reason
    qtbot.waitUntil(lambda: page.written, timeout=20000)
    assert [said for _, said, _ in there.toasts] == ["1 row imported"]
    entered = buying.value("select array_agg(invoice_number || ' ' || state) from erp.supplier_invoice")
    assert entered == ["25110001 matched"]

    again = _opened(qtbot, room(buying.finance, "finance"))
    _paste(qtbot, again)
    assert again.checked is not None
    first = again.checked.plan.rows[0]
    assert first.verdict == "rejected"
    number = buying.value("select number from erp.supplier_invoice")
    assert number in first.faults[0].fault.text()
    assert not again.write_action.isEnabled()
    buying.check()
    if PICTURES:
        _pictures(qtbot, again, qapp)


def _pictures(qtbot: QtBot, page: ImportPage, qapp: QApplication) -> None:
    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        for tongue in ("en", "zh"):
            set_language(tongue)
            for width, height in ((1294, 680), (1848, 980)):
                page.resize(width, height)
                page.retranslate()
                qtbot.wait(200)
                page.grab().save(f"{PICTURES}/invoice-import-{tongue}-{theme}-{width}.png")
    apply_theme(qapp, "light")
    set_language("en")
    page.resize(1294, 680)
