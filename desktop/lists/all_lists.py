"""All lists: an explicit tuple, no discovery. A list that is not here does not exist."""

from __future__ import annotations

from desktop.lists import assets, work_orders
from desktop.lists.spec import ListSpec

ALL_LISTS: tuple[ListSpec, ...] = (*assets.LISTS, *work_orders.LISTS)


def list_for(key: str) -> ListSpec:
    """The list of that key; KeyError where there is none."""
    for spec in ALL_LISTS:
        if spec.key == key:
            return spec
    raise KeyError(key)
