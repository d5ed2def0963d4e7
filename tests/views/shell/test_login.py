"""The log-in window by keys and mouse: errors at the field, demo people, languages, nothing asked twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.login import LoginWindow
from desktop.views.shell.login_parts import Attempt, DemoLogin, Doors, Profile

Key = Qt.Key


class Refused(Exception):
    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


PROFILES = (
    Profile(
        "demo",
        "Demo company",
        "演示公司",
        "this computer",
        demo=(DemoLogin("clerk", "outpost-clerk", "Clerk", "库管"),),
    ),
    Profile("main", "Hengtuo Services", "恒拓工业服务", "db1.hengtuo.local", tls=True),
)


def authenticate(attempt: Attempt) -> Attempt:
    if attempt.profile.key == "main":
        raise Refused("The database server does not answer.", "database")
    if attempt.password != "outpost-clerk":
        raise Refused("Wrong user name or password.", "password")
    return attempt


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work(user_errors=(Refused,))
    yield made
    made.close()


@pytest.fixture
def make(qtbot: QtBot, work: Work, settings: Settings) -> Callable[..., LoginWindow]:
    def build(call: Callable[[Attempt], object] = authenticate) -> LoginWindow:
        window = LoginWindow(PROFILES, Doors(call), work, settings, version="1.0")
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        return window

    return build


def test_by_keys_alone(make: Callable[..., LoginWindow], qtbot: QtBot, settings: Settings) -> None:
    window = make()
    assert window.focusWidget() is window.user
    QTest.keyClicks(window.user, "clerk")
    QTest.keyClick(window.user, Key.Key_Return)
    assert window.focusWidget() is window.password
    QTest.keyClicks(window.password, "outpost-clerk")
    with qtbot.waitSignal(window.accepted) as caught:
        QTest.keyClick(window.password, Key.Key_Return)
    assert caught.args == [Attempt(PROFILES[0], "clerk", "outpost-clerk")]
    assert window.password.text() == ""
    assert settings.get("recent_users") == ["clerk"]
    assert "outpost-clerk" not in settings.file.read_text(encoding="utf-8")


def test_the_name_is_there_next_time_and_the_password_waits(
    make: Callable[..., LoginWindow], settings: Settings
) -> None:
    settings.set("recent_users", ["clerk"])
    window = make()
    assert window.user.text() == "clerk" and window.focusWidget() is window.password


def test_without_remember_the_name_is_not_kept(
    make: Callable[..., LoginWindow], qtbot: QtBot, settings: Settings
) -> None:
    settings.set("recent_users", ["clerk"])
    window = make()
    window.remember.setChecked(False)
    window.password.setText("outpost-clerk")
    with qtbot.waitSignal(window.accepted):
        qtbot.mouseClick(window.sign_in, Qt.MouseButton.LeftButton)
    assert settings.get("recent_users") == []


def test_a_wrong_password_is_said_at_the_password_which_is_selected(
    make: Callable[..., LoginWindow], qtbot: QtBot
) -> None:
    window = make()
    window.user.setText("clerk")
    window.password.setText("wrong")
    QTest.keyClick(window.password, Key.Key_Return)
    qtbot.waitUntil(window.password_field.is_wrong)
    assert window.password_field.message() == "Wrong user name or password."
    assert window.password.selectedText() != "" and not window.database_field.is_wrong()
    QTest.keyClicks(window.password, "x")
    assert not window.password_field.is_wrong()


def test_an_unreachable_server_is_said_at_the_database(make: Callable[..., LoginWindow], qtbot: QtBot) -> None:
    window = make()
    window.database.setCurrentIndex(1)
    window.user.setText("clerk")
    QTest.keyClick(window.user, Key.Key_Return)
    QTest.keyClicks(window.password, "x")
    QTest.keyClick(window.password, Key.Key_Return)
    qtbot.waitUntil(window.database_field.is_wrong)
    assert not window.password_field.is_wrong()


def test_an_empty_name_is_refused_without_asking_the_server(make: Callable[..., LoginWindow], qtbot: QtBot) -> None:
    asked: list[Attempt] = []
    window = make(asked.append)
    qtbot.mouseClick(window.sign_in, Qt.MouseButton.LeftButton)
    assert window.user_field.is_wrong() and asked == []


def test_a_second_enter_does_not_ask_twice(make: Callable[..., LoginWindow], qtbot: QtBot) -> None:
    gate, asked = threading.Event(), []

    def slowly(attempt: Attempt) -> Attempt:
        asked.append(attempt)
        gate.wait(10)
        return attempt

    window = make(slowly)
    window.user.setText("clerk")
    window.attempt()
    window.attempt()
    assert not window.sign_in.isEnabled() and not window.user.isEnabled()
    with qtbot.waitSignal(window.accepted):
        gate.set()
    assert len(asked) == 1


def test_the_demos_people_fill_in_the_fields(make: Callable[..., LoginWindow], qtbot: QtBot) -> None:
    window = make()
    (row,) = window.demo_rows()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert (window.user.text(), window.password.text()) == ("clerk", "outpost-clerk")
    window.database.setCurrentIndex(1)
    assert window.demo_rows() == []


def test_caps_lock_is_told_from_shift(make: Callable[..., LoginWindow]) -> None:
    window = make()
    shift, none = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
    seen: list[bool] = []
    for text, modifier in (("A", shift), ("A", none), ("a", none), ("a", shift), ("7", none)):
        press = QKeyEvent(QEvent.Type.KeyPress, Key.Key_A, modifier, text)
        QCoreApplication.sendEvent(window.password, press)
        seen.append(window.caps.isVisible())
    assert seen == [False, True, False, True, True]


def test_the_eye_shows_the_password(make: Callable[..., LoginWindow]) -> None:
    window = make()
    window.password.toggle()
    assert window.password.echoMode() is QLineEdit.EchoMode.Normal
    window.password.toggle()
    assert window.password.echoMode() is QLineEdit.EchoMode.Password


def test_the_language_switches_by_click_and_key_and_is_kept(
    make: Callable[..., LoginWindow], qtbot: QtBot, settings: Settings
) -> None:
    window = make()
    QTest.keyClick(window, Key.Key_L, Qt.KeyboardModifier.AltModifier)
    assert window.sign_in.text() == "登录" and window.user.accessibleName() == "用户名"
    assert window.database.currentText() == "演示公司" and window.demo_rows()[0].text() == "库管"
    assert settings.get("language") == "zh"
    QTest.keyClick(window, Key.Key_L, Qt.KeyboardModifier.AltModifier)
    assert window.sign_in.text() == "Sign in"


def test_closing_without_logging_in_is_told(make: Callable[..., LoginWindow], qtbot: QtBot) -> None:
    window = make()
    with qtbot.waitSignal(window.closed):
        QTest.keyClick(window, Key.Key_Escape)
