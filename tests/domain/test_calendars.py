"""Shifts, leave and snapping, also over a change of the clock."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.calendars import (
    DAY,
    QUARTER_HOUR,
    Leave,
    Shift,
    WorkCalendar,
    at,
    days,
    local,
    midnight,
    snap,
    snap_up,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 11, 24)


def _clock(instant: int) -> str:
    return f"{local(instant, SHANGHAI):%d %H:%M}"


def test_a_week_has_its_shifts_and_a_special_day_goes_before_them() -> None:
    calendar = WorkCalendar(SHANGHAI, special={TUESDAY: (), date(2026, 11, 28): (Shift(480, 720),)})
    monday = midnight(date(2026, 11, 23), SHANGHAI)
    assert calendar.capacity(monday, monday + DAY, ()) == 8 * 3600
    assert calendar.capacity(monday + DAY, monday + 2 * DAY, ()) == 0
    assert calendar.capacity(monday + 5 * DAY, monday + 6 * DAY, ()) == 4 * 3600


def test_leave_takes_from_capacity_only_what_would_have_been_work() -> None:
    calendar = WorkCalendar(SHANGHAI)
    leave = Leave(at(TUESDAY, 11 * 60, SHANGHAI), at(TUESDAY, 14 * 60, SHANGHAI), "annual")
    start = midnight(TUESDAY, SHANGHAI)
    assert calendar.capacity(start, start + DAY, (leave,)) == 6 * 3600


def test_a_night_shift_reaches_into_the_next_day() -> None:
    calendar = WorkCalendar(SHANGHAI, week={1: (Shift(22 * 60, 30 * 60),)})
    wednesday = midnight(date(2026, 11, 25), SHANGHAI)
    assert [(_clock(a), _clock(b)) for a, b in calendar.working(wednesday, wednesday + DAY)] == [
        ("25 00:00", "25 06:00")
    ]


def test_a_job_may_run_over_lunch() -> None:
    start = midnight(TUESDAY, SHANGHAI)
    spans = WorkCalendar(SHANGHAI).spans(start, start + DAY)
    assert [(_clock(a), _clock(b)) for a, b in spans] == [("24 08:00", "24 17:00")]


def test_a_day_with_a_clock_change_is_longer() -> None:
    change = date(2026, 10, 25)
    start, end = midnight(change, BERLIN), midnight(date(2026, 10, 26), BERLIN)
    assert end - start == 25 * 3600
    assert list(days(start, end, BERLIN)) == [change]


@given(st.integers(1_700_000_000, 1_900_000_000))
def test_snapping_goes_to_the_nearest_quarter_of_an_hour(instant: int) -> None:
    snapped, up = snap(instant, SHANGHAI), snap_up(instant, SHANGHAI)
    assert abs(snapped - instant) * 2 <= QUARTER_HOUR
    assert local(snapped, SHANGHAI).minute % 15 == 0 and local(snapped, SHANGHAI).second == 0
    assert 0 <= up - instant < QUARTER_HOUR
    assert local(up, SHANGHAI).minute % 15 == 0
