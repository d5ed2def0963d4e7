"""A walk with a pick list as the desk works on it: which line a scan means, what was taken, and why not all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Protocol

from desktop.domain.walked_sheet import ONE, ZERO, SheetLine, WalkedSheet, next_open, with_entry

SHORT_REASONS = ("missing", "damaged", "later")
"""Why less was taken; "later" keeps the pieces set aside for another list."""


class WalkLine(SheetLine, Protocol):
    """A line of the list: `wanted` is still to be fetched, `kept` what the database knows to be taken."""

    @property
    def item_id(self) -> int: ...
    @property
    def wanted(self) -> Decimal: ...
    @property
    def kept(self) -> Decimal: ...
    @property
    def reason(self) -> str | None: ...


@dataclass(frozen=True)
class Entry:
    """What was taken for a line: how much, of which lot (empty: the planned one), and why not all of it."""

    quantity: Decimal
    lot: str = ""
    reason: str = ""


class Refused(Enum):
    """Why a scan changed nothing."""

    NOT_LISTED = "not listed"
    OTHER_BIN = "other bin"
    ENOUGH = "enough"


@dataclass(frozen=True)
class Walk(WalkedSheet[WalkLine, Entry]):
    """The lines of the list with what was taken for each."""

    def entry(self, line: WalkLine) -> Entry:
        """What stands in the line: entered here, else kept."""
        return self.entered(line) or Entry(line.kept, "", line.reason or "")

    def finished(self, line: WalkLine) -> bool:
        """Nothing is to be fetched for it any more: all is taken, or it is said why not."""
        entry = self.entry(line)
        return entry.quantity >= line.wanted or bool(entry.reason)

    def takes(self, line: WalkLine) -> bool:
        return bool(line.wanted)

    @property
    def touched(self) -> bool:
        """Whether there is anything to issue or to settle."""
        return any(line.wanted and (self.entry(line).quantity or self.entry(line).reason) for line in self.lines)


def enter(walk: Walk, quantity: Decimal) -> Walk:
    """A quantity for the current line; where that is all, the cursor goes on to the next one to fetch."""
    line = walk.line
    if line is None:
        return walk
    made = with_entry(walk, line, Entry(quantity, walk.entry(line).lot))
    return _on(made) if quantity >= line.wanted else made


def give_reason(walk: Walk, reason: str) -> Walk:
    """The current line is short: what was taken stands, the rest is not looked for; the cursor goes on."""
    line = walk.line
    if line is None or not line.wanted or walk.entry(line).quantity >= line.wanted:
        return walk
    return _on(with_entry(walk, line, replace(walk.entry(line), reason=reason)))


def clear(walk: Walk) -> Walk:
    """Nothing was taken for the current line after all."""
    line = walk.line
    return walk if line is None or not line.wanted else with_entry(walk, line, Entry(ZERO))


def take_one(walk: Walk, code: str) -> tuple[Walk, int | None, Refused | None]:
    """One piece with that label was taken: the walk, its line, and why it was refused. A scanned bin comes first."""
    wanted = code.strip().upper()
    hits = [n for n, line in enumerate(walk.lines) if line.wanted and wanted in _labels(line)]
    if not hits:
        return walk, None, Refused.NOT_LISTED
    here = [n for n in hits if not walk.place or walk.lines[n].location == walk.place]
    if not here:
        return walk, hits[0], Refused.OTHER_BIN
    open_ = [n for n in here if walk.entry(walk.lines[n]).quantity < walk.lines[n].wanted]
    if not open_:
        return walk, here[0], Refused.ENOUGH
    index = walk.current if walk.current in open_ else open_[0]
    return take_for(walk, index), index, None


def take_for(walk: Walk, index: int, lot: str = "") -> Walk:
    """One more piece of a line, from another lot where one is named."""
    line = walk.lines[index]
    before = walk.entry(line)
    return replace(with_entry(walk, line, Entry(before.quantity + ONE, lot or before.lot)), current=index)


def line_of_item(walk: Walk, item_id: int) -> int | None:
    """The line that still wants a piece of that item: in the scanned bin where one was scanned."""
    for n, line in enumerate(walk.lines):
        fits = line.item_id == item_id and (not walk.place or line.location == walk.place)
        if fits and walk.entry(line).quantity < line.wanted:
            return n
    return None


def _labels(line: WalkLine) -> tuple[str, ...]:
    """What a piece of the line bears. One serial number is one piece: only its own label counts."""
    own = (line.lot or "").upper()
    if line.tracking == "serial":
        return (own,)
    return tuple(each for each in (line.item_code.upper(), (line.barcode or "").upper(), own) if each)


def _on(walk: Walk) -> Walk:
    following = next_open(walk, walk.current)
    return replace(walk, current=following) if following >= 0 else walk
