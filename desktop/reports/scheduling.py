"""The week plan: an A3 board of all engineers by day, then a sheet for each engineer to take along.

Drawn on the canvas with fixed heights, so a page costs the same whatever is on it. Latin in Inter, Chinese in WenQuanYi
Micro Hei, both embedded: the paper looks alike on every machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.calendars import DAY, at, local, midnight
from desktop.domain.intervals import clipped, columns
from desktop.domain.scheduling import BarState, Booking, Lane, Plan
from desktop.domain.text import language, pick, tr

_RESOURCES = Path(__file__).parent.parent / "resources"
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef、。《》]+")
LATIN, MEDIUM, CJK = "Inter", "Inter-Medium", "WenQuanYiMicroHei"
MARGIN, HEAD_WIDTH, LANE, TITLE, DAYS_ROW, FOOT = 28.0, 128.0, 36.0, 44.0, 26.0, 24.0
TALLEST = 56.0
FIRST_HOUR, LAST_HOUR = 7, 19
SHEET_ROW = 34.0
UPRIGHT = 34.0
"""Bars narrower than this are written upwards."""


@dataclass(frozen=True)
class WeekPlan:
    """What goes on paper. `monday` is the first of seven days; `scope` names whose engineers these are."""

    monday: date
    zone: ZoneInfo
    lanes: Sequence[Lane]
    bookings: Sequence[Booking]
    company: str = ""
    scope: str = ""
    printed_by: str = ""
    printed_at: datetime | None = None


@cache
def _tokens() -> dict[str, object]:
    found: dict[str, object] = json.loads((_RESOURCES / "style" / "tokens.json").read_text(encoding="utf-8"))["light"]
    return found


@cache
def _color(name: str) -> Color:
    """A colour of the light theme: paper is white."""
    group, key = name.split(".")
    light = _tokens()
    place = light["semantic"][group] if group in light["semantic"] else light[group]  # type: ignore[index,operator]
    return HexColor(place[key])  # type: ignore[index]


@cache
def _fonts() -> bool:
    folder = _RESOURCES / "fonts"
    registerFont(TTFont(LATIN, str(folder / "Inter-Regular.ttf")))
    registerFont(TTFont(MEDIUM, str(folder / "Inter-Medium.ttf")))
    registerFont(TTFont(CJK, str(folder / "wqy-microhei.ttc"), subfontIndex=0))
    return True


def _runs(text: str, latin: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with the font that has its characters."""
    at_ = 0
    for found in _CHINESE.finditer(text):
        if found.start() > at_:
            yield text[at_ : found.start()], latin
        yield found.group(), CJK
        at_ = found.end()
    if at_ < len(text):
        yield text[at_:], latin


def _width(text: str, size: float, latin: str = LATIN) -> float:
    return float(sum(stringWidth(piece, face, size) for piece, face in _runs(text, latin)))


def _fit(text: str, size: float, room: float, latin: str) -> str:
    if _width(text, size, latin) <= room:
        return text
    while text and _width(text + "…", size, latin) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def _write(
    canvas: Canvas, x: float, y: float, text: str, size: float = 8, *,
    room: float = 10_000, color: str = "text.primary", latin: str = LATIN, right: bool = False,
) -> None:  # fmt: skip
    """One line with its baseline at `y`, cut to `room`; with `right`, `x` is the right edge."""
    shown = _fit(text, size, room, latin)
    if right:
        x -= _width(shown, size, latin)
    canvas.setFillColor(_color(color))
    for piece, face in _runs(shown, latin):
        canvas.setFont(face, size)
        canvas.drawString(x, y, piece)
        x += stringWidth(piece, face, size)


def save_week_plan(path: Path, week: WeekPlan) -> int:
    """Write the plan as PDF; the number of pages. The file is complete or not there."""
    _fonts()
    part = path.with_name(path.name + ".part")
    canvas = Canvas(str(part), pagesize=landscape(A3), pageCompression=1)
    canvas.setTitle(tr("Week plan {range}", range=_range(week)))
    canvas.setAuthor(week.company or "Outpost")
    plan = Plan(week.lanes, week.bookings)
    pages = _board_pages(canvas, week, plan) + _engineer_sheets(canvas, week, plan)
    canvas.save()
    part.replace(path)
    return pages


def _range(week: WeekPlan) -> str:
    last = week.monday + timedelta(days=6)
    if language() == "zh":
        return f"{week.monday:%Y-%m-%d} 至 {last:%Y-%m-%d}"
    return f"{week.monday:%d %b} – {last:%d %b %Y}"


def _day_name(day: date) -> str:
    if language() == "zh":
        return f"周{'一二三四五六日'[day.weekday()]} {day:%m-%d}"
    return f"{day:%a} {day.day} {day:%b}"


def _header(canvas: Canvas, week: WeekPlan, title: str, width: float, height: float) -> float:
    """Title and what it covers; returns the y below."""
    y = height - MARGIN
    _write(canvas, MARGIN, y - 14, title, 15, latin=MEDIUM)
    under = " · ".join(part for part in (week.company, week.scope) if part)
    _write(canvas, MARGIN, y - 28, under, 9, color="text.secondary")
    _write(canvas, width - MARGIN, y - 14, _range(week), 11, right=True)
    number = tr("Week {number}", number=week.monday.isocalendar().week)
    _write(canvas, width - MARGIN, y - 28, number, 9, color="text.secondary", right=True)
    return y - TITLE


def _footer(canvas: Canvas, week: WeekPlan, width: float, page: int) -> None:
    printed = week.printed_at or datetime.now(week.zone)
    words = tr("Printed {time} by {name}", time=f"{printed:%Y-%m-%d %H:%M}", name=week.printed_by)
    _write(canvas, MARGIN, MARGIN - 12, words, 7, color="text.tertiary")
    _write(canvas, width - MARGIN, MARGIN - 12, tr("Page {number}", number=page), 7, color="text.tertiary", right=True)


# The board


def _board_pages(canvas: Canvas, week: WeekPlan, plan: Plan) -> int:
    width, height = landscape(A3)
    room = height - 2 * MARGIN - TITLE - DAYS_ROW - FOOT
    per_page = max(int(room // LANE), 1)
    tall = min(max(room / max(len(plan.lanes), 1), LANE), TALLEST)
    groups = [plan.lanes[i : i + per_page] for i in range(0, len(plan.lanes), per_page)] or [[]]
    for page, lanes in enumerate(groups, 1):
        canvas.setPageSize((width, height))
        y = _header(canvas, week, tr("Week plan"), width, height)
        y = _days_row(canvas, week, y, width, below=len(lanes) * tall)
        for lane in lanes:
            _lane(canvas, week, plan, lane, y, width, tall)
            y -= tall
        _legend(canvas, width)
        _footer(canvas, week, width, page)
        canvas.showPage()
    return len(groups)


def _day_width(width: float) -> float:
    return (width - 2 * MARGIN - HEAD_WIDTH) / 7


def _days_row(canvas: Canvas, week: WeekPlan, y: float, width: float, *, below: float) -> float:
    day_width = _day_width(width)
    canvas.setFillColor(_color("surface.header"))
    canvas.rect(MARGIN, y - DAYS_ROW, width - 2 * MARGIN, DAYS_ROW, stroke=0, fill=1)
    _write(canvas, MARGIN + 6, y - 16, tr("Engineer"), 8, color="text.secondary")
    canvas.setStrokeColor(_color("border.default"))
    canvas.setLineWidth(0.5)
    for index in range(7):
        x = MARGIN + HEAD_WIDTH + index * day_width
        _write(canvas, x + 5, y - 11, _day_name(week.monday + timedelta(days=index)), 9, latin=MEDIUM)
        for hour in (8, 12, 16):
            mark = x + (hour - FIRST_HOUR) / (LAST_HOUR - FIRST_HOUR) * day_width
            _write(canvas, mark - 3, y - 22, str(hour), 6, color="text.tertiary")
        canvas.line(x, y, x, y - DAYS_ROW - below)
    return y - DAYS_ROW


def _x(week: WeekPlan, instant: int, width: float) -> float:
    clock = local(instant, week.zone)
    days = (clock.date() - week.monday).days
    hour = clock.hour + clock.minute / 60
    inside = min(max((hour - FIRST_HOUR) / (LAST_HOUR - FIRST_HOUR), 0.0), 1.0)
    return MARGIN + HEAD_WIDTH + (min(max(days + inside, 0.0), 7.0)) * _day_width(width)


def _lane(canvas: Canvas, week: WeekPlan, plan: Plan, lane: Lane, y: float, width: float, tall: float) -> None:
    start = midnight(week.monday, week.zone)
    end = at(week.monday + timedelta(days=7), 0, week.zone)
    canvas.setFillColor(_color("surface.offshift"))
    canvas.rect(MARGIN + HEAD_WIDTH, y - tall, width - 2 * MARGIN - HEAD_WIDTH, tall, stroke=0, fill=1)
    canvas.setFillColor(_color("surface.base"))
    for day in range(start, end, DAY):
        for span in lane.calendar.spans(day, day + DAY):
            left = _x(week, span.start, width)
            canvas.rect(left, y - tall, _x(week, span.end - 1, width) - left, tall, stroke=0, fill=1)
    load = plan.load_of(lane, start, end)
    _write(canvas, MARGIN + 6, y - 14, lane.label, 9, room=HEAD_WIDTH - 12, latin=MEDIUM)
    words = f"{load.booked / 3600:.4g} / {load.capacity / 3600:.4g} h"
    _write(canvas, MARGIN + 6, y - 26, words, 7, color="danger.fg" if load.share > 1 else "text.secondary")
    _leaves(canvas, week, lane, y, width, tall, (start, end))
    found = plan.cluster(lane.id, start, end)
    for booking, spot in zip(found, columns([(b.start, b.end) for b in found]), strict=True):
        _bar(canvas, week, booking, y, width, tall, half=spot.at % 2 if spot.of > 1 else None)
    canvas.setStrokeColor(_color("border.grid"))
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, y - tall, width - MARGIN, y - tall)


def _leaves(
    canvas: Canvas, week: WeekPlan, lane: Lane, y: float, width: float, tall: float, window: tuple[int, int]
) -> None:
    for leave in lane.leaves:
        for day in range(window[0], window[1], DAY):
            for span in clipped(lane.calendar.spans(day, day + DAY), (leave.start, leave.end)):
                left = _x(week, span.start, width)
                right = _x(week, span.end - 1, width)
                canvas.setFillColor(_color("neutral.bg"))
                canvas.setStrokeColor(_color("neutral.line"))
                canvas.roundRect(left, y - tall + 6, right - left, tall - 12, 2, fill=1)
                note = pick(leave.note, leave.note_zh)
                _write(canvas, left + 4, y - tall / 2 - 2, note, 7, room=right - left - 8, color="text.secondary")


_LOOKS = {
    BarState.PLANNED: ("accent.subtle", "accent.fg"),
    BarState.TRAVELLING: ("info.bg", "info.solid"),
    BarState.WORKING: ("accent.subtle", "accent.solid"),
    BarState.DONE: ("neutral.bg", "border.strong"),
    BarState.BUSY: ("neutral.bg", "neutral.line"),
}


def _bar(
    canvas: Canvas, week: WeekPlan, booking: Booking, y: float, width: float, tall: float, *, half: int | None
) -> None:
    left, right = _x(week, booking.start, width), _x(week, booking.end - 1, width)
    size = max(right - left, 3.0)
    ground, border = _LOOKS[booking.state]
    if half is not None:
        ground, border = "danger.bg", "danger.solid"
    height = tall - 6 if half is None else (tall - 4) / 2
    bottom = y - tall + 3 if half in (None, 1) else y - 2 - height
    canvas.setFillColor(_color(ground if booking.hard else "surface.base"))
    canvas.setStrokeColor(_color(border))
    canvas.setLineWidth(0.7)
    canvas.setDash([] if booking.hard else [3, 2])
    canvas.roundRect(left, bottom, size, height, 2, fill=1)
    canvas.setDash([])
    top = bottom + height
    if size < UPRIGHT:
        _turned(canvas, booking, left, bottom, size, height)
        return
    lines = _bar_lines(week, booking, size - 5)
    for number, (words, secondary) in enumerate(lines[: max(1, int((height - 2) // 8))]):
        role = "text.secondary" if secondary else "text.primary"
        latin = LATIN if secondary else MEDIUM
        _write(canvas, left + 3, top - 8.5 - number * 8, words, 6.5, room=size - 5, color=role, latin=latin)


def _turned(canvas: Canvas, booking: Booking, left: float, bottom: float, size: float, height: float) -> None:
    """A bar too narrow for words across has them upwards: number and title, and the customer where two lines fit."""
    lines = [(f"{_code(booking)} {_title(booking)}".strip(), "text.primary", MEDIUM)]
    if booking.job and booking.job.customer_name and size >= 17:
        lines.append((booking.job.customer_name, "text.secondary", LATIN))
    if size < 8 or height < 24:
        return
    canvas.saveState()
    canvas.translate(left, bottom)
    canvas.rotate(90)
    offset = (size - 7.5 * len(lines)) / 2
    for number, (words, role, latin) in enumerate(lines):
        _write(canvas, 2, -offset - 6 - number * 7.5, words, 6, room=height - 4, color=role, latin=latin)
    canvas.restoreState()


def _bar_lines(week: WeekPlan, booking: Booking, room: float) -> list[tuple[str, bool]]:
    """What a bar of this width can say: the number whole or not at all, then title, customer, time."""
    code, title = _code(booking), _title(booking)
    if _width(f"{code} {title}", 6.5, MEDIUM) <= room:
        lines = [(f"{code} {title}".strip(), False)]
    else:
        lines = [(code, False)] if code and _width(code, 6.5, MEDIUM) <= room else []
        lines.append((title, not lines))
    if booking.job and booking.job.customer_name:
        lines.append((booking.job.customer_name, True))
    clock = _clock(week, booking)
    if _width(clock, 6.5) <= room:
        lines.append((clock, True))
    return lines if room > 12 else []


def _code(booking: Booking) -> str:
    return booking.code.rsplit("-", 1)[-1]


def _title(booking: Booking) -> str:
    return booking.job.name if booking.job else booking.title or tr("Busy")


def _clock(week: WeekPlan, booking: Booking) -> str:
    return f"{local(booking.start, week.zone):%H:%M}–{local(booking.end, week.zone):%H:%M}"


def _legend(canvas: Canvas, width: float) -> None:
    x, y = MARGIN, MARGIN + 4
    for words, (ground, border), dashed in (
        (tr("Planned"), _LOOKS[BarState.PLANNED], False),
        (tr("Tentative"), ("surface.base", "border.strong"), True),
        (tr("Travelling"), _LOOKS[BarState.TRAVELLING], False),
        (tr("Done"), _LOOKS[BarState.DONE], False),
        (tr("Conflict"), ("danger.bg", "danger.solid"), False),
        (tr("Leave"), ("neutral.bg", "neutral.line"), False),
    ):
        canvas.setFillColor(_color(ground))
        canvas.setStrokeColor(_color(border))
        canvas.setDash([3, 2] if dashed else [])
        canvas.roundRect(x, y, 14, 8, 2, fill=1)
        canvas.setDash([])
        _write(canvas, x + 18, y + 1, words, 7.5, color="text.secondary")
        x += 18 + _width(words, 7.5) + 14


# A sheet for each engineer


def _engineer_sheets(canvas: Canvas, week: WeekPlan, plan: Plan) -> int:
    start = midnight(week.monday, week.zone)
    end = at(week.monday + timedelta(days=7), 0, week.zone)
    width, height = A4
    room = int((height - 2 * MARGIN - TITLE - FOOT) // SHEET_ROW)
    pages = 0
    for lane in plan.lanes:
        jobs = plan.touching(lane.id, start, end)
        for first in range(0, len(jobs), room):
            canvas.setPageSize((width, height))
            y = _header(canvas, week, lane.label, width, height)
            for booking in jobs[first : first + room]:
                _sheet_row(canvas, week, booking, y, width)
                y -= SHEET_ROW
            pages += 1
            _footer(canvas, week, width, pages)
            canvas.showPage()
    return pages


def _sheet_row(canvas: Canvas, week: WeekPlan, booking: Booking, y: float, width: float) -> None:
    day = local(booking.start, week.zone).date()
    _write(canvas, MARGIN, y - 13, _day_name(day), 9, latin=MEDIUM)
    _write(canvas, MARGIN, y - 26, _clock(week, booking), 9, color="text.secondary")
    job, left = booking.job, MARGIN + 84
    _write(canvas, left, y - 13, f"{booking.code} {_title(booking)}".strip(), 10, room=width - MARGIN - left - 60)
    if not booking.hard:
        _write(canvas, width - MARGIN, y - 13, tr("Tentative"), 8, color="text.secondary", right=True)
    if job is not None:
        where = " · ".join(part for part in (job.customer_name, job.site_name) if part)
        _write(canvas, left, y - 26, where, 9, room=width - MARGIN - left, color="text.secondary")
    canvas.setStrokeColor(_color("border.grid"))
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, y - SHEET_ROW, width - MARGIN, y - SHEET_ROW)
