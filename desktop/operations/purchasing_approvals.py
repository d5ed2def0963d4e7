"""Approvals: what waits for whom, deciding on it, and the matrix that says who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from db.orm.platform import OrgUnit
from db.orm.purchasing import ApprovalRule
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.text import pick
from desktop.operations import records
from desktop.operations.records import Draft, Record, RecordKind, Reference

APPROVAL_RULE = RecordKind(
    key="approval_rule",
    model=ApprovalRule,
    title="document_type",
    writes=("document_type", "org_unit_id", "category", "amount_from", "step", "role_key", "active"),
    reads=("company_id",),
    references={"org_unit_id": Reference(model=OrgUnit, lookup="org_units")},
)


@dataclass(frozen=True)
class Decision:
    """One decision about a document: asked of a job, open or taken."""

    id: int
    step: int
    job: str
    state: str
    by: str
    at: datetime | None
    reason: str | None
    mine: bool


def load_rule(database: Database, rule_id: int) -> Record:
    return records.load(database, APPROVAL_RULE, rule_id)


def save_rule(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, APPROVAL_RULE, record, draft)


def decisions(
    database: Database, *, requisition_id: int | None = None, purchase_order_id: int | None = None
) -> tuple[Decision, ...]:
    """The decisions about a document since it was last handed in, in their order."""
    with database.read() as session:
        rows = session.execute(
            text("""
                select a.id, a.step, r.name, r.name_zh, a.state, u.display_name, u.display_name_zh, a.decided_at,
                       a.reason, a.id = any (api.may_decide(array[a.id])) as mine
                from erp.approval a
                join erp.role r on r.key = a.role_key
                left join erp.app_user u on u.id = a.decided_by
                where (a.requisition_id = :requisition or a.purchase_order_id = :purchase_order) and a.state <> 'void'
                order by a.step, r.key, a.id
            """),
            {"requisition": requisition_id, "purchase_order": purchase_order_id},
        )
        return tuple(
            Decision(
                row.id, row.step, pick(row.name, row.name_zh), row.state,
                pick(row.display_name or "", row.display_name_zh), row.decided_at, row.reason, row.mine,
            )
            for row in rows
        )  # fmt: skip


def decide(
    database: Database, approval_ids: Sequence[int], *, approve: bool, reason: str | None = None
) -> tuple[tuple[str, ...], Changes]:
    """Approve or reject, all or none; how each document stands afterwards. Raises UserError."""
    outcomes: list[str] = []
    requisitions: list[int] = []
    orders: list[int] = []
    with database.write() as session:
        decided = session.execute(
            text("select api.decide_all(:ids, :approve, :reason)"),
            {"ids": list(approval_ids), "approve": approve, "reason": reason},
        ).scalar_one()
        for found in decided:
            outcomes.append(found["outcome"])
            requisitions += [found["requisition_id"]] if found["requisition_id"] else []
            orders += [found["purchase_order_id"]] if found["purchase_order_id"] else []
    touched = {"requisition": requisitions, "purchase_order": orders}
    return tuple(outcomes), Changes.of(approval=[], **{name: ids for name, ids in touched.items() if ids})
