"""Which desks there are and what stands on each: the one place where lists, forms and boards meet the shell.

One explicit tuple: nothing is discovered, and a desk that is not built does not appear.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.desks.boards import (
    ACCRUALS,
    ADMIN,
    AUDITING,
    DATA,
    PARTS_AHEAD,
    PLANNER,
    PRIVACY,
    TURNOVER,
    WAREHOUSE,
)
from desktop.desks.lists import has_list, list_entry
from desktop.desks.records import RECORDS
from desktop.domain.text import tr
from desktop.views.shell.desks import Desk, PageEntry


def _lists(*keys: str) -> tuple[PageEntry, ...]:
    return tuple(list_entry(key) for key in keys if has_list(key))


def _unlisted(*keys: str) -> tuple[PageEntry, ...]:
    """Lists that another page opens: it shows the same in a better way."""
    return tuple(replace(entry, listed=False) for entry in _lists(*keys))


DESKS: tuple[Desk, ...] = (
    Desk(
        "warehouse",
        lambda: tr("Warehouse"),
        "warehouse",
        (
            *WAREHOUSE,
            *_lists(
                "stock_on_hand", "stock_moves", "stock_documents", "items", "stock_locations", "reservations",
                "part_demand", "pick_lists", "pick_lines",
                "lots", "stock_blocked", "stock_in_transit",
                "stock_counts", "count_plans", "purchase_orders", "inspections",
            ),
        ),
        frozenset(("clerk", "buyer", "manager", "steward", "auditor", "finance")),
    ),
    Desk(
        "replenishment",
        lambda: tr("Restock"),
        "repeat",
        (
            *_lists("shortages"),
            *PARTS_AHEAD,
            *_lists(
                "parts_plan", "reorder_rules", "suggestions", "consumption", "abc_runs", "abc_lines", "stock_ageing",
                "disposals",
            ),
            *TURNOVER,
            *_lists("stock_turnover", "kpi_targets", "planning_policies"),
        ),
        frozenset(("clerk", "buyer", "manager", "steward", "auditor", "finance")),
    ),
    Desk(
        "planner",
        lambda: tr("Planner"),
        "chart-gantt",
        (*PLANNER, *PARTS_AHEAD, *_lists("bookings", "engineers", "absences")),
        frozenset(("planner", "desk", "manager", "auditor", "engineer", "pm")),
    ),
    Desk(
        "service",
        lambda: tr("Service"),
        "headset",
        _lists("work_orders", "labour", "travel", "job_plans", "failure_codes", "customers", "contacts", "sites"),
    ),
    Desk("assets", lambda: tr("Assets"), "cog", _lists("assets", "failures", "asset_events", "meters")),
    Desk(
        "contracts",
        lambda: tr("Contracts"),
        "file-text",
        _lists("contracts", "contract_lines", "contract_assets"),
    ),
    Desk(
        "purchasing",
        lambda: tr("Purchasing"),
        "inbox",
        (*ACCRUALS, *_lists(
            "requisition_lines", "requisitions", "approvals", "rfqs", "rfq_quotes", "purchase_orders",
            "purchase_order_lines", "outgoing_mail", "supplier_prices", "approval_rules", "inspections",
            "receiving_rules", "supplier_invoices", "invoice_exceptions", "grni", "supplier_performance",
            "touchless_rate", "suppliers",
        )),
    ),
    Desk("finance", lambda: tr("Finance"), "landmark", (*ACCRUALS, *_lists(
        "cost_entries", "stock_value_entries", "stock_layers", "stock_periods",
        "supplier_invoices", "invoice_exceptions", "grni", "grni_entries",
        "touchless_rate", "suppliers",
    ))),
    Desk(
        "data",
        lambda: tr("Data"),
        "database",
        (*_lists(
            "dictionary", "asset_classes", "custom_fields", "item_duplicates", "item_merges", "item_synonyms",
        ), *_unlisted("item_categories"), *DATA, *PRIVACY, *_lists("erasures")),
    ),
    Desk(
        "admin",
        lambda: tr("Admin"),
        "shield",
        (
            *_lists(
                "people_waiting", "users", "org_units", "custom_roles", "delegations", "role_matrix", "user_access",
            ),
            *ADMIN,
            *_lists("audit", "audit_events"),
            *AUDITING,
            *_lists("audit_anchors"),
        ),
        frozenset(("admin", "security", "auditor")),
    ),
    Desk("records", lambda: tr("Records"), "file-text", RECORDS),
)  # fmt: skip
"""In the order of the rail. The last one has no listed page, so it never shows there: it holds the forms."""
