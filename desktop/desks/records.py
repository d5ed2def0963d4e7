"""Forms as pages: what `Context.open(kind, id)` finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.domain.text import tr
from desktop.lists.purchasing_invoices import PAYERS
from desktop.lists.stock import VALUERS
from desktop.lists.stock_counts import COUNTERS
from desktop.lists.stock_decisions import PLANNERS
from desktop.operations import people_accounts
from desktop.runtime.context import Context
from desktop.views.assets.asset_page import AssetPage
from desktop.views.contracts.contract_page import ContractPage
from desktop.views.contracts.cost_page import ContractCostPage
from desktop.views.parties.party_page import PartyPage
from desktop.views.parties.site_page import SitePage
from desktop.views.platform.audit_entry_page import AuditEntryPage
from desktop.views.platform.person_page import PersonPage
from desktop.views.platform.role_page import RolePage
from desktop.views.platform.stand_in_page import StandInPage
from desktop.views.platform.unit_page import UnitPage
from desktop.views.purchasing.approval_rule_page import ApprovalRulePage
from desktop.views.purchasing.price_page import SupplierPricePage
from desktop.views.purchasing.purchase_order_page import PurchaseOrderPage
from desktop.views.purchasing.receiving_rule_page import ReceivingRulePage
from desktop.views.purchasing.requisition_page import RequisitionPage
from desktop.views.purchasing.rfq_page import RfqPage
from desktop.views.purchasing.supplier_invoice_page import SupplierInvoicePage
from desktop.views.scheduling.engineer_page import EngineerPage
from desktop.views.shell.desks import PageEntry
from desktop.views.stock.abc_page import AbcPage
from desktop.views.stock.category_page import CategoryPage, CustomFieldPage
from desktop.views.stock.condition_page import ConditionPage
from desktop.views.stock.count_page import CountPage
from desktop.views.stock.count_plan_page import CountPlanPage
from desktop.views.stock.disposal_page import DisposalPage
from desktop.views.stock.document_page import StockDocumentPage
from desktop.views.stock.item_page import ItemPage
from desktop.views.stock.kpi_target_page import KpiTargetPage
from desktop.views.stock.location_page import LocationPage
from desktop.views.stock.lot_page import LotPage
from desktop.views.stock.merge_page import MergePage
from desktop.views.stock.part_page import PartPage
from desktop.views.stock.pick_page import PickPage
from desktop.views.stock.reorder_rule_page import ReorderRulePage
from desktop.views.work_orders.job_plan_page import JobPlanPage
from desktop.views.work_orders.work_order_page import WorkOrderPage
from desktop.widgets.page import Page


@dataclass(frozen=True)
class NewRecord:
    """What Ctrl+N opens on a list, with what, and whose job it is (a test holds it to the grants)."""

    page: str
    roles: frozenset[str]
    values: Mapping[str, Any] = field(default_factory=dict)


def _new(page: str, roles: str, **values: Any) -> NewRecord:
    return NewRecord(page, frozenset(roles.split()), values)


NEW_RECORDS: Mapping[str, NewRecord] = {
    "assets": _new("asset", "desk planner pm steward"),
    "contracts": _new("contract", "finance"),
    "count_plans": _new("count_plan", "manager steward"),
    "custom_roles": _new("custom_role", "security"),
    "customers": _new("customer", "desk steward finance buyer pm manager", is_customer=True),
    "delegations": _new(
        "stand_in", "clerk planner desk engineer buyer finance pm manager steward report security admin auditor"
    ),
    "engineers": _new("engineer", "steward manager"),
    "custom_fields": _new("custom_field", "steward"),
    "item_categories": _new("item_category", "steward"),
    "items": _new("item", "steward buyer"),
    "job_plans": _new("job_plan", "planner steward"),
    "org_units": _new("org_unit", "admin"),
    "pick_lists": _new("pick_list", "clerk manager"),
    "purchase_orders": _new("purchase_order", "buyer"),
    "approval_rules": _new("approval_rule", "steward"),
    "receiving_rules": _new("receiving_rule", "buyer manager steward"),
    "supplier_invoices": _new("supplier_invoice", "buyer finance"),
    "requisitions": _new("requisition", "clerk planner desk engineer buyer pm manager"),
    "rfqs": _new("rfq", "buyer"),
    "supplier_prices": _new("supplier_price", "buyer"),
    "kpi_targets": _new("kpi_target", "manager"),
    "reorder_rules": _new("reorder_rule", "buyer manager steward"),
    "sites": _new("site", "desk steward"),
    "stock_counts": _new("stock_count", "clerk manager"),
    "stock_locations": _new("stock_location", "steward"),
    "suppliers": _new("supplier", "desk steward finance buyer pm manager", is_supplier=True),
    "users": _new("person", "admin"),
    "work_orders": _new("work_order", "desk planner pm"),
}
COST_READERS = frozenset({"finance", "pm", "manager", "auditor"})


def record_id(args: Any) -> int | None:
    """The id among what a page is opened with: a number, or the state that a tab kept; None for a new record."""
    found = args.get("id") if isinstance(args, Mapping) else args
    return int(found) if found is not None else None


def values_of(args: Any) -> Mapping[str, Any]:
    """What a new record starts with."""
    return dict(args.get("values") or {}) if isinstance(args, Mapping) else {}


def _form(
    key: str, title: Callable[[], str], icon: str, make: Callable[[Context, Any], Page], *roles: str
) -> PageEntry:
    return PageEntry(key, title, icon, make, frozenset(roles), listed=False)


RECORDS: tuple[PageEntry, ...] = (
    _form(
        "asset",
        lambda: tr("Asset"),
        "cog",
        lambda context, args: AssetPage(context, record_id(args), values_of(args)),
    ),
    _form("item", lambda: tr("Item"), "box", lambda context, args: ItemPage(context, record_id(args), values_of(args))),
    _form(
        "item_category",
        lambda: tr("Item category"),
        "layers",
        lambda context, args: CategoryPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "custom_field",
        lambda: tr("Custom field"),
        "tag",
        lambda context, args: CustomFieldPage(context, record_id(args), values_of(args)),
    ),
    PageEntry(
        "item_duplicate",
        lambda: tr("Compare items"),
        "copy",
        lambda context, args: MergePage(context, record_id(args), values_of(args)),
        frozenset({"steward"}),
        listed=False,
    ),
    PageEntry(
        "part_stock",
        lambda: tr("Do we have it?"),
        "boxes",
        lambda context, args: PartPage(context, record_id(args) or 0),
        listed=False,
    ),
    PageEntry(
        "lot",
        lambda: tr("Lot"),
        "tag",
        lambda context, args: LotPage(context, record_id(args) or 0),
        listed=False,
    ),
    PageEntry(
        "stock_condition",
        lambda: tr("Condition of stock"),
        "shield-check",
        lambda context, args: ConditionPage(
            context, values_of(args).get("balances", ()), transit=values_of(args).get("purpose") == "transit"
        ),
        frozenset({"clerk", "steward", "manager"}),
        listed=False,
    ),
    _form(
        "count_plan",
        lambda: tr("Count plan"),
        "calendar-check",
        lambda context, args: CountPlanPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "reorder_rule",
        lambda: tr("Reorder rule"),
        "repeat",
        lambda context, args: ReorderRulePage(context, record_id(args), values_of(args)),
    ),
    _form(
        "kpi_target",
        lambda: tr("Target value"),
        "flag",
        lambda context, args: KpiTargetPage(context, record_id(args), values_of(args)),
    ),
    PageEntry(
        "abc_run",
        lambda: tr("Classification"),
        "group",
        lambda context, args: AbcPage(context, record_id(args) or 0),
        VALUERS,
        listed=False,
    ),
    PageEntry(
        "disposal",
        lambda: tr("Disposal"),
        "trash-2",
        lambda context, args: DisposalPage(context, record_id(args) or 0),
        PLANNERS,
        listed=False,
    ),
    _form(
        "supplier_invoice",
        lambda: tr("Supplier invoice"),
        "file-text",
        lambda context, args: SupplierInvoicePage(context, record_id(args), values_of(args)),
        *PAYERS,
    ),
    _form(
        "receiving_rule",
        lambda: tr("Receiving rule"),
        "check",
        lambda context, args: ReceivingRulePage(context, record_id(args), values_of(args)),
    ),
    PageEntry(
        "stock_count",
        lambda: tr("Count"),
        "clipboard-check",
        lambda context, args: CountPage(context, record_id(args), plan_id=values_of(args).get("plan_id")),
        COUNTERS,
        listed=False,
    ),
    PageEntry(
        "pick_list",
        lambda: tr("Pick list"),
        "package",
        lambda context, args: PickPage(context, record_id(args)),
        listed=False,
    ),
    _form(
        "purchase_order",
        lambda: tr("Purchase order"),
        "inbox",
        lambda context, args: PurchaseOrderPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "requisition",
        lambda: tr("Requisition"),
        "clipboard-paste",
        lambda context, args: RequisitionPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "rfq",
        lambda: tr("Request for quotation"),
        "users",
        lambda context, args: RfqPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "supplier_price",
        lambda: tr("Supplier price"),
        "tag",
        lambda context, args: SupplierPricePage(context, record_id(args), values_of(args)),
    ),
    _form(
        "approval_rule",
        lambda: tr("Approval rule"),
        "shield-check",
        lambda context, args: ApprovalRulePage(context, record_id(args), values_of(args)),
    ),
    _form(
        "stock_document",
        lambda: tr("Stock document"),
        "receipt",
        lambda context, args: StockDocumentPage(context, record_id(args)),
    ),
    _form(
        "work_order",
        lambda: tr("Work order"),
        "wrench",
        lambda context, args: WorkOrderPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "contract",
        lambda: tr("Contract"),
        "file-text",
        lambda context, args: ContractPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "site",
        lambda: tr("Site"),
        "map-pin",
        lambda context, args: SitePage(context, record_id(args), values_of(args)),
    ),
    _form(
        "job_plan",
        lambda: tr("Job plan"),
        "list",
        lambda context, args: JobPlanPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "engineer",
        lambda: tr("Engineer"),
        "user",
        lambda context, args: EngineerPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "person",
        lambda: tr("Person"),
        "user",
        lambda context, args: PersonPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "my_account",
        lambda: tr("My account"),
        "user",
        lambda context, args: PersonPage(context, people_accounts.my_id(context.database)),
    ),
    _form(
        "custom_role",
        lambda: tr("Custom role"),
        "shield-check",
        lambda context, args: RolePage(context, record_id(args), values_of(args)),
    ),
    _form(
        "stand_in",
        lambda: tr("Stand-in"),
        "users",
        lambda context, args: StandInPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "org_unit",
        lambda: tr("Organisation unit"),
        "building-2",
        lambda context, args: UnitPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "stock_location",
        lambda: tr("Stock location"),
        "map-pin",
        lambda context, args: LocationPage(context, record_id(args), values_of(args)),
    ),
    _form(
        "audit_entry",
        lambda: tr("Audit entry"),
        "history",
        lambda context, args: AuditEntryPage(context, record_id(args) or 0),
        "auditor",
    ),
    PageEntry(
        "contract_cost",
        lambda: tr("Contract cost"),
        "gauge",
        lambda context, args: ContractCostPage(context, record_id(args) or 0),
        COST_READERS,
        listed=False,
    ),
    *(
        _form(
            key,
            lambda: tr("Business partner"),
            "building-2",
            lambda context, args: PartyPage(context, record_id(args), values_of(args)),
        )
        for key in ("party", "customer", "supplier")
    ),
)
