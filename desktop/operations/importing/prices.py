"""Rows of a price list as suppliers send them: which item and which agreed price each one means, and what is wrong.

The same for a pasted block and for a file. An item is found by its code, the maker's number, its bar code or name, or
by what this supplier calls it. A price is found by unit, supplier, item, quantity and first day; a row without a first
day means the price of today. Everything is asked of the database at once, whatever the number of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.domain.currencies import currency_of
from desktop.domain.importing import Fault
from desktop.domain.text import tr


@dataclass
class PriceRow:
    """One row as read. `item` is None where nothing bears `word`; then this supplier's own code is tried.

    `open_end`: the row says nothing of a last day, so that of a known price stays. After `settle`, `price_id` is the
    price that it changes (None: a new one) and `faults` what is wrong, by field.
    """

    line: int
    supplier: int | None
    item: int | None
    word: str = ""
    supplier_code: str = ""
    min_quantity: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_to: date | None = None
    open_end: bool = True
    currency: str = ""
    said: frozenset[str] | None = None
    """What the sign beside the price may mean; None where there is none."""
    price_id: int | None = None
    faults: dict[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True)
class _Price:
    id: int
    valid_from: date
    valid_to: date | None
    unit_price: Decimal
    currency: str


_Key = tuple[int, int, Decimal]

_BY_SUPPLIER_CODE = text("""
    select distinct p.supplier_id, p.supplier_code, i.id, i.code
    from erp.supplier_price p join erp.item i on i.id = p.item_id
    where p.supplier_code = any (:words) and p.supplier_id = any (:suppliers)
""")
_KNOWN = text("""
    select id, supplier_id, item_id, min_quantity, valid_from, valid_to, unit_price, currency
    from erp.supplier_price
    where org_unit_id = :unit and supplier_id = any (:suppliers) and item_id = any (:items)
    order by valid_from
""")
_CURRENCIES = text("select id, currency from erp.party where id = any (:suppliers)")


def settle(session: Session, unit: int, today: date, rows: Sequence[PriceRow]) -> None:
    """Find items, prices and currencies of the rows, and name what stands in their way."""
    _find_items(session, rows)
    named = {row.line for row in rows if row.currency}
    _take_currencies(session, rows)
    known = _known(session, unit, rows)
    for row in rows:
        _match(row, known, today, named=row.line in named)
    _name_overlaps(rows, known, today)


def _find_items(session: Session, rows: Sequence[PriceRow]) -> None:
    """By what the supplier calls them, where nothing else answered."""
    open_rows = [
        row for row in rows if row.item is None and row.supplier is not None and (row.word or row.supplier_code)
    ]
    words = sorted({word for row in open_rows for word in (row.word, row.supplier_code) if word})
    found: dict[tuple[int, str], dict[int, str]] = defaultdict(dict)
    asked = {"words": words, "suppliers": sorted({row.supplier for row in open_rows if row.supplier is not None})}
    for supplier, word, item, code in session.execute(_BY_SUPPLIER_CODE, asked) if words else ():
        found[supplier, word][item] = code
    for row in open_rows:
        _take_item(row, found)
    for row in rows:
        if row.item is None and not row.word:
            row.faults.setdefault("item", _no_item(row.supplier_code))


def _take_item(row: PriceRow, found: Mapping[tuple[int, str], Mapping[int, str]]) -> None:
    for word in (row.word, row.supplier_code):
        items = found.get((row.supplier or 0, word), {})
        if len(items) == 1:
            row.item = next(iter(items))
            row.faults.pop("item", None)
            return
        if items:
            codes = ", ".join(sorted(items.values())[:5])
            row.faults["item"] = Fault(
                lambda word=word: tr("{value} is this supplier's code for several items.", value=word),  # type: ignore[misc]
                lambda codes=codes: tr("Write the code instead: {codes}.", codes=codes),  # type: ignore[misc]
            )
            return


def _no_item(supplier_code: str) -> Fault:
    def cause() -> str:
        return tr("{value} is not known.", value=supplier_code) if supplier_code else tr("The item is missing.")

    return Fault(cause, lambda: tr("Write its code, the maker's number, or what this supplier calls it."))


def _take_currencies(session: Session, rows: Sequence[PriceRow]) -> None:
    """As ISO 4217 writes it; a new price without one is in the currency that the supplier is paid in."""
    suppliers = sorted({row.supplier for row in rows if row.supplier is not None})
    usual = {row[0]: str(row[1]) for row in session.execute(_CURRENCIES, {"suppliers": suppliers})} if suppliers else {}
    for row in rows:
        if not row.currency:
            row.currency = usual.get(row.supplier or 0, "")
            continue
        code = currency_of(row.currency)
        if code is None:
            row.faults["currency"] = Fault(
                lambda value=row.currency: tr("{value} is not a currency.", value=value),  # type: ignore[misc]
                lambda: tr("Write its three letters, such as CNY, USD or EUR."),
            )
        else:
            row.currency = code


def _known(session: Session, unit: int, rows: Sequence[PriceRow]) -> Mapping[_Key, list[_Price]]:
    suppliers = sorted({row.supplier for row in rows if row.supplier is not None})
    items = sorted({row.item for row in rows if row.item is not None})
    known: dict[_Key, list[_Price]] = defaultdict(list)
    if suppliers and items:
        asked = {"unit": unit, "suppliers": suppliers, "items": items}
        for price_id, supplier, item, least, *rest in session.execute(_KNOWN, asked):
            known[supplier, item, Decimal(least)].append(_Price(price_id, *rest))
    return known


def _key(row: PriceRow) -> _Key | None:
    return None if row.supplier is None or row.item is None else (row.supplier, row.item, row.min_quantity)


def _match(row: PriceRow, known: Mapping[_Key, Sequence[_Price]], today: date, *, named: bool) -> None:
    key = _key(row)
    paid_in = row.currency
    for price in known.get(key, ()) if key is not None else ():
        meant = (
            price.valid_from == row.valid_from
            if row.valid_from is not None
            else price.valid_from <= today and (price.valid_to is None or price.valid_to >= today)
        )
        if meant:
            row.price_id, row.valid_from = price.id, price.valid_from
            paid_in = price.currency if not named else row.currency
            if row.open_end:
                row.valid_to = price.valid_to
            break
    row.valid_from = row.valid_from or today
    if row.said is not None and paid_in and paid_in not in row.said:
        row.faults["unit_price"] = Fault(
            lambda: tr("The sign beside it is not that of {currency}, in which this price is.", currency=paid_in),
            lambda: tr("Convert it, or name the currency in a column of its own."),
        )


def _name_overlaps(rows: Sequence[PriceRow], known: Mapping[_Key, Sequence[_Price]], today: date) -> None:
    """One price at a time: against what is agreed and does not change here, and against earlier rows."""
    changed = {row.price_id for row in rows if row.price_id is not None}
    taken: dict[_Key, list[PriceRow]] = defaultdict(list)
    for row in rows:
        key = _key(row)
        if key is None or row.faults:
            continue
        first = row.valid_from or today
        for price in known.get(key, ()):
            if price.id not in changed and _overlap(first, row.valid_to, price.valid_from, price.valid_to):
                row.faults["valid_from"] = _agreed(price)
                break
        for earlier in taken[key]:
            same = row.price_id is not None and earlier.price_id == row.price_id
            if not same and _overlap(first, row.valid_to, earlier.valid_from or today, earlier.valid_to):
                row.faults.setdefault("valid_from", _twice(earlier.line))
        taken[key].append(row)


def _overlap(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    return (other_last is None or first <= other_last) and (last is None or other_first <= last)


def _agreed(price: _Price) -> Fault:
    first, last = price.valid_from, price.valid_to
    amount = f"{price.unit_price:,.4f}".rstrip("0").rstrip(".")

    def cause() -> str:
        if last is None:
            return tr(
                "{price} {currency} is agreed from {first} on.", price=amount, currency=price.currency, first=first
            )
        return tr(
            "{price} {currency} is agreed from {first} to {last}.",
            price=amount, currency=price.currency, first=first, last=last,
        )  # fmt: skip

    return Fault(cause, lambda: tr("Give that price a last day first, or write {first} to change it.", first=first))


def _twice(line: int) -> Fault:
    return Fault(
        lambda: tr("Row {row} names a price for the same time.", row=line),
        lambda: tr("Keep one of the two rows, or give them days of their own."),
    )
