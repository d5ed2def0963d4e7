"""What was received and not invoiced (暂估), as finance sees it: figures, method, what a turn of the month would book.

A preview is the turn itself in a transaction that is rolled back, so it cannot say anything else than what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.session import Database
from desktop.domain.changes import Changes

METHODS = ("on_invoice", "month_start")


@dataclass(frozen=True)
class Accruals:
    """How it stands in the reader's units, amounts in the company's currency without tax.

    `open_amount` was received and not invoiced; `account` is the balance of the accrual account, `reversed_amount` what
    stands reversed for the month: the first is always the sum of the other two. `due` positions wait for the turn.
    `differences` counts what does not agree; None where the reader may not ask.
    """

    company: str
    company_zh: str | None
    method: str
    may_choose: bool
    may_turn: bool
    month_start: date
    due: int
    receipts: int
    oldest: date | None
    open_amount: Decimal
    account: Decimal
    reversed_amount: Decimal
    differences: int | None
    to_post: int
    to_post_amount: Decimal
    exceptions: int
    exceptions_amount: Decimal
    touchless_month: date | None
    touchless: Decimal | None
    invoices: int


@dataclass(frozen=True)
class Booking:
    """One entry that a turn of the month would make."""

    booked_on: date
    kind: str
    supplier: str
    supplier_zh: str | None
    document: str
    document_id: int
    item_code: str
    item_name: str
    item_name_zh: str | None
    quantity: Decimal
    amount: Decimal


class _Back(Exception):
    """Ends a preview without keeping anything."""


def accruals(database: Database) -> Accruals:
    """The figures of the reader's units."""
    with database.read() as session:
        state = session.execute(text("select api.accrual_state()")).scalar_one()
        found = session.execute(text(_FIGURES)).one()
        may = session.execute(text(_MAY)).one()
        wrong = session.execute(text("select count(*) from api.reconcile_purchasing()")).scalar() if may.ask else None
        rate = session.execute(text(_TOUCHLESS)).one_or_none()
    return Accruals(
        company=state["company"], company_zh=state["company_zh"], method=state["method"],
        may_choose=bool(state["may_choose"]), may_turn=bool(may.turn),
        month_start=date.fromisoformat(state["month_start"]), due=int(state["due"]), receipts=found.receipts,
        oldest=found.oldest, open_amount=found.open_amount, account=found.account,
        reversed_amount=found.reversed_amount, differences=wrong, to_post=found.to_post,
        to_post_amount=found.to_post_amount, exceptions=found.exceptions, exceptions_amount=found.exceptions_amount,
        touchless_month=rate.month if rate else None, touchless=rate.invoice_rate if rate else None,
        invoices=rate.invoices if rate else 0,
    )  # fmt: skip


def preview(database: Database, method: str | None = None) -> tuple[Booking, ...]:
    """What the turn of the month would book now in the reader's units; with `method` what choosing it would.

    Raises UserError where he may not do it.
    """
    made: list[Booking] = []
    try:
        with database.write() as session:
            _turn(session, method)
            made += [Booking(*row) for row in session.execute(text(_MADE))]
            raise _Back
    except _Back:
        return tuple(made)


def turn(database: Database, method: str | None = None) -> tuple[int, Changes]:
    """The turn of the month, now; with `method` the company's new way from here on. Returns the positions turned."""
    with database.write() as session:
        done = _turn(session, method)
    return done, Changes.of(setting=(), grni_position=(), grni_entry=())


def _turn(session: Session, method: str | None) -> int:
    if method is None:
        return int(session.execute(text("select api.roll_accruals()")).scalar_one())
    return int(session.execute(text("select api.set_grni_method(:method)"), {"method": method}).scalar_one())


_MAY = """
    select has_function_privilege('api.reconcile_purchasing()', 'execute') as ask,
           has_function_privilege('api.roll_accruals()', 'execute') as turn
"""
_FIGURES = """
    select p.receipts, p.oldest, p.open_amount, p.reversed_amount, e.account, i.to_post, i.to_post_amount, x.exceptions,
           x.exceptions_amount
    from (select count(*) filter (where open_amount <> 0 or open_quantity <> 0) as receipts,
                 min(received_on) filter (where open_amount <> 0 or open_quantity <> 0) as oldest,
                 coalesce(sum(open_amount), 0) as open_amount,
                 coalesce(sum(open_amount) filter (where reversed_on is not null), 0) as reversed_amount
          from erp.grni_position) p,
         (select coalesce(sum(amount), 0) as account from erp.grni_entry) e,
         (select count(*) as to_post, coalesce(sum(case kind when 'invoice' then gross else -gross end), 0)
                     as to_post_amount
          from erp.supplier_invoice where state in ('matched', 'approved')) i,
         (select count(*) as exceptions, coalesce(sum(l.net), 0) as exceptions_amount
          from erp.supplier_invoice_line l
          join erp.supplier_invoice s on s.id = l.invoice_id and s.state = 'exception'
          where l.exceptions <> '{}' and l.accepted_at is null) x
"""
_TOUCHLESS = "select month, invoice_rate, invoices from api.touchless_rate order by month desc limit 1"
_MADE = """
    select e.booked_on, e.kind, coalesce(p.name, ''), p.name_zh, coalesce(d.number, ''), coalesce(d.id, 0), i.code,
           i.name, i.name_zh, e.quantity, e.amount
    from erp.grni_entry e
    join erp.grni_position g on g.id = e.position_id
    join erp.item i on i.id = g.item_id
    left join erp.party p on p.id = g.supplier_id
    left join erp.stock_move m on m.id = g.id
    left join erp.stock_document d on d.id = m.document_id
    where e.xmin = pg_current_xact_id()::xid
    order by e.booked_on, e.kind, p.sort_key, e.id
"""
