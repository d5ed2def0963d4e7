"""Accounts by keys and mouse, as the three people who share them: administrator, security officer, auditor."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db import users
from db.errors import LoginError
from db.session import Database, connect
from desktop.operations import people_accounts
from desktop.views.platform.person_page import PersonPage
from desktop.widgets.lookup import LookupField
from tests.demo_world import DemoWorld
from tests.form_fixtures import Room, one, opened, press, type_into

RoomOf = Callable[[str], Room]
OWN = "a-very-own-password"


def user_id(owner: Database, name: str) -> int:
    return int(one(owner, "select id from erp.app_user where user_name = :name", name=name))


def state(owner: Database, name: str) -> str:
    return str(one(owner, "select erp.account_state(id) from erp.app_user where user_name = :name", name=name))


def step(qtbot: QtBot, page: PersonPage, key: str, reason: str = "") -> None:
    """Press a step's button, and give its reason where it asks for one."""
    qtbot.mouseClick(page.steps.buttons()[key], Qt.MouseButton.LeftButton)
    if reason:
        qtbot.keyClicks(page.steps.reason, reason)
        qtbot.keyClick(page.steps.reason, Qt.Key.Key_Return)


def door(world: DemoWorld, name: str, password: str) -> Database:
    """A connection of that log-in, whatever it may see."""
    return Database(world.server.dsn(world.name, f"{world.name}_{name}", password), pool_size=1)


def set_own_password(world: DemoWorld, name: str, password: str) -> None:
    with door(world, name, password) as database:
        users.change_password(database, OWN)


def make_person(owner: Database, name: str, *roles: str) -> int:
    """A colleague who works already, so that a test may lock and reset him."""
    if one(owner, "select id from erp.app_user where user_name = :name", name=name) is None:
        unit = int(one(owner, "select id from erp.org_unit where code = 'WUX'"))
        users.create_user(
            owner, user_name=name, password=OWN, display_name=name.title(), roles=roles or ("clerk",), units=[unit],
            login=f"{one(owner, 'select prefix from erp.installation')}_{name}",
        )  # fmt: skip
    return user_id(owner, name)


def test_a_new_person_gets_an_account_then_jobs_then_release_and_works(
    qtbot: QtBot, room_of: RoomOf, owner: Database, demo_world: DemoWorld
) -> None:
    page = opened(qtbot, PersonPage(room_of("admin").context))
    assert not page.board.isVisible()
    type_into(qtbot, page.editors["user_name"].widget, "newone")
    type_into(qtbot, page.editors["display_name"].widget, "New One")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(page.secret.isVisible, timeout=10_000)
    first = page.secret.secret.text()
    assert re.fullmatch(r"([a-km-zA-HJ-NP-Z2-9]{4}-){3}[a-km-zA-HJ-NP-Z2-9]{4}", first)
    assert state(owner, "newone") == "new"
    assert not page.board.isEnabled()
    assert not page.can_leave()
    qtbot.mouseClick(page.secret.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == first
    assert first not in str(page.state())
    qtbot.mouseClick(page.secret.done_button, Qt.MouseButton.LeftButton)
    assert not page.secret.isVisible()
    assert first not in QGuiApplication.clipboard().text()
    assert page.can_leave()

    officer = opened(qtbot, PersonPage(room_of("security").context, user_id(owner, "newone")))
    assert "release" not in officer.steps.buttons()
    box = officer.board.boxes()["planner"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert not officer.board.boxes()["auditor"].isEnabled()
    table = officer.tables["units"]
    qtbot.mouseClick(table.add, Qt.MouseButton.LeftButton)
    editor = QApplication.focusWidget()
    assert isinstance(editor, LookupField)
    qtbot.keyClicks(editor, "WUX")
    qtbot.waitUntil(lambda: bool(editor.offered()), timeout=10_000)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    press(qtbot, officer, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not officer.dirty(), timeout=10_000)
    query = "select u.code from erp.user_unit g join erp.org_unit u on u.id = g.org_unit_id where g.user_id = :id"
    assert one(owner, query, id=user_id(owner, "newone")) == "WUX"

    with pytest.raises(LoginError):
        connect(demo_world.server.dsn(demo_world.name, f"{demo_world.name}_newone", first)).close()
    set_own_password(demo_world, "newone", first)
    officer.reload()
    qtbot.waitUntil(lambda: "release" in officer.steps.buttons(), timeout=10_000)
    step(qtbot, officer, "release")
    qtbot.waitUntil(lambda: state(owner, "newone") == "active", timeout=10_000)
    with door(demo_world, "newone", OWN) as database:
        assert database.user.roles == {"planner"}
        assert one(database, "select count(*) from erp.org_unit where id = any (erp.my_units())") > 0
        assert one(database, "select count(*) from erp.work_order") > 0


def test_disable_and_enable_with_a_reason(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    person = make_person(owner, "leaver")
    page = opened(qtbot, PersonPage(room_of("security").context, person))
    step(qtbot, page, "disable", "Left the company")
    qtbot.waitUntil(lambda: state(owner, "leaver") == "disabled", timeout=10_000)
    qtbot.waitUntil(lambda: "enable" in page.steps.buttons(), timeout=10_000)
    query = "select reason from audit.entry where table_name = 'app_user' and row_id = :id order by id desc limit 1"
    assert one(owner, query, id=person) == "Left the company"
    step(qtbot, page, "enable")
    qtbot.waitUntil(lambda: state(owner, "leaver") == "active", timeout=10_000)


def test_an_account_that_the_administrator_enables_waits_for_release(
    qtbot: QtBot, room_of: RoomOf, owner: Database
) -> None:
    person = make_person(owner, "returner")
    users.disable_user(owner, person)
    page = opened(qtbot, PersonPage(room_of("admin").context, person))
    step(qtbot, page, "enable")
    qtbot.waitUntil(lambda: state(owner, "returner") == "reset", timeout=10_000)
    qtbot.waitUntil(lambda: page.header.chip.text() == "Awaiting release", timeout=10_000)
    assert "release" not in page.steps.buttons()


def test_a_locked_person_is_unlocked(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    person = make_person(owner, "guesser")
    with owner.write() as session:
        query = text("update erp.app_user set locked_until = now() + interval '1 hour' where id = :id")
        session.execute(query, {"id": person})
    page = opened(qtbot, PersonPage(room_of("admin").context, person))
    assert page.header.chip.text() == "Locked"
    step(qtbot, page, "unlock")
    qtbot.waitUntil(lambda: state(owner, "guesser") == "active", timeout=10_000)
    qtbot.waitUntil(lambda: "unlock" not in page.steps.buttons(), timeout=10_000)


def test_a_reset_password_waits_for_its_holder_and_then_for_release(
    qtbot: QtBot, room_of: RoomOf, owner: Database, demo_world: DemoWorld
) -> None:
    person = make_person(owner, "forgetter")
    page = opened(qtbot, PersonPage(room_of("admin").context, person))
    step(qtbot, page, "reset", "Forgot it")
    qtbot.waitUntil(page.secret.isVisible, timeout=10_000)
    first = page.secret.secret.text()
    assert "release" not in page.steps.buttons()
    officer = opened(qtbot, PersonPage(room_of("security").context, person))
    assert "release" not in officer.steps.buttons()
    assert "reset" not in officer.steps.buttons()
    set_own_password(demo_world, "forgetter", first)
    officer.reload()
    qtbot.waitUntil(lambda: "release" in officer.steps.buttons(), timeout=10_000)
    step(qtbot, officer, "release")
    qtbot.waitUntil(lambda: state(owner, "forgetter") == "active", timeout=10_000)


def test_jobs_of_two_powers_do_not_meet(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    person = make_person(owner, "ambitious", "clerk")
    page = opened(qtbot, PersonPage(room_of("security").context, person))
    admin = page.board.boxes()["admin"]
    assert not admin.isEnabled()
    assert "one power" in admin.toolTip()
    clerk = page.board.boxes()["clerk"]
    clerk.setFocus()
    qtbot.keyClick(clerk, Qt.Key.Key_Space)
    assert admin.isEnabled()
    admin.setFocus()
    qtbot.keyClick(admin, Qt.Key.Key_Space)
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert one(owner, "select string_agg(role_key, ',') from erp.user_role where user_id = :id", id=person) == "admin"


def test_nobody_administers_himself(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, PersonPage(room_of("security").context, user_id(owner, "security")))
    assert not page.steps.buttons()
    assert not page.board.isEnabled()
    assert not page.tables["units"].add.isVisible()


def test_the_auditor_sees_everything_and_changes_nothing(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, PersonPage(room_of("auditor").context, user_id(owner, "planner")))
    assert page.board.chosen() == ("planner",)
    assert page.tables["units"].values()
    assert not page.steps.buttons()
    assert not page.board.isEnabled()
    assert not page.save_button.isVisible()
    assert all(editor.widget.isReadOnly() for editor in page.editors.values() if isinstance(editor.widget, QLineEdit))


def test_a_clerk_sees_his_own_jobs_and_no_account(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, PersonPage(room_of("clerk").context, user_id(owner, "clerk")))
    assert page.board.chosen() == ("clerk",)
    assert not page.steps.buttons()
    other = opened(qtbot, PersonPage(room_of("clerk").context, user_id(owner, "planner")))
    assert not other.board.chosen()
    assert not other.tables["units"].values()


def test_a_line_without_a_unit_is_told(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("security")
    page = opened(qtbot, PersonPage(room.context, make_person(owner, "lineless")))
    page.tables["units"].model_.put(1, "may_write", False)
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: bool(room.toasts) and room.toasts[-1][0] == "danger", timeout=10_000)
    assert "Unit is missing" in room.toasts[-1][2]
    assert page.dirty()


def test_two_officers_do_not_lose_a_drafted_job(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    """What was ticked and not saved is kept with the tab."""
    person = make_person(owner, "drafted")
    room = room_of("security")
    page = opened(qtbot, PersonPage(room.context, person))
    box = page.board.boxes()["buyer"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    again = PersonPage(room.context, person)
    again.restore(page.state())
    opened(qtbot, again)
    qtbot.waitUntil(again.dirty, timeout=10_000)
    assert again.board.chosen() == ("buyer", "clerk")
    assert people_accounts.load(owner, person).values["jobs"] == ("clerk",)
