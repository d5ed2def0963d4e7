"""A list that is edited in place: cells are kept over the stored ones until their row is saved.

A row is saved when it is left, a fill or a paste at once and whole. What the database refuses stays red with its
reason; the other rows of the same act are saved without it. Each act can be taken back by one undo, which is an
ordinary save of the values before, under the same rules and the same locking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from desktop.lists.query import Cell, CellEdit, Conflict, ListQuery, ListSource, Row, SaveResult
from desktop.models.kinds import format_cell
from desktop.models.list_edits import CellChange, Edit, State, Step, UndoStack
from desktop.models.list_pages import Authors, Shape, ShownRow
from desktop.models.live_list import LiveListModel, nobody
from desktop.runtime.failures import Failure
from desktop.runtime.work import Work

NewCell = tuple[ShownRow, int, Cell]
"""Row, column number, value."""
_Answer = tuple[SaveResult, tuple[ShownRow, ...]]


class EditableListModel(LiveListModel):
    """Edits by row id and column key; the view decides when a row is left and calls `commit`."""

    saved = Signal(object)
    """Ids of the rows that were saved (a frozenset)."""
    rejected = Signal(int, str)
    """Row id and column of the first cell that was refused."""
    conflicted = Signal(object)
    """Cells that a colleague changed meanwhile (a tuple of `Conflict`)."""
    save_failed = Signal(object)
    """A `Failure`: nothing is lost, the edits are unsaved again."""
    idle = Signal()
    """No save is under way any more."""

    def __init__(
        self,
        source: ListSource,
        work: Work,
        query: ListQuery,
        *,
        authors: Authors = nobody,
        whole_money: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(source, work, query, authors=authors, whole_money=whole_money, parent=parent)
        self.undo_stack = UndoStack()
        self._saving = 0
        self._versions: dict[int, int] = {}

    def value(self, line: ShownRow, column: int) -> Cell:
        """The value that the user sees: the edited one, else the stored one."""
        edit = self.edits.edit(line.row.id, self.infos[column].key)
        return line.row.cells[column] if edit is None else edit.value

    def set_values(self, cells: Iterable[NewCell]) -> int:
        """Edit cells as one act, one undo. Returns how many change. The caller has checked that they may be edited."""
        changes: list[CellChange] = []
        for line, column, value in cells:
            before = self.value(line, column)
            if before == value:
                self._forget_refusal(line.row.id, self.infos[column].key)
                continue
            key = self.infos[column].key
            changes.append(CellChange(line.row.id, key, before, value))
            self._put(line.row.id, key, value, line.row.cells[column], line.row.version)
        if changes:
            self.undo_stack.push(Step(tuple(changes)))
            self.marks_changed.emit()
        return len(changes)

    def refuse(self, line: ShownRow, column: int, text: str, message: str) -> None:
        """What was typed is no value of the column: kept in red as typed, never sent."""
        key, stored = self.infos[column].key, line.row.cells[column]
        self.edits.put(line.row.id, key, Edit(stored, stored, line.row.version, text, State.REJECTED, message))
        self.marks_changed.emit()

    def discard(self, row_id: int, key: str) -> None:
        """Give the cell its stored value again."""
        self.edits.drop(row_id, key)
        self.marks_changed.emit()

    def dirty(self) -> bool:
        return bool(self.edits)

    def _put(self, row_id: int, key: str, value: Cell, base: Cell, version: int) -> None:
        present = self.edits.edit(row_id, key)
        if present is not None:
            base, version = present.base, present.version
        if value == base and (present is None or present.state is not State.SAVING):
            self.edits.drop(row_id, key)
            return
        info = next(info for info in self.all_infos if info.key == key)
        text = format_cell(info, value, whole_money=self.shape().whole_money)
        self.edits.put(row_id, key, Edit(value, base, version, text))

    def _forget_refusal(self, row_id: int, key: str) -> None:
        edit = self.edits.edit(row_id, key)
        if edit is not None and edit.state is State.REJECTED:
            self.edits.drop(row_id, key)
            self.marks_changed.emit()

    # --- saving --------------------------------------------------------------------------------------------------

    def commit(self, rows: Iterable[int] | None = None) -> bool:
        """Save the unsaved edits of `rows` (of all rows) in one transaction. False when there is nothing to save."""
        ready = self.edits.rows_to_save()
        wanted = ready if rows is None else tuple(row for row in rows if row in frozenset(ready))
        sent = self.edits.take(wanted)
        if not sent:
            return False
        self._saving += 1
        shape = self.shape()
        self.marks_changed.emit()

        def answered(answer: _Answer) -> None:
            self._saving -= 1
            self.edits.answered(sent)
            result, rows = answer
            self._answered(sent, result, rows, same_shape=shape == self.shape())
            self._maybe_idle()

        def failed(failure: Failure) -> None:
            self._saving -= 1
            self.edits.give_back(sent)
            self.marks_changed.emit()
            self.save_failed.emit(failure)
            self._maybe_idle()

        self.work.run(
            _save, self.source, self.loaded, shape, sent, self.edits.request_id(sent),
            on_done=answered, on_error=failed, owner=self,
        )  # fmt: skip
        return True

    def saving(self) -> bool:
        return self._saving > 0

    def _maybe_idle(self) -> None:
        if not self._saving:
            self.idle.emit()

    def _answered(
        self, sent: tuple[CellEdit, ...], result: SaveResult, rows: Sequence[ShownRow], *, same_shape: bool
    ) -> None:
        if result.errors or result.conflicts:
            self._refused(sent, result)
            return
        for edit in sent:
            self._settle(edit)
        for shown in rows:
            self._versions[shown.row.id] = shown.row.version
            self.edits.rebase(shown.row.id, shown.row.version)
            if same_shape:
                self._pages.replace(shown)
        if not same_shape:  # other columns are shown by now
            self.reread(tuple(shown.row.id for shown in rows))
        self.marks_changed.emit()
        self.saved.emit(frozenset(edit.row_id for edit in sent))
        if self.loaded.group_by:
            self.recount()

    def _settle(self, sent: CellEdit) -> None:
        now = self.edits.edit(sent.row_id, sent.column)
        if now is None:
            return
        if now.state is State.SAVING:
            self.edits.drop(sent.row_id, sent.column)
        else:  # edited again while it was being saved
            self.edits.put(sent.row_id, sent.column, replace(now, base=sent.value))

    def _refused(self, sent: tuple[CellEdit, ...], result: SaveResult) -> None:
        self.edits.give_back(sent)
        for error in result.errors:
            columns = self.edits.of_row(error.row_id)
            for key in [error.column] if error.column in columns else list(columns):
                self.edits.change(error.row_id, key, State.REJECTED, error.message)
        for conflict in result.conflicts:
            self.edits.change(conflict.row_id, conflict.column, State.CONFLICT, conflict=conflict)
        self.marks_changed.emit()
        bad = {error.row_id for error in result.errors} | {conflict.row_id for conflict in result.conflicts}
        good = [row for row in dict.fromkeys(edit.row_id for edit in sent) if row not in bad]
        if good:
            self.commit(good)
        if result.errors:
            first = result.errors[0]
            columns = self.edits.of_row(first.row_id)
            self.rejected.emit(first.row_id, first.column if first.column in columns else next(iter(columns), ""))
        if result.conflicts:
            self.conflicted.emit(result.conflicts)

    def resolve(self, conflict: Conflict, keep: Literal["mine", "theirs"]) -> None:
        """End a conflict: mine is saved over theirs, or theirs stays."""
        edit = self.edits.edit(conflict.row_id, conflict.column)
        if edit is None:
            return
        if keep == "theirs":
            self.edits.drop(conflict.row_id, conflict.column)
            self.edits.rebase(conflict.row_id, conflict.version)
            self.reread((conflict.row_id,))
            self.marks_changed.emit()
            return
        mine = Edit(edit.value, conflict.theirs, conflict.version, edit.text)
        self.edits.put(conflict.row_id, conflict.column, mine)
        self.edits.rebase(conflict.row_id, conflict.version)
        self.commit((conflict.row_id,))

    def reread(self, ids: tuple[int, ...]) -> None:
        """Fetch rows again where they stand."""

        shape = self.shape()

        def read(rows: tuple[ShownRow, ...]) -> None:
            if shape == self.shape():
                for shown in rows:
                    self._pages.replace(shown)
                self.marks_changed.emit()

        self.work.run(_by_id, self.source, self.loaded, self.shape(), ids, on_done=read, owner=self, background=True)

    # --- taking back ---------------------------------------------------------------------------------------------

    def undo(self) -> bool:
        """Take the last act back; False when there is none."""
        return self._travel(self.undo_stack.undo, back=True)

    def redo(self) -> bool:
        return self._travel(self.undo_stack.redo, back=False)

    def take_saved(self, rows: Sequence[Row], inserted: bool) -> None:
        """Rows that were saved by another way than `commit` (a paste) are shown where they stand."""
        for shown in self.shape().prepare([row for row in rows if len(row.cells) == len(self.infos)]):
            self._versions[shown.row.id] = shown.row.version
            self._pages.replace(shown)
        self.marks_changed.emit()
        self.saved.emit(frozenset(row.id for row in rows))
        if inserted or self.loaded.group_by:
            self.refresh()

    def push_step(self, step: Step) -> None:
        """An act that knows its own way back, such as a paste that added rows."""
        self.undo_stack.push(step)

    def _travel(self, move: Callable[[], Step | None], *, back: bool) -> bool:
        if self.saving():
            return False
        step = move()
        if step is None:
            return False
        special = step.undo if back else step.redo
        if special is not None:
            special()
            return True
        for change in step.cells:
            value, present = (change.before, change.after) if back else (change.after, change.before)
            shown = self.row(change.row_id)
            version = shown.row.version if shown is not None else self._versions.get(change.row_id, 0)
            self._put(change.row_id, change.column, value, present, version)
        self.marks_changed.emit()
        self.commit(dict.fromkeys(change.row_id for change in step.cells))
        return True


def _save(source: ListSource, query: ListQuery, shape: Shape, edits: tuple[CellEdit, ...], request_id: str) -> _Answer:
    """In a worker thread."""
    result = source.save(query, edits, request_id=request_id)
    return result, shape.prepare(result.saved)


def _by_id(source: ListSource, query: ListQuery, shape: Shape, ids: tuple[int, ...]) -> tuple[ShownRow, ...]:
    return shape.prepare(source.rows_by_id(query, ids))
