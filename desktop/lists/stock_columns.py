"""Columns that several lists of stock share."""

from __future__ import annotations

from typing import Any

from db.orm.platform import OrgUnit
from db.orm.stock_items import Item
from desktop.lists.spec import Column, Kind


# fmt: off
def item_columns(owner: Any) -> tuple[Column, ...]:
    """Code and name of the item of a row of `owner`, and its id for what opens."""
    return (
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="item_id", expr=owner.item_id, kind=Kind.INTEGER, shown=False),
    )


def unit_column(table: str, *, shown: bool = True) -> Column:
    """The unit of a row, named as in the dictionary of `table`."""
    return Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=150, shown=shown,
                  source=f"{table}.org_unit_id")
# fmt: on
