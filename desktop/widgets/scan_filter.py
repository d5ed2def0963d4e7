"""A scanner is a keyboard: this filter tells its bursts of keys from a person's and makes one scan of each.

Printable keys wait until the next one is late (30 ms), which a person does not notice; a burst of at least
four that ends with Enter or Tab within that time is a scan, anything else is typed into the focused widget
after all, in order. So neither the code nor the closing Enter ever reaches a field or a button. A configured
prefix opens a scan at once and lets it be slower. While a Chinese input method composes, the same is read
from its preedit text.

Late is what was pressed late, never what was read late: a program that stands still between two keys of a burst,
or gets no processor, neither splits a scan nor drops one. See `_Lull`.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtCore import Qt as Q
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

GAP_MS = 30
PREFIXED_GAP_MS = 250
MINIMUM = 4
_PARTS = 3
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


class _Lull(QObject):
    """A pause between keys, as far as this program listened for one.

    It passes in parts, and each part begins when the one before it was noticed. However long the program stands
    still, one part passes; then the keys that came meanwhile are read, before the next part can end.
    """

    over = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left = 0
        self._part = QTimer(self)
        self._part.setSingleShot(True)
        self._part.setTimerType(Q.TimerType.PreciseTimer)
        self._part.timeout.connect(self._passed)

    def begin(self, gap_ms: int) -> None:
        self._left = _PARTS
        self._part.start(max(gap_ms // _PARTS, 1))

    def stop(self) -> None:
        self._part.stop()

    def under_way(self) -> bool:
        return self._part.isActive()

    @Slot()
    def _passed(self) -> None:
        self._left -= 1
        if self._left:
            self._part.start()
        else:
            self.over.emit()


class ScanFilter(QObject):
    """Install with `start`; `scanned` carries the code without prefix and suffix."""

    scanned = Signal(str)

    def __init__(self, settings: ScannerSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings or ScannerSettings()
        self._held: list[_Held] = []
        self._prefixed = False
        self._replaying = False
        self._pressed_at = 0
        self._lull = _Lull(self)
        self._lull.over.connect(self._type_after_all)
        self._tail = _Lull(self)
        self._composed = ""
        self._composed_fast = 0
        self._composing = _Lull(self)
        self._composing.over.connect(self._compose_anew)

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
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            self._before_shortcut(event)
            return False
        if kind == QEvent.Type.InputMethod and isinstance(watched, QWidget) and isinstance(event, QInputMethodEvent):
            return self._compose(watched, event)
        if kind == QEvent.Type.MouseButtonPress and self._held and not self._is_burst():
            self._type_after_all()
        return False

    def _is_burst(self) -> bool:
        """Whether what waits is more than a person types so fast: only its end or a pause ends it."""
        return self._prefixed or len(self._held) >= self.settings.minimum

    def _key(self, receiver: QWidget, event: QKeyEvent) -> bool:
        if self._held and self._ends(event):
            return self._close(receiver, event)
        if self._is_second_end(event):
            return True
        text = event.text()
        if not self._collectable(event, text):
            if self._held and not _is_modifier(event):
                self._type_after_all()
            return False
        if self._held and self._pressed_late(event):
            self._type_after_all()
        self._pressed_at = _pressed_at(event)
        focused = receiver.window().focusWidget() is receiver
        self._held.append(_Held(receiver, event.key(), event.modifiers(), text, focused))
        prefix = self.settings.prefix
        if prefix and "".join(each.text for each in self._held) == prefix:
            self._prefixed = True
        self._lull.begin(self._gap())
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
        in_time = not self._pressed_late(event)
        code = "".join(each.text for each in self._held)
        if self._prefixed:
            code = code.removeprefix(self.settings.prefix)
        if in_time and (self._prefixed or len(code) >= self.settings.minimum) and code.strip():
            self._pressed_at = _pressed_at(event)
            self._tail.begin(self._gap())
            self._forget()
            self.scanned.emit(code.strip())
            return True
        self._type_after_all()
        return False

    def _before_shortcut(self, event: QKeyEvent) -> None:
        """A shortcut takes its key at once, and no key press is seen: what was typed before it comes before it, and
        Enter behind it is a person's.
        """
        if self._held and not (self._collectable(event, event.text()) or self._ends(event) or _is_modifier(event)):
            self._type_after_all()
        if self._tail.under_way() and not (_is_end(event) or _is_modifier(event)):
            self._tail.stop()

    def _is_second_end(self, event: QKeyEvent) -> bool:
        """Line feed behind carriage return: scanners send both, and the second one would press what has the focus."""
        if not self._tail.under_way():
            return False
        if _is_end(event) and not self._pressed_late(event):
            self._pressed_at = _pressed_at(event)
            return True
        if not _is_modifier(event):
            self._tail.stop()
        return False

    def _pressed_late(self, event: QKeyEvent) -> bool:
        """Whether it was pressed long after the key before it. Where the platform does not tell, it was not: a pause
        would have been over.
        """
        now = _pressed_at(event)
        return bool(now and self._pressed_at) and now - self._pressed_at > self._gap()

    def _gap(self) -> int:
        return PREFIXED_GAP_MS if self._prefixed else self.settings.gap_ms

    def _forget(self) -> None:
        self._lull.stop()
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
        """A scan that an input method took: its preedit grows faster than a person types.

        Input methods tell the same preedit twice, and empty it before they commit: neither ends a scan.
        """
        grown, commit = event.preeditString(), event.commitString()
        if not commit:
            if grown:
                by = len(grown) - len(self._composed)
                self._composed_fast = self._composed_fast + by if by >= 0 else 0
                self._composed = grown
                self._composing.begin(self._gap())
            return False
        fast = self._composing.under_way() and self._composed_fast >= self.settings.minimum
        self._composing.stop()
        self._compose_anew()
        code = commit.replace("'", "").replace(" ", "")
        if not (fast and code.isascii() and len(code) >= self.settings.minimum):
            return False
        if self._prefixed:  # the prefix is no letter, so the input method let it pass
            self._forget()
        self._replaying = True
        try:
            QCoreApplication.sendEvent(receiver, QInputMethodEvent())
        finally:
            self._replaying = False
        self.scanned.emit(code)
        return True

    @Slot()
    def _compose_anew(self) -> None:
        self._composed, self._composed_fast = "", 0


def _receiver_now(held: _Held) -> QWidget | None:
    """Who gets a key that waited: whoever has the focus by now, because the key before it may have opened an
    editor.
    """
    if not isValid(held.receiver):
        return QApplication.focusWidget()
    return (held.receiver.window().focusWidget() or held.receiver) if held.focused else held.receiver


def _pressed_at(event: QKeyEvent) -> int:
    """When the key was pressed, by the platform's clock: a stalled program must not turn typing into a burst. 0 where
    the platform only tells when the key was read.
    """
    return 0 if QGuiApplication.platformName() == "windows" else int(event.timestamp())


def _is_end(event: QKeyEvent) -> bool:
    """Carriage return or line feed."""
    line_feed = event.key() == Q.Key.Key_J and event.modifiers() == Q.KeyboardModifier.ControlModifier
    return line_feed or event.key() in _SUFFIX_KEYS["enter"]


def _is_modifier(event: QKeyEvent) -> bool:
    return event.key() in (Q.Key.Key_Shift, Q.Key.Key_Control, Q.Key.Key_Alt, Q.Key.Key_AltGr, Q.Key.Key_Meta)


def _send(receiver: QWidget, held: _Held) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.sendEvent(receiver, QKeyEvent(kind, held.key, held.modifiers, held.text))
