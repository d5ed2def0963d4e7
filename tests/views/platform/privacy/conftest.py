"""A demo company of its own: these tests forget people."""

from __future__ import annotations

import pytest

from db.embedded import Server
from tests.demo_world import DemoWorld, make_demo_world_of_its_own
from tests.form_fixtures import owner, person, room_of

__all__ = ["owner", "person", "room_of"]


@pytest.fixture(scope="session")
def demo_world(pg_server: Server) -> DemoWorld:
    return make_demo_world_of_its_own(pg_server, "privacyworld")
