"""The composition root of the window: look, log-in, desks, and who is wired to whom. Only `desktop.cli`
imports it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication
from sqlalchemy.engine import make_url

from db import session
from db.embedded import EmbeddedError
from db.errors import LoginError, ServerUnreachable, UserError
from db.notify import EVERYTHING, Feed
from db.session import CurrentUser, Database
from desktop import __version__
from desktop.domain.changes import Changes
from desktop.domain.text import language as language_in_force
from desktop.domain.text import tr
from desktop.operations import people
from desktop.runtime import connection, service
from desktop.runtime.bus import Bus
from desktop.runtime.context import User
from desktop.runtime.failures import Failure, describe, log_to
from desktop.runtime.garbage import GarbageCollector
from desktop.runtime.live import Live
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.desks import Desk
from desktop.views.shell.login import Attempt, LoginWindow, Profile
from desktop.views.shell.login_parts import DemoLogin
from desktop.views.shell.session import Session
from desktop.views.shell.window import MainWindow
from desktop.widgets.theme import apply_theme, set_language

_log = logging.getLogger("outpost.app")
_PREFIX = "outpost"


Desks = Callable[[], Sequence[Desk]]


def load_desks() -> Sequence[Desk]:
    """All desks that are built. Imported late: the log-in window does not wait for boards and grids."""
    from desktop.desks import DESKS

    return DESKS


@dataclass
class Server:
    """The database that this program opened, and what it learnt there before anybody logged in."""

    dsn: str = field(repr=False)
    embedded: bool
    owner: Database | None = None
    demo: tuple[people.DemoPerson, ...] = ()


@dataclass(frozen=True)
class LoggedIn:
    """One person's door to the database, and the words about him."""

    database: Database
    user: User
    place: str


def log_folder() -> Path:
    return Path(platformdirs.user_log_dir("Outpost", appauthor=False))


def open_server(stack: ExitStack, dsn: str | None, tell: connection.Tell) -> Server:
    """Start or find the database; the embedded one lives until `stack` closes. In a worker thread."""
    found = stack.enter_context(connection.connected(dsn, tell=tell))
    server = Server(found.dsn, found.is_embedded)
    if found.server is not None:
        stack.enter_context(service.child_worker(found.server))
        owner = session.connect(found.dsn)
        stack.callback(owner.close)
        server.owner, server.demo = owner, people.demo_people(owner)
    return server


def profile_of(server: Server) -> Profile:
    """How the log-in window shows it."""
    url = make_url(server.dsn)
    demo = tuple(DemoLogin(each.user, each.password, each.job, each.job_zh) for each in server.demo)
    if server.embedded:
        return Profile("embedded", "This computer", "本机数据库", tr("on this computer"), demo=demo)
    name = str(url.database or "")
    tls = url.query.get("sslmode") in ("require", "verify-ca", "verify-full")
    return Profile(f"{url.host}/{name}", name, name, str(url.host or ""), tls=tls, demo=demo)


def log_in(server: Server, attempt: Attempt) -> LoggedIn:
    """Connect as that person. In a worker thread; raises a UserError whose `field` says where it belongs."""
    login = people.login_of(server.owner, attempt.user) if server.owner is not None else None
    if login is None:
        login = attempt.user if attempt.user.startswith(f"{_PREFIX}_") else f"{_PREFIX}_{attempt.user}"
    url = make_url(server.dsn).set(username=login, password=attempt.password)
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        database = session.connect(dsn)
    except ServerUnreachable as error:
        error.field = "database"
        raise
    return LoggedIn(database, user_of(database), f"{url.database}@{url.host or tr('this computer')}")


def check_password(database: Database, password: str) -> None:
    """Whether `password` opens the log-in that is in use; raises a UserError where it does not."""
    url = make_url(database.dsn).set(password=password)
    session.connect(url.render_as_string(hide_password=False), pool_size=1).close()


def user_of(database: Database) -> User:
    """The shell's picture of the current user."""
    me: CurrentUser = database.user
    job, job_zh = people.job_words(database, me.roles)
    return User(
        login=me.user_name,
        name=me.display_name,
        name_zh=me.display_name_zh or "",
        roles=me.roles,
        units=tuple(sorted(me.unit_ids)),
        company=me.company_name,
        company_zh=me.company_name_zh or "",
        job=job,
        job_zh=job_zh,
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
    """From the first window to the last: starts the database, asks who it is, opens the main window, ends it
    all.
    """

    _told = Signal(str)
    finished = Signal(int)

    def __init__(self, app: QApplication, dsn: str | None, settings: Settings, desks: Desks) -> None:
        super().__init__()
        self._app, self._dsn, self.settings, self._desks = app, dsn, settings, desks
        self.work = Work(user_errors=(UserError, EmbeddedError))
        self.garbage = GarbageCollector()
        self.stack = ExitStack()
        self.server: Server | None = None
        self.login: LoginWindow | None = None
        self.window: MainWindow | None = None
        self._entered: LoggedIn | None = None
        self._live: Live | None = None
        self._told.connect(self._show_notice, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Show the log-in window at once; the database starts behind it."""
        self._ask_who(())
        self._open_database()
        self.work.run(self._desks, owner=self, background=True)  # loaded while the user types his name

    def _ask_who(self, profiles: Sequence[Profile]) -> None:
        self.login = LoginWindow(profiles, self._authenticate, self.work, self.settings, version=__version__)
        self.login.accepted.connect(self._enter)
        self.login.closed.connect(self._quit)
        self.login.retry_asked.connect(self._open_database)
        self.login.show()

    @Slot()
    def _open_database(self) -> None:
        self._show_notice(tr("Starting the database"))
        self.work.run(
            partial(open_server, self.stack, self._dsn, self._told.emit),
            on_done=self._opened,
            on_error=self._not_opened,
            owner=self,
            title=tr("Starting the database"),
        )

    def _opened(self, server: Server) -> None:
        self.server = server
        if self.login is not None:
            self.login.set_notice("")
            self.login.set_profiles((profile_of(server),))

    def _not_opened(self, failure: Failure) -> None:
        _log.error("the database did not open: %s", failure.message)
        if self.login is not None:
            self.login.set_notice(tr("The database did not open"), tr("Try again"))
            self.login.database_field.refuse(failure.message)

    @Slot(str)
    def _show_notice(self, text: str) -> None:
        if self.login is not None:
            self.login.set_notice(text)

    def _authenticate(self, attempt: Attempt) -> LoggedIn:
        if self.server is None:
            raise LoginError(
                code="08001", message_en="The database is not ready yet.", message_zh="数据库尚未就绪。"
            )
        return log_in(self.server, attempt)

    @Slot(object)
    def _enter(self, entered: LoggedIn) -> None:
        """Open the main window for the person who came in."""
        from desktop.desks.providers import dictionary_provider, scan_resolver, search_provider

        self._entered = entered
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
            live=self._live,
            unlock=partial(check_password, entered.database),
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
        if self.server is not None:
            self._ask_who((profile_of(self.server),))

    def _leave(self) -> None:
        entered, self._entered = self._entered, None
        live, self._live = self._live, None
        if live is not None:
            live.close()
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()
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


def tell_bug(
    program: Program, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A fault in a slot: the traceback goes to the log, the user sees its id, the program goes on."""
    program.work.failed.emit(describe(error.with_traceback(trace), ()))


def main(dsn: str | None = None, *, language: str | None = None) -> int:
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
    program = Program(app, dsn, settings, load_desks)
    program.finished.connect(app.exit)
    before = sys.excepthook
    sys.excepthook = partial(tell_bug, program)
    program.start()
    try:
        return app.exec()
    finally:
        sys.excepthook = before
        program.close()
