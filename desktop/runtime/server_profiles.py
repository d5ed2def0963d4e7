"""The shared servers that this workstation knows, by name: where they are, and how they prove themselves.

Kept in the workstation's settings; a profile holds no password and no user.
"""

from __future__ import annotations

import re
import socket
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from psycopg2.extensions import make_dsn

from db import transport
from db.errors import UserError
from desktop.domain.text import tr
from desktop.runtime.settings import Settings

_KEY = "servers"
DEFAULT_PORT = "5432"
DEFAULT_PREFIX = "outpost"
_PREFIX = re.compile(r"^[a-z][a-z0-9_]{0,20}$")
_HOST = re.compile(r"^(\[?[0-9A-Fa-f:.]+\]?|[\w.-]+|/.+)$")
_REACH_SECONDS = 3.0


@dataclass(frozen=True)
class ServerProfile:
    """One shared server. `hosts` are several where a replica may take over, the first one first."""

    name: str
    hosts: str
    port: str = DEFAULT_PORT
    database: str = "outpost"
    prefix: str = DEFAULT_PREFIX
    ca_file: str = ""
    """The certificate of the authority that signed the server's; empty for those that the system trusts."""
    tunnel: bool = False
    """Demand the certificate although the address is this computer: a tunnel leads away from it."""
    key: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def tls(self) -> bool:
        """Whether the server must prove itself: always, unless it is on this computer."""
        return self.tunnel or not all(transport.is_here(host) for host in self.host_list())

    def host_list(self) -> list[str]:
        return [host.strip() for host in self.hosts.split(",") if host.strip()]

    def dsn(self) -> str:
        parts = {
            "host": ",".join(self.host_list()),
            "port": self.port,
            "dbname": self.database,
        }
        if len(self.host_list()) > 1:
            parts["target_session_attrs"] = "read-write"  # whichever of them is the main server now
        if self.tls:
            parts |= {"sslmode": transport.VERIFIED, "sslrootcert": self.ca_file or "system"}
        return str(make_dsn(**parts))

    def login_of(self, user: str) -> str:
        """The PostgreSQL log-in behind the name that a person types."""
        return user if user.startswith(f"{self.prefix}_") else f"{self.prefix}_{user}"


def load(settings: Settings) -> tuple[ServerProfile, ...]:
    """All profiles of this workstation in the order of their names; one that cannot be read is left out."""
    names = {each.name for each in fields(ServerProfile)}
    found = []
    for row in settings.get(_KEY, []):
        if isinstance(row, dict) and {"key", "name", "hosts"} <= row.keys():
            found.append(ServerProfile(**{name: value for name, value in row.items() if name in names}))
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


def save(settings: Settings, profile: ServerProfile) -> None:
    """Keep a new profile, or the changed one of the same key; `problems` says beforehand whether it is sound."""
    others = [each for each in load(settings) if each.key != profile.key]
    settings.set(_KEY, [asdict(each) for each in (*others, profile)])


def remove(settings: Settings, key: str) -> None:
    settings.set(_KEY, [asdict(each) for each in load(settings) if each.key != key])


def find(settings: Settings, name: str) -> ServerProfile:
    """The profile of that name, in whatever case. Raises UserError with the names that there are."""
    known = load(settings)
    for each in known:
        if name.casefold() == each.name.casefold() or name == each.key:
            return each
    names = ", ".join(each.name for each in known)
    raise UserError(
        message_en=f"There is no server profile {name}.",
        message_zh=f"没有服务器配置“{name}”。",
        remedy_en=f"Known here: {names}." if names else "Add one in the log-in window.",
        remedy_zh=f"本机已有：{names}。" if names else "请在登录窗口中添加。",
    )


def tidy(profile: ServerProfile) -> ServerProfile:
    """Without the blanks that a paste brings; empty fields take what is usual."""
    return replace(
        profile,
        name=profile.name.strip(),
        hosts=",".join(profile.host_list()),
        port=profile.port.strip() or DEFAULT_PORT,
        database=profile.database.strip() or "outpost",
        prefix=profile.prefix.strip() or DEFAULT_PREFIX,
        ca_file=profile.ca_file.strip(),
    )


def problems(settings: Settings, profile: ServerProfile) -> Mapping[str, str]:
    """What is wrong with a profile: field → field, cause and remedy in words."""
    found: dict[str, str] = {}
    taken = {each.name.casefold() for each in load(settings) if each.key != profile.key}
    if not profile.name:
        found["name"] = tr("Name: empty. Enter what you call this server.")
    elif profile.name.casefold() in taken:
        found["name"] = tr("Name: another profile has it. Choose another one.")
    bad = next((host for host in profile.host_list() if not _HOST.match(host)), None)
    if not profile.host_list():
        found["hosts"] = tr("Server: empty. Enter its name, for example db.example.com.")
    elif bad is not None:
        found["hosts"] = tr("Server: {host} is no computer's name. Enter names only, several with commas.", host=bad)
    if not profile.port.isdecimal() or not 1 <= int(profile.port) <= 65535:
        found["port"] = tr("Port: no number from 1 to 65535. The usual one is 5432.")
    if not _PREFIX.match(profile.prefix):
        found["prefix"] = tr("Prefix: small letters, digits and _ only. Ask the administrator; usual is outpost.")
    if profile.ca_file and not Path(profile.ca_file).is_file():
        found["ca_file"] = tr("CA file: not there. Choose it again, or leave it empty.")
    return found


def reach(hosts: str, port: str) -> int | None:
    """Milliseconds until the first of the hosts takes a connection; None where none does. Nothing is sent. In a worker
    thread.
    """
    for host in hosts.split(","):
        began = time.perf_counter()
        try:
            with socket.create_connection((host.strip().strip("[]"), int(port)), timeout=_REACH_SECONDS):
                return round((time.perf_counter() - began) * 1000)
        except (OSError, UnicodeError):
            continue
    return None


def place(profile: ServerProfile) -> str:
    """Where it is, in words for the line under the log-in card."""
    hosts = profile.host_list()
    first = hosts[0] if hosts and not transport.is_here(hosts[0]) else tr("this computer")
    more = f" +{len(hosts) - 1}" if len(hosts) > 1 else ""
    return f"{first}{more}" if profile.port == DEFAULT_PORT else f"{first}:{profile.port}{more}"
