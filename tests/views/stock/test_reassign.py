"""Reserved pieces of one order are given to another from the list of reservations, by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.desks.lists import list_page
from desktop.lists.all_lists import list_for
from desktop.operations import picking
from desktop.runtime.context import User
from desktop.widgets.ask_strip import AskStrip
from desktop.widgets.list_page import ListPage
from tests.operations.stock.test_reserving import needs, order, reserved
from tests.purchasing_people import Person, person
from tests.rooms import show_list
from tests.stock_shop import Shop
from tests.views.stock.conftest import Bench

__all__ = ["person"]
Key = Qt.Key


@pytest.fixture
def orders(shop: Shop) -> tuple[int, int]:
    """The first has five sensors set aside, the second wants two."""
    first, second = order(shop, "WO-D"), order(shop, "WO-E")
    shop.value("update erp.work_order set title = 'Compressor' where id = %s returning id", second)  # so it is searched
    needs(shop, first, SNS_PT100_6=5)
    needs(shop, second, SNS_PT100_6=2)
    picking.reserve_order(shop.clerk, first)
    return first, second


@pytest.fixture
def page(make_bench: Callable[..., Bench], person: Person, orders: tuple[int, int]) -> tuple[Bench, ListPage]:
    """The planner's list of reservations with the cursor on the newest, which is the first order's."""
    bench = make_bench(database=person("planner"))
    context = replace(bench.context, user=User("planner", "Lin Tao", "林涛", frozenset({"planner"})))
    made = list_page(context, list_for("reservations"))
    show_list(bench.qtbot, made)
    return bench, made


def ask(bench: Bench, page: ListPage) -> AskStrip:
    """F9 opens the strip."""
    bench.qtbot.keyClick(page.grid.canvas, Key.Key_F9)
    bench.qtbot.waitUntil(lambda: page.findChild(AskStrip) is not None, timeout=10000)
    strip = page.findChild(AskStrip)
    assert strip is not None
    bench.qtbot.waitUntil(strip.isVisible, timeout=10000)
    return strip


def fill(bench: Bench, field: QWidget, text: str) -> None:
    bench.qtbot.keyClick(field, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    bench.qtbot.keyClicks(field, text, delay=40)


def choose(bench: Bench, strip: AskStrip, number: str) -> None:
    field: Any = strip.editors["order"]
    fill(bench, field, number)
    bench.qtbot.waitUntil(lambda: bool(field.offered()), timeout=10000)
    bench.qtbot.keyClick(field, Key.Key_Return)
    assert field.value() is not None
    bench.qtbot.keyClick(field, Key.Key_Return)


def test_two_of_five_go_to_the_order_that_stands_still(
    page: tuple[Bench, ListPage], shop: Shop, orders: tuple[int, int]
) -> None:
    bench, shown = page
    strip = ask(bench, shown)
    assert strip.words.full_text() == "SNS-PT100-6 of WO-D"
    choose(bench, strip, "WO-E")
    assert strip.editors["quantity"].hasFocus()
    fill(bench, strip.editors["quantity"], "2")
    bench.qtbot.keyClick(strip.editors["quantity"], Key.Key_Return)
    bench.qtbot.keyClick(strip.editors["reason"], Key.Key_Return)
    assert "required" in strip.message.full_text(), "no pieces change hands without a reason"
    fill(bench, strip.editors["reason"], "stands still")
    bench.qtbot.keyClick(strip.editors["reason"], Key.Key_Return)
    bench.qtbot.waitUntil(lambda: not strip.isVisible(), timeout=10000)
    assert [reserved(shop, each)["SNS-PT100-6"] for each in orders] == [3, 2]
    assert shop.whole()


def test_more_than_there_are_is_refused_and_what_was_typed_stays(
    page: tuple[Bench, ListPage], shop: Shop, orders: tuple[int, int]
) -> None:
    bench, shown = page
    strip = ask(bench, shown)
    choose(bench, strip, "WO-E")
    fill(bench, strip.editors["quantity"], "6")
    fill(bench, strip.editors["reason"], "stands still")
    bench.qtbot.keyClick(strip.editors["reason"], Key.Key_Return)
    bench.qtbot.waitUntil(lambda: bool(strip.message.full_text()), timeout=10000)
    assert "0 and 5" in strip.message.full_text()
    assert strip.answers()["quantity"] == 6
    bench.qtbot.keyClick(strip.editors["reason"], Key.Key_Escape)
    assert not strip.isVisible() and reserved(shop, orders[0]) == {"SNS-PT100-6": 5}
