"""Under the lines: where the current part lies, what could replace it, and what moved today."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.entry import format_day
from desktop.domain.figures import quantity_text
from desktop.domain.stock import ZERO
from desktop.domain.stock_owners import kind_of
from desktop.domain.text import pick, tr
from desktop.operations.stock_desk import Overview
from desktop.views.stock.painted_table import Cell, PaintedTable, TableColumn, TableRow
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, row
from desktop.widgets.segmented import ViewTab, ViewTabs


class PartPanel(Surface):
    """Three tabs about one part. On wide windows today's moves stand beside the stock."""

    part_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.panel", "t", parent=parent)
        self._overview: Overview | None = None
        self._wide = False
        self._turned_for = 0
        self.tabs = ViewTabs()
        self._figures = Label(role="text.secondary")
        self.main = PaintedTable(tr("Stock of the part"))
        self.moves = PaintedTable(tr("Moves today"))
        self.main.row_opened.connect(self._open_main)
        self.tabs.chosen.connect(lambda _key: self._show())
        head = row(self.tabs, None, self._figures, margins=(8, 0, 16, 0))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 1, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        self._body = row(self.main, self.moves, spacing=1)
        whole.addLayout(self._body, 1)
        self._show()

    def set_wide(self, wide: bool, *, fixed: bool = True) -> None:
        """As wide windows show it. `fixed`: as high as under the desk's lines; else as high as there is room."""
        self._wide = wide
        if fixed:
            self.setFixedHeight(304 if wide else 136)
        self._show()

    def show_overview(self, overview: Overview | None) -> None:
        if self._turned_for and (overview is None or overview.part.id != self._turned_for):
            self._turned_for = 0
            self.tabs.set_current("stock")
        self._overview = overview
        self._show()

    def show_substitutes(self) -> None:
        """The part is short: what could be taken instead, until another part is shown."""
        self._turned_for = self._overview.part.id if self._overview else 0
        self.tabs.set_current("substitutes")
        self._show()

    def overview(self) -> Overview | None:
        return self._overview

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._show()
        super().changeEvent(event)

    def _show(self) -> None:
        found = self._overview
        key = self.tabs.current() or "stock"
        code = found.part.code if found else ""
        tabs = [
            ViewTab("stock", tr("Stock of {part}", part=code) if code else tr("Stock")),
            ViewTab("substitutes", tr("Substitutes {count}", count=len(found.substitutes) if found else 0)),
        ]
        if not self._wide:
            tabs.append(ViewTab("moves", tr("Moves today {count}", count=len(found.moves_today) if found else 0)))
        self.tabs.set_tabs(tabs)
        self.tabs.set_current(key if key in {tab.key for tab in tabs} else "stock")
        self.moves.setVisible(self._wide)
        self._figures.setText(_figures(found))
        self._fill(self.tabs.current())
        if found is None:
            self.main.set_empty("", tr("Scan a part to see where it lies."))
        if self._wide:
            _fill_moves(self.moves, found, wide=True)

    def _fill(self, key: str) -> None:
        if key == "moves":
            _fill_moves(self.main, self._overview, wide=False)
        elif key == "substitutes":
            _fill_substitutes(self.main, self._overview)
        else:
            fill_holdings(self.main, self._overview)

    def _open_main(self, index: int) -> None:
        found = self._overview
        if found is None:
            return
        if self.tabs.current() == "substitutes" and index < len(found.substitutes):
            self.part_chosen.emit(found.substitutes[index].id)


def _figures(found: Overview | None) -> str:
    if found is None:
        return ""
    text = tr(
        "On hand {on_hand}   Available {available}",
        on_hand=quantity_text(found.on_hand),
        available=quantity_text(found.available),
    )
    others = sum((each.on_hand for each in found.part.owned), ZERO)
    if others:
        text += "   " + tr("Not ours {count}", count=quantity_text(others))
    if found.on_order:
        when = format_day(found.due_on) if found.due_on else "–"
        text += "   " + tr("Due {count} on {day}", count=quantity_text(found.on_order), day=when)
    return text


def fill_holdings(table: PaintedTable, found: Overview | None) -> None:
    """Bins of a part: on hand, reserved, available. Whose it is takes the last move's room where not all is ours."""
    others = bool(found and found.part.owned)
    table.set_columns(
        (
            TableColumn("bin", tr("Bin"), 112, code=True),
            TableColumn("place", tr("Location"), 0 if others else 176),
            TableColumn("lot", tr("Lot"), 104, code=True),
            TableColumn("on_hand", tr("On hand"), 80, "right"),
            TableColumn("reserved", tr("Reserved"), 80, "right"),
            TableColumn("available", tr("Available"), 88, "right"),
            *(() if others else (TableColumn("changed", tr("Last move")),)),
        ),
        wide=True,
    )
    rows = [
        TableRow(
            {
                "bin": Cell(each.location),
                "place": Cell(
                    pick(each.location_name, each.location_name_zh)
                    + ("" if each.condition == "good" else " · " + _condition(each.condition))
                    + (f" · {kind_of(each.owner)}: {each.owner.display_name()}" if each.owner else ""),
                    "info.fg" if each.owner else "text.primary",
                ),
                "lot": Cell(each.lot or "–", "text.primary" if each.lot else "text.tertiary"),
                "on_hand": Cell(quantity_text(each.on_hand)),
                "reserved": Cell(quantity_text(each.reserved)),
                "available": Cell(quantity_text(each.available if each.condition == "good" else ZERO)),
                "changed": Cell(str(each.changed_on or ""), "text.secondary"),
            }
        )
        for each in ((*found.part.holdings, *found.part.owned) if found else ())
    ]
    table.set_empty(tr("None in stock"))
    table.set_rows(rows)


def _condition(condition: str) -> str:
    return {"bad": tr("Bad"), "quarantine": tr("Quarantine")}.get(condition, "")


def _fill_substitutes(table: PaintedTable, found: Overview | None) -> None:
    table.set_columns(
        (
            TableColumn("part", tr("Part no."), 136, code=True),
            TableColumn("name", tr("Part name")),
            TableColumn("on_hand", tr("On hand"), 80, "right"),
            TableColumn("available", tr("Available"), 88, "right"),
            TableColumn("bin", tr("Bin"), 112, code=True),
        ),
        wide=True,
    )
    rows = []
    for part in found.substitutes if found else ():
        good = [holding for holding in part.holdings if holding.condition == "good"]
        rows.append(
            TableRow(
                {
                    "part": Cell(part.code),
                    "name": Cell(part.display_name()),
                    "on_hand": Cell(quantity_text(sum((holding.on_hand for holding in good), ZERO))),
                    "available": Cell(quantity_text(sum((holding.available for holding in good), ZERO))),
                    "bin": Cell(good[0].location if good else "–"),
                }
            )
        )
    table.set_empty(tr("No substitute is known"))
    table.set_rows(rows)


def _fill_moves(table: PaintedTable, found: Overview | None, *, wide: bool) -> None:
    table.set_columns(
        (
            TableColumn("time", tr("Time"), 72),
            TableColumn("number", tr("Moves today") if wide else tr("Document"), 136, code=True),
            TableColumn("quantity", tr("Quantity"), 72, "right"),
            TableColumn("bin", tr("Bin"), 104, code=True),
            TableColumn("by", tr("By")),
        ),
        wide=True,
    )
    rows = [
        TableRow(
            {
                "time": Cell(move.posted_at.astimezone().strftime("%H:%M")),
                "number": Cell(move.number),
                "quantity": Cell(("+" if move.quantity > 0 else "") + quantity_text(move.quantity)),
                "bin": Cell(move.location),
                "by": Cell(pick(move.by_name, move.by_name_zh)),
            }
        )
        for move in (found.moves_today if found else ())
    ]
    table.set_empty(tr("Nothing moved today") if found is not None else "")
    table.set_rows(rows)
