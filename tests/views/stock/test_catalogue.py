"""The item form helps while one types; two items are compared and made one by keys."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.operations import stock_catalogue
from desktop.views.stock.category_page import CategoryPage, CustomFieldPage
from desktop.views.stock.item_page import ItemPage
from desktop.views.stock.merge_page import MergePage
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.list_page import ListPage
from desktop.widgets.lookup import LookupField
from tests.form_fixtures import Room, demo_world, one, owner, person, press, room_of
from tests.rooms import show, show_list

__all__ = ["demo_world", "owner", "person", "room_of"]
RoomOf = Callable[[str], Room]


def shown(qtbot: QtBot, page: ItemPage | CategoryPage | CustomFieldPage) -> None:
    page.refresh()
    show(qtbot, page, 1200, 800)
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
    show(qtbot, page, 1200, 800)
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


def test_how_an_item_is_valued_changes_only_while_none_is_there(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
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


def listed(qtbot: QtBot, room: Room, key: str) -> ListPage:
    """A list of the stock room with its keys, as it stands on its desk."""
    page = list_page(room.context, list_for(key))
    show_list(qtbot, page)
    return page


def test_a_merge_is_taken_back_by_f8_with_its_reason(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("steward")
    one_, other = (one(owner, f"select id from erp.item where code = '{code}'") for code in ("GSK-NBR-120", "MFD-0112"))
    if one(owner, "select merged_into from erp.item where code = 'MFD-0112'") is None:
        stock_catalogue.merge(room.context.database, uuid4(), one_, other, {}, "bought twice")
    page = listed(qtbot, room, "item_merges")
    qtbot.keyClick(page.grid, Qt.Key.Key_F8)
    strip = page.findChild(AskStrip)
    assert strip is not None
    qtbot.waitUntil(strip.isVisible, timeout=5_000)
    assert "MFD-0112" in strip.words.text() and "GSK-NBR-120" in strip.words.text()
    reason = strip.editors["reason"]
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert "required" in strip.message.text()
    qtbot.keyClicks(reason, "two hardnesses")
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(told[0] == "success" for told in room.toasts), timeout=15_000)
    assert one(owner, "select merged_into from erp.item where code = 'MFD-0112'") is None
    assert one(owner, "select undo_reason from erp.item_merge order by id desc limit 1") == "two hardnesses"
    qtbot.waitUntil(lambda: not strip.isVisible(), timeout=5_000)
    # A second time there is nothing to take back: the strip stays, with the reason why.
    qtbot.waitUntil(lambda: page.grid.current() is not None, timeout=10_000)
    qtbot.keyClick(page.grid, Qt.Key.Key_F8)
    qtbot.keyClicks(strip.editors["reason"], "again")
    qtbot.keyClick(strip.editors["reason"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "taken back already" in strip.message.text(), timeout=15_000)
    qtbot.keyClick(strip.editors["reason"], Qt.Key.Key_Escape)
    assert not strip.isVisible()


def test_the_search_runs_in_the_background_and_stops_by_its_key(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("steward")
    page = listed(qtbot, room, "item_duplicates")
    with owner.write() as session:
        session.execute(text("delete from erp.item_match"))
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.grid, Qt.Key.Key_F5, shift)
    assert any("duplicates" in job.title for job in room.context.work.running())
    qtbot.keyClick(page.grid, Qt.Key.Key_F5, shift)
    qtbot.waitUntil(lambda: any(told[1] == "Search stopped" for told in room.toasts), timeout=15_000)
    qtbot.keyClick(page.grid, Qt.Key.Key_F5, shift)
    qtbot.waitUntil(lambda: any("look like one" in told[1] for told in room.toasts), timeout=60_000)
    assert one(owner, "select count(*) from erp.item_match where not compared") == 0
    missing = "select count(*) from erp.item i where merged_into is null and not exists"
    assert one(owner, f"{missing} (select from erp.item_match m where m.item_id = i.id)") == 0


def test_a_paste_of_items_names_what_is_there_already(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("steward")
    page = listed(qtbot, room, "items")
    rows = "Item no.\tItem\tUnit\nPST-1\tNBR gasket 120mm\tpc\nPST-2\tLeft-handed smoke shifter 77x12\tpc\n"
    QGuiApplication.clipboard().setText(rows)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(page.grid, Qt.Key.Key_V, control)
    qtbot.waitUntil(lambda: page.pasting.panel is not None and page.pasting.panel.checked is not None, timeout=15_000)
    panel = page.pasting.panel
    assert panel is not None
    qtbot.waitUntil(lambda: bool(panel.undecided()), timeout=15_000)
    assert "GSK-NBR-120" in panel.footer.reason() and len(panel.undecided()) == 1
    qtbot.keyClick(panel.table, Qt.Key.Key_F9)
    assert page.pasting.panel is panel and one(owner, "select count(*) from erp.item where code like 'PST-%'") == 0
    qtbot.keyClick(panel.table, Qt.Key.Key_J, control)
    assert not panel.undecided()
    panel.table.go_to(2)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    qtbot.keyClick(panel.table, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: one(owner, "select count(*) from erp.item where code like 'PST-%'") == 1, timeout=15_000)
    assert one(owner, "select code from erp.item where code like 'PST-%'") == "PST-2"
