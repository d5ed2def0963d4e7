"""The composition root on a real server: from the log-in window to the main window and out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy.engine import make_url

from db import embedded
from db.errors import UserError
from db.install import create_database, install
from desktop import app as app_module
from desktop.app import Program, tell_bug
from desktop.domain.text import pick
from desktop.runtime.entering import Server
from desktop.runtime.settings import Settings
from desktop.views.shell.desks import Desk, PageEntry
from desktop.widgets.page import Page
from desktop.widgets.theme import apply_theme, set_language

PERSON = "app_clerk"


class Blank(Page):
    """A page that only has a title."""

    def __init__(self, context: Any, args: Any) -> None:
        super().__init__(context)

    def title(self) -> str:
        return pick("Stock", "库存")


DESKS = (
    Desk(
        "stock",
        lambda: pick("Stock", "库存"),
        "boxes",
        (PageEntry("stock", lambda: "Stock", "boxes", Blank),),
    ),
)


@pytest.fixture(scope="module")
def dsn(pg_server: embedded.Server) -> str:
    """A database of its own with one person in it."""
    create_database(pg_server.dsn(), "app_test")
    made = make_url(pg_server.dsn()).set(database="app_test").render_as_string(hide_password=False)
    install(made)
    with closing(psycopg2.connect(made)) as raw, raw, raw.cursor() as cursor:
        verifier = psycopg2.extensions.encrypt_password("right", f"outpost_{PERSON}", raw, "scram-sha-256")
        cursor.execute(
            "insert into erp.company (code, name, name_zh) values ('APP', 'App company', '应用公司') returning id"
        )
        company = cursor.fetchone()
        cursor.execute(
            "insert into erp.org_unit (company_id, kind, code, name) values (%s, 'company', 'APP', 'App') returning id",
            company,
        )
        unit = cursor.fetchone()
        cursor.execute(
            "select api.create_user(%s, 'Zhou Min', %s, array['clerk'], array[%s], '周敏')",
            (PERSON, verifier, unit),
        )
    return made


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, dsn: str, tmp_path: Path) -> Iterator[Program]:
    apply_theme(qapp, "light")
    set_language("en")
    made = Program(qapp, dsn, Settings(tmp_path / "settings.json"), lambda: DESKS)
    made.start()
    yield made
    for window in (made.window, made.login):
        if window is not None:
            window.close()
    made.close()


def _sign_in(program: Program, qtbot: QtBot, password: str) -> None:
    login = program.login
    if login is None:
        raise RuntimeError("no log-in window")
    qtbot.waitUntil(lambda: login.profile() is not None, timeout=20_000)
    login.user.setText(PERSON)
    login.password.setText(password)
    QTest.keyClick(login.password, Qt.Key.Key_Return)


def test_wrong_then_right_password_then_out_and_in_again(program: Program, qtbot: QtBot) -> None:
    _sign_in(program, qtbot, "wrong")
    login = program.login
    assert login is not None
    qtbot.waitUntil(login.password_field.is_wrong, timeout=20_000)
    assert program.window is None
    _sign_in(program, qtbot, "right")
    qtbot.waitUntil(lambda: program.window is not None, timeout=20_000)
    window = program.window
    assert window is not None
    assert window.status.who.text() == "Zhou Min · Warehouse clerk"
    assert window.status.company.text() == "App company"
    assert window.context.user.roles == {"clerk"} and window.windowTitle().startswith("Stock")
    tell_bug(program, ZeroDivisionError, ZeroDivisionError("in a slot"), None)
    assert "Log id" in window.messages.toasts.toasts()[0].text.full_text()
    window.log_out()
    assert program.window is None and program.login is not None
    _sign_in(program, qtbot, "right")
    qtbot.waitUntil(lambda: program.window is not None, timeout=20_000)
    with qtbot.waitSignal(program.finished):
        QTest.keyClick(program.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)  # type: ignore[arg-type]
    assert program.window is None


def test_an_unknown_name_is_refused_at_the_password_like_a_wrong_one(program: Program, qtbot: QtBot) -> None:
    login = program.login
    assert login is not None
    qtbot.waitUntil(lambda: login.profile() is not None, timeout=20_000)
    login.user.setText("nobody")
    login.password.setText("x")
    login.attempt()
    qtbot.waitUntil(login.password_field.is_wrong, timeout=20_000)


def test_a_server_that_does_not_answer_is_said_at_the_database(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    apply_theme(qapp, "light")
    made = Program(qapp, "postgresql://a:b@127.0.0.1:1/nothing", Settings(tmp_path / "s.json"), lambda: DESKS)
    made.start()
    try:
        login = made.login
        assert login is not None
        qtbot.waitUntil(lambda: login.profile() is not None)
        login.user.setText("clerk")
        login.attempt()
        qtbot.waitUntil(login.database_field.is_wrong, timeout=20_000)
        login.close()
    finally:
        made.close()


def test_a_database_that_did_not_open_is_tried_again(
    qapp: QApplication, qtbot: QtBot, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def first_refuses(*arguments: Any) -> Server:
        tries.append(1)
        if len(tries) == 1:
            raise UserError(code="", message_en="The disk is full.", message_zh="磁盘已满。")
        return Server(dsn, embedded=True)

    monkeypatch.setattr(app_module, "open_embedded", first_refuses)
    monkeypatch.delenv("OUTPOST_DSN", raising=False)
    apply_theme(qapp, "light")
    made = Program(qapp, None, Settings(tmp_path / "s.json"), lambda: DESKS)
    made.start()
    try:
        login = made.login
        assert login is not None
        qtbot.waitUntil(login.database_field.is_wrong)
        assert login.database_field.message() == "The disk is full."
        qtbot.mouseClick(login.notice.button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: made.places.embedded is not None)
        assert not login.database_field.is_wrong()
        login.close()
    finally:
        made.close()
