"""What the lists of possible duplicates and of merged items can do with their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import stock, stock_catalogue
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets import confirm as dialogs
from desktop.widgets.list_page import ListPage


class CatalogueActions(QObject):
    """Compare, judge, search again, take a merge back; `calls` by the actions' keys."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self.calls: dict[str, Callable[[Sequence[int]], None]] = {
            "compare_items": self.compare,
            "different_items": self.different,
            "find_duplicates": self.search,
            "undo_merge": self.undo,
        }

    def compare(self, rows: Sequence[int]) -> None:
        self._context.open("item_duplicate", rows[0])

    def different(self, rows: Sequence[int]) -> None:
        """All selected pairs are two things each."""
        database = self._context.database
        self._run(lambda: stock_catalogue.judge(database, list(rows), different=True), self._judged)

    def _judged(self, changes: Changes) -> None:
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("Noted: two things"))
        self._page.refresh()

    def search(self, rows: Sequence[int]) -> None:
        database = self._context.database
        self._run(lambda: stock_catalogue.search(database), self._searched)

    def _searched(self, answer: tuple[int, Changes]) -> None:
        count, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("{count} pairs look like one", count=f"{count:,}"))
        self._page.refresh()

    def undo(self, rows: Sequence[int]) -> None:
        """F8: the two are two again, stock and references as they were, if nothing happened since."""
        sentence = tr("Stock and references go back to the merged item. Refused where something happened since.")
        if dialogs.confirm(
            self._page, tr("Take the merge back?"), sentence, confirm=tr("Take back"), keep=tr("Keep it")
        ):
            database, key, reason = self._context.database, stock.new_key(), tr("Taken back from the list")
            self._run(lambda: stock_catalogue.undo(database, key, rows[0], reason), self._undone)

    def _undone(self, answer: tuple[Any, Changes]) -> None:
        self._context.bus.publish(answer[1], self._page)
        self._context.toast("success", tr("The merge was taken back"))
        self._page.refresh()

    def _run(self, call: Callable[[], object], done: Callable[..., None]) -> None:
        self._context.work.run(call, on_done=done, on_error=self._failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)
