"""No column takes what is no number: it is greater than every limit, and every sum with it is lost."""

from __future__ import annotations

import psycopg2
import pytest

from db.errors import UserError
from tests.db.conftest import World

_COLUMNS = """
    select r.relname, a.attname
    from pg_attribute a
    join pg_class r on r.oid = a.attrelid and r.relkind = 'r' and r.relnamespace = 'erp'::regnamespace
    where a.attnum > 0 and not a.attisdropped
      and (a.atttypid = 'numeric'::regtype
           or a.atttypid in (select t.oid from pg_type t where t.typbasetype = 'numeric'::regtype))
    order by 1, 2
"""
DERIVED = {
    ("abc_run", "abc_a"), ("planning_policy", "abc_a"),  # below abc_b, which is below 1
    ("abc_run", "xyz_x"), ("planning_policy", "xyz_x"),  # below xyz_y, which is a number
    ("abc_run_line", "cumulative"), ("abc_run_line", "share"), ("abc_run_line", "variation"),
    ("item_plan", "adi"), ("item_plan", "cover_months"), ("item_plan", "cv2"), ("item_plan", "service_level"),
    ("item_plan", "variation"), ("stock_turnover", "days"), ("stock_turnover", "turns"), ("item_duplicate", "score"),
    ("stock_count", "recount_rate"),  # its plan's
}  # fmt: skip
"""Written by our functions alone, from columns that are numbers."""


def test_no_column_that_a_person_fills_takes_what_is_no_number(world: World) -> None:
    taken: set[tuple[str, str, str]] = set()
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns = cursor.fetchall()
        assert len(columns) > 100
        for table, column in columns:
            for value in ("NaN", "Infinity", "-Infinity"):
                cursor.execute("savepoint one")
                cursor.execute(f"create temp table probe (like erp.{table} including constraints)")
                cursor.execute(
                    "select attname from pg_attribute"
                    " where attrelid = 'pg_temp.probe'::regclass and attnum > 0 and attnotnull"
                )
                for (other,) in cursor.fetchall():
                    cursor.execute(f'alter table probe alter column "{other}" drop not null')
                try:
                    cursor.execute(f"insert into probe ({column}) values (%s)", (value,))
                    taken.add((table, column, value))
                except (psycopg2.errors.CheckViolation, psycopg2.errors.NumericValueOutOfRange):
                    pass
                cursor.execute("rollback to savepoint one")
    assert {(table, column) for table, column, _ in taken} == DERIVED
    assert {value for _, _, value in taken} == {"NaN"}


@pytest.mark.parametrize("value", ['"NaN"', '"Infinity"', '" -inf "'])
def test_no_tolerance_is_endless(world: World, value: str) -> None:
    with pytest.raises(UserError) as caught, world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("insert into erp.setting (key, value) values ('stock.price_tolerance', %s)", (value,))
    assert caught.value.constraint == "setting_value_finite"
