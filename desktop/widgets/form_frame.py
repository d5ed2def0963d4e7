"""What stands around the fields of a form: header, banner, conflict strip, side panel, history of changes, paper.

It knows the record that is shown and nothing of how it is read and saved; that is `form_page`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import language, tr
from desktop.operations import forms, record_history, records
from desktop.operations.forms import FormInfo
from desktop.operations.record_history import Change
from desktop.operations.records import Draft, Record
from desktop.runtime.context import Context, Found, SearchProvider
from desktop.widgets.attachments_panel import AttachmentsPanel
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.form_body import FormBody
from desktop.widgets.form_conflict import ConflictPanel
from desktop.widgets.form_fields import Editor, found_from
from desktop.widgets.form_spec import FormSpec, Loaded
from desktop.widgets.header import HeaderBar, SidePanel
from desktop.widgets.line_table import LineTable
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row
from desktop.widgets.papers import Make, show_paper
from desktop.widgets.record_past import RecordPast
from desktop.widgets.states import Banner, LoadedStack


class FormFrame(Page):
    """Base of `FormPage`; what an area adds is declared here."""

    has_side = False

    def __init__(
        self, context: Context, spec: FormSpec, record_id: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self.spec = spec
        self.record_id = record_id
        self.record: Record | None = None
        self.info: FormInfo | None = None
        self._last: Loaded | None = None
        self._past: tuple[Change, ...] | None = None
        self._build()

    @property
    def fields(self) -> dict[str, Field]:
        return self.body.fields

    @property
    def editors(self) -> dict[str, Editor]:
        return self.body.editors

    @property
    def tables(self) -> dict[str, LineTable]:
        return self.body.tables

    # What an area adds

    def more(self, database: Any, record: Record) -> Any:
        """Further reading in the same background trip (steps, history); runs off the UI thread."""
        return None

    def shown(self, loaded: Loaded) -> None:
        """The record stands in the form: set chip, buttons, extra sections."""

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        """Sections of the side panel."""

    def extra_parts(self) -> Sequence[QWidget]:
        """Widgets below the fields and lines: a history, an entry panel."""
        return ()

    def middle(self, area: QWidget) -> QWidget:
        """What stands under the header: the fields; an area may put tabs around them."""
        return area

    def narrowed(self, key: str) -> Callable[[], Mapping[str, object]]:
        """Columns that the records offered for a reference must equal."""
        return dict

    def may_write(self, key: str) -> bool:
        """May this person change the field (or ``lines.<name>``) in this record as it stands?"""
        if self.record is None or self.locked():
            return False
        if key.startswith("lines."):
            return True  # which of them, their own rights say
        return ("custom" if key.startswith("custom.") else key) in self.record.writable

    def locked(self) -> bool:
        """Is the record closed to everybody in its state?"""
        return False

    def write(self, record: Record, draft: Draft) -> tuple[Record, Changes]:
        """Save; runs off the UI thread."""
        return self.spec.save(self.context.database, record, draft)

    def paper(self, record: Record) -> tuple[str, Make] | None:
        """The record's paper as (file stem, writer), for Ctrl+P; None where it has none."""
        return None

    @Slot()
    def print_paper(self) -> None:
        """Make the PDF of the record as it is saved, and show it."""
        if self.record is None or self.record_id is None:
            return
        found = self.paper(self.record)
        if found is not None:
            show_paper(self.context, *found, self)

    # Building

    def _build(self) -> None:
        self.header = HeaderBar()
        self.save_button = Button(tr("Save"), kind="primary", icon="check", key="Ctrl+S")
        self.header.add_action(self.save_button)
        self.banner = Banner("info", "", action=tr("Show"), icon="users")
        self.banner.hide()
        self.conflict = ConflictPanel()
        self.conflict.hide()
        self.body = FormBody(self.spec, self.context.work, self.provider)
        self.body.takes_paste = self._paste_over_text
        self.files = AttachmentsPanel(self.context, self.spec.kind, self.body)
        self.body.open_requested.connect(self.open_requested)
        self.area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side = SidePanel()
        self.side.hide()
        self.stack = LoadedStack(self.middle(area))
        self._left = column(self.header, self.banner, self.conflict, self.stack, spacing=0)
        layout = row(self._left, self.side, spacing=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.print_action = self._action(tr("Print"), QKeySequence("Ctrl+P"), self.print_paper)
        self.print_action.setEnabled(False)
        self.past_action = self._action(tr("History of changes"), QKeySequence("Ctrl+H"), self.toggle_past)
        self.files_action = self._action(tr("Attachments"), QKeySequence("Ctrl+Shift+D"), self.go_to_files)
        self.setAcceptDrops(True)

    # Files dropped or pasted anywhere on the form

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.wants(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.files.take_drop(event.mimeData()):
            event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.take_paste():
            return
        super().keyPressEvent(event)

    def take_paste(self) -> bool:
        """Copied files, or a picture, become files of the record."""
        return self.files.takes_files() and self.files.paste()

    def _paste_over_text(self) -> bool:
        """In a field Ctrl+V is for its text, unless what was copied is none: a field has no use for a file."""
        copied = QGuiApplication.clipboard().mimeData()
        files = any(url.isLocalFile() for url in copied.urls())
        return (files or (copied.hasImage() and not copied.hasText())) and self.take_paste()

    def go_to_files(self) -> None:
        """From anywhere in the form to its files."""
        if self.files.isVisibleTo(self.body):
            self.area.ensureWidgetVisible(self.files)
            self.files.table.enter()

    def under_header(self, widget: QWidget) -> None:
        """A strip of an area between the header and the fields."""
        self._left.insertWidget(1, widget)

    def at_foot(self, widget: QWidget) -> None:
        """A strip of an area under the fields: the sums of a document."""
        self._left.addWidget(widget)

    def _action(self, text: str, keys: QKeySequence, call: Callable[[], object]) -> QAction:
        action = self.command(keys, call)
        action.setText(text)
        return action

    def provider(self, key: str, reference: records.Reference, line: str = "") -> SearchProvider:
        """What a reference field offers; an area may narrow it (causes of the chosen problem)."""
        database = self.context.database
        where = self.narrowed(key)

        def search(typed: str) -> Sequence[Found]:
            narrowed = where()
            found = forms.find(database, reference, typed, where=narrowed)
            return tuple(entry for entry in map(found_from, found) if entry is not None)

        return search

    def _announce(self, words: str) -> None:
        self.banner.say(words, action="")
        self.banner.show()

    # Around the record

    def _frame(self, loaded: Loaded) -> None:
        """All that stands around the fields."""
        self._last = loaded
        self.info = loaded.info
        self.banner.hide()
        self.conflict.hide()
        self.stack.show_content()
        self._past = None
        self._show_side()
        self._show_head()
        self.files.show_owner(self.record_id)
        self.shown(loaded)
        self.title_changed.emit()

    def _show_side(self) -> None:
        self.side.clear()
        if self._past is not None:
            self.side.add_section(RecordPast(self._past), tr("History of changes"))
        elif self._last is not None:
            self.fill_side(self.side, self._last)
        self.side.setVisible(self.has_side or self._past is not None)

    def _show_head(self) -> None:
        self.header.set_title(self.title())
        writable = self.record is not None and self.record.editable() and not self.locked()
        self.save_button.setVisible(writable)
        saved = self.record_id is not None and self.record is not None
        self.print_action.setEnabled(saved and self.record is not None and self.paper(self.record) is not None)
        self.past_action.setEnabled(saved)

    # History of changes

    @Slot()
    def toggle_past(self) -> None:
        """Ctrl+H: who changed what; once more brings the side panel back."""
        if self._past is not None:
            self._past = None
            self._show_side()
        elif self.record_id is not None:
            self.context.work.run(self._read_past, on_done=self._show_past, owner=self, background=True)

    def _read_past(self) -> tuple[Change, ...]:
        return record_history.changes(self.context.database, self.spec.kind, self.record_id or 0, language())

    def _show_past(self, past: tuple[Change, ...]) -> None:
        self._past = past
        self._show_side()

    def _describe(self) -> FormInfo:
        return forms.describe(self.context.database, self.spec.kind, language())
