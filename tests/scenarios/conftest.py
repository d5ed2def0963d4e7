"""A town with people, and the program in front of them on a wire of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.embedded import Server
from desktop.app import Program
from desktop.desks import DESKS
from desktop.runtime.server_profiles import ServerProfile, save
from desktop.runtime.settings import Settings
from desktop.tour.visit import Papers
from desktop.widgets.theme import apply_theme, set_language
from tests.db.conftest import PREFIX
from tests.scenarios.town import Town, settle
from tests.scenarios.visitor import NoMouse, Visitor
from tests.scenarios.wire import Wire
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["shop"]


@pytest.fixture
def town(shop: Shop) -> Iterator[Town]:
    with settle(shop, "clerk", "second", "manager", "buyer", "finance") as made:
        yield made


@pytest.fixture
def wire(pg_server: Server) -> Iterator[Wire]:
    made = Wire("127.0.0.1", pg_server.port)
    yield made
    made.close()


@pytest.fixture
def papers(qapp: QApplication, tmp_path: Path) -> Iterator[Papers]:
    """What the program hands to the viewer."""
    made = Papers(tmp_path)
    yield made
    made.close()


@pytest.fixture
def visitor(
    qapp: QApplication, qtbot: QtBot, town: Town, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visitor]:
    """The program as on a workstation that knows the server, with the log-in window in front."""
    monkeypatch.delenv("OUTPOST_DSN", raising=False)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    apply_theme(qapp, "light")
    set_language("zh" if os.environ.get("OUTPOST_LANGUAGE") == "zh" else "en")
    settings = Settings(tmp_path / "settings.json")
    profile = ServerProfile("Head office", "127.0.0.1", str(wire.port), town.shop.clone.name, PREFIX)
    save(settings, profile)
    settings.set("database", profile.key)
    program, mouse = Program(qapp, None, settings, lambda: DESKS), NoMouse()
    program.start()
    yield Visitor(program, qapp)
    mouse.close()
    for window in (program.window, program.login):
        if window is not None:
            window.close()
    program.close()
    set_language("en")
    assert mouse.seen == 0
