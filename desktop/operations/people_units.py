"""The organisation's tree: a unit's card, where it stands, and what moving it changes for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db.errors import UserError
from db.orm.platform import OrgUnit
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, NotYoursToChange, Record, RecordKind, Reference

UNIT = RecordKind(
    key="org_unit",
    model=OrgUnit,
    title="code",
    writes=("code", "name", "name_zh", "kind", "parent_id", "time_zone", "active"),
    reads=("company_id",),
    references={"parent_id": Reference(model=OrgUnit, lookup="org_units")},
)


@dataclass(frozen=True)
class UnitNamed:
    """A unit in words."""

    id: int
    code: str
    name: str
    name_zh: str | None
    kind: str
    active: bool


@dataclass(frozen=True)
class Reader:
    """A person who sees a unit, and through the grant on which unit."""

    user_id: int
    name: str
    name_zh: str | None
    may_write: bool
    through: str


@dataclass(frozen=True)
class Place:
    """Where a unit stands: the units above it from the top, those directly below, and who sees it today."""

    above: tuple[UnitNamed, ...]
    below: tuple[UnitNamed, ...]
    readers: tuple[Reader, ...]


@dataclass(frozen=True)
class Move:
    """What a move would change. `circle`: the target lies within the unit, so the database refuses it."""

    target: UnitNamed
    units: int
    gain: tuple[Reader, ...]
    lose: tuple[Reader, ...]
    circle: bool = False


class ParentMissing(UserError):
    """A new unit stands under another one; companies are made elsewhere."""

    def __init__(self) -> None:
        super().__init__(
            code="ER011",
            message_en="Unit above is missing: every unit but a company stands under another one.",
            message_zh="缺少上级单元：除公司外，每个单元都有上级。",
            remedy_en="Choose one (F7).",
            remedy_zh="请选择（F7）。",
            field="parent_id",
        )


def load(database: Database, unit_id: int) -> Record:
    return records.load(database, UNIT, unit_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save a unit's card. A new one belongs to the company of the unit above it. Raises ParentMissing."""
    if record.id is not None:
        return records.save(database, UNIT, record, draft)
    given = {**record.values, **draft.values}
    if given.get("parent_id") is None:
        raise ParentMissing
    with database.write() as session:
        company = text("select company_id from erp.org_unit where id = :id")
        company_id = session.execute(company, {"id": given["parent_id"]}).scalar_one()
        values = {name: given[name] for name in UNIT.writes if given.get(name) is not None}
        made = insert(OrgUnit).values(**values, company_id=company_id).returning(OrgUnit.id)
        unit_id = int(session.execute(made).scalar_one())
    return load(database, unit_id), Changes.of(org_unit=[unit_id])


_UNITS = """
    select u.id, u.code, u.name, u.name_zh, u.kind, u.active
    from erp.org_unit u
"""
_ABOVE = text(f"""{_UNITS}
    join erp.org_unit_closure c on c.ancestor_id = u.id
    where c.descendant_id = :id and c.depth > 0
    order by c.depth desc
""")
_BELOW = text(f"{_UNITS} where u.parent_id = :id order by u.code, u.id")
_READERS = text("""
    select u.id, u.display_name, u.display_name_zh, bool_or(g.may_write) as may_write,
           string_agg(through.code, ', ' order by through.code) as through
    from erp.user_unit g
    join erp.org_unit_closure c on c.ancestor_id = g.org_unit_id
    join erp.org_unit through on through.id = g.org_unit_id
    join erp.app_user u on u.id = g.user_id
    where c.descendant_id = :id and u.active
      and current_date between g.valid_from and coalesce(g.valid_to, 'infinity')
    group by u.id, u.display_name, u.display_name_zh
    order by u.display_name, u.id
""")


def place(database: Database, unit_id: int) -> Place:
    """Where the unit stands. Readers are those whose grants this person may see."""
    with database.read() as session:
        above = tuple(UnitNamed(*row) for row in session.execute(_ABOVE, {"id": unit_id}))
        below = tuple(UnitNamed(*row) for row in session.execute(_BELOW, {"id": unit_id}))
        return Place(above, below, _readers(session, unit_id))


def _readers(session: Session, unit_id: int) -> tuple[Reader, ...]:
    return tuple(Reader(*row) for row in session.execute(_READERS, {"id": unit_id}))


def consequences(database: Database, unit_id: int, target_id: int) -> Move:
    """What changes when the unit and all below it come to stand under `target_id`: who begins and ceases to see it."""
    with database.read() as session:
        target = UnitNamed(*session.execute(text(f"{_UNITS} where u.id = :id"), {"id": target_id}).one())
        query = text("select count(*), coalesce(bool_or(descendant_id = :target), false)"
                     " from erp.org_unit_closure where ancestor_id = :id")  # fmt: skip
        units, circle = session.execute(query, {"id": unit_id, "target": target_id}).one()
        parent = session.execute(text("select parent_id from erp.org_unit where id = :id"), {"id": unit_id}).scalar()
        own = text("""
            select g.user_id from erp.user_unit g
            where g.org_unit_id = :id and current_date between g.valid_from and coalesce(g.valid_to, 'infinity')
        """)
        stay = set(session.execute(own, {"id": unit_id}).scalars())
        before = _readers(session, int(parent)) if parent is not None else ()
        after = _readers(session, target_id)
    had, have = {each.user_id for each in before}, {each.user_id for each in after}
    return Move(
        target=target,
        units=int(units),
        gain=tuple(each for each in after if each.user_id not in had | stay),
        lose=tuple(each for each in before if each.user_id not in have | stay),
        circle=bool(circle),
    )


def move(database: Database, record: Record, target_id: int, *, reason: str) -> tuple[Record, Changes]:
    """Hang the unit under another one. Raises ChangedMeanwhile, or the rule that was broken (no circle)."""
    unit_id = record.id or 0
    query = text("update erp.org_unit set parent_id = :target where id = :id and version = :version returning id")
    with database.write(reason) as session:
        found = session.execute(query, {"target": target_id, "id": unit_id, "version": record.version}).first()
        if found is None:
            _refuse(session, record)
    return load(database, unit_id), Changes.of(org_unit=(), user_unit=())


def _refuse(session: Session, record: Record) -> None:
    """Nothing was updated: the record is not his to change, or a colleague was faster."""
    version = session.execute(text("select version from erp.org_unit where id = :id"), {"id": record.id}).scalar()
    if version == record.version:
        raise NotYoursToChange
    raise records.ChangedMeanwhile(by="", at=None, conflicts=(), record=replace(record, version=version or 0))
