"""Work orders in all states and what goes with them: bookings, hours, journeys, failures, checklists, histories.

The engineers' days are filled with visits that do not overlap; each visit is one order. Before today they are done,
this morning they are under way, after it they are planned; a backlog waits for the planner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from desktop.operations.demo.catalogue import cast
from desktop.operations.demo.tables import Table, cents, span
from desktop.operations.demo.world import Asset, Engineer, Numbers, Order, World

_DAYS = (
    ((8.5, 12.0), (13.0, 15.0), (15.25, 17.25)),
    ((8.5, 10.0), (10.25, 12.0), (13.0, 16.5)),
    ((9.0, 11.5), (13.5, 16.0)),
    ((8.5, 10.25), (10.5, 12.0), (13.0, 14.5), (14.75, 17.0)),
    ((8.75, 11.75), (13.0, 17.0)),
)
_VISITS_A_DAY = 2.8
_NEAR = dt.timedelta(days=11)
_AHEAD = 12
_PATH = (
    "draft", "submitted", "approved", "planned", "dispatched", "accepted", "travelling", "on_site", "working", "done",
    "confirmed", "closed",
)  # fmt: skip
_SLA_MINUTES = {"P1": 120, "P2": 240, "P3": 1440, "P4": 2880}
_FULL_HISTORY = 20_000


@dataclass(frozen=True)
class _Visit:
    engineer: Engineer
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class _Job:
    """What an order is about."""

    title: str
    title_zh: str
    kind: str
    priority: str
    plan: int | None
    problem: int | None


def make_orders(world: World) -> Numbers:
    """All orders in the order of their visits; the backlog behind them. Returns the numbers for the database."""
    visits = sorted(_visits(world), key=lambda visit: (visit.start, visit.engineer.id))
    by_skill = _assets_by_skill(world)
    numbers = Numbers("work_order", "WO")
    first_full = max(0, len(visits) - _FULL_HISTORY)
    first_booked = max(0, len(visits) - world.size.bookings)
    for place, visit in enumerate(visits):
        asset = _pick(world, by_skill, visit.engineer)
        _make_order(world, numbers, visit, asset, full=place >= first_full, booked=place >= first_booked)
    for place in range(world.size.backlog):
        _make_backlog(world, numbers, place)
    return numbers


# --- when and where --------------------------------------------------------------------------------------------------


def _visits(world: World) -> Iterator[_Visit]:
    """Full days around today, thinner ones before, so that the size's number of orders comes out."""
    days = [world.today + dt.timedelta(days=offset) for offset in range(-world.size.days_back, _AHEAD + 1)]
    days = [day for day in days if day == world.today or (day.weekday() < 5 and day not in world.holidays)]
    near = sum(abs(day - world.today) <= _NEAR for day in days) * world.size.engineers * _VISITS_A_DAY
    old = sum(day < world.today - _NEAR for day in days) * world.size.engineers * _VISITS_A_DAY
    density = min(1.0, max(0.02, (world.size.work_orders - near) / old))
    for day in days:
        share = 0.9 if abs(day - world.today) <= _NEAR else density
        if day.weekday() > 4 or day in world.holidays:  # today, on a day off: a few are on duty
            share = 0.3
        for engineer in world.engineers:
            if (engineer.id, day) in world.absent or (engineer.cast.name == "Ma Chao" and share > 0.5):
                continue
            if world.chance.random() < share or (engineer.cast.name == "Wang Jun" and day == world.today):
                yield from _day(world, engineer, day)
    _make_resident_duty(world)


def _day(world: World, engineer: Engineer, day: dt.date) -> Iterator[_Visit]:
    pattern = _DAYS[0] if engineer.cast.name == "Wang Jun" and day == world.today else world.chance.choice(_DAYS)
    for start, end in pattern:
        yield _Visit(engineer, world.at(day, start), world.at(day, end))


def _make_resident_duty(world: World) -> None:
    """Ma Chao is stationed at the data centre: a booking a day, without an order."""
    table = _bookings(world)
    for engineer in world.engineers:
        if engineer.cast.name != "Ma Chao":
            continue
        for offset in range(-10, _AHEAD + 1):
            day = world.today + dt.timedelta(days=offset)
            if day.weekday() < 5 and (engineer.id, day) not in world.absent:
                slot = span(world.at(day, 8), world.at(day, 17))
                table.add(world.company, engineer.unit, engineer.id, None, "Resident duty, shift A", slot, True, 0)


def _bookings(world: World) -> Table:
    return world.table("booking", "id company_id org_unit_id engineer_id work_order_id title slot hard travel_minutes")


Pools = dict[tuple[str, str], tuple[list[Asset], list[int]]]
"""Assets by branch and skill, with their running sums of weight; skill "" holds all of the branch."""


def _assets_by_skill(world: World) -> Pools:
    found: Pools = {}
    for asset in world.assets:
        for key in (world.equipment[asset.equipment].skill, ""):
            assets, sums = found.setdefault((asset.branch, key), ([], []))
            assets.append(asset)
            sums.append((sums[-1] if sums else 0) + asset.weight)
    return found


def _pick(world: World, by_skill: Pools, engineer: Engineer) -> Asset:
    """A dear contract asks for more visits than a cheap one; engineers mostly do what they were trained for."""
    branch = engineer.cast.branch
    pools = [by_skill[(branch, code)] for code, _ in engineer.cast.skills if (branch, code) in by_skill]
    every = by_skill[(branch, "")]
    shares = [sums[-1] for _, sums in pools] + [every[1][-1] // 8]
    assets, sums = world.chance.choices([*pools, every], weights=shares)[0]
    return world.chance.choices(assets, cum_weights=sums)[0]


# --- one order -------------------------------------------------------------------------------------------------------


def _make_order(world: World, numbers: Numbers, visit: _Visit, asset: Asset, *, full: bool, booked: bool) -> None:
    first = visit.engineer.cast.name == "Wang Jun" and visit.start == world.at(world.today, 8.5)
    if first:  # the order of the guide: the clerk issues its parts, the planner moves it
        asset = world.assets[0]
    job = _job(world, asset, guide=first)
    state = _state(world, visit, first)
    reported = _past(
        world, visit.start - dt.timedelta(hours=world.chance.randrange(2, 60) if job.kind == "corrective" else 120)
    )
    number = numbers.next(reported)
    order = _add_order(world, number, visit, asset, job, state, reported, source=None if full else number)
    world.orders.append(
        Order(order, number, asset.branch, asset.unit, asset, visit.engineer, visit.start, state, job.problem is None)
    )
    _make_history(world, order, state, visit, reported, full=full)
    if booked and state != "cancelled":
        _book(world, order, visit, asset)
    if full and job.plan is not None:
        _make_steps(world, order, state, visit)
    if job.problem is not None:
        _make_failure(world, order, asset, job.problem, reported)
    if state in ("done", "confirmed", "closed"):
        _make_time(world, order, visit, asset, job, state)


def _job(world: World, asset: Asset, *, guide: bool) -> _Job:
    draw = 0.0 if guide else world.chance.random()
    if draw < 0.6:
        kind = 0 if guide else world.chance.choice((0, 1, 1, 2, 3))
        name, name_zh, _, _ = cast().plain["jobs"][kind]
        plan = world.plans[(asset.equipment, kind)]
        if guide:
            return _Job("Annual service, replace valve kit", "年度保养并更换最小压力阀", "preventive", "P2", plan, None)
        equipment = world.equipment[asset.equipment]
        return _Job(
            f"{name}, {equipment.name.lower()}", f"{equipment.name_zh}{name_zh}",
            "inspection" if kind in (1, 3) else "preventive", "P3", plan, None,
        )  # fmt: skip
    problem, name, name_zh = world.chance.choice(world.problems[asset.equipment])
    priority = world.chance.choice(("P1", "P2", "P2", "P3", "P3", "P3", "P3", "P4"))
    return _Job(name, name_zh, "corrective", priority, None, problem)


def _past(world: World, moment: dt.datetime) -> dt.datetime:
    """When a job was reported that is planned for next week: some time in the last three days."""
    ahead = moment - world.now
    return moment if ahead <= dt.timedelta() else world.now - ahead % dt.timedelta(days=3)


def _state(world: World, visit: _Visit, guide: bool) -> str:
    draw = world.chance.random()
    if guide or visit.start <= world.now < visit.end:
        return "working" if guide or draw < 0.6 else "on_site" if draw < 0.8 else "waiting_part"
    if visit.end <= world.now - dt.timedelta(days=2):
        return "closed" if draw < 0.95 else "confirmed" if draw < 0.97 else "cancelled" if draw < 0.99 else "done"
    if visit.end <= world.now:
        return "done" if draw < 0.5 else "confirmed" if draw < 0.8 else "closed"
    if visit.start.date() == world.today:
        return "accepted" if draw < 0.6 else "dispatched"
    return "planned" if draw < 0.7 else "dispatched"


def _add_order(
    world: World,
    number: str,
    visit: _Visit,
    asset: Asset,
    job: _Job,
    state: str,
    reported: dt.datetime,
    source: str | None,
) -> int:
    over = state in ("done", "confirmed", "closed")
    begun = over or state in ("working", "on_site", "waiting_part")
    minutes = round((visit.end - visit.start).total_seconds() / 60)
    confirmed = state in ("confirmed", "closed")
    corrective = job.problem is not None
    due = (
        reported + dt.timedelta(minutes=_SLA_MINUTES[job.priority]) if corrective else visit.end + dt.timedelta(days=3)
    )
    equipment = world.equipment[asset.equipment]
    return _orders(world).add(
        world.company, asset.unit, number, job.title, job.title_zh, job.kind, state, job.priority, asset.id, asset.site,
        asset.customer, asset.contract, job.plan, world.skills[equipment.skill], visit.engineer.id, minutes, reported,
        max(due, visit.end - dt.timedelta(minutes=40)), visit.start, visit.end,
        min(visit.start, world.now) if begun else None, visit.end if over else None,
        min(visit.end + dt.timedelta(hours=20), world.now) if state == "closed" else None, job.problem,
        world.chance.choice(world.causes) if corrective and over else None,
        world.chance.choice(world.remedies) if corrective and over else None, "Site contact" if confirmed else None,
        state == "closed", "demo" if source else None, f"order:{source}" if source else None, reported,
    )  # fmt: skip


def _orders(world: World) -> Table:
    return world.table(
        "work_order",
        "id company_id org_unit_id number title title_zh kind state priority asset_id site_id customer_id contract_id"
        " job_plan_id skill_id engineer_id planned_minutes reported_at due_at planned_start planned_end started_at"
        " finished_at closed_at problem_code_id cause_code_id remedy_code_id confirmed_by parts_settled"
        " source source_key created_at",
    )


def _book(world: World, order: int, visit: _Visit, asset: Asset) -> None:
    tentative = visit.start > world.now + dt.timedelta(days=5) and order % 6 == 0
    slot = span(visit.start, visit.end)
    _bookings(world).add(
        world.company, asset.unit, visit.engineer.id, order, None, slot, not tentative, 15 + order % 4 * 5
    )


def _make_history(world: World, order: int, state: str, visit: _Visit, reported: dt.datetime, *, full: bool) -> None:
    table = world.table("work_order_history", "id work_order_id from_state to_state reason changed_at")
    table.add(order, None, "draft", None, reported)
    if not full:  # history from before this system: closed as imported, its origin in source and source_key
        if state != "draft":
            table.add(order, "draft", state, None, visit.end)
        return
    if state == "cancelled":
        at = min(reported + dt.timedelta(hours=1), world.now)
        table.add(order, "draft", "cancelled", "Customer cancelled", at)
        return
    path = _PATH[: _PATH.index("working" if state == "waiting_part" else state) + 1]
    for before, after in pairwise(path):
        table.add(order, before, after, None, min(_reached(after, visit, reported), world.now))
    if state == "waiting_part":
        table.add(order, "working", state, "Part not on the van", min(world.now, visit.end))


def _reached(state: str, visit: _Visit, reported: dt.datetime) -> dt.datetime:
    early = {"submitted": 2, "approved": 20, "planned": 40, "dispatched": 55, "accepted": 70}
    if state in early:
        return reported + dt.timedelta(minutes=early[state])
    late = {"travelling": -25, "on_site": -5, "working": 0}
    if state in late:
        return visit.start + dt.timedelta(minutes=late[state])
    return visit.end + dt.timedelta(minutes={"done": 0, "confirmed": 15, "closed": 1200}[state])


def _make_steps(world: World, order: int, state: str, visit: _Visit) -> None:
    table = world.table("work_order_step", "id work_order_id line_no name name_zh mandatory done done_at")
    over = state in ("done", "confirmed", "closed")
    for line, (name, name_zh) in enumerate(cast().plain["steps"], 1):
        done = over or (state == "working" and line <= 2)
        at = min(visit.start + dt.timedelta(minutes=20 * line), world.now) if done else None
        table.add(order, line, name, name_zh, line != 3, done, at)


def _make_failure(world: World, order: int, asset: Asset, problem: int, at: dt.datetime) -> None:
    world.table("failure", "id company_id org_unit_id asset_id failure_code_id work_order_id occurred_at").add(
        world.company, asset.unit, asset.id, problem, order, at
    )
    if order % 3 == 0:
        world.table("asset_event", "id company_id org_unit_id asset_id kind code occurred_at detail").add(
            world.company, asset.unit, asset.id, "alarm", f"A{order % 40:02d}", at - dt.timedelta(minutes=7), None
        )


def _make_time(world: World, order: int, visit: _Visit, asset: Asset, job: _Job, state: str) -> None:
    """Hours of the visit and the journey to it; approved with the closing, and only then in the cost ledger."""
    engineer = visit.engineer
    minutes = round((visit.end - visit.start).total_seconds() / 60)
    amount = round(engineer.cast.rate * 100 * minutes / 60)
    approved = state in ("confirmed", "closed")
    entered = "approved" if approved else "entered"
    labour = world.table(
        "labour", "id company_id org_unit_id work_order_id engineer_id period labour_type hourly_rate amount state"
        " created_at"
    ).add(
        world.company, asset.unit, order, engineer.id, span(visit.start, visit.end), "normal", engineer.cast.rate,
        cents(amount), entered, visit.end,
    )  # fmt: skip
    if approved:
        _charge(world, order, visit, asset, job, ("labour", labour, Decimal(minutes) / 60, amount))
    if order % 10 < 7:
        distance, on_road = 8 + order % 37, 15 + order % 41
        cost = distance * 100 + round(engineer.cast.rate * 100 * on_road / 60)
        travel = world.table(
            "travel",
            "id company_id org_unit_id work_order_id engineer_id travelled_on distance_km minutes km_rate hourly_rate"
            " amount state",
        ).add(
            world.company, asset.unit, order, engineer.id, visit.start.date(), distance, on_road, 1, engineer.cast.rate,
            cents(cost), entered,
        )  # fmt: skip
        if approved:
            _charge(world, order, visit, asset, job, ("travel", travel, Decimal(on_road) / 60, cost))


def _charge(
    world: World, order: int, visit: _Visit, asset: Asset, job: _Job, source: tuple[str, int, Decimal, int]
) -> None:
    kind, source_id, hours, amount = source
    cost_table(world).add(
        world.company, asset.unit, kind, order, asset.id, asset.contract, visit.engineer.id, None, round(hours, 4),
        cents(amount), kind, source_id, None, job.title, visit.start, visit.end, 0,
    )  # fmt: skip


def cost_table(world: World) -> Table:
    return world.table(
        "cost_entry",
        "id company_id org_unit_id cost_type work_order_id asset_id contract_id engineer_id item_id quantity amount"
        " source_table source_id reverses_id description effective_at posted_at posted_by",
    )


# --- what waits ------------------------------------------------------------------------------------------------------


def _make_backlog(world: World, numbers: Numbers, place: int) -> None:
    """Orders without a date: some drafts and requests, most approved and waiting for the planner."""
    asset = world.assets[(place * 7919 + 13) % len(world.assets)]
    job = _job(world, asset, guide=False)
    state = ("approved", "approved", "approved", "submitted", "approved", "draft")[place % 6]
    reported = world.now - dt.timedelta(hours=1 + place % 30 * 2)
    minutes = (60, 90, 120, 180, 240)[place % 5]
    due = reported + dt.timedelta(minutes=_SLA_MINUTES[job.priority] + place % 4 * 900)
    number = numbers.next(world.now)
    equipment = world.equipment[asset.equipment]
    order = _orders(world).add(
        world.company, asset.unit, number, job.title, job.title_zh, job.kind, state, job.priority, asset.id, asset.site,
        asset.customer, asset.contract, job.plan, world.skills[equipment.skill], None, minutes, reported, due,
        None, None, None, None, None, job.problem, None, None, None, False, None, None, reported,
    )  # fmt: skip
    history = world.table("work_order_history", "id work_order_id from_state to_state reason changed_at")
    history.add(order, None, "draft", None, reported)
    path = _PATH[: _PATH.index(state) + 1]
    for before, after in pairwise(path):
        history.add(order, before, after, None, reported + dt.timedelta(minutes=10))
    if job.plan is not None:
        steps = world.table("work_order_step", "id work_order_id line_no name name_zh mandatory done done_at")
        for line, (name, name_zh) in enumerate(cast().plain["steps"], 1):
            steps.add(order, line, name, name_zh, line != 3, False, None)
    world.orders.append(
        Order(order, number, asset.branch, asset.unit, asset, None, reported, state, job.problem is None)
    )
