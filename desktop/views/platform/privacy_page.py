"""Personal data on one page: find a person, hand out everything about him, see what an erasure would do, erase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QListWidget, QListWidgetItem, QScrollArea, QStackedWidget, QWidget

from desktop.domain.changes import Changes
from desktop.domain.text import Language, language, pick, tr
from desktop.exchange import subject_export
from desktop.operations import privacy
from desktop.operations.privacy import Erased, Preview, Subject
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.platform.privacy_preview import PreviewView
from desktop.widgets.buttons import Button
from desktop.widgets.confirm import confirm
from desktop.widgets.discard import discard_all
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.header import HeaderBar, KeyValues
from desktop.widgets.labels import Chip, Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.states import EmptyState
from desktop.widgets.theme import icon

_PAUSE_MS = 250
_LIST_WIDTH = 360
_ROW = 28


def kind_name(kind: str) -> str:
    return {
        "user": tr("Colleague"),
        "engineer": tr("Engineer"),
        "contact": tr("Contact"),
        "party": tr("Private customer"),
    }[kind]


class PrivacyPage(Page):
    """Type, ↓ and Enter choose; Ctrl+E hands out; F9 shows what an erasure would do, and only then it can be done."""

    def __init__(self, context: Context, args: Any = None, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._found: tuple[Subject, ...] = ()
        self._subject: Subject | None = None
        self._preview: Preview | None = None
        self._asked = ""
        self.header = HeaderBar()
        self.excel = Button(icon="file-spreadsheet", key="Ctrl+E")
        self.json = Button(icon="file-down")
        self.look = Button(icon="eye", key="F9")
        for button, call in (
            (self.excel, self.export_excel), (self.json, self.export_json), (self.look, self.show_preview)
        ):  # fmt: skip
            button.clicked.connect(call)
            self.header.add_action(button)
        self.excel.setVisible(self._may_export())
        self.json.setVisible(self._may_export())
        self.look.setVisible(self._may_look())
        self._make_search()
        self._make_details()
        body = row(self.left, self.right, spacing=0)
        body.setStretch(1, 1)
        holder = QWidget()
        holder.setLayout(body)
        whole = column(self.header, holder, spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.search)
        self.excel_action = self.command("Ctrl+E", self.export_excel)
        self.look_action = self.command("F9", self.show_preview)
        context.bus.subscribe(("app_user", "engineer", "contact", "party"), self._changed)
        self.retranslate()
        self._enable()

    def _may_export(self) -> bool:
        return self.context.user.has("security", "steward")

    def _may_look(self) -> bool:
        return self.context.user.has("security", "auditor")

    def _may_erase(self) -> bool:
        return self.context.user.has("security")

    def _make_search(self) -> None:
        self.input = TextInput(icon="search")
        self.input.textEdited.connect(self._typed)
        self.input.returnPressed.connect(self._enter)
        self.input.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.currentRowChanged.connect(self._choose)
        self.none = Label(role="text.tertiary", wrap=True)
        self.left = Surface("surface.base", "r", "border.grid")
        self.left.setFixedWidth(_LIST_WIDTH)
        inside = column(self.input, self.none, self.list, spacing=8, margins=(16, 12, 12, 12))
        inside.setStretch(2, 1)
        self.left.setLayout(inside)

    def _make_details(self) -> None:
        self.name, self.state_chip = Label(size=15), Chip()
        self.facts = KeyValues()
        self.preview_area = QWidget()
        self.preview_area.setLayout(column())
        self.reason_input = TextInput()
        self.reason_input.textEdited.connect(self._enable)
        self.reason = Field("", self.reason_input)
        self.erase_button = Button(kind="danger", icon="trash-2")
        self.erase_button.clicked.connect(self.erase)
        self.confirm_row = QWidget()
        buttons = row(self.erase_button, None)
        self.confirm_row.setLayout(column(self.reason, buttons, spacing=8))
        self.reason.setFixedWidth(560)
        content = Surface("surface.base")
        content.setLayout(column(
            row(self.name, self.state_chip, None), self.facts, 8, self.preview_area, self.confirm_row, None,
            spacing=12, margins=(16, 16, 16, 16),
        ))  # fmt: skip
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        self.empty = EmptyState("", icon="user")
        self.right = QStackedWidget()
        self.right.addWidget(self.empty)
        self.right.addWidget(area)

    # Finding

    def _typed(self) -> None:
        self._pause.start()

    def _enter(self) -> None:
        self._pause.stop()
        if self.input.text().strip() != self._asked or not self._found:
            self.search()
        else:
            self.list.setFocus()
            self.list.setCurrentRow(max(self.list.currentRow(), 0))

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if (
            watched is self.input and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down and self._found
        ):  # fmt: skip
            self.list.setFocus()
            self.list.setCurrentRow(max(self.list.currentRow(), 0))
            return True
        return super().eventFilter(watched, event)

    def search(self) -> None:
        self._asked = self.input.text().strip()
        if not self._asked:
            self._show_found("", ())
            return
        asked = self._asked
        self.context.work.run(
            privacy.find, self.context.database, asked, on_done=lambda found: self._show_found(asked, found), owner=self
        )

    def _show_found(self, asked: str, found: Sequence[Subject]) -> None:
        if asked != self._asked:
            return
        self._found = tuple(found)
        self.list.blockSignals(True)
        self.list.clear()
        for one in self._found:
            item = QListWidgetItem()
            self._name_row(item, one)
            item.setSizeHint(QSize(0, _ROW))
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        self.list.blockSignals(False)
        self._say_found()
        keep = next((n for n, one in enumerate(self._found) if self._same(one)), -1)
        if keep < 0 and len(self._found) == 1:
            keep = 0
        if keep >= 0:
            self.list.setCurrentRow(keep)
        else:
            self._take(None)

    def _name_row(self, item: QListWidgetItem, one: Subject) -> None:
        words = f"{pick(one.name, one.name_zh)} · {kind_name(one.kind)} · {_place(one)}"
        item.setText(words)
        item.setToolTip(words)
        item.setIcon(icon("user", "text.secondary" if one.active else "text.disabled", 14))

    def _same(self, one: Subject) -> bool:
        return self._subject is not None and (one.kind, one.id) == (self._subject.kind, self._subject.id)

    def _say_found(self) -> None:
        words = "" if self._found else tr("Nobody is found. Type another part of the name or number.")
        if not self._asked:
            words = tr("Name, number, telephone, e-mail or badge; two letters are enough.")
        self.none.setText(words)
        self.none.setVisible(bool(words))

    @Slot(int)
    def _choose(self, at: int) -> None:
        self._take(self._found[at] if 0 <= at < len(self._found) else None)

    def _take(self, subject: Subject | None) -> None:
        if subject != self._subject:
            self._drop_preview()
            self.reason_input.clear()
        self._subject = subject
        self._show_subject()

    def _show_subject(self) -> None:
        one = self._subject
        self.right.setCurrentIndex(1 if one is not None else 0)
        if one is not None:
            self.name.setText(" ".join(dict.fromkeys(part for part in (one.name, one.name_zh) if part)))
            words, kind = (tr("In use"), "success") if one.active else (tr("Out of use"), "neutral")
            self.state_chip.set_state(words, "success" if kind == "success" else "neutral",
                                      "circle-check" if one.active else "circle-x")  # fmt: skip
            self.facts.set_rows([
                (label, value) for label, value in (
                    (tr("Kind"), kind_name(one.kind)),
                    (tr("User name") if one.kind == "user" else tr("Number"), "" if one.at_party else one.code),
                    (tr("Company"), _place(one) if one.at_party else ""),
                    (tr("Telephone"), one.phone or ""), (tr("E-mail"), one.email or ""),
                ) if value
            ])  # fmt: skip
        self._enable()

    # Handing out

    def export_excel(self) -> None:
        self._export("xlsx")

    def export_json(self) -> None:
        self._export("json")

    def _export(self, wanted: str) -> None:
        one = self._subject
        path = self.ask_path(wanted) if one is not None and self._may_export() else None
        if one is None or path is None:
            return
        self.context.work.run(
            _written, self.context.database, one.kind, one.id, path, language(),
            on_done=lambda count: self.context.toast(
                "success", tr("{count} records written", count=f"{count:,}"), str(path)
            ),
            on_error=self._refused, owner=self, title=tr("Export"),
        )  # fmt: skip

    def ask_path(self, wanted: str) -> Path | None:
        """Where to write; None when the user thinks better of it."""
        if self._subject is None:
            return None
        stem = f"{kind_name(self._subject.kind)} {self._subject.id} {date.today().isoformat()}.{wanted}"
        folder = Path(str(self.context.mine().get("export_folder", Path.home())))
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export"), str(folder / stem), f"{wanted.upper()} (*.{wanted})"
        )
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_suffix(f".{wanted}")

    # Forgetting

    def show_preview(self) -> None:
        if self._subject is None or not self._may_look():
            return
        subject = self._subject
        self._drop_preview()
        self.context.work.run(
            privacy.preview, self.context.database, subject.kind, subject.id,
            on_done=lambda preview: self._show_preview(subject, preview), on_error=self._refused, owner=self,
            title=tr("Looking through all data"),
        )  # fmt: skip

    def _show_preview(self, subject: Subject, preview: Preview) -> None:
        if subject != self._subject:
            return
        self._preview = preview
        self._put_preview(PreviewView(preview))
        self._enable()
        if self.confirm_row.isVisible():
            self.reason_input.setFocus()

    def _put_preview(self, view: QWidget | None) -> None:
        layout = self.preview_area.layout()
        if layout is None:
            return
        discard_all(layout)
        if view is not None:
            layout.addWidget(view)

    def _drop_preview(self) -> None:
        self._preview = None
        self._put_preview(None)
        self.reason.accept()
        self._enable()

    def _enable(self) -> None:
        chosen = self._subject is not None
        for button in (self.excel, self.json, self.look):
            button.setEnabled(chosen)
        shown = self._preview is not None and self._may_erase()
        self.confirm_row.setVisible(shown)
        hindered = bool(self._preview and self._preview.obstacles)
        self.reason.setVisible(not hindered)
        self.erase_button.setEnabled(shown and not hindered and bool(self.reason_input.text().strip()))
        self.erase_button.setToolTip(
            tr("First settle what is listed above") if hindered
            else "" if self.erase_button.isEnabled() else tr("Enter the reason first")
        )  # fmt: skip

    def erase(self) -> None:
        subject, preview = self._subject, self._preview
        if subject is None or preview is None or not self.erase_button.isEnabled():
            return
        rows = sum(each.rows for each in (*preview.records, *preview.mentions))
        sentence = tr(
            "{name}: {rows} records and texts are changed, the log-in is closed for good, values in the audit go."
            " Nobody can bring this back.", name=pick(subject.name, subject.name_zh), rows=f"{rows:,}",
        )  # fmt: skip
        if not confirm(self, tr("Erase this person?"), sentence, confirm=tr("Erase for good"), keep=tr("Keep")):
            return
        self.erase_button.setEnabled(False)
        self.context.work.run(
            _erased, self.context.database, subject, self.reason_input.text(), preview.token,
            on_done=self._done, on_error=self._refused, owner=self, title=tr("Erasing"),
        )  # fmt: skip

    def _done(self, done: tuple[Erased, Changes]) -> None:
        erased, changes = done
        self.reason_input.clear()
        self._drop_preview()
        self.context.bus.publish(changes, self)
        left = sum(each.rows for each in erased.remaining)
        detail = tr("{rows} records and texts, {values} values in the audit", rows=erased.rows, values=erased.values)
        if left:
            detail += " · " + tr("still found in {count} rows: see the preview before", count=left)
        self.context.toast("success" if not left else "warn", tr("Now called {name}", name=erased.pseudonym), detail)
        self.input.setText(erased.pseudonym)
        self.search()

    def _refused(self, failure: Failure) -> None:
        self._enable()
        if self._preview is not None and self.confirm_row.isVisible():
            self.reason.refuse(failure.message)
        else:
            self.context.toast("danger", tr("Not done"), failure.message)

    # The page

    def refresh(self) -> None:
        if self._asked:
            self.search()

    @Slot()
    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self._preview is None:
            self.look_again()

    def title(self) -> str:
        return tr("Personal data")

    def icon_name(self) -> str:
        return "user"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        hints = [("↓", tr("Choose"))]
        if self._may_export():
            hints.append(("Ctrl+E", tr("Everything as Excel")))
        if self._may_look():
            hints.append(("F9", tr("What would an erasure do?")))
        return tuple(hints)

    def zones(self) -> Sequence[QWidget]:
        return (self.input, self.list, self.reason_input)

    def state(self) -> Mapping[str, Any]:
        return {"typed": self.input.text()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.input.setText(str(state.get("typed") or ""))
        self.search()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if not self._found:
            self.input.setFocus()

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.excel.setText(tr("Everything as Excel"))
        self.json.setText(tr("As JSON"))
        self.look.setText(tr("What would an erasure do?"))
        self.excel_action.setText(tr("Everything as Excel"))
        self.look_action.setText(tr("What would an erasure do?"))
        self.input.setAccessibleName(tr("Find a person"))
        self.input.setPlaceholderText(tr("Find a person"))
        self.list.setAccessibleName(tr("People found"))
        self.reason.set_label(tr("Reason"), tr("Date and number of the request. Do not name the person: it stays."))
        self.erase_button.setText(tr("Erase for good"))
        self.empty.say(
            tr("Whose data?"),
            tr("Find a colleague, engineer, contact or private customer. Every look that leaves the house is noted."),
        )
        for at, one in enumerate(self._found):
            self._name_row(self.list.item(at), one)
        self._say_found()
        self._show_subject()
        if self._preview is not None:
            self._put_preview(PreviewView(self._preview))


def _place(one: Subject) -> str:
    """Where a contact works; the number of anybody else."""
    return pick(one.at_party, one.at_party_zh) if one.at_party else one.code


def _written(database: Any, kind: str, subject_id: int, path: Path, code: Language) -> int:
    data = privacy.subject_data(database, kind, subject_id)
    if path.suffix == ".json":
        return subject_export.write_json(data, path)
    return subject_export.write_excel(database, data, path, code)


def _erased(database: Any, subject: Subject, reason: str, token: str) -> tuple[Erased, Changes]:
    return privacy.erase(database, subject.kind, subject.id, reason=reason, token=token)
