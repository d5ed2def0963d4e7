"""The cost ledger: what work orders have cost, by contract, asset and type."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from db.orm.assets import Asset
from db.orm.contracts import Contract
from db.orm.finance import CostEntry
from db.orm.platform import OrgUnit
from db.orm.scheduling import Engineer
from db.orm.stock_items import Item
from db.orm.work_orders import WorkOrder
from desktop.domain.conditions import Test
from desktop.lists.common import COSTS
from desktop.lists.spec import Action, Column, Kind, ListSpec, Sort, View

TAKE_BACK = Action(
    key="take_back_cost", name="Reverse", name_zh="冲销", shortcut="F8", roles=frozenset({"finance", "manager"})
)


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(CostEntry.work_order, isouter=True)
        .join(CostEntry.asset, isouter=True)
        .join(CostEntry.contract, isouter=True)
        .join(CostEntry.engineer, isouter=True)
        .join(CostEntry.item, isouter=True)
        .join(CostEntry.org_unit, isouter=True)
    )


# fmt: off
COST_ENTRIES = ListSpec(
    key="cost_entries", area="finance", name="Cost ledger", name_zh="成本明细账",
    table="cost_entry", row_id=CostEntry.id, joins=_joins, opens="work_order", topics=("cost_entry",),
    icon="landmark", roles=COSTS, actions=(TAKE_BACK,), sort=(Sort("id", descending=True),),
    columns=(
        Column(key="effective_at", expr=CostEntry.effective_at, kind=Kind.DATETIME, width=140),
        Column(key="cost_type", expr=CostEntry.cost_type, kind=Kind.CHOICE, width=100),
        Column(key="contract", expr=Contract.number, kind=Kind.CODE, width=130, source="cost_entry.contract_id",
               opens=("contract", "contract_id")),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, width=140, source="cost_entry.work_order_id",
               opens=("work_order", "work_order_id")),
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, width=120, source="cost_entry.asset_id",
               opens=("asset", "asset_id")),
        Column(key="description", expr=CostEntry.description, width=240),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=120, source="cost_entry.item_id"),
        Column(key="engineer", expr=Engineer.name, expr_zh=Engineer.name_zh, order_by=Engineer.sort_key, width=120,
               source="cost_entry.engineer_id"),
        Column(key="quantity", expr=CostEntry.quantity, kind=Kind.QUANTITY, width=100),
        Column(key="amount", expr=CostEntry.amount, kind=Kind.MONEY, width=120, total="sum", unit="¥",
               privilege="amount"),
        Column(key="currency", expr=CostEntry.currency, kind=Kind.CHOICE, width=70, shown=False),
        Column(key="posted_at", expr=CostEntry.posted_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="cost_entry.org_unit_id", width=140,
               shown=False),
        Column(key="contract_id", expr=CostEntry.contract_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="work_order_id", expr=CostEntry.work_order_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="asset_id", expr=CostEntry.asset_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=CostEntry.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="recent", name="Last 30 days", name_zh="最近 30 天",
             condition=Test("effective_at", ">=", ("today-30",))),
        View(key="by_contract", name="By contract and type", name_zh="按合同和类型",
             group_by=("contract", "cost_type")),
        View(key="by_type", name="By type", name_zh="按类型", group_by=("cost_type",)),
        View(key="without_contract", name="Without a contract", name_zh="无合同",
             condition=Test("contract", "empty")),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (COST_ENTRIES,)
