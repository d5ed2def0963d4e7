from __future__ import annotations

from decimal import Decimal

import pytest

from desktop.domain.conditions import Condition, Group, Test, all_of
from desktop.lists.spec import Kind
from desktop.models.filters import canonical, parse_filter, show_condition, split_condition, values_filter
from desktop.models.kinds import NotAccepted
from tests.models.fakes import column

END = column("end", "End", Kind.DATE, 100)
NAME = column("name", "Name", Kind.TEXT, 100)
MARGIN = column("margin", "Margin", Kind.BAR, 100)
STATE = column(
    "state", "State", Kind.STATE, 100, choices=(("open", "Open"), ("reopened", "Reopened"), ("shut", "Shut"))
)
MONTH = column("month", "Month", Kind.MONTH, 100)
AT = column("at", "At", Kind.DATETIME, 100)


@pytest.mark.parametrize(
    ("info", "typed", "condition"),
    [
        (END, ">=2026-10-01", Test("end", ">=", ("2026-10-01",))),
        (END, "≥ 2026/10/1", Test("end", ">=", ("2026-10-01",))),
        (END, "＞２０２６-10-01", Test("end", ">", ("2026-10-01",))),
        (END, "2026-10-01..2026-10-31", Test("end", "between", ("2026-10-01", "2026-10-31"))),
        (END, "..2026-10-31", Test("end", "<=", ("2026-10-31",))),
        (END, "2026-02", Test("end", "between", ("2026-02-01", "2026-02-28"))),
        (END, "2026", Test("end", "between", ("2026-01-01", "2026-12-31"))),
        (MONTH, "2026-02", Test("month", "=", ("2026-02-01",))),
        (MONTH, "2026年2月", Test("month", "=", ("2026-02-01",))),
        (MONTH, "2026-02-17", Test("month", "=", ("2026-02-01",))),
        (MONTH, "≤２０２６０２", Test("month", "<=", ("2026-02-01",))),
        (MONTH, "2026-02..2026-11", Test("month", "between", ("2026-02-01", "2026-11-01"))),
        (MONTH, "2026", Test("month", "between", ("2026-01-01", "2026-12-01"))),
        (END, "<=today+90", Test("end", "<=", ("today+90",))),
        (END, "<=今天+90", Test("end", "<=", ("today+90",))),
        (NAME, "wu", Test("name", "contains", ("wu",))),
        (NAME, "!wu", Test("name", "not contains", ("wu",))),
        (NAME, "=Wu", Test("name", "=", ("Wu",))),
        (NAME, "HT*", Test("name", "starts", ("HT",))),
        (NAME, "-", Test("name", "empty")),
        (NAME, "*", Test("name", "not empty")),
        (MARGIN, "<40", Test("margin", "<", ("0.4",))),
        (MARGIN, "10..12.5%", Test("margin", "between", ("0.1", "0.125"))),
        (STATE, "open", Test("state", "in", ("open", "reopened"))),
        (STATE, "!shut", Test("state", "not in", ("shut",))),
        (AT, "2026-10-01", Test("at", "between", ("2026-10-01", "2026-10-01T23:59:59.999999"))),
        (NAME, "  ", None),
    ],
)
def test_the_language_of_the_filter_row(info: object, typed: str, condition: Condition | None) -> None:
    assert parse_filter(info, typed) == condition  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("info", "typed"),
    [(END, ">soon"), (END, ".."), (STATE, "lost"), (STATE, ">open"), (END, ">"), (MONTH, "2026-13"), (MONTH, "soon")],
)
def test_nonsense_is_refused_with_a_reason(info: object, typed: str) -> None:
    with pytest.raises(NotAccepted):
        parse_filter(info, typed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("info", "typed"),
    [(END, "≥ 2026-10-01"), (MARGIN, "< 40 %"), (NAME, "wu"), (NAME, "HT*"), (STATE, "Open, Reopened")],
)
def test_a_condition_is_shown_as_it_would_be_typed(info: object, typed: str) -> None:
    condition = parse_filter(info, typed)  # type: ignore[arg-type]
    assert condition is not None
    assert show_condition(info, condition) == typed  # type: ignore[arg-type]


def test_a_views_condition_is_taken_apart_for_the_row() -> None:
    end, either = Test("end", ">=", ("2026-10-01",)), Group("any", (Test("end", "empty"), Test("name", "empty")))
    row, rest = split_condition(all_of(end, Test("margin", "<", ("0.4",)), either), {"end": END, "margin": MARGIN})
    assert row == {"end": end, "margin": Test("margin", "<", ("0.4",))}
    assert rest == either


def test_ticked_values_may_include_no_value() -> None:
    assert values_filter(MARGIN, {canonical(Decimal("0.10")), "0.2"}) == Test("margin", "in", ("0.1", "0.2"))
    assert values_filter(NAME, {"Wu", None}) == Group("any", (Test("name", "in", ("Wu",)), Test("name", "empty")))
