"""The tabs of work: icon, title, amber dot while unsaved, close; and the + that opens another page."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from desktop.domain.text import tr
from desktop.widgets.buttons import IconButton, PaintedButton
from desktop.widgets.icons import icon
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, draw_icon, draw_text, text_width
from desktop.widgets.theme import color, font, metric

_MOST = 232
_LEAST = 64


class WorkTab(PaintedButton):
    """One open page. Press chooses it; the x, the middle button and Ctrl+W close it."""

    close_asked = Signal(object)

    def __init__(self, page: Page, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(_LEAST)
        self.setMaximumWidth(_MOST)
        page.title_changed.connect(self.refresh)
        page.dirty_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        title = self.page.title()
        self.setText(title)
        self.setToolTip(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(tr("unsaved") if self.page.dirty() else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = text_width(self.text(), font(12)) + 1
        return QSize(min(round(12 + 14 + 8 + words + 8 + 14 + 9), _MOST), metric("shell.tabBar"))

    def nextCheckState(self) -> None:
        """A click asks the shell, which decides what is in front."""

    def _close_area(self) -> QRectF:
        return QRectF(self.width() - 26, 6, 20, 20)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        on_x = self._close_area().contains(event.position())
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (on_x and event.button() == Qt.MouseButton.LeftButton and self.isDown()):
            self.setDown(False)
            self.close_asked.emit(self.page)
            return
        super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        on, height = self.isChecked(), self.height()
        if on:
            painter.fillRect(self.rect(), color("surface.base"))
            painter.fillRect(0, 0, self.width(), 2, color("accent.solid"))
        else:
            painter.fillRect(0, height - 1, self.width(), 1, color("border.default"))
            if self.hovered:
                painter.fillRect(0, 0, self.width(), height - 1, color("surface.hover"))
        painter.fillRect(self.width() - 1, 0, 1, height, color("border.default"))
        role = "text.primary" if on else "text.secondary"
        draw_icon(painter, 12, (height - 14) // 2, self.page.icon_name(), role, 14)
        draw_text(painter, QRectF(34, 0, self.width() - 34 - 28, height), self.text(), font(12), role)
        if self.page.dirty() and not self.hovered:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("warn.solid"))
            painter.drawEllipse(QPointF(self.width() - 15, height / 2), 3, 3)
        else:
            draw_icon(painter, self.width() - 21, (height - 12) // 2, "x", "text.tertiary", 12)
        painter.end()


class TabBar(Surface):
    """The row of tabs. Narrows the tabs before it cuts any."""

    chosen = Signal(object)
    close_asked = Signal(object)
    more_asked = Signal()
    list_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface.window", "b", parent=parent)
        self.setFixedHeight(metric("shell.tabBar"))
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.more = IconButton("plus")
        self.more.clicked.connect(self.more_asked)
        self.all = IconButton("chevron-down")
        self.all.clicked.connect(self.list_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._row)
        layout.addWidget(self.more)
        layout.addWidget(self.all)
        layout.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Open pages"))
        self.more.set_words(tr("Open another page"), "Ctrl+T")
        self.all.set_words(tr("All open pages"), "Alt+0")
        for tab in self.tabs():
            tab.refresh()

    def tabs(self) -> list[WorkTab]:
        widgets = (self._row.itemAt(number).widget() for number in range(self._row.count()))  # type: ignore[union-attr]
        return [widget for widget in widgets if isinstance(widget, WorkTab)]

    def show_list(self) -> QMenu:
        """The open pages by name, however narrow their tabs are."""
        menu = QMenu(self)
        for tab in self.tabs():
            words = tab.text().replace("&", "&&")
            action = menu.addAction(tr("{page} (unsaved)", page=words) if tab.page.dirty() else words)
            action.setIcon(icon(tab.page.icon_name(), "text.secondary", 16))
            action.setCheckable(True)
            action.setChecked(tab.isChecked())
            action.triggered.connect(lambda _=False, page=tab.page: self.chosen.emit(page))
            if tab.isChecked():
                menu.setActiveAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.all.mapToGlobal(QPoint(0, self.all.height())))
        return menu

    def add(self, page: Page) -> WorkTab:
        tab = WorkTab(page)
        tab.pressed.connect(lambda: self.chosen.emit(page))
        tab.clicked.connect(lambda: self.chosen.emit(page))
        tab.close_asked.connect(self.close_asked)
        self._row.addWidget(tab)
        return tab

    def remove(self, page: Page) -> None:
        for tab in self.tabs():
            if tab.page is page:
                self._row.removeWidget(tab)
                tab.hide()
                tab.deleteLater()

    def set_current(self, page: Page | None) -> None:
        for tab in self.tabs():
            tab.setChecked(tab.page is page)
            if tab.page is page:
                self.setFocusProxy(tab)
