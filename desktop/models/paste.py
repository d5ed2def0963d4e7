"""Pasting a range into a list: what each cell would do, before anything is written.

A range with a header is matched by names in either language, and its rows by the list's code, or by columns that
together name a row, in whatever order they stand; one without goes in from the cursor on, row by row. The outcome is
the importer's `Plan`, so screen, reject sheet and import speak of the same things.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Protocol

from desktop.domain.conditions import Test
from desktop.domain.currencies import currencies_said, currency_of
from desktop.domain.entry import narrow
from desktop.domain.importing import CellFault, Fault, ImportField, Plan, PlannedRow
from desktop.domain.text import tr
from desktop.lists.query import Cell, ColumnInfo, ListQuery, ListSource, Row
from desktop.models.kinds import NotAccepted, format_cell, paid_in, parse_text
from desktop.models.list_pages import Shape, ShownRow
from desktop.operations.pasting import Entered, PastePlan


class Trial(Protocol):
    """The part of a paste's backend that a dry run needs."""

    @property
    def inserts(self) -> bool: ...

    def finds(self, columns: Collection[str]) -> bool: ...

    def plan(self, lines: Sequence[Entered]) -> PastePlan: ...


MOST_ROWS = 20_000
_CHUNK = 1_000
_GUESSES = 20


@dataclass(frozen=True)
class Pasted:
    """What stood on the clipboard. `header` is empty where the first row is no header; `first` is its row number."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else len(self.header)

    def name(self, column: int) -> str:
        """The header of a column, its letter where it has none."""
        return self.header[column] if column < len(self.header) and self.header[column] else letter(column)

    def but(self, row: int, column: int, text: str) -> Pasted:
        """With one cell typed over."""
        rows = list(self.rows)
        cells = list(rows[row])
        cells[column] = text
        rows[row] = tuple(cells)
        return replace(self, rows=tuple(rows))


@dataclass(frozen=True)
class Checked:
    """The plan and the rows of the list that it would change, by row number of the range."""

    plan: Plan
    targets: Mapping[int, ShownRow] = field(default_factory=dict)
    tried: PastePlan | None = None
    """What the database said, where it was asked; then this is what is saved."""

    def accepted(self, without: frozenset[int]) -> PastePlan | None:
        """The tried plan without the rows that are left out."""
        if self.tried is None:
            return None
        kept = [row for row in self.tried.rows if row.line not in without]
        ids = {row.row_id for row in kept}
        lines = {row.line for row in kept}
        return replace(
            self.tried,
            rows=tuple(kept),
            changes=tuple(change for change in self.tried.changes if change.row_id in ids),
            inserts=tuple(insert for insert in self.tried.inserts if insert.line in lines),
        )

    def cells(self, infos: Sequence[ColumnInfo], without: frozenset[int]) -> list[tuple[ShownRow, int, Cell]]:
        """What to write: the changed cells of the rows that are neither refused nor left out."""
        numbers = {info.key: number for number, info in enumerate(infos)}
        return [
            (self.targets[row.number], numbers[key], row.values[key])  # type: ignore[misc]  # values are cells here
            for row in self.plan.rows
            if row.verdict == "changed" and row.number not in without
            for key in row.old
        ]


def letter(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as spreadsheets name columns."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def recognise(
    cells: Sequence[Sequence[str]], infos: Sequence[ColumnInfo], aliases: Mapping[str, str] | None = None
) -> Pasted:
    """Tell a header row from data: at least half of its names are those of columns."""
    first = tuple(cells[0]) if cells else ()
    names = _names(infos, aliases)
    written = [_head(cell) for cell in first if cell.strip()]
    known = sum(name in names for name in written)
    rows = tuple(tuple(row) for row in cells)
    if written and len(rows) > 1 and known * 2 >= len(written):
        return Pasted(first, rows[1:], 2)
    return Pasted((), rows, 1)


def map_columns(
    pasted: Pasted, infos: Sequence[ColumnInfo], start: int, aliases: Mapping[str, str] | None = None
) -> dict[int, str]:
    """Which column of the range fills which column of the list: by name, else from position `start` on."""
    if pasted.header:
        names = _names(infos, aliases)
        found: dict[int, str] = {}
        for number, name in enumerate(pasted.header):
            key = names.get(_head(name), "")
            if key and key not in found.values():
                found[number] = key
        return found
    return {number: info.key for number, info in enumerate(infos[start : start + pasted.width])}


def check(
    source: ListSource,
    query: ListQuery,
    shape: Shape,
    pasted: Pasted,
    mapping: Mapping[int, str],
    targets: Sequence[ShownRow],
    *,
    title: str,
    code: str | None,
    named_by: Sequence[Sequence[str]] = (),
    trial: Trial | None = None,
) -> Checked:
    """The dry run, in a worker thread. `targets` are the list's rows from the cursor on; `code` the column of codes,
    `named_by` what else names a row.

    What can be read is then tried on the database by `trial`, so that its rules speak too; without one only the
    columns' own kinds are checked.
    """
    infos = {info.key: info for info in shape.infos}
    key_column = next((number for number, key in mapping.items() if key == code), None) if pasted.header else None
    finds = trial is not None and trial.finds(set(mapping.values()))
    at = {key: number for number, key in mapping.items()}
    guesses: dict[str, str] = {}
    names = next((each for each in named_by if pasted.header and at.keys() >= set(each)), None)
    if names is not None and not finds and key_column is None:
        key_column = at[names[0]]
        matched: list[ShownRow | None] = _by_names(
            source, query, shape, names, [[row[at[name]] for name in names] for row in pasted.rows]
        )
    elif finds:
        key_column = None
        matched = [None] * len(pasted.rows)
    elif key_column is not None and code is not None:
        found = _by_code(source, query, shape, code, [row[key_column] for row in pasted.rows])
        guesses = _guess(source, query, infos[code], [row[key_column] for row in pasted.rows], found)
        matched = [found.get(_plain(row[key_column])) for row in pasted.rows]
    else:
        matched = [targets[number] if number < len(targets) else None for number in range(len(pasted.rows))]
    columns = {number: infos[key] for number, key in mapping.items() if key in infos}
    planner = _Planner(
        pasted, columns, shape, key_column, guesses, inserts=trial is not None and trial.inserts, blank_leaves=finds
    )
    planned = [planner.plan(number, target) for number, target in enumerate(matched)]
    tried: PastePlan | None = None
    if trial is not None:
        tried = trial.plan(_entered(planned, columns, planner.said))
        planned = _judged(planned, tried, infos)
    fields = tuple(
        ImportField(info.key, "text", info.label, info.label, required=info.required) for info in columns.values()
    )
    by_number = {pasted.first + n: target for n, target in enumerate(matched) if target is not None}
    return Checked(Plan(title, fields, tuple(planned)), by_number, tried)


def _entered(
    planned: Sequence[PlannedRow], columns: Mapping[int, ColumnInfo], said: Mapping[int, Mapping[str, frozenset[str]]]
) -> list[Entered]:
    """The rows that could be read, for the trial: cells that may be edited; of new rows all."""
    editable = {info.key for info in columns.values() if info.editable}
    lines: list[Entered] = []
    for row in planned:
        if row.verdict == "rejected":
            continue
        values: dict[str, Cell] = {key: value for key, value in row.values.items() if key in editable}  # type: ignore[misc]
        lines.append(Entered(row.number, row.row_id, values, said=said.get(row.number, {})))
    return lines


def _judged(planned: Sequence[PlannedRow], tried: PastePlan, infos: Mapping[str, ColumnInfo]) -> list[PlannedRow]:
    """The plan after the trial: its verdicts, the cells that it would change and its refusals."""
    by_line = {row.line: row for row in tried.rows}
    judged: list[PlannedRow] = []
    for row in planned:
        found = by_line.get(row.number)
        if found is None:
            judged.append(row)
            continue
        faults = tuple(_refusal(row, cell.column, cell.error) for cell in found.cells if cell.error)
        old = {
            cell.column: format_cell(infos[cell.column], cell.old)
            for cell in found.cells
            if cell.changed and found.verdict == "changed" and cell.column in infos
        }
        judged.append(replace(row, verdict=found.verdict, old=old, faults=faults, row_id=found.row_id))
    return judged


def _refusal(row: PlannedRow, column: str, message: str) -> CellFault:
    return CellFault(row.number, column, column, row.shown.get(column, ""), Fault(lambda: message, lambda: ""))


class _Planner:
    """Judges row after row; remembers which of the list's rows were taken already."""

    def __init__(
        self,
        pasted: Pasted,
        columns: Mapping[int, ColumnInfo],
        shape: Shape,
        key_column: int | None,
        guesses: Mapping[str, str],
        *,
        inserts: bool = False,
        blank_leaves: bool = False,
    ) -> None:
        self.pasted, self.columns, self.shape = pasted, columns, shape
        self._key_column, self._guesses, self._inserts = key_column, guesses, inserts
        self._blank_leaves = blank_leaves
        self._numbers = {info.key: number for number, info in enumerate(shape.infos)}
        self._taken: dict[int, int] = {}
        self.said: dict[int, dict[str, frozenset[str]]] = {}

    def plan(self, index: int, target: ShownRow | None) -> PlannedRow:
        number, cells = self.pasted.first + index, self.pasted.rows[index]
        values: dict[str, object] = {}
        shown: dict[str, str] = {}
        old: dict[str, str] = {}
        faults: list[CellFault] = []
        if (fault := self._misplaced(number, cells, target)) is not None:
            faults.append(fault)
        for column, info in self.columns.items():
            text = cells[column] if column < len(cells) else ""
            shown[info.key] = text
            if column != self._key_column or target is None:
                self._cell(number, cells, column, info, text, target, values, shown, old, faults)
        verdict = "rejected" if faults else "new" if target is None else "changed" if old else "same"
        row_id = target.row.id if target is not None else None
        return PlannedRow(number, verdict, values, shown, old, tuple(faults), row_id)  # type: ignore[arg-type]

    def _misplaced(self, number: int, cells: Sequence[str], target: ShownRow | None) -> CellFault | None:
        """No row of the list answers to this one, or another row of the range did already."""
        column = self._key_column if self._key_column is not None else min(self.columns, default=0)
        key = self.columns[column].key if column in self.columns else ""
        text = cells[column] if column < len(cells) else ""
        if target is None:
            if self._inserts and self._guesses.get(text) is None:
                return None
            label = self.columns[column].label if column in self.columns else ""
            return self._missing(number, column, key, text, label)
        earlier = self._taken.setdefault(target.row.id, number)
        if earlier != number:
            fault = Fault(
                lambda: tr("The same record stands in row {row} already.", row=earlier),
                lambda: tr("Leave one of the two out."),
            )
            return CellFault(number, self.pasted.name(column), key, text, fault)
        return None

    def _missing(self, number: int, column: int, key: str, text: str, label: str) -> CellFault:
        if self._key_column is None:
            below = Fault(lambda: tr("The list has no row here."), lambda: tr("Paste further up or fewer rows."))
            return CellFault(number, self.pasted.name(column), key, text, below)
        guess = self._guesses.get(text)
        unknown = Fault(
            lambda: tr("No such {column} in this list.", column=label),
            lambda: tr("Did you mean {value}?", value=guess) if guess else tr("Check the code or clear the filter."),
        )
        return CellFault(number, self.pasted.name(column), key, text, unknown, guess)

    def _paid_in(self, info: ColumnInfo, cells: Sequence[str], target: ShownRow | None) -> str:
        """The currency of the row's amounts: pasted beside them, its record's, or not known before that is found."""
        column = next((number for number, each in self.columns.items() if each.key == "currency"), len(cells))
        if column < len(cells) and (code := currency_of(cells[column])) is not None:
            return code if info.currency else ""
        if target is None and self._blank_leaves:
            return ""
        return paid_in(info, self.shape.infos, target.row.cells if target is not None else ())

    def _cell(
        self,
        number: int,
        cells: Sequence[str],
        column: int,
        info: ColumnInfo,
        text: str,
        target: ShownRow | None,
        values: dict[str, object],
        shown: dict[str, str],
        old: dict[str, str],
        faults: list[CellFault],
    ) -> None:
        if self._blank_leaves and not text.strip():
            return  # as it is, or as a new one is made
        before = target.row.cells[self._numbers[info.key]] if target is not None else None
        try:
            value = parse_text(info, text, currency := self._paid_in(info, cells, target))
        except NotAccepted as error:
            why = str(error)
            faults.append(CellFault(number, self.pasted.name(column), info.key, text, Fault(lambda: why, lambda: "")))
            return
        if info.currency and not currency and (said := currencies_said(narrow(text))) is not None:
            self.said.setdefault(number, {})[info.key] = said
        values[info.key] = value
        shown[info.key] = format_cell(info, value)
        if value == before or target is None:
            return
        if not info.editable:
            fixed = Fault(
                lambda: tr("{column} cannot be edited here.", column=info.label), lambda: tr("Skip the column.")
            )
            faults.append(CellFault(number, self.pasted.name(column), info.key, text, fixed))
            return
        old[info.key] = format_cell(info, before)


def _by_code(
    source: ListSource, query: ListQuery, shape: Shape, code: str, texts: Sequence[str]
) -> dict[str, ShownRow]:
    """The rows whose codes are among `texts`, under no other condition than the list's right to see them."""
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    index = next(number for number, info in enumerate(shape.infos) if info.key == code)
    found: dict[str, ShownRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = tuple(wanted[start : start + _CHUNK])
        asked = query.but(condition=Test(code, "in", chunk), search="", group_by=(), sort=())
        rows: Sequence[Row] = source.rows(asked, group=(), start=0, limit=len(chunk) * 2)
        for shown in shape.prepare(rows):
            found[_plain(str(shown.row.cells[index]))] = shown
    return found


def _by_names(
    source: ListSource, query: ListQuery, shape: Shape, names: Sequence[str], wanted: Sequence[Sequence[str]]
) -> list[ShownRow | None]:
    """For each line the one row that bears its names, under no other condition than the list's right to see it; None
    where there is none, or where there are several.
    """
    at = {info.key: number for number, info in enumerate(shape.infos)}
    firsts = list(dict.fromkeys(narrow(each[0].strip()) for each in wanted if each[0].strip()))
    found: dict[tuple[str, ...], ShownRow | None] = {}
    for start in range(0, len(firsts), _CHUNK):
        test = Test(names[0], "in", tuple(firsts[start : start + _CHUNK]))
        asked = query.but(condition=test, search="", group_by=(), sort=())
        place = 0
        while rows := source.rows(asked, group=(), start=place, limit=_CHUNK):
            place += len(rows)
            for shown in shape.prepare(rows):
                said = tuple(_plain(str(shown.row.cells[at[name]])) for name in names)
                found[said] = None if said in found else shown
    return [found.get(tuple(_plain(cell.strip()) for cell in each)) for each in wanted]


def _guess(
    source: ListSource, query: ListQuery, info: ColumnInfo, texts: Sequence[str], found: Mapping[str, ShownRow]
) -> dict[str, str]:
    """For codes that are not there, one that looks like them: zero for O, a digit changed."""
    guesses: dict[str, str] = {}
    missing = [text for text in texts if text.strip() and _plain(text) not in found]
    for text in missing[:_GUESSES]:
        asked = query.but(condition=None, search="", group_by=(), sort=())
        near = [str(value) for value, _ in source.values(asked, info.key, text.strip()[:4], 300)]
        close = get_close_matches(text.strip(), near, 1, 0.8)
        if close:
            guesses[text] = close[0]
    return guesses


def _plain(text: str) -> str:
    return narrow(text).casefold()


def _head(text: str) -> str:
    """A header without what people write it with: ``Part no.`` is ``part no``."""
    return _plain(text).rstrip(".").strip()


def _names(infos: Sequence[ColumnInfo], aliases: Mapping[str, str] | None = None) -> dict[str, str]:
    """Everything that a header may call a column."""
    names: dict[str, str] = {}
    for info in infos:
        unit = info.unit or ""
        for name in (info.key, info.label, f"{info.label} {unit}", f"{info.label}({unit})", f"{info.label} ({unit})"):
            names.setdefault(_head(name), info.key)
    for info in infos:
        if info.also:
            names.setdefault(_head(info.also), info.key)
    known = {info.key for info in infos}
    for name, key in (aliases or {}).items():
        if key in known:
            names.setdefault(_head(name), key)
    return names
