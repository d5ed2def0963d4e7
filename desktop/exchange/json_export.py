"""A list as JSON for programs: raw values under the columns' keys, written row by row."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from desktop.domain.progress import Progress
from desktop.lists.query import Cell, ListQuery
from desktop.operations.exporting import note_list, whole_file
from desktop.operations.lists import SqlListSource


def write_json(
    source: SqlListSource, query: ListQuery, path: Path, *, limit: int | None = None, progress: Progress | None = None
) -> int:
    """``{"total": n, "rows": [{column: value}]}`` into `path`; returns the number of rows written. Raises Cancelled."""
    with whole_file(path) as draft, draft.open("w", encoding="utf-8") as out:
        return dump_json(source, query, out, limit=limit, progress=progress)


def dump_json(
    source: SqlListSource, query: ListQuery, out: TextIO, *, limit: int | None = None, progress: Progress | None = None
) -> int:
    """The same into an open stream. `total` counts all rows of the query, whatever the limit."""
    tell = progress or Progress()
    written = 0
    with source.extract(query, totals=False) as extract:
        note_list(source, query, rows=extract.count if limit is None else min(limit, extract.count), form="json")
        out.write(f'{{"total": {extract.count}, "rows": [')
        for part in extract.parts:
            for record in part[: None if limit is None else limit - written]:
                row = {"id": record[0], **dict(zip(query.columns, map(plain, record[2:]), strict=True))}
                out.write((",\n" if written else "\n") + json.dumps(row, ensure_ascii=False))
                written += 1
            tell.report(written, extract.count)
            if limit is not None and written >= limit:
                break
        out.write("]}\n")
    return written


def plain(cell: Cell) -> str | int | float | bool | None:
    """A cell as JSON knows it: dates in ISO form, decimals as numbers."""
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell.isoformat() if isinstance(cell, date) else cell
