"""Equipment: its card, and all that ever happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from db.orm.assets import Asset, AssetClass
from db.orm.parties import Party, Site
from db.orm.platform import OrgUnit
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, Record, RecordKind, Reference

ASSET = RecordKind(
    key="asset",
    model=Asset,
    title="code",
    writes=(
        "code", "name", "name_zh", "org_unit_id", "asset_class_id", "parent_id", "site_id", "state", "criticality",
        "maker", "model", "serial_number", "supplier_id", "purchased_on", "installed_on", "commissioned_on",
        "warranty_until", "purchase_cost", "currency", "note", "custom",
    ),
    reads=("company_id", "age_years", "source", "created_at", "updated_at"),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "asset_class_id": Reference(model=AssetClass, lookup="asset_classes"),
        "parent_id": Reference(model=Asset, lookup="assets"),
        "site_id": Reference(model=Site, lookup="sites"),
        "supplier_id": Reference(model=Party, lookup="suppliers"),
    },
)  # fmt: skip


@dataclass(frozen=True)
class AssetEntry:
    """One line of an asset's history: what, when, what it cost (in the company's currency), and what to open."""

    at: datetime
    kind: str  # work_order, part, failure, error, alarm, note, placement
    code: str
    description: str
    description_zh: str | None
    quantity: Decimal | None
    amount: Decimal | None
    opens: tuple[str, int] | None


def load(database: Database, asset_id: int) -> Record:
    return records.load(database, ASSET, asset_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, ASSET, record, draft)


_HISTORY = text("""
    select at, kind, code, description, description_zh, quantity, amount, opens, opens_id
    from api.asset_timeline
    where asset_id = :asset and (cast(:before as timestamptz) is null or at < :before)
    order by at desc, kind, opens_id desc
    limit :limit
""")


def history(
    database: Database, asset_id: int, *, before: datetime | None = None, limit: int = 500
) -> tuple[AssetEntry, ...]:
    """The asset's life, latest first: orders, parts, failures, machine errors, changes of place and state."""
    with database.read() as session:
        rows = session.execute(_HISTORY, {"asset": asset_id, "before": before, "limit": limit})
        return tuple(
            AssetEntry(
                at=row.at,
                kind=row.kind,
                code=row.code,
                description=row.description or "",
                description_zh=row.description_zh,
                quantity=row.quantity,
                amount=row.amount,
                opens=(row.opens, row.opens_id) if row.opens else None,
            )
            for row in rows
        )
