"""The import screen as the demo's clerk, on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.embedded import Server
from db.errors import UserError
from db.session import Database
from desktop.domain.changes import Changes
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.platform.import_page import ImportPage
from desktop.widgets.theme import apply_theme, set_language
from tests.demo_world import DemoWorld, make_demo_world


@dataclass
class Toasts:
    """What the shell was asked to say."""

    said: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, severity: str, text: str, detail: str = "", *, action: Any = None) -> None:
        self.said.append((severity, text, detail))


@dataclass
class Desk:
    """One person before the screen: the page, what was said and published."""

    page: ImportPage
    database: Database
    toasts: Toasts
    published: list[Changes]
    qtbot: QtBot

    def settle(self) -> None:
        """Until nothing runs any more."""
        self.qtbot.waitUntil(lambda: not self.page.busy(), timeout=20_000)

    def open(self, path: Path) -> None:
        self.page.open_path(path)
        self.settle()


@pytest.fixture(scope="session")
def demo_world(pg_server: Server) -> DemoWorld:
    return make_demo_world(pg_server, "importview")


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, "light")
    set_language("en")
    yield
    set_language("en")
    apply_theme(qapp, "light")


@pytest.fixture
def sit_down(demo_world: DemoWorld, qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """``sit_down("clerk", args)``: the import screen as that person (None: the installation's owner)."""
    work = Work(user_errors=(UserError,))
    opened: list[Database] = []

    def sit(user: str | None = "steward", args: object = None) -> Desk:
        database = demo_world.database(user)
        opened.append(database)
        toasts, bus = Toasts(), Bus()
        published: list[Changes] = []
        bus.changed.connect(lambda changes, _: published.append(changes))
        settings = Settings(tmp_path / "settings.json")
        context = Context(database, work, bus, User("clerk", "Zhou Min"), settings, lambda key, args: None, toasts)
        page = ImportPage(context, args)
        qtbot.addWidget(page)
        page.resize(1366, 700)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        page.zones()[0].setFocus()
        return Desk(page, database, toasts, published, qtbot)

    yield sit
    work.close()
    for database in opened:
        database.close()
