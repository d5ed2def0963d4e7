"""Mapped classes, one module per area: columns, and relationships with lazy="raise" for joins.

Importing this package imports every area, so that relationships between areas resolve.
"""

from db.orm import (
    assets,
    audit,
    contracts,
    dictionary,
    finance,
    parties,
    people,
    platform,
    purchasing,
    purchasing_invoices,
    scheduling,
    service,
    stock,
    stock_catalogue,
    stock_items,
    stock_planning,
    stock_value,
    work_orders,
)
from db.orm.base import Base

__all__ = [
    "Base",
    "assets",
    "audit",
    "contracts",
    "dictionary",
    "finance",
    "parties",
    "people",
    "platform",
    "purchasing",
    "purchasing_invoices",
    "scheduling",
    "service",
    "stock",
    "stock_catalogue",
    "stock_items",
    "stock_planning",
    "stock_value",
    "work_orders",
]
