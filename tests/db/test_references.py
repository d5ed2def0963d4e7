"""What a row points to must be seen by who writes it, however many rows he writes at once and by whatever statement."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg2
import pytest
from psycopg2.extensions import connection as RawConnection

from db.embedded import Server
from tests.db.conftest import World, clone

ROWS = 1_000
BAD = 777
_MADE = """
    with made as (insert into erp.party (company_id, code, name, is_supplier)
                  select id, 'S-NORTH', 'Works of the north', true from erp.company where code = 'HB' returning id)
    insert into erp.party_unit (party_id, org_unit_id) select m.id, u.id
    from made m, erp.org_unit u where u.code = 'NORTH';
    insert into erp.item (company_id, org_unit_id, code, name)
    select u.company_id, u.id, 'REF-' || lpad(n::text, 4, '0'), 'Part ' || n
    from erp.org_unit u cross join generate_series(1, {rows}) n where u.code = 'NORTH'
"""
_COLUMNS = "(company_id, org_unit_id, code, name, supplier_id)"
_THOUSAND = """
    select {company}, {unit}, '%s-' || lpad(n::text, 4, '0'), 'Thousand',
           case when n = {bad} then {hidden} else {own} end
    from generate_series(1, {rows}) n
"""
WAYS = {
    "insert": f"insert into erp.item {_COLUMNS} {_THOUSAND % 'NEW'}",
    "update": """
        update erp.item set name = 'Thousand',
            supplier_id = case when right(code, 4)::int = {bad} then {hidden} else {own} end
        where code like 'REF-%' and right(code, 4)::int <= {rows}
    """,
    "on conflict do nothing": f"insert into erp.item {_COLUMNS} {_THOUSAND % 'REF'} on conflict do nothing",
    "on conflict do update": f"""
        insert into erp.item as i {_COLUMNS} {_THOUSAND % "REF"}
        on conflict (company_id, code) do update set name = 'Thousand', supplier_id = excluded.supplier_id
    """,
    "on conflict, only the update": f"""
        insert into erp.item as i {_COLUMNS} {(_THOUSAND % "REF").replace("{hidden}", "{own}")}
        on conflict (company_id, code) do update
        set name = 'Thousand', supplier_id = case when right(i.code, 4)::int = {{bad}} then {{hidden}} else {{own}} end
    """,
    "in a query": f"""
        with made as (insert into erp.item {_COLUMNS} {_THOUSAND % "NEW"} returning id) select count(*) from made
    """,
    "beside good ones": f"""
        with good as (insert into erp.item {_COLUMNS} {(_THOUSAND % "NEW").replace("{hidden}", "{own}")} returning id),
             bad as (insert into erp.item {_COLUMNS}
                     values ({{company}}, {{unit}}, 'BAD', 'Thousand', {{hidden}}) returning id)
        select count(*) from good
    """,
    "merge": f"""
        merge into erp.item i using ({_THOUSAND % "REF"}) as s {_COLUMNS} on i.code = s.code
        when matched then update set name = 'Thousand', supplier_id = s.supplier_id
    """,
    "answering before its end": f"""
        insert into erp.item {_COLUMNS} {_THOUSAND % "NEW"} returning 1 / (supplier_id - {{hidden}})
    """,
}


@dataclass(frozen=True)
class Desk:
    """A steward and a buyer of the north, and numbers that only the south sees, or nobody."""

    world: World
    steward: RawConnection
    buyer: RawConnection
    facts: dict[str, int]

    def refused(self, connection: RawConnection, statement: str, hidden: int) -> tuple[str | None, str | None, str]:
        with connection.cursor() as cursor, pytest.raises(psycopg2.Error) as raised:
            cursor.execute(statement.format(**self.facts, hidden=hidden))
        return raised.value.pgcode, raised.value.diag.constraint_name, raised.value.diag.message_detail or ""

    def state(self) -> object:
        return self.world.value(
            "select md5(string_agg(i::text, ' ' order by i.id)) || (select count(*) from erp.supplier_price)"
            " from erp.item i"
        )


@pytest.fixture(scope="module")
def desk(pg_server: Server, template: str) -> Iterator[Desk]:
    for world in clone(pg_server, template):
        world.value(_MADE.format(rows=ROWS))
        facts = {
            "company": world.id("company", "HB"), "unit": world.id("org_unit", "NORTH"), "rows": ROWS, "bad": BAD,
            "own": world.id("party", "S-NORTH"), "south": world.id("party", "C-SOUTH"),
            "south_item": world.id("item", "OIL-S"),
        }  # fmt: skip
        yield Desk(world, world.raw("steward"), world.raw("buyer"), facts)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hidden", ["of the other branch", "of nobody"])
def test_one_forbidden_reference_among_a_thousand(desk: Desk, way: str, hidden: str) -> None:
    """Refused, naming the field, with the same words for what is not there; and nothing of the thousand stays."""
    before = desk.state()
    number = desk.facts["south"] if hidden == "of the other branch" else 999_999_999
    assert desk.refused(desk.steward, WAYS[way], number) == ("ER004", "reference_seen", '{"column": "supplier_id"}')
    assert desk.state() == before


@pytest.mark.parametrize("column", ["item_id", "supplier_id"])
def test_a_price_list_with_one_forbidden_reference(desk: Desk, column: str) -> None:
    """A table with two references names the one that is meant."""
    one = {"item_id": desk.world.id("item", "REF-0001"), "supplier_id": desk.facts["own"]}
    one[column] = desk.facts["south_item" if column == "item_id" else "south"]
    statement = (
        "insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price, min_quantity)"
        " select {{company}}, {{unit}}, case when n = {{bad}} then {item_id} else i.id end,"
        " case when n = {{bad}} then {supplier_id} else {{own}} end, 5, n"
        " from generate_series(1, {{rows}}) n join erp.item i on i.code = 'REF-' || lpad(n::text, 4, '0')"
    ).format(**one)
    before = desk.state()
    assert desk.refused(desk.buyer, statement, 0) == ("ER004", "reference_seen", f'{{"column": "{column}"}}')
    assert desk.state() == before


def test_copy_is_no_way_around(desk: Desk) -> None:
    """COPY would read rows past the policies: the server refuses it where there are any."""
    columns = "company_id, org_unit_id, item_id, supplier_id, unit_price"
    with desk.buyer.cursor() as cursor, pytest.raises(psycopg2.errors.FeatureNotSupported):
        cursor.copy_expert(f"copy erp.supplier_price ({columns}) from stdin", io.StringIO(""))


def test_a_thousand_references_that_one_sees(desk: Desk) -> None:
    """The same statements with what is one's own: or the refusals above would say nothing."""
    done = []
    facts = desk.facts | {"rows": 20, "bad": 7}
    desk.steward.autocommit = False
    for way, statement in WAYS.items():
        if way != "answering before its end":
            with desk.steward.cursor() as cursor:
                cursor.execute(statement.format(**facts, hidden=desk.facts["own"]))
                cursor.execute("select count(*) from erp.item where name = 'Thousand'")
                done.append((way, (cursor.fetchone() or (0,))[0]))
            desk.steward.rollback()
    desk.steward.autocommit = True
    assert done == [(way, {"on conflict do nothing": 0, "beside good ones": 21}.get(way, 20)) for way, _ in done]


def test_twice_in_one_transaction(desk: Desk) -> None:
    """What was let through before opens nothing for later statements, nor does a refusal."""
    good, bad = (WAYS["insert"].replace("NEW", name) for name in ("GOOD", "TWICE"))
    before = desk.state()
    desk.steward.autocommit = False
    with desk.steward.cursor() as cursor:
        cursor.execute(good.format(**desk.facts, hidden=desk.facts["own"]))
        for _ in range(2):
            cursor.execute("savepoint again")
            assert desk.refused(desk.steward, bad, desk.facts["south"])[0] == "ER004"
            cursor.execute("rollback to savepoint again")
    desk.steward.rollback()
    desk.steward.autocommit = True
    assert desk.state() == before


def test_what_one_no_longer_sees_is_refused_in_the_same_transaction(desk: Desk) -> None:
    """The party is taken from the branch while the transaction is open: the next statement knows it."""
    desk.steward.autocommit = False
    one = "insert into erp.item {0} values ({{company}}, {{unit}}, '{1}', 'x', {{own}})"
    with desk.steward.cursor() as cursor:
        cursor.execute(one.format(_COLUMNS, "FIRST").format(**desk.facts))
        desk.world.value("delete from erp.party_unit where party_id = %s", desk.facts["own"])
        assert desk.refused(desk.steward, one.format(_COLUMNS, "SECOND"), 0)[0] == "ER004"
    desk.steward.rollback()
    desk.steward.autocommit = True
    desk.world.value(
        "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s)", desk.facts["own"], desk.facts["unit"]
    )


def test_what_others_put_there_is_no_obstacle(desk: Desk) -> None:
    """Who changes something else of the row, or writes the same reference again, is not asked for it."""
    code = "REF-0002"
    desk.world.value("update erp.item set supplier_id = %s where code = %s", desk.facts["south"], code)
    with desk.steward.cursor() as cursor:
        cursor.execute("update erp.item set name = 'Renamed' where code = %s", (code,))
        cursor.execute("update erp.item set supplier_id = supplier_id where code = %s", (code,))
        assert cursor.rowcount == 1
    desk.world.value("update erp.item set supplier_id = null where code = %s", code)


def test_looking_up_one_party_does_not_read_all(desk: Desk) -> None:
    """A policy that reads the links of all for it would make each row that is written cost their number."""
    desk.world.value(
        "with made as (insert into erp.party (company_id, code, name, is_supplier)"
        " select {company}, 'MANY-' || n, 'Works ' || n, true from generate_series(1, 3000) n returning id)"
        " insert into erp.party_unit (party_id, org_unit_id) select id, {unit} from made".format(**desk.facts)
    )
    desk.world.value("analyze erp.party, erp.party_unit")
    with desk.steward.cursor() as cursor:
        cursor.execute(f"explain (analyze, costs off) select from erp.party where id = {desk.facts['own']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "hashed" not in plan
    assert "rows=3" not in plan
