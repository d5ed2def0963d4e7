"""Goods received, not invoiced: the account by both methods, at the turn of the month and in between."""

from __future__ import annotations

import random
from decimal import Decimal
from uuid import uuid4

import pytest

from db.errors import UserError
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations import accruals, stock, supplier_invoices
from desktop.operations.lists import source_for
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
    assert accruals.turn(buying.finance)[0] == 0
    assert buying.account() == buying.open_accrual() == 3600
    made, _, _ = supplier_invoices.enter(buying.finance, buying.paper((PART, 5, "180")))
    supplier_invoices.post(buying.finance, uuid4(), made)
    assert buying.account() == buying.open_accrual() == 2700
    buying.check()


def test_at_the_beginning_of_the_month_the_account_is_emptied_and_filled_at_its_end(buying: Buying) -> None:
    _by_month(buying)
    buying.receive(PART, 20)
    assert accruals.turn(buying.finance)[0] == 0  # of this month: it stays
    _earlier(buying)
    assert accruals.turn(buying.finance)[0] == 1
    assert accruals.turn(buying.finance)[0] == 0  # once a month
    assert (buying.account(), buying.open_accrual()) == (0, 3600)
    buying.check()
    # An invoice within the month clears what stands reversed without touching the account.
    made, _, _ = supplier_invoices.enter(buying.finance, buying.paper((PART, 5, "180")))
    supplier_invoices.post(buying.finance, uuid4(), made)
    assert (buying.account(), buying.open_accrual()) == (0, 2700)
    buying.check()
    # A month later: put back at its end what was open then, out again on the first.
    _earlier(buying)
    assert accruals.turn(buying.finance)[0] == 1
    assert _kinds(buying)[-2:] == [("month_accrual", Decimal(2700)), ("month_reversal", Decimal(-2700))]
    assert (buying.account(), buying.open_accrual()) == (0, 2700)
    buying.check()


def test_a_worker_that_was_away_for_three_months_turns_each_of_them(buying: Buying) -> None:
    _by_month(buying)
    buying.receive(PART, 20)
    _earlier(buying)
    accruals.turn(buying.finance)
    _earlier(buying, 3)
    accruals.turn(buying.finance)
    kinds = [kind for kind, _ in _kinds(buying)]
    assert kinds.count("month_accrual") == 3 and kinds.count("month_reversal") == 4
    assert buying.account() == 0
    buying.check()


def test_what_came_back_and_what_was_reversed_while_out_keep_the_account_in_step(buying: Buying) -> None:
    _by_month(buying)
    receipt = buying.receive(PART, 20)
    _earlier(buying)
    accruals.turn(buying.finance)
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
    accruals.turn(buying.finance)
    buying.value("update erp.setting set value = '\"on_invoice\"' where key = 'purchasing.grni_method' returning id")
    accruals.turn(buying.finance)
    assert buying.account() == buying.open_accrual() == 3600
    buying.check()


def test_finance_of_a_branch_does_not_choose_for_the_company(buying: Buying) -> None:
    with pytest.raises(UserError) as caught:
        accruals.turn(buying.finance, "month_start")
    assert caught.value.constraint == "grni_method_scope"


def test_finance_of_the_head_office_looks_at_a_method_before_it_holds(buying: Buying) -> None:
    """What was shown is what is booked, to the entry; looking leaves nothing behind."""
    buying.receive(PART, 20)
    buying.receive("SEP-OIL-7520", 4)
    _earlier(buying)
    with buying.head_office() as head:
        before = accruals.accruals(head)
        assert (before.method, before.may_choose, before.due, before.differences) == ("on_invoice", True, 0, 0)
        shown = accruals.preview(head, "month_start")
        assert [(one.kind, one.amount) for one in shown] == [("month_reversal", -3600), ("month_reversal", -2960)]
        assert buying.account() == 6560
        assert buying.value("select count(*) from erp.setting where key = 'purchasing.grni_method'") == 0
        count = buying.value("select count(*) from erp.grni_entry")
        assert accruals.turn(head, "month_start")[0] == 2
        booked = buying.value(
            "select json_agg(json_build_array(booked_on, kind, quantity, amount) order by booked_on, kind, id)"
            " from (select * from erp.grni_entry order by id offset %s) e",
            count,
        )
        assert sorted(map(str, booked)) == sorted(
            str([one.booked_on.isoformat(), one.kind, float(one.quantity), float(one.amount)]) for one in shown
        )
        after = accruals.accruals(head)
        assert (after.method, after.account, after.reversed_amount, after.open_amount) == ("month_start", 0, 6560, 6560)
        assert accruals.preview(head) == ()
    buying.check()


def test_a_branch_sees_the_method_and_may_not_choose_it(buying: Buying) -> None:
    buying.receive(PART, 20)
    for who, turns, asks in ((buying.finance, True, True), (buying.manager, False, True), (buying.buyer, False, False)):
        found = accruals.accruals(who)
        assert (found.may_choose, found.may_turn, found.differences is not None) == (False, turns, asks)
        assert (found.open_amount, found.account, found.receipts) == (3600, 3600, 1)
    with pytest.raises(UserError) as caught:
        accruals.preview(buying.finance, "month_start")
    assert caught.value.constraint == "grni_method_scope"
    for who in (buying.manager, buying.buyer, buying.shop.clerk):
        with pytest.raises(UserError):
            accruals.turn(who)
        with pytest.raises(UserError):
            accruals.turn(who, "month_start")
    with buying.head_office() as head:
        for nonsense in ("", "never", "MONTH_START"):
            with pytest.raises(UserError) as caught:
                accruals.turn(head, nonsense)
            assert caught.value.constraint == "grni_method_known"


def test_a_person_turns_his_own_company_alone(buying: Buying) -> None:
    _by_month(buying)
    buying.receive(PART, 20)
    _earlier(buying)
    buying.value("select api.create_company('OTHER', 'Other', '其他')")
    other = buying.value("select id from erp.org_unit where code = 'OTHER'")
    with buying.person("far", "finance", int(other)) as stranger:
        assert accruals.accruals(stranger).open_amount == 0
        assert accruals.turn(stranger)[0] == 0
    assert buying.account() == 3600
    assert accruals.turn(buying.finance)[0] == 1


def test_the_lists_total_is_the_accounts_balance_and_what_reconciles(buying: Buying) -> None:
    """Received, not invoiced = the account + what stands reversed; list, figures and ledger say the same."""
    _by_month(buying)
    buying.receive(PART, 20)
    _earlier(buying)
    buying.receive("SEP-OIL-7520", 4)
    accruals.turn(buying.finance)
    made, _, _ = supplier_invoices.enter(buying.finance, buying.paper((PART, 5, "180")))
    supplier_invoices.post(buying.finance, uuid4(), made)
    source = source_for(buying.finance, list_for("grni"), "en")
    totals = source.totals(ListQuery(("supplier", "amount", "open_amount")))
    found = accruals.accruals(buying.finance)
    assert totals["open_amount"] == found.open_amount == buying.open_accrual() == 2700 + 2960
    assert found.open_amount == found.account + found.reversed_amount
    assert (found.account, found.reversed_amount) == (2960, 2700)
    assert found.differences == 0
    entries = source_for(buying.finance, list_for("grni_entries"), "en").totals(ListQuery(("kind", "amount")))
    assert entries["amount"] == found.account


def test_consigned_stock_is_accrued_when_it_is_used_and_cleared_by_its_invoice(buying: Buying) -> None:
    """It lies here at no value and without an accrual; its use buys it, its return and its reversal take both back."""
    shop = buying.shop
    owner = shop.world.supplier
    line = {"item_id": shop.item(PART), "to_location_id": shop.place("A-03-1-2"), "quantity": 6, "owner_id": owner}
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [line]})
    assert buying.value("select count(*) from erp.grni_position") == 0
    buying.value(
        "insert into erp.supplier_price (company_id, org_unit_id, item_id, supplier_id, unit_price)"
        " values (%s, %s, %s, %s, 170) returning id",
        shop.world.company, shop.world.branch, shop.item(PART), owner,
    )  # fmt: skip
    issue = {
        "type": "issue", "work_order_id": shop.clone.id("work_order", "WO-2611-0482"),
        "lines": [{"item_id": shop.item(PART), "from_location_id": shop.place("A-03-1-2"), "quantity": 4,
                   "owner_id": owner}],
    }  # fmt: skip
    used, _ = stock.post(shop.clerk, uuid4(), issue)
    assert buying.open_accrual() == buying.account() == 680
    assert buying.value("select supplier_id from erp.grni_position") == owner
    buying.check()
    stock.reverse(shop.clerk, uuid4(), used.document_id, "wrong order")
    assert buying.open_accrual() == buying.account() == 0
    buying.check()
    stock.post(shop.clerk, uuid4(), issue)
    assert buying.open_accrual() == 680
    paper = buying.paper(number="CONS-1") | {
        "gross": "768.40", "unit": buying.value("select code from erp.org_unit where id = %s", shop.world.branch),
        "lines": [{"item": PART, "quantity": 4, "unit_price": "170"}],
    }  # fmt: skip
    made, _, _ = supplier_invoices.enter(buying.finance, paper)
    supplier_invoices.post(buying.finance, uuid4(), made)
    assert buying.open_accrual() == buying.account() == 0
    buying.check()


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
        accruals.turn(buying.finance)
    elif what == "use":
        taken = {"item_id": buying.shop.item(code), "quantity": 1, "from_location_id": buying.shop.place(BIN[code])}
        document = {"type": "counter_issue", "engineer_id": buying.shop.world.engineer, "lines": [taken]}
        stock.post(buying.shop.clerk, uuid4(), document)
