"""The cells that are more than plain text: bars, state chips, yes and no, initials, frames."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.lists.query import Cell, ColumnInfo, GroupHead
from desktop.lists.spec import Kind, Look
from desktop.models.kinds import is_number
from desktop.models.list_pages import ShownRow
from desktop.widgets.grid_columns import Slot
from desktop.widgets.grid_text import CELL_PADDING, TextCache, cell_font
from desktop.widgets.labels import ChipKind, draw_chip
from desktop.widgets.paint import draw_box, draw_icon, draw_text
from desktop.widgets.style import draw_check_box
from desktop.widgets.theme import color, font, metric

_FIGURE_WIDTH = 48
_FULL_BAR = Decimal("0.4")
"""A bar without a target is full at 40 %; with one, at twice the target, so that the tick stands in the middle."""

_STATES: dict[str, tuple[ChipKind, str]] = {
    "draft": ("warn", "pencil"),
    "new": ("info", "plus"),
    "open": ("info", "circle"),
    "planned": ("neutral", "calendar"),
    "scheduled": ("neutral", "calendar"),
    "released": ("info", "play"),
    "dispatched": ("info", "truck"),
    "travelling": ("info", "truck"),
    "working": ("accent", "wrench"),
    "in_progress": ("accent", "wrench"),
    "on_hold": ("warn", "pause"),
    "waiting": ("warn", "clock"),
    "done": ("success", "check"),
    "completed": ("success", "check"),
    "approved": ("success", "check"),
    "active": ("success", "check"),
    "posted": ("success", "check"),
    "in_service": ("success", "check"),
    "paid": ("success", "check"),
    "received": ("success", "check"),
    "blocked": ("danger", "lock"),
    "rejected": ("danger", "x"),
    "overdue": ("danger", "circle-alert"),
    "expired": ("danger", "circle-alert"),
    "cancelled": ("neutral", "x"),
    "closed": ("neutral", "lock"),
    "retired": ("neutral", "minus"),
    "ended": ("neutral", "minus"),
}
_ROLE_ICONS = {"success": "check", "warn": "triangle-alert", "danger": "circle-alert", "info": "info"}


def chip_of(value: str, look: Look | None) -> tuple[ChipKind, str]:
    """Kind and icon of a state's chip: its look, else what the word means everywhere, else neutral."""
    known = _STATES.get(value, ("neutral", "circle"))
    if look is None:
        return known
    return look.role, look.icon or (known[1] if value in _STATES else _ROLE_ICONS.get(look.role, "circle"))


def draw_chip_cell(painter: QPainter, cell: QRect, text: str, value: str, look: Look | None, cache: TextCache) -> None:
    """A chip, drawn once per state and kept as a picture."""
    kind, icon = chip_of(value, look)
    height = metric("control.chip")
    room = cell.width() - 8

    def draw(inner: QPainter) -> None:
        draw_chip(inner, QRectF(0, 0, width, height), text, kind, icon)

    width = min(30 + round(cache.width("chip", font(11, text=text), text) + 0.5), room)
    drawn = cache.stamp(("chip", text, kind, icon, width), width, height, painter.device().devicePixelRatio(), draw)
    painter.drawPixmap(cell.left() + 6, cell.top() + (cell.height() - 1 - height) // 2, drawn)


def draw_tick(painter: QPainter, cell: QRect, state: Qt.CheckState, cache: TextCache) -> None:
    """The check box of a row."""

    def draw(inner: QPainter) -> None:
        draw_check_box(inner, QRect(0, 0, 16, 16), state)

    drawn = cache.stamp(("tick", state), 16, 16, painter.device().devicePixelRatio(), draw)
    painter.drawPixmap(cell.left() + (cell.width() - 16) // 2, cell.top() + (cell.height() - 16) // 2, drawn)


def draw_bar(
    painter: QPainter,
    cell: QRect,
    slot: Slot,
    line: ShownRow | GroupHead,
    text: str,
    infos: Sequence[ColumnInfo],
    cache: TextCache,
) -> None:
    """A share as a bar 8 high with a tick at the target, its figure at the right in 48 px."""
    share, target = _share_of(line, slot, infos)
    role = "text.primary"
    if share is not None and cell.width() >= _FIGURE_WIDTH + 40:
        full = target * 2 if target else _FULL_BAR
        goal = target or full / 2
        kind = "success" if share >= goal else "warn" if share >= goal / 2 else "danger"
        room = cell.width() - 2 * CELL_PADDING - _FIGURE_WIDTH
        filled = max(4, round(room * min(max(share / full, Decimal(0)), Decimal(1))))
        _stamp_bar(painter, cell, (room, filled, kind, bool(target)), cache)
        role = "danger.fg" if share < 0 else role
    strong = isinstance(line, GroupHead)
    draw_text_cell(painter, cell, slot.info, text, role, None, cache, strong=strong)


def _stamp_bar(painter: QPainter, cell: QRect, shape: tuple[int, int, str, bool], cache: TextCache) -> None:
    room, filled, kind, ticked = shape

    def draw(inner: QPainter) -> None:
        draw_box(inner, QRectF(0, 2, room, 8), "neutral.bg", None, 2)
        draw_box(inner, QRectF(0, 2, filled, 8), f"{kind}.solid", None, 2)
        if ticked:
            inner.fillRect(room // 2, 0, 1, 12, color("text.tertiary"))

    drawn = cache.stamp(("bar", *shape), room, 12, painter.device().devicePixelRatio(), draw)
    painter.drawPixmap(cell.left() + CELL_PADDING, cell.top() + (cell.height() - 1) // 2 - 6, drawn)


def _share_of(line: ShownRow | GroupHead, slot: Slot, infos: Sequence[ColumnInfo]) -> tuple[Decimal | None, Decimal]:
    """The share and its target, which a group has where its rows' targets were totalled."""
    target: Cell = None
    if isinstance(line, GroupHead):
        value = line.totals.get(slot.info.key)
        target = line.totals.get(slot.info.target or "")
    else:
        value = line.row.cells[slot.column]
        for number, info in enumerate(infos):
            if info.key == slot.info.target:
                target = line.row.cells[number]
    share = Decimal(str(value)) if isinstance(value, int | Decimal) else None
    return share, Decimal(str(target)) if isinstance(target, int | Decimal) else Decimal(0)


def draw_boolean(painter: QPainter, cell: QRect, value: Cell, role: str) -> None:
    """A tick for yes, a quiet dash for no; an edit's word as it was chosen."""
    if isinstance(value, str):
        draw_text(painter, QRectF(cell.adjusted(8, 0, -8, -1)), value, font(12, text=value), role)
    elif value:
        draw_icon(painter, cell.left() + CELL_PADDING, cell.top() + 4, "check", "success.fg", 14)
    else:
        draw_text(painter, QRectF(cell.adjusted(8, 0, -8, -1)), "\u2013", font(12), "text.tertiary")


def draw_text_cell(
    painter: QPainter,
    cell: QRect,
    info: ColumnInfo,
    text: str,
    role: str,
    icon: str | None,
    cache: TextCache,
    *,
    strong: bool = False,
) -> None:
    """Text in a colour of its own, perhaps with an icon behind it."""
    used = cell_font(info, strong=strong)
    name = "strong" if strong else "code" if info.kind is Kind.CODE else "plain"
    room = cell.width() - 2 * CELL_PADDING - (16 if icon else 0)
    prepared, width, height, _ = cache.prepare(name, used, room, text or "\u2013")
    painter.setFont(used)
    painter.setPen(color(role if text else "text.tertiary"))
    x = cell.left() + CELL_PADDING
    if is_number(info.kind):
        x += room - width
    painter.drawStaticText(x, cell.top() + (cell.height() - 1 - height) // 2, prepared)
    if icon and text:
        draw_icon(painter, x + width + 4, cell.top() + (cell.height() - 1) // 2 - 6, icon, role, 12)


def draw_initials(painter: QPainter, cell: QRect, initials: str) -> None:
    """Who changed the cell: a chip of 20 × 16 at its left."""
    box = QRectF(cell.left() + 4, cell.top() + 4, 20, 16)
    draw_box(painter, box, "info.solid", None, 4)
    draw_text(painter, box, initials, font(11, 600, code=True), "accent.onSolid", "center")


def draw_frame(painter: QPainter, cell: QRect, role: str) -> None:
    """Two pixels inside the cell."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(color(role), 2)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRect(cell.adjusted(1, 1, -2, -2))
