"""The date of a page that posts by one call: a condition, a receipt out of transit, a pick list, a disposal.

The same parts as at the desk. Ctrl+D asks for the day; with an earlier one F9 first shows what it changes, in place of
what the page shows, F9 again posts with that date, Esc goes back. Afterwards it is today again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.domain.text import tr
from desktop.operations.stock_values import Preview, Refusal
from desktop.runtime.failures import Failure
from desktop.views.stock.desk_dating import KEY, DateParts
from desktop.widgets.page import Page

Failed = Callable[[Failure], None]


class PageDate(DateParts):
    """One per page. `cover` names what makes room for the preview."""

    changed = Signal()
    """Another day, or a preview that came or went: the page sets its words again."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.day: date | None = None
        self.asked: Preview | None = None
        self._lines = 0
        self._post: Callable[[], None] | None = None
        self._reading = False
        self._covered: tuple[QWidget, ...] = ()
        self._lender: QWidget | None = None
        self.action = page.command(KEY, self.ask)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.clicked.connect(self.ask)
        self.strip.taken.connect(self._take)
        self.strip.left.connect(self._give_back)
        self.panel.left.connect(self.go_back)

    def cover(self, *widgets: QWidget) -> None:
        """What hides while the panel shows what an earlier date changes."""
        self._covered = widgets

    # the day

    def ask(self) -> None:
        """Ctrl+D: the day on which it happened."""
        if self.asked is None and self.strip.isHidden() and not self._reading and self.button.isVisibleTo(self._page):
            self._lend()
            self.strip.open(self.day)

    def settled(self) -> bool:
        """A day that is still being entered is taken first; False where it is none."""
        return self.strip.isHidden() or self.strip.take()

    def forget(self) -> None:
        """Posted: the next one is of today."""
        self.day = None
        self.retranslate()
        self.changed.emit()

    def _take(self, day: date | None) -> None:
        self._give_back()
        self.day = day
        self.retranslate()
        self.changed.emit()

    # posting

    def post(self, lines: int, preview: Callable[[date], Preview], post: Callable[[], None], failed: Failed) -> None:
        """Post at once where it is of today; else read what it changes, and post when F9 comes again."""
        if self.day is None:
            post()
        elif not self._reading:
            self._reading, self._lines, self._post = True, lines, post
            day = self.day

            def not_read(failure: Failure) -> None:
                self._reading = False
                failed(failure)

            self._page.context.work.run(
                lambda: preview(day), on_done=self._previewed, on_error=not_read, owner=self._page,
                title=tr("Reading what the earlier date changes"),
            )  # fmt: skip

    def confirm(self) -> bool:
        """F9 on the preview. False where there is none: the page does what F9 does there."""
        if self.asked is not None and not self.asked.refused and self._post is not None:
            post = self._post
            self.go_back()
            post()
            return True
        return self.asked is not None or self._reading

    def go_back(self) -> None:
        """Esc on the preview: the page as it was."""
        self.asked, self._post = None, None
        self.panel.hide()
        for widget in self._covered:
            widget.show()
        self._give_back()
        self.changed.emit()

    def may_post(self) -> bool:
        """Whether F9 does anything now."""
        return self.asked is None or not self.asked.refused

    def _previewed(self, preview: Preview) -> None:
        self._reading, self.asked = False, preview
        self._lend()
        for widget in self._covered:
            widget.hide()
        self._show_preview()
        self.panel.show()
        self.panel.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _show_preview(self) -> None:
        if self.asked is not None and self.day is not None:
            self.panel.show_preview(self.asked, self.day, self._lines, _place)

    # the focus, which hiding parts would hand to anybody

    def _lend(self) -> None:
        focus = self._page.window().focusWidget()
        if focus is not None and self._page.isAncestorOf(focus):
            self._lender = focus

    def _give_back(self) -> None:
        lender, self._lender = self._lender, None
        if lender is not None and isValid(lender) and lender.isVisible() and lender.isEnabled():
            lender.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._page.zones()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    # words

    def hints(self) -> Sequence[tuple[str, str]]:
        return () if self.asked is not None else ((KEY, tr("Date")),)

    def asked_hints(self) -> Sequence[tuple[str, str]]:
        """What works on the preview."""
        post = (("F9", tr("Post with this date")),) if self.may_post() else ()
        return (*post, ("Esc", tr("Back")))

    def verb(self, otherwise: str) -> str:
        """What F9 does now."""
        return tr("Post with this date") if self.asked is not None else otherwise

    def retranslate(self) -> None:
        super().retranslate()
        self.action.setText(tr("Date of the document"))
        self.show_day(self.day)
        self._show_preview()


def _place(error: Refusal) -> str:
    of_day = error.field == "effective_at" and error.constraint != "stock_before_count"
    return tr("Date") if of_day else tr("Document")
