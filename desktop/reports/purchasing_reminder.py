"""A reminder on paper: what a supplier still owes, order by order."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO

from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations.purchasing_reminders import DueLine, Reminder
from desktop.reports.theme import QUIET, Frame, Paper, PdfColumn, draw, table


def reminder_pdf(target: BinaryIO | str, reminder: Reminder, *, company: str, today: date, printed_by: str = "") -> int:
    """Write it in the language in force; the number of pages."""
    paper = Paper(target, Frame(tr("Open deliveries"), company, printed_by))
    paper.y -= 6
    draw(paper.canvas, paper.left, paper.y - 11, tr("Supplier"), ink=QUIET)
    draw(paper.canvas, paper.left + 100, paper.y - 11, reminder.shown_name())
    paper.y -= 24
    columns = (
        PdfColumn(tr("Order no."), 1.4),
        PdfColumn(tr("Your number"), 1.2),
        PdfColumn(tr("Line"), 0.5, "right"),
        PdfColumn(tr("Part no."), 1.4),
        PdfColumn(tr("Part name"), 2.4),
        PdfColumn(tr("Open quantity"), 0.9, "right"),
        PdfColumn(tr("Promised for"), 1.1),
        PdfColumn(tr("Days late"), 0.8, "right"),
    )
    table(paper, columns, [_row(line, today) for line in reminder.lines])
    return paper.save()


def _row(line: DueLine, today: date) -> tuple[str, ...]:
    promised = line.promised_on
    late = (today - promised).days if promised is not None else 0
    return (
        line.number,
        line.supplier_reference or "",
        str(line.line_no),
        line.item_code,
        pick(line.item_name, line.item_name_zh),
        quantity_text(line.open),
        promised.isoformat() if promised is not None else "–",
        str(late) if late > 0 else "–",
    )
