"""The rules for log-ins: the security officer changes them within bounds, the others read them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.views.platform.policy_page import PolicyPage
from tests.form_fixtures import Room, one, press, type_into
from tests.rooms import show

RoomOf = Callable[[str], Room]
LOCK = "identity.lock_after"


def opened(qtbot: QtBot, room: Room) -> PolicyPage:
    page = PolicyPage(room.context)
    show(qtbot, page, 1294, 700)
    page.refresh()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=10_000)
    return page


def test_the_security_officer_changes_a_rule(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, room_of("security"))
    type_into(qtbot, page.inputs[LOCK], "7")
    assert page.dirty()
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert one(owner, "select erp.policy(:key)", key=LOCK) == 7


def test_a_value_out_of_bounds_is_refused_at_its_field(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, room_of("security"))
    before = one(owner, "select erp.policy('identity.password_min_length')")
    type_into(qtbot, page.inputs["identity.password_min_length"], "3")
    press(qtbot, page, Qt.Key.Key_S)
    field = page.fields["identity.password_min_length"]
    assert field.is_wrong()
    assert "8" in field.message()
    assert page.dirty()
    assert page.state()["draft"]["identity.password_min_length"] == "3"
    assert one(owner, "select erp.policy('identity.password_min_length')") == before


@pytest.mark.parametrize("job", ["admin", "auditor"])
def test_the_others_read_the_rules(qtbot: QtBot, room_of: RoomOf, job: str) -> None:
    page = opened(qtbot, room_of(job))
    assert all(field.isReadOnly() for field in page.inputs.values())
    assert not page.save_button.isVisible()
    assert "security officer" in page.header.note.full_text()
