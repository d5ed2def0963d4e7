"""The warehouse to depth: units of measure, lots' lives, valuation, picking, replenishment, purchasing, item master data."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from psycopg2.extensions import cursor as Cursor

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = Path(__file__).parent.parent / "0003_warehouse.sql"


def upgrade() -> None:
    """The tables, as db/schema has them from this revision on."""
    op.get_bind().exec_driver_sql(TABLES.read_text(encoding="utf-8").replace("%", "%%"))


def finish(cursor: Cursor) -> None:
    """What was posted before is brought into what is new: numbers, accruals of receipts, where each serial number is."""
    cursor.execute("select erp.start_numbering(c.id), erp.accrue_history(c.id) from erp.company c order by c.id")
    cursor.execute("select erp.settle_serials()")
