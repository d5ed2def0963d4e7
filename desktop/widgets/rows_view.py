"""The view of a short table that only shows: whole rows are chosen, nothing is edited, the arrows move, Tab leaves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.widgets.theme import metric

CELL_PADDING = "QTableView::item { padding-left: 5px; padding-right: 5px; }"


class RowsView(QTableView):
    """Mostly on a `RowsModel`. Of the `widths` in pixels, one that is 0 takes what is left."""

    def __init__(self, model: QAbstractItemModel, widths: Sequence[int] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setStyleSheet(CELL_PADDING)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(metric("row.grid"))
        header = self.horizontalHeader()
        header.setFixedHeight(metric("row.header"))
        header.setHighlightSections(False)
        for section, width in enumerate(widths):
            if width:
                self.setColumnWidth(section, width)
            else:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
