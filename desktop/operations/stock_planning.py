"""Planning stock: have the figures worked out, take what they suggest, ask for what is short, decide on scrap."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from db.orm.platform import OrgUnit
from db.orm.stock import StockLocation
from db.orm.stock_items import Item
from db.orm.stock_planning import KpiTarget, ReorderRule
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, Record, RecordKind, Reference
from desktop.operations.stock import exactly_once
from desktop.operations.stock_values import Preview, previewed

CHANGES_SHOWN = 500

REORDER_RULE = RecordKind(
    key="reorder_rule",
    model=ReorderRule,
    title="min_quantity",
    writes=(
        "item_id", "org_unit_id", "location_id", "method", "min_quantity", "max_quantity", "multiple",
        "lead_time_days", "automatic", "active", "note",
    ),
    reads=("company_id",),
    references={
        "item_id": Reference(model=Item, lookup="items"),
        "location_id": Reference(model=StockLocation, lookup="stock_locations"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
)  # fmt: skip


KPI_TARGET = RecordKind(
    key="kpi_target",
    model=KpiTarget,
    title="kpi",
    writes=("org_unit_id", "kpi", "target"),
    reads=("company_id",),
    references={"org_unit_id": Reference(model=OrgUnit, lookup="org_units")},
)


@dataclass(frozen=True)
class Cell:
    """One field of the ABC × XYZ matrix; `xyz` is empty for items without consumption. Amount in company currency."""

    abc: str
    xyz: str
    items: int
    changed: int
    amount: Decimal


@dataclass(frozen=True)
class ClassChange:
    """An item whose class would change; amount in company currency, shares of 1."""

    item_id: int
    code: str
    name: str
    name_zh: str | None
    place: int
    abc_old: str | None
    abc_new: str
    xyz: str | None
    amount: Decimal
    share: Decimal
    cumulative: Decimal


@dataclass(frozen=True)
class AbcRun:
    """A classification: what it was made with, its matrix and who changes class (the most valuable first)."""

    id: int
    number: str
    state: str
    unit: str
    unit_zh: str | None
    until: date
    months: int
    abc_a: Decimal
    abc_b: Decimal
    xyz_x: Decimal
    xyz_y: Decimal
    applied_at: datetime | None
    cells: tuple[Cell, ...]
    changes: tuple[ClassChange, ...]

    def cell(self, abc: str, xyz: str) -> Cell:
        """The field of that pair; an empty one where no item falls into it."""
        for one in self.cells:
            if (one.abc, one.xyz) == (abc, xyz):
                return one
        return Cell(abc, xyz, 0, 0, Decimal(0))

    @property
    def changed(self) -> int:
        """How many items would get another class."""
        return sum(one.changed for one in self.cells)


@dataclass(frozen=True)
class DisposalLine:
    """One balance that is proposed for scrap; the amount at average cost."""

    line_no: int
    item_id: int
    item: str
    name: str
    name_zh: str | None
    location: str
    lot: str | None
    condition: str
    quantity: Decimal
    uom: str
    amount: Decimal
    idle_days: int


@dataclass(frozen=True)
class Disposal:
    """A proposal with its lines. `mine` = the reader made it."""

    id: int
    number: str
    state: str
    reason: str
    mine: bool
    proposed_by: str | None
    proposed_by_zh: str | None
    decided_by: str | None
    decided_by_zh: str | None
    decided_at: datetime | None
    decision: str | None
    document_id: int | None
    document: str | None
    lines: tuple[DisposalLine, ...]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class TurnoverMonth:
    """One whole month of a warehouse; turns a year and days are None where there was no stock or no consumption."""

    month: date
    unit_id: int
    unit: str
    unit_zh: str | None
    consumed: Decimal
    closing: Decimal
    consumed_12: Decimal
    average_12: Decimal
    turns: Decimal | None
    days: Decimal | None
    target: Decimal | None


def load_rule(database: Database, rule_id: int) -> Record:
    return records.load(database, REORDER_RULE, rule_id)


def save_rule(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, REORDER_RULE, record, draft)


def load_target(database: Database, target_id: int) -> Record:
    return records.load(database, KPI_TARGET, target_id)


def save_target(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, KPI_TARGET, record, draft)


def analyse(database: Database, until: date | None = None) -> tuple[int, Changes]:
    """Work the reader's units out anew, up to the month of `until`. Returns how many items of warehouses there are."""
    with database.write() as session:
        count = session.execute(text("select api.analyse_stock(:until)"), {"until": until}).scalar_one()
    return int(count), Changes.of(item_plan=(), item_demand=(), stock_turnover=(), reorder_rule=(), reorder_status=())


def request_shortages(database: Database, rule_ids: Sequence[int]) -> tuple[tuple[str, ...], Changes]:
    """Ask for what the rules are short of, one requisition per unit and supplier. Returns their numbers."""
    with database.write() as session:
        made = session.execute(text("select api.request_shortages(:rules)"), {"rules": list(rule_ids)}).scalar_one()
        numbers = session.execute(
            text("select number from erp.requisition where id = any (:ids) order by number"), {"ids": made}
        ).scalars()
        found = tuple(numbers)
    return found, Changes.of(requisition=made, requisition_line=(), reorder_status=rule_ids)


def accept_suggestions(database: Database, plan_ids: Sequence[int]) -> tuple[int, Changes]:
    """Take suggested minima and maxima into the rules; missing rules are made. Returns how many rules were written."""
    with database.write() as session:
        rules = session.execute(text("select api.accept_suggestions(:ids)"), {"ids": list(plan_ids)}).scalar_one()
    return len(rules), Changes.of(reorder_rule=rules, reorder_status=rules)


def propose_disposal(database: Database, plan_ids: Sequence[int], reason: str) -> tuple[tuple[int, ...], Changes]:
    """Propose for scrap what is free of these items in their warehouses. Returns the proposals, one a warehouse."""
    with database.write() as session:
        made = session.execute(
            text("select api.propose_disposal(:ids, :reason)"), {"ids": list(plan_ids), "reason": reason}
        ).scalar_one()
    return tuple(made), Changes.of(disposal=made)


def load_disposal(database: Database, disposal_id: int) -> Disposal | None:
    """None where it is not this person's to see."""
    with database.read() as session:
        head = session.execute(text(_DISPOSAL), {"id": disposal_id}).one_or_none()
        lines = session.execute(text(_DISPOSAL_LINES), {"id": disposal_id}).all()
    return None if head is None else Disposal(*(*head, tuple(DisposalLine(*line) for line in lines)))


def preview_disposal(database: Database, disposal_id: int, day: date) -> Preview:
    """What scrapping it on that earlier day would do."""
    return previewed(database, "select api.preview_disposal(:id, :day)", id=disposal_id, day=day)


def approve_disposal(
    database: Database, key: UUID, disposal_id: int, note: str, day: date | None = None
) -> tuple[int, Changes]:
    """Scrap what was proposed, on `day` or now, exactly once per key. Returns the stock document."""

    def post() -> int:
        with database.write() as session:
            answer = session.execute(
                text("select api.approve_disposal_on(:key, :id, :day, :note)"),
                {"key": key, "id": disposal_id, "day": day, "note": note},
            ).scalar_one()
        return int(answer["document_id"])

    document = exactly_once(post)
    return document, Changes.of(
        disposal=[disposal_id], stock_document=[document], stock_move=(), stock_balance=(), item_cost=()
    )


def close_disposal(database: Database, disposal_id: int, reason: str) -> Changes:
    """Turn a proposal down, or take one's own back."""
    with database.write() as session:
        session.execute(text("select api.close_disposal(:id, :reason)"), {"id": disposal_id, "reason": reason})
    return Changes.of(disposal=[disposal_id])


@dataclass(frozen=True)
class Classifying:
    """What a classification is made with; what is left out is the company's own, twelve months up to now."""

    abc_a: Decimal | None = None
    abc_b: Decimal | None = None
    xyz_x: Decimal | None = None
    xyz_y: Decimal | None = None
    months: int | None = None
    until: date | None = None

    def as_json(self) -> str:
        wanted = {key: str(value) for key, value in asdict(self).items() if value is not None}
        return json.dumps(wanted)


def start_abc(database: Database, wanted: Classifying | None = None) -> tuple[int, Changes]:
    """Classify anew; nothing is written into items yet. Cut-offs are shares of 1. Returns the run."""
    with database.write() as session:
        made = session.execute(
            text("select api.start_abc(cast(:request as jsonb))"), {"request": (wanted or Classifying()).as_json()}
        ).scalar_one()
    return int(made), Changes.of(abc_run=[int(made)])


def load_abc(database: Database, run_id: int) -> AbcRun | None:
    """None where it is not this person's to see."""
    with database.read() as session:
        head = session.execute(text(_RUN), {"id": run_id}).one_or_none()
        cells = session.execute(text(_CELLS), {"id": run_id}).all()
        changes = session.execute(text(_CHANGES), {"id": run_id, "limit": CHANGES_SHOWN}).all()
    if head is None:
        return None
    return AbcRun(*(*head, tuple(Cell(*cell) for cell in cells), tuple(ClassChange(*row) for row in changes)))


def apply_abc(database: Database, run_id: int) -> tuple[int, Changes]:
    """Write the classes into the items. Returns how many changed."""
    with database.write() as session:
        count = session.execute(text("select api.apply_abc(:id)"), {"id": run_id}).scalar_one()
    return int(count), Changes.of(abc_run=[run_id], item=())


def discard_abc(database: Database, run_id: int) -> Changes:
    with database.write() as session:
        session.execute(text("select api.discard_abc(:id)"), {"id": run_id})
    return Changes.of(abc_run=[run_id])


def turnover(database: Database, months: int = 24) -> tuple[TurnoverMonth, ...]:
    """The last whole months with stock of the reader's warehouses, by warehouse, oldest first; before them those of all
    together (unit ALL_UNITS) where there are several.
    """
    with database.read() as session:
        rows = session.execute(text(_TURNOVER), {"months": months}).all()
        several = len({row.org_unit_id for row in rows}) > 1
        whole = session.execute(text(_TURNOVER_ALL), {"months": months}).all() if several else ()
    return tuple(TurnoverMonth(*row) for row in (*whole, *rows))


_DISPOSAL = """
    select d.id, d.number, d.state, d.reason, d.proposed_by = erp.my_user_id(), p.display_name, p.display_name_zh,
           e.display_name, e.display_name_zh, d.decided_at, d.decision, d.document_id, s.number
    from erp.disposal d
    left join erp.app_user p on p.id = d.proposed_by
    left join erp.app_user e on e.id = d.decided_by
    left join erp.stock_document s on s.id = d.document_id
    where d.id = :id
"""

_DISPOSAL_LINES = """
    select l.line_no, l.item_id, i.code, i.name, i.name_zh, p.code, t.code, l.condition, l.quantity, i.uom, l.amount,
           l.idle_days
    from erp.disposal_line l
    join erp.item i on i.id = l.item_id
    join erp.stock_location p on p.id = l.location_id
    left join erp.lot t on t.id = l.lot_id
    where l.disposal_id = :id
    order by l.line_no
"""

_RUN = """
    select r.id, r.number, r.state, u.name, u.name_zh, r.until, r.months, r.abc_a, r.abc_b, r.xyz_x, r.xyz_y,
           r.applied_at
    from erp.abc_run r
    join erp.org_unit u on u.id = r.org_unit_id
    where r.id = :id
"""

_CELLS = """
    select l.abc_new, coalesce(l.xyz_class, ''), count(*), count(*) filter (where l.abc_old is distinct from l.abc_new),
           sum(l.amount)
    from erp.abc_run_line l
    where l.abc_run_id = :id
    group by 1, 2
"""

_CHANGES = """
    select l.item_id, i.code, i.name, i.name_zh, l.place, l.abc_old, l.abc_new, l.xyz_class, l.amount, l.share,
           l.cumulative
    from erp.abc_run_line l
    join erp.item i on i.id = l.item_id
    where l.abc_run_id = :id and l.abc_old is distinct from l.abc_new
    order by l.place
    limit :limit
"""

# Months in which there was stock: a history that was taken over ends where it ended.
ALL_UNITS = 0
"""Stands for the unit in the row of all warehouses together."""

# Of all warehouses together: what they consumed in a year over what lay in them. A warehouse with fewer than twelve
# months counts with its consumption brought to a year, as in its own row; rates are never averaged.
_TURNOVER_ALL = """
    with known as (
        select t.*, least(row_number() over (partition by t.org_unit_id order by t.month), 12) as n
        from erp.stock_turnover t),
    month as (
        select k.month, sum(k.consumed) as consumed, sum(k.closing) as closing, sum(k.consumed_12) as consumed_12,
               sum(k.average_12) as average_12,
               round(sum(k.consumed_12 * 12 / k.n) / nullif(sum(k.average_12), 0), 4) as turns
        from known k
        where k.opening <> 0 or k.closing <> 0
        group by k.month
        order by k.month desc
        limit :months)
    select m.month, 0, '', null, m.consumed, m.closing, m.consumed_12, m.average_12, m.turns,
           round(365 / nullif(m.turns, 0), 1), (
               select k.target from erp.kpi_target k
               where k.kpi = 'stock_turns' and not exists (
                   select from (select distinct t.org_unit_id from erp.stock_turnover t) u
                   where not exists (select from erp.org_unit_closure c
                                     where c.ancestor_id = k.org_unit_id and c.descendant_id = u.org_unit_id))
               order by (select max(c.depth) from erp.org_unit_closure c where c.descendant_id = k.org_unit_id) desc
               limit 1)
    from month m
    order by m.month
"""

_TURNOVER = """
    select x.month, x.org_unit_id, x.name, x.name_zh, x.consumed, x.closing, x.consumed_12, x.average_12, x.turns,
           x.days, x.target
    from (
        select t.month, t.org_unit_id, u.name, u.name_zh, t.consumed, t.closing, t.consumed_12, t.average_12, t.turns,
               t.days,
               (select k.target from erp.kpi_target k
                join erp.org_unit_closure c on c.ancestor_id = k.org_unit_id and c.descendant_id = t.org_unit_id
                where k.kpi = 'stock_turns' order by c.depth limit 1) as target,
               row_number() over (partition by t.org_unit_id order by t.month desc) as back
        from erp.stock_turnover t
        join erp.org_unit u on u.id = t.org_unit_id
        where t.opening <> 0 or t.closing <> 0) x
    where x.back <= :months
    order by x.name, x.month
"""
