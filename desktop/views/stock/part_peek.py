"""Do we have it? Beside a part in Ctrl+K: on hand, reserved, available, what is on its way, bins and substitutes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent

from desktop.domain.figures import quantity_text
from desktop.domain.stock import ZERO, Holding, Part
from desktop.domain.stock_owners import kind_of
from desktop.domain.text import tr
from desktop.operations import stock_desk
from desktop.operations.stock_desk import Overview
from desktop.runtime.context import User
from desktop.widgets.paint import draw_key_cap, draw_text, key_cap_width, text_width
from desktop.widgets.peek import Peek, PeekPane
from desktop.widgets.theme import color, font

WIDTH = 376
_LINE = 22
_BINS, _SUBSTITUTES = 6, 4
_READERS = ("clerk", "planner", "desk", "engineer", "buyer", "manager")
_DESK = "stock_desk"


def part_peek(database: Any, user: User) -> Peek | None:
    """For whom may ask for stock; whoever keeps the store takes the part to the desk from here."""
    if not user.has(*_READERS):
        return None
    page = _DESK if user.has("clerk") else ""
    kinds = frozenset({"item", "part_stock"})
    return Peek(kinds, partial(stock_desk.overview, database), partial(PartPeek, bool(page)), page)


class PartPeek(PeekPane):
    """Painted in one go, so that the arrow keys run through the hits without a flicker."""

    def __init__(self, to_desk: bool) -> None:
        super().__init__()
        self._to_desk = to_desk
        self._found: Overview | None = None
        self.setFixedWidth(WIDTH)

    def overview(self) -> Overview | None:
        return self._found

    def show_answer(self, answer: Any) -> None:
        self._found = answer
        self.setAccessibleName(_spoken(answer) if answer is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 420)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_answer(self._found)
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, 1, self.height(), color("border.default"))
        found = self._found
        if found is not None:
            y = self._head(painter, found)
            y = self._bins(painter, found, y + 10)
            self._substitutes(painter, found, y + 10)
            self._keys(painter)
        painter.end()

    def _head(self, painter: QPainter, found: Overview) -> float:
        part, right = found.part, self.width() - 16
        code = font(15, 600, True, text=part.code)
        draw_text(painter, QRectF(16, 8, right - 16, 22), part.code, code, "text.primary")
        if part.cost:
            cost = tr("average ¥ {cost}", cost=f"{part.cost:,.2f}")
            draw_text(painter, QRectF(16, 8, right - 16, 22), cost, font(11, text=cost), "text.tertiary", "right")
        name = part.display_name()
        draw_text(painter, QRectF(16, 30, right - 16, 18), name, font(12, text=name), "text.secondary")
        for number, (words, value, aside) in enumerate(_figures(found)):
            x = 16 + number * 88
            low = number == 0 and found.available <= 0
            draw_text(painter, QRectF(x, 58, 86, 16), words, font(11, text=words), "text.tertiary")
            draw_text(painter, QRectF(x, 74, 86, 24), value, font(18, 600), "danger.fg" if low else "text.primary")
            draw_text(painter, QRectF(x, 98, 86, 16), aside, font(11, text=aside), "text.secondary")
        return 116

    def _bins(self, painter: QPainter, found: Overview, y: float) -> float:
        places = _places(found.part)
        self._title(painter, y, tr("Bins"), tr("On hand"), tr("Free"))
        y += _LINE
        if not places:
            draw_text(painter, QRectF(16, y, 300, _LINE), tr("None in stock"), font(12), "text.tertiary")
            return y + _LINE
        for each in places[:_BINS]:
            there, free = quantity_text(each.on_hand), quantity_text(_free(each))
            self._row(painter, y, each.location, _about(each), there, free, other=each.owner is not None)
            y += _LINE
        if len(places) > _BINS:
            more = tr("and {count} more", count=len(places) - _BINS)
            draw_text(painter, QRectF(16, y, 300, _LINE), more, font(11, text=more), "text.tertiary")
            y += _LINE
        return y

    def _substitutes(self, painter: QPainter, found: Overview, y: float) -> None:
        if not found.substitutes:
            return
        self._title(painter, y, tr("Substitutes"), "", tr("Free"))
        for part in found.substitutes[:_SUBSTITUTES]:
            y += _LINE
            good = [each for each in part.holdings if each.condition == "good"]
            free = quantity_text(sum((_free(each) for each in part.holdings), ZERO))
            self._row(painter, y, part.code, part.display_name(), good[0].location if good else "", free, room=88)

    def _title(self, painter: QPainter, y: float, words: str, middle: str, right: str) -> None:
        edge, small = self.width() - 16, font(11, 500, text=words)
        draw_text(painter, QRectF(16, y, 160, _LINE), words, small, "text.tertiary")
        draw_text(painter, QRectF(edge - 108, y, 56, _LINE), middle, font(11, text=middle), "text.tertiary", "right")
        draw_text(painter, QRectF(edge - 48, y, 48, _LINE), right, font(11, text=right), "text.tertiary", "right")
        painter.fillRect(QRectF(16, y + _LINE - 1, edge - 16, 1), color("border.grid"))

    def _row(
        self, painter: QPainter, y: float, code: str, about: str, middle: str, right: str,
        *, other: bool = False, room: int = 56,
    ) -> None:  # fmt: skip
        edge = self.width() - 16
        used = font(12, code=True, text=code)
        width = min(max(88, text_width(code, used) + 10), 150)
        draw_text(painter, QRectF(16, y, width - 6, _LINE), code, used, "text.primary")
        between = QRectF(16 + width, y, edge - 72 - room - width, _LINE)
        place = QRectF(edge - 52 - room, y, room, _LINE)
        draw_text(painter, between, about, font(12, text=about), "info.fg" if other else "text.secondary")
        draw_text(painter, place, middle, font(12, text=middle), "text.secondary", "right")
        draw_text(painter, QRectF(edge - 48, y, 48, _LINE), right, font(12, 500), "text.primary", "right")

    def _keys(self, painter: QPainter) -> None:
        x, y = 16.0, self.height() - 26
        keys = [("Enter", tr("Open"))]
        if self._to_desk:
            keys.append(("Ctrl+Enter", tr("Take to the stock desk")))
        for key, words in keys:
            width = key_cap_width(key)
            draw_key_cap(painter, x, y + 8, key)
            room = text_width(words, font(11, text=words)) + 2
            draw_text(painter, QRectF(x + width + 6, y, room, 16), words, font(11, text=words), "text.secondary")
            x += width + 6 + room + 16


def _figures(found: Overview) -> tuple[tuple[str, str, str], ...]:
    unit = found.part.base_unit()
    due = ""
    if found.due_on and found.on_order:
        day = f"{found.due_on:%m-%d}"
        due = tr("was due {day}", day=day) if found.due_on < date.today() else tr("arrives {day}", day=day)
    return (
        (tr("Available"), quantity_text(found.available), unit),
        (tr("On hand"), quantity_text(found.on_hand), unit),
        (tr("Reserved"), quantity_text(found.reserved), unit),
        (tr("On order"), quantity_text(found.on_order), due or unit),
    )


def _places(part: Part) -> tuple[Holding, ...]:
    return (*part.holdings, *part.owned)


def _free(place: Holding) -> Decimal:
    """What of it can be promised: nothing that is bad or in quarantine."""
    return place.available if place.condition == "good" else ZERO


def _about(place: Holding) -> str:
    """The lot, and what keeps it from being simply ours and good."""
    condition = {"bad": tr("Bad"), "quarantine": tr("Quarantine")}.get(place.condition, "")
    whose = f"{kind_of(place.owner)}: {place.owner.display_name()}" if place.owner is not None else ""
    return " · ".join(each for each in (condition, whose, place.lot) if each)


def _spoken(found: Overview) -> str:
    """All of it in words, as a reader of the screen hears it."""
    words = [found.part.code, found.part.display_name()]
    words += [" ".join(each for each in figure if each) for figure in _figures(found)]
    for each in _places(found.part):
        free = f"{tr('Free')} {quantity_text(_free(each))}"
        said = (each.location, quantity_text(each.on_hand), _about(each), free)
        words.append(" ".join(word for word in said if word))
    words += [f"{tr('Substitutes')} {each.code}" for each in found.substitutes]
    if found.part.cost:
        words.append(tr("average ¥ {cost}", cost=f"{found.part.cost:,.2f}"))
    return ", ".join(words)
