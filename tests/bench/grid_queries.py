"""The grid's questions over a million work orders under row-level security, for readers of 1, 10 and all of 200 units.

Each is asked like the list model asks it, beside the plain query that a program without care would send (`naive`): the
same order and columns by OFFSET, without row-level security's index, as the same person.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, text

from db.session import Database
from desktop.domain.conditions import Test
from desktop.lists import compile as sql
from desktop.lists.all_lists import list_for
from desktop.lists.query import ListQuery
from desktop.lists.spec import Sort
from desktop.operations import reading
from desktop.operations.lists import SqlListSource, source_for
from tests.bench import grid_world

PAGE = 200
READERS = ("one_unit", "ten_units", "all_units")
SEARCHES = {
    "search_rare": "罕见",  # in one row
    "search_common": "轴承",  # in an eighth of all rows, as all that follow
    "search_common_character": "泵",
    "search_common_initials": "zc",
    "search_common_pinyin": "zhoucheng",
    "search_two_words": "水泵 轴承",  # each in an eighth, both in a sixty-fourth
    "search_absent": "轴阀",
}
FILTERS = {
    "filter_state": Test("state", "=", ("waiting_part",)),
    "filter_due": Test("due_at", ">=", ("today-30",)),
    "filter_number_prefix": Test("number", "starts", ("WO-0012",)),
}
GOALS = {
    "first_rows": 100,
    "jump_end": 100,
    "jump_middle": 100,
    "sort_indexed": 100,
    "filter_": 100,
    "search_rare": 50,
    "search_": 150,
}
"""Milliseconds; a name that ends in _ stands for all that begin with it and have no goal of their own."""


def measure(dsn_of: Callable[[str | None], str], *, prefix: str, rows: int = 1_000_000) -> dict[str, Any]:
    """`dsn_of(login)` connects as that log-in, as the owner for None. Returns milliseconds per reader and question."""
    grid_world.make(dsn_of(None), prefix=prefix, rows=rows)
    found: dict[str, Any] = {"rows": rows, "goals_ms": GOALS}
    for reader in READERS:
        with Database(dsn_of(grid_world.login(prefix, reader))) as database:
            before = os.getloadavg()[0]
            found[reader] = _reader(database)
            found[reader]["load"] = [round(before, 1), round(os.getloadavg()[0], 1)]
            found[reader]["missed"] = sorted(_missed(found[reader]))
    return found


def _reader(database: Database) -> dict[str, Any]:
    source = source_for(database, list_for("work_orders"), "zh")
    opened = _once(lambda: source.columns())
    query = source.query_for()
    total = source.count(query, exact=False).value
    result: dict[str, Any] = {
        "open_ms": opened,
        "first_rows": _both(database, source, query, 0),
        "estimate_ms": _timed(lambda: source.count(query, exact=False)),
        "jump_end_before_counting_ms": _timed(lambda: _page(source, query, max(0, total - PAGE))),
        "count_and_ladder_ms": _once(lambda: source.count(query, exact=True)),
    }
    total = source.count(query, exact=True).value
    result["visible_rows"] = total
    result["jump_end"] = _both(database, source, query, max(0, total - PAGE))
    result["jump_middle"] = _both(database, source, query, total // 2)
    ascending = query.but(sort=(Sort("number"),))
    result["sort_indexed"] = _both(database, source, ascending, 0)
    unindexed = query.but(sort=(Sort("customer"), Sort("due_at", descending=True)))
    result["sort_unindexed"] = _both(database, source, unindexed, 0)
    source.count(unindexed, exact=True)
    result["sort_unindexed_middle_ms"] = _timed(lambda: _page(source, unindexed, total // 2))
    for name, words in SEARCHES.items():
        result[name] = _found(database, source, query.but(search=words))
    for name, condition in FILTERS.items():
        result[name] = _both(database, source, query.but(condition=condition), 0)
    grouped = query.but(group_by=("state",))
    result["groups_with_subtotals_ms"] = _timed(lambda: source.groups(grouped), rounds=3)
    result["value_filter_ms"] = _timed(lambda: source.values(query, "state", "", 100), rounds=3)
    return result


def _page(source: SqlListSource, query: ListQuery, start: int) -> None:
    source.rows(query, group=(), start=start, limit=PAGE)


def _missed(result: dict[str, Any]) -> list[str]:
    """The questions whose answer took longer than its goal."""
    missed = []
    for name, figures in result.items():
        goal = GOALS.get(name, GOALS.get(name.split("_", 1)[0] + "_"))
        if goal is not None and figures["ours_ms"] > goal:
            missed.append(name)
    return missed


def _search(source: SqlListSource, query: ListQuery) -> int:
    """As typed into the list: all hits counted (to 5,000), the first page shown."""
    count = source.count(query, exact=True)
    _page(source, query, 0)
    return count.value


def _found(database: Database, source: SqlListSource, query: ListQuery) -> dict[str, float]:
    """Beside it, what a program without a search index sends: LIKE, counted to 5,000, and the first page."""
    ours = _timed(lambda: _search(source, query))
    naive = _timed(lambda: _search_naive(database, query), rounds=2)
    hits = _search(source, query)
    return {"ours_ms": ours, "naive_ms": naive, "ratio": round(ours / naive, 4), "hits": hits}


def _search_naive(database: Database, query: ListQuery) -> None:
    words = [f"%{word}%" for word in query.search.split()]
    clause = "title || ' ' || title_zh ilike all (:words)"
    counted = text(f"select count(*) from (select 1 from erp.work_order where {clause} limit 5001) found")
    shown = text(f"select * from erp.work_order where {clause} order by number desc limit {PAGE}")
    with reading.connected(database) as connection:
        connection.execute(counted, {"words": words}).all()
        connection.execute(shown, {"words": words}).all()


def _both(database: Database, source: SqlListSource, query: ListQuery, start: int) -> dict[str, float]:
    ours = _timed(lambda: _page(source, query, start))
    naive = _timed(lambda: _naive(database, source, query, start), rounds=3)
    return {"ours_ms": ours, "naive_ms": naive, "ratio": round(ours / naive, 4) if naive else 0.0}


def _naive(database: Database, source: SqlListSource, query: ListQuery, start: int) -> None:
    listing = source.view().listing
    statement: Select[Any] = sql.everything(listing, query).offset(start).limit(PAGE)
    with reading.connected(database) as connection:
        connection.execute(statement).all()


def _once(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return round((time.perf_counter() - begin) * 1000, 2)


def _timed(work: Callable[[], object], rounds: int = 7) -> float:
    """Median milliseconds; the first, which warms caches, does not count."""
    work()
    return round(statistics.median(_once(work) for _ in range(rounds)), 2)
