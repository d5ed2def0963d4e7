"""What each job may do with each object, kept as a file: a change of a right is a reviewable difference.

After a wanted change: ``OUTPOST_UPDATE_GOLDEN=1 pytest tests/db/test_privileges.py``. An object that is not on file
fails. Every line is then tried with the real log-in of a person of that job: what is on file works, everything else is
refused by the server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import connection as RawConnection

from db import build, users
from tests.db import privilege_matrix as matrix
from tests.db.conftest import PASSWORD, PREFIX, World

GOLDEN = Path(__file__).parent / "privileges.txt"
_ROLES = (build.SCHEMA / "00_roles.sql").read_text(encoding="utf-8")
JOBS = tuple(re.findall(r"^    \('(\w+)',", _ROLES[_ROLES.index("insert into erp.role (") :], re.MULTILINE))
WORKER = "worker"
# No answer of the server that says: you may. A view of several tables and an identity are not written by anybody.
REFUSED = (
    errors.InsufficientPrivilege,
    errors.ObjectNotInPrerequisiteState,
    errors.FeatureNotSupported,
    errors.WrongObjectType,
)


@pytest.fixture(scope="module")
def logins(standing: World) -> dict[str, str]:
    """A person of each job in the whole company, and the worker."""
    found = {job: standing.login_name(job, None if job in ("admin", "security") else "HB") for job in JOBS}
    found[WORKER] = users.create_worker(standing.owner, PASSWORD, login=f"{PREFIX}_matrix_worker")
    return found


@pytest.fixture(scope="module")
def owner(standing: World) -> Iterator[RawConnection]:
    with standing.owner.raw() as connection:
        yield connection


def test_every_job_has_its_column(owner: RawConnection) -> None:
    with owner.cursor() as cursor:
        cursor.execute("select array_agg(key) from erp.role")
        assert set((cursor.fetchone() or ([],))[0]) == set(JOBS)


def test_the_rights_are_those_on_file(owner: RawConnection, logins: dict[str, str]) -> None:
    found = matrix.written(owner, logins)
    if os.environ.get("OUTPOST_UPDATE_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("job", [*JOBS, WORKER])
def test_the_server_does_with_each_table_what_the_file_says(
    shared: World, owner: RawConnection, logins: dict[str, str], job: str
) -> None:
    person = Person(shared, logins[job])
    wrong = [
        (relation.name, letter, statement)
        for relation in matrix.relations(owner)
        for letter, right in matrix.rights(owner, logins[job], relation).items()
        for statement, allowed in attempts(relation, letter, right)
        if person.may(statement) != allowed
    ]
    person.close()
    assert not wrong


@pytest.mark.parametrize("job", [*JOBS, WORKER])
def test_the_server_does_with_each_function_what_the_file_says(
    shared: World, owner: RawConnection, logins: dict[str, str], job: str
) -> None:
    """Called without values: whoever may is refused for what is missing, at most; whoever may not, for that."""
    person, may = Person(shared, logins[job]), matrix.callable_oids(owner, logins[job])
    wrong = [one.name for one in matrix.functions(owner) if person.may_call(one) != (one.oid in may)]
    person.close()
    assert not wrong


def test_who_is_in_no_group_does_not_get_in(shared: World) -> None:
    name = f"{PREFIX}_stray"
    shared.value(f"drop role if exists {name}")
    shared.value(f"create role {name} login password '{PASSWORD}'")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(shared.dsn(name))
    shared.value(f"drop role {name}")


class Person:
    """A bare connection whose every attempt is taken back."""

    def __init__(self, world: World, login: str) -> None:
        self._connection = psycopg2.connect(world.dsn(login))

    def may(self, statement: str) -> bool:
        return self._try(statement) is None

    def may_call(self, function: matrix.Function) -> bool:
        said = self._try(function.call) or ""
        name = function.path.split(".")[1].strip('"')
        return not (
            said.startswith("permission denied for") and (f" {name}\n" in said or " schema " in said.split("\n")[0])
        )

    def _try(self, statement: str) -> str | None:
        """None when it was done, else what the server said; anything but a refusal is a fault of the test."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
            return None
        except REFUSED as refusal:
            return str(refusal)
        except psycopg2.Error as error:
            if statement.startswith(("select api", "select erp", "call ", "select bi", "select audit")):
                return str(error)
            raise
        finally:
            self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


def attempts(relation: matrix.Relation, letter: str, right: matrix.Right) -> Iterator[tuple[str, bool]]:
    """Statements without any effect, and whether the server is to carry them out."""
    if relation.kind == "S":
        name = relation.name
        words = {
            "S": f"select last_value from {name}",
            "I": f"select nextval('{name}')",
            "U": f"select setval('{name}', 1)",
        }
        if letter in words:
            yield words[letter], right.whole
    elif letter == "D":
        yield f"delete from {relation.name} where false", right.whole
    elif letter == "T":
        yield f"truncate {relation.name} cascade", right.whole
    else:
        yield from _by_column(relation, letter, right)


def _by_column(relation: matrix.Relation, letter: str, right: matrix.Right) -> Iterator[tuple[str, bool]]:
    """Without a right one statement is enough that any column's right would allow; else each column for itself."""
    granted = relation.columns if right.whole else right.columns
    name = relation.name
    if not granted and letter != "U":
        yield {"S": f"select count(*) from {name}", "I": f"insert into {name} default values"}[letter], False
        return
    if granted:
        yield _with_columns(name, letter, granted), True
    for column in relation.columns:
        if column not in granted:
            yield _with_columns(name, letter, (column,)), False


def _with_columns(name: str, letter: str, columns: tuple[str, ...]) -> str:
    quoted = [f'"{one}"' for one in columns]
    if letter == "S":
        return f"select {', '.join(quoted)} from {name} where false"
    if letter == "I":
        return f"insert into {name} ({', '.join(quoted)}) select {', '.join('null' for _ in quoted)} where false"
    return f"update {name} set {', '.join(f'{one} = default' for one in quoted)} where false"
