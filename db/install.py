"""Install Outpost into a database, or upgrade the one that is there. Doing it twice changes nothing.

Needs a superuser, because it makes group roles and event triggers; whoever works with Outpost is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db import seeding
from db.build import code, guards, roles, schema_sql
from db.engine import open_connection
from db.errors import UserError
from db.version import SCHEMA_VERSION

MIGRATIONS = Path(__file__).parent / "migrations"

Progress = Callable[[str, str], None]
_PREFIX = re.compile(r"^[a-z][a-z0-9_]{0,20}$")


class CannotInstall(UserError):
    """The database or the log-in does not fit."""


def create_database(dsn: str, name: str) -> bool:
    """Make the database `name` on the server of `dsn` (connected to any other database); False if it is there."""
    raw = open_connection(dsn)
    try:
        raw.autocommit = True
        with raw.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (name,))
            if cursor.fetchone():
                return False
            cursor.execute(
                sql.SQL("create database {} encoding 'UTF8' template template0").format(sql.Identifier(name))
            )
            return True
    finally:
        raw.close()


def is_installed(dsn: str) -> bool:
    raw = open_connection(dsn)
    try:
        with raw.cursor() as cursor:
            return _installed(cursor)
    finally:
        raw.close()


def install(dsn: str, *, prefix: str = "outpost", progress: Progress | None = None) -> bool:
    """Install into the database of `dsn`, or upgrade what an older program installed, in one transaction.

    False: it is up to date and was left alone. `prefix` starts the names of the group roles and log-ins in the cluster;
    an installation keeps the one it was made with. Raises CannotInstall.
    """
    if not _PREFIX.match(prefix):
        raise CannotInstall(
            message_en=f"The prefix {prefix!r} is not usable.",
            message_zh=f"前缀 {prefix!r} 不可用。",
            remedy_en="Use up to 21 small letters, digits and _, starting with a letter.",
            remedy_zh="请使用最多 21 个小写字母、数字或下划线，以字母开头。",
        )
    tell = progress or (lambda en, zh: None)
    with transaction(dsn) as connection, cursor_of(connection) as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('outpost.install'))")
        version = schema_version(cursor)
        if version == SCHEMA_VERSION:
            return False
        _check(cursor)
        if version is None:
            tell("Installing the schema", "正在安装数据库结构")
            cursor.execute("select set_config('outpost.prefix', %s, true)", (prefix,))
            cursor.execute(schema_sql())
        elif version:
            _refuse_newer(version)
            tell("Upgrading the schema", "正在升级数据库结构")
            upgrade(connection)
        tell("Loading reference data", "正在载入基础数据")
        seeding.load(cursor)
        cursor.execute("delete from erp.schema_version")
        cursor.execute("insert into erp.schema_version (version_num) values (%s)", (SCHEMA_VERSION,))
    _optimise(dsn)
    return True


@contextmanager
def transaction(dsn: str) -> Iterator[Connection]:
    """One transaction on a connection of its own, for Alembic and for whole scripts alike."""
    engine = create_engine("postgresql+psycopg2://", creator=lambda: open_connection(dsn), poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


def cursor_of(connection: Connection) -> Cursor:
    """A bare cursor in the transaction of `connection`."""
    raw = connection.connection.driver_connection
    if raw is None:
        raise psycopg2.InterfaceError("the connection is closed")
    cursor: Cursor = raw.cursor()
    return cursor


def schema_version(cursor: Cursor) -> str | None:
    """The revision of the schema that is there; None when there is none, "" when it was loaded but never finished."""
    if not _installed(cursor):
        return None
    cursor.execute("select coalesce(max(version_num), '') from erp.schema_version")
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def upgrade(connection: Connection) -> None:
    """Migrate the tables to the head, then make functions, views, triggers, policies and grants anew."""
    connection.execute(text("select set_config('outpost.prefix', prefix, true) from erp.installation"))
    with cursor_of(connection) as cursor:
        cursor.execute(roles())
    connection.execute(text("select set_config('role', erp.owner_name(), true)"))
    with cursor_of(connection) as cursor:
        before = schema_version(cursor) or SCHEMA_VERSION
    migrate(connection)
    with cursor_of(connection) as cursor:
        rebuild(cursor)
        cursor.execute(guards())
        cursor.execute("reset role")
        for finish in _finishing(before):
            finish(cursor)


def _finishing(before: str) -> Iterator[Callable[[Cursor], None]]:
    """What the revisions after `before` still have to do once functions and triggers are those of this program."""
    script = ScriptDirectory.from_config(_alembic())
    for revision in reversed(list(script.iterate_revisions("head", before))):
        finish = getattr(revision.module, "finish", None)
        if finish is not None:
            yield finish


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(connection: Connection, target: str = "head") -> None:
    """Run the migrations inside the transaction of `connection`."""
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def rebuild(cursor: Cursor) -> None:
    """Make everything anew that is not a table, as the owner of the schema."""
    cursor.execute("set local check_function_bodies = off")
    cursor.execute(code())


def _refuse_newer(version: str) -> None:
    if version > SCHEMA_VERSION:
        raise CannotInstall(
            message_en=f"The database has schema {version}, this program knows {SCHEMA_VERSION}.",
            message_zh=f"数据库结构版本为 {version}，本程序只支持到 {SCHEMA_VERSION}。",
            remedy_en="Install the newer program.",
            remedy_zh="请安装新版程序。",
        )


def _installed(cursor: Cursor) -> bool:
    cursor.execute("select to_regclass('erp.installation') is not null")
    row = cursor.fetchone()
    return bool(row and row[0])


def _check(cursor: Cursor) -> None:
    cursor.execute(
        "select current_setting('server_version_num')::int, current_setting('server_encoding'),"
        " (select rolsuper from pg_roles where rolname = current_user)"
    )
    version, encoding, is_super = cursor.fetchone() or (0, "", False)
    if not 150000 <= version < 190000:
        raise CannotInstall(
            message_en=f"PostgreSQL {version // 10000} is not supported.",
            message_zh=f"不支持 PostgreSQL {version // 10000}。",
            remedy_en="Use PostgreSQL 15, 16, 17 or 18.",
            remedy_zh="请使用 PostgreSQL 15 至 18。",
        )
    if encoding != "UTF8":
        raise CannotInstall(
            message_en=f"The database's encoding is {encoding}.",
            message_zh=f"数据库编码为 {encoding}。",
            remedy_en="Create it with ENCODING 'UTF8'.",
            remedy_zh="请以 ENCODING 'UTF8' 创建数据库。",
        )
    if not is_super:
        raise CannotInstall(
            message_en="Installing needs a superuser once: it makes group roles and event triggers.",
            message_zh="安装需要超级用户执行一次，用于创建组角色和事件触发器。",
            remedy_en="Connect as one, for example as postgres.",
            remedy_zh="请以超级用户（如 postgres）连接。",
        )


def _optimise(dsn: str) -> None:
    raw = open_connection(dsn)
    raw.autocommit = True
    with raw.cursor() as cursor:
        cursor.execute("analyze")
    raw.close()
