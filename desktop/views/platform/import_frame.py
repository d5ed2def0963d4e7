"""What the import page shows of its state: counts, rows, faults, doubles, and what may be pressed now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.domain.importing import PlannedRow
from desktop.domain.text import pick, tr
from desktop.exchange.profiles import ProfileOutcome
from desktop.runtime.context import Context
from desktop.runtime.work import Job
from desktop.views.platform.double_strip import DoubleDesk
from desktop.views.platform.import_session import Checked, Prepared
from desktop.views.platform.import_view import NOTHING, PREVIEW, PROFILE, ImportView
from desktop.widgets.page import Page
from desktop.widgets.paint import column

_SHOWN: Mapping[str, frozenset[str]] = {
    "all": frozenset({"new", "changed", "same", "rejected"}),
    "look": frozenset({"new", "changed", "rejected"}),
    "new": frozenset({"new"}),
    "changed": frozenset({"changed"}),
    "same": frozenset({"same"}),
    "rejected": frozenset({"rejected"}),
}
_NO_COUNTS = {"rows": 0, "new": 0, "changed": 0, "same": 0, "rejected": 0}


class ImportFrame(Page):
    """The page without what it does; `import_page` reads, checks and writes."""

    rejects_action: QAction
    again_action: QAction
    write_action: QAction

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.prepared: Prepared | None = None
        self.checked: Checked | None = None
        self.profile: tuple[Path, str] | None = None
        self.outcome: ProfileOutcome | None = None
        self.out: frozenset[int] = frozenset()
        self.shown = "all"
        self.written = False
        self._job: Job | None = None
        self.view = ImportView()
        self.doubles = DoubleDesk(context, self)
        self.view.under_filter(self.doubles.strip)
        self.setLayout(column(self.view, spacing=0))

    def title(self) -> str:
        if self.prepared is not None:
            goal = self.prepared.target
            return tr("Import: {list}", list=pick(goal.name, goal.name_zh))
        return tr("Import")

    def icon_name(self) -> str:
        return "upload"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if self.checked is None:
            return (("Ctrl+O", tr("Choose a file")), ("Ctrl+V", tr("Paste rows from Excel")))
        return (
            ("F2", tr("Edit cell")),
            ("Alt+↓", tr("Next rejected")),
            *((("Ctrl+L", tr("Link")), ("Ctrl+J", tr("New all the same"))) if self.doubles.state.found else ()),
            ("Del", tr("Leave the row out")),
            ("F9", tr("Write")),
        )

    def zones(self) -> Sequence[QWidget]:
        return (
            self.view.table if self.checked is not None else self.view.empty.primary_button,
            self.view.source_bar.target,
        )

    def busy(self) -> bool:
        return self._job is not None or not self.doubles.state.known

    # --- showing -----------------------------------------------------------------------------------------------------

    def valid_count(self) -> int:
        """Rows that F9 would write."""
        rows = self.checked.plan.rows if self.checked is not None else ()
        return sum(each.verdict in ("new", "changed") and each.number not in self.out for each in rows)

    def _rows(self) -> list[PlannedRow]:
        rows = self.checked.plan.rows if self.checked is not None else ()
        if self.shown == "double":
            found = self.doubles.state.found or {}
            return [each for each in rows if each.number in found]
        return [each for each in rows if each.verdict in _SHOWN[self.shown]]

    def _row_number(self) -> int:
        here = self.view.table.row()
        return here.number if here is not None else 0

    def _show_doubles(self) -> None:
        self.doubles.show(self._row_number(), self.out)

    def _leave_out(self, numbers: frozenset[int]) -> None:
        self.out |= numbers
        self._show_all()

    def _show_all(self) -> None:
        view = self.view
        prepared, plan = self.prepared, self.checked.plan if self.checked is not None else None
        self.view.header.set_title(self.title())
        if prepared is not None:
            self.view.source_bar.show_source(prepared)
            self.view.mapping_bar.show_map(prepared)
        counts = plan.counts() if plan is not None else _NO_COUNTS
        doubles = len(self.doubles.state.found or ())
        view.show_counts(counts, self.shown, doubles)
        faults = [fault for fault in plan.faults() if fault.row not in self.out] if plan is not None else []
        infos = prepared.infos() if prepared is not None else []
        self.view.side.show_faults(faults, {info.key: info.label for info in infos}, counts["rejected"])
        self.view.side.show_effect(self.valid_count(), counts["same"], len(self.out))
        self.view.table.show_rows(self._rows(), infos, self.out, self.doubles.marks())
        self._show_doubles()
        if self.outcome is not None:
            self.view.by_profile.show_outcome(self.outcome)
        self._show_state()
        self.key_hints_changed.emit()

    def _show_state(self) -> None:
        """What is visible and what may be pressed now."""
        file_open, by_profile = self.prepared is not None, self.profile is not None
        ready = self.checked is not None and not self.written and not self.busy()
        self.view.show_bars(file_open=file_open)
        self.view.footer.setVisible(file_open or by_profile or self.busy() or bool(self.view.footer.reason()))
        self.view.stack.setCurrentIndex(PREVIEW if file_open else PROFILE if by_profile else NOTHING)
        valid = self.valid_count()
        profile_ready = by_profile and self.outcome is not None and not self.busy() and not self.outcome.faults
        self.write_action.setEnabled((ready and valid > 0) or (profile_ready and not self.written))
        self.rejects_action.setEnabled(ready and bool(self.checked and self.checked.plan.rejected()))
        self.again_action.setEnabled((file_open or by_profile) and not self.written and not self.busy())
        self.view.write.setText(tr("Import") if by_profile else tr("Write {count} valid rows", count=f"{valid:,}"))
        self._show_header()

    def _show_header(self) -> None:
        if self.written:
            self.view.header.set_state(tr("Imported"), "success", "check")
            self.view.header.set_note("")
        elif self.prepared is not None:
            self.view.header.set_state("")
            rows, width = len(self.prepared.sheet.rows), len(self.prepared.sheet.header)
            self.view.header.set_note(
                tr("{rows} rows × {columns} columns. Nothing is written yet.", rows=f"{rows:,}", columns=width)
            )
        else:
            self.view.header.set_state("")
            self.view.header.set_note(self._profile_note())

    def _profile_note(self) -> str:
        if self.profile is None:
            return ""
        folder, name = self.profile
        return tr("{folder} by the profile {name}. Nothing is written yet.", folder=folder.name, name=name)

    def show_only(self, key: str) -> None:
        self.shown = key
        self.view.table.show_rows(self._rows(), self.view.table.infos, self.out, self.doubles.marks())
        self.view.table.setFocus()

    def toggle_out(self, number: int) -> None:
        """Leave a row out, or take it in again."""
        self.out = self.out ^ {number}
        self._show_all()
        self.view.table.setFocus()

    def next_rejected(self, step: int) -> None:
        faults = [f for f in self.checked.plan.faults() if f.row not in self.out] if self.checked is not None else []
        if not faults:
            self._next_double(step)
            return
        here = self.view.table.row()
        number = here.number if here is not None else 0
        ahead = [f for f in faults if (f.row > number if step > 0 else f.row < number)]
        wanted = (ahead[0] if step > 0 else ahead[-1]) if ahead else faults[0 if step > 0 else -1]
        if not self.view.table.go_to(wanted.row, wanted.field):
            self.show_only("all")
            self.view.filter.set_current("all")
            self.view.table.go_to(wanted.row, wanted.field)
        self.view.table.setFocus()

    def _next_double(self, step: int) -> None:
        """With nothing rejected Alt+↓ goes to what is undecided."""
        waiting = self.doubles.undecided
        if waiting:
            here = self._row_number()
            ahead = [each for each in waiting if (each > here if step > 0 else each < here)]
            self.view.table.go_to((ahead or waiting)[0 if step > 0 else -1])
            self.view.table.setFocus()
