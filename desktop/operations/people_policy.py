"""The rules for log-ins: how long a password is, when it ages, when wrong ones lock, when an idle program locks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text

from db import users
from db.session import Database
from db.users import Policy
from desktop.domain.changes import Changes

__all__ = ["Policy", "rules", "save"]


def rules(database: Database) -> tuple[Policy, ...]:
    """Each rule with its value, what holds where the company chose nothing, and the bounds."""
    return users.policies(database)


def save(database: Database, values: Mapping[str, int], *, reason: str = "") -> Changes:
    """Set the rules that were changed. Raises a UserError where the value is out of bounds or the job another's."""
    with database.write(reason or None) as session:
        for key, value in values.items():
            session.execute(text("select api.set_policy(:key, :value)"), {"key": key, "value": value})
    return Changes.of(setting=())
