"""Suppliers are reminded of several orders at once: one letter each, once a day, by who may, of what he may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text

from db.session import Database
from desktop.operations import purchasing_mail, purchasing_reminders
from desktop.operations.purchasing_reminders import Letter, Reminder
from tests.purchasing_people import Person, person, refused
from tests.stock_fixtures import shop
from tests.stock_shop import Shop

__all__ = ["person", "shop"]


@pytest.fixture
def other(shop: Shop) -> int:
    """A second supplier, who writes English and deals with both branches."""
    found = shop.value(
        "with p as (insert into erp.party (company_id, code, name, is_supplier, email, letter_language)"
        " values (%s, 'SUP-2', 'Other', true, 'other@example.com', 'en') returning id)"
        " insert into erp.party_unit (party_id, org_unit_id) select id, u from p, unnest(array[%s, %s]) u"
        " returning party_id",
        shop.world.company, shop.world.branch, shop.world.other_branch,
    )  # fmt: skip
    shop.value(
        "update erp.party set email = 'sales@example.com', letter_language = 'zh' where id = %s returning id",
        shop.world.supplier,
    )
    return int(found)


def order(shop: Shop, number: str, *lines: tuple[str, int, int], unit: int | None = None, supplier: int = 0) -> int:
    """An order that is with the supplier; a line is (item code, quantity, days from today)."""
    made = shop.value(
        "insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state, ordered_on)"
        " values (%s, %s, %s, %s, 'ordered', current_date - 30) returning id",
        shop.world.company, unit or shop.world.branch, number, supplier or shop.world.supplier,
    )  # fmt: skip
    for place, (code, quantity, days) in enumerate(lines, start=1):
        shop.value(
            "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price,"
            " promised_on) values (%s, %s, %s, %s, 10, current_date + %s) returning id",
            made, place, shop.item(code), quantity, days,
        )  # fmt: skip
    return int(made)


def letter(reminder: Reminder) -> Letter:
    return Letter(reminder.orders(), reminder.email, "Reminder", "When?", "open.pdf", b"%PDF-1.4")


def test_each_supplier_gets_one_letter_about_what_is_overdue(shop: Shop, person: Person, other: int) -> None:
    buyer = person("buyer")
    first = order(shop, "PO-A", ("FLT-AIR-7502", 3, -4), ("FLT-OIL-7511", 5, 6))
    second = order(shop, "PO-B", ("FLT-OIL-7511", 2, -1))
    third = order(shop, "PO-C", ("FLT-OIL-7511", 2, 3), supplier=other)
    due = purchasing_reminders.due(buyer, orders=[first, second, third])
    assert due.reminded == 0
    by_name = {each.supplier: each for each in due.letters}
    assert {name: each.orders() for name, each in by_name.items()} == {"Other": (third,), "Supplier": (first, second)}
    assert [(line.number, line.item_code) for line in by_name["Supplier"].lines] == [
        ("PO-A", "FLT-AIR-7502"), ("PO-B", "FLT-OIL-7511"),
    ], "the line that is not yet due is not chased"  # fmt: skip
    assert (by_name["Other"].language, by_name["Supplier"].language) == ("en", "zh")
    went, _ = purchasing_reminders.send(buyer, [letter(each) for each in due.letters])
    assert len(went) == 2
    assert shop.value("select count(*) from erp.outgoing_mail where kind = 'reminder' and state = 'queued'") == 2
    named = "select array_agg(purchase_order_id order by purchase_order_id) from erp.outgoing_mail_order"
    assert shop.value(named) == [first, second, third]
    journal = "select count(*) from audit.entry where table_name = 'outgoing_mail_order' and action = 'I'"
    assert shop.value(journal) == 3


def test_nobody_is_reminded_twice_on_a_day_whoever_presses_the_key(shop: Shop, person: Person, other: int) -> None:
    buyer, colleague = person("buyer"), person("buyer")
    ids = [order(shop, f"PO-{n}", ("FLT-OIL-7511", 2, -n)) for n in (1, 2)]
    wanted = [letter(each) for each in purchasing_reminders.due(buyer, orders=ids).letters]
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(purchasing_reminders.send, one, wanted) for one in (buyer, colleague)]
        assert sorted(len(each.result()[0]) for each in both) == [0, 1]
    again = purchasing_reminders.due(colleague, orders=ids)
    assert (again.letters, again.reminded) == ((), 2)
    shop.value("update erp.outgoing_mail set state = 'failed' returning id")
    assert purchasing_reminders.due(colleague, orders=ids).reminded == 0, "a letter that was given up is no reminder"


def test_the_single_reminder_counts_as_well(shop: Shop, person: Person, other: int) -> None:
    buyer = person("buyer")
    made = order(shop, "PO-1", ("FLT-OIL-7511", 2, -1))
    purchasing_mail.queue(buyer, "reminder", made, email="sales@example.com", subject="Reminder", body="When?")
    assert purchasing_reminders.due(buyer, orders=[made]).reminded == 1


def test_chosen_lines_are_chased_and_no_others(shop: Shop, person: Person, other: int) -> None:
    buyer = person("buyer")
    made = order(shop, "PO-1", ("FLT-AIR-7502", 3, -4), ("FLT-OIL-7511", 5, 6))
    late, coming = shop.value(
        "select array_agg(id order by line_no) from erp.purchase_order_line where purchase_order_id = %s", made
    )
    (found,) = purchasing_reminders.due(buyer, lines=[coming]).letters
    assert [line.item_code for line in found.lines] == ["FLT-OIL-7511"], "also one that is not late yet"
    shop.value("update erp.purchase_order_line set received = 3 where id = %s returning id", late)
    assert purchasing_reminders.due(buyer, lines=[late]).letters == (), "what has come is not chased"
    (found,) = purchasing_reminders.due(buyer, orders=[made]).letters
    assert [line.promised_on for line in found.lines if line.promised_on] > [date.today()]


def test_what_is_not_ones_own_or_not_with_a_supplier_is_refused(shop: Shop, person: Person, other: int) -> None:
    buyer, stranger, clerk = person("buyer"), person("buyer", unit=shop.world.other_branch), person("clerk")
    mine, theirs = (
        order(shop, "PO-1", ("FLT-OIL-7511", 2, -1)),
        order(shop, "PO-2", ("FLT-OIL-7511", 2, -1), unit=shop.world.other_branch),
    )
    foreign = order(shop, "PO-3", ("FLT-OIL-7511", 2, -1), supplier=other)
    assert purchasing_reminders.due(stranger, orders=[mine]).letters == ()
    assert refused(lambda: purchasing_reminders.due(clerk, orders=[mine])) == "42501"

    def write(by: Database, *orders: int) -> str:
        wanted = Letter(orders, "sales@example.com", "Reminder", "When?", "open.pdf", b"%PDF-1.4")
        return refused(lambda: purchasing_reminders.send(by, [wanted]))

    assert write(stranger, mine) == "outgoing_mail_document"
    assert write(buyer, mine, theirs) == "outgoing_mail_document"
    assert write(buyer, mine, foreign) == "reminder_supplier"
    shop.value("update erp.purchase_order set state = 'cancelled' where id = %s returning id", mine)
    assert purchasing_reminders.due(buyer, orders=[mine]).letters == ()
    assert write(buyer, mine) == "outgoing_mail_document"
    assert shop.value("select count(*) from erp.outgoing_mail") == 0


def test_who_buys_for_two_branches_writes_one_letter_where_both_are_his(shop: Shop, person: Person, other: int) -> None:
    root = shop.value("select id from erp.org_unit where parent_id is null")
    head, local = person("buyer", unit=root), person("buyer")
    ids = [
        order(shop, "PO-1", ("FLT-OIL-7511", 2, -1)),
        order(shop, "PO-2", ("FLT-OIL-7511", 2, -1), unit=shop.world.other_branch),
    ]
    (found,) = purchasing_reminders.due(head, orders=ids).letters
    assert len(purchasing_reminders.send(head, [letter(found)])[0]) == 1
    assert shop.value("select org_unit_id from erp.outgoing_mail") == root
    with local.read() as session:
        seen = session.execute(text("select array_agg(purchase_order_id) from erp.outgoing_mail_order")).scalar()
    assert seen == [ids[0]], "the branch sees that its order was chased, and nothing of the other's"
