"""The return note: it travels with the goods, so it names delivery, order, part and defect, and has codes to scan.

The number stands as Code 128 (ISO/IEC 15417) and as QR (ISO/IEC 18004); prices stay at home.
"""

from __future__ import annotations

from typing import BinaryIO

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import black
from reportlab.lib.units import mm

from desktop.domain.figures import quantity_text
from desktop.domain.text import tr
from desktop.operations.supplier_returns import ReturnLine, ReturnNote
from desktop.reports.theme import QUIET, Frame, Paper, PdfColumn, draw, fitted, signatures, table

_LABEL_WIDTH = 90.0
_LINE_HEIGHT = 16.0
_QR = 24 * mm
_REASON_SHARE = 0.16
"""What the last column of the table has of the page's width, less its margins."""


def return_note_pdf(target: BinaryIO | str, *, note: ReturnNote, company: str, printed_by: str = "") -> int:
    """Write the note in the language in force; the number of pages."""
    title = tr("Return note {number}", number=note.number)
    paper = Paper(target, Frame(title, company, printed_by), wide=True)
    _codes(paper, note.number)
    _facts(paper, note)
    with_lots = any(line.lot for line in note.lines)
    columns = (
        PdfColumn(tr("No."), 0.4, "right"),
        PdfColumn(tr("Part no."), 1.4),
        PdfColumn(tr("Part name"), 2.1),
        PdfColumn(tr("Maker's part no."), 1.2),
        *((PdfColumn(tr("Lot / serial"), 1.1),) if with_lots else ()),
        PdfColumn(tr("Quantity"), 0.7, "right"),
        PdfColumn(tr("Unit"), 0.5),
        PdfColumn(tr("Order / line"), 1.4),
        PdfColumn(tr("Receipt"), 1.3),
        PdfColumn(tr("What is wrong"), 2.2),
    )
    table(paper, columns, [_row(number, line, with_lots) for number, line in enumerate(note.lines, start=1)])
    _long_reasons(paper, note)
    paper.y -= 20
    if not paper.room(20):
        paper.next_page()
    draw(
        paper.canvas,
        paper.left,
        paper.y,
        tr("Please replace these goods, or send a credit note that names this number."),
    )
    signatures(paper, (tr("Sent by, date"), tr("Received for the supplier, date")))
    return paper.save()


def _long_reasons(paper: Paper, note: ReturnNote) -> None:
    """In full what the table's column cuts."""
    room = (paper.right - paper.left) * _REASON_SHARE
    for number, line in enumerate(note.lines, start=1):
        if fitted(line.why, room) == line.why:
            continue
        if not paper.room(_LINE_HEIGHT + 6):
            paper.next_page()
        paper.y -= _LINE_HEIGHT
        draw(paper.canvas, paper.left, paper.y - 4, fitted(f"{number}  {line.why}", paper.right - paper.left))


def _codes(paper: Paper, number: str) -> None:
    top = paper.height - 40
    qr = QrCodeWidget(number, barLevel="M", barWidth=_QR, barHeight=_QR)
    drawing = Drawing(_QR, _QR)
    drawing.add(qr)
    renderPDF.draw(drawing, paper.canvas, paper.right - _QR, top - _QR + 8)
    code = Code128(number, barWidth=0.9, barHeight=26, quiet=0)
    paper.canvas.setFillColor(black)  # quiet ink is too faint for a scanner
    code.drawOn(paper.canvas, paper.right - _QR - 16 - code.width, top - 26)
    draw(paper.canvas, paper.right - _QR - 16 - code.width / 2, top - 36, number, size=7.5, ink=QUIET, align="center")


def _facts(paper: Paper, note: ReturnNote) -> None:
    supplier = f"{note.supplier} ({note.supplier_code})" if note.supplier_code else note.supplier
    rows = [
        (tr("Supplier"), supplier),
        (tr("Address"), note.address),
        (tr("Phone"), note.phone),
        (tr("Returned on"), note.returned_on.isoformat()),
        (tr("Returned from"), note.store),
        (tr("Reason"), note.reason),
    ]
    paper.y -= 6
    room = paper.right - paper.left - _LABEL_WIDTH - _QR - 180
    for label, value in rows:
        if not value:
            continue
        draw(paper.canvas, paper.left, paper.y - 11, label, ink=QUIET)
        draw(paper.canvas, paper.left + _LABEL_WIDTH, paper.y - 11, fitted(value, room))
        paper.y -= _LINE_HEIGHT
    paper.y -= 8


def _row(number: int, line: ReturnLine, with_lots: bool) -> tuple[str, ...]:
    lot = (line.lot,) if with_lots else ()
    return (
        str(number), line.item_code, line.item_name, line.maker_code, *lot, quantity_text(line.quantity), line.unit,
        line.order, line.receipt, line.why,
    )  # fmt: skip
