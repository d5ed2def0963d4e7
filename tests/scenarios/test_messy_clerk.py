"""A clerk on a bad day, by keys alone: Esc midway, full-width digits, another tab, the wrong part, too many."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from desktop.domain.stock import Level
from desktop.tour.hand import CTRL
from tests.scenarios.desk import Desk
from tests.scenarios.test_clerk_day import prepare
from tests.scenarios.town import SECRET, Town
from tests.scenarios.visitor import Visitor
from tests.stock_shop import PURCHASE

Key = Qt.Key


@pytest.mark.timeout(600)
def test_mistakes_at_the_desk_cost_nothing(visitor: Visitor, town: Town) -> None:
    prepare(town)
    visitor.log_in(town.user("clerk"), SECRET)
    visitor.go("stock_desk")
    desk = Desk(visitor)
    desk.scan(PURCHASE, "FLT-AIR-7502")
    # an input method writes the digits wide
    event = QInputMethodEvent()
    event.setCommitString("１２")
    QApplication.sendEvent(desk.page.scan.field, event)
    desk.press(Key.Key_Return)
    assert desk.cell("FLT-AIR-7502", "quantity") == "12", desk.page.scan.band.feedback()
    # Esc in the midst: only what was typed goes
    visitor.type("99")
    desk.press(Key.Key_Escape)
    assert desk.page.scan.field.text() == ""
    assert desk.cell("FLT-AIR-7502", "quantity") == "12"
    # Esc once more puts the delivery aside, and it comes back as it was
    desk.press(Key.Key_Escape)
    assert desk.page.driver.draft.empty
    desk.press(Key.Key_R, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert desk.cell("FLT-AIR-7502", "quantity") == "12", "Esc leaves without loss"
    # a telephone call: another page, and back with the delivery as it was
    visitor.go("shortages")
    visitor.go("stock_desk")
    desk = Desk(visitor)
    assert desk.cell("FLT-AIR-7502", "quantity") == "12"
    # wrong item, undone
    before = len(desk.page.driver.draft.lines)
    desk.scan("SNS-PT100-6")
    assert desk.level() is Level.BAD
    desk.press(Key.Key_Delete, CTRL)
    assert len(desk.page.driver.draft.lines) == before
    # beyond tolerance, then right
    desk.go_to("FLT-AIR-7502")
    desk.enter("500")
    assert desk.level() is Level.BAD
    desk.enter("12")
    on_hand = town.shop.on_hand("FLT-AIR-7502")
    received = desk.post()
    assert town.shop.on_hand("FLT-AIR-7502") == on_hand + 12
    # it was the wrong lorry: one key takes it back, nothing of it stays on the desk, and it is received anew
    desk.scan(received)
    assert len(desk.page.driver.draft.lines) == 1
    visitor.press(Key.Key_F8)
    visitor.wait("the counter-entry", lambda: town.shop.on_hand("FLT-AIR-7502") == on_hand)
    visitor.wait("an empty desk", lambda: desk.page.driver.draft.empty)
    desk.ready()
    desk.scan(PURCHASE, "FLT-AIR-7502")
    assert desk.cell("FLT-AIR-7502", "quantity") == "20"
    desk.enter("12")
    desk.post()
    # the lorry's second half: what is open is the rest
    desk.scan(PURCHASE, "FLT-AIR-7502")
    assert desk.cell("FLT-AIR-7502", "quantity") == "8"
    desk.post()
    assert town.shop.on_hand("FLT-AIR-7502") == on_hand + 20
    assert town.reconciled() == []
