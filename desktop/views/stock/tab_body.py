"""What a tab of an item's card is made of."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.operations.records import Record


class TabBody(QWidget):
    """What a tab shows of the item; read when it is looked at, and again when that changed."""

    opened = Signal(str, object)

    def show_record(self, record: Record) -> None:
        """Another item, or the same one after it was saved."""

    def retranslate(self) -> None:
        """All words again."""
