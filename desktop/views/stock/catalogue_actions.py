"""What the lists of possible duplicates and of merged items can do with their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject

from desktop.domain.changes import Changes
from desktop.domain.progress import Progress
from desktop.domain.text import tr
from desktop.operations import stock, stock_catalogue
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.runtime.work import Job
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.list_page import ListPage


class CatalogueActions(QObject):
    """Compare, judge, search again, take a merge back; `calls` by the actions' keys."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._job: Job | None = None
        self._strip: AskStrip | None = None
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
        """Shift+F5: look for more, in the background; once more stops it. What was done stays done."""
        if self._job is not None:
            self._job.cancel()
            return
        progress = Progress()
        self._job = self._context.work.run(
            stock_catalogue.search, self._context.database, progress,
            on_done=self._searched, on_error=self._not_searched, on_cancelled=self._stopped, owner=self,
            title=tr("Looking for duplicates (Shift+F5 stops)"), progress=progress,
        )  # fmt: skip

    def _searched(self, answer: tuple[int, Changes]) -> None:
        self._job = None
        count, changes = answer
        self._context.bus.publish(changes, self._page)
        self._context.toast("success", tr("{count} pairs look like one", count=f"{count:,}"))
        self._page.refresh()

    def _not_searched(self, failure: Failure) -> None:
        self._job = None
        self._failed(failure)

    def _stopped(self) -> None:
        self._job = None
        self._context.toast("info", tr("Search stopped"), tr("The next one goes on from here."))
        self._page.refresh()

    def undo(self, rows: Sequence[int]) -> None:
        """F8: the two are two again, stock and references as they were, if nothing happened since."""
        current = self._page.grid.current()
        if current is None:
            return
        key = stock.new_key()  # one key for one question, whatever happens to the connection
        if self._strip is None:
            self._strip = AskStrip(self._context.work, self._page)
            self._strip.shut_down.connect(self._page.grid.canvas.setFocus)
            self._page.under_header(self._strip)
        texts = dict(zip((info.key for info in self._page.model.infos), current.texts, strict=True))
        merged, kept = texts.get("merged", ""), texts.get("kept", "")
        self._strip.open(
            lambda: tr("Take {merged} out of {kept} again", merged=merged, kept=kept),
            (Ask("reason", lambda: tr("Reason")),),
            take=lambda: tr("Take back"), done=partial(self._undo, key, rows[0]),
        )  # fmt: skip

    def _undo(self, key: UUID, merge_id: int, given: Mapping[str, Any]) -> None:
        self._context.work.run(
            stock_catalogue.undo, self._context.database, key, merge_id, given["reason"],
            on_done=self._undone, on_error=self._not_undone, owner=self,
        )  # fmt: skip

    def _not_undone(self, failure: Failure) -> None:
        if self._strip is not None:
            self._strip.refuse(failure.message)

    def _undone(self, answer: tuple[Any, Changes]) -> None:
        if self._strip is not None:
            self._strip.shut()
        self._context.bus.publish(answer[1], self._page)
        self._context.toast("success", tr("The merge was taken back"))
        self._page.refresh()

    def _run(self, call: Callable[[], object], done: Callable[..., None]) -> None:
        self._context.work.run(call, on_done=done, on_error=self._failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        self._context.toast("danger", tr("Not done"), failure.message)
