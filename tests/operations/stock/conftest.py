from collections.abc import Iterator

import pytest

from tests.operations.stock.valued_item import Ledger, make_item
from tests.stock_fixtures import shop, steward_of_shop
from tests.stock_shop import Shop

__all__ = ["average", "fifo", "shop", "steward_of_shop"]


@pytest.fixture
def average(shop: Shop) -> Iterator[Ledger]:
    """An item by moving average; whatever the test did, the ledger is whole."""
    yield make_item(shop, "average")
    assert shop.value("select jsonb_agg(r) from api.reconcile() r") is None


@pytest.fixture
def fifo(shop: Shop) -> Iterator[Ledger]:
    """An item by layers; whatever the test did, the ledger is whole."""
    yield make_item(shop, "fifo")
    assert shop.value("select jsonb_agg(r) from api.reconcile() r") is None
