"""What an item is: its category with attributes and code, whether we have it twice, and making two items one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from db import messages
from db.orm.platform import CustomField, OrgUnit
from db.orm.stock_catalogue import ItemAttribute, ItemCategory
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.progress import Progress
from desktop.domain.text import pick
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference
from desktop.operations.stock import exactly_once

ITEM_CATEGORY = RecordKind(
    key="item_category",
    model=ItemCategory,
    title="code",
    writes=(
        "code", "name", "name_zh", "parent_id", "org_unit_id", "code_mask", "code_other", "code_strict", "retired_on",
        "note",
    ),
    reads=("company_id", "path"),
    references={
        "parent_id": Reference(model=ItemCategory, lookup="item_categories"),
        "org_unit_id": Reference(model=OrgUnit, lookup="org_units"),
    },
    lines=(
        LineKind(
            name="attributes",
            model=ItemAttribute,
            parent="category_id",
            columns=("field_id", "required"),
            order="id",
            references={
                "field_id": Reference(
                    model=CustomField, lookup="custom_fields", code="key", name="label", name_zh="label_zh"
                )
            },
        ),
    ),
)  # fmt: skip

ITEM_FIELD = RecordKind(
    key="item_field",
    model=CustomField,
    title="key",
    writes=(
        "table_name", "key", "kind", "unit", "label", "label_zh", "meaning", "meaning_zh", "choices", "required",
        "position", "active",
    ),
)  # fmt: skip


def load(database: Database, category_id: int) -> Record:
    return records.load(database, ITEM_CATEGORY, category_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    return records.save(database, ITEM_CATEGORY, record, draft)


def load_field(database: Database, field_id: int) -> Record:
    """An attribute of items; its choices as people write them, apart by commas."""
    return _written_out(records.load(database, ITEM_FIELD, field_id))


def save_field(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    values = dict(draft.values)
    if "choices" in values:
        values["choices"] = _choices(values["choices"])
    raw = replace(record, values={**record.values, "choices": _choices(record.values.get("choices"))})
    saved, changes = records.save(database, ITEM_FIELD, raw, replace(draft, values=values))
    return _written_out(saved), changes


def _choices(written: Any) -> list[str]:
    if isinstance(written, list):
        return written
    words = str(written or "").replace("，", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _written_out(record: Record) -> Record:
    return replace(record, values={**record.values, "choices": ", ".join(record.values.get("choices") or ())})


@dataclass(frozen=True)
class Attribute:
    """A field that items of a category have; `inherited` from a category above."""

    label: str
    required: bool
    inherited: bool


@dataclass(frozen=True)
class CategoryMore:
    """What stands beside a category: its attributes with those from above, its items, its next code."""

    attributes: tuple[Attribute, ...]
    items: int
    mask: str | None
    code: str | None


_ALL_ATTRIBUTES = text("""
    select f.label, f.label_zh, f.unit, a.required, a.inherited
    from api.category_attributes(:category) a
    join erp.custom_field f on f.table_name = 'item' and f.key = a.key
""")
_ITEMS = text("select count(*) from erp.item where category_id = :category")


def more_of(database: Database, category_id: int) -> CategoryMore:
    """What the form shows beside a category."""
    query = {"category": category_id}
    with database.read() as session:
        rows = session.execute(_ALL_ATTRIBUTES, query).all()
        count = int(session.execute(_ITEMS, query).scalar_one())
        proposed = session.execute(_SUGGEST, {**query, "custom": "{}"}).scalar_one()
    return CategoryMore(
        attributes=tuple(
            Attribute(
                pick(row.label, row.label_zh) + (f", {row.unit}" if row.unit else ""), row.required, row.inherited
            )
            for row in rows
        ),
        items=count,
        mask=proposed["mask"],
        code=proposed["code"],
    )


# --- while an item is entered ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Similar:
    """An item that the one being entered may be; `score` 0 to 1."""

    item_id: int
    code: str
    name: str
    name_zh: str | None
    score: Decimal

    def words(self) -> str:
        return f"{self.code} {pick(self.name, self.name_zh)}"


@dataclass(frozen=True)
class Entered:
    """What the database says to an item in the making.

    `attributes` are those of its category with whether they are required; `belonging` all fields that belong to some
    category, so the others are for every item. `code` is the next free one, None where the category has no rule or
    while `missing` attributes are empty.
    """

    attributes: Mapping[str, bool]
    belonging: frozenset[str]
    code: str | None
    mask: str | None
    missing: tuple[str, ...]
    similar: tuple[Similar, ...]


_ATTRIBUTES = text("select key, required from api.category_attributes(:category)")
_BELONGING = text("select api.attribute_keys()")
_SUGGEST = text("select api.suggest_item_code(:category, cast(:custom as jsonb))")
_SIMILAR = text("select api.similar_items(cast(:draft as jsonb))")


def look_at(
    database: Database, category_id: int | None, custom: Mapping[str, Any], names: Mapping[str, Any]
) -> Entered:
    """One trip for the form. `names` holds item_id, code, name, name_zh and maker_code as far as they are entered."""
    with database.read() as session:
        belonging = frozenset(session.execute(_BELONGING).scalar_one())
        attributes: dict[str, bool] = {}
        proposed: Mapping[str, Any] = {}
        if category_id is not None:
            rows = session.execute(_ATTRIBUTES, {"category": category_id})
            attributes = {row.key: row.required for row in rows}
            plain = json.dumps({key: str(value) for key, value in custom.items() if value is not None})
            proposed = session.execute(_SUGGEST, {"category": category_id, "custom": plain}).scalar_one()
        found = session.execute(_SIMILAR, {"draft": json.dumps(dict(names))}).scalar_one()
    return Entered(
        attributes=attributes,
        belonging=belonging,
        code=proposed.get("code"),
        mask=proposed.get("mask"),
        missing=tuple(pick(each["field"], each["field_zh"]) for each in proposed.get("missing", ())),
        similar=tuple(
            Similar(each["item_id"], each["code"], each["name"], each["name_zh"], Decimal(str(each["score"])))
            for each in found
        ),
    )


# --- two items that are one ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One of the two."""

    id: int
    code: str
    name: str
    name_zh: str | None

    def words(self) -> str:
        return f"{self.code} {pick(self.name, self.name_zh)}"


@dataclass(frozen=True)
class FieldPair:
    """A field of both; `taken` says whose value the survivor will have."""

    field: str
    survivor: str
    merged: str
    taken: str


@dataclass(frozen=True)
class StockLine:
    place: str
    lot: str | None
    condition: str
    quantity: Decimal


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do. `obstacles` are messages with their remedy; `rows` and `history` count by table."""

    survivor: Side
    merged: Side
    obstacles: tuple[tuple[str, str], ...]
    fields: tuple[FieldPair, ...]
    rows: tuple[tuple[str, int], ...]
    history: tuple[tuple[str, int], ...]
    stock: tuple[StockLine, ...]
    labels: Mapping[str, str]


_PAIR = text("select item_id, other_id from erp.item_duplicate where id = :id")
_PREVIEW = text("select api.preview_merge(:survivor, :merged, cast(:choices as jsonb))")
_LABELS = text("""
    select column_name, case when :zh then label_zh else label end from erp.dictionary_entry where table_name = 'item'
    union all
    select key, coalesce(value ->> :language, key)
    from erp.dictionary_entry d cross join jsonb_each(d.allowed)
    where d.table_name = 'audit_entry' and d.column_name = 'table_name'
""")
_MERGE = text("select api.merge_items(cast(:request as uuid), :survivor, :merged, cast(:choices as jsonb), :reason)")
_UNDO = text("select api.undo_merge(cast(:request as uuid), :merge, :reason)")
_JUDGE = text("select api.judge_duplicate(:duplicate, :different, :reason)")
_STEP = text("select api.search_duplicates(:step)")
_STEP_ITEMS = 1000


def pair(database: Database, duplicate_id: int) -> tuple[int, int] | None:
    """The items of a possible duplicate."""
    with database.read() as session:
        row = session.execute(_PAIR, {"id": duplicate_id}).one_or_none()
    return (row.item_id, row.other_id) if row else None


def preview(database: Database, survivor: int, merged: int, choices: Mapping[str, str]) -> MergePreview:
    """What merging would do; nothing is changed. Raises UserError where the caller may not merge these two."""
    with database.read() as session:
        query = {"survivor": survivor, "merged": merged, "choices": json.dumps(dict(choices))}
        found = session.execute(_PREVIEW, query).scalar_one()
        chinese = pick("en", "zh") == "zh"
        rows = session.execute(_LABELS, {"zh": chinese, "language": "zh" if chinese else "en"})
        labels = {row[0]: row[1] for row in rows}
    refusals = [messages.refusal("ER012", each["rule"], each) for each in found["obstacles"]]
    return MergePreview(
        survivor=Side(**found["survivor"]),
        merged=Side(**found["merged"]),
        obstacles=tuple(
            (pick(each.message_en, each.message_zh), pick(each.remedy_en, each.remedy_zh)) for each in refusals
        ),
        fields=tuple(
            FieldPair(each["field"], _short(each["survivor"]), _short(each["merged"]), each["taken"])
            for each in found["fields"]
        ),
        rows=tuple((each["table"], each["rows"]) for each in found["rows"]),
        history=tuple((each["table"], each["rows"]) for each in found["history"]),
        stock=tuple(
            StockLine(each["place"], each["lot"], each["condition"], Decimal(str(each["quantity"])))
            for each in found["stock"]
        ),
        labels=labels,
    )


def _short(value: str | None) -> str:
    """A value as people write it: 4 and not 4.0000."""
    return re.sub(r"^(-?\d+)(?:\.0+|(\.\d*?[1-9])0+)$", r"\1\2", value or "")


_TOUCHED = ("item", "item_duplicate", "item_merge", "stock_balance", "item_cost", "stock_move", "stock_document")


def _written(database: Database, statement: TextClause, query: Mapping[str, Any]) -> Mapping[str, Any]:
    with database.write() as session:
        return dict(session.execute(statement, query).scalar_one())


def merge(
    database: Database, request_id: UUID, survivor: int, merged: int, choices: Mapping[str, str], reason: str
) -> tuple[Mapping[str, Any], Changes]:
    """Make two items one, exactly once per request. Returns {"id", "survivor_id", "merged_id", "documents", "rows"}."""
    query = {
        "request": str(request_id), "survivor": survivor, "merged": merged, "choices": json.dumps(dict(choices)),
        "reason": reason,
    }  # fmt: skip
    answer = exactly_once(lambda: _written(database, _MERGE, query))
    return answer, Changes({topic: frozenset() for topic in _TOUCHED})


def undo(database: Database, request_id: UUID, merge_id: int, reason: str) -> tuple[Mapping[str, Any], Changes]:
    """Take a merge back. Raises UserError where something happened to either item since."""
    query = {"request": str(request_id), "merge": merge_id, "reason": reason}
    answer = exactly_once(lambda: _written(database, _UNDO, query))
    return answer, Changes({topic: frozenset() for topic in _TOUCHED})


def judge(database: Database, duplicate_ids: list[int], *, different: bool, reason: str = "") -> Changes:
    """Say of pairs that they are two things, or open them again."""
    with database.write() as session:
        for duplicate_id in duplicate_ids:
            session.execute(_JUDGE, {"duplicate": duplicate_id, "different": different, "reason": reason or None})
    return Changes.of(item_duplicate=duplicate_ids)


def search(database: Database, progress: Progress | None = None) -> tuple[int, Changes]:
    """Compare what is new with everything, step by step. Returns how many pairs are open.

    Each step is kept: after `Cancelled` the next search goes on where this one stopped.
    """
    progress = progress or Progress()
    total = 0
    while True:
        progress.check()
        with database.write() as session:
            answer = session.execute(_STEP, {"step": _STEP_ITEMS}).scalar_one()
        left = int(answer["left"])
        total = max(total, left)
        if left == 0:
            return int(answer["open"]), Changes({"item_duplicate": frozenset()})
        progress.report(total - left, total)
