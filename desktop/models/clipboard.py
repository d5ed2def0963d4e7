"""A rectangle of cells as the tab-separated text that spreadsheets put on the clipboard, both ways."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from desktop.lists.query import Cell, ColumnInfo
from desktop.lists.spec import Kind
from desktop.models.kinds import edit_text

_TEXTS = frozenset({Kind.TEXT, Kind.CODE})
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MOST_CELLS = 500_000


def cell_text(info: ColumnInfo, value: Cell) -> str:
    """One cell for a spreadsheet: numbers plain, texts that would be taken for a formula with an apostrophe."""
    text = edit_text(info, value)
    if info.kind in _TEXTS and text.startswith(_RISKY):
        return "'" + text
    return text


def to_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as tab-separated text; cells with tabs, quotes or line breaks are quoted as Excel does."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter="\t", lineterminator="\r\n")
    for row in rows:
        writer.writerow(row)
    return made.getvalue()


def from_text(text: str) -> list[list[str]]:
    """The rows of a copied range, all of the same length. Excel's closing line break is no row."""
    if not text.strip("\r\n"):
        return []
    rows = [list(row) for row in csv.reader(io.StringIO(text), delimiter="\t")]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
