"""One new item of the shop, by moving average or by layers, and what a test does with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.stock_shop import Shop

D = Decimal


@dataclass
class Ledger:
    """One new item of the shop, posted as the store's keeper does; prices as the installation may enter them."""

    shop: Shop
    item: int
    place: int

    def document(self, kind: str, *, at: datetime | None = None, **line: object) -> dict[str, Any]:
        head: dict[str, object] = {"work_order_id": self.shop.world.work_order} if kind == "issue" else {}
        if at:
            head["effective_at"] = at.isoformat()
        return {"type": kind, **head, "lines": [{"item_id": self.item, **line}]}

    def post(self, kind: str, *, at: datetime | None = None, **line: object) -> Mapping[str, Any]:
        """As the installation's owner, who may set any price."""
        document = self.document(kind, at=at, **line)
        with self.shop.clone.owner.raw() as connection, connection.cursor() as cursor:
            cursor.execute("select api.post_stock(%s, %s)", (str(uuid4()), json.dumps(document, default=str)))
            answer: Mapping[str, Any] = cursor.fetchone()[0]
            return answer

    def receive(self, quantity: int, price: object, at: datetime | None = None) -> int:
        answer = self.post("receipt", at=at, to_location_id=self.place, quantity=quantity, unit_cost=str(price))
        return int(answer["moves"][0])

    def issue(self, quantity: int, at: datetime | None = None) -> tuple[int, Decimal]:
        answer = self.post("issue", at=at, from_location_id=self.place, quantity=quantity)
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
