"""What is selected in a grid: the cursor, one rectangle, and rows that are ticked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from desktop.lists.query import Cell


@dataclass(frozen=True)
class Rect:
    """Lines and visible columns, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def contains(self, line: int, column: int) -> bool:
        return self.top <= line <= self.bottom and self.left <= column <= self.right

    @property
    def lines(self) -> int:
        return self.bottom - self.top + 1

    @property
    def columns(self) -> int:
        return self.right - self.left + 1

    @property
    def cells(self) -> int:
        return self.lines * self.columns


class Selection:
    """Cursor and anchor span the rectangle; ticks stand on their own and survive sorting and filtering."""

    def __init__(self) -> None:
        self.line = 0
        self.column = 0
        self.anchor_line = 0
        self.anchor_column = 0
        self.checked: dict[int, None] = {}

    @property
    def rect(self) -> Rect:
        lines = sorted((self.line, self.anchor_line))
        columns = sorted((self.column, self.anchor_column))
        return Rect(lines[0], columns[0], lines[1], columns[1])

    @property
    def single(self) -> bool:
        return (self.line, self.column) == (self.anchor_line, self.anchor_column)

    def move(self, line: int, column: int, *, extend: bool = False) -> None:
        self.line, self.column = line, column
        if not extend:
            self.anchor_line, self.anchor_column = line, column

    def span(self, rect: Rect) -> None:
        """Select a rectangle with the cursor at its upper left."""
        self.line, self.column = rect.top, rect.left
        self.anchor_line, self.anchor_column = rect.bottom, rect.right

    def clamp(self, lines: int, columns: int) -> None:
        """Stay inside a list that became shorter or lost columns."""
        last_line, last_column = max(0, lines - 1), max(0, columns - 1)
        self.line, self.anchor_line = min(self.line, last_line), min(self.anchor_line, last_line)
        self.column, self.anchor_column = min(self.column, last_column), min(self.anchor_column, last_column)

    def toggle(self, row_id: int) -> None:
        if row_id in self.checked:
            del self.checked[row_id]
        else:
            self.checked[row_id] = None


@dataclass(frozen=True)
class Figures:
    """What the footer says of the selection; the figures are None where no cell is a number."""

    cells: int
    numbers: int = 0
    total: Decimal | None = None
    smallest: Decimal | None = None
    largest: Decimal | None = None

    @property
    def average(self) -> Decimal | None:
        return self.total / self.numbers if self.total is not None and self.numbers else None


def figures(cells: int, values: Iterable[Cell]) -> Figures:
    """Sum, smallest and largest of the numbers among `values`; dates, texts and yes/no do not count."""
    numbers = [Decimal(value) for value in values if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    if not numbers:
        return Figures(cells)
    return Figures(cells, len(numbers), sum(numbers, Decimal()), min(numbers), max(numbers))
