"""Paste from Excel: dry run, mapping, refusals with a remedy, one save, one undo."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from python_calamine import CalamineWorkbook

from desktop.models.selection import Rect
from desktop.widgets.labels import Label
from desktop.widgets.paste_panel import PastePanel
from tests.widgets.list_world import World, make_world

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = make_world(qtbot, tmp_path)
    yield made
    made.context.work.close()


def paste(world: World, qtbot: QtBot, text: str) -> PastePanel:
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(world.grid.canvas, Key.Key_V, Mod.ControlModifier)
    qtbot.waitUntil(lambda: world.page.pasting.panel is not None)
    panel = world.page.pasting.panel
    assert panel is not None
    qtbot.waitUntil(lambda: panel.checked is not None)
    world.settle(qtbot)
    return panel


def counts(panel: PastePanel) -> dict[str, int]:
    assert panel.checked is not None
    return panel.checked.plan.counts()


def test_a_range_without_header_goes_in_from_the_cursor(world: World, qtbot: QtBot) -> None:
    world.at(1, "scope")
    panel = paste(world, qtbot, "pumps\t5\r\nUPS, cooling\t58\r\nvalves\tmany\r\n")
    assert counts(panel) == {"rows": 3, "new": 0, "changed": 1, "same": 1, "rejected": 1}
    assert [row.number for row in panel.table.rows] == [1, 2, 3]
    assert panel.table.rows[0].old == {"scope": "cranes", "assets": "26"}
    assert "not a whole number" in panel.checked.plan.faults()[0].fault.text() or "not a number" in (  # type: ignore[union-attr]
        panel.checked.plan.faults()[0].fault.text()  # type: ignore[union-attr]
    )
    assert "save" not in world.source.log, "a dry run writes nothing"
    QTest.keyClick(panel.table, Key.Key_F9)
    world.settle(qtbot)
    assert (world.source.cell(2, "scope"), world.source.cell(2, "assets")) == ("pumps", 5)
    assert world.source.cell(4, "scope") == "imaging", "the refused row is not written"
    assert world.source.log.count("save") == 1
    assert world.grid.canvas.hasFocus()
    world.key(Key.Key_Z, Mod.ControlModifier)
    world.settle(qtbot)
    assert (world.source.cell(2, "scope"), world.source.cell(2, "assets")) == ("cranes", 26)


def test_a_header_maps_the_columns_and_codes_find_the_rows(world: World, qtbot: QtBot) -> None:
    text = (
        "Contract\tRemark\tValue a year ¥\tNumber of machines\r\n"
        "HT-2024-0203\tx\t1,700,000\t1\r\n"
        "HT-2O24-0187\ty\t5\t2\r\n"
        "HT-2023-0142\tz\t1248000\t3\r\n"
        "HT-2023-0142\tz\t1\t3\r\n"
    )
    panel = paste(world, qtbot, text)
    assert counts(panel) == {"rows": 4, "new": 0, "changed": 1, "same": 1, "rejected": 2}
    first, second = panel.checked.plan.faults()  # type: ignore[union-attr]
    assert first.suggestion == "HT-2024-0187"
    assert "row 4 already" in second.fault.text()
    QTest.keyClick(panel.table, Key.Key_Down, Mod.AltModifier)
    assert panel.table.row().number == 3  # type: ignore[union-attr]
    panel._use(first)
    world.settle(qtbot)
    assert counts(panel)["changed"] == 2
    panel.map_column(3, "assets")
    world.settle(qtbot)
    assert counts(panel)["changed"] == 3, "another column, another outcome"
    assert panel.table.go_to(2)
    QTest.keyClick(panel.table, Key.Key_Delete)
    assert panel.valid_count() == 2
    QTest.keyClick(panel.table, Key.Key_F9)
    world.settle(qtbot)
    assert world.source.cell(1, "value") == Decimal(5)
    assert world.source.cell(4, "value") == Decimal(1686000), "the row that was left out stays as it was"


def test_a_cell_is_mended_in_the_preview(world: World, qtbot: QtBot) -> None:
    world.at(0, "value")
    panel = paste(world, qtbot, "abc\r\n7\r\n")
    assert counts(panel)["rejected"] == 1
    QTest.keyClick(panel.table, Key.Key_F2)
    editor = panel.table.editor
    assert editor is not None
    editor.clear()
    QTest.keyClicks(editor, "12.5")
    QTest.keyClick(editor, Key.Key_Return)
    world.settle(qtbot)
    assert counts(panel) == {"rows": 2, "new": 0, "changed": 2, "same": 0, "rejected": 0}


def test_escape_leaves_everything_as_it_was(world: World, qtbot: QtBot) -> None:
    world.at(0, "value")
    panel = paste(world, qtbot, "1\r\n2\r\n")
    QTest.keyClick(panel.table, Key.Key_Escape)
    assert world.page.pasting.panel is None
    assert world.grid.canvas.hasFocus()
    assert not world.page.dirty() and "save" not in world.source.log


def test_the_reject_sheet_holds_the_rows_as_they_came(world: World, qtbot: QtBot, tmp_path: Path) -> None:
    world.at(0, "value")
    panel = paste(world, qtbot, "abc\r\n7\r\n")
    panel.ask_path = lambda: tmp_path / "rejects.xlsx"  # type: ignore[method-assign]
    QTest.keyClick(panel.table, Key.Key_E, Mod.ControlModifier)
    world.settle(qtbot)
    rows = CalamineWorkbook.from_path(str(tmp_path / "rejects.xlsx")).get_sheet_by_index(0).to_python()
    assert len(rows) == 2 and rows[1][0] == "abc" and "not a number" in str(rows[1][1])


def test_one_cell_fills_the_selection_without_a_preview(world: World, qtbot: QtBot) -> None:
    world.grid.select(Rect(0, 3, 4, 3))
    QGuiApplication.clipboard().setText("pumps\r\n")
    QTest.keyClick(world.grid.canvas, Key.Key_V, Mod.ControlModifier)
    world.settle(qtbot)
    assert world.page.pasting.panel is None
    assert {world.source.cell(row, "scope") for row in range(1, 6)} == {"pumps"}


def test_rows_beyond_the_end_and_columns_that_cannot_be_edited_are_refused(world: World, qtbot: QtBot) -> None:
    world.at(411, "cost")
    panel = paste(world, qtbot, "1\r\n2\r\n")
    reasons = [fault.fault.text() for fault in panel.checked.plan.faults()]  # type: ignore[union-attr]
    assert reasons[0].startswith("Cost to date cannot be edited")
    assert reasons[1].startswith("The list has no row here")
    assert not panel.write.isEnabled()


def test_a_cell_that_begins_with_a_quote_ends_where_its_line_ends(world: World, qtbot: QtBot) -> None:
    """Inches: only a cell that also ends with a quote was quoted by the spreadsheet."""
    world.at(1, "scope")
    panel = paste(world, qtbot, '"5 pumps\t5\r\n"two\nlines"\t7\r\n')
    assert [row.old for row in panel.table.rows] and counts(panel)["rows"] == 2


def test_an_empty_clipboard_says_so(world: World, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    QTest.keyClick(world.grid.canvas, Key.Key_V, Mod.ControlModifier)
    assert world.toasts.said == [("info", "The clipboard holds no text")]


def test_a_header_that_names_no_row_says_where_the_rows_go(world: World, qtbot: QtBot) -> None:
    world.at(1, "scope")
    panel = paste(world, qtbot, "Scope\tAssets\r\npumps\t5\r\nvalves\t6\r\n")
    warned = "No column names the rows: they go in from the cursor on."
    assert warned in [label.full_text() for label in panel.findChildren(Label)]
    assert counts(panel)["changed"] == 2
    QTest.keyClick(panel, Key.Key_Escape)
    codes = [str(world.source.cell(row, "number")) for row in (3, 4)]
    named = paste(world, qtbot, f"Contract\tScope\r\n{codes[0]}\tpumps\r\n{codes[1]}\tvalves\r\n")
    assert warned not in [label.full_text() for label in named.findChildren(Label)]
    assert counts(named)["changed"] == 2
