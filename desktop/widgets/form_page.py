"""A form: one record, composed of sections, fields and lines; loads, saves and reports conflicts by itself.

What a form shows is declared by a `FormSpec` of callables and names; what is peculiar to an area (its steps, its side
panel, its history) a page adds in its own class. Nothing that was typed is lost: a failed save leaves all fields as
they are, a dirty form tells of a colleague's change instead of loading it, and a closed tab keeps its draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QScrollArea, QStackedWidget, QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import language, tr
from desktop.operations import forms, records
from desktop.operations.forms import FieldInfo, FormInfo
from desktop.operations.records import ChangedMeanwhile, Draft, Record, RecordKind, Values
from desktop.runtime.context import Context, Found, SearchProvider
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field
from desktop.widgets.form_conflict import ConflictPanel
from desktop.widgets.form_fields import (
    Editor,
    EditorTools,
    WrongEntry,
    found_from,
    make_editor,
    set_read_only,
    shown_value,
)
from desktop.widgets.header import HeaderBar, SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.line_table import LineTable
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.papers import Make, show_paper
from desktop.widgets.states import Banner, FailedState, LoadingRows

FIELD_WIDTH = 260


@dataclass(frozen=True)
class FormSection:
    """A headed group of fields; `tall` ones are notes over the whole width."""

    title: Callable[[], str]
    fields: tuple[str, ...]
    tall: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FormLines:
    """A table of lines in the form."""

    name: str
    title: Callable[[], str]
    columns: tuple[str, ...]
    editable: bool = True
    read_only: frozenset[str] = frozenset()
    defaults: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FormSpec:
    """What a form shows and the operations behind it. `noun` is the kind in the reader's language."""

    kind: RecordKind
    noun: Callable[[], str]
    icon: str
    sections: tuple[FormSection, ...]
    lines: tuple[FormLines, ...] = ()
    load: Callable[[Any, int], Record]
    save: Callable[[Any, Record, Draft], tuple[Record, Changes]]
    topics: tuple[str, ...]
    opens: Mapping[str, str] = field(default_factory=dict)  # reference field → page key


@dataclass(frozen=True)
class Loaded:
    """What one trip to the database brings a form."""

    record: Record
    info: FormInfo
    more: Any = None


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
        self.record: Record | None = None
        self.info: FormInfo | None = None
        self.fields: dict[str, Field] = {}
        self.editors: dict[str, Editor] = {}
        self.tables: dict[str, LineTable] = {}
        self._headings: list[tuple[Label, Callable[[], str]]] = []
        self._loading = False
        self._saving = False
        self._build()
        context.bus.subscribe(spec.topics, self.changed_elsewhere)

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
        self.body = Surface("surface.base")
        self._body_layout = column(spacing=16, margins=(16, 12, 16, 16))
        self.body.setLayout(self._body_layout)
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
        left = column(self.header, self.banner, self.conflict, self.stack, spacing=0)
        layout = row(left, self.side, spacing=0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.print_action = self._action(tr("Print"), QKeySequence("Ctrl+P"), self.print_paper)
        self.print_action.setEnabled(False)
        self.save_action = self._action(tr("Save"), QKeySequence("Ctrl+S"), self.save)
        self.reload_action = self._action(tr("Refresh"), QKeySequence("F5"), self.reload)
        self.leave_action = self._action(tr("Undo all changes"), QKeySequence("Ctrl+Shift+Z"), self.revert)

    def _action(self, text: str, keys: QKeySequence, call: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: call())
        self.addAction(action)
        return action

    def _tools(self) -> EditorTools:
        lookups = {key: self.provider(key, reference) for key, reference in self.spec.kind.references.items()}
        return EditorTools(self.context.work, lookups)

    def provider(self, key: str, reference: records.Reference, line: str = "") -> SearchProvider:
        """What a reference field offers; an area may narrow it (causes of the chosen problem)."""
        database = self.context.database
        where = self.narrowed(key)

        def search(typed: str) -> Sequence[Found]:
            narrowed = where()
            found = forms.find(database, reference, typed, where=narrowed)
            return tuple(entry for entry in map(found_from, found) if entry is not None)

        return search

    def narrowed(self, key: str) -> Callable[[], Mapping[str, object]]:
        """Columns that the records offered for a reference must equal."""
        return dict

    def _compose(self, info: FormInfo) -> None:
        """Make sections, fields and line tables once, when the labels are known."""
        tools = self._tools()
        for section in self.spec.sections:
            self._body_layout.addLayout(self._section(section, info, tools))
        custom = tuple(key for key, each in info.fields.items() if each.custom)
        if custom:
            extra = FormSection(lambda: tr("Additional fields"), custom)
            self._body_layout.addLayout(self._section(extra, info, tools))
        for lines in self.spec.lines:
            kind = next(each for each in self.spec.kind.lines if each.name == lines.name)
            lookups = {key: self.provider(key, ref, lines.name) for key, ref in kind.references.items()}
            table = LineTable(
                EditorTools(self.context.work, lookups),
                title=lines.title,
                editable=lines.editable,
                defaults=lines.defaults,
            )
            table.edited.connect(self._edited)
            self.tables[lines.name] = table
            self._body_layout.addWidget(table)
        for part in self.extra_parts():
            self._body_layout.addWidget(part)
        self._body_layout.addStretch(1)

    def _section(self, section: FormSection, info: FormInfo, tools: EditorTools) -> Any:
        heading = Label(section.title(), size=13, role="text.secondary")
        self._headings.append((heading, section.title))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        place = 0
        columns = 3
        for key in section.fields:
            each = info.fields[key]
            tall = key in section.tall
            editor = make_editor(each, tools, tall=tall)
            editor.watch(self._edited)
            shown = Field("" if each.kind == "boolean" else _label(each), editor.widget)
            shown.set_dictionary(each.source)
            self.editors[key], self.fields[key] = editor, shown
            if tall:
                place += -place % columns
                grid.addWidget(shown, place // columns, 0, 1, columns)
                place += columns
                continue
            shown.setMinimumWidth(FIELD_WIDTH // 2)
            grid.addWidget(shown, place // columns, place % columns, Qt.AlignmentFlag.AlignTop)
            place += 1
        for number in range(columns):
            grid.setColumnStretch(number, 1)
        return column(heading, grid, spacing=8)

    # Loading and showing

    def refresh(self) -> None:
        if self.record is None or not self.dirty():
            self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the record again; unsaved changes are dropped only where the user undid them himself."""
        if self._loading:
            return
        if self.dirty() and self.banner.isHidden():
            self.banner.say(
                tr("Unsaved changes stay. To read the record again, undo them first (Ctrl+Shift+Z)."), action=""
            )
            self.banner.show()
            return
        self._loading = True
        self.stack.setCurrentIndex(1 if self.record is not None else 0)
        self.context.work.run(self._load, on_done=self._loaded, on_error=self._not_loaded, owner=self)

    def _load(self) -> Loaded:
        database = self.context.database
        if self.record_id is None:
            record = records.blank(database, self.spec.kind, self._given)
        else:
            record = self.spec.load(database, self.record_id)
        info = forms.describe(database, self.spec.kind, language())
        return Loaded(record, info, self.more(database, record) if record.id is not None else None)

    def _not_loaded(self, failure: Failure) -> None:
        self._loading = False
        self.failed.say(tr("The form could not be loaded"), failure)
        self.stack.setCurrentIndex(2)

    def _loaded(self, loaded: Loaded) -> None:
        self._loading = False
        if self.info is None:
            self.info = loaded.info
            self._compose(loaded.info)
        self.show_record(loaded)
        if self._draft:
            self._take_draft()

    def show_record(self, loaded: Loaded) -> None:
        """Put a record into the fields; the form is clean afterwards."""
        first = self.record is None
        self.record, self.record_id = loaded.record, loaded.record.id
        self._saving = True
        for key, editor in self.editors.items():
            editor.write(self._to_show(loaded.record, key))
            self.fields[key].accept()
            if not self._writable(loaded.record, key):
                set_read_only(editor)
        for lines in self.spec.lines:
            infos = [loaded.info.lines[lines.name][key] for key in lines.columns]
            self.tables[lines.name].show_lines(infos, loaded.record.lines[lines.name], read_only=lines.read_only)
        self._saving = False
        self.banner.hide()
        self.conflict.hide()
        self.stack.setCurrentIndex(1)
        self.set_dirty(self.record_id is None and any(self._given.values()))
        self.side.clear()
        self.fill_side(self.side, loaded)
        self.side.setVisible(self.has_side)
        self._show_head()
        self.shown(loaded)
        self.title_changed.emit()
        if first:
            self._focus_first()

    def _to_show(self, record: Record, key: str) -> Any:
        if key.startswith("custom."):
            return (record.values.get("custom") or {}).get(key.removeprefix("custom."))
        if key in self.spec.kind.references:
            return found_from(record.referred.get(key))
        return record.values.get(key)

    def _writable(self, record: Record, key: str) -> bool:
        return ("custom" if key.startswith("custom.") else key) in record.writable

    def _show_head(self) -> None:
        self.header.set_title(self.title())
        writable = self.record is not None and bool(self.record.writable)
        self.save_button.setVisible(writable)
        self.save_action.setEnabled(writable)
        printable = self.record_id is not None and self.record is not None and self.paper(self.record) is not None
        self.print_action.setEnabled(printable)

    def _focus_first(self) -> None:
        for editor in self.editors.values():
            if editor.widget.focusPolicy() == Qt.FocusPolicy.StrongFocus and editor.widget.isEnabled():
                editor.widget.setFocus()
                return

    # Editing and saving

    @Slot()
    def _edited(self) -> None:
        if not self._saving:
            self.set_dirty(True)

    def entered(self) -> dict[str, Any] | None:
        """The values that differ from the record; None where a field is wrong (it is marked and focused)."""
        if self.record is None:
            return None
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for key, editor in self.editors.items():
            if not self._writable(self.record, key):
                continue
            try:
                value = editor.read()
            except WrongEntry as error:
                self.fields[key].refuse(f"{editor.info.label}: {error}")
                wrong.append(key)
                continue
            if value is None and editor.info.required:
                self.fields[key].refuse(tr("{field} is required: fill it in.", field=editor.info.label))
                wrong.append(key)
                continue
            self.fields[key].accept()
            _place(values, self.record, key, value)
        if wrong:
            self.editors[wrong[0]].widget.setFocus()
            return None
        return values

    @Slot()
    def save(self) -> None:
        """Ctrl+S: check the fields, save off the UI thread, show what came back."""
        if self.record is None or self._loading:
            return
        focus = self.focusWidget()
        if focus is not None:
            focus.clearFocus()
            focus.setFocus()
        values = self.entered()
        if values is None:
            return
        problems = [each for table in self.tables.values() for each in table.problems()]
        if problems:
            self.context.toast("danger", tr("Not saved: correct the red cells first"), problems[0])
            return
        if self.record_id is None:
            values = {**{key: value for key, value in self._given.items() if value is not None}, **values}
        lines = {each.name: self.tables[each.name].values() for each in self.spec.lines if each.editable}
        draft = Draft(values, lines)
        record = self.record
        self._loading = True
        self.save_button.setEnabled(False)
        self.context.work.run(self._write, record, draft, on_done=self._saved, on_error=self._refused, owner=self)

    def _write(self, record: Record, draft: Draft) -> tuple[Loaded, Changes]:
        saved, changes = self.spec.save(self.context.database, record, draft)
        info = forms.describe(self.context.database, self.spec.kind, language())
        return Loaded(saved, info, self.more(self.context.database, saved)), changes

    def _saved(self, result: tuple[Loaded, Changes]) -> None:
        loaded, changes = result
        self._loading = False
        self.save_button.setEnabled(True)
        self._given = {}
        self.show_record(loaded)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("{title} saved", title=self.title()))

    def _refused(self, failure: Failure) -> None:
        self._loading = False
        self.save_button.setEnabled(True)
        error = failure.error
        if isinstance(error, ChangedMeanwhile) and self.info is not None:
            self._show_conflict(error)
            return
        field_name = getattr(error, "field", None)
        if field_name in self.fields:
            self.fields[field_name].refuse(failure.message)
            self.editors[field_name].widget.setFocus()
            return
        self.context.toast("danger", tr("Not saved"), failure.message)

    def _show_conflict(self, error: ChangedMeanwhile) -> None:
        if self.info is None:
            return
        if not error.conflicts:
            # The colleague changed other fields: mine can go in on top of his record.
            self.record = error.record
            self.save()
            return
        self.conflict.show_conflict(error, self.info)
        self.conflict.show()
        self.conflict.setFocus()

    @Slot(object, object)
    def _resolve(self, error: ChangedMeanwhile, taken: frozenset[str]) -> None:
        """Go on from the colleague's record: `taken` fields become his, the others stay mine; then save."""
        self.record = error.record
        for key in taken:
            if key in self.editors:
                self.editors[key].write(self._to_show(error.record, key))
        self.conflict.hide()
        self.save()

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
            self.banner.say(tr("A colleague changed this record meanwhile."), action="")
            self.banner.show()
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
        return (("Ctrl+S", tr("Save")), ("F1", tr("Field help")), ("F5", tr("Refresh")), ("F7", tr("Look up")))

    def zones(self) -> Sequence[QWidget]:
        return (self.body, self.side)

    def state(self) -> Mapping[str, Any]:
        kept: dict[str, Any] = {"id": self.record_id}
        if self.dirty() and self.record is not None:
            kept["draft"] = {key: _text_of(editor) for key, editor in self.editors.items()}
            kept["version"] = self.record.version
        return kept

    def restore(self, state: Mapping[str, Any]) -> None:
        self._draft = dict(state.get("draft") or {})

    def _take_draft(self) -> None:
        """Put a kept draft's texts back; references and choices are taken from what the user then confirms."""
        draft, self._draft = self._draft, {}
        for key, text in draft.items():
            editor = self.editors.get(key)
            if editor is not None and isinstance(editor.widget, QLineEdit) and editor.widget.text() != text:
                editor.widget.setText(text)
                self.set_dirty(True)

    def retranslate(self) -> None:
        self.save_button.setText(tr("Save"))
        self.save_action.setText(tr("Save"))
        self.print_action.setText(tr("Print"))
        self.reload_action.setText(tr("Refresh"))
        self.leave_action.setText(tr("Undo all changes"))
        for label, title in self._headings:
            label.setText(title())
        for table in self.tables.values():
            table.retranslate()
        self._show_head()
        if self.record is not None:
            self.context.work.run(self._describe, on_done=self._relabel, owner=self, background=True)

    def _describe(self) -> FormInfo:
        return forms.describe(self.context.database, self.spec.kind, language())

    def _relabel(self, info: FormInfo) -> None:
        """The labels in the new language; what stands in the fields is left alone."""
        self.info = info
        for key, shown in self.fields.items():
            if key in info.fields:
                shown.set_label("" if info.fields[key].kind == "boolean" else _label(info.fields[key]))
        if not self.dirty():
            self.reload()


def _label(info: FieldInfo) -> str:
    return f"{info.label} *" if info.required else info.label


def _text_of(editor: Editor) -> str:
    text = getattr(editor.widget, "text", None)
    return str(text()) if callable(text) else ""


def _place(values: dict[str, Any], record: Record, key: str, value: Any) -> None:
    """Note a value where it differs; custom fields go together into one `custom` object."""
    if not key.startswith("custom."):
        if value != record.values.get(key):
            values[key] = value
        return
    name = key.removeprefix("custom.")
    old = record.values.get("custom") or {}
    if value != old.get(name):
        values["custom"] = {**old, **values.get("custom", {}), name: value}


__all__ = ["FormLines", "FormPage", "FormSection", "FormSpec", "Loaded", "shown_value"]
