"""Write planned rows: many in one statement, all in one transaction, and when the database refuses, which row it was.

The dry run takes the same way and rolls back, so it says exactly what the real run would. A refused block is halved
until the row is found; the constraint's message becomes that row's fault.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db import errors
from desktop.domain.importing import CellFault, Fault, PlannedRow
from desktop.domain.progress import Progress
from desktop.domain.text import pick, tr
from desktop.operations.encryption import is_sealed, seal_values
from desktop.operations.importing import invoices
from desktop.operations.importing.targets import Target

_BLOCK = 1000
_MAX_SEARCHED = 400
"""After so many refused rows the rest of a refused block is given the same reason without looking further."""

Refusals = dict[int, CellFault]


@dataclass(frozen=True)
class Place:
    """Where new rows belong: the company, the unit of whoever imports, and whether he owns the installation."""

    company_id: int
    org_unit_id: int
    time_zone: str
    owner: bool
    unit: str


class NoPlace(errors.UserError):
    """Whoever imports may write in no unit at all."""

    def __init__(self) -> None:
        super().__init__(
            code="ER001",
            message_en="You may not write in any unit, so nothing can be imported.",
            message_zh="您在任何组织单元都没有写入权限，无法导入。",
            remedy_en="Ask your administrator for write access to a unit.",
            remedy_zh="请联系系统管理员授予组织单元的写入权限。",
        )


_OWNER = text("select erp.is_owner()")
_PLACE = text("""
    select u.company_id, u.id, c.time_zone, u.code
    from erp.org_unit u
    join erp.company c on c.id = u.company_id
    where :owner and u.parent_id is null or u.id = any (array(select unnest(erp.my_write_units())))
    order by (select count(*) from erp.org_unit_closure x where x.descendant_id = u.id), u.id
    limit 1
""")


def place_of(session: Session) -> Place:
    """The highest unit in which the importer may write. Raises `NoPlace`."""
    owner = bool(session.execute(_OWNER).scalar())
    row = session.execute(_PLACE, {"owner": owner}).first()
    if row is None:
        raise NoPlace
    return Place(row[0], row[1], row[2], owner, row[3])


def write_rows(
    session: Session, target: Target, rows: Sequence[PlannedRow], place: Place, progress: Progress
) -> list[PlannedRow]:
    """Write the new and changed ones among `rows` inside the caller's transaction.

    Returns all of them; those that the database refused are rejected, with the reason. Then nothing that is refused
    was written, and everything else was.
    """
    if target.writer == "invoice":
        return invoices.write(session, rows, place.unit, progress)
    write = _WRITERS[target.writer]
    refusals: Refusals = {}
    todo = [row for row in rows if row.verdict in ("new", "changed")]
    for verdict in ("new", "changed"):
        part = [row for row in todo if row.verdict == verdict]
        for start in range(0, len(part), _BLOCK):
            progress.report(start, len(todo))
            block = part[start : start + _BLOCK]
            _attempt(session, lambda some: write(session, target, some, place), block, refusals, target)
    progress.report(len(todo), len(todo))
    return [_refused(row, refusals[row.number]) if row.number in refusals else row for row in rows]


def _refused(row: PlannedRow, fault: CellFault) -> PlannedRow:
    return replace(row, verdict="rejected", faults=(*row.faults, fault), old={})


def _attempt(
    session: Session,
    write: Callable[[Sequence[PlannedRow]], None],
    block: Sequence[PlannedRow],
    refusals: Refusals,
    target: Target,
) -> None:
    if not block:
        return
    try:
        with session.begin_nested():
            write(block)
        return
    except (DBAPIError, errors.UserError) as error:
        problem = errors.translate(error)
        if not isinstance(problem, errors.UserError) or _concerns_everything(error):
            raise problem from error
        line = _line_of(error)
    if len(block) == 1 or len(refusals) >= _MAX_SEARCHED:
        for row in block:
            refusals[row.number] = _fault_of(row, problem, target)
        return
    if line is not None and line < len(block):
        bad = block[line]
        refusals[bad.number] = _fault_of(bad, problem, target)
        _attempt(session, write, [*block[:line], *block[line + 1 :]], refusals, target)
        return
    middle = len(block) // 2
    _attempt(session, write, block[:middle], refusals, target)
    _attempt(session, write, block[middle:], refusals, target)


def _concerns_everything(error: Exception) -> bool:
    """A missing grant, a lost connection or a full disk is not a row's fault."""
    if isinstance(error, errors.UserError):
        return False
    state = errors.sqlstate(error)
    if errors.is_connection_lost(error) or state[:2] in ("57", "53") or state in errors.RETRY:
        return True
    return state == "42501" and "row-level security" not in str(error)


def _line_of(error: Exception) -> int | None:
    """Posting functions name the line, counted from one, among the facts."""
    line = errors.facts_of(error).get("line")
    return int(line) - 1 if line else None


def _fault_of(row: PlannedRow, problem: errors.UserError, target: Target) -> CellFault:
    fault = Fault(
        lambda: pick(problem.message_en, problem.message_zh),
        lambda: pick(problem.remedy_en, problem.remedy_zh),
    )
    field = _field_of(row, problem, target)
    return CellFault(row.number, field, field, row.shown.get(field, ""), fault)


def _field_of(row: PlannedRow, problem: errors.UserError, target: Target) -> str:
    """The field that a refused rule is about: named by the database, or part of the rule's name."""
    for spec in target.fields:
        if problem.field and spec.column_name() == problem.field:
            return spec.key
    rule = f"_{problem.constraint or ''}_"
    return next((s.key for s in target.fields if s.key in row.values and f"_{s.key.removesuffix('_id')}_" in rule), "")


# --- one writer per kind of target -----------------------------------------------------------------------------------


def _write_table(session: Session, target: Target, rows: Sequence[PlannedRow], place: Place) -> None:
    if rows[0].verdict == "new":
        fixed: dict[str, Any] = dict(target.fixed)
        if target.owned:
            fixed |= {"company_id": place.company_id, "org_unit_id": place.org_unit_id}
        _insert(session, target, [{**fixed, **_columns(target, row)} for row in rows])
    else:
        _update(session, target, rows)


def _write_party(session: Session, target: Target, rows: Sequence[PlannedRow], place: Place) -> None:
    """New customers and suppliers through the function that also links them to the importer's unit."""
    if rows[0].verdict != "new":
        _update(session, target, rows)
        return
    entered = [_columns(target, row) for row in rows]
    sealed = {row["code"]: some for row in entered if (some := {n: row.pop(n) for n in list(row) if is_sealed(n)})}
    parties = [{**target.fixed, **row} for row in entered]
    if not place.owner:
        made = session.execute(
            text("select api.create_party(p) from jsonb_array_elements(cast(:rows as jsonb)) p"),
            {"rows": _json(parties)},
        )
        _seal_new(session, target, list(made.scalars()), sealed)
        return
    ids = _insert(session, target, [{"company_id": place.company_id, **party} for party in parties])
    session.execute(
        text(
            "insert into erp.party_unit (party_id, org_unit_id) select id, :unit from unnest(cast(:ids as bigint[])) id"
        ),
        {"unit": place.org_unit_id, "ids": ids},
    )
    _seal_new(session, target, ids, sealed)


def _seal_new(session: Session, target: Target, ids: Sequence[int], sealed: Mapping[str, Mapping[str, str]]) -> None:
    """The sealed values of new records, by code: their seal covers the id, so they follow when it is known."""
    if not sealed:
        return
    query = text(f"select id, code from erp.{target.table} where id = any (:ids)")
    for row_id, code in session.execute(query, {"ids": list(ids)}).all():
        if code in sealed:
            values = seal_values(session, target.table, row_id, sealed[code])
            setters = ", ".join(f"{name} = :{name}" for name in values)
            session.execute(text(f"update erp.{target.table} set {setters} where id = :id"), {**values, "id": row_id})


def _write_opening(session: Session, target: Target, rows: Sequence[PlannedRow], place: Place) -> None:
    lines = [
        {
            "item_id": row.values["item_id"],
            "to_location_id": row.values["location_id"],
            "lot": row.values.get("lot"),
            "quantity": row.values.get("post", row.values["quantity"]),
            "unit_cost": row.values.get("unit_cost"),
        }
        for row in rows
    ]
    document = {"type": "opening", "reason": tr("Opening balances"), "lines": lines}
    # The first stock of a company: plans made for empty tables would read all of the new rows for each line.
    session.execute(text("discard plans"))
    session.execute(
        text("select api.post_stock(cast(:request as uuid), cast(:document as jsonb))"),
        {"request": str(uuid.uuid4()), "document": _json(document)},
    )


_WRITERS: Mapping[str, Callable[[Session, Target, Sequence[PlannedRow], Place], None]] = {
    "table": _write_table,
    "party": _write_party,
    "opening": _write_opening,
    "price": _write_table,
}


def _columns(target: Target, row: PlannedRow) -> dict[str, Any]:
    """The row's values under their columns' names; custom fields gathered into one object."""
    columns: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for key, value in row.values.items():
        if value is None:
            continue
        if key.startswith("custom."):
            custom[key.removeprefix("custom.")] = float(value) if isinstance(value, Decimal) else value
            continue
        spec = target.spec(key)
        columns[spec.column_name() if spec else key] = value
    if custom:
        columns["custom"] = custom
    return columns


def _insert(session: Session, target: Target, records: Sequence[Mapping[str, Any]]) -> list[int]:
    """One statement for each set of columns that is filled, so that empty cells get the table's own default."""
    shapes: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for record in records:
        shapes.setdefault(tuple(sorted(record)), []).append(record)
    ids: list[int] = []
    for names, some in shapes.items():
        listed = ", ".join(names)
        query = text(
            f"insert into erp.{target.table} ({listed}) select {listed}"
            f" from jsonb_populate_recordset(null::erp.{target.table}, cast(:rows as jsonb)) returning id"
        )
        ids += session.execute(query, {"rows": _json(some)}).scalars()
    return ids


def _update(session: Session, target: Target, rows: Sequence[PlannedRow]) -> None:
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        changed = _columns(target, replace(row, values={key: row.values[key] for key in row.old}))
        written = seal_values(session, target.table, row.row_id or 0, changed)
        shapes.setdefault(tuple(sorted(written)), []).append({"id": row.row_id, **written})
    for names, some in shapes.items():
        setters = ", ".join(
            "custom = t.custom || n.custom" if name == "custom" else f"{name} = n.{name}" for name in names
        )
        query = text(
            f"update erp.{target.table} t set {setters}"
            f" from jsonb_populate_recordset(null::erp.{target.table}, cast(:rows as jsonb)) n where t.id = n.id"
        )
        done = session.execute(query, {"rows": _json(some)})
        if done.rowcount != len(some):  # type: ignore[attr-defined]
            raise NotYours


class NotYours(errors.UserError):
    """The record is readable here but written elsewhere, so the update found nothing."""

    def __init__(self) -> None:
        super().__init__(
            code="ER002",
            message_en="This record belongs to a unit in which you may not write.",
            message_zh="此记录属于您无写入权限的组织单元。",
            remedy_en="Leave the row out, or ask a colleague of that unit.",
            remedy_zh="请去掉该行，或请该单元的同事导入。",
        )


def _json(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(f"cannot import a {type(value).__name__}")
