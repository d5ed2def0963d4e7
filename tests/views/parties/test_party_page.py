"""Customers, suppliers and sites by keys: entering, contacts in place, read-only for those who may not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.runtime.context import Found
from desktop.views.parties.party_page import PartyPage
from desktop.views.parties.site_page import SitePage
from tests.form_fixtures import Room, one, opened, press, type_into

RoomOf = Callable[[str], Room]


def test_a_customer_is_entered_with_a_contact(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("desk")
    page = opened(qtbot, PartyPage(room.context, None, {"is_customer": True}))
    type_into(qtbot, page.editors["code"].widget, "C-KEYS")
    type_into(qtbot, page.editors["name"].widget, "Keys and Sons")
    table = page.tables["contacts"]
    qtbot.mouseClick(table.add, Qt.MouseButton.LeftButton)
    for letter in "Ann":
        qtbot.keyClicks(QApplication.focusWidget(), letter)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.record_id is not None, timeout=10_000)
    query = "select p.name || '/' || c.name from erp.party p join erp.contact c on c.party_id = p.id where p.id = :id"
    assert one(owner, query, id=page.record_id) == "Keys and Sons/Ann"
    assert page.title().endswith("C-KEYS")


def test_a_code_that_is_taken_is_told_at_the_code(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("desk")
    taken = one(room.context.database, "select min(code) from erp.party where is_customer")
    page = opened(qtbot, PartyPage(room.context, None, {"is_customer": True}))
    type_into(qtbot, page.editors["code"].widget, taken)
    type_into(qtbot, page.editors["name"].widget, "Twin")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.fields["code"].is_wrong(), timeout=10_000)
    assert page.editors["code"].widget.hasFocus()
    assert page.editors["name"].widget.text() == "Twin"


def test_an_address_that_is_none_is_told_at_its_field(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("buyer")
    party = int(one(room.context.database, "select min(id) from erp.party where is_supplier"))
    page = opened(qtbot, PartyPage(room.context, party))
    type_into(qtbot, page.editors["email"].widget, "nobody")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.fields["email"].is_wrong(), timeout=10_000)
    assert page.dirty()


def test_a_planner_adds_contacts_and_nothing_else(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("planner")
    party = int(one(room.context.database, "select min(id) from erp.party where is_customer"))
    page = opened(qtbot, PartyPage(room.context, party))
    assert page.editors["name"].widget.isReadOnly()
    assert page.tables["contacts"].add.isVisible()
    assert page.save_button.isVisible()


def test_a_clerk_only_reads(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("clerk")
    party = int(one(room.context.database, "select min(id) from erp.party where is_customer"))
    page = opened(qtbot, PartyPage(room.context, party))
    assert not page.save_button.isVisible()
    assert not page.tables["contacts"].add.isVisible()


def test_a_new_site_becomes_a_unit_of_the_branch(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("desk")
    page = opened(qtbot, SitePage(room.context))
    party = one(room.context.database, "select min(id) from erp.party where is_customer")
    page.editors["party_id"].write(Found("", party, "C-1", "Somebody"))
    type_into(qtbot, page.editors["code"].widget, "KEYS-1")
    type_into(qtbot, page.editors["name"].widget, "Works 1")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.record_id is not None, timeout=10_000)
    query = "select u.kind from erp.site s join erp.org_unit u on u.id = s.org_unit_id where s.id = :id"
    assert one(owner, query, id=page.record_id) == "site"


def test_a_private_customer_is_marked_with_the_space_bar(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("steward")
    party = int(one(room.context.database, "select min(id) from erp.party where is_customer"))
    page = opened(qtbot, PartyPage(room.context, party))
    box = page.editors["is_person"].widget
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert one(owner, "select is_person from erp.party where id = :id", id=party) is True
