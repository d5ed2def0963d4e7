"""What suppliers are asked and written: requests for quotation, their answers, and letters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from db.orm.parties import Party
from db.orm.platform import OrgUnit
from db.orm.purchasing import OutgoingMail, PurchaseOrder, Rfq, RfqLine, RfqQuote, RfqSupplier
from db.orm.stock_items import Item
from desktop.domain.conditions import Group, Test
from desktop.lists.common import BUSINESS, state_looks
from desktop.lists.spec import Action, Column, Kind, ListSpec, Look, Sort, View

RETRY = Action(key="retry_mail", name="Send again", name_zh="重新发送", roles=frozenset({"buyer"}))
_LATE = Group("all", (Test("due_on", "<", ("today",)), Test("state", "=", ("sent",))))


def _rfq_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OrgUnit, OrgUnit.id == Rfq.org_unit_id)


def _quote_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(RfqQuote.rfq)
        .join(RfqQuote.rfq_supplier)
        .join(RfqSupplier.supplier)
        .join(RfqQuote.rfq_line)
        .join(RfqLine.item)
    )


def _mail_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(OutgoingMail.purchase_order, isouter=True).join(
        OrgUnit, OrgUnit.id == OutgoingMail.org_unit_id
    )


# fmt: off
RFQS = ListSpec(
    key="rfqs", area="purchasing", name="Requests for quotation", name_zh="询价单",
    table="rfq", row_id=Rfq.id, version=Rfq.version, joins=_rfq_joins, opens="rfq", topics=("rfq",),
    code_column="number", icon="users", roles=BUSINESS, sort=(Sort("number", descending=True),),
    title_columns=("number", "state"),
    views=(
        View(key="open", name="Open", name_zh="未完成", condition=Test("state", "in", ("draft", "sent"))),
        View(key="late", name="Late", name_zh="逾期", condition=_LATE),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=Rfq.number, kind=Kind.CODE, width=140),
        Column(key="state", expr=Rfq.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("sent",), success=("awarded",), neutral=("draft", "cancelled"))),
        Column(key="sent_on", expr=Rfq.sent_on, kind=Kind.DATE, width=100),
        Column(key="due_on", expr=Rfq.due_on, kind=Kind.DATE, width=100, writes="due_on",
               looks=(Look(when=_LATE, role="danger", icon="clock"),)),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=160, source="rfq.org_unit_id"),
        Column(key="note", expr=Rfq.note, width=260, writes="note"),
    ),
)

RFQ_QUOTES = ListSpec(
    key="rfq_quotes", area="purchasing", name="Suppliers' answers", name_zh="供应商报价",
    table="rfq_quote", row_id=RfqQuote.id, version=RfqQuote.version, joins=_quote_joins, topics=("rfq_quote", "rfq"),
    icon="pencil", roles=BUSINESS, sort=(Sort("number", descending=True), Sort("supplier"), Sort("line_no")),
    title_columns=("number", "supplier"),
    views=(
        View(key="to_enter", name="To be entered", name_zh="待录入",
             condition=Group("all", (Test("state", "=", ("sent",)), Test("unit_price", "empty")))),
        View(key="open", name="Open", name_zh="未定标", condition=Test("state", "=", ("sent",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="number", expr=Rfq.number, kind=Kind.CODE, width=140, opens=("rfq", "rfq_id")),
        Column(key="supplier", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=200,
               source="rfq_supplier.supplier_id"),
        Column(key="line_no", expr=RfqLine.line_no, kind=Kind.INTEGER, width=60, source="rfq_line.line_no"),
        Column(key="item", expr=Item.code, kind=Kind.CODE, width=140, opens=("item", "item_id"), source="item.code"),
        Column(key="item_name", expr=Item.name, expr_zh=Item.name_zh, order_by=Item.sort_key, width=220,
               source="item.name"),
        Column(key="quantity", expr=RfqLine.quantity, kind=Kind.QUANTITY, width=90, source="rfq_line.quantity"),
        Column(key="unit_price", expr=RfqQuote.unit_price, kind=Kind.PRICE, width=110, writes="unit_price"),
        Column(key="currency", expr=Rfq.currency, width=80, source="rfq.currency", shown=False),
        Column(key="lead_time_days", expr=RfqQuote.lead_time_days, kind=Kind.INTEGER, width=120,
               writes="lead_time_days"),
        Column(key="note", expr=RfqQuote.note, width=220, writes="note"),
        Column(key="awarded", expr=RfqQuote.awarded, kind=Kind.BOOLEAN, width=90),
        Column(key="state", expr=Rfq.state, kind=Kind.CHOICE, width=110, source="rfq.state"),
        Column(key="rfq_id", expr=RfqQuote.rfq_id, kind=Kind.INTEGER, shown=False),
        Column(key="item_id", expr=RfqLine.item_id, kind=Kind.INTEGER, shown=False, source="rfq_line.item_id"),
    ),
)

OUTGOING_MAIL = ListSpec(
    key="outgoing_mail", area="purchasing", name="Letters to suppliers", name_zh="供应商邮件",
    table="outgoing_mail", row_id=OutgoingMail.id, joins=_mail_joins, topics=("outgoing_mail",), icon="external-link",
    roles=frozenset({"buyer", "finance", "manager", "steward", "auditor"}), actions=(RETRY,),
    sort=(Sort("created_at", descending=True),), title_columns=("subject", "email"),
    views=(
        View(key="failed", name="Failed", name_zh="发送失败", condition=Test("state", "=", ("failed",))),
        View(key="queued", name="Queued", name_zh="待发送", condition=Test("state", "=", ("queued",))),
        View(key="all", name="All", name_zh="全部"),
    ),
    columns=(
        Column(key="created_at", expr=OutgoingMail.created_at, kind=Kind.DATETIME, width=140),
        Column(key="state", expr=OutgoingMail.state, kind=Kind.STATE, width=110,
               looks=state_looks("state", info=("queued",), success=("sent",), danger=("failed",))),
        Column(key="kind", expr=OutgoingMail.kind, kind=Kind.CHOICE, width=120),
        Column(key="order", expr=PurchaseOrder.number, kind=Kind.CODE, width=140,
               opens=("purchase_order", "order_id"), source="purchase_order.number"),
        Column(key="email", expr=OutgoingMail.email, width=220),
        Column(key="subject", expr=OutgoingMail.subject, width=260),
        Column(key="file_name", expr=OutgoingMail.file_name, width=160),
        Column(key="sent_at", expr=OutgoingMail.sent_at, kind=Kind.DATETIME, width=140),
        Column(key="tries", expr=OutgoingMail.tries, kind=Kind.INTEGER, width=70),
        Column(key="error", expr=OutgoingMail.error, width=280),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, width=140, source="outgoing_mail.org_unit_id"),
        Column(key="order_id", expr=OutgoingMail.purchase_order_id, kind=Kind.INTEGER, shown=False),
    ),
)
# fmt: on

LISTS: tuple[ListSpec, ...] = (RFQS, RFQ_QUOTES, OUTGOING_MAIL)
