"""A worker's own log-in in a database of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg2
import pytest
from psycopg2.extensions import cursor as RawCursor

from db import users
from db.embedded import Server
from tests.db.conftest import PASSWORD, PREFIX, World, clone, make_template


@dataclass
class Worker:
    """`cursor` commits each statement, as the worker's does."""

    world: World
    cursor: RawCursor


@pytest.fixture
def world(pg_server: Server) -> Iterator[World]:
    yield from clone(pg_server, make_template(pg_server))


@pytest.fixture
def worker(world: World) -> Iterator[Worker]:
    login = users.create_worker(world.owner, PASSWORD, login=f"{world.name}_worker".replace("outpost_clone", PREFIX))
    connection = psycopg2.connect(world.dsn(login))
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield Worker(world, cursor)
    connection.close()
