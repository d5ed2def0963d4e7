"""Parts demand by week: the records of all parts that maintenance will want, what causes them, what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text

from db.session import Database
from desktop.domain.changes import Changes

HORIZONS = (8, 12, 26)
"""How many weeks a plan can look ahead."""


@dataclass(frozen=True)
class Week:
    """One column of a record; quantities in the item's base unit."""

    week: date
    gross: Decimal
    scheduled: Decimal
    projected: Decimal
    net: Decimal
    planned_receipt: Decimal
    planned_release: Decimal
    overdue: Decimal


@dataclass(frozen=True)
class PlannedItem:
    """The record of an item in a branch. `multiple` is None where exactly what lacks is planned."""

    branch_id: int
    branch: str
    branch_zh: str | None
    item_id: int
    code: str
    name: str
    name_zh: str | None
    uom: str
    uom_zh: str
    lead_days: int
    multiple: Decimal | None
    on_hand: Decimal
    weeks: tuple[Week, ...]

    @property
    def key(self) -> tuple[int, int]:
        """What tells the record from all others."""
        return self.branch_id, self.item_id

    @property
    def gross(self) -> Decimal:
        return sum((each.gross for each in self.weeks), Decimal(0))

    @property
    def net(self) -> Decimal:
        return sum((each.net for each in self.weeks), Decimal(0))

    def release_until(self, week: date) -> Decimal:
        """What is to be ordered up to that week."""
        return sum((each.planned_release for each in self.weeks if each.week <= week), Decimal(0))


@dataclass(frozen=True)
class Branch:
    """A branch whose plan the reader may see."""

    id: int
    code: str
    name: str
    name_zh: str | None


@dataclass(frozen=True)
class PartsPlan:
    branches: tuple[Branch, ...]
    items: tuple[PlannedItem, ...]


@dataclass(frozen=True)
class Source:
    """What a record is made of: a demand ("out") or a receipt ("in") of a day.

    `kind` is "order", "visit", "purchase", "requisition" or "transit".
    """

    way: str
    kind: str
    source_id: int | None
    source: str
    title: str | None
    title_zh: str | None
    on_day: date
    week: date
    quantity: Decimal


_BRANCHES = """
    select u.id, u.code, u.name, u.name_zh
    from erp.org_unit u
    where u.kind in ('branch', 'company') and u.id in (select p.org_unit_id from api.part_plan(null, 1) p)
    order by u.code
"""

_PLAN = """
    select p.org_unit_id, u.name, u.name_zh, p.item_id, i.code, i.name, i.name_zh, i.uom, m.name_zh,
           p.lead_days, p.multiple, p.on_hand, p.week, p.gross, p.scheduled, p.projected, p.net, p.planned_receipt,
           p.planned_release, p.overdue
    from api.part_plan(:unit, :weeks) p
    join erp.item i on i.id = p.item_id
    join erp.unit_of_measure m on m.code = i.uom
    join erp.org_unit u on u.id = p.org_unit_id
    order by i.code, u.code, p.week
"""
_HEAD = 12

_SOURCES = """
    select way, kind, source_id, source, title, title_zh, on_day, week, quantity
    from api.part_plan_sources(:branch, :item, :weeks)
"""


def load(database: Database, unit: int | None, weeks: int) -> PartsPlan:
    """The records of the branches that the reader reads wholly, of one unit and below it; None: of all."""
    with database.read() as session:
        rows = session.execute(text(_PLAN), {"unit": unit, "weeks": weeks}).all()
        branches = tuple(Branch(*row) for row in session.execute(text(_BRANCHES)))
    items = tuple(_item(tuple(group)) for _, group in groupby(rows, key=lambda row: (row.org_unit_id, row.item_id)))
    return PartsPlan(branches, items)


def _item(rows: Sequence[Row[Any]]) -> PlannedItem:
    return PlannedItem(*(*rows[0][:_HEAD], tuple(Week(*row[_HEAD:]) for row in rows)))


def sources(database: Database, branch: int, item: int, weeks: int) -> tuple[Source, ...]:
    """What makes up the record of an item, by day."""
    with database.read() as session:
        rows = session.execute(text(_SOURCES), {"branch": branch, "item": item, "weeks": weeks}).all()
    return tuple(Source(*row) for row in rows)


def request(
    database: Database, branch: int, items: Sequence[int], upto: date, weeks: int
) -> tuple[tuple[str, ...], Changes]:
    """Requisitions for what the plan releases up to a week, of these items. Returns their numbers, if any."""
    return request_all(database, {branch: items}, upto, weeks)


def request_all(
    database: Database, wanted: Mapping[int, Sequence[int]], upto: date, weeks: int
) -> tuple[tuple[str, ...], Changes]:
    """The same of several branches, all or nothing: `wanted` is items by branch."""
    made: list[int] = []
    with database.write() as session:
        for branch in sorted(wanted):
            made += session.execute(
                text("select api.request_parts(:branch, :items, :upto, :weeks)"),
                {"branch": branch, "items": list(wanted[branch]), "upto": upto, "weeks": weeks},
            ).scalar_one()
        numbers = session.execute(
            text("select number from erp.requisition where id = any (:ids) order by number"), {"ids": made}
        ).scalars()
        found = tuple(numbers)
    return found, Changes.of(requisition=made, requisition_line=(), reorder_status=())
