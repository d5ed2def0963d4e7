"""A list that follows the change bus: what colleagues save appears here, in place, and flashes.

A refresh reads again only the pages in sight. It waits while an editor is open, because rows that move under a
typing hand are how the wrong record gets changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QTimer

from desktop.domain.changes import Changes
from desktop.lists.query import ListQuery, ListSource
from desktop.models.list_edits import Foreign
from desktop.models.list_model import ListModel
from desktop.models.list_pages import PAGE_ROWS, Authors, PageKey, ShownRow, refetch
from desktop.runtime.failures import Failure
from desktop.runtime.work import Work

FLASH_MS = 4000
REFRESH_PAUSE_MS = 300


def nobody(_: tuple[int, ...]) -> Mapping[int, tuple[str, str]]:
    """Nobody is known to have changed anything: cells flash without initials."""
    return {}


class LiveListModel(ListModel):
    """`changed` is what a bus listener calls; `hold` and `release` enclose an open editor."""

    def __init__(
        self,
        source: ListSource,
        work: Work,
        query: ListQuery,
        *,
        authors: Authors = nobody,
        whole_money: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(source, work, query, whole_money=whole_money, parent=parent)
        self._authors = authors
        self._holds = 0
        self._waiting: tuple[Changes, bool] | None = None
        self._stale: tuple[Changes, bool] | None = None
        self._flash_timer = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._flash_timer.timeout.connect(self._calm)
        self._refresh_timer = QTimer(self, singleShot=True, interval=REFRESH_PAUSE_MS)
        self._refresh_timer.timeout.connect(self._refresh_now)

    def hold(self) -> None:
        """An editor is open: rows stay as they are until `release`."""
        self._holds += 1

    def release(self) -> None:
        self._holds = max(0, self._holds - 1)
        if not self._holds and self._waiting is not None:
            changes, foreign = self._waiting
            self._waiting = None
            self.changed(changes, foreign=foreign)

    def changed(self, changes: Changes, *, foreign: bool) -> None:
        """Something that the list shows was committed; look again soon, at once for many commits in a row."""
        if self._holds:
            self._waiting = _merge(self._waiting, changes, foreign)
            return
        self._stale = _merge(self._stale, changes, foreign)
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()

    def refresh(self) -> None:
        """Read again what is shown (F5)."""
        self._stale = _merge(self._stale, Changes(), False)
        self._refresh_now()

    def _refresh_now(self) -> None:
        stale, self._stale = self._stale, None
        if stale is None:
            return
        if self._holds:
            self._waiting = _merge(self._waiting, *stale)
            return
        if self.phase != "ready":
            self.open()
            return
        generation, foreign = self._generation, stale[1]
        keys = tuple(self._keys(*self._seen))
        authors = self._authors if foreign else nobody
        old = {shown.row.id: shown for shown in self._pages.rows()}

        def refreshed(found: tuple[dict[PageKey, tuple[ShownRow, ...]], Mapping[int, tuple[str, str]]]) -> None:
            if generation == self._generation:
                self._refreshed(*found, old, foreign)

        def failed(failure: Failure) -> None:
            if generation == self._generation:
                self._failed(failure)

        self.work.run(
            refetch, self.source, self.loaded, self.shape(), keys, old, authors,
            on_done=refreshed, on_error=failed, owner=self, background=foreign,
        )  # fmt: skip

    def _keys(self, first: int, last: int) -> list[PageKey]:
        keys: list[PageKey] = []
        for _, place, length in self.map.runs(first, last):
            if place.head is None:
                pages = range(place.index // PAGE_ROWS, (place.index + length - 1) // PAGE_ROWS + 1)
                keys.extend((place.group, number) for number in pages)
        return keys

    def _refreshed(
        self,
        pages: Mapping[PageKey, tuple[ShownRow, ...]],
        authors: Mapping[int, tuple[str, str]],
        old: Mapping[int, ShownRow],
        foreign: bool,
    ) -> None:
        if self._holds:
            self._waiting = _merge(self._waiting, Changes(), foreign)
            return
        self._pages.clear()
        for key, rows in pages.items():
            self._pages.put(key, rows)
            if foreign:
                self._flash_differences(rows, old, authors)
        for key in pages:
            first = self.map.line_of(key[0], key[1] * PAGE_ROWS)
            if first is not None:
                self._announce(first, first + PAGE_ROWS - 1)
        self.map_changed.emit()
        self.recount()
        self.need(*self._seen)

    def _flash_differences(
        self, rows: Sequence[ShownRow], old: Mapping[int, ShownRow], authors: Mapping[int, tuple[str, str]]
    ) -> None:
        for shown in rows:
            before = old.get(shown.row.id)
            if before is None or before.row.cells == shown.row.cells:
                continue
            initials, name = authors.get(shown.row.id, ("", ""))
            for info, was, now in zip(self.infos, before.row.cells, shown.row.cells, strict=True):
                edit = self.edits.edit(shown.row.id, info.key)
                if was != now and not (edit is not None and edit.value == now):
                    self.edits.foreign(shown.row.id, info.key, Foreign(initials, name))
                    self._flash_timer.start()
        self.marks_changed.emit()

    def _calm(self) -> None:
        if self.edits.calm():
            self.marks_changed.emit()

    def visit(self, line: int, key: str) -> None:
        """The cursor came to a cell: the initials of who changed it go."""
        row_id = self.row_id(line)
        if row_id is not None and self.edits.visit(row_id, key):
            self.marks_changed.emit()


def _merge(waiting: tuple[Changes, bool] | None, changes: Changes, foreign: bool) -> tuple[Changes, bool]:
    if waiting is None:
        return changes, foreign
    return waiting[0].merged(changes), waiting[1] or foreign
