"""Personal data on the screen: find by typing, hand out, look before, erase only after a reason and a second yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from db.session import Database
from desktop.views.platform.privacy_page import PrivacyPage
from desktop.views.platform.privacy_preview import PreviewView
from desktop.views.platform.retention_page import RetentionPage
from desktop.widgets.confirm import ConfirmDialog
from tests.form_fixtures import Room, one, press, type_into
from tests.rooms import show

RoomOf = Callable[[str], Room]


def run(database: Database, query: str, **values: Any) -> int:
    """A change made beside the screen; what it returns."""
    with database.write() as session:
        return int(session.execute(text(query), values).scalar_one())


def opened(qtbot: QtBot, room: Room) -> PrivacyPage:
    page = PrivacyPage(room.context)
    show(qtbot, page, 1294, 700)
    page.refresh()
    return page


def find(qtbot: QtBot, page: PrivacyPage, typed: str) -> None:
    type_into(qtbot, page.input, typed)
    qtbot.keyClick(page.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.list.count() > 0, timeout=10_000)


@pytest.fixture
def contact(owner: Database) -> int:
    """Somebody at a customer, named in an asset's note; a new one for each test."""
    number = run(
        owner,
        "insert into erp.contact (party_id, name, name_zh, phone)"
        " select min(id), 'Wu Xiaolan', '吴晓岚', '137 0000 4455' from erp.party where is_customer returning id",
    )
    run(
        owner,
        "update erp.asset set note = 'ask Wu Xiaolan, 13700004455'"
        " where id = (select min(id) from erp.asset) returning id",
    )
    return number


def answer_dialog(qtbot: QtBot, yes: bool) -> None:
    """Press the button once the dialog stands there with the focus; until then it looks again. A dialog that never has
    it is shut, so that the test fails instead of waiting in it for ever.
    """

    def look(tries: int) -> None:
        dialog = next(
            (w for w in QApplication.topLevelWidgets() if isinstance(w, ConfirmDialog) and w.isVisible()), None
        )
        if dialog is not None and dialog.panel.keep_button.hasFocus():
            panel = dialog.panel
            qtbot.mouseClick(panel.confirm_button if yes else panel.keep_button, Qt.MouseButton.LeftButton)
        elif tries:
            QTimer.singleShot(20, lambda: look(tries - 1))
        else:
            if dialog is not None:
                dialog.reject()
            raise AssertionError("no dialog has the focus on its harmless button")

    QTimer.singleShot(20, lambda: look(500))


def look(qtbot: QtBot, page: PrivacyPage) -> PreviewView:
    qtbot.keyClick(page.input, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.findChild(PreviewView) is not None, timeout=20_000)
    found = page.findChild(PreviewView)
    assert found is not None
    return found


def test_a_person_is_erased_after_a_look_a_reason_and_a_second_yes(
    qtbot: QtBot, room_of: RoomOf, owner: Database, contact: int
) -> None:
    page = opened(qtbot, room_of("security"))
    assert not page.look.isEnabled()
    find(qtbot, page, "Xiaolan")
    assert "Wu Xiaolan" in page.name.full_text()
    assert not page.confirm_row.isVisible(), "nothing is erased that was not looked at"
    words = look(qtbot, page).lines()
    assert "Taken out of texts" in words
    assert page.confirm_row.isVisible()
    assert not page.erase_button.isEnabled()
    type_into(qtbot, page.reason_input, "request no. 12")
    answer_dialog(qtbot, yes=False)
    qtbot.mouseClick(page.erase_button, Qt.MouseButton.LeftButton)
    assert one(owner, "select name from erp.contact where id = :id", id=contact) == "Wu Xiaolan"
    answer_dialog(qtbot, yes=True)
    qtbot.mouseClick(page.erase_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.name.full_text().startswith("Erased"), timeout=20_000)
    assert one(owner, "select count(*) from erp.contact where name = 'Wu Xiaolan'") == 0
    assert str(one(owner, "select note from erp.asset where id = (select min(id) from erp.asset)")).startswith(
        "ask ERASED-"
    )


def test_a_reason_that_names_the_person_is_refused_at_its_field(
    qtbot: QtBot, room_of: RoomOf, owner: Database, contact: int
) -> None:
    page = opened(qtbot, room_of("security"))
    find(qtbot, page, "0000 4455")
    look(qtbot, page)
    type_into(qtbot, page.reason_input, "Wu Xiaolan asked for it")
    answer_dialog(qtbot, yes=True)
    qtbot.mouseClick(page.erase_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.reason.is_wrong, timeout=20_000)
    assert "names the person" in page.reason.message()
    assert page.reason_input.text() == "Wu Xiaolan asked for it", "what was typed stays"
    assert one(owner, "select name from erp.contact where id = :id", id=contact) == "Wu Xiaolan"
    run(owner, "delete from erp.contact where id = :id returning id", id=contact)


def test_everything_about_a_person_goes_into_a_workbook_and_json(
    qtbot: QtBot, room_of: RoomOf, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_of("steward")
    page = opened(qtbot, room)
    assert not page.look.isVisible(), "the steward hands out, the security officer erases"
    name = str(
        one(owner, "select e.name from erp.engineer e join erp.app_user u on u.id = e.user_id order by e.id limit 1")
    )
    find(qtbot, page, name)
    qtbot.keyClick(page.input, Qt.Key.Key_Down)
    for wanted in ("xlsx", "json"):
        monkeypatch.setattr(page, "ask_path", lambda wanted: tmp_path / f"person.{wanted}")
        if wanted == "xlsx":
            press(qtbot, page, Qt.Key.Key_E)
        else:
            qtbot.mouseClick(page.json, Qt.MouseButton.LeftButton)
        qtbot.waitUntil((tmp_path / f"person.{wanted}").exists, timeout=20_000)
    data = json.loads((tmp_path / "person.json").read_text(encoding="utf-8"))
    assert data["sections"]["engineer"][0]["name"] == name
    book = CalamineWorkbook.from_path(str(tmp_path / "person.xlsx"))
    assert {"Contents", "Engineer", "Account", "Changes to the data"} <= set(book.sheet_names)
    head, first = book.get_sheet_by_name("Engineer").to_python()[:2]
    assert name in first
    assert "Initials" in head, "columns are headed by the dictionary's words"
    assert one(owner, "select count(*) from audit.entry where action = 'E' and table_name = 'export'") >= 2


def test_nobody_found_says_what_to_do(qtbot: QtBot, room_of: RoomOf) -> None:
    page = opened(qtbot, room_of("auditor"))
    type_into(qtbot, page.input, "qqqqzz")
    qtbot.keyClick(page.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Nobody" in page.none.full_text(), timeout=10_000)
    assert not page.excel.isVisible(), "the auditor looks and takes nothing out here"


def retention(qtbot: QtBot, room: Room) -> RetentionPage:
    page = RetentionPage(room.context)
    show(qtbot, page, 1294, 700)
    page.refresh()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=10_000)
    return page


def test_the_security_officer_sets_days_and_a_floor_holds(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = retention(qtbot, room_of("security"))
    line = page.lines["absences"]
    type_into(qtbot, line.days, "5")
    press(qtbot, page, Qt.Key.Key_S)
    assert line.field.is_wrong()
    type_into(qtbot, line.days, "400")
    qtbot.mouseClick(page.lines["contacts"].active, Qt.MouseButton.LeftButton)
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert one(owner, "select days from erp.retention_rule where key = 'absences'") == 400
    assert one(owner, "select active from erp.retention_rule where key = 'contacts'") is True


@pytest.mark.parametrize("job", ["steward", "auditor"])
def test_the_others_read_the_rules(qtbot: QtBot, room_of: RoomOf, job: str) -> None:
    page = retention(qtbot, room_of(job))
    assert all(line.days.isReadOnly() and not line.active.isEnabled() for line in page.lines.values())
    assert not page.save_button.isVisible()
