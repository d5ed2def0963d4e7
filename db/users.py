"""People and their log-ins, for who administers them and for the demo company.

Passwords never leave this machine: the server gets a SCRAM-SHA-256 verifier (RFC 5802, RFC 7677) that was made here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import stringprep
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from db.session import Database

_ITERATIONS = 4096
"""PostgreSQL's own default (scram_iterations); every log-in repeats it."""

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def scram_verifier(password: str, *, salt: bytes | None = None, iterations: int = _ITERATIONS) -> str:
    """``SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey``, as PostgreSQL keeps it (pg_authid.rolpassword)."""
    salt = os.urandom(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, iterations)
    stored_key = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    server_key = _hmac(salted, b"Server Key")
    return f"SCRAM-SHA-256${iterations}:{_b64(salt)}${_b64(stored_key)}:{_b64(server_key)}"


def prepared(password: str) -> str:
    """SASLprep (RFC 4013) as PostgreSQL does it: a password that cannot be prepared is used as it is."""
    mapped = "".join(
        " " if stringprep.in_table_c12(letter) else letter for letter in password if not stringprep.in_table_b1(letter)
    )
    normal = unicodedata.normalize("NFKC", mapped)
    if not normal or any(table(letter) for letter in normal for table in _PROHIBITED):
        return password
    if any(stringprep.in_table_a1(letter) for letter in normal) or not _bidi_fits(normal):
        return password
    return normal


def _bidi_fits(text_: str) -> bool:
    """RFC 3454, section 6: right-to-left text stands alone and encloses itself."""
    right = [stringprep.in_table_d1(letter) for letter in text_]
    if not any(right):
        return True
    return right[0] and right[-1] and not any(stringprep.in_table_d2(letter) for letter in text_)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def create_user(
    database: Database,
    *,
    user_name: str,
    password: str,
    display_name: str,
    roles: Iterable[str] = (),
    units: Sequence[int] = (),
    display_name_zh: str | None = None,
    language: str = "zh",
    email: str | None = None,
    phone: str | None = None,
    badge: str | None = None,
    company_id: int | None = None,
    login: str | None = None,
) -> int:
    """Make a person with a PostgreSQL log-in (`<prefix>_<user_name>` unless `login` says else); his id.

    An administrator leaves `roles` and `units` empty: the security officer gives them. The owner of the installation
    may do it at once; `units` are seen and written with all below them. Raises UserError: not allowed, or the name is
    taken.
    """
    with database.write() as session:
        return int(
            session.execute(
                text(
                    "select api.create_user(user_name => :user_name, display_name => :display_name,"
                    " verifier => :verifier, roles => :roles, units => :units, display_name_zh => :display_name_zh,"
                    " language => :language, email => :email, phone => :phone, badge => :badge,"
                    " company => :company_id, login_name => :login)"
                ),
                {
                    "user_name": user_name,
                    "display_name": display_name,
                    "verifier": scram_verifier(password),
                    "roles": list(roles),
                    "units": list(units),
                    "display_name_zh": display_name_zh,
                    "language": language,
                    "email": email,
                    "phone": phone,
                    "badge": badge,
                    "company_id": company_id,
                    "login": login,
                },
            ).scalar_one()
        )


def set_password(database: Database, user_id: int, password: str) -> None:
    """One's own password; anybody's by the installation's owner. An administrator uses `reset_password`."""
    _call(database, "select api.set_password_verifier(:id, :verifier)", id=user_id, verifier=scram_verifier(password))


def change_password(database: Database, password: str) -> None:
    """One's own, also by a person who may do nothing until he has changed it."""
    _call(database, "select api.change_password(:verifier)", verifier=scram_verifier(password))


def reset_password(database: Database, user_id: int, password: str, *, reason: str | None = None) -> None:
    """A first password by the administrator. The person sees nothing until he chose his own and was released."""
    query = "select api.reset_password(:id, :verifier)"
    _call(database, query, reason, id=user_id, verifier=scram_verifier(password))


def release_user(database: Database, user_id: int, *, reason: str | None = None) -> None:
    """By the security officer, when the person has chosen his own password."""
    _call(database, "select api.release_user(:id)", reason, id=user_id)


def unlock_user(database: Database, user_id: int, *, reason: str | None = None) -> None:
    """Let a person in again who was locked out after too many wrong passwords."""
    _call(database, "select api.unlock_user(:id)", reason, id=user_id)


def set_dates(
    database: Database, user_id: int, valid_from: date, valid_to: date | None, *, reason: str | None = None
) -> None:
    """First and last day of an account."""
    query = "select api.set_user_dates(:id, :first, :last)"
    _call(database, query, reason, id=user_id, first=valid_from, last=valid_to)


def set_roles(database: Database, user_id: int, roles: Iterable[str], *, reason: str | None = None) -> None:
    """Replace a person's jobs and custom roles, by their keys. Nobody changes his own."""
    _call(database, "select api.set_user_roles(:id, :roles)", reason, id=user_id, roles=list(roles))


def set_units(database: Database, user_id: int, units: Iterable[int], *, read_only: Iterable[int] = ()) -> None:
    """Replace the units that a person sees; in `read_only` ones he may not write."""
    query = "select api.set_user_units(:id, :units, :read_only)"
    _call(database, query, id=user_id, units=list(units), read_only=list(read_only))


@dataclass(frozen=True)
class Grant:
    """A unit that a person sees with all below it; both days are inclusive, no last day means no end."""

    unit: int
    may_write: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


def set_grants(database: Database, user_id: int, grants: Iterable[Grant], *, reason: str | None = None) -> None:
    """Replace a person's units, with their dates."""
    rows = [
        {
            "unit": grant.unit,
            "may_write": grant.may_write,
            "valid_from": grant.valid_from.isoformat() if grant.valid_from else None,
            "valid_to": grant.valid_to.isoformat() if grant.valid_to else None,
        }
        for grant in grants
    ]
    query = "select api.set_user_grants(:id, cast(:grants as jsonb))"
    _call(database, query, reason, id=user_id, grants=json.dumps(rows))


def disable_user(database: Database, user_id: int, *, reason: str | None = None) -> None:
    """From now on he sees nothing, in open programs too, and cannot log in."""
    _call(database, "select api.set_user_active(:id, false)", reason, id=user_id)


def enable_user(database: Database, user_id: int, *, reason: str | None = None) -> None:
    """Let a disabled person in again; when the administrator does it, the security officer releases him."""
    _call(database, "select api.set_user_active(:id, true)", reason, id=user_id)


@dataclass(frozen=True)
class LogIn:
    """What the server says at a log-in. `state`: active, or why the person sees nothing."""

    state: str
    must_change: bool
    awaiting_release: bool
    previous_at: datetime | None
    previous_client: str | None
    failed_since: int
    password_days_left: int | None
    password_min_length: int
    idle_lock_minutes: int


def log_in(database: Database, program: str) -> LogIn:
    """Note a log-in, once at each start of a program. Works for a person who may do nothing yet as well."""
    with database.write() as session:
        found = session.execute(text("select api.log_in(:program)"), {"program": program}).scalar_one()
    at = found.get("previous_login_at")
    return LogIn(
        state=found["state"],
        must_change=found["must_change"],
        awaiting_release=found["awaiting_release"],
        previous_at=datetime.fromisoformat(at) if at else None,
        previous_client=found.get("previous_client"),
        failed_since=found["failed_since"],
        password_days_left=found.get("password_days_left"),
        password_min_length=found["password_min_length"],
        idle_lock_minutes=found["idle_lock_minutes"],
    )


@dataclass(frozen=True)
class Policy:
    """A rule for log-ins: what holds now, what is shipped, and between what it may be set."""

    key: str
    value: int
    standard: int
    lowest: int
    highest: int


def policies(database: Database) -> tuple[Policy, ...]:
    """All rules for log-ins."""
    with database.read() as session:
        rows = session.execute(text("select key, value, standard, lowest, highest from api.policies()")).all()
    return tuple(Policy(*row) for row in rows)


def set_policy(database: Database, key: str, value: int, *, reason: str | None = None) -> None:
    """By the security officer."""
    _call(database, "select api.set_policy(:key, :value)", reason, key=key, value=value)


def apply_access(database: Database) -> int:
    """By the worker, once a minute: what depends on the clock. How many log-ins changed."""
    with database.write() as session:
        return int(session.execute(text("select api.apply_access()")).scalar_one())


def save_custom_role(
    database: Database,
    *,
    key: str,
    name: str,
    name_zh: str | None,
    parts: Iterable[str],
    reason: str | None = None,
) -> int:
    """Make or change a role of several jobs (`parts`); its holders have them at once. Returns its id."""
    query = text("select api.save_custom_role(:key, :name, :name_zh, :parts)")
    with database.write(reason) as session:
        values = {"key": key, "name": name, "name_zh": name_zh, "parts": list(parts)}
        return int(session.execute(query, values).scalar_one())


def retire_custom_role(database: Database, key: str, *, reason: str | None = None) -> None:
    """Its holders have nothing of it any more; saving it again brings it back."""
    _call(database, "select api.retire_custom_role(:key)", reason, key=key)


def delegate(
    database: Database, to_user: int, valid_from: date, valid_to: date, reason: str, from_user: int | None = None
) -> int:
    """Name a stand-in for oneself, or for `from_user` by the security officer; at most 60 days. Returns its id."""
    query = text("select api.delegate(:to, :first, :last, :reason, :from)")
    values = {"to": to_user, "first": valid_from, "last": valid_to, "reason": reason, "from": from_user}
    with database.write() as session:
        return int(session.execute(query, values).scalar_one())


def end_delegation(database: Database, stand_in: int) -> None:
    """End it before its last day: he for whom it is, the stand-in himself, or the security officer."""
    _call(database, "select api.end_delegation(:id)", id=stand_in)


@dataclass(frozen=True)
class Access:
    """One right of a person and one reason for it. `kind`: job, unit, table, view or function; `scope`: whose rows."""

    kind: str
    object: str
    object_name: str
    object_name_zh: str
    action: str
    action_zh: str
    scope: str | None
    because: str
    because_zh: str
    valid_to: date | None


def access_of(database: Database, user_id: int) -> tuple[Access, ...]:
    """What a person can see and do today, and why. For who keeps or audits rights, and for everybody about himself."""
    with database.read() as session:
        rows = session.execute(text("select * from api.access_of(:id)"), {"id": user_id}).all()
    return tuple(Access(*row) for row in rows)


def create_worker(database: Database, password: str, *, login: str | None = None) -> str:
    """The headless worker's log-in, or a new password for it; its name. Only the installation's owner may."""
    with database.write() as session:
        query = text("select api.create_worker(:verifier, :login)")
        return str(session.execute(query, {"verifier": scram_verifier(password), "login": login}).scalar_one())


def _call(database: Database, query: str, reason: str | None = None, /, **values: object) -> None:
    with database.write(reason) as session:
        session.execute(text(query), values)
