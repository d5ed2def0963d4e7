"""The contract form by keys: edit and save, a colleague in between, signed terms, steps, paper, cost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.operations import contracts
from desktop.operations.records import Draft
from desktop.views.contracts.contract_page import ContractPage
from desktop.views.contracts.cost_page import ContractCostPage
from desktop.widgets import papers
from tests.form_fixtures import Room, one

RoomOf = Callable[[str], Room]


@pytest.fixture
def contract_id(owner: Database) -> int:
    return int(one(owner, "select id from erp.contract where state = 'active' order by id limit 1"))


def opened(qtbot: QtBot, room: Room, contract_id: int | None) -> ContractPage:
    page = ContractPage(room.context, contract_id)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.refresh()
    qtbot.waitUntil(lambda: page.record is not None and not page._loading, timeout=10_000)
    return page


def replace_text(qtbot: QtBot, page: ContractPage, key: str, text: str) -> None:
    widget = page.editors[key].widget
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(widget, text)


def save(qtbot: QtBot, page: ContractPage) -> None:
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def test_ctrl_s_saves_what_was_typed(qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int) -> None:
    room = room_of("finance")
    page = opened(qtbot, room, contract_id)
    assert not page.dirty()
    replace_text(qtbot, page, "hours_per_year", "321.5")
    assert page.dirty()
    save(qtbot, page)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert one(owner, "select hours_per_year from erp.contract where id = :id", id=contract_id) == Decimal("321.50")
    assert room.toasts[-1][0] == "success"


def test_a_wrong_number_stays_red_and_focused(qtbot: QtBot, room_of: RoomOf, contract_id: int) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    replace_text(qtbot, page, "hours_per_year", "many")
    save(qtbot, page)
    field = page.fields["hours_per_year"]
    assert field.is_wrong()
    assert "Hours per year" in field.message()
    assert page.dirty()


def test_a_colleagues_change_is_decided_field_by_field(
    qtbot: QtBot, room_of: RoomOf, person: Callable[[str], Database], owner: Database, contract_id: int
) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    replace_text(qtbot, page, "visits_per_year", "11")
    other = person("finance")
    record = contracts.load(other, contract_id)
    contracts.save(other, record, Draft({"visits_per_year": 22}))
    save(qtbot, page)
    qtbot.waitUntil(lambda: page.conflict.isVisible(), timeout=10_000)
    assert set(page.conflict.choices()) == {"visits_per_year"}
    assert one(owner, "select visits_per_year from erp.contract where id = :id", id=contract_id) == 22
    qtbot.mouseClick(page.conflict.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    assert one(owner, "select visits_per_year from erp.contract where id = :id", id=contract_id) == 11


def test_changes_of_other_fields_do_not_disturb(
    qtbot: QtBot, room_of: RoomOf, person: Callable[[str], Database], owner: Database, contract_id: int
) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    replace_text(qtbot, page, "visits_per_year", "7")
    other = person("finance")
    contracts.save(other, contracts.load(other, contract_id), Draft({"note": "called the customer"}))
    save(qtbot, page)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    query = "select visits_per_year || note from erp.contract where id = :id"
    assert one(owner, query, id=contract_id) == "7called the customer"


def test_signed_terms_are_refused_at_the_field(qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    before = one(owner, "select annual_value from erp.contract where id = :id", id=contract_id)
    replace_text(qtbot, page, "annual_value", "1.00")
    save(qtbot, page)
    qtbot.waitUntil(lambda: page.fields["annual_value"].is_wrong(), timeout=10_000)
    assert "amendment" in page.fields["annual_value"].message()
    assert page.dirty()
    assert one(owner, "select annual_value from erp.contract where id = :id", id=contract_id) == before


def test_a_clerk_is_told_that_contracts_are_not_his(qtbot: QtBot, room_of: RoomOf, contract_id: int) -> None:
    page = ContractPage(room_of("clerk").context, contract_id)
    qtbot.addWidget(page)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 2, timeout=10_000)
    assert page.failed.cause.full_text()


def test_suspending_asks_for_a_reason_in_place(
    qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int
) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    buttons = page.steps.buttons()
    qtbot.mouseClick(buttons["suspended"], Qt.MouseButton.LeftButton)
    assert page.steps.reason.isVisible()
    qtbot.keyClicks(page.steps.reason, "Plant closed for renovation")
    qtbot.keyClick(page.steps.reason, Qt.Key.Key_Return)
    state = "select state from erp.contract where id = :id"
    qtbot.waitUntil(lambda: one(owner, state, id=contract_id) == "suspended", timeout=10_000)
    query = "select reason from erp.contract_history where contract_id = :id order by id desc limit 1"
    assert one(owner, query, id=contract_id) == "Plant closed for renovation"
    qtbot.waitUntil(lambda: "active" in page.steps.buttons(), timeout=10_000)
    qtbot.mouseClick(page.steps.buttons()["active"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: one(owner, state, id=contract_id) == "active", timeout=10_000)


def test_ctrl_p_prints_the_contract(
    qtbot: QtBot, room_of: RoomOf, contract_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(papers, "open_file", shown.append)
    page = opened(qtbot, room_of("finance"), contract_id)
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(shown), timeout=10_000)
    with pypdfium2.PdfDocument(shown[0].toLocalFile()) as document:
        page_one = document[0]
        words = page_one.get_textpage().get_text_bounded()
    assert page.record is not None
    assert str(page.record.values["number"]) in words
    total = sum((line.values["net_amount"] for line in page.record.lines["lines"]), Decimal(0))
    assert f"{total:,.2f}" in words


def test_a_price_line_is_added_by_keys(qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    table = page.tables["lines"]
    count = len(table.values())
    table.add.setFocus()
    qtbot.keyClick(table.add, Qt.Key.Key_Space)
    for text in ("Winter check", "", "2", "", "1200"):
        for letter in text:
            qtbot.keyClicks(QApplication.focusWidget(), letter)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert table.model_.line_at(count) is not None
    save(qtbot, page)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    query = "select net_amount from erp.contract_line where contract_id = :id order by line_no desc limit 1"
    assert one(owner, query, id=contract_id) == Decimal("2400.00")


def test_the_cost_view_equals_the_ledger(qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int) -> None:
    room = room_of("finance")
    page = ContractCostPage(room.context, contract_id)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=10_000)
    total = one(owner, "select sum(amount) from erp.cost_entry where contract_id = :id", id=contract_id)
    shown = page.figures[1].value.full_text()
    assert shown == f"¥ {total:,.0f}"
    assert not page.grab().toImage().isNull()
    page.ledger.view.selectRow(0)
    page.ledger.view.setFocus()
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(page.ledger.view, Qt.Key.Key_Return)
    assert asked.args[0] == "work_order"
