"""Letters to suppliers: given to the worker, which sends them."""

from __future__ import annotations

from sqlalchemy import text

from db.session import Database
from desktop.domain.changes import Changes


def address_of(database: Database, supplier_id: int) -> str:
    """Where the supplier's letters go; empty where no address is known."""
    with database.read() as session:
        found = session.execute(text("select email from erp.party where id = :id"), {"id": supplier_id}).scalar()
        return str(found or "")


def queue(
    database: Database,
    kind: str,
    document_id: int,
    *,
    email: str,
    subject: str,
    body: str,
    file_name: str | None = None,
    content: bytes | None = None,
) -> Changes:
    """A letter about an order that was sent (`order`, `reminder`) or to a supplier of a request (`rfq`)."""
    with database.write() as session:
        made = session.execute(
            text("select api.queue_mail(:kind, :document, :email, :subject, :body, :file_name, :content)"),
            {
                "kind": kind, "document": document_id, "email": email, "subject": subject, "body": body,
                "file_name": file_name, "content": content,
            },
        ).scalar_one()  # fmt: skip
    return Changes.of(outgoing_mail=[int(made)])


def retry(database: Database, mail_id: int) -> Changes:
    """Send a letter again that was given up."""
    with database.write() as session:
        session.execute(text("select api.retry_mail(:id)"), {"id": mail_id})
    return Changes.of(outgoing_mail=[mail_id])
