"""The organisation's tree by keys: a new unit, the consequences of a move before it happens, the move, its refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.operations import people_units
from desktop.views.platform.unit_page import UnitPage
from desktop.widgets.lookup import LookupField
from tests.form_fixtures import Room, one, opened, press, type_into

RoomOf = Callable[[str], Room]
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def unit(owner: Database, code: str) -> int:
    return int(one(owner, "select id from erp.org_unit where code = :code", code=code))


def begin_move(qtbot: QtBot, page: UnitPage) -> None:
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_M, BOTH)
    qtbot.waitUntil(page.move_panel.isVisible)


def choose(qtbot: QtBot, field: LookupField, text: str) -> None:
    """Type into a look-up and take the first offer."""
    field.setFocus()
    qtbot.keyClicks(field, text)
    qtbot.waitUntil(lambda: field.is_open() and bool(field.offered()), timeout=10_000)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def spare(owner: Database) -> int:
    """A department under Suzhou that nothing else in the demo uses."""
    found = one(owner, "select id from erp.org_unit where code = 'SPARE'")
    if found is None:
        with owner.write() as session:
            session.execute(
                text("insert into erp.org_unit (company_id, parent_id, kind, code, name)"
                     " select company_id, id, 'department', 'SPARE', 'Spare' from erp.org_unit where code = 'SUZ'")
            )  # fmt: skip
    return unit(owner, "SPARE")


def test_the_administrator_makes_a_unit_below_another(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("admin")
    page = opened(qtbot, UnitPage(room.context, unit(owner, "SUZ")))
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_N, BOTH)
    key, args = asked.args
    assert key == "org_unit"
    new = opened(qtbot, UnitPage(room.context, None, args["values"]))
    type_into(qtbot, new.editors["code"].widget, "SUZ-LAB")
    type_into(qtbot, new.editors["name"].widget, "Laboratory")
    new.editors["kind"].write("department")
    press(qtbot, new, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: new.record_id is not None and not new.dirty(), timeout=10_000)
    query = "select a.code from erp.org_unit u join erp.org_unit a on a.id = u.parent_id where u.code = 'SUZ-LAB'"
    assert one(owner, query) == "SUZ"
    assert new.editors["parent_id"].widget.isReadOnly()


def test_a_unit_without_one_above_is_told_at_the_field(qtbot: QtBot, room_of: RoomOf) -> None:
    page = opened(qtbot, UnitPage(room_of("admin").context))
    type_into(qtbot, page.editors["code"].widget, "NOWHERE")
    type_into(qtbot, page.editors["name"].widget, "Nowhere")
    page.editors["kind"].write("branch")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.fields["parent_id"].is_wrong(), timeout=10_000)
    assert "F7" in page.fields["parent_id"].message()


def test_a_move_tells_first_who_gains_and_loses_sight(
    qtbot: QtBot, room_of: RoomOf, owner: Database, spare: int
) -> None:
    target = one(owner, "select code from erp.org_unit where kind = 'branch' and code <> 'SUZ' order by code limit 1")
    page = opened(qtbot, UnitPage(room_of("security").context, spare))
    begin_move(qtbot, page)
    panel = page.move_panel
    assert not panel.move_button.isEnabled()
    choose(qtbot, panel.target, str(target))
    qtbot.waitUntil(panel.move_button.isEnabled, timeout=10_000)
    told = panel.told.full_text()
    assert "No longer see it" in told
    assert "Lin Tao" in told
    assert one(owner, "select parent_id from erp.org_unit where id = :id", id=spare) == unit(owner, "SUZ")
    qtbot.keyClick(panel.reason_field, Qt.Key.Key_Return)
    assert panel.reason_box.is_wrong()
    qtbot.keyClicks(panel.reason_field, "Moved with its team")
    qtbot.keyClick(panel.reason_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not panel.isVisible(), timeout=10_000)
    assert one(owner, "select parent_id from erp.org_unit where id = :id", id=spare) == unit(owner, str(target))
    reason = "select reason from audit.entry where table_name = 'org_unit' and row_id = :id order by id desc limit 1"
    assert one(owner, reason, id=spare) == "Moved with its team"
    people_units.move(owner, people_units.load(owner, spare), unit(owner, "SUZ"), reason="back")


def test_the_administrator_is_told_that_a_wider_sight_is_not_his_to_give(
    qtbot: QtBot, room_of: RoomOf, owner: Database, spare: int
) -> None:
    target = one(owner, "select code from erp.org_unit where kind = 'branch' and code <> 'SUZ' order by code limit 1")
    page = opened(qtbot, UnitPage(room_of("admin").context, spare))
    begin_move(qtbot, page)
    panel = page.move_panel
    choose(qtbot, panel.target, str(target))
    qtbot.waitUntil(panel.told.isVisible, timeout=10_000)
    assert "security officer" in panel.told.full_text()
    assert not panel.move_button.isEnabled()


def test_a_unit_cannot_be_hung_under_itself(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, UnitPage(room_of("admin").context, unit(owner, "SUZ")))
    begin_move(qtbot, page)
    choose(qtbot, page.move_panel.target, "SUZ-WH")
    qtbot.waitUntil(page.move_panel.target_field.is_wrong, timeout=10_000)
    assert not page.move_panel.move_button.isEnabled()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not page.move_panel.isVisible()


def test_the_security_officer_moves_and_changes_nothing_else(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, UnitPage(room_of("security").context, unit(owner, "SUZ")))
    assert page.editors["name"].widget.isReadOnly()
    assert not page.save_button.isVisible()
    assert not page.below_button.isVisible()
    assert page.move_button.isVisible()


def test_others_read_a_unit_and_change_nothing(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, UnitPage(room_of("auditor").context, unit(owner, "SUZ")))
    assert page.editors["name"].widget.isReadOnly()
    assert not page.save_button.isVisible()
    assert not page.move_button.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_M, BOTH)
    assert not page.move_panel.isVisible()
