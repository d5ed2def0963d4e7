"""Invoices against people who want more: two log-ins at once, one's own differences, figures that are none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from db.errors import OutpostError, UserError
from db.session import Database
from desktop.operations import records, supplier_invoices
from desktop.operations.records import Draft
from tests.invoice_people import Buying
from tests.stock_shop import PURCHASE

FILTER, SEPARATOR, GASKET = "FLT-AIR-7502", "SEP-OIL-7520", "GSK-NBR-120"


def _refused(rule: str, call: Callable[..., Any], *values: object) -> UserError:
    with pytest.raises(UserError) as caught:
        call(*values)
    assert caught.value.constraint == rule, caught.value
    return caught.value


def _lines(buying: Buying, invoice: int) -> list[int]:
    query = "select array_agg(id order by line_no) from erp.supplier_invoice_line where invoice_id = %s"
    return list(buying.value(query, invoice))


def _at_once(*calls: Callable[[], Any]) -> list[BaseException | None]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.exception() for one in [pool.submit(call) for call in calls]]


def test_whoever_changed_a_line_does_not_accept_it_himself(buying: Buying) -> None:
    """The buyer entered it right; one of finance takes it back to draft, makes it dearer and wants to accept that."""
    buying.receive(SEPARATOR, 4)
    invoice, _, _ = supplier_invoices.enter(buying.buyer, buying.paper((SEPARATOR, 4, "740")))
    record = supplier_invoices.load(buying.finance, invoice)
    supplier_invoices.change(buying.finance, record, "reopen")
    record = supplier_invoices.load(buying.finance, invoice)
    line = record.lines["lines"][0]
    assert line.id is not None
    dearer = {"unit_price": Decimal(1740), "net": Decimal(6960)}
    draft = Draft({"gross": Decimal("7864.80")}, {"lines": [(line.id, {**line.values, **dearer})]})
    records.save(buying.finance, supplier_invoices.SUPPLIER_INVOICE, record, draft)
    assert supplier_invoices.match(buying.finance, invoice)[0].state == "exception"
    (changed,) = _lines(buying, invoice)
    _refused("supplier_invoice_four_eyes", supplier_invoices.accept, buying.finance, changed, "mine")
    assert supplier_invoices.accept(buying.colleague, changed, "I saw the paper")[0] == "approved"
    buying.check()


def test_a_large_difference_is_not_cut_into_small_ones(buying: Buying) -> None:
    """Three lines of 400 each are 1,200: more than whoever entered them accepts himself."""
    buying.receive(FILTER, 20)
    buying.receive(SEPARATOR, 4)
    buying.receive(GASKET, 100)
    paper = buying.paper((FILTER, 20, "200"), (SEPARATOR, 4, "840"), (GASKET, 100, "10.5"))
    invoice, matched, _ = supplier_invoices.enter(buying.finance, paper)
    assert matched.exceptions == 3
    first, second, third = _lines(buying, invoice)
    assert supplier_invoices.accept(buying.finance, first, "freight")[0] == "exception"
    for line in (second, third):
        refused = _refused("supplier_invoice_four_eyes", supplier_invoices.accept, buying.finance, line, "freight")
        assert refused.facts["amount"] == "800.00"
    supplier_invoices.accept(buying.colleague, second, "freight")
    assert supplier_invoices.accept(buying.colleague, third, "freight")[0] == "approved"
    buying.check()


def test_a_difference_is_accepted_by_one_of_two(buying: Buying) -> None:
    buying.receive(SEPARATOR, 4)
    invoice, _, _ = supplier_invoices.enter(buying.buyer, buying.paper((SEPARATOR, 4, "800")))
    (line,) = _lines(buying, invoice)
    failed = _at_once(
        lambda: supplier_invoices.accept(buying.finance, line, "agreed"),
        lambda: supplier_invoices.accept(buying.colleague, line, "agreed too"),
    )
    assert sorted(type(one).__name__ for one in failed) == ["NoneType", "UserError"]
    assert buying.value("select touches from erp.supplier_invoice") == 1


def test_one_invoice_posted_by_two_at_the_same_moment_is_posted_once(buying: Buying) -> None:
    buying.receive(FILTER, 20)
    invoice, _, _ = supplier_invoices.enter(buying.buyer, buying.paper((FILTER, 20, "181")))
    failed = [
        one
        for one in _at_once(
            *(
                lambda who=who: supplier_invoices.post(who, uuid4(), invoice)  # type: ignore[misc]
                for who in (buying.finance, buying.colleague, buying.finance, buying.colleague)
            )
        )
        if one is not None
    ]
    assert len(failed) == 3
    assert {one.constraint for one in failed if isinstance(one, UserError)} == {"supplier_invoice_step"}
    assert buying.value("select count(*) from erp.grni_entry where kind = 'invoice'") == 1
    assert buying.open_accrual() == 0
    buying.check()
    failed = _at_once(
        lambda: supplier_invoices.reverse(buying.finance, uuid4(), invoice, "wrong"),
        lambda: supplier_invoices.reverse(buying.colleague, uuid4(), invoice, "wrong"),
    )
    assert sorted(type(one).__name__ for one in failed) == ["NoneType", "UserError"]
    assert buying.open_accrual() == 3600
    buying.check()


def test_the_same_paper_entered_by_two_at_the_same_moment_is_there_once(buying: Buying) -> None:
    buying.receive(FILTER, 20)
    failed = _at_once(
        lambda: supplier_invoices.enter(buying.finance, buying.paper((FILTER, 5, "180"), number="26-001")),
        lambda: supplier_invoices.enter(buying.buyer, buying.paper((FILTER, 5, "180"), number="２６００１")),
    )
    (error,) = [one for one in failed if one is not None]
    assert isinstance(error, UserError) and error.constraint == "supplier_invoice_once"
    assert buying.value("select count(*) from erp.supplier_invoice") == 1


def test_posting_and_cancelling_at_the_same_moment_do_one_of_them(buying: Buying) -> None:
    buying.receive(FILTER, 20)
    invoice, _, _ = supplier_invoices.enter(buying.buyer, buying.paper((FILTER, 20, "180")))
    record = supplier_invoices.load(buying.colleague, invoice)
    failed = _at_once(
        lambda: supplier_invoices.post(buying.finance, uuid4(), invoice),
        lambda: supplier_invoices.change(buying.colleague, record, "cancel", "not ours"),
    )
    assert sum(one is not None for one in failed) == 1
    state = buying.value("select state from erp.supplier_invoice")
    assert (state, buying.open_accrual()) in (("posted", 0), ("cancelled", 3600))
    buying.check()


WRONG: tuple[tuple[str, object], ...] = (
    ("quantity", "NaN"), ("quantity", "-1"), ("quantity", "Infinity"), ("quantity", "1e300"), ("quantity", "0x10"),
    ("unit_price", "NaN"), ("unit_price", "-180"), ("unit_price", "-Infinity"), ("unit_price", "1e16"),
    ("net", "NaN"), ("net", "-900"), ("net", "Infinity"), ("net", "99999999999999999999"),
    ("tax_rate", "NaN"), ("tax_rate", "-0.13"), ("tax_rate", "13"), ("tax_rate", "Infinity"),
)  # fmt: skip


def test_figures_that_are_none_never_become_an_invoice(buying: Buying) -> None:
    buying.receive(FILTER, 20)
    good: dict[str, object] = {"order": PURCHASE, "item": FILTER, "quantity": 5, "unit_price": "180"}
    head = {"supplier": "SUP-1", "invoice_number": "BAD", "invoice_date": "2026-11-20"}
    for field, value in WRONG:
        for gross in ("1017", "NaN", "-1017"):
            with pytest.raises(OutpostError):
                supplier_invoices.enter(buying.finance, head | {"gross": gross, "lines": [good | {field: value}]})
    for gross in ("NaN", "-1017", "Infinity", "1e17", "", None, [], {}):
        with pytest.raises(OutpostError):
            supplier_invoices.enter(buying.finance, head | {"gross": gross, "lines": [good]})
    for lines in (None, [], {}, "x", 7, [None], [[]], ["x"]):
        with pytest.raises(OutpostError):
            supplier_invoices.enter(buying.finance, head | {"gross": "1017", "lines": lines})
    assert buying.value("select count(*) from erp.supplier_invoice") == 0
    buying.check()


def test_figures_that_are_none_are_not_written_into_a_draft(buying: Buying) -> None:
    buying.receive(FILTER, 20)
    invoice, _, _ = supplier_invoices.enter(buying.finance, buying.paper((FILTER, 5, "180")))
    supplier_invoices.change(buying.finance, supplier_invoices.load(buying.finance, invoice), "reopen")
    for column in ("quantity", "unit_price", "net", "tax_rate"):
        for value in ("NaN", "-1", "Infinity", "1e30"):
            with pytest.raises(OutpostError), buying.finance.write() as session:
                session.execute(
                    text(f"update erp.supplier_invoice_line set {column} = :v where invoice_id = :id"),
                    {"v": Decimal(value), "id": invoice},
                )
    assert supplier_invoices.match(buying.finance, invoice)[0].state == "matched"


def test_the_tax_may_be_rounded_by_line_or_by_total(buying: Buying) -> None:
    """Three lines of 0.35: 13 % is 0.0455, by line 0.05 each = 0.15; of the total 1.05 it is 0.1365 = 0.14."""
    buying.receive(GASKET, 200)
    buying.value("update erp.purchase_order_line set unit_price = 0.35 where id = %s returning id", buying.line(GASKET))

    def paper(number: str, gross: str) -> dict[str, object]:
        line = {"order": PURCHASE, "item": GASKET, "quantity": 1, "unit_price": "0.35", "net": "0.35"}
        return buying.paper(number=number) | {"gross": gross, "lines": [line, line, line]}

    for number, gross in (("LINE", "1.20"), ("TOTAL", "1.19")):
        invoice, matched, _ = supplier_invoices.enter(buying.finance, paper(number, gross))
        assert matched.state == "matched", gross
        supplier_invoices.post(buying.finance, uuid4(), invoice)
    for number, gross in (("MORE", "1.25"), ("LESS", "1.15"), ("NONE", "1.05")):
        _refused("supplier_invoice_total", supplier_invoices.enter, buying.finance, paper(number, gross))
    buying.check()


def test_a_line_is_tied_to_its_order_and_nothing_accepted_stays(buying: Buying) -> None:
    buying.receive(FILTER, 20)
    buying.receive(SEPARATOR, 4)
    unit = buying.value("select code from erp.org_unit where id = %s", buying.shop.world.branch)
    loose = {"description": "parts", "quantity": 4, "unit_price": "840"}
    paper = buying.paper(number="LOOSE") | {"unit": unit, "gross": "3796.80", "lines": [loose]}
    invoice, matched, _ = supplier_invoices.enter(buying.buyer, paper)
    (line,) = _lines(buying, invoice)
    assert matched.exceptions == 1
    found = supplier_invoices.order_lines(buying.finance, line, "")
    assert [one.item_code for one in found] == [SEPARATOR, FILTER]  # the nearer price first
    assert supplier_invoices.order_lines(buying.finance, line, "%") == ()
    assert [one.item_code for one in supplier_invoices.order_lines(buying.finance, line, "sep-oil")] == [SEPARATOR]
    assert supplier_invoices.accept(buying.finance, line, "as agreed")[0] == "approved"
    assert supplier_invoices.link(buying.finance, line, buying.line(SEPARATOR))[0] == "exception"  # the price differs
    assert buying.value("select exceptions from erp.supplier_invoice_line") == ["price"]
    assert buying.value("select accepted_by is null from erp.supplier_invoice_line") is True
    assert supplier_invoices.accept(buying.finance, line, "400 is little")[0] == "approved"
    other = buying.value(
        "insert into erp.party (company_id, code, name, is_supplier) values (%s, 'SUP-9', 'Other', true) returning id",
        buying.shop.world.company,
    )
    order = buying.value(
        "insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id) values (%s, %s, 'PO-9', %s)"
        " returning id",
        buying.shop.world.company, buying.shop.world.branch, other,
    )  # fmt: skip
    foreign = buying.value(
        "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price)"
        " values (%s, 1, %s, 1, 1) returning id",
        order, buying.shop.item(FILTER),
    )  # fmt: skip
    _refused("supplier_invoice_line_supplier", supplier_invoices.link, buying.finance, line, foreign)
    _refused("supplier_invoice_order_known", supplier_invoices.link, buying.finance, line, 10**9)
    for who in (buying.manager, buying.shop.clerk):
        with pytest.raises(OutpostError):
            supplier_invoices.link(who, line, buying.line(FILTER))
    supplier_invoices.post(buying.finance, uuid4(), invoice)
    _refused("supplier_invoice_step", supplier_invoices.link, buying.finance, line, buying.line(FILTER))
    buying.check()


def test_another_branch_neither_sees_nor_touches_the_invoice(buying: Buying) -> None:
    buying.receive(SEPARATOR, 4)
    invoice, _, _ = supplier_invoices.enter(buying.finance, buying.paper((SEPARATOR, 4, "800")))
    (line,) = _lines(buying, invoice)
    root = buying.value("select id from erp.org_unit where parent_id is null")
    buying.value(
        "insert into erp.org_unit (company_id, parent_id, kind, code, name, name_zh)"
        " values (%s, %s, 'branch', 'FAR', 'Far branch', '远方分公司') returning id",
        buying.shop.world.company,
        root,
    )
    far = int(buying.value("select id from erp.org_unit where code = 'FAR'"))
    with buying.person("far", "finance", far) as stranger:
        assert _seen(stranger) == (0, 0)
        _refused("supplier_invoice_known", supplier_invoices.accept, stranger, line, "mine")
        _refused("supplier_invoice_known", supplier_invoices.match, stranger, invoice)
        _refused("supplier_invoice_known", supplier_invoices.post, stranger, uuid4(), invoice)
        with pytest.raises(UserError):  # an order of theirs on one's own invoice
            supplier_invoices.enter(stranger, buying.paper((SEPARATOR, 1, "740"), number="FAR-1", unit="FAR"))
        assert supplier_invoices.invoiceable(stranger, buying.shop.world.supplier) == ()
    assert buying.value("select count(*) from erp.supplier_invoice") == 1


def _seen(database: Database) -> tuple[int, int]:
    with database.read() as session:
        return (
            session.execute(text("select count(*) from erp.supplier_invoice")).scalar_one(),
            session.execute(text("select count(*) from erp.grni_position")).scalar_one(),
        )
