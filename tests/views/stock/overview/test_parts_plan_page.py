"""Parts demand by week by its keys: the record, its causes, requisitions, the workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.views.stock.parts_plan_page import PartsPlanPage
from desktop.widgets.theme import set_language
from tests.form_fixtures import Room, one
from tests.rooms import show

RoomOf = Callable[[str], Room]


def shown(qtbot: QtBot, page: PartsPlanPage) -> PartsPlanPage:
    show(qtbot, page)
    page.refresh()
    qtbot.waitUntil(lambda: page.current() is not None, timeout=20_000)
    page.table.setFocus()
    return page


def settled(qtbot: QtBot, page: PartsPlanPage) -> None:
    qtbot.waitUntil(lambda: bool(page.shown_sources()), timeout=10_000)


def test_the_record_follows_the_cursor(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, PartsPlanPage(room_of("manager").context))
    assert all(each.net > 0 for each in page.items())
    qtbot.keyClick(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert any(each.net == 0 for each in page.items())
    first = page.current()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    second = page.current()
    assert first is not None and second is not None and first.key != second.key
    assert second.code in page.record_title.text()
    figures = [row.cells["figure"].text for row in page.record.rows()]
    assert figures[0] == "Gross demand" and len(figures) == 6
    before = page.current_week()
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    week = page.current_week()
    assert before is not None and week is not None and (week - before).days == 7
    for number, cell in enumerate(second.weeks):
        if str(number) in page.record.rows()[2].cells:
            shown_text = page.record.rows()[2].cells[str(number)].text.replace(",", "")
            assert float(shown_text) == float(cell.projected)


def test_enter_shows_what_causes_it_and_opens_it(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, PartsPlanPage(room_of("manager").context))
    asked: list[tuple[str, object]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    settled(qtbot, page)
    item = page.current()
    assert item is not None
    wanted = sum(each.quantity for each in page.shown_sources() if each.way == "out")
    assert wanted == item.gross
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is page.sources
    qtbot.keyClick(page.sources, Qt.Key.Key_Home)
    qtbot.keyClick(page.sources, Qt.Key.Key_Return)
    first = page.shown_sources()[0]
    kinds = {"order": "work_order", "visit": "contract", "purchase": "purchase_order", "requisition": "requisition"}
    assert asked == [(kinds[first.kind], first.source_id)]
    qtbot.keyClick(page.sources, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.table


def test_f9_asks_for_what_lacks_once(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("manager")
    page = shown(qtbot, PartsPlanPage(room.context))
    count = "select count(*) from erp.requisition where origin = 'plan'"
    before = one(owner, count)
    qtbot.keyClick(page.table, Qt.Key.Key_End)
    for _ in range(12):
        qtbot.keyClick(page.table, Qt.Key.Key_Right)
    item = page.current()
    assert item is not None and item.release_until(item.weeks[-1].week) > 0
    qtbot.keyClick(page.table, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: any("REQ" in said or "PR" in said for _, said, _ in room.toasts), timeout=20_000)
    assert one(owner, count) == before + 1
    qtbot.waitUntil(lambda: item.key not in {each.key for each in page.items()}, timeout=20_000)
    lines = one(
        owner,
        "select sum(l.quantity) from erp.requisition_line l join erp.requisition r on r.id = l.requisition_id"
        " where r.origin = 'plan' and l.item_id = :item",
        item=item.item_id,
    )
    assert lines == item.release_until(item.weeks[-1].week)


def test_space_and_ctrl_a_choose(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, PartsPlanPage(room_of("manager").context))
    first = page.current()
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert [each.key for each in page.asked()] == [first.key if first else None]
    for _ in range(12):
        qtbot.keyClick(page.table, Qt.Key.Key_Right)
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert page.asked() == page.items()
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.asked()) == 1, "the one at the cursor"


def test_who_may_not_order_looks(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, PartsPlanPage(room_of("planner").context))
    assert not page.ask_button.isVisible()
    assert not any(key == "F9" for key, _ in page.key_hints())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_is_what_is_shown(
    qtbot: QtBot, room_of: RoomOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    room = room_of("manager")
    set_language("zh" if language == "zh" else "en")
    page = shown(qtbot, PartsPlanPage(room.context))
    path = tmp_path / "plan.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
    qtbot.keyClick(page.table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(room.toasts), timeout=10_000)
    sheet = load_workbook(path).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 6 * len(page.items())
    item = page.items()[0]
    assert rows[1][0] == item.code and rows[1][6] == ("毛需求" if language == "zh" else "Gross demand")
    assert [float(str(cell)) for cell in rows[1][7:]] == [float(each.gross) for each in item.weeks]


def test_the_horizon_is_chosen_by_keys(qtbot: QtBot, room_of: RoomOf) -> None:
    page = shown(qtbot, PartsPlanPage(room_of("manager").context))
    qtbot.keyClick(page, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    popup = page.horizon.view()
    qtbot.waitUntil(popup.isVisible, timeout=5_000)
    qtbot.keyClick(popup, Qt.Key.Key_End)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: (page.current() is not None) and len(page.items()[0].weeks) == 26, timeout=20_000)
    assert page.state()["weeks"] == 26
