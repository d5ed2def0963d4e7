"""A messy day of the warehouse clerk in the real window, by real keys: what goes wrong at a counter goes wrong here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QLineEdit

from desktop.domain.stock import Level
from desktop.operations import encryption, keys
from desktop.runtime.keys import Keys
from desktop.tour import hand
from desktop.tour.hand import CTRL
from desktop.views.platform.import_page import ImportPage
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from desktop.views.stock.condition_page import ConditionPage
from desktop.views.stock.document_page import StockDocumentPage
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.attachments_panel import AttachmentsPanel
from desktop.widgets.fields import TextInput
from desktop.widgets.theme import set_language
from tests.scenarios.desk import Desk
from tests.scenarios.town import SECRET, Town
from tests.scenarios.visitor import Visitor
from tests.stock_shop import ORDER

Key, Mods = Qt.Key, Qt.KeyboardModifier


def sit_down(visitor: Visitor, town: Town) -> Desk:
    visitor.log_in(town.user("clerk"), SECRET)
    visitor.go("stock_desk")
    return Desk(visitor)


def pasted(visitor: Visitor, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    visitor.press(Key.Key_V, CTRL)


@pytest.mark.timeout(300)
def test_an_issue_with_every_wrong_key(visitor: Visitor, town: Town) -> None:
    desk, shop = sit_down(visitor, town), town.shop
    desk.scan(ORDER)
    # copied out of a mail: a line end behind it, and full-width signs of a Chinese input method
    pasted(visitor, "FLT-AIR-7502\r\n")
    desk.press(Key.Key_Return)
    assert desk.cell("FLT-AIR-7502", "quantity") == "1"
    pasted(visitor, "ＦＬＴ－ＯＩＬ－７５１１")
    desk.press(Key.Key_Return)
    assert desk.level() is not Level.BAD and desk.cell("FLT-OIL-7511", "quantity") == "1"
    pasted(visitor, "２")
    desk.press(Key.Key_Return)
    assert desk.cell("FLT-OIL-7511", "quantity") == "2"
    # Enter twice, and a scanner that sends carriage return and line feed
    visitor.type("GSK-NBR-120")
    visitor.press(Key.Key_Return, times=2)
    desk.ready()
    hand.scan(visitor.front(), "75MP-20418")
    visitor.press(Key.Key_Return)
    desk.ready()
    assert (desk.cell("GSK-NBR-120", "quantity"), desk.cell("VLV-MPV-75", "quantity")) == ("1", "1")
    # another language in the middle of a number, another tab, a narrow window: nothing is lost
    desk.go_to("GSK-NBR-120")
    visitor.type("3")
    visitor.wait("the digit", lambda: desk.page.scan.field.text() == "3")
    set_language("zh")
    assert desk.page.scan.field.text() == "3" and desk.page.header.title.full_text() == "工单发料"
    set_language("en")
    visitor.go("stock_on_hand")
    visitor.go("stock_desk")
    desk.ready()
    assert desk.page.scan.field.text() == "3" and len(desk.page.driver.draft.filled) == 4
    visitor.press(Key.Key_Escape)
    desk.ready()
    assert desk.page.scan.field.text() == "" and len(desk.page.driver.draft.filled) == 4, "Esc only empties the field"
    # F9 three times is one posting
    before = shop.value("select count(*) from erp.stock_document")
    visitor.press(Key.Key_F9, times=3)
    visitor.wait("the posting", lambda: desk.page.driver.last_posted)
    desk.ready()
    assert shop.value("select count(*) from erp.stock_document") == before + 1
    assert (shop.on_hand("FLT-OIL-7511"), shop.on_hand("GSK-NBR-120")) == (23, 39)
    # the next scan comes while the message of the last posting is up, and goes where it belongs
    assert visitor.window.messages.toasts.toasts()
    desk.scan("SNS-PT100-6")
    assert [line.part.code for line in desk.page.driver.draft.lines] == ["SNS-PT100-6"]


@pytest.mark.timeout(300)
def test_a_digit_before_a_function_key_counts(visitor: Visitor, town: Town) -> None:
    """Typed as fast as two hands are: the shortcut must not overtake the digit that waits for its scan."""
    desk = sit_down(visitor, town)
    desk.scan(ORDER, "GSK-NBR-120")
    visitor.type("4")
    visitor.press(Key.Key_K, CTRL)
    visitor.wait("the palette", visitor.window.palette_popup.isVisible)
    visitor.calm()
    assert visitor.window.palette_popup.input.text() == "", "the digit went into the palette"
    visitor.press(Key.Key_Escape)
    visitor.focused_in(desk.page.scan.field)
    assert desk.page.scan.field.text() == "4"


@pytest.mark.timeout(300)
def test_the_quantity_is_seen_in_the_narrowest_window(visitor: Visitor, town: Town) -> None:
    desk = sit_down(visitor, town)
    desk.scan(ORDER, "FLT-AIR-7502")
    table, window = desk.page.table, visitor.window
    for size in (QSize(960, 560), QSize(1366, 768)):
        window.resize(size)
        visitor.wait("the size", lambda size=size: window.size() == size)
        visitor.calm()
        cell = table.cell_rect(0, "quantity")
        assert cell.left() > 0 and cell.right() < table.viewport().width(), f"cut at {size.width()}"
    assert desk.page.order.isVisible()


@pytest.mark.timeout(300)
def test_three_hundred_lines_of_a_chinese_sheet(visitor: Visitor, town: Town) -> None:
    sit_down(visitor, town)
    rows = [f"ＰＡＲＴ－{1 + n % 3:03}\tＡ－０{1 + n % 3}\t{n + 1} \t１２．５" for n in range(300)]
    visitor.copied("物料编码\t库位\t数量（个）\t单价（元）", *rows)
    visitor.press(Key.Key_V, CTRL)
    page = visitor.page(ImportPage)
    visitor.wait("the preview", lambda: page.checked is not None and not page.busy())
    assert page.checked is not None
    plan = page.checked.plan
    assert len(plan.rows) == 300
    known = {(row.shown["item_id"], row.shown["location_id"]) for row in plan.rows}
    assert known == {(f"PART-00{n}", f"A-0{n}") for n in (1, 2, 3)}
    assert [row.verdict for row in plan.rows[:4]] == ["new", "new", "new", "rejected"], "the fourth repeats the first"


@pytest.fixture
def sealed(town: Town, tmp_path: Path) -> Iterator[Keys]:
    """The company has a key for its files, and this workstation has it."""
    store = Keys(tmp_path / "keys.json")
    before = encryption.use_keys(store)
    keys.create(town.shop.clone.owner, store)
    yield store
    encryption.use_keys(before)


def copied_file(*paths: Path) -> None:
    given = QMimeData()
    given.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QGuiApplication.clipboard().setMimeData(given)


def names(panel: AttachmentsPanel) -> list[str]:
    return [file.file_name for file in panel.table.files()]


@pytest.mark.timeout(300)
def test_a_copied_file_becomes_one_of_the_record(visitor: Visitor, town: Town, sealed: Keys, tmp_path: Path) -> None:
    """Ctrl+V with a delivery note copied in the file manager, wherever in the form the keys are."""
    note = tmp_path / "送货单.pdf"
    note.write_bytes(b"%PDF-1.4 note")
    desk = sit_down(visitor, town)
    encryption.use_keys(sealed)
    desk.scan(ORDER, "FLT-AIR-7502")
    desk.post()
    visitor.list("stock_documents")
    visitor.press(Key.Key_Return)
    document = visitor.page(StockDocumentPage)
    visitor.wait("its files", document.files.takes_files)
    copied_file(note)
    visitor.press(Key.Key_V, CTRL)
    visitor.wait("the file", lambda: names(document.files) == ["送货单.pdf"])


@pytest.mark.timeout(300)
def test_a_field_has_no_use_for_a_file(visitor: Visitor, town: Town, sealed: Keys, tmp_path: Path) -> None:
    """With the keys in a text, what was copied in the file manager goes to the record, not as a path into the text."""
    offer = tmp_path / "报价.pdf"
    offer.write_bytes(b"%PDF-1.4 offer")
    visitor.log_in(town.user("buyer"), SECRET)
    encryption.use_keys(sealed)
    visitor.list("purchase_orders")
    visitor.press(Key.Key_Return)
    order = visitor.page(PurchaseOrderPage)
    visitor.wait("its files", order.files.takes_files)

    def writing() -> QLineEdit | None:
        focus = visitor.window.focusWidget()
        return focus if isinstance(focus, TextInput) and order.body.isAncestorOf(focus) else None

    for _ in range(40):
        if writing() is None:
            visitor.press(Key.Key_Tab)
    field = visitor.wait("a text with the keys", writing)
    said = field.text()
    copied_file(offer)
    visitor.press(Key.Key_V, CTRL)
    visitor.wait("the file", lambda: names(order.files) == ["报价.pdf"])
    assert field.text() == said
    visitor.calm()
    QGuiApplication.clipboard().setText("quick")
    visitor.press(Key.Key_V, CTRL)
    assert "quick" in field.text(), "a text is still the field's"
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(picture)
    visitor.press(Key.Key_V, CTRL)
    visitor.wait("the picture", lambda: len(names(order.files)) == 2)
    visitor.calm()


@pytest.mark.timeout(300)
def test_a_question_is_asked_on_in_the_other_language(visitor: Visitor, town: Town) -> None:
    visitor.log_in(town.user("manager"), SECRET)
    page = visitor.list("reservations")
    visitor.press(Key.Key_F9)
    strip = visitor.wait("the question", lambda: next((s for s in page.findChildren(AskStrip) if s.isVisible()), None))
    visitor.press(Key.Key_Tab)
    visitor.press(Key.Key_Tab)
    visitor.type("urgent")
    visitor.wait("the words", lambda: strip.answers()["reason"] == "urgent")
    assert strip.take.text() == "Give to this order"
    set_language("zh")
    assert strip.take.text() != "Give to this order" and strip.editors["reason"].accessibleName() == "原因"
    assert strip.answers()["reason"] == "urgent"
    set_language("en")


@pytest.mark.timeout(300)
def test_a_scanned_bin_is_where_it_goes(visitor: Visitor, town: Town) -> None:
    """A label scanned over the page used to open the bin's own page, and the line feed behind it to post."""
    sit_down(visitor, town)
    visitor.list("stock_on_hand")
    page = visitor.window.current_page()
    assert page is not None
    visitor.window.open("stock_condition", {"values": {"balances": [
        town.shop.value("select id from erp.stock_balance where item_id = %s", town.shop.item("SNS-PT100-6"))
    ]}})  # fmt: skip
    condition = visitor.page(ConditionPage)
    visitor.focused_in(condition.reason)
    visitor.type("wet")
    visitor.wait("the words", lambda: condition.reason.text() == "wet")
    before = town.shop.value("select count(*) from erp.stock_document")
    visitor.scan("A-03-1-4")
    visitor.press(Key.Key_Return)
    visitor.wait("the bin", lambda: condition.place.value() is not None)
    visitor.calm()
    assert visitor.window.current_page() is condition
    assert town.shop.value("select count(*) from erp.stock_document") == before, "the line feed posted it"
    visitor.scan("SNS-PT100-6")
    visitor.wait("the reason", condition.place_field.is_wrong)
    visitor.press(Key.Key_F9)
    visitor.wait("the posting", lambda: town.shop.value("select count(*) from erp.stock_document") == before + 1)
