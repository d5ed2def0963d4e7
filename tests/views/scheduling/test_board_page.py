"""The planner's story on the board, with real events and a real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.changes import Changes
from desktop.domain.scheduling import Booking, Placement
from desktop.operations import bookings
from desktop.views.scheduling.board_page import BoardPage
from desktop.views.scheduling.plan_desk import OTHERS
from desktop.widgets.theme import set_language
from tests.views.scheduling.conftest import DAY, NOW, Desk, clock

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
KEPT: list[QWidget] = []


@pytest.fixture
def page(desk: Desk, qtbot: QtBot, quiet: Callable[[], None]) -> BoardPage:
    made = BoardPage(desk.context, DAY, clock=lambda: NOW)
    KEPT[:] = [made]
    qtbot.addWidget(made)
    made.resize(1294, 680)
    made.show()
    qtbot.waitExposed(made)
    made.refresh()
    settle(made, qtbot, quiet)
    return made


def settle(page: BoardPage, qtbot: QtBot, quiet: Callable[[], None]) -> None:
    """Everything is read that is in view."""
    qtbot.waitUntil(lambda: page.desk.crew is not None, timeout=10_000)
    qtbot.waitUntil(lambda: page.desk.is_loaded(*page.gantt.range()), timeout=10_000)
    quiet()


def spot(page: BoardPage, lane_id: int, hours: float) -> QPoint:
    gantt = page.gantt
    return QPoint(round(gantt.visible().x(clock(hours))), gantt.lane_rect(lane_id).center().y())


def send_move(widget: QWidget, pos: QPoint) -> None:
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(pos), widget.mapToGlobal(QPointF(pos)), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def drag_bar(page: BoardPage, booking: Booking, lane_id: int, hours: float) -> None:
    """Take a bar in its middle and drop its start at `hours` of a lane."""
    port = page.gantt.viewport()
    start = page.gantt.bar_rect(booking).center().toPoint()
    end = spot(page, lane_id, hours + booking.length / 7200)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    send_move(port, start + QPoint(15, 0))
    send_move(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def drag_card(page: BoardPage, order: int, lane_id: int, hours: float) -> None:
    cards, port = page.backlog.list.viewport(), page.gantt.viewport()
    index = [job.id for job in page.backlog.list.jobs()].index(order)
    start = page.backlog.list.card_rect(index).center()
    end = cards.mapFromGlobal(port.mapToGlobal(spot(page, lane_id, hours)))
    QTest.mousePress(cards, Qt.MouseButton.LeftButton, pos=start)
    send_move(cards, start + QPoint(20, 0))
    send_move(cards, end)
    QTest.mouseRelease(cards, Qt.MouseButton.LeftButton, pos=end)


def stored(desk: Desk) -> dict[int, Placement]:
    """What the database holds, by work order."""
    found = bookings.read_bookings(desk.colleague, desk.world.engineers, clock(0), clock(24 * 14))
    return {b.job.id: b.placement for b in found if b.job is not None}


def test_it_opens_with_engineers_backlog_and_todays_bookings(page: BoardPage, desk: Desk) -> None:
    assert [lane.name for lane in page.model.plan.lanes] == ["Wang Jun", "Li Tong", "Tang Yi", "Gu Wei", "Xu Ming"]
    assert len(page.backlog.list.jobs()) == 8
    assert page.range_label.text() == "Tue 24 Nov 2026"
    assert page.branch.text() == "Suzhou East"
    assert page.backlog.list.hasFocus()


def test_a_job_is_dragged_from_the_backlog_moved_and_given_back(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    order, lane = desk.world.orders[2], desk.world.engineers[2]
    drag_card(page, order, lane, 9)
    qtbot.waitUntil(lambda: order in stored(desk))
    quiet()
    assert stored(desk)[order] == Placement(lane, clock(9), clock(11))
    assert order not in {job.id for job in page.backlog.list.jobs()}
    assert desk.toasts.said[-1] == ("success", "0503 Job 3 placed", "Tang Yi, Tue 24 Nov, 9:00–11:00")
    booking = next(b for b in page.model.plan.bookings.values() if b.job and b.job.id == order)
    drag_bar(page, booking, desk.world.engineers[3], 13)
    qtbot.waitUntil(lambda: stored(desk)[order].lane_id == desk.world.engineers[3])
    quiet()
    assert stored(desk)[order] == Placement(desk.world.engineers[3], clock(13), clock(15))
    page.gantt.select(booking.id)
    page.gantt.setFocus()
    qtbot.keyClick(page.gantt, Key.Key_Delete)
    qtbot.waitUntil(lambda: order not in stored(desk))
    qtbot.waitUntil(lambda: order in {job.id for job in page.backlog.list.jobs()})


def test_enter_finds_the_best_slot_and_enter_again_places(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    desk.elsewhere(desk.world.orders[7], desk.world.engineers[0], 8, 10)
    page.desk.load()
    qtbot.waitUntil(lambda: bool(page.model.plan.bookings))
    quiet()
    qtbot.keyClick(page.backlog.list, Key.Key_Return)
    drag = page.gantt.drag
    assert drag is not None and drag.job.id == desk.world.orders[0]
    assert drag.place == Placement(desk.world.engineers[1], clock(8), clock(10)), "the second has the skill and is free"
    qtbot.keyClick(page.gantt, Key.Key_Return)
    qtbot.waitUntil(lambda: desk.world.orders[0] in stored(desk))
    quiet()


def test_undo_and_redo_go_through_the_database(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    order, lane = desk.world.orders[2], desk.world.engineers[2]
    drag_card(page, order, lane, 9)
    qtbot.waitUntil(lambda: page.undo.isEnabled())
    quiet()
    booking = next(b for b in page.model.plan.bookings.values() if b.job and b.job.id == order)
    drag_bar(page, booking, lane, 14)
    qtbot.waitUntil(lambda: stored(desk)[order].start == clock(14))
    quiet()
    page.gantt.setFocus()
    expected: list[Placement | None] = [Placement(lane, clock(9), clock(11)), None]
    for place in expected:
        qtbot.keyClick(page, Key.Key_Z, CTRL)
        qtbot.waitUntil(lambda place=place: stored(desk).get(order) == place)  # type: ignore[misc]
        quiet()
    assert not page.undo.isEnabled()
    for place in (expected[0], Placement(lane, clock(14), clock(16))):
        qtbot.keyClick(page, Key.Key_Y, CTRL)
        qtbot.waitUntil(lambda place=place: stored(desk).get(order) == place)  # type: ignore[misc]
        quiet()


def test_a_double_booking_that_the_board_does_not_know_of_is_refused_by_the_database(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    order, lane = desk.world.orders[2], desk.world.engineers[2]
    mine = desk.elsewhere(order, desk.world.engineers[3], 9, 11)
    page.desk.load()
    qtbot.waitUntil(lambda: mine.id in page.model.plan.bookings)
    quiet()
    desk.elsewhere(desk.world.orders[4], lane, 9, 11)
    drag_bar(page, page.model.plan.bookings[mine.id], lane, 10)
    qtbot.waitUntil(lambda: bool(desk.toasts.said))
    severity, cause, remedy = desk.toasts.said[-1]
    assert severity == "danger"
    assert cause == "Tang Yi is already booked at that time: WO-2611-0505 Job 5."
    assert remedy.startswith("Choose another time")
    assert mine.id in page.gantt.flashing()
    quiet()
    assert page.model.plan.bookings[mine.id].placement == mine.placement
    assert stored(desk)[order] == mine.placement
    assert not page.undo.isEnabled()


def test_a_red_drop_is_refused_too_and_the_bar_jumps_back(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    first = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    second = desk.elsewhere(desk.world.orders[3], desk.world.engineers[3], 9, 11)
    page.desk.load()
    qtbot.waitUntil(lambda: {first.id, second.id} <= page.model.plan.bookings.keys())
    quiet()
    drag_bar(page, page.model.plan.bookings[second.id], desk.world.engineers[2], 10)
    qtbot.waitUntil(lambda: bool(desk.toasts.said))
    assert page.gantt.flashing() == {first.id, second.id}
    quiet()
    assert page.model.plan.bookings[second.id].placement == second.placement


def test_a_job_that_a_colleague_moved_meanwhile_shows_his_place_and_name(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    booking = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    page.desk.load()
    qtbot.waitUntil(lambda: booking.id in page.model.plan.bookings)
    quiet()
    there = desk.move_elsewhere(booking, desk.world.engineers[4], 13, 15)
    drag_bar(page, page.model.plan.bookings[booking.id], desk.world.engineers[3], 9)
    qtbot.waitUntil(lambda: bool(desk.toasts.said))
    assert "He Lan" in desk.toasts.said[-1][1]
    qtbot.waitUntil(lambda: page.model.plan.bookings[booking.id].placement == there.placement)
    mark = page.model.mark(booking.id)
    assert mark is not None and mark.initials == "HL"


def test_live_moves_of_others_appear_but_wait_for_a_drag(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    booking = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    desk.context.bus.publish(Changes.of(booking=[booking.id]))
    qtbot.waitUntil(lambda: booking.id in page.model.plan.bookings)
    quiet()
    mine = desk.elsewhere(desk.world.orders[3], desk.world.engineers[3], 9, 11)
    desk.context.bus.publish(Changes.of(booking=[mine.id]))
    qtbot.waitUntil(lambda: mine.id in page.model.plan.bookings)
    quiet()
    page.gantt.select(mine.id)
    page.gantt.setFocus()
    qtbot.keyClick(page.gantt, Key.Key_Right, CTRL)
    there = desk.move_elsewhere(booking, desk.world.engineers[4], 13, 15)
    desk.context.bus.publish(Changes.of(booking=[booking.id]))
    qtbot.wait(400)
    assert page.model.plan.bookings[booking.id].placement == booking.placement
    qtbot.keyClick(page.gantt, Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.plan.bookings[booking.id].placement == there.placement)
    mark = page.model.mark(booking.id)
    assert mark is not None and mark.name == "He Lan"
    quiet()


def test_two_boards_race_for_the_same_hour_and_one_wins(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    lane = desk.world.engineers[4]
    other = BoardPage(replace(desk.context, database=desk.colleague), DAY, clock=lambda: NOW)
    KEPT.append(other)
    qtbot.addWidget(other)
    other.resize(1294, 680)
    other.show()
    other.refresh()
    settle(other, qtbot, quiet)
    drag_card(page, desk.world.orders[2], lane, 9)
    drag_card(other, desk.world.orders[3], lane, 10)
    qtbot.waitUntil(lambda: len(desk.toasts.said) >= 2)
    quiet()
    assert sorted(severity for severity, *_ in desk.toasts.said) == ["danger", "success"]
    assert len([b for b in stored(desk).values() if b.lane_id == lane]) == 1


def test_other_units_are_seen_as_busy_only(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    menu = page.branch_menu()
    entry = next(action for action in menu.actions() if action.text() == "Other units (busy times)")
    entry.trigger()
    assert page.desk.unit == OTHERS
    assert [lane.name for lane in page.model.plan.lanes] == ["Fan Bo"]
    assert page.branch.text() == "Other units"
    menu.actions()[0].trigger()
    assert len(page.model.plan.lanes) == 5


def test_double_click_and_enter_open_the_order(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    booking = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    page.desk.load()
    qtbot.waitUntil(lambda: booking.id in page.model.plan.bookings)
    quiet()
    page.gantt.select(booking.id)
    page.gantt.setFocus()
    with qtbot.waitSignal(page.open_requested) as caught:
        qtbot.keyClick(page.gantt, Key.Key_Return)
    assert caught.args == ["work_order", desk.world.orders[2]]


def test_the_header_shows_ranges_and_remembers_them(page: BoardPage, qtbot: QtBot, quiet: Callable[[], None]) -> None:
    week = next(button for button in page.span._buttons() if button.segment.key == "week")
    QTest.mouseClick(week, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.range_label.text() == "23 to 29 Nov 2026, week 48")
    QTest.mouseClick(page.later, Qt.MouseButton.LeftButton)
    assert page.range_label.text() == "30 Nov to 6 Dec 2026, week 49"
    QTest.mouseClick(page.today, Qt.MouseButton.LeftButton)
    assert page.range_label.text() == "23 to 29 Nov 2026, week 48"
    assert page.state()["days"] == 7
    QTest.mouseClick(page.zoom.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.span.current() == "")
    quiet()


def test_the_week_plan_is_saved_as_pdf_and_calendar(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None], tmp_path: Path
) -> None:
    desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    page.week_plan.ask_path = lambda title, name, kind: str(tmp_path / name)
    qtbot.keyClick(page, Key.Key_P, CTRL)
    quiet()
    page.export_ics.trigger()
    quiet()
    pdf = pypdfium2.PdfDocument(tmp_path / "week-plan-2026-11-23.pdf")
    assert [round(side) for side in pdf[0].get_size()] == [1191, 842]
    assert "Tang Yi" in pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert b"WO-2611-0503" in (tmp_path / "team-2026-11-23.ics").read_bytes()
    assert [text for _, text, _ in desk.toasts.said] == ["week-plan-2026-11-23.pdf saved", "team-2026-11-23.ics saved"]


def test_a_file_that_cannot_be_written_is_said_in_words(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None], tmp_path: Path
) -> None:
    page.week_plan.ask_path = lambda title, name, kind: str(tmp_path / "nowhere" / name)
    page.print_plan.trigger()
    quiet()
    assert desk.toasts.said[-1][0] == "danger"
    assert "could not be written" in desk.toasts.said[-1][1]


def test_it_speaks_chinese_at_once(page: BoardPage, quiet: Callable[[], None]) -> None:
    set_language("zh")
    assert page.title() == "派工看板"
    assert page.range_label.text() == "2026-11-24 周二"
    assert page.branch.text() == "苏州东区"
    assert [button.text() for button in page.span._buttons()] == ["日", "3 日", "周", "月"]
    assert page.backlog.amount.text() == "8 单，16 时"


def test_who_only_looks_at_the_plan_moves_nothing(desk: Desk, qtbot: QtBot, quiet: Callable[[], None]) -> None:
    booking = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    reader = replace(desk.context, user=replace(desk.context.user, roles=frozenset({"manager"})))
    page = BoardPage(reader, DAY, clock=lambda: NOW)
    KEPT[:] = [page]
    qtbot.addWidget(page)
    page.resize(1294, 680)
    page.show()
    page.refresh()
    settle(page, qtbot, quiet)
    drag_bar(page, page.model.plan.bookings[booking.id], desk.world.engineers[3], 13)
    drag_card(page, desk.world.orders[3], desk.world.engineers[3], 9)
    page.gantt.select(booking.id)
    page.gantt.setFocus()
    qtbot.keyClick(page.gantt, Key.Key_Right, CTRL)
    assert page.gantt.drag is None
    assert not page.back.isEnabled() and not page.place.isEnabled()
    page.backlog.list.setFocus()
    qtbot.keyClick(page.backlog.list, Key.Key_Return)
    assert desk.toasts.said == [("info", "Jobs are placed by a planner", "")]
    quiet()
    assert stored(desk)[desk.world.orders[2]] == booking.placement


def test_the_keys_that_menus_show_are_the_keys_that_work(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    booking = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 9, 11)
    page.desk.load()
    qtbot.waitUntil(lambda: booking.id in page.model.plan.bookings)
    quiet()
    keys = {action.objectName(): action.shortcut().toString() for action in page.page_actions()}
    assert keys["undo"] == "Ctrl+Z" and keys["tentative"] == "T" and keys["print"] == "Ctrl+P"
    page.gantt.select(booking.id)
    page.gantt.setFocus()
    qtbot.keyClick(page.gantt, Key.Key_T)
    qtbot.waitUntil(lambda: not stored(desk)[desk.world.orders[2]].hard)
    quiet()
    assert all(action.text() for action in page.page_actions())


def test_a_job_in_the_folded_night_is_announced_and_unfolded_by_a_click(
    page: BoardPage, desk: Desk, qtbot: QtBot, quiet: Callable[[], None]
) -> None:
    assert not page.night.isVisible()
    booking = desk.elsewhere(desk.world.orders[2], desk.world.engineers[2], 20, 22)
    desk.context.bus.publish(Changes.of(booking=[booking.id]))
    qtbot.waitUntil(page.night.isVisible)
    assert page.night.text() == "1 at night"
    QTest.mouseClick(page.night, Qt.MouseButton.LeftButton)
    assert page.nights.isChecked() and not page.night.isVisible()
    assert page.gantt.bar_rect(page.model.plan.bookings[booking.id]).width() > 30
    quiet()


def test_the_hints_follow_the_focus(page: BoardPage, qtbot: QtBot) -> None:
    assert ("Enter", "Best slot") in page.key_hints()
    with qtbot.waitSignal(page.key_hints_changed):
        page.gantt.setFocus()
    assert ("Del", "To backlog") in page.key_hints()
