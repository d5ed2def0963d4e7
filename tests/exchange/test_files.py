"""Files as people send them, and files as an attacker would."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from desktop.domain.progress import Cancelled, Progress
from desktop.domain.text import in_language
from desktop.exchange import files
from desktop.exchange.files import FileProblem, open_file

TABLE = "编码,名称,数量\nGSK-NBR-120,丁腈密封垫,40\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_each_usual_encoding_is_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(TABLE.encode(encoding))
    sheet = open_file(path).sheet()
    assert sheet.header == ("编码", "名称", "数量")
    assert sheet.rows == [(2, ("GSK-NBR-120", "丁腈密封垫", "40"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_each_usual_separator_is_recognised(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "items.txt"
    path.write_text(TABLE.replace(",", delimiter), encoding="utf-8")
    source = open_file(path)
    assert source.delimiter == delimiter
    assert source.sheet().rows[0][1] == ("GSK-NBR-120", "丁腈密封垫", "40")


def test_a_quoted_separator_and_line_break_stay_in_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('code,name\nA,"oil, 20 L\nsecond line"\nB,"say ""hi"""\n', encoding="utf-8")
    rows = [row for _, row in open_file(path).sheet().rows]
    assert rows == [("A", "oil, 20 L\nsecond line"), ("B", 'say "hi"')]


def test_empty_rows_are_passed_over_and_row_numbers_kept(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("\n,,\ncode,name,\n\nA,one,extra\n , ,\nB\n", encoding="utf-8")
    sheet = open_file(path).sheet()
    assert sheet.header == ("code", "name", "")
    assert [row for _, row in sheet.rows] == [("A", "one", "extra"), ("B", None, None)]


def test_excel_keeps_types(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "物料"
    book.active.append(["编码", "单价", "日期", "启用"])
    book.active.append(["A", 12.5, dt.date(2026, 11, 24), True])
    book.create_sheet("Second").append(["x"])
    path = tmp_path / "items.xlsx"
    book.save(path)
    source = open_file(path)
    assert [sheet.name for sheet in source.sheets] == ["物料", "Second"]
    assert source.sheet().rows == [(2, ("A", 12.5, dt.date(2026, 11, 24), True))]
    with pytest.raises(FileProblem, match="no sheet named Third"):
        source.sheet("Third")


def _zip(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def test_a_zip_bomb_is_refused_by_its_sizes_before_it_is_unfolded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(_zip(**{"xl__workbook.xml": b"<x/>", "xl__worksheets__sheet1.xml": b"0" * 60_000_000}))
    assert path.stat().st_size < 100_000
    with pytest.raises(FileProblem, match="unfold"):
        open_file(path)


def test_a_false_size_table_does_not_help_the_bomb(tmp_path: Path) -> None:
    content = _zip(**{"xl__workbook.xml": b"<x/>", "xl__worksheets__sheet1.xml": b"0" * 60_000_000})
    lying = content.replace((60_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path = tmp_path / "liar.xlsx"
    path.write_bytes(lying)
    with pytest.raises(FileProblem, match="damaged"):
        open_file(path)


def test_a_cell_at_the_far_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "code"
    book.active.cell(1_048_576, 400).value = "far"
    path = tmp_path / "corner.xlsx"
    book.save(path)
    with pytest.raises(FileProblem, match="larger than"):
        open_file(path)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken",
        b"\x00\x01\x02\x03" * 100,
        b"\xff\xfe\x00",
        b"\xff" * 50,
        b"   \n",
    ],
)
def test_a_broken_file_ends_in_a_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileProblem):
        open_file(path)


def test_a_plain_zip_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    path.write_bytes(_zip(photo=b"jpeg"))
    with pytest.raises(FileProblem, match="no workbook"):
        open_file(path)


def test_a_quotation_mark_never_closed_names_its_row(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    path.write_text('code,name\nA,one\nB,"two\nC,three\n', encoding="utf-8")
    with pytest.raises(FileProblem, match="Row 3: a quotation mark"):
        open_file(path)


def test_a_huge_cell_names_its_row(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    path.write_text("code,name\nA," + "x" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(FileProblem, match="Row 2 holds a cell"):
        open_file(path)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(["x"] * (files.MAX_COLUMNS + 1)), encoding="utf-8")
    with pytest.raises(FileProblem, match="larger than"):
        open_file(path)


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="cannot be opened"):
        open_file(tmp_path / "none.csv")
    with pytest.raises(FileProblem, match="is a folder"):
        open_file(tmp_path)


def test_messages_speak_the_language_in_force(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        open_file(tmp_path / "none.csv")
    with in_language("zh"):
        assert "无法打开" in str(caught.value)
    assert "cannot be opened" in str(caught.value)


def test_reading_stops_when_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(TABLE, encoding="utf-8")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        open_file(path, progress)
