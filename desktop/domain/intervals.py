"""Half-open intervals `[start, end)` of whole seconds since the epoch: sets of them, an index, and a column
layout.

Boards and calendars ask the same three questions: what is left when these are taken out, what lies in this
window, and how do overlapping ones stand side by side. The index answers the second in time that depends on
the answer and not on how many bookings there are.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LONG = 48 * 3600
"""Intervals longer than this are kept apart, so that one of two years does not slow every look at a day."""


class Interval(NamedTuple):
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def overlap(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Seconds that `a` and `b` share; 0 where they only touch."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def merged(intervals: Iterable[tuple[int, int]]) -> list[Interval]:
    """The same points in time, in order, touching and overlapping intervals joined, empty ones gone."""
    out: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if out and start <= out[-1].end:
            out[-1] = Interval(out[-1].start, max(out[-1].end, end))
        else:
            out.append(Interval(start, end))
    return out


def without(intervals: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> list[Interval]:
    """What is left of `intervals` when `holes` are cut out, merged and in order."""
    gaps = merged(holes)
    out: list[Interval] = []
    for start, end in merged(intervals):
        at = start
        for hole in gaps:
            if hole.end <= at:
                continue
            if hole.start >= end:
                break
            if hole.start > at:
                out.append(Interval(at, hole.start))
            at = max(at, hole.end)
        if at < end:
            out.append(Interval(at, end))
    return out


def clipped(intervals: Iterable[tuple[int, int]], window: tuple[int, int]) -> list[Interval]:
    """The parts inside `window`, merged and in order."""
    low, high = window
    return merged((max(start, low), min(end, high)) for start, end in intervals)


def total(intervals: Iterable[tuple[int, int]]) -> int:
    """Seconds covered; time covered twice counts once."""
    return sum(end - start for start, end in merged(intervals))


class IntervalIndex:
    """Which keys of a lane touch a window: one sorted list a lane, a look-up bisects."""

    def __init__(self) -> None:
        self._short: dict[int, list[tuple[int, int, int]]] = {}
        self._long: dict[int, list[tuple[int, int, int]]] = {}

    def _list(self, lane: int, length: int) -> list[tuple[int, int, int]]:
        return (self._long if length > LONG else self._short).setdefault(lane, [])

    def load(self, rows: Iterable[tuple[int, int, int, int]]) -> None:
        """Replace everything by `(lane, start, end, key)` rows: one sort a lane, not an insertion each."""
        self._short, self._long = {}, {}
        for lane, start, end, key in rows:
            self._list(lane, end - start).append((start, end, key))
        for lists in (self._short, self._long):
            for entries in lists.values():
                entries.sort()

    def add(self, lane: int, start: int, end: int, key: int) -> None:
        insort(self._list(lane, end - start), (start, end, key))

    def remove(self, lane: int, start: int, end: int, key: int) -> None:
        """Take out exactly what was added; `KeyError` where it is not there."""
        entries = self._list(lane, end - start)
        entry = (start, end, key)
        at = bisect_left(entries, entry)
        if at == len(entries) or entries[at] != entry:
            raise KeyError(entry)
        del entries[at]

    def touching(self, lane: int, start: int, end: int) -> list[int]:
        """Keys whose interval shares time with `[start, end)`, by start."""
        found: list[tuple[int, int, int]] = []
        long = self._long.get(lane)
        if long:
            found.extend(entry for entry in long[: bisect_left(long, (end,))] if entry[1] > start)
        short = self._short.get(lane)
        if short:
            first = bisect_left(short, (start - LONG,))
            last = bisect_left(short, (end,), first)
            found.extend(entry for entry in short[first:last] if entry[1] > start)
        if long:
            found.sort()
        return [entry[2] for entry in found]


class Column(NamedTuple):
    """Where an interval stands among those that overlap it: column `at` of `of` equally wide ones."""

    at: int
    of: int


def columns(intervals: Sequence[tuple[int, int]]) -> list[Column]:
    """A column for each interval, in the order given, so that no two that overlap share one.

    Each cluster of connected intervals is as wide as its widest moment; an interval takes the first free
    column.
    """
    order = sorted(range(len(intervals)), key=lambda index: (intervals[index][0], -intervals[index][1], index))
    at = [0] * len(intervals)
    of = [1] * len(intervals)
    cluster: list[int] = []
    ends: list[int] = []
    until = 0
    for index in order:
        start, end = intervals[index]
        if cluster and start >= until:
            _close(cluster, len(ends), of)
            cluster, ends = [], []
        free = next((column for column, busy in enumerate(ends) if busy <= start), len(ends))
        if free == len(ends):
            ends.append(end)
        else:
            ends[free] = end
        at[index] = free
        until = max(until, end) if cluster else end
        cluster.append(index)
    _close(cluster, len(ends), of)
    return [Column(column, width) for column, width in zip(at, of, strict=True)]


def _close(cluster: list[int], width: int, of: list[int]) -> None:
    for index in cluster:
        of[index] = max(1, width)
