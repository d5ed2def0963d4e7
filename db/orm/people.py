"""People: accounts, jobs, custom roles, stand-ins, log-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, CText, Name, Versioned

if TYPE_CHECKING:
    from db.orm.platform import Company, OrgUnit


class Role(Base):
    """A job in the company; each is one PostgreSQL group role."""

    __tablename__ = "role"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    power: Mapped[str] = mapped_column(server_default=FetchedValue())


class AppUser(Versioned, Base):
    """A person who may log in; each is a PostgreSQL login."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("erp.company.id", name="app_user_company", ondelete="RESTRICT"))
    user_name: Mapped[CText]
    login: Mapped[Name] = mapped_column(deferred=True, deferred_group="private")
    display_name: Mapped[str]
    display_name_zh: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(deferred=True, deferred_group="private")
    phone: Mapped[str | None] = mapped_column(deferred=True, deferred_group="private")
    badge: Mapped[CText | None] = mapped_column(deferred=True, deferred_group="private")
    language: Mapped[str] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="private")
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())
    valid_from: Mapped[date] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="private")
    valid_to: Mapped[date | None] = mapped_column(deferred=True, deferred_group="private")
    must_change: Mapped[bool] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="private")
    awaiting_release: Mapped[bool] = mapped_column(
        server_default=FetchedValue(), deferred=True, deferred_group="private"
    )
    password_changed_at: Mapped[datetime] = mapped_column(
        server_default=FetchedValue(), deferred=True, deferred_group="private"
    )
    locked_until: Mapped[datetime | None] = mapped_column(deferred=True, deferred_group="private")

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")


class UserRole(Base):
    """A job that a person has."""

    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("erp.app_user.id", name="user_role_user", ondelete="CASCADE"), primary_key=True
    )
    role_key: Mapped[str] = mapped_column(
        ForeignKey("erp.role.key", name="user_role_role", ondelete="RESTRICT"), primary_key=True
    )

    user: Mapped[AppUser] = relationship(foreign_keys=[user_id], lazy="raise")
    role: Mapped[Role] = relationship(foreign_keys=[role_key], lazy="raise")


class UserUnit(Base):
    """A person's grant on a unit and all below it, with inclusive dates."""

    __tablename__ = "user_unit"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("erp.app_user.id", name="user_unit_user", ondelete="CASCADE"), primary_key=True
    )
    org_unit_id: Mapped[int] = mapped_column(
        ForeignKey("erp.org_unit.id", name="user_unit_unit", ondelete="RESTRICT"), primary_key=True
    )
    may_write: Mapped[bool] = mapped_column(server_default=FetchedValue())
    valid_from: Mapped[date] = mapped_column(server_default=FetchedValue())
    valid_to: Mapped[date | None]

    user: Mapped[AppUser] = relationship(foreign_keys=[user_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = relationship(foreign_keys=[org_unit_id], lazy="raise")


class CustomRole(Versioned, Base):
    """A name for several jobs that usually go together."""

    __tablename__ = "custom_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[CText]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())


class CustomRolePart(Base):
    """A job that a custom role is made of."""

    __tablename__ = "custom_role_part"

    custom_role_id: Mapped[int] = mapped_column(
        ForeignKey("erp.custom_role.id", name="custom_role_part_custom_role", ondelete="CASCADE"), primary_key=True
    )
    role_key: Mapped[str] = mapped_column(
        ForeignKey("erp.role.key", name="custom_role_part_role", ondelete="RESTRICT"), primary_key=True
    )

    custom_role: Mapped[CustomRole] = relationship(foreign_keys=[custom_role_id], lazy="raise")
    role: Mapped[Role] = relationship(foreign_keys=[role_key], lazy="raise")


class UserCustomRole(Base):
    """A custom role that a person has."""

    __tablename__ = "user_custom_role"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("erp.app_user.id", name="user_custom_role_user", ondelete="CASCADE"), primary_key=True
    )
    custom_role_id: Mapped[int] = mapped_column(
        ForeignKey("erp.custom_role.id", name="user_custom_role_custom_role", ondelete="RESTRICT"), primary_key=True
    )

    user: Mapped[AppUser] = relationship(foreign_keys=[user_id], lazy="raise")
    custom_role: Mapped[CustomRole] = relationship(foreign_keys=[custom_role_id], lazy="raise")


class Delegation(Base):
    """A stand-in: from the first to the last day he has the other's jobs and units beside his own."""

    __tablename__ = "delegation"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    from_user_id: Mapped[int] = mapped_column(
        ForeignKey("erp.app_user.id", name="delegation_from_user", ondelete="CASCADE")
    )
    to_user_id: Mapped[int] = mapped_column(
        ForeignKey("erp.app_user.id", name="delegation_to_user", ondelete="CASCADE")
    )
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    reason: Mapped[str]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    from_user: Mapped[AppUser] = relationship(foreign_keys=[from_user_id], lazy="raise")
    to_user: Mapped[AppUser] = relationship(foreign_keys=[to_user_id], lazy="raise")


class UserLogin(Base):
    """What changes with each log-in: when and where the last one was, and how many failed since."""

    __tablename__ = "user_login"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("erp.app_user.id", name="user_login_user", ondelete="CASCADE"), primary_key=True
    )
    last_login_at: Mapped[datetime | None]
    last_login_client: Mapped[str | None]
    failed_logins: Mapped[int] = mapped_column(server_default=FetchedValue())
    failures: Mapped[list[datetime]] = mapped_column(server_default=FetchedValue())

    user: Mapped[AppUser] = relationship(foreign_keys=[user_id], lazy="raise")
