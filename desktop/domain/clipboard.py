"""What Excel and its kin put on the clipboard: rows of cells between tabs, some of them quoted.

A cell is quoted when it holds a tab, a line break or a quote, its own quotes doubled. A cell that merely begins with a
quote (5" pipes are called ``"5``) is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MAX_CHARACTERS = 20_000_000
MAX_ROWS = 100_000
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=\t|\r|\n|\Z)')
_BARE = re.compile(r"[^\t\r\n]*")
_END = re.compile(r"\r\n|\r|\n")


class ClipboardTooLarge(ValueError):
    """More than can be pasted at once: import it as a file."""


def parse(text: str) -> tuple[tuple[str, ...], ...]:
    """Rows of cells, as they were; rows may differ in length. A last empty line is no row."""
    if len(text) > MAX_CHARACTERS:
        raise ClipboardTooLarge
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    text = text.replace("\x00", "")
    place, size = 0, len(text)
    while place < size:
        cell, place = _cell(text, place)
        row.append(cell)
        if place >= size:
            break
        if text[place] == "\t":
            place += 1
            if place >= size:
                row.append("")
            continue
        end = _END.match(text, place)
        place = end.end() if end else size
        rows.append(tuple(row))
        row = []
        if len(rows) > MAX_ROWS:
            raise ClipboardTooLarge
    if row:
        rows.append(tuple(row))
    return tuple(rows)


def format_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows as a clipboard text that Excel and `parse` read back; each ends its line, as Excel does."""
    return "".join("\t".join(_quoted(cell) for cell in row) + "\r\n" for row in rows)


def _cell(text: str, place: int) -> tuple[str, int]:
    if text[place] == '"' and (quoted := _QUOTED.match(text, place)):
        return quoted[1].replace('""', '"'), quoted.end()
    bare = _BARE.match(text, place)
    end = bare.end() if bare else place
    return text[place:end], end


def _quoted(cell: str) -> str:
    if any(char in cell for char in '\t\r\n"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
