"""The files of a record, below its fields: added by button, drop or Ctrl+V; opened, saved, deleted with a reason.

Everything that reads or writes runs off the UI thread; what is big shows its progress and can be cancelled. A file that
may run a program is opened only after a warning. What another program shows is a copy that goes when this one ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog, QScrollArea, QWidget

from desktop.domain.attachments import is_dangerous, numbered
from desktop.domain.changes import Changes
from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.operations import attachments
from desktop.operations.attachments import Attachment, Shelf, Source
from desktop.operations.records import RecordKind
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.runtime.opened_files import OPENED, OpenedFiles
from desktop.runtime.work import Job
from desktop.widgets.attachments_table import AttachmentsTable
from desktop.widgets.buttons import Button
from desktop.widgets.fields import TextInput
from desktop.widgets.labels import Count, Label
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import Banner, ProgressPanel

_SHOW_PROGRESS_MS = 300
_TICK_MS = 100
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class AttachmentsPanel(QWidget):
    """Shows itself once it knows a record that has files or takes some."""

    settled = Signal()
    """What was asked for is done, refused or cancelled."""

    def __init__(self, context: Context, kind: RecordKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._kind = context, kind
        self._record_id: int | None = None
        self._shelf = Shelf((), may_add=False, locked="")
        self._job: Job | None = None
        self._doubtful: tuple[Attachment, ...] = ()
        self.show_file: Callable[[Path], object] = lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        self._build()
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._tick)
        context.bus.subscribe(("attachment",), self._changed_elsewhere)
        self.setAcceptDrops(True)
        self.retranslate()

    def _build(self) -> None:
        self.title = Label(size=13, role="text.secondary")
        self.count = Count(0)
        self.add_button = Button(icon="plus", key="Ins", height=24)
        self.open_button = Button(icon="external-link", key="Enter", height=24)
        self.save_button = Button(icon="download", height=24)
        self.delete_button = Button(icon="trash-2", key="Del", height=24)
        self.table = AttachmentsTable()
        self.notice = Banner("warn", "", action=" ")
        self.notice.acted.connect(self._open_doubtful)
        self.notice.dismissed.connect(self._drop_doubt)
        self.progress = ProgressPanel()
        self.progress.cancelled.connect(self.cancel)
        self.reason_bar = self._reason_bar()
        self.add_button.clicked.connect(self.ask_files)
        self.open_button.clicked.connect(self.open_selected)
        self.save_button.clicked.connect(self.ask_save)
        self.delete_button.clicked.connect(self.ask_reason)
        self.table.doubleClicked.connect(self.open_selected)
        self.table.selectionModel().selectionChanged.connect(self._show_buttons)
        buttons = (self.open_button, self.save_button, self.delete_button, self.add_button)
        head = row(self.title, self.count, None, *buttons, spacing=8)
        self.setLayout(column(head, self.notice, self.reason_bar, self.progress, self.table, spacing=4))
        for hidden in (self.notice, self.progress, self.reason_bar):
            hidden.hide()
        self.hide()

    def _reason_bar(self) -> Surface:
        bar = Surface("danger.bg")
        self.reason_label = Label(elide=True)
        self.reason = TextInput()
        self.reason.setMinimumWidth(240)
        self.reason.setMaxLength(300)
        self.keep_button = Button(key="Esc", height=24)
        self.drop_button = Button(kind="danger", height=24)
        self.keep_button.clicked.connect(self._keep)
        self.drop_button.clicked.connect(self.delete_selected)
        self.reason.returnPressed.connect(self.delete_selected)
        line = row(self.reason_label, self.reason, self.keep_button, self.drop_button, spacing=8, margins=(8, 4, 8, 4))
        line.setStretch(0, 1)
        bar.setLayout(line)
        return bar

    # What is shown

    def show_owner(self, record_id: int | None) -> None:
        """The record whose files these are; None for one that is not saved yet, which has none."""
        self._record_id = record_id
        if record_id is None:
            self._take(Shelf((), may_add=False, locked=""))
            return
        self._context.work.run(
            attachments.shelf, self._context.database, self._kind, record_id,
            on_done=partial(self._loaded, record_id), owner=self, background=True,
        )  # fmt: skip

    def reload(self) -> None:
        self.show_owner(self._record_id)

    def takes_files(self) -> bool:
        """Whether files may be added now."""
        return not self.isHidden() and self._shelf.may_add and self._record_id is not None

    def _loaded(self, record_id: int, shelf: Shelf) -> None:
        if record_id == self._record_id:
            self._take(shelf)

    def _take(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.table.show_files(shelf.files)
        self.count.set_value(len(shelf.files))
        self.setVisible(bool(shelf.files) or shelf.may_add)
        if not self._doubtful:
            self._say(shelf.locked)
        self._show_buttons()

    def _say(self, text: str, action: str = "", dismiss: str = "") -> None:
        self.notice.say(text, action=action, dismiss=dismiss)
        self.notice.close_button.setVisible(bool(dismiss))
        self.notice.setToolTip(text)
        self.notice.setVisible(bool(text))

    def _reveal(self, widget: QWidget) -> None:
        """Scroll the form to what appeared, when it has its place."""
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if isinstance(around, QScrollArea):
            QTimer.singleShot(0, widget, partial(around.ensureWidgetVisible, widget))

    def _changed_elsewhere(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self._record_id is not None and self._job is None:
            self.reload()

    @Slot()
    def _show_buttons(self) -> None:
        chosen, idle, open_ = self.table.selected(), self._job is None, not self._shelf.locked
        self.add_button.setVisible(self._shelf.may_add)
        self.delete_button.setVisible(any(file.deletable for file in self._shelf.files))
        self.add_button.setEnabled(idle and open_)
        self.open_button.setEnabled(bool(chosen) and idle and open_)
        self.save_button.setEnabled(bool(chosen) and idle and open_)
        self.delete_button.setEnabled(bool(chosen) and idle and all(file.deletable for file in chosen))
        some = tr("Choose a file first")
        foreign = tr("Only who added a file, a data steward or a manager may delete it")
        self.open_button.setToolTip("" if chosen else some)
        self.save_button.setToolTip("" if chosen else some)
        self.delete_button.setToolTip(foreign if chosen and not self.delete_button.isEnabled() else "")
        if not self.reason_bar.isHidden():
            self._ask_about(chosen)

    def retranslate(self) -> None:
        self.title.setText(tr("Attachments"))
        self.table.setAccessibleName(tr("Attachments"))
        self.table.hint = tr("No files. Drop some here, paste a picture with Ctrl+V, or press Ins. At most 50 MB each.")
        self.table.setAccessibleDescription(self.table.hint)
        self.add_button.setText(tr("Add files"))
        self.open_button.setText(tr("Open"))
        self.save_button.setText(tr("Save as"))
        self.delete_button.setText(tr("Delete"))
        self.drop_button.setText(tr("Delete"))
        self.keep_button.setText(tr("Keep"))
        self.reason.setPlaceholderText(tr("Reason"))
        self.reason.setAccessibleName(tr("Reason"))
        self.table.retranslate()

    # Adding

    @Slot()
    def ask_files(self) -> None:
        """Choose files in the system's dialog."""
        if not self.takes_files():
            return
        kept = str(self._context.mine().get("attach_folder", Path.home()))
        chosen, _ = QFileDialog.getOpenFileNames(self, tr("Add files"), kept)
        if chosen:
            self._context.mine().set("attach_folder", str(Path(chosen[0]).parent))
            self.add_paths([Path(each) for each in chosen])

    def add_paths(self, paths: Sequence[Path]) -> None:
        self._add(partial(_from_disk, tuple(paths)))

    @Slot()
    def paste(self) -> bool:
        """What the clipboard holds: copied files, or a picture. False: neither."""
        return self._add_mime(QGuiApplication.clipboard().mimeData())

    def _add_mime(self, given: QMimeData) -> bool:
        paths = _local_files(given)
        if paths:
            self.add_paths(paths)
            return True
        if given.hasImage():
            image = QImage(given.imageData())
            if not image.isNull():
                name = tr("Picture {time}", time=f"{datetime.now():%Y-%m-%d %H%M%S}") + ".png"
                self._add(partial(_from_picture, image, name))
                return True
        return False

    def _add(self, gather: Callable[[], list[Source]]) -> None:
        if not self.takes_files() or self._job is not None:
            return
        if self._shelf.locked:
            self._context.toast("danger", tr("Not added"), self._shelf.locked)
            return
        progress, record_id = Progress(), self._record_id or 0

        def work() -> Changes:
            changes, _ = attachments.add(self._context.database, self._kind, record_id, gather(), progress)
            return changes

        self._start(work, tr("Adding files"), progress, self._added, tr("Not added"))

    def _added(self, changes: Changes) -> None:
        count = len(changes.rows["attachment"])
        self._context.bus.publish(Changes({"attachment": changes.rows["attachment"]}), self)
        self._context.toast("success", tr("{count} files added", count=count))
        self.reload()

    # Opening and saving

    @Slot()
    def open_selected(self) -> None:
        """Show the selected files in the programs of this computer; a dangerous one only after a warning."""
        chosen = self.table.selected()
        if not chosen or self._job is not None or self._shelf.locked:
            return
        doubtful = [file for file in chosen if is_dangerous(file.file_name)]
        if doubtful:
            self._doubtful = chosen
            warning = tr("{file} may run a program and harm this computer. Open it only if you know who made it.",
                         file=doubtful[0].file_name)  # fmt: skip
            self._say(warning, action=tr("Open all the same"), dismiss=tr("Leave it"))
            self.notice.close_button.setFocus(Qt.FocusReason.TabFocusReason)
            self._reveal(self.notice)
            return
        self._open(chosen)

    @Slot()
    def _open_doubtful(self) -> None:
        chosen = self._doubtful
        self._drop_doubt()
        if chosen:
            self._open(chosen)

    @Slot()
    def _drop_doubt(self) -> None:
        self._doubtful = ()
        self._say(self._shelf.locked)
        self.table.setFocus()

    def _open(self, files: Sequence[Attachment]) -> None:
        wanted = [(file, OPENED.path_for(f"{file.id} {file.file_name}")) for file in files]
        self._fetch(wanted, self._opened)

    def _opened(self, wanted: Sequence[tuple[Attachment, Path]]) -> None:
        for _, path in wanted:
            OpenedFiles.protect(path)
            if self.show_file(path) is False:
                said = tr("This computer has no program for this kind of file. Save it instead.")
                self._context.toast("warn", path.name, said)

    @Slot()
    def ask_save(self) -> None:
        """Choose where the selected files go: one under a name, several into a folder."""
        chosen = self.table.selected()
        if not chosen or self._job is not None:
            return
        kept = Path(str(self._context.mine().get("attach_folder", Path.home())))
        if len(chosen) == 1:
            target, _ = QFileDialog.getSaveFileName(self, tr("Save as"), str(kept / chosen[0].file_name))
            wanted = [(chosen[0], Path(target))]
        else:
            target = QFileDialog.getExistingDirectory(self, tr("Save as"), str(kept))
            wanted = _into_folder(chosen, Path(target)) if target else []
        if target:
            self._context.mine().set("attach_folder", str(wanted[0][1].parent))
            self.save_to(wanted)

    def save_to(self, wanted: Sequence[tuple[Attachment, Path]]) -> None:
        self._fetch(wanted, self._saved)

    def _saved(self, wanted: Sequence[tuple[Attachment, Path]]) -> None:
        names = ", ".join(path.name for _, path in wanted)
        self._context.toast("success", tr("{count} files saved", count=len(wanted)), names)

    def _fetch(
        self,
        wanted: Sequence[tuple[Attachment, Path]],
        then: Callable[[Sequence[tuple[Attachment, Path]]], None],
    ) -> None:
        progress = Progress()

        def work() -> Sequence[tuple[Attachment, Path]]:
            attachments.fetch(self._context.database, wanted, progress)
            return wanted

        self._start(work, tr("Fetching files"), progress, then, tr("Not opened"))

    # Deleting

    @Slot()
    def ask_reason(self) -> None:
        """A line above the table asks why; nothing is deleted without it."""
        chosen = self.table.selected()
        if not chosen or self._job is not None or not all(file.deletable for file in chosen):
            return
        self.reason.clear()
        self._ask_about(chosen)
        self.reason_bar.show()
        self.reason.setFocus()
        self._reveal(self.reason_bar)

    def _ask_about(self, chosen: Sequence[Attachment]) -> None:
        if not chosen:
            self._keep()
        elif len(chosen) == 1:
            self.reason_label.setText(tr("Delete {file}? It cannot be brought back.", file=chosen[0].file_name))
        else:
            self.reason_label.setText(tr("Delete {count} files? They cannot be brought back.", count=len(chosen)))

    @Slot()
    def _keep(self) -> None:
        self.reason_bar.hide()
        self.table.setFocus()

    @Slot()
    def delete_selected(self) -> None:
        chosen, reason = self.table.selected(), self.reason.text().strip()
        if not chosen or self._job is not None:
            return
        if not reason:
            self.reason.setFocus()
            self.reason.setPlaceholderText(tr("Say why; it is kept in the history"))
            return

        def work() -> Changes:
            return attachments.remove(self._context.database, chosen, reason)

        self._start(work, tr("Deleting files"), Progress(), self._deleted, tr("Not deleted"))

    def _deleted(self, changes: Changes) -> None:
        self.reason_bar.hide()
        self._context.bus.publish(changes, self)
        self._context.toast("success", tr("{count} files deleted", count=len(changes.rows["attachment"])))
        self.table.setFocus()
        self.reload()

    # Work

    def _start(
        self, work: Callable[[], object], title: str, progress: Progress, done: Callable[..., None], refused: str
    ) -> None:
        def finished(result: object) -> None:
            self._end()
            done(result)
            self.settled.emit()

        def failed(failure: Failure) -> None:
            self._end()
            self._context.toast("danger", refused, failure.message)
            self.settled.emit()

        def cancelled() -> None:
            self._end()
            self._context.toast("info", tr("Cancelled; nothing was changed"))
            self.settled.emit()

        self._job = self._context.work.run(
            work, on_done=finished, on_error=failed, on_cancelled=cancelled, owner=self, title=title,
            progress=progress, background=True,
        )  # fmt: skip
        self._clock.start()
        self._show_buttons()

    def _end(self) -> None:
        self._job = None
        self._clock.stop()
        self.progress.hide()
        self._show_buttons()

    @Slot()
    def _tick(self) -> None:
        if self._job is not None and self._job.age_ms() >= _SHOW_PROGRESS_MS:
            self.progress.show_job(self._job)
            self.progress.show()

    @Slot()
    def cancel(self) -> None:
        """Stop what runs; nothing half-done remains."""
        if self._job is not None:
            self._job.cancel()

    # Keys and drops

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.takes_files() and self.paste():
            return
        acts = self._acts()
        if self.table.hasFocus() and event.key() in acts:
            acts[Qt.Key(event.key())]()
            return
        if event.key() == Qt.Key.Key_Escape and self._leave():
            return
        super().keyPressEvent(event)

    def _acts(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_Insert: self.ask_files,
            Qt.Key.Key_Delete: self.ask_reason,
            **dict.fromkeys(_ENTER, self.open_selected),
        }

    def _leave(self) -> bool:
        """Esc: out of whatever is under way here."""
        if self._job is not None:
            self.cancel()
        elif not self.reason_bar.isHidden():
            self._keep()
        elif self._doubtful:
            self._drop_doubt()
        else:
            return False
        return True

    def wants(self, given: QMimeData) -> bool:
        """Whether what is dragged here can become a file of this record."""
        return self.takes_files() and self._job is None and bool(_local_files(given) or given.hasImage())

    def take_drop(self, given: QMimeData) -> bool:
        return self._add_mime(given)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.wants(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.take_drop(event.mimeData()):
            event.acceptProposedAction()


def _local_files(given: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in given.urls() if url.isLocalFile()]


def _from_disk(paths: tuple[Path, ...]) -> list[Source]:
    return [attachments.file_source(path) for path in paths]


def _from_picture(image: QImage, name: str) -> list[Source]:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return [attachments.memory_source(name, bytes(buffer.data().data()))]


def _into_folder(files: Sequence[Attachment], folder: Path) -> list[tuple[Attachment, Path]]:
    """Where each file goes: nothing that lies there is overwritten."""
    taken = {each.name for each in folder.iterdir()}
    found = []
    for file in files:
        name = numbered(file.file_name, frozenset(taken))
        taken.add(name)
        found.append((file, folder / name))
    return found
