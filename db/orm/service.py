"""Service levels: the four ready-made ones."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from db.orm.base import Base, CText


class SlaLevel(Base):
    """A service level: how soon to answer, how soon to solve."""

    __tablename__ = "sla_level"

    code: Mapped[CText] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    response_minutes: Mapped[int]
    stop_minutes: Mapped[int]
    stop_event: Mapped[str]
