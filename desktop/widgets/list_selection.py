"""The rows that an action of a list is for: what is ticked, else all that is selected, whether it is loaded or not.

A list holds a few pages of its rows. What is selected beyond them is asked of the database by the list's own filter and
order, ids alone. Where the answer is not what stands on the screen, nobody works on rows that he has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.domain.text import tr
from desktop.lists.query import ListQuery, ListSource
from desktop.models.list_pages import ShownRow
from desktop.models.row_map import GroupKey

if TYPE_CHECKING:
    from desktop.widgets.list_page import ListPage

Then = Callable[[tuple[int, ...]], None]


@dataclass(frozen=True)
class Run:
    """Neighbouring rows of one group: from which on, how many, and which of them are on the screen (place → id).

    `most` is None where the list's end is only estimated: then all from `start` on.
    """

    group: GroupKey
    start: int
    most: int | None
    seen: Mapping[int, int]


class Moved(Exception):
    """The list in the database is not the one on the screen any more."""


def ids_of(source: ListSource, query: ListQuery, runs: Sequence[Run]) -> tuple[int, ...]:
    """The ids of the runs in their order. Runs in a worker thread. Raises Moved."""
    whole = source.ids(query, tuple(run.group for run in runs))
    found: list[int] = []
    for run, ids in zip(runs, whole, strict=True):
        end = len(ids) if run.most is None else run.start + run.most
        if end > len(ids) or any(place >= len(ids) or ids[place] != row for place, row in run.seen.items()):
            raise Moved
        found.extend(ids[run.start : end])
    return tuple(found)


class ListSelection(QObject):
    """One per list page."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self._page = page

    def loaded(self) -> tuple[int, ...]:
        """The ticked rows; without any, those of the selection that are here."""
        selection = self._page.grid.selection
        if selection.checked:
            return tuple(selection.checked)
        lines = (line for _, line in self._page.model.window(selection.rect.top, selection.rect.bottom))
        return tuple(line.row.id for line in lines if isinstance(line, ShownRow))

    def ask(self, then: Then) -> None:
        """All rows of the selection: at once when they are here, else after asking the database for them."""
        page = self._page
        if page.grid.selection.checked:
            then(self.loaded())
            return
        runs, here = self._runs()
        if here:
            then(self.loaded())
            return

        def answered(ids: tuple[int, ...]) -> None:
            page.context.toast("info", tr("Working on {count} rows", count=f"{len(ids):,}"))
            then(ids)

        query = page.model.loaded
        page.context.work.run(_asked, page.model.source, query, runs, on_done=lambda found: self._take(found, answered),
                              owner=self, title=tr("Reading the selected rows"))  # fmt: skip

    def _take(self, found: tuple[int, ...] | None, then: Then) -> None:
        if found is None:
            why = tr("Look at the rows and select them again.")
            self._page.context.toast("warn", tr("Nothing was done: the list has changed since it was read."), why)
            self._page.refresh()
        else:
            then(found)

    def _runs(self) -> tuple[tuple[Run, ...], bool]:
        """What is selected, and whether every row of it is here. A folded group stands for all of its rows."""
        model, rect = self._page.model, self._page.grid.selection.rect
        runs: list[Run] = []
        here = True
        for line, place, length in model.map.runs(rect.top, rect.bottom):
            if place.head is not None:
                if model.collapsed(place.head.values):
                    runs.append(Run(place.head.values, 0, place.head.count, {}))
                    here = False
                continue
            rows = [found for _, found in model.window(line, line + length - 1)]
            seen = {place.index + n: each.row.id for n, each in enumerate(rows) if isinstance(each, ShownRow)}
            here = here and len(seen) == length
            last = not model.count.exact and line + length == model.map.lines
            runs.append(Run(place.group, place.index, None if last else length, seen))
        return tuple(runs), here


def _asked(source: ListSource, query: ListQuery, runs: Sequence[Run]) -> tuple[int, ...] | None:
    try:
        return ids_of(source, query, runs)
    except Moved:
        return None
