"""Databases that are made once for a server and copied from then on: a test pays for a copy, not for an installation.

All copies share the group roles of one prefix. Log-ins belong to the server as well, so whoever locks one out, gives it
another password or forgets its person works in a database that was installed for it alone.
"""

from __future__ import annotations

from functools import cache

import psycopg2

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
    """Copy a database that nobody is connected to. By its files: page by page through the log costs twice as much."""
    admin = psycopg2.connect(server.dsn("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'create database "{name}" template "{template}" strategy file_copy')
    admin.close()
    opened = psycopg2.connect(server.dsn(name))
    with opened, opened.cursor() as cursor:
        cursor.execute("call erp.open_database()")  # who may connect is not copied
    opened.close()
    return name


def drop(server: Server, name: str) -> None:
    admin = psycopg2.connect(server.dsn("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'drop database "{name}" with (force)')
    admin.close()
