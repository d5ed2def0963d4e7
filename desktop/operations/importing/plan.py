"""What importing rows would do: for each row new, changed, same or rejected, with the reasons at their cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.domain.importing import CellFault, Fault, FieldKind, ImportField, PlannedRow, TypedRow
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr
from desktop.operations import encryption
from desktop.operations.importing import invoices, prices
from desktop.operations.importing.describe import closed_fields
from desktop.operations.importing.lookups import Meant, resolve
from desktop.operations.importing.prices import PriceRow
from desktop.operations.importing.targets import Target
from desktop.operations.importing.writing import place_of

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Existing:
    """A record as it is now: its id, version and the raw values of its importable columns."""

    id: int
    version: int
    values: Mapping[str, Any]


def plan_rows(
    session: Session,
    target: Target,
    fields: Sequence[ImportField],
    rows: Sequence[TypedRow],
    headers: Mapping[str, str],
    progress: Progress,
) -> list[PlannedRow]:
    """Judge `rows`. `headers` names the file's column of each field, for the faults. Writes nothing."""
    progress.report(0, len(rows))
    kinds = {field.key: field.kind for field in fields}
    drafts = _resolved(session, target, rows, headers, kinds)
    if target.writer == "price":
        drafts = _priced(session, drafts, headers)
    progress.check()
    required = tuple(field for field in fields if field.required)
    if target.writer == "invoice":
        alone = [_judge(target, draft, lambda _: None, required, headers, kinds) for draft in drafts]
        return invoices.judged(session, alone, headers)
    drafts = _without_repeats(target, drafts, headers)
    existing = _existing(session, target, drafts)
    progress.check()
    judged = [_judge(target, draft, existing, required, headers, kinds) for draft in drafts]
    return _with_codes(session, target, judged)


def _with_codes(session: Session, target: Target, rows: list[PlannedRow]) -> list[PlannedRow]:
    """Present values of references as codes: nobody knows a record by its id."""
    for spec in target.fields:
        if spec.lookup is None or spec.lookup.key != "id":
            continue
        ids = {int(row.old[spec.key]) for row in rows if row.old.get(spec.key)}
        if not ids:
            continue
        query = text(f"select id, {spec.lookup.code} from erp.{spec.lookup.table} where id = any (:ids)")
        codes = {str(row[0]): str(row[1]) for row in session.execute(query, {"ids": list(ids)})}
        for i, row in enumerate(rows):
            if row.old.get(spec.key):
                rows[i] = replace(row, old={**row.old, spec.key: codes.get(row.old[spec.key], "")})
    return rows


@dataclass(frozen=True)
class _Draft:
    number: int
    values: Mapping[str, Any]
    shown: Mapping[str, str]
    faults: tuple[CellFault, ...]
    row_id: int | None = None
    fills: bool = False
    said: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _resolved(
    session: Session,
    target: Target,
    rows: Sequence[TypedRow],
    headers: Mapping[str, str],
    kinds: Mapping[str, FieldKind],
) -> list[_Draft]:
    """References by id; what is shown of them is their code."""
    meanings: dict[str, Mapping[str, Meant]] = {}
    for spec in target.fields:
        if spec.lookup is not None:
            words = (str(row.values[spec.key]) for row in rows if row.values.get(spec.key) is not None)
            meanings[spec.key] = resolve(session, spec.lookup, words)
    return [_resolve_row(row, meanings, headers, kinds) for row in rows]


def _resolve_row(
    row: TypedRow,
    meanings: Mapping[str, Mapping[str, Meant]],
    headers: Mapping[str, str],
    kinds: Mapping[str, FieldKind],
) -> _Draft:
    values: dict[str, Any] = {}
    shown = {fault.field: fault.value for fault in row.faults}
    faults = list(row.faults)
    for key, value in row.values.items():
        shown[key] = show(value, kinds.get(key, "text"))
        if value is not None and key in meanings:
            meant = meanings[key][str(value)]
            if meant.fault is not None:
                place = headers.get(key, key)
                faults.append(CellFault(row.number, place, key, str(value), meant.fault, meant.suggestion))
                continue
            value, shown[key] = meant.key, meant.code
            shown[f"{key}.name"] = meant.name
        values[key] = value
    return _Draft(row.number, values, shown, tuple(faults), fills=row.fills, said=row.said)


_PRICE_FIELDS = {"item": "item_id"}
"""What `prices` calls by another name than the table."""


def _priced(session: Session, drafts: Sequence[_Draft], headers: Mapping[str, str]) -> list[_Draft]:
    """Rows of a price list: items by the supplier's codes too, the price that each one changes, what overlaps."""
    place = place_of(session)
    rows = [_price_row(draft) for draft in drafts]
    prices.settle(session, place.org_unit_id, dt.datetime.now(ZoneInfo(place.time_zone)).date(), rows)
    return [_with_price(draft, row, headers) for draft, row in zip(drafts, rows, strict=True)]


def _price_row(draft: _Draft) -> PriceRow:
    values = draft.values
    return PriceRow(
        line=draft.number, supplier=values.get("supplier_id"), item=values.get("item_id"),
        word=draft.shown.get("item_id", ""), supplier_code=str(values.get("supplier_code") or ""),
        min_quantity=values.get("min_quantity") or Decimal(0), valid_from=values.get("valid_from"),
        valid_to=values.get("valid_to"), open_end=values.get("valid_to") is None,
        currency=str(values.get("currency") or ""), said=draft.said.get("unit_price"),
    )  # fmt: skip


def _with_price(draft: _Draft, row: PriceRow, headers: Mapping[str, str]) -> _Draft:
    values = {**draft.values, "min_quantity": row.min_quantity, "valid_from": row.valid_from}
    if row.item is not None:
        values["item_id"] = row.item
    if values.get("currency") or row.price_id is None:
        values["currency"] = row.currency or None
    kept = tuple(fault for fault in draft.faults if not (fault.field == "item_id" and row.item is not None))
    added = []
    for key, fault in row.faults.items():
        name = _PRICE_FIELDS.get(key, key)
        added.append(CellFault(draft.number, headers.get(name, name), name, draft.shown.get(name, ""), fault))
    return replace(draft, values=values, faults=(*kept, *added), row_id=row.price_id)


def _without_repeats(target: Target, drafts: Sequence[_Draft], headers: Mapping[str, str]) -> list[_Draft]:
    """The second row of the same thing is refused: which of the two is right is not ours to guess."""
    first: dict[Key, int] = {}
    result = []
    for draft in drafts:
        key = key_of(target, draft.values)
        if key is not None and key in first:
            fault = _repeat(first[key])
            field = target.match[0]
            place = CellFault(draft.number, headers.get(field, field), field, draft.shown.get(field, ""), fault)
            draft = replace(draft, faults=(*draft.faults, place))
        elif key is not None:
            first[key] = draft.number
        result.append(draft)
    return result


def _repeat(row: int) -> Fault:
    return Fault(
        lambda: tr("Row {row} of this file is about the same record.", row=row),
        lambda: tr("Keep one of the two rows."),
    )


def key_of(target: Target, values: Mapping[str, Any]) -> Key | None:
    """What identifies the row; None where a required part of it is missing. Text parts compare without case."""
    parts = tuple(values.get(name) for name in target.match)
    if parts[0] is None:
        return None
    return tuple(
        part.casefold() if isinstance(part, str) and name == "name" else part for name, part in _zip(target, parts)
    )


def _zip(target: Target, parts: Key) -> zip[tuple[str, Any]]:
    return zip(target.match, parts, strict=True)


def _existing(session: Session, target: Target, drafts: Sequence[_Draft]) -> Callable[[_Draft], Existing | None]:
    if target.writer == "opening":
        by_key = _balances(session, drafts)
        return lambda draft: by_key.get(key_of(target, draft.values) or ())
    if target.writer == "price":
        by_id = {record.id: record for record in _records(session, target, "id", [draft.row_id for draft in drafts])}
        return lambda draft: by_id.get(draft.row_id or 0)
    found = _records(session, target, target.match[0], [d.values.get(target.match[0]) for d in drafts])
    by_key = {key: record for record in found if (key := key_of(target, _by_field(target, record.values))) is not None}
    traced = [draft for draft in drafts if draft.values.get("source") and draft.values.get("source_key")]
    by_source: dict[Key, Existing] = {}
    if traced:
        found = _records(session, target, "source_key", [draft.values["source_key"] for draft in traced])
        by_source = {(record.values["source"], record.values["source_key"]): record for record in found}

    def find(draft: _Draft) -> Existing | None:
        source = (draft.values.get("source"), draft.values.get("source_key"))
        return by_source.get(source) or by_key.get(key_of(target, draft.values) or ())

    return find


def _by_field(target: Target, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {spec.key: columns.get(spec.column_name()) for spec in target.fields}


def _named(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(names, cells, strict=True))


def _records(session: Session, target: Target, column: str, wanted: Sequence[Any]) -> list[Existing]:
    spec = target.spec(column)
    column = spec.column_name() if spec else column
    closed = closed_fields(session, target)
    names = [spec.column_name() for spec in target.fields if spec.key not in closed]
    if target.traced:
        names += ["source", "source_key"]
    if target.has_custom:
        names.append("custom")
    query = text(f"select id, version, {', '.join(names)} from erp.{target.table} where {column} = any (:wanted)")
    values = sorted({value for value in wanted if value is not None})
    if not values:
        return []
    rows = session.execute(query, {"wanted": values})
    return [
        Existing(row[0], row[1], encryption.open_values(session, target.table, row[0], _named(names, row[2:])))
        for row in rows.all()
    ]


_BALANCES = text("""
    select b.item_id, b.location_id, l.code as lot, sum(b.quantity) as quantity, c.average
    from erp.stock_balance b
    left join erp.lot l on l.id = b.lot_id
    left join erp.item_cost c on c.item_id = b.item_id and c.company_id = b.company_id
    where b.item_id = any (:items) and b.condition = 'good' and b.owner_id is null
    group by b.item_id, b.location_id, l.code, c.average
    having sum(b.quantity) <> 0
""")


def _balances(session: Session, drafts: Sequence[_Draft]) -> dict[Key, Existing]:
    items = sorted({draft.values["item_id"] for draft in drafts if draft.values.get("item_id") is not None})
    if not items:
        return {}
    return {
        (row.item_id, row.location_id, row.lot): Existing(0, 0, {"quantity": row.quantity})
        for row in session.execute(_BALANCES, {"items": items})
    }


# --- the verdict on one row ------------------------------------------------------------------------------------------


def _judge(
    target: Target,
    draft: _Draft,
    find: Callable[[_Draft], Existing | None],
    required: Sequence[ImportField],
    headers: Mapping[str, str],
    kinds: Mapping[str, FieldKind],
) -> PlannedRow:
    present = find(draft) if key_of(target, draft.values) is not None else None
    faults = list(draft.faults)
    if present is None or target.writer == "opening":
        broken = {fault.field for fault in faults}
        faults += [
            CellFault(draft.number, headers.get(field.key, ""), field.key, "", _required(field))
            for field in required
            if draft.values.get(field.key) is None and field.key not in broken
        ]
    if faults:
        return PlannedRow(draft.number, "rejected", draft.values, draft.shown, faults=tuple(faults))
    if present is None:
        return PlannedRow(draft.number, "new", draft.values, draft.shown)
    if draft.fills:
        draft = _only_missing(target, draft, present)
    old = _differences(target, draft, present, kinds)
    if target.writer == "opening":
        return _opening(draft, present, old, headers)
    verdict = "changed" if old else "same"
    return PlannedRow(draft.number, verdict, draft.values, draft.shown, old, row_id=present.id)  # type: ignore[arg-type]


def _only_missing(target: Target, draft: _Draft, present: Existing) -> _Draft:
    """Without what the record has already: somebody said that both are one, not that the file knows better."""
    kept = {
        key: value
        for key, value in draft.values.items()
        if key in target.match or _present(target, present, key) in (None, "", 0)
    }
    return replace(draft, values=kept)


def _opening(draft: _Draft, present: Existing, old: Mapping[str, str], headers: Mapping[str, str]) -> PlannedRow:
    """An opening balance only ever adds: what is there already is not lowered by an import."""
    if not old:
        return PlannedRow(draft.number, "same", draft.values, draft.shown)
    more = draft.values["quantity"] - present.values["quantity"]
    if more < 0:
        fault = Fault(
            lambda: tr("{quantity} are in stock already, more than the file says.", quantity=old["quantity"]),
            lambda: tr("Correct it by a count, not by an opening balance."),
        )
        place = CellFault(draft.number, headers.get("quantity", ""), "quantity", draft.shown["quantity"], fault)
        return PlannedRow(draft.number, "rejected", draft.values, draft.shown, faults=(place,))
    return PlannedRow(draft.number, "changed", {**draft.values, "post": more}, draft.shown, old)


def _differences(target: Target, draft: _Draft, present: Existing, kinds: Mapping[str, FieldKind]) -> dict[str, str]:
    """The present values of those fields that the row changes. A blank cell leaves the field as it is."""
    old = {}
    for key, value in draft.values.items():
        if value is None or (target.writer == "opening" and key != "quantity"):
            continue
        before = _present(target, present, key)
        if not _equal(before, value):
            old[key] = show(before, kinds.get(key, "text"))
    return old


def _present(target: Target, present: Existing, key: str) -> Any:
    if key.startswith("custom."):
        return (present.values.get("custom") or {}).get(key.removeprefix("custom."))
    spec = target.spec(key)
    return present.values.get(spec.column_name() if spec else key)


def _equal(before: Any, value: Any) -> bool:
    if isinstance(before, Decimal | int | float) and isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(str(before)) == value
    if isinstance(before, str) and isinstance(value, dt.date | Decimal | int):
        return before == (str(value).lower() if isinstance(value, bool) else str(value))
    return bool(before == value)


def show(value: Any, kind: FieldKind = "text") -> str:
    """A value as the preview writes it: amounts with their cents, numbers with separators."""
    if value is None:
        return ""
    if isinstance(value, encryption.Locked):
        return tr("Locked")
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, Decimal):
        return _show_number(value, kind)
    return str(value)


def _show_number(value: Decimal, kind: FieldKind) -> str:
    plain = format(value.normalize(), ",f")
    places = len(plain.partition(".")[2])
    if kind in ("money", "price") and places < 2:
        return format(value, ",.2f")
    return plain


def _required(field: ImportField) -> Fault:
    return Fault(
        lambda: tr("{field} is missing.", field=pick(field.label, field.label_zh)),
        lambda: tr("Fill it in, or map a column to it."),
    )
