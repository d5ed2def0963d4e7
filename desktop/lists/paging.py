"""Where pages begin: the positions that a list has learnt, so that no page is reached by counting from the start.

Three ways, the cheapest that is known wins: a snapshot of all ids in their order (searches, orders without an index),
a keyset that goes on from the nearest known row (a page shown before, or a rung of the ladder), the end backwards.
"""

from __future__ import annotations

import sys
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

LADDER_FROM = 20_000
LADDER_STEP = 1_000
FROM_THE_END = 5_000


@dataclass(frozen=True)
class Route:
    """How to reach a page: go on after a row (`after`: the order's values of it) or from an end, skip `offset`."""

    limit: int
    offset: int
    after: tuple[Any, ...] | None = None
    backwards: bool = False


@dataclass
class Trail:
    """What is known of one query's order: its number of rows, known places, perhaps all ids. Safe between threads."""

    total: int | None = None
    cut: bool = False
    ids: array[int] | None = None
    _places: list[int] = field(default_factory=list)
    _values: list[tuple[Any, ...]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def patience(self) -> int:
        """How many rows are counted off to reach a page before it pays to learn the order."""
        return 3_000 if self.total is None or self.total > LADDER_FROM else 400

    def remember(self, place: int, values: Sequence[Any]) -> None:
        """`values` are the order's values of the row that stands just before `place`."""
        with self._lock:
            index = bisect_right(self._places, place)
            if index and self._places[index - 1] == place:
                self._values[index - 1] = tuple(values)
                return
            self._places.insert(index, place)
            self._values.insert(index, tuple(values))

    def climb(self, rungs: Iterable[Sequence[Any]]) -> None:
        """Take over a ladder: each rung is the position of a row, counted from 1, and its values of the order."""
        for place, *values in rungs:
            self.remember(place, values)

    def route(self, start: int, limit: int) -> Route:
        if self.total is not None and self._near_end(start):
            wanted = max(0, min(limit, self.total - start))
            return Route(wanted, max(0, self.total - start - wanted), backwards=True)
        with self._lock:
            index = bisect_right(self._places, start) - 1
            if index < 0:
                return Route(limit, start)
            return Route(limit, start - self._places[index], self._values[index])

    def _near_end(self, start: int) -> bool:
        total = self.total or 0
        with self._lock:
            index = bisect_right(self._places, start) - 1
            forward = start - (self._places[index] if index >= 0 else 0)
        return total - start < min(forward, FROM_THE_END)


def unpack_ids(packed: bytes | memoryview | None) -> array[int]:
    """Ids from their eight big-endian bytes each."""
    ids = array("q")
    ids.frombytes(bytes(packed or b""))
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


def needs_sorting(plan: dict[str, Any], rows: int = 2_000) -> bool:
    """Whether an EXPLAIN (FORMAT JSON) plan sorts more than a page: no index gives the order."""
    if plan["Node Type"] == "Sort":
        return any(child["Plan Rows"] > rows or needs_sorting(child, rows) for child in plan.get("Plans", ()))
    return any(needs_sorting(child, rows) for child in plan.get("Plans", ()))
