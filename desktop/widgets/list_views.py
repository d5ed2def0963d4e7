"""The views of a list page: tabs with their keys, and what one does with a view: keep, rename, share, order, drop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import Label
from desktop.widgets.list_services import KeptView
from desktop.widgets.paint import column, row, text_width
from desktop.widgets.popup import FieldPopup
from desktop.widgets.segmented import ViewTab, ViewTabs
from desktop.widgets.theme import font

MOST_KEYS = 9


class _NamePopup(FieldPopup):
    """A name for a view: Enter takes it, Esc leaves."""

    named = Signal(str)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.words = Label(role="text.secondary")
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.installEventFilter(self)
        self.take = Button(tr("Save"), "primary", key="Enter", height=24)
        self.take.clicked.connect(self._take)
        self.setLayout(column(self.words, self.name, row(None, self.take), spacing=6, margins=(8, 8, 8, 8)))
        self.setFixedWidth(260)

    def ask(self, words: str, name: str) -> None:
        self.words.setText(words)
        self.name.setAccessibleName(words)
        self.name.setText(name)
        self.name.selectAll()
        self.open()
        self.name.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(260, super().sizeHint().height())

    def _take(self) -> None:
        name = self.name.text().strip()
        if name:
            self.shut()
            self.named.emit(name)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.name and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.shut()
                self._field.setFocus()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]


class ListViews(QWidget):
    """Tabs of the views that fit, the others behind "…", and a plus that keeps what the screen shows."""

    chosen = Signal(str)
    keep_requested = Signal(object)
    """A `KeptView` to keep: new (id None) or changed."""
    drop_requested = Signal(int)
    order_requested = Signal(object)
    """Ids of one's own views in their new order."""

    def __init__(self, present: Callable[[KeptView], KeptView], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._present = present
        self.views: tuple[KeptView, ...] = ()
        self.counts: dict[str, int] = {}
        self.current = ""
        self.may_keep = False
        self.may_share = False
        self.tabs = ViewTabs()
        self.more = IconButton("ellipsis")
        self.plus = IconButton("plus")
        self.tabs.chosen.connect(self.chosen)
        self.more.clicked.connect(self._show_more)
        self.plus.clicked.connect(self.show_menu)
        self.setLayout(row(self.tabs, self.more, self.plus, None, spacing=4))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._popup: _NamePopup | None = None
        self._tabs: list[ViewTab] = []
        self.retranslate()

    def set_views(self, views: Sequence[KeptView], current: str) -> None:
        self.views, self.current = tuple(views), current
        self._show()

    def set_count(self, key: str, count: int) -> None:
        if self.counts.get(key) != count:
            self.counts[key] = count
            self._show()

    def view(self, key: str) -> KeptView | None:
        return next((view for view in self.views if view.key == key), None)

    def retranslate(self) -> None:
        self.plus.set_words(tr("Save the view"), "Ctrl+Shift+S")
        self.more.set_words(tr("More views"))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 32)

    def _show(self) -> None:
        """As many tabs as there is room for, counts first to go; the current one always among them."""
        room = self.width() - (28 if self.may_keep else 0)
        numbered = list(enumerate(self.views))
        tabs = [self._tab(number, view, counted=True) for number, view in numbered]
        if _width(tabs) > room:
            tabs = [self._tab(number, view, counted=False) for number, view in numbered]
        while len(numbered) > 1 and _width(tabs) > room - 28 * (len(numbered) < len(self.views)):
            other = next(n for n in reversed(range(len(numbered))) if numbered[n][1].key != self.current)
            del numbered[other]
            tabs = [self._tab(number, view, counted=False) for number, view in numbered]
        self.more.setVisible(len(tabs) < len(self.views))
        self.plus.setVisible(self.may_keep)
        if tabs != self._tabs:
            self._tabs = tabs
            self.tabs.set_tabs(tabs)
        self.tabs.set_current(self.current)

    def _tab(self, number: int, view: KeptView, *, counted: bool) -> ViewTab:
        key = f"Alt+{number + 1}" if number < MOST_KEYS else ""
        return ViewTab(view.key, view.title(), key, self.counts.get(view.key) if counted else None)

    def _show_more(self) -> None:
        menu = QMenu(self)
        for view in self.views:
            menu.addAction(view.title(), partial(self.chosen.emit, view.key))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    # --- keeping -------------------------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be done with the view in front."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view = self.view(self.current)
        menu.addAction(tr("Save as a new view…"), self.save_as)
        if view is not None and view.id is not None and (view.mine or self.may_share):
            menu.addAction(tr("Save changes to “{name}”", name=view.title()), self.save)
            menu.addSeparator()
            menu.addAction(tr("Rename…"), self.rename)
            if self.may_share:
                words = tr("Stop sharing") if view.shared else tr("Share with everybody")
                menu.addAction(words, self.share)
            menu.addAction(tr("Move left"), lambda: self.reorder(-1))
            menu.addAction(tr("Move right"), lambda: self.reorder(1))
            menu.addSeparator()
            menu.addAction(tr("Delete the view"), self.drop)
        return menu

    def show_menu(self) -> None:
        self.menu().popup(self.plus.mapToGlobal(QPoint(0, self.plus.height())))

    def save_as(self) -> None:
        def keep(name: str) -> None:
            self.keep_requested.emit(self._present(KeptView(key="", name=name, name_zh=name)))

        self._ask(tr("Name of the view"), "", keep)

    def save(self) -> None:
        view = self.view(self.current)
        if view is not None and view.id is not None:
            self.keep_requested.emit(self._present(view))

    def rename(self) -> None:
        view = self.view(self.current)
        if view is None or view.id is None:
            return
        present = view
        self._ask(
            tr("Name of the view"), view.title(),
            lambda name: self.keep_requested.emit(replace(present, name=name, name_zh=name)),
        )  # fmt: skip

    def share(self) -> None:
        view = self.view(self.current)
        if view is not None and view.id is not None:
            self.keep_requested.emit(replace(view, shared=not view.shared))

    def drop(self) -> None:
        view = self.view(self.current)
        if view is not None and view.id is not None:
            self.drop_requested.emit(view.id)

    def reorder(self, by: int) -> None:
        """Move the view in front among those that are kept; the ready-made ones stay first."""
        kept = [view for view in self.views if view.id is not None]
        number = next((n for n, view in enumerate(kept) if view.key == self.current), None)
        if number is None or not 0 <= number + by < len(kept):
            return
        kept.insert(number + by, kept.pop(number))
        self.order_requested.emit(tuple(view.id for view in kept))

    def _ask(self, words: str, name: str, then: Callable[[str], None]) -> None:
        if self._popup is not None:
            self._popup.deleteLater()
        self._popup = _NamePopup(self.plus)
        self._popup.named.connect(then)
        self._popup.ask(words, name)

    def name_field(self) -> QLineEdit | None:
        """The field in which a name is being typed."""
        return self._popup.name if self._popup is not None and self._popup.isVisible() else None


def _width(tabs: Sequence[ViewTab]) -> float:
    """How much room the tabs want, without making them."""
    total = 0.0
    for tab in tabs:
        total += 21 + text_width(tab.text, font(12))
        total += text_width(tab.shortcut, font(11, code=True)) + 6 if tab.shortcut else 0
        total += max(16, 10 + text_width(f"{tab.count:,}", font(11))) + 6 if tab.count is not None else 0
    return total
