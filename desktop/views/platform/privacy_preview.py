"""What the erasure of a person would do, before it is done: what changes, what stays and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.text import pick, tr
from desktop.exchange.subject_export import section_name
from desktop.operations.privacy import Places, Preview
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import column, row

_WHAT, _ROWS = 200, 64


def why(reason: str) -> str:
    """Why something stays although the person is to be forgotten."""
    return {
        "books": tr("Stays under the pseudonym: books and vouchers are kept by law"),
        "pseudonym": tr("Stays under the pseudonym: the work itself is no personal data"),
        "evidence": tr("Stays without names: proof of who did what, sealed"),
        "shared": tr("Somebody else has it too: left where it stands in texts"),
        "common": tr("Too ordinary a word: not looked for in texts"),
    }.get(reason, "")


class PreviewView(QWidget):
    """Sections with a line for each place: what, how many rows, and a sentence."""

    def __init__(self, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview = preview
        parts: list[QWidget] = []
        if preview.obstacles:
            parts.append(_section(tr("First to be settled"), "circle-alert", "danger.fg", [
                (_name(each), each.rows, tr("Open or ahead: finish or reassign it")) for each in preview.obstacles
            ]))  # fmt: skip
        parts.append(_section(tr("Replaced by the pseudonym"), "user", "text.secondary", [
            (_name(each), each.rows, tr("Name, numbers and addresses")) for each in preview.records
        ]))  # fmt: skip
        if preview.mentions:
            parts.append(_section(tr("Taken out of texts"), "pencil", "text.secondary", [
                (_name(each), each.rows, pick(each.label, each.label_zh)) for each in preview.mentions
            ]))  # fmt: skip
        if preview.removed:
            parts.append(_section(tr("Closed or removed"), "trash-2", "text.secondary", [
                (_name(each), each.rows, "") for each in preview.removed
            ]))  # fmt: skip
        if preview.kept:
            parts.append(_section(tr("Stays, and why"), "lock", "text.secondary", [
                (_name(each), each.rows, why(each.why)) for each in preview.kept
            ]))  # fmt: skip
        if preview.elsewhere:
            parts.append(_section(tr("Found in other places: look yourself"), "triangle-alert", "warn.fg", [
                (_name(each), each.rows, pick(each.label, each.label_zh)) for each in preview.elsewhere
            ]))  # fmt: skip
        if preview.unsearched:
            parts.append(_section(tr("Not looked for in texts"), "info", "text.tertiary", [
                (value, None, why(reason)) for value, reason in preview.unsearched
            ]))  # fmt: skip
        self.setLayout(column(*parts, spacing=16))

    def lines(self) -> tuple[str, ...]:
        """All that is written here, in order."""
        return tuple(label.full_text() for label in self.findChildren(Label))


def _name(place: Places) -> str:
    return section_name(place.what)


def _section(title: str, icon: str, role: str, lines: Sequence[tuple[str, int | None, str]]) -> QWidget:
    made = QWidget()
    head = row(IconLabel(icon, role, 14), Label(title, size=13), None, spacing=6)
    grid = QGridLayout()
    grid.setContentsMargins(20, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    for at, (what, rows, sentence) in enumerate(lines):
        name, note = Label(what, elide=True), Label(sentence, role="text.secondary", elide=True)
        count = Label("" if rows is None else f"{rows:,}")
        count.setAlignment(Qt.AlignmentFlag.AlignRight)
        for place, label in enumerate((name, count, note)):
            grid.addWidget(label, at, place)
    grid.setColumnMinimumWidth(0, _WHAT)
    grid.setColumnMinimumWidth(1, _ROWS)
    grid.setColumnStretch(2, 1)
    made.setLayout(column(head, grid, spacing=6))
    return made
