from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.embedded import Server
from db.session import Database
from tests.lists_world import ListsWorld, make_lists_world


@pytest.fixture(scope="session")
def lists_world(pg_server: Server) -> ListsWorld:
    return make_lists_world(pg_server)


@pytest.fixture
def manager(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database("manager") as database:
        yield database


@pytest.fixture
def planner(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database("planner") as database:
        yield database
