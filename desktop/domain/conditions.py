"""A condition in its one form, for filters, rules and workflow branches.

The JSON form is what saved views, `outpost list --filter` and rules store::

    {"all": [{"column": "state", "op": "in", "values": ["open", "late"]},
             {"any": [{"column": "total", "op": ">=", "values": ["100.00"]},
                      {"column": "note", "op": "empty"}]}]}

`{"none": [...]}` negates. Values are JSON strings, numbers, booleans; decimals travel as strings, dates as ISO 8601.
The words ``today``, ``today+30`` and ``me`` are resolved when the query runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Operator = Literal[
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "between",
    "in",
    "not in",
    "starts",
    "contains",
    "not contains",
    "empty",
    "not empty",
]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
Junction = Literal["all", "any", "none"]
Value = str | int | bool
MAX_DEPTH = 20
MAX_TESTS = 1000


class ConditionError(ValueError):
    """The JSON is not a condition; the message names the part that is wrong."""


@dataclass(frozen=True)
class Test:
    """One comparison of a column with zero, one, two (between) or many (in) values."""

    __test__ = False  # pytest: not a test class

    column: str
    op: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Group:
    """Several conditions joined by all, any or none."""

    junction: Junction
    parts: tuple[Condition, ...]


Condition = Test | Group


def to_json(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Test):
        found: dict[str, Any] = {"column": condition.column, "op": condition.op}
        if condition.values:
            found["values"] = list(condition.values)
        return found
    return {condition.junction: [to_json(part) for part in condition.parts]}


def from_json(data: object) -> Condition:
    """Read the JSON form. Raises ConditionError that says which part is wrong."""
    condition = _from(data, MAX_DEPTH)
    if sum(1 for _ in comparisons(condition)) > MAX_TESTS:
        raise ConditionError(f"a condition holds at most {MAX_TESTS} tests")
    return condition


def comparisons(condition: Condition) -> Iterator[Test]:
    """All comparisons in it, from left to right."""
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def _from(data: object, depth: int) -> Condition:
    if not isinstance(data, Mapping):
        raise ConditionError(f"expected an object, got {data!r:.80}")
    if not depth:
        raise ConditionError(f"a condition is at most {MAX_DEPTH} levels deep")
    if "column" in data:
        return _test_from(data)
    if len(data) == 1:
        junction, parts = next(iter(data.items()))
        if junction in get_args(Junction) and isinstance(parts, list):
            return Group(junction, tuple(_from(part, depth - 1) for part in parts))
    raise ConditionError(f"expected 'column' or one of all/any/none, got {sorted(map(str, data))!r:.200}")


def _test_from(data: Mapping[str, Any]) -> Test:
    op = data.get("op", "=")
    if op not in OPERATORS:
        raise ConditionError(f"unknown operator {op!r} on column {data['column']!r}")
    values = data.get("values", [data["value"]] if "value" in data else [])
    if not isinstance(values, list) or not all(isinstance(v, str | int | bool) for v in values):
        raise ConditionError(f"values of column {data['column']!r} must be texts, whole numbers or true/false")
    return Test(str(data["column"]), op, tuple(values))


def all_of(*parts: Condition | None) -> Condition | None:
    """The conjunction of what is there; None when nothing is."""
    there = tuple(part for part in parts if part is not None)
    if not there:
        return None
    return there[0] if len(there) == 1 else Group("all", there)
