"""Who changed what: written by trigger, appended only, sealed, and shown to those who see the record."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import select, text

from db import functions, users
from db.errors import UserError
from db.orm.assets import Asset
from tests.db.conftest import PASSWORD, PREFIX, World


def last(world: World, table: str) -> tuple[object, ...]:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select action, row_id, client, reason, audit.shown(id, changes) from audit.entry where table_name = %s"
            " order by id desc limit 1",
            (table,),
        )
        return cursor.fetchone() or ()


def test_a_change_is_noted_with_old_and_new_value_program_and_reason(world: World) -> None:
    desk = world.login("desk")
    with desk.write(reason="Umbau 改造") as session:
        pump = session.scalars(select(Asset).where(Asset.code == "P-NORTH")).one()
        pump.criticality = "A"
        pump.note = "new seal"
    action, row_id, client, reason, changes = last(world, "asset")
    assert (action, row_id, reason) == ("U", world.id("asset", "P-NORTH"), "Umbau 改造")
    assert changes == {"criticality": ["B", "A"], "note": [None, "new seal"]}
    assert client == desk.application_name


def test_a_reason_does_not_stick_to_the_connection(world: World) -> None:
    desk = world.login("desk")
    for reason in ("first", None):
        with desk.write(reason=reason) as session:
            session.scalars(select(Asset).where(Asset.code == "P-NORTH")).one().note = f"{reason}"
    assert last(world, "asset")[3] is None


def test_saving_the_same_leaves_no_entry(world: World) -> None:
    before = world.value("select count(*) from audit.entry")
    world.value("update erp.asset set note = note")
    assert world.value("select count(*) from audit.entry") == before


def test_one_entry_for_each_row_of_a_statement(world: World) -> None:
    world.value("update erp.asset set note = 'x'")
    assert world.value("select count(*) from audit.entry where table_name = 'asset' and action = 'U'") == 2


def test_a_posted_document_is_noted_once_and_its_moves_not(shared: World) -> None:
    assert shared.value("select count(*) from audit.entry where table_name = 'stock_document'") == 2
    assert shared.value("select count(*) from audit.entry where table_name in ('stock_move', 'stock_balance')") == 0


@pytest.mark.parametrize(
    "command",
    [
        "update audit.entry set reason = 'x'",
        "delete from audit.entry",
        "truncate audit.entry",
        "update audit.seal set hash = ''",
        "delete from audit.seal",
        "truncate audit.seal",
        "update audit.anchor set target = 'x'",
        "delete from audit.anchor",
        "truncate audit.anchor",
    ],
)
def test_nobody_rewrites_the_audit(shared: World, command: str) -> None:
    shared.value("select api.seal_audit()")
    shared.value("select api.note_anchor('file:x', 1, 'abcd')")
    with pytest.raises(UserError) as refused:
        shared.value(command)
    assert refused.value.constraint == "audit_append_only"


@pytest.mark.parametrize(
    "command",
    [
        "alter table audit.entry disable trigger entry_append_only",
        "alter table audit.entry disable trigger all",
        "drop trigger entry_append_only on audit.entry",
        "drop table audit.seal",
        "alter table audit.entry drop column login",
        "alter table erp.asset disable trigger zz_record_update",
        "drop trigger zz_record_update on erp.asset",
        "drop function audit.refuse() cascade",
    ],
)
def test_not_even_the_owner_of_the_tables_switches_it_off(world: World, command: str) -> None:
    login = f"{PREFIX}_dba"
    world.value(f"drop role if exists {login}")
    world.value(f"create role {login} login password '{PASSWORD}' in role {PREFIX}_schema_owner, {PREFIX}_role_user")
    connection = psycopg2.connect(world.dsn(login))
    with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="audit"):
        cursor.execute(command)
    connection.close()


def test_only_the_auditor_reads_the_whole_audit(shared: World) -> None:
    auditor, manager = shared.raw("auditor", "HB"), shared.raw("manager", "HB")
    with auditor.cursor() as cursor:
        cursor.execute("select count(*) > 20 from audit.entry")
        assert cursor.fetchone() == (True,)
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("insert into audit.entry (table_name, action) values ('x', 'I')")
    with manager.cursor() as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute("select count(*) from audit.entry")


def test_history_follows_the_scope_of_the_record(shared: World) -> None:
    north, south = shared.id("asset", "P-NORTH"), shared.id("asset", "P-SOUTH")
    planner = shared.login("planner")
    with planner.read() as session:
        (entry,) = functions.history(session, "asset", north)
        assert (entry.action, entry.changes["code"]) == ("I", "P-NORTH")
        assert not functions.history(session, "asset", south)
        assert not functions.history(session, "no_such_table", 1)


def test_history_leaves_out_what_may_not_be_read(shared: World) -> None:
    engineer = shared.id("engineer", "E-NORTH")
    with shared.login("planner").read() as session:
        assert "hourly_rate" not in functions.history(session, "engineer", engineer)[0].changes
    with shared.login("manager").read() as session:
        assert functions.history(session, "engineer", engineer)[0].changes["hourly_rate"] == 200


def test_the_worker_makes_partitions_ahead(world: World) -> None:
    assert world.value("select audit.make_partitions(5)") == 2
    assert world.value("select count(*) from pg_inherits where inhparent = 'audit.entry'::regclass") == 7
    assert world.value("select count(*) from audit.entry_rest") == 0


def test_the_worker_seals_and_reads_the_anchor(world: World) -> None:
    login = users.create_worker(world.owner, PASSWORD, login=f"{world.name}_worker".replace("outpost_clone", PREFIX))
    connection = psycopg2.connect(world.dsn(login))
    with connection.cursor() as cursor:
        cursor.execute("select api.prune_changes(), api.seal_audit() > 0, api.make_audit_partitions()")
        assert cursor.fetchone() == (0, True, 0)
        cursor.execute("select hash from api.audit_anchor()")
        (anchor,) = cursor.fetchone() or ("",)
    connection.commit()
    connection.close()
    assert anchor == world.value("select encode(hash, 'hex') from audit.seal order by id desc limit 1")


def test_an_event_stands_in_the_journal_with_who_and_what(world: World) -> None:
    finance = world.login("finance")
    with finance.write(reason="quarter end") as session:
        session.execute(text("select api.note_export('export', 'contracts', 42, '{\"format\": \"xlsx\"}')"))
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select action, table_name, login, user_id, client, reason, changes from audit.entry"
            " order by id desc limit 1"
        )
        action, kind, login, user_id, client, reason, changes = cursor.fetchone() or ()
    assert (action, kind, login, reason) == ("E", "export", None, "quarter end")
    assert (user_id, client) == (finance.user.id, finance.application_name)
    assert changes == {"subject": "contracts", "rows": 42, "format": "xlsx"}


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ("'login', 'x', 0, '{}'", "audit_kind_known"),
        ("'export', '', 0, '{}'", "audit_details_short"),
        ("'export', 'x', 0, '[]'", "audit_details_short"),
        ("'export', 'x', 0, jsonb_build_object('a', repeat('x', 20000))", "audit_details_short"),
        ("'export', 'x', 0, null", "audit_details_short"),
    ],
)
def test_a_program_says_only_what_it_hands_over(shared: World, arguments: str, rule: str) -> None:
    with pytest.raises(UserError) as refused, shared.login("clerk").write() as session:
        session.execute(text(f"select api.note_export({arguments})"))
    assert refused.value.constraint == rule


def test_nobody_notes_an_event_by_hand(shared: World) -> None:
    with shared.raw("auditor", "HB").cursor() as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute("select audit.note('login', 'x')")


def test_a_loop_does_not_fill_the_journal(world: World) -> None:
    clerk, other = world.login("clerk"), world.login("finance")
    many = "select count(*) from (select api.note_export('print', 'labels', 1) from generate_series(1, :times)) n"
    with clerk.write() as session:
        session.execute(text(many), {"times": 300})
    with pytest.raises(UserError) as refused, clerk.write() as session:
        session.execute(text(many), {"times": 1})
    assert refused.value.constraint == "audit_export_rate"
    with other.write() as session:  # others print on
        session.execute(text(many), {"times": 1})
