"""What the tour works on, also where the demo has run out of it: made by the people whose work it is."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from db import embedded
from db.session import Database
from desktop.operations.bookings import read_backlog
from desktop.tour import supply
from tests.demo_world import DemoWorld, make_demo_world


@pytest.fixture(scope="module")
def demo(pg_server: embedded.Server) -> DemoWorld:
    return make_demo_world(pg_server, "supplydemo")


@pytest.fixture
def clerk(demo: DemoWorld) -> Iterator[Database]:
    with demo.database("clerk") as database:
        yield database


def run_out(demo: DemoWorld, statement: str) -> None:
    with demo.database() as owner, owner.write() as session:
        session.execute(text(statement))


def test_an_open_order_is_found_again_and_again(demo: DemoWorld, clerk: Database) -> None:
    first = supply.order_to_receive(clerk, demo.database)
    assert first == supply.order_to_receive(clerk, demo.database)
    assert first.wanted and all(quantity > 0 for quantity in first.wanted.values())


def test_the_buyer_orders_where_nothing_is_to_come(demo: DemoWorld, clerk: Database) -> None:
    before = supply.order_to_receive(clerk, demo.database)
    run_out(demo, "update erp.purchase_order set state = 'cancelled' where state <> 'received'")
    fresh = supply.order_to_receive(clerk, demo.database)
    assert fresh.id != before.id and set(fresh.wanted.values()) == {Decimal(4)}


def test_the_clerk_reserves_where_nothing_is_reserved(demo: DemoWorld, clerk: Database) -> None:
    before = supply.order_to_issue(clerk)
    assert before.wanted
    with clerk.write() as session:
        session.execute(text("select api.release(r.id) from erp.reservation r where r.state = 'open'"))
    fresh = supply.order_to_issue(clerk)
    assert set(fresh.wanted.values()) == {Decimal(1)}
    assert supply.part_that_is_not_on(clerk, fresh) not in fresh.wanted


def test_the_service_desk_sends_jobs_where_the_backlog_is_short(demo: DemoWorld) -> None:
    with demo.database("planner") as planner:
        waiting = len(read_backlog(planner))
        supply.jobs_to_place(planner, demo.database, waiting + 2)
        jobs = read_backlog(planner)
    assert len(jobs) >= waiting + 2
    assert sum(job.name == "Check after alarm" for job in jobs) >= 2
