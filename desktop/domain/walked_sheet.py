"""A sheet that is walked with a scanner, bin by bin: where the cursor stands, what was entered and not yet kept.

Values only; what is kept is the database's. A line is known by its id. A count (`counting`) and a pick list (`picking`)
say what an entry is and when a line is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

ZERO, ONE = Decimal(0), Decimal(1)


class SheetLine(Protocol):
    """What the desk needs to know of any line."""

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


Line = TypeVar("Line", bound=SheetLine)
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class WalkedSheet(Generic[Line, Entry]):
    """The lines, the current one, the bin that was scanned last, and what is on its way to the database.

    `sent` is what the database is being told now; `waiting` what comes after it. Neither is lost by a refusal.
    """

    lines: tuple[Line, ...] = ()
    current: int = 0
    place: str = ""
    waiting: Mapping[int, Entry] = field(default_factory=dict)
    sent: Mapping[int, Entry] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)

    @property
    def line(self) -> Line | None:
        return self.lines[self.current] if 0 <= self.current < len(self.lines) else None

    def entered(self, line: Line) -> Entry | None:
        """What was entered here and is not read back yet."""
        return self.waiting.get(line.id, self.sent.get(line.id))

    def finished(self, line: Line) -> bool:
        """Nobody has to go there any more."""
        raise NotImplementedError

    def takes(self, line: Line) -> bool:
        """Whether the cursor may stay on it when the sheet is read again."""
        return True

    @property
    def left(self) -> int:
        """Lines that nobody has dealt with yet."""
        return sum(1 for line in self.lines if not self.finished(line))

    @property
    def unsaved(self) -> bool:
        return bool(self.waiting or self.sent)


Sheet = TypeVar("Sheet", bound=WalkedSheet[Any, Any])


def with_lines(sheet: Sheet, lines: Sequence[SheetLine]) -> Sheet:
    """The sheet as read again; the cursor stays on its line, or goes to the first one not done. What waits stays."""
    here = sheet.line.id if sheet.line is not None else None
    made = replace(sheet, lines=tuple(lines))
    found = next((n for n, line in enumerate(lines) if line.id == here and made.takes(line)), None)
    return replace(made, current=found if found is not None else max(next_open(made, -1), 0))


def with_entry(sheet: Sheet, line: SheetLine, entry: object) -> Sheet:
    """With that entered for a line; it waits to be kept, and a refusal of the line is over."""
    refused = {key: words for key, words in sheet.refused.items() if key != line.id}
    return replace(sheet, waiting={**sheet.waiting, line.id: entry}, refused=refused)


def next_open(sheet: WalkedSheet[Any, Any], after: int) -> int:
    """The next line below, then from the top, that is not done; −1 where all are."""
    order = (*range(after + 1, len(sheet.lines)), *range(max(after + 1, 0)))
    return next((n for n in order if n < len(sheet.lines) and not sheet.finished(sheet.lines[n])), -1)


def step(sheet: Sheet, by: int) -> Sheet:
    """Up or down; the ends hold."""
    return replace(sheet, current=max(0, min(sheet.current + by, len(sheet.lines) - 1)))


def bin_of(sheet: WalkedSheet[Any, Any], code: str) -> str:
    """The bin of the sheet that a code names; empty for none."""
    wanted = code.strip().upper()
    return next((line.location for line in sheet.lines if line.location.upper() == wanted), "")


def go_to_bin(sheet: Sheet, place: str) -> Sheet:
    """To the first line there that is not done, else to the first one."""
    there = [n for n, line in enumerate(sheet.lines) if line.location == place]
    open_ = [n for n in there if not sheet.finished(sheet.lines[n])]
    return replace(sheet, place=place, current=(open_ or there or [sheet.current])[0])


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
