"""Work off the UI thread: `Work.run` hands a function to a pool and brings the result back to the UI thread.

Results come through one long-lived object with one queued signal without arguments, because a short-lived
sender or a signal that carries Python objects across threads is how PySide programs crash. An owner that is
gone gets nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from desktop.domain.progress import Cancelled, Progress
from desktop.runtime.failures import Failure, describe

BUSY_AFTER_MS = 300
PROGRESS_AFTER_MS = 2000
_TICK_MS = 100


@dataclass(eq=False)
class Job:
    """One piece of work under way. `title` is what the progress bar says."""

    title: str
    progress: Progress
    owner: QObject | None
    on_done: Callable[[Any], None] | None
    on_error: Callable[[Failure], None] | None
    on_cancelled: Callable[[], None] | None
    background: bool
    started: float = field(default_factory=time.monotonic)
    result: Any = None
    error: BaseException | None = None

    def cancel(self) -> None:
        """Ask it to stop. Nothing is delivered afterwards except `on_cancelled`."""
        self.progress.cancel()

    def age_ms(self) -> float:
        return (time.monotonic() - self.started) * 1000

    def seconds_left(self) -> float | None:
        """Rest of the time by the pace so far; None while that cannot be told."""
        total, done = self.progress.total, self.progress.done
        if not total or not done:
            return None
        return (time.monotonic() - self.started) * (total - done) / done


class Work(QObject):
    """The program's only door to other threads. Make one, on the UI thread, and `close` it at the end."""

    busy_changed = Signal(bool)
    """True once something has run for 300 ms, False when nothing does any more."""
    progress_changed = Signal(object)
    """The foreground job that has run for 2 s (a `Job`), again at each step; None when there is none."""
    failed = Signal(object)
    """A `Failure` that no `on_error` took; the shell shows it as a red toast."""
    _arrived = Signal()

    def __init__(
        self,
        *,
        user_errors: tuple[type[BaseException], ...] = (),
        threads: int = 4,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._user_errors = user_errors
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._running: set[Job] = set()
        self._finished: deque[Job] = deque()
        self._busy = False
        self._shown: Job | None = None
        self._closed = False
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        fn: Callable[..., Any],
        *args: Any,
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[Failure], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        owner: QObject | None = None,
        title: str = "",
        progress: Progress | None = None,
        background: bool = False,
    ) -> Job:
        """Run ``fn(*args)`` in the pool; call back on the UI thread.

        `owner`: nothing is delivered once it is deleted. `progress`: pass the same object in `args` so that
        the work can report and be cancelled. `background`: no busy cue (polling, prefetching).
        """
        job = Job(title, progress or Progress(), owner, on_done, on_error, on_cancelled, background)
        if self._closed:
            job.cancel()  # the program ends; a timer of a dying widget came late
            return job
        self._running.add(job)
        self._pool.submit(self._perform, job, fn, args)
        self._clock.start()
        return job

    def cancel_owned(self, owner: QObject) -> None:
        """Stop all that belongs to `owner`: its page closes."""
        for job in list(self._running):
            if job.owner is owner:
                job.cancel()

    def running(self) -> tuple[Job, ...]:
        return tuple(self._running)

    def close(self) -> None:
        """Cancel and forget everything, and wait for the threads; no callback comes after this."""
        self._closed = True
        self._clock.stop()
        for job in list(self._running):
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._running.clear()
        self._finished.clear()

    def _perform(self, job: Job, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            job.progress.check()
            job.result = fn(*args)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told on the UI thread
            job.error = error
        self._finished.append(job)
        if not self._closed:
            self._arrived.emit()

    @Slot()
    def _deliver(self) -> None:
        while self._finished:
            job = self._finished.popleft()
            self._running.discard(job)
            if not self._closed and (job.owner is None or isValid(job.owner)):
                self._conclude(job)
        self._tick()

    def _conclude(self, job: Job) -> None:
        if job.progress.cancelled or isinstance(job.error, Cancelled):
            if job.on_cancelled is not None:
                job.on_cancelled()
        elif job.error is None:
            if job.on_done is not None:
                job.on_done(job.result)
        else:
            failure = describe(job.error, self._user_errors)
            if job.on_error is not None:
                job.on_error(failure)
            else:
                self.failed.emit(failure)

    @Slot()
    def _tick(self) -> None:
        front = [job for job in self._running if not job.background and not job.progress.cancelled]
        busy = any(job.age_ms() >= BUSY_AFTER_MS for job in front)
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)
        long = sorted((job for job in front if job.age_ms() >= PROGRESS_AFTER_MS), key=lambda job: job.started)
        shown = long[0] if long else None
        if shown is not None or self._shown is not None:
            self._shown = shown
            self.progress_changed.emit(shown)
        if not self._running:
            self._clock.stop()
