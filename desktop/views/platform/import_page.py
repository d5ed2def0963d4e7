"""Import: choose or drop a file, see what every row would do, mend or leave out, write the valid rows at once.

The same code as ``outpost import``. Nothing is written before F9; what is written is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.domain.clipboard import ClipboardTooLarge
from desktop.domain.importing import CellFault
from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.exchange.clipboard_file import write_clipboard
from desktop.exchange.profiles import ProfileOutcome, import_profile
from desktop.exchange.rejects import write_rejects
from desktop.operations.importing import Imported, target
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.views.platform import import_session as session
from desktop.views.platform.import_frame import ImportFrame
from desktop.views.platform.import_session import Checked, Prepared
from desktop.views.platform.import_view import RUNNING
from desktop.widgets.buttons import Button


class ImportPage(ImportFrame):
    """`args` may be ``{"into": key}``, the list from which Ctrl+I was pressed, and ``{"path": …}``."""

    def __init__(self, context: Context, args: object = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        given: Mapping[str, Any] = args if isinstance(args, Mapping) else {}
        self.wanted = target(str(given.get("into", "")))
        self.setAcceptDrops(True)
        self._connect()
        self._make_actions()
        self.retranslate()
        self._show_state()
        if given.get("path") and Path(str(given["path"])).exists():
            self.open_path(Path(str(given["path"])))

    def _connect(self) -> None:
        self.view.source_bar.sheet_chosen.connect(self._sheet_chosen)
        self.view.source_bar.target_chosen.connect(self._target_chosen)
        self.view.mapping_bar.mapped.connect(self.map_column)
        self.view.filter.chosen.connect(self.show_only)
        self.view.table.cell_edited.connect(self.edit_cell)
        self.view.table.out_toggled.connect(self.toggle_out)
        self.view.side.left_out.connect(self.toggle_out)
        self.view.side.used.connect(self._use)
        self.view.empty.primary.connect(self.ask_file)
        self.view.empty.secondary.connect(self.ask_folder)
        self.view.progress.cancelled.connect(self.stop)
        self.view.table.current_changed.connect(self._show_doubles)
        self.doubles.changed.connect(self._show_all)
        self.doubles.relink.connect(self._relink)
        self.doubles.left_out.connect(self._leave_out)
        self.context.work.progress_changed.connect(self._progressed)

    def _make_actions(self) -> None:
        def action(key: str, menu: str, button: Button | None, call: Callable[[], object]) -> QAction:
            made = self.command(key, call)
            made.setData(menu)
            if button is not None:
                button.follow(made)
            return made

        self.choose_action = action("Ctrl+O", "record", self.view.choose, self.ask_file)
        self.folder_action = action("Ctrl+Shift+O", "record", None, self.ask_folder)
        self.paste_action = action("Ctrl+V", "edit", None, lambda: self.paste(QGuiApplication.clipboard().text()))
        self.view.choose_folder.clicked.connect(self.folder_action.trigger)
        self.again_action = action("F5", "view", self.view.again, self.refresh)
        self.cancel_action = action("Esc", "record", self.view.cancel, self.leave)
        self.rejects_action = action("Ctrl+E", "record", self.view.rejects, self.save_rejects)
        self.write_action = action("F9", "record", self.view.write, self.write_valid)
        self.next_action = action("Alt+Down", "go", None, lambda: self.next_rejected(1))
        self.back_action = action("Alt+Up", "go", None, lambda: self.next_rejected(-1))
        self.doubles.make_actions(self.command, self._row_number)

    def state(self) -> Mapping[str, Any]:
        return {"into": self.prepared.target.key} if self.prepared is not None else {}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.wanted = self.wanted or target(str(state.get("into", "")))

    def can_leave(self) -> bool:
        self.stop()
        self.doubles.stop()
        return True

    def retranslate(self) -> None:
        for action, text in (
            (self.choose_action, tr("Choose file")),
            (self.folder_action, tr("Folder by profile")),
            (self.paste_action, tr("Paste rows from Excel")),
            (self.again_action, tr("Check again")),
            (self.cancel_action, tr("Cancel")),
            (self.rejects_action, tr("Reject sheet")),
            (self.write_action, tr("Write the valid rows")),
            (self.next_action, tr("Next rejected")),
            (self.back_action, tr("Previous rejected")),
        ):
            action.setText(text)
        self.view.retranslate()
        self.doubles.retranslate()
        self._show_all()

    # --- opening -----------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = Path(event.mimeData().urls()[0].toLocalFile())
        event.acceptProposedAction()
        if path.is_dir():
            self.open_folder(path)
        else:
            self.open_path(path)

    def ask_file(self) -> None:
        words = tr("Excel and CSV")
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Choose file"), "", f"{words} (*.xlsx *.xlsm *.xls *.csv *.txt)"
        )
        if chosen:
            self.open_path(Path(chosen))

    def ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder by profile"))
        if chosen:
            self.open_folder(Path(chosen))

    def open_path(self, path: Path) -> None:
        """Open a file; what it holds is guessed from its headers unless the page was opened for a list."""
        self.profile, self.outcome = None, None
        self._forget()

        def run(progress: Progress) -> Prepared:
            return session.open_source(self.context.database, path, progress, self.wanted)

        self._start(run, self._prepared, tr("Opening {file}", file=path.name))

    def paste(self, text: str) -> None:
        """Rows with their header from the clipboard, checked and written as a file's."""
        try:
            file = write_clipboard(text)
        except ClipboardTooLarge:
            self._say_pasted(tr("That is more than can be pasted at once. Save it as a file and open that."))
            return
        if file is None:
            self._say_pasted(tr("Copy the rows with their header in Excel first."))
        else:
            self.open_path(file)

    def _say_pasted(self, why: str) -> None:
        self.context.toast("warn", tr("Nothing was pasted"), why)

    def open_folder(self, path: Path, name: str = "") -> None:
        """Dry-run a folder by the profile `name`, or by the first one there is."""
        self.prepared = None
        self._forget()
        self.profile = (path, name or session.known_profiles()[0].name)
        self._run_profile(dry_run=True)

    def _forget(self) -> None:
        self.checked, self.out, self.shown, self.written = None, frozenset(), "all", False
        self.doubles.forget()

    def _prepared(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.set_dirty(True)
        self.title_changed.emit()
        self._show_all()
        self.check()

    def _sheet_chosen(self, name: str) -> None:
        if self.prepared is not None:
            self._prepare(name, self.prepared.target.key)

    def _target_chosen(self, key: str) -> None:
        self.wanted = target(key)
        if self.prepared is not None:
            self._prepare(self.prepared.sheet.name, key)

    def _prepare(self, sheet: str, key: str) -> None:
        goal, prepared = target(key), self.prepared
        if goal is None or prepared is None:
            return
        self._forget()

        def run(_: Progress) -> Prepared:
            return session.prepare(self.context.database, prepared.source, sheet, goal)

        self._start(run, self._prepared, tr("Reading columns"))

    # --- checking ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """F5: check again, against what is in the database now."""
        if self.profile is not None:
            self._run_profile(dry_run=True)
        elif self.prepared is not None and not self.written:
            self.check()

    def check(self) -> None:
        prepared = self.prepared
        if prepared is None:
            return

        def run(progress: Progress) -> Checked:
            return session.check(self.context.database, prepared, progress)

        self._start(run, self._checked, tr("Checking {file}", file=prepared.source.path.name))

    def _checked(self, checked: Checked) -> None:
        self.checked = checked
        wanted = self.prepared is not None and session.looks_for_doubles(self.prepared)
        self.doubles.look(checked, wanted=wanted)
        self._show_all()
        self.view.table.setFocus()

    def map_column(self, place: int, key: str) -> None:
        """Let a column of the file fill a field ("" leaves it out), and check again."""
        if self.prepared is not None:
            self.prepared = self.prepared.mapped(place, key or None)
            self.check()

    def edit_cell(self, number: int, key: str, text: str) -> None:
        """Type over a cell of the file's copy here, and check again."""
        if self.prepared is not None:
            self.prepared = self.prepared.edited(number, key, text)
            self.check()

    def _relink(self, links: Mapping[int, str | None]) -> None:
        """Rows are an item that is there, or are none any more: another thing would be written."""
        if self.prepared is not None:
            self.prepared = self.prepared.linked(links)
            self.check()

    def _use(self, fault: CellFault) -> None:
        if fault.suggestion is not None:
            self.edit_cell(fault.row, fault.field, fault.suggestion)

    # --- work in the background --------------------------------------------------------------------------------------

    def _start(self, run: Callable[[Progress], Any], done: Callable[[Any], None], title: str) -> None:
        self.stop()
        progress = Progress()
        self.view.footer.set_reason("")
        self.setFocus()  # what had it may be hidden now, and Esc must reach the page
        self._job = self.context.work.run(
            run, progress, on_done=lambda result: self._finished(done, result), on_error=self._failed,
            on_cancelled=self._cancelled, owner=self, title=title, progress=progress,
        )  # fmt: skip
        self._show_state()

    def _finished(self, done: Callable[[Any], None], result: Any) -> None:
        self._job = None
        done(result)
        self._show_state()

    def _failed(self, failure: Failure) -> None:
        self._job = None
        self._show_state()
        self.view.footer.set_reason(failure.message)

    def _cancelled(self) -> None:
        self._job = None
        self._show_state()
        self.view.footer.set_reason(tr("Cancelled. Nothing was written."))

    def _progressed(self, job: object) -> None:
        if isinstance(job, Job) and job is self._job:
            self.view.progress.show_job(job)
            self.view.stack.setCurrentIndex(RUNNING)

    def stop(self) -> None:
        """Break off what is running; nothing of it is kept."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def leave(self) -> None:
        """Esc: stop the work, else drop the file."""
        if self._job is not None:
            self._job.cancel()
            return
        self.prepared, self.profile, self.outcome = None, None, None
        self._forget()
        self.set_dirty(False)
        self.title_changed.emit()
        self._show_all()

    # --- writing -----------------------------------------------------------------------------------------------------

    def write_valid(self) -> None:
        """F9: the valid rows, in one transaction."""
        prepared, checked, out = self.prepared, self.checked, self.out
        if self.profile is not None:
            self._run_profile(dry_run=False)
        elif self.doubles.undecided:
            self._next_double(1)
            self.view.footer.set_reason(
                tr("{count} rows look like items that are there already: decide first",
                   count=f"{len(self.doubles.undecided):,}")
            )  # fmt: skip
        elif prepared is not None and checked is not None and self.valid_count():

            def run(progress: Progress) -> Imported:
                return session.write(self.context.database, prepared, checked, out, progress)

            self._start(run, self._written, tr("Importing {file}", file=prepared.source.path.name))

    def _written(self, done: Imported) -> None:
        self.written = True
        self.set_dirty(False)
        counts = done.plan.counts()
        self.context.bus.publish(done.changes, self)
        self.context.toast(
            "success",
            tr("{count} rows imported", count=f"{counts['new'] + counts['changed']:,}"),
            tr("{new} new, {changed} changed", new=f"{counts['new']:,}", changed=f"{counts['changed']:,}"),
        )
        self._show_all()

    def _run_profile(self, *, dry_run: bool) -> None:
        if self.profile is None:
            return
        folder, name = self.profile

        def run(progress: Progress) -> ProfileOutcome:
            return import_profile(self.context.database, folder, name, dry_run=dry_run, progress=progress)

        self._start(run, self._profile_done, tr("Importing {file}", file=folder.name))

    def _profile_done(self, outcome: ProfileOutcome) -> None:
        self.outcome = outcome
        self.view.by_profile.setFocus()
        self.written = outcome.written
        if outcome.written:
            self.context.bus.publish(outcome.changes, self)
            self.context.toast("success", tr("{folder} imported", folder=self.profile[0].name if self.profile else ""))
        self._show_all()

    def save_rejects(self) -> None:
        """Ctrl+E: the rejected rows as they came, with the reasons beside the cells."""
        if self.prepared is None or self.checked is None or not self.checked.plan.rejected():
            return
        path = self.ask_reject_path(self.prepared.source.path)
        if path is None:
            return
        sheet, faults = self.prepared.content(), self.checked.plan.faults()

        def run(_: Progress) -> int:
            return write_rejects(path, sheet, faults)

        self._start(run, lambda count: self._rejects_saved(path, count), tr("Reject sheet"))

    def ask_reject_path(self, source: Path) -> Path | None:
        suggested = str(source.with_name(f"{source.stem}-rejected.xlsx"))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Reject sheet"), suggested, "XLSX (*.xlsx);;CSV (*.csv)")
        return Path(chosen) if chosen else None

    def _rejects_saved(self, path: Path, count: int) -> None:
        self.context.toast("success", tr("{count} rejected rows saved", count=f"{count:,}"), path.name)
