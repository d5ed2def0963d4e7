"""Calendar files parsed again by the icalendar library."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from icalendar import Calendar

from desktop.exchange.ics import calendar_of, save_calendar
from tests.scheduling_plan import LI, WANG, bookings, clock, job, lanes

STAMP = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def parsed(*, engineer: int | None = None) -> Calendar:
    chosen = [b for b in bookings() if engineer is None or b.lane_id == engineer]
    content = calendar_of(chosen, {lane.id: lane for lane in lanes()}, name="Suzhou East", stamp=STAMP)
    return Calendar.from_ical(content)


def test_each_booking_is_an_event_in_order_of_time() -> None:
    events = parsed().walk("VEVENT")
    assert [str(event["UID"]) for event in events] == [f"booking-{n}@outpost" for n in (11, 13, 12, 14, 15)]
    first = events[0]
    assert first.decoded("DTSTART") == datetime.fromtimestamp(clock(8), UTC)
    assert first.decoded("DTEND") == datetime.fromtimestamp(clock(10), UTC)
    assert str(first["SUMMARY"]) == "WO-2611-0481 Annual service"
    assert str(first["LOCATION"]) == "Huarui"


def test_tentative_work_is_marked_and_one_engineer_gets_his_own() -> None:
    events = parsed(engineer=LI).walk("VEVENT")
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "TENTATIVE"]
    assert all("Li Tong" in str(event["DESCRIPTION"]) for event in events)


def test_a_later_version_replaces_the_event_instead_of_doubling_it() -> None:
    booking = bookings()[0]
    moved = replace(booking, start=clock(9), end=clock(11), version=booking.version + 1)
    names = {lane.id: lane for lane in lanes()}
    before, after = (
        Calendar.from_ical(calendar_of([each], names, name="x", stamp=STAMP)).walk("VEVENT")[0]
        for each in (booking, moved)
    )
    assert before["UID"] == after["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_words_cannot_break_out_of_their_line() -> None:
    plain = bookings()[1]
    nasty = replace(plain, job=replace(job(497), title="A\r\nEND:VEVENT;,x"))
    content = calendar_of([nasty], {lane.id: lane for lane in lanes()}, name="x\r\ny", stamp=STAMP)
    calendar = Calendar.from_ical(content)
    assert len(calendar.walk("VEVENT")) == 1
    assert "END:VEVENT;,x" in str(calendar.walk("VEVENT")[0]["SUMMARY"])
    assert str(calendar["X-WR-CALNAME"]) == "x y"


def test_the_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "wj.ics"
    save_calendar(path, calendar_of(bookings(), {WANG: lanes()[0]}, name="Wang Jun", stamp=STAMP))
    assert path.read_bytes().startswith(b"BEGIN:VCALENDAR") and path.read_bytes().endswith(b"END:VCALENDAR\r\n")
    assert list(tmp_path.iterdir()) == [path]
