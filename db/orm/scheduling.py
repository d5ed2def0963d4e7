"""Engineers, what they can do, when they work, and the one calendar on which nobody is booked twice."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Code, CText, Price, SmallInt, Sorted, Stamped, Versioned, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.people import AppUser
    from db.orm.platform import OrgUnit
    from db.orm.work_orders import WorkOrder


class Skill(Versioned, Base):
    """What an engineer can do, or a certificate that he must hold."""

    __tablename__ = "skill"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default=FetchedValue())


class ShiftCalendar(Versioned, Base):
    """A working-time model."""

    __tablename__ = "shift_calendar"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    time_zone: Mapped[str] = mapped_column(server_default=FetchedValue())


class Shift(Base):
    """Weekly working hours, local time; weekday 1 is Monday (ISO 8601)."""

    __tablename__ = "shift"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    shift_calendar_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.shift_calendar.id", name="shift_calendar_of", ondelete="CASCADE")
    )
    weekday: Mapped[SmallInt]
    starts_at: Mapped[time]
    ends_at: Mapped[time]

    shift_calendar: Mapped[ShiftCalendar] = relationship(foreign_keys=[shift_calendar_id], lazy="raise")


class Engineer(Sorted, Stamped, Versioned, Base):
    """A person who is sent to work."""

    __tablename__ = "engineer"
    __table_args__ = (unit_key("engineer_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="engineer_user", ondelete="RESTRICT")
    )
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    initials: Mapped[str]
    phone: Mapped[str | None]
    badge: Mapped[CText | None]
    shift_calendar_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.shift_calendar.id", name="engineer_calendar", ondelete="RESTRICT")
    )
    hourly_rate: Mapped[Price] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="rates")
    km_rate: Mapped[Price] = mapped_column(server_default=FetchedValue(), deferred=True, deferred_group="rates")
    id_card_sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    retired_on: Mapped[date | None]

    user: Mapped[AppUser | None] = relationship(foreign_keys=[user_id], lazy="raise")
    shift_calendar: Mapped[ShiftCalendar | None] = relationship(foreign_keys=[shift_calendar_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Engineer")


class EngineerSkill(Base):
    """A skill that an engineer has, how well and until when."""

    __tablename__ = "engineer_skill"

    engineer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.engineer.id", name="engineer_skill_engineer", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.skill.id", name="engineer_skill_skill", ondelete="RESTRICT"), primary_key=True
    )
    level: Mapped[SmallInt] = mapped_column(server_default=FetchedValue())
    valid_until: Mapped[date | None]

    engineer: Mapped[Engineer] = relationship(foreign_keys=[engineer_id], lazy="raise")
    skill: Mapped[Skill] = relationship(foreign_keys=[skill_id], lazy="raise")


class Absence(Versioned, Base):
    """A time when an engineer is not available."""

    __tablename__ = "absence"
    __table_args__ = (unit_key("absence_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    engineer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.engineer.id", name="absence_engineer", ondelete="RESTRICT")
    )
    kind: Mapped[str]
    period: Mapped[Range[datetime]]
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    engineer: Mapped[Engineer] = relationship(foreign_keys=[engineer_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Absence")


class Booking(Stamped, Versioned, Base):
    """A time slot of an engineer, for a work order or something else."""

    __tablename__ = "booking"
    __table_args__ = (unit_key("booking_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    engineer_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.engineer.id", name="booking_engineer", ondelete="RESTRICT")
    )
    work_order_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("erp.work_order.id", name="booking_work_order", ondelete="RESTRICT")
    )
    title: Mapped[str | None]
    slot: Mapped[Range[datetime]]
    starts_at: Mapped[datetime] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    ends_at: Mapped[datetime] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    hard: Mapped[bool] = mapped_column(server_default=FetchedValue())
    travel_minutes: Mapped[int] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]

    engineer: Mapped[Engineer] = relationship(foreign_keys=[engineer_id], lazy="raise")
    work_order: Mapped[WorkOrder | None] = relationship(foreign_keys=[work_order_id], lazy="raise")
    org_unit: Mapped[OrgUnit] = unit_of("Booking")
