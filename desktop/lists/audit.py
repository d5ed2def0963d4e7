"""The audit trail: who changed what, when and why. Read by the auditor alone, written by triggers alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, Select, Table, Text, cast, func
from sqlalchemy import Column as TableColumn
from sqlalchemy.dialects.postgresql import JSONB

from db.orm.audit import Erasure
from db.orm.platform import AppUser
from desktop.domain.conditions import Test
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

ENTRY = Table(
    "entry",
    MetaData(schema="audit"),
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("at", DateTime(timezone=True), nullable=False),
    TableColumn("table_name", Text, nullable=False),
    TableColumn("row_id", BigInteger),
    TableColumn("action", Text, nullable=False),
    TableColumn("user_id", Integer),
    TableColumn("login", Text),
    TableColumn("client", Text, nullable=False),
    TableColumn("reason", Text),
    TableColumn("changes", JSONB),
)


def _joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(AppUser, AppUser.id == ENTRY.c.user_id, isouter=True)


# fmt: off
AUDIT = ListSpec(
    key="audit", area="audit", name="Audit trail", name_zh="审计日志",
    table="entry", row_id=ENTRY.c.id, joins=_joins, topics=(), icon="history", roles=frozenset({"auditor"}),
    sort=(Sort("at", descending=True),), frozen=1,
    columns=(
        Column(key="at", expr=ENTRY.c.at, kind=Kind.DATETIME, width=150, source="audit_entry.at"),
        Column(key="table_name", expr=ENTRY.c.table_name, kind=Kind.CODE, width=150, source="audit_entry.table_name"),
        Column(key="row_id", expr=ENTRY.c.row_id, kind=Kind.INTEGER, width=90, source="audit_entry.row_id"),
        Column(key="action", expr=ENTRY.c.action, kind=Kind.STATE, width=90, source="audit_entry.action",
               looks=(Look(when=Test("action", "=", ("I",)), role="success", icon="plus"),
                      Look(when=Test("action", "=", ("U",)), role="info", icon="pencil"),
                      Look(when=Test("action", "=", ("D",)), role="danger", icon="trash-2"),
                      Look(when=Test("action", "=", ("E",)), role="neutral", icon="zap"))),
        Column(key="user", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=140,
               source="audit_entry.user_id"),
        Column(key="login", expr=ENTRY.c.login, kind=Kind.CODE, width=150, source="audit_entry.login", shown=False),
        Column(key="reason", expr=ENTRY.c.reason, width=220, source="audit_entry.reason"),
        Column(key="changes", expr=cast(func.audit.shown(ENTRY.c.id, ENTRY.c.changes), Text), width=420,
               source="audit_entry.changes"),
        Column(key="client", expr=ENTRY.c.client, width=140, source="audit_entry.client"),
    ),
    views=(
        View(key="today", name="Today", name_zh="今天", condition=Test("at", "=", ("today",))),
        View(key="removed", name="Removed", name_zh="删除", condition=Test("action", "=", ("D",))),
        View(key="by_user", name="Last 7 days by user", name_zh="最近 7 天（按用户）", group_by=("user",),
             condition=Test("at", ">=", ("today-7",))),
        View(key="all", name="All", name_zh="全部"),
    ),
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

LISTS = (AUDIT, ERASURES)
