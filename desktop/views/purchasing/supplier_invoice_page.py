"""The supplier's invoice: its head and lines as on the paper, the match beside it, its way to posted and back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.money import cents
from desktop.domain.text import tr
from desktop.operations import supplier_invoices
from desktop.operations.records import Draft, Record, Referred, Values
from desktop.operations.stock import new_key
from desktop.operations.supplier_invoices import Invoiceable, MatchLine, Similar
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.purchasing.match_panel import MatchPanel
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import ActionBar, Total
from desktop.widgets.labels import ChipKind
from desktop.widgets.line_table import Line
from desktop.widgets.step_bar import StepBar, StepChoice

LOOKS: dict[str, tuple[ChipKind, str]] = {
    "draft": ("neutral", "pencil"),
    "matched": ("info", "check"),
    "exception": ("warn", "triangle-alert"),
    "approved": ("info", "check"),
    "posted": ("success", "circle-check"),
    "reversed": ("neutral", "undo-2"),
    "cancelled": ("neutral", "circle-x"),
}


@dataclass(frozen=True)
class _More:
    lines: tuple[MatchLine, ...]
    alike: tuple[Similar, ...]


def invoice_spec() -> FormSpec:
    return FormSpec(
        kind=supplier_invoices.SUPPLIER_INVOICE,
        noun=lambda: tr("Supplier invoice"),
        icon="file-text",
        sections=(
            FormSection(
                lambda: tr("As on the paper"),
                (
                    "supplier_id", "kind", "invoice_number", "invoice_date", "due_on", "gross", "currency",
                    "org_unit_id", "note",
                ),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines(
                "lines",
                lambda: tr("Lines"),
                ("item_id", "description", "quantity", "unit_price", "net", "tax_rate"),
            ),
        ),
        load=supplier_invoices.load,
        save=supplier_invoices.save,
        topics=("supplier_invoice", "supplier_invoice_line"),
    )  # fmt: skip


class SupplierInvoicePage(FormPage):
    """One invoice. Saving a draft matches it; only a draft is written."""

    def __init__(
        self,
        context: Context,
        invoice_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        self.match = MatchPanel()
        self._refusal = ""
        self._key = new_key()
        super().__init__(context, invoice_spec(), invoice_id, values, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self.take_step)
        self.match.opened.connect(self.open_requested)
        self.fetch = Button("", icon="inbox", key="Ctrl+R")
        self.fetch.clicked.connect(self.take_over)
        self.header.add_action(self.fetch)
        self.fetch_action = self._action("", QKeySequence("Ctrl+R"), self.take_over)
        self.post_action = self._action("", QKeySequence("F9"), self.post)
        self.totals = ActionBar()
        self.at_foot(self.totals)
        self.retranslate()

    def extra_parts(self) -> tuple[QWidget, ...]:
        return (self.match,)

    def locked(self) -> bool:
        return self.record is not None and self._state() != "draft"

    def _state(self) -> str:
        return str(self.record.values.get("state") or "draft") if self.record is not None else "draft"

    def more(self, database: Any, record: Record) -> _More:
        if record.id is None:
            return _More((), ())
        return _More(supplier_invoices.matching(database, record.id), supplier_invoices.similar(database, record.id))

    def write(self, record: Record, draft: Draft) -> tuple[Record, Changes]:
        """Save, and match what is complete; what does not add up yet stays a draft and says why."""
        saved, changes, self._refusal = supplier_invoices.save_and_match(self.context.database, record, draft)
        return saved, changes

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        database, invoice = self.context.database, record.id or 0
        if to_state == "match":
            _, changes = supplier_invoices.match(database, invoice)
        elif to_state == "post":
            _, changes = supplier_invoices.post(database, self._key, invoice)
        elif to_state == "reverse":
            changes = supplier_invoices.reverse(database, new_key(), invoice, reason)
        else:
            changes = supplier_invoices.change(database, record, to_state, reason or None)
        self._refusal = ""
        return supplier_invoices.load(database, invoice), changes

    def shown(self, loaded: Loaded) -> None:
        state = self._state()
        kind, icon = LOOKS[state]
        self.header.set_state(dict(loaded.info.fields["state"].choices).get(state, state), kind, icon)
        self.steps.show_steps(self._choices(state) if self.record_id is not None else ())
        self.fetch.setVisible(state == "draft" and self.context.user.has("buyer", "finance"))
        self.fetch_action.setEnabled(state == "draft")
        more = loaded.more if isinstance(loaded.more, _More) else _More((), ())
        self.match.show_match(more.lines, more.alike if state not in ("posted", "reversed", "cancelled") else ())
        sums = amounts_of(loaded.record)
        currency = str(loaded.record.values.get("currency") or "")
        self.totals.set_totals(
            (
                Total(tr("Net"), f"{sums[0]:,.2f} {currency}"),
                Total(tr("Tax"), f"{sums[1]:,.2f} {currency}"),
                Total(tr("Gross"), f"{sums[0] + sums[1]:,.2f} {currency}"),
            )
        )
        self.totals.set_reason(self._refusal)

    def _choices(self, state: str) -> tuple[StepChoice, ...]:
        finance, enters = self.context.user.has("finance"), self.context.user.has("finance", "buyer")
        offered = (
            (state in ("matched", "approved") and finance, StepChoice("post", tr("Post the invoice"))),
            (state in ("draft", "exception") and enters, StepChoice("match", tr("Match again"))),
            (state in ("matched", "exception", "approved") and enters, StepChoice("reopen", tr("Correct it"))),
            (
                state in ("draft", "matched", "exception", "approved") and enters,
                StepChoice("cancel", tr("Cancel the invoice"), (), True),
            ),
            (state == "posted" and finance, StepChoice("reverse", tr("Reverse the invoice"), (), True)),
        )
        return tuple(choice for may, choice in offered if may)

    def post(self) -> None:
        """F9: post what is matched."""
        if self._state() in ("matched", "approved") and self.context.user.has("finance"):
            self.take_step("post", "")

    # What was received becomes the lines

    def take_over(self) -> None:
        """Ctrl+R: fill the lines with what was received from the supplier and not invoiced."""
        if self._state() != "draft" or self.record is None:
            return
        found = self.editors["supplier_id"].read()
        if found is None:
            self.context.toast("warn", tr("Choose the supplier first"))
            self.editors["supplier_id"].widget.setFocus()
            return
        credit = self.editors["kind"].read() == "credit_note"
        self.context.work.run(
            self._invoiceable, int(found), credit, on_done=self._took, on_error=self._not_taken, owner=self
        )

    def _invoiceable(self, supplier: int, credit: bool) -> tuple[Invoiceable, ...]:
        return supplier_invoices.invoiceable(self.context.database, supplier, credit=credit)

    def _took(self, found: tuple[Invoiceable, ...]) -> None:
        model = self.tables["lines"].model_
        there = {line.values.get("purchase_line_id") for line in model.lines()}
        fresh = [_line(one) for one in found if one.purchase_line_id not in there]
        if not fresh:
            self.context.toast("info", tr("Nothing more of this supplier waits for an invoice"))
            return
        model.replace_all([*model.lines(), *fresh])
        self.tables["lines"].edited.emit()

    def _not_taken(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Not done"), failure.message)

    def retranslate(self) -> None:
        super().retranslate()
        self.fetch.setText(tr("What was received"))
        self.fetch_action.setText(tr("What was received"))
        self.post_action.setText(tr("Post the invoice"))


def amounts_of(record: Record) -> tuple[Decimal, Decimal]:
    """Net and tax of the lines as entered, each line's tax rounded half up to the cent."""
    nets = [
        (line.values.get("net") or Decimal(0), line.values.get("tax_rate") or Decimal(0))
        for line in record.lines.get("lines", ())
    ]
    return sum((net for net, _ in nets), Decimal(0)), sum((cents(net * rate) for net, rate in nets), Decimal(0))


def _line(one: Invoiceable) -> Line:
    return Line(
        None,
        {
            "purchase_line_id": one.purchase_line_id,
            "item_id": one.item_id,
            "description": f"{one.order_number} / {one.line_no}",
            "quantity": one.quantity,
            "unit_price": one.unit_price,
            "net": cents(one.quantity * one.unit_price),
            "tax_rate": one.tax_rate,
        },
        {"item_id": Referred(one.item_id, one.item_code, one.item_name, one.item_name_zh)},
    )
