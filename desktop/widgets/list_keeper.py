"""Keeping the views of a list page: loading, saving, sharing, ordering and dropping them through the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.domain.text import tr
from desktop.lists.query import Count, ListQuery, ListSource
from desktop.models.list_pages import within
from desktop.runtime.context import ToastAction
from desktop.widgets.list_services import KeptView
from desktop.widgets.list_views import MOST_KEYS

if TYPE_CHECKING:
    from desktop.widgets.list_page import ListPage


class ViewKeeper(QObject):
    """One per list page."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self._page = page
        self._services = page.services
        self._views = page.views
        self._views.keep_requested.connect(self.keep)
        self._views.drop_requested.connect(self.drop)
        self._views.order_requested.connect(self.order)

    def load(self) -> None:
        """Ask for the kept views; the ready-made ones are there at once."""
        if self._services.views is not None:
            self._page.context.work.run(self._services.views, on_done=self._loaded, owner=self, background=True)

    def _loaded(self, kept: Sequence[KeptView]) -> None:
        ready = [view for view in self._views.views if view.id is None]
        self._views.set_views((*ready, *kept), self._views.current)
        self.name_actions()
        self.count()

    def count(self) -> None:
        """How many rows each view has, for its tab; only where that is known exactly and at once."""
        page = self._page
        known = {info.key for info in page.model.all_infos}
        asked = [
            (view.key, ListQuery((), within(page.fixed_with(view.condition), known)))
            for view in self._views.views[:MOST_KEYS]
            if view.key != self._views.current
        ]
        if known and asked:
            page.context.work.run(_counts, page.model.source, asked, on_done=self._counted, owner=self, background=True)

    def _counted(self, counts: Sequence[tuple[str, Count]]) -> None:
        for key, count in counts:
            if count.exact:
                self._views.set_count(key, count.value)

    def name_actions(self) -> None:
        """Alt+1…9 by the names of their views."""
        for number in range(MOST_KEYS):
            action = self._page.named[f"view{number + 1}"]
            there = number < len(self._views.views)
            action.setVisible(there)
            action.setText(tr("View: {name}", name=self._views.views[number].title()) if there else "")

    def keep(self, view: KeptView) -> None:
        if self._services.keep_view is not None:
            self._page.context.work.run(self._services.keep_view, view, on_done=self._kept, owner=self)

    def _kept(self, view: KeptView) -> None:
        known = [view if each.key == view.key else each for each in self._views.views]
        if not any(each.key == view.key for each in known):
            known.append(view)
        self._views.set_views(known, view.key)
        self.name_actions()
        self._page.context.toast("success", tr("View “{name}” saved", name=view.title()))

    def drop(self, view_id: int) -> None:
        if self._services.drop_view is None:
            return
        gone = next((view for view in self._views.views if view.id == view_id), None)

        def dropped(_: object) -> None:
            rest = [view for view in self._views.views if view.id != view_id]
            self._views.set_views(rest, rest[0].key)
            self.name_actions()
            self._page.show_view(rest[0].key)
            if gone is not None:
                again = ToastAction(tr("Undo"), lambda: self.keep(replace(gone, id=None, key="")))
                self._page.context.toast("success", tr("View “{name}” deleted", name=gone.title()), action=again)

        self._page.context.work.run(self._services.drop_view, view_id, on_done=dropped, owner=self)

    def order(self, ids: tuple[int, ...]) -> None:
        if self._services.order_views is None:
            return

        def ordered(_: object) -> None:
            ready = [view for view in self._views.views if view.id is None]
            kept = {view.id: view for view in self._views.views}
            self._views.set_views((*ready, *(kept[each] for each in ids)), self._views.current)
            self.name_actions()

        self._page.context.work.run(self._services.order_views, ids, on_done=ordered, owner=self)


def _counts(source: ListSource, asked: Sequence[tuple[str, ListQuery]]) -> list[tuple[str, Count]]:
    return [(key, source.count(query, exact=False)) for key, query in asked]
