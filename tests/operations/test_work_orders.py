"""Work orders under their rules: every step by every job as a real log-in, obstacles, hours and their cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.operations import contracts, work_orders
from desktop.operations.records import Draft, Record, blank
from desktop.operations.work_orders import WORK_ORDER
from tests.form_fixtures import one

Person = Callable[[str], Database]
JOBS = ("clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward", "auditor")
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
_days = count(1)


@pytest.fixture
def covered(owner: Database) -> tuple[int, int]:
    """(asset, contract) of Suzhou: an asset under an active contract."""
    with owner.read() as session:
        row = session.execute(text("""
            select ca.asset_id, ca.contract_id
            from erp.contract_asset ca
            join erp.contract c on c.id = ca.contract_id and c.state = 'active'
            join erp.org_unit u on u.id = c.org_unit_id and u.code = 'SUZ'
            join erp.asset a on a.id = ca.asset_id
            where current_date between ca.starts_on and coalesce(ca.ends_on, c.ends_on)
            order by 1 limit 1
        """)).one()  # fmt: skip
    return row[0], row[1]


@pytest.fixture
def me(person: Person) -> int:
    """The engineer who logs in as ``engineer``."""
    return int(one(person("engineer"), "select erp.my_engineer_id()"))


def new_order(database: Database, asset_id: int, **values: object) -> Record:
    draft = Draft({"title": "Check the valve", "asset_id": asset_id, "kind": "inspection", **values})
    record, _ = work_orders.save(database, blank(database, WORK_ORDER), draft)
    return record


def put_into(owner: Database, order_id: int, state: str, engineer_id: int | None = None) -> None:
    """Walk an order to a state as the maintainer of the installation, along legal steps only."""
    way = [
        "draft", "submitted", "approved", "planned", "dispatched", "accepted", "on_site", "working", "done",
        "confirmed", "closed",
    ]  # fmt: skip
    steps = way[1 : way.index(state) + 1]
    with owner.write() as session:
        if engineer_id is not None:
            session.execute(
                text("update erp.work_order set engineer_id = :e where id = :id"), {"e": engineer_id, "id": order_id}
            )
        for step in steps:
            session.execute(text("update erp.work_order set state = :s where id = :id"), {"s": step, "id": order_id})


def tomorrow(hours: float = 8) -> datetime:
    """A time at which nobody has hours yet: each call another day."""
    return NOW + timedelta(days=400 + next(_days), hours=hours)


def test_an_order_takes_place_contract_due_time_and_number_from_its_asset(
    person: Person, covered: tuple[int, int]
) -> None:
    record = new_order(person("desk"), covered[0])
    assert record.values["contract_id"] == covered[1]
    assert record.values["number"].startswith("WO-")
    assert record.values["state"] == "draft"
    assert None not in (record.values["site_id"], record.values["customer_id"], record.values["due_at"])


def test_a_job_plan_is_copied_once(person: Person, covered: tuple[int, int]) -> None:
    desk = person("desk")
    plan = int(one(desk, "select job_plan_id from erp.job_plan_step group by 1 order by 1 limit 1"))
    record = new_order(desk, covered[0], job_plan_id=plan)
    assert len(record.lines["steps"]) == one(
        desk, "select count(*) from erp.job_plan_step where job_plan_id = :id", id=plan
    )
    assert len(record.lines["parts"]) == one(
        desk, "select count(*) from erp.job_plan_part where job_plan_id = :id", id=plan
    )


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "approved", "planned", "dispatched", "working", "done", "closed"]
)
def test_each_job_takes_its_steps_and_no_other(
    person: Person, owner: Database, covered: tuple[int, int], me: int, state: str
) -> None:
    order = new_order(person("desk"), covered[0])
    assert order.id is not None
    put_into(owner, order.id, state, me)
    with owner.read() as session:
        rows = session.execute(
            text("select to_state, roles from erp.work_order_transition where from_state = :s"), {"s": state}
        ).all()
    for job in JOBS:
        database = person(job)
        offered = {step.to_state for step in work_orders.steps(database, order.id)}
        assert offered == {row.to_state for row in rows if job in row.roles}, job
        version = one(owner, "select version from erp.work_order where id = :id", id=order.id)
        for row in rows:
            if job in row.roles:
                continue
            with pytest.raises(UserError) as refused, database.write() as session:
                session.execute(
                    text("select api.change_work_order_state(:id, :v, :s, 'try')"),
                    {"id": order.id, "v": version, "s": row.to_state},
                )
            assert refused.value.code in ("ER001", "42501"), (job, row.to_state)
        database.close()
    assert one(owner, "select state from erp.work_order where id = :id", id=order.id) == state


def test_an_engineer_moves_his_own_order_only(
    person: Person, owner: Database, covered: tuple[int, int], me: int
) -> None:
    engineer = person("engineer")
    other = int(one(owner, "select min(id) from erp.engineer where id <> :me", me=me))
    order = new_order(person("desk"), covered[0])
    assert order.id is not None
    put_into(owner, order.id, "dispatched", other)
    with pytest.raises(UserError) as refused:
        work_orders.take_step(engineer, work_orders.load(engineer, order.id), "accepted")
    assert refused.value.constraint == "work_order_own"
    with owner.write() as session:
        session.execute(text("update erp.work_order set engineer_id = :e where id = :i"), {"e": me, "i": order.id})
    for state in ("accepted", "on_site", "working"):
        record, _ = work_orders.take_step(engineer, work_orders.load(engineer, order.id), state)
        assert record.values["state"] == state
    assert record.values["started_at"] is not None


def test_what_is_missing_is_named_until_it_is_there(
    person: Person, owner: Database, covered: tuple[int, int], me: int
) -> None:
    planner = person("planner")
    plan = int(one(planner, "select job_plan_id from erp.job_plan_step where mandatory order by 1 limit 1"))
    order = new_order(planner, covered[0], job_plan_id=plan, kind="corrective")
    assert order.id is not None
    put_into(owner, order.id, "working", me)

    def refused(state: str) -> str:
        with pytest.raises(UserError) as error:
            work_orders.take_step(planner, work_orders.load(planner, order.id or 0), state)
        assert error.value.constraint is not None
        return error.value.constraint

    assert refused("done") == "work_order_steps_open"
    for line in work_orders.load(planner, order.id).lines["steps"]:
        work_orders.tick_step(planner, order.id, line.id or 0, True)
    work_orders.take_step(planner, work_orders.load(planner, order.id), "done")
    assert refused("confirmed") == "work_order_needs_problem"
    problem = int(one(planner, "select min(id) from erp.failure_code where level = 'problem'"))
    record, _ = work_orders.save(planner, work_orders.load(planner, order.id), Draft({"problem_code_id": problem}))
    assert refused("confirmed") == "work_order_needs_confirmation"
    record, _ = work_orders.save(planner, record, Draft({"confirmed_by": "Ms Chen"}))
    work_orders.take_step(planner, record, "confirmed")
    assert refused("closed") == "work_order_needs_time"
    start = tomorrow()
    work_orders.enter_labour(planner, order_id=order.id, engineer_id=me, starts=start, ends=start + timedelta(hours=1))
    record, _ = work_orders.take_step(planner, work_orders.load(planner, order.id), "closed")
    assert record.values["closed_at"] is not None


def test_a_closed_order_keeps_still(person: Person, owner: Database, covered: tuple[int, int], me: int) -> None:
    desk, engineer = person("desk"), person("engineer")
    order = new_order(desk, covered[0])
    assert order.id is not None
    put_into(owner, order.id, "closed", me)
    record = work_orders.load(desk, order.id)
    item = int(one(desk, "select min(id) from erp.item"))
    attempts = (
        lambda: work_orders.save(desk, record, Draft({"note": "later"})),
        lambda: work_orders.save(
            engineer, record, Draft({}, {"parts": ((None, {"item_id": item, "quantity": Decimal(1)}),)})
        ),
        lambda: work_orders.enter_labour(
            desk, order_id=order.id or 0, engineer_id=me, starts=NOW, ends=NOW + timedelta(hours=1)
        ),
    )
    for attempt in attempts:
        with pytest.raises(UserError) as refused:
            attempt()
        assert refused.value.constraint == "work_order_open"


def test_what_issued_parts_cost_is_for_who_reads_costs(person: Person, owner: Database) -> None:
    order_id = one(
        owner,
        "select min(m.work_order_id) from erp.stock_move m join erp.work_order w on w.id = m.work_order_id"
        " join erp.org_unit_closure c on c.descendant_id = w.org_unit_id"
        " join erp.org_unit u on u.id = c.ancestor_id and u.code = 'SUZ' where m.amount > 0",
    )
    ledger = "select sum(amount) from erp.cost_entry where work_order_id = :id and source_table = 'stock_move'"
    spent = one(owner, ledger, id=order_id)
    told = {job: work_orders.parts(person(job), order_id) for job in ("finance", "engineer", "planner", "desk")}
    assert sum(part.amount or 0 for part in told["finance"]) == spent > 0
    for job in ("engineer", "planner", "desk"):
        assert {part.amount for part in told[job]} == {None}
        assert [(part.item_code, part.issued) for part in told[job]] == [
            (part.item_code, part.issued) for part in told["finance"]
        ]


def test_a_cancelled_order_gives_parts_and_times_back(person: Person, owner: Database) -> None:
    planner = person("planner")
    order_id = int(one(planner, """
        select min(w.id) from erp.work_order w
        join erp.reservation r on r.work_order_id = w.id and r.state = 'open'
        join erp.booking b on b.work_order_id = w.id and b.ends_at > now()
        where w.state = 'planned' and w.org_unit_id = any (erp.my_write_units())
    """))  # fmt: skip
    held = (
        "select coalesce(sum(quantity - issued), 0) from erp.reservation where work_order_id = :id and state = 'open'"
    )
    ahead = "select count(*) from erp.booking where work_order_id = :id and ends_at > now()"
    reserved = "select sum(reserved) from erp.stock_balance"
    before, mine = one(owner, reserved), one(owner, held, id=order_id)
    assert mine > 0
    record = work_orders.load(planner, order_id)
    with pytest.raises(UserError) as refused:
        work_orders.take_step(planner, record, "cancelled")
    assert refused.value.constraint == "work_order_needs_reason"
    _, changes = work_orders.take_step(planner, record, "cancelled", reason="Customer does it himself")
    assert changes.touches("booking")
    assert one(owner, held, id=order_id) == 0
    assert one(owner, reserved) == before - mine
    assert one(owner, ahead, id=order_id) == 0
    history = work_orders.load(planner, order_id).lines["history"]
    assert history[-1].values["reason"] == "Customer does it himself"


def test_a_step_on_an_old_version_is_refused(person: Person, covered: tuple[int, int]) -> None:
    desk = person("desk")
    order = new_order(desk, covered[0])
    work_orders.save(desk, order, Draft({"note": "newer"}))
    with pytest.raises(UserError) as refused:
        work_orders.take_step(desk, order, "submitted")
    assert refused.value.code == "ER003"


def test_hours_of_one_person_do_not_overlap(person: Person, covered: tuple[int, int], me: int) -> None:
    desk = person("desk")
    first, second = new_order(desk, covered[0]), new_order(desk, covered[0])
    start = tomorrow()
    end = start + timedelta(hours=2)
    work_orders.enter_labour(desk, order_id=first.id or 0, engineer_id=me, starts=start, ends=end)
    with pytest.raises(UserError) as refused:
        work_orders.enter_labour(
            desk, order_id=second.id or 0, engineer_id=me, starts=start + timedelta(hours=1),
            ends=start + timedelta(hours=3),
        )  # fmt: skip
    assert refused.value.constraint == "labour_no_overlap"
    work_orders.enter_labour(
        desk, order_id=second.id or 0, engineer_id=me, starts=start + timedelta(hours=2),
        ends=start + timedelta(hours=3),
    )  # fmt: skip


def test_an_engineer_enters_his_own_hours_only(
    person: Person, owner: Database, covered: tuple[int, int], me: int
) -> None:
    engineer = person("engineer")
    order = new_order(person("desk"), covered[0])
    assert order.id is not None
    put_into(owner, order.id, "dispatched", me)
    other = int(one(owner, "select min(id) from erp.engineer where id <> :me", me=me))
    start = tomorrow()
    with pytest.raises(UserError) as refused:
        work_orders.enter_labour(
            engineer, order_id=order.id, engineer_id=other, starts=start, ends=start + timedelta(hours=1)
        )
    assert refused.value.constraint == "labour_own"
    entry, _ = work_orders.enter_labour(
        engineer, order_id=order.id, engineer_id=me, starts=start, ends=start + timedelta(hours=1)
    )
    assert entry > 0


def test_somebody_else_approves_and_only_then_it_costs(
    person: Person, covered: tuple[int, int], me: int, owner: Database
) -> None:
    planner, finance = person("planner"), person("finance")
    order = new_order(planner, covered[0])
    assert order.id is not None
    before = contracts.cost(finance, covered[1])
    start = tomorrow()
    entry, _ = work_orders.enter_labour(
        planner, order_id=order.id, engineer_id=me, starts=start, ends=start + timedelta(hours=2, minutes=30)
    )
    assert contracts.cost(finance, covered[1]).total == before.total
    with pytest.raises(UserError) as own:
        work_orders.approve_time(planner, "labour", entry)
    assert own.value.constraint == "time_entry_open"
    with pytest.raises(UserError) as not_his:
        work_orders.approve_time(person("desk"), "labour", entry)
    assert not_his.value.code in ("ER001", "42501")
    changes = work_orders.approve_time(finance, "labour", entry)
    assert changes.touches("cost_entry")
    rate = one(owner, "select hourly_rate from erp.engineer where id = :id", id=me)
    after = contracts.cost(finance, covered[1])
    assert after.labour - before.labour == round(rate * Decimal("2.5"), 2)
    assert after.hours - before.hours == Decimal("2.5")
    with pytest.raises(UserError):
        work_orders.approve_time(finance, "labour", entry)


def test_a_reversal_is_the_first_lines_counterpart(
    person: Person, owner: Database, covered: tuple[int, int], me: int
) -> None:
    planner, finance = person("planner"), person("finance")
    order = new_order(planner, covered[0])
    assert order.id is not None
    before = contracts.cost(finance, covered[1]).total
    entry, _ = work_orders.enter_travel(
        planner, order_id=order.id, engineer_id=me, day=date(2026, 11, 24), distance_km=Decimal("38.5"), minutes=45
    )
    work_orders.approve_time(finance, "travel", entry)
    assert contracts.cost(finance, covered[1]).total > before
    with pytest.raises(UserError) as silent:
        work_orders.reverse_time(finance, "travel", entry, reason=" ")
    assert silent.value.constraint == "time_needs_reason"
    work_orders.reverse_time(finance, "travel", entry, reason="Entered twice")
    assert contracts.cost(finance, covered[1]).total == before
    with owner.read() as session:
        rows = session.execute(
            text("select id, amount, reverses_id from erp.cost_entry where work_order_id = :id order by id"),
            {"id": order.id},
        ).all()
    assert [row.amount for row in rows] == [rows[0].amount, -rows[0].amount]
    assert rows[1].reverses_id == rows[0].id
    with pytest.raises(UserError):
        work_orders.reverse_time(finance, "travel", entry, reason="again")


@pytest.mark.parametrize("function", ["api.approve_time('tea', {id})", "api.reverse_time('tea', {id}, 'x')"])
def test_time_of_an_unknown_kind_is_neither_approved_nor_reversed(
    person: Person, owner: Database, covered: tuple[int, int], me: int, function: str
) -> None:
    planner = person("planner")
    order = new_order(planner, covered[0])
    entry, _ = work_orders.enter_travel(
        planner, order_id=order.id or 0, engineer_id=me, day=date(2026, 11, 24), distance_km=Decimal(1), minutes=1
    )
    with pytest.raises(UserError), person("finance").write() as session:
        session.execute(text("select " + function.format(id=entry)))
    assert one(owner, "select state from erp.travel where id = :id", id=entry) == "entered"


MISUSE = {
    "state": "update erp.work_order set state = 'closed' where id = :order",
    "engineer": "update erp.work_order set engineer_id = 1 where id = :order",
    "rate": "update erp.labour set amount = 0",
    "cost": "insert into erp.cost_entry (company_id, org_unit_id, cost_type, amount, source_table, source_id,"
            " effective_at) values (1, 1, 'labour', 1, 'labour', 1, now())",
    "ledger": "update erp.cost_entry set amount = 0",
    "history": "delete from erp.work_order_history where work_order_id = :order",
    "contract": "update erp.contract set annual_value = 1",
    "contract state": "update erp.contract set state = 'active'",
    "contract line": "update erp.contract_line set unit_price = 1",
    "numbers": "delete from erp.number_period",
}  # fmt: skip


@pytest.mark.parametrize("what", MISUSE)
@pytest.mark.parametrize("job", ["clerk", "engineer", "desk"])
def test_plain_sql_does_not_get_around_the_rules(person: Person, covered: tuple[int, int], job: str, what: str) -> None:
    order = new_order(person("desk"), covered[0])
    with pytest.raises(UserError) as refused, person(job).write() as session:
        session.execute(text(MISUSE[what]), {"order": order.id} if ":order" in MISUSE[what] else {})
    assert refused.value.code == "42501"


def test_a_foreign_contract_or_customer_is_not_linked_by_its_id(person: Person, owner: Database) -> None:
    finance, desk = person("finance"), person("desk")
    foreign = int(one(owner, """
        select c.id from erp.contract c join erp.org_unit u on u.id = c.org_unit_id
        where u.code <> 'SUZ' and not exists (select 1 from erp.contract_unit x where x.contract_id = c.id
            and x.org_unit_id in (select d.descendant_id from erp.org_unit_closure d
                                  join erp.org_unit s on s.id = d.ancestor_id and s.code = 'SUZ')) limit 1
    """))  # fmt: skip
    unit = int(one(finance, "select (erp.my_home_units())[1]"))
    if one(finance, "select count(*) from erp.contract where id = :id", id=foreign):
        pytest.skip("finance of the demo sees every contract")
    with pytest.raises(UserError) as refused, finance.write() as session:
        session.execute(text("insert into erp.contract_unit values (:c, :u)"), {"c": foreign, "u": unit})
    assert refused.value.constraint == "contract_found"
    party = one(owner, "select id from erp.party where not id = any (:mine) limit 1",
                mine=_ids(desk, "select id from erp.party"))  # fmt: skip
    assert party is not None
    with pytest.raises(UserError) as hidden, desk.write() as session:
        session.execute(text("insert into erp.party_unit values (:p, :u)"), {"p": party, "u": unit})
    assert hidden.value.constraint == "party_found"


def _ids(database: Database, query: str) -> list[int]:
    with database.read() as session:
        return list(session.execute(text(query)).scalars())


def test_a_number_typed_ahead_does_not_stop_the_count(person: Person, covered: tuple[int, int]) -> None:
    desk = person("desk")
    number = str(new_order(desk, covered[0]).values["number"])
    stem, _, last = number.rpartition("-")
    ahead = f"{stem}-{int(last) + 1:0{len(last)}d}"
    with desk.write() as session:
        session.execute(
            text("insert into erp.work_order (company_id, org_unit_id, number, title)"
                 " select company_id, org_unit_id, :n, 'forged' from erp.work_order where number = :o"),
            {"n": ahead, "o": number},
        )  # fmt: skip
    assert new_order(desk, covered[0]).values["number"] == f"{stem}-{int(last) + 2:0{len(last)}d}"
