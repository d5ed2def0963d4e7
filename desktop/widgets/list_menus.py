"""The menus and pop-ups of a list page: cell, head, groups, columns, values of a column."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from desktop.domain.conditions import Condition
from desktop.domain.text import tr
from desktop.widgets.column_chooser import ColumnChooser
from desktop.widgets.value_filter import ValueFilter

if TYPE_CHECKING:
    from desktop.widgets.list_page import ListPage

_CELL = (
    "open", "open_link", "", "edit", "fill_down", "fill_selection", "clear", "", "copy", "copy_headers", "paste", "",
    "filter_cell", "values", "group", "", "undo", "redo",
)  # fmt: skip
_HEAD = (
    "sort_up", "sort_down", "sort_add", "", "values", "group", "", "hide_column", "move_left", "move_right", "fit",
    "freeze",
)  # fmt: skip


class ListMenus(QObject):
    """One per list page."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self._page = page
        grid = page.grid
        grid.value_filter_requested.connect(self.show_values)
        grid.filter_menu_requested.connect(lambda at: self.filter().popup(at))
        grid.cell_menu_requested.connect(lambda at: self.cell().popup(at))
        grid.header_menu_requested.connect(lambda _key, at: self.head().popup(at))

    def cell(self) -> QMenu:
        return self._of(_CELL)

    def head(self) -> QMenu:
        menu = self._of(_HEAD)
        menu.addAction(self._page.named["columns"])
        return menu

    def filter(self) -> QMenu:
        menu = self._menu()
        menu.addAction(self._page.named["clear_filter"])
        menu.addAction(self._page.named["filter"])
        return menu

    def group(self) -> QMenu:
        menu, page = self._menu(), self._page
        groups = page.model.query.group_by
        if groups:
            menu.addAction(tr("No groups"), partial(page.set_groups, ()))
            menu.addAction(page.commands.actions["fold"])
            menu.addAction(page.commands.actions["unfold"])
            menu.addSeparator()
        for info in page.model.all_infos:
            if info.sortable:
                made = menu.addAction(info.label, partial(page.toggle_group, info.key))
                made.setCheckable(True)
                made.setChecked(info.key in groups)
        return menu

    def show_group(self) -> None:
        button = self._page.group_button if self._page.group_button.isVisible() else self._page.group_icon
        self.group().popup(button.mapToGlobal(QPoint(0, button.height())))

    def choose_columns(self) -> ColumnChooser:
        page = self._page
        button = page.columns_button if page.columns_button.isVisible() else page.columns_icon
        chooser = ColumnChooser(button, page.columns)
        chooser.closed.connect(page.grid.canvas.setFocus)
        chooser.closed.connect(chooser.deleteLater)
        chooser.start()
        return chooser

    def show_values(self, key: str) -> ValueFilter | None:
        """The value filter of a column, under its field of the filter row."""
        page, filters = self._page, self._page.grid.filters
        slot = page.columns.slot_of(key)
        if slot is None:
            return None
        others = [each for name, each in filters.conditions.items() if name != key]
        query = page.model.query.but(condition=page.condition_of(*others), group_by=(), sort=())
        present = filters.conditions.get(key)
        filters.edit(key)
        popup = ValueFilter(filters.field or filters, slot.info, page.model, query)

        def take(condition: Condition | None) -> None:
            filters.set_conditions(filters.conditions)
            filters.set_condition(key, condition)
            page.grid.canvas.setFocus()
            popup.deleteLater()

        popup.chosen.connect(take)
        popup.start(present)
        return popup

    def _of(self, names: tuple[str, ...]) -> QMenu:
        menu = self._menu()
        for name in names:
            if name:
                menu.addAction(self._page.commands.actions[name])
            else:
                menu.addSeparator()
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
