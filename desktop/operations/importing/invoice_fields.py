"""The fields of a file of suppliers' invoices: one row a line, the head on each of its rows (see `invoices`)."""

from __future__ import annotations

from desktop.operations.importing.target import ITEM, NOTE, SUPPLIER, UNIT_FIELD, FieldSpec, Target

SUPPLIER_INVOICES = Target(
    key="supplier_invoices",
    name="Supplier invoices",
    name_zh="供应商发票",
    table="supplier_invoice",
    match=("supplier_id", "invoice_number"),
    writer="invoice",
    traced=False,
    has_custom=False,
    topics=("supplier_invoice", "supplier_invoice_line"),
    fields=(
        FieldSpec(
            key="supplier_id",
            kind="lookup",
            required=True,
            lookup=SUPPLIER,
            aliases=(
                "供应商",
                "供应商编码",
                "供应商名称",
                "销方名称",
                "销售方名称",
                "supplier",
                "supplier code",
                "vendor",
            ),
        ),
        FieldSpec(
            key="invoice_number",
            kind="code",
            required=True,
            aliases=("发票号", "发票号码", "数电发票号码", "invoice", "invoice no", "invoice number"),
        ),
        FieldSpec(
            key="invoice_date", kind="date", required=True, aliases=("开票日期", "发票日期", "invoice date", "date")
        ),
        FieldSpec(key="due_on", kind="date", aliases=("到期日", "付款日期", "due date")),
        FieldSpec(key="kind", kind="choice", aliases=("发票类型", "invoice kind")),
        FieldSpec(key="gross", kind="money", aliases=("价税合计", "含税总额", "发票总额", "gross", "total")),
        FieldSpec(key="currency", kind="code", aliases=("币别", "币种")),
        FieldSpec(
            key="order",
            kind="code",
            source="purchase_order.number",
            label="Order",
            label_zh="采购订单",
            aliases=("采购订单", "采购订单号", "订单号", "order", "order no", "purchase order", "po", "po number"),
        ),
        FieldSpec(
            key="order_line",
            kind="integer",
            source="purchase_order_line.line_no",
            label="Order line",
            label_zh="订单行号",
            aliases=("订单行", "行号", "po line", "line"),
        ),
        FieldSpec(
            key="item_id",
            kind="lookup",
            lookup=ITEM,
            source="supplier_invoice_line.item_id",
            aliases=("物料编码", "物料", "存货编码", "料号", "item", "item code", "part", "part no"),
        ),
        FieldSpec(
            key="description",
            source="supplier_invoice_line.description",
            aliases=("货物或应税劳务名称", "品名", "摘要", "description", "text"),
        ),
        FieldSpec(
            key="quantity",
            kind="decimal",
            required=True,
            source="supplier_invoice_line.quantity",
            aliases=("数量", "开票数量", "qty"),
        ),
        FieldSpec(
            key="unit_price",
            kind="price",
            required=True,
            source="supplier_invoice_line.unit_price",
            aliases=("单价", "不含税单价", "price", "unit price"),
        ),
        FieldSpec(
            key="net",
            kind="money",
            source="supplier_invoice_line.net",
            aliases=("金额", "不含税金额", "net", "net amount", "amount"),
        ),
        FieldSpec(key="tax_rate", kind="rate", source="supplier_invoice_line.tax_rate", aliases=("税率", "vat", "tax")),
        NOTE,
        UNIT_FIELD,
    ),
)
