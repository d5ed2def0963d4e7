"""Exports of a list page, by the same writers as the command line. Run in worker threads."""

from __future__ import annotations

from pathlib import Path

from desktop.domain.progress import Progress
from desktop.domain.text import language
from desktop.exchange.csv_export import write_csv
from desktop.exchange.excel_export import Options, write_excel
from desktop.lists.spec import ListSpec
from desktop.operations.lists import source_for
from desktop.reports.list_pdf import write_pdf
from desktop.runtime.context import Context
from desktop.widgets.list_services import Export


def write_export(context: Context, spec: ListSpec, wanted: Export, progress: Progress) -> Path:
    """Write what the page shows; the file is whole or absent. Raises ExportRefused, Cancelled."""
    source = source_for(context.database, spec, language())
    if wanted.format == "xlsx":
        options = Options(subtotals=wanted.formulas, control=wanted.control_totals, ids=wanted.drill_ids)
        write_excel(source, wanted.query, wanted.path, options=options, progress=progress)
    elif wanted.format == "pdf":
        write_pdf(source, wanted.query, wanted.path, progress=progress)
    else:
        write_csv(source, wanted.query, wanted.path, progress=progress)
    return wanted.path
