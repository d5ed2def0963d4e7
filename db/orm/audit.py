"""Who changed what, when and why: written by trigger, appended only, sealed by a chain of hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from db.orm.base import Base, BigInt, Json, Name, Xid8


class Entry(Base):
    """One change of a record: who, what, when, why."""

    __tablename__ = "entry"
    __table_args__ = ({"schema": "audit"},)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, server_default=FetchedValue())
    xid: Mapped[Xid8] = mapped_column(server_default=FetchedValue())
    table_name: Mapped[str]
    row_id: Mapped[BigInt | None]
    org_unit_id: Mapped[int | None]
    action: Mapped[str]
    user_id: Mapped[int | None]
    login: Mapped[Name] = mapped_column(server_default=FetchedValue())
    client: Mapped[str] = mapped_column(server_default=FetchedValue())
    reason: Mapped[str | None]
    changes: Mapped[Json | None]


class Seal(Base):
    """A hash over a range of audit entries and the seal before it."""

    __tablename__ = "seal"
    __table_args__ = ({"schema": "audit"},)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    generation: Mapped[int]
    life: Mapped[str]
    first_id: Mapped[BigInt]
    from_xid: Mapped[Xid8]
    to_xid: Mapped[Xid8]
    next_xid: Mapped[Xid8]
    last_id: Mapped[BigInt]
    entries: Mapped[BigInt]
    digest: Mapped[bytes]
    hash: Mapped[bytes]
    sealed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Anchor(Base):
    """A seal that was written down outside the database."""

    __tablename__ = "anchor"
    __table_args__ = ({"schema": "audit"},)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    target: Mapped[str]
    seal_id: Mapped[BigInt]
    hash: Mapped[bytes]


class LogPosition(Base):
    """Up to where a server's log was read."""

    __tablename__ = "log_position"
    __table_args__ = ({"schema": "audit"},)

    source: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[Json]
    read_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
