"""A bar or an engineer in words: for the tooltip and for a screen reader."""

from __future__ import annotations

from desktop.domain.calendars import local
from desktop.domain.scheduling import BarState, Booking, Lane
from desktop.domain.text import pick, tr
from desktop.models.gantt_model import GanttModel
from desktop.widgets.gantt_bars import span_text, title_of
from desktop.widgets.gantt_frame import day_text
from desktop.widgets.gantt_verdict import date_text, duration_text


def state_text(booking: Booking) -> str:
    """The state of a bar as the legend calls it."""
    if booking.state is BarState.PLANNED and not booking.hard:
        return tr("Tentative")
    words = {
        BarState.PLANNED: tr("Planned"),
        BarState.TRAVELLING: tr("Travelling"),
        BarState.WORKING: tr("Working"),
        BarState.DONE: tr("Done"),
        BarState.BUSY: tr("Busy"),
    }
    return words[booking.state]


def time_text(booking: Booking, model: GanttModel) -> str:
    """``Tue 24 Nov, 08:15–10:00``; with the second date where it ends on another day."""
    start, end = local(booking.start, model.zone), local(booking.end, model.zone)
    if start.date() == end.date():
        return f"{day_text(start.date())}, {span_text(booking.start, booking.end, model.zone)}"
    return f"{day_text(start.date())} {start:%H:%M} – {day_text(end.date())} {end:%H:%M}"


def lines_of(booking: Booking, model: GanttModel) -> list[str]:
    lane = model.plan.lane(booking.lane_id)
    job = booking.job
    found = [f"{booking.code} {title_of(booking)}".strip()]
    if job is not None:
        found.append(" · ".join(word for word in (job.customer_name, job.site_name) if word))
    found.append(f"{time_text(booking, model)} ({duration_text(booking.length)})")
    found.append(" · ".join(word for word in (lane.label if lane else "", state_text(booking)) if word))
    if booking.travel:
        found.append(tr("Travel {time}", time=duration_text(booking.travel)))
    clashes = model.plan.clashes(booking)
    if clashes:
        found.append(tr("Overlaps {job}", job=f"{clashes[0].code} {title_of(clashes[0])}".strip()))
    if booking.by_name:
        found.append(tr("Last moved by {name}", name=booking.by_name))
    return [line for line in found if line]


def describe_bar(booking: Booking, model: GanttModel) -> str:
    return ", ".join(lines_of(booking, model))


def tip_of(booking: Booking | None, lane: Lane | None, model: GanttModel) -> str:
    if booking is not None:
        return "\n".join(lines_of(booking, model))
    if lane is None:
        return ""
    found = [lane.label]
    for skill in lane.skills:
        until = f" ({date_text(skill.until)})" if skill.until else ""
        found.append(f"{skill.label} L{skill.level}{until}" if not skill.certificate else f"{skill.label}{until}")
    found.extend(
        f"{pick(leave.note, leave.note_zh) or tr('Leave')}: {day_text(local(leave.start, model.zone).date())}"
        for leave in lane.leaves
    )
    if lane.unit:
        found.append(lane.unit)
    return "\n".join(found)
