"""One log-in's door to the database: short transactions, each in the thread that opened it.

Sessions never cross threads; the `Database` handle may. A driver's error leaves here as UserError or BugError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.engine import make_engine
from db.errors import LoginError, OutpostError, ServerUnreachable, translate

SCHEMA_VERSION = "0001"


@dataclass(frozen=True)
class CurrentUser:
    """Who is logged in. `id` is None for the installation owner, who bypasses row-level security."""

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

    @property
    def is_owner(self) -> bool:
        return self.id is None


class Database:
    """A pool of connections for one log-in, on one server."""

    def __init__(self, dsn: str, *, pool_size: int = 4, application_name: str = "outpost") -> None:
        self.dsn = dsn
        self.engine: Engine = make_engine(dsn, pool_size=pool_size, application_name=application_name)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only transaction: what is read in it is one state of the database per statement."""
        with self._session(read_only=True) as session:
            yield session

    @contextmanager
    def write(self, *, reason: str | None = None) -> Iterator[Session]:
        """A transaction that commits at the end of the block and rolls back on any error.

        `reason` is kept by the audit and the histories: why somebody did it.
        """
        with self._session(read_only=False) as session:
            if reason:
                session.execute(text("select set_config('outpost.reason', :reason, true)"), {"reason": reason})
            yield session
            session.commit()

    @contextmanager
    def stream(self) -> Iterator[Connection]:
        """A read-only connection whose results arrive in portions through a server-side cursor, for exports."""
        with _translated(), self.engine.connect() as connection:
            connection.execute(text("set transaction read only"))
            yield connection.execution_options(stream_results=True, yield_per=1000)

    @contextmanager
    def _session(self, *, read_only: bool) -> Iterator[Session]:
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            if read_only:
                session.execute(text("set transaction read only"))
            yield session

    @cached_property
    def user(self) -> CurrentUser:
        """Who this is; read once."""
        with self.read() as session:
            row = session.execute(_WHO).one()
            if row.id is None:
                if not row.is_super:
                    raise LoginError(
                        code="28000",
                        message_en="This log-in is not known in Outpost, or it is disabled or expired.",
                        message_zh="此账号未在系统中登记，或已停用、已过期。",
                        remedy_en="Ask your administrator.",
                        remedy_zh="请联系系统管理员。",
                    )
                return _owner(row.login, row.company_id, row.company_name or "", row.company_name_zh)
            return CurrentUser(
                id=row.id,
                user_name=row.user_name,
                login=row.login,
                display_name=row.display_name,
                display_name_zh=row.display_name_zh,
                roles=frozenset(row.roles),
                unit_ids=tuple(row.unit_ids),
                company_id=row.company_id,
                company_name=row.company_name or "",
                company_name_zh=row.company_name_zh,
                language=row.language,
            )

    def close(self) -> None:
        self.engine.dispose()


_WHO = text("""
    select u.id, session_user::text as login, u.user_name, u.display_name, u.display_name_zh, u.language,
           erp.my_roles() as roles, erp.my_units() as unit_ids,
           coalesce(u.company_id, c.id) as company_id, c.name as company_name, c.name_zh as company_name_zh,
           (select rolsuper from pg_roles where rolname = session_user) as is_super
    from (select 1) one
    left join erp.app_user u on u.id = erp.my_user_id()
    left join erp.company c on c.id = coalesce(u.company_id, (select min(id) from erp.company))
""")


def _owner(login: str, company_id: int | None, company: str, company_zh: str | None) -> CurrentUser:
    return CurrentUser(
        id=None,
        user_name="owner",
        login=login,
        display_name="Installation owner",
        display_name_zh="安装所有者",
        roles=frozenset(),
        unit_ids=(),
        company_id=company_id,
        company_name=company,
        company_name_zh=company_zh,
        language="en",
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OutpostError:
        raise
    except DBAPIError as error:
        raise translate(error) from error


def connect(dsn: str, *, pool_size: int = 4, application_name: str = "outpost") -> Database:
    """Log in and find out who it is. Raises LoginError: wrong password, unreachable server, unknown or old schema."""
    database = Database(dsn, pool_size=pool_size, application_name=application_name)
    try:
        with database.engine.connect() as connection:
            version = connection.execute(text("select to_regclass('erp.installation')")).scalar_one()
            if version is None:
                raise LoginError(
                    code="3F000",
                    message_en="There is no Outpost in this database.",
                    message_zh="该数据库中尚未安装驻点系统。",
                    remedy_en="Install it with: outpost init --dsn …",
                    remedy_zh="请执行安装命令：outpost init --dsn …",
                )
        database.user  # noqa: B018 - read now, so that an unknown log-in is refused here
    except OutpostError:
        database.close()
        raise
    except DBAPIError as error:
        database.close()
        raise _login_error(error) from error
    return database


def _login_error(error: DBAPIError) -> LoginError:
    said = str(error.orig or error)
    if "password authentication failed" in said or "does not exist" in said or "no password supplied" in said:
        return LoginError(
            code="28P01",
            message_en="Wrong user name or password.",
            message_zh="用户名或密码错误。",
            remedy_en="Check both, and Caps Lock.",
            remedy_zh="请检查输入及大写锁定键。",
            field="password",
        )
    return ServerUnreachable(
        code="08001",
        message_en="The database server does not answer.",
        message_zh="数据库服务器无响应。",
        remedy_en="Check the network and the server's address, then try again.",
        remedy_zh="请检查网络和服务器地址后重试。",
        field="database",
    )
