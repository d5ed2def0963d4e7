"""Who changed what, when and why: written by trigger, appended only, sealed by a chain of hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.orm.base import Base, BigInt, CText, Json, Name, Versioned, Xid8


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
    login: Mapped[Name | None] = mapped_column(server_default=FetchedValue())
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


class Personal(Base):
    """A personal value of an audit entry, kept apart from it; value and salt are empty once it was erased."""

    __tablename__ = "personal"
    __table_args__ = ({"schema": "audit"},)

    entry_id: Mapped[BigInt] = mapped_column(primary_key=True)
    column_name: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[UUID | None]
    value: Mapped[Any | None] = mapped_column(JSONB)
    erasure_id: Mapped[BigInt | None]


class Erasure(Base):
    """An erasure of personal data, by request or by a rule of retention."""

    __tablename__ = "erasure"
    __table_args__ = ({"schema": "audit"},)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    xid: Mapped[Xid8] = mapped_column(server_default=FetchedValue())
    kind: Mapped[str]
    subject_id: Mapped[BigInt]
    pseudonym: Mapped[str]
    reason: Mapped[str]
    user_id: Mapped[int | None]


class RetentionRule(Versioned, Base):
    """How long a kind of personal data is kept."""

    __tablename__ = "retention_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[CText]
    name: Mapped[str]
    name_zh: Mapped[str]
    days: Mapped[int]
    min_days: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())
    running: Mapped[BigInt] = mapped_column(server_default=FetchedValue())
    last_run_at: Mapped[datetime | None]
    last_rows: Mapped[BigInt] = mapped_column(server_default=FetchedValue())
