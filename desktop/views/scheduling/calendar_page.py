"""The maintenance calendar: day, week and month, with the engineers and kinds to show beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.calendars import DAY
from desktop.domain.intervals import Interval, overlap
from desktop.domain.text import tr
from desktop.operations.scheduling import explain
from desktop.runtime.context import Context
from desktop.runtime.failures import Failure
from desktop.views.scheduling.dates import day_of, monday, month_text, range_text
from desktop.views.scheduling.plan_desk import PlanDesk
from desktop.views.scheduling.week_plan import WeekPlan
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.calendar_base import CalendarBase, Shown
from desktop.widgets.calendar_month import MonthView
from desktop.widgets.calendar_side import MiniMonth, Ticks
from desktop.widgets.calendar_view import CalendarView
from desktop.widgets.dates import add_months
from desktop.widgets.gantt_frame import hours_text
from desktop.widgets.header import HeaderBar, Section
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.page import Page
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.segmented import Segment, Segmented

RANGES = ("day", "week", "month")
FIRST_ENGINEERS = 5
"""How many engineers are ticked at first: more than a week can show side by side helps nobody."""
NARROW, WIDE, WIDE_FROM = 216, 240, 1480


class CalendarPage(Page):
    """`args` may be a date, or its ISO form, to begin with."""

    def __init__(
        self,
        context: Context,
        args: object = None,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(context, parent)
        self.desk = PlanDesk(context, self)
        self.model = self.desk.model
        self.week = CalendarView(self.model, clock=clock)
        self.month = MonthView(self.model, clock=clock)
        self.week_plan = WeekPlan(context, self.desk, self)
        self.range = "week"
        self.day = day_of(args) or self.week.today()
        self._ticked: set[int] | None = None
        self._build()
        self._make_actions()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._sum)
        self._connect()
        self.retranslate()

    # assembly

    def _build(self) -> None:
        self.header = HeaderBar()
        self.earlier, self.later = IconButton("chevron-left"), IconButton("chevron-right")
        self.today_button = Button("")
        self.range_label = Label(size=13)
        self.print_button = Button("", icon="printer")
        self.span = Segmented()
        for left in (self.earlier, self.today_button, self.later, self.range_label):
            self.header.add_left(left)
        for right in (self.print_button, self.span):
            self.header.add_action(right)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.week)
        self.stack.addWidget(self.month)
        foot = Surface("surface.header", "t")
        self.jobs = Label(role="text.secondary")
        self.load = Label(weight=500)
        self.load_name = Label(role="text.secondary")
        self.conflicts = Label(role="danger.fg")
        self.conflict_icon = IconLabel("triangle-alert", "danger.fg", 12)
        self.hint = Label(role="text.secondary")
        foot.setLayout(
            row(
                self.jobs, 8, self.load_name, self.load, None, self.conflict_icon, self.conflicts, 8, self.hint,
                margins=(12, 0, 12, 0),
            )
        )  # fmt: skip
        foot.setFixedHeight(28)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(row(self._side_panel(), self.stack, spacing=0), 1)
        layout.addWidget(foot)

    def _side_panel(self) -> QWidget:
        self.mini = MiniMonth(self.week.today)
        self.mini_title = Label(size=12)
        self.mini_back, self.mini_next = IconButton("chevron-left"), IconButton("chevron-right")
        self.engineers, self.kinds = Ticks(), Ticks()
        self.engineer_count = Label(role="text.secondary")
        head = row(self.mini_title, None, self.mini_back, self.mini_next, spacing=0)
        inner = QWidget()
        inner.setLayout(column(head, self.mini, spacing=4))
        self.mini_section = Section(inner)
        self.engineer_section = Section(self.engineers, " ", self.engineer_count)
        self.kind_section = Section(self.kinds, " ")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(area.focusPolicy().NoFocus)
        content = Surface("surface.panel")
        content.setLayout(column(self.mini_section, self.engineer_section, self.kind_section, None, spacing=0))
        area.setWidget(content)
        self.side = Surface("surface.panel", "r")
        self.side.setLayout(column(area, margins=(0, 0, 1, 0)))
        self.side.setFixedWidth(NARROW)
        return self.side

    def _make_actions(self) -> None:
        def action(key: str, menu: str, call: Callable[[], object], shortcut: str = "") -> QAction:
            made = QAction(self)
            made.setData(menu)
            made.setObjectName(key)
            if shortcut:
                made.setShortcut(QKeySequence(shortcut))
            made.triggered.connect(lambda _=False: call())
            self.addAction(made)
            return made

        self.undo = action("undo", "edit", self.desk.undo, "Ctrl+Z")
        self.redo = action("redo", "edit", self.desk.redo, "Ctrl+Y")
        self.tentative = action("tentative", "record", self._toggle_tentative, "T")
        self.back = action("back", "record", lambda: self.view().request(lambda place: None), "Del")
        self.print_plan = action("print", "record", lambda: self.week_plan.save_pdf(monday(self.day)), "Ctrl+P")
        self.export_ics = action("ics", "record", self._export_ics)
        self.go_today = action("today", "view", lambda: self._go(self.week.today()), "Ctrl+Home")
        self.print_button.follow(self.print_plan)
        self.today_button.clicked.connect(self.go_today.trigger)
        self.earlier.clicked.connect(lambda: self._step(-1))
        self.later.clicked.connect(lambda: self._step(1))

    def _connect(self) -> None:
        self.desk.holding = lambda: self.view().drag is not None
        self.span.chosen.connect(self._show)
        self.mini.chosen.connect(self._go)
        self.mini.month_changed.connect(self._name_month)
        self.mini_back.clicked.connect(lambda: self.mini.turn(-1))
        self.mini_next.clicked.connect(lambda: self.mini.turn(1))
        self.engineers.changed.connect(self._filter)
        self.kinds.changed.connect(self._filter)
        for view in (self.week, self.month):
            view.editable = self.desk.may_plan
            view.moves_requested.connect(self.desk.perform)
            view.open_requested.connect(lambda key: self.open_requested.emit("work_order", key))
            view.step_requested.connect(self._step)
            view.selection_changed.connect(self._enable)
            view.drag_changed.connect(self._enable)
        self.week.day_requested.connect(self._go)
        self.month.day_requested.connect(self._open_day)
        self.desk.crew_changed.connect(self._crew_changed)
        self.desk.refused.connect(self._refused)
        self.desk.history_changed.connect(self._enable)
        self.model.changed.connect(self._soon.start)

    def view(self) -> CalendarBase:
        return self.month if self.range == "month" else self.week

    # the page's contract

    def title(self) -> str:
        return tr("Maintenance calendar")

    def icon_name(self) -> str:
        return "calendar-days"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if self.view().drag is not None:
            return (("Enter", tr("Place")), ("Alt", tr("No snap")), ("Esc", tr("Cancel")))
        return (
            ("←→↑↓", tr("Job")),
            ("Ctrl+←→↑↓", tr("Move")),
            ("Shift+↑↓", tr("Length")),
            ("Enter", tr("Open")),
            ("Ctrl+Z", tr("Undo")),
        )

    def zones(self) -> Sequence[QWidget]:
        return (self.view(), self.mini, self.engineers, self.kinds)

    def refresh(self) -> None:
        first = self.desk.crew is None
        self.desk.load()
        self._go(self.day)
        if first:
            self.view().setFocus()

    def state(self) -> Mapping[str, Any]:
        ticked = sorted(self._ticked) if self._ticked is not None else None
        return {"range": self.range, "engineers": ticked}

    def restore(self, state: Mapping[str, Any]) -> None:
        if state.get("range") in RANGES:
            self.range = str(state["range"])
            self.span.set_current(self.range)
        ticked = state.get("engineers")
        if isinstance(ticked, list):
            self._ticked = {key for key in ticked if isinstance(key, int)}

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.today_button.setText(tr("Today"))
        self.earlier.set_words(tr("Earlier"), "PgUp")
        self.later.set_words(tr("Later"), "PgDn")
        self.mini_back.set_words(tr("Previous month"))
        self.mini_next.set_words(tr("Next month"))
        self.mini.setAccessibleName(tr("Month"))
        self.span.setAccessibleName(tr("Range"))
        words = {"day": tr("Day"), "week": tr("Week"), "month": tr("Month")}
        self.span.set_segments(tuple(Segment(key, words[key]) for key in RANGES))
        self.span.set_current(self.range)
        for action, text in (
            (self.undo, tr("Undo")),
            (self.redo, tr("Redo")),
            (self.tentative, tr("Tentative or firm")),
            (self.back, tr("Back to the backlog")),
            (self.print_plan, tr("Week plan as PDF…")),
            (self.export_ics, tr("Calendar file (ICS)…")),
            (self.go_today, tr("Today")),
        ):
            action.setText(text)
        self.print_button.setText(tr("Week plan"))
        self.engineer_section.title.setText(tr("Engineers"))
        self.engineers.setAccessibleName(tr("Engineers"))
        self.kind_section.title.setText(tr("Show"))
        self.kinds.setAccessibleName(tr("Show"))
        self.hint.setText(tr("Drag moves, edge resizes, Alt is free"))
        self._fill_kinds()
        self._name_month()
        self._show_range()
        self._sum()

    # what is shown

    def _show(self, key: str) -> None:
        self.range = key
        self.view().cancel()
        self._go(self.day)
        self.view().setFocus()

    def _go(self, day: date) -> None:
        self.day = day
        self.stack.setCurrentWidget(self.view())
        self.week.days = 7 if self.range == "week" else 1
        self.view().set_day(day)
        self._show_range()
        start, end = self.view().bounds()
        self.desk.need(Interval(start, end))
        self._sum()

    def _open_day(self, day: date) -> None:
        self.span.set_current("day")
        self.range = "day"
        self._go(day)

    def _step(self, direction: int) -> None:
        if self.range == "month":
            self._go(add_months(self.day.replace(day=1), direction))
        else:
            self._go(self.day + timedelta(days=direction * (7 if self.range == "week" else 1)))

    def _bounds(self) -> tuple[date, date]:
        if self.range == "month":
            first = self.day.replace(day=1)
            return first, add_months(first, 1) - timedelta(days=1)
        if self.range == "week":
            return monday(self.day), monday(self.day) + timedelta(days=6)
        return self.day, self.day

    def _show_range(self) -> None:
        first, last = self._bounds()
        words = month_text(first) if self.range == "month" else range_text(first, (last - first).days + 1)
        self.range_label.setText(words)
        self.mini.show_range(first, last)

    def _name_month(self) -> None:
        self.mini_title.setText(month_text(self.mini.month))

    def _crew_changed(self) -> None:
        own = [lane.id for lane in self.model.plan.lanes]
        if self._ticked is None:
            self._ticked = set(own[:FIRST_ENGINEERS])
        self._fill_engineers()
        self._filter()
        self._go(self.day)

    def _fill_engineers(self) -> None:
        start, end = self.view().bounds()
        rows: list[tuple[object, str, str, str]] = []
        for number, lane in enumerate(self.model.plan.lanes):
            booked = self.model.plan.booked(lane.id, start, end)
            rows.append((lane.id, f"chart.{number % 8 + 1}", lane.label, f"{hours_text(booked)} h"))
        ticked: set[object] = set(self._ticked or ())
        self.engineers.set_rows(rows, ticked)
        self.engineer_count.setText(f"{len(self.engineers.ticked())} / {len(rows)}")

    def _fill_kinds(self) -> None:
        shown = self.week.shown
        rows = (
            ("planned", "", tr("Planned"), ""),
            ("tentative", "", tr("Tentative"), ""),
            ("done", "", tr("Done"), ""),
            ("leave", "", tr("Leave"), ""),
        )
        self.kinds.set_rows(rows, {key for key, *_ in rows if getattr(shown, key)})

    def _filter(self) -> None:
        ticked = {key for key in self.engineers.ticked() if isinstance(key, int)}
        if self.model.plan.lanes:
            self._ticked = ticked
        kinds = self.kinds.ticked()
        shown = Shown(frozenset(ticked), "planned" in kinds, "tentative" in kinds, "done" in kinds, "leave" in kinds)
        for view in (self.week, self.month):
            view.set_shown(replace(shown))
        self._sum()

    def _sum(self) -> None:
        """The foot: jobs, load and conflicts of what is shown; and the hours beside the names."""
        view = self.view()
        start, end = view.bounds()
        found = view.bookings()
        booked = sum(overlap((b.start, b.end), (start, end)) for b in found)
        lanes = [lane for lane in self.model.plan.lanes if view.shown.lane(lane.id)]
        capacity = sum(self.model.range_load(lane, start, end).capacity for lane in lanes)
        clashing = sum(1 for booking in found if view.clashes(booking)) // 2 if end - start <= 42 * DAY else 0
        self.jobs.setText(tr("{count} jobs", count=len(found)))
        self.load_name.setText(tr("Load"))
        self.load.setText(f"{hours_text(booked)} / {hours_text(capacity)} h")
        words = tr("{count} conflicts", count=clashing)
        self.conflicts.setText(words if clashing else "")
        self.conflict_icon.setVisible(bool(clashing))
        self._fill_engineers()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.side.setFixedWidth(WIDE if self.width() >= WIDE_FROM else NARROW)

    # gestures

    def _toggle_tentative(self) -> None:
        self.view().request(lambda place: replace(place, hard=not place.hard))

    def _export_ics(self) -> None:
        booking = self.view().current()
        lane = self.model.plan.lane(booking.lane_id) if booking else None
        self.week_plan.save_ics(monday(self.day), lane)

    def _refused(self, failure: Failure, moves: Sequence[Any]) -> None:
        refusal = explain(failure.error)
        if refusal is None:
            self.context.toast("danger", failure.message)
            return
        flash = {move.booking_id for move in moves if move.before is not None}
        if refusal.in_the_way is not None:
            flash.add(refusal.in_the_way)
        self.view().flash(flash)
        self.context.toast("danger", refusal.cause, refusal.remedy)

    def _enable(self) -> None:
        booking = self.view().current()
        movable = booking is not None and self.view().can_move(booking)
        self.undo.setEnabled(self.desk.history.can_undo)
        self.redo.setEnabled(self.desk.history.can_redo)
        self.tentative.setEnabled(movable)
        self.back.setEnabled(movable)
        self.key_hints_changed.emit()
