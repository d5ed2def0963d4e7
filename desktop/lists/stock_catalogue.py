"""What an item is: the tree of categories, words that mean the same, items that look like one, merges."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, any_, case, func, literal, select
from sqlalchemy.orm import aliased

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.stock_catalogue import ItemAttribute, ItemCategory, ItemDuplicate, ItemMerge, ItemSynonym
from db.orm.stock_items import Item
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

Above = aliased(ItemCategory)
One, Other = aliased(Item), aliased(Item)
Kept, Merged = aliased(Item), aliased(Item)
Undoer = aliased(AppUser)

JUDGES = frozenset({"steward", "buyer"})
MERGE = Action(key="compare_items", name="Compare", name_zh="对比", shortcut="F9", roles=frozenset({"steward"}))
DIFFERENT = Action(key="different_items", name="Two things", name_zh="不同物料", shortcut="F8", roles=JUDGES)
SEARCH = Action(
    key="find_duplicates", name="Search again", name_zh="重新查找", shortcut="Shift+F5", roles=JUDGES, needs_rows=False
)
UNDO = Action(key="undo_merge", name="Take back", name_zh="撤销合并", shortcut="F8", roles=frozenset({"steward"}))

_attributes = (
    select(func.count()).where(ItemAttribute.category_id == ItemCategory.id).correlate(ItemCategory).scalar_subquery()
)
_items = select(func.count()).where(Item.category_id == ItemCategory.id).correlate(ItemCategory).scalar_subquery()
_REASONS = (
    ("code", "same code", "编码相同"),
    ("maker_code", "same maker's no.", "厂家料号相同"),
    ("name", "name", "名称相近"),
    ("translation", "name in the other language", "中英文名称相符"),
)


def _reasons(place: int, between: str) -> ColumnElement[Any]:
    """The reasons in words: the English ones at place 1, the Chinese at 2."""
    return func.concat_ws(
        between,
        *(case((literal(each[0]) == any_(ItemDuplicate.reasons), literal(each[place]))) for each in _REASONS),
    )


def _category_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Above, ItemCategory.parent_id == Above.id, isouter=True).join(
        OrgUnit, OrgUnit.id == ItemCategory.org_unit_id
    )


def _alone(statement: Select[Any]) -> Select[Any]:
    return statement


def _pair_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(One, ItemDuplicate.item_id == One.id)
        .join(Other, ItemDuplicate.other_id == Other.id)
        .join(AppUser, AppUser.id == ItemDuplicate.decided_by, isouter=True)
    )


def _merge_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Kept, ItemMerge.survivor_id == Kept.id)
        .join(Merged, ItemMerge.merged_id == Merged.id)
        .join(AppUser, AppUser.id == ItemMerge.merged_by, isouter=True)
        .join(Undoer, Undoer.id == ItemMerge.undone_by, isouter=True)
    )


# fmt: off
ITEM_CATEGORIES = ListSpec(
    key="item_categories", area="stock", name="Item categories", name_zh="物料类别",
    table="item_category", row_id=ItemCategory.id, version=ItemCategory.version, joins=_category_joins,
    opens="item_category", topics=("item_category", "item_attribute"), code_column="code", icon="layers",
    roles=BUSINESS, sort=(Sort("path"),), title_columns=("code", "name"),
    views=(View(key="active", name="In use", name_zh="在用", condition=Test("retired_on", "empty")),),
    columns=(
        Column(key="path", expr=ItemCategory.path, width=260),
        Column(key="name", expr=ItemCategory.name, expr_zh=ItemCategory.name_zh, width=200, writes="name",
               required=True),
        Column(key="items", expr=_items, kind=Kind.INTEGER, width=80, source="item_category.items", sortable=False,
               filterable=False),
        Column(key="attributes", expr=_attributes, kind=Kind.INTEGER, width=80, source="item_category.attributes",
               sortable=False, filterable=False),
        Column(key="code_mask", expr=ItemCategory.code_mask, kind=Kind.CODE, width=160, writes="code_mask"),
        Column(key="code_strict", expr=ItemCategory.code_strict, kind=Kind.BOOLEAN, width=100, writes="code_strict",
               required=True),
        Column(key="code_other", expr=ItemCategory.code_other, width=140, writes="code_other", shown=False),
        Column(key="code", expr=ItemCategory.code, kind=Kind.CODE, width=130, writes="code", required=True),
        Column(key="parent", expr=Above.code, kind=Kind.CODE, width=130, source="item_category.parent_id",
               writes="parent_id", reference="item_categories"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="item_category.org_unit_id"),
        Column(key="retired_on", expr=ItemCategory.retired_on, kind=Kind.DATE, width=100, writes="retired_on",
               shown=False),
        Column(key="id", expr=ItemCategory.id, kind=Kind.INTEGER, shown=False),
    ),
)

ITEM_SYNONYMS = ListSpec(
    key="item_synonyms", area="stock", name="Words of items", name_zh="物料同义词",
    table="item_synonym", row_id=ItemSynonym.id, version=ItemSynonym.version, joins=_alone, topics=("item_synonym",),
    icon="languages", roles=BUSINESS, sort=(Sort("means"), Sort("word")), inserts=True, code_column="word",
    title_columns=("word",),
    columns=(
        Column(key="word", expr=ItemSynonym.word, width=180, writes="word", required=True),
        Column(key="means", expr=ItemSynonym.means, width=180, writes="means", required=True),
        Column(key="kind", expr=ItemSynonym.kind, kind=Kind.CHOICE, width=120, writes="kind", required=True),
        Column(key="reading", expr=ItemSynonym.reading, width=180),
    ),
)

ITEM_DUPLICATES = ListSpec(
    key="item_duplicates", area="stock", name="Possible duplicates", name_zh="疑似重复物料",
    table="item_duplicate", row_id=ItemDuplicate.id, joins=_pair_joins, opens="item_duplicate",
    topics=("item_duplicate", "item"), icon="copy", roles=BUSINESS, sort=(Sort("score", descending=True),),
    actions=(MERGE, DIFFERENT, SEARCH), title_columns=("item", "other"),
    views=(
        View(key="open", name="To be judged", name_zh="待判断", condition=Test("state", "=", ("open",))),
        View(key="different", name="Two things", name_zh="不同物料", condition=Test("state", "=", ("different",))),
    ),
    columns=(
        Column(key="item", expr=One.code, kind=Kind.CODE, width=150, source="item_duplicate.item_id",
               opens=("item", "item_id")),
        Column(key="item_name", expr=One.name, expr_zh=One.name_zh, order_by=One.sort_key, width=240,
               source="item.name"),
        Column(key="other", expr=Other.code, kind=Kind.CODE, width=150, source="item_duplicate.other_id",
               opens=("item", "other_id")),
        Column(key="other_name", expr=Other.name, expr_zh=Other.name_zh, order_by=Other.sort_key, width=240,
               source="item.name"),
        Column(key="score", expr=ItemDuplicate.score, kind=Kind.PERCENT, width=90),
        Column(key="reasons", expr=_reasons(1, ", "), expr_zh=_reasons(2, "、"), width=190,
               source="item_duplicate.reasons", sortable=False, filterable=False),
        Column(key="state", expr=ItemDuplicate.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", info=("open",), neutral=("different",), success=("merged",))),
        Column(key="found_at", expr=ItemDuplicate.found_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="decided_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="item_duplicate.decided_by"),
        Column(key="decided_at", expr=ItemDuplicate.decided_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="reason", expr=ItemDuplicate.reason, width=200),
        Column(key="item_id", expr=ItemDuplicate.item_id, kind=Kind.INTEGER, shown=False),
        Column(key="other_id", expr=ItemDuplicate.other_id, kind=Kind.INTEGER, shown=False),
    ),
)

ITEM_MERGES = ListSpec(
    key="item_merges", area="stock", name="Merged items", name_zh="物料合并记录",
    table="item_merge", row_id=ItemMerge.id, joins=_merge_joins, topics=("item_merge", "item"), icon="link",
    roles=BUSINESS, sort=(Sort("merged_at", descending=True),), actions=(UNDO,), title_columns=("kept", "merged"),
    columns=(
        Column(key="merged_at", expr=ItemMerge.merged_at, kind=Kind.DATETIME, width=140),
        Column(key="kept", expr=Kept.code, kind=Kind.CODE, width=150, source="item_merge.survivor_id",
               opens=("item", "survivor_id")),
        Column(key="kept_name", expr=Kept.name, expr_zh=Kept.name_zh, order_by=Kept.sort_key, width=220,
               source="item.name"),
        Column(key="merged", expr=Merged.code, kind=Kind.CODE, width=150, source="item_merge.merged_id",
               opens=("item", "merged_id")),
        Column(key="merged_name", expr=Merged.name, expr_zh=Merged.name_zh, order_by=Merged.sort_key, width=220,
               source="item.name"),
        Column(key="merged_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="item_merge.merged_by"),
        Column(key="reason", expr=ItemMerge.reason, width=200),
        Column(key="undone_at", expr=ItemMerge.undone_at, kind=Kind.DATETIME, width=140,
               looks=(Look(when=Test("undone_at", "not empty"), role="warn", icon="undo-2"),)),
        Column(key="undone_by", expr=Undoer.display_name, expr_zh=Undoer.display_name_zh, width=120,
               source="item_merge.undone_by"),
        Column(key="undo_reason", expr=ItemMerge.undo_reason, width=200),
        Column(key="survivor_id", expr=ItemMerge.survivor_id, kind=Kind.INTEGER, shown=False),
        Column(key="merged_id", expr=ItemMerge.merged_id, kind=Kind.INTEGER, shown=False),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (ITEM_CATEGORIES, ITEM_SYNONYMS, ITEM_DUPLICATES, ITEM_MERGES)
