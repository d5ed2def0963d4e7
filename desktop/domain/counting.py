"""A count as the desk works on it: which line a scan means, what was entered and not yet kept, what comes next.

Values only; what is kept is the database's. A line is known by its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

ZERO, ONE = Decimal(0), Decimal(1)


class SheetLine(Protocol):
    """What the desk needs to know of a line of the sheet."""

    @property
    def id(self) -> int: ...
    @property
    def item_code(self) -> str: ...
    @property
    def barcode(self) -> str | None: ...
    @property
    def lot(self) -> str | None: ...
    @property
    def location(self) -> str: ...
    @property
    def tracking(self) -> str: ...
    @property
    def recount(self) -> bool: ...
    @property
    def counted(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Sheet:
    """The lines of this round, the current one, the bin that was scanned last, and what is on its way to the database.

    `sent` is what the database is being told now; `waiting` what comes after it. Neither is lost by a refusal.
    """

    lines: tuple[SheetLine, ...] = ()
    current: int = 0
    place: str = ""
    waiting: Mapping[int, Decimal] = field(default_factory=dict)
    sent: Mapping[int, Decimal] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)

    @property
    def line(self) -> SheetLine | None:
        return self.lines[self.current] if 0 <= self.current < len(self.lines) else None

    def quantity(self, line: SheetLine) -> Decimal | None:
        """What stands in the line: entered here, else kept; None while it is not counted."""
        return self.waiting.get(line.id, self.sent.get(line.id, line.counted))

    @property
    def left(self) -> int:
        """Lines that nobody has counted yet in this round."""
        return sum(1 for line in self.lines if self.quantity(line) is None)

    @property
    def unsaved(self) -> bool:
        return bool(self.waiting or self.sent)


def shown(lines: Sequence[SheetLine], *, recounting: bool) -> tuple[SheetLine, ...]:
    """The lines of a round: while recounting only those that are counted again."""
    return tuple(line for line in lines if line.recount or not recounting)


def with_lines(sheet: Sheet, lines: Sequence[SheetLine]) -> Sheet:
    """The sheet as read again; the cursor stays on its line and what waits stays."""
    here = sheet.line.id if sheet.line is not None else None
    found = next((n for n, line in enumerate(lines) if line.id == here), None)
    made = replace(sheet, lines=tuple(lines))
    return replace(made, current=found if found is not None else max(_next_open(made, -1), 0))


def enter(sheet: Sheet, quantity: Decimal) -> Sheet:
    """A quantity for the current line; the cursor goes on to the next one that is not counted."""
    line = sheet.line
    if line is None:
        return sheet
    made = _with_quantity(sheet, line, quantity)
    following = _next_open(made, sheet.current)
    return replace(made, current=following if following >= 0 else min(sheet.current + 1, len(sheet.lines) - 1))


def add_one(sheet: Sheet, index: int) -> Sheet:
    """One more piece was scanned; a serial number is there or not."""
    line = sheet.lines[index]
    before = sheet.quantity(line) or ZERO
    quantity = ONE if line.tracking == "serial" else before + ONE
    return replace(_with_quantity(sheet, line, quantity), current=index)


def _with_quantity(sheet: Sheet, line: SheetLine, quantity: Decimal) -> Sheet:
    refused = {key: words for key, words in sheet.refused.items() if key != line.id}
    return replace(sheet, waiting={**sheet.waiting, line.id: quantity}, refused=refused)


def _next_open(sheet: Sheet, after: int) -> int:
    """The next line below, then from the top, that is not counted; −1 where all are."""
    order = (*range(after + 1, len(sheet.lines)), *range(max(after + 1, 0)))
    return next((n for n in order if n < len(sheet.lines) and sheet.quantity(sheet.lines[n]) is None), -1)


def step(sheet: Sheet, by: int) -> Sheet:
    """Up or down; the ends hold."""
    return replace(sheet, current=max(0, min(sheet.current + by, len(sheet.lines) - 1)))


def bin_of(sheet: Sheet, code: str) -> str:
    """The bin of the sheet that a code names; empty for none."""
    wanted = code.strip().upper()
    return next((line.location for line in sheet.lines if line.location.upper() == wanted), "")


def go_to_bin(sheet: Sheet, place: str) -> Sheet:
    """To the first line there that is not counted, else to the first one."""
    there = [n for n, line in enumerate(sheet.lines) if line.location == place]
    open_ = [n for n in there if sheet.quantity(sheet.lines[n]) is None]
    target = (open_ or there or [sheet.current])[0]
    return replace(sheet, place=place, current=target)


def find(sheet: Sheet, code: str) -> int | None:
    """The line of a part, barcode, lot or serial number: in the scanned bin first, then one that is not counted."""
    wanted = code.strip().upper()
    hits = [
        n
        for n, line in enumerate(sheet.lines)
        if wanted in (line.item_code.upper(), (line.barcode or "").upper(), (line.lot or "").upper())
    ]
    if not hits:
        return None
    return min(
        hits,
        key=lambda n: (
            bool(sheet.place) and sheet.lines[n].location != sheet.place,
            sheet.quantity(sheet.lines[n]) is not None,
            n,
        ),
    )


def send(sheet: Sheet) -> Sheet:
    """What waits goes on its way."""
    return replace(sheet, sent=dict(sheet.waiting), waiting={})


def kept(sheet: Sheet) -> Sheet:
    """The database has it."""
    return replace(sheet, sent={})


def not_kept(sheet: Sheet, words: str) -> Sheet:
    """The database refused: everything waits again, newer entries first, and the lines say why."""
    return replace(
        sheet,
        waiting={**sheet.sent, **sheet.waiting},
        sent={},
        refused={**sheet.refused, **dict.fromkeys(sheet.sent, words)},
    )
