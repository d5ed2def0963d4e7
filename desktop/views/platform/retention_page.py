"""How long kinds of personal data are kept: the days, whether a rule is in force, and what it would change now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.entry import NotANumber
from desktop.domain.text import pick, tr
from desktop.operations import privacy
from desktop.operations.privacy import Rule
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, NumberField
from desktop.widgets.header import HeaderBar
from desktop.widgets.labels import Label, fill_wrapped
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack
from desktop.widgets.theme import metric

_LONGEST = 36_500
_WIDTHS = (320, 120, 100, 180, 220)


@dataclass(frozen=True)
class _Line:
    """What stands for one rule."""

    name: Label
    days: NumberField
    field: Field
    active: QCheckBox
    due: Label
    last: Label


class RetentionPage(Page):
    """Ctrl+S saves what was changed; fewer days than the rule allows are refused at the field."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._rules: dict[str, Rule] = {}
        self._kept: Mapping[str, Any] = {}
        self.lines: dict[str, _Line] = {}
        self.header = HeaderBar()
        self.save_button = Button(kind="primary", icon="check", key="Ctrl+S")
        self.save_button.clicked.connect(self.save)
        self.header.add_action(self.save_button)
        self.save_button.setVisible(self._may())
        self.heads = tuple(Label(role="text.tertiary") for _ in _WIDTHS)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(8)
        for at, (head, width) in enumerate(zip(self.heads, _WIDTHS, strict=True)):
            head.setFixedWidth(width)
            self.grid.addWidget(head, 0, at)
        self.note = Label(role="text.secondary", wrap=True)
        self.note.setFixedWidth(sum(_WIDTHS))
        content = Surface("surface.base")
        content.setLayout(column(self.note, row(self.grid, None), None, spacing=16, margins=(16, 16, 16, 16)))
        self.stack = LoadedStack(content)
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.save_action = self.command("Ctrl+S", self.save)
        self.refresh_action = self.command("F5", self.refresh)
        context.bus.subscribe(("retention_rule",), self._changed)
        self.retranslate()

    def _may(self) -> bool:
        return self.context.user.has("security")

    # Loading

    def refresh(self) -> None:
        if not self.dirty():
            self.context.work.run(
                privacy.rules, self.context.database, on_done=self._show, on_error=self._not_loaded, owner=self
            )

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The rules could not be loaded"), failure)

    def _show(self, rules: Sequence[Rule]) -> None:
        if self.dirty():
            return
        first = not self._rules
        self._rules = {rule.key: rule for rule in rules}
        for rule in rules:
            line = self.lines.get(rule.key) or self._line(rule)
            line.days.set_value(Decimal(rule.days))
            line.active.setChecked(rule.active)
            line.field.accept()
        self._say()
        self.stack.show_content()
        self.set_dirty(False)
        self._take_draft()
        if first and self.lines:
            next(iter(self.lines.values())).days.setFocus()

    def _line(self, rule: Rule) -> _Line:
        days, active = NumberField(places=0), QCheckBox()
        days.setReadOnly(not self._may())
        active.setEnabled(self._may())
        field = Field("", days)
        field.label.hide()
        field.set_dictionary("retention_rule.days")
        line = _Line(Label(wrap=True), days, field, active, Label(role="text.secondary"), Label(role="text.tertiary"))
        days.textEdited.connect(self._edited)
        active.clicked.connect(self._edited)
        self.lines[rule.key] = line
        at = len(self.lines)
        for place, (widget, width) in enumerate(
            zip((line.name, field, active, line.due, line.last), _WIDTHS, strict=True)
        ):
            widget.setFixedWidth(width)
            if widget is not field:  # the field has its rule below it: all others stand beside the value itself
                widget.setFixedHeight(metric("control.default"))
            self.grid.addWidget(widget, at, place, Qt.AlignmentFlag.AlignTop)
        return line

    def _say(self) -> None:
        for key, rule in self._rules.items():
            line, name = self.lines[key], pick(rule.name, rule.name_zh)
            line.name.setText(name)
            line.field.set_label(tr("Days: {rule}", rule=name), tr("at least {days}", days=rule.min_days))
            line.active.setText(tr("in force"))
            line.active.setAccessibleName(tr("In force: {rule}", rule=name))
            line.due.setText(tr("{count} rows now", count=f"{rule.due:,}"))
            line.due.set_role("warn.fg" if rule.due and rule.active else "text.secondary")
            last = tr("never run yet")
            if rule.last_run_at is not None:
                last = tr("{at}: {count} rows", at=f"{rule.last_run_at.astimezone():%Y-%m-%d %H:%M}",
                          count=f"{rule.last_rows:,}")  # fmt: skip
            line.last.setText(last)

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self:
            self.look_again()

    # Saving

    def _edited(self) -> None:
        self.set_dirty(True)

    def entered(self) -> dict[str, tuple[int, bool]] | None:
        """What was changed; None where a value is wrong (its field says why and has the focus)."""
        found: dict[str, tuple[int, bool]] = {}
        for key, rule in self._rules.items():
            line = self.lines[key]
            try:
                value = line.days.value()
            except NotANumber:
                value = None
            if value is None or not rule.min_days <= value <= _LONGEST:
                line.field.refuse(tr("Type {lowest} to {highest} days.", lowest=rule.min_days, highest=_LONGEST))
                line.days.setFocus()
                return None
            line.field.accept()
            if (int(value), line.active.isChecked()) != (rule.days, rule.active):
                found[key] = (int(value), line.active.isChecked())
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
            privacy.set_rules, self.context.database, values, on_done=self._saved, on_error=self._refused, owner=self
        )

    def _saved(self, changes: Changes) -> None:
        self.save_button.setEnabled(True)
        self.set_dirty(False)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("The rules are saved"), tr("They run each night after one o'clock."))
        self.refresh()

    def _refused(self, failure: Failure) -> None:
        self.save_button.setEnabled(True)
        self.context.toast("danger", tr("Not saved"), failure.message)

    # The page

    def title(self) -> str:
        return tr("Retention")

    def icon_name(self) -> str:
        return "timer"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("Ctrl+S", tr("Save")), ("F5", tr("Refresh"))) if self._may() else (("F5", tr("Refresh")),)

    def zones(self) -> Sequence[QWidget]:
        return tuple(line.days for line in list(self.lines.values())[:1])

    def state(self) -> Mapping[str, Any]:
        if not self.dirty():
            return {}
        return {"draft": {key: [line.days.text(), line.active.isChecked()] for key, line in self.lines.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._kept = dict(state.get("draft") or {})
        if self._rules:
            self._take_draft()

    def _take_draft(self) -> None:
        kept, self._kept = self._kept, {}
        for key, (days, active) in kept.items():
            if key in self.lines and self._may():
                self.lines[key].days.setText(str(days))
                self.lines[key].active.setChecked(bool(active))
                self.set_dirty(True)

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.header.set_note("" if self._may() else tr("Read only: the security officer changes these rules."))
        self.save_button.setText(tr("Save"))
        self.save_action.setText(tr("Save"))
        self.refresh_action.setText(tr("Refresh"))
        words = (tr("Data"), tr("Kept for, days"), tr("Rule"), tr("Would change"), tr("Last run"))
        for head, said in zip(self.heads, words, strict=True):
            head.setText(said)
        fill_wrapped(self.note, tr(
            "Each night the rules in force take out what is older than their days, in portions, and the audit notes"
            " it. What is taken out cannot be brought back."
        ), sum(_WIDTHS))  # fmt: skip
        self._say()
