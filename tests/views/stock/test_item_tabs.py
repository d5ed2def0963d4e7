"""The tabs of an item's card by keys, unit conversions, and what fits one asset alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.domain.text import tr
from desktop.views.assets.asset_page import AssetPage
from desktop.views.stock.item_page import ItemPage
from desktop.views.stock.item_tabs import ITEM_TABS, FactsTab
from desktop.views.stock.unit_table import UnitsPage, UnitTable
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.lookup import LookupField
from desktop.widgets.theme import set_language
from tests.form_fixtures import Room, demo_world, one, opened, owner, person, room_of
from tests.rooms import show

__all__ = ["demo_world", "owner", "person", "room_of"]
RoomOf = Callable[[str], Room]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
STOCKED = (
    "select b.item_id from erp.stock_balance b join erp.stock_move m on m.item_id = b.item_id"
    " where b.quantity > 0 group by b.item_id order by count(distinct m.document_id) desc, b.item_id limit 1"
)


def take(qtbot: QtBot, strip: AskStrip, key: str, typed: str) -> None:
    """Type into a look-up of the strip and take the first it finds."""
    widget = strip.editors[key]
    assert isinstance(widget, LookupField)
    widget.setFocus()
    qtbot.keyClicks(widget, typed)
    qtbot.waitUntil(widget.is_open, timeout=10_000)
    qtbot.keyClick(widget, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: widget.value() is not None, timeout=5_000)


def test_the_tabs_turn_by_keys_and_read_what_they_show(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    item = one(owner, STOCKED)
    room = room_of("steward")
    page = opened(qtbot, ItemPage(room.context, item))
    page.open_requested.connect(lambda key, args: room.opened.append((key, args)))
    keys = [tab.key for tab in ITEM_TABS]
    assert page.card.current() == "card"
    for key in keys[1:]:
        qtbot.keyClick(page, Qt.Key.Key_PageDown, CTRL)
        assert page.card.current() == key
    qtbot.keyClick(page, Qt.Key.Key_PageDown, CTRL)
    assert page.card.current() == "card"
    qtbot.keyClick(page, Qt.Key.Key_PageUp, CTRL)
    assert page.card.current() == keys[-1]
    for number, key in ((6, "bins"), (8, "moves")):
        qtbot.keyClick(page, getattr(Qt.Key, f"Key_{number}"), ALT)
        assert page.card.current() == key
        body = page.card.bodies[key]
        assert isinstance(body, FactsTab)
        qtbot.waitUntil(lambda table=body.table: bool(table.rows()), timeout=10_000)
    for number, key in ((5, "prices"), (7, "lots"), (9, "rules")):
        qtbot.keyClick(page, getattr(Qt.Key, f"Key_{number}"), ALT)
        quiet = page.card.bodies[key]
        assert isinstance(quiet, FactsTab)
        qtbot.waitUntil(lambda: not room.context.work.running(), timeout=10_000)
        assert quiet.table.empty.title.text() != "This could not be read"
    qtbot.keyClick(page, Qt.Key.Key_8, ALT)
    on_hand = one(owner, "select sum(quantity) from erp.stock_balance where item_id = :id", id=item)
    bins = page.card.bodies["bins"]
    assert isinstance(bins, FactsTab)
    assert sum(fact.record.quantity for fact in bins.table.rows()) == on_hand
    moves = page.card.bodies["moves"]
    assert isinstance(moves, FactsTab)
    assert moves.table.view.hasFocus()
    qtbot.keyClick(moves.table.view, Qt.Key.Key_Return)
    latest = one(owner, "select document_id from erp.stock_move where item_id = :id order by id desc limit 1", id=item)
    assert room.opened[-1] == ("stock_document", latest)


def test_a_wrong_field_is_shown_on_its_tab(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("steward")
    page = opened(qtbot, ItemPage(room.context, one(owner, STOCKED)))
    name = page.editors["name"].widget
    name.setFocus()
    qtbot.keyClick(name, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(name, Qt.Key.Key_Delete)
    qtbot.keyClick(page, Qt.Key.Key_2, ALT)
    assert page.card.current() == "units" and not name.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_S, CTRL)
    assert page.card.current() == "card"
    assert page.fields["name"].is_wrong() and name.hasFocus()


def test_lines_on_other_tabs_are_saved_with_the_card(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    item = one(owner, "select id from erp.item where code = 'GSK-NBR-120'")
    room = room_of("steward")
    page = opened(qtbot, ItemPage(room.context, item))
    qtbot.keyClick(page, Qt.Key.Key_3, ALT)
    table = page.tables["fits"]
    assert table.isVisible() and not page.tables["packs"].isVisible()
    rows = table.model_.rowCount()
    assert rows >= 1
    page.state()
    assert page.state()["tab"] == "fits"
    other = ItemPage(room.context, item)
    other.restore(page.state())
    assert other.card.current() == "fits"
    other.deleteLater()


def test_units_are_converted_for_every_item(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    count = one(owner, "select count(*) from erp.uom_conversion")
    pair = "select factor from erp.uom_conversion where from_uom = 'roll' and to_uom = 'pair'"
    room = room_of("steward")
    page = UnitsPage(room.context)
    show(qtbot, page, 1200, 700)
    page.refresh()
    page.units.table.setFocus()
    qtbot.keyClick(page.units, Qt.Key.Key_N, CTRL | SHIFT)
    strip = page.units.strip
    assert strip.isVisible()
    take(qtbot, strip, "from_uom", "roll")
    factor = strip.editors["factor"]
    qtbot.keyClicks(factor, "-3")
    take(qtbot, strip, "to_uom", "pair")
    qtbot.keyClick(strip.editors["to_uom"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "above zero" in strip.message.text(), timeout=5_000)
    assert factor.hasFocus()
    qtbot.keyClick(factor, Qt.Key.Key_A, CTRL)
    qtbot.keyClicks(factor, "1000")
    strip.editors["to_uom"].setFocus()
    qtbot.keyClick(strip.editors["to_uom"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.units.table.rows()) == count + 1, timeout=10_000)
    at = [fact.texts[0] for fact in page.units.table.rows()].index("roll")
    assert page.units.table.rows()[at].texts == ("roll", "1,000", "pair", "1 pair = 0.001 roll")
    page.units.table.view.setFocus()
    page.units.table.view.selectRow(at)
    qtbot.keyClick(page.units.table.view, Qt.Key.Key_Return)
    qtbot.keyClicks(strip.editors["factor"], "1016")
    qtbot.keyClick(strip.editors["factor"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: one(owner, pair) == 1016, timeout=10_000)
    qtbot.waitUntil(lambda: not strip.isVisible(), timeout=5_000)
    page.units.table.view.setFocus()
    qtbot.keyClick(page.units.table.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: one(owner, pair) is None, timeout=10_000)
    set_language("zh")
    assert page.title() == tr("Conversions of units") == "单位换算"


def test_a_clerk_reads_conversions_and_enters_none(qtbot: QtBot, room_of: RoomOf) -> None:
    units = UnitTable(room_of("clerk").context)
    qtbot.addWidget(units)
    units.show()
    qtbot.keyClick(units, Qt.Key.Key_N, CTRL | SHIFT)
    assert not units.strip.isVisible() and not units.add.isVisible()


def test_an_item_is_said_to_fit_one_asset_alone(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    asset = one(owner, "select a.id from erp.asset a join erp.asset_class k on k.id = a.asset_class_id"
                       " order by a.id limit 1")  # fmt: skip
    room = room_of("steward")
    page = opened(qtbot, AssetPage(room.context, asset))
    fitting = page.fitting
    before = len(fitting.table.rows())
    assert fitting.add.isVisible()
    qtbot.mouseClick(fitting.add, Qt.MouseButton.LeftButton)
    take(qtbot, fitting.strip, "item_id", "MFD-0112")
    qtbot.keyClick(fitting.strip.editors["item_id"], Qt.Key.Key_Return)
    alone = "select count(*) from erp.item_fit f join erp.item i on i.id = f.item_id"
    alone += " where f.asset_id = :asset and i.code = 'MFD-0112'"
    qtbot.waitUntil(lambda: one(owner, alone, asset=asset) == 1, timeout=10_000)
    qtbot.waitUntil(lambda: len(fitting.table.rows()) == before + 1, timeout=10_000)
    at = [fact.texts[0] for fact in fitting.table.rows() if fact.record.by == "asset"].index("MFD-0112")
    view: QWidget = fitting.table.view
    view.setFocus()
    fitting.table.view.selectRow(at)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: one(owner, alone, asset=asset) == 0, timeout=10_000)
