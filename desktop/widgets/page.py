"""A page: one tab of work. The shell knows pages only through this class, and a page knows the shell only
through its signals and its `Context`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.runtime.context import Context


class Page(QWidget):
    """Base of every screen that fills a tab.

    The shell calls `refresh` when the tab is first shown and on F5, `restore` before that with what `state`
    returned last time, `handle_scan` for each scan while the page is in front, `can_leave` before it closes
    the tab.
    """

    title_changed = Signal()
    dirty_changed = Signal(bool)
    key_hints_changed = Signal()
    open_requested = Signal(str, object)
    """A page key and what to open in it, e.g. ``("work_order", 4711)``; the shell finds or makes the tab."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self._dirty = False
        self._look_again = False

    def title(self) -> str:
        """The tab's words, in the language in force."""
        raise NotImplementedError

    def icon_name(self) -> str:
        """A Lucide icon of resources/icons."""
        return "file-text"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        """What the status bar shows at the left: ``(("F4", tr("Repeat above")), …)``, most useful first."""
        return ()

    def page_actions(self) -> Sequence[QAction]:
        """Real QActions with text and shortcut. The shell lists them under Record and in Help → Keys.

        Give the action to the page (`self.addAction`) so that its shortcut works; set `setData("edit")`,
        ``"view"``,
        ``"go"`` or ``"tools"`` to put it under that menu instead of Record.
        """
        return tuple(self.actions())

    def command(self, keys: str | QKeySequence, call: Callable[[], object]) -> QAction:
        """A key of this page and what it does, wherever in it the focus is. `retranslate` sets its words."""
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: call())
        self.addAction(action)
        return action

    def handle_scan(self, code: str) -> bool:
        """A scanner read `code` while this page is in front. True: dealt with. False: the shell opens the
        object.
        """
        return False

    def take_paste(self) -> bool:
        """Ctrl+V where the part with the focus has no use for it. False: nor has the page."""
        return False

    def scan_busy(self) -> bool:
        """While True the shell queues scans instead of delivering them; emit `scan_ready` when that ends."""
        return False

    scan_ready = Signal()

    keeps_itself = False
    """True where the page keeps its unsaved work on disk at each change and takes it up by itself: the shell then
    neither keeps nor offers it.
    """

    def dirty(self) -> bool:
        return self._dirty

    def set_dirty(self, dirty: bool) -> None:
        """Mark unsaved work: the tab's amber dot, and the draft kept when the window closes."""
        if dirty != self._dirty:
            self._dirty = dirty
            self.dirty_changed.emit(dirty)

    def can_leave(self) -> bool:
        """May the tab close now? A dirty page that returns True gets its `state` kept as a draft and offered
        again.
        """
        return True

    def refresh(self) -> None:
        """Read again what is shown (F5)."""

    def look_again(self) -> None:
        """What is shown was changed elsewhere: read it again, at once or when the page comes to the front."""
        if self.isVisible():
            self.refresh()
        else:
            self._look_again = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._look_again:
            self._look_again = False
            self.refresh()

    def zones(self) -> Sequence[QWidget]:
        """The parts of the page that F6 walks, in order; the first one takes the focus on opening."""
        return (self,)

    def state(self) -> Mapping[str, Any]:
        """What to keep between sessions, as plain JSON values: place, filter, and the draft where the page
        is dirty.
        """
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a `state` of an earlier session; unknown keys are ignored."""

    def stands_for(self, args: Any, opened_with: Any) -> bool:
        """Is this the tab that `Context.open` means by `args`? A new record that was saved is its id from then on."""
        return bool(args == opened_with)

    def asked_for(self, args: Any) -> None:
        """Somebody opened this page with `args`, also where its tab was open already; never called for tabs of an
        earlier session.
        """

    def retranslate(self) -> None:
        """Set all texts again; called after a change of language. The title is announced by itself."""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.title_changed.emit()
            self.key_hints_changed.emit()
        super().changeEvent(event)
