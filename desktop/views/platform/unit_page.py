"""An organisation unit: its card, its place in the tree, who sees it, and moving it with all that this changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import pick, tr
from desktop.operations import forms, people_units
from desktop.operations.people_units import Move, Place, Reader, UnitNamed
from desktop.operations.records import ChangedMeanwhile, Record, Values
from desktop.runtime.context import Context, Found
from desktop.runtime.failures import Failure
from desktop.views.platform.move_panel import MovePanel, move_words
from desktop.widgets.buttons import Button
from desktop.widgets.form_fields import found_from
from desktop.widgets.form_page import FormPage, FormSection, FormSpec, Loaded
from desktop.widgets.header import SidePanel
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.paint import column, row

_READERS, _BELOW = 12, 8
_ICONS = {"company": "landmark", "branch": "building-2", "warehouse": "warehouse", "site": "map-pin"}


def unit_spec() -> FormSpec:
    return FormSpec(
        kind=people_units.UNIT,
        noun=lambda: tr("Organisation unit"),
        icon="building-2",
        sections=(
            FormSection(
                lambda: tr("Identity"), ("code", "name", "name_zh", "kind", "parent_id", "time_zone", "active")
            ),
        ),
        load=people_units.load,
        save=people_units.save,
        topics=("org_unit", "user_unit"),
    )


class UnitPage(FormPage):
    """One unit. Where it stands is shown on the side; it is moved by a strip that first tells the consequences."""

    has_side = True

    def __init__(
        self,
        context: Context,
        unit_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, unit_spec(), unit_id, values, parent)
        self.move_panel = MovePanel(context.work, self._targets)
        self.under_header(self.move_panel)
        self.move_panel.asked.connect(self._ask)
        self.move_panel.wanted.connect(self._move)
        self.move_panel.left.connect(self.leave_move)
        self.below_button = Button("", icon="plus")
        self.below_button.clicked.connect(self.new_below)
        self.move_button = Button("", icon="move")
        self.move_button.clicked.connect(self.begin_move)
        for button in (self.below_button, self.move_button):
            self.header.add_action(button)
            button.hide()
        self.below_action = self._action("", QKeySequence("Ctrl+Shift+N"), self.new_below)
        self.move_action = self._action("", QKeySequence("Ctrl+Shift+M"), self.begin_move)
        self._name_actions()

    # What may be done

    def may_write(self, key: str) -> bool:
        """The unit above is chosen when a unit is made; afterwards it changes by a move only."""
        if key == "parent_id" and self.record_id is not None:
            return False
        return super().may_write(key)

    def locked(self) -> bool:
        """Who may only move it has nothing to save."""
        return self.record is not None and self.record.id is not None and self.record.writable <= {"parent_id"}

    def narrowed(self, key: str) -> Callable[[], Mapping[str, object]]:
        return lambda: {"active": True}

    def _may_place(self) -> bool:
        record = self.record
        return record is not None and record.id is not None and "parent_id" in record.writable

    def _may_move(self) -> bool:
        return self._may_place() and self.record is not None and self.record.values.get("parent_id") is not None

    # Moving

    def begin_move(self) -> None:
        if self.record is None or not self._may_move() or self.move_panel.is_open():
            return
        if self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.move_panel.open(tr("Where shall {unit} stand?", unit=self._named()))

    def leave_move(self) -> None:
        self.move_panel.shut()
        self.body.focus_first()

    def _named(self) -> str:
        values: Mapping[str, Any] = self.record.values if self.record is not None else {}
        return f"{values.get('code') or ''} {pick(values.get('name'), values.get('name_zh'))}".strip()

    def _targets(self, typed: str) -> Sequence[Found]:
        where = {"active": True, "company_id": self.record.values["company_id"] if self.record else None}
        found = forms.find(self.context.database, people_units.UNIT.references["parent_id"], typed, where=where)
        return tuple(entry for entry in map(found_from, found) if entry is not None and entry.id != self.record_id)

    def _ask(self, target_id: int) -> None:
        work, database = self.context.work, self.context.database
        call = partial(people_units.consequences, database, self.record_id or 0, target_id)
        work.run(call, on_done=self._show_consequences, on_error=self._not_moved, owner=self)

    def _show_consequences(self, move: Move) -> None:
        above = self.record.referred.get("parent_id") if self.record is not None else None
        old = f"{above.code} {pick(above.name, above.name_zh)}" if above is not None else ""
        words = move_words(move, self._named(), old)
        if move.gain and not self.context.user.has("security"):
            words = (*words, tr("Who begins to see more is the security officer's to decide: he makes this move."))
            self.move_panel.show_consequences(move, words, allowed=False)
        else:
            self.move_panel.show_consequences(move, words)

    def _move(self, target_id: int, reason: str) -> None:
        if self.record is not None:
            self.context.work.run(
                self._moved_at, self.record, target_id, reason,
                on_done=self._moved, on_error=self._not_moved, owner=self,
            )  # fmt: skip

    def _moved_at(self, record: Record, target_id: int, reason: str) -> tuple[Loaded, Changes]:
        saved, changes = people_units.move(self.context.database, record, target_id, reason=reason)
        return self._with_more(saved), changes

    def _moved(self, answer: tuple[Loaded, Changes]) -> None:
        self.move_panel.shut()
        self._saved(answer)

    def _not_moved(self, failure: Failure) -> None:
        if isinstance(failure.error, ChangedMeanwhile):
            self.move_panel.shut()
            self.context.toast("warn", tr("Not moved"), failure.message)
            self.reload()
            return
        self.move_panel.refuse(failure.message)

    def new_below(self) -> None:
        """Ctrl+Shift+N: a new unit under this one."""
        if self._may_place() and self.context.user.has("admin"):
            self.open_requested.emit("org_unit", {"values": {"parent_id": self.record_id}})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.move_panel.is_open():
            self.leave_move()
            return
        super().keyPressEvent(event)

    # Showing

    def more(self, database: Any, record: Record) -> Place:
        return people_units.place(database, record.id or 0)

    def shown(self, loaded: Loaded) -> None:
        active = loaded.record.values.get("active")
        self.header.set_state("" if active or self.record_id is None else tr("Closed"), "neutral", "lock")

    def _show_head(self) -> None:
        super()._show_head()
        for button, action, may in (
            (self.below_button, self.below_action, self._may_place() and self.context.user.has("admin")),
            (self.move_button, self.move_action, self._may_move()),
        ):
            button.setVisible(may)
            action.setEnabled(may)

    def fill_side(self, side: SidePanel, loaded: Loaded) -> None:
        place: Place | None = loaded.more
        if place is None:
            words = tr("A new unit inherits who sees it from the unit above.")
            side.add_section(Label(words, role="text.tertiary", wrap=True))
            return
        side.add_section(self._tree(place), tr("Place in the tree"))
        side.add_section(_readers(place.readers), tr("Who sees this unit"))

    def _tree(self, place: Place) -> QWidget:
        tree = QWidget()
        lines = column(spacing=0)
        for depth, unit in enumerate(place.above):
            lines.addLayout(row(depth * 16, self._link(unit), None, spacing=0))
        here = len(place.above)
        values: Mapping[str, Any] = self.record.values if self.record is not None else {}
        mark = IconLabel(_ICONS.get(str(values.get("kind")), "building-2"), "accent.fg")
        lines.addLayout(row(here * 16 + 8, mark, 6, Label(self._named(), size=13, role="accent.fg"), None, spacing=0))
        # Warehouses and departments before the sites: a branch has dozens of those, and the list shows them all.
        below = sorted(place.below, key=lambda unit: unit.kind == "site")
        for unit in below[:_BELOW]:
            lines.addLayout(row((here + 1) * 16, self._link(unit), None, spacing=0))
        more = len(below) - _BELOW
        words = tr("Nothing below") if not below else tr("and {count} more", count=more) if more > 0 else ""
        if words:
            lines.addLayout(row((here + 1) * 16 + 8, Label(words, role="text.tertiary"), None, spacing=0))
        tree.setLayout(lines)
        return tree

    def _link(self, unit: UnitNamed) -> Button:
        words = f"{unit.code} {pick(unit.name, unit.name_zh)}"
        button = Button(words, kind="ghost", icon=_ICONS.get(unit.kind, "building-2"), height=24)
        button.setToolTip(words)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.open_requested.emit("org_unit", unit.id))
        return button

    def retranslate(self) -> None:
        super().retranslate()
        self.move_panel.retranslate()
        self._name_actions()

    def _name_actions(self) -> None:
        for button, action, words in (
            (self.below_button, self.below_action, tr("New unit below")),
            (self.move_button, self.move_action, tr("Move")),
        ):
            button.setText(words)
            action.setText(words)


def _readers(readers: Sequence[Reader]) -> QWidget:
    """Names with the unit through which they see this one; read only where they may not write."""
    shown = QWidget()
    lines = column(spacing=4)
    if not readers:
        lines.addWidget(Label(tr("Nobody has been given this unit."), role="text.tertiary", wrap=True))
    for each in readers[:_READERS]:
        rights = tr("reads and writes") if each.may_write else tr("reads only")
        note = Label(tr("{rights}, through {unit}", rights=rights, unit=each.through), role="text.tertiary", elide=True)
        lines.addLayout(column(Label(pick(each.name, each.name_zh), elide=True), note, spacing=0))
    if len(readers) > _READERS:
        lines.addWidget(Label(tr("and {count} more", count=len(readers) - _READERS), role="text.tertiary"))
    shown.setLayout(lines)
    return shown
