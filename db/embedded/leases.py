"""Who uses the server: one small file per program in the home, and one lock for starting and stopping.

A lease names a process by pid *and* start time, because pids are reused. A lease of a process that is gone
counts for nothing, so a killed program never keeps the server alive. `outpost dsn` leaves a lease without a
process: it holds until nobody has been connected for a while.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from db.embedded import texts

IDLE_LEASE = "until-idle.json"


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    created: float

    def alive(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            same = abs(float(process.create_time()) - self.created) < 2
            return same and str(process.status()) != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def gone_within(self, seconds: float) -> bool:
        """Wait for its end. A zombie has ended, whoever its parent is."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def myself() -> Identity:
    return identify(os.getpid())


def identify(pid: int) -> Identity:
    return Identity(pid, psutil.Process(pid).create_time())


def take(home: Path) -> Path:
    """Record that this process uses the server; returns the file to delete when it does no longer."""
    folder = home / "leases"
    folder.mkdir(exist_ok=True)
    me = myself()
    path = folder / f"{me.pid}-{uuid.uuid4().hex[:8]}.json"
    write_json(path, {"pid": me.pid, "created": me.created})
    return path


def hold_until_idle(home: Path, seconds: float) -> None:
    (home / "leases").mkdir(exist_ok=True)
    write_json(home / "leases" / IDLE_LEASE, {"seconds": seconds})


def idle_seconds(home: Path) -> float | None:
    """How long the server may stand without a connection; None when nobody asked it to stay."""
    record = read_json(home / "leases" / IDLE_LEASE)
    return None if record is None else float(str(record["seconds"]))


def users(home: Path) -> list[Identity]:
    """The living processes that use the server; files of dead ones are swept away."""
    living: list[Identity] = []
    for path in (home / "leases").glob("*.json"):
        if path.name == IDLE_LEASE:
            continue
        record = read_json(path)
        if record is None:
            continue
        identity = Identity(int(str(record["pid"])), float(str(record["created"])))
        if identity.alive():
            living.append(identity)
        else:
            path.unlink(missing_ok=True)
    return living


def drop_idle(home: Path) -> None:
    (home / "leases" / IDLE_LEASE).unlink(missing_ok=True)


def write_json(path: Path, record: dict[str, object], *, mode: int = 0o600) -> None:
    """Whole or not at all: a reader never sees half a file, a kill never leaves one."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        json.dump(record, file)
    os.replace(draft, path)


def read_json(path: Path) -> dict[str, object] | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) else None


@contextmanager
def lock(
    home: Path, *, progress: texts.Progress = texts.silent, patience: float = 180, name: str = "server"
) -> Iterator[None]:
    """One process at a time starts or stops this home's server. A killed process drops the lock by itself."""
    with open(os.open(home / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        deadline = time.monotonic() + patience
        told = False
        while not _try_lock(file.fileno()):
            if not told:
                told = True
                progress("Waiting for another copy of Outpost", "正在等待另一个驻点程序")
            if time.monotonic() > deadline:
                raise texts.still_busy(home)
            time.sleep(0.05)
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
