"""Starting, sharing and stopping the embedded server."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import platformdirs
import psutil
import psycopg2
from psycopg2 import sql

from db.embedded import binaries, cluster, leases, texts
from db.embedded.cluster import HOST, OWNER

DATABASE = "outpost"
IDLE_SECONDS = 15 * 60.0


@dataclass(frozen=True)
class Server:
    """A running server that this process uses until `release()` (or its end)."""

    home: Path
    host: str
    port: int
    socket_folder: Path | None
    owner_password: str = field(repr=False)
    lease: Path = field(repr=False)
    pid: int = field(repr=False)

    def dsn(self, database: str = DATABASE, user: str | None = None, password: str | None = None) -> str:
        """A URL for psql, psycopg2, SQLAlchemy. Without `user`: of the installation owner, who sees all."""
        if user is None:
            user, password = OWNER, self.owner_password
        login = quote(user, safe="") + (":" + quote(password, safe="") if password else "")
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(database, safe='')}"

    def release(self) -> None:
        """This use has ended. The last one stops the server."""
        atexit.unregister(self.release)
        if self.pid != os.getpid() or not self.home.is_dir():
            return  # a forked child, which never took the lease, or a home that was deleted under us
        with leases.lock(self.home):
            self.lease.unlink(missing_ok=True)
            if not leases.users(self.home) and leases.idle_seconds(self.home) is None:
                _shut_down(self.home)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.release()


def home() -> Path:
    """Where the data is: OUTPOST_HOME, as root /var/lib/outpost, else the platform's folder for user data."""
    chosen = os.environ.get("OUTPOST_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if binaries.is_root():
        return Path("/var/lib/outpost")
    return Path(platformdirs.user_data_dir("outpost", appauthor=False))


def log_folder(home: Path) -> Path:
    """Where the home's server writes its log."""
    return cluster.base_folder(home) / "log"


def start(home: Path, *, progress: texts.Progress | None = None, fast: bool = False) -> Server:
    """The home's server, started if need be, with the database `outpost` in it (possibly empty).

    `fast` gives durability away; for tests only. Raises `EmbeddedError` with a message for the user.
    """
    tell = progress or texts.silent
    home = home.absolute()
    with _faults_of(home):
        home.mkdir(parents=True, exist_ok=True)
        with leases.lock(home, progress=tell):
            found = cluster.settled(cluster.base_folder(home)) or _begin(home, fast, tell)
            password = (home / "owner.password").read_text(encoding="ascii").strip()
            server = Server(
                home=home,
                host=HOST,
                port=found.port,
                socket_folder=cluster.socket_folder(cluster.base_folder(home)),
                owner_password=password,
                lease=leases.take(home),
                pid=os.getpid(),
            )
            _ensure_watchdog(home, found.port)
            try:
                _ensure_database(server)
            except psycopg2.Error:
                server.lease.unlink()  # so that the watchdog stops what nobody uses
                raise
    atexit.register(server.release)
    return server


def keep_until_idle(home: Path, *, seconds: float = IDLE_SECONDS) -> None:
    """Leave the server up when the last program goes, until `stop()` or `seconds` without a connection."""
    with leases.lock(home):
        leases.hold_until_idle(home, seconds)


def stop(home: Path, *, force: bool = False) -> bool:
    """Stop the home's server; False if it was not running. Refuses while programs use it, unless `force`."""
    home = home.absolute()
    if not home.is_dir():
        return False
    with _faults_of(home), leases.lock(home):
        leases.drop_idle(home)
        users = leases.users(home)
        if users and not force:
            raise texts.in_use(len(users))
        was_running = cluster.running(cluster.base_folder(home)) is not None
        _shut_down(home)
        return was_running


def _begin(home: Path, fast: bool, tell: texts.Progress) -> cluster.Postmaster:
    place = cluster.open_cluster(home)
    cluster.make(place, tell)
    if not (home / "owner.password").is_file():
        cluster.reset_owner_password(place)
    record = leases.read_json(home / "server.json") or {}
    last_port = record.get("port")
    preferred = last_port if isinstance(last_port, int) else None
    return cluster.launch(place, preferred_port=preferred, fast=fast, progress=tell)


def _ensure_database(server: Server) -> None:
    connection = psycopg2.connect(server.dsn("postgres"), hostaddr=HOST, connect_timeout=30)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_catalog.pg_database where datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    finally:
        connection.close()


def _ensure_watchdog(home: Path, port: int) -> None:
    """One detached process per server that stops it when its users were killed or `outpost dsn` lay idle."""
    record = leases.read_json(home / "server.json") or {}
    watchdog = _watchdog(record)
    if watchdog is None or not watchdog.alive():
        watchdog = _launch_watchdog(home)
    leases.write_json(
        home / "server.json", {"port": port, "watchdog": {"pid": watchdog.pid, "created": watchdog.created}}
    )


def _watchdog(record: dict[str, object]) -> leases.Identity | None:
    entry = record.get("watchdog")
    return leases.Identity(int(entry["pid"]), float(entry["created"])) if isinstance(entry, dict) else None


# Kept, because Python warns of a Popen that is collected while its process lives.
_launched: list[subprocess.Popen[bytes]] = []


def _launch_watchdog(home: Path) -> leases.Identity:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    with (home / "watchdog.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "db.embedded.watchdog", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=root,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
            creationflags=flags,
        )
    _launched.append(process)
    return leases.identify(process.pid)


def _shut_down(home: Path) -> None:
    """Stop server and watchdog; the caller holds the lock and knows that nobody uses them."""
    cluster.shut_down(cluster.base_folder(home))
    watchdog = _watchdog(leases.read_json(home / "server.json") or {})
    if watchdog is None or watchdog.pid == os.getpid() or not watchdog.alive():
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(watchdog.pid).terminate()
    watchdog.gone_within(10)
    for child in [one for one in _launched if one.poll() is not None]:
        _launched.remove(child)


@contextlib.contextmanager
def _faults_of(home: Path) -> Iterator[None]:
    """Faults of the file system as messages for the user."""
    try:
        yield
    except OSError as error:
        known = cluster.explain_os_error(error, home)
        if known is None:
            raise
        raise known from error
