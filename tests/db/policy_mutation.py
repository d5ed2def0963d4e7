"""Does some question notice when a policy is wrong? Policies are broken one by one and asked about by an oracle.

The oracle (scope_oracle.txt) says whose the rows of each table are. In a clone without checks, keys, triggers and
differences of grants, every table gets rows of both branches, of several people and of nobody; then only the policies
decide. Everything happens in one transaction of the owner, who takes on other people's sessions, and is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor

from tests.db.conftest import PREFIX, World

ORACLE = Path(__file__).parent / "scope_oracle.txt"
FIRST = 9_000_001
_UNITS = ("HB", "NORTH", "WH-NORTH", "SITE-NORTH", "SOUTH", "WH-SOUTH", "SITE-SOUTH")
_MADE = "where ctid = any (%s::tid[])"
KNOWN = "(select erp.my_user_id()) is not null"

_STRIP = f"""
do $strip$
declare r record;
begin
    for r in select c.oid::regclass as t, k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid
             where c.relnamespace = 'erp'::regnamespace and k.contype in ('c', 'f', 'x', 'u', 'p')
             order by k.contype = 'p', k.contype = 'u' loop
        execute format('alter table %s drop constraint if exists %I cascade', r.t, r.conname);
    end loop;
    for r in select c.oid::regclass as t, a.attname, a.attidentity from pg_attribute a
             join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and c.relnamespace = 'erp'::regnamespace
             where a.attnum > 0 and not a.attisdropped and a.attnotnull loop
        if r.attidentity <> '' then
            execute format('alter table %s alter %I drop identity', r.t, r.attname);
        end if;
        execute format('alter table %s alter %I drop not null', r.t, r.attname);
    end loop;
    for r in select c.oid::regclass as t from pg_class c
             where c.relkind = 'r' and c.relnamespace = 'erp'::regnamespace loop
        execute format('alter table %s disable trigger all', r.t);
        execute format('grant select, insert, update, delete on %s to {PREFIX}_role_user', r.t);
    end loop;
    for r in select indexrelid::regclass as i from pg_index x join pg_class c on c.oid = x.indrelid
             where x.indisunique and c.relnamespace = 'erp'::regnamespace loop
        execute format('drop index %s', r.i);
    end loop;
end
$strip$
"""


@dataclass(frozen=True)
class Person:
    login: str
    id: int | None
    job: str
    units: frozenset[int] = frozenset()
    writes: frozenset[int] = frozenset()
    up: frozenset[int] = frozenset()
    engineer: int | None = None


@dataclass
class Row:
    """A row as the oracle knows it; `place` is where the server keeps it."""

    values: dict[str, Any]
    place: str = ""
    links: tuple[int, ...] = ()


@dataclass(frozen=True)
class Mutant:
    table: str
    policy: str
    what: str
    sql: str


@dataclass
class Field:
    """The prepared clone: its rows, the people, and what the oracle says."""

    cursor: Cursor
    units: Mapping[str, int]
    people: dict[str, Person]
    rules: dict[str, list[str]]
    doors: list[tuple[str, str, str]]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    spare: dict[str, str] = field(default_factory=dict)

    # -- the oracle

    def sees(self, person: Person, table: str, row: Row) -> bool:
        return self._base(person, table, row, "units") or any(
            self._door(person, job, kind, row) for door, job, kind in self.doors if door == table
        )

    def writes(self, person: Person, table: str, row: Row) -> bool:
        return self._base(person, table, row, "writes") or any(
            kind == "shared" and self._door(person, job, kind, row) for door, job, kind in self.doors if door == table
        )

    def _door(self, person: Person, job: str, kind: str, row: Row) -> bool:
        if person.job != job or person.id is None:
            return False
        if kind == "engineer":
            return person.engineer is not None and row.values.get("engineer_id") == person.engineer
        return kind == "everything" or row.values.get("user_id") is None

    def _base(self, person: Person, table: str, row: Row, right: str) -> bool:
        rule, *words = self.rules[table]
        if person.id is None or rule == "nobody":
            return False
        return getattr(self, f"_{rule}")(person, words, row, right)  # type: ignore[no-any-return]

    def _unit(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        return row.values[words[0]] in getattr(person, right)

    def _down(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        return row.values[words[0]] in (person.up if right == "units" else person.writes)

    def _ends(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        return right == "units" and any(row.values[one] in person.units for one in words)

    def _link(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        linked = any(unit in getattr(person, right) for unit in row.links)
        if "suppliers" in words and right == "units" and row.values["is_supplier"]:
            return linked or any(unit in person.up for unit in row.links)
        if "unit" not in words:
            return linked
        return row.values["org_unit_id"] in getattr(person, right) or (right == "units" and linked)

    def _child(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        parent = next(one for one in self.rows[words[0]] if one.values["id"] == row.values[words[1]])
        return (self.sees if right == "units" else self.writes)(person, words[0], parent)

    def _file(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        return self._child(person, ["asset", "owner_id"], row, right)

    def _own(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        columns = [word for word in words if word.endswith("_id")]
        if right == "writes" and "only" in words:
            return False
        mine = any(row.values.get(one) == person.id for one in columns)
        return mine or (right == "units" and "shared" in words and row.values["user_id"] is None)

    def _everybody(self, person: Person, words: list[str], row: Row, right: str) -> bool:
        return True

    # -- what the server does

    def faults(self, table: str) -> Iterator[str]:
        """Where the server differs from the oracle, for everybody who matters to this table."""
        rows = self.rows[table]
        jobs = {job for door, job, _ in self.doors if door == table}
        for person in self.people.values():
            if person.job not in ("planner", *jobs):
                continue
            seen = {row.place for row in rows if self.sees(person, table, row)}
            mine = [row for row in rows if self.writes(person, table, row)]
            both = [row for row in mine if row.place in seen]
            if self._ask(person, f"select ctid::text from erp.{table}", rows) != seen:
                yield f"{table}: {person.login} sees other rows"
            column = self._spare(table)
            made = [[row.place for row in rows]]
            if self._changed(person, f"update erp.{table} set {column} = default {_MADE}", made) != len(both):
                yield f"{table}: {person.login} changes other rows"
            if self._changed(person, f"delete from erp.{table} {_MADE}", made) != len(both):
                yield f"{table}: {person.login} removes other rows"
            # Without a condition no reading is asked for: whoever may write nothing must not even meet a row.
            nothing = person.id is None or (
                person.login == self.people["reader"].login and self.rules[table][0] != "own"
            )
            if nothing and not mine:
                for statement in (f"update erp.{table} set {column} = default", f"delete from erp.{table}"):
                    if self._changed(person, statement) != 0:
                        yield f"{table}: {person.login} meets rows to {statement[:6]}"
            yield from self._moves(person, table, mine, rows)

    def _moves(self, person: Person, table: str, mine: list[Row], rows: list[Row]) -> Iterator[str]:
        """Rows that are put where, or sent to where, one may not write."""
        for row in rows:
            given = list(row.values.values())
            made = self._changed(person, _insert(table, row), given) == 1
            if made != self.writes(person, table, row):
                yield f"{table}: {person.login} enters {row.values}"
            if mine and not self.writes(person, table, row):
                sets = ", ".join(f"{name} = %s" for name in row.values)
                if self._changed(person, f"update erp.{table} set {sets}", given) is not None:
                    yield f"{table}: {person.login} sends rows to {row.values}"

    def _spare(self, table: str) -> str:
        """A column that says nothing of whose the row is."""
        if table not in self.spare:
            used = {name for row in self.rows[table] for name in row.values}
            self.cursor.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
                " and attgenerated = '' order by attnum desc", (f"erp.{table}",)
            )  # fmt: skip
            free = next((name for (name,) in self.cursor.fetchall() if name not in used), next(iter(used), "id"))
            self.spare[table] = f'"{free}"'
        return self.spare[table]

    def _ask(self, person: Person, query: str, rows: list[Row]) -> set[str]:
        def fetched() -> set[str]:
            return {row[0] for row in self.cursor.fetchall()}

        return (self._as(person, query, None, fetched) or set()) & {row.place for row in rows} if rows else set()

    def _changed(self, person: Person, statement: str, values: list[Any] | None = None) -> int | None:
        return self._as(person, statement, values, lambda: self.cursor.rowcount)

    def _as(self, person: Person, statement: str, values: list[Any] | None, answer: Callable[[], Any]) -> Any:
        """The answer to that person; None where the server refuses. Taken back in any case. All in one message: there
        are twenty thousand of them.
        """
        try:
            self.cursor.execute(
                f'savepoint person; set local session authorization "{person.login}"; {statement}', values
            )
            return answer()
        except psycopg2.errors.InsufficientPrivilege:
            return None
        finally:
            self.cursor.execute("rollback to savepoint person; release savepoint person")


def mutants(cursor: Cursor) -> tuple[Mutant, ...]:
    """Every policy dropped, opened, asked for any person, and for units read instead of written."""
    cursor.execute(
        "select c.relname, p.polname, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),"
        " p.polcmd from pg_policy p join pg_class c on c.oid = p.polrelid"
        " where c.relnamespace = 'erp'::regnamespace order by 1, 2"
    )
    made = []
    for table, policy, using, check, command in cursor.fetchall():
        made.append(Mutant(table, policy, "dropped", f'drop policy "{policy}" on erp.{table}'))
        for word, condition in (("using", using), ("with check", check)):
            if condition is None:
                continue
            wrong = {"open": "true", "any person": KNOWN}
            wrong["units read"] = condition.replace("my_write_units()", "my_units()")
            for what, text in wrong.items():
                known = "my_user_id() AS my_user_id) IS NOT NULL" in condition and " AND " not in condition
                # Whoever is asked again after the first question passed answers the same: no difference to be seen.
                same = text == condition or (
                    known and (what == "any person" or (word == "with check" and command == "w"))
                )
                if not same:
                    sql = f'alter policy "{policy}" on erp.{table} {word} ({text})'
                    made.append(Mutant(table, policy, f"{word} {what}", sql))
    return tuple(made)


def survivors(field_: Field, chosen: tuple[Mutant, ...]) -> list[Mutant]:
    """Those that no question noticed."""
    alive = []
    for mutant in chosen:
        field_.cursor.execute("savepoint mutant")
        field_.cursor.execute(mutant.sql)
        if next(field_.faults(mutant.table), None) is None:
            alive.append(mutant)
        field_.cursor.execute("rollback to savepoint mutant; release savepoint mutant")
    return alive


def _insert(table: str, row: Row) -> str:
    if not row.values:
        return f"insert into erp.{table} default values"
    return f"insert into erp.{table} ({', '.join(row.values)}) values ({', '.join('%s' for _ in row.values)})"


# -- making the field


def prepared(world: World, cursor: Cursor) -> Field:
    """Strip the clone, make the people, fill every table. Nothing is committed."""
    units = {code: world.id("org_unit", code) for code in _UNITS}
    north, south = (frozenset(units[code] for code in _UNITS if side in code) for side in ("NORTH", "SOUTH"))
    logins = {name: world.login_name("planner") for name in ("writer", "reader", "both", "gone")}
    logins |= {job: world.login_name(job, None) for job in ("security", "auditor", "admin", "steward", "engineer")}
    logins |= {
        f"gone {job}": world.login_name(job, None) for job in ("security", "auditor", "admin", "steward", "engineer")
    }
    gone = [login for name, login in logins.items() if name.startswith("gone")]
    cursor.execute("select login::text, id from erp.app_user")
    ids = dict(cursor.fetchall())
    cursor.execute(_STRIP)
    cursor.execute("update erp.user_unit set may_write = false where user_id = %s", (ids[logins["reader"]],))
    # Writes in one branch and only reads in the other: may send nothing from the one to the other.
    cursor.execute(
        "insert into erp.user_unit (user_id, org_unit_id, may_write) values (%s, %s, false)",
        (ids[logins["both"]], units["SOUTH"]),
    )
    cursor.execute("update erp.app_user set active = false where login = any (%s)", (gone,))
    cursor.execute(
        "insert into erp.engineer (id, user_id, org_unit_id) values (%s, %s, %s)",
        (FIRST - 1, ids[logins["engineer"]], units["SOUTH"]),
    )
    up = north | {units["HB"]}
    people = {
        "writer": Person(logins["writer"], ids[logins["writer"]], "planner", north, north, up),
        "reader": Person(logins["reader"], ids[logins["reader"]], "planner", north, frozenset(), up),
        "both": Person(logins["both"], ids[logins["both"]], "planner", north | south, north, up | south),
        "gone": Person(logins["gone"], None, "planner"),
    }
    people |= {name: Person(logins[name], None, name.split()[1]) for name in logins if name.startswith("gone ")}
    people |= {job: Person(logins[job], ids[logins[job]], job) for job in ("security", "auditor", "admin", "steward")}
    engineer = ids[logins["engineer"]]
    people["engineer"] = Person(logins["engineer"], engineer, "engineer", engineer=FIRST - 1)
    rules, doors = declared()
    made = Field(cursor, units, people, rules, doors)
    for table in sorted(rules, key=lambda name: _depth(rules, name)):
        _fill(made, table)
    return made


def declared() -> tuple[dict[str, list[str]], list[tuple[str, str, str]]]:
    rules: dict[str, list[str]] = {}
    doors: list[tuple[str, str, str]] = []
    for line in ORACLE.read_text(encoding="utf-8").splitlines():
        name, *words = line.split()
        if name == "also":
            doors.append((words[0], words[1], words[2]))
        elif name != "#":
            rules[name] = words
    return rules, doors


def _depth(rules: dict[str, list[str]], table: str) -> int:
    """Parents are filled before their children."""
    rule, *words = rules[table]
    if rule == "child":
        return 1 + _depth(rules, words[0])
    return {"file": 1}.get(rule, 0)


def _fill(made: Field, table: str) -> None:
    cursor, rule = made.cursor, made.rules[table]
    cursor.execute(
        "select 1 from pg_attribute where attrelid = %s::regclass and attname = 'id' and atttypid <> 'uuid'::regtype",
        (f"erp.{table}",),
    )
    has_id = cursor.fetchone() is not None
    rows = [Row(values, links=links) for values, links in _variants(made, table, rule)]
    cursor.execute(f"select ctid::text from erp.{table} limit 1")
    there = cursor.fetchone()
    if rule[0] in ("everybody", "nobody") and there:
        made.rows[table] = [Row({}, there[0])]
        return
    for number, row in enumerate(rows):
        if has_id:
            row.values["id"] = FIRST + number
        cursor.execute(f"{_insert(table, row)} returning ctid::text", list(row.values.values()))
        row.place = (cursor.fetchone() or ("",))[0]
        for unit in row.links:
            link, column = rule[1].split(".")
            cursor.execute(f"insert into erp.{link} ({column}, org_unit_id) values (%s, %s)", (row.values["id"], unit))
    made.rows[table] = rows


def _variants(made: Field, table: str, rule: list[str]) -> Iterator[tuple[dict[str, Any], tuple[int, ...]]]:
    kind, *words = rule
    inside, outside, above = made.units["WH-NORTH"], made.units["SOUTH"], made.units["HB"]
    if kind in ("unit", "down"):
        yield from (({words[0]: unit}, ()) for unit in (inside, outside, above))
        if (table, "engineer", "engineer") in made.doors:
            yield {words[0]: outside, "engineer_id": made.people["engineer"].engineer}, ()
    elif kind == "ends":
        yield from (({words[0]: a, words[1]: b}, ()) for a in (inside, outside) for b in (inside, outside))
    elif kind == "link":
        if "unit" in words:
            yield {"org_unit_id": inside}, ()
            yield {"org_unit_id": outside}, (inside,)
            yield {"org_unit_id": outside}, (outside,)
        elif "suppliers" in words:
            yield from (({"is_supplier": one}, (unit,)) for one in (True, False) for unit in (inside, outside, above))
        else:
            yield {}, (inside,)
            yield {}, (outside,)
    elif kind == "child":
        yield from (({words[1]: parent.values["id"]}, ()) for parent in made.rows[words[0]])
    elif kind == "file":
        yield from (({"owner_table": "asset", "owner_id": asset.values["id"]}, ()) for asset in made.rows["asset"])
    elif kind == "own":
        whose = [made.people["writer"].id, made.people["security"].id, None]
        columns = [word for word in words if word.endswith("_id")]
        yield from (({column: one}, ()) for column in columns for one in whose)
    else:
        yield {}, ()
