"""What a database gets at its first start: schema, reference data, and the demo company or an empty one.

In a home a file says when that is complete, so that a start which was killed half-way begins again from nothing,
and an intact one asks no questions.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn

from db import embedded, install, session
from db.embedded import leases
from db.engine import open_connection
from db.errors import NotInstalled
from db.version import SCHEMA_VERSION
from desktop.domain.progress import Progress

PREFIX = "outpost"


@dataclass(frozen=True)
class Company:
    """The company that an empty installation begins with; its names can be changed later, its code is on documents."""

    code: str
    name: str
    name_zh: str


NEW_COMPANY = Company("MAIN", "Our company", "本公司")


@dataclass(frozen=True)
class Demo:
    """The demo company, small, medium or large."""

    size: str


DEMO = Demo("small")
Content = Company | Demo


class _Told(Progress):
    """The progress of the demo for whoever waits: what is being done, at most once a second."""

    def __init__(self, tell: embedded.Progress) -> None:
        super().__init__()
        self._tell = tell
        self._quiet_until = 0.0

    def report(self, done: int, total: int | None = None, note: str = "") -> None:
        if note and note != self.note and time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + 1
            self._tell(note, note)
        super().report(done, total, note)


def complete(server: embedded.Server, *, content: Content = DEMO, progress: embedded.Progress) -> bool:
    """Install what is missing, with the demo company unless something else is asked for.

    False: everything was there. Two first starts at the same moment do it once.
    """
    if _done(server):
        return False
    with leases.lock(server.home, name="setup", progress=progress):
        if _done(server):
            return False
        if _was_begun(server):
            progress("Beginning the interrupted first start again", "首次启动曾被中断，正在重新开始")
            _clear(server)
        if not _is_upgrade(server):
            _mark(server, done=False)
        install.install(server.dsn(), prefix=PREFIX, progress=progress)
        _fill(server.dsn(), content, progress)
        _mark(server, done=True)
    return True


def complete_shared(
    dsn: str, *, prefix: str = PREFIX, content: Content = NEW_COMPANY, progress: embedded.Progress
) -> bool:
    """Install into a shared server, whose database is made if it is not there. False: it is installed already.

    Raises db.errors.UserError: no superuser, wrong version or encoding, nobody answers.
    """
    _make_database(dsn)
    made = install.install(dsn, prefix=prefix, progress=progress)
    if made:
        _fill(dsn, content, progress)
    return made


def _fill(dsn: str, content: Content, progress: embedded.Progress) -> None:
    if isinstance(content, Company):
        _found_company(dsn, content)
        return
    database = session.connect(dsn)
    try:
        if database.user.company_id is None:
            from desktop.operations import demo  # heavy, and needed once in a home's life

            progress("Making the demo company", "正在生成演示公司")
            demo.create(database, content.size, _Told(progress))
    finally:
        database.close()


def _found_company(dsn: str, company: Company) -> None:
    """The first company with the top of its tree of units, in an installation that has none."""
    raw = open_connection(dsn)
    try:
        with raw, raw.cursor() as cursor:
            cursor.execute(
                "select api.create_company(%s, %s, %s) where not exists (select from erp.company)",
                (company.code, company.name, company.name_zh),
            )
    finally:
        raw.close()


def _make_database(dsn: str) -> None:
    try:
        open_connection(dsn).close()
    except NotInstalled:
        parts = parse_dsn(dsn)
        install.create_database(make_dsn(dsn, dbname="postgres"), parts["dbname"])


def _done(server: embedded.Server) -> bool:
    record = leases.read_json(server.home / "setup.json")
    return record is not None and record.get("done") is True and record.get("schema") == SCHEMA_VERSION


def _was_begun(server: embedded.Server) -> bool:
    record = leases.read_json(server.home / "setup.json")
    return record is not None and record.get("done") is not True


def _is_upgrade(server: embedded.Server) -> bool:
    """An older program finished its start here: that data is kept, whatever happens to this one."""
    record = leases.read_json(server.home / "setup.json")
    return record is not None and record.get("done") is True


def _mark(server: embedded.Server, *, done: bool) -> None:
    leases.write_json(server.home / "setup.json", {"done": done, "schema": SCHEMA_VERSION})


def _clear(server: embedded.Server) -> None:
    """Drop the unfinished database and the log-ins that were made for it. Nobody has worked in it yet."""
    raw = open_connection(server.dsn("postgres"))
    try:
        raw.autocommit = True
        with raw.cursor() as cursor:
            name = sql.Identifier(embedded.DATABASE)
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(name))
            cursor.execute(
                r"select rolname from pg_catalog.pg_roles where rolname like %s and rolname <> %s",
                (PREFIX.replace("_", r"\_") + r"\_%", embedded.OWNER),
            )
            for (role,) in cursor.fetchall():
                cursor.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))
            cursor.execute(sql.SQL("create database {}").format(name))
    finally:
        raw.close()
