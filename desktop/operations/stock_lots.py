"""Lots and serial numbers: where one is, its life from receipt to scrap, and what may be done with it.

The life is read from the moves of stock and the events beside them; every act is one call of the database, made once
by its key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.orm.assets import Asset
from db.orm.parties import Party
from db.orm.stock import StockLocation
from db.orm.stock_items import Item
from db.orm.work_orders import WorkOrder
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import forms, stock, stock_values
from desktop.operations.records import Reference, Referred
from desktop.operations.stock import exactly_once
from desktop.operations.stock_values import Preview

ACTORS = {
    "install": frozenset({"clerk", "engineer", "desk", "steward"}),
    "remove": frozenset({"clerk", "engineer", "desk", "steward"}),
    "send_to_repair": frozenset({"clerk", "steward"}),
    "back_from_repair": frozenset({"clerk", "steward"}),
    "scrap": frozenset({"clerk", "steward"}),
    "expiry": frozenset({"clerk", "steward"}),
}
"""Whose job each act is, as the grants say (a test compares)."""
_IN_STATE = {
    "install": ("issued",),
    "remove": ("installed",),
    "send_to_repair": ("in_stock", "issued"),
    "back_from_repair": ("in_repair",),
    "scrap": ("in_stock", "issued", "in_repair"),
}


_REFERENCES: Mapping[str, tuple[Reference, Mapping[str, object]]] = {
    "asset_id": (Reference(model=Asset, lookup="assets"), {}),
    "supplier_id": (Reference(model=Party, lookup="suppliers"), {"is_supplier": True}),
    "location_id": (Reference(model=StockLocation, lookup="stock_locations"), {"stocked": True}),
    "work_order_id": (
        Reference(model=WorkOrder, lookup="work_orders", code="number", name="title", name_zh="title_zh"),
        {},
    ),
    "item_id": (Reference(model=Item, lookup="items"), {"tracking": "serial"}),
    "any_item_id": (Reference(model=Item, lookup="items"), {}),
}


@dataclass(frozen=True)
class LifeEntry:
    """One moment of a lot. `kind` is a document type or the kind of an event; `place` where it went."""

    at: datetime
    kind: str
    number: str
    place: str
    place_zh: str | None
    reason: str
    quantity: Decimal | None
    opens: tuple[str, int] | None
    by: str
    by_zh: str | None
    amount: Decimal | None = None


@dataclass(frozen=True)
class LotCard:
    """A lot or a single piece as it stands now. `places` are (code, condition, quantity)."""

    id: int
    code: str
    state: str | None
    expires_on: date | None
    item_id: int
    item: str
    item_name: str
    item_name_zh: str | None
    tracking: str
    uom: str
    asset_id: int | None
    asset: str
    places: tuple[tuple[str, str, Decimal], ...]
    life: tuple[LifeEntry, ...]

    def acts(self, roles: frozenset[str]) -> tuple[str, ...]:
        """What a person with these jobs may do with it now."""
        state = self.state or "issued"
        found = [act for act, states in _IN_STATE.items() if state in states and self.tracking == "serial"]
        return tuple(act for act in (*found, "expiry") if ACTORS[act] & roles)


@dataclass(frozen=True)
class InstalledPart:
    """A piece with a serial number that is built into an asset."""

    lot_id: int
    serial: str
    item_id: int
    item: str
    name: str
    name_zh: str | None
    since: datetime
    work_order: str
    work_order_id: int | None


@dataclass(frozen=True)
class Lying:
    """Stock as it lies in one place: what a change of its condition, or its receipt out of transit, is asked about."""

    balance_id: int
    item_id: int
    item: str
    name: str
    name_zh: str | None
    lot_id: int | None
    lot: str
    owner_id: int | None
    owner: str
    location_id: int
    location: str
    condition: str
    quantity: Decimal
    uom: str
    uom_zh: str | None
    digits: int


_LYING = text("""
    select b.id as balance_id, b.item_id, i.code as item, i.name, i.name_zh, b.lot_id, coalesce(t.code, '') as lot,
        b.owner_id, coalesce(p.name, '') as owner, b.location_id, l.code as location, b.condition, b.quantity,
        i.uom, u.name_zh as uom_zh, u.digits
    from erp.stock_balance b
    join erp.item i on i.id = b.item_id
    join erp.unit_of_measure u on u.code = i.uom
    join erp.stock_location l on l.id = b.location_id
    left join erp.lot t on t.id = b.lot_id
    left join erp.party p on p.id = b.owner_id
    where b.id = any (:ids) and b.quantity > 0
    order by i.code, l.code, b.id
""")
_CARD = text("""
    select t.id, t.code, t.state, t.expires_on, t.item_id, i.code as item, i.name as item_name,
        i.name_zh as item_name_zh, i.tracking, i.uom, t.asset_id, coalesce(a.code, '') as asset
    from erp.lot t
    join erp.item i on i.id = t.item_id
    left join erp.asset a on a.id = t.asset_id
    where t.id = :lot
""")
_PLACES = text("""
    select l.code, b.condition, b.quantity
    from erp.stock_balance b
    join erp.stock_location l on l.id = b.location_id
    where b.item_id = :item and b.lot_id = :lot and b.quantity <> 0
    order by l.code
""")
_LIFE = text("""
    select * from (
        select m.effective_at as at, m.id as nr,
            case when d.reverses_id is null then d.document_type else 'reversal' end as kind, d.number,
            case when t.stocked then t.code else coalesce(w.number, '') end as place,
            case when t.stocked then t.code else coalesce(w.number, '') end as place_zh,
            coalesce(m.reason, d.reason, '') as reason, m.quantity,
            'stock_document' as opens, d.id as opens_id, m.posted_by
        from erp.stock_move m
        join erp.stock_document d on d.id = m.document_id
        join erp.stock_location t on t.id = m.to_location_id
        left join erp.work_order w on w.id = m.work_order_id
        where m.item_id = :item and m.lot_id = :lot
        union all
        select e.effective_at, e.id, e.kind, coalesce(w.number, ''), coalesce(a.code, p.name, ''),
            coalesce(a.code, p.name_zh, p.name, ''), coalesce(e.reason, ''), null,
            case when e.asset_id is not null then 'asset' when e.work_order_id is not null then 'work_order' end,
            coalesce(e.asset_id, e.work_order_id), e.posted_by
        from erp.lot_event e
        left join erp.asset a on a.id = e.asset_id
        left join erp.party p on p.id = e.party_id
        left join erp.work_order w on w.id = e.work_order_id
        where e.lot_id = :lot) x
    left join (select id as person_id, display_name, display_name_zh from erp.app_user) u on u.person_id = x.posted_by
    order by x.at desc, x.nr desc
    limit 500
""")
_COSTS = {
    "stock_value_entry": text("""
        select source_id, sum(amount) as amount from erp.stock_value_entry
        where source_table = 'lot_event' and source_id = any (:events) group by source_id
    """),
    "cost_entry": text("""
        select source_id, sum(amount) as amount from erp.cost_entry
        where source_table = 'lot_event' and source_id = any (:events) group by source_id
    """),
}
"""What repairs cost, by the event: as value of the piece, and as cost of an order or a unit. Each has its readers."""
_MAY_READ = text("select has_table_privilege('erp.' || :table, 'select')")
_INSTALLED = text("""
    select t.id as lot_id, t.code as serial, i.id as item_id, i.code as item, i.name, i.name_zh,
        coalesce(e.effective_at, t.created_at) as since, coalesce(w.number, '') as work_order, w.id as work_order_id
    from erp.lot t
    join erp.item i on i.id = t.item_id
    left join lateral (
        select x.effective_at, x.work_order_id
        from erp.lot_event x
        where x.lot_id = t.id and x.asset_id = t.asset_id and x.kind = 'installed'
        order by x.id desc limit 1) e on true
    left join erp.work_order w on w.id = e.work_order_id
    where t.asset_id = :asset
    order by i.code, t.code
""")


def load(database: Database, lot_id: int) -> LotCard | None:
    """The lot with its life, latest first; None where the reader may not see the item."""
    with database.read() as session:
        found = session.execute(_CARD, {"lot": lot_id}).mappings().one_or_none()
        if found is None:
            return None
        keys = {"lot": lot_id, "item": found["item_id"]}
        places = tuple((row.code, row.condition, row.quantity) for row in session.execute(_PLACES, keys))
        moments = session.execute(_LIFE, keys).all()
        costs = _repair_costs(session, [row.nr for row in moments if row.kind == "repaired"])
        life = tuple(_entry(row, costs.get(row.nr) if row.kind == "repaired" else None) for row in moments)
    return LotCard(**found, places=places, life=life)


def _repair_costs(session: Session, events: Sequence[int]) -> dict[int, Decimal]:
    """By event what its repair cost, as far as the reader may see it."""
    found: dict[int, Decimal] = {}
    for table, query in _COSTS.items():
        if events and session.execute(_MAY_READ, {"table": table}).scalar():
            for row in session.execute(query, {"events": list(events)}):
                found[row.source_id] = found.get(row.source_id, Decimal(0)) + row.amount
    return found


def _entry(row: Any, amount: Decimal | None) -> LifeEntry:
    return LifeEntry(
        at=row.at,
        kind=row.kind,
        number=row.number,
        place=row.place,
        place_zh=row.place_zh,
        reason=row.reason,
        quantity=row.quantity,
        opens=(row.opens, row.opens_id) if row.opens else None,
        by=row.display_name or "",
        by_zh=row.display_name_zh,
        amount=amount,
    )


def installed(database: Database, asset_id: int) -> tuple[InstalledPart, ...]:
    """The single pieces that are built into an asset now."""
    with database.read() as session:
        return tuple(InstalledPart(**row) for row in session.execute(_INSTALLED, {"asset": asset_id}).mappings())


def lying(database: Database, balances: Sequence[int]) -> tuple[Lying, ...]:
    """What lies there now, of what was chosen in a list."""
    with database.read() as session:
        return tuple(Lying(**row) for row in session.execute(_LYING, {"ids": list(balances)}).mappings())


def receive_transit(
    database: Database,
    key: UUID,
    lines: Sequence[tuple[Lying, Decimal]],
    *,
    location_id: int,
    reason: str = "",
    day: date | None = None,
) -> Changes:
    """Take goods out of transit into a bin of the receiving branch: one transfer, of `day` or of now."""
    document = stock_values.dated(database, _arrival(lines, location_id, reason), day)
    return stock.post(database, key, document)[1]


def preview_transit(
    database: Database, lines: Sequence[tuple[Lying, Decimal]], *, location_id: int, reason: str, day: date
) -> Preview:
    """What receiving it on that earlier day would do."""
    return stock_values.preview_of_day(database, _arrival(lines, location_id, reason), day)[1]


def _arrival(lines: Sequence[tuple[Lying, Decimal]], location_id: int, reason: str) -> dict[str, Any]:
    return {
        "type": "transfer",
        "reason": reason or None,
        "lines": [
            {
                "item_id": each.item_id, "lot_id": each.lot_id, "owner_id": each.owner_id, "quantity": str(quantity),
                "from_location_id": each.location_id, "to_location_id": location_id,
                "from_condition": each.condition, "to_condition": each.condition,
            }
            for each, quantity in lines
        ],
    }  # fmt: skip


def offered(database: Database, key: str, typed: str) -> tuple[Referred, ...]:
    """What the field `key` of an act offers for what was typed."""
    reference, where = _REFERENCES[key]
    return forms.find(database, reference, typed, where=where)


# What may be done


def install(
    database: Database, key: UUID, lot_id: int, asset_id: int, *, work_order_id: int | None = None, reason: str = ""
) -> Changes:
    """Build an issued piece into an asset."""
    return _act(database, "install_serial", request_id=key, lot_id=lot_id, asset_id=asset_id,
                work_order_id=work_order_id, reason=reason or None)  # fmt: skip


def remove(database: Database, key: UUID, lot_id: int, *, reason: str = "") -> Changes:
    """Take a piece out of its asset."""
    return _act(database, "remove_serial", request_id=key, lot_id=lot_id, reason=reason or None)


def register_installed(database: Database, key: UUID, item_id: int, serial: str, asset_id: int) -> Changes:
    """Give a part that came with the machine its number and its place."""
    return _act(
        database, "register_installed", request_id=key, item_id=item_id, serial=serial.strip(), asset_id=asset_id
    )


def send_to_repair(
    database: Database, key: UUID, lot_id: int, *, supplier_id: int | None, due_on: date | None, reason: str
) -> Changes:
    """Send a piece away to be repaired."""
    return _act(database, "send_to_repair", request_id=key, lot_id=lot_id, supplier_id=supplier_id, due_on=due_on,
                reason=reason or None)  # fmt: skip


def back_from_repair(
    database: Database,
    key: UUID,
    lot_id: int,
    *,
    location_id: int | None,
    reason: str = "",
    cost: Decimal | None = None,
    work_order_id: int | None = None,
) -> Changes:
    """Book a repaired piece back: as good where the person may release stock, else into quarantine.

    `cost` in the company's currency, without tax: borne by the order that is named; else our own piece is worth so much
    more; else its unit bears it.
    """
    return _act(database, "back_from_repair", request_id=key, lot_id=lot_id, location_id=location_id,
                reason=reason or None, cost=cost, work_order_id=work_order_id)  # fmt: skip


def scrap(database: Database, key: UUID, lot_id: int, *, reason: str) -> Changes:
    """End a piece's life."""
    return _act(database, "scrap_serial", request_id=key, lot_id=lot_id, reason=reason)


def set_expiry(database: Database, lot_id: int, expires_on: date | None, *, reason: str) -> Changes:
    """Another expiry date, with the reason."""
    return _act(database, "set_lot_expiry", lot_id=lot_id, expires_on=expires_on, reason=reason)


def change_condition(
    database: Database,
    key: UUID,
    lines: Sequence[tuple[int, Decimal]],
    *,
    to_condition: str,
    to_location_id: int | None,
    reason: str,
    day: date | None = None,
) -> Changes:
    """Move stock between good, bad, quarantine and scrap, on `day` or now; `lines` are balances with quantities."""
    document = _changed_condition(lines, to_condition, to_location_id, reason, day)
    return _act(database, "change_condition", request_id=key, document=document)


def preview_condition(
    database: Database,
    lines: Sequence[tuple[int, Decimal]],
    *,
    to_condition: str,
    to_location_id: int | None,
    reason: str,
    day: date,
) -> Preview:
    """What that would do on an earlier day."""
    document = _changed_condition(lines, to_condition, to_location_id, reason, day)
    return stock_values.previewed(database, "select api.preview_condition(cast(:document as jsonb))", document=document)


def _changed_condition(
    lines: Sequence[tuple[int, Decimal]], condition: str, location_id: int | None, reason: str, day: date | None
) -> str:
    return json.dumps(
        {
            "to_condition": condition,
            "to_location_id": location_id,
            "reason": reason,
            "effective_on": day.isoformat() if day else None,
            "lines": [{"balance_id": balance, "quantity": str(quantity)} for balance, quantity in lines],
        }
    )


def _act(database: Database, function: str, **values: object) -> Changes:
    """Call it once for its key, whatever happens to the line meanwhile."""
    named = ", ".join(f"{name} => :{name}" for name in values)

    def call() -> dict[str, Any]:
        with database.write() as session:
            found: dict[str, Any] = session.execute(text(f"select api.{function}({named})"), values).scalar_one()
            return found

    answer = exactly_once(call)
    lots = [answer["lot_id"]] if answer.get("lot_id") else []
    rows: dict[str, Sequence[int]] = {"lot": lots, "lot_event": ()}
    if values.get("cost") is not None:
        rows |= {"stock_value_entry": (), "cost_entry": (), "item_cost": ()}
    if answer.get("document_id"):
        rows |= {"stock_document": [answer["document_id"]], "stock_move": (), "stock_balance": (), "item_cost": ()}
    return Changes.of(**rows)
