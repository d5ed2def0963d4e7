"""What a form works with: its kind as declared, the record as read, the draft as wanted, and how saving fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from db.errors import UserError
from db.orm.base import Base
from desktop.domain.text import pick

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key of a form: shown as code and name, picked by F7 from the list `lookup`."""

    model: type[Base]
    lookup: str
    code: str = "code"
    name: str = "name"
    name_zh: str | None = "name_zh"


@dataclass(frozen=True, kw_only=True)
class LineKind:
    """Lines that belong to a record and are saved with it; `read_only` ones are shown but never written.

    `identity` is the column that tells a line from its sisters. Lines that `retire` are given an end date instead of
    being deleted, and are no longer shown. `catalogues`: columns chosen from a small table by its code.
    """

    name: str
    model: type[Base]
    parent: str
    columns: tuple[str, ...]
    order: str
    references: Mapping[str, Reference] = field(default_factory=dict)
    catalogues: Mapping[str, type[Base]] = field(default_factory=dict)
    numbered: bool = False  # line_no is given by position
    derived: frozenset[str] = frozenset()  # shown, but worked out by the database
    read_only: bool = False
    identity: str = "id"
    retire: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordKind:
    """One kind of form. `reads` are shown only; `writes` may be edited where the user's grants allow it.

    `catalogues` are columns chosen from a small table by its code (units of measure). `linked` names the table and
    column that tie the record to its units, where it has none of its own.
    """

    key: str
    model: type[Base]
    title: str  # the column that names the record in a tab: code or number
    writes: tuple[str, ...]
    reads: tuple[str, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    lines: tuple[LineKind, ...] = ()
    fills: tuple[str, ...] = ()  # left to the database when empty on insert: number, due_at
    catalogues: Mapping[str, type[Base]] = field(default_factory=dict)
    linked: tuple[str, str] | None = None
    entered_by: str | None = None  # the function that makes a new one, where a plain insert could not


@dataclass(frozen=True)
class Referred:
    """A record that another one points to."""

    id: int
    code: str
    name: str
    name_zh: str | None


@dataclass(frozen=True)
class Record:
    """One record as read: plain values, what its foreign keys mean, and its lines. A new one has no id.

    `writable` are the columns that this person may change in this record; `line_writes` by name of line the columns he
    may change there, `line_inserts` the lines that he may add and take out.
    """

    kind: str
    id: int | None
    version: int
    values: Values
    referred: Mapping[str, Referred] = field(default_factory=dict)
    lines: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    writable: frozenset[str] = frozenset()
    line_writes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    line_inserts: frozenset[str] = frozenset()

    def title(self, kind: RecordKind) -> str:
        return pick(str(self.values.get(kind.title) or ""), self.values.get(f"{kind.title}_zh"))

    def editable(self) -> bool:
        """Whether there is anything in it that this person may change."""
        return bool(self.writable or self.line_inserts or any(self.line_writes.values()))


@dataclass(frozen=True)
class Draft:
    """What a form wants to save: changed values, and per kind of line that was changed the whole wanted set in order.

    A line is ``(identity or None, values)``; lines that are left out are removed. `base` holds the values that the user
    saw, where they are not those of the record that he hands in.
    """

    values: Values
    lines: Mapping[str, tuple[tuple[int | None, Values], ...]] = field(default_factory=dict)
    base: Values = field(default_factory=dict)


@dataclass(frozen=True)
class FieldConflict:
    """A field, ``custom.<key>`` or ``lines.<name>`` that two people changed differently."""

    field: str
    mine: Any
    theirs: Any
    base: Any


class ChangedMeanwhile(UserError):
    """A colleague saved the record since it was read. Carries who, when, the fields at odds and the new record."""

    def __init__(self, *, by: str, at: datetime | None, conflicts: tuple[FieldConflict, ...], record: Record) -> None:
        super().__init__(
            code="ER003",
            message_en=f"This record was changed by {by or 'a colleague'} while you were editing it.",
            message_zh=f"您编辑期间，{by or '同事'}已修改了此记录。",
            remedy_en="Choose for each field: keep mine, or take theirs.",
            remedy_zh="请逐项选择：保留我的，或采用对方的。",
        )
        self.by = by
        self.at = at
        self.conflicts = conflicts
        self.record = record


class RecordNotFound(UserError):
    """It does not exist, or it lies outside the units that this person may see."""

    def __init__(self) -> None:
        super().__init__(
            code="ER004",
            message_en="This record does not exist or belongs to a unit that you may not see.",
            message_zh="此记录不存在，或属于您无权查看的组织单元。",
            remedy_en="Ask your administrator if you need access to that unit.",
            remedy_zh="如需查看该单元，请联系系统管理员。",
        )


class NotYoursToChange(UserError):
    """Readable here, writable only for others."""

    def __init__(self) -> None:
        super().__init__(
            code="ER001",
            message_en="You may read this record but not change it.",
            message_zh="您可以查看此记录，但无权修改。",
            remedy_en="Ask a colleague of its unit, or your administrator.",
            remedy_zh="请联系该单元的同事或系统管理员。",
        )
