"""Finding a record by what somebody types or scans, and what the dictionary says of a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from db import functions
from db.orm.dictionary import DictionaryEntry
from db.orm.people import Role
from db.session import Database
from desktop.domain.text import Language

Hit = functions.Found


@dataclass(frozen=True)
class Meaning:
    """A column of the data dictionary in one language. `values` maps each allowed value to its label."""

    field: str
    label: str
    meaning: str
    values: Mapping[str, str]
    owner: str
    personal: bool = False


def anywhere(database: Database, typed: str, *, limit: int = 20) -> list[Hit]:
    """What `typed` (code, name, pinyin initials) finds among all that this user may see, best first."""
    with database.read() as session:
        return functions.search_anywhere(session, typed, limit=limit)


def by_code(database: Database, code: str) -> Hit | None:
    """The record that bears exactly this code; a mere resemblance is none, because a scan opens it unasked."""
    wanted = code.strip().casefold()
    return next((each for each in anywhere(database, code, limit=100) if each.code.casefold() == wanted), None)


def meaning(database: Database, field: str, language: Language) -> Meaning | None:
    """The entry of ``"table.column"``; None where the dictionary has none."""
    table, _, column = field.rpartition(".")
    with database.read() as session:
        found = session.execute(
            select(DictionaryEntry, Role.name, Role.name_zh)
            .join(Role, DictionaryEntry.owner_role == Role.key, isouter=True)
            .where(DictionaryEntry.table_name == table, DictionaryEntry.column_name == column)
        ).one_or_none()
    if found is None:
        return None
    entry, owner, owner_zh = found
    zh = language == "zh"
    values = {
        value: str(words.get(language) or words.get("en") or value) for value, words in (entry.allowed or {}).items()
    }
    return Meaning(
        field=field,
        label=entry.label_zh if zh else entry.label,
        meaning=entry.meaning_zh if zh else entry.meaning,
        values=values,
        owner=str((owner_zh if zh else owner) or ""),
        personal=entry.personal,
    )
