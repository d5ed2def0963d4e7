"""What every export of a list shares: its cells in words, who made it from what, a file that is whole or absent, and
the note that it was made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import text

from db.session import Database
from desktop.domain.describing import describe
from desktop.domain.text import pick, tr
from desktop.lists.query import Cell, ColumnInfo, GroupHead, ListQuery
from desktop.lists.spec import Kind
from desktop.operations.lists import Extract, SqlListSource

Show = Callable[[Cell], str]
Note = Literal["export", "print", "report"]
_PLACES = {Kind.MONEY: 2, Kind.PRICE: 4, Kind.QUANTITY: 4}
_UNITS = text("""
    select u.name, u.name_zh from erp.user_unit g
    join erp.org_unit u on u.id = g.org_unit_id
    where g.user_id = erp.my_user_id() and current_date between g.valid_from and coalesce(g.valid_to, 'infinity')
    order by u.code
""")
_NOTE = text("select api.note_export(:kind, :subject, :rows, :details)")
_LONGEST_FILTER = 2_000
_NAME = text("select u.display_name, u.display_name_zh from erp.app_user u where u.id = erp.my_user_id()")


class ExportRefused(ValueError):
    """The list cannot be written in this format; the message says which row and what to do."""


@dataclass(frozen=True)
class Scope:
    """Where an export comes from: lines of (what, value) and the moment, in the reader's zone."""

    title: str
    lines: tuple[tuple[str, str], ...]
    at: datetime


def scope_of(source: SqlListSource, extract: Extract, query: ListQuery) -> Scope:
    """Who exported what: list, person, units, filter, search, order, groups, rows, time."""
    zone = source.view().reader.zone
    labels = {info.key: info.label for info in source.columns()}
    name = extract.connection.execute(_NAME).one_or_none()
    units = [pick(row[0], row[1]) for row in extract.connection.execute(_UNITS)]
    reader = source.view().reader
    at = datetime.now(UTC).astimezone(zone)
    sort = query.sort or source.spec.sort
    ordered = (labels.get(term.column, term.column) + (" ↓" if term.descending else " ↑") for term in sort)

    lines = [
        (tr("List"), pick(source.spec.name, source.spec.name_zh)),
        (tr("Exported by"), pick(name[0], name[1]) if name else reader.user_name),
        (tr("Units in scope"), ", ".join(units) if units else tr("all")),
        (tr("Filter"), _filter(source, query) or tr("none")),
        (tr("Search"), query.search.strip() or tr("none")),
        (tr("Sorted by"), ", ".join(ordered)),
        (tr("Grouped by"), ", ".join(labels.get(key, key) for key in query.group_by) or tr("none")),
        (tr("Rows"), f"{extract.count:,}" + (" " + tr("(search cut at 5,000 hits)") if extract.cut else "")),
        (tr("Time"), f"{at:%Y-%m-%d %H:%M:%S} {zone.key}"),
    ]  # fmt: skip
    return Scope(pick(source.spec.name, source.spec.name_zh), tuple(lines), at)


def _filter(source: SqlListSource, query: ListQuery) -> str:
    """The condition in words; empty without one."""
    if query.condition is None:
        return ""
    infos = {info.key: info for info in source.columns()}

    def label(column: str) -> str:
        return infos[column].label if column in infos else column

    def value(column: str, raw: str | int | bool) -> str:
        info = infos.get(column)
        return dict(info.choices).get(str(raw), _yes_no(raw)) if info else _yes_no(raw)

    return describe(query.condition, label, value)


def note_list(source: SqlListSource, query: ListQuery, *, rows: int, form: str) -> None:
    """Note in the audit that this list is handed over, before the first row of it is. Raises db.errors.UserError."""
    note(
        source.database,
        "print" if form == "pdf" else "export",
        source.spec.key,
        rows=rows,
        form=form,
        filter=_filter(source, query)[:_LONGEST_FILTER],
        search=query.search.strip()[:_LONGEST_FILTER],
        columns=", ".join(query.columns)[:_LONGEST_FILTER],
    )


def note(database: Database, kind: Note, subject: str, *, rows: int, form: str, **details: str) -> None:
    """Note in the audit what is about to be handed over: a list's key or a document's number, its rows, its format.

    Nothing leaves without it: where the note fails, so does the export.
    """
    told = {"format": form, **{key: value for key, value in details.items() if value}}
    with database.write() as session:
        session.execute(_NOTE, {"kind": kind, "subject": subject[:200], "rows": rows, "details": json.dumps(told)})


def header(info: ColumnInfo) -> str:
    return f"{info.label} ({info.unit})" if info.unit else info.label


def shower(info: ColumnInfo, zone: ZoneInfo) -> Show:
    """A function that puts a cell of this column into words, as the grid shows it."""
    if info.kind in (Kind.CHOICE, Kind.STATE):
        labels: dict[Cell, str] = dict(info.choices)
        return lambda cell: "" if cell is None else labels.get(cell, str(cell))
    if info.kind is Kind.DATETIME:
        return lambda cell: cell.astimezone(zone).strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else ""
    if info.kind is Kind.MONTH:
        return lambda cell: f"{cell:%Y-%m}" if isinstance(cell, date) else ""
    if info.kind is Kind.BOOLEAN:
        return lambda cell: "" if cell is None else _yes_no(bool(cell))
    if info.kind in (Kind.PERCENT, Kind.BAR):
        return lambda cell: "" if cell is None else f"{Decimal(str(cell)) * 100:.1f}%"
    if info.kind in _PLACES:
        return _number_shower(info.kind)
    if info.kind is Kind.INTEGER:
        return _count_shown
    return lambda cell: "" if cell is None else str(cell)


def _count_shown(cell: Cell) -> str:
    """A whole number; an average of such numbers keeps one decimal."""
    if cell is None:
        return ""
    number = Decimal(str(cell))
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.1f}"


def group_label(head: GroupHead, query: ListQuery, infos: dict[str, ColumnInfo], zone: ZoneInfo) -> str:
    """``Strategic (6)``."""
    info = infos[query.group_by[head.depth]]
    value = head.values[-1]
    # A point in time is grouped by its day.
    shown = str(value) if type(value) is date else shower(info, zone)(value)
    return f"{shown or tr('(empty)')} ({head.count:,})"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A draft beside `path` that takes its place at the end; nothing remains when the work is refused or cancelled."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _number_shower(kind: Kind) -> Show:
    places = _PLACES[kind]
    fixed = 2 if kind is Kind.MONEY else 0

    def show(cell: Cell) -> str:
        if cell is None:
            return ""
        said = f"{Decimal(str(cell)):,.{places}f}"
        whole, _, decimals = said.partition(".")
        decimals = decimals.rstrip("0").ljust(fixed, "0")
        return f"{whole}.{decimals}" if decimals else whole

    return show


def _yes_no(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    return str(value)
