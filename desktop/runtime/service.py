"""The worker of the embedded server: its own log-in, and a child process of the program that opened the window.

On a shared server the worker runs elsewhere, with credentials that no workstation holds.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import encrypt_password

from db import embedded
from db.engine import open_connection

GUARDED = "--until-stdin-closes"
_SECRET = "worker.password"


def worker_dsn(server: embedded.Server) -> str:
    """How the worker logs in; its log-in is made at the first call and keeps its password in the home."""
    secret = server.home / _SECRET
    password = secret.read_text(encoding="ascii") if secret.is_file() else secrets.token_urlsafe(24)
    raw = open_connection(server.dsn())
    try:
        with raw, raw.cursor() as cursor:
            cursor.execute("select api.create_worker(%s)", (encrypt_password(password, "", raw, "scram-sha-256"),))
            login = str((cursor.fetchone() or ("",))[0])
    finally:
        raw.close()
    if not secret.is_file():
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(password)
    return server.dsn(user=login, password=password)


@contextmanager
def child_worker(server: embedded.Server) -> Iterator[int]:
    """A worker for as long as the block lasts; its pid. It ends with our end of a pipe, so also when we are killed."""
    log = (server.home / "worker.log").open("ab")
    with log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "desktop.cli", "worker", GUARDED],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | {"OUTPOST_HOME": str(server.home)},
        )
    try:
        yield process.pid
    finally:
        process.communicate()  # closes the pipe and waits
