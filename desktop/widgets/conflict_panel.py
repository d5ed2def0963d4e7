"""A cell that a colleague changed while it was edited: mine, theirs and what both began with, side by side.

Nothing is lost by looking: Esc puts the decision off, and the cell stays marked.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.lists.query import Cell, ColumnInfo, Conflict
from desktop.models.kinds import format_cell, is_number
from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label
from desktop.widgets.paint import Card, column, draw_text, row
from desktop.widgets.theme import color, font

_WIDTH = 328
_ROW = 24


class _Sides(QWidget):
    """The three values under one another, the chosen one marked as a current row is."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[tuple[str, str, str], ...] = ()
        self.chosen = 0
        self.numeric = False
        self.setFixedHeight(3 * _ROW + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = self.width()
        painter.fillRect(self.rect(), color("surface.base"))
        for number, (name, value, when) in enumerate(self.rows):
            y = number * _ROW
            if number == self.chosen:
                painter.fillRect(0, y, width, _ROW, color("accent.subtle"))
                painter.fillRect(0, y, 3, _ROW, color("accent.solid"))
            draw_text(painter, QRectF(10, y, width - 200, _ROW), name, font(12, text=name), "text.secondary")
            align = "right" if self.numeric else "left"
            area = QRectF(width - 186, y, 118, _ROW)
            draw_text(painter, area, value, font(12, text=value), "text.primary", align)
            draw_text(painter, QRectF(width - 60, y, 52, _ROW), when, font(12), "text.tertiary", "right")
            painter.fillRect(0, y + _ROW, width, 1, color("border.grid"))
        painter.setPen(color("border.grid"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class ConflictPanel(Card):
    """↑↓ choose between mine and theirs, Enter decides, Esc decides later (the cell stays marked)."""

    decided = Signal(object, str)
    """The `Conflict` and ``mine`` or ``theirs``."""
    postponed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, border="warn.solid")
        self.conflict: Conflict | None = None
        self.title = Label(size=13, wrap=True)
        self.sides = _Sides()
        self.mine_button = Button(kind="primary", key="Enter")
        self.theirs_button = Button()
        self.later_button = Button(kind="ghost", key="Esc")
        self.mine_button.clicked.connect(lambda: self._decide(0))
        self.theirs_button.clicked.connect(lambda: self._decide(1))
        self.later_button.clicked.connect(self._later)
        buttons = row(self.mine_button, self.theirs_button, None, self.later_button)
        self.setLayout(column(self.title, self.sides, buttons, margins=(12, 10, 12, 10)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def ask(self, conflict: Conflict, info: ColumnInfo, cell: QRect, *, number: int = 1, of: int = 1) -> None:
        """Show the conflict under its cell (in the parent's coordinates)."""
        self.conflict = conflict
        count = f" ({number} / {of})" if of > 1 else ""
        self.title.setText(tr("{column} was changed while you edited", column=info.label) + count)
        moment = conflict.at.astimezone() if conflict.at is not None and conflict.at.tzinfo else conflict.at
        at = moment.strftime("%H:%M") if moment is not None else ""
        theirs = tr("Theirs, {name}", name=conflict.by) if conflict.by else tr("Theirs")
        self.sides.rows = (
            (tr("Mine"), _shown(info, conflict.mine), tr("now")),
            (theirs, _shown(info, conflict.theirs), at),
            (tr("Base"), _shown(info, conflict.base), ""),
        )
        self.sides.numeric = is_number(info.kind)
        self.mine_button.setText(tr("Keep mine"))
        self.theirs_button.setText(tr("Take theirs"))
        self.later_button.setText(tr("Decide later"))
        self.setAccessibleName(self.title.full_text())
        self._choose(0)
        self._place(cell)
        self.show()
        self.raise_()
        self.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())

    def _place(self, cell: QRect) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        size = self.sizeHint()
        x = max(4, min(cell.right() + 1 - size.width(), parent.width() - size.width() - 4))
        below = cell.bottom() + 3
        y = below if below + size.height() <= parent.height() else cell.top() - 2 - size.height()
        self.setGeometry(QRect(QPoint(x, max(0, y)), size))

    def _choose(self, number: int) -> None:
        self.sides.chosen = number
        self.sides.update()
        self.mine_button.set_kind("primary" if number == 0 else "secondary")
        self.theirs_button.set_kind("primary" if number == 1 else "secondary")
        self.mine_button.set_key("Enter" if number == 0 else "")
        self.theirs_button.set_key("Enter" if number == 1 else "")
        self.setAccessibleDescription(" ".join(self.sides.rows[number]))

    def _decide(self, number: int) -> None:
        conflict, self.conflict = self.conflict, None
        self.hide()
        if conflict is not None:
            self.decided.emit(conflict, "mine" if number == 0 else "theirs")

    def _later(self) -> None:
        self.conflict = None
        self.hide()
        self.postponed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose(0 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._decide(self.sides.chosen)
        elif key == Qt.Key.Key_Escape:
            self._later()
        else:
            super().keyPressEvent(event)


def _shown(info: ColumnInfo, value: Cell) -> str:
    return format_cell(info, value) or "\u2013"
