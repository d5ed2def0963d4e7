"""A form with a board of jobs among its fields: a person's jobs, the parts of a custom role.

The board is one more editor of the form, so that saving, undoing, drafts and refusals treat it as any field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.operations.forms import FieldInfo
from desktop.operations.people_accounts import JobOffered
from desktop.views.platform.job_board import JobBoard
from desktop.widgets.fields import Field
from desktop.widgets.form_fields import Editor
from desktop.widgets.form_page import FormPage, Loaded


class BoardForm(FormPage):
    """Subclasses name the value that the board edits and say which jobs it offers."""

    board_key = "jobs"

    def board_label(self) -> str:
        raise NotImplementedError

    def offered(self, loaded: Loaded) -> Sequence[JobOffered]:
        """What the board offers, from what was read."""
        raise NotImplementedError

    def extra_parts(self) -> Sequence[QWidget]:
        self.board = JobBoard()
        label = self.board_label()
        info = FieldInfo(key=self.board_key, kind="other", label=label, source="")
        self.editors[self.board_key] = Editor(info, self.board, self.board.chosen, self.board.choose, self._watch)
        self.fields[self.board_key] = Field(label, self.board)
        self.board.edited.connect(self.body.edited)
        return (self.fields[self.board_key],)

    def _watch(self, call: Callable[[], None]) -> None:
        self.board.edited.connect(call)

    def show_record(self, loaded: Loaded) -> None:
        if self.record is None:
            self._lift_board()
        self.board.show_jobs(self.offered(loaded))
        super().show_record(loaded)

    def _lift_board(self) -> None:
        """The jobs stand above the tables of lines."""
        layout = self.body.layout()
        tables = list(self.tables.values())
        if isinstance(layout, QVBoxLayout) and tables:
            layout.removeWidget(self.fields[self.board_key])
            layout.insertWidget(layout.indexOf(tables[0]), self.fields[self.board_key])

    def retranslate(self) -> None:
        super().retranslate()
        if self.board_key in self.fields:
            self.fields[self.board_key].set_label(self.board_label())
            self.board.retranslate()
