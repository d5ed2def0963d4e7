"""Sends the letters to suppliers that the buyers gave to the worker; each is tried until the mail server takes it."""

from __future__ import annotations

import email.policy
import logging
import mimetypes
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import psycopg2.extensions

from desktop.worker.anchors import post
from desktop.worker.settings import MailTarget

_log = logging.getLogger("outpost.worker")
_MANY = 10


@dataclass
class Letters:
    """A job of the worker. A server that is away leaves letters for the next time; a wrong address ends one."""

    server: MailTarget

    def __call__(self, cursor: psycopg2.extensions.cursor) -> object:
        cursor.execute("select id, email, subject, body, file_name, content from api.due_mails(%s)", (_MANY,))
        sent = 0
        for number, address, subject, body, file_name, content in cursor.fetchall():
            problem, final = None, False
            try:
                self._send(_letter(self.server.sender, address, subject, body, file_name, content))
                sent += 1
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                problem, final = f"{code} {said.decode('utf-8', 'replace')}", code >= 500
            except ValueError as error:  # an address or a subject that no mail may have
                problem, final = str(error), True
            except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
                problem = str(error) or type(error).__name__
            if problem is not None:
                _log.error("letter %s: %s", number, problem)
            cursor.execute("select api.note_mail(%s, %s, %s)", (number, problem, final))
        return sent

    def _send(self, letter: EmailMessage) -> None:
        with post(self.server) as server:
            if self.server.user:
                password = Path(self.server.password_file).read_text(encoding="utf-8").strip()
                server.login(self.server.user, password)
            server.send_message(letter)


def _letter(
    sender: str, address: str, subject: str, body: str, file_name: str | None, content: memoryview | None
) -> EmailMessage:
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["Subject"] = subject
    letter["From"] = sender
    letter["To"] = address
    letter.set_content(body)
    if content is not None and file_name is not None:
        kind = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
        main, sub = kind.split("/", 1)
        letter.add_attachment(bytes(content), maintype=main, subtype=sub, filename=file_name)
    return letter
