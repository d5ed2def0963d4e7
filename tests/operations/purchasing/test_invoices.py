"""Three-way match: what agrees passes untouched, what differs is accepted; stock and accrual stay whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from db.errors import UserError
from db.session import Database
from desktop.operations import records, stock, supplier_invoices
from desktop.operations.records import Draft
from tests.invoice_people import Buying
from tests.stock_shop import ORDER


def _refused(rule: str, call: object, *values: object) -> UserError:
    with pytest.raises(UserError) as caught:
        call(*values)  # type: ignore[operator]
    assert caught.value.constraint == rule, caught.value
    return caught.value


def _post(buying: Buying, invoice: int, who: Database | None = None) -> supplier_invoices.InvoicePosted:
    posted, _ = supplier_invoices.post(who or buying.finance, uuid4(), invoice)
    return posted


def _enter(buying: Buying, *lines: tuple[str, int, str], number: str = "INV-1", **head: object) -> int:
    made, _, _ = supplier_invoices.enter(buying.finance, buying.paper(*lines, number=number, **head))
    return made


def test_what_agrees_is_matched_and_posted_untouched(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 20)
    assert buying.open_accrual() == 3600
    made, matched, _ = supplier_invoices.enter(buying.finance, buying.paper(("FLT-AIR-7502", 20, "180")))
    assert matched == supplier_invoices.Matched("matched", 0)
    posted = _post(buying, made)
    assert posted.difference == 0 and posted.number.startswith("SIN-")
    assert buying.open_accrual() == 0
    assert buying.value("select touches from erp.supplier_invoice") == 0
    assert buying.value("select invoiced from erp.purchase_order_line where id = %s", buying.line("FLT-AIR-7502")) == 20
    buying.check()


def test_a_small_difference_of_price_passes_and_goes_to_the_stock(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    before = buying.worth("FLT-AIR-7502")
    invoice = _enter(buying, ("FLT-AIR-7502", 10, "181"))
    assert _post(buying, invoice).difference == 10
    assert buying.worth("FLT-AIR-7502") == before + 10
    buying.check()


def test_a_difference_is_split_between_what_lies_there_and_what_was_used(buying: Buying) -> None:
    """12 at 186 and 10 at 180: 22 pieces; 11 are issued before the invoice says 181."""
    buying.receive("FLT-AIR-7502", 10)
    line = {
        "item_id": buying.shop.item("FLT-AIR-7502"), "quantity": 11,
        "from_location_id": buying.shop.place("A-03-1-2"),
    }  # fmt: skip
    order = buying.shop.clone.id("work_order", ORDER)
    stock.post(buying.shop.clerk, uuid4(), {"type": "issue", "work_order_id": order, "lines": [line]})
    value, cost = buying.worth("FLT-AIR-7502"), buying.value("select sum(amount) from erp.cost_entry")
    assert _post(buying, _enter(buying, ("FLT-AIR-7502", 10, "181"))).difference == 10
    added = buying.worth("FLT-AIR-7502") - value
    charged = buying.value("select sum(amount) from erp.cost_entry") - cost
    assert added + charged == 10
    buying.check()


def test_a_big_difference_of_price_waits_for_somebody_else(buying: Buying) -> None:
    buying.receive("SEP-OIL-7520", 4)
    invoice = _enter(buying, ("SEP-OIL-7520", 4, "900"))
    line = buying.value("select id from erp.supplier_invoice_line")
    assert buying.value("select exceptions from erp.supplier_invoice_line") == ["price"]
    _refused("supplier_invoice_step", _post, buying, invoice)
    _refused("supplier_invoice_reason", supplier_invoices.accept, buying.colleague, line, " ")
    _refused("supplier_invoice_four_eyes", supplier_invoices.accept, buying.finance, line, "agreed")
    state, _ = supplier_invoices.accept(buying.colleague, line, "price list of November")
    assert state == "approved"
    assert _post(buying, invoice).difference == 640
    assert buying.value("select touches from erp.supplier_invoice") == 1
    buying.check()


def test_the_audit_names_who_acted_and_not_who_posted_in_the_end(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 20)
    invoice = _enter(buying, ("FLT-AIR-7502", 20, "180"))
    _post(buying, invoice, buying.colleague)
    supplier_invoices.reverse(buying.finance, uuid4(), invoice, "wrong supplier")
    entries = buying.value(
        "select array_agg(distinct e.action || coalesce(e.user_id, 0)) from audit.entry e"
        " where e.table_name = 'supplier_invoice' and e.row_id = %s",
        invoice,
    )
    finance, colleague = buying.finance.user.id, buying.colleague.user.id
    assert sorted(entries) == sorted([f"I{finance}", f"U{finance}", f"U{colleague}"])


def test_whoever_entered_it_accepts_a_little_himself(buying: Buying) -> None:
    buying.receive("SEP-OIL-7520", 4)
    _enter(buying, ("SEP-OIL-7520", 4, "800"))
    line = buying.value("select id from erp.supplier_invoice_line")
    assert supplier_invoices.accept(buying.finance, line, "freight included")[0] == "approved"


def test_goods_that_are_not_there_are_not_paid(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 5)
    invoice = _enter(buying, ("FLT-AIR-7502", 20, "180"))
    line = buying.value("select id from erp.supplier_invoice_line")
    assert buying.value("select exceptions from erp.supplier_invoice_line") == ["quantity"]
    refused = _refused("supplier_invoice_wait", supplier_invoices.accept, buying.colleague, line, "they will come")
    assert refused.facts["open"] == 5
    buying.receive("FLT-AIR-7502", 15)
    assert supplier_invoices.match(buying.finance, invoice)[0].state == "matched"
    _post(buying, invoice)
    assert buying.open_accrual() == 0
    buying.check()


def test_two_lines_do_not_share_the_same_goods(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    _enter(buying, ("FLT-AIR-7502", 8, "180"), ("FLT-AIR-7502", 8, "180"))
    found = buying.value(
        "select array_agg(array_to_string(exceptions, ',') order by line_no) from erp.supplier_invoice_line"
    )
    assert found == ["", "quantity"]


def test_two_invoices_that_matched_the_same_goods_are_not_both_posted(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    first = _enter(buying, ("FLT-AIR-7502", 10, "180"))
    second = _enter(buying, ("FLT-AIR-7502", 10, "180"), number="INV-2")
    with ThreadPoolExecutor(2) as pool:
        tries = [
            pool.submit(supplier_invoices.post, who, uuid4(), invoice)
            for who, invoice in ((buying.finance, first), (buying.colleague, second))
        ]
    failed = [error for error in (one.exception() for one in tries) if error is not None]
    assert [error.constraint for error in failed if isinstance(error, UserError)] == ["supplier_invoice_changed"]
    assert len(failed) == 1
    buying.check()


def test_the_same_key_posts_once(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    invoice, key = _enter(buying, ("FLT-AIR-7502", 10, "181")), uuid4()
    first, _ = supplier_invoices.post(buying.finance, key, invoice)
    again, _ = supplier_invoices.post(buying.finance, key, invoice)
    assert first == again
    _refused("supplier_invoice_step", _post, buying, invoice)
    buying.check()


def test_one_paper_is_entered_once_however_it_is_spelled(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    first = _enter(buying, ("FLT-AIR-7502", 2, "180"), number="NO. 26-0093")
    _refused("supplier_invoice_once", lambda: _enter(buying, ("FLT-AIR-7502", 2, "180"), number="ＮＯ．２６００９３"))
    second = _enter(buying, ("FLT-AIR-7502", 2, "180"), number="OTHER")
    assert [(one.id, one.why) for one in supplier_invoices.similar(buying.finance, second)] == [(first, "total")]
    record = supplier_invoices.load(buying.finance, first)
    supplier_invoices.change(buying.finance, record, "cancel", "entered twice")
    _enter(buying, ("FLT-AIR-7502", 2, "180"), number="no 260093")


def test_the_paper_has_to_add_up(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    _refused("supplier_invoice_total", lambda: _enter(buying, ("FLT-AIR-7502", 2, "180"), gross="400"))
    assert buying.value("select count(*) from erp.supplier_invoice") == 0
    paper = buying.paper(("FLT-AIR-7502", 2, "180"))
    paper["lines"][0]["net"] = "300"  # type: ignore[index]
    paper["gross"] = "339"
    _refused("supplier_invoice_net", supplier_invoices.enter, buying.finance, paper)


def test_other_tax_and_currency_are_seen(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 2)
    paper = buying.paper(("FLT-AIR-7502", 2, "180"), currency="USD", gross="392.40")
    paper["lines"][0]["tax_rate"] = "0.09"  # type: ignore[index]
    supplier_invoices.enter(buying.finance, paper)
    assert buying.value("select exceptions from erp.supplier_invoice_line") == ["tax", "currency"]
    line = buying.value("select id from erp.supplier_invoice_line")
    _refused("supplier_invoice_wait", supplier_invoices.accept, buying.colleague, line, "dollars are fine")


def test_freight_belongs_to_no_order_and_is_accepted(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 2)
    paper = buying.paper(("FLT-AIR-7502", 2, "180"), gross=str(Decimal("406.80") + Decimal("54.50")))
    paper["lines"].append(  # type: ignore[attr-defined]
        {"description": "freight", "quantity": 1, "unit_price": "50", "tax_rate": "0.09"}
    )
    made, matched, _ = supplier_invoices.enter(buying.finance, paper)
    assert matched == supplier_invoices.Matched("exception", 1)
    line = buying.value("select id from erp.supplier_invoice_line where line_no = 2")
    supplier_invoices.accept(buying.finance, line, "as agreed")
    assert _post(buying, made).difference == 0
    buying.check()


def test_a_reversal_opens_the_accrual_again(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    worth = buying.worth("FLT-AIR-7502")
    invoice = _enter(buying, ("FLT-AIR-7502", 10, "181"))
    _post(buying, invoice)
    _refused("supplier_invoice_reason", supplier_invoices.reverse, buying.finance, uuid4(), invoice, "")
    key = uuid4()
    for _ in range(2):
        supplier_invoices.reverse(buying.finance, key, invoice, "wrong supplier")
    assert buying.open_accrual() == 1800
    assert buying.worth("FLT-AIR-7502") == worth
    assert buying.value("select state from erp.supplier_invoice") == "reversed"
    buying.check()
    _post(buying, _enter(buying, ("FLT-AIR-7502", 10, "181")))
    buying.check()


def test_a_receipt_that_is_invoiced_is_not_reversed(buying: Buying) -> None:
    receipt = buying.receive("FLT-AIR-7502", 10)
    invoice = _enter(buying, ("FLT-AIR-7502", 4, "180"))
    _post(buying, invoice)
    _refused("receipt_invoiced", stock.reverse, buying.shop.clerk, uuid4(), receipt.document_id, "wrong order")
    supplier_invoices.reverse(buying.finance, uuid4(), invoice, "first this")
    stock.reverse(buying.shop.clerk, uuid4(), receipt.document_id, "wrong order")
    assert buying.open_accrual() == 0
    buying.check()


def test_what_went_back_after_the_invoice_is_credited(buying: Buying) -> None:
    receipt = buying.receive("FLT-AIR-7502", 10)
    _post(buying, _enter(buying, ("FLT-AIR-7502", 10, "181")))
    worth = buying.worth("FLT-AIR-7502")
    buying.send_back(receipt, "FLT-AIR-7502", 2)
    assert buying.open_accrual() < 0
    assert buying.value("select received from erp.purchase_order_line where id = %s", buying.line("FLT-AIR-7502")) == 8
    buying.check()
    (offered,) = supplier_invoices.invoiceable(buying.finance, buying.shop.world.supplier, credit=True)
    assert offered.quantity == 2
    credit = _enter(buying, ("FLT-AIR-7502", 2, "181"), number="CN-1", kind="credit_note")
    assert buying.value("select state from erp.supplier_invoice where kind = 'credit_note'") == "matched"
    _post(buying, credit)
    assert buying.open_accrual() == 0
    assert worth - buying.worth("FLT-AIR-7502") == 362
    buying.check()
    supplier_invoices.reverse(buying.finance, uuid4(), credit, "entered by mistake")
    buying.check()


def test_goods_that_go_back_before_the_invoice_are_not_paid(buying: Buying) -> None:
    receipt = buying.receive("FLT-AIR-7502", 10)
    _post(buying, _enter(buying, ("FLT-AIR-7502", 5, "181")))
    back = buying.send_back(receipt, "FLT-AIR-7502", 5)
    assert buying.open_accrual() == 0
    assert buying.value("select state from erp.purchase_order where number = 'PO-2611-0093'") == "part_received"
    buying.check()
    stock.reverse(buying.shop.clerk, uuid4(), back.document_id, "they are good after all")
    assert buying.open_accrual() == 900
    buying.check()


def test_a_credit_in_money_alone_lowers_the_cost(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    _post(buying, _enter(buying, ("FLT-AIR-7502", 10, "180")))
    worth = buying.worth("FLT-AIR-7502")
    paper = buying.paper(("FLT-AIR-7502", 0, "0"), number="CN-2", kind="credit_note", gross="113")
    paper["lines"][0]["net"] = "100"  # type: ignore[index]
    made, matched, _ = supplier_invoices.enter(buying.finance, paper)
    assert matched.state == "exception"
    supplier_invoices.accept(buying.colleague, buying.value("select max(id) from erp.supplier_invoice_line"), "bonus")
    assert _post(buying, made).difference == -100
    assert buying.worth("FLT-AIR-7502") == worth - 100
    buying.check()


def test_only_a_draft_is_written_and_reopening_counts(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    invoice = _enter(buying, ("FLT-AIR-7502", 10, "180"))
    record = supplier_invoices.load(buying.finance, invoice)
    _refused("supplier_invoice_draft", supplier_invoices.save, buying.finance, record, Draft({"note": "x"}))
    supplier_invoices.change(buying.finance, record, "reopen")
    record = supplier_invoices.load(buying.finance, invoice)
    assert record.values["state"] == "draft" and record.values["touches"] == 1
    saved, _ = supplier_invoices.save(buying.finance, record, Draft({"note": "x"}))
    assert saved.values["note"] == "x"


def test_a_line_of_another_supplier_is_refused(buying: Buying) -> None:
    buying.receive("FLT-AIR-7502", 10)
    other = buying.value(
        "insert into erp.party (company_id, code, name, is_supplier) values (%s, 'SUP-2', 'Other', true) returning id",
        buying.shop.world.company,
    )
    buying.value(
        "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s) returning party_id",
        other,
        buying.shop.world.branch,
    )
    paper = records.blank(buying.finance, supplier_invoices.SUPPLIER_INVOICE)
    values = {
        "supplier_id": other, "invoice_number": "X", "invoice_date": date(2026, 11, 20), "gross": Decimal(1),
    }  # fmt: skip
    line = {
        "purchase_line_id": buying.line("FLT-AIR-7502"), "quantity": Decimal(1), "unit_price": Decimal(1),
        "net": Decimal(1),
    }  # fmt: skip
    draft = Draft(values, {"lines": ((None, line),)})
    _refused("supplier_invoice_line_supplier", supplier_invoices.save, buying.finance, paper, draft)
