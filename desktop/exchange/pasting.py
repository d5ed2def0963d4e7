"""From the clipboard to a dry run: which column and which record each pasted cell means, and what its text says.

A first row of headings decides the columns, in any order; without one the block lies where it was pasted. A block with
the list's code column finds its records by code, any other takes the rows it was pasted over, and new ones below them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from desktop.domain.clipboard import parse
from desktop.domain.importing import Choice, FieldKind, ImportField
from desktop.domain.text import in_language, tr
from desktop.exchange.cells import Unreadable, narrow, read_cell
from desktop.lists.query import Cell, ColumnInfo, ListQuery
from desktop.lists.spec import Kind
from desktop.operations import pasting
from desktop.operations.lists import SqlListSource
from desktop.operations.pasting import Entered, PastePlan, PasteResult, Undo
from desktop.operations.reading import connected

_FIELD_KINDS: Mapping[Kind, FieldKind] = {
    Kind.INTEGER: "integer",
    Kind.QUANTITY: "decimal",
    Kind.MONEY: "money",
    Kind.PRICE: "decimal",
    Kind.PERCENT: "rate",
    Kind.BAR: "rate",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.BOOLEAN: "boolean",
}
_UNIT = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")


@dataclass(frozen=True)
class Layout:
    """Which column each pasted one means (None: none of this list), and whether the first row names them."""

    columns: tuple[ColumnInfo | None, ...]
    headed: bool
    unknown: tuple[str, ...] = ()


def plan_paste(
    source: SqlListSource,
    query: ListQuery,
    clipboard: str,
    *,
    start_column: str,
    targets: Sequence[int],
    layout: Layout | None = None,
) -> PastePlan:
    """Try a paste without keeping anything. `targets` are the ids of the shown rows from the current one downwards;
    `layout` the columns as the user corrected them.

    Raises desktop.domain.clipboard.ClipboardTooLarge.
    """
    with in_language(source.language):
        rows = parse(clipboard)
        found = layout or layout_of(source, query, rows, start_column)
        body = rows[1:] if found.headed else rows
        first = 2 if found.headed else 1
        ids = _records(source, found, body, targets)
        lines = [
            _entered(source, found, row, line, ids[position])
            for position, (line, row) in enumerate(enumerate(body, start=first))
            if any(cell.strip() for cell in row)
        ]
        return pasting.plan(source.database, source.view(), lines)


def save_paste(source: SqlListSource, query: ListQuery, plan: PastePlan, *, request_id: str) -> PasteResult:
    """Save what the plan accepted, all or none; the result's `undo` takes it back."""
    result = pasting.save(source.database, source.view(), query, plan, request_id=request_id)
    source.renew()
    return result


def undo_paste(source: SqlListSource, query: ListQuery, back: Undo, *, request_id: str) -> PasteResult:
    """Take a saved paste back; the result's `undo` brings its changed cells again."""
    result = pasting.undo(source.database, source.view(), query, back, request_id=request_id)
    source.renew()
    return result


def layout_of(source: SqlListSource, query: ListQuery, rows: Sequence[Sequence[str]], start_column: str) -> Layout:
    """By headings when at least half of the first row's words, and two of them, are columns; else by place."""
    infos = {info.key: info for info in source.columns()}
    width = max((len(row) for row in rows), default=0)
    if rows:
        named = [_named(cell, infos) for cell in rows[0]]
        words = sum(bool(cell.strip()) for cell in rows[0])
        hits = sum(info is not None for info in named)
        if hits and hits >= (words + 1) // 2 and (hits > 1 or words == 1) and len(rows) > 1:
            columns = (*named, *[None] * (width - len(named)))
            unknown = tuple(
                cell.strip() for cell, info in zip(rows[0], named, strict=True) if info is None and cell.strip()
            )
            return Layout(columns, headed=True, unknown=unknown)
    start = query.columns.index(start_column) if start_column in query.columns else 0
    here = [infos.get(key) for key in query.columns[start : start + width]]
    return Layout((*here, *[None] * (width - len(here))), headed=False)


def read_text(source: SqlListSource, info: ColumnInfo, raw: str) -> Cell:
    """What a pasted text says in a column: ``¥1,250.00``, ``１２``, ``2026年3月31日``, ``是``. Raises Unreadable."""
    text = raw.strip()
    if not text:
        return None
    kind = _FIELD_KINDS.get(info.kind)
    if kind is None:
        return text if info.kind is Kind.TEXT else narrow(text)
    choices = tuple(Choice(value, label, label) for value, label in info.choices)
    field = ImportField(key=info.key, kind=kind, label=info.label, label_zh=info.label, choices=choices)
    value = read_cell(text, field)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=source.view().reader.zone)
    if isinstance(value, Decimal) and info.kind is Kind.INTEGER:
        return int(value)
    return value  # type: ignore[return-value]  # the readers of these kinds return cells


def _entered(source: SqlListSource, layout: Layout, row: Sequence[str], line: int, row_id: int | None) -> Entered:
    values: dict[str, Cell] = {}
    refused: dict[str, str] = {}
    for info, raw in zip(layout.columns, row, strict=False):
        if info is None or (row_id is not None and info.key == source.spec.code_column and layout.headed):
            continue
        if not info.editable:
            refused.update(
                {info.key: tr("This column cannot be changed here.")} if raw.strip() and row_id is None else {}
            )
            continue
        try:
            values[info.key] = read_text(source, info, raw)
        except Unreadable as error:
            refused[info.key] = error.fault.text()
    return Entered(line, row_id, values, refused)


def _records(
    source: SqlListSource, layout: Layout, body: Sequence[Sequence[str]], targets: Sequence[int]
) -> list[int | None]:
    """The record of each line: by the code in it, else the row that it lies upon."""
    code = source.spec.code_column
    keys = [info.key if info is not None else None for info in layout.columns]
    if code is None or code not in keys or not layout.headed:
        return [targets[n] if n < len(targets) else None for n in range(len(body))]
    place = keys.index(code)
    codes = [narrow(row[place].strip()) if place < len(row) else "" for row in body]
    known = _by_code(source, code, {one for one in codes if one})
    return [known.get(one) for one in codes]


def _by_code(source: SqlListSource, code: str, codes: set[str]) -> dict[str, int]:
    listing = source.view().listing
    column = listing.columns[code].expr
    wanted = source.spec.joins(select(column, source.spec.row_id)).where(column.in_(codes))
    with connected(source.database) as connection:
        return {row[0]: row[1] for row in connection.execute(wanted)}


def _named(cell: str, infos: Mapping[str, ColumnInfo]) -> ColumnInfo | None:
    said = _plain(cell)
    if not said:
        return None
    for info in infos.values():
        if said in (_plain(info.label), info.key.casefold()):
            return info
    return None


def _plain(text: str) -> str:
    return _UNIT.sub("", narrow(text)).strip().strip("*").casefold()
