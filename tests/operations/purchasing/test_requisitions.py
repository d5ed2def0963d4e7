"""Requisitions: what rules ask for once, what people ask for, and who may do what with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

from tests.stock_fixtures import shop, shop_template
from tests.stock_shop import Shop

__all__ = ["shop", "shop_template"]


def ask(shop: Shop, origin: str, *lines: Mapping[str, object]) -> int | None:
    """What another room asks for in our name."""
    found = shop.value(
        "select api.open_requisition(null, %s, %s, %s)", shop.world.branch, origin, json.dumps(lines, default=str)
    )
    return None if found is None else int(found)


def test_a_rule_gets_one_open_line_however_often_it_asks(shop: Shop) -> None:
    filter_, oil = shop.item("FLT-AIR-7502"), shop.item("FLT-OIL-7511")
    soon = date.today() + timedelta(days=5)
    first = ask(
        shop, "reorder",
        {"item_id": filter_, "quantity": 10, "needed_on": soon, "reason": "below 5", "reorder_rule_id": 71},
        {"item_id": oil, "quantity": 4, "reorder_rule_id": 72},
    )  # fmt: skip
    assert first is not None
    assert ask(shop, "reorder", {"item_id": filter_, "quantity": 10, "reorder_rule_id": 71}) is None
    assert shop.value("select count(*) from erp.requisition") == 1
    second = ask(
        shop, "reorder",
        {"item_id": filter_, "quantity": 10, "reorder_rule_id": 71},
        {"item_id": filter_, "quantity": 3, "reorder_rule_id": 73},
    )  # fmt: skip
    assert shop.value(
        "select array_agg(reorder_rule_id) from erp.requisition_line where requisition_id = %s", second
    ) == [73]
    assert shop.value("select needed_on from erp.requisition where id = %s", first) == soon
    assert shop.value("select requested_by from erp.requisition where id = %s", first) is None
    shop.value("update erp.requisition_line set state = 'ordered' where reorder_rule_id = 71 returning id")
    assert ask(shop, "reorder", {"item_id": filter_, "quantity": 10, "reorder_rule_id": 71}) is not None
