"""The log-in window: database, user, password; errors at the field; on the demo database its people and
passwords. A new password and a server's profile take the place of the card, not a window of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.domain.text import language, tr
from desktop.runtime.failures import Failure
from desktop.runtime.settings import Settings
from desktop.runtime.work import Work
from desktop.views.shell.login_parts import (
    Attempt,
    CapsWarning,
    DemoLogin,
    DemoPeople,
    DemoRow,
    Doors,
    KeepBox,
    PasswordInput,
    Profile,
)
from desktop.views.shell.password_panel import PasswordPanel
from desktop.views.shell.server_panel import ServerPanel
from desktop.views.shell.top_bar import Mark
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.fields import Field, Select, TextInput
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Card, Surface, column, row
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import Banner, Spinner
from desktop.widgets.theme import metric, set_language

CARD_WIDTH = 400


class LoginWindow(QWidget):
    """Shown until somebody is in. `accepted` carries what `Doors.authenticate` returned; `first` is the profile to
    begin with, otherwise that of last time.
    """

    accepted = Signal(object)
    closed = Signal()
    place_chosen = Signal(str)
    """The key of another profile."""
    servers_changed = Signal(str)
    """A server was added, changed or removed: its key, or an empty text where it is gone."""
    retry_asked = Signal()
    """The button of the notice: open the database once more."""

    def __init__(
        self,
        profiles: Sequence[Profile],
        doors: Doors,
        work: Work,
        settings: Settings,
        *,
        version: str = "",
        notice: str = "",
        first: str = "",
    ) -> None:
        super().__init__()
        self._profiles: tuple[Profile, ...] = ()
        self._doors, self._work, self._settings = doors, work, settings
        self._version = version
        self._in, self._asked_for = False, ""
        self._reach_words: Callable[[], str] = str
        self.database = Select(icon="database")
        self.user = TextInput(code=True, icon="user")
        self.password = PasswordInput()
        self.remember, self.keep = QCheckBox(), KeepBox(settings)
        self.add_server = IconButton("plus", size=20, icon_size=14)
        self.edit_server = IconButton("pencil", size=20, icon_size=14)
        self.caps = CapsWarning()
        self.language = Segmented((Segment("en", "EN"), Segment("zh", "中文")), height=24)
        self.sign_in = Button("", "primary", icon="log-in", key="Enter", height=32)
        self.spinner = Spinner()
        self.notice = Banner("info", notice)
        self.reach = Label(role="text.tertiary")
        self.version_label = Label(role="text.tertiary")
        tools = QWidget()
        tools.setLayout(row(self.edit_server, self.add_server, spacing=4))
        self.database_field = Field("", self.database, aside=tools)
        self.user_field = Field("", self.user)
        self.password_field = Field("", self.password, aside=self.caps)
        self._title, self._subtitle = Label(size=18, weight=600), Label(role="text.tertiary")
        self._demo = DemoPeople()
        self._language_name = Label(role="text.secondary")
        self._hint = Label(role="text.tertiary")
        self.server_panel, self.password_panel = ServerPanel(settings), PasswordPanel(work)
        self._build()
        self._wire()
        self.set_profiles(profiles, first or str(settings.get("database", "")))
        self.set_notice(notice)
        self.retranslate()
        self._recall()
        self.resize(1120, 720)
        work.run(doors.no_keyring, on_done=self._keyring_known, owner=self, background=True)

    def _build(self) -> None:
        head = row(Mark(32), column(self._title, self._subtitle, spacing=0), None, self.language, spacing=12)
        foot = row(column(self.remember, self.keep, spacing=8), None, self.spinner, self.sign_in)
        card = Card(surface="surface.base", border="border.default")
        fields = (self.database_field, self.user_field, self.password_field)
        card.setLayout(column(head, 8, *fields, 4, foot, spacing=12, margins=(24, 24, 24, 24)))
        card.setFixedWidth(CARD_WIDTH)
        self._card = card
        self.notice.setFixedWidth(CARD_WIDTH)
        below = self._below = QWidget()
        below.setLayout(row(IconLabel("wifi", "text.tertiary", 12), self.reach, None, self.version_label, spacing=4))
        below.setFixedWidth(CARD_WIDTH)
        panels = (self.notice, card, self.password_panel, self.server_panel, below, self._demo)
        middle = column(None, *(row(None, each, None) for each in panels), None, spacing=12)
        status = Surface("surface.window", "t")
        status.setFixedHeight(metric("shell.statusBar"))
        languages = IconLabel("languages", "text.secondary", 12)
        status.setLayout(row(self._hint, None, languages, self._language_name, margins=(12, 1, 14, 0)))
        layout = column(spacing=0)
        layout.addLayout(middle, 1)
        layout.addWidget(status)
        self.setLayout(layout)
        for hidden in (self.spinner, self.server_panel, self.password_panel):
            hidden.hide()
        self.sign_in.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _wire(self) -> None:
        self.database.currentIndexChanged.connect(self._profile_changed)
        self.language.chosen.connect(self._choose_language)
        self.sign_in.clicked.connect(self.attempt)
        self.notice.acted.connect(self.retry_asked)
        self.add_server.clicked.connect(lambda: self._open_server(None))
        self.edit_server.clicked.connect(self._edit_server)
        self.server_panel.left.connect(self._show_card)
        self.server_panel.saved.connect(self._server_saved)
        self.server_panel.removed.connect(self._server_removed)
        self.password_panel.left.connect(self._show_card)
        self.password_panel.done.connect(self._password_chosen)
        self.user.editingFinished.connect(self._ask_kept)
        self._demo.picked.connect(self._fill_in)
        self.user.returnPressed.connect(self._user_entered)
        self.password.returnPressed.connect(self.attempt)
        self.password.caps_lock_changed.connect(self.caps.setVisible)
        for edit in (self.user, self.password):
            edit.textEdited.connect(self._clear_errors)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        painter.end()

    def set_profiles(self, profiles: Sequence[Profile], key: str = "") -> None:
        """The databases to choose from; the one with `key` is chosen, else the first."""
        self._profiles = tuple(profiles)
        self.database.blockSignals(True)
        self.database.clear()
        self.database.addItems([profile.title() for profile in self._profiles])
        number = next((n for n, profile in enumerate(self._profiles) if profile.key == key), 0)
        self.database.setCurrentIndex(number if self._profiles else -1)
        self.database.blockSignals(False)
        self._show_profile()

    def place_key(self) -> str:
        profile = self.profile()
        return profile.key if profile is not None else ""

    def set_notice(self, text: str, action: str = "") -> None:
        """A line above the card: the database is starting, maintenance tonight, what `action` would mend."""
        self.notice.say(text, action)
        self.notice.setVisible(bool(text))

    def profile(self) -> Profile | None:
        number = self.database.currentIndex()
        return self._profiles[number] if 0 <= number < len(self._profiles) else None

    def demo_rows(self) -> list[DemoRow]:
        return self._demo.rows()

    @Slot()
    def _profile_changed(self) -> None:
        self._show_profile()
        self.place_chosen.emit(self.place_key())

    def _show_profile(self) -> None:
        profile = self.profile()
        self.database.set_chip("TLS" if profile and profile.tls else "", "success", "shield-check")
        self.edit_server.setVisible(profile is not None and profile.server is not None)
        self._show_reach(str)
        if profile is not None and profile.hosts:
            self._work.run(
                self._doors.reach,
                profile.hosts,
                profile.port,
                on_done=partial(self._reached, profile.key),
                owner=self,
                background=True,
            )
        self._ask_kept()
        demo = profile.demo if profile else ()
        self._demo.show_people(demo)
        self._demo.setVisible(bool(demo) and self._card.isVisibleTo(self))
        self._clear_errors()

    def _show_reach(self, words: Callable[[], str]) -> None:
        self._reach_words = words
        profile = self.profile()
        parts = (profile.where() if profile else "", words())
        self.reach.setText("   ".join(part for part in parts if part))

    def _reached(self, key: str, found: int | None) -> None:
        if key == self.place_key():
            self._show_reach(
                lambda: tr("reachable, {number} ms", number=found) if found is not None else tr("no answer")
            )

    # The keyring

    def _keyring_known(self, reason: str) -> None:
        self.keep.set_reason(reason)
        self._ask_kept()

    @Slot()
    def _ask_kept(self) -> None:
        """Whether the password of who stands there is in the keyring: then it need not be typed."""
        profile, user = self.profile(), self.user.text().strip()
        asked = f"{profile.key}/{user}" if profile is not None and user else ""
        if asked == self._asked_for or not self.keep.isEnabled():
            return
        self._asked_for = asked
        self.password.setPlaceholderText("")
        if profile is not None and user:
            self._work.run(
                self._doors.is_kept,
                profile.key,
                user,
                on_done=partial(self._show_kept, asked),
                owner=self,
                background=True,
            )

    def _show_kept(self, asked: str, kept: bool) -> None:
        if asked == self._asked_for:
            self.password.setPlaceholderText(tr("kept in the keyring, just press Enter") if kept else "")

    # What takes the place of the card

    def _show_panel(self, shown: QWidget) -> None:
        for widget in (self._card, self.server_panel, self.password_panel, self._below, self._demo):
            widget.hide()  # all first: two at once would make a small window grow
        shown.show()
        if shown is self._card:
            profile = self.profile()
            self._below.show()
            self._demo.setVisible(profile is not None and bool(profile.demo))

    @Slot()
    def _show_card(self) -> None:
        self._show_panel(self._card)
        (self.password if self.user.text() else self.user).setFocus(Qt.FocusReason.TabFocusReason)

    def _open_server(self, profile: Profile | None) -> None:
        self._show_panel(self.server_panel)
        self.server_panel.begin(profile.server if profile is not None else None)

    @Slot()
    def _edit_server(self) -> None:
        self._open_server(self.profile())

    @Slot(str)
    def _server_saved(self, key: str) -> None:
        self._show_card()
        self.servers_changed.emit(key)
        self.place_chosen.emit(self.place_key())

    @Slot(str)
    def _server_removed(self, _key: str) -> None:
        self._server_saved("")

    def _must_choose(self, least: int) -> None:
        attempt = self._attempt()
        if attempt is None:
            return
        self._show_panel(self.password_panel)
        self.password_panel.begin(
            lambda _old, new: self._doors.choose_password(attempt, new),
            user=attempt.user,
            old=attempt.password,
            least=least,
        )

    @Slot(str)
    def _password_chosen(self, new: str) -> None:
        self._show_card()
        self.password.setText(new)
        self.attempt()

    @Slot(object)
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
        attempt = self._attempt()
        if attempt is None or self.spinner.isVisible() or self._in:
            return
        if not attempt.user:
            self.user_field.refuse(tr("User name: empty. Type the name that your administrator gave you."))
            self.user.setFocus()
            return
        self._clear_errors()
        self._set_trying(True)
        self._work.run(
            self._doors.authenticate,
            attempt,
            on_done=self._accepted,
            on_error=self._refused,
            owner=self,
            title=tr("Signing in"),
        )

    def _attempt(self) -> Attempt | None:
        profile = self.profile()
        if profile is None:
            return None
        return Attempt(profile, self.user.text().strip(), self.password.text(), self.keep.choice())

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
        least = self._doors.must_change(failure.error)
        if least is not None:
            self._must_choose(least)
            return
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
        self.keep.retranslate()
        self.add_server.set_words(tr("New server"))
        self.edit_server.set_words(tr("Change this server"))
        self.server_panel.retranslate()
        self.password_panel.retranslate()
        self._show_reach(self._reach_words)
        self.sign_in.setText(tr("Sign in"))
        self.version_label.setText(tr("Version {version}", version=self._version) if self._version else "")
        self._demo.retranslate()
        self._language_name.setText("简体中文" if language() == "zh" else "English")
        self._hint.setText(tr("Alt+L changes the language"))
        self.language.set_current(language())
        self.language.setAccessibleName(tr("Language"))
        for number, profile in enumerate(self._profiles):
            self.database.setItemText(number, profile.title())
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
