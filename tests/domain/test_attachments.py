"""What files may be called, and which of them may do harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.attachments import (
    LIMIT,
    PART,
    is_dangerous,
    media_type,
    numbered,
    parts_of,
    safe_name,
    size_text,
)


@given(st.text(max_size=300))
def test_a_safe_name_is_one_name_and_stays_it(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= 200 and safe_name(safe) == safe
    assert not set(safe) & set('<>:"/\\|?*\n\t\0\u202e') and safe not in (".", "..")


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\plate.jpg", "plate.jpg"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("报告 2026.pdf", "报告 2026.pdf"),
        ("setup.exe. ", "setup.exe"),
        ("..", "file"),
        ("a" * 250 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_names_lose_what_deceives(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.parametrize("name", ["a.exe", "A.EXE", "a.pdf.js", "a.exe ", "x.xlsm", "b.lnk", "c\u202egpj.scr"])
def test_what_may_run_a_program_is_known(name: str) -> None:
    assert is_dangerous(name)


@pytest.mark.parametrize("name", ["a.pdf", "exe", "plate.jpg", "spare parts.xlsx", "报告.docx", "a.exe.pdf"])
def test_papers_and_pictures_are_harmless(name: str) -> None:
    assert not is_dangerous(name)


@given(st.integers(0, LIMIT))
def test_portions_hold_the_whole(size: int) -> None:
    parts = parts_of(size)
    assert parts >= 1 and (parts - 1) * PART <= max(size - 1, 0) < parts * PART


def test_words() -> None:
    assert [size_text(size) for size in (0, 1023, 1024, 820_000, PART, LIMIT)] == [
        "0 B", "1023 B", "1 KB", "801 KB", "1.0 MB", "50.0 MB",
    ]  # fmt: skip
    assert media_type("a.jpg") == "image/jpeg" and media_type("a") == "application/octet-stream"
    assert numbered("a.jpg", frozenset()) == "a.jpg"
    assert numbered("a.jpg", frozenset({"a.jpg", "a (2).jpg"})) == "a (3).jpg"
    assert numbered("notes", frozenset({"notes"})) == "notes (2)"
