"""Views and export recipes that people keep: their own, and shared ones that everybody sees.

A definition is the JSON form of a query (columns, condition, sort, groups) with the widths of its columns; a recipe has
in addition the format and what goes into it. Columns that a reader may not see are left out when he opens it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from db.errors import UserError
from db.orm.platform import ExportRecipe, SavedView
from db.session import Database
from desktop.domain.changes import Changes
from desktop.domain.conditions import Condition, ConditionError, comparisons, from_json, to_json
from desktop.domain.text import pick
from desktop.lists.query import ColumnInfo, ListQuery
from desktop.lists.spec import Sort

Format = Literal["xlsx", "csv", "json", "pdf"]
FORMATS: tuple[Format, ...] = ("xlsx", "csv", "json", "pdf")


class BrokenDefinition(ValueError):
    """A stored definition cannot be read; the view is shown as broken, not lost."""


@dataclass(frozen=True)
class Definition:
    """What is kept of a grid: the query without its search text, the widths by column, how many columns are frozen."""

    query: ListQuery
    widths: Mapping[str, int] = field(default_factory=dict)
    frozen: int | None = None


@dataclass(frozen=True)
class KeptView:
    """A view in the list's bar. `mine` is False for a shared one; `id` is 0 before it is first saved."""

    id: int
    list_key: str
    name: str
    name_zh: str | None
    mine: bool
    position: int
    definition: Definition
    version: int = 1

    def title(self) -> str:
        return pick(self.name, self.name_zh)


@dataclass(frozen=True)
class Recipe:
    """A kept export: the view's definition, the format and its options (`subtotals`, `control`, `ids`, `bom`)."""

    id: int
    list_key: str
    name: str
    name_zh: str | None
    mine: bool
    definition: Definition
    format: Format = "xlsx"
    options: Mapping[str, bool] = field(default_factory=dict)
    version: int = 1

    def title(self) -> str:
        return pick(self.name, self.name_zh)


def views(database: Database, list_key: str) -> tuple[KeptView, ...]:
    """The reader's own views, then the shared ones, in their order. Broken ones are left out."""
    with database.read() as session:
        rows = session.execute(
            select(SavedView.__table__)
            .where(SavedView.list_key == list_key, _visible(SavedView))
            .order_by(SavedView.user_id.is_(None), SavedView.position, SavedView.id)
        ).all()
    found = []
    for row in rows:
        try:
            definition = definition_from(row.definition)
        except BrokenDefinition:
            continue
        mine = row.user_id is not None
        found.append(KeptView(row.id, row.list_key, row.name, row.name_zh, mine, row.position, definition, row.version))
    return tuple(found)


def save_view(database: Database, view: KeptView) -> tuple[KeptView, Changes]:
    """Add or change a view. Raises UserError: the name is taken, it is another person's, it was changed meanwhile."""
    values = {
        "name": view.name,
        "name_zh": view.name_zh,
        "position": view.position,
        "definition": definition_json(view.definition),
    }
    with database.write() as session:
        new_id, version = _store(
            session, SavedView, view.id, view.list_key, view.version, mine=view.mine, values=values
        )
    return replace(view, id=new_id, version=version), Changes.of(saved_view=[new_id])


def remove_view(database: Database, view: KeptView) -> Changes:
    """Remove a view; removing it twice is no error."""
    with database.write() as session:
        session.execute(delete(SavedView).where(SavedView.id == view.id))
    return Changes.of(saved_view=[view.id])


def order_views(database: Database, ids: Sequence[int]) -> Changes:
    """Put views into this order: Alt+1…9 follow it."""
    with database.write() as session:
        for position, view_id in enumerate(ids):
            session.execute(update(SavedView).where(SavedView.id == view_id).values(position=position))
    return Changes.of(saved_view=ids)


def recipes(database: Database, list_key: str | None = None) -> tuple[Recipe, ...]:
    """The reader's own and the shared recipes, of one list or of all."""
    wanted = select(ExportRecipe.__table__).where(_visible(ExportRecipe))
    if list_key is not None:
        wanted = wanted.where(ExportRecipe.list_key == list_key)
    with database.read() as session:
        rows = session.execute(wanted.order_by(ExportRecipe.list_key, ExportRecipe.name, ExportRecipe.id)).all()
    found = []
    for row in rows:
        try:
            found.append(_recipe(row))
        except BrokenDefinition:
            continue
    return tuple(found)


def save_recipe(database: Database, recipe: Recipe) -> tuple[Recipe, Changes]:
    """Add or change a recipe. Raises UserError as `save_view`."""
    definition = {**definition_json(recipe.definition), "format": recipe.format, "options": dict(recipe.options)}
    values = {"name": recipe.name, "name_zh": recipe.name_zh, "definition": definition}
    with database.write() as session:
        new_id, version = _store(
            session, ExportRecipe, recipe.id, recipe.list_key, recipe.version, mine=recipe.mine, values=values
        )
    return replace(recipe, id=new_id, version=version), Changes.of(export_recipe=[new_id])


def remove_recipe(database: Database, recipe: Recipe) -> Changes:
    """Remove a recipe; removing it twice is no error."""
    with database.write() as session:
        session.execute(delete(ExportRecipe).where(ExportRecipe.id == recipe.id))
    return Changes.of(export_recipe=[recipe.id])


def definition_json(definition: Definition) -> dict[str, Any]:
    """The stored form."""
    query = definition.query
    return {
        "columns": list(query.columns),
        "condition": None if query.condition is None else to_json(query.condition),
        "sort": [[term.column, "desc" if term.descending else "asc"] for term in query.sort],
        "group_by": list(query.group_by),
        "widths": dict(definition.widths),
        "frozen": definition.frozen,
    }


def definition_from(data: Any) -> Definition:
    """Read the stored form. Raises BrokenDefinition."""
    try:
        condition: Condition | None = None if data.get("condition") is None else from_json(data["condition"])
        query = ListQuery(
            columns=_texts(data["columns"]),
            condition=condition,
            sort=tuple(Sort(str(column), way == "desc") for column, way in data.get("sort", ())),
            group_by=_texts(data.get("group_by", ())),
        )
        widths = {str(key): int(width) for key, width in data.get("widths", {}).items()}
        frozen = data.get("frozen")
        return Definition(query, widths, None if frozen is None else int(frozen))
    except (AttributeError, ConditionError, KeyError, TypeError, ValueError) as error:
        raise BrokenDefinition(str(error)) from error


def opened(definition: Definition, infos: Sequence[ColumnInfo]) -> ListQuery:
    """The query for this reader: columns that he may not see are left out of columns, sort and groups.

    Raises BrokenDefinition where the condition needs such a column: without it the view would show too much.
    """
    seen = {info.key for info in infos}
    query = definition.query
    if query.condition is not None:
        missing = {test.column for test in comparisons(query.condition)} - seen
        if missing:
            raise BrokenDefinition(", ".join(sorted(missing)))
    return query.but(
        columns=tuple(key for key in query.columns if key in seen),
        sort=tuple(term for term in query.sort if term.column in seen),
        group_by=tuple(key for key in query.group_by if key in seen),
    )


def _visible(kept: type[SavedView] | type[ExportRecipe]) -> Any:
    """Mine and everybody's, also for the owner, who bypasses row-level security."""
    return or_(kept.user_id.is_(None), kept.user_id == func.erp.my_user_id())


def _store(
    session: Session, kept: Any, row_id: int, list_key: str, version: int, *, mine: bool, values: dict[str, Any]
) -> tuple[int, int]:
    if not row_id:
        owner = func.erp.my_user_id() if mine else None
        made = insert(kept).values(list_key=list_key, user_id=owner, **values).returning(kept.id, kept.version)
        row = session.execute(made).one()
        return int(row[0]), int(row[1])
    changed = update(kept).where(kept.id == row_id, kept.version == version).values(**values)
    row_or_none = session.execute(changed.returning(kept.id, kept.version)).one_or_none()
    if row_or_none is None:
        raise UserError(
            code="ER003",
            message_en="This view is another person's, or it was changed or removed meanwhile.",
            message_zh="此视图属于他人，或已被修改、删除。",
            remedy_en="Save it under a new name.",
            remedy_zh="请以新名称保存。",
        )
    return int(row_or_none[0]), int(row_or_none[1])


def _recipe(row: Any) -> Recipe:
    form = row.definition.get("format", "xlsx")
    if form not in FORMATS:
        raise BrokenDefinition(f"format {form!r}")
    options = {str(key): bool(value) for key, value in row.definition.get("options", {}).items()}
    definition = definition_from(row.definition)
    mine = row.user_id is not None
    return Recipe(row.id, row.list_key, row.name, row.name_zh, mine, definition, form, options, row.version)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"expected a list of texts, got {values!r:.80}")
    return tuple(values)
