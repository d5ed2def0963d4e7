"""A draft of the stock desk as plain JSON and back: what is suspended is kept on the workstation and offered again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from desktop.domain.stock import Draft, Holding, Line, Mode, Owner, Part, Subject, Unit

_DECIMALS = frozenset(
    {"quantity", "expected", "unit_cost", "cost", "on_hand", "reserved", "ordered", "entered", "factor"}
)
_DATES = frozenset({"expires_on", "changed_on"})


def to_json(value: Any) -> Any:
    """Dataclasses become objects, decimals and dates texts."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, Mapping):
        return {key: to_json(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_json(each) for each in value]
    return value


def holding_from(data: Mapping[str, Any]) -> Holding:
    return Holding(**{**_known(Holding, data), "owner": owner_from(data)})


def owner_from(data: Mapping[str, Any]) -> Owner | None:
    """Whose it is: flat as the database says it, or as a kept draft has it."""
    kept = data.get("owner")
    if isinstance(kept, Mapping):
        return Owner(**_known(Owner, kept))
    if data.get("owner_id") is None:
        return None
    return Owner(int(data["owner_id"]), str(kept or ""), data.get("owner_zh"), bool(data.get("consigned")))


def _unit_from(data: Mapping[str, Any]) -> Unit:
    spellings = tuple(str(each) for each in data.get("spellings") or () if each)
    return Unit(**{**_known(Unit, data), "spellings": spellings})


def part_from(data: Mapping[str, Any]) -> Part:
    """A part as the database or a kept draft describes it."""
    known = _known(Part, data)
    known["fits"] = tuple(data.get("fits") or ())
    known["fits_zh"] = tuple(data.get("fits_zh") or ())
    known["substitutes"] = tuple(data.get("substitutes") or ())
    known["holdings"] = tuple(holding_from(each) for each in data.get("holdings") or ())
    known["owned"] = tuple(holding_from(each) for each in data.get("owned") or ())
    known["units"] = tuple(_unit_from(each) for each in data.get("units") or ())
    if known.get("cost") is None:  # the reader may not see costs
        known.pop("cost", None)
    return Part(**known)


def line_from(data: Mapping[str, Any], **more: Any) -> Line:
    known = _known(Line, data)
    known["part"] = part_from(data["part"])
    known["owner"] = owner_from(data)
    return Line(**{**known, **more})


def draft_from(data: Mapping[str, Any]) -> Draft:
    subject = data.get("subject")
    return Draft(
        mode=Mode(data["mode"]),
        subject=Subject(**_known(Subject, subject)) if subject else None,
        engineer_id=data.get("engineer_id"),
        lines=tuple(line_from(each) for each in data.get("lines") or ()),
        current=int(data.get("current", -1)),
        from_place=_place(data.get("from_place")),
        to_place=_place(data.get("to_place")),
        owner=owner_from(data),
        reason=str(data.get("reason") or ""),
        effective_on=date.fromisoformat(data["effective_on"]) if data.get("effective_on") else None,
    )


def _place(data: Sequence[Any] | None) -> tuple[int, str] | None:
    return (int(data[0]), str(data[1])) if data else None


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `kind` found in `data`, typed; empty codes stay empty texts."""
    found = {}
    for each in fields(kind):
        if each.name not in data:
            continue
        value = data[each.name]
        if each.name in _DECIMALS and value is not None:
            value = Decimal(str(value))
        elif each.name in _DATES and value:
            value = date.fromisoformat(str(value)[:10])
        elif value is None and each.default == "":
            value = ""
        found[each.name] = value
    return found
