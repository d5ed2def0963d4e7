"""How long a test waits for what must happen: in one place, and generous, because machines are busy at times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytestqt.exceptions import TimeoutError as NeverHappened
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalEmittedSpy

SECONDS = 60
"""Shorter than the limit of a test, longer than any stall of a loaded machine. What happens, ends the wait at once."""
_MS = SECONDS * 1000
_LONGEST_PAUSE_MS = 10


class PatientBot(QtBot):
    """Waits at least that long, whatever a test says: no test may pass or fail by the speed of a machine."""

    def waitUntil(self, callback: Any, *, timeout: int = _MS) -> None:
        """As pytest-qt's, which looks every 10 ms; most of what is waited for has happened after two."""
        __tracebackhide__ = True
        end, pause = time.monotonic() + max(timeout, _MS) / 1000, 1
        while True:
            refused: AssertionError | None = None
            try:
                found = callback()
            except AssertionError as error:
                found, refused = False, error
            if found is None or found is True:
                return
            if found is not False:
                raise ValueError(f"waitUntil() wants None, True or False, not {found!r}")
            if time.monotonic() > end:
                raise NeverHappened(f"waitUntil timed out in {max(timeout, _MS)} milliseconds") from refused
            self.wait(pause)
            pause = min(pause + 1, _LONGEST_PAUSE_MS)

    def waitSignal(self, signal: Any, *, timeout: int = _MS, **words: Any) -> Any:
        return super().waitSignal(signal, timeout=max(timeout, _MS), **words)

    def waitSignals(self, signals: Any, *, timeout: int = _MS, **words: Any) -> Any:
        return super().waitSignals(signals, timeout=max(timeout, _MS), **words)

    def waitActive(self, widget: Any, *, timeout: int = _MS) -> Any:
        return super().waitActive(widget, timeout=max(timeout, _MS))

    def waitExposed(self, widget: Any, *, timeout: int = _MS) -> Any:
        return super().waitExposed(widget, timeout=max(timeout, _MS))

    @contextmanager
    def assertNotEmitted(self, signal: Any, *, wait: int = 0) -> Iterator[None]:
        """What must not happen is not waited for longer than the test says: pytest-qt's own asks `waitSignal`, which
        here would wait the whole minute.
        """
        spy = SignalEmittedSpy(signal)
        with spy:
            yield
            self.wait(max(wait, 1))  # and what was posted meanwhile counts
        spy.assert_not_emitted()
