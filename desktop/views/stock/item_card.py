"""The tabs around an item's fields: Ctrl+PgUp and Ctrl+PgDn turn them, Alt and a digit opens one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from desktop.operations.records import Record
from desktop.runtime.context import Context
from desktop.views.stock.item_tabs import ITEM_TABS, tab_keys
from desktop.views.stock.tab_body import TabBody
from desktop.widgets.line_table import LineTable
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.segmented import ViewTab, ViewTabs

_STRIP = 36


class ItemCard(QWidget):
    """The first tab is the form; lines of the form move into their tabs once they are made."""

    opened = Signal(str, object)
    turned = Signal(str)

    def __init__(self, context: Context, form: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = ViewTabs()
        self.tabs.chosen.connect(self.go)
        strip = Surface("surface.base", "b")
        strip.setFixedHeight(_STRIP)
        strip.setLayout(row(self.tabs, None, margins=(6, 0, 12, 0)))
        self.bodies: dict[str, TabBody] = {}
        self.lines: dict[str, LineTable] = {}
        self._pages: dict[str, QWidget] = {}
        holder = Surface("surface.base")
        self._stack = QStackedLayout(holder)
        for tab in ITEM_TABS:
            page = form if tab.key == "card" else QWidget()
            if page is not form:
                page.setLayout(column(spacing=16, margins=(16, 12, 16, 16)))
            if tab.make is not None:
                body = self.bodies[tab.key] = tab.make(context)
                body.opened.connect(self.opened)
                self._layout(page).addWidget(body, 1)
            self._pages[tab.key] = page
            self._stack.addWidget(page)
        whole = column(strip, holder, spacing=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._counts: Mapping[str, int] = {}
        self._show_tabs()

    @staticmethod
    def _layout(page: QWidget) -> QVBoxLayout:
        layout = page.layout()
        if not isinstance(layout, QVBoxLayout):
            raise TypeError("a tab stands in a column")
        return layout

    def take_lines(self, tables: Mapping[str, LineTable]) -> None:
        """Put the form's line tables into their tabs; they stay tables of the form."""
        for tab in ITEM_TABS:
            if tab.lines in tables and tab.lines not in self.lines:
                self.lines[tab.lines] = tables[tab.lines]
                self._layout(self._pages[tab.key]).insertWidget(0, tables[tab.lines], 1)

    def show_record(self, record: Record) -> None:
        """The item that is shown; a new one has its card, packs, fits and substitutes alone."""
        self._counts = {name: len(lines) for name, lines in record.lines.items()}
        for body in self.bodies.values():
            body.show_record(record)
        self._show_tabs()

    def current(self) -> str:
        return self.tabs.current()

    def go(self, key: str) -> None:
        """Open a tab and give it the focus."""
        if key not in self._pages:
            return
        self.tabs.set_current(key)
        self._stack.setCurrentWidget(self._pages[key])
        self.turned.emit(key)
        self.focus()

    def turn(self, step: int) -> None:
        """The next tab, or the one before; round at the ends."""
        keys = list(self._pages)
        self.go(keys[(keys.index(self.current()) + step) % len(keys)])

    def focus(self) -> None:
        """Where one goes on by keys; the card itself knows its first field."""
        tab = next(each for each in ITEM_TABS if each.key == self.current())
        if tab.lines in self.lines:
            self.lines[tab.lines].view.setFocus()
        elif tab.key in self.bodies:
            self.bodies[tab.key].setFocus()

    def tab_of_lines(self, name: str) -> str:
        """In which tab lines of the form stand."""
        return next((tab.key for tab in ITEM_TABS if tab.lines == name), "card")

    def retranslate(self) -> None:
        self._show_tabs()
        for body in self.bodies.values():
            body.retranslate()

    def _show_tabs(self) -> None:
        self.tabs.set_tabs(
            [
                ViewTab(tab.key, tab.title(), tab_keys(number, tab), self._counts.get(tab.lines) or None)
                for number, tab in enumerate(ITEM_TABS, 1)
            ]
        )
