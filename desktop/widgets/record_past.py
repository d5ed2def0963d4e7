"""The changes of a record, newest first: when and who, and under it each field before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain.text import pick, tr
from desktop.operations.forms import FieldInfo
from desktop.operations.record_history import Change, ChangedField, erased
from desktop.operations.records import Referred
from desktop.widgets.form_fields import shown_value
from desktop.widgets.labels import Label
from desktop.widgets.paint import column

_NUMBERS = frozenset({"money", "price", "percent"})


class RecordPast(QWidget):
    """A section for the side panel."""

    def __init__(self, changes: Sequence[Change], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        entries: list[QWidget | None] = [_entry(change) for change in changes]
        if not entries:
            entries = [Label(tr("No changes are recorded."), role="text.tertiary", wrap=True)]
        self.setLayout(column(*entries, spacing=12))

    def lines(self) -> tuple[str, ...]:
        """All that is written here, in order."""
        return tuple(label.full_text() for label in self.findChildren(Label))


def _entry(change: Change) -> QWidget:
    entry = QWidget()
    who = pick(change.by, change.by_zh) or tr("The system")
    head = f"{change.at.astimezone():%Y-%m-%d %H:%M}  {who}"
    rows: list[QWidget | None] = [Label(head, role="text.tertiary")]
    if change.action.lower().startswith("i"):
        rows.append(Label(tr("Entered"), role="text.primary"))
    elif not change.fields:
        rows.append(Label(tr("Changed"), role="text.primary"))
    if change.reason:
        rows.append(Label(tr("Reason: {reason}", reason=change.reason), role="text.secondary", wrap=True))
    if not change.action.lower().startswith("i"):
        rows += [Label(_words(field), role="text.primary", wrap=True) for field in change.fields]
    entry.setLayout(column(*rows, spacing=2))
    return entry


def _words(field: ChangedField) -> str:
    label = field.info.label if field.info is not None else field.key
    if field.info is not None and field.info.kind == "sealed":
        return tr("{field}: changed", field=label)  # what it was and is stays sealed
    if erased(field.new):
        return tr("{field}: erased (personal data)", field=label)
    old, new = _text(field.info, field.old, field.old_means), _text(field.info, field.new, field.new_means)
    return f"{label}: {old} → {new}"


def _text(info: FieldInfo | None, value: Any, means: Referred | None) -> str:
    """The audit keeps JSON: numbers and dates come back as what they are before they are written out."""
    if info is None:
        return "–" if value is None else str(value)
    if info.kind in _NUMBERS and isinstance(value, int | float | str):
        try:
            value = Decimal(str(value))
        except InvalidOperation:
            return str(value)
    if info.kind == "date" and isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return shown_value(info, value, means)
