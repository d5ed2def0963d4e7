"""What a database gets at its first start: the schema and the reference data.

In a home a file says when that is complete, so that a start which was killed half-way begins again from nothing,
and an intact one asks no questions.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg2
from psycopg2 import sql

from db import embedded, engine, install
from db.embedded import leases
from db.errors import UserError

PREFIX = "outpost"


@dataclass(frozen=True)
class Company:
    """The company that an empty installation begins with; its names can be changed later, its code is on documents."""

    code: str
    name: str
    name_zh: str


NEW_COMPANY = Company("MAIN", "Our company", "本公司")


def complete(
    server: embedded.Server, *, company: Company = NEW_COMPANY, progress: embedded.Progress
) -> bool:
    """Install what is missing. False: everything was there. Two first starts at once do it once."""
    if _done(server):
        return False
    with leases.lock(server.home, name="setup", progress=progress):
        if _done(server):
            return False
        if _was_begun(server):
            progress("Beginning the interrupted first start again", "首次启动曾被中断，正在重新开始")
            _clear(server)
        _mark(server, done=False)
        install.install(server.dsn(), prefix=PREFIX, progress=progress)
        found_company(server.dsn(), company)
        _mark(server, done=True)
    return True


def complete_shared(
    dsn: str, *, prefix: str = PREFIX, company: Company = NEW_COMPANY, progress: embedded.Progress
) -> bool:
    """Install into a shared server, whose database is made if it is not there. False: it is installed already.

    Raises db.errors.UserError: no superuser, wrong version or encoding, nobody answers.
    """
    try:
        _make_database(dsn)
        made = install.install(dsn, prefix=prefix, progress=progress)
        if made:
            found_company(dsn, company)
        return made
    except psycopg2.OperationalError as error:
        raise unreachable(error) from error


def found_company(dsn: str, company: Company) -> None:
    """The first company with the top of its tree of units."""
    raw = psycopg2.connect(dsn)
    try:
        with raw, raw.cursor() as cursor:
            cursor.execute("select api.create_company(%s, %s, %s)", (company.code, company.name, company.name_zh))
    finally:
        raw.close()


def _make_database(dsn: str) -> None:
    url = engine.url_from(dsn)
    if not url.database:
        return
    try:
        psycopg2.connect(dsn).close()
    except psycopg2.OperationalError as error:
        if f'database "{url.database}" does not exist' not in str(error):
            raise
        other = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        install.create_database(other, url.database)


def unreachable(error: psycopg2.OperationalError) -> UserError:
    """The server's or the network's own words, with the remedy."""
    said = str(error).strip()
    return UserError(
        code="08001",
        message_en=f"The database cannot be reached: {said}",
        message_zh=f"无法连接数据库：{said}",
        remedy_en="Check server, database, user and password in the DSN.",
        remedy_zh="请检查连接串中的服务器、数据库、用户名和密码。",
    )


def _done(server: embedded.Server) -> bool:
    record = leases.read_json(server.home / "setup.json")
    return record is not None and record.get("done") is True


def _was_begun(server: embedded.Server) -> bool:
    return (server.home / "setup.json").exists()


def _mark(server: embedded.Server, *, done: bool) -> None:
    leases.write_json(server.home / "setup.json", {"done": done})


def _clear(server: embedded.Server) -> None:
    """Drop the unfinished database and the log-ins that were made for it. Nobody has worked in it yet."""
    raw = psycopg2.connect(server.dsn("postgres"))
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
