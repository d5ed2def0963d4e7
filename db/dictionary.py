"""The data dictionary as it is shipped: what each column means, in both languages.

`seed/dictionary/<area>.csv` has one row per column; `common.csv` has table ``*`` for columns that mean the same
wherever they stand (created_at, version …); a row of the table itself goes first; `derived.csv` has the columns that
lists work out and no table holds. Tables of the schema `audit` are called audit_…. The installer writes one entry for
each column of the live schema into `erp.dictionary_entry`, where the steward may reword it. This module also serves
messages about columns before any database is there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "seed" / "dictionary"
ANY_TABLE = "*"
CALCULATED = "calculated"
"""The table's name of columns that lists compute: they stand in no table and are explained all the same."""


@dataclass(frozen=True)
class Entry:
    """One column. `allowed` maps each allowed value to ``{"en": …, "zh": …}`` in the order of the work."""

    table: str
    column: str
    label: str
    label_zh: str
    meaning: str
    meaning_zh: str
    allowed: Mapping[str, Mapping[str, str]] | None = None
    owner_role: str | None = None
    personal: bool = False

    def allowed_json(self) -> str | None:
        return json.dumps(self.allowed, ensure_ascii=False) if self.allowed else None


@cache
def entries() -> tuple[Entry, ...]:
    """All shipped rows, in the order of the files."""
    return tuple(entry for file in sorted(FOLDER.glob("*.csv")) for entry in _read(file))


def derived() -> tuple[Entry, ...]:
    """The columns that lists work out: named by the table of the list, or `CALCULATED`."""
    own = tuple(_read(FOLDER / "derived.csv"))
    return own + tuple(entry for entry in entries() if entry.table == CALCULATED and entry not in own)


def _read(file: Path) -> Iterator[Entry]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield _entry(row)


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        table=row["table"],
        column=row["column"],
        label=row["label"],
        label_zh=row["label_zh"],
        meaning=row["meaning"],
        meaning_zh=row["meaning_zh"],
        allowed=json.loads(row["allowed"]) if row["allowed"] else None,
        owner_role=row["owner_role"] or None,
        personal=row["personal"] == "true",
    )


@cache
def _by_column() -> Mapping[tuple[str, str], Entry]:
    return {(entry.table, entry.column): entry for entry in entries()}


def find(table: str, column: str) -> Entry | None:
    """The entry of a column: its own, else the one that holds for every table."""
    known = _by_column()
    return known.get((table, column)) or known.get((ANY_TABLE, column))
