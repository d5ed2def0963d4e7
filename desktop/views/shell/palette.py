"""Ctrl+K: go anywhere. Records by code, name or pinyin initials, pages, commands; what was opened last comes
first. Beside the list stands a look at the hit, where there is one for its kind: the arrow keys run through both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import Found, SearchProvider
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job, Work
from desktop.widgets.icons import bind_icon
from desktop.widgets.lookup import DEBOUNCE_MS, FoundList
from desktop.widgets.paint import Card, column, row
from desktop.widgets.peek import Peek, PeekPane

WIDTH = 640
PEEK_MS = 40
"""A key that is held down does not ask for every hit on the way."""
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
    record_taken = Signal(object)
    """Ctrl+Enter on a hit that `peek` shows: take it where one was, instead of opening it."""
    closed = Signal()

    def __init__(
        self,
        window: QWidget,
        work: Work,
        search: SearchProvider,
        peek: Peek | None = None,
        *,
        over: QWidget | None = None,
    ) -> None:
        """`over`: what lies under it and may not take the keys from who types here, whatever it has just loaded."""
        super().__init__(window)
        self._over = over
        self._work, self._search, self._peek = work, search, peek
        self._seen: dict[Any, Any] = {}
        self._looked_at: Any = None
        self._look: Job | None = None
        self.pane: PeekPane | None = peek.make() if peek is not None else None
        self._choices: tuple[Choice, ...] = ()
        self._recent: tuple[Found, ...] = ()
        self._records: tuple[Found, ...] = ()
        self._stepped = False
        self._job: Job | None = None
        self.input = _Input(self)
        self.input.textChanged.connect(self._typed)
        self.list = FoundList(self, most_rows=14)
        self.list.picked.connect(self._take)
        self._window = window
        self.list.moved.connect(self._moved)
        beside = row(self.list, spacing=4)
        beside.setAlignment(self.list, Qt.AlignmentFlag.AlignTop)
        beside.setStretch(0, 1)
        if self.pane is not None:
            beside.addWidget(self.pane)
            self.pane.hide()
        self._column = column(self.input, beside, spacing=4, margins=(8, 8, 8, 8))
        self.setLayout(self._column)
        self._glance = QTimer(self)
        self._glance.setSingleShot(True)
        self._glance.setInterval(PEEK_MS)
        self._glance.timeout.connect(self._read)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        window.installEventFilter(self)
        self.hide()

    def open(self, choices: Sequence[Choice], recent: Sequence[Found], text: str = "") -> None:
        """Show it with what can be chosen now; `text` starts the search."""
        self._choices, self._recent, self._records = tuple(choices), tuple(recent), ()
        self._seen.clear()
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
            self._glance.stop()
            self.hide()
            self.closed.emit()

    def steer(self, event: QKeyEvent) -> bool:
        """Keys that are for the list, not for the text."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._stepped = True
            self.list.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._take_along()
            else:
                self.list.take()
        elif key == Qt.Key.Key_Escape:
            self.shut()
        else:
            return False
        return True

    @Slot()
    def _typed(self) -> None:
        self._records = ()
        self._stepped = False
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
        before = self.list.rows()[self.list.current] if self._stepped and self.list.rows() else None
        self.list.show_rows(rows, note or (tr("Searching") if typed else tr("Type a code or a name")))
        if before is not None and before in rows:
            self.list.step(rows.index(before))  # what was chosen stays chosen when records come in above it
        self._place()

    # the look beside the list

    def _known(self, found: Found | None) -> Found | None:
        return found if found is not None and self._peek is not None and found.key in self._peek.kinds else None

    @Slot()
    def _moved(self) -> None:
        """The pane keeps its room while any hit has something to show, so that nothing jumps under the arrows."""
        if self.pane is None:
            return
        wanted = any(self._known(each) is not None for each in self.list.rows())
        if self.pane.isHidden() == wanted:
            self.pane.setVisible(wanted)
            self._place()
        current = self._known(self.list.current_row())
        if current is None or current.id in self._seen:
            self._glance.stop()
            self._looked_at = current.id if current is not None else None
            self.pane.show_answer(self._seen.get(self._looked_at))
        elif current.id != self._looked_at:
            self._looked_at = current.id
            self._glance.start()

    @Slot()
    def _read(self) -> None:
        if self._peek is None or self._looked_at is None:
            return
        if self._look is not None:
            self._look.cancel()
        wanted = self._looked_at
        self._look = self._work.run(
            self._peek.read, wanted, on_done=partial(self._told, wanted), on_error=self._untold, owner=self,
            background=True,
        )  # fmt: skip

    def _told(self, of: Any, answer: Any) -> None:
        self._look = None
        self._seen[of] = answer
        if self.pane is not None and of == self._looked_at:
            self.pane.show_answer(answer)

    def _untold(self, failure: Failure) -> None:
        """A look is a help; going on does not depend on it, and the next hit asks again."""
        self._look, self._looked_at = None, None
        if self.pane is not None:
            self.pane.show_answer(None)

    def _take_along(self) -> None:
        current = self._known(self.list.current_row())
        if current is not None and self._peek is not None and self._peek.page:
            self.shut()
            self.record_taken.emit(current)

    def _place(self) -> None:
        beside = self.pane.width() + 4 if self.pane is not None and not self.pane.isHidden() else 0
        width = min(WIDTH + beside, self._window.width() - 32)
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

    def lost_focus(self, reason: Qt.FocusReason) -> None:
        """Close, unless it was a page that took the focus by itself, because its answer came."""
        focus = QApplication.focusWidget()
        under = focus is None or (self._over is not None and self._over.isAncestorOf(focus))
        if reason == Qt.FocusReason.OtherFocusReason and under and self.isVisible():
            self.input.setFocus(Qt.FocusReason.PopupFocusReason)  # at once: the next letter may be on its way
        elif reason not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.shut()

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
        self._palette.lost_focus(event.reason())


def _matches(choice: Choice, typed: str) -> bool:
    return not typed or any(typed in word.lower() for word in choice.words)
