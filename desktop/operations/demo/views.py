"""Views and an export recipe that the demo's people share."""

from __future__ import annotations

import json

from psycopg2.extensions import cursor as Cursor

from desktop.domain.conditions import Group, Test
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations.saved_views import Definition, definition_json

_URGENT = Group("all", (Test("priority", "in", ("P1", "P2")), Test("state", "not in", ("closed", "cancelled"))))
_RENEWALS = Group("all", (Test("ends_on", "between", ("today", "today+180")), Test("state", "=", ("active",))))
_BIG = Test("customer_class", "in", ("strategic", "vip"))

VIEWS = (
    ("work_orders", "P1 and P2, open", "P1、P2 未结", Definition(ListQuery(
        ("number", "title", "state", "priority", "due_at", "asset", "customer", "engineer"), _URGENT,
        sort=(Sort("due_at"),)))),
    ("contracts", "Renewals in 180 days", "180 天内续约", Definition(ListQuery(
        ("number", "customer", "name", "contract_type", "ends_on", "annual_value", "owner"), _RENEWALS,
        sort=(Sort("ends_on"),)))),
    ("stock_moves", "This week, by item", "本周（按物料）", Definition(ListQuery(
        ("posted_at", "number", "document_type", "item", "item_name", "quantity", "amount", "work_order"),
        Test("posted_at", ">=", ("today-7",)), group_by=("item",)))),
)  # fmt: skip
RECIPES = (
    ("contracts", "Profit of large customers", "大客户毛利", Definition(ListQuery(
        ("number", "customer", "customer_class", "ends_on", "annual_value", "net_value", "cost", "margin",
         "margin_rate"), _BIG, sort=(Sort("annual_value", True),), group_by=("customer_class",)))),
)  # fmt: skip


def write_views(cursor: Cursor) -> None:
    """Shared: they belong to nobody, so everybody sees them."""
    for place, (list_key, name, name_zh, definition) in enumerate(VIEWS):
        cursor.execute(
            "insert into erp.saved_view (list_key, name, name_zh, position, definition)"
            " values (%s, %s, %s, %s, cast(%s as jsonb))",
            (list_key, name, name_zh, place, json.dumps(definition_json(definition))),
        )
    for list_key, name, name_zh, definition in RECIPES:
        content = {**definition_json(definition), "format": "xlsx", "options": {"subtotals": True, "control": True}}
        cursor.execute(
            "insert into erp.export_recipe (list_key, name, name_zh, definition)"
            " values (%s, %s, %s, cast(%s as jsonb))",
            (list_key, name, name_zh, json.dumps(content)),
        )
