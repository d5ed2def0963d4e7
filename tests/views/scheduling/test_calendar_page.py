"""The calendar page with real events and a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.changes import Changes
from desktop.domain.scheduling import Booking, Placement
from desktop.domain.text import in_language
from desktop.views.scheduling.calendar_page import CalendarPage
from desktop.views.scheduling.dates import day_of, month_text, range_text
from desktop.widgets.theme import set_language
from tests.views.scheduling.conftest import DAY, NOW, Desk, clock
from tests.views.scheduling.test_board_page import send_move, stored

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
KEPT: list[QWidget] = []


@pytest.fixture
def booked(desk: Desk) -> list[Booking]:
    """Two jobs of the first engineer who may do anything, one of another."""
    world = desk.world
    return [
        desk.elsewhere(world.orders[2], world.engineers[2], 9, 11),
        desk.elsewhere(world.orders[3], world.engineers[2], 13, 15),
        desk.elsewhere(world.orders[4], world.engineers[3], 9, 10),
    ]


@pytest.fixture
def page(desk: Desk, booked: list[Booking], qtbot: QtBot, quiet: Callable[[], None]) -> CalendarPage:
    made = CalendarPage(desk.context, DAY, clock=lambda: NOW)
    KEPT[:] = [made]
    qtbot.addWidget(made)
    made.resize(1294, 680)
    made.show()
    qtbot.waitExposed(made)
    made.refresh()
    qtbot.waitUntil(lambda: len(made.model.plan.bookings) == 3, timeout=10_000)
    quiet()
    return made


def test_a_week_with_its_jobs_load_and_engineers(page: CalendarPage) -> None:
    assert page.range_label.text() == "23 to 29 Nov 2026, week 48"
    assert page.jobs.text() == "3 jobs"
    assert page.load.text() == "5 / 200 h"
    assert page.engineer_count.text() == "5 / 5"
    assert page.week.hasFocus()


def test_a_drag_moves_in_the_database_and_undo_takes_it_back(
    page: CalendarPage, desk: Desk, booked: list[Booking], qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    order = desk.world.orders[3]
    week = page.week
    start = week.rect_of(page.model.plan.bookings[booked[1].id]).center().toPoint()
    grid = week.grid()
    end = start + QPoint(round(grid.left(2) - grid.left(1)), round(grid.per_hour))
    QTest.mousePress(week, Qt.MouseButton.LeftButton, pos=start)
    send_move(week, start + QPoint(0, 12))
    send_move(week, end)
    QTest.mouseRelease(week, Qt.MouseButton.LeftButton, pos=end)
    next_day = DAY + timedelta(days=1)
    there = Placement(desk.world.engineers[2], clock(14, next_day), clock(16, next_day))
    qtbot.waitUntil(lambda: stored(desk)[order] == there)
    quiet()
    qtbot.keyClick(page, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: stored(desk)[order] == booked[1].placement)
    quiet()


def test_a_double_booking_is_refused_and_put_back(
    page: CalendarPage, desk: Desk, booked: list[Booking], qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    page.week.select(booked[1].id)
    for _ in range(16):
        qtbot.keyClick(page.week, Key.Key_Up, CTRL)
    assert page.week.card.headline() == "Not possible here"
    qtbot.keyClick(page.week, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.toasts.said))
    assert desk.toasts.said[-1][1] == "Tang Yi is already booked at that time: WO-2611-0503 Job 3."
    assert page.week.flashing() == {booked[0].id, booked[1].id}
    quiet()
    assert page.model.plan.bookings[booked[1].id].placement == booked[1].placement


def test_unticking_an_engineer_hides_his_jobs(page: CalendarPage, desk: Desk) -> None:
    row = desk.world.engineers.index(desk.world.engineers[2])
    QTest.mouseClick(page.engineers, Qt.MouseButton.LeftButton, pos=QPoint(7, row * 24 + 10))
    assert page.jobs.text() == "1 job"
    assert page.engineer_count.text() == "4 / 5"
    assert page.state()["engineers"] == [key for key in desk.world.engineers if key != desk.world.engineers[2]]


def test_day_week_and_month_and_the_small_month(page: CalendarPage, qtbot: QtBot, quiet: Callable[[], None]) -> None:
    buttons = {button.segment.key: button for button in page.span._buttons()}
    QTest.mouseClick(buttons["month"], Qt.MouseButton.LeftButton)
    assert page.range_label.text() == "November 2026"
    assert page.stack.currentWidget() is page.month
    QTest.mouseClick(page.later, Qt.MouseButton.LeftButton)
    assert page.range_label.text() == "December 2026"
    QTest.mouseClick(buttons["day"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.mini, Qt.MouseButton.LeftButton, pos=page.mini.cell(date(2026, 12, 9)).center())
    assert page.range_label.text() == "Wed 9 Dec 2026"
    QTest.mouseClick(page.today_button, Qt.MouseButton.LeftButton)
    assert page.range_label.text() == "Tue 24 Nov 2026"
    quiet()


def test_others_moves_appear(page: CalendarPage, desk: Desk, booked: list[Booking], qtbot: QtBot) -> None:
    there = desk.move_elsewhere(booked[2], desk.world.engineers[4], 14, 15)
    desk.context.bus.publish(Changes.of(booking=[there.id]))
    qtbot.waitUntil(lambda: page.model.plan.bookings[there.id].placement == there.placement)
    mark = page.model.mark(there.id)
    assert mark is not None and mark.name == "He Lan"


def test_enter_opens_the_order(page: CalendarPage, desk: Desk, booked: list[Booking], qtbot: QtBot) -> None:
    page.week.select(booked[0].id)
    with qtbot.waitSignal(page.open_requested) as caught:
        qtbot.keyClick(page.week, Key.Key_Return)
    assert caught.args == ["work_order", desk.world.orders[2]]


def test_it_speaks_chinese_at_once(page: CalendarPage) -> None:
    set_language("zh")
    assert page.title() == "保养日历"
    assert page.range_label.text() == "2026-11-23 至 11-29，第 48 周"
    assert page.jobs.text() == "3 单"
    assert page.mini_title.text() == "2026 年 11 月"


def test_ranges_in_words() -> None:
    assert range_text(date(2026, 11, 30), 7) == "30 Nov to 6 Dec 2026, week 49"
    assert range_text(date(2026, 12, 28), 7) == "28 Dec 2026 to 3 Jan 2027, week 53"
    assert range_text(date(2026, 11, 24), 3) == "24 to 26 Nov 2026"
    assert month_text(date(2026, 2, 3)) == "February 2026"
    with in_language("zh"):
        assert range_text(date(2026, 12, 28), 7) == "2026-12-28 至 2027-01-03，第 53 周"
        assert range_text(date(2026, 11, 24), 1) == "2026-11-24 周二"


def test_a_page_is_opened_for_a_day_in_either_form() -> None:
    assert day_of("2026-11-24") == day_of(DAY) == DAY
    assert day_of(None) is day_of("tomorrow") is day_of(7) is None
