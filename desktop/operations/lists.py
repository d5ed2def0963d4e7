"""The lists as their readers get them: one `ListSource` per open list, called on worker threads."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, text

from db.session import Database
from desktop.domain.conditions import Condition, all_of, comparisons
from desktop.domain.text import Language, tr
from desktop.lists import compile as sql
from desktop.lists.compile import Listing
from desktop.lists.paging import LADDER_FROM, LADDER_STEP, Trail, needs_sorting, unpack_ids
from desktop.lists.query import Cell, CellEdit, ColumnInfo, Count, GroupHead, ListQuery, Row, SaveResult
from desktop.lists.spec import ListSpec, View
from desktop.operations import editing, reading
from desktop.operations.sealed_cells import Opener

COUNTED_AT_ONCE = 10_000
GROUP_LIMIT = 20_000
_TRAILS_KEPT = 16
_ASSUMED_UNITS = 10  # the planner's guess of the length of an array that it does not know
_HITS_KEPT_SECONDS = 30.0


_TABLE_ROWS = text("select reltuples::bigint from pg_class where oid = to_regclass(:relation)")


class TooManyGroups(ValueError):
    """Grouping by this column would make a head for nearly every row."""


@dataclass(frozen=True)
class Extract:
    """All that a query shows, for an export: `parts` are portions of rows (id, version, cells…) in their order."""

    infos: tuple[ColumnInfo, ...]
    heads: tuple[GroupHead, ...]
    totals: Mapping[str, Cell]
    count: int
    cut: bool
    parts: Iterator[Sequence[Any]]
    connection: Connection
    listing: Listing


def source_for(database: Database, spec: ListSpec, language: Language) -> SqlListSource:
    """The list's source for the database's user. Its first call raises reading.ListHidden where he may not see it."""
    return SqlListSource(database, spec, language)


class SqlListSource:
    """Implements `desktop.lists.query.ListSource`. Safe to call from several worker threads."""

    def __init__(self, database: Database, spec: ListSpec, language: Language) -> None:
        self.spec, self.language = spec, language
        self.database = database
        self._lock = threading.Lock()
        self._view: reading.View | None = None
        self._trails: OrderedDict[tuple[ListQuery, tuple[Cell, ...]], Trail] = OrderedDict()
        self._hits: dict[str, tuple[float, tuple[int, ...]]] = {}
        self._unit: tuple[float, int | None] | None = None

    def columns(self) -> tuple[ColumnInfo, ...]:
        return self.view().infos

    def view(self) -> reading.View:
        """Labels, rights and custom fields, asked once."""
        with self._lock:
            if self._view is None:
                with reading.connected(self.database) as connection:
                    self._view = reading.look(connection, self.spec, self.language)
            return self._view

    def renew(self) -> None:
        """Forget where rows stood: something was saved."""
        with self._lock:
            self._trails.clear()
            self._hits.clear()

    def forget(self) -> None:
        """Ask again for columns and rights: custom fields or the dictionary changed."""
        with self._lock:
            self._view = None
            self._unit = None
            self._trails.clear()
            self._hits.clear()

    def count(self, query: ListQuery, *, exact: bool) -> Count:
        """Counting also renews what is known of the order, so that a list that was refreshed pages afresh."""
        with reading.connected(self.database) as connection:
            listing = self._listing(connection, query, fresh=True)
            trail = Trail()
            count = self._count(connection, listing, query, trail, exact=exact)
        trail.total = count.value
        self._keep(query, (), trail)
        return count

    def groups(self, query: ListQuery) -> tuple[GroupHead, ...]:
        if not query.group_by:
            return ()
        with reading.connected(self.database) as connection:
            listing = self._listing(connection, query, fresh=True)
            heads = _all_heads(connection, listing, query)
        with self._lock:
            for key in [key for key in self._trails if key[0] == _order_only(query)]:
                del self._trails[key]
        return heads

    def rows(self, query: ListQuery, *, group: tuple[Cell, ...], start: int, limit: int) -> tuple[Row, ...]:
        if limit <= 0:
            return ()
        with reading.connected(self.database) as connection:
            trail = self._trail(connection, query, group)
            listing = self._listing(connection, query)
            if trail.ids is None and trail.route(start, limit).offset > trail.patience:
                _explore(connection, listing, query, trail, group=group)
            if trail.ids is not None:
                wanted = trail.ids[start : start + limit]
                found = _by_id(connection, listing, query, wanted)
                if len(found) == len(wanted):
                    return found
                trail.ids = None  # rows went away since the snapshot
            return self._page(connection, listing, query, trail, group=group, start=start, limit=limit)

    def ids(self, query: ListQuery, groups: tuple[tuple[Cell, ...], ...]) -> tuple[Sequence[int], ...]:
        """What an action works on beyond the rows that are loaded: eight bytes a row, whatever its columns."""
        with reading.connected(self.database) as connection:
            listing = self._listing(connection, query, fresh=True)
            if listing.hits is not None:
                listing = replace(listing, hits=listing.hits[: sql.SEARCH_LIMIT])
            asked = (connection.execute(sql.all_ids(listing, query, group=group)) for group in groups)
            return tuple(unpack_ids(found.scalar_one()) for found in asked)

    def rows_by_id(self, query: ListQuery, ids: tuple[int, ...]) -> tuple[Row, ...]:
        """The rows with these ids that the reader may see, in the order of `ids`, whatever the condition says now."""
        with reading.connected(self.database) as connection:
            return _by_id(connection, self._listing(connection, query.but(search="")), query, ids)

    def position(self, query: ListQuery, row_id: int) -> int | None:
        with reading.connected(self.database) as connection:
            trail = self._trail(connection, query, ())
            if trail.ids is not None:
                return trail.ids.index(row_id) if row_id in trail.ids else None
            listing = self._listing(connection, query)
            found = connection.execute(sql.order_values(listing, query, row_id)).one_or_none()
            if found is None:
                return None
            values = (*found[1:], found[0])
            return int(connection.execute(sql.before(listing, query, values)).scalar_one())

    def totals(self, query: ListQuery) -> Mapping[str, Cell]:
        with reading.connected(self.database) as connection:
            listing = self._listing(connection, query)
            row = connection.execute(sql.totalled(listing, query)).one()
        return _totals(listing, row)

    def values(self, query: ListQuery, column: str, text: str, limit: int) -> tuple[tuple[Cell, int], ...]:
        with reading.connected(self.database) as connection:
            listing = self._listing(connection, query)
            wanted = sql.distinct_values(listing, query, listing.column(column), text, limit)
            return tuple((row.value, row.row_count) for row in connection.execute(wanted))

    def save(self, query: ListQuery, edits: tuple[CellEdit, ...], *, request_id: str) -> SaveResult:
        result = editing.save(self.database, self.view(), query, edits, request_id=request_id)
        if result.saved:
            self.renew()
        return result

    def query_for(self, view: View | None = None, condition: Condition | None = None) -> ListQuery:
        """The query of a ready-made view (the list as it opens without one), reduced to what the reader may see."""
        return query_for(self.spec, self.columns(), view, condition)

    @contextmanager
    def extract(self, query: ListQuery, size: int = 1_000, *, totals: bool = True) -> Iterator[Extract]:
        """Everything that the query shows, groups and totals included, as one state of the database.

        Without `totals` rows are only counted.
        """
        with self.database.stream() as connection:
            listing = self._listing(connection, query, fresh=True)
            infos = {info.key: info for info in self.columns()}
            row = connection.execute((sql.totalled if totals else sql.counted)(listing, query)).one()
            with closing(streamed(connection, listing, query, size)) as parts:  # whoever stops early closes the cursor
                yield Extract(
                    infos=tuple(infos[key] for key in query.columns),
                    heads=_all_heads(connection, listing, query) if totals else (),
                    totals=_totals(listing, row) if totals else {},
                    count=int(row[0]),
                    cut=len(listing.hits or ()) > sql.SEARCH_LIMIT,
                    parts=parts,
                    connection=connection,
                    listing=listing,
                )

    def stream(self, query: ListQuery, size: int = 1_000) -> Iterator[Sequence[Any]]:
        """All rows in their order in partitions of `size`: (id, version, cells…) each. Memory stays flat."""
        with self.database.stream() as connection:
            listing = self._listing(connection, query, fresh=True)
            yield from streamed(connection, listing, query, size)

    # how

    def _listing(self, connection: Connection, query: ListQuery, *, fresh: bool = False) -> Listing:
        view = self.view()
        unit = self._only_unit(connection, fresh=fresh)
        listing = replace(view.listing, words=view.reader.words(), unit=unit)
        wanted = query.search.strip()
        if not wanted or self.spec.search is None:
            return listing
        return replace(listing, hits=self._found(connection, listing, wanted, fresh=fresh))

    def _only_unit(self, connection: Connection, *, fresh: bool) -> int | None:
        """Asked again at each refresh: what was granted meanwhile is not hidden by what was before."""
        kept = self._unit
        if kept is not None and not fresh and time.monotonic() - kept[0] < _HITS_KEPT_SECONDS:
            return kept[1]
        asked = sql.only_unit(self.spec)
        unit: int | None = None if asked is None else connection.execute(asked).scalar_one()
        with self._lock:
            self._unit = (time.monotonic(), unit)
        return unit

    def _found(self, connection: Connection, listing: Listing, search: str, *, fresh: bool) -> tuple[int, ...]:
        kept = self._hits.get(search)
        if kept is not None and not fresh and time.monotonic() - kept[0] < _HITS_KEPT_SECONDS:
            return kept[1]
        wanted = sql.search_hits(listing, search)
        hits = () if wanted is None else tuple(connection.execute(wanted).scalar_one() or ())
        with self._lock:
            self._hits = {search: (time.monotonic(), hits)}
        return hits

    def _count(self, connection: Connection, listing: Listing, query: ListQuery, trail: Trail, *, exact: bool) -> Count:
        if listing.hits is not None:
            return _search_count(connection, listing, query, trail)
        few = int(connection.execute(sql.counted(listing, query, limit=COUNTED_AT_ONCE + 1)).scalar_one())
        if few <= COUNTED_AT_ONCE:
            return Count(few, exact=True)
        if not exact:
            return Count(max(few, self._estimate(connection, listing, query)), exact=False)
        total = int(connection.execute(sql.counted(listing, query)).scalar_one())
        if total > LADDER_FROM and not query.group_by:
            _explore(connection, listing, query, trail)
        return Count(total, exact=True)

    def _estimate(self, connection: Connection, listing: Listing, query: ListQuery) -> int:
        """The planner's guess, corrected for what it cannot know: how many units the reader has."""
        plan = _plan(connection, sql.counted(listing, query))
        guess = _scanned(plan)
        if "= ANY (" not in json.dumps(plan):
            return guess
        table = sql.relation(self.spec)
        most = connection.execute(_TABLE_ROWS, {"relation": table}).scalar_one()
        return min(int(most), guess * max(self.view().reader.units, _ASSUMED_UNITS) // _ASSUMED_UNITS)

    def _trail(self, connection: Connection, query: ListQuery, group: tuple[Cell, ...]) -> Trail:
        key = (_order_only(query), group)
        with self._lock:
            found = self._trails.get(key)
            if found is not None:
                self._trails.move_to_end(key)
                return found
        trail = Trail()
        listing = self._listing(connection, query)
        if listing.hits is not None and not group:
            trail.total = _search_count(connection, listing, query, trail).value
        self._keep(query, group, trail)
        return trail

    def _keep(self, query: ListQuery, group: tuple[Cell, ...], trail: Trail) -> None:
        with self._lock:
            self._trails[(_order_only(query), group)] = trail
            while len(self._trails) > _TRAILS_KEPT:
                self._trails.popitem(last=False)

    def _page(
        self, connection: Connection, listing: Listing, query: ListQuery, trail: Trail,
        *, group: tuple[Cell, ...], start: int, limit: int,
    ) -> tuple[Row, ...]:  # fmt: skip
        route = trail.route(start, limit)
        if route.limit == 0:
            return ()
        wanted = sql.page(
            listing, query, limit=route.limit, group=group, offset=route.offset, after=route.after,
            backwards=route.backwards,
        )  # fmt: skip
        rows = connection.execute(wanted).all()
        if rows:
            last = rows[-1]
            trail.remember(start + len(rows), (*last[2 + len(query.columns) :], last[0]))
        opener = Opener(connection, listing, query)
        return tuple(Row(row[0], row[1], tuple(row[2 : 2 + len(query.columns)])) for row in opener.rows(rows))


def query_for(
    spec: ListSpec, infos: Sequence[ColumnInfo], view: View | None, condition: Condition | None = None
) -> ListQuery:
    """A view as a query for a reader who may not see all of its columns: columns that he lacks are left out.

    Not so its condition, without which it would show more than its name says: see `offered_views`.
    """
    seen = {info.key for info in infos}
    chosen = view.columns if view is not None and view.columns else _default_columns(spec)
    sort = (view.sort if view is not None else ()) or spec.sort
    return ListQuery(
        columns=tuple(key for key in chosen if key in seen),
        condition=all_of(view.condition if view is not None else None, condition),
        sort=tuple(term for term in sort if term.column in seen),
        group_by=tuple(key for key in (view.group_by if view is not None else ()) if key in seen),
    )


def offered_views(spec: ListSpec, infos: Sequence[ColumnInfo]) -> tuple[View, ...]:
    """The ready-made views whose condition and groups the reader's columns can carry."""
    seen = {info.key for info in infos}

    def fits(view: View) -> bool:
        named = {test.column for test in comparisons(view.condition)} if view.condition is not None else set()
        return named.union(view.group_by) <= seen

    return tuple(view for view in spec.views if fits(view))


def streamed(connection: Connection, listing: Listing, query: ListQuery, size: int = 1_000) -> Generator[Sequence[Any]]:
    """All rows in their order in partitions of `size`, through a server-side cursor."""
    opener = Opener(connection, listing, query)
    result = connection.execution_options(stream_results=True, max_row_buffer=size).execute(
        sql.everything(listing, query)
    )
    try:
        for part in result.partitions(size):
            yield list(opener.rows(part))
    finally:
        result.close()


def _default_columns(spec: ListSpec) -> tuple[str, ...]:
    return tuple(column.key for column in spec.columns if column.shown)


def _order_only(query: ListQuery) -> ListQuery:
    """Two queries that differ in their columns alone have the same order."""
    return query.but(columns=())


def _by_id(connection: Connection, listing: Listing, query: ListQuery, ids: Sequence[int]) -> tuple[Row, ...]:
    opener = Opener(connection, listing, query)
    found = {row[0]: opener.row(row) for row in connection.execute(sql.by_id(listing, query, list(ids)))}
    there = (found[row_id] for row_id in ids if row_id in found)
    return tuple(Row(row[0], row[1], tuple(row[2:])) for row in there)


def _search_count(connection: Connection, listing: Listing, query: ListQuery, trail: Trail) -> Count:
    """At most 5,000 hits: their ids are taken whole, and with them the count."""
    cut = len(listing.hits or ()) > sql.SEARCH_LIMIT
    if cut:
        listing = replace(listing, hits=(listing.hits or ())[: sql.SEARCH_LIMIT])
    trail.ids = unpack_ids(connection.execute(sql.all_ids(listing, query)).scalar_one())
    return Count(len(trail.ids), exact=not cut, cut=cut)


def _explore(
    connection: Connection, listing: Listing, query: ListQuery, trail: Trail, *, group: tuple[Cell, ...] = ()
) -> None:
    """Learn a list's order: a ladder where an index leads to each rung, else all ids.

    No index leads to a place behind which empty cells follow, because they come last in both directions.
    """
    short = trail.total is not None and trail.total <= LADDER_FROM
    gaps = any(key.nullable for key in sql.order(listing, query))
    if short or gaps or needs_sorting(_plan(connection, sql.page(listing, query, limit=200, group=group))):
        trail.ids = unpack_ids(connection.execute(sql.all_ids(listing, query, group=group)).scalar_one())
    else:
        trail.climb(connection.execute(sql.ladder(listing, query, LADDER_STEP, group)).all())


def _plan(connection: Connection, statement: Select[Any]) -> dict[str, Any]:
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    found = connection.exec_driver_sql(f"explain (format json) {compiled}", dict(compiled.params)).scalar_one()
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


def _scanned(plan: dict[str, Any]) -> int:
    """The planner's guess of the counted rows: those of the node below the aggregate."""
    while plan["Node Type"] in ("Aggregate", "Gather", "Gather Merge"):
        plan = next(child for child in plan["Plans"] if child.get("Parent Relationship") == "Outer")
    return int(plan["Plan Rows"])


def _all_heads(connection: Connection, listing: Listing, query: ListQuery) -> tuple[GroupHead, ...]:
    levels = [
        _heads(connection, listing, sql.grouped(listing, query, depth + 1, GROUP_LIMIT + 1), depth + 1)
        for depth in range(len(query.group_by))
    ]
    if any(len(level) > GROUP_LIMIT for level in levels):
        raise TooManyGroups(tr("More than {count} groups: group by another column or filter first.", count=GROUP_LIMIT))
    return tuple(_nested(levels))


def _heads(connection: Connection, listing: Listing, statement: Select[Any], depth: int) -> list[GroupHead]:
    rows = connection.execute(statement)
    return [GroupHead(tuple(row[:depth]), int(row.row_count), _totals(listing, row)) for row in rows]


def _totals(listing: Listing, row: Any) -> dict[str, Cell]:
    found = row._mapping
    return {column.key: found[f"t_{column.key}"] for column in sql.totalled_columns(listing)}


def _nested(levels: Sequence[Sequence[GroupHead]]) -> Iterator[GroupHead]:
    """Parents before their children, each level in its own order."""
    below: list[dict[tuple[Cell, ...], list[GroupHead]]] = [{} for _ in levels]
    for depth, level in enumerate(levels):
        for head in level:
            below[depth].setdefault(head.values[:-1], []).append(head)

    def descend(parent: tuple[Cell, ...], depth: int) -> Iterator[GroupHead]:
        if depth < len(levels):
            for head in below[depth].get(parent, ()):
                yield head
                yield from descend(head.values, depth + 1)

    return descend((), 0)
