"""What the stock lists do with their rows: F8, release, labels, and the part's pane."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.operations import stock, stock_rows
from desktop.views.stock import desk_papers, document_page, list_actions
from desktop.views.stock.document_page import StockDocumentPage
from desktop.views.stock.part_page import PartPage
from desktop.widgets.list_page import ListPage
from desktop.widgets.theme import set_language
from tests.rooms import show, show_list
from tests.stock_shop import ORDER
from tests.views.stock.conftest import Bench


def _show(bench: Bench, key: str) -> ListPage:
    page = list_page(bench.context, list_for(key))
    show_list(bench.qtbot, page)
    return page


def _issue(bench: Bench, quantity: int) -> stock.Posted:
    shop = bench.shop
    line = {"item_id": shop.item("FLT-OIL-7511"), "from_location_id": shop.place("A-03-1-4"), "quantity": quantity}
    document = {"type": "issue", "work_order_id": shop.clone.id("work_order", ORDER), "lines": [line]}
    return stock.post(shop.clerk, uuid4(), document)[0]


@pytest.mark.parametrize("key", ["stock_documents", "stock_moves"])
@pytest.mark.parametrize("sure", [True, False])
def test_f8_on_a_row_reverses_its_document_after_a_question(
    bench: Bench, key: str, sure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = _issue(bench, 2)
    asked: list[str] = []

    def answer(parent: object, title: str, sentence: str, **words: str) -> bool:
        asked.append(title)
        return sure

    monkeypatch.setattr(list_actions.dialogs, "confirm", answer)
    page = _show(bench, key)
    bench.qtbot.keyClick(page.grid, Qt.Key.Key_F8)
    bench.qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    assert asked == [f"Reverse {posted.number}?"]
    if sure:
        bench.qtbot.waitUntil(lambda: bool(bench.told), timeout=10000)
        assert bench.texts()[0].startswith("Counter-entry ISS-")
    assert bench.shop.on_hand("FLT-OIL-7511") == (25 if sure else 23)
    assert bench.shop.whole()


def test_a_reservation_is_given_back_from_its_list(bench: Bench) -> None:
    page = _show(bench, "reservations")
    reserved = "select sum(reserved) from erp.stock_balance"
    before = bench.shop.value(reserved)
    release = next(action for action in page.actions() if action.text() == "Release")
    release.trigger()
    bench.qtbot.waitUntil(lambda: bool(bench.told), timeout=10000)
    assert bench.texts()[0] == "1 piece is free again"
    assert bench.shop.value(reserved) < before
    assert bench.shop.whole()


def test_labels_of_ticked_rows_are_printed_in_both_languages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(desk_papers, "open_file", lambda url: shown.append(url.toLocalFile()))
    monkeypatch.setattr(desk_papers.tempfile, "gettempdir", lambda: str(bench.folder))
    page = _show(bench, "items")
    page.grid.toggle_check(0)
    page.grid.toggle_check(1)
    set_language("zh")
    next(action for action in page.actions() if action.text() in ("Print labels", "打印标签")).trigger()
    bench.qtbot.waitUntil(lambda: bool(shown), timeout=10000)
    document = pypdfium2.PdfDocument(shown[0])
    texts = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    document.close()
    noted = "select changes - 'subject' from audit.entry where changes ->> 'subject' = 'labels'"
    assert bench.shop.value(noted) == {"rows": 2, "format": "pdf"}
    assert len(texts) == 2 and all("BLT-" in text or "CLN-" in text for text in texts)
    assert "三角带" in texts[0]


def test_do_we_have_it_opens_the_parts_pane(bench: Bench) -> None:
    page = _show(bench, "stock_on_hand")
    bench.qtbot.keyClick(
        page.grid, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    bench.qtbot.waitUntil(lambda: bool(bench.opened), timeout=5000)
    key, item = bench.opened[0]
    assert key == "part_stock" and item == bench.shop.item("BLT-XPB-2500")


def test_the_parts_pane_says_what_is_there_and_what_comes(bench: Bench, qtbot: QtBot) -> None:
    page = PartPage(bench.context, bench.shop.item("SEP-OIL-7520"))
    qtbot.addWidget(page)
    page.resize(1294, 680)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.panel.overview() is not None, timeout=10000)
    words = " ".join(label.full_text() for label in page.findChildren(desk_label()))
    for figure in ("On hand 3", "Reserved 1", "Available 2", "On order 4"):
        assert figure in words.replace(" pc", "")
    assert page.title() == "Stock of SEP-OIL-7520"
    assert page.panel.main.rows()[0].cells["bin"].text == "A-03-2-1"
    set_language("zh")
    QApplication.processEvents()
    assert page.title() == "库存 SEP-OIL-7520"


def desk_label() -> type:
    from desktop.widgets.labels import Label

    return Label


def test_two_readers_of_one_part_see_the_same_after_a_posting(make_bench: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make_bench()
    page = PartPage(bench.context, bench.shop.item("FLT-OIL-7511"))
    qtbot.addWidget(page)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.panel.overview() is not None, timeout=10000)
    bench.context.bus.publish(stock.post(bench.shop.clerk, uuid4(), {
        "type": "issue", "work_order_id": bench.shop.clone.id("work_order", ORDER),
        "lines": [{"item_id": bench.shop.item("FLT-OIL-7511"), "from_location_id": bench.shop.place("A-03-1-4"),
                   "quantity": 2}],
    })[1])  # fmt: skip
    qtbot.waitUntil(lambda: page.panel.overview().on_hand == Decimal(23), timeout=10000)


def test_a_document_opens_with_its_moves_and_f8_takes_it_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    posted = _issue(bench, 2)
    listed = _show(bench, "stock_documents")
    opened: list[tuple[str, object]] = []
    listed.open_requested.connect(lambda page, args: opened.append((page, args)))
    bench.qtbot.keyClick(listed.grid, Qt.Key.Key_Return)
    assert opened == [("stock_document", posted.document_id)]
    page = StockDocumentPage(bench.context, posted.document_id)
    show(bench.qtbot, page)
    page.refresh()
    bench.qtbot.waitUntil(lambda: page.record is not None, timeout=10000)
    assert page.title() == f"Stock document {posted.number}"
    (move,) = page.body.tables["moves"].model_.lines()
    assert (move.referred["item_id"].code, move.values["quantity"]) == ("FLT-OIL-7511", 2)
    assert not page.save_button.isVisibleTo(page)
    monkeypatch.setattr(document_page.dialogs, "confirm", lambda *_args, **_words: True)
    bench.qtbot.keyClick(page.body, Qt.Key.Key_F8)
    bench.qtbot.waitUntil(lambda: page.other.isVisibleTo(page), timeout=10000)
    assert bench.shop.whole()
    assert bench.shop.on_hand("FLT-OIL-7511") == 25
    assert not page.reverse_button.isVisibleTo(page)
    bench.qtbot.keyClick(page.body, Qt.Key.Key_F8)
    assert bench.shop.value("select count(*) from erp.stock_document where reverses_id is not null") == 1


def test_pasting_over_what_cannot_be_edited_is_one_sentence(bench: Bench) -> None:
    _issue(bench, 2)
    page = _show(bench, "stock_moves")
    QApplication.clipboard().setText("FLT-AIR-7502\tA-03-1-2\t5\nFLT-OIL-7511\tA-03-1-4\t6\n")
    bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert bench.texts() == ["Stock moves: nothing here can be pasted over."]
    assert page.pasting.panel is None


def test_an_empty_view_does_not_blame_a_filter(bench: Bench) -> None:
    page = list_page(bench.context, list_for("shortages"))
    bench.qtbot.addWidget(page)
    page.resize(1294, 680)
    with bench.qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.refresh()
    bench.qtbot.waitUntil(page.grid.empty.isVisible, timeout=10000)
    assert page.grid.empty.sentence.full_text() == "There is nothing here yet."
    bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    bench.qtbot.waitUntil(lambda: page.grid.empty.title.full_text() != "No rows", timeout=10000)
    view = page.views.view(page.views.current)
    assert view is not None and view.condition is not None
    assert page.grid.empty.title.full_text() == f"Nothing in “{view.name}”"
    bench.qtbot.keyClick(page.grid.canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bench.by_hand(page.search, "bearing")
    bench.qtbot.keyClick(page.search, Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: page.grid.empty.title.full_text() == "No rows", timeout=10000)


def test_the_label_of_a_part_names_its_category_in_the_reader_s_language(bench: Bench) -> None:
    part = bench.shop.value("select id from erp.item where code = 'FLT-AIR-7502'")
    category = bench.shop.value(
        "insert into erp.item_category (company_id, org_unit_id, code, name, name_zh)"
        " select company_id, org_unit_id, 'filter', 'Filters', '滤芯' from erp.item where id = %s returning id", part,
    )  # fmt: skip
    bench.shop.value("update erp.item set category_id = %s where id = %s returning id", category, part)
    set_language("zh")
    try:
        assert [tag.detail for tag in stock_rows.tags(bench.shop.clerk, "items", [part])] == ["滤芯"]
    finally:
        set_language("en")
