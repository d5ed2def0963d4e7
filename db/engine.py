"""Connections: how they are opened, pooled, and found to be dead before a user notices."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from db import transport
from db.errors import LoginError, NotAdmitted, NotInstalled, ServerUnreachable, WrongPassword
from db.messages import login_error

_IDLE_SECONDS = 2.0
"""A connection that lay longer is asked whether it lives before it is used; one more round trip, rarely."""

_SETTINGS = "-c TimeZone=UTC -c jit=off"
_WRONG = ("password authentication failed", "no password supplied", "does not exist")


def program_name() -> str:
    """A name for the sessions of this program: the change feed leaves out what carries one's own."""
    return f"outpost/{socket.gethostname()[:30]}/{uuid.uuid4().hex[:8]}"


def connection_arguments(dsn: str, *, application_name: str) -> str:
    """`dsn` (URL or key words) with what all our connections share; what it says itself goes first."""
    given = transport.parts_of(dsn)
    shared: dict[str, Any] = {
        "application_name": application_name,
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "client_encoding": "UTF8",
    }
    merged = shared | given | {"options": f"{given.get('options', '')} {_SETTINGS}".strip()}
    return str(psycopg2.extensions.make_dsn(**merged))


def open_connection(dsn: str, *, application_name: str | None = None) -> psycopg2.extensions.connection:
    """One connection. Raises InsecureWay, WrongPassword, ServerUnreachable or NotInstalled."""
    return _open(connection_arguments(dsn, application_name=application_name or program_name()))


def _open(arguments: str) -> psycopg2.extensions.connection:
    try:
        return transport.connect(arguments)
    except psycopg2.OperationalError as error:
        raise explain(error, arguments) from error


def explain(error: psycopg2.OperationalError, dsn: str) -> LoginError:
    """Why the server did not let us in. libpq gives no SQLSTATE here, only words."""
    said = str(error).strip()
    insecure = transport.explain(said, dsn)
    if insecure is not None:
        return insecure
    facts = {"detail": said.splitlines()[-1] if said else ""}
    if "permission denied for database" in said or ('database "' in said and "does not exist" in said):
        return login_error(NotInstalled, "no_such_database", facts)
    if "is not permitted to log in" in said:  # the server says so only after the right password
        return login_error(NotAdmitted, "login_closed", facts)
    if any(words in said for words in _WRONG):
        return login_error(WrongPassword, "wrong_password", facts)
    return login_error(ServerUnreachable, "server_unreachable", facts)


def make_engine(dsn: Callable[[], str], *, pool_size: int = 4, application_name: str | None = None) -> Engine:
    """A pool of connections; `dsn` is asked for each that is opened, as the password may change meanwhile."""
    name = application_name or program_name()
    engine = create_engine(
        "postgresql+psycopg2://",
        creator=lambda: _open(connection_arguments(dsn(), application_name=name)),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
    )
    event.listen(engine, "checkin", _note_time)
    event.listen(engine, "checkout", _ask_if_alive)
    return engine


def _note_time(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["idle_since"] = time.monotonic()


def _ask_if_alive(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    since = entry.info.get("idle_since")
    if since is None or time.monotonic() - since < _IDLE_SECONDS:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        connection.rollback()
    except psycopg2.Error as error:
        raise DisconnectionError("the connection died while it lay idle") from error
