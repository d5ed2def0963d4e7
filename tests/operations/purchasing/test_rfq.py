"""Requests for quotation, acknowledgements and letters: what the database lets happen, with real log-ins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import psycopg2
import pytest

from db import users
from db.session import Database
from desktop.operations import purchasing, purchasing_letters, purchasing_mail, purchasing_rfq, records
from desktop.operations import purchasing_requisitions as requisitions
from desktop.operations.purchasing_letters import Letter
from desktop.operations.records import Draft, Record
from desktop.worker.mail import Letters
from desktop.worker.settings import MailTarget
from tests.purchasing_people import Person, person, refused, wish
from tests.stock_fixtures import shop
from tests.stock_shop import Shop
from tests.worker.test_anchors import listening

__all__ = ["person", "shop"]


@pytest.fixture
def other(shop: Shop) -> int:
    """A second supplier of the branch."""
    found = shop.value(
        "with p as (insert into erp.party (company_id, code, name, is_supplier) values (%s, 'SUP-2', 'Other', true)"
        " returning id) insert into erp.party_unit (party_id, org_unit_id) select id, %s from p returning party_id",
        shop.world.company, shop.world.branch,
    )  # fmt: skip
    return int(found)


def asked(shop: Shop, clerk: Database, buyer: Database, other: int) -> Record:
    """A request about two approved wishes, sent to two suppliers."""
    saved, _ = requisitions.take_step(
        clerk, wish(shop, clerk, ("FLT-AIR-7502", 3, "180"), ("FLT-OIL-7511", 2, "90")), "submitted"
    )
    made, _ = purchasing_rfq.of_lines(buyer, requisitions.open_lines(buyer, saved.id or 0))
    draft = purchasing_rfq.load(buyer, made)
    both = tuple((None, {"supplier_id": supplier}) for supplier in (shop.world.supplier, other))
    draft, _ = purchasing_rfq.save(buyer, draft, Draft({}, {"suppliers": both}))
    return purchasing_rfq.take_step(buyer, draft, "sent")[0]


def answer(buyer: Database, rfq: Record, prices: list[str | None]) -> None:
    """Fill the quotes in the order of the comparison."""
    with buyer.raw() as raw, raw.cursor() as cursor:
        for quote, price in zip(purchasing_rfq.comparison(buyer, rfq.id or 0), prices, strict=True):
            cursor.execute(
                "update erp.rfq_quote set unit_price = %s, lead_time_days = 7"
                " where rfq_line_id = %s and rfq_supplier_id = %s",
                (price, quote.line_id, quote.rfq_supplier_id),
            )
        raw.commit()


def test_answers_are_compared_and_each_line_goes_to_the_best(shop: Shop, person: Person, other: int) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    assert refused(lambda: purchasing_rfq.save(buyer, rfq, Draft({"note": "x"}))) == "rfq_sent"
    answer(buyer, rfq, ["170", "175", "95", "85"])
    assert [to for to, _ in purchasing_rfq.steps(buyer, rfq.id or 0)] == ["cancelled"]
    quotes = purchasing_rfq.comparison(buyer, rfq.id or 0)
    assert [quote.unit_price for quote in quotes if quote.cheapest] == [Decimal(170), Decimal(85)]
    winners = purchasing_rfq.best_per_line(quotes)
    assert len(set(winners.values())) == 2
    orders, done, _ = purchasing_rfq.award(buyer, rfq, winners)
    assert done.values["state"] == "awarded" and [order.lines for order in orders] == [1, 1]
    paid = sorted(purchasing.load(buyer, order.id).lines["lines"][0].values["unit_price"] for order in orders)
    assert paid == [Decimal(85), Decimal(170)]
    assert shop.value("select state from erp.requisition") == "closed"
    assert refused(lambda: purchasing_rfq.award(buyer, done, winners)) == "rfq_step"


def test_one_supplier_takes_all_only_if_he_quoted_all(shop: Shop, person: Person, other: int) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    answer(buyer, rfq, ["10", "170", None, "90"])
    quotes = purchasing_rfq.comparison(buyer, rfq.id or 0)
    dear = purchasing_rfq.best_single(quotes)
    assert {line: next(q.unit_price for q in quotes if (q.line_id, q.rfq_supplier_id) == (line, dear[line]))
            for line in dear} == {quotes[0].line_id: Decimal(170), quotes[2].line_id: Decimal(90)}  # fmt: skip
    unquoted = {quotes[2].line_id: quotes[2].rfq_supplier_id}
    assert refused(lambda: purchasing_rfq.award(buyer, rfq, unquoted)) == "rfq_award_quoted"
    assert refused(lambda: purchasing_rfq.award(buyer, rfq, {})) == "rfq_award"
    assert refused(lambda: purchasing_rfq.award(clerk, rfq, dear)) == "42501"


def test_the_other_branch_has_no_part_in_it(shop: Shop, person: Person, other: int) -> None:
    rfq = asked(shop, person("clerk"), person("buyer"), other)
    stranger = person("buyer", unit=shop.world.other_branch)
    assert purchasing_rfq.comparison(stranger, rfq.id or 0) == ()
    assert refused(lambda: purchasing_rfq.award(stranger, rfq, {1: 1})) == "rfq_found"
    assert refused(lambda: purchasing_rfq.of_lines(stranger, [1])) == "requisition_order_lines"
    with stranger.raw() as raw, raw.cursor() as cursor:
        cursor.execute("update erp.rfq_quote set unit_price = 1 returning id")
        assert cursor.fetchall() == []


def letters_of(rfq: Record, by: Database) -> list[Letter]:
    """One to each supplier of the request."""
    return [
        Letter(one.id, "sales@example.com", "Request", "", "R.pdf", b"%PDF-1.4")
        for one in purchasing_letters.asked(by, rfq.id or 0)
    ]


def test_letters_of_a_request_go_once_and_from_its_own_branch(shop: Shop, person: Person, other: int) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    rfq = asked(shop, clerk, buyer, other)
    wanted = letters_of(rfq, buyer)
    stranger = person("buyer", unit=shop.world.other_branch)
    assert purchasing_letters.asked(stranger, rfq.id or 0) == ()
    assert purchasing_letters.last_prices(stranger, rfq.id or 0) == {}
    assert refused(lambda: purchasing_letters.send(stranger, wanted)) == "rfq_found"
    assert refused(lambda: purchasing_letters.send(clerk, wanted)) == "42501"
    colleague = person("buyer")
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(purchasing_letters.send, by, wanted) for by in (buyer, colleague)]
        assert sorted(each.result()[0] for each in both) == [0, 2], "two who press the key send each letter once"
    assert refused(lambda: purchasing_letters.send(buyer, wanted, again=True)) == "rfq_letter_queued"
    assert {one.letter for one in purchasing_letters.asked(colleague, rfq.id or 0)} == {"queued"}
    shop.value("update erp.outgoing_mail set state = 'sent', sent_at = now() returning id")
    assert purchasing_letters.send(buyer, wanted)[0] == 0
    assert purchasing_letters.send(buyer, wanted[:1], again=True)[0] == 1
    assert shop.value("select count(*) from erp.outgoing_mail") == 3


def test_a_request_knows_what_was_paid_and_how_much_was_sent_back(shop: Shop, person: Person, other: int) -> None:
    clerk, buyer = person("clerk"), person("buyer")
    order = sent(shop, buyer)
    line = shop.value("select id from erp.purchase_order_line where purchase_order_id = %s", order.id)
    shop.value(
        "select api.post_stock(gen_random_uuid(), jsonb_build_object('type', 'receipt', 'purchase_order_id', %s::int,"
        " 'lines', jsonb_build_array(jsonb_build_object('item_id', %s::bigint, 'to_location_id', %s::bigint,"
        " 'quantity', 4, 'purchase_line_id', %s::bigint))))",
        order.id, shop.item("FLT-AIR-7502"), shop.place("A-03-1-2"), line,
    )  # fmt: skip
    shop.value(
        "insert into erp.inspection (company_id, org_unit_id, move_id, document_id, purchase_line_id, supplier_id,"
        " item_id, location_id, level, quantity, accepted, rejected, state)"
        " select d.company_id, d.org_unit_id, m.id, d.id, m.purchase_line_id, %s, m.item_id, m.to_location_id, 'full',"
        " 4, 3, 1, 'done' from erp.stock_move m join erp.stock_document d on d.id = m.document_id"
        " where m.purchase_line_id = %s returning id",
        shop.world.supplier, line,
    )  # fmt: skip
    rfq = asked(shop, clerk, buyer, other)
    by_supplier = {one.supplier_id: one for one in purchasing_letters.asked(buyer, rfq.id or 0)}
    assert by_supplier[shop.world.supplier].rejected == Decimal("0.25")
    assert by_supplier[shop.world.supplier].deliveries == 1 and by_supplier[other].rejected is None
    quotes = purchasing_rfq.comparison(buyer, rfq.id or 0)
    last = purchasing_letters.last_prices(buyer, rfq.id or 0)
    assert last[quotes[0].line_id].unit_price == 180 and last[quotes[0].line_id].currency == "CNY"
    assert quotes[2].line_id not in last or last[quotes[2].line_id].unit_price != 180


def sent(shop: Shop, buyer: Database) -> Record:
    line = {"item_id": shop.item("FLT-AIR-7502"), "quantity": Decimal(4), "unit_price": Decimal(180)}
    wanted = Draft(
        {"supplier_id": shop.world.supplier, "promised_on": date.today() + timedelta(days=9)},
        {"lines": ((None, line),)},
    )
    saved, _ = purchasing.save(buyer, records.blank(buyer, purchasing.PURCHASE_ORDER), wanted)
    return purchasing.take_step(buyer, saved, "ordered")[0]


def test_the_first_promise_stays(shop: Shop, person: Person) -> None:
    buyer = person("buyer")
    order = sent(shop, buyer)
    known, _ = purchasing.acknowledge(buyer, order, "AB-77")
    assert refused(lambda: purchasing.acknowledge(buyer, known)) == "purchase_order_step"
    query = "select {} from erp.purchase_order_line where purchase_order_id = %s"
    assert shop.value(query.format("confirmed_quantity"), order.id) == 4
    later = date.today() + timedelta(days=30)
    with buyer.raw() as raw, raw.cursor() as cursor:
        cursor.execute(
            "update erp.purchase_order_line set promised_on = %s where purchase_order_id = %s", (later, order.id)
        )
        raw.commit()
    assert shop.value(query.format("first_promised_on"), order.id) == date.today() + timedelta(days=9)
    assert shop.value("select supplier_reference from erp.purchase_order where id = %s", order.id) == "AB-77"


def test_a_letter_leaves_with_its_paper(shop: Shop, person: Person) -> None:
    buyer, clerk = person("buyer"), person("clerk")
    order = sent(shop, buyer)

    def write(by: Database, address: str, subject: str = "Order") -> str:
        return refused(
            lambda: purchasing_mail.queue(
                by, "order", order.id or 0, email=address, subject=subject, body="", content=b"x", file_name="a.pdf"
            )
        )

    assert write(buyer, "sales@example.com, boss@example.com") == "outgoing_mail_address"
    assert write(buyer, "sales@example.com", "Order\r\nBcc: x@example.com") == "outgoing_mail_subject_line"
    assert write(clerk, "sales@example.com") == "42501"
    assert write(person("buyer", unit=shop.world.other_branch), "sales@example.com") == "outgoing_mail_document"
    purchasing_mail.queue(
        buyer, "order", order.id or 0, email="sales@example.com", subject="采购订单 PO", body="您好",
        content=b"%PDF-1.4 paper", file_name="PO.pdf",
    )  # fmt: skip
    login = f"outpost_test_{shop.clone.name.replace('outpost_', '')[:20]}_worker"
    users.create_worker(shop.clone.owner, "worker", login=login)
    dsn = psycopg2.extensions.make_dsn(shop.clone.owner.dsn, user=login, password="worker")
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            away = Letters(MailTarget("127.0.0.1", "buying@example.com", (), port=9, security="none"))
            assert away(cursor) == 0
            assert shop.value("select state || tries from erp.outgoing_mail") == "queued1"
            assert away(cursor) == 0, "not before its time"
            shop.value("update erp.outgoing_mail set next_try_at = now() returning id")
            with listening(mail=True) as (port, kept):
                target = MailTarget("127.0.0.1", "buying@example.com", (), port=port, security="none")
                assert Letters(target)(cursor) == 1
    finally:
        connection.close()
    said = b"".join(kept)
    assert b"rcpt TO:<sales@example.com>" in said and b'filename="PO.pdf"' in said
    assert shop.value("select state from erp.outgoing_mail where content is null and sent_at is not null") == "sent"
