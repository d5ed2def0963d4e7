"""Pasting from Excel: what the clipboard means, the dry run on the database's rules, one save and one undo."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from db.session import Database
from desktop.domain.clipboard import parse
from desktop.lists.all_lists import list_for
from desktop.lists.query import CellEdit, ListQuery
from desktop.models.list_pages import Shape, infos_of
from desktop.models.paste import Checked, check, map_columns, recognise
from desktop.operations.lists import SqlListSource, source_for
from desktop.operations.pasting import PasteCell, PastePlan
from desktop.widgets.list_wiring import SqlPaste
from tests.lists_world import ListsWorld

QUERY = ListQuery(("code", "name", "criticality", "maker", "model", "warranty_until", "purchase_cost", "customer"))
_RESTORE = """
    update erp.asset a set code = c.code, name = c.name, criticality = c.criticality, maker = c.maker, model = c.model,
        warranty_until = c.warranty_until, purchase_cost = c.purchase_cost, version = c.version, custom = c.custom
    from paste_copy c where c.id = a.id
"""


@pytest.fixture
def planner(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database() as owner:
        with owner.write() as session:
            session.execute(text("create table paste_copy as select * from erp.asset"))
        with lists_world.database("planner") as database:
            yield database
        with owner.write() as session:
            session.execute(text("set local session_replication_role = replica"))
            session.execute(text("delete from erp.asset where id not in (select id from paste_copy)"))
            session.execute(text(_RESTORE))
            session.execute(text("drop table paste_copy"))


@pytest.fixture
def assets(planner: Database) -> SqlListSource:
    return source_for(planner, list_for("assets"), "en")


def plan(
    source: SqlListSource, clipboard: str, start: str = "code", targets: tuple[int, ...] = (), query: ListQuery = QUERY
) -> Checked:
    """What the list page does at Ctrl+V, with the cursor in column `start` of the first of the rows `targets`."""
    infos = infos_of(source.columns(), query)
    shape = Shape(infos)
    pasted = recognise(parse(clipboard), infos)
    mapping = map_columns(pasted, infos, [info.key for info in infos].index(start))
    rows = shape.prepare(source.rows_by_id(query, targets)) if targets else ()
    here = [next(row for row in rows if row.row.id == target) for target in targets]
    code = source.spec.code_column
    return check(source, query, shape, pasted, mapping, here, title="", code=code, trial=SqlPaste(source))


def verdicts(checked: Checked) -> list[str]:
    return [row.verdict for row in checked.plan.rows]


def wrong(checked: Checked, row: int) -> dict[str, str]:
    """The refused cells of a row, with the reason."""
    return {fault.field: fault.fault.text() for fault in checked.plan.rows[row].faults}


def cells(checked: Checked, row: int) -> dict[str, PasteCell]:
    """What the database would make of a row's cells."""
    assert checked.tried is not None
    line = checked.plan.rows[row].number
    return {cell.column: cell for each in checked.tried.rows if each.line == line for cell in each.cells}


def accepted(checked: Checked) -> PastePlan:
    found = checked.accepted(frozenset())
    assert found is not None
    return found


def test_a_block_with_headings_finds_records_by_code_and_shows_the_difference(assets: SqlListSource) -> None:
    planned = plan(
        assets,
        "Asset no.\tAsset\tMaker\tPurchase cost (¥)\r\n"
        "A-001\tPump 1\tGrundfos\t¥1,000.25\r\n"
        "A-002\tPump 2\tKSB\t２，０００．５０\r\n"
        "A-900\tPump 900\tWilo\t12\r\n"
        "A-003\tPump 3\tABB\tmuch\r\n",
    )
    assert verdicts(planned) == ["same", "changed", "new", "rejected"]
    changed = cells(planned, 1)
    assert (changed["maker"].old, changed["maker"].new) == ("Grundfos", "KSB")
    assert (changed["purchase_cost"].old, changed["purchase_cost"].changed) == (Decimal("2000.50"), False)
    assert list(wrong(planned, 3)) == ["purchase_cost"] and "umber" in wrong(planned, 3)["purchase_cost"]


def test_new_records_need_what_the_database_demands(assets: SqlListSource) -> None:
    planned = plan(assets, "Asset no.\tAsset\tMaker\nA-901\tNew pump\tWilo\nA-902\t\tWilo\nA-901\tTwin\tWilo")
    assert verdicts(planned) == ["new", "rejected", "rejected"]
    assert [list(wrong(planned, row)) for row in (1, 2)] == [["name"], ["code"]]


def test_a_refusal_about_a_column_that_was_not_pasted_is_said_too(assets: SqlListSource) -> None:
    planned = plan(assets, "Asset\tMaker\nNew pump\tWilo")
    assert verdicts(planned) == ["rejected"]
    assert list(wrong(planned, 0)) == ["code"] and all(wrong(planned, 0).values())


def test_a_block_without_headings_lies_where_it_was_pasted(assets: SqlListSource) -> None:
    planned = plan(assets, "KSB\tmodelX\nKSB\tmodelY", start="maker", targets=(4, 5))
    assert [row.row_id for row in planned.plan.rows] == [4, 5]
    assert [list(cells(planned, row)) for row in (0, 1)] == [["maker", "model"]] * 2
    assert verdicts(planned) == ["changed", "changed"]


def test_the_dry_run_keeps_nothing(assets: SqlListSource) -> None:
    assert verdicts(plan(assets, "KSB\nKSB", start="maker", targets=(4, 5))) == ["changed", "changed"]
    assert verdicts(plan(assets, "Asset no.\tAsset\nA-903\tNew")) == ["new"]
    assert {row.cells[3] for row in assets.rows_by_id(QUERY, (4, 5))} <= {"Grundfos", None}
    assert len(assets.rows(QUERY, group=(), start=0, limit=100)) == 20


def test_the_rules_of_the_database_speak_in_the_dry_run(assets: SqlListSource) -> None:
    planned = plan(assets, "A-001\nA-777", targets=(6, 7))
    assert verdicts(planned) == ["rejected", "changed"] and wrong(planned, 0)["code"]
    assert verdicts(plan(assets, "-5", start="purchase_cost", targets=(6,))) == ["rejected"]


def test_one_save_and_one_undo(assets: SqlListSource) -> None:
    before = assets.rows(QUERY, group=(), start=0, limit=100)
    planned = plan(
        assets, "Asset no.\tAsset\tMaker\tWarranty until\nA-001\tPump 1\tKSB\t2031年1月2日\nA-950\tFresh\tKSB\t20310102"
    )
    assert verdicts(planned) == ["changed", "new"]
    backend = SqlPaste(assets)
    result = backend.save(QUERY, accepted(planned), "r1")
    assert result.errors == () and len(result.inserted) == 1 and len(result.saved) == 2
    assert [row.cells[3] for row in result.saved] == ["KSB", "KSB"]
    assert result.undo is not None
    undone = backend.undo(QUERY, result.undo, "r2")
    assert undone.errors == ()
    after = assets.rows(QUERY, group=(), start=0, limit=100)
    kept = [row for row in after if row.id not in result.inserted]
    assert [row.cells for row in kept] == [row.cells for row in before]
    assert undone.undo is not None
    backend.undo(QUERY, undone.undo, "r3")
    assert assets.rows_by_id(QUERY, (1,))[0].cells[3] == "KSB"


def test_a_change_between_dry_run_and_save_is_a_conflict(assets: SqlListSource, lists_world: ListsWorld) -> None:
    planned = plan(assets, "KSB", start="maker", targets=(8,))
    with lists_world.database("desk") as other:
        theirs = source_for(other, list_for("assets"), "en")
        row = theirs.rows_by_id(QUERY, (8,))[0]
        change = CellEdit(8, row.version, "maker", "ABB", base=row.cells[3])
        assert theirs.save(QUERY, (change,), request_id="x").saved
    result = SqlPaste(assets).save(QUERY, accepted(planned), "r")
    assert result.saved == () and result.undo is None
    assert [conflict.column for conflict in result.conflicts] == ["maker"]


def test_two_lines_for_one_record_are_refused(assets: SqlListSource) -> None:
    planned = plan(assets, "Asset no.\tMaker\nA-001\tX\nA-001\tY")
    assert verdicts(planned) == ["changed", "rejected"]


def test_a_column_that_is_none_of_the_list_is_left_out_one_that_cannot_be_changed_is_refused(
    assets: SqlListSource,
) -> None:
    planned = plan(assets, "Asset no.\tMaker\tColour of hope\nA-001\tKSB\tgreen")
    assert verdicts(planned) == ["changed"]
    assert [key for key, cell in cells(planned, 0).items() if cell.changed] == ["maker"]
    planned = plan(assets, "Asset no.\tMaker\tCustomer\nA-001\tKSB\tSomebody")
    assert verdicts(planned) == ["rejected"] and list(wrong(planned, 0)) == ["customer"]


def test_customers_come_into_sight_when_pasted(lists_world: ListsWorld) -> None:
    query = ListQuery(("code", "name"))
    with lists_world.database("desk") as desk:
        customers = source_for(desk, list_for("customers"), "zh")
        planned = plan(customers, "往来单位编码\t名称\nC-777\t新客户", query=query)
        assert verdicts(planned) == ["new"]
        result = SqlPaste(customers).save(query, accepted(planned), "c")
        assert [row.cells for row in result.saved] == [("C-777", "新客户")]
        assert result.undo is not None
        SqlPaste(customers).undo(query, result.undo, "u")
        with lists_world.database() as owner, owner.write() as session:
            session.execute(text("delete from erp.party where code = 'C-777'"))


def test_a_list_that_takes_no_new_records_says_so(lists_world: ListsWorld) -> None:
    with lists_world.database("planner") as planner:
        orders = source_for(planner, list_for("work_orders"), "en")
        planned = plan(orders, "Fix it", start="title", query=ListQuery(("number", "title")))
        assert verdicts(planned) == ["rejected"]


@pytest.mark.parametrize(
    "hostile",
    ["\n\n", "\t\t\t", "\x00\x00", "a\tb\n" * 300, '"' * 5000, "=cmd|' /C calc'!A0", "\ud7ff\t\U0001f4a3"],
)
def test_hostile_clipboards_do_no_harm(assets: SqlListSource, hostile: str) -> None:
    before = assets.rows(QUERY, group=(), start=0, limit=100)
    planned = plan(assets, hostile, start="maker", targets=(1, 2))
    assert set(verdicts(planned)) <= {"new", "changed", "same", "rejected"}
    assert assets.rows(QUERY, group=(), start=0, limit=100) == before
