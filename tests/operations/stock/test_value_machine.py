"""Random days of a store: whatever was moved, counted, returned, invoiced, dated back and reversed, nothing is lost.

After each step the ledger reconciles (balance = moves, value = moves + entries, layers = value, cost ledger = issues)
and the quantity is what a plain count says; at the end everything is taken back, last first, and nothing is left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from db import users
from tests.db.conftest import PASSWORD, PREFIX
from tests.operations.stock.valued_item import Ledger, make_item
from tests.stock_shop import Shop

D = Decimal
QUANTITY = st.integers(1, 9)
PRICE = st.decimals("0.01", "99.99", places=2)
REFUSED = {
    "stock_not_enough",
    "stock_value_not_negative",
    "stock_value_receipt_negative",
    "stock_value_receipt_gone",
    "stock_layer_consumed",
    "stock_receipt_revalued",
    "stock_return_limit",
    "stock_supplier_return_limit",
    "stock_nothing_to_reverse",
    "stock_before_count",
    "stock_not_there_then",
    "stock_count_nothing",
    "stock_revaluation_empty",
    "stock_revaluation_amount",
}
"""What may be refused in a random order of things; anything else is a defect."""
HELD = """
    with ends as (
        select m.effective_at,
            sum(m.quantity * ((m.to_location_id = %s)::int - (m.from_location_id = %s)::int)) as quantity
        from erp.stock_move m
        where m.item_id = %s and %s in (m.from_location_id, m.to_location_id)
        group by m.effective_at),
    held as (select e.effective_at, sum(e.quantity) over (order by e.effective_at) as quantity from ends e)
    select least((select min(h.quantity) from held h where h.effective_at > %s),
        coalesce((select h.quantity from held h where h.effective_at <= %s order by h.effective_at desc limit 1), 0))"""
"""The least that lay at a place from a moment on, added up from the first movement."""


class Days(RuleBasedStateMachine):
    """One item and one method. `done` is what was posted, each with the way to take it back."""

    shop: Shop
    method: str
    approver: str
    count = 0

    def __init__(self) -> None:
        super().__init__()
        self.quantity = 0
        self.here = [0, 0]
        self.receipts: list[int] = []
        self.issues: list[int] = []
        self.done: list[tuple[Callable[[], object], Callable[[], object]]] = []
        self.connection: Any = None
        self.refused = ""

    @initialize()
    def open(self) -> None:
        type(self).count += 1
        self.ledger: Ledger = make_item(self.shop, self.method, f"DAY-{self.method}-{type(self).count}")
        self.bins = self.shop.world.bins[:2]
        self.manager = self.shop.clone.owner.raw()
        self.connection = self.manager.__enter__()

    def ask(self, query: str, *values: object) -> Any:
        """The answer, or None when it was refused as it may be."""
        with self.connection.cursor() as cursor:
            cursor.execute("savepoint step")
            try:
                cursor.execute(query, values)
                return cursor.fetchone()[0]
            except Exception as error:
                name = getattr(getattr(error, "diag", None), "constraint_name", None)
                if name not in REFUSED:
                    raise
                cursor.execute("rollback to savepoint step")
                self.refused = str(name)
                return None

    def post(self, kind: str, back: int, moved: Mapping[int, int], **line: object) -> Any:
        at = datetime.now(UTC) - timedelta(days=back) if back else None
        document = self.ledger.document(kind, at=at, **line)
        answer = self.ask("select api.post_stock(%s, %s)", str(uuid4()), json.dumps(document, default=str))
        if answer is None:
            if self.refused == "stock_not_there_then":
                assert back and all(self.held(place, at) + quantity < 0 for place, quantity in moved.items())
            return None
        for place, quantity in moved.items():
            self.here[place] += quantity

        def undo() -> object:
            found = self.ask("select api.reverse_stock(%s, %s, 'undone')", str(uuid4()), answer["document_id"])
            if found is not None:
                for place, quantity in moved.items():
                    self.here[place] -= quantity
            return found

        self.done.append((undo, lambda: answer))
        return answer["moves"][0]

    def held(self, place: int, at: datetime | None) -> int:
        bin_id = self.bins[place]
        return int(self.ask(HELD, bin_id, bin_id, self.ledger.item, bin_id, at, at))

    @rule(quantity=QUANTITY, price=PRICE, back=st.sampled_from((0, 0, 0, 5, 40)), place=st.integers(0, 1))
    def receive(self, quantity: int, price: Decimal, back: int, place: int) -> None:
        move = self.post("receipt", back, {place: quantity}, to_location_id=self.bins[place], quantity=quantity,
                         unit_cost=str(price))  # fmt: skip
        if move is not None:
            self.receipts.append(move)

    @rule(quantity=QUANTITY, back=st.sampled_from((0, 0, 0, 3, 30)), place=st.integers(0, 1))
    def issue(self, quantity: int, back: int, place: int) -> None:
        move = self.post("issue", back, {place: -quantity}, from_location_id=self.bins[place], quantity=quantity)
        if move is not None:
            self.issues.append(move)

    @rule(quantity=QUANTITY, place=st.integers(0, 1))
    def transfer(self, quantity: int, place: int) -> None:
        self.post("transfer", 0, {place: -quantity, 1 - place: quantity}, from_location_id=self.bins[place],
                  to_location_id=self.bins[1 - place], quantity=quantity)  # fmt: skip

    @rule(quantity=QUANTITY, place=st.integers(0, 1), more=st.booleans())
    def count_differs(self, quantity: int, place: int, more: bool) -> None:
        end = "to_location_id" if more else "from_location_id"
        line: dict[str, object] = {end: self.bins[place], "quantity": quantity}
        if more:
            line["from_location_id"] = self.shop.value(
                "select min(id) from erp.stock_location where kind = 'count_loss'"
            )
        self.post("adjustment", 0, {place: quantity if more else -quantity}, **line)

    @rule(quantity=st.integers(0, 12), place=st.integers(0, 1))
    def count_bin(self, quantity: int, place: int) -> None:
        """A real count: list, two rounds where it differs by much, approval, posting. Afterwards nothing is dated
        before it."""
        wanted = {"location_id": self.bins[place], "item_ids": [self.ledger.item]}
        sheet = self.ask("select api.start_count(%s)", json.dumps(wanted))
        if sheet is None:
            return
        lines = "select jsonb_agg(jsonb_build_object('line_id', id, 'quantity', %s)) from erp.stock_count_line"
        entries = json.dumps(self.ask(f"{lines} where count_id = %s", quantity, sheet))
        self.ask("select api.enter_count(%s, %s)", sheet, entries)
        if self.ask("select api.finish_counting(%s)", sheet) == "recount":
            self.ask("select api.enter_count(%s, %s)", sheet, entries)
            assert self.ask("select api.finish_counting(%s)", sheet) == "review"
        if self.ask("select erp.count_waits(%s)", sheet):
            self.approve(sheet)
        answer = self.ask("select api.post_count(%s, %s)", str(uuid4()), sheet)
        if answer is None:  # the layers or the value do not allow it: the list is given up
            self.ask("select api.cancel_count(%s)::text", sheet)
        elif answer["document_id"] is not None:
            moved = quantity - self.here[place]
            self.here[place] = quantity
            self.done.append((lambda: self._uncount(answer["document_id"], place, moved), lambda: answer))

    def approve(self, sheet: int) -> None:
        """By another pair of eyes than the counter's."""
        with self.connection.cursor() as cursor:
            cursor.execute(f'set session authorization "{self.approver}"')
            cursor.execute("select api.approve_count(%s, 'looked again')", (sheet,))
            cursor.execute("reset session authorization")

    def _uncount(self, document: int, place: int, moved: int) -> object:
        found = self.ask("select api.reverse_stock(%s, %s, 'undone')", str(uuid4()), document)
        if found is not None:
            self.here[place] -= moved
        return found

    @rule(unit_cost=PRICE)
    def revalue(self, unit_cost: Decimal) -> None:
        """Finance says what a piece is worth."""
        self._revalue(item_id=self.ledger.item, unit_cost=str(unit_cost), reason="sold for that")

    @precondition(lambda self: self.receipts)
    @rule(data=st.data(), amount=st.decimals("-20", "20", places=2).filter(bool))
    def revalue_delivery(self, data: st.DataObject, amount: Decimal) -> None:
        move = data.draw(st.sampled_from(self.receipts))
        self._revalue(move_id=move, amount=str(amount), reason="freight")

    def _revalue(self, **document: object) -> None:
        answer = self.ask("select api.post_revaluation(%s, %s)", str(uuid4()), json.dumps(document))
        if answer is not None:
            back = "select api.reverse_value_entry(%s, %s, 'undone')"
            self.done.append((lambda: self.ask(back, str(uuid4()), answer["entry_id"]), lambda: answer))

    @precondition(lambda self: self.issues)
    @rule(data=st.data(), quantity=QUANTITY, place=st.integers(0, 1))
    def give_back(self, data: st.DataObject, quantity: int, place: int) -> None:
        move = data.draw(st.sampled_from(self.issues))
        self.post(
            "return", 0, {place: quantity}, to_location_id=self.bins[place], quantity=quantity, returns_move_id=move
        )

    @precondition(lambda self: self.receipts)
    @rule(data=st.data(), quantity=QUANTITY, place=st.integers(0, 1))
    def send_back(self, data: st.DataObject, quantity: int, place: int) -> None:
        move = data.draw(st.sampled_from(self.receipts))
        self.post("supplier_return", 0, {place: -quantity}, from_location_id=self.bins[place], quantity=quantity,
                  returns_move_id=move)  # fmt: skip

    @precondition(lambda self: self.receipts)
    @rule(data=st.data(), amount=st.decimals("-20", "20", places=2).filter(bool))
    def invoice(self, data: st.DataObject, amount: Decimal) -> None:
        move = data.draw(st.sampled_from(self.receipts))
        call = "select api.revalue_receipt(0, %s, %s, 'invoice', 'supplier_invoice', 1)"
        answer = self.ask(call, move, str(amount))
        if answer is not None:
            self.done.append((lambda: self.ask(call, move, str(-amount)), lambda: answer))

    @precondition(lambda self: self.done)
    @rule()
    def change_of_mind(self) -> None:
        """The last thing is taken back at once."""
        undo, _ = self.done.pop()
        assert undo() is not None

    @invariant()
    def whole(self) -> None:
        if self.connection is None:
            return
        with self.connection.cursor() as cursor:
            cursor.execute("select jsonb_agg(r) from api.reconcile() r where r.item_id = %s", (self.ledger.item,))
            found = cursor.fetchone()[0]
            assert found is None, found
            cursor.execute(
                "select coalesce(array_agg(coalesce(b.quantity, 0) order by p.n), '{}')"
                " from unnest(%s) with ordinality p (id, n)"
                " left join erp.stock_balance b on b.location_id = p.id and b.item_id = %s",
                (list(self.bins), self.ledger.item),
            )
            assert [int(each) for each in cursor.fetchone()[0]] == self.here
        for place in (0, 1):
            assert self.held(place, datetime(1990, 1, 1, tzinfo=UTC)) >= 0, "nothing lay there that was not there yet"

    def teardown(self) -> None:
        if self.connection is None:
            return
        try:
            while self.done:
                undo, answer = self.done.pop()
                assert undo() is not None, answer()
            self.whole()
            with self.connection.cursor() as cursor:
                cursor.execute(
                    "select (select row(quantity, value)::text from erp.item_cost where item_id = %s),"
                    " (select coalesce(sum(amount), 0) from erp.cost_entry where item_id = %s)",
                    (self.ledger.item, self.ledger.item),
                )
                stock, cost = cursor.fetchone()
            assert stock in (None, "(0.0000,0.00)") and cost == 0
        finally:
            self.connection.rollback()
            self.manager.__exit__(None, None, None)


def _live(shop: Shop, method: str, *, examples: int, steps: int) -> None:
    approver = f"{PREFIX}_approver_{shop.clone.name.rsplit('_', 1)[1]}"
    users.create_user(
        shop.clone.owner, user_name=approver, login=approver, password=PASSWORD, display_name="Approver",
        roles=["manager"], units=[shop.world.branch], company_id=shop.world.company,
    )  # fmt: skip
    machine = type(f"Days_{method}", (Days,), {"shop": shop, "method": method, "approver": approver})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate, Phase.shrink),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_a_few_days(shop: Shop, method: str) -> None:
    _live(shop, method, examples=8, steps=15)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["average", "fifo"])
def test_many_days(shop: Shop, method: str) -> None:
    _live(shop, method, examples=150, steps=40)
