"""Papers of the store: hand-over of the day, pick list, and labels with QR and Code 128.

Labels follow the usual thermal size of 60 × 40 mm, one to a page. QR carries the code alone (ISO/IEC 18004), Code 128
the same text (ISO/IEC 15417), so that any scanner types what the desk expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.figures import quantity_text
from desktop.domain.text import tr
from desktop.operations.stock_papers import DaysMove
from desktop.reports.codes import scan_code
from desktop.reports.theme import (
    MEDIUM,
    QUIET,
    STRONG,
    Frame,
    Paper,
    PdfColumn,
    draw,
    fitted,
    load_fonts,
    signatures,
    table,
)

LABEL = (60 * mm, 40 * mm)
"""The size that a label is drawn for; others are the same drawing, larger or smaller."""
LABEL_SIZES: dict[str, tuple[float, float]] = {
    "40x30": (40 * mm, 30 * mm),
    "50x30": (50 * mm, 30 * mm),
    "60x40": LABEL,
    "80x50": (80 * mm, 50 * mm),
    "100x60": (100 * mm, 60 * mm),
    "a4": (70 * mm, 37 * mm),
}
"""Rolls, one label a page; `a4` is a sheet of 3 × 8 labels."""
DEFAULT_SIZE = "60x40"
LABEL_SETTING = "label_size"
"""The workstation's setting: which roll or sheet its label printer holds."""
_SHEET = (210 * mm, 297 * mm)
_ACROSS, _DOWN = 3, 8


@dataclass(frozen=True)
class Label:
    """One label: what is scanned, its name, a quiet line (asset class, bin path, lot), and how many of it."""

    code: str
    name: str
    detail: str = ""
    copies: int = 1


@dataclass(frozen=True)
class PickRow:
    """One part to fetch, in the order of the walk."""

    location: str
    item_code: str
    item_name: str
    lot: str
    quantity: Decimal
    unit: str
    order: str = ""


def type_name(document_type: str) -> str:
    return {
        "receipt": tr("Receive"),
        "issue": tr("Issue to work order"),
        "counter_issue": tr("Counter issue"),
        "return": tr("Return"),
        "transfer": tr("Transfer"),
        "adjustment": tr("Adjustment"),
        "opening": tr("Opening balance"),
        "supplier_return": tr("Return to supplier"),
    }.get(document_type, document_type)


def labels(target: BinaryIO | str, wanted: Sequence[Label], size: str = DEFAULT_SIZE) -> int:
    """One page a label and copy, or a sheet of them. Returns the pages."""
    load_fonts()
    room = LABEL_SIZES.get(size, LABEL)
    sheet = size == "a4"
    canvas = Canvas(target, pagesize=_SHEET if sheet else room, pageCompression=1)
    canvas.setTitle(tr("Labels"))
    each_page = _ACROSS * _DOWN if sheet else 1
    every = [label for label in wanted for _ in range(max(1, label.copies))]
    for number, label in enumerate(every):
        place = number % each_page
        if number and not place:
            canvas.showPage()
        _placed(canvas, label, room, _corner(place, room) if sheet else (0.0, 0.0))
    if every:
        canvas.showPage()
    canvas.save()
    return -(-len(every) // each_page)


def _corner(place: int, room: tuple[float, float]) -> tuple[float, float]:
    margin = (_SHEET[1] - _DOWN * room[1]) / 2
    return place % _ACROSS * room[0], _SHEET[1] - margin - (place // _ACROSS + 1) * room[1]


def _placed(canvas: Canvas, label: Label, room: tuple[float, float], corner: tuple[float, float]) -> None:
    """As large as the room allows, in its middle."""
    scale = min(room[0] / LABEL[0], room[1] / LABEL[1])
    canvas.saveState()
    canvas.translate(corner[0] + (room[0] - LABEL[0] * scale) / 2, corner[1] + (room[1] - LABEL[1] * scale) / 2)
    canvas.scale(scale, scale)
    _label(canvas, label)
    canvas.restoreState()


def _label(canvas: Canvas, label: Label) -> None:
    width, height = LABEL
    side = 20 * mm
    qr = QrCodeWidget(label.code, barLevel="M", barWidth=side, barHeight=side)
    drawing = Drawing(side, side)
    drawing.add(qr)
    renderPDF.draw(drawing, canvas, 1.5 * mm, height - side - 1.5 * mm)
    left, room = side + 2.5 * mm, width - side - 4.5 * mm
    draw(canvas, left, height - 7 * mm, fitted(label.code, room, MEDIUM, 11), size=11, font=MEDIUM)
    for number, text in enumerate(_wrapped(label.name, room, 2)):
        draw(canvas, left, height - (11.5 + 4 * number) * mm, text, size=8)
    for number, text in enumerate(_packed(label.detail, room)):
        draw(canvas, left, height - (20 + 3.2 * number) * mm, text, size=7, ink=QUIET)
    _barcode(canvas, label.code, width)
    draw(canvas, width / 2, 1.6 * mm, label.code, size=6.5, ink=QUIET, align="center")


def _packed(detail: str, room: float) -> list[str]:
    """The parts of the small print on at most two lines; none is broken as long as it fits a line of its own."""
    lines = [""]
    for part in detail.split(" · "):
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if fitted(longer, room, size=7) == longer or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    rest = " · ".join(lines[1:])
    return [fitted(each, room, size=7) for each in (lines[0], rest) if each]


def _barcode(canvas: Canvas, code: str, width: float) -> None:
    """As wide as the label allows with quiet zones of ten modules, at most 0.5 mm a bar."""
    modules = Code128(code, barWidth=1, quiet=0).width
    bar = min(0.5 * mm, (width - 4 * mm) / (modules + 20))
    made = Code128(code, barWidth=bar, barHeight=10 * mm, quiet=0)
    canvas.setFillColor(black)  # quiet ink is too faint for a scanner
    made.drawOn(canvas, (width - made.width) / 2, 4.6 * mm)


def _wrapped(text: str, room: float, most: int) -> list[str]:
    """At most `most` lines; Chinese breaks anywhere, Latin at spaces; the last one is cut."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1 and fitted(rest, room, size=8) != rest:
        cut = len(fitted(rest, room, size=8)) - 1
        space = rest.rfind(" ", 0, cut + 1)
        cut = space if space > cut // 2 else cut
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, fitted(rest, room, size=8)]


def pick_list(target: BinaryIO | str, *, order: str, title: str, rows: Sequence[PickRow], printed_by: str = "") -> int:
    """What to fetch, bin by bin, with a box to tick. Returns the pages."""
    paper = Paper(target, Frame(tr("Pick list {order}", order=order), title, printed_by))
    scan_code(paper, order)
    columns = (
        PdfColumn(tr("Bin"), 1.1),
        PdfColumn(tr("Part no."), 1.5),
        PdfColumn(tr("Part name"), 2.6),
        PdfColumn(tr("Lot / serial"), 1.2),
        PdfColumn(tr("Quantity"), 0.8, "right"),
        PdfColumn(tr("Unit"), 0.6),
        PdfColumn(tr("Picked"), 0.7),
    )
    first, page = paper.y, paper.pages
    lines = [(r.location, r.item_code, r.item_name, r.lot, quantity_text(r.quantity), r.unit, "") for r in rows]
    table(paper, columns, lines)
    if paper.pages == page:
        _boxes(paper, columns, first, len(rows))
    return paper.save()


def walk(target: BinaryIO | str, *, number: str, place: str, rows: Sequence[PickRow], printed_by: str = "") -> int:
    """A pick list for several orders, bin by bin in the order of the walk, with its own number to scan, the order that
    gets each part, and a box to tick. Returns the pages.
    """
    paper = Paper(target, Frame(tr("Pick list {order}", order=number), place, printed_by))
    scan_code(paper, number)
    columns = (
        PdfColumn(tr("Bin"), 1.0),
        PdfColumn(tr("Part no."), 1.4),
        PdfColumn(tr("Part name"), 1.9),
        PdfColumn(tr("Lot / serial"), 1.0),
        PdfColumn(tr("Work order"), 1.3),
        PdfColumn(tr("Quantity"), 0.9, "right"),
        PdfColumn(tr("Unit"), 0.5),
        PdfColumn(tr("Picked"), 0.8),
    )
    first, page = paper.y, paper.pages
    lines = [
        (r.location, r.item_code, r.item_name, r.lot, r.order, quantity_text(r.quantity), r.unit, "") for r in rows
    ]
    table(paper, columns, lines)
    if paper.pages == page:
        _boxes(paper, columns, first, len(rows))
    signatures(paper, (tr("Fetched by, date"), tr("Handed to, date")))
    return paper.save()


def count_sheet(
    target: BinaryIO | str, *, number: str, place: str, rows: Sequence[PickRow], printed_by: str = ""
) -> int:
    """What is to be counted, bin by bin, with room to write: without quantities, so that nobody counts what should be
    there. `rows` carry no quantity that is printed. Returns the pages.
    """
    paper = Paper(target, Frame(tr("Count sheet {number}", number=number), place, printed_by))
    scan_code(paper, number)
    columns = (
        PdfColumn(tr("Bin"), 1.1),
        PdfColumn(tr("Part no."), 1.5),
        PdfColumn(tr("Part name"), 2.6),
        PdfColumn(tr("Lot / serial"), 1.2),
        PdfColumn(tr("Unit"), 0.6),
        PdfColumn(tr("Counted"), 1.0),
        PdfColumn(tr("Again"), 1.0),
    )
    table(paper, columns, [(r.location, r.item_code, r.item_name, r.lot, r.unit, "", "") for r in rows])
    signatures(paper, (tr("Counted by, date"), tr("Counted again by, date")))
    return paper.save()


def _boxes(paper: Paper, columns: Sequence[PdfColumn], top: float, count: int) -> None:
    whole = sum(column.share for column in columns)
    x = paper.right - (paper.right - paper.left) * columns[-1].share / whole + 6
    paper.canvas.setStrokeColor(STRONG)
    paper.canvas.setLineWidth(0.8)
    for number in range(count):
        paper.canvas.rect(x, top - 18 - 16 * (number + 1) + 3.5, 9, 9, stroke=1, fill=0)


def hand_over(target: BinaryIO | str, *, day: date, store: str, rows: Sequence[DaysMove], printed_by: str = "") -> int:
    """The day's moves by type with totals, and lines to sign for who hands over and who takes over. Amounts have
    columns where each row has one.
    """
    scope = tr("{store}, {day}, {count} moves", store=store, day=day.isoformat(), count=len(rows))
    paper = Paper(target, Frame(tr("Hand-over of the store"), scope, printed_by), wide=True)
    _by_type(paper, rows)
    for kind in dict.fromkeys(row.document_type for row in rows):
        if not paper.room(70):
            paper.next_page()
        mine = [row for row in rows if row.document_type == kind]
        draw(paper.canvas, paper.left, paper.y - 10, type_name(kind), size=10, font=MEDIUM)
        paper.y -= 16
        _moves(paper, mine)
    signatures(paper, (tr("Handed over by, date"), tr("Taken over by, date")))
    return paper.save()


def _priced(rows: Sequence[DaysMove]) -> bool:
    return all(row.amount is not None for row in rows)


def _by_type(paper: Paper, rows: Sequence[DaysMove]) -> None:
    columns = (
        PdfColumn(tr("Kind of document"), 2),
        PdfColumn(tr("Documents"), 1, "right"),
        PdfColumn(tr("Moves"), 1, "right"),
        PdfColumn(tr("Pieces"), 1, "right"),
        *((PdfColumn(tr("Amount ¥"), 1.2, "right"),) if _priced(rows) else ()),
    )
    lines = []
    for kind in dict.fromkeys(row.document_type for row in rows):
        mine = [row for row in rows if row.document_type == kind]
        lines.append((type_name(kind), *_sums(mine)))
    table(paper, columns, lines, totals=(tr("Total"), *_sums(rows)))


def _sums(rows: Sequence[DaysMove]) -> tuple[str, ...]:
    amounts = [row.amount for row in rows if row.amount is not None]
    return (
        str(len({row.number for row in rows})),
        str(len(rows)),
        quantity_text(sum((row.quantity for row in rows), Decimal(0))),
        *((f"{sum(amounts, Decimal(0)):,.2f}",) if _priced(rows) else ()),
    )


def _moves(paper: Paper, rows: Sequence[DaysMove]) -> None:
    columns = (
        PdfColumn(tr("Time"), 0.6),
        PdfColumn(tr("Document"), 1.3),
        PdfColumn(tr("Part no."), 1.4),
        PdfColumn(tr("Part name"), 2),
        PdfColumn(tr("Quantity"), 0.8, "right"),
        PdfColumn(tr("Unit"), 0.5),
        PdfColumn(tr("From"), 1),
        PdfColumn(tr("To"), 1),
        PdfColumn(tr("Work order"), 1.2),
        *((PdfColumn(tr("Amount ¥"), 1, "right"),) if _priced(rows) else ()),
        PdfColumn(tr("By"), 0.9),
    )
    lines = [
        (
            row.posted_at.strftime("%H:%M"), row.number, row.item_code, row.item_name,
            quantity_text(row.quantity), row.unit, row.from_place, row.to_place, row.order,
            *((f"{row.amount:,.2f}",) if row.amount is not None else ()), row.by,
        )
        for row in rows
    ]  # fmt: skip
    table(paper, columns, lines)
