"""What the import screen works on, without a widget: the opened file, the target, the map, cells that were mended.

All values are frozen; the functions run in worker threads and hand back new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desktop.domain.importing import ColumnMap, Double, ImportField, Plan
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr
from desktop.exchange import mapping
from desktop.exchange.files import Sheet, Source, open_file
from desktop.exchange.importing import batch_of, map_of
from desktop.exchange.profiles import Profile, profiles
from desktop.lists.query import ColumnInfo
from desktop.lists.spec import Kind
from desktop.operations import importing
from desktop.operations.importing import Batch, Imported, Target, doubles

_KINDS: Mapping[str, Kind] = {
    "text": Kind.TEXT,
    "code": Kind.CODE,
    "lookup": Kind.CODE,
    "integer": Kind.INTEGER,
    "decimal": Kind.QUANTITY,
    "money": Kind.MONEY,
    "price": Kind.PRICE,
    "rate": Kind.PERCENT,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "boolean": Kind.BOOLEAN,
    "choice": Kind.CHOICE,
}
_WIDTHS: Mapping[str, int] = {"text": 180, "code": 140, "lookup": 140, "date": 104, "boolean": 80}


@dataclass(frozen=True)
class Prepared:
    """A sheet on its way into a target: its fields and the map in force."""

    source: Source
    sheet: Sheet
    target: Target
    fields: tuple[ImportField, ...]
    columns: ColumnMap
    edits: Mapping[tuple[int, int], str] = field(default_factory=dict)
    links: Mapping[int, str] = field(default_factory=dict)
    """Rows that are a record which is there already, by its code."""

    def field(self, key: str) -> ImportField | None:
        return next((each for each in self.fields if each.key == key), None)

    def mapped(self, column: int, key: str | None) -> Prepared:
        """With `column` filling `key` (None leaves it out); a field is filled once."""
        kept = {place: name for place, name in self.columns.fields.items() if place != column and name != key}
        if key:
            kept[column] = key
        return replace(self, columns=ColumnMap(dict(sorted(kept.items()))))

    def edited(self, row: int, key: str, text: str) -> Prepared:
        """With one cell typed over. The file itself stays as it is."""
        column = next((place for place, name in self.columns.fields.items() if name == key), None)
        return self if column is None else replace(self, edits={**self.edits, (row, column): text})

    def linked(self, links: Mapping[int, str | None]) -> Prepared:
        """With rows that are a record which is there already; None takes that back."""
        merged = {**self.links, **links}
        return replace(self, links={number: code for number, code in merged.items() if code is not None})

    def content(self) -> Sheet:
        """The sheet with the mended cells."""
        if not self.edits:
            return self.sheet
        rows = [
            (number, tuple(self.edits.get((number, place), cell) for place, cell in enumerate(cells)))
            for number, cells in self.sheet.rows
        ]
        return replace(self.sheet, rows=rows)

    def infos(self) -> list[ColumnInfo]:
        """The mapped columns as the preview shows them; behind the one that identifies a record, the record's name."""
        infos = []
        for key in self.columns.fields.values():
            each = self.field(key)
            if each is None:
                continue
            infos.append(_info(each))
            if each.kind == "lookup" and key == self.target.match[0]:
                name = ImportField(f"{key}.name", "text", tr("Name"), tr("Name"))
                infos.append(replace(_info(name), editable=False))
        return infos


@dataclass(frozen=True)
class Checked:
    """The outcome of a dry run, and the batch that it was about."""

    batch: Batch
    plan: Plan


def _info(each: ImportField) -> ColumnInfo:
    return ColumnInfo(
        key=each.key,
        label=pick(each.label, each.label_zh),
        kind=_KINDS[each.kind],
        width=_WIDTHS.get(each.kind, 112),
        editable=True,
        required=each.required,
        total="none",
        meaning=pick(each.meaning, each.meaning_zh),
        custom=each.custom,
    )


def targets() -> tuple[Target, ...]:
    return importing.TARGETS


def known_profiles() -> tuple[Profile, ...]:
    return profiles()


def guess_target(sheet: Sheet, database: Any) -> Target:
    """The target whose fields answer to the most headers of the sheet."""
    with_scores = []
    for goal in importing.TARGETS:
        columns = mapping.suggest(sheet.header, importing.fields(database, goal))
        identified = goal.match[0] in columns.fields.values()
        with_scores.append((identified, len(columns.fields), goal))
    return max(with_scores, key=lambda each: (each[0], each[1]))[2]


def open_source(database: Any, path: Path, progress: Progress, target: Target | None = None) -> Prepared:
    """Open a file and map its first filled sheet, into `target` or the most likely one."""
    source = open_file(path, progress)
    sheet = source.sheet()
    return prepare(database, source, sheet.name, target or guess_target(sheet, database))


def prepare(database: Any, source: Source, sheet_name: str, target: Target) -> Prepared:
    sheet = source.sheet(sheet_name)
    fields = importing.fields(database, target)
    return Prepared(source, sheet, target, fields, map_of(database, target, sheet, fields))


def check(database: Any, prepared: Prepared, progress: Progress) -> Checked:
    """The dry run. Nothing is written."""
    batch = batch_of(prepared.target, prepared.source, prepared.content(), prepared.columns, prepared.fields, progress)
    if prepared.links:
        key = prepared.target.match[0]
        rows = [
            replace(row, values={**row.values, key: prepared.links[row.number]}, fills=True)
            if row.number in prepared.links
            else row
            for row in batch.rows
        ]
        batch = replace(batch, rows=rows)
    return Checked(batch, importing.dry_run(database, batch, progress))


def looks_for_doubles(prepared: Prepared) -> bool:
    """Are new rows of this list compared with what there is?"""
    return prepared.target.key in doubles.TARGETS


def find_doubles(database: Any, checked: Checked, progress: Progress) -> Mapping[int, tuple[Double, ...]]:
    """What the new rows may be already. Nothing is written."""
    return doubles.find(database, checked.plan.rows, progress)


def write(database: Any, prepared: Prepared, checked: Checked, out: frozenset[int], progress: Progress) -> Imported:
    """Write the valid rows that were not left out, in one transaction, and remember the map."""
    batch = replace(checked.batch, rows=[row for row in checked.batch.rows if row.number not in out])
    done = importing.save(database, batch, progress, valid_only=True)
    names = mapping.to_names(prepared.sheet.header, prepared.columns)
    importing.remember_mapping(database, prepared.target, names)
    return done
