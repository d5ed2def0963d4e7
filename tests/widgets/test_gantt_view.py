"""The dispatch board under mouse and keyboard, with real events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from desktop.domain.dispatching import Grade
from desktop.domain.moves import Move
from desktop.domain.scheduling import Job, Placement
from desktop.domain.text import language
from desktop.widgets.gantt_backlog import BacklogPanel
from desktop.widgets.gantt_drag import Drag
from desktop.widgets.gantt_view import GanttView
from desktop.widgets.theme import apply_theme, color, set_language
from tests.scheduling_plan import DAY, LI, NOW, TANG, WANG, clock, job, model
from tests.widgets.conftest import KEPT

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def board(qtbot: QtBot) -> GanttView:
    view = GanttView(model(), clock=lambda: NOW)
    KEPT.append(view)
    qtbot.addWidget(view)
    view.resize(1030, 500)
    view.show()
    qtbot.waitExposed(view)
    view.fold(7, 19)
    view.show_days(1, DAY)
    view.setFocus()
    return view


def centre(board: GanttView, booking_id: int) -> QPoint:
    return board.bar_rect(board.model.plan.bookings[booking_id]).center().toPoint()


def point(board: GanttView, lane_id: int, hours: float) -> QPoint:
    return QPoint(round(board.visible().x(clock(hours))), board.lane_rect(lane_id).center().y())


def move(board: GanttView, pos: QPoint, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A move with the left button held, which QTest cannot send with modifiers."""
    port = board.viewport()
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(pos), port.mapToGlobal(QPointF(pos)),
        Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, mods,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def drag(
    board: GanttView, start: QPoint, end: QPoint, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.mousePress(board.viewport(), Qt.MouseButton.LeftButton, pos=start)
    move(board, start + QPoint(15, 0), mods)
    move(board, end, mods)


def drop(board: GanttView, qtbot: QtBot, pos: QPoint) -> list[Move]:
    with qtbot.waitSignal(board.moves_requested) as caught:
        QTest.mouseRelease(board.viewport(), Qt.MouseButton.LeftButton, pos=pos)
    return list(caught.args[0])


def test_dragging_moves_a_job_in_quarters_of_an_hour(board: GanttView, qtbot: QtBot) -> None:
    start = centre(board, 12)
    end = point(board, WANG, 16.07)
    drag(board, start, end)
    moves = drop(board, qtbot, end)
    assert [(m.job_id, m.booking_id) for m in moves] == [(497, 12)]
    assert moves[0].after == Placement(WANG, clock(15), clock(17))


def test_with_alt_a_job_lands_on_the_minute(board: GanttView, qtbot: QtBot) -> None:
    start = centre(board, 12)
    end = point(board, WANG, 16.1)
    drag(board, start, end, ALT)
    after = drop(board, qtbot, end)[0].after
    assert after is not None
    assert after.start % 900 != 0 and after.start % 60 == 0
    assert abs(after.start - clock(15.1)) <= 120


def test_dragging_to_another_lane_reassigns(board: GanttView, qtbot: QtBot) -> None:
    end = point(board, LI, 17)
    drag(board, centre(board, 12), end)
    assert drop(board, qtbot, end)[0].after == Placement(LI, clock(16), clock(18))


def test_both_ends_resize_and_stop_at_a_quarter_of_an_hour(board: GanttView, qtbot: QtBot) -> None:
    box = board.bar_rect(board.model.plan.bookings[12])
    right = QPoint(round(box.right()) - 2, round(box.center().y()))
    drag(board, right, point(board, WANG, 16))
    assert drop(board, qtbot, point(board, WANG, 16))[0].after == Placement(WANG, clock(13), clock(16))
    left = QPoint(round(box.left()) + 2, round(box.center().y()))
    drag(board, left, point(board, WANG, 18))
    assert drop(board, qtbot, point(board, WANG, 18))[0].after == Placement(WANG, clock(14.75), clock(15))


@pytest.mark.parametrize(
    ("lane", "hours", "tone", "grade"),
    [(WANG, 16, "success", Grade.FINE), (LI, 12, "danger", Grade.REFUSED), (LI, 18, "warn", Grade.WARNING),
     (TANG, 10, "danger", Grade.REFUSED)],
)  # fmt: skip
def test_the_lane_and_the_card_say_what_the_drop_would_be(
    board: GanttView, lane: int, hours: float, tone: str, grade: Grade
) -> None:
    drag(board, centre(board, 12), point(board, lane, hours))
    assert board.drag is not None and board.drag.verdict is not None
    assert (board.drag.tone, board.drag.verdict.grade) == (tone, grade)
    assert board.card.isVisible()
    picture = board.viewport().grab().toImage()
    box = board.lane_rect(lane)
    ground = picture.pixelColor(box.left() + 4, box.bottom() - 6).name()

    assert ground == color(f"{tone}.bg").name()
    board.cancel()
    assert not board.card.isVisible()


def test_the_card_names_whose_job_is_in_the_way(board: GanttView) -> None:
    drag(board, centre(board, 12), point(board, LI, 12))
    lines = {line.subject: line.result for line in board.card.lines()}
    assert lines["Overlaps 0488 Lift alarm"] == "2 h"
    assert board.card.headline() == "Not possible here"
    assert "Overlaps 0488 Lift alarm" in board.card.accessibleDescription()
    board.cancel()


def test_escape_leaves_everything_as_it_was(board: GanttView, qtbot: QtBot) -> None:
    end = point(board, LI, 17)
    drag(board, centre(board, 12), end)
    qtbot.keyClick(board, Key.Key_Escape)
    assert board.drag is None
    with qtbot.assertNotEmitted(board.moves_requested):
        QTest.mouseRelease(board.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert board.model.plan.bookings[12].placement == Placement(WANG, clock(13), clock(15))


def test_a_click_is_no_drag_and_a_drag_back_changes_nothing(board: GanttView, qtbot: QtBot) -> None:
    start = centre(board, 12)
    with qtbot.assertNotEmitted(board.moves_requested):
        QTest.mouseClick(board.viewport(), Qt.MouseButton.LeftButton, pos=start)
        drag(board, start, point(board, LI, 17))
        move(board, start)
        QTest.mouseRelease(board.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert board.selection == {12}


def test_work_that_has_begun_does_not_move(board: GanttView, qtbot: QtBot) -> None:
    drag(board, centre(board, 11), point(board, LI, 9))
    assert board.drag is None
    QTest.mouseRelease(board.viewport(), Qt.MouseButton.LeftButton)


def test_several_selected_jobs_move_together(board: GanttView, qtbot: QtBot) -> None:
    QTest.mouseClick(board.viewport(), Qt.MouseButton.LeftButton, pos=centre(board, 13))
    QTest.mouseClick(board.viewport(), Qt.MouseButton.LeftButton, CTRL, centre(board, 14))
    start = centre(board, 14)
    end = start + QPoint(round(board.scale.per_hour), 0)
    drag(board, start, end)
    moves = drop(board, qtbot, end)
    assert {m.booking_id: m.after.start for m in moves if m.after} == {13: clock(12), 14: clock(15)}


def test_double_click_opens_the_work_order(board: GanttView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(board.open_requested) as caught:
        QTest.mouseDClick(board.viewport(), Qt.MouseButton.LeftButton, pos=centre(board, 13))
    assert caught.args == [488]


def test_arrows_walk_the_jobs(board: GanttView, qtbot: QtBot) -> None:
    seen = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up):
        qtbot.keyClick(board, key)
        seen.append(board.cursor_id)
    assert seen == [11, 12, 14, 13, 12]
    assert "Valve check" in board.accessibleDescription()


def test_keys_pick_up_move_reassign_and_place(board: GanttView, qtbot: QtBot) -> None:
    board.select(12)
    for key, mods in ((Key.Key_Right, CTRL), (Key.Key_Right, CTRL | ALT), (Key.Key_Down, CTRL), (Key.Key_Right, SHIFT)):
        qtbot.keyClick(board, key, mods)
    assert board.drag is not None and board.drag.by_keys
    with qtbot.waitSignal(board.moves_requested) as caught:
        qtbot.keyClick(board, Key.Key_Return)
    start = clock(13.25) + 60
    assert caught.args[0][0].after == Placement(LI, start, start + 7200 + 900)


def test_a_gesture_of_keys_ends_when_the_focus_goes(board: GanttView, qtbot: QtBot) -> None:
    board.select(12)
    qtbot.keyClick(board, Key.Key_Right, CTRL)
    with qtbot.assertNotEmitted(board.moves_requested):
        board.clearFocus()
    assert board.drag is None


def test_delete_sends_back_and_t_makes_tentative(board: GanttView, qtbot: QtBot) -> None:
    board.select(12)
    with qtbot.waitSignal(board.moves_requested) as caught:
        qtbot.keyClick(board, Key.Key_T)
    assert caught.args[0][0].after == Placement(WANG, clock(13), clock(15), hard=False)
    with qtbot.waitSignal(board.moves_requested) as caught:
        qtbot.keyClick(board, Key.Key_Delete)
    assert caught.args[0][0].after is None


def test_a_job_on_its_way_to_the_database_cannot_be_taken(board: GanttView, qtbot: QtBot) -> None:
    booking = board.model.plan.bookings[12]
    board.model.apply([Move(497, 12, booking.placement, Placement(WANG, clock(16), clock(18)))])
    board.select(12)
    qtbot.keyClick(board, Key.Key_Right, CTRL)
    assert board.drag is None


def test_the_wheel_zooms_about_the_pointer_and_scrolls(board: GanttView) -> None:
    pos = point(board, LI, 12)
    before = board.scale.day_width

    def wheel(delta: QPoint, mods: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            QPointF(pos), board.viewport().mapToGlobal(QPointF(pos)), QPoint(), delta, Qt.MouseButton.NoButton,
            mods, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(board.viewport(), event)

    wheel(QPoint(0, 240), CTRL)
    assert board.scale.day_width > before * 1.3
    assert abs(board.instant_at(pos) - clock(12)) < 300
    left = board.left()
    wheel(QPoint(0, -120), SHIFT)
    assert board.left() == left + 120


def test_ranges_from_an_hour_to_a_quarter_of_a_year(board: GanttView) -> None:
    for days in (1, 3, 7, 30, 91):
        board.show_days(days, DAY)
        assert board.day() == DAY
        assert board.range().length == pytest.approx(days * 86_400, abs=43_201)
        assert not board.grab().isNull()
    for _ in range(30):
        board.zoom(1.5)
    assert board.scale.per_hour >= 200
    assert not board.grab().isNull()


def test_page_keys_and_home_turn_the_days(board: GanttView, qtbot: QtBot) -> None:
    qtbot.keyClick(board, Key.Key_PageDown)
    assert board.day() == DAY + timedelta(days=1)
    qtbot.keyClick(board, Key.Key_PageUp)
    qtbot.keyClick(board, Key.Key_PageUp)
    assert board.day() == DAY - timedelta(days=1)
    qtbot.keyClick(board, Key.Key_Home)
    assert board.day() == DAY


def test_a_scrolled_picture_equals_a_fresh_one(board: GanttView) -> None:
    board.show_days(3, DAY)
    board.grab()
    for step in (17, 130, -60, 400, -3):
        bar = board.horizontalScrollBar()
        bar.setValue(bar.value() + step)
        scrolled = board.viewport().grab(board.body()).toImage()
        board._invalidate()
        assert scrolled == board.viewport().grab(board.body()).toImage(), step


def test_the_tooltip_tells_everything(board: GanttView) -> None:
    pos = centre(board, 14)
    event = QHelpEvent(QHelpEvent.Type.ToolTip, pos, board.viewport().mapToGlobal(pos))
    QApplication.sendEvent(board.viewport(), event)
    words = QToolTip.text()
    assert "WO-2611-0499 Head service" in words
    assert "Huarui" in words and "14:00–16:00" in words and "Li Tong · Tentative" in words
    QToolTip.hideText()


def test_others_moves_wait_for_no_drag_but_show_their_name(board: GanttView) -> None:
    there = replace(board.model.plan.bookings[13], start=clock(8), end=clock(10), by="HL", by_name="He Lan")
    plain = board.viewport().grab().toImage()
    board.model.merge([there], others=True)
    mark = board.model.mark(13)
    assert mark is not None and mark.name == "He Lan"
    assert board.viewport().grab().toImage() != plain


def test_flashing_frames_what_was_refused(board: GanttView) -> None:
    plain = board.viewport().grab().toImage()
    board.flash({12})
    assert board.flashing() == {12}
    assert board.viewport().grab().toImage() != plain


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_it_paints_in_both_themes_and_languages(board: GanttView, qapp: QApplication, theme: str, spoken: str) -> None:
    before = board.viewport().grab().toImage()
    apply_theme(qapp, theme)  # type: ignore[arg-type]
    set_language(spoken)  # type: ignore[arg-type]
    after = board.viewport().grab().toImage()
    assert language() == spoken
    assert (after != before) == ((theme, spoken) != ("light", "en"))
    assert board.accessibleName() == (
        "派工看板，工程师与时间" if spoken == "zh" else "Dispatch board, engineers by time"
    )


def test_a_gesture_begun_by_the_program_is_shown_where_it_lands(board: GanttView, qtbot: QtBot) -> None:
    wanted: Job = job(505, "Screw noise")
    board.begin(Drag(wanted, None, Placement(WANG, clock(10.25), clock(12.25)), by_keys=True))
    board.nudge()
    with qtbot.waitSignal(board.moves_requested) as caught:
        qtbot.keyClick(board, Key.Key_Return)
    assert caught.args[0] == [Move(505, 0, None, Placement(WANG, clock(10.25), clock(12.25)))]


# The backlog beside it


@pytest.fixture
def panel(board: GanttView, qtbot: QtBot) -> BacklogPanel:
    made = BacklogPanel(board.model, lambda: NOW)
    KEPT.append(made)
    qtbot.addWidget(made)
    made.resize(264, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_backlog_counts_and_says_how_urgent(panel: BacklogPanel) -> None:
    assert panel.amount.text() == "3 jobs, 5 h"
    assert panel.urgent.text() == "1 under 2 h"
    assert [job.id for job in panel.list.jobs()] == [506, 505, 507]


def test_the_order_of_the_backlog_is_chosen_with_the_mouse(panel: BacklogPanel, qtbot: QtBot) -> None:
    site = panel.order.findChildren(type(panel.order._buttons()[0]))[2]
    QTest.mouseClick(site, Qt.MouseButton.LeftButton)
    assert [job.id for job in panel.list.jobs()] == [505, 507, 506]


def test_arrows_and_enter_ask_for_the_best_slot(panel: BacklogPanel, qtbot: QtBot) -> None:
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Key.Key_Down)
    with qtbot.waitSignal(panel.list.place_requested) as caught:
        qtbot.keyClick(panel.list, Key.Key_Return)
    assert caught.args[0].id == 505
    assert "Screw noise" in panel.list.accessibleDescription()


def test_a_card_dragged_to_a_lane_becomes_a_placement(panel: BacklogPanel, board: GanttView, qtbot: QtBot) -> None:
    port = board.viewport()
    panel.list.dragged.connect(lambda job, pos, free: board.drag_job(job, port.mapFromGlobal(pos), free=free))
    panel.list.dropped.connect(board.commit)
    cards = panel.list.viewport()
    start = panel.list.card_rect(1).center()
    target = cards.mapFromGlobal(port.mapToGlobal(point(board, WANG, 16)))
    QTest.mousePress(cards, Qt.MouseButton.LeftButton, pos=start)
    for pos in (start + QPoint(20, 0), target):
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove, QPointF(pos), cards.mapToGlobal(QPointF(pos)), Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(cards, event)
    assert board.drag is not None and board.drag.tone == "warn"
    with qtbot.waitSignal(board.moves_requested) as caught:
        QTest.mouseRelease(cards, Qt.MouseButton.LeftButton, pos=target)
    assert caught.args[0] == [Move(505, 0, None, Placement(WANG, clock(16), clock(18)))]


def test_a_card_dropped_outside_the_lanes_stays(panel: BacklogPanel, board: GanttView, qtbot: QtBot) -> None:
    wanted = panel.list.jobs()[0]
    board.drag_job(wanted, point(board, WANG, 16), free=False)
    board.drag_job(wanted, QPoint(5, 100), free=False)
    with qtbot.assertNotEmitted(board.moves_requested):
        board.commit()
