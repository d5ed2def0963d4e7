"""The editor of one cell: a line of text with what its kind adds, a list to choose from or a month.

It decides nothing about values: it says what was typed and in which direction to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.entry import NotADate, parse_date
from desktop.domain.text import tr
from desktop.lists.query import ColumnInfo
from desktop.lists.spec import Kind
from desktop.models.kinds import is_number
from desktop.runtime.context import Found
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job, Work
from desktop.widgets.dates import MonthPopup
from desktop.widgets.grid_text import cell_font
from desktop.widgets.lookup import DEBOUNCE_MS, FoundList
from desktop.widgets.popup import FieldPopup
from desktop.widgets.theme import color

Move = Literal["stay", "down", "up", "right", "left", "fill"]
Lookup = Callable[[str, str], Sequence[Found]]
"""List key and what was typed → records to choose from; called in a worker thread."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
_LEAST_POPUP = 180


def no_lookup(_list: str, _text: str) -> Sequence[Found]:
    """Nothing to choose from: the text is typed in full."""
    return ()


class _ChoicePopup(FieldPopup):
    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.list = FoundList(self)

    def fit(self) -> None:
        width = max(_LEAST_POPUP, self._field.width())
        self.list.setFixedWidth(width - 2)
        height = self.list.sizeHint().height()
        self.list.setGeometry(1, 4, width - 2, height)
        self.setFixedSize(width, height + 8)
        self.place()

    def sizeHint(self) -> QSize:
        return self.size()


class CellEditor(QLineEdit):
    """Lies over its cell. `typed`: it was opened by typing, so ← and → leave it as they would leave a cell."""

    accepted = Signal(str)
    """The direction to go on (a `Move`)."""
    cancelled = Signal()
    edited = Signal()

    def __init__(
        self, info: ColumnInfo, text: str, *, typed: bool, work: Work, lookup: Lookup, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.info, self.typed = info, typed
        self._work, self._lookup = work, lookup
        self._popup: _ChoicePopup | None = None
        self._month: MonthPopup | None = None
        self._job: Job | None = None
        self.wrong = False
        self.setProperty("bare", "true")
        self.setFrame(False)
        self.setFont(cell_font(info))
        self.setTextMargins(8, 0, 8, 0)
        self.setAlignment(Qt.AlignmentFlag.AlignRight if is_number(info.kind) else Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(info.label)
        self.setText(text)
        if not typed:
            self.selectAll()
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self._search)
        self.textEdited.connect(self._changed)

    def start(self) -> None:
        """After it has been placed and shown: offer the choices of a choice at once."""
        if self._choices() and not (self.typed and not self.text()):
            self._offer(self._matching(self.text() if self.typed else ""))
        elif self.info.reference and self.typed and self.text():
            self._pause.start()

    def set_wrong(self, wrong: bool) -> None:
        self.wrong = wrong
        self.update()

    def shut(self) -> None:
        """Close what it opened."""
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()
        for popup in (self._popup, self._month):
            if popup is not None:
                popup.shut()
                popup.deleteLater()
        self._popup = self._month = None

    def popup_open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    def offered(self) -> tuple[Found, ...]:
        return self._popup.list.rows() if self._popup is not None and self._popup.isVisible() else ()

    def look_up(self) -> None:
        """F7: the choices, the records, the month."""
        if self.info.kind in (Kind.DATE, Kind.DATETIME):
            self._open_month()
        elif self._choices():
            self._offer(self._matching(""))
        elif self.info.reference:
            self._search()

    # --- choosing ------------------------------------------------------------------------------------------------

    def _choices(self) -> tuple[tuple[str, str], ...]:
        if self.info.kind is Kind.BOOLEAN:
            return (("yes", tr("yes")), ("no", tr("no")))
        return self.info.choices

    def _matching(self, text: str) -> list[Found]:
        typed = text.strip().casefold()
        labels = [label for _, label in self._choices()]
        starts = [label for label in labels if label.casefold().startswith(typed)]
        holds = [label for label in labels if typed in label.casefold() and label not in starts]
        return [Found(label, label, "", label, icon="tag") for label in (*starts, *holds)]

    def _offer(self, rows: Sequence[Found], note: str = "") -> None:
        if self._popup is None:
            self._popup = _ChoicePopup(self)
            self._popup.list.picked.connect(self._pick)
        self._popup.list.show_rows(rows, note or tr("Nothing found"))
        present = next((n for n, found in enumerate(rows) if found.name == self.text()), 0)
        self._popup.list.step(present)
        self._popup.fit()
        self._popup.open()
        self._popup.fit()

    def _changed(self, text: str) -> None:
        self.set_wrong(False)
        self.edited.emit()
        if self._choices():
            self._offer(self._matching(text))
        elif self.info.reference:
            self._pause.start()

    def _search(self) -> None:
        if self.info.reference is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._job = self._work.run(
            self._lookup, self.info.reference, self.text().strip(),
            on_done=self._found, on_error=self._not_found, owner=self, background=True,
        )  # fmt: skip

    def _found(self, rows: Sequence[Found]) -> None:
        self._job = None
        if rows or self.popup_open():
            self._offer(rows)

    def _not_found(self, failure: Failure) -> None:
        self._offer((), failure.message)

    def _pick(self, found: Found) -> None:
        self.setText(found.code or found.name)
        if self._popup is not None:
            self._popup.shut()
        self.accepted.emit("stay")

    def _take_offered(self) -> None:
        """Enter or Tab on an open list takes the line under the bar, where something was typed or chosen."""
        if self._popup is None or not self._popup.isVisible():
            return
        rows, number = self._popup.list.rows(), self._popup.list.current
        if 0 <= number < len(rows):
            self.setText(rows[number].code or rows[number].name)
        self._popup.shut()

    # --- dates ---------------------------------------------------------------------------------------------------

    def _open_month(self) -> None:
        if self._month is None:
            self._month = MonthPopup(self)
            self._month.picked.connect(self._picked_day)
        try:
            day = parse_date(self.text()[:10], date.today())
        except NotADate:
            day = None
        self._month.day = day or date.today()
        self._month.open()

    def _picked_day(self, day: date) -> None:
        self.setText(day.isoformat())
        if self._month is not None:
            self._month.shut()
        self.edited.emit()

    def month_open(self) -> bool:
        return self._month is not None and self._month.isVisible()

    # --- keys ----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Tab belongs to the grid, not to the order of focus; keys that mean something here are no shortcuts."""
        if isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if event.type() == QEvent.Type.ShortcutOverride and (key in _ENTER or key in _OWN_KEYS):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self._take_offered()
                self.accepted.emit("left" if key == Qt.Key.Key_Backtab else "right")
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.month_open() and self._month is not None and self._month.press(key):
            return
        if self._opens(key, event) or self._steers(key) or self._leaves(key, event):
            return
        super().keyPressEvent(event)

    def _opens(self, key: Qt.Key, event: QKeyEvent) -> bool:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key == Qt.Key.Key_F7 or (alt and key == Qt.Key.Key_Down):
            self.look_up()
            return True
        return False

    def _steers(self, key: Qt.Key) -> bool:
        if not self.popup_open() or self._popup is None:
            return False
        if key in _STEPS:
            self._popup.list.step(_STEPS[key])
            return True
        if key == Qt.Key.Key_Escape and self.info.reference:
            self._popup.shut()
            return True
        return False

    def _leaves(self, key: Qt.Key, event: QKeyEvent) -> bool:
        modifiers = event.modifiers()
        if key == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return True
        if key in _ENTER:
            self._take_offered()
            if modifiers & Qt.KeyboardModifier.ControlModifier:
                self.accepted.emit("fill")
            else:
                self.accepted.emit("up" if modifiers & Qt.KeyboardModifier.ShiftModifier else "down")
            return True
        return self._leaves_by_arrow(key, event)

    def _leaves_by_arrow(self, key: Qt.Key, event: QKeyEvent) -> bool:
        moves = {Qt.Key.Key_Down: "down", Qt.Key.Key_Up: "up"}
        if self.typed:
            moves |= {Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right"}
        if key in moves and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.accepted.emit(moves[key])
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Base ground, two pixels of accent, red while what was typed is refused."""
        ground = QPainter(self)
        ground.fillRect(self.rect(), color("surface.base"))
        ground.end()
        super().paintEvent(event)
        painter = QPainter(self)
        pen = QPen(color("danger.solid" if self.wrong else "accent.solid"), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


_OWN_KEYS = frozenset(
    {
        Qt.Key.Key_Escape,
        Qt.Key.Key_F7,
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
        Qt.Key.Key_Space,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)
