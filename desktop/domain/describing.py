"""A condition in words, for the scope line of an export and the tooltip of a filter."""

from __future__ import annotations

from collections.abc import Callable

from desktop.domain.conditions import Condition, Group, Operator, Test
from desktop.domain.text import tr

Label = Callable[[str], str]
Shown = Callable[[str, str | int | bool], str]


def describe(condition: Condition, label: Label, shown: Shown) -> str:
    """``State: open, late; End ≥ 2026-10-01``. `label` names a column, `shown` a value as that column shows it."""
    if isinstance(condition, Test):
        return _test(condition, label, shown)
    parts = [
        f"({describe(part, label, shown)})" if isinstance(part, Group) and len(part.parts) > 1 else
        describe(part, label, shown)
        for part in condition.parts
    ]  # fmt: skip
    if condition.junction == "all":
        return "; ".join(parts)
    joined = tr(" or ").join(parts)
    return joined if condition.junction == "any" else tr("not ({parts})", parts=joined)


def operator_text(op: Operator) -> str:
    """The operator as a menu shows it."""
    words: dict[Operator, str] = {
        "!=": "≠",
        "<=": "≤",
        ">=": "≥",
        "in": tr("is one of"),
        "not in": tr("is none of"),
        "starts": tr("starts with"),
        "contains": tr("contains"),
        "not contains": tr("does not contain"),
        "empty": tr("is empty"),
        "not empty": tr("is not empty"),
        "between": tr("is between"),
    }
    return words.get(op, op)


def _test(test: Test, label: Label, shown: Shown) -> str:
    name = label(test.column)
    values = [_word(value) or shown(test.column, value) for value in test.values]
    if test.op == "between":
        return f"{name} {values[0]} – {values[1]}"
    return " ".join(part for part in (name, operator_text(test.op), ", ".join(values)) if part)


def _word(value: str | int | bool) -> str:
    if not isinstance(value, str):
        return ""
    if value == "me":
        return tr("me")
    if value == "today":
        return tr("today")
    for sign in ("+", "-"):
        head, found, days = value.partition(sign)
        if found and head == "today" and days.isascii() and days.isdigit():
            return tr("in {days} days", days=days) if sign == "+" else tr("{days} days ago", days=days)
    return ""
