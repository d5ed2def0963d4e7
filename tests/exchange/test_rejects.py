"""The reject file can be mended and imported, and no spreadsheet calculates what stands in it."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from desktop.domain.importing import CellFault, Fault
from desktop.exchange.files import Sheet, open_file
from desktop.exchange.rejects import reason_of, write_rejects

SHEET = Sheet("Items", ("code", "cost"), [(2, ("A-1", 5.0)), (3, ("=cmd()", "x")), (4, ("-5", "-1"))])
FAULTS = (
    CellFault(3, "cost", "standard_cost", "x", Fault(lambda: "Not a number.", lambda: "Write one.")),
    CellFault(4, "", "", "", Fault(lambda: "@Refused.", lambda: "")),
)


def test_only_rejected_rows_with_the_reason_beside_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    assert write_rejects(path, SHEET, FAULTS) == 2
    sheet = openpyxl.load_workbook(path).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["code", "cost", "Reason"],
        ["=cmd()", "x", "cost: Not a number. Write one."],
        ["-5", "-1", "@Refused."],
    ]
    assert sheet["B2"].comment.text == "Not a number. Write one." and sheet["B2"].data_type == "s"
    assert sheet["A2"].data_type == "s"


def test_csv_keeps_numbers_and_disarms_formulas(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    assert write_rejects(path, SHEET, FAULTS) == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1][0] == "'=cmd()" and rows[2][:2] == ["-5", "-1"] and rows[2][2] == "'@Refused."


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_it_reads_back_as_the_file_it_came_from(tmp_path: Path, name: str) -> None:
    write_rejects(tmp_path / name, SHEET, FAULTS)
    sheet = open_file(tmp_path / name).sheet()
    assert sheet.header == ("code", "cost", "Reason") and len(sheet.rows) == 2


def test_several_reasons_of_a_row_stand_below_one_another() -> None:
    assert reason_of(FAULTS) == "cost: Not a number. Write one.\n@Refused."
