"""Supplier invoices from a file: rows of one supplier and one number are one invoice, which goes in whole or not.

What was entered before is named and refused, however its number is spelled, so the same file twice doubles nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db import errors
from desktop.domain.importing import CellFault, Fault, PlannedRow
from desktop.domain.money import cents
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr

Key = tuple[int, str]

_HEAD = ("kind", "invoice_date", "due_on", "currency", "org_unit_id", "note")
_SPACING = re.compile(r"[\s._/-]")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\ufe58\ufe63]")
_STANDARD_TAX = Decimal("0.13")
_KNOWN = text("""
    select i.supplier_id, i.number_key, i.number
    from erp.supplier_invoice i
    where i.supplier_id = any (:suppliers) and i.number_key = any (:keys) and i.state not in ('cancelled', 'reversed')
""")
_ENTER = text("select api.enter_supplier_invoice(cast(:document as jsonb))")


def number_key(number: str) -> str:
    """The number as the database compares it (erp.invoice_number_key): half width, upper case, no spaces, no dashes."""
    plain = _DASHES.sub("-", _UNSEEN.sub("", number))
    return _SPACING.sub("", unicodedata.normalize("NFKC", plain)).upper()


def judged(session: Session, rows: Sequence[PlannedRow], headers: Mapping[str, str]) -> list[PlannedRow]:
    """`rows`, each judged for itself, judged as lines of their invoices. Writes nothing."""
    result = {row.number: row for row in rows}
    known = _known(session, rows)
    for key, lines in _invoices(rows).items():
        number = known.get(key)
        for row in lines:
            faults = _entered(row, number, headers) if number else _other_head(row, lines[0], headers)
            if faults:
                result[row.number] = _rejected(result[row.number], faults)
        if number is None:
            result.update(_whole([result[row.number] for row in lines]))
    return [result[row.number] for row in rows]


def write(session: Session, rows: Sequence[PlannedRow], unit: str, progress: Progress) -> list[PlannedRow]:
    """Enter each invoice among the new rows by itself; one that the database refuses is rejected with all its lines.

    `unit` is the code of the unit to which invoices without an order belong.
    """
    result = {row.number: row for row in rows}
    papers = _invoices([row for row in rows if row.verdict == "new"])
    for done, lines in enumerate(papers.values()):
        progress.report(done, len(papers))
        try:
            with session.begin_nested():
                session.execute(_ENTER, {"document": json.dumps(document_of(lines, unit), default=str)})
        except (DBAPIError, errors.UserError) as error:
            result.update(_refused(lines, error))
    progress.report(len(papers), len(papers))
    return [result[row.number] for row in rows]


def document_of(lines: Sequence[PlannedRow], unit: str) -> dict[str, Any]:
    """What `api.enter_supplier_invoice` wants: codes and numbers, as on the paper."""
    first = lines[0]
    head = {name: _first_of(lines, name) for name in _HEAD if name != "org_unit_id"}
    named = next((row.shown["org_unit_id"] for row in lines if row.values.get("org_unit_id")), None)
    return {
        **{name: value for name, value in head.items() if value is not None},
        "supplier": first.shown["supplier_id"],
        "invoice_number": first.values["invoice_number"],
        "unit": named or (None if first.values.get("order") else unit),
        "gross": total_of(lines),
        "lines": [_line(row) for row in lines],
    }


def total_of(lines: Sequence[PlannedRow]) -> Decimal:
    """The total on the paper. A file has it once, on every line, or each line's own: what the lines come to decides.

    Where nothing is written the lines are believed.
    """
    computed = sum((net + cents(net * rate) for net, rate in (_amounts(row) for row in lines)), Decimal(0))
    written = [Decimal(str(row.values["gross"])) for row in lines if row.values.get("gross") is not None]
    if not written:
        return computed
    candidates = [sum(written, Decimal(0))]
    if len(set(written)) == 1:
        candidates.insert(0, written[0])
    return min(candidates, key=lambda total: abs(total - computed))


def _amounts(row: PlannedRow) -> tuple[Decimal, Decimal]:
    """Net and tax rate of a line."""
    values = row.values
    rate = values.get("tax_rate")
    net = values.get("net")
    if net is None:
        net = cents(Decimal(str(values["quantity"])) * Decimal(str(values["unit_price"])))
    return Decimal(str(net)), _STANDARD_TAX if rate is None else Decimal(str(rate))


def _line(row: PlannedRow) -> dict[str, Any]:
    names = ("order", "order_line", "description", "quantity", "unit_price", "net", "tax_rate")
    line = {name: row.values[name] for name in names if row.values.get(name) is not None}
    if row.values.get("item_id") is not None:
        line["item"] = row.shown["item_id"]
    return line


def _first_of(lines: Sequence[PlannedRow], name: str) -> Any:
    return next((row.values[name] for row in lines if row.values.get(name) is not None), None)


def _key_of(row: PlannedRow) -> Key | None:
    supplier, number = row.values.get("supplier_id"), row.values.get("invoice_number")
    return (int(str(supplier)), number_key(str(number))) if supplier is not None and number else None


def _invoices(rows: Sequence[PlannedRow]) -> dict[Key, list[PlannedRow]]:
    """The lines of each invoice, in the order of the file."""
    found: dict[Key, list[PlannedRow]] = {}
    for row in rows:
        key = _key_of(row)
        if key is not None:
            found.setdefault(key, []).append(row)
    return found


def _known(session: Session, rows: Sequence[PlannedRow]) -> dict[Key, str]:
    keys = list(_invoices(rows))
    if not keys:
        return {}
    given = {"suppliers": sorted({key[0] for key in keys}), "keys": sorted({key[1] for key in keys})}
    return {(row[0], row[1]): row[2] for row in session.execute(_KNOWN, given)}


def _entered(row: PlannedRow, number: str, headers: Mapping[str, str]) -> tuple[CellFault, ...]:
    fault = Fault(
        lambda: tr("This invoice was entered already as {number}.", number=number),
        lambda: tr("Leave its rows out; what is wrong in it is corrected there."),
    )
    return (_at(row, "invoice_number", headers, fault),)


def _other_head(row: PlannedRow, first: PlannedRow, headers: Mapping[str, str]) -> tuple[CellFault, ...]:
    """What a later line says of the invoice as a whole must be what its first line says."""
    return tuple(
        _at(row, name, headers, _differs(first.number, first.shown.get(name, "")))
        for name in _HEAD
        if name != "note" and row.values.get(name) is not None and row.values[name] != first.values.get(name)
    )


def _differs(number: int, value: str) -> Fault:
    return Fault(
        lambda: tr("Row {row} of the same invoice says {value} here.", row=number, value=value or "–"),
        lambda: tr("Write the same on all of its rows, or give the other paper its own number."),
    )


def _whole(lines: Sequence[PlannedRow]) -> dict[int, PlannedRow]:
    """The good lines of an invoice that has a bad one."""
    bad = next((row for row in lines if row.verdict == "rejected"), None)
    if bad is None:
        return {}
    return {
        row.number: _rejected(row, (CellFault(row.number, "", "", "", _with(bad.number)),))
        for row in lines
        if row.verdict != "rejected"
    }


def _with(number: int) -> Fault:
    return Fault(
        lambda: tr("Row {row} of this invoice is rejected, and an invoice goes in whole.", row=number),
        lambda: tr("Mend that row."),
    )


def _refused(lines: Sequence[PlannedRow], error: Exception) -> dict[int, PlannedRow]:
    """The reason at the line that the database named, else at the first; the others go with it."""
    problem = errors.translate(error)
    state = "" if isinstance(error, errors.UserError) else errors.sqlstate(error)
    lost = not isinstance(error, errors.UserError) and errors.is_connection_lost(error)
    if (
        not isinstance(problem, errors.UserError)
        or lost
        or state[:2] in ("57", "53")
        or state in ("42501", *errors.RETRY)
    ):
        raise problem from error
    fault = Fault(
        lambda: pick(problem.message_en, problem.message_zh),
        lambda: pick(problem.remedy_en, problem.remedy_zh),
    )
    at = int(errors.facts_of(error).get("line") or 1)
    bad = lines[min(max(at, 1), len(lines)) - 1]
    key = _COLUMNS.get(problem.field or "", problem.field or "")
    key = key if key in bad.shown else ""
    rejected = _rejected(bad, (CellFault(bad.number, key, key, bad.shown.get(key, ""), fault),))
    return {bad.number: rejected, **_whole([rejected if row is bad else row for row in lines])}


_COLUMNS = {"purchase_line_id": "order"}
"""The file's field for a column of the database, where their names differ."""


def _at(row: PlannedRow, name: str, headers: Mapping[str, str], fault: Fault) -> CellFault:
    return CellFault(row.number, headers.get(name, ""), name, row.shown.get(name, ""), fault)


def _rejected(row: PlannedRow, faults: Sequence[CellFault]) -> PlannedRow:
    return replace(row, verdict="rejected", faults=(*row.faults, *faults))
