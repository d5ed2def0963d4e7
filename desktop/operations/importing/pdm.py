"""Maintenance history of a fleet of machines as closed work orders, issued parts, failures and events.

Set-based SQL in one transaction, as the installation's owner: only he may close imported history. Parts are issued by
the same posting function as everywhere, so balances, costs and the cost ledger follow the same rules. Every row carries
(source, source key), so a second run finds everything there and writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import UserError
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.operations.importing import pdm_sql as sql

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class History:
    """The four files, typed: machines (machine, model, age), parts and failures (moment, machine, part), errors
    (moment, machine, code). Moments are naive: local time of the constants' `time_zone`.
    """

    machines: Rows
    parts: Rows
    failures: Rows
    errors: Rows
    constants: Mapping[str, Any]
    file_name: str = ""
    sha256: bytes = b""


@dataclass(frozen=True)
class Unmatched:
    """A failure at whose moment no maintenance is recorded; it is kept, without a work order."""

    asset: str
    part: str
    moment: str


@dataclass(frozen=True)
class HistoryImported:
    """Rows written by kind (0 = was there already), rows changed, and the failures without a work order."""

    new: Mapping[str, int]
    changed: Mapping[str, int]
    unmatched: tuple[Unmatched, ...]
    changes: Changes = field(default_factory=Changes)

    def anything(self) -> bool:
        return any(self.new.values()) or any(self.changed.values())


class OwnerOnly(UserError):
    """Somebody else than the installation's owner wants to import closed history."""

    def __init__(self) -> None:
        super().__init__(
            code="ER001",
            message_en="Only the owner of the installation can import closed history.",
            message_zh="只有安装所有者才能导入已关闭的历史记录。",
            remedy_en="Run it on the command line: outpost import FOLDER --profile NAME.",
            remedy_zh="请在命令行运行：outpost import 文件夹 --profile 方案名。",
        )


class NoCompany(UserError):
    """The database has no company yet."""

    def __init__(self) -> None:
        super().__init__(
            code="ER011",
            message_en="There is no company to import into.",
            message_zh="没有可导入的公司。",
            remedy_en="Run outpost init --empty first.",
            remedy_zh="请先运行 outpost init --empty。",
        )


class _RollBack(Exception):
    pass


def import_history(
    database: Database, history: History, progress: Progress | None = None, *, dry_run: bool = False
) -> HistoryImported:
    """Import all of it or nothing. Raises OwnerOnly, NoCompany, Cancelled, or the rule that was broken."""
    results: list[HistoryImported] = []
    try:
        with database.write() as session:
            results.append(_import(session, history, progress or Progress()))
            if dry_run:
                raise _RollBack
    except _RollBack:
        pass
    return results[0]


def _import(session: Session, history: History, progress: Progress) -> HistoryImported:
    if not session.execute(text(sql.IS_OWNER)).scalar():
        raise OwnerOnly
    company = session.execute(text(sql.COMPANY)).scalar()
    if company is None:
        raise NoCompany
    _load(session, history)
    constants = {"company": company, **_flat(history.constants)}
    new: dict[str, int] = {}
    changed: dict[str, int] = {}
    for done, (kind, statement) in enumerate(sql.STEPS):
        progress.report(done, len(sql.STEPS), note=_NOTES[kind]() if kind in _NOTES else "")
        result = session.execute(text(statement), constants)
        count = int(result.rowcount)  # type: ignore[attr-defined]
        target = changed if kind in ("assets changed", "closed") else new
        target[kind] = target.get(kind, 0) + max(count, 0)
    changed.pop("closed")
    unmatched = tuple(Unmatched(*row) for row in session.execute(text(sql.UNMATCHED), constants))
    outcome = HistoryImported(new, changed, unmatched, Changes.of(**dict.fromkeys(sql.TOPICS, ())))
    if outcome.anything():
        _log(session, history, outcome)
    return outcome


def _load(session: Session, history: History) -> None:
    session.execute(text(sql.STAGE))
    for table, rows in (
        ("pdm_machine", history.machines),
        ("pdm_part", history.parts),
        ("pdm_failure", history.failures),
        ("pdm_error", history.errors),
    ):
        session.execute(
            text(sql.FILL.format(table=table)),
            {"rows": json.dumps([dict(row) for row in rows], default=str), "zone": history.constants["time_zone"]},
        )
    for table, key in (("pdm_item", "parts"), ("pdm_site", "sites")):
        listed = json.dumps(history.constants[key], ensure_ascii=False)
        session.execute(text(sql.FILL_CONSTANTS.format(table=table)), {"rows": listed})
    session.execute(text(sql.INDEX))


def _flat(constants: Mapping[str, Any]) -> dict[str, Any]:
    """``{"branch": {"code": …}}`` as ``branch_code``, for the statements' parameters."""
    flat: dict[str, Any] = {}
    for key, value in constants.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}_{part}": content for part, content in value.items()}
        elif not isinstance(value, list):
            flat[key] = value
    return flat


def _log(session: Session, history: History, outcome: HistoryImported) -> None:
    session.execute(
        text(sql.LOG),
        {
            "source": history.constants["source"],
            "file_name": history.file_name,
            "sha256": history.sha256,
            "counts": json.dumps({**outcome.new, "unmatched": len(outcome.unmatched)}),
        },
    )


_NOTES: Mapping[str, Callable[[], str]] = {
    "assets": lambda: tr("Machines"),
    "work_orders": lambda: tr("Work orders"),
    "issues": lambda: tr("Issuing parts"),
    "failures": lambda: tr("Failures"),
    "events": lambda: tr("Errors of machines"),
}
