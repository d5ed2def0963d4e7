"""The chain of seals: what was sealed cannot be changed unseen, not even by a superuser with the triggers off."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extensions import cursor as RawCursor

from db.embedded import Server, binaries
from tests.db.conftest import World, clone

Faults = list[tuple[int, str]]


def seal(world: World, note: str) -> int:
    """Change two records and seal; how many entries were sealed."""
    world.value("update erp.asset set note = %s", note)
    return int(world.value("select api.seal_audit()"))


def faults(world: World) -> Faults:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        return faults_seen(cursor)


def faults_seen(cursor: RawCursor) -> Faults:
    cursor.execute("select seal_id, fault from api.verify_audit()")
    return [(int(one), str(fault)) for one, fault in cursor.fetchall()]


def behind_our_back(world: World, *commands: str) -> None:
    """As a superuser who switched every trigger off."""
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for command in commands:
            cursor.execute(command)


def anchor(world: World) -> dict[str, Any]:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select seal_id, generation, hash, installation from api.audit_anchor()")
        seal_id, generation, digest, installation = cursor.fetchone() or ()
        return {"seal": seal_id, "generation": generation, "hash": digest, "installation": installation}


def verdicts(world: World, *anchors: dict[str, Any]) -> list[str]:
    with world.owner.raw() as connection, connection.cursor() as cursor:
        return verdicts_seen(cursor, *anchors)


def verdicts_seen(cursor: RawCursor, *anchors: dict[str, Any]) -> list[str]:
    cursor.execute("select verdict from api.compare_anchors(%s)", (json.dumps(anchors),))
    return [verdict for (verdict,) in cursor.fetchall()]


def make_chain(world: World) -> World:
    """Four seals over a history: the installation, then three pairs of entries."""
    world.value("select api.seal_audit()")
    for note in ("one", "two", "three"):
        assert seal(world, note) == 2
    assert world.value("select array_agg(id order by id) from audit.seal") == [1, 2, 3, 4]
    return world


@pytest.fixture
def sealed(world: World) -> World:
    return make_chain(world)


@pytest.fixture(scope="module")
def chain(pg_server: Server, template: str) -> Iterator[World]:
    for world in clone(pg_server, template):
        yield make_chain(world)


@pytest.fixture
def tamper(chain: World) -> Iterator[RawCursor]:
    """A superuser with every trigger off, whose transaction is taken back after the test."""
    connection = psycopg2.connect(chain.dsn())
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        yield cursor
    connection.rollback()
    connection.close()


def test_an_untouched_history_is_proven(chain: World) -> None:
    assert faults(chain) == []
    assert chain.value("select sum(entries) from audit.seal") == chain.value("select count(*) from audit.entry")
    assert verdicts(chain, anchor(chain)) == ["same"]


_TWO = "audit.shown(id, changes) -> 'note' ->> 1 = 'two'"
PICK = f"(select id from audit.entry where table_name = 'asset' and {_TWO} limit 1)"


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'x'",
        "at = at + interval '1 microsecond'",
        "user_id = 7",
        "login = 'outpost_somebody'",
        "client = 'psql'",
        "row_id = row_id + 1000",
        "org_unit_id = null",
        "action = 'I'",
        "table_name = 'item'",
        'changes = \'{"note": ["one", "2"]}\'',
        "id = id + 1000000",
    ],
)
def test_an_edited_entry_is_found(tamper: RawCursor, change: str) -> None:
    tamper.execute(f"update audit.entry set {change} where id = {PICK}")
    assert faults_seen(tamper) == [(3, "content")]


def test_a_removed_entry_is_found(tamper: RawCursor) -> None:
    tamper.execute(f"delete from audit.entry where id = {PICK}")
    assert faults_seen(tamper) == [(3, "content")]


def test_an_added_entry_is_found_wherever_it_is_put(tamper: RawCursor) -> None:
    columns = "at, xid, table_name, action, login"
    copy = "select at, xid, 'asset', 'D', login from audit.entry where id = " + PICK
    tamper.execute(f"insert into audit.entry ({columns}) {copy}")
    assert faults_seen(tamper) == [(3, "content")]


def test_an_entry_with_a_borrowed_date_is_found(sealed: World) -> None:
    """It gets a number that will be sealed, but its time lies before a seal that came before that number."""
    behind_our_back(
        sealed, "insert into audit.entry (at, table_name, action) values (now() - interval '3 hours', 'x', 'D')"
    )
    sealed.value("select api.seal_audit()")
    assert faults(sealed) == [(5, "time")]


def test_an_entry_that_no_seal_will_ever_cover_is_found(tamper: RawCursor) -> None:
    tamper.execute("insert into audit.entry (xid, table_name, action) values ('99999999999', 'x', 'D')")
    assert faults_seen(tamper) == [(4, "outside")]


@pytest.mark.parametrize(
    "change",
    ["hash = 'x'", "sealed_at = sealed_at - interval '1 day'", "next_xid = '1'", "life = 'x'", "last_id = 1"],
)
def test_an_edited_seal_is_found(tamper: RawCursor, change: str) -> None:
    tamper.execute(f"update audit.seal set {change} where id = 3")
    assert (3, "seal") in faults_seen(tamper)


def test_a_seal_that_hides_its_entries_is_found(tamper: RawCursor) -> None:
    tamper.execute("update audit.seal set to_xid = from_xid where id = 3")
    assert [seal for seal, _ in faults_seen(tamper)] == [3, 4]


def test_a_removed_seal_is_found(tamper: RawCursor) -> None:
    tamper.execute("delete from audit.seal where id = 3")
    assert (4, "gap") in faults_seen(tamper)


def test_removed_entries_behind_the_last_seals_are_found_by_the_seals(tamper: RawCursor) -> None:
    tamper.execute("delete from audit.entry where xid >= (select from_xid from audit.seal where id = 4)")
    assert faults_seen(tamper) == [(4, "content")]


def test_a_tail_removed_with_its_seals_is_found_by_the_anchor(sealed: World) -> None:
    kept = anchor(sealed)
    behind_our_back(
        sealed,
        "delete from audit.entry where xid >= (select from_xid from audit.seal where id = 4)",
        "delete from audit.seal where id = 4",
    )
    assert faults(sealed) == []
    assert verdicts(sealed, kept) == ["gone"]
    assert seal(sealed, "four") == 2
    assert verdicts(sealed, kept) == ["differs"]


def test_a_chain_made_anew_is_found_by_the_anchor_alone(chain: World, tamper: RawCursor) -> None:
    early, late = anchor(chain), anchor(chain)
    early.update(seal=1, hash=chain.value("select encode(hash, 'hex') from audit.seal where id = 1"))
    forge = """
        do $$
        declare
            s        audit.seal;
            previous bytea := (select hash from audit.seal where id = 2);
            found_in record;
        begin
            for s in select * from audit.seal where id >= 3 order by id loop
                select * into found_in from audit.digest_of(s.first_id, null, s.from_xid, s.to_xid);
                s.entries := found_in.entries;
                s.digest := found_in.digest;
                s.hash := audit.hash_of(s, previous);
                update audit.seal x set entries = s.entries, digest = s.digest, hash = s.hash where x.id = s.id;
                previous := s.hash;
            end loop;
        end
        $$"""
    tamper.execute(f"delete from audit.entry where id = {PICK}")
    tamper.execute(forge)
    assert faults_seen(tamper) == []
    assert verdicts_seen(tamper, early, late) == ["same", "differs"]


def test_anchors_of_another_installation_say_nothing(chain: World) -> None:
    assert verdicts(chain, {**anchor(chain), "installation": "other/1", "hash": "00"}) == []


@pytest.mark.parametrize(
    "setting",
    [
        "TimeZone = 'Asia/Shanghai'",
        "DateStyle = 'German, DMY'",
        "bytea_output = 'escape'",
        "extra_float_digits = 0",
        "IntervalStyle = 'iso_8601'",
        "lc_messages = 'C'",
    ],
)
def test_the_proof_does_not_depend_on_the_session(chain: World, setting: str) -> None:
    with chain.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(f"set local {setting}")
        cursor.execute("select count(*) from api.verify_audit()")
        assert cursor.fetchone() == (0,)


def test_it_is_proven_in_portions(tamper: RawCursor) -> None:
    tamper.execute(f"update audit.entry set reason = 'x' where id = {PICK}")
    after, seen, rounds = 0, 0, 0
    found: list[int] = []
    while True:
        tamper.execute("select api.check_audit(%s, 1)", (after,))
        (part,) = tamper.fetchone() or ({},)
        after, seen, rounds = part["through"], seen + part["entries"], rounds + 1
        found += [fault["seal"] for fault in part["faults"]]
        if after >= part["last"]:
            break
    assert (found, rounds) == ([3], 4)
    tamper.execute("select count(*) from audit.entry")
    assert tamper.fetchone() == (seen,)


def test_entries_not_yet_sealed_are_counted(sealed: World) -> None:
    sealed.value("update erp.asset set note = 'open'")
    assert sealed.value("select api.check_audit() -> 'unsealed'") == 2


def test_an_open_transaction_is_sealed_later_not_lost(world: World) -> None:
    slow = psycopg2.connect(world.dsn())
    with slow.cursor() as cursor:
        cursor.execute("update erp.asset set note = 'slow' where code = 'P-NORTH'")
    world.value("update erp.asset set note = 'fast' where code = 'P-SOUTH'")
    world.value("select api.seal_audit()")
    slow.commit()
    slow.close()
    assert world.value("select api.seal_audit()") == 2
    assert faults(world) == []
    assert world.value("select sum(entries) from audit.seal") == world.value("select count(*) from audit.entry")


def test_nothing_new_makes_no_seal(sealed: World) -> None:
    before = sealed.value("select count(*) from audit.seal")
    assert sealed.value("select api.seal_audit()") == 0
    assert sealed.value("select count(*) from audit.seal") == before


def test_a_copy_counts_a_generation_and_proves_the_old_one(sealed: World) -> None:
    """Entries that were not sealed when it was copied close the old generation or begin the new one: none is lost."""
    sealed.value("update erp.asset set note = 'unsealed'")
    kept = anchor(sealed)
    sealed.owner.close()
    for copy in clone(sealed.server, sealed.name):
        copy.value("update erp.asset set note = 'new life'")
        copy.value("select api.seal_audit()")
        assert seal(copy, "later") == 2
        assert copy.value("select array_agg(distinct generation) from audit.seal") == [1, 2]
        assert copy.value("select generation from erp.installation") == 2
        assert faults(copy) == []
        assert copy.value("select sum(entries) from audit.seal") == copy.value("select count(*) from audit.entry")
        assert verdicts(copy, kept) == ["same"]
        behind_our_back(copy, f"update audit.entry set reason = 'x' where id = {PICK}")
        assert faults(copy) == [(3, "content")]


def test_a_dump_into_an_older_cluster_counts_a_generation(sealed: World) -> None:
    """What a restore looks like elsewhere: the rows as they were, transactions that count from a lower number."""
    behind_our_back(
        sealed,
        # Every number moves far ahead, as if written in a cluster that is older by a billion transactions.
        "update audit.entry set xid = (xid::text::bigint + 1000000000)::text::xid8",
        "delete from audit.seal",
    )
    resealed = """
        do $$
        declare
            s   audit.seal;
            sum record;
        begin
            select * into sum from audit.digest_of(0, null, '0', (select max(xid) from audit.entry));
            s.id := 1; s.generation := 1; s.life := 'elsewhere'; s.first_id := 0; s.from_xid := '0';
            s.to_xid := (select max(xid) from audit.entry); s.next_xid := s.to_xid; s.last_id := sum.last_id;
            s.entries := sum.entries; s.digest := sum.digest;
            perform audit.add_seal(s, null);
        end
        $$"""
    sealed.value(resealed)
    unsealed = sealed.value("select count(*) from audit.entry where xid >= (select to_xid from audit.seal)")
    assert unsealed == 2
    sealed.value("update erp.asset set note = 'restored'")
    assert faults(sealed) == []
    assert sealed.value("select api.seal_audit()") == 4
    assert sealed.value("select array_agg(generation order by id) from audit.seal") == [1, 1, 2]
    assert sealed.value("select array_agg(entries order by id) from audit.seal")[1:] == [2, 2]
    assert faults(sealed) == []
    behind_our_back(sealed, "insert into audit.entry (id, table_name, action) values (5, 'x', 'D')")
    assert (2, "content") in faults(sealed) or (1, "content") in faults(sealed)


def test_a_dump_that_was_restored_still_proves_its_history(sealed: World) -> None:
    before = anchor(sealed)
    sealed.value("update erp.asset set note = 'not yet sealed'")
    name = f"{sealed.name}_restored"
    dumped = _run("pg_dump", sealed, "--format=custom", sealed.dsn())
    seal(sealed, "after the dump")
    lost = anchor(sealed)
    admin = psycopg2.connect(sealed.server.dsn("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        _run("pg_restore", sealed, "--exit-on-error", "--dbname", sealed.server.dsn(name), feed=dumped)
        for copy in clone(sealed.server, name):
            seal(copy, "after the restore")
            assert copy.value("select generation from erp.installation") == 2
            assert faults(copy) == []
            assert copy.value("select sum(entries) from audit.seal") == copy.value("select count(*) from audit.entry")
            assert verdicts(copy, before, lost) == ["same", "restored"]
    finally:
        with admin.cursor() as cursor:
            cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        admin.close()


def _run(program: str, world: World, *arguments: str, feed: bytes | None = None) -> bytes:
    found = binaries.find(account=None, spare=world.server.home)
    done = subprocess.run(
        [found.program(program), *arguments],
        input=feed,
        capture_output=True,
        check=False,
        env=os.environ | found.environment(),
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
