"""What the papers of the store say: the moves of a day for the hand-over, read as one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import text

from db.session import Database
from desktop.domain.text import pick


@dataclass(frozen=True)
class Store:
    """The reader's place of work: its name in the language in force and its time zone."""

    name: str
    zone: ZoneInfo

    def today(self) -> date:
        return datetime.now(UTC).astimezone(self.zone).date()


@dataclass(frozen=True)
class DaysMove:
    """One move of a day; quantity in the item's unit, amount in the company's currency, none for who reads no costs."""

    posted_at: datetime
    document_type: str
    number: str
    item_code: str
    item_name: str
    quantity: Decimal
    unit: str
    from_place: str
    to_place: str
    amount: Decimal | None
    by: str
    order: str


def store_of(database: Database) -> Store:
    """The first of the reader's units; the top of the company for somebody who has none."""
    with database.read() as session:
        row = session.execute(text(_STORE)).one()
    return Store(pick(row.name, row.name_zh), ZoneInfo(row.time_zone))


def moves_of_day(database: Database, store: Store, day: date) -> Sequence[DaysMove]:
    """Everything posted on that day in the reader's scope, in its order. Names in the language in force."""
    with database.read() as session:
        rows = session.execute(text(_MOVES), {"day": day, "zone": store.zone.key}).all()
    return tuple(
        DaysMove(
            row.posted_at.astimezone(store.zone), row.document_type, row.number, row.code,
            pick(row.name, row.name_zh), Decimal(str(row.quantity)), pick(row.uom, row.uom_zh),
            pick(row.from_name, row.from_name_zh) if row.from_name else row.from_code,
            pick(row.to_name, row.to_name_zh) if row.to_name else row.to_code,
            row.amount, pick(row.by_name or "", row.by_name_zh), row.order_number or "",
        )
        for row in rows
    )  # fmt: skip


_STORE = """
    select u.name, u.name_zh, u.time_zone
    from erp.org_unit u
    left join erp.user_unit g on g.org_unit_id = u.id and g.user_id = erp.my_user_id()
        and current_date between g.valid_from and coalesce(g.valid_to, 'infinity')
    order by g.user_id nulls last, u.parent_id nulls first, u.id
    limit 1
"""
_MOVES = """
    select m.posted_at, d.document_type, d.number, i.code, i.name, i.name_zh, m.quantity,
           n.name as uom, n.name_zh as uom_zh, f.code as from_code, t.code as to_code,
           case when not f.stocked then f.name end as from_name, f.name_zh as from_name_zh,
           case when not t.stocked then t.name end as to_name, t.name_zh as to_name_zh,
           erp.visible_move_amount(m.id) as amount,
           a.display_name as by_name, a.display_name_zh as by_name_zh, o.number as order_number
    from erp.stock_move m
    join erp.stock_document d on d.id = m.document_id
    join erp.item i on i.id = m.item_id
    join erp.unit_of_measure n on n.code = i.uom
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    left join erp.app_user a on a.id = m.posted_by
    left join erp.work_order o on o.id = m.work_order_id
    where m.posted_at >= cast(:day as date)::timestamp at time zone cast(:zone as text)
        and m.posted_at < (cast(:day as date) + 1)::timestamp at time zone cast(:zone as text)
    order by m.posted_at, m.id
"""


def rows_to_label(database: Database, what: str, codes: Sequence[str] = ()) -> Sequence[int]:
    """Ids of parts, places or machines that the reader sees; only those of `codes` where some are given."""
    with database.read() as session:
        rows = session.execute(text(_LABELLED[what]), {"codes": list(codes), "every": not codes})
        return tuple(rows.scalars())


LABELLED = {"items": "items", "locations": "stock_locations", "lots": "lots", "assets": "assets"}
"""What has labels, and the list of it."""
_LABELLED = {
    "items": "select id from erp.item where retired_on is null and (:every or code = any (cast(:codes as text[])))",
    "locations": "select id from erp.stock_location"
    " where retired_on is null and stocked and (:every or code = any (cast(:codes as text[])))",
    "lots": "select t.id from erp.lot t"
    " where exists (select from erp.stock_balance b where b.lot_id = t.id and b.item_id = t.item_id and b.quantity > 0)"
    " and (:every or t.code = any (cast(:codes as text[])))",
    "assets": "select id from erp.asset where :every or code = any (cast(:codes as text[]))",
}
