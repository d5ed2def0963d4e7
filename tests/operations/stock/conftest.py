from tests.stock_fixtures import shop, shop_template

__all__ = ["shop", "shop_template"]
