"""The fixture `shop`; a conftest that wants it imports it from here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db import users
from db.embedded import Server
from db.session import Database
from tests.db.conftest import PASSWORD, PREFIX
from tests.stock_shop import Shop, open_shop


@pytest.fixture
def shop(pg_server: Server) -> Iterator[Shop]:
    """The store of the design's pictures, a fresh one for each test."""
    with open_shop(pg_server) as made:
        yield made


@pytest.fixture
def steward_of_shop(shop: Shop) -> Iterator[Database]:
    """A steward of the whole company."""
    login = f"{PREFIX}_steward_{shop.clone.name.rsplit('_', 1)[1]}"
    users.create_user(
        shop.clone.owner, user_name=login, password=PASSWORD, roles=("steward",), display_name="Steward", login=login,
        units=[shop.clone.id("org_unit", "ROOT")], company_id=shop.world.company,
    )  # fmt: skip
    database = Database(shop.clone.dsn(login))
    yield database
    database.close()
