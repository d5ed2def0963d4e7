"""The language of the filter row: ``>=2026-10-01``, ``10..20``, ``=Wu``, ``!closed``, ``-`` for none, else contains.

Both ways: what was typed becomes a condition, and the condition of a saved view is shown again as it would be typed.
Full-width signs of a Chinese input method mean the same. Values travel in the canonical form of `domain.conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal

from desktop.domain.conditions import Condition, Group, Operator, Test, Value, all_of
from desktop.domain.entry import narrow
from desktop.domain.text import tr
from desktop.lists.query import Cell, ColumnInfo
from desktop.lists.spec import Kind
from desktop.models.kinds import NO_VALUE, SHARES, NotAccepted, edit_text, parse_text

_OPERATORS: tuple[tuple[str, Operator], ...] = (
    (">=", ">="),
    ("<=", "<="),
    ("≥", ">="),
    ("≤", "<="),
    ("!=", "!="),
    ("≠", "!="),
    ("<>", "!="),
    (">", ">"),
    ("<", "<"),
    ("=", "="),
    ("!", "!="),
)
_SHOWN: dict[Operator, str] = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "=": "= ", "!=": "≠ "}
_TEXTS = frozenset({Kind.TEXT, Kind.CODE})
_ORDERED_TEXT = frozenset({">=", "<=", ">", "<"})
_WORD = re.compile(r"(today|me)\s*([+-]\s*\d+)?", re.IGNORECASE)
_TODAY = {"今天": "today", "今日": "today", "本人": "me", "我": "me"}


def parse_filter(info: ColumnInfo, text: str) -> Condition | None:
    """The condition that `text` in the filter field of a column means; None for blank. Raises NotAccepted."""
    typed = _half_width(text).strip()
    if not typed:
        return None
    if typed in ("-", NO_VALUE):
        return Test(info.key, "empty")
    if typed in ("!-", "!" + NO_VALUE, "*"):
        return Test(info.key, "not empty")
    if ".." in typed:
        return _range(info, typed)
    for sign, op in _OPERATORS:
        if typed.startswith(sign):
            return _compare(info, op, typed[len(sign) :].strip())
    return _bare(info, typed)


def show_filter(info: ColumnInfo, test: Test) -> str:
    """`test` as it stands in the filter row."""
    words = [_show_value(info, value) for value in test.values]
    if test.op == "empty":
        return NO_VALUE
    if test.op == "not empty":
        return "*"
    if test.op == "between":
        return "..".join(words)
    if test.op in ("in", "not in"):
        shown = ", ".join(words)
        return shown if test.op == "in" else f"! {shown}"
    if test.op == "contains":
        return words[0]
    if test.op == "starts":
        return f"{words[0]}*"
    if test.op == "not contains":
        return f"! {words[0]}"
    return _SHOWN[test.op] + words[0]


def canonical(value: Cell) -> Value:
    """A cell's value in the JSON form of conditions."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value or ""


def values_filter(info: ColumnInfo, chosen: Collection[Value | None]) -> Condition:
    """The condition of the value filter: one of the ticked values in canonical form, None being no value."""
    there = tuple(sorted((value for value in chosen if value is not None), key=str))
    parts: list[Condition] = []
    if there:
        parts.append(Test(info.key, "in", there))
    if None in chosen:
        parts.append(Test(info.key, "empty"))
    return parts[0] if len(parts) == 1 else Group("any", tuple(parts))


def split_condition(
    condition: Condition | None, columns: Mapping[str, ColumnInfo]
) -> tuple[dict[str, Condition], Condition | None]:
    """A view's condition taken apart: what the filter row can show by column, and the rest."""
    if condition is None:
        return {}, None
    parts = condition.parts if isinstance(condition, Group) and condition.junction == "all" else (condition,)
    by_column: dict[str, Condition] = {}
    rest: list[Condition] = []
    for part in parts:
        key = _single_column(part)
        if key is not None and key in columns and key not in by_column:
            by_column[key] = part
        else:
            rest.append(part)
    return by_column, all_of(*rest)


def _single_column(part: Condition) -> str | None:
    if isinstance(part, Test):
        return part.column
    keys = {each.column if isinstance(each, Test) else None for each in part.parts}
    return keys.pop() if part.junction == "any" and len(keys) == 1 else None


def show_condition(info: ColumnInfo, condition: Condition) -> str:
    """The condition of one column as text, for the filter row."""
    if isinstance(condition, Test):
        return show_filter(info, condition)
    words = [show_filter(info, part) for part in condition.parts if isinstance(part, Test)]
    return ", ".join(words)


def _half_width(text: str) -> str:
    signs = {"＞": ">", "＜": "<", "＝": "=", "！": "!", "…": "..", "。。": "..", "－": "-"}
    for wide, plain in signs.items():
        text = text.replace(wide, plain)
    return text


def _range(info: ColumnInfo, typed: str) -> Condition:
    low, high = (part.strip() for part in typed.split("..", 1))
    if low and high:
        return Test(info.key, "between", (_value(info, low), _value(info, high)))
    if low:
        return Test(info.key, ">=", (_value(info, low),))
    if high:
        return Test(info.key, "<=", (_value(info, high),))
    raise NotAccepted(tr("Write a range as 10..20, 10.. or ..20."))


def _compare(info: ColumnInfo, op: Operator, rest: str) -> Condition:
    if not rest:
        raise NotAccepted(tr("A value is missing after the sign."))
    if op in _ORDERED_TEXT and info.kind in (Kind.CHOICE, Kind.STATE, Kind.BOOLEAN):
        raise NotAccepted(tr("This column has no order; use = or !."))
    if info.kind in (Kind.CHOICE, Kind.STATE):
        return _choices(info, rest, negate=op == "!=")
    if op == "!=" and info.kind in _TEXTS:
        return Test(info.key, "not contains", (rest,))
    return Test(info.key, op, (_value(info, rest),))


def _bare(info: ColumnInfo, typed: str) -> Condition:
    if info.kind in _TEXTS:
        if typed.endswith("*") and len(typed) > 1:
            return Test(info.key, "starts", (typed[:-1],))
        return Test(info.key, "contains", (typed,))
    if info.kind in (Kind.CHOICE, Kind.STATE):
        return _choices(info, typed, negate=False)
    if info.kind is Kind.MONTH and (year := re.fullmatch(r"(\d{4})年?", narrow(typed))):
        return _range(info, f"{year[1]}-01..{year[1]}-12")
    if info.kind is Kind.DATE and (month := _month(typed)):
        return Test(info.key, "between", month)
    if info.kind is Kind.DATETIME:
        return _whole_day(info, typed)
    return Test(info.key, "=", (_value(info, typed),))


def _whole_day(info: ColumnInfo, typed: str) -> Condition:
    month = _month(typed)
    if month:
        return Test(info.key, "between", (month[0], f"{month[1]}T23:59:59.999999"))
    value = _value(info, typed)
    day = str(value)[:10]
    return Test(info.key, "between", (day, f"{day}T23:59:59.999999"))


def _month(typed: str) -> tuple[str, str] | None:
    """``2026-10`` and ``2026`` stand for all their days."""
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})月?)?年?", narrow(typed))
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 0)
    if month == 0:
        return f"{year:04d}-01-01", f"{year:04d}-12-31"
    if not 1 <= month <= 12:
        raise NotAccepted(tr("There is no month {month}.", month=month))
    following = date(year + month // 12, month % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1)
    return f"{year:04d}-{month:02d}-01", last.isoformat()


def _choices(info: ColumnInfo, typed: str, *, negate: bool) -> Condition:
    words = [word.strip().casefold() for word in re.split(r"[,，、;；]", typed) if word.strip()]
    found = tuple(
        value for value, label in info.choices if any(w in label.casefold() or w == value.casefold() for w in words)
    )
    if not found:
        known = ", ".join(label for _, label in info.choices)
        raise NotAccepted(tr("No such value. Allowed: {values}.", values=known))
    return Test(info.key, "not in" if negate else "in", found)


def _value(info: ColumnInfo, typed: str) -> Value:
    """One value in canonical form; ``today``, ``today+30`` and ``me`` stay words until the query runs."""
    word = _TODAY.get(typed.split("+")[0].split("-")[0].strip(), "")
    for chinese, english in _TODAY.items():
        if word and typed.startswith(chinese):
            typed = english + typed[len(chinese) :]
    if found := _WORD.fullmatch(typed):
        return found[1].lower() + (found[2] or "").replace(" ", "")
    if info.kind in _TEXTS:
        return typed
    value = parse_text(info, typed)
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return canonical(value)


def _show_value(info: ColumnInfo, value: Value) -> str:
    if info.kind in (Kind.CHOICE, Kind.STATE):
        return next((label for known, label in info.choices if known == value), str(value))
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if info.kind is Kind.MONTH and re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        return str(value)[:7]
    if info.kind in SHARES and str(value).lstrip("-").replace(".", "", 1).isdigit():
        return edit_text(info, Decimal(str(value)))
    return str(value)
