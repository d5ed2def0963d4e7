"""The tree of categories by keys: walking, opening, moving a branch with what that changes, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.operations import stock_categories
from desktop.views.stock.category_tree_page import CategoryTreePage
from desktop.widgets.labels import Label
from tests.form_fixtures import Room, demo_world, one, owner, person, room_of
from tests.rooms import show

__all__ = ["demo_world", "owner", "person", "room_of"]
RoomOf = Callable[[str], Room]
CTRL = Qt.KeyboardModifier.ControlModifier


def shown(qtbot: QtBot, room: Room) -> CategoryTreePage:
    page = CategoryTreePage(room.context)
    page.open_requested.connect(lambda key, args: room.opened.append((key, args)))
    show(qtbot, page, 1294, 700)
    page.refresh()
    qtbot.waitUntil(lambda: page.current() is not None, timeout=15_000)
    page.view.setFocus()
    return page


def go(qtbot: QtBot, page: CategoryTreePage, code: str) -> None:
    """To a category by typing its code, with everything open."""
    qtbot.keyClick(page, Qt.Key.Key_Right, CTRL)
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    qtbot.wait(450)  # letters typed in one go belong together
    qtbot.keyClicks(page.view, code)
    here = page.current()
    assert here is not None and here.code == code


def side_words(page: CategoryTreePage) -> str:
    return " ".join(label.text() for label in page.side.findChildren(Label))


def test_the_tree_is_walked_by_arrows_and_letters(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("buyer")
    page = shown(qtbot, room)
    QAbstractItemModelTester(page.model_, QAbstractItemModelTester.FailureReportingMode.Fatal)
    top = page.current()
    assert top is not None and top.parent_id is None
    assert top.below == one(
        owner, "select count(*) from erp.item i join erp.item_category c on c.id = i.category_id"
        " where i.merged_into is null and (c.path = :path or c.path like :path || ' / %')", path=top.path
    )  # fmt: skip
    index = page.view.currentIndex()
    qtbot.keyClick(page.view, Qt.Key.Key_Left)
    assert not page.view.isExpanded(index)
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert page.view.isExpanded(index)
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    below = page.current()
    assert below is not None and below.parent_id == top.id
    go(qtbot, page, "bearing")
    qtbot.waitUntil(lambda: "bearing" in side_words(page), timeout=10_000)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert room.opened[-1] == ("item_category", one(owner, "select id from erp.item_category where code = 'bearing'"))
    qtbot.keyClick(page, Qt.Key.Key_I, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert room.opened[-1][0] == "items" and "bearing" in str(room.opened[-1][1])
    # A buyer looks and moves nothing.
    qtbot.keyClick(page.view, Qt.Key.Key_X, CTRL)
    assert page.key_hints()[0][0] != "Ctrl+V" and not page.buttons["move"].isVisible()
    kept = page.state()
    other = CategoryTreePage(room.context)
    qtbot.addWidget(other)
    other.restore(kept)
    other.refresh()
    qtbot.waitUntil(lambda: other.current() is not None, timeout=10_000)
    here = other.current()
    assert here is not None and here.code == "bearing"


def test_a_branch_is_moved_with_what_that_changes(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    parent = "select p.code from erp.item_category c left join erp.item_category p on p.id = c.parent_id"
    parent += " where c.code = 'bearing'"
    before = one(owner, parent)
    room = room_of("steward")
    page = shown(qtbot, room)
    target = one(owner, "select code from erp.item_category c where c.code <> :old and c.parent_id is null"
                        " and c.retired_on is null and not exists (select from erp.item_category b"
                        " where b.code = 'bearing' and b.path like c.path || ' / %') order by code limit 1",
                 old=before or "")  # fmt: skip
    assert target is not None
    go(qtbot, page, "bearing")
    qtbot.keyClick(page.view, Qt.Key.Key_X, CTRL)
    assert page.key_hints()[0][0] == "Ctrl+V"
    go(qtbot, page, target)
    qtbot.keyClick(page.view, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(page.strip.isVisible, timeout=10_000)
    assert f"{target} / bearing" in side_words(page)
    assert one(owner, parent) == before
    take: QWidget = page.strip.take
    qtbot.keyClick(take, Qt.Key.Key_Escape)
    assert not page.strip.isVisible() and page.view.hasFocus() and one(owner, parent) == before
    go(qtbot, page, "bearing")
    qtbot.keyClick(page.view, Qt.Key.Key_X, CTRL)
    go(qtbot, page, target)
    qtbot.keyClick(page.view, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(page.strip.isVisible, timeout=10_000)
    qtbot.keyClick(page.strip.take, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: one(owner, parent) == target, timeout=10_000)
    qtbot.waitUntil(lambda: any(told[0] == "success" for told in room.toasts), timeout=10_000)
    here = page.current()
    qtbot.waitUntil(lambda: page.current() is not None and page.current().code == "bearing", timeout=10_000)  # type: ignore[union-attr]
    assert here is not None
    # Below itself it does not go, and the page says why.
    low = one(owner, "select id from erp.item_category where code = 'bearing'")
    go(qtbot, page, target)
    qtbot.keyClick(page.view, Qt.Key.Key_X, CTRL)
    go(qtbot, page, "bearing")
    qtbot.keyClick(page.view, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(page.strip.isVisible, timeout=10_000)
    qtbot.keyClick(page.strip.take, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.strip.message.text()), timeout=10_000)
    qtbot.keyClick(page.strip.take, Qt.Key.Key_Escape)
    old = one(owner, "select id from erp.item_category where code = :code", code=before) if before else None
    stock_categories.move(room.context.database, low, old)
    assert one(owner, parent) == before


def test_what_moving_gains_and_loses(room_of: RoomOf, owner: Database) -> None:
    """Attributes of the new place, those of the old one, and the items that would need a value."""
    database = room_of("steward").context.database
    bearing = one(owner, "select id from erp.item_category where code = 'bearing'")
    found = stock_categories.preview(database, bearing, None)
    assert found.after == "bearing" and found.categories >= 1
    assert found.items == one(
        owner, "select count(*) from erp.item i join erp.item_category c on c.id = i.category_id"
        " where i.merged_into is null and c.path like (select path from erp.item_category where id = :id) || '%'",
        id=bearing,
    )  # fmt: skip
    assert not found.gained and found.lacking == 0
