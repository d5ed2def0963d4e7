from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import clipboard
from desktop.domain.clipboard import ClipboardTooLarge, format_rows, parse

CELLS = st.text(alphabet='ab"\t\r\n ,水', max_size=6)
BLOCKS = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(tuple), min_size=1, max_size=4).map(tuple)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", ()),
        ("a", (("a",),)),
        ("a\tb\r\nc\td\r\n", (("a", "b"), ("c", "d"))),
        ("a\n\nb", (("a",), ("",), ("b",))),
        ("a\t", (("a", ""),)),
        ("\tb", (("", "b"),)),
        ('"two\nlines"\tb', (("two\nlines", "b"),)),
        ('"say ""hi"""\tb', (('say "hi"', "b"),)),
        ('"5 pipe\tb', (('"5 pipe', "b"),)),
        ('"a"b\tc', (('"a"b', "c"),)),
        ("a\rb", (("a",), ("b",))),
        ('""', (("",),)),
    ],
)
def test_what_excel_copies(text: str, rows: tuple[tuple[str, ...], ...]) -> None:
    assert parse(text) == rows


@given(BLOCKS)
def test_a_copied_block_is_read_back(rows: tuple[tuple[str, ...], ...]) -> None:
    assert parse(format_rows(rows)) == rows


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "MAX_ROWS", 10)
    with pytest.raises(ClipboardTooLarge):
        parse("a\n" * 20)
    monkeypatch.setattr(clipboard, "MAX_CHARACTERS", 10)
    with pytest.raises(ClipboardTooLarge):
        parse("a" * 20)


def test_quotes_without_end_are_read_in_reasonable_time() -> None:
    assert len(parse('"a\t' * 200_000)[0]) == 200_001
