"""A server's profile in the log-in window: by keys, refused at the field, removed only when asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.runtime import server_profiles
from desktop.runtime.server_profiles import ServerProfile
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.login import LoginWindow
from desktop.views.shell.login_parts import Attempt, Doors, Profile
from desktop.widgets.theme import set_language

Key = Qt.Key
OURS = ServerProfile("Suzhou", "db1.example.com", prefix="hengtuo")


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work()
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, work: Work, settings: Settings) -> LoginWindow:
    """With this computer's database and one server, which is 7 ms away."""
    server_profiles.save(settings, OURS)

    def profiles() -> tuple[Profile, ...]:
        known = server_profiles.load(settings)
        mine = (Profile(each.key, each.name, each.name, "there", server=each, hosts="h") for each in known)
        return (Profile("embedded", "This computer", "本机数据库", "here"), *mine)

    nobody: Callable[[Attempt], object] = lambda attempt: attempt  # noqa: E731
    doors = Doors(nobody, no_keyring=lambda: "There is none.", reach=lambda hosts, port: 7)
    made = LoginWindow(profiles(), doors, work, settings)
    made.servers_changed.connect(lambda key: made.set_profiles(profiles(), key))
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    return made


def _choose(window: LoginWindow, text: str) -> None:
    window.database.setCurrentIndex(window.database.findText(text))


def test_only_servers_can_be_changed_and_tell_how_far_they_are(window: LoginWindow, qtbot: QtBot) -> None:
    assert not window.edit_server.isVisible() and window.add_server.isVisible()
    with qtbot.waitSignal(window.place_chosen) as chosen:
        _choose(window, "Suzhou")
    assert chosen.args == [OURS.key] and window.edit_server.isVisible()
    qtbot.waitUntil(lambda: window.reach.text() == "there   reachable, 7 ms")
    set_language("zh")
    assert window.reach.text() == "there   已连通，7 ms"


def test_a_profile_is_changed_and_stays_chosen(window: LoginWindow, qtbot: QtBot, settings: Settings) -> None:
    _choose(window, "Suzhou")
    QTest.keyClick(window.edit_server, Key.Key_Return)
    panel = window.server_panel
    assert panel.name.text() == "Suzhou" and panel.prefix.text() == "hengtuo" and not window.sign_in.isVisible()
    panel.name.selectAll()
    QTest.keyClicks(panel.name, "Suzhou new")
    QTest.keyClick(panel.name, Key.Key_Return)
    assert window.database.currentText() == "Suzhou new" and window.sign_in.isVisible()
    assert [each.key for each in server_profiles.load(settings)] == [OURS.key]


def test_what_is_wrong_is_marked_and_nothing_is_kept(window: LoginWindow, qtbot: QtBot, settings: Settings) -> None:
    qtbot.mouseClick(window.add_server, Qt.MouseButton.LeftButton)
    panel = window.server_panel
    QTest.keyClicks(panel.name, "suzhou")
    panel.port.selectAll()
    QTest.keyClicks(panel.port, "http")
    qtbot.mouseClick(panel.save, Qt.MouseButton.LeftButton)
    wrong = {name for name, field in panel.fields.items() if field.is_wrong()}
    assert wrong == {"name", "hosts", "port"} and window.focusWidget() is panel.name
    assert len(server_profiles.load(settings)) == 1
    QTest.keyClick(panel.name, Key.Key_2)
    assert not panel.fields["name"].is_wrong()
    set_language("zh")
    assert panel.save.text() == "保存" and panel.fields["prefix"].label.full_text() == "账号前缀"


def test_esc_leaves_without_a_trace(window: LoginWindow, qtbot: QtBot, settings: Settings) -> None:
    qtbot.mouseClick(window.add_server, Qt.MouseButton.LeftButton)
    QTest.keyClicks(window.server_panel.name, "Half")
    QTest.keyClick(window.server_panel.name, Key.Key_Escape)
    assert window.isVisible() and window.sign_in.isVisible() and not window.server_panel.isVisible()
    assert len(server_profiles.load(settings)) == 1
    qtbot.mouseClick(window.add_server, Qt.MouseButton.LeftButton)
    assert window.server_panel.name.text() == "" and not window.server_panel.remove.isVisible()


def test_a_server_goes_after_the_second_press(window: LoginWindow, qtbot: QtBot, settings: Settings) -> None:
    _choose(window, "Suzhou")
    qtbot.mouseClick(window.edit_server, Qt.MouseButton.LeftButton)
    remove = window.server_panel.remove
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert remove.text() == "Really remove" and len(server_profiles.load(settings)) == 1
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert server_profiles.load(settings) == () and window.database.currentText() == "This computer"


def test_the_certificate_is_asked_for_elsewhere_and_through_tunnels(window: LoginWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.add_server, Qt.MouseButton.LeftButton)
    panel = window.server_panel
    QTest.keyClicks(panel.hosts, "db.example.com")
    assert "verify-full" in panel.tls_note.full_text() and panel.ca_file.isEnabled() and not panel.tunnel.isVisible()
    panel.hosts.selectAll()
    QTest.keyClicks(panel.hosts, "localhost")
    assert "no certificate" in panel.tls_note.full_text() and not panel.ca_file.isEnabled()
    QTest.keyClick(panel.tunnel, Key.Key_Space)
    assert "verify-full" in panel.tls_note.full_text() and panel.ca_file.isEnabled()


def test_the_panels_do_not_make_a_small_window_grow(window: LoginWindow, qtbot: QtBot) -> None:
    for _ in range(2):
        qtbot.mouseClick(window.add_server, Qt.MouseButton.LeftButton)
        QTest.keyClick(window.server_panel.name, Key.Key_Escape)
        qtbot.wait(10)
    assert window.height() == 768


def test_without_a_keyring_the_box_is_off_and_says_why(window: LoginWindow, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.waitUntil(lambda: "no keyring" in window.keep.text())
    assert not window.keep.isEnabled() and window.keep.toolTip() == "There is none."
    QTest.keyClick(window.keep, Key.Key_Space)
    assert not window.keep.isChecked() and window.keep.choice() is None
