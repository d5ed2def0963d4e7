"""A walk with a pick list as the desk works on it: which line a scan means, what was taken and not yet kept.

Values only; what is kept is the database's. A line is known by its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Protocol

ZERO, ONE = Decimal(0), Decimal(1)
SHORT_REASONS = ("missing", "damaged", "later")
"""Why less was taken; "later" keeps the pieces set aside for another list."""


class WalkLine(Protocol):
    """What the desk needs to know of a line."""

    @property
    def id(self) -> int: ...
    @property
    def item_id(self) -> int: ...
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
class Walk:
    """The lines, the current one, the bin that was scanned last, and what is on its way to the database.

    `sent` is what the database is being told now; `waiting` what comes after it. Neither is lost by a refusal.
    """

    lines: tuple[WalkLine, ...] = ()
    current: int = 0
    place: str = ""
    waiting: Mapping[int, Entry] = field(default_factory=dict)
    sent: Mapping[int, Entry] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)

    @property
    def line(self) -> WalkLine | None:
        return self.lines[self.current] if 0 <= self.current < len(self.lines) else None

    def entry(self, line: WalkLine) -> Entry:
        """What stands in the line: entered here, else kept."""
        kept = Entry(line.kept, "", line.reason or "")
        return self.waiting.get(line.id, self.sent.get(line.id, kept))

    def finished(self, line: WalkLine) -> bool:
        """Nothing is to be fetched for it any more: all is taken, or it is said why not."""
        entry = self.entry(line)
        return entry.quantity >= line.wanted or bool(entry.reason)

    @property
    def left(self) -> int:
        return sum(1 for line in self.lines if not self.finished(line))

    @property
    def touched(self) -> bool:
        """Whether there is anything to issue or to settle."""
        return any(line.wanted and (self.entry(line).quantity or self.entry(line).reason) for line in self.lines)

    @property
    def unsaved(self) -> bool:
        return bool(self.waiting or self.sent)


def with_lines(walk: Walk, lines: Sequence[WalkLine]) -> Walk:
    """The walk as read again; the cursor stays on its line, or goes to the first one that is still wanted."""
    here = walk.line.id if walk.line is not None else None
    made = replace(walk, lines=tuple(lines))
    found = next((n for n, line in enumerate(lines) if line.id == here and line.wanted), None)
    return replace(made, current=found if found is not None else max(_next_open(made, -1), 0))


def enter(walk: Walk, quantity: Decimal) -> Walk:
    """A quantity for the current line; where that is all, the cursor goes on to the next one to fetch."""
    line = walk.line
    if line is None:
        return walk
    made = _with_entry(walk, line, Entry(quantity, walk.entry(line).lot))
    return _on(made) if quantity >= line.wanted else made


def give_reason(walk: Walk, reason: str) -> Walk:
    """The current line is short: what was taken stands, the rest is not looked for; the cursor goes on."""
    line = walk.line
    if line is None or not line.wanted or walk.entry(line).quantity >= line.wanted:
        return walk
    return _on(_with_entry(walk, line, replace(walk.entry(line), reason=reason)))


def clear(walk: Walk) -> Walk:
    """Nothing was taken for the current line after all."""
    line = walk.line
    return walk if line is None or not line.wanted else _with_entry(walk, line, Entry(ZERO))


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
    return replace(_with_entry(walk, line, Entry(before.quantity + ONE, lot or before.lot)), current=index)


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


def _with_entry(walk: Walk, line: WalkLine, entry: Entry) -> Walk:
    refused = {key: words for key, words in walk.refused.items() if key != line.id}
    return replace(walk, waiting={**walk.waiting, line.id: entry}, refused=refused)


def _on(walk: Walk) -> Walk:
    following = _next_open(walk, walk.current)
    return replace(walk, current=following) if following >= 0 else walk


def _next_open(walk: Walk, after: int) -> int:
    """The next line below, then from the top, that is to be fetched; −1 where none is."""
    order = (*range(after + 1, len(walk.lines)), *range(max(after + 1, 0)))
    return next((n for n in order if n < len(walk.lines) and not walk.finished(walk.lines[n])), -1)


def step(walk: Walk, by: int) -> Walk:
    """Up or down; the ends hold."""
    return replace(walk, current=max(0, min(walk.current + by, len(walk.lines) - 1)))


def bin_of(walk: Walk, code: str) -> str:
    """The bin of the walk that a code names; empty for none."""
    wanted = code.strip().upper()
    return next((line.location for line in walk.lines if line.location.upper() == wanted), "")


def go_to_bin(walk: Walk, place: str) -> Walk:
    """To the first line there that is to be fetched, else to the first one."""
    there = [n for n, line in enumerate(walk.lines) if line.location == place]
    open_ = [n for n in there if not walk.finished(walk.lines[n])]
    return replace(walk, place=place, current=(open_ or there or [walk.current])[0])


def send(walk: Walk) -> Walk:
    """What waits goes on its way."""
    return replace(walk, sent=dict(walk.waiting), waiting={})


def kept(walk: Walk) -> Walk:
    """The database has it."""
    return replace(walk, sent={})


def not_kept(walk: Walk, words: str) -> Walk:
    """The database refused: everything waits again, newer entries first, and the lines say why."""
    return replace(
        walk,
        waiting={**walk.sent, **walk.waiting},
        sent={},
        refused={**walk.refused, **dict.fromkeys(walk.sent, words)},
    )
