"""The jobs of a person or of a custom role as boxes to tick, grouped by the power to which they belong.

Jobs of two powers never meet in one person: once one is ticked, the boxes of the other powers are closed and say why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from desktop.domain.people import POWERS, power_name
from desktop.domain.text import pick, tr
from desktop.operations.people_accounts import JobOffered
from desktop.widgets.discard import discard
from desktop.widgets.labels import Label
from desktop.widgets.paint import column
from desktop.widgets.theme import color

_COLUMNS, _GAP = 4, 8


def job_name(job: JobOffered) -> str:
    return pick(job.name, job.name_zh)


class _Box(QCheckBox):
    """Arrow keys walk through the board, Space ticks."""

    def __init__(self, job: JobOffered, board: JobBoard) -> None:
        super().__init__(job_name(job))
        self.job, self._board = job, board
        self.setMinimumHeight(24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: _COLUMNS, Qt.Key.Key_Up: -_COLUMNS}
        if Qt.Key(event.key()) in step:
            self._board.walk(self, step[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)


class JobBoard(QWidget):
    """Read by `chosen`, set by `choose`; `edited` on every tick by hand."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[str, _Box] = {}
        self._chosen: tuple[str, ...] = ()
        self._heads: list[tuple[Label, str]] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(2, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(0)
        for number in range(_COLUMNS):
            self._grid.setColumnStretch(number, 1)
        self.setLayout(column(self._grid, spacing=0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def boxes(self) -> dict[str, _Box]:
        return dict(self._boxes)

    def show_jobs(self, jobs: Sequence[JobOffered]) -> None:
        """Offer these; what was chosen stays chosen."""
        known = {key: box.job for key, box in self._boxes.items()}
        if known == {job.key: job for job in jobs}:
            return
        for box in self._boxes.values():
            discard(box)
        for head, _ in self._heads:
            discard(head)
        self._boxes, self._heads = {}, []
        at = self._add_wide([job for job in jobs if job.power == POWERS[0]])
        for number, power in enumerate(POWERS[1:]):
            self._add_narrow(power, [job for job in jobs if job.power == power], at, number)
        if self._boxes:
            self.setFocusProxy(next(iter(self._boxes.values())))
        self.choose(self._chosen)

    def _add_wide(self, jobs: Sequence[JobOffered]) -> int:
        """Business jobs over the whole width; the row below them."""
        if not jobs:
            return 0
        self._add_head(POWERS[0], 0, 0)
        for number, job in enumerate(jobs):
            self._add_box(job, 1 + number // _COLUMNS, number % _COLUMNS)
        below = 1 + (len(jobs) + _COLUMNS - 1) // _COLUMNS
        self._grid.setRowMinimumHeight(below, _GAP)
        return below + 1

    def _add_narrow(self, power: str, jobs: Sequence[JobOffered], at: int, column_: int) -> None:
        """The few jobs of another power under one another, beside those of the next."""
        if jobs:
            self._add_head(power, at, column_)
        for number, job in enumerate(jobs):
            self._add_box(job, at + 1 + number, column_)

    def _add_head(self, power: str, at: int, column_: int) -> None:
        head = Label(power_name(power), role="text.tertiary")
        self._heads.append((head, power))
        self._grid.addWidget(head, at, column_)

    def _add_box(self, job: JobOffered, at: int, column_: int) -> None:
        box = _Box(job, self)
        box.clicked.connect(self._ticked)
        self._boxes[job.key] = box
        self._grid.addWidget(box, at, column_)

    def chosen(self) -> tuple[str, ...]:
        """The keys in a fixed order; those that are not offered any more stay."""
        hidden = {key for key in self._chosen if key not in self._boxes}
        return tuple(sorted(hidden | {key for key, box in self._boxes.items() if box.isChecked()}))

    def choose(self, keys: Iterable[str] | None) -> None:
        self._chosen = tuple(sorted(keys or ()))
        for key, box in self._boxes.items():
            box.setChecked(key in self._chosen)
        self._part()
        self._show_held()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.EnabledChange, QEvent.Type.StyleChange):
            self._show_held()

    def _show_held(self) -> None:
        """Who may only read sees what is held in full colour among what could be."""
        reading = not self.isEnabled()
        for box in self._boxes.values():
            palette = box.palette()
            role = "text.primary" if reading and box.isChecked() else "text.disabled"
            palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, color(role))
            box.setPalette(palette)

    def text(self) -> str:
        """What is chosen, for comparing and for screen readers."""
        return ", ".join(self.chosen())

    def power(self) -> str | None:
        """The power of what is chosen; None while nothing is."""
        return next((box.job.power for box in self._boxes.values() if box.isChecked()), None)

    def _ticked(self) -> None:
        self._part()
        self.edited.emit()

    def _part(self) -> None:
        """Close the boxes of other powers. A wrong pair that the database holds can still be taken apart."""
        power = self.power()
        for box in self._boxes.values():
            apart = power is not None and box.job.power != power and not box.isChecked()
            box.setEnabled(not apart)
            box.setToolTip(
                tr("One person holds jobs of one power only: take the jobs of {power} away first.",
                   power=power_name(power or ""))
                if apart else self._made_of(box.job)
            )  # fmt: skip

    def _made_of(self, job: JobOffered) -> str:
        if not job.parts:
            return ""
        names = [job_name(self._boxes[key].job) if key in self._boxes else key for key in job.parts]
        return tr("Made of: {jobs}", jobs=pick(", ", "、").join(names))

    def walk(self, box: _Box, step: int) -> None:
        """The focus to another box that can be ticked."""
        boxes = list(self._boxes.values())
        at = min(max(boxes.index(box) + step, 0), len(boxes) - 1)
        while 0 <= at < len(boxes) and not boxes[at].isEnabled():
            at += 1 if step > 0 else -1
        if 0 <= at < len(boxes):
            boxes[at].setFocus(Qt.FocusReason.TabFocusReason)

    def retranslate(self) -> None:
        for head, power in self._heads:
            head.setText(power_name(power))
        for box in self._boxes.values():
            box.setText(job_name(box.job))
        self._part()
