"""What all mapped classes share: the base, the column types of the schema's domains, and the common columns.

The tables are made by schema.sql; these classes only read and write them. A test compares both ways, so a column that
exists here but not there (or the other way round) never reaches a user.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    FetchedValue,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.types import UserDefinedType


class ServerType(UserDefinedType[str]):
    """A type of PostgreSQL that SQLAlchemy has no class for; its values are read as text."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


BigInt = Annotated[int, mapped_column(BigInteger)]
SmallInt = Annotated[int, mapped_column(SmallInteger)]
Name = Annotated[str, mapped_column(ServerType("NAME"))]
Xid8 = Annotated[str, mapped_column(ServerType("XID8"))]
Json = dict[str, Any]
CText = Annotated[str, mapped_column(Text(collation="C"))]
Code = Annotated[str, mapped_column(Text(collation="C"))]
Currency = Annotated[str, mapped_column(Text(collation="C"))]
Money = Annotated[Decimal, mapped_column(Numeric(18, 2))]
Price = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Quantity = Annotated[Decimal, mapped_column(Numeric(18, 4))]


class Base(DeclarativeBase):
    """All tables live in `erp` unless they say otherwise."""

    metadata = MetaData(schema="erp")
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Integer,
        str: Text,
        bool: Boolean,
        bytes: LargeBinary,
        date: Date,
        time: Time,
        datetime: DateTime(timezone=True),
        Decimal: Numeric,
        UUID: Uuid,
        Range[datetime]: TSTZRANGE,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
        list[int]: ARRAY(BigInteger),
        list[datetime]: ARRAY(DateTime(timezone=True)),
    }


def unit_key(name: str) -> ForeignKeyConstraint:
    """The composite key of an owned row to its unit, which keeps company and unit in step."""
    return ForeignKeyConstraint(
        ["company_id", "org_unit_id"], ["erp.org_unit.company_id", "erp.org_unit.id"], name=name, ondelete="RESTRICT"
    )


def unit_of(owner: str) -> Any:
    """The relationship of class `owner` to its unit: by id alone, which the composite key makes sufficient."""
    return relationship(
        "OrgUnit", primaryjoin=f"foreign({owner}.org_unit_id) == OrgUnit.id", viewonly=True, lazy="raise"
    )


class Versioned:
    """`version` counts the row's changes. A trigger raises it; an UPDATE that names an old one changes no row.

    The session then raises `sqlalchemy.orm.exc.StaleDataError`, which db.errors turns into "changed by …".
    """

    version: Mapped[int] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "version_id_generator": False}  # type: ignore[attr-defined]


class Stamped:
    """Who made the row and who changed it last, set by a trigger from the log-in."""

    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    updated_by: Mapped[int | None] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())


class Searched:
    """`search_key` holds what the row is found by: bigrams, characters, pinyin; `search_text` the text that they are
    of. Both are set by a trigger.
    """

    search_key: Mapped[list[str]] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    search_text: Mapped[str] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())


class Sorted(Searched):
    """`sort_key` puts names in pinyin order where the server has no Chinese collation; set by a trigger."""

    sort_key: Mapped[str] = mapped_column(
        Text(collation="C"), server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
