"""Values of a form as plain JSON and back: what a closed tab keeps of unsaved work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from desktop.operations.records import Referred
from desktop.runtime.context import Found


def packed(value: Any) -> Any:
    """A value that JSON does not know, under a key that says what it is."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Found):
        return {"found": [value.id, value.code, value.name]}
    if isinstance(value, Referred):
        return {"referred": [value.id, value.code, value.name, value.name_zh]}
    return value


def unpacked(value: Any) -> Any:
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    ((kind, inner),) = value.items()
    makers: dict[str, Callable[[], Any]] = {
        "decimal": lambda: Decimal(inner),
        "date": lambda: date.fromisoformat(inner),
        "found": lambda: Found("", *inner),
        "referred": lambda: Referred(*inner),
    }
    return makers[kind]() if kind in makers else value
