"""Goods received, not invoiced: the account by both methods, at the turn of the month and in between."""

from __future__ import annotations

import random
from decimal import Decimal
from uuid import uuid4

import pytest

from db.errors import UserError
from desktop.operations import stock, supplier_invoices
from tests.invoice_people import BIN, Buying

PART = "FLT-AIR-7502"


def _earlier(buying: Buying, months: int = 1) -> None:
    """Everything that is accrued was received, and turned, that many months before."""
    with buying.shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            "update erp.grni_position set received_on = (received_on - make_interval(months => %(n)s))::date,"
            " reversed_on = (reversed_on - make_interval(months => %(n)s))::date",
            {"n": months},
        )
        # Far away first: a month's entries must not meet those of the month before on their way.
        for back in (400, -400):
            cursor.execute(
                "update erp.grni_entry set booked_on = (case when kind = 'month_accrual' and %(back)s < 0"
                " then date_trunc('month', booked_on) - make_interval(years => %(back)s, months => %(n)s - 1)"
                " - interval '1 day' when %(back)s < 0"
                " then booked_on - make_interval(years => %(back)s, months => %(n)s)"
                " else booked_on - make_interval(years => %(back)s) end)::date",
                {"back": back, "n": months},
            )
        connection.commit()


def _by_month(buying: Buying) -> None:
    """The company takes accruals back at the beginning of the month: chosen by finance of the head office."""
    buying.value(
        "insert into erp.setting (key, org_unit_id, value) select 'purchasing.grni_method', id, '\"month_start\"'"
        " from erp.org_unit where parent_id is null returning id"
    )


def _kinds(buying: Buying) -> list[tuple[str, Decimal]]:
    found = buying.value("select json_agg(json_build_array(kind, amount) order by id) from erp.grni_entry")
    return [(kind, Decimal(str(amount))) for kind, amount in found]


def test_on_invoice_the_account_stands_until_the_invoice_comes(buying: Buying) -> None:
    buying.receive(PART, 20)
    _earlier(buying)
    assert supplier_invoices.roll_accruals(buying.finance)[0] == 0
    assert buying.account() == buying.open_accrual() == 3600
    made, _, _ = supplier_invoices.enter(buying.finance, buying.paper((PART, 5, "180")))
    supplier_invoices.post(buying.finance, uuid4(), made)
    assert buying.account() == buying.open_accrual() == 2700
    buying.check()


def test_at_the_beginning_of_the_month_the_account_is_emptied_and_filled_at_its_end(buying: Buying) -> None:
    _by_month(buying)
    buying.receive(PART, 20)
    assert supplier_invoices.roll_accruals(buying.finance)[0] == 0  # of this month: it stays
    _earlier(buying)
    assert supplier_invoices.roll_accruals(buying.finance)[0] == 1
    assert supplier_invoices.roll_accruals(buying.finance)[0] == 0  # once a month
    assert (buying.account(), buying.open_accrual()) == (0, 3600)
    buying.check()
    # An invoice within the month clears what stands reversed without touching the account.
    made, _, _ = supplier_invoices.enter(buying.finance, buying.paper((PART, 5, "180")))
    supplier_invoices.post(buying.finance, uuid4(), made)
    assert (buying.account(), buying.open_accrual()) == (0, 2700)
    buying.check()
    # A month later: put back at its end what was open then, out again on the first.
    _earlier(buying)
    assert supplier_invoices.roll_accruals(buying.finance)[0] == 1
    assert _kinds(buying)[-2:] == [("month_accrual", Decimal(2700)), ("month_reversal", Decimal(-2700))]
    assert (buying.account(), buying.open_accrual()) == (0, 2700)
    buying.check()


def test_a_worker_that_was_away_for_three_months_turns_each_of_them(buying: Buying) -> None:
    _by_month(buying)
    buying.receive(PART, 20)
    _earlier(buying)
    supplier_invoices.roll_accruals(buying.finance)
    _earlier(buying, 3)
    supplier_invoices.roll_accruals(buying.finance)
    kinds = [kind for kind, _ in _kinds(buying)]
    assert kinds.count("month_accrual") == 3 and kinds.count("month_reversal") == 4
    assert buying.account() == 0
    buying.check()


def test_what_came_back_and_what_was_reversed_while_out_keep_the_account_in_step(buying: Buying) -> None:
    _by_month(buying)
    receipt = buying.receive(PART, 20)
    _earlier(buying)
    supplier_invoices.roll_accruals(buying.finance)
    back = buying.send_back(receipt, PART, 8)
    assert (buying.account(), buying.open_accrual()) == (0, 2160)
    buying.check()
    stock.reverse(buying.shop.clerk, uuid4(), back.document_id, "they are good")
    stock.reverse(buying.shop.clerk, uuid4(), receipt.document_id, "wrong order")
    assert (buying.account(), buying.open_accrual()) == (0, 0)
    buying.check()


def test_going_back_to_the_other_method_fills_the_account_again(buying: Buying) -> None:
    _by_month(buying)
    buying.receive(PART, 20)
    _earlier(buying)
    supplier_invoices.roll_accruals(buying.finance)
    buying.value("update erp.setting set value = '\"on_invoice\"' where key = 'purchasing.grni_method' returning id")
    supplier_invoices.roll_accruals(buying.finance)
    assert buying.account() == buying.open_accrual() == 3600
    buying.check()


def test_finance_of_a_branch_does_not_choose_for_the_company(buying: Buying) -> None:
    with pytest.raises(UserError) as caught:
        supplier_invoices.set_method(buying.finance, "month_start")
    assert caught.value.constraint == "grni_method_scope"


@pytest.mark.parametrize("statement", ["update erp.grni_entry set amount = 0", "delete from erp.grni_entry"])
def test_entries_are_final_for_the_owner_too(buying: Buying, statement: str) -> None:
    buying.receive(PART, 20)
    with pytest.raises(UserError) as caught:
        buying.value(statement + " returning id")
    assert caught.value.constraint == "posted_row_final"


def test_history_is_accrued_once(buying: Buying) -> None:
    receipt = buying.receive(PART, 20)
    buying.send_back(receipt, PART, 3)
    with buying.shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("delete from erp.grni_entry; delete from erp.grni_position")
        connection.commit()
    company = buying.shop.world.company
    assert buying.value("select erp.accrue_history(%s)", company) == 1
    assert buying.value("select erp.accrue_history(%s)", company) == 0
    assert buying.open_accrual() == 17 * 180
    buying.check()


def test_a_random_year_stays_whole(buying: Buying) -> None:
    """Receipts, returns, invoices at other prices, credit notes, reversals and turns of the month in any order."""
    _by_month(buying)
    dice = random.Random(20_261_124)
    buying.value("update erp.purchase_order_line set quantity = 100000 returning id")
    made: dict[str, list[tuple[stock.Posted, str]]] = {"receipt": [], "return": []}
    invoices: list[int] = []
    done = dict.fromkeys(("receive", "back", "pay", "credit", "undo", "unpay", "turn", "use"), 0)
    for turn in range(70):
        what = dice.choice(("receive", "receive", "back", "pay", "pay", "credit", "undo", "unpay", "turn", "use"))
        try:
            _one(buying, dice, what, made, invoices, turn)
            done[what] += 1
        except UserError as error:
            if not error.code.startswith("ER0"):
                raise  # no rule that said no
    buying.check()
    assert all(done.values()), done


def _one(  # noqa: C901 - one branch a kind of step
    buying: Buying,
    dice: random.Random,
    what: str,
    made: dict[str, list[tuple[stock.Posted, str]]],
    invoices: list[int],
    turn: int,
) -> None:
    code = dice.choice((PART, "SEP-OIL-7520"))
    if what == "receive":
        cost = dice.choice((150, 180, 211.37))
        made["receipt"].append((buying.receive(code, dice.randint(1, 9), unit_cost=cost), code))
    elif what == "back" and made["receipt"]:
        receipt, part = dice.choice(made["receipt"])
        made["return"].append((buying.send_back(receipt, part, dice.randint(1, 3)), part))
    elif what in ("pay", "credit"):
        found = supplier_invoices.invoiceable(buying.finance, buying.shop.world.supplier, credit=what == "credit")
        for line in found[:1]:
            price = str(line.unit_price + dice.choice((0, Decimal("0.37"), -2)))
            paper = buying.paper(
                (line.item_code, int(min(line.quantity, dice.randint(1, 8))), price),
                number=f"R-{turn}", kind="invoice" if what == "pay" else "credit_note",
            )  # fmt: skip
            invoice, matched, _ = supplier_invoices.enter(buying.finance, paper)
            if matched.exceptions:
                line_id = buying.value("select max(id) from erp.supplier_invoice_line where exceptions <> '{}'")
                supplier_invoices.accept(buying.colleague, line_id, "random")
            supplier_invoices.post(buying.finance, uuid4(), invoice)
            invoices.append(invoice)
    elif what == "undo":
        pile = made[dice.choice(("receipt", "return"))]
        if pile:
            document, _ = pile.pop(dice.randrange(len(pile)))
            stock.reverse(buying.shop.clerk, uuid4(), document.document_id, "random")
    elif what == "unpay" and invoices:
        supplier_invoices.reverse(buying.finance, uuid4(), invoices.pop(dice.randrange(len(invoices))), "random")
    elif what == "turn":
        _earlier(buying)
        supplier_invoices.roll_accruals(buying.finance)
    elif what == "use":
        taken = {"item_id": buying.shop.item(code), "quantity": 1, "from_location_id": buying.shop.place(BIN[code])}
        document = {"type": "counter_issue", "engineer_id": buying.shop.world.engineer, "lines": [taken]}
        stock.post(buying.shop.clerk, uuid4(), document)
