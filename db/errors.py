"""What the database refuses, in words for the person in front of the screen.

`UserError` is an expected refusal: it names the cause and the remedy in both languages. `BugError` is ours to mend; it
goes to the log. `translate` sorts a driver's error into one of the two by SQLSTATE and constraint name; the words
stand in `db/messages.py`, and a test demands an entry for each named constraint.

Codes of our own refusals (SQLSTATE): ER001 not this person's job, ER002 outside his units, ER003 changed meanwhile,
ER004 not found or not his to see, ER005 same request key with other content, ER010 no such step in this state, ER011
something is missing, ER012 and above against a rule of the business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from psycopg2 import Error as DriverError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

Language = Literal["en", "zh"]


class OutpostError(Exception):
    """Whatever comes out of `db` with a meaning."""


class BugError(OutpostError):
    """A fault of the program: to the log, never to the user."""


class UserError(OutpostError):
    """A refusal that the user can understand and mend.

    `code` is the SQLSTATE or ER number, `constraint` the rule's name, `field` the column concerned (or None), `facts`
    what the database said about it (line, item, quantity on hand).
    """

    def __init__(
        self,
        *,
        code: str = "",
        message_en: str,
        message_zh: str,
        remedy_en: str = "",
        remedy_zh: str = "",
        field: str | None = None,
        constraint: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{message_en} {remedy_en}".strip())
        self.code = code
        self.message_en, self.message_zh = message_en, message_zh
        self.remedy_en, self.remedy_zh = remedy_en, remedy_zh
        self.field = field
        self.constraint = constraint
        self.facts: Mapping[str, Any] = facts or {}

    def text(self, language: Language) -> str:
        """Cause and remedy in one line."""
        if language == "zh":
            return f"{self.message_zh}{self.remedy_zh}"
        return f"{self.message_en} {self.remedy_en}".strip()


class LoginError(UserError):
    """The log-in did not work."""


class WrongPassword(LoginError):
    """User name or password are wrong, or the log-in is disabled."""


class NotAdmitted(LoginError):
    """Name and password are right, but the account is locked, not released, or out of its dates."""


class PasswordMustChange(LoginError):
    """Name and password are right, but a new password must be chosen first."""


class ServerUnreachable(LoginError):
    """Nobody answers at that address, or not in time."""


class InsecureWay(LoginError):
    """The way to a server that is not on this machine would not be protected by a proven certificate."""


class NotInstalled(LoginError):
    """The server answers, but that database holds no Outpost for this log-in."""


class SchemaTooOld(LoginError):
    """The database must be upgraded before this program can use it."""


class SchemaTooNew(LoginError):
    """This program must be upgraded before it can use the database."""


class ConnectionLost(UserError):
    """The connection broke during the work; whether it was done is unknown: repeat it with the same request id."""


class Busy(UserError):
    """Two people wanted the same row in the same moment; a second try will do."""


_KEY = re.compile(r"\((?P<columns>[^)]*)\)=\((?P<values>.*?)\)", re.DOTALL)
CONNECTION_LOST = ("57P01", "57P02", "57P03", "57P05")
RETRY = ("40001", "40P01", "55P03")


def sqlstate(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(original, "pgcode", None) or "")


def facts_of(error: BaseException) -> dict[str, Any]:
    """The JSON that our functions put into DETAIL, or the key that a constraint of the server names there."""
    original = error.orig if isinstance(error, DBAPIError) else error
    detail = getattr(getattr(original, "diag", None), "message_detail", None)
    try:
        found = json.loads(detail) if detail else {}
    except ValueError:
        return _key_facts(detail or "")
    return found if isinstance(found, dict) else {}


def _key_facts(detail: str) -> dict[str, Any]:
    """From ``Key (company_id, code)=(1, P-7) already exists.``: each column's value, and the last as `value`."""
    key = _KEY.search(detail)
    if key is None:
        return {}
    values = key["values"].split(", ")
    return dict(zip(key["columns"].split(", "), values, strict=False)) | {"value": values[-1]}


def is_connection_lost(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    original = error.orig if isinstance(error, DBAPIError) else error
    state = sqlstate(error)
    if not state:
        return isinstance(original, DriverError) and type(original).__name__ in ("OperationalError", "InterfaceError")
    return state.startswith("08") or state in CONNECTION_LOST


def translate(error: BaseException) -> OutpostError:
    """The driver's error as UserError or BugError. The original stays its cause."""
    from db import messages

    if isinstance(error, OutpostError):
        return error
    if isinstance(error, StaleDataError):
        return messages.refusal("ER003", "row_unchanged", {})
    original = error.orig if isinstance(error, DBAPIError) else error
    diag = getattr(original, "diag", None)
    state = sqlstate(error)
    if is_connection_lost(error):
        return ConnectionLost(
            code=state or "08006",
            message_en="The connection to the database was lost.",
            message_zh="与数据库的连接已断开。",
            remedy_en="Your entries are kept; try again.",
            remedy_zh="您的录入内容已保留，请重试。",
        )
    if state in RETRY:
        return Busy(
            code=state,
            message_en="A colleague is changing the same record right now.",
            message_zh="同事正在修改同一条记录。",
            remedy_en="Try again.",
            remedy_zh="请重试。",
        )
    if state == "23001" or (state == "23503" and "referenced from" in (getattr(diag, "message_detail", None) or "")):
        return messages.refusal(state, "still_used", facts_of(error))
    found = messages.find(
        state,
        getattr(diag, "constraint_name", None),
        getattr(diag, "table_name", None),
        getattr(diag, "column_name", None),
        facts_of(error),
        getattr(diag, "message_primary", None) or str(original),
    )
    return found or BugError(str(original))
