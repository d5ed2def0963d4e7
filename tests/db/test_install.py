"""Installing once, again, beside another installation, after an older one; on every PostgreSQL that is here."""

from __future__ import annotations

import gzip
import itertools
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import insert, text

from db import build, embedded, install, users
from db.embedded import Server
from db.errors import UserError
from db.functions import create_company, history, search
from db.lints import examine
from db.orm.stock_items import Item
from db.session import connect
from db.version import SCHEMA_VERSION
from tests import templates

_DEBIAN = Path("/usr/lib/postgresql/15/bin")
_NUMBERS = itertools.count(1)
# What is searched is code that stands in a table: an upgrade brings it.
_SEARCHED = "select table_name, code_column, texts, position from erp.search_kind order by 1"

CATALOGUE = (Path(__file__).parent / "catalogue.sql").read_text(encoding="utf-8")


def catalogue(dsn: str) -> list[str]:
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(CATALOGUE)
        found = [row[0] for row in cursor.fetchall()]
    connection.close()
    return found


def rows_of(dsn: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[object, ...]] = cursor.fetchall()
    connection.close()
    return found


# A run on another PostgreSQL has that one as its own: asking Debian's as well would ask the same server twice.
_SERVERS = ["own"] if os.environ.get("OUTPOST_PG_BIN") else ["own", "debian-15"]


@pytest.fixture(scope="module", params=_SERVERS)
def server(request: pytest.FixtureRequest, server_folder: Path) -> Iterator[Server]:
    """The PostgreSQL of this run, usually that which we ship, and Debian's 15 where it is installed."""
    if request.param == "own":
        yield request.getfixturevalue("pg_server")
        return
    if not (_DEBIAN / "postgres").exists():
        pytest.skip("no PostgreSQL 15 in /usr/lib/postgresql")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OUTPOST_PG_BIN", str(_DEBIAN))
        found = embedded.start(server_folder / f"debian-{next(_NUMBERS)}", fast=True)
    with found:
        yield found


def fresh(server: Server) -> str:
    name = f"install_{next(_NUMBERS)}"
    assert install.create_database(server.dsn("postgres"), name)
    assert not install.create_database(server.dsn("postgres"), name)
    return server.dsn(name)


@cache
def installed(server: Server) -> str:
    """A new installation that no test changes, once for a server."""
    dsn = fresh(server)
    install.install(dsn, prefix="inst")
    return dsn.rpartition("/")[2]


def copied(server: Server) -> str:
    """A new installation of one's own, where installing itself is not what is tried."""
    return server.dsn(templates.copy(server, installed(server), f"install_{next(_NUMBERS)}"))


@cache
def catalogue_of_new(server: Server) -> list[str]:
    return catalogue(server.dsn(installed(server)))


@cache
def new_company(server: Server) -> tuple[list[str], list[tuple[object, ...]]]:
    """Catalogue and searched tables of a new installation with a company, which nobody upgraded."""
    dsn = copied(server)
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("select api.create_company('HB', 'Harbour')")
    connection.close()
    return catalogue(dsn), rows_of(dsn, _SEARCHED)


def test_installing_twice_changes_nothing(server: Server) -> None:
    dsn = fresh(server)
    said: list[str] = []
    assert install.install(dsn, prefix="inst", progress=lambda en, zh: said.append(zh))
    assert said == ["正在安装数据库结构", "正在载入基础数据"]
    before = catalogue(dsn)
    assert not install.install(dsn, prefix="inst")
    assert catalogue(dsn) == before
    assert install.is_installed(dsn)


def test_a_person_works_on_every_server(server: Server) -> None:
    """Companies, log-ins, scope and audit in one breath, on each PostgreSQL."""
    dsn = copied(server)
    name = f"inst_person_{next(_NUMBERS)}"
    with connect(dsn) as owner:
        with owner.write() as session:
            unit = create_company(session, code="HB", name="Harbour")
        person = users.create_user(
            owner, user_name="wang", password="秘密", roles=["steward"], units=[unit], display_name="Wang", login=name
        )
        with connect(psycopg2.extensions.make_dsn(dsn, user=name, password="秘密")) as steward:
            with steward.write() as session:
                item = session.scalar(
                    insert(Item)
                    .values(company_id=steward.user.company_id, org_unit_id=unit, code="X", name="Pump", name_zh="水泵")
                    .returning(Item.id)
                )
            with steward.read() as session:
                assert search(session, "item", "sb")[0] == [item]
                assert history(session, "item", item or 0)[0].user_id == person
        users.set_roles(owner, person, ["engineer"])
        users.disable_user(owner, person)


def test_an_upgrade_makes_exactly_what_a_new_installation_has(server: Server) -> None:
    """Whatever an older program left in functions, views, policies and grants, the upgrade ends at schema.sql."""
    old = copied(server)
    with install.transaction(old) as connection:
        for change in (
            "create or replace function api.me() returns jsonb language sql as $$ select '{}'::jsonb $$",
            "drop function api.search_anywhere(text, integer)",
            "create view api.left_over as select 1 as one",
            "drop policy item_read on erp.item",
            "create policy left_over on erp.item for select to public using (true)",
            "grant select on erp.item_cost to inst_role_engineer",
            "drop trigger zz_record_update on erp.item",
        ):
            connection.exec_driver_sql(change)
        install.upgrade(connection)
    assert catalogue(old) == catalogue_of_new(server)


def test_the_program_needs_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(install.MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [SCHEMA_VERSION]
    assert len(list(script.walk_revisions())) >= 1


def test_an_unfinished_installation_is_finished(server: Server) -> None:
    """A DBA ran schema.sql by hand: the seeds and the version are still missing."""
    dsn = fresh(server)
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("set outpost.prefix = 'inst'")
        cursor.execute(build.schema_sql())
    connection.close()
    assert install.install(dsn, prefix="inst")
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) > 6000, (select version_num from erp.schema_version) from erp.pinyin")
        assert cursor.fetchone() == (True, SCHEMA_VERSION)
    connection.close()


def test_seeds_leave_alone_what_the_company_edited(pg_server: Server) -> None:
    dsn = copied(pg_server)
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        name = "table_name = 'asset' and column_name = 'name'"
        cursor.execute(f"update erp.dictionary_entry set label = 'Machine' where {name}")
        cursor.execute("delete from erp.pinyin where character = '王'")
        install.seeding.load(cursor)
        cursor.execute(f"select label from erp.dictionary_entry where {name}")
        assert cursor.fetchone() == ("Machine",)
        cursor.execute("select reading from erp.pinyin where character = '王'")
        assert cursor.fetchone() == ("wang",)
    connection.close()


def test_two_installations_share_a_server(pg_server: Server) -> None:
    one, two = fresh(pg_server), fresh(pg_server)
    install.install(one, prefix="first")
    install.install(two, prefix="second")
    with connect(one) as owner:
        with owner.write() as session:
            unit = create_company(session, code="A", name="A")
        users.create_user(owner, user_name="x", password="x", roles=["manager"], units=[unit], display_name="X")
    inside = psycopg2.extensions.make_dsn(one, user="first_x", password="x")
    connect(inside).close()
    with pytest.raises(UserError):
        connect(psycopg2.extensions.make_dsn(two, user="first_x", password="x"))


@pytest.mark.parametrize("prefix", ["", "Outpost", "1st", "a-b", "x" * 22, "a;b"])
def test_a_prefix_that_cannot_be(pg_server: Server, prefix: str) -> None:
    with pytest.raises(install.CannotInstall):
        install.install(pg_server.dsn("postgres"), prefix=prefix)


def test_who_is_no_superuser_is_told(pg_server: Server) -> None:
    dsn = fresh(pg_server)
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("drop role if exists inst_mere")
        cursor.execute("create role inst_mere login password 'x'")
    connection.close()
    with pytest.raises(install.CannotInstall, match="superuser"):
        install.install(psycopg2.extensions.make_dsn(dsn, user="inst_mere", password="x"))
    assert not install.is_installed(dsn)


def test_statements_are_split_where_they_end() -> None:
    script = "-- a; b\nselect ';' as \"x;y\"; create function f() as $$ begin; end $$;\n/* ; */ select 1\n"
    assert [part.splitlines()[-1] for part in build.statements(script)] == [
        "select ';' as \"x;y\"",
        "create function f() as $$ begin; end $$",
        "/* ; */ select 1",
    ]


_RELEASES = Path(__file__).parent / "releases"


def receive(cursor: Cursor, unit: int, item: int) -> None:
    """Seven of a pump, tracked by serial number, come in for a purchase order; nothing was invoiced."""
    for kind in ("supplier", "store"):
        cursor.execute(
            "insert into erp.stock_location (company_id, org_unit_id, kind, code, name)"
            " select company_id, id, %s, %s, %s from erp.org_unit where id = %s returning id",
            (kind, kind.upper(), kind, unit),
        )
    place = cursor.fetchone()[0]  # type: ignore[index]
    cursor.execute(
        "with p as (insert into erp.party (company_id, code, name, is_supplier) select company_id, 'S-1', 'Maker', true"
        " from erp.org_unit where id = %(unit)s returning id),"
        " o as (insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state)"
        " select u.company_id, u.id, 'PO-1', p.id, 'ordered' from erp.org_unit u, p where u.id = %(unit)s returning id)"
        " insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
        " select o.id, 1, %(item)s, 7, 12.5 from o returning id",
        {"unit": unit, "item": item},
    )
    line = cursor.fetchone()[0]  # type: ignore[index]
    lines = [
        {"item_id": item, "to_location_id": place, "quantity": 1, "lot": f"SN-{n}", "purchase_line_id": line}
        for n in range(7)
    ]
    document = json.dumps({"type": "receipt", "lines": lines})
    cursor.execute("select api.post_stock(%s, %s)", (str(uuid4()), document))


@pytest.mark.parametrize("release", sorted(file.name.split(".")[0] for file in _RELEASES.glob("*.sql.gz")))
def test_an_old_installation_becomes_what_a_new_one_is(server: Server, release: str) -> None:
    """The schema of each release, with a company and people in it, upgraded: catalogue, rows and audit are whole."""
    old = fresh(server)
    with psycopg2.connect(old) as connection, connection.cursor() as cursor:
        cursor.execute("set outpost.prefix = 'inst'")
        cursor.execute(gzip.decompress((_RELEASES / f"{release}.sql.gz").read_bytes()).decode("utf-8"))
        cursor.execute("insert into erp.schema_version (version_num) values (%s)", (release,))
        cursor.execute("insert into erp.unit_of_measure (code, name, name_zh) values ('pc', 'pc', '个')")
        cursor.execute("select api.create_company('HB', 'Harbour')")
        unit = cursor.fetchone()[0]  # type: ignore[index]
        cursor.execute(
            "insert into erp.item (company_id, org_unit_id, code, name, name_zh, tracking)"
            " select company_id, id, 'P-1', 'Pump', '水泵', 'serial' from erp.org_unit where id = %s returning id",
            (unit,),
        )
        item = cursor.fetchone()[0]  # type: ignore[index]
        receive(cursor, unit, item)
        cursor.execute("select set_config('outpost.reason', 'first stock', true)")
        cursor.execute("update erp.item set note = 'asked Li Lei, 555' where id = %s", (item,))
        cursor.execute("select api.seal_audit()")
    connection.close()
    assert install.install(old, prefix="inst")
    assert not install.install(old, prefix="inst")
    new, searched = new_company(server)
    assert set(catalogue(old)) ^ set(new) == set()
    assert rows_of(old, _SEARCHED) == searched
    with connect(old) as owner:
        with owner.read() as session:
            assert search(session, "item", "水泵")[0] == [item]
            changed, made = history(session, "item", item)
            assert (made.action, changed.changes["note"]) == ("I", [None, "asked Li Lei, 555"])
            kept = text("select count(*) from audit.entry where changes::text like '%Li Lei%'")
            assert session.execute(kept).scalar_one() == 0
        with owner.write() as session:
            session.execute(text("select api.seal_audit()"))
        with owner.read() as session:
            assert examine(session) == ()
            assert session.execute(text("select * from api.reconcile()")).all() == []
            assert session.execute(text("select * from api.reconcile_purchasing()")).all() == []
            accrued = text("select sum(open_amount) from erp.grni_position")
            assert session.execute(accrued).scalar_one() == Decimal("87.50")
            states = text("select distinct state from erp.lot")
            assert session.execute(states).scalars().all() == ["in_stock"]
            assert session.execute(text("select api.check_audit() -> 'faults'")).scalar_one() == []
            assert session.execute(text("select api.verify_personal() -> 'findings'")).scalar_one() == []


def test_a_released_schema_is_kept_for_every_revision_before_the_head() -> None:
    """Whoever adds a revision puts the schema that it starts from into tests/db/releases."""
    config = Config()
    config.set_main_option("script_location", str(install.MIGRATIONS))
    revisions = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    assert {file.name.split(".")[0] for file in _RELEASES.glob("*.sql.gz")} == revisions - {SCHEMA_VERSION}
