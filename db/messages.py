"""The words for each refusal: one entry per named rule, in both languages, with the remedy.

Rules of our functions and the constraints that a user can meet have words of their own; what is left is worded by the
kind of the constraint from the dictionary's labels.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from db import dictionary
from db.errors import LoginError, UserError

_SEED = Path(__file__).parent / "seed"
_FILES = ("messages.csv", "messages_constraints.csv")
_NOT_NULL = "23502"
_DENIED = "42501"
_NUMBER_RANGE = ("22003", "22P02", "22007", "22008")
_TOO_LONG = "22001"
_CANCELLED = "57014"
_DISK_FULL = "53100"
_READ_ONLY = "25006"
_TOO_MANY = "53300"
_EXACT = 2**53


@cache
def catalogue() -> Mapping[str, tuple[str, str, str, str, str]]:
    """Constraint name → (field, message_en, message_zh, remedy_en, remedy_zh)."""
    found: dict[str, tuple[str, str, str, str, str]] = {}
    for name in _FILES:
        with (_SEED / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["constraint"]] = (row["field"], row["en"], row["zh"], row["remedy_en"], row["remedy_zh"])
    return found


def refusal(code: str, constraint: str, facts: Mapping[str, Any]) -> UserError:
    """The error of a rule that stands in the catalogue, its gaps filled. A fact `column` names the field."""
    field, en, zh, remedy_en, remedy_zh = catalogue()[constraint]
    return UserError(
        code=code,
        message_en=_fill(en, facts),
        message_zh=_fill(zh, facts),
        remedy_en=_fill(remedy_en, facts),
        remedy_zh=_fill(remedy_zh, facts),
        field=str(facts.get("column") or field) or None,
        constraint=constraint,
        facts=facts,
    )


def login_error(kind: type[LoginError], constraint: str, facts: Mapping[str, Any]) -> LoginError:
    """The same for a log-in that failed."""
    field, en, zh, remedy_en, remedy_zh = catalogue()[constraint]
    return kind(
        code="28000",
        message_en=_fill(en, facts),
        message_zh=_fill(zh, facts),
        remedy_en=_fill(remedy_en, facts),
        remedy_zh=_fill(remedy_zh, facts),
        field=field or None,
        constraint=constraint,
        facts=facts,
    )


def find(
    state: str, constraint: str | None, table: str | None, column: str | None, facts: Mapping[str, Any], said: str
) -> UserError | None:
    """The refusal in words; None where only a fault of the program can explain it."""
    if constraint and constraint in catalogue():
        return refusal(state, constraint, facts)
    if state == _NOT_NULL and table and column:
        entry = dictionary.find(table, column)
        names = {"label": entry.label, "label_zh": entry.label_zh} if entry else {"label": column, "label_zh": column}
        return refusal(state, "value_required", {**facts, **names, "column": column})
    if state == _DENIED and "row-level security" in said:
        return refusal(state, "unit_in_scope", facts)
    return _by_state(state, constraint, column, said)


def _by_state(state: str, constraint: str | None, column: str | None, said: str) -> UserError | None:
    words: dict[str, tuple[str, str, str, str]] = {
        _DENIED: (
            "Your job does not allow this.",
            "您的岗位无权执行此操作。",
            "Ask your administrator if you need it.",
            "如有需要请联系系统管理员。",
        ),
        _TOO_LONG: ("A text is too long.", "文本过长。", "Shorten it.", "请缩短。"),
        _CANCELLED: ("The work was cancelled.", "操作已取消。", "Nothing was changed.", "未作任何更改。"),
        _DISK_FULL: (
            "The server's disk is full.",
            "服务器磁盘已满。",
            "Nothing was saved; tell your administrator.",
            "内容未保存，请通知系统管理员。",
        ),
        _READ_ONLY: (
            "This server only reads.",
            "此服务器为只读。",
            "Connect to the main server to save.",
            "请连接主服务器后保存。",
        ),
        _TOO_MANY: (
            "The server takes no more connections.",
            "服务器连接数已满。",
            "Try again in a minute; tell your administrator if it stays so.",
            "请稍后重试；如持续出现请联系系统管理员。",
        ),
    }
    if state in _NUMBER_RANGE:
        found: tuple[str, str, str, str] | None = (
            "A number or date is out of range or not readable.",
            "数字或日期超出范围或无法识别。",
            "Correct it.",
            "请更正。",
        )
    else:
        found = words.get(state)
    if found is None:
        return None
    en, zh, remedy_en, remedy_zh = found
    return UserError(
        code=state,
        message_en=en,
        message_zh=zh,
        remedy_en=remedy_en,
        remedy_zh=remedy_zh,
        field=column,
        constraint=constraint,
        facts={"said": said},
    )


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _fill(template: str, facts: Mapping[str, Any]) -> str:
    if "{" not in template:
        return template
    return template.format_map(_Facts({key: _plain(value) for key, value in facts.items() if value is not None}))


def _plain(value: Any) -> Any:
    """Thirteen pieces are 13, however many places the column has."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if whole else value
