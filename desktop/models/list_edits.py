"""What is edited and not yet saved, what colleagues changed, and what can be taken back. No Qt, no thread.

A cell's mark is the one thing that painting asks: flags, the text over the stored one, and why it was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Flag, auto
from uuid import uuid4

from desktop.lists.query import Cell, CellEdit, Conflict

UNDO_STEPS = 100


class State(Flag):
    """States of a cell, in the words of guide.md §3."""

    NONE = 0
    UNSAVED = auto()
    SAVING = auto()
    REJECTED = auto()
    CONFLICT = auto()
    OTHERS = auto()  # changed by others, not yet visited
    FLASH = auto()  # … within the last seconds


@dataclass(frozen=True)
class Edit:
    """A value over the stored one. `text` is what was typed, kept where it was refused."""

    value: Cell
    base: Cell
    version: int
    text: str
    state: State = State.UNSAVED
    message: str = ""
    conflict: Conflict | None = None


@dataclass(frozen=True)
class Foreign:
    """A colleague changed the cell; the initials stay until the cell is visited."""

    initials: str
    name: str = ""
    flashing: bool = True


@dataclass(frozen=True)
class Mark:
    """What lies over a cell."""

    state: State = State.NONE
    text: str | None = None
    message: str = ""
    initials: str = ""


@dataclass(frozen=True)
class CellChange:
    row_id: int
    column: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class Step:
    """One action of the user: cells, or something with its own way back (a paste that added rows)."""

    cells: tuple[CellChange, ...] = ()
    undo: Callable[[], object] | None = None
    redo: Callable[[], object] | None = None


@dataclass
class UndoStack:
    """Steps done and steps taken back; a new step forgets the latter."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def push(self, step: Step) -> None:
        self.done.append(step)
        del self.done[:-UNDO_STEPS]
        self.undone.clear()

    def undo(self) -> Step | None:
        return self._move(self.done, self.undone)

    def redo(self) -> Step | None:
        return self._move(self.undone, self.done)

    def clear(self) -> None:
        self.done.clear()
        self.undone.clear()

    @staticmethod
    def _move(source: list[Step], target: list[Step]) -> Step | None:
        if not source:
            return None
        target.append(source.pop())
        return target[-1]


Address = tuple[int, str]
"""Row id and column key."""


class Edits:
    """All marks of one list. Marks of a row are made when they change, not when they are painted."""

    def __init__(self) -> None:
        self._edits: dict[int, dict[str, Edit]] = {}
        self._foreign: dict[int, dict[str, Foreign]] = {}
        self._marks: dict[int, dict[str, Mark]] = {}
        self._request_ids: dict[tuple[CellEdit, ...], str] = {}

    def marks(self, row_id: int) -> Mapping[str, Mark] | None:
        return self._marks.get(row_id)

    def edit(self, row_id: int, column: str) -> Edit | None:
        return self._edits.get(row_id, {}).get(column)

    def put(self, row_id: int, column: str, edit: Edit) -> None:
        self._edits.setdefault(row_id, {})[column] = edit
        self._remark(row_id)

    def change(
        self, row_id: int, column: str, state: State, message: str = "", conflict: Conflict | None = None
    ) -> None:
        edit = self.edit(row_id, column)
        if edit is not None:
            self.put(row_id, column, replace(edit, state=state, message=message, conflict=conflict))

    def drop(self, row_id: int, column: str) -> None:
        row = self._edits.get(row_id, {})
        if row.pop(column, None) is not None:
            if not row:
                del self._edits[row_id]
            self._remark(row_id)

    def rebase(self, row_id: int, version: int) -> None:
        """Edits of a row stand on its new version from now on."""
        row = self._edits.get(row_id, {})
        for column, edit in row.items():
            row[column] = replace(edit, version=version)

    def of_row(self, row_id: int) -> Mapping[str, Edit]:
        return self._edits.get(row_id, {})

    def __iter__(self) -> Iterator[tuple[int, str, Edit]]:
        for row_id, row in self._edits.items():
            for column, edit in row.items():
                yield row_id, column, edit

    def __bool__(self) -> bool:
        return bool(self._edits)

    def count(self, state: State) -> int:
        return sum(bool(edit.state & state) for _, _, edit in self)

    def rows_to_save(self) -> tuple[int, ...]:
        """Rows with edits, none of them refused or in conflict: such a row waits for its owner."""
        return tuple(row_id for row_id, row in self._edits.items() if _can_save(row.values()))

    def take(self, rows: Iterable[int]) -> tuple[CellEdit, ...]:
        """The unsaved edits of `rows` as the source wants them; they are being saved from now on."""
        taken: list[CellEdit] = []
        for row_id in rows:
            for column, edit in list(self._edits.get(row_id, {}).items()):
                if edit.state is State.UNSAVED:
                    taken.append(CellEdit(row_id, edit.version, column, edit.value, edit.base))
                    self.change(row_id, column, State.SAVING)
        return tuple(taken)

    def give_back(self, edits: Iterable[CellEdit]) -> None:
        """A save came to nothing: its edits are unsaved again."""
        for each in edits:
            edit = self.edit(each.row_id, each.column)
            if edit is not None and edit.state is State.SAVING:
                self.change(each.row_id, each.column, State.UNSAVED)

    def request_id(self, edits: tuple[CellEdit, ...]) -> str:
        """The same for the same edits until they are answered, so that a repeated save is done once."""
        return self._request_ids.setdefault(edits, str(uuid4()))

    def answered(self, edits: tuple[CellEdit, ...]) -> None:
        self._request_ids.pop(edits, None)

    def foreign(self, row_id: int, column: str, change: Foreign) -> None:
        self._foreign.setdefault(row_id, {})[column] = change
        self._remark(row_id)

    def foreign_count(self) -> int:
        return sum(len(row) for row in self._foreign.values())

    def foreign_cells(self) -> tuple[Address, ...]:
        return tuple((row_id, column) for row_id, row in self._foreign.items() for column in row)

    def calm(self) -> tuple[int, ...]:
        """End the flashing; the chips stay. The rows concerned."""
        rows = [row_id for row_id, row in self._foreign.items() if any(change.flashing for change in row.values())]
        for row_id in rows:
            row = self._foreign[row_id]
            self._foreign[row_id] = {column: replace(change, flashing=False) for column, change in row.items()}
            self._remark(row_id)
        return tuple(rows)

    def visit(self, row_id: int, column: str) -> bool:
        """The cursor came to the cell: its chip goes."""
        row = self._foreign.get(row_id, {})
        if row.pop(column, None) is None:
            return False
        if not row:
            del self._foreign[row_id]
        self._remark(row_id)
        return True

    def clear(self) -> None:
        self._edits.clear()
        self._foreign.clear()
        self._marks.clear()

    def _remark(self, row_id: int) -> None:
        marks: dict[str, Mark] = {}
        for column, change in self._foreign.get(row_id, {}).items():
            state = State.OTHERS | (State.FLASH if change.flashing else State.NONE)
            marks[column] = Mark(state, initials=change.initials)
        for column, edit in self._edits.get(row_id, {}).items():
            under = marks.get(column, Mark())
            marks[column] = Mark(edit.state | under.state, edit.text, edit.message, under.initials)
        if marks:
            self._marks[row_id] = marks
        else:
            self._marks.pop(row_id, None)


def _can_save(row: Iterable[Edit]) -> bool:
    edits = tuple(row)
    blocked = State.REJECTED | State.CONFLICT | State.SAVING
    return bool(edits) and not any(edit.state & blocked for edit in edits)
