"""A dialog only for what Undo cannot take back: it names the document and the amounts, focus on the harmless
button.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from desktop.widgets.paint import column
from desktop.widgets.states import ConfirmPanel


class ConfirmDialog(QDialog):
    """400 wide, modal to its window. Esc and the close button mean: keep."""

    def __init__(self, parent: QWidget, title: str, sentence: str, *, confirm: str, keep: str) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowTitle(title)
        self.panel = ConfirmPanel(title, sentence, confirm=confirm, keep=keep)
        self.panel.confirmed.connect(self.accept)
        self.panel.kept.connect(self.reject)
        self.setLayout(column(self.panel, margins=(0, 0, 0, 0)))
        self.setFixedWidth(400)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.panel.keep_button.setFocus(Qt.FocusReason.TabFocusReason)


def confirm(parent: QWidget, title: str, sentence: str, *, confirm: str, keep: str) -> bool:
    """Ask and wait. True only for a deliberate press of the danger button."""
    dialog = ConfirmDialog(parent.window(), title, sentence, confirm=confirm, keep=keep)
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()
