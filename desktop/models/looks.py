"""Which conditional colour a row's cells take: the conditions of `Look`, weighed on rows that are already here.

The server decides what is listed; this only colours it, so a column that the list does not show never matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from desktop.domain.conditions import Condition, Group, Operator, Test, Value
from desktop.lists.query import Cell

_TODAY = re.compile(r"today([+-]\d+)?")

Comparable = Decimal | date | datetime | str


def matches(condition: Condition, cells: Mapping[str, Cell], today: date) -> bool:
    """Whether the row whose `cells` are given by column key fulfils `condition`."""
    if isinstance(condition, Group):
        results = (matches(part, cells, today) for part in condition.parts)
        if condition.junction == "all":
            return all(results)
        return any(results) if condition.junction == "any" else not any(results)
    if condition.column not in cells:
        return False
    return _test(condition, cells[condition.column], today)


def _test(test: Test, cell: Cell, today: date) -> bool:
    if test.op in ("empty", "not empty"):
        return (cell is None or cell == "") == (test.op == "empty")
    if cell is None:
        return test.op in ("!=", "not in", "not contains")
    return _COMPARE[test.op](cell, test.values, today)


def _like(cell: Cell, value: Value, today: date) -> tuple[Comparable, Comparable] | None:
    """Cell and value as a pair that can be compared; None where they cannot."""
    try:
        if isinstance(cell, datetime):
            day = _day(value, today)
            return cell.date(), day
        if isinstance(cell, date):
            return cell, _day(value, today)
        if isinstance(cell, bool) or isinstance(value, bool):
            return str(cell), str(value)
        if isinstance(cell, int | Decimal):
            return Decimal(cell), Decimal(str(value))
    except (ValueError, InvalidOperation):
        return None
    return str(cell), str(value)


def _day(value: Value, today: date) -> date:
    found = _TODAY.fullmatch(str(value))
    if found:
        return today + timedelta(days=int(found[1] or 0))
    return date.fromisoformat(str(value)[:10])


def _ordered(check: Callable[[Comparable, Comparable], bool]) -> Callable[[Cell, tuple[Value, ...], date], bool]:
    def compare(cell: Cell, values: tuple[Value, ...], today: date) -> bool:
        pair = _like(cell, values[0], today)
        return pair is not None and check(*pair)

    return compare


def _equals(cell: Cell, values: tuple[Value, ...], today: date) -> bool:
    pairs = [_like(cell, value, today) for value in values]
    return any(pair is not None and pair[0] == pair[1] for pair in pairs)


def _between(cell: Cell, values: tuple[Value, ...], today: date) -> bool:
    return _COMPARE[">="](cell, values[:1], today) and _COMPARE["<="](cell, values[1:], today)


def _contains(cell: Cell, values: tuple[Value, ...], _: date) -> bool:
    return str(values[0]).casefold() in str(cell).casefold()


def _starts(cell: Cell, values: tuple[Value, ...], _: date) -> bool:
    return str(cell).startswith(str(values[0]))


_COMPARE: dict[Operator, Callable[[Cell, tuple[Value, ...], date], bool]] = {
    "=": _equals,
    "in": _equals,
    "!=": lambda cell, values, today: not _equals(cell, values, today),
    "not in": lambda cell, values, today: not _equals(cell, values, today),
    "<": _ordered(lambda a, b: a < b),  # type: ignore[operator]  # _like pairs equal types
    "<=": _ordered(lambda a, b: a <= b),  # type: ignore[operator]
    ">": _ordered(lambda a, b: a > b),  # type: ignore[operator]
    ">=": _ordered(lambda a, b: a >= b),  # type: ignore[operator]
    "between": _between,
    "contains": _contains,
    "not contains": lambda cell, values, today: not _contains(cell, values, today),
    "starts": _starts,
}
