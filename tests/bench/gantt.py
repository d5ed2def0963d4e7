"""The dispatch board with 50,000 bookings: first paint, scroll frames, drag feedback, beside a bare painted
widget.

The bare widget draws the same number of rectangles with two lines of text from a list that it already has:
what any painted board must pay. Both run in the same process, one after the other.
"""

from __future__ import annotations

import gc
import random
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QStaticText
from PySide6.QtWidgets import QApplication, QWidget

from db.embedded import Server
from db.session import Database
from desktop.domain.calendars import WorkCalendar, at
from desktop.domain.moves import Move
from desktop.domain.scheduling import Booking, Job, Lane, Placement, Skill
from desktop.models.gantt_model import GanttModel
from desktop.operations.bookings import read_bookings
from desktop.operations.scheduling import carry_out
from desktop.widgets.gantt_drag import Drag
from desktop.widgets.gantt_view import GanttView
from desktop.widgets.theme import apply_theme, color, font
from tests.scheduling_world import World, as_user, make_database

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
SIZE = (1584, 900)
FRAMES = 400


def plan(count: int, lanes: int = 120) -> GanttModel:
    """`count` bookings on `lanes` engineers round today, four a day each."""
    rng = random.Random(4711)
    calendar = WorkCalendar(ZONE)
    skill = Skill("SCREW", "Screw compressors", "螺杆压缩机", level=2)
    model = GanttModel(ZONE)
    model.set_lanes(
        Lane(n, f"Engineer {n}", calendar, f"工程师 {n}", f"E{n % 10}", (skill,)) for n in range(1, lanes + 1)
    )
    per_lane = count // lanes
    found: list[Booking] = []
    for lane in range(1, lanes + 1):
        for n in range(per_lane):
            day = TODAY + timedelta(days=n // 4 - per_lane // 8)
            start = at(day, 480 + (n % 4) * 135 + rng.choice((0, 15)), ZONE)
            key = lane * 100_000 + n
            job = Job(key, f"WO-2611-{key % 10_000:04d}", "Annual service", "年度保养", "Huarui", "华瑞精密")
            found.append(Booking(key, lane, start, start + 105 * 60, job=job, travel=900))
    model.set_bookings(found)
    return model


class BareBoard(QWidget):
    """The least that can be done: fixed rectangles, prepared texts, no look-up, no cache."""

    def __init__(self, boxes: int) -> None:
        super().__init__()
        self.resize(*SIZE)
        self.offset = 0
        self._boxes = [QRectF(200 + (n % 5) * 260, 48 + (n // 5) * 64 + 10, 220, 44) for n in range(boxes)]
        self._texts = [(QStaticText(f"{n:04d} Annual service"), QStaticText("Huarui  8:00–9:45")) for n in range(boxes)]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("surface.base"))
        painter.setFont(font(12))
        for box, (first, second) in zip(self._boxes, self._texts, strict=True):
            moved = box.translated(-self.offset, 0)
            painter.setPen(color("accent.fg"))
            painter.setBrush(color("accent.subtle"))
            painter.drawRoundedRect(moved, 3, 3)
            painter.setPen(color("text.primary"))
            painter.drawStaticText(moved.topLeft() + QPoint(8, 4), first)
            painter.drawStaticText(moved.topLeft() + QPoint(8, 22), second)


def _milliseconds(action: Callable[[], object]) -> float:
    begin = perf_counter()
    action()
    return (perf_counter() - begin) * 1000


def _frames(widget: QWidget, step: Callable[[int], None], frames: int = FRAMES) -> list[float]:
    """Times of `frames` frames: one `step`, and the event loop until it is painted into the window."""

    def frame(number: int) -> None:
        step(number)
        QApplication.processEvents()

    frame(0)
    return [_milliseconds(lambda n=n: frame(n)) for n in range(1, frames + 1)]  # type: ignore[misc]


def _show(widget: QWidget) -> None:
    widget.show()
    QApplication.processEvents()


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99) - 1]


def _board(count: int) -> dict[str, float]:
    model = plan(count)
    view = GanttView(model, clock=lambda: at(TODAY, 642, ZONE))
    view.resize(*SIZE)
    first = _milliseconds(lambda: _show(view))
    bar = view.horizontalScrollBar()
    origin = bar.value()
    port = view.viewport()

    def across(number: int) -> None:
        bar.setValue(origin + number * 24)

    scroll = _frames(port, across)
    bar.setValue(origin)
    down = view.verticalScrollBar()
    vertical = _frames(port, lambda number: down.setValue(number * 16))
    down.setValue(0)
    feedback, frames = _drag(view)
    result = {
        "first_paint_ms": first,
        "scroll_median_ms": statistics.median(scroll),
        "scroll_p99_ms": _p99(scroll),
        "scroll_vertical_p99_ms": _p99(vertical),
        "drag_feedback_ms": statistics.median(feedback),
        "drag_frame_p99_ms": _p99(frames),
    }
    view.close()
    view.deleteLater()
    return result


def _drag(view: GanttView) -> tuple[list[float], list[float]]:
    """What one move of the mouse costs (place and verdict), and the frame after it."""
    lane = view.model.plan.lanes[2]
    day = at(TODAY, 0, ZONE)
    booking = next(b for b in view.model.plan.touching(lane.id, day, day + 86_400) if b.job)
    if booking.job is None:
        raise RuntimeError("the plan has no job to drag")
    view.begin(Drag(booking.job, booking, booking.placement))
    feedback: list[float] = []
    y = view.lane_rect(lane.id).center().y()

    def move(number: int) -> None:
        pos = QPoint(260 + number * 3 % 1200, y + 64 * (number // 60 % 4))
        feedback.append(_milliseconds(lambda: view.aim(pos, free=False)))

    frames = _frames(view.viewport(), move)
    view.cancel()
    return feedback, frames


def run() -> dict[str, Any]:
    """All figures at 500, 5,000 and 50,000 bookings, and the ratios to the bare widget."""
    app = QApplication.instance() or QApplication([])
    if isinstance(app, QApplication):
        apply_theme(app, "light")
    gc.disable()  # as the running program does: it collects between frames, on the UI thread
    try:
        return _compare()
    finally:
        gc.enable()


def _compare() -> dict[str, Any]:
    bare = BareBoard(65)
    bare_first = _milliseconds(lambda: _show(bare))

    def shift(number: int) -> None:
        bare.offset = number
        bare.update()

    bare_scroll = _frames(bare, shift)
    bare.close()
    _board(500)  # fonts and icons are loaded once per program, not per board
    boards = {str(count): _board(count) for count in (500, 5_000, 50_000)}
    large, small = boards["50000"], boards["500"]
    return {
        "goals": {"first_paint_ms": 50, "scroll_p99_ms": 8, "drag_feedback_ms": 1},
        "bare": {
            "first_paint_ms": bare_first,
            "scroll_median_ms": statistics.median(bare_scroll),
            "scroll_p99_ms": _p99(bare_scroll),
        },
        "board": boards,
        "ratio": {
            "scroll_p99_to_bare": large["scroll_p99_ms"] / _p99(bare_scroll),
            "scroll_median_50000_to_500": large["scroll_median_ms"] / small["scroll_median_ms"],
        },
    }


def verdict(server: Server, count: int = 100_000) -> dict[str, Any]:
    """What a drag waits for where nothing is loaded yet, and a whole gesture, with `count` bookings behind it.

    Read as a planner under row-level security: one engineer's days, everybody's week, and placing a job (`plan_work`).
    """
    owner, world = make_database(server, "bench_plan")
    _fill(owner, world, count)
    with Database(as_user(owner, world.login)) as planner:
        now = at(TODAY, 0, ZONE)
        read_bookings(planner, world.engineers, now, now + 3600)  # the program is connected before anybody drags
        one = [
            _milliseconds(lambda: read_bookings(planner, [world.engineers[0]], now, now + 86_400)) for _ in range(60)
        ]
        week = [
            _milliseconds(lambda: read_bookings(planner, world.engineers, now, now + 7 * 86_400)) for _ in range(30)
        ]
        placing = [_milliseconds(partial(_place, planner, world, order)) for order in world.orders[1:]]
    return {
        "bookings": count,
        "one_engineer_a_day_ms": {"median": statistics.median(one), "worst": max(one)},
        "five_engineers_a_week_ms": {"median": statistics.median(week), "worst": max(week)},
        "place_a_job_ms": {"median": statistics.median(placing), "worst": max(placing)},
        "goal_ms": 200,
    }


def _fill(owner: str, world: World, count: int) -> None:
    """Bookings of two hours, four a day, of five engineers, and as many days round today as that takes."""
    raw = psycopg2.connect(owner)
    with raw.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            """
            insert into erp.booking (company_id, org_unit_id, engineer_id, work_order_id, slot)
            select %(company)s, %(unit)s, (%(engineers)s::bigint[])[1 + n %% 5], (%(orders)s::bigint[])[1 + n %% 8],
                   tstzrange(t, t + interval '90 minutes')
            from generate_series(0, %(count)s - 1) n,
                 lateral (select timestamptz %(today)s + make_interval(days => n / 20 - %(count)s / 40, hours => 6)
                                 + make_interval(hours => 2 * (n / 5 %% 4)) as t) at
            """,
            {
                "company": world.company, "unit": world.branch, "engineers": list(world.engineers),
                "orders": list(world.orders), "count": count, "today": f"{TODAY} 00:00+08",
            },
        )  # fmt: skip
        cursor.execute("analyze erp.booking")
    raw.commit()
    raw.close()


def _place(planner: Database, world: World, order: int) -> None:
    start = at(TODAY, 18 * 60, ZONE) + world.orders.index(order) * 3600
    place = Placement(world.engineers[1], start, start + 1800)
    carry_out(planner, [Move(order, 0, None, place)], {}, request=uuid4())
