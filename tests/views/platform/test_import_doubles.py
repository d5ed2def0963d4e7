"""A file of items that are there already under another name: what is asked, and what each answer writes. By keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from sqlalchemy import text

from desktop.widgets.theme import set_language
from tests.views.platform.conftest import Desk

Sit = Callable[..., Desk]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
HEAD = "物料编码,物料名称,单位,厂家料号\n"
ROWS = (
    "X-1,NBR gasket 120mm,pc,\n"
    "X-2,ＧＡＳＫＥＴ　ＮＢＲ　１６０ ｍｍ,pc,\n"
    "X-3,Left-handed smoke shifter 77x12,pc,\n"
    "X-4,Left handed smoke-shifter 77 × 12,pc,\n"
)


def file(tmp_path: Path) -> Path:
    path = tmp_path / "items.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


def key(desk: Desk, wanted: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    desk.qtbot.keyClick(desk.page.view.table, wanted, modifier)
    desk.settle()


def value(desk: Desk, query: str) -> object:
    with desk.database.read() as session:
        return session.execute(text(query)).scalar()


def marks(desk: Desk) -> list[str]:
    table = desk.page.view.table
    return [table._verdict(row) for row in table.rows]


def test_probable_doubles_are_named_and_decided_one_by_one(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down("steward")
    before = value(desk, "select count(*) from erp.item")
    desk.open(file(tmp_path))
    page = desk.page
    assert page.prepared is not None and page.prepared.target.key == "items"
    assert marks(desk) == ["double", "double", "new", "double"]
    strip = page.doubles.strip
    assert strip.isVisible() and "GSK-NBR-120" in strip.words.full_text() and strip.rest.full_text() == "3 undecided:"
    # Nothing is written before somebody has decided.
    key(desk, Qt.Key.Key_F9)
    assert "3 rows look like items" in page.view.footer.reason() and not page.written
    assert value(desk, "select count(*) from erp.item") == before
    page.view.table.go(0)
    key(desk, Qt.Key.Key_L, CTRL)
    assert marks(desk)[0] == "linked"
    assert page.checked is not None and page.checked.plan.rows[0].row_id == value(
        desk, "select id from erp.item where code = 'GSK-NBR-120'"
    )
    key(desk, Qt.Key.Key_Down, ALT)
    assert page.view.table.row().number == 3  # type: ignore[union-attr]
    key(desk, Qt.Key.Key_Delete)
    assert marks(desk)[1] == "out"
    key(desk, Qt.Key.Key_Down, ALT)
    assert "row 4" in strip.words.full_text()
    key(desk, Qt.Key.Key_L, CTRL)
    assert "nothing to link to" in desk.toasts.said[-1][1]
    key(desk, Qt.Key.Key_J, CTRL)
    assert marks(desk) == ["linked", "out", "new", "new"] and not page.doubles.undecided
    name = value(desk, "select name from erp.item where code = 'GSK-NBR-120'")
    key(desk, Qt.Key.Key_F9)
    assert page.written
    assert value(desk, "select count(*) from erp.item where code in ('X-3', 'X-4')") == 2
    assert value(desk, "select count(*) from erp.item where code in ('X-1', 'X-2')") == 0
    assert value(desk, "select name from erp.item where code = 'GSK-NBR-120'") == name


def test_all_are_decided_by_one_key_and_taken_back(sit_down: Sit, tmp_path: Path) -> None:
    desk = sit_down("steward")
    desk.open(file(tmp_path))
    page = desk.page
    doubles = [each for each in marks(desk) if each == "double"]
    assert len(doubles) >= 2
    key(desk, Qt.Key.Key_L, CTRL | SHIFT)
    assert marks(desk)[:2] == ["linked", "linked"]
    page.view.table.go(0)
    key(desk, Qt.Key.Key_L, CTRL)
    assert marks(desk)[0] == "double"
    key(desk, Qt.Key.Key_Delete, CTRL | SHIFT)
    assert "double" not in marks(desk) and marks(desk)[0] == "out"
    set_language("zh")
    page.retranslate()
    assert page.doubles.strip.rest.full_text() == "均已处理"
