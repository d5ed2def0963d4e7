"""The way to the server: a password and what follows it leave this machine only through a proven TLS connection.

A server that is not on this machine must show a certificate for its name, signed by an authority that the profile (or
the system) trusts: libpq's ``sslmode=verify-full``. Whatever libpq would read besides the DSN (environment, service
file, ``~/.postgresql``) is resolved here first and handed over explicitly, so that nothing is left for libpq to look up
elsewhere. The open connection is looked at again.

A DSN that says ``sslmode=verify-full`` gets that on the loopback too: for a tunnel that ends on this computer.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions

from db.errors import InsecureWay, LoginError
from db.messages import login_error

VERIFIED = "verify-full"
_ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
}
"""What decides about the way, and where libpq looks for it when the DSN is silent."""

_OLD_PROTOCOLS = ("", "tlsv1", "tlsv1.1")
_OTHER_NAME = re.compile(r'certificate for "([^"]*)"(?: \(and \d+ other names?\))? does not match host name "([^"]*)"')
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where the systems keep the authorities that they trust: Debian, Red Hat, SUSE, macOS and Alpine."""


@dataclass(frozen=True)
class Way:
    """A DSN that leaves nothing about the way to be looked up. `verified` says that it demands a proven certificate."""

    dsn: str = field(repr=False)
    verified: bool
    remote: str = ""
    """The first host that is not this machine."""


def resolve(dsn: str, *, everywhere: bool = False) -> Way:
    """How to reach the server of `dsn` (URL or key words). Raises InsecureWay where the way would be open.

    `everywhere` treats the loopback like any other host.
    """
    given = parts_of(dsn)
    service = _service(given)
    found = service | given
    if not ("host" in found or "hostaddr" in found):
        found |= _from_environment("host", "hostaddr")
    remote = _first_foreign(found.get("host", ""), found.get("hostaddr", ""), strict=everywhere)
    found |= {name: found.get(name, "") for name in ("host", "hostaddr")}  # said, so that libpq asks nobody else
    mode = _asked_mode(given, service)
    wanted = remote is not None or mode[0] == VERIFIED
    if remote is not None:
        _demand(remote, mode)
    if wanted:
        found |= _protected(found)
    elif mode[0]:
        found["sslmode"] = mode[0]
    return Way(str(psycopg2.extensions.make_dsn(**found)), wanted, remote or "")


def connect(dsn: str, *, everywhere: bool = False, **more: Any) -> psycopg2.extensions.connection:
    """An open connection to the server of `dsn`, over a way that was looked at before and after.

    `more` are key words of libpq that say nothing about the way. Raises InsecureWay, or psycopg2.OperationalError as
    libpq words it.
    """
    way = resolve(dsn, everywhere=everywhere)
    connection: psycopg2.extensions.connection = psycopg2.connect(way.dsn, **more)
    try:
        examine(connection, way)
    except BaseException:
        connection.close()
        raise
    return connection


def examine(connection: psycopg2.extensions.connection, way: Way) -> None:
    """What was agreed must be what is open: proven TLS, or a peer on this machine. Raises InsecureWay."""
    if way.verified:
        asked = connection.info.dsn_parameters
        if not connection.info.ssl_in_use or asked.get("sslmode") != VERIFIED:
            raise _insecure("tls_not_in_use", host=connection.info.host)
        return
    peer = _peer(connection)
    if peer is not None and not _is_loopback(peer):
        raise _insecure("tls_peer_elsewhere", host=connection.info.host, peer=peer)


def parts_of(dsn: str) -> dict[str, str]:
    """The key words of a DSN, which may be a URL. Raises a LoginError that does not repeat the DSN: it may hold a
    password.
    """
    try:
        return dict(psycopg2.extensions.parse_dsn(dsn))
    except psycopg2.ProgrammingError as error:
        raise login_error(LoginError, "dsn_unreadable", {}) from error


def explain(said: str, dsn: str) -> LoginError | None:
    """Why TLS did not come about, in words; None where `said` speaks of something else."""
    host = parts_of(dsn).get("host", "")
    named = _OTHER_NAME.search(said)
    if named:
        return _insecure("tls_wrong_name", name=named[1], host=named[2])
    if "does not support SSL" in said:
        return _insecure("tls_not_offered", host=host)
    missing = re.search(r'root certificate file "([^"]*)" does not exist', said)
    unreadable = re.search(r'could not read root certificate file "([^"]*)"', said)
    if missing or unreadable:
        return _insecure("tls_authority_file", file=(missing or unreadable)[1])  # type: ignore[index]
    if "certificate verify failed" in said or "could not get server's host name" in said:
        return _insecure("tls_wrong_authority", host=host)
    if "SSL error" in said or "SSL SYSCALL error" in said:
        return _insecure("tls_failed", host=host, detail=said.splitlines()[-1])
    return None


def is_here(host: str) -> bool:
    """Whether this host of a DSN is this machine: a Unix socket, the loopback by number, or ``localhost``."""
    return _is_socket(host) or host.lower() == "localhost" or _is_loopback(host)


def _is_socket(host: str) -> bool:
    return not host or host.startswith(("/", "@")) or bool(_DRIVE.match(host))


def _first_foreign(hosts: str, addresses: str, *, strict: bool) -> str | None:
    """The first of several hosts that is not on this machine; None where all are. The address counts where one stands,
    because that is where the bytes go.
    """
    names = [name.strip() for name in hosts.split(",")]
    numbers = [number.strip() for number in addresses.split(",")]
    count = max(len(names), len(numbers))
    names += [""] * (count - len(names))
    numbers += [""] * (count - len(numbers))
    for name, number in zip(names, numbers, strict=True):
        here = _is_loopback(number) if number else is_here(name)
        by_socket = not number and _is_socket(name)
        if not here or (strict and not by_socket):
            return number if number and is_here(name) else name
    return None


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


def _peer(connection: psycopg2.extensions.connection) -> str | None:
    """The address at the other end; None for a Unix socket."""
    with socket.socket(fileno=socket.dup(connection.fileno())) as copy:
        if copy.family not in (socket.AF_INET, socket.AF_INET6):
            return None
        return str(copy.getpeername()[0])


def _asked_mode(given: Mapping[str, str], service: Mapping[str, str]) -> tuple[str, str]:
    """The sslmode and where it stands: the DSN goes before the service file, that before the environment."""
    if given.get("sslmode"):
        return given["sslmode"], "sslmode"
    if service.get("sslmode"):
        return service["sslmode"], "sslmode (pg_service.conf)"
    if os.environ.get("PGSSLMODE"):
        return os.environ["PGSSLMODE"], "PGSSLMODE"
    old = given.get("requiressl") or service.get("requiressl") or os.environ.get("PGREQUIRESSL")
    return ("require", "requiressl") if old == "1" else ("", "")


def _demand(host: str, mode: tuple[str, str]) -> None:
    """Silence means `verify-full`; whoever says less is told, not overruled."""
    asked, where = mode
    if asked and asked != VERIFIED:
        raise _insecure("tls_required", host=host, setting=where, mode=asked)


def _protected(found: Mapping[str, str]) -> dict[str, str]:
    """What makes the way safe, said explicitly: libpq takes the environment only where the DSN is silent.

    Without an authority of its own a DSN means ~/.postgresql/root.crt where that is, else the system's. Kerberos'
    encryption would come before TLS and prove another name: it is off.
    """
    authority = found.get("sslrootcert") or os.environ.get("PGSSLROOTCERT") or _usual_authority()
    lowest = found.get("ssl_min_protocol_version") or os.environ.get("PGSSLMINPROTOCOLVERSION") or ""
    return {
        "sslmode": VERIFIED,
        "sslrootcert": system_authorities() if authority == "system" else authority,
        "ssl_min_protocol_version": "TLSv1.2" if lowest.lower() in _OLD_PROTOCOLS else lowest,
        "gssencmode": "disable",
    }


def _usual_authority() -> str:
    folder = Path(os.environ["APPDATA"], "postgresql") if sys.platform == "win32" else Path.home() / ".postgresql"
    usual = folder / "root.crt"
    return str(usual) if usual.is_file() else "system"


def system_authorities() -> str:
    """The file with the authorities that this system trusts, or ``system``, libpq's word for OpenSSL's own place.

    The driver's wheel brings an OpenSSL of its own, which does not know where a distribution keeps them.
    """
    candidates = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *_BUNDLES)
    return next((path for path in candidates if path and Path(path).is_file()), "system")


def _from_environment(*names: str) -> dict[str, str]:
    return {name: os.environ[_ENVIRONMENT[name]] for name in names if os.environ.get(_ENVIRONMENT[name])}


def _service(given: Mapping[str, str]) -> dict[str, str]:
    """The key words of the service that the DSN or PGSERVICE names. One that cannot be read here is refused, because
    libpq might find it elsewhere and take a host from there.
    """
    name = given.get("service") or os.environ.get("PGSERVICE")
    if not name:
        return {}
    for file in _service_files():
        found = _section(file, name)
        if found is not None:
            return found
    raise _insecure("tls_service_unknown", service=name)


def _service_files() -> tuple[Path, ...]:
    own = os.environ.get("PGSERVICEFILE")
    usual = Path(os.environ["APPDATA"], "postgresql") if sys.platform == "win32" else Path.home()
    name = ".pg_service.conf"
    system = os.environ.get("PGSYSCONFDIR")
    first = Path(own) if own else usual / name
    files = (first, Path(system, "pg_service.conf")) if system else (first,)
    return tuple(file for file in files if file.is_file())


def _section(file: Path, name: str) -> dict[str, str] | None:
    """One service of a file, read as libpq does: the first section of that name, the first of equal key words.

    Raises InsecureWay for one that refers to a directory (ldap) or to another service.
    """
    found: dict[str, str] | None = None
    for raw in file.read_text(encoding="utf-8", errors="replace").splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            if found is not None:
                break
            found = {} if line == f"[{name}]" else None
        elif found is not None:
            key, equals, value = line.partition("=")
            if not equals or key in ("service", "servicefile") or line.startswith("ldap"):
                raise _insecure("tls_service_unknown", service=name)
            found.setdefault(key, value)
    return found


def _insecure(rule: str, **facts: Any) -> LoginError:
    return login_error(InsecureWay, rule, facts)
