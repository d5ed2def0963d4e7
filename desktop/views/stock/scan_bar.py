"""The scan field, the band that answers it, and the last scans. The field has the focus while the desk is in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QKeyCombination, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.entry import narrow
from desktop.domain.stock import Feedback, Level
from desktop.domain.stock_units import as_quantity
from desktop.domain.text import tr
from desktop.widgets.labels import Chip
from desktop.widgets.paint import Surface, draw_box, draw_icon, draw_text, text_width
from desktop.widgets.theme import color, font, metric

_HEIGHT = metric("control.scan")
_TONES: dict[Level, tuple[str, str, str]] = {
    Level.OK: ("success", "circle-check", "check"),
    Level.ACTIVE: ("success", "circle-check", "check"),
    Level.EXTRA: ("warn", "triangle-alert", "triangle-alert"),
    Level.BAD: ("danger", "circle-x", "x"),
    Level.TODO: ("info", "info", "file-text"),
}
SCANS_SHOWN = 6
_CTRL_Y = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Y)


class ScanField(QLineEdit):
    """44 high. Enter submits what was typed; the arrows move through the lines.

    Codes are Latin: an input method is not asked for here, because it would compose what a scanner types. Undo, redo
    and pasted rows go to the page while nothing is typed.
    """

    submitted = Signal(str)
    stepped = Signal(int)
    delete_pressed = Signal()
    undo_pressed = Signal()
    redo_pressed = Signal()
    rows_pasted = Signal(str)
    number_moves_on = True
    """Whether the page goes on to the next line by itself when it gets a number."""
    steered: Callable[[int], bool] | None = None
    """Gets the arrows (±1) and Enter (0) first; True where it took them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setFrame(False)
        self.setTextMargins(44, 0, 8, 0)
        self.setStyleSheet("QLineEdit { background: transparent; border: none; min-height: 44px; max-height: 44px; }")
        self.setFont(font(18, code=True))
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setInputMethodHints(Qt.InputMethodHint.ImhLatinOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self._hint, self._queued = "", 0
        self._chip = Chip(parent=self)
        self.ready(0)

    def set_hint(self, hint: str) -> None:
        """What to scan next. Painted here, because the field's own placeholder would take the large font."""
        self._hint = hint
        self.setAccessibleName(hint)
        self.update()

    def ready(self, queued: int) -> None:
        """Tell whether the desk listens: ready, or how many scans wait."""
        self._queued = queued
        if queued:
            self._chip.set_state(tr("{count} waiting", count=queued), "warn")
        else:
            self._chip.set_state(tr("Scanner ready"), "success")
        self._place_chip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        move = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Return: 0, Qt.Key.Key_Enter: 0}.get(key)
        if move is not None and self.steered is not None and self.steered(move):
            return
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo) or event.keyCombination() == _CTRL_Y:
            self.redo()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            text = narrow(self.text()).strip()
            self.clear()
            if text:
                self.submitted.emit(text)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Delete and not self.text():
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        """A number that stands here is for the line that the arrow leaves: quantity, arrow, quantity, arrow."""
        typed = narrow(self.text()).strip()
        if as_quantity(typed) is not None:
            self.clear()
            self.submitted.emit(typed)
            if self.number_moves_on:
                return
        self.stepped.emit(by)

    def event(self, event: QEvent) -> bool:
        """Undo and redo belong to the field with the focus, also where the menu has the same keys."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.keyCombination() == _CTRL_Y or any(event.matches(each) for each in (keys.Undo, keys.Redo)):
                event.accept()
                return True
        return super().event(event)

    def undo(self) -> None:
        if self.text():
            super().undo()
        else:
            self.undo_pressed.emit()

    def redo(self) -> None:
        if self.isRedoAvailable() and self.text():
            super().redo()
        else:
            self.redo_pressed.emit()

    def paste(self) -> None:
        """Rows go to the page; one line is typed here."""
        text = QGuiApplication.clipboard().text()
        if "\t" in text.strip() or "\n" in text.strip():
            self.rows_pasted.emit(text)
        else:
            super().paste()

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:  # type: ignore[override]
        return False if query == Qt.InputMethodQuery.ImEnabled else super().inputMethodQuery(query)

    def resizeEvent(self, event: object) -> None:
        self._place_chip()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def retranslate(self) -> None:
        self.ready(self._queued)

    def _place_chip(self) -> None:
        size = self._chip.sizeHint()
        self._chip.setGeometry(
            self.width() - size.width() - 8, (self.height() - size.height()) // 2, size.width(), size.height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        focused = self.hasFocus()
        draw_box(painter, QRectF(self.rect()), "surface.base", "focus.ring" if focused else "border.strong",
                 metric("radius.control"), 2 if focused else 1)  # fmt: skip
        draw_icon(painter, 12, (self.height() - 20) / 2, "scan-barcode", "accent.fg", 20)
        if not self.text():
            room = QRectF(54, 0, self._chip.x() - 62, self.height())
            draw_text(painter, room, self._hint, font(13, text=self._hint), "text.tertiary")
        painter.end()
        super().paintEvent(event)


class FeedbackBand(QWidget):
    """What became of the last scan: colour, icon and words, and the count at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self._shown: Feedback | None = None
        self._heard = True

    def show_feedback(self, feedback: Feedback | None, *, heard: bool = True) -> None:
        """`heard`: a tone went with it."""
        self._shown, self._heard = feedback, heard
        words = f"{feedback.code} {feedback.headline} {feedback.detail}" if feedback else ""
        self.setAccessibleName(words)
        self.update()

    def feedback(self) -> Feedback | None:
        return self._shown

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        painter = QPainter(self)
        tone, icon, _ = _TONES[self._shown.level]
        draw_box(painter, QRectF(self.rect()), f"{tone}.bg", None, 4)
        painter.fillRect(0, 0, 4, self.height(), color(f"{tone}.solid"))
        draw_icon(painter, 16, (self.height() - 20) / 2, icon, f"{tone}.fg", 20)
        self._paint_words(painter, tone)
        painter.end()

    def _paint_words(self, painter: QPainter, tone: str) -> None:
        shown = self._shown
        if shown is None:
            return
        right = self.width() - 16.0
        bad = shown.level is Level.BAD
        if shown.step or shown.count:
            draw_text(painter, QRectF(right - 80, 3, 80, 22), shown.step, font(18, 500), f"{tone}.fg", "right")
            draw_text(painter, QRectF(right - 80, 25, 80, 16), shown.count, font(11), "text.secondary", "right")
            right -= 92
        elif bad and self._heard:
            words = tr("low tone")
            width = text_width(words, font(12, text=words)) + 2
            draw_text(
                painter,
                QRectF(right - width, 0, width, self.height()),
                words,
                font(12, text=words),
                "text.secondary",
                "right",
            )
            draw_icon(painter, right - width - 18, (self.height() - 14) / 2, "volume-2", "text.secondary", 14)
            right -= width + 30
        code = font(13, 500, True, text=shown.code)
        width = text_width(shown.code, code)
        draw_text(painter, QRectF(48, 3, width + 2, 20), shown.code, code, f"{tone}.fg" if bad else "text.primary")
        draw_text(
            painter,
            QRectF(48 + width + 10, 3, right - 58 - width, 20),
            shown.headline,
            font(13, text=shown.headline),
            "text.primary",
        )
        draw_text(painter, QRectF(48, 23, right - 48, 16), shown.detail, font(12, text=shown.detail), "text.secondary")


class LastScans(QWidget):
    """The latest scans, newest first, each with its mark; the queue at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(30)
        self._scans: list[tuple[str, Feedback]] = []
        self._queued = 0

    def add(self, at: str, feedback: Feedback) -> None:
        self._scans.insert(0, (at, feedback))
        del self._scans[50:]
        self.update()

    def scans(self) -> Sequence[tuple[str, Feedback]]:
        return tuple(self._scans)

    def clear(self) -> None:
        self._scans = []
        self.update()

    def set_queued(self, count: int) -> None:
        self._queued = count
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        words = tr("Last scans")
        small = font(12, text=words)
        draw_text(painter, QRectF(0, 0, 80, 22), words, small, "text.tertiary")
        queued = tr("{count} queued", count=self._queued)
        width = text_width(queued, font(12, text=queued)) + 2
        limit = self.width() - width
        draw_text(painter, QRectF(limit, 0, width, 22), queued, font(12, text=queued), "text.tertiary", "right")
        x = text_width(words, small) + 12
        for position, (at, feedback) in enumerate(self._scans[:SCANS_SHOWN]):
            used = self._paint_scan(painter, x, limit - 12, at if self.width() > 1000 else "", feedback, position == 0)
            if not used:
                break
            x += used + 4
        painter.end()

    def _paint_scan(self, painter: QPainter, x: float, limit: float, at: str, feedback: Feedback, first: bool) -> float:
        tone, _, icon = _TONES[feedback.level]
        code, quiet = font(12, code=True, text=feedback.code), font(12, text=feedback.chip)
        parts = [
            (at, quiet, "text.tertiary"),
            (feedback.code, code, "text.primary"),
            (feedback.chip, quiet, "text.secondary"),
        ]
        parts = [part for part in parts if part[0]]
        width = 6 + 16 + sum(text_width(text, used) + 4 for text, used, _ in parts) + 3
        if x + width > limit:
            return 0
        box = QRectF(x, 0, width, 22)
        draw_box(painter, box, f"{tone}.bg" if first else None, f"{tone}.line" if first else "border.grid", 3)
        draw_icon(painter, x + 6, 5, icon, f"{tone}.fg", 12)
        at_x = x + 22
        for text, used, role in parts:
            size = text_width(text, used)
            draw_text(painter, QRectF(at_x, 0, size + 2, 22), text, used, role)
            at_x += size + 4
        return width


class ScanBar(Surface):
    """Field and band side by side, the last scans under them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.base", "b", parent=parent)
        self.field = ScanField()
        self.band = FeedbackBand()
        self.last = LastScans()
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.field)
        top.addWidget(self.band, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 0)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addWidget(self.last)
        self.set_wide(False)

    def set_wide(self, wide: bool) -> None:
        self.field.setFixedWidth(440 if wide else 336)

    def set_queued(self, count: int) -> None:
        self.field.ready(count)
        self.last.set_queued(count)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self.field.setFont(font(18, code=True))
            self.field.retranslate()
            self.update()
        super().changeEvent(event)
