from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.errors import UserError
from db.session import Database
from desktop.domain.conditions import Group, Test
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations import saved_views
from desktop.operations.lists import source_for
from desktop.operations.saved_views import BrokenDefinition, Definition, KeptView, Recipe
from tests.lists_world import ListsWorld

DEFINITION = Definition(
    ListQuery(
        ("number", "customer", "annual_value"),
        condition=Group("all", (Test("state", "in", ("active",)), Test("annual_value", ">", ("100.00",)))),
        sort=(Sort("annual_value", descending=True),),
        group_by=("customer",),
    ),
    widths={"number": 150},
    frozen=1,
)


def view(name: str, *, mine: bool = True) -> KeptView:
    return KeptView(0, "contracts", name, f"{name}视图", mine, 3, DEFINITION)


@pytest.fixture
def finance(lists_world: ListsWorld) -> Iterator[Database]:
    with lists_world.database("finance") as database:
        yield database
        for kept in saved_views.views(database, "contracts"):
            saved_views.remove_view(database, kept)


def test_a_view_comes_back_as_it_was_kept(finance: Database) -> None:
    kept, changes = saved_views.save_view(finance, view("Mine"))
    assert changes.touches("saved_view")
    (found,) = saved_views.views(finance, "contracts")
    assert found == kept and found.definition == DEFINITION
    assert saved_views.views(finance, "assets") == ()


def test_a_view_is_changed_ordered_and_removed(finance: Database) -> None:
    first, _ = saved_views.save_view(finance, view("A"))
    second, _ = saved_views.save_view(finance, view("B"))
    renamed, _ = saved_views.save_view(finance, KeptView(**{**vars(first), "name": "C"}))
    assert renamed.version == first.version + 1
    with pytest.raises(UserError):
        saved_views.save_view(finance, KeptView(**{**vars(first), "name": "D"}))  # its version is old
    saved_views.order_views(finance, (second.id, first.id))
    assert [kept.name for kept in saved_views.views(finance, "contracts")] == ["B", "C"]
    saved_views.remove_view(finance, second)
    saved_views.remove_view(finance, second)
    assert [kept.name for kept in saved_views.views(finance, "contracts")] == ["C"]


def test_names_are_unique_and_views_private(finance: Database, lists_world: ListsWorld) -> None:
    saved_views.save_view(finance, view("Mine"))
    with pytest.raises(UserError):
        saved_views.save_view(finance, view("Mine"))
    with lists_world.database("pm") as other:
        assert saved_views.views(other, "contracts") == ()


def test_a_steward_shares_and_everybody_sees(finance: Database, lists_world: ListsWorld) -> None:
    with pytest.raises(UserError):
        saved_views.save_view(finance, view("Shared", mine=False))
    with lists_world.database("steward") as steward:
        shared, _ = saved_views.save_view(steward, view("Shared", mine=False))
        try:
            (found,) = saved_views.views(finance, "contracts")
            assert (found.name, found.mine) == ("Shared", False)
        finally:
            saved_views.remove_view(steward, shared)


def test_a_view_that_needs_a_hidden_column_is_refused_not_widened(lists_world: ListsWorld) -> None:
    with lists_world.database("planner") as planner:
        infos = source_for(planner, list_for("contracts"), "en").columns()
    with pytest.raises(BrokenDefinition, match="annual_value"):
        saved_views.opened(DEFINITION, infos)
    harmless = Definition(DEFINITION.query.but(condition=None))
    assert saved_views.opened(harmless, infos).columns == ("number", "customer")


def test_a_recipe_keeps_format_and_options(finance: Database) -> None:
    recipe = Recipe(0, "contracts", "Profit", "毛利", True, DEFINITION, "xlsx", {"subtotals": True, "ids": False})
    kept, _ = saved_views.save_recipe(finance, recipe)
    assert saved_views.recipes(finance, "contracts") == (kept,)
    assert saved_views.recipes(finance)[0].options == {"subtotals": True, "ids": False}
    saved_views.remove_recipe(finance, kept)
    assert saved_views.recipes(finance) == ()


@pytest.mark.parametrize(
    "broken",
    [None, {}, {"columns": "a"}, {"columns": [1]}, {"columns": [], "condition": {"xor": []}},
     {"columns": [], "sort": ["a"]}, {"columns": [], "widths": {"a": "wide"}}, {"columns": [], "frozen": "x"}],
)  # fmt: skip
def test_a_broken_definition_is_said_to_be_broken(broken: object) -> None:
    with pytest.raises(BrokenDefinition):
        saved_views.definition_from(broken)
