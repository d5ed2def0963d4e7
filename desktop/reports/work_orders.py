"""The work order on paper: what an engineer takes along, with a QR code that opens the order when it is scanned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing

from desktop.domain.text import pick, tr
from desktop.operations.forms import FormInfo
from desktop.operations.records import Record
from desktop.operations.work_orders import IssuedPart
from desktop.reports.theme import MEDIUM, QUIET, Frame, Paper, PdfColumn, draw, fitted, signatures, table

_QR = 72.0
_LABEL_WIDTH = 90.0
_LINE_HEIGHT = 16.0


def work_order_pdf(
    target: BinaryIO | str, *, order: Record, info: FormInfo, parts: Sequence[IssuedPart], printed_by: str = ""
) -> int:
    """Write the order with its checklist and parts in the language in force; the number of pages."""
    values = order.values
    title = tr("Work order {number}", number=values["number"])
    paper = Paper(target, Frame(title, pick(values["title"], values["title_zh"]), printed_by))
    _qr(paper, str(values["number"]))
    _facts(paper, order, info)
    _heading(paper, tr("Checklist"))
    _checklist(paper, order.lines["steps"])
    _heading(paper, tr("Parts"))
    table(
        paper,
        (
            PdfColumn(tr("Item no."), 1.4),
            PdfColumn(tr("Item"), 3),
            PdfColumn(tr("Planned"), 1, "right"),
            PdfColumn(tr("Issued"), 1, "right"),
            PdfColumn(tr("Unit"), 0.8),
            PdfColumn(tr("Used"), 1, "right"),
        ),
        [
            (
                part.item_code,
                pick(part.item_name, part.item_name_zh),
                f"{part.planned.normalize():f}",
                f"{part.issued.normalize():f}",
                part.uom,
                "",
            )
            for part in parts
        ],
    )
    signatures(paper, (tr("Engineer, date"), tr("Customer, date")), drop=60)
    return paper.save()


def _qr(paper: Paper, number: str) -> None:
    widget = QrCodeWidget(number, barLevel="M")
    left, bottom, right, top = widget.getBounds()
    drawing = Drawing(_QR, _QR, transform=[_QR / (right - left), 0, 0, _QR / (top - bottom), 0, 0])
    drawing.add(widget)
    renderPDF.draw(drawing, paper.canvas, paper.right - _QR, paper.height - 36 - _QR)


def _facts(paper: Paper, order: Record, info: FormInfo) -> None:
    values, referred = order.values, order.referred

    def name(key: str) -> str:
        found = referred.get(key)
        return f"{found.code}  {pick(found.name, found.name_zh)}" if found else "–"

    def moment(key: str) -> str:
        at: datetime | None = values.get(key)
        return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "–"

    rows = (
        (tr("Customer"), name("customer_id")),
        (tr("Site"), name("site_id")),
        (tr("Asset"), name("asset_id")),
        (tr("Contract"), name("contract_id")),
        (tr("Engineer"), name("engineer_id")),
        (info.fields["priority"].label, str(values["priority"])),
        (tr("Planned"), f"{moment('planned_start')} – {moment('planned_end')}"),
        (tr("Due"), moment("due_at")),
        (tr("Problem"), name("problem_code_id")),
    )
    paper.y -= 6
    room = paper.right - paper.left - _LABEL_WIDTH - _QR - 12
    for label, value in rows:
        draw(paper.canvas, paper.left, paper.y - 11, label, ink=QUIET)
        draw(paper.canvas, paper.left + _LABEL_WIDTH, paper.y - 11, fitted(value, room))
        paper.y -= _LINE_HEIGHT
    for line in str(values["description"] or "").splitlines():
        draw(paper.canvas, paper.left, paper.y - 11, fitted(line, paper.right - paper.left))
        paper.y -= _LINE_HEIGHT


def _heading(paper: Paper, text: str) -> None:
    if not paper.room(60):
        paper.next_page()
    draw(paper.canvas, paper.left, paper.y - 18, text, size=10.5, font=MEDIUM)
    paper.y -= 26


def _checklist(paper: Paper, steps: Sequence[Record]) -> None:
    """A drawn box before each step: the fonts have no ☐."""
    if not steps:
        draw(paper.canvas, paper.left, paper.y - 10, tr("No checklist"), ink=QUIET)
        paper.y -= _LINE_HEIGHT
    for step in steps:
        if not paper.room(_LINE_HEIGHT):
            paper.next_page()
        paper.canvas.setStrokeColor(QUIET)
        paper.canvas.rect(paper.left, paper.y - 12, 8, 8, stroke=1, fill=0)
        if step.values["done"]:
            paper.canvas.line(paper.left + 1.5, paper.y - 8, paper.left + 3.5, paper.y - 10.5)
            paper.canvas.line(paper.left + 3.5, paper.y - 10.5, paper.left + 7, paper.y - 5.5)
        words = pick(step.values["name"], step.values["name_zh"])
        mark = tr("{step} (mandatory)", step=words) if step.values["mandatory"] else words
        draw(paper.canvas, paper.left + 14, paper.y - 11, fitted(mark, paper.right - paper.left - 14))
        paper.y -= _LINE_HEIGHT
