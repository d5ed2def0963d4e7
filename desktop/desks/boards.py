"""Pages that are more than lists: the stock desk, the dispatch board, the calendar, the import."""

from __future__ import annotations

from desktop.domain.text import tr
from desktop.lists.stock_parts_plan import FORECASTERS
from desktop.views.platform.audit_proof_page import AuditProofPage
from desktop.views.platform.import_page import ImportPage
from desktop.views.platform.policy_page import PolicyPage
from desktop.views.platform.privacy_page import PrivacyPage
from desktop.views.platform.retention_page import RetentionPage
from desktop.views.purchasing.accruals_page import AccrualsPage
from desktop.views.scheduling.board_page import BoardPage
from desktop.views.scheduling.calendar_page import CalendarPage
from desktop.views.shell.desks import PageEntry
from desktop.views.stock.category_tree_page import CategoryTreePage
from desktop.views.stock.desk_page import StockDesk
from desktop.views.stock.overview_page import StockOverviewPage
from desktop.views.stock.parts_plan_page import PartsPlanPage
from desktop.views.stock.turnover_page import TurnoverPage
from desktop.views.stock.unit_table import UnitsPage

PLANNING = frozenset({"planner", "desk", "engineer", "pm", "manager", "auditor"})
STOREKEEPING = frozenset({"clerk"})
STOCK_FIGURES = frozenset({"clerk", "buyer", "finance", "manager", "steward", "auditor"})

WAREHOUSE: tuple[PageEntry, ...] = (
    PageEntry(
        "stock_desk", lambda: tr("Stock desk"), "scan-barcode", lambda context, args: StockDesk(context), STOREKEEPING
    ),
    PageEntry("stock_overview", lambda: tr("Warehouse overview"), "gauge", StockOverviewPage, STOCK_FIGURES),
)
PAYING = frozenset({"finance", "buyer", "manager", "auditor"})
ACCRUALS: tuple[PageEntry, ...] = (
    PageEntry("accruals", lambda: tr("Invoices and accruals"), "gauge", AccrualsPage, PAYING),
)
PARTS_AHEAD: tuple[PageEntry, ...] = (
    PageEntry("parts_ahead", lambda: tr("Parts demand by week"), "calendar-days", PartsPlanPage, FORECASTERS),
)
TURNOVER: tuple[PageEntry, ...] = (
    PageEntry("turnover", lambda: tr("Turnover"), "refresh-cw", TurnoverPage, STOCK_FIGURES | {"pm"}),
)
PLANNER: tuple[PageEntry, ...] = (
    PageEntry("board", lambda: tr("Dispatch board"), "chart-gantt", BoardPage, PLANNING),
    PageEntry("calendar", lambda: tr("Maintenance calendar"), "calendar-days", CalendarPage, PLANNING),
)
MASTER_DATA = frozenset({"steward", "buyer", "clerk", "manager", "auditor"})
IMPORTING = frozenset({"steward", "buyer", "clerk", "finance", "desk", "planner", "pm", "manager"})
DATA: tuple[PageEntry, ...] = (
    PageEntry("import", lambda: tr("Import"), "upload", ImportPage, IMPORTING),
    PageEntry("category_tree", lambda: tr("Category tree"), "layers", CategoryTreePage, MASTER_DATA),
    PageEntry("uom_conversions", lambda: tr("Conversions of units"), "repeat", UnitsPage, MASTER_DATA),
)
KEEPERS = frozenset({"admin", "security", "auditor"})
ADMIN: tuple[PageEntry, ...] = (
    PageEntry("login_policy", lambda: tr("Rules for log-ins"), "shield-check", PolicyPage, KEEPERS),
)
GUARDIANS = frozenset({"security", "steward", "auditor"})
PRIVACY: tuple[PageEntry, ...] = (
    PageEntry("privacy", lambda: tr("Personal data"), "user", PrivacyPage, GUARDIANS),
    PageEntry("retention", lambda: tr("Retention"), "timer", RetentionPage, GUARDIANS),
)
AUDITING: tuple[PageEntry, ...] = (
    PageEntry("audit_proof", lambda: tr("Proof of the audit"), "shield-check", AuditProofPage, frozenset({"auditor"})),
)
