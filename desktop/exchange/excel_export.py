"""A list as an Excel workbook, exactly as shown: typed cells, frozen header, live sums, control totals, its scope.

Texts are written as texts, never as formulas, whatever they begin with. Memory stays flat: rows come in portions from a
server-side cursor and go to the disk at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from desktop.domain.progress import Progress
from desktop.domain.text import in_language, tr
from desktop.lists.query import Cell, ColumnInfo, GroupHead, ListQuery
from desktop.lists.spec import Kind
from desktop.operations.exporting import (
    ExportRefused,
    Scope,
    group_label,
    header,
    note_list,
    scope_of,
    shower,
    whole_file,
)
from desktop.operations.lists import Extract, SqlListSource

LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
_EXACT = 10**15
_FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.QUANTITY: "#,##0.####",
    Kind.MONEY: "#,##0.00",
    Kind.PRICE: "#,##0.00##",
    Kind.PERCENT: "0.0%",
    Kind.BAR: "0.0%",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MONTH: "yyyy-mm",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
}
_SUBTOTAL = {"sum": 9, "average": 1}
_DAY_ZERO = date(1899, 12, 30).toordinal()
Put = Callable[[Worksheet, int, int, Any], None]


@dataclass(frozen=True)
class Options:
    """`subtotals`: groups and totals as live formulas; `control`: the sheet with scope and control totals; `ids`: a
    hidden last column with the record's id, to drill back.
    """

    subtotals: bool = True
    control: bool = True
    ids: bool = False


def write_excel(
    source: SqlListSource,
    query: ListQuery,
    path: Path,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the list to `path`; returns the number of rows. Raises ExportRefused, Cancelled."""
    with in_language(source.language), whole_file(path) as draft, source.extract(query) as extract:
        note_list(source, query, rows=extract.count, form="xlsx")
        with xlsxwriter.Workbook(str(draft), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
            writer = _Writer(source, query, extract, book, options or Options(), progress or Progress())
            writer.run()
        return extract.count


@dataclass
class _Writer:
    source: SqlListSource
    query: ListQuery
    extract: Extract
    book: Workbook
    options: Options
    progress: Progress
    row: int = 0
    done: int = 0
    sheet: Any = None
    sheets: list[tuple[Any, int]] = field(default_factory=list)
    total_cells: list[tuple[str, str]] = field(default_factory=list)

    def run(self) -> None:
        self.zone: ZoneInfo = self.source.view().reader.zone
        self.infos = self.extract.infos
        self.every = {info.key: info for info in self.source.columns()}
        self.formats = {info.key: self._format(info) for info in self.infos}
        self.bold = {info.key: self._format(info, bold=True, top=1) for info in self.infos}
        self.head_text = self.book.add_format({"bold": True, "bg_color": "#EEF1F6"})
        self.head_cells = {info.key: self._format(info, bold=True, bg_color="#EEF1F6") for info in self.infos}
        self.below = Counter(head.values[:size] for head in self.extract.heads for size in range(1, head.depth + 1))
        self.puts = [self._put(info) for info in self.infos]
        self._start_sheet()
        self._write_rows()
        self._finish_sheet(totals=True)
        if self.options.control:
            self._write_control(scope_of(self.source, self.extract, self.query))

    # sheets

    def _start_sheet(self) -> None:
        title = _sheet_name(self.source.spec.name_zh if self.source.language == "zh" else self.source.spec.name)
        name = title if not self.sheets else f"{title[:26]} ({len(self.sheets) + 1})"
        self.sheet = self.book.add_worksheet(name)
        frozen = min(self.source.spec.frozen, len(self.infos))
        self.sheet.freeze_panes(1, frozen)
        self.sheet.outline_settings(True, False, True, False)
        for column, info in enumerate(self.infos):
            self.sheet.set_column_pixels(column, column, info.width)
        style = self.book.add_format(
            {"bold": True, "bg_color": "#DDE3EC", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        for column, info in enumerate(self.infos):
            self.sheet.write_string(0, column, header(info), style)
        if self.options.ids:
            self.sheet.set_column(len(self.infos), len(self.infos), 8, None, {"hidden": True})
            self.sheet.write_string(0, len(self.infos), "id", style)
        self.row = 1

    def _finish_sheet(self, *, totals: bool) -> None:
        last = self.row
        if totals and any(info.total != "none" for info in self.infos[1:]) and self.extract.count:
            self._write_totals(last)
        if last > 1 and self.infos:
            self.sheet.autofilter(0, 0, last - 1, len(self.infos) - 1)
            self._bars(last)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheets.append((self.sheet, last))

    def _bars(self, last: int) -> None:
        for column, info in enumerate(self.infos):
            if info.kind is Kind.BAR:
                bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#7FB58F", "min_type": "num", "min_value": 0,
                       "max_type": "num", "max_value": 1}  # fmt: skip
                self.sheet.conditional_format(1, column, last - 1, column, bar)

    def _next_row(self) -> int:
        if self.row >= LAST_ROW - 1:
            self._finish_sheet(totals=False)
            self._start_sheet()
        self.row += 1
        return self.row - 1

    # rows

    def _write_rows(self) -> None:
        depth = len(self.query.group_by)
        heads = iter(self.extract.heads)
        left = 0
        columns = list(enumerate(self.puts))
        for part in self.extract.parts:
            for record in part:
                if depth and not left:
                    left = self._open_groups(heads, depth)
                row = self._next_row()
                if depth:
                    left -= 1
                    self.sheet.set_row(row, None, None, {"level": min(depth, 7)})
                sheet = self.sheet
                for column, put in columns:
                    value = record[column + 2]
                    if value is not None:
                        put(sheet, row, column, value)
                if self.options.ids:
                    sheet.write_number(row, len(columns), record[0])
            self.done += len(part)
            self.progress.report(self.done, self.extract.count)

    def _open_groups(self, heads: Iterator[GroupHead], depth: int) -> int:
        """Write heads down to the next innermost one; returns how many rows it has."""
        while True:
            head = next(heads)
            self._write_head(head)
            if head.depth == depth - 1:
                return head.count

    def _write_head(self, head: GroupHead) -> None:
        row = self._next_row()
        self.sheet.set_row(row, None, self.head_text, {"level": head.depth} if head.depth else {})
        label = "    " * head.depth + group_label(head, self.query, self.every, self.zone)
        self.sheet.write_string(row, 0, label[:LONGEST_TEXT], self.head_text)
        below = head.count + self.below.get(head.values, 0)
        for column, info in enumerate(self.infos):
            if column and info.total != "none":
                self._write_total(row, column, info, head.totals, (row + 1, row + below), self.head_cells[info.key])

    def _write_totals(self, row: int) -> None:
        style = self.book.add_format({"bold": True, "top": 1})
        self.sheet.write_string(row, 0, tr("Total"), style)
        for column, info in enumerate(self.infos):
            if info.total != "none" and column:
                self._write_total(row, column, info, self.extract.totals, (1, row - 1), self.bold[info.key])
                name = self.sheet.get_name().replace("'", "''")
                self.total_cells.append((info.key, f"'{name}'!{xl_col_to_name(column)}{row + 1}"))

    def _write_total(
        self, row: int, column: int, info: ColumnInfo, totals: Mapping[str, Cell], span: tuple[int, int], style: Any
    ) -> None:
        value = totals.get(info.key)
        first, last = span
        live = self.options.subtotals and info.total_live and not self.sheets and last < LAST_ROW - 1
        if live:
            letter = xl_col_to_name(column)
            formula = f"=SUBTOTAL({_SUBTOTAL[info.total]},{letter}{first + 1}:{letter}{last + 1})"
            self.sheet.write_formula(row, column, formula, style, _float(value) or 0)
        elif value is not None:
            self.sheet.write_number(row, column, _float(value), style)

    # control sheet

    def _write_control(self, scope: Scope) -> None:
        sheet = self.book.add_worksheet(_sheet_name(tr("About")))
        bold = self.book.add_format({"bold": True})
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 3, 28)
        sheet.write_string(0, 0, scope.title, bold)
        row = 2
        for what, value in scope.lines:
            sheet.write_string(row, 0, what, bold)
            sheet.write_string(row, 1, value[:LONGEST_TEXT])
            row += 1
        row += 1
        for column, title in enumerate((tr("Control total"), tr("Database"), tr("This workbook"), tr("Difference"))):
            sheet.write_string(row, column, title, bold)
        for key, cell in self.total_cells:
            row += 1
            info = self.every[key]
            sheet.write_string(row, 0, header(info))
            total = _float(self.extract.totals.get(key)) or 0
            style = self._format(info)
            sheet.write_number(row, 1, total, style)
            sheet.write_formula(row, 2, f"={cell}", style, total)
            sheet.write_formula(row, 3, f"=ROUND(C{row + 1}-B{row + 1},6)", style, 0)

    # cells

    def _format(self, info: ColumnInfo, **more: Any) -> Any:
        shape = dict(more)
        if info.kind in _FORMATS:
            shape["num_format"] = _FORMATS[info.kind]
        return self.book.add_format(shape) if shape else None

    def _put(self, info: ColumnInfo) -> Put:
        style = self.formats[info.key]
        if info.kind in (Kind.DATE, Kind.MONTH):
            return lambda sheet, row, column, value: sheet.write_number(
                row, column, value.toordinal() - _DAY_ZERO, style
            )
        if info.kind is Kind.DATETIME:
            zone = self.zone
            return lambda sheet, row, column, value: sheet.write_number(row, column, _serial(value, zone), style)
        if info.kind in _FORMATS:
            return _number(info, style)
        if info.kind in (Kind.BOOLEAN, Kind.CHOICE, Kind.STATE):
            show = shower(info, self.zone)
            return lambda sheet, row, column, value: sheet.write_string(row, column, show(value))
        return _text(info)


def _number(info: ColumnInfo, style: Any) -> Put:
    def put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
        if -_EXACT < value < _EXACT:
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_string(row, column, str(value))  # Excel keeps fifteen digits; a text keeps them all

    return put


def _text(info: ColumnInfo) -> Put:
    label = info.label

    def put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
        if len(value) > LONGEST_TEXT:
            raise ExportRefused(
                tr(
                    "Row {row}, {column}: the text has {length} characters, an Excel cell holds 32,767. "
                    "Leave the column out or export as CSV.",
                    row=row + 1,
                    column=label,
                    length=len(value),
                )
            )
        sheet.write_string(row, column, value)

    return put


def _serial(value: datetime, zone: ZoneInfo) -> float:
    local = value.astimezone(zone)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return local.toordinal() - _DAY_ZERO + seconds / 86400


def _float(value: Cell) -> float | None:
    return float(value) if isinstance(value, int | Decimal) else None


def _sheet_name(text: str) -> str:
    return "".join(" " if char in "[]:*?/\\" else char for char in text)[:31].strip("'") or "Outpost"
