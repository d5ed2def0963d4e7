"""Is the installation whole? What `outpost admin reconcile` and `outpost admin doctor` ask."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from db import lints
from db.session import Database


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
    """Every difference between moves, balances, value, reservations and the cost ledger; empty when the books agree.

    Raises db.errors.UserError for a log-in that may not.
    """
    with database.read() as session:
        return _differences(session)


def examine(database: Database) -> tuple[Finding, ...]:
    """Ask everything that an administrator would look at first."""
    with database.read() as session:
        return (
            _server(session),
            _durability(session),
            _connections(session),
            _books(session),
            _audit(session),
            *_catalogue(session),
        )


def _differences(session: Session) -> tuple[Difference, ...]:
    rows = session.execute(
        text("select rule, company_id, item_id, location_id, lot_id, expected, found from api.reconcile()")
    )
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
    broken = list(session.execute(text("select seal_id from api.verify_audit()")).scalars())
    if not broken:
        return Finding("audit", True, "The audit trail is unbroken", "审计记录完整")
    first = broken[0]
    return Finding("audit", False, f"The audit trail was changed at seal {first}", f"审计记录自封印 {first} 起被改动")


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
