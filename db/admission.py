"""Coming in: what the database says of a person who gave the right password, and why he may have to wait.

`admit` notes the log-in (api.log_in) once at each start of a program. A person may be known and still be nobody: his
password was reset and must be changed, the security officer has not released him, his dates have passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from db import transport, users
from db.engine import open_connection
from db.errors import LoginError, NotAdmitted, PasswordMustChange, WrongPassword
from db.messages import login_error
from db.session import Database, check_schema
from db.users import LogIn


def admit(dsn: str, *, program: str) -> tuple[Database, LogIn]:
    """Log in and note it. Raises PasswordMustChange, NotAdmitted, or what db.session.connect raises."""
    probe = open_connection(dsn)
    try:
        check_schema(probe)
    finally:
        probe.close()
    database = Database(dsn)
    try:
        said = users.log_in(database, program)
        refused = _refusal(said, transport.parts_of(dsn).get("user", ""))
        if refused is not None:
            raise refused
        _ = database.user
    except BaseException:
        database.close()
        raise
    return database, said


def change_password(dsn: str, password: str) -> None:
    """Give the log-in of `dsn` a new password; works for who must do that before anything else."""
    database = Database(dsn, pool_size=1)
    try:
        users.change_password(database, password)
    finally:
        database.close()


def closed(owner: Database, user_name: str) -> LoginError | None:
    """Why the log-in of that person is closed, for a program that may ask as the owner; None where it is open."""
    query = text(
        "select erp.account_state(u.id) as state, u.locked_until, u.valid_from, u.valid_to"
        " from erp.app_user u where u.user_name = :name"
    )
    with owner.read() as session:
        row = session.execute(query, {"name": user_name}).mappings().one_or_none()
    return None if row is None else _closed_by(row)


def _closed_by(row: Mapping[Any, Any]) -> LoginError | None:
    until = row["locked_until"]
    facts = {
        "until": f"{until.astimezone():%H:%M}" if until else "",
        "from": row["valid_from"],
        "to": row["valid_to"],
    }
    known = ("locked", "disabled", "expired", "not_yet")
    return login_error(NotAdmitted, f"login_{row['state']}", facts) if row["state"] in known else None


def _refusal(said: LogIn, login: str) -> LoginError | None:
    """The first thing that keeps a person out: his own step comes before that of others."""
    if said.state in ("disabled", "expired", "not_yet", "locked"):
        return login_error(NotAdmitted, "login_closed", {})
    if said.must_change:
        return login_error(PasswordMustChange, "login_must_change", {"least": said.password_min_length})
    if said.awaiting_release:
        return login_error(NotAdmitted, "login_awaiting_release", {})
    if said.state == "new":
        return login_error(NotAdmitted, "login_new", {})
    if said.state == "unknown":
        return login_error(WrongPassword, "login_unknown", {"login": login})
    return None
