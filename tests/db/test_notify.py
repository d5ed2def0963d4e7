"""The change feed: late commits are not missed, hints are coalesced, a reader without a worker looks for itself."""

from __future__ import annotations

import contextlib
import threading
import time
from itertools import pairwise

import psycopg2
import pytest

from db import users
from db.notify import EVERYTHING, Feed
from tests.db.conftest import PASSWORD, PREFIX, World


class Notifier:
    """The worker's heartbeat, with its own log-in."""

    def __init__(self, world: World) -> None:
        login = users.create_worker(
            world.owner, PASSWORD, login=f"{world.name}_worker".replace("outpost_clone", PREFIX)
        )
        self._connection = psycopg2.connect(world.dsn(login))
        self._connection.autocommit = True
        self._token: str | None = None
        world.stack.callback(self._connection.close)

    def beat(self) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute("select api.notify_changes(%s)", (self._token,))
            (self._token,) = cursor.fetchone() or (None,)


@pytest.fixture
def worker(world: World) -> Notifier:
    return Notifier(world)


def feed(world: World, *, skip: str | None = None) -> Feed:
    found = Feed(world.dsn(), skip_client=skip)
    world.stack.callback(found.close)
    return found


def test_a_hint_wakes_the_reader_with_what_changed(world: World, worker: Notifier) -> None:
    worker.beat()
    reader = feed(world)
    assert reader.worker_alive()
    world.value("update erp.asset set note = 'x' where code = 'P-NORTH'")
    worker.beat()
    assert reader.wait(5) == {"asset": frozenset({world.id("asset", "P-NORTH")})}
    latency = reader.latency_ms()
    assert latency is not None and latency >= 0


def test_changes_of_several_transactions_come_together(world: World, worker: Notifier) -> None:
    worker.beat()
    reader = feed(world)
    world.value("update erp.asset set note = 'x'")
    world.value("update erp.work_order set note = 'x' where number = 'WO-NORTH'")
    worker.beat()
    rows = reader.wait(5)
    assert rows == {
        "asset": frozenset({world.id("asset", "P-NORTH"), world.id("asset", "P-SOUTH")}),
        "work_order": frozenset({world.id("work_order", "WO-NORTH")}),
    }


def test_a_transaction_that_commits_late_is_not_missed(world: World, worker: Notifier) -> None:
    worker.beat()
    reader = feed(world)
    slow = psycopg2.connect(world.dsn())
    with slow.cursor() as cursor:
        cursor.execute("update erp.asset set note = 'slow' where code = 'P-NORTH'")
    world.value("update erp.asset set note = 'fast' where code = 'P-SOUTH'")
    worker.beat()
    assert reader.wait(5) == {"asset": frozenset({world.id("asset", "P-SOUTH")})}
    slow.commit()
    slow.close()
    worker.beat()
    assert reader.wait(5) == {"asset": frozenset({world.id("asset", "P-NORTH")})}


def test_what_was_rolled_back_never_happened(world: World) -> None:
    reader = feed(world)
    other = psycopg2.connect(world.dsn())
    with other.cursor() as cursor:
        cursor.execute("update erp.asset set note = 'x'")
    other.rollback()
    other.close()
    assert reader.wait(0) is None


def test_one_s_own_changes_are_left_out(world: World) -> None:
    reader = feed(world, skip=world.owner.application_name)
    world.value("update erp.asset set note = 'mine'")
    assert reader.wait(0) is None


def test_without_a_worker_the_reader_looks_for_itself(world: World) -> None:
    reader = feed(world)
    assert not reader.worker_alive()
    world.value("update erp.asset set note = 'x' where code = 'P-NORTH'")
    assert reader.wait(0.1) == {"asset": frozenset({world.id("asset", "P-NORTH")})}


def test_many_rows_are_told_as_any_row(world: World) -> None:
    reader = feed(world)
    world.value("insert into erp.skill (code, name) select 'S' || i, 'Skill ' || i from generate_series(1, 501) i")
    assert reader.wait(0) == {"skill": frozenset()}


def test_a_reader_who_slept_too_long_looks_at_everything(world: World) -> None:
    reader = feed(world)
    world.value("update erp.asset set note = 'x'")
    world.value("update erp.asset set note = 'y'")
    assert world.value("select api.prune_changes('0 seconds')") > 0
    assert reader.wait(0) == {EVERYTHING: frozenset()}
    assert reader.wait(0) is None


def test_a_posting_sends_no_notify_itself(world: World) -> None:
    listener = psycopg2.connect(world.dsn())
    listener.autocommit = True
    with listener.cursor() as cursor:
        cursor.execute('listen "outpost"')
        world.value("update erp.asset set note = 'x'")
        cursor.execute("select 1")
    listener.poll()
    assert not listener.notifies
    listener.close()


def test_closing_from_another_thread_ends_the_wait(world: World) -> None:
    reader = feed(world)
    ended = threading.Event()

    def wait() -> None:
        with contextlib.suppress(psycopg2.Error, OSError, ValueError):
            reader.wait(60)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    reader.close()
    assert ended.wait(10)
    thread.join()


def test_only_the_worker_notifies(world: World) -> None:
    clerk = world.raw("clerk")
    with clerk.cursor() as cursor:
        for call in ("notify_changes()", "prune_changes()", "seal_audit()"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select api.{call}")


def test_whoever_floods_the_channel_makes_nobody_look_all_the_time(
    world: World, worker: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.beat()
    reader = feed(world)
    looks: list[float] = []
    look = reader._look

    def counted() -> object:
        looks.append(time.monotonic())
        return look()

    monkeypatch.setattr(reader, "_look", counted)
    stop = threading.Event()

    def flood() -> None:
        with contextlib.closing(psycopg2.connect(world.dsn())) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            while not stop.is_set():
                cursor.execute("notify outpost")

    flooding = threading.Thread(target=flood)
    flooding.start()
    for _ in range(4):
        reader.wait(0.4)
    stop.set()
    flooding.join()
    assert len(looks) >= 2
    assert min(later - earlier for earlier, later in pairwise(looks)) >= 0.19
