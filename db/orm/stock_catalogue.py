"""What an item is: the tree of categories with their attributes, possible duplicates and merges."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Code, CText, Json, Stamped, Versioned, unit_key, unit_of
from db.orm.stock_items import Item

if TYPE_CHECKING:
    from db.orm.platform import CustomField, OrgUnit


class ItemCategory(Stamped, Versioned, Base):
    """A place in the tree of categories: its attributes and the form of its items' codes hold for all below it."""

    __tablename__ = "item_category"
    __table_args__ = (unit_key("item_category_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    parent_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.item_category.id", name="item_category_parent", ondelete="RESTRICT")
    )
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    path: Mapped[CText] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    code_mask: Mapped[str | None]
    code_other: Mapped[str | None]
    code_strict: Mapped[bool] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    retired_on: Mapped[date | None]

    parent: Mapped[ItemCategory | None] = relationship(foreign_keys=[parent_id], remote_side=[id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ItemCategory")


class ItemAttribute(Base):
    """A field of items that belongs to a category and to all below it."""

    __tablename__ = "item_attribute"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    category_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item_category.id", name="item_attribute_category", ondelete="CASCADE")
    )
    field_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.custom_field.id", name="item_attribute_field", ondelete="CASCADE")
    )
    required: Mapped[bool] = mapped_column(server_default=FetchedValue())

    item_category: Mapped[ItemCategory] = relationship(foreign_keys=[category_id], lazy="raise")
    field: Mapped[CustomField] = relationship(foreign_keys=[field_id], lazy="raise")


class ItemSynonym(Versioned, Base):
    """A word or unit, and the one that stands for all that mean the same."""

    __tablename__ = "item_synonym"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    word: Mapped[str]
    means: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default=FetchedValue())
    reading: Mapped[str] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())


class ItemMatch(Base):
    """What an item is compared by, derived from its names and numbers."""

    __tablename__ = "item_match"

    item_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="item_match_item", ondelete="CASCADE"), primary_key=True
    )
    company_id: Mapped[int]
    words: Mapped[list[str]]
    words_zh: Mapped[list[str]]
    maker_key: Mapped[CText] = mapped_column(server_default=FetchedValue())
    code_key: Mapped[CText] = mapped_column(server_default=FetchedValue())
    keys: Mapped[list[str]]
    compared: Mapped[bool] = mapped_column(server_default=FetchedValue())


class ItemDuplicate(Base):
    """Two items that look like one, and what somebody said about it."""

    __tablename__ = "item_duplicate"
    __table_args__ = (unit_key("item_duplicate_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_duplicate_item", ondelete="CASCADE"))
    other_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_duplicate_other", ondelete="CASCADE"))
    score: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    reasons: Mapped[list[str]] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    found_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    decided_by: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="item_duplicate_decider", ondelete="RESTRICT")
    )
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=FetchedValue())

    item: Mapped[Item] = relationship(foreign_keys=[item_id], lazy="raise")
    other: Mapped[Item] = relationship(foreign_keys=[other_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ItemDuplicate")


class ItemMerge(Base):
    """Two items made one, with all that is needed to take it back."""

    __tablename__ = "item_merge"
    __table_args__ = (unit_key("item_merge_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    survivor_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.item.id", name="item_merge_survivor", ondelete="RESTRICT")
    )
    merged_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.item.id", name="item_merge_merged", ondelete="RESTRICT"))
    before: Mapped[Json] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="costs")
    after: Mapped[Json] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="costs")
    repointed: Mapped[list[Any]] = mapped_column(JSONB, server_default=FetchedValue())
    documents: Mapped[list[int]] = mapped_column(server_default=FetchedValue())
    last_move: Mapped[BigInt] = mapped_column(server_default=FetchedValue())
    reason: Mapped[str]
    merged_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    merged_by: Mapped[int | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None]
    undo_reason: Mapped[str | None]

    survivor: Mapped[Item] = relationship(foreign_keys=[survivor_id], lazy="raise")
    merged: Mapped[Item] = relationship(foreign_keys=[merged_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("ItemMerge")
