"""Reads the server's log (jsonlog): wrong passwords, refusals and connections past the program stand nowhere else.

The position is kept by the database in the transaction that notes what was read, so a restart of the worker or of the
server reads nothing twice and leaves nothing out. Files may be rotated, removed after they were read, or begun anew
under their old name. Of a line only who, when, where from and which rule is kept: no statement, no values.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2.extensions

from db import embedded
from desktop.worker.settings import LogFolder

PORTION = 4 * 1024**2
ROUNDS = 16
_HEARTBEAT_SECONDS = 60.0
_HEAD = 256
_REFUSALS = frozenset({"42501", "ER001", "ER002"})
_BAD_LOGINS = frozenset({"28P01", "28000"})
_PROGRAM = re.compile(r"application_name=(.*?)(?: SSL enabled .*| GSS .*)?$")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)")

Record = Mapping[str, Any]
Event = dict[str, Any]


@dataclass(frozen=True)
class Portion:
    """What was read, and where to go on. `more` where something may be left."""

    records: tuple[Record, ...]
    position: dict[str, Any] | None
    more: bool


@dataclass
class ServerLog:
    """A job of the worker."""

    log: LogFolder
    _touched: float = field(default=float("-inf"))

    def __call__(self, cursor: psycopg2.extensions.cursor) -> object:
        cursor.execute(
            "select api.server_log_position(%s), current_database(), current_setting('log_timezone')",
            (self.log.source,),
        )
        previous, database, zone = cursor.fetchone() or (None, "", "UTC")
        noted = 0
        for _ in range(ROUNDS):
            part = read(self.log.folder, previous)
            beat = time.monotonic() - self._touched > _HEARTBEAT_SECONDS
            if part.position is not None and (part.position != previous or beat):
                events = collect(part.records, database=database, zone=zone)
                cursor.execute(
                    "select api.note_server_events(%s, %s, %s, %s)",
                    (json.dumps(events), self.log.source, json.dumps(part.position), _json(previous)),
                )
                self._touched = time.monotonic()
                noted += len(events)
                previous = part.position
            if not part.more:
                break
        if self.log.ours:
            embedded.trim_log(self.log.folder)
        return noted


def _json(position: dict[str, Any] | None) -> str | None:
    return None if position is None else json.dumps(position)


def read(folder: Path, position: Mapping[str, Any] | None, *, size: int = PORTION) -> Portion:
    """The whole lines after `position`; without one, those of the newest file.

    Raises OSError where the folder cannot be read.
    """
    files = sorted(
        ((file.stat().st_mtime_ns, file.name, file) for file in folder.glob("*.json")), key=lambda one: one[:2]
    )
    if not files:
        return Portion((), None, False)
    names = [name for _, name, _ in files]
    start = 0
    if position is None:
        place = len(files) - 1
    elif position["file"] in names:
        place = names.index(position["file"])
        start = int(position["offset"])
        if files[place][2].stat().st_size < start or (start and _head(files[place][2]) != position["head"]):
            start = 0  # begun anew under its old name
    else:
        # It was removed; what came after it follows.
        place = next((nr for nr, one in enumerate(files) if one[0] > int(position["modified"])), len(files) - 1)
    modified, name, file = files[place]
    with file.open("rb") as source:
        source.seek(start)
        raw = source.read(size)
    whole = raw[: raw.rfind(b"\n") + 1]
    offset = start + len(whole)
    if not whole and len(raw) == size:
        offset = start + size  # no line of ours is that long
    newer = place + 1 < len(files)
    ended = offset + (len(raw) - len(whole)) >= file.stat().st_size and len(raw) < size
    if newer and ended:
        # The server writes to a later file: this one is finished, whatever broken line it ends with.
        modified, name, file = files[place + 1]
        found = {"file": name, "offset": 0, "head": "", "modified": modified}
        return Portion(tuple(_records(whole)), found, True)
    found = {"file": name, "offset": offset, "head": _head(file) if offset else "", "modified": modified}
    return Portion(tuple(_records(whole)), found, len(raw) == size)


def _head(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.sha256(source.read(_HEAD).split(b"\n")[0]).hexdigest()[:16]


def _records(lines: bytes) -> Iterator[Record]:
    for line in lines.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue  # a line that a crash cut off
        if isinstance(record, dict):
            yield record


def collect(records: Iterable[Record], *, database: str, zone: str) -> list[Event]:
    """What of it the journal keeps, in the order in which it began; the same again in one portion is one event with its
    number of times.
    """
    found: dict[tuple[object, ...], Event] = {}
    for record in records:
        event = _event(record) if record.get("dbname") == database else None
        if event is None:
            continue
        at = moment(str(record.get("timestamp", "")), zone)
        key = tuple(event.get(part) for part in ("kind", "login", "code", "rule", "program", "host"))
        known = found.setdefault(key, event | {"at": at, "times": 0})
        known["times"] += 1
        if known["times"] > 1:
            known.setdefault("since", known["at"])
            known["at"] = at
    return list(found.values())


def _event(record: Record) -> Event | None:
    code, severity = str(record.get("state_code", "")), record.get("error_severity")
    message = str(record.get("message", ""))
    common = {
        "login": str(record.get("user", "")),
        "host": record.get("remote_host"),
        "program": record.get("application_name"),
    }
    if severity == "FATAL" and (code in _BAD_LOGINS or code == "42501"):
        return {"kind": "login_failed", "code": code, "why": _why(code, message), **common}
    if severity == "ERROR" and code in _REFUSALS:
        # Our own refusals name their rule before the colon, PostgreSQL's name the object.
        rule = message.partition(":")[0] if code.startswith("ER") else message
        return {"kind": "refusal", "code": code, "rule": rule[:200], **common}
    if severity == "LOG" and message.startswith("connection authorized"):
        told = _PROGRAM.search(message)
        program = told.group(1) if told else ""
        return None if program.startswith("outpost") else {"kind": "connection", **common, "program": program}
    return None


def _why(code: str, message: str) -> str:
    if code == "28P01":
        return "password"
    return "closed" if "not permitted to log in" in message else "refused"


def moment(stamp: str, zone: str) -> str:
    """A time of the log, written in the server's `log_timezone`, with its offset."""
    found = _STAMP.match(stamp)
    if found is None:
        return datetime.now(UTC).isoformat()
    return datetime.fromisoformat(found.group(1)).replace(tzinfo=ZoneInfo(zone)).isoformat()
