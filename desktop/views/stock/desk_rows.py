"""A draft as the rows of the desk's table: which columns a mode has, and how each line looks."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.domain import stock_owners
from desktop.domain.figures import quantity_text
from desktop.domain.stock import (
    ZERO,
    Draft,
    Level,
    Line,
    Mode,
    Part,
    Verdict,
    amount,
    left_after,
    owner_of,
)
from desktop.domain.stock_scans import substitute_place
from desktop.domain.stock_units import Entry, counted
from desktop.domain.stock_verdicts import replacement_for, verdict
from desktop.domain.text import sentences, tr
from desktop.views.stock.painted_table import Cell, Message, TableColumn, TableRow

_ICONS = {
    Level.OK: ("circle-check", "success.fg"),
    Level.ACTIVE: ("arrow-right", "accent.fg"),
    Level.EXTRA: ("triangle-alert", "warn.fg"),
    Level.BAD: ("circle-x", "danger.fg"),
    Level.TODO: ("circle-dashed", "text.tertiary"),
}
_LOW = 3
NONE = "\N{EN DASH}"


def mode_title(mode: Mode) -> str:
    return {
        Mode.RECEIVE: tr("Receive"),
        Mode.ISSUE: tr("Issue to work order"),
        Mode.COUNTER: tr("Counter issue"),
        Mode.RETURN: tr("Return"),
        Mode.TRANSFER: tr("Transfer"),
        Mode.SEND_BACK: tr("Return to supplier"),
    }[mode]


def mode_word(mode: Mode) -> str:
    short = {Mode.ISSUE: tr("Issue"), Mode.SEND_BACK: tr("Send back")}
    return short.get(mode) or mode_title(mode)


def _column_word(mode: Mode) -> str:
    """The kind of document in one word: a column of numbers is narrow."""
    return tr("Issue") if mode is Mode.COUNTER else mode_word(mode)


MODE_ICONS = {
    Mode.RECEIVE: "inbox",
    Mode.ISSUE: "upload",
    Mode.COUNTER: "user",
    Mode.RETURN: "undo-2",
    Mode.TRANSFER: "truck",
    Mode.SEND_BACK: "package",
}


def scan_hint(draft: Draft) -> str:
    """What the field waits for."""
    line = draft.lines[draft.current] if 0 <= draft.current < len(draft.lines) else None
    if line is not None and line.quantity > 0 and line.part.tracking != "none" and not line.lot:
        return tr("Scan its serial number") if line.part.tracking == "serial" else tr("Scan its lot")
    if draft.mode is Mode.RECEIVE:
        return tr("Scan or type order, part, bin") if draft.subject is None else tr("Scan or type part, lot, bin")
    if draft.mode is Mode.ISSUE:
        return tr("Scan or type a work order") if draft.subject is None else tr("Scan or type part, serial, bin")
    if draft.mode is Mode.COUNTER:
        return tr("Scan the engineer's badge") if draft.engineer_id is None else tr("Scan or type part, serial, bin")
    if draft.mode is Mode.RETURN:
        return tr("Scan the work order or the issue") if draft.subject is None else tr("Scan what came back")
    if draft.mode is Mode.SEND_BACK:
        return tr("Scan the receipt or purchase order") if draft.subject is None else tr("Scan what goes back")
    return (
        tr("Scan the bin to take from") if draft.from_place is None else tr("Scan parts, then the bin to put them in")
    )


def columns(draft: Draft) -> tuple[TableColumn, ...]:
    """On narrow windows cost and note go first. Whose stock it is stands there only where that is a question."""
    mode = draft.mode
    expected = {
        Mode.RECEIVE: tr("To come"),
        Mode.ISSUE: tr("Reserved"),
        Mode.COUNTER: tr("Reserved"),
        Mode.RETURN: tr("Still out"),
        Mode.TRANSFER: tr("On hand"),
        Mode.SEND_BACK: tr("Received"),
    }[mode]
    extra: tuple[TableColumn, ...] = ()
    if mode is Mode.TRANSFER:
        extra = (TableColumn("to", tr("To bin"), 96, code=True),)
    elif mode in (Mode.RETURN, Mode.SEND_BACK):
        extra = (TableColumn("condition", tr("Condition"), 96),)
    if stock_owners.shown(draft):
        extra = (*extra, TableColumn("owner", tr("Owner"), 184, narrow_width=84))
    packed = any(counted(line) is not None for line in draft.lines)
    return (
        TableColumn("number", "#", 36, "right"),
        TableColumn("icon", "", 32),
        TableColumn("part", tr("Part no."), 136, code=True, narrow_width=124),
        TableColumn("name", tr("Part name"), 208, narrow_width=0),
        TableColumn("lot", tr("Lot / serial"), 112, code=True, narrow_width=96),
        TableColumn("bin", tr("From bin") if mode is Mode.TRANSFER else tr("Bin"), 96, code=True, narrow_width=88),
        *extra,
        TableColumn("expected", expected, 80, "right", narrow_width=76),
        TableColumn("quantity", _column_word(mode), 80, "right", accent=True, narrow_width=80),
        TableColumn("unit", tr("Unit"), 112 if packed else 48, narrow_width=104 if packed else 44),
        TableColumn("left", tr("Left in bin"), 92, "right", narrow_width=84),
        TableColumn("cost", tr("Unit cost ¥"), 96, "right", wide_only=True),
        TableColumn("amount", tr("Amount ¥"), 104, "right", narrow_width=88),
        TableColumn("note", tr("Note"), wide_only=True),
    )


def rows(
    draft: Draft, typed: Entry | None = None, *, wide: bool = True, substitutes: Mapping[int, Part] | None = None
) -> tuple[TableRow, ...]:
    """One row a line and one that waits for the next scan. `typed` is a quantity under way in the scan field.

    `substitutes`: by the id of a part that is short, what may be taken instead.
    """
    instead = substitutes or {}
    made = [
        _row(draft, number, typed if number == draft.current else None, wide, instead)
        for number in range(len(draft.lines))
    ]
    if draft.lines and not _only_listed(draft):
        waiting = {
            "number": Cell(str(len(draft.lines) + 1), "text.tertiary"),
            "icon": Cell(icon="plus", role="text.tertiary"),
        }
        made.append(TableRow(waiting, span=tr("The next scan of an unlisted part adds a line here")))
    return tuple(made)


def _only_listed(draft: Draft) -> bool:
    """What comes back, goes back or arrives by a document takes none but its parts: nothing invites to add others."""
    return draft.subject is not None and draft.mode in (Mode.RECEIVE, Mode.RETURN, Mode.SEND_BACK)


def _row(draft: Draft, number: int, typed: Entry | None, wide: bool, substitutes: Mapping[int, Part]) -> TableRow:
    line, found = draft.lines[number], verdict(draft, number)
    todo, bad = found.level is Level.TODO, found.level is Level.BAD
    quiet = "text.secondary" if todo else "text.primary"
    icon, role = _ICONS[found.level]
    taken = line.quantity > 0 and not bad
    owned = owner_of(draft, line) is not None
    left = left_after(draft, line)
    cells = {
        "number": Cell(str(number + 1), "text.tertiary"),
        "icon": Cell(icon=icon, role=role),
        "part": Cell(line.part.code, "danger.fg" if bad else quiet),
        "name": Cell(line.part.display_name(), quiet),
        "lot": _or_none(line.lot),
        "bin": _or_none(line.location),
        "to": _or_none(draft.to_place[1] if draft.to_place else ""),
        "condition": Cell(condition_name(line.condition), "text.primary" if line.quantity else "text.tertiary"),
        "expected": _expected(draft, line),
        "quantity": _quantity(draft, number, found, typed),
        "unit": Cell(_unit(line, typed), "text.secondary"),
        "owner": _owner(draft, line, wide),
        "left": Cell(quantity_text(left), "warn.fg" if left < _LOW and not todo else "text.primary")
        if line.location_id
        else _or_none(""),
        "cost": _or_none("")
        if owned
        else Cell(money(line.unit_cost if line.unit_cost is not None else line.part.cost), "text.secondary"),
        "amount": Cell(money(amount(line))) if taken and not owned else _or_none(""),
        "note": Cell("" if bad else found.text or _last_day(line), "text.secondary"),
    }
    return TableRow(cells, _message(draft, number, found, wide, substitutes) if bad else None)


def _last_day(line: Line) -> str:
    return tr("until {day}", day=line.expires_on.isoformat()) if line.expires_on else ""


def _message(draft: Draft, number: int, found: Verdict, wide: bool, substitutes: Mapping[int, Part]) -> Message:
    line = draft.lines[number]
    taking = draft.mode in (Mode.ISSUE, Mode.COUNTER)
    other = substitutes.get(line.part.id) if taking and found.rule == "over" else None
    place = substitute_place(other) if other is not None else None
    if other is not None and place is not None:
        offer = tr("Substitute: {part}, {count} free in {bin}.", part=other.code, bin=place.location,
                   count=quantity_text(place.available))  # fmt: skip
        text = sentences(found.text, found.remedy if wide else "", offer)
        return Message(text, (("F7", tr("Take it")), ("Del", tr("Remove"))))
    keys: tuple[tuple[str, str], ...] = (("Del", tr("Remove")),)
    if found.rule == "wrong_part" and replacement_for(draft, line) is not None:
        keys = (("F7", tr("Replace")), *keys)
    if not wide and found.short:
        return Message(found.short, keys)
    text = tr("Line {number}: {text}", number=number + 1, text=found.text)
    return Message(sentences(text, found.remedy), keys)


def _unit(line: Line, typed: Entry | None) -> str:
    """``pc``, or ``box = 24 pc``: what the number counts, and what that is in the part's own unit."""
    shown = counted(line)
    unit = typed.unit if typed is not None else shown[1] if shown is not None else None
    if unit is None:
        return line.part.base_unit()
    pieces = typed.quantity if typed is not None else line.quantity
    return f"{unit.display_name()} = {quantity_text(pieces)} {line.part.base_unit()}"


def _owner(draft: Draft, line: Line, wide: bool) -> Cell:
    """Where there is little room only the kind: the name stands under the lines."""
    owner = owner_of(draft, line)
    if owner is None or not wide:
        return Cell(stock_owners.kind_of(owner), "info.fg" if owner else "text.secondary")
    return Cell(f"{stock_owners.kind_of(owner)} · {owner.display_name()}", "info.fg")


def _quantity(draft: Draft, number: int, found: Verdict, typed: Entry | None) -> Cell:
    line = draft.lines[number]
    if typed is not None:
        return Cell(quantity_text(typed.number), weight=500, frame="cursor", caret=True)
    shown = counted(line)
    text = quantity_text(shown[0] if shown is not None else line.quantity) if line.quantity else NONE
    if found.level is Level.BAD:
        return Cell(text, "danger.fg", frame="rejected")
    role = "text.primary" if line.quantity else "text.tertiary"
    return Cell(text, role, 500, frame="cursor" if number == draft.current else "")


def _expected(draft: Draft, line: Line) -> Cell:
    if draft.mode is Mode.TRANSFER:
        here = sum((h.on_hand for h in line.part.lying(line.owner) if h.location_id == line.location_id), ZERO)
        return Cell(quantity_text(here))
    if line.expected is None:
        return Cell("0", "text.tertiary")
    return Cell(quantity_text(line.expected))


def _or_none(text: str) -> Cell:
    return Cell(text) if text else Cell(NONE, "text.tertiary")


def money(value: object) -> str:
    return f"{value:,.2f}".replace("-", "\N{MINUS SIGN}")


def condition_name(condition: str) -> str:
    return {"good": tr("Good"), "bad": tr("Bad"), "quarantine": tr("Quarantine")}.get(condition, condition)
