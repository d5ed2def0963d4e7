"""The contract form by keys: edit and save, a colleague in between, signed terms, steps, paper, cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.operations import contracts, forms
from desktop.operations.records import Draft
from desktop.runtime.context import Found
from desktop.views.contracts.contract_page import ContractPage
from desktop.views.contracts.cost_page import ContractCostPage
from desktop.widgets import papers
from desktop.widgets.record_past import RecordPast
from tests.form_fixtures import Room, one, press, type_into
from tests.form_fixtures import opened as open_form

RoomOf = Callable[[str], Room]


@pytest.fixture
def contract_id(owner: Database) -> int:
    return int(one(owner, "select id from erp.contract where state = 'active' order by id limit 1"))


def opened(qtbot: QtBot, room: Room, contract_id: int | None) -> ContractPage:
    return open_form(qtbot, ContractPage(room.context, contract_id))


def replace_text(qtbot: QtBot, page: ContractPage, key: str, text: str) -> None:
    type_into(qtbot, page.editors[key].widget, text)


def save(qtbot: QtBot, page: ContractPage) -> None:
    press(qtbot, page, Qt.Key.Key_S)


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
    contracts.save(other, contracts.load(other, contract_id), Draft({"note": "called"}))
    save(qtbot, page)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    query = "select visits_per_year || note from erp.contract where id = :id"
    assert one(owner, query, id=contract_id) == "7called"


def test_a_rule_is_told_at_its_field(qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    before = one(owner, "select visits_per_year from erp.contract where id = :id", id=contract_id)
    replace_text(qtbot, page, "visits_per_year", "5000")
    save(qtbot, page)
    qtbot.waitUntil(lambda: page.fields["visits_per_year"].is_wrong(), timeout=10_000)
    assert page.editors["visits_per_year"].widget.hasFocus()
    assert page.dirty()
    assert one(owner, "select visits_per_year from erp.contract where id = :id", id=contract_id) == before


def test_signed_terms_open_for_an_amendment_only(
    qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int
) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    value = page.editors["annual_value"].widget
    revision = one(owner, "select revision from erp.contract where id = :id", id=contract_id)
    assert value.isReadOnly()
    assert not page.tables["lines"].add.isVisible()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_A, both)
    assert page.amendment.isVisible()
    assert not value.isReadOnly()
    assert page.editors["visits_per_year"].widget.isReadOnly()
    assert page.tables["lines"].add.isVisible()
    replace_text(qtbot, page, "annual_value", "500000")
    save(qtbot, page)
    assert page.amendment.message.full_text()
    assert page.amendment.reason_field.hasFocus()
    qtbot.keyClicks(page.amendment.reason_field, "Two more machines")
    qtbot.keyClick(page.amendment.reason_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.amendment.isVisible(), timeout=10_000)
    assert value.isReadOnly()
    assert one(owner, "select annual_value from erp.contract where id = :id", id=contract_id) == 500000
    assert one(owner, "select revision from erp.contract where id = :id", id=contract_id) == revision + 1


def test_escape_leaves_an_amendment_without_a_change(qtbot: QtBot, room_of: RoomOf, contract_id: int) -> None:
    page = opened(qtbot, room_of("manager"), contract_id)
    shown = page.editors["annual_value"].widget.text()
    qtbot.mouseClick(page.amend_button, Qt.MouseButton.LeftButton)
    replace_text(qtbot, page, "annual_value", "1")
    qtbot.keyClick(page.amendment.reason_field, Qt.Key.Key_Escape)
    assert not page.amendment.isVisible()
    assert page.editors["annual_value"].widget.text() == shown
    assert not page.dirty()


def test_a_planner_reads_a_contract_without_its_prices(qtbot: QtBot, room_of: RoomOf, contract_id: int) -> None:
    page = opened(qtbot, room_of("planner"), contract_id)
    assert "annual_value" not in page.editors and page.editors["starts_on"].widget.text()
    assert page.tables["assets"].values()
    assert not page.print_action.isEnabled()
    assert not page.save_button.isVisible()


def test_ctrl_h_tells_who_changed_what(qtbot: QtBot, room_of: RoomOf, contract_id: int) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    replace_text(qtbot, page, "visits_per_year", "17")
    save(qtbot, page)
    qtbot.waitUntil(lambda: not page.dirty(), timeout=10_000)
    press(qtbot, page, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: bool(page.side.findChildren(RecordPast)), timeout=10_000)
    (past,) = page.side.findChildren(RecordPast)
    assert any("→ 17" in line for line in past.lines())
    press(qtbot, page, Qt.Key.Key_H)
    assert not page.side.findChildren(RecordPast)


def test_a_draft_comes_back_with_references_and_lines(
    qtbot: QtBot, room_of: RoomOf, person: Callable[[str], Database]
) -> None:
    room = room_of("finance")
    database = person("finance")
    first, second = (
        Found("", each.id, each.code, each.name)
        for each in forms.find(database, contracts.CONTRACT.references["customer_id"], "", limit=2)
    )
    page = opened(qtbot, room, None)
    page.editors["customer_id"].write(first)
    replace_text(qtbot, page, "name", "Half a contract")
    page.editors["customer_id"].write(second)
    page.tables["lines"].model_.put(0, "description", "Spring")
    page.tables["lines"].model_.put(0, "unit_price", Decimal("12.5"))
    kept = json.loads(json.dumps(page.state()))
    other = ContractPage(room.context, None)
    other.restore(kept)
    opened_again = open_form(qtbot, other)
    qtbot.waitUntil(opened_again.dirty, timeout=10_000)
    assert opened_again.editors["name"].widget.text() == "Half a contract"
    assert opened_again.editors["customer_id"].read() == second.id
    ((_, values),) = opened_again.tables["lines"].values()
    assert values["unit_price"] == Decimal("12.5")


def test_what_is_typed_while_saving_stays(qtbot: QtBot, room_of: RoomOf, owner: Database, contract_id: int) -> None:
    page = opened(qtbot, room_of("finance"), contract_id)
    replace_text(qtbot, page, "visits_per_year", "31")
    save(qtbot, page)
    replace_text(qtbot, page, "hours_per_year", "77")
    query = "select visits_per_year from erp.contract where id = :id"
    qtbot.waitUntil(lambda: one(owner, query, id=contract_id) == 31, timeout=10_000)
    qtbot.waitUntil(lambda: page.save_button.isEnabled(), timeout=10_000)
    assert page.editors["hours_per_year"].widget.text() == "77"
    assert page.dirty()


def test_a_colleagues_save_shows_at_once_or_is_told(
    qtbot: QtBot, room_of: RoomOf, person: Callable[[str], Database], contract_id: int
) -> None:
    room, other = room_of("finance"), person("finance")
    page = opened(qtbot, room, contract_id)
    _, changes = contracts.save(other, contracts.load(other, contract_id), Draft({"visits_per_year": 41}))
    room.context.bus.publish(changes, None)
    qtbot.waitUntil(lambda: page.editors["visits_per_year"].widget.text() == "41", timeout=10_000)
    replace_text(qtbot, page, "hours_per_year", "88")
    _, changes = contracts.save(other, contracts.load(other, contract_id), Draft({"visits_per_year": 42}))
    room.context.bus.publish(changes, None)
    assert page.banner.isVisible()
    assert page.editors["hours_per_year"].widget.text() == "88"


def test_a_clerk_is_told_that_contracts_are_not_his(qtbot: QtBot, room_of: RoomOf, contract_id: int) -> None:
    page = ContractPage(room_of("clerk").context, contract_id)
    qtbot.addWidget(page)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 2, timeout=10_000)
    assert page.stack.failed.cause.full_text()


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
    page.begin_amendment()
    qtbot.keyClicks(page.amendment.reason_field, "Winter check added")
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
