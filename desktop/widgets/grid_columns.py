"""The columns of a grid as they lie on the screen: order, widths, which are hidden, how many are frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.lists.query import ColumnInfo

CHECK_WIDTH = 32
MIN_WIDTH = 40
MAX_WIDTH = 800


@dataclass(frozen=True)
class Column:
    """One column's standing. `sized`: the user chose the width, so it is not widened for him."""

    key: str
    width: int
    hidden: bool = False
    sized: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A visible column: its position among the visible, its number in the model, and where it lies.

    `x` counts from the left edge of its own viewport (the frozen one or the scrolled one).
    """

    position: int
    column: int
    info: ColumnInfo
    x: int
    width: int
    frozen: bool


class ColumnLayout(QObject):
    """Order, widths and freezing; `changed` after each change, `shown_changed` when other data may be needed."""

    changed = Signal()
    shown_changed = Signal()

    def __init__(self, frozen: int = 0, *, checks: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frozen = frozen
        self.checks = checks
        self.columns: list[Column] = []
        self.slots: tuple[Slot, ...] = ()
        self.scroll_x = 0
        self.default: tuple[str, ...] = ()
        """Shown at first; empty for all."""
        self.frozen_width = 0
        self.scrolled_width = 0
        self._room = 0
        self._infos: dict[str, ColumnInfo] = {}
        self._numbers: dict[str, int] = {}

    def set_columns(self, keys: Sequence[str], infos: Sequence[ColumnInfo]) -> None:
        """Show `keys` in order; widths that are known stay."""
        known = {column.key: column for column in self.columns}
        self._infos = {info.key: info for info in infos}
        shown = [key for key in keys if key in self._infos]
        rest = [info.key for info in infos if info.key not in shown]
        self.columns = [
            replace(known.get(key) or Column(key, self._infos[key].width), hidden=number >= len(shown))
            for number, key in enumerate((*shown, *rest))
        ]
        self._lay_out()

    def set_loaded(self, loaded: Sequence[ColumnInfo]) -> None:
        """The model holds these columns, in this order."""
        self._numbers = {info.key: number for number, info in enumerate(loaded)}
        self._infos.update({info.key: info for info in loaded})
        self._lay_out()

    def shown_keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns if not column.hidden)

    def info(self, key: str) -> ColumnInfo:
        return self._infos[key]

    def infos(self) -> Mapping[str, ColumnInfo]:
        return self._infos

    def left(self, slot: Slot) -> int:
        """Where the slot's left edge lies in the grid's widget now."""
        return slot.x if slot.frozen else self.frozen_width + slot.x - self.scroll_x

    def slot_at(self, x: int) -> Slot | None:
        """The column under `x` of the grid's widget."""
        for slot in self.slots:
            left = self.left(slot)
            if left <= x < left + slot.width and (slot.frozen or x >= self.frozen_width):
                return slot
        return None

    def slot_of(self, key: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.info.key == key), None)

    def resize(self, key: str, width: int, *, by_user: bool = True) -> None:
        width = max(MIN_WIDTH, min(width, MAX_WIDTH))
        self.columns = [
            replace(column, width=width, sized=column.sized or by_user) if column.key == key else column
            for column in self.columns
        ]
        self._lay_out()

    def move(self, key: str, to: int) -> None:
        """Move a visible column to position `to` among the visible."""
        shown = [column for column in self.columns if not column.hidden]
        moved = next((column for column in shown if column.key == key), None)
        if moved is None:
            return
        shown.remove(moved)
        shown.insert(max(0, min(to, len(shown))), moved)
        self.columns = [*shown, *(column for column in self.columns if column.hidden)]
        self._lay_out()

    def set_hidden(self, key: str, hidden: bool) -> None:
        """Hide a column, or show it after the last visible one. The last one stays."""
        if hidden and len(self.shown_keys()) <= 1:
            return
        before = self.shown_keys()
        changed = [replace(column, hidden=hidden) for column in self.columns if column.key == key]
        shown = [column for column in self.columns if not column.hidden and column.key != key]
        rest = [column for column in self.columns if column.hidden and column.key != key]
        if not hidden:
            self.columns = [*shown, *changed, *rest]
        else:
            kept = [replace(c, hidden=hidden) if c.key == key else c for c in self.columns]
            self.columns = [c for c in kept if not c.hidden] + [c for c in kept if c.hidden]
        self._lay_out()
        if before != self.shown_keys():
            self.shown_changed.emit()

    def set_frozen(self, count: int) -> None:
        self.frozen = max(0, min(count, len(self.shown_keys()) - 1))
        self._lay_out()

    def set_room(self, width: int) -> None:
        """How wide the grid is: the last column takes what the others leave, unless it was sized by hand."""
        if width != self._room:
            self._room = width
            self._lay_out()

    def set_scroll(self, x: int) -> None:
        if x != self.scroll_x:
            self.scroll_x = x
            self.changed.emit()

    def state(self) -> dict[str, Any]:
        """As plain JSON: what `restore` takes."""
        return {
            "frozen": self.frozen,
            "widths": {column.key: column.width for column in self.columns if column.sized},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        widths = state.get("widths")
        if isinstance(widths, Mapping):
            self.columns = [
                replace(column, width=int(widths[column.key]), sized=True) if column.key in widths else column
                for column in self.columns
            ]
        frozen = state.get("frozen")
        if isinstance(frozen, int):
            self.frozen = frozen
        self._lay_out()

    def _lay_out(self) -> None:
        slots: list[Slot] = []
        frozen_x, x = CHECK_WIDTH if self.checks else 0, 0
        shown = [column for column in self.columns if not column.hidden and column.key in self._numbers]
        for position, column in enumerate(shown):
            frozen = position < self.frozen
            left = frozen_x if frozen else x
            number = self._numbers[column.key]
            slots.append(Slot(position, number, self._infos[column.key], left, column.width, frozen))
            if frozen:
                frozen_x += column.width
            else:
                x += column.width
        rest = self._room - frozen_x - x
        if slots and rest > 0 and not slots[-1].frozen and not shown[-1].sized:
            slots[-1] = replace(slots[-1], width=slots[-1].width + rest)
        self.slots = tuple(slots)
        self.frozen_width = frozen_x
        self.scrolled_width = sum(slot.width for slot in slots if not slot.frozen)
        self.changed.emit()
