"""What each job may do with each object, read from the catalogue and written so that a reviewer can read it.

One line an object, one column a job: S select, I insert, U update, D delete, T truncate; small where only some columns
are meant, which the second part of the file names. Monthly partitions share a line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2.extensions import connection as RawConnection

ACTIONS = (("S", "select"), ("I", "insert"), ("U", "update"), ("D", "delete"), ("T", "truncate"))
_MONTH = re.compile(r"_\d{4}_\d\d$")

_RELATIONS = """
    select c.oid, n.nspname || '.' || c.relname, c.relkind::text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('erp', 'api', 'bi', 'audit')
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    order by 2
"""
_COLUMNS = """
    select a.attname::text from pg_attribute a
    where a.attrelid = %s and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
"""
_TABLE_RIGHTS = """
    select a.word,
           case when c.relkind = 'S' then
                    a.word in ('select', 'update') and has_sequence_privilege(%(login)s, c.oid, a.word)
                    or a.word = 'insert' and has_sequence_privilege(%(login)s, c.oid, 'usage')
                else has_table_privilege(%(login)s, c.oid, a.word) end,
           case when c.relkind <> 'S' and a.word in ('select', 'insert', 'update') then array(
               select x.attname::text from pg_attribute x
               where x.attrelid = c.oid and x.attnum > 0 and not x.attisdropped and x.attgenerated = ''
                 and has_column_privilege(%(login)s, c.oid, x.attnum, a.word) order by x.attname) end
    from pg_class c
    cross join unnest('{select,insert,update,delete,truncate}'::text[]) with ordinality a (word, nr)
    where c.oid = %(relation)s order by a.nr
"""
_FUNCTIONS = """
    select p.oid, p.oid::regprocedure::text, p.prokind::text,
           array(select format_type(t, null) from unnest(p.proargtypes::oid[]) with ordinality x (t, nr) order by nr),
           p.pronamespace::regnamespace || '.' || quote_ident(p.proname), p.provariadic <> 0
    from pg_proc p
    where p.pronamespace in ('erp'::regnamespace, 'api'::regnamespace, 'bi'::regnamespace, 'audit'::regnamespace)
    order by 2
"""
_FUNCTION_RIGHTS = """
    select p.oid from pg_proc p
    where p.pronamespace in ('erp'::regnamespace, 'api'::regnamespace, 'bi'::regnamespace, 'audit'::regnamespace)
      and has_schema_privilege(%(login)s, p.pronamespace, 'usage')
      and has_function_privilege(%(login)s, p.oid, 'execute')
"""


@dataclass(frozen=True)
class Relation:
    oid: int
    name: str
    kind: str
    columns: tuple[str, ...]

    @property
    def line(self) -> str:
        """Its line in the file."""
        return _MONTH.sub("_<month>", self.name)


@dataclass(frozen=True)
class Function:
    oid: int
    name: str
    kind: str
    arguments: tuple[str, ...]
    path: str
    variadic: bool

    @property
    def call(self) -> str:
        """The call without values."""
        given = ", ".join(f"null::{one}" for one in self.arguments)
        if self.variadic:
            given = re.sub(r"null::[^,]+$", r"variadic \g<0>", given)
        return f"{'call' if self.kind == 'p' else 'select'} {self.path}({given})"


@dataclass(frozen=True)
class Right:
    """What a log-in may do with a relation by one action: all of it, some columns, or nothing."""

    whole: bool
    columns: tuple[str, ...]


def relations(owner: RawConnection) -> tuple[Relation, ...]:
    with owner.cursor() as cursor:
        cursor.execute(_RELATIONS)
        found = cursor.fetchall()
        made = []
        for oid, name, kind in found:
            cursor.execute(_COLUMNS, (oid,))
            made.append(Relation(oid, name, kind, tuple(row[0] for row in cursor.fetchall())))
    return tuple(made)


def functions(owner: RawConnection) -> tuple[Function, ...]:
    with owner.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        return tuple(
            Function(oid, name, kind, tuple(types), path, variadic)
            for oid, name, kind, types, path, variadic in cursor.fetchall()
        )


def rights(connection: RawConnection, login: str, relation: Relation) -> dict[str, Right]:
    """Letter → right. A sequence counts reading as S, drawing as I and setting as U."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE_RIGHTS, {"login": login, "relation": relation.oid})
        letters = (letter for letter, _ in ACTIONS)
        return {
            letter: Right(whole, tuple(columns or ()))
            for letter, (_, whole, columns) in zip(letters, cursor.fetchall(), strict=True)
        }


def callable_oids(connection: RawConnection, login: str) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION_RIGHTS, {"login": login})
        return frozenset(row[0] for row in cursor.fetchall())


def written(owner: RawConnection, logins: Mapping[str, str]) -> str:
    """The whole file, for jobs with their log-ins."""
    jobs = list(logins)
    lines: dict[str, list[str]] = {}
    some: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    sequences: dict[str, list[str]] = {}
    for relation in relations(owner):
        found = {job: rights(owner, login, relation) for job, login in logins.items()}
        cells = [_cell(found[job]) for job in jobs]
        target = sequences if relation.kind == "S" else lines
        if target.setdefault(relation.line, cells) != cells:
            target[relation.name] = cells  # a partition that is not like the others shows
        for job in jobs:
            for letter, word in ACTIONS:
                right = found[job][letter]
                if right.columns and not right.whole:
                    some[relation.line, word, right.columns].append(job)
    width = max(map(len, lines))
    parts = [__doc__ or "", "", _row("relation", jobs, width)]
    parts += [_row(name, cells, width) for name, cells in sorted(lines.items())]
    parts += ["", "Some columns only:"]
    parts += [
        f"{name} {word} {' '.join(dict.fromkeys(who))}: {', '.join(columns)}"
        for (name, word, columns), who in sorted(some.items())
    ]
    parts += ["", "Sequences that somebody may read (S), draw from (I) or set (U):"]
    open_sequences = {name: cells for name, cells in sequences.items() if set(cells) != {"."}}
    parts += [_row(name, cells, width) for name, cells in sorted(open_sequences.items())] or ["none"]
    parts += ["", "Sequences that are nobody's:"]
    parts += sorted(set(sequences) - set(open_sequences))
    return "\n".join([*parts, *_function_lines(owner, logins)]) + "\n"


def _function_lines(owner: RawConnection, logins: Mapping[str, str]) -> Iterable[str]:
    may = {job: callable_oids(owner, login) for job, login in logins.items()}
    every = functions(owner)
    yield from ("", "Functions, x = may be called:")
    open_to = {one.name: ["x" if one.oid in may[job] else "." for job in logins] for one in every}
    shown = [name for name in open_to if "x" in open_to[name]]
    yield _row("", list(logins), 0)
    yield from (_row("", open_to[name], 0) + "  " + name for name in shown)
    yield from ("", "Functions that nobody may call but other functions:")
    yield from (name for name in open_to if "x" not in open_to[name])


def _cell(found: Mapping[str, Right]) -> str:
    letters = (letter if right.whole else letter.lower() if right.columns else "" for letter, right in found.items())
    return "".join(letters) or "."


def _row(name: str, cells: Sequence[str], width: int) -> str:
    return (name.ljust(width) + "  " + " ".join(cell[:5].ljust(5) for cell in cells)).rstrip()
