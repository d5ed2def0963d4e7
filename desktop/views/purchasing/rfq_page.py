"""The request for quotation: what is asked of whom, the answers side by side, and the orders of those who win."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import purchasing_letters
from desktop.operations import purchasing_rfq as rfqs
from desktop.operations.purchasing_letters import Asked, LastPrice
from desktop.operations.purchasing_requisitions import MadeOrder
from desktop.operations.purchasing_rfq import Quote
from desktop.operations.records import Record, Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.purchasing.comparison_table import ComparisonTable
from desktop.views.purchasing.requisition_page import told
from desktop.views.purchasing.rfq_letters import RfqLetters
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import ActionBar, Total
from desktop.widgets.labels import ChipKind
from desktop.widgets.papers import Make
from desktop.widgets.step_bar import StepBar, StepChoice

LOOKS: dict[str, tuple[ChipKind, str]] = {
    "draft": ("neutral", "pencil"),
    "sent": ("info", "arrow-right"),
    "awarded": ("success", "circle-check"),
    "cancelled": ("neutral", "circle-x"),
}


@dataclass(frozen=True)
class _More:
    steps: tuple[tuple[str, str], ...] = ()
    quotes: tuple[Quote, ...] = ()
    asked: tuple[Asked, ...] = ()
    last: Mapping[int, LastPrice] = field(default_factory=dict)


def rfq_spec() -> FormSpec:
    return FormSpec(
        kind=rfqs.RFQ,
        noun=lambda: tr("Request for quotation"),
        icon="users",
        sections=(
            FormSection(
                lambda: tr("Request for quotation"),
                ("org_unit_id", "due_on", "currency", "sent_on", "note"),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines("lines", lambda: tr("Lines"), ("item_id", "quantity", "needed_on")),
            FormLines("suppliers", lambda: tr("Suppliers"), ("supplier_id",)),
        ),
        load=rfqs.load,
        save=rfqs.save,
        topics=("rfq", "rfq_quote", "outgoing_mail"),
    )


class RfqPage(FormPage):
    """One request. F9 gives the marked lines to their suppliers."""

    def __init__(
        self,
        context: Context,
        rfq_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        self.table = ComparisonTable()
        self.letters = RfqLetters(context)
        super().__init__(context, rfq_spec(), rfq_id, values, parent)
        self.header.add_left(self.steps)
        self.under_header(self.letters.strip)
        self.steps.serve(self)
        self.steps.chosen.connect(self.take_step)
        self.bar = ActionBar()
        self.answers_button = Button(height=32, icon="pencil")
        self.best_button = Button(height=32)
        self.single_button = Button(height=32)
        self.award_button = Button(kind="primary", icon="check", height=32, key="F9")
        for button in (self.answers_button, self.best_button, self.single_button, self.award_button):
            self.bar.add_button(button)
        self.at_foot(self.bar)
        self.answers_button.clicked.connect(self._open_answers)
        self.best_button.clicked.connect(lambda: self._choose(rfqs.best_per_line))
        self.single_button.clicked.connect(lambda: self._choose(rfqs.best_single))
        self.award_button.clicked.connect(self.award)
        self.table.changed.connect(self._show_choice)
        self.letters.done.connect(self._letters_given)
        self.send_action = self._action(tr("Send the letters"), QKeySequence("Ctrl+M"), self.letters.send_all)
        self.award_action = self._action(tr("Make orders"), QKeySequence("F9"), self.award)
        self._dress()

    def extra_parts(self) -> Sequence[QWidget]:
        return (self.table, self.letters)

    def locked(self) -> bool:
        """What suppliers were asked stays as they were asked."""
        return self.record is not None and self.record.values.get("state") not in (None, "draft")

    def more(self, database: Any, record: Record) -> _More:
        number = record.id or 0
        return _More(
            rfqs.steps(database, number), rfqs.comparison(database, number),
            purchasing_letters.asked(database, number), purchasing_letters.last_prices(database, number),
        )  # fmt: skip

    def shown(self, loaded: Loaded) -> None:
        state = str(loaded.record.values.get("state") or "draft")
        kind, icon = LOOKS.get(state, ("neutral", ""))
        self.header.set_state(dict(loaded.info.fields["state"].choices).get(state, state), kind, icon)
        words = {"send": tr("Send the request"), "revise": tr("Revise"), "cancel": tr("Cancel the request")}
        more: _More = loaded.more or _More()
        self.steps.show_steps(tuple(StepChoice(to, words[action], (), to == "cancelled") for to, action in more.steps))
        asked = state in ("sent", "awarded")
        buying = state == "sent" and self.context.user.has("buyer")
        won = {quote.line_id: quote.rfq_supplier_id for quote in more.quotes if quote.awarded}
        kept = {line: one for line, one in self.table.winners().items() if state == "sent"}
        winners = won or kept or rfqs.best_per_line(more.quotes)
        self.table.show_quotes(more.quotes, winners, may_choose=buying, asked=more.asked, last=more.last)
        self.table.setVisible(asked)
        self.letters.show_letters(loaded.record, more.asked, may_send=buying)
        self.letters.setVisible(asked)
        for table in self.tables.values():
            table.setVisible(not asked)  # what was asked of whom stands in the comparison
        # What nobody wrote takes no room from the answers.
        self.fields["note"].setVisible(not asked or bool(loaded.record.values.get("note")))
        self.bar.setVisible(buying)
        self.award_action.setEnabled(buying)
        self.send_action.setEnabled(buying)
        self._show_choice()

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        return rfqs.take_step(self.context.database, record, to_state, reason=reason or None)

    def paper(self, record: Record) -> tuple[str, Make] | None:
        if record.id is None:
            return None
        one = self.letters.current()
        number = f"{record.values['number']} {one.code if one is not None else ''}".strip()
        return number, partial(self.letters.write, record=record, one=one, printed_by=self.context.user.display_name())

    def _letters_given(self, changes: Changes) -> None:
        self.context.bus.publish(changes, self)
        self.reload()

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if not self.award_action.isEnabled():
            return super().key_hints()
        return (
            ("Space", tr("Mark the supplier")), ("F9", tr("Make orders")), ("Ctrl+M", tr("Send the letters")),
            ("Ctrl+P", tr("Print")), *super().key_hints(),
        )  # fmt: skip

    def award(self) -> None:
        """F9: the marked lines become draft orders of their suppliers."""
        if self.record is None or not self.table.winners():
            self.context.toast("warn", tr("Mark a supplier for at least one line (Space)"))
            return
        self.context.work.run(
            self._award, self.record, self.table.winners(), on_done=self._awarded, on_error=self._failed, owner=self
        )

    def _award(
        self, record: Record, winners: Mapping[int, int]
    ) -> tuple[tuple[MadeOrder, ...], tuple[Loaded, Changes]]:
        orders, now, changes = rfqs.award(self.context.database, record, winners)
        return orders, (self._with_more(now), changes)

    def _awarded(self, answer: tuple[tuple[MadeOrder, ...], tuple[Loaded, Changes]]) -> None:
        orders, (loaded, changes) = answer
        self.show_record(loaded)
        self.context.bus.publish(changes, self)
        told(self.context, orders)

    def _failed(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Nothing was ordered"), failure.message)

    def _choose(self, rule: Any) -> None:
        winners = rule(tuple(self.table.model_.cells.values()))
        if not winners:
            self.context.toast("info", tr("No supplier has quoted every line"))
            return
        self.table.choose(winners)

    def _show_choice(self) -> None:
        model = self.table.model_
        amounts = [model.cells[line, winner].amount or Decimal(0) for line, winner in model.winners.items()]
        count = tr("{chosen} of {all} lines", chosen=len(model.winners), all=len(model.lines))
        self.bar.set_totals((Total(tr("Marked"), count), Total(tr("Net"), f"{sum(amounts, Decimal(0)):,.2f}")))

    def _open_answers(self) -> None:
        """The answers as rows, to be typed or pasted from the supplier's sheet."""
        self.open_requested.emit("rfq_quotes", None)

    def _dress(self) -> None:
        self.answers_button.setText(tr("Enter answers"))
        self.best_button.setText(tr("Best of each line"))
        self.single_button.setText(tr("Best in all"))
        self.award_button.setText(tr("Make orders"))
        self.award_action.setText(tr("Make orders"))
        self.send_action.setText(tr("Send the letters"))

    def retranslate(self) -> None:
        super().retranslate()
        self._dress()
        self.table.retranslate()
        self.letters.retranslate()
        if self._last is not None:
            self.shown(self._last)
