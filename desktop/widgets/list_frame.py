"""What a list page is made of: header, search, buttons, grid, footer, and a place for a side panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from desktop.domain.text import tr
from desktop.lists.query import ListQuery, ListSource
from desktop.lists.spec import ListSpec
from desktop.models.editable_list import EditableListModel
from desktop.models.live_list import nobody
from desktop.runtime.context import Context
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.field_help import FieldHelp
from desktop.widgets.grid_columns import ColumnLayout
from desktop.widgets.grid_commands import GridCommands
from desktop.widgets.grid_editor import no_lookup
from desktop.widgets.grid_footer import SelectionFooter
from desktop.widgets.grid_view import GridView
from desktop.widgets.header import WIDE_FROM, HeaderBar
from desktop.widgets.icons import bind_icon
from desktop.widgets.list_services import ListServices
from desktop.widgets.page import Page
from desktop.widgets.paint import column, row


class ListFrame(Page):
    """The widgets and their geometry; `ListPage` gives them their meaning."""

    def __init__(
        self,
        context: Context,
        spec: ListSpec,
        source: ListSource,
        *,
        services: ListServices,
        whole_money: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self.spec, self.services = spec, services
        self.named: dict[str, QAction] = {}
        self.model = EditableListModel(
            source, context.work, ListQuery(()),
            authors=services.authors or nobody, whole_money=whole_money, parent=self,
        )  # fmt: skip
        self.columns = ColumnLayout(spec.frozen, parent=self)
        self.grid = GridView(self.model, self.columns, lookup=services.lookup or no_lookup)
        self.grid.row_opens = spec.opens is not None
        self.commands = GridCommands(self.grid)
        self._build()

    def _build(self) -> None:
        self.header = HeaderBar()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(160)
        self._search_icon = QAction(self)
        bind_icon(self._search_icon, "search", "text.tertiary")
        self.search.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        self.search.installEventFilter(self)
        self.group_button = Button(kind="ghost", icon="group")
        self.group_icon = IconButton("group", size=28)
        self.columns_button = Button(kind="ghost", icon="columns-3")
        self.columns_icon = IconButton("columns-3", size=28)
        self.export_button = Button(icon="download", menu_arrow=True)
        self.new_button = Button(icon="plus")
        layout = self.header.layout()  # the views take what the actions leave
        if isinstance(layout, QBoxLayout):
            layout.setStretch(0, 1)
            layout.setStretch(1, 0)
        for widget in (
            self.search, self.group_button, self.group_icon, self.columns_button, self.columns_icon,
            self.export_button, self.new_button,
        ):  # fmt: skip
            self.header.add_action(widget)
        self.footer = SelectionFooter(self.grid)
        self.help_card = FieldHelp(self.grid)
        self._main = column(self.header, self.grid, self.footer, spacing=0)
        self._main.setStretch(1, 1)
        self._across = row(spacing=0)
        self._across.addLayout(self._main, 1)
        self._side: QWidget | None = None
        self.setLayout(self._across)

    def set_side(self, side: QWidget) -> None:
        """A panel at the right that shows the row of the cursor; connect it to `row_changed`."""
        self._side = side
        self._across.addWidget(side)

    def under_header(self, strip: QWidget) -> None:
        """A strip between the header and the grid, for a question that belongs to an action."""
        self._main.insertWidget(1, strip)

    def add_command(self, name: str, keys: Sequence[str], menu: str, icon: str, call: Callable[[], object]) -> None:
        """An action of the page by its name, working wherever in it the focus is."""
        made = QAction(self)
        made.setShortcuts([QKeySequence(key) for key in keys])
        made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.setData(menu)
        made.triggered.connect(lambda _=False: call())
        if icon:
            bind_icon(made, icon)
        self.addAction(made)
        self.named[name] = made

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.columns_button.setText(tr("Columns…"))
        self.columns_icon.set_words(tr("Columns…"), "Ctrl+Shift+K")
        self.export_button.setText(tr("Export"))
        self.export_button.setToolTip("Alt+E")
        self.new_button.setText(tr("New"))
        self.new_button.setToolTip("Ctrl+N")
        self.commands.retranslate()
        for name, text in self._action_texts().items():
            self.named[name].setText(text)

    def _action_texts(self) -> dict[str, str]:
        return {
            "find": tr("Search"),
            "filter": tr("Filter row"),
            "clear_filter": tr("Clear all filters"),
            "columns": tr("Columns…"),
            "group_menu": tr("Group"),
            "keep_view": tr("Save the view"),
            "next_problem": tr("Next rejected cell"),
            "help": tr("Field help"),
            "excel": tr("Excel, exactly as shown"),
            "pdf": tr("Preview and print (PDF)"),
            "export": tr("Export"),
            "import": tr("Import"),
            "new": tr("New"),
        }

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Narrow windows drop the words of two buttons (guide.md §2)."""
        wide = self.window().width() >= WIDE_FROM
        self.group_button.setVisible(wide)
        self.columns_button.setVisible(wide)
        self.group_icon.setVisible(not wide)
        self.columns_icon.setVisible(not wide)
        self.search.setFixedWidth(200 if wide else 130)
