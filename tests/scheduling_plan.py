"""A small plan in memory for widget tests: three engineers on a Tuesday, a handful of jobs, a backlog."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from desktop.domain.calendars import Leave, WorkCalendar, at
from desktop.domain.scheduling import BarState, Booking, Job, Lane, Skill
from desktop.models.gantt_model import GanttModel

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)
SCREW = Skill("SCREW", "Screw compressors", "螺杆压缩机", level=2)
WANG, LI, TANG = 1, 2, 3


def clock(hours: float, day: date = DAY) -> int:
    return at(day, round(hours * 60), ZONE)


NOW = clock(10.7)


def job(number: int, title: str = "Annual service", **changes: object) -> Job:
    base = Job(number, f"WO-2611-{number:04d}", title, "年度保养", "Huarui", "华瑞精密", seconds=7200)
    return replace(base, **changes)  # type: ignore[arg-type]


def lanes() -> list[Lane]:
    calendar = WorkCalendar(ZONE)
    leave = Leave(clock(0), clock(24), "leave", "Annual leave", "年假")
    return [
        Lane(WANG, "Wang Jun", calendar, "王军", "WJ", (replace(SCREW, level=3),)),
        Lane(LI, "Li Tong", calendar, "李彤", "LT"),
        Lane(TANG, "Tang Yi", calendar, "唐逸", "TY", leaves=(leave,)),
    ]


def bookings() -> list[Booking]:
    return [
        Booking(11, WANG, clock(8), clock(10), state=BarState.DONE, job=job(481)),
        Booking(12, WANG, clock(13), clock(15), job=job(497, "Valve check")),
        Booking(13, LI, clock(11), clock(13), job=job(488, "Lift alarm")),
        Booking(14, LI, clock(14), clock(16), hard=False, job=job(499, "Head service")),
        Booking(15, WANG, clock(9, DAY + timedelta(days=1)), clock(11, DAY + timedelta(days=1)), job=job(510)),
    ]


def model() -> GanttModel:
    made = GanttModel(ZONE)
    made.set_lanes(lanes())
    made.set_bookings(bookings())
    made.set_jobs(
        [
            job(505, "Screw noise", sla_due=clock(13), skills=(SCREW,)),
            job(506, "Low pressure", sla_due=clock(12), site="B hall"),
            job(507, "Dock leveller", due=clock(18), site="A hall", seconds=3600),
        ]
    )
    return made
