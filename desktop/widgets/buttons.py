"""Buttons: primary, secondary, ghost and danger with their key cap; icon buttons; segmented control; view
tabs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QEnterEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.widgets.paint import (
    FocusRing,
    draw_box,
    draw_icon,
    draw_key_cap,
    draw_text,
    key_cap_width,
    text_width,
)
from desktop.widgets.theme import font, metric

ButtonKind = Literal["primary", "secondary", "ghost", "danger"]
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class _Colors:
    fill: str | None
    border: str | None
    text: str
    icon: str


_RESTING: dict[ButtonKind, _Colors] = {
    "primary": _Colors("accent.solid", "accent.solid", "accent.onSolid", "accent.onSolid"),
    "secondary": _Colors("surface.base", "border.default", "text.primary", "text.secondary"),
    "ghost": _Colors(None, None, "text.primary", "text.secondary"),
    "danger": _Colors("surface.base", "danger.line", "danger.fg", "danger.fg"),
}
_DISABLED = _Colors("surface.panel", "border.default", "text.disabled", "text.disabled")
_ON = _Colors("accent.subtle", "accent.fg", "accent.fg", "accent.fg")


class PaintedButton(QAbstractButton):
    """What all our buttons share: keyboard focus only (a click never takes the focus from a scan field), a
    focus ring outside, Enter as well as Space, hover.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._ring = FocusRing(self)
        self.hovered = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered = False
        self.update()
        super().leaveEvent(event)


class Button(PaintedButton):
    """Words, perhaps an icon before and a key cap behind. Only one primary button stands on a page."""

    def __init__(
        self,
        text: str = "",
        kind: ButtonKind = "secondary",
        *,
        icon: str = "",
        key: str = "",
        height: int = 28,
        menu_arrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind, self._icon, self._key, self._height, self._arrow = kind, icon, key, height, menu_arrow
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._describe()
        self.updateGeometry()

    def set_key(self, key: str) -> None:
        """The key cap only; the shortcut itself belongs to a QAction or a QShortcut."""
        self._key = key
        self._describe()
        self.updateGeometry()

    def set_icon_name(self, icon: str) -> None:
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_kind(self, kind: ButtonKind) -> None:
        self._kind = kind
        self.update()

    def follow(self, action: QAction) -> None:
        """Trigger `action`, and be enabled, explained and captioned with its key as it is."""
        self.clicked.connect(action.trigger)

        def take() -> None:
            self.setEnabled(action.isEnabled())
            self.setToolTip(action.toolTip() if action.toolTip() != action.text() else "")
            self.set_key(key_text(action.shortcut()))

        action.changed.connect(take)
        take()

    def sizeHint(self) -> QSize:
        return QSize(round(self._content_width()) + 2 * self._padding(), self._height)

    def _padding(self) -> int:
        return {24: 8, 32: 12}.get(self._height, 10)

    def _text_font_size(self) -> int:
        return 13 if self._height >= 32 else 12

    def _describe(self) -> None:
        self.setAccessibleName(self.text().replace("&", ""))
        self.setAccessibleDescription(self._key)

    def _content_width(self) -> float:
        used = font(self._text_font_size(), self._weight(), text=self.text())
        parts = [16 if self._icon else 0, text_width(self.text(), used) + 0.5 if self.text() else 0]
        parts += [key_cap_width(self._key) if self._key else 0, 14 if self._arrow else 0]
        shown = [part for part in parts if part]
        return sum(shown) + 6 * (len(shown) - 1)

    def _weight(self) -> int:
        return 500 if self._kind == "primary" else 400

    def _colors(self) -> _Colors:
        if not self.isEnabled():
            return _DISABLED
        if self.isChecked():
            return _ON
        resting = _RESTING[self._kind]
        if self._kind == "primary":
            fill = "accent.solidPressed" if self.isDown() else "accent.solidHover" if self.hovered else resting.fill
        else:
            fill = "surface.pressed" if self.isDown() else "surface.hover" if self.hovered else resting.fill
        return _Colors(fill, resting.border, resting.text, resting.icon)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors = self._colors()
        draw_box(painter, QRectF(self.rect()), colors.fill, colors.border, metric("radius.control"))
        x = max((self.width() - self._content_width()) / 2, self._padding() / 2)
        middle = self.height() / 2
        if self._icon:
            draw_icon(painter, round(x), middle - 8, self._icon, colors.icon, 16)
            x += 22
        if self.text():
            used = font(self._text_font_size(), self._weight(), text=self.text())
            width = text_width(self.text(), used) + 0.5
            room = min(width, self.width() - x - 2)
            draw_text(painter, QRectF(x, 0, room, self.height()), self.text(), used, colors.text)
            x += width + 6
        if self._key:
            on_fill = self._kind == "primary" and self.isEnabled()
            fill = None if on_fill else "surface.panel"
            border = "accent.onSolid" if on_fill else "border.default"
            draw_key_cap(painter, round(x), middle, self._key, role=colors.icon, fill=fill, border=border)
            x += key_cap_width(self._key) + 6
        if self._arrow:
            draw_icon(painter, round(x), middle - 7, "chevron-down", colors.icon, 14)
        painter.end()


class IconButton(PaintedButton):
    """An icon alone; its words are the tooltip and the accessible name. `set_badge` puts a red number on it."""

    def __init__(
        self,
        icon: str,
        words: str = "",
        *,
        size: int = 24,
        icon_size: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._icon_size, self._badge = icon, icon_size, 0
        self.setFixedSize(size, size)
        self.set_words(words)

    def set_words(self, words: str, key: str = "") -> None:
        self.setToolTip(f"{words}  {key}" if key else words)
        self.setAccessibleName(words)

    def set_icon_name(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def set_badge(self, count: int) -> None:
        self._badge = count
        self.setAccessibleDescription(str(count) if count else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fill = "surface.pressed" if self.isDown() else "surface.hover" if self.hovered else None
        if self.isChecked():
            fill = "accent.subtle"
        if fill and self.isEnabled():
            draw_box(painter, QRectF(self.rect()), fill, None, metric("radius.control"))
        role = "text.secondary" if self.isEnabled() else "text.disabled"
        if self.isChecked():
            role = "accent.fg"
        gap = (self.width() - self._icon_size) // 2
        draw_icon(painter, gap, gap, self._icon, role, self._icon_size)
        if self._badge:
            words = str(self._badge) if self._badge < 100 else "99+"
            draw_badge(painter, self.width() + 1, -1, words, "danger.solid")
        painter.end()


def draw_badge(painter: QPainter, right: float, top: float, words: str, fill: str) -> None:
    """A filled 14 px pill whose right edge is at `right`."""
    used = font(10, 600, code=True)
    width = max(14, round(text_width(words, used)) + 7)
    box = QRectF(right - width, max(top, 0), width, 14)
    draw_box(painter, box, fill, None, 7)
    draw_text(painter, box, words, used, "accent.onSolid", "center")


def key_text(sequence: QKeySequence) -> str:
    """A shortcut as printed on the key caps, the same in both languages and on all platforms:
    ``Ctrl+Shift+E``.
    """
    return sequence.toString(QKeySequence.SequenceFormat.PortableText).replace("Return", "Enter")
