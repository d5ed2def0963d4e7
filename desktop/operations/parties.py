"""Customers and suppliers with their people and places."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import insert, text

from db.orm.parties import Contact, Party, Site
from db.session import Database
from desktop.domain.changes import Changes
from desktop.operations import records
from desktop.operations.records import Draft, LineKind, Record, RecordKind

PARTY = RecordKind(
    key="party",
    model=Party,
    title="code",
    writes=(
        "code", "name", "name_zh", "is_customer", "is_supplier", "customer_class", "industry", "tax_number", "phone",
        "email", "address", "city", "currency", "payment_days", "note", "retired_on", "custom",
    ),
    reads=("company_id", "created_at", "updated_at"),
    linked=("party_unit", "party_id"),
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


def _create(database: Database, record: Record, draft: Draft) -> tuple[Record, Changes]:
    values = {**record.values, **draft.values}
    party = {
        name: str(value) if isinstance(value, date) else value for name, value in values.items() if value is not None
    }
    with database.write() as session:
        query = text("select api.create_party(cast(:party as jsonb))")
        party_id = int(session.execute(query, {"party": json.dumps(party)}).scalar_one())
        for _, contact in draft.lines.get("contacts", ()):
            session.execute(insert(Contact).values({**contact, "party_id": party_id}))
    return load(database, party_id), Changes.of(party=[party_id], contact=[])
