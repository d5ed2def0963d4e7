"""The item card: what a part is, how it is stocked and what it fits; and the places where it lies."""

from __future__ import annotations

from db.orm.assets import Asset, AssetClass
from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.scheduling import Engineer
from db.orm.stock import StockLocation
from db.orm.stock_catalogue import ItemCategory
from db.orm.stock_items import Item, ItemFit, ItemSubstitute, ItemUom, UnitOfMeasure
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference

ITEM = RecordKind(
    key="item",
    model=Item,
    title="code",
    writes=(
        "code", "name", "name_zh", "org_unit_id", "category_id", "uom", "tracking", "barcode", "maker", "maker_code",
        "supplier_id", "standard_cost", "currency", "valuation", "min_quantity", "max_quantity", "lead_time_days",
        "abc_class", "allow_negative", "note", "retired_on", "custom",
    ),
    reads=("company_id", "category", "merged_into", "created_at", "updated_at"),
    catalogues={"uom": UnitOfMeasure},
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "supplier_id": Reference(model=Party, lookup="suppliers"),
        "category_id": Reference(model=ItemCategory, lookup="item_categories"),
    },
    lines=(
        LineKind(
            name="fits",
            model=ItemFit,
            parent="item_id",
            columns=("asset_class_id", "model", "asset_id"),
            order="id",
            references={
                "asset_class_id": Reference(model=AssetClass, lookup="asset_classes"),
                "asset_id": Reference(model=Asset, lookup="assets"),
            },
        ),
        LineKind(
            name="packs",
            model=ItemUom,
            parent="item_id",
            columns=("uom", "factor", "usage", "barcode"),
            order="factor",
            catalogues={"uom": UnitOfMeasure},
        ),
        LineKind(
            name="substitutes",
            model=ItemSubstitute,
            parent="item_id",
            columns=("substitute_id",),
            order="substitute_id",
            identity="substitute_id",
            references={"substitute_id": Reference(model=Item, lookup="items")},
        ),
    ),
)  # fmt: skip


def load(database: Database, item_id: int) -> Record:
    return records.load(database, ITEM, item_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, ITEM, record, draft)


STOCK_LOCATION = RecordKind(
    key="stock_location",
    model=StockLocation,
    title="code",
    writes=("code", "name", "name_zh", "org_unit_id", "parent_id", "kind", "engineer_id", "retired_on"),
    reads=("company_id", "path", "stocked"),
    references={
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
        "parent_id": Reference(model=StockLocation, lookup="stock_locations"),
        "engineer_id": Reference(model=Engineer, lookup="engineers"),
    },
)


def load_location(database: Database, location_id: int) -> Record:
    return records.load(database, STOCK_LOCATION, location_id)


def save_location(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, STOCK_LOCATION, record, draft)
