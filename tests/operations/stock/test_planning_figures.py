"""What is worked out from the ledger: each list equals the plain SQL of docs/sql, and the methods their literature."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from db.embedded import Server
from db.session import Database
from desktop.exchange.profiles import import_profile
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.operations import stock_overview, supplier_record
from desktop.operations.lists import source_for
from tests.demo_world import DemoWorld, make_demo_world, make_empty_world
from tests.stock_shop import Shop

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "docs" / "sql"
DATA = next(
    (above / "shared" / "data" / "pdm" for above in ROOT.parents if (above / "shared" / "data" / "pdm").is_dir()), None
)


@pytest.fixture(scope="module", params=["demo", "real data"])
def world(request: pytest.FixtureRequest, pg_server: Server) -> Iterator[Database]:
    """The demo, and the imported history of a hundred machines where it lies beside the repository."""
    made = _made(str(request.param), pg_server)
    with made.database() as owner:
        with owner.write() as session:
            session.execute(text("select api.analyse_stock()"))
        yield owner


def _made(param: str, server: Server) -> DemoWorld:
    if param == "demo":
        return make_demo_world(server, "plandemo")
    if DATA is None:
        pytest.skip("the data set lies outside the repository, in ../shared/data/pdm")
    made = make_empty_world(server, "planpdm", company=True)
    with made.database() as owner:
        import_profile(owner, DATA, "pdm")
    return made


def script(
    database: Database, name: str, *, until: date | None = None, months: int | None = None
) -> list[tuple[Any, ...]]:
    """The rows of a script of docs/sql, as psql would give them."""
    with database.read() as session:
        if until is not None:
            session.execute(text("select set_config('outpost.until', :until, true)"), {"until": until.isoformat()})
        if months is not None:
            session.execute(text("select set_config('outpost.months', :months, true)"), {"months": str(months)})
        raw = (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8").replace(":", "\\:")
        return [tuple(row) for row in session.execute(text(raw))]


def listed(database: Database, key: str, *columns: str) -> list[tuple[Any, ...]]:
    """All rows of a list as its reader sees them."""
    spec = list_for(key)
    source = source_for(database, spec, "en")
    found = source.rows(ListQuery(columns, sort=spec.sort), group=(), start=0, limit=20000)
    return [row.cells for row in found]


def units(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {row[0]: row[1] for row in session.execute(text("select name, code from erp.org_unit"))}


def test_the_list_of_consumption_is_the_script(world: Database) -> None:
    codes = units(world)
    wanted = script(world, "consumption_by_month")
    found = [
        (codes[unit], item, f"{month:%Y-%m}", quantity, amount)
        for unit, item, month, quantity, amount in listed(
            world, "consumption", "unit", "item", "month", "quantity", "amount"
        )
    ]
    assert len(wanted) > 70
    assert sorted(found) == sorted(wanted)


def test_the_list_of_suggestions_is_the_script(world: Database) -> None:
    codes = units(world)
    wanted = {(row[0], row[1]): row[2:] for row in script(world, "min_max")}
    found = {
        (codes[row[0]], row[1]): row[2:]
        for row in listed(
            world, "suggestions", "unit", "item", "months", "demand", "adi", "cv2", "pattern", "forecast",
            "safety_quantity", "suggested_min", "suggested_max",
        )
    }  # fmt: skip
    assert any(row[4] != "none" for row in found.values())
    assert {key: wanted[key] for key in found if key in wanted} == {key: found[key] for key in found if key in wanted}
    assert all(found[key][0] == 0 for key in found if key not in wanted), "only what came this month has no month yet"


def test_the_list_of_turnover_is_the_script(world: Database) -> None:
    codes = units(world)
    columns = ("opening", "consumed", "closing", "consumed_12", "average_12", "turns", "days")
    found = {
        (codes[row[0]], f"{row[1]:%Y-%m}"): row[2:]
        for row in listed(world, "stock_turnover", "unit", "month", *columns)
    }
    wanted = {(row[0], row[1]): row[2:] for row in script(world, "turnover")}
    assert wanted and found == wanted
    assert any(row[5] for row in found.values())


def test_the_list_of_suppliers_is_the_script_and_the_panel(world: Database) -> None:
    columns = ("deliveries", "spend", "on_time", "lead_actual", "lead_promised", "defect_ppm", "fill_rate",
               "price_change", "last_delivery")  # fmt: skip
    found = {row[0]: row[1:] for row in listed(world, "supplier_performance", "code", *columns)}
    assert found == {row[0]: row[1:] for row in script(world, "supplier_performance")}
    if not found:
        return  # the real data have no purchases
    assert any(row[2] is not None and 0 < row[2] < 1 for row in found.values())
    assert any(row[5] for row in found.values()) and any(row[7] for row in found.values())
    with world.read() as session:
        ids = {row[0]: row[1] for row in session.execute(text("select code, id from erp.party where is_supplier"))}
    for code, row in found.items():
        panel = supplier_record.record(world, ids[code])
        assert panel.performance is not None
        assert tuple(getattr(panel.performance, column) for column in columns) == row
        with world.read() as session:
            open_amount = session.execute(
                text("select coalesce(sum(open_amount), 0) from erp.grni_position where supplier_id = :id"),
                {"id": ids[code]},
            ).scalar_one()
        assert panel.grni is not None and panel.grni.amount == open_amount


def test_the_list_of_parts_demand_is_the_script(world: Database) -> None:
    codes = units(world)
    columns = ("gross", "scheduled", "projected", "net", "planned_receipt", "planned_release")
    found = {
        (codes[row[0]], row[1], row[2]): row[3:]
        for row in listed(world, "parts_plan", "unit", "item", "week", *columns)
    }
    wanted = {(row[0], row[1], row[2]): row[3:] for row in script(world, "parts_plan")}
    assert found == wanted
    with world.read() as session:
        open_orders = session.execute(text("select count(*) from erp.work_order_part")).scalar_one()
    assert bool(found) == bool(open_orders), "the imported history has no open orders"
    if found:
        assert any(row[3] for row in found.values()) and any(row[1] for row in found.values())


def test_the_overview_is_what_the_ledger_says(world: Database) -> None:
    """Every figure of the dashboard from the ledger and the papers alone, demo and real data."""
    found = stock_overview.overview(world)
    with world.read() as session:

        def one(sql: str) -> Any:
            return session.execute(text(sql)).scalar()

        assert found.value == one(
            "select coalesce(sum(x.value), 0) from (select round(sum(b.quantity) * coalesce(nullif(c.average, 0),"
            " i.standard_cost), 2) as value from erp.stock_balance b join erp.item i on i.id = b.item_id"
            " left join erp.item_cost c on c.item_id = i.id and c.company_id = i.company_id"
            " where b.owner_id is null and b.quantity <> 0 group by b.org_unit_id, b.item_id, c.average,"
            " i.standard_cost) x"
        )
        assert found.short == one("select count(*) from erp.reorder_status s where s.shortage > 0")
        assert found.orders.number == one(
            "select count(*) from erp.purchase_order o where o.state in ('ordered', 'part_received') and o.currency ="
            f" '{found.orders.currency}' and exists (select from erp.purchase_order_line l"
            " where l.purchase_order_id = o.id and l.received < l.quantity)"
        )
        counted = session.execute(
            text(
                "select count(*), count(*) filter (where l.counted_quantity = l.expected_quantity)"
                " from erp.stock_count_line l join erp.stock_count c on c.id = l.count_id and c.state = 'posted'"
                " where l.counted_quantity is not null"
                " and c.posted_at >= date_trunc('month', now() - interval '1 year')"
            )
        ).one()
        assert (sum(each.lines for each in found.counts), sum(each.right for each in found.counts)) == tuple(counted)
    rows = script(world, "turnover")
    closing: dict[str, Decimal] = {}
    consumed: dict[str, Decimal] = {}
    for row in rows:
        closing[row[1]] = closing.get(row[1], Decimal(0)) + row[4]
        consumed[row[1]] = consumed.get(row[1], Decimal(0)) + row[3]
    assert found.months
    for month in found.months:
        key = f"{month.month:%Y-%m}"
        assert (month.closing, month.consumed) == (closing[key], consumed[key])
    assert sum(found.ages.values(), Decimal(0)) == found.value


@pytest.mark.parametrize("months", [12, 5])
def test_the_classification_is_the_script(world: Database, months: int) -> None:
    with world.write() as session:
        asked = json.dumps({"months": months})
        run = session.execute(text("select api.start_abc(cast(:asked as jsonb))"), {"asked": asked}).scalar_one()
        number, until = session.execute(text("select number, until from erp.abc_run where id = :id"), {"id": run}).one()
    wanted = {row[0]: row[1:] for row in script(world, "abc", until=until, months=months)}
    found = {
        row[1]: row[2:]
        for row in listed(
            world, "abc_lines", "run", "item", "quantity", "amount", "share", "cumulative", "abc_new", "variation",
            "xyz_class",
        )
        if row[0] == number and row[3]
    }  # fmt: skip
    assert found
    assert found == {code: row for code, row in wanted.items() if row[1]}
    assert {row[4] for row in found.values()} >= {"A", "B"}


def test_the_real_data_give_these_figures(world: Database) -> None:
    """By hand: the file's replacements from 2014-06 to 2015-12, whole months."""
    found = {row[0]: row[1:] for row in listed(world, "suggestions", "item", "months", "pattern", "method", "until")}
    if "comp1" not in found:
        assert len(found) > 20
        return
    assert set(found) == {"comp1", "comp2", "comp3", "comp4"}
    assert set(found.values()) == {(19, "smooth", "moving_average", date(2016, 1, 1))}


# Forecasts of statsforecast 2.1.1 (Nixtla, Apache 2.0), CrostonClassic and CrostonSBA, smoothing 0.1; an ADR says why
# the library itself is not installed. A series is the demand of so many months, oldest first.
CROSTON: tuple[tuple[tuple[int, ...], str, str], ...] = (
    ((0, 0, 3, 0, 0, 0, 1, 0, 4, 0, 0, 2), "0.9455", "0.8982"),
    ((5, 0, 0, 0, 0, 7), "3.7143", "3.5286"),
    ((1, 1, 1, 1), "1.0000", "0.9500"),
    ((0, 0, 0, 0, 9), "1.8000", "1.7100"),
    ((2, 0, 3, 0, 0, 12, 0, 0, 0, 1, 0, 5, 0, 0, 0, 0, 8, 0), "1.8430", "1.7509"),
    ((10,), "10.0000", "9.5000"),
    ((4, 6, 0, 0, 3, 2, 7, 0, 4, 14, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 8, 0, 8), "2.6123", "2.4817"),
    ((0, 6, 6, 5, 0, 0, 1, 0, 6, 0, 8, 0, 10, 0, 7, 0, 0, 0, 7, 6, 0, 0, 0, 0), "3.0751", "2.9214"),
    ((0, 8, 0, 0, 5, 7, 0, 3, 0, 0, 0, 14, 0, 0, 0, 0, 3, 0, 6, 8, 0, 0, 0, 0), "3.2003", "3.0403"),
    ((0, 0, 2, 2, 3, 14, 4, 3, 0, 0, 8, 2, 0, 0, 0, 0, 7, 0, 10, 0, 0, 0, 14, 3), "2.1986", "2.0886"),
)


def _month(back: int) -> datetime:
    """The tenth of the month so many before this one."""
    today = date.today()
    number = today.year * 12 + today.month - 1 - back
    return datetime(number // 12, number % 12 + 1, 10, 9, tzinfo=UTC)


def consume(shop: Shop, code: str, series: Sequence[int], *, uom: str = "pc") -> int:
    """A new part whose history is that series of months, ending with the last one; 200 of it came the month before."""
    item = int(
        shop.value(
            "insert into erp.item (company_id, org_unit_id, code, name, standard_cost, uom)"
            " select company_id, id, %s, %s, 10, %s from erp.org_unit where parent_id is null returning id",
            code, code, uom,
        )
    )  # fmt: skip
    where = shop.world.bins[0]
    came = {"item_id": item, "to_location_id": where, "quantity": 200, "unit_cost": 10}
    post(shop, {"type": "opening", "effective_at": _month(len(series) + 1).isoformat(), "lines": [came]})
    for back, quantity in enumerate(reversed(series), start=1):
        if quantity:
            line = {"item_id": item, "from_location_id": where, "quantity": quantity}
            when = _month(back).isoformat()
            post(shop, {"type": "issue", "work_order_id": shop.world.work_order, "effective_at": when, "lines": [line]})
    return item


def post(shop: Shop, document: dict[str, object]) -> dict[str, Any]:
    found: dict[str, Any] = shop.value("select api.post_stock(%s, %s)", str(uuid4()), json.dumps(document))
    return found


def plan(shop: Shop, item: int, *columns: str) -> tuple[Any, ...]:
    row = shop.value(f"select to_json(array[{', '.join(f'{c}::text' for c in columns)}]) from erp.item_plan"
                     f" where item_id = {item} and org_unit_id = {shop.world.branch}")  # fmt: skip
    return tuple(row)


def test_croston_and_its_correction_are_those_of_the_library(shop: Shop) -> None:
    items = [consume(shop, f"CR-{n}", series) for n, (series, _, _) in enumerate(CROSTON)]
    shop.value("select api.analyse_all_stock()")
    for item, (series, croston, sba) in zip(items, CROSTON, strict=True):
        assert plan(shop, item, "months", "croston", "sba") == (str(len(series)), croston, sba), series


def test_the_class_of_demand_decides_the_method(shop: Shop) -> None:
    """Syntetos, Boylan & Croston (2005): cut at an interval of 1.32 and a squared variation of 0.49."""
    cases = {
        "smooth": (10, 11, 9, 10, 12, 10), "erratic": (1, 30, 2, 25, 1, 1), "intermittent": (0, 5, 0, 5, 0, 6),
        "lumpy": (0, 1, 0, 30, 0, 2),
    }  # fmt: skip
    items = {pattern: consume(shop, f"P-{pattern[:5].upper()}", series) for pattern, series in cases.items()}
    shop.value("select api.analyse_all_stock()")
    for pattern, item in items.items():
        method = "moving_average" if pattern in ("smooth", "erratic") else "sba"
        assert plan(shop, item, "pattern", "method") == (pattern, method)


def test_minimum_and_maximum_by_hand(shop: Shop) -> None:
    """Six months of 8 and 12 in turn: 10 a month, deviation 2.1909. Class C: 90 % (z = 1.2816), three months an order.
    Two weeks are 0.46 months: 10 × 0.46 = 4.6 and 1.2816 × 2.1909 × root of 0.46 = 1.9042: minimum 7, maximum 37.
    """
    item = consume(shop, "HAND-1", (8, 12, 8, 12, 8, 12))
    shop.value("select api.analyse_all_stock()")
    assert plan(shop, item, "forecast", "deviation", "safety_quantity", "suggested_min", "suggested_max") == (
        "10.0000", "2.1909", "1.9042", "7.0000", "37.0000",
    )  # fmt: skip


def test_what_came_back_was_never_needed(shop: Shop) -> None:
    """A return today is taken off the month of its issue, a reversal of the return puts it back."""
    item = consume(shop, "BACK-1", (4, 0))
    move = shop.value("select max(id) from erp.stock_move where item_id = %s", item)
    line = {"item_id": item, "to_location_id": shop.world.bins[0], "quantity": 3, "returns_move_id": move}
    back = post(shop, {"type": "return", "lines": [line]})
    shop.value("select api.analyse_all_stock()")
    history = "select array_agg(quantity::numeric order by month) from erp.item_demand where item_id = %s"
    assert shop.value(history, item) == [Decimal(1)]
    shop.value("select api.reverse_stock(%s, %s, 'wrong')", str(uuid4()), back["document_id"])
    shop.value("select api.analyse_all_stock()")
    assert shop.value(history, item) == [Decimal(4)]


def test_a_change_of_value_alone_is_in_the_turnover(shop: Shop) -> None:
    """Ten pieces of 10 lie here and thirty in the other branch; 100 more, by who holds how many: 25 here, 75 there."""
    bins = {shop.world.branch: shop.world.bins[1], shop.world.other_branch: shop.world.other_bin}
    item = shop.value(
        "insert into erp.item (company_id, org_unit_id, code, name, standard_cost)"
        " select company_id, id, 'VAL-2', 'Val', 10 from erp.org_unit where parent_id is null returning id"
    )
    for unit, quantity in ((shop.world.branch, 10), (shop.world.other_branch, 30)):
        came = {"item_id": item, "to_location_id": bins[unit], "quantity": quantity, "unit_cost": 10}
        post(shop, {"type": "opening", "effective_at": _month(3).isoformat(), "lines": [came]})
    shop.value("select api.analyse_all_stock()")
    closing = (
        "select jsonb_object_agg(t.org_unit_id, t.closing) from erp.stock_turnover t"
        " where t.month = (select max(month) from erp.stock_turnover)"
    )
    before = shop.value(closing)
    entry = shop.value(
        "select (api.revalue_item(0, %s, 12.5, 'market', gen_random_uuid()) ->> 'entry_id')::bigint", item
    )
    with shop.clone.owner.raw() as connection, connection.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute("set local session_replication_role = replica")  # as if it had been posted two months ago
        cursor.execute("update erp.stock_value_entry set effective_at = %s where id = %s", (_month(2), entry))
        cursor.execute("commit")
    shop.value("select api.analyse_all_stock()")
    after = shop.value(closing)
    here, there = str(shop.world.branch), str(shop.world.other_branch)
    assert (after[here] - before[here], after[there] - before[there]) == (25, 75)
    average = shop.value("select average_12 from erp.stock_turnover where org_unit_id = %s order by month desc limit 1",
                         shop.world.other_branch)  # fmt: skip
    # Months of 0–300, 300–375, 375–375: the averages of each, over three months.
    assert Decimal(str(average)) == Decimal("287.50")
    rows = {(row[0], row[1]): row[4] for row in script(shop.clone.owner, "turnover")}
    kept = shop.value("select json_agg(json_build_array(u.code, to_char(t.month, 'YYYY-MM'), t.closing)) from"
                      " erp.stock_turnover t join erp.org_unit u on u.id = t.org_unit_id")  # fmt: skip
    assert {(code, month): Decimal(str(value)) for code, month, value in kept} == rows


def test_what_was_merged_is_consumption_of_what_is_left(shop: Shop, steward_of_shop: Database) -> None:
    """Three a month of one item, two of the other: five a month once they are one; undone, it is as before."""
    one, other = consume(shop, "MRG-1", (3, 3, 3)), consume(shop, "MRG-2", (2, 2, 2))
    history = "select array_agg(quantity::numeric order by month) from erp.item_demand where item_id = %s"
    shop.value("select api.analyse_all_stock()")
    idle = plan(shop, one, "last_received_on")
    with steward_of_shop.write() as session:
        merge = session.execute(
            text("select api.merge_items(gen_random_uuid(), :one, :other, '{}', 'the same')"),
            {"one": one, "other": other},
        ).scalar_one()
    shop.value("select api.analyse_all_stock()")
    assert shop.value(history, one) == [5, 5, 5]
    assert shop.value(history, other) is None
    assert plan(shop, one, "demand", "last_received_on") == ("15.0000", *idle), "posting over is no receipt"
    found = {(row[1], row[2]): row[3] for row in script(shop.clone.owner, "consumption_by_month") if row[1] == "MRG-1"}
    assert set(found.values()) == {5} and len(found) == 3
    with steward_of_shop.write() as session:
        session.execute(
            text("select api.undo_merge(gen_random_uuid(), :merge, 'not the same')"), {"merge": merge["id"]}
        )
    shop.value("select api.analyse_all_stock()")
    assert (shop.value(history, one), shop.value(history, other)) == ([3, 3, 3], [2, 2, 2])
