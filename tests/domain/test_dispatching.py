"""Verdicts and best slots: each rule in its three colours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.calendars import Leave, WorkCalendar, at
from desktop.domain.dispatching import Grade, Rule, Verdict, best_slot, judge
from desktop.domain.scheduling import Booking, Job, Lane, Parts, Placement, Plan, Skill

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)
SCREW = Skill("SCREW", "Screw compressors", level=2)
JOB = Job(1, "WO-0505", "Screw element noise", seconds=7200, skills=(SCREW,))
LANE = Lane(7, "Wang Jun", WorkCalendar(ZONE), skills=(replace(SCREW, level=3),))


def clock(hours: float, day: date = DAY) -> int:
    return at(day, int(hours * 60), ZONE)


def place(start: float, end: float, *, hard: bool = True, lane: int = 7) -> Placement:
    return Placement(lane, clock(start), clock(end), hard)


def grades(verdict: Verdict) -> dict[Rule, Grade]:
    return {reason.rule: reason.grade for reason in verdict.reasons}


def test_a_job_in_the_shift_of_somebody_who_can_do_it_is_green() -> None:
    verdict = judge(JOB, LANE, place(10, 12), ())
    assert verdict.grade is Grade.FINE
    assert verdict.allowed and verdict.warnings == 0


@pytest.mark.parametrize(
    ("own_hard", "other_hard", "grade"),
    [(True, True, Grade.REFUSED), (True, False, Grade.WARNING), (False, True, Grade.WARNING)],
)
def test_only_two_firm_jobs_refuse_to_overlap(own_hard: bool, other_hard: bool, grade: Grade) -> None:
    other = Booking(3, 7, clock(11), clock(13), other_hard, job=replace(JOB, id=2, code="WO-0501"))
    verdict = judge(JOB, LANE, place(10, 12, hard=own_hard), (other,))
    reason = next(r for r in verdict.reasons if r.rule is Rule.OVERLAP)
    assert (reason.grade, reason.subject, reason.amount) == (grade, "WO-0501", 3600)


def test_a_booking_does_not_stand_in_its_own_way() -> None:
    own = Booking(3, 7, clock(10), clock(12), job=JOB)
    assert judge(JOB, LANE, place(11, 13), (own,), booking_id=3).grade is Grade.FINE


def test_outside_the_shift_is_a_warning_with_the_time_outside() -> None:
    reason = judge(JOB, LANE, place(16, 18.5), ()).reasons[0]
    assert (reason.rule, reason.grade, reason.amount) == (Rule.SHIFT, Grade.WARNING, 5400)


@pytest.mark.parametrize(("hard", "grade"), [(True, Grade.REFUSED), (False, Grade.WARNING)])
def test_leave_and_a_missing_skill_refuse_a_firm_job(hard: bool, grade: Grade) -> None:
    away = replace(LANE, skills=(), leaves=(Leave(clock(0), clock(24), "annual", "Annual leave"),))
    found = grades(judge(JOB, away, place(10, 12, hard=hard), ()))
    assert found[Rule.LEAVE] is grade
    assert found[Rule.SKILL] is grade


@pytest.mark.parametrize(
    ("until", "grade"),
    [
        (date(2026, 11, 23), Grade.REFUSED),
        (date(2026, 11, 24), Grade.WARNING),
        (date(2027, 1, 1), Grade.FINE),
    ],
)
def test_a_certificate_is_valid_to_its_last_day_and_warned_of_before(until: date, grade: Grade) -> None:
    need = Skill("PV", "Pressure vessel", certificate=True)
    lane = replace(LANE, skills=(replace(need, until=until),))
    found = grades(judge(replace(JOB, skills=(need,)), lane, place(10, 12), ()))
    assert found[Rule.CERTIFICATE] is grade


def test_parts_promise_contract_and_warranty_warn_but_never_refuse() -> None:
    job = replace(
        JOB,
        parts=Parts.LATE,
        parts_at=clock(14),
        sla_due=clock(11),
        contract="C-1",
        contract_hours_left=1.5,
        warranty_until=date(2026, 11, 1),
    )
    verdict = judge(job, LANE, place(10, 12), ())
    found = {reason.rule: (reason.grade, reason.amount) for reason in verdict.reasons}
    assert found[Rule.PARTS] == (Grade.WARNING, 4 * 3600)
    assert found[Rule.SLA] == (Grade.WARNING, -3600)
    assert found[Rule.CONTRACT] == (Grade.WARNING, -1800)
    assert found[Rule.WARRANTY][0] is Grade.WARNING
    assert verdict.allowed and verdict.warnings == 4


def test_an_ended_contract_is_a_warning_before_its_hours_are_counted() -> None:
    job = replace(JOB, contract="C-1", contract_hours_left=99, contract_until=date(2026, 11, 23))
    assert grades(judge(job, LANE, place(10, 12), ()))[Rule.CONTRACT] is Grade.WARNING


def test_the_best_slot_is_the_first_gap_of_somebody_able() -> None:
    other = replace(LANE, id=8, name="Sun Rui", skills=())
    busy = Booking(1, 7, clock(8), clock(11), job=replace(JOB, id=9))
    verdict = best_slot(JOB, Plan([other, LANE], [busy]), now=clock(9))
    assert verdict is not None
    assert verdict.place == place(11, 13)


def test_the_best_slot_waits_for_the_parts_where_nothing_is_promised() -> None:
    job = replace(JOB, parts=Parts.LATE, parts_at=clock(14))
    verdict = best_slot(job, Plan([LANE]), now=clock(9))
    assert verdict is not None
    assert verdict.place == place(14, 16)


def test_no_slot_for_what_nobody_can_do() -> None:
    assert best_slot(JOB, Plan([replace(LANE, skills=())]), now=clock(9)) is None


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=12),
    st.integers(1, 16),
)
def test_a_best_slot_never_overlaps_and_lies_in_working_time(taken: list[tuple[int, int]], quarters: int) -> None:
    bookings = [
        Booking(n, 7, clock(8) + s * 900, clock(8) + (s + d) * 900, job=replace(JOB, id=n))
        for n, (s, d) in enumerate(taken, 1)
    ]
    plan = Plan([LANE], bookings)
    verdict = best_slot(replace(JOB, seconds=quarters * 900), plan, now=clock(7.9))
    assert verdict is not None
    found = verdict.place
    assert plan.touching(7, found.start, found.end) == []
    assert found.length == quarters * 900
    assert LANE.calendar.spans(found.start, found.end) == [(found.start, found.end)]
