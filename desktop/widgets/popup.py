"""A frame under a field: child of the window, not a window itself, so that it takes no focus and casts no
shadow.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.widgets.paint import Card

_GAP = 2


class FieldPopup(Card):
    """Opens below `field`, or above it where there is no room; closes when the pointer is pressed elsewhere."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field.window())
        self._field = field
        self.hide()

    def open(self) -> None:
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        self.place()
        self.show()
        self.raise_()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def shut(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self.hide()

    def place(self) -> None:
        """Fit into the window after the content changed its size."""
        window = self._field.window()
        size = self.sizeHint().expandedTo(self.minimumSize())
        below = self._field.mapTo(window, QPoint(0, self._field.height() + _GAP))
        above = self._field.mapTo(window, QPoint(0, -_GAP - size.height()))
        fits = below.y() + size.height() <= window.height() or above.y() < 0
        corner = below if fits else above
        x = max(4, min(corner.x(), window.width() - size.width() - 4))
        self.setGeometry(QRect(QPoint(x, corner.y()), size))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            on_field = self._field.rect().contains(self._field.mapFromGlobal(event.globalPosition().toPoint()))
            if not inside and not on_field and watched.isWidgetType():
                self.shut()
        return False
