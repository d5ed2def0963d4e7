"""What a condition means: each test reduced to a few two-valued primitives, and their evaluation in plain Python.

The compiler to SQL (`desktop.lists.compile`) interprets the same primitives, so the two cannot drift; a property test
proves them equal against PostgreSQL. Decisions that users feel:

* An empty cell is not equal to anything, so ``!=``, ``not in`` and ``not contains`` hold for it; ``<`` and ``>``
  never do.
* ``contains`` ignores case, as does ``starts`` on texts; on codes ``starts`` takes the typed prefix or its capitals,
  because only a prefix comparison is leakproof and reaches an index under row-level security. Case means ASCII: what a
  server's locale thinks of other letters differs between installations.
* On a point in time, a date means that whole day in the reader's zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from desktop.domain.conditions import OPERATORS, Condition, ConditionError, Group, Operator, Test, Value

ValueType = Literal["text", "code", "integer", "decimal", "date", "datetime", "boolean"]
VALUE_TYPES: tuple[ValueType, ...] = get_args(ValueType)
Cell = str | int | Decimal | bool | date | datetime | None
Comparison = Literal["=", "<", "<=", ">", ">="]

_TEXT_ONLY = ("starts", "contains", "not contains")
_NO_ORDER = ("=", "!=", "in", "not in", "empty", "not empty")
_ARITY = {"between": 2, "empty": 0, "not empty": 0}
_NEGATED: Mapping[Operator, Operator] = {"!=": "=", "not in": "in", "not contains": "contains", "not empty": "empty"}
_TODAY = re.compile(r"today(?:([+-])(\d{1,5}))?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True)
class Words:
    """What ``today`` and ``me`` stand for when a query runs, and in which zone a day begins."""

    today: date
    zone: tzinfo
    user_id: int
    user_name: str


@dataclass(frozen=True)
class Compare:
    """Holds where the cell is filled and stands so to `value`."""

    op: Comparison
    value: Cell


@dataclass(frozen=True)
class OneOf:
    values: tuple[Cell, ...]


@dataclass(frozen=True)
class Contains:
    """The lower-case text occurs in the lower-case cell."""

    text: str


@dataclass(frozen=True)
class Prefix:
    """The cell begins with `text`; `fold`: both in lower case."""

    text: str
    fold: bool


@dataclass(frozen=True)
class Empty:
    """Nothing, or a text without a character."""


@dataclass(frozen=True)
class Join:
    """`parts` joined by and / or; no part: true for and, false for or."""

    all: bool
    parts: tuple[Predicate, ...]


@dataclass(frozen=True)
class Not:
    part: Predicate


Predicate = Compare | OneOf | Contains | Prefix | Empty | Join | Not


def operators_for(value_type: ValueType) -> tuple[Operator, ...]:
    """The operators that a filter may offer for a column of this type, in menu order."""
    if value_type == "boolean":
        return tuple(op for op in OPERATORS if op in _NO_ORDER)
    if value_type in ("text", "code"):
        return OPERATORS
    return tuple(op for op in OPERATORS if op not in _TEXT_ONLY)


def fold(text: str) -> str:
    """Lower case of the ASCII letters, as PostgreSQL's lower() under collation C."""
    return text.translate(_LOWER)


def predicate(test: Test, value_type: ValueType, words: Words) -> Predicate:
    """What `test` asks of a cell of that type. Raises ConditionError where operator or values do not fit."""
    if test.op not in operators_for(value_type):
        raise ConditionError(f"operator {test.op!r} does not fit column {test.column!r}")
    wanted = _ARITY.get(test.op, None if test.op in ("in", "not in") else 1)
    if wanted is not None and len(test.values) != wanted:
        raise ConditionError(f"{test.op!r} on column {test.column!r} takes {wanted} value(s), got {len(test.values)}")
    values = tuple(coerce(value, value_type, words, test.column) for value in test.values)
    positive = _NEGATED.get(test.op)
    if positive is not None:
        return Not(_positive(positive, value_type, values, words))
    return _positive(test.op, value_type, values, words)


def coerce(value: Value, value_type: ValueType, words: Words, column: str) -> Cell:
    """The value as a cell of that type, its words resolved. Raises ConditionError that names the column."""
    resolved: Cell = _word(value, value_type, words)
    try:
        found = _COERCE[value_type](resolved)
    except (ValueError, InvalidOperation, OverflowError):
        raise ConditionError(f"{value!r} is not a {value_type} (column {column!r})") from None
    if isinstance(found, datetime) and found.tzinfo is None:
        return found.replace(tzinfo=words.zone)
    return found


def matches(condition: Condition, row: Mapping[str, Cell], types: Mapping[str, ValueType], words: Words) -> bool:
    """Whether the row satisfies the condition. Raises ConditionError for an unknown column."""
    if isinstance(condition, Group):
        found = (matches(part, row, types, words) for part in condition.parts)
        if condition.junction == "all":
            return all(found)
        return any(found) if condition.junction == "any" else not any(found)
    if condition.column not in types:
        raise ConditionError(f"unknown column {condition.column!r}")
    return holds(predicate(condition, types[condition.column], words), row.get(condition.column))


def holds(wanted: Predicate, cell: Any) -> bool:
    """Whether one cell satisfies one predicate; always true or false, never unknown."""
    if isinstance(wanted, Join):
        parts = (holds(part, cell) for part in wanted.parts)
        return all(parts) if wanted.all else any(parts)
    if isinstance(wanted, Not):
        return not holds(wanted.part, cell)
    if isinstance(wanted, Empty):
        return cell is None or cell == ""
    return cell is not None and _filled_holds(wanted, cell)


def _filled_holds(wanted: Compare | OneOf | Contains | Prefix, cell: Any) -> bool:
    match wanted:
        case Compare():
            return _COMPARE[wanted.op](cell, wanted.value)
        case OneOf():
            return cell in wanted.values
        case Contains():
            return wanted.text in fold(cell)
        case Prefix():
            return (fold(cell) if wanted.fold else str(cell)).startswith(wanted.text)


_COMPARE: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def _positive(op: Operator, value_type: ValueType, values: tuple[Cell, ...], words: Words) -> Predicate:
    if op == "empty":
        return Empty()
    if op == "between":
        return Join(True, (_compare(">=", values[0], words), _compare("<=", values[1], words)))
    if op == "in":
        if value_type == "datetime":
            return Join(False, tuple(_compare("=", value, words) for value in values))
        return OneOf(values)
    if op == "contains":
        return Contains(fold(str(values[0])))
    if op == "starts":
        return _starts(str(values[0]), value_type)
    return _compare(op, values[0], words)  # type: ignore[arg-type]  # the rest are the comparisons


def _starts(text: str, value_type: ValueType) -> Predicate:
    if value_type == "text":
        return Prefix(fold(text), fold=True)
    capitals = text.translate(_UPPER)
    if capitals == text:
        return Prefix(text, fold=False)
    return Join(False, (Prefix(text, fold=False), Prefix(capitals, fold=False)))


def _compare(op: Comparison, value: Cell, words: Words) -> Predicate:
    """A comparison; a `_Day` stands for all instants from its first to before the next day's first."""
    if not isinstance(value, _Day):
        return Compare(op, value)
    first, following = value.bounds(words.zone)
    match op:
        case "=":
            return Join(True, (Compare(">=", first), Compare("<", following)))
        case "<":
            return Compare("<", first)
        case "<=":
            return Compare("<", following)
        case ">":
            return Compare(">=", following)
        case ">=":
            return Compare(">=", first)


class _Day(date):
    """A date compared with points in time."""

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        day = date(self.year, self.month, self.day)
        return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _word(value: Value, value_type: ValueType, words: Words) -> Cell:
    if not isinstance(value, str):
        return value
    if value == "me" and value_type in ("integer", "code", "text"):
        return words.user_id if value_type == "integer" else words.user_name
    if value_type in ("date", "datetime") and (found := _TODAY.fullmatch(value)):
        days = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
        try:
            return words.today + timedelta(days=days)
        except OverflowError:
            raise ConditionError(f"{value!r} is outside the calendar") from None
    return value


def _text(value: Cell) -> str:
    if isinstance(value, bool) or value is None:
        raise ValueError
    text = str(value)
    if "\x00" in text:
        raise ValueError
    text.encode()  # a lone surrogate has no place in the database
    return text


def _integer(value: Cell) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    raise ValueError


def _decimal(value: Cell) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise ValueError
    return number


def _date(value: Cell) -> date:
    if isinstance(value, datetime):
        raise ValueError
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _datetime(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) > 10:
        return datetime.fromisoformat(value)
    day = _date(value)
    if day >= date(9999, 12, 30) or day.year < 2:
        raise ValueError
    return _Day(day.year, day.month, day.day)


def _boolean(value: Cell) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError


_COERCE: Mapping[ValueType, Callable[[Cell], Cell]] = {
    "text": _text,
    "code": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
}
