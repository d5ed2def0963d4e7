"""Choices side by side: the segmented control of a header, and the view tabs of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from desktop.widgets.buttons import PaintedButton
from desktop.widgets.discard import discard
from desktop.widgets.paint import draw_box, draw_icon, draw_text, row, text_width
from desktop.widgets.theme import color, font, metric


@dataclass(frozen=True)
class Segment:
    """One choice of a segmented control."""

    key: str
    text: str
    icon: str = ""


class _SegmentButton(PaintedButton):
    def __init__(self, segment: Segment, position: str, height: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.segment, self._position, self._height = segment, position, height
        self.setCheckable(True)
        self.setText(segment.text)
        self.setAccessibleName(segment.text)

    def sizeHint(self) -> QSize:
        words = text_width(self.text(), font(12)) + 0.5
        return QSize(round(20 + words + (20 if self.segment.icon else 0)), self._height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        on = self.isChecked()
        area = QRectF(self.rect())
        box = area.adjusted(
            0 if self._position in ("first", "only") else -8,
            0,
            0 if self._position in ("last", "only") else 8,
            0,
        )
        painter.setClipRect(area)
        fill = "accent.subtle" if on else "surface.hover" if self.hovered and self.isEnabled() else "surface.base"
        draw_box(painter, box, fill, "border.default", metric("radius.control"))
        if self._position in ("first", "middle"):
            painter.fillRect(QRectF(area.right() - 1, 0, 1, area.height()), color("border.default"))
        role = "accent.fg" if on else "text.secondary" if self.isEnabled() else "text.disabled"
        x = 10.0
        if self.segment.icon:
            draw_icon(painter, x, (self.height() - 14) // 2, self.segment.icon, role, 14)
            x += 20
        draw_text(painter, QRectF(x, 0, self.width() - x - 8, self.height()), self.text(), font(12), role)
        painter.end()


class Segmented(QWidget):
    """A few exclusive choices side by side. ←/→ move, the choice is announced by `chosen`."""

    chosen = Signal(str)

    def __init__(
        self,
        segments: Sequence[Segment] = (),
        *,
        height: int = 28,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._height = height
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._row = row(spacing=0)
        self.setLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.set_segments(segments)

    def set_segments(self, segments: Sequence[Segment]) -> None:
        """Replace the choices and keep the current one where its key is still there."""
        current = self.current()
        for button in self._buttons():
            self._group.removeButton(button)
            discard(button)
        for number, segment in enumerate(segments):
            place = "only" if len(segments) == 1 else "first" if number == 0 else "middle"
            place = "last" if number == len(segments) - 1 > 0 else place
            button = _SegmentButton(segment, place, self._height, self)
            button.clicked.connect(lambda _=False, key=segment.key: self.chosen.emit(key))
            self._group.addButton(button)
            self._row.addWidget(button)
        if segments:
            self.set_current(current if current in {each.key for each in segments} else segments[0].key)

    def current(self) -> str:
        for button in self._buttons():
            if button.isChecked():
                return button.segment.key
        return ""

    def set_current(self, key: str) -> None:
        """Choose `key`; a key that is not there, as "" is, leaves none chosen."""
        self._group.setExclusive(False)
        for button in self._buttons():
            button.setChecked(button.segment.key == key)
        self._group.setExclusive(True)

    def set_enabled(self, key: str, enabled: bool, why: str = "") -> None:
        for button in self._buttons():
            if button.segment.key == key:
                button.setEnabled(enabled)
                button.setToolTip("" if enabled else why)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        buttons = [button for button in self._buttons() if button.isEnabled()]
        focused = [number for number, button in enumerate(buttons) if button.hasFocus()]
        if not step or not focused:
            super().keyPressEvent(event)
            return
        target = buttons[(focused[0] + step) % len(buttons)]
        target.setFocus(Qt.FocusReason.TabFocusReason)
        target.click()

    def _buttons(self) -> list[_SegmentButton]:
        return [button for button in self._group.buttons() if isinstance(button, _SegmentButton)]


@dataclass(frozen=True)
class ViewTab:
    """A view of a page: its key (Alt+n), its name and, where known, how many rows it has."""

    key: str
    text: str
    shortcut: str = ""
    count: int | None = None


class _ViewTabButton(PaintedButton):
    def __init__(self, tab: ViewTab, parent: QWidget) -> None:
        super().__init__(parent)
        self.tab = tab
        self.setCheckable(True)
        self.setText(tab.text)
        self.setAccessibleName(tab.text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def _parts(self) -> tuple[float, float, float]:
        key = text_width(self.tab.shortcut, font(11, code=True)) + 6 if self.tab.shortcut else 0
        words = text_width(self.tab.text, font(12)) + 0.5
        count = max(16, 10 + text_width(f"{self.tab.count:,}", font(11))) + 6 if self.tab.count is not None else 0
        return key, words, count

    def sizeHint(self) -> QSize:
        return QSize(round(20 + sum(self._parts())), 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        key, words, count = self._parts()
        x, height = 10.0, self.height()
        if self.tab.shortcut:
            draw_text(painter, QRectF(x, 0, key, height), self.tab.shortcut, font(11, code=True), "text.tertiary")
            x += key
        on = self.isChecked()
        role = "text.primary" if on or self.hovered else "text.secondary"
        draw_text(painter, QRectF(x, 0, words + 1, height), self.tab.text, font(12), role)
        x += words + 6
        if self.tab.count is not None:
            box = QRectF(x, height / 2 - 8, count - 6, 16)
            draw_box(painter, box, "neutral.bg", None, metric("radius.chip"))
            draw_text(painter, box, f"{self.tab.count:,}", font(11), "neutral.fg", "center")
        if on:
            painter.fillRect(QRectF(10, height - 2, self.width() - 20, 2), color("accent.solid"))
        painter.end()


class ViewTabs(QWidget):
    """The views of a page in its header, underlined; Alt+1…9 belong to the page's actions."""

    chosen = Signal(str)

    def __init__(self, tabs: Sequence[ViewTab] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._row = row(spacing=0)
        self.setLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.set_tabs(tabs)

    def set_tabs(self, tabs: Sequence[ViewTab]) -> None:
        current = self.current()
        for button in self._buttons():
            self._group.removeButton(button)
            discard(button)
        for tab in tabs:
            button = _ViewTabButton(tab, self)
            button.clicked.connect(lambda _=False, key=tab.key: self.chosen.emit(key))
            self._group.addButton(button)
            self._row.addWidget(button)
        if tabs:
            self.set_current(current if current in {tab.key for tab in tabs} else tabs[0].key)

    def current(self) -> str:
        for button in self._buttons():
            if button.isChecked():
                return button.tab.key
        return ""

    def set_current(self, key: str) -> None:
        for button in self._buttons():
            button.setChecked(button.tab.key == key)

    def _buttons(self) -> list[_ViewTabButton]:
        return [button for button in self._group.buttons() if isinstance(button, _ViewTabButton)]
