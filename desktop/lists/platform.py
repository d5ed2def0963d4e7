"""Who works here, in which units, and what the company added: users, units, custom fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Date, Select, Text, cast, func, select
from sqlalchemy.orm import aliased

from db.orm.people import AppUser, CustomRole, Delegation, Role, UserCustomRole, UserLogin, UserRole, UserUnit
from db.orm.platform import CustomField, OrgUnit
from desktop.domain.conditions import Test
from desktop.lists.common import KEEPERS
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

Above = aliased(OrgUnit)
Granted = aliased(OrgUnit)
Other = aliased(AppUser)


def _alone(statement: Select[Any]) -> Select[Any]:
    return statement


def _words(english: str, chinese: str, parts: Callable[[bool], Select[Any]]) -> tuple[Any, Any]:
    """The same short text of several rows in English and Chinese, joined by `english` or `chinese` between them."""
    return tuple(
        select(func.string_agg(part.c[0], between)).select_from(part).scalar_subquery()
        for part, between in ((parts(False).subquery(), english), (parts(True).subquery(), chinese))
    )  # type: ignore[return-value]  # two of them


def _either(zh: bool, name: Any, name_zh: Any) -> Any:
    return cast(func.coalesce(name_zh, name) if zh else name, Text())


def _jobs_of(zh: bool) -> Select[Any]:
    jobs = (
        select(_either(zh, Role.name, Role.name_zh).label("word"))
        .join(UserRole, UserRole.role_key == Role.key)
        .where(UserRole.user_id == AppUser.id).correlate(AppUser)
    )  # fmt: skip
    custom = (
        select(_either(zh, CustomRole.name, CustomRole.name_zh))
        .join(UserCustomRole, UserCustomRole.custom_role_id == CustomRole.id)
        .where(UserCustomRole.user_id == AppUser.id, CustomRole.active).correlate(AppUser)
    )  # fmt: skip
    both = jobs.union_all(custom).subquery()
    return select(both.c.word).order_by(both.c.word)


def _units_of(zh: bool) -> Select[Any]:
    return (
        select(_either(zh, Granted.name, Granted.name_zh))
        .join(UserUnit, UserUnit.org_unit_id == Granted.id)
        .where(UserUnit.user_id == AppUser.id).correlate(AppUser).order_by(Granted.code)
    )  # fmt: skip


_today = func.erp.company_day(AppUser.company_id, type_=Date())


def _stood_in_for(zh: bool) -> Select[Any]:
    return (
        select(_either(zh, Other.display_name, Other.display_name_zh))
        .join(Delegation, Delegation.from_user_id == Other.id)
        .where(
            Delegation.to_user_id == AppUser.id, Delegation.ended_at.is_(None),
            _today.between(Delegation.valid_from, Delegation.valid_to),
        )
        .correlate(AppUser).order_by(Other.display_name)
    )  # fmt: skip


_jobs, _jobs_zh = _words(", ", "、", _jobs_of)
_units, _units_zh = _words(", ", "、", _units_of)
_for, _for_zh = _words(", ", "、", _stood_in_for)
_ACCOUNT_LOOKS = (
    Look(when=Test("state", "in", ("active",)), role="success", icon="circle-check"),
    Look(when=Test("state", "in", ("new", "not_yet", "must_change")), role="info", icon="circle-dashed"),
    Look(when=Test("state", "in", ("reset", "expired")), role="warn", icon="triangle-alert"),
    Look(when=Test("state", "in", ("locked",)), role="danger", icon="circle-x"),
    Look(when=Test("state", "in", ("disabled",)), role="neutral", icon="circle"),
)


def _user_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(UserLogin, UserLogin.user_id == AppUser.id, isouter=True)


# fmt: off
USERS = ListSpec(
    key="users", area="platform", name="Users", name_zh="用户",
    table="app_user", row_id=AppUser.id, version=AppUser.version, joins=_user_joins,
    topics=("app_user", "user_role", "user_custom_role", "user_unit", "delegation"), code_column="user_name",
    icon="users", roles=KEEPERS, opens="person", sort=(Sort("user_name"),), title_columns=("user_name", "name"),
    columns=(
        Column(key="user_name", expr=AppUser.user_name, kind=Kind.CODE, width=120),
        Column(key="name", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=160,
               writes="display_name", required=True),
        Column(key="state", expr=func.erp.account_state(AppUser.id, type_=Text()), kind=Kind.STATE, width=130,
               source="app_user.state", privilege="must_change", looks=_ACCOUNT_LOOKS),
        Column(key="jobs", expr=_jobs, expr_zh=_jobs_zh, width=240, source="app_user.roles"),
        Column(key="units", expr=_units, expr_zh=_units_zh, width=200, source="app_user.units"),
        Column(key="stand_ins", expr=_for, expr_zh=_for_zh, width=140, source="app_user.stand_ins"),
        Column(key="last_login_at", expr=UserLogin.last_login_at, kind=Kind.DATETIME, width=140,
               privilege="must_change"),
        Column(key="last_login_client", expr=UserLogin.last_login_client, width=180, shown=False,
               privilege="must_change"),
        Column(key="failed_logins", expr=UserLogin.failed_logins, kind=Kind.INTEGER, width=80, shown=False,
               privilege="must_change"),
        Column(key="locked_until", expr=AppUser.locked_until, kind=Kind.DATETIME, width=140, shown=False,
               privilege="locked_until"),
        Column(key="active", expr=AppUser.active, kind=Kind.BOOLEAN, width=80, shown=False),
        Column(key="email", expr=AppUser.email, width=200, writes="email", privilege="email"),
        Column(key="phone", expr=AppUser.phone, width=130, writes="phone", privilege="phone"),
        Column(key="badge", expr=AppUser.badge, kind=Kind.CODE, width=120, writes="badge", privilege="badge"),
        Column(key="language", expr=AppUser.language, kind=Kind.CHOICE, width=90, writes="language", required=True,
               privilege="language"),
        Column(key="valid_from", expr=AppUser.valid_from, kind=Kind.DATE, width=110, shown=False,
               privilege="valid_from"),
        Column(key="valid_to", expr=AppUser.valid_to, kind=Kind.DATE, width=110, privilege="valid_to"),
        Column(key="password_changed_at", expr=AppUser.password_changed_at, kind=Kind.DATETIME, width=140, shown=False,
               privilege="password_changed_at"),
        Column(key="id", expr=AppUser.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="active", name="Active", name_zh="在用", condition=Test("active", "=", (True,))),
        View(key="waiting", name="Waiting for rights or release", name_zh="待授权或放行",
             condition=Test("state", "in", ("new", "reset"))),
        View(key="blocked", name="Locked or disabled", name_zh="已锁定或停用",
             condition=Test("state", "in", ("locked", "disabled", "expired"))),
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
    icon="tag", opens="custom_field", roles=KEEPERS, sort=(Sort("table_name"), Sort("position")), code_column="key",
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
        Column(key="unit", expr=CustomField.unit, width=80, writes="unit"),
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
