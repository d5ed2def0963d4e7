"""Stock that lies with us and is not ours: which of it a line takes.

A supplier's consigned stock is ours to use and is bought in that moment; a customer's goes to his own orders alone.
Only a part that has such stock shows the choice.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.domain.stock import CONDITIONS, Draft, Holding, Line, Mode, Owner, Part, with_line
from desktop.domain.text import tr

TAKING = (Mode.ISSUE, Mode.COUNTER, Mode.TRANSFER)
"""Kinds of document whose lines choose whose stock they take."""


def owners(part: Part) -> tuple[Owner, ...]:
    """Whose stock of the part lies here, besides ours."""
    found: dict[int, Owner] = {}
    for each in part.owned:
        if each.owner is not None and each.on_hand > 0:
            found.setdefault(each.owner.id, each.owner)
    return tuple(found.values())


def shown(draft: Draft) -> bool:
    """Whether the desk has to say whose stock is meant at all."""
    if draft.mode is Mode.RECEIVE:
        return draft.owner is not None
    if any(line.owner for line in draft.lines):
        return True
    asked = (line for at, line in enumerate(draft.lines) if line.quantity or at == draft.current)
    return draft.mode in TAKING and any(owners(line.part) for line in asked)


def kind_of(owner: Owner | None) -> str:
    """What it means for the stock."""
    if owner is None:
        return tr("Ours")
    return tr("Consigned") if owner.consigned else tr("Customer's")


def next_owner(draft: Draft, index: int) -> Draft | None:
    """Line `index` takes the stock of the next owner, ours among them; None where all of it is ours."""
    line = draft.lines[index]
    turn = (None, *owners(line.part))
    if len(turn) == 1 or draft.mode not in TAKING:
        return None
    now = next((n for n, each in enumerate(turn) if each is not None and line.owner and each.id == line.owner.id), 0)
    return of_owner(draft, index, turn[(now + 1) % len(turn)])


def of_owner(draft: Draft, index: int, owner: Owner | None) -> Draft:
    """Line `index` takes that owner's stock, where it lies; the bin stays where he has some there."""
    line = replace(draft.lines[index], owner=owner)
    good = [each for each in line.part.lying(owner) if each.condition == "good"]
    free = [each for each in good if each.available > 0] or good
    here = [each for each in free if each.location_id == line.location_id]
    place = next(iter(here or free), None)
    if place is not None:
        line = _at(line, place)
    return with_line(draft, index, line)


def next_condition(draft: Draft, index: int) -> Draft:
    """Ctrl+G. What comes back: good, bad or quarantine in turn; what goes back to its supplier: of what lies there."""
    line = draft.lines[index]
    turn = CONDITIONS[CONDITIONS.index(line.condition) + 1 :] + CONDITIONS[: CONDITIONS.index(line.condition)]
    if draft.mode is Mode.RETURN:
        return with_line(draft, index, replace(line, condition=turn[0]))
    for condition in turn:
        place = next((each for each in _of_lot(line) if each.condition == condition and each.available > 0), None)
        if place is not None:
            return with_line(draft, index, _at(replace(line, condition=condition), place))
    return draft


def to_send_back(line: Line) -> Line:
    """A line of a receipt, with where its goods lie now: blocked ones, else where they were put, else any."""
    free = [each for each in _of_lot(line) if each.available > 0]
    same = [each for each in free if each.location_id == line.location_id and each.condition == line.condition]
    blocked = [each for each in free if each.condition != "good"]
    place = next(iter((blocked if line.condition == "good" else same) or same or free), None)
    return line if place is None else _at(replace(line, condition=place.condition), place)


def _of_lot(line: Line) -> list[Holding]:
    return [each for each in line.part.lying(line.owner) if line.lot_id is None or each.lot_id == line.lot_id]


def _at(line: Line, place: Holding) -> Line:
    line = replace(line, location_id=place.location_id, location=place.location)
    return replace(line, lot_id=place.lot_id, lot=place.lot) if line.part.tracking != "none" else line
