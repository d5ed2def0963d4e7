"""The rail of desks at the left: 72 wide, 48 a desk, icon over label, badge; ↑↓ walk, Enter opens, → lists
the pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.views.shell.desks import Desk
from desktop.widgets.buttons import PaintedButton
from desktop.widgets.paint import Surface, column, draw_icon, draw_text
from desktop.widgets.theme import color, font, metric


class RailItem(PaintedButton):
    """One desk."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setCheckable(True)
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(self.desk.title())
        self.setAccessibleName(self.desk.title())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(metric("shell.rail") - 1, metric("shell.railItem"))

    def nextCheckState(self) -> None:
        """A click asks the shell, which decides what is in front."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        on = self.isChecked()
        if on or self.hovered:
            painter.fillRect(self.rect(), color("surface.base" if on else "surface.hover"))
        if on:
            painter.fillRect(0, 0, 3, self.height(), color("accent.solid"))
        role = "accent.fg" if on else "text.secondary"
        draw_icon(painter, (self.width() - 20) // 2, 6, self.desk.icon, role, 20)
        area = QRectF(3, 29, self.width() - 6, 14)
        draw_text(painter, area, self.text(), font(11, text=self.text()), role, "center")
        painter.end()


class Rail(Surface):
    """All desks of the user. `desk_chosen` on a click or Enter, `pages_asked` on →, or a click on the desk
    in front.
    """

    desk_chosen = Signal(str)
    pages_asked = Signal(str)

    def __init__(self, desks: Sequence[Desk], parent: QWidget | None = None) -> None:
        super().__init__("surface.window", "r", parent=parent)
        self.setFixedWidth(metric("shell.rail"))
        self.items = tuple(RailItem(desk) for desk in desks)
        for item in self.items:
            item.clicked.connect(lambda _=False, key=item.desk.key: self._clicked(key))
        self.setLayout(column(*self.items, None, spacing=0, margins=(0, 4, 0, 4)))
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Desks"))
        for item in self.items:
            item.retranslate()

    def item(self, key: str) -> RailItem | None:
        return next((item for item in self.items if item.desk.key == key), None)

    def current(self) -> str:
        return next((item.desk.key for item in self.items if item.isChecked()), "")

    def set_current(self, key: str) -> None:
        for item in self.items:
            item.setChecked(item.desk.key == key)
            if item.desk.key == key:
                self.setFocusProxy(item)

    def _clicked(self, key: str) -> None:
        if key == self.current():
            self.pages_asked.emit(key)
        else:
            self.desk_chosen.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        focused = [number for number, item in enumerate(self.items) if item.hasFocus()]
        if not focused:
            super().keyPressEvent(event)
        elif step:
            self.items[(focused[0] + step) % len(self.items)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() == Qt.Key.Key_Right:
            self.pages_asked.emit(self.items[focused[0]].desk.key)
        else:
            super().keyPressEvent(event)
