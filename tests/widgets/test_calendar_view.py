"""Day, week and month of the calendar under mouse and keyboard."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.scheduling import Booking, Placement
from desktop.widgets.calendar_base import CalendarBase, Shown
from desktop.widgets.calendar_layout import DayGrid, month_weeks, pieces, stack
from desktop.widgets.calendar_month import MonthView
from desktop.widgets.calendar_side import MiniMonth, Ticks
from desktop.widgets.calendar_view import CalendarView
from desktop.widgets.theme import apply_theme, set_language
from tests.scheduling_plan import DAY, LI, NOW, WANG, ZONE, clock, job, model
from tests.widgets.conftest import KEPT

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def shown(view: CalendarBase, qtbot: QtBot) -> None:
    KEPT.append(view)
    qtbot.addWidget(view)
    view.resize(1078, 600)
    view.show()
    qtbot.waitExposed(view)
    view.set_day(DAY)
    view.setFocus()


@pytest.fixture
def week(qtbot: QtBot) -> CalendarView:
    view = CalendarView(model(), clock=lambda: NOW)
    shown(view, qtbot)
    return view


@pytest.fixture
def month(qtbot: QtBot) -> MonthView:
    view = MonthView(model(), clock=lambda: NOW)
    shown(view, qtbot)
    view.resize(1078, 800)
    return view


def move(widget: QWidget, pos: QPoint) -> None:
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(pos), widget.mapToGlobal(QPointF(pos)), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def drag(view: CalendarBase, qtbot: QtBot, start: QPoint, end: QPoint) -> Placement:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    move(view, start + QPoint(0, 12))
    move(view, end)
    assert view.drag is not None
    with qtbot.waitSignal(view.moves_requested) as caught:
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    after: Placement = caught.args[0][0].after
    return after


def centre(view: CalendarBase, key: int) -> QPoint:
    return view.rect_of(view.model.plan.bookings[key]).center().toPoint()


def test_a_job_is_dragged_to_another_day_and_time(week: CalendarView, qtbot: QtBot) -> None:
    grid = week.grid()
    end = centre(week, 12) + QPoint(round(grid.left(3) - grid.left(1)), -round(2 * grid.per_hour))
    thursday = DAY + timedelta(days=2)
    assert drag(week, qtbot, centre(week, 12), end) == Placement(WANG, clock(11, thursday), clock(13, thursday))


def test_the_lower_edge_changes_the_length(week: CalendarView, qtbot: QtBot) -> None:
    box = week.rect_of(week.model.plan.bookings[12])
    start = QPoint(round(box.center().x()), round(box.bottom()) - 2)
    end = start + QPoint(0, round(week.grid().per_hour) + 1)
    assert drag(week, qtbot, start, end) == Placement(WANG, clock(13), clock(16))


def test_the_card_judges_while_dragging_and_escape_cancels(week: CalendarView, qtbot: QtBot) -> None:
    start = centre(week, 12)
    QTest.mousePress(week, Qt.MouseButton.LeftButton, pos=start)
    move(week, start - QPoint(0, round(4 * week.grid().per_hour)))
    assert week.drag is not None and week.drag.tone == "danger"
    assert week.card.headline() == "Not possible here"
    qtbot.keyClick(week, Key.Key_Escape)
    assert week.drag is None and not week.card.isVisible()
    with qtbot.assertNotEmitted(week.moves_requested):
        QTest.mouseRelease(week, Qt.MouseButton.LeftButton, pos=start)


def test_keys_walk_move_by_quarters_and_days_and_place(week: CalendarView, qtbot: QtBot) -> None:
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Right):
        qtbot.keyClick(week, key)
    assert week.selected == 15
    qtbot.keyClick(week, Key.Key_Down, CTRL)
    qtbot.keyClick(week, Key.Key_Right, CTRL)
    qtbot.keyClick(week, Key.Key_Down, SHIFT)
    with qtbot.waitSignal(week.moves_requested) as caught:
        qtbot.keyClick(week, Key.Key_Return)
    thursday = DAY + timedelta(days=2)
    assert caught.args[0][0].after == Placement(WANG, clock(9.25, thursday), clock(11.5, thursday))


def test_enter_and_double_click_open_and_pages_turn(week: CalendarView, qtbot: QtBot) -> None:
    week.select(13)
    with qtbot.waitSignal(week.open_requested) as caught:
        qtbot.keyClick(week, Key.Key_Return)
    assert caught.args == [488]
    with qtbot.waitSignal(week.open_requested):
        QTest.mouseDClick(week, Qt.MouseButton.LeftButton, pos=centre(week, 13))
    with qtbot.waitSignal(week.step_requested) as caught:
        qtbot.keyClick(week, Key.Key_PageDown)
    assert caught.args == [1]


def test_filters_hide_engineers_and_kinds(week: CalendarView) -> None:
    assert {b.id for b in week.bookings()} == {11, 12, 13, 14, 15}
    week.set_shown(Shown(frozenset({LI})))
    assert {b.id for b in week.bookings()} == {13, 14}
    week.set_shown(Shown(tentative=False, done=False))
    assert {b.id for b in week.bookings()} == {12, 13, 15}


def test_leave_stands_in_the_all_day_row_until_it_is_hidden(week: CalendarView) -> None:
    assert [bar[0] for bar in week._all_day] == ["Tang Yi: Annual leave to 24 Nov"]
    week.set_shown(Shown(leave=False))
    assert week._all_day == []


def test_overlapping_jobs_stand_side_by_side(week: CalendarView) -> None:
    week.model.plan.put(Booking(20, WANG, clock(14), clock(16), hard=False, job=job(600)))
    week.relayout()
    boxes = [week.rect_of(week.model.plan.bookings[key]) for key in (12, 14, 20)]
    for i, a in enumerate(boxes):
        assert not any(a.intersects(b) for b in boxes[:i])


def test_an_early_or_late_job_widens_the_hours(week: CalendarView) -> None:
    assert (week.grid().opening, week.grid().closing) == (7, 19)
    week.model.plan.put(Booking(20, WANG, clock(20), clock(21.5), job=job(600)))
    week.relayout()
    assert (week.grid().opening, week.grid().closing) == (7, 22)
    assert week.rect_of(week.model.plan.bookings[20]).bottom() <= week.height()


def test_the_same_picture_never_comes_from_another_theme_or_language(week: CalendarView, qapp: QApplication) -> None:
    pictures = []
    for theme, spoken in (("light", "en"), ("light", "zh"), ("dark", "en"), ("dark", "zh")):
        apply_theme(qapp, theme)  # type: ignore[arg-type]
        set_language(spoken)  # type: ignore[arg-type]
        pictures.append(week.grab().toImage())
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[:i])


def test_a_month_moves_jobs_by_days_at_the_same_hour(month: MonthView, qtbot: QtBot) -> None:
    friday = DAY + timedelta(days=3)
    end = month.cell(friday).center().toPoint()
    assert drag(month, qtbot, centre(month, 12), end) == Placement(WANG, clock(13, friday), clock(15, friday))


def test_a_month_by_keys(month: MonthView, qtbot: QtBot) -> None:
    month.select(12)
    qtbot.keyClick(month, Key.Key_Right, CTRL)
    qtbot.keyClick(month, Key.Key_Up, CTRL)
    with qtbot.waitSignal(month.moves_requested) as caught:
        qtbot.keyClick(month, Key.Key_Return)
    day = DAY - timedelta(days=6)
    assert caught.args[0][0].after == Placement(WANG, clock(13, day), clock(15, day))


def test_a_full_day_says_how_many_more_and_opens(month: MonthView, qtbot: QtBot) -> None:
    for number in range(12):
        month.model.plan.put(Booking(100 + number, WANG, clock(8) + number, clock(9), job=job(700 + number)))
    month.relayout()
    drawn, more = month._visible(DAY)
    assert len(drawn) + more == 16 and more > 0
    with qtbot.waitSignal(month.day_requested) as caught:
        QTest.mouseDClick(month, Qt.MouseButton.LeftButton, pos=month.cell(DAY).topLeft().toPoint() + QPoint(60, 8))
    assert caught.args == [DAY]


def test_the_small_month_jumps_by_click_and_keys(qtbot: QtBot) -> None:
    mini = MiniMonth(lambda: DAY)
    KEPT.append(mini)
    qtbot.addWidget(mini)
    mini.resize(184, 168)
    mini.show()
    mini.show_range(date(2026, 11, 23), date(2026, 11, 29))
    with qtbot.waitSignal(mini.chosen) as caught:
        QTest.mouseClick(mini, Qt.MouseButton.LeftButton, pos=mini.cell(date(2026, 11, 12)).center())
    assert caught.args == [date(2026, 11, 12)]
    mini.setFocus()
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Down):
        qtbot.keyClick(mini, key)
    assert mini.month == date(2026, 12, 1)
    with qtbot.waitSignal(mini.chosen) as caught:
        qtbot.keyClick(mini, Key.Key_Return)
    assert caught.args == [date(2026, 12, 3)]


def test_ticks_by_mouse_and_space(qtbot: QtBot) -> None:
    ticks = Ticks()
    KEPT.append(ticks)
    qtbot.addWidget(ticks)
    ticks.set_rows([(1, "chart.1", "Wang Jun", "8 h"), (2, "chart.2", "Li Tong", "6 h")], {1, 2})
    ticks.resize(184, 48)
    ticks.show()
    QTest.mouseClick(ticks, Qt.MouseButton.LeftButton, pos=QPoint(7, 10))
    assert ticks.ticked() == {2}
    ticks.setFocus()
    qtbot.keyClick(ticks, Key.Key_Down)
    qtbot.keyClick(ticks, Key.Key_Space)
    assert ticks.ticked() == set()
    assert "Li Tong" in ticks.accessibleDescription()


# Layout without a widget


def test_a_month_shows_whole_weeks() -> None:
    assert month_weeks(date(2026, 11, 24)) == [date(2026, 10, 26) + timedelta(days=7 * n) for n in range(6)]
    assert month_weeks(date(2027, 2, 1)) == [date(2027, 2, 1) + timedelta(days=7 * n) for n in range(4)]


@given(st.integers(0, 6), st.integers(0, 47))
def test_a_point_of_the_grid_is_the_time_drawn_there(day: int, half_hour: int) -> None:
    grid = DayGrid(ZONE, date(2026, 11, 23), 7, 1078, 720)
    hours = grid.opening + half_hour / 4
    x = (grid.left(day) + grid.left(day + 1)) / 2
    assert grid.index(x) == day
    assert grid.instant(day, grid.y(hours)) == clock(hours, grid.day(day))


def test_a_night_job_is_cut_at_midnight() -> None:
    grid = DayGrid(ZONE, DAY, 2, 800, 720)
    night = Booking(1, WANG, clock(22), clock(30), job=job(1))
    assert [(p.day, p.start, p.end, p.first, p.last) for p in pieces(grid, [night])] == [
        (0, 22.0, 24.0, True, False),
        (1, 0.0, 6.0, False, True),
    ]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (min(p), max(p))), max_size=10))
def test_all_day_bars_never_cover_each_other(spans: list[tuple[int, int]]) -> None:
    rows = stack(spans)
    for i, (first, last) in enumerate(spans):
        for j in range(i):
            if rows[i] == rows[j]:
                assert last < spans[j][0] or spans[j][1] < first
