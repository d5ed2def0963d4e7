"""The red card under a refused cell: what, why, and the keys that help. It takes no focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.widgets.discard import discard_all
from desktop.widgets.labels import IconLabel, KeyCap, Label
from desktop.widgets.paint import Card, column, draw_box, row
from desktop.widgets.theme import metric

_WIDTH = 320


class CellPopover(Card):
    """`show_for` places it below the cell, right edges aligned, above it where there is no room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = Label(size=13, role="danger.fg", wrap=True)
        self.reason = Label(role="text.secondary", wrap=True)
        self._icon = IconLabel("circle-x", "danger.fg", 16)
        self._keys = row(spacing=12)
        head = row(self._icon, self.title)
        head.setStretch(1, 1)
        head.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(head, self.reason, self._keys, spacing=6, margins=(12, 8, 12, 8)))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_for(self, cell: QRect, title: str, reason: str, keys: Sequence[tuple[str, str]]) -> None:
        """`cell` in the parent's coordinates."""
        self.title.setText(title)
        self.reason.setText(reason)
        self.setAccessibleName(title)
        self.setAccessibleDescription(reason)
        discard_all(self._keys)
        for key, words in keys:
            holder = QWidget()
            holder.setLayout(row(KeyCap(key), Label(words, role="text.secondary"), spacing=4))
            self._keys.addWidget(holder)
            holder.show()
        self._keys.addStretch(1)
        self.show()  # before placing: a layout measures only what is shown
        self._place(cell)
        self.raise_()

    def _place(self, cell: QRect) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        layout = self.layout()
        if layout is None:
            return
        self.setFixedWidth(_WIDTH)
        layout.invalidate()
        layout.activate()
        size = QSize(_WIDTH, layout.totalHeightForWidth(_WIDTH))
        x = max(4, min(cell.right() + 1 - size.width(), parent.width() - size.width() - 4))
        below = cell.bottom() + 3
        y = below if below + size.height() <= parent.height() else cell.top() - 2 - size.height()
        self.setGeometry(QRect(QPoint(x, max(0, y)), size))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, self.rect().toRectF(), "surface.raised", "danger.solid", metric("radius.panel"))
        painter.end()
