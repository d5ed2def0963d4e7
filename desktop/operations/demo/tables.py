"""Rows on their way into the database: COPY lines in temporary files, so that a million rows need no memory."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from typing import Any, TextIO, cast

from psycopg2.extensions import cursor as Cursor

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPOOL = 8 * 1024 * 1024


class Table:
    """Rows of one table in a fixed order of columns; the first column is the id unless `serial` is False."""

    def __init__(self, name: str, columns: str, *, serial: bool = True) -> None:
        self.name = name
        self.columns = tuple(columns.split())
        self.serial = serial
        self.count = 0
        self.last_id = 0
        self._file = cast(TextIO, tempfile.SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8", newline="\n"))  # noqa: SIM115

    def add(self, *values: Any) -> int:
        """One row without its id, which is the next number. Returns the id (0 for a table without one)."""
        self.count += 1
        if self.serial:
            self.last_id += 1
            values = (self.last_id, *values)
        if len(values) != len(self.columns):
            raise ValueError(f"{self.name}: {len(values)} values for {len(self.columns)} columns")
        self._file.write("\t".join([encode(value) for value in values]) + "\n")
        return self.last_id

    def copy(self, cursor: Cursor) -> None:
        """Send all rows, and let the table's own counter go on behind them."""
        self._file.seek(0)
        cursor.copy_expert(f"copy erp.{self.name} ({', '.join(self.columns)}) from stdin", self._file)
        self._file.close()
        if self.serial and self.last_id:
            cursor.execute(f"select setval(pg_get_serial_sequence('erp.{self.name}', 'id'), %s)", (self.last_id,))


def encode(value: Any) -> str:
    """One value in COPY's text format. Naive date-times are local time in China."""
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, dt.datetime):
        return f"{value.isoformat(' ')}+08"
    if isinstance(value, int | Decimal | dt.date | dt.time):
        return str(value)
    raise TypeError(f"cannot copy a {type(value).__name__}")


def span(start: dt.datetime, end: dt.datetime) -> str:
    """A tstzrange without its end."""
    return f'["{encode(start)}","{encode(end)}")'


def cents(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)
