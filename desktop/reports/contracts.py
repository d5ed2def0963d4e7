"""The contract on paper: parties, term, price lines with tax, covered equipment, places to sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from desktop.domain.money import Amounts, line_tax, taxed
from desktop.domain.text import pick, tr
from desktop.operations.forms import FormInfo
from desktop.operations.records import Record
from desktop.reports.theme import (
    MEDIUM,
    QUIET,
    Frame,
    Paper,
    PdfColumn,
    draw,
    fitted,
    signatures,
    table,
    text_width,
)

_LABEL_WIDTH = 110.0
_LINE_HEIGHT = 16.0
_SERVICE, _UNIT = 1, 3
_AIR, _NARROWEST = 12.0, 60.0


def amounts(lines: Sequence[Record]) -> Amounts:
    """Net amounts come from the database."""
    return taxed((line.values["net_amount"], line.values["tax_rate"]) for line in lines)


def contract_pdf(
    target: BinaryIO | str, *, contract: Record, info: FormInfo, company: str, printed_by: str = ""
) -> int:
    """Write the contract in the language in force; the number of pages."""
    values = contract.values
    title = tr("Service contract {number}", number=values["number"])
    scope = pick(values["name"], values["name_zh"])
    paper = Paper(target, Frame(title, scope, printed_by))
    _facts(paper, _terms(contract, info, company))
    _heading(paper, tr("Prices in {currency}", currency=values["currency"]))
    _price_lines(paper, contract.lines["lines"])
    _heading(paper, tr("Covered equipment"))
    _assets(paper, contract.lines["assets"])
    if values["note"]:
        _heading(paper, tr("Remarks"))
        _words(paper, str(values["note"]))
    signatures(paper, (tr("Customer, date, seal"), tr("Contractor, date, seal")), drop=64)
    return paper.save()


def _terms(contract: Record, info: FormInfo, company: str) -> tuple[tuple[str, str], ...]:
    values, referred = contract.values, contract.referred

    def name(key: str) -> str:
        found = referred.get(key)
        return pick(found.name, found.name_zh) if found else "–"

    def choice(key: str) -> str:
        return _choices(info).get((key, str(values[key])), str(values[key]))

    return (
        (tr("Customer"), name("customer_id")),
        (tr("Contractor"), company),
        (info.fields["contract_type"].label, choice("contract_type")),
        (tr("Term"), f"{_day(values['starts_on'])} – {_day(values['ends_on'])}"),
        (tr("Signed on"), _day(values["signed_on"])),
        (tr("Revision"), str(values["revision"])),
        (info.fields["annual_value"].label, f"{values['annual_value']:,.2f} {values['currency']}"),
        (info.fields["discount_rate"].label, f"{values['discount_rate'] * 100:.1f} %"),
        (info.fields["billing"].label, choice("billing")),
        (info.fields["visits_per_year"].label, _count(values["visits_per_year"])),
        (info.fields["hours_per_year"].label, _count(values["hours_per_year"])),
    )


def _choices(info: FormInfo) -> Mapping[tuple[str, str], str]:
    return {(key, value): label for key, field in info.fields.items() for value, label in field.choices}


def _day(value: date | None) -> str:
    return value.isoformat() if value else "–"


def _count(value: Decimal | int | None) -> str:
    return "–" if value is None else f"{value:,.10g}"


def _facts(paper: Paper, rows: Sequence[tuple[str, str]]) -> None:
    """Two columns of label and value."""
    middle = (paper.left + paper.right) / 2
    paper.y -= 6
    for number, (label, value) in enumerate(rows):
        x = paper.left if number % 2 == 0 else middle
        y = paper.y - 11
        draw(paper.canvas, x, y, label, ink=QUIET)
        draw(paper.canvas, x + _LABEL_WIDTH, y, fitted(value, middle - paper.left - _LABEL_WIDTH - 8))
        if number % 2 == 1:
            paper.y -= _LINE_HEIGHT
    if len(rows) % 2:
        paper.y -= _LINE_HEIGHT


def _heading(paper: Paper, text: str) -> None:
    if not paper.room(60):
        paper.next_page()
    paper.y -= 14
    draw(paper.canvas, paper.left, paper.y - 8, text, size=10.5, font=MEDIUM)
    paper.y -= 16


def _price_lines(paper: Paper, lines: Sequence[Record]) -> None:
    titles = (
        tr("No."), tr("Service"), tr("Quantity"), tr("Unit"), tr("Unit price"), tr("Net"), tr("Tax rate"), tr("Tax"),
        tr("Gross"),
    )  # fmt: skip
    rows = [_price_line(number, line) for number, line in enumerate(lines, start=1)]
    sums = amounts(lines)
    totals = ("", tr("Total"), "", "", "", f"{sums.net:,.2f}", "", f"{sums.tax:,.2f}", f"{sums.gross:,.2f}")
    columns = _price_columns(titles, (*rows, totals), paper.right - paper.left)
    table(paper, columns, rows, totals=totals)


def _price_columns(titles: Sequence[str], rows: Sequence[Sequence[str]], width: float) -> tuple[PdfColumn, ...]:
    """Each column as wide as its widest figure, so that no amount is ever cut; the service takes what is left."""
    wide = [
        max(text_width(text, MEDIUM) for text in (title, *(row[number] for row in rows))) + _AIR
        for number, title in enumerate(titles)
    ]
    wide[_SERVICE] = max(width - sum(wide) + wide[_SERVICE], _NARROWEST)
    return tuple(
        PdfColumn(title, wide[number], "left" if number in (_SERVICE, _UNIT) else "right")
        for number, title in enumerate(titles)
    )


def _price(value: Decimal) -> str:
    """A price per unit with the places that it has: two at least, four at most."""
    whole = f"{value:,.4f}"
    return whole[:-2] if whole.endswith("00") else whole


def _price_line(number: int, line: Record) -> tuple[str, ...]:
    values, tax = line.values, line_tax(line.values["net_amount"], line.values["tax_rate"])
    return (
        str(number),
        pick(values["description"], values["description_zh"]),
        f"{values['quantity'].normalize():f}",
        str(values["unit"]),
        _price(values["unit_price"]),
        f"{values['net_amount']:,.2f}",
        f"{(values['tax_rate'] * 100).normalize():f} %",
        f"{tax:,.2f}",
        f"{values['net_amount'] + tax:,.2f}",
    )


def _assets(paper: Paper, lines: Sequence[Record]) -> None:
    columns = (
        PdfColumn(tr("Asset no."), 1.6),
        PdfColumn(tr("Asset"), 3),
        PdfColumn(tr("From"), 1),
        PdfColumn(tr("Until"), 1),
        PdfColumn(tr("Parts covered"), 1),
    )
    rows = []
    for line in lines:
        asset = line.referred.get("asset_id")
        rows.append(
            (
                asset.code if asset else "–",
                pick(asset.name, asset.name_zh) if asset else "–",
                _day(line.values["starts_on"]),
                _day(line.values["ends_on"]),
                tr("Yes") if line.values["parts_covered"] else tr("No"),
            )
        )
    table(paper, columns, rows)


def _words(paper: Paper, text: str) -> None:
    for line in text.splitlines():
        if not paper.room(_LINE_HEIGHT):
            paper.next_page()
        draw(paper.canvas, paper.left, paper.y - 10, fitted(line, paper.right - paper.left))
        paper.y -= _LINE_HEIGHT
