"""The dispatch board: backlog and engineers by time, for a day, three, a week, a month or what the zoom shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from desktop.domain.dispatching import best_slot
from desktop.domain.moves import Move, Step
from desktop.domain.scheduling import Job, Rank
from desktop.domain.text import pick, tr
from desktop.operations.scheduling import explain
from desktop.runtime.context import Context, ToastAction
from desktop.runtime.failures import Failure
from desktop.views.scheduling.dates import day_of, monday, range_text
from desktop.views.scheduling.plan_desk import OTHERS, PlanDesk
from desktop.views.scheduling.week_plan import WeekPlan
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.gantt_backlog import BacklogPanel
from desktop.widgets.gantt_bars import short_code
from desktop.widgets.gantt_canvas import GanttCanvas
from desktop.widgets.gantt_drag import Drag
from desktop.widgets.gantt_keys import send_back, toggle_tentative
from desktop.widgets.gantt_tips import time_text
from desktop.widgets.gantt_view import GanttView
from desktop.widgets.gantt_zoom import STEP, ZoomControl
from desktop.widgets.header import HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.page import Page
from desktop.widgets.paint import row
from desktop.widgets.segmented import Segment, Segmented

RANGES = {"day": 1, "three": 3, "week": 7, "month": 30}
DAY_HOURS, WHOLE_DAY = (7, 19), (0, 24)
_SETTLE_MS = 60


class BoardPage(Page):
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
        self.clock = clock
        self.desk = PlanDesk(context, self)
        self.model = self.desk.model
        self.gantt = GanttView(self.model, clock=clock)
        self.backlog = BacklogPanel(self.model, clock)
        self.week_plan = WeekPlan(context, self.desk, self)
        self._day = day_of(args)
        self._placed = False
        self._build_header()
        body = row(self.backlog, self.gantt, spacing=0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(body, 1)
        self._make_actions()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._range_settled)
        self._connect()
        self.retranslate()

    # assembly

    def _build_header(self) -> None:
        self.header = HeaderBar()
        self.earlier, self.later = IconButton("chevron-left"), IconButton("chevron-right")
        self.today = Button("")
        self.range_label = Label(size=13)
        self.night = Button("", "ghost", icon="moon")
        self.night.hide()
        self.branch = Button("", "ghost", icon="users", menu_arrow=True)
        self.span = Segmented()
        self.zoom = ZoomControl()
        for left in (self.earlier, self.today, self.later, self.range_label):
            self.header.add_left(left)
        for right in (self.night, self.branch, self.span, self.zoom):
            self.header.add_action(right)

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
        self.place = action("place", "record", self._place_current)
        self.tentative = action("tentative", "record", lambda: toggle_tentative(self.gantt), "T")
        self.back = action("back", "record", lambda: send_back(self.gantt), "Del")
        self.open_order = action("open", "record", self._open_current)
        self.print_plan = action("print", "record", self._print_week, "Ctrl+P")
        self.export_ics = action("ics", "record", self._export_ics)
        self.go_today = action("today", "view", self._go_today, "Ctrl+Home")
        self.zoom_in = action("zoom_in", "view", lambda: self.gantt.zoom(STEP), "Ctrl++")
        self.zoom_out = action("zoom_out", "view", lambda: self.gantt.zoom(1 / STEP), "Ctrl+-")
        self.zoom_in.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.nights = action("nights", "view", self._fold)
        self.nights.setCheckable(True)
        self.today.clicked.connect(self._go_today)
        self.earlier.clicked.connect(lambda: self._step(-1))
        self.later.clicked.connect(lambda: self._step(1))

    def _connect(self) -> None:
        gantt, backlog = self.gantt, self.backlog.list
        self.desk.holding = lambda: gantt.drag is not None
        gantt.loaded = self.desk.is_loaded
        gantt.editable = self.desk.may_plan
        self.span.chosen.connect(lambda key: self._show(RANGES[key]))
        self.zoom.zoomed.connect(gantt.zoom)
        self.zoom.chosen.connect(lambda width: gantt.zoom(width / gantt.scale.day_width))
        gantt.range_changed.connect(lambda _: self._settle.start())
        gantt.zoom_changed.connect(self._settle.start)
        gantt.moves_requested.connect(self._perform)
        gantt.open_requested.connect(lambda key: self.open_requested.emit("work_order", key))
        gantt.selection_changed.connect(self._enable)
        gantt.drag_changed.connect(self._enable)
        backlog.dragged.connect(self._drag_job)
        backlog.dropped.connect(gantt.commit)
        backlog.cancelled.connect(gantt.cancel)
        backlog.place_requested.connect(self._propose)
        backlog.open_requested.connect(lambda key: self.open_requested.emit("work_order", key))
        backlog.current_changed.connect(self._enable)
        backlog.focus_changed.connect(self.key_hints_changed)
        self.desk.crew_changed.connect(self._crew_changed)
        self.desk.refused.connect(self._refused)
        self.desk.done.connect(self._announce)
        self.desk.history_changed.connect(self._enable)
        self.branch.clicked.connect(self._choose_branch)
        self.night.clicked.connect(self.nights.trigger)
        self.model.changed.connect(self._settle.start)

    # the page's contract

    def title(self) -> str:
        return tr("Dispatch board")

    def icon_name(self) -> str:
        return "chart-gantt"

    def key_hints(self) -> Sequence[tuple[str, str]]:
        if self.gantt.drag is not None:
            return (("Enter", tr("Place")), ("Alt", tr("No snap")), ("Esc", tr("Cancel")))
        if self.backlog.list.hasFocus():
            return (("↑↓", tr("Job")), ("Enter", tr("Best slot")), ("Ctrl+P", tr("Week plan")))
        return (
            ("←→↑↓", tr("Job")),
            ("Ctrl+←→↑↓", tr("Move")),
            ("Shift+←→", tr("Length")),
            ("T", tr("Tentative")),
            ("Del", tr("To backlog")),
            ("Ctrl+Z", tr("Undo")),
        )

    def zones(self) -> Sequence[QWidget]:
        return (self.backlog.list, self.gantt)

    def refresh(self) -> None:
        self.desk.load()
        if not self._placed:
            self._placed = True
            self._fold()
            self.gantt.show_days(self.gantt.fit_days or 1, self._day or self.gantt.today())
            self.backlog.list.setFocus()

    def state(self) -> Mapping[str, Any]:
        return {"days": self.gantt.fit_days, "unit": self.desk.unit, "rank": self.model.rank.value}

    def restore(self, state: Mapping[str, Any]) -> None:
        days, unit, rank = state.get("days"), state.get("unit"), state.get("rank")
        if days in RANGES.values():
            self.gantt.fit_days = days
        if isinstance(unit, int):
            self.desk.unit = unit
        if rank in set(Rank):
            self.model.set_rank(Rank(rank))
            self.backlog.retranslate()

    def retranslate(self) -> None:
        self.header.set_title(self.title())
        self.today.setText(tr("Today"))
        self.earlier.set_words(tr("Earlier"), "PgUp")
        self.later.set_words(tr("Later"), "PgDn")
        words = {"day": tr("Day"), "three": tr("3 days"), "week": tr("Week"), "month": tr("Month")}
        self.span.setAccessibleName(tr("Range"))
        self.span.set_segments(tuple(Segment(key, words[key]) for key in RANGES))
        for action, text in (
            (self.undo, tr("Undo")),
            (self.redo, tr("Redo")),
            (self.place, tr("Place at the best slot")),
            (self.tentative, tr("Tentative or firm")),
            (self.back, tr("Back to the backlog")),
            (self.open_order, tr("Open work order")),
            (self.print_plan, tr("Week plan as PDF…")),
            (self.export_ics, tr("Calendar file (ICS)…")),
            (self.go_today, tr("Today")),
            (self.zoom_in, tr("Zoom in")),
            (self.zoom_out, tr("Zoom out")),
            (self.nights, tr("Show nights")),
        ):
            action.setText(text)
        self._show_range()
        self._name_branch()
        self._enable()

    # header

    def _show(self, days: int) -> None:
        day = self.gantt.day()
        self.gantt.show_days(days, monday(day) if days == RANGES["week"] else day)

    def _go_today(self) -> None:
        days = self.gantt.fit_days
        today = self.gantt.today()
        self.gantt.go_to(monday(today) if days == RANGES["week"] else today)
        self._show_range()

    def _step(self, direction: int) -> None:
        self.gantt.step(direction)
        self._show_range()

    def _fold(self) -> None:
        self.gantt.fold(*(WHOLE_DAY if self.nights.isChecked() else DAY_HOURS))
        self._count_nights()

    def _range_settled(self) -> None:
        self._show_range()
        self.desk.need(self.gantt.range())

    def _show_range(self) -> None:
        gantt: GanttCanvas = self.gantt
        days = gantt.fit_days or max(1, round(gantt.body().width() / gantt.scale.day_width))
        self.range_label.setText(range_text(gantt.day(), days))
        key = next((key for key, count in RANGES.items() if count == gantt.fit_days), "")
        self.span.set_current(key)
        self.zoom.show_scale(gantt.scale.day_width, gantt.scale.grain())
        self._count_nights()

    def _count_nights(self) -> None:
        """Say how many jobs in view lie in the hours that are folded away; a click unfolds them."""
        count = 0 if self.nights.isChecked() else self.gantt.folded_away()
        self.night.setText(tr("{count} at night", count=count))
        self.night.setToolTip(tr("Show nights"))
        self.night.setVisible(count > 0)

    def _crew_changed(self) -> None:
        self._name_branch()
        self.desk.need(self.gantt.range())

    def _name_branch(self) -> None:
        crew, unit = self.desk.crew, self.desk.unit
        words = tr("All my units")
        if unit == OTHERS:
            words = tr("Other units")
        elif crew is not None and unit is not None:
            found = next((each for each in crew.units if each.id == unit), None)
            words = pick(found.name, found.name_zh) if found else words
        elif crew is not None and len(crew.units) == 1:
            words = pick(crew.units[0].name, crew.units[0].name_zh)
        self.branch.setText(words)
        self.branch.setToolTip(tr("Whose engineers are shown"))

    def branch_menu(self) -> QMenu:
        """The units to choose from; those of others show busy times only."""
        menu = QMenu(self)
        crew = self.desk.crew
        choices: list[tuple[str, int | str | None]] = [(tr("All my units"), None)]
        if crew is not None:
            choices += [(pick(unit.name, unit.name_zh), unit.id) for unit in crew.units]
            if crew.foreign:
                choices.append((tr("Other units (busy times)"), OTHERS))
        for words, unit in choices:
            entry = menu.addAction(words)
            entry.setCheckable(True)
            entry.setChecked(self.desk.unit == unit)
            entry.triggered.connect(lambda _=False, unit=unit: self._choose(unit))
        return menu

    def _choose_branch(self) -> None:
        menu = self.branch_menu()
        menu.popup(self.branch.mapToGlobal(QPoint(0, self.branch.height())))

    def _choose(self, unit: int | str | None) -> None:
        self.desk.choose(unit)
        self._name_branch()

    # gestures

    def _drag_job(self, job: Job, pos: QPoint, free: bool) -> None:
        self.gantt.drag_job(job, self.gantt.viewport().mapFromGlobal(pos), free=free)

    def _place_current(self) -> None:
        job = self.backlog.list.current()
        if job is not None:
            self._propose(job)

    def _propose(self, job: Job) -> None:
        """Enter in the backlog: pick the job up at its best slot; Enter again places it, arrows move it first."""
        if not self.desk.may_plan:
            self.context.toast("info", tr("Jobs are placed by a planner"))
            return
        if self.desk.unit == OTHERS:
            self._choose(None)
        verdict = best_slot(job, self.model.plan, now=self.gantt.now())
        if verdict is None:
            self.context.toast(
                "warn",
                tr("No free slot for {job}", job=f"{short_code(job.code)} {job.name}"),
                tr("Nobody shown has the skill and the time within 30 days. Show more units or place it by hand."),
            )
            return
        self.gantt.begin(Drag(job, None, verdict.place, by_keys=True))
        self.gantt.setFocus()
        self.gantt.nudge()

    def _open_current(self) -> None:
        chosen = self.gantt.chosen()
        job = chosen[0].job if chosen else self.backlog.list.current()
        if job is not None:
            self.open_requested.emit("work_order", job.id)

    def _perform(self, moves: list[Move]) -> None:
        self.desk.perform(moves)

    def _announce(self, step: Step) -> None:
        """Say what vanished from one list and appeared in the other; plain moves speak for themselves."""
        if len(step.moves) != 1:
            return
        move = step.moves[0]
        booking = self.model.plan.bookings.get(move.booking_id)
        undo = ToastAction(tr("Undo"), self.desk.undo, "Ctrl+Z")
        if move.before is None and booking is not None and booking.job is not None:
            lane = self.model.plan.lane(booking.lane_id)
            self.gantt.select(booking.id)
            self.context.toast(
                "success",
                tr("{job} placed", job=f"{short_code(booking.code)} {booking.job.name}"),
                f"{lane.label if lane else ''}, {time_text(booking, self.model)}".lstrip(", "),
                action=undo,
            )
        elif move.after is None:
            self.context.toast("success", tr("Job is back in the backlog"), action=undo)

    def _refused(self, failure: Failure, moves: Sequence[Move]) -> None:
        """Put back, framed in red together with what is in the way, and said in words."""
        refusal = explain(failure.error)
        if refusal is None:
            self.context.toast("danger", failure.message)
            return
        flash = {move.booking_id for move in moves if move.before is not None}
        if refusal.in_the_way is not None:
            flash.add(refusal.in_the_way)
        self.gantt.flash(flash)
        self.context.toast("danger", refusal.cause, refusal.remedy)

    def _enable(self) -> None:
        gantt = self.gantt
        chosen = [booking for booking in gantt.chosen() if gantt.can_move(booking)]
        self.undo.setEnabled(self.desk.history.can_undo)
        self.redo.setEnabled(self.desk.history.can_redo)
        self.tentative.setEnabled(bool(chosen) or gantt.drag is not None)
        self.back.setEnabled(bool(chosen))
        self.place.setEnabled(self.desk.may_plan and self.backlog.list.current() is not None)
        self.open_order.setEnabled(bool(gantt.chosen()) or self.backlog.list.current() is not None)
        self.key_hints_changed.emit()

    def _print_week(self) -> None:
        self.week_plan.save_pdf(monday(self.gantt.day()))

    def _export_ics(self) -> None:
        """Of the selected job's engineer; of all that are shown where nothing is selected."""
        chosen = self.gantt.chosen()
        lane = self.model.plan.lane(chosen[0].lane_id) if chosen else None
        self.week_plan.save_ics(monday(self.gantt.day()), lane)
