"""Random questions of every job answer what the oracle says, through tables, views, search, history and `bi`.

The same question is asked twice: by the person, of the tables; and by the owner, of the rows that scope_oracle.txt
gives to that person. Both answers must be equal, totals included. Seeds are fixed: a failure comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import cursor as Cursor

from db.embedded import Server
from tests.db import policy_mutation
from tests.db.conftest import World, clone

MARKED, BOUGHT = (
    (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("attacked_world.sql", "bought_world.sql")
)
PEOPLE = (("clerk", "NORTH"), ("planner", "SOUTH"), ("desk", "WH-NORTH"), ("engineer", "NORTH"), ("finance", "SOUTH"),
          ("manager", "HB"), ("auditor", "NORTH"), ("steward", "SITE-SOUTH"), ("report", "NORTH"))  # fmt: skip
# Tables of the world with rows in both branches, and how they hang together.
JOINS = {
    "asset": (), "party": (), "item": (), "engineer": (), "stock_document": (), "contact": ("party party_id",),
    "site": ("party party_id",), "work_order": ("asset asset_id", "engineer engineer_id"),
    "work_order_step": ("work_order work_order_id",), "stock_location": (), "contract": ("party customer_id",),
    "stock_balance": ("item item_id", "stock_location location_id"), "booking": ("engineer engineer_id",),
    "stock_move": ("item item_id", "stock_document document_id"), "contract_line": ("contract contract_id",),
    "purchase_order": ("party supplier_id",),
}  # fmt: skip
CONDITIONS = ("true", "a.id > 0", "a.id % 2 = 0", "not exists (select 1 from {0} z where z.id = a.id + 1)",
              "a.id in (select max(z.id) from {0} z)", "a.id = (select min(z.id) from {0} z)",
              "a.id::text like '%1%'", "1 / nullif(a.id % 3, 0) is not null")  # fmt: skip
SHOWN = ("a.id", "count(*)", "sum(a.id)", "array_agg(a.id order by a.id)", "max(a.id) - min(a.id)",
         "string_agg(a.id::text, ',' order by a.id desc)",
         "md5(string_agg(a.id::text, ' ' order by a.id))")  # fmt: skip
VIEWS = ("api.asset_timeline", "api.contract_cost", "api.contract_cost_month", "bi.stock_on_hand", "bi.stock_move",
         "bi.work_order", "bi.asset", "bi.booking", "bi.contract_cost", "bi.purchase_order",
         "bi.purchase_order_line", "bi.requisition_line", "bi.goods_receipt", "bi.supplier_invoice",
         "bi.supplier_invoice_line", "bi.grni", "bi.stock_layer", "bi.stock_value_entry", "bi.reorder_rule",
         "bi.count_accuracy", "bi.reservation")  # fmt: skip
_TABLE = re.compile(
    r"\berp\.(\w+)\b(?!\()(?: (?!(?:ON|JOIN|LEFT|WHERE|GROUP|UNION|ORDER|CROSS|RIGHT|FULL|HAVING|LIMIT)\b)(\w+))?"
)


@dataclass(frozen=True)
class Asker:
    cursor: Cursor
    job: str
    units: list[int]
    up: list[int]

    def rows_of(self, table: str, depth: int = 0) -> str:
        """The condition for rows of alias x{depth} that this person sees, by the declared rules."""
        x, (rule, *words) = f"x{depth}", policy_mutation.declared()[0][table]
        units = f"any ('{{{','.join(map(str, self.units))}}}'::int[])"
        if rule == "unit":
            return f"{x}.{words[0]} = {units}"
        if rule == "down":
            return f"{x}.{words[0]} = any ('{{{','.join(map(str, self.up))}}}'::int[])"
        if rule == "ends":
            return " or ".join(f"{x}.{word} = {units}" for word in words)
        if rule == "link":
            link, column = words[0].split(".")
            linked = f"{x}.id in (select l.{column} from erp.{link} l where l.org_unit_id = {units})"
            if "suppliers" in words:
                up = f"any ('{{{','.join(map(str, self.up))}}}'::int[])"
                above = f"select l.{column} from erp.{link} l where l.org_unit_id = {up}"
                return f"{linked} or {x}.is_supplier and {x}.id in ({above})"
            return f"{linked} or {x}.org_unit_id = {units}" if "unit" in words else linked
        if rule == "child":
            y = f"x{depth + 1}"
            parent = self.rows_of(words[0], depth + 1)
            return f"exists (select 1 from erp.{words[0]} {y} where {y}.id = {x}.{words[1]} and ({parent}))"
        return "true"

    def relation(self, table: str) -> str:
        return f"(select x0.* from erp.{table} x0 where {self.rows_of(table)})"


@dataclass(frozen=True)
class Field:
    owner: Cursor
    askers: tuple[Asker, ...]

    def expected(self, query: str) -> list[tuple[Any, ...]]:
        self.owner.execute(query)
        return self.owner.fetchall()


@pytest.fixture(scope="module")
def field(pg_server: Server, template: str) -> Iterator[Field]:
    for world in clone(pg_server, template):
        world.value(MARKED)
        world.value(BOUGHT)
        owner = psycopg2.connect(world.dsn())
        owner.autocommit = True
        with owner.cursor() as cursor:
            yield Field(cursor, tuple(_asker(world, job, unit) for job, unit in PEOPLE))
        owner.close()


def _asker(world: World, job: str, unit: str) -> Asker:
    below = "select array_agg(descendant_id) from erp.org_unit_closure where ancestor_id = %s"
    units = world.value(below, world.id("org_unit", unit))
    above = "select array_agg(distinct ancestor_id) from erp.org_unit_closure where descendant_id = any (%s)"
    up = world.value(above, units)
    return Asker(world.raw(job, unit).cursor(), job, units, up)


def asked(cursor: Cursor, query: str) -> list[tuple[Any, ...]] | None:
    """None where his job may not ask this at all."""
    try:
        cursor.execute(query)
        return cursor.fetchall()
    except psycopg2.errors.InsufficientPrivilege:
        return None


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A query with {0}, {1} … where tables stand, and the tables."""
    table = draw(st.sampled_from(sorted(JOINS)))
    tables, source = [table], "{0} a"
    for number, join in enumerate(JOINS[table], start=1):
        kind = draw(st.sampled_from(("", "join", "left join", "full join")))
        if kind:
            other, column = join.split()
            tables.append(other)
            source += f" {kind} {{{len(tables) - 1}}} j{number} on j{number}.id = a.{column}"
    where = " and ".join(draw(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=2)))
    shown = draw(st.sampled_from(SHOWN))
    query = f"select {shown} from {source} where {where}"
    if draw(st.booleans()):
        query = f"with q as ({query}) select * from q union all select {shown} from {{0}} a"
    return query, tables


_QUICK = settings(
    max_examples=250,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_QUICK
@given(question=questions(), who=st.integers(0, len(PEOPLE) - 1))
def test_a_random_question_is_answered_from_ones_own_rows(
    field: Field, question: tuple[str, list[str]], who: int
) -> None:
    query, tables = question
    asker = field.askers[who]
    found = asked(asker.cursor, query.format(*(f"erp.{table}" for table in tables)))
    if found is not None:
        wanted = field.expected(query.format(*(asker.relation(table) for table in tables)))
        assert sorted(map(repr, found)) == sorted(map(repr, wanted)), (asker.job, query, tables)


def test_a_policy_that_lets_through_would_be_noticed(field: Field) -> None:
    """And each of these people is answered: nothing is equal to nothing only where he sees nothing."""
    counts = {asker.job: asked(asker.cursor, "select count(*) from erp.asset a") for asker in field.askers}
    assert all(counts.values()) and counts["manager"] == [(3,)] and counts["planner"] == [(2,)]
    field.owner.execute("select pg_get_expr(polqual, polrelid) from pg_policy where polname = 'asset_read'")
    ((condition,),) = field.owner.fetchall()
    field.owner.execute("alter policy asset_read on erp.asset using (true)")
    planner = field.askers[1]
    assert asked(planner.cursor, "select count(*) from erp.asset a") == [(3,)]
    assert field.expected(f"select count(*) from {planner.relation('asset')} a") == [(2,)]
    field.owner.execute(f"alter policy asset_read on erp.asset using ({condition})")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_made_of_ones_own_rows(field: Field, view: str) -> None:
    (definition,) = field.expected(f"select pg_get_viewdef('{view}'::regclass)")[0]
    answers = 0
    for asker in field.askers:
        found = asked(asker.cursor, f"select * from {view}")
        if found is not None:
            own = _TABLE.sub(lambda m, who=asker: f"{who.relation(m[1])} {m[2] or m[1]}", definition)
            assert sorted(map(repr, found)) == sorted(map(repr, field.expected(own))), (asker.job, view)
            answers += 1
    assert answers


@pytest.mark.parametrize("kind", ["asset", "item", "party", "contract", "engineer", "work_order"])
def test_search_and_history_know_ones_own_rows_only(field: Field, kind: str) -> None:
    for asker in field.askers:
        own = {row[0] for row in field.expected(f"select x0.id from erp.{kind} x0 where {asker.rows_of(kind)}")}
        for words in ("ZANZIBAR", "pump", "a", "泵", "北方", "NORTH", "SOUTH", "%", "li"):
            answer = asked(asker.cursor, f"select unnest(api.search('{kind}', '{words}'))")
            assert {row[0] for row in answer or []} <= own, (asker.job, kind, words)
        if asker.job != "auditor":  # he reads everything's history
            for (row_id,) in field.expected(f"select id from erp.{kind}"):
                history = asked(asker.cursor, f"select 1 from api.history('{kind}', {row_id})")
                assert not history or row_id in own, (asker.job, kind)
