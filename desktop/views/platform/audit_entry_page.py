"""One entry of the journal: who did what, when, where from and why, each field before and after, and its seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from desktop.domain.conditions import Group, Test, to_json
from desktop.domain.text import language, tr
from desktop.operations import audit_reading
from desktop.operations.audit_reading import ShownEntry
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.header import HeaderBar, KeyValues, SidePanel
from desktop.widgets.labels import ChipKind, Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack

OPENS: Mapping[str, str] = {
    "app_user": "person", "asset": "asset", "contract": "contract", "count_plan": "count_plan",
    "custom_role": "custom_role", "delegation": "stand_in", "engineer": "engineer", "item": "item",
    "job_plan": "job_plan", "org_unit": "org_unit", "pick_list": "pick_list", "site": "site",
    "stock_count": "stock_count", "stock_document": "stock_document", "stock_location": "stock_location",
    "work_order": "work_order",
}  # fmt: skip
"""Tables whose records have a form."""
_LABEL, _VALUE = 180, 320


class AuditEntryPage(Page):
    """Read only. Ctrl+Enter opens the record, Ctrl+H all entries of it."""

    def __init__(self, context: Context, entry_id: int, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.entry_id = entry_id
        self._entry: ShownEntry | None = None
        self.header = HeaderBar()
        self.past_button = Button(icon="history", key="Ctrl+H")
        self.past_button.clicked.connect(self.show_past)
        self.record_button = Button(icon="external-link", key="Ctrl+Enter")
        self.record_button.clicked.connect(self.open_record)
        for button in (self.past_button, self.record_button):
            self.header.add_action(button)
        self.fields = Surface("surface.base")
        self._grid = QGridLayout(self.fields)
        self._grid.setContentsMargins(16, 12, 16, 12)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, _LABEL)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setWidget(self.fields)
        self.side = SidePanel()
        content = Surface("surface.base")
        body = row(self.area, self.side, spacing=0)
        body.setStretch(0, 1)
        content.setLayout(body)
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.record_action = self.command("Ctrl+Return", self.open_record)
        self.past_action = self.command("Ctrl+H", self.show_past)
        self.refresh_action = self.command("F5", self.refresh)
        self.retranslate()

    # Loading

    def refresh(self) -> None:
        self.context.work.run(
            audit_reading.entry, self.context.database, self.entry_id, language(),
            on_done=self._show, on_error=self._not_loaded, owner=self,
        )  # fmt: skip

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The entry could not be loaded"), failure)

    def _show(self, entry: ShownEntry) -> None:
        self._entry = entry
        first = self.stack.currentIndex() != 1
        self._show_texts(entry)
        self.stack.show_content()
        if first:
            self.area.setFocus()
        self.title_changed.emit()

    def _show_texts(self, entry: ShownEntry) -> None:
        self.header.set_title(self.title())
        self.header.set_state(*_action(entry.action))
        opens = entry.kind in OPENS and entry.row_id is not None and entry.action != "D"
        for widget in (self.record_button, self.record_action):
            widget.setVisible(opens)
            widget.setEnabled(opens)
        of_record = not entry.is_event and entry.row_id is not None
        for widget in (self.past_button, self.past_action):
            widget.setVisible(of_record)
            widget.setEnabled(of_record)
        self._show_fields(entry)
        self.side.clear()
        self.side.add_section(KeyValues(_facts(entry)), tr("Entry"))

    def _show_fields(self, entry: ShownEntry) -> None:
        _empty(self._grid)
        changed = entry.action == "U"
        heads = (tr("Field"), tr("Before"), tr("After")) if changed else (tr("Field"), tr("Content"))
        for place, head in enumerate(heads):
            self._grid.addWidget(Label(head, role="text.tertiary"), 0, place)
        if not entry.fields:
            said = tr("A posted document is its own record; the entry notes that it was posted.")
            self._grid.addWidget(Label(said, role="text.secondary", wrap=True), 1, 0, 1, 3)
        for number, field in enumerate(entry.fields, start=1):
            values = (field.old, field.new) if changed else (field.old or field.new,)
            label = Label(field.label, role="text.secondary", wrap=True)
            label.setFixedWidth(_LABEL)
            label.setToolTip(field.key)
            self._grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
            for place, value in enumerate(values, start=1):
                shown = Label(value or "–", wrap=True, role="text.primary" if value else "text.tertiary")
                if changed and place == 1 and value:
                    shown.set_role("text.secondary")
                shown.setMinimumWidth(_VALUE)
                shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                shown.setAccessibleName(f"{field.label}: {value}")
                self._grid.addWidget(shown, number, place, Qt.AlignmentFlag.AlignTop)
        for place in (1, 2):
            self._grid.setColumnStretch(place, 1 if place < len(heads) else 0)
        self._grid.setRowStretch(len(entry.fields) + 2, 1)

    # Going on

    def open_record(self) -> None:
        entry = self._entry
        if entry is not None and entry.kind in OPENS and entry.row_id is not None and entry.action != "D":
            self.open_requested.emit(OPENS[entry.kind], entry.row_id)

    def show_past(self) -> None:
        """All entries of this record in the journal."""
        entry = self._entry
        if entry is not None and not entry.is_event and entry.row_id is not None:
            same = Group("all", (Test("table_name", "=", (entry.kind,)), Test("row_id", "=", (entry.row_id,))))
            self.open_requested.emit("audit", {"condition": to_json(same)})

    # The page

    def title(self) -> str:
        entry = self._entry
        if entry is None:
            return tr("Audit entry")
        return f"{entry.kind_name} {entry.row_id}" if entry.row_id is not None else entry.kind_name

    def icon_name(self) -> str:
        return "history"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("Ctrl+Enter", tr("Open the record")), ("Ctrl+H", tr("All entries of it")), ("F5", tr("Refresh")))

    def zones(self) -> Sequence[QWidget]:
        return (self.area,)

    def state(self) -> Mapping[str, Any]:
        return {"id": self.entry_id}

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.record_button.setText(tr("Open the record"))
        self.record_action.setText(tr("Open the record"))
        self.past_button.setText(tr("All entries of it"))
        self.past_action.setText(tr("All entries of it"))
        self.refresh_action.setText(tr("Refresh"))
        if self._entry is not None:
            self.refresh()


def _action(key: str) -> tuple[str, ChipKind, str]:
    return {
        "I": (tr("Entered"), "success", "plus"),
        "U": (tr("Changed"), "info", "pencil"),
        "D": (tr("Removed"), "danger", "trash-2"),
    }.get(key, (tr("Event"), "neutral", "zap"))  # type: ignore[return-value]


def _facts(entry: ShownEntry) -> list[tuple[str, str]]:
    return [
        (tr("When"), entry.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")),
        (tr("Who"), entry.by or "–"),
        (tr("Log-in"), entry.login or "–"),
        (tr("Program"), entry.client or "–"),
        (tr("Reason"), entry.reason or "–"),
        (tr("Unit of the record"), entry.unit or "–"),
        (tr("Transaction"), entry.transaction),
        (tr("Seal"), str(entry.seal) if entry.seal is not None else tr("not yet sealed")),
        (tr("Entry no."), f"{entry.id}"),
    ]


def _empty(grid: QGridLayout) -> None:
    for number in range(grid.rowCount()):
        grid.setRowStretch(number, 0)
    discard_all(grid)
