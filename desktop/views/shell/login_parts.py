"""Pieces of the log-in window: the password field, a person of the demo company, the Caps Lock warning."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from desktop.domain.text import pick, tr
from desktop.widgets.buttons import PaintedButton
from desktop.widgets.fields import TextInput
from desktop.widgets.icons import bind_icon
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import draw_box, draw_text, row
from desktop.widgets.theme import font, metric


@dataclass(frozen=True)
class DemoLogin:
    """A person of the demo company, listed with his password because the demo has no secrets."""

    user: str
    password: str
    job: str
    job_zh: str = ""


class PasswordInput(TextInput):
    """Hidden text with an eye, which shows it; tells whether Caps Lock turns what is typed around."""

    caps_lock_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(code=True, icon="lock", parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = QAction(self)
        bind_icon(self._eye, "eye", "text.tertiary")
        self._eye.triggered.connect(self.toggle)
        self.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)

    @Slot()
    def toggle(self) -> None:
        hidden = self.echoMode() is QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self.retranslate()

    def retranslate(self) -> None:
        hidden = self.echoMode() is QLineEdit.EchoMode.Password
        self._eye.setToolTip(tr("Show password") if hidden else tr("Hide password"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_CapsLock:
            super().keyPressEvent(event)
            return
        letter = event.text()
        if len(letter) == 1 and letter.isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock_changed.emit(letter.isupper() != shift)
        super().keyPressEvent(event)


class DemoRow(PaintedButton):
    """One person of the demo: press to fill in user and password."""

    def __init__(self, login: DemoLogin, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.login = login
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(metric("row.grid"))
        self.retranslate()

    def retranslate(self) -> None:
        self.setText(pick(self.login.job, self.login.job_zh))
        self.setAccessibleName(f"{self.text()}: {self.login.user}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.hovered:
            draw_box(painter, QRectF(self.rect()), "surface.hover", None, 3)
        half, height = self.width() * 0.38, self.height()
        draw_text(painter, QRectF(8, 0, half - 12, height), self.text(), font(12), "text.secondary")
        draw_text(painter, QRectF(half, 0, 64, height), self.login.user, font(12, code=True), "accent.fg")
        rest = QRectF(half + 64, 0, self.width() - half - 72, height)
        draw_text(painter, rest, self.login.password, font(12, code=True), "text.tertiary", "right")
        painter.end()


class CapsWarning(QWidget):
    """Beside the password's label: what is typed comes out in capitals."""

    def __init__(self) -> None:
        super().__init__()
        self._words = Label(role="warn.fg")
        self.setLayout(row(IconLabel("keyboard", "warn.fg", 12), self._words, spacing=4))
        self.hide()

    def retranslate(self) -> None:
        self._words.setText(tr("Caps Lock is on"))
