"""From a spec and a query to SQL: the one place where a list becomes a `Select`.

Core rows, not ORM entities. A page is two steps in one statement: the ids in their order by the leanest plan (joins
that the order does not need are removed by the planner, the scan stays index-only), then the columns of those rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    case,
    cast,
    collate,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
)

from desktop.domain import matching
from desktop.domain.conditions import Condition, ConditionError, Group
from desktop.domain.matching import ValueType, Words
from desktop.domain.text import Language
from desktop.lists.query import Cell, ListQuery
from desktop.lists.spec import Column, Expression, Kind, ListSpec

SEARCH_LIMIT = 5000
VALUE_TYPES: Mapping[Kind, ValueType] = {
    Kind.TEXT: "text",
    Kind.CODE: "code",
    Kind.INTEGER: "integer",
    Kind.QUANTITY: "decimal",
    Kind.MONEY: "decimal",
    Kind.PRICE: "decimal",
    Kind.PERCENT: "decimal",
    Kind.DATE: "date",
    Kind.MONTH: "date",
    Kind.DATETIME: "datetime",
    Kind.BOOLEAN: "boolean",
    Kind.CHOICE: "code",
    Kind.STATE: "code",
    Kind.BAR: "decimal",
}
CUSTOM_KINDS: Mapping[str, Kind] = {
    "text": Kind.TEXT,
    "integer": Kind.INTEGER,
    "decimal": Kind.QUANTITY,
    "money": Kind.MONEY,
    "date": Kind.DATE,
    "boolean": Kind.BOOLEAN,
    "choice": Kind.CHOICE,
}


@dataclass(frozen=True)
class Listing:
    """A spec as one reader has it: the columns he may see (custom fields included), his language, day and zone.

    `hits` are the ids that the search function found for the query at hand. `unit` is the reader's where he has one
    only and it alone decides what he sees: said to the planner, which cannot guess it from the policy.
    """

    spec: ListSpec
    columns: Mapping[str, Column]
    language: Language
    words: Words
    hits: tuple[int, ...] | None = None
    unit: int | None = None

    def column(self, key: str) -> Column:
        """The column of that key. Raises ConditionError where this reader's list has none."""
        try:
            return self.columns[key]
        except KeyError:
            raise ConditionError(f"list {self.spec.key!r} has no column {key!r}") from None


@dataclass(frozen=True)
class OrderKey:
    """One term of the order. Empty cells come last in both directions; without `nullable` an index can serve both."""

    expr: ColumnElement[Any]
    descending: bool
    nullable: bool

    def term(self, *, backwards: bool = False) -> ColumnElement[Any]:
        descending = self.descending != backwards
        term = self.expr.desc() if descending else self.expr.asc()
        if not self.nullable:
            return term
        if backwards:
            return term.nulls_first()
        return term.nulls_last() if descending else term


def shown(listing: Listing, column: Column) -> ColumnElement[Any]:
    """What the cell holds: the second-language name where the reader works in Chinese and there is one."""
    first: Any = column.expr
    if column.expr_zh is None or listing.language != "zh":
        return _element(first)
    return func.coalesce(func.nullif(_element(column.expr_zh), ""), _element(first), type_=Text())


def custom_column(spec: ListSpec, key: str, kind: str) -> Column:
    """A custom field as a column ``custom.<key>`` of the spec. A text that is no number or date reads as empty."""
    if spec.custom is None:
        raise ConditionError(f"list {spec.key!r} has no custom fields")
    field: Any = _element(spec.custom)[key].astext
    targets: dict[str, tuple[str, Any]] = {
        "integer": (r"^-?\d{1,18}$", Numeric()),
        "decimal": (r"^-?\d+(\.\d+)?$", Numeric()),
        "money": (r"^-?\d+(\.\d+)?$", Numeric()),
        "date": (r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", Date()),
    }
    expr: ColumnElement[Any] = field
    if kind == "boolean":
        expr = case((field == "true", true()), (field == "false", false()), else_=null())
    elif kind in targets:
        pattern, target = targets[kind]
        expr = case((field.op("~")(pattern), cast(field, target)), else_=null())
    return Column(key=f"custom.{key}", expr=expr, kind=CUSTOM_KINDS[kind], shown=False, writes=f"custom.{key}")


def condition_sql(listing: Listing, condition: Condition) -> ColumnElement[bool]:
    """The condition as SQL. Raises ConditionError for an unknown column, operator or value."""
    if isinstance(condition, Group):
        parts = [condition_sql(listing, part) for part in condition.parts]
        if condition.junction == "all":
            return and_(true(), *parts)
        either = or_(false(), *parts)
        return either if condition.junction == "any" else not_(func.coalesce(either, false()))
    column = listing.column(condition.column)
    if not column.filterable:
        raise ConditionError(f"column {column.key!r} cannot be filtered")
    value_type = VALUE_TYPES[column.kind]
    wanted = matching.predicate(condition, value_type, listing.words)
    return _predicate_sql(wanted, shown(listing, column), value_type)


def identified(
    listing: Listing, query: ListQuery, *columns: ColumnElement[Any], group: Sequence[Cell] = ()
) -> Select[Any]:
    """Ids (and `columns`) of all rows that the query shows, unordered; within `group` where one is given."""
    return conditioned(listing, query, joined(listing.spec, *columns), group=group)


def joined(spec: ListSpec, *columns: ColumnElement[Any]) -> Select[Any]:
    """The ids (and `columns`) of all rows of the list, with its joins."""
    return spec.joins(select(_element(spec.row_id).label("id"), *columns).select_from(_root(spec)))


def conditioned(
    listing: Listing, query: ListQuery, statement: Select[Any], *, group: Sequence[Cell] = ()
) -> Select[Any]:
    """`statement`, reduced to what the query's condition, its search and the group let through."""
    if listing.unit is not None:
        statement = statement.where(_columns(_root(listing.spec)).org_unit_id == listing.unit)
    if query.condition is not None:
        statement = statement.where(condition_sql(listing, query.condition))
    if query.search.strip():
        statement = statement.where(_search_sql(listing, query.search))
    for key, value in zip(query.group_by, group, strict=False):
        expr = group_expression(listing, listing.column(key))
        statement = statement.where(expr.is_(None) if value is None else expr == value)
    return statement


def order(listing: Listing, query: ListQuery) -> tuple[OrderKey, ...]:
    """Groups first, then the query's sort (else the spec's own), completed by the row id."""
    sort = query.sort or listing.spec.sort
    asked = {term.column: term.descending for term in sort}
    keys: list[OrderKey] = []
    for column in query.group_by:
        keys += _group_keys(listing, listing.column(column), asked.get(column, False))
    for term in sort:
        if term.column not in query.group_by:
            keys.append(_order_key(listing, listing.column(term.column), term.descending))
    last = keys[-1].descending if keys else False
    return (*keys, OrderKey(_element(listing.spec.row_id), last, nullable=False))


def page(
    listing: Listing,
    query: ListQuery,
    *,
    limit: int,
    group: Sequence[Cell] = (),
    offset: int = 0,
    after: Sequence[Any] | None = None,
    backwards: bool = False,
) -> Select[Any]:
    """`limit` rows: id, version, the query's columns, then the order's own values ``k0…`` to go on from.

    `after` are such values of the row before the page. `backwards` counts from the end and still returns the rows in
    their order.
    """
    keys = order(listing, query)
    labels = [key.expr.label(f"k{n}") for n, key in enumerate(keys[:-1])]
    inner = identified(listing, query, *labels, group=group)
    if after is not None:
        inner = inner.where(_beyond(keys, after))
    inner = inner.order_by(*(key.term(backwards=backwards) for key in keys)).limit(limit).offset(offset or None)
    ids = inner.subquery("page")
    found = _cells(listing, query, *(ids.c[f"k{n}"] for n in range(len(labels))), ids=ids)
    here = [replace(key, expr=ids.c[f"k{n}"]) for n, key in enumerate(keys[:-1])]
    return found.order_by(*(key.term() for key in here), keys[-1].term())


def by_id(listing: Listing, query: ListQuery, ids: Sequence[int]) -> Select[Any]:
    """The rows of these ids, in no order: without the query's condition, which a changed row may have left."""
    return _cells(listing, query).where(_element(listing.spec.row_id).in_(ids))


def everything(listing: Listing, query: ListQuery) -> Select[Any]:
    """All rows in their order: id, version, the query's columns."""
    keys = order(listing, query)
    return conditioned(listing, query, _cells(listing, query)).order_by(*(key.term() for key in keys))


def ladder(listing: Listing, query: ListQuery, step: int, group: Sequence[Cell] = ()) -> Select[Any]:
    """The order's values at each `step`-th row, with its position: from there any page is near."""
    keys = order(listing, query)
    labels = [key.expr.label(f"k{n}") for n, key in enumerate(keys[:-1])]
    place = func.row_number().over(order_by=[key.term() for key in keys]).label("place")
    numbered = identified(listing, query, *labels, place, group=group).subquery("numbered")
    values = [numbered.c[f"k{n}"] for n in range(len(labels))]
    found = select(numbered.c.place, *values, numbered.c.id).where(numbered.c.place % step == 0)
    return found.order_by(numbered.c.place)


def all_ids(listing: Listing, query: ListQuery, *, group: Sequence[Cell] = ()) -> Select[Any]:
    """One value: all ids in their order as big-endian bytes, eight each, the leanest way to carry a million of them."""
    keys = order(listing, query)
    rows = identified(listing, query, group=group).order_by(*(key.term() for key in keys)).subquery("ordered")
    return select(func.string_agg(func.int8send(rows.c.id), cast(literal(b""), LargeBinary)))


def search_hits(listing: Listing, text: str) -> Select[Any] | None:
    """One array of ids that the search function finds; None where the list's kind has no such function.

    It filters by scope itself and returns nothing but ids, one more than the limit where there are more.
    """
    if listing.spec.search is None:
        return None
    return select(func.api.search(listing.spec.search, text.replace("\x00", " "), SEARCH_LIMIT))


def counted(listing: Listing, query: ListQuery, *, limit: int | None = None, group: Sequence[Cell] = ()) -> Select[Any]:
    """The number of rows; not counted beyond `limit`."""
    rows = identified(listing, query, group=group).limit(limit).subquery("counted")
    return select(func.count()).select_from(rows)


def before(listing: Listing, query: ListQuery, values: Sequence[Any]) -> Select[Any]:
    """How many rows stand before the row with these values of the order."""
    keys = order(listing, query)
    turned = [OrderKey(key.expr, not key.descending, key.nullable) for key in keys]
    rows = identified(listing, query).where(_beyond(turned, values, nulls_last=False)).subquery("before")
    return select(func.count()).select_from(rows)


def order_values(listing: Listing, query: ListQuery, row_id: int) -> Select[Any]:
    """The order's values of one row, if the query shows it."""
    keys = order(listing, query)
    labels = [key.expr.label(f"k{n}") for n, key in enumerate(keys[:-1])]
    return identified(listing, query, *labels).where(_element(listing.spec.row_id) == row_id)


def grouped(listing: Listing, query: ListQuery, depth: int, limit: int) -> Select[Any]:
    """One row per group of that depth: the grouping values, ``row_count`` and the totals, in display order."""
    columns = [listing.column(key) for key in query.group_by[:depth]]
    values = [group_expression(listing, column).label(f"g{n}") for n, column in enumerate(columns)]
    statement = identified(listing, query).with_only_columns(
        *values, func.count().label("row_count"), *_totals(listing)
    )
    asked = {term.column: term.descending for term in query.sort or listing.spec.sort}
    terms: list[ColumnElement[Any]] = []
    for column in columns:
        *first, value = _group_keys(listing, column, asked.get(column.key, False))
        terms += [replace(key, expr=func.min(key.expr)).term() for key in first]
        terms.append(value.term())
    return statement.group_by(*(value.element for value in values)).order_by(*terms).limit(limit)


def totalled(listing: Listing, query: ListQuery) -> Select[Any]:
    """One row: ``row_count`` and the grand totals."""
    return identified(listing, query).with_only_columns(func.count().label("row_count"), *_totals(listing))


def distinct_values(listing: Listing, query: ListQuery, column: Column, text: str, limit: int) -> Select[Any]:
    """The column's different values with their numbers of rows, the value's own order, empty last."""
    value = group_expression(listing, column)
    statement = identified(listing, query).with_only_columns(value.label("value"), func.count().label("row_count"))
    if text:
        statement = statement.where(_contains(cast(value, Text()), matching.fold(text)))
    return statement.group_by(value).order_by(value.asc().nulls_last()).limit(limit)


def totalled_columns(listing: Listing) -> tuple[Column, ...]:
    return tuple(column for column in listing.columns.values() if column.total != "none")


def group_expression(listing: Listing, column: Column) -> ColumnElement[Any]:
    """What a column is grouped by: itself; a point in time by its day in the reader's zone."""
    expr = shown(listing, column)
    if column.kind is Kind.DATETIME:
        return cast(func.timezone(str(listing.words.zone), expr), Date())
    return expr


def _totals(listing: Listing) -> list[ColumnElement[Any]]:
    found: list[ColumnElement[Any]] = []
    for column in totalled_columns(listing):
        expr = shown(listing, column)
        total: ColumnElement[Any] = func.sum(expr) if column.total == "sum" else func.avg(expr)
        if column.total_expr is not None:
            total = _element(column.total_expr)
        found.append(total.label(f"t_{column.key}"))
    return found


def _cells(listing: Listing, query: ListQuery, *extra: ColumnElement[Any], ids: Subquery | None = None) -> Select[Any]:
    """The query's cells of all rows, or of those in `ids`. These stand first in the joins: the planner reorders no
    more than eight tables, and would else join the whole list before it looks at the page.
    """
    spec = listing.spec
    version = literal(0) if spec.version is None else _element(spec.version)
    cells = [shown(listing, listing.column(key)).label(f"c{n}") for n, key in enumerate(query.columns)]
    columns = [_element(spec.row_id).label("id"), version.label("version"), *cells, *extra]
    if ids is None:
        return spec.joins(select(*columns).select_from(_root(spec)))
    return spec.joins(select(*columns).select_from(ids).join(_root(spec), ids.c.id == _element(spec.row_id)))


def relation(spec: ListSpec) -> str:
    """The schema-qualified name of the list's own table."""
    table = getattr(_root(spec), "__table__", None)
    return (_root(spec) if table is None else table).fullname  # type: ignore[no-any-return]


def _root(spec: ListSpec) -> Any:
    """The mapped class (or table) whose rows the list shows; its first column is that class's own."""
    row_id: Any = spec.row_id if hasattr(spec.row_id, "table") else spec.columns[0].expr
    return getattr(row_id, "class_", None) or row_id.table


def _element(expression: Expression) -> ColumnElement[Any]:
    found: Any = expression
    return found  # type: ignore[no-any-return]  # a mapped attribute behaves as its column


def only_unit(spec: ListSpec) -> Select[Any] | None:
    """The reader's unit where he has one only and it alone decides which rows he sees, else null; None for a list
    whose rows have no unit of their own.
    """
    if relation(spec) != f"erp.{spec.table}" or "org_unit_id" not in _columns(_root(spec)):
        return None
    return select(func.api.only_unit(spec.table))


def _columns(root: Any) -> Any:
    return (root.__table__ if hasattr(root, "__table__") else root).c


def _search_sql(listing: Listing, text: str) -> ColumnElement[bool]:
    """The search function's hits; in a list without one, the text anywhere in a text or code."""
    if listing.hits is not None:
        # In a sub-select the planner takes them for few and looks each up by its key. Knowing that they are thousands,
        # it reads an index of the whole table instead (220 ms for 8).
        hits = select(cast(literal("{" + ",".join(map(str, listing.hits)) + "}", Text()), ARRAY(BigInteger)))
        return _element(listing.spec.row_id) == any_(cast(hits.scalar_subquery(), ARRAY(BigInteger)))
    wanted = matching.fold(text.strip().replace("\x00", " "))
    columns = (c for c in listing.columns.values() if VALUE_TYPES[c.kind] in ("text", "code") and c.filterable)
    return or_(false(), *(_contains(shown(listing, column), wanted) for column in columns))


def _order_key(listing: Listing, column: Column, descending: bool) -> OrderKey:
    if not column.sortable:
        raise ConditionError(f"column {column.key!r} cannot be sorted")
    if column.order_by is not None:
        return OrderKey(_element(column.order_by), descending, _nullable(listing.spec, column.order_by))
    return OrderKey(shown(listing, column), descending, _nullable(listing.spec, column.expr))


def _group_keys(listing: Listing, column: Column, descending: bool) -> list[OrderKey]:
    """A group's rows stand together: names that sound alike share a sort key, so the value itself comes second."""
    value = OrderKey(group_expression(listing, column), descending, nullable=True)
    return [value] if column.order_by is None else [_order_key(listing, column, descending), value]


def _nullable(spec: ListSpec, expression: Expression) -> bool:
    """False only where the value surely is never null: a mandatory column of the list's own table."""
    element: Any = expression
    table_column = getattr(element, "property", None) and element.property.columns[0]
    own = getattr(element, "class_", None) is _root(spec)
    return not (own and table_column is not None and not table_column.nullable)


def _beyond(keys: Sequence[OrderKey], values: Sequence[Any], *, nulls_last: bool = True) -> ColumnElement[bool]:
    """Rows that come after the row with these values; a plain row comparison where the order allows it."""
    directions = {key.descending for key in keys}
    if len(directions) == 1 and not any(key.nullable for key in keys):
        mine = tuple_(*(key.expr for key in keys))
        theirs = tuple_(*(literal(value, key.expr.type) for key, value in zip(keys, values, strict=True)))
        return mine < theirs if directions.pop() else mine > theirs
    key, value = keys[0], values[0]
    further = _further(key, value, nulls_last=nulls_last)
    if len(keys) == 1:
        return further
    same = key.expr.is_(None) if value is None else key.expr == literal(value, key.expr.type)
    return or_(further, and_(same, _beyond(keys[1:], values[1:], nulls_last=nulls_last)))


def _further(key: OrderKey, value: Any, *, nulls_last: bool) -> ColumnElement[bool]:
    if value is None:
        return false() if nulls_last else key.expr.is_not(None)
    bound = literal(value, key.expr.type)
    further = key.expr < bound if key.descending else key.expr > bound
    return or_(further, key.expr.is_(None)) if key.nullable and nulls_last else further


def _predicate_sql(wanted: matching.Predicate, expr: ColumnElement[Any], kind: ValueType) -> ColumnElement[bool]:
    match wanted:
        case matching.Join():
            parts = [_predicate_sql(part, expr, kind) for part in wanted.parts]
            return and_(true(), *parts) if wanted.all else or_(false(), *parts)
        case matching.Not():
            return _negated_sql(wanted.part, expr, kind)
        case matching.Empty():
            return or_(expr.is_(None), expr == "") if kind in ("text", "code") else expr.is_(None)
        case matching.OneOf():
            return expr.in_([literal(value, expr.type) for value in wanted.values]) if wanted.values else false()
        case matching.Contains():
            return _contains(expr, wanted.text)
        case matching.Prefix():
            return (_lower(expr) if wanted.fold else expr).op("^@", is_comparison=True)(wanted.text)
        case matching.Compare():
            return _compare_sql(wanted, expr, kind)


def _negated_sql(wanted: matching.Predicate, expr: ColumnElement[Any], kind: ValueType) -> ColumnElement[bool]:
    """Never unknown: an empty cell fulfils a negation, except that of being empty."""
    if isinstance(wanted, matching.Compare) and wanted.op == "=":
        return expr.is_distinct_from(wanted.value)
    return not_(func.coalesce(_predicate_sql(wanted, expr, kind), false()))


def _compare_sql(wanted: matching.Compare, expr: ColumnElement[Any], kind: ValueType) -> ColumnElement[bool]:
    if wanted.op == "=":
        return expr == wanted.value
    left: ColumnElement[Any] = collate(expr, "C") if kind in ("text", "code") else expr
    compared: ColumnElement[bool] = left.op(wanted.op, is_comparison=True)(wanted.value)
    return compared


def _contains(expr: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    return func.strpos(_lower(expr), text, type_=Integer()).op(">", is_comparison=True)(0)


def _lower(expr: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.lower(collate(expr, "C"), type_=Text())
