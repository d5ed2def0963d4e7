"""What the demo's stores plan by: figures from the played year, classes, a rule for each part in use in two stores,
requisitions that rules made by themselves, a target for turnover, and old stock proposed for scrap.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from desktop.operations.demo.world import World

_OLD = 3
_STORES = 2
_BY_HAND = 4  # every so many rules wait for somebody to ask from the list of shortages


def make_planning(cursor: Cursor, world: World) -> None:
    """Through the same functions as at the desk; as the installation's owner, in the name of the demo's people."""
    stores = [branch.warehouse for branch in list(world.branches.values())[:_STORES]]
    cursor.execute("select api.analyse_all_stock()")
    cursor.execute("select api.apply_abc(api.start_abc(%s))", (f'{{"org_unit_id": {world.root}}}',))
    cursor.execute("select api.analyse_all_stock()")
    cursor.execute(
        "insert into erp.kpi_target (company_id, org_unit_id, kpi, target)"
        " values (%(company)s, %(root)s, 'stock_turns', 4), (%(company)s, %(root)s, 'count_accuracy', 0.98)",
        {"company": world.company, "root": world.root},
    )
    cursor.execute(
        "select api.accept_suggestions(array(select p.id from erp.item_plan p"
        " where p.org_unit_id = any (%s) and p.pattern <> 'none' order by p.id))",
        (stores,),
    )
    cursor.execute("update erp.reorder_rule set automatic = id %% %s <> 0", (_BY_HAND,))
    cursor.execute("select api.replenish()")
    cursor.execute("select api.refresh_readiness()")
    _propose_scrap(cursor, world, stores[0])
    _set_times(cursor, world)


def _propose_scrap(cursor: Cursor, world: World, store: int) -> None:
    """What has lain longest in the clerk's store: the manager finds a proposal to decide on."""
    cursor.execute(
        "select array_agg(x.id) from (select p.id from erp.item_plan p"
        " where p.org_unit_id = %s and p.on_hand > 0 and exists (select from erp.stock_balance b"
        " where b.item_id = p.item_id and b.org_unit_id = p.org_unit_id and b.owner_id is null"
        " and b.quantity > b.reserved) order by p.idle_days desc, p.item_id limit %s) x",
        (store, _OLD),
    )
    rows = cursor.fetchone()[0]  # type: ignore[index]
    cursor.execute("select api.propose_disposal(%s, %s)", (rows, "型号已停产，长期无领用"))
    cursor.execute("update erp.disposal set proposed_by = %s", (world.users["clerk"],))


def _set_times(cursor: Cursor, world: World) -> None:
    """These were made this morning, whenever the demo is."""
    cursor.execute("set local session_replication_role = replica")
    at = world.this_morning(6)
    for table, column in (("item_plan", "computed_at"), ("reorder_status", "changed_at"), ("abc_run", "applied_at")):
        cursor.execute(f"update erp.{table} set {column} = %s", (at,))
    cursor.execute("set local session_replication_role = origin")
