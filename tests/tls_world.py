"""A server whose way is TLS: certificates of our own making, and a gateway that ends TLS before the PostgreSQL.

The embedded build of PostgreSQL has no TLS; the gateway speaks the protocol's SSLRequest and hands on what it decrypts,
as the balancers before a shared server do. `heard` keeps what clients said in the clear.
"""

from __future__ import annotations

import datetime
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_NOW = datetime.datetime.now(datetime.UTC)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test; `file` is what a profile names."""

    file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


def make_authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Outpost test {name}")])
    certificate = (
        _builder(subject, subject, key, days=2)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.crt"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(file, certificate, key)


def issue(authority: Authority, folder: Path, *names: str, days: int = 1) -> tuple[Path, Path]:
    """A certificate for host names and addresses, and its key; `days` below zero for one that is expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives: list[x509.GeneralName] = []
    for name in names:
        numeric = name.replace(".", "").isdigit()
        alternatives.append(x509.IPAddress(ipaddress.ip_address(name)) if numeric else x509.DNSName(name))
    certificate = (
        _builder(subject, authority.certificate.subject, key, days=days)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    made = folder / f"{names[0]}-{authority.file.stem}{days}.crt"
    secret = made.with_suffix(".key")
    made.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    secret.chmod(0o600)
    return made, secret


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - 10 * _DAY)
        .not_valid_after(_NOW + days * _DAY)
    )


@dataclass
class Gateway:
    """Listens on the loopback; `heard` is what clients sent before TLS, `served` how many came through it."""

    port: int
    heard: list[bytes] = field(default_factory=list)
    served: int = 0
    callers: int = 0


@contextmanager
def gateway(target: int, *, tls: tuple[Path, Path] | None) -> Iterator[Gateway]:
    """A way to the PostgreSQL on port `target` of the loopback. Without `tls` it declines encryption."""
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Gateway(listener.getsockname()[1])
        ended = threading.Event()
        threads = [threading.Thread(target=_accept, args=(listener, target, context, made, ended))]
        threads[0].start()
        try:
            yield made
        finally:
            ended.set()
            threads[0].join()


def _accept(
    listener: socket.socket, target: int, context: ssl.SSLContext | None, made: Gateway, ended: threading.Event
) -> None:
    workers: list[threading.Thread] = []
    while not ended.is_set():
        ready, _, _ = select.select([listener], [], [], 0.05)
        if ready:
            client, _ = listener.accept()
            made.callers += 1
            workers.append(threading.Thread(target=_serve, args=(client, target, context, made, ended)))
            workers[-1].start()
    for worker in workers:
        worker.join()


def _serve(
    client: socket.socket, target: int, context: ssl.SSLContext | None, made: Gateway, ended: threading.Event
) -> None:
    with client, suppress(OSError):
        first = client.recv(8)
        made.heard.append(first)
        if first != SSL_REQUEST or context is None:
            client.sendall(b"N")
            rest = client.recv(65536)
            if rest:
                made.heard.append(rest)
            return
        client.sendall(b"S")
        with (
            context.wrap_socket(client, server_side=True) as secure,
            socket.create_connection(("127.0.0.1", target)) as server,
        ):
            made.served += 1
            _pump(secure, server, ended)


def _pump(secure: ssl.SSLSocket, server: socket.socket, ended: threading.Event) -> None:
    while not ended.is_set():
        ready = [secure] if secure.pending() else select.select([secure, server], [], [], 0.05)[0]
        for end in ready:
            block = end.recv(65536)
            if not block:
                return
            (server if end is secure else secure).sendall(block)
