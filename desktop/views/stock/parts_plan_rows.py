"""What the parts plan shows in its rows: items with what lacks, the record of one, and its causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desktop.domain.figures import quantity_text as quantity
from desktop.domain.text import pick, tr
from desktop.exchange.parts_plan_export import figure_names
from desktop.operations.parts_plan import PlannedItem, Source, Week
from desktop.views.stock.painted_table import Cell, TableColumn, TableRow

WEEK_WIDTH = 58
_DASH = Cell("–", "text.tertiary")


@dataclass(frozen=True)
class Look:
    """Which weeks are shown and where the cursor is among all of them."""

    weeks: range
    at: int
    wide: bool
    branches: bool
    focused: bool


def item_columns(look: Look, days: Sequence[date]) -> tuple[TableColumn, ...]:
    branch = (TableColumn("branch", tr("Branch"), 150, narrow_width=120),) if look.branches else ()
    return (
        TableColumn("mark", "", 28),
        TableColumn("item", tr("Item"), 128, code=True),
        TableColumn("name", tr("Name")),
        *branch,
        TableColumn("on_hand", tr("On hand"), 76, "right"),
        TableColumn("net", tr("Lacking"), 76, "right"),
        *_weeks(look, days),
    )


def record_columns(look: Look, days: Sequence[date]) -> tuple[TableColumn, ...]:
    return (TableColumn("figure", tr("Weeks from Monday")), *_weeks(look, days))


def _weeks(look: Look, days: Sequence[date]) -> tuple[TableColumn, ...]:
    return tuple(
        TableColumn(str(n), f"{days[n]:%m-%d}", WEEK_WIDTH, "right", accent=n == look.at)
        for n in look.weeks
        if n < len(days)
    )


def item_row(item: PlannedItem, look: Look, current: bool, chosen: bool) -> TableRow:
    """What each week lacks; red where its order should be out already, amber where it must go out this week."""
    cells = {
        "mark": Cell(icon="check" if chosen else "", role="accent.fg"),
        "item": Cell(item.code),
        "name": Cell(pick(item.name, item.name_zh), "text.secondary"),
        "branch": Cell(pick(item.branch, item.branch_zh), "text.secondary"),
        "on_hand": Cell(quantity(item.on_hand)),
        "net": Cell(quantity(item.net), weight=500) if item.net else _DASH,
    }
    for n in look.weeks:
        week = item.weeks[n]
        frame = "cursor" if current and n == look.at and look.focused else ""
        words = quantity(week.net) if week.net else "–"
        cells[str(n)] = Cell(words, _urgency(item, n, week), 500 if week.net else 400, frame=frame)
    return TableRow(cells)


def _urgency(item: PlannedItem, number: int, week: Week) -> str:
    if not week.net:
        return "text.tertiary"
    days = (week.week - item.weeks[0].week).days - item.lead_days
    return "danger.fg" if days < 0 else "warn.fg" if days < 7 else "text.primary"


def record_rows(item: PlannedItem, look: Look) -> tuple[TableRow, ...]:
    """The six lines of the record; a negative balance cannot be, as planned receipts cover it."""
    rows = []
    for key, words in figure_names():
        strong = key in ("projected", "net", "planned_release")
        cells = {"figure": Cell(words, "text.primary" if strong else "text.secondary")}
        for n in look.weeks:
            week = item.weeks[n]
            value = getattr(week, key)
            role = "text.primary"
            if key == "net" and value:
                role = _urgency(item, n, week)
            elif key == "planned_release" and week.overdue:
                role = "danger.fg"
            shown = quantity(value) if value or key == "projected" else "–"
            cells[str(n)] = Cell(shown, role if shown != "–" else "text.tertiary", 500 if strong and value else 400)
        rows.append(TableRow(cells))
    return tuple(rows)


def source_columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn("day", tr("Date"), 104, narrow_width=96),
        TableColumn("kind", tr("Cause"), 150, narrow_width=132),
        TableColumn("source", tr("Number"), 160, code=True, narrow_width=148),
        TableColumn("title", tr("Title")),
        TableColumn("out", tr("Goes"), 96, "right"),
        TableColumn("in", tr("Comes"), 96, "right"),
    )


def source_row(source: Source, in_week: bool, current: bool) -> TableRow:
    role = "text.primary" if in_week else "text.secondary"
    amount = Cell(quantity(source.quantity), role, 500)
    return TableRow(
        {
            "day": Cell(source.on_day.isoformat(), role, frame="cursor" if current else ""),
            "kind": Cell(kind_names()[source.kind], role),
            "source": Cell(source.source, role),
            "title": Cell(pick(source.title or "", source.title_zh), role),
            "out": amount if source.way == "out" else Cell(),
            "in": amount if source.way == "in" else Cell(),
        }
    )


def kind_names() -> dict[str, str]:
    return {
        "order": tr("Work order"),
        "visit": tr("Visit due"),
        "purchase": tr("Purchase order"),
        "requisition": tr("Requisition"),
        "transit": tr("In transit"),
    }
