"""Reminding suppliers of what is overdue: one letter for each of them, whatever many orders it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlalchemy import text

from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.text import Language, pick


@dataclass(frozen=True)
class DueLine:
    """A line of an order that the supplier still owes; `promised_on` is the line's day, else the order's."""

    order_id: int
    number: str
    supplier_reference: str | None
    line_no: int
    item_code: str
    item_name: str
    item_name_zh: str | None
    open: Decimal
    promised_on: date | None


@dataclass(frozen=True)
class Reminder:
    """What one supplier is reminded of, in his language. `email` is empty where no address is known."""

    supplier: str
    supplier_zh: str | None
    email: str
    language: Language
    lines: tuple[DueLine, ...]

    def orders(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(line.order_id for line in self.lines))

    def shown_name(self) -> str:
        return pick(self.supplier, self.supplier_zh)


@dataclass(frozen=True)
class Letter:
    """A reminder as it goes to the worker."""

    orders: tuple[int, ...]
    email: str
    subject: str
    body: str
    file_name: str
    content: bytes


@dataclass(frozen=True)
class Due:
    """`reminded` counts orders that somebody reminded of today already: they are left out."""

    letters: tuple[Reminder, ...]
    reminded: int


_DUE = "select * from api.reminders_due(:orders, :lines)"
_QUEUE = "select api.queue_reminder(:orders, :email, :subject, :body, :file_name, :content)"


def due(database: Database, *, orders: Sequence[int] = (), lines: Sequence[int] = ()) -> Due:
    """Of those orders, or of those lines, what is owed: a letter for each supplier."""
    with database.read() as session:
        rows = session.execute(text(_DUE), {"orders": list(orders), "lines": list(lines)}).all()
    letters = []
    for _, group in groupby((row for row in rows if not row.reminded), key=lambda row: row.letter):
        owed = list(group)
        first = owed[0]
        letters.append(
            Reminder(
                first.supplier, first.supplier_zh, first.email or "", "zh" if first.language == "zh" else "en",
                tuple(
                    DueLine(
                        row.order_id, row.number, row.supplier_reference, row.line_no, row.item_code, row.item_name,
                        row.item_name_zh, row.open, row.promised_on,
                    )
                    for row in owed
                ),
            )
        )  # fmt: skip
    return Due(tuple(letters), len({row.order_id for row in rows if row.reminded}))


def send(database: Database, letters: Sequence[Letter]) -> tuple[tuple[Letter, ...], Changes]:
    """Give the letters to the worker, all or none; those that went. One of whose orders a colleague reminded of
    meanwhile stays here. Raises UserError.
    """
    went: list[Letter] = []
    made: list[int] = []
    with database.write() as session:
        for letter in sorted(letters, key=lambda each: min(each.orders)):
            found = session.execute(
                text(_QUEUE),
                {
                    "orders": list(letter.orders), "email": letter.email, "subject": letter.subject,
                    "body": letter.body, "file_name": letter.file_name, "content": letter.content,
                },
            ).scalar_one()  # fmt: skip
            if found is not None:
                made.append(int(found))
                went.append(letter)
    orders = [order for letter in went for order in letter.orders]
    return tuple(went), Changes.of(outgoing_mail=made, outgoing_mail_order=(), purchase_order=orders)
