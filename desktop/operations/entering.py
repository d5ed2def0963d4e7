"""What a typed value means to a column: its type, an allowed value under its label, a reference by code or name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.domain.conditions import ConditionError
from desktop.domain.matching import ValueType, Words, coerce
from desktop.domain.text import tr
from desktop.lists import compile as sql
from desktop.lists.all_lists import list_for
from desktop.lists.query import Cell, ColumnInfo
from desktop.lists.spec import Kind, ListSpec
from desktop.operations.reading import View

Typed = Callable[[str, Cell], Any]


class Refused(ValueError):
    """Why a value cannot be taken, in the reader's language."""


def reader_for(session: Session, view: View, columns: Iterable[str], cells: Iterable[tuple[str, Cell]]) -> Typed:
    """A function (column, entered value) → the value to write; references are looked up here, all at once.

    The function raises Refused.
    """
    infos = {info.key: info for info in view.infos}
    wanted: dict[str, set[str]] = {}
    for column, value in cells:
        info = infos.get(column)
        if info is not None and info.reference is not None and value not in (None, ""):
            wanted.setdefault(info.reference, set()).add(str(value).strip())
    found = {key: referred(session, list_for(key), texts) for key, texts in wanted.items()}
    words = view.reader.words()

    def typed(column: str, value: Cell) -> Any:
        info = infos.get(column)
        if info is None or not info.editable:
            raise Refused(tr("This column cannot be changed here."))
        if value is None or value == "":
            if info.required:
                raise Refused(tr("This must be filled in."))
            return None
        if info.reference is not None:
            return _only(found[info.reference].get(str(value).strip(), ()), info, str(value))
        return type_value(info, value, words)

    return typed


def type_value(info: ColumnInfo, value: Cell, words: Words) -> Any:
    """The value as the column's type. Raises Refused."""
    if info.kind in (Kind.CHOICE, Kind.STATE):
        return _choice(info, str(value))
    value_type = sql.VALUE_TYPES[info.kind]
    if isinstance(value, str):
        value = value.strip()
    if isinstance(value, Decimal | date) and _fits(value, value_type):
        return value
    if isinstance(value, date) and not isinstance(value, datetime) and value_type == "datetime":
        return datetime(value.year, value.month, value.day, tzinfo=words.zone)
    try:
        found = coerce(value if isinstance(value, str | int) else str(value), value_type, words, info.key)
    except ConditionError:
        raise Refused(_not_readable(value_type, str(value))) from None
    if isinstance(found, date) and not isinstance(found, datetime) and value_type == "datetime":
        return datetime(found.year, found.month, found.day, tzinfo=words.zone)
    return found


def referred(session: Session, spec: ListSpec, texts: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """For each text the ids of the records of that list whose code, else whose name in either language, it is."""
    asked = sorted(texts)
    names: list[Any] = []
    code: Any = None
    for column in spec.columns:
        if column.key == spec.code_column:
            code = column.expr
        elif column.key == "name":
            names = [column.expr] if column.expr_zh is None else [column.expr, column.expr_zh]
    if code is not None:
        names = [code, *names]
    statement = spec.joins(select(*names, spec.row_id))
    rows = session.execute(statement.where(or_(*(name.in_(asked) for name in names)))).all()
    bearers: list[dict[str, dict[int, None]]] = [{} for _ in names]
    for row in rows:
        for by_name, name in zip(bearers, row, strict=False):
            by_name.setdefault(name, {})[row[-1]] = None
    found = {wanted: next((by_name[wanted] for by_name in bearers if wanted in by_name), None) for wanted in asked}
    return {wanted: tuple(ids) for wanted, ids in found.items() if ids}


def _only(ids: Sequence[int], info: ColumnInfo, value: str) -> int:
    if not ids:
        raise Refused(
            tr("There is no {column} “{value}”. Enter its code or its full name.", column=info.label, value=value)
        )
    if len(ids) > 1:
        raise Refused(tr("{count} records are called “{value}”. Enter the code.", count=len(ids), value=value))
    return ids[0]


def _choice(info: ColumnInfo, value: str) -> str:
    clean = value.strip()
    for stored, label in info.choices:
        if clean in (stored, label):
            return stored
    folded = clean.casefold()
    for stored, label in info.choices:
        if folded in (stored.casefold(), label.casefold()):
            return stored
    if not info.choices:
        return clean
    labels = ", ".join(label for _, label in info.choices)
    raise Refused(tr("“{value}” is not allowed. Choose one of: {choices}", value=value, choices=labels))


def _fits(value: Decimal | date, value_type: ValueType) -> bool:
    if isinstance(value, Decimal):
        return value_type == "decimal" and value.is_finite()
    if isinstance(value, datetime):
        return value_type == "datetime" and value.tzinfo is not None
    return value_type == "date"


def _not_readable(value_type: ValueType, value: str) -> str:
    if value_type in ("integer", "decimal"):
        return tr("“{value}” is not a number. Example: 1250.50", value=value)
    if value_type in ("date", "datetime"):
        return tr("“{value}” is not a date. Example: 2026-03-31", value=value)
    if value_type == "boolean":
        return tr("“{value}” is neither yes nor no.", value=value)
    return tr("“{value}” holds a character that cannot be stored.", value=value)
