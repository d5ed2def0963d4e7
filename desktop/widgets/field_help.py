"""F1 in a grid: what the data dictionary says about the cursor's column, at the cell."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.lists.query import ColumnInfo
from desktop.widgets.labels import Label
from desktop.widgets.paint import Card, column, row

_WIDTH = 376


class FieldHelp(Card):
    """Label, technical name, meaning, allowed values. It takes no focus; any key or click ends it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.label, self.source = Label(size=13), Label(role="text.tertiary", code=True)
        self.meaning = Label(role="text.secondary", wrap=True)
        self.allowed = Label(role="text.secondary", wrap=True)
        head = row(self.label, None, self.source)
        self.setLayout(column(head, self.meaning, self.allowed, spacing=4, margins=(12, 12, 12, 12)))
        self.hide()

    def explain(self, info: ColumnInfo, cell: QRect, owner: str = "") -> None:
        """Show what `info` means beside `cell` (in the parent's coordinates)."""
        self.label.setText(info.label)
        self.source.setText(info.source or "")
        words = info.meaning or tr("The data dictionary says nothing about this field yet.")
        self.meaning.setText(words)
        values = ", ".join(label for _, label in info.choices)
        self.allowed.setText(tr("Values: {values}", values=values) if values else owner)
        self.allowed.setVisible(bool(values or owner))
        self.setAccessibleName(info.label)
        self.setAccessibleDescription(words)
        parent, layout = self.parentWidget(), self.layout()
        if parent is None or layout is None:
            return
        self.show()  # before placing: a layout measures only what is shown
        self.setFixedWidth(_WIDTH)
        size = QSize(_WIDTH, layout.totalHeightForWidth(_WIDTH))
        x = max(4, min(cell.left(), parent.width() - size.width() - 4))
        below = cell.bottom() + 3
        y = below if below + size.height() <= parent.height() else cell.top() - 2 - size.height()
        self.setGeometry(QRect(QPoint(x, max(0, y)), size))
        self.raise_()
