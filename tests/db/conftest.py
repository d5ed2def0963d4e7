"""A small company with two branches in a database of one's own, and real log-ins in it.

The schema is installed once a session into a template; each test gets a clone of it. Group roles belong to the server
and are shared by the clones, log-ins are made per clone under names of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as RawConnection

from db import users
from db.embedded import Server
from db.session import Database, connect
from tests import templates
from tests.templates import PREFIX

PASSWORD = "一个 Kennwort, 1"
_NUMBERS = itertools.count(1)
_WORLD = (Path(__file__).parent / "world.sql").read_text(encoding="utf-8")


@dataclass
class World:
    """One clone. `owner` maintains the installation; `login` makes and opens a person's log-in."""

    server: Server
    name: str
    owner: Database
    stack: ExitStack = field(repr=False)

    def dsn(self, user: str | None = None) -> str:
        return self.server.dsn(self.name, user, PASSWORD if user else None)

    def id(self, table: str, code: str) -> int:
        """Id of a record of world.sql by its code or number."""
        column = "number" if table in ("work_order", "contract", "stock_document", "purchase_order") else "code"
        return int(self.value(f"select id from erp.{table} where {column} = %s", code))

    def value(self, query: str, *values: object) -> Any:
        """The one value of a query, as the owner."""
        with self.owner.raw() as connection, connection.cursor() as cursor:
            cursor.execute(query, values or None)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def login_name(self, role: str, unit: str | None = "NORTH", *, roles: tuple[str, ...] = ()) -> str:
        """Make a person with a job in a unit; the name of his log-in."""
        number = next(_NUMBERS)
        login = f"{PREFIX}_{role}_{number}"
        users.create_user(
            self.owner,
            user_name=f"{role}{number}",
            password=PASSWORD,
            roles=roles or (role,),
            units=[self.id("org_unit", unit)] if unit else [],
            display_name=role.title(),
            login=login,
            company_id=self.id("company", "HB"),
        )
        return login

    def login(self, role: str, unit: str | None = "NORTH", *, roles: tuple[str, ...] = ()) -> Database:
        return self.stack.enter_context(connect(self.dsn(self.login_name(role, unit, roles=roles))))

    def raw(self, role: str, unit: str | None = "NORTH", *, roles: tuple[str, ...] = ()) -> RawConnection:
        """A bare connection of such a person: what psql would have. Every statement commits."""
        connection = psycopg2.connect(self.dsn(self.login_name(role, unit, roles=roles)))
        connection.autocommit = True
        self.stack.callback(connection.close)
        return connection


@cache
def make_template(server: Server) -> str:
    """The company of world.sql, once for a server."""
    name = templates.copy(server, templates.schema(server), "outpost_template")
    connection = psycopg2.connect(server.dsn(name))
    with connection, connection.cursor() as cursor:
        cursor.execute(_WORLD)
    connection.close()
    return name


def clone(server: Server, template: str) -> Iterator[World]:
    name = f"outpost_clone_{next(_NUMBERS)}"
    templates.copy_unopened(server, template, name)
    with ExitStack() as stack:
        owner = stack.enter_context(Database(server.dsn(name)))
        with owner.raw() as connection, connection.cursor() as cursor:
            cursor.execute(templates.OPEN)
        yield World(server, name, owner, stack)
    templates.drop(server, name)


@pytest.fixture(scope="session")
def template(pg_server: Server) -> str:
    return make_template(pg_server)


@pytest.fixture
def world(pg_server: Server, template: str) -> Iterator[World]:
    """A clone for one test."""
    yield from clone(pg_server, template)


@pytest.fixture(scope="session")
def standing(pg_server: Server, template: str) -> Iterator[World]:
    """A clone for all tests that change nothing. Who logs in here stays logged in to the end of the session."""
    yield from clone(pg_server, template)


@pytest.fixture
def shared(standing: World) -> Iterator[World]:
    """The same for one test, which logs out at its end: a server takes a hundred connections."""
    with ExitStack() as stack:
        yield replace(standing, stack=stack)
