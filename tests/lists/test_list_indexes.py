"""Which columns of the lists that grow can be sorted and filtered by an index; the rest is written down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from desktop.lists.all_lists import ALL_LISTS, list_for
from desktop.operations import list_indexes, reading
from tests.lists_world import ListsWorld

GOLDEN = Path(__file__).with_name("list_indexes.txt")
GROWING = {
    "asset", "asset_event", "booking", "cost_entry", "failure", "item", "labour", "reservation", "stock_document",
    "stock_move", "travel", "work_order",
}  # fmt: skip
"""Tables of which a company has hundreds of thousands of rows after some years."""


@pytest.fixture
def owner(lists_world: ListsWorld) -> Iterator[Connection]:
    with lists_world.database() as database, reading.connected(database) as connection:
        yield connection


def test_the_traps_are_those_that_are_written_down(owner: Connection) -> None:
    """A new column of a list that grows gets an index, or its line here says that somebody thought of it."""
    specs = [spec for spec in ALL_LISTS if spec.table in GROWING]
    found = "".join(f"{trap}\n" for trap in list_indexes.traps(owner, specs))
    if os.environ.get("OUTPOST_UPDATE_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_no_index_is_out_of_reach_of_row_level_security(owner: Connection) -> None:
    assert [str(t) for t in list_indexes.traps(owner, ALL_LISTS) if t.reason == "not leakproof"] == []


@pytest.mark.parametrize("key", ["assets", "items", "stock_documents", "stock_moves", "work_orders"])
def test_lists_that_grow_open_by_an_index(owner: Connection, key: str) -> None:
    assert list_indexes.opening(owner, [list_for(key)]) == ()


def test_a_lost_index_and_one_of_no_use_are_found(lists_world: ListsWorld) -> None:
    """The lint can fail: without the index of its order a list is a trap; one on a numeric column is out of reach."""
    spec = list_for("stock_moves")
    engine = create_engine(lists_world.dsn.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as owner:
        before = set(list_indexes.traps(owner, [spec]))
        owner.execute(text("drop index erp.stock_move_posted_idx"))
        owner.execute(text("create index lint_amount on erp.stock_move (amount)"))
        after = set(list_indexes.traps(owner, [spec]))
        opening = list_indexes.opening(owner, [spec])
        owner.rollback()
    engine.dispose()
    assert {str(trap) for trap in after - before} == {
        "stock_moves.posted_at sort: no index",
        "stock_moves.posted_at filter: no index",
        "stock_moves.amount filter: not leakproof",
    }
    assert [str(trap) for trap in opening] == ["stock_moves.posted_at sort: no index"]


def test_the_doctor_says_it_of_tables_that_have_grown(lists_world: ListsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    with lists_world.database() as database:
        assert list_indexes.examine(database).ok
        monkeypatch.setattr(list_indexes, "GROWN", 1)
        finding = list_indexes.examine(database)
    assert not finding.ok
    assert "customers.code sort: no index" in finding.en
