"""Reference data of a new installation, from db/seed: dictionary, characters, units of measure."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

SEED = Path(__file__).parent / "seed"


def load(cursor: Any) -> None:
    """Copy all seed files into their tables. `cursor` is a psycopg2 cursor inside the installing transaction."""
    for file in sorted((SEED / "dictionary").glob("*.csv")):
        _copy(cursor, "erp.dictionary_entry", file)
    for file in sorted((SEED / "tables").glob("*.csv")):
        _copy(cursor, f"erp.{file.stem.split('_', 1)[1]}", file)


def _copy(cursor: Any, table: str, file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as source:
        header = next(csv.reader(source))
    text = file.read_text(encoding="utf-8")
    columns = ", ".join(header)
    cursor.copy_expert(f"copy {table} ({columns}) from stdin with (format csv, header true)", io.StringIO(text))
