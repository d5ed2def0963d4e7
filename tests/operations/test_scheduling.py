"""Planning as real log-ins: who sees what, what is refused and in which words, and a race for one engineer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from db.embedded import Server
from db.errors import UserError
from db.session import Database
from desktop.domain.calendars import at
from desktop.domain.moves import Move
from desktop.domain.scheduling import BarState, Parts, Placement
from desktop.operations import bookings, scheduling
from tests.scheduling_world import World, as_user, clean, make_database, one

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 24)


def clock(hours: float) -> int:
    return at(DAY, int(hours * 60), ZONE)


@pytest.fixture(scope="module")
def planning(pg_server: Server) -> tuple[str, World]:
    return make_database(pg_server, "sched_ops")


@pytest.fixture
def world(planning: tuple[str, World]) -> World:
    clean(planning[0])
    return planning[1]


@pytest.fixture
def planner(planning: tuple[str, World], world: World) -> Iterator[Database]:
    database = Database(as_user(planning[0], world.login))
    yield database
    database.close()


@pytest.fixture
def stranger(planning: tuple[str, World], world: World) -> Iterator[Database]:
    database = Database(as_user(planning[0], world.stranger))
    yield database
    database.close()


def book(
    database: Database, order: int, engineer: int, start: float, end: float, *, hard: bool = True
) -> scheduling.Outcome:
    place = Placement(engineer, clock(start), clock(end), hard)
    return scheduling.carry_out(database, [Move(order, 0, None, place)], {}, request=uuid4())


def refused(database: Database, order: int, engineer: int, start: float, end: float) -> UserError:
    with pytest.raises(UserError) as caught:
        book(database, order, engineer, start, end)
    return caught.value


def test_the_crew_is_the_planners_own_with_shifts_and_skills_and_others_by_name(
    planner: Database, world: World
) -> None:
    crew = scheduling.read_crew(planner)
    assert [lane.id for lane in crew.lanes] == [*world.engineers, world.other_engineer]
    assert crew.foreign == {world.other_engineer}
    assert crew.zone == ZONE
    first = crew.lanes[0]
    assert first.skills[0].code == str(world.skill) and first.skills[0].level == 3
    assert first.capacity(clock(0), clock(24)) == 8 * 3600


def test_a_booking_plans_the_order_and_leaves_the_backlog(planner: Database, world: World) -> None:
    assert {job.id for job in bookings.read_backlog(planner)} == set(world.orders)
    outcome = book(planner, world.orders[2], world.engineers[2], 9, 11)
    booking = outcome.bookings[0]
    assert (booking.lane_id, booking.start, booking.end) == (world.engineers[2], clock(9), clock(11))
    assert booking.job is not None and booking.job.status == "planned"
    assert booking.by_name == "Lin Tao"
    assert outcome.changes.rows["booking"] == {booking.id}
    assert world.orders[2] not in {job.id for job in bookings.read_backlog(planner)}


def test_the_backlog_is_sorted_by_promise_and_knows_the_skill(planner: Database, world: World) -> None:
    jobs = bookings.read_backlog(planner)
    assert [job.sla_due for job in jobs] == sorted(job.sla_due or 0 for job in jobs)
    assert jobs[0].skills[0].level == 2
    assert jobs[0].seconds == 7200


def test_a_double_booking_is_refused_with_whose_job_is_in_the_way(planner: Database, world: World) -> None:
    taken = book(planner, world.orders[2], world.engineers[2], 9, 11).bookings[0]
    error = refused(planner, world.orders[3], world.engineers[2], 10, 12)
    assert error.constraint == "booking_no_double"
    assert error.facts["booking_id"] == taken.id
    assert "WO-2611-0503" in error.text("en") and "Wang" not in error.text("en")
    assert "唐逸" in error.text("zh")
    assert world.orders[3] in {job.id for job in bookings.read_backlog(planner)}


def test_bookings_that_touch_do_not_clash_and_tentative_ones_may_overlap(planner: Database, world: World) -> None:
    engineer = world.engineers[2]
    book(planner, world.orders[2], engineer, 9, 11)
    book(planner, world.orders[3], engineer, 11, 12)
    book(planner, world.orders[4], engineer, 10, 12, hard=False)
    found = bookings.read_bookings(planner, [engineer], clock(0), clock(24))
    assert [(b.start, b.hard) for b in found] == [(clock(9), True), (clock(10), False), (clock(11), True)]


def test_a_chain_shifts_in_one_step_though_each_runs_into_the_next(planner: Database, world: World) -> None:
    engineer = world.engineers[2]
    chain = [book(planner, world.orders[2 + n], engineer, 9 + n, 10 + n).bookings[0] for n in range(3)]
    moves = [
        Move(b.job.id, b.id, b.placement, Placement(engineer, b.start + 1800, b.end + 1800))
        for b in chain
        if b.job is not None
    ]
    outcome = scheduling.carry_out(planner, moves, {b.id: b.version for b in chain}, request=uuid4())
    assert sorted(b.start for b in outcome.bookings) == [clock(9.5), clock(10.5), clock(11.5)]


def test_a_gesture_is_carried_out_as_a_whole_or_not_at_all(planner: Database, world: World) -> None:
    first = book(planner, world.orders[2], world.engineers[2], 9, 10).bookings[0]
    book(planner, world.orders[3], world.engineers[3], 9, 10)
    moves = [
        Move(world.orders[4], 0, None, Placement(world.engineers[2], clock(14), clock(15))),
        Move(world.orders[2], first.id, first.placement, Placement(world.engineers[3], clock(9), clock(10))),
    ]
    with pytest.raises(UserError, match="already booked"):
        scheduling.carry_out(planner, moves, {first.id: first.version}, request=uuid4())
    assert world.orders[4] in {job.id for job in bookings.read_backlog(planner)}


def test_the_same_request_plans_once(planner: Database, world: World) -> None:
    request = uuid4()
    move = [Move(world.orders[2], 0, None, Placement(world.engineers[2], clock(9), clock(11)))]
    first = scheduling.carry_out(planner, move, {}, request=request)
    again = scheduling.carry_out(planner, move, {}, request=request)
    assert [b.id for b in first.bookings] == [b.id for b in again.bookings]
    assert len(bookings.read_bookings(planner, world.engineers, clock(0), clock(24))) == 1


def test_giving_a_job_back_approves_it_again(planner: Database, world: World) -> None:
    booking = book(planner, world.orders[2], world.engineers[2], 9, 11).bookings[0]
    move = Move(world.orders[2], booking.id, booking.placement, None)
    outcome = scheduling.carry_out(planner, [move], {booking.id: booking.version}, request=uuid4())
    assert outcome.bookings == ()
    job = next(job for job in bookings.read_backlog(planner) if job.id == world.orders[2])
    assert job.status == "approved"


def test_what_a_colleague_moved_meanwhile_is_not_moved_over_his_head(
    planning: tuple[str, World], planner: Database, world: World
) -> None:
    booking = book(planner, world.orders[2], world.engineers[2], 9, 11).bookings[0]
    colleague = Database(as_user(planning[0], world.colleague))
    there = Placement(world.engineers[3], clock(13), clock(15))
    versions = {booking.id: booking.version}
    scheduling.carry_out(
        colleague, [Move(world.orders[2], booking.id, booking.placement, there)], versions, request=uuid4()
    )
    colleague.close()
    here = Placement(world.engineers[4], clock(13), clock(15))
    with pytest.raises(UserError) as caught:
        scheduling.carry_out(
            planner, [Move(world.orders[2], booking.id, booking.placement, here)], versions, request=uuid4()
        )
    assert caught.value.constraint == "booking_unchanged"
    assert "He Lan" in caught.value.text("en")


def test_leave_and_a_missing_skill_refuse_a_firm_booking_only(
    planning: tuple[str, World], planner: Database, world: World
) -> None:
    with psycopg2.connect(planning[0]) as owner, owner.cursor() as cursor:
        cursor.execute(
            "insert into erp.absence (company_id, org_unit_id, engineer_id, kind, period)"
            " values (%s, %s, %s, 'sick', tstzrange('2026-11-24 00:00+08', '2026-11-25 00:00+08'))",
            (world.company, world.branch, world.engineers[0]),
        )
    owner.close()
    assert refused(planner, world.orders[0], world.engineers[0], 9, 11).constraint == "booking_absence"
    assert refused(planner, world.orders[0], world.engineers[2], 9, 11).constraint == "booking_skill"
    assert not book(planner, world.orders[0], world.engineers[2], 9, 11, hard=False).bookings[0].hard
    leave = scheduling.read_crew(planner).lanes[0].leaves[0]
    assert (leave.start, leave.end, leave.note) == (clock(0), clock(24), "Sick leave")


def test_another_units_planner_sees_busy_times_and_nothing_else(
    planner: Database, stranger: Database, world: World
) -> None:
    mine = book(planner, world.orders[2], world.engineers[2], 9, 11).bookings[0]
    found = bookings.read_bookings(stranger, world.engineers, clock(0), clock(24))
    assert [(b.start, b.end, b.state, b.job, b.by_name) for b in found] == [
        (mine.start, mine.end, BarState.BUSY, None, "")
    ]
    assert bookings.read_again(stranger, [mine.id]) == ([], [mine.id])
    assert refused(stranger, world.other_order, world.engineers[2], 14, 15).constraint == "booking_engineer_unit"
    assert refused(stranger, world.orders[3], world.other_engineer, 14, 15).constraint == "work_order_found"


def test_a_booking_cannot_be_written_past_the_rules(
    planning: tuple[str, World], world: World, planner: Database
) -> None:
    book(planner, world.orders[2], world.engineers[2], 9, 11)
    raw = psycopg2.connect(as_user(planning[0], world.login))
    for statement in (
        "update erp.booking set hard = false",
        "delete from erp.booking",
        "insert into erp.booking (company_id, org_unit_id, engineer_id, slot) values"
        f" ({world.company}, {world.branch}, {world.engineers[2]}, tstzrange(now(), now() + interval '1 hour'))",
    ):
        with raw.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
        raw.rollback()
    raw.close()


def test_of_two_planners_who_want_the_same_hour_exactly_one_wins(planning: tuple[str, World], world: World) -> None:
    engineer = world.engineers[3]
    logins = (world.login, world.colleague)
    for round_number in range(5):
        start = threading.Barrier(2)
        results: list[object] = [None, None]

        def run(number: int, hour: float, start: threading.Barrier, results: list[object]) -> None:
            database = Database(as_user(planning[0], logins[number]))
            start.wait()
            try:
                results[number] = book(database, world.orders[2 + number], engineer, hour, hour + 1)
            except UserError as error:
                results[number] = error
            database.close()

        threads = [threading.Thread(target=run, args=(n, 9.0, start, results)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        losers = [result for result in results if isinstance(result, UserError)]
        winners = [result for result in results if isinstance(result, scheduling.Outcome)]
        assert (len(winners), len(losers)) == (1, 1), round_number
        assert losers[0].constraint == "booking_no_double"
        clean(planning[0])


def test_a_job_brings_what_it_is_judged_by(planning: tuple[str, World], planner: Database, world: World) -> None:
    """Contract hours left after the labour of this year, warranty, parts that are reserved or on their way."""
    with psycopg2.connect(planning[0]) as owner, owner.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        party = one(
            cursor,
            "insert into erp.party (company_id, code, name, name_zh, is_customer)"
            " values (%s, 'C-1', 'Huarui', '华瑞', true) returning id",
            world.company,
        )
        cursor.execute("insert into erp.party_unit (party_id, org_unit_id) values (%s, %s)", (party, world.branch))
        contract = one(
            cursor,
            "insert into erp.contract (company_id, org_unit_id, number, name, customer_id, contract_type, state,"
            " starts_on, ends_on, hours_per_year) values (%s, %s, 'CT-1', 'Care', %s, 'preventive', 'active',"
            " current_date - 30, current_date + 300, 10) returning id",
            world.company, world.branch, party,
        )  # fmt: skip
        asset = one(
            cursor,
            "insert into erp.asset (company_id, org_unit_id, code, name, warranty_until)"
            " values (%s, %s, 'A-1', 'Compressor', date '2027-03-31') returning id",
            world.company, world.branch,
        )  # fmt: skip
        cursor.execute(
            "update erp.work_order set customer_id = %s, contract_id = %s, asset_id = %s where id = any (%s)",
            (party, contract, asset, list(world.orders[:2])),
        )
        for hours, state in ((3, "approved"), (2, "reversed")):
            cursor.execute(
                "insert into erp.labour (company_id, org_unit_id, work_order_id, engineer_id, period, hourly_rate,"
                " amount, state) values (%s, %s, %s, %s, tstzrange(now() - interval '1 day',"
                " now() - interval '1 day' + make_interval(hours => %s)), 100, 300, %s)",
                (world.company, world.branch, world.orders[1], world.engineers[0], hours, state),
            )
        cursor.execute(
            "insert into erp.unit_of_measure (code, name, name_zh, digits) values ('pc','pc','件',0)"
            " on conflict do nothing"
        )
        items = [
            one(
                cursor,
                "insert into erp.item (company_id, org_unit_id, code, name) values (%s, %s, %s, %s) returning id",
                world.company, world.branch, code, code,
            )
            for code in ("P-1", "P-2")
        ]  # fmt: skip
        for order, item in ((0, items[0]), (1, items[1])):
            cursor.execute(
                "insert into erp.work_order_part (work_order_id, item_id, quantity) values (%s, %s, 2)",
                (world.orders[order], item),
            )
        purchase = one(
            cursor,
            "insert into erp.purchase_order (company_id, org_unit_id, number, supplier_id, state)"
            " values (%s, %s, 'PO-1', %s, 'ordered') returning id",
            world.company, world.branch, party,
        )  # fmt: skip
        cursor.execute(
            "insert into erp.purchase_order_line (purchase_order_id, line_no, item_id, quantity, unit_price,"
            " promised_on) values (%s, 1, %s, 5, 1, date '2026-11-26')",
            (purchase, items[1]),
        )
    owner.close()
    jobs = {job.id: job for job in bookings.read_backlog(planner)}
    first, second = jobs[world.orders[0]], jobs[world.orders[1]]
    assert (first.customer, first.customer_zh, first.contract) == ("Huarui", "华瑞", "CT-1")
    assert first.contract_hours_left == pytest.approx(7)
    assert first.warranty_until == date(2027, 3, 31)
    assert (first.parts, first.parts_at) == (Parts.LATE, None), "nobody has ordered it"
    assert (second.parts, second.parts_at) == (Parts.LATE, at(date(2026, 11, 26), 8 * 60, ZONE))
    assert jobs[world.orders[2]].parts is Parts.NONE
