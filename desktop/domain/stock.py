"""The stock desk without a screen: what a scan does to a draft, what is wrong with a line, what would be posted.

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

from desktop.domain.text import pick, tr

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
    fits_asset: bool | None = None
    substitutes: tuple[int, ...] = ()
    holdings: tuple[Holding, ...] = ()
    owned: tuple[Holding, ...] = ()
    """What lies with us and is not ours."""
    units: tuple[Unit, ...] = ()

    def display_name(self) -> str:
        return pick(self.name, self.name_zh)

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


def quantity_text(value: Decimal) -> str:
    """``3``, ``2.5``: no trailing zeros, a true minus sign."""
    text = f"{value.normalize():,f}" if value == value.to_integral() else f"{value:,.4f}".rstrip("0")
    return text.replace("-", "\N{MINUS SIGN}")


# What a line stands like


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


def verdict(draft: Draft, index: int) -> Verdict:
    """What is to be said about line `index`."""
    line = draft.lines[index]
    if line.quantity == 0:
        return Verdict(Level.TODO, _todo_text(draft, line))
    for check in (_wrong_part, _wrong_owner, _missing, _too_much):
        found = check(draft, line)
        if found is not None:
            return found
    if line.expected is None and draft.mode in (Mode.ISSUE, Mode.RECEIVE) and _has_expectations(draft):
        return Verdict(Level.EXTRA, _extra_text(draft, line))
    if line.expected is not None and line.quantity > line.expected:
        text = tr("{count} more than expected", count=quantity_text(line.quantity - line.expected))
        return Verdict(Level.EXTRA, text)
    expired = _expired(draft, line)
    if expired is not None:
        return expired
    if line.expected is not None and line.quantity < line.expected:
        return Verdict(Level.ACTIVE)
    return Verdict(Level.OK)


def _expired(draft: Draft, line: Line) -> Verdict | None:
    """A lot past its date that goes out, or one that arrives so: told, the database decides."""
    if draft.mode is Mode.TRANSFER or draft.mode is Mode.RETURN:
        return None
    known = (each.expires_on for each in line.part.holdings if line.lot_id and each.lot_id == line.lot_id)
    ends = line.expires_on or next(known, None)
    if ends is None or ends >= date.today():
        return None
    return Verdict(Level.EXTRA, tr("Lot {lot} expired on {day}", lot=line.lot, day=ends.isoformat()), rule="expired")


def _has_expectations(draft: Draft) -> bool:
    return any(line.expected is not None for line in draft.lines)


def _todo_text(draft: Draft, line: Line) -> str:
    return {
        Mode.ISSUE: tr("Reserved, not picked yet"),
        Mode.RECEIVE: tr("Ordered, not received yet"),
        Mode.RETURN: tr("Issued, nothing back"),
        Mode.SEND_BACK: tr("Received, not sent back"),
    }.get(draft.mode, "") if line.expected is not None else ""  # fmt: skip


def _extra_text(draft: Draft, line: Line) -> str:
    if draft.mode is Mode.RECEIVE:
        return tr("Extra: not on the order")
    if line.part.fits_asset:
        return tr("Extra: not reserved, fits the asset")
    return tr("Extra: not reserved")


def _wrong_part(draft: Draft, line: Line) -> Verdict | None:
    if line.expected is not None:
        return None
    if draft.mode is Mode.RETURN and draft.subject is not None:
        return Verdict(Level.BAD, tr("{part} was not issued to this order.", part=line.part.code), rule="wrong_part")
    if draft.mode is Mode.RECEIVE and draft.subject is not None:
        return Verdict(Level.BAD, tr("{part} is not on this purchase order.", part=line.part.code), rule="wrong_part")
    if draft.mode is Mode.SEND_BACK and draft.subject is not None:
        return Verdict(Level.BAD, tr("{part} did not come with this.", part=line.part.code), rule="wrong_part")
    if draft.mode is not Mode.ISSUE or line.part.fits_asset is not False:
        return None
    text = tr("{part} fits {models} only and is not reserved for this work order.",
              part=line.part.code, models=", ".join(line.part.fits))  # fmt: skip
    instead = replacement_for(draft, line)
    if instead is None:
        return Verdict(Level.BAD, text, tr("Put it back to {bin}.", bin=line.location), "wrong_part")
    remedy = tr("Reserved instead: {part}, bin {bin}, {count} on hand.",
                part=instead.part.code, bin=instead.location, count=quantity_text(_on_hand(instead)))  # fmt: skip
    short = tr(
        "Fits {models} only, not reserved. Reserved: {part}, bin {bin}, {count} on hand.",
        models=", ".join(line.part.fits),
        part=instead.part.code,
        bin=instead.location,
        count=quantity_text(_on_hand(instead)),
    )
    return Verdict(Level.BAD, text, remedy, "wrong_part", short)


def _wrong_owner(draft: Draft, line: Line) -> Verdict | None:
    """A customer's stock goes to his own orders alone; the database refuses the rest."""
    if draft.mode not in (Mode.ISSUE, Mode.COUNTER) or line.owner is None or line.owner.consigned:
        return None
    if draft.subject is not None and draft.subject.facts.get("customer_id") == line.owner.id:
        return None
    text = tr("This stock belongs to {owner}: it is for his own orders.", owner=line.owner.display_name())
    return Verdict(Level.BAD, text, tr("Ctrl+O takes other stock."), "owner")


def _on_hand(line: Line) -> Decimal:
    return sum((h.on_hand for h in line.part.holdings if h.location_id == line.location_id), ZERO)


def replacement_for(draft: Draft, line: Line) -> Line | None:
    """The reserved line that the wrong part was probably meant for: its substitute, else one of the same family."""
    open_lines = [other for other in draft.lines if other.expected is not None and other.quantity < other.expected]
    for other in open_lines:
        if other.part.id in line.part.substitutes or line.part.id in other.part.substitutes:
            return other
    family = line.part.code.rsplit("-", 1)[0]
    return next((other for other in open_lines if other.part.code.rsplit("-", 1)[0] == family), None)


def _missing(draft: Draft, line: Line) -> Verdict | None:
    if line.part.tracking != "none" and not line.lot:
        words = tr("Serial number missing.") if line.part.tracking == "serial" else tr("Lot missing.")
        return Verdict(Level.BAD, words, tr("Scan it, or type it into the scan field."), "lot")
    if line.location_id is None:
        return Verdict(Level.BAD, tr("No bin yet."), tr("Scan a bin."), "place")
    if draft.mode is Mode.TRANSFER and draft.to_place is not None and draft.to_place[0] == line.location_id:
        return Verdict(Level.BAD, tr("From and to are the same bin."), tr("Scan another bin."), "place")
    if round(line.quantity, line.part.digits) != line.quantity:
        return Verdict(Level.BAD, tr("{part} is counted in whole {unit}.", part=line.part.code,
                                     unit=pick(line.part.uom, line.part.uom_zh)), rule="digits")  # fmt: skip
    if line.part.tracking == "serial" and line.quantity != 1:
        return Verdict(Level.BAD, tr("A serial number is one piece."), rule="digits")
    return None


def _too_much(draft: Draft, line: Line) -> Verdict | None:
    if draft.mode is Mode.RECEIVE and line.expected is not None and line.quantity > line.expected:
        ordered = line.ordered or line.expected
        if line.quantity - line.expected > ordered * OVER_RECEIPT:
            return Verdict(Level.BAD, tr("{count} more than ordered, beyond the tolerance of {percent} %.",
                                         count=quantity_text(line.quantity - line.expected),
                                         percent=quantity_text(OVER_RECEIPT * 100)),
                           tr("Receive {count} only.", count=quantity_text(line.expected)), "over")  # fmt: skip
        return None
    if draft.mode is Mode.RETURN and line.expected is not None and line.quantity > line.expected:
        return Verdict(
            Level.BAD, tr("Only {count} can still come back.", count=quantity_text(line.expected)), rule="over"
        )
    if draft.mode is Mode.SEND_BACK and line.expected is not None and line.quantity > line.expected:
        return Verdict(
            Level.BAD, tr("Only {count} of that receipt are left.", count=quantity_text(line.expected)), rule="over"
        )
    free = free_at(draft, line)
    if free is not None and not line.part.allow_negative and line.quantity > free:
        lies = [h for h in line.part.lying(line.owner) if h.location_id == line.location_id]
        held = sum((h.on_hand for h in lies if h.condition != "good"), ZERO)
        if held and draft.mode is not Mode.SEND_BACK and line.quantity <= free + held:
            return Verdict(Level.BAD, tr("{count} in {bin} are bad or in quarantine.", count=quantity_text(held),
                                         bin=line.location),
                           tr("Take less, or scan another bin."), "over")  # fmt: skip
        return Verdict(Level.BAD, tr("Only {count} free in {bin}.", count=quantity_text(free), bin=line.location),
                       tr("Take less, or scan another bin."), "over")  # fmt: skip
    return None


def first_fault(draft: Draft) -> int:
    """The first line that must be mended before posting; -1 for none."""
    return next((n for n in range(len(draft.lines)) if verdict(draft, n).level is Level.BAD), -1)


def obstacle(draft: Draft) -> str:
    """Why the draft cannot be posted now, in words; empty when it can."""
    faults = sum(verdict(draft, n).level is Level.BAD for n in range(len(draft.lines)))
    if draft.mode is Mode.ISSUE and draft.subject is None:
        return tr("Scan the work order first.")
    if draft.mode is Mode.COUNTER and draft.engineer_id is None:
        return tr("Scan the engineer's badge first.")
    if draft.mode is Mode.RETURN and draft.subject is None:
        return tr("Scan the work order or the issue first.")
    if draft.mode is Mode.SEND_BACK and draft.subject is None:
        return tr("Scan the receipt or the purchase order first.")
    if faults == 1:
        return tr("1 line must be fixed first. F9 goes to it.")
    if faults:
        return tr("{count} lines must be fixed first. F9 goes to them.", count=faults)
    if not draft.filled:
        return tr("Nothing is filled in yet.")
    if draft.mode is Mode.TRANSFER and draft.to_place is None:
        return tr("Scan the bin to put them in.")
    return ""


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


def replaced(draft: Draft, index: int) -> Draft:
    """Put the reserved part in the place of the wrong one (F7): its line takes the quantity, the wrong line goes."""
    instead = replacement_for(draft, draft.lines[index])
    if instead is None:
        return draft
    target = draft.lines.index(instead)
    moved = set_quantity(draft, target, min(instead.expected or ZERO, instead.quantity + draft.lines[index].quantity))
    return replace(without_line(moved, index), current=target if target < index else target - 1)


@dataclass(frozen=True)
class Figures:
    """The totals of the action bar."""

    filled: int
    lines: int
    pieces: Decimal
    value: Decimal
    left: Decimal


def figures(draft: Draft) -> Figures:
    good = [
        line for n, line in enumerate(draft.lines) if line.quantity > 0 and verdict(draft, n).level is not Level.BAD
    ]
    return Figures(
        filled=len(good),
        lines=len(draft.lines),
        pieces=sum((line.quantity for line in good), ZERO),
        value=sum((amount(line) for line in good if draft.owner is None), ZERO),
        left=sum((max((line.expected or ZERO) - line.quantity, ZERO) for line in draft.lines), ZERO),
    )


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
