"""Pages of rows as the grid needs them: fetched, formatted and coloured in the worker thread, kept by use.

Formatting happens here once per page; painting a frame then only looks texts up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from desktop.domain.conditions import Condition, Group, all_of, comparisons
from desktop.lists.query import Cell, ColumnInfo, Count, GroupHead, ListQuery, ListSource, Row
from desktop.lists.spec import Look
from desktop.models.kinds import format_cell
from desktop.models.looks import matches
from desktop.models.row_map import GroupKey, RowMap

PAGE_ROWS = 200
PAGES_KEPT = 24
_CHUNK_ROWS = 1000

PageKey = tuple[GroupKey, int]
"""Group and page number in it."""

Authors = Callable[[tuple[int, ...]], Mapping[int, tuple[str, str]]]
"""Row ids to (initials, name) of who changed them last; called in a worker thread."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its texts in column order and, sparsely, the looks that hold for it."""

    row: Row
    texts: tuple[str, ...]
    looks: Mapping[int, Look]


@dataclass(frozen=True)
class Shape:
    """What preparing rows needs to know: the columns in the query's order, and how money reads."""

    infos: tuple[ColumnInfo, ...]
    whole_money: bool = False

    def prepare(self, rows: Sequence[Row], today: date | None = None) -> tuple[ShownRow, ...]:
        day = today or date.today()
        coloured = [(index, info) for index, info in enumerate(self.infos) if info.looks]
        return tuple(self._prepare(row, coloured, day) for row in rows)

    def _prepare(self, row: Row, coloured: Sequence[tuple[int, ColumnInfo]], today: date) -> ShownRow:
        whole = self.whole_money
        texts = tuple(
            format_cell(info, cell, whole_money=whole) for info, cell in zip(self.infos, row.cells, strict=True)
        )
        looks: dict[int, Look] = {}
        if coloured:
            cells = {info.key: cell for info, cell in zip(self.infos, row.cells, strict=True)}
            for index, info in coloured:
                found = next((look for look in info.looks if matches(look.when, cells, today)), None)
                if found is not None:
                    looks[index] = found
        return ShownRow(row, texts, looks)


@dataclass(frozen=True)
class Opening:
    """What the first look at a list brings: enough to paint it."""

    columns: tuple[ColumnInfo, ...]
    query: ListQuery
    count: Count
    heads: tuple[GroupHead, ...]
    pages: Mapping[PageKey, tuple[ShownRow, ...]]
    position: int | None = None


@dataclass(frozen=True)
class Counted:
    """A count and, where the list is grouped, its groups."""

    count: Count
    heads: tuple[GroupHead, ...]
    totals: Mapping[str, Cell]


def fetch_pages(
    source: ListSource, query: ListQuery, shape: Shape, keys: Sequence[PageKey]
) -> dict[PageKey, tuple[ShownRow, ...]]:
    """The rows of the pages `keys`. Runs in a worker thread."""
    found: dict[PageKey, tuple[ShownRow, ...]] = {}
    for group, number in keys:
        rows = source.rows(query, group=group, start=number * PAGE_ROWS, limit=PAGE_ROWS)
        found[group, number] = shape.prepare(rows)
    return found


def count_rows(source: ListSource, query: ListQuery, *, exact: bool) -> Counted:
    """Count, groups and totals. Runs in a worker thread."""
    heads = source.groups(query) if query.group_by else ()
    if heads:
        rows = sum(head.count for head in heads if head.depth == len(query.group_by) - 1)
        return Counted(Count(rows, True), heads, {})
    return Counted(source.count(query, exact=exact), heads, {})


def fetch_lines(
    source: ListSource, query: ListQuery, shape: Shape, runs: Sequence[tuple[GroupHead | None, GroupKey, int, int]]
) -> list[ShownRow | GroupHead]:
    """All lines of `runs` (head, group, start, length), in chunks. Runs in a worker thread; for copies and fills."""
    found: list[ShownRow | GroupHead] = []
    for head, group, start, length in runs:
        if head is not None:
            found.append(head)
            continue
        for offset in range(start, start + length, _CHUNK_ROWS):
            limit = min(_CHUNK_ROWS, start + length - offset)
            found.extend(shape.prepare(source.rows(query, group=group, start=offset, limit=limit)))
    return found


class PageCache:
    """The pages last used. A row's id leads to its place, so that a changed row is replaced where it stands."""

    def __init__(self, kept: int = PAGES_KEPT) -> None:
        self._kept = kept
        self._pages: OrderedDict[PageKey, list[ShownRow]] = OrderedDict()
        self._where: dict[int, tuple[PageKey, int]] = {}

    def __contains__(self, key: PageKey) -> bool:
        return key in self._pages

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: PageKey) -> list[ShownRow] | None:
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, key: PageKey, rows: Sequence[ShownRow]) -> None:
        self._drop(key)
        self._pages[key] = list(rows)
        for index, shown in enumerate(rows):
            self._where[shown.row.id] = (key, index)
        while len(self._pages) > self._kept:
            self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        self._pages.clear()
        self._where.clear()

    def row(self, row_id: int) -> ShownRow | None:
        where = self._where.get(row_id)
        return self._pages[where[0]][where[1]] if where else None

    def where(self, row_id: int) -> tuple[GroupKey, int] | None:
        """Group and index in it of a row that is here."""
        found = self._where.get(row_id)
        if found is None:
            return None
        (group, number), index = found
        return group, number * PAGE_ROWS + index

    def replace(self, shown: ShownRow) -> bool:
        where = self._where.get(shown.row.id)
        if where is None:
            return False
        self._pages[where[0]][where[1]] = shown
        return True

    def rows(self) -> Iterator[ShownRow]:
        for page in self._pages.values():
            yield from page

    def _drop(self, key: PageKey) -> None:
        for index, shown in enumerate(self._pages.pop(key, ())):
            if self._where.get(shown.row.id) == (key, index):
                del self._where[shown.row.id]


def infos_of(columns: Sequence[ColumnInfo], query: ListQuery) -> tuple[ColumnInfo, ...]:
    by_key = {info.key: info for info in columns}
    return tuple(by_key[key] for key in query.columns if key in by_key)


def within(condition: Condition | None, known: Collection[str]) -> Condition | None:
    """What of a view's condition speaks of columns that this reader has: a ready-made view serves many jobs."""
    if condition is None or all(test.column in known for test in comparisons(condition)):
        return condition
    if isinstance(condition, Group) and condition.junction == "all":
        return all_of(*(within(part, known) for part in condition.parts))
    return None


def with_helpers(wanted: Sequence[str], columns: Sequence[ColumnInfo]) -> tuple[str, ...]:
    """`wanted` and the columns that they need beside them: targets of bars, ids behind links, what looks depend on, and
    what amounts are in that may be typed.
    """
    by_key = {info.key: info for info in columns}
    needed = list(wanted)
    for key in wanted:
        info = by_key[key]
        needed += [info.target or "", info.opens[1] if info.opens else ""]
        needed += ["currency"] if info.editable and info.currency else []
        needed += [test.column for look in info.looks for test in comparisons(look.when)]
    return tuple(dict.fromkeys(key for key in needed if key in by_key))


def open_list(
    source: ListSource,
    query: ListQuery,
    columns: tuple[ColumnInfo, ...],
    whole_money: bool,
    collapsed: frozenset[GroupKey],
    first_line: int,
    at_row: int | None,
) -> Opening:
    """In a worker thread: all that the first picture needs, the page at `first_line` or at row id `at_row`."""
    columns = columns or source.columns()
    known = {info.key for info in columns}
    wanted = tuple(key for key in query.columns if key in known) or tuple(info.key for info in columns)
    wanted = with_helpers(wanted, columns)
    query = query.but(
        columns=wanted,
        group_by=tuple(key for key in query.group_by if key in known),
        sort=tuple(each for each in query.sort if each.column in known),
        condition=within(query.condition, known),
    )
    counted = count_rows(source, query, exact=False)
    rows = RowMap(counted.count.value, counted.heads, len(query.group_by), collapsed)
    position = source.position(query, at_row) if at_row is not None else None
    line = rows.line_of_row(position) if position is not None else None
    start = max(0, min(first_line if line is None else line - 20, rows.lines - 1))
    keys: list[PageKey] = []
    for _, place, length in rows.runs(start, start + 60):
        if place.head is None:
            first, last = place.index // PAGE_ROWS, (place.index + length - 1) // PAGE_ROWS
            keys.extend((place.group, number) for number in range(first, last + 1))
    shape = Shape(infos_of(columns, query), whole_money)
    return Opening(columns, query, counted.count, counted.heads, fetch_pages(source, query, shape, keys), position)


def count_exact(source: ListSource, query: ListQuery) -> Counted:
    return count_rows(source, query, exact=True)


def refetch(
    source: ListSource,
    query: ListQuery,
    shape: Shape,
    keys: Sequence[PageKey],
    old: Mapping[int, ShownRow],
    authors: Authors,
) -> tuple[dict[PageKey, tuple[ShownRow, ...]], Mapping[int, tuple[str, str]]]:
    """In a worker thread: the pages shown, and who changed those of their rows that differ."""
    pages = fetch_pages(source, query, shape, keys)
    changed = tuple(
        shown.row.id
        for rows in pages.values()
        for shown in rows
        if shown.row.id in old and old[shown.row.id].row.cells != shown.row.cells
    )
    return pages, authors(changed) if changed else {}
