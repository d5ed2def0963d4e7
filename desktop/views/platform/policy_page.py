"""The rules for log-ins on one page: passwords, wrong passwords, idle programs. The security officer's to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotANumber
from desktop.domain.text import tr
from desktop.operations import people_policy
from desktop.operations.people_policy import Policy
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, NumberField
from desktop.widgets.header import HeaderBar
from desktop.widgets.labels import Label, fill_wrapped
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack

_FIELD, _NOTE = 260, 812


def rule_name(key: str) -> str:
    return {
        "identity.password_min_length": tr("Shortest password, characters"),
        "identity.password_days": tr("A password lasts, days (0: without end)"),
        "identity.lock_after": tr("Lock after wrong passwords (0: never)"),
        "identity.lock_window_minutes": tr("Counted within, minutes"),
        "identity.lock_minutes": tr("Locked for, minutes"),
        "identity.idle_lock_minutes": tr("Lock an idle program after, minutes"),
    }.get(key, key)


def _groups() -> tuple[tuple[Callable[[], str], Callable[[], str], tuple[str, ...]], ...]:
    return (
        (
            lambda: tr("Passwords"),
            lambda: tr("The length is checked by the program when a password is set: the server never sees passwords."
                       " A password that is too old must be changed at the next log-in."),
            ("identity.password_min_length", "identity.password_days"),
        ),
        (
            lambda: tr("Wrong passwords"),
            lambda: tr("Counted from the server's log. A lock ends by itself, or when the administrator or the"
                       " security officer unlocks."),
            ("identity.lock_after", "identity.lock_window_minutes", "identity.lock_minutes"),
        ),
        (
            lambda: tr("Idle programs"),
            lambda: tr("The window locks itself and asks for the password; nothing that was typed is lost."),
            ("identity.idle_lock_minutes",),
        ),
    )  # fmt: skip


class PolicyPage(Page):
    """Ctrl+S saves what was changed; a value out of bounds is refused at its field."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._rules: dict[str, Policy] = {}
        self._kept: Mapping[str, Any] = {}
        self.fields: dict[str, Field] = {}
        self.inputs: dict[str, NumberField] = {}
        self._words: list[tuple[Label, Callable[[], str]]] = []
        self.header = HeaderBar()
        self.save_button = Button(kind="primary", icon="check", key="Ctrl+S")
        self.save_button.clicked.connect(self.save)
        self.header.add_action(self.save_button)
        self.stack = LoadedStack(self._build())
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.save_button.setVisible(self._may())
        self.save_action = self.command("Ctrl+S", self.save)
        self.refresh_action = self.command("F5", self.refresh)
        context.bus.subscribe(("setting",), self._changed)
        self.retranslate()

    def _may(self) -> bool:
        return self.context.user.has("security")

    def _build(self) -> QWidget:
        content = Surface("surface.base")
        body = column(spacing=24, margins=(16, 16, 16, 16))
        for title, words, keys in _groups():
            heading, note = Label(size=13, role="text.secondary"), Label(role="text.tertiary", wrap=True)
            note.setFixedWidth(_NOTE)
            self._words += [(heading, title), (note, words)]
            grid = QGridLayout()
            grid.setHorizontalSpacing(16)
            for number, key in enumerate(keys):
                grid.addWidget(self._field(key), 0, number, Qt.AlignmentFlag.AlignTop)
            body.addLayout(column(heading, note, row(grid, None), spacing=8))
        body.addStretch(1)
        content.setLayout(body)
        return content

    def _field(self, key: str) -> Field:
        editor = NumberField(places=0)
        editor.setReadOnly(not self._may())
        editor.textEdited.connect(self._edited)
        field = Field("", editor)
        field.setFixedWidth(_FIELD)
        self.inputs[key], self.fields[key] = editor, field
        return field

    # Loading

    def refresh(self) -> None:
        if not self.dirty():
            self.context.work.run(
                people_policy.rules, self.context.database, on_done=self._show, on_error=self._not_loaded, owner=self
            )

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The form could not be loaded"), failure)

    def _show(self, rules: Sequence[Policy]) -> None:
        first = not self._rules
        self._rules = {rule.key: rule for rule in rules}
        for key, rule in self._rules.items():
            if key in self.inputs:
                self.inputs[key].set_value(Decimal(rule.value))
        self._hint()
        self.stack.show_content()
        self.set_dirty(False)
        self._take_draft()
        if first:
            next(iter(self.inputs.values())).setFocus()

    def _hint(self) -> None:
        for key, rule in self._rules.items():
            if key in self.fields:
                hint = tr(
                    "{lowest} to {highest}; delivered with {standard}",
                    lowest=rule.lowest, highest=rule.highest, standard=rule.standard,
                )  # fmt: skip
                self.fields[key].set_label(rule_name(key), hint)

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self:
            self.refresh()

    # Saving

    def _edited(self) -> None:
        self.set_dirty(True)

    def entered(self) -> dict[str, int] | None:
        """What was changed; None where a value is wrong (its field says why and has the focus)."""
        found: dict[str, int] = {}
        wrong: list[str] = []
        for key, rule in self._rules.items():
            try:
                value = self.inputs[key].value()
            except NotANumber as error:
                self.fields[key].refuse(f"{rule_name(key)}: {error}")
                wrong.append(key)
                continue
            if value is None or not rule.lowest <= value <= rule.highest:
                self.fields[key].refuse(
                    tr("{rule}: type a number from {lowest} to {highest}.",
                       rule=rule_name(key), lowest=rule.lowest, highest=rule.highest)
                )  # fmt: skip
                wrong.append(key)
                continue
            self.fields[key].accept()
            if int(value) != rule.value:
                found[key] = int(value)
        if wrong:
            self.inputs[wrong[0]].setFocus()
            return None
        return found

    def save(self) -> None:
        values = self.entered() if self._may() and self._rules else None
        if values is None:
            return
        if not values:
            self.set_dirty(False)
            return
        self.save_button.setEnabled(False)
        self.context.work.run(
            people_policy.save, self.context.database, values,
            on_done=self._saved, on_error=self._refused, owner=self,
        )  # fmt: skip

    def _saved(self, changes: Changes) -> None:
        self.save_button.setEnabled(True)
        self.set_dirty(False)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("The rules for log-ins are saved"))
        self.refresh()

    def _refused(self, failure: Failure) -> None:
        self.save_button.setEnabled(True)
        self.context.toast("danger", tr("Not saved"), failure.message)

    # The page

    def title(self) -> str:
        return tr("Rules for log-ins")

    def icon_name(self) -> str:
        return "shield-check"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("Ctrl+S", tr("Save")), ("F5", tr("Refresh")))

    def zones(self) -> Sequence[QWidget]:
        return (next(iter(self.inputs.values())),)

    def state(self) -> Mapping[str, Any]:
        return {"draft": {key: field.text() for key, field in self.inputs.items()}} if self.dirty() else {}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._kept = dict(state.get("draft") or {})
        if self._rules:
            self._take_draft()

    def _take_draft(self) -> None:
        kept, self._kept = self._kept, {}
        for key, words in kept.items():
            if key in self.inputs and self._may():
                self.inputs[key].setText(str(words))
                self.set_dirty(True)

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.header.set_note("" if self._may() else tr("Read only: the security officer changes these rules."))
        self.save_button.setText(tr("Save"))
        self.save_action.setText(tr("Save"))
        self.refresh_action.setText(tr("Refresh"))
        for label, words in self._words:
            if label.wordWrap():
                fill_wrapped(label, words(), _NOTE)
            else:
                label.setText(words())
        for key, field in self.fields.items():
            field.set_label(rule_name(key))
        self._hint()
