"""The plan in memory: gestures before and after the database has answered, and what others moved."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from desktop.domain.moves import Move
from desktop.domain.scheduling import Placement, Rank
from tests.scheduling_plan import LI, TANG, WANG, bookings, clock, model


def test_a_move_shows_at_once_and_stays_when_the_database_agrees(qtbot: QtBot) -> None:
    plan = model()
    there = Placement(LI, clock(16), clock(18))
    booking = plan.plan.bookings[12]
    with qtbot.waitSignal(plan.changed):
        before = plan.apply([Move(497, 12, booking.placement, there)])
    assert plan.plan.bookings[12].placement == there
    assert plan.pending == {12}
    plan.settle(before, [replace(booking.at(there), version=2)])
    assert plan.pending == set()
    assert plan.plan.bookings[12].version == 2
    assert [b.id for b in plan.plan.touching(LI, clock(16), clock(18))] == [12]


def test_a_refused_move_is_put_back(qtbot: QtBot) -> None:
    plan = model()
    booking = plan.plan.bookings[12]
    before = plan.apply([Move(497, 12, booking.placement, Placement(LI, clock(11), clock(13)))])
    plan.settle(before, None)
    assert plan.plan.bookings[12] == booking


def test_a_placed_job_leaves_the_backlog_and_comes_back_when_refused(qtbot: QtBot) -> None:
    plan = model()
    move = Move(505, 0, None, Placement(WANG, clock(15), clock(17)))
    before = plan.apply([move])
    assert 505 not in {job.id for job in plan.backlog()}
    assert [b.job.id for b in plan.plan.touching(WANG, clock(15), clock(17)) if b.job] == [505]
    plan.settle(before, None)
    assert 505 in {job.id for job in plan.backlog()}
    assert plan.plan.touching(WANG, clock(15), clock(17)) == []


def test_a_saved_job_has_its_own_number_and_is_no_longer_waiting(qtbot: QtBot) -> None:
    plan = model()
    move = Move(505, 0, None, Placement(WANG, clock(15), clock(17)))
    before = plan.apply([move])
    saved = replace(plan.plan.bookings[-505], id=77)
    plan.settle(before, [saved])
    assert set(plan.plan.bookings) >= {77} and -505 not in plan.plan.bookings
    assert 505 not in plan.jobs


def test_what_somebody_else_moved_is_marked_until_it_fades(qtbot: QtBot) -> None:
    plan = model()
    now = [100.0]
    plan._clock = lambda: now[0]
    plan.me = "Lin Tao"
    there = replace(plan.plan.bookings[13], start=clock(15), end=clock(17), by="HL", by_name="He Lan")
    assert plan.merge([there], others=True) == [488]
    mark = plan.mark(13)
    assert mark is not None and (mark.initials, mark.name) == ("HL", "He Lan")
    now[0] += 60
    assert not plan.fade()
    assert plan.mark(13) is None


def test_my_own_move_on_another_page_is_not_marked(qtbot: QtBot) -> None:
    plan = model()
    plan.me = "Lin Tao"
    there = replace(plan.plan.bookings[13], start=clock(15), end=clock(17), by="LT", by_name="Lin Tao")
    assert plan.merge([there], others=True) == []
    assert plan.mark(13) is None
    assert plan.plan.bookings[13].start == clock(15)


def test_rows_read_again_do_not_overwrite_a_move_under_way(qtbot: QtBot) -> None:
    plan = model()
    there = Placement(LI, clock(16), clock(18))
    plan.apply([Move(497, 12, plan.plan.bookings[12].placement, there)])
    plan.merge(bookings(), gone=[12])
    plan.set_bookings(bookings())
    assert plan.plan.bookings[12].placement == there


def test_the_backlog_in_three_orders(qtbot: QtBot) -> None:
    plan = model()
    assert [job.id for job in plan.backlog()] == [506, 505, 507]
    plan.set_rank(Rank.SITE)
    assert [job.id for job in plan.backlog()] == [505, 507, 506]
    plan.set_rank(Rank.DUE)
    assert [job.id for job in plan.backlog()] == [506, 505, 507]


def test_a_day_off_has_no_capacity_and_a_shift_is_measured_once(qtbot: QtBot) -> None:
    plan = model()
    wang, _, tang = plan.plan.lanes
    assert plan.day_load(wang, clock(9)) == (4 * 3600, 8 * 3600)
    assert plan.day_load(tang, clock(9)) == (0, 0)
    assert tang.id == TANG
    assert plan.available(wang, clock(9)) is plan.available(plan.plan.lanes[1], clock(10))


def test_many_rows_at_once_are_found_like_few(qtbot: QtBot) -> None:
    few, many = model(), model()
    rows = [
        replace(bookings()[1], id=1000 + n, start=clock(8) + n * 60, end=clock(8) + n * 60 + 30) for n in range(700)
    ]
    for row in rows:
        few.merge([row])
    many.merge(rows, gone=[11])
    few.merge([], gone=[11])
    for window in ((clock(8), clock(9)), (clock(0), clock(24))):
        assert few.plan.touching(WANG, *window) == many.plan.touching(WANG, *window)
    assert 11 not in many.plan.bookings
