"""Work off the UI thread: delivery, errors, cancelling, owners, busy cue, and 20,000 signals without a crash."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread
from pytestqt.qtbot import QtBot

from desktop.domain.progress import Progress
from desktop.runtime import work as work_module
from desktop.runtime.failures import Failure
from desktop.runtime.garbage import GarbageCollector
from desktop.runtime.work import Work


class Refusal(Exception):
    """Stands for the database's refusals."""


@pytest.fixture
def work(qtbot: QtBot) -> Iterator[Work]:
    made = Work(user_errors=(Refusal,))
    yield made
    made.close()


def test_the_function_runs_elsewhere_and_the_result_arrives_on_the_ui_thread(work: Work, qtbot: QtBot) -> None:
    seen: list[object] = []
    work.run(threading.get_ident, on_done=lambda ident: seen.extend((ident, threading.get_ident())))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] != seen[1] == threading.get_ident()


def test_a_refusal_keeps_its_own_words_and_no_log_id(work: Work, qtbot: QtBot) -> None:
    failures: list[Failure] = []

    def refuse() -> None:
        raise Refusal("Only 3 on hand")

    work.run(refuse, on_error=failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert (failures[0].message, failures[0].is_bug) == ("Only 3 on hand", False)


def test_a_bug_is_logged_under_the_id_that_the_message_shows(
    work: Work, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Failure] = []
    with caplog.at_level(logging.ERROR, "outpost"):
        work.run(lambda: 1 / 0, on_error=failures.append)
        qtbot.waitUntil(lambda: bool(failures))
    failure = failures[0]
    assert failure.is_bug and failure.log_id is not None
    assert failure.log_id in failure.message and failure.log_id in caplog.text
    assert "ZeroDivisionError" in caplog.text and "ZeroDivisionError" not in failure.message


def test_a_failure_that_nobody_takes_is_announced(work: Work, qtbot: QtBot) -> None:
    with qtbot.waitSignal(work.failed) as caught:
        work.run(lambda: 1 / 0)
    assert isinstance(caught.args[0], Failure)


def test_cancelling_stops_the_work_and_delivers_only_that(work: Work, qtbot: QtBot) -> None:
    progress, began, told = Progress(), threading.Event(), []

    def count(progress: Progress) -> None:
        began.set()
        while True:
            progress.report(1, 10)
            QThread.msleep(1)

    job = work.run(
        count,
        progress,
        progress=progress,
        on_done=lambda _: told.append("done"),
        on_cancelled=lambda: told.append("cancelled"),
    )
    began.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["cancelled"]


def test_an_owner_that_is_gone_gets_nothing(work: Work, qtbot: QtBot) -> None:
    owner, gate, seen = QObject(), threading.Event(), []
    work.run(gate.wait, 5, on_done=seen.append, owner=owner)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete.value)
    gate.set()
    qtbot.waitUntil(lambda: not work.running())
    assert seen == []


def test_cancel_owned_leaves_other_work_alone(work: Work, qtbot: QtBot) -> None:
    mine, other, gate, seen = QObject(), QObject(), threading.Event(), []
    work.run(gate.wait, 5, on_done=lambda _: seen.append("mine"), owner=mine)
    work.run(gate.wait, 5, on_done=lambda _: seen.append("other"), owner=other)
    work.cancel_owned(mine)
    gate.set()
    qtbot.waitUntil(lambda: not work.running())
    assert seen == ["other"]


def test_busy_comes_after_300_ms_and_goes_with_the_work(work: Work, qtbot: QtBot) -> None:
    gate = threading.Event()
    with qtbot.waitSignal(work.busy_changed) as caught:
        job = work.run(gate.wait, 10)
    assert caught.args == [True] and job.age_ms() >= work_module.BUSY_AFTER_MS
    with qtbot.waitSignal(work.busy_changed) as caught:
        gate.set()
    assert caught.args == [False]


def test_quick_and_background_work_show_no_cue(work: Work, qtbot: QtBot) -> None:
    cues: list[bool] = []
    work.busy_changed.connect(cues.append)
    gate = threading.Event()
    quick, slow = [], []
    job = work.run(gate.wait, 10, background=True, on_done=slow.append)
    work.run(lambda: 1, on_done=quick.append)
    qtbot.waitUntil(lambda: job.age_ms() > work_module.BUSY_AFTER_MS + 150)
    gate.set()
    qtbot.waitUntil(lambda: bool(quick and slow))
    assert cues == []


def test_long_work_shows_progress_and_how_long_it_still_takes(
    work: Work, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_module, "PROGRESS_AFTER_MS", 10)
    gate, progress = threading.Event(), Progress()
    progress.report(25, 100)
    with qtbot.waitSignal(work.progress_changed) as caught:
        job = work.run(gate.wait, 10, progress=progress, title="Checking")
    assert caught.args == [job]
    left = job.seconds_left()
    assert left is not None and left > 0
    with qtbot.waitSignal(work.progress_changed, check_params_cb=lambda shown: shown is None):
        gate.set()


def test_twenty_thousand_signals(work: Work, qtbot: QtBot) -> None:
    """PySide6 6.12 on Python 3.11 lost a reference per call and aborted after some thousands."""
    seen: list[bool] = []
    work.busy_changed.connect(seen.append)
    for number in range(20_000):
        work.busy_changed.emit(number % 2 == 0)
    assert len(seen) == 20_000 and seen[:2] == [True, False]


def test_two_thousand_results_from_four_threads_arrive_once_each(work: Work, qtbot: QtBot) -> None:
    collector = GarbageCollector()
    seen: list[int] = []
    for number in range(2_000):
        work.run(int, number, on_done=seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2_000, timeout=30_000)
    collector.step()
    collector.close()
    assert sorted(seen) == list(range(2_000))


def test_work_that_comes_after_the_end_is_not_begun(qtbot: QtBot) -> None:
    work, seen = Work(), []
    work.close()
    job = work.run(seen.append, 1)
    assert job.progress.cancelled and seen == [] and work.running() == ()
