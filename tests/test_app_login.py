"""Into the program on a real server: a profile over TLS, a password that must be changed, what is told on arrival."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import keyring as library
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db import embedded, session, users
from db.install import create_database, install
from db.session import Database
from desktop.app import Program
from desktop.runtime import keyring
from desktop.runtime.entering import Server
from desktop.runtime.server_profiles import ServerProfile, load, save
from desktop.runtime.settings import Settings
from desktop.views.shell.login import LoginWindow
from desktop.views.shell.window import MainWindow
from desktop.widgets.theme import apply_theme, set_language
from tests.runtime.safe_keyring import NAME, Vault
from tests.test_app import DESKS
from tests.tls_world import Authority, gateway, issue, make_authority

Key = Qt.Key
PREFIX = "door"
FIRST, OWN, NEXT = "given by the owner", "three blue crates", "four green barrels"
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def database_name(pg_server: embedded.Server) -> str:
    """A database of its own, whose log-ins do not begin with the usual prefix."""
    create_database(pg_server.dsn(), "app_login_test")
    install(pg_server.dsn("app_login_test"), prefix=PREFIX)
    with session.connect(pg_server.dsn("app_login_test")) as owner, owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute("select api.create_company('DOOR', 'Door company', '大门公司')")
    return "app_login_test"


@pytest.fixture
def owner(pg_server: embedded.Server, database_name: str) -> Iterator[Database]:
    with session.connect(pg_server.dsn(database_name)) as made:
        yield made


@pytest.fixture
def person(owner: Database) -> str:
    """Somebody with a job and a password of his own choice; the name that he types."""
    name = f"zhou{next(_NUMBERS)}"
    with owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute("select min(id) from erp.org_unit")
        (unit,) = cursor.fetchone() or (0,)
    users.create_user(
        owner, user_name=name, password=OWN, roles=["clerk"], units=[unit],
        display_name="Zhou Min", display_name_zh="周敏",
    )  # fmt: skip
    return name


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"), "company")


@pytest.fixture
def port(pg_server: embedded.Server, authority: Authority) -> Iterator[int]:
    """A shared server as workstations see it: TLS, with a certificate for its name."""
    with gateway(pg_server.port, tls=issue(authority, authority.file.parent, "localhost")) as made:
        yield made.port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def program(
    qapp: QApplication, qtbot: QtBot, settings: Settings, pg_server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Program]:
    """Started as on a workstation, with a database of its own that holds nobody."""
    apply_theme(qapp, "light")
    set_language("en")
    monkeypatch.delenv("OUTPOST_DSN", raising=False)
    monkeypatch.setattr("desktop.app.open_embedded", lambda *_: Server(pg_server.dsn(), embedded=True))
    made = Program(qapp, None, settings, lambda: DESKS)
    made.start()
    yield made
    for window in (made.window, made.login):
        if window is not None:
            window.close()
    made.close()


def _login(program: Program) -> LoginWindow:
    if program.login is None:
        raise RuntimeError("no log-in window")
    return program.login


def _sign_in(program: Program, user: str, password: str) -> None:
    login = _login(program)
    login.user.setText(user)
    login.password.setText(password)
    QTest.keyClick(login.password, Key.Key_Return)


def _arrived(program: Program, qtbot: QtBot) -> MainWindow:
    qtbot.waitUntil(lambda: program.window is not None, timeout=20_000)
    if program.window is None:
        raise RuntimeError("no window")
    return program.window


def _profile(port: int, database: str, authority: Authority) -> ServerProfile:
    return ServerProfile(
        "Head office", "localhost", str(port), database, PREFIX, ca_file=str(authority.file), tunnel=True
    )


def test_a_server_is_added_by_keys_and_entered(
    program: Program, qtbot: QtBot, settings: Settings, port: int, database_name: str, authority: Authority, person: str
) -> None:
    login = _login(program)
    qtbot.mouseClick(login.add_server, Qt.MouseButton.LeftButton)
    panel = login.server_panel
    assert panel.isVisible() and login.focusWidget() is panel.name
    for field, text in ((panel.name, "Head office"), (panel.hosts, "localhost"), (panel.prefix, PREFIX)):
        field.selectAll()
        QTest.keyClicks(field, text)
    assert panel.tunnel.isVisible() and not panel.ca_file.isEnabled()
    QTest.keyClick(panel.tunnel, Key.Key_Space)
    for field, text in ((panel.port, str(port)), (panel.database, database_name), (panel.ca_file, str(authority.file))):
        field.selectAll()
        QTest.keyClicks(field, text)
    QTest.keyClick(panel.ca_file, Key.Key_Return)
    assert not panel.isVisible() and login.database.currentText() == "Head office"
    assert [each.ca_file for each in load(settings)] == [str(authority.file)]
    qtbot.waitUntil(lambda: "ms" in login.reach.text())
    _sign_in(program, person, OWN)
    window = _arrived(program, qtbot)
    assert window.status.who.text() == "Zhou Min · Warehouse clerk"
    assert window.status.database.text() == f"{database_name}@localhost"
    assert settings.get("database") == load(settings)[0].key
    assert OWN not in settings.file.read_text(encoding="utf-8")


def test_a_foreign_authority_is_said_at_the_database(
    program: Program, qtbot: QtBot, settings: Settings, port: int, database_name: str, tmp_path: Path, person: str
) -> None:
    save(settings, _profile(port, database_name, make_authority(tmp_path, "other")))
    login = _login(program)
    login.set_profiles(program.places.profiles(), load(settings)[0].key)
    _sign_in(program, person, OWN)
    qtbot.waitUntil(login.database_field.is_wrong, timeout=20_000)
    assert "No password was sent" in login.database_field.message()


def test_a_given_password_is_changed_on_arrival(
    program: Program,
    qtbot: QtBot,
    settings: Settings,
    port: int,
    database_name: str,
    authority: Authority,
    person: str,
    owner: Database,
) -> None:
    save(settings, _profile(port, database_name, authority))
    with owner.write() as writing:
        writing.connection().exec_driver_sql(
            "update erp.app_user set must_change = true where user_name = %s", (person,)
        )
    login = _login(program)
    login.set_profiles(program.places.profiles(), load(settings)[0].key)
    _sign_in(program, person, OWN)
    panel = login.password_panel
    qtbot.waitUntil(panel.isVisible, timeout=20_000)
    assert not panel.old_field.isVisible() and login.focusWidget() is panel.new
    QTest.keyClicks(panel.new, OWN)
    QTest.keyClicks(panel.again, OWN)
    QTest.keyClick(panel.again, Key.Key_Return)
    assert "not the last password" in panel.new_field.message()
    for edit in (panel.new, panel.again):
        edit.selectAll()
        QTest.keyClicks(edit, NEXT)
    QTest.keyClick(panel.again, Key.Key_Return)
    window = _arrived(program, qtbot)
    assert window.status.company.text() == "Door company"
    window.lock()
    assert window._lock is not None
    QTest.keyClicks(window._lock.password, NEXT)
    with qtbot.waitSignal(window._lock.unlocked, timeout=20_000):
        QTest.keyClick(window._lock.password, Key.Key_Return)


def test_the_password_is_changed_over_the_work(
    program: Program, qtbot: QtBot, settings: Settings, port: int, database_name: str, authority: Authority, person: str
) -> None:
    save(settings, _profile(port, database_name, authority))
    _login(program).set_profiles(program.places.profiles(), load(settings)[0].key)
    _sign_in(program, person, OWN)
    window = _arrived(program, qtbot)
    window.menus.actions["change_password"].trigger()
    sheet = window._sheet
    assert sheet is not None and sheet.isVisible() and window.focusWidget() is sheet.panel.old
    panel = sheet.panel
    for edit, text in ((panel.old, "wrong"), (panel.new, NEXT), (panel.again, NEXT)):
        QTest.keyClicks(edit, text)
    QTest.keyClick(panel.again, Key.Key_Return)
    qtbot.waitUntil(panel.old_field.is_wrong, timeout=20_000)
    panel.old.selectAll()
    QTest.keyClicks(panel.old, OWN)
    with qtbot.waitSignal(sheet.changed, timeout=20_000):
        QTest.keyClick(panel.again, Key.Key_Return)
    assert not sheet.isVisible()
    assert window.messages.toasts.toasts()[-1].text.full_text() == "The password was changed"
    window.context.database.engine.dispose()
    assert window.context.database.reload_user().user_name == person, "new connections bear the new password"


def test_the_last_log_in_and_wrong_passwords_since_are_told(
    program: Program,
    qtbot: QtBot,
    settings: Settings,
    port: int,
    database_name: str,
    authority: Authority,
    person: str,
    owner: Database,
) -> None:
    save(settings, _profile(port, database_name, authority))
    _login(program).set_profiles(program.places.profiles(), load(settings)[0].key)
    _sign_in(program, person, OWN)
    window = _arrived(program, qtbot)
    assert window.messages.toasts.toasts() == [], "nothing to tell at the very first one"
    window.log_out()
    with owner.write() as writing:
        writing.connection().exec_driver_sql(
            "select erp.note_failed_login(%s, clock_timestamp())", (f"{PREFIX}_{person}",)
        )
    assert _login(program).place_key() == load(settings)[0].key
    _sign_in(program, person, OWN)
    told = {toast.severity: toast for toast in _arrived(program, qtbot).messages.toasts.toasts()}
    assert told["info"].text.full_text().startswith("Last log-in: ") and "Outpost" in told["info"].detail.full_text()
    assert told["warn"].text.full_text() == "Wrong passwords since then: 1"


def test_the_keyring_keeps_the_password_of_who_wants_it(
    program: Program,
    qtbot: QtBot,
    settings: Settings,
    port: int,
    database_name: str,
    authority: Authority,
    person: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault, before = Vault(), library.get_keyring()
    monkeypatch.setattr(keyring, "SAFE", {NAME})
    library.set_keyring(vault)
    try:
        save(settings, _profile(port, database_name, authority))
        login = _login(program)
        login.keep.set_reason("")
        login.set_profiles(program.places.profiles(), load(settings)[0].key)
        QTest.keyClick(login.keep, Key.Key_Space)
        _sign_in(program, person, OWN)
        window = _arrived(program, qtbot)
        assert list(vault.kept.values()) == [OWN]
        window.log_out()
        login = _login(program)
        qtbot.waitUntil(lambda: "Enter" in login.password.placeholderText())
        QTest.keyClick(login.password, Key.Key_Return)
        window = _arrived(program, qtbot)
        window.log_out()
        login = _login(program)
        qtbot.waitUntil(login.keep.isEnabled)
        assert login.keep.isChecked()
        QTest.keyClick(login.keep, Key.Key_Space)
        _sign_in(program, person, OWN)
        _arrived(program, qtbot)
        assert vault.kept == {}
    finally:
        library.set_keyring(before)


def test_this_computer_s_own_database_says_until_when_an_account_is_locked(
    program: Program, qtbot: QtBot, pg_server: embedded.Server, database_name: str, person: str, owner: Database
) -> None:
    with owner.write() as writing:
        for _ in range(5):
            writing.connection().exec_driver_sql(
                "select erp.note_failed_login(%s, clock_timestamp())", (f"{PREFIX}_{person}",)
            )
    qtbot.waitUntil(lambda: program.places.embedded is not None)
    program.places.embedded = Server(pg_server.dsn(database_name), embedded=True, owner=owner)
    login = _login(program)
    assert login.place_key() == "embedded"
    _sign_in(program, person, OWN)
    qtbot.waitUntil(login.user_field.is_wrong, timeout=20_000)
    assert "locked until" in login.user_field.message() and not login.password_field.is_wrong()
    users.disable_user(owner, users_id(owner, person))
    _sign_in(program, person, "guessed")
    qtbot.waitUntil(lambda: "disabled" in login.user_field.message(), timeout=20_000)


def users_id(owner: Database, name: str) -> int:
    with owner.raw() as raw, raw.cursor() as cursor:
        cursor.execute("select id from erp.app_user where user_name = %s", (name,))
        (found,) = cursor.fetchone() or (0,)
        return int(found)


def test_an_account_that_was_closed_meanwhile_stays_locked_behind_its_screen(
    program: Program,
    qtbot: QtBot,
    settings: Settings,
    port: int,
    database_name: str,
    authority: Authority,
    person: str,
    owner: Database,
) -> None:
    save(settings, _profile(port, database_name, authority))
    _login(program).set_profiles(program.places.profiles(), load(settings)[0].key)
    _sign_in(program, person, OWN)
    window = _arrived(program, qtbot)
    window.lock()
    screen = window._lock
    assert screen is not None
    users.disable_user(owner, users_id(owner, person))
    QTest.keyClicks(screen.password, OWN)
    QTest.keyClick(screen.password, Key.Key_Return)
    qtbot.waitUntil(screen.field.is_wrong, timeout=20_000)
    assert "disabled" in screen.field.message() and screen.isVisible()
    screen._open = True
    screen.accept()
