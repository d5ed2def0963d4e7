"""Paints the visible cells in one pass: grounds, lines, texts column by column, then the few special cells.

Most cells are plain text; they take the short road through prepared texts. Bars, chips, colours, edits and cells
changed by others are collected on the way and drawn afterwards, so that their cost does not fall on every cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLine, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from desktop.lists.query import GroupHead
from desktop.lists.spec import Kind, Look
from desktop.models.editable_list import EditableListModel
from desktop.models.kinds import NO_VALUE, is_number
from desktop.models.list_edits import Mark, State
from desktop.models.list_pages import ShownRow
from desktop.models.row_map import GROUP_HEIGHT, ROW_HEIGHT
from desktop.models.selection import Rect
from desktop.widgets.grid_cells import (
    draw_bar,
    draw_boolean,
    draw_chip_cell,
    draw_frame,
    draw_initials,
    draw_text_cell,
    draw_tick,
)
from desktop.widgets.grid_columns import CHECK_WIDTH, ColumnLayout, Slot
from desktop.widgets.grid_text import CELL_PADDING, TextCache, cell_font
from desktop.widgets.paint import draw_box, draw_icon, draw_text
from desktop.widgets.theme import color, font, metric

_PAINTED = frozenset({Kind.BAR, Kind.STATE, Kind.BOOLEAN})
Line = ShownRow | GroupHead | None


@dataclass
class Scene:
    """What a frame shows besides the model: where it is scrolled, what is selected, where the pointer is."""

    top: int = 0
    selection: Rect | None = None
    cursor: tuple[int, int] | None = None
    current_line: int = -1
    hover_line: int = -1
    checked: Mapping[int, None] = field(default_factory=dict)
    active: bool = True
    editing: bool = False
    read_only: tuple[int, int] | None = None
    """The cell in which editing was tried in vain."""


@dataclass(slots=True)
class _Row:
    line: int
    y: int
    shown: ShownRow
    special: dict[int, tuple[Look | None, Mark | None]] | None


class GridPainter:
    """Draws a `Scene` of a model in a layout. Keeps the prepared texts between frames."""

    def __init__(self, model: EditableListModel, layout: ColumnLayout, cache: TextCache) -> None:
        self.model, self.layout, self.cache = model, layout, cache

    def paint(self, painter: QPainter, area: QRect, scene: Scene) -> None:
        """Fill `area` (the whole widget) with the lines from pixel `scene.top` on."""
        frozen_width = min(self.layout.frozen_width, area.width())
        lines = self._lines(area.height(), scene.top)
        scrolled = QRect(frozen_width, 0, area.width() - frozen_width, area.height())
        right = min(scrolled.width(), self.layout.scrolled_width - self.layout.scroll_x)
        painter.setClipRect(scrolled)
        slots = [
            slot
            for slot in self.layout.slots
            if not slot.frozen and self.layout.left(slot) < area.width() and self._right(slot) > frozen_width
        ]
        self._part(painter, scrolled, frozen_width + right, slots, lines, scene)
        painter.setClipRect(QRect(0, 0, frozen_width, area.height()))
        frozen = [slot for slot in self.layout.slots if slot.frozen]
        self._part(painter, QRect(0, 0, frozen_width, area.height()), frozen_width, frozen, lines, scene)
        self._checks(painter, lines, scene)
        if frozen_width:
            bottom = lines[-1][1] + self._height(lines[-1]) if lines else 0
            painter.fillRect(frozen_width - 2, 0, 2, min(bottom, area.height()), color("border.default"))
        painter.setClipRect(area)
        self._heads(painter, area, lines)
        painter.setClipping(False)

    def _right(self, slot: Slot) -> int:
        return self.layout.left(slot) + slot.width

    def _lines(self, height: int, top: int) -> list[tuple[int, int, Line]]:
        """(line, y, what stands there) of all lines in sight."""
        rows = self.model.map
        if not rows.lines:
            return []
        first, last = rows.line_at(top), rows.line_at(top + height - 1)
        y = rows.top(first) - top
        plain = not rows.depth
        found: list[tuple[int, int, Line]] = []
        for line, what in self.model.window(first, last):
            found.append((line, y, what))
            y += ROW_HEIGHT if plain else rows.line_height(line)
        return found

    def _height(self, line: tuple[int, int, Line]) -> int:
        return GROUP_HEIGHT if isinstance(line[2], GroupHead) else self.model.map.line_height(line[0])

    # --- one viewport --------------------------------------------------------------------------------------------

    def _part(
        self,
        painter: QPainter,
        area: QRect,
        right: int,
        slots: Sequence[Slot],
        lines: Sequence[tuple[int, int, Line]],
        scene: Scene,
    ) -> None:
        frozen = area.left() == 0
        painter.fillRect(area, color("surface.base"))
        bottom = lines[-1][1] + self._height(lines[-1]) if lines else 0
        if frozen:
            painter.fillRect(0, 0, area.width(), min(bottom, area.height()), color("surface.frozen"))
        self._grounds(painter, area.left(), right, slots, lines, scene)
        self._rules(painter, area.left(), right, bottom, slots, lines)
        rows = self._rows(lines)
        later: list[tuple[Slot, _Row, Look | None, Mark | None]] = []
        for slot in slots:
            self._texts(painter, slot, rows, later)
        for slot, row, look, mark in later:
            self._special(painter, slot, row, look, mark)
        self._waiting(painter, slots, lines)
        self._cursor(painter, slots, lines, scene)

    def _rows(self, lines: Sequence[tuple[int, int, Line]]) -> list[_Row]:
        found: list[_Row] = []
        numbers = {info.key: number for number, info in enumerate(self.model.infos)}
        for line, y, what in lines:
            if isinstance(what, ShownRow):
                marks = self.model.edits.marks(what.row.id)
                special: dict[int, tuple[Look | None, Mark | None]] | None = None
                if what.looks or marks:
                    special = {number: (look, None) for number, look in what.looks.items()}
                    for key, mark in (marks or {}).items():
                        if key in numbers:
                            special[numbers[key]] = (what.looks.get(numbers[key]), mark)
                found.append(_Row(line, y, what, special))
        return found

    def _grounds(
        self,
        painter: QPainter,
        left: int,
        right: int,
        slots: Sequence[Slot],
        lines: Sequence[tuple[int, int, Line]],
        scene: Scene,
    ) -> None:
        for line, y, what in lines:
            if isinstance(what, GroupHead):
                continue
            if line == scene.current_line or (isinstance(what, ShownRow) and what.row.id in scene.checked):
                painter.fillRect(left, y, right - left, ROW_HEIGHT, color("accent.subtle"))
            elif line == scene.hover_line:
                painter.fillRect(left, y, right - left, ROW_HEIGHT, color("surface.hover"))
        rect = scene.selection
        chosen = [slot for slot in slots if rect is not None and rect.left <= slot.position <= rect.right]
        if rect is None or not chosen:
            return
        ground = color("selection.bg" if scene.active else "selection.inactive")
        x = self.layout.left(chosen[0])
        width = self._right(chosen[-1]) - x
        for line, y, what in lines:
            if rect.top <= line <= rect.bottom and not isinstance(what, GroupHead):
                painter.fillRect(x, y, width, ROW_HEIGHT, ground)

    def _rules(
        self,
        painter: QPainter,
        left: int,
        right: int,
        bottom: int,
        slots: Sequence[Slot],
        lines: Sequence[tuple[int, int, Line]],
    ) -> None:
        painter.setPen(QPen(color("border.grid"), 1))
        drawn = [QLine(x, 0, x, bottom - 1) for x in (self._right(slot) - 1 for slot in slots)]
        if left == 0 and self.layout.checks:
            drawn.append(QLine(CHECK_WIDTH - 1, 0, CHECK_WIDTH - 1, bottom - 1))
        drawn += [QLine(left, y + ROW_HEIGHT - 1, right - 1, y + ROW_HEIGHT - 1) for _, y, _ in lines]
        if drawn:
            painter.drawLines(drawn)
        for _, y, what in lines:
            if isinstance(what, GroupHead):
                painter.fillRect(left, y, right - left, GROUP_HEIGHT - 1, color("surface.group"))
                painter.fillRect(left, y + GROUP_HEIGHT - 1, right - left, 1, color("border.default"))

    def _texts(
        self,
        painter: QPainter,
        slot: Slot,
        rows: Sequence[_Row],
        later: list[tuple[Slot, _Row, Look | None, Mark | None]],
    ) -> None:
        number, kind = slot.column, slot.info.kind
        if kind in _PAINTED:
            later.extend((slot, row, *(row.special or {}).get(number, (None, None))) for row in rows)
            return
        used, name = cell_font(slot.info), "code" if kind is Kind.CODE else "plain"
        room = slot.width - 2 * CELL_PADDING
        shelf = self.cache.shelf(name, room)
        left = self.layout.left(slot) + CELL_PADDING
        numeric = is_number(kind)
        end = left + room
        painter.setFont(used)
        painter.setPen(color("accent.fg" if slot.info.opens else "text.primary"))
        draw, prepare = painter.drawStaticText, self.cache.prepare
        empty: list[int] = []
        for row in rows:
            special = row.special
            if special is not None and number in special:
                later.append((slot, row, *special[number]))
                continue
            text = row.shown.texts[number]
            if not text:
                empty.append(row.y)
                continue
            found = shelf.get(text)
            if found is None:
                found = prepare(name, used, room, text)
            x = end - found[1] if numeric else left
            draw(x, row.y + (ROW_HEIGHT - 1 - found[2]) // 2, found[0])
        if empty:
            self._dashes(painter, empty, end if numeric else left, numeric)

    def _dashes(self, painter: QPainter, ys: Sequence[int], x: int, right: bool) -> None:
        painter.setFont(font(12))
        painter.setPen(color("text.tertiary"))
        dash, width, height, _ = self.cache.prepare("plain", font(12), 100, NO_VALUE)
        for y in ys:
            painter.drawStaticText(x - width if right else x, y + (ROW_HEIGHT - 1 - height) // 2, dash)

    # --- special cells -------------------------------------------------------------------------------------------

    def _special(self, painter: QPainter, slot: Slot, row: _Row, look: Look | None, mark: Mark | None) -> None:
        cell = QRect(self.layout.left(slot), row.y, slot.width, ROW_HEIGHT)
        text = row.shown.texts[slot.column]
        state = State.NONE
        if mark is not None:
            state = mark.state
            text = text if mark.text is None else mark.text
            self._ground_of(painter, cell, state)
        role = f"{look.role}.fg" if look is not None else "accent.fg" if slot.info.opens else "text.primary"
        if State.REJECTED in state:
            role = "danger.fg"
        if slot.info.kind is Kind.BAR and State.REJECTED not in state:
            draw_bar(painter, cell, slot, row.shown, text, self.model.infos, self.cache)
        elif slot.info.kind is Kind.STATE and text and State.REJECTED not in state:
            value = row.shown.row.cells[slot.column]
            draw_chip_cell(painter, cell, text, str(value), look, self.cache)
        elif slot.info.kind is Kind.BOOLEAN:
            draw_boolean(painter, cell, row.shown.row.cells[slot.column] if mark is None else text, role)
        else:
            icon = look.icon if look is not None and State.REJECTED not in state else None
            draw_text_cell(painter, cell, slot.info, text, role, icon, self.cache)
        if mark is not None:
            self._marks_of(painter, cell, mark)

    def _ground_of(self, painter: QPainter, cell: QRect, state: State) -> None:
        inner = cell.adjusted(0, 0, -1, -1)
        if State.REJECTED in state:
            painter.fillRect(inner, color("danger.bg"))
        elif State.CONFLICT in state:
            painter.fillRect(inner, color("warn.bg"))
        elif State.FLASH in state:
            painter.fillRect(inner, color("info.bg"))
            painter.fillRect(inner.left(), inner.bottom() - 1, inner.width(), 2, color("info.solid"))

    def _marks_of(self, painter: QPainter, cell: QRect, mark: Mark) -> None:
        if State.OTHERS in mark.state and mark.initials:
            draw_initials(painter, cell, mark.initials)
        if mark.state & (State.UNSAVED | State.SAVING):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent.fg" if State.UNSAVED in mark.state else "text.disabled"))
            x, y = cell.left(), cell.top()
            painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + 7, y), QPointF(x, y + 7)]))
        if State.REJECTED in mark.state:
            draw_frame(painter, cell, "danger.solid")
        elif State.CONFLICT in mark.state:
            draw_frame(painter, cell, "warn.solid")

    def _waiting(self, painter: QPainter, slots: Sequence[Slot], lines: Sequence[tuple[int, int, Line]]) -> None:
        """Grey strokes where rows are still being fetched."""
        ground = color("neutral.bg")
        for line, y, what in lines:
            if what is not None:
                continue
            for slot in slots:
                room = slot.width - 2 * CELL_PADDING
                share = (5 + (line * 7 + slot.position * 3) % 5) / 10
                width = round(room * share)
                left = self.layout.left(slot) + CELL_PADDING
                x = left + room - width if is_number(slot.info.kind) else left
                painter.fillRect(x, y + 8, width, 8, ground)

    def _cursor(
        self,
        painter: QPainter,
        slots: Sequence[Slot],
        lines: Sequence[tuple[int, int, Line]],
        scene: Scene,
    ) -> None:
        if scene.cursor is None or not lines:
            return
        line, position = scene.cursor
        slot = next((slot for slot in slots if slot.position == position), None)
        found = next((each for each in lines if each[0] == line), None)
        if slot is None or found is None or isinstance(found[2], GroupHead):
            return
        cell = QRect(self.layout.left(slot), found[1], slot.width, ROW_HEIGHT)
        if scene.read_only == scene.cursor:
            painter.fillRect(cell.adjusted(2, 2, -2, -2), color("surface.base"))
            if isinstance(found[2], ShownRow):
                text = found[2].texts[slot.column]
                draw_text_cell(painter, cell, slot.info, text, "text.tertiary", None, self.cache)
            lock = cell.left() + 4 if is_number(slot.info.kind) else cell.right() - 16
            draw_icon(painter, lock, cell.top() + 6, "lock", "text.tertiary", 12)
        mark = None
        if isinstance(found[2], ShownRow):
            mark = (self.model.edits.marks(found[2].row.id) or {}).get(slot.info.key)
        if mark is None or not mark.state & (State.REJECTED | State.CONFLICT):
            draw_frame(painter, cell, "selection.border" if scene.active else "border.strong")

    # --- across both viewports -----------------------------------------------------------------------------------

    def _checks(self, painter: QPainter, lines: Sequence[tuple[int, int, Line]], scene: Scene) -> None:
        for line, y, what in lines:
            if isinstance(what, GroupHead):
                continue
            if line == scene.current_line:
                painter.fillRect(0, y, 3, ROW_HEIGHT - 1, color("accent.solid"))
            if self.layout.checks and isinstance(what, ShownRow):
                ticked = what.row.id in scene.checked
                state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
                draw_tick(painter, QRect(0, y, CHECK_WIDTH, ROW_HEIGHT - 1), state, self.cache)

    def _heads(self, painter: QPainter, area: QRect, lines: Sequence[tuple[int, int, Line]]) -> None:
        for line, y, what in lines:
            if isinstance(what, GroupHead):
                self._head(painter, area, line, y, what)

    def _head(self, painter: QPainter, area: QRect, line: int, y: int, head: GroupHead) -> None:
        indent = 16 * head.depth
        folded = self.model.collapsed(head.values)
        arrow = "chevron-right" if folded else "chevron-down"
        draw_icon(painter, 9 + indent, y + 7, arrow, "text.secondary", 14)
        label = self.model.group_label(head) or NO_VALUE
        used = font(12, 500, text=label)
        x = CHECK_WIDTH + CELL_PADDING + indent
        width = round(self.cache.width(f"head{used.weight()}", used, label)) + 2
        totals = [slot for slot in self.layout.slots if self.model.head_text(head, slot.column)]
        limit = min((self.layout.left(slot) for slot in totals), default=area.width())
        width = max(24, min(width, limit - x - 44))
        draw_text(painter, QRectF(x, y, width, GROUP_HEIGHT - 1), label, used, "text.primary")
        count = f"{head.count:,}"
        small = font(11, text=count)
        box = QRectF(x + width + 6, y + 6, self.cache.width("count", small, count) + 10, 16)
        draw_box(painter, box, "neutral.bg", None, metric("radius.chip"))
        draw_text(painter, box, count, small, "neutral.fg", "center")
        for slot in totals:
            if not slot.frozen and self.layout.left(slot) >= self.layout.frozen_width:
                self._subtotal(painter, slot, y, head)
        if line >= 0 and indent:
            painter.fillRect(0, y, 1, 1, color("surface.group"))

    def _subtotal(self, painter: QPainter, slot: Slot, y: int, head: GroupHead) -> None:
        text = self.model.head_text(head, slot.column)
        cell = QRect(self.layout.left(slot), y, slot.width, GROUP_HEIGHT)
        if slot.info.kind is Kind.BAR:
            draw_bar(painter, cell, slot, head, text, self.model.infos, self.cache)
            return
        room = slot.width - 2 * CELL_PADDING
        strong = cell_font(slot.info, strong=True)
        prepared, width, height, _ = self.cache.prepare("strong", strong, room, text)
        painter.setFont(strong)
        painter.setPen(color("text.primary"))
        x = cell.left() + CELL_PADDING + (room - width if is_number(slot.info.kind) else 0)
        painter.drawStaticText(x, y + (GROUP_HEIGHT - 1 - height) // 2, prepared)
