"""The grid by mouse: selecting, sorting, sizing, moving, opening, filtering, menus, tooltips, wheel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.grid_columns import CHECK_WIDTH
from tests.models.fakes import MillionSource
from tests.widgets.list_world import World, make_world

LEFT, Mod = Qt.MouseButton.LeftButton, Qt.KeyboardModifier


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = make_world(qtbot, tmp_path)
    yield made
    made.context.work.close()


def head(world: World, key: str, *, edge: bool = False) -> QPoint:
    slot = world.page.columns.slot_of(key)
    assert slot is not None
    left = world.page.columns.left(slot)
    return QPoint(left + slot.width - 1 if edge else left + slot.width // 2, 14)


def drag(widget: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, LEFT, Mod.NoModifier, start)
    for step in range(1, 6):
        QTest.mouseMove(widget, start + (end - start) * step / 5)
    QTest.mouseRelease(widget, LEFT, Mod.NoModifier, end)


def test_a_drag_selects_a_rectangle_and_shift_click_extends_it(world: World) -> None:
    drag(world.grid.canvas, world.point(2, "value"), world.point(5, "cost"))
    rect = world.grid.selection.rect
    assert (rect.top, rect.bottom, rect.columns) == (2, 5, 2)
    QTest.mouseClick(world.grid.canvas, LEFT, Mod.ShiftModifier, world.point(8, "discount"))
    rect = world.grid.selection.rect
    assert (rect.top, rect.bottom, rect.columns) == (2, 8, 3)


def test_a_click_on_the_box_ticks_the_row_and_on_the_head_all(world: World, qtbot: QtBot) -> None:
    y = world.point(3, "number").y()
    QTest.mouseClick(world.grid.canvas, LEFT, Mod.NoModifier, QPoint(CHECK_WIDTH // 2, y))
    assert world.page.selected_ids() == (4,)
    assert world.grid.check_state() is Qt.CheckState.PartiallyChecked
    QTest.mouseClick(world.grid.header, LEFT, Mod.NoModifier, QPoint(CHECK_WIDTH // 2, 14))
    assert not world.grid.selection.checked
    QTest.mouseClick(world.grid.header, LEFT, Mod.NoModifier, QPoint(CHECK_WIDTH // 2, 14))
    world.settle(qtbot)
    assert len(world.page.selected_ids()) == 412


def test_clicks_on_the_head_sort_by_one_column_and_with_ctrl_by_several(world: World, qtbot: QtBot) -> None:
    QTest.mouseClick(world.grid.header, LEFT, Mod.NoModifier, head(world, "type"))
    world.settle(qtbot)
    QTest.mouseClick(world.grid.header, LEFT, Mod.ControlModifier, head(world, "value"))
    world.settle(qtbot)
    QTest.mouseClick(world.grid.header, LEFT, Mod.ControlModifier, head(world, "value"))
    world.settle(qtbot)
    assert world.grid.sort_of("type") == (1, False, True)
    assert world.grid.sort_of("value") == (2, True, True)
    first, second = world.row(0).row.cells, world.row(1).row.cells
    number = world.page.model.infos.index(world.page.columns.info("value"))
    assert first[number] >= second[number]  # type: ignore[operator]
    QTest.mouseClick(world.grid.header, LEFT, Mod.NoModifier, head(world, "value"))
    world.settle(qtbot)
    assert world.page.model.query.sort == ()


def test_the_cursor_stays_on_its_row_when_the_order_changes(world: World, qtbot: QtBot) -> None:
    world.at(300, "number")
    world.settle(qtbot)
    row = world.row(300).row.id
    QTest.mouseClick(world.grid.header, LEFT, Mod.NoModifier, head(world, "number"))
    world.settle(qtbot)
    shown = world.grid.current()
    assert shown is not None and shown.row.id == row


def test_an_edge_sizes_a_column_and_a_double_click_fits_it(world: World) -> None:
    width = world.page.columns.slot_of("customer").width  # type: ignore[union-attr]
    edge = head(world, "customer", edge=True)
    drag(world.grid.header, edge, edge + QPoint(40, 0))
    slot = world.page.columns.slot_of("customer")
    assert slot is not None and slot.width == width + 40
    QTest.mouseDClick(world.grid.header, LEFT, Mod.NoModifier, head(world, "customer", edge=True))
    slot = world.page.columns.slot_of("customer")
    assert slot is not None and 130 < slot.width < width


def test_a_column_is_dragged_to_another_place(world: World) -> None:
    drag(world.grid.header, head(world, "scope"), head(world, "start") + QPoint(40, 0))
    keys = world.page.columns.shown_keys()
    assert keys.index("scope") == keys.index("start") + 1
    assert world.page.model.query.sort == (), "a drag is no click"


def test_a_double_click_edits_or_opens(world: World, qtbot: QtBot) -> None:
    QTest.mouseDClick(world.grid.canvas, LEFT, Mod.NoModifier, world.point(1, "scope"))
    assert world.grid.editor is not None
    world.key(Qt.Key.Key_Escape)
    with qtbot.waitSignal(world.page.open_requested) as opened:
        QTest.mouseDClick(world.grid.canvas, LEFT, Mod.NoModifier, world.point(1, "number"))
    assert opened.args == ["contract", 2]


def test_a_click_elsewhere_takes_what_was_typed(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    world.type("pumps")
    QTest.mouseClick(world.grid.canvas, LEFT, Mod.NoModifier, world.point(4, "scope"))
    world.settle(qtbot)
    assert world.source.cell(1, "scope") == "pumps"
    world.at(0, "value")
    world.type("many")
    QTest.mouseClick(world.grid.canvas, LEFT, Mod.NoModifier, world.point(4, "scope"))
    assert world.grid.editor is not None and world.grid.selection.line == 0, "a refused value keeps the focus"


def test_the_wheel_scrolls_by_three_rows_and_shift_sideways(world: World) -> None:
    def turn(modifiers: Qt.KeyboardModifier) -> None:
        at = QPointF(world.point(2, "value"))
        event = QWheelEvent(
            at, world.grid.canvas.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, modifiers,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(world.grid.canvas, event)

    turn(Mod.NoModifier)
    assert world.grid.scene.top == 72
    world.page.columns.resize("note", 400)
    world.page.columns.set_hidden("note", False)
    turn(Mod.ShiftModifier)
    assert world.page.columns.scroll_x > 0


def test_the_scroll_bar_reaches_the_last_of_a_thousand_million_rows(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(qtbot, tmp_path, source=MillionSource(1_000_000_000))
    bar = world.grid.vertical
    bar.setValue(bar.maximum())
    world.settle(qtbot)
    assert world.text(999_999_999, "number") == "HT-1000000000"
    bottom = world.grid.model.map.top(1_000_000_000) - world.grid.scene.top
    assert bottom == world.grid.canvas.height()
    bar.setValue(bar.maximum() // 2)
    world.settle(qtbot)
    middle = world.grid.model.map.line_at(world.grid.scene.top)
    assert abs(middle - 500_000_000) < 100
    world.context.work.close()


def test_a_cut_text_is_whole_in_its_tooltip(world: World) -> None:
    world.page.columns.resize("customer", 60)
    at = world.point(1, "customer")
    event = QHelpEvent(QEvent.Type.ToolTip, at, world.grid.canvas.mapToGlobal(at))
    QApplication.sendEvent(world.grid.canvas, event)
    assert QToolTip.text() == "Donggang Terminal"
    at = world.point(1, "type")
    QApplication.sendEvent(world.grid.canvas, QHelpEvent(QEvent.Type.ToolTip, at, world.grid.canvas.mapToGlobal(at)))
    assert world.grid.canvas._tip_text(1, world.page.columns.slot_of("type")) == ""  # type: ignore[arg-type]


def test_a_number_is_never_cut_its_column_grows(world: World, qtbot: QtBot) -> None:
    world.page.columns.columns = [
        type(each)(each.key, 50 if each.key == "value" else each.width, each.hidden, False)
        for each in world.page.columns.columns
    ]
    world.page.model.refresh()
    world.settle(qtbot)
    slot = world.page.columns.slot_of("value")
    assert slot is not None and slot.width > 80


def test_groups_fold_by_click(world: World, qtbot: QtBot) -> None:
    world.page.set_groups(("class",))
    world.settle(qtbot)
    lines = world.page.model.map.lines
    QTest.mouseClick(world.grid.canvas, LEFT, Mod.NoModifier, QPoint(200, 10))
    assert world.page.model.map.lines < lines


def test_the_context_menus_hold_the_same_actions_as_the_keys(world: World) -> None:
    for menu in (world.page.menus.cell(), world.page.menus.head()):
        actions = [action for action in menu.actions() if not action.isSeparator()]
        known = (*world.page.commands.actions.values(), *world.page.named.values())
        assert len(actions) > 8
        assert all(action in known for action in actions)
        menu.deleteLater()


def test_the_value_filter_offers_values_with_counts(world: World, qtbot: QtBot) -> None:
    slot = world.page.columns.slot_of("type")
    assert slot is not None
    box = QPoint(world.page.columns.left(slot) + slot.width - 12, 14)
    QTest.mouseClick(world.grid.filters, LEFT, Mod.NoModifier, box)
    popup = next(child for child in world.page.window().children() if type(child).__name__ == "ValueFilter")
    qtbot.waitUntil(lambda: len(popup.list.values) == 4)  # type: ignore[attr-defined]
    assert dict(popup.list.values)["resident"] == 36  # type: ignore[attr-defined]
    search = popup.search  # type: ignore[attr-defined]
    QTest.keyClicks(search, "res")
    qtbot.waitUntil(lambda: len(popup.list.values) == 1)  # type: ignore[attr-defined]
    QTest.keyClick(search, Qt.Key.Key_Return)
    world.settle(qtbot)
    assert world.page.model.map.lines == 36
    assert world.grid.filters.text("type") == "Resident"
    QTest.mouseClick(world.grid.filters, LEFT, Mod.NoModifier, box)
    world.settle(qtbot)
    assert world.page.model.map.lines == 412, "the cross in the field clears it"
    assert not world.grid.filter_active()


def test_no_menu_is_left_behind(world: World, qtbot: QtBot) -> None:
    world.page.menus.show_group()
    menus = [child for child in world.page.findChildren(QMenu) if child.isVisible()]
    assert len(menus) == 1
    menus[0].close()
    qtbot.waitUntil(lambda: not [m for m in world.page.findChildren(QMenu) if m.isVisible()])
