"""The tour from the first window to the report: look, language, the three visits, and an end in any case."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, Qt, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop.app import Program
from desktop.desks import DESKS
from desktop.domain.text import Language, tr
from desktop.runtime.settings import Settings
from desktop.tour.clerk import Clerk
from desktop.tour.finance import Finance
from desktop.tour.hand import demand, wait_for
from desktop.tour.journal import Act, Journal, Tell
from desktop.tour.planner import Planner
from desktop.tour.visit import Papers, Strays, Visit
from desktop.widgets.theme import apply_theme, set_language

STORIES = (Clerk, Planner, Finance)


@dataclass(frozen=True)
class Look:
    """How the windows look on this tour."""

    language: Language
    theme: Literal["light", "dark"]
    width: int
    height: int


def make_tour(folder: Path, look: Look, tell: Tell) -> Journal:
    """Drive the program through the three jobs; everything that happened is in the journal. Never raises for a step."""
    folder.mkdir(parents=True, exist_ok=True)
    app = _application()
    set_language(look.language)
    apply_theme(app, look.theme)
    journal = Journal(folder, tell)
    before, sys.excepthook = sys.excepthook, journal.caught
    said_before = qInstallMessageHandler(journal.qt_said)
    papers, strays = Papers(folder), Strays(journal)
    with tempfile.TemporaryDirectory(prefix="outpost-tour-") as kept:
        settings = Settings(Path(kept) / "settings.json")
        settings.set("theme", look.theme)
        settings.set("language", look.language)
        program = Program(app, None, settings, lambda: DESKS)
        try:
            visit = Visit(program, journal, papers, QSize(look.width, look.height))
            if journal.run("start", tr("The program starts"), lambda: _start(program)):
                _visit_all(visit, journal)
        finally:
            papers.close()
            strays.close()
            _close(program)
            sys.excepthook = before
            qInstallMessageHandler(said_before)
    return journal


def _application() -> QApplication:
    """Without a display the windows are drawn in memory. File dialogs are Qt's own, as only those take our keys."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Outpost")
    app.setQuitOnLastWindowClosed(False)
    return app


def _start(program: Program) -> str:
    program.start()
    server = wait_for("the database", lambda: program.places.embedded or _refusal(program), seconds=240)
    demand(not isinstance(server, str), str(server))
    demo = program.places.embedded.demo if program.places.embedded is not None else ()
    demand(bool(demo), tr("The tour works on the demo company, and this installation holds none."))
    return f"{len(demo)} demo people"


def _refusal(program: Program) -> str:
    """Why the database did not open; empty while it still may."""
    login = program.login
    return login.database_field.message() if login is not None and login.database_field.is_wrong() else ""


def _visit_all(visit: Visit, journal: Journal) -> None:
    for story in STORIES:
        told = story(visit)
        steps: tuple[tuple[str, str, Act], ...] = (
            ("log_in", tr("Log in as {user}", user=told.user), partial(visit.log_in, told.user)),
            *told.steps(),
            ("log_out", tr("Log out"), visit.log_out),
        )
        going = True
        for name, title, act in steps:
            key = f"{told.user}.{name}"
            if going:
                going = journal.run(key, title, act)
                if not going:
                    _keep_failure(visit, key)
            else:
                journal.skip(key, title)
        if not going:
            visit.get_out()


def _keep_failure(visit: Visit, key: str) -> None:
    window = visit.program.window or visit.program.login
    if window is not None:
        visit.picture(f"failed-{key}", window)


def _close(program: Program) -> None:
    """End as the program's own last window does."""
    for window in (program.window, program.login):
        if window is not None:
            window.close()
    program.close()
