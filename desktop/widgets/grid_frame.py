"""What holds a grid together: head, filter row, canvas and scroll bars, their geometry, sorting and column widths.

A scroll bar counts in 32 bits, a list may be taller: then one step of the bar is several pixels, and keys and wheel
still move by single ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from desktop.domain.text import tr
from desktop.lists.spec import Sort
from desktop.models.editable_list import EditableListModel
from desktop.models.kinds import NEVER_CUT
from desktop.models.list_pages import ShownRow
from desktop.models.row_map import ROW_HEIGHT
from desktop.widgets.filter_bar import FilterRow
from desktop.widgets.grid_canvas import GridCanvas
from desktop.widgets.grid_columns import ColumnLayout, Slot
from desktop.widgets.grid_header import GridHeader, header_text
from desktop.widgets.grid_paint import Scene
from desktop.widgets.grid_popover import CellPopover
from desktop.widgets.grid_text import CELL_PADDING, TextCache, wanted_width
from desktop.widgets.paint import text_width
from desktop.widgets.states import EmptyState, FailedState, LoadingRows
from desktop.widgets.theme import font, metric, theme_signals

if TYPE_CHECKING:
    from desktop.widgets.grid_view import GridView

_BAR_LIMIT = 1 << 30
_LOADING_AFTER_MS = 150


class GridFrame(QWidget):
    """The parts and where they lie. `GridView` adds the cursor, the selection and editing."""

    sort_changed = Signal()

    def __init__(self, model: EditableListModel, columns: ColumnLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self.columns = model, columns
        self.texts = TextCache()
        self.scene = Scene(active=False)
        self.outer_filter: Callable[[], bool] = lambda: False
        """Whether a search or a condition outside the filter row narrows the list."""
        self._row_id: int | None = None
        view = cast("GridView", self)
        self.header = GridHeader(view)
        self.filters = FilterRow(view)
        self.canvas = GridCanvas(view)
        self.vertical = QScrollBar(Qt.Orientation.Vertical, self)
        self.horizontal = QScrollBar(Qt.Orientation.Horizontal, self)
        self.popover = CellPopover(self)
        self.loading = LoadingRows(self)
        self.empty = EmptyState("", parent=self)
        self.failed = FailedState(parent=self)
        for state in (self.loading, self.empty, self.failed):
            state.hide()
        self._loading_soon = QTimer(self, singleShot=True, interval=_LOADING_AFTER_MS)
        self._loading_soon.timeout.connect(self._show_phase)
        self.setFocusProxy(self.canvas)
        self.vertical.valueChanged.connect(self._scrolled)
        self.horizontal.valueChanged.connect(columns.set_scroll)
        self.failed.retry.connect(model.refresh)
        model.phase_changed.connect(self._phase_changed)
        theme_signals().changed.connect(self._theme_changed)

    def _follow(self) -> None:
        """What lies over the canvas stays over its cells."""
        self.filters.place()

    # --- geometry ------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.set_room(self.width() - metric("shell.scrollBar"))
        self._place()

    def _place(self) -> None:
        bar, header = metric("shell.scrollBar"), self.header.height()
        filters = self.filters.height() if self.filters.isVisibleTo(self) else 0
        width, height = self.width() - bar, self.height()
        wide = self.columns.frozen_width + self.columns.scrolled_width > width
        self.horizontal.setVisible(wide)
        below = bar if wide else 0
        self.header.setGeometry(0, 0, width, header)
        self.filters.setGeometry(0, header, width, filters)
        self.canvas.setGeometry(0, header + filters, width, max(0, height - header - filters - below))
        self.vertical.setGeometry(width, 0, bar, height - below)
        self.horizontal.setGeometry(0, height - bar, self.width(), bar)
        body = self.canvas.geometry()
        self.loading.setGeometry(body.left(), body.top(), body.width(), self.loading.height())
        for state in (self.empty, self.failed):
            state.setGeometry(body)
        self._set_bars()
        self._follow()

    def _set_bars(self) -> None:
        page = self.canvas.height()
        rest = max(0, self.model.map.height - page)
        scale = self._scale()
        self.vertical.blockSignals(True)
        self.vertical.setRange(0, rest // scale)
        self.vertical.setPageStep(max(1, page // scale))
        self.vertical.setSingleStep(max(1, ROW_HEIGHT // scale))
        self.vertical.blockSignals(False)
        room = self.canvas.width() - self.columns.frozen_width
        self.horizontal.setRange(0, max(0, self.columns.scrolled_width - room))
        self.horizontal.setPageStep(max(1, room))
        self.horizontal.setSingleStep(40)
        self._set_top(min(self.scene.top, rest))

    def _scale(self) -> int:
        """Pixels per step of the scroll bar, whose values have 32 bits."""
        return 1 + self.model.map.height // _BAR_LIMIT

    def _scrolled(self, value: int) -> None:
        rest = max(0, self.model.map.height - self.canvas.height())
        at_end = value == self.vertical.maximum()
        self._set_top(rest if at_end else min(rest, value * self._scale()), from_bar=True)

    def _set_top(self, top: int, *, from_bar: bool = False) -> None:
        top = max(0, top)
        if top != self.scene.top:
            self.scene.top = top
            self.popover.hide()
        if not from_bar:
            self.vertical.blockSignals(True)
            self.vertical.setValue(top // self._scale())
            self.vertical.blockSignals(False)
        self._follow()
        self._need()
        self.canvas.update()

    def _need(self) -> None:
        rows = self.model.map
        if rows.lines:
            bottom = self.scene.top + max(1, self.canvas.height()) - 1
            self.model.need(rows.line_at(self.scene.top), rows.line_at(bottom))

    def scroll_by(self, dx: int, dy: int) -> None:
        if dy:
            rest = max(0, self.model.map.height - self.canvas.height())
            self._set_top(min(rest, self.scene.top + dy))
        if dx:
            self.horizontal.setValue(self.horizontal.value() + dx)

    def lines_per_page(self) -> int:
        return max(1, self.canvas.height() // ROW_HEIGHT - 1)

    def show_line(self, line: int, *, centre: bool = False) -> None:
        """Scroll as little as needed so that `line` is in sight."""
        rows, page = self.model.map, self.canvas.height()
        if not 0 <= line < rows.lines:
            return
        top, height = rows.top(line), rows.line_height(line)
        if centre and not self.scene.top <= top <= self.scene.top + page - height:
            self._set_top(max(0, min(top - page // 3, rows.height - page)))
        elif top < self.scene.top:
            self._set_top(top)
        elif top + height > self.scene.top + page:
            self._set_top(top + height - page)

    def show_column(self, position: int) -> None:
        slots = self.columns.slots
        if not 0 <= position < len(slots) or slots[position].frozen:
            return
        slot, room = slots[position], self.canvas.width() - self.columns.frozen_width
        if slot.x < self.columns.scroll_x:
            self.horizontal.setValue(slot.x)
        elif slot.x + slot.width > self.columns.scroll_x + room:
            self.horizontal.setValue(min(slot.x, slot.x + slot.width - room))

    # --- sorting and columns -------------------------------------------------------------------------------------

    def sort_of(self, key: str) -> tuple[int, bool, bool]:
        """Rank of a column in the sort (0: none), whether it descends, whether several columns sort."""
        for rank, each in enumerate(self.model.query.sort, 1):
            if each.column == key:
                return rank, each.descending, len(self.model.query.sort) > 1
        return 0, False, False

    def toggle_sort(self, key: str, *, add: bool = False) -> None:
        """Ascending, descending, not at all; `add` keeps the columns that sort before it."""
        rank, descending, _ = self.sort_of(key)
        following = Sort(key) if not rank else Sort(key, True) if not descending else None
        self.sort_by(key, following, add=add)

    def sort_by(self, key: str, wanted: Sort | None, *, add: bool = False) -> None:
        if not self.columns.info(key).sortable:
            return
        sort = list(self.model.query.sort) if add else []
        number = next((n for n, each in enumerate(sort) if each.column == key), None)
        if number is not None:
            sort[number : number + 1] = [wanted] if wanted is not None else []
        elif wanted is not None:
            sort.append(wanted)
        self.set_sort(tuple(sort))

    def set_sort(self, sort: tuple[Sort, ...]) -> None:
        self.model.ask(self.model.query.but(sort=sort), at_row=self._row_id, keep_groups=True)
        self.header.update()
        self.sort_changed.emit()

    def fit_column(self, key: str) -> None:
        """As wide as its longest text among the rows here, and its head."""
        slot = self.columns.slot_of(key)
        if slot is None:
            return
        texts = tuple(shown.texts[slot.column] for shown in self.model.loaded_rows())
        self.columns.resize(key, max(self._head_width(slot), wanted_width(slot.info, texts, self.texts)))

    def _widen(self, first: int, last: int) -> None:
        """Numbers, codes and dates are never cut: their columns grow with what was loaded."""
        rows = [line for _, line in self.model.window(first, last) if isinstance(line, ShownRow)]
        sized = {column.key for column in self.columns.columns if column.sized}
        for slot in self.columns.slots:
            if slot.info.key in sized:
                continue
            never_cut = slot.info.kind in NEVER_CUT
            texts = tuple(shown.texts[slot.column] for shown in rows) if never_cut else ()
            width = max(wanted_width(slot.info, texts, self.texts) if texts else 0, self._head_width(slot))
            if width > slot.width:
                self.columns.resize(slot.info.key, width, by_user=False)

    def _head_width(self, slot: Slot) -> int:
        """Room for the whole name of the column and the mark of its sort."""
        rank, _, several = self.sort_of(slot.info.key)
        mark = (34 if several else 18) if rank else 0
        return round(text_width(header_text(slot), font(12, 500))) + 2 * CELL_PADDING + 1 + mark

    # --- states ---------------------------------------------------------------------------------------------------

    def filter_active(self) -> bool:
        return bool(self.filters.conditions) or self.outer_filter()

    def _phase_changed(self) -> None:
        if self.model.phase == "loading" and not self.model.map.lines:
            self._loading_soon.start()
        else:
            self._loading_soon.stop()
            self._show_phase()

    def _show_phase(self) -> None:
        phase, lines = self.model.phase, self.model.map.lines
        self.loading.setVisible(phase == "loading" and not lines)
        self.empty.setVisible(phase == "ready" and not lines)
        self.failed.setVisible(phase == "failed")
        if self.model.failure is not None and phase == "failed":
            self.failed.say(tr("The list could not be loaded"), self.model.failure)
            self.failed.raise_()
        if phase == "ready":
            self._widen(0, min(lines, 60) - 1)
            self.header.update()
        self.canvas.update()

    def _theme_changed(self) -> None:
        self.texts.clear()
        for part in (self.header, self.filters, self.canvas):
            part.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.texts.clear()
        self.loading.setAccessibleName(tr("Loading"))
        self.empty.say(tr("No rows"), tr("Nothing here matches. Clear the filter or search for something else."))
        self.canvas.setAccessibleName(tr("Grid"))
