"""The item form helps while one types; two items are compared and made one by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.views.stock.category_page import CategoryPage, CustomFieldPage
from desktop.views.stock.item_page import ItemPage
from desktop.views.stock.merge_page import MergePage
from desktop.widgets.lookup import LookupField
from tests.form_fixtures import Room, demo_world, one, owner, person, press, room_of

__all__ = ["demo_world", "owner", "person", "room_of"]
RoomOf = Callable[[str], Room]


def shown(qtbot: QtBot, page: ItemPage | CategoryPage | CustomFieldPage) -> None:
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.refresh()
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: page.record is not None, timeout=15_000)


def choose(qtbot: QtBot, page: ItemPage | CategoryPage, field: str, code: str) -> None:
    """Type a code into a look-up field and take what it finds."""
    widget = page.editors[field].widget
    assert isinstance(widget, LookupField)
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, code)
    qtbot.waitUntil(widget.is_open, timeout=10_000)
    qtbot.keyClick(widget, Qt.Key.Key_Return)


def test_a_category_brings_its_attributes_and_the_next_code(qtbot: QtBot, room_of: RoomOf) -> None:
    page = ItemPage(room_of("steward").context)
    shown(qtbot, page)
    qtbot.waitUntil(lambda: page.fields["custom.bore_mm"].isHidden(), timeout=10_000)
    choose(qtbot, page, "category_id", "belt")
    qtbot.waitUntil(lambda: page.editors["code"].read() == "BLT-0001", timeout=10_000)
    assert page.fields["custom.bore_mm"].isHidden()
    choose(qtbot, page, "category_id", "bearing")
    qtbot.waitUntil(lambda: page.fields["custom.bore_mm"].isVisible(), timeout=10_000)
    assert page.fields["custom.voltage_v"].isHidden()
    qtbot.keyClicks(page.editors["custom.bore_mm"].widget, "25")
    qtbot.waitUntil(lambda: page.watch.entered is not None and page.watch.entered.code == "BRG-25-01", timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert page.editors["code"].read() == "BRG-25-01"


def test_a_second_one_is_named_while_one_types(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("buyer")
    page = ItemPage(room.context)
    page.open_requested.connect(lambda key, args: room.opened.append((key, args)))
    shown(qtbot, page)
    qtbot.keyClicks(page.editors["name"].widget, "NBR gasket 160mm")
    qtbot.waitUntil(page.watch.banner.isVisible, timeout=10_000)
    assert "GSK-NBR-160" in page.watch.banner.label.full_text()
    qtbot.mouseClick(page.watch.banner.button, Qt.MouseButton.LeftButton)
    assert room.opened[-1] == ("item", page.watch.similar()[0].item_id)


def test_two_items_become_one_and_two_again(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("steward")
    pair = one(owner, "select d.id from erp.item_duplicate d join erp.item i on i.id = d.item_id"
                      " where i.code = 'GSK-NBR-120'")  # fmt: skip
    page = MergePage(room.context, pair)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.refresh()
    qtbot.waitUntil(lambda: page.found is not None and page.merge_button.isEnabled(), timeout=15_000)
    assert page.found is not None and page.found.survivor.code == "GSK-NBR-120"
    qtbot.keyClick(page, Qt.Key.Key_F9)
    assert "Reason is missing" in page.reason_field.message()
    qtbot.keyClicks(page.reason, "entered twice")
    qtbot.keyClick(page.reason, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: any(told[0] == "success" for told in room.toasts), timeout=15_000)
    query = "select s.code from erp.item i join erp.item s on s.id = i.merged_into where i.code = 'MFD-0112'"
    assert one(owner, query) == "GSK-NBR-120"


def test_how_an_item_is_valued_changes_only_while_none_is_there(
    qtbot: QtBot, room_of: RoomOf, owner: Database
) -> None:
    stocked = (
        "select c.item_id from erp.item_cost c join erp.item i on i.id = c.item_id"
        " where c.quantity > 0 and i.valuation = 'average' and not i.allow_negative order by c.item_id limit 1"
    )
    item = one(owner, stocked)
    room = room_of("steward")
    page = ItemPage(room.context, item)
    shown(qtbot, page)
    page.editors["valuation"].write("fifo")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.fields["valuation"].is_wrong(), timeout=15_000)
    assert "is in stock" in page.fields["valuation"].message()
    assert one(owner, "select valuation from erp.item where id = :id", id=item) == "average"
    page.editors["valuation"].write("average")
    new = ItemPage(room.context)
    shown(qtbot, new)
    qtbot.keyClicks(new.editors["code"].widget, "LAYERED-1")
    qtbot.keyClicks(new.editors["name"].widget, "Sold by layers")
    new.editors["valuation"].write("fifo")
    press(qtbot, new, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: new.record_id is not None and not new.dirty(), timeout=15_000)
    assert one(owner, "select valuation from erp.item where code = 'LAYERED-1'") == "fifo"
