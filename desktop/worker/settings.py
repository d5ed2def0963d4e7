"""What the worker is told outside the database: where anchors go, whose log it reads.

A TOML file that no administrator of the database needs to be able to change::

    [anchors]
    every_minutes = 10

    [[anchors.file]]
    path = "/mnt/vault/outpost-anchors.jsonl"

    [[anchors.mail]]
    host = "smtp.example.com"
    port = 587                      # default: 587, with security = "tls" 465
    security = "starttls"           # or "tls"; "none" only to this machine
    user = "outpost"
    password_file = "/etc/outpost/smtp.password"
    sender = "outpost@example.com"
    to = ["audit@example.com"]

    [[anchors.syslog]]
    host = "logs.example.com"
    port = 514
    transport = "tcp"               # or "udp", "tls"

    [mail]                          # letters to suppliers; without it they wait
    host = "smtp.example.com"       # port, security, user, password_file, ca_file as above
    sender = "buying@example.com"

    [server_log]
    folder = "/var/log/postgresql"  # log_destination must hold jsonlog

Without a file the embedded server's worker writes to `anchors/anchors.jsonl` in its home and reads its own
server's log.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

VARIABLE = "OUTPOST_WORKER_CONFIG"
FILE = "worker.toml"
ANCHORS = Path("anchors") / "anchors.jsonl"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class WrongSettings(ValueError):
    """The file says something that the worker does not understand; the message says where and what is wanted."""


@dataclass(frozen=True)
class FileTarget:
    path: str

    @property
    def name(self) -> str:
        return f"file:{self.path}"


@dataclass(frozen=True)
class MailTarget:
    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 0
    security: str = "starttls"
    user: str = ""
    password_file: str = ""
    ca_file: str = ""

    @property
    def name(self) -> str:
        return f"mail:{','.join(self.to)}"


@dataclass(frozen=True)
class SyslogTarget:
    host: str
    port: int = 514
    transport: str = "udp"
    ca_file: str = ""

    @property
    def name(self) -> str:
        return f"syslog:{self.transport}://{self.host}:{self.port}"


Target = FileTarget | MailTarget | SyslogTarget
_TARGETS: Mapping[str, type[Target]] = {"file": FileTarget, "mail": MailTarget, "syslog": SyslogTarget}


@dataclass(frozen=True)
class LogFolder:
    """Whose log is read. `source` names it in the database; `ours` says that old files may be removed."""

    folder: Path
    source: str
    ours: bool = False


@dataclass(frozen=True)
class Settings:
    anchors: tuple[Target, ...] = ()
    anchor_minutes: float = 10
    log: LogFolder | None = None
    mail: MailTarget | None = None


def for_home(home: Path, log_folder: Path) -> Settings:
    """The embedded default, changed by a file in the home or by the one that the environment names."""
    base = Settings((FileTarget(str(home / ANCHORS)),), log=LogFolder(log_folder, "embedded", ours=True))
    path = os.environ.get(VARIABLE)
    own = home / FILE
    return read(Path(path), base) if path else read(own, base) if own.is_file() else base


def for_server(path: Path | None) -> Settings:
    """Of a worker of a shared server; without a file there are no anchors, and no log is read."""
    named = os.environ.get(VARIABLE)
    found = path or (Path(named) if named else None)
    return read(found, Settings()) if found else Settings()


def read(path: Path, base: Settings) -> Settings:
    """Raises WrongSettings."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise WrongSettings(f"{path}: {error}") from error
    _only(path, "", told, {"anchors", "mail", "server_log"})
    anchors = told.get("anchors", {})
    _only(path, "anchors.", anchors, {"every_minutes", *_TARGETS})
    targets = [_target(path, kind, one) for kind in _TARGETS for one in anchors.get(kind, [])]
    minutes = anchors.get("every_minutes", base.anchor_minutes)
    if not isinstance(minutes, int | float) or minutes <= 0:
        raise WrongSettings(f"{path}: anchors.every_minutes is {minutes!r}; wanted is a number above 0")
    log = told.get("server_log", {})
    _only(path, "server_log.", log, {"folder"})
    folder = LogFolder(Path(log["folder"]), f"folder:{log['folder']}") if "folder" in log else base.log
    mail = _letters(path, told["mail"]) if "mail" in told else base.mail
    return Settings(tuple(targets) or base.anchors, float(minutes), folder, mail)


def _letters(path: Path, told: Any) -> MailTarget:
    """The mail server for letters: as that of an anchor, without addressees of its own."""
    _only(path, "mail.", told, {field.name for field in fields(MailTarget)} - {"to"})
    target = _target(path, "mail", {**told, "to": []}, where="mail")
    if not isinstance(target, MailTarget):
        raise WrongSettings(f"{path}: mail is no mail server")
    return target


def _target(path: Path, kind: str, told: Mapping[str, Any], *, where: str = "") -> Target:
    shape: Any = _TARGETS[kind]
    known = {field.name: field for field in fields(shape)}
    where = where or f"anchors.{kind}"
    _only(path, f"{where}.", told, known)
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    for key, value in given.items():
        wanted = {"int": int, "str": str}.get(str(known[key].type), tuple)
        if not isinstance(value, wanted):
            raise WrongSettings(f"{path}: {where}.{key} is {value!r}")
    try:
        target: Target = shape(**given)
    except TypeError as error:
        needed = ", ".join(name for name, field in known.items() if field.default is MISSING)
        raise WrongSettings(f"{path}: {where} needs {needed}") from error
    _check(path, where, target)
    return target


def _check(path: Path, where: str, target: Target) -> None:
    if isinstance(target, MailTarget):
        if target.security not in ("tls", "starttls", "none"):
            raise WrongSettings(f'{path}: {where}.security is "tls", "starttls" or "none"')
        if target.security == "none" and target.host not in _THIS_MACHINE:
            raise WrongSettings(f"{path}: {where} to another machine must be encrypted")
    if isinstance(target, SyslogTarget) and target.transport not in ("udp", "tcp", "tls"):
        raise WrongSettings(f'{path}: anchors.syslog.transport is "udp", "tcp" or "tls"')


def _only(path: Path, where: str, told: Any, known: Any) -> None:
    if not isinstance(told, dict):
        raise WrongSettings(f"{path}: {where.rstrip('.')} is no table")
    for key in told:
        if key not in known:
            raise WrongSettings(f"{path}: {where}{key} is unknown; known are {', '.join(sorted(known))}")
