"""The change feed: what other workstations committed.

A NOTIFY is only a hint (anyone can send one); what changed is read from the feed, by snapshot. While the worker's
heartbeat is fresh a reader sleeps until a hint comes; without it the reader looks for itself once per wait.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Mapping

from psycopg2.extensions import connection as RawConnection

from db.engine import open_connection

CHANNEL = "outpost"
EVERYTHING = "*"
"""The topic of an answer that cannot say what changed: look at everything again."""

Rows = Mapping[str, frozenset[int]]
"""Topic (table name) → ids; an empty set means any row of it."""

_LEAST_SECONDS = 0.2
"""Between two looks. The worker hints less often; whoever floods the channel, as any log-in may, gains nothing."""
_LOOK_SECONDS = 5.0
"""Even without a hint: a lost one is found, the round trip is measured, the heartbeat seen."""


class Feed:
    """One connection that waits for changes. For one thread, except `close`.

    `skip_client` is the application name of one's own sessions, whose changes are known already.
    """

    def __init__(self, dsn: str, *, skip_client: str | None = None) -> None:
        self._connection: RawConnection = open_connection(dsn, application_name=skip_client)
        self._connection.autocommit = True
        self._skip = skip_client
        self._token: str | None = None
        self._worker = False
        self._latency: int | None = None
        self._looked = 0.0
        self._closed = threading.Event()
        with self._connection.cursor() as cursor:
            cursor.execute(f'listen "{CHANNEL}"')
        self._look()

    def wait(self, seconds: float) -> Rows | None:
        """What changed since the last call, or None when `seconds` passed without any.

        Raises psycopg2.Error when the connection is lost.
        """
        deadline = time.monotonic() + seconds
        while not self._closed.is_set():
            rest = deadline - time.monotonic()
            hinted = self._hint(max(rest, 0.0))
            if hinted:
                self._closed.wait(max(self._looked + _LEAST_SECONDS - time.monotonic(), 0.0))
            if self._closed.is_set():
                return None
            due = time.monotonic() - self._looked >= _LOOK_SECONDS
            if hinted or due or (rest <= 0 and not self._worker):
                rows = self._look()
                if rows is None or rows:
                    return {EVERYTHING: frozenset()} if rows is None else rows
            if rest <= 0:
                return None
        return None

    def latency_ms(self) -> int | None:
        """Of the latest round trip."""
        return self._latency

    def worker_alive(self) -> bool:
        """Whether the notifier's heartbeat was fresh when last looked."""
        return self._worker

    def close(self) -> None:
        """Let go of the connection; a `wait` under way returns or raises soon. May come from another thread."""
        self._closed.set()
        if not self._connection.closed:
            self._connection.close()

    def _hint(self, seconds: float) -> bool:
        """Whether a notification came within `seconds`. Wakes twice a second to notice `close`."""
        until = time.monotonic() + seconds
        while not self._closed.is_set():
            rest = until - time.monotonic()
            readable, _, _ = select.select([self._connection], [], [], max(min(rest, 0.5), 0.0))
            if readable:
                self._connection.poll()
            if self._connection.notifies:
                self._connection.notifies.clear()
                return True
            if rest <= 0:
                return False
        return False

    def _look(self) -> Rows | None:
        """Read the feed. None: too much was forgotten since the last look, anything may have changed."""
        first = self._token is None
        started = time.monotonic()
        with self._connection.cursor() as cursor:
            cursor.execute("select api.changes_since(%s, %s)", (self._token, self._skip))
            (answer,) = cursor.fetchone() or ({},)
        self._looked = time.monotonic()
        self._latency = round((self._looked - started) * 1000)
        self._token, self._worker = answer["token"], answer["worker"]
        if answer["changes"] is None:
            return {} if first else None
        return {topic: frozenset(ids) for topic, ids in answer["changes"].items()}
