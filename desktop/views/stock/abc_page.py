"""A classification: the matrix of value and steadiness, who changes class, and F9 that writes the classes.

The period and the cut-offs are tried in the fields above; each try is a classification of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test, to_json
from desktop.domain.text import pick, tr
from desktop.operations import stock_planning
from desktop.operations.stock_planning import AbcRun, ClassChange, Classifying
from desktop.runtime.context import Context
from desktop.views.stock.decision_page import DecisionPage
from desktop.views.stock.painted_table import HEAD, ROW, Cell, TableColumn, TableRow
from desktop.views.stock.week_table import KeyTable
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import ChipKind, Label
from desktop.widgets.paint import Surface, row

CLASSES = ("A", "B", "C")
PATTERNS = ("X", "Y", "Z", "")
_CHIPS: dict[str, ChipKind] = {"draft": "info", "applied": "success", "discarded": "neutral"}


class AbcPage(DecisionPage):
    """F9 writes the classes into the items, Ctrl+R discards; Enter in a field classifies again over what is typed."""

    def __init__(self, context: Context, run_id: int) -> None:
        self.found: AbcRun | None = None
        self.labels = tuple(Label(role="text.secondary") for _ in range(3))
        self.months, self.until = TextInput(), TextInput()
        self.cut_a, self.cut_b = TextInput(), TextInput()
        self.cut_x, self.cut_y = TextInput(), TextInput()
        self.again = Button(icon="refresh-cw", key="Enter")
        self.items_button = Button(icon="list")
        self.changes = KeyTable("")
        self._at = 0
        super().__init__(context, run_id, "abc_run")
        self.header.add_action(self.items_button)
        self.items_button.clicked.connect(self.open_items)
        self.again.clicked.connect(self.classify_again)
        for field in self.fields():
            field.setFixedWidth(56)
            field.returnPressed.connect(self.classify_again)
        self.until.setFixedWidth(84)
        self.asked = Surface("surface.panel", "b")
        over, value, steadiness = self.labels
        self.asked.setLayout(
            row(
                over, self.months, self.until, 16, value, self.cut_a, self.cut_b, 16, steadiness, self.cut_x,
                self.cut_y, 16, self.again, None, margins=(16, 6, 16, 6),
            )
        )  # fmt: skip
        self.table.setFixedHeight(HEAD + len(CLASSES) * ROW)
        self.changes_title = Label(size=13)
        head = Surface("surface.panel", "tb")
        head.setLayout(row(self.changes_title, None, margins=(16, 6, 16, 6)))
        whole = self.layout()
        if isinstance(whole, QVBoxLayout):
            whole.insertWidget(2, self.asked)
            whole.setStretchFactor(self.table, 0)
            whole.insertWidget(whole.count() - 1, head)
            whole.insertWidget(whole.count() - 1, self.changes, 1)
        self.changes.stepped.connect(lambda rows, _columns: self._step(rows))
        self.changes.row_clicked.connect(lambda line: self._step(line - self._at))
        self.changes.entered.connect(self._open_item)
        self.changes.row_opened.connect(lambda _line: self._open_item())
        self.changes.focused.connect(lambda _on: self._show_changes())
        self.retranslate()

    def fields(self) -> tuple[TextInput, ...]:
        """The period, then the cut-offs, in the order of the keyboard."""
        return self.months, self.until, self.cut_a, self.cut_b, self.cut_x, self.cut_y

    def load(self) -> AbcRun | None:
        return stock_planning.load_abc(self.context.database, self.record_id)

    def show_found(self, found: AbcRun) -> None:
        self.found = found
        self.header.set_title(self.title())
        self.header.set_state(_states()[found.state], _CHIPS[found.state])
        first = _months_before(found.until, found.months)
        last = _months_before(found.until, 1)
        self.facts.setText(
            "  ·  ".join(
                (
                    pick(found.unit, found.unit_zh),
                    tr("Consumption from {first} to {last}", first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"),
                    tr("A up to {a}, B up to {b} of the value", a=_percent(found.abc_a), b=_percent(found.abc_b)),
                    tr("X varies up to {x}, Y up to {y}", x=f"{found.xyz_x:g}", y=f"{found.xyz_y:g}"),
                )
            )
        )
        typed = (
            str(found.months), f"{last:%Y-%m}", f"{(found.abc_a * 100).normalize():f}",
            f"{(found.abc_b * 100).normalize():f}", f"{found.xyz_x.normalize():f}", f"{found.xyz_y.normalize():f}",
        )  # fmt: skip
        for field, words in zip(self.fields(), typed, strict=True):
            field.setText(words)
        self.table.set_rows([self._row(found, abc) for abc in CLASSES])
        draft = found.state == "draft"
        self.asked.setVisible(self.context.user.has("buyer", "manager", "steward"))
        self.may(
            yes=draft and self.context.user.has("manager", "steward"),
            no=draft and self.context.user.has("buyer", "manager", "steward"),
        )
        self._show_changes()

    def _step(self, rows: int) -> None:
        count = len(self.found.changes) if self.found is not None else 0
        self._at = max(0, min(self._at + rows, count - 1))
        self._show_changes()

    def _open_item(self) -> None:
        if self.found is not None and self._at < len(self.found.changes):
            self.open_requested.emit("item", self.found.changes[self._at].item_id)

    def _show_changes(self) -> None:
        """Who changes class, the most valuable first."""
        found = self.found
        self.changes.set_columns(_change_columns(), wide=self.wide())
        if found is None:
            return
        shown = len(found.changes)
        if found.state == "applied":
            words = tr("{count} items changed their class", count=f"{found.changed:,}")
        else:
            words = tr("{count} items change their class", count=f"{found.changed:,}")
        if shown < found.changed:
            words = tr("{words}; the first {shown} are shown", words=words, shown=f"{shown:,}")
        self.changes_title.setText(words)
        focused = self.changes.hasFocus()
        rows = [_change_row(each, focused and n == self._at) for n, each in enumerate(found.changes)]
        self.changes.set_rows(rows, self._at if focused else -1)

    def _row(self, found: AbcRun, abc: str) -> TableRow:
        whole = sum((each.amount for each in found.cells), Decimal(0)) or Decimal(1)
        cells = {"class": Cell(abc, weight=600)}
        items, amount = 0, Decimal(0)
        for xyz in PATTERNS:
            one = found.cell(abc, xyz)
            items, amount = items + one.items, amount + one.amount
            words = f"{one.items:,}  ·  ¥ {one.amount:,.0f}"
            cells[xyz or "none"] = Cell(words if one.items else "–", "text.primary" if one.items else "text.tertiary")
        cells["items"] = Cell(f"{items:,}")
        cells["amount"] = Cell(f"{amount:,.2f}")
        cells["share"] = Cell(_percent(amount / whole))
        return TableRow(cells)

    def classify_again(self) -> None:
        """Over the period and with the cut-offs as typed: a new classification opens, this one stays."""
        wanted = self._typed()
        if wanted is not None:
            self.run(stock_planning.start_abc, wanted, done=self._started)

    def _typed(self) -> Classifying | None:
        """What the fields say; the first that says nothing sensible gets the keyboard, and a word why."""
        months, until, a, b, x, y = self.fields()
        try:
            span = self._number(months, tr("The months are a number from 3 to 60."), 3, 60)
            end = self._month(until)
            why = tr("The cut-offs are percentages, for example 80 and 95.")
            abc_a, abc_b = (self._number(each, why, 0, 100) / 100 for each in (a, b))
            why = tr("X and Y are numbers, for example 0.5 and 1.")
            xyz_x, xyz_y = (self._number(each, why, 0, 99) for each in (x, y))
        except _NotSensible as wrong:
            wrong.field.setFocus()
            wrong.field.selectAll()
            self.context.toast("warn", wrong.why)
            return None
        return Classifying(abc_a, abc_b, xyz_x, xyz_y, int(span), end)

    @staticmethod
    def _number(field: TextInput, why: str, low: int, high: int) -> Decimal:
        try:
            value = Decimal(field.text().strip().rstrip("%"))
        except ArithmeticError as error:
            raise _NotSensible(field, why) from error
        if not low <= value <= high:
            raise _NotSensible(field, why)
        return value

    @staticmethod
    def _month(field: TextInput) -> date:
        """The first day after the month that is typed."""
        try:
            last = datetime.strptime(field.text().strip(), "%Y-%m").date()
        except ValueError as error:
            raise _NotSensible(field, tr("The last month is written like 2026-10.")) from error
        return _months_before(last, -1)

    def _started(self, answer: tuple[int, Changes]) -> None:
        self.open_requested.emit("abc_run", answer[0])

    def open_items(self) -> None:
        """The items behind the matrix, as a list."""
        if self.found is not None:
            self.open_requested.emit("abc_lines", {"condition": to_json(Test("run", "=", (self.found.number,)))})

    def say_yes(self) -> None:
        if self.yes_action.isEnabled():
            self.run(stock_planning.apply_abc, self.record_id, done=self._applied)

    def say_no(self) -> None:
        if self.no_action.isEnabled():
            self.run(stock_planning.discard_abc, self.record_id, done=self._discarded)

    def _applied(self, answer: tuple[int, Changes]) -> None:
        self.context.toast("success", tr("{count} items have another class now", count=f"{answer[0]:,}"))

    def _discarded(self, answer: Changes) -> None:
        self.context.toast("info", tr("Discarded; no item was changed"))

    def zones(self) -> Sequence[QWidget]:
        return (self.changes, self.months)

    def names(self) -> tuple[str, str]:
        return tr("Write the classes"), tr("Discard")

    def set_columns(self) -> None:
        self.table.set_columns(
            (
                TableColumn("class", tr("Class"), 64),
                TableColumn("X", tr("X steady"), 0),
                TableColumn("Y", tr("Y changing"), 0),
                TableColumn("Z", tr("Z irregular"), 0),
                TableColumn("none", tr("Not used"), 0),
                TableColumn("items", tr("Items"), 80, "right"),
                TableColumn("amount", tr("Amount ¥"), 140, "right"),
                TableColumn("share", tr("Share"), 80, "right"),
            ),
            wide=self.wide(),
        )

    def title(self) -> str:
        return self.found.number if self.found else tr("Classification")

    def icon_name(self) -> str:
        return "group"

    def retranslate(self) -> None:
        super().retranslate()
        if not hasattr(self, "changes_title"):
            return  # the base class asks while it is being made
        for label, words in zip(
            self.labels, (tr("Months, the last"), tr("A and B up to %"), tr("X and Y vary up to")), strict=True
        ):
            label.setText(words)
        self.again.setText(tr("Classify again"))
        self.items_button.setText(tr("Items"))
        self.changes.setAccessibleName(tr("Who changes class"))
        self.changes.set_empty(tr("Nothing changes"), tr("All items keep their class."))
        for field, words in zip(
            self.fields(),
            (
                tr("How many months"), tr("The last month"), tr("A up to (percent)"), tr("B up to (percent)"),
                tr("X varies up to"), tr("Y varies up to"),
            ),
            strict=True,
        ):  # fmt: skip
            field.setAccessibleName(words)
        if self.found is not None:
            self.show_found(self.found)


class _NotSensible(Exception):
    """A field that says nothing sensible, and what would be."""

    def __init__(self, field: TextInput, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why


def _months_before(day: date, months: int) -> date:
    """The first of the month so many before that of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _change_columns() -> tuple[TableColumn, ...]:
    return (
        TableColumn("place", tr("Rank"), 64, "right"),
        TableColumn("item", tr("Item"), 160, code=True),
        TableColumn("name", tr("Name")),
        TableColumn("was", tr("Was"), 72, "center"),
        TableColumn("becomes", tr("Becomes"), 84, "center"),
        TableColumn("xyz", tr("XYZ"), 64, "center"),
        TableColumn("amount", tr("Amount ¥"), 140, "right"),
        TableColumn("share", tr("Share"), 88, "right"),
        TableColumn("cumulative", tr("Up to here"), 96, "right"),
    )


def _change_row(change: ClassChange, current: bool) -> TableRow:
    risen = change.abc_old is not None and change.abc_new < change.abc_old
    role = "success.fg" if risen else "warn.fg" if change.abc_old else "text.primary"
    return TableRow(
        {
            "place": Cell(f"{change.place:,}", "text.secondary"),
            "item": Cell(change.code, frame="cursor" if current else ""),
            "name": Cell(pick(change.name, change.name_zh), "text.secondary"),
            "was": Cell(change.abc_old or "–", "text.tertiary"),
            "becomes": Cell(change.abc_new, role, 600),
            "xyz": Cell(change.xyz or "–", "text.secondary"),
            "amount": Cell(f"{change.amount:,.2f}"),
            "share": Cell(_percent(change.share)),
            "cumulative": Cell(_percent(change.cumulative)),
        }
    )


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}\u2009%"


def _states() -> dict[str, str]:
    return {"draft": tr("Draft"), "applied": tr("Applied"), "discarded": tr("Discarded")}
