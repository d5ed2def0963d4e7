"""How long a test waits for what must happen: in one place, and generous, because machines are busy at times."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

SECONDS = 60
"""Shorter than the limit of a test, longer than any stall of a loaded machine. What happens, ends the wait at once."""
_MS = SECONDS * 1000


class PatientBot(QtBot):
    """Waits at least that long, whatever a test says: no test may pass or fail by the speed of a machine."""

    def waitUntil(self, callback: Any, *, timeout: int = _MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, _MS))

    def waitSignal(self, signal: Any, *, timeout: int = _MS, **words: Any) -> Any:
        return super().waitSignal(signal, timeout=max(timeout, _MS), **words)

    def waitSignals(self, signals: Any, *, timeout: int = _MS, **words: Any) -> Any:
        return super().waitSignals(signals, timeout=max(timeout, _MS), **words)

    def waitActive(self, widget: Any, *, timeout: int = _MS) -> Any:
        return super().waitActive(widget, timeout=max(timeout, _MS))

    def waitExposed(self, widget: Any, *, timeout: int = _MS) -> Any:
        return super().waitExposed(widget, timeout=max(timeout, _MS))
