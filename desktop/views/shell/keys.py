"""Help → Keys: every key that works now, read from the actual actions, so the list cannot lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button, key_text
from desktop.widgets.labels import KeyCap, Label
from desktop.widgets.paint import column, row


@dataclass(frozen=True)
class KeyGroup:
    """Keys under one heading: (key, what it does)."""

    title: str
    keys: tuple[tuple[str, str], ...]


def keys_of(title: str, actions: Sequence[QAction], more: Sequence[tuple[str, str]] = ()) -> KeyGroup:
    """The keys of `actions` that have one, then `more` that a page handles without an action."""
    found: dict[str, str] = {}
    for action in actions:
        for shortcut in action.shortcuts():
            if not shortcut.isEmpty() and action.isVisible():
                found.setdefault(key_text(shortcut), clean_text(action))
    for key, text in more:
        found.setdefault(key, text)
    return KeyGroup(title, tuple(found.items()))


def clean_text(action: QAction) -> str:
    """An action's words without mnemonic: ``导出(&E)`` → ``导出``, ``&File`` → ``File``."""
    text = action.text()
    cut = text.find("(&")
    return (text[:cut] if cut > 0 else text.replace("&", "")).rstrip("…").strip()


class KeysDialog(QDialog):
    """Two columns of headings and keys; Esc closes."""

    def __init__(self, parent: QWidget, groups: Sequence[KeyGroup]) -> None:
        super().__init__(parent)
        self.groups = tuple(group for group in groups if group.keys)
        self.setWindowTitle(tr("Keys"))
        content = QWidget()
        sides = (column(spacing=20), column(spacing=20))
        heights = [0, 0]
        for group in self.groups:
            side = heights.index(min(heights))
            sides[side].addWidget(_block(group))
            heights[side] += len(group.keys) + 2
        for side_layout in sides:
            side_layout.addStretch(1)
        content.setLayout(row(*sides, spacing=40))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        close = Button(tr("Close"), key="Esc")
        close.clicked.connect(self.accept)
        title = Label(tr("Keys"), size=15, weight=600)
        self.setLayout(column(title, area, row(None, close), spacing=12, margins=(24, 20, 24, 16)))
        self.resize(720, 560)
        area.setFocus()


def _block(group: KeyGroup) -> QWidget:
    made = QWidget()
    rows = column(Label(group.title, role="text.tertiary"), spacing=4)
    for key, text in group.keys:
        cap = KeyCap(key)
        holder = row(cap, None)
        line = row(spacing=12)
        box = QWidget()
        box.setFixedWidth(112)
        box.setLayout(holder)
        line.addWidget(box)
        line.addWidget(Label(text, elide=True), 1)
        rows.addLayout(line)
    made.setLayout(rows)
    made.setMinimumWidth(300)
    return made
