from tests.invoice_people import Buying, buying
from tests.stock_fixtures import shop, shop_template

__all__ = ["Buying", "buying", "shop", "shop_template"]
