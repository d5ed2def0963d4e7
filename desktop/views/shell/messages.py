"""What the program told: toasts now, and the list behind the bell for who looked away."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import Severity, ToastAction
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import IconButton
from desktop.widgets.toasts import ToastStack

_MOST = 30


class Messages(QObject):
    """One per window. The bell counts warnings and failures that were not looked at yet."""

    def __init__(self, host: QWidget, bell: IconButton, parent: QObject) -> None:
        super().__init__(parent)
        self.toasts = ToastStack(host)
        self._bell = bell
        self._list: list[str] = []
        self._unread = 0

    def say(self, severity: Severity, text: str, detail: str = "", *, action: ToastAction | None = None) -> None:
        self._list = [f"{text}  {detail}".strip(), *self._list][:_MOST]
        if severity in ("warn", "danger"):
            self._unread += 1
            self._bell.set_badge(self._unread)
        self.toasts.show_toast(severity, text, detail, action=action)

    @Slot(object)
    def say_failure(self, failure: Failure) -> None:
        self.say("danger", failure.message)

    @Slot(str)
    def say_unknown_code(self, code: str) -> None:
        QApplication.beep()
        self.say("warn", tr("No record bears the code {code}", code=code))

    @Slot()
    def show_list(self) -> None:
        """The bell was pressed: all messages of this session, newest first."""
        self._unread = 0
        self._bell.set_badge(0)
        menu = QMenu(self._bell)
        for text in self._list or [tr("No messages yet")]:
            menu.addAction(text).setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._bell.mapToGlobal(QPoint(0, self._bell.height() + 4)))
