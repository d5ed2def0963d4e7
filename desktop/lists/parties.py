"""Customers and suppliers, the people there, and the sites where we work."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from db.orm.assets import Asset
from db.orm.parties import Contact, Party, Site
from db.orm.platform import OrgUnit
from desktop.domain.conditions import Test
from desktop.lists.common import BUSINESS
from desktop.lists.spec import Column, Kind, ListSpec, Look, Sort, View

_KEPT = Test("retired_on", "empty")


def _customers(statement: Select[Any]) -> Select[Any]:
    return statement.where(Party.is_customer)


def _suppliers(statement: Select[Any]) -> Select[Any]:
    return statement.where(Party.is_supplier)


# fmt: off
_CODE = Column(key="code", expr=Party.code, kind=Kind.CODE, width=110, writes="code", required=True)
_NAME = Column(key="name", expr=Party.name, expr_zh=Party.name_zh, order_by=Party.sort_key, width=240, writes="name",
               required=True)
_PARTY = (
    Column(key="industry", expr=Party.industry, width=130, writes="industry"),
    Column(key="city", expr=Party.city, width=110, writes="city"),
    Column(key="phone", expr=Party.phone, width=130, writes="phone"),
    Column(key="email", expr=Party.email, width=200, writes="email"),
    Column(key="address", expr=Party.address, width=260, writes="address", shown=False),
    Column(key="tax_number", expr=Party.tax_number, kind=Kind.CODE, width=180, writes="tax_number"),
    Column(key="payment_days", expr=Party.payment_days, kind=Kind.INTEGER, width=90, writes="payment_days",
           required=True),
    Column(key="currency", expr=Party.currency, kind=Kind.CHOICE, width=80, writes="currency", required=True,
           shown=False),
    Column(key="bank_account", expr=Party.bank_account_sealed, kind=Kind.CODE, width=180, shown=False, sortable=False,
           filterable=False, privilege="bank_account_sealed"),
    Column(key="note", expr=Party.note, width=240, writes="note"),
    Column(key="retired_on", expr=Party.retired_on, kind=Kind.DATE, width=110, writes="retired_on", shown=False),
    Column(key="source_key", expr=Party.source_key, kind=Kind.CODE, width=120, shown=False),
    Column(key="updated_at", expr=Party.updated_at, kind=Kind.DATETIME, width=140, shown=False),
    Column(key="id", expr=Party.id, kind=Kind.INTEGER, width=80, shown=False),
)
_sites = select(func.count()).where(Site.party_id == Party.id).correlate(Party).scalar_subquery()
_assets = (
    select(func.count()).select_from(Asset).join(Site, Site.id == Asset.site_id)
    .where(Site.party_id == Party.id).correlate(Party).scalar_subquery()
)

CUSTOMERS = ListSpec(
    key="customers", area="parties", name="Customers", name_zh="客户",
    table="party", row_id=Party.id, version=Party.version, joins=_customers, opens="customer", topics=("party",),
    search="party", code_column="code", custom=Party.custom, inserts=True, icon="users", roles=BUSINESS,
    sort=(Sort("code"),), title_columns=("code", "name"),
    columns=(
        _CODE, _NAME,
        Column(key="customer_class", expr=Party.customer_class, kind=Kind.CHOICE, width=110, writes="customer_class",
               looks=(Look(when=Test("customer_class", "=", ("strategic",)), role="info"),)),
        *_PARTY[:4],
        Column(key="sites", expr=_sites, kind=Kind.INTEGER, width=80, source="party.sites", total="sum"),
        Column(key="assets", expr=_assets, kind=Kind.INTEGER, width=80, source="party.assets", total="sum"),
        *_PARTY[4:],
    ),
    views=(
        View(key="current", name="Current", name_zh="在册", condition=_KEPT),
        View(key="by_class", name="By class", name_zh="按客户等级", condition=_KEPT, group_by=("customer_class",)),
        View(key="by_city", name="By city", name_zh="按城市", condition=_KEPT, group_by=("city",)),
        View(key="all", name="All, retired too", name_zh="全部（含停用）"),
    ),
)

SUPPLIERS = ListSpec(
    key="suppliers", area="parties", name="Suppliers", name_zh="供应商",
    table="party", row_id=Party.id, version=Party.version, joins=_suppliers, opens="supplier", topics=("party",),
    search="party", code_column="code", custom=Party.custom, inserts=True, icon="truck", roles=BUSINESS,
    sort=(Sort("code"),), title_columns=("code", "name"),
    columns=(_CODE, _NAME, *_PARTY),
    views=(
        View(key="current", name="Current", name_zh="在册", condition=_KEPT),
        View(key="all", name="All, retired too", name_zh="全部（含停用）"),
    ),
)


def _contact_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(Contact.party)


CONTACTS = ListSpec(
    key="contacts", area="parties", name="Contacts", name_zh="联系人",
    table="contact", row_id=Contact.id, version=Contact.version, joins=_contact_joins, opens="customer",
    topics=("contact",), icon="user", roles=BUSINESS, sort=(Sort("party"), Sort("name")),
    columns=(
        Column(key="name", expr=Contact.name, expr_zh=Contact.name_zh, width=140, writes="name", required=True),
        Column(key="party", expr=Party.name, expr_zh=Party.name_zh, source="contact.party_id",
               order_by=Party.sort_key, width=220, opens=("customer", "party_id")),
        Column(key="job_title", expr=Contact.job_title, width=140, writes="job_title"),
        Column(key="phone", expr=Contact.phone, width=140, writes="phone"),
        Column(key="email", expr=Contact.email, width=220, writes="email"),
        Column(key="is_main", expr=Contact.is_main, kind=Kind.BOOLEAN, width=90, writes="is_main", required=True),
        Column(key="retired_on", expr=Contact.retired_on, kind=Kind.DATE, width=110, writes="retired_on", shown=False),
        Column(key="party_id", expr=Contact.party_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Contact.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="current", name="Current", name_zh="在册", condition=_KEPT),
        View(key="main", name="Main contacts", name_zh="主要联系人", condition=Test("is_main", "=", (True,))),
        View(key="all", name="All", name_zh="全部"),
    ),
)


def _site_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Site.party, isouter=True)
        .join(OrgUnit, OrgUnit.id == Site.org_unit_id, isouter=True)
    )


_site_assets = (
    select(func.count()).select_from(Asset).where(Asset.site_id == Site.id).correlate(Site).scalar_subquery()
)

SITES = ListSpec(
    key="sites", area="parties", name="Sites", name_zh="站点",
    table="site", row_id=Site.id, version=Site.version, joins=_site_joins, opens="site", topics=("site",),
    code_column="code", icon="map-pin", roles=BUSINESS, sort=(Sort("code"),), title_columns=("code", "name"),
    columns=(
        Column(key="code", expr=Site.code, kind=Kind.CODE, width=110, writes="code", required=True),
        Column(key="name", expr=Site.name, expr_zh=Site.name_zh, width=220, writes="name", required=True),
        Column(key="customer", expr=Party.name, expr_zh=Party.name_zh, source="site.party_id",
               order_by=Party.sort_key, width=220, opens=("customer", "party_id")),
        Column(key="city", expr=Site.city, width=110, writes="city"),
        Column(key="address", expr=Site.address, width=280, writes="address"),
        Column(key="assets", expr=_site_assets, kind=Kind.INTEGER, width=80, source="site.assets", total="sum"),
        Column(key="unit", expr=OrgUnit.name, expr_zh=OrgUnit.name_zh, source="site.org_unit_id", width=160),
        Column(key="time_zone", expr=Site.time_zone, kind=Kind.CODE, width=140, shown=False, writes="time_zone",
               required=True),
        Column(key="retired_on", expr=Site.retired_on, kind=Kind.DATE, width=110, writes="retired_on", shown=False),
        Column(key="party_id", expr=Site.party_id, kind=Kind.INTEGER, width=80, shown=False),
        Column(key="id", expr=Site.id, kind=Kind.INTEGER, width=80, shown=False),
    ),
    views=(
        View(key="current", name="Current", name_zh="在用", condition=_KEPT),
        View(key="by_customer", name="By customer", name_zh="按客户", condition=_KEPT, group_by=("customer",)),
        View(key="all", name="All", name_zh="全部"),
    ),
)
# fmt: on

LISTS = (CUSTOMERS, SUPPLIERS, CONTACTS, SITES)
