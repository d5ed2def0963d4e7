"""Actions over more rows than a list has loaded: every selected row or none, and how many is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.widgets import grid_view
from desktop.widgets.grid_columns import CHECK_WIDTH
from tests.models.fakes import ContractSource
from tests.widgets.list_world import World, make_world

Key, Mod = Qt.Key, Qt.KeyboardModifier
ACT = Mod.ControlModifier | Mod.ShiftModifier


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> World:
    return make_world(qtbot, tmp_path, source=ContractSource(1312))


def test_ctrl_a_and_an_action_reach_every_row_of_the_list(world: World, qtbot: QtBot) -> None:
    world.at(0, "number")
    world.key(Key.Key_A, Mod.ControlModifier)
    assert len(world.page.selected_ids()) < 1312, "otherwise this proves nothing"
    with qtbot.waitSignal(world.page.action_requested) as asked:
        QTest.keyClick(world.grid.canvas, Key.Key_R, ACT)
    assert asked.args == ["renew", tuple(row.id for row in world.source._rows(world.page.model.loaded))]
    assert world.toasts.said[-1][:2] == ("info", "Working on 1,312 rows")
    world.context.work.close()


def test_a_folded_group_stands_for_its_rows(world: World, qtbot: QtBot) -> None:
    world.page.toggle_group("type")
    world.settle(qtbot)
    world.at(0, "number")
    world.key(Key.Key_Minus, ACT)
    heads = world.page.model.map.heads
    assert world.page.model.map.lines == len(heads) > 1
    world.key(Key.Key_Down, Mod.ShiftModifier)
    with qtbot.waitSignal(world.page.action_requested) as asked:
        QTest.keyClick(world.grid.canvas, Key.Key_R, ACT)
    assert asked.args is not None and len(set(asked.args[1])) == heads[0].count + heads[1].count
    world.context.work.close()


def test_a_list_that_changed_meanwhile_is_not_worked_on(world: World, qtbot: QtBot) -> None:
    world.at(0, "number")
    world.key(Key.Key_A, Mod.ControlModifier)
    del world.source.data[0]
    asked: list[object] = []
    world.page.action_requested.connect(lambda *args: asked.append(args))
    QTest.keyClick(world.grid.canvas, Key.Key_R, ACT)
    world.settle(qtbot)
    qtbot.waitUntil(lambda: world.page.model.map.lines == 1311)
    assert not asked and ("warn", "Nothing was done: the list has changed since it was read.") in [
        each[:2] for each in world.toasts.said
    ]
    world.context.work.close()


def test_the_box_of_a_very_long_list_selects_all_of_it(
    world: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_view, "MOST_LINES", 1000)
    QTest.mouseClick(world.grid.header, Qt.MouseButton.LeftButton, Mod.NoModifier, QPoint(CHECK_WIDTH // 2, 14))
    assert not world.grid.selection.checked, "a thousand ticks would look like all"
    with qtbot.waitSignal(world.page.action_requested) as asked:
        QTest.keyClick(world.grid.canvas, Key.Key_R, ACT)
    assert asked.args is not None and len(set(asked.args[1])) == 1312
    world.context.work.close()


def test_keys_pressed_before_the_rows_of_a_view_are_there_are_for_those_rows(world: World, qtbot: QtBot) -> None:
    world.at(0, "number")
    before = world.page.model.loaded
    with qtbot.waitSignal(world.page.action_requested) as asked:
        for key, modifiers in ((Key.Key_2, Mod.AltModifier), (Key.Key_A, Mod.ControlModifier), (Key.Key_R, ACT)):
            QTest.keyClick(world.grid.canvas, key, modifiers)
        assert world.page.model.loaded == before, "otherwise this proves nothing"
    rows = tuple(row.id for row in world.source._rows(world.page.model.loaded))
    assert world.page.model.loaded != before and asked.args == ["renew", rows]
    world.context.work.close()
