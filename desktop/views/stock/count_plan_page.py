"""The count plan form: where, how often by ABC class, and when a difference is looked at twice."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.text import tr
from desktop.operations import stock_counts
from desktop.operations.records import Values
from desktop.runtime.context import Context
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormPage, FormSection, FormSpec, Loaded


def count_plan_spec() -> FormSpec:
    return FormSpec(
        kind=stock_counts.COUNT_PLAN,
        noun=lambda: tr("Count plan"),
        icon="calendar-check",
        sections=(
            FormSection(lambda: tr("What is counted"), ("name", "name_zh", "location_id", "org_unit_id", "active")),
            FormSection(lambda: tr("How often"), ("every_days_a", "every_days_b", "every_days_c", "lines_per_count")),
            FormSection(
                lambda: tr("Differences"), ("recount_rate", "recount_amount", "recount_by_other", "approve_amount")
            ),
        ),
        load=stock_counts.load_plan,
        save=stock_counts.save_plan,
        topics=("count_plan",),
    )


class CountPlanPage(FormPage):
    """One plan; F9 counts what is due of it."""

    def __init__(
        self,
        context: Context,
        plan_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, count_plan_spec(), plan_id, values, parent)
        self.start_button = Button(tr("Start a count"), icon="clipboard-check", key="F9")
        self.start_button.clicked.connect(self.start)
        self.start_button.hide()
        self.header.add_action(self.start_button)
        self.start_action = self._action(tr("Start a count"), QKeySequence("F9"), self.start)

    def shown(self, loaded: Loaded) -> None:
        may = bool(loaded.record.values.get("active")) and self.context.user.has("clerk", "manager")
        self.start_button.setVisible(may)
        self.start_action.setEnabled(may)

    def start(self) -> None:
        """F9: freeze what is due and open the sheet."""
        if self.record_id is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.open_requested.emit("stock_count", {"values": {"plan_id": self.record_id}})

    def retranslate(self) -> None:
        super().retranslate()
        self.start_button.setText(tr("Start a count"))
        self.start_action.setText(tr("Start a count"))
