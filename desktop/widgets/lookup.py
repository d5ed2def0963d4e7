"""Choosing one of many at the field: type-ahead or F7, from an asynchronous provider."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import Found, SearchProvider
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job, Work
from desktop.widgets.icons import bind_icon
from desktop.widgets.paint import draw_box, draw_icon, draw_text
from desktop.widgets.popup import FieldPopup
from desktop.widgets.theme import font

DEBOUNCE_MS = 120
_ROW = 28
_MOST_ROWS = 10


class FoundList(QWidget):
    """The offered records, one line each: icon, code, name, detail. Keys come from the field that has the
    focus.
    """

    picked = Signal(object)
    moved = Signal()
    """Another line is current."""

    def __init__(self, parent: QWidget | None = None, *, most_rows: int = _MOST_ROWS) -> None:
        super().__init__(parent)
        self._rows: tuple[Found, ...] = ()
        self._note = ""
        self._top = 0
        self._most = most_rows
        self.current = -1
        self.setMouseTracking(True)

    def show_rows(self, rows: Sequence[Found], note: str = "") -> None:
        """Offer `rows`; where there are none, `note` says why."""
        self._rows, self._note, self._top = tuple(rows), note, 0
        self.current = 0 if rows else -1
        self._describe()
        self.updateGeometry()
        self.update()
        self.moved.emit()

    def rows(self) -> tuple[Found, ...]:
        return self._rows

    def note(self) -> str:
        return "" if self._rows else self._note

    def step(self, by: int) -> None:
        if not self._rows:
            return
        self.current = min(max(self.current + by, 0), len(self._rows) - 1)
        self._top = min(max(self._top, self.current - self._most + 1), self.current)
        self._describe()
        self.update()
        self.moved.emit()

    def current_row(self) -> Found | None:
        return self._rows[self.current] if 0 <= self.current < len(self._rows) else None

    def take(self) -> bool:
        """Pick the current line; False where there is none."""
        if not 0 <= self.current < len(self._rows):
            return False
        self.picked.emit(self._rows[self.current])
        return True

    def sizeHint(self) -> QSize:
        return QSize(360, _ROW * max(1, min(len(self._rows), self._most)))

    def _describe(self) -> None:
        if 0 <= self.current < len(self._rows):
            found = self._rows[self.current]
            self.setAccessibleDescription(f"{found.code} {found.name}")

    def _row_at(self, y: float) -> int:
        number = self._top + int(y // _ROW)
        return number if number < len(self._rows) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._row_at(event.position().y())
        if number >= 0 and number != self.current:
            self.current = number
            self.update()
            self.moved.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.current = self._row_at(event.position().y())
        self.take()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._rows:
            draw_text(painter, QRectF(12, 0, self.width() - 24, _ROW), self._note, font(12), "text.tertiary")
        for number, found in enumerate(self._rows[self._top : self._top + self._most]):
            self._draw(painter, found, number * _ROW, self._top + number == self.current)
        painter.end()

    def _draw(self, painter: QPainter, found: Found, y: int, current: bool) -> None:
        box = QRectF(4, y, self.width() - 8, _ROW)
        if current:
            draw_box(painter, box, "selection.bg", None, 3)
        ink = "selection.text" if current else "text.primary"
        quiet = "selection.text" if current else "text.tertiary"
        draw_icon(painter, 12, y + 6, found.icon, quiet if current else "text.secondary", 16)
        code_width = 140.0 if found.code else 0.0
        draw_text(painter, QRectF(36, y, code_width - 8, _ROW), found.code, font(12, code=True), ink)
        detail = min(180.0, self.width() * 0.3) if found.detail else 0.0
        name = QRectF(36 + code_width, y, self.width() - 48 - code_width - detail, _ROW)
        draw_text(painter, name, found.name, font(12), ink)
        if found.detail:
            area = QRectF(self.width() - 12 - detail + 8, y, detail - 8, _ROW)
            draw_text(painter, area, found.detail, font(12), quiet, "right")


class _ListPopup(FieldPopup):
    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.list = FoundList(self)

    def fit(self, width: int) -> None:
        hint = self.list.sizeHint()
        self.setFixedSize(max(width, hint.width()), hint.height() + 8)
        self.list.setGeometry(0, 4, self.width(), hint.height())
        self.place()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.height())


class LookupField(QLineEdit):
    """A reference to a record. Holds a `Found`; typing searches, F7 opens the list, Enter takes, Esc goes
    back.
    """

    chosen = Signal(object)
    """The `Found`, or None when the field was emptied."""
    refused = Signal(str)

    def __init__(self, work: Work, provider: SearchProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work, self._provider = work, provider
        self._value: Found | None = None
        self._popup: _ListPopup | None = None
        self._job: Job | None = None
        self._asked = ""
        self.setFont(font(13))
        opener = QAction(self)
        bind_icon(opener, "search", "text.tertiary")
        opener.triggered.connect(self.open)
        self.addAction(opener, QLineEdit.ActionPosition.TrailingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DEBOUNCE_MS)
        self._pause.timeout.connect(self._search)
        self.textEdited.connect(self._edited)

    def value(self) -> Found | None:
        return self._value

    def set_value(self, value: Found | None) -> None:
        self._value = value
        self.setText("" if value is None else " ".join(part for part in (value.code, value.name) if part))
        self.setCursorPosition(0)

    @Slot()
    def open(self) -> None:
        """F7: the list for what stands in the field, or for everything where a value stands there already."""
        self._asked = "" if self._value is not None else self.text().strip()
        self._show_popup((), tr("Searching"))
        self._run(self._asked)

    def is_open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    def offered(self) -> tuple[Found, ...]:
        return self._popup.list.rows() if self._popup is not None else ()

    @Slot(str)
    def _edited(self, text: str) -> None:
        self._asked = text.strip()
        if self._asked:
            self._pause.start()
            return
        self._pause.stop()
        self._close()
        self._take(None)

    @Slot()
    def _search(self) -> None:
        self._run(self._asked)

    def _run(self, asked: str) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._work.run(
            self._provider, asked, on_done=self._answered, on_error=self._failed, owner=self, background=True
        )

    def _answered(self, rows: Sequence[Found]) -> None:
        self._job = None
        if self.hasFocus() or self.is_open():
            self._show_popup(rows, tr("Nothing found"))

    def _failed(self, failure: Failure) -> None:
        self._job = None
        self._show_popup((), failure.message)

    def _show_popup(self, rows: Sequence[Found], note: str) -> None:
        if self._popup is None:
            self._popup = _ListPopup(self)
            self._popup.list.picked.connect(self._pick)
        self._popup.list.show_rows(rows, note)
        self._popup.open()
        self._popup.fit(self.width())

    @Slot(object)
    def _pick(self, found: Found) -> None:
        self._close()
        self._take(found)

    def _take(self, found: Found | None) -> None:
        changed = found != self._value
        if found is None and self._value is None:
            return
        self.set_value(found)
        if changed:
            self.chosen.emit(found)

    def _close(self) -> None:
        if self._popup is not None:
            self._popup.shut()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_F7 or (key == Qt.Key.Key_Down and not self.is_open()):
            self.open()
        elif self.is_open() and self._popup is not None and self._steer(key, self._popup.list):
            return
        else:
            super().keyPressEvent(event)

    def _steer(self, key: Qt.Key, offered: FoundList) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
        if key in steps:
            offered.step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            offered.take()
        elif key == Qt.Key.Key_Escape:
            self._close()
            self.set_value(self._value)
        else:
            return False
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            return
        self._pause.stop()
        self._close()
        typed = self.text().strip()
        if typed and not self._is_settled(typed):
            self.refused.emit(tr("Choose a record from the list (F7)"))

    def _is_settled(self, typed: str) -> bool:
        """Is the text that of the value? A code typed in full counts as chosen."""
        for found in (self._value, *self.offered()):
            if found is not None and typed.lower() in (
                found.code.lower(),
                f"{found.code} {found.name}".lower(),
            ):
                self._take(found)
                return True
        return self._value is not None and self._value.name == typed
