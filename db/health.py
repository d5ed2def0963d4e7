"""Is the installation whole? What `outpost admin reconcile` and `outpost admin doctor` ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import lints
from db.session import Database

_SEALED_WITHIN = timedelta(minutes=10)
_LOG_READ_WITHIN = timedelta(minutes=10)
_ANCHORED_WITHIN_HOURS = 24


@dataclass(frozen=True)
class Difference:
    """One place where two books disagree: the rule, where, and both figures (quantities, or amounts in the company's
    currency).
    """

    rule: str
    company_id: int | None
    item_id: int | None
    location_id: int | None
    lot_id: int | None
    expected: Decimal
    found: Decimal


@dataclass(frozen=True)
class Finding:
    """One question of the doctor and its answer, in both languages."""

    name: str
    ok: bool
    en: str
    zh: str


def reconcile(database: Database) -> tuple[Difference, ...]:
    """Every difference between moves, balances, value, reservations, costs and accruals; empty when the books agree.

    Raises db.errors.UserError for a log-in that may not.
    """
    with database.read() as session:
        return _differences(session)


def examine(database: Database) -> tuple[Finding, ...]:
    """Ask everything that an administrator would look at first."""
    with database.read() as session:
        state = session.execute(text("select api.audit_state()")).scalar_one()
        return (
            _server(session),
            _durability(session),
            _connections(session),
            _books(session),
            _audit(session),
            _keys(session),
            _sealing(state),
            _partitions(state),
            _anchors(state),
            _server_log(state),
            *_catalogue(session),
        )


def _keys(session: Session) -> Finding:
    """A rotation that nobody finished leaves values under a key that may be lost tomorrow."""
    states = set(session.execute(text("select state from erp.encryption_key")).scalars())
    if "retiring" in states:
        return Finding(
            "encryption",
            False,
            "A key is being replaced and values still wait; go on with: outpost admin key rotate",
            "密钥轮换尚未完成，仍有内容待处理；请继续执行：outpost admin key rotate",
        )
    if "active" not in states:
        return Finding(
            "encryption",
            True,
            "No encryption key yet: files and sealed fields wait for outpost admin key create",
            "尚无加密密钥：附件和加密字段须先执行 outpost admin key create",
        )
    return Finding("encryption", True, "Files and sealed fields have their key", "附件和加密字段的密钥正常")


def _differences(session: Session) -> tuple[Difference, ...]:
    rows = session.execute(text("select * from api.reconcile() union all select * from api.reconcile_purchasing()"))
    return tuple(Difference(*row) for row in rows)


def _server(session: Session) -> Finding:
    row = session.execute(
        text("""
            select current_setting('server_version') as version,
                   current_setting('server_version_num')::int / 10000 as major,
                   pg_size_pretty(pg_database_size(current_database())) as size
        """)
    ).one()
    return Finding(
        "server",
        15 <= row.major <= 18,
        f"PostgreSQL {row.version}, {row.size} of data",
        f"PostgreSQL {row.version}，数据量 {row.size}",
    )


def _durability(session: Session) -> Finding:
    """A server that was sped up at the price of safety loses postings with the next power cut."""
    unsafe = session.execute(
        text("""
            select string_agg(name, ', ' order by name) from pg_catalog.pg_settings
            where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
        """)
    ).scalar_one()
    if unsafe is None:
        return Finding("durability", True, "Committed work survives a power cut", "已提交的数据不会因断电丢失")
    return Finding(
        "durability",
        False,
        f"Committed work can be lost: {unsafe} is off",
        f"已提交的数据可能丢失：{unsafe} 已关闭",
    )


def _connections(session: Session) -> Finding:
    row = session.execute(
        text("""
            select count(*) filter (where backend_type = 'client backend') as used,
                   current_setting('max_connections')::int as allowed
            from pg_catalog.pg_stat_activity
        """)
    ).one()
    return Finding(
        "connections",
        row.used * 10 <= row.allowed * 9,
        f"{row.used} of {row.allowed} connections in use",
        f"已使用 {row.used} 个连接，上限 {row.allowed}",
    )


def _books(session: Session) -> Finding:
    count = len(_differences(session))
    if not count:
        return Finding("books", True, "The sum of moves equals every balance", "库存流水合计与各项结存一致")
    return Finding("books", False, f"{count} differences; see reconcile", f"发现 {count} 处差异，请执行 reconcile 查看")


def _audit(session: Session) -> Finding:
    """Proven in portions, so that a long journal is held together by no single query."""
    after, entries = 0, 0
    while True:
        part = session.execute(text("select api.check_audit(:after, 100000)"), {"after": after}).scalar_one()
        if part["faults"]:
            first = part["faults"][0]["seal"]
            return Finding(
                "audit",
                False,
                f"The audit trail was changed at seal {first}; see verify-audit",
                f"审计记录在第 {first} 号封印处被改动，请执行 verify-audit 查看",
            )
        after, entries = part["through"], entries + part["entries"]
        if after >= part["last"]:
            return Finding(
                "audit", True, f"The audit trail is unbroken: {entries:,} entries", f"审计记录完整：共 {entries:,} 条"
            )


def _sealing(state: Mapping[str, Any]) -> Finding:
    waiting = _age(state["oldest_unsealed"])
    if waiting is None or waiting < _SEALED_WITHIN:
        return Finding("sealing", True, f"{state['seals']} seals, none overdue", f"共 {state['seals']} 个封印，无逾期")
    minutes = int(waiting.total_seconds() // 60)
    return Finding(
        "sealing",
        False,
        f"Entries have waited {minutes} minutes for a seal; is the worker running?",
        f"审计记录已 {minutes} 分钟未封存，请确认后台进程在运行",
    )


def _partitions(state: Mapping[str, Any]) -> Finding:
    if state["stray"]:
        return Finding(
            "partitions",
            False,
            "Audit entries lie outside the monthly partitions: these were not made in time",
            "部分审计记录不在月度分区内：分区未及时创建",
        )
    months = state["months_ahead"]
    return Finding(
        "partitions",
        months > 0,
        f"Audit partitions are made {months} months ahead",
        f"审计分区已提前创建 {months} 个月",
    )


def _anchors(state: Mapping[str, Any]) -> Finding:
    ages = [age for age in (_age(one["at"]) for one in state["anchors"]) if age is not None]
    if not ages:
        return Finding(
            "anchors",
            False,
            "No seal is kept outside the database yet; the worker writes them (worker --config)",
            "尚无封印保存在数据库之外，由后台进程写出（worker --config）",
        )
    hours = int(min(ages).total_seconds() // 3600)
    unsaved = state["seals"] > max(one["seal"] for one in state["anchors"])
    return Finding(
        "anchors",
        hours < _ANCHORED_WITHIN_HOURS or not unsaved,
        f"The latest anchor was written {hours} hours ago",
        f"最近一次锚点写出于 {hours} 小时前",
    )


def _server_log(state: Mapping[str, Any]) -> Finding:
    """Where nobody reads it, failed log-ins are neither noted nor counted, so nobody is locked out."""
    ages = [age for age in (_age(one["read_at"]) for one in state["logs"]) if age is not None]
    if ages and min(ages) < _LOG_READ_WITHIN:
        return Finding("server_log", True, "The server's log is read", "服务器日志读取正常")
    return Finding(
        "server_log",
        False,
        "The server's log is not read: failed log-ins are not counted and lock nobody out",
        "未读取服务器日志：无法统计登录失败，也不会锁定账号",
    )


def _age(moment: str | None) -> timedelta | None:
    return None if moment is None else datetime.now(UTC) - datetime.fromisoformat(moment)


def _catalogue(session: Session) -> tuple[Finding, ...]:
    """One line when every door is shut, else one for each broken rule, with the first objects against it."""
    faults = lints.examine(session)
    if not faults:
        count = len(lints.rules())
        return (
            Finding(
                "catalogue", True, f"All {count} rules of the catalogue hold", f"数据库目录的 {count} 条规则全部符合"
            ),
        )
    return tuple(
        Finding(
            f"catalogue_{fault.lint.name}",
            False,
            f"Does not hold: {fault.lint.en} ({_some(fault.objects)})",
            f"不符合：{fault.lint.zh}（{_some(fault.objects)}）",
        )
        for fault in faults
    )


def _some(objects: tuple[str, ...], limit: int = 5) -> str:
    return ", ".join((*objects[:limit], *(("…",) if len(objects) > limit else ())))
