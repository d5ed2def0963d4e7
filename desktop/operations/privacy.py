"""People whose data we hold: find one, take out everything about him, see what an erasure would do, erase, set how long
kinds of data are kept. What may be done and by whom is decided in the database (97_audit_erasure.sql,
98_audit_retention.sql).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from db.session import Database
from desktop.domain.changes import Changes

KINDS = ("user", "engineer", "contact", "party")


@dataclass(frozen=True)
class Subject:
    """A person as the search finds him: `kind` is one of KINDS, `at_party` where a contact works."""

    kind: str
    id: int
    code: str
    name: str
    name_zh: str | None
    phone: str | None
    email: str | None
    at_party: str | None
    at_party_zh: str | None
    active: bool


@dataclass(frozen=True)
class Places:
    """Rows of a table or column, or of something else that `what` names; `why` says why they stay. `label` is the
    column's name in the dictionary.
    """

    what: str
    rows: int
    column: str = ""
    why: str = ""
    label: str = ""
    label_zh: str = ""


@dataclass(frozen=True)
class Preview:
    """What an erasure would do. `token` stands for exactly this; `unsearched` are values that are not looked for in
    texts: value → ``"shared"`` or ``"common"``.
    """

    token: str
    records: tuple[Places, ...]
    mentions: tuple[Places, ...]
    removed: tuple[Places, ...]
    kept: tuple[Places, ...]
    elsewhere: tuple[Places, ...]
    obstacles: tuple[Places, ...]
    unsearched: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Erased:
    """`rows` records and texts changed, `values` taken out of the audit; `remaining`: where the name still stands."""

    pseudonym: str
    rows: int
    values: int
    remaining: tuple[Places, ...]


@dataclass(frozen=True)
class SubjectData:
    """Everything about one person: section → records, in the order in which they were found."""

    kind: str
    id: int
    at: datetime
    by: str
    sections: Mapping[str, tuple[Mapping[str, Any], ...]]


@dataclass(frozen=True)
class Rule:
    """How long a kind of data is kept; `due` rows would go if the rule ran now."""

    id: int
    key: str
    name: str
    name_zh: str
    days: int
    min_days: int
    active: bool
    last_run_at: datetime | None
    last_rows: int
    due: int


def find(database: Database, typed: str) -> tuple[Subject, ...]:
    """People by name, number, telephone or e-mail; those in use first."""
    with database.read() as session:
        rows = session.execute(text("select * from api.find_subjects(:typed)"), {"typed": typed}).all()
    return tuple(
        Subject(
            row.kind,
            row.id,
            row.code,
            row.name,
            row.name_zh,
            row.phone,
            row.email,
            row.at_party,
            row.at_party_zh,
            row.active,
        )
        for row in rows
    )


def preview(database: Database, kind: str, subject_id: int) -> Preview:
    """Raises UserError where the person is not found or not the reader's to see."""
    with database.read() as session:
        found = session.execute(
            text("select api.erasure_preview(:kind, :id)"), {"kind": kind, "id": subject_id}
        ).scalar_one()
        tables = [str(each["table"]) for key in ("mentions", "elsewhere") for each in found[key]]
        known = {
            (row.table_name, row.column_name): (row.label, row.label_zh)
            for row in session.execute(
                text(
                    "select table_name, column_name, label, label_zh from erp.dictionary_entry"
                    " where table_name = any(:tables)"
                ),
                {"tables": tables},
            )
        }
    return Preview(
        token=str(found["token"]),
        records=_places(found["records"]),
        mentions=_places(found["mentions"], known),
        removed=_places(found["removed"]),
        kept=_places(found["kept"]),
        elsewhere=_places(found["elsewhere"], known),
        obstacles=_places(found["obstacles"]),
        unsearched=tuple((str(each["value"]), str(each["why"])) for each in found["unsearched"]),
    )


def erase(database: Database, kind: str, subject_id: int, *, reason: str, token: str) -> tuple[Erased, Changes]:
    """Replace the person by a pseudonym, once and for all. `token` is that of the preview that was looked at."""
    with database.write() as session:
        done = session.execute(
            text("select api.erase_subject(:kind, :id, :reason, :token)"),
            {"kind": kind, "id": subject_id, "reason": reason.strip(), "token": token},
        ).scalar_one()
    erased = Erased(str(done["pseudonym"]), int(done["rows"]), int(done["values"]), _places(done["remaining"]))
    return erased, Changes.of(
        app_user=(), engineer=(), contact=(), party=(), site=(), org_unit=(), work_order=(), absence=(), erasure=()
    )


def subject_data(database: Database, kind: str, subject_id: int) -> SubjectData:
    """Everything about a person. Whoever asks is noted in the audit."""
    sections: dict[str, list[Mapping[str, Any]]] = {}
    with database.write() as session:
        rows = session.execute(
            text("select section, record from api.subject_export(:kind, :id)"), {"kind": kind, "id": subject_id}
        )
        for row in rows:
            sections.setdefault(row.section, []).append(row.record)
    return SubjectData(
        kind, subject_id, datetime.now(UTC), database.user.display_name,
        {section: tuple(records) for section, records in sections.items()},
    )  # fmt: skip


def rules(database: Database) -> tuple[Rule, ...]:
    """The rules of retention and what each would change now."""
    with database.read() as session:
        rows = session.execute(
            text("select r.*, p.rows as due from erp.retention_rule r join api.retention_preview() p on p.key = r.key"
                 " order by r.id")
        ).all()  # fmt: skip
    return tuple(
        Rule(row.id, row.key, row.name, row.name_zh, row.days, row.min_days, row.active, row.last_run_at,
             row.last_rows, row.due)
        for row in rows
    )  # fmt: skip


def set_rules(database: Database, changed: Mapping[str, tuple[int, bool]]) -> Changes:
    """key → (days, in force). Raises UserError below the floor of a rule, and then changes none."""
    with database.write() as session:
        for key, (days, active) in changed.items():
            session.execute(
                text("update erp.retention_rule set days = :days, active = :active where key = :key"),
                {"key": key, "days": days, "active": active},
            )
    return Changes.of(retention_rule=())


def _places(found: Any, known: Mapping[tuple[str, str], tuple[str, str]] | None = None) -> tuple[Places, ...]:
    return tuple(_place(each, known or {}) for each in found or ())


def _place(each: Mapping[str, Any], known: Mapping[tuple[str, str], tuple[str, str]]) -> Places:
    what, column = str(each.get("what") or each.get("table")), str(each.get("column") or "")
    label, label_zh = known.get((what, column), (column, column))
    return Places(what, int(each["rows"]), column, str(each.get("why") or ""), label, label_zh)
