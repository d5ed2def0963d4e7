"""The purchase order form: supplier, terms, lines, steps; on paper for the supplier."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.operations import purchasing, purchasing_mail
from desktop.operations import purchasing_approvals as approvals
from desktop.operations.purchasing_approvals import Decision
from desktop.operations.records import Record, Values
from desktop.reports.purchasing import amounts, purchase_order_pdf
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.purchasing import approval_part
from desktop.views.purchasing.mail_strip import MailStrip
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.dates import DateField
from desktop.widgets.fields import TextInput
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import ActionBar, SidePanel, Total
from desktop.widgets.labels import ChipKind
from desktop.widgets.papers import Make
from desktop.widgets.step_bar import StepBar, StepChoice

_ACKNOWLEDGE, _CONFIRM, _MAIL = "acknowledge", "confirm", "mail:"
_REFERENCE_WIDTH = 160
_WITH_SUPPLIER = ("ordered", "part_received")
_PROMISED = frozenset({"confirmed_quantity", "promised_on"})
"""What the supplier answers line by line."""
NEEDS_REASON = frozenset({"draft", "cancelled", "received"})
LOOKS: dict[str, tuple[ChipKind, str]] = {
    "draft": ("neutral", "pencil"),
    "submitted": ("warn", "clock"),
    "approved": ("success", "badge-check"),
    "ordered": ("info", "arrow-right"),
    "part_received": ("warn", "inbox"),
    "received": ("success", "circle-check"),
    "cancelled": ("neutral", "circle-x"),
}


@dataclass(frozen=True)
class _More:
    steps: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]


def purchase_order_spec() -> FormSpec:
    return FormSpec(
        kind=purchasing.PURCHASE_ORDER,
        noun=lambda: tr("Purchase order"),
        icon="inbox",
        sections=(
            FormSection(
                lambda: tr("Order"),
                (
                    "supplier_id", "org_unit_id", "ordered_on", "promised_on", "currency", "supplier_reference",
                    "acknowledged_on", "note",
                ),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines(
                "lines",
                lambda: tr("Lines"),
                (
                    "item_id", "entered_quantity", "uom", "entered_price", "confirmed_quantity", "promised_on",
                    "received", "tax_rate", "quantity",
                ),
                read_only=frozenset({"quantity", "received"}),
            ),
        ),
        load=purchasing.load,
        save=purchasing.save,
        topics=("purchase_order", "purchase_order_line"),
    )  # fmt: skip


class PurchaseOrderPage(FormPage):
    """One order. Terms and lines are open in a draft; afterwards only promised dates are."""

    has_side = True

    def __init__(
        self,
        context: Context,
        order_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        super().__init__(context, purchase_order_spec(), order_id, values, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self.take_step)
        self.mail = MailStrip()
        self.mail.given.connect(self._mail)
        self.under_header(self.mail)
        self.confirm_strip = AskStrip(context.work)
        self.under_header(self.confirm_strip)
        self.confirm_action = self._action(tr("Confirm all for one day"), QKeySequence("F9"), self.ask_day)
        self.totals = ActionBar()
        self.at_foot(self.totals)

    def may_write(self, key: str) -> bool:
        state = self.record.values.get("state") if self.record is not None else None
        if state in (None, "draft"):
            return super().may_write(key)
        if state in ("received", "cancelled", "submitted", "approved"):
            return False
        return key in ("promised_on", "note", "supplier_reference", "lines.lines") and super().may_write(key)

    def locked(self) -> bool:
        """What is being approved, arrived or was cancelled is read only."""
        closed = ("submitted", "approved", "received", "cancelled")
        return self.record is not None and self.record.values.get("state") in closed

    def show_record(self, loaded: Loaded) -> None:
        """Before the supplier answers the lines are the buyer's; afterwards what he answers is."""
        state = loaded.record.values.get("state")
        draft = state in (None, "draft")
        self.body.only = {} if draft else {"lines": _PROMISED}
        super().show_record(loaded)
        if draft:
            self.tables["lines"].close_column("confirmed_quantity")

    def more(self, database: Any, record: Record) -> _More:
        return _More(
            purchasing.steps(database, record.id or 0), approvals.decisions(database, purchase_order_id=record.id)
        )

    def shown(self, loaded: Loaded) -> None:
        state = str(loaded.record.values.get("state") or "draft")
        kind, icon = LOOKS.get(state, ("neutral", ""))
        self.header.set_state(dict(loaded.info.fields["state"].choices).get(state, state), kind, icon)
        words = {
            "submit": tr("Ask for approval"),
            "order": tr("Send the order"),
            "revise": tr("Revise"),
            "cancel": tr("Cancel the purchase"),
            "close": tr("Close short"),
        }
        more: _More = loaded.more or _More((), ())
        self.steps.show_steps(
            (
                *approval_part.choices(more.decisions),
                *(StepChoice(to, words[action], (), to in NEEDS_REASON) for to, action in more.steps),
                *self._after_sending(loaded.record),
            )
        )
        self.confirm_action.setEnabled(_CONFIRM in self.steps.buttons())
        sums = amounts(loaded.record.lines.get("lines", ()))
        currency = str(loaded.record.values.get("currency") or "")
        self.totals.set_totals(
            (
                Total(tr("Net"), _money(sums.net, currency)),
                Total(tr("Tax"), _money(sums.tax, currency)),
                Total(tr("Gross"), _money(sums.gross, currency)),
            )
        )

    def _after_sending(self, record: Record) -> tuple[StepChoice, ...]:
        """What the buyer does with an order that is with the supplier."""
        if record.values.get("state") not in _WITH_SUPPLIER or not self.context.user.has("buyer"):
            return ()
        known = record.values.get("acknowledged_on") is not None
        return (
            StepChoice(_CONFIRM, tr("New day for all") if known else tr("All as ordered")),
            *(() if known else (StepChoice(_ACKNOWLEDGE, tr("As entered below")),)),
            StepChoice(_MAIL + ("reminder" if known else "order"), tr("Remind by mail") if known else tr("Mail it")),
        )

    def take_step(self, to_state: str, reason: str) -> None:
        if to_state.startswith(_MAIL):
            self.context.work.run(
                self._address, to_state.removeprefix(_MAIL), on_done=self._ask_mail, on_error=self._refused, owner=self
            )
            return
        if to_state == _CONFIRM:
            self.ask_day()
            return
        super().take_step(to_state, reason)

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if not self.confirm_action.isEnabled():
            return super().key_hints()
        return (("F9", tr("Confirm all for one day")), ("F2", tr("Edit")), *super().key_hints())

    def ask_day(self) -> None:
        """F9: on which day all that is still to come arrives, as the supplier wrote."""
        if self.record is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        known = self.record.values.get("acknowledged_on") is not None

        def words() -> str:
            return tr("All that is open arrives on another day") if known else tr("Confirmed as ordered")

        asks = (
            Ask("day", lambda: tr("Arrives on"), date=True),
            Ask("reference", lambda: tr("Supplier's order no."), required=False),
        )
        self.confirm_strip.open(words, asks, take=lambda: tr("Confirm"), done=self._confirm)
        day, reference = (self.confirm_strip.editors[ask.key] for ask in asks)
        if isinstance(day, DateField):
            day.set_value(self.record.values.get("promised_on"))
            day.selectAll()
        if isinstance(reference, TextInput):
            reference.setMinimumWidth(_REFERENCE_WIDTH)
            reference.setText(str(self.record.values.get("supplier_reference") or ""))

    def _confirm(self, answers: Mapping[str, Any]) -> None:
        self.context.work.run(
            self._write_confirmed,
            self.record,
            answers,
            on_done=self._confirmed,
            on_error=self._not_confirmed,
            owner=self,
        )

    def _write_confirmed(self, record: Record, answers: Mapping[str, Any]) -> tuple[Loaded, Changes]:
        saved, changes = purchasing.confirm_all(self.context.database, record, answers["day"], answers["reference"])
        return self._with_more(saved), changes

    def _confirmed(self, answer: tuple[Loaded, Changes]) -> None:
        self.confirm_strip.shut()
        self._saved(answer)

    def _not_confirmed(self, failure: Failure) -> None:
        self.confirm_strip.refuse(failure.message)

    def _address(self, kind: str) -> tuple[str, str]:
        values = self.record.values if self.record is not None else {}
        return kind, purchasing_mail.address_of(self.context.database, int(values.get("supplier_id") or 0))

    def _ask_mail(self, found: tuple[str, str]) -> None:
        self.mail.ask(*found)

    def _mail(self, kind: str, address: str) -> None:
        if self.record is not None:
            self.context.work.run(
                self._post, self.record, kind, address, on_done=self._posted, on_error=self._not_posted, owner=self
            )

    def _post(self, record: Record, kind: str, address: str) -> Changes:
        """Make the paper and give the letter to the worker."""
        company = pick(self.context.user.company, self.context.user.company_zh)
        number = str(record.values["number"])
        paper = io.BytesIO()
        purchase_order_pdf(paper, order=record, info=self._describe(), company=company)
        if kind == "order":
            subject = tr("Purchase order {number}", number=number)
            body = tr("Please find our order attached, and confirm quantities and dates.")
        else:
            subject = tr("Reminder: purchase order {number}", number=number)
            body = tr("We are waiting for the goods of the order attached. When will they arrive?")
        return purchasing_mail.queue(
            self.context.database, kind, record.id or 0, email=address, subject=f"{subject} – {company}",
            body=f"{body}\n\n{self.context.user.display_name()}\n{company}", file_name=f"{number}.pdf",
            content=paper.getvalue(),
        )  # fmt: skip

    def _posted(self, changes: Changes) -> None:
        self.mail.leave()
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("The letter is on its way"), tr("It stands in Letters to suppliers."))

    def _not_posted(self, failure: Failure) -> None:
        self.mail.refuse(failure.message)

    def paper(self, record: Record) -> tuple[str, Make] | None:
        if record.id is None:
            return None
        company = pick(self.context.user.company, self.context.user.company_zh)
        by = self.context.user.display_name()

        def write(path: str) -> None:
            purchase_order_pdf(path, order=record, info=self._describe(), company=company, printed_by=by)

        return str(record.values["number"]), write

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        more: _More = loaded.more or _More((), ())
        side.add_section(approval_part.part(more.decisions), tr("Approval"))

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        if to_state == _ACKNOWLEDGE:
            return purchasing.acknowledge(self.context.database, record)
        decided = approval_part.take(self.context, to_state, reason)
        if decided is not None:
            return purchasing.load(self.context.database, record.id or 0), decided
        return purchasing.take_step(self.context.database, record, to_state, reason=reason or None)


def _money(value: Decimal, currency: str) -> str:
    return f"{value:,.2f} {currency}".strip()
