"""The grid: head, filter row, cells and scroll bars over one windowed model.

It knows the cursor, what is selected and which cell is edited; it knows no SQL, no file and no page. What lies
around it (tabs, menus, panels) is `list_page`'s.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.lists.query import Cell, GroupHead
from desktop.models.editable_list import EditableListModel, NewCell
from desktop.models.kinds import NotAccepted, edit_text, format_cell, paid_in, parse_text
from desktop.models.list_edits import State
from desktop.models.list_pages import ShownRow
from desktop.models.selection import Rect, Selection
from desktop.widgets.grid_columns import ColumnLayout, Slot
from desktop.widgets.grid_editor import CellEditor, Lookup, no_lookup
from desktop.widgets.grid_frame import GridFrame
from desktop.widgets.grid_header import header_text

MOST_LINES = 50_000
"""More lines are not filled, ticked, copied or summed at once."""


class GridView(GridFrame):
    """Give it an opened or opening model; it takes the focus through its canvas."""

    current_changed = Signal()
    """The cursor came to another row, or the row became known."""
    selection_changed = Signal()
    row_opened = Signal(int)
    link_opened = Signal(str, object)
    cell_menu_requested = Signal(QPoint)
    header_menu_requested = Signal(str, QPoint)
    filter_menu_requested = Signal(QPoint)
    value_filter_requested = Signal(str)
    read_only_tried = Signal(str)
    """Editing was tried in a cell that cannot be edited; the column's label."""

    def __init__(
        self,
        model: EditableListModel,
        columns: ColumnLayout,
        *,
        lookup: Lookup = no_lookup,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, columns, parent)
        self.selection = Selection()
        self.editor: CellEditor | None = None
        self.row_opens = True
        """Enter opens the row's record; False where the list's rows open nothing."""
        self._lookup = lookup
        self._editing: tuple[ShownRow, Slot, int] | None = None
        model.modelReset.connect(self._map_changed)
        model.map_changed.connect(self._map_changed)
        model.lines_loaded.connect(self._lines_loaded)
        model.marks_changed.connect(self._marks_changed)
        model.shape_changed.connect(self._shape_changed)
        model.opened_at.connect(self._opened_at)
        model.rejected.connect(self._rejected)
        columns.changed.connect(self._columns_changed)
        self.filters.left.connect(self.canvas.setFocus)
        self.retranslate()

    # --- cursor and selection ------------------------------------------------------------------------------------

    def slot(self) -> Slot | None:
        """The column of the cursor."""
        slots = self.columns.slots
        return slots[self.selection.column] if self.selection.column < len(slots) else None

    def current(self) -> ShownRow | None:
        """The row of the cursor, where it is one and loaded."""
        line = self.selection.line
        shown = self.model.line(line) if 0 <= line < self.model.map.lines else None
        return shown if isinstance(shown, ShownRow) else None

    def current_head(self) -> GroupHead | None:
        line = self.selection.line
        found = self.model.line(line) if 0 <= line < self.model.map.lines else None
        return found if isinstance(found, GroupHead) else None

    def set_cursor(self, line: int, column: int, *, extend: bool = False) -> None:
        """Go to a cell. The row that is left is saved."""
        rows, slots = self.model.map, self.columns.slots
        if not rows.lines or not slots:
            return
        line, column = max(0, min(line, rows.lines - 1)), max(0, min(column, len(slots) - 1))
        self.selection.move(line, column, extend=extend)
        self.show_line(line)
        self.show_column(column)
        self._moved()

    def step(self, down: int, right: int, *, extend: bool = False) -> None:
        self.set_cursor(self.selection.line + down, self.selection.column + right, extend=extend)

    def select(self, rect: Rect) -> None:
        """Select a rectangle without scrolling; the cursor stands at its upper left."""
        self.selection.span(rect)
        self._moved()

    def go_to_column(self, key: str) -> None:
        slot = self.columns.slot_of(key)
        if slot is not None:
            self.set_cursor(self.selection.line, slot.position)

    def go_to_row(self, row_id: int, key: str = "") -> bool:
        """To a row that is here; False where it is not."""
        line = self.model.line_of(row_id)
        if line is None:
            return False
        slot = self.columns.slot_of(key)
        self.set_cursor(line, slot.position if slot is not None else self.selection.column)
        return True

    def _moved(self) -> None:
        self.scene.read_only = None
        self._sync_scene()
        row_id = self.model.row_id(self.selection.line)
        if row_id != self._row_id:
            left, self._row_id = self._row_id, row_id
            if left is not None:
                self.model.commit((left,))
            self.current_changed.emit()
        slot = self.slot()
        if slot is not None and row_id is not None:
            self.model.visit(self.selection.line, slot.info.key)
        self._show_popover()
        self._announce()
        self.selection_changed.emit()
        self.canvas.update()

    def _announce(self) -> None:
        shown, slot = self.current(), self.slot()
        if shown is not None and slot is not None:
            text = self.model.text(shown, slot.column)
            self.canvas.setAccessibleDescription(f"{header_text(slot)}: {text}")

    def _sync_scene(self) -> None:
        scene, chosen = self.scene, self.selection
        scene.current_line = chosen.line if self.model.map.lines else -1
        scene.cursor = (chosen.line, chosen.column) if self.model.map.lines else None
        scene.selection = None if chosen.single else chosen.rect
        scene.checked = chosen.checked

    def set_active(self, active: bool) -> None:
        self.scene.active = active
        self.canvas.update()

    def left(self) -> None:
        """The focus went elsewhere: the row is saved, unless it went into the cell's own editor."""
        if self.editor is None:
            self.set_active(False)
            if self._row_id is not None:
                self.model.commit((self._row_id,))

    # --- ticks ---------------------------------------------------------------------------------------------------

    def toggle_check(self, line: int) -> None:
        row_id = self.model.row_id(line)
        if row_id is not None:
            self.selection.toggle(row_id)
            self._checks_changed()

    def toggle_all_checks(self) -> None:
        """Tick all rows of the list, or none; of more than MOST_LINES none is ticked, but all are selected."""
        if self.selection.checked:
            self.selection.checked.clear()
            self._checks_changed()
            return
        lines, columns = self.model.map.lines, len(self.columns.slots)
        if lines > MOST_LINES and columns:
            self.select(Rect(0, 0, lines - 1, columns - 1))
            return

        def tick(lines: list[ShownRow | GroupHead]) -> None:
            self.selection.checked.update({each.row.id: None for each in lines if isinstance(each, ShownRow)})
            self._checks_changed()

        if lines:
            self.model.lines_between(0, lines - 1, tick)

    def check_state(self) -> Qt.CheckState:
        if not self.selection.checked:
            return Qt.CheckState.Unchecked
        full = len(self.selection.checked) >= self.model.map.rows
        return Qt.CheckState.Checked if full else Qt.CheckState.PartiallyChecked

    def _checks_changed(self) -> None:
        self.header.update()
        self.canvas.update()
        self.selection_changed.emit()

    # --- editing -------------------------------------------------------------------------------------------------

    def can_edit_here(self) -> bool:
        slot = self.slot()
        return slot is not None and slot.info.editable and self.current() is not None

    def begin_edit(self, typed: str | None = None, *, keep_focus: bool = False) -> bool:
        """Open the editor over the cursor's cell, with what was typed or with the value. False where it cannot be."""
        shown, slot = self.current(), self.slot()
        if shown is None or slot is None or self.editor is not None:
            return False
        if not slot.info.editable:
            self.scene.read_only = (self.selection.line, self.selection.column)
            self.read_only_tried.emit(slot.info.label)
            self.canvas.update()
            return False
        self.model.hold()
        self.scene.editing = True
        edit = self.model.edits.edit(shown.row.id, slot.info.key)
        refused = edit is not None and State.REJECTED in edit.state
        text = edit.text if edit is not None and refused else edit_text(slot.info, self.model.value(shown, slot.column))
        self._editing = (shown, slot, self.selection.line)
        editor = CellEditor(
            slot.info, text if typed is None else typed, typed=typed is not None,
            work=self.model.work, lookup=self._lookup, parent=self.canvas,
        )  # fmt: skip
        self.editor = editor
        editor.accepted.connect(self._accept)
        editor.cancelled.connect(self._cancel)
        editor.edited.connect(self.popover.hide)
        self.popover.hide()
        self._follow()
        editor.show()
        if not keep_focus:
            editor.setFocus()
            editor.start()
        return True

    def close_editor(self, *, accept: bool) -> bool:
        """Leave the editor; False when what was typed is refused, so that it stays open and red."""
        if self.editor is None:
            return True
        if accept:
            return self._take("stay")
        self._end_edit()
        return True

    def _accept(self, move: str) -> None:
        self._take(move)

    def _take(self, move: str) -> bool:
        if self.editor is None or self._editing is None:
            return True
        shown, slot, line = self._editing
        text = self.editor.text()
        try:
            value = self.read(shown, slot, text)
        except NotAccepted as error:
            self.editor.set_wrong(True)
            self.editor.setFocus()
            self._explain(slot, line, text, str(error), editing=True)
            return False
        self._end_edit()
        if move == "fill" and not self.selection.single:
            self.fill(value, slot)
        else:
            self.model.set_values([(shown, slot.column, value)])
        steps = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}
        if move in steps:
            self.step(*steps[move])
        self.canvas.update()
        return True

    def _cancel(self) -> None:
        """Esc: what was typed is forgotten, the cell keeps what it had."""
        self._end_edit()
        self._show_popover()

    def _end_edit(self) -> None:
        editor, self.editor, self._editing = self.editor, None, None
        if editor is None:
            return
        editor.shut()
        editor.hide()
        editor.deleteLater()
        self.scene.editing = False
        self.popover.hide()
        self.canvas.setFocus()
        self.model.release()

    def read(self, shown: ShownRow, slot: Slot, text: str) -> Cell:
        """What `text` means in that cell: an amount is in what its row is in. Raises NotAccepted."""
        return parse_text(slot.info, text, paid_in(slot.info, self.model.infos, shown.row.cells))

    def fill(self, value: Cell, source: Slot) -> None:
        """Give every cell of the selection that may be edited the value, read anew where the column is another."""
        text = edit_text(source.info, value)
        self.change_selection(
            lambda shown, slot: value if slot.column == source.column else self.read(shown, slot, text)
        )

    def change_selection(
        self,
        make: Callable[[ShownRow, Slot], Cell],
        *,
        rect: Rect | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Edit the cells of a rectangle as one act and save it. `make` may raise NotAccepted for a cell."""
        area = rect or self.selection.rect
        slots = [slot for slot in self.columns.slots if area.left <= slot.position <= area.right and slot.info.editable]
        if not slots:
            here = self.slot()
            self.read_only_tried.emit(here.info.label if here is not None else "")
            return

        def change(lines: list[ShownRow | GroupHead]) -> None:
            cells: list[NewCell] = []
            refused: list[tuple[ShownRow, Slot, str]] = []
            for line in lines:
                if isinstance(line, ShownRow):
                    self._make(line, slots, make, cells, refused)
            self.model.set_values(cells)
            for shown, slot, why in refused:
                self.model.refuse(shown, slot.column, "", why)
            self.model.commit()
            self._show_popover()
            if then is not None:
                then()

        self.model.lines_between(area.top, min(area.bottom, area.top + MOST_LINES - 1), change)

    @staticmethod
    def _make(
        line: ShownRow,
        slots: list[Slot],
        make: Callable[[ShownRow, Slot], Cell],
        cells: list[NewCell],
        refused: list[tuple[ShownRow, Slot, str]],
    ) -> None:
        for slot in slots:
            try:
                cells.append((line, slot.column, make(line, slot)))
            except NotAccepted as error:
                refused.append((line, slot, str(error)))

    def _follow(self) -> None:
        super()._follow()
        if self.editor is not None and self._editing is not None:
            _, slot, line = self._editing
            now = self.columns.slot_of(slot.info.key)
            if now is not None:
                self.editor.setGeometry(self.canvas.cell_rect(line, now).adjusted(0, 0, 0, -1))

    # --- refusals ------------------------------------------------------------------------------------------------

    def _rejected(self, row_id: int, key: str) -> None:
        """The database refused a cell: the cursor goes back to it, unless something is being typed elsewhere."""
        if self.editor is None:
            self.go_to_row(row_id, key)

    def _show_popover(self) -> None:
        shown, slot = self.current(), self.slot()
        edit = self.model.edits.edit(shown.row.id, slot.info.key) if shown is not None and slot is not None else None
        if self.editor is not None:
            return
        if slot is None or edit is None or State.REJECTED not in edit.state:
            self.popover.hide()
            return
        self._explain(slot, self.selection.line, edit.text, edit.message, base=edit.base)

    def _explain(self, slot: Slot, line: int, text: str, why: str, *, base: Cell = None, editing: bool = False) -> None:
        cell = self.canvas.cell_rect(line, slot).translated(self.canvas.pos())
        before = format_cell(slot.info, base) or "\u2013"
        back = tr("Leave as it was") if editing else tr("Back to {value}", value=before)
        keys = [("Esc", back)] if editing else [("F2", tr("Edit")), ("Esc", back)]
        title = tr("{column} not accepted: {value}", column=slot.info.label, value=text or "\u2013")
        self.popover.show_for(QRect(cell), title, why, keys)

    def escape(self) -> bool:
        """Esc on a cell: a refused value goes back, then a selection ends. False when there was neither."""
        shown, slot = self.current(), self.slot()
        if shown is not None and slot is not None:
            edit = self.model.edits.edit(shown.row.id, slot.info.key)
            if edit is not None and State.REJECTED in edit.state:
                self.model.discard(shown.row.id, slot.info.key)
                self._moved()
                return True
        if not self.selection.single:
            self.set_cursor(self.selection.line, self.selection.column)
            return True
        return False

    # --- opening -------------------------------------------------------------------------------------------------

    def open_row(self) -> None:
        row_id = self.model.row_id(self.selection.line)
        if row_id is not None:
            self.row_opened.emit(row_id)

    def open_link(self) -> bool:
        """Open the record that the cursor's cell names; False where it names none."""
        shown, slot = self.current(), self.slot()
        if shown is None or slot is None or slot.info.opens is None:
            return False
        kind, key = slot.info.opens
        for number, info in enumerate(self.model.infos):
            if info.key == key and shown.row.cells[number] is not None:
                self.link_opened.emit(kind, shown.row.cells[number])
                return True
        return False

    # --- what the model says -------------------------------------------------------------------------------------

    def _follow_row(self) -> None:
        """Rows came or went above the cursor: it stays on its record, not on its line."""
        if self._row_id is not None and self.model.row_id(self.selection.line) != self._row_id:
            line = self.model.line_of(self._row_id)
            if line is not None:
                shift = line - self.selection.line
                self.selection.line = line
                self.selection.anchor_line = max(0, self.selection.anchor_line + shift)

    def _map_changed(self) -> None:
        self._follow_row()
        self.selection.clamp(self.model.map.lines, len(self.columns.slots))
        self._row_id = self.model.row_id(self.selection.line)
        self._sync_scene()
        self._set_bars()
        self._show_phase()
        self.current_changed.emit()
        self.selection_changed.emit()

    def _opened_at(self, line: int) -> None:
        self.selection.move(line, self.selection.column)
        self._row_id = self.model.row_id(line)
        self._sync_scene()
        self._set_bars()
        self.show_line(line, centre=True)
        self.current_changed.emit()
        self.canvas.update()

    def _lines_loaded(self, first: int, last: int) -> None:
        self._widen(first, last)
        if first <= self.selection.line <= last:
            self._follow_row()
            self._sync_scene()
            self._row_id = self.model.row_id(self.selection.line)
            self.current_changed.emit()
        self.canvas.update()

    def _marks_changed(self) -> None:
        self._show_popover()
        self.canvas.update()
        self.selection_changed.emit()

    def _shape_changed(self) -> None:
        known = {column.key for column in self.columns.columns}
        if not known:
            shown = self.columns.default or tuple(info.key for info in self.model.infos)
            self.columns.set_columns(shown, self.model.all_infos)
        self.columns.set_loaded(self.model.infos)
        self.texts.clear()

    def _columns_changed(self) -> None:
        self.selection.clamp(self.model.map.lines, len(self.columns.slots))
        self._sync_scene()
        self._place()
        for part in (self.header, self.filters, self.canvas):
            part.update()
