"""The fixture `shop`; a conftest that wants it imports it from here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.embedded import Server
from tests.stock_shop import Shop, make_shop_template, open_shop


@pytest.fixture(scope="session")
def shop_template(pg_server: Server) -> str:
    return make_shop_template(pg_server)


@pytest.fixture
def shop(pg_server: Server, shop_template: str) -> Iterator[Shop]:
    """The store of the design's pictures, a fresh one for each test."""
    with open_shop(pg_server, shop_template) as made:
        yield made
