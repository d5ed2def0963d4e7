"""What is remembered of a list, and what is made of it when somebody else has written into it."""

from __future__ import annotations

import json

import pytest

from desktop.domain.conditions import Test
from desktop.lists.spec import Sort
from desktop.widgets.list_place import Place, read


def test_a_place_comes_back_through_json() -> None:
    place = Place(
        view="open", columns=("code", "name"), layout={"frozen": 2}, condition=Test("code", "=", ("A-1",)),
        search="pump", sort=(Sort("code", True), Sort("name")), groups=("unit",), row=7, column=3,
    )  # fmt: skip
    assert read(json.loads(json.dumps(place.state()))) == place


@pytest.mark.parametrize("key", ["view", "columns", "layout", "condition", "search", "sort", "groups", "row", "column"])
@pytest.mark.parametrize("broken", [None, 0, "x", [1], [[]], {"all": 1}])
def test_what_is_broken_is_left_out_and_the_rest_stays(key: str, broken: object) -> None:
    kept = Place(search="pump", row=7)
    found = read({**kept.state(), key: broken})
    assert key in ("search", "row") or (found.search, found.row) == ("pump", 7)
    assert all(isinstance(each, str) for each in (*found.columns, *found.groups))
