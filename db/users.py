"""People and their log-ins, for who administers them and for the demo company.

Passwords never leave this machine: the server gets a SCRAM-SHA-256 verifier (RFC 5802, RFC 7677) that was made here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stringprep
import unicodedata
from collections.abc import Iterable, Sequence

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
    roles: Iterable[str],
    units: Sequence[int],
    display_name: str,
    display_name_zh: str | None = None,
    language: str = "zh",
    email: str | None = None,
    phone: str | None = None,
    badge: str | None = None,
    company_id: int | None = None,
    login: str | None = None,
) -> int:
    """Make a person with a PostgreSQL log-in (`<prefix>_<user_name>` unless `login` says else); his id.

    `units` are seen and written with all below them. Raises UserError: not allowed, or the name is taken.
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
    """One's own password, or another's by an administrator."""
    _call(database, "select api.set_password_verifier(:id, :verifier)", id=user_id, verifier=scram_verifier(password))


def set_roles(database: Database, user_id: int, roles: Iterable[str]) -> None:
    """Replace a person's jobs. Nobody changes his own."""
    _call(database, "select api.set_user_roles(:id, :roles)", id=user_id, roles=list(roles))


def set_units(database: Database, user_id: int, units: Iterable[int], *, read_only: Iterable[int] = ()) -> None:
    """Replace the units that a person sees; in `read_only` ones he may not write."""
    query = "select api.set_user_units(:id, :units, :read_only)"
    _call(database, query, id=user_id, units=list(units), read_only=list(read_only))


def disable_user(database: Database, user_id: int) -> None:
    """From now on he sees nothing, in open programs too, and cannot log in."""
    _call(database, "select api.set_user_active(:id, false)", id=user_id)


def enable_user(database: Database, user_id: int) -> None:
    """Let a disabled person in again."""
    _call(database, "select api.set_user_active(:id, true)", id=user_id)


def create_worker(database: Database, password: str, *, login: str | None = None) -> str:
    """The headless worker's log-in, or a new password for it; its name. Only the installation's owner may."""
    with database.write() as session:
        query = text("select api.create_worker(:verifier, :login)")
        return str(session.execute(query, {"verifier": scram_verifier(password), "login": login}).scalar_one())


def _call(database: Database, query: str, **values: object) -> None:
    with database.write() as session:
        session.execute(text(query), values)
