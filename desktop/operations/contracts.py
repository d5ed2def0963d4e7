"""Contracts: their form, their steps, and what they have cost so far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from db.orm.assets import Asset
from db.orm.contracts import Contract, ContractAsset, ContractHistory, ContractLine
from db.orm.parties import Party
from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference, Values

CONTRACT = RecordKind(
    key="contract",
    model=Contract,
    title="number",
    writes=(
        "org_unit_id", "name", "name_zh", "customer_id", "contract_type", "starts_on", "ends_on", "currency",
        "annual_value", "discount_rate", "tax_rate", "billing", "visits_per_year", "hours_per_year", "parts_budget",
        "margin_target", "owner_id", "note", "custom",
    ),
    reads=("company_id", "number", "state", "revision", "signed_on", "created_at", "updated_at"),
    fills=("number",),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "customer_id": Reference(model=Party, lookup="customers"),
        "owner_id": Reference(
            model=AppUser, lookup="users", code="user_name", name="display_name", name_zh="display_name_zh"
        ),
    },
    lines=(
        LineKind(
            name="lines",
            model=ContractLine,
            parent="contract_id",
            columns=("description", "description_zh", "quantity", "unit", "unit_price", "tax_rate", "net_amount"),
            order="line_no",
            numbered=True,
            derived=frozenset({"net_amount"}),
        ),
        LineKind(
            name="assets",
            model=ContractAsset,
            parent="contract_id",
            columns=("asset_id", "starts_on", "ends_on", "parts_covered"),
            order="id",
            references={"asset_id": Reference(model=Asset, lookup="assets")},
        ),
        LineKind(
            name="history",
            model=ContractHistory,
            parent="contract_id",
            columns=("from_state", "to_state", "reason", "changed_at", "changed_by"),
            order="id",
            read_only=True,
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class ContractCost:
    """What a contract's work orders have cost, against its value; all amounts in the contract's currency.

    `value_to_date` is the annual value earned day by day from the start until today or the end, whichever is first
    (straight line over calendar days). `margin` = value_to_date − total; `margin_rate` = margin / value_to_date.
    """

    labour: Decimal
    parts: Decimal
    travel: Decimal
    subcontract: Decimal
    total: Decimal
    hours: Decimal
    annual_value: Decimal
    value_to_date: Decimal
    contract_value: Decimal
    currency: str
    margin_target: Decimal

    @property
    def margin(self) -> Decimal:
        return self.value_to_date - self.total

    @property
    def margin_rate(self) -> Decimal | None:
        return self.margin / self.value_to_date if self.value_to_date else None


@dataclass(frozen=True)
class MonthCost:
    """Cost of one calendar month by type."""

    month: date
    cost_type: str
    amount: Decimal


@dataclass(frozen=True)
class CostLine:
    """One line of the cost ledger: quantity in hours, kilometres or the item's unit; amount in its currency."""

    posted_at: datetime
    cost_type: str
    work_order_id: int | None
    work_order: str | None
    description: str
    description_zh: str | None
    quantity: Decimal
    amount: Decimal


def load(database: Database, contract_id: int) -> Record:
    return records.load(database, CONTRACT, contract_id)


def blank(database: Database, values: Values | None = None) -> Record:
    return records.blank(database, CONTRACT, values)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, CONTRACT, record, draft)


_STEPS = text("""
    select t.to_state, t.action
    from erp.contract c
    join erp.contract_transition t on t.from_state = c.state
    where c.id = :id and t.roles && erp.my_roles()
    order by t.to_state
""")


def steps(database: Database, contract_id: int) -> tuple[tuple[str, str], ...]:
    """(state, action) pairs open to this person."""
    with database.read() as session:
        return tuple((row.to_state, row.action) for row in session.execute(_STEPS, {"id": contract_id}))


def take_step(
    database: Database, record: Record, to_state: str, *, reason: str | None = None
) -> tuple[Record, Changes]:
    with database.write() as session:
        session.execute(
            text("select api.change_contract_state(:id, :version, :wanted, :reason)"),
            {"id": record.id, "version": record.version, "wanted": to_state, "reason": reason},
        )
    return load(database, record.id or 0), Changes.of(contract=[record.id or 0])


AMENDABLE = frozenset({"starts_on", "ends_on", "annual_value", "discount_rate", "tax_rate"})
"""The terms of a signed contract that an amendment may change, besides its price lines."""
AMENDED_IN = frozenset({"signed", "active", "suspended"})
SIGNED_TERMS = AMENDABLE | {"customer_id", "currency"}


def amend(database: Database, record: Record, draft: Draft, *, reason: str) -> tuple[Record, Changes]:
    """Change signed terms (`AMENDABLE` values of the draft, and its price lines) as a new revision, for a reason."""
    terms: dict[str, Any] = {name: value for name, value in draft.values.items() if name in AMENDABLE}
    if "lines" in draft.lines:
        terms["lines"] = [{**values, "id": line_id} for line_id, values in draft.lines["lines"]]
    with database.write() as session:
        session.execute(
            text("select api.amend_contract(:id, :version, cast(:terms as jsonb), :reason)"),
            {
                "id": record.id,
                "version": record.version,
                "terms": json.dumps(terms, default=str),
                "reason": reason,
            },
        )
    return load(database, record.id or 0), Changes.of(contract=[record.id or 0], contract_line=())


_COST = text("""
    select k.*, c.annual_value, c.currency, c.margin_target,
           round(c.annual_value * greatest(least(current_date, c.ends_on) - c.starts_on + 1, 0) / 365.0, 2)
               as value_to_date,
           round(c.annual_value * (c.ends_on - c.starts_on + 1) / 365.0, 2) as contract_value
    from api.contract_cost k
    join erp.contract c on c.id = k.contract_id
    where k.contract_id = :id
""")


def cost(database: Database, contract_id: int) -> ContractCost:
    """Hours, parts and travel posted so far against the contract's value. Raises RecordNotFound."""
    with database.read() as session:
        row = session.execute(_COST, {"id": contract_id}).one_or_none()
    if row is None:
        raise records.RecordNotFound
    return ContractCost(
        labour=row.labour,
        parts=row.parts,
        travel=row.travel,
        subcontract=row.subcontract,
        total=row.total,
        hours=row.hours,
        annual_value=row.annual_value,
        value_to_date=row.value_to_date,
        contract_value=row.contract_value,
        currency=row.currency,
        margin_target=row.margin_target,
    )


def cost_by_month(database: Database, contract_id: int, *, since: date) -> tuple[MonthCost, ...]:
    query = text(
        "select month, cost_type, amount from api.contract_cost_month"
        " where contract_id = :id and month >= :since order by month, cost_type"
    )
    with database.read() as session:
        rows = session.execute(query, {"id": contract_id, "since": since})
        return tuple(MonthCost(row.month, row.cost_type, row.amount) for row in rows)


_LINES = text("""
    select e.posted_at, e.cost_type, e.work_order_id, w.number,
           coalesce(i.name, g.name || ', ' || w.title, e.description) as description,
           coalesce(i.name_zh, g.name_zh || '，' || coalesce(w.title_zh, w.title), e.description) as description_zh,
           e.quantity, e.amount
    from erp.cost_entry e
    left join erp.work_order w on w.id = e.work_order_id
    left join erp.item i on i.id = e.item_id
    left join erp.engineer g on g.id = e.engineer_id
    where e.contract_id = :id
    order by e.posted_at desc, e.id desc
    limit :limit
""")


def cost_lines(database: Database, contract_id: int, *, limit: int = 1000) -> tuple[CostLine, ...]:
    """The latest lines of the contract's cost ledger, newest first."""
    with database.read() as session:
        return tuple(
            CostLine(
                posted_at=row.posted_at,
                cost_type=row.cost_type,
                work_order_id=row.work_order_id,
                work_order=row.number,
                description=row.description or "",
                description_zh=row.description_zh,
                quantity=row.quantity,
                amount=row.amount,
            )
            for row in session.execute(_LINES, {"id": contract_id, "limit": limit})
        )
