"""What speaks for or against placing a job, and where it fits best.

Pure functions over plain values: the board asks for a verdict at each move of the mouse. The database has the
last word (`api.plan_work` and the exclusion constraint); a verdict says beforehand what it would say,
and adds the warnings that it leaves to the planner: shifts, parts, promises, contract and warranty are
layers, not prohibitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from desktop.domain.calendars import local_day, snap_up
from desktop.domain.intervals import Interval, overlap, total, without
from desktop.domain.scheduling import Booking, Job, Lane, Parts, Placement, Plan
from desktop.domain.text import pick

EXPIRES_SOON = 14
"""Days before its end from which a certificate is a warning."""
HORIZON = 30 * 86_400
"""How far ahead a best slot is looked for."""


class Grade(IntEnum):
    """How a reason, and with the worst of them a verdict, stands. Refused means that the drop is not carried
    out.
    """

    NOTE = 0
    FINE = 1
    WARNING = 2
    REFUSED = 3


class Rule(StrEnum):
    """What a placement is judged by, in the order of the verdict card."""

    OVERLAP = "overlap"
    SHIFT = "shift"
    LEAVE = "leave"
    SKILL = "skill"
    CERTIFICATE = "certificate"
    PARTS = "parts"
    SLA = "sla"
    CONTRACT = "contract"
    WARRANTY = "warranty"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a verdict: which rule, how it stands, what it is about, and the figure that decides
    (seconds, a date).
    """

    rule: Rule
    grade: Grade
    subject: str = ""
    amount: float | date | None = None
    other: Booking | None = None


@dataclass(frozen=True)
class Verdict:
    """Everything that speaks for or against a placement."""

    place: Placement
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def grade(self) -> Grade:
        return max((reason.grade for reason in self.reasons), default=Grade.FINE)

    @property
    def allowed(self) -> bool:
        return self.grade < Grade.REFUSED

    @property
    def warnings(self) -> int:
        return sum(reason.grade is Grade.WARNING for reason in self.reasons)


def judge(job: Job, lane: Lane, place: Placement, others: Sequence[Booking], *, booking_id: int = 0) -> Verdict:
    """What speaks for or against placing `job` on `lane` at `place`; `others` are the bookings there
    (`Plan.touching`).

    A firm job refuses to overlap a firm one, leave, and a lane without the skill; a tentative one is only
    warned.
    """
    found: list[Reason] = []
    for rule in (_overlaps, _shift, _leave):
        found.extend(rule(lane, place, others, booking_id))
    found.extend(_skills(job, lane, place))
    for check in (_parts, _sla, _contract, _warranty):
        found.extend(check(job, lane, place))
    return Verdict(place, tuple(found))


def _hardness(place: Placement) -> Grade:
    return Grade.REFUSED if place.hard else Grade.WARNING


def _overlaps(lane: Lane, place: Placement, others: Sequence[Booking], own: int) -> Iterator[Reason]:
    for other in others:
        shared = overlap((place.start, place.end), (other.start, other.end))
        if shared and other.id != own:
            grade = Grade.REFUSED if place.hard and other.hard else Grade.WARNING
            yield Reason(Rule.OVERLAP, grade, other.code, shared, other)


def _shift(lane: Lane, place: Placement, others: Sequence[Booking], own: int) -> Iterator[Reason]:
    outside = place.length - total(lane.calendar.spans(place.start, place.end))
    yield Reason(Rule.SHIFT, Grade.WARNING if outside else Grade.FINE, lane.label, outside)


def _leave(lane: Lane, place: Placement, others: Sequence[Booking], own: int) -> Iterator[Reason]:
    for leave in lane.leaves:
        if overlap((leave.start, leave.end), (place.start, place.end)):
            until = local_day(leave.end - 1, lane.calendar.zone)
            yield Reason(Rule.LEAVE, _hardness(place), pick(leave.note, leave.note_zh), until)


def _skills(job: Job, lane: Lane, place: Placement) -> Iterator[Reason]:
    held = {skill.code: skill for skill in lane.skills}
    last = local_day(place.end - 1, lane.calendar.zone)
    for need in job.skills:
        rule = Rule.CERTIFICATE if need.certificate else Rule.SKILL
        skill = held.get(need.code)
        if skill is None or skill.level < need.level:
            yield Reason(rule, _hardness(place), need.label)
        elif skill.until is not None and skill.until < last:
            yield Reason(rule, _hardness(place), need.label, skill.until)
        elif skill.until is not None and (skill.until - last).days <= EXPIRES_SOON:
            yield Reason(rule, Grade.WARNING, need.label, skill.until)
        else:
            yield Reason(rule, Grade.FINE, need.label)


def _parts(job: Job, lane: Lane, place: Placement) -> Iterator[Reason]:
    if job.parts is Parts.READY or (job.parts_at is not None and job.parts_at <= place.start):
        yield Reason(Rule.PARTS, Grade.FINE, amount=0)
    elif job.parts is Parts.LATE:
        late = None if job.parts_at is None else job.parts_at - place.start
        yield Reason(Rule.PARTS, Grade.WARNING, amount=late)


def _sla(job: Job, lane: Lane, place: Placement) -> Iterator[Reason]:
    promised = job.sla_due if job.sla_due is not None else job.due
    if promised is not None:
        left = promised - place.end
        yield Reason(Rule.SLA, Grade.FINE if left >= 0 else Grade.WARNING, amount=left)


def _contract(job: Job, lane: Lane, place: Placement) -> Iterator[Reason]:
    if not job.contract:
        return
    day = local_day(place.start, lane.calendar.zone)
    if job.contract_until is not None and job.contract_until < day:
        yield Reason(Rule.CONTRACT, Grade.WARNING, job.contract, job.contract_until)
    elif job.contract_hours_left is not None:
        left = job.contract_hours_left * 3600 - place.length
        yield Reason(Rule.CONTRACT, Grade.FINE if left >= 0 else Grade.WARNING, job.contract, left)
    else:
        yield Reason(Rule.CONTRACT, Grade.FINE, job.contract)


def _warranty(job: Job, lane: Lane, place: Placement) -> Iterator[Reason]:
    if job.warranty_until is not None:
        inside = local_day(place.start, lane.calendar.zone) <= job.warranty_until
        yield Reason(Rule.WARRANTY, Grade.NOTE if inside else Grade.WARNING, amount=job.warranty_until)


def best_slot(job: Job, plan: Plan, *, now: int, horizon: int = HORIZON) -> Verdict | None:
    """The placement with the fewest warnings, and of those the earliest; None where no lane can take the job
    in time.

    Of two equally early lanes the emptier one takes it. Only working time is considered: a job longer than a
    working day has no best slot and is placed by hand.
    """
    best: tuple[tuple[int, int, float, int], Verdict] | None = None
    for row, lane in enumerate(plan.lanes):
        verdict = _lane_slot(job, lane, plan, now, now + horizon)
        if verdict is None:
            continue
        start = verdict.place.start
        key = (verdict.warnings, start, plan.load_of(lane, start - 43_200, start + 43_200).share, row)
        if best is None or key < best[0]:
            best = (key, verdict)
    return best[1] if best else None


def _lane_slot(job: Job, lane: Lane, plan: Plan, now: int, until: int) -> Verdict | None:
    """The better of the first free slot and the first one after the parts have come."""
    begins = {now} if job.parts_at is None else {now, max(now, min(job.parts_at, until))}
    found = [verdict for begin in sorted(begins) if (verdict := _first_slot(job, lane, plan, begin, until))]
    return min(found, key=lambda verdict: (verdict.warnings, verdict.place.start), default=None)


def _first_slot(job: Job, lane: Lane, plan: Plan, begin: int, until: int) -> Verdict | None:
    for gap in _gaps(lane, plan, begin, until):
        start = snap_up(gap.start, lane.calendar.zone)
        if gap.end - start >= job.seconds:
            verdict = judge(job, lane, Placement(lane.id, start, start + job.seconds), ())
            return verdict if verdict.allowed else None
    return None


def _gaps(lane: Lane, plan: Plan, start: int, end: int) -> Iterator[Interval]:
    """Time at work that nothing is booked into, a week at a time so that a near slot is found quickly."""
    week = 7 * 86_400
    for begin in range(start, end, week):
        stop = min(begin + week, end)
        away = [(leave.start, leave.end) for leave in lane.leaves]
        taken = [(b.start - b.travel, b.end) for b in plan.touching(lane.id, begin, stop + 86_400)]
        yield from without(lane.calendar.spans(begin, stop), away + taken)
