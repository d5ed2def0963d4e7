"""Coming in: from a server and a name to a door for one person. Everything here runs in a worker thread.

The embedded server belongs to whoever sits here, so the program asks it as its owner: for the log-in behind a name, for
the demo's people, for why an account is closed. A shared server tells a stranger nothing of that.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from psycopg2.extensions import make_dsn

from db import admission, embedded, session, transport
from db.errors import LoginError, NotAdmitted, PasswordMustChange, ServerUnreachable, WrongPassword
from db.session import CurrentUser, Database
from db.users import LogIn
from desktop.domain.text import tr
from desktop.operations import people
from desktop.runtime import connection, keyring, keys, service
from desktop.runtime.context import User
from desktop.runtime.server_profiles import DEFAULT_PREFIX, ServerProfile

_SERVICE = "Outpost"


@dataclass
class Server:
    """A database to come in to, and what was learnt there before anybody did."""

    dsn: str = field(repr=False)
    embedded: bool
    prefix: str = DEFAULT_PREFIX
    owner: Database | None = None
    demo: tuple[people.DemoPerson, ...] = ()

    def login_of(self, user: str) -> str:
        """The PostgreSQL log-in behind the name that a person types."""
        found = people.login_of(self.owner, user) if self.owner is not None else None
        return found or (user if user.startswith(f"{self.prefix}_") else f"{self.prefix}_{user}")

    def dsn_of(self, user: str, password: str) -> str:
        return str(make_dsn(self.dsn, user=self.login_of(user), password=password))

    def secret_name(self, user: str) -> str:
        """Under which name the keyring keeps a password: the log-in and where it counts."""
        parts = transport.parts_of(self.dsn)
        place = f"{parts.get('host', '')}:{parts.get('port', '')}/{parts.get('dbname', '')}"
        return f"{self.prefix}_{user}@{embedded.home() if self.embedded else place}"


@dataclass(frozen=True)
class LoggedIn:
    """One person's door to the database, the words about him, and what was said when he came in."""

    database: Database
    user: User
    place: str
    said: LogIn


def open_embedded(stack: ExitStack, tell: connection.Tell) -> Server:
    """Start this computer's own server, with its worker; both live until `stack` closes."""
    found = stack.enter_context(connection.on_this_computer(tell=tell))
    server = Server(found.dsn, embedded=True)
    if found.server is not None:
        stack.enter_context(service.child_worker(found.server))
        owner = session.connect(found.dsn)
        stack.callback(owner.close)
        server.owner, server.demo = owner, people.demo_people(owner)
    return server


def shared(profile: ServerProfile) -> Server:
    return Server(profile.dsn(), embedded=False, prefix=profile.prefix)


def enter(server: Server, user: str, password: str, *, keep: bool | None = None) -> LoggedIn:
    """Connect as that person. An empty password stands for the one in the keyring; `keep` True puts the right one
    there, False takes it out.

    Raises PasswordMustChange, NotAdmitted or another UserError, whose `field` says where it belongs.
    """
    keys.use_own_keys()
    given = password or keyring.fetch(_SERVICE, server.secret_name(user)) or ""
    try:
        database, said = admission.admit(server.dsn_of(user, given), program=connection.this_program())
    except (WrongPassword, NotAdmitted) as error:
        if not password and given:
            keyring.forget(_SERVICE, server.secret_name(user))
        closed = admission.closed(server.owner, user) if server.owner is not None else None
        raise closed or error from error
    except ServerUnreachable as error:
        error.field = "database"
        raise
    if keep is not None:
        _keep(server, user, given, keep=keep)
    parts = transport.parts_of(server.dsn)
    host = parts.get("host", "") or tr("this computer")
    return LoggedIn(database, user_of(database), f"{parts.get('dbname', '')}@{host}", said)


def least_length(error: BaseException) -> int | None:
    """The least length of the password that must be chosen before anything else; None for any other refusal."""
    return int(error.facts["least"]) if isinstance(error, PasswordMustChange) else None


def not_ready() -> LoginError:
    return LoginError(
        code="08001",
        message_en="The database is not ready yet.",
        message_zh="数据库尚未就绪。",
        remedy_en="Wait for it, then try again.",
        remedy_zh="请稍候再试。",
        field="database",
    )


def words_of(server: Server) -> tuple[str, str, str, bool]:
    """Database, host, port and whether the way is proven, of a server that the command line gave."""
    parts = transport.parts_of(server.dsn)
    hosts = parts.get("host", "")
    tls = parts.get("sslmode") == transport.VERIFIED or not all(transport.is_here(each) for each in hosts.split(","))
    return parts.get("dbname", ""), hosts, parts.get("port", "5432"), tls


def is_kept(server: Server, user: str) -> bool:
    """Whether the keyring has that person's password."""
    return bool(user) and keyring.fetch(_SERVICE, server.secret_name(user)) is not None


def choose_password(server: Server, user: str, old: str, new: str) -> None:
    """A new password before coming in, because it must be: `old` was right a moment ago."""
    given = old or keyring.fetch(_SERVICE, server.secret_name(user)) or ""
    admission.change_password(server.dsn_of(user, given), new)
    if is_kept(server, user):
        _keep(server, user, new, keep=True)


def change_password(server: Server, database: Database, old: str, new: str) -> None:
    """A new password while at work. Raises WrongPassword where `old` is not the present one."""
    check_password(database, old)
    admission.change_password(database.dsn, new)
    database.use_password(new)
    user = database.user.user_name
    if is_kept(server, user):
        _keep(server, user, new, keep=True)


def check_password(database: Database, password: str) -> None:
    """Whether `password` opens the log-in that is in use; raises a UserError where it does not."""
    session.connect(str(make_dsn(database.dsn, password=password)), pool_size=1).close()


def user_of(database: Database) -> User:
    """The shell's picture of the current user."""
    me: CurrentUser = database.user
    job, job_zh = people.job_words(database, me.roles)
    return User(
        login=me.user_name,
        name=me.display_name,
        name_zh=me.display_name_zh or "",
        roles=me.roles,
        units=tuple(sorted(me.unit_ids)),
        company=me.company_name,
        company_zh=me.company_name_zh or "",
        job=job,
        job_zh=job_zh,
    )


def _keep(server: Server, user: str, password: str, *, keep: bool) -> None:
    if keep:
        keyring.keep(_SERVICE, server.secret_name(user), password)
    else:
        keyring.forget(_SERVICE, server.secret_name(user))
