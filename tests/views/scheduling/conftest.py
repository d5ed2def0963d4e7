"""Board and calendar on a real database, as the planners of one branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.embedded import Server
from db.errors import UserError
from db.session import Database
from desktop.domain.calendars import at
from desktop.domain.moves import Move
from desktop.domain.scheduling import Booking, Placement
from desktop.operations import scheduling
from desktop.runtime.bus import Bus
from desktop.runtime.context import Context, User
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.widgets.theme import apply_theme, set_language
from tests.scheduling_world import World, as_user, clean, make_database

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)


def clock(hours: float, day: date = DAY) -> int:
    return at(day, round(hours * 60), ZONE)


NOW = clock(7.5)


@dataclass
class Toasts:
    """What the shell was asked to say."""

    said: list[tuple[str, str, str]] = field(default_factory=list)
    actions: list[Any] = field(default_factory=list)

    def __call__(self, severity: str, text: str, detail: str = "", *, action: Any = None) -> None:
        self.said.append((severity, text, detail))
        self.actions.append(action)


@dataclass
class Desk:
    """One planner at his desk, and a colleague who plans through his own connection."""

    context: Context
    toasts: Toasts
    world: World
    colleague: Database
    opened: list[tuple[str, Any]]

    def elsewhere(self, order: int, engineer: int, start: float, end: float) -> Booking:
        """The colleague books on another workstation; nobody here is told yet."""
        place = Placement(engineer, clock(start), clock(end))
        outcome = scheduling.carry_out(self.colleague, [Move(order, 0, None, place)], {}, request=uuid4())
        return outcome.bookings[0]

    def move_elsewhere(self, booking: Booking, engineer: int, start: float, end: float) -> Booking:
        place = Placement(engineer, clock(start), clock(end))
        job_id = booking.job.id if booking.job else 0
        move = Move(job_id, booking.id, booking.placement, place)
        outcome = scheduling.carry_out(self.colleague, [move], {booking.id: booking.version}, request=uuid4())
        return outcome.bookings[0]


@pytest.fixture(scope="session")
def planning(pg_server: Server) -> tuple[str, World]:
    return make_database(pg_server, "sched_view")


@pytest.fixture
def desk(planning: tuple[str, World], qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    owner, world = planning
    clean(owner)
    apply_theme(qapp, "light")
    set_language("en")
    database = Database(as_user(owner, world.login))
    colleague = Database(as_user(owner, world.colleague))
    work, toasts, opened = Work(user_errors=(UserError,)), Toasts(), list[tuple[str, Any]]()
    user = User(
        world.login, "Lin Tao", "林涛", frozenset({"planner"}), (world.branch,), "Acme", "恒拓", "Planner", "计划员"
    )
    context = Context(
        database, work, Bus(), user, Settings(tmp_path / "settings.json"), lambda key, args: opened.append((key, args)),
        toasts,
    )  # fmt: skip
    yield Desk(context, toasts, world, colleague, opened)
    work.close()
    database.close()
    colleague.close()
    set_language("en")


@pytest.fixture
def quiet(qtbot: QtBot, desk: Desk) -> Callable[[], None]:
    """Waits until nothing runs in the background."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not desk.context.work.running(), timeout=10_000)
        qtbot.wait(1)

    return wait
