"""What waits for the security officer: listed for him alone, and opened by Enter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.desks import DESKS
from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.views.shell.desks import visible_desks
from desktop.widgets.list_page import ListPage
from tests.form_fixtures import Room
from tests.rooms import show
from tests.views.platform.people.test_person_page import make_person

RoomOf = Callable[[str], Room]


def put(owner: Database, person: int, change: str) -> None:
    with owner.write() as session:
        session.execute(text(f"update erp.app_user set {change} where id = :id"), {"id": person})


def names(page: ListPage) -> set[str]:
    return {str(line.texts[0]) for _, line in page.model.window(0, page.model.count.value) if hasattr(line, "texts")}


def test_only_what_waits_for_the_officer_is_listed(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    ready, busy = make_person(owner, "ready"), make_person(owner, "busy")
    put(owner, ready, "awaiting_release = true")
    put(owner, busy, "awaiting_release = true, must_change = true")
    make_person(owner, "working")
    page = list_page(room_of("security").context, list_for("people_waiting"))
    show(qtbot, page, 1294, 700)
    page.refresh()
    qtbot.waitUntil(lambda: page.model.count.exact and "ready" in names(page), timeout=10_000)
    assert not {"busy", "working"} & names(page)
    page.grid.canvas.setFocus()
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(page.grid.canvas, Qt.Key.Key_Return)
    assert asked.args[0] == "person"


def test_each_of_the_three_powers_has_its_pages(room_of: RoomOf) -> None:
    shown = {
        job: {page.key for desk in visible_desks(DESKS, room_of(job).context.user) for page in desk.listed()}
        for job in ("admin", "security", "auditor", "clerk")
    }
    keeping = {"users", "org_units", "custom_roles", "role_matrix", "user_access", "login_policy"}
    assert all(keeping <= shown[job] for job in ("admin", "security", "auditor"))
    assert not keeping & shown["clerk"] - {"org_units"}
    assert [job for job in shown if "people_waiting" in shown[job]] == ["security"]
