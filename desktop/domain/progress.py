"""Progress and cancelling of long work, as plain Python: the layers without Qt report through it."""

from __future__ import annotations


class Cancelled(Exception):
    """The user pressed Cancel; raised by `Progress.check` inside the work, handled by whoever started it."""


class Progress:
    """Handed into long work. The work calls `report` and `check` now and then; the starter may call `cancel`.

    Thread-safe. `note` and the counts are read by the user interface while the work goes on.
    """

    def __init__(self) -> None:
        self._cancelled = False
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

    def cancel(self) -> None:
        """Ask the work to stop, from any thread; the next `check` raises."""
        self._cancelled = True
