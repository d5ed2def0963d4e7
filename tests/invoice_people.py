"""The store with the people who buy and pay: real log-ins of finance, buyer and manager beside the clerk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from db import users
from db.session import Database, connect
from desktop.operations import stock
from tests.stock_shop import PURCHASE, Shop

BIN = {"FLT-AIR-7502": "A-03-1-2", "GSK-NBR-120": "A-05-3-2", "SEP-OIL-7520": "A-03-2-1"}
LINE = {"FLT-AIR-7502": 1, "GSK-NBR-120": 2, "SEP-OIL-7520": 3}


@dataclass(frozen=True)
class Buying:
    """The store of `Shop`, whose order has 20 filters at 180, 200 gaskets at 6.5 and 4 separators at 740."""

    shop: Shop
    finance: Database
    colleague: Database
    buyer: Database
    manager: Database

    def value(self, query: str, *values: object) -> Any:
        return self.shop.value(query, *values)

    def line(self, code: str) -> int:
        """The order's line of that part."""
        return int(
            self.value(
                "select l.id from erp.purchase_order_line l join erp.purchase_order o on o.id = l.purchase_order_id"
                " where o.number = %s and l.line_no = %s",
                PURCHASE,
                LINE[code],
            )
        )

    def receive(self, code: str, quantity: int, **extra: object) -> stock.Posted:
        line: dict[str, object] = {
            "item_id": self.shop.item(code),
            "to_location_id": self.shop.place(BIN[code]),
            "quantity": quantity,
            "purchase_line_id": self.line(code),
        }
        if code == "GSK-NBR-120":
            line["lot"] = "L2611-77"
        posted, _ = stock.post(self.shop.clerk, uuid4(), {"type": "receipt", "lines": [line | extra]})
        return posted

    def send_back(self, receipt: stock.Posted, code: str, quantity: int, **extra: object) -> stock.Posted:
        line: dict[str, object] = {
            "item_id": self.shop.item(code),
            "from_location_id": self.shop.place(BIN[code]),
            "quantity": quantity,
            "returns_move_id": receipt.moves[0],
        }
        posted, _ = stock.post(self.shop.clerk, uuid4(), {"type": "supplier_return", "lines": [line | extra]})
        return posted

    def paper(self, *lines: tuple[str, int, str], number: str = "INV-1", **head: object) -> dict[str, object]:
        """An invoice as it comes from a file: (part, quantity, price) of the order, with 13 % tax."""
        made = [
            {"order": PURCHASE, "item": code, "quantity": quantity, "unit_price": price}
            for code, quantity, price in lines
        ]
        cents = Decimal("0.01")
        nets = [(Decimal(quantity) * Decimal(price)).quantize(cents) for _, quantity, price in lines]
        gross = sum((net + (net * Decimal("0.13")).quantize(cents) for net in nets), Decimal(0))
        return {
            "supplier": "SUP-1",
            "invoice_number": number,
            "invoice_date": "2026-11-20",
            "gross": str(gross),
            "lines": made,
        } | head

    @contextmanager
    def head_office(self, role: str = "finance", name: str = "head") -> Iterator[Database]:
        """Somebody of that job who writes for the whole company."""
        root = self.value("select id from erp.org_unit where parent_id is null")
        with self.person(name, role, int(root)) as database:
            yield database

    @contextmanager
    def person(self, name: str, role: str, unit: int) -> Iterator[Database]:
        """One more log-in, of a job in a unit."""
        user = f"{self.shop.clone.name.replace('outpost_', '')[:20]}_{name}"
        login = f"outpost_test_{user}"
        users.create_user(
            self.shop.clone.owner, user_name=user, password=name, roles=[role], units=[unit], display_name=name,
            login=login,
        )  # fmt: skip
        with connect(psycopg2.extensions.make_dsn(self.shop.clone.owner.dsn, user=login, password=name)) as database:
            yield database

    def open_accrual(self) -> Decimal:
        return Decimal(self.value("select coalesce(sum(open_amount), 0) from erp.grni_position"))

    def account(self) -> Decimal:
        """The accrual account: all entries, the month's too."""
        return Decimal(self.value("select coalesce(sum(amount), 0) from erp.grni_entry"))

    def worth(self, code: str) -> Decimal:
        return Decimal(self.value("select value from erp.item_cost where item_id = %s", self.shop.item(code)))

    def check(self) -> None:
        """Ledger and purchasing agree to the cent."""
        for query in ("select * from api.reconcile_purchasing()", "select * from api.reconcile()"):
            wrong = self.value(f"select json_agg(r) from ({query}) r")
            assert wrong is None, wrong


@pytest.fixture
def buying(shop: Shop) -> Iterator[Buying]:
    shop.value(
        "insert into erp.party_unit (party_id, org_unit_id) values (%s, %s) returning party_id",
        shop.world.supplier,
        shop.world.branch,
    )
    with ExitStack() as stack:
        people: dict[str, Database] = {}
        made = Buying(shop, shop.clerk, shop.clerk, shop.clerk, shop.clerk)
        for name, role in (("fin", "finance"), ("fin2", "finance"), ("buy", "buyer"), ("boss", "manager")):
            people[name] = stack.enter_context(made.person(name, role, shop.world.branch))
        yield Buying(shop, people["fin"], people["fin2"], people["buy"], people["boss"])
