"""What a cell may look like, and what is refused with which advice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.importing import Choice, FieldKind, ImportField
from desktop.exchange.cells import Unreadable, as_text, read_cell
from desktop.exchange.files import RawCell


def field(kind: FieldKind, **more: object) -> ImportField:
    return ImportField("f", kind, "Field", "字段", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1,234.50", "1234.50"),
        ("１，２３４．５", "1234.5"),
        ("¥ 1,234.5", "1234.5"),
        ("￥1234", "1234"),
        ("1234.5 元", "1234.5"),
        ("(1,200)", "-1200"),
        ("\u221278.00", "-78"),
        ("78-", "-78"),
        ("1.2E+3", "1200"),
        (".5", "0.5"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
    ],
)
def test_numbers(raw: RawCell, value: str) -> None:
    assert read_cell(raw, field("decimal")) == Decimal(value)


@pytest.mark.parametrize("raw", ["¥12.5", "￥ 12.5", "12.5元", "CNY 12.5", "rmb12.5", "１２．５", "12.5", 12.5])
def test_an_amount_with_its_own_sign(raw: RawCell) -> None:
    assert read_cell(raw, field("money", currency="CNY")) == Decimal("12.5")


@pytest.mark.parametrize(
    ("raw", "currency"),
    [("$12.5", "CNY"), ("＄12.5", "CNY"),
     ("US$ 12.5", "CNY"), ("12.5 USD", "CNY"), ("€12,5", "CNY"), ("12.5 eur", "CNY"),
     ("£12.5", "CNY"), ("12.5美元", "CNY"), ("HK$12.5", "CNY"),
     ("¥12.5", "USD"), ("12.5元", "EUR"), ("¥ 12.5 USD", "CNY")],
)  # fmt: skip
def test_an_amount_with_the_sign_of_another_currency_is_refused(raw: str, currency: str) -> None:
    """Never read as if it were the own one."""
    with pytest.raises(Unreadable):
        read_cell(raw, field("price", currency=currency))


def test_the_refusal_names_both_currencies() -> None:
    with pytest.raises(Unreadable) as caught:
        read_cell("$12.50", field("money", currency="CNY"))
    assert caught.value.fault.cause() == "$12.50 is not an amount in CNY."


@pytest.mark.parametrize("raw", ["1,23", "1,2345.6", "12 pcs", "abc", "--1", "=1+1", "1.2.3", "", float("nan"), True])
def test_what_is_no_number(raw: RawCell) -> None:
    if raw == "":
        assert read_cell(raw, field("decimal")) is None
        return
    with pytest.raises(Unreadable):
        read_cell(raw, field("decimal"))


def test_money_is_never_rounded_silently() -> None:
    assert read_cell("12.50", field("money")) == Decimal("12.50")
    with pytest.raises(Unreadable) as caught:
        read_cell("12.505", field("money"))
    assert caught.value.fault.cause() == "The number has more than 2 decimals."


def test_a_number_too_large_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_cell("1e15", field("decimal"))


@pytest.mark.parametrize(
    ("raw", "value"), [("6%", "0.06"), ("6 ％", "0.06"), ("0.06", "0.06"), (0.13, "0.13"), ("100%", "1")]
)
def test_shares(raw: RawCell, value: str) -> None:
    assert read_cell(raw, field("rate")) == Decimal(value)


def test_a_bare_share_above_one_is_ambiguous() -> None:
    with pytest.raises(Unreadable) as caught:
        read_cell("6", field("rate"))
    assert "percent" in caught.value.fault.text()


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-24",
        "2026/11/24",
        "2026.11.24",
        "2026年11月24日",
        "20261124",
        20261124,
        20261124.0,
        46350,
        "46350",
        "24 Nov 2026",
        "24-Nov-26",
        "24/11/2026",
        "11/24/2026",
        "２０２６－１１－２４",
        dt.date(2026, 11, 24),
        dt.datetime(2026, 11, 24, 10, 42),
    ],
)
def test_dates(raw: RawCell) -> None:
    assert read_cell(raw, field("date")) == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    "raw", ["05/06/2026", "2026-13-01", "2026-02-30", "tomorrow", "=TODAY()", 12, "1066-10-14", True]
)
def test_what_is_no_date(raw: RawCell) -> None:
    with pytest.raises(Unreadable):
        read_cell(raw, field("date"))


def test_moments_with_and_without_a_zone() -> None:
    kind = field("datetime")
    assert read_cell("2015-01-05 06:00:00", kind) == dt.datetime(2015, 1, 5, 6)
    assert read_cell("2026-11-24T10:42:00Z", kind) == dt.datetime(2026, 11, 24, 10, 42, tzinfo=dt.UTC)
    east = dt.timezone(dt.timedelta(hours=8))
    assert read_cell("2026-11-24 10:42+08:00", kind) == dt.datetime(2026, 11, 24, 10, 42, tzinfo=east)
    assert read_cell(46350.25, kind) == dt.datetime(2026, 11, 24, 6)


def test_codes_lose_full_width_and_spaces_but_not_their_zeros() -> None:
    assert read_cell(" ＧＳＫ－１２０ ", field("code")) == "GSK-120"
    assert read_cell("00120", field("code")) == "00120"
    assert read_cell(120.0, field("code")) == "120"
    with pytest.raises(Unreadable):
        read_cell("A\nB", field("code"))


def test_texts_are_taken_as_texts() -> None:
    assert read_cell("=SUM(A1)", field("text")) == "=SUM(A1)"
    assert read_cell("'=SUM(A1)", field("text")) == "=SUM(A1)"
    with pytest.raises(Unreadable):
        read_cell("x" * 40_000, field("text"))
    with pytest.raises(Unreadable):
        read_cell("x" * 11, field("text", max_length=10))


def test_choices_answer_to_value_and_both_labels() -> None:
    kind = field("choice", choices=(Choice("full_service", "Full service", "全包"),))
    for word in ("full_service", "FULL SERVICE", "全包", " Full service "):
        assert read_cell(word, kind) == "full_service"
    with pytest.raises(Unreadable) as caught:
        read_cell("half", kind)
    assert caught.value.fault.remedy() == "Allowed: Full service."


def test_yes_and_no() -> None:
    assert [read_cell(word, field("boolean")) for word in ("是", "Y", "1", True)] == [True] * 4
    assert [read_cell(word, field("boolean")) for word in ("否", "n", 0, False)] == [False] * 4
    with pytest.raises(Unreadable):
        read_cell("maybe", field("boolean"))


@given(st.one_of(st.text(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.booleans(), st.none()))
def test_no_cell_whatsoever_breaks_a_reader(raw: RawCell) -> None:
    kinds: tuple[FieldKind, ...] = (
        "text",
        "code",
        "integer",
        "decimal",
        "money",
        "rate",
        "date",
        "datetime",
        "boolean",
    )
    for kind in kinds:
        told = ""
        try:
            read_cell(raw, field(kind))
        except Unreadable as problem:
            told = problem.fault.text()
        else:
            continue
        assert told


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4))
def test_a_number_written_with_separators_is_read_back(number: Decimal) -> None:
    assert read_cell(f"{number:,}", field("decimal")) == number


def test_cells_as_their_owner_saw_them() -> None:
    assert as_text(12.0) == "12"
    assert as_text(12.5) == "12.5"
    assert as_text(dt.datetime(2026, 11, 24)) == "2026-11-24"
    assert as_text(None) == ""
