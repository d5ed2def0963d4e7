"""Fixtures of the form tests: the demo company in one database a session, and a context to give a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.embedded import Server
from db.session import Database
from desktop.runtime.context import User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.widgets.form_page import FormPage
from desktop.widgets.theme import apply_theme, set_language
from tests.demo_world import DemoWorld, make_demo_world
from tests.garbage import sweep
from tests.rooms import Room, furnished, show

PageOfRecord = TypeVar("PageOfRecord", bound=FormPage)


@pytest.fixture(scope="session")
def demo_world(pg_server: Server) -> DemoWorld:
    return _world(pg_server)


@cache
def _world(server: Server) -> DemoWorld:
    """One for all: each conftest that imports the fixture would make its own."""
    return make_demo_world(server, "formworld")


@pytest.fixture
def owner(demo_world: DemoWorld) -> Iterator[Database]:
    database = demo_world.database()
    yield database
    database.close()


@pytest.fixture
def person(demo_world: DemoWorld) -> Iterator[Callable[[str], Database]]:
    """Log in as a person of the demo."""
    made: list[Database] = []

    def log_in(name: str) -> Database:
        made.append(demo_world.database(name))
        return made[-1]

    yield log_in
    for database in made:
        database.close()


@pytest.fixture
def room_of(qapp: QApplication, person: Callable[[str], Database], tmp_path: Path) -> Iterator[Callable[[str], Room]]:
    """The context of a demo person's window."""
    apply_theme(qapp, "light")
    set_language("en")
    works: list[Work] = []

    def make(name: str) -> Room:
        database = person(name)
        me = database.user
        user = User(
            login=me.user_name,
            name=me.display_name,
            name_zh=me.display_name_zh or "",
            roles=me.roles,
            units=tuple(me.unit_ids),
            company=me.company_name,
            company_zh=me.company_name_zh or "",
        )
        room = furnished(database, user, Settings(tmp_path / f"{name}.json"))
        works.append(room.context.work)
        return room

    yield make
    for work in works:
        work.close()
    sweep()
    set_language("en")


def one(database: Database, query: str, **values: Any) -> Any:
    """The one value of a query."""
    with database.read() as session:
        return session.execute(text(query), values).scalar()


def find_child(page: QWidget, kind: type[QWidget], name: str) -> QWidget:
    """The child of that class and accessible name; the test fails where there is none."""
    for child in page.findChildren(kind):
        if child.accessibleName() == name:
            return child
    raise AssertionError(f"no {kind.__name__} is called {name!r}")


def opened(qtbot: QtBot, page: PageOfRecord) -> PageOfRecord:
    """The form in an active window, read."""
    show(qtbot, page, 1294, 800)
    page.refresh()
    qtbot.waitUntil(lambda: page.record is not None and not page._loading, timeout=10_000)
    return page


def type_into(qtbot: QtBot, widget: QWidget, text: str) -> None:
    """Replace what stands in a field, key by key."""
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(widget, Qt.Key.Key_Delete)
    qtbot.keyClicks(widget, text)


def press(qtbot: QtBot, page: QWidget, key: Qt.Key) -> None:
    """Ctrl and a key, wherever in the page the focus is."""
    qtbot.keyClick(page.focusWidget() or page, key, Qt.KeyboardModifier.ControlModifier)
