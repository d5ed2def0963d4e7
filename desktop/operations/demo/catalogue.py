"""The demo company's cast: branches, customers, equipment, parts, people. Invented names, the real trade.

The words stand in resources/demo/cast.json, in English and Chinese. Everything else (dates, prices, history) is drawn
from these by the generators.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[2] / "resources" / "demo" / "cast.json"


@dataclass(frozen=True)
class Branch:
    """A branch with its warehouse; `prefix` starts the codes of its places, `weight` is its share of the work."""

    code: str
    name: str
    name_zh: str
    city: str
    city_zh: str
    prefix: str
    weight: int


@dataclass(frozen=True)
class Equipment:
    """A class of asset: code prefix, makers with their models, the skill it needs, what a part kit holds."""

    code: str
    name: str
    name_zh: str
    makers: tuple[tuple[str, str, tuple[str, ...]], ...]
    skill: str
    price: int
    icon: str = "cog"


@dataclass(frozen=True)
class Customer:
    """A customer with its contract: equipment class, assets covered, term in months around today."""

    code: str
    name: str
    name_zh: str
    customer_class: str
    industry: str
    equipment: str
    contract: str
    contract_type: str
    assets: int
    since_months: int
    until_months: int
    annual_value: int
    discount: str
    branch: str


@dataclass(frozen=True)
class Part:
    """A part; `fits` are equipment classes, empty for general use. Cost per unit in CNY."""

    code: str
    name: str
    name_zh: str
    category: str
    uom: str
    cost: str
    supplier: str
    fits: tuple[str, ...] = ()
    tracking: str = "none"
    bin: str = ""


@dataclass(frozen=True)
class Person:
    """An engineer: skills as (code, level 1–3), certificates by code."""

    name: str
    name_zh: str
    initials: str
    branch: str
    skills: tuple[tuple[str, int], ...]
    certificates: tuple[str, ...] = ()
    rate: int = 240


@dataclass(frozen=True)
class DemoUser:
    """A demo log-in: one job, one branch (or the whole company), or no business rows at all."""

    user_name: str
    name: str
    name_zh: str
    branch: str | None
    language: str = "zh"
    whole_company: bool = False
    may_write: bool = True


@dataclass(frozen=True)
class Cast:
    """All of it. `plain` are the small tables without a class of their own, as rows of words and numbers."""

    branches: tuple[Branch, ...]
    equipment: tuple[Equipment, ...]
    customers: tuple[Customer, ...]
    parts: tuple[Part, ...]
    engineers: tuple[Person, ...]
    users: tuple[DemoUser, ...]
    plain: dict[str, list[list[Any]]]


@cache
def cast() -> Cast:
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return Cast(
        tuple(Branch(**row) for row in content["branches"]),
        tuple(Equipment(**_tuples(row)) for row in content["equipment"]),
        tuple(Customer(**row) for row in content["customers"]),
        tuple(Part(**_tuples(row)) for row in content["parts"]),
        tuple(Person(**_tuples(row)) for row in content["engineers"]),
        tuple(DemoUser(**row) for row in content["users"]),
        {key: rows for key, rows in content.items() if rows and isinstance(rows[0], list)},
    )


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
