"""The composition root of the window: look, log-in, desks, and who is wired to whom. Only `desktop.cli`
imports it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from db.embedded import EmbeddedError
from db.errors import UserError
from db.notify import EVERYTHING, Feed
from db.session import Database
from desktop import __version__
from desktop.domain.changes import Changes
from desktop.domain.text import language as language_in_force
from desktop.domain.text import tr
from desktop.runtime import connection
from desktop.runtime.bus import Bus
from desktop.runtime.entering import LoggedIn, Server, change_password, check_password, open_embedded
from desktop.runtime.failures import Failure, describe, log_to
from desktop.runtime.garbage import GarbageCollector
from desktop.runtime.live import Live
from desktop.runtime.opened_files import OPENED
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.desks import Desk
from desktop.views.shell.login import LoginWindow
from desktop.views.shell.places import EMBEDDED, Places
from desktop.views.shell.session import Session, Welcome
from desktop.views.shell.window import MainWindow
from desktop.widgets.theme import apply_theme, set_language

_log = logging.getLogger("outpost.app")


Desks = Callable[[], Sequence[Desk]]


def load_desks() -> Sequence[Desk]:
    """All desks that are built. Imported late: the log-in window does not wait for boards and grids."""
    from desktop.desks import DESKS

    return DESKS


def log_folder() -> Path:
    return Path(platformdirs.user_log_dir("Outpost", appauthor=False))


def _welcome(entered: LoggedIn) -> Welcome:
    said = entered.said
    return Welcome(
        previous_at=said.previous_at,
        previous_client=said.previous_client or "",
        failed_since=said.failed_since,
        password_days_left=said.password_days_left,
        password_min_length=said.password_min_length,
        idle_lock_minutes=said.idle_lock_minutes,
    )


class LiveFeed:
    """The database's change feed in the words of `runtime.live`."""

    def __init__(self, database: Database) -> None:
        self._feed = Feed(database.dsn, skip_client=database.application_name)

    def wait(self, seconds: float) -> Changes | None:
        rows = self._feed.wait(seconds)
        if rows is None:
            return None
        return Changes.everything() if EVERYTHING in rows else Changes(dict(rows))

    def latency_ms(self) -> int | None:
        return self._feed.latency_ms()

    def worker_alive(self) -> bool:
        return self._feed.worker_alive()

    def close(self) -> None:
        self._feed.close()


class Program(QObject):
    """From the first window to the last: asks who it is and where, opens the main window, ends it all.

    `where` is the database that the command line gave; else the one of last time is chosen, at first this computer's.
    """

    _told = Signal(str)
    finished = Signal(int)

    def __init__(self, app: QApplication, where: connection.Where, settings: Settings, desks: Desks) -> None:
        super().__init__()
        self._app, self.settings, self._desks = app, settings, desks
        self.work = Work(user_errors=(UserError, EmbeddedError))
        self.garbage = GarbageCollector()
        self.stack = ExitStack()
        self.places = Places(where, settings)
        self.login: LoginWindow | None = None
        self.window: MainWindow | None = None
        self._opening = False
        self._entered: LoggedIn | None = None
        self._live: Live | None = None
        self._told.connect(self._show_notice, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Show the log-in window at once; the database of this computer starts behind it where it is the chosen one."""
        self._ask_who()
        self.work.run(self._desks, owner=self, background=True)  # loaded while the user types his name

    def _ask_who(self) -> None:
        login = LoginWindow(
            self.places.profiles(),
            self.places.doors(),
            self.work,
            self.settings,
            version=__version__,
            first=self.places.first(),
        )
        self.login = login
        login.accepted.connect(self._enter)
        login.closed.connect(self._quit)
        login.retry_asked.connect(self._open_embedded)
        login.place_chosen.connect(self._place_chosen)
        login.servers_changed.connect(self._servers_changed)
        login.show()
        self._place_chosen(login.place_key())

    @Slot(str)
    def _place_chosen(self, key: str) -> None:
        if key == EMBEDDED and self.places.embedded is None:
            self._open_embedded()
        elif self.login is not None:
            self.login.set_notice("")

    @Slot(str)
    def _servers_changed(self, key: str) -> None:
        if self.login is not None:
            self.login.set_profiles(self.places.profiles(), key)

    @Slot()
    def _open_embedded(self) -> None:
        self._show_notice(tr("Starting the database"))
        if self._opening:
            return
        self._opening = True
        self.work.run(
            partial(open_embedded, self.stack, self._told.emit),
            on_done=self._opened,
            on_error=self._not_opened,
            owner=self,
            title=tr("Starting the database"),
        )

    def _opened(self, server: Server) -> None:
        self._opening = False
        self.places.embedded = server
        if self.login is not None:
            self.login.set_notice("")
            self.login.set_profiles(self.places.profiles(), self.login.place_key())

    def _not_opened(self, failure: Failure) -> None:
        self._opening = False
        _log.error("the database did not open: %s", failure.message)
        if self.login is not None:
            self.login.set_notice(tr("The database did not open"), tr("Try again"))
            self.login.database_field.refuse(failure.message)

    @Slot(str)
    def _show_notice(self, text: str) -> None:
        if self.login is not None and self.login.place_key() == EMBEDDED and self.places.embedded is None:
            self.login.set_notice(text)

    @Slot(object)
    def _enter(self, entered: LoggedIn) -> None:
        """Open the main window for the person who came in."""
        from desktop.desks.providers import dictionary_provider, scan_resolver, search_provider
        from desktop.views.stock.part_peek import part_peek

        self._entered = entered
        server = self.places.entered
        bus = Bus(self)
        self._live = Live(bus, partial(LiveFeed, entered.database), self)
        shell = Session(
            database=entered.database,
            user=entered.user,
            place=entered.place,
            work=self.work,
            bus=bus,
            settings=self.settings,
            desks=tuple(self._desks()),
            search=search_provider(entered.database),
            dictionary=dictionary_provider(entered.database),
            resolve_scan=scan_resolver(entered.database),
            peek=part_peek(entered.database, entered.user),
            live=self._live,
            unlock=partial(check_password, entered.database),
            change_password=partial(change_password, server, entered.database) if server is not None else None,
            welcome=_welcome(entered),
            log_folder=log_folder(),
            version=__version__,
        )
        window = MainWindow(shell)
        self.window = window
        window.logged_out.connect(self._log_out)
        window.closed.connect(self._window_closed)
        kept = self.settings.get("window")
        if not (kept and window.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii")))):
            window.resize(1366, 768)
        window.show()
        self._live.start()
        window.start()
        if self.login is not None:
            self.login.close()
            self.login.deleteLater()
            self.login = None

    @Slot()
    def _window_closed(self) -> None:
        self._leave()
        self._quit()

    @Slot()
    def _log_out(self) -> None:
        """The next person, please: the same program and server, a new window."""
        self._leave()
        self._ask_who()

    def _leave(self) -> None:
        entered, self._entered = self._entered, None
        live, self._live = self._live, None
        if live is not None:
            live.close()
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()
        OPENED.clear()  # the next person has no business with the copies that this one looked at
        if entered is not None:
            entered.database.close()

    @Slot()
    def _quit(self) -> None:
        self.finished.emit(0)

    def close(self) -> None:
        """Let go of everything: work, garbage timer, the log-in's connections, the embedded server."""
        self.work.close()
        self._leave()
        self.garbage.close()
        self.stack.close()


def tell_bug(program: Program, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault in a slot: the traceback goes to the log, the user sees its id, the program goes on."""
    program.work.failed.emit(describe(error.with_traceback(trace), ()))


def main(where: connection.Where = None, *, language: str | None = None) -> int:
    """Run the window until it is closed; the process's exit code."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Outpost")
    app.setQuitOnLastWindowClosed(False)
    threading.excepthook = lambda args: _log.error("bug in a thread", exc_info=args.exc_value)
    log_to(log_folder())
    settings = Settings()
    wanted = language or settings.get("language") or language_in_force()
    set_language("zh" if wanted == "zh" else "en")
    choice: Any = settings.get("theme", "system")
    apply_theme(app, choice if choice in ("light", "dark") else "system")
    program = Program(app, where, settings, load_desks)
    program.finished.connect(app.exit)
    before = sys.excepthook
    sys.excepthook = partial(tell_bug, program)
    program.start()
    try:
        return app.exec()
    finally:
        sys.excepthook = before
        program.close()
