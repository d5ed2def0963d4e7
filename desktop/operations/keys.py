"""Making, replacing and bringing back the keys of an installation: the work of the security officer.

A key is first kept on this workstation and only then made known to the database, so that a power cut never leaves
values under a key that nobody has. Replacing one seals every value anew, in portions of one transaction each; whatever
stops it, the next call goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import UserError, translate
from db.session import Database
from desktop.domain import sealing
from desktop.domain.progress import Progress
from desktop.domain.sealing import Key
from desktop.operations.encryption import KeySource, Locked, NoKey, Sealer, named, sealer

PORTION = 50


class KeyStore(KeySource, Protocol):
    """Where this workstation keeps keys."""

    def add(self, installation: str, key: Key) -> None: ...

    def remove(self, installation: str, key: Key) -> None: ...


@dataclass(frozen=True)
class KeyState:
    """One key of the installation. `here`: this workstation has it; `sealed` counts what it seals, by place."""

    name: str
    fingerprint: bytes
    state: str
    created_at: datetime
    here: bool
    recoverable: bool | None
    sealed: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Made:
    """A key that was made; `code` is its recovery code, which is shown now and never again."""

    name: str
    code: str


@dataclass(frozen=True)
class Resealed:
    """What a rotation did: values sealed anew, and those (``table:id``) that did not open and stay as they are."""

    done: int
    broken: tuple[str, ...]
    waiting: int


class WrongCode(UserError):
    """The recovery code does not fit."""

    def __init__(self) -> None:
        super().__init__(
            code="ER012",
            message_en="This recovery code fits no key of this installation.",
            message_zh="该恢复码与本安装的任何密钥都不匹配。",
            remedy_en="Check each group of four; a newer code replaces older ones.",
            remedy_zh="请逐组核对；生成新恢复码后旧码即失效。",
        )


_KEYS = text("select id, fingerprint, state, created_at from erp.encryption_key order by id")
_USAGE = text("select fingerprint, table_name, amount from api.key_usage()")
_RECOVERY = text("select fingerprint, recovery_sealed from erp.encryption_key where recovery_sealed is not null")


def status(database: Database, store: KeySource) -> tuple[str, tuple[KeyState, ...]]:
    """The installation's id and its keys, oldest first."""
    with database.read() as session:
        installation = sealer(session).installation
        rows = session.execute(_KEYS).all()
        officer = database.user.is_owner or database.user.has("security")
        usage: dict[bytes, list[tuple[str, int]]] = {}
        if officer or database.user.has("admin", "auditor"):
            for row in session.execute(_USAGE):
                usage.setdefault(bytes(row.fingerprint), []).append((row.table_name, row.amount))
        recoverable = {bytes(row[0]) for row in session.execute(_RECOVERY)} if officer else None
    mine = store.keys(installation)
    return installation, tuple(
        KeyState(
            name=named(bytes(row.fingerprint)),
            fingerprint=bytes(row.fingerprint),
            state=row.state,
            created_at=row.created_at,
            here=bytes(row.fingerprint) in mine,
            recoverable=None if recoverable is None else bytes(row.fingerprint) in recoverable,
            sealed=tuple(usage.get(bytes(row.fingerprint), ())),
        )
        for row in rows
    )


def create(database: Database, store: KeyStore) -> Made:
    """The first key. Raises UserError where there is one already or this person may not."""
    return _make(database, store, "select api.create_key(:fingerprint, :recovery)")


def replace(database: Database, store: KeyStore, *, lost: bool = False) -> Made:
    """Another key from now on; `reseal` then brings the values over. `lost`: nobody has the old key any more."""
    return _make(database, store, f"select api.rotate_key(:fingerprint, :recovery, {'true' if lost else 'false'})")


def _make(database: Database, store: KeyStore, statement: str) -> Made:
    key, code = sealing.new_key(), sealing.new_recovery_code()
    with database.read() as session:
        installation = sealer(session).installation
    store.add(installation, key)
    try:
        with database.write() as session:
            wrapped = sealing.wrap(key, code, installation)
            session.execute(text(statement), {"fingerprint": key.fingerprint, "recovery": wrapped})
    except UserError:
        store.remove(installation, key)
        raise
    return Made(named(key.fingerprint), code)


def new_code(database: Database, store: KeySource) -> Made:
    """Another recovery code for the key in force. Raises NoKey where this workstation lacks it."""
    with database.write() as session:
        door = sealer(session)
        if not door.can_seal() or door.active is None:
            raise NoKey(door.active)
        code = sealing.new_recovery_code()
        wrapped = sealing.wrap(door.keys[door.active], code, door.installation)
        query = text("select api.set_key_recovery(:fingerprint, :recovery)")
        session.execute(query, {"fingerprint": door.active, "recovery": wrapped})
    return Made(named(door.active), code)


def recover(database: Database, store: KeyStore, code: str) -> str:
    """Bring back the key that the recovery code opens; its name. Raises WrongCode."""
    with database.read() as session:
        installation = sealer(session).installation
        wrapped = [bytes(row[1]) for row in session.execute(_RECOVERY)]
    for each in reversed(wrapped):
        try:
            key = sealing.unwrap(each, code, installation)
        except sealing.WrongSecret:
            continue
        store.add(installation, key)
        return named(key.fingerprint)
    raise WrongCode


def rotation_waits(database: Database) -> bool:
    """Whether a rotation was begun and not finished."""
    with database.read() as session:
        query = text("select exists (select 1 from erp.encryption_key where state = 'retiring')")
        return bool(session.execute(query).scalar())


def reseal(database: Database, progress: Progress | None = None) -> Resealed:
    """Seal everything anew that older keys still seal and that opens here; then retire the keys that nothing needs.

    Raises NoKey where the key in force is not here, UserError where another computer is at it.
    """
    progress = progress or Progress()
    with _hold(database):
        done, broken = 0, []
        for fingerprint in _replaced(database):
            count, failed = _reseal_from(database, fingerprint, progress, done)
            done += count
            broken += failed
        with database.write() as session:
            waiting = int(session.execute(text("select api.finish_rotation()")).scalar_one())
    return Resealed(done, tuple(broken), waiting)


@contextmanager
def _hold(database: Database) -> Iterator[None]:
    """Nobody else seals anew meanwhile; the hold ends with its connection, also when this program is killed."""
    with closing(database.connection()) as connection:
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("select api.hold_rotation()")
        except Exception as error:
            raise translate(error) from error
        yield


def _replaced(database: Database) -> Sequence[bytes]:
    """The keys that are no longer in force and of which this workstation has the secret."""
    with database.read() as session:
        door = sealer(session)
        if not door.can_seal():
            raise NoKey(door.active)
        rows = session.execute(_KEYS).all()
    old = [bytes(row.fingerprint) for row in rows if row.state in ("retiring", "lost")]
    return [fingerprint for fingerprint in old if fingerprint in door.keys]


def _reseal_from(database: Database, fingerprint: bytes, progress: Progress, before: int) -> tuple[int, list[str]]:
    done, broken = 0, list[str]()
    while True:
        with database.write() as session:
            query = text("select * from api.sealed_portion(:fingerprint, :size, cast(:skipped as text[]))")
            given = {"fingerprint": fingerprint, "size": PORTION, "skipped": broken}
            rows = session.execute(query, given).all()
            if not rows:
                return done, broken
            door = sealer(session)
            failed = [name for row in rows if (name := _reseal_one(session, door, row)) is not None]
        broken += failed
        done += len(rows) - len(failed)
        progress.report(before + done)


def _reseal_one(session: Session, door: Sealer, row: Any) -> str | None:
    """Seal one value anew for its own place; its name where it does not open."""
    where = place_of(row.table_name, row.column_name, row.row_id, row.part_no, row.facts)
    plain = door.open(bytes(row.sealed), *where)
    if isinstance(plain, Locked):
        if row.part_no is None:
            return f"{row.table_name}.{row.column_name}:{row.row_id}"
        return f"{row.table_name}:{row.row_id}:{row.part_no}"
    session.execute(
        text("select api.reseal(:table, :column, :row, :part, :old, :new)"),
        {
            "table": row.table_name,
            "column": row.column_name,
            "row": row.row_id,
            "part": row.part_no,
            "old": bytes(row.sealed),
            "new": door.seal(plain, *where),
        },
    )
    return None


def place_of(
    table: str, column: str, row_id: int, part_no: int | None = None, facts: Any = None
) -> tuple[str | int, ...]:
    """What a seal covers besides the installation; of a portion of a file its record and the file's name as well."""
    if part_no is None:
        return table, column, row_id
    bound = (facts["parts"], facts["owner_table"], facts["owner_id"], facts["file_name"])
    return table, column, row_id, part_no, *bound
