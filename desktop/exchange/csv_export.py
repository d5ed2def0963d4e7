"""A list as CSV: PostgreSQL's own COPY writes it, so a hundred thousand rows take about as long as reading them.

The words of states and choices, times in the reader's zone and the harmless form of texts that a spreadsheet would
run as a formula are made in the query.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, tzinfo
from pathlib import Path
from typing import IO, Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal
from sqlalchemy.dialects import postgresql

from desktop.domain.progress import Progress
from desktop.domain.text import in_language, tr
from desktop.lists import compile as sql
from desktop.lists.query import ColumnInfo, ListQuery
from desktop.lists.spec import Kind
from desktop.operations.exporting import header, note_list, whole_file
from desktop.operations.lists import Extract, SqlListSource
from desktop.operations.sealed_cells import sealed_column

BOM = b"\xef\xbb\xbf"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBERS = frozenset({Kind.INTEGER, Kind.QUANTITY, Kind.MONEY, Kind.PRICE, Kind.PERCENT, Kind.BAR})


class _Lines:
    """Where COPY writes: counts rows, and stops when the user cancels."""

    def __init__(self, out: IO[bytes], progress: Progress, total: int) -> None:
        self._out, self._progress, self._total = out, progress, total
        self.rows = 0

    def write(self, data: bytes) -> int:
        self.rows += 1
        if self.rows % 5_000 == 0:
            self._progress.report(self.rows, self._total)
        return self._out.write(data)


def write_csv(
    source: SqlListSource, query: ListQuery, path: Path, *, bom: bool = True, progress: Progress | None = None
) -> int:
    """Write the list to `path` in UTF-8; returns the number of rows. Raises Cancelled.

    `bom` marks the file as UTF-8, without which Excel reads Chinese as GBK.
    """
    with in_language(source.language), whole_file(path) as draft, draft.open("wb") as out:
        return copy_csv(source, query, out, bom=bom, progress=progress)


def copy_csv(
    source: SqlListSource, query: ListQuery, out: IO[bytes], *, bom: bool = False, progress: Progress | None = None
) -> int:
    """The same into an open stream."""
    with source.extract(query, totals=False) as extract:
        note_list(source, query, rows=extract.count, form="csv")
        if bom:
            out.write(BOM)
        out.write(_header(extract.infos))
        lines = _Lines(out, progress or Progress(), extract.count)
        if any(sealed_column(extract.listing, key) for key in query.columns):
            _write_opened(extract, lines)
            return extract.count
        statement = _worded(extract.listing, query, extract.infos)
        compiled = statement.compile(
            dialect=postgresql.psycopg2.dialect(),  # type: ignore[no-untyped-call]
            compile_kwargs={"render_postcompile": True},
        )
        driver: Any = extract.connection.connection.driver_connection
        with driver.cursor() as cursor:
            wanted = cursor.mogrify(str(compiled), dict(compiled.params)).decode()
            cursor.copy_expert(f"copy ({wanted}) to stdout with (format csv)", lines)
        return extract.count


def _write_opened(extract: Extract, lines: _Lines) -> None:
    """Row by row, because sealed cells are opened here and not in the database; the same words otherwise."""
    zone = extract.listing.words.zone
    for part in extract.parts:
        for row in part:
            line = io.StringIO()
            cells = [_word(info, cell, zone) for info, cell in zip(extract.infos, row[2:], strict=False)]
            csv.writer(line, lineterminator="\n").writerow(cells)
            lines.write(line.getvalue().encode())


def _word(info: ColumnInfo, cell: Any, zone: tzinfo) -> str:
    if cell is None:
        return ""
    if info.kind is Kind.BOOLEAN:
        return tr("Yes") if cell else tr("No")
    if isinstance(cell, datetime):
        return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if info.kind in _NUMBERS or info.kind is Kind.DATE:
        return str(cell)
    if info.kind is Kind.MONTH:
        return f"{cell:%Y-%m}"
    return harmless(dict(info.choices).get(str(cell), str(cell)))


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: behind an apostrophe where it begins like one."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _header(infos: tuple[ColumnInfo, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([harmless(header(info)) for info in infos])
    return line.getvalue().encode()


def _worded(listing: sql.Listing, query: ListQuery, infos: tuple[ColumnInfo, ...]) -> Select[Any]:
    zone = str(listing.words.zone)
    everything = sql.everything(listing, query)
    cells = [_words(info, sql.shown(listing, listing.column(info.key)), zone) for info in infos]
    return everything.with_only_columns(*cells)


def _words(info: ColumnInfo, expr: ColumnElement[Any], zone: str) -> ColumnElement[Any]:
    if info.kind in _NUMBERS or info.kind is Kind.DATE:
        return expr
    if info.kind is Kind.MONTH:
        return func.to_char(expr, "YYYY-MM")
    if info.kind is Kind.DATETIME:
        return func.to_char(func.timezone(zone, expr), "YYYY-MM-DD HH24:MI:SS")
    if info.kind is Kind.BOOLEAN:
        return case((expr.is_(True), tr("Yes")), (expr.is_(False), tr("No")), else_=None)
    if info.choices:
        words = ((expr == value, literal(harmless(label))) for value, label in info.choices)
        return case(*words, else_=_harmless_sql(expr))
    return _harmless_sql(expr)


def _harmless_sql(expr: ColumnElement[Any]) -> ColumnElement[Any]:
    said = cast(expr, Text())
    return case((func.left(said, 1).in_(_RISKY), func.concat("'", said)), else_=said)
