"""The data dictionary and the failure library: what our words mean."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Select, func
from sqlalchemy.orm import aliased

from db.orm.assets import AssetClass, FailureCode
from db.orm.dictionary import DictionaryEntry
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS
from desktop.lists.spec import Column, Kind, ListSpec, Sort, View

Broader = aliased(FailureCode)

# The table has no number of its own; a hash of its key is the same for everybody and next time.
_id = func.hashtext(DictionaryEntry.table_name + "." + DictionaryEntry.column_name, type_=Integer())


def _alone(statement: Select[Any]) -> Select[Any]:
    return statement


def _code_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Broader, Broader.id == FailureCode.parent_id, isouter=True).join(
        AssetClass, AssetClass.id == FailureCode.asset_class_id, isouter=True
    )


# fmt: off
DICTIONARY = ListSpec(
    key="dictionary", area="dictionary", name="Data dictionary", name_zh="数据字典",
    table="dictionary_entry", row_id=_id, joins=_alone, topics=("dictionary_entry",), icon="database",
    sort=(Sort("table_name"), Sort("column_name")),
    columns=(
        Column(key="table_name", expr=DictionaryEntry.table_name, kind=Kind.CODE, width=150),
        Column(key="column_name", expr=DictionaryEntry.column_name, kind=Kind.CODE, width=160),
        Column(key="label", expr=DictionaryEntry.label, width=160),
        Column(key="label_zh", expr=DictionaryEntry.label_zh, width=140),
        Column(key="meaning", expr=DictionaryEntry.meaning, width=320),
        Column(key="meaning_zh", expr=DictionaryEntry.meaning_zh, width=280),
        Column(key="owner_role", expr=DictionaryEntry.owner_role, kind=Kind.CHOICE, width=110),
        Column(key="personal", expr=DictionaryEntry.personal, kind=Kind.BOOLEAN, width=90),
    ),
    views=(
        View(key="by_table", name="By table", name_zh="按数据表", group_by=("table_name",)),
        View(key="personal", name="Personal data", name_zh="个人信息", condition=Test("personal", "=", (True,))),
        View(key="all", name="All", name_zh="全部"),
    ),
)

FAILURE_CODES = ListSpec(
    key="failure_codes", area="dictionary", name="Failure codes", name_zh="故障代码",
    table="failure_code", row_id=FailureCode.id, version=FailureCode.version, joins=_code_joins,
    topics=("failure_code",), code_column="code", icon="badge-alert", roles=BUSINESS, sort=(Sort("code"),),
    columns=(
        Column(key="code", expr=FailureCode.code, kind=Kind.CODE, width=120, writes="code", required=True),
        Column(key="name", expr=FailureCode.name, expr_zh=FailureCode.name_zh, width=240, writes="name",
               required=True),
        Column(key="level", expr=FailureCode.level, kind=Kind.CHOICE, width=100),
        Column(key="parent", expr=Broader.code, kind=Kind.CODE, width=120, source="failure_code.parent_id",
               writes="parent_id", reference="failure_codes"),
        Column(key="asset_class", expr=AssetClass.name, expr_zh=AssetClass.name_zh, width=160,
               source="failure_code.asset_class_id", writes="asset_class_id", reference="asset_classes"),
        Column(key="retired_on", expr=FailureCode.retired_on, kind=Kind.DATE, width=110, writes="retired_on"),
        Column(key="id", expr=FailureCode.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="current", name="In use", name_zh="在用", condition=Test("retired_on", "empty")),
        View(key="by_level", name="By level", name_zh="按层级", group_by=("level",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (DICTIONARY, FAILURE_CODES)
