"""Counting in boxes, pairs and rolls: what a typed quantity means, and how a line reads in another unit.

Stock is kept in the part's own unit alone. A line remembers the unit it was counted in and the number typed; both are
posted, and the database converts by its own factors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from desktop.domain.figures import quantity_text
from desktop.domain.stock import Draft, Line, Mode, Part, Unit, with_line

_FOUR = Decimal("0.0001")
_MOST_DIGITS = 7
_NUMBER = r"(\d+(?:[.,]\d+)?|[.,]\d+)"
_PLAIN = re.compile(_NUMBER)
_TIMES = re.compile(rf"{_NUMBER}\s*[x*\N{{MULTIPLICATION SIGN}}]\s*{_NUMBER}(?:\s*([^\d\s]\D*))?")
_WORDED = re.compile(rf"{_NUMBER}(\s*)([^\d\s.,][^\d]*)")
_USES = {Mode.RECEIVE: "purchase", Mode.ISSUE: "issue", Mode.COUNTER: "issue", Mode.RETURN: "issue"}
_CHINESE = 0x2E80


@dataclass(frozen=True)
class Entry:
    """A typed quantity: the number and the unit it counts; None for the part's own."""

    number: Decimal
    unit: Unit | None = None

    @property
    def quantity(self) -> Decimal:
        """In the part's own unit."""
        return self.number if self.unit is None else in_base(self.number, self.unit)


@dataclass(frozen=True)
class NotItsUnit:
    """A number with a word that is no unit of the part."""

    word: str
    known: tuple[str, ...]


def read(text: str, line: Line, mode: Mode) -> Entry | NotItsUnit | None:
    """What was typed: ``4`` counts in the line's unit, ``2 box`` in boxes, ``3x12`` is three packs of twelve.

    A unit may be cut short where a blank stands before it and only one of the part's begins so. None for everything
    that may be a code.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    found = _PLAIN.fullmatch(plain)
    if found:
        number = _number(plain)
        return None if number is None else Entry(number, current_unit(line))
    found = _TIMES.fullmatch(plain)
    if found:
        return _packs(found, line.part, mode)
    found = _WORDED.fullmatch(plain)
    return _worded(found, line.part, mode) if found else None


def as_quantity(text: str) -> Decimal | None:
    """A typed number alone; None for everything that may be a code."""
    plain = text.strip()
    return _number(plain) if _PLAIN.fullmatch(plain) else None


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if len(text) <= _MOST_DIGITS else None


def _packs(found: re.Match[str], part: Part, mode: Mode) -> Entry | NotItsUnit | None:
    """``3x12``: as packs of the part where it has one of twelve, else as 36; ``3x2 box`` are six boxes."""
    packs, held = _number(found[1]), _number(found[2])
    if packs is None or held is None:
        return None
    if found[3]:
        unit = _called(found[3].strip(), part, mode, short=True)
        return _unknown(found[3].strip(), part, mode) if unit is None else Entry(packs * held, unit[0])
    pack = next((each for each in units_for(part, mode) if each.factor == held), None)
    return Entry(packs, pack) if pack is not None else Entry(packs * held)


def _worded(found: re.Match[str], part: Part, mode: Mode) -> Entry | NotItsUnit | None:
    number, word = _number(found[1]), found[3].strip()
    apart = bool(found[2]) or ord(word[0]) >= _CHINESE
    unit = _called(word, part, mode, short=bool(found[2]))
    if number is None or (unit is None and not apart):
        return None
    return _unknown(word, part, mode) if unit is None else Entry(number, unit[0])


def _unknown(word: str, part: Part, mode: Mode) -> NotItsUnit:
    return NotItsUnit(word, tuple(words_of(part, each) for each in (None, *units_for(part, mode))))


def _called(word: str, part: Part, mode: Mode, *, short: bool) -> tuple[Unit | None] | None:
    """The unit of that name, None in it for the part's own; None where it has none so called."""
    names: list[tuple[tuple[Unit | None], Sequence[str | None]]] = [((None,), (part.uom, part.uom_name, part.uom_zh))]
    names += [((each,), (each.uom, each.name, each.name_zh, *each.spellings)) for each in units_for(part, mode)]
    said = {word, word.removesuffix("s"), word.removesuffix("es")}
    for unit, known in names:
        if any(each and each.casefold() in said for each in known):
            return unit
    if not short:
        return None
    begin = [unit for unit, known in names if any(each and each.casefold().startswith(word) for each in known)]
    return begin[0] if len(begin) == 1 else None


def units_for(part: Part, mode: Mode) -> tuple[Unit, ...]:
    """The units in which that kind of document may count the part, besides its own."""
    use = _USES.get(mode)
    return tuple(each for each in part.units if use is None or each.usage in ("both", use))


def unit_of(line: Line) -> Unit | None:
    """The unit in which the line is counted; None for the part's own."""
    return next((each for each in line.part.units if each.uom == line.uom), None) if line.uom else None


def current_unit(line: Line) -> Unit | None:
    """The unit in which a number alone counts: the one that the line shows."""
    return unit_of(line) if not line.quantity or counted(line) is not None else None


def words_of(part: Part, unit: Unit | None) -> str:
    """``box (24 pc)``, or the part's own unit alone."""
    if unit is None:
        return part.base_unit()
    return f"{unit.display_name()} ({quantity_text(unit.factor)} {part.base_unit()})"


def counted(line: Line) -> tuple[Decimal, Unit] | None:
    """The line's quantity in the unit in which it is counted; None where that is the part's own, or it is not exact."""
    unit = unit_of(line)
    if unit is None or not line.quantity:
        return None
    if line.entered is not None and in_base(line.entered, unit) == line.quantity:
        return line.entered, unit
    number = (line.quantity / unit.factor).quantize(_FOUR)
    exact = in_base(number, unit) == line.quantity and round(number, unit.digits) == number
    return (number.normalize(), unit) if exact else None


def in_base(number: Decimal, unit: Unit) -> Decimal:
    """How much of the part's own unit that is, as the database rounds it."""
    return (number * unit.factor).quantize(_FOUR, ROUND_HALF_UP)


def with_entry(draft: Draft, index: int, entry: Entry) -> Draft:
    """Line `index` holds what was typed, in the unit in which it was typed."""
    uom = entry.unit.uom if entry.unit is not None else ""
    line = replace(draft.lines[index], quantity=entry.quantity, uom=uom, entered=entry.number)
    return with_line(draft, index, line)


def next_unit(draft: Draft, index: int) -> Draft:
    """The next unit for line `index`. What was typed stays and counts anew; where it only says that all of it came or
    goes it is shown in the other unit, if that is exact.
    """
    line = draft.lines[index]
    units: tuple[Unit | None, ...] = (None, *units_for(line.part, draft.mode))
    now = current_unit(line)
    unit = units[(units.index(now) + 1) % len(units)] if now in units else None
    uom = unit.uom if unit is not None else ""
    shown = counted(line)
    number = shown[0] if shown is not None else line.quantity
    if line.quantity and line.quantity == line.expected:
        same = replace(line, uom=uom, entered=None)
        if unit is None or counted(same) is not None:
            return with_line(draft, index, same)
    return with_entry(draft, index, Entry(number, unit))
