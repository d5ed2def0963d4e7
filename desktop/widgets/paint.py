"""Small painting and layout helpers that the hand-made widgets share."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from desktop.widgets.icons import pixmap
from desktop.widgets.theme import color, font, metric

KEY_CAP_HEIGHT = metric("control.tag")
_KEY_CAP_PADDING = 4


def text_width(text: str, used: QFont) -> float:
    return QFontMetricsF(used).horizontalAdvance(text)


def draw_box(
    painter: QPainter,
    rect: QRectF,
    fill: str | None,
    border: str | None,
    radius: float,
    width: float = 1,
) -> None:
    """A rounded box whose line lies inside `rect`; colours by token name, None for none."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(border), width) if border else Qt.PenStyle.NoPen)
    painter.setBrush(color(fill) if fill else Qt.BrushStyle.NoBrush)
    inset = width / 2 if border else 0
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)
    painter.restore()


def draw_text(
    painter: QPainter, rect: QRectF | QRect, text: str, used: QFont, role: str | QColor, align: str = "left"
) -> None:
    """One line, vertically centred, elided at the end where it does not fit."""
    area = QRectF(rect)
    painter.setFont(used)
    painter.setPen(color(role) if isinstance(role, str) else role)
    metrics = QFontMetricsF(used)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() + 0.5)
    horizontal = {
        "left": Qt.AlignmentFlag.AlignLeft,
        "right": Qt.AlignmentFlag.AlignRight,
        "center": Qt.AlignmentFlag.AlignHCenter,
    }[align]
    painter.drawText(area, horizontal | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def draw_icon(painter: QPainter, x: float, y: float, name: str, role: str, size: int) -> None:
    painter.drawPixmap(QPointF(x, y), pixmap(name, role, size, painter.device().devicePixelRatio()))


def key_cap_width(key: str) -> float:
    return round(text_width(key, font(11, text=key))) + 2 * _KEY_CAP_PADDING + 2


def draw_key_cap(
    painter: QPainter,
    x: float,
    center_y: float,
    key: str,
    *,
    role: str = "text.secondary",
    fill: str | None = "surface.panel",
    border: str | None = "border.default",
) -> None:
    """A key as it is printed on the keyboard: 16 high, Latin font, in a 1 px box."""
    box = QRectF(x, round(center_y - KEY_CAP_HEIGHT / 2), key_cap_width(key), KEY_CAP_HEIGHT)
    draw_box(painter, box, fill, border, metric("radius.chip"))
    draw_text(painter, box, key, font(11, text=key), role, "center")


def row(
    *items: QWidget | QLayout | int | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0,) * 4
) -> QHBoxLayout:
    """A horizontal layout: widgets and layouts as given, an int is a fixed gap, None takes the rest."""
    made = QHBoxLayout()
    _fill(made, items, spacing, margins)
    return made


def column(
    *items: QWidget | QLayout | int | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0,) * 4
) -> QVBoxLayout:
    """A vertical layout, as `row`."""
    made = QVBoxLayout()
    _fill(made, items, spacing, margins)
    return made


def _fill(
    made: QBoxLayout,
    items: tuple[QWidget | QLayout | int | None, ...],
    spacing: int,
    margins: tuple[int, int, int, int],
) -> None:
    made.setContentsMargins(*margins)
    made.setSpacing(spacing)
    for item in items:
        if item is None:
            made.addStretch(1)
        elif isinstance(item, int):
            made.addSpacing(item)
        elif isinstance(item, QLayout):
            made.addLayout(item)
        else:
            made.addWidget(item)


class Surface(QWidget):
    """A plain area in a surface colour with hairlines on the sides named in `lines` (any of ``"tblr"``)."""

    def __init__(
        self,
        surface: str = "surface.base",
        lines: str = "",
        line_role: str = "border.default",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._surface, self._lines, self._line_role = surface, lines, line_role

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(self._surface))
        edge = color(self._line_role)
        sides = {
            "t": QRect(0, 0, self.width(), 1),
            "b": QRect(0, self.height() - 1, self.width(), 1),
            "l": QRect(0, 0, 1, self.height()),
            "r": QRect(self.width() - 1, 0, 1, self.height()),
        }
        for side in self._lines:
            painter.fillRect(sides[side], edge)
        painter.end()


class Card(QWidget):
    """A framed area: `surface.raised` with a strong border for pop-ups and confirmations, radius 6."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        surface: str = "surface.raised",
        border: str = "border.strong",
        radius: int = 6,
    ) -> None:
        super().__init__(parent)
        self._surface, self._border, self._radius = surface, border, radius

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), self._surface, self._border, self._radius)
        painter.end()


class FocusRing(QWidget):
    """The 2 px ring 1 px outside a focused control: a sibling above it, because a control cannot paint
    outside itself.
    """

    _MARGIN = 3

    def __init__(self, control: QWidget) -> None:
        super().__init__(control.parentWidget())
        self._control = control
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        control.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn:
            self._follow()
            self.show()
            self.raise_()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        elif kind in (QEvent.Type.Move, QEvent.Type.Resize):
            self._follow()
        elif kind == QEvent.Type.ParentChange:
            self.setParent(self._control.parentWidget())
        return False

    def _follow(self) -> None:
        margin = self._MARGIN
        self.setGeometry(self._control.geometry().adjusted(-margin, -margin, margin, margin))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(
            painter,
            QRectF(self.rect()),
            None,
            "focus.ring",
            metric("radius.control") + 2,
            metric("stroke.focus"),
        )
        painter.end()
