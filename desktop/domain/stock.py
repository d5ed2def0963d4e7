"""The stock desk without a screen: a draft, its lines and parts, and how it is changed.

A draft is a value; every function returns a new one. Quantities are in the item's base unit, costs in the company's
currency (moving average, for information: the database freezes the real one at posting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from desktop.domain.text import pick

ZERO = Decimal(0)
OVER_RECEIPT = Decimal("0.05")
"""Share by which a receipt may exceed its order line; the database holds the same default."""


class Mode(Enum):
    """What the desk is doing. The value is the document type in the database."""

    RECEIVE = "receipt"
    ISSUE = "issue"
    COUNTER = "counter_issue"
    RETURN = "return"
    TRANSFER = "transfer"
    SEND_BACK = "supplier_return"


CONDITIONS = ("good", "bad", "quarantine")


@dataclass(frozen=True)
class Owner:
    """Whose stock lies with us: a supplier's until it is used (`consigned`), else a customer's for his own orders."""

    id: int
    name: str = ""
    name_zh: str | None = None
    consigned: bool = False

    def display_name(self) -> str:
        return pick(self.name, self.name_zh)


@dataclass(frozen=True)
class Unit:
    """What a part may be counted in besides its own unit: one is `factor` of that. `usage`: both, purchase or issue."""

    uom: str
    name: str = ""
    name_zh: str | None = None
    digits: int = 0
    factor: Decimal = Decimal(1)
    usage: str = "both"
    spellings: tuple[str, ...] = ()
    """How its Chinese name is typed in Latin letters."""

    def display_name(self) -> str:
        return pick(self.uom, self.name_zh)


@dataclass(frozen=True)
class Holding:
    """Stock of a part in one place, lot and condition. `owner` is None where it is ours."""

    location_id: int
    location: str
    location_name: str = ""
    location_name_zh: str | None = None
    lot_id: int | None = None
    lot: str = ""
    expires_on: date | None = None
    condition: str = "good"
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    changed_on: date | None = None
    owner: Owner | None = None

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class Part:
    """An item as the desk needs it. `fits_asset` is None where nothing is known of its fit."""

    id: int
    code: str
    name: str = ""
    name_zh: str | None = None
    uom: str = "pc"
    uom_zh: str | None = None
    uom_name: str = ""
    digits: int = 0
    tracking: str = "none"
    cost: Decimal = ZERO
    allow_negative: bool = False
    retired: bool = False
    fits: tuple[str, ...] = ()
    fits_zh: tuple[str, ...] = ()
    fits_asset: bool | None = None
    substitutes: tuple[int, ...] = ()
    holdings: tuple[Holding, ...] = ()
    owned: tuple[Holding, ...] = ()
    """What lies with us and is not ours."""
    units: tuple[Unit, ...] = ()

    def display_name(self) -> str:
        return pick(self.name, self.name_zh)

    def fitting(self) -> str:
        """What it fits, in the language in force."""
        return pick(", ".join(self.fits), "、".join(self.fits_zh))

    def base_unit(self) -> str:
        return pick(self.uom, self.uom_zh)

    def lying(self, owner: Owner | None) -> tuple[Holding, ...]:
        """Its stock of that owner; of ours for None."""
        if owner is None:
            return self.holdings
        return tuple(each for each in self.owned if each.owner is not None and each.owner.id == owner.id)


@dataclass(frozen=True)
class Line:
    """One line of a draft. `expected` is what is reserved, still to come or still out; None where the line is extra.

    `quantity` and `expected` are in the part's own unit. `uom` is the unit in which the line is counted, `entered` the
    number that was typed in it; see `stock_units.counted`.
    """

    part: Part
    quantity: Decimal = ZERO
    expected: Decimal | None = None
    location_id: int | None = None
    location: str = ""
    lot_id: int | None = None
    lot: str = ""
    condition: str = "good"
    unit_cost: Decimal | None = None
    reservation_id: int | None = None
    purchase_line_id: int | None = None
    returns_move_id: int | None = None
    ordered: Decimal | None = None
    expires_on: date | None = None
    scanned_at: str = ""
    uom: str = ""
    entered: Decimal | None = None
    owner: Owner | None = None


@dataclass(frozen=True)
class Subject:
    """What the draft is for: a work order, a purchase order, an engineer. `facts` are shown beside the lines."""

    kind: str
    id: int
    code: str
    title: str = ""
    title_zh: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """The document being made. `current` is the line that a number or a place applies to, -1 for none.

    `owner` is whose goods a receipt brings where they do not become ours.
    """

    mode: Mode
    subject: Subject | None = None
    engineer_id: int | None = None
    lines: tuple[Line, ...] = ()
    current: int = -1
    from_place: tuple[int, str] | None = None
    to_place: tuple[int, str] | None = None
    owner: Owner | None = None
    reason: str = ""
    effective_on: date | None = None
    """The earlier day on which it happened; None for now."""

    @property
    def empty(self) -> bool:
        return self.subject is None and not self.lines and self.from_place is None and self.owner is None

    @property
    def filled(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.quantity > 0)


class Level(Enum):
    """How a line or a scan stands; each has an icon, so that colour is never alone."""

    OK = "ok"
    ACTIVE = "active"
    EXTRA = "extra"
    BAD = "bad"
    TODO = "todo"


@dataclass(frozen=True)
class Verdict:
    """The state of a line. `text` says why; `remedy` is what to do instead."""

    level: Level
    text: str = ""
    remedy: str = ""
    rule: str = ""
    short: str = ""
    """Both in fewer words, for narrow windows; empty where they are short already."""


@dataclass(frozen=True)
class Feedback:
    """What the desk says about a scan: level, code, headline, second line, and the count at the right."""

    level: Level
    code: str
    headline: str
    detail: str = ""
    step: str = ""
    count: str = ""
    chip: str = ""


# What a line takes, and what is there for it


def free_at(draft: Draft, line: Line) -> Decimal | None:
    """What may be taken where the line takes it: on hand less what others reserved. None where nothing is taken."""
    if draft.mode in (Mode.RECEIVE, Mode.RETURN):
        return None
    own = line.expected if line.reservation_id is not None and line.expected else ZERO
    wanted = taken_condition(draft, line)
    here = [h for h in line.part.lying(line.owner) if h.location_id == line.location_id and h.condition == wanted]
    if line.lot_id is not None or line.part.tracking != "none":
        here = [h for h in here if h.lot_id == line.lot_id]
    return sum((h.available for h in here), ZERO) + min(own, sum((h.reserved for h in here), ZERO))


def taken_condition(draft: Draft, line: Line) -> str:
    """The condition of what the line takes away: good, save what goes back to its supplier."""
    return line.condition if draft.mode is Mode.SEND_BACK else "good"


def owner_of(draft: Draft, line: Line) -> Owner | None:
    """Whose goods the line moves; None where they are ours."""
    return draft.owner if draft.mode is Mode.RECEIVE else line.owner


def left_after(draft: Draft, line: Line) -> Decimal:
    """What lies in the bin when the line is posted."""
    wanted = taken_condition(draft, line)
    lies = line.part.lying(owner_of(draft, line))
    here = sum((h.on_hand for h in lies if h.location_id == line.location_id and h.condition == wanted), ZERO)
    return here + line.quantity if draft.mode in (Mode.RECEIVE, Mode.RETURN) else here - line.quantity


# Changing a draft


def with_line(draft: Draft, index: int, line: Line) -> Draft:
    return replace(draft, lines=(*draft.lines[:index], line, *draft.lines[index + 1 :]), current=index)


def without_line(draft: Draft, index: int) -> Draft:
    """Take line `index` out; an expected one stays in the list with quantity 0."""
    if draft.lines[index].expected is not None:
        return with_line(draft, index, replace(draft.lines[index], quantity=ZERO))
    lines = (*draft.lines[:index], *draft.lines[index + 1 :])
    return replace(draft, lines=lines, current=min(index, len(lines) - 1))


def set_quantity(draft: Draft, index: int, quantity: Decimal) -> Draft:
    return with_line(draft, index, replace(draft.lines[index], quantity=max(quantity, ZERO)))


def repeat_above(draft: Draft, index: int) -> Draft:
    """The quantity and the bin of the line above (F4)."""
    if index <= 0:
        return draft
    above, line = draft.lines[index - 1], draft.lines[index]
    place = (above.location_id, above.location) if draft.mode is Mode.RECEIVE else (line.location_id, line.location)
    return with_line(draft, index, replace(line, quantity=above.quantity, location_id=place[0], location=place[1]))


def amount(line: Line) -> Decimal:
    """What a line is worth to us: nothing, where its goods are somebody else's."""
    if line.owner is not None:
        return ZERO
    cost = line.unit_cost if line.unit_cost is not None else line.part.cost
    return (line.quantity * cost).quantize(Decimal("0.01"))


def walk(draft: Draft) -> Sequence[Line]:
    """What is still to pick, in the order of the bins."""
    return sorted(
        (line for line in draft.lines if (line.expected or ZERO) > line.quantity), key=lambda line: line.location
    )
