"""What the stock lists ask about their rows: what their labels say, and which part lies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from db.session import Database
from desktop.domain.text import pick


@dataclass(frozen=True)
class Tag:
    """What a label says: the code that is scanned, a name and a quiet line."""

    code: str
    name: str
    detail: str


_TAGS = {
    "items": "select i.code, i.name, i.name_zh, coalesce(i.maker_code, c.name, i.category) as detail,"
    " coalesce(i.maker_code, c.name_zh) as detail_zh"
    " from erp.item i left join erp.item_category c on c.id = i.category_id where i.id = any (:ids) order by i.code",
    "stock_locations": "select l.code, l.name, l.name_zh, l.path as detail"
    " from erp.stock_location l where l.id = any (:ids) order by l.code",
    "stock_on_hand": "select coalesce(t.code, i.code) as code, i.name, i.name_zh,"
    " case when t.code is null then l.code else i.code || ' · ' || l.code end as detail"
    " from erp.stock_balance b join erp.item i on i.id = b.item_id join erp.stock_location l on l.id = b.location_id"
    " left join erp.lot t on t.id = b.lot_id where b.id = any (:ids) order by 1",
    "lots": "select t.code, i.name, i.name_zh, concat_ws(' · ', i.code, t.expires_on) as detail"
    " from erp.lot t join erp.item i on i.id = t.item_id where t.id = any (:ids) order by 1",
    "assets": "select a.code, a.name, a.name_zh, concat_ws(' · ', a.maker, a.model, a.serial_number) as detail"
    " from erp.asset a where a.id = any (:ids) order by a.code",
}
_SAME = {"stock_blocked": "stock_on_hand"}
"""Lists of the same rows under another condition."""


def tags(database: Database, kind: str, ids: Sequence[int]) -> tuple[Tag, ...]:
    """What the labels of some rows say. `kind`: items, stock_locations, lots, stock_on_hand or assets."""
    with database.read() as session:
        rows = session.execute(text(_TAGS[_SAME.get(kind, kind)]), {"ids": list(ids)}).all()
    return tuple(
        Tag(row.code, pick(row.name, row.name_zh), pick(row.detail or "", getattr(row, "detail_zh", None)))
        for row in rows
    )


def item_of_balance(database: Database, balance_id: int) -> int | None:
    """The part that lies there."""
    with database.read() as session:
        found = session.execute(
            text("select item_id from erp.stock_balance where id = :id"), {"id": balance_id}
        ).scalar()
    return int(found) if found is not None else None
