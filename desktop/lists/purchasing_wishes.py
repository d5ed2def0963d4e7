"""What is wanted: requisitions, their lines to be ordered, who has to approve what, and agreed prices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, any_, case, cast, func, literal, select
from sqlalchemy.orm import aliased

from db.orm.parties import Party
from db.orm.people import AppUser, Role
from db.orm.platform import OrgUnit
from db.orm.purchasing import Approval, ApprovalRule, PurchaseOrder, Requisition, RequisitionLine, SupplierPrice
from db.orm.stock_items import Item
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

ORDER = Action(key="order_lines", name="Order", name_zh="下单", shortcut="F9", roles=frozenset({"buyer"}))
ASK = Action(key="ask_suppliers", name="Ask suppliers", name_zh="询价", shortcut="Shift+F9", roles=frozenset({"buyer"}))
APPROVE = Action(
    key="approve", name="Approve", name_zh="批准", shortcut="F9",
    roles=frozenset({"clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward"}),
)  # fmt: skip

REJECT = Action(key="reject", name="Reject", name_zh="驳回", shortcut="Shift+F9", roles=APPROVE.roles)

_Decider = aliased(AppUser)
_SUPPLIER = "requisition_line.supplier_id"

_amount = (
    select(func.coalesce(func.sum(RequisitionLine.quantity * func.coalesce(RequisitionLine.estimated_price, 0)), 0))
    .where(RequisitionLine.requisition_id == Requisition.id, RequisitionLine.state != "cancelled")
    .correlate(Requisition)
    .scalar_subquery()
)
_estimate = RequisitionLine.quantity * RequisitionLine.estimated_price
_needed = func.coalesce(RequisitionLine.needed_on, Requisition.needed_on)
_jobs = select(func.unnest(func.erp.my_roles())).scalar_subquery()
_asked = aliased(Approval)
# What the database itself would let the reader decide, asked once for all that is open.
_open_ids = (
    select(func.coalesce(func.array_agg(_asked.id), cast(literal("{}"), ARRAY(BigInteger))))
    .where(_asked.state == "open", _asked.role_key == any_(_jobs))
    .scalar_subquery()
)
_mine = Approval.id == any_(select(func.unnest(func.api.may_decide(_open_ids))).scalar_subquery())
_document = case((Approval.requisition_id.is_not(None), "requisition"), else_="purchase_order")

_TO_ORDER = Group("all", (Test("state", "=", ("open",)), Test("document_state", "=", ("approved",))))
_OVERDUE = Group("all", (Test("needed_on", "<", ("today",)), Test("state", "=", ("open",))))


def _requisition_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Requisition.requester, isouter=True).join(OrgUnit, OrgUnit.id == Requisition.org_unit_id)


def _line_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(RequisitionLine.requisition)
        .join(RequisitionLine.item)
        .join(RequisitionLine.supplier, isouter=True)
        .join(OrgUnit, OrgUnit.id == Requisition.org_unit_id)
    )


def _approval_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Approval.role)
        .join(Approval.requisition, isouter=True)
        .join(Approval.purchase_order, isouter=True)
        .join(Approval.requester, isouter=True)
        .join(_Decider, _Decider.id == Approval.decided_by, isouter=True)
        .join(OrgUnit, OrgUnit.id == Approval.org_unit_id)
    )


def _rule_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Role, Role.key == ApprovalRule.role_key).join(OrgUnit, OrgUnit.id == ApprovalRule.org_unit_id)


def _price_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(SupplierPrice.item)
        .join(SupplierPrice.supplier)
        .join(OrgUnit, OrgUnit.id == SupplierPrice.org_unit_id)
    )


_STATES = state_looks(
    "state", success=("approved",), info=("submitted",), danger=("rejected",), neutral=("draft", "closed", "cancelled")
)

# fmt: off
REQUISITIONS = ListSpec(
    key="requisitions", area="purchasing", name="Requisitions", name_zh="采购申请",
    table="requisition", row_id=Requisition.id, version=Requisition.version, joins=_requisition_joins,
    opens="requisition", topics=("requisition", "requisition_line"), code_column="number", icon="clipboard-paste",
    roles=BUSINESS, sort=(Sort("number", descending=True),), title_columns=("number", "origin"),
    views=(
        View(key="open", name="Open", name_zh="未完成",
             condition=Test("state", "in", ("draft", "submitted", "approved", "rejected"))),
        View(key="submitted", name="Awaiting approval", name_zh="待审批", condition=Test("state", "=", ("submitted",))),
        View(key="rejected", name="Rejected", name_zh="已驳回", condition=Test("state", "=", ("rejected",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=Requisition.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=Requisition.state, kind=Kind.STATE, width=110, looks=_STATES),
        Column(key="origin", expr=Requisition.origin, kind=Kind.CHOICE, width=110),
        Column(key="requested_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=140,
               source="requisition.requested_by"),
        Column(key="submitted_at", expr=Requisition.submitted_at, kind=Kind.DATETIME, width=140),
        Column(key="needed_on", expr=Requisition.needed_on, kind=Kind.DATE, width=100, writes="needed_on"),
        Column(key="amount", expr=_amount, kind=Kind.MONEY, width=120, unit="¥",
               source="requisition.amount", sortable=False, filterable=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="requisition.org_unit_id"),
        Column(key="note", expr=Requisition.note, width=240, writes="note"),
    ),
)

REQUISITION_LINES = ListSpec(
    key="requisition_lines", area="purchasing", name="To order", name_zh="待下单",
    table="requisition_line", row_id=RequisitionLine.id, version=RequisitionLine.version, joins=_line_joins,
    topics=("requisition_line", "requisition"), icon="list", roles=BUSINESS, actions=(ORDER, ASK),
    sort=(Sort("supplier"), Sort("item")), title_columns=("number", "item"),
    views=(
        View(key="to_order", name="To order", name_zh="待下单", condition=_TO_ORDER),
        View(key="by_supplier", name="By supplier", name_zh="按供应商", condition=_TO_ORDER, group_by=("supplier",)),
        View(key="open", name="Open", name_zh="未完成", condition=Test("state", "=", ("open",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=Requisition.number, kind=Kind.CODE, width=140,
               opens=("requisition", "requisition_id")),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=200,
               source=_SUPPLIER),
        Column(key="quantity", expr=RequisitionLine.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="ordered", expr=RequisitionLine.ordered, kind=Kind.QUANTITY, width=90),
        Column(key="needed_on", expr=_needed, kind=Kind.DATE, width=100, source="requisition_line.needed_on",
               looks=(Look(when=_OVERDUE, role="danger", icon="clock"),)),
        Column(key="estimated_price", expr=RequisitionLine.estimated_price, kind=Kind.PRICE, width=100, unit="¥"),
        Column(key="estimate", expr=_estimate, kind=Kind.MONEY, width=110, unit="¥", total="sum",
               source="requisition_line.estimate"),
        Column(key="reason", expr=RequisitionLine.reason, width=240),
        Column(key="state", expr=RequisitionLine.state, kind=Kind.STATE, width=100,
               looks=state_looks("state", info=("open",), success=("ordered",), neutral=("cancelled",))),
        Column(key="document_state", expr=Requisition.state, kind=Kind.CHOICE, width=110, source="requisition.state"),
        Column(key="origin", expr=Requisition.origin, kind=Kind.CHOICE, width=110, source="requisition.origin"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="requisition.org_unit_id"),
        Column(key="requisition_id", expr=RequisitionLine.requisition_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=RequisitionLine.item_id, kind=Kind.INTEGER, shown=False,
               source="requisition_line.item_id"),
    ),
)

APPROVALS = ListSpec(
    key="approvals", area="purchasing", name="Approvals", name_zh="采购审批",
    table="approval", row_id=Approval.id, joins=_approval_joins, topics=("approval",), icon="badge-check",
    roles=BUSINESS, actions=(APPROVE, REJECT), sort=(Sort("requested_at", descending=True),),
    title_columns=("requisition", "order"),
    views=(
        View(key="mine", name="Waiting for me", name_zh="待我审批", condition=Test("mine", "=", (True,)),
             sort=(Sort("requested_at"),)),
        View(key="open", name="To decide", name_zh="待审批", condition=Test("state", "=", ("open",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="document", expr=_document, kind=Kind.CHOICE, width=110, source="approval_rule.document_type"),
        Column(key="requisition", expr=Requisition.number, kind=Kind.CODE, width=140,
               opens=("requisition", "requisition_id"), source="requisition.number"),
        Column(key="order", expr=PurchaseOrder.number, kind=Kind.CODE, width=140,
               opens=("purchase_order", "order_id"), source="purchase_order.number"),
        Column(key="amount", expr=Approval.amount, kind=Kind.MONEY, width=120, unit="¥"),
        Column(key="step", expr=Approval.step, kind=Kind.INTEGER, width=60),
        Column(key="job", expr=Role.name, expr_zh=Role.name_zh, width=120, source="approval.role_key"),
        Column(key="state", expr=Approval.state, kind=Kind.STATE, width=120,
               looks=state_looks("state", success=("approved",), warn=("open",), danger=("rejected",),
                                 neutral=("waiting", "void"))),
        Column(key="requested_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=140,
               source="approval.requested_by"),
        Column(key="requested_at", expr=Approval.requested_at, kind=Kind.DATETIME, width=140),
        Column(key="decided_by", expr=_Decider.display_name, expr_zh=_Decider.display_name_zh, width=140,
               source="approval.decided_by"),
        Column(key="decided_at", expr=Approval.decided_at, kind=Kind.DATETIME, width=140),
        Column(key="reason", expr=Approval.reason, width=240),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="approval.org_unit_id"),
        Column(key="mine", expr=_mine, kind=Kind.BOOLEAN, width=90, shown=False, source="approval.mine"),
        Column(key="requisition_id", expr=Approval.requisition_id, kind=Kind.INTEGER, shown=False),
        Column(key="order_id", expr=Approval.purchase_order_id, kind=Kind.INTEGER, shown=False),
    ),
)

APPROVAL_RULES = ListSpec(
    key="approval_rules", area="purchasing", name="Approval matrix", name_zh="审批矩阵",
    table="approval_rule", row_id=ApprovalRule.id, version=ApprovalRule.version, joins=_rule_joins,
    opens="approval_rule", topics=("approval_rule",), icon="shield-check", roles=BUSINESS,
    sort=(Sort("document_type"), Sort("step"), Sort("amount_from")), title_columns=("document_type", "job"),
    columns=(
        Column(key="document_type", expr=ApprovalRule.document_type, kind=Kind.CHOICE, width=130),
        Column(key="step", expr=ApprovalRule.step, kind=Kind.INTEGER, width=70, writes="step", required=True),
        Column(key="amount_from", expr=ApprovalRule.amount_from, kind=Kind.MONEY, width=130, unit="¥",
               writes="amount_from", required=True),
        Column(key="category", expr=ApprovalRule.category, width=160, writes="category"),
        Column(key="job", expr=Role.name, expr_zh=Role.name_zh, width=140, source="approval_rule.role_key"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=160, source="approval_rule.org_unit_id"),
        Column(key="active", expr=ApprovalRule.active, kind=Kind.BOOLEAN, width=80, writes="active"),
    ),
)

SUPPLIER_PRICES = ListSpec(
    key="supplier_prices", area="purchasing", name="Price lists", name_zh="供应商价格",
    table="supplier_price", row_id=SupplierPrice.id, version=SupplierPrice.version, joins=_price_joins,
    opens="supplier_price", topics=("supplier_price",), icon="tag", roles=BUSINESS,
    inserts=True, sort=(Sort("item"), Sort("supplier"), Sort("min_quantity")), title_columns=("item", "supplier"),
    views=(
        View(key="valid", name="Valid today", name_zh="当前有效", condition=Group("all", (
            Test("valid_from", "<=", ("today",)),
            Group("any", (Test("valid_to", "empty"), Test("valid_to", ">=", ("today",))))))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code",
               writes="item_id", reference="items", required=True),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=200,
               source="supplier_price.supplier_id", writes="supplier_id", reference="suppliers", required=True),
        Column(key="supplier_code", expr=SupplierPrice.supplier_code, kind=Kind.CODE, width=130,
               writes="supplier_code"),
        Column(key="min_quantity", expr=SupplierPrice.min_quantity, kind=Kind.QUANTITY, width=100,
               writes="min_quantity", required=True),
        Column(key="unit_price", expr=SupplierPrice.unit_price, kind=Kind.PRICE, width=100, writes="unit_price",
               required=True),
        Column(key="currency", expr=SupplierPrice.currency, kind=Kind.CODE, width=80, writes="currency", required=True),
        Column(key="lead_time_days", expr=SupplierPrice.lead_time_days, kind=Kind.INTEGER, width=100,
               writes="lead_time_days"),
        Column(key="valid_from", expr=SupplierPrice.valid_from, kind=Kind.DATE, width=100, writes="valid_from",
               required=True),
        Column(key="valid_to", expr=SupplierPrice.valid_to, kind=Kind.DATE, width=100, writes="valid_to"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="supplier_price.org_unit_id"),
        Column(key="note", expr=SupplierPrice.note, width=200, writes="note"),
        Column(key="item_id", expr=SupplierPrice.item_id, kind=Kind.INTEGER, shown=False,
               source="supplier_price.item_id"),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (REQUISITION_LINES, REQUISITIONS, APPROVALS, SUPPLIER_PRICES, APPROVAL_RULES)
