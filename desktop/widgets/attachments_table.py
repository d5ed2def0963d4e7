"""The files of a record as rows: name, size, who added it and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.domain.attachments import ending_of, is_dangerous, size_text
from desktop.domain.text import pick, tr
from desktop.models.rows import RowsModel
from desktop.operations.attachments import Attachment
from desktop.widgets.rows_view import RowsView
from desktop.widgets.theme import color, font, icon, metric

_WIDTHS = (0, 90, 150, 140)
_TABLES = frozenset({"xlsx", "xls", "csv", "ods", "et"})
_MOST_ROWS = 6


class _Model(RowsModel[Attachment]):
    def cell(self, row: Attachment, at: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, at)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("May run a program") if at == 0 and is_dangerous(row.file_name) else _text(row, at)
        if role == Qt.ItemDataRole.DecorationRole and at == 0:
            return _icon(row)
        if role == Qt.ItemDataRole.FontRole:
            return font(12, text=_text(row, at))
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("text.primary" if at == 0 else "text.secondary")
        return None


def _headings() -> tuple[str, ...]:
    return (tr("File"), tr("Size"), tr("Added"), tr("Added by"))


def _text(file: Attachment, at: int) -> str:
    when = file.at.astimezone().strftime("%Y-%m-%d %H:%M")
    return (file.file_name, size_text(file.size), when, pick(file.by, file.by_zh) or tr("The system"))[at]


def _icon(file: Attachment) -> Any:
    if is_dangerous(file.file_name):
        return icon("triangle-alert", "warn.fg", 14)
    return icon("file-spreadsheet" if ending_of(file.file_name) in _TABLES else "file-text", "text.secondary", 14)


class AttachmentsTable(RowsView):
    """As high as its rows, to a limit; the selected rows are what the panel acts on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._model = _Model(_headings, right=(1,))
        super().__init__(self._model, _WIDTHS, parent)
        self._model.setParent(self)
        self.hint = ""
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAcceptDrops(False)  # the panel takes what is dropped
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fit()

    def files(self) -> tuple[Attachment, ...]:
        return self._model.rows

    def show_files(self, files: Sequence[Attachment]) -> None:
        """Show these; what was selected and is still there stays selected."""
        chosen = {file.id for file in self.selected()}
        self._model.show(files)
        for row, file in enumerate(files):
            if file.id in chosen:
                self.choose(row, also=True)
        self._fit()

    def choose(self, row: int, *, also: bool = False) -> None:
        """Select a row by program, whatever keys are held; `also`: beside those that are selected."""
        index, flags = self._model.index(row, 0), QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.NoUpdate)
        self.selectionModel().select(index, (flags.Select if also else flags.ClearAndSelect) | flags.Rows)

    def enter(self) -> None:
        """Take the focus from the keyboard: on the selected row, or on the first."""
        if self._model.rows and not self.selected():
            self.choose(0)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def selected(self) -> tuple[Attachment, ...]:
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._model.rows[row] for row in rows)

    def retranslate(self) -> None:
        self._model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_WIDTHS) - 1)
        self.viewport().update()

    def _fit(self) -> None:
        rows = min(max(len(self._model.rows), 2), _MOST_ROWS)
        self.setFixedHeight(metric("row.header") + rows * metric("row.grid") + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._model.rows or not self.hint:
            return
        painter = QPainter(self.viewport())
        painter.setFont(font(12, text=self.hint))
        painter.setPen(color("text.tertiary"))
        area = QRect(8, 0, self.viewport().width() - 16, metric("row.grid") * 2)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.hint)
        painter.end()
