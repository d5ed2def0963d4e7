"""Which database this program talks to, and as whom.

An explicit DSN or server profile, else `OUTPOST_DSN`, else the embedded server of `OUTPOST_HOME`, which is started for
as long as it is used and gets schema and demo company at its first start. On the embedded server nobody is asked who he
is: without a name the installation owner acts, who bypasses row-level security.
"""

from __future__ import annotations

import getpass
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import URL

from db import embedded, session, transport, users
from db.errors import UserError
from db.session import Database
from desktop import __version__
from desktop.domain.text import language, tr
from desktop.operations import people
from desktop.runtime import first_start, keys
from desktop.runtime.server_profiles import ServerProfile

Tell = Callable[[str], None]
Where = str | ServerProfile | None
"""The database that a command was given: a DSN, a profile of this workstation, or nothing."""


@dataclass(frozen=True)
class Connection:
    """A database that can be reached while the enclosing `connected` block lasts."""

    dsn: str = field(repr=False)
    server: embedded.Server | None

    @property
    def is_embedded(self) -> bool:
        return self.server is not None


def chosen_dsn(explicit: Where = None) -> str | None:
    """The shared server that was asked for; None for the embedded one."""
    if isinstance(explicit, ServerProfile):
        return explicit.dsn()
    return explicit or os.environ.get("OUTPOST_DSN") or None


@contextmanager
def connected(explicit: Where, *, user: str | None = None, tell: Tell) -> Iterator[Connection]:
    """The database as `user`; without one as its owner (embedded) or as the DSN says. From here on this program opens
    sealed values with the keys of this workstation.

    The embedded server runs until the block ends.
    """
    keys.use_own_keys()
    dsn = chosen_dsn(explicit)
    if dsn is not None:
        profile = explicit if isinstance(explicit, ServerProfile) else None
        yield Connection(dsn if user is None else as_person(dsn, user, profile), None)
        return
    with on_this_computer(user=user, tell=tell) as found:
        yield found


@contextmanager
def on_this_computer(*, user: str | None = None, tell: Tell) -> Iterator[Connection]:
    """The embedded server, whatever OUTPOST_DSN says; it runs until the block ends."""
    keys.use_own_keys()
    with embedded.start(embedded.home(), progress=in_my_language(tell)) as server:
        first_start.complete(server, progress=in_my_language(tell))
        if keys.ensure_own_key(server):
            tell(tr("An encryption key was made. See it, and note its recovery code: outpost admin key status"))
        yield Connection(server.dsn() if user is None else as_person(server.dsn(), user), server)


@contextmanager
def database(explicit: Where, *, user: str | None = None, tell: Tell) -> Iterator[Database]:
    """As `connected`, with the handle that operations take. A person's log-in is noted, as the window notes it."""
    with connected(explicit, user=user, tell=tell) as connection:
        handle = session.connect(connection.dsn)
        try:
            if not (handle.user.is_owner or handle.user.is_worker):
                users.log_in(handle, this_program())
            yield handle
        finally:
            handle.close()


def this_program() -> str:
    """What a log-in is noted with: the computer, the system's user, this program."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = os.environ.get("USERNAME", "")
    return " ".join(part for part in (platform.node(), account, f"Outpost {__version__}") if part)


def in_my_language(tell: Tell) -> embedded.Progress:
    """`tell` for those who speak both languages at once."""
    return lambda en, zh: tell(zh if language() == "zh" else en)


def as_person(dsn: str, user: str, profile: ServerProfile | None = None) -> str:
    """`dsn` with the log-in of `user` (the name that he types) instead of its own.

    The password is that in OUTPOST_PASSWORD, or the known one of a demo, or asked for at a terminal. A DSN without a
    user of its own belongs to nobody who could be asked for the log-in: it is then the prefix and the name.
    """
    parts = transport.parts_of(dsn)
    if not parts.get("user"):
        named = (profile or ServerProfile("", "")).login_of(user)
        secret = os.environ.get("OUTPOST_PASSWORD") or _ask_password(user)
        return _url(parts | {"user": named} | ({"password": secret} if secret else {}))
    owner = session.connect(dsn)
    try:
        login = people.login_of(owner, user)
        from desktop.operations import demo  # heavy, and only this command asks

        demo_password = demo.password_of(user) if demo.demo_size(owner) else None
    finally:
        owner.close()
    if login is None:
        raise UserError(
            code="ER004",
            message_en=f"There is no user {user}.",
            message_zh=f"没有用户 {user}。",
            remedy_en="`outpost list users` shows the names.",
            remedy_zh="可用 outpost list users 查看用户名。",
        )
    password = os.environ.get("OUTPOST_PASSWORD") or demo_password or _ask_password(user)
    return _url(parts | {"user": login} | ({"password": password} if password else {}))


def _url(parts: dict[str, str]) -> str:
    """libpq's key words as a URL, which psql, psycopg2 and SQLAlchemy all read."""
    main = {name: parts.get(name) for name in ("user", "password", "host", "port", "dbname")}
    url = URL.create(
        "postgresql",
        username=main["user"],
        password=main["password"],
        host=main["host"],
        port=int(main["port"]) if main["port"] else None,
        database=main["dbname"],
        query={name: value for name, value in parts.items() if name not in main},
    )
    return url.render_as_string(hide_password=False)


def _ask_password(user: str) -> str | None:
    if not sys.stdin.isatty():
        return None  # libpq then looks into PGPASSWORD and ~/.pgpass
    return getpass.getpass(f"{user}: ") or None
