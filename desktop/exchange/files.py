"""Open what people send: CSV in any of the usual encodings, Excel old and new, without trusting a byte of it.

A file is checked before it is read (sizes inside the zip first, then the extent of each sheet), so that a hostile or
broken file ends in a message and never in a full memory. What comes out is plain: a header and rows of raw cells.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from python_calamine import CalamineError, CalamineWorkbook

from db.errors import UserError
from desktop.domain.progress import Progress
from desktop.domain.text import in_language, language, tr

RawCell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_UNZIPPED_BYTES = 400 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM_BYTES = 16 * 1024 * 1024
MAX_ZIP_MEMBERS = 5000
MAX_COLUMNS = 500
MAX_ROWS = 1_048_576
MAX_GRID = 20_000_000
MAX_CELL = 32_767

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_CELL_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_DELIMITERS = (",", "\t", ";", "|", "，")


class FileProblem(UserError):
    """The file as a whole cannot be read. The message names the cause and the remedy in both languages."""

    def __init__(self, says: Callable[[], str]) -> None:
        with in_language("en"):
            english = says()
        with in_language("zh"):
            chinese = says()
        super().__init__(code="ER011", message_en=english, message_zh=chinese)

    def __str__(self) -> str:
        return self.text(language())


@dataclass(frozen=True)
class Sheet:
    """One table of a file: the header's texts and, with their row numbers in the file, the rows below it."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[tuple[int, tuple[RawCell, ...]]]


@dataclass(frozen=True)
class Source:
    """An opened file. `encoding` and `delimiter` are those found, empty for Excel."""

    path: Path
    form: Literal["csv", "xlsx", "xls"]
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""

    def sheet(self, name: str | None = None) -> Sheet:
        """The sheet of that name, or the first one that has rows."""
        if name is not None:
            for sheet in self.sheets:
                if sheet.name == name:
                    return sheet
            raise FileProblem(lambda: tr("The file has no sheet named {name}.", name=name))
        return next((sheet for sheet in self.sheets if sheet.rows), self.sheets[0])


def open_file(path: Path, progress: Progress | None = None) -> Source:
    """Read all of `path`. Raises `FileProblem` for what cannot be read, `Cancelled` where the user stops it."""
    data = _bytes_of(path)
    progress = progress or Progress()
    progress.check()
    if data.startswith(_ZIP):
        check_zip(data, progress)
        return Source(path, "xlsx", _excel_sheets(data, progress))
    if data.startswith(_OLE):
        return Source(path, "xls", _excel_sheets(data, progress))
    text, encoding = decode(data)
    delimiter = sniff_delimiter(text)
    sheet = _csv_sheet(path.stem, text, delimiter, progress)
    return Source(path, "csv", (sheet,), encoding, delimiter)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise FileProblem(
                lambda: tr(
                    "{file} is larger than {limit} MB. Split it and import the parts one after another.",
                    file=path.name,
                    limit=MAX_FILE_BYTES // 1024 // 1024,
                )
            )
        data = path.read_bytes()
    except IsADirectoryError:
        raise FileProblem(
            lambda: tr("{file} is a folder. Choose a file, or import the folder with a profile.", file=path.name)
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileProblem(
            lambda: tr("{file} cannot be opened: {reason}. Check name and rights.", file=path.name, reason=reason)
        )
    if not data.strip():
        raise FileProblem(lambda: tr("{file} is empty. Save the table again and choose that file.", file=path.name))
    return data


# --- text ------------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding: by BOM, else strict UTF-8, else GB 18030 (which contains GBK and GB 2312)."""
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(bom):
            return _strictly(data, (encoding,))
    return _strictly(data, ("utf-8", "gb18030"))


def _strictly(data: bytes, encodings: Sequence[str]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text, encoding
    raise FileProblem(
        lambda: tr("This is neither a text nor an Excel file. Save the table as .xlsx or as CSV in UTF-8.")
    )


def sniff_delimiter(text: str) -> str:
    """The separator that cuts the first lines into the most columns, the same number in each."""
    sample = "\n".join(text.splitlines()[:30])
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        score = widths[0] * widths.count(widths[0]) / len(widths)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _csv_sheet(name: str, text: str, delimiter: str, progress: Progress) -> Sheet:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = list(_csv_rows(reader, progress))
    return _sheet(name, rows)


def _csv_rows(reader: Iterator[list[str]], progress: Progress) -> Iterator[tuple[int, tuple[RawCell, ...]]]:
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _csv_problem(number, error)
        if number % 5000 == 0:
            progress.report(number)
        if len(row) > MAX_COLUMNS or number > MAX_ROWS:
            raise _too_wide()
        yield number, tuple(row)


def _csv_problem(number: int, error: csv.Error) -> FileProblem:
    if "field limit" in str(error):
        return FileProblem(
            lambda: tr(
                "Row {row} holds a cell of more than {limit} characters. Shorten it, or close its quotation mark.",
                row=number,
                limit=csv.field_size_limit(),
            )
        )
    return FileProblem(
        lambda: tr(
            "Row {row}: a quotation mark is opened and not closed, or stands in the middle of a cell. Mend the row.",
            row=number,
        )
    )


def _too_wide() -> FileProblem:
    return FileProblem(
        lambda: tr(
            "The table is larger than {rows} rows or {columns} columns. Delete what lies beyond it and save again.",
            rows=MAX_ROWS,
            columns=MAX_COLUMNS,
        )
    )


# --- Excel -----------------------------------------------------------------------------------------------------------


def check_zip(data: bytes, progress: Progress | None = None) -> None:
    """Refuse a zip that would unfold to more than a workbook may: by its own table first, then by unfolding it in
    pieces that are thrown away (a false table of sizes ends in a checksum error), then by the extent of its sheets.
    """
    progress = progress or Progress()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_ZIP_MEMBERS or _unfolds_too_far(members, len(data)):
                raise _bomb()
            if "xl/workbook.xml" not in archive.namelist() and "xl/workbook.bin" not in archive.namelist():
                raise _not_a_workbook()
            for member in members:
                progress.check()
                _check_member(archive, member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise _not_a_workbook()


def _unfolds_too_far(members: Sequence[zipfile.ZipInfo], packed: int) -> bool:
    total = sum(member.file_size for member in members)
    return total > MAX_UNZIPPED_BYTES or (total > RATIO_FROM_BYTES and total > packed * MAX_RATIO)


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    is_sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
    rows = columns = 0
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(1 << 20):
            if not is_sheet:
                continue
            for found in _CELL_PLACE.finditer(tail + chunk):
                columns = max(columns, _column_number(found[1]))
                rows = max(rows, int(found[2]))
            tail = chunk[-32:]
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_GRID:
        raise _too_wide()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _bomb() -> FileProblem:
    return FileProblem(
        lambda: tr("The file would unfold to far more than a workbook holds, so it is not opened. Ask its sender.")
    )


def _not_a_workbook() -> FileProblem:
    return FileProblem(
        lambda: tr("The Excel file is damaged, protected by a password, or no workbook. Save it again as .xlsx.")
    )


def _excel_sheets(data: bytes, progress: Progress) -> tuple[Sheet, ...]:
    sheets = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            for name in workbook.sheet_names:
                progress.check()
                cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                sheets.append(_sheet(name, [(i, tuple(row)) for i, row in enumerate(cells, 1)]))
    except CalamineError:
        raise _not_a_workbook()
    if not sheets:
        raise _not_a_workbook()
    return tuple(sheets)


# --- both ------------------------------------------------------------------------------------------------------------


def _sheet(name: str, rows: Sequence[tuple[int, tuple[RawCell, ...]]]) -> Sheet:
    """The first row that is not empty is the header; rows without any content are passed over."""
    filled = [(number, row) for number, row in rows if any(not is_blank(cell) for cell in row)]
    if not filled:
        return Sheet(name, (), ())
    header = tuple(str(cell).strip() if not is_blank(cell) else "" for cell in filled[0][1])
    while header and not header[-1]:
        header = header[:-1]
    width = max((_width(row) for _, row in filled[1:]), default=0)
    header += ("",) * (min(width, MAX_COLUMNS) - len(header))
    return Sheet(name, header, [(number, _padded(row, len(header))) for number, row in filled[1:]])


def _width(row: tuple[RawCell, ...]) -> int:
    return next((i for i in range(len(row), 0, -1) if not is_blank(row[i - 1])), 0)


def _padded(row: tuple[RawCell, ...], width: int) -> tuple[RawCell, ...]:
    return row[:width] + (None,) * (width - len(row))


def is_blank(cell: RawCell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
