"""Progress and cancelling of long work, as plain Python: the layers without Qt report through it."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """The user pressed Cancel; raised by `Progress.check` inside the work, handled by whoever started it."""


class Progress:
    """Handed into long work. The work calls `report` and `check` now and then; the starter may call `cancel`.

    Thread-safe. `note` and the counts are read by the user interface while the work goes on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._stoppers: list[Callable[[], None]] = []
        self.done = 0
        self.total: int | None = None
        self.note = ""

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def report(self, done: int, total: int | None = None, note: str = "") -> None:
        """`done` of `total` pieces are finished; raises `Cancelled` where the user asked to stop."""
        self.check()
        self.done, self.total, self.note = done, total, note or self.note

    def check(self) -> None:
        """Raise `Cancelled` where the user asked to stop."""
        if self._cancelled:
            raise Cancelled

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Call `stop` (from the canceller's thread) to break off what cannot look by itself, e.g. a running
        query.
        """
        with self._lock:
            if not self._cancelled:
                self._stoppers.append(stop)
                return
        stop()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            stoppers, self._stoppers = self._stoppers, []
        for stop in stoppers:
            stop()
