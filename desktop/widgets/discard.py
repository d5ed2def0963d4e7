"""Taking widgets away for good, without a flash.

A widget that a layout has just taken is shown a moment later. Who takes it out within that moment, without hiding it
first, gets it shown all the same: as a window of its own that takes the keyboard away. So all widgets are removed here.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget


def take_out(widget: QWidget) -> None:
    """Out of its parent; it stays hidden until it is shown in another."""
    widget.hide()
    widget.setParent(None)


def discard(widget: QWidget) -> None:
    """Away with it."""
    take_out(widget)
    widget.deleteLater()


def discard_all(layout: QLayout, keep: int = 0) -> None:
    """All but the last `keep` items of a layout, and of the layouts in it."""
    while layout.count() > keep:
        item = layout.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            discard(widget)
        elif inner is not None:
            discard_all(inner)
