"""A server that this workstation knows: its name here, where it is, and by which authority it proves itself."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QSizePolicy, QWidget

from desktop.domain.text import tr
from desktop.runtime import server_profiles
from desktop.runtime.server_profiles import DEFAULT_PREFIX, ServerProfile
from desktop.runtime.settings import Settings
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import Card, column, row

WIDTH = 400
_LABEL_HEIGHT = 20


class ServerPanel(Card):
    """Takes the place of the log-in card. `saved` and `removed` carry the profile's key, after the settings have it."""

    saved = Signal(str)
    removed = Signal(str)
    left = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface.base", border="border.default")
        self._settings = settings
        self._profile = ServerProfile("", "")
        self._is_new, self._asked = True, False
        self.title = Label(size=18, weight=600)
        self.name, self.hosts = TextInput(), TextInput(code=True, icon="database")
        self.port, self.database = TextInput(code=True), TextInput(code=True)
        self.prefix, self.ca_file = TextInput(code=True), TextInput(icon="shield-check")
        self.choose = Button("", height=28)
        self.tunnel = QCheckBox()
        self.tls_note = Label(role="text.tertiary", wrap=True)
        self.remove, self.cancel = Button("", "danger", height=32), Button("", key="Esc", height=32)
        self.save = Button("", "primary", icon="save", key="Enter", height=32)
        edits = {
            "name": self.name,
            "hosts": self.hosts,
            "port": self.port,
            "database": self.database,
            "prefix": self.prefix,
            "ca_file": self.ca_file,
        }
        self.fields = {name: Field("", edit) for name, edit in edits.items()}
        self._build()
        self._wire()
        self.retranslate()

    def _build(self) -> None:
        fields = self.fields
        narrow = row(fields["port"], fields["database"], fields["prefix"])
        for number, name in enumerate(("port", "database", "prefix")):
            narrow.setStretch(number, 1)
            narrow.setAlignment(fields[name], Qt.AlignmentFlag.AlignTop)
            fields[name].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        beside_its_field = column(_LABEL_HEIGHT, self.choose, None, spacing=0)
        authority = row(fields["ca_file"], beside_its_field)
        authority.setStretch(0, 1)
        authority.setAlignment(fields["ca_file"], Qt.AlignmentFlag.AlignTop)
        foot = row(self.remove, None, self.cancel, self.save)
        body = (fields["name"], fields["hosts"], narrow, authority, self.tunnel, self.tls_note)
        self.setLayout(column(self.title, 4, *body, 4, foot, spacing=12, margins=(24, 24, 24, 24)))
        self.setFixedWidth(WIDTH)

    def _wire(self) -> None:
        for field in self.fields.values():
            edit = field.editor
            if isinstance(edit, TextInput):
                edit.textEdited.connect(field.accept)
                edit.returnPressed.connect(self.attempt)
        self.hosts.textChanged.connect(self._explain)
        self.tunnel.toggled.connect(self._explain)
        self.choose.clicked.connect(self._choose_file)
        self.save.clicked.connect(self.attempt)
        self.cancel.clicked.connect(self.left)
        self.remove.clicked.connect(self._remove)

    def begin(self, profile: ServerProfile | None = None) -> None:
        """Fields for a new server, or for one that is kept."""
        self._profile, self._is_new, self._asked = profile or ServerProfile("", ""), profile is None, False
        shown = self._profile
        for edit, text in (
            (self.name, shown.name),
            (self.hosts, shown.hosts),
            (self.port, shown.port),
            (self.database, shown.database),
            (self.prefix, shown.prefix),
            (self.ca_file, shown.ca_file),
        ):
            edit.setText(text)
        self.tunnel.setChecked(shown.tunnel)
        self.remove.setVisible(not self._is_new)
        self.retranslate()
        self.name.setFocus(Qt.FocusReason.TabFocusReason)

    def _entered(self) -> ServerProfile:
        return server_profiles.tidy(
            replace(
                self._profile,
                name=self.name.text(),
                hosts=self.hosts.text(),
                port=self.port.text(),
                database=self.database.text(),
                prefix=self.prefix.text(),
                ca_file=self.ca_file.text(),
                tunnel=self.tunnel.isChecked(),
            )
        )

    @Slot()
    def attempt(self) -> None:
        """Keep what is entered, or mark what is wrong and go to the first of it."""
        entered = self._entered()
        wrong = server_profiles.problems(self._settings, entered)
        for name, field in self.fields.items():
            if name in wrong:
                field.refuse(wrong[name])
            else:
                field.accept()
        if wrong:
            next(field for name, field in self.fields.items() if name in wrong).editor.setFocus()
            return
        server_profiles.save(self._settings, entered)
        self.saved.emit(entered.key)

    @Slot()
    def _remove(self) -> None:
        """Asked twice on the same button: the profile is quickly written again, a dialog would be too much."""
        if not self._asked:
            self._asked = True
            self.remove.setText(tr("Really remove"))
            return
        server_profiles.remove(self._settings, self._profile.key)
        self.removed.emit(self._profile.key)

    @Slot()
    def _choose_file(self) -> None:
        kinds = tr("Certificates (*.crt *.pem *.cer);;All files (*)")
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Certificate of the authority"), self.ca_file.text(), kinds)
        if chosen:
            self.ca_file.setText(chosen)
            self.fields["ca_file"].accept()

    @Slot()
    def _explain(self) -> None:
        entered = self._entered()
        here = bool(entered.host_list()) and not replace(entered, tunnel=False).tls
        self.tunnel.setVisible(here)
        if here and not entered.tunnel:
            words = tr("On this computer: no certificate is asked for.")
        else:
            words = tr(
                "The server must prove its name by a certificate of this authority (TLS, verify-full) before a "
                "password is sent. Without a file the authorities of this system count."
            )
        self.tls_note.setText(words)
        for widget in (self.ca_file, self.choose):
            widget.setEnabled(entered.tls or not here)

    def retranslate(self) -> None:
        self.title.setText(tr("New server") if self._is_new else tr("Server"))
        fields = self.fields
        for field in fields.values():
            field.accept()  # what was wrong is said in the other language: the next try says it anew
        fields["name"].set_label(tr("Name"))
        fields["hosts"].set_label(tr("Server"))
        fields["port"].set_label(tr("Port"))
        fields["database"].set_label(tr("Database"))
        fields["prefix"].set_label(tr("Log-in prefix"))
        fields["ca_file"].set_label(tr("CA file"))
        self.hosts.setPlaceholderText("db.example.com")
        self.ca_file.setPlaceholderText(tr("the system's authorities"))
        self.prefix.setPlaceholderText(DEFAULT_PREFIX)
        self.prefix.setToolTip(tr("What the database's log-ins begin with; the administrator knows it"))
        self.choose.setText(tr("Choose…"))
        self.tunnel.setText(tr("A tunnel leads to the server: ask for its certificate"))
        self.remove.setText(tr("Really remove") if self._asked else tr("Remove"))
        self.cancel.setText(tr("Cancel"))
        self.save.setText(tr("Save"))
        self._explain()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
