"""Contracts with their profit of the last twelve months, their lines and the assets that they cover."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, case, cast, func, literal_column, select

from db.orm.assets import Asset
from db.orm.contracts import Contract, ContractAsset, ContractLine
from db.orm.finance import CostEntry
from db.orm.parties import Party
from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, COSTS, state_looks
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

_RUNNING = Test("state", "in", ("active", "suspended"))
_ENDING = Group("all", (Test("ends_on", ">=", ("today",)), Test("ends_on", "<=", ("today+90",)), _RUNNING))
_ENDED = Group("all", (Test("ends_on", "<", ("today",)), _RUNNING))
_LOW = Test("margin_rate", "<", ("0.15",))

_year: ColumnElement[Any] = literal_column("interval '1 year'")
_cost = func.coalesce(
    select(func.sum(CostEntry.amount))
    .where(CostEntry.contract_id == Contract.id, CostEntry.effective_at >= func.now() - _year)
    .correlate(Contract)
    .scalar_subquery(),
    0,
    type_=Numeric(18, 2),
)
_net = cast(func.round(Contract.annual_value * (1 - Contract.discount_rate), 2), Numeric(18, 2))
_margin = cast(_net - _cost, Numeric(18, 2))


def _rate(margin: Any, value: Any) -> Any:
    return case((value > 0, func.round(margin / func.nullif(value, 0), 4, type_=Numeric(9, 4))), else_=None)


def _contract_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Contract.customer, isouter=True)
        .join(Contract.owner, isouter=True)
        .join(Contract.org_unit, isouter=True)
    )


_covered = (
    select(func.count()).select_from(ContractAsset).where(ContractAsset.contract_id == Contract.id)
    .correlate(Contract).scalar_subquery()
)  # fmt: skip
_PROFIT = ("number", "customer", "contract_type", "ends_on", "annual_value", "discount_rate", "net_value", "cost",
           "margin", "margin_rate")  # fmt: skip

# fmt: off
CONTRACTS = ListSpec(
    key="contracts", area="contracts", name="Contracts", name_zh="合同",
    table="contract", row_id=Contract.id, version=Contract.version, joins=_contract_joins, opens="contract",
    topics=("contract", "cost_entry"), search="contract", code_column="number", custom=Contract.custom,
    icon="file-text", roles=BUSINESS - {"clerk", "buyer"}, sort=(Sort("number", descending=True),),
    title_columns=("number", "name"),
    columns=(
        Column(key="number", expr=Contract.number, kind=Kind.CODE, width=130, opens=("contract", "id")),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="contract.customer_id",
               order_by=Party.sort_key, width=200, opens=("customer", "customer_id")),
        Column(key="name", expr=Contract.name, expr_zh=Contract.name_zh, width=220, writes="name", required=True),
        Column(key="contract_type", expr=Contract.contract_type, kind=Kind.CHOICE, width=120, writes="contract_type",
               required=True),
        Column(key="state", expr=Contract.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", success=("active",), info=("review", "signed"), warn=("suspended",),
                                 neutral=("draft", "expired", "terminated"))),
        Column(key="customer_class", expr=Party.customer_class, kind=Kind.CHOICE, width=110,
               source="party.customer_class", shown=False),
        Column(key="starts_on", expr=Contract.starts_on, kind=Kind.DATE, width=110, writes="starts_on", required=True),
        Column(key="ends_on", expr=Contract.ends_on, kind=Kind.DATE, width=120, writes="ends_on", required=True,
               looks=(Look(when=_ENDED, role="danger", icon="circle-alert"),
                      Look(when=_ENDING, role="warn", icon="clock"))),
        Column(key="annual_value", expr=Contract.annual_value, kind=Kind.MONEY, width=130, total="sum", unit="¥",
               writes="annual_value", required=True, privilege="annual_value"),
        Column(key="discount_rate", expr=Contract.discount_rate, kind=Kind.PERCENT, width=90, writes="discount_rate",
               required=True, privilege="discount_rate"),
        Column(key="net_value", expr=_net, kind=Kind.MONEY, width=130, total="sum", unit="¥", shown=False,
               source="contract.net_value", privilege="annual_value"),
        Column(key="cost", expr=_cost, kind=Kind.MONEY, width=120, total="sum", unit="¥", source="contract.cost",
               privilege="cost_entry.amount"),
        Column(key="margin", expr=_margin, kind=Kind.MONEY, width=120, total="sum", unit="¥",
               source="contract.margin", privilege="cost_entry.amount"),
        Column(key="margin_rate", expr=_rate(_margin, _net), kind=Kind.BAR, width=160, total="average",
               total_expr=_rate(func.sum(_margin), func.sum(_net)), target="margin_target",
               source="contract.margin_rate", privilege="cost_entry.amount",
               looks=(Look(when=Test("margin_rate", "<", ("0.10",)), role="danger"), Look(when=_LOW, role="warn"))),
        Column(key="margin_target", expr=Contract.margin_target, kind=Kind.PERCENT, width=90, writes="margin_target",
               required=True, shown=False, privilege="margin_target"),
        Column(key="billing", expr=Contract.billing, kind=Kind.CHOICE, width=110, writes="billing", required=True,
               shown=False, privilege="billing"),
        Column(key="tax_rate", expr=Contract.tax_rate, kind=Kind.PERCENT, width=80, writes="tax_rate", required=True,
               shown=False, privilege="tax_rate"),
        Column(key="parts_budget", expr=Contract.parts_budget, kind=Kind.MONEY, width=120, total="sum", unit="¥",
               writes="parts_budget", shown=False, privilege="parts_budget"),
        Column(key="hours_per_year", expr=Contract.hours_per_year, kind=Kind.QUANTITY, width=100, unit="h",
               writes="hours_per_year", shown=False),
        Column(key="visits_per_year", expr=Contract.visits_per_year, kind=Kind.INTEGER, width=90,
               writes="visits_per_year", shown=False),
        Column(key="assets", expr=_covered, kind=Kind.INTEGER, width=80, total="sum",
               source="contract.assets"),
        Column(key="owner", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, source="contract.owner_id",
               width=120),
        Column(key="signed_on", expr=Contract.signed_on, kind=Kind.DATE, width=110, writes="signed_on", shown=False),
        Column(key="currency", expr=Contract.currency, kind=Kind.CHOICE, width=70, shown=False,
               privilege="currency"),
        Column(key="revision", expr=Contract.revision, kind=Kind.INTEGER, width=70, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="contract.org_unit_id", width=140,
               shown=False),
        Column(key="note", expr=Contract.note, width=240, writes="note", shown=False),
        Column(key="customer_id", expr=Contract.customer_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Contract.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="active", name="All active", name_zh="执行中", condition=_RUNNING),
        View(key="profit", name="Profit by class", name_zh="按客户等级看毛利", columns=_PROFIT, condition=_RUNNING,
             group_by=("customer_class",), sort=(Sort("annual_value", descending=True),)),
        View(key="ending", name="Ending in 90 days", name_zh="90 天内到期", condition=_ENDING,
             sort=(Sort("ends_on"),)),
        View(key="low_margin", name="Below margin floor", name_zh="毛利低于底线", columns=_PROFIT,
             condition=Group("all", (_LOW, _RUNNING)), sort=(Sort("margin_rate"),)),
        View(key="by_customer", name="By customer", name_zh="按客户", group_by=("customer",)),
        View(key="by_state", name="By state", name_zh="按状态", group_by=("state",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _line_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(ContractLine.contract).join(Party, Party.id == Contract.customer_id, isouter=True)


CONTRACT_LINES = ListSpec(
    key="contract_lines", area="contracts", name="Contract lines", name_zh="合同明细",
    table="contract_line", row_id=ContractLine.id, version=ContractLine.version, joins=_line_joins, opens="contract",
    topics=("contract_line",), icon="list", roles=COSTS, sort=(Sort("contract"), Sort("line_no")),
    columns=(
        Column(key="contract", expr=Contract.number, kind=Kind.CODE, width=130, source="contract_line.contract_id",
               opens=("contract", "contract_id")),
        Column(key="line_no", expr=ContractLine.line_no, kind=Kind.INTEGER, width=60),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="contract.customer_id",
               order_by=Party.sort_key, width=200),
        Column(key="description", expr=ContractLine.description, expr_zh=ContractLine.description_zh, width=280,
               writes="description", required=True),
        Column(key="quantity", expr=ContractLine.quantity, kind=Kind.QUANTITY, width=90, writes="quantity",
               required=True),
        Column(key="unit", expr=ContractLine.unit, width=80, writes="unit", required=True),
        Column(key="unit_price", expr=ContractLine.unit_price, kind=Kind.PRICE, width=120, unit="¥",
               writes="unit_price", required=True),
        Column(key="tax_rate", expr=ContractLine.tax_rate, kind=Kind.PERCENT, width=80, writes="tax_rate",
               required=True),
        Column(key="net_amount", expr=ContractLine.net_amount, kind=Kind.MONEY, width=130, total="sum", unit="¥"),
        Column(key="state", expr=Contract.state, kind=Kind.STATE, width=110, shown=False),
        Column(key="contract_id", expr=ContractLine.contract_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=ContractLine.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="by_contract", name="By contract", name_zh="按合同", group_by=("contract",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _cover_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(ContractAsset.contract)
        .join(ContractAsset.asset)
        .join(Party, Party.id == Contract.customer_id, isouter=True)
    )


CONTRACT_ASSETS = ListSpec(
    key="contract_assets", area="contracts", name="Covered assets", name_zh="合同设备",
    table="contract_asset", row_id=ContractAsset.id, joins=_cover_joins, opens="contract",
    topics=("contract_asset",), icon="shield-check", roles=BUSINESS - {"clerk", "buyer"},
    sort=(Sort("contract"), Sort("asset")),
    columns=(
        Column(key="contract", expr=Contract.number, kind=Kind.CODE, width=130, source="contract_asset.contract_id",
               opens=("contract", "contract_id")),
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, width=120, source="contract_asset.asset_id",
               opens=("asset", "asset_id")),
        Column(key="asset_name", expr=Asset.name, expr_zh=Asset.name_zh, order_by=Asset.sort_key, width=220),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="contract.customer_id",
               order_by=Party.sort_key, width=200),
        Column(key="starts_on", expr=ContractAsset.starts_on, kind=Kind.DATE, width=110),
        Column(key="ends_on", expr=ContractAsset.ends_on, kind=Kind.DATE, width=110),
        Column(key="parts_covered", expr=ContractAsset.parts_covered, kind=Kind.BOOLEAN, width=90),
        Column(key="contract_id", expr=ContractAsset.contract_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="asset_id", expr=ContractAsset.asset_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=ContractAsset.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="by_contract", name="By contract", name_zh="按合同", group_by=("contract",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (CONTRACTS, CONTRACT_LINES, CONTRACT_ASSETS)
