"""Customers and suppliers with their people and places."""

from __future__ import annotations

import json

from sqlalchemy import insert, text

from db.orm.parties import Contact, Party, Site
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.encryption import is_sealed
from desktop.operations.record_lines import table_of
from desktop.operations.records import Draft, LineKind, Record, RecordKind, Reference, Values

PARTY = RecordKind(
    key="party",
    model=Party,
    title="code",
    writes=(
        "code", "name", "name_zh", "is_customer", "is_supplier", "is_person", "customer_class", "industry",
        "tax_number", "phone", "email", "letter_language", "address", "city", "currency", "payment_days",
        "bank_account_sealed", "note", "retired_on", "custom",
    ),
    reads=("company_id", "created_at", "updated_at"),
    linked=("party_unit", "party_id"),
    entered_by="api.create_party(jsonb, integer)",
    lines=(
        LineKind(
            name="contacts",
            model=Contact,
            parent="party_id",
            columns=("name", "name_zh", "job_title", "phone", "email", "is_main"),
            order="id",
            retire=True,
        ),
        LineKind(
            name="sites",
            model=Site,
            parent="party_id",
            columns=("code", "name", "name_zh", "city", "address"),
            order="code",
            read_only=True,
        ),
    ),
)  # fmt: skip


def load(database: Database, party_id: int) -> Record:
    return records.load(database, PARTY, party_id)


def save(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save a customer or supplier. A new one is linked to the units of the person who enters it."""
    if record.id is not None:
        return records.save(database, PARTY, record, draft)
    return _create(database, record, draft)


def _as_json(values: Values) -> str:
    """What was entered, for a function that takes one object; empty fields are left to the database."""
    given = {name: value for name, value in values.items() if value is not None}
    return json.dumps(given, default=str)


def _create(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    given = {**record.values, **draft.values}
    party = {name: value for name, value in given.items() if not is_sealed(name)}
    sealed = {name: value for name, value in given.items() if is_sealed(name) and value is not None}
    with database.write() as session:
        query = text("select api.create_party(cast(:party as jsonb))")
        party_id = int(session.execute(query, {"party": _as_json(party)}).scalar_one())
        records.write_sealed(session, table_of(Party), party_id, sealed)
        for _, contact in draft.lines.get("contacts", ()):
            session.execute(insert(Contact).values({**contact, "party_id": party_id}))
    return load(database, party_id), Changes.of(party=[party_id], contact=[])


SITE = RecordKind(
    key="site",
    model=Site,
    title="code",
    writes=(
        "party_id", "code", "name", "name_zh", "city", "address", "latitude", "longitude", "time_zone", "retired_on",
    ),
    reads=("company_id", "org_unit_id", "created_at", "updated_at"),
    references={"party_id": Reference(model=Party, lookup="customers")},
    entered_by="api.create_site(jsonb, integer)",
)  # fmt: skip


def load_site(database: Database, site_id: int) -> Record:
    return records.load(database, SITE, site_id)


def save_site(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    """Save a site. A new one becomes a unit under that of the person who enters it."""
    if record.id is not None:
        return records.save(database, SITE, record, draft)
    with database.write() as session:
        query = text("select api.create_site(cast(:place as jsonb))")
        site_id = int(session.execute(query, {"place": _as_json({**record.values, **draft.values})}).scalar_one())
    return load_site(database, site_id), Changes.of(site=[site_id], org_unit=(), party=())
