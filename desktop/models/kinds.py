"""Kinds on screen: how a value of each Kind reads, and how what somebody types becomes a value.

Formatting is done once per page of rows, in the worker thread, so nothing here knows a widget. Reading is that of
the importer (`exchange.cells`), so a cell takes in the grid what it takes in a file; only a bare number in a share
column differs: typed into a column of percentages, 18 means 18 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from desktop.domain.entry import NotADate, narrow, parse_date
from desktop.domain.importing import Choice, FieldKind, ImportField
from desktop.domain.text import tr
from desktop.exchange.cells import Unreadable, read_cell
from desktop.lists.query import Cell, ColumnInfo
from desktop.lists.spec import Kind

THIN_SPACE = "\u2009"
MINUS = "\u2212"
NO_VALUE = "\u2013"

NUMBERS = frozenset({Kind.INTEGER, Kind.QUANTITY, Kind.MONEY, Kind.PRICE, Kind.PERCENT, Kind.BAR})
SHARES = frozenset({Kind.PERCENT, Kind.BAR})
NEVER_CUT = NUMBERS | {Kind.CODE, Kind.DATE, Kind.MONTH, Kind.DATETIME}
"""Kinds whose column is widened rather than the text cut: half a number is a wrong number."""

_READ_AS: dict[Kind, FieldKind] = {
    Kind.TEXT: "text",
    Kind.CODE: "code",
    Kind.INTEGER: "integer",
    Kind.QUANTITY: "decimal",
    Kind.MONEY: "money",
    Kind.PRICE: "decimal",
    Kind.PERCENT: "rate",
    Kind.BAR: "rate",
    Kind.DATE: "date",
    Kind.MONTH: "date",
    Kind.DATETIME: "datetime",
    Kind.BOOLEAN: "boolean",
    Kind.CHOICE: "choice",
    Kind.STATE: "choice",
}
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?|(\d{4})(\d{2})")
_BARE_NUMBER = re.compile(r"[+-]?[\d.,]+")


class NotAccepted(ValueError):
    """What was typed cannot be a value of the column; the message says why and what to write instead."""


def is_number(kind: Kind) -> bool:
    return kind in NUMBERS


def format_cell(info: ColumnInfo, value: Cell, *, whole_money: bool = False) -> str:
    """`value` as the grid shows it, "" for none. `whole_money`: overviews leave out the cents (guide.md §3)."""
    if value is None or value == "":
        return ""
    if info.kind is Kind.MONEY and whole_money and isinstance(value, Decimal | int):
        return _grouped(Decimal(value), 0)
    return _FORMATS[info.kind](info, value)


def edit_text(info: ColumnInfo, value: Cell) -> str:
    """`value` as it stands in an editor: without separators, so that it can be typed over."""
    if value is None:
        return ""
    if info.kind in SHARES:
        return f"{_plain(Decimal(str(value)) * 100)} %"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, int):
        return str(value)
    return format_cell(info, value)


def paid_in(info: ColumnInfo, infos: Sequence[ColumnInfo], cells: Sequence[Cell]) -> str:
    """The currency of an amount in that row: what its row names, else the company's; "" for what is no amount."""
    if not info.currency:
        return ""
    named = next((cell for other, cell in zip(infos, cells, strict=False) if other.key == "currency" and cell), None)
    return str(named or info.currency)


def parse_text(info: ColumnInfo, text: str, currency: str | None = None) -> Cell:
    """The value that `text` means in the column, None for blank. Raises NotAccepted with cause and remedy.

    A sign of another currency than `currency` is refused; None: than the company's; "": all signs are taken.
    """
    typed = text.strip()
    if typed in ("", NO_VALUE):
        if info.required:
            raise NotAccepted(tr("{column} cannot be empty.", column=info.label))
        return None
    if info.kind is Kind.MONTH:
        return _first_of(info, typed)
    if info.kind is Kind.DATE and (day := _near_day(typed)) is not None:
        return day
    if info.kind in SHARES and _BARE_NUMBER.fullmatch(narrow(typed)):
        typed += "%"
    try:
        return cast(Cell, read_cell(typed.replace(THIN_SPACE, " "), _field_of(info, currency)))
    except Unreadable as wrong:
        raise NotAccepted(wrong.fault.text()) from wrong


def _first_of(info: ColumnInfo, typed: str) -> date:
    """``2026-11``, ``202611`` or any day of a month as that month's first day."""
    if found := _MONTH.fullmatch(narrow(typed)):
        year, month = int(found[1] or found[3]), int(found[2] or found[4])
        if not (1900 <= year <= 2200 and 1 <= month <= 12):
            raise NotAccepted(tr("{typed} is no month. Write it as 2026-11.", typed=typed))
        return date(year, month, 1)
    try:
        day = _near_day(typed) or cast(datetime, read_cell(typed, _field_of(info)))
    except Unreadable as wrong:
        raise NotAccepted(tr("{typed} is no month. Write it as 2026-11.", typed=typed)) from wrong
    return date(day.year, day.month, 1)


def _near_day(typed: str) -> date | None:
    """The short forms that a clerk types: ``+3``, ``24``, ``11-24``, ``t``; None for all others."""
    try:
        return parse_date(typed, date.today())
    except NotADate:
        return None


def _field_of(info: ColumnInfo, currency: str | None = None) -> ImportField:
    kind: FieldKind = "lookup" if info.reference else _READ_AS[info.kind]
    choices = tuple(Choice(value, label, label) for value, label in info.choices)
    amount = info.currency if currency is None else currency
    return ImportField(info.key, kind, info.label, info.label, required=info.required, choices=choices, currency=amount)


def _grouped(value: Decimal, places: int) -> str:
    text = f"{value:,.{places}f}"
    if text.startswith("-"):
        return MINUS + text[1:] if text.strip("-0.,") else text[1:]
    return text


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quantity(value: Decimal) -> str:
    text = _grouped(value, 4)
    return text.rstrip("0").rstrip(".")


def _local(value: Cell) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.astimezone() if value.tzinfo else value


def _moment(value: Cell) -> str:
    moment = _local(value)
    return moment.strftime("%Y-%m-%d %H:%M") if moment else str(value)


def _day(value: Cell) -> str:
    moment = _local(value)
    day = moment.date() if moment else value
    return day.isoformat() if isinstance(day, date) else str(day)


def _label(info: ColumnInfo, value: Cell) -> str:
    return next((label for known, label in info.choices if known == value), str(value))


def _decimal(value: Cell) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def share_text(value: Cell) -> str:
    """0.357 as ``35.7 %`` with a thin space."""
    return f"{_grouped(_decimal(value) * 100, 1)}{THIN_SPACE}%"


_FORMATS: dict[Kind, Callable[[ColumnInfo, Cell], str]] = {
    Kind.TEXT: lambda _, value: " ".join(str(value).split()),
    Kind.CODE: lambda _, value: str(value),
    Kind.INTEGER: lambda _, value: _grouped(_decimal(value), 0),
    Kind.QUANTITY: lambda _, value: _quantity(_decimal(value)),
    Kind.MONEY: lambda _, value: _grouped(_decimal(value), 2),
    Kind.PRICE: lambda _, value: _grouped(_decimal(value), 4),
    Kind.PERCENT: lambda _, value: share_text(value),
    Kind.BAR: lambda _, value: share_text(value),
    Kind.DATE: lambda _, value: _day(value),
    Kind.MONTH: lambda _, value: _day(value)[:7],
    Kind.DATETIME: lambda _, value: _moment(value),
    Kind.BOOLEAN: lambda _, value: tr("yes") if value else tr("no"),
    Kind.CHOICE: _label,
    Kind.STATE: _label,
}
