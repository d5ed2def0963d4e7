"""The grid by keyboard alone: moving, selecting, editing, filling, clearing, taking back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.models.list_edits import State
from desktop.models.selection import Rect
from tests.models.fakes import MillionSource
from tests.widgets.list_world import World, make_world

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = make_world(qtbot, tmp_path)
    yield made
    made.context.work.close()


def place(world: World) -> tuple[int, str]:
    slot = world.grid.slot()
    assert slot is not None
    return world.grid.selection.line, slot.info.key


def test_arrows_home_end_and_pages_move_the_cursor(world: World) -> None:
    world.key(Key.Key_Down)
    world.key(Key.Key_Right)
    assert place(world) == (1, "customer")
    world.key(Key.Key_End)
    assert place(world) == (1, "owner")
    world.key(Key.Key_Home)
    assert place(world) == (1, "number")
    world.key(Key.Key_PageDown)
    assert place(world)[0] == 1 + world.grid.lines_per_page()
    world.key(Key.Key_End, Mod.ControlModifier)
    assert place(world) == (411, "owner")
    world.key(Key.Key_Up, Mod.ControlModifier)
    assert place(world) == (0, "owner")
    world.key(Key.Key_Left, Mod.ControlModifier)
    world.key(Key.Key_Tab)
    assert place(world) == (0, "customer")
    world.key(Key.Key_Backtab, Mod.ShiftModifier)
    assert place(world) == (0, "number")


def test_the_cursor_stays_in_sight_at_the_end_of_a_million_rows(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(qtbot, tmp_path, source=MillionSource())
    world.key(Key.Key_End, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.text(999_999, "number") == "HT-1000000"
    cell = world.grid.canvas.cell_rect(999_999, world.page.columns.slots[-1])
    assert world.grid.canvas.rect().contains(cell.adjusted(0, 0, -cell.width() // 2, 0))
    world.key(Key.Key_PageUp)
    world.key(Key.Key_Home, Mod.ControlModifier)
    assert world.grid.scene.top == 0
    world.context.work.close()


def test_shift_extends_a_rectangle_and_the_footer_adds_it_up(world: World, qtbot: QtBot) -> None:
    world.at(0, "value")
    for _ in range(3):
        world.key(Key.Key_Down, Mod.ShiftModifier)
    world.key(Key.Key_Right, Mod.ShiftModifier)
    rect = world.grid.selection.rect
    assert (rect.lines, rect.columns) == (4, 2)
    footer = world.page.footer
    qtbot.waitUntil(lambda: footer.cells.full_text() == "8 cells")
    values = [world.source.data[n].cells[i] for n in range(4) for i in (7, 8)]
    total = sum((Decimal(str(value)) for value in values), Decimal())
    assert footer.values[0].full_text() == f"{total:,.2f}"
    assert footer.values[1].full_text() == f"{total / 8:,.2f}"
    world.key(Key.Key_Escape)
    assert world.grid.selection.single
    world.key(Key.Key_A, Mod.ControlModifier)
    assert world.grid.selection.rect.lines == 412


def test_typing_edits_and_enter_goes_on_below_while_the_row_is_saved(world: World, qtbot: QtBot) -> None:
    world.at(0, "value")
    world.type("500000.5")
    assert world.grid.editor is not None and world.grid.editor.text() == "500000.5"
    world.key(Key.Key_Return)
    assert place(world) == (1, "value")
    world.settle(qtbot)
    assert world.source.cell(1, "value") == Decimal("500000.50")
    assert world.text(0, "value") == "500,000.50"


def test_a_row_is_saved_when_it_is_left_and_not_before(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    world.type("pumps")
    world.key(Key.Key_Tab)
    assert place(world) == (0, "assets")
    world.type("9")
    world.key(Key.Key_Tab)
    assert "save" not in world.source.log
    qtbot.waitUntil(lambda: world.page.footer.unsaved.label.full_text() == "2 unsaved")
    assert world.page.dirty()
    world.key(Key.Key_Down)
    world.settle(qtbot)
    assert world.source.log.count("save") == 1
    assert (world.source.cell(1, "scope"), world.source.cell(1, "assets")) == ("pumps", 9)
    assert not world.page.dirty()


def test_leaving_the_grid_saves_too(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    world.type("pumps")
    world.key(Key.Key_Tab)
    QTest.keyClick(world.grid.canvas, Key.Key_F, Mod.ControlModifier)
    assert world.page.search.hasFocus()
    world.settle(qtbot)
    assert world.source.cell(1, "scope") == "pumps"


def test_f2_keeps_the_value_and_escape_loses_nothing(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    world.key(Key.Key_F2)
    assert world.grid.editor is not None and world.grid.editor.text() == "compressors"
    world.key(Key.Key_End)
    world.type("!")
    world.key(Key.Key_Escape)
    assert world.grid.editor is None
    assert world.text(0, "scope") == "compressors"
    assert not world.page.dirty()
    assert world.grid.canvas.hasFocus()


def test_nonsense_stays_red_and_focused_until_it_is_mended(world: World, qtbot: QtBot) -> None:
    world.at(0, "value")
    world.type("lots")
    world.key(Key.Key_Return)
    assert world.grid.editor is not None and world.grid.editor.wrong
    assert world.grid.popover.isVisible()
    assert world.grid.popover.title.full_text() == "Value a year not accepted: lots"
    world.grid.editor.clear()
    world.type("12")
    assert not world.grid.popover.isVisible()
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(1, "value") == Decimal("12.00")


def test_what_the_database_refuses_comes_back_red_with_its_reason(world: World, qtbot: QtBot) -> None:
    world.at(3, "discount")
    world.type("18")
    world.key(Key.Key_Return)
    qtbot.waitUntil(lambda: world.page.model.edits.count(State.REJECTED) == 1)
    assert place(world) == (3, "discount"), "the cursor is back at the refused cell"
    assert world.grid.popover.isVisible()
    assert "needs approval" in world.grid.popover.reason.full_text()
    assert world.text(3, "discount") == "18.0\u2009%"
    qtbot.waitUntil(lambda: world.page.footer.rejected.label.full_text() == "1 rejected")
    world.key(Key.Key_Up)
    assert not world.grid.popover.isVisible()
    QTest.keyClick(world.grid.canvas, Key.Key_R, Mod.AltModifier | Mod.ShiftModifier)
    assert place(world) == (3, "discount")
    world.key(Key.Key_F2)
    assert world.grid.editor is not None and world.grid.editor.text() == "18.0\u2009%"
    world.key(Key.Key_Escape)
    world.key(Key.Key_Escape)
    assert world.text(3, "discount") == "3.0\u2009%"
    assert not world.page.dirty()


def test_a_column_that_cannot_be_edited_says_so(world: World) -> None:
    world.at(0, "number")
    world.type("X")
    assert world.grid.editor is None
    assert world.grid.scene.read_only == (0, 0)
    assert world.toasts.said == [("info", "Contract cannot be edited here")]


def test_f4_and_ctrl_d_repeat_what_stands_above(world: World, qtbot: QtBot) -> None:
    world.at(1, "scope")
    world.key(Key.Key_F4)
    world.settle(qtbot)
    assert world.source.cell(2, "scope") == "compressors"
    world.at(0, "scope")
    world.grid.select(Rect(0, 3, 4, 4))
    world.key(Key.Key_D, Mod.ControlModifier)
    world.settle(qtbot)
    assert {world.source.cell(row, "scope") for row in range(1, 6)} == {"compressors"}
    assert {world.source.cell(row, "assets") for row in range(1, 6)} == {4}
    world.key(Key.Key_Z, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.source.cell(3, "scope") == "UPS, cooling", "the fill was one step"
    assert world.source.cell(2, "scope") == "compressors", "the step before it stays"
    world.key(Key.Key_Y, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.source.cell(3, "scope") == "compressors"


def test_ctrl_enter_fills_the_selection_with_the_rules_of_a_single_edit(world: World, qtbot: QtBot) -> None:
    slot = world.page.columns.slot_of("discount")
    assert slot is not None
    world.grid.select(Rect(0, slot.position, 4, slot.position))
    world.type("18")
    QTest.keyClick(world.grid.editor, Key.Key_Return, Mod.ControlModifier)
    qtbot.waitUntil(lambda: world.page.model.edits.count(State.REJECTED) == 5)
    world.grid.select(Rect(0, slot.position, 4, slot.position))
    world.type("12")
    QTest.keyClick(world.grid.editor, Key.Key_Return, Mod.ControlModifier)
    world.settle(qtbot)
    assert {world.source.cell(row, "discount") for row in range(1, 6)} == {Decimal("0.12")}


def test_del_clears_and_respects_what_is_required(world: World, qtbot: QtBot) -> None:
    world.grid.select(Rect(0, 1, 1, 3))
    world.key(Key.Key_Delete)
    world.settle(qtbot)
    assert world.source.cell(1, "scope") == "compressors", "the refused row waits as a whole"
    assert world.page.model.edits.count(State.REJECTED) == 2
    world.at(0, "customer")
    assert world.grid.popover.reason.full_text() == "Customer cannot be empty."
    world.at(5, "scope")
    world.key(Key.Key_Delete)
    world.settle(qtbot)
    assert world.source.cell(6, "scope") is None
    assert world.text(5, "scope") == ""


def test_space_ticks_rows_and_the_ticks_survive_sorting(world: World, qtbot: QtBot) -> None:
    world.at(2, "number")
    world.key(Key.Key_Space)
    world.key(Key.Key_Down)
    world.key(Key.Key_Space)
    assert world.page.selected_ids() == (3, 4)
    QTest.keyClick(world.grid.canvas, Key.Key_Down, Mod.AltModifier | Mod.ShiftModifier)
    world.settle(qtbot)
    assert world.page.selected_ids() == (3, 4)


def test_choices_are_offered_and_taken_by_their_first_letters(world: World, qtbot: QtBot) -> None:
    world.at(0, "type")
    world.type("pre")
    assert world.grid.editor is not None
    assert [found.name for found in world.grid.editor.offered()] == ["Preventive"]
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(1, "type") == "preventive"
    world.at(1, "type")
    world.key(Key.Key_F7)
    assert world.grid.editor is not None and len(world.grid.editor.offered()) == 4
    world.key(Key.Key_Down)
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(2, "type") == "resident"


def test_references_are_looked_up_while_typing(world: World, qtbot: QtBot) -> None:
    world.at(0, "owner")
    world.type("zh")
    editor = world.grid.editor
    assert editor is not None
    qtbot.waitUntil(lambda: [found.code for found in editor.offered()] == ["Zhao Qi"])
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(1, "owner") == "Zhao Qi"


def test_a_date_is_picked_from_a_month_or_typed_short(world: World, qtbot: QtBot) -> None:
    world.at(0, "end")
    world.key(Key.Key_F7)
    assert world.grid.editor is not None and world.grid.editor.month_open()
    world.key(Key.Key_Left)
    world.key(Key.Key_Return)
    assert not world.grid.editor.month_open()
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(1, "end") == date(2027, 2, 27)
    world.at(1, "end")
    world.type("t")
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(2, "end") == date.today()


def test_a_chinese_input_method_composes_into_the_cell(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    assert world.grid.canvas.inputMethodQuery(Qt.InputMethodQuery.ImEnabled)
    QApplication.sendEvent(world.grid.canvas, QInputMethodEvent("kongyaji", []))
    assert world.grid.editor is not None
    assert world.grid.canvas.hasFocus(), "the focus stays while composing, else the method would reset"
    done = QInputMethodEvent("", [])
    done.setCommitString("空压机")
    QApplication.sendEvent(world.grid.canvas, done)
    assert world.grid.editor.text() == "空压机"
    assert world.grid.editor.hasFocus()
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(1, "scope") == "空压机"
    world.at(0, "number")
    assert not world.grid.canvas.inputMethodQuery(Qt.InputMethodQuery.ImEnabled)


def test_a_rectangle_is_copied_with_and_without_headers(world: World) -> None:
    slot = world.page.columns.slot_of("value")
    assert slot is not None
    world.grid.select(Rect(0, slot.position, 1, slot.position + 2))
    world.key(Key.Key_C, Mod.ControlModifier)
    assert QGuiApplication.clipboard().text() == "486000\t317800\t0 %\r\n1248000\t1021300\t1 %\r\n"
    world.key(Key.Key_C, Mod.ControlModifier | Mod.ShiftModifier)
    assert QGuiApplication.clipboard().text().startswith("Value a year ¥\tCost to date ¥\tDiscount\r\n486000")


def test_columns_by_key_move_hide_size_freeze_and_sort(world: World, qtbot: QtBot) -> None:
    columns = world.page.columns
    world.at(0, "type")
    QTest.keyClick(world.grid.canvas, Key.Key_Right, Mod.AltModifier | Mod.ShiftModifier)
    assert columns.shown_keys()[2:4] == ("scope", "type")
    assert place(world)[1] == "type"
    width = columns.slots[3].width
    QTest.keyClick(world.grid.canvas, Key.Key_Equal, Mod.AltModifier)
    assert columns.slots[3].width == width + 16
    QTest.keyClick(world.grid.canvas, Key.Key_0, Mod.ControlModifier)
    assert "type" not in columns.shown_keys()
    QTest.keyClick(world.grid.canvas, Key.Key_Up, Mod.AltModifier | Mod.ShiftModifier)
    world.settle(qtbot)
    assert [each.column for each in world.page.model.query.sort] == ["assets"]
    world.at(0, "scope")
    QTest.keyClick(world.grid.canvas, Key.Key_S, Mod.ControlModifier | Mod.AltModifier)
    world.settle(qtbot)
    assert [each.column for each in world.page.model.query.sort] == ["assets", "scope"]
    QTest.keyClick(world.grid.canvas, Key.Key_F, Mod.ControlModifier | Mod.AltModifier)
    assert columns.frozen == 3


def test_groups_by_key(world: World, qtbot: QtBot) -> None:
    world.at(0, "type")
    QTest.keyClick(world.grid.canvas, Key.Key_G, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.page.model.query.group_by == ("type",)
    world.key(Key.Key_Home, Mod.ControlModifier)
    assert world.grid.current_head() is not None
    lines = world.page.model.map.lines
    world.key(Key.Key_Left)
    assert world.page.model.map.lines < lines
    world.key(Key.Key_Right)
    assert world.page.model.map.lines == lines
    world.key(Key.Key_Return)
    assert world.page.model.map.lines < lines
    world.at(0, "type")
    QTest.keyClick(world.grid.canvas, Key.Key_G, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.page.model.query.group_by == ()


def test_enter_opens_the_record_of_the_row(world: World, qtbot: QtBot) -> None:
    world.at(2, "number")
    with qtbot.waitSignal(world.page.open_requested) as opened:
        world.key(Key.Key_Return)
    assert opened.args == ["contract", 3]


def test_f1_explains_the_column(world: World) -> None:
    world.at(2, "number")
    world.key(Key.Key_F1)
    assert world.page.help_card.isVisible()
    assert world.page.help_card.meaning.full_text() == "Its number."
    world.key(Key.Key_Down)
    assert not world.page.help_card.isVisible()


def test_every_action_has_words_in_both_languages_and_no_key_means_two_things(world: World) -> None:
    keys: dict[str, str] = {}
    for action in world.page.page_actions():
        assert action.text()
        for sequence in action.shortcuts():
            assert sequence.toString() not in keys, f"{action.text()} and {keys.get(sequence.toString())}"
            keys[sequence.toString()] = action.text()
    assert len(keys) > 30
