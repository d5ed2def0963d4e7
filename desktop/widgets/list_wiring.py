"""The services of a list page as the layers below provide them: exports to files, pastes tried on the database.

A page holds its source only as a `ListSource`; here the real one is recognised, because files are written from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.exchange.csv_export import write_csv
from desktop.exchange.excel_export import Options, write_excel
from desktop.lists.query import ListQuery, ListSource
from desktop.lists.spec import ListSpec
from desktop.operations import importing, pasting, purchasing_paste, saved_views
from desktop.operations.authors import last_authors
from desktop.operations.exporting import ExportRefused
from desktop.operations.lists import SqlListSource
from desktop.operations.pasting import Entered, PastePlan, PasteResult, Undo
from desktop.reports.list_pdf import write_pdf
from desktop.widgets.grid_editor import Lookup
from desktop.widgets.list_services import Export, KeptView, ListServices, PasteBackend, Recipe


def list_services(database: Any, spec: ListSpec, *, may_share: bool, lookup: Lookup) -> ListServices:
    """Everything that the menus of a list page offer, on this database."""
    shelf = ViewShelf(database, spec.key)

    def authors(ids: tuple[int, ...]) -> Mapping[int, tuple[str, str]]:
        return last_authors(database, spec, ids)

    return ListServices(
        views=shelf.views,
        keep_view=shelf.keep,
        drop_view=shelf.drop,
        order_views=shelf.order,
        recipes=shelf.recipes,
        export=export_list,
        paste=paste_backend,
        lookup=lookup,
        authors=authors,
        may_share=may_share,
    )


class ViewShelf:
    """Kept views as the page speaks of them. Remembers versions, so that two windows do not overwrite each other."""

    def __init__(self, database: Any, list_key: str) -> None:
        self._database, self._list_key = database, list_key
        self._known: dict[int, saved_views.KeptView] = {}

    def views(self) -> Sequence[KeptView]:
        found = saved_views.views(self._database, self._list_key)
        self._known = {view.id: view for view in found}
        return tuple(_shown(view) for view in found)

    def keep(self, view: KeptView) -> KeptView:
        """Save a view. Sharing or unsharing one makes it anew, because then it belongs to somebody else."""
        before = self._known.get(view.id or 0)
        moved = before is not None and before.mine == view.shared
        name_zh = view.name_zh or None
        wanted = saved_views.KeptView(
            id=0 if before is None or moved else before.id,
            list_key=self._list_key,
            name=view.name,
            name_zh=None if name_zh == view.name else name_zh,
            mine=not view.shared,
            position=before.position if before is not None else len(self._known),
            definition=saved_views.Definition(
                ListQuery(view.columns, view.condition, sort=view.sort, group_by=view.group_by),
                dict(view.widths),
                view.frozen,
            ),
            version=1 if before is None or moved else before.version,
        )
        kept, _ = saved_views.save_view(self._database, wanted)
        if moved and before is not None:
            saved_views.remove_view(self._database, before)
            self._known.pop(before.id, None)
        self._known[kept.id] = kept
        return replace(_shown(kept), key=view.key or _key(kept.id))

    def drop(self, view_id: int) -> None:
        view = self._known.pop(view_id, None)
        if view is not None:
            saved_views.remove_view(self._database, view)

    def order(self, ids: Sequence[int]) -> None:
        for position, view_id in enumerate(ids):
            view = self._known.get(view_id)
            if view is not None and view.position != position:
                self._known[view_id], _ = saved_views.save_view(self._database, replace(view, position=position))

    def recipes(self) -> Sequence[Recipe]:
        found = saved_views.recipes(self._database, self._list_key)
        return tuple(Recipe(each.id, each.title(), _note(each)) for each in found)


def _note(recipe: saved_views.Recipe) -> str:
    return tr("live SUM") if recipe.options.get("subtotals", True) else ""


def _key(view_id: int) -> str:
    return f"kept-{view_id}"


def _shown(view: saved_views.KeptView) -> KeptView:
    query = view.definition.query
    return KeptView(
        key=_key(view.id), id=view.id, name=view.name, name_zh=view.name_zh or "", shared=not view.mine, mine=view.mine,
        columns=query.columns, condition=query.condition, sort=query.sort, group_by=query.group_by,
        widths=view.definition.widths, frozen=view.definition.frozen,
    )  # fmt: skip


def export_list(export: Export, progress: Progress) -> Path:
    """Write what the page shows to a file. Runs in a worker thread. Raises ExportRefused, Cancelled."""
    source = _real(export.source)
    if export.recipe is not None:
        return _export_by_recipe(source, export, progress)
    if export.format == "xlsx":
        options = Options(subtotals=export.formulas, control=export.control_totals, ids=export.drill_ids)
        write_excel(source, export.query, export.path, options=options, progress=progress)
    elif export.format == "pdf":
        write_pdf(source, export.query, export.path, progress=progress)
    else:
        write_csv(source, export.query, export.path, progress=progress)
    return export.path


def _export_by_recipe(source: SqlListSource, export: Export, progress: Progress) -> Path:
    """A kept export: its own columns, filter and options, whatever the screen shows."""
    for recipe in saved_views.recipes(source.database, source.spec.key):
        if recipe.id == export.recipe:
            query = saved_views.opened(recipe.definition, source.columns())
            chosen = recipe.options
            options = Options(
                subtotals=chosen.get("subtotals", True),
                control=chosen.get("control", True),
                ids=chosen.get("ids", False),
            )
            write_excel(source, query, export.path, options=options, progress=progress)
            return export.path
    raise ExportRefused(tr("This recipe is gone. Open the menu again."))


def paste_backend(source: ListSource) -> PasteBackend | None:
    """Tries and saves pasted blocks on the list's database; None for a source without one."""
    return SqlPaste(source) if isinstance(source, SqlListSource) else None


@dataclass(frozen=True)
class SqlPaste:
    """`PasteBackend` on the database of a list."""

    source: SqlListSource

    @property
    def inserts(self) -> bool:
        return self.source.spec.inserts

    def finds(self, columns: Collection[str]) -> bool:
        """Whether lines with these columns find their records by themselves, wherever they are pasted."""
        return self.source.spec.key == purchasing_paste.LIST and purchasing_paste.finds(columns)

    def aliases(self) -> Mapping[str, str]:
        """Other headers of sheets → the list's column, as the import of the same rows knows them."""
        goal = importing.target(self.source.spec.key)
        fields = {field.column_name(): field.aliases for field in goal.fields} if goal is not None else {}
        references = {column.writes for column in self.source.spec.columns}
        return {
            alias: column.key
            for column in self.source.spec.columns
            if column.writes or column.key not in references
            for alias in fields.get(column.writes or column.key, ())
        }

    def plan(self, lines: Sequence[Entered]) -> PastePlan:
        prepare = purchasing_paste.prepare if self.source.spec.key == purchasing_paste.LIST else None
        return pasting.plan(self.source.database, self.source.view(), lines, prepare)

    def save(self, query: ListQuery, plan: PastePlan, request_id: str) -> PasteResult:
        result = pasting.save(self.source.database, self.source.view(), query, plan, request_id=request_id)
        self.source.renew()
        return result

    def undo(self, query: ListQuery, back: Undo, request_id: str) -> PasteResult:
        result = pasting.undo(self.source.database, self.source.view(), query, back, request_id=request_id)
        self.source.renew()
        return result


class NoDatabase(TypeError):
    """The list's source is not one that files can be written from."""


def _real(source: ListSource) -> SqlListSource:
    if not isinstance(source, SqlListSource):
        raise NoDatabase(type(source).__name__)
    return source
