"""Tools → Scanner, sounds, labels: how this workstation's scanner is programmed, what sounds, which labels its printer
holds, and a place to try it.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from desktop.domain.text import tr
from desktop.reports.stock import DEFAULT_SIZE, LABEL_SETTING, LABEL_SIZES
from desktop.runtime import sounds
from desktop.runtime.settings import Settings
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, Select, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.paint import column, row
from desktop.widgets.scan_filter import ScannerSettings
from desktop.widgets.states import Banner


class ScannerDialog(QDialog):
    """Prefix (one character, may be empty) and suffix. `saved` carries the new settings."""

    saved = Signal(object)

    def __init__(self, parent: QWidget, settings: ScannerSettings, kept: Settings) -> None:
        super().__init__(parent)
        self._kept = kept
        self.setWindowTitle(tr("Scanner, sounds and labels"))
        self.prefix = TextInput(settings.prefix, code=True)
        self.prefix.setMaxLength(1)
        self.suffix = Select()
        self.suffix.addItem("Enter", "enter")
        self.suffix.addItem("Tab", "tab")
        self.suffix.setCurrentIndex(self.suffix.findData(settings.suffix))
        prefix = Field(tr("Character before each code"), self.prefix, hint=tr("Empty where the scanner sends none"))
        suffix = Field(tr("Key after each code"), self.suffix)
        self.tones = Select()
        for key, words in (
            (sounds.FAULTS, tr("A low tone for what is wrong")),
            (sounds.ALL, tr("A tone for every scan")),
            (sounds.OFF, tr("None")),
        ):
            self.tones.addItem(words, key)
        self.tones.setCurrentIndex(self.tones.findData(sounds.choice(kept)))
        self.tones.activated.connect(self._try_sound)
        self.label_size = Select()
        for size in LABEL_SIZES:
            words = tr("A4 sheet, 3 × 8") if size == "a4" else tr("{size} mm", size=size.replace("x", " × "))
            self.label_size.addItem(words, size)
        self.label_size.setCurrentIndex(max(0, self.label_size.findData(kept.get(LABEL_SETTING, DEFAULT_SIZE))))
        self.result_banner = Banner("info", tr("Scan any label to try it"), icon="scan-line")
        keep = Button(tr("Cancel"), key="Esc")
        keep.clicked.connect(self.reject)
        save = Button(tr("Save"), "primary")
        save.clicked.connect(self._save)
        tone_field = Field(tr("Sounds at the stock desk"), self.tones)
        label_field = Field(tr("Size of labels"), self.label_size)
        title = Label(tr("Scanner, sounds and labels"), size=15, weight=600)
        content = (title, prefix, suffix, tone_field, label_field, self.result_banner, row(None, keep, save))
        self.setLayout(column(*content, spacing=12, margins=(24, 20, 24, 16)))
        self.setFixedWidth(400)

    @Slot(str)
    def show_scan(self, code: str) -> None:
        """A scan that came while the dialog is open."""
        self.result_banner.say(tr("Read: {code}", code=code))

    @Slot()
    def _try_sound(self) -> None:
        """What was chosen is heard at once."""
        chosen = self.tones.currentData()
        if chosen != sounds.OFF:
            sounds.play("bad" if chosen == sounds.FAULTS else "ok")

    @Slot()
    def _save(self) -> None:
        self._kept.set(sounds.KEY, self.tones.currentData())
        self._kept.set(LABEL_SETTING, self.label_size.currentData())
        self.saved.emit(ScannerSettings(self.prefix.text(), self.suffix.currentData()))
        self.accept()
