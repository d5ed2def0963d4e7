"""Paste from Excel: a dry run on the whole page. What is new, changed, the same or refused, before a row is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QScrollArea, QWidget

from desktop.domain.importing import CellFault, Double, PlannedRow
from desktop.domain.text import pick, tr
from desktop.exchange.files import Sheet
from desktop.exchange.rejects import write_rejects
from desktop.lists.query import ColumnInfo
from desktop.models.editable_list import EditableListModel
from desktop.models.list_pages import ShownRow
from desktop.models.paste import Checked, Pasted, Trial, check, letter
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.widgets.buttons import Button
from desktop.widgets.discard import discard_all
from desktop.widgets.header import ActionBar, HeaderBar, KeyValues
from desktop.widgets.labels import IconLabel, KeyCap, Label
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.paste_table import PasteTable
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.theme import metric

Alike = Callable[[Sequence[PlannedRow]], Mapping[int, tuple[Double, ...]]]
"""Which new rows may be records that are there already; called in a worker thread."""
_SIDE = 320
_MOST_CARDS = 60


class _FaultCard(Surface):
    """One refused cell: where, what, why, and what would be accepted."""

    used = Signal()
    left_out = Signal()

    def __init__(self, fault: CellFault, label: str) -> None:
        super().__init__("surface.panel", "b", "border.grid")
        where = Label(tr("Row {number}, {column}", number=fault.row, column=label), role="text.secondary")
        value = Label(fault.value, role="danger.fg", code=True, elide=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        head = row(where, value)
        head.setStretch(1, 1)
        out = Button(tr("Leave out"), "ghost", height=24)
        out.clicked.connect(self.left_out)
        buttons = row()
        if fault.suggestion:
            use = Button(tr("Use {value}", value=fault.suggestion), icon="check", height=24)
            use.clicked.connect(self.used)
            buttons.addWidget(use)
        buttons.addWidget(out)
        buttons.addStretch(1)
        self.setLayout(column(head, Label(fault.fault.text(), wrap=True), buttons, spacing=6, margins=(16, 12, 16, 12)))


class PastePanel(Surface):
    """Covers the page until it is closed. `write_requested` brings the `Checked` and the rows left out."""

    write_requested = Signal(object, object)
    closed = Signal()

    def __init__(
        self, model: EditableListModel, pasted: Pasted, mapping: dict[int, str], targets: Sequence[ShownRow],
        *, title: Callable[[], str], code: str | None, named_by: Sequence[Sequence[str]] = (),
        trial: Trial | None = None, alike: Alike | None = None, parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__("surface.base", parent=parent)
        self._model, self._pasted, self._mapping, self._targets = model, pasted, mapping, tuple(targets)
        self._title, self._code, self._trial, self._alike = title, code, trial, alike
        self._named_by = tuple(named_by)
        self._found: Mapping[int, tuple[Double, ...]] | None = {}
        self._taken: frozenset[int] = frozenset()
        self._job: Job | None = None
        self.checked: Checked | None = None
        self.out: frozenset[int] = frozenset()
        self.shown = "all"
        self._build()
        self._make_actions()
        self.retranslate()

    # --- building ------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header = HeaderBar()
        self.again = Button(icon="refresh-cw")
        self.header.add_action(self.again)
        head = self.header.layout()
        if isinstance(head, QHBoxLayout):
            head.insertWidget(0, IconLabel("clipboard-paste", "accent.fg", 16))
        self._strip = Surface("surface.panel", "b", "border.grid")
        self._strip_row = QHBoxLayout(self._strip)
        self._strip_row.setContentsMargins(16, 0, 16, 0)
        self._strip.setFixedHeight(44)
        self.filter = Segmented()
        self.filter.chosen.connect(self._filter)
        self.legend = Label(role="text.secondary")
        bar = QWidget()
        bar.setLayout(row(self.filter, None, self.legend, margins=(16, 0, 16, 0)))
        bar.setFixedHeight(40)
        self.table = PasteTable()
        self.table.cell_edited.connect(self._edit)
        self.table.out_toggled.connect(self.toggle_out)
        self.table.current_changed.connect(self._say_double)
        self._cards = QWidget()
        self._cards_column = column(None, spacing=0)
        self._cards.setLayout(self._cards_column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self._cards)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        self._side_title, self._next_words = Label(), Label(role="text.tertiary")
        side_head = Surface("surface.header", "b")
        side_head.setLayout(
            row(IconLabel("circle-x", "danger.fg", 14), self._side_title, None, KeyCap("Alt+↓"), self._next_words,
                margins=(16, 0, 16, 0))
        )  # fmt: skip
        side_head.setFixedHeight(metric("row.header"))
        self._effect_title, self.effect = Label(role="text.tertiary"), KeyValues()
        effect = Surface("surface.panel", "t", "border.grid")
        effect.setLayout(column(self._effect_title, self.effect, margins=(16, 12, 16, 12)))
        side = Surface("surface.panel", "l")
        side.setLayout(column(side_head, scroll, effect, spacing=0, margins=(1, 0, 0, 0)))
        side.setFixedWidth(_SIDE)
        middle = row(self.table, side, spacing=0)
        middle.setStretch(0, 1)
        self.footer = ActionBar()
        self._undo_words = Label(role="text.secondary")
        self.cancel, self.rejects = Button(height=32), Button(icon="file-spreadsheet", height=32)
        self.write = Button(kind="primary", icon="check", height=32)
        for button in (self.cancel, self.rejects, self.write):
            self.footer.add_button(button)
        layout = column(self.header, self._strip, bar, spacing=0)
        layout.addLayout(middle, 1)
        layout.addWidget(self.footer)
        self.setLayout(layout)

    def _make_actions(self) -> None:
        def action(key: str, button: Button | None, call: Callable[[], object]) -> None:
            made = QAction(self)
            made.setShortcut(QKeySequence(key))
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.triggered.connect(lambda _=False: call())
            self.addAction(made)
            if button is not None:
                button.set_key(key)
                button.clicked.connect(made.trigger)

        self.again.set_key("F5")  # the shell's own key, which refreshes the page in front
        self.again.clicked.connect(self.check)
        action("Esc", self.cancel, self.close_panel)
        action("Ctrl+E", self.rejects, self.save_rejects)
        action("F9", self.write, self.write_valid)
        action("Alt+Down", None, lambda: self.next_rejected(1))
        action("Alt+Up", None, lambda: self.next_rejected(-1))
        action("Ctrl+J", None, lambda: self.take_new(self._here()))
        action("Ctrl+Shift+J", None, lambda: self.take_new(self.undecided()))
        action("Ctrl+Shift+Del", None, lambda: self._leave_out(self.undecided()))

    def retranslate(self) -> None:
        self.header.set_title(tr("Paste into {list}", list=self._title()))
        self.header.set_note(
            tr("{rows} rows × {columns} columns from Excel. Nothing is written yet.",
               rows=f"{len(self._pasted.rows):,}", columns=self._pasted.width)
        )  # fmt: skip
        self.again.setText(tr("Check again"))
        self.cancel.setText(tr("Cancel"))
        self.rejects.setText(tr("Reject sheet"))
        self._next_words.setText(tr("next"))
        self._effect_title.setText(tr("Effect"))
        self.legend.setText(tr("Struck through: old value; red: rejected cell. One Ctrl+Z takes the whole paste back."))
        self._show_mapping()
        self._show_plan()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # --- the mapping ---------------------------------------------------------------------------------------------

    def _show_mapping(self) -> None:
        discard_all(self._strip_row)
        self._strip_row.addWidget(Label(tr("Columns"), role="text.tertiary"))
        for number in range(min(self._pasted.width, 12)):
            name = self._pasted.name(number)
            words = f"{letter(number)}  {name}" if name != letter(number) else name
            info = self._info(self._mapping.get(number, ""))
            target = info.label if info is not None else tr("skip")
            button = Button(f"{words} → {target}", menu_arrow=True)
            button.clicked.connect(partial(self._choose_target, number, button))
            self._strip_row.addWidget(button)
        self._strip_row.addStretch(1)
        if self._pasted.header:
            self._strip_row.addWidget(Label(tr("First row is the header."), role="text.tertiary"))
            if not self._rows_are_named():
                words = tr("No column names the rows: they go in from the cursor on.")
                self._strip_row.addWidget(Label(words, role="warn.fg", elide=True))

    def _rows_are_named(self) -> bool:
        """Whether each line says itself which row it means, by the code or by columns that name one."""
        found = set(self._mapping.values())
        known = self._code in found or any(found >= set(each) for each in self._named_by)
        return known or (self._trial is not None and self._trial.finds(found))

    def _info(self, key: str) -> ColumnInfo | None:
        return next((info for info in self._model.infos if info.key == key), None)

    def targets_menu(self, number: int) -> QMenu:
        """Where a column of the range may go."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("skip"), partial(self.map_column, number, ""))
        for info in self._model.infos:
            if info.editable or info.key == self._code:
                menu.addAction(info.label, partial(self.map_column, number, info.key))
        return menu

    def _choose_target(self, number: int, button: Button) -> None:
        self.targets_menu(number).popup(button.mapToGlobal(QPoint(0, button.height())))

    def map_column(self, number: int, key: str) -> None:
        """Let a column of the range fill `key` ("" leaves it out), and check again."""
        self._mapping = {n: each for n, each in self._mapping.items() if each != key and n != number}
        if key:
            self._mapping[number] = key
        self._mapping = dict(sorted(self._mapping.items()))
        self._show_mapping()
        self.check()

    # --- checking ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """The dry run. Nothing is written."""
        if self._job is not None:
            self._job.cancel()
        self.write.setEnabled(False)

        def run() -> Checked:
            return check(
                self._model.source, self._model.loaded, self._model.shape(), self._pasted, self._mapping,
                self._targets, title=self._title(), code=self._code, named_by=self._named_by,
                trial=self._trial,
            )  # fmt: skip

        self._job = self._model.work.run(run, on_done=self._checked, on_error=self._failed, owner=self)

    def _checked(self, checked: Checked) -> None:
        self._job = None
        self.checked = checked
        self._found = {}
        if self._alike is not None and checked.plan.count("new"):
            self._found = None
            self._job = self._model.work.run(
                self._alike, checked.plan.rows, on_done=self._compared, on_error=self._not_compared, owner=self
            )
        self._show_plan()

    # --- new rows that may be there already ---------------------------------------------------------------------

    def _compared(self, found: Mapping[int, tuple[Double, ...]]) -> None:
        self._job, self._found = None, found
        self._show_plan()

    def _not_compared(self, failure: Failure) -> None:
        self._compared({})
        self.footer.set_reason(failure.message)

    def undecided(self) -> tuple[int, ...]:
        """New rows that look like a record which is there, and that nobody has decided."""
        return tuple(sorted(set(self._found or ()) - self._taken - self.out))

    def _here(self) -> tuple[int, ...]:
        row = self.table.row()
        return (row.number,) if row is not None and row.number in (self._found or ()) else ()

    def take_new(self, numbers: Sequence[int]) -> None:
        """Ctrl+J: it is new all the same; Ctrl+Shift+J: all that are undecided."""
        self._taken |= frozenset(numbers)
        self._show_plan()

    def _leave_out(self, numbers: Sequence[int]) -> None:
        self.out |= frozenset(numbers)
        self._show_plan()

    def _marks(self) -> dict[int, str]:
        return dict.fromkeys(set(self._found or ()) - self._taken, "double")

    def _say_double(self) -> None:
        """What the row under the cursor looks like, and the keys."""
        here = [number for number in self._here() if number in self.undecided()]
        best = (self._found or {})[here[0]][0] if here else None
        if best is not None:
            self.footer.set_reason(
                tr("Row {number}: {code} {name}? {share} %. Del leaves it out, Ctrl+J takes it, Ctrl+Shift+J all.",
                   number=best.number, code=best.code, name=pick(best.name, best.name_zh),
                   share=best.share)
            )  # fmt: skip
        elif self.undecided():
            self.footer.set_reason(
                tr("{count} rows look like items that are there already: decide first",
                   count=f"{len(self.undecided()):,}")
            )  # fmt: skip
        else:
            self.footer.set_reason("")

    def _failed(self, failure: Failure) -> None:
        self._job = None
        self.footer.set_reason(failure.message)

    def _rows(self) -> list[PlannedRow]:
        if self.checked is None:
            return []
        wanted = {"new": {"new"}, "changed": {"changed"}, "same": {"same"}, "rejected": {"rejected"}}
        wanted["look"] = {"new", "changed", "rejected"}
        rows = self.checked.plan.rows
        return [row for row in rows if self.shown == "all" or row.verdict in wanted[self.shown]]

    def valid_count(self) -> int:
        """Rows that would be written."""
        rows = self.checked.plan.rows if self.checked is not None else ()
        return sum(row.verdict in ("new", "changed") and row.number not in self.out for row in rows)

    def _show_plan(self) -> None:
        counts = self.checked.plan.counts() if self.checked is not None else dict.fromkeys(_COUNTS, 0)
        look = counts["rows"] - counts["same"]
        self.filter.set_segments(
            [
                Segment("all", f"{tr('All')} {counts['rows']}"),
                Segment("look", f"{tr('Needs a look')} {look}"),
                Segment("new", f"{tr('New')} {counts['new']}", "plus"),
                Segment("changed", f"{tr('Changed')} {counts['changed']}", "pencil"),
                Segment("same", f"{tr('Same')} {counts['same']}", "minus"),
                Segment("rejected", f"{tr('Rejected')} {counts['rejected']}", "x"),
            ]
        )
        self.filter.set_current(self.shown)
        infos = [info for key in self._mapping.values() if (info := self._info(key)) is not None]
        self.table.show_rows(self._rows(), infos, self.out, self._marks())
        if self._alike is not None:
            self._say_double()
        valid = self.valid_count()
        self.write.setText(tr("Write {count} valid rows", count=f"{valid:,}"))
        self.write.setEnabled(valid > 0 and self._found is not None)
        self.rejects.setEnabled(counts["rejected"] > 0)
        self._side_title.setText(tr("{count} rows rejected", count=counts["rejected"]))
        self.effect.set_rows(
            [(tr("Rows to write"), f"{valid:,}"), (tr("Left unchanged"), f"{counts['same']:,}"),
             (tr("Left out"), f"{len(self.out):,}")]
        )  # fmt: skip
        self._show_cards()

    def _show_cards(self) -> None:
        discard_all(self._cards_column, keep=1)
        faults = self.checked.plan.faults() if self.checked is not None else ()
        shown = [fault for fault in faults if fault.row not in self.out][:_MOST_CARDS]
        for number, fault in enumerate(shown):
            info = self._info(fault.field)
            card = _FaultCard(fault, info.label if info is not None else fault.column)
            card.left_out.connect(partial(self.toggle_out, fault.row))
            card.used.connect(partial(self._use, fault))
            self._cards_column.insertWidget(number, card)

    def _use(self, fault: CellFault) -> None:
        if fault.suggestion is not None:
            self._edit(fault.row, fault.field, fault.suggestion)

    def _filter(self, key: str) -> None:
        self.shown = key
        self.table.show_rows(self._rows(), self.table.infos, self.out, self._marks())
        self.table.setFocus()

    # --- acting --------------------------------------------------------------------------------------------------

    def _edit(self, number: int, key: str, text: str) -> None:
        """A cell of the range is typed over; the paste is checked again."""
        places = [place for place, each in self._mapping.items() if each == key]
        if places:
            self._pasted = self._pasted.but(number - self._pasted.first, places[0], text)
            self.check()
        self.table.setFocus()

    def toggle_out(self, number: int) -> None:
        """Leave a row out, or take it in again."""
        self.out = self.out ^ {number}
        self._show_plan()
        self.table.setFocus()

    def next_rejected(self, step: int) -> None:
        if self.checked is None:
            return
        faults = [fault for fault in self.checked.plan.faults() if fault.row not in self.out]
        here = self.table.row()
        number = here.number if here is not None else 0
        ahead = [f for f in faults if (f.row > number if step > 0 else f.row < number)]
        if not faults:
            return
        target = (ahead[0] if step > 0 else ahead[-1]) if ahead else faults[0 if step > 0 else -1]
        if not self.table.go_to(target.row, target.field):
            self._filter("all")
            self.table.go_to(target.row, target.field)
        self.table.setFocus()

    def write_valid(self) -> None:
        if self.undecided():
            self.table.go_to(self.undecided()[0])
            self.table.setFocus()
        elif self.checked is not None and self.valid_count() and self._found is not None:
            self.write_requested.emit(self.checked, self.out)

    def close_panel(self) -> None:
        if self.table.editor is None:
            self.closed.emit()

    def save_rejects(self) -> None:
        """The rejected rows as they came, with the reasons, to be mended in Excel and pasted again."""
        if self.checked is None or not self.checked.plan.rejected():
            return
        path = self.ask_path()
        if path is None:
            return
        header = tuple(self._pasted.name(number) for number in range(self._pasted.width))
        numbered = tuple((self._pasted.first + n, each) for n, each in enumerate(self._pasted.rows))
        sheet = Sheet(self._title(), header, numbered)
        faults = self.checked.plan.faults()
        self._model.work.run(write_rejects, path, sheet, faults, owner=self)

    def ask_path(self) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Reject sheet"), "", "XLSX (*.xlsx)")
        return Path(chosen) if chosen else None


_COUNTS = ("rows", "new", "changed", "same", "rejected")
