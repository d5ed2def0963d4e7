"""What a scan does to a draft of the stock desk, and what the desk says about it.

A part takes the line that waits for it; one order line that arrives as several lots or serial numbers is split, so that
each piece keeps its own number and what is still to come stays right.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from desktop.domain.figures import quantity_text
from desktop.domain.stock import (
    ZERO,
    Draft,
    Feedback,
    Holding,
    Level,
    Line,
    Mode,
    Part,
    Verdict,
    free_at,
    set_quantity,
    with_line,
)
from desktop.domain.stock_units import counted
from desktop.domain.stock_verdicts import replacement_for, verdict
from desktop.domain.text import tr


def scan_part(
    draft: Draft,
    part: Part,
    *,
    lot: Holding | None = None,
    at: str = "",
    pack: Decimal | None = None,
    uom: str = "",
) -> tuple[Draft, Feedback]:
    """A part was scanned: its open line takes one more, or what is still to come; an unlisted one gets a new line.

    The code of a `pack` counts what it holds, in every mode; the line is then counted in its unit `uom`.
    """
    index = _line_for(draft, part, lot)
    if index < 0 and split_from(draft, part) >= 0:
        draft = split(draft, split_from(draft, part))
        index = draft.current
    if index < 0:
        line = _new_line(draft, part, lot)
        draft = replace(draft, lines=(*draft.lines, line), current=len(draft.lines))
        index = draft.current
    line = draft.lines[index]
    if lot is not None and line.lot_id != lot.lot_id:
        line = replace(line, lot_id=lot.lot_id, lot=lot.lot)
        if draft.mode not in (Mode.RECEIVE, Mode.RETURN, Mode.SEND_BACK):
            line = replace(line, location_id=lot.location_id, location=lot.location)
    step = pack or _step(draft, line)
    line = replace(line, part=part, quantity=line.quantity + step, entered=None, uom=uom or line.uom, scanned_at=at)
    draft = with_line(draft, index, line)
    return draft, feedback(draft, index, step)


def _step(draft: Draft, line: Line) -> Decimal:
    """How much one scan adds: a receipt fills in all that is still to come, everything else counts single pieces."""
    if (
        draft.mode is Mode.RECEIVE
        and line.expected is not None
        and line.quantity < line.expected
        and line.part.tracking != "serial"
    ):
        return line.expected - line.quantity
    return Decimal(1)


def _line_for(draft: Draft, part: Part, lot: Holding | None) -> int:
    same = [n for n, line in enumerate(draft.lines) if line.part.id == part.id]
    if lot is not None:
        exact = [n for n in same if draft.lines[n].lot_id == lot.lot_id]
        empty = [n for n in same if draft.lines[n].quantity == 0]
        same = exact or empty
    if part.tracking == "serial":
        same = [n for n in same if draft.lines[n].quantity == 0]
    elif part.tracking == "lot" and lot is None and draft.mode is Mode.RECEIVE:
        same = [n for n in same if not draft.lines[n].lot] or _full(draft, same)
    unfinished = [n for n in same if (draft.lines[n].expected or ZERO) > draft.lines[n].quantity]
    found = unfinished or same
    return found[0] if found else -1


def _full(draft: Draft, numbers: list[int]) -> list[int]:
    """Lines whose lot is named count on only where nothing of the order is left for another lot."""
    return [] if any(_rest(draft.lines[n]) > 0 for n in numbers) else numbers


def _rest(line: Line) -> Decimal:
    return (line.expected or ZERO) - line.quantity


def split_from(draft: Draft, part: Part) -> int:
    """The line whose rest may go to another lot or serial number of the part; -1 for none."""
    if part.tracking == "none" or draft.mode is not Mode.RECEIVE:
        return -1
    open_lines = (
        n for n, line in enumerate(draft.lines) if line.part.id == part.id and line.quantity > 0 and _rest(line) > 0
    )
    return next(open_lines, -1)


def split(draft: Draft, index: int) -> Draft:
    """Close line `index` at what it holds; what is still to come gets a line of its own under it."""
    line = draft.lines[index]
    done = replace(line, expected=line.quantity)
    rest = replace(line, quantity=ZERO, expected=_rest(line), lot="", lot_id=None, expires_on=None, scanned_at="")
    lines = (*draft.lines[:index], done, rest, *draft.lines[index + 1 :])
    return replace(draft, lines=lines, current=index + 1)


def next_serial(draft: Draft, code: str) -> Draft | None:
    """The next serial number of the part that is being received; None where none is awaited."""
    if not 0 <= draft.current < len(draft.lines):
        return None
    part = draft.lines[draft.current].part
    index = split_from(draft, part)
    if part.tracking != "serial" or index < 0:
        return None
    split_draft = split(draft, index)
    at = split_draft.current
    return with_line(split_draft, at, replace(split_draft.lines[at], lot=code, quantity=Decimal(1)))


def adopt(opened: Draft, draft: Draft) -> Draft:
    """What was scanned before the order was: each line takes the place that waits for it in the opened draft."""
    opened = replace(opened, effective_on=draft.effective_on)
    for line in draft.filled:
        lot = _lot_of(line)
        opened, _ = scan_part(opened, line.part, lot=lot, at=line.scanned_at)
        opened = set_quantity(opened, opened.current, line.quantity)
    return opened


def substitute_place(part: Part) -> Holding | None:
    """Where a substitute is free: good, the earliest expiry first."""
    free = (each for each in part.holdings if each.condition == "good" and each.available > 0 and not _run_out(each))
    return next(free, None)


def _run_out(holding: Holding) -> bool:
    return holding.expires_on is not None and holding.expires_on < date.today()


def take_substitute(draft: Draft, index: int, part: Part) -> Draft:
    """What line `index` is short of is taken from the substitute; the line keeps what is free."""
    line = draft.lines[index]
    free = max(free_at(draft, line) or ZERO, ZERO)
    missing = line.quantity - free
    if missing <= 0:
        return draft
    draft = set_quantity(draft, index, free)
    draft, _ = scan_part(draft, part)
    taken = draft.lines[draft.current].quantity
    draft = set_quantity(draft, draft.current, taken - 1 + missing)
    if free == 0 and line.expected is None:
        at = draft.current
        draft = replace(draft, lines=(*draft.lines[:index], *draft.lines[index + 1 :]))
        draft = replace(draft, current=at - 1 if at > index else at)
    return draft


def _lot_of(line: Line) -> Holding | None:
    return next((each for each in line.part.holdings if each.lot_id == line.lot_id), None) if line.lot_id else None


def _new_line(draft: Draft, part: Part, lot: Holding | None) -> Line:
    holding = lot or suggested(draft, part)
    line = Line(part=part)
    if draft.mode is Mode.RECEIVE:
        home = (holding.location_id, holding.location) if holding is not None and holding.location_id else None
        place = draft.to_place or home or _last_place(draft)
        line = replace(line, unit_cost=part.cost)
        return line if place is None else replace(line, location_id=place[0], location=place[1])
    if holding is not None:
        line = replace(line, location_id=holding.location_id, location=holding.location,
                       lot_id=holding.lot_id, lot=holding.lot)  # fmt: skip
    if draft.from_place is not None and draft.mode is Mode.TRANSFER and lot is None:
        line = replace(line, location_id=draft.from_place[0], location=draft.from_place[1])
    return line


def _last_place(draft: Draft) -> tuple[int, str] | None:
    for line in reversed(draft.lines):
        if line.location_id is not None:
            return line.location_id, line.location
    return None


def suggested(draft: Draft, part: Part) -> Holding | None:
    """Where to take it from: the lot that expires first (FEFO), then the place with the most; vans last.

    The database sends holdings in that order. What has run out already comes last of all.
    """
    good = [h for h in part.holdings if h.condition == "good" and h.available > 0]
    good.sort(key=_run_out)
    if draft.mode is Mode.TRANSFER and draft.from_place is not None:
        good = [h for h in good if h.location_id == draft.from_place[0]] or good
    rest = [h for h in part.holdings if h.condition == "good"]
    return next(iter(good), next(iter(rest), None))


def scan_place(draft: Draft, place_id: int, code: str) -> tuple[Draft, Feedback]:
    """A bin was scanned: a transfer's first one is its source, later ones its target; else it is the line's."""
    if draft.mode is Mode.TRANSFER:
        if draft.from_place is None:
            return replace(draft, from_place=(place_id, code)), Feedback(
                Level.OK, code, tr("From this bin"), tr("Scan the parts, then the bin to put them in."))  # fmt: skip
        return replace(draft, to_place=(place_id, code)), Feedback(
            Level.OK, code, tr("To this bin"), tr("F9 checks and posts."))  # fmt: skip
    if 0 <= draft.current < len(draft.lines):
        line = draft.lines[draft.current]
        draft = with_line(draft, draft.current, replace(line, location_id=place_id, location=code))
        if draft.mode is Mode.RECEIVE:
            draft = replace(draft, to_place=(place_id, code))
        found = verdict(draft, draft.current)
        level = Level.BAD if found.level is Level.BAD else Level.OK
        return draft, Feedback(
            level, code, tr("Bin of line {number}", number=draft.current + 1), found.text, chip=line.part.code
        )
    return replace(draft, to_place=(place_id, code)), Feedback(
        Level.OK, code, tr("Bin for what comes next"), "", chip=tr("bin"))  # fmt: skip


def feedback(draft: Draft, index: int, step: Decimal) -> Feedback:
    """What to say after a scan changed line `index` by `step`."""
    line, found = draft.lines[index], verdict(draft, index)
    name = line.part.display_name()
    if found.rule == "lot" and step > 0:
        words = tr("Now its serial number") if line.part.tracking == "serial" else tr("Now its lot")
        return Feedback(Level.TODO, line.part.code, words, name, chip=tr("lot?"))
    if found.level is Level.BAD:
        headline = _headline(draft, line, found)
        chip = tr("wrong part") if found.rule == "wrong_part" else tr("check")
        return Feedback(found.level, line.part.code, headline, _put_back(draft, line) or found.remedy, chip=chip)
    count = quantity_text(line.quantity) + (f" / {quantity_text(line.expected)}" if line.expected is not None else "")
    chip = count.replace(" ", "") if line.expected is not None else tr("extra") if found.level is Level.EXTRA else count
    return Feedback(
        Level.OK if found.level is Level.ACTIVE else found.level, line.part.code, name,
        _detail(draft, index, line), _signed(step), count, chip,
    )  # fmt: skip


def conversion(line: Line) -> str:
    """``2 box = 24 pc``; empty where the line is counted in the part's own unit."""
    count = counted(line)
    if count is None:
        return ""
    pieces = f"{quantity_text(line.quantity)} {line.part.base_unit()}"
    return f"{quantity_text(count[0])} {count[1].display_name()} = {pieces}"


def _signed(step: Decimal) -> str:
    """``+3``, ``−1``; nothing where nothing changed."""
    return "" if not step else f"{'+' if step > 0 else ''}{quantity_text(step)}"


def _headline(draft: Draft, line: Line, found: Verdict) -> str:
    if found.rule != "wrong_part":
        return found.text
    if draft.mode is Mode.RECEIVE:
        return tr("Not on this purchase order")
    if draft.mode is Mode.RETURN:
        return tr("Not issued to this order")
    if draft.mode is Mode.SEND_BACK:
        return tr("Did not come with this")
    return tr("Wrong part: fits {models} only", models=line.part.fitting())


def _put_back(draft: Draft, line: Line) -> str:
    instead = replacement_for(draft, line) if draft.mode is Mode.ISSUE and line.part.fits_asset is False else None
    if instead is None:
        return ""
    return tr(
        "Put it back to {bin}. Take {part} from {other}.",
        bin=line.location,
        part=instead.part.code,
        other=instead.location,
    )


def _detail(draft: Draft, index: int, line: Line) -> str:
    parts = [tr("Line {number}", number=index + 1)]
    if line.lot:
        parts.append(tr("lot {lot}", lot=line.lot))
    if line.location:
        parts.append(tr("bin {bin}", bin=line.location))
    rest = (line.expected or ZERO) - line.quantity
    if conversion(line):
        parts.append(conversion(line))
    text = tr(", ").join(parts) + tr(".")
    if rest > 0:
        text += tr(" {count} more to scan.", count=quantity_text(rest))
    return text
