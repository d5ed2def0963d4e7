"""What a target of the import is made of, and the references and fields that several targets share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from desktop.domain.importing import FieldKind


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """Where a reference is found: by code, else by one of its names. `where` narrows them (SQL of our own)."""

    table: str
    code: str = "code"
    names: tuple[str, ...] = ("name", "name_zh")
    where: str = "true"
    key: str = "id"


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """`key` is also the column's name unless `column` says otherwise; `source` the dictionary's ``table.column``."""

    key: str
    kind: FieldKind = "text"
    column: str = ""
    required: bool = False
    lookup: Lookup | None = None
    aliases: tuple[str, ...] = ()
    source: str = ""
    label: str = ""
    label_zh: str = ""

    def column_name(self) -> str:
        return self.column or self.key


@dataclass(frozen=True, kw_only=True)
class Target:
    """`match` names the fields that identify a row; `fixed` what every new row gets; `topics` what a save touches."""

    key: str
    name: str
    name_zh: str
    table: str
    match: tuple[str, ...]
    fields: tuple[FieldSpec, ...]
    writer: Literal["table", "party", "opening", "invoice", "price"] = "table"
    fixed: Mapping[str, object] = field(default_factory=dict)
    owned: bool = True  # has company_id and org_unit_id
    traced: bool = True  # has source and source_key
    has_custom: bool = True
    topics: tuple[str, ...] = ()

    def spec(self, key: str) -> FieldSpec | None:
        return next((spec for spec in self.fields if spec.key == key), None)


UNIT = Lookup(table="org_unit")
CUSTOMER = Lookup(table="party", where="is_customer")
SUPPLIER = Lookup(table="party", where="is_supplier")
ITEM = Lookup(table="item", names=("barcode", "name", "name_zh"))
LOCATION = Lookup(table="stock_location", names=("path", "name", "name_zh"))
SITE = Lookup(table="site")
ASSET = Lookup(table="asset")
ASSET_CLASS = Lookup(table="asset_class")
MEASURE = Lookup(table="unit_of_measure", names=("name", "name_zh"), key="code")
USER = Lookup(table="app_user", code="user_name", names=("display_name", "display_name_zh"))

UNIT_FIELD = FieldSpec(
    key="org_unit_id", kind="lookup", lookup=UNIT, aliases=("branch", "分公司", "组织", "部门", "单位组织")
)
NOTE = FieldSpec(key="note", aliases=("备注", "说明", "remark", "remarks"))
