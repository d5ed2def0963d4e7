"""The price list as a file may bring it: what a row names, and how its item is found."""

from __future__ import annotations

from desktop.operations.importing.target import NOTE, SUPPLIER, FieldSpec, Lookup, Target

BOUGHT = Lookup(table="item", names=("maker_code", "barcode", "name", "name_zh"))
"""What a supplier's paper calls an item; the supplier's own code is tried where none of these answers."""

SUPPLIER_PRICES = Target(
    key="supplier_prices",
    name="Price lists",
    name_zh="供应商价格",
    table="supplier_price",
    match=("supplier_id", "item_id", "min_quantity", "valid_from"),
    writer="price",
    traced=False,
    has_custom=False,
    topics=("supplier_price",),
    fields=(
        FieldSpec(
            key="supplier_id", kind="lookup", required=True, lookup=SUPPLIER,
            aliases=("供应商", "供应商编码", "供应商名称", "厂商", "supplier", "supplier no", "vendor"),
        ),
        FieldSpec(
            key="item_id", kind="lookup", lookup=BOUGHT,
            aliases=(
                "物料编码", "物料代码", "存货编码", "物料", "料号", "厂家料号", "原厂编码", "part", "part no",
                "part number", "item", "item no", "item code", "maker's no", "mpn", "sku",
            ),
        ),
        FieldSpec(
            key="supplier_code", kind="code",
            aliases=("供应商料号", "供应商物料号", "supplier code", "supplier part no", "vendor part no"),
        ),
        FieldSpec(
            key="unit_price", kind="price", required=True,
            aliases=("单价", "不含税单价", "采购价", "价格", "price", "net price", "unit price"),
        ),
        FieldSpec(key="currency", kind="code", aliases=("币别", "币种", "货币")),
        FieldSpec(
            key="min_quantity", kind="decimal", aliases=("起订量", "最小起订量", "数量", "moq", "from", "quantity")
        ),
        FieldSpec(key="lead_time_days", kind="integer", aliases=("交期", "交货期", "提前期", "lead time", "delivery")),
        FieldSpec(
            key="valid_from", kind="date", aliases=("生效日期", "有效期自", "开始日期", "valid from", "start date")
        ),
        FieldSpec(
            key="valid_to", kind="date", aliases=("失效日期", "有效期至", "结束日期", "valid to", "valid until", "end")
        ),
        NOTE,
    ),
)  # fmt: skip
