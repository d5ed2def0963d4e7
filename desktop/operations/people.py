"""Who works here: log-ins and the words for their jobs, as the log-in window and the status bar show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from db.session import Database

DEMO_SETTING = "demo_logins"
"""The setting in which the demo company keeps its people: ``[{"user", "password", "job", "job_zh"}, …]``."""


@dataclass(frozen=True)
class DemoPerson:
    """A log-in of the demo company; its password is no secret."""

    user: str
    password: str
    job: str
    job_zh: str


def login_of(owner: Database, user_name: str) -> str | None:
    """The PostgreSQL log-in behind the name that a person types; None where nobody has that name."""
    with owner.read() as session:
        found = session.execute(text("select login from erp.app_user where user_name = :name"), {"name": user_name})
        return found.scalar_one_or_none()


def demo_people(owner: Database) -> tuple[DemoPerson, ...]:
    """The people of the demo company; none where this installation holds no demo."""
    with owner.read() as session:
        found = session.execute(
            text("select value from erp.setting where key = :key and org_unit_id is null"),
            {"key": DEMO_SETTING},
        ).scalar_one_or_none()
    return tuple(
        DemoPerson(str(row["user"]), str(row["password"]), str(row.get("job", "")), str(row.get("job_zh", "")))
        for row in found or ()
    )


def job_words(database: Database, roles: frozenset[str]) -> tuple[str, str]:
    """The user's jobs in English and Chinese, the first one where there are several."""
    with database.read() as session:
        rows = session.execute(
            text("select name, name_zh from erp.role where key = any(:keys) order by key"),
            {"keys": sorted(roles)},
        ).all()
    return (str(rows[0].name), str(rows[0].name_zh)) if rows else ("", "")
