"""The tree of item categories: what stands where, and what moving a branch of it would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from db.orm.stock_catalogue import ItemCategory
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.text import pick
from desktop.operations import forms
from desktop.operations.records import Reference, Referred

KEEPERS = frozenset({"steward"})
"""Whose job the tree is, as the grants say (a test compares)."""
_REFERENCE = Reference(model=ItemCategory, lookup="item_categories")


@dataclass(frozen=True)
class Category:
    """One place in the tree; `items` are its own, `below` those of all below it too. `mask` is its own, if any."""

    id: int
    parent_id: int | None
    code: str
    name: str
    name_zh: str | None
    path: str
    items: int
    below: int
    attributes: int
    mask: str
    retired: bool

    def words(self) -> str:
        return f"{self.code} {pick(self.name, self.name_zh)}"


@dataclass(frozen=True)
class Move:
    """What would change if a category went below another one (None: to the top).

    `gained` and `lost` are attributes of its items; `lacking` items have nothing in an attribute that they would need.
    """

    category_id: int
    parent_id: int | None
    before: str
    after: str
    categories: int
    items: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    lacking: int
    mask_before: str
    mask_after: str


_TREE = text("""
    select c.id, c.parent_id, c.code, c.name, c.name_zh, c.path, coalesce(i.items, 0) as items,
        coalesce(a.attributes, 0) as attributes, coalesce(c.code_mask, '') as mask, c.retired_on is not null as retired
    from erp.item_category c
    left join (select category_id, count(*) as items from erp.item
               where category_id is not null and merged_into is null group by category_id) i on i.category_id = c.id
    left join (select category_id, count(*) as attributes from erp.item_attribute group by category_id) a
        on a.category_id = c.id
    order by c.path, c.id
""")
_BRANCH = """
    with recursive branch as (
        select c.id from erp.item_category c where c.id = :category
        union
        select c.id from erp.item_category c join branch b on c.parent_id = b.id)
"""
_SIZE = text(
    _BRANCH
    + """
    select (select count(*) from branch) as categories,
        (select count(*) from erp.item i
         where i.category_id in (select id from branch) and i.merged_into is null) as items
"""
)
_ATTRIBUTES = text("""
    select a.key, f.label, f.label_zh, a.required
    from api.category_attributes(:category) a
    join erp.custom_field f on f.table_name = 'item' and f.key = a.key
""")
_LACKING = text(
    _BRANCH
    + """
    select count(*) from erp.item i
    where i.category_id in (select id from branch) and i.merged_into is null
        and exists (select from unnest(cast(:keys as text[])) k (key) where coalesce(i.custom ->> k.key, '') = '')
"""
)
_RULE = text("select api.suggest_item_code(:category) ->> 'mask'")
_PATH = text("select path, code, parent_id from erp.item_category where id = :category")
_MOVE = text("update erp.item_category set parent_id = :parent where id = :category")


def tree(database: Database) -> tuple[Category, ...]:
    """All categories that the reader sees, in the order of their paths."""
    with database.read() as session:
        rows = [dict(row) for row in session.execute(_TREE).mappings()]
    below: dict[int, int] = {row["id"]: row["items"] for row in rows}
    parents: Mapping[int, int | None] = {row["id"]: row["parent_id"] for row in rows}
    for row in rows:
        above, seen = parents[row["id"]], {row["id"]}
        while above is not None and above in below and above not in seen:
            below[above] += row["items"]
            seen.add(above)
            above = parents.get(above)
    return tuple(Category(**row, below=below[row["id"]]) for row in rows)


def offered(database: Database, typed: str) -> tuple[Referred, ...]:
    """Categories below which one may be put."""
    return forms.find(database, _REFERENCE, typed)


def preview(database: Database, category_id: int, parent_id: int | None) -> Move:
    """What moving would change; nothing is changed."""
    with database.read() as session:
        here = session.execute(_PATH, {"category": category_id}).one()
        there = session.execute(_PATH, {"category": parent_id}).one() if parent_id is not None else None
        size = session.execute(_SIZE, {"category": category_id}).one()
        old = _attributes(session, here.parent_id)
        new = _attributes(session, parent_id)
        own = _attributes(session, category_id)
        gained = {key: each for key, each in new.items() if key not in own}
        kept = {key for key in own if key not in old}  # its own, wherever it stands
        lost = {key: each for key, each in old.items() if key not in new and key not in kept}
        needed = [key for key, (_, required) in gained.items() if required]
        lacking = session.execute(_LACKING, {"category": category_id, "keys": needed}).scalar_one() if needed else 0
        rule = session.execute(_RULE, {"category": category_id}).scalar() or ""
        above = session.execute(_RULE, {"category": here.parent_id}).scalar() if here.parent_id is not None else ""
        over = session.execute(_RULE, {"category": parent_id}).scalar() if parent_id is not None else ""
    inherits = rule == (above or "")
    return Move(
        category_id=category_id,
        parent_id=parent_id,
        before=here.path,
        after=f"{there.path} / {here.code}" if there is not None else here.code,
        categories=size.categories,
        items=size.items,
        gained=tuple(words for words, _ in gained.values()),
        lost=tuple(words for words, _ in lost.values()),
        lacking=lacking,
        mask_before=rule,
        mask_after=(over or "") if inherits else rule,
    )


def _attributes(session: Any, category_id: int | None) -> dict[str, tuple[str, bool]]:
    """By key the label and whether it is required, with those from above."""
    if category_id is None:
        return {}
    rows: Sequence[Any] = session.execute(_ATTRIBUTES, {"category": category_id}).all()
    return {row.key: (pick(row.label, row.label_zh), row.required) for row in rows}


def move(database: Database, category_id: int, parent_id: int | None) -> Changes:
    """Put a category with all below it below another one. Raises UserError where that would close a circle, or where
    the unit of the other one is not above its own.
    """
    with database.write() as session:
        session.execute(_MOVE, {"category": category_id, "parent": parent_id})
    return Changes({"item_category": frozenset(), "item": frozenset()})
