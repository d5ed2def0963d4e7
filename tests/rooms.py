"""What a page lives in while it is tested, and the window in which it has the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from db.errors import UserError
from db.session import Database
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.widgets.list_page import ListPage


@dataclass
class Room:
    """What a page lives in, with everything that it told its user and asked of the shell."""

    context: Context
    toasts: list[tuple[str, str, str]] = field(default_factory=list)
    """Severity, text and detail of each."""
    opened: list[tuple[str, Any]] = field(default_factory=list)


RoomFor = Callable[..., Room]


def furnished(database: Database, user: User, settings: Settings) -> Room:
    """A room for `user`; whoever makes it closes the work of its context."""
    toasts: list[tuple[str, str, str]] = []
    opened: list[tuple[str, Any]] = []
    context = Context(
        database, Work(user_errors=(UserError,)), Bus(), user, settings,
        lambda key, args: opened.append((key, args)),
        lambda severity, said, detail="", *, action=None: toasts.append((severity, said, detail)),
    )  # fmt: skip
    return Room(context, toasts, opened)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RoomFor]:
    """``room(database, "buyer")``: of who has these jobs and is called after the first; `about`: more of the `User`."""
    made: list[Room] = []

    def make(database: Database, *jobs: str, **about: Any) -> Room:
        user = replace(User(jobs[0], jobs[0].title(), jobs[0], frozenset(jobs)), **about)
        made.append(furnished(database, user, Settings(tmp_path / f"{jobs[0]}.json")))
        return made[-1]

    yield make
    for each in made:
        each.context.work.close()


def show(qtbot: QtBot, page: QWidget, width: int = 1294, height: int = 680) -> None:
    """In a window of that size (pixels) that has the keys."""
    qtbot.addWidget(page)
    page.resize(width, height)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()


def show_list(qtbot: QtBot, page: ListPage, width: int = 1294, height: int = 680) -> ListPage:
    """A list with rows, the cursor on the first of them."""
    show(qtbot, page, width, height)
    page.refresh()
    to_first_row(qtbot, page)
    return page


def to_first_row(qtbot: QtBot, page: ListPage) -> None:
    qtbot.waitUntil(lambda: page.model.rowCount() > 0, timeout=15_000)
    page.grid.setFocus()
    page.grid.set_cursor(0, 0)
    qtbot.waitUntil(lambda: page.grid.current() is not None, timeout=15_000)
