"""The services of a list page as the layers below provide them: exports to files, pastes tried on the database.

A page holds its source only as a `ListSource`; here the real one is recognised, because files are written from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.progress import Progress
from desktop.exchange.csv_export import write_csv
from desktop.exchange.excel_export import Options, write_excel
from desktop.lists.query import ListQuery, ListSource
from desktop.operations import pasting
from desktop.operations.lists import SqlListSource
from desktop.operations.pasting import Entered, PastePlan, PasteResult, Undo
from desktop.reports.list_pdf import write_pdf
from desktop.widgets.list_services import Export, PasteBackend


def export_list(export: Export, progress: Progress) -> Path:
    """Write what the page shows to a file. Runs in a worker thread. Raises ExportRefused, Cancelled."""
    source = _real(export.source)
    if export.format == "xlsx":
        options = Options(subtotals=export.formulas, control=export.control_totals, ids=export.drill_ids)
        write_excel(source, export.query, export.path, options=options, progress=progress)
    elif export.format == "pdf":
        write_pdf(source, export.query, export.path, progress=progress)
    else:
        write_csv(source, export.query, export.path, progress=progress)
    return export.path


def paste_backend(source: ListSource) -> PasteBackend | None:
    """Tries and saves pasted blocks on the list's database; None for a source without one."""
    return SqlPaste(source) if isinstance(source, SqlListSource) else None


@dataclass(frozen=True)
class SqlPaste:
    """`PasteBackend` on the database of a list."""

    source: SqlListSource

    @property
    def inserts(self) -> bool:
        return self.source.spec.inserts

    def plan(self, lines: Sequence[Entered]) -> PastePlan:
        return pasting.plan(self.source.database, self.source.view(), lines)

    def save(self, query: ListQuery, plan: PastePlan, request_id: str) -> PasteResult:
        result = pasting.save(self.source.database, self.source.view(), query, plan, request_id=request_id)
        self.source.renew()
        return result

    def undo(self, query: ListQuery, back: Undo, request_id: str) -> PasteResult:
        result = pasting.undo(self.source.database, self.source.view(), query, back, request_id=request_id)
        self.source.renew()
        return result


class NoDatabase(TypeError):
    """The list's source is not one that files can be written from."""


def _real(source: ListSource) -> SqlListSource:
    if not isinstance(source, SqlListSource):
        raise NoDatabase(type(source).__name__)
    return source
