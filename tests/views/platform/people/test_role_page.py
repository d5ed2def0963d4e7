"""Custom roles by keys: made by the security officer, changed for all holders at once, retired; read by the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db import users
from db.session import Database
from desktop.views.platform.person_page import PersonPage
from desktop.views.platform.role_page import RolePage
from tests.form_fixtures import Room, one, opened, press, type_into
from tests.views.platform.people.test_person_page import make_person

RoomOf = Callable[[str], Room]


def role_id(owner: Database, key: str) -> int:
    return int(one(owner, "select id from erp.custom_role where key = :key", key=key))


def make_role(owner: Database, key: str, *parts: str) -> int:
    return users.save_custom_role(owner, key=key, name=key.title(), name_zh=None, parts=parts)


def groups_of(owner: Database, user: int) -> str:
    """The jobs that the server's log-in really has."""
    query = """
        select string_agg(r.key, ',' order by r.key) from erp.role r
        where pg_has_role((select login from erp.app_user where id = :id), erp.role_name(r.key), 'member')
    """
    return str(one(owner, query, id=user))


def test_the_security_officer_makes_a_role_of_two_jobs(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, RolePage(room_of("security").context))
    type_into(qtbot, page.editors["key"].widget, "stock_and_buy")
    type_into(qtbot, page.editors["name"].widget, "Stock and purchasing")
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.fields["parts"].is_wrong(), timeout=10_000)
    for key in ("clerk", "buyer"):
        box = page.board.boxes()[key]
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Space)
    assert not page.board.boxes()["admin"].isEnabled()
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.record_id is not None and not page.dirty(), timeout=10_000)
    query = "select string_agg(role_key, ',' order by role_key) from erp.custom_role_part where custom_role_id = :id"
    assert one(owner, query, id=role_id(owner, "stock_and_buy")) == "buyer,clerk"


def test_a_changed_role_reaches_its_holders_at_once(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    role = make_role(owner, "helpers", "clerk")
    holder = make_person(owner, "helper", "helpers")
    assert groups_of(owner, holder) == "clerk"
    page = opened(qtbot, RolePage(room_of("security").context, role))
    assert page.editors["key"].widget.isReadOnly()
    box = page.board.boxes()["planner"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert groups_of(owner, holder) == "clerk,planner"


def test_a_retired_role_gives_nothing_any_more(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    role = make_role(owner, "seasonal", "buyer")
    holder = make_person(owner, "season", "seasonal")
    page = opened(qtbot, RolePage(room_of("security").context, role))
    qtbot.mouseClick(page.steps.buttons()["retire"], Qt.MouseButton.LeftButton)
    qtbot.keyClicks(page.steps.reason, "Season is over")
    qtbot.keyClick(page.steps.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.header.chip.text() == "Retired", timeout=10_000)
    assert groups_of(owner, holder) == "None"
    assert not page.save_button.isVisible()
    person = opened(qtbot, PersonPage(room_of("security").context, holder))
    assert "seasonal" not in person.board.boxes()


@pytest.mark.parametrize("job", ["admin", "auditor"])
def test_the_others_read_a_role(qtbot: QtBot, room_of: RoomOf, owner: Database, job: str) -> None:
    page = opened(qtbot, RolePage(room_of(job).context, make_role(owner, "readable", "clerk")))
    assert page.board.chosen() == ("clerk",)
    assert not page.board.isEnabled()
    assert not page.save_button.isVisible()
    assert not page.steps.buttons()
