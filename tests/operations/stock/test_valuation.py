"""What stock is worth: worked examples of the literature, differences that come late, what goes back to the supplier.

Each example names its source; the figures are the source's own or follow from its rule by hand.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from db.errors import UserError
from desktop.operations import stock
from tests.operations.stock.valued_item import Ledger, make_item, run
from tests.stock_shop import Shop

D = Decimal


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


def test_moving_average_over_a_month_of_purchases_and_sales(average: Ledger) -> None:
    """Kieso, Weygandt, Warfield, Intermediate Accounting (Wiley), ch. 8, Call-Mart Inc., perpetual moving average:
    2,000 at 4.00, 6,000 at 4.40 (average 4.30), 4,000 sold, 2,000 at 4.75 (average 4.45); inventory 26,700,
    cost of goods sold 17,200."""
    average.receive(2000, 4)
    average.receive(6000, "4.40")
    assert average.stock == (8000, D("34400.00"))
    assert average.issue(4000)[1] == D("17200.00")
    average.receive(2000, "4.75")
    assert average.stock == (6000, D("26700.00"))
    assert average.shop.value("select average from erp.item_cost where item_id = %s", average.item) == D("4.4500")


def test_first_in_first_out_over_the_same_month(fifo: Ledger) -> None:
    """The same company, perpetual FIFO: 4,000 sold cost 2,000 at 4.00 and 2,000 at 4.40 = 16,800; inventory 27,100."""
    fifo.receive(2000, 4)
    fifo.receive(6000, "4.40")
    assert fifo.issue(4000)[1] == D("16800.00")
    fifo.receive(2000, "4.75")
    assert fifo.stock == (6000, D("27100.00"))
    assert fifo.layers == [(4000, D("17600.00")), (2000, D("9500.00"))]


def test_a_return_goes_back_into_the_layers_that_it_came_from(fifo: Ledger) -> None:
    """IAS 2 §27 and 企业会计准则第1号—存货 §14: first in, first out by what was really there; what comes back is what
    left last, at what it cost."""
    fifo.receive(2, 10)
    fifo.receive(5, 12)
    issue, amount = fifo.issue(4)
    assert amount == D("44.00")
    assert fifo.give_back(issue, 1) == D("12.00")
    assert fifo.give_back(issue, 2) == D("22.00")
    assert fifo.layers == [(1, D("10.00")), (5, D("60.00"))]
    assert fifo.cost == D("10.00")


def test_taking_an_issue_back_restores_its_layers_with_their_differences(shop: Shop, fifo: Ledger) -> None:
    first = fifo.receive(3, 10)
    fifo.receive(3, 11)
    answer = fifo.post("issue", from_location_id=fifo.place, quantity=4)
    fifo.difference(first, 3)
    assert fifo.cost == D("44.00")
    stock.reverse(shop.clerk, uuid4(), answer["document_id"], "wrong order")
    assert fifo.layers == [(3, D("33.00")), (3, D("33.00"))] and fifo.cost == 0


def test_a_delivery_that_was_issued_is_not_taken_back(shop: Shop, fifo: Ledger) -> None:
    answer = fifo.post("receipt", to_location_id=fifo.place, quantity=3, unit_cost="10")
    fifo.receive(3, 11)
    fifo.issue(1)
    with pytest.raises(UserError) as caught:
        stock.reverse(shop.clerk, uuid4(), answer["document_id"], "typo")
    assert caught.value.constraint == "stock_layer_consumed"


def test_a_receipt_with_its_invoice_is_not_taken_back_alone(shop: Shop, average: Ledger) -> None:
    answer = average.post("receipt", to_location_id=average.place, quantity=3, unit_cost="10")
    average.difference(answer["moves"][0], 3)
    with pytest.raises(UserError) as caught:
        stock.reverse(shop.clerk, uuid4(), answer["document_id"], "typo")
    assert caught.value.constraint == "stock_receipt_revalued"
    average.difference(answer["moves"][0], -3)
    stock.reverse(shop.clerk, uuid4(), answer["document_id"], "typo")
    assert average.stock == (0, 0)


def test_transfers_and_owned_stock_leave_the_layers_alone(shop: Shop, fifo: Ledger) -> None:
    fifo.receive(5, 10)
    fifo.post("transfer", from_location_id=fifo.place, to_location_id=shop.world.bins[1], quantity=2)
    assert fifo.layers == [(5, D("50.00"))] and fifo.stock == (5, D("50.00"))


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_an_adjustment_by_the_clerk_takes_the_average(shop: Shop, method: str) -> None:
    """Found by a penetration test: a clerk could write stock in at any price. Nor does a clerk who is a manager too."""
    ledger = make_item(shop, method)
    ledger.receive(4, 10)
    line = {"item_id": ledger.item, "to_location_id": ledger.place, "quantity": 1, "from_location_id": None}
    line["from_location_id"] = shop.value("select min(id) from erp.stock_location where kind = 'count_loss'")
    with pytest.raises(UserError) as caught:
        stock.post(shop.clerk, uuid4(), {"type": "adjustment", "lines": [line]})
    assert caught.value.constraint == "stock_adjust_by_count"
    shop.value(
        "insert into erp.user_role (user_id, role_key) select id, 'manager' from erp.app_user where login = %s"
        " returning user_id",
        shop.world.login,
    )
    with pytest.raises(UserError) as caught:
        stock.post(shop.clerk, uuid4(), {"type": "adjustment", "lines": [{**line, "unit_cost": "9000"}]})
    assert caught.value.constraint == "stock_price_role"
    posted, _ = stock.post(shop.clerk, uuid4(), {"type": "adjustment", "lines": [line]})
    assert posted.amount == D("10.00")
    dear = {"item_id": ledger.item, "to_location_id": ledger.place, "quantity": 1, "unit_cost": "12.51"}
    with pytest.raises(UserError) as caught:
        stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [dear]})
    assert caught.value.constraint == "stock_price_tolerance"
    stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [{**dear, "unit_cost": "12.50"}]})
    assert shop.whole()


def test_the_order_names_the_price(shop: Shop) -> None:
    line_id = shop.value("select l.id from erp.purchase_order_line l where l.line_no = 1")
    line = {"item_id": shop.item("FLT-AIR-7502"), "to_location_id": shop.place("A-03-1-2"), "quantity": 1,
            "purchase_line_id": line_id, "unit_cost": "1"}  # fmt: skip
    posted, _ = stock.post(shop.clerk, uuid4(), {"type": "receipt", "lines": [line]})
    assert posted.amount == D("180.00")
