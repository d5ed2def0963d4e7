"""The planner: drag a job from the backlog to an engineer, be refused a double booking, look at the calendar, print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton

from desktop.domain.dispatching import Grade, Rule
from desktop.domain.scheduling import Job, Placement
from desktop.domain.text import tr
from desktop.runtime.failures import Failure
from desktop.tour import supply
from desktop.tour.hand import CTRL, click, demand, dragging, open_menu, saving_as, wait_for
from desktop.tour.journal import Act
from desktop.tour.proof import Row, rows
from desktop.tour.reading import pdf_text
from desktop.tour.visit import Visit
from desktop.views.scheduling.board_page import BoardPage
from desktop.views.scheduling.calendar_page import CalendarPage

DAYS_AHEAD = 12
QUARTER = 900
EDGE = 60
"""Px from the board's sides where a drag would begin to scroll."""


@dataclass(frozen=True)
class Target:
    """A job of the backlog, the free place that was found for it, and another job that could stand there too."""

    job: Job
    place: Placement
    rival: Job


class Planner:
    """The steps in their order; each returns in words what it found."""

    user = "planner"

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.placed: Target | None = None

    def steps(self) -> tuple[tuple[str, str, Act], ...]:
        return (
            ("drag", tr("Planner: drag a job from the backlog to an engineer"), self.drag),
            ("refused", tr("Planner: be refused a double booking"), self.be_refused),
            ("week_plan", tr("Planner: week plan as PDF and calendar file"), self.print_week),
            ("calendar", tr("Planner: look at the calendar"), self.look),
        )

    def drag(self) -> str:
        visit = self.visit
        supply.jobs_to_place(visit.mine, visit.as_person, 2)
        board = self._board()
        visit.picture("planner-board")
        target = self._find_place(board)
        at = self._spot(board, target.place)
        with dragging(board.backlog.list.viewport(), self._card(board, target.job), board.gantt.viewport(), at):
            demand(board.gantt.drag is not None, "the drag did not begin")
            visit.picture("planner-drag")
        wait_for("the booking", lambda: self._bookings_of(target.job))
        visit.calm()
        found = self._bookings_of(target.job)
        demand(len(found) == 1, f"{len(found)} bookings of {target.job.code}")
        begins, hard = found[0]["starts_at"], found[0]["hard"]
        demand(hard and found[0]["engineer_id"] == target.place.lane_id, f"booked otherwise: {found[0]}")
        visit.picture("planner-placed")
        length = target.place.length
        start = int(begins.timestamp())
        self.placed = Target(target.job, Placement(target.place.lane_id, start, start + length), target.rival)
        return f"{target.job.code} from {begins:%Y-%m-%d %H:%M %Z}"

    def be_refused(self) -> str:
        visit, board, placed = self.visit, self._board(), self.placed
        if placed is None:
            return ""
        other = placed.rival
        at = self._spot(board, placed.place)
        refusals: list[Failure] = []
        board.desk.refused.connect(lambda failure, moves: refusals.append(failure))
        with dragging(board.backlog.list.viewport(), self._card(board, other), board.gantt.viewport(), at):
            drag = board.gantt.drag
            verdict = drag.verdict if drag is not None else None
            visit.picture("planner-conflict")
            demand(verdict is not None and not verdict.allowed, f"the lane does not turn red: {verdict}")
        wait_for("the refusal", lambda: refusals)
        visit.picture("planner-refused")
        rule = getattr(refusals[0].error, "constraint", None)
        demand(rule == "booking_no_double", f"refused by {rule}: {refusals[0].message}")
        demand(not self._bookings_of(other), f"{other.code} was booked all the same")
        double = rows(
            visit.owner,
            "select id from erp.booking where hard and engineer_id = :engineer and slot && tstzrange(:starts, :ends)",
            engineer=placed.place.lane_id,
            starts=datetime.fromtimestamp(placed.place.start, UTC),
            ends=datetime.fromtimestamp(placed.place.end, UTC),
        )
        demand(len(double) == 1, f"{len(double)} firm bookings at that time")
        return f"{other.code}: refused by the database"

    def print_week(self) -> str:
        visit, board = self.visit, self._board()
        plan, calendar = visit.journal.file("week-plan.pdf"), visit.journal.file("week-plan.ics")
        with saving_as(visit.window, plan):
            visit.press(Qt.Key.Key_P, CTRL)
        visit.calm()
        with saving_as(visit.window, calendar):
            self._choose(board.export_ics.text())
        visit.calm()
        return f"{self._check_plan(plan)}, {self._check_calendar(calendar)}"

    def look(self) -> str:
        visit = self.visit
        page = visit.go("calendar")
        demand(isinstance(page, CalendarPage), "the calendar did not open")
        visit.picture("planner-calendar-week")
        if isinstance(page, CalendarPage):
            click(page.span.findChildren(QAbstractButton)[-1])
            wait_for("the month", lambda: page.range == "month")
            visit.picture("planner-calendar-month")
        return ""

    # inside

    def _board(self) -> BoardPage:
        board = self.visit.page(BoardPage)
        wait_for("engineers and jobs", lambda: board.model.plan.lanes and board.backlog.list.jobs())
        self.visit.calm()
        return board

    def _cards(self, board: BoardPage) -> list[Job]:
        """The jobs whose cards are wholly in view."""
        cards = board.backlog.list
        shown = cards.viewport().rect()
        return [job for number, job in enumerate(cards.jobs()) if shown.contains(cards.card_rect(number))]

    def _card(self, board: BoardPage, job: Job) -> QPoint:
        cards = board.backlog.list
        number = [each.id for each in cards.jobs()].index(job.id)
        return cards.card_rect(number).center()

    def _find_place(self, board: BoardPage) -> Target:
        """Two jobs in view that could stand at the same free place, day after day by the button beside the date. Where
        the backlog holds no such two, the service desk sends two more.
        """
        for more in (False, True):
            if more:
                supply.jobs_to_place(self.visit.mine, self.visit.as_person, len(board.backlog.list.jobs()) + 2)
                click(board.today)
                self.visit.press(Qt.Key.Key_F5)
            for _ in range(DAYS_AHEAD):
                self.visit.calm()
                found = self._free_place(board)
                if found is not None:
                    return found
                click(board.later)
        raise LookupError(f"no free place within {DAYS_AHEAD} days")

    def _free_place(self, board: BoardPage) -> Target | None:
        """The place with the fewest warnings among those that a drop can reach: hours that are shown, off the edges."""
        best: tuple[int, Target] | None = None
        cards = self._cards(board)
        for job in cards:
            for place in self._places(board, job.seconds):
                verdict = board.model.verdict(job, place)
                if verdict is None or not verdict.allowed or (best is not None and verdict.warnings >= best[0]):
                    continue
                rival = self._rival(board, cards, job, place)
                if rival is not None:
                    best = (verdict.warnings, Target(job, place, rival))
        return best[1] if best is not None else None

    def _places(self, board: BoardPage, length: int) -> Iterator[Placement]:
        """Every quarter of an hour in view of every engineer."""
        gantt = board.gantt
        seen = gantt.range()
        first = max(seen.start, gantt.now() + QUARTER)
        first += -first % QUARTER
        reach = gantt.body().adjusted(EDGE, 0, -EDGE, 0)
        for lane in board.model.plan.lanes:
            for start in range(first, seen.end - length, QUARTER):
                place = Placement(lane.id, start, start + length)
                spot = self._spot(board, place)
                if reach.contains(spot) and abs(gantt.instant_at(spot) - start) <= QUARTER // 2:
                    yield place

    def _rival(self, board: BoardPage, cards: list[Job], job: Job, place: Placement) -> Job | None:
        """Another job that only the first one will keep from standing there."""
        for other in cards:
            if other.id != job.id:
                there = Placement(place.lane_id, place.start, place.start + other.seconds)
                verdict = board.model.verdict(other, there)
                if verdict is not None and all(
                    reason.grade < Grade.REFUSED or reason.rule is Rule.OVERLAP for reason in verdict.reasons
                ):
                    return other
        return None

    def _spot(self, board: BoardPage, place: Placement) -> QPoint:
        """Where to drop so that the job begins at that time: the pointer is at its beginning."""
        box = board.gantt.place_rect(place)
        return QPoint(round(box.left()) + 2, round(box.center().y()))

    def _bookings_of(self, job: Job) -> list[Row]:
        return rows(
            self.visit.owner,
            "select id, engineer_id, starts_at, hard from erp.booking where work_order_id = :id",
            id=job.id,
        )

    def _choose(self, words: str) -> None:
        """An entry of the menu Record, by mouse."""
        menus = self.visit.window.menus
        menu = open_menu(self.visit.window.top.menu_bar, menus.menus["record"])
        self.visit.picture("planner-menu")
        entry = next(action for action in menu.actions() if action.text() == words)
        click(menu, menu.actionGeometry(entry).center())

    def _check_plan(self, plan: Path) -> str:
        code = self.placed.job.code if self.placed else ""
        words = pdf_text(plan)
        demand(code.rsplit("-", 1)[-1] in words, f"{code} is not on the week plan")
        return f"{code} on the week plan"

    def _check_calendar(self, calendar: Path) -> str:
        content = calendar.read_bytes().decode("utf-8").replace("\r\n ", "")
        code = self.placed.job.code if self.placed else ""
        demand(content.startswith("BEGIN:VCALENDAR") and code in content, f"{code} is not in the calendar file")
        return f"{content.count('BEGIN:VEVENT')} events"
