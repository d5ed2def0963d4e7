"""Saving cells: all or none, by the database's rules, with conflicts told cell by cell and an exact way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from db.errors import ConnectionLost
from db.session import Database
from desktop.lists.all_lists import list_for
from desktop.lists.query import Cell, CellEdit, ListQuery, Row
from desktop.operations import editing
from desktop.operations.lists import SqlListSource, source_for
from tests.lists_world import ListsWorld

QUERY = ListQuery(("code", "name", "state", "criticality", "maker", "warranty_until", "purchase_cost", "site", "note",
                   "custom.power", "custom.loud"))  # fmt: skip


@pytest.fixture
def planner(lists_world: ListsWorld) -> Iterator[Database]:
    """Restores the assets that a test changed."""
    with lists_world.database() as owner:
        with owner.write() as session:
            session.execute(text("create table if not exists erp_asset_copy as select * from erp.asset"))
        with lists_world.database("planner") as database:
            yield database
        with owner.write() as session:
            session.execute(text("set local session_replication_role = replica"))
            session.execute(text("delete from erp.asset where id not in (select id from erp_asset_copy)"))
            session.execute(
                text(
                    "update erp.asset a set code = c.code, name = c.name, name_zh = c.name_zh, state = c.state,"
                    " criticality = c.criticality, maker = c.maker, warranty_until = c.warranty_until,"
                    " purchase_cost = c.purchase_cost, site_id = c.site_id, note = c.note, custom = c.custom,"
                    " version = c.version, updated_by = c.updated_by, retired_on = c.retired_on"
                    " from erp_asset_copy c where c.id = a.id"
                )
            )
            session.execute(text("drop table erp_asset_copy"))


@pytest.fixture
def assets(planner: Database) -> SqlListSource:
    return source_for(planner, list_for("assets"), "en")


def read(source: SqlListSource, row_id: int) -> Row:
    return source.rows_by_id(QUERY, (row_id,))[0]


def cell(row: Row, column: str) -> Cell:
    return row.cells[QUERY.columns.index(column)]


def edit(source: SqlListSource, row_id: int, column: str, value: Cell) -> CellEdit:
    row = read(source, row_id)
    return CellEdit(row_id, row.version, column, value, base=cell(row, column))


def save(source: SqlListSource, *edits: CellEdit) -> Any:
    return source.save(QUERY, edits, request_id="test")


def test_cells_of_every_kind_are_saved_in_one_go(assets: SqlListSource) -> None:
    values: dict[str, Cell] = {
        "name": "Pump one",
        "criticality": "C: little effect",
        "warranty_until": date(2030, 1, 31),
        "purchase_cost": Decimal("99.50"),
        "site": "S-N",
        "note": "=1+1",
        "custom.power": Decimal("7.25"),
        "custom.loud": False,
    }
    result = save(assets, *(edit(assets, 2, column, value) for column, value in values.items()))
    assert result.errors == () and result.conflicts == ()
    (row,) = result.saved
    assert cell(row, "criticality") == "C"
    assert cell(row, "site") == "North mill"
    for column in ("name", "warranty_until", "purchase_cost", "note", "custom.power", "custom.loud"):
        assert cell(row, column) == values[column]
    assert row.version > 1


def test_a_name_is_edited_in_the_language_in_which_it_is_shown(planner: Database) -> None:
    chinese = source_for(planner, list_for("assets"), "zh")
    row = read(chinese, 4)
    result = chinese.save(QUERY, (CellEdit(4, row.version, "name", "新水泵", base="水泵4"),), request_id="r")
    assert cell(result.saved[0], "name") == "新水泵"
    english = source_for(planner, list_for("assets"), "en")
    assert cell(read(english, 4), "name") == "Pump 4"


def test_one_bad_cell_saves_none_and_is_named(assets: SqlListSource) -> None:
    good, bad = edit(assets, 5, "maker", "ABB"), edit(assets, 6, "code", "A-001")
    result = save(assets, good, bad)
    assert result.saved == ()
    (error,) = result.errors
    assert (error.row_id, error.column) == (6, "code")
    assert error.message
    assert cell(read(assets, 5), "maker") == "Grundfos"


def test_each_bad_row_of_a_large_block_is_found(assets: SqlListSource) -> None:
    edits = [edit(assets, row_id, "purchase_cost", Decimal(-1 if row_id in (3, 11) else 5)) for row_id in range(1, 20)]
    result = save(assets, *edits)
    assert {(error.row_id, error.column) for error in result.errors} == {(3, "purchase_cost"), (11, "purchase_cost")}


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("criticality", "Z", "Choose one of"),
        ("warranty_until", "soon", "not a date"),
        ("purchase_cost", "much", "not a number"),
        ("site", "Nowhere", "There is no"),
        ("name", "", "must be filled in"),
        ("custom.loud", "perhaps", "neither yes nor no"),
        ("note", "a\x00b", "cannot be stored"),
    ],
)
def test_what_cannot_be_read_is_explained(assets: SqlListSource, column: str, value: Cell, word: str) -> None:
    result = save(assets, edit(assets, 7, column, value))
    assert result.saved == ()
    assert [error.column for error in result.errors] == [column]
    assert word in result.errors[0].message


def test_the_explanation_comes_in_the_readers_language(planner: Database) -> None:
    chinese = source_for(planner, list_for("assets"), "zh")
    result = chinese.save(QUERY, (CellEdit(7, read(chinese, 7).version, "purchase_cost", "x"),), request_id="r")
    assert "不是数字" in result.errors[0].message


def test_a_colleagues_change_of_the_same_cell_is_a_conflict(assets: SqlListSource, lists_world: ListsWorld) -> None:
    mine = edit(assets, 8, "maker", "Mine")
    with lists_world.database("desk") as other:
        theirs = source_for(other, list_for("assets"), "en")
        assert save(theirs, edit(theirs, 8, "maker", "Theirs")).saved
    result = save(assets, mine, edit(assets, 9, "maker", "Untouched"))
    (conflict,) = result.conflicts
    assert (conflict.mine, conflict.theirs, conflict.base) == ("Mine", "Theirs", mine.base)
    assert (conflict.row_id, conflict.column, conflict.by) == (8, "maker", "Desk")
    assert conflict.at is not None
    assert cell(read(assets, 9), "maker") != "Untouched"
    again = CellEdit(8, conflict.version, "maker", "Mine", base=conflict.theirs)
    assert cell(save(assets, again).saved[0], "maker") == "Mine"


def test_a_colleagues_change_of_another_cell_is_kept_beside_mine(
    assets: SqlListSource, lists_world: ListsWorld
) -> None:
    mine = edit(assets, 10, "maker", "Mine")
    with lists_world.database("desk") as other:
        theirs = source_for(other, list_for("assets"), "en")
        assert save(theirs, edit(theirs, 10, "note", "Their note")).saved
    (row,) = save(assets, mine).saved
    assert (cell(row, "maker"), cell(row, "note")) == ("Mine", "Their note")


def test_undo_and_redo_are_edits_too(assets: SqlListSource) -> None:
    edits = (edit(assets, 12, "maker", "KSB"), edit(assets, 13, "maker", "KSB"))
    before = [cell(read(assets, row_id), "maker") for row_id in (12, 13)]
    first = save(assets, *edits)
    back = editing.inverse(edits, first)
    second = save(assets, *back)
    assert [cell(read(assets, row_id), "maker") for row_id in (12, 13)] == before
    save(assets, *editing.inverse(back, second))
    assert [cell(read(assets, row_id), "maker") for row_id in (12, 13)] == ["KSB", "KSB"]


def test_saving_twice_has_no_second_effect(assets: SqlListSource) -> None:
    """The answer of the first try was lost: the second finds the values in place."""
    change = edit(assets, 14, "maker", "Wilo")
    first = save(assets, change)
    second = save(assets, change)
    assert second.conflicts == () and second.errors == ()
    assert cell(second.saved[0], "maker") == "Wilo"
    assert first.saved


def test_a_lost_connection_is_tried_again(assets: SqlListSource, monkeypatch: pytest.MonkeyPatch) -> None:
    real = editing.write
    calls = []

    def flaky(*arguments: Any) -> Any:
        calls.append(1)
        result = real(*arguments)
        if len(calls) == 1:
            raise ConnectionLost(message_en="lost", message_zh="断开")
        return result

    monkeypatch.setattr(editing, "write", flaky)
    result = save(assets, edit(assets, 15, "maker", "Lowara"))
    assert len(calls) == 2
    assert cell(result.saved[0], "maker") == "Lowara"


def test_rows_out_of_scope_cannot_be_written(lists_world: ListsWorld, assets: SqlListSource) -> None:
    result = save(assets, CellEdit(25, 1, "maker", "Stolen", base="Grundfos"))
    assert result.saved == ()
    assert "gone" in result.errors[0].message


def test_a_job_without_the_grant_sees_the_column_as_read_only(lists_world: ListsWorld) -> None:
    with lists_world.database("engineer") as engineer:
        source = source_for(engineer, list_for("assets"), "en")
        editable = {info.key for info in source.columns() if info.editable}
        assert editable >= {"state", "note", "custom.power"}
        assert "maker" not in editable
        result = save(source, CellEdit(1, read(source, 1).version, "maker", "X", base=None))
        assert result.saved == () and result.errors[0].column == "maker"


def test_a_computed_column_cannot_be_written(assets: SqlListSource) -> None:
    result = save(assets, CellEdit(1, 1, "customer", "X"), CellEdit(1, 1, "nonsense", "X"))
    assert {error.column for error in result.errors} == {"customer", "nonsense"}
