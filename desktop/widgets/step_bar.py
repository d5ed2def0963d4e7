"""The next steps of a document as buttons; a step with obstacles says which, a step that needs a reason asks inline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard
from desktop.widgets.fields import TextInput
from desktop.widgets.focus_loan import FocusLoan
from desktop.widgets.page import Page
from desktop.widgets.paint import row


@dataclass(frozen=True)
class StepChoice:
    """One step: where it leads, its words, the sentences that stand in the way, whether it needs a reason."""

    key: str
    text: str
    obstacles: tuple[str, ...] = ()
    needs_reason: bool = False


MOST = 9


class StepBar(QWidget):
    """The steps as buttons, in the order of the work; Ctrl+1 takes the first of them from anywhere in the page."""

    chosen = Signal(str, str)
    """(key, reason)"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[StepChoice, ...] = ()
        self._buttons: dict[str, Button] = {}
        self._actions: tuple[QAction, ...] = ()
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
        self._loan = FocusLoan(self._ask)
        self._ask.setLayout(row(self.reason, self.confirm, self.keep))
        self._ask.hide()
        self.setLayout(row(self._row, self._ask))

    def serve(self, page: Page) -> None:
        """The steps become commands of the page, so that menu, Help and Ctrl+K have them, each with its key."""
        self._actions = tuple(page.command(f"Ctrl+{n}", partial(self._take, n - 1)) for n in range(1, MOST + 1))
        self._name_actions()

    def _take(self, number: int) -> None:
        if number < len(self._steps) and not self._steps[number].obstacles:
            self.choose(self._steps[number].key)

    def _name_actions(self) -> None:
        for number, action in enumerate(self._actions):
            step = self._steps[number] if number < len(self._steps) else None
            action.setText(step.text if step is not None else "")
            action.setVisible(step is not None)
            action.setEnabled(step is not None and not step.obstacles)

    def show_steps(self, steps: Sequence[StepChoice]) -> None:
        self._stop_asking()
        taken = any(button.hasFocus() for button in self._buttons.values())
        for button in self._buttons.values():
            discard(button)
        self._buttons = {}
        self._steps = tuple(steps)
        for number, step in enumerate(self._steps, start=1):
            button = Button(step.text, kind="secondary")
            button.setEnabled(not step.obstacles)
            button.setToolTip("\n".join((*step.obstacles, *([f"Ctrl+{number}"] if self._actions else []))))
            button.clicked.connect(lambda _=False, key=step.key: self.choose(key))
            self._row.addWidget(button)
            self._buttons[step.key] = button
        self._name_actions()
        following = next((button for button in self._buttons.values() if button.isEnabled()), None)
        if taken and following is not None:
            following.setFocus()  # the one that had the keys is gone

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
        self._loan.take(self.reason)

    @Slot()
    def _give_reason(self) -> None:
        if self._asking and self.reason.text().strip():
            key = self._asking
            self._stop_asking()
            self.chosen.emit(key, self.reason.text().strip())

    @Slot()
    def _stop_asking(self) -> None:
        self._asking = ""
        self._loan.give_back()
        self._ask.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._asking:
            self._stop_asking()
        else:
            super().keyPressEvent(event)
