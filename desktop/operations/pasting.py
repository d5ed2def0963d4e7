"""A pasted block: what would become of each cell, tried on the database itself, then saved at once, with one undo.

The dry run writes the block in a transaction that is rolled back, so every rule speaks before anything is kept; the
save is the same work with a commit. Blocks go in few statements: five thousand rows take about a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.errors import UserError
from db.session import Database
from desktop.domain.text import in_language, tr
from desktop.lists import compile as sql
from desktop.lists.query import Cell, CellError, Conflict, ListQuery, Row
from desktop.operations import editing, entering
from desktop.operations.editing import RowChange
from desktop.operations.entering import Refused
from desktop.operations.reading import View
from desktop.operations.sealed_cells import Opener

Verdict = Literal["new", "changed", "same", "rejected"]
PARTIES = {"customers": "is_customer", "suppliers": "is_supplier"}
Prepare = Callable[[Session, View, Sequence["Entered"]], Sequence["Entered"]]
"""What a list does with the lines of a block before they are tried: finds its records by more than a code."""

HOME = text("""
    select u.company_id, u.id from erp.org_unit u
    where u.id = coalesce((erp.my_home_units())[1], (select min(r.id) from erp.org_unit r where r.parent_id is null))
""")
_PARTIES = text("""
    select api.create_party(p.party) from unnest(cast(:parties as jsonb[])) with ordinality p (party, place)
    order by p.place
""")


@dataclass(frozen=True)
class Entered:
    """One line of the block: the record it means (None: a new one) and its cells, read but not yet checked.

    `line` counts from 1; `refused` are cells that could not even be read.
    """

    line: int
    row_id: int | None
    values: Mapping[str, Cell]
    refused: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The currencies that the signs beside amounts may mean, where their own was not known while they were read."""


@dataclass(frozen=True)
class PasteCell:
    """What becomes of one cell. `error` says why not."""

    column: str
    old: Cell
    new: Cell
    changed: bool
    error: str = ""


@dataclass(frozen=True)
class PasteRow:
    """What becomes of one line; `label` is the record's code, or the line's first cell."""

    line: int
    row_id: int | None
    verdict: Verdict
    label: str
    cells: tuple[PasteCell, ...]


@dataclass(frozen=True)
class PastePlan:
    """The whole dry run, and what a save will write: accepted rows only."""

    rows: tuple[PasteRow, ...]
    changes: tuple[RowChange, ...]
    inserts: tuple[Insert, ...]
    before: Mapping[int, Mapping[str, Any]]

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict == verdict for row in self.rows)


@dataclass(frozen=True)
class Insert:
    """A new record: table columns with their values."""

    line: int
    values: Mapping[str, Any]
    custom: Mapping[str, Any]

    @property
    def shape(self) -> tuple[str, ...]:
        return (*sorted(self.values), *(["custom"] if self.custom else []))


@dataclass(frozen=True)
class Undo:
    """How to take a block back: the raw values that the rows had, and the records that were new."""

    changes: tuple[RowChange, ...]
    inserted: tuple[int, ...]


@dataclass(frozen=True)
class PasteResult:
    """`undo` is None where nothing was saved: then `errors` or `conflicts` say why."""

    saved: tuple[Row, ...] = ()
    inserted: tuple[int, ...] = ()
    errors: tuple[CellError, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    undo: Undo | None = None


class _RolledBack(Exception):
    def __init__(self, found: Any) -> None:
        self.found = found


def plan(database: Database, view: View, lines: Sequence[Entered], prepare: Prepare | None = None) -> PastePlan:
    """Try the block: what is new, changed, the same, or refused and why. Changes nothing."""
    with in_language(view.listing.language):
        try:
            with database.write() as session:
                raise _RolledBack(_plan(session, view, prepare(session, view, lines) if prepare else lines))
        except _RolledBack as rolled:
            found: PastePlan = rolled.found
            return found


def save(database: Database, view: View, query: ListQuery, planned: PastePlan, *, request_id: str) -> PasteResult:
    """Save the accepted rows of a plan, all or none. A row that a colleague changed since the dry run is a conflict.

    Trying again after a lost connection does no harm: what is already there compares as the same.
    """

    def work(session: Session) -> PasteResult:
        errors, conflicts = editing.apply(session, view, _copies(planned.changes))
        inserted: dict[int, int] = {}
        for line, message, column in _insert(session, view, planned.inserts, inserted):
            errors.append(CellError(-line, column, message))
        if errors or conflicts:
            raise _RolledBack(PasteResult(errors=tuple(errors), conflicts=tuple(conflicts)))
        ids = [*(change.row_id for change in planned.changes), *inserted.values()]
        opener = Opener(session, view.listing, query)
        found = session.execute(sql.by_id(view.listing, query, ids))
        saved = tuple(Row(row[0], row[1], tuple(row[2:])) for row in opener.rows(found))
        versions = _versions(session, view, [change.row_id for change in planned.changes])
        back = tuple(
            _restoring(view, change, versions[change.row_id], planned.before[change.row_id])
            for change in planned.changes
        )
        return PasteResult(saved, tuple(inserted.values()), undo=Undo(back, tuple(inserted.values())))

    with in_language(view.listing.language):
        try:
            return database.retrying(work, reason=f"paste {request_id}")
        except _RolledBack as rolled:
            found: PasteResult = rolled.found
            return found


def undo(database: Database, view: View, query: ListQuery, back: Undo, *, request_id: str) -> PasteResult:
    """Take a saved block back in one transaction. Its own `undo` brings the changed cells back again.

    Records that were new are removed where the reader may, else retired. A record that somebody changed since is a
    conflict, and nothing is taken back.
    """

    def work(session: Session) -> PasteResult:
        before = _raw(session, view, back.changes)
        errors, conflicts = editing.apply(session, view, _copies(back.changes))
        if errors or conflicts:
            raise _RolledBack(PasteResult(errors=tuple(errors), conflicts=tuple(conflicts)))
        _remove(session, view, back.inserted)
        ids = [change.row_id for change in back.changes]
        opener = Opener(session, view.listing, query)
        found = session.execute(sql.by_id(view.listing, query, ids))
        saved = tuple(Row(row[0], row[1], tuple(row[2:])) for row in opener.rows(found))
        versions = _versions(session, view, ids)
        again = tuple(
            _restoring(view, change, versions[change.row_id], before[change.row_id]) for change in back.changes
        )
        return PasteResult(saved, undo=Undo(again, ()))

    with in_language(view.listing.language):
        try:
            return database.retrying(work, reason=f"undo {request_id}")
        except _RolledBack as rolled:
            found: PasteResult = rolled.found
            return found


# the dry run


def _plan(session: Session, view: View, lines: Sequence[Entered]) -> PastePlan:
    columns = tuple(dict.fromkeys(key for line in lines for key in (*line.values, *line.refused)))
    cells = [(key, value) for line in lines for key, value in line.values.items()]
    typed = entering.reader_for(session, view, columns, cells)
    now = _current(session, view, columns, [line.row_id for line in lines if line.row_id is not None])
    drafts = [_draft(view, typed, line, columns, now) for line in lines]
    changes = {draft.change.row_id: draft for draft in drafts if draft.change is not None and not draft.errors}
    before = _raw(session, view, [draft.change for draft in changes.values() if draft.change is not None])
    _try_changes(session, view, changes)
    inserts = {draft.line.line: draft for draft in drafts if draft.insert is not None and not draft.errors}
    made: dict[int, int] = {}
    for line, message, column in _insert(session, view, [d.insert for d in inserts.values() if d.insert], made):
        inserts[line].errors[column] = message
    _refuse_twins(drafts)
    return PastePlan(
        rows=tuple(draft.row() for draft in drafts),
        changes=tuple(draft.change for draft in drafts if draft.change is not None and not draft.errors),
        inserts=tuple(draft.insert for draft in drafts if draft.insert is not None and not draft.errors),
        before=before,
    )


@dataclass
class _Draft:
    line: Entered
    label: str
    cells: dict[str, PasteCell]
    errors: dict[str, str]
    change: RowChange | None = None
    insert: Insert | None = None

    def row(self) -> PasteRow:
        cells = tuple(
            PasteCell(cell.column, cell.old, cell.new, cell.changed, self.errors.get(cell.column, ""))
            for cell in self.cells.values()
        ) + tuple(
            PasteCell(column, None, None, False, why)  # what the block does not even have, as a code that is demanded
            for column, why in self.errors.items()
            if column not in self.cells
        )
        if self.errors:
            verdict: Verdict = "rejected"
        elif self.line.row_id is None:
            verdict = "new"
        else:
            verdict = "changed" if self.change is not None else "same"
        return PasteRow(self.line.line, self.line.row_id, verdict, self.label, cells)


def _draft(
    view: View,
    typed: entering.Typed,
    line: Entered,
    columns: Sequence[str],
    now: Mapping[int, tuple[int, dict[str, Cell]]],
) -> _Draft:
    version, old = now.get(line.row_id or 0, (0, {}))
    draft = _Draft(line, _label(view, line, old), {}, dict(line.refused))
    if line.row_id is not None and line.row_id not in now:
        draft.errors[columns[0]] = tr("This record is gone, or it went to a unit that you may not see. Refresh.")
    values: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for key in columns:
        if key not in line.values:
            if key in line.refused:
                draft.cells[key] = PasteCell(key, old.get(key), None, True)
            continue
        entered = line.values[key]
        try:
            value = typed(key, entered) if line.row_id is None else _compared(typed, key, entered, old.get(key))
        except Refused as refused:
            draft.errors[key] = str(refused)
            draft.cells[key] = PasteCell(key, old.get(key), entered, True)
            continue
        changed = value is not _SAME
        draft.cells[key] = PasteCell(key, old.get(key), entered, changed)
        if changed:
            editing.place(view, values, custom, key, value)
    if line.row_id is None and not (values or custom or draft.errors):
        key = next(iter((*columns, *view.listing.columns)))
        draft.errors[key] = tr("You may not enter records in this list.")
        draft.cells[key] = PasteCell(key, None, None, True)
    elif line.row_id is None:
        draft.insert = Insert(line.line, values, custom)
    elif values or custom:
        draft.change = RowChange(line.row_id, version, values, custom, {})
    return draft


_SAME = object()


def _compared(typed: entering.Typed, key: str, entered: Cell, old: Cell) -> object:
    """The value to write, or `_SAME` where the cell holds it: as entered (a name shown for a key) or as typed."""
    if _equal(entered, old):
        return _SAME
    value = typed(key, entered)
    return _SAME if _equal(value, old) else value


def _equal(new: Any, old: Any) -> bool:
    """Whether a cell already holds the value; Excel shows no seconds and no difference between nothing and ""."""
    if new in (None, "") or old in (None, ""):
        return new in (None, "") and old in (None, "")
    if isinstance(new, datetime) and isinstance(old, datetime):
        return new == old or new == old.replace(second=0, microsecond=0)
    if isinstance(new, date) != isinstance(old, date) or isinstance(new, str) != isinstance(old, str):
        return False
    return bool(new == old)


def _label(view: View, line: Entered, old: Mapping[str, Cell]) -> str:
    code = view.listing.spec.code_column
    for key in (code, *line.values):
        found = line.values.get(key) if key else None
        if found is None and key:
            found = old.get(key)
        if found not in (None, ""):
            return str(found)
    return str(line.line)


def _refuse_twins(drafts: Sequence[_Draft]) -> None:
    """Two lines for one record: which would win is not for the program to guess."""
    seen: dict[int, int] = {}
    for draft in drafts:
        row_id = draft.line.row_id
        if row_id is None:
            continue
        if row_id in seen:
            message = tr("Line {line} already changes this record. Remove one of the two.", line=seen[row_id])
            draft.errors[next(iter(draft.cells), "")] = message
        else:
            seen[row_id] = draft.line.line


def _try_changes(session: Session, view: View, drafts: Mapping[int, _Draft]) -> None:
    changes = []
    for draft in drafts.values():
        if draft.change is not None:
            draft.change.edits.update({key: editing.edit_of(draft.change, key) for key in _changed(draft)})
            changes.append(draft.change)
    errors, conflicts = editing.apply(session, view, changes)
    for error in errors:
        drafts[error.row_id].errors[error.column] = error.message
    for conflict in conflicts:
        message = tr("{name} is changing this record right now. Try again.", name=conflict.by or tr("A colleague"))
        drafts[conflict.row_id].errors[conflict.column] = message


def _changed(draft: _Draft) -> Iterable[str]:
    return (key for key, cell in draft.cells.items() if cell.changed)


# rows as they are


def _current(
    session: Session, view: View, columns: Sequence[str], ids: Sequence[int]
) -> dict[int, tuple[int, dict[str, Cell]]]:
    if not ids:
        return {}
    code = view.listing.spec.code_column
    known = [code] if code is not None and code in view.listing.columns else []
    shown = tuple(dict.fromkeys((*columns, *known)))
    rows = session.execute(sql.by_id(view.listing, ListQuery(columns=shown), list(dict.fromkeys(ids))))
    return {row[0]: (row[1], dict(zip(shown, row[2:], strict=True))) for row in rows}


def _raw(session: Session, view: View, changes: Iterable[RowChange]) -> dict[int, dict[str, Any]]:
    """The table's own values of what the changes write, for the undo."""
    changes = list(changes)
    names = sorted({name for change in changes for name in change.shape})
    if not names:
        return {change.row_id: {} for change in changes}
    table = editing.table_of(view.listing.spec)
    wanted = select(table.c.id, *(table.c[name] for name in names)).where(
        table.c.id.in_([change.row_id for change in changes])
    )
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in session.execute(wanted)}


def _versions(session: Session, view: View, ids: Sequence[int]) -> dict[int, int]:
    table = editing.table_of(view.listing.spec)
    rows = session.execute(select(table.c.id, table.c.version).where(table.c.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _restoring(view: View, change: RowChange, version: int, raw: Mapping[str, Any]) -> RowChange:
    values = {name: raw[name] for name in change.values}
    was = raw.get("custom") or {}
    custom = {key: was.get(key) for key in change.custom}
    return RowChange(change.row_id, version, values, custom, dict(change.edits))


def _copies(changes: Iterable[RowChange]) -> list[RowChange]:
    return [
        RowChange(change.row_id, change.version, dict(change.values), dict(change.custom), dict(change.edits))
        for change in changes
    ]


# new records


def _insert(
    session: Session, view: View, inserts: Sequence[Insert], made: dict[int, int]
) -> list[tuple[int, str, str]]:
    """Write new records; `made` receives line → id. Returns (line, message, column) of the refused."""
    refused: list[tuple[int, str, str]] = []
    if not inserts:
        return refused
    if not view.listing.spec.inserts:
        message = tr("There is no such record, and this list takes no new ones.")
        return [(insert.line, message, _first_column(view, insert)) for insert in inserts]

    def bad(insert: Insert, error: UserError) -> None:
        refused.append((insert.line, error.text(view.listing.language), _blamed(view, insert, error)))

    shapes: dict[tuple[str, ...], list[Insert]] = {}
    for insert in inserts:
        shapes.setdefault(insert.shape, []).append(insert)
    for shape, alike in shapes.items():
        pairs = editing.halved(session, alike, lambda rows, shape=shape: _insert_rows(session, view, shape, rows), bad)
        made.update(pairs)
    return refused


def _insert_rows(session: Session, view: View, shape: tuple[str, ...], rows: Sequence[Insert]) -> list[tuple[int, int]]:
    spec = view.listing.spec
    if spec.key in PARTIES:
        return _insert_parties(session, PARTIES[spec.key], rows)
    table = editing.table_of(spec)
    names = [name for name in shape if name != "custom"]
    parameters: dict[str, Any] = {f"v{n}": [row.values[name] for row in rows] for n, name in enumerate(names)}
    columns = list(names)
    chosen = [f"n.v{n}" for n in range(len(names))]
    arrays = [f"cast(:v{n} as {editing.array_type(table.c[name])}[])" for n, name in enumerate(names)]
    if "name" in table.c and "name" not in names and "name_zh" in names:
        columns.append("name")
        chosen.append(f"n.v{names.index('name_zh')}")
    if "custom" in shape:
        parameters["custom"] = [editing.as_json(row.custom) for row in rows]
        arrays.append("cast(:custom as jsonb[])")
        columns.append("custom")
        chosen.append("jsonb_strip_nulls(n.custom)")
    if "org_unit_id" in table.c and "org_unit_id" not in names:
        home = session.execute(HOME).one()
        columns += ["company_id", "org_unit_id"]
        chosen += [":company", ":unit"]
        parameters |= {"company": home.company_id, "unit": home.id}
    aliases = [*(f"v{n}" for n in range(len(names))), *(["custom"] if "custom" in shape else []), "place"]
    statement = (
        f"insert into erp.{table.name} ({', '.join(columns)}) select {', '.join(chosen)}"
        f" from unnest({', '.join(arrays)}) with ordinality as n ({', '.join(aliases)}) order by n.place returning id"
    )
    ids = session.execute(text(statement), parameters).scalars().all()
    return [(row.line, int(new_id)) for row, new_id in zip(rows, ids, strict=True)]


def _insert_parties(session: Session, flag: str, rows: Sequence[Insert]) -> list[tuple[int, int]]:
    """Parties come into sight through a link to a unit, which their own function makes."""
    records = []
    for row in rows:
        values = {"name": row.values.get("name_zh"), **row.values, flag: True}
        if row.custom:
            values["custom"] = {key: value for key, value in row.custom.items() if value is not None}
        records.append(editing.as_json({key: value for key, value in values.items() if value is not None}))
    ids = session.execute(_PARTIES, {"parties": records}).scalars().all()
    return [(row.line, int(new_id)) for row, new_id in zip(rows, ids, strict=True)]


def _remove(session: Session, view: View, ids: Sequence[int]) -> None:
    """Take new records away: deleted where the reader may delete, else retired as master data is."""
    if not ids:
        return
    table = editing.table_of(view.listing.spec)
    name = f"erp.{table.name}"
    may = session.execute(text("select has_table_privilege(:t, 'DELETE')"), {"t": name}).scalar_one()
    statement = f"delete from {name} where id = any (:ids)"
    if not may:
        if "retired_on" not in table.c:
            raise UserError(
                message_en="These new records cannot be taken back.",
                message_zh="这些新记录无法撤销。",
                remedy_en="Cancel them one by one.",
                remedy_zh="请逐条作废。",
            )
        statement = f"update {name} set retired_on = current_date where id = any (:ids)"
    session.execute(text(statement), {"ids": list(ids)})


def _blamed(view: View, insert: Insert, error: UserError) -> str:
    for key, column in view.listing.columns.items():
        if column.writes and error.field in (column.writes, f"{column.writes}_zh"):
            return key
    return _first_column(view, insert)


def _first_column(view: View, insert: Insert) -> str:
    for key, column in view.listing.columns.items():
        if column.writes in insert.values:
            return key
    return next(iter(view.listing.columns))
