"""The database's side of encryption, in plain SQL: it takes sealed bytes only, hands them to the right people, knows no
key, and lets only the security officer look after keys.
"""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection as RawConnection

from desktop.domain import sealing
from tests.db.conftest import World

KEY, NEXT = sealing.Key(bytes(range(32))), sealing.Key(bytes(range(1, 33)))
PLAIN = "6222 0214 0000 1234"


def rows(connection: RawConnection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def key_in_force(world: World, key: sealing.Key = KEY) -> sealing.Key:
    world.value("select api.create_key(%s)", key.fingerprint)
    return key


def sealed(key: sealing.Key = KEY) -> bytes:
    return sealing.seal(key, PLAIN.encode(), sealing.place("anything"))


def attach(person: RawConnection, table: str, row: int, content: bytes, size: int) -> int:
    """As the program does it, in one transaction."""
    person.autocommit = False
    try:
        with person, person.cursor() as cursor:
            cursor.execute(
                "insert into erp.attachment (owner_table, owner_id, file_name, media_type, size_bytes, parts)"
                " values (%s, %s, 'plate.txt', 'text/plain', %s, 1) returning id",
                (table, row, size),
            )
            made = int((cursor.fetchone() or (0,))[0])
            cursor.execute(
                "insert into erp.attachment_part (attachment_id, part_no, content) values (%s, 1, %s)", (made, content)
            )
            return made
    finally:
        person.autocommit = True


def test_plain_text_and_foreign_keys_do_not_get_in(world: World) -> None:
    key_in_force(world)
    finance, party = world.raw("finance", "HB"), world.id("party", "S-ALL")
    write = "update erp.party set bank_account_sealed = %s where id = %s"
    for wrong in (PLAIN.encode(), b"", b"\x01" + bytes(60), sealed(NEXT)):
        with pytest.raises(psycopg2.Error, match="sealed_by_known_key"):
            rows(finance, write, wrong, party)
    rows(finance, "set bytea_output = 'escape'")
    with pytest.raises(psycopg2.Error, match="sealed_by_known_key"):
        rows(finance, write, PLAIN.encode(), party)
    rows(finance, write, sealed(), party)
    assert world.value("select erp.sealed_with(bank_account_sealed) from erp.party where id = %s", party)


def test_only_the_jobs_that_need_it_get_the_sealed_bytes(world: World) -> None:
    key_in_force(world)
    party, unit = world.id("party", "S-ALL"), world.id("org_unit", "NORTH")
    world.value("update erp.party set bank_account_sealed = %s where id = %s", sealed(), party)
    world.value(
        "insert into erp.engineer (company_id, org_unit_id, code, name, initials, id_card_sealed)"
        " select company_id, id, 'E-9', 'Li', 'L', %s from erp.org_unit where id = %s",
        sealed(),
        unit,
    )
    account, card = "select bank_account_sealed from erp.party", "select id_card_sealed from erp.engineer"
    readers = {account: ("finance", "buyer"), card: ("steward", "manager")}
    every = ("clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward", "security",
             "auditor", "admin")  # fmt: skip
    for job in every:
        person = world.raw(job, "HB")
        for query, jobs in readers.items():
            if job in jobs:
                assert any(row[0] is not None for row in rows(person, query)), job
            else:
                with pytest.raises(InsufficientPrivilege):
                    rows(person, query)


def test_the_audit_says_that_it_changed_and_nothing_else(world: World) -> None:
    key_in_force(world)
    party, first, second = world.id("party", "S-ALL"), sealed(), sealed()
    for value in (first, second):
        world.value("update erp.party set bank_account_sealed = %s where id = %s", value, party)
    world.value("update erp.party set city = 'Suzhou' where id = %s", party)
    query = "select changes::text from audit.entry where table_name = 'party' and action = 'U' order by id"
    entries = rows(world.raw("auditor", "HB"), query)
    assert len(entries) == 3
    assert "bank_account_sealed" in entries[0][0] and "bank_account_sealed" in entries[1][0]
    assert "bank_account_sealed" not in entries[2][0]
    for (entry,) in entries:
        assert first.hex() not in entry and second.hex() not in entry
    hidden = rows(world.raw("clerk", "HB"), "select changes::text from api.history('party', %s)", party)
    assert hidden and not any("bank_account_sealed" in row[0] for row in hidden)


def test_only_the_security_officer_looks_after_keys(world: World) -> None:
    calls = {
        "select api.create_key(%s)": (KEY.fingerprint,),
        "select api.rotate_key(%s)": (NEXT.fingerprint,),
        "select api.set_key_recovery(%s, null)": (KEY.fingerprint,),
        "select api.hold_rotation()": (),
        "select * from api.sealed_portion(%s)": (KEY.fingerprint,),
        "select api.reseal('party', 'bank_account_sealed', 1, null, '', '')": (),
        "select api.finish_rotation()": (),
    }
    for job in ("clerk", "finance", "steward", "manager", "admin", "auditor"):
        person = world.raw(job, "HB")
        for call, values in calls.items():
            with pytest.raises(InsufficientPrivilege):
                rows(person, call, *values)
        with pytest.raises(InsufficientPrivilege):
            rows(person, "select recovery_sealed from erp.encryption_key")
        with pytest.raises(InsufficientPrivilege):
            rows(person, "update erp.encryption_key set state = 'retired'")
    officer = world.raw("security", None)
    rows(officer, "select api.create_key(%s)", KEY.fingerprint)
    with pytest.raises(psycopg2.Error, match="key_exists"):
        rows(officer, "select api.create_key(%s)", NEXT.fingerprint)
    with pytest.raises(InsufficientPrivilege):
        rows(officer, "select id from erp.party")


def test_two_rotations_at_once_are_refused(world: World) -> None:
    key_in_force(world)
    party = world.id("party", "S-ALL")
    world.value("update erp.party set bank_account_sealed = %s where id = %s", sealed(), party)
    officer, other = world.raw("security", None), world.raw("security", None)
    rows(officer, "select api.rotate_key(%s)", NEXT.fingerprint)
    with pytest.raises(psycopg2.Error, match="key_rotation_running"):
        rows(other, "select api.rotate_key(%s)", bytes(8))
    rows(officer, "select api.hold_rotation()")
    with pytest.raises(psycopg2.Error, match="key_rotation_running"):
        rows(other, "select api.hold_rotation()")
    assert rows(officer, "select api.finish_rotation()") == [(1,)]
    officer.close()  # as when the computer is switched off
    for _ in range(100):
        try:
            rows(other, "select api.hold_rotation()")
            break
        except psycopg2.Error:
            continue
    (found,) = rows(other, "select table_name, row_id, sealed from api.sealed_portion(%s)", KEY.fingerprint)
    assert found[:2] == ("party", party)
    again = sealed(NEXT)
    put = "select api.reseal('party', 'bank_account_sealed', %s, null, %s, %s)"
    assert rows(other, put, party, b"something else", again) == [(False,)]
    assert rows(other, put, party, bytes(found[2]), again) == [(True,)]
    # What the key in force seals is neither handed out nor replaced.
    assert rows(other, put, party, again, sealed(NEXT)) == [(False,)]
    assert rows(other, "select * from api.sealed_portion(%s)", NEXT.fingerprint) == []
    assert rows(other, "select api.finish_rotation()") == [(0,)]
    assert rows(other, "select state from erp.encryption_key order by id") == [("retired",), ("active",)]
    events = "select changes ->> 'was', changes ->> 'state' from audit.entry where table_name = 'key' order by id"
    assert rows(world.raw("auditor", "HB"), events) == [
        (None, "active"),
        ("active", "retiring"),
        (None, "active"),
        ("retiring", "retired"),
    ]
    with pytest.raises(psycopg2.Error, match="sealed_column_found"):
        rows(other, "select api.reseal('app_user', 'login', 1, null, '', '')")


def test_files_follow_their_record(world: World) -> None:
    key_in_force(world)
    north, south, clerk = world.raw("planner"), world.raw("planner", "SOUTH"), world.raw("clerk", "SOUTH")
    asset = world.id("asset", "P-NORTH")
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        attach(south, "asset", asset, sealed(), len(PLAIN))
    made = attach(north, "asset", asset, sealed(), len(PLAIN))
    assert rows(north, "select owner_id, size_bytes from erp.attachment") == [(asset, len(PLAIN))]
    assert rows(north, "select sha256 = sha256(content) from erp.attachment_part") == [(True,)]
    for stranger in (south, clerk):
        assert not rows(stranger, "select 1 from erp.attachment")
        assert not rows(stranger, "select content from erp.attachment_part")
        assert not rows(stranger, "delete from erp.attachment where id = %s returning id", made)
        with pytest.raises(psycopg2.Error):
            rows(
                stranger,
                "insert into erp.attachment_part (attachment_id, part_no, content) values (%s, 2, %s)",
                made,
                sealed(),
            )
    with pytest.raises(psycopg2.Error, match="attachment_owner_known"):
        attach(north, "app_user", 1, sealed(), len(PLAIN))
    for job in ("security", "admin"):
        with pytest.raises(InsufficientPrivilege):
            rows(world.raw(job, "HB"), "select file_name from erp.attachment")


def test_who_may_only_read_a_record_adds_nothing_to_it(world: World) -> None:
    key_in_force(world)
    clerk, item = world.raw("clerk"), world.id("item", "BRG-6205")
    assert rows(clerk, "select id from erp.item where id = %s", item)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        attach(clerk, "item", item, sealed(), len(PLAIN))
    attach(world.raw("clerk", "HB"), "item", item, sealed(), len(PLAIN))
    assert rows(clerk, "select file_name from erp.attachment") == [("plate.txt",)]


def test_a_file_arrives_whole_and_stays_as_it_is(world: World) -> None:
    key_in_force(world)
    planner, asset = world.raw("planner"), world.id("asset", "P-NORTH")
    with pytest.raises(psycopg2.Error, match="attachment_whole"):
        attach(planner, "asset", asset, sealed(), len(PLAIN) + 1)
    with pytest.raises(psycopg2.Error, match="attachment_whole"):
        rows(
            planner,
            "insert into erp.attachment (owner_table, owner_id, file_name, media_type, size_bytes, parts)"
            " values ('asset', %s, 'empty', '', 0, 1)",
            asset,
        )
    with pytest.raises(psycopg2.Error, match="sealed_by_known_key"):
        attach(planner, "asset", asset, b"as plain text, forty bytes long or even more", 9)
    with pytest.raises(psycopg2.Error, match="attachment_size_limit"):
        rows(
            planner,
            "insert into erp.attachment (owner_table, owner_id, file_name, media_type, size_bytes, parts)"
            " values ('asset', %s, 'film.mp4', '', 51 * 1024 * 1024, 51)",
            asset,
        )
    made = attach(planner, "asset", asset, sealed(), len(PLAIN))
    for change in (
        "update erp.attachment_part set content = content",
        "delete from erp.attachment_part",
        "update erp.attachment set owner_id = owner_id",
        "update erp.attachment set file_name = 'other.exe'",
    ):
        with pytest.raises(InsufficientPrivilege):
            rows(planner, change)
    with pytest.raises(psycopg2.Error, match="attachment_part_pk"):
        rows(
            planner,
            "insert into erp.attachment_part (attachment_id, part_no, content) values (%s, 1, %s)",
            made,
            sealed(),
        )


def test_deleting_needs_a_reason_and_the_right_person(world: World) -> None:
    key_in_force(world)
    planner, colleague, steward = world.raw("planner"), world.raw("desk"), world.raw("steward", "HB")
    asset = world.id("asset", "P-NORTH")
    first = attach(planner, "asset", asset, sealed(), len(PLAIN))
    second = attach(planner, "asset", asset, sealed(), len(PLAIN))
    drop = "delete from erp.attachment where id = %s returning id"
    with pytest.raises(psycopg2.Error, match="attachment_delete_reason"):
        rows(planner, drop, first)
    rows(colleague, "set outpost.reason = 'tidy up'")
    with pytest.raises(psycopg2.Error, match="attachment_delete_own"):
        rows(colleague, drop, first)
    for person, file in ((planner, first), (steward, second)):
        rows(person, "set outpost.reason = 'wrong photo'")
        assert rows(person, drop, file) == [(file,)]
    assert world.value("select count(*) from erp.attachment_part") == 0
    kept = "select row_id, reason from audit.entry where table_name = 'attachment' and action = 'D' order by row_id"
    assert rows(world.raw("auditor", "HB"), kept) == [(first, "wrong photo"), (second, "wrong photo")]
