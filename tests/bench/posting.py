"""Posting of stock against the smallest correct posting (move + balance + audit row in one function), same run.

All sides go through psycopg2 on the same server with the same clients, items and pauses; what is compared is a clerk's
full posting (security, idempotency, cost, cost ledger, documents) with a function that does none of that. A third side
writes the rows that a posting leaves behind into the same tables, with their keys and indexes, and asks and reckons
nothing: from it to the smallest posting lie rows that somebody wants, from it to ours lies what we do. The plans of all
sides are kept, as ours are.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg2

from tests.stock_world import World, make_world

BARE = """
create schema bare;
create table bare.move (id bigint generated always as identity primary key, item_id bigint not null references erp.item,
    from_id bigint not null references erp.stock_location, to_id bigint not null references erp.stock_location,
    quantity numeric(18,4) not null check (quantity > 0), posted_at timestamptz not null default now());
create index on bare.move (item_id, id);
create table bare.balance (item_id bigint not null references erp.item,
    location_id bigint not null references erp.stock_location, quantity numeric(18,4) not null,
    primary key (item_id, location_id)) with (fillfactor = 70);
create table bare.audit (id bigint generated always as identity primary key, at timestamptz not null default now(),
    actor text not null, what text not null, row_id bigint not null, new jsonb not null);
create function bare.post(items bigint[], from_id bigint, to_id bigint, quantities numeric[]) returns bigint
language plpgsql security definer set search_path = bare, pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare made bigint; n integer;
begin
    for n in 1 .. cardinality(items) loop
        update balance b set quantity = b.quantity - quantities[n]
        where b.item_id = items[n] and b.location_id = from_id and b.quantity >= quantities[n];
        if not found then raise exception 'not enough'; end if;
    end loop;
    with m as (
        insert into move (item_id, from_id, to_id, quantity)
        select i, post.from_id, post.to_id, q from unnest(items, quantities) u (i, q)
        returning id, item_id, quantity),
    a as (
        insert into audit (actor, what, row_id, new)
        select session_user, 'move', m.id, jsonb_build_object('item', m.item_id, 'quantity', m.quantity)
        from m returning 1)
    select max(m.id) into made from m;
    return made;
end $$;
create function bare.rows(
    items bigint[], from_id bigint, to_id bigint, quantities numeric[], work_order bigint, request uuid)
returns bigint
language plpgsql security definer set search_path = bare, pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
    made     bigint := nextval('erp.stock_document_id_seq');
    touched  bigint[];
    customer bigint;
    unit     integer;
    company  integer;
begin
    select w.org_unit_id, w.company_id into unit, company from erp.work_order w where w.id = work_order;
    select l.id into customer
    from erp.stock_location l
    where l.company_id = company and l.kind = 'customer'
    limit 1;
    with b as (
        update erp.stock_balance b set quantity = b.quantity - u.q, changed_at = now()
        from unnest(items, quantities) u (i, q)
        where b.item_id = u.i and b.location_id = from_id and b.quantity >= u.q
        returning b.id)
    select array_agg(b.id) into touched from b;
    update erp.item_cost c set quantity = c.quantity - u.q, value = c.value - u.q * c.average
    from unnest(items, quantities) u (i, q)
    where c.company_id = company and c.item_id = u.i;
    with d as (
        insert into erp.stock_document
            (id, company_id, org_unit_id, document_type, number, work_order_id, effective_at, posted_by, request_id)
        values (made, company, unit, 'issue', 'ROW-' || made, work_order, now(), 0, request)),
    m as (
        insert into erp.stock_move
            (company_id, from_org_unit_id, to_org_unit_id, document_id, line_no, item_id, from_location_id,
             to_location_id,
             quantity, entered_quantity, entered_uom, unit_cost, amount, work_order_id, effective_at, posted_by)
        select company, unit, unit, made, u.n, u.i, from_id, customer,
            u.q, u.q, 'pc', 10, 10 * u.q, work_order, now(), 0
        from unnest(items, quantities) with ordinality u (i, q, n)
        returning id, item_id, quantity, amount),
    c as (
        insert into erp.cost_entry
            (company_id, org_unit_id, cost_type, work_order_id, item_id, quantity, amount, source_table, source_id,
             effective_at, posted_by)
        select company, unit, 'parts', work_order, m.item_id, m.quantity, m.amount, 'stock_move', m.id, now(), 0 from m
        returning id),
    f as (
        insert into erp.change (topic, ids, client) select 'stock_move', array_agg(m.id), '' from m
        union all select 'cost_entry', array_agg(c.id), '' from c)
    insert into erp.request (id, user_id, operation, fingerprint, result) values (request, 0, 'rows', '', '{}');
    return made;
end $$;
"""


@dataclass(frozen=True)
class Load:
    """What one client does: `lines` lines a document, for `seconds`."""

    dsn: str
    world: World
    lines: int
    seconds: float
    seed: int


def _bare_document(load: Load, chosen: list[int]) -> tuple[str, tuple[object, ...]]:
    ordered = sorted(chosen)
    values = (ordered, load.world.bins[0], load.world.bins[1], [1] * len(ordered))
    return "select bare.post(%s::bigint[], %s, %s, %s::numeric[])", values


def _rows_document(load: Load, chosen: list[int]) -> tuple[str, tuple[object, ...]]:
    ordered = sorted(chosen)
    values = (
        ordered,
        load.world.bins[0],
        load.world.bins[1],
        [1] * len(ordered),
        load.world.work_order,
        str(uuid.uuid4()),
    )
    return "select bare.rows(%s::bigint[], %s, %s, %s::numeric[], %s, %s)", values


def _full_document(load: Load, chosen: list[int]) -> tuple[str, tuple[object, ...]]:
    lines = [{"item_id": item, "from_location_id": load.world.bins[0], "quantity": 1} for item in chosen]
    document = {"type": "issue", "work_order_id": load.world.work_order, "lines": lines}
    return "select api.post_stock(%s, %s)", (str(uuid.uuid4()), json.dumps(document))


SIDES: dict[str, Callable[[Load, list[int]], tuple[str, tuple[object, ...]]]] = {
    "bare": _bare_document,
    "rows": _rows_document,
    "outpost": _full_document,
}


def _client(side: str, load: Load, start: Any, results: Any) -> None:
    connection = psycopg2.connect(load.dsn)
    connection.autocommit = True
    dice = random.Random(load.seed)
    times: list[float] = []
    with connection.cursor() as cursor:
        start.wait()
        end = time.perf_counter() + load.seconds
        while time.perf_counter() < end:
            sql, values = SIDES[side](load, dice.sample(load.world.items, load.lines))
            before = time.perf_counter()
            cursor.execute(sql, values)
            times.append(time.perf_counter() - before)
    connection.close()
    results.put(times)


def _measure(side: str, *, dsn: str, world: World, clients: int, lines: int, seconds: float) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(clients)
    results = context.Queue()
    loads = [Load(dsn, world, lines, seconds, seed) for seed in range(clients)]
    processes = [context.Process(target=_client, args=(side, load, start, results)) for load in loads]
    for process in processes:
        process.start()
    times = sorted(one for _ in processes for one in results.get())
    for process in processes:
        process.join()
    return {
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 3),
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))] * 1000, 3),
    }


def compare(dsn: str, world: World, *, clients: int, lines: int, seconds: float, rounds: int = 3) -> dict[str, Any]:
    """All sides in turns, so that a noisy neighbour hits all; the median round of each counts."""
    rows: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side in SIDES:
            rows[side].append(_measure(side, dsn=dsn, world=world, clients=clients, lines=lines, seconds=seconds))
    middle = {side: sorted(found, key=lambda row: row["per_second"])[rounds // 2] for side, found in rows.items()}
    return {
        **middle,
        "ratio": round(middle["outpost"]["per_second"] / middle["bare"]["per_second"], 3),
        "ratio_goal": 0.5,
        "ratio_to_rows": round(middle["outpost"]["per_second"] / middle["rows"]["per_second"], 3),
    }


def prepare(owner_dsn: str, *, items: int = 500) -> World:
    """The two schemas' stock: a million pieces of each item in the first bin, on both sides."""
    connection = psycopg2.connect(owner_dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("begin")
        world = make_world(cursor, items=items)
        line = {"to_location_id": world.bins[0], "quantity": 1000000, "unit_cost": 10}
        document = {"type": "opening", "lines": [{"item_id": item, **line} for item in world.items]}
        cursor.execute("select api.post_stock(%s, %s)", (str(uuid.uuid4()), json.dumps(document)))
        cursor.execute(BARE)
        balances = "insert into bare.balance select unnest(%s::bigint[]), %s, 1000000"
        cursor.execute(balances, (list(world.items), world.bins[0]))
        cursor.execute(f'grant usage on schema bare, api to "{world.login}"')
        cursor.execute(f'grant execute on all functions in schema bare to "{world.login}"')
        cursor.execute("commit")
        cursor.execute("vacuum analyze")
    connection.close()
    return world


def measure(owner_dsn: str, clerk_dsn: Callable[[World], str], *, seconds: float = 4.0) -> dict[str, Any]:
    world = prepare(owner_dsn)
    dsn = clerk_dsn(world)
    return {
        "one_client": compare(dsn, world, clients=1, lines=1, seconds=seconds),
        "eight_clients": compare(dsn, world, clients=8, lines=1, seconds=seconds),
        "hundred_lines": compare(dsn, world, clients=1, lines=100, seconds=seconds),
        "p99_goal_ms": {"one_client": 5, "eight_clients": 20},
    }
