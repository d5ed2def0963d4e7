"""Parts that maintenance will want, week by week: a view of the database, not a table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, MetaData, Numeric, Select, Table
from sqlalchemy import Column as TableColumn

from db.orm.platform import OrgUnit
from db.orm.stock_items import Item
from desktop.domain.conditions import Test
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

PARTS_PLAN_TABLE = Table(
    "parts_plan",
    MetaData(schema="api"),
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("org_unit_id", Integer),
    TableColumn("item_id", BigInteger),
    TableColumn("week", Date),
    TableColumn("lead_days", Integer),
    *(
        TableColumn(key, Numeric)
        for key in (
            "multiple", "on_hand", "gross", "scheduled", "projected", "net", "planned_receipt", "planned_release",
            "overdue",
        )
    ),
)  # fmt: skip
FORECASTERS = frozenset({"clerk", "buyer", "finance", "planner", "pm", "manager", "steward", "auditor"})


def _parts_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(PARTS_PLAN_TABLE)
        .join(Item, Item.id == PARTS_PLAN_TABLE.c.item_id)
        .join(OrgUnit, OrgUnit.id == PARTS_PLAN_TABLE.c.org_unit_id)
    )


# fmt: off
_W = PARTS_PLAN_TABLE.c
PARTS_PLAN = ListSpec(
    key="parts_plan", area="stock", name="Parts demand, rows", name_zh="备件需求计划明细",
    table="parts_plan", row_id=_W.id, joins=_parts_joins,
    topics=("work_order", "work_order_part", "stock_balance", "purchase_order_line", "requisition_line"),
    icon="calendar-days", roles=FORECASTERS, sort=(Sort("item"), Sort("week")), title_columns=("item", "week"),
    views=(
        View(key="lacking", name="Lacking", name_zh="有缺口", condition=Test("net", ">", (0,))),
        View(key="to_order", name="To order", name_zh="待下达", condition=Test("planned_release", ">", (0,))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=200,
               source="item.name"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=150, source="parts_plan.org_unit_id"),
        Column(key="week", expr=_W.week, kind=Kind.DATE, width=100, source="parts_plan.week"),
        *(
            Column(key=key, expr=_W[key], kind=Kind.QUANTITY, width=width, source=f"parts_plan.{key}", looks=looks,
                   total="none" if key in ("projected", "on_hand", "multiple") else "sum")
            for key, width, looks in (
                ("gross", 110, ()), ("scheduled", 120, ()), ("projected", 120, ()),
                ("net", 120, (Look(when=Test("net", ">", (0,)), role="warn"),)),
                ("planned_receipt", 120, ()), ("planned_release", 120, ()),
                ("overdue", 90, (Look(when=Test("overdue", ">", (0,)), role="danger", icon="clock"),)),
                ("on_hand", 90, ()), ("multiple", 90, ()),
            )
        ),
        Column(key="lead_days", expr=_W.lead_days, kind=Kind.INTEGER, width=90, source="parts_plan.lead_days"),
        Column(key="uom", expr=Item.uom, width=60, source="item.uom"),
        Column(key="item_id", expr=_W.item_id, kind=Kind.INTEGER, shown=False, source="parts_plan.item_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (PARTS_PLAN,)
