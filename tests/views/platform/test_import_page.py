"""The import screen with real keys, clicks and drops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from desktop.widgets.theme import set_language
from tests.exchange.test_profiles import write as write_folder
from tests.views.platform.conftest import Desk

Sit = Callable[..., Desk]
HEAD = "物料编码,库位,批号,数量,单价,备注\n"


def write(path: Path, rows: str, head: str = HEAD) -> Path:
    path.write_bytes((head + rows).encode("gbk"))
    return path


def key(desk: Desk, wanted: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    desk.qtbot.keyClick(desk.page.view.table, wanted, modifier)
    desk.settle()


def on_hand(desk: Desk, item: str, place: str) -> object:
    query = text(
        "select coalesce(sum(b.quantity), 0) from erp.stock_balance b join erp.item i on i.id = b.item_id"
        " join erp.stock_location l on l.id = b.location_id where i.code = :item and l.code = :place"
        " and b.condition = 'good' and b.owner_id is null"
    )
    with desk.database.read() as session:
        return session.execute(query, {"item": item, "place": place}).scalar()


def verdicts(desk: Desk) -> list[str]:
    assert desk.page.checked is not None
    return [row.verdict for row in desk.page.checked.plan.rows]


def test_a_file_is_previewed_mended_and_written(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down()
    before = on_hand(desk, "SNS-PT100-6", "D-01-1-7")
    desk.open(
        write(
            tmp_path / "opening.csv",
            "RLY-MY4-24,D-03-2-5,,500,22,\nSNS-PT1O0-6,D-01-1-7,,420,78,\nBLT-XPB-2360,A-04-1-2,,x,126,\n",
        )
    )
    page = desk.page
    assert page.prepared is not None and page.prepared.target.key == "opening_balances"
    assert verdicts(desk) == ["changed", "rejected", "rejected"]
    assert page.view.write.text() == "Write 1 valid row" and page.view.filter.current() == "all"
    assert page.title() == "Import: Opening balances" and page.dirty()
    assert page.view.table.hasFocus()

    key(desk, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert page.view.table.row().number == 3  # type: ignore[union-attr]
    QTest.mouseClick(page.view.side.cards[0].use, Qt.MouseButton.LeftButton)
    desk.settle()
    assert verdicts(desk) == ["changed", "changed", "rejected"]

    key(desk, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    key(desk, Qt.Key.Key_F2)
    editor = page.view.table.editor
    assert editor is not None and editor.text() == "x"
    QTest.keyClicks(editor, "300")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    desk.settle()
    assert verdicts(desk) == ["changed", "changed", "changed"]

    assert on_hand(desk, "SNS-PT100-6", "D-01-1-7") == before
    key(desk, Qt.Key.Key_F9)
    assert on_hand(desk, "SNS-PT100-6", "D-01-1-7") == 420
    assert on_hand(desk, "BLT-XPB-2360", "A-04-1-2") == 300
    assert desk.toasts.said == [("success", "3 rows imported", "0 new, 3 changed")]
    assert desk.published and desk.published[0].touches("stock_balance")
    assert page.written and not page.dirty() and not page.view.write.isEnabled()


def test_a_row_that_is_left_out_is_not_written(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down()
    before = on_hand(desk, "FUS-NH00-63", "D-02-1-4")
    desk.open(write(tmp_path / "o.csv", "FUS-NH00-63,D-02-1-4,,900,11.5,\nLMP-LED-24V,D-03-2-2,,800,8.6,\n"))
    key(desk, Qt.Key.Key_Delete)
    assert desk.page.view.write.text() == "Write 1 valid row"
    key(desk, Qt.Key.Key_F9)
    assert on_hand(desk, "FUS-NH00-63", "D-02-1-4") == before
    assert on_hand(desk, "LMP-LED-24V", "D-03-2-2") == 800


def test_the_filter_shows_only_what_needs_a_look(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down()
    desk.open(write(tmp_path / "o.csv", "TRM-BLK-4,D-01-4-2,,900,2.1,\nTRM-BLK-9,D-01-4-2,,1,1,\n"))
    segments = [button for button in desk.page.view.filter.children() if hasattr(button, "segment")]
    rejected = next(button for button in segments if button.segment.key == "rejected")
    QTest.mouseClick(rejected, Qt.MouseButton.LeftButton)
    assert [row.number for row in desk.page.view.table.rows] == [3]
    assert rejected.text() == "Rejected 1"


def test_the_reject_sheet_holds_the_rows_with_their_reasons(
    sit_down: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sit_down()
    desk.open(write(tmp_path / "o.csv", "TRM-BLK-4,D-01-4-2,,x,2.1,note\nRLY-MY4-24,D-03-2-5,,900,22,\n"))
    target = tmp_path / "rejected.xlsx"
    monkeypatch.setattr(desk.page, "ask_reject_path", lambda source: target)
    key(desk, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    sheet = openpyxl.load_workbook(target).active
    assert [cell.value for cell in sheet[2]][:6] == ["TRM-BLK-4", "D-01-4-2", None, "x", "2.1", "note"]
    assert "This is not a number." in str(sheet.cell(2, 7).value)
    assert desk.toasts.said[-1][1] == "1 rejected row saved"


def test_a_column_is_mapped_by_hand_and_remembered(sit_down: Sit, tmp_path: Path) -> None:
    path = write(tmp_path / "o.csv", "TRM-BLK-4,D-01-4-2,901\n", head="Artikel,Lagerplatz,Menge\n")
    desk = sit_down("steward", {"into": "opening_balances"})
    desk.open(path)
    assert "No column is mapped to" in desk.page.view.footer.reason()
    for place, field in ((0, "item_id"), (1, "location_id"), (2, "quantity")):
        menu = desk.page.view.mapping_bar.menu(place)
        label = desk.page.prepared.field(field).label  # type: ignore[union-attr]
        action = next(each for each in menu.actions() if each.text().removesuffix(" *") == label)
        action.trigger()
        desk.settle()
    assert verdicts(desk) == ["changed"] and desk.page.view.footer.reason() == ""
    key(desk, Qt.Key.Key_F9)
    again = sit_down("steward", {"into": "opening_balances"})
    again.open(path)
    assert verdicts(again) == ["same"]


def test_another_target_is_chosen_for_the_same_file(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down("steward")
    desk.open(write(tmp_path / "i.csv", "SEEN-1,Seal,pc\n", head="code,name,uom\n"))
    assert desk.page.prepared is not None and desk.page.prepared.target.key == "items"
    select = desk.page.view.source_bar.target
    select.setFocus()
    select.setCurrentIndex(select.findData("stock_locations"))
    select.activated.emit(select.currentIndex())
    desk.settle()
    assert desk.page.prepared.target.key == "stock_locations"
    assert verdicts(desk) == ["rejected"]


def test_a_dropped_file_opens(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down()
    path = write(tmp_path / "o.csv", "TRM-BLK-4,D-01-4-2,,902,2.1,\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    for kind, at in ((QDragEnterEvent, QPoint(100, 100)), (QDropEvent, QPointF(100, 100))):
        copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(desk.page, kind(at, copy, data, left, plain))
    desk.settle()
    assert desk.page.view.source_bar.file_name.full_text() == "o.csv"
    assert "GBK" in desk.page.view.source_bar.form.full_text()


def test_a_broken_file_is_a_message_and_nothing_else(sit_down: Sit, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    desk = sit_down()
    desk.open(path)
    assert "damaged" in desk.page.view.footer.reason()
    assert desk.page.prepared is None and not desk.page.view.write.isEnabled()


def test_what_the_job_may_not_import_is_said(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down("clerk")
    desk.open(write(tmp_path / "i.csv", "NOT-MINE,Seal\n", head="code,name\n"))
    assert desk.page.view.footer.reason() and not desk.page.view.write.isEnabled()


def test_escape_stops_the_work_then_drops_the_file(sit_down: Sit, tmp_path: Path) -> None:
    rows = "".join(f"TRM-BLK-4,D-01-4-2,L{n},1,1,\n" for n in range(4000))
    desk = sit_down()
    desk.page.open_path(write(tmp_path / "big.csv", rows))
    assert desk.page.busy()
    QTest.keyClick(desk.page, Qt.Key.Key_Escape)
    desk.settle()
    assert desk.page.view.footer.reason() == "Cancelled. Nothing was written."
    desk.open(write(tmp_path / "small.csv", "TRM-BLK-4,D-01-4-2,,903,2.1,\n"))
    QTest.keyClick(desk.page, Qt.Key.Key_Escape)
    assert desk.page.prepared is None and not desk.page.dirty()


def test_a_folder_by_profile_is_the_owner_s(sit_down: Sit, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pdm")
    clerk = sit_down("clerk")
    clerk.page.open_folder(folder)
    clerk.settle()
    assert "Only the owner" in clerk.page.view.footer.reason() and not clerk.page.view.write.isEnabled()


def test_the_owner_imports_a_folder_by_profile(sit_down: Sit, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pdm")
    owner = sit_down(None)
    owner.page.open_folder(folder)
    owner.settle()
    assert owner.page.outcome is not None and owner.page.outcome.new["work_orders"] == 2
    QTest.keyClick(owner.page, Qt.Key.Key_F9)
    owner.settle()
    assert owner.page.outcome.written and owner.toasts.said[-1][1] == "pdm imported"
    QTest.keyClick(owner.page, Qt.Key.Key_Escape)
    assert owner.page.profile is None


def test_the_screen_speaks_chinese_at_once(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down()
    desk.open(write(tmp_path / "o.csv", "TRM-BLK-4,D-01-4-2,,x,2.1,\n"))
    set_language("zh")
    QApplication.processEvents()
    page = desk.page
    assert page.title() == "导入：期初库存" and page.view.rejects.text() == "导出被拒行"
    assert page.checked is not None and "不是有效数字" in page.checked.plan.faults()[0].fault.text()
    assert page.view.side.cards[0].out.text() == "不导入"


def test_every_control_has_a_name_for_a_screen_reader(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down()
    desk.open(write(tmp_path / "o.csv", "TRM-BLK-4,D-01-4-2,,904,2.1,\n"))
    view = desk.page.view
    buttons = [view.choose, view.choose_folder, view.again, view.cancel, view.rejects, view.write]
    for control in (*buttons, *view.mapping_bar.buttons, view.source_bar.target, view.table):
        assert control.accessibleName()
    texts = {action.text() for action in desk.page.page_actions()}
    assert {"Write the valid rows", "Reject sheet", "Next rejected"} <= texts
