"""The rows of the clerk's day that the other desk tests leave open, each by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.stock import Level, Mode
from desktop.operations.stock_desk import Place
from desktop.runtime.context import Found
from desktop.views.platform.import_page import ImportPage
from desktop.views.stock import desk_papers
from desktop.views.stock.document_page import StockDocumentPage
from desktop.views.stock.scan_ahead import matching
from tests.rooms import show
from tests.stock_shop import ORDER, PURCHASE
from tests.views.stock.conftest import Bench

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def papers(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """The text of the paper that was shown last."""
    shown: list[str] = []
    monkeypatch.setattr(desk_papers, "open_file", lambda url: shown.append(url.toLocalFile()))
    monkeypatch.setattr(desk_papers.tempfile, "gettempdir", lambda: str(bench.folder))

    def read() -> str:
        bench.qtbot.waitUntil(lambda: bool(shown), timeout=90_000)
        document = pypdfium2.PdfDocument(shown.pop())
        text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
        document.close()
        return text

    return read


def wait_for(bench: Bench, condition: Callable[[], bool]) -> None:
    bench.qtbot.waitUntil(condition, timeout=90_000)


def test_an_issue_is_opened_f8_brings_all_of_it_back_and_a_quantity_less(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-OIL-7511", "FLT-OIL-7511", "FLT-AIR-7502")
    bench.key(Qt.Key.Key_F9)
    bench.scan(bench.texts()[0].split()[0])
    bench.key(Qt.Key.Key_F8)
    assert [line.quantity for line in bench.page.driver.draft.lines] == [1, 2]
    bench.key(Qt.Key.Key_Down)
    bench.type("1")
    bench.key(Qt.Key.Key_Up)
    bench.key(Qt.Key.Key_G, CTRL)
    bench.key(Qt.Key.Key_G, CTRL)
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[-1].startswith("RET-")
    conditions = bench.shop.value(
        "select string_agg(i.code || ' ' || m.quantity::int || ' ' || m.to_condition, ', ' order by i.code desc)"
        " from erp.stock_move m join erp.item i on i.id = m.item_id"
        " join erp.stock_document d on d.id = m.document_id and d.document_type = 'return'"
    )
    assert conditions == "FLT-OIL-7511 1 good, FLT-AIR-7502 1 quarantine"
    assert bench.shop.whole()


def test_parts_of_an_opened_issue_come_back_by_keys(bench: Bench) -> None:
    bench.scan(ORDER, "FLT-OIL-7511", "FLT-OIL-7511")
    bench.key(Qt.Key.Key_F9)
    number = bench.texts()[0].split()[0]
    issue = bench.shop.value("select id from erp.stock_document where number = %s", number)
    page = StockDocumentPage(bench.context, issue)
    bench.qtbot.addWidget(page)
    asked: list[tuple[str, object]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    with bench.qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.refresh()
    wait_for(bench, lambda: page.return_button.isVisibleTo(page))
    bench.qtbot.keyClick(page.body, Qt.Key.Key_R, CTRL)
    ((key, args),) = asked
    assert key == "stock_desk" and bench.page.stands_for(args, None)
    bench.page.activateWindow()
    bench.page.asked_for(args)
    bench.settle()
    bench.key(Qt.Key.Key_F8)
    bench.type("1")
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[-1].startswith("RET-") and bench.shop.on_hand("FLT-OIL-7511") == 24 and bench.shop.whole()


def test_a_counter_issue_is_badge_part_quantity(bench: Bench) -> None:
    bench.scan(bench.shop.value("select badge from erp.engineer"), "SNS-PT100-6")
    assert bench.page.driver.draft.mode is Mode.COUNTER
    bench.type("12")
    bench.key(Qt.Key.Key_F9)
    assert bench.texts()[0].startswith("CTR-") and bench.shop.on_hand("SNS-PT100-6") == 30


def test_typing_a_part_of_a_path_offers_its_bins_and_arrows_choose(bench: Bench) -> None:
    bench.key(Qt.Key.Key_5, CTRL)
    field = bench.page.scan.field
    bench.qtbot.keyClicks(field, "a-03-", delay=40)
    wait_for(bench, lambda: len(bench.page.ahead.offered()) == 4)
    assert [each.code for each in bench.page.ahead.offered()] == ["A-03-1-2", "A-03-1-4", "A-03-2-1", "A-03-2-4"]
    assert QApplication.focusWidget() is field
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Return)
    assert bench.page.driver.draft.from_place is not None
    assert bench.page.driver.draft.from_place[1] == "A-03-1-4" and field.text() == ""
    assert bench.page.ahead.offered() == ()


def test_a_path_is_found_by_words_from_any_part_of_it() -> None:
    def place(number: int, path: str, name: str = "") -> Place:
        return Place(number, path.rsplit(" / ", 1)[-1], name, None, path)

    places = (
        place(1, "SUZ / A / A-05"),
        place(2, "SUZ / B / B-05", "Chemicals"),
        place(3, "NB / A / A-05-1"),
        place(4, "A-05"),
    )
    assert [each.id for each in matching(places, "suz 05")] == [1, 2]
    assert [each.id for each in matching(places, "SUZ/B")] == [2]
    assert [each.id for each in matching(places, "chem")] == [2]
    assert [each.id for each in matching(places, "a-05")] == [4, 3, 1]


def test_enter_takes_what_was_typed_and_esc_closes_the_list_first(bench: Bench) -> None:
    field = bench.page.scan.field
    bench.qtbot.keyClicks(field, "d-01", delay=40)
    wait_for(bench, lambda: bool(bench.page.ahead.offered()))
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.ahead.offered() == () and field.text() == "d-01"
    bench.key(Qt.Key.Key_Escape)
    assert field.text() == ""
    bench.qtbot.keyClicks(field, "d-01", delay=40)
    wait_for(bench, lambda: bool(bench.page.ahead.offered()))
    bench.key(Qt.Key.Key_Return)
    assert bench.feedback().headline == "Unknown code" and bench.feedback().code == "d-01"


def test_parts_and_orders_are_offered_too(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(
        search=lambda typed: [Found("part_stock", 1, "GSK-NBR-120", "NBR gasket"), Found("party", 2, "C-1", "Customer")]
    )
    bench.qtbot.keyClicks(bench.page.scan.field, "nbr", delay=40)
    wait_for(bench, lambda: [each.code for each in bench.page.ahead.offered()] == ["GSK-NBR-120"])
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Return)
    assert bench.page.driver.draft.lines[0].part.code == "GSK-NBR-120"


def test_a_short_part_offers_its_substitute_and_f7_takes_it(bench: Bench) -> None:
    bench.shop.value(
        "insert into erp.item_fit (item_id, model)"
        " select id, '75S' from erp.item where code = 'SEP-OIL-7710' returning id"
    )
    bench.scan(ORDER, "SEP-OIL-7520")
    bench.type("5")
    row = bench.row_of("SEP-OIL-7520")

    def message() -> str:
        found = bench.page.table.rows()[row].message
        return found.text if found is not None else ""

    wait_for(bench, lambda: "Substitute: SEP-OIL-7710, 5 free in A-03-2-4" in message())
    bench.key(Qt.Key.Key_F7)
    assert bench.cell(row, "quantity") == "3"
    assert bench.cell(bench.row_of("SEP-OIL-7710"), "quantity") == "2"
    bench.key(Qt.Key.Key_F9)
    assert bench.shop.on_hand("SEP-OIL-7520") == 0 and bench.shop.on_hand("SEP-OIL-7710") == 3


def test_an_expired_lot_is_told_before_it_leaves(bench: Bench) -> None:
    bench.shop.value("update erp.lot set expires_on = current_date - 1 where code = 'L2608-31' returning id")
    bench.scan(ORDER, "CLN-DEG-05")
    row = bench.row_of("CLN-DEG-05")
    assert bench.page.table.rows()[row].cells["icon"].icon == "triangle-alert"
    assert "Lot L2608-31 expired on" in bench.cell(row, "note") and bench.feedback().level is Level.EXTRA


def test_labels_of_a_receipt_are_one_key_away(bench: Bench, papers: Callable[[], str]) -> None:
    bench.key(Qt.Key.Key_L, CTRL)
    assert bench.feedback().code == "No labels"
    bench.scan(PURCHASE, "FLT-AIR-7502", "GSK-NBR-120", "L2611-77")
    bench.type("2028-03-31")
    bench.key(Qt.Key.Key_F9)
    action = bench.told[1].action
    assert action is not None and action.key == "Ctrl+L"
    bench.key(Qt.Key.Key_L, CTRL)
    text = papers()
    assert "L2611-77" in text and "until 2028-03-31" in text and "20 pc" in text


def test_an_empty_desk_prints_the_hand_over_of_the_day(bench: Bench, papers: Callable[[], str]) -> None:
    bench.scan(ORDER, "FLT-OIL-7511", "FLT-OIL-7511")
    bench.key(Qt.Key.Key_F9)
    number = bench.texts()[0].split()[0]
    bench.key(Qt.Key.Key_P, CTRL)
    text = papers()
    for words in ("Hand-over of the store", "Issue to work order", "189.00", number, ORDER, "Handed over by, date"):
        assert words in text


def test_opening_balances_are_pasted_previewed_and_written(
    bench: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        "物料编码\t库位\t数量\t单价",
        "SNS-PT100-6\tD-01-1-7\t44\t78",
        "NO-SUCH\tD-01-1-7\t5\t1",
        "FLT-AIR-7502\tA-03-1-2\t14\t186",
    )
    QApplication.clipboard().setText("\r\n".join(rows))
    bench.key(Qt.Key.Key_V, CTRL)
    ((key, args),) = bench.opened
    assert key == "import" and args["into"] == "opening_balances"
    page = ImportPage(bench.context, args)
    show(qtbot, page)
    qtbot.waitUntil(lambda: page.checked is not None and not page.busy(), timeout=90_000)
    assert page.checked is not None
    assert [row.verdict for row in page.checked.plan.rows] == ["changed", "rejected", "changed"]
    saved = tmp_path / "rejected.xlsx"
    monkeypatch.setattr(page, "ask_reject_path", lambda source: saved)
    qtbot.keyClick(page.view.table, Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: saved.exists() and not page.busy(), timeout=90_000)
    qtbot.keyClick(page.view.table, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.written and not page.busy(), timeout=90_000)
    assert (bench.shop.on_hand("SNS-PT100-6"), bench.shop.on_hand("FLT-AIR-7502")) == (44, 14)
    assert bench.shop.whole()


def test_one_line_from_the_clipboard_is_typed(bench: Bench) -> None:
    QApplication.clipboard().setText(ORDER)
    bench.key(Qt.Key.Key_V, CTRL)
    assert bench.page.scan.field.text() == ORDER and bench.opened == []
    bench.key(Qt.Key.Key_Return)
    assert len(bench.page.driver.draft.lines) == 8


def test_a_header_without_rows_is_told(bench: Bench) -> None:
    QApplication.clipboard().setText("物料编码\t库位\t数量")
    bench.key(Qt.Key.Key_V, CTRL)
    assert bench.feedback().headline == "Copy the rows with their header in Excel first."
