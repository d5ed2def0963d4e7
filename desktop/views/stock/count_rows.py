"""A count as the rows of the desk's table: blind while it is counted, with the books beside it afterwards."""

from __future__ import annotations

from desktop.domain.counting import Sheet
from desktop.domain.figures import quantity_text
from desktop.domain.text import pick, tr
from desktop.operations.stock_counts import Count, CountLine
from desktop.views.stock.desk_rows import NONE, condition_name, money
from desktop.views.stock.painted_table import Cell, Message, TableColumn, TableRow
from desktop.widgets.labels import ChipKind

LOOKS: dict[str, tuple[ChipKind, str]] = {
    "counting": ("info", "clipboard-check"),
    "recount": ("warn", "refresh-cw"),
    "review": ("warn", "eye"),
    "posted": ("success", "circle-check"),
    "cancelled": ("neutral", "circle-dashed"),
}


def state_name(state: str) -> str:
    return {
        "counting": tr("Counting"),
        "recount": tr("Recount"),
        "review": tr("Review"),
        "posted": tr("Posted"),
        "cancelled": tr("Cancelled"),
    }[state]


def columns(count: Count) -> tuple[TableColumn, ...]:
    """What the books say stands beside the counted quantity once the reader may see it."""
    open_books = any(line.expected is not None for line in count.lines)
    mixed = any(line.condition != "good" for line in count.lines)
    books = (
        TableColumn("expected", tr("Expected"), 88, "right"),
        TableColumn("difference", tr("Difference"), 88, "right"),
        TableColumn("amount", tr("Amount ¥"), 104, "right"),
        TableColumn("first", tr("First count"), 88, "right", wide_only=True),
    )
    return (
        TableColumn("number", "#", 44, "right"),
        TableColumn("icon", "", 32),
        TableColumn("bin", tr("Bin"), 112, code=True),
        TableColumn("part", tr("Part no."), 144, code=True),
        TableColumn("name", tr("Part name"), 0),
        TableColumn("lot", tr("Lot / serial"), 120, code=True),
        TableColumn("condition", tr("Condition"), 88, wide_only=not mixed),
        TableColumn("counted", tr("Counted"), 96, "right", accent=True),
        TableColumn("unit", tr("Unit"), 52),
        *(books if open_books else ()),
        TableColumn("by", tr("Counted by"), 120, wide_only=True),
    )


def rows(count: Count, sheet: Sheet, typed: str = "") -> tuple[TableRow, ...]:
    """One row a line of this round. `typed` is a number under way in the scan field."""
    whole = {line.id: line for line in count.lines}
    return tuple(
        _row(whole[line.id], sheet, number, typed if number == sheet.current else "", count)
        for number, line in enumerate(sheet.lines)
    )


def _row(line: CountLine, sheet: Sheet, number: int, typed: str, count: Count) -> TableRow:
    quantity = sheet.quantity(line)
    wrong = sheet.refused.get(line.id, "")
    cells = {
        "number": Cell(str(line.line_no), "text.tertiary"),
        "icon": _mark(line, sheet, wrong),
        "bin": Cell(line.location, "text.primary" if line.location == sheet.place else "text.secondary"),
        "part": Cell(line.item_code),
        "name": Cell(pick(line.item_name, line.item_name_zh)),
        "lot": Cell(line.lot) if line.lot else Cell(NONE, "text.tertiary"),
        "condition": Cell(condition_name(line.condition), "text.tertiary" if line.condition == "good" else "warn.fg"),
        "counted": _counted(quantity, typed, bool(wrong), number == sheet.current and _editable(count)),
        "unit": Cell(pick(line.uom, line.uom_zh), "text.secondary"),
        "by": Cell(pick(line.counted_by or "", line.counted_by_zh), "text.secondary"),
    }
    if line.expected is not None:
        cells["expected"] = Cell(
            quantity_text(line.expected), "text.secondary", icon="triangle-alert" if line.moved else ""
        )
        cells["first"] = _figure(line.first_counted)
    if line.difference is not None:
        role = "text.tertiary" if not line.difference else "danger.fg" if line.difference < 0 else "warn.fg"
        cells["difference"] = Cell(quantity_text(line.difference), role, 500 if line.difference else 400)
        cells["amount"] = Cell(money(line.amount), role) if line.amount is not None else Cell(NONE, "text.tertiary")
    return TableRow(cells, Message(wrong, (("F5", tr("Refresh")),)) if wrong else None)


def _editable(count: Count) -> bool:
    return count.state in ("counting", "recount")


def _mark(line: CountLine, sheet: Sheet, wrong: str) -> Cell:
    if wrong:
        return Cell(icon="circle-x", role="danger.fg")
    if line.id in sheet.waiting or line.id in sheet.sent:
        return Cell(icon="arrow-right", role="accent.fg")
    if line.counted is None:
        return Cell(icon="circle-dashed", role="text.tertiary")
    if line.difference:
        return Cell(icon="triangle-alert", role="warn.fg")
    return Cell(icon="circle-check", role="success.fg")


def _counted(quantity: object, typed: str, wrong: bool, cursor: bool) -> Cell:
    if typed:
        return Cell(typed, weight=500, frame="cursor", caret=True)
    text = NONE if quantity is None else quantity_text(quantity)  # type: ignore[arg-type]
    role = "danger.fg" if wrong else "text.tertiary" if quantity is None else "text.primary"
    return Cell(text, role, 500, frame="rejected" if wrong else "cursor" if cursor else "")


def _figure(value: object) -> Cell:
    return Cell(NONE, "text.tertiary") if value is None else Cell(quantity_text(value), "text.tertiary")  # type: ignore[arg-type]
