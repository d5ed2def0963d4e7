"""The purchase order on paper: to whom, from whom, what, by when, at what price with tax."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import BinaryIO

from desktop.domain.figures import quantity_text
from desktop.domain.money import Amounts, cents, taxed
from desktop.domain.text import pick, tr
from desktop.operations.forms import FormInfo
from desktop.operations.records import Record
from desktop.reports.codes import scan_code
from desktop.reports.theme import QUIET, Frame, Paper, PdfColumn, draw, fitted, signatures, table

_LABEL_WIDTH = 100.0
_LINE_HEIGHT = 16.0


def amounts(lines: Sequence[Record]) -> Amounts:
    """What the order costs. A line that is not filled in yet counts nothing."""
    return taxed((_net(line), line.values.get("tax_rate") or Decimal(0)) for line in lines)


def _net(line: Record) -> Decimal:
    quantity, price = entered(line)
    return Decimal(0) if quantity is None or price is None else cents(quantity * price)


def entered(line: Record) -> tuple[Decimal | None, Decimal | None]:
    """Quantity and price as they were agreed, in the order's unit; in the base unit where nothing else was entered."""
    values = line.values
    if values.get("entered_quantity") is not None and values.get("entered_price") is not None:
        return values["entered_quantity"], values["entered_price"]
    return values.get("quantity"), values.get("unit_price")


def purchase_order_pdf(
    target: BinaryIO | str, *, order: Record, info: FormInfo, company: str, printed_by: str = ""
) -> int:
    """Write the order in the language in force; the number of pages. Its number stands as Code 128 for the receiving
    desk (ISO/IEC 15417).
    """
    number = str(order.values["number"])
    paper = Paper(target, Frame(tr("Purchase order {number}", number=number), company, printed_by))
    scan_code(paper, number)
    _facts(paper, order, info)
    lines = order.lines["lines"]
    sums = amounts(lines)
    columns = (
        PdfColumn(tr("No."), 0.5, "right"),
        PdfColumn(tr("Part no."), 1.5),
        PdfColumn(tr("Part name"), 2.6),
        PdfColumn(tr("Quantity"), 0.8, "right"),
        PdfColumn(tr("Unit"), 0.6),
        PdfColumn(tr("Unit price"), 1.0, "right"),
        PdfColumn(tr("Net"), 1.2, "right"),
        PdfColumn(tr("Tax rate"), 0.8, "right"),
        PdfColumn(tr("Promised for"), 1.1),
    )
    totals = ("", tr("Total"), "", "", "", "", f"{sums.net:,.2f}", "", "")
    table(paper, columns, [_row(n, line, order, info) for n, line in enumerate(lines, start=1)], totals=totals)
    _sums(paper, sums, str(order.values["currency"]))
    signatures(paper, (tr("Ordered by, date"), tr("Confirmed by the supplier, date")))
    return paper.save()


def unit_words(line: Record, info: FormInfo) -> str:
    """The unit of a line in the reader's language."""
    code = str(line.values.get("uom") or "")
    return dict(info.lines["lines"]["uom"].choices).get(code, code)


def _row(number: int, line: Record, order: Record, info: FormInfo) -> tuple[str, ...]:
    item = line.referred.get("item_id")
    quantity, price = entered(line)
    promised = line.values["promised_on"] or order.values["promised_on"]
    return (
        str(number),
        item.code if item else "",
        pick(item.name, item.name_zh) if item else "",
        quantity_text(quantity or Decimal(0)),
        unit_words(line, info),
        f"{price or 0:,.4f}".rstrip("0").rstrip("."),
        f"{_net(line):,.2f}",
        f"{(line.values['tax_rate'] * 100).normalize():f} %",
        promised.isoformat() if promised else "–",
    )


def _facts(paper: Paper, order: Record, info: FormInfo) -> None:
    supplier = order.referred.get("supplier_id")
    unit = order.referred.get("org_unit_id")
    values = order.values
    rows = (
        (info.fields["supplier_id"].label, pick(supplier.name, supplier.name_zh) if supplier else "–"),
        (info.fields["ordered_on"].label, values["ordered_on"].isoformat() if values["ordered_on"] else "–"),
        (tr("Deliver to"), pick(unit.name, unit.name_zh) if unit else "–"),
        (info.fields["promised_on"].label, values["promised_on"].isoformat() if values["promised_on"] else "–"),
        *(((info.fields["note"].label, str(values["note"])),) if values["note"] else ()),
    )
    paper.y -= 6
    for label, value in rows:
        draw(paper.canvas, paper.left, paper.y - 11, label, ink=QUIET)
        wide = paper.right - paper.left - _LABEL_WIDTH
        draw(paper.canvas, paper.left + _LABEL_WIDTH, paper.y - 11, fitted(value, wide))
        paper.y -= _LINE_HEIGHT
    paper.y -= 8


def _sums(paper: Paper, sums: Amounts, currency: str) -> None:
    if not paper.room(60):
        paper.next_page()
    paper.y -= 10
    for label, value in ((tr("Net"), sums.net), (tr("Tax"), sums.tax), (tr("Gross"), sums.gross)):
        draw(paper.canvas, paper.right - 200, paper.y - 11, label, ink=QUIET)
        draw(paper.canvas, paper.right, paper.y - 11, f"{value:,.2f} {currency}", align="right")
        paper.y -= _LINE_HEIGHT
