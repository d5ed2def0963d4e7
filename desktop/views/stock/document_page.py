"""A posted stock document: what moved, for whom, at what cost; F8 takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotANumber, format_date
from desktop.domain.text import language, pick, tr
from desktop.operations import stock, stock_documents, stock_values, supplier_returns
from desktop.operations.records import Record, Values
from desktop.operations.stock import Posted
from desktop.operations.stock_documents import Standing
from desktop.operations.stock_values import Revalued, Trial
from desktop.reports.supplier_return import return_note_pdf
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.desk_dating import signed
from desktop.views.stock.fact_box import fact_box, link_to
from desktop.widgets import confirm as dialogs
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.form_page import FormLines, FormPage, FormSpec, Loaded, shown_value
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, row
from desktop.widgets.papers import Make


def document_spec() -> FormSpec:
    return FormSpec(
        kind=stock_documents.STOCK_DOCUMENT,
        noun=lambda: tr("Stock document"),
        icon="receipt",
        sections=(),
        lines=(
            FormLines(
                "moves",
                lambda: tr("Moved parts"),
                (
                    "item_id", "from_location_id", "to_location_id", "lot_id", "quantity", "entered_uom", "unit_cost",
                    "amount",
                ),
                editable=False,
            ),
        ),
        load=stock_documents.load,
        save=stock_documents.save,
        topics=("stock_document",),
    )  # fmt: skip


_FACTS = ("posted_at", "posted_by", "effective_at", "org_unit_id", "engineer_id", "reason")
_LINKS = {
    "work_order_id": "work_order",
    "purchase_order_id": "purchase_order",
    "reverses_id": "stock_document",
}
"""Fields that name another record → the page that shows it."""
_WIDTHS = {
    "item_id": 320, "from_location_id": 190, "to_location_id": 190, "lot_id": 120, "quantity": 80, "entered_uom": 90,
}  # fmt: skip


class StockDocumentPage(FormPage):
    """One document; read only, as everything that was posted."""

    def __init__(self, context: Context, document_id: int | None, parent: QWidget | None = None) -> None:
        super().__init__(context, document_spec(), document_id, None, parent)
        self._standing = Standing(None, False)
        self._key = stock.new_key()
        self.facts = Surface("surface.base", "b")
        self._fact_row = row(spacing=24, margins=(8, 8, 16, 8))
        self.facts.setLayout(self._fact_row)
        self.under_header(self.facts)
        self.other = Button("", icon="undo-2")
        self.other.clicked.connect(self.open_other)
        self.other.hide()
        self.header.add_action(self.other)
        self.note_button = Button(tr("Return note"), icon="printer", key="Ctrl+P")
        self.note_button.clicked.connect(self.print_paper)
        self.note_button.hide()
        self.header.add_action(self.note_button)
        self.return_button = Button(tr("Return parts"), icon="inbox", key="Ctrl+R")
        self.return_button.clicked.connect(self.return_parts)
        self.return_button.hide()
        self.header.add_action(self.return_button)
        self.return_action = self._action(tr("Return parts"), QKeySequence("Ctrl+R"), self.return_parts)
        self.return_action.setEnabled(False)
        self.reverse_button = Button(tr("Reverse"), icon="undo-2", key="F8")
        self.reverse_button.clicked.connect(self.reverse)
        self.reverse_button.hide()
        self.header.add_action(self.reverse_button)
        self.reverse_action = self._action(tr("Reverse"), QKeySequence("F8"), self.reverse)

        self.strip = AskStrip(context.work, warns=True)
        self.under_header(self.strip)
        self.value_button = Button(tr("Change value"), icon="pencil", key="Ctrl+Shift+V")
        self.value_button.clicked.connect(self.change_value)
        self.value_action = self._action(tr("Change value"), QKeySequence("Ctrl+Shift+V"), self.change_value)
        self.value_action.setEnabled(False)
        self._revalued_move = self._tries = 0
        self.strip.edited.connect(self._try_value)
        self.value_button.hide()
        self.header.add_action(self.value_button)

    def more(self, database: Any, record: Record) -> Standing:
        return stock_documents.standing(database, record.id or 0)

    def shown(self, loaded: Loaded) -> None:
        self._standing = loaded.more if isinstance(loaded.more, Standing) else Standing(None, False)
        back = self._standing.reversed_by
        kinds = dict(loaded.info.fields["document_type"].choices)
        kind = str(loaded.record.values.get("document_type") or "")
        if back is not None:
            self.header.set_state(tr("Reversed"), "warn", "undo-2")
        elif loaded.record.values.get("reverses_id") is not None:
            self.header.set_state(tr("Counter-entry"), "warn", "undo-2")
        else:
            self.header.set_state(kinds.get(kind, kind), "neutral", "")
        self.header.set_note(_both_days(loaded.record.values))
        self._show_facts(loaded)
        self.other.setVisible(back is not None)
        if back is not None:
            self.other.setText(tr("Counter-entry {number}", number=back[1]))
        returnable = self._standing.reversible and kind in ("issue", "counter_issue")
        self.return_button.setVisible(returnable)
        self.return_action.setEnabled(returnable)
        self.note_button.setVisible(supplier_returns.is_return(loaded.record.values))
        self.reverse_button.setVisible(self._standing.reversible)
        self.reverse_action.setEnabled(self._standing.reversible)
        self.value_action.setEnabled(
            kind in ("receipt", "opening")
            and self.context.user.has("finance", "steward")
            and back is None
            and loaded.record.values.get("reverses_id") is None
        )
        self.value_button.setVisible(self.value_action.isEnabled())

    def paper(self, record: Record) -> tuple[str, Make] | None:
        """The return note that travels with goods sent back to their supplier."""
        if record.id is None or not supplier_returns.is_return(record.values):
            return None
        document, database = record.id, self.context.database
        company = pick(self.context.user.company, self.context.user.company_zh)
        by = self.context.user.display_name()

        def write(path: str) -> None:
            note = supplier_returns.return_note(database, document)
            return_note_pdf(path, note=note, company=company, printed_by=by)

        return str(record.values["number"]), write

    def change_value(self) -> None:
        """What the line of the cursor cost more or less than it was posted with, with the reason."""
        table = self.body.tables["moves"]
        lines = self.record.lines["moves"] if self.record is not None else ()
        at = table.view.currentIndex().row()
        if not lines:
            return
        line = lines[at if 0 <= at < len(lines) else 0]
        self._revalued_move = line.id or 0
        key = stock.new_key()

        missing = tr("Amount is missing: enter what it cost more, or less with a minus.")

        def change(answers: Mapping[str, Any]) -> None:
            if not answers["amount"]:
                self.strip.refuse(missing, at="amount")
                return
            self.context.work.run(
                lambda: stock_values.revalue_receipt(
                    self.context.database, key, move_id=line.id or 0, amount=answers["amount"], reason=answers["reason"]
                ),
                on_done=self._revalued, on_error=self._not_revalued, owner=self,
            )  # fmt: skip

        part = line.referred.get("item_id")
        item = part.code if part is not None else ""
        why = tr("Reason is missing: say why the value changes.")
        asks = (
            Ask("amount", lambda: tr("Amount"), money=True, missing=missing),
            Ask("reason", lambda: tr("Reason"), missing=why),
        )
        self.strip.open(
            lambda: tr("{item} cost more by", item=item), asks, take=lambda: tr("Change value"), done=change
        )

    def _try_value(self, key: str) -> None:
        """How the difference would split, while it is being typed."""
        if key != "amount":
            return
        self._tries += 1  # what was asked before is about another amount
        try:
            amount = self.strip.answers()["amount"]
        except NotANumber as error:
            self.strip.say_effect(str(error))
            return
        self.strip.say_effect("")
        if not amount:
            return
        self.context.work.run(
            partial(stock_values.try_difference, move_id=self._revalued_move, amount=amount), self.context.database,
            on_done=partial(self._tried, self._tries), on_error=self._not_tried, owner=self, background=True,
        )  # fmt: skip

    def _tried(self, number: int, trial: Trial) -> None:
        if number == self._tries and trial.refused is not None:
            self.strip.say_effect(trial.refused.text(language()))
        elif number == self._tries:
            self.strip.say_effect(
                tr(
                    "¥ {stock} into stock, ¥ {used} to what was consumed",
                    stock=signed(trial.on_hand),
                    used=signed(trial.consumed),
                )
            )

    def _not_tried(self, failure: Failure) -> None:
        self.strip.say_effect(failure.message)

    def _revalued(self, answer: tuple[Revalued, Changes]) -> None:
        made, changes = answer
        self.strip.shut()
        self.context.bus.publish(changes, self)
        detail = tr(
            "¥ {stock} into stock, ¥ {used} to what was consumed",
            stock=f"{made.on_hand:,.2f}",
            used=f"{made.consumed:,.2f}",
        )
        self.context.toast("success", tr("Value changed"), detail)
        self.reload()

    def _not_revalued(self, failure: Failure) -> None:
        self.strip.refuse(failure.message)

    def _show_facts(self, loaded: Loaded) -> None:
        discard_all(self._fact_row)
        record = loaded.record
        for key in (*_LINKS, *_FACTS):
            value = record.values.get(key)
            if value is None:
                continue
            info, meaning = loaded.info.fields[key], record.referred.get(key)
            words = shown_value(info, value, meaning)
            if key in _LINKS and meaning is not None:
                self._fact_row.addWidget(fact_box(info.label, link_to(self, _LINKS[key], meaning.id, meaning.code)))
            else:
                short = pick(meaning.name, meaning.name_zh) if meaning is not None else words
                if key == "posted_by" and meaning is None:
                    short = tr("Outpost")  # the installation itself, which is no person
                reason = key == "reason"
                self._fact_row.addWidget(fact_box(info.label, Label(short, elide=reason)), 8 if reason else 0)
        self._fact_row.addStretch(1)
        header = self.body.tables["moves"].view.horizontalHeader()
        for number, info in enumerate(self.body.tables["moves"].model_.columns):
            if info.key in _WIDTHS:
                header.resizeSection(number, _WIDTHS[info.key])

    def open_other(self) -> None:
        """The counter-entry that took this document back."""
        if self._standing.reversed_by is not None:
            self.open_requested.emit("stock_document", self._standing.reversed_by[0])

    def return_parts(self) -> None:
        """Ctrl+R: the desk opens with what this issue gave out; F8 there fills in all of it."""
        if self.record is not None:
            self.open_requested.emit("stock_desk", {"mode": "return", "code": str(self.record.values["number"])})

    def reverse(self) -> None:
        """F8: the linked counter-entry, after a question that names the document."""
        if self.record is None or not self._standing.reversible:
            return
        number = str(self.record.values["number"])
        sentence = tr("The counter-entry of {number} is final. To undo it, post the document again.", number=number)
        title = tr("Reverse {number}?", number=number)
        if not dialogs.confirm(self, title, sentence, confirm=tr("Reverse"), keep=tr("Keep it")):
            return
        self.reverse_action.setEnabled(False)
        # The page's own key: a second press or a lost answer cannot post a second counter-entry.
        self.context.work.run(
            stock.reverse, self.context.database, self._key, self.record_id or 0, tr("Reversed from the document"),
            on_done=self._reversed, on_error=self._not_reversed, owner=self,
        )  # fmt: skip

    def _reversed(self, answer: tuple[Posted, Changes]) -> None:
        posted, changes = answer
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("Counter-entry {number}", number=posted.number))
        self.reload()

    def _not_reversed(self, failure: Failure) -> None:
        self.reverse_action.setEnabled(True)
        self.context.toast("danger", tr("Not done"), failure.message)

    def retranslate(self) -> None:
        super().retranslate()
        self.reverse_button.setText(tr("Reverse"))
        self.reverse_action.setText(tr("Reverse"))
        self.note_button.setText(tr("Return note"))
        self.return_button.setText(tr("Return parts"))
        self.return_action.setText(tr("Return parts"))
        self.value_button.setText(tr("Change value"))
        self.value_action.setText(tr("Change value"))
        self.strip.retranslate()


def _both_days(values: Values) -> str:
    """When it happened and when it was posted, where these are two days."""
    happened, posted = values.get("effective_at"), values.get("posted_at")
    if not isinstance(happened, datetime) or not isinstance(posted, datetime):
        return ""
    days = happened.astimezone().date(), posted.astimezone().date()
    words = tr("Dated {day}, posted on {posted}", day=format_date(days[0]), posted=format_date(days[1]))
    return words if days[0] != days[1] else ""
