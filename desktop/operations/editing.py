"""Saving what was typed into a grid: one cell, a filled column or a pasted block, always by the same rules.

One call, one transaction: all edits or none. The rules are the database's; a block is written in few statements, and
where one is refused it is halved until each bad row is known by name. Saving the same edits twice has no second effect
(values are set, not added, and guarded by the row's version), so a lost connection is answered by trying again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.errors import Busy, ConnectionLost, UserError, translate
from db.orm.base import Base
from db.session import Database
from desktop.domain.text import in_language, tr
from desktop.lists import compile as sql
from desktop.lists.query import CellEdit, CellError, Conflict, ListQuery, Row, SaveResult
from desktop.lists.spec import ListSpec
from desktop.operations import entering
from desktop.operations.entering import Refused
from desktop.operations.reading import View, written_column
from desktop.operations.sealed_cells import Opener

_NAME = text("select set_config('application_name', :name, true)")


class NotSaved(Exception):
    """Rolls the transaction back; carries what was wrong."""

    def __init__(self, result: SaveResult) -> None:
        self.result = result


@dataclass
class RowChange:
    """What becomes of one row: table columns with their new values, and the edits that say so."""

    row_id: int
    version: int
    values: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    edits: dict[str, CellEdit] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[str, ...]:
        return (*sorted(self.values), *(["custom"] if self.custom else []))


def save(database: Database, view: View, query: ListQuery, edits: Sequence[CellEdit], *, request_id: str) -> SaveResult:
    """Save all edits or none. `request_id` names the attempt in the server's log of a slow or lost one.

    Raises UserError only where no cell is to blame: the connection was lost again and again.
    """

    def work(session: Session) -> SaveResult:
        session.execute(_NAME, {"name": f"outpost save {request_id}"[:60]})
        return write(session, view, query, edits)

    try:
        with in_language(view.listing.language):
            return database.retrying(work)
    except NotSaved as refused:
        return refused.result


def write(session: Session, view: View, query: ListQuery, edits: Sequence[CellEdit]) -> SaveResult:
    """The edits inside the caller's transaction. Raises to roll back when any is refused."""
    changes, errors = changes_of(session, view, edits)
    if not errors:
        errors, conflicts = apply(session, view, changes)
    else:
        conflicts = []
    if errors or conflicts:
        raise NotSaved(SaveResult(errors=tuple(errors), conflicts=tuple(conflicts)))
    return SaveResult(saved=_reread(session, view, query, [change.row_id for change in changes]))


def inverse(edits: Sequence[CellEdit], result: SaveResult) -> tuple[CellEdit, ...]:
    """The edits that take `edits` back after they were saved as `result`: what Ctrl+Z saves. Its own inverse redoes."""
    versions = {row.id: row.version for row in result.saved}
    return tuple(
        CellEdit(edit.row_id, versions.get(edit.row_id, edit.version), edit.column, edit.base, base=edit.value)
        for edit in reversed(edits)
    )


def changes_of(session: Session, view: View, edits: Sequence[CellEdit]) -> tuple[list[RowChange], list[CellError]]:
    """Edits gathered by row, their values typed and looked up; and those that cannot be read."""
    columns = {edit.column for edit in edits}
    typed = entering.reader_for(session, view, columns, [(edit.column, edit.value) for edit in edits])
    changes: dict[int, RowChange] = {}
    errors: list[CellError] = []
    for edit in edits:
        change = changes.setdefault(edit.row_id, RowChange(edit.row_id, edit.version))
        try:
            value = typed(edit.column, edit.value)
        except Refused as refused:
            errors.append(CellError(edit.row_id, edit.column, str(refused)))
            continue
        change.edits[edit.column] = edit
        place(view, change.values, change.custom, edit.column, value)
    return list(changes.values()), errors


def place(view: View, values: dict[str, Any], custom: dict[str, Any], column: str, value: Any) -> None:
    """Put a typed value where the list's column writes it."""
    declared = view.listing.columns[column]
    if column.startswith("custom."):
        custom[column.removeprefix("custom.")] = value
    else:
        written = written_column(declared, view.listing.language)
        values[str(written)] = value


def apply(session: Session, view: View, changes: Sequence[RowChange]) -> tuple[list[CellError], list[Conflict]]:
    """Write the changes; what was refused and what a colleague changed meanwhile. The caller rolls back on either."""
    errors: list[CellError] = []
    missed = _update(session, view, changes, errors)
    if not missed:
        return errors, []
    rebased, conflicts = _compare(session, view, missed, errors)
    for change in _update(session, view, rebased, errors):
        errors += _everywhere(change, tr("A colleague is changing this record right now. Try again."))
    return errors, conflicts


def edit_of(change: RowChange, column: str) -> CellEdit:
    """The cell of a change by name alone, so that a refusal finds its column."""
    return CellEdit(change.row_id, change.version, column, None)


def table_of(spec: ListSpec) -> Table:
    return Base.metadata.tables[f"erp.{spec.table}"]


def halved(session: Session, rows: Sequence[Any], run: Any, refused: Any) -> list[Any]:
    """Run `run(rows)` in a savepoint; where it is refused halve the rows until each refused one is alone.

    Returns what the runs that went through returned, joined. `refused(row, error)` is told of each bad row.
    """
    if not rows:
        return []
    try:
        with session.begin_nested():
            return list(run(rows))
    except DBAPIError as error:
        translated = translate(error)
        if not isinstance(translated, UserError) or isinstance(translated, ConnectionLost | Busy):
            raise translated from error
        if len(rows) == 1:
            refused(rows[0], translated)
            return []
    middle = len(rows) // 2
    return halved(session, rows[:middle], run, refused) + halved(session, rows[middle:], run, refused)


def _update(session: Session, view: View, changes: Iterable[RowChange], errors: list[CellError]) -> list[RowChange]:
    """Write changes of the same shape together; those whose row was not found at its version come back."""
    shapes: dict[tuple[str, ...], list[RowChange]] = {}
    for change in changes:
        if change.shape:
            shapes.setdefault(change.shape, []).append(change)

    def refused(change: RowChange, error: UserError) -> None:
        errors.append(CellError(change.row_id, _blamed(view, change, error), error.text(view.listing.language)))

    missed: list[RowChange] = []
    for shape, alike in shapes.items():
        before = len(errors)
        done = set(halved(session, alike, lambda rows, shape=shape: _update_rows(session, view, shape, rows), refused))
        bad = {error.row_id for error in errors[before:]}
        missed += [change for change in alike if change.row_id not in done and change.row_id not in bad]
    return missed


def _update_rows(session: Session, view: View, shape: tuple[str, ...], rows: Sequence[RowChange]) -> list[int]:
    table = table_of(view.listing.spec)
    parameters: dict[str, Any] = {
        "ids": [row.row_id for row in rows],
        "versions": [row.version for row in rows],
    }
    arrays, sets = ["cast(:ids as bigint[])", "cast(:versions as integer[])"], []
    for number, name in enumerate(shape):
        column = table.c[name]
        arrays.append(f"cast(:v{number} as {array_type(column)}[])")
        if name == "custom":
            sets.append(f"custom = jsonb_strip_nulls(t.custom || n.v{number})")
            parameters[f"v{number}"] = [as_json(row.custom) for row in rows]
        else:
            sets.append(f"{column.name} = n.v{number}")
            parameters[f"v{number}"] = [row.values[name] for row in rows]
    names = ", ".join(["id", "version", *(f"v{number}" for number in range(len(shape)))])
    statement = (
        f"update erp.{table.name} t set {', '.join(sets)} from unnest({', '.join(arrays)}) as n ({names})"
        " where t.id = n.id and t.version = n.version returning t.id"
    )
    return list(session.execute(text(statement), parameters).scalars())


def as_json(values: Mapping[str, Any]) -> str:
    """Values of custom fields as the database checks them: numbers as numbers, dates in ISO form."""
    return json.dumps(values, default=lambda value: float(value) if isinstance(value, Decimal) else str(value))


def array_type(column: Any) -> str:
    """The SQL type of a column, as the element of an array parameter."""
    return str(column.type.compile(dialect=postgresql.dialect())).split(" COLLATE")[0]  # type: ignore[no-untyped-call]


def _compare(
    session: Session, view: View, missed: Sequence[RowChange], errors: list[CellError]
) -> tuple[list[RowChange], list[Conflict]]:
    """Rows that are no longer as they were read: where only other cells changed, mine go on top of theirs."""
    columns = tuple(dict.fromkeys(column for change in missed for column in change.edits))
    now = {
        row[0]: row
        for row in session.execute(
            sql.by_id(view.listing, ListQuery(columns=columns), [change.row_id for change in missed])
        )
    }
    stamps = _stamps(session, view.listing.spec, [change.row_id for change in missed])
    rebased: list[RowChange] = []
    conflicts: list[Conflict] = []
    for change in missed:
        row = now.get(change.row_id)
        if row is None:
            errors += _everywhere(
                change, tr("This record is gone, or it went to a unit that you may not see. Refresh.")
            )
            continue
        if row[1] == change.version:
            errors += _everywhere(
                change, tr("You may read this record but not change it. Ask a colleague of its unit.")
            )
            continue
        theirs = dict(zip(columns, row[2:], strict=True))
        by, at = stamps.get(change.row_id, ("", None))
        found = [
            Conflict(change.row_id, key, edit.value, theirs[key], edit.base, by, at, row[1])
            for key, edit in change.edits.items()
            if theirs[key] not in (edit.base, edit.value)
        ]
        conflicts += found
        if not found:
            rebased.append(RowChange(change.row_id, row[1], change.values, change.custom, change.edits))
    return rebased, conflicts


def _stamps(session: Session, spec: ListSpec, ids: Sequence[int]) -> Mapping[int, tuple[str, Any]]:
    """Who changed the rows last and when, where the table says so."""
    table = table_of(spec)
    if "updated_by" not in table.c:
        return {}
    from db.orm.people import AppUser

    who = AppUser.__table__
    found = select(table.c.id, who.c.display_name, table.c.updated_at).select_from(
        table.outerjoin(who, who.c.id == table.c.updated_by)
    )
    rows = session.execute(found.where(table.c.id.in_(ids)))
    return {row[0]: (row[1] or "", row[2]) for row in rows}


def _blamed(view: View, change: RowChange, error: UserError) -> str:
    """The edited column that a refusal speaks of, else the row's first edited one."""
    for key in change.edits:
        column = view.listing.columns[key]
        if error.field in (key, written_column(column, view.listing.language), column.writes):
            return key
    return next(iter(change.edits))


def _everywhere(change: RowChange, message: str) -> list[CellError]:
    return [CellError(change.row_id, key, message) for key in change.edits]


def _reread(session: Session, view: View, query: ListQuery, ids: Sequence[int]) -> tuple[Row, ...]:
    opener = Opener(session, view.listing, query)
    found = {row[0]: opener.row(row) for row in session.execute(sql.by_id(view.listing, query, list(ids)))}
    rows = (found[row_id] for row_id in dict.fromkeys(ids) if row_id in found)
    return tuple(Row(row[0], row[1], tuple(row[2:])) for row in rows)
