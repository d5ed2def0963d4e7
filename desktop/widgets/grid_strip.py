"""What the head and the filter row of a grid have in common: a strip over the columns, its frozen part standing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from desktop.widgets.grid_columns import CHECK_WIDTH, ColumnLayout, Slot
from desktop.widgets.theme import color


def paint_strip(
    painter: QPainter,
    columns: ColumnLayout,
    area: QRect,
    draw: Callable[[QPainter, Slot], None],
    draw_check: Callable[[QPainter], None],
) -> None:
    """Ground, the visible columns by `draw`, what stands over the check boxes by `draw_check`, and the edges."""
    frozen = columns.frozen_width
    painter.fillRect(area, color("surface.header"))
    painter.setClipRect(QRect(frozen, 0, area.width() - frozen, area.height()))
    for slot in columns.slots:
        if not slot.frozen and columns.left(slot) < area.width():
            draw(painter, slot)
    painter.setClipRect(QRect(0, 0, frozen, area.height()))
    for slot in columns.slots:
        if slot.frozen:
            draw(painter, slot)
    if columns.checks:
        draw_check(painter)
        painter.fillRect(CHECK_WIDTH - 1, 0, 1, area.height(), color("border.grid"))
    painter.setClipping(False)
    painter.fillRect(0, area.height() - 1, area.width(), 1, color("border.default"))
    if frozen:
        painter.fillRect(frozen - 2, 0, 2, area.height(), color("border.default"))
