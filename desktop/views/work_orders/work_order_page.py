"""The work order form: the job, its checklist, parts and hours, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.domain.work_orders import LOOKS, action_name, obstacle_name
from desktop.operations import picking, work_orders
from desktop.operations.picking import PlannedPart, Readiness
from desktop.operations.records import Record, Values
from desktop.operations.work_orders import IssuedPart, Step
from desktop.reports.work_orders import work_order_pdf
from desktop.runtime.context import Context
from desktop.views.work_orders.hours_panel import HoursPanel
from desktop.views.work_orders.parts_panel import PartsPanel
from desktop.widgets import checklist
from desktop.widgets.discard import take_out
from desktop.widgets.form_page import FormLines, FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import KeyValues, SidePanel
from desktop.widgets.papers import Make
from desktop.widgets.step_bar import StepBar, StepChoice


def work_order_spec() -> FormSpec:
    return FormSpec(
        kind=work_orders.WORK_ORDER,
        noun=lambda: tr("Work order"),
        icon="wrench",
        sections=(
            FormSection(
                lambda: tr("What to do"),
                (
                    "title", "title_zh", "kind", "priority", "asset_id", "site_id", "customer_id", "contract_id",
                    "org_unit_id", "job_plan_id", "engineer_id", "skill_id", "planned_minutes",
                ),
            ),
            FormSection(
                lambda: tr("Failure and confirmation"),
                ("problem_code_id", "cause_code_id", "remedy_code_id", "confirmed_by", "note"),
                frozenset({"note"}),
            ),
        ),
        lines=(FormLines("parts", lambda: tr("Planned parts"), ("item_id", "quantity")),),
        load=work_orders.load,
        save=work_orders.save,
        topics=("work_order", "labour", "travel", "stock_move", "reservation"),
    )  # fmt: skip


@dataclass(frozen=True)
class OrderMore:
    """What the order's page reads besides the record."""

    steps: tuple[Step, ...]
    parts: tuple[IssuedPart, ...]
    signal: Readiness | None = None
    planned: tuple[PlannedPart, ...] = ()


class WorkOrderPage(FormPage):
    """One work order. A ticked checklist step is saved at once; hours go in without leaving the form."""

    has_side = True

    def __init__(
        self,
        context: Context,
        order_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        self.checklist = checklist.CheckList()
        self.checklist.ticked.connect(self._tick)
        self.hours = HoursPanel(context)
        self.parts = PartsPanel(context)
        self.parts.reserved.connect(self._hours_entered)
        super().__init__(context, work_order_spec(), order_id, values, parent)
        self.hours.entered.connect(self._hours_entered)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self.take_step)

    def locked(self) -> bool:
        """What is closed or cancelled is reopened before it is changed."""
        return self.record is not None and self.record.values.get("state") in ("closed", "cancelled")

    def extra_parts(self) -> tuple[QWidget, ...]:
        return (self.hours,)

    def narrowed(self, key: str) -> Callable[[], Mapping[str, object]]:
        """Causes belong to the chosen problem, remedies to the cause."""
        parents = {"cause_code_id": "problem_code_id", "remedy_code_id": "cause_code_id"}
        levels = {"problem_code_id": "problem", "cause_code_id": "cause", "remedy_code_id": "remedy"}
        if key not in levels:
            return dict

        def where() -> Mapping[str, object]:
            wanted: dict[str, object] = {"level": levels[key]}
            parent = self.editors[parents[key]].read() if key in parents else None
            if parent is not None:
                wanted["parent_id"] = parent
            return wanted

        return where

    def more(self, database: Any, record: Record) -> OrderMore:
        order_id = record.id or 0
        return OrderMore(
            work_orders.steps(database, order_id),
            work_orders.parts(database, order_id),
            picking.parts_ready(database, [order_id]).get(order_id),
            picking.order_parts(database, order_id),
        )

    def paper(self, record: Record) -> tuple[str, Make]:
        by = self.context.user.display_name()

        def write(path: str) -> None:
            parts = work_orders.parts(self.context.database, record.id or 0)
            work_order_pdf(path, order=record, info=self._describe(), parts=parts, printed_by=by)

        return str(record.values["number"]), write

    def shown(self, loaded: Loaded) -> None:
        record = loaded.record
        state = str(record.values.get("state") or "draft")
        kind, icon = LOOKS.get(state, ("neutral", ""))
        self.header.set_state(dict(loaded.info.fields["state"].choices).get(state, state), kind, icon)
        found: tuple[Step, ...] = loaded.more.steps if loaded.more else ()
        self.steps.show_steps(
            tuple(
                StepChoice(
                    step.to_state,
                    action_name(step.action, step.to_state),
                    tuple(obstacle_name(each) for each in step.obstacles),
                    step.to_state == "cancelled",
                )
                for step in found
            )
        )
        self.checklist.set_steps(
            [
                checklist.Step(
                    str(line.id),
                    pick(line.values["name"], line.values["name_zh"]),
                    done=bool(line.values["done"]),
                    mandatory=bool(line.values["mandatory"]),
                )
                for line in record.lines["steps"]
            ]
        )
        self.checklist.setEnabled(not self.locked())
        self.hours.show_order(record, loaded.info, loaded.more.parts if loaded.more else ())

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        values, referred = loaded.record.values, loaded.record.referred

        def name(key: str) -> str:
            found = referred.get(key)
            return pick(found.name, found.name_zh) if found else "–"

        def moment(key: str) -> str:
            at = values.get(key)
            return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "–"

        side.add_section(
            KeyValues(
                (
                    (tr("Customer"), name("customer_id")),
                    (tr("Site"), name("site_id")),
                    (tr("Engineer"), name("engineer_id")),
                    (tr("Reported"), moment("reported_at")),
                    (tr("Due"), moment("due_at")),
                    (tr("Planned"), moment("planned_start")),
                    (tr("Finished"), moment("finished_at")),
                )
            )
        )
        take_out(self.parts)
        found: OrderMore | None = loaded.more
        if found is not None and found.signal is not None:
            self.parts.show_parts(loaded.record.id or 0, found.signal, found.planned)
            side.add_section(self.parts, tr("Parts"))
            self.parts.show()
        take_out(self.checklist)
        side.add_section(self.checklist, tr("Checklist"))
        self.checklist.show()

    def _tick(self, key: str, done: bool) -> None:
        if self.record is None or self.record_id is None:
            return
        self.context.work.run(
            work_orders.tick_step,
            self.context.database,
            self.record_id,
            int(key),
            done,
            on_done=self._ticked,
            on_error=self._refused,
            owner=self,
        )

    def _ticked(self, changes: Any) -> None:
        self.context.bus.publish(changes, self)
        if not self.dirty():
            self.reload()

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        return work_orders.take_step(self.context.database, record, to_state, reason=reason or None)

    def _hours_entered(self, changes: Any) -> None:
        self.context.bus.publish(changes, self)
        if not self.dirty():
            self.reload()

    def retranslate(self) -> None:
        super().retranslate()
        self.hours.retranslate()
        self.parts.retranslate()
