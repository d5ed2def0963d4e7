"""Who works here, in which units, and what the company added: users, units, custom fields."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import aliased

from db.orm.platform import AppUser, CustomField, OrgUnit, Role, UserRole
from desktop.domain.conditions import Test
from desktop.lists.common import KEEPERS
from desktop.lists.spec import Column, Kind, ListSpec, Sort, View

Above = aliased(OrgUnit)


def _alone(statement: Select[Any]) -> Select[Any]:
    return statement


_jobs = (
    select(func.string_agg(cast(Role.name, Text()), ", "))
    .select_from(UserRole).join(Role, Role.key == UserRole.role_key)
    .where(UserRole.user_id == AppUser.id).correlate(AppUser).scalar_subquery()
)  # fmt: skip
_jobs_zh = (
    select(func.string_agg(cast(Role.name_zh, Text()), "、"))
    .select_from(UserRole).join(Role, Role.key == UserRole.role_key)
    .where(UserRole.user_id == AppUser.id).correlate(AppUser).scalar_subquery()
)  # fmt: skip

# fmt: off
USERS = ListSpec(
    key="users", area="platform", name="Users", name_zh="用户",
    table="app_user", row_id=AppUser.id, version=AppUser.version, joins=_alone,
    topics=("app_user", "user_role", "user_unit"), code_column="user_name", icon="users", roles=KEEPERS,
    opens="person", sort=(Sort("user_name"),), title_columns=("user_name", "name"),
    columns=(
        Column(key="user_name", expr=AppUser.user_name, kind=Kind.CODE, width=120),
        Column(key="name", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=160,
               writes="display_name", required=True),
        Column(key="jobs", expr=_jobs, expr_zh=_jobs_zh, width=240, source="app_user.roles"),
        Column(key="active", expr=AppUser.active, kind=Kind.BOOLEAN, width=80),
        Column(key="email", expr=AppUser.email, width=200, writes="email", privilege="email"),
        Column(key="phone", expr=AppUser.phone, width=130, writes="phone", privilege="phone"),
        Column(key="badge", expr=AppUser.badge, kind=Kind.CODE, width=120, writes="badge", privilege="badge"),
        Column(key="language", expr=AppUser.language, kind=Kind.CHOICE, width=90, writes="language", required=True,
               privilege="language"),
        Column(key="valid_from", expr=AppUser.valid_from, kind=Kind.DATE, width=110, shown=False,
               privilege="valid_from"),
        Column(key="valid_to", expr=AppUser.valid_to, kind=Kind.DATE, width=110, privilege="valid_to"),
        Column(key="id", expr=AppUser.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),
        View(key="expiring", name="Expiring in 30 days", name_zh="30 天内到期",
             condition=Test("valid_to", "between", ("today", "today+30"))),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _unit_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Above, Above.id == OrgUnit.parent_id, isouter=True)


ORG_UNITS = ListSpec(
    key="org_units", area="platform", name="Organisation units", name_zh="组织架构",
    table="org_unit", row_id=OrgUnit.id, version=OrgUnit.version, joins=_unit_joins, topics=("org_unit",),
    opens="org_unit", code_column="code", icon="building-2", sort=(Sort("code"),), title_columns=("code", "name"),
    columns=(
        Column(key="code", expr=OrgUnit.code, kind=Kind.CODE, width=120, writes="code", required=True),
        Column(key="name", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=220, writes="name", required=True),
        Column(key="kind", expr=OrgUnit.kind, kind=Kind.CHOICE, width=120, writes="kind", required=True),
        Column(key="parent", expr=Above.name, expr_zh=Above.name_zh, width=200, source="org_unit.parent_id"),
        Column(key="time_zone", expr=OrgUnit.time_zone, kind=Kind.CODE, width=140, writes="time_zone", required=True),
        Column(key="active", expr=OrgUnit.active, kind=Kind.BOOLEAN, width=80, writes="active", required=True),
        Column(key="id", expr=OrgUnit.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),
        View(key="by_kind", name="By kind", name_zh="按类型", group_by=("kind",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)

CUSTOM_FIELDS = ListSpec(
    key="custom_fields", area="platform", name="Custom fields", name_zh="自定义字段",
    table="custom_field", row_id=CustomField.id, version=CustomField.version, joins=_alone, topics=("custom_field",),
    icon="tag", roles=KEEPERS, sort=(Sort("table_name"), Sort("position")),
    columns=(
        Column(key="table_name", expr=CustomField.table_name, kind=Kind.CODE, width=140),
        Column(key="key", expr=CustomField.key, kind=Kind.CODE, width=140),
        Column(key="kind", expr=CustomField.kind, kind=Kind.CHOICE, width=110),
        Column(key="label", expr=CustomField.label, width=160, writes="label", required=True),
        Column(key="label_zh", expr=CustomField.label_zh, width=160, writes="label_zh", required=True),
        Column(key="meaning", expr=CustomField.meaning, expr_zh=CustomField.meaning_zh, width=260, writes="meaning",
               required=True),
        Column(key="required", expr=CustomField.required, kind=Kind.BOOLEAN, width=80, writes="required",
               required=True),
        Column(key="position", expr=CustomField.position, kind=Kind.INTEGER, width=80, writes="position",
               required=True),
        Column(key="active", expr=CustomField.active, kind=Kind.BOOLEAN, width=80,
               writes="active", required=True),
        Column(key="id", expr=CustomField.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="by_table", name="By table", name_zh="按数据表", group_by=("table_name",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (USERS, ORG_UNITS, CUSTOM_FIELDS)
