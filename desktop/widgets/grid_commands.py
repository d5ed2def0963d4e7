"""What a grid does with cells, columns and rows, as actions with keys: the same in menus, by key and by mouse.

Actions belong to the canvas and work only while it has the focus, so that Enter, Space and Del mean in an editor, in
the filter row and in a panel what they mean there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence

from desktop.domain.clipboard import format_rows
from desktop.domain.text import tr
from desktop.lists.query import Cell, GroupHead
from desktop.lists.spec import Sort
from desktop.models.clipboard import MOST_CELLS, cell_text
from desktop.models.filters import canonical, values_filter
from desktop.models.kinds import NotAccepted
from desktop.models.list_pages import ShownRow
from desktop.models.selection import Rect
from desktop.widgets.grid_columns import Slot
from desktop.widgets.grid_header import header_text
from desktop.widgets.grid_view import GridView
from desktop.widgets.icons import bind_icon

_WIDTH_STEP = 16


@dataclass(frozen=True)
class _Command:
    name: str
    keys: tuple[str, ...]
    menu: str
    icon: str
    call: Callable[[], object]


class GridCommands(QObject):
    """`actions` by name; the page puts them into menus and asks for the rest by signal."""

    paste_requested = Signal()
    group_requested = Signal(str)
    told = Signal(str)
    """Something to say that is no error: nothing to undo, too much to copy."""

    def __init__(self, view: GridView) -> None:
        super().__init__(view)
        self._view = view
        self.actions: dict[str, QAction] = {}
        for command in self._commands():
            action = QAction(self)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setData(command.menu)
            action.triggered.connect(lambda _=False, call=command.call: call())
            if command.icon:
                bind_icon(action, command.icon)
            view.canvas.addAction(action)
            self.actions[command.name] = action
        view.read_only_tried.connect(self._tell_read_only)
        self.retranslate()

    def _commands(self) -> tuple[_Command, ...]:
        view = self._view
        return (
            _Command("open", ("Return", "Enter"), "", "external-link", self.open),
            _Command("open_link", ("Alt+Return", "Alt+Enter"), "go", "link", view.open_link),
            _Command("edit", ("F2",), "edit", "pencil", view.begin_edit),
            _Command("look_up", ("F7",), "edit", "search", self.look_up),
            _Command("undo", ("Ctrl+Z",), "edit", "undo-2", self.undo),
            _Command("redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "edit", "repeat", self.redo),
            _Command("copy", ("Ctrl+C", "Ctrl+Insert"), "edit", "copy", self.copy),
            _Command("copy_headers", ("Ctrl+Shift+C",), "edit", "copy", self.copy_with_headers),
            _Command("paste", ("Ctrl+V", "Shift+Insert"), "edit", "clipboard-paste", self.paste_requested.emit),
            _Command("select_all", ("Ctrl+A",), "edit", "", self.select_all),
            _Command("repeat", ("F4",), "edit", "", self.repeat_above),
            _Command("fill_down", ("Ctrl+D",), "edit", "arrow-down", self.fill_down),
            _Command("fill_selection", ("Ctrl+Return", "Ctrl+Enter"), "edit", "", self.fill_selection),
            _Command("clear", ("Del",), "edit", "", self.clear),
            _Command("save", ("Ctrl+S",), "edit", "save", view.model.commit),
            _Command("check", ("Space",), "edit", "", self.check),
            _Command("sort_up", ("Alt+Shift+Up",), "view", "arrow-up", lambda: self.sort(descending=False)),
            _Command("sort_down", ("Alt+Shift+Down",), "view", "arrow-down", lambda: self.sort(descending=True)),
            _Command("sort_add", ("Ctrl+Alt+S",), "view", "arrow-up-down", self.add_to_sort),
            _Command("values", ("Alt+Down",), "view", "filter", self.filter_values),
            _Command("filter_cell", ("Ctrl+Shift+F",), "view", "filter", self.filter_by_cell),
            _Command("group", ("Ctrl+G",), "view", "group", self.group),
            _Command("fold", ("Ctrl+Shift+-", "Ctrl+Shift+_"), "view", "", lambda: view.model.fold_all(True)),
            _Command("unfold", ("Ctrl+Shift+=", "Ctrl+Shift++"), "view", "", lambda: view.model.fold_all(False)),
            _Command("hide_column", ("Ctrl+0",), "view", "", self.hide_column),
            _Command("move_left", ("Alt+Shift+Left",), "view", "", lambda: self.move_column(-1)),
            _Command("move_right", ("Alt+Shift+Right",), "view", "", lambda: self.move_column(1)),
            _Command("wider", ("Alt+=", "Alt++"), "view", "", lambda: self.size_column(_WIDTH_STEP)),
            _Command("narrower", ("Alt+-",), "view", "", lambda: self.size_column(-_WIDTH_STEP)),
            _Command("fit", ("Alt+0",), "view", "", self.fit_column),
            _Command("freeze", ("Ctrl+Alt+F",), "view", "", self.freeze),
        )

    def retranslate(self) -> None:
        texts = {
            "open": tr("Open"),
            "open_link": tr("Open the record in the cell"),
            "edit": tr("Edit cell"),
            "look_up": tr("Look up"),
            "undo": tr("Undo"),
            "redo": tr("Redo"),
            "copy": tr("Copy selection"),
            "copy_headers": tr("Copy with headers"),
            "paste": tr("Paste from Excel"),
            "select_all": tr("Select all rows"),
            "repeat": tr("Repeat the value above"),
            "fill_down": tr("Fill down"),
            "fill_selection": tr("Fill selection"),
            "clear": tr("Clear cells"),
            "save": tr("Save changes"),
            "check": tr("Tick the row"),
            "sort_up": tr("Sort ascending"),
            "sort_down": tr("Sort descending"),
            "sort_add": tr("Add the column to the sort"),
            "values": tr("Filter by values"),
            "filter_cell": tr("Filter by this cell"),
            "group": tr("Group by the column"),
            "fold": tr("Fold all groups"),
            "unfold": tr("Open all groups"),
            "hide_column": tr("Hide the column"),
            "move_left": tr("Move the column left"),
            "move_right": tr("Move the column right"),
            "wider": tr("Widen the column"),
            "narrower": tr("Narrow the column"),
            "fit": tr("Fit the column"),
            "freeze": tr("Freeze up to this column"),
        }
        for name, text in texts.items():
            self.actions[name].setText(text)

    # --- cells ---------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Enter: fold a group, open the record, or edit where the list's rows open nothing."""
        head = self._view.current_head()
        if head is not None:
            self._view.model.toggle_group(head.values)
        elif not self._view.row_opens or not self._view.current():
            self._view.begin_edit()
        else:
            self._view.open_row()

    def look_up(self) -> None:
        if self._view.begin_edit() and self._view.editor is not None and not self._view.editor.popup_open():
            self._view.editor.look_up()

    def undo(self) -> None:
        if not self._view.model.undo():
            self.told.emit(tr("Nothing to undo"))

    def redo(self) -> None:
        if not self._view.model.redo():
            self.told.emit(tr("Nothing to redo"))

    def check(self) -> None:
        head = self._view.current_head()
        if head is not None:
            self._view.model.toggle_group(head.values)
            return
        rect = self._view.selection.rect
        for line in range(rect.top, rect.bottom + 1):
            self._view.toggle_check(line)

    def select_all(self) -> None:
        """Every row of the list, also where its rows are still on their way."""
        self._view.model.when_answered(self._select_all)

    def _select_all(self) -> None:
        lines, columns = self._view.model.map.lines, len(self._view.columns.slots)
        if lines and columns:
            self._view.select(Rect(0, 0, lines - 1, columns - 1))

    def clear(self) -> None:
        def none(_: ShownRow, slot: Slot) -> Cell:
            if slot.info.required:
                raise NotAccepted(tr("{column} cannot be empty.", column=slot.info.label))
            return None

        self._view.change_selection(none)

    def repeat_above(self) -> None:
        """F4: the cells of the cursor's row take the values of the row above."""
        rect = self._view.selection.rect
        self._copy_down(Rect(self._view.selection.line, rect.left, self._view.selection.line, rect.right))

    def fill_down(self) -> None:
        """Ctrl+D: the first row of the selection fills the others; one row alone is filled from above."""
        rect = self._view.selection.rect
        if rect.lines == 1:
            self._copy_down(rect)
        else:
            self._copy_down(Rect(rect.top + 1, rect.left, rect.bottom, rect.right))

    def _copy_down(self, rect: Rect) -> None:
        if rect.top <= 0:
            return
        source = self._view.model.line(rect.top - 1)
        if not isinstance(source, ShownRow):
            self.told.emit(tr("There is no row above"))
            return
        above = source
        self._view.change_selection(lambda _, slot: self._view.model.value(above, slot.column), rect=rect)

    def fill_selection(self) -> None:
        """Ctrl+Enter: the cursor's value in every selected cell."""
        shown, slot = self._view.current(), self._view.slot()
        if shown is not None and slot is not None:
            self._view.fill(self._view.model.value(shown, slot.column), slot)

    def _tell_read_only(self, label: str) -> None:
        self.told.emit(tr("{column} cannot be edited here", column=label) if label else tr("Nothing to edit here"))

    # --- copying -------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        self._copy(headers=False)

    def copy_with_headers(self) -> None:
        self._copy(headers=True)

    def _copy(self, *, headers: bool) -> None:
        rect = self._view.selection.rect
        slots = [slot for slot in self._view.columns.slots if rect.left <= slot.position <= rect.right]
        if not slots or not self._view.model.map.lines:
            return
        if rect.lines * len(slots) > MOST_CELLS:
            self.told.emit(tr("Too much for the clipboard: use Export (Ctrl+E)."))
            return

        def put(lines: list[ShownRow | GroupHead]) -> None:
            rows = [[self._text(line, slot) for slot in slots] for line in lines]
            if headers:
                rows.insert(0, [header_text(slot) for slot in slots])
            QGuiApplication.clipboard().setText(format_rows(rows))
            if len(lines) > 1:
                self.told.emit(tr("{count} rows copied", count=f"{len(lines):,}"))

        self._view.model.lines_between(rect.top, rect.bottom, put)

    def _text(self, line: ShownRow | GroupHead, slot: Slot) -> str:
        model = self._view.model
        if isinstance(line, ShownRow):
            return cell_text(slot.info, model.value(line, slot.column))
        if slot.position == 0:
            return model.group_label(line)
        return cell_text(slot.info, line.totals[slot.info.key]) if slot.info.key in line.totals else ""

    # --- columns -------------------------------------------------------------------------------------------------

    def sort(self, *, descending: bool) -> None:
        if (slot := self._view.slot()) is not None:
            self._view.sort_by(slot.info.key, Sort(slot.info.key, descending))

    def add_to_sort(self) -> None:
        if (slot := self._view.slot()) is not None:
            self._view.toggle_sort(slot.info.key, add=True)

    def filter_values(self) -> None:
        if (slot := self._view.slot()) is not None and slot.info.filterable:
            self._view.value_filter_requested.emit(slot.info.key)

    def filter_by_cell(self) -> None:
        """Only rows with the same value in this column."""
        shown, slot = self._view.current(), self._view.slot()
        if shown is not None and slot is not None and slot.info.filterable:
            value = shown.row.cells[slot.column]
            wanted = values_filter(slot.info, {None if value is None else canonical(value)})
            self._view.filters.set_condition(slot.info.key, wanted)

    def group(self) -> None:
        if (slot := self._view.slot()) is not None:
            self.group_requested.emit(slot.info.key)

    def hide_column(self) -> None:
        if (slot := self._view.slot()) is not None:
            self._view.columns.set_hidden(slot.info.key, True)

    def move_column(self, by: int) -> None:
        if (slot := self._view.slot()) is not None:
            self._view.columns.move(slot.info.key, slot.position + by)
            self._view.go_to_column(slot.info.key)

    def size_column(self, by: int) -> None:
        if (slot := self._view.slot()) is not None:
            self._view.columns.resize(slot.info.key, slot.width + by)

    def fit_column(self) -> None:
        if (slot := self._view.slot()) is not None:
            self._view.fit_column(slot.info.key)

    def freeze(self) -> None:
        """Freeze the columns up to the cursor's; on the last frozen one, none."""
        if (slot := self._view.slot()) is not None:
            count = slot.position + 1
            self._view.columns.set_frozen(0 if count == self._view.columns.frozen else count)
