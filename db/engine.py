"""SQLAlchemy engines: always psycopg2, UTC-safe, with a name that the server's log and audit show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

CONNECT_SECONDS = 10


def url_from(dsn: str) -> URL:
    """A SQLAlchemy URL from a libpq DSN of either form (``postgresql://…`` or ``host=… dbname=…``)."""
    if "://" in dsn:
        try:
            return make_url(dsn).set(drivername="postgresql+psycopg2")
        except ArgumentError as error:
            raise ValueError(f"not a PostgreSQL DSN: {error}") from None
    from psycopg2.extensions import parse_dsn

    parts = parse_dsn(dsn)
    known = {name: parts.pop(name, None) for name in ("user", "password", "host", "port", "dbname")}
    query = dict(parts)
    host = known["host"]
    if host and host.startswith("/"):
        query["host"] = host
        host = None
    return URL.create(
        "postgresql+psycopg2",
        username=known["user"],
        password=known["password"],
        host=host,
        port=int(known["port"]) if known["port"] else None,
        database=known["dbname"],
        query=query,
    )


def make_engine(dsn: str, *, pool_size: int = 4, application_name: str = "outpost") -> Engine:
    """A pool for one log-in. A dead connection is noticed and replaced before it is handed out."""
    settings: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": application_name,
        "options": "-c timezone=UTC",
        "keepalives_idle": 30,
    }
    return create_engine(
        url_from(dsn), pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, connect_args=settings
    )
