"""A form: one record, composed of sections, fields and lines; loads, saves and reports conflicts by itself.

What a form shows is declared by a `FormSpec` of callables and names; what is peculiar to an area (its steps, its side
panel, its history) a page adds in its own class. Nothing that was typed is lost: a failed save leaves all fields as
they are, a dirty form tells of a colleague's change instead of loading it, and a closed tab keeps its draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import language, tr
from desktop.operations import forms, record_history, records
from desktop.operations.forms import FormInfo
from desktop.operations.record_history import Change
from desktop.operations.records import ChangedMeanwhile, Draft, Record, Values
from desktop.runtime.context import Context, Found, SearchProvider
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.form_body import FormBody
from desktop.widgets.form_conflict import ConflictPanel
from desktop.widgets.form_fields import Editor, found_from, shown_value
from desktop.widgets.form_spec import FormLines, FormSection, FormSpec, Loaded
from desktop.widgets.header import HeaderBar, SidePanel
from desktop.widgets.line_table import LineTable
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row
from desktop.widgets.papers import Make, show_paper
from desktop.widgets.record_past import RecordPast
from desktop.widgets.states import Banner, FailedState, LoadingRows

__all__ = ["FormLines", "FormPage", "FormSection", "FormSpec", "Loaded", "shown_value"]


class FormPage(Page):
    """Base of all record forms. Subclasses override `more`, `shown` and, with `has_side`, `fill_side`."""

    has_side = False

    def __init__(
        self,
        context: Context,
        spec: FormSpec,
        record_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self.spec = spec
        self.record_id = record_id
        self._given = dict(values or {})
        self._draft: Mapping[str, Any] = {}
        self._draft_version = 0
        self.record: Record | None = None
        self.info: FormInfo | None = None
        self._loading = self._writing = self._again = False
        self._sent: tuple[frozenset[str], dict[str, Any]] = frozenset(), {}
        self._last: Loaded | None = None
        self._past: tuple[Change, ...] | None = None
        self._build()
        context.bus.subscribe(spec.topics, self.changed_elsewhere)

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
        self.save_button.clicked.connect(self.save)
        self.header.add_action(self.save_button)
        self.banner = Banner("info", "", action=tr("Show"), icon="users")
        self.banner.hide()
        self.banner.acted.connect(self.reload)
        self.conflict = ConflictPanel()
        self.conflict.hide()
        self.conflict.resolved.connect(self._resolve)
        self.body = FormBody(self.spec, self.context.work, self.provider)
        self.body.edited.connect(self._edited)
        self.body.open_requested.connect(self.open_requested)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side = SidePanel()
        self.side.hide()
        self.failed = FailedState()
        self.failed.retry.connect(self.reload)
        self.stack = QStackedWidget()
        for widget in (LoadingRows(), area, self.failed):
            self.stack.addWidget(widget)
        self._left = column(self.header, self.banner, self.conflict, self.stack, spacing=0)
        layout = row(self._left, self.side, spacing=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.print_action = self._action(tr("Print"), QKeySequence("Ctrl+P"), self.print_paper)
        self.print_action.setEnabled(False)
        self.save_action = self._action(tr("Save"), QKeySequence("Ctrl+S"), self.save)
        self.reload_action = self._action(tr("Refresh"), QKeySequence("F5"), self.reload)
        self.leave_action = self._action(tr("Undo all changes"), QKeySequence("Ctrl+Shift+Z"), self.revert)
        self.past_action = self._action(tr("History of changes"), QKeySequence("Ctrl+H"), self.toggle_past)

    def under_header(self, widget: QWidget) -> None:
        """A strip of an area between the header and the fields."""
        self._left.insertWidget(1, widget)

    def _action(self, text: str, keys: QKeySequence, call: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: call())
        self.addAction(action)
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

    # Loading and showing

    def refresh(self) -> None:
        if self.record is None or not self.dirty():
            self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the record again; unsaved changes are dropped only where the user undid them himself."""
        if self._writing:
            return
        if self._loading:
            self._again = True
            return
        if self.dirty():
            if self.banner.isHidden():
                self._announce(tr("Unsaved changes stay. To read the record again, undo them first (Ctrl+Shift+Z)."))
            return
        self._loading = True
        self.stack.setCurrentIndex(1 if self.record is not None else 0)
        self.context.work.run(self._load, on_done=self._loaded, on_error=self._not_loaded, owner=self)

    def _announce(self, words: str) -> None:
        self.banner.say(words, action="")
        self.banner.show()

    def _load(self) -> Loaded:
        database = self.context.database
        if self.record_id is None:
            record = records.blank(database, self.spec.kind, self._given)
        else:
            record = self.spec.load(database, self.record_id)
        return self._with_more(record)

    def _with_more(self, record: Record) -> Loaded:
        database = self.context.database
        more = self.more(database, record) if record.id is not None else None
        return Loaded(record, forms.describe(database, self.spec.kind, language()), more)

    def _not_loaded(self, failure: Failure) -> None:
        self._loading = False
        self.failed.say(tr("The form could not be loaded"), failure)
        self.stack.setCurrentIndex(2)

    def _loaded(self, loaded: Loaded) -> None:
        self._loading = False
        if self._writing or (self.record is not None and self.dirty()):
            return  # meanwhile the user typed or saved: what stands in the form is newer
        if self.info is None:
            self.info = loaded.info
            self.body.compose(loaded.info, self.extra_parts())
        self.show_record(loaded)
        self._take_draft()
        if self._again:
            self._again = False
            self.reload()

    def show_record(self, loaded: Loaded) -> None:
        """Put a record into the fields; the form is clean afterwards."""
        first = self.record is None
        self.record, self.record_id = loaded.record, loaded.record.id
        self.body.show_record(loaded.record, loaded.info, self.may_write)
        self.set_dirty(False)
        self._frame(loaded)
        if first:
            self.body.focus_first()

    def _frame(self, loaded: Loaded) -> None:
        """All that stands around the fields."""
        self._last = loaded
        self.info = loaded.info
        self.banner.hide()
        self.conflict.hide()
        self.stack.setCurrentIndex(1)
        self._past = None
        self._show_side()
        self._show_head()
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
        self.save_action.setEnabled(writable)
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

    # Editing and saving

    @Slot()
    def _edited(self) -> None:
        self.set_dirty(True)

    def entered(self) -> dict[str, Any] | None:
        """The values that differ from the record; None where a field is wrong (it is marked and focused)."""
        return None if self.record is None else self.body.entered(self.record, self.may_write)

    @Slot()
    def save(self) -> None:
        """Ctrl+S: check the fields, save off the UI thread, show what came back."""
        if self.record is None or self._writing:
            return
        focus = self.focusWidget()
        if focus is not None:
            focus.clearFocus()
            focus.setFocus()
        values = self.entered()
        if values is None:
            return
        problems = self.body.problems()
        if problems:
            self.context.toast("danger", tr("Not saved: correct the red cells first"), problems[0])
            return
        lines = self.body.changed_lines()
        if not values and not lines and self.record_id is not None:
            self.set_dirty(False)
            return
        self._sent = frozenset(values) | {f"lines.{name}" for name in lines}, self.body.raw()
        self._send(Draft(_packed_custom(values, self.record), lines))

    def _send(self, draft: Draft) -> None:
        self._writing = True
        self.save_button.setEnabled(False)
        self.context.work.run(self._write, self.record, draft, on_done=self._saved, on_error=self._refused, owner=self)

    def _write(self, record: Record, draft: Draft) -> tuple[Loaded, Changes]:
        saved, changes = self.write(record, draft)
        return self._with_more(saved), changes

    def _saved(self, result: tuple[Loaded, Changes]) -> None:
        loaded, changes = result
        self._writing = False
        self.save_button.setEnabled(True)
        before, now = self._sent[1], self.body.raw()
        typed_since = {key for key, value in now.items() if key in before and value != before[key]}
        self._sent = frozenset(), {}
        if typed_since:
            self.record, self.record_id = loaded.record, loaded.record.id
            self._take_over(loaded.record, typed_since)
            self._frame(loaded)
        else:
            self.show_record(loaded)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("{title} saved", title=self.title()))

    def _take_over(self, record: Record, keep: set[str]) -> None:
        """Show the record except where the user's own entries stay."""
        if self.info is not None:
            lines = {key.removeprefix("lines.") for key in keep if key.startswith("lines.")}
            self.body.take_over(record, self.info, self.may_write, keep=keep, keep_lines=lines)

    def _refused(self, failure: Failure) -> None:
        self._writing = False
        self.save_button.setEnabled(True)
        error = failure.error
        if isinstance(error, ChangedMeanwhile):
            self._show_conflict(error)
            return
        field_name = getattr(error, "field", None)
        if field_name in self.fields:
            self.fields[field_name].refuse(failure.message)
            self.editors[field_name].widget.setFocus()
            return
        self.context.toast("danger", tr("Not saved"), failure.message)

    def _show_conflict(self, error: ChangedMeanwhile) -> None:
        if self.info is None or self.record is None:
            return
        self.conflict.show_conflict(error, self.info, self.record, {each.name: each.title for each in self.spec.lines})
        self.conflict.show()
        self.conflict.setFocus()

    @Slot(object, object)
    def _resolve(self, error: ChangedMeanwhile, taken: frozenset[str]) -> None:
        """Go on from the colleague's record: `taken` fields become his, the others stay mine; then save."""
        self.record = error.record
        self._take_over(error.record, set(self._sent[0] - taken))
        self.conflict.hide()
        self.save()
        if not self._writing:
            self.reload()

    def revert(self) -> None:
        """Back to the record as it was read."""
        if self.record is not None and self.info is not None:
            self.set_dirty(False)
            self.banner.hide()
            self.reload()

    def changed_elsewhere(self, changes: Changes, initiator: object) -> None:
        if initiator is self or self.record is None or self.record_id is None:
            return
        ids = next((changes.rows[topic] for topic in self.spec.topics[:1] if topic in changes.rows), frozenset())
        if ids and self.record_id not in ids:
            return
        if self.dirty():
            self._announce(tr("A colleague changed this record meanwhile."))
        elif self.isVisible():
            self.reload()

    # The page

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return tr("New: {noun}", noun=self.spec.noun())
        return f"{self.spec.noun()} {self.record.title(self.spec.kind)}"

    def icon_name(self) -> str:
        return self.spec.icon

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (
            ("Ctrl+S", tr("Save")), ("F1", tr("Field help")), ("F7", tr("Look up")), ("Ctrl+Enter", tr("Open")),
            ("Ctrl+H", tr("History of changes")), ("F5", tr("Refresh")),
        )  # fmt: skip

    def zones(self) -> Sequence[QWidget]:
        return (self.body, self.side)

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        wanted = args.get("id") if isinstance(args, Mapping) else args
        if wanted is not None or self.record_id is not None:
            return wanted == self.record_id
        return bool(args == opened_with)

    def state(self) -> Mapping[str, Any]:
        kept: dict[str, Any] = {"id": self.record_id}
        if self.dirty() and self.record is not None:
            kept["draft"] = self.body.draft(self.record)
            kept["version"] = self.record.version
        return kept

    def restore(self, state: Mapping[str, Any]) -> None:
        self._draft = dict(state.get("draft") or {})
        self._draft_version = int(state.get("version") or 0)
        kept = state.get("id")
        if self.record_id is None and isinstance(kept, int):
            self.record_id = kept
            if self.record is not None:
                self.reload()
                return
        if self.record is not None:
            self._take_draft()

    def _take_draft(self) -> None:
        """Put a kept draft back over the record as it is now."""
        draft, self._draft = self._draft, {}
        if not draft or self.record is None:
            return
        self.body.take_draft(draft)
        self.set_dirty(True)
        if self._draft_version != self.record.version:
            self._announce(tr("This record was changed after your draft was kept: compare before you save."))

    def retranslate(self) -> None:
        self.save_button.setText(tr("Save"))
        self.save_action.setText(tr("Save"))
        self.print_action.setText(tr("Print"))
        self.reload_action.setText(tr("Refresh"))
        self.leave_action.setText(tr("Undo all changes"))
        self.past_action.setText(tr("History of changes"))
        self._show_head()
        if self.record is not None:
            self.context.work.run(self._describe, on_done=self._relabel, owner=self, background=True)

    def _describe(self) -> FormInfo:
        return forms.describe(self.context.database, self.spec.kind, language())

    def _relabel(self, info: FormInfo) -> None:
        """The labels in the new language; what stands in the fields is left alone."""
        self.info = info
        self.body.relabel(info)
        if not self.dirty():
            self.reload()


def _packed_custom(values: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """Changed values as the operation wants them: custom fields go together into one `custom` object."""
    plain = {key: value for key, value in values.items() if not key.startswith("custom.")}
    custom = {key.removeprefix("custom."): value for key, value in values.items() if key.startswith("custom.")}
    if custom:
        plain["custom"] = {**(record.values.get("custom") or {}), **custom}
    return plain
