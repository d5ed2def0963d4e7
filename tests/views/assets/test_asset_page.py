"""The asset card by keys: history that opens its sources, a new order, references, the label."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.views.assets.asset_page import AssetPage
from desktop.widgets import papers
from desktop.widgets.theme import set_language
from tests.form_fixtures import Room, one, opened, press, type_into

RoomOf = Callable[[str], Room]


@pytest.fixture
def asset_id(owner: Database) -> int:
    return int(one(owner, """
        select m.asset_id from erp.work_order m join erp.asset a on a.id = m.asset_id and a.site_id is not null
        join erp.org_unit_closure c on c.descendant_id = a.org_unit_id
        join erp.org_unit u on u.id = c.ancestor_id and u.code = 'SUZ'
        group by 1 order by count(*) desc, 1 limit 1
    """))  # fmt: skip


def test_the_history_is_the_assets_whole_life(qtbot: QtBot, room_of: RoomOf, owner: Database, asset_id: int) -> None:
    page = opened(qtbot, AssetPage(room_of("manager").context, asset_id))
    rows = page.history.model_.rows
    query = "select least(count(*), 500) from api.asset_timeline where asset_id = :id"
    assert len(rows) == one(owner, query, id=asset_id)
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)
    number = next(i for i, row in enumerate(rows) if row.opens and row.opens[0] == "work_order")
    page.history.view.selectRow(number)
    page.history.view.setFocus()
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(page.history.view, Qt.Key.Key_Return)
    assert tuple(asked.args) == rows[number].opens


def test_costs_of_orders_are_for_those_who_answer_for_money(qtbot: QtBot, room_of: RoomOf, asset_id: int) -> None:
    page = opened(qtbot, AssetPage(room_of("planner").context, asset_id))
    orders = [row for row in page.history.model_.rows if row.opens and row.opens[0] == "work_order"]
    assert orders
    assert {row.amount for row in orders} == {None}


def test_a_new_order_starts_from_the_asset(qtbot: QtBot, room_of: RoomOf, asset_id: int) -> None:
    page = opened(qtbot, AssetPage(room_of("desk").context, asset_id))
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_N, both)
    assert asked.args == ["work_order", {"values": {"asset_id": asset_id}}]
    clerks = opened(qtbot, AssetPage(room_of("clerk").context, asset_id))
    assert not clerks.order_button.isVisible()


def test_a_reference_opens_its_record(qtbot: QtBot, room_of: RoomOf, asset_id: int) -> None:
    page = opened(qtbot, AssetPage(room_of("desk").context, asset_id))
    site = page.editors["site_id"].widget
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as asked:
        QTest.mouseDClick(site, Qt.MouseButton.LeftButton)
    assert asked.args[0] == "site"
    site.setFocus()
    with qtbot.waitSignal(page.open_requested, timeout=2_000) as again:
        press(qtbot, page, Qt.Key.Key_Return)
    assert again.args == asked.args


def test_a_reference_that_nobody_has_is_refused_at_its_field(qtbot: QtBot, room_of: RoomOf, asset_id: int) -> None:
    page = opened(qtbot, AssetPage(room_of("desk").context, asset_id))
    type_into(qtbot, page.editors["supplier_id"].widget, "zzz-nobody")
    press(qtbot, page, Qt.Key.Key_S)
    assert page.fields["supplier_id"].is_wrong()
    assert "zzz-nobody" in page.fields["supplier_id"].message()


def test_what_is_typed_over_a_reference_is_never_saved_as_the_old_one(
    qtbot: QtBot, room_of: RoomOf, asset_id: int
) -> None:
    page = opened(qtbot, AssetPage(room_of("desk").context, asset_id))
    type_into(qtbot, page.editors["site_id"].widget, "elsewhere")
    press(qtbot, page, Qt.Key.Key_S)
    assert page.fields["site_id"].is_wrong()
    assert page.dirty()


def test_enter_on_a_typed_code_shows_what_is_found_and_takes_it(qtbot: QtBot, room_of: RoomOf, asset_id: int) -> None:
    room = room_of("desk")
    code = str(one(room.context.database, "select max(code) from erp.party where is_supplier"))
    page = opened(qtbot, AssetPage(room.context, asset_id))
    supplier = page.editors["supplier_id"].widget
    type_into(qtbot, supplier, code)
    qtbot.keyClick(supplier, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(supplier.offered()) == 1, timeout=10_000)
    qtbot.keyClick(supplier, Qt.Key.Key_Return)
    assert supplier.value().code == code
    qtbot.keyClick(supplier, Qt.Key.Key_Return)
    assert not supplier.hasFocus()


def test_labels_and_help_follow_the_language(qtbot: QtBot, room_of: RoomOf, asset_id: int) -> None:
    page = opened(qtbot, AssetPage(room_of("desk").context, asset_id))
    assert page.fields["serial_number"].editor.property("dictionary") == "asset.serial_number"
    english = page.fields["serial_number"].label.full_text()
    set_language("zh")
    page.retranslate()
    qtbot.waitUntil(lambda: page.fields["serial_number"].label.full_text() != english, timeout=10_000)
    assert not page.fields["serial_number"].label.full_text().isascii()


def test_ctrl_p_prints_the_label(qtbot: QtBot, room_of: RoomOf, asset_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(papers, "open_file", shown.append)
    page = opened(qtbot, AssetPage(room_of("desk").context, asset_id))
    press(qtbot, page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(shown), timeout=10_000)
    with pypdfium2.PdfDocument(shown[0].toLocalFile()) as document:
        words = document[0].get_textpage().get_text_bounded()
    assert page.record is not None
    assert str(page.record.values["code"]) in words
