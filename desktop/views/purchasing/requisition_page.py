"""The requisition form: what is wanted by when, its approval, and the orders that the buyer makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import purchasing_approvals as approvals
from desktop.operations import purchasing_requisitions as requisitions
from desktop.operations.purchasing_approvals import Decision
from desktop.operations.purchasing_requisitions import MadeOrder
from desktop.operations.records import Record, Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.purchasing import approval_part
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import ActionBar, SidePanel, Total
from desktop.widgets.labels import ChipKind
from desktop.widgets.step_bar import StepBar, StepChoice

NEEDS_REASON = frozenset({"cancelled", "closed"})
LOOKS: dict[str, tuple[ChipKind, str]] = {
    "draft": ("neutral", "pencil"),
    "submitted": ("info", "clock"),
    "approved": ("success", "circle-check"),
    "rejected": ("danger", "circle-x"),
    "closed": ("neutral", "check"),
    "cancelled": ("neutral", "circle-x"),
}


@dataclass(frozen=True)
class _More:
    steps: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]


def requisition_spec() -> FormSpec:
    return FormSpec(
        kind=requisitions.REQUISITION,
        noun=lambda: tr("Requisition"),
        icon="clipboard-paste",
        sections=(
            FormSection(
                lambda: tr("Requisition"),
                ("org_unit_id", "needed_on", "requested_by", "origin", "note"),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines(
                "lines",
                lambda: tr("Lines"),
                (
                    "item_id", "quantity", "needed_on", "supplier_id", "estimated_price", "reason",
                    "work_order_id", "ordered", "state",
                ),
                read_only=frozenset({"ordered", "state"}),
            ),
        ),
        load=requisitions.load,
        save=requisitions.save,
        topics=("requisition", "requisition_line", "approval"),
    )  # fmt: skip


class RequisitionPage(FormPage):
    """One requisition. It is worded in a draft; F9 orders what is approved."""

    has_side = True

    def __init__(
        self,
        context: Context,
        requisition_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        super().__init__(context, requisition_spec(), requisition_id, values, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self.take_step)
        self.order_button = Button(tr("Make orders"), kind="primary", icon="inbox", key="F9")
        self.order_button.clicked.connect(self.order)
        self.order_button.hide()
        self.header.add_action(self.order_button)
        self.order_action = self._action(tr("Make orders"), QKeySequence("F9"), self.order)
        self.totals = ActionBar()
        self.at_foot(self.totals)

    def locked(self) -> bool:
        """What was handed in is read only until it is taken back."""
        return self.record is not None and self.record.values.get("state") not in (None, "draft")

    def more(self, database: Any, record: Record) -> _More:
        return _More(
            requisitions.steps(database, record.id or 0), approvals.decisions(database, requisition_id=record.id)
        )

    def shown(self, loaded: Loaded) -> None:
        state = str(loaded.record.values.get("state") or "draft")
        kind, icon = LOOKS.get(state, ("neutral", ""))
        self.header.set_state(dict(loaded.info.fields["state"].choices).get(state, state), kind, icon)
        words = {
            "submit": tr("Hand in"),
            "revise": tr("Take back"),
            "cancel": tr("Cancel the requisition"),
            "close": tr("Close the rest"),
        }
        more: _More = loaded.more or _More((), ())
        self.steps.show_steps(
            (
                *approval_part.choices(more.decisions),
                *(StepChoice(to, words[action], (), to in NEEDS_REASON) for to, action in more.steps),
            )
        )
        may = state == "approved" and self.context.user.has("buyer")
        self.order_button.setVisible(may)
        self.order_action.setEnabled(may)
        amount = sum((_estimate(line) for line in loaded.record.lines.get("lines", ())), Decimal(0))
        self.totals.set_totals((Total(tr("Estimated"), f"{amount:,.2f}"),))

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        more: _More = loaded.more or _More((), ())
        side.add_section(approval_part.part(more.decisions), tr("Approval"))

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        decided = approval_part.take(self.context, to_state, reason)
        if decided is not None:
            return requisitions.load(self.context.database, record.id or 0), decided
        return requisitions.take_step(self.context.database, record, to_state, reason=reason or None)

    def order(self) -> None:
        """F9: all open lines become draft orders, one for each supplier."""
        if self.record_id is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.context.work.run(
            self._order, self.record_id, on_done=self._ordered, on_error=self._not_ordered, owner=self
        )

    def _order(self, requisition_id: int) -> tuple[tuple[MadeOrder, ...], Changes]:
        database = self.context.database
        return requisitions.order_lines(database, requisitions.open_lines(database, requisition_id))

    def _ordered(self, answer: tuple[tuple[MadeOrder, ...], Changes]) -> None:
        orders, changes = answer
        self.context.bus.publish(changes, self)
        told(self.context, orders)
        self.reload()

    def _not_ordered(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Nothing was ordered"), failure.message)

    def retranslate(self) -> None:
        super().retranslate()
        self.order_button.setText(tr("Make orders"))
        self.order_action.setText(tr("Make orders"))
        if self._last is not None:
            self.shown(self._last)


def told(context: Context, orders: tuple[MadeOrder, ...]) -> None:
    """Say which orders were made; a single one opens at once."""
    numbers = ", ".join(order.number for order in orders)
    lines = sum(order.lines for order in orders)
    context.toast("success", tr("{lines} lines stand in {count} draft orders", lines=lines, count=len(orders)), numbers)
    if len(orders) == 1:
        context.open("purchase_order", orders[0].id)


def _estimate(line: Record) -> Decimal:
    quantity, price = line.values.get("quantity"), line.values.get("estimated_price")
    return Decimal(0) if quantity is None or price is None else Decimal(quantity * price).quantize(Decimal("0.01"))
