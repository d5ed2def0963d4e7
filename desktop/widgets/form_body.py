"""The fields and lines of a form: made once from its spec, filled from a record, read back as what was changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.domain.text import tr
from desktop.operations.encryption import Locked
from desktop.operations.forms import FieldInfo, FormInfo
from desktop.operations.records import Record, Reference, Values
from desktop.runtime.context import SearchProvider
from desktop.runtime.work import Work
from desktop.widgets.fields import Field
from desktop.widgets.form_draft import packed, unpacked
from desktop.widgets.form_fields import (
    Editor,
    EditorTools,
    WrongEntry,
    found_from,
    make_editor,
    rename,
    set_read_only,
)
from desktop.widgets.form_spec import PAGES, FormLines, FormSection, FormSpec
from desktop.widgets.labels import Label
from desktop.widgets.line_table import LineTable
from desktop.widgets.lookup import LookupField
from desktop.widgets.paint import Surface, column

FIELD_WIDTH = 260
COLUMNS = 3
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

Provider = Callable[[str, Reference, str], SearchProvider]
"""(field, reference, name of the lines or "") → what the field offers."""


class FormBody(Surface):
    """Sections above, line tables below. Enter moves on, a double click on a reference opens its record."""

    edited = Signal()
    open_requested = Signal(str, object)

    def __init__(self, spec: FormSpec, work: Work, provider: Provider, parent: QWidget | None = None) -> None:
        super().__init__("surface.base", parent=parent)
        self.spec = spec
        self._work, self._provider = work, provider
        self.fields: dict[str, Field] = {}
        self.editors: dict[str, Editor] = {}
        self.tables: dict[str, LineTable] = {}
        self.only: Mapping[str, frozenset[str]] = {}
        """Lines by name whose state leaves these columns open alone: none is added or taken out."""
        self._headings: list[tuple[Label, Callable[[], str]]] = []
        self.takes_paste: Callable[[], bool] = lambda: False
        """Whether Ctrl+V in a field was for somebody else: what was copied is no text."""
        self._showing = False
        self._custom_part: QVBoxLayout | None = None
        self._layout: QVBoxLayout = column(spacing=16, margins=(16, 12, 16, 16))
        self.setLayout(self._layout)

    # Building

    def compose(self, info: FormInfo, parts: Sequence[QWidget]) -> None:
        """Make sections, fields and line tables once, when the labels are known; `parts` go below."""
        references = self.spec.kind.references
        lookups = {key: self._provider(key, ref, "") for key, ref in references.items()}
        tools = EditorTools(self._work, lookups, self.paid_in)
        for section in self.spec.sections:
            self._layout.addLayout(self._section(section, info, tools))
        custom = tuple(key for key, each in info.fields.items() if each.custom)
        if custom:
            extra = FormSection(lambda: tr("Additional fields"), custom)
            self._custom_part = self._section(extra, info, tools)
            self._layout.addLayout(self._custom_part)
        for lines in self.spec.lines:
            self._layout.addWidget(self._table(lines))
        for part in parts:
            self._layout.addWidget(part)
        self._layout.addStretch(1)

    def arrange_custom(self, shown: Sequence[str], needed: Collection[str]) -> None:
        """Show only these of the additional fields, without gaps; `needed` are marked as required."""
        if self._custom_part is None:
            return
        grid = self._custom_part.itemAt(1)
        heading = self._custom_part.itemAt(0)
        if not isinstance(grid, QGridLayout) or heading is None:
            return
        for key in [key for key, editor in self.editors.items() if editor.info.custom]:
            grid.removeWidget(self.fields[key])
            self.fields[key].setVisible(key in shown)
        for place, key in enumerate(shown):
            grid.addWidget(self.fields[key], place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignTop)
            info = self.editors[key].info
            self.fields[key].set_label(*_labels(replace(info, required=info.required or key in needed)))
        title = heading.widget()
        if title is not None:
            title.setVisible(bool(shown))

    def paid_in(self) -> str:
        """The currency of the document, as it stands in the form; "" without one."""
        editor = self.editors.get("currency")
        return str(editor.read() or "") if editor is not None else ""

    def label_of(self, key: str) -> str:
        """The label of a field, as it stands above it."""
        return _labels(self.editors[key].info)[0]

    def _table(self, lines: FormLines) -> LineTable:
        kind = next(each for each in self.spec.kind.lines if each.name == lines.name)
        lookups = {key: self._provider(key, ref, lines.name) for key, ref in kind.references.items()}
        tools = EditorTools(self._work, lookups, self.paid_in)
        table = LineTable(tools, title=lines.title, editable=lines.editable, defaults=lines.defaults)
        table.edited.connect(self._edited)
        table.activated.connect(lambda key, of: self._open(kind.references.get(key), of))
        self.tables[lines.name] = table
        return table

    def _section(self, section: FormSection, info: FormInfo, tools: EditorTools) -> QVBoxLayout:
        heading = Label(section.title(), size=13, role="text.secondary")
        self._headings.append((heading, section.title))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        place = 0
        for key in section.fields:
            if key not in info.fields:  # not for this reader's job
                continue
            tall = key in section.tall
            shown = self._field(info.fields[key], tools, tall=tall)
            if tall:
                place += -place % COLUMNS
                grid.addWidget(shown, place // COLUMNS, 0, 1, COLUMNS)
                place += COLUMNS
                continue
            shown.setMinimumWidth(FIELD_WIDTH // 2)
            grid.addWidget(shown, place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignTop)
            place += 1
        for number in range(COLUMNS):
            grid.setColumnStretch(number, 1)
        return column(heading, grid, spacing=8)

    def _field(self, info: FieldInfo, tools: EditorTools, *, tall: bool) -> Field:
        editor = make_editor(info, tools, tall=tall)
        editor.watch(self._edited)
        editor.widget.installEventFilter(self)
        shown = Field("", editor.widget)
        shown.set_label(*_labels(info))
        shown.set_dictionary(info.source)
        if info.kind == "boolean":
            editor.widget.setAccessibleName(info.label)
        self.editors[info.key], self.fields[info.key] = editor, shown
        return shown

    # Showing

    def show_record(self, record: Record, info: FormInfo, may_write: Callable[[str], bool]) -> None:
        """Put a record into the fields and lines."""
        self.take_over(record, info, may_write, keep=(), keep_lines=())

    def take_over(
        self,
        record: Record,
        info: FormInfo,
        may_write: Callable[[str], bool],
        *,
        keep: Collection[str],
        keep_lines: Collection[str],
    ) -> None:
        """Show the record, except in the fields and lines that the user has changed and keeps."""
        self._showing = True
        for key, editor in self.editors.items():
            if key not in keep:
                shown = self.to_show(record, key)
                editor.write(shown)
                self.fields[key].accept()
                if isinstance(shown, Locked):
                    self.fields[key].doubt(shown.reason())
            set_read_only(editor, read_only=not may_write(key))
        for lines in self.spec.lines:
            if lines.name not in keep_lines:
                self._show_lines(lines, record, info, may_write)
        self._showing = False

    def _show_lines(self, lines: FormLines, record: Record, info: FormInfo, may_write: Callable[[str], bool]) -> None:
        rights = record.line_writes.get(lines.name, frozenset())
        only = self.only.get(lines.name)
        edits = lines.editable and may_write(f"lines.{lines.name}")
        adds = edits and lines.name in record.line_inserts and only is None
        open_columns = rights if only is None else rights & only
        read_only = frozenset(
            key for key in lines.columns if key in lines.read_only or key not in open_columns or not edits
        )
        infos = [info.lines[lines.name][key] for key in lines.columns if key in info.lines[lines.name]]
        self.tables[lines.name].show_lines(infos, record.lines[lines.name], read_only=read_only, editable=adds)

    def to_show(self, record: Record, key: str) -> Any:
        """What the editor of a field is given."""
        if key.startswith("custom."):
            return (record.values.get("custom") or {}).get(key.removeprefix("custom."))
        if key in self.spec.kind.references:
            return found_from(record.referred.get(key))
        return record.values.get(key)

    def focus_first(self) -> None:
        for editor in self.editors.values():
            if editor.widget.focusPolicy() == Qt.FocusPolicy.StrongFocus and editor.widget.isEnabled():
                editor.widget.setFocus()
                return

    def relabel(self, info: FormInfo) -> None:
        """The labels in the language in force; what stands in the fields is left alone."""
        for label, title in self._headings:
            label.setText(title())
        for table in self.tables.values():
            table.retranslate()
        for key, shown in self.fields.items():
            if key in info.fields:
                shown.set_label(*_labels(info.fields[key]))
                rename(self.editors[key], info.fields[key])

    # Reading back

    def entered(self, record: Record, may_write: Callable[[str], bool]) -> dict[str, Any] | None:
        """By field what differs from the record; None where a field is wrong (it is marked and focused)."""
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for key, editor in self.editors.items():
            if not may_write(key):
                continue
            try:
                value = _read(editor)
            except WrongEntry as error:
                self.fields[key].refuse(str(error))
                wrong.append(key)
                continue
            self.fields[key].accept()
            shown = _plain(self.to_show(record, key))
            if value != shown and not (value is None and shown == ""):
                values[key] = value
        if wrong:
            self.editors[wrong[0]].widget.setFocus()
            return None
        return values

    def changed_lines(self) -> dict[str, tuple[tuple[int | None, Values], ...]]:
        """The wanted lines of each table in which something was changed."""
        return {each.name: self.tables[each.name].values() for each in self.spec.lines if self.changed(each.name)}

    def changed(self, name: str) -> bool:
        return self.tables[name].changed()

    def problems(self) -> tuple[str, ...]:
        """What is wrong in the cells of lines."""
        return tuple(each for table in self.tables.values() for each in table.problems())

    def raw(self) -> dict[str, Any]:
        """What stands in every field and table now, to see later whether the user went on typing."""
        shown: dict[str, Any] = {key: text_of(editor) for key, editor in self.editors.items()}
        return shown | {f"lines.{name}": table.values() for name, table in self.tables.items()}

    # Drafts

    def draft(self, record: Record) -> dict[str, Any]:
        """What was changed, as plain JSON. Sealed values are left out: a draft lies open on this computer."""
        kept: dict[str, Any] = {}
        for key, editor in self.editors.items():
            if editor.info.kind == "sealed":
                continue
            try:
                value = editor.read()
            except WrongEntry:
                kept[key] = {"text": text_of(editor)}
                continue
            if value != _plain(self.to_show(record, key)):
                is_reference = isinstance(editor.widget, LookupField)
                kept[key] = packed(editor.widget.value() if is_reference else value)  # type: ignore[attr-defined]
        for name, table in self.tables.items():
            if table.changed():
                kept[f"lines.{name}"] = table.kept()
        return kept

    def take_draft(self, draft: Mapping[str, Any]) -> None:
        """Put a kept draft back over what is shown."""
        for key, value in draft.items():
            name = key.removeprefix("lines.")
            if key != name and name in self.tables:
                self.tables[name].take_kept(value)
            elif key in self.editors:
                self._put_back(self.editors[key], value)

    @staticmethod
    def _put_back(editor: Editor, value: Any) -> None:
        if isinstance(value, Mapping) and "text" in value:
            set_text = getattr(editor.widget, "setText", None)
            if callable(set_text):
                set_text(value["text"])
            return
        editor.write(unpacked(value))

    # Keys

    def _edited(self) -> None:
        if not self._showing:
            self.edited.emit()

    def _open(self, reference: Reference | None, record_id: int) -> None:
        if reference is not None and reference.lookup in PAGES:
            self.open_requested.emit(PAGES[reference.lookup], record_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick and isinstance(watched, LookupField):
            return self._open_from(watched)
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.matches(QKeySequence.StandardKey.Paste) and self.takes_paste():
            return True
        if event.key() not in _ENTER:
            return super().eventFilter(watched, event)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if isinstance(watched, LookupField):
            if watched.is_open():
                return False
            if (control or watched.isReadOnly()) and self._open_from(watched):
                return True
            if not control and self._is_unsettled(watched):
                watched.open()  # typed faster than the search: show what it finds, and Enter takes it
                return True
        if isinstance(watched, QPlainTextEdit) or control:
            return False
        self.focusNextChild()
        return True

    def _is_unsettled(self, widget: LookupField) -> bool:
        editor = next((each for each in self.editors.values() if each.widget is widget), None)
        try:
            return editor is not None and editor.read() is None and bool(widget.text().strip())
        except WrongEntry:
            return True

    def _open_from(self, widget: LookupField) -> bool:
        found = widget.value()
        key = next((key for key, editor in self.editors.items() if editor.widget is widget), "")
        reference = self.spec.kind.references.get(key)
        if found is None or reference is None or reference.lookup not in PAGES:
            return False
        self._open(reference, int(found.id))
        return True


def _read(editor: Editor) -> Any:
    """The field's value. Raises WrongEntry with the field's name, also where it must not be empty."""
    try:
        value = editor.read()
    except WrongEntry as error:
        raise WrongEntry(f"{editor.info.label}: {error}") from None
    if value is None and editor.info.required:
        raise WrongEntry(tr("{field} is required: fill it in.", field=editor.info.label))
    return value


def _plain(shown: Any) -> Any:
    """A reference as the id that is saved, anything else as it is."""
    return getattr(shown, "id", shown)


def _labels(info: FieldInfo) -> tuple[str]:
    if info.kind == "boolean":
        return ("",)
    label = f"{info.label}, %" if info.kind == "percent" else info.label
    return (f"{label} *" if info.required else label,)


def text_of(editor: Editor) -> str:
    """What stands in the editor, as its reader sees it."""
    for name in ("text", "toPlainText", "currentText"):
        found = getattr(editor.widget, name, None)
        if callable(found):
            checked = getattr(editor.widget, "isChecked", None)
            return f"{checked()}" if callable(checked) else str(found())
    return ""
