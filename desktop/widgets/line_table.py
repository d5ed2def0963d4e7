"""Lines of a document inside its form: contract lines, covered assets, planned parts. A small table, edited in place.

For hundreds of lines; lists of records are grids (list_page). Enter goes on to the next cell and, behind the last one,
to a new line; F7 looks up, Del takes the line out, Ctrl+Z brings it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
    Slot,
)  # fmt: skip
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget

from desktop.domain.text import pick, tr
from desktop.operations.forms import FieldInfo
from desktop.operations.records import Record, Referred, Values
from desktop.runtime.context import Found
from desktop.widgets.buttons import Button
from desktop.widgets.fields import NumberField, Select
from desktop.widgets.form_draft import packed, unpacked
from desktop.widgets.form_fields import Editor, EditorTools, WrongEntry, make_editor, shown_value
from desktop.widgets.labels import Count, Label
from desktop.widgets.lookup import LookupField
from desktop.widgets.paint import column, draw_text, row, text_width
from desktop.widgets.rows_view import CELL_PADDING
from desktop.widgets.theme import color, font, metric

Index = QModelIndex | QPersistentModelIndex
_NUMBERS = frozenset({"integer", "money", "price", "percent"})
_NO_INDEX = QModelIndex()
_WIDTHS = {"text": 220, "reference": 260, "other": 240, "code": 140, "boolean": 80, "percent": 80}
_LEAST = 160
"""Under the words of the header, which stand 8 px from the line."""


@dataclass(frozen=True)
class Line:
    """One line as edited: its id (None for a new one), the values and what its references mean."""

    id: int | None
    values: Values
    referred: Mapping[str, Referred] = field(default_factory=dict)
    error: str = ""
    wrong: str = ""

    def with_value(self, key: str, value: Any, referred: Referred | None = None) -> Line:
        meanings = dict(self.referred)
        meanings.pop(key, None)
        if referred is not None:
            meanings[key] = referred
        return replace(self, values={**self.values, key: value}, referred=meanings, error="", wrong="")


class LineModel(QAbstractTableModel):
    """The lines, plus one empty row below where the next one begins."""

    edited = Signal()

    def __init__(self, *, editable: bool, defaults: Values | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[FieldInfo, ...] = ()
        self.read_only: frozenset[str] = frozenset()
        self.editable = editable
        self._defaults = dict(defaults or {})
        self._lines: list[Line] = []
        self._undo: list[tuple[Line, ...]] = []

    def lines(self) -> tuple[Line, ...]:
        return tuple(self._lines)

    def show(self, columns: Sequence[FieldInfo], read_only: frozenset[str], lines: Sequence[Line]) -> None:
        self.beginResetModel()
        self.columns, self.read_only = tuple(columns), read_only
        self._lines = list(lines)
        self._undo.clear()
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._lines) + int(self.editable)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole and section < len(self._lines) else None
        info = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return info.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return info.meaning
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(info)
        return None

    @staticmethod
    def _alignment(info: FieldInfo) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if info.kind in _NUMBERS else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        info = self.columns[index.column()]
        line = self.line_at(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(info)
        if line is None:
            return self._invitation(index, role)
        return self._shown(line, info, role)

    @staticmethod
    def _invitation(index: Index, role: int) -> Any:
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return tr("Enter adds a line")
        return color("text.tertiary") if role == Qt.ItemDataRole.ForegroundRole else None

    def _shown(self, line: Line, info: FieldInfo, role: int) -> Any:
        text = shown_value(info, line.values.get(info.key), line.referred.get(info.key))
        wrong = line.wrong == info.key
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text
        if role == Qt.ItemDataRole.FontRole:
            return font(12, code=info.kind in ("code", "reference"))
        if role == Qt.ItemDataRole.ForegroundRole:
            quiet = "text.secondary" if info.key in self.read_only else "text.primary"
            return color("danger.fg" if wrong else quiet)
        if role == Qt.ItemDataRole.BackgroundRole and wrong:
            return color("danger.bg")
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.error if wrong else text
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        may_begin = self.editable or index.row() < len(self._lines)
        if may_begin and self.columns[index.column()].key not in self.read_only:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def line_at(self, number: int) -> Line | None:
        return self._lines[number] if 0 <= number < len(self._lines) else None

    def put(self, number: int, key: str, value: Any, referred: Referred | None = None) -> None:
        """Write one cell; on the empty row below this begins a new line."""
        self._remember()
        if number >= len(self._lines):
            if value is None:
                return
            # The empty row becomes the line, and a new empty row follows: the cursor stays where it is.
            number = len(self._lines)
            self.beginInsertRows(QModelIndex(), number + 1, number + 1)
            self._lines.append(Line(None, dict(self._defaults)).with_value(key, value, referred))
            self.endInsertRows()
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))
        else:
            self._lines[number] = self._lines[number].with_value(key, value, referred)
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))
        self.edited.emit()

    def refuse(self, number: int, key: str, message: str) -> None:
        """Mark a cell wrong; it stays so until it is edited."""
        if number < len(self._lines):
            self._lines[number] = replace(self._lines[number], error=message, wrong=key)
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))

    def remove(self, number: int) -> None:
        if 0 <= number < len(self._lines):
            self._remember()
            self.beginRemoveRows(QModelIndex(), number, number)
            del self._lines[number]
            self.endRemoveRows()
            self.edited.emit()

    def replace_all(self, lines: Sequence[Line]) -> None:
        self._remember()
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()
        self.edited.emit()

    def undo(self) -> None:
        if self._undo:
            self.beginResetModel()
            self._lines = list(self._undo.pop())
            self.endResetModel()
            self.edited.emit()

    def _remember(self) -> None:
        self._undo.append(tuple(self._lines))


class _Delegate(QStyledItemDelegate):
    """Opens the editor of the column's kind inside the cell and writes what it read."""

    def __init__(self, table: LineTable) -> None:
        super().__init__(table)
        self._table = table
        self._open: dict[int, Editor] = {}

    def createEditor(self, parent: QWidget, option: object, index: Index) -> QWidget:
        info = self._table.model_.columns[index.column()]
        editor = make_editor(info, self._table.tools)
        editor.widget.setParent(parent)
        editor.widget.setAccessibleName(info.label)
        editor.widget.setFixedHeight(metric("row.grid"))
        if isinstance(editor.widget, NumberField):
            editor.widget.setFont(font(12))
        self._open[id(editor.widget)] = editor
        return editor.widget

    def setEditorData(self, widget: QWidget, index: Index) -> None:
        editor = self._open[id(widget)]
        line = self._table.model_.line_at(index.row())
        value = line.values.get(editor.info.key) if line else None
        if editor.info.kind == "reference" and line is not None:
            meaning = line.referred.get(editor.info.key)
            if meaning is not None:
                editor.write(Found("", meaning.id, meaning.code, pick(meaning.name, meaning.name_zh)))
            return
        editor.write(value)

    def setModelData(self, widget: QWidget, model: object, index: Index) -> None:
        editor = self._open[id(widget)]
        number, key = index.row(), editor.info.key
        try:
            value = editor.read()
        except WrongEntry as error:
            self._table.model_.refuse(number, key, f"{editor.info.label}: {error}")
            return
        line = self._table.model_.line_at(number)
        if line is not None and line.values.get(key) == value:
            return
        found = widget.value() if editor.info.kind == "reference" else None  # type: ignore[attr-defined]
        meaning = Referred(found.id, found.code, found.name, None) if found else None
        self._table.model_.put(number, key, value, meaning)

    def destroyEditor(self, widget: QWidget, index: Index) -> None:
        self._open.pop(id(widget), None)
        super().destroyEditor(widget, index)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if (
            isinstance(watched, QWidget)
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            if isinstance(watched, LookupField) and watched.is_open():
                return False
            self.commitData.emit(watched)
            self.closeEditor.emit(watched, QStyledItemDelegate.EndEditHint.NoHint)
            self._table.next_cell()
            return True
        if isinstance(watched, Select) and event.type() == QEvent.Type.FocusOut:
            return False
        return super().eventFilter(watched, event)  # type: ignore[arg-type]


class _View(QTableView):
    """Its undo is the lines', by key where nothing above has the key, and by the shell's Undo where it has."""

    resized = Signal()
    """There is other room for the columns: later than the table around it was resized."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def undo(self) -> None:
        model = self.model()
        if isinstance(model, LineModel):
            model.undo()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        model = self.model()
        if isinstance(model, LineModel) and model.columnCount():
            self._invite(model)

    def _invite(self, model: LineModel) -> None:
        """One quiet line across the row below the last, where a cell would cut it; an empty table says that it is."""
        new = len(model.lines())
        if not model.editable and new:
            return
        at = model.index(new, 0)
        if self.state() == QAbstractItemView.State.EditingState and self.currentIndex().row() == new:
            return
        words = tr("Enter adds a line") if model.editable else tr("No lines")
        top, height = (self.visualRect(at).top(), self.rowHeight(new)) if model.editable else (0, metric("row.grid"))
        place = QRect(-self.horizontalOffset() + 8, top, round(text_width(words, font(12))) + 8, height - 1)
        painter = QPainter(self.viewport())
        cell = self.columnWidth(0) - self.horizontalOffset()
        if model.editable and place.right() > cell:  # no grid line through the words
            painter.fillRect(QRect(cell - 1, top, place.right() - cell + 1, height - 1), self.palette().base())
        draw_text(painter, QRectF(place), words, font(12), "text.tertiary")
        painter.end()


class LineTable(QWidget):
    """Title, count, the table, and a button for a new line."""

    edited = Signal()
    activated = Signal(str, int)
    """A reference was double-clicked: the field's key and the id of the record."""

    def __init__(
        self,
        tools: EditorTools,
        *,
        title: Callable[[], str],
        editable: bool = True,
        defaults: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.tools = tools
        self._title_of = title
        self._wide = -1
        self._shown: tuple[tuple[int | None, Values], ...] = ()
        self.model_ = LineModel(editable=editable, defaults=defaults, parent=self)
        view = _View()
        view.resized.connect(self._arrange)
        self.view: QTableView = view
        self.view.setModel(self.model_)
        self.view.setItemDelegate(_Delegate(self))
        self._dress_view()
        self.title = Label(size=13, role="text.primary")
        self.count = Count(0)
        self.add = Button(tr("Add line"), kind="ghost", icon="plus")
        self.add.clicked.connect(self.begin_line)
        self.setLayout(column(row(self.title, self.count, None, self.add), self.view, spacing=4))
        self.add.setVisible(editable)  # only now: shown without a parent it would be a window of its own
        self.model_.edited.connect(self._changed)
        shortcut = QShortcut(QKeySequence("Del"), self.view)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._remove)
        self.view.doubleClicked.connect(self._double)
        self.retranslate()

    def _dress_view(self) -> None:
        view = self.view
        view.setFont(font(12))
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.verticalHeader().setDefaultSectionSize(metric("row.grid"))
        view.verticalHeader().setMinimumWidth(32)
        view.horizontalHeader().setFixedHeight(metric("row.header"))
        view.horizontalHeader().setHighlightSections(False)
        view.verticalHeader().setHighlightSections(False)
        view.setStyleSheet(CELL_PADDING)

    def show_lines(
        self,
        columns: Sequence[FieldInfo],
        lines: Sequence[Record],
        *,
        read_only: frozenset[str] = frozenset(),
        editable: bool = True,
    ) -> None:
        """`editable`: lines may be added and taken out; cells may be edited outside the `read_only` columns."""
        found = [Line(line.id, dict(line.values), dict(line.referred)) for line in lines]
        self.model_.editable = editable
        self.add.setVisible(editable)
        self.model_.show(columns, read_only, found)
        self._shown = self.values()
        header = self.view.horizontalHeader()
        self._wide = next((i for i, info in enumerate(columns) if info.kind in ("text", "reference")), -1)
        for number, info in enumerate(columns):
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(number, _WIDTHS.get(info.kind, 110))
        self._arrange()
        self._fit()

    @Slot()
    def _arrange(self) -> None:
        """The widest column takes what is left; where nothing is, it keeps a width that shows its code and scrolls."""
        header, wide = self.view.horizontalHeader(), self._wide
        if not 0 <= wide < header.count():
            return
        others = header.length() - header.sectionSize(wide)
        room = self.view.viewport().width() - others >= _LEAST
        header.setSectionResizeMode(
            wide, QHeaderView.ResizeMode.Stretch if room else QHeaderView.ResizeMode.Interactive
        )
        if not room:
            header.resizeSection(wide, _LEAST)

    def close_column(self, key: str) -> None:
        """Read only in this state of the document, whatever its lines allow."""
        self.model_.read_only = self.model_.read_only | {key}

    def values(self) -> tuple[tuple[int | None, Values], ...]:
        """The wanted lines as (id, values), for the draft."""
        return tuple((line.id, line.values) for line in self.model_.lines())

    def changed(self) -> bool:
        """Whether the lines differ from those that were shown."""
        return self.values() != self._shown

    def kept(self) -> list[list[Any]]:
        """The lines as plain JSON, for a draft."""
        return [
            [
                line.id,
                {key: packed(value) for key, value in line.values.items()},
                {key: packed(meaning) for key, meaning in line.referred.items()},
            ]
            for line in self.model_.lines()
        ]

    def take_kept(self, lines: Sequence[Sequence[Any]]) -> None:
        """Put the lines of a draft back."""
        self.model_.replace_all(
            [
                Line(
                    line_id,
                    {key: unpacked(value) for key, value in values.items()},
                    {key: unpacked(meaning) for key, meaning in referred.items()},
                )
                for line_id, values, referred in lines
            ]
        )

    def problems(self) -> tuple[str, ...]:
        return tuple(line.error for line in self.model_.lines() if line.wrong)

    @Slot()
    def begin_line(self) -> None:
        """Open the first cell of the empty row below."""
        first = next((i for i, info in enumerate(self.model_.columns) if info.key not in self.model_.read_only), 0)
        index = self.model_.index(len(self.model_.lines()), first)
        self.view.setFocus()
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)
        self.view.edit(index)

    @Slot()
    def _changed(self) -> None:
        self._fit()
        self.edited.emit()

    def _fit(self) -> None:
        self.count.set_value(len(self.model_.lines()))
        rows = min(max(self.model_.rowCount(), 3), 12)
        self.view.setMinimumHeight(metric("row.header") + rows * metric("row.grid") + 4)

    @Slot()
    def _remove(self) -> None:
        if self.model_.editable:
            self.model_.remove(self.view.currentIndex().row())

    @Slot(QModelIndex)
    def _double(self, index: QModelIndex) -> None:
        line, info = self.model_.line_at(index.row()), self.model_.columns[index.column()]
        meaning = line.referred.get(info.key) if line is not None else None
        if meaning is not None and not self.model_.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.activated.emit(info.key, meaning.id)

    def retranslate(self) -> None:
        self.title.setText(self._title_of())
        self.view.setAccessibleName(self._title_of())
        self.add.setText(tr("Add line"))
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(self.model_.columnCount() - 1, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.hasFocus():
            new = self.model_.editable and self.view.currentIndex().row() in (-1, len(self.model_.lines()))
            (self.begin_line if new else self.next_cell)()
            return
        super().keyPressEvent(event)

    def next_cell(self) -> None:
        """To the right, or to the first cell of the next line."""
        at = self.view.currentIndex()
        last = self.model_.columnCount() - 1
        wraps = at.column() >= last
        self.view.setCurrentIndex(self.model_.index(at.row() + int(wraps), 0 if wraps else at.column() + 1))
