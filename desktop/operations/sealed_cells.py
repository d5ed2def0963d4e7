"""Sealed columns in lists and exports: fetched as envelopes, shown as what they hold, or as locked.

They cannot be sorted, filtered or searched, because the database does not know what they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from desktop.domain.text import tr
from desktop.lists.compile import Listing
from desktop.lists.query import ListQuery
from desktop.operations.encryption import Locked, Sealer, is_sealed, open_text, sealer

_BEFORE = 2
"""Each row begins with its id and version."""


class Opener:
    """Opens the sealed cells of rows (id, version, cells…) of one query; made before the rows are fetched."""

    def __init__(self, session: Session | Connection, listing: Listing, query: ListQuery) -> None:
        self._table = listing.spec.table
        self._places = tuple(
            (number + _BEFORE, name)
            for number, key in enumerate(query.columns)
            if (name := sealed_column(listing, key)) is not None
        )
        self._door: Sealer | None = sealer(session) if self._places else None

    def row(self, row: Sequence[Any]) -> Sequence[Any]:
        if self._door is None:
            return row
        cells = list(row)
        for place, name in self._places:
            found = open_text(self._door, cells[place], self._table, name, cells[0])
            cells[place] = tr("Locked") if isinstance(found, Locked) else found
        return tuple(cells)

    def rows(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        return map(self.row, rows)


def sealed_column(listing: Listing, key: str) -> str | None:
    """The table's column behind a list's column, where it holds sealed values."""
    name = getattr(listing.columns[key].expr, "key", None) if key in listing.columns else None
    return name if isinstance(name, str) and is_sealed(name) else None
