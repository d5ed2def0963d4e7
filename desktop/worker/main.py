"""The headless worker: one leader beats for all workstations, seals and anchors the audit and keeps the house.

Any number may run; the one that holds the advisory lock works, the others wait for it. Each job has its own interval
and its own short transaction, so that a slow or failing job delays no other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection as RawConnection

from db import transport
from desktop.worker.anchors import Anchors
from desktop.worker.mail import Letters
from desktop.worker.server_log import ServerLog
from desktop.worker.settings import Settings

_log = logging.getLogger("outpost.worker")
_LEADER = "select pg_try_advisory_lock(hashtext('outpost.worker'))"
_TICK_SECONDS = 0.25
_RETRY_SECONDS = 5.0
_PORTION = 500


@dataclass(frozen=True)
class Job:
    """A function of the schema `api` and how often it runs, in seconds."""

    name: str
    every: float
    run: Callable[[psycopg2.extensions.cursor], object]


def _call(function: str) -> Callable[[psycopg2.extensions.cursor], object]:
    def run(cursor: psycopg2.extensions.cursor) -> object:
        cursor.execute(f"select {function}")
        row = cursor.fetchone()
        return row[0] if row else None

    return run


def forget_what_is_due(cursor: psycopg2.extensions.cursor) -> int:
    """The rules of retention, each night, in portions that are transactions of their own: after a stop it goes on."""
    cursor.execute("select api.retention_due()")
    row = cursor.fetchone()
    done = 0
    for rule in row[0] if row else ():
        while True:
            cursor.execute("select api.run_retention(%s, %s)", (rule, _PORTION))
            portion = cursor.fetchone()
            if not portion or not portion[0]:
                break
            done += int(portion[0])
    return done


class Notifier:
    """Tells the workstations that something was committed, at most every 250 ms, however many postings there are."""

    def __init__(self) -> None:
        self._token: str | None = None

    def __call__(self, cursor: psycopg2.extensions.cursor) -> object:
        cursor.execute("select api.notify_changes(%s)", (self._token,))
        row = cursor.fetchone()
        self._token = row[0] if row else None
        return self._token


class Follower:
    """Calls a function of the schema `api` with the token of the last time: it looks at what changed since."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._token: str | None = None

    def __call__(self, cursor: psycopg2.extensions.cursor) -> object:
        cursor.execute(f"select api.{self._function}(%s)", (self._token,))
        row = cursor.fetchone()
        self._token = row[0] if row else None
        return self._token


def jobs(settings: Settings) -> tuple[Job, ...]:
    """What the worker does, most frequent first."""
    found = [
        Job("notify", _TICK_SECONDS, Notifier()),
        Job("ask for what is short", 2, Follower("replenish")),
        Job("see which orders have their parts", 3, Follower("refresh_readiness")),
        Job("seal the audit", 20, _call("api.seal_audit()")),
        Job("begin and end rights by the clock", 60, _call("api.apply_access()")),
        Job("forget old changes", 600, _call("api.prune_changes()")),
        Job("keep personal data no longer than needed", 600, forget_what_is_due),
        Job("give back reservations that nobody came for", 3600, _call("api.expire_reservations()")),
        Job("work out what stock is kept for", 600, _call("api.analyse_stock_nightly()")),
        Job("turn the month of what is not invoiced", 3600, _call("api.roll_accruals()")),
        Job("make audit partitions", 3600, _call("api.make_audit_partitions()")),
    ]
    if settings.log is not None:
        found.insert(1, Job("read the server's log", 5, ServerLog(settings.log)))
    if settings.mail is not None:
        found.append(Job("send letters to suppliers", 15, Letters(settings.mail)))
    if settings.anchors:
        found.append(Job("anchor the audit", settings.anchor_minutes * 60, Anchors(settings.anchors)))
    return tuple(found)


def run(dsn: str, *, settings: Settings | None = None, once: bool = False, stop: threading.Event | None = None) -> int:
    """Work until `stop` is set (or once through all jobs). Returns the number of jobs that failed in the last round.

    `dsn` is the worker's own log-in. A lost connection is opened again; another leader's lock is waited for, except
    with `once`, where the round is left to that leader.
    """
    end = stop or threading.Event()
    work = jobs(settings or Settings())
    failed = 0
    while not end.is_set():
        try:
            connection = transport.connect(dsn, application_name="outpost worker")
        except psycopg2.OperationalError as error:
            if once:
                raise
            _log.warning("no connection: %s", error)
            end.wait(_RETRY_SECONDS)
            continue
        try:
            connection.autocommit = True
            if _lead(connection, end, once=once):
                failed = _rounds(connection, work, end, once=once)
        except psycopg2.OperationalError as error:
            _log.warning("connection lost: %s", error)
            end.wait(_TICK_SECONDS if once else _RETRY_SECONDS)
        finally:
            connection.close()
        if once:
            break
    return failed


def _lead(connection: RawConnection, end: threading.Event, *, once: bool) -> bool:
    while not end.is_set():
        with connection.cursor() as cursor:
            cursor.execute(_LEADER)
            row = cursor.fetchone()
        if row and row[0]:
            return True
        if once:
            _log.info("another worker leads")
            return False
        end.wait(_RETRY_SECONDS)
    return False


def _rounds(connection: RawConnection, all_jobs: Sequence[Job], end: threading.Event, *, once: bool) -> int:
    due = {job.name: 0.0 for job in all_jobs}
    failed: set[str] = set()
    while not end.is_set():
        for job in all_jobs:
            if time.monotonic() >= due[job.name]:
                due[job.name] = time.monotonic() + job.every
                if _do(connection, job):
                    failed.discard(job.name)
                else:
                    failed.add(job.name)
        if once:
            break
        end.wait(_TICK_SECONDS)
    return len(failed)


def _do(connection: RawConnection, job: Job) -> bool:
    try:
        with connection.cursor() as cursor:
            job.run(cursor)
        return True
    except psycopg2.OperationalError:
        raise
    except (psycopg2.Error, OSError) as error:
        _log.error("job %r failed: %s", job.name, error)
        return False
