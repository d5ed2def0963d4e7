"""The reject file: the rows that were not taken, as they came, with the reasons beside the cells.

Its columns are those of the file, so that it can be mended in Excel and imported again; the column of reasons is left
out by the mapping because no field answers to its name.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from desktop.domain.importing import CellFault
from desktop.domain.text import tr
from desktop.exchange.cells import as_text
from desktop.exchange.files import RawCell, Sheet

_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_rejects(path: Path, sheet: Sheet, faults: Iterable[CellFault]) -> int:
    """Write the rows of `sheet` that have faults to `path` (.xlsx, else CSV with a BOM). Returns how many."""
    by_row: dict[int, list[CellFault]] = defaultdict(list)
    for fault in faults:
        by_row[fault.row].append(fault)
    rows = [(number, row) for number, row in sheet.rows if number in by_row]
    if path.suffix.lower() == ".xlsx":
        _write_xlsx(path, sheet.header, rows, by_row)
    else:
        _write_csv(path, sheet.header, rows, by_row)
    return len(rows)


def reason_of(faults: Sequence[CellFault]) -> str:
    """All reasons of a row in one text: ``Quantity: This is not a number. Write it as …``."""
    return "\n".join(
        f"{fault.column}: {fault.fault.text()}" if fault.column else fault.fault.text() for fault in faults
    )


def _write_xlsx(
    path: Path,
    header: Sequence[str],
    rows: Sequence[tuple[int, tuple[RawCell, ...]]],
    faults: dict[int, list[CellFault]],
) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(tr("Rejected"))
        bold = book.add_format({"bold": True, "bottom": 1})
        wrong = book.add_format(
            {"bg_color": "#FDE3E1", "font_color": "#A32018", "border": 1, "border_color": "#C9362B"}
        )
        reason = book.add_format({"font_color": "#A32018"})
        page.write_row(0, 0, [*header, tr("Reason")], bold)
        page.freeze_panes(1, 0)
        for line, (number, row) in enumerate(rows, 1):
            bad = {fault.column: fault for fault in faults[number]}
            for column, cell in enumerate(row):
                fault = bad.get(header[column])
                written = as_text(cell)[:32767]
                if written or fault:
                    page.write_string(line, column, written, wrong if fault else None)
                if fault:
                    page.write_comment(line, column, fault.fault.text()[:2000])
            page.write_string(line, len(header), reason_of(faults[number])[:32767], reason)
        for column, name in enumerate(header):
            page.set_column(column, column, max(12, min(40, len(name) * 2)))
        page.set_column(len(header), len(header), 80)


def _write_csv(
    path: Path,
    header: Sequence[str],
    rows: Sequence[tuple[int, tuple[RawCell, ...]]],
    faults: dict[int, list[CellFault]],
) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(_harmless(name) for name in header), tr("Reason")])
        for number, row in rows:
            reason = reason_of(faults[number]).replace("\n", " | ")
            writer.writerow([*(_harmless(as_text(cell)) for cell in row), _harmless(reason)])


def _harmless(text: str) -> str:
    """No spreadsheet may calculate what a stranger wrote: a text that starts like a formula gets an apostrophe.

    Numbers keep their sign.
    """
    if text.startswith(_RISKY) and not text.lstrip("+-").replace(".", "", 1).replace(",", "").isdigit():
        return "'" + text
    return text
