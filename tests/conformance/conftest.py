from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.embedded import Server
from db.session import Database
from tests.lists_world import ROLES, ListsWorld, make_lists_world


@pytest.fixture(scope="session")
def world(pg_server: Server) -> ListsWorld:
    return make_lists_world(pg_server, "conform")


@pytest.fixture(scope="session")
def databases(world: ListsWorld) -> Iterator[dict[str, Database]]:
    """One log-in per job, kept open for the session."""
    made = {role: world.database(role) for role in ROLES}
    yield made
    for database in made.values():
        database.close()
