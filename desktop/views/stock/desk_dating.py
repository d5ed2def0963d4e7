"""The date of the desk's document: quiet while it is today, asked for by one key, and what an earlier one changes.

An earlier date is never posted unseen: F9 first shows which later movements cost more or less, by how much in which
month, and what is posted today for it; or why the date is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.entry import NotADate, format_date
from desktop.domain.figures import quantity_text
from desktop.domain.stock import Draft
from desktop.domain.text import language, tr
from desktop.operations.stock_values import LaterRow, Preview, Refusal
from desktop.reports.stock import type_name
from desktop.views.stock.desk_keeping import Asked
from desktop.views.stock.desk_rows import money
from desktop.views.stock.painted_table import Cell, PaintedTable, TableColumn, TableRow
from desktop.widgets.buttons import Button
from desktop.widgets.dates import DateField
from desktop.widgets.discard import discard_all
from desktop.widgets.figures import Figure
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import Surface, column, row

KEY = "Ctrl+D"
Place = Callable[[Refusal], str]
_PERIODS_WIDE = 300


class DateStrip(Surface):
    """Under the header: the day on which it happened. Enter takes it, Esc leaves."""

    taken = Signal(object)
    """The day, None for today."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.raised", "b", parent=parent)
        self.words = Label(size=13, weight=500)
        self.day = DateField()
        self.day.setFixedWidth(140)
        self.hint = Label(role="text.tertiary", elide=True)
        self.take_button = Button(kind="primary", key="Enter")
        self.leave_button = Button(kind="ghost", key="Esc")
        self.day.returnPressed.connect(self.take)
        self.day.textEdited.connect(lambda: self._say(""))
        self.take_button.clicked.connect(self.take)
        self.leave_button.clicked.connect(self.shut)
        strip = row(self.words, self.day, self.hint, self.take_button, self.leave_button, spacing=12)
        strip.setStretch(2, 1)
        self.setLayout(column(strip, margins=(16, 8, 12, 8)))
        self.hide()

    def open(self, day: date | None) -> None:
        self.day.set_value(day or date.today())
        self._say("")
        self.show()
        self.day.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.day.selectAll()

    def take(self) -> bool:
        """The day that stands there, unless it is none or lies ahead; True where it was taken."""
        try:
            day = self.day.value() or date.today()
        except NotADate as error:
            self._say(str(error))
            return False
        if day > date.today():
            self._say(tr("Date: a document is not dated ahead. Choose today or an earlier day."))
            return False
        self.hide()
        self.taken.emit(day if day < date.today() else None)
        return True

    def shut(self) -> None:
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            super().keyPressEvent(event)

    def _say(self, fault: str) -> None:
        self.hint.set_role("danger.fg" if fault else "text.tertiary")
        self.hint.setText(fault or tr("When it happened. −1 is yesterday, t today; F7 opens the calendar."))
        if fault:
            self.day.setFocus()

    def retranslate(self) -> None:
        self.words.setText(tr("Date of the document"))
        self.day.setAccessibleName(tr("Date of the document"))
        self.take_button.setText(tr("Take"))
        self.leave_button.setText(tr("Cancel"))
        self._say("")


class BackdatingPanel(Surface):
    """What posting a document of an earlier date would do, or why it may not be. `left`: Esc, where it has the keys."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.base", parent=parent)
        self.heading = Label(size=15, weight=600)
        self.lead = Label(role="text.secondary", wrap=True)
        self.figures = tuple(Figure() for _ in range(4))
        for figure in self.figures:
            figure.note.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.figure_row = QWidget()
        self.figure_row.setLayout(row(*self.figures, None, spacing=40))
        self.reasons = QWidget()
        self._reasons = column(spacing=8)
        self.reasons.setLayout(self._reasons)
        self.periods = PaintedTable("")
        self.periods.setFixedWidth(_PERIODS_WIDE)
        self.rows = PaintedTable("")
        self.tables = QWidget()
        tables = row(self.periods, self.rows, spacing=16)
        tables.setStretch(1, 1)
        self.tables.setLayout(tables)
        self.foot = Label(role="text.tertiary", wrap=True)
        self.rest = QWidget()
        whole = column(
            self.heading, self.lead, self.reasons, self.figure_row, self.tables, self.foot, self.rest,
            spacing=12, margins=(16, 12, 16, 12),
        )  # fmt: skip
        whole.setStretch(4, 4)
        whole.setStretch(6, 1)
        self.setLayout(whole)
        self.hide()

    def show_preview(self, preview: Preview, day: date, lines: int, place: Place) -> None:
        """What `lines` lines of that day change; `place` says what a refusal is about."""
        refused = bool(preview.refused)
        words = format_date(day)
        changed = preview.changed > 0 and not refused
        self.heading.setText(
            tr("Cannot be dated {day}", day=words) if refused else tr("Dated {day}: what posting it changes", day=words)
        )
        self.lead.setText(_lead(preview))
        self._show_reasons(preview, place)
        self.figure_row.setVisible(not refused)
        self.tables.setVisible(changed)
        self.rest.setVisible(not changed)
        self._show_figures(preview, lines)
        self.periods.setAccessibleName(tr("By month"))
        self.periods.set_columns(_period_columns(), wide=True)
        self.periods.set_rows(tuple(_period_row(*each) for each in preview.periods))
        self.rows.setAccessibleName(tr("Later movements that cost more or less"))
        self.rows.set_columns(_row_columns(), wide=self.window().width() >= 1600)
        self.rows.set_rows(tuple(_later_row(each) for each in preview.rows))
        self.rows.verticalScrollBar().setValue(0)
        self.foot.setText(_foot(preview) if changed else "")
        self.foot.setVisible(bool(self.foot.full_text()))
        self.setAccessibleName(self.heading.full_text())

    def step(self, by: int) -> None:
        """Up and down through the movements."""
        count = len(self.rows.rows())
        if count:
            self.rows.set_rows(self.rows.rows(), min(max(self.rows.current() + by, 0), count - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif by:
            self.step(by)
        else:
            super().keyPressEvent(event)

    def _show_figures(self, preview: Preview, lines: int) -> None:
        document, later, charged, stock = self.figures
        document.say(
            tr("This document"),
            f"¥ {money(preview.amount)}",
            tr("{count} lines", count=lines),
        )
        changed = tr("{count} of them cost more or less", count=preview.changed)
        later.say(tr("Later movements"), f"{preview.later:,}", changed)
        role = "warn.fg" if preview.consumed else "text.primary"
        charged.say(
            tr("Charged today to what was issued since"), f"¥ {signed(preview.consumed)}", tr("posted with it"), role
        )
        stock.say(tr("Value of the stock left"), f"¥ {signed(-preview.consumed)}", tr("the same, the other way"), role)

    def _show_reasons(self, preview: Preview, place: Place) -> None:
        discard_all(self._reasons)
        for error in preview.refused:
            self._reasons.addWidget(_reason(place(error), error))
        self.reasons.setVisible(bool(preview.refused))

    def said(self) -> list[str]:
        """The refusals as they stand there."""
        return [label.full_text() for label in self.reasons.findChildren(Label)]


class DateParts(QObject):
    """The button, the strip and the panel of one page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.button = Button(kind="ghost", icon="calendar", key=KEY, parent=parent)
        self.strip = DateStrip(parent)
        self.panel = BackdatingPanel(parent)

    def show_day(self, day: date | None) -> None:
        """On the button: quiet while it is today."""
        words = tr("Today") if day is None else format_date(day)
        self.button.setText(words)
        self.button.set_kind("ghost" if day is None else "secondary")
        self.button.setAccessibleName(tr("Date of the document: {day}", day=words))

    def retranslate(self) -> None:
        self.strip.retranslate()


class DeskDate(DateParts):
    """Those of the desk: the day belongs to its draft."""

    def show_draft(self, draft: Draft, asked: Asked | None) -> None:
        self.show_day(draft.effective_on)
        if asked is not None and asked.draft.effective_on is not None:
            place = partial(where, draft=asked.draft)
            self.panel.show_preview(asked.preview, asked.draft.effective_on, len(asked.draft.filled), place)
        self.panel.setVisible(asked is not None)


def signed(amount: Decimal) -> str:
    """``+12.50``, a true minus sign, ``0.00``."""
    return f"+{money(amount)}" if amount > 0 else money(amount).replace("-", "\N{MINUS SIGN}")


def where(error: Refusal, draft: Draft) -> str:
    """What a refusal is about: the date, or the line as it is numbered on the desk."""
    line = error.facts.get("line")
    filled = [number for number, each in enumerate(draft.lines, start=1) if each.quantity > 0]
    if error.field == "effective_at" and not isinstance(line, int):
        return tr("Date")
    if isinstance(line, int) and 0 < line <= len(filled):
        words = tr("Line {number}", number=filled[line - 1])
        return f"{tr('Date')}, {words}" if error.field == "effective_at" else words
    return tr("Document")


def _lead(preview: Preview) -> str:
    if preview.refused:
        return tr("Nothing was posted. Esc goes back to the document; Ctrl+D there chooses another date.")
    if preview.changed:
        return tr("What was posted stays as it is; the difference is posted today. F9 posts, Esc goes back.")
    if preview.later:
        return tr("Later movements keep their cost: only the document itself is posted. F9 posts, Esc goes back.")
    return tr("Nothing of these parts moved since: only the document itself is posted. F9 posts, Esc goes back.")


def _foot(preview: Preview) -> str:
    words = []
    listed = preview.changed - preview.hidden
    if listed > len(preview.rows):
        words.append(tr("The first {shown} of {count} movements are listed.", shown=len(preview.rows), count=listed))
    if preview.hidden:
        words.append(tr("{count} movements of other branches change as well.", count=preview.hidden))
    return " ".join(words)


def _reason(where_: str, error: Refusal) -> QWidget:
    strip = Surface("danger.bg")
    title = Label(where_, role="danger.fg", weight=500)
    words = Label(error.text(language()), role="danger.fg", wrap=True)
    line = row(IconLabel("circle-alert", "danger.fg", 14), title, words, spacing=8, margins=(12, 8, 12, 8))
    line.setStretch(2, 1)
    strip.setLayout(line)
    return strip


def _period_columns() -> Sequence[TableColumn]:
    return (
        TableColumn("month", tr("Month"), 92),
        TableColumn("rows", tr("Movements"), 92, "right"),
        TableColumn("amount", tr("Difference ¥"), 0, "right"),
    )


def _period_row(month: str, rows: int, amount: Decimal) -> TableRow:
    return TableRow({"month": Cell(month), "rows": Cell(f"{rows:,}"), "amount": Cell(signed(amount))})


def _row_columns() -> Sequence[TableColumn]:
    return (
        TableColumn("date", tr("Date"), 136),
        TableColumn("number", tr("Document"), 152, code=True),
        TableColumn("type", tr("Kind"), 128, wide_only=True),
        TableColumn("item", tr("Part no."), 0, code=True),
        TableColumn("quantity", tr("Quantity"), 84, "right"),
        TableColumn("amount", tr("Posted at ¥"), 112, "right"),
        TableColumn("delta", tr("Difference ¥"), 112, "right"),
    )


def _later_row(found: LaterRow) -> TableRow:
    return TableRow(
        {
            "date": Cell(found.effective_at.astimezone().strftime("%Y-%m-%d %H:%M")),
            "number": Cell(found.number),
            "type": Cell(type_name(found.document_type)),
            "item": Cell(found.item),
            "quantity": Cell(quantity_text(found.quantity)),
            "amount": Cell(money(found.amount)),
            "delta": Cell(signed(found.delta), weight=500),
        }
    )
