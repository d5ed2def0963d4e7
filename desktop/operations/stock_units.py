"""Units of measure: how one becomes another for every item; what a box of one item holds stands on its card."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import TextClause, text

from db.session import Database
from desktop.domain.changes import Changes

KEEPERS = frozenset({"steward"})
"""Whose job the conversions are, as the grants say (a test compares)."""


@dataclass(frozen=True)
class Unit:
    """A unit by its short name."""

    code: str
    name: str
    name_zh: str


@dataclass(frozen=True)
class Conversion:
    """One `from_uom` is `factor` of `to_uom`, for every item."""

    from_uom: str
    to_uom: str
    factor: Decimal


_UNITS = text("""
    select code, name, name_zh from erp.unit_of_measure
    where :typed = '' or code ilike :like or name ilike :like or name_zh like :like
    order by lower(code) <> lower(:typed), code limit 20
""")
_CONVERSIONS = text("""
    select from_uom, to_uom, factor from erp.uom_conversion
    where :uom = '' or :uom in (from_uom, to_uom)
    order by from_uom, to_uom
""")
_KEEP = text("""
    insert into erp.uom_conversion (from_uom, to_uom, factor) values (:from_uom, :to_uom, :factor)
""")
_CHANGE = text("update erp.uom_conversion set factor = :factor where from_uom = :from_uom and to_uom = :to_uom")
_DROP = text("delete from erp.uom_conversion where from_uom = :from_uom and to_uom = :to_uom")
_CHANGED = Changes({"uom_conversion": frozenset()})


def units(database: Database, typed: str) -> tuple[Unit, ...]:
    """Units whose short or full name has what was typed."""
    plain = typed.strip()
    like = "%" + plain.replace("\\", "").replace("%", "").replace("_", "") + "%"
    with database.read() as session:
        return tuple(Unit(**row) for row in session.execute(_UNITS, {"typed": plain, "like": like}).mappings())


def conversions(database: Database, uom: str = "") -> tuple[Conversion, ...]:
    """All conversions, or those of one unit."""
    with database.read() as session:
        return tuple(Conversion(**row) for row in session.execute(_CONVERSIONS, {"uom": uom}).mappings())


def add(database: Database, conversion: Conversion) -> Changes:
    """A new one. Raises UserError where the two have one already, in this direction or a unit is unknown."""
    return _write(database, _KEEP, conversion)


def change(database: Database, conversion: Conversion) -> Changes:
    """Another factor for two units that have one. What was posted keeps the factor of its day."""
    return _write(database, _CHANGE, conversion)


def drop(database: Database, conversion: Conversion) -> Changes:
    """These two are no longer converted."""
    return _write(database, _DROP, conversion)


def _write(database: Database, statement: TextClause, conversion: Conversion) -> Changes:
    values = {"from_uom": conversion.from_uom, "to_uom": conversion.to_uom, "factor": conversion.factor}
    with database.write() as session:
        session.execute(statement, values)
    return _CHANGED
