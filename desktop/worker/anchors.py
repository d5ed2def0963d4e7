"""Writes the latest seal down where no administrator of the database reaches: a file, a mailbox, a log server.

An anchor is one line of JSON with the seal's hash. Whoever holds it can prove that nothing before that seal was
changed, removed or added since, even if somebody with every right over the server made the whole chain anew.
"""

from __future__ import annotations

import email.policy
import json
import logging
import os
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import psycopg2.extensions

from desktop.worker.settings import FileTarget, MailTarget, SyslogTarget, Target

_log = logging.getLogger("outpost.worker")
_SECONDS = 20
_POLICY = email.policy.SMTP.clone(max_line_length=900)  # an anchor is one line, unfolded
_PRIORITY = 13 * 8 + 5  # RFC 5424: facility "log audit", severity "notice"
_Failure = (OSError, smtplib.SMTPException, ssl.SSLError)


@dataclass
class Anchors:
    """A job of the worker. A target gets each seal once; one that fails is tried again the next time."""

    targets: tuple[Target, ...]
    _written: dict[str, str] = field(default_factory=dict)

    def __call__(self, cursor: psycopg2.extensions.cursor) -> object:
        cursor.execute("select seal_id, generation, to_xid, hash, sealed_at, installation from api.audit_anchor()")
        found = cursor.fetchone()
        if found is None:
            return 0
        seal, generation, to_xid, digest, sealed_at, installation = found
        line = json.dumps(
            {
                "installation": installation,
                "seal": seal,
                "generation": generation,
                "to_xid": to_xid,
                "hash": digest,
                "sealed_at": sealed_at.astimezone(UTC).isoformat(),
                "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )
        failed = 0
        for target in self.targets:
            if self._written.get(target.name) == digest:
                continue
            problem = None
            try:
                write(target, seal, line)
                self._written[target.name] = digest
            except _Failure as error:
                failed += 1
                problem = str(error) or type(error).__name__
                _log.error("anchor %s: %s", target.name, problem)
            cursor.execute("select api.note_anchor(%s, %s, %s, %s)", (target.name, seal, digest, problem))
        return failed


def write(target: Target, seal: int, line: str) -> None:
    """Raises OSError or SMTPException where the target cannot be reached or refuses."""
    match target:
        case FileTarget():
            _append(Path(target.path).expanduser(), line)
        case MailTarget():
            _mail(target, seal, line)
        case SyslogTarget():
            _syslog(target, line)


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open(handle, "a", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _mail(target: MailTarget, seal: int, line: str) -> None:
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = f"Outpost audit anchor {seal}"
    message["From"] = target.sender
    message["To"] = ", ".join(target.to)
    message.set_content(
        "Keep this message. Outpost compares it with the audit trail: outpost admin verify-audit --anchors FILE\n"
        f"\n{line}\n"
    )
    password = Path(target.password_file).read_text(encoding="utf-8").strip() if target.password_file else ""
    with post(target) as server:
        if target.user:
            server.login(target.user, password)
        server.send_message(message)


def post(target: MailTarget) -> smtplib.SMTP:
    """A connection to a mail server, encrypted as the settings say."""
    trust = ssl.create_default_context(cafile=target.ca_file or None)
    if target.security == "tls":
        return smtplib.SMTP_SSL(target.host, target.port or 465, timeout=_SECONDS, context=trust)
    server = smtplib.SMTP(target.host, target.port or 587, timeout=_SECONDS)
    if target.security == "starttls":
        try:
            server.starttls(context=trust)
        except BaseException:
            server.close()
            raise
    return server


def _syslog(target: SyslogTarget, line: str) -> None:
    """RFC 5424; over a stream with the octet counts of RFC 6587."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    host = socket.gethostname().replace(" ", "-")[:255] or "-"
    message = f"<{_PRIORITY}>1 {stamp} {host} outpost {os.getpid()} anchor - {line}".encode("ascii", "replace")
    if target.transport == "udp":
        family, kind, protocol, _, address = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as out:
            out.sendto(message, address)
        return
    with socket.create_connection((target.host, target.port), timeout=_SECONDS) as plain:
        if target.transport == "tls":
            trust = ssl.create_default_context(cafile=target.ca_file or None)
            with trust.wrap_socket(plain, server_hostname=target.host) as out:
                out.sendall(b"%d %s" % (len(message), message))
        else:
            plain.sendall(b"%d %s" % (len(message), message))
