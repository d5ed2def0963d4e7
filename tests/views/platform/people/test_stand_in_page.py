"""Stand-ins by keys: one's own, a colleague's by the security officer, and what they let the stand-in see and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.views.platform.person_page import PersonPage
from desktop.views.platform.stand_in_page import StandInPage
from desktop.widgets.lookup import LookupField
from tests.form_fixtures import Room, one, opened, press, type_into
from tests.views.platform.people.test_person_page import make_person

RoomOf = Callable[[str], Room]


def choose(qtbot: QtBot, field: object, text: str) -> None:
    assert isinstance(field, LookupField)
    field.setFocus()
    qtbot.keyClicks(field, text)
    qtbot.waitUntil(lambda: field.is_open() and bool(field.offered()), timeout=10_000)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def company_day(owner: Database) -> date:
    found: date = one(owner, "select erp.company_day((select min(id) from erp.company))")
    return found


def fill(qtbot: QtBot, page: StandInPage, to_user: str, day: date) -> None:
    choose(qtbot, page.editors["to_user_id"].widget, to_user)
    for key in ("valid_from", "valid_to"):
        type_into(qtbot, page.editors[key].widget, day.isoformat())
    type_into(qtbot, page.editors["reason"].widget, "Holiday")
    press(qtbot, page, Qt.Key.Key_S)


def test_a_planner_names_his_stand_in_and_ends_it(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    helper = make_person(owner, "substitute", "desk")
    page = opened(qtbot, StandInPage(room_of("planner").context))
    assert page.editors["from_user_id"].widget.isReadOnly()
    fill(qtbot, page, "substitute", company_day(owner))
    qtbot.waitUntil(lambda: page.record_id is not None and not page.dirty(), timeout=10_000)
    jobs = "select string_agg(distinct j.role_key, ',' order by j.role_key) from erp.jobs_of(:id, :day) j"
    assert one(owner, jobs, id=helper, day=company_day(owner)) == "desk,planner"
    assert page.header.chip.text() == "Standing in"

    officer = opened(qtbot, PersonPage(room_of("security").context, helper))
    qtbot.waitUntil(lambda: bool(officer.access.rows()), timeout=10_000)
    assert any("Lin Tao" in why for *_, why in officer.access.rows())

    qtbot.mouseClick(page.steps.buttons()["end"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.header.chip.text() == "Ended early", timeout=10_000)
    assert one(owner, jobs, id=helper, day=company_day(owner)) == "desk"
    assert not page.steps.buttons()


def test_the_security_officer_names_a_stand_in_for_somebody_from_his_page(
    qtbot: QtBot, room_of: RoomOf, owner: Database
) -> None:
    room = room_of("security")
    absent = make_person(owner, "absentee", "clerk")
    make_person(owner, "present", "clerk")
    person = opened(qtbot, PersonPage(room.context, absent))
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(person.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(person.focusWidget() or person, Qt.Key.Key_B, both)
    key, args = asked.args
    assert key == "stand_in"
    page = opened(qtbot, StandInPage(room.context, None, args["values"]))
    fill(qtbot, page, "present", company_day(owner))
    qtbot.waitUntil(lambda: page.record_id is not None and not page.dirty(), timeout=10_000)
    assert one(owner, "select from_user_id from erp.delegation where id = :id", id=page.record_id) == absent


def test_a_stand_in_across_powers_is_refused(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("security")
    clerk = make_person(owner, "powerless", "clerk")
    page = opened(qtbot, StandInPage(room.context, None, {"from_user_id": clerk}))
    fill(qtbot, page, "auditor", company_day(owner))
    qtbot.waitUntil(lambda: bool(room.toasts) and room.toasts[-1][0] == "danger", timeout=10_000)
    assert page.record_id is None
    assert page.dirty()


def test_what_a_person_may_do_is_narrowed_by_typing(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = opened(qtbot, PersonPage(room_of("auditor").context, make_person(owner, "explained", "clerk")))
    qtbot.waitUntil(lambda: bool(page.access.rows()), timeout=10_000)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_A, both)
    assert page.access.search.hasFocus()
    everything = len(page.access.rows())
    qtbot.keyClicks(page.access.search, "stock_balance")
    assert 0 < len(page.access.rows()) < everything
    assert all("Warehouse clerk" in why for *_, why in page.access.rows())
    page.access.parts.set_current("origin")
    qtbot.keyClick(page.access.search, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.access.search, "WUX")
    assert [code for _, code, *_ in page.access.rows()] == ["WUX"]
