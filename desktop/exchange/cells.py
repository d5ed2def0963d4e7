"""From what stands in a cell to a typed value, or to a fault that says what to write instead.

Takes the forms that Chinese and international files use: dates as ISO, 2026/11/24, 2026年11月24日, 20261124, Excel's
day numbers; numbers with separators, currency signs and full-width digits. What could mean two things is refused.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from desktop.domain.currencies import currencies_said, without_currency
from desktop.domain.entry import narrow, without_european
from desktop.domain.importing import Fault, FieldKind, ImportField
from desktop.domain.text import pick, tr
from desktop.exchange.files import MAX_CELL, RawCell

Read = Callable[[RawCell, ImportField], object]

_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_DATE_FORMS = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]"),
    re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"),
)
_DATE_WORDS = re.compile(r"(?P<d>\d{1,2})[- ](?P<m>[A-Za-z]{3,9})[- ,]+(?P<y>\d{4}|\d{2})")
_DATE_TWO_WAYS = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})")
_TIME = re.compile(r"(?P<h>\d{1,2}):(?P<n>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?")
_ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓", "有", "对", "x"})
_NO = frozenset({"否", "n", "no", "false", "0", "×", "无", "错"})
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Unreadable(Exception):
    """Raised by a reader of one kind; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


def read_cell(raw: RawCell, field: ImportField) -> object:
    """The value for `field` in `raw`: None where the cell is blank. Raises `Unreadable`."""
    if raw is None:
        return None
    if isinstance(raw, str):
        if len(raw) > MAX_CELL:
            raise Unreadable(_too_long(MAX_CELL))
        raw = raw.strip()
        if not raw:
            return None
    return _READERS[field.kind](raw, field)


def as_text(raw: RawCell) -> str:
    """A raw cell as its owner saw it: whole numbers without a decimal point, dates in ISO form."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return tr("yes") if raw else tr("no")
    if isinstance(raw, float):
        return format(_decimal_of_float(raw), "f")
    if isinstance(raw, dt.datetime):
        return raw.isoformat(" ", "seconds") if raw.time() != dt.time() else raw.date().isoformat()
    return str(raw)


def _decimal_of_float(value: float) -> Decimal:
    return Decimal(format(value, ".15g"))


# --- one reader per kind ---------------------------------------------------------------------------------------------


def _text(raw: RawCell, field: ImportField) -> str:
    text = as_text(raw)
    if text[:1] == "'" and text[1:2] in _RISKY:
        text = text[1:]  # our own exports put the apostrophe there, so that no spreadsheet calculates the text
    text = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()
    if len(text) > field.max_length:
        raise Unreadable(_too_long(field.max_length))
    return text


def _code(raw: RawCell, field: ImportField) -> str:
    text = narrow(_text(raw, field))
    if "\n" in text or "\t" in text:
        raise Unreadable(
            Fault(lambda: tr("A code cannot contain a line break or a tab."), lambda: tr("Write it in one line."))
        )
    if len(text) > 60:
        raise Unreadable(_too_long(60))
    return text


def foreign_amount(mark: str, currency: str) -> Fault:
    """Why an amount with that sign is not taken as one in `currency`."""
    return Fault(
        lambda: tr("{value} is not an amount in {currency}.", value=mark, currency=currency),
        lambda: tr("Convert it to {currency} and write it without the other sign.", currency=currency),
    )


def _decimal(raw: RawCell, field: ImportField) -> Decimal:
    value = _number(raw)
    said = currencies_said(narrow(raw)) if isinstance(raw, str) else None
    if said is not None and field.currency and field.currency not in said:
        raise Unreadable(foreign_amount(str(raw), field.currency))
    limit = Decimal(10) ** 14
    if abs(value) >= limit:
        raise Unreadable(
            Fault(lambda: tr("The number is too large."), lambda: tr("It may have at most 14 digits before the point."))
        )
    places = 2 if field.kind == "money" else 4
    if value != round(value, places):
        raise Unreadable(
            Fault(
                lambda: tr("The number has more than {places} decimals.", places=places),
                lambda: tr("Round it; nothing is rounded silently."),
            )
        )
    return round(value, places)


def _number(raw: RawCell) -> Decimal:
    if raw is None or isinstance(raw, bool | dt.date | dt.time | dt.timedelta):
        raise Unreadable(_no_number())
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        if raw != raw or raw in (float("inf"), float("-inf")):
            raise Unreadable(_no_number())
        return _decimal_of_float(raw)
    return _number_of_text(raw)


def _number_of_text(raw: str) -> Decimal:
    if raw.startswith(("=", "＝")):
        raise Unreadable(_formula())
    text = without_currency(narrow(raw)).replace(" ", "").replace("\u00a0", "").replace("，", ",")
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    if text[:1] in "+-" and text:
        negative, text = text[0] == "-", text[1:]
    elif text.endswith("-"):
        negative, text = True, text[:-1]
    text = without_european(text)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        raise Unreadable(_no_number())
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Unreadable(_no_number())
    return -value if negative else value


def _integer(raw: RawCell, field: ImportField) -> int:
    value = _number(raw)
    if value != value.to_integral_value() or abs(value) > 2_147_483_647:
        raise Unreadable(
            Fault(lambda: tr("This is not a whole number."), lambda: tr("Write a number without decimals."))
        )
    return int(value)


def _rate(raw: RawCell, field: ImportField) -> Decimal:
    """A share such as a tax rate: 6 %, 6％ and 0.06 are the same; a bare number above 1 is refused as ambiguous."""
    if isinstance(raw, str) and narrow(raw).endswith("%"):
        value = _number(narrow(raw)[:-1]) / 100
    else:
        value = _number(raw)
        if abs(value) > 1:
            raise Unreadable(
                Fault(
                    lambda: tr("A share above 1 could mean percent."),
                    lambda: tr("Write it with the sign, such as 6 %, or as 0.06."),
                )
            )
    return round(value, 4)


def _boolean(raw: RawCell, field: ImportField) -> bool:
    if isinstance(raw, bool):
        return raw
    word = narrow(as_text(raw)).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable(Fault(lambda: tr("This is neither yes nor no."), lambda: tr("Write yes or no (是 or 否).")))


def _choice(raw: RawCell, field: ImportField) -> str:
    word = narrow(as_text(raw)).casefold()
    for choice in field.choices:
        if word in {narrow(name).casefold() for name in (choice.value, choice.label, choice.label_zh) if name}:
            return choice.value
    listed = field.choices
    raise Unreadable(
        Fault(
            lambda: tr("This value is not allowed here."),
            lambda: tr("Allowed: {values}.", values=", ".join(pick(c.label, c.label_zh) for c in listed)),
        )
    )


def _date(raw: RawCell, field: ImportField) -> dt.date:
    return _moment(raw).date()


def _datetime(raw: RawCell, field: ImportField) -> dt.datetime:
    """Without a zone in the cell the value is naive: local time of the site or the company."""
    return _moment(raw)


def _moment(raw: RawCell) -> dt.datetime:
    if isinstance(raw, dt.datetime):
        return _plausible(raw)
    if isinstance(raw, dt.date):
        return _plausible(dt.datetime.combine(raw, dt.time()))
    if isinstance(raw, bool) or raw is None or isinstance(raw, dt.time | dt.timedelta):
        raise Unreadable(_no_date())
    if isinstance(raw, int | float):
        return _of_day_number(raw)
    return _of_text(raw)


def _of_day_number(days: float) -> dt.datetime:
    """Excel's day number, 1900 system; whole numbers that read as 20261124 are taken as such."""
    if 19000101 <= days <= 29991231 and days == int(days):
        return _of_text(str(int(days)))
    if not 367 <= days < 200_000:
        raise Unreadable(_no_date())
    return _plausible(_EXCEL_EPOCH + dt.timedelta(seconds=round(days * 86400)))


def _of_text(raw: str) -> dt.datetime:
    if raw.startswith(("=", "＝")):
        raise Unreadable(_formula())
    text = narrow(raw)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _of_day_number(float(text))
    text, zone = _without_zone(text)
    clock = _TIME.search(text)
    day_text = (text[: clock.start()] if clock else text).strip().rstrip("T").strip()
    if clock and text[clock.end() :].strip():
        raise Unreadable(_no_date())
    year, month, day = _day_of(day_text)
    hour, minute, second = (int(clock[k] or 0) for k in "hns") if clock else (0, 0, 0)
    try:
        return _plausible(dt.datetime(year, month, day, hour, minute, second, tzinfo=zone))
    except ValueError:
        raise Unreadable(_no_date())


def _without_zone(text: str) -> tuple[str, dt.timezone | None]:
    found = _ZONE.search(text)
    if found is None or ":" not in text[: found.start()]:
        return text, None
    sign = found[1]
    if sign == "Z":
        return text[: found.start()], dt.UTC
    minutes = int(sign[1:3]) * 60 + int(sign[-2:])
    if minutes > 14 * 60:
        raise Unreadable(_no_date())
    return text[: found.start()], dt.timezone(dt.timedelta(minutes=-minutes if sign[0] == "-" else minutes))


def _day_of(text: str) -> tuple[int, int, int]:
    for form in _DATE_FORMS:
        if found := form.fullmatch(text):
            return int(found["y"]), int(found["m"]), int(found["d"])
    if found := _DATE_WORDS.fullmatch(text):
        month = found["m"][:3].lower()
        if month in _MONTHS:
            year = int(found["y"])
            return year + 2000 if year < 100 else year, _MONTHS.index(month) + 1, int(found["d"])
    if found := _DATE_TWO_WAYS.fullmatch(text):
        return _day_of_two_ways(int(found["a"]), int(found["b"]), int(found["y"]))
    raise Unreadable(_no_date())


def _day_of_two_ways(first: int, second: int, year: int) -> tuple[int, int, int]:
    """24/11/2026 and 11/24/2026 are clear, 05/06/2026 is not."""
    if first > 12:
        return year, second, first
    if second > 12:
        return year, first, second
    raise Unreadable(
        Fault(
            lambda: tr("Day and month could be either way round."),
            lambda: tr("Write the year first, such as 2026-11-24."),
        )
    )


def _plausible(moment: dt.datetime) -> dt.datetime:
    if not 1900 <= moment.year <= 2200:
        raise Unreadable(Fault(lambda: tr("The year is not between 1900 and 2200."), lambda: tr("Check the date.")))
    return moment


def _no_date() -> Fault:
    return Fault(lambda: tr("This is not a date."), lambda: tr("Write it as 2026-11-24, 2026/11/24 or 2026年11月24日."))


def _no_number() -> Fault:
    return Fault(lambda: tr("This is not a number."), lambda: tr("Write it as 1234.50 or 1,234.50, without a unit."))


def _formula() -> Fault:
    return Fault(
        lambda: tr("The cell holds a formula as text."),
        lambda: tr("Replace the formulas by their values and save again."),
    )


def _too_long(limit: int) -> Fault:
    return Fault(lambda: tr("The text is longer than {limit} characters.", limit=limit), lambda: tr("Shorten it."))


_READERS: Mapping[FieldKind, Read] = {
    "text": _text,
    "code": _code,
    "lookup": _text,
    "integer": _integer,
    "decimal": _decimal,
    "money": _decimal,
    "price": _decimal,
    "rate": _rate,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "choice": _choice,
}
