from __future__ import annotations

import random

import pytest

from desktop.lists.query import GroupHead
from desktop.models.row_map import RowMap

HEADS = (
    GroupHead(("A",), 5),
    GroupHead(("A", 1), 2),
    GroupHead(("A", 2), 3),
    GroupHead(("B",), 4),
    GroupHead(("B", 1), 4),
)


def test_a_flat_list_of_a_thousand_million_rows_is_one_segment() -> None:
    rows = RowMap(1_000_000_000)
    assert rows.height == 24_000_000_000
    assert rows.line_at(23_999_999_999) == 999_999_999
    assert rows.place(123_456_789).index == 123_456_789
    assert rows.top(999_999_999) == 23_999_999_976


def test_heads_and_rows_are_interleaved() -> None:
    rows = RowMap(9, HEADS, 2)
    shown = [(place.head.values if place.head else place.index) for place in map(rows.place, range(rows.lines))]
    assert shown == [("A",), ("A", 1), 0, 1, ("A", 2), 0, 1, 2, ("B",), ("B", 1), 0, 1, 2, 3]
    assert rows.height == 9 * 24 + 5 * 28
    assert rows.rows == 9


def test_a_collapsed_group_hides_all_below_it() -> None:
    rows = RowMap(9, HEADS, 2, frozenset({("A",)}))
    assert [place.head.values if place.head else place.index for place in map(rows.place, range(rows.lines))] == [
        ("A",), ("B",), ("B", 1), 0, 1, 2, 3,
    ]  # fmt: skip
    assert rows.line_of_row(3) == 0, "a row of the collapsed group is found at its head"
    assert rows.line_of_row(5) == 3
    assert rows.line_of(("A", 1), 0) is None


def test_lines_and_pixels_agree() -> None:
    rows = RowMap(9, HEADS, 2, frozenset({("A", 2)}))
    y = 0
    for line in range(rows.lines):
        height = rows.line_height(line)
        assert rows.top(line) == y
        assert {rows.line_at(y), rows.line_at(y + height - 1)} == {line}
        y += height
    assert rows.height == y
    assert rows.line_at(y + 100) == rows.lines - 1


def test_runs_cover_what_place_says() -> None:
    rows = RowMap(9, HEADS, 2)
    chance = random.Random(7)
    for _ in range(50):
        first = chance.randrange(rows.lines)
        last = chance.randrange(first, rows.lines)
        lines = [
            (line + offset, place.group, place.index + offset)
            for line, place, length in rows.runs(first, last)
            for offset in range(length)
        ]
        assert lines == [(n, rows.place(n).group, rows.place(n).index) for n in range(first, last + 1)]


def test_an_empty_list_has_no_line() -> None:
    assert RowMap(0).line_at(10) == -1
    with pytest.raises(IndexError):
        RowMap(0).place(0)
