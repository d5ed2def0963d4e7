"""Every policy broken on purpose is noticed by a question about whose the rows are."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest

from db.embedded import Server
from tests.db import policy_mutation as mutation
from tests.db.conftest import clone


@pytest.fixture(scope="module")
def field(pg_server: Server, template: str) -> Iterator[mutation.Field]:
    for world in clone(pg_server, template):
        connection = psycopg2.connect(world.dsn())
        with connection.cursor() as cursor:
            yield mutation.prepared(world, cursor)
        connection.rollback()
        connection.close()


def test_every_table_is_declared(field: mutation.Field) -> None:
    field.cursor.execute(
        "select relname from pg_class where relnamespace = 'erp'::regnamespace and relkind in ('r', 'p')"
    )
    assert {name for (name,) in field.cursor.fetchall()} == set(field.rules)


def test_the_policies_do_what_the_oracle_says(field: mutation.Field) -> None:
    assert [fault for table in field.rules for fault in field.faults(table)] == []


def test_every_broken_policy_is_noticed(field: mutation.Field) -> None:
    """``pytest -s tests/db/test_policy_mutation.py`` prints the score."""
    every = mutation.mutants(field.cursor)
    alive = mutation.survivors(field, every)
    print(f"\n{len(every) - len(alive)} of {len(every)} broken policies noticed")  # noqa: T201
    assert len(every) > 600
    assert [(one.policy, one.what) for one in alive] == []
