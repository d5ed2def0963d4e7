"""A custom role: its name, the jobs of which it is made, who has it, and its retirement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.operations import people_roles
from desktop.operations.people_accounts import JobOffered
from desktop.operations.people_roles import Holder, RoleAround
from desktop.operations.records import ChangedMeanwhile, Record, Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.platform.board_form import BoardForm
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormSection, FormSpec, Loaded
from desktop.widgets.header import SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.paint import column, row
from desktop.widgets.step_bar import StepBar, StepChoice


def role_spec() -> FormSpec:
    return FormSpec(
        kind=people_roles.CUSTOM_ROLE,
        noun=lambda: tr("Custom role"),
        icon="shield-check",
        sections=(FormSection(lambda: tr("Custom role"), ("key", "name", "name_zh")),),
        load=people_roles.load,
        save=people_roles.save,
        topics=("custom_role", "user_custom_role"),
    )


class RolePage(BoardForm):
    """The security officer's; others read it."""

    has_side = True
    board_key = "parts"

    def __init__(
        self,
        context: Context,
        role_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        super().__init__(context, role_spec(), role_id, values, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self._retire)

    def board_label(self) -> str:
        return tr("Made of") + " *"

    def offered(self, loaded: Loaded) -> Sequence[JobOffered]:
        around: RoleAround = loaded.more
        return around.jobs

    def may_write(self, key: str) -> bool:
        if self.record_id is None and key == self.board_key:
            return "name" in (self.record.writable if self.record is not None else ())
        return super().may_write(key)

    def _with_more(self, record: Record) -> Loaded:
        loaded = super()._with_more(record)
        return Loaded(record, loaded.info, people_roles.around(self.context.database, record.id))

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return super().title()
        values: Mapping[str, Any] = self.record.values
        return f"{tr('Custom role')} {pick(values.get('name'), values.get('name_zh'))}"

    def shown(self, loaded: Loaded) -> None:
        active = bool(loaded.record.values.get("active"))
        self.header.set_state("" if active or self.record_id is None else tr("Retired"), "neutral", "lock")
        may = self.record_id is not None and loaded.record.editable()
        self.steps.show_steps((StepChoice("retire", tr("Retire"), needs_reason=True),) if may else ())

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        around: RoleAround = loaded.more
        words = tr("A change takes effect at once for everybody who has the role. Retiring takes it from them.")
        side.add_section(Label(words, role="text.secondary", wrap=True))
        side.add_section(self._holders(around.holders), tr("Who has it"))

    def _holders(self, holders: Sequence[Holder]) -> QWidget:
        part = QWidget()
        lines = column(spacing=0)
        if not holders:
            lines.addWidget(Label(tr("Nobody yet: give it on a person's page."), role="text.tertiary", wrap=True))
        for each in holders:
            button = Button(pick(each.name, each.name_zh), kind="ghost", icon="user", height=24)
            button.clicked.connect(partial(self.open_requested.emit, "person", each.user_id))
            lines.addLayout(row(button, None))
        part.setLayout(lines)
        return part

    def _retire(self, _key: str, reason: str) -> None:
        if self.record is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.context.work.run(
            self._retired_at, self.record, reason, on_done=self._retired, on_error=self._not_retired, owner=self
        )

    def _retired_at(self, record: Record, reason: str) -> tuple[Loaded, Changes]:
        changes = people_roles.retire(self.context.database, record, reason=reason)
        return self._with_more(people_roles.load(self.context.database, record.id or 0)), changes

    def _retired(self, answer: tuple[Loaded, Changes]) -> None:
        loaded, changes = answer
        self.show_record(loaded)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("{title} retired", title=self.title()))

    def _not_retired(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Not done"), failure.message)

    def _refused(self, failure: Failure) -> None:
        if isinstance(failure.error, ChangedMeanwhile):
            self._writing = False
            self.save_button.setEnabled(True)
            self._announce(tr("A colleague changed this record meanwhile."))
            return
        super()._refused(failure)

    def retranslate(self) -> None:
        super().retranslate()
        if self._last is not None:
            self.shown(self._last)
