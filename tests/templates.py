"""Databases that are made once for a server and copied from then on: a test pays for a copy, not for an installation.

All copies share the group roles of one prefix. Log-ins belong to the server as well, so whoever locks one out, gives it
another password or forgets its person works in a database that was installed for it alone.
"""

from __future__ import annotations

from functools import cache

import psycopg2
from psycopg2.extensions import connection as Connection

from db import install
from db.embedded import Server

PREFIX = "outpost_test"


def make(server: Server, name: str, *, prefix: str = PREFIX) -> str:
    """A database of that name, installed from the schema."""
    install.create_database(server.dsn("postgres"), name)
    install.install(server.dsn(name), prefix=prefix)
    return name


@cache
def schema(server: Server) -> str:
    """The installed schema and nothing else."""
    return make(server, "outpost_schema")


def copy(server: Server, template: str, name: str) -> str:
    """Copy a database that nobody is connected to."""
    copy_unopened(server, template, name)
    opened = psycopg2.connect(server.dsn(name))
    with opened, opened.cursor() as cursor:
        cursor.execute(OPEN)
    opened.close()
    return name


OPEN = "call erp.open_database()"
"""Who may connect is not copied."""


def copy_unopened(server: Server, template: str, name: str) -> None:
    """By its files: page by page through the log costs twice as much. Whoever connects first must execute `OPEN`."""
    _as_admin(server, f'create database "{name}" template "{template}" strategy file_copy')


def drop(server: Server, name: str) -> None:
    _as_admin(server, f'drop database "{name}" with (force)')


_admins: dict[Server, Connection] = {}


def _as_admin(server: Server, statement: str) -> None:
    """Over one connection for all; over a new one where a test has ended it with the others of its server."""
    for _attempt in range(2):
        if server not in _admins:
            _admins[server] = psycopg2.connect(server.dsn("postgres"))
            _admins[server].autocommit = True
        try:
            with _admins[server].cursor() as cursor:
                cursor.execute(statement)
            return
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if not _admins[server].closed:
                raise
            del _admins[server]
    raise RuntimeError(f"the server ended each connection that said: {statement}")
