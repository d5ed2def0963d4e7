"""A person: card, jobs, units, the steps of the account, stand-ins, and what all this lets the person see and do.

One form for three powers. The administrator keeps card, dates and passwords, the security officer gives jobs and units
and releases, the auditor reads; every button asks the domain rule first, and the database stays the judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain import people
from desktop.domain.changes import Changes
from desktop.domain.people import Viewer
from desktop.domain.text import pick, tr
from desktop.operations import people_access, people_accounts
from desktop.operations.people_accounts import Around, JobOffered
from desktop.operations.records import Draft, Record, Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.platform.access_panel import AccessPanel
from desktop.views.platform.board_form import BoardForm
from desktop.views.platform.person_side import login_part, stand_ins_part, state_part
from desktop.views.platform.secret_panel import SecretPanel
from desktop.widgets.buttons import Button
from desktop.widgets.form_page import FormLines, FormSection, FormSpec, Loaded
from desktop.widgets.header import SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.step_bar import StepBar, StepChoice


def person_spec() -> FormSpec:
    return FormSpec(
        kind=people_accounts.PERSON,
        noun=lambda: tr("Person"),
        icon="user",
        sections=(
            FormSection(
                lambda: tr("Person"),
                ("user_name", "display_name", "display_name_zh", "language", "badge", "phone", "email", "valid_from",
                 "valid_to"),
            ),
        ),
        lines=(
            FormLines(
                "units",
                lambda: tr("Units, each with all below it"),
                ("org_unit_id", "may_write", "valid_from", "valid_to"),
                defaults={"may_write": True},
            ),
        ),
        load=people_accounts.load,
        save=people_accounts.save,
        topics=("app_user", "user_role", "user_custom_role", "user_unit", "delegation"),
    )  # fmt: skip


class PersonPage(BoardForm):
    """One account. A one-time password stands in a strip until it is dismissed, and nowhere else."""

    has_side = True

    def __init__(
        self,
        context: Context,
        user_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        self.secret = SecretPanel()
        self.access = AccessPanel()
        self._fresh_secret = ""
        super().__init__(context, person_spec(), user_id, values, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self._take_step)
        self.under_header(self.secret)
        self.access_action = self._action("", QKeySequence("Ctrl+Shift+A"), self.show_access)
        self.stand_in_action = self._action("", QKeySequence("Ctrl+Shift+B"), self.new_stand_in)
        self._name_actions()

    # Rules

    def viewer(self) -> Viewer:
        values: Mapping[str, Any] = self.record.values if self.record is not None else {}
        himself = self.record_id is not None and values.get("user_name") == self.context.user.login
        return Viewer(self.context.user.roles, himself)

    def may_write(self, key: str) -> bool:
        if self.record_id is None:
            return people.can_create(self.context.user.roles) and super().may_write(key)
        return super().may_write(key)

    def board_label(self) -> str:
        return tr("Jobs")

    def offered(self, loaded: Loaded) -> Sequence[JobOffered]:
        around: Around | None = loaded.more
        return around.jobs if around is not None else ()

    def extra_parts(self) -> Sequence[QWidget]:
        return (*super().extra_parts(), self.access)

    def more(self, database: Any, record: Record) -> Around:
        return people_accounts.around(database, record.id or 0)

    # Saving and steps

    def write(self, record: Record, draft: Draft) -> tuple[Record, Changes]:
        if record.id is not None:
            return super().write(record, draft)
        password = people.one_time_password()
        made = people_accounts.create(self.context.database, record, draft, password)
        self._fresh_secret = password
        return made

    def _saved(self, result: tuple[Loaded, Changes]) -> None:
        super()._saved(result)
        self._show_secret()

    def _show_secret(self) -> None:
        secret, self._fresh_secret = self._fresh_secret, ""
        if secret:
            self.secret.open(self._name(), secret)

    def _calls(self) -> dict[str, Callable[[str], Changes]]:
        database, user_id = self.context.database, self.record_id or 0
        return {
            "disable": lambda reason: people_accounts.disable(database, user_id, reason=reason),
            "enable": lambda reason: people_accounts.enable(database, user_id, reason=reason),
            "unlock": lambda reason: people_accounts.unlock(database, user_id, reason=reason),
            "release": lambda reason: people_accounts.release(database, user_id, reason=reason),
            "reset": self._reset,
        }

    def _reset(self, reason: str) -> Changes:
        password = people.one_time_password()
        changes = people_accounts.reset_password(self.context.database, self.record_id or 0, password, reason=reason)
        self._fresh_secret = password
        return changes

    def _take_step(self, key: str, reason: str) -> None:
        if self.record is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.context.work.run(
            partial(self._step, key, reason), on_done=self._stepped, on_error=self._not_stepped, owner=self
        )

    def _step(self, key: str, reason: str) -> tuple[str, Loaded, Changes]:
        changes = self._calls()[key](reason)
        record = people_accounts.load(self.context.database, self.record_id or 0)
        return key, self._with_more(record), changes

    def _stepped(self, answer: tuple[str, Loaded, Changes]) -> None:
        key, loaded, changes = answer
        self.show_record(loaded)
        self.context.bus.publish(changes, self)
        self.context.toast("success", _done_words(key, self._name()))
        self._show_secret()

    def _not_stepped(self, failure: Failure) -> None:
        self._fresh_secret = ""
        self.context.toast("danger", tr("Not done"), failure.message)

    def can_leave(self) -> bool:
        """A one-time password that nobody has written down yet keeps the tab."""
        if self.secret.is_open():
            self.secret.show()
            self.secret.secret.setFocus()
            words = tr("Write it down or copy it, then press Done.")
            self.context.toast("warn", tr("The one-time password is still shown"), words)
            return False
        return super().can_leave()

    # Showing

    def _name(self) -> str:
        values: Mapping[str, Any] = self.record.values if self.record is not None else {}
        return pick(values.get("display_name"), values.get("display_name_zh"))

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return super().title()
        return f"{self._name()} ({self.record.values.get('user_name')})"

    def shown(self, loaded: Loaded) -> None:
        around: Around | None = loaded.more
        there = around is not None
        for part in (self.fields[self.board_key], *self.tables.values(), self.access):
            part.setVisible(there)
        self.access_action.setEnabled(there)
        self.stand_in_action.setEnabled(there and self._may_delegate())
        if around is None:
            self.header.set_state("")
            self.steps.show_steps(())
            return
        kind, icon = people.LOOKS.get(around.account.state, ("neutral", ""))
        self.header.set_state(people.state_name(around.account.state), kind, icon)  # type: ignore[arg-type]
        self.steps.show_steps(self._open_steps(around))
        self.context.work.run(
            people_access.access, self.context.database, around.account.user_id,
            on_done=self.access.show_rights, on_error=self._no_access, owner=self, background=True,
        )  # fmt: skip

    def _no_access(self, failure: Failure) -> None:
        self.access.show_failure(failure.message)

    def show_access(self) -> None:
        """Ctrl+Shift+A: what the person can see and do, and why."""
        self.area.ensureWidgetVisible(self.access)
        self.access.search.setFocus()

    def _open_steps(self, around: Around) -> tuple[StepChoice, ...]:
        account, viewer = around.account, self.viewer()
        choices = (
            (people.can_release, StepChoice("release", tr("Release"))),
            (people.can_unlock, StepChoice("unlock", tr("Unlock"))),
            (people.can_enable, StepChoice("enable", tr("Enable"))),
            (people.can_reset, StepChoice("reset", tr("Reset password"), needs_reason=True)),
            (people.can_disable, StepChoice("disable", tr("Disable"), needs_reason=True)),
        )
        return tuple(choice for rule, choice in choices if rule(account, viewer))

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        around: Around | None = loaded.more
        if around is None:
            words = tr("Saving makes the log-in and a one-time password. The security officer gives jobs and units.")
            side.add_section(Label(words, role="text.tertiary", wrap=True))
            return
        side.add_section(state_part(around.account), people.state_name(around.account.state))
        if around.account.login:
            side.add_section(login_part(around.account), tr("Log-in"))
        part = stand_ins_part(
            around.account.user_id, around.stand_ins, today=around.today,
            open_one=lambda found: self.open_requested.emit("stand_in", found),
        )  # fmt: skip
        side.add_section(part, tr("Stand-ins"), self._stand_in_button() if self._may_delegate() else None)

    def _stand_in_button(self) -> Button:
        button = Button(tr("New"), kind="ghost", icon="plus", height=24)
        button.clicked.connect(self.new_stand_in)
        return button

    def _may_delegate(self) -> bool:
        return people.can_delegate(self.context.user.roles, himself=self.viewer().himself)

    def new_stand_in(self) -> None:
        """Ctrl+Shift+B: name a stand-in for this person."""
        if self.record_id is not None and self._may_delegate():
            self.open_requested.emit("stand_in", {"values": {"from_user_id": self.record_id}})

    def retranslate(self) -> None:
        super().retranslate()
        self.secret.retranslate()
        self._name_actions()
        self.access.retranslate()
        if self._last is not None:
            self.shown(self._last)

    def _name_actions(self) -> None:
        self.stand_in_action.setText(tr("New stand-in"))
        self.access_action.setText(tr("What this person can see and do"))


def _done_words(key: str, name: str) -> str:
    return {
        "release": tr("{name} may log in and work", name=name),
        "unlock": tr("{name} is unlocked", name=name),
        "enable": tr("{name} is enabled", name=name),
        "disable": tr("{name} is disabled", name=name),
        "reset": tr("{name} has a one-time password", name=name),
    }[key]
