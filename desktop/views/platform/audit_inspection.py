"""What an inspector takes away: the journal of a period as Excel and CSV, and the proof of the chain on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from desktop.domain.conditions import Test
from desktop.domain.progress import Progress
from desktop.domain.text import Language, in_language, pick
from desktop.exchange.csv_export import write_csv
from desktop.exchange.excel_export import Options, write_excel
from desktop.lists.all_lists import list_for
from desktop.operations import audit_reading, exporting
from desktop.operations.auditing import Outcome
from desktop.operations.lists import source_for
from desktop.reports.audit import proof_pdf


@dataclass(frozen=True)
class Inspection:
    """The files, and how many entries are in them."""

    folder: Path
    files: tuple[Path, ...]
    rows: int


def write_inspection(
    database: Any, folder: Path, since: date, until: date, outcome: Outcome, language: Language, progress: Progress
) -> Inspection:
    """Write all into `folder`; both days included. Raises Cancelled, ExportRefused, OSError, db.errors.UserError."""
    source = source_for(database, list_for("audit"), language)
    days = Test("at", "between", (since.isoformat(), until.isoformat()))
    columns = tuple(column.key for column in list_for("audit").columns)
    query = source.query_for(condition=days).but(columns=columns)
    stem = f"audit-{since:%Y%m%d}-{until:%Y%m%d}"
    book, lines, proof = (folder / f"{stem}.{form}" for form in ("xlsx", "csv", "pdf"))
    rows = write_excel(source, query, book, options=Options(subtotals=False), progress=progress)
    write_csv(source, query, lines, progress=progress)
    keeping = audit_reading.keeping(database)
    me = database.user
    with in_language(language), exporting.whole_file(proof) as draft:
        exporting.note(database, "report", "audit_proof", rows=outcome.seals, form="pdf")
        proof_pdf(
            str(draft),
            outcome=outcome,
            keeping=keeping,
            at=datetime.now().astimezone(),
            company=pick(me.company_name or "", me.company_name_zh),
            printed_by=pick(me.display_name, me.display_name_zh),
        )
    return Inspection(folder, (book, lines, proof), rows)
