"""Charts as the finance screens need them: stacked bars against a target line, and a line with points judged by shape.

Painted by hand (QtCharts is GPL). Numbers come in as floats: a chart is a picture, the exact figures stand in the
legend, the tooltip and the table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.domain.text import tr
from desktop.widgets.paint import FocusRing, draw_text, text_width
from desktop.widgets.theme import color, font

LEFT, RIGHT, BOTTOM = 52, 16, 24
BAR_SHARE, BAR_LIMIT = 0.56, 28


@dataclass(frozen=True)
class Series:
    """One meaning: its name, its fixed place in the order of the chart colours (1…8), one value per category."""

    name: str
    chart_color: int
    values: tuple[float, ...]


@dataclass(frozen=True)
class Target:
    """A dashed line with its name."""

    name: str
    value: float


def axis_steps(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Round steps (1, 2, 2.5, 5 × 10ⁿ) that cover `low` … `high`; at least from 0 to 1."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 0:
        high = 1.0
    rough = (high - low) / count
    scale = 10.0 ** _exponent(rough)
    step = next(scale * nice for nice in (1, 2, 2.5, 5, 10) if scale * nice >= rough * 0.999)
    first, last = _floor(low / step), -_floor(-high / step)
    return tuple(step * number for number in range(first, last + 1))


def _exponent(value: float) -> int:
    return int(f"{value:e}".split("e")[1])


def _floor(value: float) -> int:
    return int(value // 1)


class _Chart(QWidget):
    """Plot area, axes and category labels; the figures of a category in its tooltip."""

    chosen = Signal(int)
    """A category, by Enter or a click; only of charts that lead somewhere."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.categories: tuple[str, ...] = ()
        self.unit = ""
        self._leads, self._at = False, -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 150)
        self.setAccessibleName(name)

    def lead(self) -> None:
        """Make it a place of the keyboard: ←→ walk the categories, Enter chooses one, as a click does."""
        self._leads = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._ring = FocusRing(self)

    def at(self) -> int:
        """The category at the cursor: the last one until somebody walks; -1 where there is none."""
        last = len(self.categories) - 1
        return last if self._at < 0 else min(self._at, last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not self._leads or not self.categories:
            super().keyPressEvent(event)
        elif step:
            self._at = max(0, min(self.at() + step, len(self.categories) - 1))
            self.setAccessibleDescription(self.describe(self._at))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.at())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self.category_at(event.position().x())
        if self._leads and event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._at = number
            self.chosen.emit(number)
        else:
            super().mouseReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def category_at(self, x: float) -> int:
        """The category under a point; -1 beside the plot."""
        area = self.plot()
        number = int((x - area.left()) // (area.width() / max(len(self.categories), 1)))
        return number if 0 <= number < len(self.categories) else -1

    def draw_cursor(self, painter: QPainter) -> None:
        """The category that Enter would choose."""
        if not (self._leads and self.hasFocus() and self.categories):
            return
        area, number = self.plot(), self.at()
        pitch = area.width() / len(self.categories)
        left = self.x_of(number) - pitch / 2
        painter.fillRect(QRectF(left, area.top(), pitch, area.height()), color("accent.subtle"))

    def sizeHint(self) -> QSize:
        return QSize(480, 180)

    def steps(self) -> tuple[float, ...]:
        raise NotImplementedError

    def plot(self) -> QRectF:
        return QRectF(LEFT, 8, max(self.width() - LEFT - RIGHT, 10), max(self.height() - BOTTOM - 8, 10))

    def y_of(self, value: float) -> float:
        steps, area = self.steps(), self.plot()
        span = steps[-1] - steps[0]
        return area.bottom() - (value - steps[0]) / span * area.height()

    def x_of(self, number: int) -> float:
        """Centre of a category."""
        area = self.plot()
        return area.left() + (number + 0.5) * area.width() / max(len(self.categories), 1)

    def describe(self, number: int) -> str:
        raise NotImplementedError

    def draw_axes(self, painter: QPainter) -> None:
        area = self.plot()
        used = font(11)
        for step in self.steps():
            at = round(self.y_of(step)) + 0.5
            painter.setPen(QPen(color("border.strong" if step == 0 else "border.grid"), 1))
            painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at))
            shown = f"{step:,.0f}" if abs(step) >= 1000 else f"{step:g}"
            words = f"{shown}{self.unit}".replace("-", "−")
            right = QRectF(0, at - 8, LEFT - 8, 16)
            draw_text(painter, right, words, used, "text.tertiary", "right")
        pitch = area.width() / max(len(self.categories), 1)
        for number, words in enumerate(self.categories):
            if text_width(words, used) > pitch and number % 2:
                continue
            box = QRectF(self.x_of(number) - pitch, area.bottom() + 4, 2 * pitch, 16)
            draw_text(painter, box, words, used, "text.tertiary", "center")

    def draw_target(self, painter: QPainter, target: Target, *, role: str) -> None:
        area, at = self.plot(), round(self.y_of(target.value)) + 0.5
        painter.setPen(QPen(color(role), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at))
        top = at - 17 if at - 17 >= area.top() else at + 2  # below its line where that is the top of the plot
        self.label_target(painter, QRectF(area.left() + 4, top, area.width() - 8, 16), target, role)

    def label_target(self, painter: QPainter, box: QRectF, target: Target, role: str) -> None:
        draw_text(painter, box, target.name, font(11), role, "right")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.categories:
            number = self.category_at(event.pos().x())
            if number >= 0:
                QToolTip.showText(event.globalPos(), self.describe(number), self)
                return True
        return super().event(event)


class StackedBars(_Chart):
    """Cost by month and type, with the revenue as a dashed line."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.series: tuple[Series, ...] = ()
        self.target: Target | None = None

    def show_series(self, categories: Sequence[str], series: Sequence[Series], target: Target | None = None) -> None:
        self.categories, self.series, self.target = tuple(categories), tuple(series), target
        self.update()

    def steps(self) -> tuple[float, ...]:
        totals = [sum(each.values[i] for each in self.series) for i in range(len(self.categories))]
        high = max([*totals, self.target.value if self.target else 0.0, 0.0])
        return axis_steps(min([*totals, 0.0]), high)

    def describe(self, number: int) -> str:
        lines = [f"{each.name} {each.values[number]:,.1f}" for each in self.series if each.values[number]]
        total = sum(each.values[number] for each in self.series)
        return "\n".join([self.categories[number], *lines, tr("Total {value}", value=f"{total:,.1f}")])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.draw_cursor(painter)
        self.draw_axes(painter)
        area = self.plot()
        pitch = area.width() / max(len(self.categories), 1)
        width = min(pitch * BAR_SHARE, BAR_LIMIT)
        for number in range(len(self.categories)):
            base = 0.0
            for each in self.series:
                value = each.values[number]
                if value > 0:
                    top, bottom = self.y_of(base + value), self.y_of(base)
                    bar = QRectF(round(self.x_of(number) - width / 2), top, round(width), max(bottom - top - 1, 1))
                    painter.fillRect(bar, color(f"chart.{each.chart_color}"))
                    base += value
        if self.target is not None:
            self.draw_target(painter, self.target, role="text.primary")
        painter.end()


class JudgedLine(_Chart):
    """A rate by month: circles where it meets the target, red diamonds with the figure where it does not.

    It is met at or above the target; with `low_is_good` at or below it.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.values: tuple[float | None, ...] = ()
        self.target: Target | None = None
        self.unit = " %"
        self.low_is_good = False

    def show_values(
        self,
        categories: Sequence[str],
        values: Sequence[float | None],
        target: Target | None,
        *,
        unit: str = " %",
        low_is_good: bool = False,
    ) -> None:
        self.categories, self.values, self.target, self.unit = tuple(categories), tuple(values), target, unit
        self.low_is_good = low_is_good
        self.update()

    def steps(self) -> tuple[float, ...]:
        known = [value for value in self.values if value is not None]
        goal = [self.target.value] if self.target else []
        least = 10.0 if self.unit == " %" else 1.0
        return axis_steps(max(min([*known, *goal, 0.0]), -100.0), max([*known, *goal, least]), 4)

    def describe(self, number: int) -> str:
        value = self.values[number]
        return f"{self.categories[number]}  {'–' if value is None else f'{value:.1f}{self.unit}'}"

    def label_target(self, painter: QPainter, box: QRectF, target: Target, role: str) -> None:
        draw_text(painter, box, target.name, font(11), role, "right")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw_cursor(painter)
        self.draw_axes(painter)
        if self.target is not None:
            self.draw_target(painter, self.target, role="warn.fg")
        floor = self.steps()[0]
        points = [
            (i, QPointF(self.x_of(i), self.y_of(max(value, floor))), value)
            for i, value in enumerate(self.values)
            if value is not None
        ]
        painter.setPen(QPen(color("chart.1"), 2))
        for (i, first, _), (j, second, _) in pairwise(points):
            if j == i + 1:
                painter.drawLine(first, second)
        for place, (_, at, value) in enumerate(points):
            beside = [each.y() for _, each, _ in (*points[max(place - 1, 0) : place], *points[place + 1 : place + 2])]
            self._draw_point(painter, at, value, beside, last=place == len(points) - 1)
        painter.end()

    def missed(self, value: float) -> bool:
        """Whether a value does not meet the target."""
        if self.target is None:
            return False
        return value > self.target.value if self.low_is_good else value < self.target.value

    def _draw_point(self, painter: QPainter, at: QPointF, value: float, beside: Sequence[float], *, last: bool) -> None:
        missed = self.missed(value)
        if missed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("danger.solid"))
            diamond = (QPointF(0, -5), QPointF(5, 0), QPointF(0, 5), QPointF(-5, 0))
            painter.drawPolygon(QPolygonF([at + corner for corner in diamond]))
        else:
            painter.setPen(QPen(color("chart.1"), 2))
            painter.setBrush(color("surface.base"))
            painter.drawEllipse(at, 3.5, 3.5)
        if missed or last:
            words = f"{value:.1f}{self.unit}".replace("-", "−")
            role = "danger.fg" if missed else "text.secondary"
            if at.y() - 22 < self.plot().top() - 8 and not missed:  # on the edge, with the target's name below
                draw_text(painter, QRectF(at.x() + 10, at.y() - 8, 80, 16), words, font(11), role, "left")
                return
            below = self._below(at, beside)
            box = QRectF(at.x() - 40, at.y() + 6 if below else at.y() - 22, 80, 16)
            draw_text(painter, box, words, font(11), role, "center")

    def _below(self, at: QPointF, beside: Sequence[float]) -> bool:
        """Whether a figure stands under its point: on the far side of the target line, and not where the line runs."""
        plot = self.plot()
        goal = self.y_of(self.target.value) if self.target is not None else None
        top_free = at.y() - 22 >= plot.top() - 8 and (goal is None or not at.y() - 26 < goal < at.y())
        foot_free = at.y() + 22 <= plot.bottom() and (goal is None or not at.y() < goal < at.y() + 26)
        if self.target is None:
            return not top_free
        if not (top_free and foot_free):
            return foot_free
        if beside and min(beside) > at.y():
            return False
        if beside and max(beside) < at.y():
            return True
        return not self.low_is_good


class Legend(QWidget):
    """Swatch, name, value and share of each series, above the chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[tuple[int, str], ...] = ()
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: Sequence[tuple[int, str]]) -> None:
        """(chart colour, words) pairs."""
        self.entries = tuple(entries)
        self.setAccessibleName(", ".join(words for _, words in entries))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        used = font(11)
        at = float(self.width())
        for number, words in reversed(self.entries):
            width = text_width(words, used)
            at -= width
            draw_text(painter, QRectF(at, 0, width + 2, 16), words, used, "text.secondary")
            at -= 13
            painter.fillRect(QRectF(at, 4, 8, 8), color(f"chart.{number}"))
            at -= 14
        painter.end()
