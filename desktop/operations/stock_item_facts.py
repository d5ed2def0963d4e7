"""What stands on the tabs of an item's card: where it lies, its lots, its moves, its prices, its reorder rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from db.session import Database
from desktop.domain.changes import Changes

MOST_MOVES = 300
"""So many of the latest moves a card shows; the list of moves has them all."""


@dataclass(frozen=True)
class Lies:
    """Stock of the item in one place, of one lot and owner, in one condition."""

    location_id: int
    place: str
    name: str
    name_zh: str | None
    lot: str
    condition: str
    owner: str
    quantity: Decimal
    reserved: Decimal


@dataclass(frozen=True)
class LotFact:
    """A lot or a piece; `quantity` what is there of it, `asset` where a piece is built in."""

    lot_id: int
    code: str
    state: str | None
    expires_on: date | None
    quantity: Decimal
    asset: str
    made_on: date


@dataclass(frozen=True)
class MoveFact:
    """One move; `quantity` as it was entered in the base unit, with its way."""

    document_id: int
    at: datetime
    number: str
    kind: str
    source: str
    target: str
    lot: str
    quantity: Decimal
    reason: str


@dataclass(frozen=True)
class PriceFact:
    """A price of a supplier, or what was paid last (`ordered_on` then)."""

    price_id: int | None
    order_id: int | None
    order: str
    supplier: str
    supplier_zh: str | None
    supplier_code: str
    min_quantity: Decimal
    unit_price: Decimal
    currency: str
    lead_time_days: int | None
    since: date | None
    until: date | None


@dataclass(frozen=True)
class RuleFact:
    """A reorder rule with what it sees now."""

    rule_id: int
    unit: str
    unit_zh: str | None
    place: str
    min_quantity: Decimal
    max_quantity: Decimal
    multiple: Decimal
    automatic: bool
    active: bool
    projected: Decimal | None
    shortage: Decimal | None
    why: str
    why_zh: str


@dataclass(frozen=True)
class FitFact:
    """An item that fits an asset: by its class, its model, or this asset alone (`fit_id` then)."""

    item_id: int
    code: str
    name: str
    name_zh: str | None
    by: str
    by_words: str
    fit_id: int | None
    on_hand: Decimal


_BINS = text("""
    select b.location_id, l.code as place, l.name, l.name_zh, coalesce(t.code, '') as lot, b.condition,
        coalesce(p.name, '') as owner, b.quantity, b.reserved
    from erp.stock_balance b
    join erp.stock_location l on l.id = b.location_id
    left join erp.lot t on t.id = b.lot_id
    left join erp.party p on p.id = b.owner_id
    where b.item_id = :item and b.quantity <> 0
    order by l.code, t.code, b.condition
""")
_LOTS = text("""
    select t.id as lot_id, t.code, t.state, t.expires_on, coalesce(sum(b.quantity), 0) as quantity,
        coalesce(a.code, '') as asset, t.created_at::date as made_on
    from erp.lot t
    left join erp.stock_balance b on b.item_id = t.item_id and b.lot_id = t.id
    left join erp.asset a on a.id = t.asset_id
    where t.item_id = :item
    group by t.id, a.code
    order by coalesce(sum(b.quantity), 0) = 0, t.expires_on nulls last, t.code
    limit 500
""")
_MOVES = text("""
    select m.document_id, m.effective_at as at, d.number,
        case when d.reverses_id is null then d.document_type else 'reversal' end as kind,
        f.code as source, case when t.stocked then t.code else coalesce(w.number, t.code) end as target,
        coalesce(l.code, '') as lot,
        case when f.stocked and not t.stocked then -m.quantity else m.quantity end as quantity,
        coalesce(m.reason, d.reason, '') as reason
    from erp.stock_move m
    join erp.stock_document d on d.id = m.document_id
    join erp.stock_location f on f.id = m.from_location_id
    join erp.stock_location t on t.id = m.to_location_id
    left join erp.lot l on l.id = m.lot_id
    left join erp.work_order w on w.id = m.work_order_id
    where m.item_id = :item
    order by m.id desc
    limit :most
""")
_PRICES = text("""
    select * from (
        select s.id as price_id, null::bigint as order_id, '' as "order", p.name as supplier, p.name_zh as supplier_zh,
            coalesce(s.supplier_code, '') as supplier_code, s.min_quantity, s.unit_price, s.currency::text as currency,
            s.lead_time_days, s.valid_from as since, s.valid_to as until
        from erp.supplier_price s
        join erp.party p on p.id = s.supplier_id
        where s.item_id = :item and coalesce(s.valid_to, current_date) >= current_date
        order by s.valid_from > current_date, s.unit_price, s.id) prices
    union all
    select * from (
        select null::bigint, o.id, o.number, p.name, p.name_zh, '', l.quantity, l.unit_price, o.currency::text,
            null::integer, o.ordered_on, null::date
        from erp.purchase_order_line l
        join erp.purchase_order o on o.id = l.purchase_order_id
        join erp.party p on p.id = o.supplier_id
        where l.item_id = :item
        order by o.ordered_on desc nulls last, l.id desc
        limit 20) orders
""")
_RULES = text("""
    select r.id as rule_id, u.name as unit, u.name_zh as unit_zh, coalesce(l.code, '') as place, r.min_quantity,
        r.max_quantity, r.multiple, r.automatic, r.active, s.projected, s.shortage, coalesce(s.why, '') as why,
        coalesce(s.why_zh, '') as why_zh
    from erp.reorder_rule r
    join erp.org_unit u on u.id = r.org_unit_id
    left join erp.stock_location l on l.id = r.location_id
    left join erp.reorder_status s on s.id = r.id
    where r.item_id = :item
    order by r.active desc, u.code, l.code
""")
_FITTING = text("""
    select i.id as item_id, i.code, i.name, i.name_zh,
        case when f.asset_id is not null then 'asset' when f.model is not null then 'model' else 'class' end as by,
        coalesce(f.model, k.name, '') as by_words, case when f.asset_id is not null then f.id end as fit_id,
        coalesce((select sum(b.quantity) from erp.stock_balance b
                  where b.item_id = i.id and b.condition = 'good' and b.owner_id is null), 0) as on_hand
    from erp.asset a
    join erp.item_fit f on f.asset_id = a.id or f.asset_id is null
        and (f.model is null or f.model = a.model) and (f.asset_class_id is null or f.asset_class_id = a.asset_class_id)
    join erp.item i on i.id = f.item_id and i.retired_on is null
    left join erp.asset_class k on k.id = f.asset_class_id
    where a.id = :asset
    order by f.asset_id is null, i.code, f.id
    limit 300
""")
_ADD_FIT = text("insert into erp.item_fit (item_id, asset_id) values (:item, :asset)")
_DROP_FIT = text("delete from erp.item_fit where id = :fit and asset_id is not null")
FIT_KEEPERS = frozenset({"steward", "buyer"})
"""Whose job fits are, as the grants say (a test compares)."""


def bins(session: Session, item_id: int) -> tuple[Lies, ...]:
    """Where it lies, by place."""
    return tuple(Lies(**row) for row in _rows(session, _BINS, item_id))


def lots(session: Session, item_id: int) -> tuple[LotFact, ...]:
    """Its lots and pieces; what is there first, the first to expire at the top."""
    return tuple(LotFact(**row) for row in _rows(session, _LOTS, item_id))


def moves(session: Session, item_id: int) -> tuple[MoveFact, ...]:
    """Its latest moves."""
    return tuple(MoveFact(**row) for row in _rows(session, _MOVES, item_id, most=MOST_MOVES))


def prices(session: Session, item_id: int) -> tuple[PriceFact, ...]:
    """What suppliers ask today and later, then what was ordered last."""
    return tuple(PriceFact(**row) for row in _rows(session, _PRICES, item_id))


def rules(session: Session, item_id: int) -> tuple[RuleFact, ...]:
    """Its reorder rules with what they see now."""
    return tuple(RuleFact(**row) for row in _rows(session, _RULES, item_id))


def _rows(session: Session, query: TextClause, item_id: int, **more: Any) -> Any:
    return session.execute(query, {"item": item_id, **more}).mappings()


def fitting(database: Database, asset_id: int) -> tuple[FitFact, ...]:
    """The items that fit an asset, those named for it alone first."""
    with database.read() as session:
        return tuple(FitFact(**row) for row in session.execute(_FITTING, {"asset": asset_id}).mappings())


def add_fit(database: Database, item_id: int, asset_id: int) -> Changes:
    """This item fits this one asset."""
    with database.write() as session:
        session.execute(_ADD_FIT, {"item": item_id, "asset": asset_id})
    return Changes({"item_fit": frozenset(), "item": frozenset({item_id})})


def drop_fit(database: Database, fit_id: int) -> Changes:
    """It does not fit that one asset; what fits by class or model is changed on the item."""
    with database.write() as session:
        session.execute(_DROP_FIT, {"fit": fit_id})
    return Changes({"item_fit": frozenset()})
