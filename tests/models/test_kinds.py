from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from desktop.domain.text import in_language
from desktop.lists.query import Cell
from desktop.lists.spec import Kind
from desktop.models.kinds import NotAccepted, edit_text, format_cell, parse_text
from tests.models.fakes import column


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Kind.MONEY, Decimal("1240"), "1,240.00"),
        (Kind.MONEY, Decimal("-78"), "−78.00"),
        (Kind.MONEY, Decimal("-0.001"), "0.00"),
        (Kind.PRICE, Decimal("6.8"), "6.8000"),
        (Kind.QUANTITY, Decimal("2.5000"), "2.5"),
        (Kind.QUANTITY, Decimal("1200"), "1,200"),
        (Kind.QUANTITY, Decimal("0"), "0"),
        (Kind.INTEGER, 2906, "2,906"),
        (Kind.PERCENT, Decimal("0.357"), "35.7\u2009%"),
        (Kind.BAR, Decimal("-0.057"), "−5.7\u2009%"),
        (Kind.DATE, date(2026, 11, 24), "2026-11-24"),
        (Kind.MONTH, date(2026, 11, 1), "2026-11"),
        (Kind.DATETIME, datetime(2026, 11, 24, 10, 42), "2026-11-24 10:42"),
        (Kind.TEXT, "two\nlines", "two lines"),
        (Kind.TEXT, None, ""),
    ],
)
def test_values_read_as_the_visual_system_says(kind: Kind, value: Cell, shown: str) -> None:
    assert format_cell(column("x", "X", kind, 100), value) == shown


def test_overviews_leave_out_the_cents() -> None:
    assert format_cell(column("x", "X", Kind.MONEY, 100), Decimal("1248000.00"), whole_money=True) == "1,248,000"


def test_booleans_and_choices_speak_the_language_in_force() -> None:
    info = column("x", "X", Kind.STATE, 100, choices=(("open", "未结"),))
    with in_language("zh"):
        assert format_cell(info, "open") == "未结"
        assert format_cell(column("y", "Y", Kind.BOOLEAN, 50), True) == "是"
    assert format_cell(info, "unknown") == "unknown"


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Kind.MONEY, "1,240.50", Decimal("1240.50")),
        (Kind.MONEY, "￥１２．５", Decimal("12.50")),
        (Kind.MONEY, "−78", Decimal("-78.00")),
        (Kind.PERCENT, "18", Decimal("0.1800")),
        (Kind.PERCENT, "18.5\u2009%", Decimal("0.1850")),
        (Kind.PERCENT, "１８％", Decimal("0.1800")),
        (Kind.DATE, "2026/11/4", date(2026, 11, 4)),
        (Kind.DATE, "2026年11月4日", date(2026, 11, 4)),
        (Kind.BOOLEAN, "是", True),
        (Kind.TEXT, "  ", None),
        (Kind.QUANTITY, "–", None),
    ],
)
def test_what_is_typed_becomes_a_value(kind: Kind, typed: str, value: Cell) -> None:
    assert parse_text(column("x", "X", kind, 100), typed) == value


def test_refusals_name_cause_and_remedy() -> None:
    with pytest.raises(NotAccepted, match="not a number"):
        parse_text(column("x", "X", Kind.MONEY, 100), "twelve")
    with pytest.raises(NotAccepted, match="Customer cannot be empty"):
        parse_text(column("c", "Customer", Kind.TEXT, 100, required=True), " ")
    with pytest.raises(NotAccepted, match="Allowed: Open"):
        parse_text(column("s", "State", Kind.STATE, 100, choices=(("open", "Open"),)), "shut")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.MONEY, Decimal("-1240.50")),
        (Kind.PERCENT, Decimal("0.1250")),
        (Kind.QUANTITY, Decimal("3.25")),
        (Kind.DATE, date(2026, 2, 28)),
        (Kind.MONTH, date(2026, 2, 1)),
        (Kind.BOOLEAN, False),
        (Kind.INTEGER, 12000),
    ],
)
def test_what_an_editor_shows_reads_back_as_the_same_value(kind: Kind, value: Cell) -> None:
    info = column("x", "X", kind, 100)
    assert parse_text(info, edit_text(info, value)) == value
