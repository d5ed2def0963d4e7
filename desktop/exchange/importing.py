"""From a file to an import: open it, map its columns, read its cells, and hand the rows to the engine.

The command line and the import screen both go through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from db.session import Database
from desktop.domain.currencies import currencies_said, currency_of
from desktop.domain.entry import narrow
from desktop.domain.importing import CellFault, ColumnMap, ImportField, Plan, TypedRow
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr
from desktop.exchange import mapping
from desktop.exchange.cells import Unreadable, as_text, read_cell
from desktop.exchange.files import FileProblem, RawCell, Sheet, Source, open_file
from desktop.exchange.rejects import write_rejects
from desktop.operations import importing
from desktop.operations.importing import Batch, Imported, RowsRejected, Target

__all__ = ["Outcome", "batch_of", "import_file", "map_of", "read_rows"]


_AMOUNTS = ("money", "price")


@dataclass(frozen=True)
class Outcome:
    """What came of ``outpost import``: the plan (of the dry run, or as carried out) and the reject file, if any."""

    plan: Plan
    written: bool
    reject_file: Path | None = None


def read_rows(
    sheet: Sheet, columns: ColumnMap, fields: Sequence[ImportField], progress: Progress | None = None
) -> list[TypedRow]:
    """Type the mapped cells of each row; what cannot be read becomes a fault at its cell."""
    progress = progress or Progress()
    by_key = {field.key: field for field in fields}
    mapped = [(column, by_key[key]) for column, key in columns.fields.items() if key in by_key]
    paid_in = next((column for column, field in mapped if field.key == "currency"), None)
    rows = []
    for count, (number, cells) in enumerate(sheet.rows):
        if count % 1000 == 0:
            progress.report(count, len(sheet.rows))
        values: dict[str, object] = {}
        faults = []
        said: dict[str, frozenset[str]] = {}
        own = currency_of(as_text(cells[paid_in])) if paid_in is not None else None
        for column, field in mapped:
            if field.kind in _AMOUNTS and own is not None:
                field = replace(field, currency=own)
            try:
                values[field.key] = read_cell(cells[column], field)
                if field.kind in _AMOUNTS and not field.currency and (signs := _signs(cells[column])) is not None:
                    said[field.key] = signs
            except Unreadable as problem:
                place = sheet.header[column]
                faults.append(CellFault(number, place, field.key, as_text(cells[column])[:200], problem.fault))
        rows.append(TypedRow(number, values, tuple(faults), said=said))
    return rows


def _signs(cell: RawCell) -> frozenset[str] | None:
    return currencies_said(narrow(cell)) if isinstance(cell, str) else None


def map_of(
    database: Database,
    goal: Target,
    sheet: Sheet,
    fields: Sequence[ImportField],
    given: Mapping[str, str | None] | None = None,
) -> ColumnMap:
    """The map given by name, or the suggestion with what this person chose last time."""
    if given is not None:
        return mapping.from_names(sheet.header, given, fields)
    return mapping.suggest(sheet.header, fields, importing.recall_mapping(database, goal))


def batch_of(
    goal: Target,
    source: Source,
    sheet: Sheet,
    columns: ColumnMap,
    fields: tuple[ImportField, ...],
    progress: Progress | None = None,
) -> Batch:
    """All that the engine needs. Raises `FileProblem` where no column identifies the rows."""
    identifying = [field for field in fields if field.key == goal.match[0]]
    if identifying and goal.match[0] not in columns.fields.values():
        raise FileProblem(
            lambda: tr(
                "No column is mapped to {field}, by which rows are recognised. Map one.",
                field=pick(identifying[0].label, identifying[0].label_zh),
            )
        )
    headers = {key: sheet.header[column] for column, key in columns.fields.items()}
    rows = read_rows(sheet, columns, fields, progress)
    return Batch(goal, fields, rows, headers, source.path.name, importing.file_digest(source.path))


def import_file(
    database: Database,
    path: Path,
    key: str,
    *,
    columns: Mapping[str, str | None] | None = None,
    sheet_name: str | None = None,
    dry_run: bool = False,
    valid_only: bool = False,
    reject_file: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """``outpost import FILE --into KEY``. Rejected rows go to `reject_file`; without `valid_only` one of them is
    enough to write nothing. Raises FileProblem, UserError, Cancelled.
    """
    goal = importing.target(key)
    if goal is None:
        known = ", ".join(one.key for one in importing.TARGETS)
        raise FileProblem(lambda: tr("Nothing can be imported into {key}. Targets: {targets}.", key=key, targets=known))
    source = open_file(path, progress)
    sheet = source.sheet(sheet_name)
    fields = importing.fields(database, goal)
    columns_map = map_of(database, goal, sheet, fields, columns)
    batch = batch_of(goal, source, sheet, columns_map, fields, progress)
    outcome = _dry(database, batch, progress) if dry_run else _wet(database, batch, valid_only, progress)
    if outcome.written:
        importing.remember_mapping(database, goal, mapping.to_names(sheet.header, columns_map))
    if reject_file is not None and outcome.plan.count("rejected"):
        write_rejects(reject_file, sheet, outcome.plan.faults())
        return Outcome(outcome.plan, outcome.written, reject_file)
    return outcome


def _dry(database: Database, batch: Batch, progress: Progress | None) -> Outcome:
    return Outcome(importing.dry_run(database, batch, progress), written=False)


def _wet(database: Database, batch: Batch, valid_only: bool, progress: Progress | None) -> Outcome:
    try:
        done: Imported = importing.save(database, batch, progress, valid_only=valid_only)
    except RowsRejected as refusal:
        return Outcome(refusal.plan, written=False)
    return Outcome(done.plan, written=True)
