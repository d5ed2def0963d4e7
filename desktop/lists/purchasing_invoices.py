"""Purchasing after the order: inspections, supplier invoices and their differences, what is not invoiced, suppliers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, MetaData, Numeric, Select, Table, case, func, literal
from sqlalchemy import Column as TableColumn

from db.orm.parties import Party
from db.orm.people import AppUser
from db.orm.platform import OrgUnit
from db.orm.purchasing import PurchaseOrder, PurchaseOrderLine
from db.orm.purchasing_invoices import (
    GrniEntry,
    GrniPosition,
    Inspection,
    ReceivingRule,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from db.orm.stock import Lot, StockDocument, StockLocation, StockMove
from db.orm.stock_items import Item
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

PAYERS = frozenset({"buyer", "finance", "manager", "pm", "auditor"})
"""Whose grants reach suppliers' invoices."""
ACCRUERS = frozenset({"buyer", "finance", "manager", "auditor"})

ACCEPT_ALL = Action(
    key="accept_inspection", name="Accept", name_zh="判合格", shortcut="F9", roles=frozenset({"clerk", "steward"})
)
INSPECT = Action(key="inspect", name="Inspect…", name_zh="检验…", shortcut="F8", roles=frozenset({"clerk", "steward"}))
ACCEPT = Action(
    key="accept_difference", name="Accept the difference", name_zh="认可差异", shortcut="Space",
    roles=frozenset({"finance", "manager"}),
)  # fmt: skip
FIND = Action(
    key="find_order_line", name="Find the order line", name_zh="查找订单行", shortcut="F7",
    roles=frozenset({"finance", "buyer"}),
)  # fmt: skip
MATCH_AGAIN = Action(
    key="match_again", name="Match again", name_zh="重新匹配", shortcut="Ctrl+R", roles=frozenset({"finance", "buyer"})
)
POST = Action(key="post_invoices", name="Post", name_zh="过账", shortcut="F9", roles=frozenset({"finance"}))
TURN = Action(
    key="roll_accruals", name="Turn of the month now", name_zh="执行月初冲回", roles=frozenset({"finance"}),
    needs_rows=False,
)  # fmt: skip

PERFORMANCE = Table(
    "supplier_performance",
    MetaData(schema="api"),
    TableColumn("id", BigInteger, nullable=False, primary_key=True),
    TableColumn("deliveries", Integer),
    TableColumn("spend", Numeric(18, 2)),
    TableColumn("on_time", Numeric),
    TableColumn("lead_actual", Numeric),
    TableColumn("lead_promised", Numeric),
    TableColumn("defect_ppm", Integer),
    TableColumn("fill_rate", Numeric),
    TableColumn("price_change", Numeric),
    TableColumn("last_delivery", Date),
)
TOUCHLESS = Table(
    "touchless_rate",
    MetaData(schema="api"),
    TableColumn("id", Integer, nullable=False, primary_key=True),
    TableColumn("month", Date),
    TableColumn("invoices", Integer),
    TableColumn("invoices_touchless", Integer),
    TableColumn("invoice_rate", Numeric),
    TableColumn("orders", Integer),
    TableColumn("orders_touchless", Integer),
    TableColumn("order_rate", Numeric),
)

DIFFERENCES = {
    "quantity": ("more than is there", "超过可开票数量"),
    "price": ("price", "单价"),
    "tax": ("tax rate", "税率"),
    "currency": ("currency", "币种"),
    "no_order": ("no order", "无订单"),
    "value_only": ("amount only", "仅金额"),
}
"""Code of a difference → its words in both languages."""


def _words(place: int) -> ColumnElement[Any]:
    """The differences of a line in words."""
    found = SupplierInvoiceLine.exceptions
    return func.concat_ws(
        ", " if place == 0 else "、",
        *(case((literal(code) == func.any(found), words[place])) for code, words in DIFFERENCES.items()),
    )


_expected_net = func.round(SupplierInvoiceLine.quantity * SupplierInvoiceLine.expected_price, 2)
_off = SupplierInvoiceLine.net - func.coalesce(_expected_net, 0)


def _inspections(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Inspection.item)
        .join(Inspection.supplier)
        .join(Inspection.document)
        .join(Inspection.location)
        .join(Inspection.lot, isouter=True)
        .join(OrgUnit, OrgUnit.id == Inspection.org_unit_id)
        .join(AppUser, AppUser.id == Inspection.inspected_by, isouter=True)
    )


def _rules(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(ReceivingRule.supplier, isouter=True)
        .join(ReceivingRule.item, isouter=True)
        .join(OrgUnit, OrgUnit.id == ReceivingRule.org_unit_id)
    )


def _invoices(statement: Select[Any]) -> Select[Any]:
    return statement.join(SupplierInvoice.supplier).join(OrgUnit, OrgUnit.id == SupplierInvoice.org_unit_id)


def _lines(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(SupplierInvoiceLine.invoice)
        .join(SupplierInvoice.supplier)
        .join(SupplierInvoiceLine.purchase_line, isouter=True)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id, isouter=True)
        .join(SupplierInvoiceLine.item, isouter=True)
    )


def _exceptions(statement: Select[Any]) -> Select[Any]:
    return _lines(statement).where(
        SupplierInvoice.state == "exception",
        func.cardinality(SupplierInvoiceLine.exceptions) > 0,
        SupplierInvoiceLine.accepted_at.is_(None),
    )


def _positions(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(GrniPosition.supplier)
        .join(GrniPosition.item)
        .join(GrniPosition.move)
        .join(StockDocument, StockDocument.id == StockMove.document_id)
        .join(GrniPosition.purchase_line, isouter=True)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id, isouter=True)
        .join(OrgUnit, OrgUnit.id == GrniPosition.org_unit_id)
    )


def _entries(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(GrniEntry.position)
        .join(GrniPosition.supplier)
        .join(GrniPosition.item)
        .join(OrgUnit, OrgUnit.id == GrniEntry.org_unit_id)
    )


# fmt: off
_supplier = {"expr": Party.name, "expr_zh": Party.name_zh, "order_by": Party.sort_key}
_item_name = {"expr": Item.name, "expr_zh": Item.name_zh, "order_by": Item.sort_key, "source": "item.name"}

INSPECTIONS = ListSpec(
    key="inspections", area="purchasing", name="Inspections", name_zh="到货检验",
    table="inspection", row_id=Inspection.id, joins=_inspections, topics=("inspection",), icon="search",
    roles=BUSINESS, sort=(Sort("created_at", descending=True),), title_columns=("item",), opens="stock_document",
    actions=(ACCEPT_ALL, INSPECT),
    views=(
        View(key="open", name="To inspect", name_zh="待检", condition=Test("state", "=", ("open",)),
             sort=(Sort("created_at"),)),
        View(key="rejected", name="Rejected", name_zh="不合格", condition=Test("rejected", ">", ("0",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", width=200, **_item_name),  # type: ignore[arg-type]
        Column(key="state", expr=Inspection.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", warn=("open",), success=("done",), neutral=("cancelled",))),
        Column(key="quantity", expr=Inspection.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="accepted", expr=Inspection.accepted, kind=Kind.QUANTITY, width=90),
        Column(key="rejected", expr=Inspection.rejected, kind=Kind.QUANTITY, width=90,
               looks=(Look(when=Test("rejected", ">", ("0",)), role="danger", icon="circle-x"),)),
        Column(key="level", expr=Inspection.level, kind=Kind.CHOICE, width=90),
        Column(key="lot", expr=Lot.code, kind=Kind.CODE, width=120, source="inspection.lot_id"),
        Column(key="location", expr=StockLocation.code, kind=Kind.CODE, width=110, source="inspection.location_id"),
        Column(key="supplier", width=180, source="inspection.supplier_id", **_supplier),  # type: ignore[arg-type]
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="inspection.document_id"),
        Column(key="created_at", expr=Inspection.created_at, kind=Kind.DATETIME, width=140),
        Column(key="defect", expr=Inspection.defect, kind=Kind.CHOICE, width=110),
        Column(key="reason", expr=Inspection.reason, width=200),
        Column(key="inspected_by", expr=AppUser.display_name, expr_zh=AppUser.display_name_zh, width=120,
               source="inspection.inspected_by"),
        Column(key="inspected_at", expr=Inspection.inspected_at, kind=Kind.DATETIME, width=140, shown=False),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="inspection.org_unit_id"),
        Column(key="document_id", expr=Inspection.document_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=Inspection.item_id, kind=Kind.INTEGER, shown=False),
    ),
)

RECEIVING_RULES = ListSpec(
    key="receiving_rules", area="purchasing", name="Receiving rules", name_zh="收货规则",
    table="receiving_rule", row_id=ReceivingRule.id, version=ReceivingRule.version, joins=_rules,
    topics=("receiving_rule",), icon="check", roles=BUSINESS, sort=(Sort("supplier"), Sort("item")),
    opens="receiving_rule", title_columns=("supplier", "item"),
    columns=(
        Column(key="supplier", width=220, source="receiving_rule.supplier_id", **_supplier),  # type: ignore[arg-type]
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, source="item.code"),
        Column(key="item_name", width=220, **_item_name),  # type: ignore[arg-type]
        Column(key="inspection", expr=ReceivingRule.inspection, kind=Kind.CHOICE, width=110, writes="inspection",
               required=True),
        Column(key="over_receipt", expr=ReceivingRule.over_receipt, kind=Kind.PERCENT, width=110,
               writes="over_receipt"),
        Column(key="note", expr=ReceivingRule.note, width=220, writes="note"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140,
               source="receiving_rule.org_unit_id"),
    ),
)

SUPPLIER_INVOICES = ListSpec(
    key="supplier_invoices", area="purchasing", name="Supplier invoices", name_zh="供应商发票",
    table="supplier_invoice", row_id=SupplierInvoice.id, version=SupplierInvoice.version, joins=_invoices,
    opens="supplier_invoice", topics=("supplier_invoice", "supplier_invoice_line"), code_column="number",
    icon="file-text", roles=PAYERS, sort=(Sort("number", descending=True),), title_columns=("number", "supplier"),
    actions=(POST, MATCH_AGAIN),
    views=(
        View(key="open", name="To post", name_zh="待过账",
             condition=Test("state", "in", ("draft", "matched", "exception", "approved"))),
        View(key="exceptions", name="Differences", name_zh="有差异", condition=Test("state", "=", ("exception",))),
        View(key="posted", name="Posted", name_zh="已过账", condition=Test("state", "=", ("posted",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=SupplierInvoice.number, kind=Kind.CODE, width=140),
        Column(key="supplier", width=200, source="supplier_invoice.supplier_id", **_supplier),  # type: ignore[arg-type]
        Column(key="invoice_number", expr=SupplierInvoice.invoice_number, kind=Kind.CODE, width=150),
        Column(key="kind", expr=SupplierInvoice.kind, kind=Kind.CHOICE, width=100),
        Column(key="state", expr=SupplierInvoice.state, kind=Kind.STATE, width=130,
               looks=state_looks("state", success=("posted",), info=("matched", "approved"), warn=("exception",),
                                 neutral=("draft", "reversed", "cancelled"))),
        Column(key="invoice_date", expr=SupplierInvoice.invoice_date, kind=Kind.DATE, width=110),
        Column(key="due_on", expr=SupplierInvoice.due_on, kind=Kind.DATE, width=110),
        Column(key="gross", expr=SupplierInvoice.gross, kind=Kind.MONEY, width=130, total="sum", unit="¥"),
        Column(key="touches", expr=SupplierInvoice.touches, kind=Kind.INTEGER, width=90),
        Column(key="posted_at", expr=SupplierInvoice.posted_at, kind=Kind.DATETIME, width=140),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="supplier_invoice.org_unit_id"),
        Column(key="note", expr=SupplierInvoice.note, width=200, shown=False),
    ),
)

INVOICE_EXCEPTIONS = ListSpec(
    key="invoice_exceptions", area="purchasing", name="Invoice differences", name_zh="发票差异",
    table="supplier_invoice_line", row_id=SupplierInvoiceLine.id, joins=_exceptions, opens=None,
    topics=("supplier_invoice", "supplier_invoice_line"), icon="triangle-alert", roles=PAYERS,
    sort=(Sort("invoice_date"), Sort("line_no")), title_columns=("number", "item"), actions=(ACCEPT, FIND, MATCH_AGAIN),
    columns=(
        Column(key="number", expr=SupplierInvoice.number, kind=Kind.CODE, width=140,
               opens=("supplier_invoice", "invoice_id"), source="supplier_invoice.number"),
        Column(key="line_no", expr=SupplierInvoiceLine.line_no, kind=Kind.INTEGER, width=60),
        Column(key="exceptions", expr=_words(0), expr_zh=_words(1), width=170, sortable=False, filterable=False,
               source="supplier_invoice_line.exceptions"),
        Column(key="supplier", width=180, source="supplier_invoice.supplier_id", **_supplier),  # type: ignore[arg-type]
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, source="item.code"),
        Column(key="difference", expr=_off, kind=Kind.MONEY, width=110, unit="¥", total="sum",
               source="grni_entry.difference"),
        Column(key="quantity", expr=SupplierInvoiceLine.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="expected_quantity", expr=SupplierInvoiceLine.expected_quantity, kind=Kind.QUANTITY, width=100),
        Column(key="unit_price", expr=SupplierInvoiceLine.unit_price, kind=Kind.PRICE, width=100, unit="¥"),
        Column(key="expected_price", expr=SupplierInvoiceLine.expected_price, kind=Kind.PRICE, width=100, unit="¥"),
        Column(key="net", expr=SupplierInvoiceLine.net, kind=Kind.MONEY, width=110, unit="¥"),
        Column(key="order", expr=PurchaseOrder.number, kind=Kind.CODE, width=140, source="purchase_order.number",
               opens=("purchase_order", "order_id")),
        Column(key="description", expr=SupplierInvoiceLine.description, width=160),
        Column(key="invoice_number", expr=SupplierInvoice.invoice_number, kind=Kind.CODE, width=140,
               source="supplier_invoice.invoice_number"),
        Column(key="invoice_date", expr=SupplierInvoice.invoice_date, kind=Kind.DATE, width=110,
               source="supplier_invoice.invoice_date"),
        Column(key="invoice_id", expr=SupplierInvoiceLine.invoice_id, kind=Kind.INTEGER, shown=False),
        Column(key="order_id", expr=PurchaseOrderLine.purchase_order_id, kind=Kind.INTEGER, shown=False),
    ),
)

GRNI = ListSpec(
    key="grni", area="purchasing", name="Received, not invoiced", name_zh="暂估（已收未开票）",
    table="grni_position", row_id=GrniPosition.id, joins=_positions, topics=("grni_position", "grni_entry"),
    icon="inbox", roles=ACCRUERS, sort=(Sort("received_on", descending=True),), title_columns=("document", "item"),
    opens="stock_document", actions=(TURN,),
    views=(
        View(key="open", name="Open", name_zh="未开票", condition=Test("open_amount", "!=", ("0",)),
             sort=(Sort("received_on"),)),
        View(key="by_supplier", name="By supplier", name_zh="按供应商",
             condition=Test("open_amount", "!=", ("0",)), group_by=("supplier",)),
        View(key="credit", name="Credit note awaited", name_zh="待红字发票",
             condition=Test("open_quantity", "<", ("0",))),
    ),
    columns=(
        Column(key="supplier", width=200, source="grni_position.supplier_id", **_supplier),  # type: ignore[arg-type]
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", width=200, **_item_name),  # type: ignore[arg-type]
        Column(key="received_on", expr=GrniPosition.received_on, kind=Kind.DATE, width=110),
        Column(key="quantity", expr=GrniPosition.quantity, kind=Kind.QUANTITY, width=90),
        Column(key="open_quantity", expr=GrniPosition.open_quantity, kind=Kind.QUANTITY, width=100,
               looks=(Look(when=Test("open_quantity", "<", ("0",)), role="danger", icon="undo-2"),)),
        Column(key="amount", expr=GrniPosition.amount, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="open_amount", expr=GrniPosition.open_amount, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="reversed_on", expr=GrniPosition.reversed_on, kind=Kind.DATE, width=110),
        Column(key="order", expr=PurchaseOrder.number, kind=Kind.CODE, width=140, source="purchase_order.number",
               opens=("purchase_order", "order_id")),
        Column(key="document", expr=StockDocument.number, kind=Kind.CODE, width=140,
               opens=("stock_document", "document_id"), source="stock_document.number"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="grni_position.org_unit_id"),
        Column(key="order_id", expr=PurchaseOrderLine.purchase_order_id, kind=Kind.INTEGER, shown=False),
        Column(key="document_id", expr=StockDocument.id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=GrniPosition.item_id, kind=Kind.INTEGER, shown=False),
    ),
)

GRNI_ENTRIES = ListSpec(
    key="grni_entries", area="purchasing", name="Accrual entries", name_zh="暂估分录",
    table="grni_entry", row_id=GrniEntry.id, joins=_entries, topics=("grni_entry",), icon="list", roles=ACCRUERS,
    sort=(Sort("posted_at", descending=True),), title_columns=("supplier", "item"),
    views=(View(key="by_kind", name="By kind", name_zh="按类型", group_by=("kind",)),),
    columns=(
        Column(key="booked_on", expr=GrniEntry.booked_on, kind=Kind.DATE, width=110),
        Column(key="kind", expr=GrniEntry.kind, kind=Kind.CHOICE, width=170),
        Column(key="supplier", width=200, source="grni_position.supplier_id", **_supplier),  # type: ignore[arg-type]
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, source="item.code"),
        Column(key="item_name", width=200, **_item_name),  # type: ignore[arg-type]
        Column(key="quantity", expr=GrniEntry.quantity, kind=Kind.QUANTITY, width=100),
        Column(key="amount", expr=GrniEntry.amount, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="difference", expr=GrniEntry.difference, kind=Kind.MONEY, width=120, unit="¥", total="sum"),
        Column(key="posted_at", expr=GrniEntry.posted_at, kind=Kind.DATETIME, width=140),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, shown=False,
               source="grni_entry.org_unit_id"),
    ),
)

_P = PERFORMANCE.c
SUPPLIER_PERFORMANCE = ListSpec(
    key="supplier_performance", area="purchasing", name="Supplier performance", name_zh="供应商绩效",
    table="supplier_performance", row_id=_P.id,
    joins=lambda statement: statement.select_from(PERFORMANCE).join(Party, Party.id == _P.id),
    topics=("stock_document", "inspection"), icon="gauge", roles=BUSINESS, opens="supplier",
    sort=(Sort("spend", descending=True),), title_columns=("code", "supplier"), frozen=2,
    columns=(
        Column(key="code", expr=Party.code, kind=Kind.CODE, width=100, source="party.code"),
        Column(key="supplier", width=220, source="party.name", **_supplier),  # type: ignore[arg-type]
        Column(key="deliveries", expr=_P.deliveries, kind=Kind.INTEGER, width=90, total="sum",
               source="supplier_performance.deliveries"),
        Column(key="spend", expr=_P.spend, kind=Kind.MONEY, width=130, unit="¥", total="sum",
               source="supplier_performance.spend"),
        Column(key="on_time", expr=_P.on_time, kind=Kind.PERCENT, width=90, source="supplier_performance.on_time",
               looks=(Look(when=Test("on_time", "<", ("0.8",)), role="danger", icon="clock"),)),
        Column(key="lead_actual", expr=_P.lead_actual, kind=Kind.MONEY, width=110,
               source="supplier_performance.lead_actual"),
        Column(key="lead_promised", expr=_P.lead_promised, kind=Kind.MONEY, width=110,
               source="supplier_performance.lead_promised"),
        Column(key="defect_ppm", expr=_P.defect_ppm, kind=Kind.INTEGER, width=100,
               source="supplier_performance.defect_ppm",
               looks=(Look(when=Test("defect_ppm", ">", ("10000",)), role="danger", icon="circle-x"),)),
        Column(key="fill_rate", expr=_P.fill_rate, kind=Kind.PERCENT, width=90,
               source="supplier_performance.fill_rate"),
        Column(key="price_change", expr=_P.price_change, kind=Kind.PERCENT, width=110,
               source="supplier_performance.price_change"),
        Column(key="last_delivery", expr=_P.last_delivery, kind=Kind.DATE, width=110,
               source="supplier_performance.last_delivery"),
    ),
)

_T = TOUCHLESS.c
TOUCHLESS_RATE = ListSpec(
    key="touchless_rate", area="purchasing", name="Touchless rate", name_zh="自动通过率",
    table="touchless_rate", row_id=_T.id, joins=lambda statement: statement.select_from(TOUCHLESS),
    topics=("supplier_invoice",), icon="gauge", roles=PAYERS, sort=(Sort("month", descending=True),),
    title_columns=("month",), frozen=1,
    columns=(
        Column(key="month", expr=_T.month, kind=Kind.MONTH, width=110, source="touchless_rate.month"),
        *(
            Column(key=key, expr=_T[key], kind=kind, width=width, source=f"touchless_rate.{key}")
            for key, kind, width in (
                ("invoices", Kind.INTEGER, 100), ("invoices_touchless", Kind.INTEGER, 140),
                ("invoice_rate", Kind.PERCENT, 120), ("orders", Kind.INTEGER, 100),
                ("orders_touchless", Kind.INTEGER, 140), ("order_rate", Kind.PERCENT, 150),
            )
        ),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (
    INSPECTIONS,
    RECEIVING_RULES,
    SUPPLIER_INVOICES,
    INVOICE_EXCEPTIONS,
    GRNI,
    GRNI_ENTRIES,
    SUPPLIER_PERFORMANCE,
    TOUCHLESS_RATE,
)
