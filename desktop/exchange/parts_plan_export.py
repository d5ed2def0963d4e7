"""The parts plan as a workbook: the record of each item, weeks across, as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from desktop.domain.text import pick, tr
from desktop.operations.parts_plan import PlannedItem


def figure_names() -> tuple[tuple[str, str], ...]:
    """The lines of a record in their order: key and words."""
    return (
        ("gross", tr("Gross demand")),
        ("scheduled", tr("Scheduled receipts")),
        ("projected", tr("Projected on hand")),
        ("net", tr("Net requirement")),
        ("planned_receipt", tr("Planned receipt")),
        ("planned_release", tr("Planned release")),
    )


def write(items: Sequence[PlannedItem], path: Path) -> int:
    """One sheet, six rows an item; numbers are numbers. Returns how many items were written."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(tr("Parts demand"))
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"bold": True, "bottom": 1, "num_format": "yyyy-mm-dd"})
        number = book.add_format({"num_format": "#,##0.####"})
        heads = (tr("Item"), tr("Name"), tr("Branch"), tr("Unit"), tr("On hand"), tr("Lead time, days"), tr("Figure"))
        for column, words in enumerate(heads):
            sheet.write_string(0, column, words, bold)
        weeks = [each.week for each in items[0].weeks] if items else []
        for column, week in enumerate(weeks, start=len(heads)):
            sheet.write_datetime(0, column, week, day)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 2, 26)
        sheet.set_column(6, 6, 20)
        sheet.set_column(len(heads), len(heads) + len(weeks), 11)
        sheet.freeze_panes(1, len(heads))
        row = 1
        for item in items:
            for key, words in figure_names():
                texts = (item.code, pick(item.name, item.name_zh), pick(item.branch, item.branch_zh),
                         pick(item.uom, item.uom_zh))  # fmt: skip
                for column, text in enumerate(texts):
                    sheet.write_string(row, column, text)
                sheet.write_number(row, 4, float(item.on_hand), number)
                sheet.write_number(row, 5, item.lead_days)
                sheet.write_string(row, 6, words)
                for column, each in enumerate(item.weeks, start=len(heads)):
                    value: Decimal = getattr(each, key)
                    sheet.write_number(row, column, float(value), number)
                row += 1
    return len(items)
