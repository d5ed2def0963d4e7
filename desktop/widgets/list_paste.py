"""Ctrl+V on a list page: one cell goes straight in, anything larger is shown as a dry run first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication

from desktop.domain.clipboard import ClipboardTooLarge, parse
from desktop.domain.text import tr
from desktop.lists.query import GroupHead
from desktop.models.list_edits import Step
from desktop.models.list_pages import ShownRow
from desktop.models.paste import MOST_ROWS, Checked, Pasted, map_columns, recognise
from desktop.operations.pasting import PastePlan, PasteResult, Undo
from desktop.runtime.context import ToastAction
from desktop.widgets.list_services import PasteBackend
from desktop.widgets.paste_panel import PastePanel

if TYPE_CHECKING:
    from desktop.widgets.list_page import ListPage


class ListPaste(QObject):
    """One per list page; `panel` is there while a paste is being looked at."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self._page = page
        self.panel: PastePanel | None = None
        self._backend: PasteBackend | None = None
        page.commands.paste_requested.connect(self.start)
        page.installEventFilter(self)

    def start(self) -> None:
        try:
            cells = _block(QGuiApplication.clipboard().text())
        except ClipboardTooLarge:
            self._refuse_size()
            return
        if not cells:
            self._page.context.toast("info", tr("The clipboard holds no text"))
        elif len(cells) == 1 and len(cells[0]) == 1:
            self._paste_one(cells[0][0])
        elif len(cells) > MOST_ROWS:
            self._refuse_size()
        elif not self._takes_any():
            told = tr("{list}: nothing here can be pasted over.", list=self._page.title())
            self._page.context.toast("info", told, tr("The rows of this list come from other work."))
        else:
            self._look(cells)

    def _takes_any(self) -> bool:
        """Whether a cell of the list may be edited, or a row may come in; else each cell would only be refused."""
        make = self._page.services.paste
        backend = make(self._page.model.source) if make is not None else None
        return any(info.editable for info in self._page.model.infos) or (backend is not None and backend.inserts)

    def _refuse_size(self) -> None:
        most = f"{MOST_ROWS:,}"
        self._page.context.toast("warn", tr("More than {count} rows: use Import (Ctrl+I).", count=most))

    def _paste_one(self, text: str) -> None:
        """One cell fills the whole selection, under the same rules as typing."""

        grid = self._page.grid
        grid.change_selection(lambda shown, slot: grid.read(shown, slot, text))

    def _look(self, cells: list[list[str]]) -> None:
        page, grid = self._page, self._page.grid
        shown = [slot.info for slot in page.columns.slots]
        make = page.services.paste
        self._backend = make(page.model.source) if make is not None else None
        aliases = self._backend.aliases() if self._backend is not None else {}
        pasted = recognise(cells, page.model.infos, aliases)
        infos = page.model.infos if pasted.header else shown
        mapping = map_columns(pasted, infos, grid.selection.column, aliases)
        first, last = grid.selection.line, grid.selection.line + len(pasted.rows) - 1

        def open_panel(lines: list[ShownRow | GroupHead]) -> None:
            self._open(pasted, mapping, [line for line in lines if isinstance(line, ShownRow)])

        extra = len(page.model.map.heads_shown())
        page.model.lines_between(first, min(last + extra, page.model.map.lines - 1), open_panel)

    def _open(self, pasted: Pasted, mapping: dict[int, str], targets: list[ShownRow]) -> None:
        page = self._page
        self.close()
        page.model.hold()
        panel = PastePanel(
            page.model, pasted, mapping, targets,
            title=page.title, code=page.spec.code_column, named_by=page.spec.identified_by, trial=self._backend,
            alike=page.services.alike, parent=page,
        )  # fmt: skip
        self.panel = panel
        self._enable(False)
        panel.closed.connect(self.close)
        panel.write_requested.connect(self._write)
        panel.setGeometry(page.rect())
        panel.show()
        panel.raise_()
        panel.table.setFocus()
        panel.check()

    def _write(self, checked: Checked, out: frozenset[int]) -> None:
        """Write the valid rows as one act: one save, one undo."""
        accepted = checked.accepted(out)
        if accepted is not None and self._backend is not None:
            self._save_tried(self._backend, accepted)
            return
        page = self._page
        cells = checked.cells(page.model.infos, out)
        self.close()
        if page.model.set_values(cells):
            page.model.commit()
            self._tell(len({shown.row.id for shown, _, _ in cells}))

    def _tell(self, rows: int) -> None:
        undo = ToastAction(tr("Undo"), self._undo, "Ctrl+Z")
        self._page.context.toast("success", tr("{count} rows pasted", count=f"{rows:,}"), action=undo)

    def _save_tried(self, backend: PasteBackend, accepted: PastePlan) -> None:
        """Save what the database accepted in the dry run. A change in between shows the dry run anew."""
        page, query = self._page, self._page.model.loaded

        def saved(result: PasteResult) -> None:
            if result.undo is None:
                page.context.toast("warn", tr("Nothing was written: rows were changed meanwhile. Look again."))
                if self.panel is not None:
                    self.panel.check()
                return
            self.close()
            page.model.take_saved(result.saved, bool(result.inserted))
            self._push(backend, result.undo)
            self._tell(len(accepted.changes) + len(accepted.inserts))

        request = str(uuid4())
        page.context.work.run(
            backend.save, query, accepted, request, on_done=saved, owner=self, title=tr("Paste from Excel")
        )

    def _push(self, backend: PasteBackend, back: Undo) -> None:
        """The paste as one step of undo; taking it back may itself be taken back."""
        page = self._page

        def undone(result: PasteResult, then: list[Undo]) -> None:
            if result.undo is None:
                page.context.toast("warn", tr("Not taken back: somebody changed these rows since."))
                return
            then[:] = [result.undo]
            page.model.take_saved(result.saved, inserted=True)

        backs = [back]

        def travel() -> None:
            page.context.work.run(
                backend.undo, page.model.loaded, backs[0], str(uuid4()),
                on_done=lambda result: undone(result, backs), owner=self,
            )  # fmt: skip

        page.model.push_step(Step(undo=travel, redo=travel))

    def _undo(self) -> None:
        self._page.model.undo()

    def close(self) -> None:
        panel, self.panel = self.panel, None
        if panel is not None:
            panel.hide()
            panel.deleteLater()
            self._enable(True)
            self._page.model.release()
            self._page.grid.canvas.setFocus()

    def _enable(self, enabled: bool) -> None:
        """The panel covers the page: its keys are the panel's until it closes."""
        for action in self._page.named.values():
            action.setEnabled(enabled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.panel is not None:
            self.panel.setGeometry(self._page.rect())
        return False


def _block(text: str) -> list[list[str]]:
    """The rows of a copied range, all of the same length; empty rows at its end are none. Raises ClipboardTooLarge."""
    rows = [list(row) for row in parse(text)]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
