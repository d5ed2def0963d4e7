"""The data dictionary: what each column means, in both languages; and the character table behind pinyin search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, CText, Json

if TYPE_CHECKING:
    from db.orm.people import Role


class DictionaryEntry(Base):
    """What a column means, in both languages."""

    __tablename__ = "dictionary_entry"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    column_name: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    label_zh: Mapped[str]
    meaning: Mapped[str]
    meaning_zh: Mapped[str]
    allowed: Mapped[Json | None]
    owner_role: Mapped[str | None] = mapped_column(
        ForeignKey("erp.role.key", name="dictionary_entry_owner", ondelete="RESTRICT")
    )
    personal: Mapped[bool] = mapped_column(server_default=FetchedValue())

    role: Mapped[Role | None] = relationship(foreign_keys=[owner_role], lazy="raise")


class Pinyin(Base):
    """A Chinese character and its most common reading."""

    __tablename__ = "pinyin"

    character: Mapped[CText] = mapped_column(primary_key=True)
    reading: Mapped[CText]


class SearchKind(Base):
    """A kind of record that can be searched, and by which columns."""

    __tablename__ = "search_kind"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    code_column: Mapped[str]
    texts: Mapped[list[str]]
    position: Mapped[int]
