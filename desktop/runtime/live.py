"""Listens to the database's change feed in its own thread and publishes on the bus what others changed.

The feed itself is db.notify's; here only the small protocol that it keeps. Losing the connection is normal
(lid closed, server restarted): the thread tries again, more slowly each time, and the status bar says so.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.domain.changes import Changes
from desktop.runtime.bus import Bus

_log = logging.getLogger("outpost.live")
_RETRY_SECONDS = (0.5, 1, 2, 5, 10, 30)
_WAIT_SECONDS = 1.0

Condition = Literal["live", "polling", "offline"]


@dataclass(frozen=True)
class LiveState:
    """`latency_ms`: a round trip to the server, None before the first. `worker`: the headless worker's heart
    beats.
    """

    condition: Condition
    latency_ms: int | None = None
    worker: bool = False


class ChangeFeed(Protocol):
    """A connection that waits for changes. Used by one thread, except `close`, which may come from another."""

    def wait(self, seconds: float) -> Changes | None:
        """Changes since the last call, or None when `seconds` passed without any. Raises when the connection
        is lost.
        """

    def latency_ms(self) -> int | None:
        """Of the latest round trip."""

    def worker_alive(self) -> bool:
        """Whether the notifier's heartbeat is fresh; without it `wait` polls."""

    def close(self) -> None:
        """Let go of the connection; a `wait` under way returns or raises soon."""


class Live(QObject):
    """Start with `start`, end with `close`. Signals come on the UI thread."""

    state_changed = Signal(object)
    _arrived = Signal()

    def __init__(self, bus: Bus, connect: Callable[[], ChangeFeed], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus, self._connect = bus, connect
        self._inbox: deque[Changes | LiveState] = deque()
        self._stop = threading.Event()
        self._feed: ChangeFeed | None = None
        self._thread: threading.Thread | None = None
        self.state = LiveState("offline")
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._listen, name="live", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._feed is not None:
            self._feed.close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._inbox.clear()

    def _listen(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self._feed = self._connect()
                failures = 0
                self._follow(self._feed)
            except Exception as error:  # noqa: BLE001 - any loss of the feed means: wait and connect again
                if self._stop.is_set():
                    return
                _log.info("change feed lost: %s", error)
                self._post(LiveState("offline"))
                self._stop.wait(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
                failures += 1
            finally:
                if self._feed is not None:
                    self._feed.close()
                    self._feed = None

    def _follow(self, feed: ChangeFeed) -> None:
        while not self._stop.is_set():
            changes = feed.wait(_WAIT_SECONDS)
            alive = feed.worker_alive()
            self._post(LiveState("live" if alive else "polling", feed.latency_ms(), alive))
            if changes is not None:
                self._post(changes)

    def _post(self, item: Changes | LiveState) -> None:
        self._inbox.append(item)
        if not self._stop.is_set():
            self._arrived.emit()

    @Slot()
    def _take(self) -> None:
        while self._inbox:
            item = self._inbox.popleft()
            if isinstance(item, Changes):
                self._bus.publish(item)
            elif item != self.state:
                self.state = item
                self.state_changed.emit(item)
