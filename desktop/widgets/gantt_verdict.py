"""The verdict card: reasons for and against the place under the pointer, in words, below the lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from desktop.domain.dispatching import Grade, Reason, Rule, Verdict
from desktop.domain.scheduling import Booking
from desktop.domain.text import language, tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_bars import short_code, span_text, title_of
from desktop.widgets.gantt_look import Look
from desktop.widgets.theme import color

HEAD, ROW, FOOT = 36, 24, 32
_ROLES = {Grade.REFUSED: "danger", Grade.WARNING: "warn", Grade.FINE: "success", Grade.NOTE: ""}
_ICONS = {
    Rule.OVERLAP: "layers",
    Rule.SHIFT: "clock",
    Rule.LEAVE: "calendar-range",
    Rule.SKILL: "circle-check",
    Rule.CERTIFICATE: "badge-check",
    Rule.PARTS: "package",
    Rule.SLA: "timer",
    Rule.CONTRACT: "file-text",
    Rule.WARRANTY: "shield-check",
}


class Line(NamedTuple):
    """One row of the card."""

    icon: str
    role: str
    subject: str
    result: str


def duration_text(seconds: float) -> str:
    """``1 h 10``, ``25 min``; Chinese ``1 时 10 分``, ``25 分钟``."""
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    if language() == "zh":
        if not hours:
            return f"{minutes} 分钟"
        return f"{hours} 时 {minutes} 分" if minutes else f"{hours} 小时"
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"


def date_text(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%m-%d}" if language() == "zh" else f"{value.day} {value:%b}"
    return ""


def headline(verdict: Verdict, *, known: bool = True) -> str:
    if not known:
        return tr("Reading this day")
    if verdict.grade is Grade.REFUSED:
        return tr("Not possible here")
    if verdict.warnings == 1:
        return tr("Possible, with 1 warning")
    if verdict.warnings:
        return tr("Possible, with {count} warnings", count=verdict.warnings)
    return tr("Fits")


def line_of(reason: Reason, model: GanttModel) -> Line:
    """A reason in words."""
    role = _ROLES[reason.grade]
    icon = _ICONS[reason.rule]
    if reason.grade in (Grade.REFUSED, Grade.WARNING) and reason.rule in (Rule.SKILL, Rule.CERTIFICATE):
        icon = "badge-alert"
    subject, result = _WORDS[reason.rule](reason, model)
    return Line(icon, role, subject, result)


def _overlap(reason: Reason, model: GanttModel) -> tuple[str, str]:
    other = reason.other
    shared = duration_text(float(reason.amount)) if isinstance(reason.amount, (int, float)) else ""
    if other is None or other.job is None:
        return tr("Busy for another unit"), shared
    return tr("Overlaps {job}", job=f"{short_code(other.code)} {title_of(other)}"), shared


def _shift(reason: Reason, model: GanttModel) -> tuple[str, str]:
    if reason.grade is Grade.FINE:
        return tr("Shift"), tr("inside")
    return tr("Shift"), tr("{time} outside", time=duration_text(_number(reason)))


def _leave(reason: Reason, model: GanttModel) -> tuple[str, str]:
    return reason.subject or tr("Leave"), tr("until {day}", day=date_text(reason.amount))


def _skill(reason: Reason, model: GanttModel) -> tuple[str, str]:
    subject = tr("Skill: {name}", name=reason.subject)
    if reason.rule is Rule.CERTIFICATE:
        subject = tr("Certificate: {name}", name=reason.subject)
    if reason.amount is not None:
        day = date_text(reason.amount)
        gone = reason.grade is Grade.REFUSED
        return subject, tr("expired {day}", day=day) if gone else tr("expires {day}", day=day)
    return subject, tr("meets") if reason.grade is Grade.FINE else tr("missing")


def _parts(reason: Reason, model: GanttModel) -> tuple[str, str]:
    if reason.grade is Grade.FINE:
        return tr("Parts"), tr("ready")
    if reason.amount is None:
        return tr("Parts"), tr("no date")
    return tr("Parts"), tr("late {time}", time=duration_text(_number(reason)))


def _sla(reason: Reason, model: GanttModel) -> tuple[str, str]:
    left = _number(reason)
    words = tr("{time} left", time=_long(left)) if left >= 0 else tr("{time} late", time=_long(left))
    return tr("Promised time at finish"), words


def _contract(reason: Reason, model: GanttModel) -> tuple[str, str]:
    subject = tr("Contract {number}", number=reason.subject)
    if isinstance(reason.amount, date):
        return subject, tr("ended {day}", day=date_text(reason.amount))
    if reason.amount is None:
        return subject, tr("covers")
    left = _number(reason)
    words = tr("{time} left", time=_long(left)) if left >= 0 else tr("{time} over", time=_long(left))
    return subject, words


def _warranty(reason: Reason, model: GanttModel) -> tuple[str, str]:
    day = date_text(reason.amount)
    inside = reason.grade is Grade.NOTE
    return tr("Warranty"), tr("until {day}", day=day) if inside else tr("ended {day}", day=day)


_WORDS = {
    Rule.OVERLAP: _overlap,
    Rule.SHIFT: _shift,
    Rule.LEAVE: _leave,
    Rule.SKILL: _skill,
    Rule.CERTIFICATE: _skill,
    Rule.PARTS: _parts,
    Rule.SLA: _sla,
    Rule.CONTRACT: _contract,
    Rule.WARRANTY: _warranty,
}


def _number(reason: Reason) -> float:
    return float(reason.amount) if isinstance(reason.amount, (int, float)) else 0.0


def _long(seconds: float) -> str:
    """Days from two days on, hours and minutes before."""
    if abs(seconds) >= 2 * 86_400:
        return tr("{count} days", count=int(abs(seconds) // 86_400))
    return duration_text(seconds)


def in_the_way(verdict: Verdict) -> Booking | None:
    """The booking that a refused placement runs into."""
    for reason in verdict.reasons:
        if reason.rule is Rule.OVERLAP and reason.grade is Grade.REFUSED:
            return reason.other
    return None


class VerdictCard(QFrame):
    """A frameless child of the board; never takes the focus or the mouse."""

    def __init__(self, parent: QWidget, model: GanttModel, look: Look) -> None:
        super().__init__(parent)
        self._board = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._model = model
        self._look = look
        self._head = ""
        self._time = ""
        self._role = "success"
        self._lines: Sequence[Line] = ()
        self._by_keys = False
        self.hide()

    def lines(self) -> Sequence[Line]:
        return self._lines

    def headline(self) -> str:
        return self._head

    def show_verdict(self, verdict: Verdict, lane: QRect, x: int, *, known: bool, by_keys: bool) -> None:
        """Say `verdict` beside the lane that occupies `lane` of the parent, near `x`."""
        self._head = headline(verdict, known=known)
        zone = self._model.zone
        place = verdict.place
        self._time = span_text(place.start, place.end, zone)
        self._role = _ROLES[verdict.grade] if known and verdict.grade > Grade.NOTE else "success"
        order = sorted(verdict.reasons, key=lambda reason: list(Rule).index(reason.rule))
        self._lines = [line_of(reason, self._model) for reason in order]
        self._by_keys = by_keys
        self.setAccessibleName(f"{self._head}, {self._time}")
        self.setAccessibleDescription("; ".join(f"{line.subject}: {line.result}" for line in self._lines))
        self._place(lane, x)
        self.show()
        self.raise_()
        self.update()

    def _place(self, lane: QRect, x: int) -> None:
        width = 344 if language() == "zh" else 328
        height = HEAD + FOOT + 8 + ROW * len(self._lines)
        area = self._board.rect()
        below = lane.bottom() + 8
        top = below if below + height <= area.bottom() - 8 else lane.top() - 8 - height
        left = min(max(x, 8), area.width() - width - 8)
        self.setGeometry(left, max(top, 8), width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        texts, width = self._look.texts, self.width()
        right = Qt.AlignmentFlag.AlignRight
        painter.setBrush(color("surface.raised"))
        painter.setPen(QPen(color(f"{self._role}.solid"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        self._paint_head(painter)
        y = HEAD + 4
        for line in self._lines:
            role = f"{line.role}.fg" if line.role else "text.secondary"
            self._look.icon(painter, 12, y + 4, line.icon, role, 16)
            painter.setPen(color(role))
            used = texts.draw(painter, 36, y + 4, line.result, width - 48, align=right)
            painter.setPen(color("text.primary"))
            texts.draw(painter, 36, y + 4, line.subject, width - 60 - used)
            y += ROW
        self._paint_foot(painter, self.height() - FOOT)

    def _paint_head(self, painter: QPainter) -> None:
        width = self.width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(f"{self._role}.bg"))
        painter.drawRoundedRect(QRectF(1, 1, width - 2, HEAD - 2), 5, 5)
        painter.fillRect(QRectF(1, HEAD - 8, width - 2, 7), color(f"{self._role}.bg"))
        painter.fillRect(QRectF(1, HEAD - 1, width - 2, 1), color(f"{self._role}.line"))
        name = {"danger": "circle-x", "warn": "triangle-alert"}.get(self._role, "circle-check")
        self._look.icon(painter, 12, 10, name, f"{self._role}.fg", 16)
        painter.setPen(color("text.secondary"))
        right = Qt.AlignmentFlag.AlignRight
        used = self._look.texts.draw(painter, 36, 10, self._time, width - 48, align=right)
        painter.setPen(color(f"{self._role}.fg"))
        self._look.texts.draw(painter, 36, 8, self._head, width - 60 - used, size=13)

    def _paint_foot(self, painter: QPainter, top: int) -> None:
        painter.fillRect(QRectF(1, top, self.width() - 2, 1), color("border.grid"))
        x = 12.0
        hints = [("Alt", tr("No snap")), ("Esc", tr("Cancel"))]
        if self._by_keys:
            hints = [("Enter", tr("Place")), ("Ctrl+←→↑↓", tr("Move")), ("Esc", tr("Cancel"))]
        for key, words in hints:
            wide = self._look.texts.width(key, size=11) + 9
            painter.setPen(QPen(color("border.default"), 1))
            painter.setBrush(color("surface.panel"))
            painter.drawRoundedRect(QRectF(x + 0.5, top + 8.5, wide - 1, 15), 3, 3)
            painter.setPen(color("text.secondary"))
            self._look.texts.draw(painter, x + 4.5, top + 8, key, size=11)
            x += wide + 4
            x += self._look.texts.draw(painter, x, top + 8, words) + 12
