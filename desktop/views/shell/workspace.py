"""The open pages: making, finding, showing, closing, remembering. The window around it only listens."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.text import tr
from desktop.runtime.context import Context
from desktop.runtime.failures import describe
from desktop.views.shell import memory
from desktop.views.shell.desks import Desk, UnknownPage, find_page
from desktop.views.shell.memory import TabMemory
from desktop.views.shell.tabs import TabBar
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column
from desktop.widgets.states import Banner, EmptyState

_log = logging.getLogger("outpost.shell")


@dataclass(eq=False)
class OpenPage:
    """A page in a tab, its place in the desks, and the frame that may hold a draft's banner above it."""

    desk: Desk
    key: str
    args: Any
    page: Page
    frame: QWidget
    shown: bool = False
    pending: TabMemory | None = None


class Workspace(QWidget):
    """Tab bar above the stack of pages."""

    current_changed = Signal(object)
    """The `OpenPage` in front, or None."""
    page_opened = Signal(object)
    hints_changed = Signal()
    draft_kept = Signal(object)
    """A closed dirty page's `TabMemory`."""
    more_asked = Signal()
    refused = Signal(str)
    """The key of a page that this user does not have."""
    failed = Signal(object)
    """The `Failure` of a page that could not be made."""

    def __init__(self, desks: Sequence[Desk], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desks = tuple(desks)
        self._open: list[OpenPage] = []
        self.tabs = TabBar()
        self.tabs.chosen.connect(self.show_page)
        self.tabs.close_asked.connect(self.close_page)
        self.tabs.more_asked.connect(self.more_asked)
        self.tabs.list_asked.connect(self.tabs.show_list)
        self._stack = QStackedWidget()
        self._blank = EmptyState("")
        blank = Surface("surface.base")
        blank.setLayout(column(self._blank))
        self._blank.primary.connect(self.more_asked)
        self._stack.addWidget(blank)
        self.setLayout(column(self.tabs, self._stack, spacing=0))
        self.retranslate()

    def retranslate(self) -> None:
        self.tabs.retranslate()
        self._blank.say(
            tr("Nothing is open"),
            tr("Choose a desk at the left, or go anywhere by code or name."),
            primary=tr("Go anywhere"),
        )

    def pages(self) -> tuple[OpenPage, ...]:
        return tuple(self._open)

    def current(self) -> OpenPage | None:
        frame = self._stack.currentWidget()
        return next((each for each in self._open if each.frame is frame), None)

    def opened(self, key: str, args: Any = None) -> OpenPage | None:
        of_key = (each for each in self._open if each.key == key)
        return next((each for each in of_key if each.page.stands_for(args, each.args)), None)

    def open(self, context: Context, key: str, args: Any = None, *, remembered: TabMemory | None = None) -> OpenPage:
        """Bring the page to the front, making it where it is not open yet. Raises `UnknownPage`."""
        found = self.opened(key, args)
        if found is None:
            found = self._make(context, key, args)
            draft = memory.take_draft(context.mine(), key, args)
            self._take_up(found, remembered or draft)
        self.show_page(found.page)
        if remembered is None:
            found.page.asked_for(args)
        return found

    def try_open(self, context: Context, key: str, args: Any = None, *, remembered: TabMemory | None = None) -> None:
        """As `open`, but what goes wrong in one page is told and leaves the others alone."""
        try:
            self.open(context, key, args, remembered=remembered)
        except UnknownPage:
            self.refused.emit(key)
        except Exception as error:  # noqa: BLE001 - a page's fault must not take the window with it
            self.failed.emit(describe(error, ()))

    def _make(self, context: Context, key: str, args: Any) -> OpenPage:
        desk, entry = find_page(self._desks, key)
        page = entry.make(context, args)
        frame = Surface("surface.base")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page, 1)
        made = OpenPage(desk, key, args, page, frame)
        self._open.append(made)
        self._stack.addWidget(frame)
        self.tabs.add(page)
        page.key_hints_changed.connect(self._page_speaks)
        page.title_changed.connect(self._page_speaks)
        self.page_opened.emit(made)
        return made

    @Slot()
    def _page_speaks(self) -> None:
        """Only the page in front is heard: all of them speak at once when the language changes."""
        current = self.current()
        if current is not None and self.sender() is current.page:
            self.hints_changed.emit()

    def _take_up(self, made: OpenPage, remembered: TabMemory | None) -> None:
        """Restore the place; unsaved work is offered, never pushed into the page."""
        if remembered is None:
            return
        if not remembered.draft:
            made.page.restore(remembered.state)
            return
        made.pending = remembered
        text = tr("Unsaved work of {time} was kept", time=remembered.kept.replace("T", " "))
        banner = Banner("warn", text, action=tr("Continue with it"), icon="history", dismissable=True)
        holder = QWidget()
        holder.setLayout(column(banner, margins=(16, 8, 12, 8)))
        made.frame.layout().insertWidget(0, holder)  # type: ignore[union-attr]
        banner.acted.connect(lambda: self._continue_draft(made, holder))
        banner.dismissed.connect(lambda: self._drop_draft(made, holder))

    def _continue_draft(self, made: OpenPage, holder: QWidget) -> None:
        pending, made.pending = made.pending, None
        holder.deleteLater()
        if pending is not None:
            made.page.restore(pending.state)
            made.page.set_dirty(True)

    def _drop_draft(self, made: OpenPage, holder: QWidget) -> None:
        made.pending = None
        holder.deleteLater()

    @Slot(object)
    def show_page(self, page: Page) -> None:
        found = next((each for each in self._open if each.page is page), None)
        if found is None:
            return
        changed = self.current() is not found
        self._stack.setCurrentWidget(found.frame)
        self.tabs.set_current(page)
        if not found.shown:
            found.shown = True
            page.refresh()
        if changed:
            self.current_changed.emit(found)
            zones = page.zones()
            if not (zones and focus_into(zones[0])):
                page.setFocus(Qt.FocusReason.OtherFocusReason)  # nothing to type into, but the keys are the page's

    @Slot(object)
    def close_page(self, page: Page) -> None:
        """Close unless the page refuses. Unsaved work is kept and announced."""
        found = next((each for each in self._open if each.page is page), None)
        if found is None:
            return
        if not page.can_leave():
            self.show_page(page)
            return
        kept = self.remembered(found)
        if kept.draft:
            memory.keep_draft(page.context.mine(), kept)
            self.draft_kept.emit(kept)
        self._remove(found)

    def _remove(self, found: OpenPage) -> None:
        number = self._open.index(found)
        was_current = self.current() is found
        self._open.remove(found)
        self.tabs.remove(found.page)
        self._stack.removeWidget(found.frame)
        found.page.context.work.cancel_owned(found.page)
        found.frame.hide()
        found.frame.deleteLater()
        if not was_current:
            return
        if self._open:
            self.show_page(self._open[min(number, len(self._open) - 1)].page)
        else:
            self.current_changed.emit(None)

    def step(self, by: int) -> None:
        """Ctrl+Tab."""
        current = self.current()
        if current is not None:
            self.show_page(self._open[(self._open.index(current) + by) % len(self._open)].page)

    def remembered(self, found: OpenPage) -> TabMemory:
        """What to keep of a page. An offer not taken up yet stays an offer."""
        if found.pending is not None:
            return found.pending
        page = found.page
        draft = page.dirty() and not page.keeps_itself
        return TabMemory(found.key, found.args, dict(page.state()), draft, memory.now() if draft else "")

    def save(self, context: Context) -> None:
        current = self.current()
        number = self._open.index(current) if current is not None else 0
        memory.save_tabs(context.mine(), [self.remembered(each) for each in self._open], number)

    def reopen(self, context: Context) -> None:
        """The tabs of the last session. A page that no longer exists or is no longer allowed is left out."""
        tabs, current = memory.load_tabs(context.mine())
        known = {page.key for desk in self._desks for page in desk.pages}
        for tab in tabs:
            if tab.key in known:
                self.try_open(context, tab.key, tab.args, remembered=tab)
            else:
                _log.info("page %s of the last session is not available", tab.key)
        if 0 <= current < len(self._open):
            self.show_page(self._open[current].page)


def focus_into(zone: QWidget) -> bool:
    """Focus `zone` or the first thing in it that takes the keyboard; False where there is none."""
    candidates = [zone, *zone.findChildren(QWidget)]
    proxy = zone.focusProxy()
    if proxy is not None:
        candidates.insert(0, proxy)
    for widget in candidates:
        reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if reachable and widget.isEnabled() and widget.isVisibleTo(zone.window()):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    return False


def next_zone(zones: Sequence[QWidget], focused: QWidget | None, by: int) -> None:
    """F6: focus the zone after (or before) the one that holds the focus."""
    at = next((n for n, zone in enumerate(zones) if focused and (zone is focused or zone.isAncestorOf(focused))), -1)
    if at < 0 and by < 0:
        at = 0
    for step in range(1, len(zones) + 1):
        if focus_into(zones[(at + by * step) % len(zones)]):
            return
