"""A list page on a real database, as a real log-in: every list opens, edits, pastes, keeps views and exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from python_calamine import CalamineWorkbook

from desktop.desks.lists import list_page
from desktop.lists.all_lists import ALL_LISTS, list_for
from desktop.models.list_pages import ShownRow
from desktop.operations.authors import initials, last_authors
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.widgets.list_page import ListPage
from tests.lists_world import ListsWorld
from tests.widgets.list_world import Toasts

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def manager(lists_world: ListsWorld, tmp_path: Path) -> Iterator[Context]:
    yield from context_of(lists_world, "manager", tmp_path)


@pytest.fixture
def context(lists_world: ListsWorld, tmp_path: Path) -> Iterator[Context]:
    """A planner, who may change assets of the north."""
    yield from context_of(lists_world, "planner", tmp_path)


def context_of(lists_world: ListsWorld, role: str, folder: Path) -> Iterator[Context]:
    with lists_world.database(role) as database:
        work = Work(threads=2)
        yield Context(
            database, work, Bus(), User(role, role.title(), roles=frozenset({role})),
            Settings(folder / "settings.json"), lambda key, args: None, Toasts(),
        )  # fmt: skip
        work.close()


def opened(qtbot: QtBot, context: Context, key: str) -> ListPage:
    page = list_page(context, list_for(key))
    qtbot.addWidget(page)
    page.resize(1366, 700)
    page.show()
    page.activateWindow()
    page.refresh()
    qtbot.waitUntil(lambda: page.model.phase != "loading" and not context.work.running())
    page.grid.canvas.setFocus()
    return page


def settle(qtbot: QtBot, context: Context) -> None:
    qtbot.waitUntil(lambda: not context.work.running())


def cell(page: ListPage, line: int, key: str) -> str:
    slot = page.columns.slot_of(key)
    assert slot is not None
    return page.model.text(page.model.line(line), slot.column)


@pytest.mark.parametrize("key", [spec.key for spec in ALL_LISTS if not spec.roles or "manager" in spec.roles])
def test_every_list_opens_sorts_and_groups_on_its_page(qtbot: QtBot, manager: Context, key: str) -> None:
    context = manager
    page = opened(qtbot, context, key)
    assert page.model.failure is None
    first = page.columns.slots[0].info.key
    page.grid.toggle_sort(first)
    settle(qtbot, context)
    assert page.model.phase == "ready"
    for number in range(len(page.spec.views)):
        page.named[f"view{number + 1}"].trigger()
        settle(qtbot, context)
        assert page.model.phase == "ready", page.model.failure
    assert page.grid.grab().width() == page.grid.width()


def test_a_cell_is_edited_saved_and_taken_back(qtbot: QtBot, context: Context) -> None:
    page = opened(qtbot, context, "assets")
    slot = page.columns.slot_of("name")
    assert slot is not None and slot.info.editable
    page.grid.set_cursor(0, slot.position)
    before = cell(page, 0, "name")
    for sign in "Pump":
        QTest.keyClicks(page.grid.editor or page.grid.canvas, sign)
    QTest.keyClick(page.grid.editor, Key.Key_Return)
    settle(qtbot, context)
    assert not page.dirty()
    page.refresh()
    settle(qtbot, context)
    assert cell(page, 0, "name") == "Pump"
    shown = page.model.line(0)
    assert isinstance(shown, ShownRow)
    assert last_authors(context.database, page.spec, (shown.row.id,))[shown.row.id] == ("P", "Planner")
    QTest.keyClick(page.grid.canvas, Key.Key_Z, Mod.ControlModifier)
    settle(qtbot, context)
    assert cell(page, 0, "name") == before


def test_a_paste_is_tried_on_the_database_saved_and_taken_back(qtbot: QtBot, context: Context) -> None:
    page = opened(qtbot, context, "assets")
    slot = page.columns.slot_of("name")
    assert slot is not None
    before = [cell(page, line, "name") for line in range(3)]
    page.grid.set_cursor(0, slot.position)
    QGuiApplication.clipboard().setText(f"Alpha\r\n{before[1]}\r\n\r\n")
    QTest.keyClick(page.grid.canvas, Key.Key_V, Mod.ControlModifier)
    qtbot.waitUntil(lambda: page.pasting.panel is not None and page.pasting.panel.checked is not None)
    settle(qtbot, context)
    panel = page.pasting.panel
    assert panel is not None and panel.checked is not None
    assert panel.checked.tried is not None, "the database itself was asked"
    assert panel.checked.plan.counts() == {"rows": 2, "new": 0, "changed": 1, "same": 1, "rejected": 0}
    QTest.keyClick(panel.table, Key.Key_F9)
    settle(qtbot, context)
    assert [cell(page, line, "name") for line in range(3)] == ["Alpha", *before[1:]]
    for after in (before, ["Alpha", *before[1:]], before):
        back = Key.Key_Y if after[0] == "Alpha" else Key.Key_Z
        QTest.keyClick(page.grid.canvas, back, Mod.ControlModifier)
        settle(qtbot, context)
        qtbot.waitUntil(lambda want=after: [cell(page, line, "name") for line in range(3)] == want)


def test_views_are_kept_and_exports_written(qtbot: QtBot, context: Context, tmp_path: Path) -> None:
    page = opened(qtbot, context, "assets")
    page.columns.set_hidden("state", True)
    page.views.save_as()
    field = page.views.name_field()
    assert field is not None
    QTest.keyClicks(field, "Mine")
    QTest.keyClick(field, Key.Key_Return)
    settle(qtbot, context)
    again = opened(qtbot, context, "assets")
    kept = again.views.views[-1]
    assert kept.title() == "Mine" and "state" not in kept.columns
    for wanted in ("xlsx", "pdf", "csv"):
        path = tmp_path / f"assets.{wanted}"
        again.export.ask_path = lambda _wanted, path=path: path  # type: ignore[method-assign,misc]
        again.export.start(wanted)  # type: ignore[arg-type]
        settle(qtbot, context)
        assert path.stat().st_size > 200
    sheet = CalamineWorkbook.from_path(str(tmp_path / "assets.xlsx")).get_sheet_by_index(0).to_python()
    assert any(cell(again, 0, "code") in map(str, row) for row in sheet)
    again.show_view(kept.key)
    again.views.drop()
    settle(qtbot, context)
    assert all(view.title() != "Mine" for view in again.views.views)


@pytest.mark.parametrize(("name", "short"), [("Li Tong", "LT"), ("manager", "M"), ("吴洁", "吴"), ("", "")])
def test_initials_fit_a_chip(name: str, short: str) -> None:
    assert initials(name) == short
