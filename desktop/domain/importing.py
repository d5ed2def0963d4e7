"""What importing speaks of: fields of a target, faults of a cell, and what would become of each row.

Plain values, shared by the readers (exchange), the engine (operations) and the screen. A fault says its cause and its
remedy in the language in force when it is shown, not when it was found, so a switch of language needs no second run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from desktop.domain.text import sentences

Said = Callable[[], str]
"""A text in the language in force at the call: ``lambda: tr("…")``."""

FieldKind = Literal[
    "text", "code", "integer", "decimal", "money", "price", "rate", "date", "datetime", "boolean", "choice", "lookup"
]
Verdict = Literal["new", "changed", "same", "rejected"]


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be taken, and what its owner can do about it."""

    cause: Said
    remedy: Said

    def text(self) -> str:
        return sentences(self.cause(), self.remedy())


@dataclass(frozen=True)
class CellFault:
    """A fault at its place. `row` counts as the file does (the header is row 1); `column` is the file's header.

    `field` is the target's field, empty where the whole row is meant; `suggestion` a value that would be accepted.
    """

    row: int
    column: str
    field: str
    value: str
    fault: Fault
    suggestion: str | None = None


@dataclass(frozen=True)
class Choice:
    """One allowed value, with the words under which files know it."""

    value: str
    label: str
    label_zh: str


@dataclass(frozen=True)
class ImportField:
    """One field that a file may fill. Labels and meaning come from the data dictionary."""

    key: str
    kind: FieldKind
    label: str
    label_zh: str
    meaning: str = ""
    meaning_zh: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    aliases: tuple[str, ...] = ()
    custom: bool = False
    max_length: int = 2000
    currency: str = ""
    """Of an amount: what it is kept in, where that is known; a sign of another beside it is refused."""


@dataclass(frozen=True)
class TypedRow:
    """A row of the file after its cells were read: values by field; cells that could not be read are in `faults`."""

    number: int
    values: Mapping[str, object]
    faults: tuple[CellFault, ...] = ()
    fills: bool = False
    """It only fills what is empty in the record that it names: somebody said that both are one."""
    said: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The currencies that the signs beside amounts may mean, where what they are kept in was not known yet."""


@dataclass(frozen=True)
class Double:
    """What a new row may be a second one of: a record (`record_id`), or an earlier row of the file (`row`)."""

    number: int
    record_id: int | None
    row: int | None
    code: str
    name: str
    name_zh: str | None
    share: int
    """How alike they are, in percent."""


@dataclass(frozen=True)
class PlannedRow:
    """What importing a row would do. `old` holds the present values of the fields that would change."""

    number: int
    verdict: Verdict
    values: Mapping[str, object]
    shown: Mapping[str, str]
    old: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[CellFault, ...] = ()
    row_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """The outcome of a dry run, row by row in the order of the file."""

    target: str
    fields: tuple[ImportField, ...]
    rows: Sequence[PlannedRow]

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict == verdict for row in self.rows)

    def counts(self) -> dict[str, int]:
        return {
            "rows": len(self.rows),
            "new": self.count("new"),
            "changed": self.count("changed"),
            "same": self.count("same"),
            "rejected": self.count("rejected"),
        }

    def faults(self) -> tuple[CellFault, ...]:
        return tuple(fault for row in self.rows for fault in row.faults)

    def rejected(self) -> tuple[PlannedRow, ...]:
        return tuple(row for row in self.rows if row.verdict == "rejected")


@dataclass(frozen=True)
class ColumnMap:
    """Which column of the file fills which field; None = the column is left out. Keyed by the column's position."""

    fields: Mapping[int, str]
    remembered: bool = False

    def field_of(self, column: int) -> str | None:
        return self.fields.get(column)
