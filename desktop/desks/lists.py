"""Lists as pages: a `ListSpec` with its source and the services behind its menus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from desktop.desks.records import NEW_RECORDS
from desktop.domain.progress import Progress
from desktop.domain.text import Language, language, pick
from desktop.lists.all_lists import ALL_LISTS, list_for
from desktop.lists.query import ListQuery, ListSource
from desktop.lists.spec import ListSpec
from desktop.operations.importing import doubles
from desktop.operations.lists import source_for
from desktop.runtime.context import Context, Found
from desktop.views.purchasing import invoice_actions
from desktop.views.purchasing import list_actions as purchasing_actions
from desktop.views.shell.desks import PageEntry
from desktop.views.stock import list_actions, planning_actions, value_actions
from desktop.widgets.list_page import ListPage
from desktop.widgets.list_services import ListServices
from desktop.widgets.list_wiring import list_services

OFFERED = 20


def has_list(key: str) -> bool:
    return any(spec.key == key for spec in ALL_LISTS)


def list_entry(key: str) -> PageEntry:
    """The page of a list, for a desk."""
    spec = list_for(key)
    return PageEntry(
        key,
        lambda: pick(spec.name, spec.name_zh),
        spec.icon,
        lambda context, args: _at(list_page(context, spec), args),
        spec.roles,
    )


def _at(page: ListPage, args: Any) -> ListPage:
    """The list with what it was opened with: a filter that another page gives it."""
    if isinstance(args, Mapping):
        page.restore(args)
    return page


def list_page(context: Context, spec: ListSpec) -> ListPage:
    """The list for this reader, with everything that its menus offer."""

    def make_source(code: str) -> ListSource:
        return source_for(context.database, spec, _language(code))

    new = NEW_RECORDS.get(spec.key)
    creates = (new.page, {"values": dict(new.values)}) if new and context.user.has(*new.roles) else None
    page = ListPage(context, spec, make_source, services=services(context, spec), creates=creates)
    if spec.key in planning_actions.LISTS:
        planning_actions.attach(page, context)
    elif spec.area == "stock" or spec.key in value_actions.LISTS:
        list_actions.attach(page, context)
    elif spec.key in invoice_actions.LISTS:
        invoice_actions.attach(page, context)
    elif spec.area == "purchasing":
        purchasing_actions.attach(page, context)
    page.import_requested.connect(lambda key: context.open("import", {"into": key}))
    return page


def services(context: Context, spec: ListSpec) -> ListServices:
    def lookup(key: str, typed: str) -> Sequence[Found]:
        return offered(context, key, typed)

    made = list_services(context.database, spec, may_share=context.user.has("steward"), lookup=lookup)
    if spec.key not in doubles.TARGETS:
        return made
    return replace(made, alike=lambda rows: doubles.find(context.database, rows, Progress()))


def offered(context: Context, key: str, typed: str) -> Sequence[Found]:
    """What F7 shows for a reference: the first rows of the referred list that match."""
    spec = list_for(key)
    source = source_for(context.database, spec, language())
    columns = tuple(
        column.key for column in spec.columns if column.key == spec.code_column or column.key in spec.title_columns
    )
    if not columns:
        return ()
    query = ListQuery(columns, search=typed, sort=spec.sort)
    return tuple(
        Found(key, row.id, str(row.cells[0] or ""), " ".join(str(cell) for cell in row.cells[1:] if cell))
        for row in source.rows(query, group=(), start=0, limit=OFFERED)
    )


def _language(code: str) -> Language:
    return "zh" if code == "zh" else "en"
