"""A count as the desk works on it: which line a scan means, what was counted, which lines this round shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from desktop.domain import walked_sheet
from desktop.domain.walked_sheet import ONE, ZERO, WalkedSheet, next_open, step, with_entry

__all__ = ["ONE", "ZERO", "Sheet", "SheetLine", "add_one", "enter", "find", "shown", "step"]


class SheetLine(walked_sheet.SheetLine, Protocol):
    """A line of the sheet; `counted` is what the database keeps of this round."""

    @property
    def recount(self) -> bool: ...
    @property
    def counted(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Sheet(WalkedSheet[SheetLine, Decimal]):
    """The lines of this round with the quantities that were counted."""

    def quantity(self, line: SheetLine) -> Decimal | None:
        """What stands in the line: entered here, else kept; None while it is not counted."""
        entered = self.entered(line)
        return line.counted if entered is None else entered

    def finished(self, line: SheetLine) -> bool:
        return self.quantity(line) is not None


def shown(lines: Sequence[SheetLine], *, recounting: bool) -> tuple[SheetLine, ...]:
    """The lines of a round: while recounting only those that are counted again."""
    return tuple(line for line in lines if line.recount or not recounting)


def enter(sheet: Sheet, quantity: Decimal) -> Sheet:
    """A quantity for the current line; the cursor goes on to the next one that is not counted."""
    line = sheet.line
    if line is None:
        return sheet
    made = with_entry(sheet, line, quantity)
    following = next_open(made, sheet.current)
    return replace(made, current=following if following >= 0 else min(sheet.current + 1, len(sheet.lines) - 1))


def add_one(sheet: Sheet, index: int) -> Sheet:
    """One more piece was scanned; a serial number is there or not."""
    line = sheet.lines[index]
    before = sheet.quantity(line) or ZERO
    quantity = ONE if line.tracking == "serial" else before + ONE
    return replace(with_entry(sheet, line, quantity), current=index)


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
