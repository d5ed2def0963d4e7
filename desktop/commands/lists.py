"""`list KEY`: what a grid shows, as a table on the terminal or by the grid's exports; read as that person."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from desktop.commands.console import Add, answer, tell
from desktop.domain.text import language, tr

if TYPE_CHECKING:
    from desktop.lists.query import ColumnInfo, ListQuery
    from desktop.lists.spec import ListSpec
    from desktop.operations.lists import SqlListSource

FORMATS = ("table", "csv", "json", "xlsx", "pdf")
TABLE_LIMIT = 200
WIDEST = 40


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
        _WRITERS[form](source, query, options)
    return 0


def print_keys(options: argparse.Namespace, specs: Sequence[ListSpec]) -> None:
    names = [{"key": one.key, "name": one.name, "name_zh": one.name_zh} for one in specs]
    lines = [f"{one.key:<24} {one.name_zh if language() == 'zh' else one.name}" for one in specs]
    answer(options, "\n".join(lines), {"lists": names})


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


def _write_json(source: SqlListSource, query: ListQuery, options: argparse.Namespace) -> None:
    from desktop.exchange.json_export import dump_json, write_json

    if options.output is None:
        dump_json(source, query, sys.stdout, limit=options.limit)
    else:
        write_json(source, query, options.output, limit=options.limit)


def _write_csv(source: SqlListSource, query: ListQuery, options: argparse.Namespace) -> None:
    from desktop.exchange.csv_export import copy_csv, write_csv

    _refuse_limit(options)
    if options.output is None:
        sys.stdout.flush()
        copy_csv(source, query, sys.stdout.buffer)
    else:
        write_csv(source, query, options.output)


def _write_excel(source: SqlListSource, query: ListQuery, options: argparse.Namespace) -> None:
    from desktop.exchange.excel_export import write_excel

    write_excel(source, query, _file(options))


def _write_pdf(source: SqlListSource, query: ListQuery, options: argparse.Namespace) -> None:
    from desktop.reports.list_pdf import write_pdf

    write_pdf(source, query, _file(options))


def _file(options: argparse.Namespace) -> Path:
    """Where a format goes that no terminal shows."""
    _refuse_limit(options)
    if options.output is None:
        raise Unknown(tr("This format needs a file: -o FILE"))
    return Path(options.output)


def _refuse_limit(options: argparse.Namespace) -> None:
    if options.limit is not None:
        raise Unknown(tr("--limit is for table and json; other formats hold the whole list, so filter it"))


def _write_table(source: SqlListSource, query: ListQuery, options: argparse.Namespace) -> None:
    """Aligned columns for the eye, at most 200 rows unless --limit asks for more."""
    from desktop.operations.exporting import header, note_list, shower, whole_file

    zone = source.view().reader.zone
    wanted = TABLE_LIMIT if options.limit is None else options.limit
    infos = {info.key: info for info in source.columns()}
    shows = [shower(infos[key], zone) for key in query.columns]
    found = source.rows(query, group=(), start=0, limit=wanted)
    rows = [[_fitted(show(cell)) for show, cell in zip(shows, row.cells, strict=True)] for row in found]
    heads, total = [header(infos[key]) for key in query.columns], source.count(query, exact=True).value
    note_list(source, query, rows=len(rows), form="table")
    text = _aligned(heads, rows)
    if options.output is None:
        sys.stdout.write(text)
    else:
        with whole_file(options.output) as draft:
            draft.write_text(text, encoding="utf-8")
    tell(tr("{shown} of {total} rows", shown=len(rows), total=total))


def _aligned(heads: list[str], rows: list[list[str]]) -> str:
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    lines = []
    for line in (heads, ["-" * width for width in widths], *rows):
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        lines.append("  ".join(padded).rstrip() + "\n")
    return "".join(lines)


def _fitted(text: str) -> str:
    text = " ".join(text.split())
    return text if _width(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json, "xlsx": _write_excel, "pdf": _write_pdf}
