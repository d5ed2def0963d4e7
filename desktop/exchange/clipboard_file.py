"""Rows from the clipboard as a file that the import opens like any other: same preview, same mapping, same rejects."""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime
from pathlib import Path

from desktop.domain.clipboard import parse
from desktop.domain.text import tr


def write_clipboard(text: str) -> Path | None:
    """`text` as a CSV of its own, readable by this person alone; None where it holds no rows below a header.

    Raises `ClipboardTooLarge`.
    """
    rows = parse(text)
    if len(rows) < 2:
        return None
    folder = Path(tempfile.mkdtemp(prefix="outpost-pasted-"))
    file = folder / f"{tr('Clipboard')} {datetime.now():%H-%M-%S}.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return file
