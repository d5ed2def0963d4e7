"""Letters of a request for quotation: one to each supplier, in his language; and how each supplier has delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.text import Language, pick


@dataclass(frozen=True)
class Asked:
    """A supplier of a request. `letter` is None (no letter yet), queued, sent or failed; `rejected` the share of pieces
    turned down or sent back within a year, None where nothing came.
    """

    id: int
    supplier_id: int
    code: str
    name: str
    name_zh: str | None
    email: str
    address: str
    language: Language
    letter: str | None
    letter_at: datetime | None
    letter_email: str | None
    letter_error: str | None
    deliveries: int
    rejected: Decimal | None

    def shown_name(self) -> str:
        return pick(self.name, self.name_zh)


@dataclass(frozen=True)
class LastPrice:
    """What was paid last for the item of a line, in `currency`, and to whom."""

    line_id: int
    unit_price: Decimal
    currency: str
    ordered_on: date | None
    supplier: str
    supplier_zh: str | None


@dataclass(frozen=True)
class Letter:
    """A letter as it goes: to whom of the request, to which address, what it says, and the PDF."""

    asked: int
    email: str
    subject: str
    body: str
    file_name: str
    content: bytes


def asked(database: Database, rfq_id: int) -> tuple[Asked, ...]:
    """The suppliers of a request in the order of their names."""
    with database.read() as session:
        rows = session.execute(text("select * from api.rfq_suppliers(:id)"), {"id": rfq_id})
        return tuple(
            Asked(
                row.rfq_supplier_id, row.supplier_id, row.code, row.name, row.name_zh, row.email or "",
                row.address or "", "zh" if row.language == "zh" else "en", row.letter, row.letter_at,
                row.letter_email, row.letter_error, row.deliveries, row.rejected,
            )
            for row in rows
        )  # fmt: skip


def last_prices(database: Database, rfq_id: int) -> dict[int, LastPrice]:
    """Line → what was paid last; lines without an earlier order are absent."""
    with database.read() as session:
        rows = session.execute(text("select * from api.rfq_last_prices(:id)"), {"id": rfq_id}).mappings()
        return {row["line_id"]: LastPrice(**row) for row in rows}


def send(database: Database, letters: Sequence[Letter], *, again: bool = False) -> tuple[int, Changes]:
    """Give the letters to the worker, all or none; how many went. One that waits or was sent is left alone unless
    `again`. Raises UserError.
    """
    made: list[int] = []
    with database.write() as session:
        for letter in sorted(letters, key=lambda each: each.asked):
            found = session.execute(
                text("select api.queue_rfq_letter(:asked, :email, :subject, :body, :file_name, :content, :again)"),
                {
                    "asked": letter.asked, "email": letter.email, "subject": letter.subject, "body": letter.body,
                    "file_name": letter.file_name, "content": letter.content, "again": again,
                },
            ).scalar_one()  # fmt: skip
            made += [int(found)] if found is not None else []
    return len(made), Changes.of(outgoing_mail=made)
