"""The handle on one database with one log-in: sessions to read and to write, and who the user is.

>>> database = connect("postgresql://outpost_clerk:…@host/outpost")
>>> with database.read() as session:
...     session.scalars(select(Item))

Thread-safe; a session is not, and never leaves the block (nor its thread). Errors of the database leave the block as
UserError or BugError of db.errors.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg2
import psycopg2.extensions
from psycopg2 import Error as DriverError
from psycopg2.extensions import make_dsn
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from db.engine import make_engine, open_connection, program_name
from db.errors import (
    Busy,
    ConnectionLost,
    LoginError,
    NotAdmitted,
    NotInstalled,
    PasswordMustChange,
    SchemaTooNew,
    SchemaTooOld,
    WrongPassword,
    translate,
)
from db.messages import login_error
from db.version import SCHEMA_VERSION

Result = TypeVar("Result")

_RETRY_SECONDS = (0.02, 0.05, 0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class CurrentUser:
    """Who is logged in. `id` is None for the owner of the installation, who has every job and bypasses all policies."""

    id: int | None
    user_name: str
    login: str
    display_name: str
    display_name_zh: str | None
    roles: frozenset[str]
    unit_ids: tuple[int, ...]
    company_id: int | None
    company_name: str
    company_name_zh: str | None
    language: str
    home_unit_ids: tuple[int, ...] = ()
    """The units granted by name, without those below: where a new record belongs unless one says else."""
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    is_worker: bool = False
    demo: str | None = None
    """The size of the demo company, when this installation holds one."""

    @property
    def is_owner(self) -> bool:
        return self.id is None

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


class Database:
    """One pool of connections for one log-in. Make it with `connect`, which also checks that the schemas fit."""

    def __init__(self, dsn: str, *, pool_size: int = 4, application_name: str | None = None) -> None:
        self.dsn = dsn
        self.application_name = application_name or program_name()
        self.engine: Engine = make_engine(lambda: self.dsn, pool_size=pool_size, application_name=self.application_name)
        self._reading = self.engine.execution_options(postgresql_readonly=True)
        self._streaming = self.engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        self._user: CurrentUser | None = None

    def use_password(self, password: str) -> None:
        """The log-in's password was changed: connections from now on are opened with the new one."""
        self.dsn = str(make_dsn(self.dsn, password=password))

    @property
    def user(self) -> CurrentUser:
        if self._user is None:
            self._user = self.reload_user()
        return self._user

    def reload_user(self) -> CurrentUser:
        """Ask again: jobs or units may have been changed by the administrator."""
        with self.read() as session:
            me = session.execute(text("select api.me()")).scalar_one()
        if me["id"] is None and not me["worker"]:
            raise _nobody(me)
        self._user = CurrentUser(
            id=None if me["owner"] and not me["id"] else me["id"],
            user_name=me["user_name"],
            login=me["login"],
            display_name=me["display_name"],
            display_name_zh=me["display_name_zh"],
            roles=frozenset(me["roles"]),
            unit_ids=tuple(me["unit_ids"]),
            company_id=me["company_id"],
            company_name=me["company"],
            company_name_zh=me["company_zh"],
            language=me["language"],
            home_unit_ids=tuple(me["home_unit_ids"]),
            currency=me["currency"],
            time_zone=me["time_zone"],
            is_worker=me["worker"] and not me["owner"],
            demo=me["demo"],
        )
        return self._user

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session in a read-only transaction."""
        with translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, reason: str | None = None) -> Iterator[Session]:
        """A session whose block is one transaction: committed at its end, rolled back by an exception.

        `reason` is kept by the audit and the histories: why somebody did it.
        """
        with translated(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            if reason:
                session.execute(text("select set_config('outpost.reason', :reason, true)"), {"reason": reason})
            yield session

    @contextmanager
    def stream(self) -> Iterator[Connection]:
        """A read-only connection whose results arrive in portions through a server-side cursor, for exports.

        All its queries see the same state of the database.
        """
        with translated(), self._streaming.connect() as connection:
            yield connection.execution_options(stream_results=True, yield_per=1000)

    @contextmanager
    def raw(self) -> Iterator[psycopg2.extensions.connection]:
        """The bare connection, for COPY; committed at the end of the block."""
        with translated():
            connection = self.engine.raw_connection()
            try:
                yield connection.driver_connection  # type: ignore[misc]
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                connection.close()

    def retrying(self, work: Callable[[Session], Result], *, reason: str | None = None) -> Result:
        """Run `work` in a write block, again after a deadlock, a serialisation failure or a lost connection.

        Only for work that carries a request key made beforehand: then a second try that finds the first one done
        returns the first one's answer.
        """
        for pause in _RETRY_SECONDS:
            try:
                with self.write(reason) as session:
                    return work(session)
            except (Busy, ConnectionLost):
                time.sleep(pause)
        with self.write(reason) as session:
            return work(session)

    def connection(self) -> psycopg2.extensions.connection:
        """A connection of its own outside the pool, for who listens; the caller closes it."""
        return open_connection(self.dsn, application_name=self.application_name)

    def close(self) -> None:
        """Close the pool; open blocks finish with the connections that they have."""
        self.engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _nobody(me: Mapping[str, Any]) -> LoginError:
    """Why a log-in that the server accepts is nobody here."""
    state = me.get("state")
    if state == "must_change":
        return login_error(PasswordMustChange, "login_must_change", {"least": None})
    if state == "reset":
        return login_error(NotAdmitted, "login_awaiting_release", {})
    if state == "new":
        return login_error(NotAdmitted, "login_new", {})
    if state is not None:
        return login_error(NotAdmitted, "login_closed", {})
    return login_error(WrongPassword, "login_unknown", {"login": me["login"]})


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the driver leave the block as those of db.errors."""
    try:
        yield
    except (DBAPIError, DriverError, StaleDataError) as error:
        raise translate(error) from error


def connect(dsn: str, *, pool_size: int = 4, application_name: str | None = None) -> Database:
    """Log in. Raises a LoginError: WrongPassword, ServerUnreachable, NotInstalled, SchemaTooOld or SchemaTooNew."""
    probe = open_connection(dsn, application_name=application_name)
    try:
        check_schema(probe)
    finally:
        probe.close()
    database = Database(dsn, pool_size=pool_size, application_name=application_name)
    try:
        _ = database.user
    except BaseException:
        database.close()
        raise
    return database


def check_schema(connection: psycopg2.extensions.connection) -> None:
    """Raises NotInstalled, SchemaTooOld or SchemaTooNew."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('erp.schema_version') is not null")
            (there,) = cursor.fetchone() or (False,)
            if there:
                cursor.execute("select (api.me() ->> 'schema_version')")
            version = (cursor.fetchone() or (None,))[0] if there else None
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.UndefinedFunction):
        version = None
    facts = {"database": connection.info.dbname, "found": version, "wanted": SCHEMA_VERSION}
    if not version:
        raise login_error(NotInstalled, "not_installed", facts)
    if version < SCHEMA_VERSION:
        raise login_error(SchemaTooOld, "schema_too_old", facts)
    if version > SCHEMA_VERSION:
        raise login_error(SchemaTooNew, "schema_too_new", facts)
