"""What the planning lists can do with their rows: ask for the short, take suggestions, propose for scrap, classify."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Slot

from desktop.domain.changes import Changes
from desktop.domain.text import tr
from desktop.operations import stock_planning
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.widgets.ask_strip import Ask, AskStrip
from desktop.widgets.list_page import ListPage

LISTS = frozenset(
    {
        "shortages", "reorder_rules", "suggestions", "consumption", "abc_runs", "abc_lines", "stock_ageing",
        "disposals", "stock_turnover", "kpi_targets", "planning_policies", "parts_plan",
    }
)  # fmt: skip


class PlanningActions(QObject):
    """Carries out the actions of a planning list's spec; lives as long as the page."""

    def __init__(self, page: ListPage, context: Context) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._strip: AskStrip | None = None
        self._calls: dict[str, Callable[[Sequence[int]], None]] = {
            "request_shortages": self.request,
            "accept_suggestions": self.accept,
            "analyse_stock": self.analyse,
            "propose_disposal": self.propose,
            "start_abc": self.classify,
        }
        page.action_requested.connect(self._act)

    @Slot(str, object)
    def _act(self, key: str, rows: Sequence[int]) -> None:
        self._calls[key](tuple(rows))

    def request(self, rows: Sequence[int]) -> None:
        """F9: requisitions for the chosen shortages, one per unit and supplier."""
        self._run(stock_planning.request_shortages, rows, done=self._requested)

    def _requested(self, numbers: tuple[str, ...]) -> None:
        if numbers:
            self._context.toast("success", tr("Requisitions {numbers}", numbers=", ".join(numbers)))
        else:
            self._context.toast("info", tr("Nothing is short, or it is asked for already"))

    def accept(self, rows: Sequence[int]) -> None:
        """F9: the suggested minimum and maximum become the rule of each chosen row."""
        self._run(stock_planning.accept_suggestions, rows, done=self._accepted)

    def _accepted(self, count: int) -> None:
        self._context.toast("success", tr("{count} rules written", count=f"{count:,}"))

    def analyse(self, rows: Sequence[int]) -> None:
        """All figures of this reader's units, worked out now."""
        self._run(stock_planning.analyse, done=self._analysed)

    def _analysed(self, count: int) -> None:
        self._context.toast("success", tr("{count} items worked out anew", count=f"{count:,}"))

    def classify(self, rows: Sequence[int]) -> None:
        """F9: a new classification opens, nothing is written yet."""
        self._run(stock_planning.start_abc, done=lambda made: self._context.open("abc_run", made))

    def propose(self, rows: Sequence[int]) -> None:
        """F9: asks why, then proposes what is free of the chosen items for scrap."""
        if self._strip is None:
            self._strip = AskStrip(self._context.work, self._page, warns=True)
            self._strip.shut_down.connect(self._page.grid.setFocus)
            self._page.under_header(self._strip)

        def given(answers: Mapping[str, Any]) -> None:
            self._run(stock_planning.propose_disposal, tuple(rows), answers["reason"], done=self._proposed)

        def words() -> str:
            return tr("{count} items go to scrap when a manager agrees.", count=f"{len(rows):,}")

        self._strip.open(words, (Ask("reason", lambda: tr("Reason")),), take=lambda: tr("Propose"), done=given)

    def _proposed(self, made: tuple[int, ...]) -> None:
        if self._strip is not None:
            self._strip.shut()
        self._context.toast("success", tr("Proposed for scrap"))
        self._context.open("disposal", made[0])

    def _run(self, call: Callable[..., tuple[Any, Changes]], *args: object, done: Callable[[Any], None]) -> None:
        def finished(answer: tuple[Any, Changes]) -> None:
            self._context.bus.publish(answer[1], self._page)
            done(answer[0])
            self._page.refresh()

        self._context.work.run(call, self._context.database, *args, on_done=finished, on_error=self._failed, owner=self)

    def _failed(self, failure: Failure) -> None:
        if self._strip is not None and not self._strip.isHidden():
            self._strip.refuse(failure.message)
            return
        self._context.toast("danger", tr("Not done"), failure.message)


def attach(page: ListPage, context: Context) -> PlanningActions:
    """Give a planning list its actions."""
    return PlanningActions(page, context)
