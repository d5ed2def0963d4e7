"""Equipment: assets, what failed, what the machines reported, and their meters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from db.orm.assets import Asset, AssetClass, AssetEvent, Failure, FailureCode, Meter, MeterReading
from db.orm.parties import Party, Site
from db.orm.platform import OrgUnit
from db.orm.work_orders import WorkOrder
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

Supplier = aliased(Party)
Parent = aliased(Asset)

_IN_USE = Test("state", "not in", ("retired", "disposed"))
_WARRANTY_ENDS = Group("all", (Test("warranty_until", ">=", ("today",)), Test("warranty_until", "<=", ("today+60",))))


def _asset_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Asset.asset_class, isouter=True)
        .join(Asset.site, isouter=True)
        .join(Asset.org_unit, isouter=True)
        .join(Party, Party.id == Site.party_id, isouter=True)
        .join(Supplier, Asset.supplier_id == Supplier.id, isouter=True)
        .join(Parent, Asset.parent_id == Parent.id, isouter=True)
    )


# fmt: off
ASSETS = ListSpec(
    key="assets", area="assets", name="Assets", name_zh="设备",
    table="asset", row_id=Asset.id, version=Asset.version, joins=_asset_joins, opens="asset", topics=("asset",),
    search="asset", code_column="code", custom=Asset.custom, inserts=True, icon="cog", roles=BUSINESS,
    sort=(Sort("code"),), title_columns=("code", "name"),
    columns=(
        Column(key="code", expr=Asset.code, kind=Kind.CODE, width=120, writes="code", required=True,
               opens=("asset", "id")),
        Column(key="name", expr=Asset.name, expr_zh=Asset.name_zh, order_by=Asset.sort_key, width=220, writes="name",
               required=True),
        Column(key="state", expr=Asset.state, kind=Kind.STATE, width=110, writes="state", required=True,
               looks=state_looks("state", success=("operational",), danger=("down",),
                                 info=("planned", "commissioning", "standby"), neutral=("retired", "disposed"))),
        Column(key="criticality", expr=Asset.criticality, kind=Kind.CHOICE, width=80, writes="criticality",
               required=True, looks=(Look(when=Test("criticality", "=", ("A",)), role="warn"),)),
        Column(key="asset_class", expr=AssetClass.name, expr_zh=AssetClass.name_zh, source="asset.asset_class_id",
               width=140, writes="asset_class_id", reference="asset_classes"),
        Column(key="maker", expr=Asset.maker, width=130, writes="maker"),
        Column(key="model", expr=Asset.model, width=120, writes="model"),
        Column(key="serial_number", expr=Asset.serial_number, kind=Kind.CODE, width=140, writes="serial_number"),
        Column(key="site", expr=Site.name, expr_zh=Site.name_zh, source="asset.site_id", width=180, writes="site_id",
               reference="sites", opens=("site", "site_id")),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="site.party_id",
               order_by=Party.sort_key, width=200, opens=("customer", "customer_id")),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="asset.org_unit_id", width=140),
        Column(key="warranty_until", expr=Asset.warranty_until, kind=Kind.DATE, width=110, writes="warranty_until",
               looks=(Look(when=_WARRANTY_ENDS, role="warn", icon="clock"),)),
        Column(key="installed_on", expr=Asset.installed_on, kind=Kind.DATE, width=110, shown=False,
               writes="installed_on"),
        Column(key="commissioned_on", expr=Asset.commissioned_on, kind=Kind.DATE, width=110, shown=False,
               writes="commissioned_on"),
        Column(key="purchased_on", expr=Asset.purchased_on, kind=Kind.DATE, width=110, shown=False,
               writes="purchased_on"),
        Column(key="purchase_cost", expr=Asset.purchase_cost, kind=Kind.MONEY, width=120, shown=False, total="sum",
               unit="¥", writes="purchase_cost"),
        Column(key="currency", expr=Asset.currency, kind=Kind.CHOICE, width=70, shown=False),
        Column(key="age_years", expr=Asset.age_years, kind=Kind.INTEGER, width=80, shown=False, total="average",
               writes="age_years"),
        Column(key="supplier", expr=Supplier.name, expr_zh=Supplier.name_zh, source="asset.supplier_id", width=180,
               shown=False, writes="supplier_id", reference="suppliers"),
        Column(key="parent", expr=Parent.code, kind=Kind.CODE, source="asset.parent_id", width=120, shown=False,
               writes="parent_id", reference="assets"),
        Column(key="note", expr=Asset.note, width=240, shown=False, writes="note"),
        Column(key="retired_on", expr=Asset.retired_on, kind=Kind.DATE, width=110, shown=False, writes="retired_on"),
        Column(key="source_key", expr=Asset.source_key, kind=Kind.CODE, width=120, shown=False),
        Column(key="updated_at", expr=Asset.updated_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="site_id", expr=Asset.site_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="customer_id", expr=Site.party_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Asset.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="in_use", name="In use", name_zh="在用", condition=_IN_USE),
        View(key="down", name="Down", name_zh="停机", condition=Test("state", "=", ("down",)),
             sort=(Sort("criticality"), Sort("code"))),
        View(key="critical", name="Critical (A)", name_zh="关键设备（A类）",
             condition=Group("all", (Test("criticality", "=", ("A",)), _IN_USE))),
        View(key="warranty_ends", name="Warranty ends in 60 days", name_zh="60 天内出保", condition=_WARRANTY_ENDS,
             sort=(Sort("warranty_until"),)),
        View(key="by_customer", name="By customer", name_zh="按客户", group_by=("customer",), sort=(Sort("code"),)),
        View(key="by_model", name="By maker and model", name_zh="按厂家型号", group_by=("maker", "model"),
             sort=(Sort("code"),)),
        View(key="all", name="All, retired too", name_zh="全部（含停用）"),
    ),
)
# fmt: on


def _class_joins(statement: Select[Any]) -> Select[Any]:
    return statement


ASSET_CLASSES = ListSpec(
    key="asset_classes",
    area="assets",
    name="Asset classes",
    name_zh="设备分类",
    table="asset_class",
    row_id=AssetClass.id,
    joins=_class_joins,
    topics=("asset_class",),
    code_column="code",
    icon="layers",
    roles=BUSINESS,
    sort=(Sort("code"),),
    frozen=1,
    columns=(
        Column(key="code", expr=AssetClass.code, kind=Kind.CODE),
        Column(key="name", expr=AssetClass.name, expr_zh=AssetClass.name_zh, width=220),
        Column(key="id", expr=AssetClass.id, kind=Kind.INTEGER, shown=False),
    ),
)


def _failure_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Failure.asset)
        .join(Failure.failure_code)
        .join(Failure.work_order, isouter=True)
        .join(Failure.org_unit, isouter=True)
        .join(AssetClass, AssetClass.id == Asset.asset_class_id, isouter=True)
        .join(Site, Site.id == Asset.site_id, isouter=True)
    )


# fmt: off
FAILURES = ListSpec(
    key="failures", area="assets", name="Failures", name_zh="故障",
    table="failure", row_id=Failure.id, version=Failure.version, joins=_failure_joins, opens="asset",
    topics=("failure",), icon="triangle-alert", roles=BUSINESS, sort=(Sort("occurred_at", descending=True),),
    columns=(
        Column(key="occurred_at", expr=Failure.occurred_at, kind=Kind.DATETIME, width=140),
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, source="failure.asset_id", width=120,
               opens=("asset", "asset_id")),
        Column(key="asset_name", expr=Asset.name, expr_zh=Asset.name_zh, order_by=Asset.sort_key, width=200),
        Column(key="maker", expr=Asset.maker, width=120, shown=False),
        Column(key="model", expr=Asset.model, width=110),
        Column(key="age_years", expr=Asset.age_years, kind=Kind.INTEGER, width=80, shown=False, total="average"),
        Column(key="code", expr=FailureCode.code, kind=Kind.CODE, source="failure_code.code", width=110),
        Column(key="failure", expr=FailureCode.name, expr_zh=FailureCode.name_zh, source="failure.failure_code_id",
               width=200),
        Column(key="work_order", expr=WorkOrder.number, kind=Kind.CODE, source="failure.work_order_id", width=140,
               opens=("work_order", "work_order_id")),
        Column(key="asset_class", expr=AssetClass.name, expr_zh=AssetClass.name_zh, source="asset.asset_class_id",
               width=140, shown=False),
        Column(key="site", expr=Site.name, expr_zh=Site.name_zh, source="asset.site_id", width=180, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="failure.org_unit_id", width=140,
               shown=False),
        Column(key="note", expr=Failure.note, width=240, writes="note"),
        Column(key="source_key", expr=Failure.source_key, kind=Kind.CODE, width=160, shown=False),
        Column(key="asset_id", expr=Failure.asset_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="work_order_id", expr=Failure.work_order_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Failure.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="recent", name="Last 30 days", name_zh="最近 30 天",
             condition=Test("occurred_at", ">=", ("today-30",))),
        View(key="without_order", name="Without a work order", name_zh="无工单",
             condition=Test("work_order", "empty")),
        View(key="by_model", name="By model and failure", name_zh="按型号和故障", group_by=("model", "failure")),
        View(key="by_asset", name="By asset", name_zh="按设备", group_by=("asset",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _event_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(AssetEvent.asset)
        .join(AssetEvent.org_unit, isouter=True)
        .join(Site, Site.id == Asset.site_id, isouter=True)
    )


ASSET_EVENTS = ListSpec(
    key="asset_events", area="assets", name="Machine events", name_zh="设备事件",
    table="asset_event", row_id=AssetEvent.id, joins=_event_joins, opens="asset", topics=("asset_event",),
    icon="zap", roles=BUSINESS, sort=(Sort("occurred_at", descending=True),),
    columns=(
        Column(key="occurred_at", expr=AssetEvent.occurred_at, kind=Kind.DATETIME, width=140),
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, source="asset_event.asset_id", width=120,
               opens=("asset", "asset_id")),
        Column(key="asset_name", expr=Asset.name, expr_zh=Asset.name_zh, order_by=Asset.sort_key, width=200),
        Column(key="model", expr=Asset.model, width=110),
        Column(key="kind", expr=AssetEvent.kind, kind=Kind.STATE, width=100,
               looks=state_looks("kind", danger=("error",), warn=("alarm",), neutral=("note",))),
        Column(key="code", expr=AssetEvent.code, kind=Kind.CODE, width=120),
        Column(key="detail", expr=AssetEvent.detail, width=260),
        Column(key="site", expr=Site.name, expr_zh=Site.name_zh, source="asset.site_id", width=180, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="asset_event.org_unit_id", width=140,
               shown=False),
        Column(key="asset_id", expr=AssetEvent.asset_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=AssetEvent.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="recent", name="Last 7 days", name_zh="最近 7 天", condition=Test("occurred_at", ">=", ("today-7",))),
        View(key="by_code", name="By code", name_zh="按代码", group_by=("code",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)

_latest = (
    select(MeterReading.value)
    .where(MeterReading.meter_id == Meter.id)
    .order_by(MeterReading.read_at.desc(), MeterReading.id.desc())
    .limit(1)
    .correlate(Meter)
    .scalar_subquery()
)
_latest_at = (
    select(func.max(MeterReading.read_at)).where(MeterReading.meter_id == Meter.id).correlate(Meter).scalar_subquery()
)


def _meter_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Meter.asset)


METERS = ListSpec(
    key="meters", area="assets", name="Meters", name_zh="仪表",
    table="meter", row_id=Meter.id, version=Meter.version, joins=_meter_joins, opens="asset",
    topics=("meter", "meter_reading"), icon="gauge", roles=BUSINESS, sort=(Sort("asset"), Sort("code")),
    columns=(
        Column(key="asset", expr=Asset.code, kind=Kind.CODE, source="meter.asset_id", width=120,
               opens=("asset", "asset_id")),
        Column(key="code", expr=Meter.code, kind=Kind.CODE, width=110, writes="code", required=True),
        Column(key="name", expr=Meter.name, expr_zh=Meter.name_zh, width=180, writes="name", required=True),
        Column(key="kind", expr=Meter.kind, kind=Kind.CHOICE, width=120),
        Column(key="reading", expr=_latest, kind=Kind.QUANTITY, source="meter_reading.value", width=120),
        Column(key="unit", expr=Meter.unit, width=80, writes="unit", required=True),
        Column(key="read_at", expr=_latest_at, kind=Kind.DATETIME, source="meter_reading.read_at", width=140),
        Column(key="asset_name", expr=Asset.name, expr_zh=Asset.name_zh, order_by=Asset.sort_key, width=200),
        Column(key="rollover", expr=Meter.rollover, kind=Kind.QUANTITY, width=110, shown=False, writes="rollover"),
        Column(key="asset_id", expr=Meter.asset_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Meter.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="silent", name="Not read for 30 days", name_zh="30 天未抄表",
             condition=Group("any", (Test("read_at", "<", ("today-30",)), Test("read_at", "empty")))),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (ASSETS, ASSET_CLASSES, FAILURES, ASSET_EVENTS, METERS)
