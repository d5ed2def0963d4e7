"""Turnover by warehouse and the classification over a chosen period, by their keys."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from db.session import Database
from desktop.views.stock.abc_page import AbcPage
from desktop.views.stock.kpi_target_page import KpiTargetPage
from desktop.views.stock.turnover_page import TurnoverPage
from desktop.widgets.lookup import LookupField
from desktop.widgets.page import Page
from tests.form_fixtures import Room, one, press
from tests.rooms import show

RoomOf = Callable[[str], Room]


def shown(qtbot: QtBot, page: Page, ready: Callable[[], Any]) -> None:
    page.refresh()
    show(qtbot, page)
    qtbot.waitUntil(lambda: bool(ready()), timeout=20_000)


def test_warehouses_and_months_are_those_of_the_table(qtbot: QtBot, room_of: RoomOf) -> None:
    room = room_of("manager")
    page = TurnoverPage(room.context)
    shown(qtbot, page, page.current)
    manager = room.context.database
    stocked = "select count(distinct org_unit_id) from erp.stock_turnover where closing <> 0 or opening <> 0"
    units = one(manager, stocked)
    assert len(page.table.rows()) == units + 1 > 2
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    first = page.current()[-1]
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    last = page.current()[-1]
    assert last.unit_id != first.unit_id
    turns = "select turns from erp.stock_turnover where org_unit_id = :unit and month = :month"
    assert last.turns == one(manager, turns, unit=last.unit_id, month=last.month)
    assert page.turns_line.values[-1] == float(last.turns or 0)
    assert page.turns_line.target is not None and page.turns_line.target.value == 4.0
    assert page.days_line.target is not None and round(page.days_line.target.value, 2) == round(365 / 4, 2)
    slow = [value for value in page.days_line.values if value is not None and value > 365 / 4]
    assert all(page.days_line.missed(value) for value in slow)
    asked: list[tuple[str, Any]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert asked[0][0] == "stock_turnover" and asked[0][1]["condition"]["values"] == [last.unit]


def test_all_warehouses_together_come_first_from_sums(qtbot: QtBot, room_of: RoomOf) -> None:
    """Of a year's consumption over a year's stock: the mean of the rates would be another figure, and is not shown."""
    room = room_of("manager")
    page = TurnoverPage(room.context)
    shown(qtbot, page, page.current)
    manager = room.context.database
    last = page.current()[-1]
    assert page.table.rows()[0].cells["unit"].text == "All warehouses"
    newest = "select max(month) from erp.stock_turnover"
    assert last.month == one(manager, newest)
    summed = "select round(sum(consumed_12) / sum(average_12), 4) from erp.stock_turnover where month = :month"
    closing = "select sum(closing) from erp.stock_turnover where month = :month"
    mean = "select round(avg(turns), 4) from erp.stock_turnover where month = :month"
    young = "select count(*) from (select 1 from erp.stock_turnover group by org_unit_id having count(*) < 12) x"
    if one(manager, young) == 0:
        assert last.turns == one(manager, summed, month=last.month)
    assert last.turns != one(manager, mean, month=last.month)
    assert last.closing == one(manager, closing, month=last.month)
    assert page.turns_line.values[-1] == float(last.turns or 0)
    assert page.turns_line.target is not None and page.turns_line.target.value == 4.0
    asked: list[tuple[str, Any]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert asked == [("stock_turnover", None)]


def test_a_target_is_written_by_the_form(qtbot: QtBot, room_of: RoomOf, owner: Database) -> None:
    page = KpiTargetPage(room_of("manager").context)
    shown(qtbot, page, lambda: page.record is not None)
    figure = page.editors["kpi"].widget
    figure.setFocus()
    qtbot.keyClick(figure, Qt.Key.Key_Down)
    unit = page.editors["org_unit_id"].widget
    assert isinstance(unit, LookupField)
    code = one(owner, "select code from erp.org_unit where kind = 'warehouse' order by id limit 1")
    unit.setFocus()
    unit.selectAll()
    qtbot.keyClicks(unit, code)
    qtbot.waitUntil(unit.is_open, timeout=10_000)
    qtbot.keyClick(unit, Qt.Key.Key_Return)
    target = page.editors["target"].widget
    assert isinstance(target, QLineEdit)
    target.setFocus()
    target.selectAll()
    qtbot.keyClicks(target, "6.5")
    press(qtbot, page, Qt.Key.Key_S)
    wanted = (
        "select count(*) from erp.kpi_target k join erp.org_unit u on u.id = k.org_unit_id"
        " where u.code = :code and k.target = 6.5"
    )
    qtbot.waitUntil(lambda: one(owner, wanted, code=code) == 1, timeout=10_000)


@pytest.fixture
def classified(qtbot: QtBot, room_of: RoomOf) -> tuple[Room, AbcPage]:
    room = room_of("manager")
    page = AbcPage(room.context, one(room.context.database, "select max(id) from erp.abc_run"))
    shown(qtbot, page, lambda: page.found is not None)
    return room, page


def test_another_period_and_other_cut_offs_are_tried(
    qtbot: QtBot, classified: tuple[Room, AbcPage], owner: Database
) -> None:
    _, page = classified
    asked: list[tuple[str, Any]] = []
    page.open_requested.connect(lambda key, args: asked.append((key, args)))
    for field, words in ((page.months, "6"), (page.cut_a, "55"), (page.cut_b, "70"), (page.cut_x, "0.25")):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, words)
    qtbot.keyClick(page.cut_x, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked), timeout=10_000)
    run = asked[0][1]
    made = "select array[months, abc_a * 100, abc_b * 100, xyz_x * 100] from erp.abc_run where id = :id"
    kept = one(owner, made, id=run)
    assert [int(each) for each in kept] == [6, 55, 70, 25]
    again = AbcPage(page.context, run)
    shown(qtbot, again, lambda: again.found is not None)
    assert again.found is not None and again.found.changed == len(again.found.changes) > 0
    moved = "select count(*) from erp.abc_run_line where abc_run_id = :id and abc_old is distinct from abc_new"
    assert len(again.changes.rows()) == one(owner, moved, id=run)
    assert all(row.cells["was"].text != row.cells["becomes"].text for row in again.changes.rows())
    qtbot.keyClick(again, Qt.Key.Key_F9)
    state = "select state from erp.abc_run where id = :id"
    qtbot.waitUntil(lambda: one(owner, state, id=run) == "applied", timeout=10_000)
    wrong = (
        "select count(*) from erp.abc_run_line l join erp.item i on i.id = l.item_id"
        " where l.abc_run_id = :id and i.abc_class <> l.abc_new"
    )
    assert one(owner, wrong, id=run) == 0


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [("months", "2", "from 3 to 60"), ("until", "soon", "like 2026-10"), ("cut_a", "much", "percentages")],
)
def test_what_makes_no_sense_is_said_at_its_field(
    qtbot: QtBot, classified: tuple[Room, AbcPage], owner: Database, name: str, typed: str, said: str
) -> None:
    room, page = classified
    before = one(owner, "select count(*) from erp.abc_run")
    field = getattr(page, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said in room.toasts[-1][1]
    assert field.hasFocus() and field.selectedText() == typed
    assert one(owner, "select count(*) from erp.abc_run") == before


def test_the_database_refuses_cut_offs_out_of_order(
    qtbot: QtBot, classified: tuple[Room, AbcPage], owner: Database
) -> None:
    room, page = classified
    for field, words in ((page.cut_a, "90"), (page.cut_b, "80")):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, words)
    qtbot.keyClick(page.cut_b, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(room.toasts), timeout=10_000)
    assert room.toasts[-1][0] == "danger"
    assert Decimal(page.cut_a.text() or 0) >= 0
