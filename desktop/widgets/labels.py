"""Words on the screen: text labels by role, state chips, tags, counts, key caps."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.widgets.paint import draw_box, draw_icon, draw_key_cap, draw_text, key_cap_width, text_width
from desktop.widgets.theme import color, font, line_height, metric

ChipKind = Literal["neutral", "accent", "success", "warn", "danger", "info", "breached"]
_CHIP_COLORS: dict[str, tuple[str, str]] = {
    "accent": ("accent.subtle", "accent.fg"),
    "breached": ("danger.solid", "accent.onSolid"),
}


def fill_wrapped(label: Label, text: str, width: int) -> None:
    """Words in a column of this width, as high as they need: where a layout aligns it, a wrapped label asks for one
    line too few, and a shorter text would keep the height of the one before.
    """
    label.setText(text)
    label.setMinimumHeight(0)
    label.setMinimumHeight(max(label.heightForWidth(width), 0))


class Label(QLabel):
    """Text of a size, weight and colour role that keeps itself right in both themes and languages."""

    def __init__(
        self,
        text: str = "",
        *,
        size: int = 12,
        role: str = "text.primary",
        weight: int = 400,
        code: bool = False,
        wrap: bool = False,
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._size, self._weight, self._code, self._elide = size, weight, code, elide
        self._full = ""
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._role = role
        self._tint()
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if not wrap:
            self.setMinimumHeight(line_height(size))
        self.setText(text)

    def setText(self, text: str) -> None:
        self._full = text
        self.setFont(font(self._size, self._weight, self._code, text=text))
        self._show()
        self.setAccessibleName(text)

    def full_text(self) -> str:
        return self._full

    def role(self) -> str:
        return self._role

    def set_role(self, role: str) -> None:
        """Change the colour, e.g. to ``"danger.fg"``."""
        if self._role != role:
            self._role = role
            self._tint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._tint()

    def _tint(self) -> None:
        wanted = color(self._role)
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != wanted:
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self.setPalette(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(round(text_width(self._full, self.font())) + 2, hint.height()) if self._elide else hint

    def _show(self) -> None:
        shown = self._full
        if self._elide and self.width() > 0:
            shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
            self.setToolTip(self._full if shown != self._full else "")
        if shown != self.text():
            super().setText(shown)


class Chip(QWidget):
    """State of a thing: 18 high, icon and words, so that colour is never alone."""

    def __init__(
        self, text: str = "", kind: ChipKind = "neutral", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._kind, self._icon = text, kind, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_state(self, text: str, kind: ChipKind, icon: str = "") -> None:
        self._text, self._kind, self._icon = text, kind, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        width = 12 + round(text_width(self._text, font(11, text=self._text)) + 0.5) + (16 if self._icon else 0)
        return QSize(width, metric("control.chip"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_chip(painter, QRectF(self.rect()), self._text, self._kind, self._icon)
        painter.end()


def draw_chip(painter: QPainter, rect: QRectF, text: str, kind: ChipKind, icon: str = "") -> None:
    """A chip inside `rect`, also for painters of grids and boards."""
    ground, ink = _CHIP_COLORS.get(kind, (f"{kind}.bg", f"{kind}.fg"))
    draw_box(painter, rect, ground, None, metric("radius.chip"))
    x = rect.x() + 6
    if icon:
        draw_icon(painter, x, rect.center().y() - 6, icon, ink, 12)
        x += 16
    draw_text(painter, QRectF(x, rect.y(), rect.right() - 5 - x, rect.height()), text, font(11, text=text), ink)


class Tag(QWidget):
    """A skill, a certificate, a class: 16 high, outlined."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        return QSize(10 + round(text_width(self._text, font(11, text=self._text))), metric("control.tag"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), None, "border.default", metric("radius.chip"))
        used = font(11, text=self._text)
        draw_text(painter, QRectF(self.rect()), self._text, used, "text.secondary", "center")
        painter.end()


class Count(QWidget):
    """A number beside a title: 16 high, neutral."""

    def __init__(self, value: int | str = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_value(value)

    def set_value(self, value: int | str) -> None:
        self._text = f"{value:,}" if isinstance(value, int) else value
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(max(16, 10 + round(text_width(self._text, font(11, code=True)))), metric("control.tag"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), "neutral.bg", None, metric("radius.chip"))
        draw_text(painter, QRectF(self.rect()), self._text, font(11, text=self._text), "neutral.fg", "center")
        painter.end()


class KeyCap(QWidget):
    """A key and, behind it, what it does: the status bar, pop-ups."""

    def __init__(self, key: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._text = key, text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{key} {text}".strip())

    def text(self) -> str:
        return self._text

    def key(self) -> str:
        return self._key

    def sizeHint(self) -> QSize:
        words = 6 + round(text_width(self._text, font(12)) + 0.5) if self._text else 0
        return QSize(round(key_cap_width(self._key)) + words, metric("control.tag"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_key_cap(painter, 0, self.height() / 2, self._key)
        if self._text:
            area = QRectF(self.rect()).adjusted(key_cap_width(self._key) + 6, 0, 2, 0)
            draw_text(painter, area, self._text, font(12), "text.secondary")
        painter.end()


class IconLabel(QWidget):
    """An icon as a quiet mark, tinted with the theme."""

    def __init__(self, name: str, role: str = "text.secondary", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role, self._size = name, role, size
        self.setFixedSize(size, size)

    def set_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_icon(painter, 0, 0, self._name, self._role, self._size)
        painter.end()
