"""The warehouse at a glance: what stock is worth, how it turns, what is short, old, late, and how well it was counted.

Every figure asks tables with the reader's own rights; nothing here is worked out that a list does not show as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.session import Database

AGES = (90, 180, 365)
"""Days without consumption at which a bucket of the ageing ends."""
MONTHS = 12


@dataclass(frozen=True)
class Warehouse:
    """A unit with stock that the reader sees."""

    id: int
    code: str
    name: str
    name_zh: str | None


@dataclass(frozen=True)
class StockMonth:
    """A whole month: value at its end, what was consumed in it, turns a year over the twelve months before its end.

    Money in the company's currency; `turns` is None where the average stock was worth nothing.
    """

    month: date
    closing: Decimal
    consumed: Decimal
    turns: Decimal | None


@dataclass(frozen=True)
class CountMonth:
    """Posted counts of a month: lines counted, and how many of them agreed with the books."""

    month: date
    lines: int
    right: int


@dataclass(frozen=True)
class Orders:
    """Purchase orders that are still owed: how many, worth what in `currency` without tax, and how many are late."""

    number: int
    late: int
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Touchless:
    """Suppliers' invoices posted within twelve months, and how many of them nobody had to step in for."""

    invoices: int
    touchless: int

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.touchless) / self.invoices if self.invoices else None


@dataclass(frozen=True)
class Overview:
    """All figures of the page. `ages` is value by bucket (index into AGES, last: older) and ABC class ('' = none);
    `touchless` is None for who may not read invoices.
    """

    warehouses: tuple[Warehouse, ...]
    value: Decimal
    months: tuple[StockMonth, ...]
    turns_target: Decimal | None
    short: int
    requested: int
    ages: Mapping[tuple[int, str], Decimal]
    slow: Decimal
    obsolete: Decimal
    counts: tuple[CountMonth, ...]
    accuracy_target: Decimal | None
    orders: Orders
    touchless: Touchless | None
    since: date
    computed_at: date | None

    @property
    def turns(self) -> Decimal | None:
        """Turns a year at the end of the last whole month."""
        return self.months[-1].turns if self.months else None

    @property
    def accuracy(self) -> Decimal | None:
        """Counted lines that agreed, as a share of all; None where nothing was counted."""
        lines = sum(each.lines for each in self.counts)
        return Decimal(sum(each.right for each in self.counts)) / lines if lines else None


_WITHIN = """
    (cast(:unit as integer) is null or {row}.org_unit_id in (
        select c.descendant_id from erp.org_unit_closure c where c.ancestor_id = :unit))
"""

_WAREHOUSES = """
    select u.id, u.code, u.name, u.name_zh
    from erp.org_unit u
    where u.id in (select p.org_unit_id from erp.item_plan p)
    order by u.code
"""

_VALUE = f"""
    select coalesce(sum(p.stock_value), 0), max(p.computed_at)::date
    from erp.item_plan p
    where {_WITHIN.format(row="p")}
"""

# A warehouse with fewer than twelve months counts with its consumption brought to a year, as on the turnover page.
_MONTHS = f"""
    select t.month, sum(t.closing), sum(t.consumed),
           round(sum(t.consumed_12 * 12 / t.n) / nullif(sum(t.average_12), 0), 2)
    from (select x.*, least(row_number() over (partition by x.org_unit_id order by x.month), 12) as n
          from erp.stock_turnover x) t
    where t.month >= :since and {_WITHIN.format(row="t")}
    group by t.month
    order by t.month
"""

# One target for all that is shown: the one at or above the chosen unit, or the only one there is.
_TARGET = """
    select k.target
    from erp.kpi_target k
    left join erp.org_unit_closure c on c.ancestor_id = k.org_unit_id and c.descendant_id = :unit
    where k.kpi = :kpi and (cast(:unit as integer) is null or c.depth is not null)
    order by c.depth nulls last, k.org_unit_id
    limit 1
"""

_SHORT = f"""
    select count(*), count(s.requisition_line_id)
    from erp.reorder_status s
    where s.shortage > 0 and {_WITHIN.format(row="s")}
"""

_AGES = f"""
    select width_bucket(p.idle_days, cast(:ages as integer[])), coalesce(i.abc_class, ''), sum(p.stock_value)
    from erp.item_plan p
    join erp.item i on i.id = p.item_id
    where p.stock_value <> 0 and {_WITHIN.format(row="p")}
    group by 1, 2
"""

_IDLE = f"""
    select coalesce(sum(p.stock_value) filter (where p.ageing = 'slow'), 0),
           coalesce(sum(p.stock_value) filter (where p.ageing = 'obsolete'), 0)
    from erp.item_plan p
    where {_WITHIN.format(row="p")}
"""

_COUNTS = "select month, lines, agreed from api.count_accuracy(:unit, :since)"

_ORDERS = f"""
    select count(distinct o.id),
           count(distinct o.id) filter (where coalesce(l.promised_on, o.promised_on) < current_date),
           coalesce(sum((l.quantity - l.received) * l.unit_price), 0), o.currency
    from erp.purchase_order o
    join erp.purchase_order_line l on l.purchase_order_id = o.id and l.received < l.quantity
    where o.state in ('ordered', 'part_received') and {_WITHIN.format(row="o")}
    group by o.currency
    order by 3 desc
    limit 1
"""

# As api.touchless_rate counts, for the chosen warehouse.
_TOUCHLESS = f"""
    select count(*), count(*) filter (where i.touches = 0 and i.state = 'posted')
    from erp.supplier_invoice i
    join erp.org_unit u on u.id = i.org_unit_id
    where i.kind = 'invoice' and (i.posted_at at time zone u.time_zone)::date >= :since and {_WITHIN.format(row="i")}
"""
_MAY_INVOICES = "select has_table_privilege('api.touchless_rate', 'select')"


def overview(database: Database, unit: int | None = None) -> Overview:
    """The figures of one unit and what lies below it; None: of all that the reader sees."""
    today = date.today()
    since = date(today.year - 1, today.month, 1)
    with database.read() as session:
        value, computed = session.execute(text(_VALUE), {"unit": unit}).one()
        short, requested = session.execute(text(_SHORT), {"unit": unit}).one()
        slow, obsolete = session.execute(text(_IDLE), {"unit": unit}).one()
        ages = session.execute(text(_AGES), {"unit": unit, "ages": list(AGES)}).all()
        orders = session.execute(text(_ORDERS), {"unit": unit}).one_or_none()
        return Overview(
            warehouses=tuple(Warehouse(*row) for row in session.execute(text(_WAREHOUSES))),
            value=value,
            months=_rows(session, _MONTHS, StockMonth, unit=unit, since=since),
            turns_target=_target(session, "stock_turns", unit),
            short=short,
            requested=requested,
            ages={(int(bucket), abc): amount for bucket, abc, amount in ages},
            slow=slow,
            obsolete=obsolete,
            counts=_rows(session, _COUNTS, CountMonth, unit=unit, since=since),
            accuracy_target=_target(session, "count_accuracy", unit),
            orders=Orders(*orders) if orders is not None else Orders(0, 0, Decimal(0), "CNY"),
            touchless=(
                Touchless(*session.execute(text(_TOUCHLESS), {"unit": unit, "since": since}).one())
                if session.execute(text(_MAY_INVOICES)).scalar()
                else None
            ),
            since=since,
            computed_at=computed,
        )


def _rows(session: Session, query: str, made: Any, **values: object) -> tuple[Any, ...]:
    return tuple(made(*row) for row in session.execute(text(query), values))


def _target(session: Session, kpi: str, unit: int | None) -> Decimal | None:
    found: Decimal | None = session.execute(text(_TARGET), {"kpi": kpi, "unit": unit}).scalar()
    return found
