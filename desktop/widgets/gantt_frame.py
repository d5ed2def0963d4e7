"""What stands round the lanes of a board: the header of hours and days, the engineers, the team's load, the
legend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.domain.calendars import DAY, local
from desktop.domain.intervals import overlap, total
from desktop.domain.scheduling import BarState, Lane, Load
from desktop.domain.text import language, tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_bars import clock_text
from desktop.widgets.gantt_look import BARS, CONFLICT, TENTATIVE, BarLook, Look
from desktop.widgets.gantt_scale import TimeScale
from desktop.widgets.theme import color

HEADER, STRIP, LEGEND = 48, 48, 28
WIDE = 1300
"""Viewport px from which lanes are 64 high and heads 200 wide."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(day: date, *, year: bool = False, weekday: bool = True) -> str:
    """A date as the language writes it: ``Tue 24 Nov 2026``, ``2026-11-24 周二``."""
    if language() == "zh":
        number = f"{day:%Y-%m-%d}" if year else f"{day:%m-%d}"
        return f"{number} 周{'一二三四五六日'[day.weekday()]}" if weekday else number
    words = f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
    return f"{WEEKDAYS[day.weekday()]} {words}" if weekday else words


def hours_text(seconds: float) -> str:
    """Hours with at most two decimals and no trailing zeros: 6.25, 8."""
    return f"{seconds / 3600:.2f}".rstrip("0").rstrip(".")


def load_role(share: float) -> str:
    """Green, amber from 85 %, red over capacity."""
    return "danger" if share > 1 else "warn" if share > 0.85 else "success"


@dataclass(frozen=True, slots=True)
class Visible:
    """What part of the content a viewport shows."""

    scale: TimeScale
    left: float
    width: float
    head: int

    @property
    def start(self) -> int:
        return self.scale.instant(self.left)

    @property
    def end(self) -> int:
        return self.scale.instant(self.left + self.width)

    def x(self, instant: float) -> float:
        """Viewport px of an instant."""
        return self.head + self.scale.x(instant) - self.left

    def whole_days(self) -> tuple[int, int]:
        """The instants that bound the days of which at least half is seen."""
        first = round(self.left / self.scale.day_width)
        last = max(first + 1, round((self.left + self.width) / self.scale.day_width))
        return self.scale.opening(first) - self.scale.first * 3600, self.scale.opening(last) - self.scale.first * 3600


class TeamDay(NamedTuple):
    """Booked and present seconds of all engineers in each hour of a day, and the day's load."""

    booked: list[int]
    present: list[int]
    whole: Load


def team_day(model: GanttModel, start: int) -> TeamDay:
    """Measured once a day: a pass over the day's bookings and the distinct calendars."""
    booked, present = [0] * 24, [0] * 24
    total_booked = capacity = 0
    window = (start, start + DAY)
    for lane in model.plan.lanes:
        for booking in model.plan.touching(lane.id, *window):
            total_booked += overlap((booking.start, booking.end), window)
            _spread(booked, start, booking.start, booking.end)
        for span in model.present(lane, start):
            _spread(present, start, *span)
        capacity += total(model.available(lane, start))
    return TeamDay(booked, present, Load(total_booked, capacity))


def _spread(hours: list[int], day: int, start: int, end: int) -> None:
    """Add an interval's seconds to the hours of the day that it touches."""
    low, high = max(start - day, 0), min(end - day, DAY)
    for hour in range(low // 3600, (high + 3599) // 3600):
        hours[min(hour, 23)] += min(high, (hour + 1) * 3600) - max(low, hour * 3600)


class FramePainter:
    """Paints in viewport px."""

    def __init__(self, model: GanttModel, look: Look, clock: Callable[[], float]) -> None:
        self.model = model
        self.look = look
        self.clock = clock
        self._team: dict[int, TeamDay] = {}
        self.budget = 1
        """Days whose load may still be computed in this frame; `owing` says that one was left out."""
        self.owing = False

    def forget_loads(self) -> None:
        self._team.clear()

    # header

    def header(self, painter: QPainter, visible: Visible, width: int) -> None:
        painter.fillRect(QRectF(0, 0, width, HEADER), color("surface.header"))
        painter.save()
        painter.setClipRect(QRectF(visible.head, 0, width - visible.head, HEADER))
        scale, texts = visible.scale, self.look.texts
        step = self._header_step(scale)
        painter.setPen(color("text.secondary"))
        for x, instant in scale.ticks(visible.left, visible.left + visible.width, step):
            at = round(visible.head + x - visible.left)
            painter.fillRect(QRectF(at, HEADER - 24, 1, 24), color("border.default"))
            texts.draw(painter, at + 5, HEADER - 20, self._tick_text(scale, instant, step), size=11)
        if step < 1440:
            self._days(painter, visible)
        elif scale.day_width < 40:
            self._months(painter, visible)
        painter.restore()
        painter.setPen(color("text.secondary"))
        texts.draw(painter, 12, 16, tr("Engineer"))
        painter.setPen(color("text.tertiary"))
        words = self.load_title(visible)
        texts.draw(painter, visible.head - 152, 16, words, 140, align=Qt.AlignmentFlag.AlignRight)
        painter.fillRect(QRectF(visible.head - 1, 0, 1, HEADER), color("border.default"))
        painter.fillRect(QRectF(0, HEADER - 1, width, 1), color("border.default"))

    def load_title(self, visible: Visible) -> str:
        start, end = visible.whole_days()
        if end - start > DAY:
            return tr("Load, {count} days", count=(end - start) // DAY)
        day = local(start, self.model.zone).date()
        if day == local(self.clock(), self.model.zone).date():
            return tr("Load today")
        return tr("Load {day}", day=day_text(day, weekday=False))

    def _header_step(self, scale: TimeScale) -> int:
        for minutes in (15, 30, 60, 120, 240, 360):
            if scale.per_hour * minutes / 60 >= (72 if minutes < 60 else 44):
                return minutes
        return 1440

    def _tick_text(self, scale: TimeScale, instant: int, step: int) -> str:
        clock = local(instant, scale.zone)
        if step < 1440:
            return f"{clock.hour}:{clock.minute:02d}"
        if scale.day_width >= 84:
            return day_text(clock.date())
        if scale.day_width >= 20:
            return str(clock.day)
        return str(clock.day) if clock.weekday() == 0 else ""

    def _days(self, painter: QPainter, visible: Visible) -> None:
        scale = visible.scale
        painter.setPen(color("text.primary"))
        for x, instant in scale.ticks(visible.left, visible.left + visible.width, 1440):
            at = max(visible.head + x - visible.left, visible.head)
            if scale.day_width < visible.width * 0.9:
                painter.fillRect(QRectF(round(visible.head + x - visible.left), 0, 1, HEADER), color("border.default"))
                room = visible.head + x - visible.left + scale.day_width - at - 8
                self.look.texts.draw(painter, at + 5, 5, day_text(local(instant, scale.zone).date()), max(room, 0))

    def _months(self, painter: QPainter, visible: Visible) -> None:
        scale = visible.scale
        painter.setPen(color("text.primary"))
        first = max(0, int(visible.left // scale.day_width))
        for index in range(first, int((visible.left + visible.width) // scale.day_width) + 1):
            day = scale.day(index)
            if day.day == 1 or index == first:
                at = max(visible.head + index * scale.day_width - visible.left, visible.head)
                name = f"{day:%Y-%m}" if language() == "zh" else f"{_MONTHS[day.month - 1]} {day.year}"
                if day.day <= 22 or index != first:
                    self.look.texts.draw(painter, at + 5, 5, name)

    def time_tag(self, painter: QPainter, visible: Visible, instant: int, *, now: bool) -> None:
        """The clock time of a line, over the header: filled red for now, framed amber for the snap line.

        Where several days are in view it stands in the row of hours, so that no date is hidden.
        """
        text = clock_text(instant, self.model.zone)
        width = self.look.texts.width(text, size=11) + 10
        x = min(max(visible.x(instant) - width / 2, visible.head), visible.head + visible.width - width)
        several = visible.scale.day_width < visible.width * 0.9
        box = QRectF(round(x), HEADER - 21 if several else 4, width, 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(color("danger.solid" if now else "surface.base"))
        painter.setPen(Qt.PenStyle.NoPen if now else QPen(color("warn.solid"), 1))
        painter.drawRoundedRect(box if now else box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(color("accent.onSolid" if now else "warn.fg"))
        self.look.texts.draw(painter, box.x(), box.y() + 1, text, width, size=11, align=Qt.AlignmentFlag.AlignHCenter)

    # engineers

    def head(self, painter: QPainter, lane: Lane, top: int, height: int, visible: Visible, tone: str) -> None:
        """One engineer: initials, name, load, skills, and a bar of the load. `tone` colours the lane of a
        drag.
        """
        width, wide = visible.head, height > 48
        painter.fillRect(QRectF(0, top, width, height), color(f"{tone}.bg" if tone else "surface.frozen"))
        painter.fillRect(QRectF(width - 1, top, 1, height), color("border.default"))
        painter.fillRect(QRectF(0, top + height - 1, width, 1), color("border.grid"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = top + (8 if wide else 3)
        ground = color(f"{tone}.solid") if tone else color("neutral.bg")
        ink = color("accent.onSolid") if tone else color("neutral.fg")
        self.look.badge(painter, QRectF(12, y, 20, 16), lane.short, ground, ink)
        start, end = visible.whole_days()
        load = self.model.range_load(lane, start, end)
        used = self._load_text(painter, lane, load, (start, end), y, width)
        painter.setPen(color("text.primary"))
        self.look.texts.draw(painter, 40, y - 2, lane.label, width - 40 - used - 20, size=13)
        y += 16 + (4 if wide else 2)
        x, right = 12.0, width - 12.0
        for skill in lane.skills:
            at = self.look.tag(painter, x, y, skill.label, right - x)
            if at == x:
                break
            x = at + 4
        bar = QRectF(12, top + height - (10 if wide else 7), width - 24, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("neutral.bg"))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(color(f"{load_role(load.share)}.solid"))
        painter.drawRoundedRect(QRectF(bar.x(), bar.y(), bar.width() * min(load.share, 1.0), 4), 2, 2)

    def _load_text(
        self, painter: QPainter, lane: Lane, load: Load, window: tuple[int, int], y: float, width: int
    ) -> float:
        if not load.capacity and not load.booked:
            away = any(overlap((leave.start, leave.end), window) for leave in lane.leaves)
            words, role = tr("leave") if away else tr("off"), "text.secondary"
        else:
            words = f"{hours_text(load.booked)} / {hours_text(load.capacity)} h"
            role = "danger.fg" if load.share > 1 else "text.secondary"
        painter.setPen(color(role))
        right = Qt.AlignmentFlag.AlignRight
        return self.look.texts.draw(painter, 40, y, words, width - 52, size=11, align=right)

    # load of the team

    def strip(self, painter: QPainter, visible: Visible, top: int, width: int) -> None:
        """Booked engineers an hour (or day) as columns with their number; amber from nine tenths of those at
        work.
        """
        painter.fillRect(QRectF(0, top, width, STRIP), color("surface.panel"))
        painter.fillRect(QRectF(0, top, width, 1), color("border.default"))
        step = max(60, self._header_step(visible.scale))
        painter.save()
        painter.setClipRect(QRectF(visible.head, top + 1, width - visible.head, STRIP - 1))
        pitch = visible.scale.day_width if step >= 1440 else visible.scale.per_hour * step / 60
        for x, instant in visible.scale.ticks(visible.left - pitch, visible.left + visible.width, step):
            load = self._bucket(instant, step)
            if load is not None:
                self._column(painter, visible.head + x - visible.left, top, pitch, load, step)
        painter.restore()
        self._team_total(painter, visible, top)

    def _column(self, painter: QPainter, x: float, top: int, pitch: float, load: Load, step: int) -> None:
        if not load.booked:
            return
        share = load.share
        height = max(2.0, min(share, 1.0) * 30)
        role = "danger.line" if share > 1 else "warn.line" if share > 0.9 else "neutral.line"
        painter.fillRect(QRectF(x + 2, top + STRIP - height, max(pitch - 4, 1), height), color(role))
        if pitch >= 24:
            unit = 3600 if step >= 1440 else step * 60
            painter.setPen(color("text.secondary"))
            centre = Qt.AlignmentFlag.AlignHCenter
            number = f"{load.booked / unit:.1f}".removesuffix(".0")
            self.look.texts.draw(painter, x, top + STRIP - height - 16, number, pitch, size=11, align=centre)

    def _team_total(self, painter: QPainter, visible: Visible, top: int) -> None:
        start, end = visible.whole_days()
        loads = [load for at in range(start, end, DAY) if (load := self._bucket(at + DAY // 2, 1440))]
        booked, capacity = sum(load.booked for load in loads), sum(load.capacity for load in loads)
        painter.fillRect(QRectF(visible.head - 1, top, 1, STRIP), color("border.default"))
        painter.setPen(color("text.secondary"))
        self.look.texts.draw(painter, 12, top + 16, tr("Team load"))
        painter.setPen(color("text.primary"))
        words = f"{hours_text(round(booked, -1))} / {hours_text(capacity)} h"
        right = Qt.AlignmentFlag.AlignRight
        self.look.texts.draw(painter, 12, top + 16, words, visible.head - 24, align=right)

    def _bucket(self, instant: int, step: int) -> Load | None:
        """The team's load from `instant` for `step` minutes, or of its day; None while that is not computed
        yet.
        """
        start = self.model.day_start(instant)
        day = self._team.get(start)
        if day is None:
            if self.budget <= 0:
                self.owing = True
                return None
            self.budget -= 1
            day = self._team[start] = team_day(self.model, start)
        if step >= 1440:
            return day.whole
        first = (instant - start) // 3600
        hours = range(first, min(first + step // 60, 24))
        return Load(sum(day.booked[hour] for hour in hours), sum(day.present[hour] for hour in hours))

    # legend

    def legend(self, painter: QPainter, top: int, width: int) -> None:
        painter.fillRect(QRectF(0, top, width, LEGEND), color("surface.header"))
        painter.fillRect(QRectF(0, top, width, 1), color("border.default"))
        x = 12.0
        for words, look, dashed in self._legend_entries():
            self._swatch(painter, QRectF(x, top + 8, 20, 12), look, dashed)
            painter.setPen(color("text.secondary"))
            x += 24 + self.look.texts.draw(painter, x + 24, top + 6, words) + 16
            if x > width:
                break

    def _legend_entries(self) -> tuple[tuple[str, BarLook | None, str], ...]:
        return (
            (tr("Done"), BARS[BarState.DONE], ""),
            (tr("Working"), BARS[BarState.WORKING], ""),
            (tr("Travelling"), BARS[BarState.TRAVELLING], ""),
            (tr("Planned"), BARS[BarState.PLANNED], "left"),
            (tr("Tentative"), TENTATIVE, "dashed"),
            (tr("Conflict"), CONFLICT, "left"),
            (tr("Travel"), None, "travel"),
            (tr("Another planner"), None, "other"),
        )

    def _swatch(self, painter: QPainter, box: QRectF, look: BarLook | None, kind: str) -> None:
        if kind == "travel":
            painter.fillRect(QRectF(box.x(), box.y() + 2, box.width(), 8), color("info.line"))
            painter.fillRect(QRectF(box.x(), box.y() + 2, 2, 8), color("info.solid"))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dashed = kind in ("dashed", "other")
        border = color("chart.4" if look is None else look.border)
        painter.setPen(QPen(border, 1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        if look is None:
            painter.setBrush(color("surface.base"))
        elif kind == "dashed":
            painter.setBrush(self.look.hatch(painter.device().devicePixelRatioF()))
        else:
            painter.setBrush(color(look.ground))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if kind == "left":
            painter.fillRect(QRectF(box.x(), box.y() + 1, 3, box.height() - 2), border)
