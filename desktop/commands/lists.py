"""`list KEY`: what a grid shows, as a table on the terminal, CSV or JSON; read as the same person would see it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from unicodedata import east_asian_width

from desktop.commands.console import Add, tell
from desktop.domain.text import language, tr

if TYPE_CHECKING:
    from desktop.lists.query import Cell, ColumnInfo, ListQuery
    from desktop.lists.spec import ListSpec
    from desktop.operations.lists import SqlListSource

FORMATS = ("table", "csv", "json")
TABLE_LIMIT = 200
WIDEST = 40
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Unknown(Exception):
    """A name that does not exist; the message gives those that do."""


def register(add: Add) -> None:
    show = add("list", tr("Show or export a list"), show_list)
    show.add_argument("key", metavar="KEY", nargs="?", help=tr("Without it: the keys of all lists"))
    show.add_argument("--columns", metavar="A,B", help=tr("Only these columns, in this order"))
    show.add_argument("--filter", metavar="JSON", help=tr("A condition in the form of saved views"))
    show.add_argument("--search", metavar="TEXT", default="", help=tr("Words, codes or pinyin initials"))
    show.add_argument("--sort", metavar="A,B:desc", help=tr("Columns to sort by"))
    show.add_argument("--limit", type=int, metavar="N", help=tr("At most so many rows"))
    show.add_argument("--format", choices=FORMATS, help=tr("Without it: table"))
    show.add_argument("-o", "--output", type=Path, metavar="FILE", help=tr("Write into this file"))
    show.add_argument("--user", metavar="U", help=tr("Connect as this person"))


def show_list(options: argparse.Namespace) -> int:
    from desktop.lists.all_lists import ALL_LISTS

    if options.key is None:
        print_keys(options, ALL_LISTS)
        return 0
    from desktop.operations.lists import source_for
    from desktop.operations.reading import ListHidden
    from desktop.runtime import connection

    spec = _spec(options.key, ALL_LISTS)
    form = options.format or ("json" if options.json else "table")
    with connection.database(options.dsn, user=options.user, tell=tell) as database:
        source = source_for(database, spec, language())
        try:
            query = _query(options, source, everything=form == "json")
        except ListHidden as error:
            raise Unknown(tr("The list {key} is not for your job", key=spec.key)) from error
        with _output(options.output) as out:
            _WRITERS[form](source, query, options.limit, out)
    return 0


def print_keys(options: argparse.Namespace, specs: Sequence[ListSpec]) -> None:
    with _output(None) as out:
        if options.json:
            json.dump({"lists": [{"key": one.key, "name": one.name, "name_zh": one.name_zh} for one in specs]}, out)
            out.write("\n")
            return
        for one in specs:
            out.write(f"{one.key:<24} {one.name_zh if language() == 'zh' else one.name}\n")


def _spec(key: str, specs: Sequence[ListSpec]) -> ListSpec:
    for one in specs:
        if one.key == key:
            return one
    known = ", ".join(one.key for one in specs)
    raise Unknown(tr("There is no list {key}. Lists: {keys}", key=key, keys=known))


def _query(options: argparse.Namespace, source: SqlListSource, *, everything: bool) -> ListQuery:
    from desktop.domain.conditions import ConditionError, comparisons, from_json
    from desktop.lists.spec import Sort

    infos = {info.key: info for info in source.columns()}
    condition = None
    if options.filter:
        try:
            condition = from_json(json.loads(options.filter))
        except (ConditionError, json.JSONDecodeError) as error:
            raise Unknown(tr("The filter cannot be read: {reason}", reason=str(error))) from error
        _check(infos, [test.column for test in comparisons(condition)])
    query = source.query_for(condition=condition).but(search=options.search)
    if options.columns or everything:
        query = query.but(columns=tuple(options.columns.split(",")) if options.columns else tuple(infos))
    if options.sort:
        terms = [term.strip().partition(":") for term in options.sort.split(",")]
        query = query.but(sort=tuple(Sort(key, order == "desc") for key, _colon, order in terms))
    _check(infos, [*query.columns, *(sort.column for sort in query.sort)])
    return query


def _check(infos: dict[str, ColumnInfo], keys: Iterable[str]) -> None:
    for key in keys:
        if key not in infos:
            raise Unknown(tr("There is no column {key}. Columns: {keys}", key=key, keys=", ".join(infos)))


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """The file, written whole or not at all, or stdout."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8", newline="") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _rows(source: SqlListSource, query: ListQuery, limit: int | None) -> Iterator[Sequence[Any]]:
    """(id, version, cells…), from a server-side cursor."""
    return islice((row for part in source.stream(query) for row in part), limit)


def _write_json(source: SqlListSource, query: ListQuery, limit: int | None, out: TextIO) -> None:
    """One object with the count of all rows that match; written row by row, so memory stays flat."""
    total = source.count(query, exact=True).value
    out.write(f'{{"total": {total}, "rows": [')
    for number, row in enumerate(_rows(source, query, limit)):
        record = {"id": row[0], **dict(zip(query.columns, map(_plain, row[2:]), strict=True))}
        out.write((",\n" if number else "\n") + json.dumps(record, ensure_ascii=False))
    out.write("]}\n")


def _plain(cell: Cell) -> str | int | float | bool | None:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def _write_csv(source: SqlListSource, query: ListQuery, limit: int | None, out: TextIO) -> None:
    """With labels as header; texts that a spreadsheet would run as a formula are made harmless."""
    infos = _infos(source, query)
    writer = csv.writer(out)
    writer.writerow([info.label for info in infos])
    for row in _rows(source, query, limit):
        writer.writerow([_harmless(cell) for cell in row[2:]])


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return "'" + cell if isinstance(cell, str) and cell.startswith(RISKY) else cell


def _write_table(source: SqlListSource, query: ListQuery, limit: int | None, out: TextIO) -> None:
    """Aligned columns for the eye, at most 200 rows unless --limit asks for more."""
    infos = _infos(source, query)
    wanted = TABLE_LIMIT if limit is None else limit
    rows = [
        [_shown(info, cell) for info, cell in zip(infos, row[2:], strict=True)] for row in _rows(source, query, wanted)
    ]
    heads = [info.label for info in infos]
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    text = io.StringIO()
    for line in (heads, ["-" * width for width in widths], *rows):
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        text.write("  ".join(padded).rstrip() + "\n")
    out.write(text.getvalue())
    total = source.count(query, exact=True).value
    tell(tr("{shown} of {total} rows", shown=len(rows), total=total))


def _shown(info: ColumnInfo, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return tr("Yes") if cell else tr("No")
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    text = dict(info.choices).get(str(cell), str(cell)).replace("\n", " ")
    return text if _width(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _infos(source: SqlListSource, query: ListQuery) -> list[ColumnInfo]:
    infos = {info.key: info for info in source.columns()}
    return [infos[key] for key in query.columns]


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json}
