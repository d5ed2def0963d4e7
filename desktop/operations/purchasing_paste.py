"""A pasted block for the price list: rows find their prices by supplier, item, quantity and day, not by their place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.domain.text import tr
from desktop.lists.all_lists import list_for
from desktop.lists.query import Cell
from desktop.operations import entering
from desktop.operations.importing.lookups import Meant, resolve
from desktop.operations.importing.price_fields import BOUGHT
from desktop.operations.importing.prices import PriceRow, settle
from desktop.operations.pasting import HOME, Entered
from desktop.operations.reading import View

LIST = "supplier_prices"
_NAMED = frozenset({"item", "supplier"})
_DEFAULTED = ("min_quantity", "currency", "valid_from")
"""Left to `settle` where a cell is blank."""

_ITEM_CODES = text("select id, code from erp.item where id = any (:ids)")


def finds(columns: Collection[str]) -> bool:
    """Whether a block with these columns finds its prices by itself."""
    named = set(columns)
    return "supplier" in named and bool(named & {"item", "supplier_code"})


def prepare(session: Session, view: View, lines: Sequence[Entered]) -> Sequence[Entered]:
    """The lines with the prices that they mean and codes that every list knows; what is wrong stands at its cell."""
    if not finds({key for line in lines for key in line.values}):
        return lines
    suppliers = entering.referred(session, list_for("suppliers"), _words(lines, "supplier"))
    items = resolve(session, BOUGHT, _words(lines, "item"))
    rows = [_row(line, suppliers, items) for line in lines]
    home = session.execute(HOME).one()
    settle(session, home.id, datetime.now(view.reader.zone).date(), rows)
    ids = sorted({row.item for row in rows if row.item is not None})
    codes = {row[0]: str(row[1]) for row in session.execute(_ITEM_CODES, {"ids": ids})}
    return [_line(line, row, items, codes) for line, row in zip(lines, rows, strict=True)]


def _words(lines: Sequence[Entered], key: str) -> set[str]:
    return {word for line in lines if (word := _said(line, key))}


def _said(line: Entered, key: str) -> str:
    return str(line.values.get(key) or "").strip()


def _row(line: Entered, suppliers: Mapping[str, Sequence[int]], items: Mapping[str, Meant]) -> PriceRow:
    found = suppliers.get(_said(line, "supplier"), ())
    meant = items.get(_said(line, "item"))
    first, last, least = (line.values.get(key) for key in ("valid_from", "valid_to", "min_quantity"))
    return PriceRow(
        line=line.line, supplier=found[0] if len(found) == 1 else None, item=meant.key if meant is not None else None,
        word=_said(line, "item"), supplier_code=_said(line, "supplier_code"),
        min_quantity=least if isinstance(least, Decimal) else Decimal(0),
        valid_from=first if isinstance(first, date) else None, valid_to=last if isinstance(last, date) else None,
        open_end="valid_to" not in line.values, currency=_said(line, "currency"),
        said=line.said.get("unit_price"),
    )  # fmt: skip


def _line(line: Entered, row: PriceRow, items: Mapping[str, Meant], codes: Mapping[int, str]) -> Entered:
    values: dict[str, Cell] = {
        key: value for key, value in line.values.items() if key not in _DEFAULTED or value is not None
    }
    refused = {**line.refused, **{key: fault.text() for key, fault in row.faults.items()}}
    meant = items.get(row.word)
    if row.item is None and meant is not None and meant.fault is not None and "item" not in refused:
        refused["item"] = meant.fault.text()
    if row.supplier is None and not _said(line, "supplier"):
        refused["supplier"] = tr("This must be filled in.")
    if row.price_id is None and line.values.get("unit_price") is None and "unit_price" not in refused:
        refused["unit_price"] = tr("This must be filled in.")
    if row.currency and ("currency" in values or row.price_id is None):
        values["currency"] = row.currency
    if row.price_id is not None:
        # Whose and of what it is, is how it was found.
        values = {key: value for key, value in values.items() if key not in _NAMED}
    else:
        values |= {"item": codes.get(row.item or 0), "valid_from": row.valid_from}
    return replace(
        line, row_id=row.price_id, refused=refused, values={key: v for key, v in values.items() if key not in refused}
    )
