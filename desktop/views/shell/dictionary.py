"""F1 on a field: what the data dictionary says about it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.runtime.context import DictionaryEntry
from desktop.widgets.fields import DICTIONARY_PROPERTY
from desktop.widgets.labels import Label
from desktop.widgets.paint import column, row
from desktop.widgets.popup import FieldPopup


def dictionary_name(widget: QWidget | None) -> str:
    """The dictionary field of `widget` or of the nearest parent that names one; empty where none does."""
    while widget is not None:
        name = widget.property(DICTIONARY_PROPERTY)
        if name:
            return str(name)
        widget = widget.parentWidget()
    return ""


class DictionaryPopup(FieldPopup):
    """Label, technical name, meaning, allowed values, owner; 376 wide, under the field."""

    def __init__(self, field: QWidget, entry: DictionaryEntry | None, asked: str) -> None:
        super().__init__(field)
        label = entry.label if entry else asked
        head = row(Label(label, size=13), None, Label(entry.field if entry else "", role="text.tertiary", code=True))
        words = entry.meaning if entry else tr("The data dictionary says nothing about this field yet.")
        parts: list[QWidget] = [Label(words, role="text.secondary", wrap=True)]
        if entry and entry.values:
            parts.append(Label(tr("Values: {values}", values=entry.values), role="text.secondary", wrap=True))
        if entry and entry.personal:
            words_of_care = tr("Personal data: kept apart in the audit and erased on request.")
            parts.append(Label(words_of_care, role="text.secondary", wrap=True))
        if entry and entry.owner:
            parts.append(Label(tr("Owner: {owner}", owner=entry.owner), role="text.tertiary"))
        self.setLayout(column(head, *parts, spacing=4, margins=(12, 12, 12, 12)))
        self.setAccessibleName(label)
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        height = layout.heightForWidth(376) if layout is not None else 0
        return QSize(376, height)
