"""Whether the tour's work arrived: asked from the database past the program, as the installation's owner."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from db.session import Database
from desktop.tour.hand import demand

Row = Mapping[str, Any]


def rows(database: Database, sql: str, **values: Any) -> list[Row]:
    with database.read() as session:
        return [dict(row) for row in session.execute(text(sql), values).mappings()]


def value(database: Database, sql: str, **values: Any) -> Any:
    with database.read() as session:
        return session.execute(text(sql), values).scalar()


def document_is_whole(owner: Database, document_id: int, wanted: Mapping[str, Decimal]) -> str:
    """The posted document moved exactly `wanted` (item code → quantity), and each balance that it touched equals the
    sum of its moves. Returns what was found, in words.
    """
    moved = {str(row["code"]): Decimal(str(row["quantity"])) for row in rows(owner, _MOVED, id=document_id)}
    demand(moved == dict(wanted), f"moved {_said(moved)} instead of {_said(wanted)}")
    wrong = rows(owner, _UNBALANCED, id=document_id)
    demand(not wrong, f"balances differ from their moves: {[dict(row) for row in wrong]}")
    return f"{len(moved)} moves, balances agree"


def _said(quantities: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{code} × {quantity.normalize():f}" for code, quantity in sorted(quantities.items()))


_MOVED = """
    select i.code, sum(m.quantity) as quantity
    from erp.stock_move m
    join erp.item i on i.id = m.item_id
    where m.document_id = :id
    group by i.code
"""
_UNBALANCED = """
    with touched as (
        select distinct item_id, place
        from erp.stock_move m, unnest(array[m.from_location_id, m.to_location_id]) place
        where m.document_id = :id
    ), moved as (
        select t.item_id, t.place,
               coalesce(sum(m.quantity) filter (where m.to_location_id = t.place), 0)
               - coalesce(sum(m.quantity) filter (where m.from_location_id = t.place), 0) as quantity
        from touched t
        join erp.stock_location l on l.id = t.place and l.stocked
        join erp.stock_move m on m.item_id = t.item_id and t.place in (m.from_location_id, m.to_location_id)
        group by t.item_id, t.place
    )
    select moved.item_id, moved.place, moved.quantity, coalesce(sum(b.quantity), 0) as balance
    from moved
    left join erp.stock_balance b on b.item_id = moved.item_id and b.location_id = moved.place
    group by moved.item_id, moved.place, moved.quantity
    having moved.quantity <> coalesce(sum(b.quantity), 0)
"""
