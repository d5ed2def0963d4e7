"""A list page: views, search, filter row, columns, export, live changes, conflicts, and the place where it was left."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test
from desktop.lists.spec import Sort
from desktop.models.list_edits import State
from desktop.runtime.settings import Settings
from desktop.widgets.theme import set_language
from tests.models.fakes import ContractSource
from tests.widgets.list_world import Shelf, World, make_world

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = make_world(qtbot, tmp_path)
    yield made
    made.context.work.close()


def test_views_by_alt_and_number_bring_columns_filter_sort_and_groups(world: World, qtbot: QtBot) -> None:
    QTest.keyClick(world.grid.canvas, Key.Key_2, Mod.AltModifier)
    world.settle(qtbot)
    assert world.page.model.query.group_by == ("class",)
    assert world.page.views.tabs.current() == "profit"
    QTest.keyClick(world.grid.canvas, Key.Key_3, Mod.AltModifier)
    world.settle(qtbot)
    assert world.page.model.query.sort == (Sort("end"),)
    assert world.grid.filters.text("end") == "≤ 2027-02-22"
    assert 0 < world.page.model.map.lines < 412
    world.grid.filters.clear()
    world.settle(qtbot)
    assert world.page.model.map.lines == 412
    QTest.keyClick(world.grid.canvas, Key.Key_3, Mod.AltModifier)
    world.settle(qtbot)
    assert world.page.model.map.lines < 412, "the key again brings a changed view back"


def test_the_filter_row_filters_while_it_is_typed(world: World, qtbot: QtBot) -> None:
    world.at(0, "end")
    world.page.filter_row()
    field = world.grid.filters.field
    assert field is not None and field.hasFocus()
    QTest.keyClicks(field, ">=2027-06-01")
    qtbot.waitUntil(lambda: world.page.model.map.lines < 412, timeout=2000)
    QTest.keyClick(field, Key.Key_Tab)
    field = world.grid.filters.field
    assert field is not None
    QTest.keyClicks(field, "100000..")
    QTest.keyClick(field, Key.Key_Return)
    world.settle(qtbot)
    assert world.grid.canvas.hasFocus()
    assert world.page.model.query.condition is not None
    ends = [world.text(line, "end") for line in range(world.page.model.map.lines)]
    assert ends and min(ends) >= "2027-06-01"
    assert world.page.filter_text() == "End ≥ 2027-06-01; Value a year ≥ 100000"


def test_a_filter_that_makes_no_sense_stays_red_and_filters_nothing(world: World, qtbot: QtBot) -> None:
    world.grid.filters.edit("value")
    field = world.grid.filters.field
    assert field is not None
    QTest.keyClicks(field, ">much")
    QTest.keyClick(field, Key.Key_Return)
    assert field.hasFocus()
    assert "not a number" in world.grid.filters.wrong()
    QTest.keyClick(field, Key.Key_Escape)
    assert world.grid.canvas.hasFocus()
    assert world.page.model.map.lines == 412


def test_search_narrows_and_escape_shows_all_again(world: World, qtbot: QtBot) -> None:
    QTest.keyClick(world.grid.canvas, Key.Key_F, Mod.ControlModifier)
    QTest.keyClicks(world.page.search, "Huarui")
    QTest.keyClick(world.page.search, Key.Key_Return)
    world.settle(qtbot)
    assert world.page.model.map.lines == 12
    assert world.grid.canvas.hasFocus()
    QTest.keyClick(world.grid.canvas, Key.Key_F, Mod.ControlModifier)
    QTest.keyClick(world.page.search, Key.Key_Escape)
    world.settle(qtbot)
    assert world.page.model.map.lines == 412


def test_nothing_found_says_so(world: World, qtbot: QtBot) -> None:
    world.page.search_for()
    QTest.keyClicks(world.page.search, "no such thing")
    QTest.keyClick(world.page.search, Key.Key_Return)
    world.settle(qtbot)
    assert world.grid.empty.isVisible()
    assert world.grid.empty.title.full_text() == "No rows"
    world.key(Key.Key_Down)
    world.key(Key.Key_Space)
    world.key(Key.Key_F2)
    assert world.grid.editor is None


def test_a_failed_load_is_shown_with_its_log_id_and_tried_again(world: World, qtbot: QtBot) -> None:
    world.page.search_for()
    QTest.keyClicks(world.page.search, "Huarui")
    world.source.fail = ConnectionError("gone")
    QTest.keyClick(world.page.search, Key.Key_Return)
    qtbot.waitUntil(lambda: world.grid.failed.isVisible())
    assert "Log id" in world.grid.failed.cause.full_text()
    world.page.refresh()
    world.settle(qtbot)
    assert not world.grid.failed.isVisible()
    assert world.page.model.map.lines == 12, "the search was kept"


def test_columns_are_shown_hidden_and_moved_in_the_chooser(world: World, qtbot: QtBot) -> None:
    chooser = world.page.menus.choose_columns()
    QTest.keyClicks(chooser.search, "Note")
    chooser.search.clear()
    QTest.keyClicks(chooser.search, "State")
    QTest.keyClick(chooser.search, Key.Key_Return)
    world.settle(qtbot)
    assert "state" in world.page.columns.shown_keys()
    assert world.text(0, "state") == "Active"
    QTest.keyClick(chooser.search, Key.Key_Up, Mod.AltModifier)
    assert world.page.columns.shown_keys()[-2] == "state"
    QTest.keyClick(chooser.search, Key.Key_Return)
    assert "state" not in world.page.columns.shown_keys()
    QTest.keyClick(chooser.search, Key.Key_Escape)
    assert world.grid.canvas.hasFocus()


def test_a_view_is_saved_renamed_shared_ordered_and_deleted(world: World, qtbot: QtBot) -> None:
    world.grid.filters.set_condition("value", Test("value", ">", ("1000000",)))
    world.settle(qtbot)
    for name in ("Large", "Larger"):
        world.page.views.save_as()
        field = world.page.views.name_field()
        assert field is not None
        QTest.keyClicks(field, name)
        QTest.keyClick(field, Key.Key_Return)
        world.settle(qtbot)
    assert [view.name for view in world.shelf.views.values()] == ["Large", "Larger"]
    kept = world.shelf.views[1]
    assert kept.condition == Test("value", ">", ("1000000",)) and kept.columns == world.page.columns.shown_keys()
    assert [view.title() for view in world.page.views.views[-2:]] == ["Large", "Larger"]
    world.page.show_view("kept-2")
    world.page.views.reorder(-1)
    world.settle(qtbot)
    assert list(world.shelf.views) == [2, 1]
    world.page.views.rename()
    field = world.page.views.name_field()
    assert field is not None
    field.clear()
    QTest.keyClicks(field, "Largest")
    QTest.keyClick(field, Key.Key_Return)
    world.settle(qtbot)
    assert world.shelf.views[2].name == "Largest"
    world.page.views.share()
    world.settle(qtbot)
    assert world.shelf.views[2].shared
    world.page.views.drop()
    world.settle(qtbot)
    assert list(world.shelf.views) == [1]
    undo = world.toasts.actions[-1]
    assert undo is not None
    undo.call()
    world.settle(qtbot)
    assert sorted(view.name for view in world.shelf.views.values()) == ["Large", "Largest"]


def test_a_grid_opens_where_it_was_left(qtbot: QtBot, tmp_path: Path) -> None:
    settings, shelf = Settings(tmp_path / "s.json"), Shelf()
    first = make_world(qtbot, tmp_path, settings=settings, shelf=shelf)
    first.page.show_view("ending")
    first.settle(qtbot)
    first.page.columns.resize("customer", 222)
    first.page.columns.move("owner", 2)
    first.grid.set_sort((Sort("value", True),))
    first.settle(qtbot)
    first.at(7, "cost")
    row = first.row(7).row.id
    assert first.page.can_leave()
    first.page.hide()
    first.context.work.close()
    again = make_world(qtbot, tmp_path, settings=Settings(tmp_path / "s.json"), shelf=shelf)
    again.settle(qtbot)
    assert again.page.views.current == "ending"
    assert again.grid.filters.text("end") == "≤ 2027-02-22"
    assert again.page.model.query.sort == (Sort("value", True),)
    assert again.page.columns.shown_keys()[2] == "owner"
    slot = again.page.columns.slot_of("customer")
    assert slot is not None and slot.width == 222
    shown, here = again.grid.current(), again.grid.slot()
    assert shown is not None and shown.row.id == row
    assert here is not None and here.info.key == "cost"
    again.context.work.close()


def test_broken_settings_do_no_harm(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    settings.user("chen").set(
        "list.contracts",
        {"columns": ["gone", "number"], "condition": {"what": 1}, "sort": [7], "row": "x", "layout": 3},
    )
    world = make_world(qtbot, tmp_path, settings=settings)
    assert world.page.columns.shown_keys() == ("number",)
    assert world.page.model.map.lines == 412
    world.context.work.close()


def test_changes_of_others_appear_with_initials_and_own_ones_do_not_flash(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    world.type("pumps")
    world.key(Key.Key_Return)
    world.settle(qtbot)
    world.context.bus.publish(Changes.of(contract=[1]))
    qtbot.wait(400)
    world.settle(qtbot)
    assert world.page.model.edits.foreign_count() == 0, "the echo of an own change is no news"
    world.source.put(3, "value", Decimal(5))
    world.context.bus.publish(Changes.of(contract=[3]))
    qtbot.waitUntil(lambda: world.page.model.edits.foreign_count() == 1)
    assert world.page.model.mark(world.row(2), "value").initials == "LT"
    qtbot.waitUntil(lambda: world.page.footer.others.label.full_text() == "1 changed by others")
    world.page._next_foreign()
    assert world.page.model.edits.foreign_count() == 0


def test_the_cursor_stays_on_its_record_when_rows_above_it_leave_the_view(world: World, qtbot: QtBot) -> None:
    """By line it would stand on the next record, and what is typed or pasted now would go there."""
    world.key(Key.Key_4, Qt.KeyboardModifier.AltModifier)
    world.settle(qtbot)
    qtbot.waitUntil(lambda: world.page.views.current == "floor" and world.page.model.map.lines < 412)
    lines = world.page.model.map.lines
    world.at(2, "scope")
    first, here = world.row(0).row.id, world.row(2).row.id
    world.source.put(first, "margin", Decimal("0.9"))
    world.context.bus.publish(Changes.of(contract=[first]))
    qtbot.waitUntil(lambda: world.page.model.map.lines == lines - 1 and world.row(0).row.id != first)
    world.settle(qtbot)
    shown = world.grid.current()
    assert shown is not None and (shown.row.id, world.grid.selection.line) == (here, 1)
    world.type("pumps")
    world.key(Key.Key_Return)
    assert world.page.model.edits.edit(here, "scope") is not None, "what is typed goes to the same record"


def test_a_hidden_page_looks_again_when_it_is_shown(world: World, qtbot: QtBot) -> None:
    world.page.hide()
    world.source.put(1, "scope", "news")
    calls = len(world.source.log)
    world.context.bus.publish(Changes.of(contract=[1]))
    qtbot.wait(350)
    assert len(world.source.log) == calls
    world.page.show()
    qtbot.waitUntil(lambda: world.text(0, "scope") == "news")


def test_saving_tells_the_bus_whose_change_it_was(world: World, qtbot: QtBot) -> None:
    heard: list[tuple[object, object]] = []
    world.context.bus.changed.connect(lambda changes, initiator: heard.append((changes, initiator)))
    world.at(0, "scope")
    world.type("x")
    world.key(Key.Key_Return)
    world.settle(qtbot)
    assert heard == [(Changes.of(contract=[1]), world.page)]


def test_a_conflict_opens_mine_theirs_base_and_is_decided_by_key(world: World, qtbot: QtBot) -> None:
    world.source.put(1, "value", Decimal(550000))
    world.at(0, "value")
    world.type("600000")
    world.key(Key.Key_Return)
    panel = world.page.conflicts.panel
    qtbot.waitUntil(panel.isVisible)
    assert panel.hasFocus()
    assert [value for _, value, _ in panel.sides.rows] == ["600,000.00", "550,000.00", "486,000.00"]
    assert panel.sides.rows[1][0] == "Theirs, Li Tong"
    QTest.keyClick(panel, Key.Key_Escape)
    assert world.page.model.edits.count(State.CONFLICT) == 1, "put off, not forgotten"
    QTest.keyClick(world.grid.canvas, Key.Key_R, Mod.AltModifier | Mod.ShiftModifier)
    assert panel.isVisible()
    QTest.keyClick(panel, Key.Key_Down)
    QTest.keyClick(panel, Key.Key_Return)
    world.settle(qtbot)
    assert world.source.cell(1, "value") == Decimal(550000)
    assert world.text(0, "value") == "550,000.00"
    assert world.grid.canvas.hasFocus()


def test_a_lost_connection_is_told_and_the_edit_can_be_saved_again(world: World, qtbot: QtBot) -> None:
    world.at(0, "scope")
    world.type("pumps")
    world.source.fail = ConnectionError("gone")
    world.key(Key.Key_Return)
    qtbot.waitUntil(lambda: bool(world.toasts.said))
    assert world.toasts.said[-1][0] == "danger"
    assert world.page.dirty() and not world.page.can_leave()
    QTest.keyClick(world.grid.canvas, Key.Key_S, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.source.cell(1, "scope") == "pumps"
    assert world.page.can_leave()


def test_the_export_menu_offers_what_the_screen_shows(world: World, qtbot: QtBot, tmp_path: Path) -> None:
    world.page.show_view("profit")
    world.settle(qtbot)
    world.page.export.ask_path = lambda wanted: tmp_path / f"out.{wanted}"  # type: ignore[method-assign]
    QTest.keyClick(world.grid.canvas, Key.Key_E, Mod.AltModifier)
    menu = world.page.export.menu
    assert menu is not None and menu.isVisible()
    world.settle(qtbot)
    texts = [item.text for item in menu._items if item.text]
    assert texts == [
        "Excel, exactly as shown", "412 rows, 12 columns, grouped", "Recipe: Contract profit, monthly", "PDF",
        "CSV UTF-8", "Group subtotals as formulas", "Control totals and time stamp", "Drill ids in a hidden column",
        "Copy selection", "Copy with headers",
    ]  # fmt: skip
    for _ in range(6):
        QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Space)
    assert menu.isVisible() and world.page.export.options["drill_ids"]
    for _ in range(6):
        QTest.keyClick(menu, Key.Key_Up)
    QTest.keyClick(menu, Key.Key_Return)
    world.settle(qtbot)
    (export,) = world.shelf.exports
    assert export.format == "xlsx" and export.drill_ids and export.path.exists()
    assert [info.key for info in export.columns] == list(world.page.columns.shown_keys())
    assert export.query.group_by == ("class",)
    QTest.keyClick(world.grid.canvas, Key.Key_P, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.shelf.exports[-1].format == "pdf"
    assert [path.suffix for path in world.shelf.previews] == [".pdf"], "Ctrl+P asks for no file name"


def test_f6_walks_grid_filter_and_search(world: World) -> None:
    grid, filters, search = world.page.zones()
    assert grid is world.grid.canvas and search is world.page.search
    filters.setFocus()
    assert world.grid.filters.field is not None and world.grid.filters.field.hasFocus()


def test_the_language_is_switched_while_it_is_open(world: World, qtbot: QtBot) -> None:
    set_language("zh")
    world.settle(qtbot)
    qtbot.waitUntil(lambda: world.text(0, "customer") == "华瑞精密")
    assert world.page.title() == "合同"
    assert world.page.columns.info("number").label == "合同号"
    assert world.page.named["help"].text() != "Field help"
    assert world.page.commands.actions["fill_down"].text() == "向下填充"


def test_ids_of_a_selection_are_what_an_action_works_on(world: World) -> None:
    world.at(2, "number")
    world.key(Key.Key_Down, Mod.ShiftModifier)
    assert world.page.selected_ids() == (3, 4)


def test_an_empty_source_opens_without_rows(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(qtbot, tmp_path, source=ContractSource(0))
    assert world.grid.empty.isVisible()
    for key in (Key.Key_End, Key.Key_PageDown, Key.Key_Return, Key.Key_Delete, Key.Key_F4, Key.Key_Space):
        world.key(key)
        world.key(key, Mod.ControlModifier)
    world.context.work.close()


def test_actions_of_the_list_get_the_selected_rows(world: World, qtbot: QtBot) -> None:
    world.at(2, "number")
    world.key(Key.Key_Space)
    with qtbot.waitSignal(world.page.action_requested) as asked:
        QTest.keyClick(world.grid.canvas, Key.Key_R, Mod.ControlModifier | Mod.ShiftModifier)
    assert asked.args == ["renew", (3,)]
    assert "do audit" not in world.page.named, "an action of another job is absent"
    assert world.page.named["do renew"] in world.page.page_actions()


def test_a_question_that_cannot_be_answered_leaves_the_rows(world: World, qtbot: QtBot) -> None:
    world.source.fail = ValueError("More than 20,000 groups: group by another column or filter first.")
    world.page.toggle_group("number")
    world.settle(qtbot)
    assert world.toasts.said[-1] == ("warn", "More than 20,000 groups: group by another column or filter first.")
    assert not world.grid.failed.isVisible()
    assert world.page.model.query.group_by == ()
    assert world.page.model.map.lines == 412


def test_tabs_say_how_many_rows_each_view_has(world: World, qtbot: QtBot) -> None:
    world.settle(qtbot)
    assert world.page.views.counts["active"] == world.page.views.counts["profit"] == 412
    assert 0 < world.page.views.counts["floor"] < 412
