"""A quiet table of facts: a few columns, one line each, Enter opens what a line speaks of. Nothing is edited here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.models.rows import RowsModel
from desktop.widgets.rows_view import RowsView
from desktop.widgets.states import EmptyState
from desktop.widgets.theme import color, font


@dataclass(frozen=True)
class FactColumn:
    """`width` 0 takes the rest. `link`: the column that reads as what opens."""

    title: Callable[[], str]
    width: int = 0
    number: bool = False
    code: bool = False
    link: bool = False


@dataclass(frozen=True)
class Fact:
    """One line: its texts in the order of the columns, what it opens, and the record behind it."""

    texts: tuple[str, ...]
    opens: tuple[str, Any] | None = None
    record: Any = None
    quiet: bool = False


class _Model(RowsModel[Fact]):
    def __init__(self, columns: Sequence[FactColumn], parent: QObject) -> None:
        self.columns = tuple(columns)
        right = [at for at, each in enumerate(columns) if each.number]
        super().__init__(lambda: tuple(each.title() for each in self.columns), right=right, parent=parent)

    def cell(self, row: Fact, at: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.texts[at] or "–"
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=self.columns[at].code)
        if role == Qt.ItemDataRole.ForegroundRole:
            if self.columns[at].link and row.opens:
                return color("accent.fg")
            return color("text.tertiary" if row.quiet or not row.texts[at] else "text.primary")
        return None


class FactsTable(QWidget):
    """↑↓ move, Enter opens; Del and what else an area does with a line, it does in `keys`."""

    opened = Signal(str, object)
    chosen = Signal(object)
    """Enter on a line that opens no page: the fact."""
    removed = Signal(object)
    """Del: the fact."""

    def __init__(self, columns: Sequence[FactColumn], name: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.model_ = _Model(columns, self)
        self.view = RowsView(self.model_, [each.width for each in columns])
        self.view.doubleClicked.connect(self._open)
        self.view.installEventFilter(self)
        self.empty = EmptyState("", icon="inbox")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        self.setFocusProxy(self.view)
        self.retranslate()

    def rows(self) -> tuple[Fact, ...]:
        return self.model_.rows

    def show_rows(self, rows: Sequence[Fact]) -> None:
        """The cursor stays on its line."""
        at = self.view.currentIndex().row()
        self.model_.show(rows)
        self._stack.setCurrentIndex(0 if rows else 1)
        self.setFocusProxy(self.view if rows else self.empty)
        if rows:
            self.view.setCurrentIndex(self.model_.index(max(0, min(at, len(rows) - 1)), 0))

    def say_empty(self, title: str, text: str = "") -> None:
        """What stands there while there is no line."""
        self.empty.say(title, text)

    def current(self) -> Fact | None:
        index = self.view.currentIndex()
        return self.model_.rows[index.row()] if index.isValid() and index.row() < len(self.model_.rows) else None

    def retranslate(self) -> None:
        self.view.setAccessibleName(self._name())
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.model_.columnCount() - 1)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        fact = self.current()
        if fact is None:
            return
        if fact.opens is not None:
            self.opened.emit(*fact.opens)
        else:
            self.chosen.emit(fact)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._took(event)
        return super().eventFilter(watched, event)

    def _took(self, event: QKeyEvent) -> bool:
        """Was the key one of ours?"""
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.view.currentIndex())
            return True
        if event.key() == Qt.Key.Key_Delete and self.current() is not None:
            self.removed.emit(self.current())
            return True
        return False
