"""How the journal is kept, as the doctor sees it: partitions, seals, anchors, the server's log."""

from __future__ import annotations

from db import health
from tests.db.conftest import World


def found(world: World) -> dict[str, bool]:
    kept = ("sealing", "partitions", "anchors", "server_log", "audit")
    return {one.name: one.ok for one in health.examine(world.owner) if one.name in kept}


def test_the_doctor_says_what_nobody_looks_after(world: World) -> None:
    world.value("select api.seal_audit()")
    assert found(world) == {
        "audit": True, "sealing": True, "partitions": True, "anchors": False, "server_log": False
    }  # fmt: skip
    world.value("select api.note_anchor('file:x', 1, (select hash from api.audit_anchor()))")
    world.value("select api.note_server_events('[]', 'here', '{}')")
    assert all(found(world).values())


def test_entries_that_wait_for_a_seal_are_told(world: World) -> None:
    world.value("select api.seal_audit()")
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(
            "insert into audit.entry (at, table_name, action) values (now() - interval '11 minutes', 'asset', 'D')"
        )
    assert found(world)["sealing"] is False
    world.value("select api.seal_audit()")
    assert found(world)["sealing"] is True


def test_an_entry_outside_the_months_is_kept_and_told(world: World) -> None:
    """No work stops where the partitions were not made in time; the doctor and the chain know of it."""
    world.value("insert into audit.entry (at, table_name, action) values (now() + interval '3 years', 'asset', 'D')")
    assert world.value("select count(*) from audit.entry_rest") == 1
    assert found(world)["partitions"] is False
    world.value("select api.seal_audit()")
    assert world.value("select array_agg(fault) from api.verify_audit()") == ["time"]


def test_the_months_ahead_are_made_once(world: World) -> None:
    made = world.value("select api.make_audit_partitions()")
    assert made == 0
    assert world.value("select api.audit_state() -> 'months_ahead'") == 3
    assert world.value("select api.audit_state() -> 'stray'") is False
