"""What stock is worth: worked examples of the literature, differences that come late, what goes back to the supplier.

Each example names its source; the figures are the source's own or follow from its rule by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from db.errors import UserError
from desktop.operations import stock
from tests.stock_shop import Shop

D = Decimal


@dataclass
class Ledger:
    """One new item of the shop, posted as the store's keeper does; prices as the installation may enter them."""

    shop: Shop
    item: int
    place: int

    def post(self, kind: str, **line: object) -> Mapping[str, Any]:
        head = {"work_order_id": self.shop.world.work_order} if kind == "issue" else {}
        document = {"type": kind, **head, "lines": [{"item_id": self.item, **line}]}
        with self.shop.clone.owner.raw() as connection, connection.cursor() as cursor:
            cursor.execute("select api.post_stock(%s, %s)", (str(uuid4()), json.dumps(document, default=str)))
            answer: Mapping[str, Any] = cursor.fetchone()[0]
            return answer

    def receive(self, quantity: int, price: object) -> int:
        return int(self.post("receipt", to_location_id=self.place, quantity=quantity, unit_cost=str(price))["moves"][0])

    def issue(self, quantity: int) -> tuple[int, Decimal]:
        answer = self.post("issue", from_location_id=self.place, quantity=quantity)
        return int(answer["moves"][0]), D(str(answer["amount"]))

    def give_back(self, issue: int, quantity: int) -> Decimal:
        answer = self.post("return", to_location_id=self.place, quantity=quantity, returns_move_id=issue)
        return D(str(answer["amount"]))

    def send_back(self, receipt: int, quantity: int) -> Decimal:
        answer = self.post("supplier_return", from_location_id=self.place, quantity=quantity, returns_move_id=receipt)
        return D(str(answer["amount"]))

    def difference(self, receipt: int, amount: object) -> tuple[Decimal, Decimal]:
        with self.shop.clone.owner.raw() as connection, connection.cursor() as cursor:
            cursor.execute(
                "select api.revalue_receipt(0, %s, %s, 'invoice', 'supplier_invoice', 1)", (receipt, str(amount))
            )
            answer = cursor.fetchone()[0]
        return D(str(answer["amount_on_hand"])), D(str(answer["amount_consumed"]))

    @property
    def stock(self) -> tuple[Decimal, Decimal]:
        row = "select {} from erp.item_cost where item_id = %s"
        return self.shop.value(row.format("quantity"), self.item), self.shop.value(row.format("value"), self.item)

    @property
    def cost(self) -> Decimal:
        """What the orders bear."""
        found: Decimal = self.shop.value(
            "select coalesce(sum(amount), 0) from erp.cost_entry where item_id = %s", self.item
        )
        return found

    @property
    def layers(self) -> list[tuple[Decimal, Decimal]]:
        found = self.shop.value(
            "select coalesce(jsonb_agg(jsonb_build_array(left_quantity, left_amount) order by effective_at, id), '[]')"
            " from erp.stock_layer where item_id = %s and left_quantity > 0",
            self.item,
        )
        return [(D(str(quantity)), D(str(amount))) for quantity, amount in found]


def make_item(shop: Shop, method: str, code: str = "BOOK-1") -> Ledger:
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into erp.item (company_id, org_unit_id, code, name, valuation)"
            " select company_id, id, %s, 'Book', %s from erp.org_unit"
            " where company_id = %s and kind = 'company' returning id",
            (code, method, shop.world.company),
        )
        made = cursor.fetchone()[0]
    return Ledger(shop, made, shop.world.bins[0])


def run(shop: Shop, statement: str) -> None:
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def average(shop: Shop) -> Iterator[Ledger]:
    """An item by moving average; whatever the test did, the ledger is whole."""
    yield make_item(shop, "average")
    assert shop.value("select jsonb_agg(r) from api.reconcile() r") is None


@pytest.fixture
def fifo(shop: Shop) -> Iterator[Ledger]:
    """An item by layers; whatever the test did, the ledger is whole."""
    yield make_item(shop, "fifo")
    assert shop.value("select jsonb_agg(r) from api.reconcile() r") is None


def test_a_late_difference_is_split_by_stock_coverage(average: Ledger) -> None:
    """SAP S/4HANA, invoice verification for material with moving average price: the difference goes to stock as far as
    stock covers the invoiced quantity, the rest to price differences. Received 10 at 10, four left, invoiced at 12."""
    receipt = average.receive(10, 10)
    average.issue(6)
    assert average.difference(receipt, 20) == (D("8.00"), D("12.00"))
    assert average.stock == (4, D("48.00"))
    assert average.cost == D("72.00")


def test_an_issue_comes_back_with_what_the_invoice_added(average: Ledger) -> None:
    receipt = average.receive(10, 10)
    issue, _ = average.issue(6)
    average.difference(receipt, 20)
    assert average.give_back(issue, 3) == D("36.00")
    assert average.stock == (7, D("84.00")) and average.cost == D("36.00")


def test_layers_bear_the_difference_of_their_own_delivery(fifo: Ledger) -> None:
    """Odoo, inventory valuation FIFO with a vendor bill that differs: what remains of the receipt is revalued, what
    left goes to cost of goods sold."""
    first = fifo.receive(10, 10)
    fifo.receive(10, 20)
    fifo.issue(6)
    assert fifo.difference(first, 20) == (D("8.00"), D("12.00"))
    assert fifo.layers == [(4, D("48.00")), (10, D("200.00"))]
    assert fifo.cost == D("72.00")


def test_what_is_gone_bears_all_of_it(average: Ledger) -> None:
    receipt = average.receive(3, 10)
    average.issue(1)
    average.issue(2)
    assert average.difference(receipt, "1.00") == (0, D("1.00"))
    assert average.stock == (0, 0) and average.cost == D("31.00")


def test_a_return_to_the_supplier_leaves_at_the_price_of_its_receipt(average: Ledger) -> None:
    average.receive(10, 10)
    second = average.receive(10, 20)
    assert average.send_back(second, 4) == D("80.00")
    assert average.stock == (16, D("220.00"))
    with pytest.raises(UserError) as caught:
        average.send_back(second, 7)
    assert caught.value.constraint == "stock_supplier_return_limit"


def test_goods_sent_back_from_layers_are_those_that_came(fifo: Ledger) -> None:
    fifo.receive(10, 10)
    second = fifo.receive(10, 20)
    assert fifo.send_back(second, 4) == D("80.00")
    assert fifo.layers == [(10, D("100.00")), (6, D("120.00"))]


def test_value_without_pieces_goes_to_what_was_consumed(average: Ledger) -> None:
    """Ten at 10 and ten at 20 make 15 each; ten are issued, the dear ones go back: the issue had the cheap ones."""
    average.receive(10, 10)
    dear = average.receive(10, 20)
    assert average.issue(10)[1] == D("150.00")
    assert average.send_back(dear, 10) == D("200.00")
    assert average.stock == (0, 0) and average.cost == D("100.00")


def test_the_clerk_sends_back_and_takes_it_back_again(shop: Shop, fifo: Ledger) -> None:
    receipt = fifo.receive(5, 10)
    line = {"item_id": fifo.item, "from_location_id": fifo.place, "quantity": 2, "returns_move_id": receipt}
    posted, _ = stock.post(shop.clerk, uuid4(), {"type": "supplier_return", "lines": [line]})
    assert posted.amount == D("20.00") and fifo.layers == [(3, D("30.00"))]
    stock.reverse(shop.clerk, uuid4(), posted.document_id, "kept after all")
    assert fifo.layers == [(5, D("50.00"))] and fifo.stock == (5, D("50.00"))


def test_the_method_changes_only_while_nothing_is_there(shop: Shop, average: Ledger) -> None:
    average.receive(1, 10)
    change = f"update erp.item set valuation = 'fifo' where id = {average.item}"
    with pytest.raises(UserError) as caught:
        run(shop, change)
    assert caught.value.constraint == "item_valuation_empty"
    average.issue(1)
    run(shop, change)
    average.receive(2, 7)
    assert average.layers == [(2, D("14.00"))]


def test_nobody_revalues_by_himself(shop: Shop, average: Ledger) -> None:
    receipt = average.receive(1, 10)
    with pytest.raises(UserError) as caught, shop.clerk.raw() as connection, connection.cursor() as cursor:
        cursor.execute("select api.revalue_receipt(1, %s, 5, 'x', 'y', 1)", (receipt,))
    assert caught.value.code == "42501"
