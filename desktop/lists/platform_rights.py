"""Who may do what, and why: custom roles, stand-ins, each job's rights, each person's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, MetaData, Select, Table, Text, case, cast, func, select
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import aliased

from db.dictionary import entries
from db.orm.people import AppUser, CustomRole, CustomRolePart, Delegation, Role, UserCustomRole
from desktop.domain.conditions import Test
from desktop.lists import (
    assets,
    contracts,
    dictionary,
    finance,
    parties,
    platform,
    purchasing,
    scheduling,
    stock,
    work_orders,
)
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

RIGHTS = frozenset({"admin", "security", "auditor"})
Absent = aliased(AppUser)
StandIn = aliased(AppUser)

_VIEWS = MetaData(schema="api")
MATRIX = Table(
    "role_matrix",
    _VIEWS,
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    *(
        TableColumn(name, Text)
        for name in (
            "role_key", "role_name", "role_name_zh", "power", "kind", "object", "scope", "may_read", "may_insert",
            "may_update", "may_delete", "may_run",
        )
    ),
)  # fmt: skip
ACCESS = Table(
    "user_access",
    _VIEWS,
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("user_id", Integer, nullable=False),
    *(
        TableColumn(name, Text)
        for name in (
            "kind", "object", "object_name", "object_name_zh", "action", "action_zh", "scope", "because", "because_zh",
        )
    ),
    TableColumn("valid_to", Date),
)  # fmt: skip

_LISTED = (parties, assets, stock, purchasing, work_orders, scheduling, contracts, finance, dictionary, platform)
_TABLES = {f"erp.{spec.table}": spec for room in reversed(_LISTED) for spec in reversed(room.LISTS)}


def _names(*, zh: bool) -> dict[str, str]:
    """What each table holds: as its list is called, else as the audit calls its records."""
    kinds = next(each.allowed or {} for each in entries() if (each.table, each.column) == ("audit_entry", "table_name"))
    records = {f"erp.{table}": words["zh" if zh else "en"] for table, words in kinds.items()}
    return records | {table: spec.name_zh if zh else spec.name for table, spec in _TABLES.items()}


def _called(technical: Any, otherwise: Any, *, zh: bool) -> Any:
    """What a table is called; other objects keep their own name."""
    names = _names(zh=zh)
    return case(names, value=technical, else_=otherwise)


def _alone(statement: Select[Any]) -> Select[Any]:
    return statement


def _parts(name: Any) -> Any:
    return (
        select(func.string_agg(cast(name, Text()), ", "))
        .select_from(CustomRolePart).join(Role, Role.key == CustomRolePart.role_key)
        .where(CustomRolePart.custom_role_id == CustomRole.id).correlate(CustomRole).scalar_subquery()
    )  # fmt: skip


_power = (
    select(func.min(Role.power))
    .select_from(CustomRolePart).join(Role, Role.key == CustomRolePart.role_key)
    .where(CustomRolePart.custom_role_id == CustomRole.id).correlate(CustomRole).scalar_subquery()
)  # fmt: skip
_holders = (
    select(func.count()).select_from(UserCustomRole)
    .where(UserCustomRole.custom_role_id == CustomRole.id).correlate(CustomRole).scalar_subquery()
)  # fmt: skip

# fmt: off
CUSTOM_ROLES = ListSpec(
    key="custom_roles", area="platform", name="Custom roles", name_zh="自定义岗位",
    table="custom_role", row_id=CustomRole.id, version=CustomRole.version, joins=_alone,
    topics=("custom_role", "user_custom_role"), code_column="key", opens="custom_role",
    icon="shield-check", roles=RIGHTS,
    sort=(Sort("key"),), title_columns=("key", "name"),
    columns=(
        Column(key="key", expr=CustomRole.key, kind=Kind.CODE, width=140),
        Column(key="name", expr=CustomRole.name, expr_zh=CustomRole.name_zh, width=200),
        Column(key="parts", expr=_parts(Role.name), expr_zh=_parts(Role.name_zh), width=320,
               source="custom_role.parts"),
        Column(key="power", expr=_power, kind=Kind.CHOICE, width=120, source="custom_role.power"),
        Column(key="holders", expr=_holders, kind=Kind.INTEGER, width=90, source="custom_role.holders"),
        Column(key="active", expr=CustomRole.active, kind=Kind.BOOLEAN, width=80),
        Column(key="id", expr=CustomRole.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _delegation_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Absent, Absent.id == Delegation.from_user_id).join(
        StandIn, StandIn.id == Delegation.to_user_id
    )


_today = func.erp.company_day(StandIn.company_id, type_=Date())
_standing = case(
    (Delegation.ended_at.is_not(None), "ended"),
    (Delegation.valid_to < _today, "over"),
    (Delegation.valid_from > _today, "coming"),
    else_="running",
)

DELEGATIONS = ListSpec(
    key="delegations", area="platform", name="Stand-ins", name_zh="代理",
    table="delegation", row_id=Delegation.id, joins=_delegation_joins, topics=("delegation",), opens="stand_in",
    icon="users",
    sort=(Sort("valid_from", descending=True),), title_columns=("from_user", "to_user"),
    columns=(
        Column(key="from_user", expr=Absent.display_name, expr_zh=Absent.display_name_zh, width=170,
               source="delegation.from_user_id"),
        Column(key="to_user", expr=StandIn.display_name, expr_zh=StandIn.display_name_zh, width=170,
               source="delegation.to_user_id"),
        Column(key="valid_from", expr=Delegation.valid_from, kind=Kind.DATE, width=110),
        Column(key="valid_to", expr=Delegation.valid_to, kind=Kind.DATE, width=110),
        Column(key="state", expr=_standing, kind=Kind.STATE, width=130, source="delegation.state",
               looks=(Look(when=Test("state", "=", ("running",)), role="success", icon="circle-check"),
                      Look(when=Test("state", "=", ("coming",)), role="info", icon="circle-dashed"),
                      Look(when=Test("state", "in", ("over", "ended")), role="neutral", icon="circle"))),
        Column(key="reason", expr=Delegation.reason, width=260),
        Column(key="ended_at", expr=Delegation.ended_at, kind=Kind.DATETIME, width=150, shown=False),
        Column(key="created_at", expr=Delegation.created_at, kind=Kind.DATETIME, width=150, shown=False),
        Column(key="id", expr=Delegation.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="now", name="Now and to come", name_zh="进行中及未开始",
             condition=Test("state", "in", ("running", "coming"))),
        View(key="all", name="All", name_zh="全部"),
    ),
)

ROLE_MATRIX = ListSpec(
    key="role_matrix", area="platform", name="Rights of the jobs", name_zh="岗位权限表",
    table="role_matrix", row_id=MATRIX.c.id, joins=_alone, topics=("role",), icon="table", roles=RIGHTS,
    sort=(Sort("role"), Sort("kind"), Sort("object")), frozen=2, title_columns=("role", "words"),
    columns=(
        Column(key="role", expr=MATRIX.c.role_name, expr_zh=MATRIX.c.role_name_zh, width=150,
               source="user_role.role_key"),
        Column(key="words", expr=_called(MATRIX.c.object, MATRIX.c.object, zh=False),
               expr_zh=_called(MATRIX.c.object, MATRIX.c.object, zh=True), width=200, source="role_matrix.words"),
        Column(key="object", expr=MATRIX.c.object, kind=Kind.CODE, width=230, source="role_matrix.object", shown=False),
        Column(key="kind", expr=MATRIX.c.kind, kind=Kind.CHOICE, width=100, source="role_matrix.kind"),
        Column(key="scope", expr=MATRIX.c.scope, kind=Kind.CHOICE, width=140, source="protection.scope"),
        Column(key="may_read", expr=MATRIX.c.may_read, kind=Kind.CHOICE, width=110, source="role_matrix.may_read"),
        Column(key="may_insert", expr=MATRIX.c.may_insert, kind=Kind.CHOICE, width=110,
               source="role_matrix.may_insert"),
        Column(key="may_update", expr=MATRIX.c.may_update, kind=Kind.CHOICE, width=110,
               source="role_matrix.may_update"),
        Column(key="may_delete", expr=MATRIX.c.may_delete, kind=Kind.CHOICE, width=110,
               source="role_matrix.may_delete"),
        Column(key="may_run", expr=MATRIX.c.may_run, kind=Kind.CHOICE, width=110, source="role_matrix.may_run"),
        Column(key="power", expr=MATRIX.c.power, kind=Kind.CHOICE, width=120, source="role.power", shown=False),
        Column(key="role_key", expr=MATRIX.c.role_key, kind=Kind.CODE, width=110, source="role.key", shown=False),
    ),
    views=(
        View(key="tables", name="Tables by job", name_zh="数据表（按岗位）", group_by=("role",),
             condition=Test("kind", "in", ("table", "view"))),
        View(key="functions", name="Functions by job", name_zh="功能（按岗位）", group_by=("role",),
             condition=Test("kind", "=", ("function",))),
        View(key="by_object", name="By object", name_zh="按对象", group_by=("words",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _may() -> Any:
    """The actions of a right in the words of the person's page."""
    said: Any = ACCESS.c.action
    for technical, word in ((" ", ", "), ("has", "holds it"), ("insert", "add"), ("update", "change")):
        said = func.replace(said, technical, word, type_=Text())
    return said


def _access_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(AppUser, AppUser.id == ACCESS.c.user_id)


USER_ACCESS = ListSpec(
    key="user_access", area="platform", name="Rights of the people", name_zh="人员权限",
    table="user_access", row_id=ACCESS.c.id, joins=_access_joins, icon="shield-check", roles=RIGHTS,
    topics=("app_user", "user_role", "user_custom_role", "custom_role", "user_unit", "delegation"),
    sort=(Sort("user"), Sort("kind"), Sort("object")), frozen=2, title_columns=("user", "object_name"),
    columns=(
        Column(key="user", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=150,
               source="app_user.display_name"),
        Column(key="object_name", expr=_called(ACCESS.c.object, ACCESS.c.object_name, zh=False),
               expr_zh=_called(ACCESS.c.object, ACCESS.c.object_name_zh, zh=True), width=220,
               source="user_access.object_name"),
        Column(key="object", expr=ACCESS.c.object, kind=Kind.CODE, width=200, source="user_access.object", shown=False),
        Column(key="kind", expr=ACCESS.c.kind, kind=Kind.CHOICE, width=110, source="user_access.kind"),
        Column(key="action", expr=_may(), expr_zh=ACCESS.c.action_zh, width=200, source="user_access.action"),
        Column(key="scope", expr=ACCESS.c.scope, kind=Kind.CHOICE, width=140, source="protection.scope"),
        Column(key="because", expr=ACCESS.c.because, expr_zh=ACCESS.c.because_zh, width=280,
               source="user_access.because"),
        Column(key="valid_to", expr=ACCESS.c.valid_to, kind=Kind.DATE, width=110, source="user_access.valid_to"),
        Column(key="user_id", expr=ACCESS.c.user_id, kind=Kind.INTEGER, width=80, source="user_role.user_id",
               shown=False),
    ),
    views=(
        View(key="rights", name="Jobs and units", name_zh="岗位与组织单元", group_by=("user",),
             condition=Test("kind", "in", ("job", "unit"))),
        View(key="tables", name="What they see", name_zh="可查看的数据", group_by=("user",),
             condition=Test("kind", "in", ("table", "view"))),
        View(key="stand_ins", name="For a time", name_zh="有期限的权限", condition=Test("valid_to", "not empty")),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (CUSTOM_ROLES, DELEGATIONS, ROLE_MATRIX, USER_ACCESS)
