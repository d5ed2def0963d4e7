"""Pieces of the log-in window: what it is given, the password field, a person of the demo, the Caps Lock warning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QSizePolicy, QWidget

from desktop.domain.text import pick, tr
from desktop.runtime import keyring
from desktop.runtime.server_profiles import ServerProfile
from desktop.runtime.settings import Settings
from desktop.widgets.buttons import PaintedButton
from desktop.widgets.discard import discard
from desktop.widgets.fields import TextInput
from desktop.widgets.icons import bind_icon
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Card, column, draw_box, draw_text, row
from desktop.widgets.theme import font, metric


@dataclass(frozen=True)
class DemoLogin:
    """A person of the demo company, listed with his password because the demo has no secrets."""

    user: str
    password: str
    job: str
    job_zh: str = ""


@dataclass(frozen=True)
class Profile:
    """A database to log in to. `address` is shown under the card; `tls` whether the way there is proven and encrypted.
    `server` is what this workstation keeps about it and can be edited; `hosts` and `port` are tried from here.
    """

    key: str
    name: str
    name_zh: str
    address: str
    tls: bool = False
    demo: tuple[DemoLogin, ...] = ()
    server: ServerProfile | None = None
    hosts: str = ""
    port: str = ""
    address_zh: str = ""

    def title(self) -> str:
        return pick(self.name, self.name_zh)

    def where(self) -> str:
        return pick(self.address, self.address_zh)


@dataclass(frozen=True)
class Attempt:
    """What the user asked for. An empty password stands for the one in the keyring; `keep` says whether it belongs
    there, None where there is no keyring.
    """

    profile: Profile
    user: str
    password: str = field(repr=False)
    keep: bool | None = None


def _nothing_kept(_key: str, _user: str) -> bool:
    return False


def _no_rule(_error: BaseException) -> int | None:
    return None


def _unknown(_hosts: str, _port: str) -> int | None:
    return None


def _refuse(_attempt: Attempt, _password: str) -> None:
    raise NotImplementedError("this log-in window was given no way to change passwords")


@dataclass(frozen=True)
class Doors:
    """What the log-in window calls, each in a worker thread.

    `authenticate` logs in; what it returns is carried on by `LoginWindow.accepted`. It raises a UserError, whose
    `field` may be ``"database"``, ``"user"`` or ``"password"``. `must_change` tells from such an error that a new
    password of a least length must be chosen, which `choose_password` does. `is_kept` (key of the profile, user) asks
    the keyring, `no_keyring` says why there is none, `reach` (hosts, port) how many milliseconds away a server is.
    """

    authenticate: Callable[[Attempt], Any]
    choose_password: Callable[[Attempt, str], None] = _refuse
    must_change: Callable[[BaseException], int | None] = _no_rule
    is_kept: Callable[[str, str], bool] = _nothing_kept
    no_keyring: Callable[[], str] = keyring.why_not
    reach: Callable[[str, str], int | None] = _unknown


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


class DemoPeople(Card):
    """The demo company's people under the log-in card; `picked` carries the one who was pressed."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__(surface="surface.base", border="border.default")
        self._title = Label(role="text.tertiary")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self.setLayout(column(self._title, self._grid, spacing=4, margins=(16, 12, 16, 12)))
        self.setFixedWidth(640)

    def show_people(self, people: Sequence[DemoLogin]) -> None:
        for old in self.rows():
            discard(old)
        for number, login in enumerate(people):
            made = DemoRow(login)
            made.clicked.connect(lambda _=False, login=login: self.picked.emit(login))
            self._grid.addWidget(made, number // 2, number % 2)

    def rows(self) -> list[DemoRow]:
        return self.findChildren(DemoRow)

    def retranslate(self) -> None:
        self._title.setText(tr("Demo company: choose a person, name and password are filled in"))
        for each in self.rows():
            each.retranslate()


class KeepBox(QCheckBox):
    """Keep the password in the system's keyring. Off, and saying why, where there is none that is safe."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings, self._reason = settings, ""
        self.setEnabled(False)
        self.toggled.connect(self._chosen)

    def set_reason(self, reason: str) -> None:
        """Why no password can be kept; empty where one can."""
        self._reason = reason
        self.setEnabled(not reason)
        self.setChecked(not reason and bool(self._settings.get("keep_password", False)))
        self.retranslate()

    def choice(self) -> bool | None:
        """Whether to keep it; None where it cannot be kept."""
        return self.isChecked() if self.isEnabled() else None

    @Slot(bool)
    def _chosen(self, on: bool) -> None:
        if self.isEnabled():
            self._settings.set("keep_password", on)

    def retranslate(self) -> None:
        words = tr("Keep the password")
        self.setText(f"{words} ({tr('no keyring')})" if self._reason else words)
        self.setToolTip(self._reason)


class CapsWarning(QWidget):
    """Beside the password's label: what is typed comes out in capitals."""

    def __init__(self) -> None:
        super().__init__()
        self._words = Label(role="warn.fg")
        self.setLayout(row(IconLabel("keyboard", "warn.fg", 12), self._words, spacing=4))
        self.hide()

    def retranslate(self) -> None:
        self._words.setText(tr("Caps Lock is on"))
