"""The contract form: terms, price lines, covered assets, steps; and the way to its cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.contracts import LOOKS, action_name
from desktop.domain.text import pick, tr
from desktop.operations import contracts
from desktop.operations.contracts import ContractCost
from desktop.operations.records import Draft, Record, Values
from desktop.reports.contracts import contract_pdf
from desktop.runtime.context import Context
from desktop.views.contracts.amend_panel import AmendPanel
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import KeyValues, SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.papers import Make
from desktop.widgets.step_bar import StepBar, StepChoice

NEEDS_REASON = frozenset({"suspended", "terminated"})


def contract_spec() -> FormSpec:
    return FormSpec(
        kind=contracts.CONTRACT,
        noun=lambda: tr("Contract"),
        icon="file-text",
        sections=(
            FormSection(
                lambda: tr("Parties and term"),
                (
                    "name", "name_zh", "customer_id", "contract_type", "starts_on", "ends_on", "org_unit_id",
                    "owner_id",
                ),
            ),
            FormSection(
                lambda: tr("Price"),
                ("annual_value", "currency", "discount_rate", "tax_rate", "billing", "margin_target"),
            ),
            FormSection(
                lambda: tr("Entitlements"),
                ("visits_per_year", "hours_per_year", "parts_budget", "note"),
                frozenset({"note"}),
            ),
        ),
        lines=(
            FormLines(
                "lines",
                lambda: tr("Price lines"),
                ("description", "description_zh", "quantity", "unit", "unit_price", "tax_rate", "net_amount"),
                read_only=frozenset({"net_amount"}),
            ),
            FormLines("assets", lambda: tr("Covered assets"), ("asset_id", "starts_on", "ends_on", "parts_covered")),
        ),
        load=contracts.load,
        save=contracts.save,
        topics=("contract", "contract_line", "contract_asset"),
    )  # fmt: skip


class ContractPage(FormPage):
    """One contract. Its cost so far stands in the side panel; Ctrl+Shift+P opens the whole cost view."""

    has_side = True

    def __init__(
        self,
        context: Context,
        contract_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        self.amendment = AmendPanel()
        super().__init__(context, contract_spec(), contract_id, values, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self.take_step)
        self.amend_button = Button(tr("Amend"), icon="pencil")
        self.amend_button.clicked.connect(self.begin_amendment)
        self.header.add_action(self.amend_button)
        self.amend_button.hide()
        self.under_header(self.amendment)
        self.amendment.saved.connect(self.save)
        self.amendment.left.connect(self.leave_amendment)
        self.amend_action = self._action(tr("Amend"), QKeySequence("Ctrl+Shift+A"), self.begin_amendment)
        context.bus.subscribe(("cost_entry",), self.changed_elsewhere)

    # Amendments

    def may_write(self, key: str) -> bool:
        """Signed terms are unlocked by an amendment, and then they alone."""
        if self.record is None or self.record.values.get("state") in (None, "draft", "review"):
            return super().may_write(key)
        if self.amendment.is_open():
            return key in contracts.AMENDABLE or key == "lines.lines"
        return super().may_write(key) and key not in contracts.SIGNED_TERMS and key != "lines.lines"

    def _may_amend(self) -> bool:
        state = self.record.values.get("state") if self.record is not None else None
        return self.context.user.has("finance", "manager") and state in contracts.AMENDED_IN

    def begin_amendment(self) -> None:
        """Unlock the terms; they become a new revision when they are saved with a reason."""
        if self.record is None or not self._may_amend() or self.amendment.is_open():
            return
        if self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.amendment.open(int(self.record.values["revision"]) + 1)
        self._unlock()
        self.editors["ends_on"].widget.setFocus()

    def leave_amendment(self) -> None:
        """Back to the terms as they were signed."""
        self.amendment.shut()
        self._unlock()
        self.set_dirty(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves an amendment; with changes in it, the button asks for a second thought."""
        if event.key() == Qt.Key.Key_Escape and self.amendment.is_open():
            if self.dirty():
                self.amendment.leave_button.setFocus()
            else:
                self.leave_amendment()
            return
        super().keyPressEvent(event)

    def _unlock(self) -> None:
        if self.record is not None and self.info is not None:
            self.body.show_record(self.record, self.info, self.may_write)
            self._show_head()

    def save(self) -> None:
        if self.amendment.is_open() and not self.amendment.reason():
            self.amendment.ask()
            return
        super().save()

    def write(self, record: Record, draft: Draft) -> tuple[Record, Changes]:
        if self.amendment.is_open():
            return contracts.amend(self.context.database, record, draft, reason=self.amendment.reason())
        return super().write(record, draft)

    def show_record(self, loaded: Loaded) -> None:
        self.amendment.shut()
        super().show_record(loaded)

    def _show_head(self) -> None:
        super()._show_head()
        may = self._may_amend() and not self.amendment.is_open()
        self.amend_button.setVisible(may)
        self.amend_action.setEnabled(may)
        if self.amendment.is_open():
            self.save_action.setEnabled(True)
        self.save_button.setVisible(self.save_button.isVisibleTo(self) and not self.amendment.is_open())

    def retranslate(self) -> None:
        super().retranslate()
        self.amend_button.setText(tr("Amend"))
        self.amend_action.setText(tr("Amend"))
        self.amendment.retranslate()

    def more(self, database: Any, record: Record) -> tuple[tuple[tuple[str, str], ...], ContractCost | None]:
        may_see_cost = self.context.user.has("finance", "manager", "pm", "auditor")
        cost = contracts.cost(database, record.id or 0) if may_see_cost else None
        return contracts.steps(database, record.id or 0), cost

    def paper(self, record: Record) -> tuple[str, Make] | None:
        if record.values["annual_value"] is None:
            return None  # its prices are not for this reader
        company = pick(self.context.user.company, self.context.user.company_zh)
        by = self.context.user.display_name()

        def write(path: str) -> None:
            info = self._describe()
            contract_pdf(path, contract=record, info=info, company=company, printed_by=by)

        return str(record.values["number"]), write

    def shown(self, loaded: Loaded) -> None:
        state = str(loaded.record.values.get("state") or "")
        kind, icon = LOOKS.get(state, ("neutral", ""))
        self.header.set_state(dict(loaded.info.fields["state"].choices).get(state, state), kind, icon)
        found = loaded.more[0] if loaded.more else ()
        self.steps.show_steps(
            tuple(StepChoice(to_state, action_name(action), (), to_state in NEEDS_REASON) for to_state, action in found)
        )

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        cost = loaded.more[1] if loaded.more else None
        if cost is None:
            side.add_section(Label(tr("Costs are shown to finance and managers."), role="text.tertiary", wrap=True))
            return
        side.add_section(
            KeyValues(
                (
                    (tr("Labour"), figure(cost.labour)),
                    (tr("Parts"), figure(cost.parts)),
                    (tr("Travel"), figure(cost.travel)),
                    (tr("Subcontract"), figure(cost.subcontract)),
                    (tr("Total cost"), figure(cost.total)),
                    (tr("Value to date"), figure(cost.value_to_date)),
                    (tr("Margin"), figure(cost.margin)),
                )
            ),
            tr("Cost so far"),
            self._cost_button(),
        )

    def _cost_button(self) -> Button:
        button = Button(tr("Open"), kind="ghost", height=24)
        button.clicked.connect(lambda: self.open_requested.emit("contract_cost", self.record_id))
        return button

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        return contracts.take_step(self.context.database, record, to_state, reason=reason or None)


def figure(value: Decimal) -> Label:
    """An amount at the right edge, so that the points stand under one another."""
    label = Label(money(value))
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def money(value: Decimal) -> str:
    return f"{value:,.2f}".replace("-", "−")
