"""A list of steps to tick off: a work order's checklist, a month close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop.domain.text import tr
from desktop.widgets.discard import discard
from desktop.widgets.labels import Label, Tag
from desktop.widgets.paint import column, row
from desktop.widgets.states import ProgressBar


@dataclass(frozen=True)
class Step:
    """One step. A mandatory one blocks completion; `note` says who ticked it and when, or why it cannot be."""

    key: str
    text: str
    done: bool = False
    mandatory: bool = False
    note: str = ""
    enabled: bool = True


class CheckList(QWidget):
    """Steps with their state and a bar of how many are done. ↑↓ walk, Space ticks."""

    ticked = Signal(str, bool)

    def __init__(self, steps: Sequence[Step] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        self._boxes: list[QCheckBox] = []
        self._bar = ProgressBar()
        self._counts = Label(role="text.secondary")
        head = row(self._bar, self._counts)
        head.setStretch(0, 1)
        self._rows = QWidget()
        self.setLayout(column(head, self._rows, None))
        self.set_steps(steps)

    def steps(self) -> tuple[Step, ...]:
        return self._steps

    def set_steps(self, steps: Sequence[Step]) -> None:
        self._steps = tuple(steps)
        fresh = QWidget()
        self._boxes = []
        rows = column(spacing=4)
        for step in steps:
            rows.addLayout(self._row(step))
        fresh.setLayout(rows)
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(self._rows, fresh)
        discard(self._rows)
        self._rows = fresh
        self._count()

    def _row(self, step: Step) -> QHBoxLayout:
        box = QCheckBox(step.text)
        box.setChecked(step.done)
        box.setEnabled(step.enabled)
        box.setMinimumHeight(24)
        box.toggled.connect(lambda on, key=step.key: self._tick(key, on))
        self._boxes.append(box)
        made = row(box, None)
        if step.mandatory:
            made.insertWidget(1, Tag(tr("Required")))
        if step.note:
            made.addWidget(Label(step.note, role="text.tertiary"))
        return made

    def _tick(self, key: str, on: bool) -> None:
        self._steps = tuple(replace(step, done=on) if step.key == key else step for step in self._steps)
        self._count()
        self.ticked.emit(key, on)

    def _count(self) -> None:
        done = sum(step.done for step in self._steps)
        self._bar.set_share(done / len(self._steps) if self._steps else 0, _bar_role(done, len(self._steps)))
        self._counts.setText(f"{done} / {len(self._steps)}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        focused = [number for number, box in enumerate(self._boxes) if box.hasFocus()]
        if step and focused:
            target = min(max(focused[0] + step, 0), len(self._boxes) - 1)
            self._boxes[target].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)


def _bar_role(done: int, total: int) -> str:
    return "success.solid" if done == total else "accent.solid"
