"""Toasts, confirmation, empty, failed, progress, banner, header and panel."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.progress import Progress
from desktop.runtime.context import ToastAction
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.widgets import toasts as toasts_module
from desktop.widgets.confirm import ConfirmDialog, confirm
from desktop.widgets.header import ActionBar, HeaderBar, KeyValues, SidePanel, Total
from desktop.widgets.labels import Chip, Label
from desktop.widgets.paint import column, row
from desktop.widgets.states import Banner, EmptyState, FailedState, LoadingRows, ProgressPanel
from desktop.widgets.toasts import Toast, ToastStack

Key = Qt.Key


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1000, 600)
    qtbot.addWidget(made)
    made.show()
    return made


def _pointer(toast: Toast, over: bool) -> None:
    if over:
        QApplication.sendEvent(toast, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    else:
        QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))


def test_a_toast_stands_in_the_corner_and_goes_by_itself(
    host: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toasts_module, "LIFE_MS", 60)
    stack = ToastStack(host)
    stack.show_toast("success", "ISS-2611-0936 posted", "6 lines")
    assert stack.geometry().right() == host.width() - 13 and stack.geometry().bottom() == host.height() - 13
    host.resize(800, 500)
    assert stack.geometry().right() == 800 - 13
    qtbot.waitUntil(lambda: stack.toasts() == [])
    assert not stack.isVisible()


def test_it_waits_under_the_pointer_and_red_stays(host: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toasts_module, "LIFE_MS", 60)
    stack = ToastStack(host)
    stack.show_toast("success", "posted")
    stack.show_toast("danger", "Not saved")
    calm, red = stack.toasts()
    _pointer(calm, over=True)
    qtbot.wait(200)
    assert stack.toasts() == [calm, red]
    _pointer(calm, over=False)
    qtbot.waitUntil(lambda: stack.toasts() == [red])
    _pointer(red, over=True)
    _pointer(red, over=False)
    qtbot.wait(200)
    assert stack.toasts() == [red]
    qtbot.mouseClick(red.closer, Qt.MouseButton.LeftButton)
    assert stack.toasts() == []


def test_three_at_most_and_the_red_one_last_to_go(host: QWidget) -> None:
    stack = ToastStack(host)
    stack.show_toast("danger", "Not saved")
    for number in range(4):
        stack.show_toast("success", f"posted {number}")
    assert [toast.text.full_text() for toast in stack.toasts()] == ["Not saved", "posted 2", "posted 3"]
    assert all(toast.height() >= 40 for toast in stack.toasts())


def test_undo_calls_once_and_the_toast_is_gone(host: QWidget, qtbot: QtBot) -> None:
    stack, undone = ToastStack(host), []
    stack.show_toast("success", "posted", action=ToastAction("Undo", lambda: undone.append(1), "Ctrl+Z"))
    qtbot.mouseClick(stack.toasts()[0].button, Qt.MouseButton.LeftButton)
    assert undone == [1] and stack.toasts() == [] and not stack.undo_latest()


def test_a_confirmation_begins_on_the_harmless_button(host: QWidget, qtbot: QtBot) -> None:
    seen: list[str] = []

    def look_and_press() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ConfirmDialog):
            raise TypeError(dialog)
        focused = dialog.focusWidget()
        seen.append(focused.accessibleName() if focused is not None else "")
        QTest.keyClick(dialog.panel.keep_button, Key.Key_Return)

    QTimer.singleShot(0, look_and_press)
    assert not confirm(host, "Close period 2026-10?", "0 drafts left.", confirm="Close period", keep="Keep open")
    assert seen == ["Keep open"]


@pytest.mark.parametrize(("press", "answer"), [("confirm", True), ("esc", False)])
def test_only_the_danger_button_confirms(host: QWidget, qtbot: QtBot, press: str, answer: bool) -> None:
    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ConfirmDialog):
            raise TypeError(dialog)
        if press == "confirm":
            qtbot.mouseClick(dialog.panel.confirm_button, Qt.MouseButton.LeftButton)
        else:
            QTest.keyClick(dialog, Key.Key_Escape)

    QTimer.singleShot(0, act)
    assert confirm(host, "Delete?", "Cannot be undone.", confirm="Delete", keep="Keep") is answer


def test_an_empty_state_offers_what_to_do(host: QWidget, qtbot: QtBot) -> None:
    state = EmptyState("No shortages today", "All parts are on hand.", primary="Look 30 days ahead")
    host.setLayout(row(state))
    with qtbot.waitSignal(state.primary):
        qtbot.mouseClick(state.primary_button, Qt.MouseButton.LeftButton)
    assert state.secondary_button.isHidden() and state.accessibleName() == "No shortages today"


def test_a_failed_load_shows_the_cause_and_tries_again(host: QWidget, qtbot: QtBot) -> None:
    state = FailedState()
    host.setLayout(row(state))
    state.say("The list could not be loaded", Failure("No answer. Log id 7F2A-90", "7F2A-90", OSError()))
    assert "7F2A-90" in state.cause.full_text()
    with qtbot.waitSignal(state.retry):
        qtbot.mouseClick(state.again, Qt.MouseButton.LeftButton)


def test_progress_tells_count_rest_and_cancel(host: QWidget, qtbot: QtBot) -> None:
    panel, progress = ProgressPanel(), Progress()
    host.setLayout(row(panel))
    progress.report(643, 1286, "Checking 1,286 contracts")
    job = Job("", progress, None, None, None, None, False)
    job.started -= 10
    panel.show_job(job)
    assert panel.counts.full_text() == "643 / 1,286" and panel.bar.share() == 0.5
    assert panel.rest.full_text() == "about 10 s left"
    with qtbot.waitSignal(panel.cancelled):
        QTest.keyClick(panel, Key.Key_Escape)


def test_a_banner_can_act_and_be_dismissed(host: QWidget, qtbot: QtBot) -> None:
    banner = Banner("warn", "Offline since 10:31", action="Show", dismissable=True)
    host.setLayout(row(banner))
    with qtbot.waitSignal(banner.acted):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(banner.dismissed):
        qtbot.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)


def test_three_grey_rows_stand_still(host: QWidget) -> None:
    rows = LoadingRows()
    host.setLayout(row(rows))
    assert rows.height() == 72
    assert rows.grab().toImage() == rows.grab().toImage()


def test_header_and_action_bar_say_state_and_reason(host: QWidget) -> None:
    header, bar = HeaderBar("Issue"), ActionBar()
    header.set_state("Draft", "warn", "pencil")
    header.set_note("Number on posting")
    assert not header.chip.isHidden() and header.chip.text() == "Draft"
    header.set_state("")
    assert header.chip.isHidden()
    bar.set_totals([Total("Pieces", "12")])
    bar.set_totals([Total("Pieces", "13"), Total("Value", "¥ 9.00")])
    QApplication.processEvents()
    texts = [label.full_text() for label in bar.findChildren(Label)]
    assert [text for text in texts if text in ("12", "13", "¥ 9.00")] == ["13", "¥ 9.00"]
    bar.set_reason("1 line must be fixed first")
    assert bar.reason() == "1 line must be fixed first"


def test_the_side_panel_is_wider_on_wide_windows(host: QWidget) -> None:
    panel = SidePanel()
    host.setLayout(row(None, panel))
    panel.add_section(KeyValues([("Asset", "CMP-1"), ("Customer", Chip("Strategic"))]), "Order")
    host.resize(1366, 768)
    QApplication.processEvents()
    assert panel.width() == 320
    host.resize(1920, 1080)
    QApplication.processEvents()
    assert panel.width() == 376


def test_a_cut_text_shows_whole_in_its_tooltip(host: QWidget) -> None:
    label = Label("Screw element noise, stage 2", elide=True)
    host.setLayout(row(label))
    label.setFixedWidth(80)
    QApplication.processEvents()
    assert label.text().endswith("…") and label.toolTip() == "Screw element noise, stage 2"
    label.setFixedWidth(400)
    QApplication.processEvents()
    assert label.text() == "Screw element noise, stage 2" and label.toolTip() == ""


def test_toasts_leave_the_button_of_the_next_posting_free(host: QWidget) -> None:
    bar = ActionBar()
    host.setLayout(column(None, bar, spacing=0))
    QApplication.processEvents()
    stack = ToastStack(host)
    stack.show_toast("success", "ISS-2611-0936 posted")
    assert stack.geometry().bottom() < bar.geometry().top()
