"""The next steps of a document as buttons; a step with obstacles says which, a step that needs a reason asks inline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.paint import row


@dataclass(frozen=True)
class StepChoice:
    """One step: where it leads, its words, the sentences that stand in the way, whether it needs a reason."""

    key: str
    text: str
    obstacles: tuple[str, ...] = ()
    needs_reason: bool = False


class StepBar(QWidget):
    """At most three steps show as buttons, in the order of the work."""

    chosen = Signal(str, str)
    """(key, reason)"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[StepChoice, ...] = ()
        self._buttons: dict[str, Button] = {}
        self._asking: str = ""
        self._row = row(spacing=8)
        self.reason = TextInput()
        self.reason.setFixedWidth(220)
        self.reason.returnPressed.connect(self._give_reason)
        self.confirm = Button("", kind="danger")
        self.confirm.clicked.connect(self._give_reason)
        self.keep = Button("", kind="ghost", key="Esc")
        self.keep.clicked.connect(self._stop_asking)
        self._ask = QWidget()
        self._ask.setLayout(row(self.reason, self.confirm, self.keep))
        self._ask.hide()
        self.setLayout(row(self._row, self._ask))

    def show_steps(self, steps: Sequence[StepChoice]) -> None:
        self._stop_asking()
        for button in self._buttons.values():
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        self._steps = tuple(steps)
        for step in self._steps:
            button = Button(step.text, kind="secondary")
            button.setEnabled(not step.obstacles)
            button.setToolTip("\n".join(step.obstacles))
            button.clicked.connect(lambda _=False, key=step.key: self.choose(key))
            self._row.addWidget(button)
            self._buttons[step.key] = button

    def buttons(self) -> dict[str, Button]:
        return dict(self._buttons)

    def choose(self, key: str) -> None:
        step = next(each for each in self._steps if each.key == key)
        if not step.needs_reason:
            self.chosen.emit(key, "")
            return
        self._asking = key
        self.reason.clear()
        self.reason.setPlaceholderText(tr("Reason"))
        self.reason.setAccessibleName(tr("Reason"))
        self.confirm.setText(step.text)
        self.keep.setText(tr("Keep"))
        self._ask.show()
        self.reason.setFocus()

    @Slot()
    def _give_reason(self) -> None:
        if self._asking and self.reason.text().strip():
            key, self._asking = self._asking, ""
            self._ask.hide()
            self.chosen.emit(key, self.reason.text().strip())

    @Slot()
    def _stop_asking(self) -> None:
        self._asking = ""
        self._ask.hide()
