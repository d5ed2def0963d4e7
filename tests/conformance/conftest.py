from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.session import Database
from tests.lists_world import ROLES, ListsWorld


@pytest.fixture(scope="session")
def databases(lists_world: ListsWorld) -> Iterator[dict[str, Database]]:
    """One log-in per job, kept open for the session."""
    made = {role: lists_world.database(role) for role in ROLES}
    yield made
    for database in made.values():
        database.close()
