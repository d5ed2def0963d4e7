"""`python -m db.embedded.watchdog HOME`: stops the server when nobody uses it any more.

A program that ends normally stops the server itself (and this process with it). What remains are programs
that were killed, and `outpost dsn`, whose server may stay until nobody was connected for a quarter hour.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psycopg2

from db.embedded import cluster, leases
from db.embedded.cluster import HOST, OWNER

POLL_SECONDS = 1.0


def watch(home: Path) -> None:
    """Return when the server has stopped, by us or by others."""
    base = cluster.base_folder(home)
    quiet_since = time.monotonic()
    next_look = 0.0
    while cluster.running(base) is not None:
        patience = leases.idle_seconds(home)
        now = time.monotonic()
        if leases.users(home):
            quiet_since = now
        elif patience is None:
            _stop_if_unused(home)
        elif now >= next_look:
            if _connections(home, base):
                quiet_since = now
            elif now - quiet_since >= patience:
                leases.drop_idle(home)
            next_look = now + min(15.0, patience / 4)
        time.sleep(POLL_SECONDS)


def _stop_if_unused(home: Path) -> None:
    with leases.lock(home):
        if not leases.users(home) and leases.idle_seconds(home) is None:
            cluster.shut_down(cluster.base_folder(home))


def _connections(home: Path, base: Path) -> int:
    """How many clients are connected. A server that cannot be asked counts as in use."""
    found = cluster.running(base)
    if found is None:
        return 0
    password = (home / "owner.password").read_text(encoding="ascii").strip()
    try:
        connection = psycopg2.connect(
            host=HOST,
            hostaddr=HOST,  # so that no PGHOSTADDR sends the owner's password elsewhere
            port=found.port,
            dbname="postgres",
            user=OWNER,
            password=password,
            connect_timeout=10,
            application_name="outpost watchdog",
        )
    except psycopg2.OperationalError:
        return 1
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_catalog.pg_stat_activity "
                "where backend_type = 'client backend' and pid <> pg_catalog.pg_backend_pid()"
            )
            row = cursor.fetchone()
            return int(row[0]) if row else 0
    finally:
        connection.close()


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
