"""Two decisions about stock: which class an item is in (ABC, XYZ), and what goes to scrap."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.stock import StockDocument
from db.orm.stock_planning import (
    AbcRun,
    AbcRunLine,
    Disposal,
    DisposalLine,
)
from desktop.domain.conditions import Test
from desktop.lists.common import state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Sort, View
from desktop.lists.stock import VALUERS
from desktop.lists.stock_columns import item_columns, unit_column

PLANNERS = frozenset({"clerk", "buyer", "finance", "manager", "steward", "auditor"})

CLASSIFY = Action(
    key="start_abc", name="Classify", name_zh="开始分类", shortcut="F9", needs_rows=False,
    roles=frozenset({"buyer", "manager", "steward"}),
)  # fmt: skip

Decider = aliased(AppUser)
_moved = case((AbcRunLine.abc_old.is_distinct_from(AbcRunLine.abc_new), True), else_=False)
_disposal_amount = (
    select(func.coalesce(func.sum(DisposalLine.amount), 0))
    .where(DisposalLine.disposal_id == Disposal.id)
    .correlate(Disposal)
    .scalar_subquery()
)
_classified = select(func.count()).where(AbcRunLine.abc_run_id == AbcRun.id).correlate(AbcRun).scalar_subquery()


def _run_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == AbcRun.org_unit_id).join(
        AppUser, AppUser.id == AbcRun.applied_by, isouter=True
    )


def _run_line_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(AbcRunLine.item).join(AbcRun, AbcRun.id == AbcRunLine.abc_run_id)


def _disposal_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(OrgUnit, OrgUnit.id == Disposal.org_unit_id)
        .join(AppUser, AppUser.id == Disposal.proposed_by, isouter=True)
        .join(Decider, Decider.id == Disposal.decided_by, isouter=True)
        .join(StockDocument, StockDocument.id == Disposal.document_id, isouter=True)
    )


# fmt: off
ABC_RUNS = ListSpec(
    key="abc_runs", area="stock", name="ABC and XYZ", name_zh="ABC/XYZ 分类",
    table="abc_run", row_id=AbcRun.id, joins=_run_joins, opens="abc_run", topics=("abc_run",), code_column="number",
    icon="group", roles=VALUERS, sort=(Sort("number", descending=True),), actions=(CLASSIFY,),
    title_columns=("number", "unit"),
    columns=(
        Column(key="number", expr=AbcRun.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=AbcRun.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("draft",), success=("applied",), neutral=("discarded",))),
        unit_column("abc_run"),
        Column(key="months", expr=AbcRun.months, kind=Kind.INTEGER, width=70),
        Column(key="until", expr=AbcRun.until, kind=Kind.DATE, width=100),
        Column(key="items", expr=_classified, kind=Kind.INTEGER, width=80, source="abc_run.items", sortable=False,
               filterable=False),
        Column(key="abc_a", expr=AbcRun.abc_a, kind=Kind.PERCENT, width=80),
        Column(key="abc_b", expr=AbcRun.abc_b, kind=Kind.PERCENT, width=80),
        Column(key="applied_at", expr=AbcRun.applied_at, kind=Kind.DATETIME, width=140),
        Column(key="applied_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="abc_run.applied_by"),
    ),
)

ABC_LINES = ListSpec(
    key="abc_lines", area="stock", name="Classified items", name_zh="分类明细",
    table="abc_run_line", row_id=AbcRunLine.id, joins=_run_line_joins, topics=("abc_run",), icon="group",
    roles=VALUERS, sort=(Sort("run", descending=True), Sort("place")), title_columns=("item", "run"),
    views=(
        View(key="changed", name="Changed", name_zh="有变化", condition=Test("changed", "=", (True,))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="run", expr=AbcRun.number, kind=Kind.CODE, width=130, opens=("abc_run", "abc_run_id"),
               source="abc_run.number"),
        Column(key="place", expr=AbcRunLine.place, kind=Kind.INTEGER, width=60),
        *item_columns(AbcRunLine),
        Column(key="abc_new", expr=AbcRunLine.abc_new, kind=Kind.CHOICE, width=80),
        Column(key="abc_old", expr=AbcRunLine.abc_old, kind=Kind.CHOICE, width=90),
        Column(key="changed", expr=_moved, kind=Kind.BOOLEAN, width=80, source="abc_run_line.changed"),
        Column(key="xyz_class", expr=AbcRunLine.xyz_class, kind=Kind.CHOICE, width=70),
        Column(key="amount", expr=AbcRunLine.amount, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="share", expr=AbcRunLine.share, kind=Kind.PERCENT, width=90),
        Column(key="cumulative", expr=AbcRunLine.cumulative, kind=Kind.PERCENT, width=100),
        Column(key="quantity", expr=AbcRunLine.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="variation", expr=AbcRunLine.variation, kind=Kind.PRICE, width=90),
        Column(key="abc_run_id", expr=AbcRunLine.abc_run_id, kind=Kind.INTEGER, shown=False),
    ),
)

DISPOSALS = ListSpec(
    key="disposals", area="stock", name="Disposals", name_zh="报废处置",
    table="disposal", row_id=Disposal.id, joins=_disposal_joins, opens="disposal", topics=("disposal",),
    code_column="number", icon="trash-2", roles=PLANNERS, sort=(Sort("number", descending=True),),
    title_columns=("number", "unit"),
    views=(
        View(key="open", name="To decide", name_zh="待审批", condition=Test("state", "=", ("proposed",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=Disposal.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=Disposal.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("proposed",), success=("disposed",), danger=("rejected",),
                                 neutral=("withdrawn",))),
        unit_column("disposal"),
        Column(key="reason", expr=Disposal.reason, width=240),
        Column(key="amount", expr=_disposal_amount, kind=Kind.MONEY, width=120, unit="¥", sortable=False,
               filterable=False, source="disposal.amount"),
        Column(key="proposed_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="disposal.proposed_by"),
        Column(key="decided_by", expr=Decider.display_name, expr_zh=Decider.display_name_zh, width=120,
               source="disposal.decided_by"),
        Column(key="decided_at", expr=Disposal.decided_at, kind=Kind.DATETIME, width=140),
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="disposal.document_id"),
        Column(key="document_id", expr=Disposal.document_id, kind=Kind.INTEGER, shown=False),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (ABC_RUNS, ABC_LINES, DISPOSALS)
