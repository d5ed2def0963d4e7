"""A new password: rules while one types, refusals at their fields, where it must be and where one wishes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.runtime.bus import Bus
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.login import LoginWindow
from desktop.views.shell.login_parts import Attempt, Doors, Profile
from desktop.views.shell.password_panel import PasswordPanel
from desktop.views.shell.session import Session, Welcome
from desktop.views.shell.window import MainWindow
from desktop.widgets.theme import set_language
from tests.views.shell.conftest import CLERK, DESKS, sheet, unlock

Key = Qt.Key
OLD, NEW = "given by somebody", "three blue crates"


class Refused(Exception):
    def __init__(self, message: str, constraint: str = "") -> None:
        super().__init__(message)
        self.constraint = constraint


class MustChange(Refused):
    """Stands for the server's wish."""


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work(user_errors=(Refused,))
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot, work: Work) -> PasswordPanel:
    made = PasswordPanel(work)
    qtbot.addWidget(made)
    made.show()
    return made


def _type(panel: PasswordPanel, new: str, again: str | None = None) -> None:
    for edit, text in ((panel.new, new), (panel.again, new if again is None else again)):
        edit.selectAll()
        QTest.keyClicks(edit, text)
    QTest.keyClick(panel.again, Key.Key_Return)


def test_the_rules_follow_what_is_typed(panel: PasswordPanel) -> None:
    panel.begin(lambda old, new: None, user="zhoumin", old=OLD, least=12)
    assert all(text.endswith("not yet") for text in panel.rules.texts())
    QTest.keyClicks(panel.new, "zhoumin")
    assert [text.rpartition(": ")[2] for text in panel.rules.texts()] == ["not yet", "not yet", "kept", "kept"]
    panel.new.selectAll()
    QTest.keyClicks(panel.new, NEW)
    assert all(text.endswith(": kept") for text in panel.rules.texts())
    set_language("zh")
    panel.retranslate()
    assert panel.rules.texts()[0] == "至少 12 个字符: 已满足" and panel.save.text() == "设置密码"


@pytest.mark.parametrize(
    ("new", "again", "at", "word"),
    [
        ("short", None, "new_field", "12 characters"),
        ("zhoumin of suzhou", None, "new_field", "user name"),
        (OLD, None, "new_field", "last password"),
        ("Password2026!", None, "new_field", "usual"),
        (NEW, NEW + "x", "again_field", "not the same"),
    ],
)
def test_a_weak_or_mistyped_one_is_refused_at_its_field(
    panel: PasswordPanel, new: str, again: str | None, at: str, word: str
) -> None:
    asked: list[str] = []
    panel.begin(lambda old, new: asked.append(new), user="zhoumin", old=OLD)
    _type(panel, new, again)
    field = getattr(panel, at)
    assert field.is_wrong() and word in field.message() and asked == []
    assert panel.focusWidget() is field.editor


def test_it_is_changed_once_and_the_fields_are_emptied(panel: PasswordPanel, qtbot: QtBot) -> None:
    gate, asked = threading.Event(), []

    def slowly(old: str, new: str) -> None:
        asked.append((old, new))
        gate.wait(10)

    panel.begin(slowly, user="zhoumin", old=OLD)
    _type(panel, NEW)
    QTest.keyClick(panel.again, Key.Key_Return)
    QTest.keyClicks(panel.new, "more")
    QTest.keyClick(panel, Key.Key_Escape)
    assert not panel.save.isEnabled() and panel.new.text() == NEW
    with qtbot.waitSignal(panel.done) as done:
        gate.set()
    assert done.args == [NEW] and asked == [(OLD, NEW)]
    assert panel.new.text() == panel.again.text() == ""


def test_the_server_s_refusal_stays_beside_what_was_typed(panel: PasswordPanel, qtbot: QtBot) -> None:
    def refuse(old: str, new: str) -> None:
        raise Refused("The connection to the database was lost.")

    panel.begin(refuse, user="zhoumin", old=OLD)
    _type(panel, NEW)
    qtbot.waitUntil(panel.new_field.is_wrong)
    assert panel.new_field.message() == "The connection to the database was lost." and panel.new.text() == NEW


def test_where_it_must_be_the_log_in_window_asks_and_goes_on(qtbot: QtBot, work: Work, settings: Settings) -> None:
    passwords = {"clerk": OLD}

    def authenticate(attempt: Attempt) -> Attempt:
        if passwords[attempt.user] == OLD == attempt.password:
            raise MustChange("Choose a new password first.")
        if passwords[attempt.user] != attempt.password:
            raise Refused("Wrong user name or password.")
        return attempt

    def choose(attempt: Attempt, new: str) -> None:
        passwords[attempt.user] = new

    doors = Doors(authenticate, choose, must_change=lambda error: 14 if isinstance(error, MustChange) else None)
    window = LoginWindow((Profile("demo", "Demo", "演示", "here"),), doors, work, settings)
    qtbot.addWidget(window)
    window.show()
    QTest.keyClicks(window.user, "clerk")
    QTest.keyClicks(window.password, OLD)
    QTest.keyClick(window.password, Key.Key_Return)
    panel = window.password_panel
    qtbot.waitUntil(panel.isVisible)
    assert "14" in panel.rules.texts()[0] and not panel.old.isVisible()
    QTest.keyClick(panel.new, Key.Key_Escape)
    assert not panel.isVisible() and window.password.text() == OLD and passwords["clerk"] == OLD
    QTest.keyClick(window.password, Key.Key_Return)
    qtbot.waitUntil(panel.isVisible)
    with qtbot.waitSignal(window.accepted) as came_in:
        _type(panel, NEW)
    assert came_in.args is not None and came_in.args[0].password == NEW
    assert OLD not in settings.file.read_text("utf-8") and NEW not in settings.file.read_text("utf-8")


# Over the work


@pytest.fixture
def make_main(qtbot: QtBot, work: Work, settings: Settings) -> Iterator[Callable[[Welcome], MainWindow]]:
    made: list[MainWindow] = []

    def change(old: str, new: str) -> None:
        if old != OLD:
            raise Refused("Wrong user name or password.", "wrong_password")

    def make(welcome: Welcome) -> MainWindow:
        session = Session(
            database=None, user=CLERK, place="outpost@db1", work=work, bus=Bus(), settings=settings, desks=DESKS,
            unlock=unlock, change_password=change, welcome=welcome,
        )  # fmt: skip
        window = MainWindow(session)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        window.start()
        made.append(window)
        return window

    yield make
    for window in made:
        window.scans.stop()
        window.idle.stop()


def test_tab_stays_in_the_panel_and_esc_gives_the_work_back(make_main: Callable[[Welcome], MainWindow]) -> None:
    window = make_main(Welcome())
    page = sheet(window)
    page.field.setFocus()
    QTest.keyClicks(page.field, "half done")
    window.menus.actions["change_password"].trigger()
    over = window._sheet
    assert over is not None and over.geometry() == window.rect()
    panel = over.panel
    seen = []
    for _ in range(6):
        seen.append(window.focusWidget())
        QTest.keyClick(window.focusWidget(), Key.Key_Tab)
    assert seen == [panel.old, panel.new, panel.again, panel.cancel, panel.save, panel.old]
    window.resize(1500, 800)
    assert over.geometry() == window.rect()
    QTest.keyClick(panel.new, Key.Key_Escape)
    assert not over.isVisible() and window.focusWidget() is page.field and page.field.text() == "half done"


def test_a_wrong_present_password_is_said_there(make_main: Callable[[Welcome], MainWindow], qtbot: QtBot) -> None:
    window = make_main(Welcome(password_min_length=8))
    window.change_password()
    assert window._sheet is not None
    panel = window._sheet.panel
    _type(panel, NEW)
    assert panel.old_field.is_wrong() and "empty" in panel.old_field.message()
    QTest.keyClicks(panel.old, "not this")
    QTest.keyClick(panel.again, Key.Key_Return)
    qtbot.waitUntil(panel.old_field.is_wrong)
    assert "Caps Lock" in panel.old_field.message() and panel.old.selectedText()
    QTest.keyClicks(panel.old, OLD)
    with qtbot.waitSignal(window._sheet.changed):
        QTest.keyClick(panel.again, Key.Key_Return)
    assert window.messages.toasts.toasts()[0].severity == "success"


def test_a_password_that_ends_soon_is_told_with_the_way_to_change_it(
    make_main: Callable[[Welcome], MainWindow], qtbot: QtBot
) -> None:
    window = make_main(Welcome(password_days_left=5))
    (told,) = window.messages.toasts.toasts()
    assert told.text.full_text() == "Your password ends in 5 days"
    qtbot.mouseClick(told.button, Qt.MouseButton.LeftButton)
    assert window._sheet is not None and window._sheet.isVisible()


def test_the_company_s_rule_locks_and_a_workstation_may_only_be_stricter(
    make_main: Callable[[Welcome], MainWindow], settings: Settings
) -> None:
    assert make_main(Welcome(idle_lock_minutes=10)).idle._timer.interval() == 600_000
    settings.set("lock_minutes", 5)
    assert make_main(Welcome(idle_lock_minutes=10)).idle._timer.interval() == 300_000
    settings.set("lock_minutes", 60)
    assert make_main(Welcome(idle_lock_minutes=10)).idle._timer.interval() == 600_000
    settings.set("lock_minutes", 0)
    assert make_main(Welcome(idle_lock_minutes=10)).idle._timer.interval() == 600_000


def test_the_command_stands_in_the_user_menu_s_window_and_the_palette(
    make_main: Callable[[Welcome], MainWindow],
) -> None:
    window = make_main(Welcome())
    assert window.menus.actions["change_password"] in window.menus.menu("file").actions()
    offered = [choice.found.name for choice in window.guide.choices(window.open)]
    assert any(name.startswith("Change the password") for name in offered)
