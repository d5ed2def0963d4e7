"""What a list is: frozen data from which its query, grid, filter, export, import and permissions follow.

A spec knows no widget and calls nobody back. The SQL expression sits in the column, so that sort, filter, group,
subtotal and export cannot drift from the query. Labels and meanings come from the data dictionary by `source`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute

from desktop.domain.conditions import Condition

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]
Total = Literal["sum", "average", "none"]


class Kind(Enum):
    """How a value is typed, aligned, formatted, edited and exported: the only bridge to presentation."""

    TEXT = "text"
    CODE = "code"  # typed and scanned: slashed zero, sorted by bytes
    INTEGER = "integer"
    QUANTITY = "quantity"  # decimal, up to 4 places, in the row's unit
    MONEY = "money"  # decimal, 2 places
    PRICE = "price"  # decimal, 4 places
    PERCENT = "percent"  # a share: 0.357 is shown as 35.7 %
    DATE = "date"
    MONTH = "month"  # a date that stands for its month: the first day of it, shown as 2026-11
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"  # a text from the dictionary's allowed values
    STATE = "state"  # a choice shown as a chip with an icon
    BAR = "bar"  # a share with an in-cell bar and a target tick


@dataclass(frozen=True, kw_only=True)
class Look:
    """Conditional colour: where `when` holds for the row, the cell takes the semantic role."""

    when: Condition
    role: Literal["success", "warn", "danger", "info", "neutral"]
    icon: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list.

    `source` is the dictionary's ``table.column`` that names and explains it; derived from `expr` where that is a mapped
    attribute. `writes` is the column of the spec's own table that an edit changes; None means read only. A reference
    is shown by its code or name and written through `reference`: the key of the list in which the text is looked up,
    and `writes` then names the foreign key. `privilege` names a column grant without which the column is absent.
    """

    key: str
    expr: Expression
    kind: Kind = Kind.TEXT
    source: str | None = None
    expr_zh: Expression | None = None  # the second-language name; coalesce with expr when the reader works in Chinese
    order_by: Expression | None = None  # sorted by this instead: a stored pinyin key where names are shown
    width: int = 120
    shown: bool = True
    total: Total = "none"
    total_expr: Expression | None = None  # the aggregate itself where cells cannot be added: a rate
    writes: str | None = None
    required: bool = False
    reference: str | None = None  # list key whose `code_column` the entered text is looked up in
    opens: tuple[str, str] | None = None  # (record kind, key of the column that holds its id)
    target: str | None = None  # BAR: key of the column with the target share
    unit: str | None = None  # shown in the header: ¥, h
    privilege: str | None = None
    looks: tuple[Look, ...] = ()
    sortable: bool = True
    filterable: bool = True


@dataclass(frozen=True)
class Sort:
    column: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class View:
    """A ready-made view, shown as Alt+1…9; users save their own in the same form (erp.saved_view)."""

    key: str
    name: str
    name_zh: str
    columns: tuple[str, ...] = ()  # empty: the spec's shown columns in order
    condition: Condition | None = None
    sort: tuple[Sort, ...] = ()
    group_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Action:
    """A thing to do with the selected rows; the view that hosts the list binds `key` to an operation."""

    key: str
    name: str
    name_zh: str
    shortcut: str | None = None
    roles: frozenset[str] = frozenset()
    needs_rows: bool = True


@dataclass(frozen=True, kw_only=True)
class ListSpec:
    """A list: one query and everything that follows from it.

    `table` is the schema-less table that edits go to (with `version` for optimistic locking); `topics` are the change
    feed's topics that make the list stale. `search` names the kind for `api.search` (two-character Chinese words and
    pinyin initials); `code_column` is what references and scans are looked up by. Every sort is completed by the id:
    a large table needs an index ``(sort column, id) include (org_unit_id)`` for each order that must be instant: under
    row-level security it serves readers of one unit and of all alike.
    """

    key: str
    area: str
    name: str
    name_zh: str
    table: str
    row_id: Expression
    columns: tuple[Column, ...]
    joins: Callable[[Select[Any]], Select[Any]]
    version: Expression | None = None
    opens: str | None = None
    topics: tuple[str, ...] = ()
    sort: tuple[Sort, ...] = ()
    frozen: int = 2
    views: tuple[View, ...] = ()
    actions: tuple[Action, ...] = ()
    search: str | None = None
    code_column: str | None = None
    identified_by: tuple[tuple[str, ...], ...] = ()  # columns that together name a row in a pasted block with headings
    custom: Expression | None = None  # the table's `custom` jsonb: its fields appear as columns "custom.<key>"
    inserts: bool = False  # pasted or imported rows without a match may be added
    roles: frozenset[str] = frozenset()  # who sees the list at all; empty: everybody
    icon: str = "table"
    title_columns: tuple[str, ...] = field(default=())

    def column(self, key: str) -> Column:
        """The column of that key; KeyError where the list has none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(f"list {self.key!r} has no column {key!r}")
