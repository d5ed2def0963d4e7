"""All lists: an explicit tuple, no discovery. A list that is not here does not exist."""

from __future__ import annotations

from desktop.lists import (
    assets,
    audit,
    contracts,
    dictionary,
    finance,
    parties,
    platform,
    platform_rights,
    platform_waiting,
    purchasing,
    purchasing_asked,
    purchasing_invoices,
    purchasing_wishes,
    scheduling,
    stock,
    stock_catalogue,
    stock_counts,
    stock_decisions,
    stock_parts_plan,
    stock_picking,
    stock_planning,
    stock_reorder,
    stock_tracking,
    stock_value,
    work_orders,
)
from desktop.lists.spec import ListSpec

ALL_LISTS: tuple[ListSpec, ...] = (
    *parties.LISTS,
    *assets.LISTS,
    *stock.LISTS,
    *stock_catalogue.LISTS,
    *stock_counts.LISTS,
    *stock_picking.LISTS,
    *stock_tracking.LISTS,
    *stock_reorder.LISTS,
    *stock_parts_plan.LISTS,
    *stock_planning.LISTS,
    *stock_decisions.LISTS,
    *stock_value.LISTS,
    *purchasing.LISTS,
    *purchasing_wishes.LISTS,
    *purchasing_asked.LISTS,
    *purchasing_invoices.LISTS,
    *work_orders.LISTS,
    *scheduling.LISTS,
    *contracts.LISTS,
    *finance.LISTS,
    *dictionary.LISTS,
    *platform.LISTS,
    *platform_waiting.LISTS,
    *platform_rights.LISTS,
    *audit.LISTS,
)


def list_for(key: str) -> ListSpec:
    """The list of that key; KeyError where there is none."""
    for spec in ALL_LISTS:
        if spec.key == key:
            return spec
    raise KeyError(key)
