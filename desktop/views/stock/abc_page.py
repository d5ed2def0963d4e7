"""A classification: the matrix of value and steadiness, cut-offs to try again, and F9 that writes the classes."""

from __future__ import annotations

from decimal import Decimal

from desktop.domain.changes import Changes
from desktop.domain.conditions import Test, to_json
from desktop.domain.text import pick, tr
from desktop.operations import stock_planning
from desktop.operations.stock_planning import AbcRun
from desktop.runtime.context import Context
from desktop.views.stock.decision_page import DecisionPage
from desktop.views.stock.painted_table import Cell, TableColumn, TableRow
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import ChipKind, Label

CLASSES = ("A", "B", "C")
PATTERNS = ("X", "Y", "Z", "")
_CHIPS: dict[str, ChipKind] = {"draft": "info", "applied": "success", "discarded": "neutral"}


class AbcPage(DecisionPage):
    """F9 writes the classes into the items, Ctrl+R discards; Enter in a cut-off classifies again."""

    def __init__(self, context: Context, run_id: int) -> None:
        self.found: AbcRun | None = None
        self.cut_label = Label(role="text.secondary")
        self.cut_a, self.cut_b = TextInput(), TextInput()
        self.again = Button(icon="refresh-cw", key="Enter")
        self.items_button = Button(icon="list")
        super().__init__(context, run_id, "abc_run")
        for field in (self.cut_a, self.cut_b):
            field.setFixedWidth(64)
            field.returnPressed.connect(self.classify_again)
        self.again.clicked.connect(self.classify_again)
        self.items_button.clicked.connect(self.open_items)
        for widget in (self.cut_label, self.cut_a, self.cut_b, self.again, self.items_button):
            self.header.add_action(widget)

    def load(self) -> AbcRun | None:
        return stock_planning.load_abc(self.context.database, self.record_id)

    def show_found(self, found: AbcRun) -> None:
        self.found = found
        self.header.set_title(self.title())
        self.header.set_state(_states()[found.state], _CHIPS[found.state])
        self.facts.setText(
            "  ·  ".join(
                (
                    pick(found.unit, found.unit_zh),
                    tr("Consumption of the twelve months before {day}", day=f"{found.until:%Y-%m-%d}"),
                    tr("A up to {a}, B up to {b} of the value", a=_percent(found.abc_a), b=_percent(found.abc_b)),
                    tr("X varies up to {x}, Y up to {y}", x=f"{found.xyz_x:g}", y=f"{found.xyz_y:g}"),
                    tr("{count} items change their class", count=f"{found.changed:,}"),
                )
            )
        )
        self.cut_a.setText(f"{(found.abc_a * 100).normalize():f}")
        self.cut_b.setText(f"{(found.abc_b * 100).normalize():f}")
        self.table.set_rows([self._row(found, abc) for abc in CLASSES])
        draft = found.state == "draft"
        for widget in (self.cut_label, self.cut_a, self.cut_b, self.again):
            widget.setVisible(self.context.user.has("buyer", "manager", "steward"))
        self.may(
            yes=draft and self.context.user.has("manager", "steward"),
            no=draft and self.context.user.has("buyer", "manager", "steward"),
        )

    def _row(self, found: AbcRun, abc: str) -> TableRow:
        whole = sum((each.amount for each in found.cells), Decimal(0)) or Decimal(1)
        cells = {"class": Cell(abc, weight=600)}
        items, amount = 0, Decimal(0)
        for xyz in PATTERNS:
            one = found.cell(abc, xyz)
            items, amount = items + one.items, amount + one.amount
            words = f"{one.items:,}  ·  {one.amount:,.0f} ¥"
            cells[xyz or "none"] = Cell(words if one.items else "–", "text.primary" if one.items else "text.tertiary")
        cells["items"] = Cell(f"{items:,}")
        cells["amount"] = Cell(f"{amount:,.2f}")
        cells["share"] = Cell(_percent(amount / whole))
        return TableRow(cells)

    def classify_again(self) -> None:
        """With the cut-offs as typed; the page then shows the new classification, this one stays."""
        if self.found is None:
            return
        try:
            cuts = [Decimal(field.text().strip().rstrip("%")) / 100 for field in (self.cut_a, self.cut_b)]
        except ArithmeticError:
            self.context.toast("warn", tr("The cut-offs are percentages, for example 80 and 95."))
            return
        found = self.found

        def start(database: object, a: Decimal, b: Decimal) -> tuple[int, Changes]:
            return stock_planning.start_abc(self.context.database, abc_a=a, abc_b=b, run=found)

        self.run(start, cuts[0], cuts[1], done=self._started)

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
        self.cut_label.setText(tr("Cut-offs %"))
        self.again.setText(tr("Classify again"))
        self.items_button.setText(tr("Items"))
        self.cut_a.setAccessibleName(tr("A up to (percent)"))
        self.cut_b.setAccessibleName(tr("B up to (percent)"))
        if self.found is not None:
            self.show_found(self.found)


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}\u2009%"


def _states() -> dict[str, str]:
    return {"draft": tr("Draft"), "applied": tr("Applied"), "discarded": tr("Discarded")}
