from tests.invoice_people import Buying, buying
from tests.stock_fixtures import shop

__all__ = ["Buying", "buying", "shop"]
