"""Ctrl+K: go anywhere. Records by code, name or pinyin initials, pages, commands; what was opened last comes
first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import Found, SearchProvider
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job, Work
from desktop.widgets.icons import bind_icon
from desktop.widgets.lookup import DEBOUNCE_MS, FoundList
from desktop.widgets.paint import Card, column

WIDTH = 640
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
_MOST_LOCAL = 8


@dataclass(frozen=True)
class Choice:
    """A page or command known here: how it reads, all words that find it, and what it does."""

    found: Found
    words: tuple[str, ...]
    run: Callable[[], None]


class Palette(Card):
    """Child of the window. `record_chosen` for records; choices run themselves."""

    record_chosen = Signal(object)
    closed = Signal()

    def __init__(self, window: QWidget, work: Work, search: SearchProvider) -> None:
        super().__init__(window)
        self._work, self._search = work, search
        self._choices: tuple[Choice, ...] = ()
        self._recent: tuple[Found, ...] = ()
        self._records: tuple[Found, ...] = ()
        self._job: Job | None = None
        self.input = _Input(self)
        self.input.textChanged.connect(self._typed)
        self.list = FoundList(self, most_rows=14)
        self.list.picked.connect(self._take)
        self._window = window
        self._column = column(self.input, self.list, spacing=4, margins=(8, 8, 8, 8))
        self.setLayout(self._column)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        window.installEventFilter(self)
        self.hide()

    def open(self, choices: Sequence[Choice], recent: Sequence[Found], text: str = "") -> None:
        """Show it with what can be chosen now; `text` starts the search."""
        self._choices, self._recent, self._records = tuple(choices), tuple(recent), ()
        self.input.setPlaceholderText(tr("Go anywhere: code, name, pinyin initials"))
        self.input.setAccessibleName(tr("Go anywhere"))
        self.input.setText(text)
        self._typed()
        self.show()
        self.raise_()
        self.input.setFocus(Qt.FocusReason.PopupFocusReason)

    def shut(self) -> None:
        if self.isVisible():
            self._pause.stop()
            self.hide()
            self.closed.emit()

    def steer(self, event: QKeyEvent) -> bool:
        """Keys that are for the list, not for the text."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.list.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.list.take()
        elif key == Qt.Key.Key_Escape:
            self.shut()
        else:
            return False
        return True

    @Slot()
    def _typed(self) -> None:
        self._records = ()
        self._show_rows()
        if self.input.text().strip():
            self._pause.start()
        else:
            self._pause.stop()

    @Slot()
    def _ask(self) -> None:
        if self._job is not None:
            self._job.cancel()
        text = self.input.text().strip()
        self._job = self._work.run(
            self._search, text, on_done=self._answered, on_error=self._failed, owner=self, background=True
        )

    def _answered(self, records: Sequence[Found]) -> None:
        self._job = None
        self._records = tuple(records)
        self._show_rows(tr("Nothing found"))

    def _failed(self, failure: Failure) -> None:
        self._job = None
        self._show_rows(failure.message)

    def _show_rows(self, note: str = "") -> None:
        typed = self.input.text().strip().lower()
        local = [choice.found for choice in self._choices if _matches(choice, typed)]
        if typed:
            rows = [*self._records, *local[:_MOST_LOCAL]]
        else:
            rows = [*self._recent, *local]
        self.list.show_rows(rows, note or (tr("Searching") if typed else tr("Type a code or a name")))
        self._place()

    def _place(self) -> None:
        width = min(WIDTH, self._window.width() - 32)
        height = self._column.sizeHint().height()
        left = (self._window.width() - width) // 2
        self.setGeometry(left, 36, width, min(height, self._window.height() - 72))

    @Slot(object)
    def _take(self, found: Found) -> None:
        self.shut()
        for choice in self._choices:
            if choice.found == found:
                choice.run()
                return
        self.record_chosen.emit(found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 48)


class _Input(QLineEdit):
    """The palette's text: hands the list's keys on and closes the palette when the focus goes elsewhere."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self._palette = palette
        mark = self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        bind_icon(mark, "search", "text.tertiary")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._palette.steer(event):
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._palette.shut()


def _matches(choice: Choice, typed: str) -> bool:
    return not typed or any(typed in word.lower() for word in choice.words)
