"""Where a user left a list: what is remembered for him, and read back with care, since anybody may have written it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.domain.conditions import Condition, ConditionError, from_json, to_json
from desktop.lists.spec import Sort


@dataclass(frozen=True)
class Place:
    """`layout` is what the grid's columns say of themselves; `row` an id, `column` a number from the left."""

    view: str = ""
    columns: tuple[str, ...] = ()
    layout: Mapping[str, Any] | None = None
    condition: Condition | None = None
    search: str = ""
    sort: tuple[Sort, ...] = ()
    groups: tuple[str, ...] = ()
    row: int | None = None
    column: int | None = None

    def state(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "view": self.view,
            "columns": list(self.columns),
            "layout": self.layout,
            "condition": to_json(self.condition) if self.condition is not None else None,
            "search": self.search,
            "sort": [[each.column, each.descending] for each in self.sort],
            "groups": list(self.groups),
            "row": self.row,
            "column": self.column,
        }


def read(state: Mapping[str, Any]) -> Place:
    """What `Place.state` wrote; anything unknown or broken in it is left out."""
    layout, row, column = state.get("layout"), state.get("row"), state.get("column")
    return Place(
        view=str(state.get("view", "")),
        columns=_names(state.get("columns")),
        layout=layout if isinstance(layout, Mapping) else None,
        condition=_condition(state.get("condition")),
        search=str(state.get("search") or ""),
        sort=tuple(Sort(str(key), bool(down)) for key, down in _pairs(state.get("sort"))),
        groups=_names(state.get("groups")),
        row=row if isinstance(row, int) else None,
        column=column if isinstance(column, int) else None,
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _pairs(value: object) -> list[tuple[object, object]]:
    if not isinstance(value, list):
        return []
    return [(each[0], each[1]) for each in value if isinstance(each, list | tuple) and len(each) == 2]


def _condition(value: object) -> Condition | None:
    try:
        return from_json(value) if value else None
    except ConditionError:
        return None
