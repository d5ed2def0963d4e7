"""A list as a page: title, views, search, columns, grouping and export above the grid, its figures below.

Everything follows from a `ListSpec`; what the spec does not say is what a user changes here, and that is remembered
for him: the view, the filter, the sort, the widths, the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.changes import Changes
from desktop.domain.conditions import Condition, all_of
from desktop.domain.text import language, pick, tr
from desktop.lists.query import ListQuery, ListSource
from desktop.lists.spec import Action, ListSpec
from desktop.models.filters import split_condition
from desktop.runtime.context import Context, ToastAction
from desktop.runtime.failures import Failure
from desktop.widgets.header import WIDE_FROM
from desktop.widgets.list_conflicts import ListConflicts
from desktop.widgets.list_export import ListExport
from desktop.widgets.list_frame import ListFrame
from desktop.widgets.list_keeper import ViewKeeper
from desktop.widgets.list_menus import ListMenus
from desktop.widgets.list_paste import ListPaste
from desktop.widgets.list_place import Place, read
from desktop.widgets.list_selection import ListSelection
from desktop.widgets.list_services import NO_SERVICES, KeptView, ListServices, ready_made
from desktop.widgets.list_views import MOST_KEYS, ListViews

_SEARCH_MS = 250
_KEEP_MS = 1000

MakeSource = Callable[[str], ListSource]
"""Language ("en" or "zh") → the list's source for this reader; a new one after each change of language."""


class ListPage(ListFrame):
    """`ListPage(context, spec, make_source)`; a side panel for the current row by `set_side`."""

    row_changed = Signal(object)
    """The `ShownRow` of the cursor, or None: what a side panel shows."""
    import_requested = Signal(str)
    action_requested = Signal(str, object)
    """One of the spec's actions was asked for: its key and the ids of the rows that it is for."""

    def __init__(
        self,
        context: Context,
        spec: ListSpec,
        make_source: MakeSource,
        *,
        services: ListServices = NO_SERVICES,
        fixed: Condition | None = None,
        whole_money: bool = False,
        creates: tuple[str, Mapping[str, Any]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        source = make_source(language())
        super().__init__(context, spec, source, services=services, whole_money=whole_money, parent=parent)
        self._make_source, self._fixed = make_source, fixed
        self._creates = creates
        self._extra: Condition | None = None
        self._opened = self._stale = False
        self._place = Place()
        self._start_at: int | None = None
        self.grid.outer_filter = lambda: self._extra is not None or bool(self.search.text().strip())
        self.views = ListViews(self._as_shown)
        self.views.may_keep = services.keep_view is not None
        self.views.may_share = services.may_share
        self.header.add_left(self.views)
        self._search_pause = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._keep_pause = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self.export = ListExport(self)
        self.menus = ListMenus(self)
        self.conflicts = ListConflicts(self)
        self.keeper = ViewKeeper(self)
        self.pasting = ListPaste(self)
        self.chosen = ListSelection(self)
        self._make_actions()
        self._connect()
        self._set_ready_views()
        kept = self.context.mine().get(self._place_key())
        self._take_place(kept if isinstance(kept, Mapping) else {})
        self.retranslate()

    # --- building ------------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        action = self.add_command
        action("find", ("Ctrl+F",), "edit", "search", self.search_for)
        action("filter", ("Ctrl+Shift+L",), "view", "filter", self.filter_row)
        action("clear_filter", ("Ctrl+Alt+L",), "view", "x", self.clear_filters)
        action("columns", ("Ctrl+Shift+K",), "view", "columns-3", self.menus.choose_columns)
        action("group_menu", ("Ctrl+Shift+G",), "view", "group", self.menus.show_group)
        action("keep_view", ("Ctrl+Shift+S",), "view", "plus", self.views.show_menu)
        action("next_problem", ("Alt+Shift+R",), "go", "circle-x", self.conflicts.next_problem)
        action("help", ("F1",), "help", "info", self.explain)
        action("excel", ("Ctrl+E",), "", "file-spreadsheet", lambda: self.export.start("xlsx"))
        action("pdf", ("Ctrl+P",), "", "file-text", self.export.preview)
        action("export", ("Alt+E",), "", "download", self.export.show_menu)
        action("new", ("Ctrl+N",), "", "plus", self.create_record)
        action("import", ("Ctrl+I",), "", "upload", lambda: self.import_requested.emit(self.spec.key))
        for number in range(MOST_KEYS):
            action(f"view{number + 1}", (f"Alt+{number + 1}",), "go", "", partial(self._view_by_number, number))
        if self.services.export is None:
            for name in ("excel", "pdf"):
                self.named[name].setVisible(False)
        self.named["new"].setVisible(self._creates is not None)
        self.new_button.setVisible(self._creates is not None)
        self.named["keep_view"].setVisible(self.views.may_keep)
        self.named["import"].setVisible(self.spec.inserts)

        for each in self.spec.actions:
            if not each.roles or self.context.user.has(*each.roles):
                keys = (each.shortcut,) if each.shortcut else ()
                action(f"do {each.key}", keys, "", "", partial(self._act, each))

    def _act(self, action: Action) -> None:
        self.grid.close_editor(accept=True)
        self.model.when_answered(lambda: self.chosen.ask(partial(self._act_on, action)))

    def _act_on(self, action: Action, ids: tuple[int, ...]) -> None:
        if action.needs_rows and not ids:
            self.context.toast("info", tr("Select a row first"))
        else:
            self.action_requested.emit(action.key, ids)

    def _connect(self) -> None:
        model, grid = self.model, self.grid
        model.shape_changed.connect(self._shape_changed)
        model.count_changed.connect(self._count_changed)
        model.marks_changed.connect(self._marks_changed)
        model.saved.connect(self._saved)
        model.refused.connect(self._refused)
        model.save_failed.connect(self._save_failed)
        grid.current_changed.connect(self._row_changed)
        grid.selection_changed.connect(self._keep_pause.start)
        grid.row_opened.connect(self._open_row)
        grid.link_opened.connect(self.open_requested)
        grid.sort_changed.connect(self._keep_pause.start)
        grid.filters.filtered.connect(self._ask_again)
        self.commands.group_requested.connect(self.toggle_group)
        self.commands.told.connect(lambda text: self.context.toast("info", text))
        self.columns.shown_changed.connect(self._columns_shown)
        self.columns.changed.connect(self._keep_pause.start)
        self.views.chosen.connect(self.show_view)
        self.search.textEdited.connect(lambda: self._search_pause.start())
        self.search.textChanged.connect(self._search_cleared)
        self._search_pause.timeout.connect(self._ask_again)
        self._keep_pause.timeout.connect(self._keep_place)
        self.group_button.clicked.connect(self.menus.show_group)
        self.group_icon.clicked.connect(self.menus.show_group)
        self.columns_button.clicked.connect(self.menus.choose_columns)
        self.columns_icon.clicked.connect(self.menus.choose_columns)
        self.export_button.clicked.connect(self.export.show_menu)
        self.new_button.clicked.connect(self.create_record)
        self.footer.rejected_clicked.connect(self.conflicts.next_problem)
        self.footer.unsaved_clicked.connect(lambda: self.model.commit())
        self.footer.others_clicked.connect(self._next_foreign)
        grid.canvas.installEventFilter(self)
        self.context.bus.subscribe({*self.spec.topics, self.spec.table}, self._bus_changed)

    # --- Page ----------------------------------------------------------------------------------------------------

    def title(self) -> str:
        return pick(self.spec.name, self.spec.name_zh)

    def icon_name(self) -> str:
        return self.spec.icon

    def key_hints(self) -> Sequence[tuple[str, str]]:
        hints = [("F2", tr("Edit")), ("Ctrl+D", tr("Fill down")), ("Ctrl+Enter", tr("Fill selection"))]
        if any(info.editable for info in self.model.all_infos):
            hints.append(("Ctrl+V", tr("Paste from Excel")))
        else:
            opens = [("Enter", tr("Open"))] if self.spec.opens else []
            hints = [*opens, ("Ctrl+F", tr("Search"))]
        return (*self._own_hints(), *hints, ("F5", tr("Refresh")))

    def _own_hints(self) -> list[tuple[str, str]]:
        """What this list is for, first: order, approve, remind."""
        mine = [each for each in self.spec.actions if each.shortcut and f"do {each.key}" in self.named]
        return [(str(each.shortcut), pick(each.name, each.name_zh)) for each in mine]

    def page_actions(self) -> Sequence[QAction]:
        shown = [action for action in self.named.values() if action.isVisible() and action.text()]
        return (*self.commands.actions.values(), *shown)

    def zones(self) -> Sequence[QWidget]:
        """The grid first, as it takes the focus on opening; then the filter row, the search, the side panel."""
        zones: list[QWidget] = [self.grid.canvas, self.grid.filters, self.search]
        if self._side is not None and self._side.isVisible():
            zones.append(self._side)
        return zones

    def refresh(self) -> None:
        if self.pasting.panel is not None:
            self.pasting.panel.check()
            return
        if self._opened:
            self.model.refresh()
            return
        self._opened = True
        self.keeper.load()
        self.model.query = self._query()
        self.model.open(at_row=self._start_at)

    def can_leave(self) -> bool:
        """A page with cells that are refused or still being saved stays, at the cell that needs somebody."""
        self.grid.close_editor(accept=True)
        self._keep_place()
        self.model.commit()
        if not self.model.dirty():
            return True
        self.conflicts.next_problem()
        self.context.toast("warn", tr("Some cells are not saved yet"), tr("Mend them, or take them back with Esc."))
        return False

    def state(self) -> Mapping[str, Any]:
        """View, filter, sort, groups, widths and place; also what a saved tab comes back to."""
        shown = self.grid.current()
        return Place(
            view=self.views.current,
            columns=self.columns.shown_keys(),
            layout=self.columns.state(),
            condition=all_of(self.grid.filters.condition(), self._extra),
            search=self.search.text(),
            sort=self.model.query.sort,
            groups=self.model.query.group_by,
            row=shown.row.id if shown is not None else None,
            column=self.grid.selection.column,
        ).state()

    def restore(self, state: Mapping[str, Any]) -> None:
        self._take_place(state)
        if self._opened:
            self.model.ask(self._query(), at_row=self._start_at)

    def retranslate(self) -> None:
        super().retranslate()
        for each in self.spec.actions:
            if f"do {each.key}" in self.named:
                self.named[f"do {each.key}"].setText(pick(each.name, each.name_zh))
        self.keeper.name_actions()
        self.views.retranslate()
        self._say_groups()
        self._count_changed()
        if self._opened:
            self.model.source = self._make_source(language())
            self.model.forget_columns()
            self.model.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._count_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()
        self._count_changed()
        if self._stale and self._opened:
            self._stale = False
            self.model.changed(Changes(), foreign=True)

    def hideEvent(self, event: QHideEvent) -> None:
        self._keep_place()
        super().hideEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.help_card.hide()
            if watched is self.search and event.key() in (
                Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape,
            ):  # fmt: skip
                self._leave_search(clear=event.key() == Qt.Key.Key_Escape)
                return True
        elif event.type() == QEvent.Type.MouseButtonPress:
            self.help_card.hide()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    # --- the question --------------------------------------------------------------------------------------------

    def fixed_with(self, condition: Condition | None) -> Condition | None:
        """A view's condition under the one that this page always has."""
        return all_of(self._fixed, condition)

    def condition_of(self, *row: Condition) -> Condition | None:
        """The list's own condition, that of the view, and those given of the filter row."""
        return all_of(self._fixed, self._extra, *row)

    def _query(self) -> ListQuery:
        """What the screen asks for now."""
        condition = self.condition_of(*self.grid.filters.conditions.values())
        shown = self.columns.shown_keys() or self.columns.default
        return self.model.query.but(columns=shown, condition=condition, search=self.search.text().strip())

    def _ask_again(self) -> None:
        self._search_pause.stop()
        if self._opened:
            self.model.ask(self._query())
        self.grid.filters.update()
        self._keep_pause.start()

    def _search_cleared(self, text: str) -> None:
        if not text and self.model.query.search:
            self._ask_again()

    def _leave_search(self, *, clear: bool) -> None:
        if clear:
            self.search.clear()
        if self.model.query.search != self.search.text().strip():
            self._ask_again()
        self.grid.canvas.setFocus()

    def search_for(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def filter_row(self) -> None:
        self.grid.filters.setFocus()

    def clear_filters(self) -> None:
        """All rows of the list again, whatever view, filter or search narrowed it."""
        self._extra = None
        self.search.clear()
        self.grid.filters.set_conditions({})
        self._ask_again()

    def filter_text(self) -> str:
        """The filter in words, for exports."""
        filters = self.grid.filters
        parts = [f"{self.columns.info(key).label} {filters.text(key)}" for key in filters.conditions]
        if self.search.text().strip():
            parts.append(tr("Search: {text}", text=self.search.text().strip()))
        return "; ".join(parts)

    def _columns_shown(self) -> None:
        """A column came into sight that is not loaded: ask again. Hiding one needs no question."""
        loaded = {info.key for info in self.model.infos}
        if self._opened and not set(self.columns.shown_keys()) <= loaded:
            shown = self.grid.current()
            self.model.ask(self._query(), at_row=shown.row.id if shown else None, keep_groups=True)

    def _shape_changed(self) -> None:
        shown = self.columns.shown_keys() or self.columns.default
        self.columns.set_columns(shown or [info.key for info in self.model.infos], self.model.all_infos)
        self.columns.set_loaded(self.model.infos)
        place = self._place
        if place.layout is not None:
            self.columns.restore(place.layout)
            self._place = Place()
            if place.column is not None and self.columns.slots:
                self.grid.selection.move(self.grid.selection.line, min(place.column, len(self.columns.slots) - 1))
        self._take_conditions(all_of(self.grid.filters.condition(), self._extra))
        self._say_groups()
        self.key_hints_changed.emit()
        self.keeper.count()

    def _take_conditions(self, condition: Condition | None) -> None:
        """Show a condition in the filter row as far as it can be shown there."""
        row_conditions, self._extra = split_condition(condition, self.columns.infos())
        self.grid.filters.set_conditions(row_conditions)

    # --- views ---------------------------------------------------------------------------------------------------

    def _set_ready_views(self) -> None:
        ready = [ready_made(view) for view in self.spec.views] or [
            KeptView(key="all", name="All", name_zh="全部", mine=False)
        ]
        self.views.set_views(ready, ready[0].key)
        self._show_kept(ready[0])

    def _view_by_number(self, number: int) -> None:
        if number < len(self.views.views):
            self.show_view(self.views.views[number].key)

    def show_view(self, key: str) -> None:
        """Take up a view: its columns, filter, sort and groups. Alt+n again brings a changed one back."""
        view = self.views.view(key)
        if view is None:
            return
        self.grid.close_editor(accept=True)
        self.views.current = key
        self.views.set_views(self.views.views, key)
        self.search.clear()
        self._show_kept(view)
        if self._opened:
            self.model.ask(self._query())
        self._say_groups()
        self.grid.canvas.setFocus()
        self._keep_pause.start()

    def _show_kept(self, view: KeptView) -> None:
        default = tuple(each.key for each in self.spec.columns if each.shown)
        self.columns.default = view.columns or default
        if self.columns.columns:
            known = self.columns.infos()
            self.columns.set_columns([key for key in self.columns.default if key in known], tuple(known.values()))
            self.columns.restore({"widths": view.widths, "frozen": view.frozen})
        self._take_conditions(view.condition)
        if not self.columns.columns:
            self._extra = view.condition
        self.model.query = self.model.query.but(sort=view.sort or self.spec.sort, group_by=view.group_by)

    def _as_shown(self, view: KeptView) -> KeptView:
        condition = all_of(self.grid.filters.condition(), self._extra)
        widths = self.columns.state()["widths"]
        query = self.model.query.but(condition=condition)
        return view.like(query, self.columns.shown_keys(), widths, self.columns.frozen)

    # --- groups and columns --------------------------------------------------------------------------------------

    def toggle_group(self, key: str) -> None:
        """Ctrl+G: group by a column below the present groups; once more takes it out."""
        groups = self.model.query.group_by
        wanted = tuple(each for each in groups if each != key) if key in groups else (*groups, key)
        self.set_groups(wanted)

    def set_groups(self, groups: tuple[str, ...]) -> None:
        shown = self.grid.current()
        self.model.ask(self._query().but(group_by=groups), at_row=shown.row.id if shown else None)
        self._say_groups(groups)
        self._keep_pause.start()

    def _say_groups(self, groups: tuple[str, ...] | None = None) -> None:
        keys = self.model.query.group_by if groups is None else groups
        labels = [info.label for key in keys for info in self.model.all_infos if info.key == key]
        words = tr("Group: {columns}", columns=", ".join(labels)) if labels else tr("Group")
        self.group_button.setText(words)
        self.group_icon.set_words(words, "Ctrl+Shift+G")

    # --- what happens to rows ------------------------------------------------------------------------------------

    def _row_changed(self) -> None:
        self.row_changed.emit(self.grid.current())

    def create_record(self) -> None:
        """Ctrl+N: a blank form of what is listed here."""
        if self._creates is not None:
            self.open_requested.emit(*self._creates)

    def _open_row(self, row_id: int) -> None:
        if self.spec.opens is not None:
            self.open_requested.emit(self.spec.opens, row_id)

    def selected_ids(self) -> tuple[int, ...]:
        """The ticked rows; without any, those of the selection that are loaded."""
        return self.chosen.loaded()

    def _count_changed(self) -> None:
        count = self.model.count
        if self._opened and count.exact:
            self.views.set_count(self.views.current, count.value)
        self._say_empty()
        wide = self.window().width() >= WIDE_FROM
        words = tr("{count} rows", count=f"{count.value:,}")
        self.header.set_note(words if self._opened and count.exact and wide else "")

    def _say_empty(self) -> None:
        """Where nothing is listed: whether the view is empty by itself, or what was typed hides its rows."""
        view = self.views.view(self.views.current)
        typed = bool(self.search.text().strip()) or view is None
        if view is not None and not typed:
            known = self.columns.infos() if self.columns.columns else {}
            here = split_condition(view.condition, known)
            typed = here != (dict(self.grid.filters.conditions), self._extra)
        if view is None or typed:
            remedy = tr("Nothing here matches. Clear the filter or search for something else.")
            self.grid.empty.say(tr("No rows"), remedy)
        elif view.condition is None:
            self.grid.empty.say(tr("No rows"), tr("There is nothing here yet."))
        else:
            title = tr("Nothing in “{view}”", view=pick(view.name, view.name_zh))
            self.grid.empty.say(title, tr("Other views may hold more."))

    def _marks_changed(self) -> None:
        self.set_dirty(self.model.dirty())

    def _saved(self, ids: frozenset[int]) -> None:
        self.context.bus.publish(Changes({self.spec.table: ids}), self)

    def _refused(self, why: str) -> None:
        """The question cannot be answered; the screen shows again what it shows."""
        self.context.toast("warn", why)
        self._say_groups()
        self.grid.header.update()

    def _save_failed(self, failure: Failure) -> None:
        again = ToastAction(tr("Retry"), self._save_again, "Ctrl+S")
        self.context.toast("danger", tr("Not saved: {cause}", cause=failure.message), action=again)

    def _save_again(self) -> None:
        self.model.commit()

    def _bus_changed(self, changes: Changes, initiator: object) -> None:
        if initiator is self or not self._opened:
            return
        if self.isVisible():
            self.model.changed(changes, foreign=initiator is None)
        else:
            self._stale = True

    def _next_foreign(self) -> None:
        for row_id, key in self.model.edits.foreign_cells():
            if self.grid.go_to_row(row_id, key):
                self.grid.canvas.setFocus()
                return

    def explain(self) -> None:
        """F1: what the column of the cursor means."""
        slot = self.grid.slot()
        if slot is None or QGuiApplication.focusObject() is self.search:
            return
        cell = self.grid.canvas.cell_rect(self.grid.selection.line, slot).translated(self.grid.canvas.pos())
        self.help_card.explain(slot.info, cell)

    # --- the place -----------------------------------------------------------------------------------------------

    def _place_key(self) -> str:
        return f"list.{self.spec.key}"

    def _keep_place(self) -> None:
        self._keep_pause.stop()
        if self._opened and self.columns.slots:
            self.context.mine().set(self._place_key(), dict(self.state()))

    def _take_place(self, state: Mapping[str, Any]) -> None:
        """Where the list was left."""
        if not state:
            return
        place = self._place = read(state)
        view = self.views.view(place.view)
        if view is not None:
            self.views.set_views(self.views.views, view.key)
            self._show_kept(view)
        if place.columns:
            self.columns.default = place.columns
        self._extra = place.condition
        self.grid.filters.set_conditions({})
        self.search.setText(place.search)
        self.model.query = self.model.query.but(sort=place.sort, group_by=place.groups)
        self._start_at = place.row
        self.columns.columns = []
