"""What can be imported: for each target its table, what identifies a row, and the fields that a file may fill.

Labels, meanings and allowed values are not repeated here: they come from the data dictionary, and custom fields from
their own table. `aliases` are the headers under which other systems export the field.
"""

from __future__ import annotations

from desktop.operations.importing.invoice_fields import SUPPLIER_INVOICES
from desktop.operations.importing.price_fields import SUPPLIER_PRICES
from desktop.operations.importing.target import (
    ASSET,
    ASSET_CLASS,
    CUSTOMER,
    ITEM,
    LOCATION,
    MEASURE,
    NOTE,
    SITE,
    SUPPLIER,
    UNIT_FIELD,
    USER,
    FieldSpec,
    Lookup,
    Target,
)

__all__ = ["TARGETS", "FieldSpec", "Lookup", "Target", "target"]

_NAMES = (
    FieldSpec(key="name", required=True, aliases=("名称", "name (en)", "英文名称")),
    FieldSpec(key="name_zh", aliases=("中文名称", "name (zh)", "chinese name")),
)

ITEMS = Target(
    key="items",
    name="Items",
    name_zh="物料",
    table="item",
    match=("code",),
    topics=("item",),
    fields=(
        FieldSpec(
            key="code",
            kind="code",
            required=True,
            aliases=("物料编码", "物料代码", "存货编码", "料号", "part", "part no", "part number", "item code", "sku"),
        ),
        FieldSpec(key="name", required=True, aliases=("物料名称", "存货名称", "品名", "description", "item name")),
        FieldSpec(key="name_zh", aliases=("中文名称", "中文品名", "chinese name")),
        FieldSpec(key="category", aliases=("类别", "物料分类", "存货分类", "group")),
        FieldSpec(key="uom", kind="lookup", lookup=MEASURE, aliases=("单位", "计量单位", "主计量单位", "unit")),
        FieldSpec(key="tracking", kind="choice", aliases=("批次管理", "序列号管理")),
        FieldSpec(key="barcode", kind="code", aliases=("条码", "条形码", "ean", "gtin")),
        FieldSpec(key="maker", aliases=("品牌", "制造商", "manufacturer", "brand")),
        FieldSpec(key="maker_code", aliases=("厂家料号", "原厂编码", "mpn")),
        FieldSpec(key="supplier_id", kind="lookup", lookup=SUPPLIER, aliases=("供应商", "supplier", "vendor")),
        FieldSpec(
            key="standard_cost", kind="price", aliases=("标准成本", "参考成本", "单价", "cost", "unit cost", "price")
        ),
        FieldSpec(key="currency", kind="code", aliases=("币别", "币种")),
        FieldSpec(key="min_quantity", kind="decimal", aliases=("安全库存", "最低库存", "min", "safety stock")),
        FieldSpec(key="max_quantity", kind="decimal", aliases=("最高库存", "max")),
        FieldSpec(key="lead_time_days", kind="integer", aliases=("提前期", "采购周期", "lead time")),
        FieldSpec(key="abc_class", kind="choice", aliases=("ABC分类", "abc")),
        FieldSpec(key="retired_on", kind="date", aliases=("停用日期",)),
        NOTE,
        UNIT_FIELD,
    ),
)

_PARTY_FIELDS = (
    FieldSpec(
        key="name",
        required=True,
        aliases=("单位名称", "公司名称", "客户名称", "供应商名称", "company", "customer name"),
    ),
    FieldSpec(key="name_zh", aliases=("中文名称", "chinese name")),
    FieldSpec(key="industry", aliases=("行业", "所属行业")),
    FieldSpec(key="tax_number", kind="code", aliases=("税号", "纳税人识别号", "统一社会信用代码", "tax no", "vat")),
    FieldSpec(key="phone", aliases=("电话", "联系电话", "tel", "telephone")),
    FieldSpec(key="email", aliases=("邮箱", "电子邮件", "e-mail")),
    FieldSpec(key="address", aliases=("地址", "详细地址")),
    FieldSpec(key="city", aliases=("城市", "所在城市")),
    FieldSpec(key="currency", kind="code", aliases=("币别", "币种")),
    FieldSpec(key="payment_days", kind="integer", aliases=("账期", "付款天数", "terms")),
    FieldSpec(
        key="bank_account_sealed", kind="code", aliases=("银行账号", "账号", "bank account", "account no", "iban")
    ),
    FieldSpec(key="retired_on", kind="date", aliases=("停用日期",)),
    NOTE,
)

CUSTOMERS = Target(
    key="customers",
    name="Customers",
    name_zh="客户",
    table="party",
    match=("code",),
    writer="party",
    owned=False,
    fixed={"is_customer": True},
    topics=("party",),
    fields=(
        FieldSpec(
            key="code", kind="code", required=True, aliases=("客户编码", "客户代码", "customer no", "customer code")
        ),
        FieldSpec(key="customer_class", kind="choice", aliases=("客户级别", "客户等级", "class")),
        *_PARTY_FIELDS,
    ),
)

SUPPLIERS = Target(
    key="suppliers",
    name="Suppliers",
    name_zh="供应商",
    table="party",
    match=("code",),
    writer="party",
    owned=False,
    fixed={"is_supplier": True},
    topics=("party",),
    fields=(
        FieldSpec(
            key="code", kind="code", required=True, aliases=("供应商编码", "供应商代码", "supplier no", "vendor code")
        ),
        *_PARTY_FIELDS,
    ),
)

CONTACTS = Target(
    key="contacts",
    name="Contacts",
    name_zh="联系人",
    table="contact",
    match=("party_id", "name"),
    owned=False,
    traced=False,
    has_custom=False,
    topics=("contact",),
    fields=(
        FieldSpec(
            key="party_id",
            kind="lookup",
            required=True,
            lookup=Lookup(table="party"),
            aliases=("客户", "客户编码", "供应商", "单位", "customer", "company", "party"),
        ),
        FieldSpec(key="name", required=True, aliases=("姓名", "联系人", "contact")),
        FieldSpec(key="name_zh", aliases=("中文姓名", "chinese name")),
        FieldSpec(key="job_title", aliases=("职务", "职位", "title", "position")),
        FieldSpec(key="phone", aliases=("电话", "手机", "mobile", "tel")),
        FieldSpec(key="email", aliases=("邮箱", "电子邮件", "e-mail")),
        FieldSpec(key="is_main", kind="boolean", aliases=("主要联系人", "是否主联系人", "main")),
        FieldSpec(key="retired_on", kind="date"),
    ),
)

ASSETS = Target(
    key="assets",
    name="Assets",
    name_zh="设备",
    table="asset",
    match=("code",),
    topics=("asset",),
    fields=(
        FieldSpec(
            key="code",
            kind="code",
            required=True,
            aliases=("设备编码", "设备编号", "资产编号", "asset no", "equipment no", "tag"),
        ),
        FieldSpec(key="name", required=True, aliases=("设备名称", "资产名称", "description")),
        FieldSpec(key="name_zh", aliases=("中文名称", "chinese name")),
        FieldSpec(
            key="asset_class_id", kind="lookup", lookup=ASSET_CLASS, aliases=("设备类别", "设备类型", "class", "type")
        ),
        FieldSpec(key="site_id", kind="lookup", lookup=SITE, aliases=("地点", "站点", "安装地点", "site", "location")),
        FieldSpec(key="parent_id", kind="lookup", lookup=ASSET, aliases=("上级设备", "父设备", "parent")),
        FieldSpec(key="criticality", kind="choice", aliases=("重要度", "关键等级")),
        FieldSpec(key="maker", aliases=("品牌", "制造商", "厂家", "manufacturer", "brand")),
        FieldSpec(key="model", aliases=("型号", "规格型号")),
        FieldSpec(key="serial_number", kind="code", aliases=("序列号", "出厂编号", "serial", "serial no", "s/n")),
        FieldSpec(key="supplier_id", kind="lookup", lookup=SUPPLIER, aliases=("供应商", "supplier", "vendor")),
        FieldSpec(key="purchased_on", kind="date", aliases=("购置日期", "采购日期", "purchase date")),
        FieldSpec(key="installed_on", kind="date", aliases=("安装日期", "installation date")),
        FieldSpec(key="commissioned_on", kind="date", aliases=("投运日期", "启用日期")),
        FieldSpec(key="warranty_until", kind="date", aliases=("质保到期", "保修期至", "warranty end", "warranty")),
        FieldSpec(key="purchase_cost", kind="money", aliases=("购置价", "原值", "purchase price")),
        FieldSpec(key="currency", kind="code", aliases=("币别", "币种")),
        FieldSpec(key="age_years", kind="integer", aliases=("设备年限", "役龄", "age")),
        FieldSpec(key="retired_on", kind="date", aliases=("报废日期",)),
        NOTE,
        UNIT_FIELD,
    ),
)

STOCK_LOCATIONS = Target(
    key="stock_locations",
    name="Stock locations",
    name_zh="库位",
    table="stock_location",
    match=("code",),
    traced=False,
    has_custom=False,
    topics=("stock_location",),
    fields=(
        FieldSpec(
            key="code", kind="code", required=True, aliases=("库位编码", "库位", "货位", "仓位", "bin", "bin code")
        ),
        FieldSpec(key="name", required=True, aliases=("库位名称", "仓库名称", "货位名称")),
        FieldSpec(key="name_zh", aliases=("中文名称", "chinese name")),
        FieldSpec(
            key="parent_id",
            kind="lookup",
            lookup=LOCATION,
            aliases=("上级库位", "所属仓库", "仓库", "warehouse", "parent"),
        ),
        FieldSpec(key="kind", kind="choice", required=True, aliases=("类型", "库位类型", "type")),
        FieldSpec(key="retired_on", kind="date", aliases=("停用日期",)),
        UNIT_FIELD,
    ),
)

CONTRACTS = Target(
    key="contracts",
    name="Contracts",
    name_zh="合同",
    table="contract",
    match=("number",),
    topics=("contract",),
    fields=(
        FieldSpec(
            key="number", kind="code", required=True, aliases=("合同编号", "合同号", "contract no", "contract number")
        ),
        FieldSpec(key="name", required=True, aliases=("合同名称", "title", "subject")),
        FieldSpec(key="name_zh", aliases=("中文名称", "chinese name")),
        FieldSpec(
            key="customer_id",
            kind="lookup",
            required=True,
            lookup=CUSTOMER,
            aliases=("客户", "客户编码", "客户名称", "customer"),
        ),
        FieldSpec(key="contract_type", kind="choice", required=True, aliases=("合同类型", "服务类型", "type")),
        FieldSpec(key="signed_on", kind="date", aliases=("签订日期", "签约日期", "signed")),
        FieldSpec(
            key="starts_on", kind="date", required=True, aliases=("开始日期", "生效日期", "start", "start date", "from")
        ),
        FieldSpec(
            key="ends_on", kind="date", required=True, aliases=("结束日期", "到期日期", "到期", "end", "end date", "to")
        ),
        FieldSpec(key="currency", kind="code", aliases=("币别", "币种")),
        FieldSpec(
            key="annual_value", kind="money", aliases=("年合同额", "合同金额", "年金额", "amount", "value a year")
        ),
        FieldSpec(key="discount_rate", kind="rate", aliases=("折扣", "折扣率", "discount")),
        FieldSpec(key="tax_rate", kind="rate", aliases=("税率", "vat rate")),
        FieldSpec(key="billing", kind="choice", aliases=("开票周期", "结算方式", "billing cycle")),
        FieldSpec(key="visits_per_year", kind="integer", aliases=("年上门次数", "visits")),
        FieldSpec(key="hours_per_year", kind="decimal", aliases=("年工时", "hours")),
        FieldSpec(key="parts_budget", kind="money", aliases=("配件额度", "配件预算")),
        FieldSpec(key="owner_id", kind="lookup", lookup=USER, aliases=("负责人", "客户经理", "owner")),
        NOTE,
        UNIT_FIELD,
    ),
)

OPENING_BALANCES = Target(
    key="opening_balances",
    name="Opening balances",
    name_zh="期初库存",
    table="stock_balance",
    match=("item_id", "location_id", "lot"),
    writer="opening",
    owned=False,
    traced=False,
    has_custom=False,
    topics=("stock_document", "stock_move", "stock_balance", "item_cost"),
    fields=(
        FieldSpec(
            key="item_id",
            kind="lookup",
            required=True,
            lookup=ITEM,
            source="stock_balance.item_id",
            aliases=(
                "物料编码",
                "物料代码",
                "存货编码",
                "物料",
                "料号",
                "part",
                "part no",
                "item",
                "item code",
                "item no",
                "编码",
            ),
        ),
        FieldSpec(
            key="location_id",
            kind="lookup",
            required=True,
            lookup=LOCATION,
            source="stock_balance.location_id",
            aliases=("库位", "库位编码", "货位", "仓位", "仓库", "bin", "location", "warehouse"),
        ),
        FieldSpec(
            key="lot",
            kind="code",
            source="lot.code",
            label="Lot / serial",
            label_zh="批次/序列号",
            aliases=("批号", "批次", "序列号", "batch", "serial"),
        ),
        FieldSpec(
            key="quantity",
            kind="decimal",
            required=True,
            source="stock_balance.quantity",
            aliases=("数量", "期初数量", "结存数量", "现存量", "qty", "on hand"),
        ),
        FieldSpec(
            key="unit_cost",
            kind="price",
            source="stock_move.unit_cost",
            label="Unit cost",
            label_zh="单价",
            aliases=("单价", "单位成本", "成本单价", "期初单价", "price", "cost"),
        ),
    ),
)

TARGETS: tuple[Target, ...] = (
    ITEMS,
    CUSTOMERS,
    SUPPLIERS,
    SUPPLIER_PRICES,
    CONTACTS,
    ASSETS,
    STOCK_LOCATIONS,
    OPENING_BALANCES,
    CONTRACTS,
    SUPPLIER_INVOICES,
)


def target(key: str) -> Target | None:
    return next((one for one in TARGETS if one.key == key), None)
