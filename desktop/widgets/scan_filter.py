"""A scanner is a keyboard: this filter tells its bursts of keys from a person's and makes one scan of each.

Printable keys wait until the next one is late (30 ms), which a person does not notice; a burst of at least
four that ends with Enter or Tab within that time is a scan, anything else is typed into the focused widget
after all, in order. So neither the code nor the closing Enter ever reaches a field or a button. A configured
prefix opens a scan at once and lets it be slower. While a Chinese input method composes, the same is read
from its preedit text.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtCore import Qt as Q
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

GAP_MS = 30
PREFIXED_GAP_MS = 250
MINIMUM = 4
_SUFFIX_KEYS = {"enter": (Q.Key.Key_Return, Q.Key.Key_Enter), "tab": (Q.Key.Key_Tab,)}
_PLAIN = (Q.KeyboardModifier.NoModifier, Q.KeyboardModifier.ShiftModifier, Q.KeyboardModifier.KeypadModifier)


@dataclass(frozen=True)
class ScannerSettings:
    """How this workstation's scanner is programmed. `suffix` is ``"enter"`` or ``"tab"``."""

    prefix: str = ""
    suffix: str = "enter"
    gap_ms: int = GAP_MS
    minimum: int = MINIMUM


@dataclass(frozen=True)
class _Held:
    """A key kept back, and where it would have gone."""

    receiver: QWidget
    key: int
    modifiers: Q.KeyboardModifier
    text: str
    focused: bool


class ScanFilter(QObject):
    """Install with `start`; `scanned` carries the code without prefix and suffix."""

    scanned = Signal(str)

    def __init__(self, settings: ScannerSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings or ScannerSettings()
        self._held: list[_Held] = []
        self._prefixed = False
        self._replaying = False
        self._last_ms = 0.0
        self._composed = ""
        self._composing_fast = 0
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setTimerType(Q.TimerType.PreciseTimer)
        self._late.timeout.connect(self._type_after_all)

    def start(self) -> None:
        app = QCoreApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def stop(self) -> None:
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._type_after_all()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._replaying:
            return False
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(watched, QWidget) and isinstance(event, QKeyEvent):
            return self._key(watched, event)
        if kind == QEvent.Type.InputMethod and isinstance(watched, QWidget) and isinstance(event, QInputMethodEvent):
            return self._compose(watched, event)
        if kind == QEvent.Type.MouseButtonPress and self._held:
            self._type_after_all()
        return False

    def _key(self, receiver: QWidget, event: QKeyEvent) -> bool:
        if self._held and self._ends(event):
            return self._close(receiver, event)
        text = event.text()
        if not self._collectable(event, text):
            if self._held and not _is_modifier(event):
                self._type_after_all()
            return False
        now = _moment(event)
        if self._held and now - self._last_ms > self._gap():
            self._type_after_all()
        self._last_ms = now
        focused = receiver.window().focusWidget() is receiver
        self._held.append(_Held(receiver, event.key(), event.modifiers(), text, focused))
        prefix = self.settings.prefix
        if prefix and "".join(each.text for each in self._held) == prefix:
            self._prefixed = True
        self._late.start(self._gap())
        return True

    def _collectable(self, event: QKeyEvent, text: str) -> bool:
        if event.isAutoRepeat() or len(text) != 1 or event.modifiers() & ~(_PLAIN[1] | _PLAIN[2]):
            return False
        if text == self.settings.prefix:
            return True
        return text.isprintable() and (text != " " or bool(self._held))

    def _ends(self, event: QKeyEvent) -> bool:
        return Q.Key(event.key()) in _SUFFIX_KEYS[self.settings.suffix] and not event.isAutoRepeat()

    def _close(self, receiver: QWidget, event: QKeyEvent) -> bool:
        in_time = _moment(event) - self._last_ms <= self._gap()
        code = "".join(each.text for each in self._held)
        if self._prefixed:
            code = code.removeprefix(self.settings.prefix)
        if in_time and (self._prefixed or len(code) >= self.settings.minimum) and code.strip():
            self._forget()
            self.scanned.emit(code.strip())
            return True
        self._type_after_all()
        return False

    def _gap(self) -> int:
        return PREFIXED_GAP_MS if self._prefixed else self.settings.gap_ms

    def _forget(self) -> None:
        self._late.stop()
        self._held = []
        self._prefixed = False

    @Slot()
    def _type_after_all(self) -> None:
        """It was a person: give the keys to whom they were meant for."""
        held = self._held
        self._forget()
        self._replaying = True
        try:
            for each in held:
                receiver = _receiver_now(each)
                if receiver is not None:
                    _send(receiver, each)
        finally:
            self._replaying = False

    def _compose(self, receiver: QWidget, event: QInputMethodEvent) -> bool:
        """A scan that an input method took: its preedit grows faster than a person types."""
        now = time.monotonic() * 1000
        grown = event.preeditString()
        if grown and len(grown) > len(self._composed):
            self._composing_fast += 1 if now - self._last_ms <= self.settings.gap_ms else -self._composing_fast
            self._composed, self._last_ms = grown, now
            return False
        commit = event.commitString()
        fast = self._composing_fast + 1 >= self.settings.minimum
        self._composed, self._composing_fast = "", 0
        code = commit.replace("'", "").replace(" ", "")
        if not (fast and commit and code.isascii() and now - self._last_ms <= self.settings.gap_ms):
            return False
        self._replaying = True
        try:
            QCoreApplication.sendEvent(receiver, QInputMethodEvent())
        finally:
            self._replaying = False
        self.scanned.emit(code)
        return True


def _receiver_now(held: _Held) -> QWidget | None:
    """Who gets a key that waited: whoever has the focus by now, because the key before it may have opened an
    editor.
    """
    if not isValid(held.receiver):
        return QApplication.focusWidget()
    return (held.receiver.window().focusWidget() or held.receiver) if held.focused else held.receiver


def _moment(event: QKeyEvent) -> float:
    """When the key was pressed, by the platform's clock: a stalled program must not turn typing into a burst."""
    return float(event.timestamp()) or time.monotonic() * 1000


def _is_modifier(event: QKeyEvent) -> bool:
    return event.key() in (Q.Key.Key_Shift, Q.Key.Key_Control, Q.Key.Key_Alt, Q.Key.Key_AltGr, Q.Key.Key_Meta)


def _send(receiver: QWidget, held: _Held) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.sendEvent(receiver, QKeyEvent(kind, held.key, held.modifiers, held.text))
