"""What is wrong with a draft of the stock desk: a verdict for each line, what bars posting, what can be put right.

The database judges again at posting; here it is said while the goods are still in hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from desktop.domain.figures import quantity_text
from desktop.domain.stock import (
    OVER_RECEIPT,
    ZERO,
    Draft,
    Level,
    Line,
    Mode,
    Verdict,
    amount,
    free_at,
    set_quantity,
    without_line,
)
from desktop.domain.text import pick, tr


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
              part=line.part.code, models=line.part.fitting())  # fmt: skip
    instead = replacement_for(draft, line)
    if instead is None:
        return Verdict(Level.BAD, text, tr("Put it back to {bin}.", bin=line.location), "wrong_part")
    remedy = tr("Reserved instead: {part}, bin {bin}, {count} on hand.",
                part=instead.part.code, bin=instead.location, count=quantity_text(_on_hand(instead)))  # fmt: skip
    short = tr(
        "Fits {models} only, not reserved. Reserved: {part}, bin {bin}, {count} on hand.",
        models=line.part.fitting(),
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


def _rest(expected: Decimal) -> str:
    if not expected:
        return tr("Nothing more is to come: take the line out.")
    return tr("Receive {count} only.", count=quantity_text(expected))


def _too_much(draft: Draft, line: Line) -> Verdict | None:
    if draft.mode is Mode.RECEIVE and line.expected is not None and line.quantity > line.expected:
        ordered = line.ordered or line.expected
        if line.quantity - line.expected > ordered * OVER_RECEIPT:
            return Verdict(Level.BAD, tr("{count} more than ordered, beyond the tolerance of {percent} %.",
                                         count=quantity_text(line.quantity - line.expected),
                                         percent=quantity_text(OVER_RECEIPT * 100)),
                           _rest(line.expected), "over")  # fmt: skip
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
    if faults:
        return tr("{count} lines must be fixed first. F9 goes to them.", count=faults)
    if not draft.filled:
        return tr("Nothing is filled in yet.")
    if draft.mode is Mode.TRANSFER and draft.to_place is None:
        return tr("Scan the bin to put them in.")
    return ""


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
