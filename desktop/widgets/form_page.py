"""A form: one record, composed of sections, fields and lines; loads, saves and reports conflicts by itself.

What a form shows is declared by a `FormSpec` of callables and names; what is peculiar to an area (its steps, its side
panel, its history) a page adds in its own class. Nothing that was typed is lost: a failed save leaves all fields as
they are, a dirty form tells of a colleague's change instead of loading it, and a closed tab keeps its draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import language, tr
from desktop.operations import forms, records
from desktop.operations.forms import FormInfo
from desktop.operations.records import ChangedMeanwhile, Draft, Record, Values
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.form_fields import shown_value
from desktop.widgets.form_frame import FormFrame
from desktop.widgets.form_spec import FormLines, FormSection, FormSpec, Loaded

__all__ = ["FormLines", "FormPage", "FormSection", "FormSpec", "Loaded", "shown_value"]


class FormPage(FormFrame):
    """Base of all record forms. Subclasses override `more`, `shown` and, with `has_side`, `fill_side`."""

    def __init__(
        self,
        context: Context,
        spec: FormSpec,
        record_id: int | None = None,
        values: Values | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, spec, record_id, parent)
        self._given = dict(values or {})
        self._draft: Mapping[str, Any] = {}
        self._draft_version = 0
        self._loading = self._writing = self._again = False
        self._sent: tuple[frozenset[str], dict[str, Any]] = frozenset(), {}
        self.save_button.clicked.connect(self.save)
        self.banner.acted.connect(self.reload)
        self.stack.retry.connect(self.reload)
        self.conflict.resolved.connect(self._resolve)
        self.body.edited.connect(self._edited)
        self.save_action = self._action(tr("Save"), QKeySequence("Ctrl+S"), self.save)
        self.reload_action = self._action(tr("Refresh"), QKeySequence("F5"), self.reload)
        self.leave_action = self._action(tr("Undo all changes"), QKeySequence("Ctrl+Shift+Z"), self.revert)
        context.bus.subscribe(spec.topics, self.changed_elsewhere)

    # Loading and showing

    def refresh(self) -> None:
        if self.record is None or not self.dirty():
            self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the record again; unsaved changes are dropped only where the user undid them himself."""
        if self._writing:
            return
        if self._loading:
            self._again = True
            return
        if self.dirty():
            if self.banner.isHidden():
                self._announce(tr("Unsaved changes stay. To read the record again, undo them first (Ctrl+Shift+Z)."))
            return
        self._loading = True
        self.stack.setCurrentIndex(1 if self.record is not None else 0)
        self.context.work.run(self._load, on_done=self._loaded, on_error=self._not_loaded, owner=self)

    def _load(self) -> Loaded:
        database = self.context.database
        if self.record_id is None:
            record = records.blank(database, self.spec.kind, self._given)
        else:
            record = self.spec.load(database, self.record_id)
        return self._with_more(record)

    def _with_more(self, record: Record) -> Loaded:
        database = self.context.database
        more = self.more(database, record) if record.id is not None else None
        return Loaded(record, forms.describe(database, self.spec.kind, language()), more)

    def _not_loaded(self, failure: Failure) -> None:
        self._loading = False
        self.stack.say_failed(tr("The form could not be loaded"), failure)

    def _loaded(self, loaded: Loaded) -> None:
        self._loading = False
        if self._writing or (self.record is not None and self.dirty()):
            return  # meanwhile the user typed or saved: what stands in the form is newer
        if self.info is None:
            self.info = loaded.info
            self.body.compose(loaded.info, (*self.extra_parts(), self.files))
        self.show_record(loaded)
        self._take_draft()
        if self._again:
            self._again = False
            self.reload()

    def show_record(self, loaded: Loaded) -> None:
        """Put a record into the fields; the form is clean afterwards."""
        first = self.record is None
        self.record, self.record_id = loaded.record, loaded.record.id
        self.body.show_record(loaded.record, loaded.info, self.may_write)
        self.set_dirty(False)
        self._frame(loaded)
        if first:
            self.body.focus_first()

    def _show_head(self) -> None:
        super()._show_head()
        self.save_action.setEnabled(self.save_button.isVisibleTo(self))

    # Editing and saving

    @Slot()
    def _edited(self) -> None:
        self.set_dirty(True)

    def entered(self) -> dict[str, Any] | None:
        """The values that differ from the record; None where a field is wrong (it is marked and focused)."""
        return None if self.record is None else self.body.entered(self.record, self.may_write)

    @Slot()
    def save(self) -> None:
        """Ctrl+S: check the fields, save off the UI thread, show what came back."""
        if self.record is None or self._writing:
            return
        focus = self.focusWidget()
        if focus is not None:
            focus.clearFocus()
            focus.setFocus()
        values = self.entered()
        if values is None:
            return
        problems = self.body.problems()
        if problems:
            self.context.toast("danger", tr("Not saved: correct the red cells first"), problems[0])
            return
        lines = self.body.changed_lines()
        if not values and not lines and self.record_id is not None:
            self.set_dirty(False)
            return
        self._sent = frozenset(values) | {f"lines.{name}" for name in lines}, self.body.raw()
        self._send(Draft(_packed_custom(values, self.record), lines))

    def _send(self, draft: Draft) -> None:
        self._writing = True
        self.save_button.setEnabled(False)
        self.context.work.run(self._write, self.record, draft, on_done=self._saved, on_error=self._refused, owner=self)

    def _write(self, record: Record, draft: Draft) -> tuple[Loaded, Changes]:
        saved, changes = self.write(record, draft)
        return self._with_more(saved), changes

    # Steps of a document from state to state

    def step(self, record: Record, to_state: str, reason: str) -> tuple[Record, Changes]:
        """Take the step in the database; off the UI thread. A form whose steps are offered says how."""
        raise NotImplementedError

    @Slot(str, str)
    def take_step(self, to_state: str, reason: str) -> None:
        """What the step bar chose, once nothing unsaved is left."""
        if self.record is None or self.dirty():
            self.context.toast("warn", tr("Save the form first"))
            return
        self.context.work.run(
            self._write_step, self.record, to_state, reason, on_done=self._saved, on_error=self._refused, owner=self
        )

    def _write_step(self, record: Record, to_state: str, reason: str) -> tuple[Loaded, Changes]:
        saved, changes = self.step(record, to_state, reason)
        return self._with_more(saved), changes

    def _saved(self, result: tuple[Loaded, Changes]) -> None:
        loaded, changes = result
        self._writing = False
        self.save_button.setEnabled(True)
        before, now = self._sent[1], self.body.raw()
        typed_since = {key for key, value in now.items() if key in before and value != before[key]}
        self._sent = frozenset(), {}
        if typed_since:
            self.record, self.record_id = loaded.record, loaded.record.id
            self._take_over(loaded.record, typed_since)
            self._frame(loaded)
        else:
            self.show_record(loaded)
        self.context.bus.publish(changes, self)
        self.context.toast("success", tr("{title} saved", title=self.title()))

    def _take_over(self, record: Record, keep: set[str]) -> None:
        """Show the record except where the user's own entries stay."""
        if self.info is not None:
            lines = {key.removeprefix("lines.") for key in keep if key.startswith("lines.")}
            self.body.take_over(record, self.info, self.may_write, keep=keep, keep_lines=lines)

    def _refused(self, failure: Failure) -> None:
        self._writing = False
        self.save_button.setEnabled(True)
        error = failure.error
        if isinstance(error, ChangedMeanwhile):
            self._show_conflict(error)
            return
        field_name = getattr(error, "field", None)
        if field_name in self.fields:
            self.fields[field_name].refuse(failure.message)
            self.editors[field_name].widget.setFocus()
            return
        self.context.toast("danger", tr("Not saved"), failure.message)

    def _show_conflict(self, error: ChangedMeanwhile) -> None:
        if self.info is None or self.record is None:
            return
        self.conflict.show_conflict(error, self.info, self.record, {each.name: each.title for each in self.spec.lines})
        self.conflict.show()
        self.conflict.setFocus()

    @Slot(object, object)
    def _resolve(self, error: ChangedMeanwhile, taken: frozenset[str]) -> None:
        """Go on from the colleague's record: `taken` fields become his, the others stay mine; then save."""
        self.record = error.record
        self._take_over(error.record, set(self._sent[0] - taken))
        self.conflict.hide()
        self.save()
        if not self._writing:
            self.reload()

    def revert(self) -> None:
        """Back to the record as it was read."""
        if self.record is not None and self.info is not None:
            self.set_dirty(False)
            self.banner.hide()
            self.reload()

    def changed_elsewhere(self, changes: Changes, initiator: object) -> None:
        if initiator is self or self.record is None or self.record_id is None:
            return
        ids = next((changes.rows[topic] for topic in self.spec.topics[:1] if topic in changes.rows), frozenset())
        if ids and self.record_id not in ids:
            return
        if self.dirty():
            self._announce(tr("A colleague changed this record meanwhile."))
        else:
            self.look_again()

    # The page

    def title(self) -> str:
        if self.record_id is None:
            return tr("New: {noun}", noun=self.spec.noun())
        if self.record is None:
            return self.spec.noun()
        return f"{self.spec.noun()} {self.record.title(self.spec.kind)}"

    def icon_name(self) -> str:
        return self.spec.icon

    def key_hints(self) -> Sequence[tuple[str, str]]:
        save = (("Ctrl+S", tr("Save")),) if self.save_action.isEnabled() else ()
        return (
            *save, ("F1", tr("Field help")), ("F7", tr("Look up")), ("Ctrl+Enter", tr("Open")),
            ("Ctrl+H", tr("History of changes")), ("Ctrl+Shift+D", tr("Attachments")), ("F5", tr("Refresh")),
        )  # fmt: skip

    def zones(self) -> Sequence[QWidget]:
        return (self.body, self.side)

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        wanted = args.get("id") if isinstance(args, Mapping) else args
        if wanted is not None or self.record_id is not None:
            return wanted == self.record_id
        return bool(args == opened_with)

    def state(self) -> Mapping[str, Any]:
        kept: dict[str, Any] = {"id": self.record_id}
        if self.dirty() and self.record is not None:
            kept["draft"] = self.body.draft(self.record)
            kept["version"] = self.record.version
        return kept

    def restore(self, state: Mapping[str, Any]) -> None:
        self._draft = dict(state.get("draft") or {})
        self._draft_version = int(state.get("version") or 0)
        kept = state.get("id")
        if self.record_id is None and isinstance(kept, int):
            self.record_id = kept
            if self.record is not None:
                self.reload()
                return
        if self.record is not None:
            self._take_draft()

    def _take_draft(self) -> None:
        """Put a kept draft back over the record as it is now."""
        draft, self._draft = self._draft, {}
        if not draft or self.record is None:
            return
        self.body.take_draft(draft)
        self.set_dirty(True)
        if self._draft_version != self.record.version:
            self._announce(tr("This record was changed after your draft was kept: compare before you save."))

    def retranslate(self) -> None:
        self.save_button.setText(tr("Save"))
        self.save_action.setText(tr("Save"))
        self.print_action.setText(tr("Print"))
        self.reload_action.setText(tr("Refresh"))
        self.leave_action.setText(tr("Undo all changes"))
        self.past_action.setText(tr("History of changes"))
        self.files_action.setText(tr("Attachments"))
        self.files.retranslate()
        self._show_head()
        if self.record is not None:
            self.context.work.run(self._describe, on_done=self._relabel, owner=self, background=True)

    def _relabel(self, info: FormInfo) -> None:
        """The labels in the new language; what stands in the fields is left alone."""
        self.info = info
        self.body.relabel(info)
        if not self.dirty():
            self.reload()


def _packed_custom(values: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """Changed values as the operation wants them: custom fields go together into one `custom` object."""
    plain = {key: value for key, value in values.items() if not key.startswith("custom.")}
    custom = {key.removeprefix("custom."): value for key, value in values.items() if key.startswith("custom.")}
    if custom:
        plain["custom"] = {**(record.values.get("custom") or {}), **custom}
    return plain
