"""The request for quotation on paper, with room for the supplier's answers."""

from __future__ import annotations

from typing import BinaryIO

from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations.forms import FormInfo
from desktop.operations.records import Record
from desktop.reports.theme import QUIET, Frame, Paper, PdfColumn, draw, fitted, table

_LABEL_WIDTH = 100.0
_LINE_HEIGHT = 16.0


def rfq_pdf(
    target: BinaryIO | str, *, rfq: Record, info: FormInfo, company: str, printed_by: str = "", supplier: str = "",
    address: str = "",
) -> int:  # fmt: skip
    """Write the request in the language in force; the number of pages. It names no other supplier who is asked."""
    number = str(rfq.values["number"])
    paper = Paper(target, Frame(tr("Request for quotation {number}", number=number), company, printed_by))
    unit = rfq.referred.get("org_unit_id")
    due = rfq.values["due_on"]
    facts = (
        *(((tr("Supplier"), supplier),) if supplier else ()),
        *(((tr("Address"), address),) if address else ()),
        (tr("Deliver to"), pick(unit.name, unit.name_zh) if unit else "–"),
        (info.fields["due_on"].label, due.isoformat() if due else "–"),
        (info.fields["currency"].label, str(rfq.values["currency"])),
        *(((info.fields["note"].label, str(rfq.values["note"])),) if rfq.values["note"] else ()),
    )
    paper.y -= 6
    for label, value in facts:
        draw(paper.canvas, paper.left, paper.y - 11, label, ink=QUIET)
        draw(paper.canvas, paper.left + _LABEL_WIDTH, paper.y - 11,
             fitted(value, paper.right - paper.left - _LABEL_WIDTH))  # fmt: skip
        paper.y -= _LINE_HEIGHT
    paper.y -= 8
    columns = (
        PdfColumn(tr("No."), 0.5, "right"),
        PdfColumn(tr("Part no."), 1.5),
        PdfColumn(tr("Part name"), 2.6),
        PdfColumn(tr("Quantity"), 0.9, "right"),
        PdfColumn(tr("Needed on"), 1.1),
        PdfColumn(tr("Your unit price"), 1.3),
        PdfColumn(tr("Delivery in days"), 1.2),
    )
    table(paper, columns, [_row(place, line) for place, line in enumerate(rfq.lines["lines"], start=1)])
    return paper.save()


def _row(place: int, line: Record) -> tuple[str, ...]:
    item = line.referred.get("item_id")
    needed = line.values["needed_on"]
    return (
        str(place),
        item.code if item else "",
        pick(item.name, item.name_zh) if item else "",
        quantity_text(line.values["quantity"]),
        needed.isoformat() if needed else "–",
        "",
        "",
    )
