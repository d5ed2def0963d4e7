"""The audit trail: who changed what, when and why. Read by the auditor alone, written by triggers alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, MetaData, Select, Table, Text, cast, func
from sqlalchemy import Column as TableColumn
from sqlalchemy.dialects.postgresql import JSONB

from db.orm.audit import Erasure
from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from desktop.domain.conditions import Test
from desktop.lists.spec import Column, Expression, Kind, ListSpec, Look, Sort, View

ENTRY = Table(
    "entry",
    MetaData(schema="audit"),
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("at", DateTime(timezone=True), nullable=False),
    TableColumn("table_name", Text, nullable=False),
    TableColumn("row_id", BigInteger),
    TableColumn("org_unit_id", Integer),
    TableColumn("action", Text, nullable=False),
    TableColumn("user_id", Integer),
    TableColumn("login", Text),
    TableColumn("client", Text, nullable=False),
    TableColumn("reason", Text),
    TableColumn("changes", JSONB),
)


ANCHOR = Table(
    "anchor",
    MetaData(schema="audit"),
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("at", DateTime(timezone=True), nullable=False),
    TableColumn("target", Text, nullable=False),
    TableColumn("seal_id", BigInteger, nullable=False),
    TableColumn("hash", LargeBinary, nullable=False),
)
LOGINS = ("login", "login_failed", "connection", "lock", "unlock")
HANDED_OVER = ("export", "print", "report")
KEEPING = ("verification", "anchor", "erasure", "retention", "key", "import")

_SHOWN = func.audit.shown(ENTRY.c.id, ENTRY.c.changes, type_=JSONB)


def _joins(statement: Select[Any]) -> Select[Any]:
    found = statement.join(AppUser, AppUser.id == ENTRY.c.user_id, isouter=True)
    return found.join(OrgUnit, OrgUnit.id == ENTRY.c.org_unit_id, isouter=True)


def _events(statement: Select[Any]) -> Select[Any]:
    return statement.join(AppUser, AppUser.id == ENTRY.c.user_id, isouter=True).where(ENTRY.c.action == "E")


def _alone(statement: Select[Any]) -> Select[Any]:
    return statement


def _words(*, chinese: bool) -> Expression:
    return func.audit.in_words(ENTRY.c.table_name, ENTRY.c.action, _SHOWN, chinese, type_=Text())


def _is(key: str, role: str, icon: str) -> Look:
    return Look(when=Test("table_name", "=", (key,)), role=role, icon=icon)  # type: ignore[arg-type]


# fmt: off
AUDIT = ListSpec(
    key="audit", area="audit", name="Audit trail", name_zh="审计日志", opens="audit_entry",
    table="entry", row_id=ENTRY.c.id, joins=_joins, topics=(), icon="history", roles=frozenset({"auditor"}),
    sort=(Sort("at", descending=True),), frozen=1,
    columns=(
        Column(key="at", expr=ENTRY.c.at, kind=Kind.DATETIME, width=150, source="audit_entry.at"),
        Column(key="table_name", expr=ENTRY.c.table_name, kind=Kind.CHOICE, width=170, source="audit_entry.table_name"),
        Column(key="row_id", expr=ENTRY.c.row_id, kind=Kind.INTEGER, width=80, source="audit_entry.row_id"),
        Column(key="action", expr=ENTRY.c.action, kind=Kind.STATE, width=100, source="audit_entry.action",
               looks=(Look(when=Test("action", "=", ("I",)), role="success", icon="plus"),
                      Look(when=Test("action", "=", ("U",)), role="info", icon="pencil"),
                      Look(when=Test("action", "=", ("D",)), role="danger", icon="trash-2"),
                      Look(when=Test("action", "=", ("E",)), role="neutral", icon="zap"))),
        Column(key="user", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=130,
               source="audit_entry.user_id"),
        Column(key="summary", expr=_words(chinese=False), expr_zh=_words(chinese=True), width=420,
               source="audit_entry.summary", sortable=False),
        Column(key="reason", expr=ENTRY.c.reason, width=180, source="audit_entry.reason"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="audit_entry.unit"),
        Column(key="client", expr=ENTRY.c.client, width=160, source="audit_entry.client"),
        Column(key="login", expr=ENTRY.c.login, kind=Kind.CODE, width=150, source="audit_entry.login", shown=False),
        Column(key="changes", expr=cast(_SHOWN, Text), width=420, source="audit_entry.changes", shown=False,
               sortable=False),
    ),
    views=(
        View(key="today", name="Today", name_zh="今天", condition=Test("at", "=", ("today",))),
        View(key="removed", name="Removed", name_zh="删除", condition=Test("action", "=", ("D",))),
        View(key="by_user", name="Last 7 days by user", name_zh="最近 7 天（按用户）", group_by=("user",),
             condition=Test("at", ">=", ("today-7",))),
        View(key="all", name="All", name_zh="全部"),
    ),
)

EVENTS = ListSpec(
    key="audit_events", area="audit", name="Log-ins and exports", name_zh="登录与导出", opens="audit_entry",
    table="entry", row_id=ENTRY.c.id, joins=_events, topics=(), icon="log-in", roles=frozenset({"auditor"}),
    sort=(Sort("at", descending=True),), frozen=1,
    columns=(
        Column(key="at", expr=ENTRY.c.at, kind=Kind.DATETIME, width=150, source="audit_entry.at"),
        Column(key="table_name", expr=ENTRY.c.table_name, kind=Kind.STATE, width=200, source="audit_entry.table_name",
               looks=(_is("login", "success", "log-in"), _is("login_failed", "danger", "circle-x"),
                      _is("connection", "warn", "link"), _is("refusal", "danger", "shield"),
                      _is("lock", "warn", "lock"), _is("export", "info", "file-down"), _is("print", "info", "printer"),
                      _is("verification", "neutral", "shield-check"))),
        Column(key="user", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=140,
               source="audit_entry.user_id"),
        Column(key="subject", expr=_SHOWN["subject"].astext, width=220, source="audit_entry.subject", sortable=False),
        Column(key="times", expr=cast(ENTRY.c.changes["times"].astext, Integer), kind=Kind.INTEGER, width=64,
               source="audit_entry.times", total="sum"),
        Column(key="why", expr=ENTRY.c.changes["why"].astext, kind=Kind.CHOICE, width=130, source="audit_entry.why"),
        Column(key="rows", expr=cast(ENTRY.c.changes["rows"].astext, BigInteger), kind=Kind.INTEGER, width=80,
               source="audit_entry.rows", total="sum"),
        Column(key="format", expr=ENTRY.c.changes["format"].astext, kind=Kind.CODE, width=80,
               source="audit_entry.format"),
        Column(key="filter", expr=_SHOWN["filter"].astext, width=200, source="audit_entry.filter", sortable=False),
        Column(key="host", expr=_SHOWN["host"].astext, kind=Kind.CODE, width=120, source="audit_entry.host",
               sortable=False),
        Column(key="client", expr=ENTRY.c.client, width=160, source="audit_entry.client"),
        Column(key="summary", expr=_words(chinese=False), expr_zh=_words(chinese=True), width=360,
               source="audit_entry.summary", sortable=False, shown=False),
    ),
    views=(
        View(key="logins", name="Log-ins", name_zh="登录", condition=Test("table_name", "in", LOGINS),
             columns=("at", "table_name", "user", "subject", "times", "why", "host", "client")),
        View(key="refusals", name="Refusals", name_zh="拒绝访问", condition=Test("table_name", "=", ("refusal",)),
             columns=("at", "table_name", "user", "subject", "times", "host", "client")),
        View(key="exports", name="Exports and prints", name_zh="导出与打印",
             condition=Test("table_name", "in", HANDED_OVER),
             columns=("at", "table_name", "user", "subject", "rows", "format", "filter", "client")),
        View(key="keeping", name="The audit itself", name_zh="审计自身",
             condition=Test("table_name", "in", KEEPING), columns=("at", "table_name", "user", "summary", "client")),
        View(key="all", name="All", name_zh="全部"),
    ),
)

ANCHORS = ListSpec(
    key="audit_anchors", area="audit", name="Anchors", name_zh="锚点",
    table="anchor", row_id=ANCHOR.c.id, joins=_alone, topics=(), icon="link", roles=frozenset({"auditor"}),
    sort=(Sort("at", descending=True),), frozen=1,
    columns=(
        Column(key="at", expr=ANCHOR.c.at, kind=Kind.DATETIME, width=150, source="audit_anchor.at"),
        Column(key="seal_id", expr=ANCHOR.c.seal_id, kind=Kind.INTEGER, width=90, source="audit_anchor.seal_id"),
        Column(key="target", expr=ANCHOR.c.target, width=420, source="audit_anchor.target"),
        Column(key="hash", expr=func.encode(ANCHOR.c.hash, "hex", type_=Text()), kind=Kind.CODE, width=480,
               source="audit_anchor.hash", sortable=False),
    ),
    views=(View(key="all", name="All", name_zh="全部"),),
)


def _erasure_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(AppUser, AppUser.id == Erasure.user_id, isouter=True)


ERASURES = ListSpec(
    key="erasures", area="audit", name="Erasures", name_zh="个人信息删除记录",
    table="erasure", row_id=Erasure.id, joins=_erasure_joins, topics=("erasure",), icon="circle-x",
    roles=frozenset({"security", "auditor"}), sort=(Sort("at", descending=True),),
    columns=(
        Column(key="at", expr=Erasure.at, kind=Kind.DATETIME, width=150, source="audit_erasure.at"),
        Column(key="kind", expr=Erasure.kind, kind=Kind.CHOICE, width=140, source="audit_erasure.kind"),
        Column(key="pseudonym", expr=Erasure.pseudonym, width=140, source="audit_erasure.pseudonym"),
        Column(key="reason", expr=Erasure.reason, width=360, source="audit_erasure.reason"),
        Column(key="by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=140,
               source="audit_erasure.user_id"),
        Column(key="subject_id", expr=Erasure.subject_id, kind=Kind.INTEGER, width=90,
               source="audit_erasure.subject_id"),
    ),
    views=(
        View(key="requests", name="On request", name_zh="按申请", condition=Test("kind", "!=", ("retention",))),
        View(key="rules", name="By the rules", name_zh="按规则", condition=Test("kind", "=", ("retention",))),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (AUDIT, EVENTS, ANCHORS, ERASURES)
