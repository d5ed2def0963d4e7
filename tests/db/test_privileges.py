"""What each job may do with each table and function, kept as a file: a change of a right is a reviewable difference.

After a wanted change: ``OUTPOST_UPDATE_GOLDEN=1 pytest tests/db/test_privileges.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg2
import pytest

from tests.db.conftest import World

GOLDEN = Path(__file__).parent / "privileges.txt"
ROLES = (
    "clerk",
    "planner",
    "desk",
    "engineer",
    "buyer",
    "finance",
    "pm",
    "manager",
    "steward",
    "security",
    "auditor",
    "admin",
    "worker",
)

_TABLES = """
    select n.nspname || '.' || c.relname, r.role,
           (select string_agg(p.letter, '' order by p.nr)
            from (values (1, 'S', 'select'), (2, 'I', 'insert'), (3, 'U', 'update'), (4, 'D', 'delete'),
                         (5, 'T', 'truncate')) p (nr, letter, privilege)
            where has_table_privilege(r.name, c.oid, p.privilege))
           || '',
           (select string_agg(p.letter || '(' || p.columns || ')', ' ' order by p.nr)
            from (select x.nr, x.letter, string_agg(a.attname, ',' order by a.attname) as columns
                  from (values (1, 'S', 'select'), (2, 'I', 'insert'), (3, 'U', 'update')) x (nr, letter, privilege)
                  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                       and has_column_privilege(r.name, c.oid, a.attnum, x.privilege)
                  where not has_table_privilege(r.name, c.oid, x.privilege)
                  group by x.nr, x.letter) p)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'api', 'bi', 'audit')
    cross join (select unnest(%(roles)s) as role, unnest(%(names)s) as name) r
    where c.relkind in ('r', 'p', 'v') and not c.relispartition
    order by 1, array_position(%(roles)s, r.role)
"""

_FUNCTIONS = """
    select p.oid::regprocedure::text, string_agg(r.role, ' ' order by array_position(%(roles)s, r.role))
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname in ('api', 'bi')
    join (select unnest(%(roles)s) as role, unnest(%(names)s) as name) r
      on has_function_privilege(r.name, p.oid, 'execute')
    group by 1
    order by 1
"""


def matrix(world: World) -> str:
    given = {"roles": list(ROLES), "names": [f"outpost_test_role_{role}" for role in ROLES]}
    lines: list[str] = []
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES, given)
        for table, role, whole, columns in cursor.fetchall():
            if whole or columns:
                lines.append(f"{table} {role}: {' '.join(part for part in (whole, columns) if part)}")
        cursor.execute(_FUNCTIONS, given)
        lines += [f"{name}: {roles}" for name, roles in cursor.fetchall()]
    return "\n".join(lines) + "\n"


def test_the_rights_are_those_on_file(shared: World) -> None:
    found = matrix(shared)
    if os.environ.get("OUTPOST_UPDATE_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("role", ROLES[:-1])
def test_a_real_log_in_is_refused_what_is_not_on_file(shared: World, role: str) -> None:
    """Each table is tried with a person's own log-in: what the catalogue says is what the server does."""
    allowed = {
        tuple(line.split(":")[0].split()): line.split(": ")[1]
        for line in GOLDEN.read_text(encoding="utf-8").splitlines()
        if line.startswith("erp.") and "(" not in line.split(":")[0]
    }
    with shared.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select 'erp.' || table_name from erp.protection order by 1")
        tables = [row[0] for row in cursor.fetchall()]
    person = shared.raw(role, "HB")
    for table in tables:
        rights = allowed.get((table, role), "")
        for letter, command in (("S", "select 1 from {}"), ("D", "delete from {} where false"), ("T", "truncate {}")):
            with person.cursor() as cursor:
                try:
                    cursor.execute(command.format(table) + (" limit 1" if letter == "S" else ""))
                    done = True
                except psycopg2.errors.InsufficientPrivilege:
                    done = False
            assert done == (letter in rights.split(" ")[0] or (letter == "S" and "S(" in rights)), (table, command)
