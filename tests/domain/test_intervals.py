"""Interval arithmetic against the obvious set of seconds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.intervals import LONG, IntervalIndex, clipped, columns, merged, overlap, total, without

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: (min(p), max(p))), max_size=12)


def _points(spans: list[tuple[int, int]]) -> set[int]:
    return {point for start, end in spans for point in range(start, end)}


@given(SPANS)
def test_merged_covers_the_same_points_in_order_without_touching(spans: list[tuple[int, int]]) -> None:
    joined = merged(spans)
    assert _points(list(joined)) == _points(spans)
    assert all(a.end < b.start for a, b in pairwise(joined))
    assert total(spans) == len(_points(spans))


@given(SPANS, SPANS)
def test_without_is_set_difference(spans: list[tuple[int, int]], holes: list[tuple[int, int]]) -> None:
    assert _points(list(without(spans, holes))) == _points(spans) - _points(holes)


@given(SPANS, st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_clipped_stays_in_the_window(spans: list[tuple[int, int]], window: tuple[int, int]) -> None:
    assert _points(list(clipped(spans, window))) == _points(spans) & set(range(*window))


def test_intervals_that_touch_do_not_overlap() -> None:
    assert overlap((0, 10), (10, 20)) == 0
    assert overlap((0, 11), (10, 20)) == 1


ROWS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 10 * LONG), st.sampled_from([900, 7200, LONG, LONG + 1, 5 * LONG])),
    max_size=40,
)


@given(ROWS, st.integers(0, 10 * LONG), st.integers(1, 3 * LONG))
def test_the_index_finds_what_a_scan_finds(rows: list[tuple[int, int, int]], start: int, length: int) -> None:
    end = start + length
    index = IntervalIndex()
    loaded = [(lane, begin, begin + size, key) for key, (lane, begin, size) in enumerate(rows)]
    half = len(loaded) // 2
    index.load(loaded[:half])
    for row in loaded[half:]:
        index.add(*row)
    for lane in (1, 2, 3, 4):
        expected = sorted((b, e, key) for ln, b, e, key in loaded if ln == lane and b < end and e > start)
        assert index.touching(lane, start, end) == [key for _, _, key in expected]


def test_the_index_forgets_what_is_removed_and_refuses_the_unknown() -> None:
    index = IntervalIndex()
    index.add(1, 0, 100, 7)
    index.remove(1, 0, 100, 7)
    assert index.touching(1, 0, 100) == []
    with pytest.raises(KeyError):
        index.remove(1, 0, 100, 7)


@given(SPANS)
def test_columns_never_let_two_overlapping_ones_share(spans: list[tuple[int, int]]) -> None:
    places = columns(spans)
    for i, (a, place) in enumerate(zip(spans, places, strict=True)):
        assert 0 <= place.at < place.of
        for b, other in zip(spans[:i], places[:i], strict=True):
            if overlap(a, b):
                assert place.at != other.at
                assert place.of == other.of


def test_columns_are_reused_after_a_gap() -> None:
    assert columns([(0, 4), (1, 3), (3, 5), (6, 8)]) == [(0, 2), (1, 2), (1, 2), (0, 1)]
