"""What a copied cell of a grid says to a spreadsheet."""

from __future__ import annotations

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
