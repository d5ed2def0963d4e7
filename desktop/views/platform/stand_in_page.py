"""A stand-in: who for whom, from when to when and why; agreed once, ended early by one button."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.domain import people
from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.operations import people_accounts, people_stand_ins
from desktop.operations.records import Record, Referred, Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.form_page import FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import SidePanel
from desktop.widgets.labels import Label
from desktop.widgets.step_bar import StepBar, StepChoice


def stand_in_spec() -> FormSpec:
    return FormSpec(
        kind=people_stand_ins.STAND_IN,
        noun=lambda: tr("Stand-in"),
        icon="users",
        sections=(
            FormSection(
                lambda: tr("Stand-in"),
                ("from_user_id", "to_user_id", "valid_from", "valid_to", "reason"),
                frozenset({"reason"}),
            ),
        ),
        load=people_stand_ins.load,
        save=people_stand_ins.save,
        topics=("delegation",),
    )


class StandInPage(FormPage):
    """A person names his own stand-in, the security officer anybody's."""

    has_side = True

    def __init__(
        self,
        context: Context,
        stand_in_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.steps = StepBar()
        given = dict(values or {})
        self._user_id = people_accounts.my_id(context.database)
        if stand_in_id is None and not people.can_delegate(context.user.roles, himself=False):
            given["from_user_id"] = self._user_id
        super().__init__(context, stand_in_spec(), stand_in_id, given, parent)
        self.header.add_left(self.steps)
        self.steps.serve(self)
        self.steps.chosen.connect(self._end)

    def may_write(self, key: str) -> bool:
        """Only the security officer names a stand-in for somebody else."""
        if key == "from_user_id" and not people.can_delegate(self.context.user.roles, himself=False):
            return False
        return super().may_write(key)

    def title(self) -> str:
        if self.record is None or self.record_id is None:
            return super().title()
        names = (self.record.referred.get("to_user_id"), self.record.referred.get("from_user_id"))
        return tr("{name} for {other}", name=_name(names[0]), other=_name(names[1]))

    def more(self, database: Any, record: Record) -> date:
        return people_accounts.company_day(database)

    def shown(self, loaded: Loaded) -> None:
        record = loaded.record
        if record.id is None:
            self.header.set_state("")
            self.steps.show_steps(())
            return
        words, kind, icon = _look(record, loaded.more)
        self.header.set_state(words, kind, icon)  # type: ignore[arg-type]
        may = people_stand_ins.may_end(record, loaded.more, self._user_id, self.context.user.roles)
        self.steps.show_steps((StepChoice("end", tr("End now")),) if may else ())

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        for words in (
            tr("From the first to the last day the stand-in has the other's jobs and units beside his own. The audit"
               " names the one who acted."),
            tr("At most 60 days, within one power, and never handed on to a third person."),
        ):  # fmt: skip
            side.add_section(Label(words, role="text.secondary", wrap=True))

    def _end(self, _key: str, _reason: str) -> None:
        if self.record is not None:
            self.context.work.run(
                self._ended_at, self.record, on_done=self._ended, on_error=self._not_ended, owner=self
            )

    def _ended_at(self, record: Record) -> tuple[Loaded, Changes]:
        changes = people_stand_ins.end(self.context.database, record)
        return self._with_more(people_stand_ins.load(self.context.database, record.id or 0)), changes

    def _ended(self, answer: tuple[Loaded, Changes]) -> None:
        loaded, changes = answer
        self.show_record(loaded)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("The stand-in has ended"))

    def _not_ended(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Not done"), failure.message)

    def retranslate(self) -> None:
        super().retranslate()
        if self._last is not None:
            self.shown(self._last)


def _name(person: Referred | None) -> str:
    return pick(person.name, person.name_zh) if person is not None else "–"


def _look(record: Record, today: date) -> tuple[str, str, str]:
    """Words, kind and icon of the chip."""
    values: Any = record.values
    if values["ended_at"] is not None:
        return tr("Ended early"), "neutral", "x"
    return people.days_look(values["valid_from"], values["valid_to"], today)
