"""Companies, units, numbers, settings, files, requests, the change feed: what every other area stands on."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.orm.base import Base, BigInt, Code, CText, Currency, Json, SmallInt, Versioned, Xid8, unit_key, unit_of

if TYPE_CHECKING:
    from db.orm.people import AppUser


class Installation(Base):
    """What was installed here, and under which name prefix; one row."""

    __tablename__ = "installation"

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=FetchedValue())
    id: Mapped[UUID] = mapped_column(server_default=FetchedValue())
    prefix: Mapped[str]
    generation: Mapped[int] = mapped_column(server_default=FetchedValue())
    demo: Mapped[str | None]
    installed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class SchemaVersion(Base):
    """The revision of the tables that this database has."""

    __tablename__ = "schema_version"

    version_num: Mapped[str] = mapped_column(String(32), primary_key=True)


class Protection(Base):
    """How the rows of a table belong to units, as its area file declared it."""

    __tablename__ = "protection"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str]
    seen: Mapped[str] = mapped_column(server_default=FetchedValue())
    mine: Mapped[str] = mapped_column(server_default=FetchedValue())
    tracked: Mapped[str | None]


class CataloguePrint(Base):
    """What the installation made: a fingerprint of each policy, function, trigger and view."""

    __tablename__ = "catalogue_print"

    kind: Mapped[str] = mapped_column(primary_key=True)
    object: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]


class Company(Base):
    """A legal entity: its currency, its time zone, its own document numbers."""

    __tablename__ = "company"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    currency: Mapped[Currency] = mapped_column(server_default=FetchedValue())
    time_zone: Mapped[str] = mapped_column(server_default=FetchedValue())


class OrgUnit(Versioned, Base):
    """A node of the one tree: company, branch, department, warehouse or customer site."""

    __tablename__ = "org_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("erp.company.id", name="org_unit_company", ondelete="RESTRICT"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.org_unit.id", name="org_unit_parent", ondelete="RESTRICT")
    )
    kind: Mapped[str]
    code: Mapped[Code]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    time_zone: Mapped[str] = mapped_column(server_default=FetchedValue())
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")
    parent: Mapped[OrgUnit | None] = relationship(foreign_keys=[parent_id], remote_side=[id], lazy="raise")


class OrgUnitClosure(Base):
    """A unit and one above it (or itself), with the distance between them."""

    __tablename__ = "org_unit_closure"

    ancestor_id: Mapped[int] = mapped_column(
        ForeignKey("erp.org_unit.id", name="org_unit_closure_ancestor", ondelete="CASCADE"), primary_key=True
    )
    descendant_id: Mapped[int] = mapped_column(
        ForeignKey("erp.org_unit.id", name="org_unit_closure_descendant", ondelete="CASCADE"), primary_key=True
    )
    depth: Mapped[int]

    ancestor: Mapped[OrgUnit] = relationship(foreign_keys=[ancestor_id], lazy="raise")
    descendant: Mapped[OrgUnit] = relationship(foreign_keys=[descendant_id], lazy="raise")


class Setting(Base):
    """A setting of the installation, or of one unit."""

    __tablename__ = "setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    org_unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.org_unit.id", name="setting_unit", ondelete="CASCADE")
    )
    value: Mapped[Json]

    org_unit: Mapped[OrgUnit | None] = relationship(foreign_keys=[org_unit_id], lazy="raise")


class Numbering(Base):
    """Which prefix a document's number carries: ISS-2611-0482 is prefix, period and a running number."""

    __tablename__ = "numbering"

    document_type: Mapped[str] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(
        ForeignKey("erp.company.id", name="numbering_company", ondelete="CASCADE"), primary_key=True
    )
    prefix: Mapped[str]
    digits: Mapped[SmallInt] = mapped_column(server_default=FetchedValue())

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")


class SavedView(Versioned, Base):
    """The columns, order and filters of a list that somebody keeps; shared when it belongs to nobody."""

    __tablename__ = "saved_view"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    list_key: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="saved_view_user", ondelete="CASCADE")
    )
    name: Mapped[str]
    name_zh: Mapped[str | None]
    position: Mapped[int] = mapped_column(server_default=FetchedValue())
    definition: Mapped[Json]

    user: Mapped[AppUser | None] = relationship(foreign_keys=[user_id], lazy="raise")


class ExportRecipe(Versioned, Base):
    """A saved export: columns, filters and format."""

    __tablename__ = "export_recipe"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    list_key: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="export_recipe_user", ondelete="CASCADE")
    )
    name: Mapped[str]
    name_zh: Mapped[str | None]
    definition: Mapped[Json]

    user: Mapped[AppUser | None] = relationship(foreign_keys=[user_id], lazy="raise")


class CustomField(Versioned, Base):
    """A field that the company added; its values live in `custom` of the rows."""

    __tablename__ = "custom_field"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    table_name: Mapped[str]
    key: Mapped[CText]
    kind: Mapped[str]
    label: Mapped[str]
    label_zh: Mapped[str]
    meaning: Mapped[str] = mapped_column(server_default=FetchedValue())
    meaning_zh: Mapped[str] = mapped_column(server_default=FetchedValue())
    choices: Mapped[list[str]] = mapped_column(server_default=FetchedValue())
    unit: Mapped[str | None]
    required: Mapped[bool] = mapped_column(server_default=FetchedValue())
    position: Mapped[int] = mapped_column(server_default=FetchedValue())
    active: Mapped[bool] = mapped_column(server_default=FetchedValue())


class Attachment(Base):
    """A file that belongs to one record and is seen with it."""

    __tablename__ = "attachment"
    __table_args__ = (unit_key("attachment_unit"),)

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    company_id: Mapped[int]
    org_unit_id: Mapped[int]
    owner_table: Mapped[str]
    owner_id: Mapped[BigInt]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[BigInt]
    parts: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]

    org_unit: Mapped[OrgUnit] = unit_of("Attachment")


class AttachmentPart(Base):
    """A sealed portion of a file."""

    __tablename__ = "attachment_part"

    attachment_id: Mapped[BigInt] = mapped_column(
        ForeignKey("erp.attachment.id", name="attachment_part_of", ondelete="CASCADE"), primary_key=True
    )
    part_no: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(
        ForeignKey("erp.encryption_key.id", name="attachment_part_key", ondelete="RESTRICT")
    )
    sha256: Mapped[bytes]
    content: Mapped[bytes]


class EncryptionKey(Base):
    """A key that workstations hold, known here by its fingerprint only."""

    __tablename__ = "encryption_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    recovery_sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[int | None]
    retired_at: Mapped[datetime | None]


class Request(Base):
    """Exactly once: the client makes the key before its first try; a second try finds the first one's answer."""

    __tablename__ = "request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    operation: Mapped[str]
    fingerprint: Mapped[bytes]
    result: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ImportBatch(Base):
    """One imported file: who, when, how many rows."""

    __tablename__ = "import_batch"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    profile: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[bytes]
    counts: Mapped[Json] = mapped_column(server_default=FetchedValue())
    user_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ImportMapping(Base):
    """A remembered assignment of a file's columns."""

    __tablename__ = "import_mapping"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("erp.app_user.id", name="import_mapping_user", ondelete="CASCADE")
    )
    list_key: Mapped[str]
    name: Mapped[str]
    definition: Mapped[Json]

    user: Mapped[AppUser | None] = relationship(foreign_keys=[user_id], lazy="raise")


class Holiday(Base):
    """A public holiday, or a weekend day that is worked to make up for one."""

    __tablename__ = "holiday"

    company_id: Mapped[int] = mapped_column(
        ForeignKey("erp.company.id", name="holiday_company", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    working: Mapped[bool] = mapped_column(server_default=FetchedValue())

    company: Mapped[Company] = relationship(foreign_keys=[company_id], lazy="raise")


class PublicHoliday(Base):
    """A public holiday as it is shipped; a company starts with a copy."""

    __tablename__ = "public_holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    working: Mapped[bool] = mapped_column(server_default=FetchedValue())


class Change(Base):
    """One statement that changed rows of a table: what other workstations look at again."""

    __tablename__ = "change"

    id: Mapped[BigInt] = mapped_column(primary_key=True)
    topic: Mapped[str]
    ids: Mapped[list[int]] = mapped_column(server_default=FetchedValue())
    client: Mapped[str] = mapped_column(server_default=FetchedValue())
    xid: Mapped[Xid8] = mapped_column(server_default=FetchedValue())
    at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Feed(Base):
    """The state of the change feed; one row."""

    __tablename__ = "feed"

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=FetchedValue())
    pruned_to: Mapped[Xid8] = mapped_column(server_default=FetchedValue())
    beat_at: Mapped[datetime | None]


class NumberPeriod(Base):
    """How many numbers were drawn before a month began."""

    __tablename__ = "number_period"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_type", "company_id"],
            ["erp.numbering.document_type", "erp.numbering.company_id"],
            name="number_period_numbering",
            ondelete="CASCADE",
        ),
    )

    document_type: Mapped[str] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[CText] = mapped_column(primary_key=True)
    base: Mapped[BigInt]
