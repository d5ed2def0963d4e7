"""The windowed list model: a list of any length of which only the pages in use are here.

Everything that asks the source runs through `Work`; one fetch is under way at a time, and when it returns the lines
wanted *then* are asked for, so scrolling fast through a million rows loads what is looked at and skips the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.lists.query import Cell, ColumnInfo, Count, GroupHead, ListQuery, ListSource
from desktop.models.kinds import format_cell, is_number
from desktop.models.list_edits import Edits, Mark
from desktop.models.list_pages import (
    PAGE_ROWS,
    Counted,
    Opening,
    PageCache,
    PageKey,
    Shape,
    ShownRow,
    count_exact,
    fetch_lines,
    fetch_pages,
    infos_of,
    open_list,
)
from desktop.models.row_map import GroupKey, RowMap
from desktop.runtime.failures import Failure
from desktop.runtime.work import Work

STATE_ROLE = Qt.ItemDataRole.UserRole + 1
Phase = Literal["loading", "ready", "failed"]
Line = ShownRow | GroupHead | None
_Index = QModelIndex | QPersistentModelIndex


class ListModel(QAbstractTableModel):
    """Lines (rows and group heads) of one list as one reader sees it. Refreshing is in `LiveListModel`."""

    phase_changed = Signal()
    shape_changed = Signal()
    """The columns are known, or others."""
    count_changed = Signal()
    lines_loaded = Signal(int, int)
    marks_changed = Signal()
    refused = Signal(str)
    """The source would not answer this question (too many groups): the rows of the one before stay."""
    map_changed = Signal()
    """Lines moved: groups folded, rows came or went."""

    def __init__(
        self,
        source: ListSource,
        work: Work,
        query: ListQuery,
        *,
        whole_money: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.source = source
        self.work = work
        self.query = query
        """What is asked; `loaded` is what the rows here answer, until the new answer has come."""
        self.loaded = query
        self.infos: tuple[ColumnInfo, ...] = ()
        """The columns loaded, in the query's order."""
        self.all_infos: tuple[ColumnInfo, ...] = ()
        self.count = Count(0, False)
        self.map = RowMap(0)
        self.edits = Edits()
        self.phase: Phase = "loading"
        self.failure: Failure | None = None
        self._whole_money = whole_money
        self._pages = PageCache()
        self._generation = 0
        self._fetching = False
        self._after: list[Callable[[], object]] = []
        self._seen = (0, 40)
        self._collapsed: frozenset[GroupKey] = frozenset()

    # --- opening and changing the question -----------------------------------------------------------------------

    def open(self, *, at_row: int | None = None) -> None:
        """Ask the present query from its beginning, or from where row id `at_row` stands (`opened_at` then)."""
        self._generation += 1
        generation = self._generation
        self._fetching = True
        self.failure = None
        if self.phase == "failed" or not self.map.lines:
            self._set_phase("loading")
        query, first = self.query, self._seen
        columns = self.all_infos

        def opened(found: Opening) -> None:
            if generation == self._generation:
                self._opened(found)

        def failed(failure: Failure) -> None:
            if generation == self._generation:
                self._failed(failure)

        self.work.run(
            open_list, self.source, query, columns, self._whole_money, self._collapsed, first[0], at_row,
            on_done=opened, on_error=failed, owner=self,
        )  # fmt: skip

    opened_at = Signal(int)
    """The line on which the row asked for by `open` stands."""

    def ask(self, query: ListQuery, *, at_row: int | None = None, keep_groups: bool = False) -> None:
        """Show `query` instead. The old rows stay until the new ones are here."""
        if not keep_groups and query.group_by != self.query.group_by:
            self._collapsed = frozenset()
        if at_row is None:
            self._seen = (0, self._seen[1] - self._seen[0])
        self.query = query
        self.open(at_row=at_row)

    def when_answered(self, call: Callable[[], object]) -> None:
        """Now, or once the rows here answer what is asked. Fingers are faster than a database: what is meant for the
        rows of the next view must not happen to those of the last one.
        """
        if self._fetching and self.query != self.loaded:
            self._after.append(call)
        else:
            call()

    def forget_columns(self) -> None:
        """Labels are asked again at the next opening: the language changed."""
        self.all_infos = ()

    def _opened(self, found: Opening) -> None:
        self._fetching = False
        self.beginResetModel()
        self.query = self.loaded = found.query
        self.all_infos = found.columns
        infos = infos_of(found.columns, found.query)
        reshaped = infos != self.infos
        self.infos = infos
        self.count = found.count
        self._pages.clear()
        for key, rows in found.pages.items():
            self._pages.put(key, rows)
        self._rebuild(found.heads)
        self._shorten(found.pages)
        self.endResetModel()
        if reshaped:
            self.shape_changed.emit()
        self._set_phase("ready")
        self.map_changed.emit()
        self.count_changed.emit()
        if found.position is not None and (line := self.map.line_of_row(found.position)) is not None:
            self.opened_at.emit(line)
        if not found.count.exact:
            self.recount()
        self.need(*self._seen)
        after, self._after = self._after, []
        for call in after:
            call()

    def _failed(self, failure: Failure) -> None:
        self._fetching = False
        self._after.clear()
        if isinstance(failure.error, ValueError) and self.query != self.loaded and self.infos:
            self.query = self.loaded
            self._set_phase("ready")
            self.refused.emit(str(failure.error))
            return
        self.failure = failure
        self._set_phase("failed")

    def _set_phase(self, phase: Phase) -> None:
        self.phase = phase
        self.phase_changed.emit()

    def recount(self) -> None:
        """Exact count and groups, behind the scenes."""
        generation = self._generation

        def counted(found: Counted) -> None:
            if generation == self._generation:
                self._counted(found)

        self.work.run(count_exact, self.source, self.loaded, on_done=counted, owner=self, background=True)

    def _counted(self, found: Counted) -> None:
        if found.count.value != self.count.value or found.heads != self.map.heads:
            self._reshape(found.count, found.heads)
        self.count = found.count
        self.count_changed.emit()

    def _reshape(self, count: Count, heads: Sequence[GroupHead]) -> None:
        self.beginResetModel()
        self.count = count
        self._rebuild(heads)
        self.endResetModel()
        self.map_changed.emit()

    def _rebuild(self, heads: Sequence[GroupHead]) -> None:
        depth = len(self.loaded.group_by)
        self.map = RowMap(self.count.value, heads, depth, self._collapsed)

    def _shorten(self, pages: Mapping[PageKey, Sequence[ShownRow]]) -> None:
        """An estimate was too high when a page ends early."""
        for (group, number), rows in pages.items():
            end = number * PAGE_ROWS + len(rows)
            if not group and len(rows) < PAGE_ROWS and end < self.count.value:
                self.count = Count(end, True, self.count.cut)
                self._rebuild(self.map.heads)

    # --- lines ---------------------------------------------------------------------------------------------------

    def line(self, number: int) -> Line:
        """A row, a group's head, or None while the row is being fetched. IndexError outside the list."""
        place = self.map.place(number)
        if place.head is not None:
            return place.head
        page = self._pages.get((place.group, place.index // PAGE_ROWS))
        index = place.index % PAGE_ROWS
        return page[index] if page is not None and index < len(page) else None

    def window(self, first: int, last: int) -> list[tuple[int, Line]]:
        """The lines `first` … `last` with their numbers, a page looked up once: what a frame paints."""
        found: list[tuple[int, Line]] = []
        for start, place, length in self.map.runs(first, last):
            if place.head is not None:
                found.append((start, place.head))
                continue
            page_number = -1
            page: list[ShownRow] | None = None
            for offset in range(length):
                index = place.index + offset
                if index // PAGE_ROWS != page_number:
                    page_number = index // PAGE_ROWS
                    page = self._pages.get((place.group, page_number))
                row = index % PAGE_ROWS
                found.append((start + offset, page[row] if page is not None and row < len(page) else None))
        return found

    def row_id(self, line: int) -> int | None:
        if not 0 <= line < self.map.lines:
            return None
        found = self.line(line)
        return found.row.id if isinstance(found, ShownRow) else None

    def row(self, row_id: int) -> ShownRow | None:
        """A row that is here."""
        return self._pages.row(row_id)

    def loaded_rows(self) -> list[ShownRow]:
        return list(self._pages.rows())

    def line_of(self, row_id: int) -> int | None:
        """Where a row that is here stands."""
        where = self._pages.where(row_id)
        return self.map.line_of(*where) if where else None

    def need(self, first: int, last: int) -> None:
        """The view shows these lines: fetch what is missing of them, then their neighbours."""
        self._seen = (first, last)
        if self._fetching or self.phase != "ready":
            return
        missing = self._missing(first, last)
        ahead = not missing
        if ahead:
            span = max(last - first, 1)
            missing = self._missing(first - span, last + span)
        if missing:
            self._fetch(missing, background=ahead)

    def _missing(self, first: int, last: int) -> list[PageKey]:
        keys: list[PageKey] = []
        for _, place, length in self.map.runs(first, last):
            if place.head is None:
                pages = range(place.index // PAGE_ROWS, (place.index + length - 1) // PAGE_ROWS + 1)
                keys.extend((place.group, number) for number in pages if (place.group, number) not in self._pages)
        return keys

    def _fetch(self, keys: Sequence[PageKey], *, background: bool) -> None:
        self._fetching = True
        generation = self._generation

        def fetched(pages: Mapping[PageKey, tuple[ShownRow, ...]]) -> None:
            if generation == self._generation:
                self._fetched(pages)

        def failed(failure: Failure) -> None:
            if generation == self._generation:
                self._failed(failure)

        shape = self.shape()
        self.work.run(
            fetch_pages, self.source, self.loaded, shape, tuple(keys),
            on_done=fetched, on_error=failed, owner=self, background=background,
        )  # fmt: skip

    def _fetched(self, pages: Mapping[PageKey, tuple[ShownRow, ...]]) -> None:
        self._fetching = False
        lines = self.map.lines
        for key, rows in pages.items():
            self._pages.put(key, rows)
        self._shorten(pages)
        if self.map.lines != lines:
            self._reshape(self.count, self.map.heads)
            self.count_changed.emit()
        for (group, number), rows in pages.items():
            first = self.map.line_of(group, number * PAGE_ROWS)
            if first is not None and rows:
                self._announce(first, first + len(rows) - 1)
        self.need(*self._seen)

    def _announce(self, first: int, last: int) -> None:
        last = min(last, self.map.lines - 1)
        self.dataChanged.emit(self.index(first, 0), self.index(last, max(0, self.columnCount() - 1)))
        self.lines_loaded.emit(first, last)

    def shape(self) -> Shape:
        return Shape(self.infos, self._whole_money)

    def lines_between(self, first: int, last: int, then: Callable[[list[ShownRow | GroupHead]], None]) -> None:
        """All lines `first` … `last`, at once when they are here, else after fetching them."""
        here = [line for _, line in self.window(first, last)]
        if all(line is not None for line in here):
            then([line for line in here if line is not None])
            return
        runs = tuple((place.head, place.group, place.index, length) for _, place, length in self.map.runs(first, last))
        self.work.run(fetch_lines, self.source, self.loaded, self.shape(), runs, on_done=then, owner=self)

    # --- groups --------------------------------------------------------------------------------------------------

    def toggle_group(self, values: GroupKey) -> None:
        folded = self._collapsed ^ {values}
        self._fold(folded)

    def fold_all(self, folded: bool) -> None:
        """Fold every group of the outermost level, or open all."""
        heads = frozenset(head.values for head in self.map.heads if head.depth == 0) if folded else frozenset()
        self._fold(heads)

    def collapsed(self, values: GroupKey) -> bool:
        return values in self._collapsed

    def _fold(self, collapsed: frozenset[GroupKey]) -> None:
        self.beginResetModel()
        self._collapsed = collapsed
        self._rebuild(self.map.heads)
        self.endResetModel()
        self.map_changed.emit()

    # --- Qt's view of it -----------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self.map.lines

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.infos)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < self.map.lines:
            return None
        info = self.infos[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | (
                Qt.AlignmentFlag.AlignRight if is_number(info.kind) else Qt.AlignmentFlag.AlignLeft
            )
        line = self.line(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(line, index.column())
        if role == STATE_ROLE and isinstance(line, ShownRow):
            return self.mark(line, info.key).state.value
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self.infos[section].label if section < len(self.infos) else None
        return section + 1

    def mark(self, line: ShownRow, key: str) -> Mark:
        return (self.edits.marks(line.row.id) or {}).get(key, Mark())

    def text(self, line: Line, column: int) -> str:
        """What a cell shows, edits included; of a head its value or subtotal."""
        if line is None:
            return ""
        if isinstance(line, ShownRow):
            over = self.mark(line, self.infos[column].key).text
            return line.texts[column] if over is None else over
        return self.head_text(line, column)

    def head_text(self, head: GroupHead, column: int) -> str:
        info = self.infos[column]
        if info.key in head.totals:
            return format_cell(info, head.totals[info.key], whole_money=self._whole_money)
        return ""

    def group_label(self, head: GroupHead) -> str:
        """The name of a group: its value in words."""
        key = self.loaded.group_by[head.depth]
        info = next((each for each in self.all_infos if each.key == key), None)
        value: Cell = head.values[-1]
        return format_cell(info, value) if info is not None else str(value or "")
