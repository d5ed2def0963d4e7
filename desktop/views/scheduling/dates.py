"""Ranges of days as the headers of board and calendar write them."""

from __future__ import annotations

from datetime import date, timedelta

from desktop.domain.text import language, tr
from desktop.widgets.gantt_frame import day_text


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def range_text(first: date, days: int) -> str:
    """``Tue 24 Nov 2026`` for a day, ``23 to 29 Nov 2026, week 48`` for a week, months by name."""
    last = first + timedelta(days=days - 1)
    if days == 1:
        return day_text(first, year=True)
    if language() == "zh":
        until = f"{last:%m-%d}" if last.year == first.year else f"{last:%Y-%m-%d}"
        words = f"{first:%Y-%m-%d} 至 {until}"
    else:
        same = (first.year, first.month) == (last.year, last.month)
        begin = str(first.day) if same else day_text(first, weekday=False, year=first.year != last.year)
        words = f"{begin} to {day_text(last, weekday=False, year=True)}"
    if days == 7 and first.weekday() == 0:
        return tr("{days}, week {number}", days=words, number=first.isocalendar().week)
    return words


def month_text(day: date) -> str:
    """``November 2026``, ``2026 年 11 月``."""
    return f"{day.year} 年 {day.month} 月" if language() == "zh" else f"{day:%B} {day.year}"


def day_of(args: object) -> date | None:
    """The day that a page was opened for: a date or its ISO form (what is kept between sessions)."""
    if isinstance(args, date):
        return args
    if isinstance(args, str):
        try:
            return date.fromisoformat(args)
        except ValueError:
            return None
    return None
