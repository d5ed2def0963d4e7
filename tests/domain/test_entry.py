"""Numbers and dates as people type them: exact, and the same on every machine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.entry import (
    NotADate,
    NotANumber,
    format_date,
    format_decimal,
    parse_date,
    parse_decimal,
)
from desktop.domain.text import in_language

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1240.50", "1240.5"),
        ("1,240.50", "1240.5"),
        ("１２．５", "12.5"),
        ("\u2212 3", "-3"),
        ("-3.00", "-3"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("¥ 12", "12"),
        ("1,234,567", "1234567"),
        ("1.100", "1.1"),
        ("1.234,50", "1234.5"),
        ("１．２３４．５６７，８", "1234567.8"),
        ("88.00 元", "88"),
    ],
)
def test_numbers(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "12,34",
        "1.234",
        "abc",
        "1e5",
        "--1",
        "1.2.3",
        ".",
        "-",
        "∞",
        "nan",
        "inf",
        "1" * 29,
        "0x10",
        "½",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        parse_decimal(text)


def test_empty_is_no_value() -> None:
    assert parse_decimal("  ") is None and parse_date("", TODAY) is None


def test_written() -> None:
    assert format_decimal(Decimal("1240")) == "1,240.00"
    assert format_decimal(Decimal("-0.005")) == "\u22120.01"
    assert format_decimal(Decimal("-0.001")) == "0.00"
    assert format_decimal(Decimal("3.500"), 3, trim=True) == "3.5"
    assert format_decimal(Decimal("100"), 0, trim=True) == "100"
    assert format_decimal(None) == "\u2013"


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4))
def test_what_is_written_is_read_back_exactly(value: Decimal) -> None:
    assert parse_decimal(format_decimal(value, 4), 4) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-28", date(2026, 11, 28)),
        ("20261128", date(2026, 11, 28)),
        ("2026/1/2", date(2026, 1, 2)),
        ("2026年11月28日", date(2026, 11, 28)),
        ("28 Nov 2026", date(2026, 11, 28)),
        ("28nov", date(2026, 11, 28)),
        ("11-28", date(2026, 11, 28)),
        ("11月28日", date(2026, 11, 28)),
        ("5", date(2026, 11, 5)),
        ("+3", date(2026, 11, 27)),
        ("-24", date(2026, 10, 31)),
        ("t", TODAY),
        ("今天", TODAY),
    ],
)
def test_dates(text: str, day: date) -> None:
    assert parse_date(text, TODAY) == day


@pytest.mark.parametrize("text", ["2026-02-30", "13-01", "32", "abc", "1-2-3-4", "99 Foo 2026", "2026-", "0"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        parse_date(text, TODAY)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)), st.sampled_from(["en", "zh"]))
def test_dates_written_in_either_language_are_read_back(day: date, language: str) -> None:
    with in_language(language):  # type: ignore[arg-type]
        assert parse_date(format_date(day), TODAY) == day
