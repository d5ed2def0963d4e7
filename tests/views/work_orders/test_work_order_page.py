"""The work order form by keys: steps, checklist, hours, closed orders, paper."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db.session import Database
from desktop.views.work_orders.work_order_page import WorkOrderPage
from desktop.widgets import papers
from tests.form_fixtures import Room, one, opened, press, type_into

RoomOf = Callable[[str], Room]


@pytest.fixture
def working(owner: Database) -> int:
    """An order of the engineer who logs in, at work, with steps."""
    with owner.write() as session:
        order_id = session.execute(text("""
            select w.id from erp.work_order w
            join erp.org_unit_closure c on c.descendant_id = w.org_unit_id
            join erp.org_unit u on u.id = c.ancestor_id and u.code = 'SUZ'
            where w.state in ('dispatched', 'working')
              and exists (select 1 from erp.work_order_step s where s.work_order_id = w.id and not s.done)
            order by w.state desc, w.id limit 1
        """)).scalar_one()  # fmt: skip
        session.execute(
            text("update erp.work_order set engineer_id = (select e.id from erp.engineer e join erp.app_user u"
                 " on u.id = e.user_id where u.user_name = 'engineer') where id = :id"),
            {"id": order_id},
        )  # fmt: skip
    return int(order_id)


def test_an_engineer_ticks_a_step_by_keyboard(qtbot: QtBot, room_of: RoomOf, owner: Database, working: int) -> None:
    page = opened(qtbot, WorkOrderPage(room_of("engineer").context, working))
    done = "select count(*) from erp.work_order_step where work_order_id = :id and done and done_by is not null"
    before = one(owner, done, id=working)
    box = next(each for each in page.checklist.findChildren(QCheckBox) if not each.isChecked())
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: one(owner, done, id=working) == before + 1, timeout=10_000)


def test_hours_go_in_without_leaving_the_form(qtbot: QtBot, room_of: RoomOf, owner: Database, working: int) -> None:
    page = opened(qtbot, WorkOrderPage(room_of("engineer").context, working))
    hours = page.hours
    assert hours.engineer.value() is not None
    for widget, words in ((hours.day, "2031-03-02"), (hours.starts, "0830"), (hours.ends, "8:15"), (hours.km, "12,5x")):
        type_into(qtbot, widget, words)
    qtbot.keyClick(hours.note, Qt.Key.Key_Return)
    assert hours.fields["km"][0].is_wrong()
    type_into(qtbot, hours.km, "12.5")
    type_into(qtbot, hours.ends, "1030")
    qtbot.keyClick(hours.note, Qt.Key.Key_Return)
    query = "select count(*) from erp.labour where work_order_id = :id and lower(period) > '2031-03-01'"
    qtbot.waitUntil(lambda: one(owner, query, id=working) == 1, timeout=10_000)
    travelled = "select max(distance_km) from erp.travel where work_order_id = :id"
    qtbot.waitUntil(lambda: bool(one(owner, travelled, id=working)), timeout=10_000)
    qtbot.waitUntil(lambda: not hours.starts.text(), timeout=10_000)
    type_into(qtbot, hours.day, "2031-03-02")
    type_into(qtbot, hours.starts, "0900")
    type_into(qtbot, hours.ends, "0930")
    qtbot.keyClick(hours.note, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: hours.fields["starts"][0].is_wrong(), timeout=10_000)
    assert hours.starts.text() == "0900"


def test_a_closed_order_is_read_and_reopened(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("desk")
    order_id = int(one(room.context.database, "select min(id) from erp.work_order where state = 'closed'"
                       " and org_unit_id = any (erp.my_write_units())"))  # fmt: skip
    page = opened(qtbot, WorkOrderPage(room.context, order_id))
    assert not page.save_button.isVisible()
    assert page.editors["title"].widget.isReadOnly()
    assert not page.tables["parts"].add.isVisible()
    assert not page.hours.entry.isVisible()
    assert set(page.steps.buttons()) == {"approved"}
    qtbot.mouseClick(page.steps.buttons()["approved"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.save_button.isVisible(), timeout=10_000)
    assert one(owner, "select state from erp.work_order where id = :id", id=order_id) == "approved"
    assert not page.editors["title"].widget.isReadOnly()


def test_a_new_order_of_an_asset_by_keys(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    room = room_of("desk")
    asset = int(one(room.context.database, "select min(id) from erp.asset where site_id is not null"))
    page = opened(qtbot, WorkOrderPage(room.context, None, {"asset_id": asset}))
    assert not page.dirty()
    assert page.editors["priority"].widget.currentData() == "P3"
    assert page.editors["asset_id"].widget.value().id == asset
    title = page.editors["title"].widget
    assert title.hasFocus()
    press(qtbot, page, Qt.Key.Key_S)
    assert page.fields["title"].is_wrong()
    qtbot.keyClicks(title, "Strange noise")
    qtbot.keyClick(title, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is page.editors["title_zh"].widget
    press(qtbot, page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: page.record_id is not None, timeout=10_000)
    row = "select title || ':' || asset_id || ':' || (customer_id is not null) from erp.work_order where id = :id"
    assert one(owner, row, id=page.record_id) == f"Strange noise:{asset}:true"
    assert page.stands_for(page.record_id, {"values": {"asset_id": asset}})
    assert not page.stands_for({"values": {"asset_id": asset}}, {"values": {"asset_id": asset}})


def test_a_clerk_reads_orders_only(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("clerk")
    order_id = int(one(room.context.database, "select max(id) from erp.work_order where state = 'planned'"))
    page = opened(qtbot, WorkOrderPage(room.context, order_id))
    assert not page.save_button.isVisible()
    assert not page.steps.buttons()
    assert page.editors["title"].widget.isReadOnly()


def test_ctrl_p_prints_the_order(qtbot: QtBot, room_of: RoomOf, working: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(papers, "open_file", shown.append)
    page = opened(qtbot, WorkOrderPage(room_of("planner").context, working))
    press(qtbot, page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(shown), timeout=10_000)
    with pypdfium2.PdfDocument(shown[0].toLocalFile()) as document:
        words = document[0].get_textpage().get_text_bounded()
    assert page.record is not None
    assert str(page.record.values["number"]) in words


def test_the_parts_of_an_order_say_whether_they_will_be_there_and_are_set_aside(
    qtbot: QtBot, room_of: RoomOf, owner: Database
) -> None:
    with owner.write() as session:
        order_id, item = session.execute(text("""
            select w.id, b.item_id from erp.work_order w
            join erp.org_unit_closure c on c.descendant_id = w.org_unit_id
            join erp.org_unit u on u.id = c.ancestor_id and u.code = 'SUZ'
            cross join lateral (
                select s.item_id from erp.stock_balance s
                join erp.org_unit_closure x on x.descendant_id = s.org_unit_id and x.ancestor_id = u.id
                join erp.stock_location l on l.id = s.location_id and l.kind = 'bin'
                where s.quantity - s.reserved >= 2 and s.condition = 'good' and not exists (
                    select from erp.work_order_part p join erp.work_order o on o.id = p.work_order_id
                    where p.item_id = s.item_id and o.state not in ('closed', 'cancelled', 'done', 'confirmed'))
                limit 1) b
            where w.state = 'planned' and not exists (select from erp.work_order_part p where p.work_order_id = w.id)
            order by w.id limit 1
        """)).one()  # fmt: skip
        session.execute(
            text("insert into erp.work_order_part (work_order_id, item_id, quantity) values (:order, :item, 2)"),
            {"order": order_id, "item": item},
        )
    page = opened(qtbot, WorkOrderPage(room_of("planner").context, order_id))
    assert page.parts.isVisible() and page.parts.chip.text() == "Parts ready"
    page.parts.button.setFocus()
    qtbot.keyClick(page.parts.button, Qt.Key.Key_Space)
    kept = "select coalesce(sum(quantity), 0) from erp.reservation where work_order_id = :id and state = 'open'"
    qtbot.waitUntil(lambda: one(owner, kept, id=order_id) == 2, timeout=10_000)
    qtbot.waitUntil(lambda: not page.parts.button.isVisible(), timeout=10_000)
