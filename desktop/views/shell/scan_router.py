"""Where a scan goes: to the page in front, else to the record that bears the code. In order, waiting while
busy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from desktop.runtime.context import Found, ScanResolver
from desktop.runtime.failures import Failure
from desktop.runtime.work import Work
from desktop.widgets.page import Page

_RETRY_MS = 50


class ScanRouter(QObject):
    """Give it each scan with `take`. `opened`, `unknown` and `failed` tell the window what came of it."""

    opened = Signal(object)
    unknown = Signal(str)
    failed = Signal(object)
    queue_changed = Signal(int)

    def __init__(
        self,
        current: Callable[[], Page | None],
        work: Work,
        resolve: ScanResolver,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current, self._work, self._resolve = current, work, resolve
        self._waiting: deque[str] = deque()
        self._resolving = False
        self._retry = QTimer(self)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self.drain)

    def waiting(self) -> int:
        return len(self._waiting)

    @Slot(str)
    def take(self, code: str) -> None:
        self._waiting.append(code)
        self.drain()

    def _busy(self) -> bool:
        page = self._current()
        modal = QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None
        return self._resolving or modal or (page is not None and page.scan_busy())

    @Slot()
    def drain(self) -> None:
        """Deliver what waits, as far as nothing is busy."""
        while self._waiting and not self._busy():
            self._deliver(self._waiting.popleft())
        self.queue_changed.emit(len(self._waiting))
        if self._waiting:
            self._retry.start()
        else:
            self._retry.stop()

    def _deliver(self, code: str) -> None:
        page = self._current()
        if page is not None and page.handle_scan(code):
            return
        self._resolving = True
        self._work.run(
            self._resolve,
            code,
            on_done=lambda found: self._resolved(code, found),
            on_error=self._refused,
            owner=self,
        )

    def _resolved(self, code: str, found: Found | None) -> None:
        self._resolving = False
        if found is None:
            self.unknown.emit(code)
        else:
            self.opened.emit(found)
        self.drain()

    def _refused(self, failure: Failure) -> None:
        self._resolving = False
        self.failed.emit(failure)
        self.drain()
