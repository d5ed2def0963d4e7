"""The fixed parts of a page: header bar, action bar, selection footer, side panel with sections and
key/value rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.widgets.discard import discard_all
from desktop.widgets.labels import Chip, ChipKind, IconLabel, Label
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.theme import line_height, metric

WIDE_FROM = 1600
"""Windows at least this wide show what guide.md §2 drops on narrow screens."""


class HeaderBar(Surface):
    """44 high: title, state chip, a quiet note, view tabs; actions at the right. One filled button on a page
    at most.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__("surface.base", "b", parent=parent)
        self.title = Label(title, size=15, weight=600)
        self.chip = Chip()
        self.note = Label(role="text.tertiary")
        self.chip.hide()
        self.note.hide()
        self._left = row(self.title, self.chip, self.note)
        self._right = row()
        layout = row(self._left, None, self._right, margins=(16, 0, 12, 0))
        self.setLayout(layout)
        self.setFixedHeight(metric("shell.pageHeader"))

    def set_title(self, title: str) -> None:
        self.title.setText(title)
        self.setAccessibleName(title)

    def set_state(self, text: str, kind: ChipKind = "neutral", icon: str = "") -> None:
        """The document's state; an empty text hides the chip."""
        self.chip.set_state(text, kind, icon)
        self.chip.setVisible(bool(text))

    def set_note(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def add_left(self, widget: QWidget) -> None:
        """View tabs or a segmented control after the title."""
        self._left.addWidget(widget)

    def add_action(self, widget: QWidget) -> None:
        self._right.addWidget(widget)


@dataclass(frozen=True)
class Total:
    """One figure of the action bar: label 11 above value 13."""

    label: str
    value: str


class ActionBar(Surface):
    """48 high at the page's foot: totals, the reason why not, secondary actions, the primary one far right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.panel", "t", parent=parent)
        self._totals = row(spacing=24)
        self._reason_icon = IconLabel("circle-alert", "danger.fg")
        self._reason = Label(role="danger.fg")
        self._buttons = row()
        self.setLayout(
            row(self._totals, None, self._reason_icon, self._reason, 16, self._buttons, margins=(16, 0, 12, 0))
        )
        self.setFixedHeight(metric("shell.actionBar"))
        self.set_reason("")

    def set_totals(self, totals: Sequence[Total]) -> None:
        discard_all(self._totals)
        for total in totals:
            label = Label(total.label, size=11, role="text.tertiary")
            value = Label(total.value, size=13, weight=500)
            value.setAccessibleName(f"{total.label} {total.value}")
            self._totals.addLayout(column(None, label, value, None, spacing=0))

    def set_reason(self, text: str) -> None:
        """Why the primary action would be refused now."""
        self._reason.setText(text)
        self._reason.setVisible(bool(text))
        self._reason_icon.setVisible(bool(text))

    def reason(self) -> str:
        return self._reason.full_text()

    def add_button(self, widget: QWidget) -> None:
        """In order: secondary ones first, the primary last."""
        self._buttons.addWidget(widget)


class SidePanel(Surface):
    """Reference while working: 320 wide, 376 on wide windows; sections under one another, scrolls by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.panel", "l", parent=parent)
        self._watched: QWidget | None = None
        self._content = QWidget()
        self._sections = QVBoxLayout(self._content)
        self._sections.setContentsMargins(0, 0, 0, 0)
        self._sections.setSpacing(0)
        self._sections.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._content)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        self.setLayout(column(area, margins=(1, 0, 0, 0)))
        self._fit()

    def add_section(self, content: QWidget, title: str = "", aside: QWidget | None = None) -> Section:
        section = Section(content, title, aside)
        self._sections.insertWidget(self._sections.count() - 1, section)
        return section

    def clear(self) -> None:
        """Take all sections out."""
        discard_all(self._sections, keep=1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._watched is not self.window():
            if self._watched is not None:
                self._watched.removeEventFilter(self)
            self._watched = self.window()
            self._watched.installEventFilter(self)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        wide = self.window().width() >= WIDE_FROM
        self.setFixedWidth(metric("shell.sidePanel.1920" if wide else "shell.sidePanel.1366"))


class Section(Surface):
    """12 px above and below, 16 at the sides, a hairline under it."""

    def __init__(self, content: QWidget, title: str = "", aside: QWidget | None = None) -> None:
        super().__init__("surface.panel", "b", "border.grid")
        self.title = Label(title, role="text.tertiary")
        self.content = content
        head = row(self.title, None)
        if aside is not None:
            head.addWidget(aside)
        layout = column(head, content, margins=(16, 12, 16, 12)) if title or aside else column(content)
        if not title and aside is None:
            layout.setContentsMargins(16, 12, 16, 12)
        self.setLayout(layout)
        # Only now: shown before it has a parent, a label is a window of its own and takes the keyboard away.
        self.title.setVisible(bool(title))


class KeyValues(QWidget):
    """Rows of a quiet label (88 px) and a value: text, or a widget of your own (a link, chips)."""

    def __init__(self, rows: Sequence[tuple[str, str | QWidget]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 88)
        self._grid.setColumnStretch(1, 1)
        self.set_rows(rows)

    def set_rows(self, rows: Sequence[tuple[str, str | QWidget]]) -> None:
        discard_all(self._grid)
        for number, (label, value) in enumerate(rows):
            shown = Label(value, elide=True) if isinstance(value, str) else value
            shown.setMinimumHeight(line_height(13))
            if not shown.accessibleName() or isinstance(value, str):
                shown.setAccessibleName(f"{label}: {value}" if isinstance(value, str) else label)
            self._grid.addWidget(Label(label, role="text.tertiary"), number, 0)
            self._grid.addWidget(shown, number, 1)
