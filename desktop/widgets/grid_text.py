"""Prepared texts: laid out once, drawn many times. Layout is most of what painting a grid costs."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPixmap, QStaticText, QTransform

from desktop.lists.query import ColumnInfo
from desktop.lists.spec import Kind
from desktop.models.kinds import NEVER_CUT
from desktop.widgets.theme import font

_MOST_TEXTS = 30_000
_MOST_STAMPS = 2_000
CELL_PADDING = 8
Prepared = tuple[QStaticText, int, int, bool]
"""Laid-out text, its width, its height, whether it was cut."""


def cell_font(info: ColumnInfo, *, strong: bool = False) -> QFont:
    return font(12, 500 if strong else 400, code=info.kind is Kind.CODE)


class TextCache:
    """One dictionary per font and room; all are dropped together when there are too many texts."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, int], dict[str, Prepared]] = {}
        self._metrics: dict[str, QFontMetricsF] = {}
        self._stamps: dict[Hashable, QPixmap] = {}

    def stamp(self, key: Hashable, width: int, height: int, ratio: float, draw: Callable[[QPainter], None]) -> QPixmap:
        """A small picture drawn once (a chip, a bar, a check box) and then only copied."""
        found = self._stamps.get((key, ratio))
        if found is None:
            found = QPixmap(round(width * ratio), round(height * ratio))
            found.setDevicePixelRatio(ratio)
            found.fill(Qt.GlobalColor.transparent)
            painter = QPainter(found)
            draw(painter)
            painter.end()
            if len(self._stamps) > _MOST_STAMPS:
                self._stamps.clear()
            self._stamps[key, ratio] = found
        return found

    def shelf(self, key: str, room: int) -> dict[str, Prepared]:
        """The texts of one font (`key`) that were fitted into `room` px."""
        found = self._shelves.get((key, room))
        if found is None:
            if sum(len(shelf) for shelf in self._shelves.values()) > _MOST_TEXTS:
                self._shelves.clear()
            found = self._shelves[key, room] = {}
        return found

    def prepare(self, key: str, used: QFont, room: int, text: str) -> Prepared:
        """`text` laid out in the font `used`, cut with an ellipsis where it is wider than `room`."""
        shelf = self.shelf(key, room)
        found = shelf.get(text)
        if found is None:
            if len(shelf) > _MOST_TEXTS:
                shelf.clear()
            found = shelf[text] = self._lay_out(key, used, room, text)
        return found

    def clear(self) -> None:
        self._shelves.clear()
        self._metrics.clear()
        self._stamps.clear()

    def width(self, key: str, used: QFont, text: str) -> float:
        metrics = self._metrics.get(key)
        if metrics is None:
            metrics = self._metrics[key] = QFontMetricsF(used)
        return metrics.horizontalAdvance(text)

    def _lay_out(self, key: str, used: QFont, room: int, text: str) -> Prepared:
        width = self.width(key, used, text)
        cut = width > room + 0.5
        shown = self._metrics[key].elidedText(text, Qt.TextElideMode.ElideRight, room) if cut else text
        prepared = QStaticText(shown)
        prepared.setTextFormat(Qt.TextFormat.PlainText)
        prepared.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        prepared.prepare(QTransform(), used)
        size = prepared.size()
        return prepared, round(size.width()), round(size.height()), cut


def wanted_width(info: ColumnInfo, texts: tuple[str, ...], cache: TextCache) -> int:
    """How wide a column must be for `texts`: for kinds that are never cut, and for fitting by double click."""
    used = cell_font(info)
    key = "code" if info.kind is Kind.CODE else "plain"
    longest = sorted(set(texts), key=len)[-8:]
    room = max((cache.width(key, used, text) for text in longest), default=0)
    extra = {Kind.BAR: 56, Kind.STATE: 28}.get(info.kind, 0)
    icon = 20 if info.looks and info.kind in NEVER_CUT else 0
    return round(room + 0.5) + 2 * CELL_PADDING + 1 + extra + icon
