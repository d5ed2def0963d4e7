"""Week plan on paper and as calendar file: asks where to, reads the week afresh, writes in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.domain.calendars import midnight
from desktop.domain.scheduling import Lane
from desktop.domain.text import in_language, language, pick, tr
from desktop.exchange import ics
from desktop.operations import bookings, exporting
from desktop.reports import scheduling as report
from desktop.runtime.context import Context, ToastAction
from desktop.runtime.failures import Failure
from desktop.views.scheduling.plan_desk import PlanDesk


@dataclass(frozen=True)
class _Order:
    """What is wanted, fixed when it was asked for: the thread that writes it sees no widget."""

    path: Path
    monday: date
    lanes: tuple[Lane, ...]
    zone: Any
    spoken: Any
    company: str
    scope: str
    by: str


class WeekPlan(QObject):
    """`ask_path` is replaced where nobody is there to answer a dialog."""

    def __init__(self, context: Context, desk: PlanDesk, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._desk = desk
        self._page = page
        self.ask_path: Callable[[str, str, str], str] = self._ask

    def save_pdf(self, monday: date) -> None:
        name = f"week-plan-{monday:%Y-%m-%d}.pdf"
        self._save(
            tr("Save week plan"), name, tr("PDF document (*.pdf)"), monday, self._desk.model.plan.lanes, _write_pdf
        )

    def save_ics(self, monday: date, lane: Lane | None = None) -> None:
        """The calendar of one engineer, or of all that are shown."""
        lanes = [lane] if lane is not None else self._desk.model.plan.lanes
        name = f"{lane.short.lower() if lane else 'team'}-{monday:%Y-%m-%d}.ics"
        self._save(tr("Save calendar file"), name, tr("Calendar (*.ics)"), monday, lanes, _write_ics)

    def _ask(self, title: str, name: str, kind: str) -> str:
        folder = self._context.mine().get("export_folder", str(Path.home()))
        return QFileDialog.getSaveFileName(self._page, title, str(Path(folder) / name), kind)[0]

    def _save(
        self, title: str, name: str, kind: str, monday: date, lanes: list[Lane], write: Callable[[Any, _Order], Path]
    ) -> None:
        path = self.ask_path(title, name, kind)
        if not path:
            return
        user, crew = self._context.user, self._desk.crew
        unit = next((each for each in crew.units if each.id == self._desk.unit), None) if crew else None
        order = _Order(
            Path(path), monday, tuple(lanes), self._desk.model.zone, language(), pick(user.company, user.company_zh),
            pick(unit.name, unit.name_zh) if unit else "", user.display_name(),
        )  # fmt: skip
        call = partial(write, self._context.database, order)
        self._context.work.run(call, on_done=self._written, on_error=self._failed, owner=self, title=title)

    def _written(self, path: Path) -> None:
        show = ToastAction(tr("Open"), lambda: _open(path))
        self._context.toast("success", tr("{file} saved", file=path.name), str(path.parent), action=show)

    def _failed(self, failure: Failure) -> None:
        if isinstance(failure.error, OSError):
            why = failure.error.strerror or str(failure.error)
            self._context.toast(
                "danger", tr("The file could not be written: {why}", why=why), tr("Choose another folder.")
            )
        else:
            self._context.toast("danger", failure.message)


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _week(database: Any, order: _Order) -> list[Any]:
    start = midnight(order.monday, order.zone)
    end = midnight(order.monday + timedelta(days=7), order.zone)
    return bookings.read_bookings(database, [lane.id for lane in order.lanes], start, end)


def _write_pdf(database: Any, order: _Order) -> Path:
    with in_language(order.spoken):
        week = report.WeekPlan(
            order.monday, order.zone, order.lanes, _week(database, order), order.company, order.scope, order.by,
            datetime.now(order.zone),
        )  # fmt: skip
        exporting.note(database, "print", "week_plan", rows=len(order.lanes), form="pdf", document=str(order.monday))
        report.save_week_plan(order.path, week)
    return order.path


def _write_ics(database: Any, order: _Order) -> Path:
    with in_language(order.spoken):
        name = order.lanes[0].label if len(order.lanes) == 1 else order.scope or tr("Week plan")
        lanes = {lane.id: lane for lane in order.lanes}
        content = ics.calendar_of(_week(database, order), lanes, name=name, stamp=datetime.now(UTC))
        exporting.note(database, "export", "week_plan", rows=len(lanes), form="ics", document=str(order.monday))
        ics.save_calendar(order.path, content)
    return order.path
