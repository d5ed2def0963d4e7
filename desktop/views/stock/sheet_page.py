"""The frame of a sheet that is walked with a scanner: a count, a pick list.

Scan a bin, scan or type a quantity, F9 goes on. Each quantity is kept at once, in the background; what could not be
kept stays on its line and goes again with F9. Scans, typed texts and arrows are worked off in their order, also while
a code is looked up: a quantity typed behind a scan is for what was scanned. The sheet itself (cursor, entries, what
waits) is a value of `domain.walked_sheet`; a page says what a scan means and what its sheet looks like.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain import walked_sheet
from desktop.domain.changes import Changes
from desktop.domain.stock import Feedback, Level
from desktop.domain.stock_units import as_quantity
from desktop.domain.text import tr
from desktop.domain.walked_sheet import WalkedSheet
from desktop.operations import stock_desk
from desktop.operations.stock import new_key
from desktop.operations.stock_desk import Resolved
from desktop.runtime import sounds
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.stock import desk_papers
from desktop.views.stock.painted_table import PaintedTable, TableColumn, TableRow
from desktop.views.stock.scan_bar import ScanBar
from desktop.widgets import confirm as dialogs
from desktop.widgets.buttons import Button
from desktop.widgets.header import WIDE_FROM, ActionBar, HeaderBar, Total
from desktop.widgets.labels import ChipKind
from desktop.widgets.page import Page

_TONES = {Level.OK: "ok", Level.EXTRA: "warn", Level.BAD: "bad"}


class Numbered(Protocol):
    """What a sheet belongs to."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True)
class SheetKind:
    """What is fixed for a kind of sheet: colour and icon of each state, how it is read, kept and printed, and the
    tables behind it, which others change too.
    """

    tables: tuple[str, ...]
    looks: Mapping[str, tuple[ChipKind, str]]
    state_name: Callable[[str], str]
    load: Callable[[Any, int], Any]
    keep: Callable[[Any, int, Any], tuple[tuple[int, ...], Changes]]
    paper: Callable[[Any, str], Path]


Record = TypeVar("Record", bound=Numbered)
Sheet = TypeVar("Sheet", bound=WalkedSheet[Any, Any])
Words = Callable[[], str]


class SheetPage(Page, Generic[Record, Sheet]):
    """One sheet. Without a record it waits for what a new one begins with."""

    kind: ClassVar[SheetKind]

    def __init__(self, context: Context, record_id: int | None, sheet: Sheet, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.record_id = record_id
        self.record: Record | None = None
        self.sheet = sheet
        self._key = new_key()
        self._busy = False
        self._steps: deque[Callable[[], None]] = deque()
        self._after: Callable[[], None] | None = None
        self._words: list[tuple[QAction, Words]] = []
        self.header = HeaderBar()
        self.print_button = Button(icon="printer", key="Ctrl+P")
        self.scan = ScanBar()
        self.table = PaintedTable(tr("Lines"))
        self.bar = ActionBar()
        self.cancel_button = Button(kind="ghost", height=32)
        self.next_button = Button(kind="primary", icon="check", height=32, key="F9")

    def build(self, strip: QWidget, *between: Button) -> None:
        """`strip` asks what the page has to know, under the header; the buttons stand before the one of F9."""
        for button in (self.cancel_button, *between, self.next_button):
            self.bar.add_button(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.print_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.header.add_action(self.print_button)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for widget, stretch in ((self.header, 0), (strip, 0), (self.scan, 0), (self.table, 1), (self.bar, 0)):
            whole.addWidget(widget, stretch)
        self.scan.field.submitted.connect(lambda text: self._in_turn(partial(self._typed, text)))
        self.scan.field.stepped.connect(lambda by: self._in_turn(partial(self._step, by)))
        self.scan.field.textEdited.connect(lambda _text: self._show_rows())
        self.table.row_clicked.connect(self._go_to)
        self.next_button.clicked.connect(self.go_on)
        self.cancel_button.clicked.connect(self.give_up)
        self.print_button.clicked.connect(self.print_paper)
        self.context.bus.subscribe(self.kind.tables, self._changed)

    def insert_under_header(self, strip: QWidget) -> None:
        """One more question under the header."""
        self._whole.insertWidget(1, strip)

    def insert_after_table(self, panel: QWidget) -> None:
        """What may take the place of the lines."""
        self._whole.insertWidget(self._whole.indexOf(self.table) + 1, panel, 1)

    def add_keys(self, *keys: tuple[Words, str, Callable[[], object]]) -> None:
        """Keys of the page in the order in which the menu lists them; F5 is added behind them."""
        for words, key, call in (*keys, (lambda: tr("Refresh"), "F5", self.refresh)):
            self._words.append((self.command(key, call), words))

    # what a page says

    def lines_of(self, record: Record) -> Sequence[Any]:
        """The lines that are walked now."""
        raise NotImplementedError

    def entries(self) -> Sequence[Any]:
        """What is being sent, as the operation takes it."""
        raise NotImplementedError

    def taking(self) -> bool:
        """Whether quantities can be entered now."""
        raise NotImplementedError

    def enter(self, quantity: Decimal) -> None:
        """A quantity was typed for the current line."""
        raise NotImplementedError

    def take(self, code: str, *, scanned: bool) -> None:
        """A code was scanned, or typed."""
        raise NotImplementedError

    def proceed(self) -> None:
        """F9, with everything kept."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Cancel the record, after a question."""
        raise NotImplementedError

    def hint(self) -> str:
        """What the field waits for."""
        raise NotImplementedError

    def lines_table(self, record: Record, typed: str) -> tuple[Sequence[TableColumn], Sequence[TableRow]]:
        """The lines as columns and rows. `typed` is a number under way in the scan field."""
        raise NotImplementedError

    def show_new(self, hint: str) -> None:
        """What the table shows before there is a record."""
        raise NotImplementedError

    def note(self, record: Record) -> Sequence[str]:
        """What the header says beside the number."""
        raise NotImplementedError

    def totals(self) -> Sequence[Total]:
        """What the bar at the bottom sums up."""
        raise NotImplementedError

    def show_buttons(self) -> None:
        """Show the buttons that fit the state."""
        raise NotImplementedError

    # reading

    def refresh(self) -> None:
        if self.record_id is not None:
            self._run(self.kind.load, self.record_id, done=self._seen)
        else:
            self._show()

    def _seen(self, record: Record) -> None:
        self.record = record
        self.sheet = walked_sheet.with_lines(self.sheet, self.lines_of(record))
        self._show()
        self.title_changed.emit()
        if self.taking():
            self._keep()

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self.record_id is not None and not self.sheet.unsaved:
            self.look_again()

    # scanning and typing

    def handle_scan(self, code: str) -> bool:
        self._in_turn(partial(self.take, code, scanned=True))
        self._take_focus()
        return True

    def _in_turn(self, step: Callable[[], None]) -> None:
        self._steps.append(step)
        self._work_off()

    def _work_off(self) -> None:
        while self._steps and not self._busy:
            self._steps.popleft()()
        self.scan.set_queued(len(self._steps))
        self.set_dirty(self.sheet.unsaved or bool(self._steps))

    def _typed(self, text: str) -> None:
        quantity = as_quantity(text)
        if quantity is not None and self.taking():
            self.enter(quantity)
        else:
            self.take(text, scanned=False)

    def _look_up(self, code: str, done: Callable[[str, Resolved | None], None]) -> None:
        self._run(stock_desk.resolve, code, done=partial(done, code))

    def _step(self, by: int) -> None:
        self.sheet = walked_sheet.step(self.sheet, by)
        self._show_rows()

    def _go_to(self, index: int) -> None:
        self._step(index - self.sheet.current)

    # keeping

    def _keep(self) -> None:
        """Send what waits; one message at a time, in order."""
        if self.sheet.sent or not self.sheet.waiting or self.record is None:
            return
        self.sheet = walked_sheet.send(self.sheet)
        self.set_dirty(True)
        self.context.work.run(
            self.kind.keep, self.context.database, self.record.id, self.entries(),
            on_done=self._kept, on_error=self._not_kept, owner=self, background=True,
        )  # fmt: skip

    def _kept(self, answer: tuple[tuple[int, ...], Changes]) -> None:
        self.context.bus.publish(answer[1], self)
        if self.sheet.waiting:
            self.sheet = walked_sheet.kept(self.sheet)
            self._keep()
            return
        self.context.work.run(
            self.kind.load, self.context.database, self.record_id, on_done=self._kept_seen,
            on_error=self._failed, owner=self, background=True,
        )  # fmt: skip

    def _kept_seen(self, record: Record) -> None:
        self.sheet = walked_sheet.kept(self.sheet)
        self.set_dirty(self.sheet.unsaved)
        self._seen(record)
        if not self.sheet.unsaved and self._after is not None:
            after, self._after = self._after, None
            after()

    def _not_kept(self, failure: Failure) -> None:
        self._after = None
        self.sheet = walked_sheet.not_kept(self.sheet, failure.message)
        self._say(Level.BAD, self._number(), tr("Not kept"), failure.message, listed=False)
        self._show()

    # going on

    def go_on(self) -> None:
        """F9: first what is not kept yet, then what comes next."""
        if self._busy:
            return
        if self.record is not None and self.sheet.unsaved:
            self._after = self.go_on
            self._keep()
        else:
            self.proceed()

    def ask_to_give_up(self, title: str, sentence: str, confirm: str) -> bool:
        return dialogs.confirm(self, title, sentence, confirm=confirm, keep=tr("Keep it"))

    def print_paper(self) -> None:
        """Ctrl+P: the sheet on paper."""
        if self.record is not None:
            paper = partial(self.kind.paper, self.context.database, self.record.number)
            desk_papers.make(self.context, paper, self)

    def _run(self, call: Callable[..., Any], *args: object, done: Callable[[Any], None]) -> None:
        self._busy = True

        def finished(answer: Any) -> None:
            self._busy = False
            done(answer)
            self._work_off()

        def failed(failure: Failure) -> None:
            self._busy = False
            self._failed(failure)
            self._work_off()

        self.context.work.run(call, self.context.database, *args, on_done=finished, on_error=failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._say(Level.BAD, self._number(), tr("Not done"), failure.message, listed=False)
        self._show()

    # showing

    def _number(self) -> str:
        return self.record.number if self.record is not None else ""

    def _say(
        self,
        level: Level,
        code: str,
        headline: str,
        detail: str,
        *,
        step: str = "",
        chip: str = "",
        listed: bool = True,
    ) -> None:
        """The band, and for a scan its mark in the row of the last ones."""
        feedback = Feedback(level, code, headline, detail, step=step, chip=chip or headline)
        tone = _TONES.get(level, "") if listed or level is Level.BAD else ""
        heard = bool(tone) and sounds.sound(self.context.settings, tone)
        self.scan.band.show_feedback(feedback, heard=heard)
        if listed:
            self.scan.last.add("", feedback)

    def _show(self) -> None:
        record = self.record
        self._show_rows()
        self.header.set_title(record.number if record is not None else self.title())
        if record is None:
            self.header.set_state("")
        else:
            self.header.set_state(self.kind.state_name(record.state), *self.kind.looks[record.state])
        self.header.set_note(" · ".join(each for each in self.note(record) if each) if record is not None else "")
        self.bar.set_totals(self.totals())
        self.show_buttons()
        self.key_hints_changed.emit()

    def _show_rows(self) -> None:
        hint = self.hint()
        self.scan.field.set_hint(hint)
        if self.record is None:
            self.show_new(hint)
            return
        typed = self.scan.field.text() if as_quantity(self.scan.field.text()) is not None else ""
        columns, rows = self.lines_table(self.record, typed)
        self.table.set_columns(columns, wide=self._wide())
        self.table.set_rows(rows, self.sheet.current)

    # what the shell asks

    def zones(self) -> Sequence[QWidget]:
        return (self.scan.field,)

    def state(self) -> Mapping[str, Any]:
        waiting = {**self.sheet.sent, **self.sheet.waiting}
        return {"id": self.record_id, "waiting": {str(line): self.as_state(entry) for line, entry in waiting.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """What was entered and not yet kept when the tab closed is kept now."""
        kept = state.get("id")
        if self.record_id is None and isinstance(kept, int):
            self.record_id = kept
        waiting = {int(line): self.from_state(entry) for line, entry in dict(state.get("waiting") or {}).items()}
        self.sheet = type(self.sheet)(waiting=waiting)

    def as_state(self, entry: Any) -> Any:
        """An entry as plain JSON."""
        raise NotImplementedError

    def from_state(self, kept: Any) -> Any:
        """The entry that `as_state` kept."""
        raise NotImplementedError

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        wanted = args.get("id") if isinstance(args, Mapping) else args
        if wanted is not None or self.record_id is not None:
            return wanted == self.record_id
        return bool(args == opened_with)

    def retranslate(self) -> None:
        for action, words in self._words:
            action.setText(words())
        self._show()

    def _wide(self) -> bool:
        return self.window().width() >= WIDE_FROM

    def _take_focus(self) -> None:
        self.zones()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scan.set_wide(self._wide())
        self._show_rows()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_focus()
