"""Install Outpost into a database: roles, schema, reference data. Doing it twice changes nothing.

Needs a superuser once, because it makes group roles and event triggers; afterwards nobody does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as RawConnection

from db import seeding
from db.build import schema_sql
from db.errors import UserError

Progress = Callable[[str, str], None]
_PREFIX = re.compile(r"^[a-z][a-z0-9_]{0,20}$")


class CannotInstall(UserError):
    """The database or the log-in does not fit."""


def create_database(dsn: str, name: str) -> bool:
    """Make the database `name` on the server of `dsn` (connected to any other database); False if it is there."""
    raw = psycopg2.connect(dsn)
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
    raw = psycopg2.connect(dsn)
    try:
        with raw.cursor() as cursor:
            return _installed(cursor)
    finally:
        raw.close()


def install(dsn: str, *, prefix: str = "outpost", progress: Progress | None = None) -> bool:
    """Install into the empty database of `dsn` in one transaction. False: it was already there and is left alone.

    `prefix` starts the names of the group roles and log-ins in the cluster. Raises CannotInstall.
    """
    if not _PREFIX.match(prefix):
        raise CannotInstall(
            message_en=f"The prefix {prefix!r} is not usable.",
            message_zh=f"前缀 {prefix!r} 不可用。",
            remedy_en="Use up to 21 small letters, digits and _, starting with a letter.",
            remedy_zh="请使用最多 21 个小写字母、数字或下划线，以字母开头。",
        )
    tell = progress or (lambda en, zh: None)
    raw = psycopg2.connect(dsn)
    try:
        with raw.cursor() as cursor:
            if _installed(cursor):
                return False
            _check(cursor)
            tell("Installing the schema", "正在安装数据库结构")
            cursor.execute("select pg_advisory_xact_lock(hashtext('outpost.install'))")
            cursor.execute("select set_config('outpost.prefix', %s, true)", (prefix,))
            cursor.execute(schema_sql())
            tell("Loading reference data", "正在载入基础数据")
            seeding.load(cursor)
        raw.commit()
        _optimise(raw)
        return True
    finally:
        raw.close()


def _installed(cursor: psycopg2.extensions.cursor) -> bool:
    cursor.execute("select to_regclass('erp.installation') is not null")
    row = cursor.fetchone()
    return bool(row and row[0])


def _check(cursor: psycopg2.extensions.cursor) -> None:
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


def _optimise(raw: RawConnection) -> None:
    raw.autocommit = True
    with raw.cursor() as cursor:
        cursor.execute("analyze")
