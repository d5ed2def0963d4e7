"""One line of the approval matrix: which documents from which amount on go to which job."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import purchasing_approvals
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.form_page import FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import SidePanel
from desktop.widgets.labels import Label


def rule_spec() -> FormSpec:
    return FormSpec(
        kind=purchasing_approvals.APPROVAL_RULE,
        noun=lambda: tr("Approval rule"),
        icon="shield-check",
        sections=(
            FormSection(lambda: tr("Applies to"), ("document_type", "amount_from", "category", "org_unit_id")),
            FormSection(lambda: tr("Who decides"), ("step", "role_key", "active")),
        ),
        load=purchasing_approvals.load_rule,
        save=purchasing_approvals.save_rule,
        topics=("approval_rule",),
    )


class ApprovalRulePage(FormPage):
    """A rule holds in its unit and below it."""

    has_side = True

    def __init__(
        self,
        context: Context,
        rule_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, rule_spec(), rule_id, values, parent)

    def title(self) -> str:
        if self.record is None or self.record_id is None or self.info is None:
            return super().title()
        kinds, jobs = (dict(self.info.fields[key].choices) for key in ("document_type", "role_key"))
        values = self.record.values
        return f"{kinds.get(str(values['document_type']), '')} · {jobs.get(str(values['role_key']), '')}"

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        for words in (
            tr("All jobs of a step decide, in any order; then the next step opens. Whoever handed a document in never"
               " decides on it."),
            tr("Without a rule that fits, a requisition is approved at once and an order goes straight to the"
               " supplier."),
            tr("A changed rule holds for what is handed in from now on."),
        ):  # fmt: skip
            side.add_section(Label(words, role="text.secondary", wrap=True))
