"""The log-in window: database, user, password; errors at the field; on the demo database its people and
passwords.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from desktop.domain.text import language, pick, tr
from desktop.runtime.failures import Failure
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.login_parts import CapsWarning, DemoLogin, DemoRow, PasswordInput
from desktop.views.shell.top_bar import Mark
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, Select, TextInput
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Card, Surface, column, row
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import Banner, Spinner
from desktop.widgets.theme import metric, set_language

CARD_WIDTH = 400


@dataclass(frozen=True)
class Profile:
    """A database to log in to. `address` is shown under the card; `tls` whether the way there is encrypted.
    """

    key: str
    name: str
    name_zh: str
    address: str
    tls: bool = False
    demo: tuple[DemoLogin, ...] = ()

    def title(self) -> str:
        return pick(self.name, self.name_zh)


@dataclass(frozen=True)
class Attempt:
    """What the user asked for."""

    profile: Profile
    user: str
    password: str


Authenticate = Callable[[Attempt], Any]
"""Logs in, in a worker thread; returns what `LoginWindow.accepted` carries on. Raises a UserError, whose
`field` may be ``"database"``, ``"user"`` or ``"password"``.
"""


class LoginWindow(QWidget):
    """Shown until somebody is in. `accepted` carries what `authenticate` returned and the language chosen
    here.
    """

    accepted = Signal(object)
    closed = Signal()
    retry_asked = Signal()
    """The button of the notice: open the database once more."""

    def __init__(
        self,
        profiles: Sequence[Profile],
        authenticate: Authenticate,
        work: Work,
        settings: Settings,
        *,
        version: str = "",
        notice: str = "",
    ) -> None:
        super().__init__()
        self._profiles: tuple[Profile, ...] = ()
        self._authenticate, self._work, self._settings = authenticate, work, settings
        self._version = version
        self._in = False
        self.database = Select(icon="database")
        self.user = TextInput(code=True, icon="user")
        self.password = PasswordInput()
        self.remember = QCheckBox()
        self.caps = CapsWarning()
        self.language = Segmented((Segment("en", "EN"), Segment("zh", "中文")), height=24)
        self.sign_in = Button("", "primary", icon="log-in", key="Enter", height=32)
        self.spinner = Spinner()
        self.notice = Banner("info", notice)
        self.reach = Label(role="text.tertiary")
        self.version_label = Label(role="text.tertiary")
        self.database_field = Field("", self.database)
        self.user_field = Field("", self.user)
        self.password_field = Field("", self.password, aside=self.caps)
        self._title, self._subtitle = Label(size=18, weight=600), Label(role="text.tertiary")
        self._demo_title = Label(role="text.tertiary")
        self._demo = Card(surface="surface.base", border="border.default")
        self._demo_grid = QGridLayout()
        self._language_name = Label(role="text.secondary")
        self._hint = Label(role="text.tertiary")
        self._build()
        self._wire()
        self.set_profiles(profiles)
        self.set_notice(notice)
        self.retranslate()
        self._recall()
        self.resize(1120, 720)

    def _build(self) -> None:
        head = row(Mark(32), column(self._title, self._subtitle, spacing=0), None, self.language, spacing=12)
        foot = row(self.remember, None, self.spinner, self.sign_in)
        card = Card(surface="surface.base", border="border.default")
        fields = (self.database_field, self.user_field, self.password_field)
        card.setLayout(column(head, 8, *fields, 4, foot, spacing=12, margins=(24, 24, 24, 24)))
        card.setFixedWidth(CARD_WIDTH)
        self._card = card
        self.notice.setFixedWidth(CARD_WIDTH)
        below = QWidget()
        below.setLayout(
            row(IconLabel("wifi", "text.tertiary", 12), self.reach, None, self.version_label, spacing=4)
        )
        below.setFixedWidth(CARD_WIDTH)
        self._demo_grid.setContentsMargins(0, 0, 0, 0)
        self._demo_grid.setHorizontalSpacing(8)
        self._demo_grid.setVerticalSpacing(0)
        self._demo.setLayout(column(self._demo_title, self._demo_grid, spacing=4, margins=(16, 12, 16, 12)))
        self._demo.setFixedWidth(640)
        centred = (row(None, widget, None) for widget in (self.notice, card, below, self._demo))
        middle = column(None, *centred, None, spacing=12)
        status = Surface("surface.window", "t")
        status.setFixedHeight(metric("shell.statusBar"))
        languages = IconLabel("languages", "text.secondary", 12)
        status.setLayout(row(self._hint, None, languages, self._language_name, margins=(12, 1, 14, 0)))
        layout = column(spacing=0)
        layout.addLayout(middle, 1)
        layout.addWidget(status)
        self.setLayout(layout)
        self.spinner.hide()
        self.sign_in.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _wire(self) -> None:
        self.database.currentIndexChanged.connect(self._profile_changed)
        self.language.chosen.connect(self._choose_language)
        self.sign_in.clicked.connect(self.attempt)
        self.notice.acted.connect(self.retry_asked)
        self.user.returnPressed.connect(self._user_entered)
        self.password.returnPressed.connect(self.attempt)
        self.password.caps_lock_changed.connect(self.caps.setVisible)
        for edit in (self.user, self.password):
            edit.textEdited.connect(self._clear_errors)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        painter.end()

    def set_profiles(self, profiles: Sequence[Profile]) -> None:
        """The databases to choose from, the last used one first."""
        self._profiles = tuple(profiles)
        self.database.blockSignals(True)
        self.database.clear()
        self.database.addItems([profile.title() for profile in self._profiles])
        last = self._settings.get("database")
        number = next((n for n, profile in enumerate(self._profiles) if profile.key == last), 0)
        self.database.setCurrentIndex(number if self._profiles else -1)
        self.database.blockSignals(False)
        self._profile_changed()

    def set_notice(self, text: str, action: str = "") -> None:
        """A line above the card: the database is starting, maintenance tonight, what `action` would mend."""
        self.notice.say(text, action)
        self.notice.setVisible(bool(text))

    def profile(self) -> Profile | None:
        number = self.database.currentIndex()
        return self._profiles[number] if 0 <= number < len(self._profiles) else None

    def demo_rows(self) -> list[DemoRow]:
        return self._demo.findChildren(DemoRow)

    @Slot()
    def _profile_changed(self) -> None:
        profile = self.profile()
        self.database.set_chip("TLS" if profile and profile.tls else "", "success", "shield-check")
        self.reach.setText(profile.address if profile else "")
        for old in self.demo_rows():
            self._demo_grid.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        demo = profile.demo if profile else ()
        for number, login in enumerate(demo):
            made = DemoRow(login)
            made.clicked.connect(lambda _=False, login=login: self._fill_in(login))
            self._demo_grid.addWidget(made, number // 2, number % 2)
        self._demo.setVisible(bool(demo))
        self._clear_errors()

    def _fill_in(self, login: DemoLogin) -> None:
        self.user.setText(login.user)
        self.password.setText(login.password)
        self._clear_errors()
        self.sign_in.setFocus(Qt.FocusReason.TabFocusReason)

    def _recall(self) -> None:
        users = self._settings.get("recent_users", [])
        self.remember.setChecked(self._settings.get("remember_user", True))
        if users and self.remember.isChecked():
            self.user.setText(users[0])
        (self.password if self.user.text() else self.user).setFocus()

    @Slot()
    def _user_entered(self) -> None:
        if self.password.text():
            self.attempt()
        else:
            self.password.setFocus()

    @Slot()
    def attempt(self) -> None:
        """Try to log in with what stands in the fields; nothing happens while a try is under way."""
        profile, user = self.profile(), self.user.text().strip()
        if profile is None or self.spinner.isVisible() or self._in:
            return
        if not user:
            self.user_field.refuse(tr("User name: empty. Type the name that your administrator gave you."))
            self.user.setFocus()
            return
        self._clear_errors()
        self._set_trying(True)
        self._work.run(
            self._authenticate,
            Attempt(profile, user, self.password.text()),
            on_done=self._accepted,
            on_error=self._refused,
            owner=self,
            title=tr("Signing in"),
        )

    def _set_trying(self, trying: bool) -> None:
        self.spinner.setVisible(trying)
        self.sign_in.setEnabled(not trying)
        for widget in (self.database, self.user, self.password):
            widget.setEnabled(not trying)

    def _accepted(self, result: object) -> None:
        self._in = True
        self._set_trying(False)
        profile = self.profile()
        self._settings.set("database", profile.key if profile else "")
        self._settings.set("remember_user", self.remember.isChecked())
        others = [name for name in self._settings.get("recent_users", []) if name != self.user.text().strip()]
        kept = [self.user.text().strip(), *others][:8] if self.remember.isChecked() else []
        self._settings.set("recent_users", kept)
        self.password.clear()
        self.accepted.emit(result)

    def _refused(self, failure: Failure) -> None:
        self._set_trying(False)
        field = getattr(failure.error, "field", None)
        at, editor = {
            "database": (self.database_field, self.database),
            "user": (self.user_field, self.user),
        }.get(str(field), (self.password_field, self.password))
        at.refuse(failure.message)
        editor.setFocus()
        if editor is self.password:
            self.password.selectAll()

    @Slot()
    def _clear_errors(self) -> None:
        for field in (self.database_field, self.user_field, self.password_field):
            field.accept()

    @Slot(str)
    def _choose_language(self, code: str) -> None:
        self._settings.set("language", code)
        set_language("zh" if code == "zh" else "en")

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Outpost"))
        self._title.setText(tr("Outpost"))
        self._subtitle.setText(tr("Field service back office"))
        self.database_field.set_label(tr("Database"))
        self.user_field.set_label(tr("User name"))
        self.password_field.set_label(tr("Password"))
        self.caps.retranslate()
        self.password.retranslate()
        self.remember.setText(tr("Remember user name"))
        self.sign_in.setText(tr("Sign in"))
        self.version_label.setText(tr("Version {version}", version=self._version) if self._version else "")
        self._demo_title.setText(tr("Demo company: choose a person, name and password are filled in"))
        self._language_name.setText("简体中文" if language() == "zh" else "English")
        self._hint.setText(tr("Alt+L changes the language"))
        self.language.set_current(language())
        self.language.setAccessibleName(tr("Language"))
        for number, profile in enumerate(self._profiles):
            self.database.setItemText(number, profile.title())
        for each in self.demo_rows():
            each.retranslate()
        self._clear_errors()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() == Qt.Key.Key_L:
            self._choose_language("en" if language() == "zh" else "zh")
        elif event.key() == Qt.Key.Key_Escape and not self.spinner.isVisible():
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        if not self._in:
            self.closed.emit()
