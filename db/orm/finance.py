"""The cost ledger: append-only, one line per source line, reversed in pairs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Currency, Money, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.assets import Asset
    from db.orm.contracts import Contract
    from db.orm.platform import OrgUnit
    from db.orm.scheduling import Engineer
    from db.orm.stock_items import Item
    from db.orm.work_orders import WorkOrder


class CostEntry(Base):
    """One line of the cost ledger: append-only, reversed in pairs."""

    __tablename__ = "cost_entry"
    __table_args__ = (unit_key("cost_entry_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    cost_type: Mapped[str]
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="cost_entry_work_order", ondelete="RESTRICT")
    )
    asset_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.asset.id", name="cost_entry_asset", ondelete="RESTRICT")
    )
    contract_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.contract.id", name="cost_entry_contract", ondelete="RESTRICT")
    )
    engineer_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.engineer.id", name="cost_entry_engineer", ondelete="RESTRICT")
    )
    item_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.item.id", name="cost_entry_item", ondelete="RESTRICT")
    )
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 4), server_default=FetchedValue())
    amount: Mapped[Money]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    source_table: Mapped[str]
    source_id: Mapped[BigInt]
    reverses_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.cost_entry.id", name="cost_entry_reverses", ondelete="RESTRICT")
    )
    description: Mapped[str] = mapped_column(server_default=FetchedValue())
    effective_at: Mapped[datetime]
    posted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    posted_by: Mapped[int | None]

    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=[work_order_id], lazy="raise")
    asset: Mapped[Asset | None] = relationship(foreign_keys=[asset_id], lazy="raise")
    contract: Mapped[Contract | None] = relationship(foreign_keys=[contract_id], lazy="raise")
    engineer: Mapped[Engineer | None] = relationship(foreign_keys=[engineer_id], lazy="raise")
    item: Mapped[Item | None] = relationship(foreign_keys=[item_id], lazy="raise")
    reverses: Mapped[CostEntry | None] = relationship(foreign_keys=[reverses_id], remote_side=[id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("CostEntry")
