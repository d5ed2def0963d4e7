"""What a grid asks and what it gets: immutable values that cross the thread boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from desktop.domain.conditions import Condition
from desktop.lists.spec import Kind, Look, Sort, Total

Cell = str | int | Decimal | bool | date | datetime | None


@dataclass(frozen=True)
class ListQuery:
    """What is shown: columns in order, condition, search text, sort and groups."""

    columns: tuple[str, ...]
    condition: Condition | None = None
    search: str = ""
    sort: tuple[Sort, ...] = ()
    group_by: tuple[str, ...] = ()

    def but(self, **changes: Any) -> ListQuery:
        return replace(self, **changes)


@dataclass(frozen=True)
class ColumnInfo:
    """A column as one reader sees it: labelled in his language, with what he may do to it."""

    key: str
    label: str
    kind: Kind
    width: int
    editable: bool
    required: bool
    total: Total
    total_live: bool = True  # the total is the sum or average of the cells, so a spreadsheet can compute it
    sortable: bool = True
    filterable: bool = True
    source: str | None = None
    meaning: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (value, label in the reader's language), in order
    reference: str | None = None
    opens: tuple[str, str] | None = None
    target: str | None = None
    unit: str | None = None
    looks: tuple[Look, ...] = ()
    custom: bool = False
    currency: str = ""  # of an amount: what it is in where its row names no other
    also: str = ""  # the label in the other language: suppliers head their sheets in their own


@dataclass(frozen=True)
class Row:
    """One record: id, version (0 where the list cannot be edited) and the cells in the query's column order."""

    id: int
    version: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class GroupHead:
    """One group: the values of the grouping columns down to its depth, its number of rows and its subtotals."""

    values: tuple[Cell, ...]
    count: int
    totals: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        return len(self.values) - 1


@dataclass(frozen=True)
class Count:
    """How many rows; `exact` is False for a first estimate and where a search was cut at 5,000 hits (`cut`)."""

    value: int
    exact: bool
    cut: bool = False


@dataclass(frozen=True)
class CellEdit:
    """One cell to save: the version that the user saw makes a colleague's change in between a conflict."""

    row_id: int
    version: int
    column: str
    value: Cell
    base: Cell = None


@dataclass(frozen=True)
class CellError:
    """Why a cell was refused: in the reader's language, with cause and remedy."""

    row_id: int
    column: str
    message: str


@dataclass(frozen=True)
class Conflict:
    """A cell that a colleague changed since it was read."""

    row_id: int
    column: str
    mine: Cell
    theirs: Cell
    base: Cell
    by: str
    at: datetime | None
    version: int


@dataclass(frozen=True)
class SaveResult:
    """All edits of one save, or none: `errors` and `conflicts` are empty exactly when it was committed."""

    saved: tuple[Row, ...] = ()
    errors: tuple[CellError, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class ListSource(Protocol):
    """What a list model calls, on a worker thread, for one list and one reader. Implemented in operations.lists."""

    def columns(self) -> tuple[ColumnInfo, ...]:
        """All columns that the reader may see, custom fields included."""
        ...

    def count(self, query: ListQuery, *, exact: bool) -> Count: ...

    def groups(self, query: ListQuery) -> tuple[GroupHead, ...]:
        """Heads of all groups, all depths, in display order (parent before its children). Empty without grouping."""
        ...

    def rows(self, query: ListQuery, *, group: tuple[Cell, ...], start: int, limit: int) -> tuple[Row, ...]:
        """Rows `start` … `start + limit` of a group (the whole list for an empty one), by keyset where possible."""
        ...

    def ids(self, query: ListQuery, groups: tuple[tuple[Cell, ...], ...]) -> tuple[Sequence[int], ...]:
        """The ids of all rows of each of `groups` (the whole list for an empty one) in the order of `rows`."""
        ...

    def rows_by_id(self, query: ListQuery, ids: tuple[int, ...]) -> tuple[Row, ...]: ...

    def position(self, query: ListQuery, row_id: int) -> int | None:
        """Where a row stands in the order shown; None when the condition excludes it."""
        ...

    def totals(self, query: ListQuery) -> Mapping[str, Cell]:
        """Grand totals of the columns that have one."""
        ...

    def values(self, query: ListQuery, column: str, text: str, limit: int) -> tuple[tuple[Cell, int], ...]:
        """Distinct values of a column with their counts, for the value filter."""
        ...

    def save(self, query: ListQuery, edits: tuple[CellEdit, ...], *, request_id: str) -> SaveResult: ...
