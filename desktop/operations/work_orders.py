"""Work orders: their form, their steps, hours and journeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import text

from db.orm.assets import Asset, FailureCode
from db.orm.contracts import Contract
from db.orm.parties import Party, Site
from db.orm.platform import OrgUnit
from db.orm.scheduling import Engineer, Skill
from db.orm.stock_items import Item
from db.orm.work_orders import JobPlan, Labour, Travel, WorkOrder, WorkOrderHistory, WorkOrderPart, WorkOrderStep
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference, Values

WORK_ORDER = RecordKind(
    key="work_order",
    model=WorkOrder,
    title="number",
    writes=(
        "org_unit_id", "title", "title_zh", "description", "kind", "priority", "asset_id", "site_id", "customer_id",
        "contract_id", "job_plan_id", "skill_id", "skill_level", "engineer_id", "planned_minutes", "due_at",
        "problem_code_id", "cause_code_id", "remedy_code_id", "confirmed_by", "note", "custom",
    ),
    reads=(
        "company_id", "number", "state", "reported_at", "planned_start", "planned_end", "started_at", "finished_at",
        "closed_at", "source", "created_at", "updated_at",
    ),
    fills=("number",),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "asset_id": Reference(model=Asset, lookup="assets"),
        "site_id": Reference(model=Site, lookup="sites"),
        "customer_id": Reference(model=Party, lookup="customers"),
        "contract_id": Reference(model=Contract, lookup="contracts", code="number"),
        "job_plan_id": Reference(model=JobPlan, lookup="job_plans"),
        "skill_id": Reference(model=Skill, lookup="skills"),
        "engineer_id": Reference(model=Engineer, lookup="engineers"),
        "problem_code_id": Reference(model=FailureCode, lookup="failure_codes"),
        "cause_code_id": Reference(model=FailureCode, lookup="failure_codes"),
        "remedy_code_id": Reference(model=FailureCode, lookup="failure_codes"),
    },
    lines=(
        LineKind(
            name="steps",
            model=WorkOrderStep,
            parent="work_order_id",
            columns=("line_no", "name", "name_zh", "mandatory", "done", "note"),
            order="line_no",
            numbered=True,
        ),
        LineKind(
            name="parts",
            model=WorkOrderPart,
            parent="work_order_id",
            columns=("item_id", "quantity"),
            order="id",
            references={"item_id": Reference(model=Item, lookup="items")},
        ),
        LineKind(
            name="labour",
            model=Labour,
            parent="work_order_id",
            columns=("engineer_id", "period", "labour_type", "hourly_rate", "amount", "state", "note"),
            order="id",
            references={"engineer_id": Reference(model=Engineer, lookup="engineers")},
            read_only=True,
        ),
        LineKind(
            name="travel",
            model=Travel,
            parent="work_order_id",
            columns=("engineer_id", "travelled_on", "distance_km", "minutes", "amount", "state", "note"),
            order="id",
            references={"engineer_id": Reference(model=Engineer, lookup="engineers")},
            read_only=True,
        ),
        LineKind(
            name="history",
            model=WorkOrderHistory,
            parent="work_order_id",
            columns=("from_state", "to_state", "reason", "changed_at", "changed_by"),
            order="id",
            read_only=True,
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A step that the reader may take: where it leads, its name, and what is still in the way (constraint names)."""

    to_state: str
    action: str
    obstacles: tuple[str, ...]


@dataclass(frozen=True)
class IssuedPart:
    """A part of the order: quantities in the item's unit, amount of what was issued in the company's currency; none
    before an issue, and for who reads no costs.
    """

    item_code: str
    item_name: str
    item_name_zh: str | None
    planned: Decimal
    issued: Decimal
    uom: str
    amount: Decimal | None


def load(database: Database, order_id: int) -> Record:
    return records.load(database, WORK_ORDER, order_id)


def blank(database: Database, values: Values | None = None) -> Record:
    return records.blank(database, WORK_ORDER, values)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, WORK_ORDER, record, draft)


def steps(database: Database, order_id: int) -> tuple[Step, ...]:
    """The steps open to this person, in the order of the work."""
    with database.read() as session:
        rows = session.execute(text("select * from api.work_order_steps(:id)"), {"id": order_id})
        return tuple(Step(row.to_state, row.action, tuple(row.obstacles)) for row in rows)


def take_step(
    database: Database, record: Record, to_state: str, *, reason: str | None = None
) -> tuple[Record, Changes]:
    """Move an order to its next state. Raises a UserError that names what is missing or who may do it."""
    with database.write() as session:
        session.execute(
            text("select api.change_work_order_state(:id, :version, :wanted, :reason)"),
            {"id": record.id, "version": record.version, "wanted": to_state, "reason": reason},
        )
    changes = Changes.of(work_order=[record.id or 0], booking=(), reservation=(), stock_balance=())
    return load(database, record.id or 0), changes


def enter_labour(
    database: Database,
    *,
    order_id: int,
    engineer_id: int,
    starts: datetime,
    ends: datetime,
    labour_type: str = "normal",
    note: str | None = None,
) -> tuple[int, Changes]:
    """Enter hours (aware datetimes). They cost nothing until somebody else approves them."""
    with database.write() as session:
        entry = session.execute(
            text("select api.enter_labour(:order_id, :engineer_id, :starts, :ends, :kind, :note)"),
            {
                "order_id": order_id,
                "engineer_id": engineer_id,
                "starts": starts,
                "ends": ends,
                "kind": labour_type,
                "note": note,
            },
        ).scalar_one()
    return int(entry), Changes.of(labour=[int(entry)], work_order=[order_id])


def enter_travel(
    database: Database,
    *,
    order_id: int,
    engineer_id: int,
    day: date,
    distance_km: Decimal,
    minutes: int,
    note: str | None = None,
) -> tuple[int, Changes]:
    """Enter a journey: distance in km, time in minutes; both are priced at the engineer's rates of today."""
    with database.write() as session:
        entry = session.execute(
            text("select api.enter_travel(:order_id, :engineer_id, :day, :km, :minutes, :note)"),
            {
                "order_id": order_id,
                "engineer_id": engineer_id,
                "day": day,
                "km": distance_km,
                "minutes": minutes,
                "note": note,
            },
        ).scalar_one()
    return int(entry), Changes.of(travel=[int(entry)], work_order=[order_id])


def approve_time(database: Database, kind: Literal["labour", "travel"], entry_id: int) -> Changes:
    """Approve hours or travel: they are posted to the cost ledger of order, asset and contract."""
    with database.write() as session:
        session.execute(text("select api.approve_time(:kind, :id)"), {"kind": kind, "id": entry_id})
    return Changes.of(**{kind: [entry_id], "cost_entry": (), "contract": ()})


def reverse_time(database: Database, kind: Literal["labour", "travel"], entry_id: int, *, reason: str) -> Changes:
    """Take back hours or travel by a counter-line; the entry stays, marked as reversed."""
    with database.write() as session:
        query = text("select api.reverse_time(:kind, :id, :reason)")
        session.execute(query, {"kind": kind, "id": entry_id, "reason": reason})
    return Changes.of(**{kind: [entry_id], "cost_entry": (), "contract": ()})


def tick_step(database: Database, order_id: int, step_id: int, done: bool) -> Changes:
    """Tick a checklist step, or take the tick back; saved at once. Raises RecordNotFound where it is not yours."""
    query = text(
        "update erp.work_order_step set done = :done where id = :id and work_order_id = :order_id returning id"
    )
    with database.write() as session:
        if session.execute(query, {"id": step_id, "order_id": order_id, "done": done}).first() is None:
            raise records.RecordNotFound
    return Changes.of(work_order_step=[step_id], work_order=[order_id])


_PARTS = text("""
    select i.code, i.name, i.name_zh, i.uom,
           coalesce(p.quantity, 0) as planned, coalesce(m.quantity, 0) as issued, m.amount
    from (
        select m.item_id, sum(case when s.stocked then m.quantity else -m.quantity end) as quantity,
               sum(case when s.stocked then v.amount else -v.amount end) as amount
        from erp.stock_move m
        join erp.stock_location s on s.id = m.from_location_id
        cross join lateral erp.visible_move_amount(m.id) as v (amount)
        where m.work_order_id = :id
        group by m.item_id
    ) m
    full join (select item_id, quantity from erp.work_order_part where work_order_id = :id) p using (item_id)
    join erp.item i on i.id = item_id
    order by i.code
""")


def parts(database: Database, order_id: int) -> tuple[IssuedPart, ...]:
    """Planned against issued parts of an order; returns count against the issue."""
    with database.read() as session:
        return tuple(
            IssuedPart(
                item_code=row.code,
                item_name=row.name,
                item_name_zh=row.name_zh,
                planned=row.planned,
                issued=row.issued,
                uom=row.uom,
                amount=row.amount,
            )
            for row in session.execute(_PARTS, {"id": order_id})
        )
