"""Customers and suppliers, the people there, and the sites where we work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Code, Currency, Json, Sorted, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.platform import Company, OrgUnit


class Party(Sorted, Stamped, Versioned, Base):
    """A company or private person that buys from us, sells to us, or both."""

    __tablename__ = "party"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("erp.company.id", name="party_company", ondelete="RESTRICT"))
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    is_customer: Mapped[bool] = mapped_column(server_default=FetchedValue())
    is_supplier: Mapped[bool] = mapped_column(server_default=FetchedValue())
    is_person: Mapped[bool] = mapped_column(server_default=FetchedValue())
    customer_class: Mapped[str | None]
    industry: Mapped[str | None]
    tax_number: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    address: Mapped[str | None]
    city: Mapped[str | None]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    letter_language: Mapped[str | None]
    payment_days: Mapped[int] = mapped_column(server_default=FetchedValue())
    bank_account_sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    note: Mapped[str | None]
    retired_on: Mapped[date | None]
    custom: Mapped[Json] = mapped_column(server_default=FetchedValue())
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")


class PartyUnit(Base):
    """Which units deal with a party: this, not the party, carries the scope."""

    __tablename__ = "party_unit"

    party_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="party_unit_party", ondelete="CASCADE"), primary_key=True
    )
    org_unit_id: Mapped[int] = mapped_column(
        ForeignKey("erp.org_unit.id", name="party_unit_unit", ondelete="RESTRICT"), primary_key=True
    )

    party: Mapped[Party] = relationship(foreign_keys=[party_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = relationship(foreign_keys=[org_unit_id], lazy="raise")


class Contact(Stamped, Versioned, Base):
    """A person at a customer or supplier."""

    __tablename__ = "contact"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    party_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.party.id", name="contact_party", ondelete="RESTRICT"))
    name: Mapped[str]
    name_zh: Mapped[str | None]
    job_title: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    is_main: Mapped[bool] = mapped_column(server_default=FetchedValue())
    retired_on: Mapped[date | None]

    party: Mapped[Party] = relationship(foreign_keys=[party_id], lazy="raise")


class Site(Stamped, Versioned, Base):
    """A customer's place: a unit under the branch that serves it, plus its address."""

    __tablename__ = "site"
    __table_args__ = (unit_key("site_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    party_id: Mapped[BigInt] = mapped_column(ForeignKey("erp.party.id", name="site_party", ondelete="RESTRICT"))
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    address: Mapped[str | None]
    city: Mapped[str | None]
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    time_zone: Mapped[str] = mapped_column(server_default=FetchedValue())
    retired_on: Mapped[date | None]

    party: Mapped[Party] = relationship(foreign_keys=[party_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Site")
