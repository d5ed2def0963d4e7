"""A pick list as the rows of the desk's table: bin by bin what to take, for whom, and what was taken."""

from __future__ import annotations

from desktop.domain.figures import quantity_text
from desktop.domain.picking import Walk
from desktop.domain.text import pick, tr
from desktop.operations.picking import Pick, PickRow
from desktop.views.stock.desk_rows import NONE
from desktop.views.stock.painted_table import Cell, Message, TableColumn, TableRow
from desktop.widgets.labels import ChipKind

LOOKS: dict[str, tuple[ChipKind, str]] = {
    "open": ("info", "package"),
    "done": ("success", "circle-check"),
    "cancelled": ("neutral", "circle-dashed"),
}


def state_name(state: str) -> str:
    return {"open": tr("To fetch"), "done": tr("All settled"), "cancelled": tr("Cancelled")}[state]


def reason_name(reason: str) -> str:
    return {
        "missing": tr("Missing"),
        "damaged": tr("Damaged"),
        "later": tr("Later"),
        "released": tr("No longer wanted"),
        "cancelled": tr("List cancelled"),
    }.get(reason, reason)


def columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn("number", "#", 36, "right"),
        TableColumn("icon", "", 32),
        TableColumn("bin", tr("Bin"), 112, code=True),
        TableColumn("part", tr("Part no."), 144, code=True),
        TableColumn("name", tr("Part name"), 0),
        TableColumn("lot", tr("Lot / serial"), 120, code=True),
        TableColumn("order", tr("Work order"), 132, code=True),
        TableColumn("wanted", tr("Wanted"), 72, "right"),
        TableColumn("taken", tr("Taken"), 84, "right", accent=True),
        TableColumn("unit", tr("Unit"), 52),
        TableColumn("issued", tr("Issued"), 72, "right"),
        TableColumn("short", tr("Short"), 128),
        TableColumn("on_hand", tr("In the bin"), 88, "right", wide_only=True),
        TableColumn("by", tr("Picked by"), 110, wide_only=True),
        TableColumn("document", tr("Issue document"), 140, code=True, wide_only=True),
    )


def rows(found: Pick, walk: Walk, typed: str = "") -> tuple[TableRow, ...]:
    """One row a line. `typed` is a number under way in the scan field."""
    return tuple(
        _row(line, walk, typed if number == walk.current else "", here=number == walk.current and found.state == "open")
        for number, line in enumerate(found.lines)
    )


def _row(line: PickRow, walk: Walk, typed: str, *, here: bool) -> TableRow:
    entry = walk.entry(line)
    wrong = walk.refused.get(line.id, "")
    quiet = "text.tertiary" if not line.wanted else "text.primary"
    lot = entry.lot or line.lot or ""
    cells = {
        "number": Cell(str(line.line_no), "text.tertiary"),
        "icon": _mark(line, walk, wrong),
        "bin": Cell(line.location, "text.primary" if line.location == walk.place else "text.secondary"),
        "part": Cell(line.item_code, quiet),
        "name": Cell(pick(line.item_name, line.item_name_zh), quiet),
        "lot": Cell(lot, "warn.fg" if entry.lot and entry.lot != line.lot else quiet) if lot else _none(),
        "order": Cell(line.work_order, "text.secondary"),
        "wanted": Cell(quantity_text(line.wanted), quiet) if line.wanted else _none(),
        "taken": _taken(line, walk, typed, bool(wrong), here),
        "unit": Cell(pick(line.uom, line.uom_zh), "text.secondary"),
        "issued": Cell(quantity_text(line.issued), "success.fg") if line.issued else _none(),
        "short": _short(line, entry.reason),
        "on_hand": Cell(quantity_text(line.on_hand), "text.tertiary"),
        "by": Cell(pick(line.picked_by or "", line.picked_by_zh), "text.secondary"),
        "document": Cell(line.document or "", "text.secondary"),
    }
    return TableRow(cells, Message(wrong, (("F5", tr("Refresh")),)) if wrong else None)


def _none() -> Cell:
    return Cell(NONE, "text.tertiary")


def _mark(line: PickRow, walk: Walk, wrong: str) -> Cell:
    if wrong:
        return Cell(icon="circle-x", role="danger.fg")
    if line.id in walk.waiting or line.id in walk.sent:
        return Cell(icon="arrow-right", role="accent.fg")
    if line.short or walk.entry(line).reason:
        return Cell(icon="triangle-alert", role="warn.fg")
    if walk.finished(line):
        return Cell(icon="circle-check", role="success.fg")
    return Cell(icon="circle-dashed", role="text.tertiary")


def _taken(line: PickRow, walk: Walk, typed: str, wrong: bool, cursor: bool) -> Cell:
    if typed and cursor:
        return Cell(typed, weight=500, frame="cursor", caret=True)
    quantity = walk.entry(line).quantity
    if not line.wanted:
        return _none()
    role = "danger.fg" if wrong else "text.primary" if quantity else "text.tertiary"
    frame = "rejected" if wrong else "cursor" if cursor else ""
    return Cell(quantity_text(quantity) if quantity else NONE, role, 500, frame=frame)


def _short(line: PickRow, reason: str) -> Cell:
    if line.short:
        return Cell(f"{quantity_text(line.short)} · {reason_name(line.reason or '')}", "warn.fg")
    return Cell(reason_name(reason), "warn.fg") if reason else _none()
