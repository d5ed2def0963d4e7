"""Which line of a grid holds what, and where it lies: group heads and rows interleaved by computation.

Nothing is stored per row. A map of a million rows in ten groups is twenty segments; a line or a pixel is found by
bisection. Pixels are Python integers, so a list may be taller than Qt's 32-bit coordinates.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.lists.query import Cell, GroupHead

ROW_HEIGHT = 24
GROUP_HEIGHT = 28

GroupKey = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a line is: a group's head, or row `index` of a group (of the whole list for an empty key)."""

    head: GroupHead | None
    group: GroupKey
    index: int


@dataclass(frozen=True, slots=True)
class _Segment:
    head: GroupHead | None
    group: GroupKey
    lines: int
    first_line: int
    top: int
    first_row: int


class RowMap:
    """Immutable: a change of the count, of the groups or of what is collapsed makes a new one."""

    def __init__(
        self,
        count: int,
        heads: Sequence[GroupHead] = (),
        depth: int = 0,
        collapsed: frozenset[GroupKey] = frozenset(),
    ) -> None:
        self.heads = tuple(heads)
        self.depth = depth
        self.collapsed = collapsed
        self._segments: list[_Segment] = []
        self._lines = self._top = self._rows = 0
        if depth:
            self._add_groups()
        elif count:
            self._add(None, (), count)
            self._rows = count
        self._first_lines = [segment.first_line for segment in self._segments]
        self._tops = [segment.top for segment in self._segments]
        self._by_group: Mapping[GroupKey, _Segment] = {
            segment.group: segment for segment in self._segments if segment.head is None
        }

    def _add_groups(self) -> None:
        hidden_below: GroupKey | None = None
        for head in self.heads:
            leaf = head.depth == self.depth - 1
            if hidden_below is not None and head.values[: len(hidden_below)] == hidden_below:
                self._rows += head.count if leaf else 0
                continue
            hidden_below = head.values if head.values in self.collapsed else None
            self._add(head, head.values, 1)
            if leaf:
                if hidden_below is None and head.count:
                    self._add(None, head.values, head.count)
                self._rows += head.count

    def _add(self, head: GroupHead | None, group: GroupKey, lines: int) -> None:
        self._segments.append(_Segment(head, group, lines, self._lines, self._top, self._rows))
        self._lines += lines
        self._top += lines * (GROUP_HEIGHT if head is not None else ROW_HEIGHT)

    @property
    def lines(self) -> int:
        return self._lines

    @property
    def rows(self) -> int:
        """Rows of the list, those of collapsed groups included."""
        return self._rows

    @property
    def height(self) -> int:
        return self._top

    def place(self, line: int) -> Place:
        """What stands on `line`. IndexError outside the map."""
        if not 0 <= line < self._lines:
            raise IndexError(line)
        segment = self._segments[bisect_right(self._first_lines, line) - 1]
        return Place(segment.head, segment.group, line - segment.first_line)

    def runs(self, first: int, last: int) -> list[tuple[int, Place, int]]:
        """The lines `first` … `last` as (line, place of its first, number of lines) per segment touched."""
        first, last = max(0, first), min(last, self._lines - 1)
        found: list[tuple[int, Place, int]] = []
        number = bisect_right(self._first_lines, first) - 1 if self._segments else 0
        while first <= last and number < len(self._segments):
            segment = self._segments[number]
            index = first - segment.first_line
            length = min(segment.lines - index, last - first + 1)
            found.append((first, Place(segment.head, segment.group, index), length))
            first += length
            number += 1
        return found

    def top(self, line: int) -> int:
        """The y of `line`'s upper edge; that of the end for the line after the last."""
        if line >= self._lines:
            return self._top
        segment = self._segments[bisect_right(self._first_lines, line) - 1]
        step = GROUP_HEIGHT if segment.head is not None else ROW_HEIGHT
        return segment.top + (line - segment.first_line) * step

    def line_height(self, line: int) -> int:
        return self.top(line + 1) - self.top(line)

    def line_at(self, y: int) -> int:
        """The line under `y`, clamped to the first and last; -1 on an empty map."""
        if not self._lines:
            return -1
        segment = self._segments[max(0, bisect_right(self._tops, y) - 1)]
        step = GROUP_HEIGHT if segment.head is not None else ROW_HEIGHT
        inside = min(max(0, (y - segment.top) // step), segment.lines - 1)
        return segment.first_line + inside

    def line_of(self, group: GroupKey, index: int) -> int | None:
        """The line of row `index` of `group`; None while the group is collapsed or gone."""
        segment = self._by_group.get(group)
        if segment is None or index >= segment.lines:
            return None
        return segment.first_line + index

    def line_of_row(self, number: int) -> int | None:
        """The line of row `number` of the whole list; that of its group's head where the group is collapsed."""
        if not 0 <= number < self._rows:
            return None
        rows = [segment.first_row for segment in self._segments]
        position = bisect_right(rows, number) - 1
        segment = self._segments[position]
        if segment.head is not None:
            return segment.first_line
        return segment.first_line + min(number - segment.first_row, segment.lines - 1)

    def heads_shown(self) -> list[tuple[int, GroupHead]]:
        return [(segment.first_line, segment.head) for segment in self._segments if segment.head is not None]
