"""The proof of the journal: how it is kept, whether it holds, and what an inspector takes away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.domain.entry import NotADate
from desktop.domain.progress import Progress
from desktop.domain.text import language, tr
from desktop.operations import audit_reading, auditing
from desktop.operations.audit_reading import Keeping
from desktop.operations.auditing import Outcome
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.platform.audit_inspection import Inspection, write_inspection
from desktop.widgets.buttons import Button
from desktop.widgets.dates import DateField
from desktop.widgets.fields import Field
from desktop.widgets.header import HeaderBar
from desktop.widgets.labels import Chip, Label, fill_wrapped
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import LoadedStack, ProgressBar

_WIDE = 860
_FAULTS_SHOWN = 12
LATE_MINUTES = 10


class AuditProofPage(Page):
    """F9 proves the whole chain; Ctrl+O compares anchors from a file, Ctrl+E hands over to an inspector."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.keeping: Keeping | None = None
        self.outcome: Outcome | None = None
        self._anchors: tuple[auditing.Anchor, ...] = ()
        self._anchor_file = ""
        self._job: Any = None
        self._progress = Progress()
        self._clock = QTimer(self)
        self._clock.setInterval(100)
        self._clock.timeout.connect(self._follow)
        self.ask_file: Callable[[], str] = self._ask_file
        self.ask_folder: Callable[[], str] = self._ask_folder
        self.header = HeaderBar()
        self.anchors_button = Button(icon="link", key="Ctrl+O")
        self.anchors_button.clicked.connect(self.choose_anchors)
        self.prove_button = Button(kind="primary", icon="shield-check", key="F9")
        self.prove_button.clicked.connect(self.prove)
        for button in (self.anchors_button, self.prove_button):
            self.header.add_action(button)
        self.stack = LoadedStack(self._build())
        self.stack.retry.connect(self.refresh)
        self.setLayout(column(self.header, self.stack, spacing=0))
        self.prove_action = self.command("F9", self.prove)
        self.anchors_action = self.command("Ctrl+O", self.choose_anchors)
        self.hand_over_action = self.command("Ctrl+E", self.hand_over)
        self.refresh_action = self.command("F5", self.refresh)
        self.retranslate()

    def _build(self) -> QWidget:
        self.figures = tuple(_Figure() for _ in range(4))
        self.chip, self.result = Chip(), Label(size=13)
        self.bar = ProgressBar()
        self.bar.setFixedWidth(_WIDE)
        self.bar.hide()
        self.faults = tuple(Label(role="danger.fg", wrap=True) for _ in range(_FAULTS_SHOWN + 1))
        self.note = Label(role="text.tertiary", wrap=True)
        self.file_note = Label(role="text.secondary", elide=True)
        self.anchor_title, self.log_title, self.take_title = (Label(size=13, role="text.secondary") for _ in range(3))
        self.anchor_list, self.log_list = Label(wrap=True), Label(wrap=True)
        self.take_note = Label(role="text.tertiary", wrap=True)
        for label in (self.note, self.take_note, *self.faults, self.anchor_list, self.log_list, self.file_note):
            label.setFixedWidth(_WIDE)
        for label in self.faults:
            label.hide()
        today = date.today()
        self.since, self.until = DateField(today.replace(day=1)), DateField(today)
        self.since_field, self.until_field = Field("", self.since), Field("", self.until)
        for field in (self.since_field, self.until_field):
            field.setFixedWidth(160)
        self.take_button = Button(icon="file-down", key="Ctrl+E")
        self.take_button.clicked.connect(self.hand_over)
        body = column(spacing=24, margins=(16, 16, 16, 16))
        figures = row(*self.figures, None, spacing=40)
        body.addLayout(figures)
        proof = column(row(self.chip, self.result, None), self.bar, *self.faults, self.file_note, self.note, spacing=6)
        body.addLayout(proof)
        body.addLayout(column(self.anchor_title, self.anchor_list, spacing=6))
        body.addLayout(column(self.log_title, self.log_list, spacing=6))
        take = row(self.since_field, self.until_field, None, spacing=16)
        body.addLayout(column(self.take_title, self.take_note, take, row(self.take_button, None), spacing=8))
        body.addStretch(1)
        content = Surface("surface.base")
        content.setLayout(body)
        return content

    # How it is kept

    def refresh(self) -> None:
        self.context.work.run(
            audit_reading.keeping, self.context.database, on_done=self._show, on_error=self._not_loaded, owner=self
        )

    def _not_loaded(self, failure: Failure) -> None:
        self.stack.say_failed(tr("The state of the audit could not be loaded"), failure)

    def _show(self, keeping: Keeping) -> None:
        self.keeping = keeping
        self.stack.show_content()
        self._show_texts()

    # Proving

    def busy(self) -> bool:
        return self._job is not None

    def prove(self) -> None:
        """The whole chain, in the background; Cancel in the status bar stops it."""
        if self.busy() or self.keeping is None:
            return
        progress = self._begin()
        self.outcome = None
        self._job = self.context.work.run(
            partial(auditing.verify, self.context.database, self._anchors, progress=progress),
            on_done=self._proven, on_error=self._not_proven, on_cancelled=self._stopped, owner=self,
            title=tr("Proving the audit trail"), progress=progress,
        )  # fmt: skip
        self._show_texts()

    def _begin(self) -> Progress:
        self._progress = Progress()
        self.bar.set_share(0.0)
        self.bar.show()
        self._clock.start()
        return self._progress

    def _follow(self) -> None:
        done, total = self._progress.done, self._progress.total
        self.bar.set_share(done / total if total else None)

    def _proven(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._stopped()
        self.refresh()

    def _not_proven(self, failure: Failure) -> None:
        self._stopped()
        self.context.toast("danger", tr("The audit trail could not be proven"), failure.message)

    def _stopped(self) -> None:
        self._job = None
        self._clock.stop()
        self.bar.hide()
        self._show_texts()

    def choose_anchors(self) -> None:
        """Anchors that were kept outside: our own file, a log server's, saved mails."""
        path = self.ask_file()
        if not path:
            return
        try:
            self._anchors = auditing.read_anchors(Path(path))
        except auditing.NoAnchors as error:
            remedy = tr("Choose the file that the worker writes, or one with its mails.")
            self.context.toast("danger", str(error), remedy)
            return
        self._anchor_file = Path(path).name
        self._show_texts()
        self.prove()

    # Handing over

    def hand_over(self) -> None:
        """Journal and proof for an inspector; proven first where it was not yet."""
        if self.busy() or self.keeping is None:
            return
        days = self._days()
        if days is None:
            return
        folder = self.ask_folder()
        if not folder:
            return
        progress = self._begin()
        self._job = self.context.work.run(
            self._written, Path(folder), *days, language(), progress,
            on_done=self._handed_over, on_error=self._not_handed_over, on_cancelled=self._stopped, owner=self,
            title=tr("Writing the journal for the inspector"), progress=progress,
        )  # fmt: skip
        self._show_texts()

    def _days(self) -> tuple[date, date] | None:
        found: list[date] = []
        for field, editor in ((self.since_field, self.since), (self.until_field, self.until)):
            try:
                day = editor.value()
            except NotADate as error:
                field.refuse(str(error))
                editor.setFocus()
                return None
            if day is None:
                field.refuse(tr("Type a day."))
                editor.setFocus()
                return None
            field.accept()
            found.append(day)
        if found[1] < found[0]:
            self.until_field.refuse(tr("The last day is before the first. Type a later one."))
            self.until.setFocus()
            return None
        return found[0], found[1]

    def _written(self, folder: Path, since: date, until: date, spoken: Any, progress: Progress) -> Any:
        outcome = self.outcome or auditing.verify(self.context.database, self._anchors, progress=progress)
        return outcome, write_inspection(self.context.database, folder, since, until, outcome, spoken, progress)

    def _handed_over(self, found: tuple[Outcome, Inspection]) -> None:
        self.outcome, taken = found
        self._stopped()
        names = ", ".join(file.name for file in taken.files)
        self.context.toast("success", tr("{count} entries written for the inspector", count=f"{taken.rows:,}"), names)
        self.refresh()

    def _not_handed_over(self, failure: Failure) -> None:
        self._stopped()
        self.context.toast("danger", tr("Nothing was handed over"), failure.message)

    def _ask_file(self) -> str:
        kinds = tr("Anchors (*.jsonl *.log *.txt *.eml *.mbox);;All files (*)")
        return QFileDialog.getOpenFileName(self, tr("Anchors kept outside"), str(Path.home()), kinds)[0]

    def _ask_folder(self) -> str:
        return QFileDialog.getExistingDirectory(self, tr("Folder for the inspector"), str(Path.home()))

    # The page

    def _show_texts(self) -> None:
        for button in (self.prove_button, self.anchors_button, self.take_button):
            button.setEnabled(not self.busy())
        self._show_outcome()
        keeping = self.keeping
        if keeping is None:
            return
        waiting = _minutes(keeping.oldest_unsealed)
        late = waiting is not None and waiting >= LATE_MINUTES
        self.figures[0].say(tr("Seals"), f"{keeping.seals:,}", tr("generation {number}", number=keeping.generation))
        self.figures[1].say(tr("Last sealed"), _when(keeping.sealed_at), "")
        self.figures[2].say(
            tr("Waiting for a seal"),
            tr("nothing") if waiting is None else tr("{minutes} min", minutes=waiting),
            tr("Is the worker running?") if late else "",
            role="danger.fg" if late else "text.primary",
        )
        newest = max((seal for _, _, seal in keeping.anchors), default=0)
        behind = keeping.seals - newest
        self.figures[3].say(
            tr("Seals without an anchor"), f"{behind:,}", tr("not provable from outside yet") if behind else ""
        )
        lines = [
            f"{target}  ·  {_when(at)}  ·  " + tr("seal {seal}", seal=seal) for target, at, seal in keeping.anchors
        ]
        none = tr("No seal was written down outside this database yet. The worker does it; see the guide.")
        _fill(self.anchor_list, "\n".join(lines) or none)
        self.anchor_list.set_role("text.primary" if lines else "warn.fg")
        logs = [f"{source}  ·  " + tr("last read {at}", at=_when(at)) for source, at in keeping.logs]
        unread = tr("The server's log is not read: failed log-ins and refusals are not noted and lock nobody out.")
        _fill(self.log_list, "\n".join(logs) or unread)
        self.log_list.set_role("text.primary" if logs else "warn.fg")

    def _show_outcome(self) -> None:
        outcome = self.outcome
        words: list[str] = []
        if outcome is None:
            self.chip.set_state(tr("Proving…") if self.busy() else tr("Not proven yet"), "neutral", "clock")
            self.result.setText("")
        else:
            kind, icon = ("success", "shield-check") if outcome.ok else ("danger", "triangle-alert")
            self.chip.set_state(tr("Intact") if outcome.ok else tr("Tampered with"), kind, icon)  # type: ignore[arg-type]
            said = tr("{entries} entries, seals: {seals}", entries=f"{outcome.entries:,}", seals=outcome.seals)
            if outcome.empty:
                self.chip.set_state(tr("Nothing is sealed yet"), "warn", "clock")
                said = tr("{count} entries wait for the first seal; the worker sets it.", count=f"{outcome.unsealed:,}")
            if outcome.anchors:
                said += " · " + tr("{count} anchors compared", count=len(outcome.anchors))
            self.result.setText(said)
            words = [fault.text() for fault in outcome.faults] + [one.text() for one in outcome.values]
            words += [one.text() for one in outcome.anchors if one.verdict != "same"]
        more = len(words) - _FAULTS_SHOWN
        if more > 0:
            words = [*words[:_FAULTS_SHOWN], tr("… and {count} more; the proof on paper names all", count=more)]
        for number, label in enumerate(self.faults):
            label.setVisible(number < len(words))
            if number < len(words):
                _fill(label, words[number])
        self.file_note.setVisible(bool(self._anchor_file))
        self.file_note.setText(tr("Anchors from {file}", file=self._anchor_file) if self._anchor_file else "")

    def title(self) -> str:
        return tr("Proof of the audit")

    def icon_name(self) -> str:
        return "shield-check"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        return (("F9", tr("Prove")), ("Ctrl+O", tr("Compare anchors")), ("Ctrl+E", tr("For the inspector")))

    def zones(self) -> Sequence[QWidget]:
        return (self.prove_button, self.since)

    def state(self) -> Mapping[str, Any]:
        return {}

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        for widget, words in (
            (self.prove_button, tr("Prove")), (self.prove_action, tr("Prove")),
            (self.anchors_button, tr("Compare anchors")), (self.anchors_action, tr("Compare anchors")),
            (self.take_button, tr("Write Excel, CSV and proof")), (self.hand_over_action, tr("For the inspector")),
            (self.refresh_action, tr("Refresh")),
        ):  # fmt: skip
            widget.setText(words)
        self.anchor_title.setText(tr("Kept outside the database"))
        self.log_title.setText(tr("Server log"))
        self.take_title.setText(tr("For the inspector"))
        self.since_field.set_label(tr("First day"))
        self.until_field.set_label(tr("Last day"))
        _fill(self.note, tr(
            "Every entry lies under a seal, and every seal covers the one before. Whoever makes the whole chain anew is"
            " found by comparing it with the anchors that were kept outside the database."
        ))  # fmt: skip
        _fill(self.take_note, tr(
            "The journal of these days as Excel and CSV, and the proof of the chain as PDF. That you took it is noted."
        ))  # fmt: skip
        self._show_texts()


class _Figure(QWidget):
    """A key figure: what, how much, a word on it."""

    def __init__(self) -> None:
        super().__init__()
        self.label, self.note = Label(role="text.tertiary"), Label(role="danger.fg")
        self.value = Label(size=20, weight=500)
        self.setLayout(column(self.label, self.value, self.note, spacing=0))

    def say(self, label: str, value: str, note: str, role: str = "text.primary") -> None:
        self.label.setText(label)
        self.value.setText(value)
        self.value.set_role(role)
        self.note.setText(note)
        self.note.set_role("danger.fg" if role == "danger.fg" else "text.secondary")
        self.setAccessibleName(f"{label}: {value}. {note}")


def _fill(label: Label, words: str) -> None:
    if label.wordWrap():
        fill_wrapped(label, words, _WIDE)
    else:
        label.setText(words)


def _when(at: datetime | None) -> str:
    return "–" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def _minutes(at: datetime | None) -> int | None:
    return None if at is None else max(int((datetime.now(UTC) - at).total_seconds() // 60), 0)
