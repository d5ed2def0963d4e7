"""Tools → Scanner: how this workstation's scanner is programmed, and a place to try it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, Select, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import column, row
from desktop.widgets.scan_filter import ScannerSettings
from desktop.widgets.states import Banner


class ScannerDialog(QDialog):
    """Prefix (one character, may be empty) and suffix. `saved` carries the new settings."""

    saved = Signal(object)

    def __init__(self, parent: QWidget, settings: ScannerSettings) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Scanner"))
        self.prefix = TextInput(settings.prefix, code=True)
        self.prefix.setMaxLength(1)
        self.suffix = Select()
        self.suffix.addItem("Enter", "enter")
        self.suffix.addItem("Tab", "tab")
        self.suffix.setCurrentIndex(self.suffix.findData(settings.suffix))
        prefix = Field(
            tr("Character before each code"), self.prefix, hint=tr("Empty where the scanner sends none")
        )
        suffix = Field(tr("Key after each code"), self.suffix)
        self.result_banner = Banner("info", tr("Scan any label to try it"), icon="scan-line")
        keep = Button(tr("Cancel"), key="Esc")
        keep.clicked.connect(self.reject)
        save = Button(tr("Save"), "primary")
        save.clicked.connect(self._save)
        title = Label(tr("Scanner"), size=15, weight=600)
        content = (title, prefix, suffix, self.result_banner, row(None, keep, save))
        self.setLayout(column(*content, spacing=12, margins=(24, 20, 24, 16)))
        self.setFixedWidth(400)

    @Slot(str)
    def show_scan(self, code: str) -> None:
        """A scan that came while the dialog is open."""
        self.result_banner.say(tr("Read: {code}", code=code))

    @Slot()
    def _save(self) -> None:
        self.saved.emit(ScannerSettings(self.prefix.text(), self.suffix.currentData()))
        self.accept()
