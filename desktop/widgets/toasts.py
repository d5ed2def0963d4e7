"""Toasts: what just happened, with Undo. One stack per window, in its lower right corner."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QEnterEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import Severity, ToastAction
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.header import ActionBar
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import column, draw_box, row
from desktop.widgets.theme import color, metric

WIDTH = 360
LIFE_MS = 6000
AT_MOST = 3
_GAP = 12
_ICONS: dict[Severity, str] = {
    "success": "circle-check",
    "info": "info",
    "warn": "triangle-alert",
    "danger": "circle-x",
}


class Toast(QWidget):
    """One message. Goes by itself after 6 s without the pointer over it; a red one stays until it is closed."""

    closed = Signal(object)

    def __init__(
        self,
        severity: Severity,
        text: str,
        detail: str,
        action: ToastAction | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.severity, self.action = severity, action
        self.text = Label(text, elide=True)
        self.detail = Label(detail, role="text.tertiary", elide=True)
        self.button = Button(action.text if action else "", key=action.key if action else "", height=24)
        self.button.clicked.connect(self.act)
        closer = IconButton("x", tr("Close"), icon_size=14)
        closer.clicked.connect(self.dismiss)
        self.closer = closer
        words = column(None, self.text, self.detail, None, spacing=0)
        layout = row(IconLabel(_ICONS[severity], f"{severity}.fg"), words, self.button, closer, margins=(16, 4, 8, 4))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        # Not before the layout is theirs: a visible widget without parent is a window, and takes the focus with it.
        self.detail.setVisible(bool(detail))
        self.button.setVisible(action is not None)
        self.setFixedWidth(WIDTH)
        self.setMinimumHeight(42)
        self.setAccessibleName(f"{text} {detail}".strip())
        self._life = QTimer(self)
        self._life.setSingleShot(True)
        self._life.timeout.connect(self.dismiss)
        if severity != "danger":
            self._life.start(LIFE_MS)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._life.stop()

    def leaveEvent(self, event: QEvent) -> None:
        if self.severity != "danger":
            self._life.start(LIFE_MS)

    @Slot()
    def act(self) -> None:
        action = self.action
        self.dismiss()
        if action is not None:
            action.call()

    @Slot()
    def dismiss(self) -> None:
        self._life.stop()
        self.closed.emit(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect, radius = QRectF(self.rect()), metric("radius.panel")
        draw_box(painter, rect, "surface.raised", "border.strong", radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QPainterPath()
        inside.addRoundedRect(rect.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        painter.setClipPath(inside)
        painter.fillRect(QRectF(1, 0, 4, rect.height()), color(f"{self.severity}.solid"))
        painter.end()


class ToastStack(QWidget):
    """Put it on the window's content; it keeps itself 12 px from the lower right corner of `host`.

    Where a page has an action bar it stays above that: the button of the next posting must not be covered.
    """

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        host.installEventFilter(self)
        self.hide()

    def show_toast(self, severity: Severity, text: str, detail: str = "", *, action: ToastAction | None = None) -> None:
        """Add one; more than three push the oldest out, a red one last of all. Screen readers hear it."""
        toast = Toast(severity, text, detail, action, self)
        toast.closed.connect(self._remove)
        self._layout.addWidget(toast)
        toast.show()
        while len(self.toasts()) > AT_MOST:
            calm = [each for each in self.toasts()[:-1] if each.severity != "danger"]
            self._remove((calm or self.toasts())[0])
        self.show()
        self._place()
        _announce(toast, urgent=severity == "danger")

    def toasts(self) -> list[Toast]:
        items = (self._layout.itemAt(number) for number in range(self._layout.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if isinstance(widget, Toast)]

    def undo_latest(self) -> bool:
        """Ctrl+Z reaches the newest toast that offers an action with that key."""
        for toast in reversed(self.toasts()):
            if toast.action is not None and toast.action.key == "Ctrl+Z":
                toast.act()
                return True
        return False

    @Slot()
    def place_again(self) -> None:
        """Another page is in front, with an action bar or without one."""
        if self.isVisible():
            self._place()

    @Slot(object)
    def _remove(self, toast: Toast) -> None:
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()
        self.setVisible(bool(self.toasts()))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        height = self._layout.sizeHint().height()
        bars = (bar for bar in self._host.findChildren(ActionBar) if bar.isVisible())
        foot = max((bar.height() for bar in bars), default=0) + _GAP
        self.setGeometry(self._host.width() - WIDTH - _GAP, self._host.height() - height - foot, WIDTH, height)
        self.raise_()


def _announce(toast: Toast, *, urgent: bool) -> None:
    event = QAccessibleAnnouncementEvent(toast, toast.accessibleName())
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
