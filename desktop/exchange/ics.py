"""Bookings as iCalendar (RFC 5545), for an engineer's telephone or a team's calendar.

Each event's UID is the booking's number, so a second import of a newer file moves events instead of doubling them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from icalendar import Calendar, Event

from desktop.domain.scheduling import Booking, Lane
from desktop.domain.text import language, tr

PRODUCT = "-//Outpost//Week plan//{language}"


def calendar_of(
    bookings: Iterable[Booking], lanes: Mapping[int, Lane], *, name: str, stamp: datetime, host: str = "outpost"
) -> bytes:
    """A calendar of these bookings. `stamp` is the moment of export (DTSTAMP), `host` makes the UIDs unique."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT.format(language=language().upper()))
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", " ".join(name.split()))  # one line: the library escapes only known fields
    for booking in sorted(bookings, key=lambda b: (b.start, b.lane_id, b.id)):
        calendar.add_component(_event(booking, lanes.get(booking.lane_id), stamp, host))
    return bytes(calendar.to_ical())


def _event(booking: Booking, lane: Lane | None, stamp: datetime, host: str) -> Event:
    job, event = booking.job, Event()
    title = job.name if job else booking.title or tr("Busy")
    event.add("uid", f"booking-{booking.id}@{host}")
    event.add("sequence", booking.version)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", datetime.fromtimestamp(booking.start, UTC))
    event.add("dtend", datetime.fromtimestamp(booking.end, UTC))
    event.add("summary", f"{booking.code} {title}".strip())
    event.add("status", "CONFIRMED" if booking.hard else "TENTATIVE")
    if job is not None:
        where = ", ".join(part for part in (job.customer_name, job.site_name) if part)
        if where:
            event.add("location", where)
    if lane is not None:
        event.add("description", tr("Engineer: {name}", name=lane.label))
        event.add("categories", [lane.label])
    return event


def save_calendar(path: Path, content: bytes) -> None:
    """Write the file as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
