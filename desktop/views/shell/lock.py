"""A workstation left alone locks itself: everything stays as it is, hidden, until its user types the
password.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QPainter, QPaintEvent, QWindow
from PySide6.QtWidgets import QDialog, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import User
from desktop.runtime.failures import Failure
from desktop.runtime.work import Work
from desktop.views.shell.login_parts import CapsWarning, PasswordInput
from desktop.views.shell.session import Session, Unlock
from desktop.views.shell.top_bar import Mark
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.labels import Label
from desktop.widgets.paint import Card, column, row
from desktop.widgets.theme import color

_SIGNS_OF_LIFE = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
)


def idle_minutes(session: Session) -> float:
    """After how long the workstation locks itself: the company's rule, or sooner where this workstation wants it."""
    rule = session.welcome.idle_lock_minutes
    own = session.settings.get("lock_minutes", rule)
    return float(min(own, rule) if own else rule)


class IdleWatch(QObject):
    """`idle` once nobody has touched keyboard or mouse for `minutes`; 0 never."""

    idle = Signal()

    def __init__(self, minutes: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watching = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(minutes * 60_000))
        self._timer.timeout.connect(self.idle)

    def start(self) -> None:
        app = QGuiApplication.instance()
        if self._timer.interval() and isinstance(app, QGuiApplication) and not self._watching:
            self._watching = True
            app.focusWindowChanged.connect(self._watch)
            for window in app.topLevelWindows():
                self._watch(window)
            self._timer.start()

    def stop(self) -> None:
        app = QGuiApplication.instance()
        if self._watching and isinstance(app, QGuiApplication):
            self._watching = False
            app.focusWindowChanged.disconnect(self._watch)
        self._timer.stop()

    @Slot(QWindow)
    def _watch(self, window: QWindow | None) -> None:
        """Windows get only what a person does; a filter on the whole program would be asked for every event
        in it.
        """
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS_OF_LIFE and self._timer.isActive():
            self._timer.start()
        return False


class LockScreen(QDialog):
    """Covers its window and is modal, so that no key and no scan reaches what is under it."""

    unlocked = Signal()
    log_out_asked = Signal()

    def __init__(self, window: QWidget, user: User, unlock: Unlock, work: Work) -> None:
        super().__init__(window, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self._window, self._unlock, self._work = window, unlock, work
        self._open = False
        self.setModal(True)
        self.setWindowTitle(tr("Locked"))
        self.password = PasswordInput()
        self.caps = CapsWarning()
        self.caps.retranslate()
        self.field = Field(tr("Password"), self.password, aside=self.caps)
        self.button = Button(tr("Unlock"), "primary", icon="lock", key="Enter", height=32)
        leave = Button(tr("Log out and keep the work"), height=32)
        self.password.caps_lock_changed.connect(self.caps.setVisible)
        self.password.returnPressed.connect(self.attempt)
        self.password.textEdited.connect(self.field.accept)
        self.button.clicked.connect(self.attempt)
        leave.clicked.connect(self._leave)
        card = Card(surface="surface.base", border="border.default")
        name = Label(user.display_name(), size=15, weight=600)
        head = row(Mark(32), column(name, Label(tr("Locked"), role="text.tertiary"), spacing=0), None, spacing=12)
        buttons = row(leave, None, self.button)
        card.setLayout(column(head, 4, self.field, buttons, spacing=12, margins=(24, 24, 24, 24)))
        card.setFixedWidth(400)
        self.setLayout(column(None, row(None, card, None), None))
        window.installEventFilter(self)
        self._cover()

    def _cover(self) -> None:
        self.setGeometry(self._window.geometry())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._cover()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("surface.window"))
        painter.end()

    @Slot()
    def attempt(self) -> None:
        """Check the password with the server; one try at a time."""
        if not self.button.isEnabled():
            return
        self.button.setEnabled(False)
        self._work.run(self._unlock, self.password.text(), on_done=self._let_in, on_error=self._refused, owner=self)

    def _let_in(self, _: object) -> None:
        self._open = True
        self.password.clear()
        self.accept()
        self.unlocked.emit()

    def _refused(self, failure: Failure) -> None:
        self.button.setEnabled(True)
        self.field.refuse(failure.message)
        self.password.selectAll()
        self.password.setFocus()

    @Slot()
    def _leave(self) -> None:
        self._open = True
        self.accept()
        self.log_out_asked.emit()

    def reject(self) -> None:
        """Esc does not unlock."""

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._open:
            event.accept()
        else:
            event.ignore()
