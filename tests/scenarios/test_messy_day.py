"""A buyer on a bad day, by keys alone: Esc midway, Enter twice, two orders open, another language, a colleague."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.domain.text import language
from desktop.tour.hand import CTRL
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from tests.operations.purchasing.test_reminders import order
from tests.scenarios.test_buyer_day import fill
from tests.scenarios.town import SECRET, Town
from tests.scenarios.visitor import Visitor

Key = Qt.Key


@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_happens_twice(visitor: Visitor, town: Town) -> None:
    for number in ("PO-A", "PO-B"):
        made = order(town.shop, number, ("FLT-OIL-7511", 2, -3))
        town.shop.value("update erp.purchase_order set promised_on = current_date - 3 where id = %s returning id", made)
    visitor.log_in(town.user("buyer"), SECRET)
    first = opened(visitor, "PO-A")
    # Esc in the midst: the question goes, nothing is confirmed, the keys are back in the form
    visitor.press(Key.Key_F9)
    visitor.wait("the question", first.confirm_strip.isVisible)
    visitor.press(Key.Key_Escape)
    visitor.wait("it gone", lambda: not first.confirm_strip.isVisible())
    visitor.focused_in(first)
    assert confirmed(town) == 0
    # Enter twice: one confirmation
    visitor.press(Key.Key_F9)
    visitor.wait("the question", first.confirm_strip.isVisible)
    visitor.press(Key.Key_A, CTRL)
    visitor.type("+6")
    visitor.press(Key.Key_Return)
    visitor.type("K-77")
    visitor.press(Key.Key_Return)
    visitor.press(Key.Key_Return)
    visitor.wait("the confirmation", lambda: confirmed(town) == 1)
    visitor.calm()
    assert first.record is not None and first.record.values["supplier_reference"] == "K-77"
    # half a note here, another order in another tab, another language: the note is still there
    visitor.focused_in(first)
    fill(visitor, first, "supplier_reference", "K-78 half")
    second = opened(visitor, "PO-B")
    assert second is not first
    visitor.command("中文")
    visitor.wait("Chinese", lambda: language() == "zh")
    visitor.calm()
    for _ in range(6):
        if visitor.window.current_page() is first:
            break
        visitor.press(Key.Key_Tab, CTRL)
        visitor.calm()
    assert visitor.window.current_page() is first
    assert first.editors["supplier_reference"].widget.text() == "K-78 half"  # type: ignore[attr-defined]
    # a colleague changes the same order meanwhile: his change is shown, mine is not thrown away
    town.shop.value("update erp.purchase_order set note = 'call Monday' where number = 'PO-A' returning id")
    visitor.press(Key.Key_S, CTRL)
    visitor.wait("the save", lambda: not first.dirty())
    visitor.calm()
    note, reference = town.shop.value(
        "select array[note, supplier_reference] from erp.purchase_order where number = 'PO-A'"
    )
    assert note == "call Monday", "the colleague's note is not overwritten"
    assert reference == "K-78 half", "and mine is written beside it"
    visitor.focused_in(first)
    visitor.picture("buyer-messy-day")
    visitor.command("English")
    visitor.wait("English", lambda: language() == "en")


def opened(visitor: Visitor, number: str) -> PurchaseOrderPage:
    visitor.look_up(number)
    visitor.press(Key.Key_Return)
    visitor.wait(
        f"the order {number}",
        lambda: (
            isinstance(page := visitor.window.current_page(), PurchaseOrderPage)
            and page.record is not None
            and page.record.values["number"] == number
        ),
    )
    return visitor.page(PurchaseOrderPage)


def confirmed(town: Town) -> int:
    return int(town.shop.value("select count(*) from erp.purchase_order where acknowledged_on is not null"))
