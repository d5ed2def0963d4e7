"""What deciding on a classification and on a proposal for scrap share: a table, F9 for yes, Ctrl+R for no."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock.painted_table import PaintedTable
from desktop.widgets.ask_strip import Ask, AskStrip, Words
from desktop.widgets.buttons import Button
from desktop.widgets.header import WIDE_FROM, ActionBar, HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, row


class DecisionPage(Page):
    """Subclasses load, show and decide; `record_id` is what is decided on."""

    def __init__(self, context: Context, record_id: int, topic: str, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.record_id = record_id
        self._busy = False
        self.header = HeaderBar()
        self.strip = AskStrip(context.work, warns=True)
        self.facts = Label(role="text.secondary")
        self.table = PaintedTable(tr("Lines"))
        self.bar = ActionBar()
        self.no_button = Button(kind="ghost", height=32, key="Ctrl+R")
        self.yes_button = Button(kind="primary", icon="check", height=32, key="F9")
        for button, call in ((self.no_button, self.say_no), (self.yes_button, self.say_yes)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(call)
            button.hide()
            self.bar.add_button(button)
        line = Surface("surface.base", "b")
        line.setLayout(row(self.facts, None, margins=(16, 8, 16, 8)))
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget, stretch in ((self.header, 0), (self.strip, 0), (line, 0), (self.table, 1), (self.bar, 0)):
            whole.addWidget(widget, stretch)
        self.yes_action = self.command("F9", self.say_yes)
        self.no_action = self.command("Ctrl+R", self.say_no)
        self.refresh_action = self.command("F5", self.refresh)
        self.context.bus.subscribe((topic,), self._changed)
        self.add_parts()
        self.retranslate()

    def add_parts(self) -> None:
        """What a page adds to the frame, before its words are set."""

    def insert_under_header(self, strip: QWidget) -> None:
        """One more question under the header."""
        self._whole.insertWidget(1, strip)

    def insert_after_table(self, panel: QWidget) -> None:
        """What may take the place of the lines."""
        self._whole.insertWidget(self._whole.indexOf(self.table) + 1, panel, 1)

    def load(self) -> Any:
        """In a worker thread: what is decided on, or None."""
        raise NotImplementedError

    def show_found(self, found: Any) -> None:
        raise NotImplementedError

    def say_yes(self) -> None:
        raise NotImplementedError

    def say_no(self) -> None:
        raise NotImplementedError

    def ask(self, words: Words, asked: Ask, take: Words) -> None:
        """One text in the strip, its key is `reason`; then `decided`. It stays there until that is done."""
        self.strip.open(words, (asked,), take=take, done=lambda answers: self.decided(answers["reason"] or ""))

    def decided(self, reason: str) -> None:
        """What follows once the strip has its reason."""

    def names(self) -> tuple[str, str]:
        """Yes and no in words."""
        raise NotImplementedError

    def refresh(self) -> None:
        self.context.work.run(self.load, on_done=self._loaded, on_error=self.failed, owner=self)

    def _loaded(self, found: Any) -> None:
        if found is None:
            self.header.set_note(tr("This does not exist, or it is not yours to see."))
            return
        self.show_found(found)
        self.title_changed.emit()

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self:
            self.look_again()

    def run(self, call: Callable[..., Any], *args: object, done: Callable[[Any], None]) -> None:
        """One thing at a time; what it changed is told to the other pages."""
        if self._busy:
            return
        self._busy = True

        def finished(answer: Any) -> None:
            self._busy = False
            if not self.strip.isHidden():
                self.strip.shut()
            changes = answer if isinstance(answer, Changes) else answer[1]
            self.context.bus.publish(changes, self)
            done(answer)
            self.refresh()

        def failed(failure: Failure) -> None:
            self._busy = False
            if self.strip.isHidden():
                self.failed(failure)
            else:
                self.strip.refuse(failure.message)
            self.refresh()

        self.context.work.run(call, self.context.database, *args, on_done=finished, on_error=failed, owner=self)

    def failed(self, failure: Failure) -> None:
        self.context.toast("danger", tr("Not done"), failure.message)

    def may(self, *, yes: bool, no: bool) -> None:
        """Which of the two this reader may say now."""
        self.yes_button.setVisible(yes)
        self.no_button.setVisible(no)
        self.yes_action.setEnabled(yes)
        self.no_action.setEnabled(no)
        self.key_hints_changed.emit()

    def key_hints(self) -> Sequence[tuple[str, str]]:
        yes, no = self.names()
        hints = [("F9", yes)] if self.yes_action.isEnabled() else []
        hints += [("Ctrl+R", no)] if self.no_action.isEnabled() else []
        return (*hints, ("F5", tr("Refresh")))

    def zones(self) -> Sequence[QWidget]:
        return (self.table,)

    def state(self) -> Mapping[str, Any]:
        return {"id": self.record_id}

    def wide(self) -> bool:
        return self.width() >= WIDE_FROM

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_columns()

    def set_columns(self) -> None:
        """The table's columns for this width and language."""
        raise NotImplementedError

    def retranslate(self) -> None:
        yes, no = self.names()
        for button, action, words in (
            (self.yes_button, self.yes_action, yes), (self.no_button, self.no_action, no),
        ):  # fmt: skip
            button.setText(words)
            action.setText(words)
        self.strip.retranslate()
        self.refresh_action.setText(tr("Refresh"))
        self.set_columns()
