"""What people type as numbers and dates, read exactly and written the same on every machine.

Never through `float` and never through the machine's locale: a quantity must not depend on a control panel.
Chinese full-width digits and signs are accepted, because an input method types them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from desktop.domain.text import language

MINUS = "\u2212"
NO_VALUE = "\u2013"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?")
_EUROPEAN = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_MAX_DIGITS = 28


class NotANumber(ValueError):
    """The text is no number, or `places` decimals do not hold it."""


class NotADate(ValueError):
    """The text is no date."""


def without_european(plain: str) -> str:
    """``1.234,50`` as ``1234.50``: with both signs in these places it means one thing only; anything else as it is."""
    return plain.replace(".", "").replace(",", ".") if _EUROPEAN.fullmatch(plain) else plain


def parse_decimal(text: str, places: int = 2) -> Decimal | None:
    """`text` as an exact number with at most `places` decimals; None where it is empty.

    Grouping commas must stand at thousands: ``1,5`` is refused, because here it might mean 1.5 and there 15.
    Raises `NotANumber`.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(MINUS, "-").replace("\u00a0", "").replace(" ", "")
    plain = without_european(plain.removeprefix("¥").removeprefix("￥").removesuffix("元"))
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain) or not any(character.isdigit() for character in plain):
        raise NotANumber(text)
    try:
        value = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise NotANumber(text) from None
    decimals = -int(value.as_tuple().exponent)
    if len(value.as_tuple().digits) > _MAX_DIGITS or (decimals > places and value != round(value, places)):
        raise NotANumber(text)
    return value


def format_decimal(value: Decimal | int | None, places: int = 2, *, trim: bool = False) -> str:
    """``1,240.00``; negative with the true minus sign; ``–`` for none. `trim` drops decimals that are zero."""
    if value is None:
        return NO_VALUE
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    words = f"{abs(rounded):,.{places}f}"
    if trim and "." in words:
        words = words.rstrip("0").rstrip(".")
    return MINUS + words if rounded < 0 else words


def parse_date(text: str, today: date) -> date | None:
    """`text` as a date; None where it is empty. Raises `NotADate`.

    Accepts ``2026-11-24``, ``20261124``, ``2026/11/24``, ``2026年11月24日``, ``24 Nov 2026``, ``11-24`` (this
    year),
    ``24`` (this month), ``+3`` and ``-3`` (days from today) and ``t`` or ``今天``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(MINUS, "-")
    if not plain:
        return None
    try:
        return _relative(plain, today) or _english(plain, today) or _numeric(plain, today)
    except (ValueError, OverflowError):
        raise NotADate(text) from None


def _relative(plain: str, today: date) -> date | None:
    if plain.lower() in ("t", "today", "今天"):
        return today
    found = re.fullmatch(r"([+-]\d{1,4})", plain)
    return today + timedelta(days=int(found.group(1))) if found else None


def _english(plain: str, today: date) -> date | None:
    found = re.fullmatch(r"(\d{1,2})[ -]?([A-Za-z]{3})[a-z]*\.?[ -]?(\d{4})?", plain)
    if not found:
        return None
    month = [name.lower() for name in _MONTHS].index(found.group(2).lower()) + 1
    return date(int(found.group(3) or today.year), month, int(found.group(1)))


def _numeric(plain: str, today: date) -> date:
    packed = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    if packed:
        return date(*(int(part) for part in packed.groups()))
    parts = [int(part) for part in re.split(r"[-/.年月日]", plain.rstrip("日")) if part]
    if not re.fullmatch(r"[\d\-/.年月日]+", plain) or not 1 <= len(parts) <= 3:
        raise NotADate(plain)
    if len(parts) == 3:
        return date(parts[0], parts[1], parts[2])
    if len(parts) == 2:
        return date(today.year, parts[0], parts[1])
    return date(today.year, today.month, parts[0])


def format_date(value: date | None) -> str:
    """``24 Nov 2026`` in English, ``2026-11-24`` in Chinese; ``–`` for none.

    For fields, facts and sentences. Where days stand under one another (lists, tables, papers, names of files) they are
    ISO in both languages, so that they sort and compare at a glance.
    """
    if value is None:
        return NO_VALUE
    return value.isoformat() if language() == "zh" else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def format_day(value: date) -> str:
    """A near day in a narrow place: ``24 Nov``, ``11-24`` in Chinese."""
    return f"{value:%m-%d}" if language() == "zh" else f"{value.day} {_MONTHS[value.month - 1]}"


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as the half-width ones that codes and numbers use."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
