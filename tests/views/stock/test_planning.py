"""The planning lists and pages by their keys: shortages become requisitions, old stock a proposal, a matrix classes."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt

from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.views.stock.abc_page import AbcPage
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.list_page import ListPage
from tests.rooms import show, to_first_row
from tests.views.stock.conftest import Bench


def _show(bench: Bench, key: str, view: Qt.Key | None = None) -> ListPage:
    page = list_page(bench.context, list_for(key))
    show(bench.qtbot, page)
    page.refresh()
    page.grid.setFocus()
    if view:
        bench.qtbot.keyClick(page.grid.canvas, view, Qt.KeyboardModifier.AltModifier)
    to_first_row(bench.qtbot, page)
    return page


def _rules(bench: Bench, *codes: str) -> None:
    for code in codes:
        bench.shop.value(
            "insert into erp.reorder_rule (company_id, org_unit_id, item_id, min_quantity, max_quantity, automatic)"
            " values (%s, %s, %s, 500, 600, false) returning id",
            bench.shop.world.company, bench.shop.world.branch, bench.shop.item(code),
        )  # fmt: skip
    bench.shop.value("select api.replenish()")


def test_shortages_become_requisitions_by_three_keys(bench: Bench) -> None:
    """Alt+3, Ctrl+A, F9, as the clerk's table of keys has it."""
    _rules(bench, "FLT-AIR-7502", "SNS-PT100-6", "BLT-XPB-2500")
    bench.shop.value("update erp.reorder_rule set min_quantity = 0 where item_id = %s returning id",
                     bench.shop.item("BLT-XPB-2500"))  # fmt: skip
    bench.shop.value("select api.replenish()")
    page = _show(bench, "shortages")
    bench.qtbot.waitUntil(lambda: page.model.rowCount() == 3, timeout=10000)
    bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    bench.qtbot.waitUntil(lambda: page.model.rowCount() == 2, timeout=10000)

    def all_chosen() -> bool:
        bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        return len(page.selected_ids()) == 2

    bench.qtbot.waitUntil(all_chosen, timeout=10000)  # the rows of the view may still be on their way
    bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F9)
    bench.qtbot.waitUntil(lambda: any("REQ-" in told.text for told in bench.told), timeout=10000)
    assert bench.shop.value("select count(*) from erp.requisition_line where reorder_rule_id is not null") == 2
    bench.qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=10000)


def test_scrap_is_proposed_with_a_reason(bench: Bench) -> None:
    bench.shop.value("select api.analyse_all_stock()")
    page = _show(bench, "stock_ageing", Qt.Key.Key_3)
    bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F9)
    found = page.findChild(AskStrip)
    assert found is not None
    bench.qtbot.waitUntil(found.isVisible, timeout=5000)
    reason = found.editors["reason"]
    bench.qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert "Reason is required" in found.message.text()
    reason.setText("superseded")  # typed this fast it would be a scan
    bench.qtbot.mouseClick(found.take, Qt.MouseButton.LeftButton)
    bench.qtbot.waitUntil(lambda: any(kind == "disposal" for kind, _ in bench.opened), timeout=10000)
    assert bench.shop.value("select reason from erp.disposal") == "superseded"


def test_the_matrix_shows_what_would_change(bench: Bench) -> None:
    bench.shop.value("select api.analyse_all_stock()")
    made = bench.shop.value("select api.start_abc(%s)", json.dumps({"org_unit_id": bench.shop.world.branch}))
    page = AbcPage(bench.context, made)
    bench.qtbot.addWidget(page)
    page.resize(1294, 680)
    page.show()
    page.refresh()
    bench.qtbot.waitUntil(lambda: page.found is not None, timeout=10000)
    assert [row.cells["class"].text for row in page.table.rows()] == ["A", "B", "C"]
    assert page.cut_a.text() == "80" and page.cut_b.text() == "95"
    assert not page.yes_button.isVisible(), "a clerk looks; the classes are the manager's to write"
