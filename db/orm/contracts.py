"""What was promised to whom, for which equipment and for how much."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import (
    Base,
    BigInt,
    CText,
    Currency,
    Json,
    Money,
    Price,
    Quantity,
    Searched,
    Stamped,
    Versioned,
    unit_key,
    unit_of,
)

if TYPE_CHECKING:
    from db.orm.assets import Asset
    from db.orm.parties import Party
    from db.orm.people import AppUser
    from db.orm.platform import OrgUnit


class Contract(Searched, Stamped, Versioned, Base):
    """What was promised to a customer, for how much and until when."""

    __tablename__ = "contract"
    __table_args__ = (unit_key("contract_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    number: Mapped[CText] = mapped_column(server_default=FetchedValue())
    name: Mapped[str]
    name_zh: Mapped[str | None]
    customer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.party.id", name="contract_customer", ondelete="RESTRICT")
    )
    contract_type: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    revision: Mapped[int] = mapped_column(server_default=FetchedValue())
    signed_on: Mapped[date | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    annual_value: Mapped[Money] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="value")
    discount_rate: Mapped[Decimal] = mapped_column(
        Numeric(5, 4), server_default=FetchedValue(), deferred=True, deferred_group="value"
    )
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    billing: Mapped[str] = mapped_column(server_default=FetchedValue())
    visits_per_year: Mapped[int | None]
    hours_per_year: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    parts_budget: Mapped[Money | None] = mapped_column(deferred=True, deferred_group="value")
    margin_target: Mapped[Decimal] = mapped_column(
        Numeric(5, 4), server_default=FetchedValue(), deferred=True, deferred_group="value"
    )
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="contract_owner", ondelete="RESTRICT")
    )
    note: Mapped[str | None]
    custom: Mapped[Json] = mapped_column(server_default=FetchedValue())
    source: Mapped[str | None]
    source_key: Mapped[str | None]

    customer: Mapped[Party] = relationship(foreign_keys=[customer_id], lazy="raise")
    owner: Mapped[AppUser | None] = relationship(foreign_keys=[owner_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Contract")


class ContractTransition(Base):
    """Which state of a contract may follow which, and who may take the step."""

    __tablename__ = "contract_transition"

    from_state: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str]
    roles: Mapped[list[str]]


class ContractHistory(Base):
    """One change of a contract's state."""

    __tablename__ = "contract_history"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    contract_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.contract.id", name="contract_history_contract", ondelete="RESTRICT")
    )
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    changed_by: Mapped[int | None]

    contract: Mapped[Contract] = relationship(foreign_keys=[contract_id], lazy="raise")


class ContractUnit(Base):
    """Other units than the contract's own that work under it and may see it."""

    __tablename__ = "contract_unit"

    contract_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.contract.id", name="contract_unit_contract", ondelete="CASCADE"), primary_key=True
    )
    org_unit_id: Mapped[int] = mapped_column(
        ForeignKey("erp.org_unit.id", name="contract_unit_unit", ondelete="RESTRICT"), primary_key=True
    )

    contract: Mapped[Contract] = relationship(foreign_keys=[contract_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = relationship(foreign_keys=[org_unit_id], lazy="raise")


class ContractLine(Versioned, Base):
    """One priced line of a contract."""

    __tablename__ = "contract_line"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    contract_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.contract.id", name="contract_line_contract", ondelete="CASCADE")
    )
    line_no: Mapped[int]
    description: Mapped[str]
    description_zh: Mapped[str | None]
    quantity: Mapped[Quantity] = mapped_column(server_default=FetchedValue())
    unit: Mapped[str] = mapped_column(server_default=FetchedValue())
    unit_price: Mapped[Price]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=FetchedValue())
    net_amount: Mapped[Money] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())

    contract: Mapped[Contract] = relationship(foreign_keys=[contract_id], lazy="raise")


class ContractAsset(Base):
    """An asset that a contract covers."""

    __tablename__ = "contract_asset"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    contract_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.contract.id", name="contract_asset_contract", ondelete="CASCADE")
    )
    asset_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.asset.id", name="contract_asset_asset", ondelete="RESTRICT")
    )
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    parts_covered: Mapped[bool] = mapped_column(server_default=FetchedValue())

    contract: Mapped[Contract] = relationship(foreign_keys=[contract_id], lazy="raise")
    asset: Mapped[Asset] = relationship(foreign_keys=[asset_id], lazy="raise")
